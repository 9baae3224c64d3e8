//! The parameters of server-sent events: where a stream begins and where it ends.
//!
//! | rule | |
//! |---|---|
//! | `since`, `until` | an RFC 3339 timestamp, or a date, which is its beginning in UTC |
//! | `since_id`, `until_id` | a ULID, in capital letters or small ones |
//! | `since`, `since_id` | exclude each other |
//! | `until` | needs `since` |
//! | `until_id` | needs `since_id` |
//! | no beginning | new events only |
//!
//! Both bounds belong to the stream: an event at `since` or with the id `since_id` is told, and so is
//! one at `until` or with `until_id`. A parameter without a value counts as left out, of one that is
//! given twice the first counts, and unknown ones are ignored. A `+` that is not encoded is a space, so
//! that a timestamp with one is refused.

use axum::extract::Query;
use chrono::{DateTime, NaiveDate, NaiveTime, Utc};
use http::{StatusCode, Uri};

use crate::{ApiError, Event};

/// The part of the log that a stream tells.
#[derive(Clone, Debug, Default, PartialEq)]
pub(super) struct Span {
    /// The first of it; without one, only what is new.
    since: Option<Bound>,
    /// The last of it.
    until: Option<Bound>,
}

#[derive(Clone, Debug, PartialEq)]
enum Bound {
    Time(DateTime<Utc>),
    /// A ULID in capital letters.
    Id(String),
}

/// Where an event is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Position {
    Before,
    Within,
    /// Within, and nothing can follow.
    Last,
    Beyond,
}

impl Span {
    /// Reads the query of a request, and of its headers `Last-Event-ID`, which stands for `since_id`
    /// when the query has no bounds.
    pub(super) fn parse(uri: &Uri, last_event_id: Option<&str>) -> Result<Self, ApiError> {
        let Ok(Query(pairs)) = Query::<Vec<(String, String)>>::try_from_uri(uri) else {
            return Err(ApiError::new(
                StatusCode::BAD_REQUEST,
                40_010_000,
                "failed to parse query",
            ));
        };
        let text = |wanted: &str| {
            pairs
                .iter()
                .find(|(name, _)| name == wanted)
                .map(|(_, value)| value.as_str())
                .filter(|value| !value.is_empty())
        };
        let time = |name: &str| text(name).map(|text| parse_time(name, text)).transpose();
        let id = |name: &str| text(name).map(|text| parse_id(name, text)).transpose();

        let (since, until) = (time("since")?, time("until")?);
        let (since_id, until_id) = (id("since_id")?, id("until_id")?);
        if since.is_some() && since_id.is_some() {
            return Err(ApiError::invalid(
                "only one of since and since_id is accepted",
            ));
        }
        if until.is_some() && since.is_none() {
            return Err(ApiError::invalid("until requires since"));
        }
        if until_id.is_some() && since_id.is_none() {
            return Err(ApiError::invalid("until_id requires since_id"));
        }
        let last = match last_event_id.filter(|id| !id.is_empty()) {
            Some(last) if since.is_none() && since_id.is_none() => {
                Some(parse_id("Last-Event-ID", last)?)
            }
            _ => None,
        };
        Ok(Self {
            since: since.or(since_id).or(last),
            until: until.or(until_id),
        })
    }

    /// Whether past events are told.
    pub(super) fn has_beginning(&self) -> bool {
        self.since.is_some()
    }

    /// Whether the stream ends by itself.
    pub(super) fn has_end(&self) -> bool {
        self.until.is_some()
    }

    /// Where an event is.
    pub(super) fn position(&self, event: &Event) -> Position {
        match &self.until {
            Some(Bound::Time(until)) if event.at > *until => return Position::Beyond,
            Some(Bound::Id(until)) if event.id > *until => return Position::Beyond,
            _ => {}
        }
        match &self.since {
            Some(Bound::Time(since)) if event.at < *since => return Position::Before,
            Some(Bound::Id(since)) if event.id < *since => return Position::Before,
            _ => {}
        }
        match &self.until {
            // Another event can have the same time, but not the same id.
            Some(Bound::Id(until)) if event.id == *until => Position::Last,
            _ => Position::Within,
        }
    }

    /// Whether an event that happens from now on is beyond the end in any case.
    pub(super) fn is_over(&self, now: DateTime<Utc>) -> bool {
        match &self.until {
            Some(Bound::Time(until)) => now > *until,
            Some(Bound::Id(until)) => now.timestamp_millis() > millis_of(until),
            None => false,
        }
    }
}

