//! What clients ask for, as far as it can be read.
//!
//! The service reads amounts from texts and from numbers, and so does this; the text of a number is read
//! digit for digit. What reads well may still break a rule: that is for the checks.

use std::collections::BTreeMap;

use rust_decimal::Decimal;
use serde_json::value::RawValue;

use super::{Intent, OrderClass, OrderType, Side, TimeInForce};
use crate::ApiError;

/// A JSON object whose values are read one by one.
pub(crate) struct Fields(BTreeMap<String, Box<RawValue>>);

impl Fields {
    /// Reads an object; an empty body is one without fields.
    pub(crate) fn parse(body: &[u8]) -> Result<Self, ApiError> {
        if body.trim_ascii().is_empty() {
            return Ok(Self(BTreeMap::new()));
        }
        serde_json::from_slice(body)
            .map(Self)
            .map_err(|_| ApiError::bad_body())
    }

    fn raw(&self, name: &str) -> Option<&RawValue> {
        let raw = self.0.get(name)?;
        (raw.get() != "null").then_some(raw)
    }

    /// A text; numbers and the like are none.
    pub(crate) fn text(&self, name: &str) -> Result<Option<String>, ApiError> {
        self.raw(name)
            .map(|raw| serde_json::from_str(raw.get()).map_err(|_| ApiError::bad_body()))
            .transpose()
    }

    /// A truth value.
    pub(crate) fn flag(&self, name: &str) -> Result<Option<bool>, ApiError> {
        self.raw(name)
            .map(|raw| match raw.get() {
                "true" | "\"true\"" => Ok(true),
                "false" | "\"false\"" => Ok(false),
                _ => Err(ApiError::bad_body()),
            })
            .transpose()
    }

    /// An amount, as a text or as a number; an empty text is none.
    pub(crate) fn amount(&self, name: &str) -> Result<Option<Decimal>, ApiError> {
        let Some(raw) = self.raw(name) else {
            return Ok(None);
        };
        let text = match serde_json::from_str::<String>(raw.get()) {
            Ok(text) => text,
            Err(_) => raw.get().to_owned(),
        };
        if text.is_empty() {
            return Ok(None);
        }
        decimal(&text).map(Some).ok_or_else(|| {
            let shown: String = text.chars().take(40).collect();
            ApiError::invalid(format!("invalid {name}: {shown}"))
        })
    }

    /// An object within.
    pub(crate) fn object(&self, name: &str) -> Result<Option<Self>, ApiError> {
        self.raw(name)
            .map(|raw| Self::parse(raw.get().as_bytes()))
            .transpose()
    }

    /// A list of texts; null values in it are left out.
    pub(crate) fn texts(&self, name: &str) -> Result<Option<Vec<String>>, ApiError> {
        self.raw(name)
            .map(|raw| {
                serde_json::from_str::<Vec<Option<String>>>(raw.get())
                    .map(|texts| texts.into_iter().flatten().collect())
                    .map_err(|_| ApiError::bad_body())
            })
            .transpose()
    }

    /// Whether there is something under this name.
    pub(crate) fn has(&self, name: &str) -> bool {
        self.raw(name).is_some()
    }

    /// Whether there is null under this name.
    pub(crate) fn is_null(&self, name: &str) -> bool {
        self.0.get(name).is_some_and(|raw| raw.get() == "null")
    }

    /// Any value, as JSON.
    pub(crate) fn value(&self, name: &str) -> Option<serde_json::Value> {
        serde_json::from_str(self.raw(name)?.get()).ok()
    }
}

/// Reads an amount exactly, in plain or scientific notation.
pub(crate) fn decimal(text: &str) -> Option<Decimal> {
    let text = text.strip_prefix('+').unwrap_or(text);
    if text.contains(['e', 'E']) {
        return Decimal::from_scientific(text).ok();
    }
    Decimal::from_str_exact(text).ok()
}

/// Takes the value that a word stands for, or refuses.
fn word<T>(
    fields: &Fields,
    name: &str,
    from: impl Fn(&str) -> Option<T>,
    refusal: &str,
) -> Result<Option<T>, ApiError> {
    let Some(word) = fields.text(name)?.filter(|word| !word.is_empty()) else {
        return Ok(None);
    };
    from(&word)
        .map(Some)
        .ok_or_else(|| ApiError::invalid(refusal))
}

/// The profit target of an advanced order.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct TakeProfit {
    pub(crate) limit_price: Option<Decimal>,
}

/// The stop of an advanced order.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct StopLoss {
    pub(crate) stop_price: Option<Decimal>,
    pub(crate) limit_price: Option<Decimal>,
}

/// A new order, as it was asked for.
#[derive(Clone, Debug)]
pub(crate) struct OrderRequest {
    pub(crate) symbol: Option<String>,
    pub(crate) qty: Option<Decimal>,
    pub(crate) notional: Option<Decimal>,
    pub(crate) side: Option<Side>,
    pub(crate) order_type: Option<OrderType>,
    pub(crate) time_in_force: Option<TimeInForce>,
    pub(crate) limit_price: Option<Decimal>,
    pub(crate) stop_price: Option<Decimal>,
    pub(crate) trail_price: Option<Decimal>,
    pub(crate) trail_percent: Option<Decimal>,
    pub(crate) extended_hours: bool,
    pub(crate) client_order_id: Option<String>,
    pub(crate) class: OrderClass,
    pub(crate) take_profit: Option<TakeProfit>,
    pub(crate) stop_loss: Option<StopLoss>,
    pub(crate) intent: Option<Intent>,
    pub(crate) advanced: bool,
}

