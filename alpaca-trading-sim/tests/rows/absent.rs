//! The table of errors: what is not understood, what is not there, what is wrong with ids and parameters.

use serde_json::{Value, json};

use crate::desk::{Desk, limit};
use crate::row::{INVALID, Row, UNKNOWN, at, hold, nothing, post};

#[tokio::test]
async fn what_is_not_understood_is_400() {
    for body in [
        "{",
        "[]",
        "null",
        "5",
        "{\"symbol\": 5}",
        "{\"extended_hours\": 1}",
        "\u{0}",
    ] {
        hold(vec![Row {
            body: body.to_owned(),
            ..post(
                nothing,
                Value::Null,
                (400, 40_010_000),
                "failed to decode request body",
            )
        }])
        .await;
    }
}

#[tokio::test]
async fn what_is_not_there_is_404() {
    hold(vec![
        at(
            nothing,
            ("GET", "/v2/orders/61e69015-8549-4bfd-b9c3-01e75843f47d"),
            UNKNOWN,
            "order not found for 61e69015-8549-4bfd-b9c3-01e75843f47d",
        ),
        at(
            nothing,
            ("DELETE", "/v2/orders/61e6901585494bfdb9c301e75843f47d"),
            UNKNOWN,
            "order not found for 61e69015-8549-4bfd-b9c3-01e75843f47d",
        ),
        at(
            nothing,
            ("PATCH", "/v2/orders/61e69015-8549-4bfd-b9c3-01e75843f47d"),
            UNKNOWN,
            "order not found for 61e69015-8549-4bfd-b9c3-01e75843f47d",
        )
        .sending("{\"qty\": \"2\"}"),
        at(
            nothing,
            ("GET", "/v2/orders:by_client_order_id?client_order_id=mine"),
            UNKNOWN,
            "order not found for mine",
        ),
        at(
            nothing,
            (
                "GET",
                "/v2/orders?after_order_id=61e69015-8549-4bfd-b9c3-01e75843f47d",
            ),
            UNKNOWN,
            "order not found for 61e69015-8549-4bfd-b9c3-01e75843f47d",
        ),
        at(
            nothing,
            ("GET", "/v2/positions/AAPL"),
            UNKNOWN,
            "position does not exist",
        ),
        at(
            nothing,
            ("GET", "/v2/positions/NOPE"),
            UNKNOWN,
            "position does not exist",
        ),
        at(
            nothing,
            ("DELETE", "/v2/positions/AAPL"),
            UNKNOWN,
            "position does not exist",
        ),
        at(
            nothing,
            ("GET", "/v2/assets/NOPE"),
            UNKNOWN,
            "asset not found for NOPE",
        ),
        at(
            nothing,
            ("GET", "/v2/watchlists/61e69015-8549-4bfd-b9c3-01e75843f47d"),
            UNKNOWN,
            "watchlist not found",
        ),
    ])
    .await;
    let desk = Desk::open().await;
    let (status, answer) = desk.call("GET", "/v2/nothing", "");
    assert_eq!(
        (status, answer),
        (404, json!({"message": "endpoint not found."}))
    );
}

#[tokio::test]
async fn what_is_wrong_with_an_id_is_422() {
    hold(vec![
        post(
            |desk| {
                let mut body = limit("buy", "1", "90");
                body["client_order_id"] = json!("mine");
                let id = desk.order(body);
                desk.cancel(&id);
                id
            },
            limit("buy", "1", "90"),
            INVALID,
            "client_order_id must be unique",
        )
        .sending(
            r#"{"symbol": "AAPL", "qty": "1", "side": "buy", "type": "market", "time_in_force": "day", "client_order_id": "mine"}"#,
        ),
        at(nothing, ("DELETE", "/v2/orders/"), INVALID, "order_id is missing"),
        at(nothing, ("GET", "/v2/orders/"), INVALID, "order_id is missing"),
        at(nothing, ("PATCH", "/v2/orders/"), INVALID, "order_id is missing"),
        at(nothing, ("GET", "/v2/orders/nope"), INVALID, "order_id is not a valid UUID: nope"),
        at(nothing, ("GET", "/v2/orders?after=yesterday"), INVALID, "failed to parse after"),
        at(nothing, ("GET", "/v2/orders?until=12"), INVALID, "failed to parse until"),
        at(nothing, ("GET", "/v2/orders?after_order_id=12"), INVALID, "failed to parse after_order_id"),
        at(nothing, ("GET", "/v2/account/activities?after=x"), INVALID, "failed to parse after"),
        at(nothing, ("GET", "/v2/account/activities?date=x"), INVALID, "failed to parse date"),
        at(nothing, ("GET", "/v2/orders?limit=501"), INVALID, "limit must be between 1 and 500"),
        at(nothing, ("GET", "/v2/orders?status=done"), INVALID, "invalid status"),
        at(nothing, ("GET", "/v2/orders?direction=up"), INVALID, "invalid direction"),
        at(nothing, ("GET", "/v2/orders:by_client_order_id"), INVALID, "client_order_id is missing"),
    ])
    .await;
}

#[tokio::test]
async fn what_is_not_served_says_so() {
    let desk = Desk::open().await;
    for (method, target) in [
        ("GET", "/v2/options/contracts"),
        ("POST", "/v1/locates"),
        ("GET", "/v2/corporate_actions/announcements"),
        ("POST", "/v2/positions/AAPL260116C00100000/exercise"),
        ("GET", "/v2/wallets"),
    ] {
        let (status, code, message) = desk.refused(method, target, "");
        assert_eq!((status, code), (501, Some(50_110_000)), "{target}");
        assert!(message.contains(&format!("({method} /")), "{message}");
    }
    let (status, answer) = desk.call("PUT", "/v2/account", "");
    assert_eq!(
        (status, answer),
        (405, json!({"message": "method not allowed."}))
    );
}
