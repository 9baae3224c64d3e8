//! The symbols of option contracts, taken apart and put together.

use std::fmt;
use std::str::FromStr;

use chrono::{Datelike as _, NaiveDate};

use crate::Violation;
use crate::raw::types::OptionContractType;
use crate::rust_decimal::Decimal;
use crate::rust_decimal::prelude::ToPrimitive as _;
use crate::violation::Shown;

/// The longest root, in characters.
const ROOT: usize = 6;

/// What follows the root: a date of six digits, one letter, a strike of eight digits.
const TAIL: usize = 15;

/// The highest strike in thousandths: eight digits.
const HIGHEST_STRIKE: u32 = 99_999_999;

/// An option contract, by the parts of its symbol.
///
/// The symbol is the root (mostly the underlying's ticker), the expiration as `YYMMDD`, `C` or `P`,
/// and the strike price in thousandths of a dollar with eight digits. There is no padding.
///
/// # Examples
///
/// ```
/// use alpaca_trading::{OptionSymbol, Symbol};
///
/// let option = Symbol::from("AAPL250620C00100000").option().ok_or("no option")?;
/// assert_eq!(option.root(), "AAPL");
/// assert_eq!(option.expiration().to_string(), "2025-06-20");
/// assert_eq!(option.strike(), 100.into());
///
/// let put = OptionSymbol::new("AAPL", option.expiration(), "put", 95)?;
/// assert_eq!(put.to_string(), "AAPL250620P00095000");
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct OptionSymbol {
    root: String,
    expiration: NaiveDate,
    call: bool,
    /// Thousandths of a dollar.
    strike: u32,
}

impl OptionSymbol {
    /// The contract with these terms; whether it exists, only Alpaca knows.
    ///
    /// `root` has up to six upper-case letters and digits and begins with a letter, `kind` is a call
    /// or a put, `expiration` is a day of the years 2000 to 2099, and `strike` is in US dollars: more
    /// than 0, below 100,000, with at most three decimals.
    ///
    /// # Errors
    ///
    /// [`Violation`] with the rule `option-symbol` and the name of the argument that is out of range.
    pub fn new(
        root: impl Into<String>,
        expiration: NaiveDate,
        kind: impl Into<OptionContractType>,
        strike: impl Into<Decimal>,
    ) -> Result<Self, Violation> {
        let refuse = |field, message: String| Err(Violation::new(field, "option-symbol", message));
        let (root, kind, strike) = (root.into(), kind.into(), strike.into());
        if !is_root(&root) {
            return refuse(
                "root",
                format!(
                    "{} is not one to {ROOT} upper-case letters and digits, a letter first",
                    Shown(&root)
                ),
            );
        }
        if !(2000..2100).contains(&expiration.year()) {
            return refuse(
                "expiration",
                format!(
                    "{expiration} is not in the years 2000 to 2099, and the year has two digits"
                ),
            );
        }
        let call = kind == OptionContractType::Call;
        if !call && kind != OptionContractType::Put {
            return refuse(
                "kind",
                format!("{} is neither `call` nor `put`", Shown(kind.as_str())),
            );
        }
        let thousandths = strike
            .checked_mul(Decimal::ONE_THOUSAND)
            .filter(Decimal::is_integer)
            .and_then(|thousandths| thousandths.to_u32())
            .filter(|thousandths| (1..=HIGHEST_STRIKE).contains(thousandths));
        match thousandths {
            Some(strike) => Ok(Self {
                root,
                expiration,
                call,
                strike,
            }),
            None => refuse(
                "strike",
                format!("{strike} is not between 0.001 and 99999.999 with at most 3 decimals"),
            ),
        }
    }

    /// The root: the underlying's ticker, or a variant of it after a corporate action and for some
    /// indices.
    #[must_use]
    pub fn root(&self) -> &str {
        &self.root
    }

    /// The day on which the contract expires.
    #[must_use]
    pub fn expiration(&self) -> NaiveDate {
        self.expiration
    }

    /// Whether the contract is a call or a put; never an unlisted value.
    #[must_use]
    pub fn kind(&self) -> OptionContractType {
        if self.call {
            OptionContractType::Call
        } else {
            OptionContractType::Put
        }
    }

    /// The strike price per share, in US dollars.
    #[must_use]
    pub fn strike(&self) -> Decimal {
        Decimal::new(self.strike.into(), 3).normalize()
    }
}

impl fmt::Display for OptionSymbol {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "{}{:02}{:02}{:02}{}{:08}",
            self.root,
            self.expiration.year() % 100,
            self.expiration.month(),
            self.expiration.day(),
            if self.call { 'C' } else { 'P' },
            self.strike,
        )
    }
}

impl FromStr for OptionSymbol {
    type Err = Violation;

    /// Takes an option symbol apart.
    ///
    /// # Errors
    ///
    /// [`Violation`] with the rule `option-symbol` when `text` is not the symbol of an option.
    fn from_str(text: &str) -> Result<Self, Self::Err> {
        Occ::parse(text).map(Self::from).ok_or_else(|| {
            Violation::new(
                "symbol",
                "option-symbol",
                format_args!(
                    "{} is not an option's symbol, such as `AAPL250620C00100000`",
                    Shown(text)
                ),
            )
        })
    }
}

