//! The one task of a stream: it connects, listens, reads what was missed, and connects again.

#[cfg(test)]
mod pace;
mod readings;

use std::panic::AssertUnwindSafe;
use std::pin::{Pin, pin};
use std::sync::Arc;
use std::time::Duration;

use futures_util::FutureExt as _;
use tokio::time::{Instant, Sleep, sleep_until};
use uuid::Uuid;

use super::TradeUpdate;
use super::connection::{Connection, Dial, Heard};
use super::hub::Hub;
use super::ledger::Tally;
use super::options::Options;
use super::source::{self, Found, Look, Source};
use crate::Client;
use crate::error::{Error, ErrorKind, Result};
use crate::stream::{Backoff, Disconnect, DisconnectKind, StreamItem, clipped_without};
use readings::{Current, Readings, read};

/// How long a message may wait for one that was missed before it, until what was missed is read.
const GAP: Duration = Duration::from_millis(250);

/// How long a message may wait for what was missed, whatever is done about it.
const LONGEST_HOLD: Duration = Duration::from_secs(10);

/// How long there must be between two readings that nothing but doubt asks for.
const DOUBT: Duration = Duration::from_secs(5);

/// How long closing a connection may take.
const FAREWELL: Duration = Duration::from_millis(50);

/// How many messages are taken at once.
const BATCH: usize = 64;

pub(super) struct Actor {
    hub: Arc<Hub>,
    client: Client,
    dial: Box<dyn Dial>,
    source: Option<Arc<dyn Source>>,
    options: Options,
    backoff: Backoff,
    connection: Option<Connection>,
    /// Whether there was a connection.
    was_connected: bool,
    /// What came before it was known what there was at the start.
    early: Option<Vec<TradeUpdate>>,
    /// When something was last received.
    heard: Instant,
    readings: Readings,
}

/// Ends a stream whose task goes without a word: it has panicked, or its runtime is no more.
struct Last(Arc<Hub>);

impl Drop for Last {
    fn drop(&mut self) {
        if self.0.reason().is_none() {
            let message = "the task of the stream is gone";
            let reason = Disconnect::new(DisconnectKind::Lost, message);
            self.0.health.gone(&reason);
            self.0.end(reason);
        }
    }
}

impl Actor {
    pub(super) fn new(
        hub: Arc<Hub>,
        client: Client,
        dial: Box<dyn Dial>,
        source: Option<Arc<dyn Source>>,
        options: Options,
        random: fastrand::Rng,
    ) -> Self {
        Self {
            early: source.as_ref().map(|_| Vec::new()),
            backoff: Backoff::new(options.reconnect, random),
            hub,
            client,
            dial,
            source,
            options,
            connection: None,
            was_connected: false,
            heard: Instant::now(),
            readings: Readings::new(),
        }
    }

    pub(super) async fn run(mut self) {
        let hub = Arc::clone(&self.hub);
        let _last = Last(Arc::clone(&hub));
        let reason = tokio::select! {
            biased;
            () = hub.closing() => {
                Disconnect::new(DisconnectKind::Consumer, "closed by the consumer")
            }
            reason = self.go() => reason,
        };
        if let Some(connection) = self.connection.take() {
            connection.close(FAREWELL).await;
        }
        hub.health.disconnected(&reason, None);
        hub.end(reason);
    }

    /// Connects again and again, until there is no point in it.
    async fn go(&mut self) -> Disconnect {
        loop {
            self.hub.health.connecting();
            let begun = Instant::now();
            let (reason, connected, clean) = match self.connect().await {
                Ok(connection) => {
                    self.connection = Some(connection);
                    let first = !std::mem::replace(&mut self.was_connected, true);
                    self.hub.health.connected(first, begun.elapsed());
                    self.hub.tell(StreamItem::Connected);
                    let connected = Instant::now();
                    let (reason, clean) = self.drive().await;
                    self.connection = None;
                    (reason, Some(connected), clean)
                }
                Err(reason) => (reason, None, false),
            };
            let reason = Disconnect::new(reason.kind(), self.hidden(reason.message().as_bytes()));
            if reason.is_final() {
                return reason;
            }
            let wait = match reason.kind() {
                DisconnectKind::ConnectionLimit => self.backoff.wait_long(),
                _ => self.backoff.wait(connected, clean),
            };
            self.hub.health.disconnected(&reason, Some(wait));
            self.hub.tell(StreamItem::Disconnected {
                reason,
                retry_in: Some(wait),
            });
            if connected.is_some() {
                self.hub.stale();
            }
            tokio::time::sleep(wait).await;
        }
    }