impl OrderRequest {
    /// Reads the body of `POST /v2/orders`.
    pub(crate) fn parse(body: &[u8]) -> Result<Self, ApiError> {
        let fields = Fields::parse(body)?;
        let take_profit = fields.object("take_profit")?.map(|inner| {
            Ok::<_, ApiError>(TakeProfit {
                limit_price: inner.amount("limit_price")?,
            })
        });
        let stop_loss = fields.object("stop_loss")?.map(|inner| {
            Ok::<_, ApiError>(StopLoss {
                stop_price: inner.amount("stop_price")?,
                limit_price: inner.amount("limit_price")?,
            })
        });
        Ok(Self {
            symbol: fields.text("symbol")?.filter(|symbol| !symbol.is_empty()),
            qty: fields.amount("qty")?,
            notional: fields.amount("notional")?,
            side: word(&fields, "side", Side::from_word, "invalid side")?,
            order_type: word(&fields, "type", OrderType::from_word, "invalid order type")?,
            time_in_force: word(
                &fields,
                "time_in_force",
                TimeInForce::from_word,
                "invalid time_in_force",
            )?,
            limit_price: fields.amount("limit_price")?,
            stop_price: fields.amount("stop_price")?,
            trail_price: fields.amount("trail_price")?,
            trail_percent: fields.amount("trail_percent")?,
            extended_hours: fields.flag("extended_hours")?.unwrap_or(false),
            client_order_id: fields.text("client_order_id")?.filter(|id| !id.is_empty()),
            class: word(
                &fields,
                "order_class",
                OrderClass::from_word,
                "invalid order_class",
            )?
            .unwrap_or(OrderClass::Simple),
            take_profit: take_profit.transpose()?,
            stop_loss: stop_loss.transpose()?,
            intent: word(
                &fields,
                "position_intent",
                Intent::from_word,
                "invalid position_intent",
            )?,
            advanced: fields.has("advanced_instructions"),
        })
    }
}

/// A replacement, as it was asked for.
#[derive(Clone, Debug)]
pub(crate) struct ReplaceRequest {
    pub(crate) qty: Option<Decimal>,
    pub(crate) time_in_force: Option<TimeInForce>,
    pub(crate) limit_price: Option<Decimal>,
    pub(crate) stop_price: Option<Decimal>,
    pub(crate) trail: Option<Decimal>,
    pub(crate) client_order_id: Option<String>,
    pub(crate) notional: bool,
}

impl ReplaceRequest {
    /// Reads the body of `PATCH /v2/orders/{order_id}`.
    pub(crate) fn parse(body: &[u8]) -> Result<Self, ApiError> {
        let fields = Fields::parse(body)?;
        Ok(Self {
            qty: fields.amount("qty")?,
            time_in_force: word(
                &fields,
                "time_in_force",
                TimeInForce::from_word,
                "invalid time_in_force",
            )?,
            limit_price: fields.amount("limit_price")?,
            stop_price: fields.amount("stop_price")?,
            trail: fields.amount("trail")?,
            client_order_id: fields.text("client_order_id")?.filter(|id| !id.is_empty()),
            notional: fields.has("notional"),
        })
    }
}

#[cfg(test)]
mod tests {
    use rust_decimal::dec;

    use super::*;

    fn order(body: &str) -> Result<OrderRequest, ApiError> {
        OrderRequest::parse(body.as_bytes())
    }

    #[test]
    fn amounts_are_read_digit_for_digit_from_texts_and_numbers() {
        for (text, expected) in [
            ("\"1.10\"", dec!(1.10)),
            ("1.10", dec!(1.10)),
            ("123456789012345.123456789", dec!(123456789012345.123456789)),
            ("\"1e2\"", dec!(100)),
            (
                "0.00000000000000000000000001",
                dec!(0.00000000000000000000000001),
            ),
        ] {
            let request = order(&format!(r#"{{"qty": {text}}}"#)).unwrap();
            assert_eq!(request.qty, Some(expected), "{text}");
        }
    }

    #[test]
    fn what_cannot_be_read_is_refused() {
        for (body, status, message) in [
            ("{", 400, "failed to decode request body"),
            ("[]", 400, "failed to decode request body"),
            (r#"{"symbol": 5}"#, 400, "failed to decode request body"),
            (r#"{"qty": "ten"}"#, 422, "invalid qty: ten"),
            (
                r#"{"qty": "1.23456789012345678901234567890"}"#,
                422,
                "invalid qty: 1.23456789012345678901234567890",
            ),
            (r#"{"type": "magic"}"#, 422, "invalid order type"),
            (r#"{"time_in_force": "gtd"}"#, 422, "invalid time_in_force"),
            (
                r#"{"extended_hours": 1}"#,
                400,
                "failed to decode request body",
            ),
        ] {
            let error = order(body).unwrap_err();
            assert_eq!(
                (error.status.as_u16(), error.message.as_str()),
                (status, message)
            );
        }
    }

    #[test]
    fn null_and_empty_are_absent() {
        let request = order(r#"{"qty": null, "notional": "", "order_class": ""}"#).unwrap();
        assert_eq!((request.qty, request.notional), (None, None));
        assert_eq!(request.class, OrderClass::Simple);
        assert!(order("").unwrap().symbol.is_none());
    }
}
