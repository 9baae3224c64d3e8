//! Requests wait here for their share of the quota, the urgent ones first.

mod gate;
mod ledger;
mod permit;
mod reading;
#[cfg(test)]
mod simulation;

use std::collections::BTreeMap;
use std::fmt;
use std::num::NonZeroU32;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use tokio::sync::Notify;
use tokio::time::{Instant, timeout_at};

use self::gate::{Gate, Verdict};
pub(crate) use self::permit::Permit;
pub(crate) use self::reading::Reading;
use super::idempotency::Priority;
use super::rate_limit::RateLimit;

/// How many requests of a window are kept for cancels.
pub(crate) const DEFAULT_RESERVE: u32 = 5;

/// Whether the client keeps to the request quota by itself.
///
/// Alpaca allows an account 200 trading requests per minute and answers 429 to more. A client that
/// paces itself lets requests through at once as long as the quota lasts, and then makes them wait
/// until the service takes more. Waiting cancels pass first, then closings of positions, then the
/// rest in the order of their arrival. Of each minute 5 requests are kept for cancels alone, and at most
/// half of the limit: of [`PerMinute`](Self::PerMinute) with 4 two are, and with 1 none is.
///
/// # Examples
///
/// ```
/// use std::num::NonZeroU32;
/// use alpaca_trading::Pacing;
///
/// assert_eq!(Pacing::default(), Pacing::Auto);
/// // Two programs share the account: each takes half.
/// let half = NonZeroU32::new(100).map(Pacing::PerMinute);
/// assert!(half.is_some());
/// ```
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Pacing {
    /// Every request is sent at once.
    Off,
    /// By the headers of the answers; 200 per minute as long as there are none.
    #[default]
    Auto,
    /// No more than this many in any minute, and less if the headers say so. For an account that
    /// other programs use, too.
    PerMinute(NonZeroU32),
}

/// Lets requests through as the quota allows; clones share it.
///
/// There is no task behind it. The waiters are the callers' own futures: the first in line sleeps
/// until the quota changes, the others until they are first. A waiter that is dropped leaves the line
/// and wakes its successor.
#[derive(Clone)]
pub(crate) struct Pacer {
    shared: Arc<Shared>,
}

struct Shared {
    off: bool,
    state: Mutex<State>,
}

struct State {
    gate: Gate,
    /// Who waits, the first in line first. Empty unless the quota is short.
    line: BTreeMap<Place, Arc<Notify>>,
    next: u64,
}

/// A place in line: by priority, then by arrival.
type Place = (Priority, u64);

impl Pacer {
    pub(crate) fn new(pacing: Pacing) -> Self {
        Self::with_reserve(pacing, DEFAULT_RESERVE)
    }

    /// Keeps `reserve` requests of a window for cancels, but never more than half of it.
    pub(crate) fn with_reserve(pacing: Pacing, reserve: u32) -> Self {
        let cap = match pacing {
            Pacing::PerMinute(limit) => Some(limit.get()),
            Pacing::Off | Pacing::Auto => None,
        };
        Self {
            shared: Arc::new(Shared {
                off: pacing == Pacing::Off,
                state: Mutex::new(State {
                    gate: Gate::new(cap, reserve),
                    line: BTreeMap::new(),
                    next: 0,
                }),
            }),
        }
    }

    /// Waits until a request of this priority may be sent.
    ///
    /// Dropping the future before it is ready gives the place in line away and costs nothing.
    pub(crate) async fn acquire(&self, priority: Priority) -> Permit {
        if self.shared.off {
            return Permit::new(&self.shared, false);
        }
        let waiter = match self.enter(priority) {
            Ok(permit) => return permit,
            Err(waiter) => waiter,
        };
        loop {
            match waiter.turn() {
                Turn::Go(permit) => return permit,
                // Whether the time has come or the bell rang: the next turn finds out.
                Turn::Wait(Some(until)) => {
                    let _ = timeout_at(until, waiter.bell.notified()).await;
                }
                Turn::Wait(None) => waiter.bell.notified().await,
            }
        }
    }

    /// The latest that the service has said about the quota.
    pub(crate) fn state(&self) -> Option<RateLimit> {
        self.shared.lock().gate.seen()
    }

    /// How long, after a 429, nothing will be sent: for callers that would rather fail than wait.
    pub(crate) fn paused_for(&self) -> Option<Duration> {
        self.shared.lock().gate.pause_left(Instant::now())
    }

    /// Passes at once, or takes a place in line.
    fn enter(&self, priority: Priority) -> Result<Permit, Waiter> {
        let now = Instant::now();
        let mut state = self.shared.lock();
        let ahead = state
            .line
            .first_key_value()
            .is_some_and(|((first, _), _)| *first <= priority);
        if !ahead && let Verdict::Go { probe } = state.gate.ask(now, priority) {
            state.gate.depart(now, probe);
            return Ok(Permit::new(&self.shared, probe));
        }
        let place = (priority, state.next);
        state.next += 1;
        let bell = Arc::new(Notify::new());
        state.line.insert(place, Arc::clone(&bell));
        Err(Waiter {
            shared: Arc::clone(&self.shared),
            place,
            bell,
        })
    }
}

