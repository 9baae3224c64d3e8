//! The bodies of `GET /v2/calendar` and `GET /v3/calendar/{market}`.

use std::ops::RangeInclusive;

use chrono::{DateTime, Datelike, Days, NaiveDate, Utc};
use serde::Serialize;
use serde_json::Value;

use super::Calendar;
use super::clock_json::{PublicMarket, body, market};
use super::day::TradingDay;
use super::eastern::{local_rfc3339, local_time, to_eastern, utc_rfc3339};
use super::query::{date, given, refusal};
use super::table::{FIRST_YEAR, LAST_YEAR};
use crate::error::ApiError;

/// The last year that `/v2/calendar` lists; the first is that of the calendar, 1970.
const LAST_LISTED_YEAR: i32 = 2029;

#[derive(Serialize)]
struct LegacyDay {
    date: NaiveDate,
    open: String,
    close: String,
    session_open: String,
    session_close: String,
    settlement_date: NaiveDate,
}

impl From<&TradingDay> for LegacyDay {
    fn from(day: &TradingDay) -> Self {
        // The service writes the hours of the core session with a colon and the others without.
        let at = |at, format| to_eastern(at).format(format).to_string();
        Self {
            date: day.date,
            open: at(day.open, "%H:%M"),
            close: at(day.close, "%H:%M"),
            session_open: at(day.session_open, "%H%M"),
            session_close: at(day.session_close, "%H%M"),
            settlement_date: day.settlement,
        }
    }
}

#[derive(Serialize)]
struct MarketCalendar {
    market: PublicMarket,
    calendar: Vec<CalendarDay>,
}

#[derive(Serialize)]
struct CalendarDay {
    date: NaiveDate,
    core_start: String,
    core_end: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    pre_start: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pre_end: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    lunch_start: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    lunch_end: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    post_start: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    post_end: Option<String>,
    settlement_date: NaiveDate,
}

/// The body of `GET /v2/calendar`: the trading days from `start` to `end`, both included, with New York's
/// hours.
///
/// Without `start` it begins in 1970, without `end` it ends in 2029, and a wider range is cut to that.
/// `date_type` says which date the range is about: `TRADING`, as a rule, or `SETTLEMENT`.
///
/// # Errors
///
/// 400 for a date that is none, a `date_type` that is neither, and an `end` before its `start`.
pub fn v2_calendar(
    calendar: Calendar,
    start: Option<&str>,
    end: Option<&str>,
    date_type: Option<&str>,
) -> Result<Value, ApiError> {
    let start = given(start).map(|text| date("start", text)).transpose()?;
    let end = given(end).map(|text| date("end", text)).transpose()?;
    if let (Some(start), Some(end)) = (start, end) {
        check_order(start, end)?;
    }
    let by_settlement = match given(date_type) {
        None | Some("TRADING") => false,
        Some("SETTLEMENT") => true,
        Some(other) => {
            return Err(refusal(format!(
                "invalid date_type: \"{other}\" is neither TRADING nor SETTLEMENT"
            )));
        }
    };
    let range = start.unwrap_or(NaiveDate::MIN)..=end.unwrap_or(NaiveDate::MAX);
    let days: Vec<LegacyDay> = if by_settlement {
        // Settlement never lies before the trading date nor a month after it.
        let early = range.start().checked_sub_days(Days::new(31));
        let traded = early.unwrap_or(NaiveDate::MIN)..=*range.end();
        listed(calendar, traded)
            .filter(|day| range.contains(&day.settlement))
            .map(LegacyDay::from)
            .collect()
    } else {
        listed(calendar, range).map(LegacyDay::from).collect()
    };
    body(&days)
}

fn listed(
    calendar: Calendar,
    range: RangeInclusive<NaiveDate>,
) -> impl Iterator<Item = &'static TradingDay> {
    calendar
        .trading_days(range)
        .iter()
        .filter(|day| day.date.year() <= LAST_LISTED_YEAR)
}

