//! Long lists through the client: every row comes once and in its place, whatever happens between two
//! pages, and a list that does not get on ends in an error.

#![allow(
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::unwrap_used,
    reason = "helpers of tests"
)]

use std::fmt::Debug;
use std::future::poll_fn;
use std::pin::Pin;

use alpaca_trading::chrono::{DateTime, TimeDelta, Utc};
use alpaca_trading::orders::{Order, OrderQuery};
use alpaca_trading::resources::activities::ActivityQuery;
use alpaca_trading::resources::locates::LocateQuery;
use alpaca_trading::resources::option_contracts::OptionContractQuery;
use alpaca_trading::types::{AccountActivity, ActivityType, Locate, OptionContract};
use alpaca_trading::{Client, Error, ErrorKind, Pacing, Pager, RetryPolicy, Rows};
use futures_core::Stream;
use tests::service::{Answer, Pages, Service, opening};

const ORDERS: usize = 12_345;
const ACTIVITIES: usize = 10_001;

fn client(service: &Service) -> Client {
    Client::builder()
        .base_url(service.url())
        .key_pair("PKTEST", "secret")
        .retry(RetryPolicy::never())
        .pacing(Pacing::Off)
        .build()
        .expect("a client")
}

async fn serving(pages: &Pages) -> (Service, Client) {
    let service = Service::start(pages.handler()).await;
    let client = client(&service);
    (service, client)
}

/// Rows that have an identifier.
trait Named {
    fn name(&self) -> String;
}

impl Named for Order {
    fn name(&self) -> String {
        self.id.to_string()
    }
}

impl Named for AccountActivity {
    fn name(&self) -> String {
        let name = match self {
            Self::Trade(trade) => trade.id.clone(),
            Self::NonTrade(other) => other.id.clone(),
            other => panic!("unknown: {other:?}"),
        };
        name.expect("an id")
    }
}

impl Named for OptionContract {
    fn name(&self) -> String {
        self.id.to_string()
    }
}

impl Named for Locate {
    fn name(&self) -> String {
        self.id.to_string()
    }
}

fn names<T: Named>(rows: &[T]) -> Vec<String> {
    rows.iter().map(Named::name).collect()
}

fn reversed(mut names: Vec<String>) -> Vec<String> {
    names.reverse();
    names
}

/// Says where two lists differ, which are too long to be shown.
fn same(got: &[String], expected: &[String], what: &str) {
    let place = got
        .iter()
        .zip(expected)
        .position(|(one, other)| one != other);
    assert_eq!(place, None, "{what}: the first difference");
    assert_eq!(got.len(), expected.len(), "{what}: how many");
}

/// Everything that is left, row by row: the names of the rows, and the errors between them.
async fn by_rows<T: Named>(mut pager: Pager<T>) -> (Vec<String>, Vec<Error>) {
    let (mut rows, mut errors) = (Vec::new(), Vec::new());
    loop {
        match pager.next().await {
            Ok(Some(row)) => rows.push(row.name()),
            Ok(None) => break,
            Err(error) => errors.push(error),
        }
        assert!(errors.len() < 10, "{errors:?}");
    }
    assert!(
        pager.next().await.is_ok_and(|row| row.is_none()),
        "it stays at its end"
    );
    (rows, errors)
}

/// The next item of a stream.
async fn item<S: Stream + Unpin>(stream: &mut S) -> Option<S::Item> {
    poll_fn(|context| Pin::new(&mut *stream).poll_next(context)).await
}

async fn collected<T: Named>(pager: Pager<T>) -> Vec<String> {
    let rows: Rows<T> = pager.collect().await.expect("all rows");
    assert!(rows.undecodable().is_empty());
    names(&rows)
}

#[tokio::test(start_paused = true)]
async fn all_orders_come_once_in_either_direction() {
    let many = [(ORDERS, 500, 1), (ORDERS, 499, 0)];
    let few = [(1_234, 100, 0), (1_234, 100, 5), (400, 7, 1)];
    for (count, page_size, overlap) in many.into_iter().chain(few) {
        let pages = Pages::orders(count, 1).overlapping(overlap);
        let (_service, client) = serving(&pages).await;
        let query = OrderQuery::all().page_size(page_size);
        let what = format!("{count} in pages of {page_size}, {overlap} repeated");
        let newest = collected(client.orders().list(query.clone())).await;
        same(&newest, &reversed(pages.ids()), &what);
        let oldest = collected(client.orders().list(query.oldest_first())).await;
        same(&oldest, &pages.ids(), &what);
        // Each page brings at least so many new orders.
        let fewest = 2 * count.div_ceil(usize::from(page_size) - overlap);
        assert!(
            pages.answered() <= fewest + 2,
            "{what}: {} pages",
            pages.answered()
        );
    }
}

