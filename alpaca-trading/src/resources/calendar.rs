//! The calendar of the market: on which days it trades, and from when to when.
//!
//! ```no_run
//! use alpaca_trading::chrono::NaiveDate;
//! use alpaca_trading::resources::calendar::TradingDay;
//!
//! # async fn run(client: alpaca_trading::Client, first: NaiveDate, last: NaiveDate)
//! # -> alpaca_trading::Result<()> {
//! for day in client.calendar().list(first..=last).await? {
//!     println!("{}: {:?} to {:?} in New York", day.date, day.opens(), day.closes());
//! }
//! # Ok(()) }
//! ```

use std::ops::RangeInclusive;

use alpaca_trading_gen::types::{LegacyCalendarDay, LegacyDateType, Market, PublicCalendarResp};
use chrono::{NaiveDate, NaiveTime};

use super::checks::Checks;
use crate::error::{InOperation as _, Result};

resource! {
    /// The days on which markets trade.
    Calendar, calendar
}

impl Calendar {
    /// The trading days of the US equity market in a range of days.
    ///
    /// Weekends and holidays are left out; on short days the market mostly closes at 13:00. Times are
    /// texts in New York time, `09:30` in one field and `0400` in another, which [`TradingDay`] reads.
    /// The calendar reaches from 1970 to 2029, and all of it comes when the query sets no range. Both
    /// ends belong to the range by Alpaca's word; users of another client have seen the last day
    /// missing.
    ///
    /// # Errors
    ///
    /// `is_invalid` when the range ends before it begins; otherwise those of any read.
    ///
    /// # Examples
    ///
    /// ```no_run
    /// use alpaca_trading::chrono::NaiveDate;
    /// use alpaca_trading::resources::calendar::CalendarQuery;
    ///
    /// # async fn run(client: alpaca_trading::Client, day: NaiveDate) -> alpaca_trading::Result<()> {
    /// // What was bought on which days settles on this one?
    /// let query = CalendarQuery::on(day).by_settlement_date();
    /// let days = client.calendar().list(query).await?;
    /// # let _ = days; Ok(()) }
    /// ```
    ///
    /// Raw operation: [`get_calendar`](alpaca_trading_gen::Client::get_calendar).
    pub async fn list(&self, query: impl Into<CalendarQuery>) -> Result<Vec<LegacyCalendarDay>> {
        let query = query.into();
        query.days.check().of(&self.client, "get_calendar")?;
        let mut call = self.client.raw().get_calendar();
        if let Some(start) = query.days.start {
            call = call.start(start);
        }
        if let Some(end) = query.days.end {
            call = call.end(end);
        }
        if let Some(kind) = query.date_type {
            call = call.date_type(kind);
        }
        Ok(self.client.call(call.send()).await?.into())
    }

    /// The trading days of one market of the world in a range of days, with the sessions of each as
    /// instants, and what is known of the market.
    ///
    /// Without a range these are the days of a week from today; without an end, those of a week.
    ///
    /// # Errors
    ///
    /// `is_invalid` when the market is no code or the range ends before it begins; otherwise those of
    /// any read.
    ///
    /// # Examples
    ///
    /// ```no_run
    /// use alpaca_trading::resources::calendar::MarketCalendarQuery;
    /// use alpaca_trading::types::Market;
    ///
    /// # async fn run(client: alpaca_trading::Client) -> alpaca_trading::Result<()> {
    /// let week = client.calendar().market(Market::Nyse, MarketCalendarQuery::new()).await?;
    /// for day in &week.calendar {
    ///     println!("{}: {} to {}", day.date, day.core_start, day.core_end);
    /// }
    /// # Ok(()) }
    /// ```
    ///
    /// Raw operation: [`get_market_calendar`](alpaca_trading_gen::Client::get_market_calendar).
    pub async fn market(
        &self,
        market: impl Into<Market>,
        query: impl Into<MarketCalendarQuery>,
    ) -> Result<PublicCalendarResp> {
        let (market, MarketCalendarQuery { days }) = (market.into(), query.into());
        let mut checks = Checks::default();
        checks.word("market", market.as_str());
        checks.ordered("end", days.start, days.end);
        checks.done().of(&self.client, "get_market_calendar")?;
        // Times are read as instants: in which zone they are written makes no difference.
        let mut call = self.client.raw().get_market_calendar().market(market);
        if let Some(start) = days.start {
            call = call.start(start);
        }
        if let Some(end) = days.end {
            call = call.end(end);
        }
        self.client.call(call.send()).await
    }
}

/// A range of days, both ends included, either of which may be open.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
struct Days {
    start: Option<NaiveDate>,
    end: Option<NaiveDate>,
}

impl Days {
    fn check(self) -> Result<()> {
        let mut checks = Checks::default();
        checks.ordered("end", self.start, self.end);
        checks.done()
    }
}

impl From<RangeInclusive<NaiveDate>> for Days {
    fn from(range: RangeInclusive<NaiveDate>) -> Self {
        let (start, end) = range.into_inner();
        Self {
            start: Some(start),
            end: Some(end),
        }
    }
}

/// Which days of the US equity market to list. A range of days, `first..=last`, is one as well.
#[derive(Clone, Debug, Default, PartialEq)]
#[non_exhaustive]
#[must_use = "a query does nothing until it is given to `list`"]
pub struct CalendarQuery {
    days: Days,
    date_type: Option<LegacyDateType>,
}

impl CalendarQuery {
    /// The whole calendar, 1970 to 2029.
    pub fn new() -> Self {
        Self::default()
    }

    /// One day.
    pub fn on(day: NaiveDate) -> Self {
        Self::from(day..=day)
    }

