//! The list of orders against a server that has more of them than fit on a page.

use std::collections::HashSet;
use std::future::poll_fn;
use std::pin::Pin;
use std::sync::{Arc, Mutex};

use alpaca_trading::chrono::{DateTime, NaiveDate, SecondsFormat, TimeDelta, Utc};
use alpaca_trading::orders::{AssetClass, OrderQuery};
use alpaca_trading::types::Order;
use alpaca_trading::{Client, ErrorKind, RowStream, Rows, Side, Uuid};
use futures_core::Stream as _;
use tests::loopback::{Loopback, Recorded, Reply};
use tests::percent;

use crate::{client, no_symbols, refused, sent};

const ORDERS: u128 = 12_345;

#[derive(Clone)]
struct Row {
    id: Uuid,
    time: DateTime<Utc>,
    readable: bool,
}

impl Row {
    fn json(&self) -> String {
        let time = self.time.to_rfc3339_opts(SecondsFormat::AutoSi, true);
        let quantity = if self.readable { "\"1\"" } else { "[]" };
        format!(
            r#"{{"id":"{}","client_order_id":"c","created_at":"{time}","submitted_at":"{time}",
                "status":"filled","qty":{quantity}}}"#,
            self.id
        )
    }
}

/// The orders of the server, the oldest first, and how it behaves.
#[derive(Clone, Default)]
struct Book {
    rows: Vec<Row>,
    /// A page begins with the order that it should begin after.
    repeats_anchor: bool,
    /// With every page there is another order.
    grows: bool,
    /// Pages are always the first one.
    stands_still: bool,
}

fn start() -> DateTime<Utc> {
    "2026-01-05T14:30:00Z".parse().expect("a time")
}

impl Book {
    /// `together` orders at a time, and then a pause of `step`.
    fn of(count: u128, together: u128, step: TimeDelta) -> Self {
        let row = |number: u128| Row {
            // Ids say nothing of the order in time.
            id: Uuid::from_u128(number.wrapping_mul(0x9E37_79B9_7F4A_7C15_F39C_C060_5CED_C835)),
            time: start() + step * i32::try_from(number / together).expect("few"),
            readable: true,
        };
        Self {
            rows: (1..=count).map(row).collect(),
            ..Self::default()
        }
    }

    fn page(&mut self, request: &Recorded) -> Reply {
        assert_eq!(request.path(), "/v2/orders");
        let parameters = percent::query(request.query()).expect("a query");
        let get = |name: &str| {
            let mut found = parameters.iter().filter(|(known, _)| known == name);
            let first = found.next().map(|(_, value)| value.as_str());
            assert!(found.next().is_none(), "{name} is sent twice");
            first
        };
        let anchors = [get("before_order_id"), get("after_order_id")];
        let times = [get("after"), get("until")];
        if anchors.iter().flatten().count() > 1
            || anchors.iter().flatten().count() == 1 && times.iter().flatten().count() > 0
        {
            return Reply::json(422, r#"{"code":42210000,"message":"exclusive parameters"}"#);
        }
        let limit: usize = get("limit").expect("a limit").parse().expect("a number");
        assert!((1..=500).contains(&limit), "{limit}");
        let ascending = match get("direction") {
            Some("asc") => true,
            None | Some("desc") => false,
            Some(other) => panic!("{other}"),
        };
        let [after, until] = times.map(|time| time.map(moment));
        let at = |anchor: Option<&str>| {
            let id: Option<Uuid> = anchor.map(|id| id.parse().expect("an id"));
            id.map(|id| {
                self.rows
                    .iter()
                    .position(|row| row.id == id)
                    .expect("known")
            })
        };
        let [before, beyond] = anchors.map(at);
        let shift = usize::from(self.repeats_anchor);
        let from = beyond.map_or(0, |index| index + 1 - shift);
        let to = before.map_or(self.rows.len(), |index| index + shift);
        let (from, to) = match self.stands_still {
            true => (0, self.rows.len()),
            false => (from, to),
        };
        let inside = |row: &&Row| {
            after.is_none_or(|after| row.time > after) && until.is_none_or(|until| row.time < until)
        };
        let rows = self.rows[from..to].iter().filter(inside);
        let texts: Vec<_> = match ascending {
            true => rows.take(limit).map(Row::json).collect(),
            false => rows.rev().take(limit).map(Row::json).collect(),
        };
        if self.grows {
            let last = self.rows.last().expect("an order").time;
            self.rows.push(Row {
                id: Uuid::from_u128(1_000_000 + self.rows.len() as u128),
                time: last + TimeDelta::milliseconds(5),
                readable: true,
            });
        }
        Reply::json(200, format!("[{}]", texts.join(",")))
    }

    async fn serve(self) -> (Loopback, Client) {
        let book = Arc::new(Mutex::new(self));
        let server =
            Loopback::start(move |request| book.lock().expect("a book").page(request)).await;
        let client = client(&server);
        (server, client)
    }
}

fn moment(text: &str) -> DateTime<Utc> {
    match text.parse::<NaiveDate>() {
        Ok(date) => date.and_time(Default::default()).and_utc(),
        Err(_) => text.parse().expect("a time"),
    }
}

fn ids<'a>(orders: impl IntoIterator<Item = &'a Order>) -> Vec<Uuid> {
    orders.into_iter().map(|order| order.id).collect()
}

