//! The pacer against simulated services: no 429, and no more waiting than the quota demands.

use std::collections::VecDeque;
use std::num::NonZeroU32;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use chrono::DateTime;
use fastrand::Rng;
use tokio::task::JoinSet;
use tokio::time::{Instant, sleep, timeout};

use super::{DEFAULT_RESERVE, Pacer, Pacing, Reading};
use crate::transport::idempotency::Priority;
use crate::transport::rate_limit::RateLimit;

const EPOCH: f64 = 1_790_000_000.0;

/// The headers of an answer that says nothing.
const SILENT: Reading = Reading {
    rate: RateLimit::NONE,
    server: None,
    local: DateTime::UNIX_EPOCH,
};

/// How a service counts.
#[derive(Debug, Clone, Copy, PartialEq)]
enum Counting {
    /// In windows of a minute, the first of which began this many seconds before the start.
    Fixed(f64),
    /// The last minute; the reset is when the oldest request leaves it.
    SlidingToNext,
    /// The last minute; the reset is when all requests have left it.
    SlidingToFull,
    /// A bucket that fills evenly; the reset is when it is full.
    Bucket,
}

/// A service with a quota, which never sleeps: the latency is the network's.
struct Service {
    counting: Counting,
    limit: u32,
    headers: bool,
    start: Instant,
    /// When each request was counted, in seconds from the start.
    counted: VecDeque<f64>,
    all: Vec<f64>,
    level: f64,
    filled: f64,
    refused: u32,
    /// From when until when it turns everyone away, and says for how long.
    closed: (f64, f64),
}

impl Service {
    fn new(counting: Counting, headers: bool) -> Self {
        Self {
            counting,
            limit: 200,
            headers,
            start: Instant::now(),
            counted: VecDeque::new(),
            all: Vec::new(),
            level: 200.0,
            filled: 0.0,
            refused: 0,
            closed: (0.0, 0.0),
        }
    }

    /// How long it asks to wait while it is closed.
    fn turns_away(&mut self) -> Option<Duration> {
        let now = self.start.elapsed().as_secs_f64();
        let (from, until) = self.closed;
        if !(from..until).contains(&now) {
            return None;
        }
        self.refused += 1;
        Some(Duration::from_secs_f64((until - now).ceil()))
    }

    /// Counts a request: whether it is taken, and what the headers say.
    fn hit(&mut self) -> (bool, Reading) {
        let now = self.start.elapsed().as_secs_f64();
        let limit = f64::from(self.limit);
        let (left, reset) = match self.counting {
            Counting::Bucket => {
                self.level = (self.level + (now - self.filled) * limit / 60.0).min(limit);
                self.filled = now;
                let taken = self.level >= 1.0;
                self.level -= f64::from(u8::from(taken));
                let left = if taken { self.level.floor() } else { -1.0 };
                (left, now + (limit - self.level) * 60.0 / limit)
            }
            _ => {
                let end = match self.counting {
                    Counting::Fixed(before) => {
                        (((now + before) / 60.0).floor() + 1.0) * 60.0 - before
                    }
                    _ => now + 60.0,
                };
                let oldest = end - 60.0;
                while self.counted.front().is_some_and(|at| *at < oldest) {
                    self.counted.pop_front();
                }
                self.counted.push_back(now);
                let left = limit - self.counted.len() as f64;
                if left < 0.0 {
                    self.counted.pop_back();
                }
                let reset = match self.counting {
                    Counting::SlidingToNext => self.counted[0] + 60.0,
                    _ => end,
                };
                (left, reset)
            }
        };
        let taken = left >= 0.0;
        if taken {
            self.all.push(now);
        } else {
            self.refused += 1;
        }
        let reading = Reading {
            rate: if self.headers {
                RateLimit::of(
                    self.limit,
                    left.max(0.0) as u32,
                    (EPOCH + reset).ceil() as i64,
                )
            } else {
                RateLimit::NONE
            },
            server: DateTime::from_timestamp((EPOCH + now) as i64, 0),
            // The clock of this machine is hopeless.
            local: DateTime::UNIX_EPOCH,
        };
        (taken, reading)
    }

