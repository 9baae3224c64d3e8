//! The end of a stream: by its consumers, while something else goes on.

use std::sync::Arc;
use std::time::Duration;

use tokio::time::Instant;
use tokio_tungstenite::tungstenite::Message as Frame;

use super::super::options::Options;
use super::fixture::{Say, short};
use super::world::{Account, Line, World, all, client};
use crate::stream::{Disconnect, DisconnectKind, Phase, StreamHook, StreamItem, StreamSignal};

const MOMENT: Duration = Duration::from_millis(100);

#[tokio::test(start_paused = true)]
async fn with_its_last_consumer_the_stream_ends() {
    let mut world = World::new(Options::default());
    let mut service = world.ready().await;
    let other = world.stream.subscribe();
    let World {
        stream, task, line, ..
    } = world;
    drop(stream);
    service.idle(Duration::from_secs(60)).await;
    assert!(!task.is_finished());
    let begin = Instant::now();
    drop(other);
    let last = service.gone().await;
    assert!(matches!(last, Some(Frame::Close(_))), "{last:?}");
    assert!(begin.elapsed() <= MOMENT);
    task.await.unwrap();
    assert!(begin.elapsed() <= MOMENT);
    assert_eq!(line.dials().len(), 1);
}

#[tokio::test(start_paused = true)]
async fn close_ends_it_for_everybody() {
    let mut world = World::new(Options::default());
    let mut service = world.ready().await;
    let mut other = world.stream.subscribe();
    service.tell(&Say::new("new", 1)).await;
    world.update().await;
    let begin = Instant::now();
    let listens = tokio::spawn(async move { service.gone().await });
    let World { stream, task, .. } = world;
    stream.close().await;
    assert!(begin.elapsed() <= MOMENT);
    assert!(matches!(listens.await.unwrap(), Some(Frame::Close(_))));
    task.await.unwrap();
    assert!(begin.elapsed() <= MOMENT);

    // What was told before can still be read.
    let mut late = other.subscribe();
    assert!(late.next().await.is_none());
    let items = all(&mut other).await;
    assert_eq!(items.len(), 2);
    assert_eq!(items[0].updates().len(), 1);
    match &items[1] {
        StreamItem::Disconnected { reason, retry_in } => {
            assert_eq!(reason.kind(), DisconnectKind::Consumer);
            assert_eq!(*retry_in, None);
        }
        item => panic!("{item:?}"),
    }
    assert!(other.next().await.is_none());
    assert_eq!(other.state().phase, Phase::Ended);
    assert!(!other.error().unwrap().is_unauthorized());
    // It may be closed again.
    other.close().await;
}

#[tokio::test(start_paused = true)]
async fn a_service_that_does_not_read_holds_up_no_close() {
    let mut world = World::new(Options::default());
    let _service = world.ready().await;
    // Its end of the wire stays open and says nothing.
    let begin = Instant::now();
    let World { stream, task, .. } = world;
    stream.close().await;
    task.await.unwrap();
    assert!(begin.elapsed() <= MOMENT);
}

#[tokio::test(start_paused = true)]
async fn whatever_goes_on_it_ends() {
    // In the middle of the handshake.
    let mut world = World::new(Options::default());
    let mut service = world.call().await;
    let World { stream, task, .. } = world;
    drop(stream);
    let begin = Instant::now();
    service.gone().await;
    task.await.unwrap();
    assert!(begin.elapsed() <= MOMENT);

    // In a wait.
    let line = Line::default();
    line.refuse(Some(Disconnect::new(
        DisconnectKind::ConnectionLimit,
        "many",
    )));
    let mut world = World::of(client(), Options::default(), line, Account::default());
    world.disconnect().await;
    let World { stream, task, .. } = world;
    let begin = Instant::now();
    stream.close().await;
    task.await.unwrap();
    assert!(begin.elapsed() <= MOMENT);

    // In a reading.
    let account = Account::default();
    account.with(|state| state.takes = Duration::from_secs(1_000));
    let mut world = World::of(client(), Options::default(), Line::default(), account);
    let _service = world.served().await;
    assert!(matches!(world.next().await, StreamItem::Connected));
    let World { stream, task, .. } = world;
    let begin = Instant::now();
    stream.close().await;
    task.await.unwrap();
    assert!(begin.elapsed() <= MOMENT);

    // Before it has begun.
    let World { stream, task, .. } = World::new(Options::default());
    drop(stream);
    task.await.unwrap();
}

#[tokio::test(start_paused = true)]
async fn a_task_that_goes_without_a_word_is_an_end() {
    let mut world = World::new(Options::default());
    let _service = world.ready().await;
    world.task.abort();
    let (reason, retry_in) = world.disconnect().await;
    assert_eq!((reason.kind(), retry_in), (DisconnectKind::Lost, None));
    assert!(world.stream.next().await.is_none());
    assert!(world.stream.error().is_some());
}

/// A hook with a mistake of its own.
struct Rash;

impl StreamHook for Rash {
    fn on(&self, signal: &StreamSignal<'_>) {
        panic!("a mistake in a hook at {signal:?}");
    }
}

#[tokio::test(start_paused = true)]
async fn a_hook_that_panics_ends_no_stream() {
    let mut world = World::hooked(Options::default(), vec![Arc::new(Rash)]);
    let mut service = world.ready().await;
    service.tell(&Say::new("new", 1)).await;
    assert_eq!(short(&*world.update().await), "1 new 0");
    drop(service);
    let mut service = world.served().await;
    service.tell(&Say::new("new", 2)).await;
    let told = world
        .until(|item| item.update().map(|update| short(update)))
        .await;
    assert_eq!(told, "2 new 0");
    assert_eq!(world.stream.state().reconnects, 1);
}

#[tokio::test(start_paused = true)]
async fn a_reading_that_panics_is_one_that_failed() {
    let mut world = World::new(Options::default());
    let service = world.ready().await;
    world.account.with(|state| state.panics = true);
    drop(service);
    let mut service = world.served().await;
    let idle = tokio::spawn(async move { service.idle(Duration::from_secs(60)).await });
    tokio::time::sleep(Duration::from_secs(5)).await;
    assert!(world.stream.state().stale);
    world.account.put(&Say::new("new", 1));
    world.account.with(|state| state.panics = false);
    let found = world
        .until(|item| match item {
            StreamItem::Reconciled { updates, .. } => Some(short(updates.first()?)),
            _ => None,
        })
        .await;
    assert_eq!(found, "1 new 0");
    assert_eq!(world.line.dials().len(), 2);
    idle.abort();
}

#[tokio::test(start_paused = true)]
async fn a_stream_whose_task_is_gone_says_that_it_is_over() {
    let mut world = World::new(Options::default());
    let _service = world.ready().await;
    assert_eq!(world.stream.state().phase, Phase::Connected);
    world.task.abort();
    let (reason, retry_in) = world.disconnect().await;
    assert_eq!((reason.kind(), retry_in), (DisconnectKind::Lost, None));
    let state = world.stream.state();
    assert_eq!(state.phase, Phase::Ended);
    assert_eq!(state.last_disconnect, Some(reason));
}
