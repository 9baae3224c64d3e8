//! Tests of the calendar: examples by the clock, and laws.

use chrono::TimeDelta;
use proptest::prelude::*;

use super::eastern::{eastern_date, eastern_rfc3339};
use super::*;

fn utc(text: &str) -> DateTime<Utc> {
    text.parse().unwrap()
}

fn date(text: &str) -> NaiveDate {
    text.parse().unwrap()
}

#[test]
fn phases_through_a_week_with_a_holiday() {
    let calendar = Calendar::new();
    // Labor Day is Monday 2026-09-07; times are New York's, four hours behind UTC.
    for (at, expected) in [
        ("2026-09-04T03:59:59-04:00", Phase::Overnight),
        ("2026-09-04T04:00:00-04:00", Phase::Pre),
        ("2026-09-04T09:30:00-04:00", Phase::Core),
        ("2026-09-04T16:00:00-04:00", Phase::Post),
        ("2026-09-04T20:00:00-04:00", Phase::Closed),
        ("2026-09-05T12:00:00-04:00", Phase::Closed),
        ("2026-09-06T20:00:00-04:00", Phase::Closed),
        ("2026-09-07T12:00:00-04:00", Phase::Closed),
        ("2026-09-07T19:59:59-04:00", Phase::Closed),
        ("2026-09-07T20:00:00-04:00", Phase::Overnight),
        ("2026-09-08T04:00:00-04:00", Phase::Pre),
        ("2026-09-08T20:00:00-04:00", Phase::Overnight),
        ("2026-09-13T19:59:59-04:00", Phase::Closed),
        ("2026-09-13T20:00:00-04:00", Phase::Overnight),
        // A half day: Thanksgiving is 2026-11-26.
        ("2026-11-25T20:00:00-05:00", Phase::Closed),
        ("2026-11-26T20:00:00-05:00", Phase::Overnight),
        ("2026-11-27T12:59:59-05:00", Phase::Core),
        ("2026-11-27T13:00:00-05:00", Phase::Post),
        ("2026-11-27T17:00:00-05:00", Phase::Closed),
        // A half day before a trading day: 2024-07-02 and 2024-07-03, a holiday after it.
        ("2024-07-02T20:00:00-04:00", Phase::Overnight),
        ("2024-07-03T17:00:00-04:00", Phase::Closed),
        ("2024-07-03T20:00:00-04:00", Phase::Closed),
        ("2024-07-04T20:00:00-04:00", Phase::Overnight),
    ] {
        assert_eq!(calendar.phase(utc(at)), expected, "{at}");
    }
}

#[test]
fn opens_and_closes_are_strictly_after() {
    let calendar = Calendar::new();
    for (at, open, close) in [
        (
            "2026-01-02T14:29:59.999999999Z",
            "2026-01-02T14:30:00Z",
            "2026-01-02T21:00:00Z",
        ),
        (
            "2026-01-02T14:30:00Z",
            "2026-01-05T14:30:00Z",
            "2026-01-02T21:00:00Z",
        ),
        (
            "2026-01-02T21:00:00Z",
            "2026-01-05T14:30:00Z",
            "2026-01-05T21:00:00Z",
        ),
        // Over the change to summer time.
        (
            "2026-03-06T21:00:00Z",
            "2026-03-09T13:30:00Z",
            "2026-03-09T20:00:00Z",
        ),
        // Over the closure of September 2001.
        (
            "2001-09-10T20:00:00Z",
            "2001-09-17T13:30:00Z",
            "2001-09-17T20:00:00Z",
        ),
        // Into a half day.
        (
            "2026-11-26T12:00:00Z",
            "2026-11-27T14:30:00Z",
            "2026-11-27T18:00:00Z",
        ),
        // Evenings in New York that are the next day in UTC.
        (
            "2026-01-06T03:00:00Z",
            "2026-01-06T14:30:00Z",
            "2026-01-06T21:00:00Z",
        ),
    ] {
        assert_eq!(calendar.next_open(utc(at)), Some(utc(open)), "{at}");
        assert_eq!(calendar.next_close(utc(at)), Some(utc(close)), "{at}");
    }
}

