//! Replacing orders: what may change, chains, races.

use chrono::TimeDelta;
use rust_decimal::dec;
use serde_json::{Value, json};

use crate::desk::{Desk, Parts, aapl, bracket, builder, decimal, limit, merge, text};

#[tokio::test]
async fn a_replacement_is_a_new_order() {
    let desk = Desk::with(builder().latency(TimeDelta::seconds(1))).await;
    let mut body = limit("buy", "10", "90");
    body["client_order_id"] = json!("first");
    let old = desk.order(body);
    desk.wait(2);
    let change = json!({"qty": "12", "limit_price": "91", "client_order_id": "second"});
    let answer = desk.granted("PATCH", &format!("/v2/orders/{old}"), change);
    let new = text(&answer["id"]);
    assert_ne!(new, old);
    for (name, value) in [
        ("replaces", json!(old)),
        ("status", json!("pending_new")),
        ("qty", json!("12")),
        ("limit_price", json!("91")),
        ("client_order_id", json!("second")),
        ("replaced_by", Value::Null),
    ] {
        assert_eq!(answer[name], value, "{name}");
    }
    let before = desk.look(&old);
    assert_eq!(
        (&before["status"], &before["replaced_by"]),
        (&json!("pending_replace"), &Value::Null)
    );
    desk.wait(1);
    let after = desk.look(&old);
    assert_eq!(
        (&after["status"], &after["replaced_by"]),
        (&json!("replaced"), &json!(new))
    );
    assert_eq!(
        (&after["qty"], &after["limit_price"]),
        (&json!("10"), &json!("90"))
    );
    assert_eq!(desk.status(&new), "new");
    // The event carries the old order; the new one sends its own.
    assert_eq!(
        desk.story(&[("old", &old), ("new", &new)]),
        [
            "old pending_new",
            "old new",
            "old pending_replace",
            "new pending_new",
            "old replaced",
            "new new"
        ]
    );
    let events = desk.events();
    let replaced = events
        .iter()
        .find(|event| event["event"] == "replaced")
        .unwrap();
    assert_eq!(replaced["order"]["replaced_by"], json!(new));
    // Both are there; the open list has the newest alone.
    let open = desk.get("/v2/orders");
    assert_eq!(
        (open.as_array().unwrap().len(), &open[0]["id"]),
        (1, &json!(new))
    );
    let by_client = desk.get("/v2/orders:by_client_order_id?client_order_id=first");
    assert_eq!(by_client["status"], "replaced");
}

#[tokio::test]
async fn what_is_left_out_stays() {
    let desk = Desk::open().await;
    let old = desk.order(aapl(
        "buy",
        "10",
        "stop_limit",
        json!({"stop_price": "110", "limit_price": "111"}),
    ));
    let new = desk.replace(&old, json!({"stop_price": "109"}));
    let order = desk.look(&new);
    for (name, value) in [
        ("qty", "10"),
        ("stop_price", "109"),
        ("limit_price", "111"),
        ("type", "stop_limit"),
        ("side", "buy"),
        ("time_in_force", "day"),
        ("status", "new"),
    ] {
        assert_eq!(order[name], value, "{name}");
    }
    assert_ne!(order["client_order_id"], desk.look(&old)["client_order_id"]);
}

#[tokio::test]
async fn chains_lead_from_one_to_the_next() {
    let desk = Desk::open().await;
    let first = desk.order(limit("buy", "10", "90"));
    let second = desk.replace(&first, json!({"limit_price": "91"}));
    let third = desk.replace(&second, json!({"limit_price": "92"}));
    assert_eq!(desk.look(&first)["replaced_by"], json!(second));
    assert_eq!(desk.look(&second)["replaced_by"], json!(third));
    assert_eq!(desk.look(&third)["replaces"], json!(second));
    let refused = |id: &str| {
        desk.refused(
            "PATCH",
            &format!("/v2/orders/{id}"),
            "{\"limit_price\": \"93\"}",
        )
        .2
    };
    assert_eq!(refused(&first), "order already replaced");
    assert_eq!(refused(&second), "order already replaced");
    // On the way, a second one is refused.
    let desk = Desk::with(builder().latency(TimeDelta::seconds(1))).await;
    let first = desk.order(limit("buy", "10", "90"));
    desk.wait(2);
    let second = desk.replace(&first, json!({"limit_price": "91"}));
    let refused = |id: &str| {
        desk.refused(
            "PATCH",
            &format!("/v2/orders/{id}"),
            "{\"limit_price\": \"93\"}",
        )
        .2
    };
    assert_eq!(refused(&first), "order chain not fully replaced");
    assert_eq!(
        refused(&second),
        "unable to replace order, order isn't sent to exchange yet"
    );
}

