//! Where an order could be lost, placed twice or taken for another, or where the caller could be told
//! something that is not so: each case as an unlucky day brings it, on a paused clock.

#![allow(
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::unwrap_used,
    reason = "helpers of tests"
)]

mod closing;
mod deadlines;
mod interface;
mod settling;
mod submission;

use std::fmt::Debug;

use alpaca_trading::orders::{OrderRequest, Quantity, Unresolved};
use alpaca_trading::test_util::{Reply, Script};
use alpaca_trading::{Client, Error, ErrorKind, Outcome, Side};
use chrono::{DateTime, SecondsFormat, Utc};
use serde_json::{Value, json};

const ORDER: &str = "61e69015-8549-4bfd-b9c3-01e75843f47d";
const ORDERS: &str = "/v2/orders";
const BY_CLIENT_ID: &str = "/v2/orders:by_client_order_id";

/// An order as the service sends it, with these members instead of its own: one share of AAPL, bought at
/// the market under the client order id `mine`.
fn order(changes: Value) -> Value {
    let mut order = json!({
        "id": ORDER, "client_order_id": "mine", "status": "new", "order_class": "",
        "created_at": "2026-01-05T14:30:00Z", "submitted_at": "2026-01-05T14:30:00Z",
        "symbol": "AAPL", "side": "buy", "type": "market", "qty": "1", "time_in_force": "day",
    });
    let Value::Object(changes) = changes else {
        panic!("changes are an object");
    };
    order.as_object_mut().expect("an order").extend(changes);
    order
}

/// The answer with one order.
fn found(changes: Value) -> Reply {
    Reply::json(200, order(changes).to_string())
}

fn not_found() -> Reply {
    Reply::json(
        404,
        r#"{"code":40410000,"message":"order not found for mine"}"#,
    )
}

/// One share under the client order id `mine`.
fn request() -> OrderRequest {
    OrderRequest::market("AAPL", Side::Buy, Quantity::shares(1)).client_order_id("mine")
}

fn client(script: &Script) -> Client {
    let builder = script.attach(Client::builder().seed(7));
    builder.build().expect("a client")
}

/// How often something was sent with this method and path.
fn sent(script: &Script, method: &str, path: &str) -> usize {
    let requests = script.requests();
    let same = requests
        .iter()
        .filter(|request| request.method == method && request.path == path);
    same.count()
}

fn posts_and_lookups(script: &Script) -> (usize, usize) {
    let posts = sent(script, "POST", ORDERS);
    (posts, sent(script, "GET", BY_CLIENT_ID))
}

/// What is needed to ask again, out of an error that says that the outcome is not known.
fn unresolved<T: Debug>(result: Result<T, Error>, case: &str) -> Unresolved {
    let error = result.expect_err(case);
    assert_eq!(
        (error.kind(), error.outcome()),
        (ErrorKind::Unresolved, Outcome::Unknown),
        "{case}: {error}"
    );
    error.unresolved().expect(case).clone()
}

/// The same reply with the service's time.
fn dated(reply: Reply, time: DateTime<Utc>) -> Reply {
    let time = time.format("%a, %d %b %Y %H:%M:%S GMT").to_string();
    reply.header("date", &time)
}

fn timestamp(time: DateTime<Utc>) -> String {
    time.to_rfc3339_opts(SecondsFormat::Millis, true)
}
