//! Replacing orders.
//!
//! The answer is a new order, on its way; the old one is `pending_replace` until the venue has spoken. Then the
//! old one is `replaced`, and what it has filled counts for the new one, whose quantity is the total. If
//! the old one is filled first, the new one is rejected.

use rust_decimal::Decimal;

use super::super::World;
use super::super::account::{AccountIx, Figures};
use super::super::agenda::Task;
use super::super::check::{Shaped, funds, permission, price, replacement, shape};
use super::super::order::{Order, OrderClass, OrderIx, OrderType, ReplaceRequest, Status};
use crate::ApiError;

impl World {
    /// Takes a replacement, or says why not.
    pub(crate) fn replace(
        &mut self,
        account: AccountIx,
        ix: OrderIx,
        request: &ReplaceRequest,
    ) -> Result<OrderIx, ApiError> {
        let Some(old) = self.orders.get(ix).cloned() else {
            return Err(ApiError::not_found("order not found"));
        };
        self.replaceable(&old)?;
        let mut new = replacement::changed(&old, request)?;
        let asset = self.universe.get(old.asset);
        let shaped = replacement::shaped(&new, asset, &self.dialect)?;
        for (name, price) in [
            ("limit_price", request.limit_price),
            ("stop_price", request.stop_price),
        ] {
            if let Some(price) = price {
                let word = name.split('_').next().unwrap_or_default();
                if price <= Decimal::ZERO {
                    return Err(ApiError::invalid(format!("{word} price must be > 0")));
                }
                if price > shape::MOST {
                    let message = format!("{word} price must be <= {}", shape::MOST);
                    return Err(ApiError::invalid(message));
                }
                price::increment(name, price, asset)?;
            }
        }
        let id = request.client_order_id.as_deref();
        if id.is_some_and(|id| id.chars().count() > 128) {
            return Err(ApiError::invalid(
                "client_order_id must be no more than 128 characters",
            ));
        }
        let owner = self
            .account(account)
            .ok_or_else(super::submit::unknown_account)?;
        permission::state(&owner.state)?;
        permission::opening(&owner.state, old.intent.opens())?;
        replacement::allowed(self, owner, &new, &shaped)?;
        self.check_client_order_id(owner.client_order_ids.contains_key(id.unwrap_or_default()))?;
        new.reserve = self.reserve_of(&old, &new, &shaped)?;

        new.id = self.ids.uuid();
        new.client_order_id = self.client_order_id(id);
        new.replaces = Some(old.id);
        new.expires_at = self.end_of(
            self.universe.get(new.asset).class,
            new.time_in_force,
            new.extended_hours,
        );
        new.created_at = self.now;
        new.updated_at = self.now;
        new.before_pending = None;
        new.filled_qty = Decimal::ZERO;
        new.filled_value = Decimal::ZERO;
        // It takes its place in the group when the venue has spoken.
        new.parent = None;
        new.legs = Vec::new();
        new.status = Status::PendingNew;
        if new.order_type == OrderType::TrailingStop && request.trail.is_some() {
            self.begin_trail(&mut new);
        }
        let new_id = new.id;
        let new_ix = self.add(new);
        if self.step(ix, Status::PendingReplace)
            && let Some(order) = self.orders.get_mut(ix)
        {
            order.before_pending = Some(old.status);
            order.replaced_by = Some(new_id);
        }
        self.tell(ix, "pending_replace");
        self.tell(new_ix, "pending_new");
        self.agenda
            .add(self.now + self.latency, Task::Replace(new_ix));
        Ok(new_ix)
    }

    /// Whether an order can be replaced in its status.
    fn replaceable(&self, order: &Order) -> Result<(), ApiError> {
        let coded = |message: String| match self.dialect.invalid_is_40010001 {
            true => ApiError::invalid(message),
            false => ApiError::unprocessable(message),
        };
        match order.status {
            Status::New | Status::PartiallyFilled | Status::Held => {}
            Status::PendingNew | Status::Accepted => {
                return Err(ApiError::invalid(
                    "unable to replace order, order isn't sent to exchange yet",
                ));
            }
            Status::Replaced => return Err(ApiError::unprocessable("order already replaced")),
            Status::PendingReplace => {
                return Err(ApiError::unprocessable("order chain not fully replaced"));
            }
            status if status.is_terminal() => {
                return Err(coded("unable to replace order, order is not open".into()));
            }
            status => {
                return Err(ApiError::unprocessable(format!(
                    "cannot replace order in {status} status"
                )));
            }
        }
        if order.notional.is_some() {
            return Err(ApiError::unprocessable(
                "notional orders cannot be replaced",
            ));
        }
        Ok(())
    }

