//! Readings of the account: when they happen, what they tell, and what becomes of those that fail.

use std::time::Duration;

use tokio::time::Instant;

use super::super::Origin;
use super::super::options::Options;
use super::fixture::{Say, activity, short};
use super::world::{Account, Line, World, all, client};
use crate::stream::StreamItem;

const SECOND: Duration = Duration::from_secs(1);

fn is_reconciled(item: &super::super::hub::Item) -> Option<()> {
    matches!(item, StreamItem::Reconciled { .. }).then_some(())
}

#[tokio::test(start_paused = true)]
async fn after_a_message_that_is_none_the_account_is_read() {
    let mut world = World::new(Options::default());
    let mut service = world.ready().await;
    service.tell(&Say::new("new", 1)).await;
    world.update().await;
    world.account.put(&Say::fill(1, 0, 10).time(1_000));
    world
        .account
        .with(|state| state.fills = vec![activity(1, 0, 10, 1_000)]);
    tokio::time::sleep(10 * SECOND).await;
    service.say("nonsense").await;
    assert!(matches!(world.next().await, StreamItem::Undecodable { .. }));
    assert!(matches!(world.next().await, StreamItem::Stale { .. }));
    assert_eq!(
        world.reconciled().await,
        (vec!["1 fill 0..10".into()], true)
    );
    assert!(!world.stream.state().stale);
    world.nothing_for(SECOND).await;
}

#[tokio::test(start_paused = true)]
async fn doubt_during_a_reading_asks_for_another_one() {
    let mut world = World::new(Options::default());
    let mut service = world.ready().await;
    tokio::time::sleep(10 * SECOND).await;
    world.account.with(|state| state.takes = SECOND);
    service.say("nonsense").await;
    tokio::time::sleep(SECOND / 2).await;
    service.say("more nonsense").await;
    world.until(is_reconciled).await;
    assert!(matches!(world.next().await, StreamItem::Stale { .. }));
    assert!(world.stream.state().stale);
    world.until(is_reconciled).await;
    assert!(!world.stream.state().stale);
    world.nothing_for(20 * SECOND).await;
}

#[tokio::test(start_paused = true)]
async fn doubt_during_the_first_reading_asks_for_another_one() {
    let account = Account::default();
    account.with(|state| state.takes = SECOND);
    let mut world = World::of(client(), Options::default(), Line::default(), account);
    let mut service = world.served().await;
    assert!(matches!(world.next().await, StreamItem::Connected));
    tokio::time::sleep(SECOND / 2).await;
    service.say("nonsense").await;
    assert!(matches!(world.next().await, StreamItem::Undecodable { .. }));
    assert!(matches!(world.next().await, StreamItem::Stale { .. }));
    world.until(is_reconciled).await;
    assert!(matches!(world.next().await, StreamItem::Stale { .. }));
    world.account.put(&Say::new("new", 1).time(2_000));
    assert_eq!(world.reconciled().await, (vec!["1 new 0".into()], true));
}

#[tokio::test(start_paused = true)]
async fn a_fill_that_was_missed_is_found_before_what_came_after_it() {
    let mut world = World::new(Options::default());
    let mut service = world.ready().await;
    service.tell(&Say::new("new", 1).event_id(1)).await;
    assert_eq!(short(&*world.update().await), "1 new 0");
    let begin = Instant::now();
    let third = Say::fill(1, 7, 10).time(30).event_id(4);
    world.account.put(&third);
    world.account.with(|state| {
        state.fills = vec![
            activity(1, 0, 4, 10),
            activity(1, 4, 7, 20),
            activity(1, 7, 10, 30),
        ];
    });
    service.tell(&Say::fill(1, 0, 4).time(10).event_id(2)).await;
    assert_eq!(short(&*world.update().await), "1 partial_fill 0..4");
    service.tell(&third).await;
    assert!(matches!(world.next().await, StreamItem::Stale { .. }));
    let (told, complete) = world.reconciled().await;
    assert_eq!(told, ["1 partial_fill 4..7", "1 fill 7..10"]);
    assert!(complete);
    assert!(begin.elapsed() >= Duration::from_millis(250));
    assert!(begin.elapsed() < SECOND);
    world.nothing_for(SECOND).await;
    assert_eq!(world.stream.state().duplicates, 1);
}

