//! The one error of this crate.

mod body;
mod cause;
mod code;
mod convert;
mod kind;
mod predicates;
mod snippet;
mod text;

use std::fmt;
use std::sync::Arc;

use alpaca_trading_gen::Operation;
use bytes::Bytes;

pub(crate) use body::ErrorBody;
pub use cause::Cause;
pub(crate) use cause::cancel_state;
pub use code::ErrorCode;
pub(crate) use convert::{Facts, LocalError, Noted, private};
pub use kind::{ErrorKind, Outcome};
pub(crate) use snippet::{snippet, snippet_hiding};

use crate::orders::Unresolved;
use crate::transport::RateLimit;
use crate::{Client, Environment, Problem, Violation};

/// The result of a call.
pub type Result<T, E = Error> = std::result::Result<T, E>;

/// Why a call failed, and whether it may have been carried out nevertheless.
///
/// One pointer wide and cheap to clone. What callers act on has a predicate
/// ([`is_insufficient_buying_power`](Self::is_insufficient_buying_power) and the like); what became
/// of the request is [`outcome`](Self::outcome); the rest is for people and logs. No error shows a
/// key, a secret or a token.
///
/// # Examples
///
/// ```
/// use alpaca_trading::{Client, ErrorKind, Outcome};
///
/// let error = Client::builder().key_pair("", "").build().unwrap_err();
/// assert_eq!(error.kind(), ErrorKind::Configuration);
/// assert_eq!(error.outcome(), Outcome::NotSent);
/// // Everything that is wrong is said at once.
/// assert!(error.to_string().contains("key id") && error.to_string().contains("secret"));
/// ```
#[derive(Clone)]
pub struct Error(Arc<Repr>);

#[derive(Clone)]
pub(crate) struct Repr {
    pub(crate) kind: ErrorKind,
    pub(crate) outcome: Outcome,
    pub(crate) cause: Option<Cause>,
    pub(crate) message: String,
    pub(crate) operation: Option<&'static Operation>,
    /// The path as it was sent.
    pub(crate) path: Option<String>,
    pub(crate) environment: Option<Environment>,
    pub(crate) status: Option<u16>,
    pub(crate) answer: ErrorBody,
    pub(crate) body: Bytes,
    pub(crate) request_id: Option<String>,
    pub(crate) rate_limit: Option<RateLimit>,
    pub(crate) attempts: u32,
    pub(crate) violations: Vec<Violation>,
    pub(crate) problems: Vec<Problem>,
    pub(crate) json_path: Option<String>,
    pub(crate) snippet: Option<String>,
    pub(crate) hint: Option<String>,
    pub(crate) row: Option<usize>,
    pub(crate) unresolved: Option<Unresolved>,
    pub(crate) timed_out: bool,
    /// The server's certificate is not trusted: trying again does not help.
    pub(crate) untrusted: bool,
    pub(crate) source: Option<Arc<dyn std::error::Error + Send + Sync>>,
}

impl Error {
    /// An error of this kind that says `message`; for what happens before anything is sent.
    pub(crate) fn new(kind: ErrorKind, message: impl Into<String>) -> Self {
        Self(Arc::new(Repr {
            kind,
            outcome: Outcome::NotSent,
            cause: None,
            message: message.into(),
            operation: None,
            path: None,
            environment: None,
            status: None,
            answer: ErrorBody::default(),
            body: Bytes::new(),
            request_id: None,
            rate_limit: None,
            attempts: 0,
            violations: Vec::new(),
            problems: Vec::new(),
            json_path: None,
            snippet: None,
            hint: None,
            row: None,
            unresolved: None,
            timed_out: false,
            untrusted: false,
            source: None,
        }))
    }

    /// Settings that no client can be made from, all of them at once.
    pub(crate) fn configuration(problems: Vec<Problem>) -> Self {
        let message = joined(&problems);
        Self::new(ErrorKind::Configuration, message).with(|repr| repr.problems = problems)
    }

    /// A request that breaks rules, all of them at once.
    pub(crate) fn invalid(violations: Vec<Violation>) -> Self {
        let message = joined(&violations);
        Self::new(ErrorKind::Invalid, message).with(|repr| repr.violations = violations)
    }

    /// The same error with something changed.
    pub(crate) fn with(mut self, change: impl FnOnce(&mut Repr)) -> Self {
        change(Arc::make_mut(&mut self.0));
        self
    }

    /// The same error with where it happened, as far as it does not tell that already.
    pub(crate) fn of(self, client: &Client, operation: &str) -> Self {
        if self.0.environment.is_some() && self.0.operation.is_some() {
            return self;
        }
        self.with(|repr| {
            repr.operation = repr.operation.or_else(|| Operation::find(operation));
            let environment = repr.environment.take();
            repr.environment = environment.or_else(|| Some(client.environment().clone()));
        })
    }

    /// Whether the service says in so many words that there is no such order.
    pub(crate) fn says_order_not_found(&self) -> bool {
        self.0
            .status
            .is_some_and(|status| self.0.answer.says_order_not_found(status))
    }

    pub(crate) fn repr(&self) -> &Repr {
        &self.0
    }

    /// What went wrong.
    #[must_use]
    pub fn kind(&self) -> ErrorKind {
        self.0.kind
    }

    /// Whether the request may have been carried out although the call failed.
    #[must_use]
    pub fn outcome(&self) -> Outcome {
        self.0.outcome
    }

    /// What the service gave as its reason, where it is one of those that Alpaca is known to give.
    #[must_use]
    pub fn cause(&self) -> Option<Cause> {
        self.0.cause
    }

