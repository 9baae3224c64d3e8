//! Crypto funding: wallets, transfers, whitelisted addresses and the directory of providers.

use alpaca_trading::resources::transfers::{TransferFeeQuery, Withdrawal};
use alpaca_trading::resources::vasps::VaspQuery;
use alpaca_trading::resources::whitelists::WhitelistRequest;
use alpaca_trading::types::{
    CryptoChain, TransferDirection, TravelRuleErrorResponse, TravelRuleInfo,
    WhitelistedAddressStatus,
};
use alpaca_trading::{ErrorKind, Outcome, dec};
use serde_json::{Value, json};
use tests::loopback::Reply;

use crate::{ID, answering, body, id, in_turn, sent};

fn wallet(chain: &str) -> Value {
    json!({"chain": chain, "address": format!("at-{chain}"), "created_at": "2026-01-05T10:00:00Z"})
}

fn transfer() -> Value {
    json!({
        "id": ID, "asset": "ETH", "chain": "ETH", "amount": "0.500000000000000001",
        "usd_value": "999.00", "fees": "0.1", "network_fee": "0.00042", "direction": "OUTGOING",
        "status": "PROCESSING", "from_address": "0xabc0", "to_address": "0xdef1",
        "created_at": "2026-01-05T10:00:00Z"
    })
}

fn address() -> Value {
    json!({"id": ID, "address": "0xdef1", "asset": "ETH", "chain": "ETH", "status": "PENDING"})
}

#[tokio::test]
async fn wallets_come_as_a_list_or_as_one() {
    for (answer, count) in [
        (json!([wallet("ETH"), wallet("SOL")]), 2),
        (wallet("ETH"), 1),
        (Value::Null, 0),
    ] {
        let (server, client) = answering(answer).await;
        assert_eq!(client.wallets().list().await.unwrap().len(), count);
        assert_eq!(sent(&server), ["GET /v2/wallets"]);
    }
}

#[tokio::test]
async fn the_wallet_of_an_asset_is_one_or_an_error() {
    let (server, client) = answering(wallet("SOL")).await;
    let found = client.wallets().get("USDC").await.unwrap();
    assert_eq!(found.address.as_deref(), Some("at-SOL"));
    let chain = CryptoChain::Sol;
    client.wallets().get_on("USDC", chain).await.unwrap();
    assert_eq!(
        sent(&server),
        [
            "GET /v2/wallets?asset=USDC",
            "GET /v2/wallets?asset=USDC&chain=SOL"
        ]
    );
    let (_server, client) = answering(json!([wallet("ETH"), wallet("SOL")])).await;
    let error = client.wallets().get("USDC").await.unwrap_err();
    assert!(error.is_decode(), "{error}");
    let found = client.wallets().get_on("USDC", CryptoChain::Eth).await;
    assert_eq!(found.unwrap().address.as_deref(), Some("at-ETH"));
}

#[tokio::test]
async fn transfers_are_read_to_the_last_digit() {
    let (server, client) = in_turn([
        crate::json(200, &json!([transfer(), transfer()])),
        crate::json(200, &transfer()),
    ])
    .await;
    let found = client.crypto_transfers().list().await.unwrap();
    assert_eq!(found.len(), 2);
    assert_eq!(found[0].amount, Some(dec!(0.500000000000000001)));
    let one = client.crypto_transfers().get(id()).await.unwrap();
    assert_eq!(one.direction, Some(TransferDirection::Outgoing));
    assert_eq!(
        sent(&server),
        [
            "GET /v2/wallets/transfers".to_owned(),
            format!("GET /v2/wallets/transfers/{ID}")
        ]
    );
}

#[tokio::test]
#[allow(deprecated, reason = "it works until Alpaca removes it")]
async fn a_withdrawal_is_sent_once_whatever_becomes_of_the_answer() {
    let withdrawal = Withdrawal::new("ETH", dec!(0.50), "0xdef1").chain(CryptoChain::Eth);
    for lost in [Reply::Close, Reply::status(503), Reply::status(504)] {
        let (server, client) = in_turn([lost, crate::json(200, &transfer())]).await;
        let error = client.crypto_transfers().create(&withdrawal).await;
        assert_eq!(error.unwrap_err().outcome(), Outcome::Unknown);
        assert_eq!(server.requests().len(), 1);
    }
    let (server, client) = answering(transfer()).await;
    client.crypto_transfers().create(&withdrawal).await.unwrap();
    let requests = server.take();
    assert_eq!(requests[0].target, "/v2/wallets/transfers");
    assert_eq!(
        body(&requests[0]),
        json!({"asset": "ETH", "amount": "0.50", "address": "0xdef1", "chain": "ETH"})
    );
}

#[tokio::test]
async fn an_estimate_names_what_is_known() {
    let (server, client) = answering(json!({"fee": "0.0042", "network_fee": "8.4e-06"})).await;
    let transfers = client.crypto_transfers();
    let bare = TransferFeeQuery::new("ETH", dec!(0.5));
    let estimate = transfers.estimate_fee(bare.clone()).await.unwrap();
    assert_eq!(estimate.network_fee, Some(dec!(0.0000084)));
    let full = bare.from_address("0xabc0").to_address("0xdef1");
    transfers.estimate_fee(full).await.unwrap();
    assert_eq!(
        sent(&server),
        [
            "GET /v2/wallets/fees/estimate?amount=0.5&asset=ETH",
            "GET /v2/wallets/fees/estimate?amount=0.5&asset=ETH&from_address=0xabc0&to_address=0xdef1",
        ]
    );
}

