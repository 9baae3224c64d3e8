//! Times that cannot be: they hide nothing of what happens afterwards, and break nothing.

use std::time::Duration;

use super::super::options::Options;
use super::fixture::{Say, activity, at};
use super::world::World;
use crate::stream::StreamItem;

/// Times that are not of this world, and one that only is of another year.
const ODD: [&str; 4] = [
    "-262143-01-01T00:00:00Z",
    "0001-01-01T00:00:00Z",
    "2099-01-01T00:00:00Z",
    "+262142-12-31T23:59:59Z",
];

/// What was missed, in short, of the next items up to a reading that finds everything.
async fn found(world: &mut World) -> Vec<String> {
    let mut found = Vec::new();
    loop {
        match world.next().await {
            StreamItem::Reconciled {
                updates, complete, ..
            } => {
                found.extend(updates.iter().map(|update| super::fixture::short(update)));
                if complete {
                    return found;
                }
            }
            StreamItem::Update(update) => panic!("{update:?}"),
            _ => {}
        }
    }
}

#[tokio::test(start_paused = true)]
async fn orders_are_found_whatever_the_times_of_a_message_say() {
    for odd in ODD {
        for place in ["timestamp", "at", "updated_at", "submitted_at"] {
            let mut world = World::new(Options::default());
            let mut service = world.ready().await;
            let say = Say::new("new", 1);
            service
                .tell(&match place {
                    "timestamp" | "at" => say.data(place, odd),
                    place => say.order(place, odd),
                })
                .await;
            world.update().await;
            world.account.put(&Say::new("new", 1));
            // One reading takes the times over.
            service.say("nonsense").await;
            found(&mut world).await;
            drop(service);
            let later = at(21_000).to_rfc3339();
            let filled = Say::fill(2, 0, 10).order("submitted_at", later);
            world.account.put(&filled.time(21_500));
            world
                .account
                .with(|state| state.fills.push(activity(2, 0, 10, 21_500)));
            let mut service = world.served().await;
            let idle = tokio::spawn(async move { service.idle(Duration::from_secs(60)).await });
            let found = found(&mut world).await;
            assert_eq!(found, ["2 fill 0..10"], "{place} {odd}");
            idle.abort();
        }
    }
}

#[tokio::test(start_paused = true)]
async fn the_end_of_an_order_is_found_whatever_was_said_of_its_time() {
    for odd in ODD {
        for place in ["timestamp", "at", "updated_at"] {
            let mut world = World::new(Options::default());
            let mut service = world.ready().await;
            let say = Say::new("new", 1);
            service
                .tell(&match place {
                    "updated_at" => say.order(place, odd),
                    place => say.data(place, odd),
                })
                .await;
            world.update().await;
            world.account.put(&Say::fill(1, 0, 10).time(50));
            world
                .account
                .with(|state| state.fills.push(activity(1, 0, 10, 50)));
            service.say("nonsense").await;
            let idle = tokio::spawn(async move { service.idle(Duration::from_secs(60)).await });
            assert_eq!(found(&mut world).await, ["1 fill 0..10"], "{place} {odd}");
            idle.abort();
        }
    }
}

#[tokio::test(start_paused = true)]
async fn what_comes_after_a_message_of_the_future_is_told() {
    let mut world = World::new(Options::default());
    let mut service = world.ready().await;
    let far = "2099-01-01T00:00:00Z";
    service
        .tell(&Say::new("new", 1).data("timestamp", far))
        .await;
    world.update().await;
    service.tell(&Say::new("pending_cancel", 1).time(5)).await;
    assert_eq!(world.update().await.event.as_str(), "pending_cancel");
}
