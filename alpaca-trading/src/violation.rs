//! What is wrong with a request, before it is sent.

use std::borrow::Cow;
use std::fmt;

/// One rule of Alpaca's that a request breaks.
///
/// Requests are checked before anything is sent, and every broken rule is reported, not only the
/// first. The displayed form names the field and says what is wrong with it.
///
/// # Examples
///
/// ```
/// use alpaca_trading::orders::{OrderRequest, Quantity, Side};
/// use alpaca_trading::rust_decimal::Decimal;
///
/// let order = OrderRequest::limit("AAPL", Side::Buy, Quantity::shares(1), Decimal::new(1001, 3));
/// let violations = order.validate().unwrap_err();
/// assert_eq!(violations[0].rule(), "limit-price-tick");
/// assert_eq!(
///     violations[0].to_string(),
///     "limit_price: 1.001 has more than 2 decimals, which prices from $1 on may not have"
/// );
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Violation {
    field: Cow<'static, str>,
    rule: &'static str,
    message: String,
}

impl Violation {
    pub(crate) fn new(
        field: impl Into<Cow<'static, str>>,
        rule: &'static str,
        message: impl fmt::Display,
    ) -> Self {
        Self {
            field: field.into(),
            rule,
            message: message.to_string(),
        }
    }

    /// The field at fault, as it is called in the body that would be sent: `limit_price`,
    /// `legs[1].ratio_qty`.
    ///
    /// Where several fields are at fault together, one of them.
    #[must_use]
    pub fn field(&self) -> &str {
        &self.field
    }

    /// The broken rule, as a short text that stays the same from release to release.
    ///
    /// Those of orders are listed in [`orders::rules`](crate::orders::rules).
    #[must_use]
    pub fn rule(&self) -> &'static str {
        self.rule
    }

    /// What is wrong, in words for a person; they may change from release to release.
    #[must_use]
    pub fn message(&self) -> &str {
        &self.message
    }
}

impl fmt::Display for Violation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.field, self.message)
    }
}

impl std::error::Error for Violation {}

/// A text of unknown origin, fit to be part of a message: in backticks, its start alone where it is
/// long, with control characters escaped.
pub(crate) struct Shown<'a>(pub(crate) &'a str);

/// How many characters of a text are shown.
const SHOWN: usize = 48;

impl fmt::Display for Shown<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("`")?;
        for character in self.0.chars().take(SHOWN) {
            // A quotation mark needs no escape here, and with one it would look odd.
            match character {
                '"' | '\'' => write!(f, "{character}")?,
                _ => write!(f, "{}", character.escape_debug())?,
            }
        }
        let rest = self.0.chars().nth(SHOWN).map_or("", |_| "…");
        write!(f, "{rest}`")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_violation_names_field_rule_and_fault() {
        let violation = Violation::new(format!("legs[{}].ratio_qty", 1), "leg-ratio", "is 0");
        assert_eq!(violation.field(), "legs[1].ratio_qty");
        assert_eq!(violation.rule(), "leg-ratio");
        assert_eq!(violation.message(), "is 0");
        assert_eq!(violation.to_string(), "legs[1].ratio_qty: is 0");
    }

    #[test]
    fn a_foreign_text_is_shown_clipped_and_escaped() {
        assert_eq!(Shown("AAPL").to_string(), "`AAPL`");
        assert_eq!(Shown("a\n\u{1b}[31m\"").to_string(), "`a\\n\\u{1b}[31m\"`");
        assert_eq!(
            Shown(&"x".repeat(48)).to_string(),
            format!("`{}`", "x".repeat(48))
        );
        assert_eq!(
            Shown(&"é".repeat(1_000)).to_string(),
            format!("`{}…`", "é".repeat(48))
        );
    }
}
