//! Money, prices, quantities and ratios, to the last digit.
//!
//! Alpaca sends them as strings, and here and there as JSON numbers. Both are read from the text
//! of the body, never through a 64-bit float: `123456789012345.123456789` stays what it is, and
//! `1.10` keeps its zero. They are written as strings, never in exponent form.
//!
//! `rust_decimal`'s own serde support is not used. It reads JSON numbers through `f64`, rounds
//! beyond 28 digits, and any other crate in a binary can switch what it writes to floats. Without
//! that feature a field that were to escape [`Exact`] would not compile.

use std::fmt;
use std::str::FromStr;

use rust_decimal::Decimal;
use serde::de::Error as _;
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use serde_json::value::RawValue;
use serde_with::{DeserializeAs, SerializeAs};

/// Why a text is not a decimal that can be held exactly.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DecimalError {
    text: String,
    reason: &'static str,
}

impl fmt::Display for DecimalError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "`{}` {}", self.text, self.reason)
    }
}

impl std::error::Error for DecimalError {}

/// Reads a decimal exactly: `-12.50`, `0.00000001`, `8.4e-6`.
///
/// The form is that of a JSON number. Nothing is rounded.
///
/// # Errors
///
/// [`DecimalError`] when the text is not such a number, or has more than 28 significant digits.
///
/// # Examples
///
/// ```
/// # fn main() -> Result<(), Box<dyn std::error::Error>> {
/// let price = alpaca_trading_gen::parse_decimal("1.10")?;
/// assert_eq!(price.to_string(), "1.10");
/// assert!(alpaca_trading_gen::parse_decimal("1_000").is_err());
/// # Ok(())
/// # }
/// ```
pub fn parse_decimal(text: &str) -> Result<Decimal, DecimalError> {
    let refuse = |reason| {
        // A hostile body may hold a number of a million digits: the message shows its start.
        let text = match text.char_indices().nth(64) {
            Some((end, _)) => format!("{}…", text.get(..end).unwrap_or_default()),
            None => text.to_owned(),
        };
        DecimalError { text, reason }
    };
    const TOO_LONG: &str = "has more than 28 significant digits, or more than 28 decimals";
    let number = Number::split(text).ok_or_else(|| refuse("is not a decimal number"))?;
    // The library's parser goes one call deeper for every digit: what is longer than any number of 28
    // digits and 28 decimals does not reach it.
    if number.mantissa.len() > 64 {
        return Err(refuse(TOO_LONG));
    }
    let value = match number.exponent {
        None => Decimal::from_str_exact(text).ok(),
        Some(exponent) => Decimal::from_str_exact(number.mantissa)
            .ok()
            .zip(exponent.parse().ok())
            .and_then(|(plain, exponent)| shift(plain, exponent)),
    };
    // The type holds some numbers of 29 digits and not others: a promise that depends on the digits
    // is none.
    value
        .filter(|value| value.mantissa().unsigned_abs() < TEN_TO_28)
        .ok_or_else(|| refuse(TOO_LONG))
}

/// The smallest mantissa with 29 digits.
const TEN_TO_28: u128 = 10_u128.pow(28);

/// `plain` times ten to the power of `exponent`, when that can be held exactly.
fn shift(plain: Decimal, exponent: i32) -> Option<Decimal> {
    if plain.is_zero() {
        return Some(plain);
    }
    let mut digits = plain.mantissa();
    let mut scale = i32::try_from(plain.scale()).ok()?.checked_sub(exponent)?;
    while scale > 28 && digits % 10 == 0 {
        digits /= 10;
        scale -= 1;
    }
    while scale < 0 {
        digits = digits.checked_mul(10)?;
        scale += 1;
    }
    Decimal::try_from_i128_with_scale(digits, u32::try_from(scale).ok()?).ok()
}

/// The parts of a number in the grammar of JSON, a leading zero allowed.
struct Number<'a> {
    mantissa: &'a str,
    exponent: Option<&'a str>,
}

impl<'a> Number<'a> {
    fn split(text: &'a str) -> Option<Self> {
        let digits =
            |part: &str| !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_digit());
        let (mantissa, exponent) = match text.split_once(['e', 'E']) {
            Some((mantissa, exponent)) => (mantissa, Some(exponent)),
            None => (text, None),
        };
        let unsigned = mantissa.strip_prefix('-').unwrap_or(mantissa);
        let well_formed = match unsigned.split_once('.') {
            Some((whole, fraction)) => digits(whole) && digits(fraction),
            None => digits(unsigned),
        } && exponent
            .is_none_or(|exponent| digits(exponent.strip_prefix(['+', '-']).unwrap_or(exponent)));
        well_formed.then_some(Self { mantissa, exponent })
    }
}

/// The text of a JSON string or number; `None` for null.
fn text_of(raw: &RawValue) -> Result<Option<std::borrow::Cow<'_, str>>, serde_json::Error> {
    match raw.get().as_bytes().first() {
        Some(b'"') => serde_json::from_str(raw.get()).map(|text: String| Some(text.into())),
        Some(b'n') => Ok(None),
        Some(b'-' | b'0'..=b'9') => Ok(Some(raw.get().into())),
        _ => Err(serde_json::Error::custom(
            "a decimal is a string or a number",
        )),
    }
}

