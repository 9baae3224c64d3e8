//! Closing positions and canceling orders, one and all.

use chrono::TimeDelta;
use rust_decimal::dec;
use serde_json::{Value, json};

use crate::desk::{Desk, bracket, builder, id, limit, text};

#[tokio::test]
async fn one_position_is_closed_whole_or_in_part() {
    for (query, qty) in [
        ("", "15"),
        ("?qty=4", "4"),
        ("?qty=15", "15"),
        ("?percentage=100", "15"),
        // Whole shares stay whole.
        ("?percentage=50", "7"),
        ("?percentage=33.333333333", "4"),
    ] {
        let desk = Desk::open().await;
        desk.buy("AAPL", "15");
        let order = desk.granted("DELETE", &format!("/v2/positions/AAPL{query}"), Value::Null);
        for (name, value) in [
            ("qty", qty),
            ("side", "sell"),
            ("type", "market"),
            ("time_in_force", "day"),
            ("position_intent", "sell_to_close"),
            ("status", "pending_new"),
        ] {
            assert_eq!(order[name], value, "{query} {name}");
        }
        assert_eq!(desk.status(&id(&order)), "filled");
    }
    // A short one is bought back.
    let desk = Desk::open().await;
    desk.order(crate::desk::aapl("sell", "15", "market", json!({})));
    let order = desk.granted("DELETE", "/v2/positions/AAPL", Value::Null);
    assert_eq!(
        (&order["side"], &order["position_intent"]),
        (&json!("buy"), &json!("buy_to_close"))
    );
    // A fraction leaves a fraction.
    let desk = Desk::open().await;
    desk.buy("AAPL", "1.5");
    let order = desk.granted("DELETE", "/v2/positions/AAPL?percentage=50", Value::Null);
    assert_eq!(order["qty"], "0.75");
}

#[tokio::test]
async fn what_cannot_be_closed() {
    let desk = Desk::open().await;
    desk.buy("AAPL", "15");
    for (query, status, message) in [
        (
            "qty=16",
            403,
            "insufficient qty available for order (requested: 16, available: 15)",
        ),
        ("qty=0", 422, "qty must be > 0"),
        ("qty=-1", 422, "qty must be > 0"),
        ("percentage=0", 422, "percentage must be > 0 and <= 100"),
        ("percentage=100.1", 422, "percentage must be > 0 and <= 100"),
        (
            "percentage=1.0000000001",
            422,
            "percentage must be limited to 9 decimal places",
        ),
        ("percentage=1", 422, "qty must be > 0"),
        (
            "qty=1&percentage=5",
            422,
            "only one of qty or percentage is accepted",
        ),
        ("qty=all", 422, "failed to parse qty"),
    ] {
        let (got, _, text) = desk.refused("DELETE", &format!("/v2/positions/AAPL?{query}"), "");
        assert_eq!((got, text.as_str()), (status, message), "{query}");
    }
    assert_eq!(desk.get("/v2/positions/AAPL")["qty"], "15");
}

#[tokio::test]
async fn all_positions_are_closed_each_with_its_own_answer() {
    let desk = Desk::open().await;
    assert_eq!(desk.call("DELETE", "/v2/positions", ""), (207, json!([])));
    desk.buy("AAPL", "10");
    desk.buy("F", "5");
    desk.order(json!({"symbol": "MSFT", "qty": "3", "side": "sell", "type": "market", "time_in_force": "day"}));
    let held = desk.order(limit("sell", "10", "120"));
    let (status, items) = desk.call("DELETE", "/v2/positions", "");
    assert_eq!(status, 207);
    let shown: Vec<_> = items
        .as_array()
        .unwrap()
        .iter()
        .map(|item| {
            (
                text(&item["symbol"]),
                item["status"].as_u64().unwrap(),
                text(&item["body"]["side"]),
            )
        })
        .collect();
    assert_eq!(
        shown,
        [
            ("AAPL".into(), 403, "null".into()),
            ("MSFT".into(), 200, "buy".into()),
            ("F".into(), 200, "sell".into())
        ]
    );
    // An error where the document has an order.
    assert_eq!(
        items[0]["body"],
        json!({
            "code": 40310000,
            "message": "insufficient qty available for order (requested: 10, available: 0)",
            "available": "0", "existing_qty": "10", "held_for_orders": "10", "symbol": "AAPL",
            "related_orders": [held],
        })
    );
    let left = desk.get("/v2/positions");
    assert_eq!(
        (left.as_array().unwrap().len(), &left[0]["symbol"]),
        (1, &json!("AAPL"))
    );
    let (status, items) = desk.call("DELETE", "/v2/positions?cancel_orders=true", "");
    assert_eq!((status, &items[0]["status"]), (207, &json!(200)));
    assert_eq!(desk.status(&held), "canceled");
    assert_eq!(desk.get("/v2/positions"), json!([]));
}

