//! Server-sent events as clients see them.

use std::time::Duration;

use axum::body::Bytes;
use futures_util::FutureExt;
use http::StatusCode;
use tokio::task::yield_now;
use tokio::time::Instant;

use super::{Server, World};
use crate::Kind;
use crate::streams::StreamKind::{ActivityEvents, TradeEvents};
use crate::streams::{StreamFault, StreamOptions};

const TRADES: &str = "/v2/events/trades";
const ACTIVITIES: &str = "/v2beta1/events/activities";

/// A reader of lines.
struct Reader {
    answer: reqwest::Response,
    buffer: String,
}

impl Reader {
    async fn open(server: &Server, path: &str) -> Self {
        let answer = get(server, path, &[]).await;
        assert_eq!(answer.status(), StatusCode::OK);
        assert_eq!(answer.headers()["content-type"], "text/event-stream");
        Self {
            answer,
            buffer: String::new(),
        }
    }

    /// The next line with what ends it, a blank line. None at the end.
    async fn line(&mut self) -> Option<String> {
        loop {
            if let Some((line, rest)) = self.buffer.split_once("\n\n") {
                let line = line.to_owned();
                self.buffer = rest.to_owned();
                return Some(line);
            }
            let chunk: Bytes = self.answer.chunk().await.unwrap()?;
            self.buffer.push_str(std::str::from_utf8(&chunk).unwrap());
        }
    }

    /// The next lines: of an event its id, of a comment itself.
    async fn lines(&mut self, count: usize) -> Vec<String> {
        let mut lines = Vec::new();
        while lines.len() < count {
            lines.push(told(&self.line().await.unwrap()));
        }
        lines
    }

    /// All lines up to the end.
    async fn rest(mut self) -> Vec<String> {
        let mut lines = Vec::new();
        while let Some(line) = self.line().await {
            lines.push(told(&line));
        }
        assert_eq!(self.buffer, "");
        lines
    }
}

fn told(line: &str) -> String {
    let Some(json) = line.strip_prefix("data: ") else {
        assert!(line.starts_with(':'), "{line}");
        return line.to_owned();
    };
    let event: serde_json::Value = serde_json::from_str(json).unwrap();
    event["event_id"].as_str().unwrap().to_owned()
}

async fn get(server: &Server, path: &str, headers: &[(&str, &str)]) -> reqwest::Response {
    let mut request = super::http()
        .get(format!("http://{}{path}", server.address))
        .header("account", "0");
    for (name, value) in headers {
        request = request.header(*name, *value);
    }
    request.send().await.unwrap()
}

fn ids(seconds: impl IntoIterator<Item = i64>) -> Vec<String> {
    seconds.into_iter().map(World::id).collect()
}

/// A time of the world's day, as a parameter.
fn time(second: i64) -> String {
    World::at(second).to_rfc3339().replace('+', "%2B")
}

#[tokio::test]
async fn a_stream_without_a_beginning_tells_what_is_new() {
    let server = Server::start(StreamOptions::default()).await;
    server.world.push(Kind::Trade, 1);
    server.world.push(Kind::Activity, 2);
    let mut trades = Reader::open(&server, TRADES).await;
    let mut activities = Reader::open(&server, ACTIVITIES).await;
    for second in [3, 5] {
        server.world.push(Kind::Trade, second);
        server.world.push(Kind::Activity, second + 1);
        server.world.push_to(1, Kind::Trade, second, "");
    }
    assert_eq!(trades.lines(2).await, ids([3, 5]));
    assert_eq!(activities.lines(2).await, ids([4, 6]));
    let sent = server.world.sent();
    assert_eq!(sent.len(), 4);
    let of = |kind| sent.iter().filter(|(_, stream, _)| *stream == kind).count();
    assert_eq!((of(TradeEvents), of(ActivityEvents)), (2, 2));
    assert!(sent[0].2.starts_with('{'));
}

