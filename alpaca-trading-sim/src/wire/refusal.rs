//! Refusing connections.

use std::sync::Arc;
use std::sync::atomic::{AtomicU8, Ordering};

use tokio::net::TcpStream;

use crate::control;

const NONE: u8 = 0;
const ALL: u8 = 1;
const BUT_CONTROL: u8 = 2;

/// Which new connections are refused. Clones are the same.
#[derive(Clone, Debug, Default)]
pub(crate) struct Refusal {
    state: Arc<AtomicU8>,
}

impl Refusal {
    /// Refuses every connection, or none.
    pub(crate) fn set(&self, refuse: bool) {
        self.store(if refuse { ALL } else { NONE });
    }

    /// Refuses every connection but those to the control surface, which could not end it otherwise; or none.
    pub(crate) fn set_but_control(&self, refuse: bool) {
        self.store(if refuse { BUT_CONTROL } else { NONE });
    }

    /// Whether connections are refused.
    pub(crate) fn refuses(&self) -> bool {
        self.state.load(Ordering::SeqCst) != NONE
    }

    /// Whether connections are refused, and those to the control surface are not.
    pub(crate) fn spares_control(&self) -> bool {
        self.state.load(Ordering::SeqCst) == BUT_CONTROL
    }

    fn store(&self, state: u8) {
        self.state.store(state, Ordering::SeqCst);
    }
}

/// Whether the first request of a connection is one to the control surface. It is left to be read.
pub(crate) async fn is_for_control(stream: &TcpStream) -> bool {
    let mut first = [0; 128];
    let Ok(length) = stream.peek(&mut first).await else {
        return false;
    };
    let text = String::from_utf8_lossy(first.get(..length).unwrap_or_default());
    let mut words = text.split([' ', '?', '\r']);
    words.next();
    words.next().is_some_and(control::is_control)
}
