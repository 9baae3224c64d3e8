//! The life of an order: statuses, steps, times and events, with and without latency.

use alpaca_trading_sim::Dialect;
use chrono::TimeDelta;
use rust_decimal::dec;
use serde_json::{Value, json};

use crate::desk::{Desk, Parts, aapl, at, bracket, builder, decimal, limit, text};

#[tokio::test]
async fn in_open_markets_the_answer_is_pending_new() {
    let desk = Desk::open().await;
    let answer = desk.granted("POST", "/v2/orders", aapl("buy", "2", "market", json!({})));
    for (name, value) in [
        ("status", json!("pending_new")),
        ("symbol", json!("AAPL")),
        ("asset_class", json!("us_equity")),
        ("qty", json!("2")),
        ("notional", Value::Null),
        ("filled_qty", json!("0")),
        ("filled_avg_price", Value::Null),
        ("order_class", json!("simple")),
        ("order_type", json!("market")),
        ("type", json!("market")),
        ("side", json!("buy")),
        ("position_intent", json!("buy_to_open")),
        ("time_in_force", json!("day")),
        ("limit_price", Value::Null),
        ("stop_price", Value::Null),
        ("extended_hours", json!(false)),
        ("legs", Value::Null),
        ("trail_percent", Value::Null),
        ("trail_price", Value::Null),
        ("hwm", Value::Null),
        ("filled_at", Value::Null),
        ("expired_at", Value::Null),
        ("canceled_at", Value::Null),
        ("failed_at", Value::Null),
        ("replaced_at", Value::Null),
        ("replaced_by", Value::Null),
        ("replaces", Value::Null),
        ("subtag", Value::Null),
        ("source", Value::Null),
        // The close of the session.
        ("expires_at", json!("2026-01-05T21:00:00Z")),
        ("created_at", json!("2026-01-05T15:00:00.000001Z")),
        ("submitted_at", json!("2026-01-05T15:00:00.000001Z")),
        ("updated_at", json!("2026-01-05T15:00:00.000001Z")),
    ] {
        assert_eq!(answer.get(name), Some(&value), "{name}");
    }
    let id = text(&answer["id"]);
    let filled = desk.look(&id);
    assert_eq!(
        (&filled["status"], &filled["filled_avg_price"]),
        (&json!("filled"), &json!("100.01"))
    );
    assert!(filled["filled_at"].is_string());
    assert_eq!(filled["client_order_id"], answer["client_order_id"]);
    assert_eq!(desk.told(&id), ["pending_new", "new", "fill"]);
}

#[tokio::test]
async fn events_carry_what_belongs_to_them() {
    let model = Parts(vec![dec!(4)]);
    let desk = Desk::with(builder().fill_model(model)).await;
    desk.buy("AAPL", "10");
    desk.wait(1);
    let events = desk.events();
    let names: Vec<_> = events.iter().map(|event| text(&event["event"])).collect();
    assert_eq!(names, ["pending_new", "new", "partial_fill", "fill"]);
    let ids: Vec<_> = events
        .iter()
        .map(|event| text(&event["event_id"]))
        .collect();
    assert!(ids.is_sorted() && ids[0] < ids[3]);
    for event in &events {
        assert_eq!(event["at"], event["timestamp"]);
        assert!(event["execution_id"].is_string());
        let fill = text(&event["event"]).contains("fill");
        for name in ["price", "qty", "position_qty"] {
            assert_eq!(event.get(name).is_some(), fill, "{name} of {event}");
        }
    }
    // Quantity and price are those of this fill alone; the position is that after it.
    let facts = |event: &Value| {
        (
            text(&event["qty"]),
            text(&event["price"]),
            text(&event["position_qty"]),
            text(&event["order"]["filled_qty"]),
        )
    };
    assert_eq!(
        facts(&events[2]),
        ("4".into(), "100.01".into(), "4".into(), "4".into())
    );
    assert_eq!(
        facts(&events[3]),
        ("6".into(), "100.01".into(), "10".into(), "10".into())
    );
    assert_eq!(events[2]["order"]["status"], "partially_filled");
    assert_eq!(events[3]["order"]["status"], "filled");
    // The rest is looked at again a second later.
    let times = [2, 3].map(|place: usize| {
        text(&events[place]["at"])
            .parse::<chrono::DateTime<chrono::Utc>>()
            .unwrap()
    });
    assert_eq!(times[1] - times[0], TimeDelta::seconds(1));
}

