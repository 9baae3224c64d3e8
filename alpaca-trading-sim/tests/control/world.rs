//! The world as a whole, and its journal.

use alpaca_trading_sim::Simulator;
use serde_json::{Value, json};

use crate::hand::Hand;

#[tokio::test]
async fn snapshots_are_gone_back_to() {
    let hand = Hand::new(1).await;
    let (status, made) = hand.ask("POST", "/snapshots", "").await;
    assert_eq!(
        (status, made),
        (201, json!({"id": 1, "at": "2026-01-05T15:00:00Z"}))
    );
    let first = hand.buy("AAPL").await;
    hand.done("POST", "/clock/advance", r#"{"seconds": 60}"#)
        .await;
    assert_eq!(hand.done("GET", "/accounts", "").await[0]["orders"], 1);

    hand.done("POST", "/snapshots/1/restore", "").await;
    assert_eq!(
        hand.done("GET", "/clock", "").await["now"],
        "2026-01-05T15:00:00Z"
    );
    assert_eq!(hand.done("GET", "/accounts", "").await[0]["orders"], 0);
    assert_eq!(
        hand.buy("AAPL").await,
        first,
        "the same again, to the last id"
    );

    for id in 2..=16 {
        assert_eq!(hand.done("POST", "/snapshots", "").await["id"], id);
    }
    let (status, message) = hand.refused("POST", "/snapshots", "").await;
    assert_eq!((status, message.contains("16 snapshots")), (422, true));
    assert_eq!(
        hand.done("GET", "/snapshots", "")
            .await
            .as_array()
            .unwrap()
            .len(),
        16
    );
    assert_eq!(hand.done("DELETE", "/snapshots/1", "").await["removed"], 1);
    assert_eq!(
        hand.done("POST", "/snapshots", "").await["id"],
        17,
        "no number is used twice"
    );
    for (method, path) in [
        ("DELETE", "/snapshots/1"),
        ("POST", "/snapshots/1/restore"),
        ("POST", "/snapshots/x/restore"),
    ] {
        assert_eq!(hand.refused(method, path, "").await.0, 404);
    }
}

#[tokio::test]
async fn accounts_are_told_without_secrets_and_add_up() {
    let hand = Hand::new(1).await;
    hand.buy("AAPL").await;
    let (status, text) = hand.send("GET", "/sim/v1/accounts", "").await;
    assert_eq!(status, 200);
    assert!(!text.contains("simulator"), "{text}");
    let accounts: Value = serde_json::from_str(&text).unwrap();
    assert_eq!(accounts[0]["key_id"], "PKSIMULATOR");
    assert_eq!(accounts[0]["positions"], 1);
    assert_ne!(accounts[0]["cash"], accounts[0]["equity"]);
    let state = json!({
        "status": "ACTIVE", "trading_blocked": false, "transfers_blocked": false,
        "account_blocked": false, "liquidation_only": false,
    });
    assert_eq!(accounts[0]["state"], state);
    assert_eq!(
        hand.done("GET", "/audit", "").await,
        json!({"ok": true, "fault": null})
    );
}

#[tokio::test]
async fn accounts_are_blocked_and_let_go_on() {
    let hand = Hand::new(1).await;
    let path = "/accounts/PKSIMULATOR";
    let change = r#"{"trading_blocked": true, "status": "ACTION_REQUIRED"}"#;
    let changed = hand.done("PATCH", path, change).await;
    assert_eq!(changed["state"]["trading_blocked"], true);
    assert_eq!(changed["state"]["status"], "ACTION_REQUIRED");
    assert_eq!(changed["state"]["account_blocked"], false);
    assert_eq!(changed, hand.done("GET", "/accounts", "").await[0]);
    let order = r#"{"symbol": "AAPL", "qty": "1", "side": "buy", "type": "market", "time_in_force": "gtc"}"#;
    assert_eq!(hand.send("POST", "/v2/orders", order).await.0, 403);
    for (path, body, status, message) in [
        ("/accounts/PKOTHER", "{}", 404, "no account has the key id"),
        (
            path,
            r#"{"status": "OPEN"}"#,
            400,
            "the body: unknown variant",
        ),
        (path, r#"{"blocked": true}"#, 400, "the body: unknown field"),
        (
            path,
            r#"{"trading_blocked": 1}"#,
            400,
            "the body: invalid type",
        ),
    ] {
        let (refusal, text) = hand.refused("PATCH", path, body).await;
        assert_eq!(refusal, status, "{path} {body}: {text}");
        assert!(text.starts_with(message), "{path} {body}: {text}");
    }
    // What is not named stays.
    let changed = hand.done("PATCH", path, r#"{"status": "ACTIVE"}"#).await;
    assert_eq!(changed["state"]["trading_blocked"], true);
    hand.done("PATCH", path, r#"{"trading_blocked": false}"#)
        .await;
    hand.buy("AAPL").await;
    let journal = hand.simulator.journal();
    let written = |line: &&String| line.contains(r#""what":"account""#);
    assert_eq!(journal.iter().filter(written).count(), 3);
}

#[tokio::test]
async fn what_there_is_not_is_said() {
    let hand = Hand::new(1).await;
    for (method, path, status) in [
        ("GET", "", 404),
        ("GET", "/", 404),
        ("GET", "/nothing", 404),
        ("POST", "/clock", 405),
        ("DELETE", "/market/AAPL", 405),
        ("GET", "/market/prices", 405),
        ("PUT", "/journal", 405),
        ("GET", "/journal?since=x", 400),
        ("GET", "/journal?until=1", 400),
    ] {
        assert_eq!(
            hand.refused(method, path, "").await.0,
            status,
            "{method} {path}"
        );
    }
    let (status, _) = hand
        .refused("POST", "/faults", &" ".repeat((1 << 20) + 1))
        .await;
    assert_eq!(status, 413);

    let without = Simulator::builder().start().await.unwrap();
    let url = format!("{}/sim/v1/journal", without.base_url());
    assert_eq!(reqwest::get(url).await.unwrap().status(), 404);
}

/// Everything that the control surface can do, and some orders.
async fn journal_of(seed: u64) -> String {
    let hand = Hand::new(seed).await;
    hand.done(
        "PUT",
        "/market/AAPL",
        r#"{"bid": "187.49", "ask": "187.51", "last": "187.50"}"#,
    )
    .await;
    hand.done(
        "POST",
        "/market/walk",
        r#"{"symbols": ["SPY", "BTC/USD"], "seed": 5}"#,
    )
    .await;
    let rows = "timestamp,symbol,bid,ask,last\n2026-01-05T15:00:10Z,AAPL,200.00,200.02,200.01\n";
    hand.done("POST", "/market/prices", rows).await;
    let fault = r#"{"operation": "get_clock", "probability": 0.5, "fault": {"kind": "rate_limited", "reset_in": 3}}"#;
    hand.done("POST", "/faults", fault).await;
    for _ in 0..8 {
        hand.send("GET", "/v2/clock", "").await;
    }
    for symbol in ["AAPL", "SPY"] {
        hand.buy(symbol).await;
        hand.done("POST", "/clock/advance", r#"{"seconds": 30}"#)
            .await;
    }
    hand.done("POST", "/market/QQQ/halt", r#"{"halted": true}"#)
        .await;
    hand.done("POST", "/snapshots", "").await;
    hand.done("POST", "/clock/advance", r#"{"to": "close"}"#)
        .await;
    hand.done("POST", "/snapshots/1/restore", "").await;
    hand.done("POST", "/clock/advance", r#"{"seconds": 5}"#)
        .await;
    let (status, journal) = hand.send("GET", "/sim/v1/journal", "").await;
    assert_eq!(status, 200);
    let (_, rest) = hand.send("GET", "/sim/v1/journal?since=3", "").await;
    assert_eq!(journal.splitn(4, '\n').last(), Some(rest.as_str()));
    journal
}

#[tokio::test]
async fn the_same_calls_write_the_same_bytes() {
    let journal = journal_of(7).await;
    for what in [
        "clock", "quote", "walk", "prices", "halt", "fault", "request", "answer", "event",
        "activity",
    ] {
        assert!(journal.contains(&format!(r#""what":"{what}""#)), "{what}");
    }
    for line in journal.lines() {
        serde_json::from_str::<Value>(line).unwrap();
    }
    assert!(journal == journal_of(7).await, "two runs differ");
    assert!(journal != journal_of(8).await, "ids come from the seed");
}
