//! Orders of one account that would trade with each other.

use super::Shaped;
use crate::ApiError;
use crate::world::World;
use crate::world::account::Account;
use crate::world::order::{Order, OrderClass, OrderType, Side};

/// Refuses an order that could trade with an open one of the same account.
///
/// Market and plain stop orders can always; limits only when they cross. Legs, orders with legs and
/// trailing stops are exempt.
pub(crate) fn check(world: &World, account: &Account, shaped: &Shaped) -> Result<(), ApiError> {
    if shaped.is_advanced() || shaped.order_type == OrderType::TrailingStop {
        return Ok(());
    }
    let opposite = shaped.side.opposite();
    for order in world.orders_of(account, shaped.asset) {
        let exempt = order.class != OrderClass::Simple
            || order.parent.is_some()
            || order.order_type == OrderType::TrailingStop;
        if order.side != opposite || exempt {
            continue;
        }
        if let Some(reason) = conflict(shaped, order) {
            return Err(
                ApiError::forbidden("potential wash trade detected. use complex orders")
                    .with("existing_order_id", order.id.to_string())
                    .with("reject_reason", reason),
            );
        }
    }
    Ok(())
}

fn conflict(shaped: &Shaped, order: &Order) -> Option<&'static str> {
    let takes_any_price = |order_type| matches!(order_type, OrderType::Market | OrderType::Stop);
    if takes_any_price(order.order_type) || takes_any_price(shaped.order_type) {
        return Some("opposite side market/stop order exists");
    }
    let (mine, theirs) = (shaped.request.limit_price?, order.limit_price?);
    let (buy, sell) = match shaped.side {
        Side::Buy => (mine, theirs),
        Side::Sell => (theirs, mine),
    };
    (buy >= sell).then_some("opposite side limit order exists")
}
