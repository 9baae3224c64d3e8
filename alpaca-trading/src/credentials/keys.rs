//! Keys as they are sent: a pair or a token, in hand.

use std::fmt;
use std::hash::{BuildHasher as _, RandomState};
use std::sync::OnceLock;

use reqwest::header::{AUTHORIZATION, HeaderMap, HeaderName, HeaderValue};

use super::secret::Secret;
use crate::{Environment, Error, Problem};

/// The header of the key id.
const KEY_ID: HeaderName = HeaderName::from_static("apca-api-key-id");

/// The header of the secret key.
const SECRET_KEY: HeaderName = HeaderName::from_static("apca-api-secret-key");

/// How much of a key id is shown: enough to tell one's keys apart.
const SHOWN: usize = 4;

/// A key pair or a token, as a [`CredentialsProvider`](crate::CredentialsProvider) hands it over.
///
/// `Debug` shows the kind and the first four characters of a key id; nothing shows a secret key or a
/// token.
#[derive(Clone, PartialEq, Eq)]
pub struct Keys(Kind);

#[derive(Clone, PartialEq, Eq)]
enum Kind {
    Pair {
        key_id: Secret,
        secret_key: Secret,
    },
    Bearer {
        token: Secret,
        /// `Bearer` and the token, made once.
        authorization: HeaderValue,
    },
}

/// Tells keys from others, in this process, and shows nothing of them. It has no `Debug`.
///
/// A key id belongs to one account, so that a pair is known by it. A token is known by itself: a new one
/// for the same account counts as another.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) struct Fingerprint(u64);

/// The texts of keys, for a handshake that carries them in its message. It has no `Debug`.
pub(crate) enum Exposed<'a> {
    /// A key id and its secret key.
    Pair {
        /// Tells one key of an account from another; no secret.
        key_id: &'a str,
        /// Proves that the key id is one's own.
        secret_key: &'a str,
    },
    /// An OAuth token.
    Bearer {
        /// The token, without the word `Bearer`.
        token: &'a str,
    },
}

impl Keys {
    /// A key id and its secret key, as Alpaca's dashboard shows them.
    ///
    /// # Errors
    ///
    /// When either is empty or has a character other than a visible ASCII one, such as the newline
    /// that comes along when a key is read from a file. Both are named when both are wrong.
    ///
    /// # Examples
    ///
    /// ```
    /// use alpaca_trading::Keys;
    ///
    /// # fn main() -> Result<(), alpaca_trading::Error> {
    /// let keys = Keys::key_pair("PKEXAMPLE", "do-not-print")?;
    /// assert_eq!(format!("{keys:?}"), r#"KeyPair { key_id: "PKEX…", secret_key: *** }"#);
    /// # Ok(())
    /// # }
    /// ```
    pub fn key_pair(key_id: &str, secret_key: &str) -> Result<Self, Error> {
        Ok(Self::pair_named(
            ("key id", key_id),
            ("secret key", secret_key),
        )?)
    }

    /// An OAuth access token, without the word `Bearer`.
    ///
    /// # Errors
    ///
    /// When the token is empty or has a character other than a visible ASCII one.
    pub fn oauth(token: &str) -> Result<Self, Error> {
        Ok(Self::bearer_named(("OAuth token", token))?)
    }

    /// A pair whose parts stand in two named settings.
    pub(super) fn pair_named(
        (id_name, key_id): (&str, &str),
        (secret_name, secret_key): (&str, &str),
    ) -> Result<Self, Vec<Problem>> {
        match (Secret::new(key_id), Secret::new(secret_key)) {
            (Ok(key_id), Ok(secret_key)) => Ok(Self(Kind::Pair { key_id, secret_key })),
            (key_id, secret_key) => Err([(id_name, key_id), (secret_name, secret_key)]
                .into_iter()
                .filter_map(|(name, part)| Some(Problem::new(name, part.err()?)))
                .collect()),
        }
    }

    /// A token that stands in a named setting.
    pub(super) fn bearer_named((name, token): (&str, &str)) -> Result<Self, Vec<Problem>> {
        let refused = |why: &str| vec![Problem::new(name, why)];
        let token = Secret::new(token).map_err(refused)?;
        let mut authorization = HeaderValue::from_str(&format!("Bearer {}", token.expose()))
            .map_err(|_| refused("cannot be sent in a header"))?;
        authorization.set_sensitive(true);
        Ok(Self(Kind::Bearer {
            token,
            authorization,
        }))
    }

