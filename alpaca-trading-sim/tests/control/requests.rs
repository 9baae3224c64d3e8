//! Every request of the service is in the journal with its answer, whoever answers it.

use alpaca_trading_sim::Simulator;
use serde_json::{Value, json};

use crate::hand::Hand;

/// The lines of requests, faults and answers: what each is, with its target or its status.
fn lines(hand: &Hand) -> Vec<Value> {
    let journal = hand.simulator.journal();
    let lines = journal
        .iter()
        .map(|line| serde_json::from_str(line).unwrap());
    lines
        .filter_map(|line: Value| match line["what"].as_str()? {
            "request" => Some(json!([line["account"], line["method"], line["target"]])),
            "answer" => Some(line["status"].clone()),
            "fault" => Some(json!("fault")),
            _ => None,
        })
        .collect()
}

async fn asked() -> Vec<Value> {
    let builder = Simulator::builder().seed(2).journal().rate_limit(6);
    let hand = Hand::with(builder).await;
    let url = |path: &str| format!("{}{path}", hand.simulator.base_url());
    let bare = hand.client.get(url("/v2/account")).send().await.unwrap();
    assert_eq!(bare.status(), 401);
    hand.done(
        "POST",
        "/faults",
        r#"{"operation": "get_clock", "times": 1,
        "fault": {"kind": "status", "code": 503, "body": "busy"}}"#,
    )
    .await;
    let long = "x".repeat((2 << 20) + 1);
    for (method, path, body, status) in [
        ("GET", "/v2/account", "", 200),
        ("GET", "/v2/nothing", "", 404),
        ("DELETE", "/v2/account", "", 405),
        ("POST", "/v2/orders", long.as_str(), 413),
        ("GET", "/v2/clock", "", 503),
        (
            "GET",
            "/v2beta1/events/activities?since=2030-01-01&until=2020-01-01",
            "",
            200,
        ),
        ("GET", "/v2/account", "", 429),
    ] {
        let (answered, text) = hand.send(method, path, body.to_owned()).await;
        assert_eq!(answered, status, "{method} {path}: {text}");
    }
    lines(&hand)
}

#[tokio::test]
async fn what_is_refused_at_the_door_is_written_down_too() {
    let lines = asked().await;
    let stream = "/v2beta1/events/activities?since=2030-01-01&until=2020-01-01";
    let expected = [
        json!([null, "GET", "/v2/account"]),
        json!(401),
        json!([0, "GET", "/v2/account"]),
        json!(200),
        json!([0, "GET", "/v2/nothing"]),
        json!(404),
        json!([0, "DELETE", "/v2/account"]),
        json!(405),
        json!([0, "POST", "/v2/orders"]),
        json!(413),
        json!([0, "GET", "/v2/clock"]),
        json!("fault"),
        json!(503),
        json!([0, "GET", stream]),
    ];
    assert_eq!(lines[..expected.len()], expected);
    // Of the stream, its status; the request after it is one too many.
    assert_eq!(lines[expected.len()], json!(200));
    assert_eq!(
        lines[expected.len() + 1..],
        [json!([0, "GET", "/v2/account"]), json!(429)]
    );
    assert_eq!(asked().await, lines, "two runs differ");
}