impl Shared {
    /// The state holds plain numbers, which a panic elsewhere cannot leave half-written.
    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Changes the gate and lets the first in line look again.
    fn update(&self, change: impl FnOnce(&mut Gate, Instant)) {
        let first = {
            let mut state = self.lock();
            change(&mut state.gate, Instant::now());
            state.first()
        };
        ring(first);
    }
}

impl State {
    fn first(&self) -> Option<Arc<Notify>> {
        let (_, bell) = self.line.first_key_value()?;
        Some(Arc::clone(bell))
    }
}

/// Wakes a waiter; outside the lock, for it may run at once.
fn ring(bell: Option<Arc<Notify>>) {
    if let Some(bell) = bell {
        bell.notify_one();
    }
}

/// A place in line, given up when dropped.
struct Waiter {
    shared: Arc<Shared>,
    place: Place,
    bell: Arc<Notify>,
}

enum Turn {
    Go(Permit),
    Wait(Option<Instant>),
}

impl Waiter {
    /// Whether it may go now. Only the first in line asks the gate; the others wait for the bell.
    fn turn(&self) -> Turn {
        let mut state = self.shared.lock();
        let first = state.line.first_key_value().map(|(place, _)| *place);
        if first != Some(self.place) {
            return Turn::Wait(None);
        }
        let now = Instant::now();
        match state.gate.ask(now, self.place.0) {
            Verdict::Wait(until) => Turn::Wait(until),
            Verdict::Go { probe } => {
                state.gate.depart(now, probe);
                state.line.remove(&self.place);
                let next = state.first();
                drop(state);
                ring(next);
                Turn::Go(Permit::new(&self.shared, probe))
            }
        }
    }
}

impl Drop for Waiter {
    fn drop(&mut self) {
        let next = {
            let mut state = self.shared.lock();
            // After its turn it is not in line any more.
            if state.line.remove(&self.place).is_none() {
                return;
            }
            state.first()
        };
        // Its successor may be first now and would otherwise sleep on.
        ring(next);
    }
}

