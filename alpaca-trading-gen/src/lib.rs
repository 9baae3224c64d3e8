//! The raw client of Alpaca's Trading API.
//!
//! Everything in [`types`], [`builder`] and [`Client`] is generated from Alpaca's OpenAPI document;
//! the rest of this crate is what the generated code stands on. Most users want the crate
//! `alpaca-trading`, which adds keys, environments, safe submission of orders, errors and streams,
//! and gives access to this client as well.
//!
//! - Every string enum is open: an unlisted value becomes `Unknown` and goes back as it came.
//! - Money, prices, quantities and ratios are [`rust_decimal::Decimal`], read from the text of the
//!   body and never rounded.
//! - In answers null and absent are the same, and unknown fields are ignored.
//! - What must be told apart by its type, such as account activities, is; a type that nobody knows
//!   keeps its whole JSON ([`UnknownValue`]).
//! - An answer that is not 2xx is [`Error::UnexpectedResponse`], with status, headers and what
//!   arrived of the body ([`body_end`]).
//! - Nothing is authenticated, retried or timed out here: that is the [`Middleware`]'s work, and the
//!   HTTP client's.

#[allow(dead_code, reason = "a document may not need every part")]
mod answer;
mod client;
mod date_or_time;
mod decimal;
mod lists;
#[allow(
    dead_code,
    unused_imports,
    unused_macros,
    reason = "a document may not need every part"
)]
mod open_enum;
mod operation;
mod seam;
mod text;
#[allow(dead_code, reason = "a document may not need every part")]
mod unknown;

#[allow(
    clippy::all,
    clippy::pedantic,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::unwrap_used,
    dead_code,
    deprecated,
    missing_docs,
    rustdoc::all,
    unreachable_pub,
    unused_imports,
    unused_qualifications,
    unused_variables,
    reason = "generated"
)]
mod generated {
    include!(concat!(env!("OUT_DIR"), "/generated.rs"));
}

pub use answer::BODY_LIMIT;
pub use date_or_time::{DateOrTime, DateOrTimeError};
pub use decimal::{DecimalError, DecimalParameter, Exact, parse_decimal};
pub use generated::*;
pub use lists::{CommaList, OneOrMany};
pub use operation::Operation;
pub use seam::{
    BodyEnd, BoxFuture, ERROR_BODY_LIMIT, Inner, LOCAL_FAILURE_STATUS, Middleware, SendError,
    WholeBody, body_end, local_failure,
};
pub use text::{Blank, BlankAsDefault, NullAsEmpty};
pub use unknown::UnknownValue;

pub use reqwest;
pub use rust_decimal;
