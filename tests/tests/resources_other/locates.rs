//! Locates: pages, quotes, and requests that are carried out once.

use alpaca_trading::chrono::NaiveDate;
use alpaca_trading::resources::locates::{LocateQuery, LocateRequest};
use alpaca_trading::types::LocateStatus;
use alpaca_trading::{ErrorKind, Outcome, dec};
use serde_json::{Value, json};
use tests::loopback::Reply;

use crate::{ID, answering, body, id, in_turn, sent};

fn locate(id: &str) -> Value {
    json!({
        "id": id, "symbol": "GME", "requested_qty": 100, "all_or_none": false,
        "limit_price": "0.05", "status": "active", "located_qty": 60, "located_price": "0.0123",
        "total_fee": "0.738", "created_at": "2026-03-04T15:00:00Z",
        "expires_at": "2026-03-04T21:00:00Z", "rejection_reason": null
    })
}

fn numbered(number: usize) -> Value {
    locate(&format!("c0ffee00-1f2e-4d3c-8b4a-{number:012}"))
}

fn page(numbers: std::ops::Range<usize>, next: Option<&str>) -> Reply {
    let locates: Vec<_> = numbers.map(numbered).collect();
    crate::json(200, &json!({"locates": locates, "next_page_token": next}))
}

#[tokio::test]
async fn the_list_is_walked_to_its_end_and_no_locate_comes_twice() {
    let (server, client) = in_turn([
        page(0..3, Some("t/1")),
        page(2..5, Some("t2")),
        page(5..6, None),
    ])
    .await;
    let day = |text: &str| text.parse::<NaiveDate>().unwrap();
    let query = LocateQuery::new()
        .status(LocateStatus::Active)
        .symbol("GME")
        .start(day("2026-03-01"))
        .end(day("2026-03-31"))
        .page_size(3);
    let found = client.locates().list(query).collect().await.unwrap();
    let ids: Vec<_> = found.iter().map(|locate| locate.id.as_u128() & 7).collect();
    assert_eq!(ids, [0, 1, 2, 3, 4, 5]);
    assert_eq!(found[0].located_price, Some(dec!(0.0123)));
    let queries: Vec<_> = server
        .requests()
        .iter()
        .map(|request| {
            assert_eq!((&*request.method, request.path()), ("GET", "/v1/locates"));
            let mut query = tests::percent::query(request.query()).unwrap();
            query.sort();
            let query: Vec<_> = query.iter().map(|(k, v)| format!("{k}={v}")).collect();
            query.join(" ")
        })
        .collect();
    let common = "end=2026-03-31 limit=3";
    let rest = "start=2026-03-01 status=active symbol=GME";
    assert_eq!(
        queries,
        [
            format!("{common} {rest}"),
            format!("{common} page_token=t/1 {rest}"),
            format!("{common} page_token=t2 {rest}"),
        ]
    );
}

#[tokio::test]
async fn an_empty_list_is_one_request_and_a_token_that_repeats_is_an_error() {
    for body in [
        json!({"locates": [], "next_page_token": null}),
        json!({"locates": null, "next_page_token": ""}),
    ] {
        let (server, client) = answering(body).await;
        let found = client.locates().list(LocateQuery::new()).collect().await;
        assert_eq!(found.unwrap().total(), 0);
        assert_eq!(sent(&server), ["GET /v1/locates"]);
    }
    let (server, client) = in_turn([page(0..1, Some("same"))]).await;
    let found = client.locates().list(LocateQuery::new()).collect().await;
    assert_eq!(found.unwrap_err().kind(), ErrorKind::Pagination);
    assert_eq!(server.requests().len(), 2);
}

#[tokio::test]
async fn quotes_come_beside_the_stocks_that_have_none() {
    let (server, client) = answering(json!({
        "quotes": [{"symbol": "GME", "available_qty": 500, "price": "0.0123",
                    "quoted_at": "2026-03-04T15:00:00Z"}],
        "errors": [{"symbol": "AAPL", "code": "easy_to_borrow", "message": "needs no locate"}]
    }))
    .await;
    let answer = client.locates().quotes(["GME", "AAPL"]).await.unwrap();
    assert_eq!(answer.quotes[0].price, Some(dec!(0.0123)));
    assert_eq!(answer.errors[0].code.as_str(), "easy_to_borrow");
    assert_eq!(sent(&server), ["GET /v1/locates/quotes?symbols=GME%2CAAPL"]);
}

#[tokio::test]
async fn one_locate_is_read_by_its_id() {
    let (server, client) = answering(locate(ID)).await;
    assert_eq!(client.locates().get(id()).await.unwrap().id, id());
    assert_eq!(sent(&server), [format!("GET /v1/locates/{ID}")]);
}

#[tokio::test]
async fn a_request_is_sent_again_under_the_same_key() {
    let (server, client) = in_turn([
        Reply::Close,
        Reply::status(503),
        crate::json(201, &locate(ID)),
    ])
    .await;
    let request = LocateRequest::new("GME", 100)
        .limit_price(dec!(0.050))
        .all_or_none();
    let located = client.locates().create(&request).await.unwrap();
    assert_eq!(located.total_fee, Some(dec!(0.738)));
    let requests = server.take();
    assert_eq!(requests.len(), 3);
    for sent in &requests {
        assert_eq!(sent.target, "/v1/locates");
        assert_eq!(sent.header("idempotency-key"), [request.key().as_str()]);
        let expected = json!({
            "symbol": "GME", "qty": 100, "limit_price": "0.050", "all_or_none": true
        });
        assert_eq!(body(sent), expected);
    }

    // Again on purpose: the same request has its key still, a new one has its own.
    client.locates().create(&request).await.unwrap();
    let other = LocateRequest::new("GME", 100);
    client.locates().create(&other).await.unwrap();
    let given = LocateRequest::new("GME", 100).idempotency_key("locate-7");
    client.locates().create(&given).await.unwrap();
    let requests = server.take();
    let keys: Vec<_> = requests
        .iter()
        .map(|sent| sent.header("idempotency-key").concat())
        .collect();
    assert_eq!(
        keys,
        [request.key().as_str(), other.key().as_str(), "locate-7"]
    );
    assert_ne!(keys[0], keys[1]);
    assert_eq!(body(&requests[1]), json!({"symbol": "GME", "qty": 100}));
}

#[tokio::test]
async fn a_refusal_says_why_in_a_word() {
    let poor = json!({"code": "insufficient_buying_power", "message": "not enough"});
    let (_server, client) = in_turn([crate::json(422, &poor)]).await;
    let request = LocateRequest::new("GME", 100);
    let error = client.locates().create(&request).await.unwrap_err();
    assert!(error.is_insufficient_buying_power(), "{error}");
    assert_eq!(error.outcome(), Outcome::Rejected);
    assert_eq!(
        error.code().unwrap().to_string(),
        "insufficient_buying_power"
    );

    // After a lost answer the refusal says nothing of the first attempt.
    let (_server, client) = in_turn([Reply::Close, crate::json(422, &poor)]).await;
    let error = client.locates().create(&request).await.unwrap_err();
    assert_eq!(error.outcome(), Outcome::Unknown);
}