#[tokio::test]
async fn all_orders_are_canceled_each_with_its_own_answer() {
    let desk = Desk::open().await;
    assert_eq!(desk.call("DELETE", "/v2/orders", ""), (207, json!([])));
    let filled = desk.buy("AAPL", "10");
    let first = desk.order(limit("buy", "1", "90"));
    let second = desk.order(limit("sell", "1", "110"));
    let mut entry = bracket("5");
    entry["limit_price"] = json!("95");
    let entry = desk.order(entry);
    let (status, items) = desk.call("DELETE", "/v2/orders", "");
    assert_eq!(status, 207);
    let expected: Vec<_> = [&first, &second, &entry]
        .map(|id| json!({"id": id, "status": 200}))
        .to_vec();
    assert_eq!(items, json!(expected));
    for id in [
        &first,
        &second,
        &entry,
        &desk.legs(&entry)[0],
        &desk.legs(&entry)[1],
    ] {
        assert_eq!(desk.status(id), "canceled");
    }
    assert_eq!(desk.status(&filled), "filled");
    // One that is about to be replaced cannot be canceled; its answer says so.
    let desk = Desk::with(builder().latency(TimeDelta::seconds(1))).await;
    let old = desk.order(limit("buy", "1", "90"));
    desk.wait(2);
    let new = desk.replace(&old, json!({"limit_price": "91"}));
    let (status, items) = desk.call("DELETE", "/v2/orders", "");
    assert_eq!(status, 207);
    assert_eq!(
        items[0],
        json!({
            "id": old, "status": 422,
            "body": {"code": 42210000, "message": "original order pending replacement"}
        })
    );
    assert_eq!(
        (&items[1]["id"], &items[1]["status"]),
        (&json!(new), &json!(200))
    );
}

#[tokio::test]
async fn legs_are_canceled_with_their_entry_or_by_themselves() {
    let desk = Desk::open().await;
    let mut entry = bracket("5");
    entry["limit_price"] = json!("95");
    let entry = desk.order(entry);
    let legs = desk.legs(&entry);
    desk.price("AAPL", dec!(94.99));
    let (_, items) = desk.call("DELETE", "/v2/orders", "");
    // The entry is filled: the legs stand for themselves.
    for item in items.as_array().unwrap() {
        assert!(legs.contains(&id(item)), "{item}");
        assert_eq!(item["status"], 200);
    }
    assert!(legs.iter().all(|leg| desk.status(leg) == "canceled"));
}

#[tokio::test]
async fn closing_is_an_order_and_obeys_the_settings() {
    let desk = Desk::open().await;
    desk.buy("AAPL", "10");
    desk.granted(
        "PATCH",
        "/v2/account/configurations",
        json!({"suspend_trade": true}),
    );
    let (status, _, message) = desk.refused("DELETE", "/v2/positions/AAPL", "");
    assert_eq!(
        (status, message.as_str()),
        (403, "new orders are rejected by user request")
    );
    let (_, items) = desk.call("DELETE", "/v2/positions", "");
    assert_eq!(items[0]["status"], 403);
    desk.granted(
        "PATCH",
        "/v2/account/configurations",
        json!({"suspend_trade": false}),
    );
    // Outside of hours it waits for the opening.
    desk.until("2026-01-05T22:00:00Z");
    let order = desk.granted("DELETE", "/v2/positions/AAPL", Value::Null);
    assert_eq!(order["status"], "accepted");
    desk.until("2026-01-06T14:30:00Z");
    assert_eq!(desk.status(&id(&order)), "filled");
}

#[tokio::test]
async fn positions_are_closed_after_the_cancels_however_long_those_are_on_their_way() {
    let desk = Desk::with(builder().latency(TimeDelta::seconds(1))).await;
    desk.buy("AAPL", "10");
    desk.wait(2);
    let exit = desk.order(limit("sell", "10", "110"));
    desk.wait(2);
    let (status, items) = desk.call("DELETE", "/v2/positions?cancel_orders=true", "");
    assert_eq!((status, &items[0]["status"]), (207, &json!(200)), "{items}");
    assert_eq!(
        desk.told(&exit),
        ["pending_new", "new", "pending_cancel", "canceled"]
    );
    desk.wait(2);
    assert_eq!(desk.get("/v2/positions"), json!([]));
}
