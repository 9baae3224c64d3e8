//! Activities: every one once, whatever the pages look like.

use alpaca_trading::resources::activities::ActivityQuery;
use alpaca_trading::types::{AccountActivity, ActivityType};
use alpaca_trading::{Client, ErrorKind, Uuid};
use serde_json::{Value, json};
use tests::loopback::{Loopback, Reply};

use crate::{answering, client, day, pairs, parameter, parameters, time};

/// A fill with this number, which is also where it stands in the history of the account.
fn fill(number: usize) -> Value {
    json!({
        "activity_type": "FILL", "id": format!("20260304{number:09}::fill"), "price": "1.10",
        "qty": "1", "side": "buy", "symbol": "QRST", "transaction_time": "2026-03-04T15:02:03Z",
        "type": "fill", "cum_qty": "1", "leaves_qty": "0", "order_status": "filled"
    })
}

/// A server of activities that pages like Alpaca's: `rows` are in the order of time, and a page begins
/// `overlap` rows before the end of the one that the token names.
async fn paging(rows: Vec<Value>, overlap: usize) -> (Loopback, Client) {
    let server = Loopback::start(move |request| {
        let mut rows = rows.clone();
        if parameter(request, "direction").as_deref() != Some("asc") {
            rows.reverse();
        }
        let size: usize = parameter(request, "page_size").unwrap().parse().unwrap();
        let begin = match parameter(request, "page_token") {
            None => 0,
            Some(token) => {
                let at = rows.iter().position(|row| row["id"] == token.as_str());
                at.expect("a token that was given") + 1 - overlap
            }
        };
        let page: Vec<Value> = rows.into_iter().skip(begin).take(size).collect();
        Reply::json(200, Value::from(page).to_string())
    })
    .await;
    let client = client(&server);
    (server, client)
}

fn ids(activities: &[AccountActivity]) -> Vec<String> {
    activities
        .iter()
        .map(|activity| match activity {
            AccountActivity::Trade(trade) => trade.id.clone().unwrap(),
            AccountActivity::NonTrade(other) => other.id.clone().unwrap(),
            AccountActivity::Unknown(unknown) => {
                let json: Value = serde_json::from_str(unknown.json()).unwrap();
                json["id"].as_str().unwrap().to_owned()
            }
            other => panic!("{other:?}"),
        })
        .collect()
}

fn expected(numbers: impl Iterator<Item = usize>) -> Vec<String> {
    numbers
        .map(|number| fill(number)["id"].as_str().unwrap().to_owned())
        .collect()
}

#[tokio::test]
async fn every_activity_comes_once_in_either_direction_overlapping_or_not() {
    for (count, size, overlap) in [
        (0, 100, 0),
        (1, 1, 0),
        (250, 100, 0),
        (200, 100, 0),
        (257, 100, 3),
        (9, 4, 1),
    ] {
        let (server, client) = paging((0..count).map(fill).collect(), overlap).await;
        let activities = client.activities();
        let named = format!("{count} by {size}, overlapping by {overlap}");

        let query = ActivityQuery::all().page_size(size);
        let newest = activities.list(query.clone()).collect().await.unwrap();
        assert_eq!(ids(&newest), expected((0..count).rev()), "{named}");

        let oldest = activities
            .list(query.oldest_first())
            .collect()
            .await
            .unwrap();
        assert_eq!(ids(&oldest), expected(0..count), "{named}");

        let query = ActivityQuery::all().page_size(size);
        let by_type = activities
            .list_by_type(ActivityType::Fill, query)
            .collect()
            .await
            .unwrap();
        assert_eq!(ids(&by_type), expected((0..count).rev()), "{named}");
        for request in server.take() {
            assert_eq!(
                parameter(&request, "page_size"),
                Some(size.to_string()),
                "{named}"
            );
        }
    }
}

