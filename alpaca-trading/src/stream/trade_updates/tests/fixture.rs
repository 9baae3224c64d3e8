//! Messages, orders and fills for the tests, in the service's own words.

use alpaca_trading_gen::types::{Order, TradingActivities};
use chrono::{DateTime, TimeDelta, Utc};
use serde_json::{Value, json};
use uuid::Uuid;

use super::super::TradeUpdate;

/// So many milliseconds after the moment at which the tests begin.
pub(in super::super) fn at(millis: i64) -> DateTime<Utc> {
    let begin = DateTime::parse_from_rfc3339("2026-01-05T14:30:00Z").unwrap();
    begin.to_utc() + TimeDelta::milliseconds(millis)
}

pub(in super::super) fn uuid(number: u128) -> Uuid {
    Uuid::from_u128(number)
}

/// The status that an event leaves an order in.
fn status_after(event: &str) -> &str {
    match event {
        "fill" => "filled",
        "partial_fill" => "partially_filled",
        "order_cancel_rejected" | "order_replace_rejected" | "restated" => "new",
        "trade_bust" | "trade_correct" => "partially_filled",
        other => other,
    }
}

/// Something that the service says of an order, put together piece by piece.
#[derive(Clone, Debug)]
pub(in super::super) struct Say(Value);

impl Say {
    /// An event of an order of 10 shares, at the beginning, without ids.
    pub(in super::super) fn new(event: &str, order: u128) -> Self {
        Self(json!({
            "event": event,
            "order": {
                "id": uuid(order),
                "client_order_id": format!("client-{order}"),
                "created_at": at(0),
                "submitted_at": at(0),
                "updated_at": at(0),
                "symbol": "AAPL",
                "order_class": "simple",
                "qty": "10",
                "filled_qty": "0",
                "status": status_after(event),
            },
        }))
        .time(0)
    }

    /// The fill that brings an order of 10 shares from one total to the next.
    pub(in super::super) fn fill(order: u128, from: i64, to: i64) -> Self {
        let event = if to == 10 { "fill" } else { "partial_fill" };
        Self::new(event, order)
            .data("qty", (to - from).to_string())
            .data("price", "1.50")
            .filled(to)
    }

    pub(in super::super) fn data(mut self, name: &str, value: impl Into<Value>) -> Self {
        self.0[name] = value.into();
        self
    }

    pub(in super::super) fn order(mut self, name: &str, value: impl Into<Value>) -> Self {
        self.0["order"][name] = value.into();
        self
    }

    pub(in super::super) fn filled(self, total: i64) -> Self {
        self.order("filled_qty", total.to_string())
    }

    pub(in super::super) fn status(self, status: &str) -> Self {
        self.order("status", status)
    }

    /// When it happened, and when the order was changed last.
    pub(in super::super) fn time(self, millis: i64) -> Self {
        self.data("timestamp", at(millis).to_rfc3339())
            .updated(millis)
    }

    /// When the order was changed last.
    pub(in super::super) fn updated(self, millis: i64) -> Self {
        self.order("updated_at", at(millis).to_rfc3339())
    }

    /// The id of the event: those of greater numbers are later.
    pub(in super::super) fn event_id(self, number: u64) -> Self {
        self.data("event_id", format!("{number:026}"))
    }

    pub(in super::super) fn execution(self, number: u64) -> Self {
        self.data("execution_id", format!("execution-{number}"))
    }

    /// What the consumer is told of it.
    pub(in super::super) fn update(&self) -> TradeUpdate {
        serde_json::from_str(&self.0.to_string()).unwrap()
    }

    /// The order in it, as the list of orders shows it.
    pub(in super::super) fn read(&self) -> Order {
        serde_json::from_str(&self.0["order"].to_string()).unwrap()
    }

    /// The message of the stream.
    pub(in super::super) fn message(&self) -> String {
        format!(r#"{{"stream":"trade_updates","data":{}}}"#, self.0)
    }
}

/// A fill as the list of activities shows it.
pub(in super::super) fn activity(
    order: u128,
    from: i64,
    to: i64,
    millis: i64,
) -> TradingActivities {
    let value = json!({
        "id": format!("{order}-{to}"),
        "activity_type": "FILL",
        "order_id": uuid(order),
        "symbol": "AAPL",
        "side": "buy",
        "type": if to == 10 { "fill" } else { "partial_fill" },
        "qty": (to - from).to_string(),
        "cum_qty": to.to_string(),
        "leaves_qty": (10 - to).to_string(),
        "price": "1.50",
        "transaction_time": at(millis),
    });
    serde_json::from_str(&value.to_string()).unwrap()
}

/// An update in short: the order, the event, and what is filled; of a fill also from where on.
pub(in super::super) fn short(update: &TradeUpdate) -> String {
    let order = update.order.id.as_u128();
    let filled = update.order.filled_qty.unwrap_or_default();
    match (update.fill(), update.cum_qty) {
        (Some(fill), Some(to)) => format!("{order} {} {}..{to}", update.event, to - fill.qty),
        _ => format!("{order} {} {filled}", update.event),
    }
}
