//! What a client has placed lately, by which the order that closes a position is told from others.
//!
//! Closing a position places an order that carries no id of the caller's. When its answer is lost, the
//! list of orders is read, and what this client has placed otherwise must not be taken for it: an order
//! that was returned to the caller, one whose client order id the client has sent, or the order of
//! another closing whose answer was lost as well.

use std::collections::VecDeque;
use std::sync::PoisonError;
use std::sync::atomic::{AtomicU64, Ordering};

use alpaca_trading_gen::types::Order;
use chrono::{DateTime, TimeDelta, Utc};
use rust_decimal::Decimal;
use uuid::Uuid;

use super::Closing;
use crate::Client;
use crate::error::{Error, ErrorKind, Outcome, Result};

/// How many orders, and how many client order ids, are remembered. What closes a position is looked for
/// among the orders of a few seconds.
const REMEMBERED: usize = 256;

/// How long after a closing was given up its order may still arrive.
pub(crate) const HELD_UP: TimeDelta = TimeDelta::seconds(60);

/// What a client and its clones have placed lately.
#[derive(Default)]
pub(crate) struct Recent {
    /// Orders whose origin is known, the latest last, each with the closing that it belongs to.
    orders: VecDeque<(Uuid, Option<u64>)>,
    /// Client order ids that were sent, whatever became of them.
    client_order_ids: VecDeque<String>,
    /// Closings whose order is not known.
    closings: Vec<Pending>,
}

/// A closing whose order is not known: it is under way, or its answer was lost.
struct Pending {
    number: u64,
    /// As the operation takes it, or the id of the asset; none for all positions.
    symbol: Option<String>,
    quantity: Option<Decimal>,
    /// This machine's time when the request was sent.
    sent: DateTime<Utc>,
    /// When its call ended; none while it is under way.
    ended: Option<DateTime<Utc>>,
}

impl Pending {
    /// Whether it can have placed an order in the time in which that of this closing is looked for.
    fn overlaps(&self, closing: &Closing) -> bool {
        let before = |one: Option<DateTime<Utc>>, other: DateTime<Utc>| {
            one.is_some_and(|ended| ended + HELD_UP < other)
        };
        !before(self.ended, closing.sent) && !before(closing.ended, self.sent)
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
        if !self.orders.contains(&(order, closing)) {
            push(&mut self.orders, (order, closing));
        }
    }

    /// Whether an order is known to be something else than the order of this closing.
    fn is_another(&self, order: &Order, closing: u64) -> bool {
        let owned = |(id, owner): &(Uuid, Option<u64>)| *id == order.id && *owner != Some(closing);
        self.orders.iter().any(owned)
            || self
                .client_order_ids
                .iter()
                .any(|id| *id == order.client_order_id)
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
            pending.ended = Some(Utc::now());
        }
    }

    fn settle(&mut self, number: u64) {
        self.closings.retain(|pending| pending.number != number);
    }
}

