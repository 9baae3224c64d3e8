//! What was read from the account, held against what was told.

use std::collections::HashMap;
use std::sync::Arc;

use alpaca_trading_gen::types::{Order, OrderClass, TradingActivities};
use chrono::{DateTime, TimeDelta, Utc};
use rust_decimal::Decimal;
use uuid::Uuid;

use super::super::update::{event_of, is_end};
use super::super::{LegFill, Origin, TradeEvent, TradeUpdate};
use super::Ledger;
use super::covered::Covered;
use super::entry::{Entry, Known, terms};

/// How much earlier than the first fill that is missing is looked for it: the clocks of what records
/// orders and of what records fills need not agree.
const MARGIN: TimeDelta = TimeDelta::seconds(5);

/// In how many readings fills are looked for that an order shows: with their waits, for some minutes.
const SEARCHES: u32 = 10;

/// The account as it was read.
#[derive(Debug, Default)]
pub(in super::super) struct Reading {
    /// Orders, each as an order of its own.
    pub(in super::super) orders: Vec<Order>,
    /// The fills of the orders that show more than was told.
    pub(in super::super) fills: HashMap<Uuid, Vec<TradingActivities>>,
    /// Orders that are not there any more.
    pub(in super::super) gone: Vec<Uuid>,
    /// How many messages had come when the reading began.
    pub(in super::super) messages: u64,
    /// The newest time of the service's that had been seen then.
    pub(in super::super) newest: Option<DateTime<Utc>>,
    /// Whether fills were looked for.
    pub(in super::super) searched: bool,
    /// Whether fills that the orders show were looked for until there was no more hope.
    pub(in super::super) exhausted: bool,
}

impl Ledger {
    /// Takes in what there is at the start. Orders that are open are told under this number, if that is
    /// wanted; otherwise nothing is.
    pub(in super::super) fn begin(
        &mut self,
        mut reading: Reading,
        tell_open: bool,
        number: u64,
    ) -> Vec<Arc<TradeUpdate>> {
        self.begun = true;
        let mut told = Vec::new();
        reading
            .orders
            .sort_by_key(|order| order.submitted_at.unwrap_or(order.created_at));
        for order in reading.orders {
            self.see(&order);
            let id = order.id;
            if is_leg_of_several(&order) || self.orders.contains_key(&id) {
                continue;
            }
            let mut entry = Entry::new(Covered::up_to(order.filled_qty.unwrap_or_default()));
            let update = TradeUpdate::of_state(order);
            if is_end(&update.order.status) {
                self.ended.push_back(id);
            }
            entry.known = Some(Known::of(&update, None));
            let tell = tell_open && !is_end(&update.order.status);
            self.orders.insert(id, entry);
            if tell {
                let update = Arc::new(update);
                self.note(&update, number, true);
                told.push(update);
            }
        }
        self.checked = self.newest;
        self.forget();
        told
    }

    /// From which time on fills are to be read, for these orders; none if all of their fills were told.
    pub(in super::super) fn fills_missing_since(&self, reading: &Reading) -> Option<DateTime<Utc>> {
        let missing = reading.orders.iter().filter_map(|order| {
            // What the legs of such an order have filled is listed under their own ids, and looked for once.
            let multi_leg = order.order_class == OrderClass::Mleg;
            if multi_leg && (reading.searched || is_leg_of_several(order)) {
                return None;
            }
            let (mut covered, since) = match self.orders.get(&order.id) {
                Some(entry) => {
                    let happened = entry.known.as_ref().and_then(|known| known.happened);
                    (entry.covered.clone(), happened)
                }
                None if self.forgotten.has(&order.id) => return None,
                None => (Covered::default(), None),
            };
            let read = reading.fills.get(&order.id).map_or(&[][..], Vec::as_slice);
            for (from, to) in read.iter().filter_map(range) {
                covered.add(from, to);
            }
            if self
                .orders
                .get(&order.id)
                .is_none_or(|entry| !entry.is_carry_known())
            {
                covered.add(Decimal::ZERO, self.carried(order, read, false));
            }
            let total = order.filled_qty.unwrap_or_default();
            if covered.has(Decimal::ZERO, total) {
                return None;
            }
            // An order that was told incompletely lacks what is older than its newest state.
            let submitted = order.submitted_at.unwrap_or(order.created_at);
            let whole = self.incomplete.contains(&order.id) || self.waiting.contains(&order.id);
            Some(since.filter(|_| !whole).unwrap_or(submitted))
        });
        missing.min().map(|time| time - MARGIN)
    }

