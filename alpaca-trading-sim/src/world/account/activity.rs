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
    /// The id of the execution, as its event has it; of a corrected one, that of the correction.
    pub execution_id: Uuid,
    /// Whether it counts.
    pub standing: Standing,
    /// What was taken of it.
    pub(crate) fee: Fee,
}

/// Whether a fill counts.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Standing {
    /// As it was told at first.
    #[default]
    Stands,
    /// With the quantity and the price of a correction.
    Corrected,
    /// Not any more: it was taken back.
    Busted,
}

/// What is taken of a trade in coins.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub(crate) enum Fee {
    #[default]
    None,
    Coins(Decimal),
    Cash(Decimal),
}

impl Fill {
    /// What it adds to the position: less than nothing for a sale.
    #[must_use]
    pub fn signed_qty(&self) -> Decimal {
        match self.side {
            Side::Buy => self.qty,
            Side::Sell => -self.qty,
        }
    }

    /// What it adds to the cash, without a fee.
    #[must_use]
    pub fn cash(&self) -> Decimal {
        -self.signed_qty() * self.price
    }

    /// Whether it counts: it was not taken back.
    #[must_use]
    pub fn counts(&self) -> bool {
        self.standing != Standing::Busted
    }
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
    /// Whether it is in the list: a fill that was taken back is not.
    #[must_use]
    pub fn is_listed(&self) -> bool {
        match &self.what {
            What::Fill(fill) => fill.counts(),
            What::NonTrade(_) => true,
        }
    }

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

    /// The fill that it is, if it is one.
    #[must_use]
    pub fn fill(&self) -> Option<&Fill> {
        match &self.what {
            What::Fill(fill) => Some(fill),
            What::NonTrade(_) => None,
        }
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