#[test]
fn an_order_belongs_to_todays_session_until_it_ends() {
    let calendar = Calendar::new();
    for (at, core, extended) in [
        ("2026-01-02T10:00:00Z", "2026-01-02", "2026-01-02"),
        ("2026-01-02T20:59:59Z", "2026-01-02", "2026-01-02"),
        ("2026-01-02T21:00:00Z", "2026-01-05", "2026-01-02"),
        ("2026-01-03T00:59:59Z", "2026-01-05", "2026-01-02"),
        ("2026-01-03T01:00:00Z", "2026-01-05", "2026-01-05"),
        ("2025-07-03T17:00:00Z", "2025-07-07", "2025-07-03"),
        ("2025-07-03T21:00:00Z", "2025-07-07", "2025-07-07"),
    ] {
        let (core, extended) = (date(core), date(extended));
        assert_eq!(calendar.day_of(utc(at)).unwrap().date, core, "{at}");
        let day = calendar.extended_day_of(utc(at)).unwrap();
        assert_eq!(day.date, extended, "{at}");
    }
}

#[test]
fn the_last_close_is_the_one_that_has_been() {
    let calendar = Calendar::new();
    for (at, close) in [
        ("2026-01-05T20:59:59Z", "2026-01-02T21:00:00Z"),
        ("2026-01-05T21:00:00Z", "2026-01-05T21:00:00Z"),
        ("2026-01-06T02:00:00Z", "2026-01-05T21:00:00Z"),
        ("2024-07-04T12:00:00Z", "2024-07-03T17:00:00Z"),
    ] {
        assert_eq!(
            calendar.last_close_before(utc(at)),
            Some(utc(close)),
            "{at}"
        );
    }
}

#[test]
fn neighbours_and_ranges_leave_out_closed_days() {
    let calendar = Calendar::new();
    let next = |text| calendar.next_trading_day(date(text)).unwrap().date;
    let previous = |text| calendar.previous_trading_day(date(text)).unwrap().date;
    assert_eq!(next("2026-01-02"), date("2026-01-05"));
    assert_eq!(next("2026-01-03"), date("2026-01-05"));
    assert_eq!(previous("2026-01-05"), date("2026-01-02"));
    assert_eq!(previous("2026-01-02"), date("2025-12-31"));
    assert_eq!(previous("2001-09-17"), date("2001-09-10"));

    let count = |from, to| calendar.trading_days(date(from)..=date(to)).len();
    assert_eq!(count("2023-01-01", "2023-12-31"), 250);
    assert_eq!(count("2024-01-01", "2024-12-31"), 252);
    assert_eq!(count("2025-01-01", "2025-12-31"), 250);
    assert_eq!(count("2026-01-02", "2026-01-02"), 1);
    assert_eq!(count("2026-01-03", "2026-01-04"), 0);
    assert_eq!(count("2026-02-01", "2026-01-01"), 0);
    let all = calendar.trading_days(NaiveDate::MIN..=NaiveDate::MAX);
    assert_eq!(all.first().unwrap().date, date("1970-01-02"));
    assert_eq!(all.last().unwrap().date, date("2039-12-30"));
}

#[test]
fn beyond_its_ends_there_is_no_trading() {
    let calendar = Calendar::new();
    let (before, after) = (utc("1950-06-01T15:00:00Z"), utc("2040-06-01T15:00:00Z"));
    assert_eq!(
        calendar.next_open(before),
        Some(utc("1970-01-02T14:30:00Z"))
    );
    assert_eq!(calendar.last_close_before(before), None);
    assert_eq!(calendar.phase(before), Phase::Closed);
    assert_eq!(calendar.next_open(after), None);
    assert_eq!(calendar.next_close(after), None);
    assert_eq!(calendar.day_of(after), None);
    assert_eq!(calendar.next_phase_change(after), None);
    assert_eq!(calendar.phase(after), Phase::Closed);
    assert_eq!(calendar.next_trading_day(NaiveDate::MAX), None);
    assert_eq!(calendar.previous_trading_day(NaiveDate::MIN), None);
    assert!(format!("{calendar:?}").contains("1970..=2039"));
}

