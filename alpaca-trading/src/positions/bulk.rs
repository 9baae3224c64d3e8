//! Answers with one item for each of many: what was asked for, its status, and an order or a reason.
//!
//! Each item is read by itself. One that cannot be read hides no other, and keeps its JSON.

use std::collections::BTreeMap;

use alpaca_trading_gen::Operation;
use alpaca_trading_gen::types::{Order, OrderOrError};
use bytes::Bytes;
use serde::Serialize;
use serde_json::value::RawValue;

use crate::Client;
use crate::error::{Error, ErrorKind, Facts, Outcome, Result, snippet};
use crate::lists::Rows;

/// One item of the answer.
pub(crate) struct Item {
    name: Option<String>,
    status: Option<u16>,
    body: Body,
}

enum Body {
    Nothing,
    Order(Box<Order>),
    /// An error body, and its code where it has one.
    Refusal(Bytes, Option<i64>),
    /// Something else, and what is wrong with it.
    Unreadable(Bytes, String),
}

impl Item {
    pub(crate) fn new(
        name: Option<String>,
        status: Option<i64>,
        body: Option<OrderOrError>,
    ) -> Self {
        Self {
            name,
            status: status.and_then(|status| u16::try_from(status).ok()),
            body: match body {
                None => Body::Nothing,
                Some(body) => Body::of(body),
            },
        }
    }

    /// An item that does not decode as a whole. `key` is the field that names what it is about.
    fn from_json(json: &str, key: &str) -> Self {
        let Ok(mut fields) = serde_json::from_str::<BTreeMap<String, Box<RawValue>>>(json) else {
            return Self {
                name: None,
                status: None,
                body: Body::Unreadable(copy(json), "the item is not an object".to_owned()),
            };
        };
        let name = fields
            .get(key)
            .and_then(|name| serde_json::from_str(name.get()).ok());
        // It has been a text at times.
        let status = fields
            .get("status")
            .and_then(|status| status.get().trim_matches('"').parse().ok());
        let body = match fields.remove("body") {
            None => Body::Nothing,
            Some(body) => match serde_json::from_str::<Option<OrderOrError>>(body.get()) {
                Ok(None) => Body::Nothing,
                Ok(Some(body)) => Body::of(body),
                Err(error) => Body::Unreadable(copy(body.get()), error.to_string()),
            },
        };
        Self { name, status, body }
    }

    /// The symbol or the id that the item is about.
    pub(crate) fn name(&self) -> Option<&str> {
        self.name.as_deref()
    }

    pub(crate) fn status(&self) -> Option<u16> {
        self.status
    }

    /// What became of it: the order that the item has, if any, or the reason for its failure.
    ///
    /// After an attempt that may have arrived, a failure says nothing of what that one has done.
    pub(crate) fn result(
        self,
        client: &Client,
        operation: &str,
        facts: &Facts,
    ) -> Result<Option<Order>> {
        let accepted = self
            .status
            .is_some_and(|status| (200..300).contains(&status));
        let error = match (self.body, self.status) {
            (Body::Order(order), None) => return Ok(Some(*order)),
            (Body::Order(order), _) if accepted => return Ok(Some(*order)),
            (Body::Nothing, _) if accepted => return Ok(None),
            (Body::Nothing, None) => unreadable(
                Bytes::new(),
                "the item says neither status nor reason",
                None,
            ),
            (Body::Unreadable(json, reason), status) if accepted || status.is_none() => {
                unreadable(json, &reason, status)
            }
            (body, Some(status)) => Error::from_answer(status, &body.into_bytes(), None),
            (body, None) => {
                // The code begins with the status.
                let status = body
                    .code()
                    .and_then(|code| u16::try_from(code / 100_000).ok());
                let error = Error::from_answer(status.unwrap_or(500), &body.into_bytes(), None);
                error.with(|repr| {
                    if status.is_none() {
                        repr.cause = None;
                    }
                    repr.status = status;
                })
            }
        };
        let error = error.with(|repr| {
            repr.operation = Operation::find(operation);
            repr.environment = Some(client.environment().clone());
            if facts.maybe_received {
                repr.outcome = Outcome::Unknown;
            }
        });
        Err(error.hiding(client.pipeline().credentials.held().as_ref()))
    }
}

