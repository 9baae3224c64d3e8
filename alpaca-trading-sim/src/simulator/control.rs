//! The clock and the market, in the hand of whoever runs the simulator.

use std::fmt;
use std::path::Path;

use chrono::{DateTime, TimeDelta, Utc};
use rust_decimal::Decimal;

use super::shared::Shared;
use crate::market::prices::{CsvPrices, PriceSource, Walk, WalkError, WalkSettings};
use crate::market::{AssetIx, Quote};

/// What was asked of the simulator cannot be done.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ControlError(pub(crate) String);

impl fmt::Display for ControlError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl std::error::Error for ControlError {}

impl ControlError {
    pub(crate) fn new(message: impl fmt::Display) -> Self {
        Self(message.to_string())
    }
}

/// The clock of a simulator.
///
/// A virtual clock moves only by these methods; each lets everything happen that is due on the way, in its
/// order, and returns the time that it is then. A clock that runs by itself can be moved ahead of its
/// pace for a while: it waits until the pace has caught up.
#[derive(Clone)]
pub struct Clock {
    shared: Shared,
}

impl Clock {
    pub(super) fn new(shared: Shared) -> Self {
        Self { shared }
    }

    /// What time it is.
    #[must_use]
    pub fn now(&self) -> DateTime<Utc> {
        self.shared.with(|world| world.now())
    }

    /// Lets this much time pass; a negative duration changes nothing.
    pub fn advance(&self, by: TimeDelta) -> DateTime<Utc> {
        self.shared.with(|world| {
            let until = world.now().checked_add_signed(by);
            world.run_until(until.unwrap_or(DateTime::<Utc>::MAX_UTC));
            world.now()
        })
    }

    /// Lets time pass until `until`; a time that has passed changes nothing.
    pub fn run_until(&self, until: DateTime<Utc>) -> DateTime<Utc> {
        self.shared.with(|world| {
            world.run_until(until);
            world.now()
        })
    }

    /// Lets time pass until the market opens: now, if it is open.
    pub fn advance_to_open(&self) -> DateTime<Utc> {
        self.shared.with(|world| {
            if !world.calendar().is_open(world.now())
                && let Some(open) = world.calendar().next_open(world.now())
            {
                world.run_until(open);
            }
            world.now()
        })
    }

    /// Lets time pass until the next close.
    pub fn advance_to_close(&self) -> DateTime<Utc> {
        self.shared.with(|world| {
            if let Some(close) = world.calendar().next_close(world.now()) {
                world.run_until(close);
            }
            world.now()
        })
    }
}

impl fmt::Debug for Clock {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Clock").field(&self.now()).finish()
    }
}

/// The market of a simulator.
#[derive(Clone)]
pub struct MarketControl {
    shared: Shared,
}

impl MarketControl {
    pub(super) fn new(shared: Shared) -> Self {
        Self { shared }
    }

    /// The current quote of an asset.
    ///
    /// # Errors
    ///
    /// When nothing of this symbol is traded.
    pub fn quote(&self, symbol: &str) -> Result<Quote, ControlError> {
        self.shared.with(|world| {
            let asset = named(world.universe().find(symbol), symbol)?;
            let quote = world.quote(asset).copied();
            quote.ok_or_else(|| ControlError::new(format!("`{symbol}` has no quote")))
        })
    }

    /// Sets the quote of an asset. Orders that wait for it are filled at once.
    ///
    /// # Errors
    ///
    /// When nothing of this symbol is traded, when a price is not above zero, when the offer is below the bid.
    pub fn set_quote(
        &self,
        symbol: &str,
        bid: Decimal,
        ask: Decimal,
        last: Decimal,
    ) -> Result<(), ControlError> {
        let quote = Quote::new(bid, ask, last).map_err(ControlError::new)?;
        self.put(symbol, quote)
    }

