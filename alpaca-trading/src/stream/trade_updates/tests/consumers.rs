//! Many consumers of one connection: slow ones, dead ones, and a thousand.

use std::collections::HashMap;
use std::sync::Arc;
use std::time::Duration;

use super::super::options::Options;
use super::fixture::{Say, short};
use super::world::{Service, World, all};
use crate::stream::StreamItem;

fn small(buffer: usize) -> Options {
    Options {
        buffer,
        ..Options::default()
    }
}

/// 50 orders, each with a beginning, ten fills and an end: 550 messages, with ids and times.
fn much() -> Vec<Say> {
    let mut says = Vec::new();
    let mut number = 0;
    for step in 0..=10 {
        for order in 1..=50 {
            number += 1;
            let time = i64::try_from(number).unwrap();
            let say = match step {
                0 => Say::new("new", order),
                to => Say::fill(order, to - 1, to),
            };
            says.push(say.time(time).event_id(number).execution(number));
        }
    }
    says
}

async fn tell(service: &mut Service, says: &[Say]) {
    for say in says {
        service.tell(say).await;
    }
    // The engine reads the rest.
    tokio::time::sleep(Duration::from_millis(10)).await;
}

#[tokio::test(start_paused = true)]
async fn a_slow_consumer_gets_every_fill_and_the_newest_of_every_order_once() {
    let mut world = World::new(small(64));
    let mut service = world.ready().await;
    let says = much();
    // It reads now and then, and falls behind in between.
    let mut told = Vec::new();
    let (mut lagged, mut dropped) = (0, 0);
    for part in says.chunks(100) {
        tell(&mut service, part).await;
        for item in all(&mut world.stream).await {
            match &item {
                StreamItem::Lagged { dropped: items } => {
                    lagged += 1;
                    dropped += items;
                }
                StreamItem::Reconciled { complete, .. } => assert!(complete),
                StreamItem::Update(_) => {}
                other => panic!("{other:?}"),
            }
            told.extend(item.updates().iter().cloned());
        }
    }
    // The last part is shorter than what is kept.
    assert_eq!(lagged, 5);
    assert_eq!(dropped, world.stream.state().dropped);
    let mut fills: HashMap<_, Vec<_>> = HashMap::new();
    for update in &told {
        if update.fill().is_some() {
            let order = update.order.id.as_u128();
            fills.entry(order).or_default().push(short(update));
        }
    }
    assert_eq!(fills.len(), 50);
    for (order, fills) in fills {
        let expected: Vec<_> = (0..10)
            .map(|from| {
                let event = if from == 9 { "fill" } else { "partial_fill" };
                format!("{order} {event} {from}..{}", from + 1)
            })
            .collect();
        assert_eq!(fills, expected);
    }
    let mut shorts: Vec<_> = told.iter().map(|update| short(update)).collect();
    let all = shorts.len();
    shorts.sort();
    shorts.dedup();
    assert_eq!(shorts.len(), all);
}

#[tokio::test(start_paused = true)]
async fn the_newest_state_is_told_even_when_it_is_no_fill() {
    let mut world = World::new(small(2));
    let mut service = world.ready().await;
    let mut says = vec![
        Say::new("new", 1).event_id(1),
        Say::fill(1, 0, 4).time(1).event_id(2),
        Say::new("pending_cancel", 1).filled(4).time(2).event_id(3),
        Say::new("canceled", 1).filled(4).time(3).event_id(4),
        Say::new("new", 2).time(4).event_id(5),
        Say::fill(2, 0, 10).time(5).event_id(6),
    ];
    // A correction is news of its own.
    says.push(
        Say::new("trade_bust", 2)
            .filled(0)
            .time(6)
            .event_id(7)
            .execution(7),
    );
    tell(&mut service, &says).await;
    let items = all(&mut world.stream).await;
    assert!(
        matches!(items[0], StreamItem::Lagged { dropped: 7 }),
        "{items:?}"
    );
    let told: Vec<_> = items[1]
        .updates()
        .iter()
        .map(|update| short(update))
        .collect();
    let expected = [
        "1 partial_fill 0..4",
        "1 canceled 4",
        "2 fill 0..10",
        "2 trade_bust 0",
    ];
    assert_eq!(told, expected);
    assert_eq!(items.len(), 2);
}

#[tokio::test(start_paused = true)]
async fn a_consumer_that_was_slow_while_the_stream_was_stale_is_told_so() {
    let mut world = World::new(small(2));
    let mut service = world.ready().await;
    tell(&mut service, &much()[..50]).await;
    world.account.with(|state| state.fails = true);
    service.say("nonsense").await;
    tokio::time::sleep(Duration::from_millis(10)).await;
    let items = all(&mut world.stream).await;
    assert!(matches!(items[0], StreamItem::Lagged { .. }), "{items:?}");
    assert_eq!(items[1].updates().len(), 50);
    assert!(matches!(items[2], StreamItem::Stale { .. }), "{items:?}");
    assert_eq!(items.len(), 3);
}

