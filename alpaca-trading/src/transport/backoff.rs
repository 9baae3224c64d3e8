//! How often a failed request is sent again, and how long to wait before.

use std::time::Duration;

use fastrand::Rng;

/// The least room for chance after a wait that the service has set.
const SPREAD: Duration = Duration::from_millis(250);

/// How often a failed request is tried again, and how long the client waits before it does.
///
/// Only what cannot do harm is repeated: see [`Idempotency`](crate::Idempotency). Before attempt
/// *n* + 1 the client waits a random time between zero and `base` · 2ⁿ⁻¹, at most `cap`: chance keeps
/// many clients that failed together from coming back together. A wait that the service itself asks
/// for (`Retry-After`, or the reset of the quota after a 429) is the least it waits. All attempts
/// together end at the deadline, and a budget that all calls share ends the retrying when most of
/// them fail: a service that is down is not helped by more requests.
///
/// # Examples
///
/// ```
/// use std::time::Duration;
/// use alpaca_trading::RetryPolicy;
///
/// let patient = RetryPolicy::default()
///     .with_max_attempts(6)
///     .with_deadline(Duration::from_secs(300));
/// assert_eq!(patient.max_attempts(), 6);
/// assert_eq!(RetryPolicy::never().max_attempts(), 1);
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct RetryPolicy {
    max_attempts: u32,
    base: Duration,
    cap: Duration,
    longest_wait: Duration,
    deadline: Duration,
    budget: Option<u32>,
}

impl Default for RetryPolicy {
    /// Four attempts, waits from 250 ms doubling to at most 8 s, within two minutes.
    fn default() -> Self {
        Self {
            max_attempts: 4,
            base: Duration::from_millis(250),
            cap: Duration::from_secs(8),
            longest_wait: Duration::from_secs(60),
            deadline: Duration::from_secs(120),
            budget: Some(500),
        }
    }
}

impl RetryPolicy {
    /// No request is sent again after a failure.
    ///
    /// One thing is no failure in this sense: a request that the service refuses with a 401 is sent once
    /// more when the provider of credentials then has other keys. Nothing was done by the first.
    #[must_use]
    pub fn never() -> Self {
        Self::default().with_max_attempts(1)
    }

    /// Sets how many times a request is sent at most, the first time included: 1 never retries,
    /// and 0 means the same. The default is 4. A request that was refused with a 401 and is sent once more
    /// with other keys counts as another attempt, and is made in any case.
    ///
    /// Submitting and replacing an order counts on two levels. What was surely not accepted (no
    /// connection, 429) is sent up to so many times; and when an attempt in doubt turns out not to have
    /// arrived, all of that is done anew, up to so many times. In the worst case an order is sent as often as
    /// the square of the number, always under the same client order id and within one deadline; and each
    /// of the look-ups in between has as many attempts of its own.
    #[must_use]
    pub fn with_max_attempts(mut self, attempts: u32) -> Self {
        self.max_attempts = attempts.max(1);
        self
    }

    /// Sets the longest wait before the second attempt; it doubles with every further one. The
    /// default is 250 ms.
    #[must_use]
    pub fn with_base(mut self, base: Duration) -> Self {
        self.base = base;
        self
    }

    /// Sets what no wait of the client's own choosing exceeds. The default is 8 s.
    #[must_use]
    pub fn with_cap(mut self, cap: Duration) -> Self {
        self.cap = cap;
        self
    }

    /// Sets the longest wait that the service may ask for: if it asks for more, the call fails at
    /// once instead of waiting. The default is 60 s, the length of Alpaca's windows.
    #[must_use]
    pub fn with_longest_wait(mut self, longest: Duration) -> Self {
        self.longest_wait = longest;
        self
    }

    /// Sets the time after which no further attempt starts, counted from the start of the call. The
    /// default is two minutes.
    #[must_use]
    pub fn with_deadline(mut self, deadline: Duration) -> Self {
        self.deadline = deadline;
        self
    }

