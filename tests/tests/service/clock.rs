//! With a paused clock, time moves exactly as far as somebody waits.

use std::time::Duration;

use serde_json::json;
use tests::service::{Answer, Limits, RateLimited, Service};
use tokio::time::{Instant, sleep};

#[tokio::test(start_paused = true)]
async fn talking_takes_no_time() {
    let service = Service::start(|_| Answer::json(200, &json!({"a": "b".repeat(50_000)}))).await;
    let started = Instant::now();
    // A client with patience, so that there is a timer to which time could jump.
    let http = tests::http_builder().timeout(Duration::from_secs(30));
    let http = http.build().unwrap();
    for number in 0..300_usize {
        let body = vec![b'x'; number * 100];
        let answer = http.post(service.url()).body(body).send().await.unwrap();
        answer.bytes().await.unwrap();
    }
    assert_eq!(started.elapsed(), Duration::ZERO);
    assert!(service.requests().iter().all(|seen| seen.at == started));
}

#[tokio::test(start_paused = true)]
async fn waits_are_exact() {
    let service = Service::start(|_| Answer::status(204).delayed(Duration::from_secs(7))).await;
    let started = Instant::now();
    let http = tests::http_builder().timeout(Duration::from_secs(30));
    let http = http.build().unwrap();
    for number in 1..=20 {
        http.get(service.url()).send().await.unwrap();
        sleep(Duration::from_millis(500)).await;
        assert_eq!(started.elapsed(), Duration::from_millis(7_500) * number);
    }
    let arrived = service
        .requests()
        .iter()
        .map(|seen| seen.at)
        .collect::<Vec<_>>();
    assert_eq!(arrived[19] - arrived[0], Duration::from_millis(7_500) * 19);
}

#[tokio::test(start_paused = true)]
async fn a_client_gives_up_before_a_late_answer() {
    let service = Service::start(|_| Answer::status(204).delayed(Duration::from_secs(31))).await;
    let started = Instant::now();
    let http = tests::http_builder().timeout(Duration::from_secs(30));
    let error = http.build().unwrap().get(service.url()).send().await;
    assert!(error.unwrap_err().is_timeout());
    assert_eq!(started.elapsed().as_secs(), 30);
}

#[tokio::test(start_paused = true)]
async fn an_outage_ends_by_itself() {
    let mut first = true;
    let service = Service::start(move |_| {
        if std::mem::take(&mut first) {
            return Answer::Outage(Duration::from_secs(3));
        }
        Answer::status(204)
    })
    .await;
    let started = Instant::now();
    let http = tests::http();
    let send = || http.get(service.url()).send();
    let error = send().await.unwrap_err();
    assert!(!error.is_connect(), "{error:?}");
    let mut refused = 0;
    while let Err(error) = send().await {
        assert!(error.is_connect(), "{error:?}");
        refused += 1;
        sleep(Duration::from_secs(1)).await;
    }
    assert!((3..=4).contains(&refused), "{refused}");
    assert!(started.elapsed() >= Duration::from_secs(3));
    assert_eq!(service.requests().len(), 2);
}

#[tokio::test(start_paused = true)]
async fn the_limit_takes_two_hundred_a_minute() {
    let limit = RateLimited::new(Limits {
        retry_after: true,
        ..Limits::default()
    });
    let service = Service::start(limit.wrap(|_| Answer::json(200, &json!({})))).await;
    let started = Instant::now();
    let http = tests::http();
    let mut answered = 0;
    while answered < 500 {
        let answer = http.get(service.url()).send().await.unwrap();
        let headers = answer.headers();
        let number = |name: &str| headers[name].to_str().unwrap().parse::<u64>().unwrap();
        assert_eq!(number("x-ratelimit-limit"), 200);
        if answer.status() == 429 {
            assert_eq!(number("x-ratelimit-remaining"), 0);
            sleep(Duration::from_secs(number("retry-after"))).await;
        } else {
            answered += 1;
            assert_eq!(number("x-ratelimit-remaining"), 199 - (answered - 1) % 200);
        }
    }
    assert_eq!(started.elapsed(), Duration::from_secs(120));
    assert_eq!(
        limit.refused(),
        [started, started + Duration::from_secs(60)]
    );
}
