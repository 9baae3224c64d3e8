//! The client: one account in one environment.

mod builder;
mod connections;

use std::fmt;
use std::sync::{Arc, PoisonError};
use std::time::Duration;

use tokio::time::Instant;

pub use builder::ClientBuilder;
pub(crate) use connections::Connections;

use crate::error::{Error, Result};
use crate::raw;
use crate::transport::{self, CallOptions, Pipeline, RateLimit, RetryPolicy, Through};
use crate::{Credentials, Environment};

/// A client of one account in one environment.
///
/// Cheap to clone and to share between tasks; clones share their connections, their rate limit and
/// their credentials. What can be done is grouped by resource: [`orders`](Self::orders),
/// [`positions`](Self::positions), [`account`](Self::account) and so on.
///
/// # Examples
///
/// ```no_run
/// use alpaca_trading::Client;
///
/// # async fn run() -> alpaca_trading::Result<()> {
/// // Paper, unless the environment says live, in so many words.
/// let client = Client::from_env()?;
/// let account = client.account().get().await?;
/// println!("{:?} in {}", account.equity, client.environment());
/// # Ok(())
/// # }
/// ```
#[derive(Clone)]
pub struct Client {
    shared: Arc<Shared>,
    options: CallOptions,
}

struct Shared {
    /// Sends through the pipeline, with the options of this client.
    raw: raw::Client,
    pipeline: Arc<Pipeline>,
}

impl Client {
    /// A client that authenticates every request with `credentials`; for more settings,
    /// [`builder`](Self::builder).
    ///
    /// # Errors
    ///
    /// When the base URL of the environment cannot be used, or the HTTP client cannot be set up.
    pub fn new(environment: Environment, credentials: Credentials) -> Result<Self> {
        Self::builder()
            .environment(environment)
            .credentials(credentials)
            .build()
    }

    /// A client with settings of its own.
    pub fn builder() -> ClientBuilder {
        ClientBuilder::default()
    }

    /// A client with the credentials and the environment of the process.
    ///
    /// Looked for in this order: the variables `APCA_API_KEY_ID` and `APCA_API_SECRET_KEY` (or
    /// `ALPACA_API_KEY` and `ALPACA_SECRET_KEY`), or `APCA_API_OAUTH`; then the profile that
    /// `ALPACA_PROFILE` names, else the profile `default`, of the file that `ALPACA_CONFIG` names,
    /// else of `alpaca/credentials.toml` in the platform's folder for configuration.
    ///
    /// The environment is paper, unless `APCA_API_ENV` is `live`, `APCA_API_BASE_URL` is the address
    /// of the live service, or the profile says so.
    ///
    /// # Errors
    ///
    /// When nothing is found, when two settings contradict each other, and when one cannot be read:
    /// all problems in one error, of kind [`Configuration`](crate::ErrorKind::Configuration).
    pub fn from_env() -> Result<Self> {
        Self::builder().from_env().build()
    }

    /// The environment that this client talks to.
    #[must_use]
    pub fn environment(&self) -> &Environment {
        &self.shared.pipeline.environment
    }

    /// Whether this client refuses whatever changes something.
    #[must_use]
    pub fn is_read_only(&self) -> bool {
        self.shared.pipeline.read_only
    }

    /// The generated client, authenticated, paced, retried and limited in time like this one: every
    /// operation of the API, without the checks and the safe submission of the resources.
    ///
    /// Its errors become this crate's with [`error`](Self::error).
    #[must_use]
    pub fn raw(&self) -> &raw::Client {
        &self.shared.raw
    }

    /// The error of a call of [`raw`](Self::raw), as this client's own calls would report it: with the
    /// environment, and without the keys in use, also where the service repeats them in a success
    /// that does not decode. Of such a success the operation and the request id are not known.
    ///
    /// # Examples
    ///
    /// ```no_run
    /// # async fn run(client: alpaca_trading::Client) -> alpaca_trading::Result<()> {
    /// let account = match client.raw().get_account().send().await {
    ///     Ok(account) => account.into_inner(),
    ///     Err(error) => return Err(client.error(error).await),
    /// };
    /// # let _ = account; Ok(()) }
    /// ```
    pub async fn error(&self, error: raw::Error<()>) -> Error {
        let known = crate::error::Facts {
            keys: self.pipeline().credentials.held(),
            ..crate::error::Facts::default()
        };
        Error::from_raw_call(error, known, Some(self.environment())).await
    }

    /// The rate limit as the last answer that mentioned it had it.
    #[must_use]
    pub fn rate_limit(&self) -> Option<RateLimit> {
        self.shared.pipeline.pacer.state()
    }

