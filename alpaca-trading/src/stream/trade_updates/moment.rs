//! Times that the service can be asked for: whatever it said itself, or was made to say.

use chrono::{DateTime, TimeDelta, Utc};

/// The last second of the year 9999: later years have a sign, which the service does not read.
const LAST: DateTime<Utc> = match DateTime::from_timestamp(253_402_300_799, 0) {
    Some(time) => time,
    None => DateTime::UNIX_EPOCH,
};

/// So much earlier than a time, but not before 1970.
pub(super) fn before(time: DateTime<Utc>, by: TimeDelta) -> DateTime<Utc> {
    let time = time.checked_sub_signed(by);
    time.unwrap_or_default().clamp(DateTime::UNIX_EPOCH, LAST)
}

/// So much later than a time, but not after 9999.
pub(super) fn after(time: DateTime<Utc>, by: TimeDelta) -> DateTime<Utc> {
    let time = time.checked_add_signed(by);
    time.unwrap_or(LAST).clamp(DateTime::UNIX_EPOCH, LAST)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_ends_of_time_are_as_far_as_one_can_ask() {
        let by = TimeDelta::seconds(5);
        let time = DateTime::UNIX_EPOCH + TimeDelta::seconds(7);
        assert_eq!(before(time, by).timestamp(), 2);
        assert_eq!(after(time, by).timestamp(), 12);
        for (end, clamped) in [
            (DateTime::<Utc>::MIN_UTC, DateTime::UNIX_EPOCH),
            (DateTime::<Utc>::MAX_UTC, LAST),
        ] {
            assert_eq!((before(end, by), after(end, by)), (clamped, clamped));
        }
        assert_eq!(LAST.to_rfc3339(), "9999-12-31T23:59:59+00:00");
    }
}
