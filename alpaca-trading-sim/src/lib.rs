//! Alpaca's paper trading service on your machine, with the clock in your hand.
//!
#![cfg_attr(feature = "client", doc = include_str!("../README.md"))]

mod api;
pub mod calendar;
mod control;
mod error;
mod events;
pub mod faults;
pub mod fill;
mod ids;
pub mod market;
mod simulator;
pub mod streams;
mod wire;
pub mod world;

pub use error::ApiError;
pub use events::{Event, EventLog, Kind, Mark};
pub use ids::Ids;
pub use simulator::{
    Builder, Clock, ClockMode, ControlError, Execution, MarketControl, Simulator, Snapshot, Venue,
};
pub use world::Dialect;
pub use world::account::{AccountSetup, AccountState, AccountStatus, Configurations};
