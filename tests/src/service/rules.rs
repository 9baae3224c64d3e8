//! What an order must look like to be accepted, and where the book can be told to behave otherwise.

use rust_decimal::Decimal;

use super::answer::Refusal;
use super::order::Order;
use super::request::Body;

/// The longest `client_order_id`, in characters.
const CLIENT_ID_LIMIT: usize = 128;

/// Where Alpaca is known to behave in more than one way, or is made to behave worse than it does.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Rules {
    /// Whether a `client_order_id` is refused for ever once an order has it. Without this rule a
    /// client that sends an order twice is not saved by the service, and the book shows it.
    pub unique_client_ids: bool,
    /// The code in the refusal of a `client_order_id` that is taken: 40010001, or 42210000 as one
    /// source has it.
    pub duplicate_code: u32,
    /// Whether an order is `new` as soon as it was answered as `accepted`. Otherwise it remains
    /// `accepted`, and cannot be replaced.
    pub routed_at_once: bool,
    /// How many lookups by `client_order_id` do not find an order that is in the book, as when the
    /// service reads from a copy that lags behind.
    pub blind_lookups: u32,
    /// How many orders are repeated at the anchor `before_order_id` or `after_order_id`, the anchor
    /// itself first. The paper service was seen repeating one.
    pub overlap: usize,
}

impl Default for Rules {
    fn default() -> Self {
        Self {
            unique_client_ids: true,
            duplicate_code: 40_010_001,
            routed_at_once: true,
            blind_lookups: 0,
            overlap: 0,
        }
    }
}

/// Reads and checks a new order; what is missing is who it is and when it came. Orders with several
/// legs of options are not known.
pub(super) fn order(body: &Body) -> Result<Order, Refusal> {
    let symbol = body.text("symbol")?.unwrap_or_default();
    if symbol.is_empty() {
        return Err(Refusal::invalid("symbol is required"));
    }
    let side = body.text("side")?.unwrap_or_default();
    if !["buy", "sell"].contains(&side.as_str()) {
        return Err(Refusal::invalid("invalid side"));
    }
    let mut order = Order::market(&symbol, &side, body.decimal("qty")?);
    order.notional = body.decimal("notional")?;
    size(&order)?;
    order.kind = body.text("type")?.unwrap_or_default();
    order.limit_price = body.decimal("limit_price")?;
    order.stop_price = body.decimal("stop_price")?;
    order.trail_price = body.decimal("trail_price")?;
    order.trail_percent = body.decimal("trail_percent")?;
    prices(&order)?;
    order.time_in_force = body.text("time_in_force")?.unwrap_or_default();
    time_in_force(&order.time_in_force)?;
    order.extended_hours = body.flag("extended_hours")?;
    if let Some(intent) = body.text("position_intent")? {
        order.position_intent = intent;
    }
    match body.text("order_class")?.as_deref() {
        None | Some("" | "simple") => {}
        Some(class @ ("bracket" | "oto" | "oco")) => order.order_class = class.to_owned(),
        Some(_) => return Err(Refusal::invalid("invalid order_class")),
    }
    Ok(order)
}

/// The legs that come with an order, in the order of Alpaca: the profit target, then the stop loss.
pub(super) fn legs(body: &Body, parent: &Order) -> Result<Vec<Order>, Refusal> {
    let class = parent.order_class.as_str();
    if class == "simple" {
        return Ok(Vec::new());
    }
    let opposite = if parent.side == "buy" { "sell" } else { "buy" };
    // Both sides of a pair of exits are on the side of the pair.
    let side = if class == "oco" {
        parent.side.as_str()
    } else {
        opposite
    };
    let leg = |kind: &str| Order {
        kind: kind.to_owned(),
        time_in_force: parent.time_in_force.clone(),
        order_class: class.to_owned(),
        status: "held".to_owned(),
        ..Order::market(&parent.symbol, side, parent.qty)
    };
    let mut legs = Vec::new();
    let limit = body.object("take_profit")?;
    let limit = limit.map(|exit| exit.decimal("limit_price")).transpose()?;
    if let Some(limit_price @ Some(_)) = limit
        && class != "oco"
    {
        legs.push(Order {
            limit_price,
            ..leg("limit")
        });
    }
    if let Some(exit) = body.object("stop_loss")? {
        let limit_price = exit.decimal("limit_price")?;
        let stop_price = exit.decimal("stop_price")?;
        if stop_price.is_none() {
            let text = format!("{class} orders require stop_loss.stop_price");
            return Err(Refusal::invalid(text));
        }
        legs.push(Order {
            limit_price,
            stop_price,
            ..leg(if limit_price.is_some() {
                "stop_limit"
            } else {
                "stop"
            })
        });
    }
    let expected = if class == "bracket" { 2 } else { 1 };
    if legs.len() != expected {
        return Err(Refusal::invalid(format!(
            "{class} orders require {expected} exits"
        )));
    }
    Ok(legs)
}

