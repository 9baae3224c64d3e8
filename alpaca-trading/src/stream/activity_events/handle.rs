//! What consumers hold: items as they come, and how the stream is doing.

use std::fmt;
use std::future::poll_fn;
use std::pin::Pin;
use std::task::{Context, Poll, ready};

use futures_core::Stream;
use tokio::sync::mpsc;
use tokio::task::JoinHandle;

use super::ActivityUpdate;
use super::healing::stopped;
use super::outbox::Handed;
use crate::stream::{Disconnect, Health, StreamItem, StreamState};

/// The activities of an account as they happen, each event once, across breaks of the connection; from
/// [`connect`](crate::resources::activity_events::ActivityEvents::connect).
///
/// A task of its own reads and heals. It waits for its consumer, with a bounded number of items in between;
/// when this is dropped or [closed](Self::close), it ends at once and the connection with it.
///
/// The stream ends after a [`Disconnected`](StreamItem::Disconnected) that is not followed by another
/// attempt: when the service refuses the keys or the query, when everything was told that a query with an
/// end asks for, or when it was closed.
#[must_use = "a stream that is dropped ends"]
pub struct ActivityStream {
    items: mpsc::Receiver<Handed>,
    /// None after the end.
    task: Option<JoinHandle<Disconnect>>,
    health: Health,
    last_event_id: Option<String>,
}

impl ActivityStream {
    pub(super) fn new(
        items: mpsc::Receiver<Handed>,
        task: JoinHandle<Disconnect>,
        health: Health,
    ) -> Self {
        Self {
            items,
            task: Some(task),
            health,
            last_event_id: None,
        }
    }

    /// The next item; none after the end. What it has not given yet is not lost when it is dropped halfway.
    pub async fn next(&mut self) -> Option<StreamItem<ActivityUpdate>> {
        poll_fn(|context| Pin::new(&mut *self).poll_next(context)).await
    }

    /// How the stream is doing at this moment.
    #[must_use]
    pub fn state(&self) -> StreamState {
        self.health.state()
    }

    /// The id of the last update that this has given; none before the first.
    ///
    /// A program that keeps it can go on from there when it starts again, with
    /// [`EventQuery::since_id`](crate::resources::activity_events::EventQuery::since_id): the event itself
    /// may then come again. While a program runs, the stream goes on by itself, and from further back.
    #[must_use]
    pub fn last_event_id(&self) -> Option<&str> {
        self.last_event_id.as_deref()
    }

    /// Ends the stream. What had been read by now can still be taken; then comes the last item, which says
    /// that its consumer has closed it.
    pub fn close(&mut self) {
        self.items.close();
    }
}

impl Stream for ActivityStream {
    type Item = StreamItem<ActivityUpdate>;

    fn poll_next(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        let this = self.get_mut();
        if let Some(handed) = ready!(this.items.poll_recv(context)) {
            if let StreamItem::Update(update) = &handed.item {
                this.last_event_id = Some(update.event_id().to_owned());
            }
            return Poll::Ready(Some(handed.item));
        }
        let Some(task) = &mut this.task else {
            return Poll::Ready(None);
        };
        let ended = ready!(Pin::new(task).poll(context));
        this.task = None;
        let reason = ended.unwrap_or_else(|_| stopped());
        Poll::Ready(Some(StreamItem::Disconnected {
            reason,
            retry_in: None,
        }))
    }
}

impl fmt::Debug for ActivityStream {
    /// How it is doing; nothing of what it told.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ActivityStream")
            .field("phase", &self.state().phase)
            .field("ended", &self.task.is_none())
            .finish_non_exhaustive()
    }
}
