//! The venue: what happens to an order that its owner has not asked for.

use axum::extract::{Path, State};
use serde::Deserialize;
use serde_json::{Value, json};

use super::read::{Amount, Json, Part};
use super::{Outcome, Refusal, Served, ok};
use crate::simulator::Venue;
use crate::world::account::Standing;
use crate::world::engine::Restatement;
use crate::world::order::{amount, time};

fn venue(served: &Served) -> Venue {
    Venue::new(served.shared.clone())
}

/// `GET /orders/{order}`: its fills, those that were taken back too.
pub(super) async fn show(State(served): State<Served>, Part(order): Part) -> Outcome {
    shown(&served, &order)
}

fn shown(served: &Served, order: &str) -> Outcome {
    let venue = venue(served);
    let (id, status) = venue.status(order)?;
    let fills = venue.fills(order)?.into_iter().map(|fill| {
        json!({
            "number": fill.number,
            "execution_id": fill.id.to_string(),
            "at": time(fill.at),
            "qty": amount(fill.qty),
            "price": amount(fill.price),
            "standing": match fill.standing {
                Standing::Stands => "stands",
                Standing::Corrected => "corrected",
                Standing::Busted => "busted",
            },
        })
    });
    let fills: Vec<Value> = fills.collect();
    Ok(ok(&json!({
        "id": id.to_string(), "status": status.as_str(), "fills": fills,
    })))
}

/// `POST /orders/{order}/{act}`, where nothing more is to be said.
pub(super) async fn act(
    State(served): State<Served>,
    Path((order, act)): Path<(String, String)>,
) -> Outcome {
    let venue = venue(&served);
    match act.as_str() {
        "reject" => venue.reject(&order)?,
        "refuse_request" => venue.refuse_request(&order)?,
        "resume" => venue.resume(&order)?,
        "suspend" => venue.suspend(&order)?,
        "stop" => venue.stop(&order)?,
        "done_for_day" => venue.done_for_day(&order)?,
        "calculate" => venue.calculate(&order)?,
        "accept_for_bidding" => venue.accept_for_bidding(&order)?,
        _ => return Err(Refusal::missing("there is no such route")),
    }
    shown(&served, &order)
}

/// The body of `POST /orders/{order}/fill`.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Fill {
    qty: Amount,
    price: Amount,
}

/// `POST /orders/{order}/fill`.
pub(super) async fn fill(
    State(served): State<Served>,
    Part(order): Part,
    Json(wanted): Json<Fill>,
) -> Outcome {
    venue(&served).fill(&order, wanted.qty.0, wanted.price.0)?;
    shown(&served, &order)
}

/// The body of `POST /orders/{order}/restate`: what is to be another.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Restate {
    qty: Option<Amount>,
    limit_price: Option<Amount>,
    stop_price: Option<Amount>,
}

/// `POST /orders/{order}/restate`.
pub(super) async fn restate(
    State(served): State<Served>,
    Part(order): Part,
    Json(wanted): Json<Restate>,
) -> Outcome {
    let value = |amount: Option<Amount>| amount.map(|Amount(value)| value);
    let what = Restatement {
        qty: value(wanted.qty),
        limit_price: value(wanted.limit_price),
        stop_price: value(wanted.stop_price),
    };
    venue(&served).restate(&order, &what)?;
    shown(&served, &order)
}

/// Why a fill is taken back or corrected, unless it is said.
const REASON: &str = "CORPORATE_ACTION";

/// The body of `POST /orders/{order}/fills/{fill}/bust`.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Bust {
    reason: Option<String>,
}

/// `POST /orders/{order}/fills/{fill}/bust`.
pub(super) async fn bust(
    State(served): State<Served>,
    Path((order, fill)): Path<(String, String)>,
    Json(wanted): Json<Bust>,
) -> Outcome {
    let reason = wanted.reason.as_deref().unwrap_or(REASON);
    venue(&served).bust(&order, fill, reason)?;
    shown(&served, &order)
}

/// The body of `POST /orders/{order}/fills/{fill}/correct`.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Correct {
    qty: Amount,
    price: Amount,
    reason: Option<String>,
}

/// `POST /orders/{order}/fills/{fill}/correct`.
pub(super) async fn correct(
    State(served): State<Served>,
    Path((order, fill)): Path<(String, String)>,
    Json(wanted): Json<Correct>,
) -> Outcome {
    let reason = wanted.reason.as_deref().unwrap_or(REASON);
    let facts = (wanted.qty.0, wanted.price.0);
    venue(&served).correct(&order, fill, facts, reason)?;
    shown(&served, &order)
}

/// The body of `POST /venue/reject_next`.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct RejectNext {
    orders: u32,
}

/// `POST /venue/reject_next`.
pub(super) async fn reject_next(
    State(served): State<Served>,
    Json(wanted): Json<RejectNext>,
) -> Outcome {
    venue(&served).reject_next(wanted.orders);
    Ok(ok(&json!({ "orders": wanted.orders })))
}
