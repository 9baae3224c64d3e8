//! What is known of one order, and what it says of a message about it.

use std::collections::BTreeMap;
use std::sync::Arc;

use alpaca_trading_gen::types::{Order, OrderClass, OrderLeg, OrderStatus};
use chrono::{DateTime, TimeDelta, Utc};
use rust_decimal::Decimal;
use tokio::time::Instant;

use super::super::update::{event_of, is_end};
use super::super::{LegFill, Origin, TradeEvent, TradeUpdate};
use super::covered::Covered;
use crate::lists::hashed;

/// In how many readings in a row an order must be unknown to the service to be gone: one that was placed just now
/// need not be found everywhere at once.
const ABSENCES: u32 = 3;

/// How far ahead of the service's clock, as well as that is known, a time may be: this machine's clock may be wrong
/// while it is not known.
const AHEAD: TimeDelta = TimeDelta::hours(1);

/// The longest message that is remembered whole.
const LONG: usize = 64 * 1_024;

/// How many messages of an order are remembered by their ids.
const REMEMBERED: usize = 64;

/// What is known of one order.
#[derive(Debug)]
pub(super) struct Entry {
    /// The newest state that was told, or that the stream began with; none if nothing was told.
    pub(super) known: Option<Known>,
    /// What was told of its fills.
    pub(super) covered: Covered,
    /// The messages that were told, by the hash of their id.
    told: Vec<u64>,
    /// Messages that wait for a fill that was missed before them.
    pub(super) held: Vec<TradeUpdate>,
    /// Since when they wait.
    pub(super) held_since: Option<Instant>,
    /// The newest state that was told, with its number; for consumers that were slow.
    pub(super) last: Option<(u64, Arc<TradeUpdate>)>,
    /// The number under which something was told last.
    pub(super) newest: u64,
    /// The fills that were told; for consumers that were slow.
    pub(super) fills: Vec<FillNote>,
    /// How many messages had come in all when the last one about this order came.
    pub(super) touched: u64,
    /// Whether it shows fills that could not be found anywhere.
    pub(super) incomplete: bool,
    /// In how many readings they were looked for in vain.
    pub(super) searches: u32,
    /// In how many readings in a row the service did not know the order.
    pub(super) absent: u32,
    /// How many messages had come in all when the last correction of it came.
    pub(super) corrected: u64,
}

/// The state of an order, as far as it tells an older message from a newer one.
#[derive(Clone, Debug)]
pub(super) struct Known {
    pub(super) status: OrderStatus,
    pub(super) filled: Decimal,
    pub(super) submitted: DateTime<Utc>,
    /// By the order itself.
    pub(super) updated: Option<DateTime<Utc>>,
    /// By the message; of a state that was read, by the order.
    pub(super) happened: Option<DateTime<Utc>>,
    /// The id of the newest event that the stream has told.
    pub(super) event_id: Option<String>,
    pub(super) stage: u8,
    pub(super) origin: Origin,
    /// What of the order changes without an event: a hash of its quantity and prices.
    pub(super) terms: u64,
    /// The average price of what was filled: a correction changes it, whatever becomes of the total.
    pub(super) average: Option<Decimal>,
}

impl Known {
    pub(super) fn of(update: &TradeUpdate, before: Option<&Self>) -> Self {
        let order = &update.order;
        let before = before.and_then(|known| known.event_id.as_ref());
        Self {
            status: order.status.clone(),
            filled: order.filled_qty.unwrap_or_default(),
            submitted: order.submitted_at.unwrap_or(order.created_at),
            updated: order.updated_at,
            happened: update.timestamp.or(update.at).or(order.updated_at),
            event_id: update.event_id.as_ref().max(before).cloned(),
            stage: update.event.stage(),
            origin: update.origin,
            terms: terms(order),
            average: order.filled_avg_price,
        }
    }

    /// Of a leg that waits, as the order that it belongs to shows it.
    pub(super) fn of_leg(leg: &OrderLeg, status: &OrderStatus) -> Self {
        Self {
            status: status.clone(),
            filled: Decimal::ZERO,
            submitted: leg.submitted_at.or(leg.created_at).unwrap_or_default(),
            updated: leg.updated_at,
            happened: leg.updated_at,
            event_id: None,
            stage: event_of(status).stage(),
            origin: Origin::MissedState,
            terms: hashed((leg.qty, leg.limit_price, leg.stop_price, leg.replaced_by)),
            average: leg.filled_avg_price,
        }
    }

    pub(super) fn is_end(&self) -> bool {
        is_end(&self.status)
    }

    /// The same without times that are still to come: everything that happens would be older than they are.
    pub(super) fn without_future(mut self, now: Option<DateTime<Utc>>) -> Self {
        if let Some(limit) = now.and_then(|now| now.checked_add_signed(AHEAD)) {
            self.updated = self.updated.filter(|time| *time <= limit);
            self.happened = self.happened.filter(|time| *time <= limit);
        }
        self
    }
}