#[tokio::test(start_paused = true)]
async fn while_the_account_cannot_be_read_updates_of_other_orders_go_on() {
    let mut world = World::new(Options::default());
    let mut service = world.ready().await;
    service.tell(&Say::new("new", 1)).await;
    world.update().await;
    world.account.with(|state| state.fails = true);
    let before = world.account.readings().len();
    // The second half of an order whose first half was missed.
    service.tell(&Say::fill(1, 5, 10).time(20)).await;
    assert!(matches!(world.next().await, StreamItem::Stale { .. }));
    for number in 2..12 {
        service.tell(&Say::new("new", number)).await;
        let begin = Instant::now();
        assert_eq!(short(&*world.update().await), format!("{number} new 0"));
        assert!(begin.elapsed() < Duration::from_millis(50));
    }
    // After the longest hold it is told in any case.
    let begin = Instant::now();
    assert_eq!(short(&*world.update().await), "1 fill 5..10");
    assert!(begin.elapsed() <= 10 * SECOND + SECOND / 10);

    service.idle(300 * SECOND).await;
    let readings = world.account.readings().split_off(before);
    let waits: Vec<_> = readings
        .windows(2)
        .map(|two| (two[1] - two[0]).as_secs())
        .collect();
    assert_eq!(&waits[..6], &[1, 2, 4, 8, 16, 32], "{waits:?}");
    assert!(waits[6..].iter().all(|wait| *wait <= 60), "{waits:?}");

    world.account.with(|state| {
        state.fails = false;
        state.fills = vec![activity(1, 0, 5, 10), activity(1, 5, 10, 20)];
    });
    world.account.put(&Say::fill(1, 5, 10).time(20));
    let service = tokio::spawn(async move { service.idle(9_999 * SECOND).await });
    assert_eq!(
        world.reconciled().await,
        (vec!["1 partial_fill 0..5".into()], true)
    );
    world.nothing_for(20 * SECOND).await;
    service.abort();
}

#[tokio::test(start_paused = true)]
async fn a_beginning_that_cannot_be_read_holds_up_nothing() {
    let account = Account::default();
    account.with(|state| state.fails = true);
    let mut world = World::of(client(), Options::default(), Line::default(), account);
    let mut service = world.served().await;
    service.tell(&Say::fill(1, 3, 5).time(10)).await;
    assert!(matches!(world.next().await, StreamItem::Connected));
    assert_eq!(short(&*world.update().await), "1 partial_fill 3..5");
    let hub = std::sync::Arc::clone(world.stream.hub());
    assert!(hub.trouble_so_far().contains("out of order"));
    assert!(
        tokio::time::timeout(SECOND / 100, hub.is_ready())
            .await
            .is_err()
    );
    world.account.with(|state| state.fails = false);
    world.account.put(&Say::fill(1, 3, 5).time(10));
    assert_eq!(world.reconciled().await, (Vec::new(), true));
    hub.is_ready().await.unwrap();
    service.tell(&Say::fill(1, 5, 10).time(20)).await;
    assert_eq!(short(&*world.update().await), "1 fill 5..10");
}

#[tokio::test(start_paused = true)]
async fn what_was_missed_before_the_beginning_was_read_is_told_after_it() {
    let account = Account::default();
    account.with(|state| state.fails = true);
    let mut world = World::of(client(), Options::default(), Line::default(), account);
    let mut service = world.served().await;
    service.tell(&Say::new("new", 1).event_id(1)).await;
    world.until(|item| item.update().cloned()).await;
    drop(service);
    world.disconnect().await;
    world.account.put(&Say::fill(1, 0, 10).time(10));
    world.account.with(|state| {
        state.fails = false;
        state.fills = vec![activity(1, 0, 10, 10)];
    });
    let _service = world.served().await;
    let fill = world
        .until(|item| item.updates().first().map(|update| short(update)))
        .await;
    assert_eq!(fill, "1 fill 0..10");
    world.nothing_for(SECOND).await;
    assert!(!world.stream.state().stale);
}