#[tokio::test]
async fn outside_of_hours_orders_wait_for_the_opening() {
    for (sent, open) in [
        ("2026-01-05T13:00:00Z", "2026-01-05T14:30:00Z"),
        ("2026-01-05T22:00:00Z", "2026-01-06T14:30:00Z"),
        ("2026-01-10T15:00:00Z", "2026-01-12T14:30:00Z"),
    ] {
        let desk = Desk::at(sent).await;
        let answer = desk.granted("POST", "/v2/orders", aapl("buy", "1", "market", json!({})));
        assert_eq!(answer["status"], "accepted", "{sent}");
        let id = text(&answer["id"]);
        desk.sim.clock().run_until(at(open) - TimeDelta::seconds(1));
        assert_eq!(
            (desk.status(&id), desk.told(&id)),
            ("accepted".into(), vec!["accepted".to_owned()])
        );
        desk.until(open);
        assert_eq!(desk.told(&id), ["accepted", "new", "fill"], "{sent}");
        let filled = desk.look(&id);
        assert_eq!(text(&filled["filled_at"]), open);
        assert_eq!(text(&filled["expires_at"])[..10], open[..10]);
    }
}

/// In which status an order is, and how to bring one there.
fn brought_to(desk: &Desk, status: &str) -> String {
    let id = match status {
        "pending_new" | "new" | "pending_cancel" | "pending_replace" | "canceled" | "replaced" => {
            desk.order(limit("buy", "10", "90"))
        }
        "suspended" | "stopped" | "done_for_day" | "calculated" | "accepted_for_bidding" => {
            desk.order(limit("buy", "10", "90"))
        }
        "held" => {
            let parent = desk.order(bracket("10"));
            desk.legs(&parent)[0].clone()
        }
        "accepted" => {
            desk.until("2026-01-05T22:00:00Z");
            desk.order(limit("buy", "10", "90"))
        }
        "expired" => {
            let id = desk.order(limit("buy", "10", "90"));
            desk.until("2026-01-05T21:00:00Z");
            id
        }
        "rejected" => {
            let old = desk.order(limit("buy", "10", "90"));
            desk.wait(2);
            let new = desk.replace(&old, json!({"qty": "12"}));
            desk.price("AAPL", dec!(89));
            desk.price("AAPL", dec!(89));
            new
        }
        _ => desk.buy("AAPL", "10"),
    };
    if status != "pending_new" && status != "accepted" {
        desk.wait(2);
    }
    match status {
        "pending_cancel" | "canceled" => desk.cancel(&id),
        "suspended" => desk.sim.venue().suspend(&id).unwrap(),
        "stopped" => desk.sim.venue().stop(&id).unwrap(),
        "done_for_day" => desk.sim.venue().done_for_day(&id).unwrap(),
        "calculated" => desk.sim.venue().calculate(&id).unwrap(),
        "accepted_for_bidding" => desk.sim.venue().accept_for_bidding(&id).unwrap(),
        "pending_replace" | "replaced" => drop(desk.replace(&id, json!({"limit_price": "91"}))),
        _ => {}
    }
    if ["canceled", "replaced"].contains(&status) {
        desk.wait(2);
    }
    assert_eq!(desk.status(&id), status);
    id
}

