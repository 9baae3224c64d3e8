//! New York time: from and to UTC, and how timestamps are written.
//!
//! The service speaks of dates and hours in New York time, and the simulator keeps instants in UTC. What
//! lies between the two is here, for any zone, since the clocks of version 3 name markets elsewhere.

use chrono::{
    DateTime, Datelike, NaiveDate, NaiveDateTime, NaiveTime, Offset, TimeDelta, TimeZone, Timelike,
    Utc,
};
use chrono_tz::Tz;

/// The zone of the US markets.
pub const NEW_YORK: Tz = chrono_tz::America::New_York;

/// The same instant on a clock in New York.
#[must_use]
pub fn to_eastern(at: DateTime<Utc>) -> DateTime<Tz> {
    at.with_timezone(&NEW_YORK)
}

/// The date in New York at this instant.
#[must_use]
pub fn eastern_date(at: DateTime<Utc>) -> NaiveDate {
    local_time(at, NEW_YORK).date()
}

/// What the clocks of a zone show at this instant.
///
/// In the last hours of all dates, where no local time can be named, it is the time in UTC.
#[must_use]
pub fn local_time(at: DateTime<Utc>, zone: Tz) -> NaiveDateTime {
    let utc = at.naive_utc();
    let offset = zone.offset_from_utc_datetime(&utc).fix();
    utc.checked_add_offset(offset).unwrap_or(utc)
}

/// The instant at which New York's clocks show this date and time.
///
/// An hour that the clocks show twice is taken the first time. One that they skip is read on the clock
/// that nobody has put forward: 02:30 of that night is the instant that shows as 03:30.
#[must_use]
pub fn from_eastern(date: NaiveDate, time: NaiveTime) -> DateTime<Utc> {
    local_to_utc(NEW_YORK, date.and_time(time))
}

/// The instant at which the clocks of a zone show this date and time; of skipped and doubled hours see
/// [`from_eastern`].
#[must_use]
pub fn local_to_utc(zone: Tz, local: NaiveDateTime) -> DateTime<Utc> {
    if let Some(found) = zone.from_local_datetime(&local).earliest() {
        return found.with_timezone(&Utc);
    }
    // In the gap. The offset of the day before is the one of the clock that was not put forward.
    let before = local
        .checked_sub_signed(TimeDelta::days(1))
        .unwrap_or(local);
    let offset = zone.offset_from_utc_datetime(&before).fix();
    local.checked_sub_offset(offset).unwrap_or(local).and_utc()
}

/// RFC 3339 with New York's offset, as `/v2/clock` sends it: `2026-10-01T09:30:00.5-04:00`.
///
/// The fraction has up to nine digits, without zeros at its end, and is left out where it is zero.
#[must_use]
pub fn eastern_rfc3339(at: DateTime<Utc>) -> String {
    local_rfc3339(at, NEW_YORK)
}

/// RFC 3339 with the offset of a zone; the fraction as in [`eastern_rfc3339`].
#[must_use]
pub fn local_rfc3339(at: DateTime<Utc>, zone: Tz) -> String {
    let offset = zone.offset_from_utc_datetime(&at.naive_utc()).fix();
    let seconds = offset.local_minus_utc();
    let sign = if seconds < 0 { '-' } else { '+' };
    let minutes = seconds.unsigned_abs() / 60;
    let mut text = date_and_time(local_time(at, zone));
    text.push_str(&format!("{sign}{:02}:{:02}", minutes / 60, minutes % 60));
    text
}

/// RFC 3339 in UTC with a `Z`; the fraction as in [`eastern_rfc3339`].
#[must_use]
pub fn utc_rfc3339(at: DateTime<Utc>) -> String {
    let mut text = date_and_time(at.naive_utc());
    text.push('Z');
    text
}