#[tokio::test]
async fn an_address_is_registered_with_who_is_behind_it() {
    let (server, client) = answering(address()).await;
    let mut info = TravelRuleInfo::default();
    info.beneficiary_is_self_hosted = Some(true);
    info.beneficiary_given_name = Some("Ada".to_owned());
    let request = WhitelistRequest::new("ETH", "0xdef1")
        .chain(CryptoChain::Eth)
        .travel_rule(info.clone());
    let addresses = client.whitelisted_addresses();
    let registered = addresses.create(&request).await.unwrap();
    assert_eq!(registered.status, Some(WhitelistedAddressStatus::Pending));
    let bare = WhitelistRequest::new("ETH", "0xdef1");
    addresses.create(&bare).await.unwrap();
    addresses.update_travel_rule(ID, info).await.unwrap();
    let requests = server.take();
    let owner = json!({"beneficiary_is_self_hosted": true, "beneficiary_given_name": "Ada"});
    assert_eq!(requests[0].target, "/v2/wallets/whitelists");
    assert_eq!(
        body(&requests[0]),
        json!({"asset": "ETH", "address": "0xdef1", "chain": "ETH", "travel_rule_info": owner})
    );
    assert_eq!(
        body(&requests[1]),
        json!({"asset": "ETH", "address": "0xdef1"})
    );
    assert_eq!(requests[2].method, "PATCH");
    assert_eq!(
        requests[2].target,
        format!("/v2/wallets/whitelists/{ID}/travel-rule-info")
    );
    assert_eq!(body(&requests[2]), json!({"travel_rule_info": owner}));
}

#[tokio::test]
async fn what_the_travel_rule_lacks_is_in_the_body_of_the_error() {
    let (_server, client) = in_turn([crate::json(
        400,
        &json!({
            "error_code": "BENEFICIARY_NAME_REQUIRED", "message": "who is it?",
            "next_actions": [{
                "name": "name", "description": "say who it is", "type": "REQUIRED",
                "required_fields": [{
                    "field": "beneficiary_given_name", "value_type": "string",
                    "description": "the given name", "options": null
                }]
            }]
        }),
    )])
    .await;
    let request = WhitelistRequest::new("ETH", "0xdef1");
    let error = client.whitelisted_addresses().create(&request).await;
    let error = error.unwrap_err();
    assert_eq!(error.status(), Some(400));
    let answer: TravelRuleErrorResponse = serde_json::from_slice(error.body()).unwrap();
    let TravelRuleErrorResponse::Validation(what) = answer else {
        panic!("{answer:?}")
    };
    let needed = &what.next_actions[0].required_fields[0];
    assert_eq!(needed.field, "beneficiary_given_name");
}

#[tokio::test]
async fn an_address_is_taken_off_once() {
    let absent = || Reply::json(404, r#"{"message":"address not found"}"#);
    let (server, client) = in_turn([Reply::status(200)]).await;
    let addresses = client.whitelisted_addresses();
    addresses.delete(ID).await.unwrap();
    addresses.delete("a/b").await.unwrap();
    assert_eq!(
        sent(&server),
        [
            format!("DELETE /v2/wallets/whitelists/{ID}"),
            "DELETE /v2/wallets/whitelists/a%2Fb".to_owned(),
        ]
    );
    let (_server, client) = in_turn([Reply::Close, absent()]).await;
    client.whitelisted_addresses().delete(ID).await.unwrap();
    let (_server, client) = in_turn([absent()]).await;
    let error = client.whitelisted_addresses().delete(ID).await.unwrap_err();
    assert!(error.is_not_found(), "{error}");

    let (server, client) = answering(json!([address()])).await;
    let found = client.whitelisted_addresses().list().await.unwrap();
    assert_eq!(found[0].id.as_deref(), Some(ID));
    assert_eq!(sent(&server), ["GET /v2/wallets/whitelists"]);
}

fn providers(page: i64, pages: i64, ids: std::ops::Range<usize>) -> Reply {
    let vasps: Vec<_> = ids
        .map(|id| json!({"id": id.to_string(), "name": format!("VASP {id}")}))
        .collect();
    crate::json(
        200,
        &json!({"page": page, "pages": pages, "total": 5, "vasps": vasps}),
    )
}

#[tokio::test]
async fn the_directory_is_walked_page_by_page() {
    let (server, client) = in_turn([
        providers(0, 3, 0..2),
        providers(1, 3, 2..4),
        providers(2, 3, 4..5),
    ])
    .await;
    let query = VaspQuery::new()
        .text("vasp & co")
        .email_domain("example.com")
        .chainalysis_name("x")
        .subsidiaries(true)
        .order("name:DESC")
        .page_size(2);
    let found = client.vasps().search(query).collect().await.unwrap();
    let ids: Vec<_> = found.iter().map(|provider| provider.id.as_str()).collect();
    assert_eq!(ids, ["0", "1", "2", "3", "4"]);
    let requests = server.requests();
    assert_eq!(requests.len(), 3);
    for (number, request) in requests.iter().enumerate() {
        assert_eq!(request.path(), "/v2/wallets/travel-rule/vasps");
        let mut query = tests::percent::query(request.query()).unwrap();
        query.sort();
        let query: Vec<_> = query.iter().map(|(k, v)| format!("{k}={v}")).collect();
        assert_eq!(
            query.join("|"),
            format!(
                "chainalysisName=x|emailDomain=example.com|includeSubsidiaryVASPs=true|\
                 order=name:DESC|page={number}|per_page=2|q=vasp & co"
            )
        );
    }
}

#[tokio::test]
async fn a_directory_that_stays_on_its_first_page_ends_in_an_error() {
    let (server, client) = in_turn([providers(0, 3, 0..2)]).await;
    let found = client.vasps().search(VaspQuery::new()).collect().await;
    assert_eq!(found.unwrap_err().kind(), ErrorKind::Pagination);
    assert_eq!(server.requests().len(), 2);
}
