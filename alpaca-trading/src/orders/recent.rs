//! What a client has placed lately, by which the order that closes a position is told from others.
//!
//! Closing a position places an order that carries no id of the caller's. When its answer is lost, the
//! list of orders is read, and what this client has placed otherwise must not be taken for it: an order
//! that was returned to the caller, one whose client order id the client has sent, or the order of
//! another closing whose answer was lost as well.
//!
//! It is remembered for an hour, and no more than some thousands of each kind. What is needed to settle
//! a closing goes with it when its call ends, so that this limits only what is placed in the minute after.

use std::collections::VecDeque;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, PoisonError};
use std::time::{Duration, Instant};

use alpaca_trading_gen::types::Order;
use chrono::TimeDelta;
use rust_decimal::Decimal;
use uuid::Uuid;

use super::{Closing, Others};
use crate::Client;
use crate::error::{Error, ErrorKind, Outcome, Result};
use crate::transport::Moment;

/// How many orders, client order ids and closings are remembered at most: about as many as the rate
/// limit of an account lets through in the time in which a closing is looked for, many times over.
const REMEMBERED: usize = 4_096;

/// How long orders and client order ids are remembered, if there are not too many. What closes a
/// position is looked for among the orders of its call and of the minute after it, by the service's
/// time; calls of an hour are not to be expected.
const LONGEST: Duration = Duration::from_secs(60 * 60);

/// How long after a closing was given up its order may still arrive.
pub(crate) const HELD_UP: TimeDelta = TimeDelta::seconds(60);

/// The same for the clock that nobody sets.
const HELD_UP_FOR: Duration = Duration::from_secs(HELD_UP.num_seconds().unsigned_abs());

/// What a client and its clones have placed lately.
#[derive(Default)]
pub(crate) struct Recent {
    /// Orders whose origin is known, the latest last, each with the closing that it belongs to.
    orders: VecDeque<Noted<(Uuid, Option<u64>)>>,
    /// Client order ids that were sent, whatever became of them.
    client_order_ids: VecDeque<Noted<String>>,
    /// Closings whose order is not known.
    closings: Vec<Pending>,
}

/// Something that is forgotten after a while.
struct Noted<T> {
    at: Instant,
    what: T,
}

/// A closing whose order is not known: it is under way, or its answer was lost.
struct Pending {
    number: u64,
    /// As the operation takes it, or the id of the asset; none for all positions.
    symbol: Option<String>,
    quantity: Option<Decimal>,
    /// When the request was sent.
    sent: Instant,
    /// When its call ended; none while it is under way.
    ended: Option<Instant>,
}

impl Pending {
    /// Whether it can have placed an order in the time in which that of this closing is looked for.
    ///
    /// By the clock that nobody sets. While the machine sleeps it stands still, which brings two closings
    /// closer to each other than they are: that is the safe side.
    fn overlaps(&self, closing: &Closing) -> bool {
        let before = |one: Option<Instant>, other: Instant| {
            one.is_some_and(|ended| ended + HELD_UP_FOR < other)
        };
        let ended = closing.ended.map(|ended| ended.instant());
        !before(self.ended, closing.begun.instant()) && !before(ended, self.sent)
    }

    /// Whether this order can be the one that it has placed.
    fn can_have_placed(&self, order: &Order) -> bool {
        let same_symbol = self.symbol.as_deref().is_none_or(|own| {
            let symbol = order.symbol.as_deref().unwrap_or_default();
            own.eq_ignore_ascii_case(&symbol.replace('/', ""))
                || Uuid::parse_str(own).is_ok_and(|own| Some(own) == order.asset_id)
        });
        // The service cuts quantities of coins, and never makes one larger.
        let fits = match (self.quantity, order.qty) {
            (Some(asked), Some(placed)) => placed <= asked,
            _ => true,
        };
        same_symbol && fits
    }
}

