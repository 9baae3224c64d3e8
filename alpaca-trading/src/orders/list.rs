//! The list of orders, page by page.
//!
//! Alpaca has two ways to go on after a page, and they exclude each other:
//!
//! | the query | how the next page is asked for |
//! | --- | --- |
//! | without bounds in time | `before_order_id` or `after_order_id`: the last order of this page |
//! | with `after` or `until` | `until` or `after`: the time of submission of the last order of this page |
//!
//! An order as a cursor is exact, whatever the clock says, so it is used wherever it may be. A time is
//! not: orders that were submitted together (the legs of a bracket) have the same one, and bounds are
//! exclusive. So the next page begins a little before the end of this one, and what it repeats is left
//! out. When a whole page was submitted within a microsecond, the largest possible page is asked for;
//! if that does not reach further either, the list ends in an error of kind
//! [`Pagination`](ErrorKind::Pagination) rather than without some of its orders.
//!
//! A page with fewer orders than were asked for is the last, legs counted. The order that a page begins
//! after may come again on it. A row that cannot be read is as good as a cursor as any other, as long as
//! its id or time can be made out.

mod place;

use std::collections::HashSet;
use std::sync::{Arc, Mutex, PoisonError};

use alpaca_trading_gen::types::{ListOrdersDirection, Order};
use alpaca_trading_gen::{CommaList, DateOrTime};
use chrono::{DateTime, SecondsFormat, Utc};

use super::query::LARGEST_PAGE;
use super::{OrderQuery, Orders};
use crate::Client;
use crate::error::{Error, ErrorKind, Result};
use crate::lists::{Fetched, Pager, Rows, Undecodable, hashed};
use place::Place;

/// How far a page may reach back over the one before, the better first: a millisecond, in case the
/// service rounds what it is given; where orders come faster than that, a microsecond.
const OVERLAPS: [chrono::TimeDelta; 2] = [
    chrono::TimeDelta::milliseconds(1),
    chrono::TimeDelta::microseconds(1),
];

impl Orders {
    /// The orders that `query` describes, page by page.
    ///
    /// Nothing is sent until the first row or page is asked for. An order that is submitted while the
    /// list is read comes at its end if the oldest come first, and not at all if the newest do. One that
    /// changes its state meanwhile comes at most once, in the state that it had when its page was
    /// read. At most 500 orders come with one request; requests count against the rate limit.
    ///
    /// # Errors
    ///
    /// The first page of a query that breaks a rule is an error of kind
    /// [`Invalid`](ErrorKind::Invalid), and nothing is sent; otherwise those of any read, for each page.
    ///
    /// # Examples
    ///
    /// ```no_run
    /// use alpaca_trading::orders::OrderQuery;
    ///
    /// # async fn run(client: alpaca_trading::Client) -> alpaca_trading::Result<()> {
    /// let mut orders = client.orders().list(OrderQuery::closed().symbol("AAPL"));
    /// while let Some(page) = orders.next_page().await? {
    ///     for order in &page {
    ///         println!("{:?} {}", order.submitted_at, order.status);
    ///     }
    /// }
    /// # Ok(()) }
    /// ```
    ///
    /// Raw operation: [`list_orders`](alpaca_trading_gen::Client::list_orders).
    pub fn list(&self, query: OrderQuery) -> Pager<Order> {
        let client = self.client.clone();
        let listing = Arc::new(Listing {
            query,
            unreadable: Mutex::new(HashSet::new()),
        });
        Pager::new(
            &self.client,
            "list_orders",
            |order: &Order| hashed(order.id),
            move |cursor| {
                let client = client.clone();
                let listing = Arc::clone(&listing);
                Box::pin(async move { listing.page(&client, cursor.as_deref()).await })
            },
        )
    }
}

/// A list that is being read.
struct Listing {
    query: OrderQuery,
    /// The rows that could not be read and have been given, by the hash of their id.
    unreadable: Mutex<HashSet<u64>>,
}