    /// Sets the size of the budget that all calls of a client and its clones share: each retry costs
    /// 5, after a timeout 10, and each success brings 1 back. The default is 500: enough for 100
    /// retries in a row.
    ///
    /// It counts in the policy that a client is built with. In one that is set later, with
    /// [`Client::with_retry`](crate::Client::with_retry), it has no effect.
    #[must_use]
    pub fn with_budget(mut self, capacity: u32) -> Self {
        self.budget = Some(capacity);
        self
    }

    /// Retries as often as each call allows, whatever became of the others. Like
    /// [`with_budget`](Self::with_budget), for the policy that a client is built with.
    #[must_use]
    pub fn without_budget(mut self) -> Self {
        self.budget = None;
        self
    }

    /// How many times a request is sent at most, the first time included.
    #[must_use]
    pub fn max_attempts(&self) -> u32 {
        self.max_attempts
    }

    /// The longest wait before the second attempt.
    #[must_use]
    pub fn base(&self) -> Duration {
        self.base
    }

    /// What no wait of the client's own choosing exceeds.
    #[must_use]
    pub fn cap(&self) -> Duration {
        self.cap
    }

    /// The longest wait that the service may ask for.
    #[must_use]
    pub fn longest_wait(&self) -> Duration {
        self.longest_wait
    }

    /// The time after which no further attempt starts.
    #[must_use]
    pub fn deadline(&self) -> Duration {
        self.deadline
    }

    /// The size of the shared budget; `None` without one.
    #[must_use]
    pub fn budget(&self) -> Option<u32> {
        self.budget
    }

    /// How long to wait after attempt number `attempt` (from 1) has failed; `None` to give up.
    ///
    /// `mandated` is the wait that the service set, `elapsed` the time since the call began.
    pub(crate) fn next_wait(
        &self,
        attempt: u32,
        mandated: Option<Duration>,
        elapsed: Duration,
        rng: &mut Rng,
    ) -> Option<Duration> {
        if attempt >= self.max_attempts {
            return None;
        }
        let mut wait = up_to(self.ceiling(attempt), rng);
        if let Some(mandated) = mandated {
            if mandated > self.longest_wait {
                return None;
            }
            // Everyone who was refused in this window got the same instant.
            let spread = up_to(SPREAD.max(mandated / 10), rng);
            wait = wait.max(mandated.saturating_add(spread));
        }
        (elapsed.saturating_add(wait) <= self.deadline).then_some(wait)
    }

    /// The longest wait after this attempt.
    fn ceiling(&self, attempt: u32) -> Duration {
        let factor = 1_u32
            .checked_shl(attempt.saturating_sub(1))
            .unwrap_or(u32::MAX);
        self.base.saturating_mul(factor).min(self.cap)
    }
}

