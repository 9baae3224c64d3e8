//! Positions of a [`Book`](super::Book), and closing them: each time that is asked for, an order is
//! placed.

use rust_decimal::Decimal;
use serde_json::{Value, json};

use super::answer::{Answer, Refusal};
use super::desk::Desk;
use super::order::{Order, asset_class, asset_id, plain};

/// What the account holds of one asset.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Position {
    /// The symbol as it is ordered: `AAPL`, `BTC/USD`.
    pub symbol: String,
    /// How much, in shares or coins; negative when it is short. Never zero.
    pub qty: Decimal,
    /// The average price in US dollars at which it was entered.
    pub avg_entry_price: Decimal,
}

impl Position {
    /// The side of an order that closes it.
    fn exit(&self) -> &'static str {
        if self.qty > Decimal::ZERO {
            "sell"
        } else {
            "buy"
        }
    }
}

impl Desk {
    fn find(&self, name: &str) -> Result<&Position, Refusal> {
        let missing = || Refusal::missing("position does not exist");
        let mut positions = self.positions.iter();
        positions
            .find(|(key, _)| **key == plain(name) || asset_id(key) == name)
            .map(|(_, position)| position)
            .ok_or_else(missing)
    }

    /// The open orders that close a position.
    fn exits<'a>(&'a self, position: &'a Position) -> impl Iterator<Item = &'a Order> {
        self.orders.iter().filter(|order| {
            order.symbol == position.symbol
                && order.side == position.exit()
                // Legs of a group hold nothing beside the order that leads it.
                && order.status != "held"
                && !order.open_qty().is_zero()
        })
    }

    fn free(&self, position: &Position) -> Decimal {
        let held: Decimal = self.exits(position).map(Order::open_qty).sum();
        (position.qty.abs() - held).max(Decimal::ZERO)
    }

    /// A position as Alpaca writes it, with the entry price as the market's.
    pub(super) fn position(&self, name: &str) -> Result<Value, Refusal> {
        let position = self.find(name)?;
        let class = asset_class(&position.symbol);
        let (exchange, factor) = match class {
            "crypto" => ("CRYPTO", 1),
            "us_option" => ("", 100),
            _ => ("NASDAQ", 1),
        };
        let price = position.avg_entry_price.normalize().to_string();
        let value = position.qty * position.avg_entry_price * Decimal::from(factor);
        let value = value.normalize().to_string();
        let long = position.qty.is_sign_positive();
        let free = self.free(position).normalize();
        Ok(json!({
            "asset_id": asset_id(&position.symbol),
            "symbol": plain(&position.symbol),
            "exchange": exchange,
            "asset_class": class,
            "asset_marginable": class == "us_equity",
            "avg_entry_price": price,
            "qty": position.qty.normalize().to_string(),
            "qty_available": (if long { free } else { -free }).to_string(),
            "side": if long { "long" } else { "short" },
            "market_value": value,
            "cost_basis": value,
            "unrealized_pl": "0",
            "unrealized_plpc": "0",
            "unrealized_intraday_pl": "0",
            "unrealized_intraday_plpc": "0",
            "current_price": price,
            "lastday_price": price,
            "change_today": "0",
        }))
    }

    /// Places an order at the market that closes a position, or a part of it.
    pub(super) fn close(
        &mut self,
        name: &str,
        qty: Option<Decimal>,
        percentage: Option<Decimal>,
    ) -> Result<Value, Refusal> {
        let position = self.find(name)?.clone();
        let whole = position.qty.abs();
        let wanted = match (qty, percentage) {
            (None, None) => whole,
            (Some(qty), None) => qty,
            (None, Some(percentage)) if percentage <= Decimal::ONE_HUNDRED => {
                (whole * percentage / Decimal::ONE_HUNDRED).trunc_with_scale(9)
            }
            // How Alpaca words these two is not known.
            (None, Some(_)) => return Err(Refusal::invalid("percentage must be <= 100")),
            (Some(_), Some(_)) => {
                let text = "only one of qty or percentage is accepted";
                return Err(Refusal::invalid(text));
            }
        };
        if wanted <= Decimal::ZERO {
            return Err(Refusal::invalid("qty must be > 0"));
        }
        let free = self.free(&position);
        if wanted > free {
            return Err(self.insufficient(&position, wanted, free));
        }
        let mut order = Order::market(&position.symbol, position.exit(), Some(wanted));
        order.position_intent = format!("{}_to_close", position.exit());
        if asset_class(&position.symbol) == "crypto" {
            order.time_in_force = "gtc".to_owned();
        }
        let place = self.accept(order, None);
        let row = self.orders[place].json(None);
        self.settle(place);
        Ok(row)
    }

