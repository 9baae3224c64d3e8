//! What the tests of the workspace share: instances of the document's schemas, what a request must
//! look like by the document, and a server on the loopback interface that sees every byte.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "test support"
)]

pub mod expectation;
pub mod generated;
pub mod instances;
pub mod loopback;
pub mod percent;
pub mod service;
pub mod soak;
pub mod traces;

/// What the READMEs show, compiled as the tests of this package.
#[cfg(doctest)]
mod readmes {
    #[doc = include_str!("../../README.md")]
    struct Workspace;

    #[doc = include_str!("../../alpaca-trading/README.md")]
    struct Client;

    #[doc = include_str!("../../alpaca-trading-gen/README.md")]
    struct Raw;
}

/// The document that the raw client is generated from.
///
/// # Panics
///
/// When `spec.json` is missing or is not JSON.
#[must_use]
pub fn spec() -> serde_json::Value {
    const PATH: &str = concat!(
        env!("CARGO_MANIFEST_DIR"),
        "/../alpaca-trading-gen/spec.json"
    );
    let text = std::fs::read_to_string(PATH).unwrap_or_else(|error| panic!("{PATH}: {error}"));
    serde_json::from_str(&text).unwrap_or_else(|error| panic!("{PATH}: {error}"))
}

/// An HTTP client for the loopback interface that follows no redirect.
///
/// # Panics
///
/// When the HTTP client cannot be made.
#[must_use]
pub fn http() -> alpaca_trading_gen::reqwest::Client {
    http_builder().build().expect("an HTTP client")
}

/// The settings of [`http`].
pub fn http_builder() -> alpaca_trading_gen::reqwest::ClientBuilder {
    use alpaca_trading_gen::reqwest::{Client, redirect};

    // The workspace is built without a provider that installs itself; losing a race is fine.
    let _ = rustls::crypto::ring::default_provider().install_default();
    Client::builder()
        .no_proxy()
        .redirect(redirect::Policy::none())
}