/// A random time between zero and `longest`, each as likely as the other.
fn up_to(longest: Duration, rng: &mut Rng) -> Duration {
    let nanos = u64::try_from(longest.as_nanos()).unwrap_or(u64::MAX);
    Duration::from_nanos(rng.u64(0..=nanos))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ms(millis: u64) -> Duration {
        Duration::from_millis(millis)
    }

    fn sample(policy: &RetryPolicy, attempt: u32, mandated: Option<Duration>) -> Vec<Duration> {
        let mut rng = Rng::with_seed(7);
        (0..2_000)
            .map(|_| {
                policy
                    .next_wait(attempt, mandated, Duration::ZERO, &mut rng)
                    .unwrap()
            })
            .collect()
    }

    #[test]
    fn waits_are_spread_over_the_whole_range_which_doubles_up_to_the_cap() {
        let policy = RetryPolicy::default().with_max_attempts(u32::MAX);
        for (attempt, ceiling) in [
            (0, 250),
            (1, 250),
            (2, 500),
            (3, 1_000),
            (5, 4_000),
            (6, 8_000),
            (7, 8_000),
            (33, 8_000),
            (1_000_000, 8_000),
        ] {
            let waits = sample(&policy, attempt, None);
            let (least, most) = (waits.iter().min().unwrap(), waits.iter().max().unwrap());
            assert!(*most <= ms(ceiling), "{attempt}: {most:?}");
            assert!(*most >= ms(ceiling * 98 / 100), "{attempt}: {most:?}");
            assert!(*least <= ms(ceiling * 2 / 100), "{attempt}: {least:?}");
            let mean = waits.iter().sum::<Duration>() / 2_000;
            let middle = ms(ceiling / 2);
            assert!(mean.abs_diff(middle) < middle / 10, "{attempt}: {mean:?}");
        }
    }

    #[test]
    fn the_same_seed_waits_the_same() {
        let policy = RetryPolicy::default();
        assert_eq!(sample(&policy, 3, None), sample(&policy, 3, None));
    }

    #[test]
    fn attempts_come_to_an_end() {
        let policy = RetryPolicy::default();
        let mut rng = Rng::with_seed(1);
        let mut wait = |attempt| policy.next_wait(attempt, None, Duration::ZERO, &mut rng);
        assert!(wait(1).is_some());
        assert!(wait(3).is_some());
        assert_eq!(wait(4), None);
        assert_eq!(wait(5), None);
        for policy in [
            RetryPolicy::never(),
            RetryPolicy::default().with_max_attempts(0),
        ] {
            assert_eq!(policy.next_wait(1, None, Duration::ZERO, &mut rng), None);
        }
    }

    #[test]
    fn what_the_service_asks_for_is_the_least() {
        let policy = RetryPolicy::default();
        for (mandated, spread) in [(1_000, 250), (2_500, 250), (30_000, 3_000), (60_000, 6_000)] {
            let waits = sample(&policy, 1, Some(ms(mandated)));
            let (least, most) = (waits.iter().min().unwrap(), waits.iter().max().unwrap());
            assert!(*least >= ms(mandated), "{mandated}: {least:?}");
            assert!(*most <= ms(mandated + spread), "{mandated}: {most:?}");
            assert!(*most > ms(mandated + spread / 2), "no spread: {most:?}");
        }
    }

    #[test]
    fn a_mandate_of_nothing_does_not_shorten_the_backoff() {
        let waits = sample(&RetryPolicy::default(), 3, Some(Duration::ZERO));
        assert!(waits.iter().any(|wait| *wait > ms(900)));
        assert!(waits.iter().all(|wait| *wait <= ms(1_000)));
    }

    #[test]
    fn a_longer_mandate_than_allowed_ends_the_retrying() {
        let mut rng = Rng::with_seed(1);
        let policy = RetryPolicy::default();
        let mut wait = |mandated| policy.next_wait(1, Some(mandated), Duration::ZERO, &mut rng);
        assert!(wait(ms(60_000)).is_some());
        assert_eq!(wait(ms(60_001)), None);
        assert_eq!(wait(Duration::MAX), None);
    }

    #[test]
    fn no_attempt_starts_after_the_deadline() {
        let mut rng = Rng::with_seed(1);
        let policy = RetryPolicy::default().with_deadline(ms(10_000));
        let mut wait = |mandated, elapsed| policy.next_wait(1, mandated, elapsed, &mut rng);
        assert!(wait(None, ms(9_750)).is_some());
        assert_eq!(wait(None, ms(10_001)), None);
        assert_eq!(wait(None, Duration::MAX), None);
        assert!(wait(Some(ms(5_000)), ms(4_000)).is_some());
        assert_eq!(wait(Some(ms(5_000)), ms(5_001)), None);
    }

    #[test]
    fn the_extremes_do_not_overflow() {
        let mut rng = Rng::with_seed(1);
        let policy = RetryPolicy::default()
            .with_base(Duration::MAX)
            .with_cap(Duration::MAX)
            .with_longest_wait(Duration::MAX)
            .with_deadline(Duration::MAX);
        for mandated in [None, Some(Duration::MAX)] {
            assert!(
                policy
                    .next_wait(3, mandated, Duration::MAX, &mut rng)
                    .is_some()
            );
        }
        let policy = RetryPolicy::default().with_base(Duration::ZERO);
        assert_eq!(
            policy.next_wait(3, None, Duration::ZERO, &mut rng),
            Some(Duration::ZERO)
        );
    }
}
