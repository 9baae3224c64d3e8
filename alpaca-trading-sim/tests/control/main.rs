//! The control surface, route by route.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "test"
)]

mod clock;
mod faults;
mod hand;
mod journal;
mod market;
#[path = "../plain/mod.rs"]
mod plain;
mod requests;
mod venue;
mod world;