fn push<T>(queue: &mut VecDeque<T>, value: T) {
    if queue.len() >= REMEMBERED {
        queue.pop_front();
    }
    queue.push_back(value);
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
        let sent = Utc::now();
        let closing = Pending {
            number,
            symbol: symbol.map(str::to_owned),
            quantity,
            sent,
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
    pub(crate) fn known_orders(&self, closing: u64) -> Vec<Uuid> {
        self.recent(|recent| {
            let others = recent.orders.iter();
            let others = others.filter(|(_, owner)| *owner != Some(closing));
            others.map(|(id, _)| *id).collect()
        })
    }

    /// Takes the one of these orders that must be the one of this closing; none if there is none.
    ///
    /// # Errors
    ///
    /// When there are several, and when the one may be that of another closing.
    pub(crate) fn claim(&self, closing: &Closing, mut orders: Vec<Order>) -> Result<Option<Order>> {
        self.recent(|recent| {
            orders.retain(|order| !recent.is_another(order, closing.number));
            let mut orders = orders.into_iter();
            let Some(order) = orders.next() else {
                return Ok(None);
            };
            if let Some(second) = orders.next() {
                return Err(unclear(format!(
                    "several orders could be the one: {}, {} and perhaps more",
                    order.id, second.id
                )));
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

fn unclear(message: String) -> Error {
    Error::new(ErrorKind::Unresolved, message).with(|repr| repr.outcome = Outcome::Unknown)
}

/// A closing that was begun. Dropped without a word, it may have placed an order, or may yet.
#[must_use = "a closing that is dropped counts as one whose order is not known"]
pub(crate) struct ClosingUnderWay {
    client: Client,
    number: u64,
    sent: DateTime<Utc>,
}

impl ClosingUnderWay {
    /// What tells this closing from the others.
    pub(crate) fn number(&self) -> u64 {
        self.number
    }

    /// This machine's time when it was begun.
    pub(crate) fn sent(&self) -> DateTime<Utc> {
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
mod tests {
    use super::*;

    fn client() -> Client {
        let client = Client::builder().key_pair("PKTEST", "secret").build();
        client.unwrap()
    }

    fn order(id: u128, quantity: u32) -> Order {
        serde_json::from_value(serde_json::json!({
            "id": Uuid::from_u128(id), "client_order_id": id.to_string(), "symbol": "BTC/USD",
            "created_at": Utc::now(), "status": "new", "qty": quantity.to_string(),
            "asset_id": Uuid::from_u128(77),
        }))
        .unwrap()
    }

    fn closing(under_way: &ClosingUnderWay, quantity: Option<u32>) -> Closing {
        Closing {
            offset: None,
            number: under_way.number(),
            symbol: "BTCUSD".to_owned(),
            sent: under_way.sent(),
            ended: None,
            quantity: quantity.map(Decimal::from),
            others: Vec::new(),
        }
    }

    fn begin(client: &Client, quantity: Option<u32>) -> (ClosingUnderWay, Closing) {
        let under_way = client.begin_closing(Some("BTCUSD"), quantity.map(Decimal::from));
        let closing = closing(&under_way, quantity);
        (under_way, closing)
    }

    fn claimed(client: &Client, closing: &Closing, orders: &[Order]) -> Option<Uuid> {
        let claimed = client.claim(closing, orders.to_vec()).unwrap();
        claimed.map(|order| order.id)
    }

    fn is_unclear(client: &Client, closing: &Closing, orders: &[Order]) -> bool {
        let claimed = client.claim(closing, orders.to_vec());
        claimed.is_err_and(|error| error.is_unresolved() && error.outcome() == Outcome::Unknown)
    }

    #[test]
    fn what_the_client_has_placed_otherwise_is_not_taken() {
        let client = client();
        let (_under_way, closing) = begin(&client, None);
        let (returned, sent, own) = (order(1, 5), order(2, 5), order(3, 5));
        client.remember(&returned);
        client.remember_id("2");
        let all = [returned, sent, own];
        assert_eq!(claimed(&client, &closing, &all), Some(Uuid::from_u128(3)));
        // Asked again, also by a clone of the client.
        assert_eq!(
            claimed(&client.clone(), &closing, &all),
            Some(Uuid::from_u128(3))
        );
        assert_eq!(claimed(&client, &closing, &[]), None);
        // Nobody else gets it.
        let (_under_way, another) = begin(&client, None);
        assert_eq!(claimed(&client, &another, &all), None);
        assert_eq!(client.known_orders(another.number).len(), 2);
        assert_eq!(client.known_orders(closing.number).len(), 1);
    }

    #[test]
    fn several_are_unclear() {
        let client = client();
        let (_under_way, closing) = begin(&client, None);
        assert!(is_unclear(&client, &closing, &[order(1, 5), order(2, 6)]));
    }

    #[test]
    fn two_closings_that_wait_are_told_from_each_other_by_their_quantities_alone() {
        let client = client();
        for (one, other, clear) in [
            (Some(5), Some(4), true),
            (Some(5), Some(5), false),
            // It may have been cut.
            (Some(5), Some(6), false),
            (Some(5), None, false),
            (None, None, false),
        ] {
            let (under_way, closing) = begin(&client, one);
            let (rival, _) = begin(&client, other);
            let orders = [order(u128::from(rival.number()) + 100, 5)];
            assert_eq!(
                is_unclear(&client, &closing, &orders),
                !clear,
                "{one:?} {other:?}"
            );
            // One that is settled is in nobody's way, nor is one for another symbol.
            rival.settled();
            let elsewhere = client.begin_closing(Some("AAPL"), None);
            assert!(
                claimed(&client, &closing, &orders).is_some(),
                "{one:?} {other:?}"
            );
            elsewhere.settled();
            under_way.settled();
        }
    }

    #[test]
    fn all_positions_and_the_id_of_an_asset_are_in_the_way_too() {
        let client = client();
        let asset = Uuid::from_u128(77).to_string();
        for symbol in [None, Some(asset.as_str())] {
            let (under_way, closing) = begin(&client, Some(5));
            let rival = client.begin_closing(symbol, None);
            assert!(is_unclear(&client, &closing, &[order(1, 5)]), "{symbol:?}");
            rival.settled();
            under_way.settled();
        }
    }

    #[test]
    fn a_closing_is_in_the_way_of_those_within_a_minute_of_it() {
        let client = client();
        let (given_up, first) = begin(&client, None);
        drop(given_up);
        let (_under_way, mut closing) = begin(&client, None);
        let orders = [order(1, 5)];
        closing.sent = first.sent + TimeDelta::seconds(55);
        assert!(
            is_unclear(&client, &closing, &orders),
            "sent within a minute of the first"
        );
        closing.sent = first.sent - TimeDelta::seconds(120);
        assert!(
            is_unclear(&client, &closing, &orders),
            "under way all the time"
        );
        closing.ended = Some(first.sent - TimeDelta::seconds(55));
        assert!(
            is_unclear(&client, &closing, &orders),
            "given up just before the first"
        );
        closing.ended = Some(first.sent - TimeDelta::seconds(65));
        assert!(
            claimed(&client, &closing, &orders).is_some(),
            "long before the first"
        );
        let (_under_way, mut closing) = begin(&client, None);
        closing.sent = first.sent + TimeDelta::seconds(65);
        assert!(
            claimed(&client, &closing, &[order(2, 5)]).is_some(),
            "long after the first"
        );
    }

    #[test]
    fn only_the_latest_are_remembered() {
        let client = client();
        let (first, _) = begin(&client, None);
        for id in 0..1_000 {
            client.remember(&order(id, 1));
            client.remember_id(&id.to_string());
            drop(begin(&client, None));
        }
        client.recent(|recent| {
            assert_eq!(recent.orders.len(), REMEMBERED);
            assert_eq!(recent.client_order_ids.len(), REMEMBERED);
            assert_eq!(recent.closings.len(), REMEMBERED);
            // Those that are under way stay.
            let mut closings = recent.closings.iter();
            assert!(closings.any(|closing| closing.number == first.number));
        });
        assert!(
            client
                .known_orders(u64::MAX)
                .contains(&Uuid::from_u128(999))
        );
    }
}
