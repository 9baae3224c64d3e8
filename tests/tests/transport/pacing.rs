//! Pacing against a service that refuses the 201st request of a minute, on a paused clock.

use std::time::Duration;

use alpaca_trading::{Client, Pacing, Uuid};
use tests::service::{Answer, Limits, RateLimited, Service};
use tokio::task::JoinSet;
use tokio::time::{Instant, sleep};

use super::{ORDER_ID, builder, clock};

/// How many requests of a window are left for reads; the others are kept for cancels.
const READS: usize = 195;

async fn limited(limits: Limits) -> (RateLimited, Service) {
    let limit = RateLimited::new(limits);
    let service = Service::start(limit.wrap(|request| match request.method.as_str() {
        "DELETE" => Answer::status(204),
        _ => Answer::json(200, &clock()),
    }))
    .await;
    (limit, service)
}

fn paced(service: &Service, pacing: Pacing) -> Client {
    builder(service.url())
        .pacing(pacing)
        .retry(alpaca_trading::RetryPolicy::never().with_deadline(Duration::from_secs(3_600)))
        .build()
        .expect("a client")
}

/// So many reads at once, and how long all of them took.
async fn reads(client: &Client, count: usize) -> Duration {
    let before = Instant::now();
    let mut calls = JoinSet::new();
    for _ in 0..count {
        let client = client.clone();
        calls.spawn(async move { client.clock().get().await });
    }
    while let Some(call) = calls.join_next().await {
        call.expect("no panic").expect("the time");
    }
    before.elapsed()
}

#[tokio::test(start_paused = true)]
async fn a_thousand_calls_take_five_windows_and_no_refusal() {
    let (limit, service) = limited(Limits::default()).await;
    let client = paced(&service, Pacing::Auto);
    let before = Instant::now();
    let cancels = async {
        let id = Uuid::parse_str(ORDER_ID).expect("an id");
        for window in 0..5 {
            sleep(Duration::from_secs(60 * window + 10) - before.elapsed()).await;
            for _ in 0..5 {
                // Reads are waiting, and a cancel passes all of them.
                let asked = Instant::now();
                client.orders().cancel(id).await.expect("canceled");
                assert!(
                    asked.elapsed() < Duration::from_millis(5),
                    "{:?}",
                    asked.elapsed()
                );
            }
        }
    };
    let (took, ()) = tokio::join!(reads(&client, READS * 5), cancels);
    assert_eq!(service.requests().len(), 1_000);
    assert_eq!(limit.refused(), []);
    // The first window is free, and each of the four others is found within about a second.
    let least = Duration::from_secs(4 * 60);
    assert!(
        took >= least && took <= least + Duration::from_secs(6),
        "{took:?}"
    );
}

/// Without headers the client counts by itself: wherever the windows of the service begin, none has
/// more than it takes. After the first burst it is an even stream.
#[tokio::test(start_paused = true)]
async fn a_service_without_headers_is_not_overrun() {
    let (limit, service) = limited(Limits {
        headers: false,
        ..Limits::default()
    })
    .await;
    let client = paced(&service, Pacing::Auto);
    let took = reads(&client, READS * 3).await;
    assert_eq!(limit.refused(), []);
    spread(&service, 200);
    assert!(
        took >= Duration::from_secs(120) && took <= Duration::from_secs(180),
        "{took:?}"
    );
}

/// No minute has more than `most` requests, wherever it begins.
fn spread(service: &Service, most: usize) {
    let arrived: Vec<_> = service.requests().iter().map(|seen| seen.at).collect();
    for (first, last) in arrived.iter().zip(&arrived[most..]) {
        assert!(
            *last - *first >= Duration::from_secs(60),
            "{:?}",
            *last - *first
        );
    }
}

#[tokio::test(start_paused = true)]
async fn a_limit_of_ones_own_holds_whatever_the_headers_say() {
    let (limit, service) = limited(Limits::default()).await;
    let half = std::num::NonZeroU32::new(100).expect("not zero");
    let client = paced(&service, Pacing::PerMinute(half));
    reads(&client, 250).await;
    assert_eq!(limit.refused(), []);
    spread(&service, 100);
}

/// Who does not pace is refused; that proves the service of these tests.
#[tokio::test(start_paused = true)]
async fn without_pacing_the_201st_is_refused() {
    let (limit, service) = limited(Limits::default()).await;
    let client = paced(&service, Pacing::Off);
    reads(&client, 200).await;
    let error = client.clock().get().await.expect_err("too many");
    assert!(error.is_rate_limited());
    assert_eq!(limit.refused().len(), 1);
}

/// Another program uses the account as well: the headers say so, and nobody is refused.
#[tokio::test(start_paused = true)]
async fn what_others_use_is_left_to_them() {
    let (limit, service) = limited(Limits::default()).await;
    let other = paced(&service, Pacing::Off);
    reads(&other, 120).await;
    let client = paced(&service, Pacing::Auto);
    client.clock().get().await.expect("the time");
    // 79 remain, of which five are kept.
    let took = reads(&client, 74).await;
    assert!(took < Duration::from_secs(1), "{took:?}");
    let took = reads(&client, 1).await;
    assert!(took > Duration::from_secs(58), "{took:?}");
    assert_eq!(limit.refused(), []);
}
