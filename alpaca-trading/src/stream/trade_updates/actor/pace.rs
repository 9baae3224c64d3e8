//! A service that never pauses, and a consumer on the same thread.

use std::io;
use std::task::{Context, Poll};

use chrono::Utc;
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};

use super::super::connection::{Dialing, Wire};
use super::super::{NAME, TradeStream};
use super::*;
use crate::stream::{Health, Phase};

/// More than are kept for a consumer.
const UPDATES: usize = 20_000;

/// A wire on which everything has come already. It never ends.
#[derive(Clone)]
struct Busy {
    bytes: Arc<[u8]>,
    read: usize,
}

impl Busy {
    fn new() -> Self {
        let mut bytes = Vec::new();
        let mut say = |text: &str| {
            // Final, text; not masked, since it is the service that says it.
            bytes.extend([0x81, 126]);
            bytes.extend(u16::try_from(text.len()).unwrap().to_be_bytes());
            bytes.extend(text.as_bytes());
        };
        // Lengths below 126 have a form of their own.
        let blanks = " ".repeat(126);
        say(&format!(
            r#"{{"stream":"authorization","data":{{"status":"authorized"}}}}{blanks}"#
        ));
        say(&format!(
            r#"{{"stream":"listening","data":{{"streams":["trade_updates"]}}}}{blanks}"#
        ));
        for number in 0..UPDATES {
            say(&format!(
                r#"{{"stream":"trade_updates","data":{{"event":"new","order":{{"id":"{number:08x}-0000-4000-8000-000000000000","client_order_id":"{number}","created_at":"2026-01-05T14:30:00Z","status":"new"}}}}}}"#
            ));
        }
        Self {
            bytes: bytes.into(),
            read: 0,
        }
    }
}

impl Dial for Busy {
    fn dial(&self) -> Dialing<'_> {
        let wire: Box<dyn Wire> = Box::new(self.clone());
        Box::pin(async { Ok(wire) })
    }
}

impl AsyncRead for Busy {
    fn poll_read(
        mut self: Pin<&mut Self>,
        _: &mut Context<'_>,
        into: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        let rest = &self.bytes[self.read..];
        if rest.is_empty() {
            return Poll::Pending;
        }
        let count = rest.len().min(into.remaining());
        into.put_slice(&rest[..count]);
        self.read += count;
        Poll::Ready(Ok(()))
    }
}

impl AsyncWrite for Busy {
    fn poll_write(
        self: Pin<&mut Self>,
        _: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<io::Result<usize>> {
        Poll::Ready(Ok(bytes.len()))
    }

    fn poll_flush(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<io::Result<()>> {
        Poll::Ready(Ok(()))
    }

    fn poll_shutdown(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<io::Result<()>> {
        Poll::Ready(Ok(()))
    }
}

#[tokio::test(start_paused = true)]
async fn a_consumer_keeps_up_with_a_socket_that_always_has_more() {
    let client = Client::builder()
        .base_url("http://127.0.0.1:9")
        .key_pair("PKPACE", "secret")
        .build()
        .unwrap();
    let options = Options::default();
    let health = Health::new(NAME, Vec::new());
    let hub = Arc::new(Hub::new(options.buffer, health, Arc::new(Utc::now)));
    let mut stream = TradeStream::new(Arc::clone(&hub));
    let random = fastrand::Rng::with_seed(1);
    let actor = Actor::new(hub, client, Box::new(Busy::new()), None, options, random);
    tokio::spawn(actor.run());

    let mut updates = 0;
    while updates < UPDATES {
        match stream.next().await {
            Some(StreamItem::Update(update)) => {
                assert_eq!(update.order.client_order_id, updates.to_string());
                updates += 1;
            }
            Some(StreamItem::Connected) => {}
            other => panic!("after {updates} updates: {other:?}"),
        }
    }
    let state = stream.state();
    assert_eq!(
        (state.phase, state.updates, state.dropped),
        (Phase::Connected, UPDATES as u64, 0)
    );
}