    /// How much of what an order has filled was filled by the one that it has replaced.
    ///
    /// That is what comes before its own first fill. Where it has none, all of it, if the order before it has
    /// filled as much; and if there is no more hope of finding its own, what the order before it has filled.
    fn carried(&self, order: &Order, fills: &[TradingActivities], exhausted: bool) -> Decimal {
        let Some(before) = order.replaces else {
            return Decimal::ZERO;
        };
        let total = order.filled_qty.unwrap_or_default();
        if let Some(first) = fills.iter().filter_map(range).map(|(from, _)| from).min() {
            return first.min(total);
        }
        let known = self
            .orders
            .get(&before)
            .and_then(|entry| entry.known.as_ref());
        match known {
            Some(known) if exhausted || known.filled == total => known.filled.min(total),
            _ => Decimal::ZERO,
        }
    }

    /// Holds a reading against what was told. What was missed is told under this number, and oldest first.
    pub(in super::super) fn reconcile(
        &mut self,
        mut reading: Reading,
        number: u64,
    ) -> Vec<Arc<TradeUpdate>> {
        self.checked = self.checked.max(reading.newest);
        for id in &reading.gone {
            let Some(entry) = self.orders.get_mut(id) else {
                continue;
            };
            if entry.touched > reading.messages || entry.is_gone() {
                continue;
            }
            entry.absent += 1;
            if entry.is_gone() {
                // It stays for a while, should anything still come of it.
                entry.incomplete = false;
                self.incomplete.remove(id);
                self.ended.push_back(*id);
            }
        }
        // What an order has filled counts for the one that replaces it: older ones come first.
        reading.orders.sort_by_key(|order| {
            (
                order.submitted_at.unwrap_or(order.created_at),
                order.replaces,
            )
        });
        let mut found = Vec::new();
        for order in std::mem::take(&mut reading.orders) {
            self.see(&order);
            let fills = reading.fills.remove(&order.id).unwrap_or_default();
            let place = found.len();
            self.take_in(order, fills, &reading, number, &mut found);
            // Of one order, nothing comes before what led to it, whatever the times say.
            let mut latest = None;
            for (time, _) in found.iter_mut().skip(place) {
                latest = latest.max(*time);
                *time = latest;
            }
        }
        found.sort_by_key(|(time, _)| *time);
        found.into_iter().map(|(_, update)| update).collect()
    }

    fn see(&mut self, order: &Order) {
        self.newest = self.newest.max(order.updated_at).max(order.submitted_at);
    }

    fn take_in(
        &mut self,
        order: Order,
        mut fills: Vec<TradingActivities>,
        reading: &Reading,
        number: u64,
        found: &mut Vec<(Option<DateTime<Utc>>, Arc<TradeUpdate>)>,
    ) {
        let id = order.id;
        if self.forgotten.has(&id) || is_leg_of_several(&order) {
            return;
        }
        let covered = Covered::default();
        let entry = self.orders.entry(id).or_insert_with(|| Entry::new(covered));
        entry.absent = 0;
        // What was corrected while it was read is not to be told as it was before.
        if entry.corrected > reading.messages {
            return;
        }
        let stands = entry
            .known
            .as_ref()
            .is_none_or(|known| is_news(known, &order, entry.touched > reading.messages));
        let carry_known = entry.is_carry_known();
        let was_incomplete = entry.incomplete;
        let known_total = entry.known.as_ref().map(|known| known.filled);
        let total = order.filled_qty.unwrap_or_default();
        let multi_leg = order.order_class == OrderClass::Mleg;
        let mut covered = std::mem::take(&mut entry.covered);
        if stands && known_total.is_some_and(|known| total < known) {
            // A fill was taken back, and that was missed.
            covered.cut(total);
        }
        if !carry_known {
            let carried = self.carried(&order, &fills, reading.exhausted);
            covered.add(Decimal::ZERO, carried);
        }
        let mut told_total = None;
        fills.sort_by_key(|fill| fill.cum_qty);
        for fill in &fills {
            // What is behind the order as it was read, the stream tells.
            let Some((from, to)) = range(fill).filter(|(_, to)| *to <= total) else {
                continue;
            };
            if covered.has(from, to) {
                continue;
            }
            covered.add(from, to);
            let update = Arc::new(missed_fill(&order, fill));
            told_total = Some(to);
            self.put_covered(id, &covered);
            self.note(&update, number, stands);
            found.push((update.timestamp, update));
        }
        if multi_leg {
            covered.add(Decimal::ZERO, total);
        }
        // What was missing stays so until it is found, however often the same is read.
        let total = total.max(known_total.filter(|_| !stands).unwrap_or_default());
        let missing = (stands || was_incomplete) && !covered.has(Decimal::ZERO, total);
        // What was looked for so often is nowhere. It was said that the account was not told completely.
        let gives_up = missing && self.searched(id) >= SEARCHES;
        if gives_up {
            covered.add(Decimal::ZERO, total);
        }
        self.put_covered(id, &covered);
        self.set_incomplete(id, missing && !gives_up);
        if !stands {
            return;
        }
        let mut state = TradeUpdate::of_state(order);
        if multi_leg {
            let before = known_total.unwrap_or_default();
            state.legs = leg_fills(&state.order, reading);
            state.cum_qty = (total > before).then_some(total);
            state.qty = (total > before).then(|| total - before);
        }
        // The last fill has told it, if nothing came after it.
        let told_by_fill = told_total == Some(total)
            && matches!(
                event_of(&state.order.status),
                TradeEvent::Fill | TradeEvent::PartiallyFilled
            );
        let state = Arc::new(state);
        if told_by_fill {
            self.settle(id, &state);
        } else {
            self.note(&state, number, true);
            found.push((state.timestamp, state));
        }
    }

