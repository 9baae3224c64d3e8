//! What account and asset allow, and what the hour allows.

use chrono::{DateTime, TimeDelta, Utc};

use super::Shaped;
use crate::ApiError;
use crate::calendar::{CLS_CUTOFF, Calendar};
use crate::market::{Asset, AssetClass};
use crate::world::Dialect;
use crate::world::account::{AccountState, Configurations};
use crate::world::order::{OrderType, Side, TimeInForce};

/// Whether the service lets the account place orders.
///
/// That a blocked account places none is known, and the words; which of the words belong to which state is not,
/// nor whether a blocked account may cancel: these fit all of them, and it may.
pub(crate) fn state(state: &AccountState) -> Result<(), ApiError> {
    match state.may_trade() {
        true => Ok(()),
        false => Err(ApiError::forbidden("account is not authorized to trade")),
    }
}

/// Whether the service lets the account open positions, if an order does.
pub(crate) fn opening(state: &AccountState, opens: bool) -> Result<(), ApiError> {
    match state.liquidation_only && opens {
        true => Err(ApiError::forbidden(
            "account is restricted to liquidation only",
        )),
        false => Ok(()),
    }
}

/// Whether the account takes new orders at all.
pub(crate) fn suspended(config: &Configurations) -> Result<(), ApiError> {
    match config.suspend_trade {
        true => Err(ApiError::forbidden(
            "new orders are rejected by user request",
        )),
        false => Ok(()),
    }
}

/// Whether the account takes new orders of this kind.
pub(crate) fn account(
    shaped: &Shaped,
    asset: &Asset,
    config: &Configurations,
) -> Result<(), ApiError> {
    suspended(config)?;
    if !config.fractional_trading && shaped.is_fractional(asset) {
        return Err(ApiError::forbidden(
            "fractional trading is disabled for this account",
        ));
    }
    let has = |attribute: &str| asset.attributes.iter().any(|known| known == attribute);
    if has("ptp_no_exception") && shaped.side == Side::Buy && !config.ptp_no_exception_entry {
        return Err(ApiError::forbidden(format!(
            "asset \"{}\" is a publicly traded partnership without exception, which the account does not allow",
            asset.symbol
        )));
    }
    Ok(())
}

/// Whether the asset is traded like this.
pub(crate) fn asset(shaped: &Shaped, asset: &Asset) -> Result<(), ApiError> {
    let symbol = &asset.symbol;
    if !asset.is_active() || !asset.tradable {
        return Err(ApiError::unprocessable(format!(
            "asset {symbol} is not active"
        )));
    }
    if shaped.is_fractional(asset) && !asset.fractionable {
        return Err(ApiError::forbidden(format!(
            "asset \"{symbol}\" is not fractionable"
        )));
    }
    let has = |attribute: &str| asset.attributes.iter().any(|known| known == attribute);
    if has("ipo") && shaped.order_type != OrderType::Limit {
        return Err(ApiError::unprocessable(format!(
            "only limit orders are allowed for asset {symbol} before it begins to trade"
        )));
    }
    if shaped.is_fractional(asset) && shaped.request.extended_hours && !has("fractional_eh_enabled")
    {
        return Err(ApiError::unprocessable(format!(
            "asset {symbol} is not eligible for fractional extended hours trading"
        )));
    }
    Ok(())
}

/// Whether the auctions still, or already, take orders.
pub(crate) fn window(
    shaped: &Shaped,
    calendar: &Calendar,
    dialect: &Dialect,
    now: DateTime<Utc>,
) -> Result<(), ApiError> {
    match shaped.time_in_force {
        TimeInForce::Opg if calendar.opg_day(now).is_none() => Err(ApiError::forbidden(
            "opg orders must be submitted after 7:00pm and before 9:28am",
        )),
        TimeInForce::Cls => {
            let cutoff = match dialect.cls_until_1555 {
                true => TimeDelta::minutes(5),
                false => CLS_CUTOFF,
            };
            match calendar.cls_day(now, cutoff) {
                Some(_) => Ok(()),
                None => Err(ApiError::forbidden(
                    "cls orders must be submitted after 7:00pm and before 3:55pm",
                )),
            }
        }
        _ => Ok(()),
    }
}

/// Whether a short position may be opened in this asset.
pub(crate) fn short(
    shaped: &Shaped,
    asset: &Asset,
    config: &Configurations,
    may_borrow: bool,
) -> Result<(), ApiError> {
    let symbol = &asset.symbol;
    if asset.class == AssetClass::Crypto || !asset.shortable {
        return Err(ApiError::unprocessable(format!(
            "asset \"{symbol}\" cannot be sold short"
        )));
    }
    if config.no_shorting || !may_borrow {
        return Err(ApiError::forbidden("account is not allowed to short"));
    }
    if shaped.is_fractional(asset) {
        return Err(ApiError::unprocessable(
            "fractional orders cannot be sold short",
        ));
    }
    if !asset.easy_to_borrow {
        if shaped.time_in_force != TimeInForce::Day {
            return Err(ApiError::unprocessable(format!(
                "only day orders are allowed for hard-to-borrow asset {symbol}"
            )));
        }
        return Err(ApiError::unprocessable(format!(
            "asset \"{symbol}\" cannot be sold short"
        )));
    }
    Ok(())
}
