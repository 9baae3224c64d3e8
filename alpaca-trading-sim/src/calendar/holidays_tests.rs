//! Tests of the holiday rules against dates that the exchange has published.

use chrono::{Datelike, NaiveDate, Weekday};

use super::holidays::*;

fn date(text: &str) -> NaiveDate {
    text.parse().unwrap()
}

fn days_of(year: i32) -> impl Iterator<Item = NaiveDate> {
    NaiveDate::from_ymd_opt(year, 1, 1)
        .unwrap()
        .iter_days()
        .take_while(move |date| date.year() == year)
}

/// The weekdays without trading, as `MM-DD`.
fn closed(year: i32) -> Vec<String> {
    days_of(year)
        .filter(|date| is_weekday(*date) && !is_trading_day(*date))
        .map(|date| date.format("%m-%d").to_string())
        .collect()
}

/// The short days, as `MM-DD`, with the hour of their close where it is not 13.
fn short(year: i32) -> Vec<String> {
    days_of(year)
        .filter_map(|date| Some((date, early_close(date)?)))
        .map(
            |(date, close)| match close.format("%H:%M").to_string().as_str() {
                "13:00" => date.format("%m-%d").to_string(),
                other => format!("{} {other}", date.format("%m-%d")),
            },
        )
        .collect()
}

#[test]
fn whole_years_have_the_published_closings() {
    let table: [(i32, &str); 11] = [
        (1990, "01-01 02-19 04-13 05-28 07-04 09-03 11-22 12-25"),
        (1994, "02-21 04-01 04-27 05-30 07-04 09-05 11-24 12-26"),
        (
            1998,
            "01-01 01-19 02-16 04-10 05-25 07-03 09-07 11-26 12-25",
        ),
        (
            2001,
            "01-01 01-15 02-19 04-13 05-28 07-04 09-03 09-11 09-12 09-13 09-14 11-22 12-25",
        ),
        (2011, "01-17 02-21 04-22 05-30 07-04 09-05 11-24 12-26"),
        (
            2012,
            "01-02 01-16 02-20 04-06 05-28 07-04 09-03 10-29 10-30 11-22 12-25",
        ),
        (
            2021,
            "01-01 01-18 02-15 04-02 05-31 07-05 09-06 11-25 12-24",
        ),
        (
            2022,
            "01-17 02-21 04-15 05-30 06-20 07-04 09-05 11-24 12-26",
        ),
        (
            2025,
            "01-01 01-09 01-20 02-17 04-18 05-26 06-19 07-04 09-01 11-27 12-25",
        ),
        (
            2026,
            "01-01 01-19 02-16 04-03 05-25 06-19 07-03 09-07 11-26 12-25",
        ),
        (
            2027,
            "01-01 01-18 02-15 03-26 05-31 06-18 07-05 09-06 11-25 12-24",
        ),
    ];
    for (year, expected) in table {
        assert_eq!(closed(year).join(" "), expected, "{year}");
    }
}

#[test]
fn short_days_follow_the_rules_of_their_years() {
    let table: [(i32, &str); 24] = [
        (1990, "12-24 14:00"),
        (1991, "12-24 14:00"),
        (1992, "11-27 14:00 12-24 14:00"),
        (1993, "11-26"),
        (1994, "11-25"),
        (1995, "07-03 11-24"),
        (1996, "07-05 11-29 12-24"),
        (1997, "07-03 11-28 12-24 12-26"),
        (1999, "11-26 12-31"),
        (2000, "07-03 11-24"),
        (2002, "07-05 11-29 12-24"),
        (2003, "07-03 11-28 12-24 12-26"),
        (2007, "07-03 11-23 12-24"),
        (2012, "07-03 11-23 12-24"),
        (2013, "07-03 11-29 12-24"),
        (2016, "11-25"),
        (2019, "07-03 11-29 12-24"),
        (2020, "11-27 12-24"),
        (2021, "11-26"),
        (2022, "11-25"),
        (2023, "07-03 11-24"),
        (2024, "07-03 11-29 12-24"),
        (2025, "07-03 11-28 12-24"),
        (2026, "11-27 12-24"),
    ];
    for (year, expected) in table {
        assert_eq!(short(year).join(" "), expected, "{year}");
    }
}

