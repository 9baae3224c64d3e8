//! What the service is known to send although its document says otherwise.
//!
//! One test for each difference that was seen, with a body of our own making that shows it. Where
//! the difference is in a request, a status or an empty body, the client speaks to a server on
//! loopback.

#![allow(
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::unwrap_used,
    reason = "a test fails by panicking"
)]

mod account;
mod activities;
mod announcements;
mod assets;
mod bulk;
mod calendar;
mod errors;
mod events;
mod locates;
mod options;
mod orders;
mod portfolio;
mod positions;
mod wallets;
mod wire;

use rust_decimal::Decimal;
use serde::de::DeserializeOwned;
use serde_json::Value;

/// Decodes a body, or fails with the reason and the body.
fn decode<T: DeserializeOwned>(body: &Value) -> T {
    decode_text(&body.to_string())
}

/// Decodes a text, for what a [`Value`] would change: the digits of numbers, spaces, order.
fn decode_text<T: DeserializeOwned>(text: &str) -> T {
    serde_json::from_str(text).unwrap_or_else(|error| panic!("{error}\n{text}"))
}

/// `body` with the properties of `changes` put in or replaced.
fn with(mut body: Value, changes: Value) -> Value {
    let Value::Object(changes) = changes else {
        panic!("changes are an object: {changes}")
    };
    body.as_object_mut()
        .expect("a body is an object")
        .extend(changes);
    body
}

/// `body` without these properties, each of which it has.
fn without(mut body: Value, names: &[&str]) -> Value {
    let object = body.as_object_mut().expect("a body is an object");
    for name in names {
        assert!(
            object.remove(*name).is_some(),
            "the body has no `{name}` to take away"
        );
    }
    body
}

/// The digits of a decimal, which equality of decimals does not look at: 1.1 equals 1.10.
fn digits(value: impl Into<Option<Decimal>>) -> Option<String> {
    value.into().map(|value| value.to_string())
}

/// What [`digits`] is expected to be.
fn some(text: &str) -> Option<String> {
    Some(text.to_owned())
}
