//! Hooks of the application, before and after each attempt.

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use alpaca_trading_gen::Operation;
use http::{HeaderMap, HeaderName, HeaderValue};

use super::RateLimit;
use crate::{Environment, ErrorKind, Outcome};

/// Sees every attempt of every call, before it is sent and after it has ended.
///
/// Hooks run in the order in which they were added, after the order in reverse, on the task of the
/// caller: they must not block. They never see a key.
///
/// # Examples
///
/// ```
/// use std::sync::Arc;
/// use std::sync::atomic::{AtomicU64, Ordering};
/// use alpaca_trading::{Attempt, Client, Hook};
///
/// #[derive(Default)]
/// struct Failures(AtomicU64);
///
/// impl Hook for Failures {
///     fn after(&self, attempt: &Attempt<'_>) {
///         if attempt.status().is_none_or(|status| status >= 400) {
///             self.0.fetch_add(1, Ordering::Relaxed);
///         }
///     }
/// }
///
/// # fn main() -> alpaca_trading::Result<()> {
/// let failures = Arc::new(Failures::default());
/// let client = Client::builder()
///     .key_pair("PKEXAMPLE", "secret")
///     .hook(Arc::clone(&failures))
///     .build()?;
/// # let _ = client;
/// assert_eq!(failures.0.load(Ordering::Relaxed), 0);
/// # Ok(())
/// # }
/// ```
pub trait Hook: Send + Sync + 'static {
    /// Before an attempt: headers may be added, and the attempt may be refused.
    ///
    /// # Errors
    ///
    /// What it returns ends the call as an error of kind [`ErrorKind::Hook`], and nothing is sent.
    fn before(
        &self,
        _request: &mut Outgoing<'_>,
    ) -> Result<(), Box<dyn std::error::Error + Send + Sync>> {
        Ok(())
    }

    /// After an attempt, whether it was answered or not.
    fn after(&self, _exchange: &Attempt<'_>) {}
}

impl<H: Hook + ?Sized> Hook for Arc<H> {
    fn before(
        &self,
        request: &mut Outgoing<'_>,
    ) -> Result<(), Box<dyn std::error::Error + Send + Sync>> {
        (**self).before(request)
    }

    fn after(&self, attempt: &Attempt<'_>) {
        (**self).after(attempt);
    }
}

/// A request that is about to be sent.
pub struct Outgoing<'a> {
    pub(super) operation: &'static Operation,
    pub(super) environment: &'a Environment,
    pub(super) attempt: u32,
    pub(super) url: &'a reqwest::Url,
    pub(super) headers: &'a mut HeaderMap,
    pub(super) body: Option<&'a [u8]>,
}

impl Outgoing<'_> {
    /// The name of the operation: `create_order`.
    #[must_use]
    pub fn operation(&self) -> &'static str {
        self.operation.id
    }

    /// The HTTP method.
    #[must_use]
    pub fn method(&self) -> &'static str {
        self.operation.method
    }

    /// The path and the query, as they will be sent.
    #[must_use]
    pub fn target(&self) -> String {
        match self.url.query() {
            Some(query) => format!("{}?{query}", self.url.path()),
            None => self.url.path().to_owned(),
        }
    }

    /// Where it will be sent.
    #[must_use]
    pub fn environment(&self) -> &Environment {
        self.environment
    }

    /// Which attempt of the call this is, from 1.
    #[must_use]
    pub fn attempt(&self) -> u32 {
        self.attempt
    }

    /// The JSON body, if there is one.
    #[must_use]
    pub fn body(&self) -> Option<&[u8]> {
        self.body
    }

    /// Adds a header, or replaces it.
    ///
    /// # Errors
    ///
    /// When it is no header, or one that the client sets itself: those of authentication, of the
    /// host and of the framing of the body.
    pub fn set_header(&mut self, name: &str, value: &str) -> Result<(), RefusedHeader> {
        let refused = || RefusedHeader(name.chars().take(64).collect());
        let name = HeaderName::from_bytes(name.as_bytes()).map_err(|_| refused())?;
        let reserved = [
            "apca-api-key-id",
            "apca-api-secret-key",
            "authorization",
            "proxy-authorization",
            "host",
            "content-length",
            "transfer-encoding",
            "connection",
            "idempotency-key",
        ];
        if reserved.contains(&name.as_str()) {
            return Err(refused());
        }
        let value = HeaderValue::from_str(value).map_err(|_| refused())?;
        self.headers.insert(name, value);
        Ok(())
    }
}

/// A header that a hook may not set.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RefusedHeader(String);

impl fmt::Display for RefusedHeader {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "the header `{}` cannot be set by a hook",
            self.0.escape_debug()
        )
    }
}

impl std::error::Error for RefusedHeader {}

/// An attempt that has ended.
pub struct Attempt<'a> {
    pub(super) operation: &'static Operation,
    pub(super) environment: &'a Environment,
    pub(super) attempt: u32,
    pub(super) status: Option<u16>,
    pub(super) failure: Option<(ErrorKind, Outcome)>,
    pub(super) request_id: Option<&'a str>,
    pub(super) rate_limit: Option<RateLimit>,
    pub(super) latency: Duration,
    pub(super) body: &'a [u8],
    pub(super) retry_in: Option<Duration>,
}

impl Attempt<'_> {
    /// The name of the operation: `create_order`.
    #[must_use]
    pub fn operation(&self) -> &'static str {
        self.operation.id
    }

    /// Where it was sent.
    #[must_use]
    pub fn environment(&self) -> &Environment {
        self.environment
    }

    /// Which attempt of the call this was, from 1.
    #[must_use]
    pub fn number(&self) -> u32 {
        self.attempt
    }

    /// The status of the answer, if there was one.
    #[must_use]
    pub fn status(&self) -> Option<u16> {
        self.status
    }

    /// What went wrong when there was no answer, and what is known of the request.
    #[must_use]
    pub fn failure(&self) -> Option<(ErrorKind, Outcome)> {
        self.failure
    }

    /// Alpaca's name for the exchange.
    #[must_use]
    pub fn request_id(&self) -> Option<&str> {
        self.request_id
    }

    /// The state of the rate limit that came with the answer.
    #[must_use]
    pub fn rate_limit(&self) -> Option<RateLimit> {
        self.rate_limit
    }

    /// From sending to the end of the body.
    #[must_use]
    pub fn latency(&self) -> Duration {
        self.latency
    }

    /// The body of the answer; empty for a stream.
    #[must_use]
    pub fn body(&self) -> &[u8] {
        self.body
    }

    /// How long the client will wait before it tries again, if it will.
    #[must_use]
    pub fn retry_in(&self) -> Option<Duration> {
        self.retry_in
    }
}

impl fmt::Debug for Attempt<'_> {
    /// Shows how long the body is, not what is in it.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Attempt")
            .field("operation", &self.operation.id)
            .field("environment", self.environment)
            .field("attempt", &self.attempt)
            .field("status", &self.status)
            .field("failure", &self.failure)
            .field("request_id", &self.request_id)
            .field("rate_limit", &self.rate_limit)
            .field("latency", &self.latency)
            .field("body_length", &self.body.len())
            .field("retry_in", &self.retry_in)
            .finish()
    }
}
