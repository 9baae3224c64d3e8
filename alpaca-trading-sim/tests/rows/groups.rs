//! Brackets, OCO and OTO: held legs, partial fills, the other exit, what ends with what.

use chrono::TimeDelta;
use rust_decimal::{Decimal, dec};
use serde_json::{Value, json};

use crate::desk::{Desk, Parts, aapl, bracket, builder, limit, merge, text};

/// A bracket and its legs: entry, target, stop.
fn placed(desk: &Desk, body: Value) -> [String; 3] {
    let entry = desk.order(body);
    let legs = desk.legs(&entry);
    [entry, legs[0].clone(), legs[1].clone()]
}

fn statuses(desk: &Desk, ids: &[String]) -> Vec<String> {
    ids.iter().map(|id| desk.status(id)).collect()
}

fn story(desk: &Desk, ids: &[String; 3]) -> Vec<String> {
    let [entry, target, stop] = ids;
    desk.story(&[("entry", entry), ("target", target), ("stop", stop)])
}

/// A bracket that waits for a price of 95.
fn waiting(qty: &str) -> Value {
    let mut body = bracket(qty);
    body["limit_price"] = json!("95");
    body
}

const TO_THE_FILL: [&str; 5] = [
    "entry pending_new",
    "entry new",
    "entry fill",
    "target new",
    "target fill",
];

#[tokio::test]
async fn the_answer_has_the_legs_within() {
    let desk = Desk::open().await;
    let answer = desk.granted("POST", "/v2/orders", waiting("10"));
    let legs = answer["legs"].as_array().unwrap();
    let shown: Vec<_> = legs
        .iter()
        .map(|leg| {
            [
                "status",
                "side",
                "type",
                "qty",
                "limit_price",
                "stop_price",
                "order_class",
                "position_intent",
                "time_in_force",
            ]
            .map(|name| text(&leg[name]))
            .join(" ")
        })
        .collect();
    assert_eq!(
        shown,
        [
            "held sell limit 10 110 null bracket sell_to_close gtc",
            "held sell stop 10 null 90 bracket sell_to_close gtc",
        ]
    );
    assert_eq!(answer["order_class"], "bracket");
    assert_ne!(legs[0]["client_order_id"], legs[1]["client_order_id"]);
    let mut body = waiting("10");
    body["stop_loss"]["limit_price"] = json!("89");
    let answer = desk.granted("POST", "/v2/orders", body);
    assert_eq!(
        (
            &answer["legs"][1]["type"],
            &answer["legs"][1]["limit_price"]
        ),
        (&json!("stop_limit"), &json!("89"))
    );
}

#[tokio::test]
async fn a_target_that_is_reached_cancels_the_stop() {
    let desk = Desk::open().await;
    let ids = placed(&desk, waiting("10"));
    assert_eq!(statuses(&desk, &ids), ["new", "held", "held"]);
    desk.price("AAPL", dec!(94.99));
    assert_eq!(statuses(&desk, &ids), ["filled", "new", "held"]);
    desk.price("AAPL", dec!(110.01));
    assert_eq!(statuses(&desk, &ids), ["filled", "filled", "canceled"]);
    let mut expected = TO_THE_FILL.map(str::to_owned).to_vec();
    expected.push("stop canceled".into());
    assert_eq!(story(&desk, &ids), expected);
    assert_eq!(desk.get("/v2/positions"), json!([]));
}

#[tokio::test]
async fn a_stop_that_is_passed_cancels_the_target() {
    let desk = Desk::open().await;
    let ids = placed(&desk, waiting("10"));
    desk.price("AAPL", dec!(94.99));
    desk.price("AAPL", dec!(90));
    assert_eq!(statuses(&desk, &ids), ["filled", "canceled", "filled"]);
    assert_eq!(
        story(&desk, &ids),
        [
            "entry pending_new",
            "entry new",
            "entry fill",
            "target new",
            "stop new",
            "target canceled",
            "stop fill"
        ]
    );
    assert_eq!(desk.get("/v2/positions"), json!([]));
}

