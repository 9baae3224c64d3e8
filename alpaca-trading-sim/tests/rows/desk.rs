//! A simulator at hand: requests in, answers out, every answer held against the document.

use alpaca_trading_sim::fill::{Execution, FillModel, Working};
use alpaca_trading_sim::{Builder, Kind, Simulator};
use chrono::{DateTime, TimeDelta, Utc};
use rust_decimal::{Decimal, dec};
use serde_json::{Value, json};

use crate::quirks;
use crate::schema;

/// A simulator, and the checks of every answer.
pub(crate) struct Desk {
    pub(crate) sim: Simulator,
}

/// Fills whole what is marketable, at the far side or, when it has waited, at its limit.
#[derive(Clone, Debug)]
pub(crate) struct Whole;

impl FillModel for Whole {
    fn fill(&mut self, order: &Working<'_>, _: &mut fastrand::Rng) -> Option<Execution> {
        order.is_marketable().then(|| order.whole(order.price()))
    }

    fn boxed(&self) -> Box<dyn FillModel> {
        Box::new(self.clone())
    }
}

/// Fills what is marketable in these parts, one each time it is asked; then whole.
#[derive(Clone, Debug)]
pub(crate) struct Parts(pub(crate) Vec<Decimal>);

impl FillModel for Parts {
    fn fill(&mut self, order: &Working<'_>, _: &mut fastrand::Rng) -> Option<Execution> {
        if !order.is_marketable() {
            return None;
        }
        if self.0.is_empty() || order.whole_only {
            return Some(order.whole(order.price()));
        }
        let part = self.0.remove(0);
        (part > Decimal::ZERO).then(|| Execution {
            qty: part.min(order.left),
            price: order.price(),
        })
    }

    fn boxed(&self) -> Box<dyn FillModel> {
        Box::new(self.clone())
    }
}

/// A time of 2026, in UTC: New York is five hours behind until 8 March.
pub(crate) fn at(text: &str) -> DateTime<Utc> {
    text.parse().expect("a time")
}

/// A builder whose fills are whole.
pub(crate) fn builder() -> Builder {
    Simulator::builder().fill_model(Whole)
}

impl Desk {
    /// At 10:00 on a Monday, 100,000 dollars, AAPL at 100.
    pub(crate) async fn open() -> Self {
        Self::with(builder()).await
    }

    /// At this time.
    pub(crate) async fn at(time: &str) -> Self {
        Self::with(builder().start_at(at(time))).await
    }

    /// With these settings.
    pub(crate) async fn with(builder: Builder) -> Self {
        let sim = builder.start().await.expect("a simulator");
        let desk = Self { sim };
        desk.price("AAPL", dec!(100));
        desk
    }

    /// Sets bid, offer and last trade: a cent below, a cent above, in the middle.
    pub(crate) fn price(&self, symbol: &str, price: Decimal) {
        self.sim.market().set_price(symbol, price).expect("a price");
    }

    /// Lets seconds pass.
    pub(crate) fn wait(&self, seconds: i64) {
        self.sim.clock().advance(TimeDelta::seconds(seconds));
    }

    /// Lets time pass until a time.
    pub(crate) fn until(&self, time: &str) {
        self.sim.clock().run_until(at(time));
    }

    /// A request; its answer is held against the document.
    pub(crate) fn call(&self, method: &str, target: &str, body: &str) -> (u16, Value) {
        let (status, answer) = self.sim.call(method, target, body);
        quirks::hold(method, target, status, &answer);
        (status, answer)
    }

    /// A request that is granted; its answer.
    pub(crate) fn granted(&self, method: &str, target: &str, body: Value) -> Value {
        let text = match body {
            Value::Null => String::new(),
            body => body.to_string(),
        };
        let (status, answer) = self.call(method, target, &text);
        assert!(
            (200..300).contains(&status),
            "{method} {target} {text}: {status} {answer}"
        );
        answer
    }

    pub(crate) fn get(&self, target: &str) -> Value {
        self.granted("GET", target, Value::Null)
    }

    /// Places an order that is taken; its id.
    pub(crate) fn order(&self, body: Value) -> String {
        id(&self.granted("POST", "/v2/orders", body))
    }

    /// An order as it is now, with its legs.
    pub(crate) fn look(&self, id: &str) -> Value {
        self.get(&format!("/v2/orders/{id}?nested=true"))
    }

    /// The status of an order.
    pub(crate) fn status(&self, id: &str) -> String {
        text(&self.look(id)["status"])
    }

