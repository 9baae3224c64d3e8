//! The current quote of every asset, and what the day before left.

use rust_decimal::Decimal;

use super::asset::AssetStatus;
use super::quote::Quote;
use super::universe::{AssetIx, Universe};

/// The spread that quotes have before anything is known: hundredths of a percent of the price.
pub const DEFAULT_SPREAD_BPS: Decimal = Decimal::from_parts(2, 0, 0, false, 0);

/// The current prices of a universe. A clone is a snapshot.
#[derive(Clone, Debug, PartialEq)]
pub struct Market {
    rows: Vec<Row>,
}

#[derive(Clone, Debug, PartialEq)]
struct Row {
    quote: Option<Quote>,
    /// How many units orders were filled with by this quote.
    taken: Decimal,
    last: Option<Decimal>,
    lastday: Option<Decimal>,
    /// The last trade at the latest close, until the next day begins.
    close: Option<Decimal>,
    halted: bool,
}

impl Market {
    /// Every active asset at its reference price, which also counts as the close of the day before.
    ///
    /// Assets that are no longer traded have no price.
    #[must_use]
    pub fn new(universe: &Universe) -> Self {
        let rows = universe.iter().map(|(_, asset)| {
            let quote = (asset.status == AssetStatus::Active).then(|| {
                asset
                    .grid()
                    .quote_at(asset.reference_price, DEFAULT_SPREAD_BPS)
            });
            let last = quote.map(|quote| quote.last);
            Row {
                quote,
                taken: Decimal::ZERO,
                last,
                lastday: last,
                close: None,
                halted: asset.halted,
            }
        });
        Self {
            rows: rows.collect(),
        }
    }

    /// Sets the quote of an asset, and with it the last trade.
    ///
    /// An asset of another universe is left alone.
    pub fn set(&mut self, ix: AssetIx, quote: Quote) {
        if let Some(row) = self.rows.get_mut(ix.index()) {
            row.quote = Some(quote);
            row.taken = Decimal::ZERO;
            row.last = Some(quote.last);
        }
    }

    /// Takes the quote of an asset away; the last trade stays.
    pub fn clear(&mut self, ix: AssetIx) {
        if let Some(row) = self.rows.get_mut(ix.index()) {
            row.quote = None;
        }
    }

    /// The current quote; none where nobody makes a price.
    #[must_use]
    pub fn quote(&self, ix: AssetIx) -> Option<&Quote> {
        self.row(ix)?.quote.as_ref()
    }

    /// Notes that orders were filled with so many units by the current quote.
    pub fn take(&mut self, ix: AssetIx, qty: Decimal) {
        if let Some(row) = self.rows.get_mut(ix.index()) {
            row.taken += qty;
        }
    }

    /// How many units orders were filled with by the current quote.
    #[must_use]
    pub fn taken(&self, ix: AssetIx) -> Decimal {
        self.row(ix).map_or(Decimal::ZERO, |row| row.taken)
    }

    /// The price of the last trade; none where there never was one.
    #[must_use]
    pub fn last(&self, ix: AssetIx) -> Option<Decimal> {
        self.row(ix)?.last
    }

    /// The last trade of the day before, at its close; none where there never was one.
    #[must_use]
    pub fn last_day_price(&self, ix: AssetIx) -> Option<Decimal> {
        self.row(ix)?.lastday
    }

    /// Notes the last trades as those of the close. They count from the next day on.
    pub fn note_close(&mut self) {
        for row in &mut self.rows {
            row.close = row.last;
        }
    }

    /// Begins a day: what was noted at the close is the price of the day before.
    pub fn begin_day(&mut self) {
        for row in &mut self.rows {
            row.lastday = row.close.take().or(row.lastday);
        }
    }

    /// Halts an asset, or lets it trade again.
    pub fn halt(&mut self, ix: AssetIx, halted: bool) {
        if let Some(row) = self.rows.get_mut(ix.index()) {
            row.halted = halted;
        }
    }

    /// Whether an asset is halted.
    #[must_use]
    pub fn is_halted(&self, ix: AssetIx) -> bool {
        self.row(ix).is_some_and(|row| row.halted)
    }

