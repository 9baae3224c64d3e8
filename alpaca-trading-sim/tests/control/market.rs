//! The market.

use serde_json::json;

use crate::hand::Hand;

#[tokio::test]
async fn the_market_is_shown_and_set() {
    let hand = Hand::new(1).await;
    let quote = hand
        .done("PUT", "/market/AAPL", r#"{"price": 187.5}"#)
        .await;
    let expected = json!({
        "symbol": "AAPL", "bid": "187.49", "ask": "187.51", "last": "187.5", "volume": null,
        "halted": false,
    });
    assert_eq!(quote, expected);
    assert_eq!(hand.done("GET", "/market/AAPL", "").await, expected);
    let body = r#"{"bid": "91250.000000001", "ask": 91262.5, "last": "91255.1", "volume": 0.8}"#;
    let quote = hand.done("PUT", "/market/BTC%2FUSD", body).await;
    assert_eq!(
        (
            quote["symbol"].as_str(),
            quote["bid"].as_str(),
            quote["volume"].as_str()
        ),
        (Some("BTC/USD"), Some("91250.000000001"), Some("0.8"))
    );
    let quote = hand
        .done(
            "PUT",
            "/market/SPY",
            r#"{"bid": "600.00", "ask": "600.03"}"#,
        )
        .await;
    assert_eq!(quote["last"], "600.015");
    let quote = hand
        .done("PUT", "/market/SPY", r#"{"price": "0.00002"}"#)
        .await;
    assert_eq!(
        (quote["bid"].as_str(), quote["ask"].as_str()),
        (Some("0.00002"), Some("0.00012"))
    );

    for (method, path, body, status, message) in [
        (
            "GET",
            "/market/NONE",
            "",
            404,
            "nothing of the symbol `NONE`",
        ),
        (
            "PUT",
            "/market/NONE",
            r#"{"price": 1}"#,
            404,
            "nothing of the symbol `NONE`",
        ),
        (
            "POST",
            "/market/NONE/halt",
            r#"{"halted": true}"#,
            404,
            "nothing of the symbol",
        ),
        (
            "POST",
            "/market/AAPL/halt",
            "{}",
            400,
            "the body: missing field `halted`",
        ),
        (
            "POST",
            "/market/walk",
            r#"{"symbols": ["NONE"]}"#,
            404,
            "nothing of the symbol",
        ),
        (
            "POST",
            "/market/walk",
            r#"{"symbols": ["SPY", "SPY"]}"#,
            422,
            "asset SPY is named twice",
        ),
        (
            "POST",
            "/market/walk",
            r#"{"seed": -1}"#,
            400,
            "the body: invalid value",
        ),
        ("GET", "/market/%FF", "", 400, "the path is no text"),
        ("PUT", "/market/AAPL", "{}", 422, "say `price` alone"),
        (
            "PUT",
            "/market/AAPL",
            r#"{"price": 1, "bid": 1}"#,
            422,
            "say `price` alone",
        ),
        (
            "PUT",
            "/market/AAPL",
            r#"{"bid": 1}"#,
            422,
            "say `price` alone",
        ),
        (
            "PUT",
            "/market/AAPL",
            r#"{"price": 0}"#,
            422,
            "bid 0 is not above zero",
        ),
        (
            "PUT",
            "/market/AAPL",
            r#"{"price": 1e27}"#,
            422,
            "bid 1000000000000000000000000000 is not below",
        ),
        (
            "PUT",
            "/market/AAPL",
            r#"{"bid": 7.9e28, "ask": 7.9e28}"#,
            422,
            "bid and ask are too large",
        ),
        (
            "PUT",
            "/market/AAPL",
            r#"{"bid": 2, "ask": 1}"#,
            422,
            "ask 1 is below bid 2",
        ),
        (
            "PUT",
            "/market/AAPL",
            r#"{"bid": 1, "ask": 2, "volume": -1}"#,
            422,
            "volume -1 is below",
        ),
        (
            "PUT",
            "/market/AAPL",
            r#"{"price": true}"#,
            400,
            "the body: `true` is no decimal",
        ),
    ] {
        let (refusal, text) = hand.refused(method, path, body).await;
        assert_eq!(refusal, status, "{path} {body}: {text}");
        assert!(text.starts_with(message), "{path} {body}: {text}");
    }
    assert_eq!(hand.done("GET", "/market/AAPL", "").await, expected);
}

#[tokio::test]
async fn a_halt_keeps_orders_waiting() {
    let hand = Hand::new(1).await;
    let halt = |halted: bool| json!({ "halted": halted }).to_string();
    let halted = hand.done("POST", "/market/AAPL/halt", &halt(true)).await;
    assert_eq!(halted["halted"], true);
    assert_eq!(hand.done("GET", "/market/AAPL", "").await, halted);
    let order = r#"{"symbol": "AAPL", "qty": "1", "side": "buy", "type": "limit", "limit_price": "190",
        "time_in_force": "day"}"#;
    let (status, text) = hand.send("POST", "/v2/orders", order).await;
    assert_eq!(status, 200, "{text}");
    let price = r#"{"price": "187.50"}"#;
    assert_eq!(
        hand.done("PUT", "/market/AAPL", price).await["halted"],
        true
    );
    assert_eq!(hand.done("GET", "/accounts", "").await[0]["positions"], 0);

    let halted = hand.done("POST", "/market/AAPL/halt", &halt(false)).await;
    assert_eq!(halted["halted"], false);
    hand.done("PUT", "/market/AAPL", price).await;
    assert_eq!(hand.done("GET", "/accounts", "").await[0]["positions"], 1);
}

#[tokio::test]
async fn prices_are_played_by_the_clock_whole_or_not_at_all() {
    let hand = Hand::new(1).await;
    let rows = "timestamp,symbol,bid,ask,last\n\
        2026-01-05T14:00:00Z,AAPL,1.00,1.01,1.00\n\
        2026-01-05T15:00:10Z,AAPL,200.00,200.02,200.01\n\
        2026-01-05T15:00:20Z,BTC/USD,90000,90010,90005\n";
    let (status, text) = hand.send("POST", "/sim/v1/market/prices", rows).await;
    assert_eq!(
        (status, text.as_str()),
        (200, r#"{"quotes":2}"#),
        "one is of the past"
    );
    hand.done("POST", "/clock/advance", r#"{"seconds": 10}"#)
        .await;
    assert_eq!(hand.done("GET", "/market/AAPL", "").await["last"], "200.01");
    hand.done("POST", "/clock/advance", r#"{"seconds": 10}"#)
        .await;
    assert_eq!(
        hand.done("GET", "/market/BTC%2FUSD", "").await["last"],
        "90005"
    );

    let bad = format!("{rows}2026-01-05T15:00:30Z,AAPL,300.00,200.02,200.01\n");
    let (status, message) = hand.refused("POST", "/market/prices", &bad).await;
    assert_eq!(
        (status, message.as_str()),
        (422, "the body, line 5: ask 200.02 is below bid 300.00")
    );
    let (status, message) = hand.refused("POST", "/market/prices", "").await;
    assert_eq!((status, message.as_str()), (422, "the body is empty"));
}

#[tokio::test]
async fn a_walk_moves_what_it_names() {
    let hand = Hand::new(1).await;
    let spy = hand.done("GET", "/market/SPY", "").await;
    let aapl = hand.done("GET", "/market/AAPL", "").await;
    hand.done("POST", "/market/walk", r#"{"symbols": ["SPY"], "seed": 3}"#)
        .await;
    hand.done("POST", "/clock/advance", r#"{"seconds": 60}"#)
        .await;
    assert_ne!(hand.done("GET", "/market/SPY", "").await, spy);
    assert_eq!(hand.done("GET", "/market/AAPL", "").await, aapl);
}