impl Recent {
    fn remember(&mut self, order: Uuid, closing: Option<u64>) {
        // What became of a closing may be asked for again and again.
        let is_known = |noted: &Noted<_>| noted.what == (order, closing);
        if closing.is_none() || !self.orders.iter().any(is_known) {
            push(&mut self.orders, (order, closing));
        }
    }

    /// Whether an order is known to be something else than the order of this closing.
    fn is_another(&self, order: &Order, closing: u64) -> bool {
        let owned = |noted: &Noted<(Uuid, Option<u64>)>| {
            let (id, owner) = noted.what;
            id == order.id && owner != Some(closing)
        };
        self.orders.iter().any(owned)
            || self
                .client_order_ids
                .iter()
                .any(|id| id.what == order.client_order_id)
    }

    /// Whether another closing may have placed this order.
    fn has_rival(&self, order: &Order, closing: &Closing) -> bool {
        self.closings.iter().any(|pending| {
            pending.number != closing.number
                && pending.overlaps(closing)
                && pending.can_have_placed(order)
        })
    }

    fn begin(&mut self, closing: Pending) {
        if self.closings.len() >= REMEMBERED {
            let ended = |pending: &Pending| pending.ended.is_some();
            let place = self.closings.iter().position(ended);
            // Those that are under way are as many as the program has tasks.
            if let Some(place) = place {
                self.closings.remove(place);
            }
        }
        self.closings.push(closing);
    }

    fn end(&mut self, number: u64) {
        let mut pending = self.closings.iter_mut();
        if let Some(pending) = pending.find(|pending| pending.number == number) {
            pending.ended = Some(Instant::now());
        }
    }

    fn settle(&mut self, number: u64) {
        self.closings.retain(|pending| pending.number != number);
    }
}

fn push<T>(queue: &mut VecDeque<Noted<T>>, what: T) {
    push_at(queue, what, Instant::now());
}

fn push_at<T>(queue: &mut VecDeque<Noted<T>>, what: T, at: Instant) {
    let is_old = |noted: &Noted<T>| at.saturating_duration_since(noted.at) > LONGEST;
    while queue.len() >= REMEMBERED || queue.front().is_some_and(is_old) {
        queue.pop_front();
    }
    queue.push_back(Noted { at, what });
}

impl Client {
    fn recent<T>(&self, change: impl FnOnce(&mut Recent) -> T) -> T {
        let recent = self.pipeline().recent.lock();
        change(&mut recent.unwrap_or_else(PoisonError::into_inner))
    }

    /// Notes an order as one whose origin is known.
    pub(crate) fn remember(&self, order: &Order) {
        self.recent(|recent| recent.remember(order.id, None));
    }

    /// Notes a client order id that is about to be sent.
    pub(super) fn remember_id(&self, client_order_id: &str) {
        let id = client_order_id.to_owned();
        self.recent(|recent| push(&mut recent.client_order_ids, id));
    }

    /// Notes that a position is about to be closed; all of them if none is named.
    pub(crate) fn begin_closing(
        &self,
        symbol: Option<&str>,
        quantity: Option<Decimal>,
    ) -> ClosingUnderWay {
        /// One count for all clients: an unresolved closing may be given to another one.
        static NEXT: AtomicU64 = AtomicU64::new(0);
        let number = NEXT.fetch_add(1, Ordering::Relaxed);
        let sent = Moment::now(&self.pipeline().clock);
        let closing = Pending {
            number,
            symbol: symbol.map(str::to_owned),
            quantity,
            sent: sent.instant(),
            ended: None,
        };
        self.recent(|recent| recent.begin(closing));
        ClosingUnderWay {
            client: self.clone(),
            number,
            sent,
        }
    }

