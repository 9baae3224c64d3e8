//! What is missing, and what cannot be read: it is said for as long as it is so, and since when.

use std::time::Duration;

use chrono::{DateTime, Utc};
use tokio::time::Instant;

use super::super::options::Options;
use super::fixture::{Say, activity, at, short, uuid};
use super::world::{SECRET, World};
use crate::ErrorKind;
use crate::stream::StreamItem;
use crate::stream::item::CLIP;

const SECOND: Duration = Duration::from_secs(1);

/// The next account of what was missed, whatever else is told: its updates, since when, and whether it is all.
async fn account(world: &mut World) -> (Vec<String>, DateTime<Utc>, bool) {
    world
        .until(|item| match item {
            StreamItem::Reconciled {
                updates,
                from,
                complete,
                ..
            } => {
                let updates = updates.iter().map(|update| short(update)).collect();
                Some((updates, *from, *complete))
            }
            _ => None,
        })
        .await
}

async fn stale(world: &mut World) -> DateTime<Utc> {
    world
        .until(|item| match item {
            StreamItem::Stale { since } => Some(*since),
            _ => None,
        })
        .await
}

#[tokio::test(start_paused = true)]
async fn a_fill_that_is_very_late_is_told_and_nothing_is_complete_before() {
    for audit_every in [None, Options::default().audit_every, Some(9_999 * SECOND)] {
        let mut world = World::new(Options {
            audit_every,
            ..Options::default()
        });
        let mut service = world.ready().await;
        service.tell(&Say::new("new", 1)).await;
        world.update().await;
        world.account.put(&Say::fill(1, 0, 10).time(50));
        service.say("nonsense").await;
        let service = tokio::spawn(async move { service.idle(99_999 * SECOND).await });
        let late = Instant::now() + 7_000 * SECOND;
        let (told, from, complete) = account(&mut world).await;
        assert_eq!((told, complete), (vec!["1 fill 10".into()], false));
        assert!(from <= at(0));
        while Instant::now() < late {
            let (told, since, complete) = account(&mut world).await;
            assert!(told.is_empty() && !complete && world.stream.state().stale);
            assert_eq!(since, from);
        }
        world
            .account
            .with(|state| state.fills = vec![activity(1, 0, 10, 50)]);
        let (told, _, complete) = account(&mut world).await;
        assert_eq!((told, complete), (vec!["1 fill 0..10".into()], true));
        assert!(!world.stream.state().stale);
        service.abort();
    }
}

#[tokio::test(start_paused = true)]
async fn what_was_looked_for_often_is_looked_for_less_often() {
    let mut world = World::new(Options::default());
    let mut service = world.ready().await;
    world.account.put(&Say::fill(1, 0, 10).time(50));
    service.say("nonsense").await;
    service.idle(1_000 * SECOND).await;
    let asked = |world: &World| world.account.with(|state| state.fills_asked);
    let (readings, fills) = (world.account.readings().len(), asked(&world));
    service.idle(3_000 * SECOND).await;
    assert_eq!(world.account.readings().len() - readings, 10);
    assert_eq!(asked(&world) - fills, 10);
    // With something else that is missing it is as urgent as ever.
    world.account.put(&Say::fill(2, 0, 10).time(60));
    service.say("nonsense").await;
    let readings = world.account.readings().len();
    service.idle(20 * SECOND).await;
    assert!(world.account.readings().len() - readings >= 4);
}

