//! What an account was worth, minute by minute.

use chrono::{DateTime, Duration, Utc};
use rust_decimal::Decimal;

/// How long single minutes are kept; of what is older, the last of each day.
const MINUTES_FOR: Duration = Duration::days(31);

/// The recorded equity of an account.
///
/// A minute in which nothing has changed has no entry, so that a clock may move over years.
#[derive(Clone, Debug, Default)]
pub(crate) struct History {
    /// The end of a minute, and the equity then; ascending.
    minutes: Vec<(DateTime<Utc>, Decimal)>,
    /// The same of days that are long gone.
    days: Vec<(DateTime<Utc>, Decimal)>,
}

/// One bar of the history: from when to when.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Frame {
    pub(crate) from: DateTime<Utc>,
    pub(crate) until: DateTime<Utc>,
}

impl History {
    /// Notes the equity at the end of a minute.
    pub(crate) fn record(&mut self, at: DateTime<Utc>, equity: Decimal) {
        if self.minutes.last().is_some_and(|(_, last)| *last == equity) {
            return;
        }
        if self
            .minutes
            .first()
            .is_some_and(|(first, _)| at - *first > MINUTES_FOR * 2)
        {
            self.thin(at - MINUTES_FOR);
        }
        self.minutes.push((at, equity));
    }

    /// Keeps one entry for each day before `limit`.
    fn thin(&mut self, limit: DateTime<Utc>) {
        let old = self.minutes.partition_point(|(at, _)| *at < limit);
        for (at, equity) in self.minutes.drain(..old) {
            match self.days.last_mut() {
                Some(last) if last.0.date_naive() == at.date_naive() => *last = (at, equity),
                _ => self.days.push((at, equity)),
            }
        }
    }

    /// The equity at a time: that of the last entry until then.
    pub(crate) fn at(&self, at: DateTime<Utc>) -> Option<Decimal> {
        [&self.minutes, &self.days].into_iter().find_map(|entries| {
            let behind = entries.partition_point(|(then, _)| *then <= at);
            let last = entries.get(behind.checked_sub(1)?)?;
            Some(last.1)
        })
    }
}

#[cfg(test)]
mod tests {
    use rust_decimal::dec;

    use super::*;

    fn minute(minutes: i64) -> DateTime<Utc> {
        DateTime::UNIX_EPOCH + Duration::minutes(minutes)
    }

    #[test]
    fn the_last_entry_counts_until_the_next() {
        let mut history = History::default();
        history.record(minute(1), dec!(100));
        history.record(minute(5), dec!(100));
        history.record(minute(9), dec!(90));
        assert_eq!(history.minutes.len(), 2);
        assert_eq!(history.at(minute(0)), None);
        assert_eq!(history.at(minute(8)), Some(dec!(100)));
        assert_eq!(history.at(minute(9)), Some(dec!(90)));
    }

    #[test]
    fn years_take_little_room() {
        let mut history = History::default();
        for day in 0..3_000 {
            for step in 0..10 {
                history.record(minute(day * 24 * 60 + step), Decimal::from(day * 10 + step));
            }
        }
        assert!(history.minutes.len() <= 700, "{}", history.minutes.len());
        assert!(history.days.len() <= 3_000);
        assert_eq!(history.at(minute(24 * 60 + 30)), Some(dec!(19)));
        assert_eq!(history.at(minute(2_999 * 24 * 60 + 4)), Some(dec!(29994)));
    }
}
