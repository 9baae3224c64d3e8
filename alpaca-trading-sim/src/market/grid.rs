//! The steps in which prices move.
//!
//! Orders on US equities are priced in whole cents from one dollar on and in hundredths of a cent below;
//! a crypto pair states its own increment.

use rust_decimal::{Decimal, RoundingStrategy};

use super::asset::Asset;
use super::quote::{MAX_PRICE, Quote};

const CENT: Decimal = Decimal::from_parts(1, 0, 0, false, 2);
const HUNDREDTH_OF_A_CENT: Decimal = Decimal::from_parts(1, 0, 0, false, 4);

/// The prices that an asset may have.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PriceGrid {
    /// The increment of a pair; none for the two steps of equities.
    increment: Option<Decimal>,
}

impl PriceGrid {
    /// The grid of US equities: 0.01 from $1, 0.0001 below.
    pub const EQUITY: Self = Self { increment: None };

    /// The multiples of an increment. One that is not above zero is taken for the grid of equities.
    #[must_use]
    pub fn every(increment: Decimal) -> Self {
        Self {
            increment: Some(increment.normalize()).filter(|step| *step > Decimal::ZERO),
        }
    }

    /// The step at this price.
    #[must_use]
    pub fn tick(&self, price: Decimal) -> Decimal {
        match self.increment {
            Some(increment) => increment,
            None if price < Decimal::ONE => HUNDREDTH_OF_A_CENT,
            None => CENT,
        }
    }

    /// The lowest price above zero.
    #[must_use]
    pub fn lowest(&self) -> Decimal {
        self.tick(Decimal::ZERO)
    }

    /// Whether this price may be.
    #[must_use]
    pub fn contains(&self, price: Decimal) -> bool {
        price > Decimal::ZERO
            && price
                .checked_rem(self.tick(price))
                .is_some_and(|rest| rest.is_zero())
    }

    /// The price next to this one, never below the lowest.
    #[must_use]
    pub fn round(&self, price: Decimal, strategy: RoundingStrategy) -> Decimal {
        let tick = self.tick(price);
        let rounded = if tick.mantissa() == 1 {
            // Powers of ten need no division, which a walk over many assets would feel.
            price.round_dp_with_strategy(tick.scale(), strategy)
        } else {
            let steps = price
                .checked_div(tick)
                .map(|steps| steps.round_dp_with_strategy(0, strategy));
            steps
                .and_then(|steps| steps.checked_mul(tick))
                .unwrap_or(price)
        };
        rounded.max(self.lowest())
    }

    /// The quote around a last trade: everything on the grid, bid and ask rounded away from each other.
    ///
    /// The spread is in hundredths of a percent of the last trade; a negative one counts as none. The last
    /// trade is brought onto the grid, and to at most 0.4 of [`MAX_PRICE`].
    #[must_use]
    pub fn quote_at(&self, last: Decimal, spread_bps: Decimal) -> Quote {
        let half = spread_bps.max(Decimal::ZERO) * Decimal::new(5, 5);
        self.quote_within(last, half)
    }

    /// As `quote_at`, with half the spread as a share of the last trade.
    pub(super) fn quote_within(&self, last: Decimal, half: Decimal) -> Quote {
        // The ask is at most twice the last trade, and must be a price too.
        let ceiling = MAX_PRICE * Decimal::new(4, 1);
        let last = self.round(last.min(ceiling), RoundingStrategy::MidpointAwayFromZero);
        let half = last.checked_mul(half.min(Decimal::ONE)).unwrap_or_default();
        Quote {
            bid: self.round(last - half, RoundingStrategy::ToNegativeInfinity),
            ask: self.round(last + half, RoundingStrategy::ToPositiveInfinity),
            last,
            volume: None,
        }
    }
}

impl Asset {
    /// The prices that orders on the asset may have.
    #[must_use]
    pub fn grid(&self) -> PriceGrid {
        self.price_increment
            .map_or(PriceGrid::EQUITY, PriceGrid::every)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn dec(text: &str) -> Decimal {
        Decimal::from_str_exact(text).unwrap()
    }

    #[test]
    fn steps_of_equities() {
        let grid = PriceGrid::EQUITY;
        for (price, valid) in [
            ("187.50", true),
            ("187.505", false),
            ("1.00", true),
            ("1.0001", false),
            ("0.9999", true),
            ("0.99995", false),
            ("0.0001", true),
            ("0", false),
            ("-1", false),
        ] {
            assert_eq!(grid.contains(dec(price)), valid, "{price}");
        }
    }

    #[test]
    fn rounding() {
        use RoundingStrategy::{MidpointAwayFromZero, ToNegativeInfinity, ToPositiveInfinity};
        let pair = PriceGrid::every(dec("0.0025"));
        for (grid, price, strategy, expected) in [
            (PriceGrid::EQUITY, "10.015", MidpointAwayFromZero, "10.02"),
            (PriceGrid::EQUITY, "10.019", ToNegativeInfinity, "10.01"),
            (PriceGrid::EQUITY, "0.99991", ToPositiveInfinity, "1"),
            (PriceGrid::EQUITY, "0.00001", ToNegativeInfinity, "0.0001"),
            (PriceGrid::EQUITY, "-3", MidpointAwayFromZero, "0.0001"),
            (pair, "171.2334", MidpointAwayFromZero, "171.2325"),
            (pair, "171.2334", ToPositiveInfinity, "171.235"),
            (pair, "0.0001", ToNegativeInfinity, "0.0025"),
            (PriceGrid::every(dec("5")), "12", ToNegativeInfinity, "10"),
            (
                PriceGrid::every(dec("0.10")),
                "12.34",
                ToNegativeInfinity,
                "12.3",
            ),
            (
                PriceGrid::every(dec("0")),
                "12.345",
                ToNegativeInfinity,
                "12.34",
            ),
        ] {
            assert_eq!(grid.round(dec(price), strategy), dec(expected), "{price}");
        }
    }

    #[test]
    fn a_quote_lies_around_the_last_trade() {
        let quote = PriceGrid::EQUITY.quote_at(dec("262.40"), dec("2"));
        assert_eq!((quote.bid, quote.ask), (dec("262.37"), dec("262.43")));
        let locked = PriceGrid::EQUITY.quote_at(dec("262.40"), dec("-2"));
        assert_eq!((locked.bid, locked.ask), (dec("262.40"), dec("262.40")));
    }

    proptest! {
        #[test]
        fn every_quote_is_valid_and_on_the_grid(
            mantissa in 1_i64..i64::MAX,
            scale in 0_u32..18,
            spread in 0_i64..100_000,
            step in prop::sample::select(vec![None, Some("0.0025"), Some("0.000000001"), Some("0.1"), Some("1")]),
        ) {
            let grid = step.map_or(PriceGrid::EQUITY, |step| PriceGrid::every(dec(step)));
            let quote = grid.quote_at(Decimal::new(mantissa, scale), Decimal::new(spread, 1));
            prop_assert_eq!(quote.check(), Ok(()));
            for price in [quote.bid, quote.ask, quote.last] {
                prop_assert!(grid.contains(price), "{}", price);
            }
            prop_assert!(quote.bid <= quote.last && quote.last <= quote.ask);
        }
    }
}
