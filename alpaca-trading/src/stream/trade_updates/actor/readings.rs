//! The readings of the account: when the next one is due, and the one under way.

use std::future::Future;
use std::pin::Pin;
use std::time::Duration;

use chrono::{DateTime, Utc};
use tokio::time::Instant;

use super::super::source::Found;
use crate::error::Result;

/// The wait before a reading that has failed is tried again; it doubles.
pub(super) const FIRST_RETRY: Duration = Duration::from_secs(1);

/// The longest such wait.
const LONGEST_RETRY: Duration = Duration::from_secs(60);

/// The readings of what was missed: at most one at a time.
pub(super) struct Readings {
    pub(super) current: Option<Current>,
    /// When the next one is due.
    pub(super) due: Option<Instant>,
    /// The wait before the next one, if one fails.
    pub(super) wait: Duration,
    /// When the last one began.
    pub(super) last: Option<Instant>,
    /// Whether something gave reason to doubt since then.
    pub(super) doubted: bool,
}

pub(super) struct Current {
    pub(super) begun: Instant,
    /// By the service's clock.
    pub(super) from: DateTime<Utc>,
    pub(super) future: Pin<Box<dyn Future<Output = Result<Found>> + Send>>,
}

impl Readings {
    pub(super) fn new() -> Self {
        Self {
            current: None,
            due: None,
            wait: FIRST_RETRY,
            last: None,
            doubted: false,
        }
    }

    /// A reading is wanted at this time, or earlier.
    pub(super) fn want(&mut self, at: Instant) {
        self.due = Some(self.due.map_or(at, |due| due.min(at)));
    }

    /// One is wanted after a wait, each longer than the one before.
    pub(super) fn later(&mut self) -> Duration {
        let wait = self.wait;
        self.wait = (wait * 2).min(LONGEST_RETRY);
        self.want(Instant::now() + wait);
        wait
    }
}

/// Goes on with a reading; waits for ever where there is none.
pub(super) async fn read(current: &mut Option<Current>) -> Result<Found> {
    match current {
        Some(current) => current.future.as_mut().await,
        None => std::future::pending().await,
    }
}
