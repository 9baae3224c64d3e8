//! Orders that a player of a world sends: near the market, so that many are filled, and of every kind that
//! there is, so that the kinds meet.

use alpaca_trading::Decimal;
use serde_json::{Value, json};

use crate::service::Random;

/// Hundredths.
const CENT: u32 = 2;

/// A body for `POST /v2/orders`.
///
/// `held` is how many of it are held. An order mostly fits that, and mostly fits the rules; the rest shows that
/// what does not fit is refused and changes nothing.
pub(super) fn order(random: &mut Random, symbol: &str, price: Decimal, held: Decimal) -> Value {
    let crypto = symbol.contains('/');
    let kind = match crypto {
        true => random.pick(&["market", "limit", "stop_limit"]),
        false => random.pick(&["market", "limit", "stop", "stop_limit", "trailing_stop"]),
    };
    let time_in_force = match crypto {
        true => random.pick(&["gtc", "ioc"]),
        false if kind.contains("stop") => random.pick(&["day", "gtc"]),
        false => random.pick(&["day", "day", "gtc", "ioc", "fok", "opg", "cls"]),
    };
    let mut body = json!({
        "symbol": symbol,
        "side": random.pick(&["buy", "sell"]),
        "type": kind,
        "time_in_force": time_in_force,
    });
    size(random, &mut body, price, crypto);
    let kind = body["type"].as_str().unwrap_or_default().to_owned();
    if crypto && held.is_zero() && random.below(4) > 0 {
        body["side"] = json!("buy");
    }
    if kind.contains("limit") {
        body["limit_price"] = text(near(random, price));
    }
    if kind.starts_with("stop") {
        body["stop_price"] = text(near(random, price));
    }
    if kind == "trailing_stop" {
        match random.below(2) {
            0 => body["trail_percent"] = text(Decimal::new(random.within(1, 40), 1)),
            _ => {
                body["trail_price"] = text((price / Decimal::from(50)).round_dp(2).max(tick(price)))
            }
        }
    }
    if kind == "limit" && random.below(4) == 0 {
        body["extended_hours"] = json!(true);
        if random.below(3) > 0 {
            body["time_in_force"] = json!(random.pick(&["day", "gtc"]));
        }
    }
    if random.below(12) == 0 {
        let intents = [
            "buy_to_open",
            "buy_to_close",
            "sell_to_open",
            "sell_to_close",
        ];
        body["position_intent"] = json!(random.pick(&intents));
    }
    if random.below(30) == 0 {
        // Few, so that some come twice.
        body["client_order_id"] = json!(format!("mine-{}", random.below(20)));
    }
    if !crypto {
        exits(random, &mut body, price, held);
    }
    body
}

/// How many, or for how much.
fn size(random: &mut Random, body: &mut Value, price: Decimal, crypto: bool) {
    let fits = random.below(4) > 0;
    if random.below(6) == 0 {
        let cents = random.within(50, 2_000_000);
        body["notional"] = text(Decimal::new(cents, CENT));
        if fits {
            body["time_in_force"] = json!(if crypto { "gtc" } else { "day" });
            body["type"] = json!(random.pick(&["market", "market", "limit"]));
        }
        return;
    }
    // About so many dollars' worth, whatever a unit costs.
    let dollars = Decimal::from(random.within(5, 30_000));
    let units = dollars / price.max(Decimal::new(1, 4));
    let units = match (crypto, random.below(6)) {
        (true, 0) => units.round_dp(9),
        (true, _) => units.round_dp(4),
        (false, 0) => units.round_dp(3),
        (false, _) => units.ceil(),
    };
    if fits && !units.is_integer() && !crypto {
        body["time_in_force"] = json!("day");
    }
    body["qty"] = text(units.max(Decimal::new(1, 3)));
}

