//! Streams that heal: order updates and account events without gaps.

mod backoff;
mod health;
mod item;

pub use backoff::Reconnect;
pub use health::{Phase, StreamHook, StreamSignal, StreamState};
pub use item::{Disconnect, DisconnectKind, StreamItem};

pub(crate) use backoff::Backoff;
pub(crate) use health::Health;
pub(crate) use item::clipped;
