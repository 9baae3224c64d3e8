//! Closings whose answer is lost, and what is taken for their order afterwards.

use alpaca_trading::orders::Unresolved;
use alpaca_trading::test_util::{Reply, Script};
use alpaca_trading::{Client, Outcome, dec};
use chrono::{DateTime, TimeDelta, Utc};
use serde_json::{Value, json};

use crate::{ORDER, ORDERS, client, dated, order, sent, timestamp, unresolved};

const POSITIONS: &str = "/v2/positions/*";

/// The list with one order to sell at the market, submitted at this time.
fn listed(submitted_at: DateTime<Utc>, changes: Value) -> Reply {
    let at = timestamp(submitted_at);
    let mut row = order(json!({
        "client_order_id": "by-the-service", "side": "sell", "qty": "7",
        "created_at": at, "submitted_at": at,
    }));
    let Value::Object(changes) = changes else {
        panic!("changes are an object");
    };
    row.as_object_mut().expect("an order").extend(changes);
    dated(Reply::json(200, json!([row]).to_string()), Utc::now())
}

fn none_listed() -> Reply {
    dated(Reply::json(200, "[]"), Utc::now())
}

/// A script whose first closing is lost, and which lists these orders from one look to the next.
fn lost(lists: impl IntoIterator<Item = Reply>) -> Script {
    let lost = dated(Reply::json(504, "{}"), Utc::now());
    Script::new()
        .on("DELETE", POSITIONS, [lost])
        .on("GET", ORDERS, lists)
}

/// Closes AAPL, which comes to nothing certain.
async fn close(client: &Client, case: &str) -> Unresolved {
    let asked = unresolved(client.positions().close("AAPL").await, case);
    assert_eq!(asked.client_order_id(), None, "{case}");
    asked
}

#[tokio::test(start_paused = true)]
async fn only_an_order_of_the_next_minute_is_the_one() {
    for (seconds, taken) in [
        (-60, false),
        (5, true),
        (50, true),
        (90, false),
        (3600, false),
    ] {
        let at = Utc::now() + TimeDelta::seconds(seconds);
        let script = lost([none_listed(), listed(at, json!({}))]);
        let client = client(&script);
        let asked = close(&client, "nothing listed yet").await;
        let resolved = client.orders().resolve(&asked).await.expect("an answer");
        assert_eq!(resolved.is_some(), taken, "{seconds} s after");
        assert_eq!(sent(&script, "DELETE", "/v2/positions/AAPL"), 1);
    }
}

#[tokio::test(start_paused = true)]
async fn an_order_is_found_under_the_short_symbol_too() {
    let script = lost([Reply::html(404), listed(Utc::now(), json!({}))]);
    let client = client(&script);
    let closing = client.positions().close("AAPL:NASDAQ:us_equity").await;
    let asked = unresolved(closing, "the list cannot be read");
    let resolved = client.orders().resolve(&asked).await.expect("an answer");
    assert_eq!(resolved.expect("the order").id.to_string(), ORDER);
    let requests = script.requests();
    assert_eq!(requests[0].path, "/v2/positions/AAPL%3ANASDAQ%3Aus_equity");
    let lists: Vec<_> = requests.iter().filter(|sent| sent.path == ORDERS).collect();
    assert_eq!(lists.len(), 2);
    for list in lists {
        let mut pairs = list.query.split('&');
        assert!(pairs.any(|pair| pair == "symbols=AAPL"), "{}", list.query);
    }
}

#[tokio::test(start_paused = true)]
async fn a_quantity_that_was_cut_is_neither_taken_nor_denied() {
    for (placed, clear) in [
        ("0.123456", false),
        // Cut to what another asset would be traded in: that may be much.
        ("0.1", false),
        ("0.1234567", true),
    ] {
        let row = json!({"symbol": "BTC/USD", "qty": placed});
        let script = lost([Reply::html(404), listed(Utc::now(), row)]);
        let client = client(&script);
        let closing = client.positions().close("BTC/USD");
        let asked = unresolved(closing.quantity(dec!(0.1234567)).await, placed);
        let resolved = client.orders().resolve(&asked).await;
        if clear {
            let order = resolved.expect("an answer").expect("the order");
            assert_eq!(order.qty, Some(dec!(0.1234567)));
        } else {
            let error = resolved.expect_err("unclear");
            assert!(error.is_unresolved(), "{error}");
            assert_eq!(error.outcome(), Outcome::Unknown);
            assert!(error.message().contains(ORDER), "{error}");
            let quantities = format!("{placed} instead of 0.1234567");
            assert!(error.message().contains(&quantities), "{error}");
        }
        assert_eq!(sent(&script, "DELETE", "/v2/positions/BTCUSD"), 1);
    }
    // The service makes none larger: such an order is another program's.
    let row = json!({"symbol": "BTC/USD", "qty": "0.2"});
    let script = lost([Reply::html(404), listed(Utc::now(), row)]);
    let client = client(&script);
    let closing = client.positions().close("BTC/USD");
    let asked = unresolved(closing.quantity(dec!(0.1234567)).await, "larger");
    let resolved = client.orders().resolve(&asked).await.expect("an answer");
    assert!(resolved.is_none());
}

#[tokio::test(start_paused = true)]
async fn an_order_is_found_after_this_machines_clock_was_set() {
    // This machine is a minute fast, until it is set right between the two looks.
    let now = Utc::now();
    let service = now - TimeDelta::seconds(60);
    let script = Script::new()
        .on(
            "DELETE",
            POSITIONS,
            [dated(Reply::json(504, "{}"), service)],
        )
        .on(
            "GET",
            ORDERS,
            [dated(Reply::html(404), service), listed(service, json!({}))],
        )
        .on("GET", "/v2/clock", [dated(Reply::html(404), now)]);
    let client = client(&script);
    let asked = close(&client, "the list cannot be read").await;
    let offset = client.clock_offset().expect("an offset").num_seconds();
    assert!((-63..=-57).contains(&offset), "{offset}");
    client.clock().get().await.expect_err("no clock");
    let offset = client.clock_offset().expect("an offset").num_seconds();
    assert!((-3..=3).contains(&offset), "{offset}");
    let resolved = client.orders().resolve(&asked).await.expect("an answer");
    assert_eq!(resolved.expect("the order").id.to_string(), ORDER);
}

#[tokio::test(start_paused = true)]
async fn what_cannot_close_a_position_is_not_taken() {
    for (changes, taken) in [
        // The position may be a short one, which is closed by buying.
        (json!({"side": "buy"}), true),
        (
            json!({"side": "buy", "position_intent": "buy_to_close"}),
            true,
        ),
        (json!({"position_intent": "sell_to_close"}), true),
        (
            json!({"side": "buy", "position_intent": "buy_to_open"}),
            false,
        ),
        (json!({"position_intent": "sell_to_open"}), false),
        (json!({"type": "limit", "limit_price": "10"}), false),
        (json!({"order_class": "bracket"}), false),
        (
            json!({"replaces": "904837e3-3b76-47ec-b432-046db621571b"}),
            false,
        ),
        (json!({"symbol": "TSLA"}), false),
    ] {
        let case = changes.to_string();
        let script = lost([listed(Utc::now(), changes)]);
        let result = client(&script).positions().close("AAPL").await;
        if taken {
            assert_eq!(result.expect(&case).id.to_string(), ORDER, "{case}");
        } else {
            unresolved(result, &case);
        }
        assert_eq!(sent(&script, "DELETE", "/v2/positions/AAPL"), 1, "{case}");
    }
}
