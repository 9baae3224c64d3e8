//! What only a venue does to an order: turns it away, sets it aside, lets it go on, fills it at a price of its own.
//!
//! | does | to an order that is | which then is | event |
//! | --- | --- | --- | --- |
//! | reject | taken or at its venue, with nothing filled | `rejected` | `rejected` |
//! | refuse a request | `pending_cancel`, `pending_replace` | what it was | `order_cancel_rejected`, `order_replace_rejected` |
//! | suspend | `new`, `partially_filled` | `suspended` | `suspended` |
//! | stop | the same | `stopped` | `stopped` |
//! | done for the day | the same, or suspended | `done_for_day` | `done_for_day` |
//! | calculate | the same, or suspended or done for the day | `calculated` | `calculated` |
//! | accept for bidding | taken or `new` | `accepted_for_bidding` | `accepted_for_bidding` |
//! | resume | set aside by one of these | what it was | `new` |
//! | fill | `new`, `partially_filled`, `stopped` | as after any fill | `fill`, `partial_fill` |
//!
//! Sources name these statuses and their events, and say little more. What is decided here: what is set aside is not
//! filled by the market; it can be canceled unless a fill is promised (`stopped`) or reckoned (`calculated`), and
//! comes to the end of its time in force as ever; what is done for the day goes on by itself on the next trading
//! day; what goes on says `new`, as when it came to its venue.
//!
//! Of orders that belong together: an entry that is rejected takes its legs with it, and a leg that is rejected before
//! its entry is filled the whole group. Once the exits work, one that is rejected leaves the other, which works on
//! alone: a stop that stood by goes to its venue.

use rust_decimal::Decimal;
use serde_json::{Value, json};

use super::super::World;
use super::super::agenda::Task;
use super::super::order::{Order, OrderClass, OrderIx, Status, amount};
use crate::market::MAX_PRICE_DECIMALS;
use crate::world::check::shape;

impl World {
    /// Writes down what a venue does to an order.
    pub(super) fn venue_does(&mut self, ix: OrderIx, what: &str, more: &Value) {
        let Some(id) = self.orders.get(ix).map(|order| order.id) else {
            return;
        };
        self.write_down("venue", || {
            let mut line = json!({ "order": id.to_string(), "does": what });
            if let (Value::Object(line), Value::Object(more)) = (&mut line, more) {
                line.extend(more.clone());
            }
            line
        });
    }

    /// The venue turns an order away that it was sent.
    pub(crate) fn reject(&mut self, ix: OrderIx) -> Result<(), String> {
        let order = self.known(ix)?;
        if !order.status.may_become(Status::Rejected) {
            return Err(cannot(order, "rejected"));
        }
        if !order.filled_qty.is_zero() {
            return Err(format!(
                "order {}: {} of it are filled, and only what is not filled at all is rejected",
                order.id,
                amount(order.filled_qty)
            ));
        }
        self.venue_does(ix, "reject", &Value::Null);
        self.turn_away(ix);
        Ok(())
    }

    /// So many orders to come are rejected when they reach their venue.
    pub(crate) fn reject_next(&mut self, orders: u32) {
        self.write_down(
            "venue",
            || json!({ "does": "reject_next", "orders": orders }),
        );
        self.to_turn_away = orders;
    }

    /// Whether the venue turns away what has just reached it; then that is done. A replacement, and a leg, belongs to
    /// an order that was let in.
    pub(super) fn turns_away(&mut self, ix: OrderIx) -> bool {
        let is_new = self.orders.get(ix).is_some_and(|order| {
            matches!(order.status, Status::PendingNew | Status::Accepted)
                && order.replaces.is_none()
                && order.parent.is_none()
        });
        if !is_new || self.to_turn_away == 0 {
            return false;
        }
        self.to_turn_away = self.to_turn_away.saturating_sub(1);
        self.turn_away(ix);
        true
    }

    fn turn_away(&mut self, ix: OrderIx) {
        let Some(order) = self.orders.get(ix).cloned() else {
            return;
        };
        if order.is_on_its_way() {
            // The order that it was to replace goes on.
            self.agenda.forget(Task::Replace(ix));
            if self.step(ix, Status::Rejected) {
                self.tell(ix, "rejected");
                self.confirm_replace(ix);
            }
            return;
        }
        if !self.is_working_exit(&order) {
            self.end(ix, Status::Rejected);
            return;
        }
        if self.step(ix, Status::Rejected) {
            self.tell(ix, "rejected");
        }
        if let Some(other) = self.exit_beside(ix, &order) {
            self.work_alone(other);
        }
    }

