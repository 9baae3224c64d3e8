//! Making a client.

use std::fmt;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use super::connections::{Connections, Proxy};
use super::{Client, Shared};
use crate::credentials::{self, Cache, CredentialsProvider};
use crate::error::{Error, Result};
use crate::raw;
#[cfg(feature = "stream")]
use crate::stream::Streams;
use crate::transport::{
    CallOptions, Hook, Pacer, Pacing, Pipeline, RetryBudget, RetryPolicy, ServerClock, Through,
};
use crate::{Credentials, Environment, Problem};

/// How long one attempt may take, its body included.
const ATTEMPT_TIMEOUT: Duration = Duration::from_secs(30);

/// The settings of a [`Client`].
///
/// Contradictions and mistakes are found by [`build`](Self::build), all of them at once.
///
/// # Examples
///
/// ```
/// use std::time::Duration;
/// use alpaca_trading::{Client, Environment, Pacing, RetryPolicy};
///
/// # fn main() -> alpaca_trading::Result<()> {
/// let client = Client::builder()
///     .environment(Environment::Paper)
///     .key_pair("PKEXAMPLE", "secret")
///     .attempt_timeout(Duration::from_secs(10))
///     .retry(RetryPolicy::default().with_max_attempts(3))
///     .pacing(Pacing::Auto)
///     .read_only()
///     .build()?;
/// assert!(client.is_read_only());
/// # Ok(())
/// # }
/// ```
#[must_use = "a builder makes nothing until `build`"]
pub struct ClientBuilder {
    environment: Option<Environment>,
    base_url: Option<String>,
    credentials: Option<Credentials>,
    from_env: bool,
    problems: Vec<Problem>,
    /// Whether keys were given that cannot be sent: they are not missing as well.
    has_faulty_keys: bool,
    retry: RetryPolicy,
    pacing: Pacing,
    hooks: Vec<Arc<dyn Hook>>,
    attempt_timeout: Duration,
    body_limit: usize,
    read_only: bool,
    trace_bodies: bool,
    seed: Option<u64>,
    http: Connections,
    #[cfg(feature = "test-util")]
    script: Option<crate::test_util::Script>,
}

impl Default for ClientBuilder {
    fn default() -> Self {
        Self {
            environment: None,
            base_url: None,
            credentials: None,
            from_env: false,
            problems: Vec::new(),
            has_faulty_keys: false,
            retry: RetryPolicy::default(),
            pacing: Pacing::default(),
            hooks: Vec::new(),
            attempt_timeout: ATTEMPT_TIMEOUT,
            body_limit: raw::BODY_LIMIT,
            read_only: false,
            trace_bodies: false,
            seed: None,
            http: Connections::default(),
            #[cfg(feature = "test-util")]
            script: None,
        }
    }
}

impl ClientBuilder {
    /// The service to talk to; [`Environment::Paper`] if nothing is said.
    pub fn environment(mut self, environment: Environment) -> Self {
        if self
            .environment
            .as_ref()
            .is_some_and(|set| *set != environment)
        {
            self.problem("environment", "is set twice, to different services");
        }
        self.environment = Some(environment);
        self
    }

    /// The service at this address, as for [`Environment::from_base_url`]: the paper service or a custom
    /// one. The live service is named by [`Environment::Live`] alone; its URL may stand beside that
    /// word, and is a mistake without it.
    pub fn base_url(mut self, url: impl Into<String>) -> Self {
        let url = url.into();
        let named = |url: &str| Environment::Custom(url.to_owned());
        let other = |set: &String| *set != url && !named(set).is_same_service(&named(&url));
        if self.base_url.as_ref().is_some_and(other) {
            self.problem("base URL", "is set twice, to different addresses");
        }
        self.base_url = Some(url);
        self
    }

    /// Allows plain http to another machine, for a simulator in another container: the keys then
    /// cross the network unencrypted. Never for Alpaca's own services.
    pub fn allow_plain_http(mut self) -> Self {
        self.http.allow_plain_http = true;
        self
    }

    /// What to authenticate with.
    pub fn credentials(mut self, credentials: Credentials) -> Self {
        if self.credentials.is_some() {
            self.problem("credentials", "are set twice");
        }
        self.credentials = Some(credentials);
        self
    }

    /// A key id and its secret, as Alpaca's dashboard shows them.
    pub fn key_pair(mut self, key_id: &str, secret: &str) -> Self {
        match Credentials::key_pair(key_id, secret) {
            Ok(credentials) => self.credentials(credentials),
            Err(error) => {
                self.problems.extend_from_slice(error.problems());
                self.has_faulty_keys = true;
                self
            }
        }
    }

    /// An OAuth bearer token.
    pub fn oauth(mut self, token: &str) -> Self {
        match Credentials::oauth(token) {
            Ok(credentials) => self.credentials(credentials),
            Err(error) => {
                self.problems.extend_from_slice(error.problems());
                self.has_faulty_keys = true;
                self
            }
        }
    }

