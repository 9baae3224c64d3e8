#![doc = include_str!("../README.md")]

#[cfg(feature = "blocking")]
pub mod blocking;
mod client;
mod credentials;
mod environment;
mod error;
mod lists;
pub mod orders;
pub mod positions;
mod problem;
pub mod resources;
mod symbol;
#[cfg(feature = "test-util")]
pub mod test_util;
mod transport;
mod violation;

pub use client::{Client, ClientBuilder};
pub use credentials::{Ask, Credentials, CredentialsProvider, Keys, KeysFuture};
pub use environment::Environment;
pub use error::{Cause, Error, ErrorCode, ErrorKind, Outcome, Result};
pub use lists::{Pager, RowStream, Rows, Undecodable};
pub use problem::Problem;
pub use symbol::{OptionSymbol, Symbol};
pub use transport::{
    Exchange, Hook, Idempotency, Outgoing, Pacing, RateLimit, RefusedHeader, RetryPolicy,
};
pub use violation::Violation;

/// The generated client: every operation and every type of Alpaca's document.
pub use alpaca_trading_gen as raw;
pub use alpaca_trading_gen::types;
pub use alpaca_trading_gen::types::{OrderSide as Side, TimeInForce};
pub use chrono;
pub use rust_decimal::{self, Decimal, dec};
pub use uuid::{self, Uuid};
