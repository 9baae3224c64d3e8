//! One trading day: its sessions as instants, and when its trades settle.

use chrono::{DateTime, Days, NaiveDate, NaiveTime, TimeDelta, Utc};

use super::eastern::from_eastern;
use super::holidays::{early_close, is_settlement_day, is_trading_day};

/// The part of a trading day at an instant.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Phase {
    /// Nothing trades but crypto.
    Closed,
    /// 20:00 on the evening before a trading day to 04:00.
    Overnight,
    /// 04:00 to 09:30.
    Pre,
    /// 09:30 to 16:00, or to the early close.
    Core,
    /// From the close to 20:00, on half days to 17:00.
    Post,
}

/// A day on which the US exchanges trade.
///
/// Its instants ascend in the order of the fields: overnight session, pre-market, core session,
/// post-market. Each session begins with its first instant and ends before the first of the next.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TradingDay {
    /// The date in New York.
    pub date: NaiveDate,
    /// 20:00 on the evening before, where the overnight session begins.
    pub overnight_open: DateTime<Utc>,
    /// 04:00, where the overnight session ends and the pre-market begins.
    pub session_open: DateTime<Utc>,
    /// 09:30, where the core session begins.
    pub open: DateTime<Utc>,
    /// 16:00 or the early close, where the core session ends and the post-market begins.
    pub close: DateTime<Utc>,
    /// 20:00, on half days 17:00, where the post-market ends.
    pub session_close: DateTime<Utc>,
    /// The date on which the day's trades settle.
    pub settlement: NaiveDate,
}

impl TradingDay {
    /// The day by the rules of [`holidays`](super::holidays); none if the exchanges are closed on it.
    #[must_use]
    pub fn by_rule(date: NaiveDate) -> Option<Self> {
        if !is_trading_day(date) {
            return None;
        }
        let early = early_close(date);
        let at = |hour, minute| {
            NaiveTime::from_hms_opt(hour, minute, 0).map(|time| from_eastern(date, time))
        };
        let close = match early {
            Some(time) => from_eastern(date, time),
            None => at(16, 0)?,
        };
        let evening = NaiveTime::from_hms_opt(20, 0, 0)?;
        Some(Self {
            date,
            overnight_open: from_eastern(date.pred_opt()?, evening),
            session_open: at(4, 0)?,
            open: at(9, 30)?,
            close,
            session_close: at(if early.is_some() { 17 } else { 20 }, 0)?,
            settlement: settlement(date)?,
        })
    }

    /// Whether the core session ends before 16:00.
    #[must_use]
    pub fn is_half_day(&self) -> bool {
        self.close.signed_duration_since(self.open) < TimeDelta::minutes(390)
    }

    /// The phase that this day has at an instant, `Closed` outside its sessions.
    #[must_use]
    pub fn phase(&self, at: DateTime<Utc>) -> Phase {
        if at < self.overnight_open || at >= self.session_close {
            Phase::Closed
        } else if at < self.session_open {
            Phase::Overnight
        } else if at < self.open {
            Phase::Pre
        } else if at < self.close {
            Phase::Core
        } else {
            Phase::Post
        }
    }
}

/// The date on which a trade in US equities settles: so many settlement days after the trading date as the
/// [cycle] of that date says. None only at the end of all dates.
///
/// [cycle]: settlement_cycle
#[must_use]
pub fn settlement(traded: NaiveDate) -> Option<NaiveDate> {
    settlement_after(traded, settlement_cycle(traded))
}

/// How many settlement days a trade in US equities takes: one since 2024-05-28, two since 2017-09-05, three
/// before.
#[must_use]
pub fn settlement_cycle(traded: NaiveDate) -> u32 {
    let since = |year, month, day| {
        NaiveDate::from_ymd_opt(year, month, day).is_some_and(|start| traded >= start)
    };
    if since(2024, 5, 28) {
        1
    } else if since(2017, 9, 5) {
        2
    } else {
        3
    }
}

