//! The parts of the benchmarks: how they measure, what they are measured against, and the server that
//! both sides talk to.

pub mod bodies;
pub mod feed;
pub mod floor;
pub mod measure;
pub mod server;
pub mod updates;