#[tokio::test(start_paused = true)]
async fn one_order_that_cannot_be_had_holds_up_none_of_the_others() {
    for kind in [
        ErrorKind::Decode,
        ErrorKind::Answer,
        ErrorKind::TooLarge,
        ErrorKind::Timeout,
    ] {
        let mut world = World::new(Options::default());
        let mut service = world.ready().await;
        service.tell(&Say::new("new", 1)).await;
        service.tell(&Say::new("new", 2)).await;
        world.update().await;
        world.update().await;
        world.account.put(&Say::fill(2, 0, 10).time(50));
        world.account.with(|state| {
            state.fills = vec![activity(2, 0, 10, 50)];
            state.sick = vec![(uuid(1), kind)];
        });
        drop(service);
        let mut service = world.served().await;
        let service = tokio::spawn(async move { service.idle(9_999 * SECOND).await });
        let (told, _, complete) = account(&mut world).await;
        assert_eq!((told, complete), (vec!["2 fill 0..10".into()], false));
        if kind == ErrorKind::Decode {
            let error = world.until(|item| match item {
                StreamItem::Undecodable { error, .. } => Some(error.clone()),
                _ => None,
            });
            assert!(error.await.contains(&uuid(1).to_string()));
        }
        let end = Instant::now() + 3_000 * SECOND;
        while Instant::now() < end {
            let (told, _, complete) = account(&mut world).await;
            assert!(told.is_empty() && !complete && world.stream.state().stale);
        }
        world.account.put(&Say::new("canceled", 1).time(60));
        let (told, _, complete) = account(&mut world).await;
        assert_eq!((told, complete), (vec!["1 canceled 0".into()], true));
        service.abort();
    }
}

#[tokio::test(start_paused = true)]
async fn when_nothing_can_be_had_no_more_is_asked_for() {
    let mut world = World::new(Options::default());
    let mut service = world.ready().await;
    for number in 1..=8 {
        service.tell(&Say::new("new", number)).await;
        world.update().await;
    }
    world.account.with(|state| {
        state.sick = (1..=8)
            .map(|number| (uuid(number), ErrorKind::Connection))
            .collect();
    });
    service.say("nonsense").await;
    let (told, _, complete) = account(&mut world).await;
    assert!(told.is_empty() && !complete);
    assert_eq!(world.account.with(|state| state.asked_by_id), 1);
}

#[tokio::test(start_paused = true)]
async fn a_row_of_an_order_that_nobody_knew_is_not_complete() {
    let mut world = World::new(Options::default());
    let mut service = world.ready().await;
    let row = serde_json::json!({ "id": uuid(1), "status": "filled", "submitted_at": at(10) });
    world.account.with(|state| {
        state.bad_rows = vec![row.to_string()];
        state.sick = vec![(uuid(1), ErrorKind::Decode)];
    });
    service.say("nonsense").await;
    let service = tokio::spawn(async move { service.idle(9_999 * SECOND).await });
    assert!(!account(&mut world).await.2);
    assert!(world.stream.state().stale);
    // It is in no list any more, and still nobody knows what it is.
    world.account.with(|state| state.bad_rows.clear());
    for _ in 0..20 {
        assert!(!account(&mut world).await.2);
    }
    world.account.with(|state| {
        state.sick.clear();
        state.unlisted = vec![Say::fill(1, 0, 10).time(50).read()];
        state.fills = vec![activity(1, 0, 10, 50)];
    });
    let (told, _, complete) = account(&mut world).await;
    assert_eq!((told, complete), (vec!["1 fill 0..10".into()], true));
    service.abort();
}

#[tokio::test(start_paused = true)]
async fn stale_is_what_is_newer_than_the_last_reading_has_seen() {
    let mut world = World::new(Options::default());
    let mut service = world.ready().await;
    service.tell(&Say::new("new", 1).event_id(1)).await;
    world.update().await;
    service.idle(100 * SECOND).await;
    // The first half was lost long ago.
    let end = Say::fill(1, 4, 10).time(100_000).event_id(3);
    world.account.put(&end);
    world.account.with(|state| {
        state.fills = vec![activity(1, 0, 4, 1_000), activity(1, 4, 10, 100_000)];
    });
    service.tell(&end).await;
    let since = stale(&mut world).await;
    assert!(since <= at(1_000), "{since}");
    let (told, from, _) = account(&mut world).await;
    assert_eq!(told, ["1 partial_fill 0..4", "1 fill 4..10"]);
    assert_eq!(from, since);
    // What that reading has seen is sound.
    service.say("nonsense").await;
    assert_eq!(stale(&mut world).await, at(100_000));
    account(&mut world).await;
    service.idle(100 * SECOND).await;
    drop(service);
    assert_eq!(stale(&mut world).await, at(100_000));
}