#[tokio::test]
async fn what_cannot_be_replaced_like_this() {
    let desk = Desk::open().await;
    desk.buy("AAPL", "10");
    let trailing = |more| aapl("sell", "1", "trailing_stop", more);
    let coins = json!({
        "symbol": "LTC/USD", "qty": "2", "side": "buy", "type": "limit", "time_in_force": "gtc",
        "limit_price": "80"
    });
    let mut mine = limit("buy", "1", "80");
    mine["client_order_id"] = json!("taken");
    desk.order(mine);
    let rows: Vec<(Value, Value, &str)> = vec![
        (
            limit("buy", "10", "90"),
            json!({}),
            "422 42210000 order parameters are not changed",
        ),
        (
            limit("buy", "10", "90"),
            json!({"qty": "10", "limit_price": "90.00"}),
            "422 42210000 order parameters are not changed",
        ),
        (
            limit("buy", "10", "90"),
            json!({"qty": "0"}),
            "422 40010001 qty must be > 0",
        ),
        (
            limit("buy", "10", "90"),
            json!({"limit_price": "90.001"}),
            "422 42210000 invalid limit_price 90.001. sub-penny increment does not fulfill minimum pricing criteria",
        ),
        (
            limit("buy", "10", "90"),
            json!({"limit_price": "0"}),
            "422 40010001 limit price must be > 0",
        ),
        (
            limit("buy", "10", "90"),
            json!({"stop_price": "91"}),
            "422 40010001 limit orders must not have stop_price",
        ),
        (
            limit("buy", "10", "90"),
            json!({"time_in_force": "fok"}),
            "422 40010001 invalid time_in_force",
        ),
        (
            limit("buy", "10", "90"),
            json!({"time_in_force": "soon"}),
            "422 40010001 invalid time_in_force",
        ),
        (
            limit("buy", "10", "90"),
            json!({"qty": "many"}),
            "422 40010001 invalid qty: many",
        ),
        (
            limit("buy", "10", "90"),
            json!({"notional": "50"}),
            "422 40010001 notional cannot be changed",
        ),
        (
            limit("buy", "10", "90"),
            json!({"trail": "1"}),
            "422 40010001 only trailing stop orders have a trail",
        ),
        (
            limit("buy", "10", "90"),
            json!({"limit_price": "91", "client_order_id": "taken"}),
            "422 40010001 client_order_id must be unique",
        ),
        (
            limit("buy", "10", "90"),
            json!({"limit_price": "91", "client_order_id": "x".repeat(129)}),
            "422 40010001 client_order_id must be no more than 128 characters",
        ),
        (
            limit("buy", "10", "90"),
            json!({"qty": "100000"}),
            "403 40310000 insufficient buying power",
        ),
        (
            limit("sell", "4", "110"),
            json!({"qty": "11"}),
            "403 40310000 insufficient qty available for order (requested: 11, available: 10)",
        ),
        (
            limit("buy", "1.5", "90"),
            json!({"qty": "2"}),
            "422 42210000 qty of fractional orders cannot be changed",
        ),
        (
            limit("buy", "1.5", "90"),
            json!({"time_in_force": "gtc"}),
            "422 42210000 fractional orders must be DAY orders",
        ),
        (
            aapl(
                "buy",
                "1",
                "limit",
                json!({"qty": null, "notional": "50", "limit_price": "90"}),
            ),
            json!({"limit_price": "91"}),
            "422 42210000 notional orders cannot be replaced",
        ),
        (
            bracket("2"),
            json!({"qty": "3"}),
            "422 42210000 qty cannot be changed for advanced orders",
        ),
        (
            trailing(json!({"trail_percent": "5"})),
            json!({"trail": "0"}),
            "422 40010001 trail price must be > 0",
        ),
        (
            trailing(json!({"trail_percent": "5"})),
            json!({"trail": "0.05"}),
            "422 40010001 trail_percent must be greater than or equal to 0.1",
        ),
        (
            coins.clone(),
            json!({"time_in_force": "day"}),
            "422 42210000 invalid crypto time_in_force",
        ),
        (
            coins.clone(),
            json!({"qty": "1225"}),
            "403 40310000 insufficient balance for USD",
        ),
        (
            coins,
            json!({"limit_price": "2"}),
            "403 40310000 cost basis must be >= minimal amount of order 10",
        ),
    ];
    let clean = desk.sim.snapshot();
    for (body, change, expected) in rows {
        desk.sim.restore(&clean);
        // A bracket would be filled at once.
        let mut body = body;
        if body["order_class"] == "bracket" {
            merge(&mut body, json!({"limit_price": "95"}));
        }
        let id = desk.order(body.clone());
        let order = desk.look(&id);
        let (status, answer) = desk.call("PATCH", &format!("/v2/orders/{id}"), &change.to_string());
        let shown = format!("{status} {} {}", answer["code"], text(&answer["message"]));
        assert!(shown.starts_with(expected), "{body} {change}: {shown}");
        assert_eq!(desk.look(&id), order, "a refusal changes nothing: {change}");
    }
}

