//! [`crate::resources::clock`] without async; written by `cargo xtask blocking`.

use alpaca_trading_gen::types::{Clock, LegacyClock};

use crate::Result;
use crate::blocking::{Client, Runtime};
use crate::resources::clock::MarketClockQuery;

/// When markets are open.
///
/// See [`MarketClock`](crate::resources::clock::MarketClock).
#[derive(Clone, Debug)]
pub struct MarketClock {
    inner: crate::resources::clock::MarketClock,
    runtime: Runtime,
}

impl MarketClock {
    pub(in crate::blocking) fn wrap(
        inner: crate::resources::clock::MarketClock,
        runtime: &Runtime,
    ) -> Self {
        Self {
            inner,
            runtime: runtime.clone(),
        }
    }

    /// The clock of the US equity market: the time there, whether it is open, and when it opens and
    /// closes next. Only the core session, mostly 09:30 to 16:00 in New York, counts as open.
    ///
    /// Blocks; see [`MarketClock::get`](crate::resources::clock::MarketClock::get).
    pub fn get(&self) -> Result<LegacyClock> {
        self.runtime.run(self.inner.get())
    }

    /// The clocks of several markets of the world: phase of the day, how long it lasts, next
    /// opening and closing.
    ///
    /// Blocks; see [`MarketClock::markets`](crate::resources::clock::MarketClock::markets).
    pub fn markets(&self, query: MarketClockQuery) -> Result<Vec<Clock>> {
        self.runtime.run(self.inner.markets(query))
    }
}

impl Client {
    /// When markets are open.
    ///
    /// See [`Client::clock`](crate::Client::clock).
    #[must_use]
    pub fn clock(&self) -> MarketClock {
        MarketClock::wrap(self.inner.clock(), &self.runtime)
    }
}
