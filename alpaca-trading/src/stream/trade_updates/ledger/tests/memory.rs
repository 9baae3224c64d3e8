//! What is remembered for slow consumers, and what is forgotten.

use super::super::super::tests::fixture::{Say, activity, uuid};
use super::super::{ENDED, FILLS};
use super::scene::{NOTHING, Scene, gone, numbered, reading};

#[test]
fn an_order_that_is_not_there_any_more_is_not_asked_for_for_ever() {
    let mut scene = Scene::begun();
    scene.live(&Say::fill(1, 0, 4).event_id(1));
    for _ in 0..2 {
        assert_eq!(scene.reconcile(gone(1)), NOTHING);
        assert_eq!(scene.ledger.open().len(), 1);
    }
    // It may only have been placed just now.
    scene.live(&Say::new("pending_cancel", 1).filled(4).event_id(2));
    for _ in 0..2 {
        assert_eq!(scene.reconcile(gone(1)), NOTHING);
        assert_eq!(scene.ledger.open().len(), 1);
    }
    assert_eq!(scene.reconcile(gone(1)), NOTHING);
    assert!(scene.ledger.open().is_empty());
    // Should anything come of it all the same, it is told.
    scene.duplicate(&Say::fill(1, 0, 4).event_id(1));
    assert_eq!(
        scene.live(&Say::new("canceled", 1).filled(4).event_id(3)),
        ["1 canceled 4"]
    );
    assert!(scene.after(0).1);
}

#[test]
fn what_ended_long_ago_is_forgotten_and_stays_told() {
    let mut scene = Scene::begun();
    let count = ENDED as u128 + 10;
    for number in 0..count {
        scene.live(&Say::new("rejected", number).event_id(u64::try_from(number).unwrap()));
    }
    assert_eq!(scene.ledger.orders.len(), ENDED);
    scene.superseded(&Say::new("rejected", 0).event_id(0));
    scene.superseded(&Say::fill(1, 0, 10));
    assert_eq!(
        scene.reconcile(reading(&[&Say::new("rejected", 2)], vec![])),
        NOTHING
    );
    let (told, complete) = scene.after(0);
    assert_eq!((told.len(), complete), (ENDED, false));
    assert!(scene.after(20).1);
    // A correction is told all the same.
    assert_eq!(scene.live(&Say::new("trade_bust", 3)), ["3 trade_bust 0"]);
}

#[test]
fn no_more_fills_are_remembered_than_slow_consumers_may_want() {
    let mut scene = Scene::begun();
    let total = i64::try_from(FILLS).unwrap() + 100;
    for number in 0..total {
        let say = Say::new("partial_fill", 1)
            .data("qty", "1")
            .data("price", "1");
        scene.live(&say.filled(number + 1));
    }
    assert!(scene.ledger.fills <= FILLS);
    assert_eq!(
        scene.ledger.fills,
        scene.ledger.orders[&uuid(1)].fills.len()
    );
    assert!(!scene.after(0).1);
    let (told, complete) = scene.after(scene.number - 1_000);
    assert_eq!((told.len(), complete), (1_000, true));
}

#[test]
fn what_was_told_after_a_number_is_the_fills_and_the_newest_states() {
    let mut scene = Scene::begun();
    let begin = scene.number;
    scene.live(&numbered(Say::new("new", 1), 1));
    scene.live(&numbered(Say::new("new", 2), 2));
    scene.live(&numbered(Say::fill(1, 0, 4), 3));
    let middle = scene.number;
    scene.live(&numbered(Say::new("canceled", 2), 4));
    scene.live(&numbered(Say::fill(1, 4, 10), 5));
    assert_eq!(
        scene.after(begin),
        (
            vec![
                "1 partial_fill 0..4".into(),
                "2 canceled 0".into(),
                "1 fill 4..10".into()
            ],
            true
        )
    );
    assert_eq!(scene.after(middle).0, ["2 canceled 0", "1 fill 4..10"]);
    assert_eq!(scene.after(scene.number).0, NOTHING);

    // What was told together has one number.
    let before = scene.number;
    let canceled = Say::new("canceled", 3).filled(7).time(80);
    let told = scene.reconcile(reading(
        &[&canceled],
        vec![activity(3, 0, 4, 1), activity(3, 4, 7, 2)],
    ));
    assert_eq!(scene.after(before).0, told);
    let fill = Say::fill(4, 4, 10).time(90);
    let before = scene.number;
    let told = scene.reconcile(reading(
        &[&fill],
        vec![activity(4, 0, 4, 1), activity(4, 4, 10, 2)],
    ));
    assert_eq!(scene.after(before).0, told);
}
