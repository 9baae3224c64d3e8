//! The simulator answers as the service does, row by row: requests in, answers and events out, without sockets.
//!
//! Every answer on the way is held against the generator's document by [`schema`] and [`quirks`].

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "tests"
)]

mod desk;
mod quirks;
mod row;
mod schema;

mod absent;
mod account;
mod assets;
mod blocked;
mod bodies;
mod bulk;
mod classes;
mod crypto;
mod errors;
mod extremes;
mod funds;
mod groups;
mod groups_replaced;
mod history;
mod lifecycle;
mod lists;
mod replace;
mod replace_rules;
mod time_in_force;
mod triggers;
mod validation;
mod venue;
mod watchlists;
