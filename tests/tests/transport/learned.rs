//! What the client learns from answers: the rate limit, the service's clock, the id of a request.

use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};

use alpaca_trading::chrono::{TimeDelta, Utc};
use alpaca_trading::{Error, Pacing};
use tests::service::{Answer, Service, http_date};
use tests::traces::Traces;
use tracing::Level;

use super::{account, builder, client, clock};

#[tokio::test]
async fn the_rate_limit_of_the_last_answer_can_be_read() {
    for pacing in [Pacing::Auto, Pacing::Off] {
        let mut left = 100;
        let reset = Utc::now().timestamp() + 30;
        let service = Service::start(move |_| {
            left -= 1;
            let answer = Answer::json(200, &account()).header("X-RateLimit-Limit", "200");
            let answer = answer.header("X-RateLimit-Reset", &reset.to_string());
            answer.header("X-RateLimit-Remaining", &left.to_string())
        })
        .await;
        let client = builder(service.url())
            .pacing(pacing)
            .build()
            .expect("a client");
        assert_eq!(client.rate_limit(), None);
        for left in [99, 98, 97] {
            client.account().get().await.expect("an account");
            let rate = client.rate_limit().expect("the rate limit");
            assert_eq!((rate.limit(), rate.remaining()), (Some(200), Some(left)));
            assert_eq!(rate.reset().map(|at| at.timestamp()), Some(reset));
        }
        assert_eq!(client.clone().rate_limit(), client.rate_limit());
    }
}

#[tokio::test]
async fn headers_that_make_no_sense_are_no_rate_limit() {
    for value in ["", "-1", "many", "1e3", "99999999999999999999999"] {
        let service = Service::start(move |_| {
            let answer = Answer::json(200, &account()).header("X-RateLimit-Limit", value);
            answer
                .header("X-RateLimit-Remaining", value)
                .header("X-RateLimit-Reset", value)
        })
        .await;
        let client = client(service.url());
        for _ in 0..3 {
            client.account().get().await.expect("an account");
        }
        assert_eq!(client.rate_limit(), None, "{value}");
    }
}

#[tokio::test]
async fn a_clock_that_is_off_is_measured_and_warned_of_once() {
    for hours in [-1, 1] {
        let traces = Traces::record();
        let service = Service::start(move |_| {
            Answer::json(200, &clock())
                .header("Date", &http_date(Utc::now() + TimeDelta::hours(hours)))
        })
        .await;
        let client = client(service.url());
        assert_eq!(client.clock_offset(), None);
        for _ in 0..5 {
            client.clock().get().await.expect("the time");
        }
        let off = client.clock_offset().expect("an offset") - TimeDelta::hours(hours);
        assert!(off.num_milliseconds().abs() <= 1_500, "{off}");
        let warnings = traces.of_client(Level::WARN);
        let [warning] = &warnings[..] else {
            panic!("{warnings:?}");
        };
        assert!(warning.text.contains("clock"), "{warning:?}");
        let seconds = (3_600 * hours).to_string();
        let near = [-1, 0, 1]
            .iter()
            .any(|by| warning.text.contains(&(3_600 * hours + by).to_string()));
        assert!(near, "{warning:?}, not {seconds}");
    }
}

#[tokio::test]
async fn a_clock_that_is_right_is_not_worth_a_word() {
    let traces = Traces::record();
    let service =
        Service::start(|_| Answer::json(200, &clock()).header("Date", &http_date(Utc::now())))
            .await;
    let client = client(service.url());
    for _ in 0..5 {
        client.clock().get().await.expect("the time");
    }
    let off = client.clock_offset().expect("an offset");
    assert!(off.num_milliseconds().abs() <= 1_500, "{off}");
    assert!(
        traces.of_client(Level::WARN).is_empty(),
        "{:?}",
        traces.of_client(Level::WARN)
    );
}

/// An error has the id and the rate limit of the answer that it is about, not of one before.
#[tokio::test]
async fn an_error_knows_its_request() {
    let number = Arc::new(AtomicI64::new(0));
    let service = Service::start(move |_| {
        let number = number.fetch_add(1, Ordering::Relaxed);
        let status = if number == 2 { 422 } else { 503 };
        Answer::error(status, 42_210_000, "no")
            .header("X-Request-ID", &format!("request-{number}"))
            .header("X-RateLimit-Remaining", &(50 - number).to_string())
    })
    .await;
    let client = builder(service.url())
        .retry(
            alpaca_trading::RetryPolicy::default().with_base(std::time::Duration::from_millis(1)),
        )
        .build()
        .expect("a client");
    let error = client.account().get().await.expect_err("refused at last");
    assert_eq!((error.status(), error.attempts()), (Some(422), 3));
    assert_eq!(error.request_id(), Some("request-2"));
    assert_eq!(
        error.rate_limit().and_then(|rate| rate.remaining()),
        Some(48)
    );
    assert_eq!(error.operation().as_deref(), Some("GET /v2/account"));
    assert_eq!(error.environment(), Some(client.environment()));
    assert!(error.to_string().contains("request-2"), "{error}");

    // Made from an error of the generated client, it knows as much.
    let error = client
        .raw()
        .get_account()
        .send()
        .await
        .expect_err("refused");
    let error = Error::from_raw(error).await;
    assert_eq!((error.status(), error.attempts()), (Some(503), 4));
    assert_eq!(error.request_id(), Some("request-6"));
    assert_eq!(error.operation().as_deref(), Some("GET /v2/account"));
    assert_eq!(error.environment(), Some(client.environment()));
}
