//! Requests that no client should make: wrong types, numbers out of any range, broken JSON, odd queries.
//! They must be refused in words, or taken if they mean something, and change nothing by accident.

use serde_json::{Map, Value, json};

use crate::service::Random;

/// Names of fields that the operations know.
const NAMES: [&str; 24] = [
    "symbol",
    "symbols",
    "name",
    "qty",
    "notional",
    "side",
    "type",
    "time_in_force",
    "limit_price",
    "stop_price",
    "trail",
    "trail_price",
    "trail_percent",
    "extended_hours",
    "client_order_id",
    "order_class",
    "legs",
    "take_profit",
    "stop_loss",
    "position_intent",
    "advanced_instructions",
    "max_margin_multiplier",
    "suspend_trade",
    "max_options_trading_level",
];

const WORDS: [&str; 22] = [
    "",
    "AAPL",
    "BTC/USD",
    "BTCUSD",
    "buy",
    "sell",
    "market",
    "limit",
    "stop",
    "day",
    "gtc",
    "bracket",
    "oco",
    "oto",
    "mleg",
    "1",
    "-1",
    "0",
    "1e9",
    "1e-9",
    "99999999999999999999999999999",
    "NaN",
];

/// Queries of operations that take some, with values that may be wrong.
const TARGETS: [&str; 26] = [
    "/v2/orders?limit=0",
    "/v2/orders?limit=501&status=nothing",
    "/v2/orders?status=all&after=yesterday",
    "/v2/orders?status=all&symbols=AAPL,BTCUSD&nested=true",
    "/v2/orders?after_order_id=x&before_order_id=y",
    "/v2/orders/00000000-0000-0000-0000-000000000000",
    "/v2/orders/no-id",
    "/v2/orders:by_client_order_id?client_order_id=",
    "/v2/positions/NOPE",
    "/v2/positions/%ff",
    "/v2/account/activities?page_size=0",
    "/v2/account/activities?category=none&activity_types=FILL",
    "/v2/account/activities?page_token=nothing",
    "/v2/account/activities/WHAT",
    "/v2/account/portfolio/history?period=0D",
    "/v2/account/portfolio/history?period=9999999999A&timeframe=1Min",
    "/v2/account/portfolio/history?timeframe=1D&period=1A",
    "/v2/calendar?start=1969-01-01&end=2200-01-01",
    "/v2/calendar?start=2026-02-30",
    "/v3/clock?markets=NYSE,MOON",
    "/v3/clock?time=9999-12-31T23:59:59Z",
    "/v3/calendar/MOON",
    "/v3/calendar/NYSE?start=2026-01-10&end=2026-01-01",
    "/v2/assets?status=&asset_class=crypto",
    "/v2/watchlists:by_name?name=",
    "/v2/options/contracts",
];

/// A method, a target and a body.
pub(super) fn request(random: &mut Random, order: &str) -> (&'static str, String, String) {
    match random.below(8) {
        0..=2 => ("POST", "/v2/orders".into(), body(random)),
        3 => ("PATCH", format!("/v2/orders/{order}"), body(random)),
        4 => ("PATCH", "/v2/account/configurations".into(), body(random)),
        5 => ("POST", "/v2/watchlists".into(), body(random)),
        6 => {
            let query = random.pick(&[
                "?qty=x",
                "?qty=-1",
                "?qty=0",
                "?percentage=0",
                "?percentage=101",
                "?percentage=33.333333333",
                "?qty=1&percentage=1",
                "?qty=1e28",
                "?percentage=0.000000001",
            ]);
            let symbol = random.pick(&["AAPL", "SPY", "BTCUSD", "BTC%2FUSD", "SENS"]);
            (
                "DELETE",
                format!("/v2/positions/{symbol}{query}"),
                String::new(),
            )
        }
        _ => ("GET", random.pick(&TARGETS).to_owned(), String::new()),
    }
}

fn body(random: &mut Random) -> String {
    match random.below(12) {
        0 => random
            .pick(&[
                "",
                "{",
                "[]",
                "null",
                "5",
                "\"x\"",
                "{}{}",
                "{\"qty\":1e999}",
                "\u{0}",
            ])
            .to_owned(),
        _ => {
            let mut fields = Map::new();
            // Mostly an order that would be right without what follows.
            if random.below(2) == 0 {
                let right = json!({
                    "symbol": random.pick(&["AAPL", "SPY", "BTC/USD"]), "qty": "1", "side": "buy",
                    "type": random.pick(&["limit", "market"]), "time_in_force": "day", "limit_price": "1",
                });
                fields.extend(right.as_object().expect("an object").clone());
            }
            for _ in 0..=random.below(4) {
                fields.insert(random.pick(&NAMES).to_owned(), value(random, 2));
            }
            Value::Object(fields).to_string()
        }
    }
}

fn value(random: &mut Random, depth: u32) -> Value {
    match random.below(if depth == 0 { 6 } else { 8 }) {
        0 => Value::Null,
        1 => json!(random.below(2) == 0),
        2 => json!(random.draw() as i64 >> random.below(64)),
        3 => json!(random.draw() as f64 / 1e9),
        4 => json!(random.pick(&WORDS)),
        5 => json!("9".repeat(random.below(200) as usize)),
        6 => Value::Array(
            (0..random.below(3))
                .map(|_| value(random, depth - 1))
                .collect(),
        ),
        _ => {
            let names = ["limit_price", "stop_price", "symbol", "ratio_qty"];
            let mut inner = Map::new();
            for name in names {
                if random.below(2) == 0 {
                    inner.insert(name.to_owned(), value(random, depth - 1));
                }
            }
            Value::Object(inner)
        }
    }
}
