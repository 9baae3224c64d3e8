//! When a connection is made anew, and when one is given up.

use std::time::Duration;

use tokio::time::Instant;

use super::super::options::Options;
use super::fixture::{Say, at};
use super::world::{Account, Line, World, client};
use crate::stream::{Disconnect, DisconnectKind, Phase, StreamItem};

const MINUTE: Duration = Duration::from_secs(60);

/// At most 70 attempts in ten minutes, and none close to another.
fn check_pace(dials: &[Instant]) {
    assert!(
        dials.len() > 10 && dials.len() <= 70,
        "{} attempts",
        dials.len()
    );
    for (place, two) in dials.windows(2).enumerate() {
        let between = two[1] - two[0];
        assert!(
            between >= Duration::from_millis(100),
            "{place}: {between:?}"
        );
    }
}

#[tokio::test(start_paused = true)]
async fn a_service_that_hangs_up_at_once_is_not_hammered() {
    let line = Line::default();
    line.hang_up();
    let mut world = World::of(client(), Options::default(), line, Account::default());
    tokio::time::sleep(10 * MINUTE).await;
    check_pace(&world.line.dials());
    let (reason, retry_in) = world.disconnect().await;
    assert_eq!(reason.kind(), DisconnectKind::Lost);
    assert!(retry_in.is_some());
    assert_eq!(world.stream.state().phase, Phase::Connecting);
}

#[tokio::test(start_paused = true)]
async fn a_service_that_refuses_the_call_is_not_hammered() {
    let line = Line::default();
    let reason = Disconnect::new(DisconnectKind::Failed, "refused");
    line.refuse(Some(reason.clone()));
    let mut world = World::of(client(), Options::default(), line, Account::default());
    tokio::time::sleep(10 * MINUTE).await;
    check_pace(&world.line.dials());
    assert_eq!(world.disconnect().await.0, reason);
    assert!(world.account.readings().is_empty());

    // It goes on as soon as it can.
    world.line.refuse(None);
    let _service = world.served().await;
    world
        .until(|item| matches!(item, StreamItem::Reconciled { .. }).then_some(()))
        .await;
    assert_eq!(world.stream.state().phase, Phase::Connected);
}

#[tokio::test(start_paused = true)]
async fn a_service_that_welcomes_and_closes_is_not_hammered() {
    let mut world = World::new(Options::default());
    let end = Instant::now() + 10 * MINUTE;
    while let Ok(mut service) = tokio::time::timeout_at(end, world.call()).await {
        service.welcome().await;
        service.close().await;
    }
    check_pace(&world.line.dials());
    let state = world.stream.state();
    assert_eq!(state.attempts, world.line.dials().len() as u64);
    assert!(state.stale);
}

#[tokio::test(start_paused = true)]
async fn after_a_minute_of_health_a_clean_close_is_followed_by_a_connection_at_once() {
    let mut world = World::new(Options::default());
    for (healthy, at_once) in [(61, true), (59, false), (61, true)] {
        let mut service = world.served().await;
        service.idle(Duration::from_secs(healthy)).await;
        let before = Instant::now();
        service.close().await;
        let (reason, retry_in) = world.disconnect().await;
        assert_eq!(reason.kind(), DisconnectKind::Closed);
        assert_eq!(retry_in == Some(Duration::ZERO), at_once, "{retry_in:?}");
        let service = world.served().await;
        assert_eq!(before.elapsed() < Duration::from_millis(50), at_once);
        service.close().await;
        world.disconnect().await;
    }
}

#[tokio::test(start_paused = true)]
async fn a_cut_wire_is_a_loss_and_what_was_missed_is_read() {
    let mut world = World::new(Options::default());
    let mut service = world.ready().await;
    service.idle(2 * MINUTE).await;
    drop(service);
    let (reason, retry_in) = world.disconnect().await;
    assert_eq!(reason.kind(), DisconnectKind::Lost);
    let wait = retry_in.unwrap();
    assert!(wait >= Duration::from_millis(100) && wait <= Duration::from_millis(250));
    let since = match world.next().await {
        StreamItem::Stale { since } => since,
        other => panic!("{other:?}"),
    };
    // Nothing but answers to pings has come since it began.
    assert_eq!(since, at(0));
    assert!(world.stream.state().stale);
    world.account.put(&Say::new("new", 1).time(120_050));
    let _service = world.served().await;
    assert!(matches!(world.next().await, StreamItem::Connected));
    match world.next().await {
        StreamItem::Reconciled {
            updates,
            from,
            complete,
            ..
        } => {
            assert_eq!((updates.len(), from, complete), (1, since, true));
        }
        other => panic!("{other:?}"),
    }
    let state = world.stream.state();
    assert_eq!(
        (state.stale, state.reconnects, state.backfilled),
        (false, 1, 1)
    );
}

#[tokio::test(start_paused = true)]
async fn silence_is_noticed_and_pongs_are_no_silence() {
    let mut world = World::new(Options::default());
    let mut service = world.ready().await;
    let begin = Instant::now();
    let pings = service.idle(10 * MINUTE + Duration::from_secs(1)).await;
    assert_eq!(pings.len(), 60);
    for (number, ping) in (1..).zip(pings) {
        let expected = Duration::from_secs(10) * number;
        assert!(
            ping - begin <= expected + Duration::from_millis(50),
            "{number}"
        );
        assert!(
            ping - begin >= expected - Duration::from_millis(50),
            "{number}"
        );
    }
    assert!(world.stream.state().last_disconnect.is_none());

    // From here on it hears nothing and says nothing.
    let silent = Instant::now();
    let (reason, retry_in) = world.disconnect().await;
    assert_eq!(reason.kind(), DisconnectKind::Silent);
    assert!(retry_in.is_some());
    let took = silent.elapsed();
    assert!(
        took >= Duration::from_secs(20) && took <= Duration::from_secs(31),
        "{took:?}"
    );
    drop(service);
    world.served().await;
}

#[tokio::test(start_paused = true)]
async fn the_limits_of_silence_and_pings_are_those_that_were_set() {
    let options = Options {
        silence: Duration::from_millis(500),
        ping_every: Duration::from_millis(200),
        ..Options::default()
    };
    let mut world = World::new(options);
    let mut service = world.ready().await;
    assert_eq!(service.idle(Duration::from_millis(2_100)).await.len(), 10);
    let silent = Instant::now();
    assert_eq!(world.disconnect().await.0.kind(), DisconnectKind::Silent);
    assert!(silent.elapsed() <= Duration::from_millis(510));
}

#[tokio::test(start_paused = true)]
async fn updates_are_signs_of_life_as_well() {
    let options = Options {
        ping_every: Duration::from_secs(3_600),
        ..Options::default()
    };
    let mut world = World::new(options);
    let mut service = world.ready().await;
    for number in 0..20 {
        tokio::time::sleep(Duration::from_secs(25)).await;
        service.tell(&Say::new("new", number).time(1_000)).await;
        world.update().await;
    }
    assert_eq!(world.line.dials().len(), 1);
}
