//! Legs whose prices are replaced: before the entry is filled, after it, and while it is.

use alpaca_trading_sim::fill::Volume;
use chrono::TimeDelta;
use rust_decimal::{Decimal, dec};
use serde_json::json;

use crate::desk::{Desk, aapl, bracket, builder, decimal, merge};

/// A bracket for 10, or the same short, and its legs: entry, target, stop.
fn placed(desk: &Desk, side: &str) -> [String; 3] {
    let mut body = bracket("10");
    if side == "sell" {
        let short = json!({
            "side": "sell", "take_profit": {"limit_price": "90"}, "stop_loss": {"stop_price": "110"}
        });
        merge(&mut body, short);
    }
    let entry = desk.order(body);
    let legs = desk.legs(&entry);
    [entry, legs[0].clone(), legs[1].clone()]
}

fn statuses(desk: &Desk, ids: &[&String]) -> Vec<String> {
    ids.iter().map(|id| desk.status(id)).collect()
}

fn held(desk: &Desk) -> Decimal {
    let positions = desk.get("/v2/positions");
    positions.as_array().map_or(Decimal::ZERO, |positions| {
        positions.iter().map(|own| decimal(&own["qty"])).sum()
    })
}

#[tokio::test]
async fn a_stop_that_is_moved_after_the_entry_goes_on_standing_by() {
    for (latency, side, moved, passed, target) in [
        (0, "buy", "95", dec!(94.5), dec!(110.5)),
        (500, "buy", "95", dec!(94.5), dec!(110.5)),
        (0, "sell", "105", dec!(105.5), dec!(89.5)),
        (500, "sell", "105", dec!(105.5), dec!(89.5)),
    ] {
        for stopped in [true, false] {
            let desk = Desk::with(builder().latency(TimeDelta::milliseconds(latency))).await;
            let ids = placed(&desk, side);
            desk.wait(2);
            desk.price(
                "AAPL",
                if side == "buy" {
                    dec!(99.5)
                } else {
                    dec!(100.5)
                },
            );
            let opened = held(&desk);
            assert_eq!(opened.abs(), dec!(10));
            // Twice: what was replaced once is replaced again like any other.
            let first = desk.replace(&ids[2], json!({"stop_price": moved.replace('5', "4")}));
            desk.wait(2);
            let stop = desk.replace(&first, json!({"stop_price": moved}));
            desk.wait(2);
            let case = format!("{latency} {side} {stopped}");
            assert_eq!(
                statuses(&desk, &[&ids[1], &stop]),
                ["new", "held"],
                "{case}"
            );
            assert_eq!(held(&desk), opened, "{case}");
            desk.price("AAPL", if stopped { passed } else { target });
            let ends = match stopped {
                true => ["canceled", "filled"],
                false => ["filled", "canceled"],
            };
            assert_eq!(statuses(&desk, &[&ids[1], &stop]), ends, "{case}");
            assert_eq!(held(&desk), Decimal::ZERO, "{case}");
        }
    }
}

#[tokio::test]
async fn a_target_that_is_moved_after_the_entry_works_beside_the_stop() {
    for latency in [0, 500] {
        let desk = Desk::with(builder().latency(TimeDelta::milliseconds(latency))).await;
        let ids = placed(&desk, "buy");
        desk.wait(2);
        desk.price("AAPL", dec!(99.5));
        let target = desk.replace(&ids[1], json!({"limit_price": "105"}));
        desk.wait(2);
        assert_eq!(statuses(&desk, &[&target, &ids[2]]), ["new", "held"]);
        desk.price("AAPL", dec!(105.5));
        assert_eq!(statuses(&desk, &[&target, &ids[2]]), ["filled", "canceled"]);
    }
}

