//! On which days New York's exchanges trade, and on which they close early.
//!
//! The rules are those that the exchanges kept between 1990 and 2029, with the unplanned closures of those
//! years. Earlier and later years go by the same rules, without unplanned closures: that is near the truth
//! but not all of it (before 1980 the exchange closed on election days, and some holidays lay elsewhere).
//!
//! Sessions that were cut short while they ran, or opened late, are whole days here: a simulated day has
//! the hours that were announced for it.

use chrono::{Datelike, Days, NaiveDate, NaiveTime, Weekday};

/// A holiday on which the exchanges are closed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Holiday {
    /// 1 January; on a Sunday, the Monday after it; on a Saturday, not kept at all.
    NewYear,
    /// The third Monday of January, since 1998.
    MartinLutherKing,
    /// The third Monday of February.
    WashingtonsBirthday,
    /// The Friday before Easter.
    GoodFriday,
    /// The last Monday of May.
    MemorialDay,
    /// 19 June or the weekday next to it, since 2022.
    Juneteenth,
    /// 4 July or the weekday next to it.
    IndependenceDay,
    /// The first Monday of September.
    LaborDay,
    /// The fourth Thursday of November.
    Thanksgiving,
    /// 25 December or the weekday next to it.
    Christmas,
}

impl Holiday {
    /// All of them, in the order of the year.
    pub const ALL: [Self; 10] = [
        Self::NewYear,
        Self::MartinLutherKing,
        Self::WashingtonsBirthday,
        Self::GoodFriday,
        Self::MemorialDay,
        Self::Juneteenth,
        Self::IndependenceDay,
        Self::LaborDay,
        Self::Thanksgiving,
        Self::Christmas,
    ];

    /// The weekday of this year on which the exchanges are closed for it; none if they are not.
    #[must_use]
    pub fn observed(self, year: i32) -> Option<NaiveDate> {
        let nth = |month, weekday, n| NaiveDate::from_weekday_of_month_opt(year, month, weekday, n);
        match self {
            Self::NewYear => {
                let day = NaiveDate::from_ymd_opt(year, 1, 1)?;
                // The Friday before would be the last day of the old year, when books are closed.
                (day.weekday() != Weekday::Sat).then(|| nearest_weekday(day))?
            }
            Self::MartinLutherKing if year < 1998 => None,
            Self::MartinLutherKing => nth(1, Weekday::Mon, 3),
            Self::WashingtonsBirthday => nth(2, Weekday::Mon, 3),
            Self::GoodFriday => easter(year)?.checked_sub_days(Days::new(2)),
            Self::MemorialDay => nth(5, Weekday::Mon, 5).or_else(|| nth(5, Weekday::Mon, 4)),
            Self::Juneteenth if year < 2022 => None,
            Self::Juneteenth => nearest_weekday(NaiveDate::from_ymd_opt(year, 6, 19)?),
            Self::IndependenceDay => nearest_weekday(NaiveDate::from_ymd_opt(year, 7, 4)?),
            Self::LaborDay => nth(9, Weekday::Mon, 1),
            Self::Thanksgiving => nth(11, Weekday::Thu, 4),
            Self::Christmas => nearest_weekday(NaiveDate::from_ymd_opt(year, 12, 25)?),
        }
    }
}

/// Saturday's holiday is kept on Friday, Sunday's on Monday.
fn nearest_weekday(day: NaiveDate) -> Option<NaiveDate> {
    match day.weekday() {
        Weekday::Sat => day.pred_opt(),
        Weekday::Sun => day.succ_opt(),
        _ => Some(day),
    }
}

/// Easter Sunday of the Gregorian calendar, for years of our era.
///
/// The moon's age in the 19-year cycle gives the full moon, and the Sunday after it is Easter.
fn easter(year: i32) -> Option<NaiveDate> {
    let century = year.div_euclid(100);
    let golden = year.rem_euclid(19);
    // Leap days that the centuries leave out, and the moon's drift against the cycle.
    let leap_days = century - century / 4;
    let drift = (8 * century + 13) / 25;
    let mut age = (leap_days - drift + 19 * golden + 15).rem_euclid(30);
    // Two dates of the full moon are moved, so that it never falls on 19 April and not twice on the 18th.
    if age == 29 || (age == 28 && golden > 10) {
        age -= 1;
    }
    let full_moon = NaiveDate::from_ymd_opt(year, 3, 21)?
        .checked_add_days(Days::new(u64::try_from(age).ok()?))?;
    let to_sunday = 7 - u64::from(full_moon.weekday().num_days_from_sunday());
    full_moon.checked_add_days(Days::new(to_sunday))
}