    /// The orders that are known to be something else than the order of this closing.
    pub(crate) fn known_orders(&self, closing: u64) -> Arc<Others> {
        self.recent(|recent| {
            let orders = recent.orders.iter().map(|noted| noted.what);
            let others = orders.filter(|(_, owner)| *owner != Some(closing));
            let ids = recent.client_order_ids.iter();
            Arc::new(Others {
                orders: others.map(|(id, _)| id).collect(),
                client_order_ids: ids.map(|noted| noted.what.clone()).collect(),
            })
        })
    }

    /// Takes the one of these orders that must be the one of this closing; none if there is none.
    ///
    /// # Errors
    ///
    /// When there are several, when it is not sure that it is the one, and when it may be that of another
    /// closing.
    pub(crate) fn claim(
        &self,
        closing: &Closing,
        mut candidates: Vec<Candidate>,
    ) -> Result<Option<Order>> {
        self.recent(|recent| {
            candidates.retain(|candidate| {
                let order = &candidate.order;
                !recent.is_another(order, closing.number) && !closing.others.have(order)
            });
            // One for just the quantity that was asked for comes before all that are for less.
            let (fitting, less): (Vec<_>, Vec<_>) = candidates
                .into_iter()
                .partition(|candidate| !matches!(candidate.doubt, Some(Doubt::Quantity)));
            let mut fitting = fitting.into_iter();
            let Some(Candidate { order, doubt }) = fitting.next() else {
                return match less.first() {
                    Some(candidate) => Err(candidate.unclear(closing)),
                    None => Ok(None),
                };
            };
            if let Some(second) = fitting.next() {
                return Err(unclear(format!(
                    "several orders could be the one: {}, {} and perhaps more",
                    order.id, second.order.id
                )));
            }
            if doubt.is_some() {
                return Err(Candidate { order, doubt }.unclear(closing));
            }
            if recent.has_rival(&order, closing) {
                return Err(unclear(format!(
                    "order {} could be that of another closing, whose answer was lost too",
                    order.id
                )));
            }
            recent.remember(order.id, Some(closing.number));
            recent.settle(closing.number);
            Ok(Some(order))
        })
    }
}

/// An order that can be the one of a closing.
pub(crate) struct Candidate {
    pub(crate) order: Order,
    /// Why it may as well be another one.
    pub(crate) doubt: Option<Doubt>,
}

/// Why an order may be another one than that of a closing.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Doubt {
    /// The clocks do not tell whether it was submitted before the call, or too late for it.
    Time,
    /// It is for less than was asked for: the service cuts quantities of coins.
    Quantity,
}

impl Candidate {
    fn unclear(&self, closing: &Closing) -> Error {
        let order = &self.order;
        unclear(match (self.doubt, order.qty, closing.quantity) {
            (Some(Doubt::Quantity), Some(placed), Some(asked)) => format!(
                "order {} may be the one, but is for {placed} instead of {asked}",
                order.id
            ),
            _ => format!(
                "order {} may be the one, but the clocks do not tell whether it is from the time of the call",
                order.id
            ),
        })
    }
}

fn unclear(message: String) -> Error {
    Error::new(ErrorKind::Unresolved, message).with(|repr| repr.outcome = Outcome::Unknown)
}

/// A closing that was begun. Dropped without a word, it may have placed an order, or may yet.
#[must_use = "a closing that is dropped counts as one whose order is not known"]
pub(crate) struct ClosingUnderWay {
    client: Client,
    number: u64,
    sent: Moment,
}

impl ClosingUnderWay {
    /// What tells this closing from the others.
    pub(crate) fn number(&self) -> u64 {
        self.number
    }

    /// When it was begun.
    pub(crate) fn sent(&self) -> Moment {
        self.sent
    }

    /// It is known which orders it has placed, or that it has placed none.
    pub(crate) fn settled(self) {
        self.client.recent(|recent| recent.settle(self.number));
    }
}

impl Drop for ClosingUnderWay {
    fn drop(&mut self) {
        self.client.recent(|recent| recent.end(self.number));
    }
}

#[cfg(test)]
mod tests;
