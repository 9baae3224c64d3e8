//! The venue over HTTP: what is done, what is refused, and what is written down.

use serde_json::{Value, json};

use crate::hand::Hand;

async fn placed(hand: &Hand, name: &str) -> Value {
    let order = json!({
        "symbol": "AAPL", "qty": "10", "side": "buy", "type": "limit", "limit_price": "1",
        "time_in_force": "gtc", "client_order_id": name,
    });
    let (status, text) = hand.send("POST", "/v2/orders", order.to_string()).await;
    assert_eq!(status, 200, "{text}");
    serde_json::from_str(&text).unwrap()
}

#[tokio::test]
async fn orders_are_named_by_either_id_and_answers_show_what_they_are() {
    let hand = Hand::new(1).await;
    let order = placed(&hand, "mine").await;
    let id = order["id"].as_str().unwrap();
    for (name, act, status) in [
        ("mine", "suspend", "suspended"),
        (id, "resume", "new"),
        ("mine", "stop", "stopped"),
        ("mine", "resume", "new"),
        ("mine", "done_for_day", "done_for_day"),
        ("mine", "calculate", "calculated"),
        ("mine", "resume", "new"),
        ("mine", "accept_for_bidding", "accepted_for_bidding"),
        ("mine", "resume", "new"),
    ] {
        let path = format!("/orders/{name}/{act}");
        let shown = hand.done("POST", &path, "").await;
        assert_eq!(
            shown,
            json!({"id": id, "status": status, "fills": []}),
            "{act}"
        );
    }
    let body = r#"{"qty": "8", "limit_price": 2}"#;
    hand.done("POST", "/orders/mine/restate", body).await;
    let body = r#"{"qty": "3", "price": "1.5"}"#;
    let shown = hand.done("POST", "/orders/mine/fill", body).await;
    assert_eq!(shown["status"], "partially_filled");
    let body = r#"{"qty": 2, "price": "1.25"}"#;
    let shown = hand
        .done("POST", "/orders/mine/fills/1/correct", body)
        .await;
    let fill = &shown["fills"][0];
    assert_eq!(
        (&fill["qty"], &fill["standing"]),
        (&json!("2"), &json!("corrected"))
    );
    let path = format!(
        "/orders/mine/fills/{}/bust",
        fill["execution_id"].as_str().unwrap()
    );
    let shown = hand.done("POST", &path, "").await;
    assert_eq!(shown["fills"][0]["standing"], "busted");
    assert_eq!(shown, hand.done("GET", "/orders/mine", "").await);
    hand.done("POST", "/orders/mine/reject", "").await;
    hand.done("POST", "/venue/reject_next", r#"{"orders": 1}"#)
        .await;
    placed(&hand, "turned away").await;
    let shown = hand.done("GET", "/orders/turned%20away", "").await;
    assert_eq!(shown["status"], "rejected");
    let journal = hand.simulator.journal();
    let acts = journal
        .iter()
        .filter(|line| line.contains(r#""what":"venue""#));
    assert_eq!(acts.count(), 9 + 6);
    assert_eq!(hand.done("GET", "/audit", "").await["ok"], true);
}

#[tokio::test]
async fn what_a_venue_does_not_do_is_refused_whole() {
    let hand = Hand::new(1).await;
    hand.done("POST", "/venue/reject_next", r#"{"orders": 0}"#)
        .await;
    placed(&hand, "mine").await;
    for (path, body, status) in [
        ("/orders/nobody/reject", "", 404),
        ("/orders/mine/cherish", "", 404),
        ("/orders/mine/resume", "", 422),
        ("/orders/mine/refuse_request", "", 422),
        ("/orders/mine/fills/1/bust", "", 404),
        (
            "/orders/mine/fills/x/correct",
            r#"{"qty": 1, "price": 1}"#,
            404,
        ),
        ("/orders/mine/fills/1/correct", r#"{"qty": 1}"#, 400),
        ("/orders/mine/fill", r#"{"qty": 11, "price": 1}"#, 422),
        ("/orders/mine/fill", r#"{"qty": 1, "price": 0}"#, 422),
        ("/orders/mine/restate", "", 422),
        ("/orders/mine/restate", r#"{"stop_price": 1}"#, 422),
        ("/orders/mine/restate", r#"{"limit_price": "1.001"}"#, 422),
        ("/orders/mine/restate", r#"{"side": "sell"}"#, 400),
        ("/venue/reject_next", r#"{"orders": -1}"#, 400),
    ] {
        let (refused, message) = hand.refused("POST", path, body).await;
        assert_eq!(refused, status, "{path} {body}: {message}");
    }
}
