//! The keys of an account.

use std::fmt;

use reqwest::header::HeaderValue;

use crate::BuildError;

/// What a client proves itself with.
///
/// Nothing prints the secret: `Debug` shows the key id, which is no secret, and stars. Paper and
/// live accounts have different keys, and neither works for the other.
#[derive(Clone)]
pub struct Credentials {
    key_id: HeaderValue,
    secret: HeaderValue,
}

impl Credentials {
    /// A key id and its secret, as Alpaca's dashboard shows them.
    ///
    /// # Errors
    ///
    /// When either is empty or has a character that a header cannot carry, such as the newline that
    /// comes along when a key is read from a file.
    ///
    /// # Examples
    ///
    /// ```
    /// use alpaca_trading::Credentials;
    ///
    /// # fn main() -> Result<(), alpaca_trading::BuildError> {
    /// let keys = Credentials::key_pair("PKEXAMPLE", "do-not-print")?;
    /// assert!(!format!("{keys:?}").contains("do-not-print"));
    /// assert!(Credentials::key_pair("PKEXAMPLE", "with a newline\n").is_err());
    /// # Ok(())
    /// # }
    /// ```
    pub fn key_pair(key_id: &str, secret: &str) -> Result<Self, BuildError> {
        let mut secret = header("secret key", secret)?;
        secret.set_sensitive(true);
        Ok(Self {
            key_id: header("key id", key_id)?,
            secret,
        })
    }

    pub(crate) fn key_id(&self) -> &HeaderValue {
        &self.key_id
    }

    pub(crate) fn secret(&self) -> &HeaderValue {
        &self.secret
    }
}

fn header(name: &str, value: &str) -> Result<HeaderValue, BuildError> {
    if value.is_empty() {
        return Err(BuildError::new(format!("the {name} is empty")));
    }
    if !value.bytes().all(|byte| byte.is_ascii_graphic()) {
        return Err(BuildError::new(format!(
            "the {name} has a space, a line break or another character that no key has"
        )));
    }
    HeaderValue::from_str(value)
        .map_err(|_| BuildError::new(format!("the {name} cannot be sent in a header")))
}

impl fmt::Debug for Credentials {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Credentials")
            .field("key_id", &self.key_id)
            .field("secret", &"***")
            .finish()
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
            ] {
                let text = format!("{error} {error:?}");
                assert!(text.contains("key") && !text.contains("hidden"), "{text}");
            }
        }
    }
}