fn expected(book: &Book, query: &OrderQuery) -> Vec<Uuid> {
    let ids = book.rows.iter().map(|row| row.id);
    match format!("{query:?}").contains("Asc") {
        true => ids.collect(),
        false => ids.rev().collect(),
    }
}

async fn all(client: &Client, query: OrderQuery) -> Rows<Order> {
    client
        .orders()
        .list(query)
        .collect()
        .await
        .expect("the whole list")
}

/// Within these times every order of every book was submitted.
fn bounded(query: OrderQuery) -> OrderQuery {
    query
        .after(NaiveDate::from_ymd_opt(2026, 1, 5).expect("a day"))
        .until(start() + TimeDelta::days(30))
}

#[tokio::test]
async fn every_order_comes_once_in_either_direction() {
    for repeats_anchor in [false, true] {
        let book = Book {
            repeats_anchor,
            ..Book::of(ORDERS, 3, TimeDelta::seconds(1))
        };
        let (server, client) = book.clone().serve().await;
        for query in [
            OrderQuery::all(),
            OrderQuery::all().oldest_first(),
            bounded(OrderQuery::all()),
            bounded(OrderQuery::all()).oldest_first(),
        ] {
            let rows = all(&client, query.clone()).await;
            assert!(ids(&rows) == expected(&book, &query), "{query:?}");
            assert!(rows.undecodable().is_empty());
            let requests = server.take().len();
            assert!(
                (25..=27).contains(&requests),
                "{requests} requests: {query:?}"
            );
        }
    }
}

#[tokio::test]
async fn every_order_comes_once_when_times_hardly_differ() {
    for step in [
        TimeDelta::milliseconds(1),
        TimeDelta::microseconds(10),
        TimeDelta::microseconds(1),
    ] {
        let book = Book::of(1_700, 1, step);
        let (_server, client) = book.clone().serve().await;
        for query in [
            bounded(OrderQuery::all()),
            bounded(OrderQuery::all()).oldest_first(),
        ] {
            let rows = all(&client, query.clone()).await;
            assert!(ids(&rows) == expected(&book, &query), "{step}: {query:?}");
        }
    }
}

#[tokio::test]
async fn small_pages_get_past_orders_that_were_submitted_together() {
    let book = Book {
        repeats_anchor: true,
        ..Book::of(40, 4, TimeDelta::milliseconds(10))
    };
    let (_server, client) = book.clone().serve().await;
    for size in [1, 2, 3, 4, 5, 39, 40, 41] {
        for query in [
            OrderQuery::all().page_size(size),
            OrderQuery::all().page_size(size).oldest_first(),
            bounded(OrderQuery::all()).page_size(size),
            bounded(OrderQuery::all()).page_size(size).oldest_first(),
        ] {
            let rows = all(&client, query.clone()).await;
            assert_eq!(ids(&rows), expected(&book, &query), "{query:?}");
        }
    }
}