#[tokio::test]
async fn a_part_of_the_entry_does_not_wake_the_legs() {
    let desk = Desk::with(builder().fill_model(Parts(vec![dec!(4), dec!(0)]))).await;
    let ids = placed(&desk, bracket("10"));
    assert_eq!(statuses(&desk, &ids), ["new", "held", "held"]);
    desk.price("AAPL", dec!(99.99));
    assert_eq!(statuses(&desk, &ids), ["partially_filled", "held", "held"]);
    // Not even the stop, whose price is passed.
    desk.price("AAPL", dec!(89));
    assert_eq!(statuses(&desk, &ids), ["partially_filled", "held", "held"]);
    desk.price("AAPL", dec!(99));
    assert_eq!(statuses(&desk, &ids), ["filled", "new", "held"]);
}

#[tokio::test]
async fn a_part_of_the_target_makes_the_stop_smaller() {
    let parts = vec![dec!(10), dec!(3)];
    let desk = Desk::with(builder().fill_model(Parts(parts))).await;
    let ids = placed(&desk, waiting("10"));
    desk.price("AAPL", dec!(94.99));
    desk.price("AAPL", dec!(110.01));
    assert_eq!(
        statuses(&desk, &ids),
        ["filled", "partially_filled", "held"]
    );
    assert_eq!(desk.look(&ids[2])["qty"], "7");
    desk.price("AAPL", dec!(105));
    desk.price("AAPL", dec!(89));
    assert_eq!(statuses(&desk, &ids), ["filled", "canceled", "filled"]);
    assert_eq!(desk.look(&ids[2])["filled_qty"], "7");
    assert_eq!(desk.get("/v2/positions"), json!([]));
}

#[tokio::test]
async fn a_cancel_of_one_ends_the_group() {
    // Before the entry is filled: whichever is canceled, all go.
    for which in 0..3 {
        let desk = Desk::open().await;
        let ids = placed(&desk, waiting("10"));
        desk.cancel(&ids[which]);
        assert_eq!(
            statuses(&desk, &ids),
            ["canceled", "canceled", "canceled"],
            "{which}"
        );
        desk.price("AAPL", dec!(90));
        assert_eq!(desk.get("/v2/positions"), json!([]));
    }
    // After it: the exits go, the position stays.
    for which in 1..3 {
        let desk = Desk::open().await;
        let ids = placed(&desk, waiting("10"));
        desk.price("AAPL", dec!(94.99));
        desk.cancel(&ids[which]);
        assert_eq!(
            statuses(&desk, &ids),
            ["filled", "canceled", "canceled"],
            "{which}"
        );
        assert_eq!(desk.get("/v2/positions/AAPL")["qty_available"], "10");
    }
    // With a part of it filled: what is filled stays, without exits.
    let desk = Desk::with(builder().fill_model(Parts(vec![dec!(4), dec!(0), dec!(0)]))).await;
    let ids = placed(&desk, bracket("10"));
    desk.price("AAPL", dec!(99.99));
    desk.cancel(&ids[0]);
    assert_eq!(statuses(&desk, &ids), ["canceled", "canceled", "canceled"]);
    assert_eq!(desk.get("/v2/positions/AAPL")["qty"], "4");
}

#[tokio::test]
async fn an_entry_that_expires_takes_its_legs_along() {
    let desk = Desk::open().await;
    let mut body = waiting("10");
    body["time_in_force"] = json!("day");
    let ids = placed(&desk, body);
    desk.until("2026-01-05T21:00:00Z");
    assert_eq!(statuses(&desk, &ids), ["expired", "expired", "expired"]);
    // Exits by the day end with it, too; the position stays.
    let desk = Desk::open().await;
    let mut body = waiting("10");
    body["time_in_force"] = json!("day");
    let ids = placed(&desk, body);
    desk.price("AAPL", dec!(94.99));
    desk.until("2026-01-05T21:00:00Z");
    assert_eq!(statuses(&desk, &ids), ["filled", "expired", "expired"]);
    assert_eq!(desk.get("/v2/positions/AAPL")["qty_available"], "10");
}

