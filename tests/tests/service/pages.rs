//! Long lists in pages are complete for a client that pages well, and do what they were told to do
//! wrong.

use std::collections::BTreeSet;

use alpaca_trading_gen::types::{AccountActivity, Locate, OptionContract, Order};
use serde::de::DeserializeOwned;
use serde_json::Value;
use tests::service::{Pages, Service};

use super::get;

/// After how many pages a list is taken to have no end.
const PAGES: usize = 120;

/// All pages, as `next` makes the target of the page after a page that is not empty.
async fn walk(pages: &Pages, first: &str, next: impl Fn(&Value) -> Option<String>) -> Vec<Value> {
    let service = Service::start(pages.handler()).await;
    let mut seen = Vec::new();
    let mut target = first.to_owned();
    loop {
        let page = get(&service, &target).await;
        assert_eq!(page.status, 200, "{target}: {}", page.body);
        let following = next(&page.body);
        seen.push(page.body);
        match following {
            Some(following) if seen.len() < PAGES => target = following,
            _ => return seen,
        }
    }
}

/// The rows of the pages; lists of contracts and locates have them in a member.
fn rows(pages: &[Value]) -> Vec<&Value> {
    let of = |page: &'_ Value| match page {
        Value::Object(members) => members
            .keys()
            .find(|key| *key != "next_page_token")
            .cloned(),
        _ => None,
    };
    let rows = pages.iter().flat_map(|page| match of(page) {
        Some(name) => page[name].as_array().unwrap(),
        None => page.as_array().unwrap(),
    });
    rows.collect()
}

fn ids(pages: &[Value]) -> Vec<&str> {
    rows(pages)
        .into_iter()
        .map(|row| row["id"].as_str().unwrap())
        .collect()
}

/// The `id` of the last row of a page that has more than `overlap` rows.
fn last(page: &Value, overlap: usize) -> Option<String> {
    let rows = page.as_array().unwrap();
    let row = rows.last().filter(|_| rows.len() > overlap)?;
    Some(row["id"].as_str().unwrap().to_owned())
}

fn reversed(pages: &Pages) -> Vec<String> {
    pages.ids().into_iter().rev().collect()
}

const ORDERS: &str = "/v2/orders?status=all&limit=500";

async fn orders(pages: &Pages, overlap: usize) -> Vec<Value> {
    walk(pages, ORDERS, |page| {
        last(page, overlap).map(|id| format!("{ORDERS}&before_order_id={id}"))
    })
    .await
}

async fn activities(pages: &Pages, overlap: usize) -> Vec<Value> {
    let first = "/v2/account/activities";
    walk(pages, first, |page| {
        last(page, overlap).map(|id| format!("{first}?page_token={id}"))
    })
    .await
}

/// Pages by the token of the page before; it is text that must be encoded.
async fn by_token(pages: &Pages, first: &str) -> Vec<Value> {
    walk(pages, first, |page| {
        let token = page["next_page_token"].as_str()?;
        let token = token
            .replace('+', "%2B")
            .replace('/', "%2F")
            .replace('=', "%3D");
        Some(format!("{first}&page_token={token}"))
    })
    .await
}

const CONTRACTS: &str = "/v2/options/contracts?limit=1000";
const LOCATES: &str = "/v1/locates?limit=100";

#[tokio::test]
async fn every_row_comes_once() {
    let pages = Pages::orders(12_345, 1);
    assert_eq!(ids(&orders(&pages, 0).await), reversed(&pages));
    // 24 full pages, one of 345, and an empty one.
    assert_eq!(pages.answered(), 26);

    let pages = Pages::activities(10_001);
    assert_eq!(ids(&activities(&pages, 0).await), reversed(&pages));

    let pages = Pages::contracts(10_001);
    assert_eq!(ids(&by_token(&pages, CONTRACTS).await), pages.ids());
    assert_eq!(pages.answered(), 11);

    let pages = Pages::locates(1_000);
    assert_eq!(ids(&by_token(&pages, LOCATES).await), reversed(&pages));
    assert_eq!(pages.answered(), 10);
}

/// How many rows cannot be read as the client reads them.
fn undecodable<T: DeserializeOwned>(pages: &[Value]) -> usize {
    let rows = rows(pages).into_iter();
    rows.filter(|row| serde_json::from_value::<T>((*row).clone()).is_err())
        .count()
}

