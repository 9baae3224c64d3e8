//! What is known of the account's orders, and what a message or a reading adds to it.
//!
//! Everything that comes is held against it, wherever it comes from; what is told, and in which order,
//! is decided here and nowhere else. The rules are in the table of [`stream`](crate::stream).

mod covered;
mod entry;
mod forgotten;
mod legs;
mod reading;
mod unread;

use std::collections::{HashMap, HashSet, VecDeque};
use std::sync::Arc;
use std::time::Duration;

use chrono::{DateTime, Utc};
use rust_decimal::Decimal;
use tokio::time::Instant;
use uuid::Uuid;

use super::update::{event_of, is_end};
use super::{TradeEvent, TradeUpdate};
use covered::Covered;
use entry::{Entry, Verdict, range};
use forgotten::Forgotten;
pub(super) use reading::Reading;
use reading::SEARCHES;
use unread::Unread;
pub(super) use unread::UnreadOrder;

/// How many orders that have ended are remembered whole.
const ENDED: usize = 8_192;

/// How many fills are remembered for consumers that are slow.
const FILLS: usize = 32_768;

/// Takes an update that is told, and gives the number under which it was told.
pub(super) trait Tell: FnMut(Arc<TradeUpdate>) -> u64 {}

impl<F: FnMut(Arc<TradeUpdate>) -> u64> Tell for F {}

/// What came of a message.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Tally {
    pub(super) told: u64,
    pub(super) duplicates: u64,
    pub(super) superseded: u64,
    /// Whether something waits, or is seen to be missing, that did not and was not before.
    pub(super) held: bool,
}

/// The orders of an account, as far as they concern a stream.
#[derive(Debug, Default)]
pub(super) struct Ledger {
    orders: HashMap<Uuid, Entry>,
    /// The orders that have ended, in the order of their end.
    ended: VecDeque<Uuid>,
    /// The orders that have ended so long ago that only their ids are left.
    forgotten: Forgotten,
    /// The orders of which messages wait.
    waiting: HashSet<Uuid>,
    /// The orders that show fills which were not found.
    incomplete: HashSet<Uuid>,
    /// The orders that the last reading could not take in.
    unread: Unread,
    /// Whether the orders that there were at the start are known: an order that is not here is new.
    begun: bool,
    /// The newest time of the service's that was seen then: what was submitted later is of the stream's time.
    begun_at: Option<DateTime<Utc>>,
    /// How many messages have come.
    messages: u64,
    /// How many fills are remembered.
    fills: usize,
    /// The greatest number under which something was told that is not remembered.
    forgotten_to: u64,
    /// The time by the service's clock, as well as it is known; none where nobody has said it.
    now: Option<DateTime<Utc>>,
    /// The newest time of the service's that was seen; none that was still to come then.
    newest: Option<DateTime<Utc>>,
    /// The same, when the last reading began that was taken in: what was before is told.
    checked: Option<DateTime<Utc>>,
}

impl Ledger {
    /// It is so late by the service's clock. What says that it is of later is not believed: orders are looked for
    /// from the newest time on that was seen, and one wrong time would hide all of them.
    pub(super) fn clock(&mut self, now: DateTime<Utc>) {
        self.now = Some(now);
    }

    /// Takes note of times of the service's.
    fn seen(&mut self, times: impl IntoIterator<Item = Option<DateTime<Utc>>>) {
        let newest = times.into_iter().flatten().max();
        let newest = newest.map(|time| self.now.map_or(time, |now| time.min(now)));
        self.newest = self.newest.max(newest);
    }

