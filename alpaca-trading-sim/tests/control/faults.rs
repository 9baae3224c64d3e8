//! Faults.

use std::time::Duration;

use reqwest::StatusCode;
use serde_json::{Value, json};

use crate::hand::Hand;

#[tokio::test]
async fn faults_are_added_listed_suffered_and_removed() {
    let hand = Hand::new(1).await;
    let rule = r#"{"operation": "get_account", "times": 1,
        "fault": {"kind": "status", "code": 503, "headers": [["retry-after", "1"]], "body": "busy"}}"#;
    let (status, added) = hand.ask("POST", "/faults", rule).await;
    assert_eq!((status, added), (201, json!({"id": 1})));
    let second = r#"{"operation": "trade_updates", "stream_fault": {"delay": 2}}"#;
    assert_eq!(hand.done("POST", "/faults", second).await["id"], 2);
    let listed = hand.done("GET", "/faults", "").await;
    assert_eq!(listed["refuse"], false);
    assert_eq!(listed["rules"][0]["fault"]["code"], 503);
    assert_eq!(listed["rules"][1]["stream_fault"]["delay"], 2);

    assert_eq!(
        hand.send("GET", "/v2/account", "").await,
        (503, "busy".into())
    );
    assert_eq!(hand.send("GET", "/v2/account", "").await.0, 200);
    for (method, path, body, status, message) in [
        (
            "DELETE",
            "/faults/1",
            "",
            404,
            "there is no fault `1`, or it is spent",
        ),
        ("DELETE", "/faults/x", "", 404, "there is no fault `x`"),
        (
            "POST",
            "/faults",
            r#"{"operation": "buy", "stream_fault": "drop"}"#,
            422,
            "operation: `buy`",
        ),
        (
            "POST",
            "/faults",
            r#"{"operation": "*", "fault": {"kind": "status", "code": 99}}"#,
            422,
            "code: 99",
        ),
        (
            "POST",
            "/faults",
            r#"{"operation": "*", "probability": 2, "stream_fault": "drop"}"#,
            422,
            "probability: 2",
        ),
        (
            "POST",
            "/faults",
            r#"{"operation": "*", "fault": {"kind": "burn"}}"#,
            400,
            "the body: unknown variant",
        ),
        (
            "POST",
            "/faults",
            r#"{"operation": "*", "fault": {"kind": "cut_body", "bytes": 1073741825}}"#,
            422,
            "bytes: 1073741825 is more than a gigabyte",
        ),
        (
            "POST",
            "/faults",
            r#"{"operation": "*", "tims": 1}"#,
            400,
            "the body: unknown field `tims`",
        ),
        (
            "POST",
            "/faults/refuse",
            r#"{"refuse": 1}"#,
            400,
            "the body: invalid type",
        ),
    ] {
        let (refusal, text) = hand.refused(method, path, body).await;
        assert_eq!(refusal, status, "{path} {body}: {text}");
        assert!(text.starts_with(message), "{path} {body}: {text}");
    }
    assert_eq!(hand.done("DELETE", "/faults/2", "").await["removed"], 1);
    hand.done("POST", "/faults", second).await;
    assert_eq!(hand.done("DELETE", "/faults", "").await["removed"], 1);
    assert_eq!(hand.done("GET", "/faults", "").await["rules"], json!([]));
}

#[tokio::test]
async fn requests_that_open_streams_suffer_faults_by_the_name_of_the_stream() {
    let hand = Hand::new(1).await;
    let fault = r#""times": 1, "fault": {"kind": "status", "code": 503, "body": "busy"}"#;
    for (name, path) in [
        ("trade_updates", "/stream"),
        ("trade_events", "/v2/events/trades"),
        ("activity_events", "/v2beta1/events/activities"),
        ("subscribe_to_activity_events", "/v2beta1/events/activities"),
    ] {
        let rule = format!(r#"{{"operation": "{name}", {fault}}}"#);
        hand.done("POST", "/faults", &rule).await;
        assert_eq!(hand.send("GET", "/v2/account", "").await.0, 200);
        assert_eq!(
            hand.send("GET", path, "").await,
            (503, "busy".into()),
            "{name}"
        );
        assert_eq!(hand.done("GET", "/faults", "").await["rules"], json!([]));
    }
    // A fault of the stream itself goes by either name.
    for name in ["activity_events", "subscribe_to_activity_events"] {
        let rule = format!(r#"{{"operation": "{name}", "stream_fault": "close"}}"#);
        hand.done("POST", "/faults", &rule).await;
        let rules = hand.done("GET", "/faults", "").await["rules"].take();
        assert_eq!(rules[0]["operation"], "activity_events");
        hand.done("DELETE", "/faults", "").await;
    }
}

#[tokio::test]
async fn a_body_can_be_cut_behind_any_number_of_bytes() {
    let hand = Hand::new(1).await;
    let rule = format!(
        r#"{{"operation": "*", "fault": {{"kind": "cut_body", "bytes": {}}}}}"#,
        1 << 20
    );
    hand.done("POST", "/faults", &rule).await;
    let url = format!("{}/v2/clock", hand.simulator.base_url());
    let asked = hand
        .client
        .get(url)
        .header("Authorization", "Bearer simulator");
    let answer = asked.send().await.unwrap();
    assert_eq!(answer.status(), StatusCode::OK);
    let body = tokio::time::timeout(Duration::from_secs(30), answer.bytes()).await;
    assert!(body.expect("it ends").is_err(), "the body breaks off");
}

#[tokio::test]
async fn refused_connections_leave_the_control_surface() {
    let hand = Hand::new(1).await;
    assert_eq!(
        hand.done("POST", "/faults/refuse", r#"{"refuse": true}"#)
            .await["refuse"],
        true
    );
    // Clients of their own have connections of their own.
    let service = format!("{}/v2/clock", hand.simulator.base_url());
    let control = format!("{}/sim/v1/faults", hand.simulator.base_url());
    let refused = crate::plain::http().get(&service).send().await;
    assert!(refused.is_err(), "{refused:?}");
    let listed = crate::plain::http().get(&control).send().await.unwrap();
    let listed: Value = listed.json().await.unwrap();
    assert_eq!(listed["refuse"], true);
    let more = crate::plain::http().delete(&control).send().await.unwrap();
    assert_eq!(more.status(), 200);
    let answered = crate::plain::http().get(&service).send().await.unwrap();
    assert_eq!(answered.status(), 401);

    hand.simulator.faults().refuse_connections(true);
    assert!(
        crate::plain::http().get(&control).send().await.is_err(),
        "all of them"
    );
    hand.simulator.faults().refuse_connections(false);
    assert_eq!(
        crate::plain::http()
            .get(&control)
            .send()
            .await
            .unwrap()
            .status(),
        200
    );
}