#[tokio::test]
async fn an_order_that_is_filled_first_is_not_replaced() {
    let desk = Desk::with(builder().latency(TimeDelta::seconds(1))).await;
    let old = desk.order(limit("buy", "10", "90"));
    desk.wait(2);
    let new = desk.replace(&old, json!({"limit_price": "80"}));
    desk.price("AAPL", dec!(89));
    desk.wait(1);
    assert_eq!(
        desk.story(&[("old", &old), ("new", &new)]),
        [
            "old pending_new",
            "old new",
            "old pending_replace",
            "new pending_new",
            "old fill",
            "old order_replace_rejected",
            "new rejected"
        ]
    );
    let (old, new) = (desk.look(&old), desk.look(&new));
    assert_eq!(
        (&old["status"], &old["replaced_by"]),
        (&json!("filled"), &Value::Null)
    );
    assert_eq!(
        (&new["status"], &new["filled_qty"]),
        (&json!("rejected"), &json!("0"))
    );
    assert!(new["failed_at"].is_string());
    assert_eq!(desk.get("/v2/positions/AAPL")["qty"], "10");
}

#[tokio::test]
async fn what_is_filled_counts_for_the_new_order() {
    let model = Parts(vec![dec!(4), dec!(0)]);
    let desk = Desk::with(builder().fill_model(model)).await;
    let old = desk.order(limit("buy", "10", "90"));
    desk.price("AAPL", dec!(89));
    assert_eq!(desk.status(&old), "partially_filled");
    for qty in ["3", "4"] {
        let (status, code, message) = desk.refused(
            "PATCH",
            &format!("/v2/orders/{old}"),
            &json!({"qty": qty}).to_string(),
        );
        assert_eq!(
            (status, code, message.as_str()),
            (422, Some(42_210_000), "qty must be > filled_qty")
        );
    }
    // The quantity is the total.
    let new = desk.replace(&old, json!({"qty": "7"}));
    let order = desk.look(&new);
    assert_eq!(
        (&order["status"], &order["filled_qty"]),
        (&json!("partially_filled"), &json!("4"))
    );
    desk.price("AAPL", dec!(89));
    assert_eq!(desk.status(&new), "filled");
    assert_eq!(desk.get("/v2/positions/AAPL")["qty"], "7");
}

