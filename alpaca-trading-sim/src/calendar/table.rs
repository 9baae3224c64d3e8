//! All trading days from 1970 to 2039, reckoned once, and found without a search.

use std::sync::LazyLock;

use chrono::{DateTime, Datelike, NaiveDate, Utc};

use super::day::TradingDay;

/// The first year of the table.
pub(super) const FIRST_YEAR: i32 = 1970;
/// The last year of the table. Orders good till cancelled and settlements reach beyond the last year that
/// `/v2/calendar` lists, so the table goes on for ten more.
pub(super) const LAST_YEAR: i32 = 2039;

/// The trading days in order, and for every date where it lies among them.
pub(super) struct Table {
    days: Vec<TradingDay>,
    /// For each date, counted from 1970-01-01, the place of the first trading day on or after it.
    places: Vec<u32>,
}

impl Table {
    /// The one table of the process.
    pub(super) fn shared() -> &'static Self {
        static TABLE: LazyLock<Table> = LazyLock::new(Table::build);
        &TABLE
    }

    fn build() -> Self {
        let mut days = Vec::new();
        let mut places = Vec::new();
        let first = NaiveDate::from_yo_opt(FIRST_YEAR, 1).unwrap_or_default();
        for date in first
            .iter_days()
            .take_while(|date| date.year() <= LAST_YEAR)
        {
            places.push(u32::try_from(days.len()).unwrap_or(u32::MAX));
            days.extend(TradingDay::by_rule(date));
        }
        Self { days, places }
    }

    /// All trading days.
    pub(super) fn days(&self) -> &[TradingDay] {
        &self.days
    }

    /// The trading day at a place.
    pub(super) fn get(&self, place: usize) -> Option<&TradingDay> {
        self.days.get(place)
    }

    /// The place of the first trading day on or after a date.
    pub(super) fn place(&self, date: NaiveDate) -> usize {
        self.place_of_number(i64::from(date.to_epoch_days()))
    }

    fn place_of_number(&self, number: i64) -> usize {
        if number < 0 {
            return 0;
        }
        usize::try_from(number)
            .ok()
            .and_then(|number| self.places.get(number))
            .and_then(|place| usize::try_from(*place).ok())
            .unwrap_or(self.days.len())
    }

    /// The place of the first trading day of which `instant` is later than `at`.
    ///
    /// `instant` must lie between 19:00 of the evening before in New York and the midnight after the day.
    /// Then it is less than a day away from the day's date in UTC, and the look starts one day before: at
    /// most three days are seen.
    pub(super) fn place_after(
        &self,
        at: DateTime<Utc>,
        instant: impl Fn(&TradingDay) -> DateTime<Utc>,
    ) -> usize {
        let number = at.timestamp().div_euclid(86_400);
        let mut place = self.place_of_number(number.saturating_sub(1));
        while self.get(place).is_some_and(|day| instant(day) <= at) {
            place = place.saturating_add(1);
        }
        place
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_table_is_in_order_and_finds_every_date() {
        let table = Table::shared();
        for (place, day) in table.days().iter().enumerate() {
            assert_eq!(table.place(day.date), place);
            assert_eq!(TradingDay::by_rule(day.date), Some(*day));
        }
        for pair in table.days().windows(2) {
            assert!(pair[0].session_close <= pair[1].overnight_open);
            assert_eq!(table.place(pair[0].date.succ_opt().unwrap()), {
                table.place(pair[1].date)
            });
        }
    }

    #[test]
    fn dates_outside_lie_before_the_first_or_behind_the_last() {
        let table = Table::shared();
        let place = |text: &str| table.place(text.parse().unwrap());
        assert_eq!(place("1969-12-31"), 0);
        assert_eq!(place("1970-01-01"), 0);
        assert_eq!(place("2039-12-31"), table.days().len());
        assert_eq!(place("2040-01-01"), table.days().len());
        assert_eq!(table.place(NaiveDate::MIN), 0);
        assert_eq!(table.place(NaiveDate::MAX), table.days().len());
    }

    #[test]
    fn a_look_up_agrees_with_a_search_of_the_whole_table() {
        let table = Table::shared();
        let instants: [fn(&TradingDay) -> DateTime<Utc>; 5] = [
            |day| day.overnight_open,
            |day| day.session_open,
            |day| day.open,
            |day| day.close,
            |day| day.session_close,
        ];
        // Every 5 hours and 23 minutes of three years meets every hour of the day.
        for step in 0..5_000_i64 {
            let at = DateTime::from_timestamp(1_735_000_000 + step * 19_380, 0).unwrap();
            for instant in instants {
                assert_eq!(
                    table.place_after(at, instant),
                    table.days().partition_point(|day| instant(day) <= at),
                    "{at}"
                );
            }
        }
        for instant in instants {
            let end = table.days().len();
            assert_eq!(table.place_after(DateTime::<Utc>::MIN_UTC, instant), 0);
            assert_eq!(table.place_after(DateTime::<Utc>::MAX_UTC, instant), end);
        }
    }
}