#[tokio::test(start_paused = true)]
async fn all_activities_come_once_in_either_direction() {
    let pages = Pages::activities(ACTIVITIES).overlapping(1);
    let (_service, client) = serving(&pages).await;
    let newest = collected(client.activities().list(ActivityQuery::all())).await;
    same(&newest, &reversed(pages.ids()), "newest first");
    let query = ActivityQuery::all().oldest_first();
    let oldest = collected(client.activities().list(query)).await;
    same(&oldest, &pages.ids(), "oldest first");

    let pages = Pages::activities(1_001).overlapping(7);
    let (_service, client) = serving(&pages).await;
    for page_size in [100, 99, 11] {
        let query = ActivityQuery::all().page_size(page_size);
        let newest = collected(client.activities().list(query)).await;
        same(
            &newest,
            &reversed(pages.ids()),
            &format!("pages of {page_size}"),
        );
    }
    let fills = client
        .activities()
        .list_by_type(ActivityType::Fill, ActivityQuery::all());
    let dividends = ActivityQuery::of_type(ActivityType::Div);
    let fills = collected(fills).await.len();
    assert_eq!(
        fills + collected(client.activities().list(dividends)).await.len(),
        1_001
    );
}

#[tokio::test(start_paused = true)]
async fn all_contracts_and_locates_come_once() {
    for overlap in [0, 1, 9] {
        let what = format!("{overlap} repeated");
        let pages = Pages::contracts(2_345).overlapping(overlap);
        let (_service, client) = serving(&pages).await;
        let query = OptionContractQuery::of("AAPL").page_size(100);
        same(
            &collected(client.option_contracts().list(query)).await,
            &pages.ids(),
            &what,
        );
        let query = OptionContractQuery::of("AAPL");
        same(
            &collected(client.option_contracts().list(query)).await,
            &pages.ids(),
            &what,
        );

        let pages = Pages::locates(2_345).overlapping(overlap);
        let (_service, client) = serving(&pages).await;
        let query = LocateQuery::new().page_size(100);
        let locates = collected(client.locates().list(query)).await;
        same(&locates, &reversed(pages.ids()), &what);
    }
}

#[tokio::test(start_paused = true)]
async fn what_comes_while_a_list_is_read_displaces_nothing() {
    let inserting = |pages: Pages| pages.inserting_after(1).inserting_after(3).overlapping(1);
    let pages = inserting(Pages::orders(3_000, 1));
    let before = pages.ids();
    let (_service, client) = serving(&pages).await;
    let newest = collected(client.orders().list(OrderQuery::all())).await;
    same(&newest, &reversed(before), "orders, newest first");
    let pages = inserting(Pages::orders(3_000, 1));
    let (_service, client) = serving(&pages).await;
    let oldest = collected(client.orders().list(OrderQuery::all().oldest_first())).await;
    same(&oldest, &pages.ids(), "orders, oldest first");
    assert_eq!(oldest.len(), 3_002);

    let pages = inserting(Pages::activities(600));
    let before = pages.ids();
    let (_service, client) = serving(&pages).await;
    let newest = collected(client.activities().list(ActivityQuery::all())).await;
    same(&newest, &reversed(before), "activities, newest first");
    let pages = inserting(Pages::activities(600));
    let (_service, client) = serving(&pages).await;
    let query = ActivityQuery::all().oldest_first();
    let oldest = collected(client.activities().list(query)).await;
    same(&oldest, &pages.ids(), "activities, oldest first");

    // Tokens that count rows lead to a row that has come already, not past one.
    let pages = Pages::contracts(600).inserting_after(1);
    let before = pages.ids();
    let (_service, client) = serving(&pages).await;
    let query = OptionContractQuery::of("AAPL").page_size(100);
    let contracts = collected(client.option_contracts().list(query)).await;
    same(&contracts, &before, "contracts");
    let pages = inserting(Pages::locates(600));
    let before = pages.ids();
    let (_service, client) = serving(&pages).await;
    let locates = client.locates().list(LocateQuery::new().page_size(100));
    same(&collected(locates).await, &reversed(before), "locates");
}

/// A list that leads back to its first page: its rows come once, and then an error.
async fn goes_round<T: Named + Debug>(
    pages: Pages,
    list: impl Fn(&Client) -> Pager<T>,
    first: usize,
) {
    let (_service, client) = serving(&pages.stuck()).await;
    let (rows, errors) = by_rows(list(&client)).await;
    assert_eq!(rows.len(), first);
    let kinds: Vec<_> = errors.iter().map(Error::kind).collect();
    assert_eq!(kinds, [ErrorKind::Pagination], "{errors:?}");
    let error = list(&client).collect().await.expect_err("no end");
    assert_eq!(error.kind(), ErrorKind::Pagination);
    assert!(error.to_string().contains("leads back"), "{error}");
}

