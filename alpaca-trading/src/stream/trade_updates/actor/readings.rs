//! The readings of the account: when the next one is due, and the one under way.

use std::future::Future;
use std::pin::Pin;
use std::time::Duration;

use chrono::{DateTime, Utc};
use tokio::time::Instant;

use super::super::source::Found;
use crate::error::Result;

/// The wait before a reading that has failed is tried again; it doubles.
const FIRST_RETRY: Duration = Duration::from_secs(1);

/// The longest such wait.
const LONGEST_RETRY: Duration = Duration::from_secs(60);

/// How long there is at most between two readings while something is missing that was looked for often.
const SELDOM: Duration = Duration::from_secs(300);

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

    /// After one that was taken in: when the next one is wanted. What is missing may be there soon; if it was
    /// looked for often, it is looked for all the same.
    pub(super) fn pause(
        &mut self,
        complete: bool,
        hopeful: bool,
        audit_every: Option<Duration>,
    ) -> Duration {
        if hopeful {
            return self.later();
        }
        self.wait = FIRST_RETRY;
        let every = match complete {
            true => audit_every,
            false => Some(audit_every.map_or(SELDOM, |every| every.min(SELDOM))),
        };
        if let Some(every) = every {
            self.want(Instant::now() + every);
        }
        every.unwrap_or_default()
    }
}

/// Goes on with a reading; waits for ever where there is none.
pub(super) async fn read(current: &mut Option<Current>) -> Result<Found> {
    match current {
        Some(current) => current.future.as_mut().await,
        None => std::future::pending().await,
    }
}
