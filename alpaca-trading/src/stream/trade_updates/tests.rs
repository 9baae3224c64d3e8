//! The engine: its one task, a scripted service at the other end of its wire, and a scripted account.

mod bad_content;
mod bad_keys;
mod bad_times;
mod consumers;
mod endings;
pub(super) mod fixture;
mod handshake;
mod incomplete;
mod readings;
mod reconnects;
mod world;
