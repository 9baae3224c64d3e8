//! When something happened, by the service's clock, as far as this machine can tell.
//!
//! Orders carry the service's time, and whether one was created before or after a call began decides
//! whether it can be the call's. This machine has two clocks to reckon with, and each can fail: the
//! time of day may be set by somebody, and the clock that nobody sets stands still while the machine
//! sleeps. So both are noted, and the moment is reckoned by each:
//!
//! | reckoned | is wrong when |
//! | --- | --- |
//! | from the time of day then, by what was known of the service's clock then | somebody had set the clock since the last answer before |
//! | back from now, by what is known of the service's clock now | the machine has slept since then |
//!
//! Where both agree, the moment is known about as well as the service's clock. Where they do not, it
//! lies between the two, and an order that was created in between is neither the call's nor another.

use std::time::{Duration, Instant};

use chrono::{DateTime, TimeDelta, Utc};

use super::server_clock::{Offset, ServerClock};

/// A moment by both clocks of this machine, with what was known of the service's at the time.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Moment {
    wall: DateTime<Utc>,
    instant: Instant,
    offset: Option<Offset>,
}

/// What the clocks say later, when the moment is asked for.
struct Later {
    wall: DateTime<Utc>,
    /// The time since then, without the time that the machine has slept.
    elapsed: Duration,
    offset: Offset,
}

impl Moment {
    /// Now.
    pub(crate) fn now(clock: &ServerClock) -> Self {
        Self {
            wall: Utc::now(),
            instant: Instant::now(),
            offset: clock.bounds(),
        }
    }

    /// This machine's time of day then.
    pub(crate) fn wall(&self) -> DateTime<Utc> {
        self.wall
    }

    /// By the clock that nobody sets.
    pub(crate) fn instant(&self) -> Instant {
        self.instant
    }

    /// The service's time then; none as long as its clock is not known.
    pub(crate) fn span(&self, clock: &ServerClock) -> Option<Span> {
        Some(self.reckoned(&Later {
            wall: Utc::now(),
            elapsed: self.instant.elapsed(),
            offset: clock.bounds()?,
        }))
    }

    fn reckoned(&self, later: &Later) -> Span {
        let from_then = Span::around(self.wall, self.offset.unwrap_or(later.offset));
        let elapsed = TimeDelta::from_std(later.elapsed).unwrap_or(TimeDelta::MAX);
        let back = later.wall.checked_sub_signed(elapsed);
        let from_now = Span::around(back.unwrap_or(DateTime::<Utc>::MIN_UTC), later.offset);
        Span {
            earliest: from_then.earliest.min(from_now.earliest),
            latest: from_then.latest.max(from_now.latest),
        }
    }

    /// A moment so much later, by both clocks.
    #[cfg(test)]
    pub(crate) fn plus(self, seconds: u64) -> Self {
        let duration = Duration::from_secs(seconds);
        Self {
            wall: self.wall + duration,
            instant: self.instant + duration,
            offset: self.offset,
        }
    }
}

/// A moment in the service's time: not before the one, not after the other.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Span {
    earliest: DateTime<Utc>,
    latest: DateTime<Utc>,
}

/// On which side of a moment a time lies.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Side {
    Before,
    /// It cannot be told.
    Unclear,
    After,
}

impl Span {
    fn around(wall: DateTime<Utc>, offset: Offset) -> Self {
        let plus =
            |offset: TimeDelta, otherwise| wall.checked_add_signed(offset).unwrap_or(otherwise);
        Self {
            earliest: plus(offset.least(), DateTime::<Utc>::MIN_UTC),
            latest: plus(offset.most(), DateTime::<Utc>::MAX_UTC),
        }
    }

    #[cfg(test)]
    pub(crate) fn between(earliest: DateTime<Utc>, latest: DateTime<Utc>) -> Self {
        Self { earliest, latest }
    }

    /// The moment was not earlier.
    pub(crate) fn earliest(self) -> DateTime<Utc> {
        self.earliest
    }

    /// The moment was not later.
    pub(crate) fn latest(self) -> DateTime<Utc> {
        self.latest
    }

    /// A moment that is later by this.
    pub(crate) fn shifted(self, by: TimeDelta) -> Self {
        let plus = |time: DateTime<Utc>| time.checked_add_signed(by).unwrap_or(time);
        Self {
            earliest: plus(self.earliest),
            latest: plus(self.latest),
        }
    }

    /// The same moment, of which this is known as well; unless that cannot be, since a clock was set.
    pub(crate) fn narrowed(self, other: Option<Self>) -> Self {
        let Some(other) = other else { return self };
        let both = Self {
            earliest: self.earliest.max(other.earliest),
            latest: self.latest.min(other.latest),
        };
        match both.earliest <= both.latest {
            true => both,
            false => self,
        }
    }