#[test]
fn years_have_the_published_number_of_trading_days() {
    let table = [
        (1990, 253),
        (1992, 254),
        (1996, 254),
        (1998, 252),
        (2001, 248),
        (2004, 252),
        (2007, 251),
        (2008, 253),
        (2012, 250),
        (2018, 251),
        (2020, 253),
        (2021, 252),
        (2022, 251),
        (2023, 250),
        (2024, 252),
        (2025, 250),
        (2026, 251),
        (2027, 251),
        (2028, 251),
        (2029, 251),
    ];
    for (year, expected) in table {
        let count = days_of(year).filter(|date| is_trading_day(*date)).count();
        assert_eq!(count, expected, "{year}");
    }
    let weekdays_off = (1990..=2029).map(|year| closed(year).len()).sum::<usize>();
    assert_eq!(weekdays_off, 365);
}

#[test]
fn easter_moves_as_the_church_reckons() {
    for good_friday in [
        "1990-04-13",
        "1999-04-02",
        "2000-04-21",
        "2008-03-21",
        "2011-04-22",
        "2018-03-30",
        "2019-04-19",
        "2024-03-29",
        "2025-04-18",
        "2028-04-14",
        "2029-03-30",
        // The two full moons that are moved: Easter on 19 and 18 April.
        "1981-04-17",
        "1954-04-16",
        // The earliest and the latest Easter of the years about us.
        "2285-03-20",
        "2038-04-23",
    ] {
        let day = date(good_friday);
        assert_eq!(Holiday::GoodFriday.observed(day.year()), Some(day));
        assert_eq!(holiday(day), Some(Holiday::GoodFriday));
    }
}

#[test]
fn a_new_year_on_saturday_is_not_kept() {
    for open in ["1993-12-31", "2004-12-31", "2010-12-31", "2021-12-31"] {
        assert!(is_trading_day(date(open)), "{open}");
    }
    assert_eq!(Holiday::NewYear.observed(2022), None);
    assert_eq!(holiday(date("2023-01-02")), Some(Holiday::NewYear));
}

#[test]
fn holidays_begin_in_their_first_year() {
    assert!(is_trading_day(date("1997-01-20")));
    assert!(!is_trading_day(date("1998-01-19")));
    assert!(is_trading_day(date("2021-06-18")));
    assert!(!is_trading_day(date("2022-06-20")));
}

#[test]
fn nothing_settles_when_only_the_banks_rest() {
    for (text, why) in [
        ("2026-10-12", "Columbus Day"),
        ("2026-11-11", "Veterans Day"),
        ("2018-11-12", "Veterans Day on Monday"),
        ("1997-01-20", "Martin Luther King's birthday"),
    ] {
        assert!(is_trading_day(date(text)), "{why}");
        assert!(!is_settlement_day(date(text)), "{why}");
    }
    // Veterans Day 2017 was a Saturday, which the banks do not make up for.
    for open in ["2017-11-10", "2017-11-13", "2026-10-05", "1985-01-21"] {
        assert!(is_settlement_day(date(open)), "{open}");
    }
}

#[test]
fn holidays_are_weekdays_in_their_own_year() {
    for year in 1970..2040 {
        for holiday in Holiday::ALL {
            let Some(day) = holiday.observed(year) else {
                continue;
            };
            assert_eq!(day.year(), year);
            assert!(!matches!(day.weekday(), Weekday::Sat | Weekday::Sun));
        }
    }
}

#[test]
fn years_beyond_all_dates_have_no_holidays() {
    for year in [i32::MIN, i32::MAX, 300_000] {
        for holiday in Holiday::ALL {
            assert_eq!(holiday.observed(year), None);
        }
    }
}