impl Listing {
    async fn page(&self, client: &Client, cursor: Option<&str>) -> Result<Fetched<Order>> {
        let query = &self.query;
        query.check()?;
        let start = Start::read(cursor)?;
        let limit = start.limit(query);
        let direction = match query.is_ascending() {
            true => ListOrdersDirection::Asc,
            false => ListOrdersDirection::Desc,
        };
        let mut call = client
            .raw()
            .list_orders()
            .limit(i64::from(limit))
            .direction(direction);
        if let Some(status) = &query.status {
            call = call.status(status.clone());
        }
        if let Some(nested) = query.nested {
            call = call.nested(nested);
        }
        if let Some(symbols) = query.symbol_list() {
            call = call.symbols(symbols);
        }
        if let Some(side) = &query.side {
            call = call.side(side.as_str());
        }
        if !query.asset_classes.is_empty() {
            call = call.asset_class(CommaList(query.asset_classes.clone()));
        }
        let bounds = start.bounds(query);
        if let Some(time) = bounds.after {
            call = call.after(time);
        }
        if let Some(time) = bounds.until {
            call = call.until(time);
        }
        if let Some(id) = bounds.after_order {
            call = call.after_order_id(id);
        }
        if let Some(id) = bounds.before_order {
            call = call.before_order_id(id);
        }
        let rows = client.call_rows(call.send()).await?;
        let next = next(query, &start, &rows)?;
        let rows = self.without_repeated(rows);
        Ok(Fetched {
            rows,
            next: next.map(|next| next.write()),
        })
    }

    /// Leaves out the unreadable rows that have come before; the others are the pager's.
    fn without_repeated(&self, rows: Rows<Order>) -> Rows<Order> {
        if rows.undecodable().is_empty() {
            return rows;
        }
        let mut known = self
            .unreadable
            .lock()
            .unwrap_or_else(PoisonError::into_inner);
        let (rows, mut unreadable) = rows.into_parts();
        unreadable.retain(|row| match Place::of_json(row.json()).id {
            Some(id) => known.insert(hashed(id)),
            None => true,
        });
        Rows::new(rows, unreadable)
    }
}

/// Where a page begins.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Start {
    /// Where the query says.
    Query,
    /// After the order with this id.
    Order(String),
    /// At this time, in the direction of the list.
    Time {
        bound: DateTime<Utc>,
        /// Whether to ask for as much as can be had, since a page did not get beyond this time.
        wide: bool,
    },
}

/// The parameters that say where a page begins and ends.
#[derive(Debug, Default, PartialEq, Eq)]
struct Bounds {
    after: Option<DateOrTime>,
    until: Option<DateOrTime>,
    after_order: Option<String>,
    before_order: Option<String>,
}

impl Start {
    /// From the text that the pager keeps.
    fn read(cursor: Option<&str>) -> Result<Self> {
        let Some(text) = cursor else {
            return Ok(Self::Query);
        };
        let start = match text.split_once(' ') {
            Some(("order", id)) => Some(Self::Order(id.to_owned())),
            Some(("time", time)) => {
                let wide = time.ends_with(WIDE);
                DateTime::parse_from_rfc3339(time.trim_end_matches(WIDE))
                    .ok()
                    .map(|time| Self::Time {
                        bound: time.to_utc(),
                        wide,
                    })
            }
            _ => None,
        };
        start.ok_or_else(|| Error::new(ErrorKind::Pagination, "a page begins nowhere"))
    }

    /// As the text that the pager keeps, and shows when the list turns in a circle.
    fn write(&self) -> String {
        match self {
            Self::Query => String::new(),
            Self::Order(id) => format!("order {id}"),
            Self::Time { bound, wide } => {
                let bound = bound.to_rfc3339_opts(SecondsFormat::Nanos, true);
                format!("time {bound}{}", if *wide { WIDE } else { "" })
            }
        }
    }

    /// How many orders to ask for.
    fn limit(&self, query: &OrderQuery) -> u16 {
        let size = query.page_size.unwrap_or(LARGEST_PAGE);
        match self {
            Self::Query => size,
            // The first of them may be the one that the page begins after.
            Self::Order(_) => size.max(2),
            Self::Time { wide, .. } => match wide {
                true => LARGEST_PAGE,
                false => size,
            },
        }
    }

