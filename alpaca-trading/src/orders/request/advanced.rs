//! How an order is worked: direct market access, or an execution algorithm.

use chrono::{DateTime, Utc};

use crate::orders::{Algorithm, Destination};
use crate::raw::types::AdvancedInstructions;
use crate::rust_decimal::Decimal;

/// Instructions for the routing or the execution of an order.
///
/// They need time in force `day`, and an account that Alpaca has enabled for them. Paper trading
/// accepts and ignores them.
///
/// # Examples
///
/// ```
/// use alpaca_trading::orders::{AdvancedOrder, OrderRequest, Quantity, Side};
/// use alpaca_trading::rust_decimal::Decimal;
///
/// // Show 100 shares at a time:
/// let routed = OrderRequest::limit("AAPL", Side::Buy, Quantity::shares(1_000), 187)
///     .advanced(AdvancedOrder::dma("NYSE").display_quantity(100));
/// // Be at most 5 % of the volume:
/// let worked = OrderRequest::market("AAPL", Side::Buy, Quantity::shares(1_000))
///     .advanced(AdvancedOrder::vwap().max_percentage(Decimal::new(5, 2)));
/// assert!(routed.validate().is_ok() && worked.validate().is_ok());
/// ```
#[derive(Clone, Debug, PartialEq)]
#[must_use]
pub struct AdvancedOrder(AdvancedInstructions);

impl AdvancedOrder {
    /// Direct market access: the order goes to `destination`. For market and limit orders only.
    pub fn dma(destination: impl Into<Destination>) -> Self {
        let mut order = Self::of(Algorithm::Dma);
        order.0.destination = Some(destination.into());
        order
    }

    /// Spread evenly over time, as a time-weighted average price.
    pub fn twap() -> Self {
        Self::of(Algorithm::Twap)
    }

    /// Spread in proportion to the volume traded, as a volume-weighted average price.
    pub fn vwap() -> Self {
        Self::of(Algorithm::Vwap)
    }

    fn of(algorithm: Algorithm) -> Self {
        let mut instructions = AdvancedInstructions::default();
        instructions.algorithm = Some(algorithm);
        Self(instructions)
    }

    /// How many shares the book shows at a time, in whole round lots; for direct market access.
    ///
    /// How many shares are a round lot depends on the price of the share, so that only whole shares
    /// are checked for.
    pub fn display_quantity(mut self, shares: impl Into<Decimal>) -> Self {
        self.0.display_qty = Some(shares.into());
        self
    }

    /// When the execution begins and ends; for TWAP and VWAP.
    pub fn between(mut self, start: DateTime<Utc>, end: DateTime<Utc>) -> Self {
        self.0.start_time = Some(start);
        self.0.end_time = Some(end);
        self
    }

    /// The largest share of the traded volume that the order may be, as a fraction: more than 0, less
    /// than 1, at most three decimals; for TWAP and VWAP.
    pub fn max_percentage(mut self, fraction: impl Into<Decimal>) -> Self {
        self.0.max_percentage = Some(fraction.into());
        self
    }
}

impl From<AdvancedOrder> for AdvancedInstructions {
    fn from(order: AdvancedOrder) -> Self {
        order.0
    }
}

/// Instructions made by hand.
impl From<AdvancedInstructions> for AdvancedOrder {
    fn from(instructions: AdvancedInstructions) -> Self {
        Self(instructions)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn instructions_say_what_was_asked_for() {
        let at = |seconds| DateTime::from_timestamp(seconds, 0).unwrap();
        let twap = AdvancedInstructions::from(AdvancedOrder::twap().between(at(0), at(3_600)));
        assert_eq!(twap.algorithm, Some(Algorithm::Twap));
        assert_eq!(twap.start_time, Some(at(0)));
        assert_eq!(twap.end_time, Some(at(3_600)));
        let dma = AdvancedInstructions::from(AdvancedOrder::dma("ARCA").display_quantity(200));
        assert_eq!(dma.destination, Some(Destination::Arca));
        assert_eq!(dma.display_qty, Some(200.into()));
        let vwap = AdvancedOrder::vwap().max_percentage(Decimal::new(5, 2));
        assert_eq!(
            AdvancedOrder::from(AdvancedInstructions::from(vwap.clone())),
            vwap
        );
    }
}
