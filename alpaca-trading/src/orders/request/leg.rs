//! One leg of a multi-leg options order.

use crate::orders::request::body;
use crate::orders::{PositionIntent, Side};
use crate::raw::types::MLegOrderLeg;
use crate::symbol::Symbol;

/// One leg of a multi-leg options order.
///
/// # Examples
///
/// ```
/// use alpaca_trading::orders::{Leg, OrderRequest};
///
/// // A butterfly: buy one, sell two, buy one.
/// let butterfly = OrderRequest::multi_leg(1, [
///     Leg::buy_to_open("SPY250620C00500000", 1),
///     Leg::sell_to_open("SPY250620C00510000", 2),
///     Leg::buy_to_open("SPY250620C00520000", 1),
/// ]);
/// assert!(butterfly.validate().is_ok());
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
#[must_use]
pub struct Leg {
    symbol: Symbol,
    side: Side,
    intent: PositionIntent,
    ratio: u32,
}

impl Leg {
    /// A leg of `ratio` contracts for each unit of the strategy.
    ///
    /// `intent` has to agree with `side`. The ratios of all legs have no common divisor above 1.
    /// The four constructors below need no side.
    pub fn new(symbol: impl Into<Symbol>, side: Side, intent: PositionIntent, ratio: u32) -> Self {
        Self {
            symbol: symbol.into(),
            side,
            intent,
            ratio,
        }
    }

    /// Buys contracts to hold them.
    pub fn buy_to_open(symbol: impl Into<Symbol>, ratio: u32) -> Self {
        Self::new(symbol, Side::Buy, PositionIntent::BuyToOpen, ratio)
    }

    /// Sells contracts that are not held: a short position.
    pub fn sell_to_open(symbol: impl Into<Symbol>, ratio: u32) -> Self {
        Self::new(symbol, Side::Sell, PositionIntent::SellToOpen, ratio)
    }

    /// Buys contracts back that were sold short.
    pub fn buy_to_close(symbol: impl Into<Symbol>, ratio: u32) -> Self {
        Self::new(symbol, Side::Buy, PositionIntent::BuyToClose, ratio)
    }

    /// Sells contracts that are held.
    pub fn sell_to_close(symbol: impl Into<Symbol>, ratio: u32) -> Self {
        Self::new(symbol, Side::Sell, PositionIntent::SellToClose, ratio)
    }
}

impl From<Leg> for MLegOrderLeg {
    fn from(leg: Leg) -> Self {
        let mut body = body::leg(leg.symbol.into_string(), leg.ratio.into());
        body.side = Some(leg.side);
        body.position_intent = Some(leg.intent);
        body
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_constructor_sets_its_side_and_intent() {
        for (leg, side, intent) in [
            (Leg::buy_to_open("A", 3), "buy", "buy_to_open"),
            (Leg::sell_to_open("A", 3), "sell", "sell_to_open"),
            (Leg::buy_to_close("A", 3), "buy", "buy_to_close"),
            (Leg::sell_to_close("A", 3), "sell", "sell_to_close"),
        ] {
            let body = MLegOrderLeg::from(leg);
            assert_eq!(body.side, Some(Side::from(side)));
            assert_eq!(body.position_intent, Some(PositionIntent::from(intent)));
            assert_eq!(body.ratio_qty, 3.into());
            assert_eq!(body.symbol, "A");
        }
    }
}
