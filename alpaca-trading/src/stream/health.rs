//! How a stream is doing: what it can be asked at any time, and what it tells a hook.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use chrono::{DateTime, Utc};

use super::Disconnect;

/// Where a stream stands.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Phase {
    /// It makes a connection, or waits to make one.
    #[default]
    Connecting,
    /// It is connected.
    Connected,
    /// It has ended for good.
    Ended,
}

/// How a stream is doing, as of one moment.
///
/// The counts are those since the stream was started, over all its connections.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct StreamState {
    /// Where it stands.
    pub phase: Phase,
    /// Since when, by this machine's clock.
    pub since: Option<DateTime<Utc>>,
    /// When something was last received, if only the answer to a ping; by this machine's clock.
    pub last_frame: Option<DateTime<Utc>>,
    /// Whether something may have happened that has not been told yet.
    pub stale: bool,
    /// How many attempts at a connection there were.
    pub attempts: u64,
    /// How many connections were made after the first.
    pub reconnects: u64,
    /// How many updates were handed on.
    pub updates: u64,
    /// How many of them were learnt otherwise than from the stream as they happened.
    pub backfilled: u64,
    /// How many messages were told again and not handed on.
    pub duplicates: u64,
    /// How many messages came after what they led to, and were not handed on.
    pub superseded: u64,
    /// How many items consumers have missed by reading too slowly, or the service has dropped for that.
    pub dropped: u64,
    /// How many messages could not be understood.
    pub undecodable: u64,
    /// Why the last connection ended, or was not made.
    pub last_disconnect: Option<Disconnect>,
}

/// Something that a stream tells a [`StreamHook`].
#[derive(Clone, Debug)]
#[non_exhaustive]
pub enum StreamSignal<'a> {
    /// An attempt at a connection begins: the first one is 1.
    Connecting {
        /// Which attempt it is since the stream was started.
        attempt: u64,
    },
    /// A connection stands.
    Connected {
        /// How long it took.
        took: Duration,
    },
    /// A connection has ended or was not made.
    Disconnected {
        /// Why.
        reason: &'a Disconnect,
        /// When it is tried again.
        retry_in: Option<Duration>,
    },
    /// An update was handed on.
    Update {
        /// How long it was on its way by the service's time stamp and this machine's clock, corrected by
        /// what is known of their difference; none where that cannot be told.
        age: Option<Duration>,
    },
    /// What was missed was looked for, and this much was found.
    Reconciled {
        /// How many updates.
        updates: usize,
        /// How long it took.
        took: Duration,
    },
    /// Looking for what was missed has failed, and is tried again.
    ReconcileFailed {
        /// Why.
        error: &'a crate::Error,
        /// When it is tried again.
        retry_in: Duration,
    },
    /// Messages were told again or came too late, and were not handed on.
    Skipped,
    /// A consumer, or the service, has dropped this many items.
    Lagged {
        /// How many.
        dropped: u64,
    },
    /// A message could not be understood.
    Undecodable,
}

/// Sees what happens to a stream: for metrics.
///
/// It is called in the stream's own task and must return at once. One that panics is caught: the log says so, the
/// stream goes on, and the hook is called again at the next signal.
///
/// # Examples
///
/// ```
/// use std::sync::atomic::{AtomicU64, Ordering};
/// use alpaca_trading::stream::{StreamHook, StreamSignal};
///
/// #[derive(Default)]
/// struct Reconnects(AtomicU64);
///
/// impl StreamHook for Reconnects {
///     fn on(&self, signal: &StreamSignal<'_>) {
///         if let StreamSignal::Disconnected { .. } = signal {
///             self.0.fetch_add(1, Ordering::Relaxed);
///         }
///     }
/// }
/// # let _ = Reconnects::default();
/// ```
pub trait StreamHook: Send + Sync + 'static {
    /// Takes note of what has happened.
    fn on(&self, signal: &StreamSignal<'_>);
}

/// Keeps the state of a stream and tells the hooks and the log.
#[derive(Clone)]
pub(crate) struct Health {
    shared: Arc<Mutex<StreamState>>,
    hooks: Arc<[Arc<dyn StreamHook>]>,
    /// What the stream is called in the log.
    name: &'static str,
}

impl Health {
    pub(crate) fn new(name: &'static str, hooks: Vec<Arc<dyn StreamHook>>) -> Self {
        let state = StreamState {
            since: Some(Utc::now()),
            ..StreamState::default()
        };
        Self {
            shared: Arc::new(Mutex::new(state)),
            hooks: hooks.into(),
            name,
        }
    }

    pub(crate) fn state(&self) -> StreamState {
        self.with(|state| state.clone())
    }

    pub(crate) fn with<T>(&self, change: impl FnOnce(&mut StreamState) -> T) -> T {
        change(&mut self.shared.lock().unwrap_or_else(PoisonError::into_inner))
    }

    /// Whether a signal is worth making.
    pub(crate) fn has_hooks(&self) -> bool {
        !self.hooks.is_empty()
    }

    pub(crate) fn signal(&self, signal: &StreamSignal<'_>) {
        for hook in self.hooks.iter() {
            // What goes wrong in one hook is no reason to end the stream for everybody. Nothing of the stream's is
            // changed by it, and what it leaves of its own is its own affair.
            if catch_unwind(AssertUnwindSafe(|| hook.on(signal))).is_err() {
                tracing::error!(stream = self.name, "a hook of the stream has panicked");
            }
        }
    }