    async fn connect(&mut self) -> Result<Connection, Disconnect> {
        let no_keys = |error: &dyn std::error::Error| {
            Disconnect::new(DisconnectKind::Failed, error.to_string())
        };
        let credentials = &self.client.pipeline().credentials;
        let mut issued = credentials
            .current()
            .await
            .map_err(|error| no_keys(&error))?;
        let mut refreshed = false;
        loop {
            let reason = match self.dial.dial().await {
                Ok(wire) => match Connection::open(wire, &issued.keys).await {
                    Ok(connection) => return Ok(connection),
                    Err(reason) => reason,
                },
                Err(reason) => reason,
            };
            if reason.kind() != DisconnectKind::Unauthorized || refreshed {
                return Err(reason);
            }
            // Whoever hands out the keys may have others by now.
            let other = credentials.after_unauthorized(issued.generation).await;
            match other.map_err(|error| no_keys(&error))? {
                Some(other) => issued = other,
                None => return Err(reason),
            }
            refreshed = true;
        }
    }

    /// Takes what comes on a connection, until it ends. Also whether it was closed in the proper way.
    async fn drive(&mut self) -> (Disconnect, bool) {
        self.heard = Instant::now();
        self.readings = Readings::new();
        match self.source {
            Some(_) => self.read(),
            None => self.hub.ready(),
        }
        let early = self.connection.as_mut().map(Connection::early);
        for heard in early.unwrap_or_default() {
            if let Some(over) = self.take(heard) {
                return over;
            }
        }
        self.hub.wake();
        let mut ping_at = Instant::now() + self.options.ping_every;
        let mut sleep = pin!(sleep_until(Instant::now()));
        self.arm(&mut sleep, ping_at);
        loop {
            let Some(connection) = &mut self.connection else {
                return (
                    Disconnect::new(DisconnectKind::Lost, "no connection"),
                    false,
                );
            };
            let event = tokio::select! {
                heard = connection.hear() => Event::Heard(heard),
                found = read(&mut self.readings.current) => Event::Read(found),
                () = &mut sleep => Event::Time,
            };
            match event {
                Event::Heard(heard) => {
                    match self.take_batch(heard) {
                        Batch::Over(reason, clean) => return (reason, clean),
                        // Where the socket always has more, this task would keep those that consume from
                        // running.
                        Batch::Full => tokio::task::yield_now().await,
                        Batch::Done => {}
                    }
                }
                Event::Read(found) => self.found(found),
                Event::Time => {
                    let now = Instant::now();
                    if self.heard + self.options.silence <= now {
                        let silence = self.options.silence;
                        let message = format!("nothing was heard for {silence:?}");
                        return (Disconnect::new(DisconnectKind::Silent, message), false);
                    }
                    if ping_at <= now {
                        ping_at = now + self.options.ping_every;
                        if let Some(connection) = &mut self.connection
                            && let Err(reason) = connection.ping().await
                        {
                            return (reason, false);
                        }
                    }
                    self.on_time(now);
                }
            }
            let next = self.next_time(ping_at);
            if next < sleep.deadline() || sleep.is_elapsed() {
                self.arm(&mut sleep, ping_at);
            }
        }
    }

    fn arm(&self, sleep: &mut Pin<&mut Sleep>, ping_at: Instant) {
        sleep.as_mut().reset(self.next_time(ping_at));
    }

