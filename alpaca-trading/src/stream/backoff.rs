//! When to connect again.
//!
//! | what has happened | the next attempt |
//! |---|---|
//! | a connection was healthy for a minute and was closed cleanly | at once |
//! | a connection was healthy for a minute and ended otherwise | after a random part of the first wait |
//! | anything else | after a random part of a wait that doubles with every attempt, up to the longest |
//!
//! The whole wait is drawn, from nothing to its length ("full jitter"), so that many clients which lost
//! their connections together do not come back together. It is never less than a tenth of a second
//! unless it is none at all.

use std::time::Duration;

use tokio::time::Instant;

/// How a stream connects again after its connection has ended.
///
/// # Examples
///
/// ```
/// use std::time::Duration;
/// use alpaca_trading::stream::Reconnect;
///
/// let patient = Reconnect::default().longest(Duration::from_secs(120));
/// # let _ = patient;
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[must_use = "a policy does nothing until it is given to a stream"]
pub struct Reconnect {
    first: Duration,
    longest: Duration,
    healthy_after: Duration,
}

/// The least that is waited, if anything is.
pub(crate) const LEAST_WAIT: Duration = Duration::from_millis(100);

impl Default for Reconnect {
    /// A quarter of a second, doubling to half a minute; a connection is healthy after a minute.
    fn default() -> Self {
        Self {
            first: Duration::from_millis(250),
            longest: Duration::from_secs(30),
            healthy_after: Duration::from_secs(60),
        }
    }
}

impl Reconnect {
    /// The longest first wait: a quarter of a second if nothing is said. Every attempt without a healthy
    /// connection doubles it. Less than a tenth of a second counts as that much.
    pub fn first(mut self, wait: Duration) -> Self {
        self.first = wait;
        self
    }

    /// What the wait grows to: half a minute if nothing is said.
    pub fn longest(mut self, wait: Duration) -> Self {
        self.longest = wait;
        self
    }

    /// How long a connection must have lasted to count as healthy: a minute if nothing is said.
    pub fn healthy_after(mut self, time: Duration) -> Self {
        self.healthy_after = time;
        self
    }

    /// The most that is waited before this attempt, the first of them 0.
    fn most(&self, attempt: u32) -> Duration {
        let longest = self.longest.max(LEAST_WAIT);
        let doubled = self.first.max(LEAST_WAIT).checked_mul(1 << attempt.min(30));
        doubled.map_or(longest, |wait| wait.min(longest))
    }
}

/// What came of the attempts so far.
#[derive(Debug)]
pub(crate) struct Backoff {
    policy: Reconnect,
    random: fastrand::Rng,
    /// How many attempts have failed since the last healthy connection.
    failed: u32,
}

impl Backoff {
    pub(crate) fn new(policy: Reconnect, random: fastrand::Rng) -> Self {
        Self {
            policy,
            random,
            failed: 0,
        }
    }

    /// How long to wait after a connection, or an attempt at one, has ended. `connected` is since when it
    /// was connected; none if it never was.
    pub(crate) fn wait(&mut self, connected: Option<Instant>, clean: bool) -> Duration {
        let healthy = connected.is_some_and(|at| at.elapsed() >= self.policy.healthy_after);
        if healthy {
            self.failed = 0;
            if clean {
                return Duration::ZERO;
            }
        }
        let most = self.policy.most(self.failed);
        self.failed = self.failed.saturating_add(1);
        most.mul_f64(self.random.f64()).max(LEAST_WAIT)
    }

    /// How long to wait when the service has said that there are too many connections: the longest wait,
    /// since only another connection's end helps.
    pub(crate) fn wait_long(&mut self) -> Duration {
        self.failed = self.failed.saturating_add(1);
        let longest = self.policy.longest.max(LEAST_WAIT);
        longest / 2 + longest.mul_f64(self.random.f64() / 2.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn backoff(seed: u64) -> Backoff {
        Backoff::new(Reconnect::default(), fastrand::Rng::with_seed(seed))
    }

    #[test]
    fn the_most_doubles_up_to_the_longest() {
        let policy = Reconnect::default();
        let most: Vec<_> = (0..9)
            .map(|attempt| policy.most(attempt).as_millis())
            .collect();
        assert_eq!(
            most,
            [250, 500, 1_000, 2_000, 4_000, 8_000, 16_000, 30_000, 30_000]
        );
        assert_eq!(policy.most(u32::MAX), Duration::from_secs(30));
        assert_eq!(
            policy.longest(Duration::MAX).most(40),
            Duration::from_millis(250) * (1 << 30)
        );
        assert_eq!(policy.first(Duration::ZERO).most(0), LEAST_WAIT);
        assert_eq!(policy.longest(Duration::ZERO).most(5), LEAST_WAIT);
    }

    #[test]
    fn ten_minutes_of_failures_are_few_attempts_and_none_close_to_each_other() {
        for seed in 0..1_000 {
            let mut backoff = backoff(seed);
            let (mut elapsed, mut attempts) = (Duration::ZERO, 1);
            while elapsed < Duration::from_secs(600) {
                let wait = backoff.wait(None, false);
                assert!(wait >= LEAST_WAIT && wait <= Duration::from_secs(30));
                elapsed += wait;
                attempts += 1;
            }
            assert!(attempts <= 70, "seed {seed}: {attempts} attempts");
        }
    }

    #[tokio::test(start_paused = true)]
    async fn only_a_healthy_connection_that_was_closed_cleanly_is_made_anew_at_once() {
        let mut backoff = backoff(1);
        for _ in 0..20 {
            backoff.wait(None, false);
        }
        let connected = Instant::now();
        tokio::time::sleep(Duration::from_secs(59)).await;
        assert!(backoff.wait(Some(connected), true) > Duration::ZERO);
        assert_eq!(backoff.failed, 21);
        tokio::time::sleep(Duration::from_secs(1)).await;
        assert_eq!(backoff.wait(Some(connected), true), Duration::ZERO);
        assert_eq!(backoff.failed, 0);
        let wait = backoff.wait(Some(connected), false);
        assert!(
            wait >= LEAST_WAIT && wait <= Duration::from_millis(250),
            "{wait:?}"
        );
    }

    #[test]
    fn too_many_connections_are_a_reason_to_wait_long() {
        let mut backoff = backoff(1);
        for _ in 0..100 {
            let wait = backoff.wait_long();
            assert!(wait >= Duration::from_secs(15) && wait <= Duration::from_secs(30));
        }
    }
}
