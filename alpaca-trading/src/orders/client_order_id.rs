//! The identifier that a client gives its order.

use std::fmt;

use uuid::Uuid;

use crate::Violation;
use crate::violation::Shown;

/// The longest identifier, in characters.
const LONGEST: usize = 128;

/// The identifier of an order that the client chooses.
///
/// Up to 128 characters, unique in the account for ever: an identifier is not free again when its
/// order is filled or canceled. It is what makes submitting safe: after a failure that leaves open
/// whether the order arrived, the order can be looked up by it, and Alpaca refuses to
/// accept it twice. Nothing is checked here; the request that the identifier is used in is checked
/// as a whole.
///
/// # Examples
///
/// ```
/// use alpaca_trading::orders::ClientOrderId;
///
/// let id = ClientOrderId::with_prefix("bot-7");
/// assert!(id.as_str().starts_with("bot-7-"));
/// assert_ne!(id, ClientOrderId::with_prefix("bot-7"));
/// ```
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ClientOrderId(String);

impl ClientOrderId {
    /// A new identifier that nobody else has: a random UUID.
    #[must_use]
    pub fn random() -> Self {
        Self(Uuid::new_v4().to_string())
    }

    /// A new identifier that begins with `prefix` and a hyphen and ends in a random UUID.
    ///
    /// The prefix tells which strategy or process an order belongs to. It may have up to 91
    /// characters, so that the whole does not exceed 128.
    #[must_use]
    pub fn with_prefix(prefix: impl fmt::Display) -> Self {
        Self(format!("{prefix}-{}", Uuid::new_v4()))
    }

    /// The text, as given.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    pub(crate) fn into_string(self) -> String {
        self.0
    }

    /// Whether an order can have the identifier, whoever placed it. What a new one may have is stricter:
    /// rules `client-order-id-length` and `client-order-id-text`.
    pub(crate) fn check(&self) -> Result<(), Violation> {
        let fault = length_fault(&self.0)
            .map(|message| ("client-order-id-length", message))
            .or_else(|| unfit_for_any(&self.0).map(|message| ("client-order-id-text", message)));
        match fault {
            Some((rule, message)) => Err(Violation::new("client_order_id", rule, message)),
            None => Ok(()),
        }
    }
}

/// What is wrong with the length of an identifier, in words.
pub(crate) fn length_fault(text: &str) -> Option<String> {
    if text.is_empty() {
        return Some("is empty".to_owned());
    }
    // Counting the characters of a text of bytes alone that is short enough is not needed.
    (text.len() > LONGEST && text.chars().nth(LONGEST).is_some())
        .then(|| format!("{} is longer than {LONGEST} characters", Shown(text)))
}

/// What is wrong with the characters of an identifier, in words.
pub(crate) fn text_fault(text: &str) -> Option<String> {
    let at_an_end = || {
        (text.trim().len() != text.len()).then(|| {
            format!(
                "{} begins or ends with a blank, which may be lost",
                Shown(text)
            )
        })
    };
    unfit_for_any(text).or_else(at_an_end)
}

/// Whether an order is surely found by this identifier, if there is one: the service keeps it as it is.
pub(crate) fn is_kept(text: &str) -> bool {
    !text.is_empty() && text_fault(text).is_none()
}

/// What no order has as its identifier, whoever placed it.
fn unfit_for_any(text: &str) -> Option<String> {
    if text.chars().any(char::is_control) {
        return Some(format!("{} holds a control character", Shown(text)));
    }
    (!text.is_empty() && text.trim().is_empty())
        .then(|| "is nothing but blanks, by which no order can be looked up".to_owned())
}

impl From<&str> for ClientOrderId {
    fn from(text: &str) -> Self {
        Self(text.to_owned())
    }
}

impl From<String> for ClientOrderId {
    fn from(text: String) -> Self {
        Self(text)
    }
}

impl From<&String> for ClientOrderId {
    fn from(text: &String) -> Self {
        Self(text.clone())
    }
}

impl From<&ClientOrderId> for ClientOrderId {
    fn from(id: &ClientOrderId) -> Self {
        id.clone()
    }
}

impl From<Uuid> for ClientOrderId {
    fn from(id: Uuid) -> Self {
        Self(id.to_string())
    }
}

impl AsRef<str> for ClientOrderId {
    fn as_ref(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for ClientOrderId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn random_identifiers_are_uuids_and_differ() {
        let id = ClientOrderId::random();
        let uuid: Uuid = id.as_str().parse().unwrap();
        assert_eq!(uuid.get_version_num(), 4);
        assert_ne!(id, ClientOrderId::random());
        assert_eq!(id.check(), Ok(()));
    }

    #[test]
    fn a_prefix_comes_first() {
        let id = ClientOrderId::with_prefix("bot-7");
        let (prefix, uuid) = id.as_str().split_at(6);
        assert_eq!(prefix, "bot-7-");
        assert!(uuid.parse::<Uuid>().is_ok());
        assert_eq!(ClientOrderId::with_prefix("x".repeat(91)).check(), Ok(()));
        assert!(ClientOrderId::with_prefix("x".repeat(92)).check().is_err());
    }

    #[test]
    fn the_length_is_counted_in_characters() {
        for text in ["a".repeat(128), "é".repeat(128)] {
            assert_eq!(ClientOrderId::from(text).check(), Ok(()));
        }
        for text in [String::new(), "a".repeat(129), "é".repeat(129)] {
            let violation = ClientOrderId::from(text).check().unwrap_err();
            assert_eq!(violation.rule(), "client-order-id-length");
        }
    }

    #[test]
    fn control_characters_and_blanks_alone_are_refused() {
        for text in ["a\nb", "\u{0}", "\u{85}", " ", "\u{a0}"] {
            let violation = ClientOrderId::from(text).check().unwrap_err();
            assert_eq!(violation.rule(), "client-order-id-text", "{text:?}");
        }
        assert_eq!(ClientOrderId::from("my order #1").check(), Ok(()));
    }
}