    fn insufficient(&self, position: &Position, wanted: Decimal, free: Decimal) -> Refusal {
        let text = |number: Decimal| number.normalize().to_string();
        let whole = position.qty.abs();
        let related: Vec<_> = self.exits(position).map(|order| order.id.clone()).collect();
        let (wanted, free, held) = (text(wanted), text(free), text(whole - free));
        let message = format!(
            "insufficient qty available for order (requested: {wanted}, available: {free})"
        );
        Refusal::new(403, 40_310_000, message)
            .with("available", free)
            .with("existing_qty", text(whole))
            .with("held_for_orders", held)
            .with("symbol", plain(&position.symbol))
            .with("related_orders", related)
    }

    /// Closes every position that can be closed.
    pub(super) fn close_all(&mut self) -> Answer {
        let symbols: Vec<_> = self.positions.keys().cloned().collect();
        let rows = symbols
            .into_iter()
            .map(|symbol| match self.close(&symbol, None, None) {
                Ok(order) => json!({"symbol": symbol, "status": 200, "body": order}),
                Err(refusal) => {
                    json!({"symbol": symbol, "status": refusal.status, "body": refusal.json()})
                }
            });
        Answer::json(207, &rows.collect::<Value>())
    }

    /// Fills a part of an order, which changes the position.
    pub(super) fn fill(&mut self, id: &str, qty: Decimal, price: Decimal) -> Result<(), Refusal> {
        let place = self.place(id)?;
        let now = self.now;
        let order = &mut self.orders[place];
        let before = order.filled_avg_price.unwrap_or_default() * order.filled_qty;
        order.filled_qty += qty;
        order.filled_avg_price = Some((before + qty * price) / order.filled_qty);
        order.updated_at = now;
        if order.qty.is_none_or(|whole| order.filled_qty >= whole) {
            order.status = "filled".to_owned();
            order.filled_at = Some(now);
        } else {
            order.status = "partially_filled".to_owned();
        }
        let order = order.clone();
        if order.status == "filled" {
            // The profit target goes to the venue; the stop loss waits for its price.
            let mut legs = self.orders.iter_mut();
            let target = legs.find(|leg| {
                leg.parent.as_ref() == Some(&order.id)
                    && leg.kind == "limit"
                    && leg.status == "held"
            });
            if let Some(target) = target {
                target.status = "new".to_owned();
            }
        }
        let signed = if order.side == "buy" { qty } else { -qty };
        self.hold(&order.symbol, signed, price);
        Ok(())
    }

    /// Adds to a position, or takes away from it.
    pub(super) fn hold(&mut self, symbol: &str, change: Decimal, price: Decimal) {
        let before = self.positions.remove(&plain(symbol));
        let (held, entry) = before.map_or((Decimal::ZERO, price), |position| {
            (position.qty, position.avg_entry_price)
        });
        let qty = held + change;
        if qty.is_zero() {
            return;
        }
        let avg_entry_price = if held.is_sign_positive() == change.is_sign_positive() {
            (held * entry + change * price) / qty
        } else if qty.is_sign_positive() == held.is_sign_positive() {
            entry
        } else {
            price
        };
        let position = Position {
            symbol: symbol.to_owned(),
            qty,
            avg_entry_price,
        };
        self.positions.insert(plain(symbol), position);
    }
}
