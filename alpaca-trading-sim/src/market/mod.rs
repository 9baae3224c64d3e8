//! What is traded, and at which prices.
//!
//! A [`Universe`] lists the assets; a [`Market`] holds the current quote of each. Quotes come by hand or
//! from a [`prices::PriceSource`]: a file, a seeded walk, or several at once. Nothing here knows of
//! accounts or orders, and nothing here reads a clock: times are given.

mod asset;
mod book;
mod builtin;
mod entry;
mod error;
mod file;
mod grid;
pub mod prices;
mod quote;
mod universe;

pub use asset::{Asset, AssetClass, AssetStatus};
pub use book::{DEFAULT_SPREAD_BPS, Market};
pub use error::{AssetError, UniverseError};
pub use file::Format;
pub use grid::PriceGrid;
pub use quote::{MAX_PRICE, MAX_PRICE_DECIMALS, Quote, QuoteError};
pub use universe::{AssetFilter, AssetIx, Universe};
