//! Refusing connections.

use std::fmt;
use std::io;
use std::net::SocketAddr;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, Weak};

use tokio::net::TcpStream;

use super::door::Door;
use crate::control;

/// Which new connections are refused. Clones are the same.
#[derive(Clone, Default)]
pub(crate) struct Refusal {
    state: Arc<Mutex<State>>,
}

#[derive(Default)]
struct State {
    refused: Refused,
    /// The port, while the simulator has one.
    door: Weak<Door>,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
enum Refused {
    #[default]
    None,
    All,
    ButControl,
}

impl Refusal {
    /// Refuses every connection, or none: nobody listens at the port meanwhile.
    pub(crate) fn set(&self, refuse: bool) {
        self.store(if refuse { Refused::All } else { Refused::None });
    }

    /// Refuses every connection but those to the control surface, which could not end it otherwise; or none. What a
    /// connection is for is known when its first bytes are there, so these are reset and not refused.
    pub(crate) fn set_but_control(&self, refuse: bool) {
        self.store(match refuse {
            true => Refused::ButControl,
            false => Refused::None,
        });
    }

    /// Whether connections are refused.
    pub(crate) fn refuses(&self) -> bool {
        self.state().refused != Refused::None
    }

    /// Whether connections are refused, and those to the control surface are not.
    pub(crate) fn spares_control(&self) -> bool {
        self.state().refused == Refused::ButControl
    }

    /// Takes a port, which is shut and opened from here on.
    pub(super) fn door(&self, address: SocketAddr) -> io::Result<Arc<Door>> {
        let mut state = self.state();
        let door = Arc::new(Door::new(address, state.refused == Refused::All)?);
        state.door = Arc::downgrade(&door);
        Ok(door)
    }

    /// One after the other: the port is as the last word has it.
    fn store(&self, refused: Refused) {
        let mut state = self.state();
        state.refused = refused;
        if let Some(door) = state.door.upgrade() {
            door.shut(refused == Refused::All);
        }
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl fmt::Debug for Refusal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Refusal")
            .field(&self.state().refused)
            .finish()
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
