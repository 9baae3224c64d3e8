//! A client that keeps to the quota: no request is refused, nothing of the quota is wasted, and what is
//! urgent goes first. And one that does not, which comes to a good end too.

#![allow(
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::unwrap_used,
    reason = "helpers of tests"
)]

use std::num::NonZeroU32;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use alpaca_trading::{Client, Pacing, RetryPolicy, Uuid};
use serde_json::json;
use tests::loopback::Recorded;
use tests::service::{Answer, Limits, RateLimited, Service};
use tokio::task::JoinSet;
use tokio::time::{Instant, sleep};

/// How many requests a minute takes.
const LIMIT: usize = 200;

/// How many of them are left when only cancels are let through.
const RESERVE: usize = 5;

/// How much later than a window begins the client may believe in it: the service says the time in whole
/// seconds.
const LATENESS: Duration = Duration::from_millis(1_100);

/// A request that was not refused: when it came after the beginning, and what it was.
type Admitted = (Duration, String);

/// A service that limits requests, and what it let through.
struct Scene {
    service: Service,
    limit: RateLimited,
    admitted: Arc<Mutex<Vec<Admitted>>>,
}

impl Scene {
    /// Answers come this much later than requests.
    async fn open(limits: Limits, latency: Duration) -> Self {
        let admitted: Arc<Mutex<Vec<Admitted>>> = Arc::default();
        let (limit, log) = (RateLimited::new(limits), Arc::clone(&admitted));
        let started = Instant::now();
        let answer = move |request: &Recorded| {
            let what = format!("{} {}", request.method, request.path());
            log.lock().unwrap().push((started.elapsed(), what));
            let answer = match (request.method.as_str(), request.path()) {
                ("GET", "/v2/watchlists") => Answer::json(200, &json!([])),
                ("DELETE", "/v2/positions") => Answer::json(207, &json!([])),
                ("DELETE", _) => Answer::status(204),
                _ => Answer::json(404, &json!({"message": "endpoint not found."})),
            };
            match latency.is_zero() {
                true => answer,
                false => answer.delayed(latency),
            }
        };
        Self {
            service: Service::start(limit.wrap(answer)).await,
            limit,
            admitted,
        }
    }

    fn client(&self, pacing: Pacing) -> Client {
        Client::builder()
            .base_url(self.service.url())
            .key_pair("PKTEST", "secret")
            .pacing(pacing)
            // With many tasks, some wait for several windows, or are refused in several.
            .retry(
                RetryPolicy::default()
                    .with_max_attempts(10)
                    .with_deadline(Duration::from_secs(600))
                    .without_budget(),
            )
            .seed(1)
            .build()
            .expect("a client")
    }

    fn admitted(&self) -> Vec<Admitted> {
        self.admitted.lock().unwrap().clone()
    }

    /// When requests came, minute by minute, from the beginning of each.
    fn minutes(&self) -> Vec<Vec<Duration>> {
        let mut minutes: Vec<Vec<Duration>> = Vec::new();
        for (after, _) in self.admitted() {
            let minute = usize::try_from(after.as_secs() / 60).expect("few minutes");
            if minutes.len() <= minute {
                minutes.resize(minute + 1, Vec::new());
            }
            minutes[minute].push(after - Duration::from_secs(60) * minute as u32);
        }
        minutes
    }
}

/// So many reads by so many tasks, all of which must succeed. Returns how long they took together.
async fn read(client: &Client, calls: usize, concurrency: usize) -> Duration {
    let started = Instant::now();
    let begun = Arc::new(AtomicUsize::new(0));
    let mut tasks = JoinSet::new();
    for _ in 0..concurrency {
        let (client, begun) = (client.clone(), Arc::clone(&begun));
        tasks.spawn(async move {
            while begun.fetch_add(1, Ordering::Relaxed) < calls {
                client.watchlists().list().await.expect("an answer");
            }
        });
    }
    tasks.join_all().await;
    started.elapsed()
}

#[tokio::test(start_paused = true)]
async fn a_thousand_calls_use_every_window_and_none_is_refused() {
    const CALLS: usize = 1_000;
    for (concurrency, latency) in [(1, 0), (8, 0), (64, 0), (1, 100), (8, 250), (64, 2_000)] {
        let what = format!("{concurrency} at a time, {latency} ms each");
        let latency = Duration::from_millis(latency);
        let scene = Scene::open(Limits::default(), latency).await;
        let elapsed = read(&scene.client(Pacing::Auto), CALLS, concurrency).await;
        assert!(scene.limit.refused().is_empty(), "{what}");
        let minutes = scene.minutes();
        let counts: Vec<_> = minutes.iter().map(Vec::len).collect();
        let each = LIMIT - RESERVE;
        // Five windows are used up, and what is left falls into the sixth.
        assert_eq!(
            counts,
            [each, each, each, each, each, CALLS - 5 * each],
            "{what}"
        );
        // In each of them the requests follow one another as fast as they are answered.
        let rounds = u32::try_from(each.div_ceil(concurrency)).expect("few") + 1;
        for minute in &minutes {
            let (first, last) = (minute[0], minute[minute.len() - 1]);
            assert!(
                first <= LATENESS + latency,
                "{what}: begins after {first:?}"
            );
            assert!(
                last - first <= latency * rounds,
                "{what}: {first:?} to {last:?}"
            );
        }
        let tail = LATENESS + latency * (rounds + 2);
        assert!(
            elapsed < Duration::from_secs(300) + tail,
            "{what}: {elapsed:?}"
        );
    }
}

