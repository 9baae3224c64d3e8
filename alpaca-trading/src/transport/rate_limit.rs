//! The quota that the service reports with an answer.

use std::time::Duration;

use chrono::{DateTime, Utc};
use http::HeaderMap;

/// The last second of the year 9999. A reset beyond it is not a time in seconds; milliseconds read
/// as seconds land there.
const LAST_SECOND: i64 = 253_402_300_799;

/// How much of the request quota is left, as the service last said.
///
/// Alpaca allows an account 200 trading requests per minute (1,000 for Elite users) and says in the
/// headers `X-RateLimit-Limit`, `X-RateLimit-Remaining` and `X-RateLimit-Reset` where the account
/// stands. Every program that uses the account draws on the same quota. Not every answer has the
/// headers, so every part is optional; one that is missing or makes no sense is `None`.
///
/// # Examples
///
/// ```
/// use alpaca_trading::RateLimit;
///
/// fn describe(rate: &RateLimit) -> String {
///     match (rate.remaining(), rate.limit()) {
///         (Some(remaining), Some(limit)) => format!("{remaining} of {limit} requests left"),
///         _ => "the service did not say".to_owned(),
///     }
/// }
///
/// assert_eq!(describe(&RateLimit::default()), "the service did not say");
/// ```
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub struct RateLimit {
    limit: Option<u32>,
    remaining: Option<u32>,
    reset: Option<DateTime<Utc>>,
}

impl RateLimit {
    /// How many requests a whole window (one minute) allows.
    #[must_use]
    pub fn limit(&self) -> Option<u32> {
        self.limit
    }

    /// How many more requests the current window allows, counted when the service answered.
    #[must_use]
    pub fn remaining(&self) -> Option<u32> {
        self.remaining
    }

    /// When the quota changes next, on the clock of the service, to the second.
    ///
    /// To turn it into a wait, compare it with the `Date` of the same answer: the clock of this
    /// machine may differ.
    #[must_use]
    pub fn reset(&self) -> Option<DateTime<Utc>> {
        self.reset
    }

    /// Reads the headers; `None` when none of the three has a usable value.
    pub(crate) fn from_headers(headers: &HeaderMap) -> Option<Self> {
        let rate = Self {
            limit: number(headers, "x-ratelimit-limit"),
            remaining: number(headers, "x-ratelimit-remaining"),
            reset: number(headers, "x-ratelimit-reset")
                .filter(|seconds| (0..=LAST_SECOND).contains(seconds))
                .and_then(|seconds| DateTime::from_timestamp(seconds, 0)),
        };
        (rate != Self::default()).then_some(rate)
    }

    /// How long after `now` the quota changes: zero when that time has passed.
    pub(crate) fn resets_in(&self, now: DateTime<Utc>) -> Option<Duration> {
        let reset = self.reset?;
        Some((reset - now).to_std().unwrap_or(Duration::ZERO))
    }

    /// What an answer without the headers says.
    #[cfg(test)]
    pub(crate) const NONE: Self = Self {
        limit: None,
        remaining: None,
        reset: None,
    };

    #[cfg(test)]
    pub(crate) fn of(limit: u32, remaining: u32, reset: i64) -> Self {
        Self {
            limit: Some(limit),
            remaining: Some(remaining),
            reset: DateTime::from_timestamp(reset, 0),
        }
    }
}

/// The whole number in a header, if it is one that the type can hold.
fn number<T: std::str::FromStr>(headers: &HeaderMap, name: &'static str) -> Option<T> {
    headers.get(name)?.to_str().ok()?.trim().parse().ok()
}

#[cfg(test)]
mod tests {
    use http::HeaderValue;

    use super::*;

    fn headers(limit: &str, remaining: &str, reset: &str) -> HeaderMap {
        let mut headers = HeaderMap::new();
        for (name, value) in [
            ("x-ratelimit-limit", limit),
            ("x-ratelimit-remaining", remaining),
            ("x-ratelimit-reset", reset),
        ] {
            if !value.is_empty() {
                headers.insert(name, HeaderValue::from_bytes(value.as_bytes()).unwrap());
            }
        }
        headers
    }

    #[test]
    fn all_three_are_read() {
        let rate = RateLimit::from_headers(&headers("200", " 199 ", "1790000000")).unwrap();
        assert_eq!(rate.limit(), Some(200));
        assert_eq!(rate.remaining(), Some(199));
        assert_eq!(rate.reset().unwrap().timestamp(), 1_790_000_000);
        assert_eq!(rate, RateLimit::of(200, 199, 1_790_000_000));
    }

    #[test]
    fn a_missing_header_leaves_the_others() {
        let rate = RateLimit::from_headers(&headers("", "0", "")).unwrap();
        assert_eq!(rate.limit(), None);
        assert_eq!(rate.remaining(), Some(0));
        assert_eq!(rate.reset(), None);
        assert_eq!(RateLimit::from_headers(&HeaderMap::new()), None);
    }

    #[test]
    fn nonsense_is_as_good_as_missing() {
        for value in [
            "-1",
            "many",
            "1.5",
            "0x10",
            "200, 200",
            "99999999999999999999999999",
            "\u{fc}",
            " ",
        ] {
            assert_eq!(
                RateLimit::from_headers(&headers(value, value, value)),
                None,
                "{value}"
            );
        }
    }

    #[test]
    fn what_does_not_fit_is_left_out() {
        let rate = RateLimit::from_headers(&headers("4294967296", "4294967295", "1790000000000"));
        let rate = rate.unwrap();
        assert_eq!(rate.limit(), None, "more than 32 bits");
        assert_eq!(rate.remaining(), Some(u32::MAX));
        assert_eq!(rate.reset(), None, "milliseconds");
        let last = RateLimit::from_headers(&headers("", "", "253402300799")).unwrap();
        assert_eq!(last.reset().unwrap().timestamp(), LAST_SECOND);
    }

    #[test]
    fn the_wait_ends_at_the_reset_and_is_never_negative() {
        let rate = RateLimit::of(200, 0, 1_790_000_060);
        let at = |seconds, nanos| DateTime::from_timestamp(seconds, nanos).unwrap();
        assert_eq!(
            rate.resets_in(at(1_790_000_000, 500_000_000)),
            Some(Duration::from_millis(59_500))
        );
        assert_eq!(rate.resets_in(at(1_790_000_060, 0)), Some(Duration::ZERO));
        assert_eq!(rate.resets_in(at(1_790_009_999, 0)), Some(Duration::ZERO));
        assert_eq!(RateLimit::default().resets_in(at(0, 0)), None);
        assert!(rate.resets_in(DateTime::<Utc>::MIN_UTC).is_some());
        assert_eq!(
            rate.resets_in(DateTime::<Utc>::MAX_UTC),
            Some(Duration::ZERO)
        );
    }
}
