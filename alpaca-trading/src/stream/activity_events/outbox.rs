//! Between a stream's task and its consumer: a bounded number of items and bytes, and what is beyond waits.
//!
//! While the task waits it reads nothing, so that the socket fills up and the service notices: nothing is
//! dropped on this side, and a consumer that never looks costs no more than these bounds.

use std::sync::Arc;

use tokio::sync::{OwnedSemaphorePermit, Semaphore, mpsc};

use super::ActivityUpdate;
use crate::stream::StreamItem;

/// The most items that wait for the consumer.
const ITEMS: usize = 256;

/// The most bytes of messages that wait for the consumer. One that is larger waits alone.
const BYTES: u32 = 4 * 1024 * 1024;

/// An item on its way, and the room that it takes.
#[derive(Debug)]
pub(super) struct Handed {
    pub(super) item: StreamItem<ActivityUpdate>,
    _room: OwnedSemaphorePermit,
}

/// Where the task puts items.
#[derive(Clone, Debug)]
pub(super) struct Outbox {
    items: mpsc::Sender<Handed>,
    room: Arc<Semaphore>,
}

/// An outbox, and where its items come out.
pub(super) fn outbox() -> (Outbox, mpsc::Receiver<Handed>) {
    let (items, receiver) = mpsc::channel(ITEMS);
    let room = usize::try_from(BYTES).unwrap_or(usize::MAX);
    let outbox = Outbox {
        items,
        room: Arc::new(Semaphore::new(room)),
    };
    (outbox, receiver)
}

impl Outbox {
    /// Hands over an item that came in a message of so many bytes, as soon as there is room. Never returns
    /// once the consumer has gone: whoever hands over is then stopped.
    pub(super) async fn send(&self, item: StreamItem<ActivityUpdate>, bytes: usize) {
        let bytes = u32::try_from(bytes).unwrap_or(BYTES).clamp(1, BYTES);
        if let Ok(room) = Arc::clone(&self.room).acquire_many_owned(bytes).await {
            let handed = Handed { item, _room: room };
            if self.items.send(handed).await.is_ok() {
                return;
            }
        }
        std::future::pending().await
    }

    /// Returns when the consumer has gone or wants no more.
    pub(super) async fn closed(&self) {
        self.items.closed().await;
    }
}

#[cfg(test)]
mod tests {
    use futures_util::FutureExt as _;

    use super::*;

    #[test]
    fn what_waits_is_bounded_in_number_and_in_size() {
        let (outbox, mut receiver) = outbox();
        for _ in 0..ITEMS {
            assert!(
                outbox
                    .send(StreamItem::Connected, 1)
                    .now_or_never()
                    .is_some()
            );
        }
        assert!(
            outbox
                .send(StreamItem::Connected, 1)
                .now_or_never()
                .is_none()
        );
        while receiver.try_recv().is_ok() {}
        // However large, one is let through; then there is no room.
        assert!(
            outbox
                .send(StreamItem::Connected, usize::MAX)
                .now_or_never()
                .is_some()
        );
        assert!(
            outbox
                .send(StreamItem::Connected, 1)
                .now_or_never()
                .is_none()
        );
        drop(receiver.try_recv());
        assert!(
            outbox
                .send(StreamItem::Connected, 1)
                .now_or_never()
                .is_some()
        );
    }

    #[test]
    fn a_consumer_that_has_gone_stops_whoever_hands_over() {
        let (outbox, receiver) = outbox();
        assert!(outbox.closed().now_or_never().is_none());
        drop(receiver);
        assert!(outbox.closed().now_or_never().is_some());
        assert!(
            outbox
                .send(StreamItem::Connected, 1)
                .now_or_never()
                .is_none()
        );
    }
}
