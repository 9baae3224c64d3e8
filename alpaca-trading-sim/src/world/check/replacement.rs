//! Replacements: what of an order may change, and which rules of new orders hold for what it becomes.
//!
//! A replacement is an order of its own, so the rules of new orders hold for it as it is to be, not for what
//! changes alone: an account that takes no new orders takes no replacement either, whatever it changes. Legs are the
//! exception. What was asked of their group when it was taken is not asked again, so that an exit can be moved by
//! whoever may send orders at all; where the price of a leg lies is not asked either, and a stop that the price
//! has passed already sells at once. The service's documentation has no word on any of this.
//!
//! A stop-limit order that has woken is a limit order. It stays one when its limit is replaced, and waits again when
//! its stop price is.

use rust_decimal::{Decimal, dec};

use super::{Shaped, day_trading, permission, price, shape, wash};
use crate::ApiError;
use crate::market::{Asset, AssetClass};
use crate::world::account::{Account, Figures};
use crate::world::order::{
    Order, OrderClass, OrderRequest, OrderType, ReplaceRequest, Side, TimeInForce,
};
use crate::world::{Dialect, World};

/// What an order is to be, as if it was asked for anew.
pub(crate) fn shaped(new: &Order, asset: &Asset, dialect: &Dialect) -> Result<Shaped, ApiError> {
    let trails = new.order_type == OrderType::TrailingStop;
    let request = OrderRequest {
        symbol: Some(asset.symbol.clone()),
        qty: new.qty,
        notional: new.notional,
        side: Some(new.side),
        order_type: Some(new.order_type),
        time_in_force: Some(new.time_in_force),
        limit_price: new.limit_price,
        stop_price: new.stop_price.filter(|_| !trails),
        trail_price: new.trail_price,
        trail_percent: new.trail_percent,
        extended_hours: new.extended_hours,
        client_order_id: None,
        class: new.class,
        take_profit: None,
        stop_loss: None,
        intent: None,
        advanced: false,
    };
    if new.class == OrderClass::Simple {
        return shape::combination(request, new.asset, asset, dialect);
    }
    // Of a group nothing but prices can change.
    Ok(Shaped {
        request,
        asset: new.asset,
        side: new.side,
        order_type: new.order_type,
        time_in_force: new.time_in_force,
    })
}

/// Whether account, asset, hour and the other orders allow what an order is to be.
pub(crate) fn allowed(
    world: &World,
    account: &Account,
    new: &Order,
    shaped: &Shaped,
) -> Result<(), ApiError> {
    let asset = world.universe().get(new.asset);
    if new.parent.is_some() {
        return permission::suspended(&account.config);
    }
    permission::account(shaped, asset, &account.config)?;
    permission::asset(shaped, asset)?;
    if asset.class == AssetClass::UsEquity {
        permission::window(shaped, world.calendar(), world.dialect(), world.now())?;
    }
    price::trail(shaped, new.hwm.unwrap_or_else(|| world.price(new.asset)))?;
    wash::check(world, account, shaped)?;
    if new.side == Side::Sell && new.intent.opens() {
        let figures = Figures::of(world, account);
        permission::short(shaped, asset, &account.config, figures.multiplier > 1)?;
    }
    day_trading::check(world, account, shaped, new.intent)
}

/// The order as it is to be, if anything is to change.
pub(crate) fn changed(old: &Order, request: &ReplaceRequest) -> Result<Order, ApiError> {
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
            OrderType::Stop | OrderType::StopLimit => {
                // Another stop waits for its price, also when the old one has seen its own.
                new.triggered &= old.stop_price == Some(stop);
                new.stop_price = Some(stop);
            }
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
        // It begins anew at the price of now.
        (new.hwm, new.triggered) = (None, false);
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
