//! Option contracts without a price, and exercise.

use alpaca_trading_gen::types::{OptionContract, OptionContractType, OptionContractsResponse};
use serde_json::{Value, json};

use crate::wire::exchange;
use crate::{decode, decode_text, digits, some, with, without};

fn contract() -> Value {
    json!({
        "id": "0d3a7f5e-0b61-4a0a-8a77-5f1c3b2a9e20",
        "symbol": "QRST261218C00045000",
        "name": "QRST Dec 18 2026 45 Call",
        "status": "active",
        "tradable": true,
        "expiration_date": "2026-12-18",
        "root_symbol": "QRST",
        "underlying_symbol": "QRST",
        "underlying_asset_id": "0d3a7f5e-0b61-4a0a-8a77-5f1c3b2a9e10",
        "type": "call",
        "style": "american",
        "strike_price": "45",
        "multiplier": "100",
        "size": "100",
        "open_interest": "321",
        "open_interest_date": "2026-03-03",
        "close_price": "2.60",
        "close_price_date": "2026-03-03",
        "ppind": true
    })
}

fn without_a_close() -> Value {
    with(
        contract(),
        json!({"close_price": null, "close_price_date": null}),
    )
}

#[test]
fn a_contract_that_has_not_traded_has_no_close() {
    for body in [
        without_a_close(),
        without(contract(), &["close_price", "close_price_date"]),
    ] {
        let contract: OptionContract = decode(&body);
        assert_eq!(contract.close_price, None);
        assert_eq!(contract.close_price_date, None);
        assert_eq!(digits(contract.strike_price), some("45"));
        assert_eq!(contract.type_, OptionContractType::Call);
    }
    let traded: OptionContract = decode(&contract());
    assert_eq!(digits(traded.close_price), some("2.60"));
    assert_eq!(
        traded.close_price_date.map(|date| date.to_string()),
        some("2026-03-03")
    );
}

#[test]
fn a_list_of_contracts_may_hold_one_without_a_close() {
    let page: OptionContractsResponse = decode(&json!({
        "option_contracts": [contract(), without_a_close()], "next_page_token": "MTAw"
    }));
    let closes: Vec<_> = page
        .option_contracts
        .iter()
        .map(|one| digits(one.close_price))
        .collect();
    assert_eq!(closes, [some("2.60"), None]);
    assert_eq!(page.next_page_token, some("MTAw"));
}

#[test]
fn a_contract_may_not_say_whether_it_takes_part_in_the_penny_program() {
    let earlier: OptionContract = decode(&without(contract(), &["ppind"]));
    assert_eq!(earlier.ppind, None);
    assert_eq!(decode::<OptionContract>(&contract()).ppind, Some(true));
}

#[test]
fn a_page_of_contracts_that_is_null_is_empty() {
    for text in [
        r#"{"option_contracts": null, "next_page_token": null}"#,
        "{}",
    ] {
        let page: OptionContractsResponse = decode_text(text);
        assert!(page.option_contracts.is_empty(), "{text}");
        assert_eq!(page.next_page_token, None, "{text}");
    }
}

#[test]
fn deliverables_that_are_null_are_none() {
    let contract: OptionContract = decode(&with(contract(), json!({"deliverables": null})));
    assert!(contract.deliverables.is_empty());
}

#[tokio::test]
async fn exercise_answers_with_quantities() {
    let body = r#"{"qty_exercised": "2", "qty_remaining": "1.0"}"#;
    let (answer, request) = exchange(200, body, async |client| {
        client
            .exercise_option()
            .symbol_or_contract_id("QRST261218C00045000")
            .send()
            .await
    })
    .await;
    assert_eq!(
        request.line,
        "POST /v2/positions/QRST261218C00045000/exercise"
    );
    assert_eq!(request.body, "");
    let result = answer.expect("quantities").into_inner();
    assert_eq!(digits(result.qty_exercised), some("2"));
    assert_eq!(digits(result.qty_remaining), some("1.0"));
}

#[tokio::test]
async fn exercise_may_answer_with_an_empty_body() {
    for body in ["", " \r\n", "{}"] {
        let (answer, _) = exchange(200, body, async |client| {
            client
                .exercise_option()
                .symbol_or_contract_id("QRST261218C00045000")
                .send()
                .await
        })
        .await;
        let result = answer
            .unwrap_or_else(|error| panic!("{body:?}: {error}"))
            .into_inner();
        assert_eq!(result.qty_exercised, None, "{body:?}");
        assert_eq!(result.qty_remaining, None, "{body:?}");
    }
}

/// Null is as good as nothing.
#[tokio::test]
async fn exercise_may_answer_with_null() {
    let (answer, _) = exchange(200, "null", async |client| {
        client
            .exercise_option()
            .symbol_or_contract_id("QRST261218C00045000")
            .send()
            .await
    })
    .await;
    let result = answer.expect("no quantities").into_inner();
    assert_eq!(result.qty_exercised, None);
    assert_eq!(result.qty_remaining, None);
}

#[tokio::test]
async fn exercise_takes_a_symbol_or_an_id() {
    for contract in [
        "QRST261218P00230500",
        "0d3a7f5e-0b61-4a0a-8a77-5f1c3b2a9e20",
    ] {
        let (answer, request) = exchange(200, "", async |client| {
            client
                .exercise_option()
                .symbol_or_contract_id(contract)
                .send()
                .await
        })
        .await;
        assert_eq!(
            request.line,
            format!("POST /v2/positions/{contract}/exercise")
        );
        assert!(answer.is_ok(), "{answer:?}");
    }
}

#[tokio::test]
async fn do_not_exercise_takes_a_symbol_or_an_id() {
    for contract in [
        "QRST261218P00230500",
        "0d3a7f5e-0b61-4a0a-8a77-5f1c3b2a9e20",
    ] {
        let (answer, request) = exchange(200, "", async |client| {
            client
                .do_not_exercise_option()
                .symbol_or_contract_id(contract)
                .send()
                .await
        })
        .await;
        assert_eq!(
            request.line,
            format!("POST /v2/positions/{contract}/do-not-exercise")
        );
        assert!(answer.is_ok(), "{answer:?}");
    }
}
