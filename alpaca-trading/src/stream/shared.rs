//! What the streams of a client have in common with each other and with its calls.

use std::sync::{Mutex, OnceLock, PoisonError, Weak};

use super::trade_updates::{Hub, TradeStream};
use crate::Client;
use crate::error::{Error, Result};

/// What a client knows of its streams.
#[derive(Default)]
pub(crate) struct Streams {
    /// Opens websockets: made when the first one is opened.
    http: OnceLock<reqwest::Client>,
    /// The order updates that were opened last.
    updates: Mutex<Weak<Hub>>,
}

impl Client {
    /// The HTTP client that opens websockets: with the proxy and the certificates of all others.
    pub(super) fn stream_http(&self) -> Result<reqwest::Client> {
        let pipeline = self.pipeline();
        let held = &pipeline.streams.http;
        if let Some(http) = held.get() {
            return Ok(http.clone());
        }
        let http = pipeline
            .connections
            .stream_client(&pipeline.environment)
            .map_err(Error::configuration)?;
        Ok(held.get_or_init(|| http).clone())
    }

    /// Takes note of a stream of order updates: waiting for an order may use it.
    pub(super) fn watch(&self, hub: &std::sync::Arc<Hub>) {
        let mut updates = lock(&self.pipeline().streams.updates);
        *updates = std::sync::Arc::downgrade(hub);
    }

    /// Another consumer of the order updates that were opened last, while they go on.
    pub(crate) fn open_updates(&self) -> Option<TradeStream> {
        let hub = lock(&self.pipeline().streams.updates).upgrade()?;
        hub.goes_on().then(|| TradeStream::new(hub))
    }

    /// A source of randomness of its own, repeatable where the client is.
    pub(super) fn random(&self) -> fastrand::Rng {
        lock(&self.pipeline().random).fork()
    }
}

fn lock<T>(mutex: &Mutex<T>) -> std::sync::MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
