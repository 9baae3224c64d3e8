//! The name that an asset is traded under.

mod option;

use std::borrow::Cow;
use std::fmt;

use uuid::Uuid;

use crate::Violation;
use crate::violation::Shown;

pub(crate) use option::Occ;
pub use option::OptionSymbol;

/// The longest symbol that is sent, in bytes. Alpaca's longest, those of option contracts, have 21.
const LONGEST: usize = 64;

/// A symbol, or an asset's id in place of one.
///
/// Accepted are what Alpaca accepts: a ticker (`AAPL`, `BRK.B`), a crypto pair (`BTC/USD`), an
/// option contract (`AAPL250620C00100000`, see [`OptionSymbol`]), the long form
/// `SYMBOL:EXCHANGE:CLASS`, or the UUID of an asset. The text is kept as given, nothing is
/// changed to upper case, and nothing is checked here: the request that the symbol is used in is
/// checked as a whole before it is sent, because a symbol also becomes part of a path, where
/// `..` or `?` would make another request of it.
///
/// # Examples
///
/// ```
/// use alpaca_trading::Symbol;
///
/// let pair = Symbol::from("BTC/USD");
/// assert!(pair.is_crypto_pair());
/// assert_eq!(pair.compact(), "BTCUSD");
/// assert_eq!(pair.to_string(), "BTC/USD");
/// ```
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Symbol(String);

impl Symbol {
    /// The text, as given.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    pub(crate) fn into_string(self) -> String {
        self.0
    }

    /// Whether this is a crypto pair written with its slash, such as `BTC/USD`.
    ///
    /// Without the slash (`BTCUSD`) a pair cannot be told from a ticker, and this is `false`.
    #[must_use]
    pub fn is_crypto_pair(&self) -> bool {
        pair(&self.0).is_some()
    }

    /// The symbol as positions and the filters of order lists know it: a crypto pair without its
    /// slash (`BTCUSD` for `BTC/USD`), anything else unchanged.
    #[must_use]
    pub fn compact(&self) -> Cow<'_, str> {
        match pair(&self.0) {
            Some((base, quote)) => Cow::Owned([base, quote].concat()),
            None => Cow::Borrowed(&self.0),
        }
    }

    /// The parts of an option contract's symbol; `None` for any other symbol.
    #[must_use]
    pub fn option(&self) -> Option<OptionSymbol> {
        Occ::parse(&self.0).map(OptionSymbol::from)
    }

    /// Whether the symbol can be sent at all: rule `symbol-form`.
    pub(crate) fn check(&self) -> Result<(), Violation> {
        match fault(&self.0) {
            Some(message) => Err(Violation::new("symbol", "symbol-form", message)),
            None => Ok(()),
        }
    }
}

/// The two halves of a crypto pair with a slash.
pub(crate) fn pair(text: &str) -> Option<(&str, &str)> {
    let alphanumeric =
        |half: &str| !half.is_empty() && half.bytes().all(|byte| byte.is_ascii_alphanumeric());
    text.split_once('/')
        .filter(|(base, quote)| alphanumeric(base) && alphanumeric(quote))
}

/// Why `text` is no symbol, in words; `None` where it may be one.
///
/// A symbol becomes a segment of a path: `DELETE /v2/positions/.` would be read as
/// `DELETE /v2/positions/`, which closes every position. So a symbol of dots alone is refused too.
pub(crate) fn fault(text: &str) -> Option<String> {
    let shown = Shown(text);
    if text.is_empty() {
        return Some("is empty".to_owned());
    }
    if text.len() > LONGEST {
        return Some(format!("{shown} is longer than {LONGEST} bytes"));
    }
    if pair(text).is_some() {
        return None;
    }
    let stranger = text.chars().find(|character| {
        !(character.is_ascii_alphanumeric() || matches!(character, '.' | '-' | '_' | ':'))
    });
    match stranger {
        Some('/') => Some(format!(
            "{shown} has a slash, which belongs only between the halves of a crypto pair, as in `BTC/USD`"
        )),
        Some(character) => Some(format!("{shown} holds {character:?}, which no symbol has")),
        None if text.contains("..") => Some(format!("{shown} holds `..`, which no symbol has")),
        None if !text.bytes().any(|byte| byte.is_ascii_alphanumeric()) => {
            Some(format!("{shown} has neither a letter nor a digit"))
        }
        None => None,
    }
}

