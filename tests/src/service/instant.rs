//! Points in time as Alpaca writes and reads them, and the moment at which the servers of the tests
//! begin.

use chrono::{DateTime, Days, NaiveDate, NaiveTime, SecondsFormat, Utc};

/// When the clock of a server starts: 2026-01-05T14:30:00Z, a Monday, at the opening bell.
#[must_use]
pub fn opening() -> DateTime<Utc> {
    DateTime::from_timestamp(1_767_623_400, 0).expect("a valid time")
}

/// As it stands in JSON: RFC 3339 in UTC, with as many digits as it takes.
#[must_use]
pub fn stamp(at: DateTime<Utc>) -> String {
    at.to_rfc3339_opts(SecondsFormat::AutoSi, true)
}

/// As it stands in the headers `Date` and `Retry-After`: `Mon, 05 Jan 2026 14:30:00 GMT`.
#[must_use]
pub fn http_date(at: DateTime<Utc>) -> String {
    at.format("%a, %d %b %Y %H:%M:%S GMT").to_string()
}

/// Reads a parameter that is a timestamp or a day; a day is its first moment in UTC.
pub(super) fn parse(text: &str) -> Option<DateTime<Utc>> {
    if let Ok(at) = DateTime::parse_from_rfc3339(text) {
        return Some(at.with_timezone(&Utc));
    }
    let day = NaiveDate::parse_from_str(text, "%Y-%m-%d").ok()?;
    Some(day.and_time(NaiveTime::MIN).and_utc())
}

/// When an order that was submitted then expires: at the close of 21:00 UTC for the day, after 90
/// days for an order that is good till cancelled.
pub(super) fn expiry(submitted: DateTime<Utc>, time_in_force: &str) -> DateTime<Utc> {
    let days = if time_in_force == "gtc" { 90 } else { 0 };
    let close = NaiveTime::from_hms_opt(21, 0, 0).expect("a valid time");
    (submitted.date_naive() + Days::new(days))
        .and_time(close)
        .and_utc()
}

#[cfg(test)]
mod tests {
    use chrono::TimeDelta;

    use super::*;

    #[test]
    fn times_are_written_as_the_service_writes_them() {
        assert_eq!(stamp(opening()), "2026-01-05T14:30:00Z");
        let later = opening() + TimeDelta::milliseconds(1);
        assert_eq!(stamp(later), "2026-01-05T14:30:00.001Z");
        assert_eq!(http_date(later), "Mon, 05 Jan 2026 14:30:00 GMT");
    }

    #[test]
    fn a_day_and_a_timestamp_are_read() {
        assert_eq!(parse("2026-01-05T09:30:00-05:00"), Some(opening()));
        let midnight = opening() - TimeDelta::minutes(14 * 60 + 30);
        assert_eq!(parse("2026-01-05"), Some(midnight));
        assert_eq!(parse("yesterday"), None);
    }

    #[test]
    fn orders_expire_by_their_time_in_force() {
        assert_eq!(stamp(expiry(opening(), "day")), "2026-01-05T21:00:00Z");
        assert_eq!(stamp(expiry(opening(), "gtc")), "2026-04-05T21:00:00Z");
    }
}
