//! The key that marks repeats of one request.

use std::fmt;

use uuid::Uuid;

use super::checks::Checks;

/// The longest key, in characters.
const LONGEST: usize = 128;

/// A key that marks every sending of one request, so that the service carries it out only once.
///
/// Sent as the header `Idempotency-Key`: at most 128 visible characters of ASCII. A new key stands for
/// a new request. Nothing is checked here; the request that carries the key is checked as a whole
/// before it is sent.
///
/// # Examples
///
/// ```
/// use alpaca_trading::resources::locates::IdempotencyKey;
///
/// assert_ne!(IdempotencyKey::random(), IdempotencyKey::random());
/// assert_eq!(IdempotencyKey::from("mint-2026-11-20").as_str(), "mint-2026-11-20");
/// ```
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct IdempotencyKey(String);

impl IdempotencyKey {
    /// A new key that no other request has: a random UUID.
    #[must_use]
    pub fn random() -> Self {
        Self(Uuid::new_v4().to_string())
    }

    /// The key as it is sent.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    pub(super) fn check(&self, checks: &mut Checks) {
        const FIELD: &str = "Idempotency-Key";
        checks.not_empty(FIELD, &self.0);
        checks.require(self.0.len() <= LONGEST, FIELD, "length", || {
            format!("is longer than {LONGEST} characters")
        });
        // A header loses blanks at its ends, and cannot carry the rest at all.
        let visible = self.0.bytes().all(|byte| byte.is_ascii_graphic());
        checks.require(visible, FIELD, "visible-ascii", || {
            "has characters other than visible ASCII".to_owned()
        });
    }
}

impl From<&str> for IdempotencyKey {
    fn from(text: &str) -> Self {
        Self(text.to_owned())
    }
}

impl From<String> for IdempotencyKey {
    fn from(text: String) -> Self {
        Self(text)
    }
}

impl From<&IdempotencyKey> for IdempotencyKey {
    fn from(key: &IdempotencyKey) -> Self {
        key.clone()
    }
}

impl From<Uuid> for IdempotencyKey {
    fn from(id: Uuid) -> Self {
        Self(id.to_string())
    }
}

impl fmt::Display for IdempotencyKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn faults(text: &str) -> Vec<&'static str> {
        let mut checks = Checks::default();
        IdempotencyKey::from(text).check(&mut checks);
        match checks.done() {
            Ok(()) => Vec::new(),
            Err(error) => error
                .violations()
                .iter()
                .map(crate::Violation::rule)
                .collect(),
        }
    }

    #[test]
    fn a_random_key_can_be_sent() {
        assert!(faults(IdempotencyKey::random().as_str()).is_empty());
        assert!(faults(&"k".repeat(128)).is_empty());
    }

    #[test]
    fn what_a_header_cannot_carry_is_refused() {
        assert_eq!(faults(""), ["not-empty"]);
        assert_eq!(faults(&"k".repeat(129)), ["length"]);
        for text in ["a b", " a", "a\r\nX-Evil: 1", "schlüssel", "a\u{0}"] {
            assert_eq!(faults(text), ["visible-ascii"], "{text:?}");
        }
    }
}