impl fmt::Debug for Pacer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let state = self.shared.lock();
        f.debug_struct("Pacer")
            .field("off", &self.shared.off)
            .field("waiting", &state.line.len())
            .field("gate", &state.gate)
            .finish()
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Mutex as Log;

    use chrono::DateTime;
    use tokio::task::{JoinSet, yield_now};

    use super::*;

    /// The headers of an answer `seconds` after the start.
    fn reading(seconds: i64, remaining: u32, reset: i64) -> Reading {
        let epoch = 1_790_000_000;
        Reading {
            rate: RateLimit::of(200, remaining, epoch + reset),
            server: DateTime::from_timestamp(epoch + seconds, 0),
            local: DateTime::UNIX_EPOCH,
        }
    }

    /// A pacer that has learned, at its first second, how many requests are left until second 60.
    async fn left(remaining: u32) -> Pacer {
        let pacer = Pacer::new(Pacing::Auto);
        let first = pacer.acquire(Priority::Normal).await;
        first.answered(&reading(0, remaining, 60));
        pacer
    }

    /// Queues a request that notes its name when it passes, and answers at once.
    async fn queue(
        tasks: &mut JoinSet<()>,
        pacer: &Pacer,
        log: &Arc<Log<Vec<(&'static str, u64)>>>,
        name: &'static str,
        priority: Priority,
    ) {
        let (pacer, log) = (pacer.clone(), Arc::clone(log));
        let start = Instant::now();
        tasks.spawn(async move {
            let permit = pacer.acquire(priority).await;
            log.lock().unwrap().push((name, start.elapsed().as_secs()));
            permit.answered(&match start.elapsed().as_secs() {
                0..60 => reading(0, 4, 60),
                _ => reading(61, 150, 120),
            });
        });
        yield_now().await;
    }

    /// Waits for all; on the paused clock, a day passes only when nobody would ever be woken.
    async fn finish(tasks: JoinSet<()>) {
        let day = Duration::from_secs(86_400);
        let done = tokio::time::timeout(day, tasks.join_all()).await;
        done.expect("somebody waits for ever");
    }

    #[tokio::test(start_paused = true)]
    async fn the_urgent_overtake_and_the_rest_keep_their_order() {
        let pacer = left(0).await;
        let log = Arc::default();
        let mut tasks = JoinSet::new();
        for (name, priority) in [
            ("read 1", Priority::Normal),
            ("read 2", Priority::Normal),
            ("close 1", Priority::Close),
            ("read 3", Priority::Normal),
            ("cancel 1", Priority::Cancel),
            ("close 2", Priority::Close),
            ("cancel 2", Priority::Cancel),
        ] {
            queue(&mut tasks, &pacer, &log, name, priority).await;
        }
        finish(tasks).await;
        let names: Vec<_> = log.lock().unwrap().iter().map(|(name, _)| *name).collect();
        let expected = [
            "cancel 1", "cancel 2", "close 1", "close 2", "read 1", "read 2", "read 3",
        ];
        assert_eq!(names, expected);
    }

    #[tokio::test(start_paused = true)]
    async fn a_cancel_passes_fifty_waiting_reads_at_once() {
        let pacer = left(5).await;
        let log = Arc::default();
        let mut tasks = JoinSet::new();
        for _ in 0..50 {
            queue(&mut tasks, &pacer, &log, "read", Priority::Normal).await;
        }
        assert!(log.lock().unwrap().is_empty());
        queue(&mut tasks, &pacer, &log, "cancel", Priority::Cancel).await;
        assert_eq!(*log.lock().unwrap(), [("cancel", 0)]);
        finish(tasks).await;
        assert_eq!(log.lock().unwrap().len(), 51);
    }

    #[tokio::test(start_paused = true)]
    async fn without_a_reserve_a_cancel_still_goes_first() {
        let pacer = left(0).await;
        let log = Arc::default();
        let mut tasks = JoinSet::new();
        for _ in 0..50 {
            queue(&mut tasks, &pacer, &log, "read", Priority::Normal).await;
        }
        queue(&mut tasks, &pacer, &log, "cancel", Priority::Cancel).await;
        finish(tasks).await;
        let log = log.lock().unwrap();
        assert_eq!(log.first(), Some(&("cancel", 60)));
        assert_eq!(log.len(), 51);
    }

    #[tokio::test(start_paused = true)]
    async fn a_waiter_that_leaves_wakes_its_successor() {
        let pacer = left(0).await;
        let log = Arc::default();
        let mut impatient = JoinSet::new();
        for _ in 0..3 {
            queue(&mut impatient, &pacer, &log, "first", Priority::Cancel).await;
        }
        let mut tasks = JoinSet::new();
        queue(&mut tasks, &pacer, &log, "second", Priority::Normal).await;
        impatient.shutdown().await;
        assert_eq!(pacer.shared.lock().line.len(), 1);
        finish(tasks).await;
        assert_eq!(*log.lock().unwrap(), [("second", 60)]);
        assert!(pacer.shared.lock().line.is_empty());
    }

    #[tokio::test(start_paused = true)]
    async fn waiters_that_give_up_lose_no_request() {
        let pacer = left(0).await;
        for _ in 0..1_000 {
            let waiting = pacer.acquire(Priority::Normal);
            let given_up = tokio::time::timeout(Duration::from_millis(10), waiting).await;
            assert!(given_up.is_err());
        }
        assert!(pacer.shared.lock().line.is_empty());
        let permit = pacer.acquire(Priority::Normal).await;
        permit.answered(&reading(61, 199, 120));
        let permits: Vec<_> = (0..194)
            .map(|_| pacer.enter(Priority::Normal).ok().unwrap())
            .collect();
        assert!(pacer.enter(Priority::Normal).is_err());
        drop(permits);
    }

    #[tokio::test(start_paused = true)]
    async fn a_request_that_was_not_sent_is_given_back() {
        let pacer = left(6).await;
        for _ in 0..100 {
            pacer.acquire(Priority::Normal).await.not_sent();
        }
        let start = Instant::now();
        drop(pacer.acquire(Priority::Normal).await);
        assert_eq!(start.elapsed(), Duration::ZERO);
        pacer.acquire(Priority::Normal).await.not_sent();
        assert!(start.elapsed() >= Duration::from_secs(59), "one was lost");
    }

    #[tokio::test(start_paused = true)]
    async fn a_429_is_seen_by_everyone() {
        let pacer = Pacer::new(Pacing::Auto);
        let start = Instant::now();
        let (one, other) = (
            pacer.acquire(Priority::Normal).await,
            pacer.acquire(Priority::Normal).await,
        );
        let wait = Duration::from_secs(12);
        one.refused(&reading(0, 100, 60), Some(wait));
        other.answered(&reading(0, 99, 60));
        assert_eq!(pacer.paused_for(), Some(wait));
        pacer.acquire(Priority::Cancel).await.not_sent();
        assert!(start.elapsed() >= wait && start.elapsed() < wait + Duration::from_millis(5));
        assert_eq!(pacer.paused_for(), None);
    }

    #[tokio::test(start_paused = true)]
    async fn off_never_waits_but_remembers_what_was_said() {
        let pacer = Pacer::new(Pacing::Off);
        let start = Instant::now();
        assert_eq!(pacer.state(), None);
        for _ in 0..1_000 {
            let permit = pacer.acquire(Priority::Normal).await;
            permit.refused(&reading(0, 0, 60), Some(Duration::from_secs(60)));
        }
        assert_eq!(start.elapsed(), Duration::ZERO);
        assert_eq!(pacer.state(), Some(reading(0, 0, 60).rate));
        assert_eq!(pacer.paused_for(), None);
    }
}
