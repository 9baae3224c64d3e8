//! Streams that heal: order updates and account events without gaps.

mod backoff;
mod health;
mod item;
mod shared;
mod trade_updates;

pub use backoff::Reconnect;
pub use health::{Phase, StreamHook, StreamSignal, StreamState};
pub use item::{Disconnect, DisconnectKind, StreamItem};
pub use trade_updates::{
    Fill, LegFill, Origin, TradeEvent, TradeStream, TradeUpdate, TradeUpdates,
};

pub(crate) use backoff::Backoff;
pub(crate) use health::Health;
pub(crate) use item::clipped;
pub(crate) use shared::Streams;