fn parse_time(name: &str, text: &str) -> Result<Bound, ApiError> {
    if let Ok(time) = DateTime::parse_from_rfc3339(text) {
        return Ok(Bound::Time(time.to_utc()));
    }
    // The length: this format would also take a month of one digit.
    match NaiveDate::parse_from_str(text, "%Y-%m-%d") {
        Ok(date) if text.len() == 10 => Ok(Bound::Time(date.and_time(NaiveTime::MIN).and_utc())),
        _ => Err(failed(name)),
    }
}

fn parse_id(name: &str, text: &str) -> Result<Bound, ApiError> {
    let id = text.to_ascii_uppercase();
    // 26 letters of five bits are two bits too many: the first is one of the first eight.
    let fits = id.len() == 26 && id.starts_with(|first: char| ('0'..='7').contains(&first));
    if fits && id.chars().all(|letter| digit(letter).is_some()) {
        Ok(Bound::Id(id))
    } else {
        Err(failed(name))
    }
}

fn failed(name: &str) -> ApiError {
    ApiError::invalid(format!("failed to parse {name}"))
}

/// The value of a letter of Crockford's base 32.
fn digit(letter: char) -> Option<i64> {
    "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
        .chars()
        .zip(0..)
        .find_map(|(known, value)| (known == letter).then_some(value))
}