/// The table of statuses, all 17: whether it can be canceled, and replaced.
#[tokio::test]
async fn each_status_allows_what_it_allows() {
    let not_in = |status: &str| format!("422 42210000 cannot replace order in {status} status");
    let final_state = |status: &str| format!("422 42210000 order is already in \"{status}\" state");
    let not_open = "422 40010001 unable to replace order, order is not open".to_owned();
    let not_sent =
        "422 40010001 unable to replace order, order isn't sent to exchange yet".to_owned();
    let ok = "ok".to_owned();
    let table = [
        ("pending_new", ok.clone(), not_sent.clone()),
        ("accepted", ok.clone(), not_sent),
        ("new", ok.clone(), ok.clone()),
        ("partially_filled", ok.clone(), ok.clone()),
        ("held", ok.clone(), ok.clone()),
        (
            "pending_cancel",
            ok.clone(),
            "422 42210000 cannot replace order in pending_cancel status".to_owned(),
        ),
        (
            "pending_replace",
            "422 42210000 original order pending replacement".to_owned(),
            "422 42210000 order chain not fully replaced".to_owned(),
        ),
        ("filled", final_state("filled"), not_open.clone()),
        // One source has it that a cancel of what is canceled is a success: the default.
        ("canceled", ok.clone(), not_open.clone()),
        ("expired", final_state("expired"), not_open.clone()),
        ("rejected", final_state("rejected"), not_open),
        (
            "replaced",
            final_state("replaced"),
            "422 42210000 order already replaced".to_owned(),
        ),
        ("suspended", ok.clone(), not_in("suspended")),
        ("done_for_day", ok.clone(), not_in("done_for_day")),
        (
            "accepted_for_bidding",
            ok.clone(),
            not_in("accepted_for_bidding"),
        ),
        ("stopped", final_state("stopped"), not_in("stopped")),
        (
            "calculated",
            final_state("calculated"),
            not_in("calculated"),
        ),
    ];
    for status in alpaca_trading_sim::world::order::Status::ALL {
        let known = table.iter().any(|(known, _, _)| *known == status.as_str());
        assert!(known, "{status}");
    }
    for (status, cancel, replace) in table {
        // An order that never comes to an end by itself.
        let parts = match status {
            "partially_filled" => vec![dec!(3), dec!(0), dec!(0), dec!(0), dec!(0)],
            _ => vec![],
        };
        let settings = builder()
            .latency(TimeDelta::seconds(1))
            .fill_model(Parts(parts));
        let desk = Desk::with(settings).await;
        let id = brought_to(&desk, status);
        let before = desk.sim.snapshot();
        let shown = |(code, answer): (u16, Value)| match code {
            200 | 204 => "ok".to_owned(),
            _ => format!("{code} {} {}", answer["code"], text(&answer["message"])),
        };
        let target = format!("/v2/orders/{id}");
        assert_eq!(
            shown(desk.call("DELETE", &target, "")),
            cancel,
            "cancel {status}"
        );
        desk.sim.restore(&before);
        let change = match status {
            "partially_filled" => json!({"qty": "12"}),
            _ => json!({"limit_price": "112"}),
        };
        assert_eq!(
            shown(desk.call("PATCH", &target, &change.to_string())),
            replace,
            "replace {status}"
        );
    }
}

#[tokio::test]
async fn a_cancel_is_a_request_and_then_a_fact() {
    let desk = Desk::with(builder().latency(TimeDelta::milliseconds(100))).await;
    let id = desk.order(limit("buy", "10", "90"));
    desk.wait(1);
    desk.cancel(&id);
    assert_eq!(desk.status(&id), "pending_cancel");
    // Again is no matter.
    desk.cancel(&id);
    desk.wait(1);
    let order = desk.look(&id);
    assert_eq!(order["status"], "canceled");
    assert!(order["canceled_at"].is_string() && order["expired_at"].is_null());
    assert_eq!(order["updated_at"], order["canceled_at"]);
    assert_eq!(
        desk.told(&id),
        ["pending_new", "new", "pending_cancel", "canceled"]
    );
}

#[tokio::test]
async fn a_cancel_that_comes_too_late_is_rejected() {
    let desk = Desk::with(builder().latency(TimeDelta::seconds(1))).await;
    let id = desk.order(limit("buy", "10", "90"));
    desk.wait(2);
    desk.cancel(&id);
    desk.price("AAPL", dec!(89));
    assert_eq!(desk.status(&id), "filled");
    desk.wait(1);
    assert_eq!(
        desk.told(&id),
        [
            "pending_new",
            "new",
            "pending_cancel",
            "fill",
            "order_cancel_rejected"
        ]
    );
    let order = desk.look(&id);
    assert_eq!(
        (&order["status"], &order["canceled_at"]),
        (&json!("filled"), &Value::Null)
    );
    assert_eq!(desk.get("/v2/positions/AAPL")["qty"], "10");
}

#[tokio::test]
async fn a_cancel_keeps_what_is_filled_on_the_way() {
    let settings = builder()
        .latency(TimeDelta::seconds(5))
        .fill_model(Parts(vec![
            dec!(4),
            dec!(0),
            dec!(0),
            dec!(0),
            dec!(0),
            dec!(0),
        ]));
    let desk = Desk::with(settings).await;
    let id = desk.order(limit("buy", "10", "90"));
    desk.wait(6);
    desk.cancel(&id);
    desk.price("AAPL", dec!(89));
    assert_eq!(desk.status(&id), "pending_cancel");
    desk.wait(5);
    let order = desk.look(&id);
    assert_eq!(
        (&order["status"], &order["filled_qty"]),
        (&json!("canceled"), &json!("4"))
    );
    assert_eq!(
        desk.told(&id),
        [
            "pending_new",
            "new",
            "pending_cancel",
            "partial_fill",
            "canceled"
        ]
    );
}

