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
use serde::de::{DeserializeSeed, Error as _, IgnoredAny, MapAccess, Unexpected, Visitor};
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
    if let Some(value) = short(text) {
        return Ok(value);
    }
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
/// A number of at most 18 digits without an exponent, which nearly all are; none for any other text.
fn short(text: &str) -> Option<Decimal> {
    let bytes = text.as_bytes();
    let (negative, digits) = match bytes {
        [b'-', digits @ ..] => (true, digits),
        digits => (false, digits),
    };
    if digits.len() > 19 {
        return None;
    }
    let (mut value, mut count, mut point) = (0_i64, 0, None);
    for byte in digits {
        match byte {
            b'0'..=b'9' if count < 18 => {
                value = value * 10 + i64::from(byte - b'0');
                count += 1;
            }
            b'.' if point.is_none() && count > 0 => point = Some(count),
            _ => return None,
        }
    }
    let scale = count - point.unwrap_or(count);
    // Without digits at the end, or as a negative zero, it is for the library to judge.
    if count == 0 || point == Some(count) || (negative && value == 0) {
        return None;
    }
    Some(Decimal::new(if negative { -value } else { value }, scale))
}

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

/// The decimal in the raw JSON text of a value; none for null and for an empty string.
fn decimal_in(raw: &str) -> Result<Option<Decimal>, DecimalError> {
    let refuse = || DecimalError {
        text: raw.chars().take(64).collect(),
        reason: "is neither a string nor a number",
    };
    match raw.as_bytes() {
        [b'"', .., b'"'] => {
            let text = raw.get(1..raw.len() - 1).unwrap_or_default();
            if !text.contains('\\') {
                return Ok(match text {
                    "" => None,
                    text => Some(parse_decimal(text)?),
                });
            }
            // Nobody escapes a digit, but somebody may.
            let text: String = serde_json::from_str(raw).map_err(|_| refuse())?;
            Ok(match text.as_str() {
                "" => None,
                text => Some(parse_decimal(text)?),
            })
        }
        [b'n', ..] => Ok(None),
        [b'-' | b'0'..=b'9', ..] => parse_decimal(raw).map(Some),
        _ => Err(refuse()),
    }
}

/// The name under which `serde_json` hands out the raw text of a value.
///
/// It is the one that its `RawValue` asks for, whose only forms are a copy on the heap and a reference
/// that not every source can give. Asking by name takes whichever there is: a third of the time and
/// none of the allocations. A version of `serde_json` that no longer knew the name would offer the
/// value as a newtype, and be read through `RawValue`.
pub(crate) const RAW: &str = "$serde_json::private::RawValue";

/// Reads a decimal from the raw text of a value.
struct FromRaw;

impl<'de> Visitor<'de> for FromRaw {
    type Value = Option<Decimal>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a decimal in a string or a number")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
        match map.next_key::<IgnoredAny>()? {
            Some(_) => map.next_value_seed(self),
            None => Err(A::Error::invalid_type(Unexpected::Map, &self)),
        }
    }

    fn visit_newtype_struct<D: Deserializer<'de>>(
        self,
        deserializer: D,
    ) -> Result<Self::Value, D::Error> {
        let raw = Box::<RawValue>::deserialize(deserializer)?;
        self.visit_str(raw.get())
    }

    fn visit_str<E: serde::de::Error>(self, raw: &str) -> Result<Self::Value, E> {
        decimal_in(raw).map_err(E::custom)
    }
}

impl<'de> DeserializeSeed<'de> for FromRaw {
    type Value = Option<Decimal>;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Self::Value, D::Error> {
        deserializer.deserialize_str(self)
    }
}

/// A decimal, or an optional one, from the text of a JSON string or number.
///
/// For fields of the generated types; it needs `serde_json`, for only there is the text of a number
/// to be had.
#[derive(Debug)]
pub struct Exact;

impl<'de> DeserializeAs<'de, Decimal> for Exact {
    fn deserialize_as<D: Deserializer<'de>>(deserializer: D) -> Result<Decimal, D::Error> {
        deserializer
            .deserialize_newtype_struct(RAW, FromRaw)?
            .ok_or_else(|| D::Error::custom("null or nothing where a decimal belongs"))
    }
}

impl<'de> DeserializeAs<'de, Option<Decimal>> for Exact {
    fn deserialize_as<D: Deserializer<'de>>(deserializer: D) -> Result<Option<Decimal>, D::Error> {
        deserializer.deserialize_newtype_struct(RAW, FromRaw)
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
    fn the_short_way_reads_what_the_library_reads() {
        let mut state = 7_u64;
        let mut random = |bound: u64| {
            state = state
                .wrapping_mul(6_364_136_223_846_793_005)
                .wrapping_add(1);
            (state >> 33) % bound
        };
        let mut taken = 0;
        for _ in 0..200_000 {
            let length = random(22);
            let text: String = (0..length)
                .map(|at| match random(if at == 0 { 13 } else { 12 }) {
                    digit @ 0..=9 => char::from(b'0' + u8::try_from(digit).unwrap()),
                    10 | 11 => '.',
                    _ => '-',
                })
                .collect();
            if let Some(value) = short(&text) {
                taken += 1;
                let known = Decimal::from_str_exact(&text).unwrap();
                assert_eq!(value.serialize(), known.serialize(), "{text}");
            }
        }
        assert!(taken > 10_000, "{taken}");
        for text in [
            "",
            "-",
            ".",
            "1.",
            ".5",
            "-0",
            "-0.00",
            "1e5",
            "1_0",
            "+1",
            " 1",
            "1234567890123456789",
        ] {
            assert_eq!(short(text), None, "{text}");
        }
    }

    /// If this fails, decimals are still read exactly, but slowly.
    #[test]
    fn serde_json_hands_out_raw_texts_under_the_known_name() {
        struct Probe;

        impl<'de> Visitor<'de> for Probe {
            type Value = bool;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("anything")
            }

            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<bool, A::Error> {
                map.next_key::<IgnoredAny>()?;
                map.next_value::<String>().map(|raw| raw == "1.10")
            }

            fn visit_newtype_struct<D: Deserializer<'de>>(self, _: D) -> Result<bool, D::Error> {
                Ok(false)
            }
        }

        let mut text = serde_json::Deserializer::from_str(" 1.10 ");
        assert!(text.deserialize_newtype_struct(RAW, Probe).unwrap());
    }

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