#[tokio::test]
async fn rows_decode_but_for_the_one_that_must_not() {
    for (broken, failures) in [(false, 0), (true, 1)] {
        let spoil = |pages: Pages| {
            if broken {
                pages.undecodable(150)
            } else {
                pages
            }
        };
        let page = orders(&spoil(Pages::orders(300, 1)), 300).await;
        assert_eq!(undecodable::<Order>(&page), failures);
        let page = activities(&spoil(Pages::activities(200)), 150).await;
        assert_eq!(undecodable::<AccountActivity>(&page), failures);
        let page = by_token(&spoil(Pages::contracts(300)), CONTRACTS).await;
        assert_eq!(undecodable::<OptionContract>(&page), failures);
        let page = by_token(&spoil(Pages::locates(300)), LOCATES).await;
        assert_eq!(undecodable::<Locate>(&page), failures);
    }
}

#[tokio::test]
async fn pages_overlap() {
    let lists = [
        Pages::orders(1_234, 1),
        Pages::activities(345),
        Pages::contracts(2_345),
    ];
    let [first, second, third] = lists.map(|pages| pages.overlapping(2));
    for (pages, seen) in [
        (&first, orders(&first, 2).await),
        (&second, activities(&second, 2).await),
        (&third, by_token(&third, CONTRACTS).await),
    ] {
        let all = ids(&seen);
        let distinct: BTreeSet<_> = all.iter().copied().collect();
        assert_eq!(distinct.len(), pages.ids().len());
        assert_eq!(all.len(), distinct.len() + 2 * (seen.len() - 1));
    }
}

#[tokio::test]
async fn a_list_that_is_stuck_never_ends() {
    let stuck = Pages::contracts(300).stuck();
    let seen = by_token(&stuck, "/v2/options/contracts?limit=10").await;
    assert_eq!(seen.len(), PAGES);
    assert!(seen.iter().all(|page| *page == seen[0]));

    let stuck = Pages::activities(30).stuck();
    let seen = activities(&stuck, 0).await;
    assert_eq!(seen.len(), PAGES);
    assert!(seen.iter().all(|page| *page == seen[0]));
}

#[tokio::test]
async fn a_row_comes_between_two_pages() {
    // Newest first, by identifiers: what is new stands before what was read.
    for pages in [Pages::orders(1_200, 1), Pages::activities(250)] {
        let before = reversed(&pages);
        let pages = pages.inserting_after(1).inserting_after(2);
        let seen = match before.len() {
            1_200 => orders(&pages, 0).await,
            _ => activities(&pages, 0).await,
        };
        assert_eq!(ids(&seen), before);
        assert_eq!(pages.ids().len(), before.len() + 2);
    }
    // By tokens that count: the last row of the first page comes again.
    for (pages, first) in [
        (Pages::contracts(2_500), CONTRACTS),
        (Pages::locates(250), LOCATES),
    ] {
        let pages = pages.inserting_after(1);
        let seen = by_token(&pages, first).await;
        let all = ids(&seen);
        let repeated = all.windows(2).filter(|pair| pair[0] == pair[1]).count();
        assert_eq!(repeated, 1);
        let distinct: BTreeSet<_> = all.into_iter().collect();
        assert_eq!(distinct.len(), pages.ids().len() - 1);
    }
}

#[tokio::test]
async fn paging_by_time_loses_what_shares_an_instant() {
    let pages = Pages::orders(1_400, 7);
    let seen = walk(&pages, ORDERS, |page| {
        let rows = page.as_array().unwrap();
        let until = rows.last()?["submitted_at"].as_str()?;
        Some(format!("{ORDERS}&until={until}"))
    })
    .await;
    // Each of two full pages ends three rows into an instant, whose four others are never seen.
    assert_eq!(ids(&seen).len(), 1_400 - 2 * 4);
    let pages = Pages::orders(1_400, 7);
    assert_eq!(ids(&orders(&pages, 0).await), reversed(&pages));
}

#[tokio::test]
async fn activities_are_selected() {
    let pages = Pages::activities(1_000);
    let service = Service::start(pages.handler()).await;
    let count = async |target: &str| {
        let page = get(&service, &format!("/v2/account/activities{target}")).await;
        assert_eq!(page.status, 200, "{target}: {}", page.body);
        page.body.as_array().unwrap().len()
    };
    assert_eq!(count("/DIV").await, 2);
    assert_eq!(count("?category=non_trade_activity").await, 2);
    assert_eq!(count("?activity_types=DIV,FILL").await, 100);
    assert_eq!(count("?page_size=7&direction=asc").await, 7);
    assert_eq!(count("/FILL?until=2026-01-05T14:31:00Z").await, 2);
    assert_eq!(
        count("/FILL?until=2026-01-05T14:31:00Z&after=2026-01-05T14:31:00Z").await,
        1
    );
    for refused in [
        "?page_size=101",
        "?page_token=x",
        "/DIV?category=trade_activity",
    ] {
        let page = get(&service, &format!("/v2/account/activities{refused}")).await;
        assert_eq!(page.status, 422, "{refused}");
    }
}
