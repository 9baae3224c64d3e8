//! What every answer carries, and the forms that requests may have.

use std::collections::HashSet;
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};

use chrono::DateTime;
use serde_json::json;

use crate::support::{KEYS, ORDER, Raw, builder, start};

const LIMIT: &str = r#"{"symbol": "AAPL", "qty": "1", "side": "buy", "type": "limit", "limit_price": "1",
    "time_in_force": "gtc", "client_order_id": "mine"}"#;

#[tokio::test]
async fn two_hundred_in_a_minute_and_no_more() {
    let second = Arc::new(AtomicI64::new(1_790_000_040));
    let clock = Arc::clone(&second);
    let simulator = builder()
        .rate_limit(200)
        .wall_clock(move || DateTime::from_timestamp(clock.load(Ordering::SeqCst), 0).unwrap())
        .start()
        .await
        .unwrap();
    let mut raw = Raw::connect(&simulator).await;
    for _ in 0..2 {
        // A whole minute is left on the wall, and it is told by the clock of the world.
        let reset = 1_767_625_200 + 60;
        for made in 1..=203_u32 {
            let answer = raw.ask("GET", "/v2/account", "").await;
            let status = if made <= 200 { 200 } else { 429 };
            assert_eq!(answer.status, status, "{made}");
            let remaining = 200_u32.saturating_sub(made).to_string();
            assert_eq!(answer.header("x-ratelimit-limit"), Some("200"));
            assert_eq!(answer.header("x-ratelimit-remaining"), Some(&*remaining));
            assert_eq!(
                answer.header("x-ratelimit-reset"),
                Some(&*reset.to_string())
            );
            if status == 429 {
                assert_eq!(answer.json(), json!({"message": "too many requests."}));
                // Refused before anything is done.
                assert_eq!(raw.ask("POST", "/v2/orders", ORDER).await.status, 429);
            }
        }
        second.fetch_add(60, Ordering::SeqCst);
    }
    assert_eq!(crate::support::orders(&simulator), 0);
}

#[tokio::test]
async fn every_answer_has_an_id_and_a_content_type() {
    let simulator = start().await;
    let mut raw = Raw::connect(&simulator).await;
    let mut ids = HashSet::new();
    for (method, target, body, status) in [
        ("GET", "/v2/account", "", 200),
        ("GET", "/v2/clock", "", 200),
        ("GET", "/v2/orders/nonsense", "", 422),
        (
            "GET",
            "/v2/orders/00000000-0000-0000-0000-000000000000",
            "",
            404,
        ),
        ("GET", "/v2/wallets", "", 501),
        ("GET", "/v2/nowhere", "", 404),
        ("GET", "/", "", 404),
        ("GET", "/v2/account/%ff", "", 404),
        ("POST", "/v2/orders", "{", 400),
        ("POST", "/v2/orders", "{}", 422),
        ("POST", "/v2/account", "", 405),
        ("OPTIONS", "/v2/orders", "", 405),
        ("BREW", "/v2/orders", "", 405),
        ("TRACE", "/v2/orders", "", 405),
        ("DELETE", "/v2/orders", "", 207),
    ] {
        let answer = raw.ask(method, target, body).await;
        assert_eq!(answer.status, status, "{method} {target}");
        let kind = answer.header("content-type");
        assert_eq!(
            kind,
            Some("application/json; charset=UTF-8"),
            "{method} {target}"
        );
        assert!(!answer.body.is_empty() && (answer.json().is_object() || status == 207));
        let id = answer.header("x-request-id").unwrap();
        assert!(id.len() == 32 && ids.insert(id.to_owned()), "{id}");
        if status == 405 {
            assert!(
                answer.header("allow").unwrap().contains("GET"),
                "{answer:?}"
            );
        }
    }
}

#[tokio::test]
async fn a_cancel_is_answered_by_a_type_without_a_body() {
    let simulator = start().await;
    let mut raw = Raw::connect(&simulator).await;
    let order = raw.ask("POST", "/v2/orders", LIMIT).await.json();
    let id = order["id"].as_str().unwrap();
    let answer = raw.ask("DELETE", &format!("/v2/orders/{id}"), "").await;
    assert_eq!((answer.status, answer.body.len()), (204, 0));
    assert_eq!(
        answer.header("content-type"),
        Some("application/json; charset=UTF-8")
    );
    assert_eq!(answer.header("content-length"), None);
    assert_eq!(answer.header("transfer-encoding"), None);
    // Nothing of it is left in the way of the next.
    assert_eq!(raw.ask("GET", "/v2/account", "").await.status, 200);
}

