//! Bad input, from the caller and from the network: the error names the input and the rule, and where
//! the caller is wrong nothing is sent.

#![allow(
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::unwrap_used,
    reason = "helpers of tests"
)]

mod answers;
mod numbers;
mod settings;
mod symbols;

use alpaca_trading::{Client, Error, ErrorKind, Outcome};
use tests::service::{Answer, Service};

/// A service that is not to be reached, and a client of it.
async fn untouched() -> (Service, Client) {
    let service = Service::start(|_| Answer::status(500)).await;
    let builder = Client::builder()
        .base_url(service.url())
        .key_pair("PKTEST", "secret");
    let client = builder.build().expect("a client");
    (service, client)
}

/// The error is about the input, shows nothing that could harm a terminal or fill a log, and nothing
/// was sent.
fn check(error: &Error, service: &Service, what: &str) {
    let text = error.to_string();
    let shown: String = text.chars().take(300).collect();
    assert_eq!(
        (error.kind(), error.outcome()),
        (ErrorKind::Invalid, Outcome::NotSent),
        "{what}: {shown}"
    );
    assert!(
        error.is_invalid() && error.attempts() == 0,
        "{what}: {shown}"
    );
    assert!(!error.violations().is_empty(), "{what}: {shown}");
    for violation in error.violations() {
        assert!(
            !violation.field().is_empty() && !violation.rule().is_empty(),
            "{what}: {violation:?}"
        );
        assert!(text.contains(&violation.to_string()), "{what}: {shown}");
        assert!(
            violation.to_string().starts_with(violation.field()),
            "{what}: {violation}"
        );
    }
    assert!(text.len() < 1_000, "{what}: {} bytes: {shown}", text.len());
    for text in [text, format!("{error:?}")] {
        assert!(!text.chars().any(char::is_control), "{what}: {text:?}");
    }
    assert_eq!(service.connections(), 0, "{what} was sent");
}

/// The rules that an error names.
fn rules(error: &Error) -> Vec<&'static str> {
    error
        .violations()
        .iter()
        .map(alpaca_trading::Violation::rule)
        .collect()
}
