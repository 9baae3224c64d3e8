//! Credentials that the service refuses: one attempt, and one more with others.

use std::sync::{Arc, Mutex};

use super::super::connection::refused;
use super::super::options::Options;
use super::world::{Account, Line, SECRET, World, client};
use crate::credentials::{Ask, Credentials, CredentialsProvider, Keys, KeysFuture};
use crate::stream::{DisconnectKind, Phase, Reconnect, StreamItem};
use crate::{Cause, Client};

/// Hands out `PK1`, `PK2` and so on, up to a last one.
#[derive(Clone)]
struct Vault {
    asked: Arc<Mutex<Vec<Ask>>>,
    keys: usize,
}

impl CredentialsProvider for Vault {
    fn credentials(&self, reason: Ask) -> KeysFuture<'_> {
        let number = {
            let mut asked = self.asked.lock().unwrap();
            asked.push(reason);
            asked.len().min(self.keys)
        };
        Box::pin(async move { Ok(Keys::key_pair(&format!("PK{number}"), SECRET)?) })
    }
}

fn vault(keys: usize) -> (Vault, Client) {
    let vault = Vault {
        asked: Arc::default(),
        keys,
    };
    let builder = Client::builder().credentials(Credentials::provider(vault.clone()));
    (vault, builder.build().unwrap())
}

/// Everything of a stream that can be printed.
fn printed(world: &World, items: &[impl std::fmt::Debug]) -> String {
    let error = world.stream.error();
    format!(
        "{items:?} {:?} {:?} {error:?} {}",
        world.stream,
        world.stream.state(),
        error.as_ref().map(ToString::to_string).unwrap_or_default()
    )
}

#[tokio::test(start_paused = true)]
async fn refused_keys_are_tried_once_and_end_the_stream() {
    let mut world = World::new(Options::default());
    let mut service = world.call().await;
    let text = service.heard().await;
    assert!(text.contains("PKTEST") && text.contains(SECRET));
    // A service that repeats what it was sent.
    service.authorize(&format!("unauthorized: {text}")).await;
    let item = world.next().await;
    match &item {
        StreamItem::Disconnected { reason, retry_in } => {
            assert_eq!(reason.kind(), DisconnectKind::Unauthorized);
            assert!(reason.message().contains("unauthorized"), "{reason}");
            assert_eq!(*retry_in, None);
        }
        other => panic!("{other:?}"),
    }
    assert!(world.stream.next().await.is_none());
    assert!(world.stream.next().await.is_none());
    let error = world.stream.error().unwrap();
    assert!(error.is_unauthorized(), "{error}");
    let state = world.stream.state();
    assert_eq!((state.phase, state.attempts), (Phase::Ended, 1));
    let printed = printed(&world, &[item]);
    assert!(!printed.contains(SECRET), "{printed}");
    (&mut world.task).await.unwrap();
    tokio::time::sleep(std::time::Duration::from_secs(3_600)).await;
    assert_eq!(world.line.dials().len(), 1);
}

#[tokio::test(start_paused = true)]
async fn a_refusal_at_the_request_for_updates_is_one_as_well() {
    let mut world = World::new(Options::default());
    let mut service = world.call().await;
    service.heard().await;
    service.authorize("authorized").await;
    service.heard().await;
    service.authorize("unauthorized").await;
    let (reason, retry_in) = world.disconnect().await;
    assert_eq!(reason.kind(), DisconnectKind::Unauthorized);
    assert_eq!(retry_in, None);
    assert!(world.stream.next().await.is_none());
}

#[tokio::test(start_paused = true)]
async fn a_refusal_of_the_upgrade_ends_the_stream() {
    let line = Line::default();
    line.refuse(Some(refused(http::StatusCode::FORBIDDEN)));
    let mut world = World::of(client(), Options::default(), line, Account::default());
    let (reason, retry_in) = world.disconnect().await;
    assert_eq!(reason.kind(), DisconnectKind::Unauthorized);
    assert_eq!(retry_in, None);
    assert!(world.stream.next().await.is_none());
    assert_eq!(world.line.dials().len(), 1);
}