/// The settlement day that is the `days`-th after a date; the date itself for zero.
pub(super) fn settlement_after(traded: NaiveDate, days: u32) -> Option<NaiveDate> {
    let mut date = traded;
    for _ in 0..days {
        date = date.checked_add_days(Days::new(1))?;
        while !is_settlement_day(date) {
            date = date.checked_add_days(Days::new(1))?;
        }
    }
    Some(date)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn date(text: &str) -> NaiveDate {
        text.parse().unwrap()
    }

    fn day(text: &str) -> TradingDay {
        TradingDay::by_rule(date(text)).unwrap()
    }

    fn utc(text: &str) -> DateTime<Utc> {
        text.parse().unwrap()
    }

    #[test]
    fn a_whole_day_in_winter() {
        assert_eq!(
            day("2026-01-02"),
            TradingDay {
                date: date("2026-01-02"),
                overnight_open: utc("2026-01-02T01:00:00Z"),
                session_open: utc("2026-01-02T09:00:00Z"),
                open: utc("2026-01-02T14:30:00Z"),
                close: utc("2026-01-02T21:00:00Z"),
                session_close: utc("2026-01-03T01:00:00Z"),
                settlement: date("2026-01-05"),
            }
        );
        assert!(!day("2026-01-02").is_half_day());
    }

    #[test]
    fn a_half_day_in_summer() {
        let half = day("2025-07-03");
        assert_eq!(half.open, utc("2025-07-03T13:30:00Z"));
        assert_eq!(half.close, utc("2025-07-03T17:00:00Z"));
        assert_eq!(half.session_close, utc("2025-07-03T21:00:00Z"));
        assert!(half.is_half_day());
        assert!(day("1992-12-24").is_half_day());
    }

    #[test]
    fn the_night_before_the_clocks_were_changed_is_in_the_new_time() {
        // The overnight session of a Monday begins on Sunday evening, after the change.
        let spring = day("2026-03-09");
        assert_eq!(spring.overnight_open, utc("2026-03-09T00:00:00Z"));
        assert_eq!(spring.open, utc("2026-03-09T13:30:00Z"));
        let autumn = day("2026-11-02");
        assert_eq!(autumn.overnight_open, utc("2026-11-02T01:00:00Z"));
        assert_eq!(autumn.open, utc("2026-11-02T14:30:00Z"));
    }

    #[test]
    fn no_day_on_weekends_and_holidays() {
        for closed in ["2026-01-01", "2026-01-03", "2026-01-04", "2025-01-09"] {
            assert_eq!(TradingDay::by_rule(date(closed)), None, "{closed}");
        }
    }

    #[test]
    fn each_phase_begins_with_its_first_instant() {
        let day = day("2026-01-02");
        for (at, expected) in [
            ("2026-01-02T00:59:59.999Z", Phase::Closed),
            ("2026-01-02T01:00:00Z", Phase::Overnight),
            ("2026-01-02T09:00:00Z", Phase::Pre),
            ("2026-01-02T14:29:59.999Z", Phase::Pre),
            ("2026-01-02T14:30:00Z", Phase::Core),
            ("2026-01-02T20:59:59.999Z", Phase::Core),
            ("2026-01-02T21:00:00Z", Phase::Post),
            ("2026-01-03T00:59:59.999Z", Phase::Post),
            ("2026-01-03T01:00:00Z", Phase::Closed),
        ] {
            assert_eq!(day.phase(utc(at)), expected, "{at}");
        }
    }

    #[test]
    fn trades_settle_after_the_cycle_of_their_date() {
        for (traded, settles, why) in [
            ("2026-10-07", "2026-10-08", "next day"),
            ("2026-01-02", "2026-01-05", "over a weekend"),
            ("2026-07-02", "2026-07-06", "over a holiday and a weekend"),
            ("2026-10-09", "2026-10-13", "banks rest on Columbus Day"),
            ("2026-10-12", "2026-10-13", "trades of Columbus Day"),
            ("2024-05-28", "2024-05-29", "the first day of T+1"),
            ("2024-05-24", "2024-05-29", "the last day of T+2"),
            ("2024-05-23", "2024-05-28", "T+2 over Memorial Day"),
            ("2017-09-05", "2017-09-07", "the first day of T+2"),
            ("2017-09-01", "2017-09-07", "the last day of T+3"),
            ("2017-08-31", "2017-09-06", "T+3 over Labor Day"),
            ("2001-09-10", "2001-09-19", "T+3 over a special closure"),
            ("2010-03-01", "2010-03-04", "T+3 within a week"),
        ] {
            assert_eq!(settlement(date(traded)), Some(date(settles)), "{why}");
        }
    }

    #[test]
    fn the_end_of_all_dates_is_no_trading_day() {
        assert_eq!(TradingDay::by_rule(NaiveDate::MAX), None);
        assert_eq!(settlement(NaiveDate::MAX), None);
    }
}
