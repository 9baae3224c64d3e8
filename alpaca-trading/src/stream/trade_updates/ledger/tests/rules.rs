//! The rules for what the stream tells, one by one.

use std::time::Duration;

use super::super::super::tests::fixture::{Say, uuid};
use super::scene::{NOTHING, Scene, fills, numbered, reading};

const HOUR: Duration = Duration::from_secs(3_600);

#[test]
fn a_message_is_known_again_by_its_id() {
    for say in [
        Say::new("new", 1).event_id(1),
        Say::new("new", 1).execution(1),
        Say::new("pending_cancel", 1).event_id(1).execution(1),
        Say::new("trade_bust", 1).event_id(1),
        Say::fill(1, 0, 4).event_id(1),
    ] {
        let mut scene = Scene::begun();
        assert_eq!(scene.live(&say).len(), 1);
        scene.duplicate(&say);
        // Whatever else is in it.
        scene.duplicate(&say.time(5));
    }
    // One execution with two events is two messages.
    let mut scene = Scene::begun();
    assert_eq!(
        scene.live(&Say::new("pending_new", 1).execution(1)).len(),
        1
    );
    assert_eq!(scene.live(&Say::new("new", 1).execution(1)).len(), 1);
}

#[test]
fn messages_with_blank_ids_are_not_the_same() {
    for name in ["event_id", "execution_id"] {
        let mut scene = Scene::begun();
        for say in [
            Say::new("new", 1),
            Say::fill(1, 0, 4).time(1),
            Say::fill(1, 4, 7).time(2),
            Say::new("pending_cancel", 1).filled(7).time(3),
            Say::fill(1, 7, 10).time(4),
        ] {
            let say = say.data(name, "");
            assert_eq!(scene.live(&say).len(), 1, "{name} {say:?}");
            // One that comes again is one, by what it says.
            scene.duplicate(&say);
        }
    }
}

#[test]
fn a_fill_is_known_again_by_its_range() {
    let mut scene = Scene::begun();
    scene.live(&Say::fill(1, 0, 4).event_id(1));
    scene.live(&Say::fill(1, 4, 7).event_id(2));
    scene.duplicate(&Say::fill(1, 0, 4));
    scene.duplicate(&Say::fill(1, 4, 7).event_id(9).execution(9));
    // In parts, or together: it was told.
    scene.duplicate(&Say::fill(1, 5, 6));
    scene.duplicate(&Say::fill(1, 2, 6));
    assert_eq!(scene.live(&Say::fill(1, 7, 10)), ["1 fill 7..10"]);
}

#[test]
fn what_led_to_what_was_told_is_superseded() {
    // By its id, whatever the times say.
    let mut scene = Scene::begun();
    scene.live(&Say::new("pending_cancel", 1).event_id(5).time(1));
    scene.superseded(&Say::new("new", 1).event_id(4).time(100));
    assert_eq!(scene.live(&Say::new("new", 1).event_id(6).time(0)).len(), 1);

    // By its time.
    let mut scene = Scene::begun();
    scene.live(&Say::new("pending_cancel", 1).time(50));
    scene.superseded(&Say::new("new", 1).time(49));
    assert_eq!(scene.live(&Say::new("new", 1).time(51)).len(), 1);

    // By how far it had come, where the times are the same.
    let mut scene = Scene::begun();
    scene.live(&Say::new("new", 1).time(50));
    scene.superseded(&Say::new("pending_new", 1).time(50));
    assert_eq!(scene.live(&Say::new("pending_cancel", 1).time(50)).len(), 1);

    // What has ended does not begin again.
    let mut scene = Scene::begun();
    scene.live(&Say::new("canceled", 1).time(50));
    scene.superseded(&Say::new("pending_cancel", 1).time(60));
    scene.superseded(&Say::new("new", 1).time(60).event_id(9));
}

#[test]
fn messages_of_other_orders_are_no_matter() {
    let mut scene = Scene::begun();
    scene.live(&Say::new("canceled", 1).event_id(9).time(90));
    assert_eq!(
        scene.live(&Say::new("new", 2).event_id(1).time(1)),
        ["2 new 0"]
    );
}

