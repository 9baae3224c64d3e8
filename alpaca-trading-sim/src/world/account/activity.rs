//! What has happened to an account's money: fills, fees and the like.

use chrono::{DateTime, NaiveDate, Utc};
use rust_decimal::Decimal;
use serde_json::{Value, json};
use uuid::Uuid;

use crate::calendar::eastern::to_eastern;
use crate::world::order::{Side, Status, amount, time};

/// One entry of the list of activities.
#[derive(Clone, Debug, PartialEq)]
pub struct Activity {
    /// Its id: a stamp of 17 digits, two colons, a UUID. Ids sort as they came.
    pub id: Box<str>,
    /// When it happened.
    pub at: DateTime<Utc>,
    /// What it is.
    pub what: What,
}

/// What an activity is.
#[derive(Clone, Debug, PartialEq)]
pub enum What {
    /// A part of an order was filled.
    Fill(Box<Fill>),
    /// Anything else.
    NonTrade(Box<NonTrade>),
}

/// A fill, whole or of a part.
#[derive(Clone, Debug, PartialEq)]
pub struct Fill {
    /// The order.
    pub order_id: Uuid,
    /// The symbol.
    pub symbol: String,
    /// Which side.
    pub side: Side,
    /// Whether it sold what was not held.
    pub short: bool,
    /// How many.
    pub qty: Decimal,
    /// At which price each.
    pub price: Decimal,
    /// How many of the order are filled with this.
    pub cum_qty: Decimal,
    /// How many are left.
    pub leaves_qty: Decimal,
    /// The status of the order after it.
    pub order_status: Status,
}

/// An entry that is no trade.
#[derive(Clone, Debug, PartialEq)]
pub struct NonTrade {
    /// Its type, such as `CFEE`.
    pub activity_type: &'static str,
    /// Its day.
    pub date: NaiveDate,
    /// What it changed of the cash.
    pub net_amount: Decimal,
    /// What it changed of a position.
    pub qty: Option<Decimal>,
    /// The price that it was reckoned at.
    pub price: Option<Decimal>,
    /// The asset.
    pub symbol: Option<String>,
    /// What it says of itself.
    pub description: &'static str,
}

impl Activity {
    /// The id of something that happened at this time; of something that has only a day, with zeros.
    pub(crate) fn id(at: DateTime<Utc>, whole_day: bool, unique: Uuid) -> Box<str> {
        let local = to_eastern(at);
        let stamp = if whole_day {
            format!("{}000000000", local.format("%Y%m%d"))
        } else {
            format!(
                "{}{:03}",
                local.format("%Y%m%d%H%M%S"),
                local.timestamp_subsec_millis()
            )
        };
        format!("{stamp}::{unique}").into()
    }

    /// Its type.
    #[must_use]
    pub fn activity_type(&self) -> &'static str {
        match &self.what {
            What::Fill(_) => "FILL",
            What::NonTrade(entry) => entry.activity_type,
        }
    }

    /// The body in the list of activities. A day is a date there, without a time.
    pub(crate) fn json(&self) -> Value {
        match &self.what {
            What::Fill(fill) => json!({
                "id": &*self.id,
                "activity_type": "FILL",
                "transaction_time": time(self.at),
                "type": match fill.order_status {
                    Status::Filled => "fill",
                    _ => "partial_fill",
                },
                "price": amount(fill.price),
                "qty": amount(fill.qty),
                "side": match fill.side {
                    Side::Sell if fill.short => "sell_short",
                    side => side.as_str(),
                },
                "symbol": fill.symbol,
                "leaves_qty": amount(fill.leaves_qty),
                "order_id": fill.order_id,
                "cum_qty": amount(fill.cum_qty),
                "order_status": fill.order_status.as_str(),
            }),
            What::NonTrade(entry) => {
                let mut body = json!({
                    "id": &*self.id,
                    "activity_type": entry.activity_type,
                    "date": entry.date.to_string(),
                    "net_amount": amount(entry.net_amount),
                    "description": entry.description,
                    "status": "executed",
                    "currency": "USD",
                    "created_at": time(self.at),
                });
                let more = [
                    ("qty", entry.qty.map(amount)),
                    ("price", entry.price.map(amount)),
                    ("symbol", entry.symbol.clone()),
                ];
                if let Value::Object(body) = &mut body {
                    for (name, value) in more {
                        if let Some(value) = value {
                            body.insert(name.into(), value.into());
                        }
                    }
                }
                body
            }
        }
    }
}