    /// Takes a message of the stream.
    pub(super) fn live(&mut self, update: TradeUpdate, tell: &mut impl Tell) -> Tally {
        let mut tally = Tally::default();
        self.messages += 1;
        self.seen([
            update.at,
            update.timestamp,
            update.order.updated_at,
            update.order.submitted_at,
        ]);
        let id = update.order.id;
        if !self.orders.contains_key(&id) {
            if self.forgotten.has(&id) && !update.event.is_correction() {
                tally.superseded += 1;
                return tally;
            }
            let covered = self.beginning(&update);
            self.forgotten.remove(&id);
            self.orders.insert(id, Entry::new(covered));
        }
        self.carry_over(&update);
        self.meet_legs(&update);
        let messages = self.messages;
        let Some(entry) = self.orders.get_mut(&id) else {
            return tally;
        };
        entry.touched = messages;
        entry.absent = 0;
        if update.event.is_correction() {
            entry.corrected = messages;
        }
        let began = entry.held_since;
        match entry.judge(&update) {
            Verdict::Duplicate => tally.duplicates += 1,
            Verdict::Superseded => tally.superseded += 1,
            Verdict::Gap => {
                entry.hold(update);
                if began.is_none() {
                    tally.held = true;
                    self.waiting.insert(id);
                }
            }
            Verdict::News => {
                let current = !entry.is_late(&update);
                let update = Arc::new(update);
                let number = tell(Arc::clone(&update));
                tally.told += 1;
                self.note(&update, number, current);
                self.doubt_total(&update, &mut tally);
                self.release(id, tell, &mut tally);
            }
        }
        tally
    }

    /// A correction is told at once, even where its order shows more as filled than was told. What is missing is
    /// to be looked for all the same.
    fn doubt_total(&mut self, update: &TradeUpdate, tally: &mut Tally) {
        let id = update.order.id;
        let total = update.order.filled_qty.unwrap_or_default();
        if update.event.is_correction()
            && let Some(entry) = self.orders.get_mut(&id)
            && !entry.incomplete
            && entry.held.is_empty()
            && !entry.covered.has(Decimal::ZERO, total)
        {
            entry.incomplete = true;
            self.incomplete.insert(id);
            tally.held = true;
        }
    }

    /// Takes note of legs that wait. There is no event when they are made, but there is one when they end, and
    /// that must not be missed.
    fn meet_legs(&mut self, update: &TradeUpdate) {
        for leg in &update.order.legs {
            let unfilled = leg.filled_qty.unwrap_or_default().is_zero();
            let status = leg
                .status
                .as_ref()
                .filter(|status| unfilled && !is_end(status));
            let now = self.now;
            if let Some(status) = status.filter(|_| !self.forgotten.has(&leg.id)) {
                self.orders.entry(leg.id).or_insert_with(|| {
                    let mut entry = Entry::new(Covered::default());
                    entry.known = Some(entry::Known::of_leg(leg, status).without_future(now));
                    entry
                });
            }
        }
    }

    /// What counts as told of an order of which this is the first message.
    fn beginning(&self, update: &TradeUpdate) -> Covered {
        let submitted = update.order.submitted_at.unwrap_or(update.order.created_at);
        // One that was told and forgotten, or ended before the stream began, of which something was corrected.
        let is_old = update.event.is_correction()
            && (self.forgotten.has(&update.order.id)
                || self.begun_at.is_some_and(|begun| submitted <= begun));
        if self.begun && !is_old {
            return Covered::default();
        }
        // It may be older than the stream: what was before is not asked for.
        let total = update.order.filled_qty.unwrap_or_default();
        Covered::up_to(range(update).map_or(total, |(from, _)| from))
    }

    /// What an order has filled counts for the one that takes its place. An order that only begins to work
    /// cannot have filled anything itself; the order in a message may be further than its event.
    fn carry_over(&mut self, update: &TradeUpdate) {
        let total = update.order.filled_qty.unwrap_or_default();
        let begins = update.event.stage() <= TradeEvent::New.stage()
            && event_of(&update.order.status).stage() <= TradeEvent::New.stage();
        if begins
            && update.order.replaces.is_some()
            && let Some(entry) = self.orders.get_mut(&update.order.id)
        {
            entry.covered.add(Decimal::ZERO, total);
        }
    }