#[tokio::test(start_paused = true)]
async fn what_comes_after_a_gap_waits_and_is_told_in_order() {
    let mut scene = Scene::begun();
    scene.live(&numbered(Say::new("new", 1), 1));
    let (tally, _) = scene.take(&numbered(Say::new("canceled", 1).filled(7), 4));
    assert!(tally.held);
    // That another one waits as well is not news.
    let (tally, _) = scene.take(&numbered(Say::fill(1, 4, 7), 3));
    assert!(!tally.held);
    scene.waits(&numbered(Say::fill(1, 4, 7), 3));
    assert_eq!(scene.live(&numbered(Say::new("new", 2), 5)), ["2 new 0"]);
    let told = scene.live(&numbered(Say::fill(1, 0, 4), 2));
    assert_eq!(
        told,
        ["1 partial_fill 0..4", "1 partial_fill 4..7", "1 canceled 7"]
    );
    assert!(scene.ledger.waiting_since().is_none());
    assert!(!scene.ledger.is_incomplete());
}

#[tokio::test(start_paused = true)]
async fn without_ids_what_has_waited_is_ordered_by_what_is_filled() {
    let mut scene = Scene::begun();
    scene.live(&Say::new("new", 1));
    scene.waits(&Say::new("canceled", 1).filled(9).time(20));
    scene.waits(&Say::fill(1, 6, 9).time(20));
    scene.waits(&Say::fill(1, 4, 6).time(20));
    let told = scene.live(&Say::fill(1, 0, 4).time(10));
    let expected = [
        "1 partial_fill 0..4",
        "1 partial_fill 4..6",
        "1 partial_fill 6..9",
        "1 canceled 9",
    ];
    assert_eq!(told, expected);
}

#[tokio::test(start_paused = true)]
async fn patience_ends() {
    let mut scene = Scene::begun();
    scene.live(&numbered(Say::new("new", 1), 1));
    scene.waits(&numbered(Say::fill(1, 4, 7), 3));
    let patience = Duration::from_secs(10);
    tokio::time::advance(patience / 2).await;
    scene.waits(&numbered(Say::fill(1, 7, 9), 4));
    assert_eq!(scene.release(patience), NOTHING);
    tokio::time::advance(patience / 2).await;
    assert_eq!(
        scene.release(patience),
        ["1 partial_fill 4..7", "1 partial_fill 7..9"]
    );
    assert!(scene.ledger.is_incomplete() && scene.ledger.waiting_since().is_none());
    // Nothing waits for it any more.
    assert_eq!(
        scene.live(&numbered(Say::fill(1, 9, 10), 5)),
        ["1 fill 9..10"]
    );

    // What was missed is told once it is found, and says nothing of the present state.
    let filled = numbered(Say::fill(1, 9, 10), 5);
    let told = scene.reconcile(reading(
        &[&filled],
        fills(&[(0, 4), (4, 7), (7, 9), (9, 10)]),
    ));
    assert_eq!(told, ["1 partial_fill 0..4"]);
    assert!(!scene.ledger.is_incomplete());
    assert_eq!(scene.reconcile(reading(&[&filled], vec![])), NOTHING);
    scene.superseded(&numbered(Say::new("pending_cancel", 1), 2));
}

#[tokio::test(start_paused = true)]
async fn a_fill_that_comes_too_late_says_nothing_of_the_present_state() {
    let mut scene = Scene::begun();
    scene.live(&numbered(Say::new("new", 1), 1));
    let canceled = numbered(Say::new("canceled", 1).filled(4), 3);
    scene.waits(&canceled);
    assert_eq!(scene.release(Duration::ZERO), ["1 canceled 4"]);
    assert_eq!(
        scene.live(&numbered(Say::fill(1, 0, 4), 2)),
        ["1 partial_fill 0..4"]
    );
    scene.superseded(&Say::new("pending_cancel", 1).filled(4).time(25));
    // The order is as it was told: there is nothing more to tell.
    assert_eq!(
        scene.reconcile(reading(&[&canceled], fills(&[(0, 4)]))),
        NOTHING
    );
    assert!(!scene.ledger.is_incomplete());
    let (after, complete) = scene.after(0);
    assert_eq!(
        (after.last().unwrap().as_str(), complete),
        ("1 partial_fill 0..4", true)
    );
    assert!(after.contains(&"1 canceled 4".to_owned()));
}