#[tokio::test(start_paused = true)]
async fn cancels_overtake_waiting_reads() {
    let scene = Scene::open(Limits::default(), Duration::ZERO).await;
    let client = scene.client(Pacing::Auto);
    let reads = tokio::spawn({
        let client = client.clone();
        async move { read(&client, 300, 64).await }
    });
    sleep(Duration::from_secs(10)).await;
    assert_eq!(
        scene.admitted().len(),
        LIMIT - RESERVE,
        "the rest of the reads waits"
    );
    // What is kept for cancels lets them through at once.
    for _ in 0..RESERVE {
        let asked = Instant::now();
        client.orders().cancel(Uuid::nil()).await.expect("canceled");
        assert_eq!(asked.elapsed(), Duration::ZERO);
    }
    // The next ones wait like all, in front of them: cancels, then closings, then the reads.
    let mut urgent = JoinSet::new();
    for _ in 0..2 {
        let closing = client.clone();
        urgent.spawn(async move { closing.positions().close_all(false).await.map(drop) });
        let canceling = client.clone();
        urgent.spawn(async move { canceling.orders().cancel(Uuid::nil()).await });
        sleep(Duration::from_secs(1)).await;
    }
    assert_eq!(scene.admitted().len(), LIMIT);
    for done in urgent.join_all().await {
        done.expect("done");
    }
    reads.await.expect("the reads");
    assert!(scene.limit.refused().is_empty());
    let admitted = scene.admitted();
    let second = &admitted[LIMIT..];
    let order: Vec<_> = second
        .iter()
        .take(5)
        .map(|(_, what)| what.as_str())
        .collect();
    let cancel = format!("DELETE /v2/orders/{}", Uuid::nil());
    let close = "DELETE /v2/positions";
    assert_eq!(
        order,
        [cancel.as_str(), &cancel, close, close, "GET /v2/watchlists"]
    );
    assert!(second[0].0 >= Duration::from_secs(60));
    assert!(second[0].0 <= Duration::from_secs(60) + LATENESS);
}

#[tokio::test(start_paused = true)]
async fn without_pacing_calls_are_refused_and_succeed_all_the_same() {
    for (concurrency, retry_after) in [(1, true), (8, true), (8, false), (64, true)] {
        let what = format!("{concurrency} at a time, Retry-After: {retry_after}");
        let limits = Limits {
            retry_after,
            ..Limits::default()
        };
        let scene = Scene::open(limits, Duration::ZERO).await;
        let elapsed = read(&scene.client(Pacing::Off), 1_000, concurrency).await;
        // Each task runs into each of the four ends of a window, and then waits for the next.
        let refused = scene.limit.refused().len();
        assert!(
            (4..=4 * concurrency + 4).contains(&refused),
            "{what}: {refused}"
        );
        // The four windows are used to the last request.
        let counts: Vec<_> = scene.minutes().iter().map(Vec::len).collect();
        assert_eq!(counts, [LIMIT; 5], "{what}");
        assert!(elapsed >= Duration::from_secs(240), "{what}: {elapsed:?}");
        assert!(elapsed < Duration::from_secs(270), "{what}: {elapsed:?}");
    }
}

#[tokio::test(start_paused = true)]
async fn a_limit_of_the_programs_own_holds_in_every_minute() {
    const OWN: u32 = 50;
    let pacing = Pacing::PerMinute(NonZeroU32::new(OWN).expect("above 0"));
    for concurrency in [1, 8, 64] {
        let scene = Scene::open(Limits::default(), Duration::from_millis(20)).await;
        let elapsed = read(&scene.client(pacing), 230, concurrency).await;
        assert!(scene.limit.refused().is_empty());
        let times: Vec<_> = scene.admitted().iter().map(|(at, _)| *at).collect();
        // Wherever a minute begins, and though the service would take four times as many.
        let most = OWN as usize - RESERVE;
        for span in times.windows(most + 1) {
            let long = span[most] - span[0];
            assert!(
                long >= Duration::from_secs(60),
                "{concurrency}: {} in {long:?}",
                most + 1
            );
        }
        // 45 a minute: the last five begin after five of them.
        assert!(
            elapsed >= Duration::from_secs(300),
            "{concurrency}: {elapsed:?}"
        );
        assert!(
            elapsed < Duration::from_secs(310),
            "{concurrency}: {elapsed:?}"
        );
    }
}
