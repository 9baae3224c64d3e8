//! The task of a stream: connections, one after the other, until it ends for good.

use std::collections::{HashSet, VecDeque};
use std::pin::{Pin, pin};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use alpaca_trading_gen::BoxFuture;
use bytes::Bytes;
use chrono::{DateTime, TimeDelta, Utc};
use futures_core::Stream;
use futures_util::StreamExt as _;
use tokio::sync::oneshot;
use tokio::time::Instant;

use super::comment::Comment;
use super::cursor::Cursor;
use super::outbox::Outbox;
use super::refusal;
use super::sse::{Decoder, Frame};
use super::update::{self, Decoded, Garbled};
use crate::error::{Error, Result};
use crate::resources::activity_events::EventQuery;
use crate::stream::backoff::LEAST_WAIT;
use crate::stream::{Backoff, Disconnect, DisconnectKind, Health, StreamItem, StreamSignal};

/// The longest line and the longest event that is read, in bytes.
pub(super) const LONGEST: usize = 16 * 1024 * 1024;

/// How many connections in a row must end cleanly, with everything told again and nothing new, before the
/// end of a query counts as reached: the first to find something out, and this many to confirm it.
const CONFIRMATIONS: u32 = 2;

/// The pieces of a connection.
pub(super) type Pieces = Pin<Box<dyn Stream<Item = Result<Bytes>> + Send>>;

/// A connection that stands.
pub(super) struct Opened {
    pub(super) pieces: Pieces,
    /// By the service's clock, a time at which it had not begun to tell.
    pub(super) before: DateTime<Utc>,
}

/// Makes connections: to the service, or in tests to a script.
pub(super) trait Connect: Send + Sync + 'static {
    /// Makes one attempt.
    fn open(&self, query: EventQuery) -> BoxFuture<'_, Result<Opened>>;

    /// How far the service's clock is ahead of this machine's, where that is known.
    fn clock_offset(&self) -> Option<TimeDelta>;

    /// A text of the service for the log: short, in one line, without a secret.
    fn shown(&self, text: &[u8]) -> String;

    /// The text of a message for its consumer: clipped, and without a secret.
    fn hidden(&self, message: &[u8]) -> String;
}

/// What somebody who waits for the first connection is told.
#[derive(Default)]
pub(super) struct First {
    pub(super) told: Option<oneshot::Sender<Result<()>>>,
    /// Why the last attempt failed.
    pub(super) failed: Arc<Mutex<Option<Error>>>,
}

impl First {
    fn tell(&mut self, result: Result<()>) {
        if let Some(told) = self.told.take() {
            // Whoever waited may have given up.
            let _ = told.send(result);
        }
    }

    fn note(&self, error: &Error) {
        if self.told.is_some() {
            let mut failed = self.failed.lock().unwrap_or_else(PoisonError::into_inner);
            *failed = Some(error.clone());
        }
    }
}

/// A stream that heals.
pub(super) struct Healing<C> {
    pub(super) connect: C,
    pub(super) cursor: Cursor,
    pub(super) outbox: Outbox,
    pub(super) health: Health,
    pub(super) backoff: Backoff,
    /// How long nothing may be heard.
    pub(super) silence: Duration,
    /// The longest line.
    pub(super) longest: usize,
    pub(super) first: First,
}

/// A connection while it stands, and what it told.
struct Visit {
    decoder: Decoder,
    /// What an honest service still has to tell again.
    told_again: HashSet<Arc<str>>,
    /// Something new was told.
    news: bool,
    /// The event that ends the query was told.
    last: bool,
    /// Something was told that is no stream of events.
    foreign: bool,
}

/// How a connection ended.
struct End {
    reason: Disconnect,
    /// Since when it had stood; none if it never did.
    connected: Option<Instant>,
    /// The service closed it, in the proper way and between two events.
    clean: bool,
    visit: Option<Visit>,
}

/// Says that a stream is over whose task goes without a word: it has panicked, or its runtime is no more.
struct Last(Health);

impl Drop for Last {
    fn drop(&mut self) {
        self.0.gone(&stopped());
    }
}