#[test]
fn what_a_replaced_order_has_filled_is_not_missing_in_the_new_one() {
    let new = |event: &str| Say::new(event, 2).order("replaces", uuid(1).to_string());
    // Carried over: it begins with what the old one has filled.
    let mut scene = Scene::begun();
    scene.live(&Say::fill(1, 0, 4).time(10));
    scene.live(&Say::new("replaced", 1).filled(4).time(20));
    assert_eq!(scene.live(&new("new").filled(4).time(20)), ["2 new 4"]);
    let fill = Say::fill(2, 4, 10).order("replaces", uuid(1).to_string());
    assert_eq!(scene.live(&fill.time(30)), ["2 fill 4..10"]);

    // Not carried over: it begins at nothing.
    let mut scene = Scene::begun();
    scene.live(&Say::fill(1, 0, 4).time(10));
    scene.live(&Say::new("replaced", 1).filled(4).time(20));
    assert_eq!(scene.live(&new("new").time(20)), ["2 new 0"]);
    assert_eq!(
        scene.live(&Say::fill(2, 0, 6).time(30)),
        ["2 partial_fill 0..6"]
    );
}

#[test]
fn without_any_id_a_message_is_known_again_by_its_words() {
    for say in [
        Say::new("new", 1),
        Say::new("trade_bust", 1),
        Say::new("expired", 1).filled(0),
    ] {
        let mut scene = Scene::begun();
        assert_eq!(scene.live(&say).len(), 1);
        scene.duplicate(&say);
        assert_eq!(scene.live(&say.clone().order("qty", "11")).len(), 1);
    }
    let mut scene = Scene::begun();
    assert_eq!(scene.live(&Say::fill(1, 0, 4)).len(), 1);
    assert_eq!(scene.live(&Say::fill(1, 4, 8)).len(), 1);
}

#[test]
fn what_is_undone_can_be_filled_again() {
    let mut scene = Scene::begun();
    scene.live(&numbered(Say::fill(1, 0, 4), 1));
    scene.live(&numbered(Say::fill(1, 4, 10), 2));
    let bust = numbered(Say::new("trade_bust", 1).filled(4), 3);
    assert_eq!(scene.live(&bust), ["1 trade_bust 4"]);
    scene.duplicate(&bust);
    let again = numbered(Say::fill(1, 4, 10), 4);
    assert_eq!(scene.live(&again), ["1 fill 4..10"]);
    scene.duplicate(&again);
    // All of it is news to whoever was slow, with the order as it is now.
    let expected = [
        "1 partial_fill 0..4",
        "1 fill 4..10",
        "1 trade_bust 10",
        "1 fill 4..10",
    ];
    assert_eq!(scene.after(0).0, expected);
    assert_eq!(scene.after(scene.number - 2).0, expected[2..]);
}

#[test]
fn a_correction_is_told_however_late_it_is() {
    let mut scene = Scene::begun();
    scene.live(&numbered(Say::fill(1, 0, 10), 5));
    let correct = numbered(Say::new("trade_correct", 1).filled(10).status("filled"), 2)
        .data("previous_execution_id", "execution-1");
    assert_eq!(scene.live(&correct), ["1 trade_correct 10"]);
    scene.duplicate(&correct);
    scene.duplicate(&numbered(Say::fill(1, 0, 10), 5));
    assert_eq!(scene.after(0).0, ["1 fill 0..10", "1 trade_correct 10"]);
    scene.live(&numbered(
        Say::new("restated", 1).filled(10).status("filled"),
        6,
    ));
    let (after, _) = scene.ledger.told_after(0);
    assert_eq!(after.len(), 3);
    let corrects: Vec<_> = after
        .iter()
        .filter_map(|update| update.previous_execution_id.clone())
        .collect();
    assert_eq!(corrects, ["execution-1"]);
    // Even of an order that nothing is known of.
    assert_eq!(scene.live(&Say::new("trade_bust", 2)), ["2 trade_bust 0"]);
}

#[test]
fn a_message_that_is_a_fill_without_a_quantity_is_a_state() {
    let mut scene = Scene::begun();
    scene.live(&Say::new("new", 1).event_id(1));
    scene.take(&Say::new("fill", 1).filled(10).event_id(3));
    assert!(scene.ledger.waiting_since().is_some());
    let told = scene.live(&Say::fill(1, 0, 10).event_id(2));
    assert_eq!(told, ["1 fill 0..10", "1 fill 10"]);
    assert_eq!(scene.release(HOUR), NOTHING);
}
