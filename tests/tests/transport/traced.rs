//! What is traced of a client and of its calls.

use alpaca_trading::{Pacing, RetryPolicy};
use serde_json::json;
use tests::service::{Answer, Service};
use tests::traces::{Line, Traces};
use tracing::Level;

use super::{account, builder, client};

/// The place of the first line with all these words.
#[track_caller]
fn place(lines: &[Line], words: &[&str]) -> usize {
    let has_all = |line: &Line| words.iter().all(|word| line.text.contains(word));
    lines.iter().position(has_all).unwrap_or_else(|| {
        let texts: Vec<_> = lines.iter().map(|line| &line.text).collect();
        panic!("no line with {words:?} in {texts:#?}")
    })
}

#[tokio::test]
async fn the_first_line_names_the_environment() {
    let traces = Traces::record();
    client("http://127.0.0.1:8765/v2".to_owned());
    let lines = traces.of_client(Level::INFO);
    let first = &lines.first().expect("a line").text;
    assert!(
        first.contains("environment=custom (http://127.0.0.1:8765)"),
        "{first}"
    );
    let before = lines.len();
    let paper = alpaca_trading::Client::builder().key_pair("PKTEST", "secret");
    paper.read_only().build().expect("a client");
    let lines = traces.of_client(Level::INFO);
    let first = &lines.get(before).expect("a line").text;
    assert!(first.contains("environment=paper"), "{first}");
    assert!(first.contains("read_only=true"), "{first}");
}

#[tokio::test]
async fn the_span_of_an_attempt_has_its_fields() {
    let traces = Traces::record();
    let mut number = 0;
    let service = Service::start(move |_| {
        number += 1;
        let answer = match number {
            1 => Answer::status(503),
            _ => Answer::json(200, &account()),
        };
        answer.header("X-Request-ID", &format!("request-{number}"))
    })
    .await;
    let url = service.url();
    let client = builder(url.clone()).build().expect("a client");
    client.account().get().await.expect("an account");
    let lines: Vec<Line> = traces.lines();
    let environment = format!("environment=custom ({url})");
    let span = |attempt: &str| {
        let words = [
            "alpaca",
            "operation=get_account",
            "method=GET",
            "path=/v2/account",
            &environment,
            attempt,
        ];
        place(&lines, &words)
    };
    // Fields come in the order in which they are known, each attempt after the other.
    let (first, second) = (span("attempt=1"), span("attempt=2"));
    let places = [
        first,
        place(&lines, &["status=503"]),
        place(&lines, &["request_id=request-1"]),
        second,
        place(&lines, &["status=200"]),
        place(&lines, &["request_id=request-2"]),
    ];
    assert!(places.is_sorted(), "{places:?}");
    for range in [first..second, second..lines.len()] {
        place(&lines[range], &["latency_ms="]);
    }
}

#[tokio::test]
async fn bodies_are_traced_only_when_asked_for() {
    for (asked, status) in [(false, 200), (false, 422), (true, 200), (true, 422)] {
        let traces = Traces::record();
        let service = Service::start(move |_| {
            let body = json!({"id": super::ORDER_ID, "cash": "4711.0815", "message": "no"});
            Answer::json(status, &body)
        })
        .await;
        let builder = builder(service.url())
            .retry(RetryPolicy::never())
            .pacing(Pacing::Off);
        let builder = match asked {
            true => builder.trace_bodies(),
            false => builder,
        };
        let client = builder.build().expect("a client");
        let _ = client.account().get().await;
        let lines = traces.lines();
        let shown = lines.iter().filter(|line| line.text.contains("4711.0815"));
        let levels: Vec<_> = shown.map(|line| line.level).collect();
        match asked {
            true => assert_eq!(levels, [Level::TRACE], "{status}"),
            false => assert!(levels.is_empty(), "{status}"),
        }
    }
}
