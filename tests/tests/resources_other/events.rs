//! The stream of activity events, as bytes.

use std::time::Duration;

use alpaca_trading::chrono::{DateTime, NaiveDate, Utc};
use alpaca_trading::resources::activity_events::{EventBytes, EventQuery};
use alpaca_trading::{Error, ErrorKind};
use tests::loopback::Reply;

use crate::{in_turn, sent};

const ULID: &str = "01JNABCDEFGHJKMNPQRSTVWXYZ";

const EVENTS: &str = ":heartbeat\n\ndata: {\"event_id\":\"1\"}\n\ndata: {\"event_id\":\"2\"}\n\n";

const HEAD: &str = "HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\n\
                    X-Request-ID: 7d1e\r\nTransfer-Encoding: chunked\r\n\r\n";

/// A stream in pieces of this many bytes.
fn chunked(text: &str, size: usize) -> String {
    let mut stream = HEAD.to_owned();
    for piece in text.as_bytes().chunks(size) {
        let piece = std::str::from_utf8(piece).unwrap();
        stream += &format!("{:x}\r\n{piece}\r\n", piece.len());
    }
    stream
}

/// What comes until the end, and how it ends.
async fn drained(mut events: EventBytes) -> (String, Option<Error>) {
    let mut text = Vec::new();
    while let Some(piece) = events.next().await {
        match piece {
            Ok(piece) => text.extend_from_slice(&piece),
            Err(error) => {
                assert!(events.next().await.is_none(), "nothing follows an error");
                return (String::from_utf8(text).unwrap(), Some(error));
            }
        }
    }
    (String::from_utf8(text).unwrap(), None)
}

#[tokio::test]
async fn events_come_byte_for_byte_until_the_service_ends_the_stream() {
    for size in [1, 7, 1_000] {
        let stream = chunked(EVENTS, size) + "0\r\n\r\n";
        let (server, client) = in_turn([Reply::Raw(stream.into_bytes())]).await;
        let query = EventQuery::new();
        let events = client.activity_events().subscribe(query).await.unwrap();
        assert_eq!(events.request_id(), Some("7d1e"));
        let (text, error) = drained(events).await;
        assert_eq!(text, EVENTS);
        assert!(error.is_none(), "{error:?}");
        let requests = server.requests();
        assert_eq!(requests[0].target, "/v2beta1/events/activities");
        assert_eq!(requests[0].header("accept"), ["text/event-stream"]);
        assert_eq!(requests[0].header("apca-api-key-id"), ["PKTEST"]);
    }
}

#[tokio::test]
async fn the_bounds_are_in_the_query() {
    let (server, client) = in_turn([Reply::body(200, "text/event-stream", "")]).await;
    let time: DateTime<Utc> = "2026-03-04T09:30:00.000000001-05:00".parse().unwrap();
    let day: NaiveDate = "2026-03-05".parse().unwrap();
    for query in [
        EventQuery::new().since(time).until(day),
        EventQuery::new().since_id(ULID).until_id(ULID),
    ] {
        let events = client.activity_events().subscribe(query).await.unwrap();
        assert_eq!(drained(events).await.0, "");
    }
    let base = "GET /v2beta1/events/activities";
    assert_eq!(
        sent(&server),
        [
            format!("{base}?since=2026-03-04T14%3A30%3A00.000000001Z&until=2026-03-05"),
            format!("{base}?since_id={ULID}&until_id={ULID}"),
        ]
    );
}

#[tokio::test]
async fn a_connection_that_breaks_off_is_an_error_after_what_had_come() {
    let stream = chunked(EVENTS, 1_000) + "400\r\ndata: {\"event_";
    let (_server, client) = in_turn([Reply::Raw(stream.into_bytes())]).await;
    let query = EventQuery::new();
    let events = client.activity_events().subscribe(query).await.unwrap();
    let (text, error) = drained(events).await;
    assert!(text.starts_with(EVENTS), "{text}");
    let error = error.expect("an error");
    assert_eq!(error.kind(), ErrorKind::Connection);
    assert!(error.is_connection_lost() && !error.is_timeout(), "{error}");
    assert_eq!(error.request_id(), Some("7d1e"));
    assert_eq!(
        error.operation().as_deref(),
        Some("GET /v2beta1/events/activities")
    );
    assert!(error.environment().is_some());
    assert!(error.message().contains("broke off"), "{error}");
}

#[tokio::test]
async fn opening_is_tried_again_and_a_refusal_is_an_error() {
    let stream = chunked(EVENTS, 1_000) + "0\r\n\r\n";
    let (server, client) = in_turn([
        Reply::Close,
        Reply::status(503),
        Reply::Raw(stream.into_bytes()),
    ])
    .await;
    let events = client.activity_events();
    let stream = events.subscribe(EventQuery::new()).await.unwrap();
    assert_eq!(drained(stream).await.0, EVENTS);
    assert_eq!(server.requests().len(), 3);

    let unauthorized = Reply::json(401, r#"{"message":"unauthorized."}"#);
    let (_server, client) = in_turn([unauthorized]).await;
    let events = client.activity_events();
    let error = events.subscribe(EventQuery::new()).await.unwrap_err();
    assert!(error.is_unauthorized(), "{error}");
}

/// The server goes silent and hangs up after its own patience, which is far longer than every limit
/// of the client.
#[tokio::test]
async fn no_limit_on_time_ends_an_open_stream() {
    let stream = chunked(EVENTS, 1_000);
    let (_server, client) = in_turn([Reply::Stall(stream.into_bytes())]).await;
    let limit = Duration::from_secs(2);
    let client = client.with_attempt_timeout(limit).with_deadline(limit);
    let query = EventQuery::new();
    let mut events = client.activity_events().subscribe(query).await.unwrap();
    let mut text = String::new();
    while text.len() < EVENTS.len() {
        let piece = events.next().await.unwrap().unwrap();
        text += std::str::from_utf8(&piece).unwrap();
    }
    assert_eq!(text, EVENTS);

    tokio::time::pause();
    let silent_since = tokio::time::Instant::now();
    let end = events.next().await.expect("the server has not ended it");
    let error = end.unwrap_err();
    assert!(silent_since.elapsed() > 2 * limit, "{error}");
    assert!(error.is_connection_lost() && !error.is_timeout(), "{error}");
}