    /// Where to get the keys from whenever they are needed, and again after a 401.
    pub fn credentials_provider(self, provider: impl CredentialsProvider) -> Self {
        self.credentials(Credentials::provider(provider))
    }

    /// Takes from the process what is not set here: credentials, and the environment. See
    /// [`Client::from_env`].
    pub fn from_env(mut self) -> Self {
        self.from_env = true;
        self
    }

    /// When to try again.
    pub fn retry(mut self, policy: RetryPolicy) -> Self {
        self.retry = policy;
        self
    }

    /// How requests are spread to stay within the rate limit.
    pub fn pacing(mut self, pacing: Pacing) -> Self {
        self.pacing = pacing;
        self
    }

    /// A hook that sees every attempt.
    pub fn hook(mut self, hook: impl Hook) -> Self {
        self.hooks.push(Arc::new(hook));
        self
    }

    /// How long connecting may take: 10 seconds if nothing is said.
    pub fn connect_timeout(mut self, limit: Duration) -> Self {
        self.http.connect_timeout = limit;
        self
    }

    /// How long one attempt may take, with its body: 30 seconds if nothing is said. How long a call
    /// may take with all its attempts is in the [`RetryPolicy`].
    pub fn attempt_timeout(mut self, limit: Duration) -> Self {
        self.attempt_timeout = limit;
        self
    }

    /// At most this many bytes of the body of an answer are read: 64 MiB if nothing is said, and no
    /// more.
    pub fn body_limit(mut self, bytes: usize) -> Self {
        self.body_limit = bytes;
        self
    }

    /// Refuses whatever changes something, before it is sent.
    pub fn read_only(mut self) -> Self {
        self.read_only = true;
        self
    }

    /// Traces the bodies of answers too, clipped, at the level `TRACE`. They hold no keys, but
    /// everything about the account.
    pub fn trace_bodies(mut self) -> Self {
        self.trace_bodies = true;
        self
    }

    /// Sends through this proxy: `http://host:port` or `https://host:port`. Without this, the proxy that
    /// the process's environment names is used, except for a service on this machine, and where
    /// plain http is allowed.
    pub fn proxy(self, url: impl Into<String>) -> Self {
        self.through(Proxy::Url(url.into()))
    }

    /// Uses no proxy, whatever the process's environment names.
    pub fn no_proxy(self) -> Self {
        self.through(Proxy::None)
    }

    fn through(mut self, proxy: Proxy) -> Self {
        match (&self.http.proxy, &proxy) {
            (None, _) => {}
            (Some(set), proxy) if set == proxy => {}
            // The addresses are not shown: they may hold passwords.
            (Some(Proxy::Url(_)), Proxy::Url(_)) => {
                self.problem("proxy", "is set twice, to different addresses");
            }
            (Some(_), _) => self.problem("proxy", "is named, and `no_proxy` is set as well"),
        }
        self.http.proxy = Some(proxy);
        self
    }

    /// Trusts the certificates in this PEM text as well: those of a proxy that inspects, or of a
    /// simulator.
    pub fn root_certificates(mut self, pem: impl Into<Vec<u8>>) -> Self {
        self.http.root_certificates.push(pem.into());
        self
    }

    /// Trusts only what [`root_certificates`](Self::root_certificates) names.
    pub fn only_these_root_certificates(mut self) -> Self {
        self.http.only_these_roots = true;
        self
    }

    /// How long an unused connection is kept open: 90 seconds if nothing is said.
    pub fn pool_idle_timeout(mut self, limit: Duration) -> Self {
        self.http.pool_idle_timeout = limit;
        self
    }

    /// How many unused connections are kept open: 16 if nothing is said.
    pub fn pool_max_idle(mut self, connections: usize) -> Self {
        self.http.pool_max_idle = connections;
        self
    }

    /// Never uses HTTP/2, which is otherwise used where the server offers it.
    pub fn http1_only(mut self) -> Self {
        self.http.http1_only = true;
        self
    }

    /// What the client calls itself; `alpaca-trading/<version>` if nothing is said.
    pub fn user_agent(mut self, text: impl Into<String>) -> Self {
        self.http.user_agent = Some(text.into());
        self
    }

    /// Makes the random part of waits repeatable, for tests.
    pub fn seed(mut self, seed: u64) -> Self {
        self.seed = Some(seed);
        self
    }

    /// This key pair, if no credentials are set.
    #[cfg(feature = "test-util")]
    pub(crate) fn or_key_pair(self, key_id: &str, secret: &str) -> Self {
        match self.credentials {
            Some(_) => self,
            None => self.key_pair(key_id, secret),
        }
    }

    /// Answers from a script instead of the network.
    #[cfg(feature = "test-util")]
    pub(crate) fn script(mut self, script: crate::test_util::Script) -> Self {
        self.script = Some(script);
        self
    }

    fn problem(&mut self, setting: &str, message: &str) {
        self.problems.push(Problem::new(setting, message));
    }