/// How decimals are decoded and encoded: the serde adapter of every decimal field.
///
/// For an optional field null, absent and `""` are `None`.
#[derive(Debug)]
pub struct Exact;

impl<'de> DeserializeAs<'de, Decimal> for Exact {
    fn deserialize_as<D: Deserializer<'de>>(deserializer: D) -> Result<Decimal, D::Error> {
        let raw = Box::<RawValue>::deserialize(deserializer)?;
        match text_of(&raw).map_err(D::Error::custom)? {
            Some(text) => parse_decimal(&text).map_err(D::Error::custom),
            None => Err(D::Error::custom("null where a decimal belongs")),
        }
    }
}

impl<'de> DeserializeAs<'de, Option<Decimal>> for Exact {
    fn deserialize_as<D: Deserializer<'de>>(deserializer: D) -> Result<Option<Decimal>, D::Error> {
        let raw = Box::<RawValue>::deserialize(deserializer)?;
        match text_of(&raw).map_err(D::Error::custom)? {
            Some(text) if !text.is_empty() => {
                parse_decimal(&text).map(Some).map_err(D::Error::custom)
            }
            _ => Ok(None),
        }
    }
}

impl SerializeAs<Decimal> for Exact {
    fn serialize_as<S: Serializer>(value: &Decimal, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(value)
    }
}

impl SerializeAs<Option<Decimal>> for Exact {
    fn serialize_as<S: Serializer>(
        value: &Option<Decimal>,
        serializer: S,
    ) -> Result<S::Ok, S::Error> {
        match value {
            Some(value) => serializer.collect_str(value),
            None => serializer.serialize_none(),
        }
    }
}

/// A decimal in a query string.
///
/// Made from a [`Decimal`], a whole number or a text; written in plain digits.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct DecimalParameter(pub Decimal);

impl fmt::Display for DecimalParameter {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

impl FromStr for DecimalParameter {
    type Err = DecimalError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        parse_decimal(text).map(Self)
    }
}

impl TryFrom<&str> for DecimalParameter {
    type Error = DecimalError;

    fn try_from(text: &str) -> Result<Self, Self::Error> {
        text.parse()
    }
}

impl TryFrom<String> for DecimalParameter {
    type Error = DecimalError;

    fn try_from(text: String) -> Result<Self, Self::Error> {
        text.parse()
    }
}

impl From<Decimal> for DecimalParameter {
    fn from(value: Decimal) -> Self {
        Self(value)
    }
}

impl From<i64> for DecimalParameter {
    fn from(value: i64) -> Self {
        Self(value.into())
    }
}

impl From<i32> for DecimalParameter {
    fn from(value: i32) -> Self {
        Self(value.into())
    }
}

impl From<u32> for DecimalParameter {
    fn from(value: u32) -> Self {
        Self(value.into())
    }
}

impl Serialize for DecimalParameter {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for DecimalParameter {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        <Exact as DeserializeAs<'de, Decimal>>::deserialize_as(deserializer).map(Self)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_digit_survives() {
        for text in [
            "0.00000001",
            "123456789012345.123456789",
            "1.10",
            "-0.0135445640343451",
            "0",
            "100000",
            "0.0000000000000000000000000001",
            "1234567890123456789012345678",
        ] {
            assert_eq!(parse_decimal(text).unwrap().to_string(), text);
        }
    }

    #[test]
    fn an_exponent_is_resolved_exactly() {
        for (text, plain) in [
            ("8.4177e-06", "0.0000084177"),
            ("1e3", "1000"),
            ("1.5E+2", "150"),
            ("-2.50e1", "-25.0"),
            ("0e99", "0"),
            ("1000e-30", "0.0000000000000000000000000010"),
        ] {
            assert_eq!(parse_decimal(text).unwrap().to_string(), plain, "{text}");
        }
    }

    #[test]
    fn what_cannot_be_held_is_refused_and_named() {
        for text in [
            "12345678901234567890123456789012",
            "12345678901234567890123456789",
            "1234567890123456789012345678e1",
            "0.00000000000000000000000000001",
            "1e40",
            "1e-40",
            "1e99999999999",
        ] {
            let error = parse_decimal(text).unwrap_err().to_string();
            assert!(error.contains(text) && error.contains("28"), "{error}");
        }
        for long in [
            "9".repeat(1_000_000),
            "0".repeat(1_000_000),
            format!("-{}1", "0".repeat(99)),
        ] {
            assert!(parse_decimal(&long).unwrap_err().to_string().len() < 400);
        }
    }

    #[test]
    fn what_is_no_number_is_refused() {
        for text in [
            "", "-", ".5", "5.", "1_000", "+1", "1,5", "0x10", "NaN", "e5", "1e", "1e+", "--1",
            "１",
        ] {
            assert!(parse_decimal(text).is_err(), "{text}");
        }
    }
}