/// Why a stream is over whose task has gone.
pub(super) fn stopped() -> Disconnect {
    Disconnect::new(DisconnectKind::Failed, "the stream's task was stopped")
}

impl<C: Connect> Healing<C> {
    /// Runs until the stream ends for good or its consumer goes.
    pub(super) async fn run(self) -> Disconnect {
        let (health, outbox) = (self.health.clone(), self.outbox.clone());
        let _last = Last(self.health.clone());
        let healing = pin!(self.heal());
        let reason = tokio::select! {
            biased;
            () = outbox.closed() => {
                Disconnect::new(DisconnectKind::Consumer, "closed by its consumer")
            }
            reason = healing => reason,
        };
        health.disconnected(&reason, None);
        reason
    }

    async fn heal(mut self) -> Disconnect {
        let mut connections: u64 = 0;
        let mut quiet: u32 = 0;
        loop {
            let end = self.connection(&mut connections).await;
            if end.reason.is_final() {
                return end.reason;
            }
            let bounded = end
                .visit
                .as_ref()
                .filter(|_| end.clean && self.cursor.is_bounded());
            let wait = match bounded {
                Some(visit) if visit.last => return finished(),
                Some(visit) if visit.is_quiet() => {
                    quiet = quiet.saturating_add(1);
                    // An empty range has nothing to tell again, which would prove a little more.
                    let enough = CONFIRMATIONS + u32::from(self.cursor.is_empty());
                    if quiet >= enough {
                        return finished();
                    }
                    LEAST_WAIT
                }
                Some(visit) if visit.news => {
                    quiet = 0;
                    LEAST_WAIT
                }
                _ => {
                    quiet = 0;
                    self.backoff.wait(end.connected, end.clean)
                }
            };
            self.health.with(|state| state.stale = true);
            self.health.disconnected(&end.reason, Some(wait));
            let item = StreamItem::Disconnected {
                reason: end.reason,
                retry_in: Some(wait),
            };
            let until = Instant::now() + wait;
            self.outbox.send(item, 1).await;
            tokio::time::sleep_until(until).await;
        }
    }

    /// One attempt, and the connection that comes of it until its end.
    async fn connection(&mut self, connections: &mut u64) -> End {
        self.health.connecting();
        let started = Instant::now();
        let opened = match self.connect.open(self.cursor.query()).await {
            Ok(opened) => opened,
            Err(error) => {
                let reason = refusal::reason(error.clone());
                match reason.is_final() {
                    true => self.first.tell(Err(error)),
                    false => self.first.note(&error),
                }
                return End {
                    reason,
                    connected: None,
                    clean: false,
                    visit: None,
                };
            }
        };
        self.health.with(|state| state.stale = false);
        self.health.connected(*connections == 0, started.elapsed());
        *connections = connections.saturating_add(1);
        self.cursor.began(opened.before);
        self.first.tell(Ok(()));
        let connected = Instant::now();
        self.outbox.send(StreamItem::Connected, 1).await;
        let mut visit = Visit {
            decoder: Decoder::new(self.longest),
            told_again: self.cursor.told_again(),
            news: false,
            last: false,
            foreign: false,
        };
        let reason = self.listen(opened.pieces, &mut visit).await;
        let clean = reason.kind() == DisconnectKind::Closed && visit.decoder.is_between_events();
        End {
            reason,
            connected: Some(connected),
            clean,
            visit: Some(visit),
        }
    }