#[tokio::test]
async fn a_cancel_can_come_before_the_venue_has_seen_the_order() {
    let desk = Desk::with(builder().latency(TimeDelta::seconds(1))).await;
    let id = desk.order(aapl("buy", "10", "market", json!({})));
    desk.cancel(&id);
    desk.wait(3);
    assert_eq!(
        desk.told(&id),
        ["pending_new", "pending_cancel", "canceled"]
    );
    let desk = Desk::at("2026-01-05T13:00:00Z").await;
    let id = desk.order(aapl("buy", "10", "market", json!({})));
    desk.cancel(&id);
    desk.until("2026-01-05T15:00:00Z");
    assert_eq!(desk.told(&id), ["accepted", "pending_cancel", "canceled"]);
}

#[tokio::test]
async fn times_follow_each_other() {
    let desk = Desk::with(builder().latency(TimeDelta::milliseconds(40))).await;
    let filled = desk.buy("AAPL", "10");
    let canceled = desk.order(limit("buy", "10", "90"));
    let expired = desk.order(limit("buy", "10", "90"));
    let replaced = desk.order(limit("buy", "10", "90"));
    desk.wait(1);
    desk.cancel(&canceled);
    let new = desk.replace(&replaced, json!({"limit_price": "91"}));
    desk.until("2026-01-05T21:00:00Z");
    for (id, own) in [
        (&filled, "filled_at"),
        (&canceled, "canceled_at"),
        (&expired, "expired_at"),
        (&replaced, "replaced_at"),
        (&new, "expired_at"),
    ] {
        let order = desk.look(id);
        for name in [
            "filled_at",
            "canceled_at",
            "expired_at",
            "failed_at",
            "replaced_at",
        ] {
            assert_eq!(order[name].is_string(), name == own, "{name} {order}");
        }
        let time = |name: &str| {
            text(&order[name])
                .parse::<chrono::DateTime<chrono::Utc>>()
                .unwrap()
        };
        assert!(
            time("submitted_at") <= time("created_at") && time("created_at") < time("updated_at")
        );
        assert_eq!(time("updated_at"), time(own));
    }
    assert_eq!(desk.look(&replaced)["replaced_by"], json!(new));
    assert_eq!(desk.look(&new)["replaces"], json!(replaced));
}

#[tokio::test]
async fn an_order_by_amount_shows_its_quantity_when_it_is_done() {
    let desk = Desk::open().await;
    let body = aapl(
        "buy",
        "1",
        "market",
        json!({"qty": null, "notional": "250.5"}),
    );
    let answer = desk.granted("POST", "/v2/orders", body);
    assert_eq!(
        (&answer["notional"], &answer["qty"]),
        (&json!("250.5"), &Value::Null)
    );
    let done = desk.look(&text(&answer["id"]));
    let qty = (dec!(250.5) / dec!(100.01)).trunc_with_scale(9);
    assert_eq!(done["status"], "filled");
    assert_eq!(
        (decimal(&done["qty"]), decimal(&done["filled_qty"])),
        (qty, qty)
    );
    assert_eq!(done["notional"], "250.5");
    assert_eq!(decimal(&desk.get("/v2/positions/AAPL")["qty"]), qty);
    // A fraction, sold whole.
    let close = desk.granted("DELETE", "/v2/positions/AAPL", Value::Null);
    assert_eq!(decimal(&close["qty"]), qty);
    assert_eq!(desk.get("/v2/positions"), json!([]));
}

#[tokio::test]
async fn two_runs_with_one_seed_are_the_same() {
    let mut runs = Vec::new();
    for seed in [7, 7, 8] {
        let desk = Desk::with(builder().seed(seed)).await;
        desk.buy("AAPL", "10");
        desk.order(bracket("5"));
        runs.push(desk.events());
    }
    assert_eq!(runs[0], runs[1]);
    assert_ne!(runs[0], runs[2]);
}

#[tokio::test]
async fn a_second_cancel_is_refused_where_the_other_source_is_followed() {
    let mut dialect = Dialect::default();
    dialect.cancel_twice = false;
    let desk = Desk::with(builder().dialect(dialect)).await;
    let id = desk.order(limit("buy", "10", "90"));
    desk.cancel(&id);
    let refused = desk.refused("DELETE", &format!("/v2/orders/{id}"), "");
    assert_eq!(
        refused,
        (
            422,
            Some(42_210_000),
            "order is already in \"canceled\" state".to_owned()
        )
    );
}