/// A fill that was told, without its order.
#[derive(Clone, Debug)]
pub(super) struct FillNote {
    pub(super) number: u64,
    event: TradeEvent,
    execution_id: Option<Box<str>>,
    event_id: Option<Box<str>>,
    timestamp: Option<DateTime<Utc>>,
    price: Option<Decimal>,
    qty: Option<Decimal>,
    pub(super) cum_qty: Option<Decimal>,
    position_qty: Option<Decimal>,
    /// Of a correction: the execution that it corrects, and why.
    corrects: Option<Box<(Option<String>, Option<String>)>>,
    /// Of a multi-leg order.
    legs: Vec<LegFill>,
    position_qtys: BTreeMap<String, Decimal>,
}

impl FillNote {
    fn of(update: &TradeUpdate, number: u64) -> Self {
        let boxed = |text: &Option<String>| text.as_deref().map(Box::from);
        let corrects = (update.previous_execution_id.clone(), update.reason.clone());
        Self {
            number,
            event: update.event.clone(),
            execution_id: boxed(&update.execution_id),
            event_id: boxed(&update.event_id),
            timestamp: update.timestamp,
            price: update.price,
            qty: update.qty,
            cum_qty: update.cum_qty,
            position_qty: update.position_qty,
            corrects: (corrects != (None, None)).then(|| Box::new(corrects)),
            legs: update.legs.clone(),
            position_qtys: update.position_qtys.clone(),
        }
    }

    /// Whether it was made of this update.
    pub(super) fn is_of(&self, update: &TradeUpdate) -> bool {
        let same =
            |ours: &Option<Box<str>>, theirs: &Option<String>| ours.as_deref() == theirs.as_deref();
        self.event == update.event
            && self.cum_qty == update.cum_qty
            && same(&self.event_id, &update.event_id)
            && same(&self.execution_id, &update.execution_id)
    }

    /// The update anew, with its order as it is now.
    pub(super) fn update(&self, order: &Order) -> TradeUpdate {
        let text = |boxed: &Option<Box<str>>| boxed.as_deref().map(str::to_owned);
        let (previous_execution_id, reason) = self.corrects.as_deref().cloned().unwrap_or_default();
        TradeUpdate {
            previous_execution_id,
            reason,
            event: self.event.clone(),
            origin: Origin::MissedFill,
            timestamp: self.timestamp,
            execution_id: text(&self.execution_id),
            event_id: text(&self.event_id),
            price: self.price,
            qty: self.qty,
            cum_qty: self.cum_qty,
            position_qty: self.position_qty,
            legs: self.legs.clone(),
            position_qtys: self.position_qtys.clone(),
            ..TradeUpdate::of_state(order.clone())
        }
    }
}

/// A hash of what of an order can change without an event: a trailing stop moves with the price, and
/// the legs of a group shrink with each other's fills.
pub(super) fn terms(order: &Order) -> u64 {
    hashed((
        order.qty,
        order.limit_price,
        order.stop_price,
        order.replaced_by,
    ))
}

/// What a message of the stream is, held against what is known.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Verdict {
    /// It is to be told.
    News,
    /// It was told.
    Duplicate,
    /// What it led to was told.
    Superseded,
    /// A fill was missed before it.
    Gap,
}

impl Entry {
    /// An order that nothing has been told of.
    pub(super) fn new(covered: Covered) -> Self {
        Self {
            known: None,
            covered,
            told: Vec::new(),
            held: Vec::new(),
            held_since: None,
            last: None,
            newest: 0,
            fills: Vec::new(),
            touched: 0,
            incomplete: false,
            searches: 0,
            absent: 0,
            corrected: 0,
        }
    }

    /// Whether the service does not know it any more.
    pub(super) fn is_gone(&self) -> bool {
        self.absent >= ABSENCES
    }

    /// Whether it is known how much of it was filled by the order that it has replaced: it was seen when it
    /// had filled nothing itself, or all of its own fills up to some total were told.
    pub(super) fn is_carry_known(&self) -> bool {
        self.covered.begins_at_nothing() || (self.known.is_some() && !self.incomplete)
    }

    /// What a message of the stream is.
    pub(super) fn judge(&self, update: &TradeUpdate) -> Verdict {
        if key(update).is_some_and(|key| self.told.contains(&key)) {
            return Verdict::Duplicate;
        }
        if update.event.is_correction() {
            return Verdict::News;
        }
        let total = update.order.filled_qty.unwrap_or_default();
        let multi_leg = update.order.order_class == OrderClass::Mleg;
        if let Some((from, to)) = range(update) {
            return match () {
                () if self.covered.has(from, to) => Verdict::Duplicate,
                // What the legs of such an order were filled with is not known by its total.
                () if multi_leg || self.incomplete || self.covered.has(Decimal::ZERO, from) => {
                    Verdict::News
                }
                () => Verdict::Gap,
            };
        }
        if self.is_older(update) {
            return Verdict::Superseded;
        }
        match multi_leg || self.incomplete || self.covered.has(Decimal::ZERO, total) {
            true => Verdict::News,
            false => Verdict::Gap,
        }
    }

