//! The client, and what it does to every request.

use std::fmt;
use std::time::Duration;

use alpaca_trading_gen::{BoxFuture, Middleware, Operation, SendError};
use reqwest::{Request, Response};

use crate::{BuildError, Credentials, Environment, raw};

/// How long connecting may take.
const CONNECT_TIMEOUT: Duration = Duration::from_secs(10);

/// How long the service may stay silent.
const READ_TIMEOUT: Duration = Duration::from_secs(60);

/// How long a whole call may take, its body included. Streams of events have no such end.
const TOTAL_TIMEOUT: Duration = Duration::from_secs(120);

/// A client of one account in one environment.
///
/// Cheap to clone; clones share their connections. Redirects are not followed: they would carry the
/// keys to whatever host they name.
#[derive(Clone)]
pub struct Client {
    environment: Environment,
    raw: raw::Client,
}

impl Client {
    /// A client that authenticates every request with `credentials`.
    ///
    /// A proxy that the environment names (`HTTPS_PROXY`) is used, except for a service on this
    /// machine. Where the process has no rustls cryptography provider yet, ring is installed as its
    /// default: an application that wants another installs that first.
    ///
    /// # Errors
    ///
    /// When the base URL of the environment cannot be used, or the HTTP client cannot be set up.
    pub fn new(environment: Environment, credentials: Credentials) -> Result<Self, BuildError> {
        let base_url = environment.base_url()?;
        // The HTTP client takes the process's cryptography; where the application has not chosen
        // one, ring is it. A second attempt to install finds the first, which is as good.
        if rustls::crypto::CryptoProvider::get_default().is_none() {
            let _ = rustls::crypto::ring::default_provider().install_default();
        }
        let mut http = reqwest::Client::builder()
            .redirect(reqwest::redirect::Policy::none())
            // Whether a request may be sent again is not for the transport to decide.
            .retry(reqwest::retry::never())
            .connect_timeout(CONNECT_TIMEOUT)
            .read_timeout(READ_TIMEOUT);
        if environment.is_local() {
            // A proxy would be handed the keys, and would look for the service on its own machine.
            http = http.no_proxy();
        }
        let http = http
            .build()
            .map_err(|error| BuildError::new(format!("the HTTP client: {error}")))?;
        let raw = raw::Client::with_middleware(&base_url, http, KeyHeaders { credentials });
        Ok(Self { environment, raw })
    }

    /// The environment that this client talks to.
    #[must_use]
    pub fn environment(&self) -> &Environment {
        &self.environment
    }

    /// The generated client, authenticated: every operation of the API.
    #[must_use]
    pub fn raw(&self) -> &raw::Client {
        &self.raw
    }
}

impl fmt::Debug for Client {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Client")
            .field("environment", &self.environment)
            .finish_non_exhaustive()
    }
}

/// Sets the two headers that Alpaca knows an account by.
struct KeyHeaders {
    credentials: Credentials,
}

impl Middleware for KeyHeaders {
    fn send<'a>(
        &'a self,
        http: &'a reqwest::Client,
        mut request: Request,
        operation: &'static Operation,
    ) -> BoxFuture<'a, Result<Response, SendError>> {
        if operation.accept != "text/event-stream" {
            request.timeout_mut().get_or_insert(TOTAL_TIMEOUT);
        }
        let headers = request.headers_mut();
        headers.insert("APCA-API-KEY-ID", self.credentials.key_id().clone());
        headers.insert("APCA-API-SECRET-KEY", self.credentials.secret().clone());
        Box::pin(async move { Ok(http.execute(request).await?) })
    }
}
