//! Requests that never arrive whole.

use std::time::Duration;

use tokio::time::{Instant, advance, pause};

use crate::support::{KEYS, ORDER, Raw, builder, events, orders, start};

/// With a clock that stands still but for waits.
async fn at_once(longest: Duration) -> alpaca_trading_sim::Simulator {
    let simulator = builder().request_timeout(longest).start().await.unwrap();
    pause();
    simulator
}

fn half(length: usize) -> String {
    format!("POST /v2/orders HTTP/1.1\r\nHost: x\r\n{KEYS}Content-Length: {length}\r\n\r\n{{")
}

#[tokio::test]
async fn half_a_head_ends_its_connection_in_time() {
    let longest = Duration::from_secs(5);
    let simulator = at_once(longest).await;
    for before in [0, 1] {
        for piece in ["G", "GET /v2/account HTTP/1.1\r\nHost: x\r\nApca"] {
            let mut raw = Raw::connect(&simulator).await;
            for _ in 0..before {
                assert_eq!(raw.ask("GET", "/v2/account", "").await.status, 200);
            }
            let began = Instant::now();
            raw.send(piece).await;
            let (seen, _) = raw.rest().await;
            assert_eq!(seen.len(), 0);
            let took = began.elapsed();
            assert!(
                took >= longest && took < longest + Duration::from_secs(1),
                "{took:?}"
            );
        }
    }
}

#[tokio::test]
async fn half_a_body_is_answered_in_time_and_changes_nothing() {
    let simulator = at_once(Duration::from_secs(5)).await;
    for (target, status) in [("/v2/orders", 408), ("/sim/v1/clock/advance", 400)] {
        let mut raw = Raw::connect(&simulator).await;
        raw.send(half(100).replace("/v2/orders", target)).await;
        let answer = raw.answer(false).await.unwrap();
        assert_eq!(answer.status, status);
        assert!(answer.json()["message"].is_string());
        let (rest, _) = raw.rest().await;
        assert_eq!(rest.len(), 0, "and the connection ends");
    }
    assert_eq!(orders(&simulator), 0);
}

#[tokio::test]
async fn whoever_is_slow_but_not_too_slow_is_served() {
    let simulator = at_once(Duration::from_secs(30)).await;
    let mut raw = Raw::connect(&simulator).await;
    // No piece waits for the last one to be confirmed: that takes time by no clock of ours.
    raw.0.set_nodelay(true).unwrap();
    let length = ORDER.len();
    let whole = format!(
        "POST /v2/orders HTTP/1.1\r\nHost: x\r\n{KEYS}Content-Length: {length}\r\n\r\n{ORDER}"
    );
    for _ in 0..2 {
        for piece in whole.as_bytes().chunks(16) {
            raw.send(piece).await;
            tokio::time::sleep(Duration::from_secs(1)).await;
        }
        assert_eq!(raw.answer(false).await.unwrap().status, 200);
    }
    assert_eq!(orders(&simulator), 2);
}

#[tokio::test]
async fn who_asks_for_nothing_may_wait_for_ever() {
    let simulator = start().await;
    pause();
    let began = Instant::now();
    let mut fresh = Raw::connect(&simulator).await;
    let mut idle = Raw::connect(&simulator).await;
    assert_eq!(idle.ask("GET", "/v2/account", "").await.status, 200);
    let mut stream = events(&simulator, "/v2/events/trades").await;
    stream.until("\r\n\r\n").await;
    // No request that arrives at once has set a timer.
    assert_eq!(began.elapsed(), Duration::ZERO);
    for _ in 0..10 {
        advance(Duration::from_secs(60)).await;
        tokio::task::yield_now().await;
    }
    assert_eq!(fresh.ask("GET", "/v2/account", "").await.status, 200);
    assert_eq!(idle.ask("GET", "/v2/account", "").await.status, 200);
    simulator.call("POST", "/v2/orders", ORDER);
    stream.until("pending_new").await;
}

#[tokio::test]
async fn there_may_be_no_limit() {
    let simulator = at_once(Duration::ZERO).await;
    let mut raw = Raw::connect(&simulator).await;
    raw.0.set_nodelay(true).unwrap();
    raw.send(half(ORDER.len())).await;
    let mut head = Raw::connect(&simulator).await;
    head.send("GET /v2/account HTTP/1.1\r\nHo").await;
    tokio::time::sleep(Duration::from_secs(1_000_000)).await;
    raw.send(&ORDER[1..]).await;
    assert_eq!(raw.answer(false).await.unwrap().status, 200);
    head.send(format!("st: x\r\n{KEYS}\r\n")).await;
    assert_eq!(head.answer(false).await.unwrap().status, 200);
}
