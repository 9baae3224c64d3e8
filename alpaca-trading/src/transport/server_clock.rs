//! How far the clock of this machine is from that of the service.

use std::sync::atomic::{AtomicI64, Ordering};
use std::sync::{Mutex, PoisonError};

use chrono::{DateTime, Duration, Utc};

/// How far off the clock may be before it is worth a word. Orders with an end in time, paging by
/// time and one-time codes begin to suffer beyond it.
const TOLERATED: Duration = Duration::seconds(5);

/// How long a warning suffices.
const WARN_AGAIN: Duration = Duration::minutes(10);

/// Stands for "never" in the atomic: no clock is that far off.
const NEVER: i64 = i64::MIN;

/// How far the service is ahead of this machine (negative: behind), as two bounds in milliseconds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Offset {
    least: i64,
    most: i64,
}

impl Offset {
    /// No less than this.
    pub(crate) fn least(self) -> Duration {
        Duration::milliseconds(self.least)
    }

    /// No more than this.
    pub(crate) fn most(self) -> Duration {
        Duration::milliseconds(self.most)
    }

    fn middle(self) -> Duration {
        Duration::milliseconds(self.least.midpoint(self.most))
    }

    /// What both allow. Where they exclude each other, the clock was set in between, and the newer
    /// one counts.
    fn or_newer(self, newer: Self) -> Self {
        let both = Self {
            least: self.least.max(newer.least),
            most: self.most.min(newer.most),
        };
        match both.least <= both.most {
            true => both,
            false => newer,
        }
    }

    #[cfg(test)]
    pub(crate) fn of_millis(least: i64, most: i64) -> Self {
        Self { least, most }
    }
}

/// What is known of the offset, made better by every answer that carries a `Date`.
///
/// A `Date` is cut to the second and was written at some moment between sending and receiving, so
/// that one answer only says between which two bounds the offset lies. Both are kept: a slow answer,
/// whose bounds are wide, spoils nothing, and is not taken for exact when it is the only one. Many
/// answers narrow them to a fraction of a second.
#[derive(Debug)]
pub(crate) struct ServerClock {
    offset: Mutex<Option<Offset>>,
    /// When a warning was last given, in milliseconds since 1970 by the local clock, or [`NEVER`].
    warned: AtomicI64,
}

impl Default for ServerClock {
    fn default() -> Self {
        Self {
            offset: Mutex::new(None),
            warned: AtomicI64::new(NEVER),
        }
    }
}

impl ServerClock {
    /// Takes note of an answer: its `Date`, and the local time just before the request was sent and
    /// just after the headers came.
    ///
    /// Gives the offset when a warning is due: when it is certainly more than five seconds, whatever
    /// the request's time under way, and no warning was given in the last ten minutes.
    pub(crate) fn observe(
        &self,
        date: DateTime<Utc>,
        before: DateTime<Utc>,
        after: DateTime<Utc>,
    ) -> Option<Duration> {
        // A local clock that was set back meanwhile says nothing.
        if after < before {
            return None;
        }
        let newest = Offset {
            least: (date - after).num_milliseconds(),
            most: (date - before).num_milliseconds().saturating_add(999),
        };
        let offset = {
            let mut known = self.offset.lock().unwrap_or_else(PoisonError::into_inner);
            let better = known.map_or(newest, |known| known.or_newer(newest));
            *known = Some(better);
            better
        };
        let tolerated = TOLERATED.num_milliseconds();
        if newest.least <= tolerated && newest.most >= -tolerated {
            return None;
        }
        self.claim_warning(after.timestamp_millis())
            .then(|| offset.middle())
    }

    /// How far the service is ahead of this machine (negative: behind), as far as known.
    pub(crate) fn offset(&self) -> Option<Duration> {
        self.bounds().map(Offset::middle)
    }

    /// The same as two bounds: what is decided by the time must hold for both.
    pub(crate) fn bounds(&self) -> Option<Offset> {
        *self.offset.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Whether a warning may be given now; of several threads, one gets it.
    fn claim_warning(&self, now: i64) -> bool {
        let again = WARN_AGAIN.num_milliseconds().unsigned_abs();
        self.warned
            .fetch_update(Ordering::Relaxed, Ordering::Relaxed, |last| {
                // The distance in either direction: the local clock may have been set back.
                (last == NEVER || now.abs_diff(last) >= again).then_some(now)
            })
            .is_ok()
    }
}

#[cfg(test)]
mod tests {
    use fastrand::Rng;

    use super::*;

    fn at(millis: i64) -> DateTime<Utc> {
        DateTime::from_timestamp_millis(1_790_000_000_000 + millis).unwrap()
    }

    /// One exchange: the service is `ahead`, answers `up` after sending, and the answer takes `down`.
    fn exchange(
        clock: &ServerClock,
        sent: i64,
        up: i64,
        down: i64,
        ahead: i64,
    ) -> Option<Duration> {
        let date = at(sent + up + ahead).timestamp();
        let date = DateTime::from_timestamp(date, 0).unwrap();
        clock.observe(date, at(sent), at(sent + up + down))
    }

    #[test]
    fn nothing_is_known_at_first() {
        assert_eq!(ServerClock::default().offset(), None);
    }

