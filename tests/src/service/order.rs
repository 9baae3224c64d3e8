//! An order of the book, and how Alpaca writes it.

use chrono::{DateTime, Utc};
use rust_decimal::Decimal;
use serde_json::{Value, json};

use super::instant::{expiry, opening, stamp};
use super::random::Random;

/// An order of the book.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Order {
    /// What Alpaca calls it.
    pub id: String,
    /// What the client calls it; assigned like `id` when the client did not say.
    pub client_order_id: String,
    /// The symbol as it was ordered: `AAPL`, `BTC/USD`.
    pub symbol: String,
    /// `buy` or `sell`.
    pub side: String,
    /// The type: `market`, `limit`, `stop`, `stop_limit` or `trailing_stop`.
    pub kind: String,
    /// `day`, `gtc` and so on.
    pub time_in_force: String,
    /// `simple`, `bracket`, `oto` or `oco`.
    pub order_class: String,
    /// The quantity, in shares or coins, of an order that is sized by it.
    pub qty: Option<Decimal>,
    /// The amount in US dollars of an order that is sized by it.
    pub notional: Option<Decimal>,
    /// The limit price in US dollars.
    pub limit_price: Option<Decimal>,
    /// The price in US dollars that triggers the order.
    pub stop_price: Option<Decimal>,
    /// The distance of a trailing stop in US dollars.
    pub trail_price: Option<Decimal>,
    /// The distance of a trailing stop in percent.
    pub trail_percent: Option<Decimal>,
    /// Whether it may trade outside the regular session.
    pub extended_hours: bool,
    /// `buy_to_open` and so on.
    pub position_intent: String,
    /// One of Alpaca's words: `new`, `filled`, `canceled`.
    pub status: String,
    /// How much of it is filled.
    pub filled_qty: Decimal,
    /// The average price of its fills.
    pub filled_avg_price: Option<Decimal>,
    /// When it was accepted.
    pub submitted_at: DateTime<Utc>,
    /// When it last changed.
    pub updated_at: DateTime<Utc>,
    /// When it was filled in full.
    pub filled_at: Option<DateTime<Utc>>,
    /// When it was cancelled.
    pub canceled_at: Option<DateTime<Utc>>,
    /// When another order replaced it.
    pub replaced_at: Option<DateTime<Utc>>,
    /// The `id` of the order that replaced it.
    pub replaced_by: Option<String>,
    /// The `id` of the order that it replaces.
    pub replaces: Option<String>,
    /// The `id` of the order of which it is a leg.
    pub parent: Option<String>,
}

impl Order {
    /// A market order for the day that is not in the book yet.
    pub(super) fn market(symbol: &str, side: &str, qty: Option<Decimal>) -> Self {
        let intent = if side == "buy" {
            "buy_to_open"
        } else {
            "sell_to_close"
        };
        Self {
            id: String::new(),
            client_order_id: String::new(),
            symbol: symbol.to_owned(),
            side: side.to_owned(),
            kind: "market".to_owned(),
            time_in_force: "day".to_owned(),
            order_class: "simple".to_owned(),
            qty,
            notional: None,
            limit_price: None,
            stop_price: None,
            trail_price: None,
            trail_percent: None,
            extended_hours: false,
            position_intent: intent.to_owned(),
            status: "accepted".to_owned(),
            filled_qty: Decimal::ZERO,
            filled_avg_price: None,
            submitted_at: opening(),
            updated_at: opening(),
            filled_at: None,
            canceled_at: None,
            replaced_at: None,
            replaced_by: None,
            replaces: None,
            parent: None,
        }
    }

    /// Whether nothing happens to it any more.
    #[must_use]
    pub fn is_final(&self) -> bool {
        matches!(
            self.status.as_str(),
            "filled" | "canceled" | "expired" | "rejected" | "replaced"
        )
    }

