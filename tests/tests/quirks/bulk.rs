//! Answers about many orders or positions at once: each item tells its own outcome.

use alpaca_trading_gen::types::{
    CanceledOrderResponse, OrderOrError, OrderSide, OrderStatus, PositionClosedResponse,
};
use serde_json::{Value, json};

use crate::orders::order;
use crate::wire::exchange;
use crate::{decode, digits, some, with};

fn closed(status: u16, body: Value) -> PositionClosedResponse {
    decode(&json!({"symbol": "QRST", "status": status, "body": body}))
}

#[test]
fn a_position_that_was_not_closed_has_an_error_for_a_body() {
    let item = closed(
        403,
        json!({
            "code": 40310000, "message": "insufficient qty available for order",
            "available": "0", "existing_qty": "250.5", "held_for_orders": "250.5", "symbol": "QRST"
        }),
    );
    assert_eq!(item.status, 403);
    let Some(OrderOrError::Error(error)) = item.body else {
        panic!("{:?}", item.body)
    };
    assert_eq!(error.code, Some(40_310_000));
    assert_eq!(error.message, "insufficient qty available for order");
    assert_eq!(digits(error.available), some("0"));
    assert_eq!(digits(error.existing_qty), some("250.5"));
    assert_eq!(digits(error.held_for_orders), some("250.5"));
    assert_eq!(error.symbol.as_deref(), Some("QRST"));
}

#[test]
fn the_error_of_an_item_may_be_code_and_message_alone() {
    let item = closed(
        500,
        json!({"code": 50010000, "message": "internal server error"}),
    );
    let Some(OrderOrError::Error(error)) = item.body else {
        panic!("{:?}", item.body)
    };
    assert_eq!(error.code, Some(50_010_000));
    assert_eq!(error.message, "internal server error");
    assert_eq!(error.available, None);
    assert_eq!(error.symbol, None);
}

#[test]
fn a_position_that_was_closed_has_the_order_for_a_body() {
    let item = closed(200, with(order(), json!({"side": "sell", "qty": "0.10"})));
    let Some(OrderOrError::Order(order)) = item.body else {
        panic!("{:?}", item.body)
    };
    assert_eq!(order.side, Some(OrderSide::Sell));
    assert_eq!(digits(order.qty), some("0.10"));
}

#[test]
fn a_body_that_is_neither_is_kept_whole() {
    let item = closed(202, json!({"queued": true}));
    let Some(OrderOrError::Unknown(body)) = item.body else {
        panic!("{:?}", item.body)
    };
    assert_eq!(body.json(), r#"{"queued":true}"#);
    assert_eq!(closed(200, Value::Null).body, None);
}

/// What has an id is an order, whatever it says besides.
#[test]
fn an_order_with_a_message_is_an_order() {
    let item = closed(200, with(order(), json!({"message": "accepted"})));
    assert!(
        matches!(item.body, Some(OrderOrError::Order(_))),
        "{:?}",
        item.body
    );
    let item = closed(403, json!({"id": null, "message": "refused"}));
    assert!(
        matches!(item.body, Some(OrderOrError::Error(_))),
        "{:?}",
        item.body
    );
}

fn canceled(changes: Value) -> CanceledOrderResponse {
    let item = json!({"id": "b3f1c0de-52a7-4c11-9d3e-6a7f00c1e001", "status": 200});
    decode(&with(item, changes))
}

#[test]
fn a_canceled_order_may_come_along_in_full() {
    let item = canceled(json!({"body": with(order(), json!({"status": "pending_cancel"}))}));
    assert_eq!(item.status, Some(200));
    let Some(OrderOrError::Order(order)) = item.body else {
        panic!("{:?}", item.body)
    };
    assert_eq!(order.status, OrderStatus::PendingCancel);
    assert_eq!(item.id, Some(order.id));
}

#[test]
fn an_order_that_was_not_canceled_has_an_error_for_a_body() {
    let item = canceled(json!({
        "status": 404, "body": {"code": 40410000, "message": "order not found"}
    }));
    assert_eq!(item.status, Some(404));
    let Some(OrderOrError::Error(error)) = item.body else {
        panic!("{:?}", item.body)
    };
    assert_eq!(error.code, Some(40_410_000));
    assert_eq!(error.message, "order not found");
}

#[test]
fn a_canceled_order_may_come_without_a_body() {
    assert_eq!(canceled(json!({})).body, None);
    assert_eq!(canceled(json!({"body": null})).body, None);
}

#[tokio::test]
async fn one_answer_holds_successes_and_failures() {
    let body = json!([
        {"symbol": "QRST", "status": 200, "body": order()},
        {"symbol": "UVW", "status": 403, "body": {"code": 40310000, "message": "held"}},
    ]);
    let (answer, request) = exchange(207, &body.to_string(), async |client| {
        client
            .close_all_positions()
            .cancel_orders(true)
            .send()
            .await
    })
    .await;
    assert_eq!(request.line, "DELETE /v2/positions?cancel_orders=true");
    let answer = answer.expect("an answer with several statuses");
    assert_eq!(answer.status().as_u16(), 207);
    let items = answer.into_inner();
    assert_eq!(
        items.iter().map(|item| item.status).collect::<Vec<_>>(),
        [200, 403]
    );
    assert!(matches!(items[0].body, Some(OrderOrError::Order(_))));
    assert!(matches!(items[1].body, Some(OrderOrError::Error(_))));
}
