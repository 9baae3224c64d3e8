//! How far the clock of this machine is from that of the service.

use std::sync::atomic::{AtomicI64, Ordering};

use chrono::{DateTime, Duration, Utc};

/// How far off the clock may be before it is worth a word. Orders with an end in time, paging by
/// time and one-time codes begin to suffer beyond it.
const TOLERATED: Duration = Duration::seconds(5);

/// How long a warning suffices.
const WARN_AGAIN: Duration = Duration::minutes(10);

/// Stands for "never" in the atomics: no clock is that far off.
const NEVER: i64 = i64::MIN;

/// An estimate of the offset, made better by every answer that carries a `Date`.
///
/// A `Date` is cut to the second and was written at some moment between sending and receiving, so
/// that one answer only says between which two bounds the offset lies. The estimate moves no further
/// than it must to lie within the bounds of the newest answer: many answers narrow it to a fraction
/// of a second, and a slow one, whose bounds are wide, does not spoil it.
#[derive(Debug)]
pub(crate) struct ServerClock {
    /// Milliseconds that the service is ahead, or [`NEVER`].
    offset: AtomicI64,
    /// When a warning was last given, in milliseconds since 1970 by the local clock, or [`NEVER`].
    warned: AtomicI64,
}

impl Default for ServerClock {
    fn default() -> Self {
        Self {
            offset: AtomicI64::new(NEVER),
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
        let least = (date - after).num_milliseconds();
        let most = (date - before).num_milliseconds().saturating_add(999);
        let offset = self.narrow(least, most);
        let tolerated = TOLERATED.num_milliseconds();
        if least <= tolerated && most >= -tolerated {
            return None;
        }
        self.claim_warning(after.timestamp_millis())
            .then(|| Duration::milliseconds(offset))
    }

    /// How far the service is ahead of this machine (negative: behind), as far as known.
    pub(crate) fn offset(&self) -> Option<Duration> {
        match self.offset.load(Ordering::Relaxed) {
            NEVER => None,
            millis => Some(Duration::milliseconds(millis)),
        }
    }

    /// Moves the estimate into the bounds.
    fn narrow(&self, least: i64, most: i64) -> i64 {
        let within = |known: i64| {
            if known == NEVER {
                least.midpoint(most)
            } else {
                known.clamp(least, most)
            }
        };
        match self
            .offset
            .fetch_update(Ordering::Relaxed, Ordering::Relaxed, |known| {
                Some(within(known))
            }) {
            Ok(known) | Err(known) => within(known),
        }
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