    /// Makes the client. Nothing is sent.
    ///
    /// Where the process has no rustls cryptography provider yet, ring is installed as its default:
    /// an application that wants another installs that first.
    ///
    /// # Errors
    ///
    /// Everything that is wrong with the settings, in one error of kind
    /// [`Configuration`](crate::ErrorKind::Configuration).
    pub fn build(mut self) -> Result<Client> {
        let (credentials, environment) = self.identity();
        let base_url = match environment.base_url_with(self.http.allow_plain_http) {
            Ok(url) => url,
            Err(problems) => {
                self.problems.extend(problems);
                String::new()
            }
        };
        self.check_numbers();
        let http = match self.http.http_client(&environment) {
            Ok(http) => Some(http),
            Err(problems) => {
                self.problems.extend(problems);
                None
            }
        };
        let (Some(credentials), Some(http), true) = (credentials, http, self.problems.is_empty())
        else {
            return Err(Error::configuration(self.problems));
        };
        let hint = credentials
            .key_id()
            .and_then(|id| credentials::hint(id, &environment));
        if let Some(hint) = hint {
            tracing::warn!("{hint}");
        }
        tracing::info!(
            environment = %environment,
            read_only = self.read_only,
            "a client of Alpaca's Trading API"
        );
        let pipeline = Arc::new(Pipeline {
            credentials: Cache::new(credentials),
            budget: RetryBudget::of(&self.retry),
            retry: self.retry,
            pacer: Pacer::new(self.pacing),
            clock: ServerClock::default(),
            hooks: self.hooks,
            attempt_timeout: self.attempt_timeout,
            body_limit: self.body_limit,
            read_only: self.read_only,
            trace_bodies: self.trace_bodies,
            random: Mutex::new(
                self.seed
                    .map_or_else(fastrand::Rng::new, fastrand::Rng::with_seed),
            ),
            recent: Mutex::default(),
            connections: self.http,
            #[cfg(feature = "stream")]
            streams: Streams::default(),
            environment,
            #[cfg(feature = "test-util")]
            script: self.script,
        });
        let options = CallOptions::default();
        let through = Through::new(Arc::clone(&pipeline), options.clone());
        let raw = raw::Client::with_middleware(&base_url, http, through);
        Ok(Client {
            shared: Arc::new(Shared { raw, pipeline }),
            options,
        })
    }

    /// Who the client is and where it goes: what is said here before what the process says.
    fn identity(&mut self) -> (Option<Credentials>, Environment) {
        let mut environment = self.environment.clone();
        if let Some(url) = &self.base_url {
            let named = match &environment {
                // The word is there; its address says nothing else.
                Some(Environment::Live) if Environment::Live.has_url(url) => Ok(Environment::Live),
                _ => Environment::from_code(url, self.http.allow_plain_http),
            };
            match named {
                Ok(named) => {
                    let other = |set: &Environment| !set.is_same_service(&named);
                    if environment.as_ref().is_some_and(other) {
                        self.problem("base URL", "names another service than the environment");
                    }
                    environment = Some(named);
                }
                Err(problems) => self.problems.extend(problems),
            }
        }
        let credentials = self.credentials.clone();
        if !self.from_env {
            if credentials.is_none() && !self.has_faulty_keys {
                self.problem(
                    "credentials",
                    "are missing: set a key pair, a token or a provider, or use `from_env`",
                );
            }
            return (credentials, environment.unwrap_or_default());
        }
        let lookup = |name: &str| std::env::var_os(name);
        let found = match credentials {
            Some(credentials) => {
                credentials::environment_for(credentials, &lookup, self.http.allow_plain_http)
            }
            None => credentials::resolve(&lookup, self.http.allow_plain_http),
        };
        match found {
            Ok(found) => {
                for warning in &found.warnings {
                    tracing::warn!("{warning}");
                }
                let other =
                    |set: &Environment| found.said && !set.is_same_service(&found.environment);
                if environment.as_ref().is_some_and(other) {
                    let message = format!("in the code is not the one that {} names", found.source);
                    self.problem("environment", &message);
                }
                let environment = environment.unwrap_or(found.environment);
                (Some(found.credentials), environment)
            }
            Err(problems) => {
                self.problems.extend(problems);
                (None, environment.unwrap_or_default())
            }
        }
    }

    fn check_numbers(&mut self) {
        let zero = Duration::ZERO;
        if self.http.connect_timeout == zero {
            self.problem("connect_timeout", "is zero");
        }
        if self.attempt_timeout == zero {
            self.problem("attempt_timeout", "is zero");
        }
        if self.body_limit == 0 || self.body_limit > raw::BODY_LIMIT {
            let message = format!("must be from 1 to {} bytes", raw::BODY_LIMIT);
            self.problem("body_limit", &message);
        }
        if self.http.only_these_roots && self.http.root_certificates.is_empty() {
            self.problem(
                "root_certificates",
                "are to be the only ones, and there are none",
            );
        }
    }
}

impl fmt::Debug for ClientBuilder {
    /// Names the environment; never a key, a proxy or a certificate.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ClientBuilder")
            .field("environment", &self.environment)
            .field("credentials", &self.credentials)
            .field("read_only", &self.read_only)
            .finish_non_exhaustive()
    }
}
