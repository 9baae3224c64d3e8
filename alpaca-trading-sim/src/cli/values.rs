//! The values that flags and settings have.

use alpaca_trading_sim::ClockMode;
use alpaca_trading_sim::calendar::eastern::from_eastern;
use chrono::{DateTime, Datelike, NaiveDate, NaiveTime, Utc};

use super::Wrong;

/// How many requests an account may make in a minute; none for any number.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct RateLimit(pub(crate) Option<u32>);

/// `virtual`, `real`, or a speed.
pub(crate) fn clock(text: &str) -> Result<ClockMode, Wrong> {
    match text {
        "virtual" => Ok(ClockMode::Virtual),
        "real" => Ok(ClockMode::Real(1.0)),
        speed => match speed.parse() {
            Ok(speed) if (0.001..=100_000.0).contains(&speed) => Ok(ClockMode::Real(speed)),
            _ => Err("neither `virtual` nor `real` nor a speed from 0.001 to 100000".into()),
        },
    }
}

/// A time as in RFC 3339, or a date, which stands for its beginning in New York; from 1990 to 2029.
pub(crate) fn time(text: &str) -> Result<DateTime<Utc>, Wrong> {
    let time = match DateTime::parse_from_rfc3339(text) {
        Ok(time) => time.to_utc(),
        Err(_) => {
            let date: NaiveDate = text.parse().map_err(
                |_| "no time such as 2026-01-05T09:30:00-05:00, and no date such as 2026-01-05",
            )?;
            from_eastern(date, NaiveTime::MIN)
        }
    };
    in_calendar(time)
}

/// Refuses times of which the calendar does not tell whether the market is open.
pub(crate) fn in_calendar(time: DateTime<Utc>) -> Result<DateTime<Utc>, Wrong> {
    match (1990..=2029).contains(&time.year()) {
        true => Ok(time),
        false => Err(format!("{} is not from 1990 to 2029", time.to_rfc3339())),
    }
}

/// A number from 1, or `off`.
pub(crate) fn rate_limit(text: &str) -> Result<RateLimit, Wrong> {
    match text.parse() {
        _ if text == "off" => Ok(RateLimit(None)),
        Ok(limit @ 1..) => Ok(RateLimit(Some(limit))),
        _ => Err("neither `off` nor a number of requests a minute from 1".into()),
    }
}

/// A number of bytes, from 1.
pub(crate) fn bytes(text: &str) -> Result<usize, Wrong> {
    match text.parse() {
        Ok(bytes @ 1..) => Ok(bytes),
        _ => Err("no number of bytes from 1".into()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn clocks() {
        assert_eq!(clock("virtual"), Ok(ClockMode::Virtual));
        assert_eq!(clock("real"), Ok(ClockMode::Real(1.0)));
        assert_eq!(clock("0.5"), Ok(ClockMode::Real(0.5)));
        for wrong in ["", "0", "-1", "NaN", "inf", "100001", "Virtual"] {
            assert!(clock(wrong).is_err(), "{wrong}");
        }
    }

    #[test]
    fn times() {
        let read = |text| time(text).map(|time| time.to_rfc3339());
        assert_eq!(read("2026-01-05"), Ok("2026-01-05T05:00:00+00:00".into()));
        assert_eq!(
            read("2026-01-05T09:30:00-05:00"),
            Ok("2026-01-05T14:30:00+00:00".into())
        );
        for wrong in ["", "noon", "1989-12-31", "2030-01-02", "2026-02-30"] {
            assert!(time(wrong).is_err(), "{wrong}");
        }
    }

    #[test]
    fn limits() {
        assert_eq!(rate_limit("off"), Ok(RateLimit(None)));
        assert_eq!(rate_limit("7"), Ok(RateLimit(Some(7))));
        for wrong in ["0", "-1", "none", "4294967296"] {
            assert!(rate_limit(wrong).is_err(), "{wrong}");
        }
    }
}