fn date_and_time(local: NaiveDateTime) -> String {
    let mut text = format!(
        "{:04}-{:02}-{:02}T{:02}:{:02}:{:02}",
        local.year(),
        local.month(),
        local.day(),
        local.hour(),
        local.minute(),
        local.second()
    );
    // A leap second counts its nanoseconds beyond a whole second; it shows as the last of its minute.
    let nanos = local.nanosecond().min(999_999_999);
    if nanos > 0 {
        let digits = format!("{nanos:09}");
        text.push('.');
        text.push_str(digits.trim_end_matches('0'));
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    fn utc(text: &str) -> DateTime<Utc> {
        text.parse().unwrap()
    }

    fn wall(date: &str, time: &str) -> DateTime<Utc> {
        from_eastern(date.parse().unwrap(), time.parse().unwrap())
    }

    #[test]
    fn the_offset_follows_the_season() {
        for (date, time, expected) in [
            ("2026-01-02", "09:30:00", "2026-01-02T14:30:00Z"),
            ("2026-07-01", "09:30:00", "2026-07-01T13:30:00Z"),
            ("2026-03-06", "09:30:00", "2026-03-06T14:30:00Z"),
            ("2026-03-09", "09:30:00", "2026-03-09T13:30:00Z"),
            ("2026-10-30", "16:00:00", "2026-10-30T20:00:00Z"),
            ("2026-11-02", "16:00:00", "2026-11-02T21:00:00Z"),
            // Until 2006 summer time began in April and ended in October.
            ("2006-03-27", "09:30:00", "2006-03-27T14:30:00Z"),
            ("2006-10-30", "09:30:00", "2006-10-30T14:30:00Z"),
        ] {
            assert_eq!(wall(date, time), utc(expected), "{date} {time}");
        }
    }

    #[test]
    fn a_skipped_hour_is_read_on_the_old_clock_and_a_doubled_one_the_first_time() {
        assert_eq!(wall("2026-03-08", "02:30:00"), utc("2026-03-08T07:30:00Z"));
        assert_eq!(
            eastern_rfc3339(wall("2026-03-08", "02:30:00")),
            "2026-03-08T03:30:00-04:00"
        );
        assert_eq!(wall("2026-11-01", "01:30:00"), utc("2026-11-01T05:30:00Z"));
    }

    #[test]
    fn the_date_is_the_one_in_new_york() {
        let date = |at: &str| eastern_date(utc(at)).to_string();
        assert_eq!(date("2026-01-03T04:59:59Z"), "2026-01-02");
        assert_eq!(date("2026-01-03T05:00:00Z"), "2026-01-03");
        assert_eq!(date("2026-07-03T03:59:59Z"), "2026-07-02");
    }

    #[test]
    fn timestamps_carry_the_digits_that_they_need() {
        for (at, expected) in [
            ("2026-10-01T13:30:00Z", "2026-10-01T09:30:00-04:00"),
            ("2026-12-01T14:30:00.5Z", "2026-12-01T09:30:00.5-05:00"),
            (
                "2026-12-01T14:30:00.012345678Z",
                "2026-12-01T09:30:00.012345678-05:00",
            ),
            (
                "2026-12-01T14:30:00.026490Z",
                "2026-12-01T09:30:00.02649-05:00",
            ),
        ] {
            assert_eq!(eastern_rfc3339(utc(at)), expected);
        }
        assert_eq!(
            utc_rfc3339(utc("2026-12-01T14:30:00.000000001Z")),
            "2026-12-01T14:30:00.000000001Z"
        );
        assert_eq!(
            local_rfc3339(utc("2026-12-01T14:30:00Z"), chrono_tz::Europe::London),
            "2026-12-01T14:30:00+00:00"
        );
        assert_eq!(
            local_rfc3339(utc("2026-12-01T14:30:00Z"), chrono_tz::Asia::Kolkata),
            "2026-12-01T20:00:00+05:30"
        );
    }

    #[test]
    fn the_first_and_the_last_instant_can_be_shown() {
        for at in [DateTime::<Utc>::MIN_UTC, DateTime::<Utc>::MAX_UTC] {
            for zone in [NEW_YORK, chrono_tz::Asia::Hong_Kong] {
                assert!(local_rfc3339(at, zone).contains("262"));
            }
            assert!((eastern_date(at) - at.date_naive()).num_days().abs() <= 1);
        }
    }

    proptest::proptest! {
        #[test]
        fn what_is_written_reads_back(seconds in 0_i64..1_893_456_000, nanos in 0_u32..1_000_000_000) {
            let at = DateTime::from_timestamp(seconds, nanos).unwrap();
            for text in [eastern_rfc3339(at), utc_rfc3339(at)] {
                proptest::prop_assert_eq!(utc(&text), at);
            }
        }

        #[test]
        fn there_and_back(seconds in 0_i64..1_893_456_000) {
            let at = DateTime::from_timestamp(seconds, 0).unwrap();
            let back = local_to_utc(NEW_YORK, to_eastern(at).naive_local());
            // An hour that the clocks show twice comes back as its first time.
            let again = (at - back).num_seconds();
            proptest::prop_assert!(again == 0 || again == 3600);
        }
    }
}