#[tokio::test]
async fn bounds_choose_what_is_told_and_end_the_stream() {
    let server = Server::start(StreamOptions::default()).await;
    for second in 0..10 {
        server.world.push(Kind::Trade, second);
        server.world.push(Kind::Activity, second);
    }
    server.world.set_clock(10);
    let rows = [
        (format!("since={}&until={}", time(2), time(5)), 2..=5),
        (format!("since={}&until={}", time(8), time(9)), 8..=9),
        (format!("since={}&until={}", time(0), time(0)), 0..=0),
        (format!("since=2020-01-01&until={}", time(1)), 0..=1),
        (
            format!("since_id={}&until_id={}", World::id(3), World::id(6)),
            3..=6,
        ),
        (
            format!("since_id={}&until_id={}", World::id(9), World::id(9)),
            9..=9,
        ),
    ];
    for path in [TRADES, ACTIVITIES] {
        for (query, expected) in &rows {
            let reader = Reader::open(&server, &format!("{path}?{query}")).await;
            let expected = ids(expected.clone());
            assert_eq!(reader.rest().await, expected, "{path} {query}");
        }
        let nothing = format!("{path}?since={}&until={}", time(5), time(2));
        let reader = Reader::open(&server, &nothing).await;
        assert_eq!(reader.rest().await, [""; 0]);
        // Without an end the stream goes on.
        let query = format!("{path}?since_id={}", World::id(8));
        let mut reader = Reader::open(&server, &query).await;
        assert_eq!(reader.lines(2).await, ids([8, 9]));
        assert!(reader.line().now_or_never().is_none());
    }
}

#[tokio::test]
async fn the_last_event_id_is_a_beginning_when_nothing_else_is() {
    let server = Server::start(StreamOptions::default()).await;
    for second in 0..5 {
        server.world.push(Kind::Trade, second);
    }
    let last = World::id(3);
    let headers = [("last-event-id", last.as_str())];
    let answer = get(&server, TRADES, &headers).await;
    let mut reader = Reader {
        answer,
        buffer: String::new(),
    };
    assert_eq!(reader.lines(2).await, ids([3, 4]));
    let path = format!("{TRADES}?since={}", time(1));
    let answer = get(&server, &path, &headers).await;
    let mut reader = Reader {
        answer,
        buffer: String::new(),
    };
    assert_eq!(reader.lines(4).await, ids(1..5));
}

#[tokio::test]
async fn what_cannot_be_told_is_refused() {
    let server = Server::start(StreamOptions::default()).await;
    let rows = [
        ("?until=2026-10-01", "until requires since"),
        ("?since=x", "failed to parse since"),
        ("?since_id=x", "failed to parse since_id"),
        (
            "?until_id=01ARZ3NDEKTSV4RRFFQ69G5FAV",
            "until_id requires since_id",
        ),
        (
            "?since=2026-10-01&since_id=01ARZ3NDEKTSV4RRFFQ69G5FAV",
            "only one of since and since_id is accepted",
        ),
    ];
    for path in [TRADES, ACTIVITIES] {
        for (query, message) in rows {
            let answer = get(&server, &format!("{path}{query}"), &[]).await;
            assert_eq!(answer.status(), StatusCode::UNPROCESSABLE_ENTITY);
            assert_eq!(
                answer.headers()["content-type"],
                "application/json; charset=UTF-8"
            );
            let body: serde_json::Value = answer.json().await.unwrap();
            assert_eq!(
                body,
                serde_json::json!({"code": 40010001, "message": message})
            );
        }
        let url = format!("http://{}{path}", server.address);
        let answer = super::http().get(url).send().await.unwrap();
        assert_eq!(answer.status(), StatusCode::UNAUTHORIZED);
    }
}

