//! Which service a client talks to.

use std::fmt;

use crate::{Error, Problem};

/// Paper money, real money, or another address.
#[derive(Clone, Default, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Environment {
    /// Alpaca's paper service: real prices, no money.
    #[default]
    Paper,
    /// Real money. Never a default, and in code only this word leads here: no URL does.
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
    /// # fn main() -> Result<(), alpaca_trading::Error> {
    /// assert_eq!(Environment::default().base_url()?, "https://paper-api.alpaca.markets");
    /// let pasted = Environment::Custom("http://127.0.0.1:8765/v2/".into());
    /// assert_eq!(pasted.base_url()?, "http://127.0.0.1:8765");
    /// # Ok(())
    /// # }
    /// ```
    pub fn base_url(&self) -> Result<String, Error> {
        Ok(self.base_url_with(false)?)
    }

    /// The base URL, where `allow_plain_http` lets a custom one be `http` to another machine: a
    /// simulator in another container. Alpaca's own hosts are never reached that way.
    pub(crate) fn base_url_with(&self, allow_plain_http: bool) -> Result<String, Vec<Problem>> {
        match self {
            Self::Paper => Ok(PAPER_URL.to_owned()),
            Self::Live => Ok(LIVE_URL.to_owned()),
            Self::Custom(url) => {
                normalised(url, allow_plain_http).map_err(|why| vec![Problem::new(BASE_URL, why)])
            }
        }
    }

    /// The address of the stream of trade updates: a websocket beside the base URL.
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
    /// # fn main() -> Result<(), alpaca_trading::Error> {
    /// assert_eq!(Environment::Live.stream_url()?, "wss://api.alpaca.markets/stream");
    /// let local = Environment::Custom("http://127.0.0.1:8765".into());
    /// assert_eq!(local.stream_url()?, "ws://127.0.0.1:8765/stream");
    /// # Ok(())
    /// # }
    /// ```
    pub fn stream_url(&self) -> Result<String, Error> {
        Ok(self.stream_url_with(false)?)
    }

    /// The address of the stream, on the terms of [`base_url_with`](Self::base_url_with).
    pub(crate) fn stream_url_with(&self, allow_plain_http: bool) -> Result<String, Vec<Problem>> {
        let base = self.base_url_with(allow_plain_http)?;
        // What is left of a base URL starts with one of two schemes, and each has its websocket.
        let rest = base.strip_prefix("http").unwrap_or(&base);
        Ok(format!("ws{rest}/stream"))
    }
}

const PAPER_URL: &str = "https://paper-api.alpaca.markets";
const LIVE_URL: &str = "https://api.alpaca.markets";

/// What a URL in code is called in errors.
const BASE_URL: &str = "base URL";

/// What is said of the address of the live service.
const LIVE_BY_WORD: &str = "is that of the live service, which in code only `Environment::Live` \
     stands for, and in a variable or a profile exactly https://api.alpaca.markets";

/// The host of the live service, which only [`Environment::Live`] reaches.
const LIVE_HOST: &str = "api.alpaca.markets";

/// The domain of all of Alpaca's services.
const ALPACA_DOMAIN: &str = "alpaca.markets";

impl Environment {
    /// The environment that a base URL stands for: the paper service, or a custom one.
    ///
    /// Never the live service: in code that is [`Environment::Live`], a word that cannot be pasted by
    /// mistake. Its URL counts only where the process is set up, in the variable `APCA_API_BASE_URL`
    /// or in a profile.
    ///
    /// # Errors
    ///
    /// As for [`base_url`](Self::base_url); the URL of the live service is one of those.
    ///
    /// # Examples
    ///
    /// ```
    /// use alpaca_trading::Environment;
    ///
    /// # fn main() -> Result<(), alpaca_trading::Error> {
    /// let pasted = Environment::from_base_url("https://paper-api.alpaca.markets/v2/")?;
    /// assert_eq!(pasted, Environment::Paper);
    /// assert!(Environment::from_base_url("https://api.alpaca.markets").is_err());
    /// # Ok(())
    /// # }
    /// ```
    pub fn from_base_url(url: &str) -> Result<Self, Error> {
        Ok(Self::from_code(url, false)?)
    }

