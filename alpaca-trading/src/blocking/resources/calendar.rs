//! [`crate::resources::calendar`] without async; written by `cargo xtask blocking`.

use alpaca_trading_gen::types::{LegacyCalendarDay, Market, PublicCalendarResp};

use crate::Result;
use crate::blocking::{Client, Runtime};
use crate::resources::calendar::{CalendarQuery, MarketCalendarQuery};

/// The days on which markets trade.
///
/// See [`Calendar`](crate::resources::calendar::Calendar).
#[derive(Clone, Debug)]
pub struct Calendar {
    inner: crate::resources::calendar::Calendar,
    runtime: Runtime,
}

impl Calendar {
    pub(in crate::blocking) fn wrap(
        inner: crate::resources::calendar::Calendar,
        runtime: &Runtime,
    ) -> Self {
        Self {
            inner,
            runtime: runtime.clone(),
        }
    }

    /// The trading days of the US equity market in a range of days.
    ///
    /// Blocks; see [`Calendar::list`](crate::resources::calendar::Calendar::list).
    pub fn list(&self, query: impl Into<CalendarQuery>) -> Result<Vec<LegacyCalendarDay>> {
        self.runtime.run(self.inner.list(query))
    }

    /// The trading days of one market of the world in a range of days, with the sessions of each as
    /// instants, and what is known of the market.
    ///
    /// Blocks; see [`Calendar::market`](crate::resources::calendar::Calendar::market).
    pub fn market(
        &self,
        market: impl Into<Market>,
        query: impl Into<MarketCalendarQuery>,
    ) -> Result<PublicCalendarResp> {
        self.runtime.run(self.inner.market(market, query))
    }
}

impl Client {
    /// The days on which markets trade.
    ///
    /// See [`Client::calendar`](crate::Client::calendar).
    #[must_use]
    pub fn calendar(&self) -> Calendar {
        Calendar::wrap(self.inner.calendar(), &self.runtime)
    }
}
