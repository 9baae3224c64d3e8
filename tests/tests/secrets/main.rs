//! No secret is shown anywhere: not by the types that hold one, not by an error, not by a trace, not by
//! a panic, and not when the server repeats what it was sent.

#![allow(
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::unwrap_used,
    reason = "helpers of tests"
)]

mod echoes;
mod failures;
mod panics;
mod types;

use std::error::Error as StdError;
use std::fmt::{Debug, Display};

use alpaca_trading::{Client, ClientBuilder, Error, Keys};
use tests::traces::Traces;

/// A key id, which is shown as its first four characters at most.
const KEY_ID: &str = "PKS3NT1NELKEYID0123456789";

/// A secret with everything that is escaped somewhere.
const SECRET: &str = "s3nt1nel/SECRET+0123456789=abc&def\"ghi<jkl>";

/// A token.
const TOKEN: &str = "s3nt1nel-t0ken.0123456789_abcdef~ghijkl";

/// So many characters of a secret in a row are a part of it and not a word that happens to be there.
const PART: usize = 8;

/// The first part of a key or a token that is in a text.
fn found(text: &str) -> Option<&'static str> {
    [KEY_ID, SECRET, TOKEN].into_iter().find_map(|secret| {
        let mut parts = (0..=secret.len() - PART).map(|start| &secret[start..start + PART]);
        parts.find(|part| text.contains(part))
    })
}

#[track_caller]
fn assert_clean(text: &str, what: &str) {
    if let Some(part) = found(text) {
        panic!("{what} shows {part:?}:\n{text}");
    }
}

/// Checks each way to show a value.
#[track_caller]
fn assert_shows_nothing(value: &(impl Debug + ?Sized), what: &str) {
    assert_clean(&format!("{value:?}"), what);
    assert_clean(&format!("{value:#?}"), what);
}

/// Checks each way to show an error, its parts, and all that it came from.
#[track_caller]
fn assert_error_shows_nothing(error: &Error, what: &str) {
    fn both(value: &(impl Debug + Display + ?Sized)) -> String {
        format!("{value} {value:#} {value:?} {value:#?}")
    }
    let mut texts = vec![both(error), error.message().to_owned()];
    texts.extend(error.code().map(both));
    texts.extend(error.json_path().map(str::to_owned));
    texts.extend(error.request_id().map(str::to_owned));
    texts.extend(error.operation());
    texts.extend(error.environment().map(both));
    texts.extend(
        error
            .unresolved()
            .map(|unresolved| format!("{unresolved:?}")),
    );
    texts.extend(error.violations().iter().map(both));
    texts.extend(error.problems().iter().map(both));
    texts.extend(error.field_names().map(str::to_owned));
    for text in texts {
        assert_clean(&text, what);
    }
    let mut at = error.source();
    while let Some(source) = at {
        assert_clean(&both(source), what);
        at = source.source();
    }
}

/// Checks all that was traced, and that something was.
#[track_caller]
fn assert_traced_nothing(traces: &Traces, what: &str) {
    let lines = traces.lines();
    assert!(
        lines.iter().any(|line| line.text.contains("attempt=1")),
        "{what} was not traced"
    );
    for line in lines {
        assert_clean(&format!("{} {}", line.target, line.text), what);
    }
}

/// A client with the pair, or with the token; it traces bodies.
fn builder(token: bool) -> ClientBuilder {
    let builder = Client::builder().seed(11).trace_bodies();
    match token {
        true => builder.oauth(TOKEN),
        false => builder.key_pair(KEY_ID, SECRET),
    }
}

fn keys(token: bool) -> Keys {
    match token {
        true => Keys::oauth(TOKEN),
        false => Keys::key_pair(KEY_ID, SECRET),
    }
    .expect("keys")
}

#[test]
fn a_part_of_a_secret_is_found() {
    for secret in [KEY_ID, SECRET, TOKEN] {
        assert!(found(&format!("a{}b", &secret[5..5 + PART])).is_some());
        assert!(found(&secret[..4]).is_none());
    }
    assert_eq!(found("the key id PKS3… of the secret ***"), None);
}
