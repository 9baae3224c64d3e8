//! Tokenization: minting once, and the requests for it.

use alpaca_trading::chrono::{DateTime, Utc};
use alpaca_trading::resources::tokenization::{MintRequest, TokenizationQuery};
use alpaca_trading::types::{
    TokenizationIssuer, TokenizationNetwork, TokenizationRequestStatus, TokenizationRequestType,
};
use alpaca_trading::{Outcome, dec};
use serde_json::{Value, json};
use tests::loopback::Reply;

use crate::{ID, answering, body, id, in_turn, sent};

fn minting() -> Value {
    json!({
        "tokenization_request_id": ID, "created_at": "2026-03-04T15:00:00Z", "status": "pending",
        "underlying_symbol": "AAPL", "token_symbol": "AAPLx", "qty": "1.50", "issuer": "xstocks",
        "network": "solana"
    })
}

fn request() -> Value {
    let mut request = minting();
    request.as_object_mut().unwrap().extend(
        json!({"type": "mint", "wallet_address": "at-solana", "fees": null, "tx_hash": null})
            .as_object()
            .unwrap()
            .clone(),
    );
    request
}

fn mint() -> MintRequest {
    MintRequest::new(
        "AAPL",
        dec!(1.50),
        TokenizationIssuer::Xstocks,
        TokenizationNetwork::Solana,
        "at-solana",
    )
}

#[tokio::test]
async fn minting_is_sent_again_under_the_same_key() {
    let (server, client) = in_turn([
        Reply::status(504),
        Reply::cut_short(200, r#"{"tokenization_req"#, 200),
        crate::json(200, &minting()),
    ])
    .await;
    let request = mint();
    let answer = client.tokenization().mint(&request).await.unwrap();
    assert_eq!(answer.tokenization_request_id, ID);
    assert_eq!(answer.status, TokenizationRequestStatus::Pending);
    let requests = server.take();
    assert_eq!(requests.len(), 3);
    for sent in &requests {
        assert_eq!(
            (&*sent.method, &*sent.target),
            ("POST", "/v2/tokenization/mint")
        );
        assert_eq!(sent.header("idempotency-key"), [request.key().as_str()]);
        let expected = json!({
            "underlying_symbol": "AAPL", "qty": "1.50", "issuer": "xstocks",
            "network": "solana", "wallet_address": "at-solana"
        });
        assert_eq!(body(sent), expected);
    }
    client.tokenization().mint(&mint()).await.unwrap();
    let again = server.take();
    assert_ne!(again[0].header("idempotency-key"), [request.key().as_str()]);
}

#[tokio::test]
async fn a_refusal_after_a_lost_answer_leaves_the_outcome_open() {
    let refused = || Reply::json(403, r#"{"code":40310000,"message":"insufficient qty"}"#);
    for (replies, outcome) in [
        (vec![refused()], Outcome::Rejected),
        (vec![Reply::Close, refused()], Outcome::Unknown),
    ] {
        let (_server, client) = in_turn(replies).await;
        let error = client.tokenization().mint(&mint()).await.unwrap_err();
        assert_eq!(error.status(), Some(403));
        assert_eq!(error.outcome(), outcome);
    }
}

#[tokio::test]
async fn a_query_has_every_filter_and_a_bad_row_spoils_none() {
    let (server, client) = answering(json!([request(), {"type": "mint"}, request()])).await;
    let time = |text: &str| text.parse::<DateTime<Utc>>().unwrap();
    let query = TokenizationQuery::new()
        .kind(TokenizationRequestType::Mint)
        .status(TokenizationRequestStatus::Pending)
        .underlying_symbol("AAPL")
        .issuer(TokenizationIssuer::Xstocks)
        .network(TokenizationNetwork::Solana)
        .after(time("2026-03-01T00:00:00-05:00"))
        .before(time("2026-03-31T00:00:00Z"));
    let found = client.tokenization().list(query).await.unwrap();
    assert_eq!((found.len(), found.total()), (2, 3));
    assert_eq!(found[0].qty, dec!(1.50));
    let all = TokenizationQuery::new();
    client.tokenization().list(all).await.unwrap();
    let requests = server.requests();
    assert_eq!(requests[0].path(), "/v2/tokenization/requests");
    let mut parameters = tests::percent::query(requests[0].query()).unwrap();
    parameters.sort();
    let parameters: Vec<_> = parameters
        .iter()
        .map(|(name, value)| format!("{name}={value}"))
        .collect();
    assert_eq!(
        parameters,
        [
            "after=2026-03-01T05:00:00Z",
            "before=2026-03-31T00:00:00Z",
            "issuer=xstocks",
            "network=solana",
            "status=pending",
            "type=mint",
            "underlying_symbol=AAPL",
        ]
    );
    assert_eq!(requests[1].query(), None);
}

#[tokio::test]
async fn a_request_is_found_by_either_id() {
    let (server, client) = answering(request()).await;
    let tokenization = client.tokenization();
    tokenization.get(id()).await.unwrap();
    let found = tokenization.get_by_client_request_id("mine & 7").await;
    assert_eq!(found.unwrap().wallet_address, "at-solana");
    assert_eq!(
        sent(&server),
        [
            format!("GET /v2/tokenization/requests/{ID}"),
            "GET /v2/tokenization/requests:by_client_request_id?client_request_id=mine+%26+7"
                .to_owned(),
        ]
    );
}
