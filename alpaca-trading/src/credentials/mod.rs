//! What a client proves itself with: a key pair, a token, or somebody who knows them.

mod cache;
mod environment_variables;
mod keys;
mod profile;
mod profile_file;
mod provider;
mod resolve;
mod secret;
mod settings;

use std::ffi::OsString;
use std::fmt;
use std::sync::Arc;

pub(crate) use cache::{Cache, Issued};
#[cfg(feature = "stream")]
pub(crate) use keys::Exposed;
pub use keys::Keys;
pub(crate) use keys::{Fingerprint, hint};
pub use provider::{Ask, CredentialsProvider, KeysFuture};
pub(crate) use resolve::{environment_for, resolve};

use crate::Error;

/// Where environment variables come from: the process, or a test.
pub(crate) type Lookup<'a> = dyn Fn(&str) -> Option<OsString> + 'a;

/// What a client proves itself with.
///
/// A key pair is what Alpaca's dashboard issues. Paper and live accounts have different pairs, and
/// neither works for the other; so has every paper account its own. An OAuth token is what a user of
/// somebody's application granted it, and may cover a live and a paper account at once.
///
/// Nothing prints a secret: `Debug` shows the kind and at most the first four characters of the key
/// id.
#[derive(Clone)]
pub struct Credentials(Kind);

#[derive(Clone)]
enum Kind {
    Fixed(Keys),
    Provider(Arc<dyn CredentialsProvider>),
}

impl Credentials {
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
    /// use alpaca_trading::Credentials;
    ///
    /// # fn main() -> Result<(), alpaca_trading::Error> {
    /// let keys = Credentials::key_pair("PKEXAMPLE", "do-not-print")?;
    /// assert!(!format!("{keys:?}").contains("do-not-print"));
    /// assert!(Credentials::key_pair("PKEXAMPLE", "with a newline\n").is_err());
    /// # Ok(())
    /// # }
    /// ```
    pub fn key_pair(key_id: &str, secret_key: &str) -> Result<Self, Error> {
        Keys::key_pair(key_id, secret_key).map(Self::from)
    }

    /// An OAuth access token, without the word `Bearer`: it is sent as
    /// `Authorization: Bearer <token>`.
    ///
    /// # Errors
    ///
    /// When the token is empty or has a character other than a visible ASCII one.
    ///
    /// # Examples
    ///
    /// ```
    /// use alpaca_trading::Credentials;
    ///
    /// # fn main() -> Result<(), alpaca_trading::Error> {
    /// let granted = Credentials::oauth("do-not-print")?;
    /// assert_eq!(format!("{granted:?}"), "Credentials(Bearer { token: *** })");
    /// # Ok(())
    /// # }
    /// ```
    pub fn oauth(token: &str) -> Result<Self, Error> {
        Keys::oauth(token).map(Self::from)
    }

    /// Keys that are asked for when they are first needed, and again when the service refuses them:
    /// for a vault, or for keys that are rotated while the client runs.
    #[must_use]
    pub fn provider(provider: impl CredentialsProvider) -> Self {
        Self(Kind::Provider(Arc::new(provider)))
    }

    /// The key id, where these are a pair whose parts are known now.
    pub(crate) fn key_id(&self) -> Option<&str> {
        match &self.0 {
            Kind::Fixed(keys) => keys.key_id(),
            Kind::Provider(_) => None,
        }
    }
}

impl From<Keys> for Credentials {
    fn from(keys: Keys) -> Self {
        Self(Kind::Fixed(keys))
    }
}

impl fmt::Debug for Credentials {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.0 {
            Kind::Fixed(keys) => f.debug_tuple("Credentials").field(keys).finish(),
            // A provider's own `Debug` is not asked for, nor trusted.
            Kind::Provider(_) => f.write_str("Credentials(Provider)"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_bad_key_is_refused_without_being_shown() {
        for bad in ["", "abc\n", "a b", "a\u{e9}b", "\0"] {
            for error in [
                Credentials::key_pair(bad, "hidden-secret").unwrap_err(),
                Credentials::key_pair("hidden-id", bad).unwrap_err(),
                Credentials::oauth(&format!("hidden{bad} ")).unwrap_err(),
            ] {
                let text = format!("{error} {error:?}");
                assert!(
                    (text.contains("key") || text.contains("token")) && !text.contains("hidden"),
                    "{text}"
                );
            }
        }
    }

    #[test]
    fn credentials_are_shown_by_their_kind() {
        struct Vault;
        impl CredentialsProvider for Vault {
            fn credentials(&self, _: Ask) -> KeysFuture<'_> {
                Box::pin(async { Ok(Keys::oauth("hidden")?) })
            }
        }
        for (credentials, expected, key_id) in [
            (
                Credentials::key_pair("PKHIDDEN", "hidden").unwrap(),
                r#"Credentials(KeyPair { key_id: "PKHI…", secret_key: *** })"#,
                Some("PKHIDDEN"),
            ),
            (
                Credentials::oauth("hidden").unwrap(),
                "Credentials(Bearer { token: *** })",
                None,
            ),
            (Credentials::provider(Vault), "Credentials(Provider)", None),
        ] {
            assert_eq!(format!("{:?}", credentials.clone()), expected);
            assert_eq!(credentials.key_id(), key_id);
        }
    }
}