#[tokio::test]
async fn a_replacement_that_is_overtaken_by_a_part_is_rejected() {
    let settings = builder()
        .latency(TimeDelta::seconds(5))
        .fill_model(Parts(vec![
            dec!(6),
            dec!(0),
            dec!(0),
            dec!(0),
            dec!(0),
            dec!(0),
            dec!(0),
        ]));
    let desk = Desk::with(settings).await;
    let old = desk.order(limit("buy", "10", "90"));
    desk.wait(6);
    let new = desk.replace(&old, json!({"qty": "6"}));
    desk.price("AAPL", dec!(89));
    desk.wait(5);
    assert_eq!(desk.told(&new), ["pending_new", "rejected"]);
    assert_eq!(
        desk.told(&old),
        [
            "pending_new",
            "new",
            "pending_replace",
            "partial_fill",
            "order_replace_rejected"
        ]
    );
    assert_eq!(desk.status(&old), "partially_filled");
}

#[tokio::test]
async fn a_canceled_replacement_leaves_the_old_order() {
    let desk = Desk::with(builder().latency(TimeDelta::seconds(2))).await;
    let old = desk.order(limit("buy", "10", "90"));
    desk.wait(3);
    let new = desk.replace(&old, json!({"limit_price": "80"}));
    desk.cancel(&new);
    desk.wait(5);
    assert_eq!(
        (desk.status(&new), desk.status(&old)),
        ("canceled".into(), "new".into())
    );
    assert_eq!(desk.told(&old).last().unwrap(), "order_replace_rejected");
}

#[tokio::test]
async fn an_order_lasts_as_long_as_its_new_time_in_force_says() {
    let desk = Desk::open().await;
    let longer = desk.order(limit("buy", "10", "90"));
    let longer = desk.replace(&longer, json!({"time_in_force": "gtc"}));
    let mut gtc = limit("buy", "10", "89");
    gtc["time_in_force"] = json!("gtc");
    let shorter = desk.order(gtc);
    let shorter = desk.replace(&shorter, json!({"time_in_force": "day"}));
    assert_eq!(desk.look(&longer)["expires_at"], "2026-04-05T20:15:00Z");
    assert_eq!(desk.look(&shorter)["expires_at"], "2026-01-05T21:00:00Z");
    desk.until("2026-01-05T22:00:00Z");
    assert_eq!(
        (desk.status(&longer), desk.status(&shorter)),
        ("new".into(), "expired".into())
    );
}

#[tokio::test]
async fn both_are_held_until_the_venue_has_spoken() {
    let desk = Desk::with(builder().latency(TimeDelta::seconds(1))).await;
    let old = desk.order(limit("buy", "100", "90"));
    desk.wait(2);
    let power = |desk: &Desk| desk.figure("buying_power");
    let less = desk.replace(&old, json!({"limit_price": "80"}));
    assert_eq!(power(&desk), dec!(391000));
    desk.wait(1);
    assert_eq!(power(&desk), dec!(392000));
    desk.replace(&less, json!({"limit_price": "95"}));
    assert_eq!(power(&desk), dec!(390500));
    desk.wait(1);
    assert_eq!(power(&desk), dec!(390500));
}

#[tokio::test]
async fn a_trail_keeps_its_kind() {
    let desk = Desk::open().await;
    desk.buy("AAPL", "10");
    for (more, name, other) in [
        (
            json!({"trail_percent": "5"}),
            "trail_percent",
            "trail_price",
        ),
        (json!({"trail_price": "5"}), "trail_price", "trail_percent"),
    ] {
        let old = desk.order(aapl("sell", "1", "trailing_stop", more));
        let new = desk.replace(&old, json!({"trail": "2"}));
        let order = desk.look(&new);
        assert_eq!(
            (decimal(&order[name]), &order[other]),
            (dec!(2), &Value::Null)
        );
        assert_eq!(order["stop_price"], "98");
    }
}
