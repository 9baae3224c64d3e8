//! The account and the markets through the client, against a server on this machine: what is sent,
//! how lists are walked, and that nothing is sent when something is wrong.

#![allow(
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::unwrap_used,
    reason = "helpers of tests"
)]

mod account;
mod activities;
mod deprecated;
mod markets;
mod refused;

use alpaca_trading::chrono::{DateTime, NaiveDate, Utc};
use alpaca_trading::{Client, Error, Outcome};
use serde_json::Value;
use tests::instances::{Generator, Mode};
use tests::loopback::{Loopback, Recorded, Reply};
use tests::percent;

fn client(server: &Loopback) -> Client {
    Client::builder()
        .base_url(server.url())
        .key_pair("PKTEST", "secret")
        .build()
        .expect("a client")
}

/// A server that always gives the same JSON, and a client of it.
async fn answering(body: Value) -> (Loopback, Client) {
    let server = Loopback::start(move |_| Reply::json(200, body.to_string())).await;
    let client = client(&server);
    (server, client)
}

/// What was sent last, in short: method, path and query as they are on the wire.
fn last(server: &Loopback) -> String {
    let requests = server.requests();
    let last = requests.last().expect("a request");
    format!("{} {}", last.method, last.target)
}

/// The parameters of a request, sorted.
fn parameters(request: &Recorded) -> Vec<(String, String)> {
    let mut parameters = percent::query(request.query()).expect("a query");
    parameters.sort();
    parameters
}

fn parameter(request: &Recorded, name: &str) -> Option<String> {
    let mut found = parameters(request)
        .into_iter()
        .filter(|(known, _)| known == name);
    found.next().map(|(_, value)| value)
}

fn pairs(expected: &[(&str, &str)]) -> Vec<(String, String)> {
    let mut pairs: Vec<_> = expected
        .iter()
        .map(|(name, value)| ((*name).to_owned(), (*value).to_owned()))
        .collect();
    pairs.sort();
    pairs
}

fn day(text: &str) -> NaiveDate {
    text.parse().unwrap()
}

fn time(text: &str) -> DateTime<Utc> {
    text.parse().unwrap()
}

fn instance(schema: &str) -> Value {
    Generator::new(&tests::spec(), 7).instance(schema, Mode::Full)
}

/// The rules that a refused request breaks.
fn rules(error: &Error) -> Vec<&str> {
    assert!(error.is_invalid(), "{error}");
    assert_eq!(error.outcome(), Outcome::NotSent, "{error}");
    assert!(error.environment().is_some(), "{error}");
    assert!(error.operation().is_some(), "{error}");
    error
        .violations()
        .iter()
        .map(|violation| violation.rule())
        .collect()
}