/// Makes an order one with legs, now and then.
fn exits(random: &mut Random, body: &mut Value, price: Decimal, held: Decimal) {
    let fits = random.below(6) > 0;
    let class = match random.below(7) {
        0 | 1 if fits && !held.is_zero() => "oco",
        0 => "bracket",
        1 if fits => return,
        1 => "oco",
        2 => "oto",
        _ => return,
    };
    if fits {
        fit(random, body, price, class, held);
    }
    let spread = Decimal::new(random.within(5, 300), 4);
    let (up, down) = (
        on_tick(price * (Decimal::ONE + spread)),
        on_tick(price * (Decimal::ONE - spread)),
    );
    let long = (body["side"] == "buy") != (class == "oco");
    let (target, stop) = if long { (up, down) } else { (down, up) };
    let mut loss = json!({ "stop_price": text(stop) });
    if random.below(3) == 0 {
        loss["limit_price"] = text(near(random, stop));
    }
    body["order_class"] = json!(class);
    let both = class != "oto";
    let only_target = !both && random.below(2) == 0;
    if both || only_target {
        body["take_profit"] = json!({ "limit_price": text(target) });
    }
    if both || !only_target {
        body["stop_loss"] = loss;
    }
    if class == "oco" {
        body["type"] = json!("limit");
        for name in ["limit_price", "stop_price", "trail_percent", "trail_price"] {
            body.as_object_mut().expect("an object").remove(name);
        }
    }
}

/// Makes an order one that can have legs: whole shares, for a day or longer, in the direction of the position.
fn fit(random: &mut Random, body: &mut Value, price: Decimal, class: &str, held: Decimal) {
    let limit = random.below(2) == 0;
    body["time_in_force"] = json!(random.pick(&["day", "gtc"]));
    body["type"] = json!(if limit { "limit" } else { "market" });
    let fields = body.as_object_mut().expect("an object");
    for name in [
        "extended_hours",
        "position_intent",
        "notional",
        "stop_price",
        "trail_price",
        "trail_percent",
        "limit_price",
    ] {
        fields.remove(name);
    }
    if limit {
        body["limit_price"] = text(on_tick(price));
    }
    let long = held > Decimal::ZERO || (held.is_zero() && random.below(2) == 0);
    let (units, buys) = match class {
        "oco" => (held.abs().floor().max(Decimal::ONE), !long),
        _ => (
            (Decimal::from(random.within(1, 20_000)) / price).ceil(),
            long,
        ),
    };
    body["side"] = json!(if buys { "buy" } else { "sell" });
    body["qty"] = text(units);
}

/// A body for `PATCH /v2/orders/{order_id}`.
pub(super) fn change(random: &mut Random, price: Decimal) -> Value {
    let mut body = json!({});
    for _ in 0..=random.below(2) {
        match random.below(6) {
            0 | 1 => body["limit_price"] = text(near(random, price)),
            2 => body["stop_price"] = text(near(random, price)),
            3 => body["trail"] = text(Decimal::new(random.within(1, 50), 1)),
            4 => body["time_in_force"] = json!(random.pick(&["day", "gtc", "ioc"])),
            _ => {
                let units = Decimal::from(random.within(1, 20_000)) / price;
                body["qty"] = text(units.ceil());
            }
        }
    }
    body
}

/// A price at most three percent away, mostly on the tick.
pub(super) fn near(random: &mut Random, price: Decimal) -> Decimal {
    let away = Decimal::new(random.within(-300, 300), 4);
    let moved = price * (Decimal::ONE + away);
    match random.below(25) {
        0 => moved.round_dp(6),
        _ => on_tick(moved),
    }
}

fn on_tick(price: Decimal) -> Decimal {
    let tick = tick(price);
    ((price / tick).round() * tick).max(tick)
}

/// A step that every asset of this price allows.
pub(super) fn tick(price: Decimal) -> Decimal {
    match price {
        great if great >= Decimal::from(10_000) => Decimal::ONE,
        dollars if dollars >= Decimal::from(1_000) => Decimal::new(1, 1),
        dollars if dollars >= Decimal::ONE => Decimal::new(1, 2),
        cents if cents >= Decimal::new(1, 2) => Decimal::new(1, 4),
        _ => Decimal::new(1, 9),
    }
}

pub(super) fn text(number: Decimal) -> Value {
    Value::String(number.normalize().to_string())
}