    /// Sets the headers of these keys, and removes those of other keys: a request that is sent again
    /// after a change of keys must not carry both.
    pub(crate) fn apply(&self, headers: &mut HeaderMap) {
        for name in [KEY_ID, SECRET_KEY, AUTHORIZATION] {
            headers.remove(name);
        }
        match &self.0 {
            Kind::Pair { key_id, secret_key } => {
                headers.insert(KEY_ID, key_id.header());
                headers.insert(SECRET_KEY, secret_key.header());
            }
            Kind::Bearer { authorization, .. } => {
                headers.insert(AUTHORIZATION, authorization.clone());
            }
        }
    }

    /// The texts themselves.
    pub(crate) fn expose(&self) -> Exposed<'_> {
        match &self.0 {
            Kind::Pair { key_id, secret_key } => Exposed::Pair {
                key_id: key_id.expose(),
                secret_key: secret_key.expose(),
            },
            Kind::Bearer { token, .. } => Exposed::Bearer {
                token: token.expose(),
            },
        }
    }

    /// What these keys are known by.
    pub(crate) fn fingerprint(&self) -> Fingerprint {
        /// Drawn anew for each process, so that nobody can try keys out on a fingerprint.
        static HASHER: OnceLock<RandomState> = OnceLock::new();
        let hasher = HASHER.get_or_init(RandomState::new);
        Fingerprint(match self.expose() {
            Exposed::Pair { key_id, .. } => hasher.hash_one(("key id", key_id)),
            Exposed::Bearer { token } => hasher.hash_one(("token", token)),
        })
    }

    /// The key id of a pair.
    pub(crate) fn key_id(&self) -> Option<&str> {
        match self.expose() {
            Exposed::Pair { key_id, .. } => Some(key_id),
            Exposed::Bearer { .. } => None,
        }
    }

    /// What must never be printed: the secret key, or the token.
    pub(crate) fn secret(&self) -> &str {
        match self.expose() {
            Exposed::Pair { secret_key, .. } => secret_key,
            Exposed::Bearer { token } => token,
        }
    }
}

impl fmt::Debug for Keys {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.0 {
            Kind::Pair { key_id, secret_key } => {
                let shown: String = key_id.expose().chars().take(SHOWN).collect();
                f.debug_struct("KeyPair")
                    .field("key_id", &format!("{shown}…"))
                    .field("secret_key", secret_key)
                    .finish()
            }
            Kind::Bearer { token, .. } => f.debug_struct("Bearer").field("token", token).finish(),
        }
    }
}

