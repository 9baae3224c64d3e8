//! What an answer says about the quota, and how long that holds.

use std::time::Duration;

use chrono::{DateTime, Utc};
use http::HeaderMap;
use tokio::time::Instant;

use crate::transport::rate_limit::RateLimit;
use crate::transport::retry_after::{LONGEST_RESET, server_date};

/// How long after the computed end of a window the next is believed to have begun.
pub(super) const MARGIN: Duration = Duration::from_millis(50);

/// The headers of one answer that concern the quota, and what time it was.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Reading {
    pub(crate) rate: RateLimit,
    /// The `Date` of the answer.
    pub(crate) server: Option<DateTime<Utc>>,
    /// The local time at which it came, which stands in for a missing `Date`.
    pub(crate) local: DateTime<Utc>,
}

impl Reading {
    /// Reads the headers of an answer that came at `local`.
    pub(crate) fn from_headers(headers: &HeaderMap, local: DateTime<Utc>) -> Self {
        Self {
            rate: RateLimit::from_headers(headers).unwrap_or_default(),
            server: server_date(headers),
            local,
        }
    }

    /// The window that it describes: how many requests remain, the reset, and when that is here,
    /// for an answer that came `now`.
    ///
    /// The end is reckoned from the arrival of the answer and its `Date`, which is cut to the second:
    /// both make it too late rather than too early, by up to a second and the answer's time under
    /// way. The least of all answers of a window comes close.
    pub(super) fn window(&self, now: Instant) -> Option<(u32, DateTime<Utc>, Instant)> {
        let date = self.server.unwrap_or(self.local);
        let wait = self.rate.resets_in(date)?.min(LONGEST_RESET);
        Some((
            self.rate.remaining()?,
            self.rate.reset()?,
            now + wait + MARGIN,
        ))
    }
}

#[cfg(test)]
mod tests {
    use http::HeaderValue;

    use super::*;

    fn headers(pairs: &[(&'static str, &'static str)]) -> HeaderMap {
        pairs
            .iter()
            .map(|(name, value)| {
                (
                    http::HeaderName::from_static(name),
                    HeaderValue::from_static(value),
                )
            })
            .collect()
    }

    /// How long after its arrival the window ends, without the margin.
    fn lasts(reading: &Reading) -> Option<Duration> {
        let now = Instant::now();
        let (_, _, ends) = reading.window(now)?;
        Some(ends - now - MARGIN)
    }

    const QUOTA: [(&str, &str); 3] = [
        ("x-ratelimit-limit", "200"),
        ("x-ratelimit-remaining", "7"),
        // 2026-09-01T12:00:00Z
        ("x-ratelimit-reset", "1788264000"),
    ];

    #[test]
    fn the_end_of_the_window_is_read_against_the_date() {
        let mut headers = headers(&QUOTA);
        headers.insert(
            "date",
            HeaderValue::from_static("Tue, 01 Sep 2026 11:59:25 GMT"),
        );
        let reading = Reading::from_headers(&headers, DateTime::UNIX_EPOCH);
        assert_eq!(lasts(&reading), Some(Duration::from_secs(35)));
        let (remaining, reset, _) = reading.window(Instant::now()).unwrap();
        assert_eq!((remaining, reset.timestamp()), (7, 1_788_264_000));
    }

    #[test]
    fn without_a_date_the_local_clock_stands_in_and_is_not_believed_blindly() {
        for (local, seconds) in [
            ("2026-09-01T11:59:25.250Z", 34.75),
            ("2026-09-01T12:00:01Z", 0.0),
            ("2020-01-01T00:00:00Z", 65.0),
        ] {
            let reading = Reading::from_headers(&headers(&QUOTA), local.parse().unwrap());
            assert_eq!(reading.server, None);
            let expected = Duration::from_secs_f64(seconds);
            assert_eq!(lasts(&reading), Some(expected), "{local}");
        }
    }

    #[test]
    fn a_window_needs_both_what_remains_and_until_when() {
        for missing in 0..3 {
            let mut pairs = QUOTA.to_vec();
            let (name, _) = pairs.remove(missing);
            let reading = Reading::from_headers(&headers(&pairs), DateTime::UNIX_EPOCH);
            assert_eq!(
                reading.window(Instant::now()).is_some(),
                missing == 0,
                "{name}"
            );
        }
        let silent = Reading::from_headers(&HeaderMap::new(), DateTime::UNIX_EPOCH);
        assert_eq!(silent.rate, RateLimit::default());
        assert_eq!(lasts(&silent), None);
    }
}