    #[test]
    fn a_clock_that_is_right_gives_no_warning() {
        let clock = ServerClock::default();
        let mut rng = Rng::with_seed(3);
        for turn in 0..500 {
            let (up, down) = (rng.i64(1..400), rng.i64(1..400));
            assert_eq!(exchange(&clock, turn * 1_234, up, down, 0), None);
        }
        assert!(clock.offset().unwrap().num_milliseconds().abs() < 100);
    }

    #[test]
    fn many_answers_find_the_offset() {
        for ahead in [-90_000, -7_300, -400, 400, 6_500, 3_600_000] {
            let clock = ServerClock::default();
            let mut rng = Rng::with_seed(5);
            for turn in 0..500 {
                let (up, down) = (rng.i64(1..80), rng.i64(1..80));
                exchange(&clock, turn * 1_237, up, down, ahead);
            }
            let off = clock.offset().unwrap().num_milliseconds() - ahead;
            assert!(off.abs() < 100, "{ahead}: {off}");
        }
    }

    #[test]
    fn a_warning_comes_once_in_ten_minutes() {
        let clock = ServerClock::default();
        let warned = exchange(&clock, 0, 20, 20, 30_000).unwrap();
        assert!(
            (warned.num_milliseconds() - 30_000).abs() <= 1_000,
            "{warned}"
        );
        assert_eq!(exchange(&clock, 1_000, 20, 20, 30_000), None);
        assert_eq!(exchange(&clock, 599_000, 20, 20, 30_000), None);
        assert!(exchange(&clock, 600_040, 20, 20, 30_000).is_some());
        assert_eq!(exchange(&clock, 601_000, 20, 20, 30_000), None);
    }

    #[test]
    fn both_directions_count() {
        for ahead in [-6_500, 6_500] {
            let warned = exchange(&ServerClock::default(), 0, 10, 10, ahead);
            assert_eq!(warned.unwrap().num_milliseconds().signum(), ahead.signum());
        }
        for ahead in [-5_000, -4_000, 4_000, 5_000] {
            assert_eq!(exchange(&ServerClock::default(), 0, 10, 10, ahead), None);
        }
    }

    #[test]
    fn a_slow_answer_is_no_proof_and_spoils_nothing() {
        let clock = ServerClock::default();
        assert_eq!(exchange(&clock, 0, 40_000, 10, 0), None, "slow to be heard");
        assert_eq!(
            exchange(&clock, 50_000, 10, 40_000, 0),
            None,
            "slow to come back"
        );
        for turn in 0..50 {
            exchange(&clock, 100_000 + turn * 1_237, 10, 10, 0);
        }
        let settled = clock.offset();
        exchange(&clock, 200_000, 30_000, 30_000, 0);
        assert_eq!(clock.offset(), settled);
    }

    #[test]
    fn the_first_answer_is_trusted_no_further_than_it_goes() {
        // Six seconds under way, so that the service may be right or six seconds off.
        let clock = ServerClock::default();
        exchange(&clock, 0, 5_990, 10, 0);
        let first = clock.bounds().unwrap();
        assert!(first.least <= 0 && first.most >= 0, "{first:?}");
        assert!(first.most - first.least >= 6_000, "{first:?}");
        exchange(&clock, 10_000, 10, 10, 0);
        let second = clock.bounds().unwrap();
        assert!(second.least <= 0 && second.most >= 0, "{second:?}");
        assert!(second.most - second.least <= 1_020, "{second:?}");
    }

    #[test]
    fn the_truth_lies_between_the_bounds() {
        for ahead in [-7_300, 0, 6_500] {
            let clock = ServerClock::default();
            let mut rng = Rng::with_seed(11);
            for turn in 0..200 {
                exchange(
                    &clock,
                    turn * 9_137,
                    rng.i64(1..6_000),
                    rng.i64(1..6_000),
                    ahead,
                );
                let known = clock.bounds().unwrap();
                assert!(known.least <= ahead && known.most >= ahead, "{known:?}");
            }
        }
    }

    #[test]
    fn it_follows_a_clock_that_is_set() {
        let clock = ServerClock::default();
        exchange(&clock, 0, 10, 10, 60_000);
        exchange(&clock, 1_000, 10, 10, 0);
        assert!(clock.offset().unwrap().num_milliseconds().abs() <= 1_020);
    }

    #[test]
    fn a_clock_set_back_during_the_exchange_says_nothing() {
        let clock = ServerClock::default();
        assert_eq!(clock.observe(at(0), at(100_000), at(50_000)), None);
        assert_eq!(clock.offset(), None);
    }

    #[test]
    fn a_clock_set_back_by_a_day_does_not_silence_the_next_warning() {
        let clock = ServerClock::default();
        assert!(exchange(&clock, 0, 10, 10, 10_000).is_some());
        let day = 86_400_000;
        assert!(exchange(&clock, -day, 10, 10, day).is_some());
    }

    #[test]
    fn the_ends_of_time_do_not_overflow() {
        let clock = ServerClock::default();
        let (first, last) = (DateTime::<Utc>::MIN_UTC, DateTime::<Utc>::MAX_UTC);
        clock.observe(last, first, first);
        clock.observe(first, last, last);
        clock.observe(first, first, last);
    }
}
