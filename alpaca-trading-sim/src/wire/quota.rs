//! How many requests an account may make in a minute.

use std::collections::HashMap;
use std::fmt;
use std::sync::{Arc, Mutex, PoisonError};

use chrono::{DateTime, Utc};
use http::{HeaderMap, HeaderName, HeaderValue};

/// The clock on the wall, which quotas go by: that of the machine, or another.
#[derive(Clone)]
pub(crate) struct WallClock(Arc<dyn Fn() -> DateTime<Utc> + Send + Sync>);

impl WallClock {
    pub(crate) fn new(now: impl Fn() -> DateTime<Utc> + Send + Sync + 'static) -> Self {
        Self(Arc::new(now))
    }

    /// Seconds since 1970.
    pub(crate) fn second(&self) -> u64 {
        u64::try_from((self.0)().timestamp()).unwrap_or(0)
    }
}

impl Default for WallClock {
    fn default() -> Self {
        Self::new(Utc::now)
    }
}

impl fmt::Debug for WallClock {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("WallClock").field(&self.second()).finish()
    }
}

/// The quota of every account, in fixed windows of a minute.
#[derive(Debug)]
pub(crate) struct Quota {
    per_minute: u32,
    /// By account: which minute, and how many requests it has seen.
    used: Mutex<HashMap<usize, (u64, u32)>>,
}

/// How a quota stands after a request.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Standing {
    pub(crate) limit: u32,
    pub(crate) remaining: u32,
    /// When the next window begins, in seconds since 1970.
    pub(crate) reset: u64,
    /// Whether the request is one too many.
    pub(crate) spent: bool,
}

impl Quota {
    pub(crate) fn new(per_minute: u32) -> Self {
        Self {
            per_minute,
            used: Mutex::default(),
        }
    }

    /// Counts a request, made at this second of the wall clock.
    pub(crate) fn count(&self, account: usize, second: u64) -> Standing {
        let minute = second / 60;
        let mut used = self.used.lock().unwrap_or_else(PoisonError::into_inner);
        let entry = used.entry(account).or_insert((minute, 0));
        if entry.0 != minute {
            *entry = (minute, 0);
        }
        let spent = entry.1 >= self.per_minute;
        if !spent {
            entry.1 += 1;
        }
        Standing {
            limit: self.per_minute,
            remaining: self.per_minute - entry.1,
            reset: (minute + 1) * 60,
            spent,
        }
    }
}

impl Standing {
    /// The same, told by the clock of the world: windows last on the wall, and their end is as far from the
    /// `Date` of the answer as it is from this second there.
    pub(crate) fn at(self, second: u64, now: DateTime<Utc>) -> Self {
        let now = u64::try_from(now.timestamp()).unwrap_or(0);
        Self {
            reset: now.saturating_add(self.reset.saturating_sub(second)),
            ..self
        }
    }

    /// Says how the quota stands, unless that was said already.
    pub(crate) fn write(&self, headers: &mut HeaderMap) {
        for (name, value) in [
            ("x-ratelimit-limit", u64::from(self.limit)),
            ("x-ratelimit-remaining", u64::from(self.remaining)),
            ("x-ratelimit-reset", self.reset),
        ] {
            headers
                .entry(HeaderName::from_static(name))
                .or_insert(HeaderValue::from(value));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_minute_holds_its_number_and_no_more() {
        let quota = Quota::new(3);
        let count = |account, second| {
            let standing = quota.count(account, second);
            (standing.remaining, standing.spent, standing.reset)
        };
        assert_eq!(count(0, 600), (2, false, 660));
        assert_eq!(count(0, 659), (1, false, 660));
        assert_eq!(count(1, 659), (2, false, 660));
        assert_eq!(count(0, 659), (0, false, 660));
        assert_eq!(count(0, 659), (0, true, 660));
        assert_eq!(count(0, 660), (2, false, 720));
    }

    #[test]
    fn the_end_of_a_minute_is_told_by_the_clock_of_the_world() {
        let standing = Quota::new(3).count(0, 1_259);
        let world = DateTime::from_timestamp(500_000, 0).unwrap();
        assert_eq!(standing.at(1_259, world).reset, 500_001);
        // Before 1970 there are no seconds.
        let early = DateTime::from_timestamp(-5, 0).unwrap();
        assert_eq!(standing.at(1_259, early).reset, 1);
    }
}