    /// Takes note of something that is told.
    fn note(&mut self, update: &Arc<TradeUpdate>, number: u64, current: bool) {
        let (id, now) = (update.order.id, self.now);
        let Some(entry) = self.orders.get_mut(&id) else {
            return;
        };
        let was_end = entry.known.as_ref().is_some_and(entry::Known::is_end);
        let before = entry.fills.len();
        entry.note(update, number, current);
        entry.known = entry.known.take().map(|known| known.without_future(now));
        self.fills += entry.fills.len() - before;
        let is_end = entry.known.as_ref().is_some_and(entry::Known::is_end);
        let filled = entry
            .known
            .as_ref()
            .map_or(Decimal::ZERO, |known| known.filled);
        if entry.incomplete && entry.covered.has(Decimal::ZERO, filled) {
            entry.incomplete = false;
            entry.searches = 0;
            self.incomplete.remove(&id);
        }
        if is_end && !was_end {
            self.ended.push_back(id);
        }
        self.forget();
    }

    /// Keeps no more than is needed.
    fn forget(&mut self) {
        // An order whose fills are still looked for stays.
        let mut tries = self.ended.len();
        while self.ended.len() > ENDED && tries > 0 {
            tries -= 1;
            let Some(id) = self.ended.pop_front() else {
                break;
            };
            if self.is_wanted(&id) {
                self.ended.push_back(id);
                continue;
            }
            // One that was gone may have come back.
            let goes_on = self.orders.get(&id).is_some_and(|entry| {
                let is_end = entry.known.as_ref().is_some_and(entry::Known::is_end);
                !is_end && !entry.is_gone()
            });
            if goes_on {
                continue;
            }
            if let Some(entry) = self.orders.remove(&id) {
                self.fills -= entry.fills.len();
                self.forgotten_to = self.forgotten_to.max(entry.newest);
            }
            self.forgotten.add(id);
        }
        if self.fills > FILLS {
            let numbers = self.orders.values().flat_map(|entry| &entry.fills);
            let mut numbers: Vec<_> = numbers.map(|fill| fill.number).collect();
            let middle = numbers.len() / 2;
            let (_, middle, _) = numbers.select_nth_unstable(middle);
            let middle = *middle;
            self.forgotten_to = self.forgotten_to.max(middle);
            for entry in self.orders.values_mut() {
                entry.fills.retain(|fill| fill.number > middle);
            }
            self.fills = self.orders.values().map(|entry| entry.fills.len()).sum();
        }
    }

    /// Tells the messages of an order that waited, as far as they need not wait any more.
    fn release(&mut self, id: Uuid, tell: &mut impl Tell, tally: &mut Tally) {
        if !self.waiting.contains(&id) {
            return;
        }
        let Some(entry) = self.orders.get_mut(&id) else {
            return;
        };
        let since = entry.held_since;
        for update in entry.take_held() {
            self.carry_over(&update);
            let Some(entry) = self.orders.get_mut(&id) else {
                return;
            };
            match entry.judge(&update) {
                Verdict::Duplicate => tally.duplicates += 1,
                Verdict::Superseded => tally.superseded += 1,
                Verdict::Gap => {
                    entry.hold(update);
                    entry.held_since = since;
                }
                Verdict::News => {
                    let current = !entry.is_late(&update);
                    let update = Arc::new(update);
                    let number = tell(Arc::clone(&update));
                    tally.told += 1;
                    self.note(&update, number, current);
                }
            }
        }
        let waits = self
            .orders
            .get(&id)
            .is_some_and(|entry| !entry.held.is_empty());
        if !waits {
            self.waiting.remove(&id);
        }
    }

    /// Tells what has waited, as far as it need not wait any more; what has waited for longer than this, in
    /// any case.
    pub(super) fn release_all(&mut self, patience: Duration, tell: &mut impl Tell) -> Tally {
        let mut tally = Tally::default();
        for id in self.waiting.clone() {
            if let Some(entry) = self.orders.get_mut(&id)
                && entry
                    .held_since
                    .is_some_and(|since| since.elapsed() >= patience)
            {
                entry.incomplete = true;
                self.incomplete.insert(id);
            }
            self.release(id, tell, &mut tally);
        }
        tally
    }