    /// When something is to be done next, if nothing comes.
    fn next_time(&self, ping_at: Instant) -> Instant {
        let silent = self.heard + self.options.silence;
        let mut next = ping_at.min(silent);
        if let Some(due) = self
            .readings
            .due
            .filter(|_| self.readings.current.is_none())
        {
            next = next.min(due);
        }
        if let Some(since) = self.hub.look(|ledger| ledger.waiting_since()) {
            next = next.min(since + LONGEST_HOLD);
        }
        next
    }

    fn on_time(&mut self, now: Instant) {
        let waiting = self.hub.look(|ledger| ledger.waiting_since());
        if waiting.is_some_and(|since| since + LONGEST_HOLD <= now) {
            self.released(LONGEST_HOLD);
        }
        let due = self.readings.due.is_some_and(|due| due <= now);
        if due && self.readings.current.is_none() {
            self.read();
        }
    }

    /// Takes a message, and what has come behind it already.
    fn take_batch(&mut self, first: Heard) -> Batch {
        let batch = self.take_all(first);
        // Once for all of them: to wake a consumer costs more than to read a message.
        self.hub.wake();
        if !matches!(batch, Batch::Over(..)) {
            self.lives();
        }
        batch
    }

    fn take_all(&mut self, first: Heard) -> Batch {
        let (mut heard, mut taken) = (first, 0);
        loop {
            if let Some((reason, clean)) = self.take(heard) {
                return Batch::Over(reason, clean);
            }
            taken += 1;
            match taken {
                // The first is not late because of those behind it.
                1 => self.hub.wake(),
                BATCH => return Batch::Full,
                _ => {}
            }
            let next = self
                .connection
                .as_mut()
                .and_then(|connection| connection.hear().now_or_never());
            match next {
                Some(next) => heard = next,
                None => return Batch::Done,
            }
        }
    }

    /// Something was received.
    fn lives(&mut self) {
        self.heard = Instant::now();
        self.hub.health.heard();
    }

    fn take(&mut self, heard: Heard) -> Option<(Disconnect, bool)> {
        match heard {
            Heard::Update(update) => {
                match &mut self.early {
                    Some(early) if early.len() < self.options.buffer => early.push(*update),
                    _ => {
                        // What has waited goes first, or it would look older than what it led to.
                        self.take_early();
                        self.live(*update);
                    }
                }
                None
            }
            Heard::Undecodable(bytes, error) => {
                self.undecodable(&bytes, &error);
                self.doubt();
                None
            }
            Heard::Life => None,
            Heard::Over {
                reason,
                clean,
                undecodable,
            } => {
                if let Some(error) = undecodable {
                    self.undecodable(&[], &error);
                }
                Some((reason, clean))
            }
        }
    }

    fn live(&mut self, update: TradeUpdate) {
        let tally = self.hub.live(update);
        self.tallied(tally);
    }

    fn tallied(&mut self, tally: Tally) {
        if !tally.held {
            return;
        }
        if self.source.is_some() {
            self.readings.want(Instant::now() + GAP);
        }
        if self.source.is_some() || self.hub.look(|ledger| ledger.is_incomplete()) {
            self.hub.stale();
        }
    }

    /// Tells what has waited, as far as it need not wait any more, or has waited this long.
    fn released(&mut self, patience: Duration) {
        let tally = self.hub.release(patience);
        if tally.told > 0 && self.hub.look(|ledger| !ledger.is_complete()) {
            // It was told over what is missing.
            self.hub.stale();
        }
        if self.source.is_some() && self.hub.look(|ledger| ledger.is_incomplete()) {
            self.readings.want(Instant::now() + self.readings.wait);
        }
    }

    fn undecodable(&mut self, bytes: &[u8], error: &str) {
        let text = self.hidden(bytes);
        // It may repeat what it does not like.
        let error = self.hidden(error.as_bytes());
        self.hub.health.undecodable(&error);
        self.hub.tell(StreamItem::Undecodable { text, error });
    }

    /// The text of bytes, clipped, and without the keys, should the service repeat them.
    fn hidden(&self, bytes: &[u8]) -> String {
        let keys = self.client.pipeline().credentials.held();
        let secret = keys.as_ref().map_or("", |keys| keys.secret());
        clipped_without(bytes, secret)
    }

