//! Orders.

use chrono::{DateTime, Utc};
use http::StatusCode;
use serde_json::{Value, json};

use super::{Answer, Call, account_of, clip, internal};
use crate::ApiError;
use crate::world::World;
use crate::world::account::{Account, AccountIx};
use crate::world::order::{Order, OrderIx, OrderJson, OrderRequest, ReplaceRequest, Side};

/// The body of an order of this world.
pub(super) fn body(world: &World, ix: OrderIx, nested: bool) -> Result<Value, ApiError> {
    let order = world.orders().get(ix).ok_or_else(internal)?;
    serde_json::to_value(OrderJson::new(world, order, nested)).map_err(|_| internal())
}

pub(super) fn create(
    world: &mut World,
    account: AccountIx,
    call: &Call,
) -> Result<Answer, ApiError> {
    let request = OrderRequest::parse(&call.body)?;
    let ix = world.submit(account, request)?;
    Answer::ok(body(world, ix, true)?)
}

pub(super) fn replace(
    world: &mut World,
    account: AccountIx,
    call: &Call,
) -> Result<Answer, ApiError> {
    let ix = own(world, account, call)?;
    let request = ReplaceRequest::parse(&call.body)?;
    let new = world.replace(account, ix, &request)?;
    Answer::ok(body(world, new, true)?)
}

pub(super) fn cancel(
    world: &mut World,
    account: AccountIx,
    call: &Call,
) -> Result<Answer, ApiError> {
    let ix = own(world, account, call)?;
    world.cancel(ix)?;
    Answer::empty()
}

pub(super) fn cancel_all(
    world: &mut World,
    account: AccountIx,
    _: &Call,
) -> Result<Answer, ApiError> {
    let items = world.cancel_all(account).into_iter().map(|canceled| {
        let id = canceled.id.to_string();
        match canceled.outcome {
            Ok(()) => json!({ "id": id, "status": 200 }),
            Err(error) => json!({
                "id": id, "status": error.status.as_u16(), "body": error.body()
            }),
        }
    });
    let items: Vec<_> = items.collect();
    Answer::with(StatusCode::MULTI_STATUS, items)
}

pub(super) fn get(world: &World, account: AccountIx, call: &Call) -> Result<Answer, ApiError> {
    let ix = own(world, account, call)?;
    let nested = call.flag("nested")?.unwrap_or(false);
    Answer::ok(body(world, ix, nested)?)
}

pub(super) fn get_by_client_order_id(
    world: &World,
    account: AccountIx,
    call: &Call,
) -> Result<Answer, ApiError> {
    let Some(id) = call.param("client_order_id") else {
        return Err(ApiError::invalid("client_order_id is missing"));
    };
    let account = account_of(world, account)?;
    match account.client_order_ids.get(id) {
        Some(ix) => Answer::ok(body(world, *ix, true)?),
        None => Err(ApiError::not_found(format!(
            "order not found for {}",
            clip(id)
        ))),
    }
}

/// The order that the path names, if it is one of the account's.
fn own(world: &World, account: AccountIx, call: &Call) -> Result<OrderIx, ApiError> {
    let id = call.id("order_id")?;
    let ix = world.orders().find(id);
    let own = |ix: &OrderIx| {
        let order = world.orders().get(*ix);
        order.is_some_and(|order| order.account == account)
    };
    ix.filter(own)
        .ok_or_else(|| ApiError::not_found(format!("order not found for {id}")))
}

/// What a list of orders leaves out.
struct Filter<'a> {
    open: Option<bool>,
    after: Option<DateTime<Utc>>,
    until: Option<DateTime<Utc>>,
    symbols: Vec<String>,
    side: Option<Side>,
    classes: Vec<&'a str>,
}

