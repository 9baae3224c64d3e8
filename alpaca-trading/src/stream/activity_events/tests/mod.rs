//! The healing stream against scripts and against a service in memory, by a clock that nobody waits for.

mod healing;
mod ranges;
mod service;

use std::collections::VecDeque;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use alpaca_trading_gen::BoxFuture;
use bytes::Bytes;
use chrono::{DateTime, TimeDelta, Utc};
use futures_util::StreamExt as _;
use tokio::time::Instant;

use super::cursor::Cursor;
use super::healing::{Connect, First, Healing, LONGEST, Opened};
use super::outbox::outbox;
use super::{ActivityStream, ActivityUpdate};
use crate::error::{Error, ErrorKind, Result};
use crate::resources::activity_events::EventQuery;
use crate::stream::{Backoff, Disconnect, DisconnectKind, Health, Reconnect, StreamItem};

type Item = StreamItem<ActivityUpdate>;

/// The id of the event with this number.
fn id(number: usize) -> String {
    format!("01JN{number:022}")
}

/// When the event with this number happened.
fn at(number: usize) -> DateTime<Utc> {
    DateTime::from_timestamp(1_790_000_000, 0).unwrap()
        + TimeDelta::milliseconds(i64::try_from(number).unwrap() * 10)
}

/// The event with this number as it is sent.
fn frame(number: usize) -> String {
    let time = at(number).to_rfc3339();
    let json = super::update::tests::json(&id(number), "FEE", &time, "{\"n\":1}");
    format!("data: {}\n\n", json.replace("\"FEE\"", "\"NEWS\""))
}

/// The number of an update.
fn number(update: &ActivityUpdate) -> usize {
    update.event_id()[4..].parse().unwrap()
}

/// A step of a connection.
#[derive(Clone, Debug)]
enum Step {
    /// These bytes come.
    Tell(String),
    /// Time passes.
    Wait(Duration),
    /// The connection breaks.
    Break,
    /// Nothing comes any more.
    Hang,
}

fn tell(text: impl Into<String>) -> Step {
    Step::Tell(text.into())
}

/// What becomes of an attempt.
#[derive(Clone)]
enum Attempt {
    Fail(Error),
    /// The attempt takes so long.
    Slow(Duration),
    Stand(Vec<Step>),
}

fn refused(status: u16) -> Attempt {
    let error = Error::new(ErrorKind::Answer, format!("status {status}"));
    Attempt::Fail(error.with(|repr| repr.status = Some(status)))
}

/// A service that does what it is told, attempt by attempt; the last attempt is repeated for ever.
#[derive(Clone)]
struct Script {
    attempts: Arc<Mutex<VecDeque<Attempt>>>,
    seen: Arc<Mutex<Vec<(EventQuery, Instant)>>>,
    /// How many connections are open.
    open: Arc<()>,
}

impl Script {
    fn new(attempts: impl IntoIterator<Item = Attempt>) -> Self {
        Self {
            attempts: Arc::new(Mutex::new(attempts.into_iter().collect())),
            seen: Arc::default(),
            open: Arc::new(()),
        }
    }

    fn of(steps: impl IntoIterator<Item = Vec<Step>>) -> Self {
        Self::new(steps.into_iter().map(Attempt::Stand))
    }

    fn queries(&self) -> Vec<EventQuery> {
        let seen = self.seen.lock().unwrap();
        seen.iter().map(|(query, _)| query.clone()).collect()
    }

    /// When the attempts were made, from the first on.
    fn times(&self) -> Vec<Duration> {
        let seen = self.seen.lock().unwrap();
        let first = seen.first().map(|(_, at)| *at);
        let since = |at: Instant| at.duration_since(first.unwrap_or(at));
        seen.iter().map(|(_, at)| since(*at)).collect()
    }

    fn open_connections(&self, expected: usize) -> bool {
        // This, and what the task keeps of it.
        Arc::strong_count(&self.open) == expected
    }
}

