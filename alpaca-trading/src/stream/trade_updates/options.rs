//! How a stream of order updates is to be.

use std::time::Duration;

use crate::stream::Reconnect;

/// The settings of one stream.
#[derive(Clone)]
pub(super) struct Options {
    pub(super) reconnect: Reconnect,
    /// How often a sign of life is asked for.
    pub(super) ping_every: Duration,
    /// How long nothing may come.
    pub(super) silence: Duration,
    /// How many items wait for a consumer at most.
    pub(super) buffer: usize,
    /// How often the account is read although nothing asks for it.
    pub(super) audit_every: Option<Duration>,
    /// Whether what was missed is read.
    pub(super) backfill: bool,
    /// Whether the orders that are open at the start are told.
    pub(super) open_orders: bool,
    /// The address, if it is not the environment's.
    pub(super) url: Option<String>,
}

impl Default for Options {
    fn default() -> Self {
        Self {
            reconnect: Reconnect::default(),
            ping_every: Duration::from_secs(10),
            silence: Duration::from_secs(30),
            buffer: 4_096,
            audit_every: Some(Duration::from_secs(300)),
            backfill: true,
            open_orders: false,
            url: None,
        }
    }
}