/// The milliseconds since 1970 in a ULID: its first ten letters, 48 bits.
fn millis_of(id: &str) -> i64 {
    id.chars()
        .take(10)
        .filter_map(digit)
        .fold(0, |millis, digit| (millis << 5) | digit)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::{Ids, Kind};

    const A: &str = "01ARZ3NDEKTSV4RRFFQ69G5FAV";
    const B: &str = "01BX5ZZKBKACTAV9WEVGEMMVS0";

    fn parse(query: &str, last: Option<&str>) -> Result<Span, ApiError> {
        let uri = format!("/v2/events/trades{query}").parse().unwrap();
        Span::parse(&uri, last)
    }

    fn time(text: &str) -> Bound {
        Bound::Time(text.parse().unwrap())
    }

    fn id(text: &str) -> Bound {
        Bound::Id(text.into())
    }

    #[test]
    fn a_span_is_read_from_the_query() {
        let morning = || Some(time("2026-10-01T00:00:00Z"));
        let rows = [
            (String::new(), None, None, None),
            ("?".into(), None, None, None),
            ("?unknown=1&since=".into(), None, None, None),
            ("?since=2026-10-01".into(), None, morning(), None),
            ("?since=2026-10-01T00:00:00Z".into(), None, morning(), None),
            (
                "?since=2026-10-01T02:00:00%2B02:00".into(),
                None,
                morning(),
                None,
            ),
            (
                "?since=2026-09-30T20:00:00-04:00".into(),
                None,
                morning(),
                None,
            ),
            (
                "?since=2026-10-01T00:00:00.000000001Z".into(),
                None,
                Some(time("2026-10-01T00:00:00.000000001Z")),
                None,
            ),
            (
                "?since=2026-10-01&since=nonsense".into(),
                None,
                morning(),
                None,
            ),
            (
                "?since=2026-10-01&until=2026-10-02".into(),
                None,
                morning(),
                Some(time("2026-10-02T00:00:00Z")),
            ),
            (format!("?since_id={A}"), None, Some(id(A)), None),
            (
                format!("?since_id={}", A.to_lowercase()),
                None,
                Some(id(A)),
                None,
            ),
            (
                format!("?since_id={A}&until_id={B}"),
                None,
                Some(id(A)),
                Some(id(B)),
            ),
            (String::new(), Some(A), Some(id(A)), None),
            (String::new(), Some(""), None, None),
            ("?since=2026-10-01".into(), Some(B), morning(), None),
            (format!("?since_id={A}"), Some(B), Some(id(A)), None),
            (format!("?since_id={A}"), Some("7"), Some(id(A)), None),
        ];
        for (query, last, since, until) in rows {
            assert_eq!(
                parse(&query, last),
                Ok(Span { since, until }),
                "{query} {last:?}"
            );
        }
    }

    #[test]
    fn a_query_that_breaks_a_rule_is_refused_in_words() {
        let rows = [
            ("?until=2026-10-02".into(), "until requires since"),
            (format!("?until_id={A}"), "until_id requires since_id"),
            (
                format!("?since=2026-10-01&until_id={A}"),
                "until_id requires since_id",
            ),
            (
                format!("?since_id={A}&until=2026-10-02"),
                "until requires since",
            ),
            (
                format!("?since=2026-10-01&since_id={A}"),
                "only one of since and since_id is accepted",
            ),
            ("?since=yesterday".into(), "failed to parse since"),
            ("?since=2026-1-1".into(), "failed to parse since"),
            ("?since=2026-13-01".into(), "failed to parse since"),
            ("?since=1790000000".into(), "failed to parse since"),
            ("?since=2026-10-01T00:00:00".into(), "failed to parse since"),
            (
                "?since=2026-10-01T00:00:00+00:00".into(),
                "failed to parse since",
            ),
            ("?since=%FF".into(), "failed to parse since"),
            (
                "?since=2026-10-01&until=later".into(),
                "failed to parse until",
            ),
            ("?since_id=1".into(), "failed to parse since_id"),
            (
                "?since_id=81ARZ3NDEKTSV4RRFFQ69G5FAV".into(),
                "failed to parse since_id",
            ),
            (
                "?since_id=01ARZ3NDEKTSV4RRFFQ69G5FAU".into(),
                "failed to parse since_id",
            ),
            (
                format!("?since_id={A}&until_id={B}0"),
                "failed to parse until_id",
            ),
        ];
        for (query, message) in rows {
            let expected = ApiError::invalid(message);
            assert_eq!(parse(&query, None), Err(expected), "{query}");
        }
        let expected = ApiError::invalid("failed to parse Last-Event-ID");
        assert_eq!(parse("", Some("7")), Err(expected));
    }

    fn event(id: &str, at: &str) -> Event {
        Event {
            id: id.into(),
            at: at.parse().unwrap(),
            kind: Kind::Trade,
            json: "{}".into(),
        }
    }

    #[test]
    fn both_bounds_belong_to_the_span() {
        let span = parse("?since=2026-10-01&until=2026-10-02", None).unwrap();
        for (at, expected) in [
            ("2026-09-30T23:59:59.999999999Z", Position::Before),
            ("2026-10-01T00:00:00Z", Position::Within),
            ("2026-10-02T00:00:00Z", Position::Within),
            ("2026-10-02T00:00:00.000000001Z", Position::Beyond),
        ] {
            assert_eq!(span.position(&event(A, at)), expected, "{at}");
        }
        let span = parse(&format!("?since_id={A}&until_id={B}"), None).unwrap();
        for (id, expected) in [
            ("01ARZ3NDEKTSV4RRFFQ69G5FAT", Position::Before),
            (A, Position::Within),
            ("01ARZ3NDEKTSV4RRFFQ69G5FAW", Position::Within),
            (B, Position::Last),
            ("01BX5ZZKBKACTAV9WEVGEMMVS1", Position::Beyond),
        ] {
            let event = event(id, "2026-10-01T00:00:00Z");
            assert_eq!(span.position(&event), expected, "{id}");
        }
        let live = parse("", None).unwrap();
        assert!(!live.has_beginning() && !live.has_end());
        let event = event(A, "1970-01-01T00:00:00Z");
        assert_eq!(live.position(&event), Position::Within);
    }

    #[test]
    fn the_clock_passes_an_end_only_behind_it() {
        let now = |text: &str| text.parse::<DateTime<Utc>>().unwrap();
        let span = parse("?since=2026-10-01&until=2026-10-02", None).unwrap();
        assert!(!span.is_over(now("2026-10-02T00:00:00Z")));
        assert!(span.is_over(now("2026-10-02T00:00:00.000000001Z")));
        let span = parse("?since=2026-10-01", None).unwrap();
        assert!(!span.is_over(DateTime::<Utc>::MAX_UTC));
    }

    proptest! {
        #[test]
        fn an_id_carries_the_time_it_was_made_at(millis in 0_i64..(1 << 48), seed: u64) {
            let at = DateTime::from_timestamp_millis(millis).unwrap();
            let id = Ids::new(seed).ulid(at);
            prop_assert_eq!(millis_of(&id), millis);
            let span = parse(&format!("?since_id={id}&until_id={id}"), None).unwrap();
            prop_assert!(!span.is_over(at));
            let later = DateTime::from_timestamp_millis(millis + 1).unwrap();
            prop_assert!(span.is_over(later));
        }

        #[test]
        fn no_query_panics(query in "\\?[ -~&&[^#\\\\^`{}|<>\" ]]{0,80}", last in ".{0,30}") {
            if let Ok(uri) = format!("/x{query}").parse() {
                let _ = Span::parse(&uri, Some(&last));
            }
        }
    }
}
