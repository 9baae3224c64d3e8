//! A point in time that may be given as a day or as an instant.

use std::fmt;
use std::str::FromStr;

use chrono::{DateTime, NaiveDate, SecondsFormat, TimeZone, Utc};
use serde::{Deserialize, Deserializer, Serialize, Serializer};

/// A date, or a date with a time.
///
/// Alpaca's document declares many parameters as timestamps that take a date just as well, and one
/// field of its answers as a timestamp that always is a date. Written as `2026-04-14` or as
/// `2026-04-14T13:30:00Z`, always in UTC, with the fraction of a second that the value has.
///
/// # Examples
///
/// ```
/// # fn main() -> Result<(), Box<dyn std::error::Error>> {
/// use alpaca_trading_gen::DateOrTime;
///
/// let day: DateOrTime = "2026-04-14".parse()?;
/// let instant: DateOrTime = "2026-04-14T09:30:00-04:00".parse()?;
/// assert_eq!(day.to_string(), "2026-04-14");
/// assert_eq!(instant.to_string(), "2026-04-14T13:30:00Z");
/// assert_eq!(day.date(), instant.date());
/// # Ok(())
/// # }
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum DateOrTime {
    /// A day.
    Date(NaiveDate),
    /// An instant.
    Time(DateTime<Utc>),
}

impl DateOrTime {
    /// The day, in UTC when this is an instant.
    #[must_use]
    pub fn date(&self) -> NaiveDate {
        match self {
            Self::Date(date) => *date,
            Self::Time(time) => time.date_naive(),
        }
    }

    /// The instant, when this is one.
    #[must_use]
    pub fn time(&self) -> Option<DateTime<Utc>> {
        match self {
            Self::Date(_) => None,
            Self::Time(time) => Some(*time),
        }
    }
}

impl fmt::Display for DateOrTime {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Date(date) => date.fmt(f),
            Self::Time(time) => f.write_str(&time.to_rfc3339_opts(SecondsFormat::AutoSi, true)),
        }
    }
}

/// A text is neither a date nor a timestamp.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DateOrTimeError(chrono::ParseError);

impl fmt::Display for DateOrTimeError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "neither a date (YYYY-MM-DD) nor a timestamp (RFC 3339): {}",
            self.0
        )
    }
}

impl std::error::Error for DateOrTimeError {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        Some(&self.0)
    }
}

impl FromStr for DateOrTime {
    type Err = DateOrTimeError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        if let Ok(date) = NaiveDate::parse_from_str(text, "%Y-%m-%d") {
            return Ok(Self::Date(date));
        }
        DateTime::parse_from_rfc3339(text)
            .map(Self::from)
            .map_err(DateOrTimeError)
    }
}

impl TryFrom<&str> for DateOrTime {
    type Error = DateOrTimeError;

    fn try_from(text: &str) -> Result<Self, Self::Error> {
        text.parse()
    }
}

impl TryFrom<String> for DateOrTime {
    type Error = DateOrTimeError;

    fn try_from(text: String) -> Result<Self, Self::Error> {
        text.parse()
    }
}

impl From<NaiveDate> for DateOrTime {
    fn from(date: NaiveDate) -> Self {
        Self::Date(date)
    }
}

impl<Zone: TimeZone> From<DateTime<Zone>> for DateOrTime {
    fn from(time: DateTime<Zone>) -> Self {
        Self::Time(time.to_utc())
    }
}

impl Serialize for DateOrTime {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for DateOrTime {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        text.parse().map_err(serde::de::Error::custom)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn both_forms_come_back_as_they_went_in() {
        for text in [
            "2019-08-01",
            "2026-04-14T13:30:00Z",
            "2026-04-14T13:30:00.123456789Z",
        ] {
            let json = format!("\"{text}\"");
            let value: DateOrTime = serde_json::from_str(&json).unwrap();
            assert_eq!(serde_json::to_string(&value).unwrap(), json);
        }
    }

    #[test]
    fn anything_else_is_an_error_that_says_what_is_expected() {
        for text in [
            "",
            "yesterday",
            "2026-13-01",
            "2026-04-14 13:30",
            "20260414",
        ] {
            let error = text.parse::<DateOrTime>().unwrap_err().to_string();
            assert!(
                error.contains("YYYY-MM-DD") && error.contains("RFC 3339"),
                "{error}"
            );
        }
    }
}
