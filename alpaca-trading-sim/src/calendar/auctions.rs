//! When orders for the opening and the closing auction may be sent.
//!
//! The service takes both from 19:00 in New York: those for the opening until 09:28, those for the closing
//! until 15:50. A window that opens on a Friday evening stays open over the weekend, and likewise over
//! holidays, so a window belongs to one trading day and begins on the evening of the one before.

use chrono::{DateTime, NaiveDate, TimeDelta, Utc};

use super::Calendar;
use super::day::TradingDay;

/// How long before the open the window of the opening auction closes: at 09:28.
pub const OPG_CUTOFF: TimeDelta = TimeDelta::minutes(2);

/// How long before the close the window of the closing auction closes: at 15:50, on half days at 12:50.
///
/// The service's error text says 3:55pm instead, which is five minutes.
pub const CLS_CUTOFF: TimeDelta = TimeDelta::minutes(10);

/// From the open at 09:30 to 19:00.
const OPEN_TO_EVENING: TimeDelta = TimeDelta::minutes(570);

/// A span of time in which orders are taken.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Window {
    /// The first instant in it.
    pub opens: DateTime<Utc>,
    /// The first instant after it.
    pub closes: DateTime<Utc>,
}

impl Window {
    /// Whether an order sent at this instant is taken.
    #[must_use]
    pub fn contains(&self, at: DateTime<Utc>) -> bool {
        self.opens <= at && at < self.closes
    }
}

impl Calendar {
    /// The window for orders to the opening auction of this date; none if it is no trading day.
    #[must_use]
    pub fn opg_window(&self, date: NaiveDate) -> Option<Window> {
        self.window(date, opg_closes)
    }

    /// The window for orders to the closing auction of this date; none if it is no trading day.
    ///
    /// `cutoff` is how long before the close it closes, [`CLS_CUTOFF`] as a rule.
    #[must_use]
    pub fn cls_window(&self, date: NaiveDate, cutoff: TimeDelta) -> Option<Window> {
        self.window(date, |day| cls_closes(day, cutoff))
    }

    /// The trading day whose opening auction takes an order sent at this instant; none between 09:28 and
    /// 19:00 of a trading day.
    #[must_use]
    pub fn opg_day(&self, at: DateTime<Utc>) -> Option<TradingDay> {
        self.auction_day(at, opg_closes)
    }

    /// The trading day whose closing auction takes an order sent at this instant; none between 15:50 (or
    /// what the cutoff makes of it) and 19:00 of a trading day.
    #[must_use]
    pub fn cls_day(&self, at: DateTime<Utc>, cutoff: TimeDelta) -> Option<TradingDay> {
        self.auction_day(at, |day| cls_closes(day, cutoff))
    }

    fn window(
        &self,
        date: NaiveDate,
        closes: impl Fn(&TradingDay) -> DateTime<Utc>,
    ) -> Option<Window> {
        let day = self.day(date)?;
        Some(Window {
            opens: self.window_opens(&day),
            closes: closes(&day),
        })
    }

    fn auction_day(
        &self,
        at: DateTime<Utc>,
        closes: impl Fn(&TradingDay) -> DateTime<Utc>,
    ) -> Option<TradingDay> {
        let day = self.first_day_after(at, closes)?;
        (self.window_opens(&day) <= at).then_some(day)
    }

    /// 19:00 on the trading day before. The first day of the calendar has none before it: the evening of
    /// the day before, an hour ahead of the overnight session.
    fn window_opens(&self, day: &TradingDay) -> DateTime<Utc> {
        match self.previous_trading_day(day.date) {
            Some(before) => before.open + OPEN_TO_EVENING,
            None => day.overnight_open - TimeDelta::hours(1),
        }
    }
}

fn opg_closes(day: &TradingDay) -> DateTime<Utc> {
    day.open - OPG_CUTOFF
}

