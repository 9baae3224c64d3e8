//! What is read of the account after an interruption, and in which order.
//!
//! The order matters. Open orders are read before closed ones, so that one which ends in between is in
//! both and not in neither. Fills are read after orders, so that every fill that an order shows is there;
//! where the service is late with them, they are read again.

use std::collections::{HashMap, HashSet};
use std::future::Future;
use std::pin::Pin;
use std::time::Duration;

use alpaca_trading_gen::types::{AccountActivity, Order, TradingActivities};
use chrono::{DateTime, TimeDelta, Utc};
use uuid::Uuid;

use super::ledger::{Ledger, Reading, UnreadOrder};
use super::moment;
use crate::error::{Error, ErrorKind, Result};
use crate::orders::OrderQuery;
use crate::resources::activities::ActivityQuery;
use crate::{Client, Rows};

/// How much further back than necessary orders are looked for.
const OVERLAP: TimeDelta = TimeDelta::seconds(60);

/// How many orders that are in no list are asked for one by one.
const SINGLY: usize = 10;

/// How many orders are asked for one by one in any case: the others have their turn in a later reading.
const AT_MOST: usize = 100;

/// How many pages of orders the stream begins with at most.
const PAGES: usize = 20;

/// How often fills are looked for that an order shows and the list of activities does not.
const TRIES: u32 = 5;

/// The wait before the second time; it doubles.
const FIRST_WAIT: Duration = Duration::from_millis(250);

type Answer<'a, T> = Pin<Box<dyn Future<Output = Result<T>> + Send + 'a>>;

/// Where the account is read from.
pub(super) trait Source: Send + Sync + 'static {
    /// The orders that a query finds, each as an order of its own.
    fn orders(&self, query: OrderQuery) -> Answer<'_, Rows<Order>>;

    /// The newest orders, back to [`OVERLAP`] before the newest of all.
    fn newest_orders(&self) -> Answer<'_, Rows<Order>>;

    /// One order; none if there is no such order.
    fn order(&self, id: Uuid) -> Answer<'_, Option<Order>>;

    /// The fills from this time on, the oldest first.
    fn fills(&self, since: DateTime<Utc>) -> Answer<'_, Rows<AccountActivity>>;
}

impl Source for Client {
    fn orders(&self, query: OrderQuery) -> Answer<'_, Rows<Order>> {
        Box::pin(Client::orders(self).list(query.nested(false)).collect())
    }

    fn newest_orders(&self) -> Answer<'_, Rows<Order>> {
        Box::pin(async move {
            let mut pages = Client::orders(self).list(OrderQuery::all().nested(false));
            let mut found = Rows::new(Vec::new(), Vec::new());
            let mut newest = None;
            for _ in 0..PAGES {
                let Some(page) = pages.next_page().await? else {
                    break;
                };
                let oldest = page.last().and_then(|order| order.submitted_at);
                newest = newest.or_else(|| page.first()?.submitted_at);
                found.append(page);
                if oldest
                    .zip(newest)
                    .is_some_and(|(oldest, newest)| oldest < moment::before(newest, OVERLAP))
                {
                    break;
                }
            }
            Ok(found)
        })
    }

    fn order(&self, id: Uuid) -> Answer<'_, Option<Order>> {
        Box::pin(async move {
            match Client::orders(self).get(id).await {
                Ok(order) => Ok(Some(order)),
                Err(error) if error.is_not_found() => Ok(None),
                Err(error) => Err(error),
            }
        })
    }

    fn fills(&self, since: DateTime<Utc>) -> Answer<'_, Rows<AccountActivity>> {
        let query = ActivityQuery::fills().after(since).oldest_first();
        Box::pin(self.activities().list(query).collect())
    }
}

/// A reading, and what of it could not be understood.
#[derive(Debug, Default)]
pub(super) struct Found {
    pub(super) reading: Reading,
    pub(super) undecodable: Vec<(String, String)>,
    /// Orders that were asked for one by one, and why they could not be had.
    pub(super) failed: Vec<(Uuid, Error)>,
}

impl Found {
    /// The orders of a list. Those that could not be understood are looked for again.
    fn take_orders(&mut self, rows: Rows<Order>) -> Vec<Order> {
        let unread = rows.undecodable().iter();
        let unread = unread.map(|row| UnreadOrder::of_row(row.json()));
        self.reading.unread.extend(unread);
        self.take(rows)
    }

    fn take<T>(&mut self, rows: Rows<T>) -> Vec<T> {
        let (rows, bad) = rows.into_parts();
        // Whole: it is clipped where the secret is known, of which a cut could leave a part.
        let bad = bad.iter();
        let bad = bad.map(|row| (row.json().to_owned(), row.error().to_string()));
        self.undecodable.extend(bad);
        rows
    }
}

/// Looks at the ledger while nothing else does.
pub(super) trait Look: Send + Sync {
    fn look<T>(&self, look: impl FnOnce(&Ledger) -> T) -> T;
}