    /// What the new order holds for each unit; the account must be able to bear what is more than before.
    fn reserve_of(&self, old: &Order, new: &Order, shaped: &Shaped) -> Result<Decimal, ApiError> {
        let Some(account) = self.account(old.account) else {
            return Err(super::submit::unknown_account());
        };
        let left = |order: &Order| {
            let qty = order.qty.unwrap_or_default() - old.filled_qty;
            qty.max(Decimal::ZERO)
        };
        if old.intent.opens() {
            let price = match (new.order_type, new.side) {
                (OrderType::Limit | OrderType::StopLimit, super::super::order::Side::Buy) => {
                    new.limit_price.unwrap_or(old.reserve)
                }
                (OrderType::Stop, super::super::order::Side::Buy) => {
                    new.stop_price.map_or(old.reserve, super::collared)
                }
                _ => new
                    .limit_price
                    .map_or(old.reserve, |limit| limit.max(old.reserve)),
            };
            let cost = left(new)
                .checked_mul(price)
                .ok_or_else(|| ApiError::invalid("qty is too large"))?;
            let asset = self.universe.get(old.asset);
            let whole = new.qty.and_then(|qty| qty.checked_mul(price));
            funds::size(shaped, asset, whole.unwrap_or(cost))?;
            let figures = Figures::of(self, account);
            funds::payable(asset, new.side, cost, old.held_value(), &figures)?;
            return Ok(price);
        }
        let available = self.available(account, old.asset) + left(old);
        if left(new) > available {
            return Err(funds::too_few(
                self,
                account,
                old.asset,
                left(new),
                available,
            ));
        }
        funds::not_too_great(self, shaped)?;
        Ok(Decimal::ZERO)
    }

    /// The replacement reaches the venue.
    pub(super) fn confirm_replace(&mut self, new_ix: OrderIx) {
        let Some(new) = self
            .orders
            .get(new_ix)
            .filter(|order| order.is_open())
            .cloned()
        else {
            // It was canceled on its way: the old order goes on.
            if let Some(old) = self.replaced_of(new_ix) {
                self.restore_old(old);
                self.tell(old, "order_replace_rejected");
                self.begin_late(old);
            }
            return;
        };
        let Some(old_ix) = self.replaced_of(new_ix) else {
            return;
        };
        let Some(old) = self.orders.get(old_ix).cloned() else {
            return;
        };
        let too_late = old.status != Status::PendingReplace
            || new.qty.is_some_and(|qty| qty <= old.filled_qty);
        if too_late || new.status != Status::PendingNew {
            self.restore_old(old_ix);
            self.tell(old_ix, "order_replace_rejected");
            self.begin_late(old_ix);
            if new.status == Status::PendingNew && self.step(new_ix, Status::Rejected) {
                self.tell(new_ix, "rejected");
            }
            return;
        }
        let held = old.before_pending == Some(Status::Held);
        if !self.step(old_ix, Status::Replaced) {
            return;
        }
        if let Some(order) = self.orders.get_mut(new_ix) {
            order.filled_qty = old.filled_qty;
            order.filled_value = old.filled_value;
            // Those of a group share a quantity, which may have been cut while this one was on its way.
            if old.class != OrderClass::Simple {
                order.qty = old.qty;
            }
            // So may the price have passed the stop that both have.
            if order.stop_price == old.stop_price {
                order.triggered = old.triggered;
            }
        }
        self.take_place(old_ix, new_ix, &old);
        self.tell(old_ix, "replaced");
        if !held {
            self.route(new_ix);
            return;
        }
        if self.step(new_ix, Status::Held) {
            self.tell(new_ix, "new");
            self.begin_late(new_ix);
            // The price may have passed the new stop already.
            self.look(new_ix);
        }
    }

    fn replaced_of(&self, new: OrderIx) -> Option<OrderIx> {
        self.orders.find(self.orders.get(new)?.replaces?)
    }

    /// An order whose replacement came to nothing goes on as before.
    fn restore_old(&mut self, ix: OrderIx) {
        let Some(order) = self
            .orders
            .get(ix)
            .filter(|order| order.status == Status::PendingReplace)
        else {
            return;
        };
        let before = order.before_pending.unwrap_or(Status::New);
        if self.step(ix, before)
            && let Some(order) = self.orders.get_mut(ix)
        {
            order.before_pending = None;
            order.replaced_by = None;
        }
    }

    /// The new order takes the place of the old one in its group.
    fn take_place(&mut self, old_ix: OrderIx, new_ix: OrderIx, old: &Order) {
        for leg in &old.legs {
            if let Some(leg) = self.orders.get_mut(*leg) {
                leg.parent = Some(new_ix);
            }
        }
        if let Some(parent) = old.parent.and_then(|parent| self.orders.get_mut(parent)) {
            for leg in &mut parent.legs {
                if *leg == old_ix {
                    *leg = new_ix;
                }
            }
        }
        if let Some(new) = self.orders.get_mut(new_ix) {
            new.legs.clone_from(&old.legs);
            new.parent = old.parent;
        }
        if let Some(order) = self.orders.get_mut(old_ix) {
            order.legs = Vec::new();
        }
    }
}
