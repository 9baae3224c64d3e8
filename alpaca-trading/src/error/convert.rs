//! From what the generated client returns to the crate's error.

use std::fmt;
use std::sync::Arc;

use alpaca_trading_gen::{BodyEnd, Operation, body_end, local_failure};
use bytes::Bytes;
use http::HeaderValue;
use serde_json::value::RawValue;

use super::snippet::{RAW, offset_of, path_and_reason, redacted, snippet_hiding, without};
use super::{Cause, Error, ErrorBody, ErrorKind, Outcome};
use crate::Environment;
use crate::credentials::Keys;
use crate::raw;
use crate::transport::{RateLimit, id_text, request_id};

/// What the transport learnt of a call, for an error that is made elsewhere.
#[derive(Clone, Debug, Default)]
pub(crate) struct Facts {
    pub(crate) operation: Option<&'static Operation>,
    pub(crate) status: Option<u16>,
    /// As it came: only an error needs its text.
    pub(crate) request_id: Option<HeaderValue>,
    pub(crate) rate_limit: Option<RateLimit>,
    /// How often the request was tried.
    pub(crate) attempts: u32,
    /// Whether an attempt that was followed by another may have reached the service.
    pub(crate) maybe_received: bool,
    /// What to say to whoever uses the wrong keys.
    pub(crate) hint: Option<String>,
    /// The keys of the last attempt, which the answer may repeat and nothing may show.
    pub(crate) keys: Option<Keys>,
}

impl Facts {
    fn private(&self) -> Vec<&str> {
        self.keys.as_ref().map(private).unwrap_or_default()
    }

    /// Alpaca's name for the exchange, unless a server repeats a key there.
    pub(crate) fn request_id(&self) -> Option<&str> {
        let id = id_text(self.request_id.as_ref()?)?;
        let private = self.private();
        (!private.iter().any(|key| id.contains(key))).then_some(id)
    }
}

/// Shorter texts are no keys but words that stand for them in tests, and in ordinary messages.
const SHORTEST_KEY: usize = 8;

/// What is shown of keys nowhere: the secret, and the key id, of which no more than the beginning is.
pub(crate) fn private(keys: &Keys) -> Vec<&str> {
    let texts = keys.key_id().into_iter().chain([keys.secret()]);
    texts.filter(|text| text.len() >= SHORTEST_KEY).collect()
}

/// What the transport learnt of a call of the generated client itself; in the extensions of an answer
/// that is not a success.
#[derive(Clone)]
pub(crate) struct Noted {
    pub(crate) facts: Facts,
    pub(crate) environment: Environment,
}

/// An error of this crate on its way through the generated client.
pub(crate) struct LocalError(pub(crate) Error);

impl fmt::Debug for LocalError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

impl fmt::Display for LocalError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

impl std::error::Error for LocalError {}

impl Error {
    /// The error of a call of the generated client, as this crate's own calls would report it.
    ///
    /// [`Client::error`](crate::Client::error) is the better way where the client is at hand: a success
    /// that does not decode, and a request that the generated client did not send, tell nothing of
    /// where they come from. The error of one then names no environment, and could show a part of a
    /// body in which a server repeats the keys.
    pub async fn from_raw(error: raw::Error<()>) -> Self {
        Self::from_raw_call(error, Facts::default(), None).await
    }

    /// The error of a call of the generated client, by what its answer carries, else by what is known of
    /// the client.
    pub(crate) async fn from_raw_call(
        error: raw::Error<()>,
        known: Facts,
        environment: Option<&Environment>,
    ) -> Self {
        let noted = match &error {
            raw::Error::UnexpectedResponse(answer) => answer.extensions().get::<Noted>().cloned(),
            _ => None,
        };
        match noted {
            Some(noted) => Self::from_call(error, &noted.facts, Some(&noted.environment)).await,
            None => Self::from_call(error, &known, environment).await,
        }
    }