/// What the prefix of a key id suggests, when that does not fit the service that the client talks to.
///
/// Only a hint for a person, never a check: Alpaca documents no prefixes. `PK` is seen on every paper
/// key; `AK` for live keys and `CK` for keys of the Broker API are from memory.
pub(crate) fn hint(key_id: &str, environment: &Environment) -> Option<String> {
    let talks_to = |service: Environment| environment.is_same_service(&service);
    let (prefix, kind) = match key_id.get(..2)? {
        "PK" if talks_to(Environment::Live) => ("PK", "a paper key"),
        "AK" if talks_to(Environment::Paper) => ("AK", "a live key"),
        "CK" => ("CK", "a key of the Broker API"),
        _ => return None,
    };
    Some(format!(
        "the key id starts with {prefix}, which looks like {kind}, but the client talks to the \
         Trading API, {environment}"
    ))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn map(keys: &Keys) -> HeaderMap {
        let mut headers = HeaderMap::new();
        keys.apply(&mut headers);
        headers
    }

    #[test]
    fn a_pair_is_two_headers_and_a_token_is_one() {
        let pair = map(&Keys::key_pair("PKTEST", "hidden").unwrap());
        assert_eq!(pair.len(), 2);
        assert_eq!(pair["APCA-API-KEY-ID"], "PKTEST");
        assert_eq!(pair["APCA-API-SECRET-KEY"], "hidden");
        let token = map(&Keys::oauth("hidden").unwrap());
        assert_eq!(token.len(), 1);
        assert_eq!(token["authorization"], "Bearer hidden");
        for headers in [pair, token] {
            assert!(headers.values().all(HeaderValue::is_sensitive));
            assert!(!format!("{headers:?}").contains("hidden"), "{headers:?}");
        }
    }

    #[test]
    fn other_keys_replace_those_of_the_attempt_before() {
        let pair = Keys::key_pair("PKTEST", "hidden").unwrap();
        let token = Keys::oauth("other").unwrap();
        let mut headers = map(&pair);
        headers.insert("accept", HeaderValue::from_static("text/plain"));
        token.apply(&mut headers);
        assert_eq!(headers.len(), 2);
        assert_eq!(headers["authorization"], "Bearer other");
        pair.apply(&mut headers);
        assert_eq!(headers.len(), 3);
        assert!(!headers.contains_key("authorization"));
    }

    #[test]
    fn keys_are_shown_by_their_kind_and_a_hint() {
        let pair = Keys::key_pair("PKABCDEFGH", "hidden").unwrap();
        assert_eq!(
            format!("{pair:?}"),
            r#"KeyPair { key_id: "PKAB…", secret_key: *** }"#
        );
        let token = Keys::oauth("hidden").unwrap();
        assert_eq!(format!("{token:?}"), "Bearer { token: *** }");
        assert!(!format!("{pair:#?}{token:#?}").contains("hidden"));
        assert_eq!(
            (pair.key_id(), pair.secret()),
            (Some("PKABCDEFGH"), "hidden")
        );
        assert_eq!((token.key_id(), token.secret()), (None, "hidden"));
    }

    #[test]
    fn keys_are_told_apart_by_their_key_id_or_token() {
        let print = |id: &str, secret: &str| Keys::key_pair(id, secret).unwrap().fingerprint();
        let token = |token: &str| Keys::oauth(token).unwrap().fingerprint();
        assert!(print("PKONE", "hidden") == print("PKONE", "renewed"));
        assert!(print("PKONE", "hidden") != print("PKTWO", "hidden"));
        assert!(token("hidden") == token("hidden"));
        assert!(token("hidden") != token("other"));
        assert!(token("PKONE") != print("PKONE", "hidden"));
    }

    #[test]
    fn every_bad_part_is_named_and_none_is_shown() {
        let error = Keys::key_pair("hidden id", "hidden\n")
            .unwrap_err()
            .to_string();
        assert!(error.contains("key id: ") && error.contains("secret key: "));
        assert!(!error.contains("hidden"), "{error}");
        let error = Keys::oauth("Bearer hidden").unwrap_err().to_string();
        assert!(error.contains("OAuth token: ") && !error.contains("hidden"));
    }

    #[test]
    fn a_prefix_is_a_hint_where_it_does_not_fit() {
        let custom = |url: &str| Environment::Custom(url.into());
        for (key_id, environment, expected) in [
            ("PKHIDDEN", Environment::Live, Some("paper key")),
            ("AKHIDDEN", Environment::Paper, Some("live key")),
            (
                "AKHIDDEN",
                custom("https://paper-api.alpaca.markets/"),
                Some("live key"),
            ),
            ("CKHIDDEN", Environment::Paper, Some("Broker")),
            ("CKHIDDEN", Environment::Live, Some("Broker")),
            ("CKHIDDEN", custom("http://localhost:1"), Some("Broker")),
            ("PKHIDDEN", Environment::Paper, None),
            ("AKHIDDEN", Environment::Live, None),
            ("PKHIDDEN", custom("http://localhost:1"), None),
            ("AKHIDDEN", custom("http://localhost:1"), None),
            ("pkhidden", Environment::Live, None),
            ("P", Environment::Live, None),
            ("", Environment::Live, None),
            ("XX", Environment::Live, None),
        ] {
            let said = hint(key_id, &environment);
            assert_eq!(said.is_some(), expected.is_some(), "{key_id} {environment}");
            let said = said.unwrap_or_default();
            assert!(said.contains(expected.unwrap_or_default()), "{said}");
            assert!(!said.contains("HIDDEN"), "{said}");
        }
    }
}