/// The body of `GET /v3/calendar/{market}`: the market's trading days from `start` to `end`, both
/// included, with the offset of its own zone, or in UTC if `timezone` says so.
///
/// Without `start` it begins today, in the market's zone; without `end` it ends a week after its start. No
/// day lies outside the calendar, 1970 to 2039.
///
/// # Errors
///
/// 400 for a market that the document does not list, a date that is none, a `timezone` that is not `UTC`,
/// and an `end` before the start.
pub fn v3_calendar(
    calendar: Calendar,
    now: DateTime<Utc>,
    code: &str,
    start: Option<&str>,
    end: Option<&str>,
    timezone: Option<&str>,
) -> Result<Value, ApiError> {
    let market = market(code)?;
    let in_utc = match given(timezone) {
        None => false,
        Some("UTC") => true,
        Some(other) => {
            return Err(refusal(format!("invalid timezone: \"{other}\" is not UTC")));
        }
    };
    let start = match given(start) {
        Some(text) => date("start", text)?,
        None => local_time(now, market.zone).date(),
    };
    let end = match given(end) {
        Some(text) => date("end", text)?,
        None => start.checked_add_days(Days::new(7)).unwrap_or(start),
    };
    check_order(start, end)?;
    let shown = |at: DateTime<Utc>| {
        if in_utc {
            utc_rfc3339(at)
        } else {
            local_rfc3339(at, market.zone)
        }
    };
    let first = NaiveDate::from_yo_opt(FIRST_YEAR, 1).unwrap_or(start);
    let days = start
        .max(first)
        .iter_days()
        .take_while(|date| *date <= end && date.year() <= LAST_YEAR)
        .filter_map(|date| market.day(calendar, date))
        .map(|day| CalendarDay {
            date: day.date,
            core_start: shown(day.core_start),
            core_end: shown(day.core_end),
            pre_start: day.pre_start.map(shown),
            pre_end: day.pre_start.map(|_| shown(day.core_start)),
            lunch_start: day.lunch.map(|(start, _)| shown(start)),
            lunch_end: day.lunch.map(|(_, end)| shown(end)),
            post_start: day.post_end.map(|_| shown(day.core_end)),
            post_end: day.post_end.map(shown),
            settlement_date: day.settlement,
        })
        .collect();
    body(&MarketCalendar {
        market: market.into(),
        calendar: days,
    })
}