    /// The most requests that it took in any span of this many seconds.
    fn most_within(&self, seconds: f64) -> usize {
        let (mut most, mut first) = (0, 0);
        for (index, at) in self.all.iter().enumerate() {
            while self.all[first] <= at - seconds {
                first += 1;
            }
            most = most.max(index - first + 1);
        }
        most
    }
}

/// What a run came to.
struct Outcome {
    seconds: f64,
    service: Service,
}

/// The network between the client and the service.
#[derive(Debug, Clone, Copy)]
struct Network {
    /// The latency of each direction, in milliseconds: at least, at most.
    latency: (u64, u64),
    /// Of a hundred requests, how many the caller gives up while they are under way.
    dropped: u8,
    /// Of a hundred, how many the caller gives up while they wait in line, to try again.
    impatient: u8,
}

const STEADY: Network = Network {
    latency: (20, 20),
    dropped: 0,
    impatient: 0,
};

/// Sends `calls` requests, `concurrency` at a time, to a service of this kind.
async fn run(
    pacer: &Pacer,
    service: Service,
    network: Network,
    calls: u32,
    concurrency: u64,
    seed: u64,
) -> Outcome {
    let start = service.start;
    let service = Arc::new(Mutex::new(service));
    let left = Arc::new(Mutex::new(calls));
    let mut tasks = JoinSet::new();
    for worker in 0..concurrency {
        let (pacer, service, left) = (pacer.clone(), Arc::clone(&service), Arc::clone(&left));
        let mut rng = Rng::with_seed(seed * 1_000 + worker);
        tasks.spawn(async move {
            let (least, most) = network.latency;
            loop {
                {
                    let mut left = left.lock().unwrap();
                    if *left == 0 {
                        break;
                    }
                    *left -= 1;
                }
                let permit = loop {
                    let waiting = pacer.acquire(Priority::Normal);
                    if rng.u8(0..100) >= network.impatient {
                        break waiting.await;
                    }
                    let patience = Duration::from_millis(rng.u64(0..30_000));
                    if let Ok(permit) = timeout(patience, waiting).await {
                        break permit;
                    }
                };
                let up = Duration::from_millis(rng.u64(least..=most));
                let down = Duration::from_millis(rng.u64(least..=most));
                let dropped = rng.u8(0..100) < network.dropped;
                sleep(up).await;
                let away = service.lock().unwrap().turns_away();
                if away.is_some() {
                    sleep(down).await;
                    permit.refused(&SILENT, away);
                    continue;
                }
                let (taken, reading) = service.lock().unwrap().hit();
                if dropped {
                    drop(permit);
                    continue;
                }
                sleep(down).await;
                if taken {
                    permit.answered(&reading);
                } else {
                    permit.refused(&reading, None);
                }
            }
        });
    }
    // On the paused clock, a day passes only when nobody would ever be woken.
    let day = Duration::from_secs(86_400);
    let done = timeout(day, tasks.join_all()).await;
    done.expect("somebody waits for ever");
    let seconds = start.elapsed().as_secs_f64();
    let service = Arc::into_inner(service).unwrap().into_inner().unwrap();
    Outcome { seconds, service }
}

/// The least time for `calls` requests of `round` seconds each, when a window of a minute takes
/// `limit` and the first has already lasted `before` seconds.
fn ideal(calls: u32, concurrency: u64, round: f64, limit: u32, before: f64) -> f64 {
    let at_once = concurrency as f64 / round;
    let (mut now, mut left) = (0.0, f64::from(calls));
    let mut end = 60.0 - before;
    loop {
        let takes = f64::from(limit).min((end - now) * at_once).floor();
        if left <= takes {
            return now + left / at_once;
        }
        left -= takes;
        now = end;
        end += 60.0;
    }
}

