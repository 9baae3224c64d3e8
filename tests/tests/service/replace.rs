//! The book replaces orders.

use alpaca_trading_gen::reqwest::Method;
use alpaca_trading_gen::types::Order;
use rust_decimal::Decimal;
use serde_json::{Value, json};
use tests::service::{Book, Rules, Service};

use super::{Got, call, get, market, post};

async fn patch(service: &Service, id: &str, body: &Value) -> Got {
    let target = format!("/v2/orders/{id}");
    call(service, Method::PATCH, &target, Some(body)).await
}

fn limit(client_order_id: &str) -> Value {
    let mut order = market(client_order_id);
    order["type"] = json!("limit");
    order["limit_price"] = json!("187.50");
    order
}

#[tokio::test]
async fn a_replacement_is_a_new_order() {
    let book = Book::new();
    let service = Service::start(book.handler()).await;
    let old = post(&service, "/v2/orders", &limit("first")).await.id();
    let new = patch(
        &service,
        &old,
        &json!({"qty": "12", "client_order_id": "second"}),
    )
    .await;
    assert_eq!(new.status, 200);
    serde_json::from_value::<Order>(new.body.clone()).expect("an order");
    assert_eq!(new.body["replaces"], json!(old));
    assert_eq!(
        (&new.body["qty"], &new.body["limit_price"]),
        (&json!("12"), &json!("187.5"))
    );
    let replaced = get(&service, &format!("/v2/orders/{old}")).await.body;
    assert_eq!(replaced["status"], "replaced");
    assert_eq!(replaced["replaced_by"], new.body["id"]);
    assert_eq!(replaced["replaced_at"], new.body["submitted_at"]);
    assert_eq!(get(&service, "/v2/orders").await.all("id"), [new.id()]);

    let again = patch(&service, &old, &json!({"qty": "13"})).await;
    let refusal = json!({"code": 42_210_000, "message": "order already replaced"});
    assert_eq!((again.status.as_u16(), again.body), (422, refusal));
    assert_eq!(book.accepted(), 2);
    assert_eq!(book.attempts_by_client_id("second"), 1);
}

#[tokio::test]
async fn what_cannot_be_replaced_says_why() {
    let book = Book::new();
    let service = Service::start(book.handler()).await;
    let id = post(&service, "/v2/orders", &limit("first")).await.id();
    post(&service, "/v2/orders", &limit("other")).await;
    let message = async |body: Value| patch(&service, &id, &body).await.body["message"].clone();
    assert_eq!(
        message(json!({"qty": "10"})).await,
        "order parameters are not changed"
    );
    assert_eq!(
        message(json!({"stop_price": "1"})).await,
        "limit orders must not have stop_price"
    );
    let taken = json!({"qty": "11", "client_order_id": "other"});
    assert_eq!(message(taken).await, "client_order_id must be unique");
    book.fill(&id, Decimal::from(4), Decimal::from(187));
    assert_eq!(
        message(json!({"qty": "4"})).await,
        "qty must be > filled_qty"
    );
    book.fill(&id, Decimal::from(6), Decimal::from(187));
    let filled = message(json!({"qty": "20"})).await;
    assert_eq!(filled, "cannot replace order in filled status");
    assert_eq!(book.accepted(), 2);
    let missing = patch(&service, "X", &json!({})).await;
    assert_eq!(missing.status, 404);

    let waiting = Book::with_rules(Rules {
        routed_at_once: false,
        ..Rules::default()
    });
    let service = Service::start(waiting.handler()).await;
    let id = post(&service, "/v2/orders", &limit("first")).await.id();
    let refused = patch(&service, &id, &json!({"qty": "11"})).await;
    let text = "unable to replace order, order isn't sent to exchange yet";
    assert_eq!(refused.body, json!({"code": 40_010_001, "message": text}));
}