/// Checks a `client_order_id` by itself.
pub(super) fn client_id(id: &str) -> Result<(), Refusal> {
    if id.chars().count() > CLIENT_ID_LIMIT {
        let text = "client_order_id must be no more than 128 characters";
        return Err(Refusal::invalid(text));
    }
    Ok(())
}

fn size(order: &Order) -> Result<(), Refusal> {
    match (order.qty, order.notional) {
        (None, None) => Err(Refusal::invalid("qty or notional is required")),
        (Some(_), Some(_)) => Err(Refusal::invalid("only one of qty or notional is accepted")),
        (Some(qty), None) if qty <= Decimal::ZERO => Err(Refusal::invalid("qty must be > 0")),
        (None, Some(notional)) if notional < Decimal::ONE => {
            Err(Refusal::invalid("notional must be >= 1.00"))
        }
        _ => Ok(()),
    }
}

/// Checks the prices against the type.
pub(super) fn prices(order: &Order) -> Result<(), Refusal> {
    let (limit, stop) = (order.limit_price.is_some(), order.stop_price.is_some());
    let refusal = match order.kind.as_str() {
        "market" if limit || stop => "market orders require no stop or limit price",
        "limit" if !limit => "limit orders require a limit price",
        "limit" if stop => "limit orders must not have stop_price",
        "stop" if !stop => "stop orders require a stop price",
        "stop_limit" if !limit || !stop => "stop limit orders require both stop and limit price",
        "trailing_stop" if order.trail_price.is_some() == order.trail_percent.is_some() => {
            "trailing stop orders must specify one of trail_price or trail_percent"
        }
        "market" | "limit" | "stop" | "stop_limit" | "trailing_stop" => "",
        _ => "invalid order type",
    };
    if !refusal.is_empty() {
        return Err(Refusal::invalid(refusal));
    }
    let positive = |price: Option<Decimal>| price.is_none_or(|price| price > Decimal::ZERO);
    if !positive(order.limit_price) {
        return Err(Refusal::invalid("limit price must be > 0"));
    }
    if !positive(order.stop_price) {
        return Err(Refusal::invalid("stop price must be > 0"));
    }
    Ok(())
}

/// Checks the time in force.
pub(super) fn time_in_force(word: &str) -> Result<(), Refusal> {
    if ["day", "gtc", "opg", "cls", "ioc", "fok"].contains(&word) {
        return Ok(());
    }
    Err(Refusal::invalid("invalid time_in_force"))
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;
    use crate::loopback::Recorded;

    fn body(value: &Value) -> Body {
        Body::of(&Recorded {
            method: "POST".to_owned(),
            target: "/v2/orders".to_owned(),
            headers: Vec::new(),
            body: value.to_string().into_bytes(),
        })
        .unwrap()
    }

    #[test]
    fn each_rule_has_its_words() {
        let good = json!({
            "symbol": "AAPL", "side": "buy", "type": "market", "time_in_force": "day", "qty": "1",
        });
        assert!(order(&body(&good)).is_ok());
        for (member, value, message) in [
            ("qty", Value::Null, "qty or notional is required"),
            ("qty", json!("0"), "qty must be > 0"),
            (
                "notional",
                json!("5"),
                "only one of qty or notional is accepted",
            ),
            ("type", json!("limit"), "limit orders require a limit price"),
            ("type", json!("stop"), "stop orders require a stop price"),
            ("type", json!("peg"), "invalid order type"),
            ("time_in_force", json!("gtd"), "invalid time_in_force"),
            (
                "limit_price",
                json!("1"),
                "market orders require no stop or limit price",
            ),
            ("side", json!("long"), "invalid side"),
        ] {
            let mut bad = good.clone();
            bad[member] = value;
            let refusal = order(&body(&bad)).unwrap_err().json();
            assert_eq!(refusal["message"], message);
            assert_eq!(refusal["code"], 40_010_001);
        }
    }

    #[test]
    fn a_bracket_has_two_legs_on_the_other_side() {
        let order_body = body(&json!({
            "symbol": "AAPL", "side": "buy", "type": "market", "time_in_force": "gtc", "qty": "1",
            "order_class": "bracket", "take_profit": {"limit_price": "200"},
            "stop_loss": {"stop_price": "150"},
        }));
        let parent = order(&order_body).unwrap();
        let legs = legs(&order_body, &parent).unwrap();
        let kinds: Vec<_> = legs.iter().map(|leg| (&*leg.kind, &*leg.side)).collect();
        assert_eq!(kinds, [("limit", "sell"), ("stop", "sell")]);
        assert!(legs.iter().all(|leg| leg.status == "held"));
    }

    #[test]
    fn a_client_order_id_has_a_greatest_length() {
        assert!(client_id(&"ü".repeat(128)).is_ok());
        assert!(client_id(&"x".repeat(129)).is_err());
    }
}
