//! Orders of every kind, right and wrong: a right one from which some parts are taken away or changed.

use alpaca_trading::Decimal;
use serde_json::{Value, json};
use tests::service::Random;

/// Symbols of every kind of asset, and their prices at the beginning.
const SYMBOLS: [(&str, &str); 9] = [
    ("AAPL", "262.40"),
    ("SPY", "678.40"),
    ("F", "13.20"),
    ("SENS", "0.46"),
    ("BRK.A", "747500"),
    ("TCEHY", "78.65"),
    ("BTC/USD", "64000"),
    ("ETH/USD", "2450"),
    ("DOGE/USD", "0.1425"),
];

const TYPES: [&str; 5] = ["market", "limit", "stop", "stop_limit", "trailing_stop"];
const TIMES: [&str; 6] = ["day", "gtc", "opg", "cls", "ioc", "fok"];
const CLASSES: [&str; 5] = ["", "simple", "bracket", "oco", "oto"];
const INTENTS: [&str; 4] = [
    "buy_to_open",
    "buy_to_close",
    "sell_to_open",
    "sell_to_close",
];

/// The body of an order.
pub(super) fn body(random: &mut Random) -> Value {
    let (symbol, price) = random.pick(&SYMBOLS);
    let price: Decimal = price.parse().unwrap();
    let crypto = symbol.contains('/');
    // Three out of four begin as one that is right.
    let right = random.below(4) > 0;
    let kind = match (right, crypto) {
        (true, true) => random.pick(&["market", "limit", "stop_limit"]),
        _ => random.pick(&TYPES),
    };
    let time = match (right, crypto, kind) {
        (true, true, _) => random.pick(&["gtc", "ioc"]),
        (true, _, "stop" | "stop_limit" | "trailing_stop") => random.pick(&["day", "gtc"]),
        _ => random.pick(&TIMES),
    };
    let side = random.pick(&["buy", "sell"]);
    let mut body = json!({ "symbol": symbol, "side": side, "type": kind, "time_in_force": time });
    size(random, &mut body, right, price);
    let has = |kinds: &[&str], random: &mut Random| match right {
        true => kinds.contains(&kind),
        false => random.below(3) == 0,
    };
    if has(&["limit", "stop_limit"], random) {
        body["limit_price"] = amount(random, price);
    }
    if has(&["stop", "stop_limit"], random) {
        body["stop_price"] = amount(random, price);
    }
    if has(&["trailing_stop"], random) {
        match random.below(2) {
            0 => {
                body["trail_percent"] = json!(random.pick(&["0.1", "0.09", "2.5", "99", "0", "-1"]))
            }
            _ => body["trail_price"] = json!(random.pick(&["0.01", "1.5", "0", "-2", "0.001"])),
        }
        if random.below(8) == 0 {
            body["trail_percent"] = json!("1");
        }
    }
    if random.below(5) == 0 {
        body["extended_hours"] = json!(random.below(3) > 0);
    }
    if random.below(6) == 0 {
        body["position_intent"] = json!(random.pick(&INTENTS));
    }
    if random.below(12) == 0 {
        let id = random.pick(&["mine", " blank", "x\ty", "ü", ""]);
        let id = if random.below(3) == 0 {
            "x".repeat(random.pick(&[128, 129]))
        } else {
            id.to_owned()
        };
        body["client_order_id"] = json!(id);
    }
    if random.below(25) == 0 {
        body["advanced_instructions"] = advanced(random);
    }
    exits(random, &mut body, right && !crypto, price);
    if random.below(40) == 0 {
        let name = random.pick(&[
            "symbol",
            "side",
            "qty",
            "limit_price",
            "take_profit",
            "stop_loss",
        ]);
        body.as_object_mut().unwrap().remove(name);
    }
    body
}