impl Body {
    fn of(body: OrderOrError) -> Self {
        match body {
            OrderOrError::Order(order) => Self::Order(order),
            OrderOrError::Error(error) => Self::Refusal(written(&error), error.code),
            OrderOrError::Unknown(value) => {
                let reason = "the body is neither an order nor an error";
                Self::Unreadable(copy(value.json()), reason.to_owned())
            }
            other => Self::Unreadable(written(&other), "the body is of a new kind".to_owned()),
        }
    }

    fn code(&self) -> Option<i64> {
        match self {
            Self::Refusal(_, code) => *code,
            _ => None,
        }
    }

    fn into_bytes(self) -> Bytes {
        match self {
            Self::Nothing => Bytes::new(),
            Self::Order(order) => written(&order),
            Self::Refusal(json, _) | Self::Unreadable(json, _) => json,
        }
    }
}

/// The items of an answer in its order, with those that do not decode as a whole.
pub(crate) fn items<T>(
    rows: Rows<T>,
    key: &str,
    item: impl Fn(T) -> Item,
) -> impl Iterator<Item = Item> {
    let (rows, unreadable) = rows.into_parts();
    let total = rows.len() + unreadable.len();
    let mut readable = rows.into_iter();
    let mut unreadable = unreadable.into_iter().peekable();
    (0..total).filter_map(
        move |index| match unreadable.next_if(|row| row.index() == index) {
            Some(row) => Some(Item::from_json(row.json(), key)),
            None => readable.next().map(&item),
        },
    )
}

/// The part of a success that cannot be read.
pub(crate) fn unreadable(json: Bytes, reason: &str, status: Option<u16>) -> Error {
    Error::new(ErrorKind::Decode, reason).with(|repr| {
        repr.outcome = Outcome::Unknown;
        repr.status = status;
        if !json.is_empty() {
            repr.snippet = Some(snippet(&json, None, SNIPPET));
        }
        repr.body = json;
    })
}

/// At most this much of an unreadable item is shown, in characters.
const SNIPPET: usize = 160;

fn copy(json: &str) -> Bytes {
    Bytes::copy_from_slice(json.as_bytes())
}