    fn bounds(&self, query: &OrderQuery) -> Bounds {
        let mut bounds = Bounds {
            after: query.after,
            until: query.until,
            after_order: query.after_order.map(|id| id.to_string()),
            before_order: query.before_order.map(|id| id.to_string()),
        };
        let ascending = query.is_ascending();
        match self {
            Self::Query => {}
            Self::Order(id) if ascending => bounds.after_order = Some(id.clone()),
            Self::Order(id) => bounds.before_order = Some(id.clone()),
            Self::Time { bound, .. } if ascending => bounds.after = Some((*bound).into()),
            Self::Time { bound, .. } => bounds.until = Some((*bound).into()),
        }
        bounds
    }
}

const WIDE: &str = " (widened)";

/// Where the page after this one begins; none if this is the last.
fn next(query: &OrderQuery, start: &Start, rows: &Rows<Order>) -> Result<Option<Start>> {
    let places = Place::of_page(rows);
    // Whether legs count against the limit is not documented; one request too many does no harm.
    let filled = places.iter().map(|place| 1 + place.legs).sum::<usize>();
    if places.is_empty() || filled < usize::from(start.limit(query)) {
        return Ok(None);
    }
    let next = if query.has_times() {
        let time_of = |place: &Place| place.time;
        let first = places.iter().find_map(time_of);
        let last = places.iter().rev().find_map(time_of);
        first
            .zip(last)
            .map(|(first, last)| after_times(query, start, first, last))
    } else {
        let last = places.into_iter().rev().find_map(|place| place.id);
        last.map(Start::Order)
    };
    match (next, rows.undecodable().first()) {
        (Some(next), _) => Ok(Some(next)),
        // Rows that can be read have both, so there is a row that cannot. It is not that row that fails
        // but the page: asked for again it would come to the same.
        (None, Some(row)) => Err(Undecodable::into_error(row.clone()).with(|repr| {
            repr.row = None;
            repr.message = format!(
                "no order of the page tells where the next page begins: {}",
                repr.message
            );
        })),
        (None, None) => Ok(None),
    }
}

/// Where to go on after a page whose first and last orders were submitted at these times.
fn after_times(
    query: &OrderQuery,
    start: &Start,
    first: DateTime<Utc>,
    last: DateTime<Utc>,
) -> Start {
    let back = |overlap: chrono::TimeDelta| match query.is_ascending() {
        true => last.checked_sub_signed(overlap).unwrap_or(last),
        false => last.checked_add_signed(overlap).unwrap_or(last),
    };
    // Within the times of this page, and so within the bounds of the query.
    let is_inside = |bound: &DateTime<Utc>| match query.is_ascending() {
        true => *bound > first,
        false => *bound < first,
    };
    if let Some(bound) = OVERLAPS.into_iter().map(back).find(is_inside) {
        return Start::Time { bound, wide: false };
    }
    // The whole page lies within a microsecond: the next one has it all again, and must have more. If
    // this one was as large as can be had, it is where the pager sees the circle.
    let [.., smallest] = OVERLAPS;
    let bound = back(smallest);
    let edge = match (start, query.is_ascending()) {
        (Start::Time { bound, .. }, _) => Some(*bound),
        (_, true) => query.after.and_then(|edge| edge.time()),
        (_, false) => query.until.and_then(|edge| edge.time()),
    };
    let bound = match edge {
        Some(edge) if query.is_ascending() => bound.max(edge),
        Some(edge) => bound.min(edge),
        None => bound,
    };
    Start::Time { bound, wide: true }
}

#[cfg(test)]
mod tests {
    use super::*;
    use chrono::TimeDelta;
    use uuid::Uuid;

    fn time(micros: i64) -> DateTime<Utc> {
        DateTime::UNIX_EPOCH + TimeDelta::microseconds(micros)
    }

    fn order(number: u128, micros: i64) -> Order {
        serde_json::from_value(serde_json::json!({
            "id": Uuid::from_u128(number), "client_order_id": number.to_string(),
            "created_at": time(micros), "submitted_at": time(micros), "status": "new",
        }))
        .unwrap()
    }

    fn page(times: &[i64]) -> Rows<Order> {
        let orders = (1..).zip(times).map(|(number, time)| order(number, *time));
        Rows::new(orders.collect(), Vec::new())
    }

