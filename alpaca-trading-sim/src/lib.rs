//! Alpaca's paper trading service on your machine, with the clock in your hand.

mod error;
mod events;
mod ids;

pub use error::ApiError;
pub use events::{Event, EventLog, Kind};
pub use ids::Ids;
