//! What a seed stands for: how the service fails, and how the client is set up.

use std::time::Duration;

use alpaca_trading::{Pacing, RetryPolicy};

use crate::service::{Faults, Operations, Random, Rules, Weights};

/// The circumstances of one run, all of them drawn from its seed.
#[derive(Clone, Debug)]
pub struct Plan {
    /// The seed.
    pub seed: u64,
    /// How the book of the service behaves.
    pub rules: Rules,
    /// Which requests go wrong.
    pub operations: Operations,
    weights: Weights,
    /// How long the service cannot be reached in an outage.
    pub outage: Duration,
    /// How many tasks use the client at a time.
    pub concurrency: usize,
    /// When the client tries again.
    pub retry: RetryPolicy,
    /// How long the client waits for one answer.
    pub attempt_timeout: Duration,
    /// Whether the client keeps to the quota.
    pub pacing: Pacing,
}

impl Plan {
    /// The circumstances of a seed. Of any sixteen seeds in a row, each has another concurrency, from
    /// 1 to 16.
    #[must_use]
    pub fn of(seed: u64) -> Self {
        let mut random = Random::new(seed);
        let mut retry = RetryPolicy::default()
            .with_max_attempts(random.pick(&[1, 2, 4, 4, 6]))
            .with_deadline(Duration::from_secs(random.pick(&[20, 120, 120, 300])));
        if random.below(2) == 0 {
            retry = retry.without_budget();
        }
        Self {
            seed,
            rules: Rules {
                duplicate_code: random.pick(&[40_010_001, 42_210_000]),
                blind_lookups: random.pick(&[0, 0, 0, 1]),
                ..Rules::default()
            },
            operations: random.pick(&[Operations::Writes, Operations::All, Operations::All]),
            // Nearly none of the requests go well, or every second one, or most. Outages are rare,
            // since each of them strikes all tasks at once.
            weights: Weights {
                none: random.pick(&[12, 30, 120]),
                close: 3,
                reset: 3,
                hang: 3,
                failure: 9,
                too_many_requests: 3,
                cut_short: 3,
                late: 3,
                outage: 1,
            },
            outage: Duration::from_millis(random.pick(&[100, 500, 3_000])),
            concurrency: usize::try_from(seed % 16).expect("below 16") + 1,
            retry,
            attempt_timeout: Duration::from_secs(random.pick(&[5, 30])),
            pacing: random.pick(&[Pacing::Off, Pacing::Off, Pacing::Auto]),
        }
    }

    /// These circumstances, with a service that accepts the same client order id twice: the client is
    /// then on its own.
    #[must_use]
    pub fn with_repeated_ids(mut self) -> Self {
        self.rules.unique_client_ids = false;
        self
    }

    /// The schedule of faults.
    pub(super) fn faults(&self) -> Faults {
        Faults::drawn(self.seed, self.weights)
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn the_seed_decides_everything() {
        let shown = |seed| format!("{:?}", Plan::of(seed));
        assert_eq!(shown(3), shown(3));
        assert_ne!(shown(3), shown(4));
    }

    #[test]
    fn seeds_in_a_row_cover_the_circumstances() {
        let plans: Vec<_> = (100..116).map(Plan::of).collect();
        let concurrency: BTreeSet<_> = plans.iter().map(|plan| plan.concurrency).collect();
        assert_eq!(concurrency, (1..=16).collect());
        let some = |is: fn(&Plan) -> bool| plans.iter().any(is);
        assert!(some(|plan| plan.operations == Operations::Writes));
        assert!(some(|plan| plan.operations == Operations::All));
        assert!(some(|plan| plan.rules.blind_lookups > 0));
        assert!(some(|plan| plan.retry.max_attempts() == 1));
        assert!(some(|plan| plan.retry.max_attempts() > 4));
        assert!(some(|plan| plan.retry.budget().is_some()));
        assert!(some(|plan| plan.pacing == Pacing::Auto));
    }
}
