//! Replacing orders.
//!
//! The answer is a new order, on its way; the old one is `pending_replace` until the venue has spoken. Then the
//! old one is `replaced`, and what it has filled counts for the new one, whose quantity is the total. If
//! the old one is filled first, the new one is rejected.

use rust_decimal::{Decimal, dec};

use super::super::World;
use super::super::account::{AccountIx, Figures};
use super::super::agenda::Task;
use super::super::check::{funds, permission, price, shape};
use super::super::order::{
    Order, OrderClass, OrderIx, OrderType, ReplaceRequest, Status, TimeInForce,
};
use crate::ApiError;
use crate::market::{Asset, AssetClass};

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
        let mut new = changed(&old, request)?;
        let asset = self.universe.get(old.asset);
        self.lasting(&new, asset)?;
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
        self.check_client_order_id(owner.client_order_ids.contains_key(id.unwrap_or_default()))?;
        new.reserve = self.reserve_of(&old, &new)?;

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
            new.hwm = None;
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

    /// Whether an order may last as long as it now says.
    fn lasting(&self, new: &Order, asset: &Asset) -> Result<(), ApiError> {
        let refused = |message: &str| Err(ApiError::unprocessable(message));
        let day = new.time_in_force == TimeInForce::Day;
        match asset.class {
            AssetClass::Crypto if day => refused("invalid crypto time_in_force"),
            AssetClass::UsEquity if !day && new.is_fractional() => {
                refused("fractional orders must be DAY orders")
            }
            AssetClass::UsEquity
                if !day && new.extended_hours && !self.dialect.extended_hours_gtc =>
            {
                refused("extended hours order must be DAY limit orders")
            }
            _ => Ok(()),
        }
    }

    /// What the new order holds for each unit; the account must be able to bear what is more than before.
    fn reserve_of(&self, old: &Order, new: &Order) -> Result<Decimal, ApiError> {
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
            if asset.class == AssetClass::Crypto {
                let whole = new.qty.and_then(|qty| qty.checked_mul(price));
                funds::in_coins(whole.unwrap_or(cost))?;
            }
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
        }
        self.take_place(old_ix, new_ix, &old);
        self.tell(old_ix, "replaced");
        if !held {
            self.route(new_ix);
            return;
        }
        if self.step(new_ix, Status::Held) {
            self.tell(new_ix, "new");
            // The entry may have been filled meanwhile.
            if let Some(parent) = old.parent {
                self.begin_legs_if_filled(parent);
            }
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

/// The order as it is to be, if anything is to change.
fn changed(old: &Order, request: &ReplaceRequest) -> Result<Order, ApiError> {
    let mut new = old.clone();
    if request.notional {
        return Err(ApiError::invalid("notional cannot be changed"));
    }
    if let Some(qty) = request.qty {
        if old.class != OrderClass::Simple {
            return Err(ApiError::unprocessable(
                "qty cannot be changed for advanced orders",
            ));
        }
        if qty <= Decimal::ZERO {
            return Err(ApiError::invalid("qty must be > 0"));
        }
        if qty > shape::MOST {
            return Err(ApiError::invalid(format!("qty must be <= {}", shape::MOST)));
        }
        if qty <= old.filled_qty {
            return Err(ApiError::unprocessable("qty must be > filled_qty"));
        }
        if old.is_fractional() || !qty.fract().is_zero() {
            return Err(ApiError::unprocessable(
                "qty of fractional orders cannot be changed",
            ));
        }
        new.qty = Some(qty);
    }
    let time_in_force = request.time_in_force.unwrap_or(old.time_in_force);
    if time_in_force != old.time_in_force {
        if !matches!(time_in_force, TimeInForce::Day | TimeInForce::Gtc)
            || old.class != OrderClass::Simple
        {
            return Err(ApiError::invalid("invalid time_in_force"));
        }
        new.time_in_force = time_in_force;
    }
    if let Some(limit) = request.limit_price {
        match old.order_type {
            OrderType::Limit | OrderType::StopLimit => new.limit_price = Some(limit),
            OrderType::Market => {
                return Err(ApiError::invalid(
                    "market orders require no stop or limit price",
                ));
            }
            _ => return Err(ApiError::invalid("stop orders must not have limit_price")),
        }
    }
    if let Some(stop) = request.stop_price {
        match old.order_type {
            OrderType::Stop | OrderType::StopLimit => new.stop_price = Some(stop),
            OrderType::Limit => {
                return Err(ApiError::invalid("limit orders must not have stop_price"));
            }
            _ => {
                return Err(ApiError::invalid(
                    "market orders require no stop or limit price",
                ));
            }
        }
    }
    if let Some(trail) = request.trail {
        if old.order_type != OrderType::TrailingStop {
            return Err(ApiError::invalid("only trailing stop orders have a trail"));
        }
        if trail <= Decimal::ZERO {
            return Err(ApiError::invalid("trail price must be > 0"));
        }
        if trail > shape::MOST {
            return Err(ApiError::invalid(format!(
                "trail price must be <= {}",
                shape::MOST
            )));
        }
        match old.trail_price {
            Some(_) => new.trail_price = Some(trail),
            None if trail < dec!(0.1) => {
                return Err(ApiError::invalid(
                    "trail_percent must be greater than or equal to 0.1",
                ));
            }
            None if trail >= dec!(100) => {
                return Err(ApiError::invalid("trail_percent must be less than 100"));
            }
            None => new.trail_percent = Some(trail),
        }
    }
    let same = new.qty == old.qty
        && new.time_in_force == old.time_in_force
        && new.limit_price == old.limit_price
        && new.stop_price == old.stop_price
        && new.trail_price == old.trail_price
        && new.trail_percent == old.trail_percent;
    match same {
        true => Err(ApiError::unprocessable("order parameters are not changed")),
        false => Ok(new),
    }
}
