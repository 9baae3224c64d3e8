//! What is missed of the fills of multi-leg orders.

use rust_decimal::Decimal;
use serde_json::{Value, json};

use super::super::super::tests::fixture::{Say, activity, uuid};
use super::scene::{NOTHING, Scene, reading};

/// An order of two legs, of which the second has twice as many contracts.
fn mleg(say: Say) -> Say {
    let leg = |number: u128, qty: &str, ratio: Value| {
        json!({
            "id": uuid(number), "order_class": "mleg", "symbol": format!("LEG{number}"), "qty": qty,
            "ratio_qty": ratio,
        })
    };
    let legs = json!([leg(2, "10", json!("1")), leg(3, "20", Value::Null)]);
    say.order("order_class", "mleg")
        .order("symbol", "")
        .order("legs", legs)
}

/// The fills of both legs, for these parts of the order.
fn both(parts: &[(i64, i64)]) -> Vec<alpaca_trading_gen::types::TradingActivities> {
    let fills = parts.iter().flat_map(|(from, to)| {
        let millis = to * 1_000;
        [
            activity(2, *from, *to, millis),
            activity(3, from * 2, to * 2, millis),
        ]
    });
    fills.collect()
}

/// What the last thing that was told says: its quantity, and the sum of those of its legs.
fn last(scene: &Scene) -> (Option<i64>, i64, i64) {
    let (_, update) = scene.told.last().unwrap();
    let sum = |leg: u128| -> Decimal {
        let legs = update.legs.iter();
        let fills = legs.filter(|fill| fill.order_id == Some(uuid(leg)));
        fills.filter_map(|fill| fill.qty).sum()
    };
    let number = |decimal: Decimal| decimal.to_string().parse().unwrap();
    (update.qty.map(number), number(sum(2)), number(sum(3)))
}

#[test]
fn fills_of_legs_that_were_told_are_not_told_again() {
    let mut scene = Scene::begun();
    scene.live(&mleg(Say::new("new", 1)));
    scene.live(&mleg(Say::fill(1, 0, 4).time(4_000)));
    let read = || {
        reading(
            &[&mleg(Say::fill(1, 4, 10).time(10_000))],
            both(&[(0, 4), (4, 10)]),
        )
    };
    assert_eq!(scene.reconcile(read()), ["1 fill 10"]);
    assert_eq!(last(&scene), (Some(6), 6, 12));
    assert_eq!(scene.reconcile(read()), NOTHING);
    // A later state has none of them.
    let restated = mleg(Say::fill(1, 4, 10).time(20_000).order("limit_price", "2"));
    scene.reconcile(reading(&[&restated], both(&[(0, 4), (4, 10)])));
    assert_eq!(last(&scene), (None, 0, 0));
}

#[test]
fn what_was_missed_in_the_middle_is_told_though_nothing_is_newer() {
    let mut scene = Scene::begun();
    scene.live(&mleg(Say::new("new", 1)));
    scene.live(&mleg(Say::fill(1, 0, 4).time(4_000)));
    let end = mleg(Say::fill(1, 7, 10).time(10_000));
    scene.live(&end);
    let read = || reading(&[&end], both(&[(0, 4), (4, 7), (7, 10)]));
    // What came while it was read may be behind it, and so may what is missing.
    let mut early = read();
    early.messages = scene.ledger.messages() - 1;
    assert_eq!(scene.reconcile_as(early), NOTHING);
    assert_eq!(scene.reconcile(read()), ["1 fill 10"]);
    assert_eq!(last(&scene), (Some(3), 3, 6));
    scene.duplicate(&mleg(Say::fill(1, 4, 7).time(7_000)));
    assert_eq!(scene.reconcile(read()), NOTHING);
}

#[test]
fn an_older_reading_swallows_nothing() {
    let mut scene = Scene::begun();
    scene.live(&mleg(Say::new("new", 1)));
    scene.live(&mleg(Say::fill(1, 4, 7).time(7_000)));
    let mut old = reading(&[&mleg(Say::fill(1, 0, 4).time(4_000))], both(&[(0, 4)]));
    old.messages = 1;
    assert_eq!(scene.reconcile_as(old), NOTHING);
    assert_eq!(
        scene.live(&mleg(Say::fill(1, 0, 4).time(4_000))),
        ["1 partial_fill 0..4"]
    );
}

#[test]
fn what_is_behind_the_order_as_it_was_read_the_stream_tells() {
    let mut scene = Scene::begun();
    scene.live(&mleg(Say::new("new", 1)));
    let read = reading(
        &[&mleg(Say::fill(1, 0, 4).time(4_000))],
        both(&[(0, 4), (4, 10)]),
    );
    scene.reconcile(read);
    assert_eq!(last(&scene), (Some(4), 4, 8));
    assert_eq!(
        scene.live(&mleg(Say::fill(1, 4, 10).time(10_000))),
        ["1 fill 4..10"]
    );
}
