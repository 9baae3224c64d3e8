//! What is missing stays looked for, and nothing takes its place: sequences in which a fill could be lost or told
//! twice.

use std::time::Duration;

use super::super::super::tests::fixture::{Say, activity, uuid};
use super::scene::{NOTHING, Scene, fills, gone, reading};

#[tokio::test(start_paused = true)]
async fn an_order_that_has_ended_is_read_until_its_fills_are_found() {
    let mut scene = Scene::begun();
    scene.live(&Say::new("new", 1));
    let filled = Say::fill(1, 0, 10).time(50);
    let late = reading(&[&filled], vec![]);
    assert_eq!(scene.reconcile(late), ["1 fill 10"]);
    assert!(!scene.ledger.is_complete());
    // It has ended, and is wanted all the same.
    assert!(scene.ledger.open().contains_key(&uuid(1)));
    let told = scene.reconcile(reading(&[&filled], vec![activity(1, 0, 10, 50)]));
    assert_eq!(told, ["1 fill 0..10"]);
    assert!(scene.ledger.is_complete() && scene.ledger.open().is_empty());
}

#[tokio::test(start_paused = true)]
async fn what_is_told_over_a_hole_is_looked_for_afterwards() {
    let mut scene = Scene::begun();
    scene.live(&Say::new("new", 1).event_id(1));
    let fill = Say::fill(1, 4, 10).time(20).event_id(3);
    scene.waits(&fill);
    assert!(!scene.ledger.is_complete());
    assert_eq!(scene.release(Duration::ZERO), ["1 fill 4..10"]);
    assert!(!scene.ledger.is_complete());
    assert!(scene.ledger.open().contains_key(&uuid(1)));
    // The stream itself may bring it still: then nothing is missing any more.
    assert_eq!(
        scene.live(&Say::fill(1, 0, 4).time(10).event_id(2)),
        ["1 partial_fill 0..4"]
    );
    assert!(scene.ledger.is_complete() && scene.ledger.open().is_empty());
}

#[test]
fn what_is_found_nowhere_is_never_taken_for_told() {
    let mut scene = Scene::begun();
    scene.live(&Say::new("new", 1));
    let filled = Say::fill(1, 0, 10).time(50);
    assert_eq!(scene.reconcile(reading(&[&filled], vec![])), ["1 fill 10"]);
    for _ in 0..100 {
        assert_eq!(scene.reconcile(reading(&[&filled], vec![])), NOTHING);
        assert!(!scene.ledger.is_complete());
    }
    // However late it is found.
    let told = scene.reconcile(reading(&[&filled], vec![activity(1, 0, 10, 50)]));
    assert_eq!(told, ["1 fill 0..10"]);
    assert!(scene.ledger.is_complete());
    scene.duplicate(&Say::fill(1, 0, 10).time(50));
}

#[test]
fn what_was_found_nowhere_is_told_if_the_stream_brings_it() {
    let mut scene = Scene::begun();
    let filled = Say::fill(1, 0, 10).time(50);
    for _ in 0..100 {
        scene.reconcile(reading(&[&filled], vec![]));
    }
    assert_eq!(scene.live(&filled), ["1 fill 0..10"]);
    assert!(scene.ledger.is_complete());
}

#[test]
fn fills_that_an_order_has_shown_stay_missing_when_it_is_gone() {
    let mut scene = Scene::begun();
    scene.reconcile(reading(&[&Say::fill(1, 0, 10).time(50)], vec![]));
    for _ in 0..10 {
        scene.reconcile(gone(1));
        assert!(!scene.ledger.is_complete());
    }
}

#[test]
fn fills_of_a_successor_that_are_late_are_not_those_of_the_order_before_it() {
    let mut scene = Scene::begun();
    scene.live(&Say::new("new", 1));
    let replaced = Say::new("replaced", 1).time(10);
    let after = Say::fill(2, 0, 10)
        .order("replaces", uuid(1).to_string())
        .time(20);
    let late = reading(&[&replaced, &after], vec![]);
    assert_eq!(scene.reconcile(late), ["1 replaced 0", "2 fill 10"]);
    assert!(!scene.ledger.is_complete());
    let told = scene.reconcile(reading(&[&replaced, &after], vec![activity(2, 0, 10, 20)]));
    assert_eq!(told, ["2 fill 0..10"]);
}

#[test]
fn a_message_may_carry_an_order_that_is_further() {
    let mut scene = Scene::begun();
    scene.live(&Say::new("new", 1));
    let successor = |say: Say| say.order("replaces", uuid(1).to_string());
    // The event is `new`, and the order in it is partly filled already: by itself.
    let ahead = successor(Say::new("new", 2))
        .filled(5)
        .status("partially_filled");
    scene.waits(&ahead.event_id(1));
    let fill = successor(Say::fill(2, 0, 5)).time(10).event_id(2);
    assert_eq!(scene.live(&fill)[0], "2 partial_fill 0..5");
}

#[test]
fn an_end_is_never_older_than_what_was_before_it() {
    let mut scene = Scene::begun();
    scene.live(&Say::new("new", 1).time(0));
    scene.live(&Say::fill(1, 0, 4).time(500));
    // The times of two clocks.
    let canceled = Say::new("canceled", 1).filled(4).time(498);
    assert_eq!(scene.live(&canceled), ["1 canceled 4"]);
    scene.superseded(&Say::new("pending_cancel", 1).filled(4).time(600));
}

#[test]
fn a_bust_that_was_missed_makes_room_for_what_is_filled_anew() {
    let mut scene = Scene::begun();
    scene.live(&Say::fill(1, 0, 3).time(10));
    scene.live(&Say::fill(1, 3, 8).time(20));
    let busted = Say::fill(1, 0, 3).time(30);
    assert_eq!(
        scene.reconcile(reading(&[&busted], fills(&[(0, 3)]))),
        ["1 partially_filled 3"]
    );
    assert_eq!(
        scene.live(&Say::fill(1, 3, 8).time(40)),
        ["1 partial_fill 3..8"]
    );
}