    /// Whether an order is an exit whose group has begun.
    fn is_working_exit(&self, order: &Order) -> bool {
        let parent = order.parent.and_then(|ix| self.orders.get(ix));
        match (order.class, parent) {
            (OrderClass::Oco, None) => is_at_venue(order),
            (OrderClass::Oco, Some(target)) => is_at_venue(target),
            (OrderClass::Bracket | OrderClass::Oto, Some(entry)) => entry.status == Status::Filled,
            _ => false,
        }
    }

    /// The other exit of a group.
    pub(super) fn exit_beside(&self, ix: OrderIx, order: &Order) -> Option<OrderIx> {
        match (order.class, order.parent) {
            (OrderClass::Oco, None) => order.legs.first().copied(),
            (OrderClass::Oco, parent) => parent,
            (OrderClass::Bracket, Some(entry)) => {
                let legs = &self.orders.get(entry)?.legs;
                legs.iter().copied().find(|leg| *leg != ix)
            }
            _ => None,
        }
    }

    /// An exit that stood by goes to its venue, now that there is no other.
    fn work_alone(&mut self, ix: OrderIx) {
        let Some(order) = self.orders.get_mut(ix) else {
            return;
        };
        if order.status == Status::Held {
            self.route(ix);
        } else if order.before_pending == Some(Status::Held) {
            order.before_pending = Some(Status::New);
        }
    }

    /// The venue refuses to cancel or to replace an order: it goes on as it was.
    pub(crate) fn refuse_request(&mut self, ix: OrderIx) -> Result<(), String> {
        let order = self.known(ix)?.clone();
        match order.status {
            Status::PendingCancel if !order.is_on_its_way() => {
                self.venue_does(ix, "refuse_request", &Value::Null);
                self.agenda.forget(Task::Cancel(ix));
                self.go_back(ix, order.before_pending.unwrap_or(Status::New));
                Ok(())
            }
            Status::PendingReplace => {
                let new = order.replaced_by.and_then(|id| self.orders.find(id));
                let new = new.filter(|new| {
                    let new = self.orders.get(*new);
                    new.is_some_and(|new| new.status == Status::PendingNew)
                });
                let new = new.ok_or_else(|| cannot(&order, "refused a request"))?;
                self.venue_does(ix, "refuse_request", &Value::Null);
                self.turn_away(new);
                Ok(())
            }
            _ => Err(format!(
                "order {} is {}, and nothing is asked of its venue",
                order.id, order.status
            )),
        }
    }

    /// A cancel was refused.
    fn go_back(&mut self, ix: OrderIx, before: Status) {
        if !self.step(ix, before) {
            return;
        }
        if let Some(order) = self.orders.get_mut(ix) {
            order.before_pending = None;
        }
        self.tell(ix, "order_cancel_rejected");
        // What has come to its venue meanwhile has found it busy, and comes again.
        let waits = self.orders.get(ix).is_some_and(|order| {
            matches!(before, Status::PendingNew | Status::Accepted)
                && self.first_status(order) == Status::PendingNew
        });
        match waits {
            true => self.agenda.add(self.now, Task::Route(ix)),
            false => self.look(ix),
        }
    }

    /// The venue sets an order aside.
    pub(crate) fn set_aside(&mut self, ix: OrderIx, status: Status) -> Result<(), String> {
        let order = self.known(ix)?;
        let from = match status {
            Status::AcceptedForBidding => {
                let taken = matches!(
                    order.status,
                    Status::PendingNew | Status::Accepted | Status::New
                );
                taken && !order.is_on_its_way()
            }
            Status::Suspended | Status::Stopped => is_live(order),
            Status::DoneForDay => is_live(order) || order.status == Status::Suspended,
            Status::Calculated => {
                is_live(order) || matches!(order.status, Status::Suspended | Status::DoneForDay)
            }
            _ => false,
        };
        if !from {
            return Err(cannot(order, status.as_str()));
        }
        self.venue_does(ix, status.as_str(), &Value::Null);
        if self.step(ix, status) {
            self.tell(ix, status.as_str());
        }
        Ok(())
    }

    /// What was set aside goes on.
    pub(crate) fn resume(&mut self, ix: OrderIx) -> Result<(), String> {
        let order = self.known(ix)?;
        let status = order.status;
        match status {
            Status::AcceptedForBidding
            | Status::Suspended
            | Status::Stopped
            | Status::DoneForDay
            | Status::Calculated => {}
            _ => return Err(format!("order {} is {status}, and not set aside", order.id)),
        }
        self.venue_does(ix, "resume", &Value::Null);
        if status == Status::AcceptedForBidding {
            self.go_to_venue(ix);
        } else {
            self.work_on(ix);
        }
        Ok(())
    }