/// What was read, as JSON.
fn written(value: &impl Serialize) -> Bytes {
    serde_json::to_vec(value)
        .map(Bytes::from)
        .unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Cause;
    use alpaca_trading_gen::types::PositionClosedResponse;

    const ORDER: &str = r#"{"id":"61e69015-8549-4bfd-b9c3-01e75843f47d","client_order_id":"x",
        "created_at":"2026-01-05T14:30:00Z","status":"accepted","symbol":"AAPL","qty":"1.50"}"#;

    fn client() -> Client {
        Client::builder()
            .key_pair("PKTEST", "secret")
            .build()
            .unwrap()
    }

    /// What becomes of an item that decodes, and of the same item read by itself.
    fn both_ways(json: &str) -> Vec<Result<Option<Order>>> {
        let typed: PositionClosedResponse = serde_json::from_str(json).unwrap();
        let typed = Item::new(Some(typed.symbol), Some(typed.status), typed.body);
        [typed, Item::from_json(json, "symbol")]
            .into_iter()
            .map(|item| {
                assert_eq!(item.name(), Some("AAPL"));
                item.result(&client(), "close_all_positions", &Facts::default())
            })
            .collect()
    }

    #[test]
    fn an_order_is_an_order() {
        let json = format!(r#"{{"symbol":"AAPL","status":200,"body":{ORDER}}}"#);
        for result in both_ways(&json) {
            assert_eq!(result.unwrap().unwrap().qty, Some(crate::dec!(1.50)));
        }
    }

    #[test]
    fn an_error_is_an_error_with_its_context() {
        let json = r#"{"symbol":"AAPL","status":403,"body":{"code":40310000,"message":
            "insufficient qty available for order (requested: 1000, available: 0)",
            "available":"0","existing_qty":"1000","held_for_orders":"1000.10","symbol":"AAPL"}}"#;
        for result in both_ways(json) {
            let error = result.unwrap_err();
            assert_eq!(error.status(), Some(403));
            assert_eq!(error.outcome(), Outcome::Rejected);
            assert_eq!(error.cause(), Some(Cause::InsufficientQuantity));
            assert_eq!(
                error.decimal("held_for_orders").unwrap().to_string(),
                "1000.10"
            );
            assert_eq!(error.operation().as_deref(), Some("DELETE /v2/positions"));
        }
    }

    #[test]
    fn a_refusal_after_an_attempt_in_doubt_is_no_refusal() {
        let json = r#"{"id":"x","status":422,"body":{"code":42210000,"message":
            "order is already in \"filled\" state"}}"#;
        for (maybe_received, outcome) in [(false, Outcome::Rejected), (true, Outcome::Unknown)] {
            let facts = Facts {
                maybe_received,
                ..Facts::default()
            };
            let item = Item::from_json(json, "id");
            let error = item.result(&client(), "cancel_all_orders", &facts);
            assert_eq!(error.unwrap_err().outcome(), outcome);
        }
    }

    #[test]
    fn an_unknown_body_is_whole_and_undecided() {
        let json = r#"{"symbol":"AAPL","status":200,"body":{"new_kind":1.50}}"#;
        for result in both_ways(json) {
            let error = result.unwrap_err();
            assert_eq!(error.kind(), ErrorKind::Decode);
            assert_eq!(error.outcome(), Outcome::Unknown);
            assert_eq!(error.body(), br#"{"new_kind":1.50}"#);
        }
        let json = r#"{"symbol":"AAPL","status":500,"body":["down"]}"#;
        for result in both_ways(json) {
            let error = result.unwrap_err();
            assert_eq!(
                (error.status(), error.body()),
                (Some(500), &br#"["down"]"#[..])
            );
            assert_eq!(error.outcome(), Outcome::Unknown);
        }
    }

    #[test]
    fn an_item_without_a_body_has_its_status() {
        for json in [
            r#"{"symbol":"AAPL","status":200}"#,
            r#"{"symbol":"AAPL","status":207,"body":null}"#,
        ] {
            for result in both_ways(json) {
                assert_eq!(result.unwrap(), None);
            }
        }
        for result in both_ways(r#"{"symbol":"AAPL","status":422}"#) {
            assert_eq!(result.unwrap_err().status(), Some(422));
        }
    }

    #[test]
    fn what_does_not_decode_is_read_as_far_as_it_goes() {
        let result = |json: &str| {
            let item = Item::from_json(json, "id");
            item.result(&client(), "cancel_all_orders", &Facts::default())
        };
        let text = format!(r#"{{"id":"x","status":"200","body":{ORDER}}}"#);
        assert!(result(&text).unwrap().is_some());
        // An order that does not decode: accepted, and whole.
        let error =
            result(r#"{"id":"x","status":200,"body":{"id":"x","qty":[1.10]}}"#).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Decode);
        assert_eq!(error.body(), br#"{"id":"x","qty":[1.10]}"#);
        // An error without a status has its code.
        let error = result(r#"{"id":"x","body":{"code":40410000,"message":"order not found"}}"#);
        assert_eq!(error.unwrap_err().status(), Some(404));
        for json in ["7", "null", r#"{"id":7}"#, r#"{"status":70000}"#, "[]"] {
            let error = result(json).unwrap_err();
            assert_eq!(error.outcome(), Outcome::Unknown, "{json}");
            assert_eq!(error.kind(), ErrorKind::Decode, "{json}");
        }
    }
}
