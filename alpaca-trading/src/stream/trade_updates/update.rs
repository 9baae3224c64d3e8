//! One update: something that has happened to an order.

use std::collections::BTreeMap;
use std::fmt;

use alpaca_trading_gen::Exact;
use alpaca_trading_gen::types::{Order, OrderStatus};
use chrono::{DateTime, Utc};
use rust_decimal::Decimal;
use serde::de::{Deserializer, MapAccess, Visitor};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};
use uuid::Uuid;

use super::TradeEvent;
use super::loose::{Exactly, Parsed, Text};

/// Something that has happened to an order.
///
/// Prices and quantities are exact. Fields that do not belong to the event are none.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[non_exhaustive]
pub struct TradeUpdate {
    /// What has happened.
    pub event: TradeEvent,
    /// The order as it was then. In an update that was not told by the stream as it happened
    /// ([`origin`](Self::origin)) it is the order as it was read, which may be further.
    ///
    /// [`Replaced`](TradeEvent::Replaced) carries the old order; the new one has updates of its own.
    pub order: Order,
    /// Where the update is from.
    pub origin: Origin,
    /// When it happened, by the service's clock; of a fill, when it was executed.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub timestamp: Option<DateTime<Utc>>,
    /// When the service has recorded it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub at: Option<DateTime<Utc>>,
    /// The id of the event, a ULID: of one account they ascend. Not sent in older forms of the message.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub event_id: Option<String>,
    /// The id of the execution. Sent with every event, except those of multi-leg orders.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub execution_id: Option<String>,
    /// Of a fill: the price of each, in the account's currency.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[serde(with = "serde_with::As::<Exact>")]
    pub price: Option<Decimal>,
    /// Of a fill: how many were filled with it.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[serde(with = "serde_with::As::<Exact>")]
    pub qty: Option<Decimal>,
    /// Of a fill: how many of the order are filled with it and all before it.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[serde(with = "serde_with::As::<Exact>")]
    pub cum_qty: Option<Decimal>,
    /// Of a fill: the position after it, negative when short. Not known of fills that were read later.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[serde(with = "serde_with::As::<Exact>")]
    pub position_qty: Option<Decimal>,
    /// Of a correction: the execution that it corrects.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub previous_execution_id: Option<String>,
    /// Of a correction: why, such as `CORPORATE_ACTION`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
    /// Of the fill of a multi-leg order: the position in each symbol after it.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    #[serde(with = "serde_with::As::<BTreeMap<serde_with::Same, Exact>>")]
    pub position_qtys: BTreeMap<String, Decimal>,
    /// Of the fill of a multi-leg order: what was filled of each leg.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub legs: Vec<LegFill>,
    /// What else the message had. A consumer that is told again what it was too slow for does not get it, where the
    /// message was longer than 64 KiB.
    #[serde(skip_serializing_if = "Map::is_empty")]
    pub other: Map<String, Value>,
    /// How long the message was.
    #[serde(skip)]
    pub(super) size: Size,
}

/// How many bytes a message had; of what was read, none. It is nothing of the update's: two that say the same are
/// equal.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Size(usize);

impl Size {
    pub(super) fn of(message: &[u8]) -> Self {
        Self(message.len())
    }

    pub(super) fn bytes(self) -> usize {
        self.0
    }
}

impl PartialEq for Size {
    fn eq(&self, _: &Self) -> bool {
        true
    }
}

/// How an update was learnt.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Origin {
    /// The stream has told it as it happened.
    #[default]
    Stream,
    /// It was missed, and is a fill: known from the account's activities, or from the stream itself when
    /// the consumer was too slow.
    MissedFill,
    /// It was missed, and is the state in which the order was found. How it got there is not known, apart
    /// from its fills.
    MissedState,
}

/// What was filled of one leg of a multi-leg order.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
#[non_exhaustive]
pub struct LegFill {
    /// The id of the leg.
    pub order_id: Option<Uuid>,
    /// The symbol of its contract.
    pub symbol: Option<String>,
    /// The id of the execution.
    pub execution_id: Option<String>,
    /// How many contracts.
    #[serde(with = "serde_with::As::<Exact>")]
    pub qty: Option<Decimal>,
    /// The price of each.
    #[serde(with = "serde_with::As::<Exact>")]
    pub price: Option<Decimal>,
    /// When it was executed.
    pub timestamp: Option<DateTime<Utc>>,
}

