//! The rules for what is read of the account, one by one.

use serde_json::json;

use super::super::super::tests::fixture::{Say, activity, at, uuid};
use super::scene::{NOTHING, Scene, fills, numbered, reading};
use crate::stream::Origin;

#[tokio::test(start_paused = true)]
async fn an_order_that_replaces_one_unseen_is_told_with_its_own_fills() {
    let filled = Say::fill(2, 6, 10)
        .order("replaces", uuid(1).to_string())
        .time(30);
    let mut scene = Scene::begun();
    scene.live(&Say::fill(1, 0, 4).time(10));
    let own = vec![activity(2, 4, 6, 25), activity(2, 6, 10, 30)];
    scene.waits(&filled);
    let told = scene.reconcile(reading(&[&filled], own));
    assert_eq!(told, ["2 partial_fill 4..6", "2 fill 6..10"]);
    assert!(!scene.ledger.is_incomplete());

    // Without fills of its own, as much as the old one has filled is carried over.
    let mut scene = Scene::begun();
    scene.live(&Say::fill(1, 0, 4).time(10));
    let accepted = Say::new("new", 2)
        .order("replaces", uuid(1).to_string())
        .filled(4);
    let read = reading(&[&accepted], vec![]);
    assert_eq!(scene.ledger.fills_missing_since(&read), None);
    assert_eq!(scene.reconcile(read), ["2 new 4"]);
    assert!(!scene.ledger.is_incomplete());
}

#[tokio::test(start_paused = true)]
async fn what_the_old_order_has_filled_is_told_from_what_is_late_in_the_list() {
    let replaces = |say: Say| say.order("replaces", uuid(1).to_string());
    let mut scene = Scene::begun();
    scene.live(&Say::new("replaced", 1).filled(4).time(10));
    scene.live(&replaces(Say::new("new", 2)).filled(4).time(10));
    // The list does not show it.
    let fill = replaces(Say::fill(2, 4, 10)).time(30);
    assert_eq!(scene.reconcile(reading(&[&fill], vec![])), ["2 fill 10"]);
    assert!(scene.ledger.is_incomplete());
    assert_eq!(scene.live(&fill), ["2 fill 4..10"]);
    assert_eq!(
        scene.reconcile(reading(&[&fill], vec![activity(2, 4, 10, 30)])),
        NOTHING
    );
    assert!(!scene.ledger.is_incomplete());
}

#[test]
fn the_end_of_a_leg_that_waits_is_not_missed() {
    let leg = |id: u128, status: &str| {
        json!({
            "id": uuid(id), "client_order_id": id.to_string(), "created_at": at(0), "submitted_at": at(0),
            "updated_at": at(0), "status": status, "order_class": "bracket", "symbol": "AAPL",
            "qty": "10", "filled_qty": "0",
        })
    };
    let legs = json!([leg(2, "held"), leg(3, "new"), leg(4, "canceled")]);
    let mut scene = Scene::begun();
    scene.live(
        &Say::new("new", 1)
            .order("legs", legs)
            .order("order_class", "bracket"),
    );
    // They are looked for when they are in no list.
    let mut open: Vec<_> = scene.ledger.open().into_keys().collect();
    open.sort();
    assert_eq!(open, [uuid(1), uuid(2), uuid(3)]);
    // What of them was known is no news; what came of them is.
    let held = Say::new("held", 2);
    let canceled = Say::new("canceled", 3).time(50);
    let told = scene.reconcile(reading(&[&Say::new("new", 1), &held, &canceled], vec![]));
    assert_eq!(told, ["3 canceled 0"]);
    assert_eq!(scene.live(&Say::new("new", 2).time(60)), ["2 new 0"]);
    // That it has shrunk with the other is found.
    let shrunk = Say::new("new", 2).time(70).order("qty", "6");
    assert_eq!(scene.reconcile(reading(&[&shrunk], vec![])), ["2 new 0"]);
    assert_eq!(scene.reconcile(reading(&[&shrunk], vec![])), NOTHING);
}