/// The holiday for which the exchanges are closed on this date.
#[must_use]
pub fn holiday(date: NaiveDate) -> Option<Holiday> {
    Holiday::ALL
        .into_iter()
        .find(|holiday| holiday.observed(date.year()) == Some(date))
}

/// Whether the exchanges were closed on this date for a reason that no rule knows: mourning, storm, attack.
#[must_use]
pub fn special_closure(date: NaiveDate) -> bool {
    matches!(
        (date.year(), date.month(), date.day()),
        (1994, 4, 27)
            | (2001, 9, 11..=14)
            | (2004, 6, 11)
            | (2007, 1, 2)
            | (2012, 10, 29 | 30)
            | (2018, 12, 5)
            | (2025, 1, 9)
    )
}

/// Whether the exchanges trade on this date.
#[must_use]
pub fn is_trading_day(date: NaiveDate) -> bool {
    is_weekday(date) && holiday(date).is_none() && !special_closure(date)
}

/// Whether trades can settle on this date.
///
/// These are the trading days on which the banks work too. Columbus Day, Veterans Day and, until 1997,
/// Martin Luther King's birthday are trading days on which nothing settles.
#[must_use]
pub fn is_settlement_day(date: NaiveDate) -> bool {
    is_trading_day(date) && !is_bank_holiday(date)
}

/// Bank holidays on which the exchanges may trade.
fn is_bank_holiday(date: NaiveDate) -> bool {
    let (year, month, day) = (date.year(), date.month(), date.day());
    let monday = date.weekday() == Weekday::Mon;
    match month {
        1 => year >= 1986 && monday && (15..=21).contains(&day),
        10 => monday && (8..=14).contains(&day),
        // Banks keep a Sunday's holiday on Monday, and do not keep a Saturday's.
        11 => day == 11 || (monday && day == 12),
        _ => false,
    }
}

/// When a trading day ends early, and at what time in New York.
///
/// By rule: the day after Thanksgiving and Christmas Eve at 13:00 since 1993 (in 1992 and before, at 14:00:
/// Christmas Eve always, the day after Thanksgiving in 1992 alone); the day beside Independence Day at 13:00
/// since 1995. That day is 3 July when the holiday is a Tuesday, Wednesday or Friday. When it is a Thursday
/// it was the Friday after it until 2012 and has been the Wednesday before it since. By announcement: the
/// Fridays after Christmas 1997 and 2003, and the last day of 1999.
#[must_use]
pub fn early_close(date: NaiveDate) -> Option<NaiveTime> {
    if !is_trading_day(date) {
        return None;
    }
    let (year, month, day) = (date.year(), date.month(), date.day());
    let hour = match (month, day) {
        (7, 3) if year >= 1995 => match date.weekday() {
            Weekday::Mon | Weekday::Tue | Weekday::Thu => Some(13),
            Weekday::Wed if year >= 2013 => Some(13),
            _ => None,
        },
        (7, 5) => ((1995..2013).contains(&year) && date.weekday() == Weekday::Fri).then_some(13),
        (11, _) => {
            let yesterday = date.pred_opt().and_then(holiday);
            match yesterday {
                Some(Holiday::Thanksgiving) if year >= 1993 => Some(13),
                Some(Holiday::Thanksgiving) if year == 1992 => Some(14),
                _ => None,
            }
        }
        (12, 24) => Some(if year >= 1993 { 13 } else { 14 }),
        (12, 26) => matches!(year, 1997 | 2003).then_some(13),
        (12, 31) => (year == 1999).then_some(13),
        _ => None,
    }?;
    NaiveTime::from_hms_opt(hour, 0, 0)
}

pub(super) fn is_weekday(date: NaiveDate) -> bool {
    !matches!(date.weekday(), Weekday::Sat | Weekday::Sun)
}
