//! The clock of the market: whether it is open, and when it opens and closes next.
//!
//! ```no_run
//! # async fn run(client: alpaca_trading::Client) -> alpaca_trading::Result<()> {
//! let clock = client.clock().get().await?;
//! if !clock.is_open {
//!     println!("opens at {}", clock.next_open);
//! }
//! # Ok(()) }
//! ```

use alpaca_trading_gen::types::{Clock, LegacyClock, Market};
use chrono::{DateTime, Utc};

use super::checks::Checks;
use super::filters::listed;
use crate::error::{InOperation as _, Result};

resource! {
    /// When markets are open.
    MarketClock, clock
}

impl MarketClock {
    /// The clock of the US equity market: the time there, whether it is open, and when it opens and
    /// closes next. Only the core session, mostly 09:30 to 16:00 in New York, counts as open.
    ///
    /// # Errors
    ///
    /// Those of any read.
    ///
    /// # Examples
    ///
    /// ```no_run
    /// # async fn run(client: alpaca_trading::Client) -> alpaca_trading::Result<()> {
    /// let clock = client.clock().get().await?;
    /// println!("closes in {} minutes", (clock.next_close - clock.timestamp).num_minutes());
    /// # Ok(()) }
    /// ```
    ///
    /// Raw operation: [`get_clock`](alpaca_trading_gen::Client::get_clock).
    pub async fn get(&self) -> Result<LegacyClock> {
        self.client.call(self.client.raw().get_clock().send()).await
    }

    /// The clocks of several markets of the world: phase of the day, how long it lasts, next opening and
    /// closing.
    ///
    /// # Errors
    ///
    /// `is_invalid` when a market is no code; otherwise those of any read.
    ///
    /// # Examples
    ///
    /// ```no_run
    /// use alpaca_trading::resources::clock::MarketClockQuery;
    /// use alpaca_trading::types::{Market, Phase};
    ///
    /// # async fn run(client: alpaca_trading::Client) -> alpaca_trading::Result<()> {
    /// let query = MarketClockQuery::of([Market::Nyse, Market::Boats]);
    /// for clock in client.clock().markets(query).await? {
    ///     println!("{}: {} until {}", clock.market.name, clock.phase, clock.phase_until);
    /// }
    /// # Ok(()) }
    /// ```
    ///
    /// Raw operation: [`get_market_clocks`](alpaca_trading_gen::Client::get_market_clocks).
    pub async fn markets(&self, query: MarketClockQuery) -> Result<Vec<Clock>> {
        let mut checks = Checks::default();
        checks.words("markets", &query.markets);
        checks.done().of(&self.client, "get_market_clocks")?;
        let mut call = self.client.raw().get_market_clocks();
        if !query.markets.is_empty() {
            call = call.markets(listed(&query.markets));
        }
        if let Some(time) = query.time {
            call = call.time(time);
        }
        Ok(self.client.call(call.send()).await?.clocks)
    }
}

/// Of which markets, and for which moment, the clocks are wanted.
///
/// # Examples
///
/// ```
/// use alpaca_trading::chrono::{TimeDelta, Utc};
/// use alpaca_trading::resources::clock::MarketClockQuery;
///
/// let query = MarketClockQuery::of(["NYSE", "XETR"]).at(Utc::now() + TimeDelta::days(1));
/// # let _ = query;
/// ```
#[derive(Clone, Debug, Default, PartialEq)]
#[non_exhaustive]
#[must_use = "a query does nothing until it is given to `markets`"]
pub struct MarketClockQuery {
    markets: Vec<Market>,
    time: Option<DateTime<Utc>>,
}

impl MarketClockQuery {
    /// The markets that Alpaca chooses when none is named, now.
    pub fn new() -> Self {
        Self::default()
    }

    /// These markets, by their codes, now.
    pub fn of(markets: impl IntoIterator<Item = impl Into<Market>>) -> Self {
        Self {
            markets: markets.into_iter().map(Into::into).collect(),
            time: None,
        }
    }

    /// As the clocks will stand, or stood, at this moment.
    pub fn at(mut self, time: impl Into<DateTime<Utc>>) -> Self {
        self.time = Some(time.into());
        self
    }
}