impl<'a> Filter<'a> {
    fn read(call: &'a Call) -> Result<Self, ApiError> {
        Ok(Self {
            open: match call.param("status") {
                None | Some("open") => Some(true),
                Some("closed") => Some(false),
                Some("all") => None,
                Some(_) => return Err(ApiError::invalid("invalid status")),
            },
            after: call.time("after")?,
            until: call.time("until")?,
            symbols: call
                .list("symbols")
                .into_iter()
                .map(|symbol| symbol.replace('/', ""))
                .collect(),
            side: call
                .param("side")
                .map(|side| Side::from_word(side).ok_or_else(|| ApiError::invalid("invalid side")))
                .transpose()?,
            classes: call
                .list("asset_class")
                .into_iter()
                .filter(|class| *class != "all")
                .collect(),
        })
    }

    fn takes(&self, world: &World, order: &Order) -> bool {
        let asset = world.universe().get(order.asset);
        self.open.is_none_or(|open| order.is_open() == open)
            && self.after.is_none_or(|after| order.created_at > after)
            && self.until.is_none_or(|until| order.created_at < until)
            && self.side.is_none_or(|side| order.side == side)
            && (self.symbols.is_empty() || self.symbols.contains(&asset.symbol.replace('/', "")))
            && (self.classes.is_empty() || self.classes.contains(&asset.class.as_str()))
    }
}

pub(super) fn list(world: &World, account: AccountIx, call: &Call) -> Result<Answer, ApiError> {
    let account = account_of(world, account)?;
    let filter = Filter::read(call)?;
    let limit = call.number("limit", 1..=500)?.unwrap_or(50);
    let nested = call.flag("nested")?.unwrap_or(false);
    let ascending = match call.param("direction") {
        None | Some("desc") => false,
        Some("asc") => true,
        Some(_) => return Err(ApiError::invalid("invalid direction")),
    };
    let range = anchors(world, account, call, &filter)?;
    let rows = account
        .orders
        .iter()
        .copied()
        .filter(|ix| range.contains(ix));
    let rows: Vec<OrderIx> = match ascending {
        true => rows.collect(),
        false => rows.rev().collect(),
    };
    let mut page = Vec::new();
    for ix in rows {
        let Some(order) = world.orders().get(ix) else {
            continue;
        };
        // Legs stand within their parents when they are nested, unless the list leaves the parent out.
        let parent = order.parent.and_then(|parent| world.orders().get(parent));
        let rolled_up = nested && parent.is_some_and(|parent| filter.takes(world, parent));
        if !rolled_up && filter.takes(world, order) {
            page.push(OrderJson::new(world, order, nested));
            if page.len() == limit {
                break;
            }
        }
    }
    Answer::ok(page)
}

/// The orders between the anchors, neither of which is among them.
struct Between {
    after: Option<OrderIx>,
    before: Option<OrderIx>,
}

impl Between {
    fn contains(&self, ix: &OrderIx) -> bool {
        self.after.is_none_or(|after| *ix > after) && self.before.is_none_or(|before| *ix < before)
    }
}

fn anchors(
    world: &World,
    account: &Account,
    call: &Call,
    filter: &Filter<'_>,
) -> Result<Between, ApiError> {
    let anchor = |name: &str| {
        let Some(text) = call.param(name) else {
            return Ok(None);
        };
        let id = uuid::Uuid::parse_str(text)
            .map_err(|_| ApiError::invalid(format!("failed to parse {name}")))?;
        let ix = world
            .orders()
            .find(id)
            .filter(|ix| account.orders.binary_search(ix).is_ok());
        match ix {
            Some(ix) => Ok(Some(ix)),
            None => Err(ApiError::not_found(format!("order not found for {id}"))),
        }
    };
    let (before, after) = (anchor("before_order_id")?, anchor("after_order_id")?);
    let timed = filter.after.is_some() || filter.until.is_some();
    if (before.is_some() && after.is_some()) || (timed && (before.is_some() || after.is_some())) {
        return Err(ApiError::invalid(
            "before_order_id, after_order_id and the pair of after and until exclude each other",
        ));
    }
    Ok(Between { after, before })
}