    /// What is still to be filled; zero for an order that is final.
    #[must_use]
    pub fn open_qty(&self) -> Decimal {
        match self.qty {
            Some(qty) if !self.is_final() => qty - self.filled_qty,
            _ => Decimal::ZERO,
        }
    }

    /// All that Alpaca says of an order, with these legs.
    pub(super) fn json(&self, legs: Option<Vec<Value>>) -> Value {
        let number = |value: Option<Decimal>| value.map(|value| value.normalize().to_string());
        let time = |at: Option<DateTime<Utc>>| at.map(stamp);
        json!({
            "id": self.id,
            "client_order_id": self.client_order_id,
            "created_at": stamp(self.submitted_at),
            "updated_at": stamp(self.updated_at),
            "submitted_at": stamp(self.submitted_at),
            "filled_at": time(self.filled_at),
            "expired_at": null,
            "expires_at": stamp(expiry(self.submitted_at, &self.time_in_force)),
            "canceled_at": time(self.canceled_at),
            "failed_at": null,
            "replaced_at": time(self.replaced_at),
            "replaced_by": self.replaced_by,
            "replaces": self.replaces,
            "asset_id": asset_id(&self.symbol),
            "symbol": self.symbol,
            "asset_class": asset_class(&self.symbol),
            "notional": number(self.notional),
            "qty": number(self.qty),
            "filled_qty": number(Some(self.filled_qty)),
            "filled_avg_price": number(self.filled_avg_price),
            "order_class": self.order_class,
            "order_type": self.kind,
            "type": self.kind,
            "side": self.side,
            "position_intent": self.position_intent,
            "time_in_force": self.time_in_force,
            "limit_price": number(self.limit_price),
            "stop_price": number(self.stop_price),
            "status": self.status,
            "extended_hours": self.extended_hours,
            "legs": legs,
            "trail_percent": number(self.trail_percent),
            "trail_price": number(self.trail_price),
            "hwm": null,
            "subtag": null,
            "source": null,
        })
    }
}

/// The symbol as lists of orders and positions know it: `BTCUSD` for `BTC/USD`.
pub(super) fn plain(symbol: &str) -> String {
    symbol.replace('/', "")
}

/// The class of the asset that a symbol names; options are known by their length.
pub(super) fn asset_class(symbol: &str) -> &'static str {
    match symbol {
        symbol if symbol.contains('/') => "crypto",
        symbol if symbol.len() > 15 => "us_option",
        _ => "us_equity",
    }
}

/// What Alpaca calls the asset with this symbol: a UUID, the same for `BTC/USD` and `BTCUSD`.
pub(super) fn asset_id(symbol: &str) -> String {
    let seed = plain(symbol).bytes().fold(0, |hash: u64, byte| {
        hash.wrapping_mul(257) + u64::from(byte)
    });
    Random::new(seed).uuid()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_order_is_written_in_full() {
        let order = Order::market("BTC/USD", "buy", Some(Decimal::new(1_500, 3)));
        let json = order.json(None);
        assert_eq!(json["qty"], "1.5");
        assert_eq!(json["asset_class"], "crypto");
        assert_eq!(json["type"], json["order_type"]);
        // Every key but `ratio_qty`, which belongs to legs of multi-leg orders.
        let spec = crate::spec();
        let properties = spec["components"]["schemas"]["Order"]["properties"].as_object();
        for name in properties
            .unwrap()
            .keys()
            .filter(|name| *name != "ratio_qty")
        {
            assert!(json.get(name).is_some(), "no {name}");
        }
    }

    #[test]
    fn what_is_final_has_nothing_open() {
        let mut order = Order::market("AAPL", "sell", Some(Decimal::TEN));
        order.filled_qty = Decimal::ONE;
        assert_eq!(order.open_qty(), Decimal::from(9));
        order.status = "canceled".to_owned();
        assert_eq!(order.open_qty(), Decimal::ZERO);
    }
}