    /// The reason in words: the service's own where it gave one.
    #[must_use]
    pub fn message(&self) -> &str {
        &self.0.message
    }

    /// The HTTP status, when the service answered.
    #[must_use]
    pub fn status(&self) -> Option<u16> {
        self.0.status
    }

    /// Alpaca's code: mostly a number such as `40310000`, for locates a word. Some answers have none.
    #[must_use]
    pub fn code(&self) -> Option<&ErrorCode> {
        self.0.answer.code()
    }

    /// A further field of the error body, such as `buying_power` or `held_for_orders`; texts without
    /// their quotes, anything else as JSON.
    #[must_use]
    pub fn field(&self, name: &str) -> Option<std::borrow::Cow<'_, str>> {
        self.0.answer.field(name)
    }

    /// A further field of the error body as an exact number, such as `available`.
    #[must_use]
    pub fn decimal(&self, name: &str) -> Option<rust_decimal::Decimal> {
        self.0.answer.decimal(name)
    }

    /// The names of the further fields of the error body.
    pub fn field_names(&self) -> impl Iterator<Item = &str> {
        self.0.answer.field_names()
    }

    /// The body of the answer as it came, up to 1 MiB of one that is not a success.
    ///
    /// It is shown nowhere by itself: it may repeat what was sent.
    #[must_use]
    pub fn body(&self) -> &[u8] {
        &self.0.body
    }

    /// Alpaca's name for this exchange (`X-Request-ID`), which its support asks for.
    #[must_use]
    pub fn request_id(&self) -> Option<&str> {
        self.0.request_id.as_deref()
    }

    /// The state of the rate limit that came with the answer.
    #[must_use]
    pub fn rate_limit(&self) -> Option<RateLimit> {
        self.0.rate_limit
    }

    /// How often the request was tried, vain attempts to connect included; 0 when it never left.
    ///
    /// What a hook, missing keys or the deadline kept from being sent is not counted. For an order that
    /// was sent again after it had been looked up, these are the attempts since then.
    #[must_use]
    pub fn attempts(&self) -> u32 {
        self.0.attempts
    }

    /// The operation that failed: its method and path, as in `POST /v2/orders`.
    #[must_use]
    pub fn operation(&self) -> Option<String> {
        self.0
            .operation
            .map(|operation| format!("{} {}", operation.method, operation.path))
    }

    /// The environment of the client that failed.
    #[must_use]
    pub fn environment(&self) -> Option<&Environment> {
        self.0.environment.as_ref()
    }

    /// Every rule that the request breaks, when it was refused before sending.
    #[must_use]
    pub fn violations(&self) -> &[Violation] {
        &self.0.violations
    }

    /// Every setting that is wrong, when a client cannot be made.
    #[must_use]
    pub fn problems(&self) -> &[Problem] {
        &self.0.problems
    }

    /// Where in the body the answer does not decode: `legs[0].qty`.
    #[must_use]
    pub fn json_path(&self) -> Option<&str> {
        self.0.json_path.as_deref()
    }

    /// Which row of a page could not be read, from 0: the other rows can, and the list goes on after it.
    /// None for any other error, a whole page that cannot be read included.
    #[must_use]
    pub fn undecodable_row(&self) -> Option<usize> {
        self.0.row
    }

    /// What is needed to find out later what became of an order: for
    /// [`Orders::settle`](crate::orders::Orders::settle) and
    /// [`Orders::resolve`](crate::orders::Orders::resolve), whose own errors have it too.
    #[must_use]
    pub fn unresolved(&self) -> Option<&Unresolved> {
        self.0.unresolved.as_ref()
    }
}

/// Results whose error is to tell where it happened.
pub(crate) trait InOperation {
    /// See [`Error::of`].
    fn of(self, client: &Client, operation: &str) -> Self;
}

impl<T> InOperation for Result<T> {
    fn of(self, client: &Client, operation: &str) -> Self {
        self.map_err(|error| error.of(client, operation))
    }
}

impl std::error::Error for Error {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        self.0
            .source
            .as_deref()
            .map(|source| source as &(dyn std::error::Error + 'static))
    }
}

impl From<Vec<Violation>> for Error {
    fn from(violations: Vec<Violation>) -> Self {
        Self::invalid(violations)
    }
}

impl From<Violation> for Error {
    fn from(violation: Violation) -> Self {
        Self::invalid(vec![violation])
    }
}

impl From<Vec<Problem>> for Error {
    fn from(problems: Vec<Problem>) -> Self {
        Self::configuration(problems)
    }
}

fn joined<T: fmt::Display>(items: &[T]) -> String {
    let mut text = String::new();
    for item in items {
        if !text.is_empty() {
            text.push_str("; ");
        }
        text.push_str(&item.to_string());
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_error_is_one_pointer_wide() {
        assert_eq!(size_of::<Error>(), size_of::<usize>());
        assert_eq!(size_of::<Result<()>>(), size_of::<usize>());
    }

    #[test]
    fn where_it_happened_is_added_and_never_changed() {
        let client = Client::builder().key_pair("PKTEST", "secret");
        let client = client.build().unwrap();
        let nowhere = Error::new(ErrorKind::Pagination, "x").of(&client, "list_orders");
        assert_eq!(nowhere.environment(), Some(&Environment::Paper));
        assert_eq!(nowhere.operation().as_deref(), Some("GET /v2/orders"));
        let elsewhere = nowhere.of(&client, "get_account");
        assert_eq!(elsewhere.operation().as_deref(), Some("GET /v2/orders"));
    }
}