impl From<&str> for Symbol {
    fn from(text: &str) -> Self {
        Self(text.to_owned())
    }
}

impl From<String> for Symbol {
    fn from(text: String) -> Self {
        Self(text)
    }
}

impl From<&String> for Symbol {
    fn from(text: &String) -> Self {
        Self(text.clone())
    }
}

impl From<&Symbol> for Symbol {
    fn from(symbol: &Symbol) -> Self {
        symbol.clone()
    }
}

/// The id of an asset, which Alpaca takes in place of its symbol.
impl From<Uuid> for Symbol {
    fn from(id: Uuid) -> Self {
        Self(id.to_string())
    }
}

impl From<OptionSymbol> for Symbol {
    fn from(option: OptionSymbol) -> Self {
        Self(option.to_string())
    }
}

impl From<&OptionSymbol> for Symbol {
    fn from(option: &OptionSymbol) -> Self {
        Self(option.to_string())
    }
}

impl AsRef<str> for Symbol {
    fn as_ref(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for Symbol {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_form_that_alpaca_has_is_accepted_as_given() {
        for text in [
            "AAPL",
            "aapl",
            "BRK.B",
            "BAC.PRK",
            "BTC/USD",
            "1INCH/USDT",
            "BTCUSD",
            "BTC-PERP",
            "AAPL250620C00100000",
            "AAPL:NASDAQ:us_equity",
            "b0b6dd9d-8b9b-48a9-ba46-b9d54906e415",
            &"X".repeat(64),
        ] {
            assert_eq!(Symbol::from(text).check(), Ok(()), "{text}");
            assert_eq!(Symbol::from(text).to_string(), text);
        }
    }

    #[test]
    fn what_would_change_a_request_is_refused() {
        for text in [
            "",
            " ",
            ".",
            "..",
            "-",
            "A..B",
            "../orders",
            "A/",
            "/A",
            "/",
            "BTC/USD/X",
            "BTC/U.D",
            "BTC//USD",
            "A B",
            "A\n",
            "A\u{0}",
            "A?b=c",
            "A#b",
            "A%2e",
            "A\\B",
            "A&B",
            "Ä",
            "A,B",
            "A\u{a0}",
            "A;B",
            "A@B",
            "A+B",
        ] {
            let violation = Symbol::from(text).check().unwrap_err();
            assert_eq!(violation.rule(), "symbol-form", "{text:?}");
            assert_eq!(violation.field(), "symbol");
        }
    }

    #[test]
    fn a_long_symbol_is_refused_and_shown_clipped() {
        let violation = Symbol::from("X".repeat(1_000_000)).check().unwrap_err();
        assert!(violation.message().len() < 120, "{violation}");
        assert!(violation.message().contains("64 bytes"), "{violation}");
        assert!(Symbol::from("X".repeat(65)).check().is_err());
    }

    #[test]
    fn a_pair_has_a_slash_and_two_halves() {
        assert!(Symbol::from("BTC/USD").is_crypto_pair());
        for text in ["BTCUSD", "BTC/", "/USD", "A/B/C", "AAPL"] {
            assert!(!Symbol::from(text).is_crypto_pair(), "{text}");
        }
        assert_eq!(Symbol::from("BTC/USD").compact(), "BTCUSD");
        assert_eq!(Symbol::from("BRK.B").compact(), "BRK.B");
    }

    #[test]
    fn an_asset_id_is_written_with_hyphens() {
        let id = "b0b6dd9d-8b9b-48a9-ba46-b9d54906e415";
        let symbol = Symbol::from(id.parse::<Uuid>().unwrap());
        assert_eq!(symbol.as_str(), id);
        assert_eq!(symbol.check(), Ok(()));
    }
}
