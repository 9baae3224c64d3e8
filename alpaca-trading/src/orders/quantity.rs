//! How much is ordered.

use crate::rust_decimal::Decimal;

/// The size of an order: a number of units, or an amount of money.
///
/// Alpaca takes one of the two, never both. The number is sent digit by digit as given; whether the
/// asset and the order allow it is checked with the whole request.
///
/// # Examples
///
/// ```
/// use alpaca_trading::orders::Quantity;
/// use alpaca_trading::rust_decimal::Decimal;
///
/// let shares = Quantity::shares(10);
/// let coins = Quantity::coins(Decimal::new(25, 3)); // 0.025
/// let dollars = Quantity::notional(500);
/// assert_eq!(shares.units(), Some(10.into()));
/// assert_eq!(dollars.money(), Some(500.into()));
/// assert_eq!(coins.money(), None);
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Quantity(Size);

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
enum Size {
    Units(Decimal),
    Money(Decimal),
}

impl Quantity {
    /// A number of shares, up to 9 decimals.
    ///
    /// A fraction of a share can be ordered for the `day` and as a simple order only, and only of
    /// assets that are fractionable.
    #[must_use]
    pub fn shares(shares: impl Into<Decimal>) -> Self {
        Self(Size::Units(shares.into()))
    }

    /// A number of option contracts. One contract is mostly about 100 shares.
    #[must_use]
    pub fn contracts(contracts: u32) -> Self {
        Self(Size::Units(contracts.into()))
    }

    /// A number of coins, that is, of units of the base asset of a crypto pair (BTC in `BTC/USD`),
    /// up to 9 decimals.
    #[must_use]
    pub fn coins(coins: impl Into<Decimal>) -> Self {
        Self(Size::Units(coins.into()))
    }

    /// An amount of money: US dollars, or the quote currency of a crypto pair (USDT in `ETH/USDT`).
    ///
    /// For shares at least $1. For crypto that is quoted in US dollars from $10, unless it is a sale, to
    /// $200,000. How many decimals are accepted is not certain: 9 by the document, 2 as
    /// observed; up to 9 are let through.
    #[must_use]
    pub fn notional(amount: impl Into<Decimal>) -> Self {
        Self(Size::Money(amount.into()))
    }

    /// The number of shares, contracts or coins; `None` for an amount of money.
    #[must_use]
    pub fn units(&self) -> Option<Decimal> {
        match self.0 {
            Size::Units(units) => Some(units),
            Size::Money(_) => None,
        }
    }

    /// The amount of money; `None` for a number of units.
    #[must_use]
    pub fn money(&self) -> Option<Decimal> {
        match self.0 {
            Size::Money(amount) => Some(amount),
            Size::Units(_) => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_quantity_is_units_or_money() {
        for (quantity, units, money) in [
            (Quantity::shares(3), Some(3), None),
            (Quantity::contracts(4), Some(4), None),
            (Quantity::coins(5), Some(5), None),
            (Quantity::notional(6), None, Some(6)),
        ] {
            assert_eq!(quantity.units(), units.map(Decimal::from));
            assert_eq!(quantity.money(), money.map(Decimal::from));
        }
    }

    #[test]
    fn digits_are_kept() {
        let shares: Decimal = "1.10".parse().unwrap();
        assert_eq!(
            Quantity::shares(shares).units().unwrap().to_string(),
            "1.10"
        );
    }
}
