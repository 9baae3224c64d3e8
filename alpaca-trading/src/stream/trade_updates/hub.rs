//! Where the one task that reads the socket meets the many that consume.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::task::{Context, Poll};
use std::time::Duration;

use chrono::{DateTime, Utc};
use tokio::sync::Notify;

use super::TradeUpdate;
use super::ledger::{Ledger, Reading, Tally};
use super::ring::{Read, Ring, Weigh};
use super::source::Look;
use crate::stream::{Disconnect, Health, StreamItem, StreamSignal};

pub(super) type Item = StreamItem<TradeUpdate>;

impl Weigh for Item {
    fn bytes(&self) -> usize {
        let updates = self.updates().iter();
        updates.map(|update| update.size.bytes()).sum()
    }
}

/// The time by the service's clock, as well as it is known.
pub(super) type ServiceTime = Arc<dyn Fn() -> DateTime<Utc> + Send + Sync>;

/// What the task and the consumers of one connection share.
pub(in crate::stream) struct Hub {
    inner: Mutex<Inner>,
    pub(super) health: Health,
    pub(super) time: ServiceTime,
    /// Somebody wants the stream to end.
    closing: Notify,
    /// The stream has ended.
    ended: Notify,
}

struct Inner {
    ledger: Ledger,
    ring: Ring<Item>,
    /// Whether something was told for which nobody was woken yet.
    unheard: bool,
    /// Since when, by the service's clock, something may not have been told.
    stale: Option<DateTime<Utc>>,
    /// When the stream began, by the service's clock as well as it is known: what was before is not told.
    began: DateTime<Utc>,
    /// Why the stream is to end, once somebody wants it.
    closing: bool,
    /// Whether the first connection stands and what there was before is known.
    ready: bool,
    /// Why the stream has ended.
    end: Option<Disconnect>,
    /// Why what was missed could not be read the last time.
    trouble: Option<crate::Error>,
}

impl Inner {
    /// Up to which time of the service's everything was told for sure. The service's own words of it count, and
    /// no clock of this machine: that something comes, if only the answer to a ping, does not mean that nothing
    /// was lost.
    fn sound(&self) -> DateTime<Utc> {
        self.ledger.sound_until().unwrap_or(self.began)
    }
}

impl Hub {
    pub(super) fn new(capacity: usize, health: Health, time: ServiceTime) -> Self {
        Self {
            inner: Mutex::new(Inner {
                ledger: Ledger::default(),
                ring: Ring::new(capacity),
                unheard: false,
                stale: None,
                began: time(),
                closing: false,
                ready: false,
                end: None,
                trouble: None,
            }),
            health,
            time,
            closing: Notify::new(),
            ended: Notify::new(),
        }
    }

    fn lock(&self) -> MutexGuard<'_, Inner> {
        // Nothing of the consumers' runs while it is locked, so that nothing is ever half changed.
        self.inner.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Changes something and wakes whoever it concerns, after the lock is given back.
    fn change<T>(&self, change: impl FnOnce(&mut Inner) -> T) -> T {
        let mut inner = self.lock();
        let before = inner.ring.next();
        let result = change(&mut inner);
        inner.unheard |= inner.ring.next() != before || inner.ring.is_over();
        wake(inner);
        result
    }

    /// Wakes whoever waits, if something was told since anybody was woken.
    pub(super) fn wake(&self) {
        wake(self.lock());
    }

    /// Tells something about the stream itself.
    pub(super) fn tell(&self, item: Item) {
        self.change(|inner| inner.ring.push(item));
    }

    /// Takes a message of the stream. Consumers are not [woken](Self::wake): where many messages come at
    /// once, that costs more than the rest.
    pub(super) fn live(&self, update: TradeUpdate) -> Tally {
        let now = (self.time)();
        let age = self.age(&update, now);
        let tally = {
            let mut inner = self.lock();
            let Inner { ledger, ring, .. } = &mut *inner;
            ledger.clock(now);
            let tally = ledger.live(update, &mut |update| ring.push(StreamItem::Update(update)));
            inner.unheard |= tally.told > 0;
            tally
        };
        self.count(tally);
        if tally.told > 0 && self.health.has_hooks() {
            self.health.signal(&StreamSignal::Update { age });
        }
        tally
    }

    /// How long an update was on its way; asked for only by hooks.
    fn age(&self, update: &TradeUpdate, now: DateTime<Utc>) -> Option<Duration> {
        if !self.health.has_hooks() {
            return None;
        }
        let at = update.at.or(update.timestamp)?;
        (now - at).to_std().ok()
    }