#[tokio::test]
async fn an_entry_that_is_filled_while_its_legs_are_replaced_has_both_exits() {
    // Which legs are on their way: the target, the stop, both. A cancel of the replacement leaves the old leg.
    for (replaced, kept) in [
        ([true, false], true),
        ([false, true], true),
        ([true, true], true),
        ([true, true], false),
    ] {
        let desk = Desk::with(builder().latency(TimeDelta::seconds(1))).await;
        let mut body = bracket("10");
        body["limit_price"] = json!("95");
        let entry = desk.order(body);
        desk.wait(2);
        let mut legs = desk.legs(&entry);
        let changes = [json!({"limit_price": "108"}), json!({"stop_price": "91"})];
        for ((leg, change), replaced) in legs.iter_mut().zip(changes).zip(replaced) {
            if replaced {
                let new = desk.replace(leg, change);
                if kept {
                    *leg = new;
                } else {
                    desk.cancel(&new);
                }
            }
        }
        desk.price("AAPL", dec!(94.9));
        assert_eq!(desk.status(&entry), "filled");
        desk.wait(3);
        let case = format!("{replaced:?} {kept}");
        assert_eq!(
            statuses(&desk, &[&legs[0], &legs[1]]),
            ["new", "held"],
            "{case}"
        );
        assert_eq!(desk.legs(&entry), legs, "{case}");
        desk.price("AAPL", dec!(90));
        assert_eq!(
            statuses(&desk, &[&legs[0], &legs[1]]),
            ["canceled", "filled"],
            "{case}"
        );
        assert_eq!(held(&desk), Decimal::ZERO, "{case}");
    }
}

#[tokio::test]
async fn a_stop_that_is_moved_past_the_price_sells_at_once() {
    let desk = Desk::open().await;
    let ids = placed(&desk, "buy");
    desk.price("AAPL", dec!(99.5));
    let stop = desk.replace(&ids[2], json!({"stop_price": "99.5"}));
    assert_eq!(statuses(&desk, &[&ids[1], &stop]), ["canceled", "filled"]);
    assert_eq!(held(&desk), Decimal::ZERO);
}

#[tokio::test]
async fn what_the_target_sells_while_the_stop_is_replaced_the_stop_does_not_sell_again() {
    let settings = builder()
        .fill_model(Volume::percent(dec!(100)))
        .latency(TimeDelta::seconds(1));
    let desk = Desk::with(settings).await;
    let quote = |bid, volume| {
        let quote = (bid, bid + dec!(0.02), bid);
        let set = desk
            .sim
            .market()
            .set_quote_with_volume("AAPL", quote, volume);
        set.unwrap();
    };
    quote(dec!(100), dec!(1000));
    desk.buy("AAPL", "200");
    desk.wait(2);
    assert_eq!(held(&desk), dec!(200));
    let target = desk.order(aapl(
        "sell",
        "100",
        "limit",
        json!({
            "order_class": "oco", "take_profit": {"limit_price": "120"}, "stop_loss": {"stop_price": "90"}
        }),
    ));
    desk.wait(2);
    let stop = desk.replace(&desk.legs(&target)[0], json!({"stop_price": "95"}));
    quote(dec!(121), dec!(40));
    desk.wait(2);
    assert_eq!(desk.look(&target)["filled_qty"], "40");
    assert_eq!(desk.look(&stop)["qty"], "60");
    assert_eq!(desk.status(&stop), "held");
    quote(dec!(94), dec!(1000));
    assert_eq!(statuses(&desk, &[&target, &stop]), ["canceled", "filled"]);
    assert_eq!(held(&desk), dec!(100));
}

#[tokio::test]
async fn a_leg_that_begins_late_closes_what_is_left() {
    let desk = Desk::with(builder().latency(TimeDelta::seconds(1))).await;
    let mut body = aapl("buy", "10", "limit", json!({"limit_price": "95"}));
    merge(
        &mut body,
        json!({"order_class": "oto", "stop_loss": {"stop_price": "90"}, "time_in_force": "gtc"}),
    );
    let entry = desk.order(body);
    desk.wait(2);
    let leg = desk.replace(&desk.legs(&entry)[0], json!({"stop_price": "91"}));
    desk.price("AAPL", dec!(94.9));
    // Four are promised to another order before the leg has come to its venue.
    desk.order(aapl("sell", "4", "limit", json!({"limit_price": "130"})));
    desk.wait(2);
    assert_eq!(desk.look(&leg)["qty"], "6");
    assert_eq!(desk.status(&leg), "new");
    desk.price("AAPL", dec!(91));
    assert_eq!(desk.status(&leg), "filled");
    assert_eq!(held(&desk), dec!(4));
}