#[tokio::test(start_paused = true)]
async fn what_there_was_at_the_start_is_told_if_that_is_wanted() {
    for wanted in [false, true] {
        let account = Account::default();
        account.put(&Say::new("new", 1));
        account.put(&Say::fill(2, 0, 10));
        account.put(&Say::fill(3, 0, 4).time(10));
        let options = Options {
            open_orders: wanted,
            ..Options::default()
        };
        let mut world = World::of(client(), options, Line::default(), account);
        let mut service = world.served().await;
        assert!(matches!(world.next().await, StreamItem::Connected));
        let (mut told, complete) = world.reconciled().await;
        told.sort();
        let expected: &[&str] = match wanted {
            true => &["1 new 0", "3 partially_filled 4"],
            false => &[],
        };
        assert_eq!(
            (&told[..], complete),
            (
                &expected
                    .iter()
                    .map(|text| text.to_string())
                    .collect::<Vec<_>>()[..],
                true
            )
        );
        service.tell(&Say::fill(3, 0, 4).time(10)).await;
        service.tell(&Say::fill(3, 4, 10).time(20)).await;
        let update = world.update().await;
        assert_eq!(short(&update), "3 fill 4..10");
        assert_eq!(update.origin, Origin::Stream);
    }
}

#[tokio::test(start_paused = true)]
async fn more_messages_before_the_beginning_than_are_kept_stay_in_order() {
    let account = Account::default();
    account.with(|state| state.takes = SECOND);
    let options = Options {
        buffer: 4,
        ..Options::default()
    };
    let mut world = World::of(client(), options, Line::default(), account);
    let mut other = world.stream.subscribe();
    let mut service = world.served().await;
    let reader = tokio::spawn(async move {
        let mut told = Vec::new();
        while told.len() < 10 {
            let item = super::world::next(&mut other).await;
            let fills = item
                .updates()
                .iter()
                .filter(|update| update.fill().is_some());
            told.extend(fills.map(|update| short(update)));
        }
        told
    });
    service.tell(&Say::new("new", 1).event_id(1)).await;
    for number in 0..10 {
        let say = Say::fill(1, number, number + 1).time(number);
        let id = u64::try_from(number).unwrap() + 2;
        service.tell(&say.event_id(id)).await;
        tokio::time::sleep(Duration::from_millis(1)).await;
    }
    // It is so little that the consumer is too slow for it: the fills it gets all the same.
    let fills = (0..9).map(|from| format!("1 partial_fill {from}..{}", from + 1));
    let mut expected: Vec<_> = fills.collect();
    expected.push("1 fill 9..10".into());
    assert_eq!(reader.await.unwrap(), expected);
}

#[tokio::test(start_paused = true)]
async fn fills_that_are_late_in_the_list_are_found_in_the_end() {
    let mut world = World::new(Options::default());
    let mut service = world.ready().await;
    service.tell(&Say::new("new", 1).event_id(1)).await;
    world.update().await;
    tokio::time::sleep(10 * SECOND).await;
    world.account.put(&Say::fill(1, 0, 10).time(10));
    service.say("nonsense").await;
    world
        .until(|item| matches!(item, StreamItem::Stale { .. }).then_some(()))
        .await;
    // The state is told, and that something is missing.
    assert_eq!(world.reconciled().await, (vec!["1 fill 10".into()], false));
    let service = tokio::spawn(async move { service.idle(600 * SECOND).await });
    tokio::time::sleep(60 * SECOND).await;
    world
        .account
        .with(|state| state.fills = vec![activity(1, 0, 10, 10)]);
    // Until it is found, every reading says that something is missing.
    let (told, complete) = loop {
        match world.reconciled().await {
            (told, false) => assert!(told.is_empty()),
            found => break found,
        }
    };
    assert_eq!((&*told[0], told.len(), complete), ("1 fill 0..10", 1, true));
    world.nothing_for(200 * SECOND).await;
    service.abort();
}