#[tokio::test(start_paused = true)]
async fn what_an_audit_finds_is_not_older_than_it_says() {
    let mut world = World::new(Options::default());
    let mut service = world.ready().await;
    service.tell(&Say::new("new", 1).event_id(1)).await;
    world.update().await;
    world.account.put(&Say::fill(1, 0, 10).time(1_000));
    world
        .account
        .with(|state| state.fills = vec![activity(1, 0, 10, 1_000)]);
    let service = tokio::spawn(async move { service.idle(900 * SECOND).await });
    let (told, from, complete) = account(&mut world).await;
    assert_eq!((told, complete), (vec!["1 fill 0..10".into()], true));
    assert!(from <= at(1_000), "{from}");
    service.abort();
}

#[tokio::test(start_paused = true)]
async fn what_was_corrected_while_it_was_read_is_read_again() {
    let mut world = World::new(Options::default());
    let mut service = world.ready().await;
    service.tell(&Say::fill(1, 0, 3).time(10)).await;
    service.tell(&Say::fill(1, 3, 8).time(20)).await;
    world.update().await;
    world.update().await;
    world.account.put(&Say::fill(1, 3, 8).time(20));
    world.account.with(|state| state.takes = SECOND);
    service.say("nonsense").await;
    tokio::time::sleep(SECOND / 2).await;
    let bust = Say::new("trade_bust", 1).filled(3).time(30);
    service.tell(&bust).await;
    // It was read as it was before, and since then it was filled and canceled.
    tokio::time::sleep(3 * SECOND / 4).await;
    world
        .account
        .put(&Say::new("canceled", 1).filled(5).time(40));
    world
        .account
        .with(|state| state.fills = vec![activity(1, 0, 3, 10), activity(1, 3, 5, 35)]);
    let service = tokio::spawn(async move { service.idle(900 * SECOND).await });
    let mut told = Vec::new();
    while !world.stream.state().stale || told.is_empty() {
        let (updates, _, complete) = account(&mut world).await;
        told.extend(updates);
        if complete {
            break;
        }
    }
    assert_eq!(told, ["1 partial_fill 3..5", "1 canceled 5"]);
    service.abort();
}

#[tokio::test(start_paused = true)]
async fn a_correction_over_a_hole_asks_for_a_reading() {
    let mut world = World::new(Options::default());
    let mut service = world.ready().await;
    service.tell(&Say::fill(1, 0, 4).time(10)).await;
    world.update().await;
    world.account.put(&Say::fill(1, 4, 10).time(30));
    world
        .account
        .with(|state| state.fills = vec![activity(1, 0, 4, 10), activity(1, 4, 10, 20)]);
    let correct = Say::new("trade_correct", 1).filled(10).status("filled");
    service.tell(&correct.time(30).execution(9)).await;
    assert_eq!(short(&*world.update().await), "1 trade_correct 10");
    assert_eq!(stale(&mut world).await, at(0));
    let begin = Instant::now();
    let (told, _, complete) = account(&mut world).await;
    assert_eq!((told, complete), (vec!["1 fill 4..10".into()], true));
    assert!(begin.elapsed() < SECOND);
}

/// A cut through the secret would leave the part before it, which is not recognised any more.
#[tokio::test(start_paused = true)]
async fn a_row_that_cannot_be_read_shows_no_part_of_the_secret() {
    let filler = CLIP - r#"{"note":""#.len() - SECRET.len() / 2;
    let row = format!(r#"{{"note":"{}{SECRET}"}}"#, "x".repeat(filler));
    let mut world = World::new(Options::default());
    let mut service = world.ready().await;
    world.account.with(|state| state.bad_rows = vec![row]);
    service.say("nonsense").await;
    let service = tokio::spawn(async move { service.idle(9_999 * SECOND).await });
    let text = world
        .until(|item| match item {
            StreamItem::Undecodable { text, .. } if text.contains("note") => Some(text.clone()),
            _ => None,
        })
        .await;
    service.abort();
    assert!(text.len() > CLIP / 2, "{text}");
    assert!(!text.contains(&SECRET[..4]), "{text}");
}
