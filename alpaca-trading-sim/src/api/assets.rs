//! What is traded.

use super::{Answer, Call, clip};
use crate::ApiError;
use crate::world::World;
use crate::world::account::AccountIx;

pub(super) fn list(world: &World, _: AccountIx, call: &Call) -> Result<Answer, ApiError> {
    let attributes = call.list("attributes");
    let status = call.param("status");
    let class = call.param("asset_class").unwrap_or("us_equity");
    let exchange = call.param("exchange");
    let assets = world
        .universe()
        .iter()
        .map(|(_, asset)| asset)
        .filter(|asset| {
            status.is_none_or(|status| status == "all" || status == asset.status.as_str())
                && class == asset.class.as_str()
                && exchange.is_none_or(|exchange| exchange == asset.exchange)
                && (attributes.is_empty()
                    || attributes
                        .iter()
                        .any(|wanted| asset.attributes.iter().any(|has| has == wanted)))
        });
    Answer::ok(assets.map(|asset| asset.to_json()).collect::<Vec<_>>())
}

pub(super) fn get(world: &World, _: AccountIx, call: &Call) -> Result<Answer, ApiError> {
    let name = call.part("symbol_or_asset_id");
    match world.universe().find(name) {
        Some(ix) => Answer::ok(world.universe().get(ix).to_json()),
        None => Err(ApiError::not_found(format!(
            "asset not found for {}",
            clip(name)
        ))),
    }
}
