//! Faults: what goes wrong, and when.

use axum::extract::State;
use http::StatusCode;
use serde::Deserialize;
use serde_json::json;

use super::read::{Json, Part};
use super::{Outcome, Refusal, Served, answer, ok};
use crate::faults::{RuleId, RuleInfo};

/// `GET /faults`.
pub(super) async fn list(State(served): State<Served>) -> Outcome {
    Ok(ok(&json!({
        "refuse": served.faults.is_refusing(),
        "rules": served.faults.list(),
    })))
}

/// `POST /faults`.
pub(super) async fn add(State(served): State<Served>, Json(rule): Json<RuleInfo>) -> Outcome {
    let id = served.faults.add(rule).map_err(Refusal::impossible)?;
    Ok(answer(StatusCode::CREATED, &json!({ "id": id })))
}

/// `DELETE /faults`: connections are accepted again, too.
pub(super) async fn clear(State(served): State<Served>) -> Outcome {
    let removed = served.faults.list().len();
    served.faults.clear();
    Ok(ok(&json!({ "removed": removed })))
}

/// `DELETE /faults/{id}`.
pub(super) async fn remove(State(served): State<Served>, id: Part) -> Outcome {
    match id.number() {
        Some(number) if served.faults.remove(RuleId::new(number)) => {
            Ok(ok(&json!({ "removed": 1 })))
        }
        _ => {
            let message = format!("there is no fault `{}`, or it is spent", id.0);
            Err(Refusal::missing(message))
        }
    }
}

/// The body of `POST /faults/refuse`.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Refuse {
    refuse: bool,
}

/// `POST /faults/refuse`: new connections are reset, but for those to this surface.
pub(super) async fn refuse(State(served): State<Served>, Json(wanted): Json<Refuse>) -> Outcome {
    served.faults.refuse_all_but_control(wanted.refuse);
    Ok(ok(&json!({ "refuse": wanted.refuse })))
}
