//! The trading calendar, and everything that follows from it: pure functions of time.
//!
//! [`Calendar`] knows the trading days of the US exchanges, their sessions, and to which day an order
//! belongs. All instants are UTC; what a clock in New York shows is a matter of [`eastern`]. The bodies of
//! the clock and calendar routes are in [`clock_json`] and [`calendar_json`].
//!
//! The calendar reaches from 1970 to 2039. It follows the exchanges from 1990 to 2029; of the years outside
//! see [`holidays`]. Beyond its last day there is no trading, which its functions answer with `None`.
//!
//! ```
//! use alpaca_trading_sim::calendar::{Calendar, Phase};
//!
//! let calendar = Calendar::new();
//! let christmas = "2026-12-25T15:00:00Z".parse()?;
//! assert_eq!(calendar.phase(christmas), Phase::Closed);
//! assert_eq!(calendar.next_open(christmas), Some("2026-12-28T14:30:00Z".parse()?));
//! # Ok::<(), chrono::ParseError>(())
//! ```

mod auctions;
pub mod calendar_json;
pub mod clock_json;
mod day;
pub mod eastern;
pub mod holidays;
#[cfg(test)]
mod holidays_tests;
mod markets;
mod query;
mod table;

use std::fmt;
use std::ops::RangeInclusive;

use chrono::{DateTime, NaiveDate, Utc};

pub use auctions::{CLS_CUTOFF, OPG_CUTOFF, Window};
pub use day::{Phase, TradingDay, settlement, settlement_cycle};
pub use markets::{MARKETS, Market, MarketDay};

use table::Table;

/// The trading days of the US exchanges from 1970 to 2039.
///
/// A copy is one pointer: the days are reckoned once in a process, at first use. Every question takes the
/// same few steps whatever the date, and allocates nothing.
#[derive(Clone, Copy)]
pub struct Calendar {
    table: &'static Table,
}

impl Default for Calendar {
    fn default() -> Self {
        Self::new()
    }
}

impl fmt::Debug for Calendar {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Calendar")
            .field("years", &(table::FIRST_YEAR..=table::LAST_YEAR))
            .field("trading_days", &self.table.days().len())
            .finish()
    }
}

impl Calendar {
    /// The calendar.
    #[must_use]
    pub fn new() -> Self {
        Self {
            table: Table::shared(),
        }
    }

    /// The trading day of this date in New York; none if the exchanges are closed on it.
    #[must_use]
    pub fn day(&self, date: NaiveDate) -> Option<TradingDay> {
        let day = self.table.get(self.table.place(date))?;
        (day.date == date).then_some(*day)
    }

    /// The first trading day after this date.
    #[must_use]
    pub fn next_trading_day(&self, date: NaiveDate) -> Option<TradingDay> {
        self.table.get(self.table.place(date.succ_opt()?)).copied()
    }

    /// The last trading day before this date.
    #[must_use]
    pub fn previous_trading_day(&self, date: NaiveDate) -> Option<TradingDay> {
        let place = self.table.place(date).checked_sub(1)?;
        self.table.get(place).copied()
    }

    /// The trading days of a range of dates, both ends included; none if the range is empty.
    #[must_use]
    pub fn trading_days(&self, range: RangeInclusive<NaiveDate>) -> &'static [TradingDay] {
        let first = self.table.place(*range.start());
        let end = match range.end().succ_opt() {
            Some(after) => self.table.place(after),
            None => self.table.days().len(),
        };
        self.table.days().get(first..end).unwrap_or_default()
    }

    /// Whether the core session runs at this instant.
    #[must_use]
    pub fn is_open(&self, at: DateTime<Utc>) -> bool {
        self.phase(at) == Phase::Core
    }

    /// The phase at this instant.
    #[must_use]
    pub fn phase(&self, at: DateTime<Utc>) -> Phase {
        self.extended_day_of(at)
            .map_or(Phase::Closed, |day| day.phase(at))
    }

    /// The next instant after this one at which [`phase`](Self::phase) changes.
    #[must_use]
    pub fn next_phase_change(&self, at: DateTime<Utc>) -> Option<DateTime<Utc>> {
        let day = self.extended_day_of(at)?;
        [
            day.overnight_open,
            day.session_open,
            day.open,
            day.close,
            day.session_close,
        ]
        .into_iter()
        .find(|change| *change > at)
    }

    /// The next instant after this one at which a core session begins.
    #[must_use]
    pub fn next_open(&self, at: DateTime<Utc>) -> Option<DateTime<Utc>> {
        self.first_day_after(at, |day| day.open).map(|day| day.open)
    }

    /// The next instant after this one at which a core session ends.
    #[must_use]
    pub fn next_close(&self, at: DateTime<Utc>) -> Option<DateTime<Utc>> {
        self.day_of(at).map(|day| day.close)
    }

    /// The last instant, this one or before, at which a core session ended.
    #[must_use]
    pub fn last_close_before(&self, at: DateTime<Utc>) -> Option<DateTime<Utc>> {
        let place = self.table.place_after(at, |day| day.close).checked_sub(1)?;
        self.table.get(place).map(|day| day.close)
    }

    /// The trading day in whose core session an order sent at this instant is worked: today's until its
    /// close, then the next one's.
    #[must_use]
    pub fn day_of(&self, at: DateTime<Utc>) -> Option<TradingDay> {
        self.first_day_after(at, |day| day.close)
    }

    /// The trading day in whose sessions an order for extended hours sent at this instant is worked:
    /// today's until the end of its post-market, then the next one's, which begins with its overnight
    /// session.
    #[must_use]
    pub fn extended_day_of(&self, at: DateTime<Utc>) -> Option<TradingDay> {
        self.first_day_after(at, |day| day.session_close)
    }

    /// The first trading day of which `instant` is later than `at`.
    fn first_day_after(
        &self,
        at: DateTime<Utc>,
        instant: impl Fn(&TradingDay) -> DateTime<Utc>,
    ) -> Option<TradingDay> {
        self.table.get(self.table.place_after(at, instant)).copied()
    }
}

#[cfg(test)]
mod tests;
