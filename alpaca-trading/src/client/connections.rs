//! How connections are made: proxies, certificates and limits, the same for requests and for streams.

use std::time::Duration;

use crate::{Environment, Problem};

/// How long connecting may take.
const CONNECT_TIMEOUT: Duration = Duration::from_secs(10);

/// How long an unused connection is kept.
const POOL_IDLE_TIMEOUT: Duration = Duration::from_secs(90);

/// Longer than this no connection is kept: a limit that arithmetic on times can bear.
const LONGEST_IDLE: Duration = Duration::from_secs(24 * 60 * 60);

/// A connection of HTTP/2 on which a request waits and nothing has been heard for so long is asked whether it
/// still lives. All requests share it, the next attempts and look-ups as well: one that a router has forgotten
/// would take them all along.
const PING_AFTER: Duration = Duration::from_secs(10);

/// How long it may take to say so, before it is left. With [`PING_AFTER`] that is half of what an attempt may take.
const PING_TIMEOUT: Duration = Duration::from_secs(5);

/// The settings of the connections.
pub(crate) struct Connections {
    pub(super) proxy: Option<Proxy>,
    pub(super) root_certificates: Vec<Vec<u8>>,
    pub(super) only_these_roots: bool,
    pub(super) pool_idle_timeout: Duration,
    pub(super) pool_max_idle: usize,
    pub(super) http1_only: bool,
    pub(super) user_agent: Option<String>,
    pub(crate) connect_timeout: Duration,
    pub(crate) allow_plain_http: bool,
}

/// Where requests go through.
#[derive(PartialEq, Eq)]
pub(super) enum Proxy {
    None,
    Url(String),
}

impl Default for Connections {
    fn default() -> Self {
        Self {
            proxy: None,
            root_certificates: Vec::new(),
            only_these_roots: false,
            pool_idle_timeout: POOL_IDLE_TIMEOUT,
            pool_max_idle: 16,
            http1_only: false,
            user_agent: None,
            connect_timeout: CONNECT_TIMEOUT,
            allow_plain_http: false,
        }
    }
}

impl Connections {
    /// The HTTP client for an environment.
    ///
    /// Where the process has no rustls cryptography provider yet, ring becomes its default.
    pub(super) fn http_client(
        &self,
        environment: &Environment,
    ) -> Result<reqwest::Client, Vec<Problem>> {
        self.client(environment, self.http1_only)
    }

    /// The HTTP client for streams: a websocket begins as a request of HTTP/1.1.
    #[cfg(feature = "stream")]
    pub(crate) fn stream_client(
        &self,
        environment: &Environment,
    ) -> Result<reqwest::Client, Vec<Problem>> {
        self.client(environment, true)
    }

    fn client(
        &self,
        environment: &Environment,
        http1_only: bool,
    ) -> Result<reqwest::Client, Vec<Problem>> {
        // The HTTP client takes the process's cryptography; where the application has not chosen
        // one, ring is it. A second attempt to install finds the first, which is as good.
        if rustls::crypto::CryptoProvider::get_default().is_none() {
            let _ = rustls::crypto::ring::default_provider().install_default();
        }
        let mut problems = Vec::new();
        let own = concat!("alpaca-trading/", env!("CARGO_PKG_VERSION"));
        let mut agent = self.user_agent.as_deref().unwrap_or(own);
        if http::HeaderValue::from_str(agent).is_err() {
            let message = "has a character that no header can have";
            problems.push(Problem::new("user_agent", message));
            agent = own;
        }
        let mut http = reqwest::Client::builder()
            .redirect(reqwest::redirect::Policy::none())
            // Whether a request may be sent again is not for the transport to decide.
            .retry(reqwest::retry::never())
            .user_agent(agent)
            .connect_timeout(self.connect_timeout)
            .pool_idle_timeout(self.pool_idle_timeout.min(LONGEST_IDLE))
            .pool_max_idle_per_host(self.pool_max_idle)
            .tcp_keepalive(Duration::from_secs(60))
            .http2_keep_alive_interval(PING_AFTER)
            .http2_keep_alive_timeout(PING_TIMEOUT)
            .tcp_nodelay(true);
        if http1_only {
            http = http.http1_only();
        }
        match &self.proxy {
            Some(Proxy::None) => http = http.no_proxy(),
            Some(Proxy::Url(url)) => match reqwest::Proxy::all(url) {
                Ok(proxy) => http = http.proxy(proxy),
                // The address is not shown: it may hold a password.
                Err(_) => {
                    problems.push(Problem::new("proxy", "is not a URL that a proxy can have"));
                }
            },
            // A proxy would be handed the keys, and would look for a service on this machine on its own.
            None if environment.is_local() || self.allow_plain_http => http = http.no_proxy(),
            None => {}
        }
        let mut certificates = Vec::new();
        for pem in &self.root_certificates {
            match reqwest::Certificate::from_pem_bundle(pem) {
                Ok(found) if !found.is_empty() => certificates.extend(found),
                _ => {
                    let message = "are not certificates in PEM form";
                    problems.push(Problem::new("root_certificates", message));
                }
            }
        }
        if self.only_these_roots {
            http = http.tls_certs_only(certificates);
        } else if !certificates.is_empty() {
            http = http.tls_certs_merge(certificates);
        }
        match http.build() {
            Ok(http) if problems.is_empty() => Ok(http),
            Ok(_) => Err(problems),
            Err(error) => {
                let message = format!("cannot be set up: {}", error.without_url());
                problems.push(Problem::new("HTTP client", message));
                Err(problems)
            }
        }
    }
}