    /// The ids of the legs of an order.
    pub(crate) fn legs(&self, id: &str) -> Vec<String> {
        let legs = self.look(id)["legs"].as_array().cloned();
        legs.unwrap_or_default().iter().map(self::id).collect()
    }

    /// Asks to cancel an order.
    pub(crate) fn cancel(&self, id: &str) {
        self.granted("DELETE", &format!("/v2/orders/{id}"), Value::Null);
    }

    /// Replaces an order; the new one's id.
    pub(crate) fn replace(&self, order: &str, body: Value) -> String {
        id(&self.granted("PATCH", &format!("/v2/orders/{order}"), body))
    }

    /// Sends a request that is refused; status, code and message.
    pub(crate) fn refused(
        &self,
        method: &str,
        target: &str,
        body: &str,
    ) -> (u16, Option<u64>, String) {
        let (status, answer) = self.call(method, target, body);
        assert!(status >= 400, "{method} {target} {body}: {status} {answer}");
        (status, answer["code"].as_u64(), text(&answer["message"]))
    }

    /// Buys at the market, whole.
    pub(crate) fn buy(&self, symbol: &str, qty: &str) -> String {
        let tif = if symbol.contains('/') { "gtc" } else { "day" };
        self.order(json!({"symbol": symbol, "qty": qty, "side": "buy", "type": "market", "time_in_force": tif}))
    }

    /// A number in the account's body.
    pub(crate) fn figure(&self, name: &str) -> Decimal {
        decimal(&self.get("/v2/account")[name])
    }

    /// All trade events, each held against the schema of orders.
    pub(crate) fn events(&self) -> Vec<Value> {
        let events: Vec<Value> = self.sim.look(|world| {
            let events = world.accounts()[0].events().all().iter();
            let trades = events.filter(|event| event.kind == Kind::Trade);
            trades
                .map(|event| serde_json::from_str(&event.text()).expect("an event is JSON"))
                .collect()
        });
        for event in &events {
            let faults = schema::faults(schema::named("Order"), &event["order"], "Order");
            quirks::only_known(&faults, "an event's order");
        }
        events
    }

    /// The events of these orders, each as name and event, in order: `[("entry", "new"), …]`.
    pub(crate) fn story(&self, names: &[(&str, &str)]) -> Vec<String> {
        let named = |event: &Value| {
            let id = text(&event["order"]["id"]);
            let (name, _) = names.iter().find(|(_, known)| *known == id)?;
            Some(format!("{name} {}", text(&event["event"])))
        };
        self.events().iter().filter_map(named).collect()
    }

    /// The events of one order.
    pub(crate) fn told(&self, id: &str) -> Vec<String> {
        let events = self.events();
        let own = events.iter().filter(|event| event["order"]["id"] == id);
        own.map(|event| text(&event["event"])).collect()
    }
}

/// A text within a body; "null" for null.
pub(crate) fn text(value: &Value) -> String {
    match value {
        Value::String(text) => text.clone(),
        other => other.to_string(),
    }
}

pub(crate) fn id(body: &Value) -> String {
    text(&body["id"])
}

pub(crate) fn decimal(value: &Value) -> Decimal {
    text(value)
        .parse()
        .unwrap_or_else(|_| panic!("{value} is no amount"))
}

/// An order for AAPL by the day, with what else belongs to it.
pub(crate) fn aapl(side: &str, qty: &str, kind: &str, more: Value) -> Value {
    let mut body = json!({
        "symbol": "AAPL", "side": side, "qty": qty, "type": kind, "time_in_force": "day"
    });
    merge(&mut body, more);
    body
}

/// Puts fields into an object; null takes one out.
pub(crate) fn merge(body: &mut Value, more: Value) {
    if let (Value::Object(body), Value::Object(more)) = (body, more) {
        for (name, value) in more {
            match value {
                Value::Null => drop(body.remove(&name)),
                value => drop(body.insert(name, value)),
            }
        }
    }
}

/// A limit order for AAPL by the day.
pub(crate) fn limit(side: &str, qty: &str, price: &str) -> Value {
    aapl(side, qty, "limit", json!({"limit_price": price}))
}

/// A bracket that buys AAPL at a limit of 100, with a target of 110 and a stop of 90.
pub(crate) fn bracket(qty: &str) -> Value {
    aapl(
        "buy",
        qty,
        "limit",
        json!({
            "limit_price": "100", "order_class": "bracket", "time_in_force": "gtc",
            "take_profit": {"limit_price": "110"}, "stop_loss": {"stop_price": "90"}
        }),
    )
}