    /// How far this machine's clock is behind the server's (negative: ahead); none before the first
    /// answer. Mostly to about a second: the answers so far say no more when all of them were slow.
    ///
    /// More than five seconds are also a warning in the log.
    #[must_use]
    pub fn clock_offset(&self) -> Option<chrono::Duration> {
        self.shared.pipeline.clock.offset()
    }

    /// The same client, whose calls take at most this long with all their attempts and waits.
    ///
    /// One thing may take longer: after a submission, a replacement, a closing or a canceling whose fate is
    /// open, looking up what became of it has at least 10 seconds, also beyond the deadline.
    #[must_use]
    pub fn with_deadline(&self, deadline: Duration) -> Self {
        self.with_options(|options| options.deadline = Some(deadline))
    }

    /// The same client, whose attempts take at most this long each.
    #[must_use]
    pub fn with_attempt_timeout(&self, limit: Duration) -> Self {
        self.with_options(|options| options.attempt_timeout = Some(limit))
    }

    /// The same client with another policy of retries.
    ///
    /// The budget stays that of the policy which the client was built with, shared with the clients that
    /// this one comes from: the [budget](RetryPolicy::with_budget) of `policy` has no effect.
    #[must_use]
    pub fn with_retry(&self, policy: RetryPolicy) -> Self {
        self.with_options(|options| options.retry = Some(policy))
    }

    fn with_options(&self, change: impl FnOnce(&mut CallOptions)) -> Self {
        let mut options = self.options.clone();
        change(&mut options);
        let pipeline = Arc::clone(&self.shared.pipeline);
        let through = Through::new(Arc::clone(&pipeline), options.clone());
        let raw = self.shared.raw.through(raw::Inner::new(through));
        Self {
            shared: Arc::new(Shared { raw, pipeline }),
            options,
        }
    }

    pub(crate) fn options(&self) -> &CallOptions {
        &self.options
    }

    pub(crate) fn retry_policy(&self) -> &RetryPolicy {
        self.options
            .retry
            .as_ref()
            .unwrap_or(&self.shared.pipeline.retry)
    }

    /// How long to wait before something is tried again on a level above the transport; none when the
    /// attempts or the time are spent.
    pub(crate) fn jittered_wait(
        &self,
        policy: &RetryPolicy,
        attempt: u32,
        deadline: Instant,
    ) -> Option<Duration> {
        let left = deadline.checked_duration_since(Instant::now())?;
        let mut random = self
            .shared
            .pipeline
            .random
            .lock()
            .unwrap_or_else(PoisonError::into_inner);
        let wait = policy.next_wait(attempt, None, Duration::ZERO, &mut random)?;
        (wait < left).then_some(wait)
    }

    pub(crate) fn pipeline(&self) -> &Pipeline {
        &self.shared.pipeline
    }

    /// Makes a call of the generated client.
    pub(crate) async fn call<T>(
        &self,
        call: impl Future<Output = Result<raw::ResponseValue<T>, raw::Error<()>>>,
    ) -> Result<T> {
        self.call_with_facts(call).await.0
    }

    /// Like [`call`](Self::call), with what the transport learnt.
    pub(crate) async fn call_with_facts<T>(
        &self,
        call: impl Future<Output = Result<raw::ResponseValue<T>, raw::Error<()>>>,
    ) -> (Result<T>, crate::error::Facts) {
        self.call_until(None, call).await
    }

    /// Like [`call_with_facts`](Self::call_with_facts), for one of several calls that have to end in time
    /// together.
    pub(crate) async fn call_until<T>(
        &self,
        deadline: Option<Instant>,
        call: impl Future<Output = Result<raw::ResponseValue<T>, raw::Error<()>>>,
    ) -> (Result<T>, crate::error::Facts) {
        // Held in place: what is moved into a future is copied, and a call is large.
        let call = std::pin::pin!(call);
        let (result, facts) = transport::call::scope_until(deadline, call).await;
        let result = match result {
            Ok(value) => Ok(value.into_inner()),
            // On the heap, so that calls that succeed do not carry its state.
            Err(error) => {
                Err(Box::pin(Error::from_call(error, &facts, Some(self.environment()))).await)
            }
        };
        (result, facts)
    }
}

impl fmt::Debug for Client {
    /// Names the environment; never a key.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Client")
            .field("environment", self.environment())
            .field("read_only", &self.is_read_only())
            .finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Compiles only for what tasks and threads can share.
    const fn shared<T: Clone + Send + Sync + 'static>() {}

    const _: () = shared::<Client>();
    const _: () = shared::<Error>();
}
