//! Increments, and where the prices of legs may lie.

use rust_decimal::{Decimal, dec};

use super::Shaped;
use crate::ApiError;
use crate::market::{Asset, AssetClass, Quote};
use crate::world::engine;
use crate::world::order::{OrderClass, OrderType, Side, amount};

/// The least distance of a leg from the price that it is measured from.
const GAP: Decimal = dec!(0.01);

/// Checks that every price is one that the asset trades at.
pub(crate) fn increments(shaped: &Shaped, asset: &Asset) -> Result<(), ApiError> {
    let request = &shaped.request;
    let target = request.take_profit.as_ref();
    let stop = request.stop_loss.as_ref();
    for (name, price) in [
        ("limit_price", request.limit_price),
        ("stop_price", request.stop_price),
        (
            "take_profit.limit_price",
            target.and_then(|target| target.limit_price),
        ),
        (
            "stop_loss.stop_price",
            stop.and_then(|stop| stop.stop_price),
        ),
        (
            "stop_loss.limit_price",
            stop.and_then(|stop| stop.limit_price),
        ),
    ] {
        if let Some(price) = price {
            increment(name, price, asset)?;
        }
    }
    Ok(())
}

/// Checks one price.
pub(crate) fn increment(name: &str, price: Decimal, asset: &Asset) -> Result<(), ApiError> {
    let fits = match asset.class {
        AssetClass::UsEquity => {
            let decimals = if price < Decimal::ONE { 4 } else { 2 };
            price.normalize().scale() <= decimals
        }
        AssetClass::Crypto => asset
            .price_increment
            .filter(|increment| !increment.is_zero())
            .is_none_or(|increment| (price % increment).is_zero()),
    };
    if fits {
        return Ok(());
    }
    Err(ApiError::unprocessable(format!(
        "invalid {name} {}. sub-penny increment does not fulfill minimum pricing criteria",
        amount(price)
    )))
}

/// Checks that a trail leaves a stop price above nought.
pub(crate) fn trail(shaped: &Shaped, last: Decimal) -> Result<(), ApiError> {
    let request = &shaped.request;
    let trails = (request.trail_price, request.trail_percent);
    match engine::trailing_stop(shaped.side, last, trails) {
        Some(stop) if stop <= Decimal::ZERO => Err(ApiError::unprocessable(
            "the trail must leave a stop price > 0 below the current price",
        )
        .with("base_price", amount(last))),
        _ => Ok(()),
    }
}

/// Checks that the legs lie on their sides of the price that the order begins at.
pub(crate) fn legs(shaped: &Shaped, quote: Option<&Quote>) -> Result<(), ApiError> {
    let request = &shaped.request;
    let target = request
        .take_profit
        .as_ref()
        .and_then(|target| target.limit_price);
    let stop = request.stop_loss.as_ref();
    // An exit has the other side than the position; its legs lie as those of the entry did.
    let long = match request.class {
        OrderClass::Oco => shaped.side == Side::Sell,
        OrderClass::Bracket | OrderClass::Oto => shaped.side == Side::Buy,
        _ => return Ok(()),
    };
    let market = quote.map(|quote| match shaped.side {
        Side::Buy => quote.ask,
        Side::Sell => quote.bid,
    });
    let base = match (request.class, shaped.order_type) {
        (OrderClass::Oco, _) => target,
        (_, OrderType::Limit) => request.limit_price,
        _ => market,
    };
    let Some(base) = base else {
        return Ok(());
    };
    let side_of = |name: &str, price: Decimal, below: bool| {
        let (fits, text) = match below {
            true => (
                price <= base - GAP,
                format!("{name} must be <= base_price - 0.01"),
            ),
            false => (
                price >= base + GAP,
                format!("{name} must be >= base_price + 0.01"),
            ),
        };
        match fits {
            true => Ok(()),
            false => Err(ApiError::unprocessable(text).with("base_price", amount(base))),
        }
    };
    if let (Some(target), false) = (target, request.class == OrderClass::Oco) {
        side_of("take_profit.limit_price", target, !long)?;
    }
    if let Some(price) = stop.and_then(|stop| stop.stop_price) {
        side_of("stop_loss.stop_price", price, long)?;
    }
    Ok(())
}
