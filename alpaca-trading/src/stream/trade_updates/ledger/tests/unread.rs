//! Orders that cannot be read: they stay wanted, and keep nothing else from being told.

use serde_json::json;

use super::super::super::tests::fixture::{Say, activity, at, uuid};
use super::super::{Reading, UnreadOrder};
use super::scene::{NOTHING, Scene, reading};

fn unread(order: u128) -> UnreadOrder {
    UnreadOrder::of(uuid(order), at(0))
}

fn without(orders: Vec<UnreadOrder>) -> Reading {
    Reading {
        unread: orders,
        ..Reading::default()
    }
}

/// A row of a list that is no order for one field of it.
fn row(order: u128, status: &str, filled: &str) -> UnreadOrder {
    let row = json!({
        "id": uuid(order), "status": status, "filled_qty": filled, "submitted_at": at(500), "qty": [],
    });
    UnreadOrder::of_row(&row.to_string())
}

#[test]
fn one_that_cannot_be_read_is_wanted_until_it_can() {
    let mut scene = Scene::begun();
    scene.live(&Say::new("new", 1));
    scene.live(&Say::new("new", 2));
    let mut part = reading(&[&Say::new("canceled", 2).time(50)], vec![]);
    part.unread = vec![unread(1)];
    assert_eq!(scene.reconcile(part), ["2 canceled 0"]);
    assert!(!scene.ledger.is_complete() && scene.ledger.is_hopeful());
    for _ in 0..20 {
        assert_eq!(scene.reconcile(without(vec![unread(1)])), NOTHING);
        assert!(!scene.ledger.is_complete());
        assert!(scene.ledger.open().contains_key(&uuid(1)));
    }
    // By then there is no hurry.
    assert!(!scene.ledger.is_hopeful());
    let filled = Say::fill(1, 0, 10).time(90);
    let told = scene.reconcile(reading(&[&filled], vec![activity(1, 0, 10, 90)]));
    assert_eq!(told, ["1 fill 0..10"]);
    assert!(scene.ledger.is_complete() && scene.ledger.open().is_empty());
}

#[test]
fn a_row_of_an_order_that_nobody_knew_is_followed_up() {
    let mut scene = Scene::begun();
    assert_eq!(
        scene.reconcile(without(vec![row(1, "filled", "10")])),
        NOTHING
    );
    assert!(!scene.ledger.is_complete());
    assert_eq!(scene.ledger.open()[&uuid(1)], at(500));
    // In the next list it is not any more, and is asked for all the same.
    assert_eq!(scene.reconcile(without(vec![unread(1)])), NOTHING);
    assert!(!scene.ledger.is_complete());
    let filled = Say::fill(1, 0, 10).time(600);
    let told = scene.reconcile(reading(&[&filled], vec![activity(1, 0, 10, 600)]));
    assert_eq!(told, ["1 fill 0..10"]);
    assert!(scene.ledger.is_complete());
}

#[test]
fn a_row_without_an_id_is_in_the_next_reading_as_well() {
    let mut scene = Scene::begun();
    scene.live(&Say::new("new", 1).time(1_000));
    let read = |orders: Vec<UnreadOrder>| Reading {
        newest: Some(at(1_000)),
        ..without(orders)
    };
    scene.reconcile(read(vec![UnreadOrder::of_row("[]")]));
    assert!(!scene.ledger.is_complete() && scene.ledger.is_hopeful());
    assert_eq!(scene.ledger.sound_until(), None);
    scene.reconcile(read(vec![]));
    assert!(scene.ledger.is_complete());
    assert_eq!(scene.ledger.sound_until(), Some(at(1_000)));
}

#[test]
fn what_was_told_to_its_end_need_not_be_read() {
    let mut scene = Scene::begun();
    scene.live(&Say::fill(1, 0, 10));
    scene.reconcile(without(vec![row(1, "filled", "10")]));
    assert!(scene.ledger.is_complete());
    // What could be read elsewhere was read.
    let mut both = reading(&[&Say::new("new", 2)], vec![]);
    both.unread = vec![row(2, "new", "0")];
    assert_eq!(scene.reconcile(both), ["2 new 0"]);
    assert!(scene.ledger.is_complete());
}

#[test]
fn at_the_start_what_goes_on_is_wanted_and_what_has_ended_is_not() {
    let mut scene = Scene::default();
    let (open, ended) = (row(1, "partially_filled", "4"), row(2, "filled", "10"));
    scene.begin(without(vec![open, ended]), false);
    assert!(!scene.ledger.is_complete());
    assert_eq!(
        scene.ledger.open().into_keys().collect::<Vec<_>>(),
        [uuid(1)]
    );
    scene.reconcile(without(vec![row(2, "filled", "10"), unread(1)]));
    // What it had filled by then was before the stream.
    let filled = Say::fill(1, 4, 10).time(600);
    let list = vec![activity(1, 0, 4, 10), activity(1, 4, 10, 600)];
    assert_eq!(scene.reconcile(reading(&[&filled], list)), ["1 fill 4..10"]);
    assert!(scene.ledger.is_complete());
}

#[test]
fn one_that_nobody_knows_is_not_wanted_for_ever() {
    let mut scene = Scene::begun();
    scene.reconcile(without(vec![row(1, "new", "0")]));
    let gone = || Reading {
        gone: vec![uuid(1)],
        ..Reading::default()
    };
    scene.reconcile(gone());
    assert!(!scene.ledger.is_complete());
    for _ in 0..3 {
        scene.reconcile(gone());
    }
    assert!(scene.ledger.is_complete() && scene.ledger.open().is_empty());
}

#[test]
fn what_had_ended_before_the_stream_is_nothing_to_it() {
    let mut scene = Scene::default();
    scene.begin(reading(&[&Say::new("new", 9).time(1_000)], vec![]), false);
    let nameless = json!({ "status": "filled", "submitted_at": at(500) }).to_string();
    let old = vec![row(1, "canceled", "0"), UnreadOrder::of_row(&nameless)];
    scene.reconcile(without(old));
    assert!(scene.ledger.is_complete());
    // What goes on, and what was made since, is of its time.
    for later in [
        json!({ "status": "new", "submitted_at": at(500) }),
        json!({ "status": "filled", "submitted_at": at(1_500) }),
        json!({ "status": "filled" }),
    ] {
        scene.reconcile(without(vec![UnreadOrder::of_row(&later.to_string())]));
        assert!(!scene.ledger.is_complete());
        scene.reconcile(Reading::default());
        assert!(scene.ledger.is_complete());
    }
}
