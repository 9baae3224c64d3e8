//! The rules of orders, in the words of the service.
//!
//! A new order passes these in turn; the first rule that it breaks is the answer:
//!
//! 1. [`shape`]: what can be said of the request alone.
//! 2. [`permission`]: what account and asset allow.
//! 3. [`price`]: increments, and where the prices of legs may lie.
//! 4. [`wash`]: orders of the same account that would trade with each other.
//! 5. [`funds`]: what is held and what may be spent.
//! 6. [`day_trading`]: how often a position may be opened and closed on one day.
//!
//! A [`replacement`] passes them too, as what the order is to be.

pub(super) mod day_trading;
pub(super) mod funds;
pub(super) mod permission;
pub(super) mod price;
pub(super) mod replacement;
pub(super) mod shape;
pub(super) mod wash;

use rust_decimal::Decimal;

use super::order::{Intent, OrderClass, OrderRequest, OrderType, Side, TimeInForce};
use crate::market::{Asset, AssetClass, AssetIx};

/// A request whose shape is right.
#[derive(Clone, Debug)]
pub(crate) struct Shaped {
    pub(crate) request: OrderRequest,
    pub(crate) asset: AssetIx,
    pub(crate) side: Side,
    pub(crate) order_type: OrderType,
    pub(crate) time_in_force: TimeInForce,
}

/// What the checks have found out about an order that passes them.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Verdict {
    pub(crate) intent: Intent,
    /// What it holds of the buying power, for each unit; for an order by amount, whole.
    pub(crate) reserve: Decimal,
}

impl Shaped {
    /// Whether it trades parts of shares.
    pub(crate) fn is_fractional(&self, asset: &Asset) -> bool {
        asset.class == AssetClass::UsEquity
            && (self.request.notional.is_some()
                || self.request.qty.is_some_and(|qty| !qty.fract().is_zero()))
    }

    pub(crate) fn is_advanced(&self) -> bool {
        self.request.class != OrderClass::Simple
    }
}
