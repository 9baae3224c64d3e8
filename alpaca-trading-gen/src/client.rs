//! Making a client.

use crate::{Client, Inner, Middleware};

impl Client {
    /// A client of the service at `base_url` that sends through `http` and `middleware`.
    ///
    /// `base_url` is a scheme and a host, without a version: `https://paper-api.alpaca.markets`. A
    /// slash at its end is ignored. Timeouts, proxies and TLS are those of `http`; switch its
    /// redirects off, since a redirect carries Alpaca's key headers to whatever host it names.
    ///
    /// # Examples
    ///
    /// ```no_run
    /// use alpaca_trading_gen::{Client, Inner, reqwest};
    ///
    /// # fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// let http = reqwest::Client::builder()
    ///     .redirect(reqwest::redirect::Policy::none())
    ///     .build()?;
    /// let client = Client::with_inner("http://127.0.0.1:8765", http, Inner::default());
    /// # let _ = client;
    /// # Ok(())
    /// # }
    /// ```
    #[must_use]
    pub fn with_inner(base_url: &str, http: reqwest::Client, inner: Inner) -> Self {
        // The requests will have the normal form of the URL; the base has it from the start, so that
        // the two can be compared. What is no URL fails when it is used, with an error that says so.
        let normal = reqwest::Url::parse(base_url).map(String::from);
        let base_url = normal.as_deref().unwrap_or(base_url);
        Self::new_with_client(base_url.trim_end_matches('/'), http, inner)
    }

    /// Like [`with_inner`](Self::with_inner), with the middleware itself.
    #[must_use]
    pub fn with_middleware(
        base_url: &str,
        http: reqwest::Client,
        middleware: impl Middleware,
    ) -> Self {
        Self::with_inner(base_url, http, Inner::new(middleware))
    }

    /// The same client with another middleware, for calls that carry something of their own.
    ///
    /// Cheap: the connections are shared.
    #[must_use]
    pub fn through(&self, inner: Inner) -> Self {
        Self {
            inner,
            ..self.clone()
        }
    }

    /// The path that the base URL puts before every operation's own: empty, or `/proxy`.
    pub(crate) fn base_path(&self) -> &str {
        let after_scheme = self.baseurl.split_once("://").map_or("", |(_, rest)| rest);
        after_scheme
            .find('/')
            .and_then(|start| after_scheme.get(start..))
            .unwrap_or_default()
    }
}