    /// Reads a connection to its end.
    async fn listen(&mut self, mut pieces: Pieces, visit: &mut Visit) -> Disconnect {
        let mut frames = VecDeque::new();
        loop {
            // Only while something is waited for: a consumer that takes its time is no silence.
            match tokio::time::timeout(self.silence, pieces.next()).await {
                Err(_) => {
                    let message = format!("nothing was heard for {:?}", self.silence);
                    return Disconnect::new(DisconnectKind::Silent, message);
                }
                Ok(None) if visit.foreign => {
                    let message = "the answer is no stream of events";
                    return Disconnect::new(DisconnectKind::Protocol, message);
                }
                Ok(None) => {
                    let message = "the service has ended the connection";
                    return Disconnect::new(DisconnectKind::Closed, message);
                }
                Ok(Some(Err(error))) => return Disconnect::of(DisconnectKind::Lost, error),
                Ok(Some(Ok(piece))) => visit.decoder.feed(&piece, &mut frames),
            }
            self.health.heard();
            while let Some(frame) = frames.pop_front() {
                // What was told before is left out without waiting for anything: others get their turn.
                tokio::task::consume_budget().await;
                if let Some(reason) = self.take(frame, visit).await {
                    return reason;
                }
            }
        }
    }

    /// Takes what was read. Some when the connection is of no more use.
    async fn take(&mut self, frame: Frame, visit: &mut Visit) -> Option<Disconnect> {
        match frame {
            Frame::Event(data) => {
                let bytes = data.len();
                match update::decode(data, Utc::now(), |text| self.connect.hidden(text)) {
                    Decoded::Update(update) => {
                        let (id, at) = (update.event_id().to_owned(), update.event.at);
                        if self.admit(&id, Some(at), visit) {
                            self.updated(at);
                            let item = StreamItem::Update(Arc::from(update));
                            self.outbox.send(item, bytes).await;
                        }
                    }
                    Decoded::Garbled(garbled) => self.garbled(garbled, visit).await,
                }
            }
            Frame::TooLong(head) => {
                let garbled =
                    update::too_long(&head, self.longest, |text| self.connect.hidden(text));
                self.garbled(garbled, visit).await;
            }
            Frame::Comment(text) => return self.comment(&text).await,
            Frame::Foreign => visit.foreign = true,
        }
        None
    }

    /// Whether an event is new.
    fn admit(&mut self, id: &str, at: Option<DateTime<Utc>>, visit: &mut Visit) -> bool {
        visit.last |= self.cursor.is_last(id);
        if self.cursor.admit(id, at) {
            visit.news = true;
            return true;
        }
        visit.told_again.remove(id);
        self.health.with(|state| state.duplicates += 1);
        self.health.signal(&StreamSignal::Skipped);
        false
    }

    fn updated(&self, at: DateTime<Utc>) {
        self.health.with(|state| state.updates += 1);
        if self.health.has_hooks() {
            let offset = self.connect.clock_offset();
            let age = offset.and_then(|offset| {
                let now = Utc::now().checked_add_signed(offset)?;
                (now - at).to_std().ok()
            });
            self.health.signal(&StreamSignal::Update { age });
        }
    }

    /// Tells of a message that cannot be understood, once.
    async fn garbled(&mut self, garbled: Garbled, visit: &mut Visit) {
        if self.admit(&garbled.id, garbled.at, visit) {
            self.health.undecodable(&garbled.place);
            let bytes = garbled.text.len();
            let item = StreamItem::Undecodable {
                text: garbled.text,
                error: garbled.error,
            };
            self.outbox.send(item, bytes).await;
        }
    }

    async fn comment(&self, text: &[u8]) -> Option<Disconnect> {
        match Comment::parse(text) {
            Comment::Heartbeat => None,
            Comment::Dropped(dropped) => {
                self.health.lagged(dropped);
                self.outbox.send(StreamItem::Lagged { dropped }, 1).await;
                let message = "the service has left out events, which are asked for again";
                Some(Disconnect::new(DisconnectKind::Lagging, message))
            }
            Comment::ServerError => {
                let message = "the service says that it failed";
                Some(Disconnect::new(DisconnectKind::ServerError, message))
            }
            Comment::Other => {
                tracing::debug!(
                    comment = self.connect.shown(text),
                    "a comment of the service"
                );
                None
            }
        }
    }
}

impl Visit {
    /// Whether everything was told again and nothing new: what a service does that has come to the end.
    fn is_quiet(&self) -> bool {
        !self.news && self.told_again.is_empty()
    }
}

fn finished() -> Disconnect {
    let message = "everything that was asked for has been told";
    Disconnect::new(DisconnectKind::Finished, message)
}
