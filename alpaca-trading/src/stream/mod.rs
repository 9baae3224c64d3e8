//! Streams that heal: order updates and account events without gaps.
//!
//! [`Client::trade_updates`](crate::Client::trade_updates) tells what happens to orders, over a websocket;
//! [`Client::activity_events`](crate::Client::activity_events) what moves money, as server-sent events. Both
//! connect again by themselves, find out what was missed, leave out what was told before, and say when
//! the state may be stale. What is guaranteed, what is not, and how to write a consumer is in the
//! [`guide`].
//!
//! # Examples
//!
//! ```no_run
//! use alpaca_trading::Client;
//! use alpaca_trading::stream::StreamItem;
//!
//! # async fn run() -> alpaca_trading::Result<()> {
//! let client = Client::from_env()?;
//! let mut stream = client.trade_updates().connect().await?;
//! while let Some(item) = stream.next().await {
//!     for update in item.updates() {
//!         if let Some(fill) = update.fill() {
//!             println!("{:?}: {} at {}", update.order.symbol, fill.qty, fill.price);
//!         }
//!     }
//! }
//! # Ok(()) }
//! ```

pub mod activity_events;
mod adapters;
mod backoff;
#[doc = include_str!("../../docs/streams-and-state.md")]
pub mod guide {}
mod health;
mod item;
mod shared;
mod trade_updates;

pub use activity_events::{ActivityConnect, ActivityStream, ActivityUpdate};
pub use adapters::{Strict, UpdatesOnly, strict, updates_only};
pub use backoff::Reconnect;
pub use health::{Phase, StreamHook, StreamSignal, StreamState};
pub use item::{Disconnect, DisconnectKind, StreamItem};
pub use trade_updates::{
    Fill, LegFill, Origin, TradeEvent, TradeStream, TradeUpdate, TradeUpdates,
};

pub(crate) use backoff::Backoff;
pub(crate) use health::Health;
pub(crate) use item::clipped_without;
pub(crate) use shared::Streams;
