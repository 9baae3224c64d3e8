//! The right to send a request, and the report of what became of it.

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use tokio::time::Instant;

use super::Shared;
use super::gate::Gate;
use super::reading::Reading;

/// The right to send one request. Dropped without a word, it counts as one that was sent and never
/// answered.
#[must_use = "a permit that is dropped counts as a request"]
pub(crate) struct Permit {
    shared: Option<Arc<Shared>>,
    probe: bool,
}

impl Permit {
    pub(super) fn new(shared: &Arc<Shared>, probe: bool) -> Self {
        Self {
            shared: Some(Arc::clone(shared)),
            probe,
        }
    }

    /// The service has answered, not with a 429.
    pub(crate) fn answered(mut self, reading: &Reading) {
        let probe = self.probe;
        self.end(|gate, now, off| {
            if off {
                gate.look(now, reading.rate);
            } else {
                gate.answer(now, probe, reading);
            }
        });
    }

    /// The service has answered with a 429. Nobody sends before `mandated` has passed, or a second
    /// if it asks for less, and then one request goes ahead of the others.
    pub(crate) fn refused(mut self, reading: &Reading, mandated: Option<Duration>) {
        let probe = self.probe;
        self.end(|gate, now, off| {
            if off {
                gate.look(now, reading.rate);
            } else {
                gate.refuse(now, probe, reading, mandated);
            }
        });
    }

    /// The request surely did not reach the service.
    pub(crate) fn not_sent(mut self) {
        let probe = self.probe;
        self.end(|gate, _, off| {
            if !off {
                gate.call_off(probe);
            }
        });
    }

    fn end(&mut self, change: impl FnOnce(&mut Gate, Instant, bool)) {
        if let Some(shared) = self.shared.take() {
            shared.update(|gate, now| change(gate, now, shared.off));
        }
    }
}

impl Drop for Permit {
    fn drop(&mut self) {
        let probe = self.probe;
        self.end(|gate, now, off| {
            if !off {
                gate.lose(now, probe);
            }
        });
    }
}

impl fmt::Debug for Permit {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Permit")
            .field("probe", &self.probe)
            .finish()
    }
}