    /// Fills of an order were looked for in vain, and how often that has happened.
    fn searched(&mut self, id: Uuid) -> u32 {
        self.orders.get_mut(&id).map_or(0, |entry| {
            entry.searches += 1;
            entry.searches
        })
    }

    fn put_covered(&mut self, id: Uuid, covered: &Covered) {
        if let Some(entry) = self.orders.get_mut(&id) {
            entry.covered = covered.clone();
        }
    }

    fn set_incomplete(&mut self, id: Uuid, incomplete: bool) {
        if let Some(entry) = self.orders.get_mut(&id) {
            entry.incomplete = incomplete;
        }
        match incomplete {
            true => self.incomplete.insert(id),
            false => self.incomplete.remove(&id),
        };
    }

    /// The state of an order is known, and was told by its last fill.
    fn settle(&mut self, id: Uuid, state: &TradeUpdate) {
        if let Some(entry) = self.orders.get_mut(&id) {
            entry.known = Some(Known::of(state, entry.known.as_ref()));
        }
    }
}

/// Whether an order as it was read is newer than what is known of it, and not the same.
fn is_news(known: &Known, order: &Order, meanwhile: bool) -> bool {
    let filled = order.filled_qty.unwrap_or_default();
    let same =
        known.status == order.status && known.filled == filled && known.terms == terms(order);
    if same {
        return false;
    }
    match (order.updated_at, known.updated) {
        (Some(theirs), Some(ours)) if theirs < ours => return false,
        (Some(theirs), Some(ours)) if theirs > ours => return true,
        _ => {}
    }
    if !meanwhile {
        // Whatever the stream has told of it was told before it was read.
        return true;
    }
    let place = |end: bool, filled: Decimal, stage: u8| (end, filled, stage);
    place(
        is_end(&order.status),
        filled,
        event_of(&order.status).stage(),
    ) > place(known.is_end(), known.filled, known.stage)
}

/// Whether a row of the list of orders is a leg of a multi-leg order: what happens to it is told with its
/// parent, which has no symbol.
fn is_leg_of_several(order: &Order) -> bool {
    let has_symbol = order
        .symbol
        .as_ref()
        .is_some_and(|symbol| !symbol.is_empty());
    order.order_class == OrderClass::Mleg && has_symbol
}

/// The part of its order that a fill covers.
fn range(fill: &TradingActivities) -> Option<(Decimal, Decimal)> {
    let to = fill.cum_qty?;
    Some((to - fill.qty?, to))
}

/// A fill that was read, as an update.
fn missed_fill(order: &Order, fill: &TradingActivities) -> TradeUpdate {
    let event = match fill.leaves_qty {
        Some(left) if left.is_zero() => TradeEvent::Fill,
        Some(_) => TradeEvent::PartialFill,
        None => match fill.type_.as_ref().map(|kind| kind.as_str()) {
            Some("fill") => TradeEvent::Fill,
            _ => TradeEvent::PartialFill,
        },
    };
    TradeUpdate {
        event,
        origin: Origin::MissedFill,
        timestamp: fill.transaction_time,
        price: fill.price,
        qty: fill.qty,
        cum_qty: fill.cum_qty,
        ..TradeUpdate::of_state(order.clone())
    }
}

/// What was filled of the legs of an order, as far as it was read.
fn leg_fills(order: &Order, reading: &Reading) -> Vec<LegFill> {
    let legs = order.legs.iter();
    let fills = legs.filter_map(|leg| Some((leg.id, reading.fills.get(&leg.id)?)));
    let mut found = Vec::new();
    for (id, fills) in fills {
        found.extend(fills.iter().map(|fill| LegFill {
            order_id: Some(id),
            symbol: fill.symbol.clone(),
            execution_id: None,
            qty: fill.qty,
            price: fill.price,
            timestamp: fill.transaction_time,
        }));
    }
    found
}