fn size(random: &mut Random, body: &mut Value, right: bool, price: Decimal) {
    let dollars = Decimal::from(random.pick(&[20, 500, 5_000, 150_000]));
    let units = (dollars / price).round_dp(3);
    match random.below(10) {
        0 | 1 => {
            body["notional"] = json!(random.pick(&[
                "1",
                "0.99",
                "50",
                "50.25",
                "10",
                "9.99",
                "50.255",
                "1.0000000001"
            ]));
            if right {
                body["time_in_force"] = json!(if body["symbol"].as_str().unwrap().contains('/') {
                    "gtc"
                } else {
                    "day"
                });
            }
            if random.below(12) == 0 {
                body["qty"] = json!("1");
            }
        }
        2 => {
            body["qty"] =
                json!(random.pick(&["0", "-1", "0.1234567891", "0.123456789", "1.50", "1e1"]))
        }
        3 => body["qty"] = json!(units.to_string()),
        _ => body["qty"] = json!(units.ceil().to_string()),
    }
}

/// A price near this one, mostly on the tick.
fn amount(random: &mut Random, price: Decimal) -> Value {
    let moved = price * Decimal::new(random.within(90, 110), 2);
    let price = match random.below(14) {
        0 => moved.round_dp(3),
        1 => Decimal::new(random.within(-1, 1), 0),
        2 => moved.round_dp(5),
        3 => "0.99995".parse().unwrap(),
        _ if price < Decimal::ONE => moved.round_dp(4),
        _ => moved.round_dp(2),
    };
    json!(price.to_string())
}

fn exits(random: &mut Random, body: &mut Value, right: bool, price: Decimal) {
    if random.below(3) > 0 {
        return;
    }
    let class = random.pick(&CLASSES);
    if !class.is_empty() || random.below(2) == 0 {
        body["order_class"] = json!(class);
    }
    let advanced = matches!(class, "bracket" | "oco" | "oto");
    if right && !advanced {
        return;
    }
    let base = body["limit_price"]
        .as_str()
        .and_then(|price| price.parse().ok())
        .unwrap_or(price);
    let long = (body["side"] == "buy") != (class == "oco");
    let up = random.below(10) > 0;
    let gap = base / Decimal::from(25);
    let (above, below) = ((base + gap).round_dp(2), (base - gap).round_dp(2));
    let (target, stop) = if long == up {
        (above, below)
    } else {
        (below, above)
    };
    let target = match random.below(12) {
        0 => base,
        1 => (base + gap).round_dp(6),
        _ => target,
    };
    let both = class != "oto" || random.below(12) == 0;
    let first = random.below(2) == 0;
    if (both || first) && random.below(15) > 0 {
        body["take_profit"] = json!({ "limit_price": target.to_string() });
    }
    if (both || !first) && random.below(15) > 0 {
        body["stop_loss"] = json!({ "stop_price": stop.to_string() });
        match random.below(8) {
            0 => body["stop_loss"]["limit_price"] = json!(stop.to_string()),
            1 => body["stop_loss"] = json!({ "limit_price": stop.to_string() }),
            _ => {}
        }
    }
    if right {
        if class == "oco" {
            body["type"] = json!("limit");
            for name in ["limit_price", "stop_price", "trail_price", "trail_percent"] {
                body.as_object_mut().unwrap().remove(name);
            }
        }
        body["time_in_force"] = json!(random.pick(&["day", "gtc"]));
        body.as_object_mut().unwrap().remove("extended_hours");
    }
}

fn advanced(random: &mut Random) -> Value {
    match random.below(3) {
        0 => json!({ "algorithm": "DMA", "destination": "NYSE", "display_qty": "100" }),
        1 => {
            json!({ "algorithm": "VWAP", "max_percentage": random.pick(&["0.5", "1.5", "0.1234"]) })
        }
        _ => {
            json!({ "algorithm": "TWAP", "start_time": "2026-01-05T15:00:00Z", "end_time": "2026-01-05T16:00:00Z" })
        }
    }
}