    /// What was priced goes to its venue, or waits for its session.
    fn go_to_venue(&mut self, ix: OrderIx) {
        let Some(first) = self.orders.get(ix).map(|order| self.first_status(order)) else {
            return;
        };
        if !self.step(ix, first) {
            return;
        }
        if first == Status::PendingNew {
            self.route(ix);
            return;
        }
        if let Some(order) = self.orders.get_mut(ix) {
            order.queued = true;
        }
        self.tell(ix, "accepted");
    }

    /// What was at its venue works there again.
    fn work_on(&mut self, ix: OrderIx) {
        let filled = self.orders.get(ix).map(|order| order.filled_qty);
        let next = match filled.is_some_and(|filled| filled.is_zero()) {
            true => Status::New,
            false => Status::PartiallyFilled,
        };
        if self.step(ix, next) {
            self.tell(ix, "new");
            self.look(ix);
        }
    }

    /// A new trading day: what was done for the last one goes on.
    pub(super) fn begin_again(&mut self) {
        for ix in self.orders.open() {
            let done = self.orders.get(ix);
            if done.is_some_and(|order| order.status == Status::DoneForDay) {
                self.work_on(ix);
            }
        }
    }

    /// Whether a fill of an order is promised or reckoned, so that it is not canceled when that is asked for.
    pub(super) fn is_promised(&self, ix: OrderIx) -> bool {
        let order = self.orders.get(ix);
        order.is_some_and(|order| matches!(order.status, Status::Stopped | Status::Calculated))
    }

    /// The venue fills an order, whole or in part, at a price that need not be the market's.
    pub(crate) fn fill_by_hand(
        &mut self,
        ix: OrderIx,
        qty: Decimal,
        price: Decimal,
    ) -> Result<(), String> {
        let order = self.known(ix)?;
        if !(is_live(order) || order.status == Status::Stopped) {
            return Err(cannot(order, "filled"));
        }
        execution(qty, price)?;
        let Some(left) = order.left() else {
            return Err(format!(
                "order {} is one by amount, which the market alone fills",
                order.id
            ));
        };
        if !order.is_fractional() && !qty.fract().is_zero() {
            return Err(format!(
                "qty: {qty}, and order {} is of whole units",
                order.id
            ));
        }
        let most = left.min(self.closable(order));
        if qty > most {
            return Err(format!(
                "qty: {qty}, and at most {} of order {} can be filled",
                amount(most),
                order.id
            ));
        }
        let facts = json!({ "qty": amount(qty), "price": amount(price) });
        self.venue_does(ix, "fill", &facts);
        self.fill(ix, qty, price, qty == left);
        Ok(())
    }

    pub(super) fn known(&self, ix: OrderIx) -> Result<&Order, String> {
        self.orders
            .get(ix)
            .ok_or_else(|| "there is no such order".to_owned())
    }
}

/// Whether an order trades at its venue.
pub(super) fn is_live(order: &Order) -> bool {
    matches!(order.status, Status::New | Status::PartiallyFilled)
}

/// Whether an order has come to its venue.
fn is_at_venue(order: &Order) -> bool {
    !matches!(
        order.status,
        Status::PendingNew | Status::Accepted | Status::AcceptedForBidding
    )
}

pub(super) fn cannot(order: &Order, what: &str) -> String {
    format!(
        "order {} is {}, and cannot be {what}",
        order.id, order.status
    )
}

/// Whether something can be traded so.
pub(super) fn execution(qty: Decimal, price: Decimal) -> Result<(), String> {
    for (name, value) in [("qty", qty), ("price", price)] {
        if value <= Decimal::ZERO || value > shape::MOST {
            return Err(format!(
                "{name}: {value} is not above 0 and at most {}",
                shape::MOST
            ));
        }
        if value.normalize().scale() > MAX_PRICE_DECIMALS {
            return Err(format!(
                "{name}: {value} has more than {MAX_PRICE_DECIMALS} decimals"
            ));
        }
    }
    // Beyond that, amounts would lose digits.
    match qty.checked_mul(price) {
        Some(value) if value <= shape::MOST => Ok(()),
        _ => Err(format!(
            "qty {qty} at {price}: more than {} dollars",
            shape::MOST
        )),
    }
}
