//! A brake on retries when most requests fail, so that an outage does not become a storm.

use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};

use super::backoff::RetryPolicy;

/// What a retry costs, by what went before it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Cost {
    /// The service refused, or could not be reached.
    Failure,
    /// No answer came in time: the dearest for both sides, for the service may be at work on it.
    Timeout,
}

impl Cost {
    fn tokens(self) -> u32 {
        match self {
            Self::Failure => 5,
            Self::Timeout => 10,
        }
    }
}

/// What a success brings back.
const REFUND: u32 = 1;

/// Tokens that retries spend and successes bring back; clones share them.
///
/// While few requests fail it is full and has no effect. When most fail it empties, and then there
/// are about as many retries as a fifth of the successes: the load on a service in trouble grows by a
/// fifth instead of by the number of attempts. First attempts are always free.
#[derive(Debug, Clone)]
pub(crate) struct RetryBudget {
    purse: Option<Arc<Purse>>,
}

#[derive(Debug)]
struct Purse {
    tokens: AtomicU32,
    capacity: u32,
}

impl RetryBudget {
    /// A full budget of this many tokens. One with fewer than a retry costs allows none.
    pub(crate) fn new(capacity: u32) -> Self {
        Self {
            purse: Some(Arc::new(Purse {
                tokens: AtomicU32::new(capacity),
                capacity,
            })),
        }
    }

    /// No limit.
    pub(crate) fn off() -> Self {
        Self { purse: None }
    }

    /// The budget that a policy asks for.
    pub(crate) fn of(policy: &RetryPolicy) -> Self {
        policy.budget().map_or_else(Self::off, Self::new)
    }

    /// Pays for a retry. `false`, and nothing is taken, when the budget does not suffice.
    #[must_use]
    pub(crate) fn try_spend(&self, cost: Cost) -> bool {
        let Some(purse) = &self.purse else {
            return true;
        };
        // The count guards no other memory, so that no ordering is needed.
        purse
            .tokens
            .fetch_update(Ordering::Relaxed, Ordering::Relaxed, |tokens| {
                tokens.checked_sub(cost.tokens())
            })
            .is_ok()
    }

    /// Takes note of a success.
    pub(crate) fn refund(&self) {
        if let Some(purse) = &self.purse {
            // An error means that it was full, which is nearly always so: then nothing is written.
            let _full = purse
                .tokens
                .fetch_update(Ordering::Relaxed, Ordering::Relaxed, |tokens| {
                    (tokens < purse.capacity)
                        .then(|| tokens.saturating_add(REFUND).min(purse.capacity))
                });
        }
    }

    /// What is left; `None` without a limit.
    #[cfg(test)]
    fn tokens(&self) -> Option<u32> {
        let purse = self.purse.as_ref()?;
        Some(purse.tokens.load(Ordering::Relaxed))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_hundred_retries_in_a_row_and_no_more() {
        let budget = RetryBudget::of(&RetryPolicy::default());
        let allowed = (0..1_000)
            .filter(|_| budget.try_spend(Cost::Failure))
            .count();
        assert_eq!(allowed, 100);
        assert_eq!(budget.tokens(), Some(0));
    }

    #[test]
    fn a_timeout_costs_twice_as_much() {
        let budget = RetryBudget::new(500);
        let allowed = (0..1_000)
            .filter(|_| budget.try_spend(Cost::Timeout))
            .count();
        assert_eq!(allowed, 50);
    }

    #[test]
    fn a_refusal_takes_nothing() {
        let budget = RetryBudget::new(9);
        assert!(!budget.try_spend(Cost::Timeout));
        assert_eq!(budget.tokens(), Some(9));
        assert!(budget.try_spend(Cost::Failure));
        assert!(!budget.try_spend(Cost::Failure));
        assert_eq!(budget.tokens(), Some(4));
    }

    #[test]
    fn five_successes_pay_for_one_retry() {
        let budget = RetryBudget::new(5);
        assert!(budget.try_spend(Cost::Failure));
        for _ in 0..4 {
            budget.refund();
            assert!(!budget.try_spend(Cost::Failure));
        }
        budget.refund();
        assert!(budget.try_spend(Cost::Failure));
    }

    #[test]
    fn it_never_holds_more_than_its_capacity() {
        let budget = RetryBudget::new(7);
        for _ in 0..100 {
            budget.refund();
        }
        assert_eq!(budget.tokens(), Some(7));
        let full = RetryBudget::new(u32::MAX);
        full.refund();
        assert_eq!(full.tokens(), Some(u32::MAX));
    }

    #[test]
    fn clones_share_it() {
        let budget = RetryBudget::new(10);
        let other = budget.clone();
        assert!(budget.try_spend(Cost::Failure));
        assert!(other.try_spend(Cost::Failure));
        assert!(!budget.try_spend(Cost::Failure));
    }

    #[test]
    fn off_allows_everything_and_nothing_allows_nothing() {
        let off = RetryBudget::of(&RetryPolicy::default().without_budget());
        assert!((0..10_000).all(|_| off.try_spend(Cost::Timeout)));
        off.refund();
        assert_eq!(off.tokens(), None);
        let none = RetryBudget::of(&RetryPolicy::default().with_budget(0));
        none.refund();
        assert!(!none.try_spend(Cost::Failure));
    }

    #[test]
    fn threads_together_spend_no_more_than_there_is() {
        let budget = RetryBudget::new(500);
        let allowed: usize = std::thread::scope(|scope| {
            let threads: Vec<_> = (0..4)
                .map(|_| {
                    scope.spawn(|| {
                        (0..1_000)
                            .filter(|_| budget.try_spend(Cost::Failure))
                            .count()
                    })
                })
                .collect();
            threads
                .into_iter()
                .map(|thread| thread.join().unwrap())
                .sum()
        });
        assert_eq!(allowed, 100);
    }
}
