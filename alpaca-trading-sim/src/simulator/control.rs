//! The clock and the market, in the hand of whoever runs the simulator.

use std::fmt;
use std::io::Read;
use std::path::Path;

use chrono::{DateTime, TimeDelta, Utc};
use rust_decimal::Decimal;
use serde_json::json;

use super::shared::Shared;
use crate::market::prices::{CsvError, CsvPrices, PriceSource, Walk, WalkError, WalkSettings};
use crate::market::{AssetIx, Quote, QuoteError, Universe};
use crate::world::World;
use crate::world::order::time;

/// What was asked of the simulator cannot be done.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ControlError {
    message: String,
    unknown: bool,
}

impl fmt::Display for ControlError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)
    }
}

impl std::error::Error for ControlError {}

impl ControlError {
    pub(crate) fn new(message: impl fmt::Display) -> Self {
        Self {
            message: message.to_string(),
            unknown: false,
        }
    }

    pub(super) fn unknown(message: String) -> Self {
        Self {
            message,
            unknown: true,
        }
    }

    /// Whether what was named does not exist; else something about the request is wrong.
    #[must_use]
    pub fn is_unknown(&self) -> bool {
        self.unknown
    }
}

/// No clock is moved beyond this: 1 January 2200. It leaves room for everything that is reckoned from a time.
const LAST_TIME: DateTime<Utc> = match DateTime::from_timestamp(7_258_118_400, 0) {
    Some(last) => last,
    None => DateTime::<Utc>::MAX_UTC,
};

/// The clock of a simulator.
///
/// A virtual clock moves only by these methods; each lets everything happen that is due on the way, in its
/// order, and returns the time that it is then. A clock that runs by itself runs on from where it was moved
/// to. No clock moves beyond the year 2199.
#[derive(Clone)]
pub struct Clock {
    shared: Shared,
}

impl Clock {
    pub(crate) fn new(shared: Shared) -> Self {
        Self { shared }
    }

    /// What time it is.
    #[must_use]
    pub fn now(&self) -> DateTime<Utc> {
        self.shared.with(|world| world.now())
    }

    /// Lets this much time pass; a negative duration changes nothing.
    pub fn advance(&self, by: TimeDelta) -> DateTime<Utc> {
        self.run(|world| {
            let until = world.now().checked_add_signed(by);
            Some(until.unwrap_or(LAST_TIME))
        })
    }

    /// Lets time pass until `until`; a time that has passed changes nothing.
    pub fn run_until(&self, until: DateTime<Utc>) -> DateTime<Utc> {
        self.run(|_| Some(until))
    }

    /// Lets time pass until the market opens: now, if it is open.
    pub fn advance_to_open(&self) -> DateTime<Utc> {
        self.run(|world| {
            let now = world.now();
            let opens = world.calendar().next_open(now);
            opens.filter(|_| !world.calendar().is_open(now))
        })
    }

    /// Lets time pass until the next close.
    pub fn advance_to_close(&self) -> DateTime<Utc> {
        self.run(|world| world.calendar().next_close(world.now()))
    }

    /// Runs to the time that is found, if any, and writes the step down.
    fn run(&self, until: impl FnOnce(&World) -> Option<DateTime<Utc>>) -> DateTime<Utc> {
        self.shared.with_clock_moved(|world| {
            let until = until(world).map(|until| until.min(LAST_TIME));
            if let Some(until) = until {
                if until > world.now() {
                    world.write_down("clock", || json!({ "until": time(until) }));
                }
                world.run_until(until);
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
    pub(crate) fn new(shared: Shared) -> Self {
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
            quote.ok_or_else(|| ControlError::unknown(format!("`{symbol}` has no quote")))
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
        self.put(symbol, Quote::new(bid, ask, last))
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
        let quote = Quote::new(bid, ask, last);
        self.put(symbol, quote.and_then(|quote| quote.with_volume(volume)))
    }

    /// Sets the price of an asset: bid and offer a cent around it, or a hundredth of a cent below a dollar.
    ///
    /// # Errors
    ///
    /// As [`set_quote`](Self::set_quote).
    pub fn set_price(&self, symbol: &str, price: Decimal) -> Result<(), ControlError> {
        let quote = Quote::new(price, price, price).and_then(|_| {
            let scale = if price < Decimal::ONE { 4 } else { 2 };
            let tick = Decimal::new(1, scale);
            Quote::new((price - tick).max(tick.min(price)), price + tick, price)
        });
        self.put(symbol, quote)
    }

    fn put(&self, symbol: &str, quote: Result<Quote, QuoteError>) -> Result<(), ControlError> {
        self.shared.with(|world| {
            let asset = named(world.universe().find(symbol), symbol)?;
            world.set_quote(asset, quote.map_err(ControlError::new)?);
            world.settle();
            Ok(())
        })
    }

    /// Whether trading in an asset is halted.
    ///
    /// # Errors
    ///
    /// When nothing of this symbol is traded.
    pub fn is_halted(&self, symbol: &str) -> Result<bool, ControlError> {
        self.shared.with(|world| {
            let asset = named(world.universe().find(symbol), symbol)?;
            Ok(world.is_halted(asset))
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
            let symbol = world.universe().get(asset).symbol.clone();
            world.write_down("halt", || json!({ "symbol": symbol, "halted": halted }));
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
        self.play_rows(|universe| CsvPrices::from_path(file, universe))?;
        Ok(())
    }

    /// The same of a text that is no file; `name` is what errors call it. How many quotes are to come.
    ///
    /// # Errors
    ///
    /// When a row is wrong, with the name and the line. Nothing is played then.
    pub fn play_csv_text(&self, name: &str, text: impl Read) -> Result<usize, ControlError> {
        self.play_rows(|universe| CsvPrices::from_reader(name, text, universe))
    }

    fn play_rows(
        &self,
        read: impl FnOnce(&Universe) -> Result<CsvPrices, CsvError>,
    ) -> Result<usize, ControlError> {
        self.shared.with(|world| {
            let mut prices = read(world.universe()).map_err(ControlError::new)?;
            prices.skip_to(world.now());
            let quotes = prices.len();
            world.write_down("prices", || json!({ "quotes": quotes }));
            world.play(Box::new(prices));
            Ok(quotes)
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
            let walking = assets.len();
            let walk = world.walk(assets, seed).map_err(ControlError::new)?;
            world.write_down("walk", || json!({ "assets": walking, "seed": seed }));
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
    found
        .ok_or_else(|| ControlError::unknown(format!("nothing of the symbol `{symbol}` is traded")))
}

impl World {
    /// A walk of the prices of these assets from where they are.
    pub(crate) fn walk(&self, assets: Vec<AssetIx>, seed: u64) -> Result<Walk, WalkError> {
        let calendar = *self.calendar();
        WalkSettings::new(seed, self.now())
            .assets(assets)
            .sessions(std::sync::Arc::new(move |at| calendar.is_open(at)))
            .build(self.universe(), &self.market)
    }
}