    pub(crate) async fn from_call(
        error: raw::Error<()>,
        facts: &Facts,
        environment: Option<&Environment>,
    ) -> Self {
        if let Some(local) = local_failure(&error) {
            return match local.downcast_ref::<LocalError>() {
                Some(local) => local.0.clone(),
                None => Self::new(ErrorKind::Hook, local.to_string()),
            };
        }
        let made = match error {
            raw::Error::InvalidRequest(message) => Self::new(ErrorKind::Invalid, message),
            raw::Error::UnexpectedResponse(response) => Self::from_response(response, facts).await,
            raw::Error::InvalidResponsePayload(body, error) => {
                Self::from_decode(&body, &error, facts)
            }
            raw::Error::Custom(message) => Self::new(ErrorKind::TooLarge, message).with(|repr| {
                repr.outcome = Outcome::Unknown;
            }),
            raw::Error::CommunicationError(error)
            | raw::Error::InvalidUpgrade(error)
            | raw::Error::ResponseBodyError(error) => Self::from_transport(error),
            other => Self::new(ErrorKind::Connection, other.to_string()).with(|repr| {
                repr.outcome = Outcome::Unknown;
            }),
        };
        made.with(|repr| {
            repr.operation = facts.operation.or(repr.operation);
            repr.environment = environment.cloned();
            repr.status = repr.status.or(facts.status);
            repr.attempts = facts.attempts;
            repr.rate_limit = repr.rate_limit.or(facts.rate_limit);
            if repr.request_id.is_none() {
                repr.request_id = facts.request_id().map(str::to_owned);
            }
            // What came of the last attempt says nothing of an earlier one.
            if facts.maybe_received {
                repr.outcome = Outcome::Unknown;
            }
            // A server may repeat what it was sent.
            repr.hide(&facts.private());
        })
    }

    /// The same error without these keys, wherever the service has repeated them.
    pub(crate) fn hiding(self, keys: Option<&Keys>) -> Self {
        match keys {
            Some(keys) => self.with(|repr| repr.hide(&private(keys))),
            None => self,
        }
    }

    async fn from_response(response: reqwest::Response, facts: &Facts) -> Self {
        let status = response.status().as_u16();
        let end = body_end(&response);
        let id = request_id(response.headers());
        let path = response.url().path().to_owned();
        let rate_limit = RateLimit::from_headers(response.headers());
        let content_type = response
            .headers()
            .get(http::header::CONTENT_TYPE)
            .and_then(|value| value.to_str().ok())
            .map(str::to_owned);
        let body = response.bytes().await.unwrap_or_default();
        // The keys are taken out of what is read, so that no clip can leave a part of them.
        let shown = without(&body, &facts.private()).into_owned();
        let made = Self::from_answer(status, &shown.into(), content_type.as_deref());
        made.with(|repr| {
            repr.body = body;
            repr.request_id = id;
            repr.path = Some(path);
            repr.rate_limit = rate_limit;
            match end {
                Some(BodyEnd::CutShort) => repr.message.push_str(" (the body was cut short)"),
                Some(BodyEnd::TooLong) => repr.message.push_str(" (the body was too long)"),
                _ => {}
            }
            if matches!(status, 401 | 403) && repr.cause == Some(Cause::Unauthorized) {
                repr.hint.clone_from(&facts.hint);
            }
        })
    }

    /// An answer that is not a success.
    pub(crate) fn from_answer(status: u16, body: &Bytes, content_type: Option<&str>) -> Self {
        let answer = ErrorBody::parse(body, content_type);
        let message = match (status, answer.message()) {
            (300..=399, None) => REDIRECT.to_owned(),
            (300..=399, Some(said)) => format!("{REDIRECT}: {said}"),
            (_, None) => "the answer gives no reason".to_owned(),
            (_, Some(said)) => said.to_owned(),
        };
        let cause = Cause::of(status, answer.code(), &message);
        Self::new(ErrorKind::Answer, message).with(|repr| {
            repr.outcome = Outcome::of_status(status);
            repr.cause = cause;
            repr.status = Some(status);
            repr.answer = answer;
            repr.body = body.clone();
        })
    }

