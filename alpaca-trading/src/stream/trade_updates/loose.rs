//! Fields of a message as they come: text or a number, blank, null or missing; and never rounded.

use std::fmt::Display;
use std::str::FromStr;

use alpaca_trading_gen::{Blank, Exact};
use rust_decimal::Decimal;
use serde::de::{Error as _, Unexpected};
use serde::{Deserialize, Deserializer};
use serde_json::Value;
use serde_with::DeserializeAs;

/// A decimal that may be missing.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Exactly(pub(super) Option<Decimal>);

impl<'de> Deserialize<'de> for Exactly {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        <Exact as DeserializeAs<'de, Option<Decimal>>>::deserialize_as(deserializer).map(Self)
    }
}

/// A time or a uuid that may be missing.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Parsed<T>(pub(super) Option<T>);

impl<T> Default for Parsed<T> {
    fn default() -> Self {
        Self(None)
    }
}

impl<'de, T> Deserialize<'de> for Parsed<T>
where
    T: FromStr,
    T::Err: Display,
{
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        <Blank as DeserializeAs<'de, Option<T>>>::deserialize_as(deserializer).map(Self)
    }
}

/// A text that may be missing, such as an id. A blank one names nothing, and is none: two messages with blank
/// ids are not the same message. A whole number is its digits; one that was rounded could be another's.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Text(pub(super) Option<String>);

impl<'de> Deserialize<'de> for Text {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let refuse = |found| D::Error::invalid_type(found, &"a text, a whole number or nothing");
        match Value::deserialize(deserializer)? {
            Value::Null => Ok(Self(None)),
            Value::String(text) => Ok(Self(Some(text).filter(|text| !text.trim().is_empty()))),
            Value::Number(number) if number.is_u64() || number.is_i64() => {
                Ok(Self(Some(number.to_string())))
            }
            Value::Number(_) => Err(refuse(Unexpected::Other("a number that is not whole"))),
            Value::Bool(found) => Err(refuse(Unexpected::Bool(found))),
            Value::Array(_) => Err(refuse(Unexpected::Seq)),
            Value::Object(_) => Err(refuse(Unexpected::Map)),
        }
    }
}

#[cfg(test)]
mod tests {
    use chrono::{DateTime, Utc};
    use uuid::Uuid;

    use super::*;

    fn text(json: &str) -> Option<Option<String>> {
        serde_json::from_str::<Text>(json).ok().map(|text| text.0)
    }

    #[test]
    fn a_text_is_a_text_a_number_or_nothing() {
        assert_eq!(text(r#""a b""#), Some(Some("a b".to_owned())));
        for number in ["7", "-7", "18446744073709551615"] {
            assert_eq!(text(number), Some(Some(number.to_owned())));
        }
        for blank in ["null", r#""""#, r#"" ""#] {
            assert_eq!(text(blank), Some(None), "{blank}");
        }
        for bad in ["true", "[]", "{}", "1.5", "123456789012345678901"] {
            assert_eq!(text(bad), None, "{bad}");
        }
    }

    #[test]
    fn what_is_blank_is_missing_and_what_is_no_time_is_refused() {
        for blank in ["null", r#""""#] {
            let time: Parsed<DateTime<Utc>> = serde_json::from_str(blank).unwrap();
            let uuid: Parsed<Uuid> = serde_json::from_str(blank).unwrap();
            assert_eq!((time.0, uuid.0), (None, None));
        }
        let time: Parsed<DateTime<Utc>> =
            serde_json::from_str(r#""2026-01-05T14:30:00.5Z""#).unwrap();
        assert_eq!(time.0, "2026-01-05T14:30:00.5Z".parse().ok());
        assert!(serde_json::from_str::<Parsed<DateTime<Utc>>>(r#""soon""#).is_err());
        assert!(serde_json::from_str::<Parsed<Uuid>>("7").is_err());
    }
}
