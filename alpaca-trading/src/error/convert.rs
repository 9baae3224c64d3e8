//! From what the generated client returns to the crate's error.

use std::fmt;
use std::sync::Arc;

use alpaca_trading_gen::{BodyEnd, Operation, body_end, local_failure};
use bytes::Bytes;
use serde_json::value::RawValue;

use super::snippet::{offset_of, path_and_reason, redacted, snippet};
use super::{Cause, Error, ErrorBody, ErrorKind, Outcome};
use crate::Environment;
use crate::raw;
use crate::transport::{Pipeline, RateLimit, request_id};

/// What the transport learnt of a call, for an error that is made elsewhere.
#[derive(Clone, Debug, Default)]
pub(crate) struct Facts {
    pub(crate) operation: Option<&'static Operation>,
    pub(crate) status: Option<u16>,
    pub(crate) request_id: Option<String>,
    pub(crate) rate_limit: Option<RateLimit>,
    /// How often the request was tried.
    pub(crate) attempts: u32,
    /// Whether an attempt that was followed by another may have reached the service.
    pub(crate) maybe_received: bool,
    /// What to say to whoever uses the wrong keys.
    pub(crate) hint: Option<String>,
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
    /// For code that uses [`Client::raw`](crate::Client::raw).
    ///
    /// # Examples
    ///
    /// ```no_run
    /// # async fn run(client: alpaca_trading::Client) -> alpaca_trading::Result<()> {
    /// use alpaca_trading::Error;
    ///
    /// let account = match client.raw().get_account().send().await {
    ///     Ok(account) => account.into_inner(),
    ///     Err(error) => return Err(Error::from_raw(error).await),
    /// };
    /// # let _ = account; Ok(()) }
    /// ```
    pub async fn from_raw(error: raw::Error<()>) -> Self {
        Self::from_call(error, &Facts::default(), None).await
    }

    pub(crate) async fn from_call(
        error: raw::Error<()>,
        facts: &Facts,
        pipeline: Option<&Pipeline>,
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
            repr.environment = pipeline.map(|pipeline| pipeline.environment.clone());
            repr.status = repr.status.or(facts.status);
            repr.attempts = facts.attempts;
            repr.rate_limit = repr.rate_limit.or(facts.rate_limit);
            if repr.request_id.is_none() {
                repr.request_id.clone_from(&facts.request_id);
            }
            if facts.maybe_received && repr.outcome == Outcome::NotSent {
                repr.outcome = Outcome::Unknown;
            }
            // A server may repeat what it was sent.
            if let Some(secret) = pipeline.and_then(|pipeline| pipeline.credentials.secret()) {
                repr.hide(&secret);
            }
        })
    }

    async fn from_response(response: reqwest::Response, facts: &Facts) -> Self {
        let status = response.status().as_u16();
        let end = body_end(&response);
        let id = request_id(response.headers());
        let rate_limit = RateLimit::from_headers(response.headers());
        let content_type = response
            .headers()
            .get(http::header::CONTENT_TYPE)
            .and_then(|value| value.to_str().ok())
            .map(str::to_owned);
        let body = response.bytes().await.unwrap_or_default();
        let made = Self::from_answer(status, &body, content_type.as_deref());
        made.with(|repr| {
            repr.request_id = id;
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
        let message = answer.message().map_or_else(
            || match status {
                300..=399 => "a redirect, which is not followed".to_owned(),
                _ => "the answer gives no reason".to_owned(),
            },
            str::to_owned,
        );
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
    pub(crate) fn from_decode(body: &Bytes, error: &serde_json::Error, _facts: &Facts) -> Self {
        let (path, reason) = path_and_reason(error);
        let around = offset_of(body, error);
        Self::new(ErrorKind::Decode, reason).with(|repr| {
            repr.outcome = Outcome::Unknown;
            repr.json_path = path;
            repr.snippet = Some(snippet(body, around, SNIPPET));
            repr.body = body.clone();
        })
    }

    /// A row of a list that does not decode.
    pub(crate) fn undecodable_row(
        row: &RawValue,
        error: &serde_path_to_error::Error<serde_json::Error>,
        facts: &Facts,
        environment: &Environment,
    ) -> Self {
        let row = row.get().as_bytes();
        let around = offset_of(row, error.inner());
        let path = error.path();
        let (_, reason) = path_and_reason(error.inner());
        Self::new(ErrorKind::Decode, reason).with(|repr| {
            repr.outcome = Outcome::Unknown;
            repr.operation = facts.operation;
            repr.environment = Some(environment.clone());
            repr.status = facts.status;
            repr.request_id.clone_from(&facts.request_id);
            repr.json_path = (path.iter().len() > 0).then(|| path.to_string());
            repr.snippet = Some(snippet(row, around, SNIPPET));
            repr.body = Bytes::copy_from_slice(row);
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
    /// Replaces a secret wherever a text of this error has it.
    fn hide(&mut self, secret: &str) {
        for text in [&mut self.message].into_iter().chain(&mut self.snippet) {
            *text = redacted(text, &[secret]);
        }
        self.answer.hide(secret);
        if self.request_id.as_deref().is_some_and(|id| id.contains(secret)) {
            self.request_id = None;
        }
    }
}

/// Whether a certificate is the reason.
fn is_certificate(error: &(dyn std::error::Error + 'static)) -> bool {
    let mut at = Some(error);
    while let Some(error) = at {
        // An `io::Error` shows what it wraps in its own way.
        let wrapped = error
            .downcast_ref::<std::io::Error>()
            .and_then(std::io::Error::get_ref);
        let tls = match wrapped {
            Some(inner) => inner.downcast_ref::<rustls::Error>(),
            None => error.downcast_ref::<rustls::Error>(),
        };
        if matches!(tls, Some(rustls::Error::InvalidCertificate(_))) {
            return true;
        }
        at = error.source();
    }
    false
}

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
