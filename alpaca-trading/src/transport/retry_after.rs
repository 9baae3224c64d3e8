//! How long the service asks its client to wait.

use std::time::Duration;

use chrono::{DateTime, Utc};
use http::HeaderMap;
use http::header::{DATE, RETRY_AFTER};

use super::rate_limit::RateLimit;

/// What a longer `Retry-After` is read as: no caller waits this long, and arithmetic on it is safe.
const LONGEST: Duration = Duration::from_secs(24 * 60 * 60);

/// The longest wait until a reset that is believed: the windows are a minute, plus some rounding.
/// More than this is a clock that is wrong, here or there.
pub(crate) const LONGEST_RESET: Duration = Duration::from_secs(65);

/// The time at which the service answered, by its own clock: the `Date` header, to the second.
pub(crate) fn server_date(headers: &HeaderMap) -> Option<DateTime<Utc>> {
    http_date(headers.get(DATE)?.to_str().ok()?)
}

/// The wait that `Retry-After` asks for: zero for a time that has passed, a day for more than a day.
///
/// A date is read against the `Date` of the same answer, so that the clock of this machine has no
/// say; `now` stands in when there is none. A value in neither form asks for nothing.
pub(crate) fn retry_after(headers: &HeaderMap, now: DateTime<Utc>) -> Option<Duration> {
    let value = headers.get(RETRY_AFTER)?.to_str().ok()?.trim();
    if !value.is_empty() && value.bytes().all(|byte| byte.is_ascii_digit()) {
        // Only a number beyond 64 bits fails here, and that is a very long wait.
        let seconds = value.parse().unwrap_or(u64::MAX);
        return Some(Duration::from_secs(seconds).min(LONGEST));
    }
    let until = http_date(value)?;
    let now = server_date(headers).unwrap_or(now);
    let wait = (until - now).to_std().unwrap_or(Duration::ZERO);
    Some(wait.min(LONGEST))
}

/// The wait that an answer with this status imposes: no request may be sent before it has passed.
///
/// `Retry-After` comes first, whatever the status. Without it, a 429 waits for the reset of the
/// quota, unless the service says that requests remain: then another limit was hit, and the reset
/// says nothing about it.
pub(crate) fn mandated_wait(
    status: u16,
    headers: &HeaderMap,
    now: DateTime<Utc>,
) -> Option<Duration> {
    if let Some(wait) = retry_after(headers, now) {
        return Some(wait);
    }
    if status != 429 {
        return None;
    }
    let rate = RateLimit::from_headers(headers)?;
    if rate.remaining().is_some_and(|remaining| remaining > 0) {
        return None;
    }
    let wait = rate.resets_in(server_date(headers).unwrap_or(now))?;
    Some(wait.min(LONGEST_RESET))
}

/// A date in any of the three forms of HTTP: the current one of RFC 1123, and the two obsolete ones
/// of RFC 850 and of `asctime`.
fn http_date(text: &str) -> Option<DateTime<Utc>> {
    httpdate::parse_http_date(text.trim())
        .ok()
        .map(DateTime::from)
}

#[cfg(test)]
mod tests {
    use http::HeaderValue;

    use super::*;

    const NOON: &str = "Tue, 01 Sep 2026 12:00:00 GMT";

    fn noon() -> DateTime<Utc> {
        "2026-09-01T12:00:00Z".parse().unwrap()
    }

