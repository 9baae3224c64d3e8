//! Reading requests.

use axum::extract::{FromRequest, FromRequestParts, Path, Request};
use chrono::{DateTime, NaiveDate, NaiveTime, Utc};
use http::StatusCode;
use http::request::Parts;
use http_body_util::{BodyExt as _, Limited};
use rust_decimal::Decimal;
use serde::de::{DeserializeOwned, Error as _};
use serde::{Deserialize, Deserializer};
use serde_json::value::RawValue;

use super::Refusal;
use crate::calendar::eastern::from_eastern;
use crate::world::order::decimal;

/// The longest body of JSON.
const LONGEST_JSON: usize = 1 << 20;

/// The longest body of prices: about a million rows.
const LONGEST_PRICES: usize = 64 << 20;

/// A part of the path, decoded.
pub(super) struct Part(pub(super) String);

impl<S: Send + Sync> FromRequestParts<S> for Part {
    type Rejection = Refusal;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Refusal> {
        match Path::<String>::from_request_parts(parts, state).await {
            Ok(Path(part)) => Ok(Self(part)),
            Err(_) => Err(Refusal::bad("the path is no text")),
        }
    }
}

impl Part {
    /// The number that it is.
    pub(super) fn number(&self) -> Option<u64> {
        self.0.parse().ok()
    }
}

/// A body in JSON; one without a byte is an object without fields.
pub(super) struct Json<T>(pub(super) T);

impl<T: DeserializeOwned, S: Send + Sync> FromRequest<S> for Json<T> {
    type Rejection = Refusal;

    async fn from_request(request: Request, _: &S) -> Result<Self, Refusal> {
        let body = whole(request, LONGEST_JSON).await?;
        let text: &[u8] = if body.is_empty() { b"{}" } else { &body };
        serde_json::from_slice(text)
            .map(Self)
            .map_err(|error| Refusal::bad(format!("the body: {error}")))
    }
}

/// A body of prices.
pub(super) struct Prices(pub(super) axum::body::Bytes);

impl<S: Send + Sync> FromRequest<S> for Prices {
    type Rejection = Refusal;

    async fn from_request(request: Request, _: &S) -> Result<Self, Refusal> {
        whole(request, LONGEST_PRICES).await.map(Self)
    }
}

async fn whole(request: Request, longest: usize) -> Result<axum::body::Bytes, Refusal> {
    match Limited::new(request.into_body(), longest).collect().await {
        Ok(body) => Ok(body.to_bytes()),
        Err(error) if error.is::<http_body_util::LengthLimitError>() => Err(Refusal(
            StatusCode::PAYLOAD_TOO_LARGE,
            format!("the body is longer than {longest} bytes"),
        )),
        Err(error) => Err(Refusal::bad(format!("the body does not arrive: {error}"))),
    }
}

/// A decimal, as a text or a number, read to its last digit.
pub(super) struct Amount(pub(super) Decimal);

impl<'de> Deserialize<'de> for Amount {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let raw = Box::<RawValue>::deserialize(deserializer)?;
        let text = serde_json::from_str::<String>(raw.get());
        let text = text.as_deref().unwrap_or(raw.get());
        match decimal(text) {
            Some(value) => Ok(Self(value)),
            None => {
                let shown: String = text.chars().take(40).collect();
                Err(D::Error::custom(format!("`{shown}` is no decimal")))
            }
        }
    }
}

/// A time as in RFC 3339, or a date, which stands for its beginning in New York.
pub(super) struct Time(pub(super) DateTime<Utc>);

impl<'de> Deserialize<'de> for Time {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        if let Ok(time) = DateTime::parse_from_rfc3339(&text) {
            return Ok(Self(time.to_utc()));
        }
        match text.parse::<NaiveDate>() {
            Ok(date) => Ok(Self(from_eastern(date, NaiveTime::MIN))),
            Err(_) => {
                let shown: String = text.chars().take(40).collect();
                Err(D::Error::custom(format!(
                    "`{shown}` is no time such as 2026-01-05T14:30:00Z"
                )))
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn decimals_are_exact_in_both_forms() {
        for text in ["0.1", "\"0.1\"", "1e-1", "\"+0.1\""] {
            let amount: Amount = serde_json::from_str(text).unwrap();
            assert_eq!(amount.0.to_string(), "0.1", "{text}");
        }
        let amount: Amount = serde_json::from_str("12345678901234567.123456789").unwrap();
        assert_eq!(amount.0.to_string(), "12345678901234567.123456789");
        for text in ["true", "\"\"", "\"1,0\"", "[1]", "{}"] {
            assert!(serde_json::from_str::<Amount>(text).is_err(), "{text}");
        }
    }

    #[test]
    fn times_are_whole_or_dates() {
        for (text, expected) in [
            ("\"2026-01-05T09:30:00-05:00\"", "2026-01-05T14:30:00+00:00"),
            ("\"2026-01-05\"", "2026-01-05T05:00:00+00:00"),
        ] {
            let time: Time = serde_json::from_str(text).unwrap();
            assert_eq!(time.0.to_rfc3339(), expected);
        }
        assert!(serde_json::from_str::<Time>("\"tomorrow\"").is_err());
    }
}
