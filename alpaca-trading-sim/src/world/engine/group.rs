//! Orders that belong together: brackets, and orders that cancel or wait for each other.
//!
//! | class | parent | legs | at first | then |
//! | --- | --- | --- | --- | --- |
//! | bracket | the entry | profit target, stop | held | when the entry is filled whole, the target works and the stop stands by |
//! | oto | the entry | one of both | held | when the entry is filled whole, it works |
//! | oco | the profit target | stop | held | the stop stands by from the start |
//!
//! A stop that stands by is `held` until the price passes it; then it works, and the target is canceled. What
//! the target has filled, the stop no longer has to sell. When one is filled whole or ends in any other
//! way, the other is canceled. An entry that ends before it is filled whole takes its legs with it,
//! and a leg that ends before then its entry.

use rust_decimal::Decimal;

use super::super::World;
use super::super::order::{Order, OrderClass, OrderIx, OrderType, Status};

impl World {
    /// Whether a held order stands by: the price may wake it.
    pub(in crate::world) fn stands_by(&self, order: &Order) -> bool {
        if !matches!(order.order_type, OrderType::Stop | OrderType::StopLimit) {
            return false;
        }
        let Some(parent) = order.parent.and_then(|ix| self.orders.get(ix)) else {
            return false;
        };
        match order.class {
            OrderClass::Oco => parent.status.is_working(),
            OrderClass::Bracket => parent.status == Status::Filled,
            _ => false,
        }
    }

    /// The order that ends when this one does.
    fn other_exit(&self, ix: OrderIx) -> Option<OrderIx> {
        let order = self.orders.get(ix)?;
        match (order.class, order.parent) {
            (OrderClass::Oco, None) => order.legs.first().copied(),
            (OrderClass::Oco, Some(parent)) => Some(parent),
            (OrderClass::Bracket, Some(parent)) => {
                let legs = &self.orders.get(parent)?.legs;
                legs.iter().copied().find(|leg| *leg != ix)
            }
            _ => None,
        }
    }

    /// A stop has woken: it works from now on, and the other exit is canceled.
    pub(super) fn triggered(&mut self, ix: OrderIx) {
        let held = self.orders.get(ix).is_some_and(|order| {
            order.status == Status::Held || order.before_pending == Some(Status::Held)
        });
        if !held {
            return;
        }
        let other = self.other_exit(ix);
        if self
            .orders
            .get(ix)
            .is_some_and(|order| order.status == Status::Held)
            && self.step(ix, Status::New)
        {
            self.tell(ix, "new");
        } else if let Some(order) = self.orders.get_mut(ix) {
            order.before_pending = Some(Status::New);
        }
        if let Some(other) = other {
            self.end_one(other, Status::Canceled);
        }
    }

    /// What follows from a fill.
    pub(super) fn after_fill(&mut self, ix: OrderIx, done: bool) {
        let Some(order) = self.orders.get(ix) else {
            return;
        };
        let is_entry =
            order.parent.is_none() && matches!(order.class, OrderClass::Bracket | OrderClass::Oto);
        if is_entry {
            if done {
                self.begin_legs(ix);
            }
            return;
        }
        let Some(other) = self.other_exit(ix) else {
            return;
        };
        if done {
            self.end_one(other, Status::Canceled);
            return;
        }
        let left = order.left();
        let now = self.now;
        if let Some(other) = self.orders.get_mut(other).filter(|other| other.is_open())
            && let Some(left) = left
        {
            // The other sells what this one has left.
            other.qty = Some(other.filled_qty + left);
            other.updated_at = now;
        }
    }

    /// The entry is filled: its legs begin.
    fn begin_legs(&mut self, parent: OrderIx) {
        let legs = self.orders.get(parent).map(|order| order.legs.clone());
        let bracket = self
            .orders
            .get(parent)
            .is_some_and(|order| order.class == OrderClass::Bracket);
        let legs = legs.unwrap_or_default();
        self.cut_to_what_is_left(parent, &legs);
        for leg in legs {
            let Some(order) = self.orders.get(leg) else {
                continue;
            };
            // Of a bracket, the stop stands by.
            let stands_by = bracket && order.order_type != OrderType::Limit;
            if order.status == Status::Held && !stands_by {
                self.route(leg);
            }
        }
    }

    /// What the entry has opened may be sold already, or be promised to others: legs close what is left of it.
    fn cut_to_what_is_left(&mut self, parent: OrderIx, legs: &[OrderIx]) {
        let available = self.orders.get(parent).and_then(|order| {
            let account = self.account(order.account)?;
            Some(self.available(account, order.asset))
        });
        let available = available.unwrap_or_default();
        for leg in legs {
            if available.is_zero() {
                self.end_one(*leg, Status::Canceled);
            } else if let Some(leg) = self.orders.get_mut(*leg) {
                leg.qty = leg.qty.map(|qty| qty.min(available));
            }
        }
    }

    /// A leg that was being replaced when its entry was filled begins now.
    ///
    /// A stop that stands by has nothing to begin, whenever its group did: it is `held` all along.
    pub(super) fn begin_late(&mut self, leg: OrderIx) {
        let waits = |order: &&Order| order.status == Status::Held && !self.stands_by(order);
        let parent = self
            .orders
            .get(leg)
            .filter(waits)
            .and_then(|leg| leg.parent);
        let filled = |parent: &OrderIx| {
            let parent = self.orders.get(*parent);
            parent.is_some_and(|parent| parent.status == Status::Filled)
        };
        if let Some(parent) = parent.filter(filled) {
            self.begin_legs(parent);
        }
    }

    /// An order ends without being filled whole, and with it what depends on it.
    pub(super) fn end(&mut self, ix: OrderIx, status: Status) {
        if !self.end_one(ix, status) {
            return;
        }
        let Some(order) = self.orders.get(ix) else {
            return;
        };
        let mut others = order.legs.clone();
        others.extend(self.other_exit(ix));
        // An entry does not go on without the legs that were to protect it.
        if matches!(order.class, OrderClass::Bracket | OrderClass::Oto) {
            others.extend(order.parent);
        }
        for other in others {
            let status = match status {
                Status::Expired => Status::Expired,
                _ => Status::Canceled,
            };
            self.end_one(other, status);
        }
    }

    /// One order ends, if it is open.
    fn end_one(&mut self, ix: OrderIx, status: Status) -> bool {
        let open = self.orders.get(ix).is_some_and(Order::is_open);
        if !open || !self.step(ix, status) {
            return false;
        }
        if let Some(order) = self.orders.get_mut(ix)
            && order.notional.is_some()
            && order.qty.is_none()
            && order.filled_qty > Decimal::ZERO
        {
            order.qty = Some(order.filled_qty);
        }
        let event = match status {
            Status::Expired => "expired",
            Status::Rejected => "rejected",
            _ => "canceled",
        };
        self.tell(ix, event);
        true
    }
}
