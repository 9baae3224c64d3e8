//! Fills that are undone or corrected: while somebody listens, while nobody does, and while the account is read.

use super::super::super::tests::fixture::{Say, activity, at, uuid};
use super::super::ENDED;
use super::scene::{NOTHING, Scene, fills, numbered, reading};
use crate::stream::Origin;

fn priced(say: Say, average: &str) -> Say {
    say.order("filled_avg_price", average)
}

#[test]
fn a_price_that_was_corrected_unseen_is_told_as_a_state() {
    let mut scene = Scene::begun();
    scene.live(&priced(Say::fill(1, 0, 10).time(10), "1.50"));
    // The same price in other digits is the same.
    let same = priced(Say::fill(1, 0, 10).time(10), "1.5");
    assert_eq!(scene.reconcile(reading(&[&same], vec![])), NOTHING);
    let corrected = priced(Say::fill(1, 0, 10).time(5_000), "1.60");
    assert_eq!(
        scene.reconcile(reading(&[&corrected], vec![])),
        ["1 fill 10"]
    );
    let (_, state) = scene.told.last().unwrap();
    assert_eq!((state.origin, state.fill()), (Origin::MissedState, None));
    assert_eq!(state.order.filled_avg_price, "1.60".parse().ok());
    assert_eq!(scene.reconcile(reading(&[&corrected], vec![])), NOTHING);
}

#[test]
fn what_was_undone_and_made_up_for_unseen_is_told_as_a_state() {
    let mut scene = Scene::begun();
    scene.live(&priced(Say::fill(1, 0, 4).time(10), "1.50"));
    scene.live(&priced(Say::fill(1, 4, 8).time(20), "1.50"));
    let again = priced(Say::fill(1, 4, 8).time(5_000), "9.99");
    assert_eq!(
        scene.reconcile(reading(&[&again], vec![])),
        ["1 partially_filled 8"]
    );
    // A message without the price says nothing of it.
    scene.live(&Say::new("pending_cancel", 1).filled(8).time(6_000));
    let read = priced(Say::new("pending_cancel", 1).filled(8).time(6_000), "9.99");
    assert_eq!(scene.reconcile(reading(&[&read], vec![])), NOTHING);
}

#[test]
fn a_correction_hides_no_fill_that_was_lost() {
    let mut scene = Scene::begun();
    scene.live(&Say::new("new", 1));
    scene.live(&Say::fill(1, 0, 4).time(10));
    // 4 to 10 was lost; the price of the first is corrected.
    let correct = Say::new("trade_correct", 1).filled(10).status("filled");
    let correct = correct.time(30).execution(9);
    let (tally, told) = scene.take(&correct);
    assert_eq!(told, ["1 trade_correct 10"]);
    assert!(tally.held && !scene.ledger.is_complete());
    assert!(scene.ledger.open().contains_key(&uuid(1)));
    let end = Say::fill(1, 4, 10).time(30);
    let since = scene.ledger.fills_missing_since(&reading(&[&end], vec![]));
    assert!(since.is_some_and(|since| since < at(0)), "{since:?}");
    let found = reading(&[&end], fills(&[(0, 4), (4, 10)]));
    assert_eq!(scene.reconcile(found), ["1 fill 4..10"]);
    assert!(scene.ledger.is_complete());
    // The same once more is no news.
    scene.duplicate(&correct);
    assert!(scene.ledger.is_complete());
}

#[test]
fn a_correction_of_what_was_told_leaves_nothing_to_look_for() {
    let mut scene = Scene::begun();
    scene.live(&Say::fill(1, 0, 10).time(10));
    let (tally, _) = scene.take(&Say::new("trade_bust", 1).filled(6).time(20));
    assert!(!tally.held && scene.ledger.is_complete());
}

#[test]
fn a_correction_of_what_was_before_the_stream_asks_for_nothing() {
    let mut scene = Scene::default();
    scene.begin(reading(&[&Say::new("new", 9).time(1_000)], vec![]), false);
    // An order of that time which had ended, and is not known here.
    let (tally, told) = scene.take(&Say::new("trade_correct", 1).filled(10).time(2_000));
    assert_eq!(told, ["1 trade_correct 10"]);
    assert!(!tally.held && scene.ledger.is_complete());
    scene.duplicate(&Say::fill(1, 4, 10).time(500));
    // One that was made since, of which all was lost.
    let later = Say::new("trade_correct", 2).filled(10).time(3_000);
    let later = later.order("submitted_at", at(2_500).to_rfc3339());
    assert!(scene.take(&later).0.held);
    assert!(!scene.ledger.is_complete());
}

#[test]
fn a_correction_of_what_was_forgotten_tells_no_fill_again() {
    let mut scene = Scene::begun();
    scene.live(&Say::fill(0, 0, 10).event_id(1));
    for number in 1..=ENDED as u128 {
        scene.live(&Say::new("rejected", number));
    }
    assert!(!scene.ledger.orders.contains_key(&uuid(0)));
    let busted = Say::new("trade_bust", 0).filled(4).time(50).event_id(2);
    assert_eq!(scene.live(&busted), ["0 trade_bust 4"]);
    assert!(scene.ledger.is_complete());
    scene.duplicate(&Say::fill(0, 0, 4));
    let again = Say::fill(0, 4, 10).time(60);
    let told = scene.reconcile(reading(
        &[&again],
        vec![activity(0, 0, 4, 1), activity(0, 4, 10, 60)],
    ));
    assert_eq!(told, ["0 fill 4..10"]);
    assert!(scene.ledger.is_complete());
}

#[test]
fn what_was_corrected_while_it_was_read_is_read_again() {
    let mut scene = Scene::begun();
    scene.live(&Say::fill(1, 0, 3).time(10));
    scene.live(&Say::fill(1, 3, 8).time(20));
    let mut stale = reading(&[&Say::fill(1, 3, 8).time(20)], fills(&[(0, 3), (3, 8)]));
    stale.messages = scene.ledger.messages();
    scene.live(&Say::new("trade_bust", 1).filled(3).time(30));
    // It is not told as it was before.
    assert_eq!(scene.reconcile_as(stale), NOTHING);
    assert!(!scene.ledger.is_complete() && scene.ledger.is_hopeful());
    assert!(scene.ledger.open().contains_key(&uuid(1)));
    // What comes of it meanwhile does not make up for that.
    scene.live(&Say::new("pending_cancel", 1).filled(3).time(40));
    assert!(!scene.ledger.is_complete());
    let canceled = Say::new("canceled", 1).filled(6).time(50);
    let told = scene.reconcile(reading(&[&canceled], fills(&[(0, 3), (3, 6)])));
    assert_eq!(told, ["1 partial_fill 3..6", "1 canceled 6"]);
    assert!(scene.ledger.is_complete());
}

#[test]
fn one_that_has_ended_is_read_again_as_well() {
    let mut scene = Scene::begun();
    scene.live(&numbered(Say::fill(1, 0, 10), 1));
    let mut stale = reading(&[&Say::fill(1, 0, 10).time(10)], fills(&[(0, 10)]));
    stale.messages = scene.ledger.messages();
    let correct = Say::new("trade_correct", 1).filled(10).status("filled");
    scene.live(&numbered(correct.clone(), 2));
    assert_eq!(scene.reconcile_as(stale), NOTHING);
    assert!(scene.ledger.open().contains_key(&uuid(1)));
    let read = reading(&[&correct.time(20)], fills(&[(0, 10)]));
    assert_eq!(scene.reconcile(read), NOTHING);
    assert!(scene.ledger.is_complete() && scene.ledger.open().is_empty());
}
