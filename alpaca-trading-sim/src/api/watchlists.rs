//! Watchlists, by id and by name.

use serde_json::{Value, json};

use super::{Answer, Call, account_of, account_of_mut, clip};
use crate::ApiError;
use crate::market::AssetIx;
use crate::world::World;
use crate::world::account::{AccountIx, Watchlist};
use crate::world::order::{Fields, time};

/// The longest name.
const LONGEST: usize = 64;

fn head(world: &World, account: AccountIx, list: &Watchlist) -> Result<Value, ApiError> {
    Ok(json!({
        "id": list.id.to_string(),
        "account_id": account_of(world, account)?.id.to_string(),
        "created_at": time(list.created_at),
        "updated_at": time(list.updated_at),
        "name": list.name,
    }))
}

fn whole(world: &World, account: AccountIx, list: &Watchlist) -> Result<Answer, ApiError> {
    let mut body = head(world, account, list)?;
    let assets = list
        .assets
        .iter()
        .map(|ix| world.universe().get(*ix).to_json());
    if let Value::Object(body) = &mut body {
        body.insert("assets".into(), assets.collect::<Vec<_>>().into());
    }
    Answer::ok(body)
}

/// Where the list is that the call names, by its id or by its name.
fn place(world: &World, account: AccountIx, call: &Call) -> Result<usize, ApiError> {
    let lists = &account_of(world, account)?.watchlists;
    let place = if call.path.contains_key("watchlist_id") {
        let id = call.id("watchlist_id")?;
        lists.iter().position(|list| list.id == id)
    } else {
        let Some(name) = call.param("name") else {
            return Err(ApiError::invalid("name is missing"));
        };
        lists.iter().position(|list| list.name == name)
    };
    place.ok_or_else(|| ApiError::not_found("watchlist not found"))
}

fn at(world: &World, account: AccountIx, place: usize) -> Result<&Watchlist, ApiError> {
    let lists = &account_of(world, account)?.watchlists;
    lists
        .get(place)
        .ok_or_else(|| ApiError::not_found("watchlist not found"))
}

fn symbols(world: &World, fields: &Fields) -> Result<Option<Vec<AssetIx>>, ApiError> {
    let Some(symbols) = fields.texts("symbols")? else {
        return Ok(None);
    };
    let mut assets = Vec::new();
    for symbol in symbols {
        let ix = known(world, &symbol)?;
        if !assets.contains(&ix) {
            assets.push(ix);
        }
    }
    Ok(Some(assets))
}

fn known(world: &World, symbol: &str) -> Result<AssetIx, ApiError> {
    let found = world.universe().find(symbol);
    found.ok_or_else(|| ApiError::unprocessable(format!("asset \"{}\" not found", clip(symbol))))
}

/// Checks that a name can be given to the list at this place, or to a new one.
fn free(world: &World, account: AccountIx, name: &str, own: Option<usize>) -> Result<(), ApiError> {
    if name.is_empty() || name.chars().count() > LONGEST {
        return Err(ApiError::invalid(format!(
            "watchlist name must have 1 to {LONGEST} characters"
        )));
    }
    let lists = &account_of(world, account)?.watchlists;
    let taken = lists
        .iter()
        .enumerate()
        .any(|(place, list)| Some(place) != own && list.name == name);
    match taken {
        true => Err(ApiError::invalid("watchlist name must be unique")),
        false => Ok(()),
    }
}

pub(super) fn list(world: &World, account: AccountIx, _: &Call) -> Result<Answer, ApiError> {
    let lists = account_of(world, account)?.watchlists.iter();
    let heads: Result<Vec<_>, _> = lists.map(|list| head(world, account, list)).collect();
    Answer::ok(heads?)
}

pub(super) fn create(
    world: &mut World,
    account: AccountIx,
    call: &Call,
) -> Result<Answer, ApiError> {
    let fields = Fields::parse(&call.body)?;
    let name = fields.text("name")?.unwrap_or_default();
    free(world, account, &name, None)?;
    let assets = symbols(world, &fields)?.unwrap_or_default();
    let list = Watchlist {
        id: world.new_id(),
        name,
        created_at: world.now(),
        updated_at: world.now(),
        assets,
    };
    account_of_mut(world, account)?
        .watchlists
        .push(list.clone());
    whole(world, account, &list)
}

pub(super) fn get(world: &World, account: AccountIx, call: &Call) -> Result<Answer, ApiError> {
    let place = place(world, account, call)?;
    whole(world, account, at(world, account, place)?)
}

pub(super) fn update(
    world: &mut World,
    account: AccountIx,
    call: &Call,
) -> Result<Answer, ApiError> {
    let place = place(world, account, call)?;
    let fields = Fields::parse(&call.body)?;
    let name = fields.text("name")?;
    let assets = symbols(world, &fields)?;
    if name.is_none() && assets.is_none() {
        return Err(ApiError::invalid("name or symbols is required"));
    }
    if let Some(name) = &name {
        free(world, account, name, Some(place))?;
    }
    change(world, account, place, |list| {
        if let Some(name) = name {
            list.name = name;
        }
        if let Some(assets) = assets {
            list.assets = assets;
        }
    })
}

pub(super) fn add(world: &mut World, account: AccountIx, call: &Call) -> Result<Answer, ApiError> {
    let place = place(world, account, call)?;
    let fields = Fields::parse(&call.body)?;
    let Some(symbol) = fields.text("symbol")? else {
        return Err(ApiError::invalid("symbol is required"));
    };
    let asset = known(world, &symbol)?;
    if at(world, account, place)?.assets.contains(&asset) {
        return Err(ApiError::invalid("duplicate symbol"));
    }
    change(world, account, place, |list| list.assets.push(asset))
}

pub(super) fn remove(
    world: &mut World,
    account: AccountIx,
    call: &Call,
) -> Result<Answer, ApiError> {
    let place = place(world, account, call)?;
    let asset = known(world, call.part("symbol"))?;
    if !at(world, account, place)?.assets.contains(&asset) {
        return Err(ApiError::not_found("symbol not found in watchlist"));
    }
    change(world, account, place, |list| {
        list.assets.retain(|on| *on != asset)
    })
}

pub(super) fn delete(
    world: &mut World,
    account: AccountIx,
    call: &Call,
) -> Result<Answer, ApiError> {
    let place = place(world, account, call)?;
    account_of_mut(world, account)?.watchlists.remove(place);
    Answer::empty()
}

fn change(
    world: &mut World,
    account: AccountIx,
    place: usize,
    change: impl FnOnce(&mut Watchlist),
) -> Result<Answer, ApiError> {
    let now = world.now();
    let lists = &mut account_of_mut(world, account)?.watchlists;
    let Some(list) = lists.get_mut(place) else {
        return Err(ApiError::not_found("watchlist not found"));
    };
    change(list);
    list.updated_at = now;
    let list = list.clone();
    whole(world, account, &list)
}
