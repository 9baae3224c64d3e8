//! Orders and positions through the client: what is sent, how the list of orders is walked, what
//! becomes of answers, and that nothing is sent when something is wrong.

#![allow(
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::unwrap_used,
    reason = "helpers of tests"
)]

mod listing;
mod orders;
mod positions;
mod waiting;

use alpaca_trading::{Client, Error, ErrorKind, Outcome, Pacing};
use tests::loopback::{Loopback, Reply};

const ORDER: &str = "61e69015-8549-4bfd-b9c3-01e75843f47d";

fn client(server: &Loopback) -> Client {
    Client::builder()
        .base_url(server.url())
        .key_pair("PKTEST", "secret")
        .pacing(Pacing::Off)
        .build()
        .expect("a client")
}

/// A server that always gives the same answer, and a client of it.
async fn answering(reply: Reply) -> (Loopback, Client) {
    let server = Loopback::start(move |_| reply.clone()).await;
    let client = client(&server);
    (server, client)
}

/// The requests so far in short, method and target as they are on the wire; they are forgotten.
fn sent(server: &Loopback) -> Vec<String> {
    let requests = server.take();
    let short =
        |request: &tests::loopback::Recorded| format!("{} {}", request.method, request.target);
    requests.iter().map(short).collect()
}

/// An order in this state.
fn order(status: &str) -> String {
    format!(
        r#"{{"id":"{ORDER}","client_order_id":"mine","status":"{status}","symbol":"AAPL",
            "created_at":"2026-01-05T14:30:00Z","submitted_at":"2026-01-05T14:30:00Z","qty":"2.50",
            "order_class":"","side":"sell","type":"market","time_in_force":"day","legs":null}}"#
    )
}

/// The order with the client order id that the request names.
fn echoing(request: &tests::loopback::Recorded, status: &str) -> String {
    let body: serde_json::Value = serde_json::from_slice(&request.body).expect("JSON");
    let id = body["client_order_id"].as_str().expect("an id");
    order(status).replace("mine", id)
}

/// That the request was refused here, by this rule.
fn refused<T: std::fmt::Debug>(result: Result<T, Error>, rule: &str) {
    let error = result.expect_err("a refusal");
    assert_eq!(error.kind(), ErrorKind::Invalid, "{error}");
    assert_eq!(error.outcome(), Outcome::NotSent);
    let rules: Vec<_> = error
        .violations()
        .iter()
        .map(|violation| violation.rule())
        .collect();
    assert_eq!(rules, [rule], "{error}");
    assert!(error.operation().is_some() && error.environment().is_some());
}

/// Texts that must not become part of a path.
fn no_symbols() -> Vec<String> {
    let texts = [
        "",
        ".",
        "..",
        "../orders",
        "A/../B",
        "A?x=1",
        "A#b",
        "A\nB",
        "A B",
        "A%2e",
    ];
    let mut texts: Vec<String> = texts.into_iter().map(str::to_owned).collect();
    texts.push("X".repeat(10_000));
    texts
}