/// Reads what a stream begins with: the orders that are open, and the newest others.
pub(super) async fn beginning(source: &dyn Source) -> Result<Found> {
    let mut found = Found::default();
    let open = source.orders(OrderQuery::open()).await?;
    let mut orders = found.take_orders(open);
    let newest = source.newest_orders().await?;
    let newest = found.take_orders(newest);
    let known: HashSet<_> = newest.iter().map(|order| order.id).collect();
    // What is in both has been read later there.
    orders.retain(|order| !known.contains(&order.id));
    orders.extend(newest);
    found.reading.orders = orders;
    Ok(found)
}

/// Reads what may have happened since the ledger was last up to date.
pub(super) async fn missed(source: &dyn Source, ledger: &impl Look) -> Result<Found> {
    let mut found = Found::default();
    let (known, unread, sound) = ledger.look(|ledger| {
        found.reading.messages = ledger.messages();
        found.reading.newest = ledger.newest();
        (ledger.open(), ledger.unread(), ledger.sound_until())
    });

    let mut orders: HashMap<Uuid, Order> = HashMap::new();
    let open = source.orders(OrderQuery::open()).await?;
    orders.extend(
        found
            .take_orders(open)
            .into_iter()
            .map(|order| (order.id, order)),
    );
    let mut closed = OrderQuery::closed();
    if let Some(sound) = sound {
        closed = closed.after(moment::before(sound, OVERLAP));
    }
    let closed = source.orders(closed).await?;
    orders.extend(
        found
            .take_orders(closed)
            .into_iter()
            .map(|order| (order.id, order)),
    );

    let away = |orders: &HashMap<Uuid, Order>| -> Vec<(DateTime<Utc>, Uuid)> {
        let away = known.iter().filter(|(id, _)| !orders.contains_key(id));
        away.map(|(id, submitted)| (*submitted, *id)).collect()
    };
    let mut many = away(&orders);
    // No list has helped with these.
    many.retain(|(_, id)| !unread.contains(id));
    if many.len() > SINGLY
        && let (Some((first, _)), Some((last, _))) = (many.iter().min(), many.iter().max())
    {
        let second = TimeDelta::seconds(1);
        let query = OrderQuery::closed()
            .after(moment::before(*first, second))
            .until(moment::after(*last, second));
        let closed = source.orders(query).await?;
        // Those that could not be understood are asked for below, if they are wanted.
        let closed = found.take(closed).into_iter();
        let wanted = closed.filter(|order| known.contains_key(&order.id));
        orders.extend(wanted.map(|order| (order.id, order)));
    }
    let alone = away(&orders);
    singly(source, &mut found, &mut orders, alone).await;
    found.reading.orders = orders.into_values().collect();
    fills(source, ledger, &mut found).await?;
    Ok(found)
}

/// Asks for orders one by one. One that cannot be had keeps none of the others from being read.
async fn singly(
    source: &dyn Source,
    found: &mut Found,
    orders: &mut HashMap<Uuid, Order>,
    away: Vec<(DateTime<Utc>, Uuid)>,
) {
    let mut left = AT_MOST;
    for (submitted, id) in away {
        let answer = match left {
            0 => None,
            _ => Some(source.order(id).await),
        };
        left = left.saturating_sub(1);
        match answer {
            Some(Ok(Some(order))) => {
                orders.insert(id, order);
            }
            Some(Ok(None)) => found.reading.gone.push(id),
            Some(Err(error)) => {
                if !concerns_one(&error) {
                    left = 0;
                }
                found.failed.push((id, error));
                found.reading.unread.push(UnreadOrder::of(id, submitted));
            }
            None => found.reading.unread.push(UnreadOrder::of(id, submitted)),
        }
    }
}

/// Whether a failure is the answer to what was asked for, so that the answer to something else may be another.
fn concerns_one(error: &Error) -> bool {
    let answered = matches!(
        error.kind(),
        ErrorKind::Answer | ErrorKind::Decode | ErrorKind::TooLarge
    );
    answered && !error.is_rate_limited() && !error.is_unauthorized()
}

/// Reads the fills that the orders show and that were not told.
async fn fills(source: &dyn Source, ledger: &impl Look, found: &mut Found) -> Result<()> {
    let mut wait = FIRST_WAIT;
    for attempt in 0..TRIES {
        let (since, may_be_late) = ledger.look(|ledger| {
            let reading = &found.reading;
            let since = ledger.fills_missing_since(reading);
            (since, ledger.fills_may_be_late(reading))
        });
        let Some(since) = since else {
            break;
        };
        if attempt > 0 {
            if !may_be_late {
                break;
            }
            tokio::time::sleep(wait).await;
            wait *= 2;
        }
        let rows = source.fills(since).await?;
        found.reading.searched = true;
        for activity in found.take(rows) {
            if let AccountActivity::Trade(fill) = activity
                && let Some(order) = fill.order_id
            {
                let fills = found.reading.fills.entry(order).or_default();
                if !fills
                    .iter()
                    .any(|known: &TradingActivities| known.id == fill.id)
                {
                    fills.push(*fill);
                }
            }
        }
    }
    Ok(())
}