/// A fill: what was filled, and at which price.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Fill {
    /// How many.
    pub qty: Decimal,
    /// The price of each, in the account's currency.
    pub price: Decimal,
    /// How many of the order are filled with this and all before it, where that is known.
    pub cum_qty: Option<Decimal>,
    /// When, by the service's clock, where that is known.
    pub at: Option<DateTime<Utc>>,
}

impl TradeUpdate {
    /// The fill, if this is one: each fill of an order comes exactly once.
    ///
    /// # Examples
    ///
    /// ```
    /// use alpaca_trading::Decimal;
    /// use alpaca_trading::stream::TradeUpdate;
    ///
    /// fn spent(updates: &[TradeUpdate]) -> Decimal {
    ///     let fills = updates.iter().filter_map(TradeUpdate::fill);
    ///     fills.map(|fill| fill.qty * fill.price).sum()
    /// }
    /// # assert_eq!(spent(&[]), Decimal::ZERO);
    /// ```
    #[must_use]
    pub fn fill(&self) -> Option<Fill> {
        match (self.event.is_fill(), self.qty, self.price) {
            (true, Some(qty), Some(price)) => Some(Fill {
                qty,
                price,
                cum_qty: self.cum_qty,
                at: self.timestamp,
            }),
            _ => None,
        }
    }

    /// Whether it was missed when it happened, and found out later.
    #[must_use]
    pub fn was_missed(&self) -> bool {
        self.origin != Origin::Stream
    }

    /// The state of an order that was read from the list of orders.
    pub(super) fn of_state(order: Order) -> Self {
        Self {
            event: event_of(&order.status),
            timestamp: order.updated_at,
            origin: Origin::MissedState,
            at: None,
            event_id: None,
            execution_id: None,
            price: None,
            qty: None,
            cum_qty: None,
            position_qty: None,
            previous_execution_id: None,
            reason: None,
            position_qtys: BTreeMap::new(),
            legs: Vec::new(),
            other: Map::new(),
            size: Size::default(),
            order,
        }
    }
}

/// Whether an order in this status changes no more, apart from corrections.
pub(super) fn is_end(status: &OrderStatus) -> bool {
    matches!(
        status,
        OrderStatus::Filled
            | OrderStatus::Canceled
            | OrderStatus::Expired
            | OrderStatus::Rejected
            | OrderStatus::Replaced
    )
}

/// The event that leads to a status.
pub(super) fn event_of(status: &OrderStatus) -> TradeEvent {
    match status {
        OrderStatus::Filled => TradeEvent::Fill,
        // The words of the others are the same.
        other => TradeEvent::from(other.as_str()),
    }
}

const FIELDS: &[&str] = &[
    "event",
    "order",
    "timestamp",
    "at",
    "event_id",
    "execution_id",
    "price",
    "qty",
    "position_qty",
    "previous_execution_id",
    "reason",
    "position_qtys",
    "legs",
];

impl<'de> Deserialize<'de> for TradeUpdate {
    /// From the `data` of a message of the stream.
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_struct("TradeUpdate", FIELDS, Fields)
    }
}

/// Reads the fields one after the other, without an intermediate form of what is known; what is not
/// known is kept.
struct Fields;

