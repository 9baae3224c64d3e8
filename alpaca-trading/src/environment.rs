//! Which service a client talks to.

use std::fmt;

use crate::BuildError;

/// Paper money, real money, or another address.
#[derive(Clone, Default, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Environment {
    /// Alpaca's paper service: real prices, no money.
    #[default]
    Paper,
    /// Real money. Never a default: only this word leads here.
    Live,
    /// Another base URL, such as a simulator on this machine: `https`, or `http` to a loopback
    /// address. Not that of the live service, which has its own word.
    Custom(String),
}

impl Environment {
    /// The base URL: scheme and host, with neither a slash nor a version at its end.
    ///
    /// # Errors
    ///
    /// When a custom URL has no `http` or `https` scheme, carries credentials, a query or a fragment,
    /// would send the keys unencrypted to another machine, or is that of the live service.
    ///
    /// # Examples
    ///
    /// ```
    /// use alpaca_trading::Environment;
    ///
    /// # fn main() -> Result<(), alpaca_trading::BuildError> {
    /// assert_eq!(Environment::default().base_url()?, "https://paper-api.alpaca.markets");
    /// let pasted = Environment::Custom("http://127.0.0.1:8765/v2/".into());
    /// assert_eq!(pasted.base_url()?, "http://127.0.0.1:8765");
    /// # Ok(())
    /// # }
    /// ```
    pub fn base_url(&self) -> Result<String, BuildError> {
        match self {
            Self::Paper => Ok(PAPER_URL.to_owned()),
            Self::Live => Ok(LIVE_URL.to_owned()),
            Self::Custom(url) => normalised(url),
        }
    }
}

const PAPER_URL: &str = "https://paper-api.alpaca.markets";
const LIVE_URL: &str = "https://api.alpaca.markets";

/// The host of the live service, which only [`Environment::Live`] reaches.
const LIVE_HOST: &str = "api.alpaca.markets";

impl Environment {
    /// The environment that a base URL stands for: an address of Alpaca's given in full is as
    /// explicit as its word.
    ///
    /// # Errors
    ///
    /// As for [`base_url`](Self::base_url).
    ///
    /// # Examples
    ///
    /// ```
    /// use alpaca_trading::Environment;
    ///
    /// # fn main() -> Result<(), alpaca_trading::BuildError> {
    /// let pasted = Environment::from_base_url("https://paper-api.alpaca.markets/v2/")?;
    /// assert_eq!(pasted, Environment::Paper);
    /// # Ok(())
    /// # }
    /// ```
    pub fn from_base_url(url: &str) -> Result<Self, BuildError> {
        let bare = url.trim_end_matches('/');
        let bare = bare.strip_suffix("/v2").unwrap_or(bare);
        if bare.eq_ignore_ascii_case(PAPER_URL) {
            return Ok(Self::Paper);
        }
        if bare.eq_ignore_ascii_case(LIVE_URL) {
            return Ok(Self::Live);
        }
        let custom = Self::Custom(url.to_owned());
        custom.base_url().map(|_| custom)
    }

    /// Whether the service is on this machine.
    pub(crate) fn is_local(&self) -> bool {
        match self {
            Self::Paper | Self::Live => false,
            Self::Custom(text) => reqwest::Url::parse(text).is_ok_and(|url| is_loopback(&url)),
        }
    }
}

impl fmt::Debug for Environment {
    /// Shows a custom URL only as it is used: what was pasted may hold a password.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Paper => f.write_str("Paper"),
            Self::Live => f.write_str("Live"),
            Self::Custom(_) => match self.base_url() {
                Ok(url) => f.debug_tuple("Custom").field(&url).finish(),
                Err(_) => f.write_str("Custom(a URL that cannot be used)"),
            },
        }
    }
}

