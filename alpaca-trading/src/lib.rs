//! Trade on Alpaca from Rust: the crate that users add.
//!
#![doc = include_str!("../README.md")]

#[cfg(feature = "blocking")]
pub mod blocking;
mod client;
mod credentials;
mod decimal;
mod environment;
mod error;
mod lists;
pub mod orders;
pub mod positions;
mod problem;
pub mod resources;
#[cfg(feature = "stream")]
pub mod stream;
mod symbol;
#[cfg(feature = "test-util")]
pub mod test_util;
mod transport;
mod violation;

pub use client::{Client, ClientBuilder};
pub use credentials::{Ask, Credentials, CredentialsProvider, Keys, KeysFuture};
#[doc(hidden)]
pub use decimal::__decimal;
pub use environment::Environment;
pub use error::{Cause, Error, ErrorCode, ErrorKind, Outcome, Result};
pub use lists::{Pager, RowStream, Rows, Undecodable};
pub use problem::Problem;
pub use symbol::{OptionSymbol, Symbol};
pub use transport::{
    Attempt, Hook, Idempotency, Outgoing, Pacing, RateLimit, RefusedHeader, RetryPolicy,
};
pub use violation::Violation;

/// The generated client: every operation and every type of Alpaca's document.
pub use alpaca_trading_gen as raw;
pub use alpaca_trading_gen::types::{OrderSide as Side, TimeInForce};
pub use alpaca_trading_gen::{DateOrTime, types};
pub use chrono;
pub use rust_decimal::{self, Decimal};
pub use uuid::{self, Uuid};
