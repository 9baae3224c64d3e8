//! When the transport sends a request again, and how long it waits before: all operations against all
//! failures, on a paused clock, and representatives of each class over real connections.

#![allow(
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::unwrap_used,
    reason = "helpers of tests"
)]

mod classes;
mod limits;
mod sockets;
mod table;
mod timeline;
mod waits;