#[tokio::test(start_paused = true)]
async fn a_consumer_that_was_slow_until_the_end_is_told_the_end() {
    let mut world = World::new(small(2));
    let mut service = world.ready().await;
    tell(&mut service, &much()[..50]).await;
    world.stream.hub().close();
    tokio::time::sleep(Duration::from_millis(200)).await;
    let items = all(&mut world.stream).await;
    assert!(matches!(items[0], StreamItem::Lagged { .. }), "{items:?}");
    assert_eq!(items[1].updates().len(), 50);
    assert!(
        matches!(
            items.last(),
            Some(StreamItem::Disconnected { retry_in: None, .. })
        ),
        "{items:?}"
    );
    assert!(world.stream.next().await.is_none());
}

#[tokio::test(start_paused = true)]
async fn consumers_that_never_read_or_panic_harm_nobody() {
    let mut world = World::new(small(64));
    let idle = world.stream.subscribe();
    let mut service = world.ready().await;
    let mut rash = world.stream.subscribe();
    let rash = tokio::spawn(async move {
        let item = rash.next().await;
        panic!("a consumer's own mistake: {item:?}");
    });
    let says = much();
    for say in &says {
        service.tell(say).await;
        let update = world.update().await;
        assert_eq!(short(&update), short(&say.update()));
    }
    assert!(rash.await.unwrap_err().is_panic());
    assert_eq!(world.line.dials().len(), 1);
    drop(idle);
    assert_eq!(world.stream.state().dropped, 0);
}

#[tokio::test(start_paused = true)]
async fn a_thousand_consumers_get_the_same() {
    let mut world = World::new(Options::default());
    let mut service = world.ready().await;
    let streams: Vec<_> = (0..1_000).map(|_| world.stream.subscribe()).collect();
    let says = &much()[..60];
    let readers: Vec<_> = streams
        .into_iter()
        .map(|mut stream| {
            tokio::spawn(async move {
                let mut told = Vec::new();
                while told.len() < 60 {
                    match stream.next().await {
                        Some(StreamItem::Update(update)) => told.push(update),
                        other => panic!("{other:?}"),
                    }
                }
                told
            })
        })
        .collect();
    tell(&mut service, says).await;
    let mut own = Vec::new();
    for _ in says {
        own.push(world.update().await);
    }
    for reader in readers {
        let told = reader.await.unwrap();
        // The very same, not copies.
        assert!(
            told.iter()
                .zip(&own)
                .all(|(one, other)| Arc::ptr_eq(one, other))
        );
        assert_eq!(told.len(), own.len());
    }
    assert_eq!(world.line.dials().len(), 1);
}

#[tokio::test(start_paused = true)]
async fn a_subscriber_gets_what_comes_from_then_on() {
    let mut world = World::new(Options::default());
    let mut service = world.ready().await;
    tell(&mut service, &[Say::new("new", 1)]).await;
    let mut late = world.stream.subscribe();
    tell(&mut service, &[Say::new("new", 2)]).await;
    assert_eq!(all(&mut late).await.len(), 1);
    assert_eq!(all(&mut world.stream).await.len(), 2);
}

#[tokio::test(start_paused = true)]
async fn giving_up_waiting_loses_nothing() {
    let mut world = World::new(Options::default());
    let mut service = world.ready().await;
    for say in &much()[..20] {
        world.nothing_for(Duration::from_millis(3)).await;
        service.tell(say).await;
        assert_eq!(short(&*world.update().await), short(&say.update()));
    }
}

#[tokio::test(start_paused = true)]
async fn long_messages_wait_in_no_greater_number_than_fits() {
    let mut world = World::new(Options::default());
    let mut service = world.ready().await;
    let ballast = "x".repeat(15 * 1_024 * 1_024);
    for number in 1..=6 {
        let say = Say::new("new", number).data("ballast", ballast.as_str());
        service.tell(&say).await;
    }
    tell(&mut service, &[]).await;
    let items = all(&mut world.stream).await;
    match &items[..] {
        [
            StreamItem::Lagged { dropped: 6 },
            StreamItem::Reconciled {
                updates,
                complete: true,
                ..
            },
        ] => {
            let told: Vec<_> = updates.iter().map(|update| short(update)).collect();
            let expected: Vec<_> = (1..=6).map(|number| format!("{number} new 0")).collect();
            assert_eq!(told, expected);
            // What is remembered of every order does not grow with it.
            assert!(updates.iter().all(|update| update.other.is_empty()));
        }
        other => panic!("{} items", other.len()),
    }
}