    fn count(&self, tally: Tally) {
        let skipped = tally.duplicates + tally.superseded > 0;
        self.health.with(|state| {
            state.updates += tally.told;
            state.duplicates += tally.duplicates;
            state.superseded += tally.superseded;
        });
        if skipped {
            self.health.signal(&StreamSignal::Skipped);
        }
    }

    /// Tells what has waited for a fill that was missed, as far as it need not wait any more, or has waited
    /// this long.
    pub(super) fn release(&self, patience: Duration) -> Tally {
        let tally = self.change(|inner| {
            let Inner { ledger, ring, .. } = inner;
            ledger.release_all(patience, &mut |update| {
                ring.push(StreamItem::Update(update))
            })
        });
        self.count(tally);
        tally
    }

    /// Takes in what there is at the start. What is open is told if that is wanted.
    ///
    /// When something gave reason to doubt while it was read, the stream stays stale.
    pub(super) fn begin(
        &self,
        reading: Reading,
        from: DateTime<Utc>,
        tell_open: bool,
        doubted: bool,
    ) {
        let to = (self.time)();
        let (told, stays) = self.change(|inner| {
            inner.began = from;
            let number = inner.ring.next();
            // Later orders need not be in it, whatever the others say.
            inner.ledger.clock(from);
            let updates = inner.ledger.begin(reading, tell_open, number);
            let told = updates.len();
            let complete = inner.ledger.is_complete();
            inner.ring.push(StreamItem::Reconciled {
                updates,
                from,
                to,
                complete,
            });
            let stays = doubted || !complete;
            let since = inner.sound();
            inner.stale = stays.then_some(since);
            if doubted {
                inner.ring.push(StreamItem::Stale { since });
            }
            (told, stays)
        });
        self.reconciled(told, stays);
    }

    /// Holds a reading against what was told, and tells what was missed, and behind it what has waited for it,
    /// or has waited this long. With nothing missed it is told only if the stream was stale.
    ///
    /// When something gave reason to doubt while it was read, or something is missing still, the stream stays
    /// stale.
    pub(super) fn reconcile(
        &self,
        reading: Reading,
        took: Duration,
        doubted: bool,
        patience: Duration,
    ) {
        let to = (self.time)();
        let (told, tally, stays) = self.change(|inner| {
            let was_stale = inner.stale;
            let since = was_stale.unwrap_or_else(|| inner.sound());
            let Inner { ledger, ring, .. } = &mut *inner;
            let number = ring.next();
            ledger.clock(to);
            let updates = ledger.reconcile(reading, number);
            let told = updates.len();
            let mut released = Vec::new();
            let tally = ledger.release_all(patience, &mut |update| {
                released.push(update);
                number + released.len() as u64
            });
            let complete = ledger.is_complete();
            if told > 0 || was_stale.is_some() || !released.is_empty() || !complete {
                ring.push(StreamItem::Reconciled {
                    from: earliest(since, &updates),
                    updates,
                    to,
                    complete,
                });
            }
            for update in released {
                ring.push(StreamItem::Update(update));
            }
            // What is missing still may be as old as what was looked for; after a doubt, only what came since.
            let since = if complete { inner.sound() } else { since };
            let stays = doubted || !complete;
            inner.stale = stays.then_some(since);
            if doubted {
                inner.ring.push(StreamItem::Stale { since });
            }
            (told, tally, stays)
        });
        self.count(tally);
        self.reconciled(told, stays);
        self.health.signal(&StreamSignal::Reconciled {
            updates: told,
            took,
        });
        if told > 0 {
            tracing::info!(
                updates = told,
                ?took,
                "updates were missed, and are told now"
            );
        }
    }

    fn reconciled(&self, told: usize, stale: bool) {
        self.health.with(|state| {
            state.stale = stale;
            state.updates += told as u64;
            state.backfilled += told as u64;
        });
    }

    /// Something may have happened that was not told.
    pub(super) fn stale(&self) {
        self.change(|inner| {
            if inner.stale.is_none() {
                let since = inner.sound();
                inner.stale = Some(since);
                inner.ring.push(StreamItem::Stale { since });
            }
        });
        self.health.with(|state| state.stale = true);
    }