#[tokio::test]
async fn a_page_goes_on_behind_the_last_activity_readable_or_not() {
    let mut rows: Vec<Value> = (0..10).map(fill).collect();
    // In pages of three, oldest first: the last row of the first page is of an unknown type, that of the
    // second does not decode, and that of the third has no id at all.
    rows[2]["activity_type"] = json!("MOONSHOT");
    rows[5]["price"] = json!("many");
    rows[8].as_object_mut().unwrap().remove("id");
    let (server, client) = paging(rows, 0).await;
    let query = ActivityQuery::all().page_size(3).oldest_first();
    let all = client.activities().list(query).collect().await.unwrap();

    let [bad] = all.undecodable() else {
        panic!("{:?}", all.undecodable())
    };
    assert_eq!(bad.error().kind(), ErrorKind::Decode);
    assert!(bad.json().contains("many"));
    let nameless = all
        .iter()
        .filter(|activity| matches!(activity, AccountActivity::Trade(trade) if trade.id.is_none()));
    assert_eq!(nameless.count(), 1);
    let named: Vec<AccountActivity> = all
        .into_iter()
        .filter(|activity| !matches!(activity, AccountActivity::Trade(trade) if trade.id.is_none()))
        .collect();
    assert_eq!(ids(&named), expected([0, 1, 2, 3, 4, 6, 7, 9].into_iter()));

    let tokens: Vec<_> = server
        .requests()
        .iter()
        .map(|request| parameter(request, "page_token"))
        .collect();
    let at = |number: usize| fill(number)["id"].as_str().map(str::to_owned);
    assert_eq!(tokens, [None, at(2), at(5), at(7)]);
}

#[tokio::test]
async fn a_list_that_goes_in_circles_ends_in_an_error() {
    let page = Value::from((0..3).map(fill).collect::<Vec<_>>());
    let (server, client) = answering(page).await;
    let mut list = client
        .activities()
        .list(ActivityQuery::fills().page_size(3));
    assert_eq!(list.next_page().await.unwrap().unwrap().len(), 3);
    let error = list.next_page().await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Pagination);
    assert_eq!(server.requests().len(), 2);
    assert!(list.next_page().await.unwrap().is_none());
}

#[tokio::test]
async fn activities_are_filtered_by_whatever_there_is() {
    let (server, client) = answering(json!([])).await;
    let activities = client.activities();
    let order = Uuid::from_u128(7);
    let from = day("2026-03-01");
    for (query, more) in [
        (ActivityQuery::all(), vec![]),
        (ActivityQuery::fills(), vec![("activity_types", "FILL")]),
        (
            ActivityQuery::of_types([ActivityType::Div, "SWP".into()]),
            vec![("activity_types", "DIV,SWP")],
        ),
        (
            ActivityQuery::trades(),
            vec![("category", "trade_activity")],
        ),
        (
            ActivityQuery::non_trades(),
            vec![("category", "non_trade_activity")],
        ),
        (
            ActivityQuery::all().date(from),
            vec![("date", "2026-03-01")],
        ),
        (
            ActivityQuery::all()
                .after(from)
                .until(time("2026-03-04T15:00:00.000001Z")),
            vec![
                ("after", "2026-03-01"),
                ("until", "2026-03-04T15:00:00.000001Z"),
            ],
        ),
        (
            ActivityQuery::all().order_id(order).oldest_first(),
            vec![
                ("order_id", "00000000-0000-0000-0000-000000000007"),
                ("direction", "asc"),
            ],
        ),
    ] {
        let mut more = more;
        more.push(("page_size", "100"));
        assert!(activities.list(query).next().await.unwrap().is_none());
        let sent = server.take().pop().unwrap();
        assert_eq!(sent.path(), "/v2/account/activities");
        assert_eq!(parameters(&sent), pairs(&more));
    }
    let query = ActivityQuery::of_type("DIV")
        .after(from)
        .order_id(order)
        .oldest_first();
    assert!(
        activities
            .list_by_type("DIV", query)
            .next()
            .await
            .unwrap()
            .is_none()
    );
    let sent = server.take().pop().unwrap();
    assert_eq!(sent.path(), "/v2/account/activities/DIV");
    assert_eq!(
        parameters(&sent),
        pairs(&[
            ("after", "2026-03-01"),
            ("order_id", "00000000-0000-0000-0000-000000000007"),
            ("direction", "asc"),
            ("page_size", "100"),
        ])
    );
}