    /// Since when the message waits that has waited longest.
    pub(super) fn waiting_since(&self) -> Option<Instant> {
        let entries = self.waiting.iter().filter_map(|id| self.orders.get(id));
        entries.filter_map(|entry| entry.held_since).min()
    }

    /// Whether there are fills that were not found yet, or orders that could not be read.
    pub(super) fn is_incomplete(&self) -> bool {
        !(self.incomplete.is_empty() && self.unread.is_empty())
    }

    /// Whether something is missing that was not looked for often yet: it may be there soon.
    pub(super) fn is_hopeful(&self) -> bool {
        !self.waiting.is_empty()
            || self.unread.is_hopeful()
            || self.incomplete.iter().any(|id| self.is_hoped_for(id))
    }

    /// Whether what an order lacks was not looked for often yet.
    fn is_hoped_for(&self, id: &Uuid) -> bool {
        let entry = self.orders.get(id);
        entry.is_none_or(|entry| entry.searches < SEARCHES)
    }

    /// Whether something of an order is missing.
    fn is_wanted(&self, id: &Uuid) -> bool {
        self.incomplete.contains(id) || self.waiting.contains(id) || self.unread.has(id)
    }

    /// The orders that the last reading could not take in.
    pub(super) fn unread(&self) -> HashSet<Uuid> {
        self.unread.ids()
    }

    /// Whether the orders that there were at the start are known.
    pub(super) fn has_begun(&self) -> bool {
        self.begun
    }

    /// How many messages have come so far.
    pub(super) fn messages(&self) -> u64 {
        self.messages
    }

    /// The newest time of the service's that was seen.
    pub(super) fn newest(&self) -> Option<DateTime<Utc>> {
        self.newest
    }

    /// Up to which time of the service's everything was told, as far as that is sure: what is newer was told
    /// as well, unless a message was lost.
    pub(super) fn sound_until(&self) -> Option<DateTime<Utc>> {
        self.checked
    }

    /// Whether nothing is known to be missing.
    pub(super) fn is_complete(&self) -> bool {
        self.begun && self.waiting.is_empty() && !self.is_incomplete()
    }

    /// The orders that may still change, or of which something is missing, with the time at which each was
    /// submitted.
    pub(super) fn open(&self) -> HashMap<Uuid, DateTime<Utc>> {
        let open = self.orders.iter().filter_map(|(id, entry)| {
            let wanted = self.is_wanted(id);
            match &entry.known {
                Some(known) if wanted || !(known.is_end() || entry.is_gone()) => {
                    Some((*id, known.submitted))
                }
                Some(_) => None,
                None => {
                    let order = &entry.held.first()?.order;
                    Some((*id, order.submitted_at.unwrap_or(order.created_at)))
                }
            }
        });
        let mut open: HashMap<_, _> = open.collect();
        for (id, submitted) in self.unread.submitted() {
            open.entry(id).or_insert(submitted);
        }
        open
    }

    /// What was told after this number, as far as it is remembered: the fills, and the newest state of each
    /// order, in the order in which they were told. Also whether that is all there is to know.
    pub(super) fn told_after(&self, number: u64) -> (Vec<Arc<TradeUpdate>>, bool) {
        let mut found = Vec::new();
        for entry in self.orders.values() {
            let Some((last_number, last)) = entry.last.as_ref().filter(|_| entry.newest > number)
            else {
                continue;
            };
            let is_told = *last_number > number;
            for fill in entry.fills.iter().filter(|fill| fill.number > number) {
                // The last one stands for itself.
                if !(is_told && fill.number == *last_number && fill.is_of(last)) {
                    found.push((fill.number, Arc::new(fill.update(&last.order))));
                }
            }
            if is_told {
                found.push((*last_number, Arc::clone(last)));
            }
        }
        found.sort_by_key(|(number, _)| *number);
        let found = found.into_iter().map(|(_, update)| update).collect();
        (found, number >= self.forgotten_to)
    }
}

#[cfg(test)]
mod tests;
