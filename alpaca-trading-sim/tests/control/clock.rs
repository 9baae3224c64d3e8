//! The clock.

use std::time::Duration;

use alpaca_trading_sim::{ClockMode, Simulator};
use chrono::TimeDelta;
use serde_json::json;

use crate::hand::Hand;

#[tokio::test]
async fn the_clock_is_shown_and_moved() {
    let hand = Hand::new(1).await;
    let clock = hand.done("GET", "/clock", "").await;
    assert_eq!(
        clock,
        json!({
            "now": "2026-01-05T15:00:00Z", "clock": "virtual", "is_open": true, "session": "core",
            "next_open": "2026-01-06T14:30:00Z", "next_close": "2026-01-05T21:00:00Z",
        })
    );
    for (body, now, session) in [
        (r#"{"seconds": 90}"#, "2026-01-05T15:01:30Z", "core"),
        (r#"{"seconds": "0.5"}"#, "2026-01-05T15:01:30.500Z", "core"),
        (r#"{"to": "open"}"#, "2026-01-05T15:01:30.500Z", "core"),
        (r#"{"to": "close"}"#, "2026-01-05T21:00:00Z", "post"),
        (r#"{"to": "open"}"#, "2026-01-06T14:30:00Z", "core"),
        (
            r#"{"until": "2026-01-10"}"#,
            "2026-01-10T05:00:00Z",
            "closed",
        ),
    ] {
        let clock = hand.done("POST", "/clock/advance", body).await;
        assert_eq!(
            (clock["now"].as_str(), clock["session"].as_str()),
            (Some(now), Some(session))
        );
    }
    for (body, status, message) in [
        ("{}", 422, "say one of"),
        ("", 422, "say one of"),
        (r#"{"seconds": 1, "to": "open"}"#, 422, "say one of"),
        (r#"{"seconds": -1}"#, 422, "seconds: -1 is below zero"),
        (r#"{"seconds": 1e20}"#, 422, "more than 366 days"),
        (r#"{"seconds": 31622401}"#, 422, "more than 366 days"),
        (r#"{"until": "2099-01-01"}"#, 422, "more than 366 days"),
        (
            r#"{"until": "2026-01-09"}"#,
            422,
            "until: 2026-01-09T05:00:00Z has passed",
        ),
        (r#"{"until": "later"}"#, 400, "the body: `later` is no time"),
        (
            r#"{"seconds": "many"}"#,
            400,
            "the body: `many` is no decimal",
        ),
        (
            r#"{"minutes": 1}"#,
            400,
            "the body: unknown field `minutes`",
        ),
        (
            r#"{"to": "lunch"}"#,
            400,
            "the body: unknown variant `lunch`",
        ),
        (r#"{"to": "#, 400, "the body: EOF"),
    ] {
        let (refusal, text) = hand.refused("POST", "/clock/advance", body).await;
        assert_eq!(refusal, status, "{body}: {text}");
        assert!(text.starts_with(message), "{body}: {text}");
    }
}

#[tokio::test]
async fn two_steps_at_once_both_pass() {
    let hand = Hand::new(1).await;
    let step = || hand.done("POST", "/clock/advance", r#"{"seconds": 60}"#);
    tokio::join!(step(), step(), step());
    assert_eq!(
        hand.done("GET", "/clock", "").await["now"],
        "2026-01-05T15:03:00Z"
    );
}

#[tokio::test(start_paused = true)]
async fn a_clock_that_runs_goes_on_from_where_it_was_moved_to() {
    let simulator = Simulator::builder()
        .clock(ClockMode::Real(60.0))
        .start()
        .await
        .unwrap();
    let snapshot = simulator.snapshot();
    let start = snapshot.at();
    tokio::time::advance(Duration::from_secs(2)).await;
    assert_eq!(simulator.clock().now() - start, TimeDelta::minutes(2));

    let open = simulator.clock().advance(TimeDelta::days(1));
    tokio::time::advance(Duration::from_secs(1)).await;
    assert_eq!(simulator.clock().now() - open, TimeDelta::minutes(1));

    simulator.restore(&snapshot);
    assert_eq!(simulator.clock().now(), start);
    tokio::time::advance(Duration::from_secs(1)).await;
    assert_eq!(simulator.clock().now() - start, TimeDelta::minutes(1));
}

#[tokio::test]
async fn no_clock_moves_beyond_what_can_be_reckoned_with() {
    let hand = Hand::new(1).await;
    let end = hand.simulator.clock().advance(TimeDelta::MAX);
    assert_eq!(end.to_rfc3339(), "2200-01-01T00:00:00+00:00");
    hand.buy("BTC/USD").await;
}