#[tokio::test]
async fn a_short_entry_is_mirrored() {
    let desk = Desk::open().await;
    let mut body = waiting("10");
    merge(
        &mut body,
        json!({
            "side": "sell", "limit_price": "105", "take_profit": {"limit_price": "95"},
            "stop_loss": {"stop_price": "115"}
        }),
    );
    let ids = placed(&desk, body);
    desk.price("AAPL", dec!(105.01));
    assert_eq!(desk.get("/v2/positions/AAPL")["qty"], "-10");
    assert_eq!(desk.look(&ids[1])["position_intent"], "buy_to_close");
    desk.price("AAPL", dec!(94.99));
    assert_eq!(statuses(&desk, &ids), ["filled", "filled", "canceled"]);
    assert_eq!(desk.get("/v2/positions"), json!([]));
    assert_eq!(
        desk.figure("cash"),
        dec!(100000) + dec!(10) * (dec!(105) - dec!(95))
    );
}

#[tokio::test]
async fn one_cancels_the_other() {
    let oco = || {
        let mut body = aapl("sell", "10", "limit", json!({}));
        merge(
            &mut body,
            json!({
                "order_class": "oco", "take_profit": {"limit_price": "110"}, "stop_loss": {"stop_price": "90"}
            }),
        );
        body
    };
    for (price, target, stop, events) in [
        (
            dec!(110.01),
            "filled",
            "canceled",
            ["target fill", "stop canceled"].as_slice(),
        ),
        (
            dec!(90),
            "canceled",
            "filled",
            ["stop new", "target canceled", "stop fill"].as_slice(),
        ),
    ] {
        let desk = Desk::open().await;
        desk.buy("AAPL", "10");
        let answer = desk.granted("POST", "/v2/orders", oco());
        assert_eq!(
            (&answer["limit_price"], &answer["order_class"]),
            (&json!("110"), &json!("oco"))
        );
        let parent = text(&answer["id"]);
        let leg = desk.legs(&parent)[0].clone();
        assert_eq!(
            (desk.status(&parent), desk.status(&leg)),
            ("new".into(), "held".into())
        );
        // Both exits hold the position once.
        assert_eq!(desk.get("/v2/positions/AAPL")["qty_available"], "0");
        let (status, _, message) = desk.refused("POST", "/v2/orders", &oco().to_string());
        assert_eq!(
            (status, message.as_str()),
            (
                403,
                "insufficient qty available for order (requested: 10, available: 0)"
            )
        );
        desk.price("AAPL", price);
        assert_eq!(
            (desk.status(&parent), desk.status(&leg)),
            (target.into(), stop.into())
        );
        let story = desk.story(&[("target", &parent), ("stop", &leg)]);
        assert_eq!(story[2..], *events);
        assert_eq!(desk.get("/v2/positions"), json!([]));
    }
    for which in 0..2 {
        let desk = Desk::open().await;
        desk.buy("AAPL", "10");
        let parent = desk.order(oco());
        let leg = desk.legs(&parent)[0].clone();
        desk.cancel([&parent, &leg][which]);
        assert_eq!(
            (desk.status(&parent), desk.status(&leg)),
            ("canceled".into(), "canceled".into())
        );
    }
}

#[tokio::test]
async fn one_triggers_the_other() {
    for (leg, price, kind) in [
        (
            json!({"take_profit": {"limit_price": "110"}}),
            dec!(110.01),
            "limit",
        ),
        (json!({"stop_loss": {"stop_price": "90"}}), dec!(90), "stop"),
        (
            json!({"stop_loss": {"stop_price": "90", "limit_price": "88"}}),
            dec!(90),
            "stop_limit",
        ),
    ] {
        let desk = Desk::open().await;
        let mut body = limit("buy", "10", "95");
        merge(&mut body, json!({"order_class": "oto"}));
        merge(&mut body, leg);
        let entry = desk.order(body);
        let leg = desk.legs(&entry)[0].clone();
        assert_eq!(
            (desk.status(&leg), text(&desk.look(&leg)["type"])),
            ("held".into(), kind.into())
        );
        desk.price("AAPL", dec!(94.99));
        assert_eq!(
            (desk.status(&entry), desk.status(&leg)),
            ("filled".into(), "new".into())
        );
        desk.price("AAPL", price);
        assert_eq!(desk.status(&leg), "filled", "{kind}");
        assert_eq!(
            desk.story(&[("entry", &entry), ("leg", &leg)]),
            [
                "entry pending_new",
                "entry new",
                "entry fill",
                "leg new",
                "leg fill"
            ]
        );
    }
    let desk = Desk::open().await;
    let mut body = limit("buy", "10", "95");
    merge(
        &mut body,
        json!({"order_class": "oto", "stop_loss": {"stop_price": "90"}}),
    );
    let entry = desk.order(body);
    let leg = desk.legs(&entry)[0].clone();
    desk.cancel(&leg);
    assert_eq!(
        (desk.status(&entry), desk.status(&leg)),
        ("canceled".into(), "canceled".into())
    );
}

