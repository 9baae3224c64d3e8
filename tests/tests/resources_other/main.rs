//! Watchlists, crypto funding, locates, tokenization and events through the client, against a server
//! on this machine: what is sent, what a lost answer leads to, and that nothing is sent when something
//! is wrong.

#![allow(
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::unwrap_used,
    reason = "helpers of tests"
)]

mod events;
mod funding;
mod locates;
mod perpetuals;
mod refused;
mod tokenization;
mod watchlists;

use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use alpaca_trading::{Client, Error, Outcome, Pacing, RetryPolicy};
use serde_json::Value;
use tests::loopback::{Loopback, Recorded, Reply};

/// An id of anything.
const ID: &str = "c0ffee00-1f2e-4d3c-8b4a-59687766f030";

fn id() -> alpaca_trading::Uuid {
    ID.parse().unwrap()
}

/// A client that waits next to nothing before it tries again.
fn client(server: &Loopback) -> Client {
    let soon = Duration::from_millis(1);
    Client::builder()
        .base_url(server.url())
        .key_pair("PKTEST", "secret")
        .retry(RetryPolicy::default().with_base(soon).with_cap(soon))
        .pacing(Pacing::Off)
        .build()
        .expect("a client")
}

/// A server that gives these answers in turn, the last one over and over, and a client of it.
async fn in_turn(replies: impl IntoIterator<Item = Reply>) -> (Loopback, Client) {
    let replies: Vec<_> = replies.into_iter().collect();
    let next = AtomicUsize::new(0);
    let server = Loopback::start(move |_| {
        let turn = next.fetch_add(1, Ordering::Relaxed);
        replies[turn.min(replies.len() - 1)].clone()
    })
    .await;
    let client = client(&server);
    (server, client)
}

/// A server that always gives the same JSON, and a client of it.
async fn answering(body: Value) -> (Loopback, Client) {
    in_turn([json(200, &body)]).await
}

fn json(status: u16, body: &Value) -> Reply {
    Reply::json(status, body.to_string())
}

/// What was sent since the last look, in short: method, path and query as they are on the wire, and
/// the body.
fn sent(server: &Loopback) -> Vec<String> {
    let requests = server.take();
    requests.iter().map(short).collect()
}

fn short(request: &Recorded) -> String {
    let body = std::str::from_utf8(&request.body).expect("a text");
    let line = format!("{} {} {body}", request.method, request.target);
    line.trim_end().to_owned()
}

/// The body of a request.
fn body(request: &Recorded) -> Value {
    serde_json::from_slice(&request.body).expect("JSON")
}

/// The fields at fault in a request that was refused before it was sent.
fn fields(error: &Error) -> Vec<&str> {
    assert!(error.is_invalid(), "{error}");
    assert_eq!(error.outcome(), Outcome::NotSent, "{error}");
    assert!(error.environment().is_some(), "{error}");
    assert!(error.operation().is_some(), "{error}");
    error
        .violations()
        .iter()
        .map(|violation| violation.field())
        .collect()
}
