//! The client without async.

use std::fmt;
use std::time::Duration;

use super::Runtime;
use crate::error::Result;
use crate::{ClientBuilder, Credentials, Environment, RateLimit, RetryPolicy};

/// A client of one account in one environment, whose calls wait for their result.
///
/// Cheap to clone and to share between threads; clones share their connections, their rate limit and
/// their credentials. See [`crate::Client`], whose twin this is.
///
/// # Examples
///
/// ```no_run
/// use alpaca_trading::blocking::Client;
///
/// # fn main() -> alpaca_trading::Result<()> {
/// let client = Client::from_env()?;
/// let account = client.account().get()?;
/// println!("{:?} in {}", account.equity, client.environment());
/// # Ok(()) }
/// ```
#[derive(Clone)]
pub struct Client {
    pub(super) inner: crate::Client,
    pub(super) runtime: Runtime,
}

impl Client {
    /// A client that authenticates every request with `credentials`; for more settings,
    /// [`builder`](Self::builder).
    ///
    /// # Errors
    ///
    /// As for [`crate::Client::new`], and when the thread in the background cannot be started.
    pub fn new(environment: Environment, credentials: Credentials) -> Result<Self> {
        Self::from_client(crate::Client::new(environment, credentials)?)
    }

    /// A client with settings of its own, to be made with
    /// [`build_blocking`](ClientBuilder::build_blocking).
    ///
    /// # Examples
    ///
    /// ```
    /// use alpaca_trading::blocking::Client;
    ///
    /// # fn main() -> alpaca_trading::Result<()> {
    /// let client = Client::builder()
    ///     .key_pair("PKEXAMPLE", "secret")
    ///     .read_only()
    ///     .build_blocking()?;
    /// assert!(client.is_read_only());
    /// # Ok(()) }
    /// ```
    pub fn builder() -> ClientBuilder {
        crate::Client::builder()
    }

    /// A client with the credentials and the environment of the process, looked for as by
    /// [`crate::Client::from_env`]: paper, unless they say live in so many words.
    ///
    /// # Errors
    ///
    /// As for [`crate::Client::from_env`], and when the thread in the background cannot be started.
    pub fn from_env() -> Result<Self> {
        Self::from_client(crate::Client::from_env()?)
    }

    /// The twin of an async client, which shares its rate limit, its credentials and its connections.
    ///
    /// A connection is served by the runtime that has opened it: when that ends, so does the
    /// connection, and requests that are on it fail.
    ///
    /// # Errors
    ///
    /// Of kind [`Configuration`](crate::ErrorKind::Configuration) when the thread in the background
    /// cannot be started.
    pub fn from_client(client: crate::Client) -> Result<Self> {
        Ok(Self {
            inner: client,
            runtime: Runtime::start()?,
        })
    }

    /// The async client that does the work: for what is wanted with async after all, and for the
    /// generated client, [`raw`](crate::Client::raw).
    #[must_use]
    pub fn async_client(&self) -> &crate::Client {
        &self.inner
    }

    /// The environment that this client talks to.
    #[must_use]
    pub fn environment(&self) -> &Environment {
        self.inner.environment()
    }

    /// Whether this client refuses whatever changes something.
    #[must_use]
    pub fn is_read_only(&self) -> bool {
        self.inner.is_read_only()
    }

    /// The rate limit as the last answer that mentioned it had it.
    #[must_use]
    pub fn rate_limit(&self) -> Option<RateLimit> {
        self.inner.rate_limit()
    }

    /// How far this machine's clock is behind the server's (negative: ahead); none before the first
    /// answer. Mostly to about a second: the answers so far say no more when all of them were slow.
    #[must_use]
    pub fn clock_offset(&self) -> Option<chrono::Duration> {
        self.inner.clock_offset()
    }

    /// The same client, whose calls take at most this long with all their attempts and waits; looking
    /// up what became of an order may take 10 seconds more, as with
    /// [`crate::Client::with_deadline`].
    #[must_use]
    pub fn with_deadline(&self, deadline: Duration) -> Self {
        self.with(self.inner.with_deadline(deadline))
    }

    /// The same client, whose attempts take at most this long each.
    #[must_use]
    pub fn with_attempt_timeout(&self, limit: Duration) -> Self {
        self.with(self.inner.with_attempt_timeout(limit))
    }

    /// The same client with another policy of retries; its budget has no effect, as with
    /// [`crate::Client::with_retry`].
    #[must_use]
    pub fn with_retry(&self, policy: RetryPolicy) -> Self {
        self.with(self.inner.with_retry(policy))
    }

    fn with(&self, inner: crate::Client) -> Self {
        Self {
            inner,
            runtime: self.runtime.clone(),
        }
    }
}

impl fmt::Debug for Client {
    /// Names the environment; never a key.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.inner.fmt(f)
    }
}

impl ClientBuilder {
    /// Makes the client whose calls wait for their result.
    ///
    /// # Errors
    ///
    /// As for [`build`](Self::build), and of kind
    /// [`Configuration`](crate::ErrorKind::Configuration) when the thread in the background cannot be
    /// started.
    pub fn build_blocking(self) -> Result<Client> {
        Client::from_client(self.build()?)
    }
}