    /// What could not be understood may have been an update.
    fn doubt(&mut self) {
        if self.source.is_none() {
            return;
        }
        self.hub.stale();
        self.readings.doubted = true;
        let now = Instant::now();
        let soon = self
            .readings
            .last
            .map_or(now, |last| (last + DOUBT).max(now));
        self.readings.want(soon);
    }

    /// Begins to read what was missed.
    fn read(&mut self) {
        let Some(source) = self.source.clone() else {
            return;
        };
        let now = Instant::now();
        self.readings.due = None;
        self.readings.last = Some(now);
        self.readings.doubted = false;
        let hub = Arc::clone(&self.hub);
        let begun = hub.look(|ledger| ledger.has_begun());
        let from = (hub.time)();
        let reading = async move {
            match begun {
                true => source::missed(&*source, &*hub).await,
                false => source::beginning(&*source).await,
            }
        };
        // The client's hooks and its provider of keys run in it: what goes wrong in them is a reading that failed.
        let reading = AssertUnwindSafe(reading).catch_unwind();
        self.readings.current = Some(Current {
            begun: now,
            from,
            future: Box::pin(reading.map(|read| {
                read.unwrap_or_else(|_| {
                    let message = "a hook or a provider of the client's has panicked";
                    Err(Error::new(ErrorKind::Hook, message))
                })
            })),
        });
    }

    fn found(&mut self, found: Result<Found>) {
        let Some(current) = self.readings.current.take() else {
            return;
        };
        let found = match found {
            Ok(found) => found,
            Err(error) => return self.not_found(error),
        };
        for (text, error) in found.undecodable {
            self.undecodable(text.as_bytes(), &error);
        }
        let has_begun = self.hub.look(|ledger| ledger.has_begun());
        if has_begun {
            let took = current.begun.elapsed();
            let doubted = self.readings.doubted;
            self.hub
                .reconcile(found.reading, took, doubted, LONGEST_HOLD);
        } else {
            let (from, doubted) = (current.from, self.readings.doubted);
            let tell_open = self.options.open_orders;
            self.hub.begin(found.reading, from, tell_open, doubted);
            if self.early.is_none() {
                // Orders were told before it was known what there was: they are not taken from the beginning,
                // and what was missed of them is still to be found.
                self.readings.want(Instant::now());
            }
        }
        self.take_early();
        self.hub.release(LONGEST_HOLD);
        self.hub.ready();
        let wait = self.pause();
        for (id, error) in found.failed {
            self.not_had(id, error, wait);
        }
    }

    /// When the account is to be read again, after it was read.
    fn pause(&mut self) -> Duration {
        let (complete, hopeful) = self
            .hub
            .look(|ledger| (ledger.is_complete(), ledger.is_hopeful()));
        self.readings
            .pause(complete, hopeful, self.options.audit_every)
    }

    /// An order could not be had, and the others were.
    fn not_had(&mut self, id: Uuid, error: Error, wait: Duration) {
        tracing::warn!(order = %id, "an order could not be read, and is looked for again");
        if error.is_decode() {
            self.undecodable(error.body(), &format!("order {id}: {error}"));
        }
        self.hub.health.reconcile_failed(&error, wait);
        self.hub.trouble(error);
    }

    /// A reading has failed.
    fn not_found(&mut self, error: Error) {
        let wait = self.readings.later();
        self.hub.health.reconcile_failed(&error, wait);
        self.hub.trouble(error);
        // What has come meanwhile is told without knowing what was before.
        self.take_early();
    }

    /// Takes what came before it was known what there was at the start.
    fn take_early(&mut self) {
        for update in self.early.take().unwrap_or_default() {
            self.live(update);
        }
        self.hub.wake();
    }
}

/// What came of messages that were taken at once.
enum Batch {
    /// There are no more yet.
    Done,
    /// There may be more.
    Full,
    /// The connection is over; also whether it was closed in the proper way.
    Over(Disconnect, bool),
}

enum Event {
    Heard(Heard),
    Read(Result<Found>),
    Time,
}