/// Instants within the calendar, down to the nanosecond, with many at the edge of a session.
fn instants() -> impl Strategy<Value = DateTime<Utc>> {
    let any = (86_400_i64..2_200_000_000, 0_u32..1_000_000_000)
        .prop_map(|(seconds, nanos)| DateTime::from_timestamp(seconds, nanos).unwrap());
    let edges = (1_usize..17_000, 0_usize..5, -1_i64..=1).prop_map(|(place, edge, nanos)| {
        let days = Calendar::new().trading_days(NaiveDate::MIN..=NaiveDate::MAX);
        let day = days[place];
        let edges = [
            day.overnight_open,
            day.session_open,
            day.open,
            day.close,
            day.session_close,
        ];
        edges[edge] + TimeDelta::nanoseconds(nanos)
    });
    prop_oneof![any, edges]
}

proptest! {
    #[test]
    fn next_is_after_and_last_is_not(at in instants()) {
        let calendar = Calendar::new();
        let (open, close) = (calendar.next_open(at).unwrap(), calendar.next_close(at).unwrap());
        prop_assert!(open > at && close > at);
        // The market is open when it closes before it opens again.
        prop_assert_eq!(calendar.is_open(at), close < open);
        if let Some(last) = calendar.last_close_before(at) {
            prop_assert!(last <= at);
            // No close lies between the last and the next.
            prop_assert_eq!(calendar.next_close(last), Some(close));
        }
    }

    #[test]
    fn open_is_the_core_phase_between_nine_thirty_and_four(at in instants()) {
        let calendar = Calendar::new();
        prop_assert_eq!(calendar.is_open(at), calendar.phase(at) == Phase::Core);
        let clock = eastern_rfc3339(at);
        let (hour, weekend) = (&clock[11..16], calendar.day(eastern_date(at)).is_none());
        match calendar.phase(at) {
            Phase::Core => prop_assert!(!weekend && ("09:30".."16:00").contains(&hour)),
            Phase::Pre => prop_assert!(!weekend && ("04:00".."09:30").contains(&hour)),
            Phase::Post => prop_assert!(!weekend && ("13:00".."20:00").contains(&hour)),
            Phase::Overnight => prop_assert!(!("04:00".."20:00").contains(&hour)),
            Phase::Closed => prop_assert!(weekend || hour >= "17:00"),
        }
    }

    #[test]
    fn a_phase_lasts_until_the_next_change(at in instants()) {
        let calendar = Calendar::new();
        let change = calendar.next_phase_change(at).unwrap();
        prop_assert!(change > at);
        let just_before = change - TimeDelta::nanoseconds(1);
        prop_assert_eq!(calendar.phase(just_before), calendar.phase(at));
    }

    #[test]
    fn the_day_of_an_order_is_the_first_that_has_not_closed(at in instants()) {
        let calendar = Calendar::new();
        let day = calendar.day_of(at).unwrap();
        prop_assert!(at < day.close);
        prop_assert!(day.date >= eastern_date(at));
        if let Some(before) = calendar.previous_trading_day(day.date) {
            prop_assert!(before.close <= at);
            prop_assert_eq!(calendar.next_trading_day(before.date), Some(day));
        }
        let extended = calendar.extended_day_of(at).unwrap();
        prop_assert!(at < extended.session_close && extended.date <= day.date);
        // They differ from the close to the end of the post-market and at no other time.
        prop_assert_eq!(extended != day, calendar.phase(at) == Phase::Post);
    }

    #[test]
    fn a_trade_settles_on_a_later_working_day(place in 0_usize..17_000) {
        let day = Calendar::new().trading_days(NaiveDate::MIN..=NaiveDate::MAX)[place];
        prop_assert!(day.settlement > day.date);
        prop_assert!(holidays::is_settlement_day(day.settlement));
        prop_assert!(day.settlement - day.date <= TimeDelta::days(12));
    }
}
