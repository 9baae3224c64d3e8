//! Closing positions.

use rust_decimal::Decimal;

use super::super::World;
use super::super::account::AccountIx;
use super::super::order::{OrderClass, OrderIx, OrderRequest, OrderType, Side, TimeInForce};
use crate::ApiError;
use crate::market::{AssetClass, AssetIx};

/// How much of a position is closed.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum Amount {
    All,
    Quantity(Decimal),
    /// Above 0, at most 100.
    Percentage(Decimal),
}

/// What became of one position when all were to be closed.
#[derive(Clone, Debug)]
pub(crate) struct Closed {
    pub(crate) asset: AssetIx,
    pub(crate) outcome: Result<OrderIx, ApiError>,
}

impl World {
    /// Places the market order that closes a position, or a part of it.
    pub(crate) fn close_position(
        &mut self,
        account: AccountIx,
        asset: AssetIx,
        amount: Amount,
    ) -> Result<OrderIx, ApiError> {
        let held = self
            .account(account)
            .map(|account| account.position(asset).qty)
            .unwrap_or_default();
        if held.is_zero() {
            return Err(ApiError::not_found("position does not exist"));
        }
        let qty = match amount {
            Amount::All => held.abs(),
            Amount::Quantity(qty) if qty > Decimal::ZERO => qty,
            Amount::Quantity(_) => return Err(ApiError::invalid("qty must be > 0")),
            Amount::Percentage(percentage) => part(held.abs(), percentage)?,
        };
        let is_crypto = self.universe.get(asset).class == AssetClass::Crypto;
        let request = OrderRequest {
            symbol: Some(self.universe.get(asset).symbol.clone()),
            qty: Some(qty),
            notional: None,
            side: Some(match held.is_sign_negative() {
                true => Side::Buy,
                false => Side::Sell,
            }),
            order_type: Some(OrderType::Market),
            time_in_force: Some(match is_crypto {
                true => TimeInForce::Gtc,
                false => TimeInForce::Day,
            }),
            limit_price: None,
            stop_price: None,
            trail_price: None,
            trail_percent: None,
            extended_hours: false,
            client_order_id: None,
            class: OrderClass::Simple,
            take_profit: None,
            stop_loss: None,
            intent: None,
            advanced: false,
        };
        self.submit(account, request)
    }

    /// Closes every position of an account, each by an order of its own.
    pub(crate) fn close_all(&mut self, account: AccountIx, cancel_orders: bool) -> Vec<Closed> {
        if cancel_orders {
            self.cancel_all(account);
            // The orders that follow need what the cancels free: they are not sent before the venue has
            // confirmed those, however long that is on its way.
            let open = self.account(account).map(|owner| self.open_orders(owner));
            for ix in open.unwrap_or_default() {
                self.confirm_cancel(ix);
            }
            self.settle();
        }
        let Some(owner) = self.account(account) else {
            return Vec::new();
        };
        let assets: Vec<AssetIx> = owner.positions.keys().copied().collect();
        assets
            .into_iter()
            .map(|asset| Closed {
                asset,
                outcome: self.close_position(account, asset, Amount::All),
            })
            .collect()
    }
}

/// A percentage of a position: whole shares stay whole.
fn part(held: Decimal, percentage: Decimal) -> Result<Decimal, ApiError> {
    let range = Decimal::ZERO..=Decimal::ONE_HUNDRED;
    if percentage.is_zero() || !range.contains(&percentage) {
        return Err(ApiError::invalid("percentage must be > 0 and <= 100"));
    }
    if percentage.normalize().scale() > 9 {
        return Err(ApiError::invalid(
            "percentage must be limited to 9 decimal places",
        ));
    }
    let part = held * percentage / Decimal::ONE_HUNDRED;
    let part = match held.fract().is_zero() {
        true => part.floor(),
        false => part.trunc_with_scale(9),
    };
    match part.is_zero() {
        true => Err(ApiError::invalid("qty must be > 0")),
        false => Ok(part),
    }
}

#[cfg(test)]
mod tests {
    use rust_decimal::dec;

    use super::*;

    #[test]
    fn a_percentage_of_whole_shares_is_whole() {
        assert_eq!(part(dec!(15), dec!(50)).unwrap(), dec!(7));
        assert_eq!(part(dec!(15.5), dec!(50)).unwrap(), dec!(7.75));
        assert_eq!(part(dec!(3), dec!(100)).unwrap(), dec!(3));
        for wrong in [dec!(0), dec!(-1), dec!(100.1), dec!(0.0000000001)] {
            assert!(part(dec!(15), wrong).is_err(), "{wrong}");
        }
        assert!(part(dec!(1), dec!(50)).is_err());
    }
}
