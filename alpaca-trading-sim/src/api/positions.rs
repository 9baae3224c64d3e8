//! Positions.

use http::StatusCode;
use serde_json::json;

use super::{Answer, Call, account_of, item, orders};
use crate::ApiError;
use crate::market::{AssetClass, AssetIx};
use crate::world::World;
use crate::world::account::{AccountIx, PositionJson};
use crate::world::engine::Amount;

pub(super) fn list(world: &World, account: AccountIx, _: &Call) -> Result<Answer, ApiError> {
    let account = account_of(world, account)?;
    let positions = account.positions.iter();
    let bodies = positions.map(|(ix, position)| PositionJson::new(world, account, *ix, position));
    Answer::ok(bodies.collect::<Vec<_>>())
}

pub(super) fn get(world: &World, account: AccountIx, call: &Call) -> Result<Answer, ApiError> {
    let account = account_of(world, account)?;
    let held = named(world, call).and_then(|ix| Some((ix, account.positions.get(&ix)?)));
    match held {
        Some((ix, position)) => Answer::ok(PositionJson::new(world, account, ix, position)),
        None => Err(ApiError::not_found("position does not exist")),
    }
}

pub(super) fn close(
    world: &mut World,
    account: AccountIx,
    call: &Call,
) -> Result<Answer, ApiError> {
    let amount = match (call.amount("qty")?, call.amount("percentage")?) {
        (None, None) => Amount::All,
        (Some(qty), None) => Amount::Quantity(qty),
        (None, Some(percentage)) => Amount::Percentage(percentage),
        (Some(_), Some(_)) => {
            return Err(ApiError::invalid(
                "only one of qty or percentage is accepted",
            ));
        }
    };
    let Some(asset) = named(world, call) else {
        return Err(ApiError::not_found("position does not exist"));
    };
    let ix = world.close_position(account, asset, amount)?;
    Answer::ok(orders::body(world, ix, true)?)
}

pub(super) fn close_all(
    world: &mut World,
    account: AccountIx,
    call: &Call,
) -> Result<Answer, ApiError> {
    let cancel_orders = call.flag("cancel_orders")?.unwrap_or(false);
    let closed = world.close_all(account, cancel_orders);
    let items = closed.into_iter().map(|closed| {
        let body = closed.outcome.and_then(|ix| orders::body(world, ix, true));
        let (status, body) = item(&body);
        let asset = world.universe().get(closed.asset);
        let symbol = match asset.class {
            AssetClass::Crypto => asset.symbol.replace('/', ""),
            AssetClass::UsEquity => asset.symbol.clone(),
        };
        json!({ "symbol": symbol, "status": status, "body": body })
    });
    let items: Vec<_> = items.collect();
    Answer::with(StatusCode::MULTI_STATUS, items)
}

fn named(world: &World, call: &Call) -> Option<AssetIx> {
    world.universe().find(call.part("symbol_or_asset_id"))
}