    /// Where a time lies that the service has given to something.
    pub(crate) fn side_of(self, time: DateTime<Utc>) -> Side {
        if time < self.earliest {
            Side::Before
        } else if time < self.latest {
            Side::Unclear
        } else {
            Side::After
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const SLACK: TimeDelta = TimeDelta::seconds(2);

    fn at(seconds: i64) -> DateTime<Utc> {
        DateTime::from_timestamp(1_790_000_000 + seconds, 0).unwrap()
    }

    /// A clock of the service that is so many seconds ahead, known to a second.
    fn ahead(seconds: i64) -> Offset {
        Offset::of_millis(seconds * 1_000 - 500, seconds * 1_000 + 500)
    }

    /// A call that begins at 0 by this machine's clock, while the service's is this far ahead.
    fn begun(offset: Option<Offset>) -> Moment {
        Moment {
            wall: at(0),
            instant: Instant::now(),
            offset,
        }
    }

    fn later(wall: i64, elapsed: u64, offset: Offset) -> Later {
        Later {
            wall: at(wall),
            elapsed: Duration::from_secs(elapsed),
            offset,
        }
    }

    /// On which sides of the beginning these times of the service's lie, with the slack.
    fn sides<const N: usize>(begun: Moment, later: &Later, times: [i64; N]) -> [Side; N] {
        let span = begun.reckoned(later).shifted(-SLACK);
        times.map(|time| span.side_of(at(time)))
    }

    #[test]
    fn clocks_that_agree_leave_nothing_open() {
        for offset in [None, Some(ahead(3))] {
            let later = later(10, 10, ahead(3));
            // What the call has placed is never earlier than its beginning.
            let [before, begins, after] = sides(begun(offset), &later, [-1, 3, 8]);
            assert_eq!(
                (before, begins, after),
                (Side::Before, Side::After, Side::After)
            );
        }
    }

    #[test]
    fn after_a_sleep_what_was_placed_before_it_is_not_called_another() {
        // An hour by the clock on the wall, of which the machine was awake for ten seconds.
        let later = later(3_600, 10, ahead(0));
        let of_the_call = sides(begun(Some(ahead(0))), &later, [1, 1_800, 3_580]);
        assert_eq!(of_the_call, [Side::Unclear; 3]);
        let others = sides(begun(Some(ahead(0))), &later, [-10, 3_595]);
        assert_eq!(others, [Side::Before, Side::After]);
    }

    #[test]
    fn a_clock_that_is_set_during_the_call_is_reckoned_with() {
        for (set, known_before) in [(600, true), (-600, true), (600, false), (-600, false)] {
            let offset = known_before.then_some(ahead(0));
            // The call takes ten seconds, and the clock is set in the middle of it.
            let later = later(10 + set, 10, ahead(-set));
            let [own] = sides(begun(offset), &later, [1]);
            assert_ne!(own, Side::Before, "{set} {known_before}");
            if known_before {
                // Both ways of reckoning lead to the same moment.
                assert_eq!(own, Side::After, "{set}");
                assert_eq!(sides(begun(offset), &later, [-10]), [Side::Before], "{set}");
            }
        }
    }

    #[test]
    fn a_clock_that_is_set_after_a_sleep_is_no_way_to_lose_an_order() {
        // The machine was half an hour fast, slept for an hour and was set right.
        let before = ahead(-1_800);
        let later = later(1_800, 10, ahead(0));
        let begun = begun(Some(before));
        // By the service's clock the call began half an hour before 0.
        assert_eq!(sides(begun, &later, [-1_799]), [Side::Unclear]);
        assert_eq!(sides(begun, &later, [-1_900]), [Side::Before]);
    }

    #[test]
    fn a_clock_that_is_hardly_known_leaves_open_what_it_must() {
        // The one answer so far was six seconds under way.
        let offset = Offset::of_millis(-6_000, 999);
        let later = later(10, 10, offset);
        assert_eq!(
            sides(begun(None), &later, [-9, -5, 0]),
            [Side::Before, Side::Unclear, Side::After]
        );
    }

    #[test]
    fn what_is_learnt_later_narrows_and_never_contradicts() {
        let wide = Span {
            earliest: at(-40),
            latest: at(1),
        };
        let exact = Span {
            earliest: at(0),
            latest: at(1),
        };
        assert_eq!(wide.narrowed(Some(exact)), exact);
        assert_eq!(exact.narrowed(Some(wide)), exact);
        assert_eq!(exact.narrowed(None), exact);
        // Somebody has set the clock since then.
        assert_eq!(
            exact.narrowed(Some(wide.shifted(TimeDelta::hours(1)))),
            exact
        );
    }

    #[test]
    fn the_ends_of_time_do_not_overflow() {
        let offset = Offset::of_millis(i64::MIN / 4, i64::MAX / 4);
        let later = Later {
            wall: DateTime::<Utc>::MIN_UTC,
            elapsed: Duration::MAX,
            offset,
        };
        let span = begun(None).reckoned(&later);
        assert_eq!(span.side_of(at(0)), Side::Unclear);
        assert_eq!(span.shifted(TimeDelta::MAX).narrowed(Some(span)), span);
    }
}