    /// A success that does not decode.
    pub(crate) fn from_decode(body: &Bytes, error: &serde_json::Error, facts: &Facts) -> Self {
        let private = facts.private();
        let (path, reason) = path_and_reason(error, &private);
        let around = offset_of(body, error);
        Self::new(ErrorKind::Decode, reason).with(|repr| {
            repr.outcome = Outcome::Unknown;
            repr.json_path = path;
            repr.snippet = Some(snippet_hiding(body, around, SNIPPET, &private));
            repr.body = body.clone();
        })
    }

    /// A row of a list that does not decode.
    pub(crate) fn of_row(
        index: usize,
        row: &RawValue,
        error: &serde_path_to_error::Error<serde_json::Error>,
        facts: &Facts,
        environment: &Environment,
    ) -> Self {
        let row = row.get().as_bytes();
        let around = offset_of(row, error.inner());
        let path = error.path();
        let private = facts.private();
        let (_, reason) = path_and_reason(error.inner(), &private);
        Self::new(ErrorKind::Decode, reason).with(|repr| {
            repr.outcome = Outcome::Unknown;
            repr.operation = facts.operation;
            repr.environment = Some(environment.clone());
            repr.status = facts.status;
            repr.request_id = facts.request_id().map(str::to_owned);
            repr.json_path =
                (path.iter().len() > 0).then(|| path.to_string().trim_end_matches(RAW).to_owned());
            repr.snippet = Some(snippet_hiding(row, around, SNIPPET, &private));
            repr.body = Bytes::copy_from_slice(row);
            repr.row = Some(index);
            repr.hide(&private);
        })
    }

    /// A failure of the HTTP client.
    pub(crate) fn from_transport(error: reqwest::Error) -> Self {
        let (kind, outcome) = if error.is_connect() {
            (ErrorKind::Connect, Outcome::NotSent)
        } else if error.is_timeout() {
            (ErrorKind::Timeout, Outcome::Unknown)
        } else if error.is_builder() {
            (ErrorKind::Invalid, Outcome::NotSent)
        } else {
            (ErrorKind::Connection, Outcome::Unknown)
        };
        let timed_out = error.is_timeout();
        let untrusted = is_certificate(&error);
        // The URL stays out: its query may hold names of accounts or addresses of wallets.
        let error = error.without_url();
        Self::new(kind, innermost(&error)).with(|repr| {
            repr.outcome = outcome;
            repr.timed_out = timed_out;
            repr.untrusted = untrusted;
            repr.source = Some(Arc::new(error));
        })
    }
}

impl super::Repr {
    /// Replaces these wherever a text of this error has them.
    fn hide(&mut self, private: &[&str]) {
        for text in [&mut self.message]
            .into_iter()
            .chain(&mut self.snippet)
            .chain(&mut self.json_path)
        {
            if private.iter().any(|private| text.contains(private)) {
                *text = redacted(text, private);
            }
        }
        for private in private {
            self.answer.hide(private);
            self.request_id.take_if(|id| id.contains(private));
        }
    }
}

/// Whether a certificate is the reason.
fn is_certificate(error: &(dyn std::error::Error + 'static)) -> bool {
    let mut at = Some(error);
    while let Some(error) = at {
        if matches!(
            error.downcast_ref::<rustls::Error>(),
            Some(rustls::Error::InvalidCertificate(_))
        ) {
            return true;
        }
        // An `io::Error` names what it wraps in its own way, and TLS is wrapped in two of them.
        let wrapped = error
            .downcast_ref::<std::io::Error>()
            .and_then(std::io::Error::get_ref);
        at = match wrapped {
            Some(inner) => Some(inner),
            None => error.source(),
        };
    }
    false
}

/// What is said of a redirect.
const REDIRECT: &str = "a redirect, which is not followed";

/// At most this much of an unreadable body is shown, in characters.
const SNIPPET: usize = 160;

/// The end of the chain of sources, which says the most.
fn innermost(error: &(dyn std::error::Error + 'static)) -> String {
    let mut text = error.to_string();
    let mut at = error;
    while let Some(source) = at.source() {
        at = source;
        let next = at.to_string();
        if !text.contains(&next) {
            text.push_str(": ");
            text.push_str(&next);
        }
    }
    text
}