    /// The environment of a base URL that stands in code, where it never is the live one.
    pub(crate) fn from_code(url: &str, allow_plain_http: bool) -> Result<Self, Vec<Problem>> {
        match Self::from_setting(BASE_URL, url, allow_plain_http)? {
            Self::Live => Err(vec![Problem::new(BASE_URL, LIVE_BY_WORD)]),
            environment => Ok(environment),
        }
    }

    /// The environment of a base URL that stands in the setting called `name`: a variable or a profile,
    /// where the address of the live service, given in full, is as explicit as its word.
    pub(crate) fn from_setting(
        name: &str,
        url: &str,
        allow_plain_http: bool,
    ) -> Result<Self, Vec<Problem>> {
        for known in [Self::Paper, Self::Live] {
            if known.has_url(url) {
                return Ok(known);
            }
        }
        match normalised(url, allow_plain_http) {
            Ok(_) => Ok(Self::Custom(url.to_owned())),
            Err(why) => Err(vec![Problem::new(name, why)]),
        }
    }

    /// Whether this is the paper or the live service and `url` its address, with or without the version.
    pub(crate) fn has_url(&self, url: &str) -> bool {
        let own = match self {
            Self::Paper => PAPER_URL,
            Self::Live => LIVE_URL,
            Self::Custom(_) => return false,
        };
        let bare = url.trim_end_matches('/');
        let bare = bare.strip_suffix("/v2").unwrap_or(bare);
        bare.eq_ignore_ascii_case(own)
    }

    /// Whether both lead to the same address, however each was written.
    pub(crate) fn is_same_service(&self, other: &Self) -> bool {
        match (self.base_url_with(true), other.base_url_with(true)) {
            (Ok(one), Ok(two)) => one == two,
            _ => self == other,
        }
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
            Self::Custom(text) => match normalised(text, true) {
                Ok(url) => f.debug_tuple("Custom").field(&url).finish(),
                Err(_) => write!(f, "Custom({UNUSABLE})"),
            },
        }
    }
}

impl fmt::Display for Environment {
    /// `paper`, `live`, or `custom` with the address as it is used.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Paper => f.write_str("paper"),
            Self::Live => f.write_str("live"),
            Self::Custom(text) => {
                let url = normalised(text, true);
                write!(f, "custom ({})", url.as_deref().unwrap_or(UNUSABLE))
            }
        }
    }
}

/// Stands for a URL that is not shown.
const UNUSABLE: &str = "a URL that cannot be used";

fn is_loopback(url: &reqwest::Url) -> bool {
    let host = url.host_str().unwrap_or_default();
    let name = host.trim_start_matches('[').trim_end_matches(']');
    name == "localhost"
        || name
            .parse::<std::net::IpAddr>()
            // The unspecified address reaches this machine as well.
            .is_ok_and(|address| address.is_loopback() || address.is_unspecified())
}

