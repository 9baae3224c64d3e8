//! Lists that travel in a form of their own.

use std::fmt::{self, Display};
use std::ops::Deref;
use std::str::FromStr;

use serde::de::Error as _;
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use serde_json::value::RawValue;

/// Values that are sent as one parameter, separated by commas: `FILL,DIV`.
///
/// An empty list is not sent at all.
///
/// # Examples
///
/// ```
/// use alpaca_trading_gen::{CommaList, types::ActivityType};
///
/// let kinds: CommaList<_> = [ActivityType::Fill, ActivityType::Div].into();
/// assert_eq!(kinds.to_string(), "FILL,DIV");
/// assert_eq!(kinds, CommaList::from("FILL,DIV"));
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct CommaList<T>(pub Vec<T>);

impl<T> Default for CommaList<T> {
    fn default() -> Self {
        Self(Vec::new())
    }
}

impl<T: Display> Display for CommaList<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (index, value) in self.0.iter().enumerate() {
            if index > 0 {
                f.write_str(",")?;
            }
            value.fmt(f)?;
        }
        Ok(())
    }
}

impl<T: FromStr> FromStr for CommaList<T> {
    type Err = T::Err;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        text.split(',')
            .filter(|part| !part.is_empty())
            .map(T::from_str)
            .collect()
    }
}

impl<'a, T: From<&'a str>> From<&'a str> for CommaList<T> {
    fn from(text: &'a str) -> Self {
        text.split(',')
            .filter(|part| !part.is_empty())
            .map(T::from)
            .collect()
    }
}

impl<T> From<Vec<T>> for CommaList<T> {
    fn from(values: Vec<T>) -> Self {
        Self(values)
    }
}

impl<T, const N: usize> From<[T; N]> for CommaList<T> {
    fn from(values: [T; N]) -> Self {
        Self(values.into())
    }
}

impl<T> FromIterator<T> for CommaList<T> {
    fn from_iter<I: IntoIterator<Item = T>>(values: I) -> Self {
        Self(values.into_iter().collect())
    }
}

impl<T: Display> Serialize for CommaList<T> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        if self.0.is_empty() {
            return serializer.serialize_none();
        }
        serializer.collect_str(self)
    }
}

/// A list that the service may abbreviate to its only element.
///
/// The wallet operations answer with an array, and with a single object when one asset is asked
/// for. Null is an empty list. Written as an array.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OneOrMany<T>(pub Vec<T>);

impl<T> Default for OneOrMany<T> {
    fn default() -> Self {
        Self(Vec::new())
    }
}

impl<T> Deref for OneOrMany<T> {
    type Target = Vec<T>;

    fn deref(&self) -> &Self::Target {
        &self.0
    }
}

impl<T> IntoIterator for OneOrMany<T> {
    type Item = T;
    type IntoIter = std::vec::IntoIter<T>;

    fn into_iter(self) -> Self::IntoIter {
        self.0.into_iter()
    }
}

impl<T: Serialize> Serialize for OneOrMany<T> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        self.0.serialize(serializer)
    }
}

impl<'de, T: for<'a> Deserialize<'a>> Deserialize<'de> for OneOrMany<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        // The raw text, not a buffered value: decimals are read from it digit by digit.
        let raw = Box::<RawValue>::deserialize(deserializer)?;
        match raw.get().as_bytes().first() {
            Some(b'[') => crate::answer::read(raw.get()).map(Self),
            Some(b'n') => Ok(Self::default()),
            _ => crate::answer::read(raw.get()).map(|only| Self(vec![only])),
        }
        .map_err(D::Error::custom)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_many_and_none_are_all_lists() {
        for (json, expected) in [
            ("[1,2]", vec![1, 2]),
            ("7", vec![7]),
            ("null", vec![]),
            ("[]", vec![]),
        ] {
            let list: OneOrMany<i64> = serde_json::from_str(json).unwrap();
            assert_eq!(list.0, expected, "{json}");
        }
        assert!(serde_json::from_str::<OneOrMany<i64>>("\"x\"").is_err());
    }

    #[test]
    fn a_comma_list_reads_what_it_writes() {
        let list = CommaList(vec!["AAPL".to_owned(), "BTC/USD".to_owned()]);
        assert_eq!(list.to_string(), "AAPL,BTC/USD");
        assert_eq!("AAPL,BTC/USD".parse::<CommaList<String>>(), Ok(list));
        assert_eq!("".parse::<CommaList<String>>(), Ok(CommaList::default()));
    }
}