fn is_loopback(url: &reqwest::Url) -> bool {
    let host = url.host_str().unwrap_or_default();
    let name = host.trim_start_matches('[').trim_end_matches(']');
    name == "localhost"
        || name
            .parse::<std::net::IpAddr>()
            // The unspecified address reaches this machine as well.
            .is_ok_and(|address| address.is_loopback() || address.is_unspecified())
}

fn normalised(text: &str) -> Result<String, BuildError> {
    let refuse = |why: &str| Err(BuildError::new(format!("the base URL {why}")));
    let Ok(url) = reqwest::Url::parse(text) else {
        return refuse("is not a URL with a scheme and a host, such as http://127.0.0.1:8765");
    };
    if !matches!(url.scheme(), "http" | "https") || !url.has_host() {
        return refuse("has neither the scheme http nor https");
    }
    // The text is not shown from here on: it may hold a password.
    if !url.username().is_empty() || url.password().is_some() {
        return refuse("carries credentials, which belong into `Credentials`");
    }
    if url.query().is_some() || url.fragment().is_some() {
        return refuse("has a query or a fragment");
    }
    if url.host_str().map(|host| host.trim_end_matches('.')) == Some(LIVE_HOST) {
        return refuse("is that of the live service: say `Environment::Live`");
    }
    if url.scheme() == "http" && !is_loopback(&url) {
        return refuse("would send the keys unencrypted: use https, or a loopback address");
    }
    // People paste addresses with the version that the paths of the operations already have.
    let path = url.path().trim_end_matches('/');
    let path = path.strip_suffix("/v2").unwrap_or(path);
    Ok(format!("{}{path}", url.origin().ascii_serialization()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_in_full_is_the_environment_that_it_names() {
        for (url, environment) in [
            ("https://api.alpaca.markets/v2", Environment::Live),
            ("https://PAPER-api.alpaca.markets", Environment::Paper),
            (
                "http://0.0.0.0:1",
                Environment::Custom("http://0.0.0.0:1".into()),
            ),
        ] {
            assert_eq!(Environment::from_base_url(url).unwrap(), environment);
        }
        // Anything that is not exactly that address is not live by resemblance.
        for url in [
            "http://api.alpaca.markets",
            "https://api.alpaca.markets/v2/x",
            "https://api.alpaca.markets.",
        ] {
            assert!(Environment::from_base_url(url).is_err(), "{url}");
        }
    }

    #[test]
    fn pasted_addresses_lead_to_the_same_service() {
        for (pasted, expected) in [
            (
                "https://paper-api.alpaca.markets",
                "https://paper-api.alpaca.markets",
            ),
            (
                "https://paper-api.alpaca.markets/",
                "https://paper-api.alpaca.markets",
            ),
            (
                "https://paper-api.alpaca.markets/v2",
                "https://paper-api.alpaca.markets",
            ),
            (
                "HTTPS://Paper-API.alpaca.markets/v2/",
                "https://paper-api.alpaca.markets",
            ),
            ("http://[::1]:80/proxy/v2", "http://[::1]/proxy"),
        ] {
            assert_eq!(
                Environment::Custom(pasted.into()).base_url().unwrap(),
                expected
            );
        }
    }

    #[test]
    fn an_address_that_cannot_be_used_is_refused_without_its_secrets() {
        for bad in [
            "paper-api.alpaca.markets",
            "ftp://host",
            "file:///etc/passwd",
            "https://user:hidden@host",
            "https://host?key=hidden",
            "https://api.alpaca.markets/v2",
            "https://API.alpaca.markets.",
            "http://paper-api.alpaca.markets",
            "http://192.168.1.5:8765",
            "",
        ] {
            let error = Environment::Custom(bad.into())
                .base_url()
                .unwrap_err()
                .to_string();
            let debug = format!("{:?}", Environment::Custom(bad.into()));
            assert!(!debug.contains("hidden"), "{debug}");
            assert!(
                error.contains("base URL") && !error.contains("hidden"),
                "{bad}: {error}"
            );
        }
    }
}
