//! What the client does on the wire beside retries: redirects, bodies, connections, pacing, keys, and
//! what it learns from answers.

#![allow(
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::unwrap_used,
    reason = "helpers of tests"
)]

mod bodies;
mod gzip;
mod keys;
mod learned;
mod pacing;
mod proxies;
mod read_only;
mod redirects;
mod traced;

use alpaca_trading::{Client, ClientBuilder};
use serde_json::{Value, json};

const ORDER_ID: &str = "61e69015-8549-4bfd-b9c3-01e75843f47d";

/// A builder for the server at this address.
fn builder(url: String) -> ClientBuilder {
    Client::builder()
        .base_url(url)
        .key_pair("PKTEST", "secret")
        .seed(3)
}

fn client(url: String) -> Client {
    builder(url).build().expect("a client")
}

/// The smallest account that there is.
fn account() -> Value {
    json!({"id": ORDER_ID, "status": "ACTIVE", "cash": "1000.50"})
}

/// What the clock says.
fn clock() -> Value {
    json!({
        "timestamp": "2026-01-05T14:30:00Z",
        "is_open": true,
        "next_open": "2026-01-06T14:30:00Z",
        "next_close": "2026-01-05T21:00:00Z",
    })
}
