//! What happens to the account while a consumer listens: orders of all kinds, prices that move, time that
//! passes. Everything is done inside the simulator, so that no broken wire keeps it from happening.

use alpaca_trading_sim::Simulator;
use chrono::TimeDelta;
use serde_json::{Value, json};

use crate::service::Random;

/// Symbols with the price that each begins at, in cents.
const SYMBOLS: [(&str, u64); 5] = [
    ("AAPL", 20_000),
    ("SPY", 50_000),
    ("F", 1_200),
    ("MSFT", 40_000),
    ("BTC/USD", 6_000_000),
];

pub(super) struct Trader<'a> {
    simulator: &'a Simulator,
    random: Random,
    prices: Vec<u64>,
    /// The orders that were taken last.
    orders: Vec<String>,
    pub(super) submitted: u64,
}

/// Cents as dollars.
fn dollars(cents: u64) -> String {
    format!("{}.{:02}", cents / 100, cents % 100)
}

impl<'a> Trader<'a> {
    pub(super) fn new(simulator: &'a Simulator, random: Random) -> Self {
        let trader = Self {
            simulator,
            random,
            prices: SYMBOLS.iter().map(|(_, cents)| *cents).collect(),
            orders: Vec::new(),
            submitted: 0,
        };
        for place in 0..SYMBOLS.len() {
            trader.quote(place);
        }
        trader
    }

    fn quote(&self, place: usize) {
        let cents = self.prices[place];
        let number = |cents: u64| dollars(cents).parse().expect("a price");
        let (bid, ask) = (number(cents - 1), number(cents + 1));
        let market = self.simulator.market();
        market
            .set_quote(SYMBOLS[place].0, bid, ask, number(cents))
            .expect("a quote");
    }

    /// Does one thing.
    pub(super) fn act(&mut self) {
        match self.random.below(20) {
            0..=9 => self.submit(),
            10..=11 => self.cancel(),
            12..=13 => self.replace(),
            14..=17 => self.moves(),
            18 => {
                let seconds = self.random.below(20);
                let millis = self.random.below(1_000);
                let by =
                    TimeDelta::milliseconds(i64::try_from(seconds * 1_000 + millis).unwrap_or(1));
                self.simulator.clock().advance(by);
            }
            _ => {
                if self.random.below(40) == 0 {
                    self.simulator.clock().advance_to_close();
                    self.simulator.clock().advance_to_open();
                } else if self.random.below(20) == 0 {
                    self.simulator
                        .call("DELETE", "/v2/positions?cancel_orders=true", "");
                }
            }
        }
    }

    /// A price moves by up to half a percent.
    fn moves(&mut self) {
        let place = self.place();
        let cents = self.prices[place];
        let step = self.random.below(cents / 100 + 1);
        let moved = cents + step - cents / 200;
        let start = SYMBOLS[place].1;
        self.prices[place] = moved.clamp(start / 2, start * 2);
        self.quote(place);
    }

    fn place(&mut self) -> usize {
        usize::try_from(self.random.below(SYMBOLS.len() as u64)).unwrap_or(0)
    }

    pub(super) fn submit(&mut self) {
        let place = self.place();
        let (symbol, cents) = (SYMBOLS[place].0, self.prices[place]);
        let coin = symbol.contains('/');
        let near =
            |random: &mut Random| dollars(cents + random.below(cents / 100 + 1) - cents / 200);
        let buys = self.random.below(5) < 3;
        let qty = match coin {
            true => "0.001".to_owned(),
            false => (1 + self.random.below(8)).to_string(),
        };
        let mut body = json!({
            "symbol": symbol,
            "side": if buys { "buy" } else { "sell" },
            "qty": qty,
            "time_in_force": if coin { "gtc" } else { ["day", "gtc", "ioc"][usize::try_from(self.random.below(3)).unwrap_or(0)] },
        });
        match self.random.below(10) {
            0..=2 => body["type"] = "market".into(),
            3..=6 => {
                body["type"] = "limit".into();
                body["limit_price"] = near(&mut self.random).into();
            }
            7 if !coin => {
                body["type"] = "trailing_stop".into();
                body["trail_percent"] = "0.5".into();
                body["time_in_force"] = "day".into();
            }
            8 if !coin => {
                body["type"] = "market".into();
                body["side"] = "buy".into();
                body["time_in_force"] = "day".into();
                body["order_class"] = "bracket".into();
                body["take_profit"] = json!({"limit_price": dollars(cents + cents / 100)});
                body["stop_loss"] = json!({"stop_price": dollars(cents - cents / 100)});
            }
            _ if !coin => {
                body["type"] = "stop".into();
                let away = cents / 200 + 2;
                let price = if buys { cents + away } else { cents - away };
                body["stop_price"] = dollars(price).into();
                body["time_in_force"] = "day".into();
            }
            _ => body["type"] = "market".into(),
        }
        let (status, order) = self.simulator.call("POST", "/v2/orders", body.to_string());
        if status == 200 {
            self.submitted += 1;
            self.remember(&order);
        }
    }

    fn remember(&mut self, order: &Value) {
        if let Some(id) = order["id"].as_str() {
            self.orders.push(id.to_owned());
        }
        if self.orders.len() > 40 {
            self.orders.remove(0);
        }
    }

    fn one(&mut self) -> Option<String> {
        let count = self.orders.len() as u64;
        let place = usize::try_from(self.random.below(count.max(1))).ok()?;
        self.orders.get(place).cloned()
    }

    fn cancel(&mut self) {
        if let Some(id) = self.one() {
            self.simulator
                .call("DELETE", &format!("/v2/orders/{id}"), "");
        }
    }

    fn replace(&mut self) {
        let Some(id) = self.one() else { return };
        let (_, order) = self.simulator.call("GET", &format!("/v2/orders/{id}"), "");
        let symbol = order["symbol"].as_str().unwrap_or_default();
        let Some(place) = SYMBOLS.iter().position(|(name, _)| *name == symbol) else {
            return;
        };
        let cents = self.prices[place];
        let price = dollars(cents + self.random.below(cents / 100 + 1) - cents / 200);
        let body = match order["type"].as_str() {
            Some("limit") => json!({ "limit_price": price }),
            _ => json!({ "qty": "9" }),
        };
        let (status, order) =
            self.simulator
                .call("PATCH", &format!("/v2/orders/{id}"), body.to_string());
        if status == 200 {
            self.remember(&order);
        }
    }
}
