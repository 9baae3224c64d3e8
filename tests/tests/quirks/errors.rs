//! Errors: fields that explain them, codes that are missing, statuses that nobody declared.

use alpaca_trading_gen::types::Error as Body;
use alpaca_trading_gen::{Client, Error, reqwest};
use serde_json::json;

use crate::wire::{Request, exchange};
use crate::{decode, decode_text, digits, some};

const ORDER: &str = "b3f1c0de-52a7-4c11-9d3e-6a7f00c1e001";

/// The answer of a call that failed with a status.
async fn refused<T: std::fmt::Debug>(
    status: u16,
    body: &str,
    call: impl AsyncFnOnce(Client) -> Result<T, Error<()>>,
) -> (reqwest::Response, Request) {
    let (answer, request) = exchange(status, body, call).await;
    let Err(Error::UnexpectedResponse(response)) = answer else {
        panic!("{answer:?}")
    };
    assert_eq!(response.status().as_u16(), status);
    (response, request)
}

#[tokio::test]
async fn an_error_explains_itself_by_undeclared_fields() {
    let body = json!({
        "code": 40310000, "message": "insufficient qty available for order",
        "available": "3.5", "existing_qty": "10", "held_for_orders": "6.5", "symbol": "QRST"
    });
    let (response, request) = refused(403, &body.to_string(), async |client| {
        client
            .create_order()
            .body_map(|order| order.time_in_force("day").type_("market"))
            .send()
            .await
    })
    .await;
    assert_eq!(request.line, "POST /v2/orders");
    let error: Body = decode_text(&response.text().await.expect("a body"));
    assert_eq!(error.code, Some(40_310_000));
    assert_eq!(digits(error.available), some("3.5"));
    assert_eq!(digits(error.existing_qty), some("10"));
    assert_eq!(digits(error.held_for_orders), some("6.5"));
    assert_eq!(error.symbol.as_deref(), Some("QRST"));
}

#[test]
fn an_error_tells_what_money_was_missing() {
    let error: Body = decode(&json!({
        "code": 40310000, "message": "insufficient buying power", "buying_power": "12.34",
        "cost_basis": "413.00", "day_trading_buying_power": "0", "open_orders": 4
    }));
    assert_eq!(digits(error.buying_power), some("12.34"));
    assert_eq!(digits(error.cost_basis), some("413.00"));
    let error: Body = decode(&json!({
        "code": 40310000, "message": "insufficient underlying qty available for covered call",
        "available_qty": "40", "required_qty": "100", "symbol": "QRST",
        "underlying_asset_id": "0d3a7f5e-0b61-4a0a-8a77-5f1c3b2a9e10"
    }));
    assert_eq!(digits(error.available_qty), some("40"));
    assert_eq!(digits(error.required_qty), some("100"));
}

#[test]
fn figures_of_an_error_may_be_numbers() {
    let error: Body = decode_text(
        r#"{"code": 40310000, "message": "m", "available": 0, "existing_qty": 1.10, "buying_power": 1e2}"#,
    );
    assert_eq!(digits(error.available), some("0"));
    assert_eq!(digits(error.existing_qty), some("1.10"));
    assert_eq!(digits(error.buying_power), some("100"));
}

#[test]
fn an_error_may_have_no_code() {
    for text in [
        r#"{"message": "forbidden."}"#,
        r#"{"code": null, "message": "forbidden."}"#,
    ] {
        let error: Body = decode_text(text);
        assert_eq!(error.code, None);
        assert_eq!(error.message, "forbidden.");
    }
}

#[tokio::test]
async fn the_code_of_an_error_may_speak_of_another_status() {
    let body = r#"{"code": 40010001, "message": "qty must be > 0"}"#;
    let (response, request) = refused(422, body, async |client| {
        client
            .create_order()
            .body_map(|order| order.time_in_force("day").type_("market"))
            .send()
            .await
    })
    .await;
    assert_eq!(request.line, "POST /v2/orders");
    let error: Body = decode_text(&response.text().await.expect("a body"));
    assert_eq!(error.code, Some(40_010_001));
    assert_eq!(error.message, "qty must be > 0");
}

#[tokio::test]
async fn a_key_that_is_not_accepted_is_an_error_without_a_code() {
    let (response, _) = refused(403, r#"{"message": "forbidden."}"#, async |client| {
        client.get_account().send().await
    })
    .await;
    let error: Body = decode_text(&response.text().await.expect("a body"));
    assert_eq!((error.code, error.message.as_str()), (None, "forbidden."));
}

/// Most operations declare no error at all; every status comes with its body whole.
#[tokio::test]
async fn statuses_that_are_not_declared_keep_their_body() {
    async fn check(
        status: u16,
        code: i64,
        call: impl AsyncFnOnce(Client) -> Result<(), Error<()>>,
    ) {
        let body = format!(r#"{{"code": {code}, "message": "no {code}", "more": [1]}}"#);
        let (response, request) = refused(status, &body, call).await;
        let received = response.text().await.expect("a body");
        assert_eq!(received, body, "{}", request.line);
        assert_eq!(decode_text::<Body>(&received).code, Some(code));
    }
    check(401, 40_110_000, async |client| {
        client.get_account().send().await.map(drop)
    })
    .await;
    check(404, 40_410_000, async |client| {
        client
            .get_order()
            .order_id(ORDER.parse::<uuid::Uuid>().unwrap())
            .send()
            .await
            .map(drop)
    })
    .await;
    check(404, 40_410_000, async |client| {
        client
            .cancel_order()
            .order_id(ORDER.parse::<uuid::Uuid>().unwrap())
            .send()
            .await
            .map(drop)
    })
    .await;
    for (status, code) in [(403, 40_310_000), (404, 40_410_000), (422, 42_210_000)] {
        check(status, code, async |client| {
            let order = ORDER.parse::<uuid::Uuid>().unwrap();
            client
                .replace_order()
                .order_id(order)
                .body_map(|body| body)
                .send()
                .await
                .map(drop)
        })
        .await;
    }
    check(404, 40_410_000, async |client| {
        client
            .get_position()
            .symbol_or_asset_id("QRST")
            .send()
            .await
            .map(drop)
    })
    .await;
    check(404, 40_410_000, async |client| {
        client
            .close_position()
            .symbol_or_asset_id("QRST")
            .send()
            .await
            .map(drop)
    })
    .await;
    check(422, 42_210_000, async |client| {
        client
            .list_account_activities_by_type()
            .activity_type("FIL")
            .send()
            .await
            .map(drop)
    })
    .await;
    check(500, 50_010_000, async |client| {
        client.close_all_positions().send().await.map(drop)
    })
    .await;
}

/// The answer to a cancellation announces JSON and has no body.
#[tokio::test]
async fn a_cancellation_is_answered_with_nothing_that_is_called_json() {
    let (answer, request) = exchange(204, "", async |client| {
        client
            .cancel_order()
            .order_id(ORDER.parse::<uuid::Uuid>().unwrap())
            .send()
            .await
    })
    .await;
    assert_eq!(request.line, format!("DELETE /v2/orders/{ORDER}"));
    let answer = answer.expect("an answer without content");
    assert_eq!(answer.status().as_u16(), 204);
    assert_eq!(answer.headers()["content-type"], "application/json");
}

#[tokio::test]
async fn an_error_that_is_not_json_keeps_its_status_and_text() {
    for body in ["<html>502 Bad Gateway</html>", ""] {
        let (response, _) =
            refused(502, body, async |client| client.get_clock().send().await).await;
        assert_eq!(response.text().await.expect("a body"), body);
    }
}