    /// From this day on.
    pub fn start(mut self, day: NaiveDate) -> Self {
        self.days.start = Some(day);
        self
    }

    /// Up to this day.
    pub fn end(mut self, day: NaiveDate) -> Self {
        self.days.end = Some(day);
        self
    }

    /// The range means the days of settlement instead of those of trading.
    pub fn by_settlement_date(mut self) -> Self {
        self.date_type = Some(LegacyDateType::Settlement);
        self
    }
}

/// Both ends belong to the range.
impl From<RangeInclusive<NaiveDate>> for CalendarQuery {
    fn from(range: RangeInclusive<NaiveDate>) -> Self {
        Self {
            days: range.into(),
            date_type: None,
        }
    }
}

/// Which days of a market to list. A range of days, `first..=last`, is one as well.
#[derive(Clone, Debug, Default, PartialEq)]
#[non_exhaustive]
#[must_use = "a query does nothing until it is given to `market`"]
pub struct MarketCalendarQuery {
    days: Days,
}

impl MarketCalendarQuery {
    /// A week from today.
    pub fn new() -> Self {
        Self::default()
    }

    /// From this day on: today unless set.
    pub fn start(mut self, day: NaiveDate) -> Self {
        self.days.start = Some(day);
        self
    }

    /// Up to this day: a week unless set.
    pub fn end(mut self, day: NaiveDate) -> Self {
        self.days.end = Some(day);
        self
    }
}

/// Both ends belong to the range.
impl From<RangeInclusive<NaiveDate>> for MarketCalendarQuery {
    fn from(range: RangeInclusive<NaiveDate>) -> Self {
        Self { days: range.into() }
    }
}

/// Reads the times of a day of the US equity market.
///
/// All are times of day in New York on the [`date`](LegacyCalendarDay::date) of the day. What is
/// missing, as sessions are on days long past, or is no time is `None`.
pub trait TradingDay: sealed::Sealed {
    /// When the core session begins: mostly 09:30.
    fn opens(&self) -> Option<NaiveTime>;

    /// When the core session ends: mostly 16:00, on short days 13:00.
    fn closes(&self) -> Option<NaiveTime>;

    /// When extended trading begins: mostly 04:00.
    fn session_opens(&self) -> Option<NaiveTime>;

    /// When extended trading ends: mostly 20:00.
    fn session_closes(&self) -> Option<NaiveTime>;
}

mod sealed {
    pub trait Sealed {}
    impl Sealed for alpaca_trading_gen::types::LegacyCalendarDay {}
}

impl TradingDay for LegacyCalendarDay {
    fn opens(&self) -> Option<NaiveTime> {
        time_of_day(&self.open)
    }

    fn closes(&self) -> Option<NaiveTime> {
        time_of_day(&self.close)
    }

    fn session_opens(&self) -> Option<NaiveTime> {
        self.session_open.as_deref().and_then(time_of_day)
    }

    fn session_closes(&self) -> Option<NaiveTime> {
        self.session_close.as_deref().and_then(time_of_day)
    }
}

/// Reads `09:30` and `0930`.
fn time_of_day(text: &str) -> Option<NaiveTime> {
    let (hour, minute) = match text.split_once(':') {
        Some(parts) => parts,
        None => text.split_at_checked(2)?,
    };
    let two_digits = |part: &str| -> Option<u32> {
        let digits = part.len() == 2 && part.bytes().all(|byte| byte.is_ascii_digit());
        digits.then(|| part.parse().ok()).flatten()
    };
    NaiveTime::from_hms_opt(two_digits(hour)?, two_digits(minute)?, 0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_are_read_in_both_forms() {
        let time = |hour, minute| NaiveTime::from_hms_opt(hour, minute, 0);
        for (text, expected) in [
            ("09:30", time(9, 30)),
            ("0930", time(9, 30)),
            ("0400", time(4, 0)),
            ("20:00", time(20, 0)),
            ("2359", time(23, 59)),
            ("00:00", time(0, 0)),
        ] {
            assert!(expected.is_some());
            assert_eq!(time_of_day(text), expected, "{text}");
        }
        for text in [
            "",
            "9:30",
            "930",
            "09:3",
            "24:00",
            "2400",
            "09:60",
            "+9:30",
            "09:30:00",
            "noon",
            "é9",
            "09.30",
            ":",
            "0",
            "０９３０",
        ] {
            assert_eq!(time_of_day(text), None, "{text}");
        }
    }

    #[test]
    fn a_day_has_four_times_or_fewer() {
        let day: LegacyCalendarDay = serde_json::from_str(
            r#"{"date":"2026-11-27","open":"09:30","close":"13:00","session_open":"0400"}"#,
        )
        .unwrap();
        assert_eq!(day.opens(), NaiveTime::from_hms_opt(9, 30, 0));
        assert_eq!(day.closes(), NaiveTime::from_hms_opt(13, 0, 0));
        assert_eq!(day.session_opens(), NaiveTime::from_hms_opt(4, 0, 0));
        assert_eq!(day.session_closes(), None);
    }

    #[test]
    fn a_range_ends_where_it_begins_or_later() {
        let day = |text: &str| text.parse::<NaiveDate>().unwrap();
        let one = Days::from(day("2026-01-02")..=day("2026-01-02"));
        assert!(one.check().is_ok());
        let reversed = Days::from(day("2026-01-03")..=day("2026-01-02"));
        let error = reversed.check().unwrap_err();
        assert_eq!(error.violations()[0].rule(), "range-order");
        assert!(Days::default().check().is_ok());
    }
}
