//! Trade on Alpaca from Rust.
//!
//! This release is the beginning of the crate: a [`Client`] that knows its [`Environment`] and sets
//! the two key headers on every request, over the generated client in [`raw`], which has every
//! operation of Alpaca's Trading API with typed parameters and answers.
//!
//! ```no_run
//! use alpaca_trading::{Client, Credentials, Environment};
//!
//! # async fn run() -> Result<(), Box<dyn std::error::Error>> {
//! let keys = Credentials::key_pair("PK...", "secret")?;
//! let client = Client::new(Environment::Paper, keys)?;
//! let account = client.raw().get_account().send().await?;
//! println!("{:?} in {:?}", account.equity, client.environment());
//! # Ok(())
//! # }
//! ```

mod client;
mod credentials;
mod environment;
mod error;

pub use client::Client;
pub use credentials::Credentials;
pub use environment::Environment;
pub use error::BuildError;

/// The generated client: every operation and every type of Alpaca's document.
pub use alpaca_trading_gen as raw;
pub use alpaca_trading_gen::rust_decimal;