#[tokio::test]
async fn a_head_is_what_a_get_would_say() {
    let simulator = start().await;
    let mut raw = Raw::connect(&simulator).await;
    for target in ["/v2/account", "/v2/nowhere", "/v2/orders"] {
        let get = raw.ask("GET", target, "").await;
        let head = raw.ask("HEAD", target, "").await;
        assert_eq!(head.status, get.status, "{target}");
        assert_eq!(head.header("content-length"), get.header("content-length"));
        assert_eq!(head.header("content-type"), get.header("content-type"));
    }
    // A stream has a head as well, and no body that could hold the connection.
    assert_eq!(raw.ask("HEAD", "/v2/events/trades", "").await.status, 200);
    assert_eq!(raw.ask("GET", "/v2/account", "").await.status, 200);
}

#[tokio::test]
async fn requests_may_take_liberties() {
    let simulator = start().await;
    let mut raw = Raw::connect(&simulator).await;
    // No Content-Type, as everywhere here, or one that is wrong.
    let order = raw.ask("POST", "/v2/orders", LIMIT).await;
    assert_eq!(order.status, 200);
    let id = order.json()["id"].as_str().unwrap().to_owned();
    raw.send(format!(
        "POST /v2/orders HTTP/1.1\r\nHost: x\r\n{KEYS}Content-Type: text/plain\r\n\
         Transfer-Encoding: chunked\r\n\r\n{:x}\r\n{ORDER}\r\n0\r\n\r\n",
        ORDER.len()
    ))
    .await;
    assert_eq!(raw.answer(false).await.unwrap().status, 200);
    let plain = id.replace('-', "");
    let found = [
        format!("/v2/orders/{id}"),
        format!("/v2/orders/{id}/"),
        format!("/v2/orders/{plain}"),
        format!("/v2/orders/{}", plain.to_uppercase()),
        format!("/v2/orders/{}", id.replace('-', "%2D")),
        format!("http://x/v2/orders/{id}"),
    ];
    for target in found {
        assert_eq!(
            raw.ask("GET", &target, "").await.json()["id"],
            json!(id),
            "{target}"
        );
    }
    let coin = raw.ask("GET", "/v2/assets/BTC%2FUSD", "").await;
    assert_eq!(coin.json()["symbol"], "BTC/USD");
    assert_eq!(raw.ask("GET", "/v2/assets/BTC/USD", "").await.status, 404);
    assert_eq!(
        raw.ask("GET", "/v2/assets/BTC%2fUSD", "").await.status,
        coin.status
    );
    // Of a parameter that is given twice, the first counts; lists are joined.
    for (query, count) in [
        ("status=all&status=closed", 2),
        ("status=open&status=all", 1),
        ("status=all&limit=1&limit=500", 1),
        ("status=all&symbols=SPY&symbols=AAPL", 2),
        ("status=all&symbols=SPY", 0),
        ("status=&status=all", 1),
        ("&&&status=all&", 2),
    ] {
        let list = raw
            .ask("GET", &format!("/v2/orders?{query}"), "")
            .await
            .json();
        assert_eq!(list.as_array().unwrap().len(), count, "{query}");
    }
}

#[tokio::test]
async fn a_client_that_ends_its_side_after_asking_is_answered() {
    use tokio::io::AsyncWriteExt;

    let simulator = start().await;
    for (method, body) in [("GET", ""), ("POST", ORDER)] {
        let mut raw = Raw::connect(&simulator).await;
        let length = body.len();
        raw.send(format!(
            "{method} /v2/orders HTTP/1.1\r\nHost: x\r\n{KEYS}Content-Length: {length}\r\n\r\n{body}"
        ))
        .await;
        raw.0.shutdown().await.unwrap();
        let (seen, end) = raw.rest().await;
        end.unwrap();
        let text = String::from_utf8(seen).unwrap();
        assert!(text.starts_with("HTTP/1.1 200 OK\r\n"), "{text}");
    }
}
