//! A beat at equal intervals, or none at all.

use std::future::pending;
use std::time::Duration;

use tokio::time::{Instant, Interval, MissedTickBehavior, interval_at};

/// Beats at an interval, the first time after one interval.
#[derive(Debug)]
pub(super) struct Pulse(Option<Interval>);

impl Pulse {
    /// A pulse with this interval; without one, or with zero, it never beats and sets no timer.
    pub(super) fn new(every: Option<Duration>) -> Self {
        let every = every.filter(|every| !every.is_zero());
        Self(every.and_then(|every| {
            let mut beats = interval_at(Instant::now().checked_add(every)?, every);
            // A connection that was blocked is not to be showered with what it missed.
            beats.set_missed_tick_behavior(MissedTickBehavior::Delay);
            Some(beats)
        }))
    }

    /// Waits for the next beat. May be dropped without losing one.
    pub(super) async fn beat(&mut self) {
        match &mut self.0 {
            Some(beats) => drop(beats.tick().await),
            None => pending().await,
        }
    }
}

#[cfg(test)]
mod tests {
    use futures_util::FutureExt;

    use super::*;

    #[tokio::test(start_paused = true)]
    async fn it_beats_at_its_interval_or_never() {
        let start = Instant::now();
        let mut pulse = Pulse::new(Some(Duration::from_secs(15)));
        for beat in 1..=3 {
            pulse.beat().await;
            assert_eq!(start.elapsed(), Duration::from_secs(15 * beat));
        }
        for never in [None, Some(Duration::ZERO), Some(Duration::MAX)] {
            assert_eq!(Pulse::new(never).beat().now_or_never(), None);
        }
    }
}
