//! Refusals, in the words of the service.

use std::fmt;

use http::StatusCode;
use serde_json::{Map, Value, json};

/// A refusal: a status, and a body in the service's shape.
///
/// The body is `{"code": …, "message": …}` with what else belongs to it; some refusals have no code.
#[derive(Clone, Debug, PartialEq)]
pub struct ApiError {
    /// The status of the answer.
    pub status: StatusCode,
    /// The code: eight digits, the status first. None where the service sends none.
    pub code: Option<u32>,
    /// The message.
    pub message: String,
    /// The other fields of the body.
    pub context: Map<String, Value>,
}

impl ApiError {
    /// A refusal with a code, whose first three digits need not be those of the status.
    pub fn new(status: StatusCode, code: u32, message: impl Into<String>) -> Self {
        Self {
            status,
            code: Some(code),
            message: message.into(),
            context: Map::new(),
        }
    }

    /// A refusal without a code.
    pub fn plain(status: StatusCode, message: impl Into<String>) -> Self {
        Self {
            code: None,
            ..Self::new(status, 0, message)
        }
    }

    /// 403 with code 40310000: understood and not allowed.
    pub fn forbidden(message: impl Into<String>) -> Self {
        Self::new(StatusCode::FORBIDDEN, 40_310_000, message)
    }

    /// 404 with code 40410000.
    pub fn not_found(message: impl Into<String>) -> Self {
        Self::new(StatusCode::NOT_FOUND, 40_410_000, message)
    }

    /// 422 with code 40010001: the request itself is wrong.
    pub fn invalid(message: impl Into<String>) -> Self {
        Self::new(StatusCode::UNPROCESSABLE_ENTITY, 40_010_001, message)
    }

    /// 422 with code 42210000: the request cannot be carried out.
    pub fn unprocessable(message: impl Into<String>) -> Self {
        Self::new(StatusCode::UNPROCESSABLE_ENTITY, 42_210_000, message)
    }

    /// 400 with code 40010000: a body that is not what is expected.
    pub fn bad_body() -> Self {
        Self::new(
            StatusCode::BAD_REQUEST,
            40_010_000,
            "failed to decode request body",
        )
    }

    /// The same with another field in its body.
    #[must_use]
    pub fn with(mut self, name: &str, value: impl Into<Value>) -> Self {
        self.context.insert(name.to_owned(), value.into());
        self
    }

    /// The body.
    #[must_use]
    pub fn body(&self) -> Value {
        let mut body = self.context.clone();
        if let Some(code) = self.code {
            body.insert("code".into(), json!(code));
        }
        body.insert("message".into(), json!(self.message));
        Value::Object(body)
    }
}

impl fmt::Display for ApiError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}", self.status.as_u16(), self.message)
    }
}

impl std::error::Error for ApiError {}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_body_has_a_code_where_the_service_sends_one() {
        let error = ApiError::forbidden("insufficient buying power").with("buying_power", "12.5");
        assert_eq!(
            error.body(),
            json!({"code": 40310000, "message": "insufficient buying power", "buying_power": "12.5"})
        );
        let plain = ApiError::plain(StatusCode::UNAUTHORIZED, "unauthorized.");
        assert_eq!(plain.body(), json!({"message": "unauthorized."}));
    }
}