fn check_order(start: NaiveDate, end: NaiveDate) -> Result<(), ApiError> {
    if end < start {
        return Err(refusal(format!(
            "invalid end: {end} is before the start, {start}"
        )));
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn v2(start: &str, end: &str, date_type: &str) -> Result<Value, ApiError> {
        v2_calendar(Calendar::new(), Some(start), Some(end), Some(date_type))
    }

    fn v3(market: &str, start: &str, end: &str, timezone: &str) -> Result<Value, ApiError> {
        let now = "2026-01-03T03:00:00Z".parse().unwrap();
        let (start, end) = (Some(start), Some(end));
        v3_calendar(Calendar::new(), now, market, start, end, Some(timezone))
    }

    fn dates(body: &Value) -> Vec<&str> {
        let days = body.as_array().or_else(|| body["calendar"].as_array());
        let days = days.unwrap().iter();
        days.map(|day| day["date"].as_str().unwrap()).collect()
    }

    #[test]
    fn a_day_and_a_half_day() {
        assert_eq!(
            v2("2026-11-25", "2026-11-29", "").unwrap(),
            json!([
                {
                    "date": "2026-11-25",
                    "open": "09:30",
                    "close": "16:00",
                    "session_open": "0400",
                    "session_close": "2000",
                    "settlement_date": "2026-11-27",
                },
                {
                    "date": "2026-11-27",
                    "open": "09:30",
                    "close": "13:00",
                    "session_open": "0400",
                    "session_close": "1700",
                    "settlement_date": "2026-11-30",
                },
            ])
        );
    }

    #[test]
    fn the_whole_range_is_1970_to_2029() {
        let calendar = Calendar::new();
        let body = v2_calendar(calendar, None, None, None).unwrap();
        let all = dates(&body);
        assert_eq!(all.first(), Some(&"1970-01-02"));
        assert_eq!(all.last(), Some(&"2029-12-31"));
        let wide = v2("1900-01-01", "2100-01-01", "TRADING").unwrap();
        assert_eq!(wide, body);
        let tail = v2_calendar(calendar, Some("2029-12-28"), None, None).unwrap();
        assert_eq!(dates(&tail), ["2029-12-28", "2029-12-31"]);
        let beyond = v2_calendar(calendar, Some("2031-01-01"), None, None).unwrap();
        assert_eq!(beyond, json!([]));
        // A whole year, and how many days it has.
        let year = v2("2025-01-01", "2025-12-31", "TRADING").unwrap();
        assert_eq!(dates(&year).len(), 250);
    }

    #[test]
    fn timestamps_stand_for_their_date() {
        let body = v2("2026-01-02T00:00:00Z", "2026-01-05T23:59:59-05:00", "").unwrap();
        assert_eq!(dates(&body), ["2026-01-02", "2026-01-05"]);
    }

    #[test]
    fn a_range_of_settlement_dates_finds_the_trades_that_settle_in_it() {
        // Two trading days settle on the first day after the change to T+1.
        let body = v2("2024-05-29", "2024-05-29", "SETTLEMENT").unwrap();
        assert_eq!(dates(&body), ["2024-05-24", "2024-05-28"]);
        let weekend = v2("2026-01-03", "2026-01-04", "SETTLEMENT").unwrap();
        assert_eq!(weekend, json!([]));
        let trading = v2("2024-05-29", "2024-05-29", "TRADING").unwrap();
        assert_eq!(dates(&trading), ["2024-05-29"]);
    }

    #[test]
    fn what_is_wrong_with_a_range_is_said() {
        for (start, end, date_type, message) in [
            ("x", "2026-01-01", "", "invalid start: "),
            ("2026-01-01", "2026-13-01", "", "invalid end: "),
            (
                "2026-01-02",
                "2026-01-01",
                "",
                "invalid end: 2026-01-01 is before",
            ),
            ("2026-01-01", "2026-01-02", "trading", "invalid date_type: "),
        ] {
            let error = v2(start, end, date_type).unwrap_err();
            assert_eq!(error.status, http::StatusCode::BAD_REQUEST);
            assert!(error.message.starts_with(message), "{}", error.message);
        }
        for (market, start, end, timezone, message) in [
            ("TSE", "", "", "", "invalid market: \"TSE\""),
            ("NYSE", "x", "", "", "invalid start: "),
            ("NYSE", "", "x", "", "invalid end: "),
            (
                "NYSE",
                "",
                "2025-01-01",
                "",
                "invalid end: 2025-01-01 is before",
            ),
            ("NYSE", "", "", "EST", "invalid timezone: "),
        ] {
            let error = v3(market, start, end, timezone).unwrap_err();
            assert_eq!(error.status, http::StatusCode::BAD_REQUEST);
            assert!(error.message.starts_with(message), "{}", error.message);
        }
    }

    #[test]
    fn a_market_day_in_its_own_zone_and_in_utc() {
        assert_eq!(
            v3("NYSE", "2026-11-27", "2026-11-27", "").unwrap(),
            json!({
                "market": {
                    "acronym": "NYSE",
                    "name": "New York Stock Exchange",
                    "timezone": "America/New_York",
                    "mic": "XNYS",
                },
                "calendar": [{
                    "date": "2026-11-27",
                    "core_start": "2026-11-27T09:30:00-05:00",
                    "core_end": "2026-11-27T13:00:00-05:00",
                    "pre_start": "2026-11-27T04:00:00-05:00",
                    "pre_end": "2026-11-27T09:30:00-05:00",
                    "post_start": "2026-11-27T13:00:00-05:00",
                    "post_end": "2026-11-27T17:00:00-05:00",
                    "settlement_date": "2026-11-30",
                }],
            })
        );
        assert_eq!(
            v3("XHKG", "2026-01-05", "2026-01-05", "UTC").unwrap()["calendar"],
            json!([{
                "date": "2026-01-05",
                "core_start": "2026-01-05T01:30:00Z",
                "core_end": "2026-01-05T08:00:00Z",
                "lunch_start": "2026-01-05T04:00:00Z",
                "lunch_end": "2026-01-05T05:00:00Z",
                "settlement_date": "2026-01-07",
            }])
        );
    }

    #[test]
    fn the_range_begins_today_and_lasts_a_week() {
        // It is Friday evening, the second, in New York, and Saturday morning in Hong Kong.
        let body = v3("NASDAQ", "", "", "").unwrap();
        assert_eq!(
            dates(&body),
            [
                "2026-01-02",
                "2026-01-05",
                "2026-01-06",
                "2026-01-07",
                "2026-01-08",
                "2026-01-09"
            ]
        );
        let body = v3("HKEX", "", "", "").unwrap();
        assert_eq!(dates(&body).first(), Some(&"2026-01-05"));
        let body = v3("NYSE", "2026-12-24", "", "").unwrap();
        assert_eq!(
            dates(&body),
            [
                "2026-12-24",
                "2026-12-28",
                "2026-12-29",
                "2026-12-30",
                "2026-12-31"
            ]
        );
    }

    #[test]
    fn a_wide_range_is_cut_to_the_calendar() {
        let body = v3("LSE", "0001-01-01", "9999-12-31", "").unwrap();
        let all = dates(&body);
        assert_eq!(all.first(), Some(&"1970-01-01"));
        assert_eq!(all.last(), Some(&"2039-12-30"));
    }
}
