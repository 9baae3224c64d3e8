//! Positions that were opened and closed on the same day.
//!
//! A day trade is a fill that closes, on a day on which the position was opened or added to, and is the first that
//! closes since: buying twice and selling in three parts is one, buying, selling, buying and selling is two.

use std::collections::BTreeMap;

use chrono::NaiveDate;

use crate::market::AssetIx;

/// The day trades of an account.
#[derive(Clone, Debug, Default)]
pub(crate) struct DayTrades {
    /// The assets of which more was taken, and on which day, and nothing was given back since.
    opened: BTreeMap<AssetIx, NaiveDate>,
    /// How many were made on each day.
    made: BTreeMap<NaiveDate, u32>,
    /// Whether there ever were more within the days that count than may be.
    pattern: bool,
}

/// So many day trades in five trading days are nobody's pattern.
pub(crate) const MOST: u32 = 3;

impl DayTrades {
    /// A fill of this day; `first` is the first of the days that count.
    pub(crate) fn filled(&mut self, asset: AssetIx, opens: bool, first: NaiveDate, day: NaiveDate) {
        if opens {
            self.opened.insert(asset, day);
            return;
        }
        if !self.would_make_one(asset, day) {
            return;
        }
        self.opened.remove(&asset);
        // What no longer counts is forgotten.
        self.made.retain(|made, _| *made >= first);
        let made = self.made.entry(day).or_default();
        *made = made.saturating_add(1);
        self.pattern |= self.since(first) > MOST;
    }

    /// Whether closing now would make a day trade.
    pub(crate) fn would_make_one(&self, asset: AssetIx, day: NaiveDate) -> bool {
        self.opened.get(&asset) == Some(&day)
    }

    /// How many there were from this day on.
    pub(crate) fn since(&self, first: NaiveDate) -> u32 {
        let made = self.made.range(first..).map(|(_, made)| *made);
        made.fold(0, u32::saturating_add)
    }

    /// Whether the account is that of a pattern day trader; once it is, it stays so.
    pub(crate) fn is_pattern(&self) -> bool {
        self.pattern
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn day(number: u32) -> NaiveDate {
        NaiveDate::from_ymd_opt(2026, 3, number).unwrap()
    }

    #[test]
    fn a_day_trade_is_a_change_of_direction_within_a_day() {
        for (fills, expected) in [
            (&[true, false][..], 1),
            (&[true, true, false, false, false], 1),
            (&[true, false, true, false], 2),
            (&[false, false], 0),
            (&[false, true], 0),
            (&[false, true, false], 1),
        ] {
            let mut trades = DayTrades::default();
            for opens in fills {
                trades.filled(AssetIx(1), *opens, day(1), day(2));
            }
            assert_eq!(trades.since(day(1)), expected, "{fills:?}");
        }
    }

    #[test]
    fn what_is_held_overnight_or_was_long_ago_is_none() {
        let mut trades = DayTrades::default();
        trades.filled(AssetIx(1), true, day(1), day(2));
        trades.filled(AssetIx(1), false, day(1), day(3));
        trades.filled(AssetIx(1), true, day(1), day(3));
        trades.filled(AssetIx(2), false, day(1), day(3));
        assert_eq!(trades.since(day(1)), 0);
        for made in 1..=4 {
            assert!(!trades.is_pattern());
            trades.filled(AssetIx(3), true, day(1), day(4));
            trades.filled(AssetIx(3), false, day(1), day(4));
            assert_eq!(trades.since(day(1)), made);
        }
        assert!(trades.is_pattern());
        assert_eq!(trades.since(day(5)), 0);
        trades.filled(AssetIx(3), true, day(6), day(9));
        trades.filled(AssetIx(3), false, day(6), day(9));
        assert_eq!((trades.since(day(1)), trades.is_pattern()), (1, true));
    }
}