#[tokio::test]
async fn orders_that_come_while_the_list_is_read_displace_none() {
    let book = Book {
        grows: true,
        ..Book::of(2_600, 1, TimeDelta::milliseconds(5))
    };
    for query in [
        OrderQuery::all(),
        OrderQuery::all().oldest_first(),
        bounded(OrderQuery::all()),
        bounded(OrderQuery::all()).oldest_first(),
    ] {
        let (_server, client) = book.clone().serve().await;
        let rows = all(&client, query.clone()).await;
        let ids = ids(&rows);
        let distinct: HashSet<_> = ids.iter().collect();
        assert_eq!(distinct.len(), ids.len(), "{query:?}");
        let known: HashSet<_> = ids.iter().copied().collect();
        let missing = expected(&book, &query)
            .into_iter()
            .filter(|id| !known.contains(id))
            .count();
        assert_eq!(missing, 0, "{query:?}");
    }
}

#[tokio::test]
async fn rows_that_cannot_be_read_are_cursors_too() {
    let mut book = Book {
        repeats_anchor: true,
        ..Book::of(60, 1, TimeDelta::milliseconds(1))
    };
    // From either end, the last row of each page is unreadable; so are whole pages.
    for (number, row) in (0..).zip(&mut book.rows) {
        row.readable = number % 10 != 9 && number % 10 != 0 && !(20..40).contains(&number);
    }
    let readable = book.rows.iter().filter(|row| row.readable).count();
    let (_server, client) = book.clone().serve().await;
    for query in [
        OrderQuery::all().page_size(10),
        OrderQuery::all().page_size(10).oldest_first(),
        bounded(OrderQuery::all()).page_size(10),
        bounded(OrderQuery::all()).page_size(10).oldest_first(),
    ] {
        let rows = all(&client, query.clone()).await;
        assert_eq!(rows.len(), readable, "{query:?}");
        assert_eq!(
            rows.undecodable().len(),
            book.rows.len() - readable,
            "{query:?}"
        );
    }
}

#[tokio::test]
async fn a_row_of_which_nothing_can_be_made_out_is_not_lost() {
    let body = r#"[{"qty":[]},{"qty":[]},7]"#;
    let (_server, client) = crate::answering(Reply::json(200, body)).await;
    let rows = all(&client, OrderQuery::all()).await;
    assert!(rows.is_empty());
    let rows: Vec<_> = rows.undecodable().iter().map(|row| row.json()).collect();
    assert_eq!(rows, [r#"{"qty":[]}"#, r#"{"qty":[]}"#, "7"]);
    // A full page of them leads nowhere.
    let list = client.orders().list(OrderQuery::all().page_size(3));
    let error = list.collect().await.unwrap_err();
    assert!(error.is_decode(), "{error}");
    // That is no row which could be passed over: a stream ends with it.
    assert_eq!(error.undecodable_row(), None);
    let list = client.orders().list(OrderQuery::all().page_size(3));
    assert_eq!(errors_of(list.stream()).await, 1);
}

/// How many errors come until a stream ends.
async fn errors_of(mut stream: RowStream<Order>) -> usize {
    let mut errors = 0;
    while let Some(next) = poll_fn(|context| Pin::new(&mut stream).poll_next(context)).await {
        errors += usize::from(next.is_err());
        assert!(errors < 10, "it goes on for ever");
    }
    errors
}

#[tokio::test]
async fn a_refusal_ends_a_stream() {
    for status in [400, 401, 403, 404, 422] {
        let (server, client) = crate::answering(Reply::json(status, "{}")).await;
        let list = client.orders().list(OrderQuery::all());
        assert_eq!(errors_of(list.stream()).await, 1, "{status}");
        assert_eq!(server.take().len(), 1, "{status}");
    }
}

#[tokio::test]
async fn a_list_that_does_not_get_on_is_an_error_and_not_endless() {
    let still = Book {
        stands_still: true,
        ..Book::of(10, 1, TimeDelta::seconds(1))
    };
    let (server, client) = still.serve().await;
    let error = client
        .orders()
        .list(OrderQuery::all().page_size(10))
        .collect()
        .await
        .unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Pagination);
    assert_eq!(server.take().len(), 2);

    // More orders at one time than fit on the largest page: some could not be had.
    let (server, client) = Book::of(501, 1_000, TimeDelta::seconds(1)).serve().await;
    for query in [
        bounded(OrderQuery::all()).page_size(7),
        bounded(OrderQuery::all()).oldest_first(),
    ] {
        let error = client.orders().list(query).collect().await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Pagination, "{error}");
        assert!(server.take().len() < 5);
    }
    // Without times they can.
    assert_eq!(all(&client, OrderQuery::all()).await.len(), 501);
}