    /// Sets the quote of an asset with the volume that came with it, in shares or coins.
    ///
    /// # Errors
    ///
    /// As [`set_quote`](Self::set_quote), and when the volume is below zero.
    pub fn set_quote_with_volume(
        &self,
        symbol: &str,
        (bid, ask, last): (Decimal, Decimal, Decimal),
        volume: Decimal,
    ) -> Result<(), ControlError> {
        if volume < Decimal::ZERO {
            return Err(ControlError::new(format!(
                "the volume {volume} is below zero"
            )));
        }
        let mut quote = Quote::new(bid, ask, last).map_err(ControlError::new)?;
        quote.volume = Some(volume);
        self.put(symbol, quote)
    }

    /// Sets the price of an asset: bid and offer a cent around it, or a hundredth of a cent below a dollar.
    ///
    /// # Errors
    ///
    /// As [`set_quote`](Self::set_quote).
    pub fn set_price(&self, symbol: &str, price: Decimal) -> Result<(), ControlError> {
        let scale = if price < Decimal::ONE { 4 } else { 2 };
        let tick = Decimal::new(1, scale);
        self.set_quote(symbol, (price - tick).max(tick), price + tick, price)
    }

    fn put(&self, symbol: &str, quote: Quote) -> Result<(), ControlError> {
        self.shared.with(|world| {
            let asset = named(world.universe().find(symbol), symbol)?;
            world.set_quote(asset, quote);
            world.settle();
            Ok(())
        })
    }

    /// Halts trading in an asset, or lets it go on.
    ///
    /// # Errors
    ///
    /// When nothing of this symbol is traded.
    pub fn halt(&self, symbol: &str, halted: bool) -> Result<(), ControlError> {
        self.shared.with(|world| {
            let asset = named(world.universe().find(symbol), symbol)?;
            world.halt(asset, halted);
            Ok(())
        })
    }

    /// Lets the clock play the quotes of a file: `timestamp,symbol,bid,ask,last[,volume]`. Quotes of times that
    /// have passed are left out.
    ///
    /// # Errors
    ///
    /// When the file cannot be read or a row is wrong, with the file and the line. Nothing is played then.
    pub fn play_csv(&self, file: impl AsRef<Path>) -> Result<(), ControlError> {
        let file = file.as_ref();
        self.shared.with(|world| {
            let prices = CsvPrices::from_path(file, world.universe()).map_err(ControlError::new)?;
            world.play(Box::new(prices));
            Ok(())
        })
    }

    /// Lets the clock play the quotes of any source. Those of times that have passed are left out.
    pub fn play(&self, prices: impl PriceSource + 'static) {
        self.shared.with(|world| world.play(Box::new(prices)));
    }

    /// Lets the prices of assets walk at random, from now on and from their current prices; of all assets if none
    /// is named.
    ///
    /// # Errors
    ///
    /// When nothing of one of the symbols is traded.
    pub fn walk(&self, symbols: &[&str], seed: u64) -> Result<(), ControlError> {
        self.shared.with(|world| {
            let assets: Result<Vec<AssetIx>, _> = symbols
                .iter()
                .map(|symbol| named(world.universe().find(symbol), symbol))
                .collect();
            let assets = match assets? {
                none if none.is_empty() => {
                    let traded = world.universe().iter();
                    traded
                        .filter(|(_, asset)| asset.is_active())
                        .map(|(ix, _)| ix)
                        .collect()
                }
                some => some,
            };
            let walk = world.walk(assets, seed).map_err(ControlError::new)?;
            world.play(Box::new(walk));
            Ok(())
        })
    }
}

impl fmt::Debug for MarketControl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("MarketControl")
    }
}

fn named(found: Option<AssetIx>, symbol: &str) -> Result<AssetIx, ControlError> {
    found.ok_or_else(|| ControlError::new(format!("nothing of the symbol `{symbol}` is traded")))
}

impl crate::world::World {
    /// A walk of the prices of these assets from where they are.
    pub(crate) fn walk(&self, assets: Vec<AssetIx>, seed: u64) -> Result<Walk, WalkError> {
        let calendar = *self.calendar();
        WalkSettings::new(seed, self.now())
            .assets(assets)
            .sessions(std::sync::Arc::new(move |at| calendar.is_open(at)))
            .build(self.universe(), &self.market)
    }
}