    /// Whether a message is a fill that is told after what it led to: it says nothing of the state that the
    /// order has now.
    pub(super) fn is_late(&self, update: &TradeUpdate) -> bool {
        let (Some((_, to)), Some(known)) = (range(update), &self.known) else {
            return false;
        };
        let earlier = match (&update.event_id, &known.event_id) {
            (Some(theirs), Some(ours)) => theirs < ours,
            _ => false,
        };
        earlier || to <= known.filled
    }

    /// Whether a message that is no fill comes after what it led to.
    fn is_older(&self, update: &TradeUpdate) -> bool {
        let Some(known) = &self.known else {
            return false;
        };
        // Nothing comes behind an end, whatever ids and times say.
        if is_end(&update.order.status) && !known.is_end() {
            return false;
        }
        if let (Some(theirs), Some(ours)) = (&update.event_id, &known.event_id)
            && theirs < ours
        {
            return true;
        }
        if known.is_end() && !is_end(&update.order.status) {
            return true;
        }
        if known.origin == Origin::Stream {
            let by_id = update.event_id.is_some() && known.event_id.is_some();
            if by_id {
                return false;
            }
            let happened = update.timestamp.or(update.at).or(update.order.updated_at);
            return match (happened, known.happened) {
                (Some(theirs), Some(ours)) if theirs != ours => theirs < ours,
                _ => update.event.stage() < known.stage,
            };
        }
        // The state was read: whatever led to it is in it.
        match (update.order.updated_at, known.updated) {
            (Some(theirs), Some(ours)) if theirs != ours => theirs < ours,
            _ => update.event.stage() <= known.stage,
        }
    }

    /// Takes note of an update that is told under this number. One that is not current says nothing of the
    /// state that the order has now.
    pub(super) fn note(&mut self, update: &Arc<TradeUpdate>, number: u64, current: bool) {
        if let Some(key) = key(update) {
            if self.told.len() >= REMEMBERED {
                self.told.remove(0);
            }
            self.told.push(key);
        }
        if update.event.is_correction() {
            self.covered
                .cut(update.order.filled_qty.unwrap_or_default());
        } else if let Some((from, to)) = range(update) {
            self.covered.add(from, to);
        }
        if update.fill().is_some() || update.event.is_correction() {
            self.fills.push(FillNote::of(update, number));
        }
        self.newest = number;
        if current || self.last.is_none() {
            self.known = Some(Known::of(update, self.known.as_ref()));
            self.last = Some((number, remembered(update)));
        }
    }

    /// Puts aside a message that waits for a fill that was missed.
    pub(super) fn hold(&mut self, update: TradeUpdate) {
        let same = |held: &TradeUpdate| key(held).is_some() && key(held) == key(&update);
        if !self.held.iter().any(same) {
            self.held.push(update);
        }
        self.held_since.get_or_insert_with(Instant::now);
    }

    /// The messages that wait, in the order in which they happened.
    pub(super) fn take_held(&mut self) -> Vec<TradeUpdate> {
        self.held_since = None;
        let mut held = std::mem::take(&mut self.held);
        let by_id = held.iter().all(|update| update.event_id.is_some());
        match by_id {
            true => held.sort_by(|one, other| one.event_id.cmp(&other.event_id)),
            false => held.sort_by(|one, other| {
                let place = |update: &TradeUpdate| {
                    let filled = update.order.filled_qty.unwrap_or_default();
                    (filled, update.timestamp, update.event.stage())
                };
                place(one).cmp(&place(other))
            }),
        }
        held
    }
}

/// An update as it is remembered: of thousands of orders each keeps one, and what nobody knows in it may be long.
fn remembered(update: &Arc<TradeUpdate>) -> Arc<TradeUpdate> {
    if update.size.bytes() <= LONG {
        return Arc::clone(update);
    }
    let mut short = TradeUpdate::clone(update);
    short.other.clear();
    Arc::new(short)
}

/// What a message is known by: its ids, and where there are none, what happened when.
fn key(update: &TradeUpdate) -> Option<u64> {
    match (&update.event_id, &update.execution_id) {
        (Some(id), _) => Some(hashed(id)),
        // Not by itself: a client was seen to get one execution's id with two events.
        (None, Some(id)) => Some(hashed((id, update.event.as_str()))),
        // A fill is known by its range, and a state that was read is no message.
        (None, None) if range(update).is_some() || update.origin != Origin::Stream => None,
        (None, None) => {
            let time = update.timestamp.or(update.at)?;
            let order = &update.order;
            let filled = order.filled_qty;
            let text = (update.event.as_str(), order.status.as_str());
            Some(hashed((time, filled, text, terms(order))))
        }
    }
}

/// The part of its order that a fill covers.
pub(super) fn range(update: &TradeUpdate) -> Option<(Decimal, Decimal)> {
    let qty = update.qty.filter(|_| update.event.is_fill())?;
    let to = update.cum_qty.or(update.order.filled_qty)?;
    Some((to.checked_sub(qty)?, to))
}