#[test]
fn orders_of_several_legs_have_no_gaps() {
    let mleg = |say: Say| say.order("order_class", "mleg").order("symbol", "");
    let mut scene = Scene::begun();
    scene.live(&mleg(Say::new("new", 1)));
    assert_eq!(
        scene.live(&mleg(Say::fill(1, 4, 7).time(20))),
        ["1 partial_fill 4..7"]
    );
    scene.duplicate(&mleg(Say::fill(1, 4, 7).time(20)));
    // An older reading changes nothing of what was told.
    let mut old = reading(&[&mleg(Say::fill(1, 0, 4).time(10))], vec![]);
    old.messages = 1;
    assert_eq!(scene.reconcile_as(old), NOTHING);
    scene.duplicate(&mleg(Say::fill(1, 4, 7).time(20)));

    // What was missed is told as a state, with the fills of its legs.
    let leg = json!([{ "id": uuid(2), "order_class": "mleg", "symbol": "AAPL260116C00200000" }]);
    let filled = mleg(Say::fill(1, 7, 10).time(30)).order("legs", leg);
    let told = scene.reconcile(reading(&[&filled], vec![activity(2, 0, 3, 30)]));
    assert_eq!(told, ["1 fill 10"]);
    let (_, state) = scene.told.last().unwrap();
    assert_eq!((state.legs.len(), state.origin), (1, Origin::MissedState));
    assert_eq!(state.legs[0].order_id, Some(uuid(2)));
    assert_eq!(
        (state.qty, state.cum_qty),
        (Some(7.into()), Some(10.into()))
    );
    assert!(!scene.ledger.is_incomplete());
    scene.duplicate(&mleg(Say::fill(1, 7, 10).time(30)));
    // Where the list has its legs as well, they are no orders of their own.
    let leg = Say::fill(2, 0, 3).time(30).order("order_class", "mleg");
    assert_eq!(
        scene.reconcile(reading(&[&leg], vec![activity(2, 0, 3, 30)])),
        NOTHING
    );
}

#[test]
fn what_there_was_at_the_start_is_known() {
    let (open, partly) = (Say::new("new", 1).time(10), Say::fill(2, 0, 4).time(20));
    let ended = Say::fill(3, 0, 10).time(30);
    for tell_open in [false, true] {
        let mut scene = Scene::default();
        let told = scene.begin(reading(&[&open, &partly, &ended], vec![]), tell_open);
        let expected: &[&str] = match tell_open {
            true => &["1 new 0", "2 partially_filled 4"],
            false => &[],
        };
        assert_eq!(told, expected);
        scene.superseded(&Say::new("pending_new", 1).time(5));
        scene.superseded(&Say::new("new", 1).time(10));
        scene.duplicate(&Say::fill(2, 0, 4).time(20));
        scene.duplicate(&Say::fill(3, 0, 10).time(30));
        assert_eq!(
            scene.reconcile(reading(&[&open, &partly, &ended], vec![])),
            NOTHING
        );
        assert_eq!(scene.live(&Say::fill(2, 4, 10).time(40)), ["2 fill 4..10"]);
        assert_eq!(scene.ledger.sound_until(), Some(at(30)));
    }
}

#[test]
fn before_it_is_known_what_there_was_nothing_is_missing() {
    let mut scene = Scene::default();
    assert_eq!(scene.live(&Say::fill(1, 4, 7)), ["1 partial_fill 4..7"]);
    scene.duplicate(&Say::fill(1, 0, 4));
    assert_eq!(
        scene.live(&Say::new("pending_cancel", 2).filled(5)),
        ["2 pending_cancel 5"]
    );
    assert!(!scene.ledger.has_begun());
    assert_eq!(
        scene.begin(reading(&[&Say::fill(1, 4, 7)], vec![]), true),
        NOTHING
    );
    assert!(scene.ledger.has_begun());
}

#[test]
fn an_order_that_nobody_knew_is_told_with_all_that_has_happened() {
    let mut scene = Scene::begun();
    let canceled = Say::new("canceled", 1).filled(7).time(80);
    let told = scene.reconcile(reading(&[&canceled], fills(&[(4, 7), (0, 4)])));
    assert_eq!(
        told,
        ["1 partial_fill 0..4", "1 partial_fill 4..7", "1 canceled 7"]
    );
    let origins: Vec<_> = scene.told.iter().map(|(_, update)| update.origin).collect();
    assert_eq!(
        origins,
        [Origin::MissedFill, Origin::MissedFill, Origin::MissedState]
    );
    scene.duplicate(&Say::fill(1, 4, 7).event_id(5).time(70));
    scene.superseded(&Say::new("canceled", 1).filled(7).event_id(6).time(80));

    // Where the last fill tells the state, it is not told twice.
    let told = scene.reconcile(reading(
        &[&Say::fill(2, 0, 10).time(99)],
        vec![activity(2, 0, 10, 99)],
    ));
    assert_eq!(told, ["2 fill 0..10"]);
}

#[test]
fn what_was_missed_of_several_orders_is_told_in_the_order_of_its_time() {
    let mut scene = Scene::begun();
    let one = Say::new("canceled", 1).filled(4).time(50);
    let other = Say::fill(2, 5, 10).time(40);
    let mut list = fills(&[(0, 4)]);
    list.extend([activity(2, 0, 5, 20), activity(2, 5, 10, 45)]);
    let told = scene.reconcile(reading(&[&one, &other], list));
    assert_eq!(
        told,
        [
            "2 partial_fill 0..5",
            "1 partial_fill 0..4",
            "2 fill 5..10",
            "1 canceled 4"
        ]
    );
}