#[tokio::test(start_paused = true)]
async fn a_list_that_goes_round_ends_in_an_error() {
    let orders = |client: &Client| client.orders().list(OrderQuery::all());
    goes_round(Pages::orders(2_000, 1), orders, 500).await;
    let times = |client: &Client| client.orders().list(OrderQuery::all().until(far()));
    goes_round(Pages::orders(2_000, 1), times, 500).await;
    let activities = |client: &Client| client.activities().list(ActivityQuery::all());
    goes_round(Pages::activities(500), activities, 100).await;
    let contracts = |client: &Client| {
        let query = OptionContractQuery::of("AAPL").page_size(100);
        client.option_contracts().list(query)
    };
    goes_round(Pages::contracts(500), contracts, 100).await;
    let locates = |client: &Client| client.locates().list(LocateQuery::new().page_size(100));
    goes_round(Pages::locates(500), locates, 100).await;
}

/// Long after the last order.
fn far() -> DateTime<Utc> {
    opening() + TimeDelta::days(30)
}

#[tokio::test(start_paused = true)]
async fn a_row_that_cannot_be_read_hides_no_other() {
    // In the middle of a page, at its end, at its beginning, and at the ends of the list.
    for (row, overlap) in [
        (0, 0),
        (250, 0),
        (499, 0),
        (500, 1),
        (499, 1),
        (1_000, 5),
        (1_233, 1),
    ] {
        let what = format!("row {row}, {overlap} repeated");
        let pages = Pages::orders(1_234, 1)
            .overlapping(overlap)
            .undecodable(row);
        let mut expected = pages.ids();
        expected.remove(row);
        let (_service, client) = serving(&pages).await;
        for query in [
            OrderQuery::all(),
            OrderQuery::all().after(opening() - TimeDelta::days(1)),
        ] {
            let query = query.oldest_first();
            let rows = client
                .orders()
                .list(query.clone())
                .collect()
                .await
                .expect("the others");
            same(&names(&rows), &expected, &what);
            let unreadable = rows.undecodable();
            // With nothing in it to tell it by, it comes as often as it was sent.
            let most = 1 + usize::from(overlap > 0 || row == 499);
            assert!(
                (1..=most).contains(&unreadable.len()),
                "{what}: {}",
                unreadable.len()
            );
            assert!(unreadable.iter().all(|row| row.json().contains("broken")));
            let (rows, errors) = by_rows(client.orders().list(query)).await;
            same(&rows, &expected, &what);
            assert_eq!(errors.len(), unreadable.len(), "{what}");
            assert!(errors.iter().all(Error::is_decode), "{what}: {errors:?}");
        }
    }
    // An activity without an id is no place to go on after, so that its page ends before it.
    for (row, overlap) in [
        (0, 0),
        (50, 0),
        (99, 0),
        (100, 1),
        (99, 1),
        (200, 7),
        (320, 1),
    ] {
        let what = format!("activity {row}, {overlap} repeated");
        let pages = Pages::activities(321).overlapping(overlap).undecodable(row);
        let mut expected = pages.ids();
        expected.remove(row);
        let (_service, client) = serving(&pages).await;
        let query = ActivityQuery::all().oldest_first();
        let rows = client
            .activities()
            .list(query)
            .collect()
            .await
            .expect("the others");
        same(&names(&rows), &expected, &what);
        assert!((1..=2).contains(&rows.undecodable().len()), "{what}");
        assert!(overlap > 0 || rows.undecodable().len() == 1, "{what}");
    }
}

#[tokio::test(start_paused = true)]
async fn a_page_that_cannot_be_read_is_an_error_and_not_a_gap() {
    let pages = Pages::contracts(500).undecodable(250);
    let (_service, client) = serving(&pages).await;
    let query = OptionContractQuery::of("AAPL").page_size(100);
    let mut contracts = client.option_contracts().list(query);
    let first = pages.ids();
    for expected in first.iter().take(200) {
        let contract = contracts.next().await.unwrap().expect("a contract");
        assert_eq!(contract.name(), *expected);
    }
    for _ in 0..3 {
        assert!(
            contracts
                .next()
                .await
                .expect_err("the third page")
                .is_decode()
        );
    }
}

