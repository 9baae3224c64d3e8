//! [`crate::resources::activity_events`] without async; written by `cargo xtask blocking`.

use bytes::Bytes;

use crate::Result;
use crate::blocking::{Client, Runtime};
use crate::resources::activity_events::EventQuery;

/// The activities of the account as they happen: fills with their corrections and busts, and what
/// else moves money or shares, such as dividends and fees.
///
/// See [`ActivityEvents`](crate::resources::activity_events::ActivityEvents).
#[derive(Clone, Debug)]
pub struct ActivityEvents {
    inner: crate::resources::activity_events::ActivityEvents,
    runtime: Runtime,
}

impl ActivityEvents {
    pub(in crate::blocking) fn wrap(
        inner: crate::resources::activity_events::ActivityEvents,
        runtime: &Runtime,
    ) -> Self {
        Self {
            inner,
            runtime: runtime.clone(),
        }
    }

    /// Opens the stream of events, as server-sent events in the bytes that arrive.
    ///
    /// Blocks; see [`ActivityEvents::subscribe`](crate::resources::activity_events::ActivityEvents::subscribe).
    pub fn subscribe(&self, query: EventQuery) -> Result<EventBytes> {
        let inner = self.runtime.run(self.inner.subscribe(query))?;
        Ok(EventBytes::wrap(inner, &self.runtime))
    }
}

impl Client {
    /// The activities of the account as they happen: fills with their corrections and busts, and
    /// what else moves money or shares, such as dividends and fees.
    ///
    /// See [`Client::activity_events`](crate::Client::activity_events).
    #[must_use]
    pub fn activity_events(&self) -> ActivityEvents {
        ActivityEvents::wrap(self.inner.activity_events(), &self.runtime)
    }
}

/// The bytes of a stream of events, as they arrive; from `ActivityEvents::subscribe`.
///
/// An iterator; see [`EventBytes`](crate::resources::activity_events::EventBytes).
#[derive(Debug)]
#[must_use = "an iterator does nothing until it is used"]
pub struct EventBytes {
    inner: crate::resources::activity_events::EventBytes,
    runtime: Runtime,
    ended: bool,
}

impl EventBytes {
    pub(in crate::blocking) fn wrap(
        inner: crate::resources::activity_events::EventBytes,
        runtime: &Runtime,
    ) -> Self {
        Self {
            inner,
            runtime: runtime.clone(),
            ended: false,
        }
    }

    /// Alpaca's name for this exchange (`X-Request-ID`), which its support asks for.
    ///
    /// See [`EventBytes::request_id`](crate::resources::activity_events::EventBytes::request_id).
    #[must_use]
    pub fn request_id(&self) -> Option<&str> {
        self.inner.request_id()
    }
}

impl Iterator for EventBytes {
    type Item = Result<Bytes>;

    fn next(&mut self) -> Option<Self::Item> {
        self.runtime.next(&mut self.ended, self.inner.next())
    }
}

impl std::iter::FusedIterator for EventBytes {}
