//! Answers in the service's shape.

use axum::body::Body;
use axum::response::Response;
use http::{HeaderValue, StatusCode, header};
use serde_json::Value;

use crate::ApiError;

/// What answers in JSON say that they are.
pub(crate) const JSON: HeaderValue = HeaderValue::from_static("application/json; charset=UTF-8");

/// A refusal as an answer.
pub(crate) fn refusal(error: &ApiError) -> Response {
    respond(error.status, Some(&error.body()))
}

/// An answer in JSON. One without a body says that it would be JSON all the same, as the service does.
pub(crate) fn respond(status: StatusCode, body: Option<&Value>) -> Response {
    let body = body.map(Value::to_string).unwrap_or_default();
    let mut response = Response::new(Body::from(body));
    *response.status_mut() = status;
    response.headers_mut().insert(header::CONTENT_TYPE, JSON);
    response
}

/// 404: nothing is there.
pub(crate) fn not_found() -> Response {
    refusal(&ApiError::plain(
        StatusCode::NOT_FOUND,
        "endpoint not found.",
    ))
}

/// 405, with the methods that there are. Without any, the header is left out.
pub(crate) fn not_allowed(methods: &[&str]) -> Response {
    let error = ApiError::plain(StatusCode::METHOD_NOT_ALLOWED, "method not allowed.");
    let mut response = refusal(&error);
    if let Ok(allow) = HeaderValue::from_str(&methods.join(", "))
        && !methods.is_empty()
    {
        response.headers_mut().insert(header::ALLOW, allow);
    }
    response
}
