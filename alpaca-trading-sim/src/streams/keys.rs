//! The keys that a connection presents.

use std::fmt;

/// What opens an account: a pair of keys, or a token.
///
/// `Debug` prints neither secrets nor tokens.
#[derive(Clone, PartialEq, Eq)]
pub enum Keys {
    /// A key with its secret.
    Pair {
        /// The key, `APCA-API-KEY-ID` in headers.
        key: String,
        /// The secret, `APCA-API-SECRET-KEY` in headers.
        secret: String,
    },
    /// A bearer token.
    Token(String),
}

impl fmt::Debug for Keys {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Pair { .. } => f.debug_struct("Pair").finish_non_exhaustive(),
            Self::Token(_) => f.write_str("Token(..)"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_secret_is_printed() {
        let pair = Keys::Pair {
            key: "PKHIDDEN".into(),
            secret: "hidden".into(),
        };
        assert_eq!(format!("{pair:?}"), "Pair { .. }");
        assert_eq!(format!("{:?}", Keys::Token("hidden".into())), "Token(..)");
    }
}
