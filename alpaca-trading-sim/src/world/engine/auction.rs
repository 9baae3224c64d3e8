//! The opening and the closing auction.

use super::super::World;
use super::super::order::{OrderIx, Side, Status, TimeInForce};

impl World {
    /// Fills the orders of an auction at the current quote, as far as their limits allow, and cancels the
    /// rest.
    pub(super) fn auction(&mut self, which: TimeInForce) {
        for ix in self.orders.open() {
            let waits = self.orders.get(ix).is_some_and(|order| {
                order.time_in_force == which
                    && order.status == Status::Accepted
                    && order.expires_at.is_none_or(|end| end >= self.now)
            });
            if waits && !self.turns_away(ix) && self.step(ix, Status::New) {
                self.tell(ix, "new");
                self.trade_in_auction(ix);
            }
        }
    }

    fn trade_in_auction(&mut self, ix: OrderIx) {
        let Some(order) = self.orders.get(ix) else {
            return;
        };
        let price = self
            .quote(order.asset)
            .filter(|_| !self.is_halted(order.asset))
            .map(|quote| match order.side {
                Side::Buy => quote.ask,
                Side::Sell => quote.bid,
            });
        let fits = |price| match (order.limit_price, order.side) {
            (None, _) => true,
            (Some(limit), Side::Buy) => price <= limit,
            (Some(limit), Side::Sell) => price >= limit,
        };
        match (price.filter(|price| fits(*price)), order.left()) {
            (Some(price), Some(left)) => self.fill(ix, left, price, true),
            _ => self.end(ix, Status::Canceled),
        }
    }
}