fn pieces(steps: Vec<Step>, open: Arc<()>) -> super::healing::Pieces {
    let steps = VecDeque::from(steps);
    Box::pin(futures_util::stream::unfold(
        (steps, open),
        |(mut steps, open)| async move {
            loop {
                return match steps.pop_front()? {
                    Step::Tell(text) => Some((Ok(Bytes::from(text)), (steps, open))),
                    Step::Wait(time) => {
                        tokio::time::sleep(time).await;
                        continue;
                    }
                    Step::Break => {
                        let error = Error::new(ErrorKind::Connection, "reset");
                        Some((Err(error), (VecDeque::new(), open)))
                    }
                    Step::Hang => std::future::pending().await,
                };
            }
        },
    ))
}

impl Connect for Script {
    fn open(&self, query: EventQuery) -> BoxFuture<'_, Result<Opened>> {
        self.seen.lock().unwrap().push((query, Instant::now()));
        let attempt = {
            let mut attempts = self.attempts.lock().unwrap();
            match attempts.len() {
                0 => Attempt::Stand(vec![Step::Hang]),
                1 => attempts[0].clone(),
                _ => attempts.pop_front().unwrap(),
            }
        };
        Box::pin(async move {
            match attempt {
                Attempt::Fail(error) => Err(error),
                Attempt::Slow(time) => {
                    tokio::time::sleep(time).await;
                    Err(Error::new(ErrorKind::Timeout, "slow"))
                }
                Attempt::Stand(steps) => Ok(Opened {
                    pieces: pieces(steps, Arc::clone(&self.open)),
                    before: at(0),
                }),
            }
        })
    }

    fn clock_offset(&self) -> Option<TimeDelta> {
        None
    }

    fn shown(&self, _: &[u8]) -> String {
        String::new()
    }

    fn hidden(&self, message: &[u8]) -> String {
        crate::stream::clipped_without(message, "")
    }
}

/// Begins a stream of a service.
fn begin(connect: impl Connect, query: EventQuery) -> ActivityStream {
    begin_with(connect, query, LONGEST, Vec::new())
}

fn begin_with(
    connect: impl Connect,
    query: EventQuery,
    longest: usize,
    hooks: Vec<Arc<dyn crate::stream::StreamHook>>,
) -> ActivityStream {
    let health = Health::new("test", hooks);
    let (outbox, items) = outbox();
    let healing = Healing {
        connect,
        cursor: Cursor::new(query),
        outbox,
        health: health.clone(),
        backoff: Backoff::new(Reconnect::default(), fastrand::Rng::with_seed(7)),
        silence: Duration::from_secs(90),
        longest,
        first: First::default(),
    };
    ActivityStream::new(items, tokio::spawn(healing.run()), health)
}

/// The next items, until this many updates were among them.
async fn updates(stream: &mut ActivityStream, count: usize) -> (Vec<usize>, Vec<Item>) {
    let (mut told, mut others) = (Vec::new(), Vec::new());
    let started = Instant::now();
    while told.len() < count {
        // By a clock that nobody waits for: what has not come in a day is lost.
        assert!(
            started.elapsed().as_secs() < 86_400,
            "{} of {count}",
            told.len()
        );
        match stream.next().await.expect("the stream goes on") {
            StreamItem::Update(update) => told.push(number(&update)),
            other => others.push(other),
        }
    }
    (told, others)
}

/// All items until the end: the updates, and why it ended.
async fn to_the_end(mut stream: ActivityStream) -> (Vec<usize>, Disconnect) {
    let (mut told, mut last) = (Vec::new(), None);
    while let Some(item) = stream.next().await {
        match item {
            StreamItem::Update(update) => told.push(number(&update)),
            StreamItem::Disconnected {
                reason,
                retry_in: None,
            } => last = Some(reason),
            _ => {}
        }
    }
    (told, last.expect("a reason"))
}

/// The kinds of the ends of connections among items.
fn ends(items: &[Item]) -> Vec<DisconnectKind> {
    let kind = |item: &Item| match item {
        StreamItem::Disconnected { reason, .. } => Some(reason.kind()),
        _ => None,
    };
    items.iter().filter_map(kind).collect()
}
