//! A hook that notes when each attempt was sent and how it ended.

use std::sync::{Arc, Mutex};
use std::time::Duration;

use alpaca_trading::test_util::{Reply, Script};
use alpaca_trading::{Attempt, Client, ClientBuilder, Hook, Pacing};
use tokio::time::Instant;

/// An attempt as a hook sees it.
#[derive(Clone, Debug)]
pub(crate) struct Noted {
    pub(crate) number: u32,
    pub(crate) sent: Instant,
    pub(crate) ended: Instant,
    pub(crate) retry_in: Option<Duration>,
}

/// The attempts of all calls of a client.
#[derive(Clone, Default)]
pub(crate) struct Timeline(Arc<Mutex<Vec<Noted>>>);

impl Hook for Timeline {
    fn after(&self, attempt: &Attempt<'_>) {
        let ended = Instant::now();
        self.0.lock().unwrap().push(Noted {
            number: attempt.number(),
            sent: ended - attempt.latency(),
            ended,
            retry_in: attempt.retry_in(),
        });
    }
}

impl Timeline {
    /// The attempts since the last time, checked for what holds of any: they are numbered from 1, the
    /// last is not followed by another, and between two the client waits as long as it said.
    pub(crate) fn take(&self) -> Result<Vec<Noted>, String> {
        self.take_within(TICK)
    }

    /// The same on a real clock, where a wait may end late.
    pub(crate) fn count(&self) -> usize {
        self.take_within(Duration::MAX).expect("a timeline").len()
    }

    fn take_within(&self, late: Duration) -> Result<Vec<Noted>, String> {
        let attempts = std::mem::take(&mut *self.0.lock().unwrap());
        for (place, attempt) in attempts.iter().enumerate() {
            if attempt.number as usize != place + 1 {
                return Err(format!("attempt {} in place {place}", attempt.number));
            }
            match (attempts.get(place + 1), attempt.retry_in) {
                (None, None) => {}
                (Some(next), Some(wait)) => {
                    let gap = next.sent - attempt.ended;
                    if gap < wait || gap > wait.saturating_add(late) {
                        return Err(format!("{gap:?} passed instead of {wait:?}"));
                    }
                }
                (next, wait) => {
                    return Err(format!("announced {wait:?}, and then came {next:?}"));
                }
            }
        }
        Ok(attempts)
    }
}

/// Timers are good to a millisecond, and the next attempt begins after one.
const TICK: Duration = Duration::from_millis(3);

/// A paper client that answers everything from one reply, and its attempts; without pacing and
/// without a budget, which have tests of their own.
pub(crate) fn always(reply: &Reply) -> (Client, Script, Timeline) {
    let script = everything(reply);
    let timeline = Timeline::default();
    let client = build(&script, &timeline, |builder| builder);
    (client, script, timeline)
}

/// A client on a script, with a limit of 5 seconds on each attempt.
pub(crate) fn build(
    script: &Script,
    timeline: &Timeline,
    change: impl FnOnce(ClientBuilder) -> ClientBuilder,
) -> Client {
    let builder = script
        .attach(Client::builder().seed(7))
        .attempt_timeout(ATTEMPT)
        .pacing(Pacing::Off)
        .retry(alpaca_trading::RetryPolicy::default().without_budget())
        .hook(timeline.clone());
    change(builder).build().expect("a client")
}

/// The limit on each attempt of these clients.
pub(crate) const ATTEMPT: Duration = Duration::from_secs(5);

/// A script with this reply to any request.
pub(crate) fn everything(reply: &Reply) -> Script {
    let script = Script::new();
    for method in ["GET", "POST", "PUT", "PATCH", "DELETE"] {
        for segments in 1..8 {
            script.add(method, &"/*".repeat(segments), [reply.clone()]);
        }
    }
    script
}
