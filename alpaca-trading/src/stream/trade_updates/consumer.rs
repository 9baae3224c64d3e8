//! The end of a stream that a consumer holds.

use std::fmt;
use std::future::poll_fn;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};
use std::time::Duration;

use chrono::{DateTime, Utc};
use futures_core::Stream;

use super::hub::{Hub, Item};
use crate::error::Error;
use crate::stream::{StreamItem, StreamState};

/// How long a close may take: the connection is given a moment to say so.
const CLOSING: Duration = Duration::from_millis(100);

/// Order updates, as they happen and without gaps; from [`TradeUpdates::connect`].
///
/// It goes on for ever: disconnects are healed, and only refused credentials or [`close`](Self::close) end
/// it. A consumer that reads too slowly is told how much it has missed, and what that was.
///
/// [`subscribe`](Self::subscribe) makes more consumers of the same connection. The connection ends when the
/// last of them is dropped.
///
/// [`TradeUpdates::connect`]: super::TradeUpdates::connect
pub struct TradeStream {
    hub: Arc<Hub>,
    id: u64,
    /// What is to be told before the next item, the next one last.
    pending: Vec<Item>,
    /// The time of the last update that was told, by the service's clock.
    told: DateTime<Utc>,
}

impl TradeStream {
    pub(in crate::stream) fn new(hub: Arc<Hub>) -> Self {
        Self {
            id: hub.join(),
            told: (hub.time)(),
            hub,
            pending: Vec::new(),
        }
    }

    pub(super) fn hub(&self) -> &Arc<Hub> {
        &self.hub
    }

    /// Waits for the next item; none once the stream has ended.
    ///
    /// Nothing is lost when the future is dropped before it is done.
    pub async fn next(&mut self) -> Option<StreamItem<super::TradeUpdate>> {
        poll_fn(|context| self.poll(context)).await
    }

    fn poll(&mut self, context: &mut Context<'_>) -> Poll<Option<Item>> {
        if let Some(item) = self.pending.pop() {
            return Poll::Ready(Some(item));
        }
        let polled = self
            .hub
            .poll(self.id, self.told, context, &mut self.pending);
        if let Poll::Ready(Some(item)) = &polled
            && let Some(time) = item.updates().last().and_then(|update| update.timestamp)
        {
            self.told = time;
        }
        polled
    }

    /// Another consumer of the same connection: of what comes from now on.
    ///
    /// It has a place of its own in what the connection keeps, and neither delays the others nor is delayed by
    /// them. If something may not have been told just now, that is the first item.
    #[must_use]
    pub fn subscribe(&self) -> Self {
        let mut stream = Self::new(Arc::clone(&self.hub));
        let stale = self.hub.stale_since();
        stream
            .pending
            .extend(stale.map(|since| StreamItem::Stale { since }));
        stream
    }

    /// How the stream is doing.
    #[must_use]
    pub fn state(&self) -> StreamState {
        self.hub.health.state()
    }

    /// Why the stream has ended; none while it goes on.
    #[must_use]
    pub fn error(&self) -> Option<Error> {
        self.hub.reason().map(|reason| super::ended(&reason))
    }

    /// Ends the stream for all of its consumers, and waits until the connection is closed: a tenth of a second
    /// at most. What was told before can still be read by the others.
    pub async fn close(self) {
        self.hub.close();
        let _ = tokio::time::timeout(CLOSING, self.hub.has_ended()).await;
    }
}

impl Drop for TradeStream {
    fn drop(&mut self) {
        self.hub.leave(self.id);
    }
}

impl Stream for TradeStream {
    type Item = StreamItem<super::TradeUpdate>;

    fn poll_next(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        self.get_mut().poll(context)
    }
}

impl fmt::Debug for TradeStream {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("TradeStream")
            .field("phase", &self.state().phase)
            .finish_non_exhaustive()
    }
}