#[tokio::test(start_paused = true)]
async fn orders_that_are_in_no_list_are_asked_for() {
    let mut world = World::new(Options::default());
    let mut service = world.ready().await;
    for number in 1..=20 {
        service.tell(&Say::new("new", number)).await;
        world.update().await;
    }
    // The first is canceled, the second filled, and of the third nobody knows anything any more.
    world.account.put(&Say::new("canceled", 1).time(10));
    world.account.put(&Say::fill(2, 0, 10).time(20));
    world.account.with(|state| {
        state.fills = vec![activity(2, 0, 10, 20)];
        state.unlisted = std::mem::take(&mut state.orders);
        let others = (4..=20).map(|number| Say::new("new", number).read());
        state.orders.extend(others);
    });
    service.say("nonsense").await;
    world
        .until(|item| matches!(item, StreamItem::Stale { .. }).then_some(()))
        .await;
    let (told, complete) = world.reconciled().await;
    assert_eq!(
        (told, complete),
        (vec!["1 canceled 0".into(), "2 fill 0..10".into()], true)
    );
    assert_eq!(world.account.with(|state| state.asked_by_id), 3);
    // That one is not found once means little: what comes of it is told.
    service.tell(&Say::new("canceled", 3).time(50)).await;
    assert_eq!(short(&*world.update().await), "3 canceled 0");
    tokio::time::sleep(10 * SECOND).await;
    service.say("nonsense").await;
    world.until(is_reconciled).await;
    assert_eq!(world.account.with(|state| state.asked_by_id), 3);
    assert_eq!(world.stream.state().superseded, 0);
}

#[tokio::test(start_paused = true)]
async fn the_account_is_read_now_and_then_and_nothing_is_told_of_nothing() {
    let mut world = World::new(Options::default());
    let mut service = world.ready().await;
    service.tell(&Say::new("new", 1)).await;
    world.update().await;
    world.account.put(&Say::new("new", 1));
    service.idle(299 * SECOND).await;
    assert_eq!(world.account.readings().len(), 1);
    service.idle(4 * 300 * SECOND).await;
    assert_eq!(world.account.readings().len(), 5);
    assert!(all(&mut world.stream).await.is_empty());
    // What changes without an event is found.
    world
        .account
        .put(&Say::new("new", 1).order("qty", "6").time(5_000));
    service.idle(300 * SECOND).await;
    assert_eq!(world.reconciled().await, (vec!["1 new 0".into()], true));
}

#[tokio::test(start_paused = true)]
async fn without_readings_the_stream_stays_stale() {
    let options = Options {
        backfill: false,
        ..Options::default()
    };
    let mut world = World::new(options);
    let mut service = world.served().await;
    assert!(matches!(world.next().await, StreamItem::Connected));
    world.stream.hub().is_ready().await.unwrap();
    service.tell(&Say::new("new", 1)).await;
    world.update().await;
    // A message that shows a missed fill is told after its longest hold.
    let begin = Instant::now();
    service.tell(&Say::fill(1, 5, 8).time(20)).await;
    service.tell(&Say::new("new", 2)).await;
    assert_eq!(short(&*world.update().await), "2 new 0");
    assert_eq!(short(&*world.update().await), "1 partial_fill 5..8");
    let held = begin.elapsed();
    assert!(
        held >= 10 * SECOND && held < 10 * SECOND + SECOND / 10,
        "{held:?}"
    );
    assert!(matches!(world.next().await, StreamItem::Stale { .. }));
    // From then on nothing waits for it.
    service.tell(&Say::fill(1, 8, 10).time(30)).await;
    assert_eq!(short(&*world.update().await), "1 fill 8..10");
    drop(service);
    world.disconnect().await;
    let mut service = world.served().await;
    assert!(matches!(world.next().await, StreamItem::Connected));
    service.idle(600 * SECOND).await;
    assert!(all(&mut world.stream).await.is_empty());
    assert!(world.stream.state().stale);
    assert!(world.account.readings().is_empty());
}
