//! Clocks and calendars: lists that are null, and times in several forms.

use alpaca_trading_gen::types::{
    ClockResp, LegacyCalendarDay, LegacyClock, Phase, PublicCalendarResp,
};
use serde_json::{Value, json};

use crate::wire::exchange;
use crate::{decode, decode_text, some, with, without};

fn market() -> Value {
    json!({
        "acronym": "QSE", "name": "Quiet Stock Exchange", "timezone": "America/New_York",
        "mic": "XQSE", "bic": null
    })
}

fn day() -> Value {
    json!({
        "date": "2026-11-27", "open": "09:30", "close": "13:00",
        "session_open": "0400", "session_close": "1700", "settlement_date": "2026-11-30"
    })
}

#[test]
fn clocks_that_are_null_are_none() {
    for text in [r#"{"clocks": null}"#, r#"{"clocks": []}"#, "{}"] {
        assert!(decode_text::<ClockResp>(text).clocks.is_empty(), "{text}");
    }
}

#[test]
fn a_calendar_that_is_null_is_empty() {
    let calendar: PublicCalendarResp = decode(&json!({"market": market(), "calendar": null}));
    assert!(calendar.calendar.is_empty());
    assert_eq!(calendar.market.acronym, "QSE");
    assert_eq!(calendar.market.bic, None);
    let absent: PublicCalendarResp = decode(&json!({"market": market()}));
    assert!(absent.calendar.is_empty());
}

#[tokio::test]
async fn the_older_calendar_may_be_null() {
    for (body, count) in [("null".to_owned(), 0), (json!([day()]).to_string(), 1)] {
        let (answer, request) = exchange(200, &body, async |client| {
            client
                .get_calendar()
                .start("2026-11-27")
                .end("2026-11-27")
                .send()
                .await
        })
        .await;
        assert_eq!(
            request.line,
            "GET /v2/calendar?end=2026-11-27&start=2026-11-27"
        );
        let days = answer
            .unwrap_or_else(|error| panic!("{body}: {error}"))
            .into_inner();
        assert_eq!(days.0.len(), count, "{body}");
    }
}

#[test]
fn times_of_day_have_a_colon_or_none() {
    let day: LegacyCalendarDay = decode(&day());
    assert_eq!((day.open.as_str(), day.close.as_str()), ("09:30", "13:00"));
    assert_eq!(day.session_open.as_deref(), Some("0400"));
    assert_eq!(day.session_close.as_deref(), Some("1700"));
    assert_eq!(
        day.settlement_date.map(|date| date.to_string()),
        some("2026-11-30")
    );
}

#[test]
fn a_day_of_older_calendars_has_no_session() {
    let gone = ["session_open", "session_close", "settlement_date"];
    let old: LegacyCalendarDay = decode(&without(day(), &gone));
    assert_eq!(old.date.to_string(), "2026-11-27");
    assert_eq!(old.session_open, None);
    assert_eq!(old.session_close, None);
    assert_eq!(old.settlement_date, None);
}

#[test]
fn the_clock_speaks_eastern_time_with_nanoseconds() {
    let clock: LegacyClock = decode(&json!({
        "timestamp": "2026-03-09T11:22:33.123456789-04:00", "is_open": true,
        "next_open": "2026-03-10T09:30:00-04:00", "next_close": "2026-03-09T16:00:00-04:00"
    }));
    assert!(clock.is_open);
    assert_eq!(
        clock.timestamp.to_rfc3339(),
        "2026-03-09T15:22:33.123456789+00:00"
    );
    assert_eq!(clock.next_open.to_rfc3339(), "2026-03-10T13:30:00+00:00");
    assert_eq!(clock.next_close.to_rfc3339(), "2026-03-09T20:00:00+00:00");
}

#[test]
fn a_phase_that_is_not_listed_is_kept() {
    let clock = json!({
        "market": market(), "timestamp": "2026-03-09T11:22:33Z", "is_market_day": true,
        "next_market_open": "2026-03-10T13:30:00Z", "next_market_close": "2026-03-09T20:00:00Z",
        "phase": "core", "phase_until": "2026-03-09T20:00:00Z"
    });
    let auction = with(clock.clone(), json!({"phase": "auction"}));
    let clocks: ClockResp = decode(&json!({"clocks": [clock, auction]}));
    let phases: Vec<_> = clocks.clocks.into_iter().map(|clock| clock.phase).collect();
    assert_eq!(phases, [Phase::Core, Phase::Unknown("auction".to_owned())]);
}