#[tokio::test]
async fn an_end_to_come_is_reached_by_the_clock_or_by_a_later_event() {
    let server = Server::start(StreamOptions::default()).await;
    let world = &server.world;
    let until = format!("{TRADES}?since={}&until={}", time(0), time(10));
    let until_id = format!(
        "{TRADES}?since_id={}&until_id={}",
        World::id(0),
        World::id(10)
    );

    let mut by_time = Reader::open(&server, &until).await;
    let mut by_id = Reader::open(&server, &until_id).await;
    world.push(Kind::Trade, 4);
    world.set_clock(4);
    assert_eq!(by_time.lines(1).await, ids([4]));
    assert_eq!(by_id.lines(1).await, ids([4]));
    // At the end itself an event may still come.
    world.set_clock(10);
    for _ in 0..100 {
        yield_now().await;
    }
    assert!(by_time.line().now_or_never().is_none());
    assert!(by_id.line().now_or_never().is_none());
    world.push(Kind::Trade, 9);
    world.set_clock(11);
    assert_eq!(by_time.rest().await, ids([9]));
    assert_eq!(by_id.rest().await, ids([9]));

    world.set_clock(5);
    let by_time = Reader::open(&server, &until).await;
    let by_id = Reader::open(&server, &until_id).await;
    world.push(Kind::Trade, 10);
    world.push(Kind::Trade, 12);
    assert_eq!(by_time.rest().await, ids([4, 9, 10]));
    assert_eq!(by_id.rest().await, ids([4, 9, 10]));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_seam_between_past_and_present_has_no_gap() {
    const EVENTS: i64 = 3_000;
    let server = Server::start(StreamOptions::default()).await;
    let world = server.world.clone();
    let pushing = std::thread::spawn(move || {
        for second in 0..EVENTS {
            world.push(Kind::Activity, second);
            world.push(Kind::Trade, second);
        }
    });
    let mut reading = Vec::new();
    for round in 0..8 {
        let since = round * 3;
        let path = if round % 2 == 0 {
            format!("{TRADES}?since={}", time(since))
        } else {
            format!("{ACTIVITIES}?since_id={}", World::id(since))
        };
        let mut reader = Reader::open(&server, &path).await;
        reading.push(tokio::spawn(async move {
            let count = usize::try_from(EVENTS - since).unwrap();
            assert_eq!(reader.lines(count).await, ids(since..EVENTS));
        }));
    }
    for reader in reading {
        reader.await.unwrap();
    }
    pushing.join().unwrap();
}

#[tokio::test]
async fn faults_of_order() {
    use StreamFault::*;
    let rows: [(&[Option<StreamFault>], &[i64]); 6] = [
        (&[Some(Duplicate), None, None], &[0, 0, 1, 2]),
        (&[Some(Drop), None, None], &[1, 2]),
        (&[Some(Reorder), None, None], &[1, 0, 2]),
        (&[Some(Delay(2)), None, None], &[1, 2, 0]),
        // The end of the stream lets go of what is held back.
        (&[Some(Delay(9)), Some(Drop), Some(Reorder)], &[0, 2]),
        (&[None, Some(Close)], &[0]),
    ];
    for (stream, path, kind) in [
        (TradeEvents, TRADES, Kind::Trade),
        (ActivityEvents, ACTIVITIES, Kind::Activity),
    ] {
        let server = Server::start(StreamOptions::default()).await;
        for second in 0..3 {
            server.world.push(kind, second);
        }
        server.world.set_clock(3);
        for (faults, expected) in rows {
            server.world.fault(stream, faults.iter().copied());
            let path = format!("{path}?since={}&until={}", time(0), time(2));
            let told = Reader::open(&server, &path).await.rest().await;
            assert_eq!(told, ids(expected.iter().copied()), "{faults:?}");
        }
    }
}

#[tokio::test]
async fn faults_with_a_comment() {
    let server = Server::start(StreamOptions::default()).await;
    for second in 0..3 {
        server.world.push(Kind::Trade, second);
    }
    server.world.set_clock(9);
    let path = format!(
        "{TRADES}?since_id={}&until_id={}",
        World::id(0),
        World::id(2)
    );
    let slow = Some(StreamFault::SlowReader);
    server.world.fault(TradeEvents, [None, slow, slow]);
    let told = Reader::open(&server, &path).await.rest().await;
    let comment = ": you are reading too slowly, dropped 1 messages";
    assert_eq!(told, [World::id(0).as_str(), comment, comment]);

    server
        .world
        .fault(TradeEvents, [None, Some(StreamFault::Error)]);
    let told = Reader::open(&server, &path).await.rest().await;
    assert_eq!(told, [World::id(0).as_str(), ": internal server error"]);
    let sent = server.world.sent();
    assert_eq!(sent.last().unwrap().2, ": internal server error");
}

#[tokio::test]
async fn a_muted_stream_is_silent_until_the_end() {
    let server = Server::start(StreamOptions::default()).await;
    let muted = Reader::open(&server, TRADES).await;
    server.world.fault(TradeEvents, [Some(StreamFault::Mute)]);
    server.world.push(Kind::Trade, 1);
    while !server.world.0.faults.lock().unwrap().is_empty() {
        yield_now().await;
    }
    let mut well = Reader::open(&server, TRADES).await;
    server.world.push(Kind::Trade, 2);
    assert_eq!(well.lines(1).await, ids([2]));
    server.shutdown.shut_down();
    assert_eq!(muted.rest().await, [""; 0]);
    assert_eq!(well.rest().await, [""; 0]);
    // Nor does a stream begin afterwards.
    let late = Reader::open(&server, &format!("{TRADES}?since={}", time(0))).await;
    assert_eq!(late.rest().await, [""; 0]);
}

#[tokio::test(start_paused = true)]
async fn heartbeats_come_at_their_interval() {
    let options = StreamOptions {
        heartbeat_every: Some(Duration::from_secs(15)),
        ..StreamOptions::default()
    };
    let server = Server::start(options).await;
    let mut reader = Reader::open(&server, TRADES).await;
    let start = Instant::now();
    assert_eq!(reader.lines(3).await, [":heartbeat"; 3]);
    // Between the first and the third, at least two intervals have passed.
    assert!(start.elapsed() >= Duration::from_secs(30));
}