impl<'de> Visitor<'de> for Fields {
    type Value = TradeUpdate;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an update of an order")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<TradeUpdate, A::Error> {
        use serde::de::Error as _;
        let (mut event, mut order) = (None::<TradeEvent>, None::<Order>);
        let mut rest = Rest::default();
        while let Some(key) = map.next_key::<Key>()? {
            match key {
                Key::Event => event = Some(map.next_value()?),
                Key::Order => order = Some(map.next_value()?),
                Key::Timestamp => rest.timestamp = map.next_value::<Parsed<_>>()?.0,
                Key::At => rest.at = map.next_value::<Parsed<_>>()?.0,
                Key::EventId => rest.event_id = map.next_value::<Text>()?.0,
                Key::ExecutionId => rest.execution_id = map.next_value::<Text>()?.0,
                Key::Price => rest.price = map.next_value::<Exactly>()?.0,
                Key::Qty => rest.qty = map.next_value::<Exactly>()?.0,
                Key::PositionQty => rest.position_qty = map.next_value::<Exactly>()?.0,
                Key::Previous => rest.previous = map.next_value::<Text>()?.0,
                Key::Reason => rest.reason = map.next_value::<Text>()?.0,
                Key::PositionQtys => {
                    let all: Option<BTreeMap<String, Exactly>> = map.next_value()?;
                    let all = all.unwrap_or_default().into_iter();
                    rest.position_qtys =
                        all.filter_map(|(name, qty)| Some((name, qty.0?))).collect();
                }
                Key::Legs => rest.legs = map.next_value::<Option<_>>()?.unwrap_or_default(),
                Key::Other(name) => {
                    rest.other.insert(name, map.next_value()?);
                }
            }
        }
        let event = event.ok_or_else(|| A::Error::missing_field("event"))?;
        let order = order.ok_or_else(|| A::Error::missing_field("order"))?;
        let is_fill = event.is_fill() && rest.qty.is_some();
        Ok(TradeUpdate {
            cum_qty: order.filled_qty.filter(|_| is_fill),
            event,
            order,
            origin: Origin::Stream,
            timestamp: rest.timestamp,
            at: rest.at,
            event_id: rest.event_id,
            execution_id: rest.execution_id,
            price: rest.price,
            qty: rest.qty,
            position_qty: rest.position_qty,
            previous_execution_id: rest.previous,
            reason: rest.reason,
            position_qtys: rest.position_qtys,
            legs: rest.legs,
            other: rest.other,
            size: Size::default(),
        })
    }
}

#[derive(Default)]
struct Rest {
    timestamp: Option<DateTime<Utc>>,
    at: Option<DateTime<Utc>>,
    event_id: Option<String>,
    execution_id: Option<String>,
    price: Option<Decimal>,
    qty: Option<Decimal>,
    position_qty: Option<Decimal>,
    previous: Option<String>,
    reason: Option<String>,
    position_qtys: BTreeMap<String, Decimal>,
    legs: Vec<LegFill>,
    other: Map<String, Value>,
}

/// The name of a field.
enum Key {
    Event,
    Order,
    Timestamp,
    At,
    EventId,
    ExecutionId,
    Price,
    Qty,
    PositionQty,
    Previous,
    Reason,
    PositionQtys,
    Legs,
    Other(String),
}

impl<'de> Deserialize<'de> for Key {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Name;
        impl Visitor<'_> for Name {
            type Value = Key;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("the name of a field")
            }

            fn visit_str<E>(self, name: &str) -> Result<Key, E> {
                Ok(match name {
                    "event" => Key::Event,
                    "order" => Key::Order,
                    "timestamp" => Key::Timestamp,
                    "at" => Key::At,
                    "event_id" => Key::EventId,
                    "execution_id" => Key::ExecutionId,
                    "price" => Key::Price,
                    "qty" => Key::Qty,
                    "position_qty" => Key::PositionQty,
                    "previous_execution_id" => Key::Previous,
                    "reason" => Key::Reason,
                    "position_qtys" => Key::PositionQtys,
                    "legs" => Key::Legs,
                    other => Key::Other(other.to_owned()),
                })
            }
        }
        deserializer.deserialize_identifier(Name)
    }
}

impl<'de> Deserialize<'de> for LegFill {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        #[derive(Default, Deserialize)]
        #[serde(default)]
        struct Wire {
            order_id: Parsed<Uuid>,
            symbol: Text,
            execution_id: Text,
            qty: Exactly,
            price: Exactly,
            timestamp: Parsed<DateTime<Utc>>,
        }
        let wire = Wire::deserialize(deserializer)?;
        Ok(Self {
            order_id: wire.order_id.0,
            symbol: wire.symbol.0,
            execution_id: wire.execution_id.0,
            qty: wire.qty.0,
            price: wire.price.0,
            timestamp: wire.timestamp.0,
        })
    }
}

#[cfg(test)]
mod tests;