    /// Says the last word for a stream whose task has gone without one; nothing if there was one.
    pub(crate) fn gone(&self, reason: &Disconnect) {
        if self.with(|state| state.phase) != Phase::Ended {
            self.disconnected(reason, None);
        }
    }

    /// Something was received.
    pub(crate) fn heard(&self) {
        self.with(|state| state.last_frame = Some(Utc::now()));
    }

    pub(crate) fn connecting(&self) {
        let attempt = self.with(|state| {
            state.attempts += 1;
            if state.phase != Phase::Connecting {
                state.phase = Phase::Connecting;
                state.since = Some(Utc::now());
            }
            state.attempts
        });
        tracing::debug!(stream = self.name, attempt, "connecting");
        self.signal(&StreamSignal::Connecting { attempt });
    }

    pub(crate) fn connected(&self, first: bool, took: Duration) {
        self.with(|state| {
            state.phase = Phase::Connected;
            state.since = Some(Utc::now());
            state.last_frame = state.since;
            if !first {
                state.reconnects += 1;
            }
        });
        tracing::info!(stream = self.name, ?took, "connected");
        self.signal(&StreamSignal::Connected { took });
    }

    pub(crate) fn disconnected(&self, reason: &Disconnect, retry_in: Option<Duration>) {
        self.with(|state| {
            state.phase = match retry_in {
                Some(_) => Phase::Connecting,
                None => Phase::Ended,
            };
            state.since = Some(Utc::now());
            state.last_disconnect = Some(reason.clone());
        });
        match retry_in {
            Some(wait) => tracing::warn!(
                stream = self.name,
                reason = reason.message(),
                retry_in = ?wait,
                "disconnected"
            ),
            None => tracing::info!(stream = self.name, reason = reason.message(), "ended"),
        }
        self.signal(&StreamSignal::Disconnected { reason, retry_in });
    }

    pub(crate) fn undecodable(&self, error: &str) {
        self.with(|state| state.undecodable += 1);
        // The message itself may hold everything about the account, and is not logged.
        tracing::warn!(stream = self.name, error, "a message cannot be understood");
        self.signal(&StreamSignal::Undecodable);
    }

    pub(crate) fn lagged(&self, dropped: u64) {
        self.with(|state| state.dropped += dropped);
        tracing::warn!(stream = self.name, dropped, "read too slowly");
        self.signal(&StreamSignal::Lagged { dropped });
    }

    pub(crate) fn reconcile_failed(&self, error: &crate::Error, retry_in: Duration) {
        tracing::warn!(stream = self.name, %error, ?retry_in, "what was missed could not be read");
        self.signal(&StreamSignal::ReconcileFailed { error, retry_in });
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::stream::DisconnectKind;

    #[derive(Default)]
    struct Seen(Mutex<Vec<String>>);

    impl StreamHook for Seen {
        fn on(&self, signal: &StreamSignal<'_>) {
            self.0.lock().unwrap().push(format!("{signal:?}"));
        }
    }

    /// A hook with a mistake of its own.
    struct Rash;

    impl StreamHook for Rash {
        fn on(&self, _: &StreamSignal<'_>) {
            panic!("a mistake in a hook");
        }
    }

    #[test]
    fn a_hook_that_panics_harms_nobody_else() {
        let seen = Arc::new(Seen::default());
        let health = Health::new("test", vec![Arc::new(Rash), seen.clone()]);
        health.connecting();
        health.undecodable("no JSON");
        let state = health.state();
        assert_eq!((state.attempts, state.undecodable), (1, 1));
        assert_eq!(seen.0.lock().unwrap().len(), 2);
    }

    #[test]
    fn a_stream_that_has_gone_is_over_and_has_one_last_word() {
        let health = Health::new("test", Vec::new());
        health.connected(true, Duration::ZERO);
        health.gone(&Disconnect::new(DisconnectKind::Lost, "gone"));
        health.gone(&Disconnect::new(DisconnectKind::Lost, "gone again"));
        let state = health.state();
        assert_eq!(state.phase, Phase::Ended);
        assert_eq!(state.last_disconnect.unwrap().message(), "gone");
    }

    #[test]
    fn the_state_follows_what_happens_and_hooks_see_it() {
        let seen = Arc::new(Seen::default());
        let health = Health::new("test", vec![seen.clone()]);
        assert_eq!(health.state().phase, Phase::Connecting);
        health.connecting();
        health.connected(true, Duration::from_millis(3));
        assert_eq!(health.state().phase, Phase::Connected);
        let reason = Disconnect::new(DisconnectKind::Lost, "reset");
        health.disconnected(&reason, Some(Duration::from_secs(1)));
        health.connecting();
        health.connected(false, Duration::from_millis(3));
        health.lagged(7);
        health.undecodable("no JSON");
        health.disconnected(&Disconnect::new(DisconnectKind::Consumer, "closed"), None);
        let state = health.state();
        assert_eq!(
            (
                state.phase,
                state.attempts,
                state.reconnects,
                state.dropped,
                state.undecodable
            ),
            (Phase::Ended, 2, 1, 7, 1)
        );
        assert_eq!(state.last_disconnect.unwrap().message(), "closed");
        let seen = seen.0.lock().unwrap();
        assert_eq!(seen.len(), 8);
        assert!(seen[2].contains("reset"), "{seen:?}");
    }
}
