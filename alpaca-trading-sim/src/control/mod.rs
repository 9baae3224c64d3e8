//! The control surface: everything that the handle of a simulator can do, over HTTP, for programs in any language.
//!
//! It is under `/sim/v1` on the port of the service, which this machine alone can reach, and asks for no keys.
//! Bodies are JSON both ways, but for prices and the journal. What is wrong is answered with `{"message": …}`:
//! 400 for a body that is not understood, 404 for what does not exist, 405 for a method that a route has not, 422
//! for what cannot be done. Nothing is done in part.

mod accounts;
mod clock;
mod faults;
mod market;
mod read;
mod venue;
mod world;

use std::fmt;
use std::sync::Arc;

use axum::Router;
use axum::body::Body;
use axum::response::{IntoResponse, Response};
use axum::routing::{delete, get, patch, post};
use http::{HeaderValue, StatusCode, header};
use serde_json::{Value, json};

use crate::simulator::{ControlError, SimulatorParts};

/// Where it is.
pub(crate) const PREFIX: &str = "/sim/v1";

/// What the routes share.
type Served = Arc<SimulatorParts>;

/// Whether a path belongs to the control surface.
pub(crate) fn is_control(path: &str) -> bool {
    let rest = path.strip_prefix(PREFIX);
    rest.is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
}

/// All routes, without the prefix.
pub(crate) fn routes(served: Served) -> Router {
    Router::new()
        .route("/clock", get(clock::show))
        .route("/clock/advance", post(clock::advance))
        .route("/market/prices", post(market::prices))
        .route("/market/walk", post(market::walk))
        .route("/market/{symbol}", get(market::show).put(market::set))
        .route("/market/{symbol}/halt", post(market::halt))
        .route(
            "/faults",
            get(faults::list).post(faults::add).delete(faults::clear),
        )
        .route("/faults/refuse", post(faults::refuse))
        .route("/faults/{id}", delete(faults::remove))
        .route("/journal", get(world::journal))
        .route(
            "/snapshots",
            get(world::snapshots).post(world::make_snapshot),
        )
        .route("/snapshots/{id}", delete(world::remove_snapshot))
        .route("/snapshots/{id}/restore", post(world::restore))
        .route("/accounts", get(accounts::list))
        .route("/accounts/{key_id}", patch(accounts::change))
        .route("/orders/{order}", get(venue::show))
        .route("/orders/{order}/{act}", post(venue::act))
        .route("/orders/{order}/fill", post(venue::fill))
        .route("/orders/{order}/restate", post(venue::restate))
        .route("/orders/{order}/fills/{fill}/bust", post(venue::bust))
        .route("/orders/{order}/fills/{fill}/correct", post(venue::correct))
        .route("/venue/reject_next", post(venue::reject_next))
        .route("/audit", get(world::audit))
        .fallback(async || Refusal::missing("there is no such route"))
        .method_not_allowed_fallback(async || {
            Refusal(
                StatusCode::METHOD_NOT_ALLOWED,
                "the route has no such method".into(),
            )
        })
        .with_state(served)
}

/// Why something was not done.
#[derive(Debug)]
struct Refusal(StatusCode, String);

impl Refusal {
    /// 400: the body is not understood.
    fn bad(message: impl fmt::Display) -> Self {
        Self(StatusCode::BAD_REQUEST, message.to_string())
    }

    /// 404: it does not exist.
    fn missing(message: impl fmt::Display) -> Self {
        Self(StatusCode::NOT_FOUND, message.to_string())
    }

    /// 500: a fault of the simulator.
    fn internal() -> Self {
        Self(
            StatusCode::INTERNAL_SERVER_ERROR,
            "the simulator has failed".into(),
        )
    }

    /// 422: it cannot be done.
    fn impossible(message: impl fmt::Display) -> Self {
        Self(StatusCode::UNPROCESSABLE_ENTITY, message.to_string())
    }
}

impl From<ControlError> for Refusal {
    fn from(error: ControlError) -> Self {
        match error.is_unknown() {
            true => Self::missing(error),
            false => Self::impossible(error),
        }
    }
}

impl IntoResponse for Refusal {
    fn into_response(self) -> Response {
        answer(self.0, &json!({ "message": self.1 }))
    }
}

/// 200 with this body, or why not.
type Outcome = Result<Response, Refusal>;

fn ok(body: &Value) -> Response {
    answer(StatusCode::OK, body)
}

fn answer(status: StatusCode, body: &Value) -> Response {
    let mut response = Response::new(Body::from(body.to_string()));
    *response.status_mut() = status;
    response.headers_mut().insert(
        header::CONTENT_TYPE,
        HeaderValue::from_static("application/json"),
    );
    response
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_path_that_only_begins_alike_is_no_control() {
        assert!(is_control("/sim/v1") && is_control("/sim/v1/clock"));
        assert!(!is_control("/sim/v10") && !is_control("/v2/clock") && !is_control(""));
    }
}