#[test]
fn a_reading_that_is_older_than_the_stream_tells_nothing() {
    let mut scene = Scene::begun();
    scene.live(&numbered(Say::new("new", 1), 1));
    scene.live(&numbered(Say::fill(1, 0, 4), 2));
    let mut old = reading(&[&numbered(Say::new("new", 1), 1)], vec![]);
    old.messages = 1;
    assert_eq!(scene.reconcile_as(old), NOTHING);
    assert_eq!(
        scene.live(&numbered(Say::fill(1, 4, 10), 3)),
        ["1 fill 4..10"]
    );
    // What it shows of fills beyond it, the stream tells.
    let mut old = reading(
        &[&numbered(Say::new("new", 2), 1)],
        vec![activity(2, 0, 4, 20)],
    );
    old.messages = scene.ledger.messages();
    assert_eq!(scene.reconcile_as(old), ["2 new 0"]);
    assert_eq!(
        scene.live(&numbered(Say::fill(2, 0, 4), 2)),
        ["2 partial_fill 0..4"]
    );
}

#[test]
fn of_equal_times_what_came_meanwhile_counts_unless_the_reading_is_further() {
    // Nothing came while it was read: it is what is.
    let mut scene = Scene::begun();
    scene.live(&Say::new("pending_cancel", 1).time(10));
    let back = Say::new("new", 1).time(10);
    assert_eq!(scene.reconcile(reading(&[&back], vec![])), ["1 new 0"]);

    // Something came: what is further counts.
    for (event, told) in [
        ("new", false),
        ("pending_replace", false),
        ("canceled", true),
    ] {
        let mut scene = Scene::begun();
        scene.live(&Say::new("pending_cancel", 1).time(10));
        let mut read = reading(&[&Say::new(event, 1).time(10)], vec![]);
        read.messages = 0;
        assert_eq!(scene.reconcile_as(read).len(), usize::from(told), "{event}");
    }
}

#[test]
fn of_a_state_that_was_read_what_is_of_its_time_is_in_it() {
    let mut scene = Scene::begun();
    scene.reconcile(reading(&[&Say::new("pending_cancel", 1).time(10)], vec![]));
    scene.superseded(&Say::new("new", 1).time(10).event_id(1));
    scene.superseded(&Say::new("pending_cancel", 1).time(10).event_id(2));
    assert_eq!(
        scene.live(&Say::new("canceled", 1).time(10).event_id(3)),
        ["1 canceled 0"]
    );
}

#[test]
fn fills_that_are_missing_in_the_list_are_told_once_they_are_there() {
    let mut scene = Scene::begun();
    scene.live(&Say::new("new", 1));
    let filled = Say::fill(1, 4, 10).time(50);
    let since = scene
        .ledger
        .fills_missing_since(&reading(&[&filled], vec![]));
    assert!(since.is_some_and(|since| since < at(0)), "{since:?}");
    let late = |fills| reading(&[&filled], fills);
    assert_eq!(scene.reconcile(late(fills(&[(4, 10)]))), ["1 fill 4..10"]);
    assert!(scene.ledger.is_incomplete());
    // It is looked for from the beginning of the order on, again and again.
    for _ in 0..3 {
        let since = scene
            .ledger
            .fills_missing_since(&reading(&[&filled], vec![]));
        assert!(since.is_some_and(|since| since < at(0)), "{since:?}");
        assert_eq!(scene.reconcile(late(fills(&[(4, 10)]))), NOTHING);
        assert!(scene.ledger.is_incomplete());
    }
    assert_eq!(
        scene.reconcile(reading(&[&filled], fills(&[(0, 4)]))),
        ["1 partial_fill 0..4"]
    );
    assert!(!scene.ledger.is_incomplete());
    assert_eq!(
        scene
            .ledger
            .fills_missing_since(&reading(&[&filled], vec![])),
        None
    );
    assert_eq!(scene.reconcile(reading(&[&filled], vec![])), NOTHING);
}

#[test]
fn what_is_nowhere_is_looked_for_without_waiting_for_it() {
    let mut scene = Scene::begun();
    let filled = Say::fill(1, 4, 10).time(50);
    let read = || reading(&[&filled], fills(&[(4, 10)]));
    let mut searches = 0;
    while scene.ledger.fills_may_be_late(&read()) {
        scene.reconcile(read());
        searches += 1;
        assert!(searches < 100);
    }
    assert!(searches > 5, "{searches}");
    // It stays missing, and its order is asked for.
    for _ in 0..100 {
        assert_eq!(scene.reconcile(read()), NOTHING);
        assert!(scene.ledger.is_incomplete() && !scene.ledger.is_hopeful());
        assert!(scene.ledger.fills_missing_since(&read()).is_some());
        assert!(scene.ledger.open().contains_key(&uuid(1)));
    }
    // What is missing besides may be there soon.
    let other = Say::fill(2, 0, 10).time(60);
    assert!(
        scene
            .ledger
            .fills_may_be_late(&reading(&[&filled, &other], vec![]))
    );
    assert_eq!(scene.told.len(), 1);
}
