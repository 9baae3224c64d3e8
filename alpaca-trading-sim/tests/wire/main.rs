//! What lies between the socket and the operations, as clients see it: over loopback, on paused clocks where
//! time matters.

#![allow(
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::unwrap_used,
    reason = "helpers of tests"
)]

mod auth;
mod bad_input;
mod crowd;
mod faults;
mod half;
mod headers;
mod listener;
mod panics;
#[path = "../plain/mod.rs"]
mod plain;
mod refused;
mod restored;
mod stream_faults;
mod support;
