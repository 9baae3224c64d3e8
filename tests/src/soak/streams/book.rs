//! The book of a consumer: what it knows of the account from the stream alone, and whether it was told
//! everything once and in order.

use std::collections::{BTreeMap, HashMap, HashSet};

use alpaca_trading::stream::{Origin, StreamItem, TradeEvent, TradeUpdate};
use alpaca_trading::types::{Order, OrderStatus, TradingActivities};
use alpaca_trading::{Decimal, Uuid};

/// What a consumer knows.
#[derive(Debug, Default)]
pub(super) struct Book {
    orders: HashMap<Uuid, Page>,
    /// The ids of all events that the stream has told as they happened.
    events: HashSet<String>,
    pub(super) updates: u64,
    pub(super) fills: u64,
    pub(super) missed: u64,
    pub(super) items: u64,
    pub(super) lagged: u64,
    /// What must not be.
    pub(super) wrong: Vec<String>,
}

/// What it knows of one order.
#[derive(Debug)]
struct Page {
    order: Order,
    last: TradeEvent,
    /// By the running total.
    fills: BTreeMap<Decimal, (Decimal, Decimal)>,
    newest: Option<String>,
    ended: bool,
}

/// What must be as the account has it.
#[derive(Debug, PartialEq)]
struct State<'a> {
    status: &'a OrderStatus,
    qty: Option<Decimal>,
    filled_qty: Option<Decimal>,
    filled_avg_price: Option<Decimal>,
    limit_price: Option<Decimal>,
    stop_price: Option<Decimal>,
    replaced_by: Option<Uuid>,
}

impl<'a> State<'a> {
    fn of(order: &'a Order) -> Self {
        Self {
            status: &order.status,
            qty: order.qty,
            filled_qty: order.filled_qty,
            filled_avg_price: order.filled_avg_price,
            limit_price: order.limit_price,
            stop_price: order.stop_price,
            replaced_by: order.replaced_by,
        }
    }
}

fn is_end(status: &OrderStatus) -> bool {
    matches!(
        status,
        OrderStatus::Filled
            | OrderStatus::Canceled
            | OrderStatus::Expired
            | OrderStatus::Rejected
            | OrderStatus::Replaced
    )
}

impl Book {
    pub(super) fn take(&mut self, item: &StreamItem<TradeUpdate>) {
        self.items += 1;
        if let StreamItem::Lagged { dropped } = item {
            self.lagged += dropped;
        }
        for update in item.updates() {
            self.enter(update);
        }
    }

    fn enter(&mut self, update: &TradeUpdate) {
        self.updates += 1;
        self.missed += u64::from(update.was_missed());
        let id = update.order.id;
        let page = self.orders.entry(id).or_insert_with(|| Page {
            order: update.order.clone(),
            last: update.event.clone(),
            fills: BTreeMap::new(),
            newest: None,
            ended: false,
        });
        let mut wrong = |what: &str| {
            self.wrong.push(format!(
                "{what}: {id} {} {:?} after {}",
                update.event, update.origin, page.last
            ));
        };
        let refused = matches!(
            update.event,
            TradeEvent::OrderCancelRejected | TradeEvent::OrderReplaceRejected
        );
        if page.ended && !refused && !update.event.is_correction() {
            wrong("an update after the end");
        }
        if update.origin == Origin::Stream
            && let Some(event) = &update.event_id
        {
            if page.newest.as_ref().is_some_and(|newest| event < newest) {
                wrong("an update after a later one");
            }
            if !self.events.insert(event.clone()) {
                wrong("an update twice");
            }
            page.newest = Some(event.clone());
        }
        if let Some(fill) = update.fill() {
            self.fills += 1;
            let total = fill.cum_qty.unwrap_or_default();
            if page
                .fills
                .keys()
                .next_back()
                .is_some_and(|last| *last > total)
            {
                wrong("a fill after a later one");
            }
            if page.fills.insert(total, (fill.qty, fill.price)).is_some() {
                wrong("a fill twice");
            }
        }
        page.order = update.order.clone();
        page.last = update.event.clone();
        // Of fills that were missed, each carries the order as it is after all of them.
        page.ended = is_end(&update.order.status) && update.origin != Origin::MissedFill;
    }

    /// What is not as the account has it; nothing when everything was told.
    pub(super) fn differences(&self, orders: &[Order], fills: &[TradingActivities]) -> Vec<String> {
        let mut found = Vec::new();
        for order in orders {
            let Some(page) = self.orders.get(&order.id) else {
                // A leg that waits has no event.
                if order.status != OrderStatus::Held {
                    found.push(format!(
                        "{} is {} and was never told",
                        order.id, order.status
                    ));
                }
                continue;
            };
            let (told, expected) = (State::of(&page.order), State::of(order));
            if told != expected {
                found.push(format!(
                    "{} is {expected:?}, and was told as {told:?} ({})",
                    order.id, page.last
                ));
            }
        }
        let mut count = 0;
        for fill in fills {
            let id = fill.order_id.unwrap_or_default();
            let told = self
                .orders
                .get(&id)
                .and_then(|page| page.fills.get(&fill.cum_qty?));
            let expected = fill.qty.zip(fill.price);
            if told.copied() != expected {
                found.push(format!(
                    "{id}: the fill of {:?} at {:?} up to {:?} was told as {told:?}",
                    fill.qty, fill.price, fill.cum_qty
                ));
            }
            count += 1;
        }
        let told: usize = self.orders.values().map(|page| page.fills.len()).sum();
        if told != count {
            found.push(format!("{told} fills were told, and there are {count}"));
        }
        found
    }
}
