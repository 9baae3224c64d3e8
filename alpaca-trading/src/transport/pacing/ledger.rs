//! What this client has sent in the last minute, by its own account.

use std::collections::VecDeque;
use std::time::Duration;

use tokio::time::Instant;

/// The length of the service's windows.
pub(super) const WINDOW: Duration = Duration::from_secs(60);

/// Requests that come free this close together are one entry, which bounds the memory.
const GRAIN: Duration = Duration::from_millis(100);

/// No request takes longer than this to come free.
const LONGEST: Duration = Duration::from_secs(120);

/// Finished requests, each held against the quota until it comes free.
///
/// A request counts from the end of its exchange, because the service counted it at some unknown
/// moment before. So whatever its windows are, fixed or sliding, none holds more than the limit as
/// long as requests under way and requests in this ledger stay within it together.
///
/// They come free a minute later, but no faster than the limit's even rate: a burst is followed by
/// an even stream and not, after a minute's silence, by the next burst.
#[derive(Debug, Default)]
pub(super) struct Ledger {
    entries: VecDeque<Entry>,
    spent: u32,
}

#[derive(Debug)]
struct Entry {
    /// When the first of these requests was to come free.
    first: Instant,
    /// When they all do.
    free: Instant,
    requests: u32,
}

impl Ledger {
    /// Notes a request whose exchange ended now, where `limit` are allowed in a minute.
    pub(super) fn spend(&mut self, now: Instant, limit: u32) {
        self.spent = self.spent.saturating_add(1);
        let gap = WINDOW / limit.max(1);
        let mut free = now + WINDOW;
        if let Some(last) = self.entries.back_mut() {
            free = free.max((last.free + gap).min(now + LONGEST));
            if free.saturating_duration_since(last.first) <= GRAIN {
                last.free = free;
                last.requests = last.requests.saturating_add(1);
                return;
            }
        }
        self.entries.push_back(Entry {
            first: free,
            free,
            requests: 1,
        });
    }

    /// Lets go of what has come free.
    pub(super) fn settle(&mut self, now: Instant) {
        while let Some(entry) = self.entries.front() {
            if entry.free > now {
                break;
            }
            self.spent = self.spent.saturating_sub(entry.requests);
            self.entries.pop_front();
        }
    }

    /// How many requests are held against the quota.
    pub(super) fn spent(&self) -> u32 {
        self.spent
    }

    /// When the next of them comes free.
    pub(super) fn next_free(&self) -> Option<Instant> {
        self.entries.front().map(|entry| entry.free)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn after(start: Instant, millis: u64) -> Instant {
        start + Duration::from_millis(millis)
    }

    #[tokio::test(start_paused = true)]
    async fn a_request_is_held_for_a_minute() {
        let start = Instant::now();
        let mut ledger = Ledger::default();
        assert_eq!(ledger.next_free(), None);
        ledger.spend(start, 200);
        assert_eq!(ledger.next_free(), Some(after(start, 60_000)));
        ledger.settle(after(start, 59_999));
        assert_eq!(ledger.spent(), 1);
        ledger.settle(after(start, 60_000));
        assert_eq!(ledger.spent(), 0);
        assert_eq!(ledger.next_free(), None);
    }

    #[tokio::test(start_paused = true)]
    async fn a_burst_comes_free_at_an_even_rate() {
        let start = Instant::now();
        let mut ledger = Ledger::default();
        for _ in 0..200 {
            ledger.spend(start, 200);
        }
        for (millis, spent) in [
            (59_999, 200),
            (60_000, 199),
            (60_299, 199),
            (60_300, 198),
            (90_000, 99),
            (119_699, 1),
            (119_700, 0),
        ] {
            ledger.settle(after(start, millis));
            assert_eq!(ledger.spent(), spent, "{millis}");
        }
    }

    #[tokio::test(start_paused = true)]
    async fn memory_is_bounded_whatever_is_sent() {
        for limit in [1, 200, 1_000, 1_000_000, u32::MAX] {
            let start = Instant::now();
            let mut ledger = Ledger::default();
            for turn in 0..200_000 {
                let now = after(start, turn * 2);
                ledger.settle(now);
                ledger.spend(now, limit);
                assert!(ledger.entries.len() <= 1_202, "{}", ledger.entries.len());
            }
            ledger.settle(after(start, 400_000 + 120_200));
            assert_eq!(ledger.spent(), 0, "{limit}");
        }
    }

    #[tokio::test(start_paused = true)]
    async fn no_request_comes_free_early_or_much_too_late() {
        // Two each millisecond: entries are shared, and even so each is held for its minute.
        let start = Instant::now();
        let mut ledger = Ledger::default();
        for turn in 0..2_000 {
            ledger.spend(after(start, turn / 2), 1_000_000);
        }
        for millis in (60_000..61_200).step_by(10) {
            ledger.settle(after(start, millis));
            let sent_within = u32::try_from(2 * (61_000_u64.saturating_sub(millis + 1))).unwrap();
            assert!(ledger.spent() >= sent_within.min(2_000), "{millis}");
            assert!(ledger.spent() <= sent_within + 2 * 200, "{millis}");
        }
        assert_eq!(ledger.spent(), 0);
    }
}