    /// The next item for a consumer. What stands in the place of missed ones is put to `instead`.
    pub(super) fn poll(
        &self,
        id: u64,
        since: DateTime<Utc>,
        context: &mut Context<'_>,
        instead: &mut Vec<Item>,
    ) -> Poll<Option<Item>> {
        let mut inner = self.lock();
        match inner.ring.read(id, context.waker()) {
            Read::Item(item) => Poll::Ready(Some(item)),
            Read::Over => Poll::Ready(None),
            Read::Nothing => Poll::Pending,
            Read::Missed { next, .. } => {
                let Inner { ledger, ring, .. } = &mut *inner;
                let (updates, remembered) = ledger.told_after(next.saturating_sub(1));
                let complete = remembered && ledger.is_complete();
                let dropped = ring.skip(id);
                let stale = inner.stale;
                let end = inner.end.clone();
                drop(inner);
                self.health.lagged(dropped);
                let to = (self.time)();
                instead.push(StreamItem::Reconciled {
                    from: earliest(since, &updates),
                    updates,
                    to,
                    complete,
                });
                instead.extend(stale.map(|since| StreamItem::Stale { since }));
                instead.extend(end.map(|reason| StreamItem::Disconnected {
                    reason,
                    retry_in: None,
                }));
                instead.reverse();
                Poll::Ready(Some(StreamItem::Lagged { dropped }))
            }
        }
    }

    /// Whether the stream has consumers and is not to end.
    pub(in crate::stream) fn goes_on(&self) -> bool {
        let inner = self.lock();
        !inner.closing && inner.end.is_none()
    }

    /// Since when, by the service's clock, something may not have been told; none while everything was.
    pub(super) fn stale_since(&self) -> Option<DateTime<Utc>> {
        self.lock().stale
    }

    pub(super) fn join(&self) -> u64 {
        self.lock().ring.join()
    }

    /// A consumer has gone. With the last one the stream ends.
    pub(super) fn leave(&self, id: u64) {
        if self.lock().ring.leave(id) == 0 {
            self.close();
        }
    }

    /// Asks the stream to end.
    pub(super) fn close(&self) {
        self.lock().closing = true;
        self.closing.notify_waiters();
    }

    /// Returns once somebody wants the stream to end.
    pub(super) async fn closing(&self) {
        let notified = self.closing.notified();
        let mut notified = std::pin::pin!(notified);
        notified.as_mut().enable();
        if !self.lock().closing {
            notified.await;
        }
    }

    /// The stream has ended.
    pub(super) fn end(&self, reason: Disconnect) {
        self.change(|inner| {
            inner.ring.push(StreamItem::Disconnected {
                reason: reason.clone(),
                retry_in: None,
            });
            inner.ring.end();
            inner.end = Some(reason);
        });
        self.ended.notify_waiters();
    }

    /// What is told from now on is told in full.
    pub(super) fn ready(&self) {
        self.lock().ready = true;
        self.ended.notify_waiters();
    }

    /// Returns once the stream is ready, or why it has ended before.
    pub(super) async fn is_ready(&self) -> Result<(), Disconnect> {
        loop {
            let notified = self.ended.notified();
            let mut notified = std::pin::pin!(notified);
            notified.as_mut().enable();
            {
                let inner = self.lock();
                match &inner.end {
                    Some(reason) => return Err(reason.clone()),
                    None if inner.ready => return Ok(()),
                    None => {}
                }
            }
            notified.await;
        }
    }

    /// What was missed could not be read.
    pub(super) fn trouble(&self, error: crate::Error) {
        self.lock().trouble = Some(error);
    }

    /// What keeps the stream from being ready, in words.
    pub(super) fn trouble_so_far(&self) -> String {
        let state = self.health.state();
        let trouble = self.lock().trouble.clone();
        match (state.phase, trouble, state.last_disconnect) {
            (crate::stream::Phase::Connected, Some(error), _) => {
                format!("the account could not be read: {error}")
            }
            (_, _, Some(reason)) => reason.to_string(),
            _ => "no answer yet".to_owned(),
        }
    }

    /// Returns once the stream has ended.
    pub(super) async fn has_ended(&self) {
        loop {
            let notified = self.ended.notified();
            let mut notified = std::pin::pin!(notified);
            notified.as_mut().enable();
            if self.lock().end.is_some() {
                return;
            }
            notified.await;
        }
    }

    /// Why the stream has ended; none while it goes on.
    pub(super) fn reason(&self) -> Option<Disconnect> {
        self.lock().end.clone()
    }
}

/// This time, or that of the oldest of these.
fn earliest(time: DateTime<Utc>, updates: &[Arc<TradeUpdate>]) -> DateTime<Utc> {
    let times = updates.iter().filter_map(|update| update.timestamp);
    times.min().map_or(time, |oldest| oldest.min(time))
}

/// Wakes whoever has not heard of what was told, after the lock is given back.
fn wake(mut inner: MutexGuard<'_, Inner>) {
    if !std::mem::take(&mut inner.unheard) {
        return;
    }
    let woken = inner.ring.waiting();
    drop(inner);
    for waker in woken {
        waker.wake();
    }
}

impl Look for Hub {
    fn look<T>(&self, look: impl FnOnce(&Ledger) -> T) -> T {
        look(&self.lock().ledger)
    }
}
