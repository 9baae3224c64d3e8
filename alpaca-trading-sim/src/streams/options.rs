//! What can be set about streams.

use std::time::Duration;

use serde::{Deserialize, Serialize};

use super::shutdown::Shutdown;

/// How the websocket sends JSON. Both kinds are taken from clients at any time.
///
/// MessagePack is not among them: a client that asks for it at the upgrade, by
/// `Content-Type: application/msgpack`, is refused with status 501.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum FrameKind {
    /// Binary frames, as the paper service sends them.
    #[default]
    Binary,
    /// Text frames, as the live service sends them.
    Text,
}

/// What can be set about streams.
#[derive(Clone, Debug)]
pub struct StreamOptions {
    /// The frames of the websocket; binary unless set.
    pub frames: FrameKind,
    /// The time between two pings to the client of a websocket. None, the default, sends none, so that
    /// a paused clock of tokio is not moved by it; a time of zero is none as well.
    pub ping_every: Option<Duration>,
    /// The time between two heartbeat comments in server-sent events. None, the default, sends none; a
    /// time of zero is none as well.
    pub heartbeat_every: Option<Duration>,
    /// How many events of the account may happen while a connection takes nothing, before it counts as
    /// a slow reader; 10,000 unless set.
    pub lag: usize,
    /// Closes all streams.
    pub shutdown: Shutdown,
}

impl Default for StreamOptions {
    fn default() -> Self {
        Self {
            frames: FrameKind::default(),
            ping_every: None,
            heartbeat_every: None,
            lag: 10_000,
            shutdown: Shutdown::never(),
        }
    }
}