#[tokio::test(start_paused = true)]
async fn other_keys_are_tried_once() {
    let (vault, client) = vault(2);
    let mut world = World::of(
        client,
        Options::default(),
        Line::default(),
        Account::default(),
    );
    let mut service = world.call().await;
    assert!(service.heard().await.contains("PK1"));
    service.authorize("unauthorized").await;
    let mut service = world.call().await;
    assert!(service.heard().await.contains("PK2"));
    service.authorize("authorized").await;
    service.heard().await;
    service.listen().await;
    assert!(matches!(world.next().await, StreamItem::Connected));
    assert_eq!(
        *vault.asked.lock().unwrap(),
        [Ask::First, Ask::AfterUnauthorized]
    );
    assert_eq!(world.line.dials().len(), 2);
    assert_eq!(world.stream.state().attempts, 1);
}

#[tokio::test(start_paused = true)]
async fn when_the_others_are_refused_as_well_it_is_over() {
    for keys in [1, 9] {
        let (_, client) = vault(keys);
        let mut world = World::of(
            client,
            Options::default(),
            Line::default(),
            Account::default(),
        );
        for _ in 0..keys.min(2) {
            let mut service = world.call().await;
            service.heard().await;
            service.authorize("unauthorized").await;
        }
        let (reason, retry_in) = world.disconnect().await;
        assert_eq!(reason.kind(), DisconnectKind::Unauthorized);
        assert_eq!(retry_in, None);
        assert!(world.stream.next().await.is_none());
        assert_eq!(world.line.dials().len(), keys.min(2));
        let printed = printed(&world, &[reason]);
        assert!(!printed.contains(SECRET), "{printed}");
    }
}

#[tokio::test]
async fn connect_gives_the_refusal_after_one_attempt() {
    use futures_util::{SinkExt as _, StreamExt as _};
    use tokio_tungstenite::tungstenite::Message as Frame;

    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let calls = tokio::spawn(async move {
        let (wire, _) = listener.accept().await.unwrap();
        let mut socket = tokio_tungstenite::accept_async(wire).await.unwrap();
        socket.next().await.unwrap().unwrap();
        let refusal = r#"{"stream":"authorization","data":{"status":"unauthorized"}}"#;
        socket.send(Frame::text(refusal)).await.unwrap();
        let again = std::time::Duration::from_millis(300);
        let again = tokio::time::timeout(again, listener.accept()).await;
        1 + usize::from(again.is_ok())
    });
    let stream = client()
        .trade_updates()
        .url(format!("ws://{address}/stream"));
    let error = stream.connect().await.unwrap_err();
    assert!(error.is_unauthorized(), "{error:?}");
    assert_eq!(error.cause(), Some(Cause::Unauthorized));
    assert!(!format!("{error:?} {error}").contains(SECRET));
    assert_eq!(calls.await.unwrap(), 1);
}

#[tokio::test]
async fn connect_gives_the_refusal_of_the_upgrade_after_one_attempt() {
    use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};

    for (answer, tried_again) in [
        ("401 Unauthorized", false),
        ("403 Forbidden", false),
        ("404 Not Found", true),
    ] {
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let (sender, mut calls) = tokio::sync::mpsc::unbounded_channel();
        let service = tokio::spawn(async move {
            loop {
                let (mut wire, _) = listener.accept().await.unwrap();
                let mut request = [0; 4_096];
                assert!(wire.read(&mut request).await.unwrap() > 0);
                let answer =
                    format!("HTTP/1.1 {answer}\r\ncontent-length: 0\r\nconnection: close\r\n\r\n");
                wire.write_all(answer.as_bytes()).await.unwrap();
                let _ = sender.send(());
            }
        });
        let policy = Reconnect::default().first(std::time::Duration::from_millis(100));
        let url = format!("ws://{address}/stream");
        let stream = client().trade_updates().url(url).reconnect(policy);
        if tried_again {
            let stream = stream.start().unwrap();
            for _ in 0..2 {
                calls.recv().await.unwrap();
            }
            assert!(stream.error().is_none(), "{answer}");
        } else {
            let error = stream.connect().await.unwrap_err();
            assert!(error.is_unauthorized(), "{answer}: {error:?}");
            assert!(error.to_string().contains(&answer[..3]), "{error}");
            calls.try_recv().unwrap();
            assert!(calls.try_recv().is_err(), "{answer}: another attempt");
        }
        service.abort();
    }
}
