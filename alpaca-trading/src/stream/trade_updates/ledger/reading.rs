//! What was read from the account, held against what was told.

use std::collections::{HashMap, HashSet};
use std::sync::Arc;

use alpaca_trading_gen::types::{Order, OrderClass, TradingActivities};
use chrono::{DateTime, TimeDelta, Utc};
use rust_decimal::Decimal;
use uuid::Uuid;

use super::super::moment;
use super::super::update::{event_of, is_end};
use super::super::{Origin, TradeEvent, TradeUpdate};
use super::covered::Covered;
use super::entry::{Entry, Known, terms};
use super::legs::leg_fills;
use super::{Ledger, UnreadOrder};

/// How much earlier than the first fill that is missing is looked for it: the clocks of what records
/// orders and of what records fills need not agree.
const MARGIN: TimeDelta = TimeDelta::seconds(5);

/// In how many readings what is missing may only be late: with their waits, for some minutes. After that it is
/// looked for less often.
pub(super) const SEARCHES: u32 = 10;

/// The account as it was read.
#[derive(Debug, Default)]
pub(in super::super) struct Reading {
    /// Orders, each as an order of its own.
    pub(in super::super) orders: Vec<Order>,
    /// The fills of the orders that show more than was told.
    pub(in super::super) fills: HashMap<Uuid, Vec<TradingActivities>>,
    /// Orders that there are, and that could not be read.
    pub(in super::super) unread: Vec<UnreadOrder>,
    /// Orders that are not there any more.
    pub(in super::super) gone: Vec<Uuid>,
    /// How many messages had come when the reading began.
    pub(in super::super) messages: u64,
    /// The newest time of the service's that had been seen then.
    pub(in super::super) newest: Option<DateTime<Utc>>,
    /// Whether fills were looked for.
    pub(in super::super) searched: bool,
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
            entry.known = Some(Known::of(&update, None).without_future(self.now));
            let tell = tell_open && !is_end(&update.order.status);
            self.orders.insert(id, entry);
            if tell {
                let update = Arc::new(update);
                self.note(&update, number, true);
                told.push(update);
            }
        }
        self.begin_without(&reading.unread);
        self.begun_at = self.newest;
        self.checked = self.newest;
        self.forget();
        told
    }

    /// Takes note of what could not be read at the start. What has ended does not concern the stream; what goes on
    /// is to be read, and what it had filled by then is not asked for.
    fn begin_without(&mut self, unread: &[UnreadOrder]) {
        for order in unread {
            let Some(id) = order.id.filter(|id| !self.orders.contains_key(id)) else {
                continue;
            };
            if order.is_end {
                self.forgotten.add(id);
                continue;
            }
            let entry = Entry::new(Covered::up_to(order.filled));
            self.orders.insert(id, entry);
            self.unread.add(id, order.submitted.unwrap_or_default());
        }
        let nameless = |order: &UnreadOrder| order.id.is_none() && !order.is_end;
        self.unread.set_nameless(unread.iter().any(nameless));
    }

    /// From which time on fills are to be read, for these orders; none if all of their fills were told.
    pub(in super::super) fn fills_missing_since(&self, reading: &Reading) -> Option<DateTime<Utc>> {
        let orders = reading.orders.iter();
        let missing = orders.filter_map(|order| self.missing_since(order, reading));
        missing.min().map(|time| moment::before(time, MARGIN))
    }

    /// Whether fills are missing that may only be late: it is worth to wait a moment for them.
    pub(in super::super) fn fills_may_be_late(&self, reading: &Reading) -> bool {
        let mut orders = reading.orders.iter();
        orders.any(|order| {
            self.is_hoped_for(&order.id) && self.missing_since(order, reading).is_some()
        })
    }

    /// From which time on fills are to be read for an order; none if all of them were told.
    fn missing_since(&self, order: &Order, reading: &Reading) -> Option<DateTime<Utc>> {
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
            covered.add(Decimal::ZERO, self.carried(order, read));
        }
        let total = order.filled_qty.unwrap_or_default();
        if covered.has(Decimal::ZERO, total) {
            return None;
        }
        // An order that was told incompletely lacks what is older than its newest state, and so does a multi-leg
        // order of which something in the middle was missed.
        let submitted = order.submitted_at.unwrap_or(order.created_at);
        let whole = multi_leg || self.is_wanted(&order.id);
        Some(since.filter(|_| !whole).unwrap_or(submitted))
    }

    /// How much of what an order has filled was filled by the one that it has replaced.
    ///
    /// That is what comes before its own first fill. Where it has none, all of it, if the order before it has
    /// filled as much. Otherwise its own are only late, and nothing is known of it.
    fn carried(&self, order: &Order, fills: &[TradingActivities]) -> Decimal {
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
            Some(known) if known.filled == total => total,
            _ => Decimal::ZERO,
        }
    }

    /// Holds a reading against what was told. What was missed is told under this number, and oldest first.
    pub(in super::super) fn reconcile(
        &mut self,
        mut reading: Reading,
        number: u64,
    ) -> Vec<Arc<TradeUpdate>> {
        for id in &reading.gone {
            self.unread.absent(*id);
            let Some(entry) = self.orders.get_mut(id) else {
                continue;
            };
            if entry.touched > reading.messages || entry.is_gone() {
                continue;
            }
            entry.absent += 1;
            if entry.is_gone() {
                // It stays for a while, should anything still come of it; and for as long as fills that it has
                // shown are found nowhere.
                self.ended.push_back(*id);
            }
        }
        let nameless = self.not_read(&reading);
        if !nameless {
            // Otherwise what could not be understood is to be in the next reading as well.
            self.checked = self.checked.max(reading.newest);
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

    /// Takes note of what could not be read, to be looked for again. Whether there was something of which not even
    /// the id is known.
    fn not_read(&mut self, reading: &Reading) -> bool {
        let mut seen: HashSet<_> = reading.orders.iter().map(|order| order.id).collect();
        for order in &reading.unread {
            let Some(id) = order.id.filter(|id| seen.insert(*id)) else {
                continue;
            };
            let is_over = self.orders.get(&id).is_some_and(|entry| {
                let is_end = entry.known.as_ref().is_some_and(Known::is_end);
                is_end && !self.is_wanted(&id)
            });
            // Of what has ended and was told there is nothing more to come.
            let is_old = !self.orders.contains_key(&id) && self.is_before(order);
            if !(is_over || is_old || self.forgotten.has(&id)) {
                let submitted = order.submitted.or(self.checked).unwrap_or_default();
                self.unread.add(id, submitted);
            }
        }
        let mut orders = reading.unread.iter();
        let nameless = orders.any(|order| order.id.is_none() && !self.is_before(order));
        self.unread.set_nameless(nameless);
        nameless
    }

    /// Whether an order that could not be read had ended before the stream began, as far as it can be understood.
    fn is_before(&self, order: &UnreadOrder) -> bool {
        let times = order.submitted.zip(self.begun_at);
        order.is_end && times.is_some_and(|(submitted, begun)| submitted <= begun)
    }

    fn see(&mut self, order: &Order) {
        self.seen([order.updated_at, order.submitted_at]);
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
        self.unread.remove(&id);
        if self.forgotten.has(&id) || is_leg_of_several(&order) {
            return;
        }
        let covered = Covered::default();
        let entry = self.orders.entry(id).or_insert_with(|| Entry::new(covered));
        entry.absent = 0;
        // What was corrected while it was read is not to be told as it was before; it is to be read anew.
        if entry.corrected > reading.messages {
            let submitted = order.submitted_at.unwrap_or(order.created_at);
            self.unread.add(id, submitted);
            return;
        }
        let meanwhile = entry.touched > reading.messages;
        let multi_leg = order.order_class == OrderClass::Mleg;
        let stands = entry.known.as_ref().is_none_or(|known| {
            let is_hole = multi_leg && !meanwhile && has_hole(known, &entry.covered, &order);
            is_hole || is_news(known, &order, meanwhile)
        });
        let carry_known = entry.is_carry_known();
        let was_incomplete = entry.incomplete;
        let known_total = entry.known.as_ref().map(|known| known.filled);
        let total = order.filled_qty.unwrap_or_default();
        let mut covered = std::mem::take(&mut entry.covered);
        if stands && known_total.is_some_and(|known| total < known) {
            // A fill was taken back, and that was missed.
            covered.cut(total);
        }
        if !carry_known {
            let carried = self.carried(&order, &fills);
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
        let mut state = TradeUpdate::of_state(order);
        if multi_leg && stands {
            // Its fills are not listed: what was missed of them is told with its state.
            let missed = total - covered.measure(total);
            state.legs = leg_fills(&state.order, reading, &covered);
            state.cum_qty = (missed > Decimal::ZERO).then_some(total);
            state.qty = (missed > Decimal::ZERO).then_some(missed);
            covered.add(Decimal::ZERO, total);
        }
        // What was missing stays so until it is found, however often the same is read, and in vain.
        let total = total.max(known_total.filter(|_| !stands).unwrap_or_default());
        let missing = (stands || was_incomplete) && !covered.has(Decimal::ZERO, total);
        self.put_covered(id, &covered);
        let more = stands && known_total.is_some_and(|known| total > known);
        self.set_incomplete(id, missing, more);
        if !stands {
            return;
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

    fn put_covered(&mut self, id: Uuid, covered: &Covered) {
        if let Some(entry) = self.orders.get_mut(&id) {
            entry.covered = covered.clone();
        }
    }

    /// Whether fills of an order were looked for in vain, and whether it has more of them than before.
    fn set_incomplete(&mut self, id: Uuid, incomplete: bool, more: bool) {
        if let Some(entry) = self.orders.get_mut(&id) {
            entry.incomplete = incomplete;
            entry.searches = match (incomplete, more) {
                (true, false) => entry.searches.saturating_add(1),
                (true, true) => 1,
                (false, _) => 0,
            };
        }
        match incomplete {
            true => self.incomplete.insert(id),
            false => self.incomplete.remove(&id),
        };
    }

    /// The state of an order is known, and was told by its last fill.
    fn settle(&mut self, id: Uuid, state: &TradeUpdate) {
        if let Some(entry) = self.orders.get_mut(&id) {
            let known = Known::of(state, entry.known.as_ref());
            entry.known = Some(known.without_future(self.now));
        }
    }
}

/// Whether an order as it was read is newer than what is known of it, and not the same.
fn is_news(known: &Known, order: &Order, meanwhile: bool) -> bool {
    let filled = order.filled_qty.unwrap_or_default();
    // A fill was corrected, or undone and made up for, and that was missed.
    let prices = known.average.zip(order.filled_avg_price);
    let corrected = prices.is_some_and(|(ours, theirs)| ours != theirs);
    let same =
        known.status == order.status && known.filled == filled && known.terms == terms(order);
    if same && !corrected {
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

/// Whether something was missed of a multi-leg order as it was read, though nothing of it is newer. Nothing waits
/// for that: it is seen when the order is read.
fn has_hole(known: &Known, covered: &Covered, order: &Order) -> bool {
    let filled = order.filled_qty.unwrap_or_default();
    let times = order.updated_at.zip(known.updated);
    let is_older = times.is_some_and(|(theirs, ours)| theirs < ours);
    !is_older && known.filled <= filled && !covered.has(Decimal::ZERO, filled)
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
pub(super) fn range(fill: &TradingActivities) -> Option<(Decimal, Decimal)> {
    let to = fill.cum_qty?;
    Some((to.checked_sub(fill.qty?)?, to))
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