    fn by_time() -> OrderQuery {
        OrderQuery::all().until(time(1_000_000_000)).page_size(3)
    }

    fn at(micros: i64, wide: bool) -> Option<Start> {
        Some(Start::Time {
            bound: time(micros),
            wide,
        })
    }

    #[test]
    fn where_a_page_begins_survives_the_pager() {
        let id = "61e69015-8549-4bfd-b9c3-01e75843f47d".to_owned();
        for start in [
            Start::Order(id),
            at(5, false).unwrap(),
            at(-5, true).unwrap(),
        ] {
            assert_eq!(Start::read(Some(&start.write())).unwrap(), start);
        }
        assert_eq!(Start::read(None).unwrap(), Start::Query);
        for text in ["", "time", "time x", "order", "page 2"] {
            let error = Start::read(Some(text)).unwrap_err();
            assert_eq!(error.kind(), ErrorKind::Pagination, "{text}");
        }
    }

    #[test]
    fn without_times_the_last_order_is_the_cursor() {
        let query = OrderQuery::all().page_size(3);
        let start = next(&query, &Start::Query, &page(&[9, 8, 7])).unwrap();
        let last = Uuid::from_u128(3).to_string();
        assert_eq!(start, Some(Start::Order(last.clone())));
        let bounds = start.unwrap().bounds(&query);
        assert_eq!(bounds.before_order, Some(last.clone()));
        let bounds = Start::Order(last.clone()).bounds(&query.oldest_first());
        assert_eq!(bounds.after_order, Some(last));
        assert_eq!(bounds.before_order, None);
    }

    #[test]
    fn a_page_that_is_not_full_is_the_last() {
        let query = OrderQuery::all().page_size(3);
        for times in [&[][..], &[9], &[9, 8]] {
            assert_eq!(next(&query, &Start::Query, &page(times)).unwrap(), None);
        }
    }

    #[test]
    fn a_page_of_few_parents_may_have_been_cut_by_their_legs() {
        let mut parent = order(1, 9);
        let leg = serde_json::json!({"id": Uuid::from_u128(2)});
        parent.legs = vec![
            serde_json::from_value(leg.clone()).unwrap(),
            serde_json::from_value(leg).unwrap(),
        ];
        let rows = Rows::new(vec![parent], Vec::new());
        let query = OrderQuery::all().nested(true).page_size(3);
        assert!(next(&query, &Start::Query, &rows).unwrap().is_some());
    }

    #[test]
    fn times_reach_back_a_little_and_never_stand_still() {
        // Far apart: a millisecond.
        let start = next(&by_time(), &Start::Query, &page(&[9_000, 7_000, 5_000])).unwrap();
        assert_eq!(start, at(6_000, false));
        let query = by_time().oldest_first();
        let start = next(&query, &Start::Query, &page(&[5_000, 7_000, 9_000])).unwrap();
        assert_eq!(start, at(8_000, false));
        // Close together: a microsecond.
        let start = next(&by_time(), &Start::Query, &page(&[520, 510, 500])).unwrap();
        assert_eq!(start, at(501, false));
        // At once: the same again, and more of it.
        let start = next(&by_time(), &Start::Query, &page(&[500, 500, 500])).unwrap();
        assert_eq!(start, at(501, true));
        let start = start.unwrap();
        assert_eq!(start.limit(&by_time()), LARGEST_PAGE);
        let many = page(&[500; 500]);
        assert_eq!(next(&by_time(), &start, &many).unwrap(), Some(start));
    }

    #[test]
    fn the_bounds_of_the_query_are_never_left() {
        let query = OrderQuery::all()
            .until(time(500) + TimeDelta::nanoseconds(1))
            .page_size(2);
        let Some(start) = next(&query, &Start::Query, &page(&[500, 500])).unwrap() else {
            panic!("there is a next page");
        };
        assert_eq!(start.bounds(&query).until, query.until);
        let query = OrderQuery::all()
            .after(time(100))
            .until(time(900))
            .page_size(2);
        let start = next(&query, &Start::Query, &page(&[800, 700]))
            .unwrap()
            .unwrap();
        assert_eq!(start.bounds(&query).after, query.after);
        assert_eq!(start.bounds(&query).until, Some(time(701).into()));
    }
}
