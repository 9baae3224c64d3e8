//! An order as the service writes it.

use chrono::{DateTime, SecondsFormat, Utc};
use rust_decimal::Decimal;
use serde::Serialize;

use super::{Order, OrderClass, Status};
use crate::world::World;

/// The body of an order. All keys are there; what does not apply is null.
#[derive(Clone, Debug, Serialize)]
pub(crate) struct OrderJson {
    id: String,
    client_order_id: String,
    created_at: String,
    updated_at: String,
    submitted_at: String,
    filled_at: Option<String>,
    expired_at: Option<String>,
    expires_at: Option<String>,
    canceled_at: Option<String>,
    failed_at: Option<String>,
    replaced_at: Option<String>,
    replaced_by: Option<String>,
    replaces: Option<String>,
    asset_id: String,
    symbol: String,
    asset_class: &'static str,
    notional: Option<String>,
    qty: Option<String>,
    filled_qty: String,
    filled_avg_price: Option<String>,
    order_class: &'static str,
    order_type: &'static str,
    #[serde(rename = "type")]
    type_: &'static str,
    side: &'static str,
    position_intent: &'static str,
    time_in_force: &'static str,
    limit_price: Option<String>,
    stop_price: Option<String>,
    status: &'static str,
    extended_hours: bool,
    legs: Option<Vec<OrderJson>>,
    trail_percent: Option<String>,
    trail_price: Option<String>,
    hwm: Option<String>,
    subtag: Option<String>,
    source: Option<String>,
}

/// A time as bodies have it.
pub(crate) fn time(at: DateTime<Utc>) -> String {
    at.to_rfc3339_opts(SecondsFormat::AutoSi, true)
}

/// An amount as bodies have it: without zeros at its end.
pub(crate) fn amount(value: Decimal) -> String {
    value.normalize().to_string()
}

impl OrderJson {
    /// The body of `order`; with its legs within, if they are wanted and there are any.
    pub(crate) fn new(world: &World, order: &Order, nested: bool) -> Self {
        let asset = world.universe().get(order.asset);
        let at = |status: Status| {
            let ended = order.ended_at.filter(|_| order.status == status);
            ended.map(time)
        };
        let legs = (nested && !order.legs.is_empty()).then(|| {
            let legs = order.legs.iter().filter_map(|leg| world.orders().get(*leg));
            legs.map(|leg| Self::new(world, leg, true)).collect()
        });
        let is_leg = order.parent.is_some();
        Self {
            id: order.id.to_string(),
            client_order_id: order.client_order_id.to_string(),
            created_at: time(order.created_at),
            updated_at: time(order.updated_at),
            submitted_at: time(order.created_at),
            filled_at: at(Status::Filled),
            expired_at: at(Status::Expired),
            expires_at: order.expires_at.map(time),
            canceled_at: at(Status::Canceled),
            failed_at: at(Status::Rejected),
            replaced_at: at(Status::Replaced),
            replaced_by: order
                .replaced_by
                .filter(|_| order.status == Status::Replaced)
                .map(|id| id.to_string()),
            replaces: order.replaces.map(|id| id.to_string()),
            asset_id: asset.id.to_string(),
            symbol: asset.symbol.clone(),
            asset_class: asset.class.as_str(),
            notional: order.notional.map(amount),
            qty: order.qty.map(amount),
            filled_qty: amount(order.filled_qty),
            filled_avg_price: order
                .filled_avg_price()
                .map(|price| amount(price.round_dp(9))),
            order_class: match order.class {
                OrderClass::Simple if world.dialect().blank_order_class && !is_leg => "",
                class => class.as_str(),
            },
            order_type: order.order_type.as_str(),
            type_: order.order_type.as_str(),
            side: order.side.as_str(),
            position_intent: order.intent.as_str(),
            time_in_force: order.time_in_force.as_str(),
            limit_price: order.limit_price.map(amount),
            stop_price: order.stop_price.map(amount),
            status: order.status.as_str(),
            extended_hours: order.extended_hours,
            legs,
            trail_percent: order.trail_percent.map(amount),
            trail_price: order.trail_price.map(amount),
            hwm: order.hwm.map(amount),
            subtag: None,
            source: None,
        }
    }
}