impl From<Occ<'_>> for OptionSymbol {
    fn from(parts: Occ<'_>) -> Self {
        Self {
            root: parts.root.to_owned(),
            expiration: parts.expiration,
            call: parts.call,
            strike: parts.strike,
        }
    }
}

/// The parts of an option's symbol, borrowed from it, so that checking an order allocates nothing.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Occ<'a> {
    pub(crate) root: &'a str,
    expiration: NaiveDate,
    call: bool,
    strike: u32,
}

impl<'a> Occ<'a> {
    pub(crate) fn parse(text: &'a str) -> Option<Self> {
        let (root, tail) = text.split_at_checked(text.len().checked_sub(TAIL)?)?;
        let (date, tail) = tail.split_at_checked(6)?;
        let (letter, strike) = tail.split_at_checked(1)?;
        let call = match letter {
            "C" => true,
            "P" => false,
            _ => return None,
        };
        if !is_root(root) {
            return None;
        }
        let date = digits(date)?;
        let expiration = NaiveDate::from_ymd_opt(
            i32::try_from(2000 + date / 10_000).ok()?,
            date / 100 % 100,
            date % 100,
        )?;
        let strike = digits(strike).filter(|strike| *strike > 0)?;
        Some(Self {
            root,
            expiration,
            call,
            strike,
        })
    }
}

fn is_root(text: &str) -> bool {
    text.len() <= ROOT
        && text.starts_with(|first: char| first.is_ascii_uppercase())
        && text
            .bytes()
            .all(|byte| byte.is_ascii_uppercase() || byte.is_ascii_digit())
}

/// A number of digits alone: the library's parser would also take a sign.
fn digits(text: &str) -> Option<u32> {
    text.bytes()
        .all(|byte| byte.is_ascii_digit())
        .then(|| text.parse().ok())
        .flatten()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn day(text: &str) -> NaiveDate {
        text.parse().unwrap()
    }

    #[test]
    fn a_symbol_is_taken_apart_and_put_together_again() {
        for (text, root, date, kind, strike) in [
            ("AAPL250620C00100000", "AAPL", "2025-06-20", "call", "100"),
            ("SPXW240229P04987500", "SPXW", "2024-02-29", "put", "4987.5"),
            ("F991231P00000001", "F", "2099-12-31", "put", "0.001"),
            (
                "AAPL1250620C99999999",
                "AAPL1",
                "2025-06-20",
                "call",
                "99999.999",
            ),
        ] {
            let option: OptionSymbol = text.parse().unwrap();
            assert_eq!(option.root(), root);
            assert_eq!(option.expiration(), day(date));
            assert_eq!(option.kind().as_str(), kind);
            assert_eq!(option.strike().to_string(), strike);
            assert_eq!(option.to_string(), text);
            let strike: Decimal = strike.parse().unwrap();
            assert_eq!(OptionSymbol::new(root, day(date), kind, strike), Ok(option));
        }
    }

    #[test]
    fn other_texts_are_no_options() {
        for text in [
            "",
            "AAPL",
            "BTC/USD",
            "250620C00100000",
            "AAPL250631C00100000",
            "AAPL251320C00100000",
            "AAPL250620X00100000",
            "AAPL250620C00000000",
            "AAPL250620C0010000",
            "AAPL250620C+0100000",
            "AAPL+50620C00100000",
            "aapl250620C00100000",
            "AAPL  250620C00100000",
            "LONGROOT250620C00100000",
            "1AAPL250620C00100000",
            "ÄÄ250620C00100000",
            "AAPL250620é0100000",
        ] {
            let violation = text.parse::<OptionSymbol>().unwrap_err();
            assert_eq!(violation.rule(), "option-symbol", "{text}");
        }
    }

    #[test]
    fn terms_out_of_range_are_refused_by_name() {
        let date = day("2025-06-20");
        let fault =
            |result: Result<OptionSymbol, Violation>| result.unwrap_err().field().to_owned();
        for root in ["", "TOOLONG", "aapl", "BRK.B", "1A"] {
            assert_eq!(fault(OptionSymbol::new(root, date, "call", 1)), "root");
        }
        for year in ["1999-12-31", "2100-01-01"] {
            assert_eq!(
                fault(OptionSymbol::new("A", day(year), "call", 1)),
                "expiration"
            );
        }
        assert_eq!(fault(OptionSymbol::new("A", date, "straddle", 1)), "kind");
        for strike in [
            "0",
            "-1",
            "0.0005",
            "100000",
            "1.0001",
            "79228162514264337593543950335",
        ] {
            let strike: Decimal = strike.parse().unwrap();
            assert_eq!(fault(OptionSymbol::new("A", date, "put", strike)), "strike");
        }
        assert!(OptionSymbol::new("A", date, "put", Decimal::new(1_000_000, 4)).is_ok());
    }
}
