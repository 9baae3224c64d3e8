//! A plain HTTP client for tests.

/// A client without a proxy.
///
/// Built with the crate's own client, reqwest has no cryptography of its own choice, and is told which: it has
/// no use for it on loopback, and refuses to begin without.
pub(crate) fn http() -> reqwest::Client {
    // Whoever came first has installed the same.
    let _ = rustls::crypto::ring::default_provider().install_default();
    reqwest::Client::builder().no_proxy().build().unwrap()
}
