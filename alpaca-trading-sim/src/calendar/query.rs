//! Dates and times as callers of the clock and calendar routes write them.
//!
//! Clients in the field send full timestamps where the document asks for a date, and the service takes
//! them. Of such a timestamp the date counts that is written in it, whatever its offset: a caller who asks
//! for `2026-01-02T00:00:00Z` means the second of January, though it is still the first in New York.

use chrono::{DateTime, NaiveDate, NaiveDateTime, Utc};
use http::StatusCode;

use crate::error::ApiError;

/// The refusal of a parameter: the status is the 400 that the document declares for these routes.
pub(super) fn refusal(message: impl Into<String>) -> ApiError {
    ApiError::new(StatusCode::BAD_REQUEST, 40_010_001, message)
}

/// A parameter that was sent empty is one that was not sent.
pub(super) fn given(parameter: Option<&str>) -> Option<&str> {
    parameter.map(str::trim).filter(|text| !text.is_empty())
}

/// A date, or the date in a timestamp with or without an offset.
pub(super) fn date(name: &str, text: &str) -> Result<NaiveDate, ApiError> {
    plain_date(text)
        .or_else(|| timestamp(text).map(|at| at.naive_local().date()))
        .or_else(|| {
            let local = NaiveDateTime::parse_from_str(text, "%Y-%m-%dT%H:%M:%S%.f").ok();
            local.map(|at| at.date())
        })
        .ok_or_else(|| {
            refusal(format!(
                "invalid {name}: \"{text}\" is not a date (YYYY-MM-DD) or an RFC 3339 timestamp"
            ))
        })
}

/// An instant.
pub(super) fn instant(name: &str, text: &str) -> Result<DateTime<Utc>, ApiError> {
    timestamp(text).map(|at| at.to_utc()).ok_or_else(|| {
        refusal(format!(
            "invalid {name}: \"{text}\" is not an RFC 3339 timestamp"
        ))
    })
}

/// Ten characters: chrono alone would also read `2026-1-2` and signed years.
fn plain_date(text: &str) -> Option<NaiveDate> {
    let digits = text.len() == 10 && text.starts_with(|first: char| first.is_ascii_digit());
    NaiveDate::parse_from_str(text, "%Y-%m-%d")
        .ok()
        .filter(|_| digits)
}

/// A plus sign that was not escaped in a query arrives as a space; before an offset it is taken for one.
fn timestamp(text: &str) -> Option<DateTime<chrono::FixedOffset>> {
    DateTime::parse_from_rfc3339(text).ok().or_else(|| {
        let (time, offset) = text.rsplit_once(' ')?;
        DateTime::parse_from_rfc3339(&format!("{time}+{offset}")).ok()
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dates_may_come_as_timestamps_and_keep_their_day() {
        for text in [
            "2026-01-02",
            "2026-01-02T00:00:00Z",
            "2026-01-02T23:59:59.999-05:00",
            "2026-01-02T00:00:00+09:00",
            "2026-01-02T00:00:00 09:00",
            "2026-01-02T12:30:00",
            "2026-01-02T12:30:00.123456",
        ] {
            let parsed = date("start", text).unwrap();
            assert_eq!(parsed.to_string(), "2026-01-02", "{text}");
        }
    }

    #[test]
    fn what_is_no_date_is_refused_by_name() {
        for text in [
            "tomorrow",
            "2026-1-2",
            "2026-02-30",
            "2026-01-02T25:00:00Z",
            "+2026-01-2",
            "20260102",
            "2026-01-02Z",
        ] {
            let error = date("start", text).unwrap_err();
            assert_eq!(error.status, StatusCode::BAD_REQUEST);
            assert_eq!(error.code, Some(40_010_001));
            assert!(error.message.starts_with("invalid start: "), "{text}");
            assert!(error.message.contains(text));
        }
    }

    #[test]
    fn an_instant_needs_its_offset() {
        let at = instant("time", "2026-01-02T09:30:00.5-05:00").unwrap();
        assert_eq!(at.to_rfc3339(), "2026-01-02T14:30:00.500+00:00");
        assert!(instant("time", "2026-01-02T15:30:00 01:00").is_ok());
        for text in ["2026-01-02", "2026-01-02T09:30:00", "now"] {
            assert!(instant("time", text).is_err(), "{text}");
        }
    }

    #[test]
    fn empty_is_not_given() {
        assert_eq!(given(None), None);
        assert_eq!(given(Some("")), None);
        assert_eq!(given(Some(" ")), None);
        assert_eq!(given(Some("UTC")), Some("UTC"));
    }
}