    fn row(&self, ix: AssetIx) -> Option<&Row> {
        self.rows.get(ix.index())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::market::Asset;

    fn dec(text: &str) -> Decimal {
        Decimal::from_str_exact(text).unwrap()
    }

    const ACME: AssetIx = AssetIx(0);
    const GONE: AssetIx = AssetIx(1);
    const FOREIGN: AssetIx = AssetIx(7);

    fn market() -> Market {
        let mut gone = Asset::equity("GONE", "Gone", "NYSE", dec("5"));
        gone.status = AssetStatus::Inactive;
        gone.halted = true;
        let acme = Asset::equity("ACME", "Acme", "NYSE", dec("41.20"));
        Market::new(&Universe::new(vec![acme, gone]).unwrap())
    }

    fn quote(last: &str) -> Quote {
        Quote::around(dec(last), dec("0.02")).unwrap()
    }

    #[test]
    fn what_is_taken_is_of_one_quote() {
        let mut market = market();
        market.take(ACME, dec("3"));
        market.take(ACME, dec("4"));
        market.take(FOREIGN, dec("4"));
        assert_eq!(
            (market.taken(ACME), market.taken(GONE)),
            (dec("7"), dec("0"))
        );
        market.set(ACME, quote("41.20"));
        assert_eq!(
            (market.taken(ACME), market.taken(FOREIGN)),
            (dec("0"), dec("0"))
        );
    }

    #[test]
    fn a_market_starts_at_the_reference_prices() {
        let market = market();
        let quote = market.quote(ACME).unwrap();
        assert_eq!(quote.check(), Ok(()));
        assert_eq!((quote.bid, quote.ask), (dec("41.19"), dec("41.21")));
        assert_eq!(market.last(ACME), Some(dec("41.20")));
        assert_eq!(market.last_day_price(ACME), Some(dec("41.20")));
        for nothing in [market.last(GONE), market.last_day_price(GONE)] {
            assert_eq!(nothing, None);
        }
        assert_eq!(market.quote(GONE), None);
        assert!(market.is_halted(GONE) && !market.is_halted(ACME));
    }

    #[test]
    fn a_day_begins_with_the_close_of_the_one_before() {
        let mut market = market();
        market.set(ACME, quote("42"));
        assert_eq!(market.last(ACME), Some(dec("42")));
        assert_eq!(market.last_day_price(ACME), Some(dec("41.20")));
        market.note_close();
        market.set(ACME, quote("43"));
        // What is traded after the close counts for the next day.
        assert_eq!(market.last_day_price(ACME), Some(dec("41.20")));
        market.begin_day();
        assert_eq!(market.last_day_price(ACME), Some(dec("42")));
        // A day without a close before it, such as a holiday, changes nothing.
        market.begin_day();
        assert_eq!(market.last_day_price(ACME), Some(dec("42")));
    }

    #[test]
    fn a_quote_can_be_taken_away() {
        let mut market = market();
        market.set(ACME, quote("42"));
        market.clear(ACME);
        assert_eq!(market.quote(ACME), None);
        assert_eq!(market.last(ACME), Some(dec("42")));
        market.set(GONE, quote("3"));
        assert_eq!(market.quote(GONE), Some(&quote("3")));
    }

    #[test]
    fn halts_are_switched() {
        let mut market = market();
        market.halt(ACME, true);
        market.halt(GONE, false);
        assert!(market.is_halted(ACME) && !market.is_halted(GONE));
    }

    #[test]
    fn a_clone_is_a_snapshot() {
        let mut market = market();
        let before = market.clone();
        market.set(ACME, quote("42"));
        assert_ne!(market, before);
        assert_eq!(before.last(ACME), Some(dec("41.20")));
    }

    #[test]
    fn a_foreign_asset_changes_nothing() {
        let mut market = market();
        let before = market.clone();
        market.set(FOREIGN, quote("42"));
        market.halt(FOREIGN, true);
        market.clear(FOREIGN);
        assert_eq!(market, before);
        assert_eq!(market.quote(FOREIGN), None);
    }
}