    fn headers(pairs: &[(&'static str, &str)]) -> HeaderMap {
        let mut headers = HeaderMap::new();
        for (name, value) in pairs {
            headers.insert(*name, HeaderValue::from_str(value).unwrap());
        }
        headers
    }

    #[test]
    fn seconds_are_a_wait() {
        for (value, seconds) in [
            ("0", 0),
            ("1", 1),
            (" 120 ", 120),
            ("00030", 30),
            ("86401", 86_400),
            ("99999999999999999999999999999", 86_400),
        ] {
            assert_eq!(
                retry_after(&headers(&[("retry-after", value)]), noon()),
                Some(Duration::from_secs(seconds)),
                "{value}"
            );
        }
    }

    #[test]
    fn a_date_in_any_form_is_a_wait_from_the_date_of_the_answer() {
        for value in [
            "Tue, 01 Sep 2026 12:00:30 GMT",
            "Tuesday, 01-Sep-26 12:00:30 GMT",
            "Tue Sep  1 12:00:30 2026",
        ] {
            let headers = headers(&[("retry-after", value), ("date", NOON)]);
            // This machine's clock is a year behind, and that does not matter.
            let now = noon() - chrono::Duration::days(365);
            assert_eq!(
                retry_after(&headers, now),
                Some(Duration::from_secs(30)),
                "{value}"
            );
        }
    }

    #[test]
    fn without_a_date_the_given_time_counts() {
        let headers = headers(&[("retry-after", "Tue, 01 Sep 2026 12:00:30 GMT")]);
        let now = noon() + chrono::Duration::milliseconds(500);
        assert_eq!(
            retry_after(&headers, now),
            Some(Duration::from_millis(29_500))
        );
    }

    #[test]
    fn the_past_is_no_wait_and_the_far_future_a_day() {
        for (value, wait) in [
            ("Tue, 01 Sep 2026 11:59:59 GMT", Duration::ZERO),
            ("Thu, 01 Jan 1970 00:00:00 GMT", Duration::ZERO),
            ("Fri, 31 Dec 9999 23:59:59 GMT", LONGEST),
        ] {
            let headers = headers(&[("retry-after", value), ("date", NOON)]);
            assert_eq!(retry_after(&headers, noon()), Some(wait), "{value}");
        }
    }

    #[test]
    fn what_is_neither_form_asks_for_nothing() {
        for value in [
            "",
            " ",
            "-5",
            "1.5",
            "soon",
            "10s",
            "Tue, 32 Sep 2026 12:00:00 GMT",
        ] {
            assert_eq!(
                retry_after(&headers(&[("retry-after", value)]), noon()),
                None,
                "{value}"
            );
        }
        assert_eq!(retry_after(&HeaderMap::new(), noon()), None);
    }

    #[test]
    fn an_unreadable_date_of_the_answer_is_no_date() {
        let headers = headers(&[
            ("retry-after", "Tue, 01 Sep 2026 12:00:30 GMT"),
            ("date", "noon"),
        ]);
        assert_eq!(server_date(&headers), None);
        assert_eq!(retry_after(&headers, noon()), Some(Duration::from_secs(30)));
    }

    fn limited(remaining: &str, after: i64) -> HeaderMap {
        headers(&[
            ("date", NOON),
            ("x-ratelimit-limit", "200"),
            ("x-ratelimit-remaining", remaining),
            (
                "x-ratelimit-reset",
                &(noon().timestamp() + after).to_string(),
            ),
        ])
    }

    #[test]
    fn a_429_waits_for_the_reset() {
        let wrong_clock = noon() + chrono::Duration::hours(3);
        assert_eq!(
            mandated_wait(429, &limited("0", 42), wrong_clock),
            Some(Duration::from_secs(42))
        );
        assert_eq!(
            mandated_wait(429, &limited("0", -5), noon()),
            Some(Duration::ZERO)
        );
        assert_eq!(
            mandated_wait(429, &limited("0", 86_400), noon()),
            Some(LONGEST_RESET)
        );
        assert_eq!(
            mandated_wait(429, &limited("120", 42), noon()),
            None,
            "another limit"
        );
        assert_eq!(mandated_wait(429, &HeaderMap::new(), noon()), None);
    }

    #[test]
    fn only_a_429_waits_for_the_reset() {
        assert_eq!(mandated_wait(503, &limited("0", 42), noon()), None);
    }

    #[test]
    fn retry_after_comes_before_the_reset() {
        for status in [429, 503] {
            let mut headers = limited("0", 42);
            headers.insert(RETRY_AFTER, HeaderValue::from_static("7"));
            assert_eq!(
                mandated_wait(status, &headers, noon()),
                Some(Duration::from_secs(7))
            );
        }
    }
}