#[tokio::test]
async fn a_walk_can_begin_at_an_order() {
    let book = Book::of(30, 1, TimeDelta::seconds(1));
    let (server, client) = book.clone().serve().await;
    let tenth = book.rows[9].id;
    let later = all(&client, OrderQuery::all().after_order(tenth).page_size(6)).await;
    assert_eq!(
        ids(&later),
        book.rows[10..].iter().map(|row| row.id).collect::<Vec<_>>()
    );
    assert!(sent(&server)[0].contains("direction=asc"));
    let earlier = all(&client, OrderQuery::all().before_order(tenth).page_size(6)).await;
    let rows = book.rows[..9].iter().rev();
    assert_eq!(ids(&earlier), rows.map(|row| row.id).collect::<Vec<_>>());
    assert!(sent(&server)[0].contains("direction=desc"));
}

#[tokio::test]
async fn every_filter_is_sent_in_the_form_that_the_list_takes() {
    let (server, client) = crate::answering(Reply::json(200, "[]")).await;
    let query = OrderQuery::closed()
        .symbols(["BTC/USD", "BRK.B"])
        .symbol("AAPL")
        .side(Side::Sell)
        .asset_classes([AssetClass::UsEquity, AssetClass::Crypto])
        .nested(true)
        .after(start())
        .until(NaiveDate::from_ymd_opt(2026, 2, 1).expect("a day"))
        .page_size(77)
        .oldest_first();
    assert!(all(&client, query).await.is_empty());
    let requests = server.take();
    let mut parameters = percent::query(requests[0].query()).expect("a query");
    parameters.sort();
    let parameters: Vec<_> = parameters
        .iter()
        .map(|(name, value)| (name.as_str(), value.as_str()))
        .collect();
    assert_eq!(
        parameters,
        [
            ("after", "2026-01-05T14:30:00Z"),
            ("asset_class", "us_equity,crypto"),
            ("direction", "asc"),
            ("limit", "77"),
            ("nested", "true"),
            ("side", "sell"),
            ("status", "closed"),
            ("symbols", "BTCUSD,BRK.B,AAPL"),
            ("until", "2026-02-01"),
        ]
    );
    // A page that is not full is the last.
    assert_eq!(requests.len(), 1);
    all(&client, OrderQuery::default()).await;
    assert_eq!(sent(&server), ["GET /v2/orders?direction=desc&limit=500"]);
}

#[tokio::test]
async fn nothing_is_sent_for_a_query_that_contradicts_itself() {
    let (server, client) = crate::answering(Reply::json(200, "[]")).await;
    let list = |query: OrderQuery| client.orders().list(query).collect();
    refused(list(OrderQuery::all().page_size(501)).await, "page-size");
    refused(
        list(OrderQuery::all().symbols(Vec::<String>::new())).await,
        "symbols-empty",
    );
    for text in no_symbols() {
        refused(list(OrderQuery::all().symbol(text)).await, "symbol-form");
    }
    let query = OrderQuery::all().after_order(Uuid::nil()).after(start());
    refused(list(query).await, "order-cursor-or-time");
    assert!(server.requests().is_empty());
}