/// The cutoff lies within the core session, so that a window never closes before it opens.
fn cls_closes(day: &TradingDay, cutoff: TimeDelta) -> DateTime<Utc> {
    let session = day.close.signed_duration_since(day.open);
    day.close - cutoff.clamp(TimeDelta::zero(), session)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn utc(text: &str) -> DateTime<Utc> {
        text.parse().unwrap()
    }

    fn date(text: &str) -> NaiveDate {
        text.parse().unwrap()
    }

    #[test]
    fn windows_open_on_the_evening_of_the_trading_day_before() {
        let calendar = Calendar::new();
        for (day, opens, opg, cls) in [
            // Tuesday after Monday, in winter.
            ("2026-01-06", "2026-01-06T00:00:00Z", "14:28:00", "20:50:00"),
            // Monday after Friday.
            ("2026-07-13", "2026-07-10T23:00:00Z", "13:28:00", "19:50:00"),
            // Monday after the clocks were put forward.
            ("2026-03-09", "2026-03-07T00:00:00Z", "13:28:00", "19:50:00"),
            // A half day after a holiday.
            ("2026-11-27", "2026-11-26T00:00:00Z", "14:28:00", "17:50:00"),
            // Monday after a half day, whose evening begins at 19:00 all the same.
            ("2026-11-30", "2026-11-28T00:00:00Z", "14:28:00", "20:50:00"),
        ] {
            let closes = |time: &str| utc(&format!("{day}T{time}Z"));
            let opens = utc(opens);
            let expected = |time| {
                Some(Window {
                    opens,
                    closes: closes(time),
                })
            };
            assert_eq!(calendar.opg_window(date(day)), expected(opg), "{day}");
            assert_eq!(
                calendar.cls_window(date(day), CLS_CUTOFF),
                expected(cls),
                "{day}"
            );
        }
        assert_eq!(calendar.opg_window(date("2026-01-03")), None);
        assert_eq!(calendar.cls_window(date("2026-12-25"), CLS_CUTOFF), None);
    }

    #[test]
    fn an_order_belongs_to_the_auction_whose_window_is_open() {
        let calendar = Calendar::new();
        let opg = |at| calendar.opg_day(utc(at)).map(|day| day.date.to_string());
        let cls = |at| {
            let day = calendar.cls_day(utc(at), CLS_CUTOFF);
            day.map(|day| day.date.to_string())
        };
        let day = |text: &str| Some(text.to_owned());
        // Tuesday 2026-01-06.
        assert_eq!(opg("2026-01-06T14:27:59.999Z"), day("2026-01-06"));
        assert_eq!(opg("2026-01-06T14:28:00Z"), None);
        assert_eq!(opg("2026-01-06T23:59:59Z"), None);
        assert_eq!(opg("2026-01-07T00:00:00Z"), day("2026-01-07"));
        assert_eq!(cls("2026-01-06T20:49:59.999Z"), day("2026-01-06"));
        assert_eq!(cls("2026-01-06T20:50:00Z"), None);
        assert_eq!(cls("2026-01-07T00:00:00Z"), day("2026-01-07"));
        // A Saturday.
        assert_eq!(opg("2026-01-10T17:00:00Z"), day("2026-01-12"));
        assert_eq!(cls("2026-01-10T17:00:00Z"), day("2026-01-12"));
    }

    #[test]
    fn the_cutoff_before_the_close_is_the_callers() {
        let calendar = Calendar::new();
        let closes = |cutoff| {
            let window = calendar.cls_window(date("2026-01-06"), cutoff);
            window.unwrap().closes
        };
        assert_eq!(closes(TimeDelta::minutes(5)), utc("2026-01-06T20:55:00Z"));
        assert_eq!(closes(TimeDelta::minutes(-5)), utc("2026-01-06T21:00:00Z"));
        assert_eq!(closes(TimeDelta::MAX), utc("2026-01-06T14:30:00Z"));
    }

    #[test]
    fn the_first_day_of_the_calendar_has_windows_too() {
        let calendar = Calendar::new();
        assert_eq!(
            calendar.opg_window(date("1970-01-02")),
            Some(Window {
                opens: utc("1970-01-02T00:00:00Z"),
                closes: utc("1970-01-02T14:28:00Z"),
            })
        );
    }

    proptest::proptest! {
        #[test]
        fn a_day_and_its_window_agree(seconds in 86_400_i64..2_000_000_000) {
            let calendar = Calendar::new();
            let at = DateTime::from_timestamp(seconds, 0).unwrap();
            let window = |day: TradingDay| calendar.opg_window(day.date).unwrap();
            if let Some(day) = calendar.opg_day(at) {
                proptest::prop_assert!(window(day).contains(at));
            } else {
                let today = calendar.day(super::super::eastern::eastern_date(at)).unwrap();
                proptest::prop_assert!(at >= window(today).closes);
            }
            if let Some(day) = calendar.cls_day(at, CLS_CUTOFF) {
                let window = calendar.cls_window(day.date, CLS_CUTOFF).unwrap();
                proptest::prop_assert!(window.contains(at));
            }
        }
    }
}