#[tokio::test(start_paused = true)]
async fn fixed_windows_are_filled_and_never_overrun() {
    for before in [0.0, 13.0, 45.0, 59.0] {
        for concurrency in [1, 8, 64] {
            for reserve in [0, DEFAULT_RESERVE] {
                let pacer = Pacer::with_reserve(Pacing::Auto, reserve);
                let service = Service::new(Counting::Fixed(before), true);
                let outcome = run(&pacer, service, STEADY, 1_000, concurrency, 1).await;
                let ideal = ideal(1_000, concurrency, 0.04, 200 - reserve, before);
                let case = format!("{before} {concurrency} {reserve}: {}", outcome.seconds);
                assert_eq!(outcome.service.refused, 0, "{case}");
                assert_eq!(outcome.service.all.len(), 1_000, "{case}");
                assert!(outcome.seconds >= ideal - 0.1, "{case}, ideal {ideal}");
                assert!(outcome.seconds <= ideal + 3.0, "{case}, ideal {ideal}");
            }
        }
    }
}

#[tokio::test(start_paused = true)]
async fn sliding_windows_are_kept_full_and_never_overrun() {
    for counting in [Counting::SlidingToNext, Counting::SlidingToFull] {
        for concurrency in [1, 8, 64] {
            for latency in [20, 50] {
                let network = Network {
                    latency: (latency, latency),
                    ..STEADY
                };
                let pacer = Pacer::new(Pacing::Auto);
                let service = Service::new(counting, true);
                let outcome = run(&pacer, service, network, 1_000, concurrency, 1).await;
                let round = latency as f64 * 2.0 / 1_000.0;
                let ideal = ideal(1_000, concurrency, round, 195, 0.0);
                let case = format!("{counting:?} {concurrency} {latency}: {}", outcome.seconds);
                assert_eq!(outcome.service.refused, 0, "{case}");
                assert!(outcome.seconds <= ideal + 10.0, "{case}, ideal {ideal}");
            }
        }
    }
}

#[tokio::test(start_paused = true)]
async fn a_filling_bucket_is_not_overdrawn() {
    for concurrency in [1, 8, 64] {
        let pacer = Pacer::new(Pacing::Auto);
        let service = Service::new(Counting::Bucket, true);
        let outcome = run(&pacer, service, STEADY, 1_000, concurrency, 1).await;
        assert_eq!(outcome.service.refused, 0, "{concurrency}");
        assert!(
            outcome.seconds <= 320.0,
            "{concurrency}: {}",
            outcome.seconds
        );
    }
}

#[tokio::test(start_paused = true)]
async fn answers_in_any_order_and_lost_ones_overrun_nothing() {
    for seed in 0..300 {
        let mut rng = Rng::with_seed(seed);
        let counting = match rng.u8(0..4) {
            0 => Counting::SlidingToNext,
            1 => Counting::SlidingToFull,
            2 => Counting::Bucket,
            _ => Counting::Fixed(rng.f64() * 60.0),
        };
        let network = Network {
            latency: (1, [40, 400, 3_000][rng.usize(0..3)]),
            dropped: [0, 0, 10][rng.usize(0..3)],
            impatient: [0, 50][rng.usize(0..2)],
        };
        let concurrency = [2, 16, 100][rng.usize(0..3)];
        let headers = rng.u8(0..4) > 0;
        let pacer = Pacer::new(Pacing::Auto);
        let service = Service::new(counting, headers);
        let outcome = run(&pacer, service, network, 900, concurrency, seed).await;
        let case = format!("seed {seed}: {counting:?} {network:?} {concurrency} {headers}");
        assert_eq!(outcome.service.refused, 0, "{case}");
        assert_eq!(outcome.service.all.len(), 900, "{case}");
        let network = 0.9 * network.latency.1 as f64 / concurrency as f64;
        let most = 400.0 + network;
        assert!(
            outcome.seconds < most,
            "{case}: {} of {most}",
            outcome.seconds
        );
        let gate = &pacer.shared.lock().gate;
        assert_eq!(gate.under_way(), 0, "{case}");
    }
}