/// The URL as it is used, or the rule that it breaks; the rule never shows the URL, which may hold a
/// password.
fn normalised(text: &str, allow_plain_http: bool) -> Result<String, &'static str> {
    let Ok(url) = reqwest::Url::parse(text) else {
        return Err("is not a URL with a scheme and a host, such as http://127.0.0.1:8765");
    };
    if !matches!(url.scheme(), "http" | "https") || !url.has_host() {
        return Err("has neither the scheme http nor https");
    }
    if !url.username().is_empty() || url.password().is_some() {
        return Err("carries credentials, which belong into `Credentials`");
    }
    if url.query().is_some() || url.fragment().is_some() {
        return Err("has a query or a fragment");
    }
    let host = url.host_str().unwrap_or_default().trim_end_matches('.');
    if host == LIVE_HOST {
        return Err(LIVE_BY_WORD);
    }
    if url.scheme() == "http" && !is_loopback(&url) {
        let alpaca = host
            .strip_suffix(ALPACA_DOMAIN)
            .is_some_and(|rest| rest.is_empty() || rest.ends_with('.'));
        if alpaca || !allow_plain_http {
            return Err(
                "would send the keys unencrypted: use https, a loopback address, or `allow_plain_http`",
            );
        }
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
            ("https://PAPER-api.alpaca.markets", Environment::Paper),
            (
                "http://0.0.0.0:1",
                Environment::Custom("http://0.0.0.0:1".into()),
            ),
        ] {
            assert_eq!(Environment::from_base_url(url).unwrap(), environment);
        }
    }

    #[test]
    fn a_url_is_live_only_in_a_setting_of_the_process_and_only_to_the_letter() {
        for url in [
            "https://api.alpaca.markets",
            "https://API.alpaca.markets/v2/",
        ] {
            let live = Environment::from_setting("APCA_API_BASE_URL", url, false);
            assert_eq!(live.unwrap(), Environment::Live, "{url}");
        }
        for url in [
            "http://api.alpaca.markets",
            "https://api.alpaca.markets/v2/x",
            "https://api.alpaca.markets.",
        ] {
            assert!(Environment::from_setting("X", url, true).is_err(), "{url}");
        }
        for url in [
            "https://api.alpaca.markets",
            "https://API.alpaca.markets/v2/",
            "https://api.alpaca.markets/v2/x",
            "http://api.alpaca.markets",
        ] {
            let error = Environment::from_base_url(url).unwrap_err().to_string();
            assert!(error.contains("`Environment::Live`"), "{url}: {error}");
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

    #[test]
    fn plain_http_to_another_machine_is_a_choice_and_never_reaches_alpaca() {
        for (url, base, stream) in [
            (
                "http://simulator:8765/v2",
                "http://simulator:8765",
                "ws://simulator:8765/stream",
            ),
            (
                "http://notalpaca.markets",
                "http://notalpaca.markets",
                "ws://notalpaca.markets/stream",
            ),
        ] {
            let custom = Environment::Custom(url.into());
            assert!(custom.base_url().is_err() && custom.stream_url().is_err());
            assert_eq!(custom.base_url_with(true).unwrap(), base);
            assert_eq!(custom.stream_url_with(true).unwrap(), stream);
            assert!(Environment::from_setting("X", url, false).is_err());
            assert_eq!(
                Environment::from_setting("X", url, true).unwrap(),
                custom,
                "{url}"
            );
        }
        for url in [
            "http://alpaca.markets",
            "http://paper-api.alpaca.markets",
            "http://api.alpaca.markets",
            "http://Data.Alpaca.Markets.",
        ] {
            let refused = Environment::from_setting("APCA_API_BASE_URL", url, true).unwrap_err();
            assert_eq!(refused[0].setting(), "APCA_API_BASE_URL");
            assert!(Environment::Custom(url.into()).base_url_with(true).is_err());
        }
    }

    #[test]
    fn the_stream_lies_beside_the_base_url() {
        for (environment, expected) in [
            (Environment::Paper, "wss://paper-api.alpaca.markets/stream"),
            (Environment::Live, "wss://api.alpaca.markets/stream"),
            (
                Environment::Custom("https://proxy.example/alpaca/v2/".into()),
                "wss://proxy.example/alpaca/stream",
            ),
            (
                Environment::Custom("http://localhost:1".into()),
                "ws://localhost:1/stream",
            ),
        ] {
            assert_eq!(environment.stream_url().unwrap(), expected);
        }
    }

    #[test]
    fn an_environment_is_shown_by_its_word_and_its_address() {
        let custom = |url: &str| Environment::Custom(url.into()).to_string();
        assert_eq!(Environment::Paper.to_string(), "paper");
        assert_eq!(Environment::Live.to_string(), "live");
        assert_eq!(
            custom("http://127.0.0.1:8765/v2/"),
            "custom (http://127.0.0.1:8765)"
        );
        assert_eq!(custom("http://sim:8765"), "custom (http://sim:8765)");
        assert_eq!(
            custom("https://user:hidden@host"),
            "custom (a URL that cannot be used)"
        );
    }

    #[test]
    fn the_same_address_is_the_same_service() {
        let custom = |url: &str| Environment::Custom(url.into());
        assert!(custom("http://sim:1/").is_same_service(&custom("http://SIM:1/v2")));
        assert!(custom("https://paper-api.alpaca.markets/").is_same_service(&Environment::Paper));
        assert!(!custom("http://sim:1").is_same_service(&custom("http://sim:2")));
        assert!(!Environment::Live.is_same_service(&Environment::Paper));
        assert!(!custom("").is_same_service(&custom("x")));
        assert!(custom("").is_same_service(&custom("")));
    }
}