#[tokio::test(start_paused = true)]
async fn orders_that_were_submitted_together_are_all_there() {
    for (per_instant, page_size) in [(1, 500), (3, 500), (7, 100), (450, 500), (120, 100)] {
        let pages = Pages::orders(2_345, per_instant);
        let (_service, client) = serving(&pages).await;
        let what = format!("{per_instant} at a time in pages of {page_size}");
        let query = || OrderQuery::all().page_size(page_size);
        for query in [
            query().until(far()),
            query().after(opening() - TimeDelta::days(1)),
            query().after(opening() - TimeDelta::days(1)).until(far()),
        ] {
            let newest = collected(client.orders().list(query.clone())).await;
            same(&sorted(newest), &sorted(pages.ids()), &what);
            let oldest = collected(client.orders().list(query.oldest_first())).await;
            same(&oldest, &pages.ids(), &what);
        }
    }
    // More than a page can have: nobody can get past them by time.
    let pages = Pages::orders(1_200, 600);
    let (_service, client) = serving(&pages).await;
    let error = client
        .orders()
        .list(OrderQuery::all().until(far()))
        .collect()
        .await;
    assert_eq!(error.expect_err("stuck").kind(), ErrorKind::Pagination);
    // With an order to go on after, it makes no difference.
    let newest = collected(client.orders().list(OrderQuery::all())).await;
    same(&newest, &reversed(pages.ids()), "by order");
}

fn sorted(mut names: Vec<String>) -> Vec<String> {
    names.sort();
    names
}

#[tokio::test(start_paused = true)]
async fn no_more_is_given_or_asked_for_than_wanted() {
    for wanted in [0, 1, 499, 500, 501, 999, 1_234, 2_000] {
        let pages = Pages::orders(1_234, 1).overlapping(1);
        let (_service, client) = serving(&pages).await;
        let orders = client.orders().list(OrderQuery::all()).at_most(wanted);
        let (rows, errors) = by_rows(orders).await;
        assert!(errors.is_empty(), "{errors:?}");
        let expected: Vec<_> = reversed(pages.ids()).into_iter().take(wanted).collect();
        same(&rows, &expected, &format!("{wanted} orders"));
        let needed = wanted.min(1_234).div_ceil(499);
        assert!(
            pages.answered() <= needed,
            "{wanted}: {} pages",
            pages.answered()
        );
    }
    let pages = Pages::activities(500);
    let (_service, client) = serving(&pages).await;
    let list = client.activities().list(ActivityQuery::all()).at_most(150);
    assert_eq!(list.collect().await.expect("activities").len(), 150);
    assert_eq!(pages.answered(), 2);
}

#[tokio::test(start_paused = true)]
async fn a_stream_has_the_same_rows() {
    let pages = Pages::orders(1_600, 1).overlapping(1).undecodable(800);
    let mut expected = pages.ids();
    expected.remove(800);
    let (_service, client) = serving(&pages).await;
    let mut stream = client.orders().list(OrderQuery::all()).stream();
    let (mut rows, mut errors) = (Vec::new(), 0);
    while let Some(next) = item(&mut stream).await {
        match next {
            Ok(order) => rows.push(order.name()),
            Err(error) => {
                assert!(error.is_decode(), "{error}");
                errors += 1;
            }
        }
    }
    same(&rows, &reversed(expected), "the stream");
    assert_eq!(errors, 1);
    assert!(item(&mut stream).await.is_none());
    // A list that goes round ends the stream, too.
    let (_service, client) = serving(&Pages::activities(500).stuck()).await;
    let mut stream = client.activities().list(ActivityQuery::all()).stream();
    let mut rows = 0;
    let error = loop {
        match item(&mut stream).await.expect("an error comes first") {
            Ok(_) => rows += 1,
            Err(error) => break error,
        }
    };
    assert_eq!((rows, error.kind()), (100, ErrorKind::Pagination));
    assert!(item(&mut stream).await.is_none());
}

#[tokio::test(start_paused = true)]
async fn a_page_that_failed_is_asked_for_again() {
    let failures = [
        Answer::html(503),
        Answer::Reset,
        Answer::Hang,
        Answer::body(200, "application/json", "[{\"id\":").cut_short(3),
        Answer::error(500, 50_010_000, "internal server error occurred"),
    ];
    for failure in failures {
        let pages = Pages::orders(1_700, 1).overlapping(1);
        let mut handler = pages.handler();
        let (mut requests, what) = (0, format!("{failure:?}"));
        // The third and the fourth request fail.
        let service = Service::start(move |request| {
            requests += 1;
            match requests {
                3 | 4 => failure.clone(),
                _ => handler(request),
            }
        })
        .await;
        let client = client(&service);
        let (rows, errors) = by_rows(client.orders().list(OrderQuery::all())).await;
        assert_eq!(errors.len(), 2, "{what}: {errors:?}");
        same(&rows, &reversed(pages.ids()), &what);
    }
    // The client's own attempts do the same without a word.
    let pages = Pages::activities(450);
    let mut handler = pages.handler();
    let mut requests = 0;
    let service = Service::start(move |request| {
        requests += 1;
        match requests % 2 {
            0 => Answer::html(502),
            _ => handler(request),
        }
    })
    .await;
    let client = client(&service).with_retry(RetryPolicy::default());
    let activities = collected(client.activities().list(ActivityQuery::all())).await;
    same(&activities, &reversed(pages.ids()), "retried");
}