#[tokio::test(start_paused = true)]
async fn without_headers_a_burst_and_then_an_even_rate() {
    for concurrency in [1, 8, 64] {
        let pacer = Pacer::with_reserve(Pacing::Auto, 0);
        let service = Service::new(Counting::SlidingToNext, false);
        let outcome = run(&pacer, service, STEADY, 1_000, concurrency, 1).await;
        let sent = &outcome.service.all;
        assert_eq!(outcome.service.refused, 0);
        assert_eq!(sent.iter().filter(|at| **at < 60.0).count(), 200);
        assert!(outcome.service.most_within(60.0) <= 200);
        // After the burst, a minute's worth passes at 200 a minute, in every span of three seconds.
        for pair in sent[201..400].windows(11) {
            let took = pair[10] - pair[0];
            assert!((2.9..3.2).contains(&took), "{concurrency}: {took}");
        }
        let ideal = 60.0 * 5.0;
        assert!(outcome.seconds <= ideal + 3.0, "{}", outcome.seconds);
    }
}

#[tokio::test(start_paused = true)]
async fn a_limit_of_ones_own_holds_in_every_span_of_a_minute() {
    for headers in [true, false] {
        let pacing = Pacing::PerMinute(NonZeroU32::new(60).unwrap());
        let pacer = Pacer::with_reserve(pacing, 0);
        let service = Service::new(Counting::Fixed(30.0), headers);
        let network = Network {
            latency: (1, 900),
            dropped: 5,
            ..STEADY
        };
        let outcome = run(&pacer, service, network, 300, 32, 4).await;
        assert_eq!(outcome.service.refused, 0);
        assert!(outcome.service.most_within(59.99) <= 60);
        // Sixty at once, and from the second minute on one each second.
        assert!(outcome.seconds < 310.0, "{}", outcome.seconds);
    }
}

#[tokio::test(start_paused = true)]
async fn a_quota_that_others_use_is_respected_by_the_headers() {
    // Another program takes 120 of each window at its beginning.
    let pacer = Pacer::new(Pacing::Auto);
    let service = Service::new(Counting::Fixed(0.0), true);
    let start = service.start;
    let service = Arc::new(Mutex::new(service));
    let other = {
        let service = Arc::clone(&service);
        tokio::spawn(async move {
            for window in 0..5_u64 {
                tokio::time::sleep_until(start + Duration::from_secs(window * 60)).await;
                for _ in 0..120 {
                    assert!(service.lock().unwrap().hit().0, "window {window}");
                }
            }
        })
    };
    sleep(Duration::from_millis(5)).await;
    let mut ours = 0;
    while start.elapsed() < Duration::from_secs(290) {
        let permit = pacer.acquire(Priority::Normal).await;
        sleep(Duration::from_millis(20)).await;
        let (taken, reading) = service.lock().unwrap().hit();
        assert!(taken, "after {:?}", start.elapsed());
        ours += 1;
        permit.answered(&reading);
    }
    other.await.unwrap();
    assert!((5 * 75..=5 * 75 + 1).contains(&ours), "{ours}");
}

#[tokio::test(start_paused = true)]
async fn a_service_that_turns_everyone_away_is_left_alone() {
    for concurrency in [1, 8, 64] {
        let pacer = Pacer::new(Pacing::Auto);
        let mut service = Service::new(Counting::Fixed(0.0), true);
        service.closed = (0.09, 30.0);
        let outcome = run(&pacer, service, STEADY, 400, concurrency, 1).await;
        // Those that were under way when it closed, and none after the first of them came back.
        let refused = u64::from(outcome.service.refused);
        assert!(
            (1..=concurrency).contains(&refused),
            "{concurrency}: {refused}"
        );
        let gap = outcome.service.all.windows(2).map(|pair| pair[1] - pair[0]);
        assert!(gap.fold(0.0, f64::max) >= 29.5, "{concurrency}");
        assert!(
            outcome.seconds < 140.0,
            "{concurrency}: {}",
            outcome.seconds
        );
    }
}