#[tokio::test]
async fn prices_of_legs_can_be_replaced() {
    let desk = Desk::open().await;
    let ids = placed(&desk, waiting("10"));
    let target = desk.replace(&ids[1], json!({"limit_price": "108"}));
    let stop = desk.replace(&ids[2], json!({"stop_price": "91"}));
    assert_eq!(
        statuses(&desk, &[target.clone(), stop.clone()]),
        ["held", "held"]
    );
    assert_eq!(desk.legs(&ids[0]), [target.clone(), stop.clone()]);
    desk.price("AAPL", dec!(94.99));
    assert_eq!(
        statuses(&desk, &[target.clone(), stop.clone()]),
        ["new", "held"]
    );
    desk.price("AAPL", dec!(108.01));
    assert_eq!(statuses(&desk, &[target, stop]), ["filled", "canceled"]);
    // So can those of two exits, one of which is the parent.
    desk.buy("AAPL", "10");
    let parent = desk.order(aapl(
        "sell",
        "10",
        "limit",
        json!({
            "order_class": "oco", "take_profit": {"limit_price": "120"}, "stop_loss": {"stop_price": "90"}
        }),
    ));
    let parent = desk.replace(&parent, json!({"limit_price": "119"}));
    let stop = desk.replace(&desk.legs(&parent)[0], json!({"stop_price": "100"}));
    assert_eq!(desk.legs(&parent), std::slice::from_ref(&stop));
    desk.price("AAPL", dec!(100));
    assert_eq!(statuses(&desk, &[parent, stop]), ["canceled", "filled"]);
    // An entry keeps its legs when it is replaced.
    let ids = placed(&desk, waiting("10"));
    let entry = desk.replace(&ids[0], json!({"limit_price": "96"}));
    assert_eq!(desk.legs(&entry), ids[1..]);
    desk.price("AAPL", dec!(95.99));
    assert_eq!(statuses(&desk, &ids[1..]), ["new", "held"]);
}

#[tokio::test]
async fn a_cancel_of_the_target_that_comes_too_late_is_rejected() {
    let desk = Desk::with(builder().latency(TimeDelta::seconds(1))).await;
    let ids = placed(&desk, waiting("10"));
    desk.wait(2);
    desk.price("AAPL", dec!(94.99));
    desk.wait(2);
    desk.cancel(&ids[1]);
    desk.price("AAPL", dec!(110.01));
    desk.wait(2);
    assert_eq!(desk.told(&ids[1]).last().unwrap(), "order_cancel_rejected");
    assert_eq!(statuses(&desk, &ids), ["filled", "filled", "canceled"]);
}

#[tokio::test]
async fn a_position_that_is_closed_by_others_leaves_no_exits_behind() {
    let desk = Desk::open().await;
    let ids = placed(&desk, waiting("10"));
    desk.price("AAPL", dec!(94.99));
    let (status, _, message) = desk.refused("DELETE", "/v2/positions/AAPL", "");
    assert_eq!(
        (status, message.as_str()),
        (
            403,
            "insufficient qty available for order (requested: 10, available: 0)"
        )
    );
    desk.granted("DELETE", "/v2/positions?cancel_orders=true", Value::Null);
    assert_eq!(statuses(&desk, &ids), ["filled", "canceled", "canceled"]);
    assert_eq!(desk.get("/v2/positions"), json!([]));
    assert_eq!(desk.figure("long_market_value"), Decimal::ZERO);
}
