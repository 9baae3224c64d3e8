//! What happens, told while it happens: the websocket `/stream` and the server-sent events
//! `/v2beta1/events/activities` and `/v2/events/trades`.
//!
//! Every stream reads the [`EventLog`] of one account and keeps no more than its place in it. A reader
//! that is slow therefore holds up nobody, and costs the buffers of its socket and one short batch of
//! references to events.
//!
//! # Order
//!
//! - Within one stream, events come in the order of the log, each once, unless a [`StreamFault`] says
//!   otherwise. Where a stream begins with a replay, live events follow it without a gap or a repeat.
//! - Between streams, and between a stream and the answer to a request, there is no order. A client that
//!   has read the answer to `POST /v2/orders` may have had the events of that order before, or has them
//!   still to come.
//! - An event is in the log before a stream tells it, so what a stream has told is in a replay.
//!
//! # Slow readers
//!
//! A connection counts as slow when it takes nothing while more than [`StreamOptions::lag`] events
//! happen. A burst of events alone makes no reader slow, so that a day that passes in an instant loses
//! nothing. A websocket of a slow reader is dropped without a close frame, since there is no room for
//! one. A slow reader of server-sent events goes on at the newest event, after a comment that says how
//! many it has missed.

mod fault;
mod follow;
mod handshake;
mod keys;
mod options;
mod pulse;
mod shutdown;
mod sse;
mod websocket;

#[cfg(test)]
mod tests;

use axum::Router;
use axum::response::Response;
use axum::routing::get;
use chrono::{DateTime, Utc};
use http::StatusCode;
use tokio::sync::watch;

pub use fault::{StreamFault, StreamKind};
pub use keys::Keys;
pub use options::{FrameKind, StreamOptions};
pub use shutdown::{Shutdown, ShutdownHandle};

use crate::{ApiError, EventLog};

/// What the streams need of the simulator.
///
/// None of its methods may wait for a stream: they are called while frames are made.
pub trait Source: Clone + Send + Sync + 'static {
    /// The account that these keys open, if any.
    fn account(&self, keys: &Keys) -> Option<usize>;

    /// Reads the log of an account under its lock.
    fn with_log<T>(&self, account: usize, read: impl FnOnce(&EventLog) -> T) -> T;

    /// A fault that the next frame of this stream is to suffer, if one was asked for.
    ///
    /// Asked once for each event that is about to be sent, not for replies, comments or pings.
    fn fault(&self, stream: StreamKind) -> Option<StreamFault>;

    /// Called with every frame that was sent to an account: of a websocket the text of a reply or an
    /// event, of server-sent events the JSON of an event or a comment without its line end. What is
    /// sent before a connection has an account, and pings, are not told.
    fn sent(&self, account: usize, stream: StreamKind, text: &str);

    /// The simulator's time.
    ///
    /// It must not have passed a time before all events of that time are in the log: a stream with an
    /// end is ended by it.
    fn now(&self) -> DateTime<Utc>;

    /// The simulator's time, to be waited for.
    fn clock_watch(&self) -> watch::Receiver<DateTime<Utc>>;
}

/// The account of a request, as an extension of it: its place among the source's accounts.
///
/// The routes of server-sent events need it; who checks the keys of requests puts it there.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Account(pub usize);

/// What the handlers share.
#[derive(Clone)]
struct Shared<S> {
    source: S,
    options: StreamOptions,
}

/// The routes of all streams.
///
/// `/stream` checks no headers: keys come in its first message. The routes of server-sent events answer
/// 401 to a request without an [`Account`].
pub fn routes<S: Source>(source: S, options: StreamOptions) -> Router {
    let websocket = || get(websocket::upgrade::<S>).fallback(not_get);
    let activities = || get(sse::activity_events::<S>).fallback(not_get);
    let trades = || get(sse::trade_events::<S>).fallback(not_get);
    Router::new()
        .route("/stream", websocket())
        .route("/stream/", websocket())
        .route("/v2beta1/events/activities", activities())
        .route("/v2beta1/events/activities/", activities())
        .route("/v2/events/trades", trades())
        .route("/v2/events/trades/", trades())
        .with_state(Shared { source, options })
}

/// 405: a stream is opened by GET and nothing else. The header `Allow` comes with the route.
async fn not_get() -> Response {
    let status = StatusCode::METHOD_NOT_ALLOWED;
    refuse(&ApiError::plain(status, "method not allowed."))
}

/// A refusal as an answer.
fn refuse(error: &ApiError) -> Response {
    crate::wire::answer::refusal(error)
}
