//! The rules of new orders: type by time in force, increments, quantities, extended hours.

use alpaca_trading_sim::Dialect;
use rust_decimal::dec;
use serde_json::{Value, json};

use crate::desk::{Desk, aapl, bracket, builder, limit, merge, text};

/// 08:00 in New York on Monday, 5 January 2026: both auctions take orders.
const MORNING: &str = "2026-01-05T13:00:00Z";

const TYPES: [&str; 5] = ["market", "limit", "stop", "stop_limit", "trailing_stop"];
const TIMES: [&str; 6] = ["day", "gtc", "ioc", "fok", "opg", "cls"];

/// The fields that a type needs, to buy something at this price.
fn prices(kind: &str, price: i64) -> Value {
    match kind {
        "limit" => json!({"limit_price": price.to_string()}),
        "stop" => json!({"stop_price": (price + 5).to_string()}),
        "stop_limit" => {
            json!({"stop_price": (price + 5).to_string(), "limit_price": (price + 6).to_string()})
        }
        "trailing_stop" => json!({"trail_percent": "5"}),
        _ => json!({}),
    }
}

/// Sends an order, forgets it, and tells how it was answered: `ok`, or status, code and message.
pub(crate) fn answer(desk: &Desk, body: &Value) -> String {
    let before = desk.sim.snapshot();
    let (status, answer) = desk.call("POST", "/v2/orders", &body.to_string());
    desk.sim.restore(&before);
    match status {
        200 => "ok".to_owned(),
        _ => format!("{status} {} {}", answer["code"], text(&answer["message"])),
    }
}

/// Whether orders of the table are answered like this.
pub(crate) fn all(desk: &Desk, rows: &[(Value, &str)]) {
    for (body, expected) in rows {
        assert_eq!(answer(desk, body), *expected, "{body}");
    }
}

const NO_TIME: &str = "422 40010001 invalid time_in_force";
const FRACTION_DAY: &str = "422 42210000 fractional orders must be DAY orders";
const FRACTION_TRAIL: &str =
    "422 42210000 fractional orders must be market, limit, stop or stop limit orders";
const NOTIONAL: &str = "422 40010001 notional orders must be market orders";
const COIN_TYPE: &str = "422 40010001 invalid order type for crypto order";
const COIN_TIME: &str = "422 42210000 invalid crypto time_in_force";
const NEW_LISTING: &str =
    "422 42210000 only limit orders are allowed for asset ZXZZT before it begins to trade";

/// What is expected of a kind of asset or size: by type, then by time in force.
type Expected = fn(&str, &str) -> &'static str;

fn whole(kind: &str, time: &str) -> &'static str {
    match (kind, time) {
        ("market" | "limit", _) | (_, "day" | "gtc") => "ok",
        _ => NO_TIME,
    }
}

fn fraction(kind: &str, time: &str) -> &'static str {
    match (kind, time) {
        (_, time) if time != "day" => FRACTION_DAY,
        ("trailing_stop", _) => FRACTION_TRAIL,
        _ => "ok",
    }
}

fn notional(kind: &str, time: &str) -> &'static str {
    match (kind, time) {
        ("market" | "limit", "day") => "ok",
        ("market" | "limit", _) => FRACTION_DAY,
        _ => NOTIONAL,
    }
}

fn over_the_counter(kind: &str, time: &str) -> &'static str {
    match (kind, time) {
        (_, "day" | "gtc") => "ok",
        _ => NO_TIME,
    }
}

fn coins(kind: &str, time: &str) -> &'static str {
    match (kind, time) {
        ("stop" | "trailing_stop", _) => COIN_TYPE,
        (_, "gtc" | "ioc") => "ok",
        _ => COIN_TIME,
    }
}

fn new_listing(kind: &str, time: &str) -> &'static str {
    match (kind, whole(kind, time)) {
        ("limit", "ok") => "ok",
        (_, "ok") => NEW_LISTING,
        (_, refused) => refused,
    }
}

#[tokio::test]
async fn every_type_by_every_time_in_force() {
    let desk = Desk::at(MORNING).await;
    let kinds: [(&str, Value, i64, Expected); 6] = [
        ("AAPL", json!({"qty": "2"}), 100, whole),
        ("AAPL", json!({"qty": "1.5"}), 100, fraction),
        ("AAPL", json!({"notional": "150.25"}), 100, notional),
        ("TCEHY", json!({"qty": "2"}), 78, over_the_counter),
        ("LTC/USD", json!({"qty": "2"}), 84, coins),
        ("ZXZZT", json!({"qty": "2"}), 25, new_listing),
    ];
    for (symbol, size, price, expected) in kinds {
        for kind in TYPES {
            for time in TIMES {
                let mut body = json!({
                    "symbol": symbol, "side": "buy", "type": kind, "time_in_force": time
                });
                merge(&mut body, size.clone());
                merge(&mut body, prices(kind, price));
                assert_eq!(answer(&desk, &body), expected(kind, time), "{body}");
            }
        }
    }
}

#[tokio::test]
async fn what_every_order_needs() {
    let desk = Desk::open().await;
    let market = |more| aapl("buy", "1", "market", more);
    let with = |kind: &str, more| aapl("buy", "1", kind, more);
    all(
        &desk,
        &[
            (market(json!({"qty": "0"})), "422 40010001 qty must be > 0"),
            (market(json!({"qty": "-1"})), "422 40010001 qty must be > 0"),
            (
                market(json!({"qty": null})),
                "422 40010001 qty or notional is required",
            ),
            (
                market(json!({"notional": "5"})),
                "422 40010001 only one of qty or notional is accepted",
            ),
            (
                market(json!({"qty": null, "notional": "0.99"})),
                "422 40010001 notional must be >= 1.00",
            ),
            (
                market(json!({"qty": null, "notional": "10.001"})),
                "422 42210000 notional value must be limited to 2 decimal places",
            ),
            (market(json!({"qty": null, "notional": "10.010"})), "ok"),
            (market(json!({"qty": "1.123456789"})), "ok"),
            (
                market(json!({"qty": "1.1234567891"})),
                "422 40010001 qty must be limited to 9 decimal places",
            ),
            (market(json!({"qty": 1})), "ok"),
            (market(json!({"qty": null, "notional": 25.5})), "ok"),
            (market(json!({"time_in_force": null})), NO_TIME),
            (market(json!({"time_in_force": "gtd"})), NO_TIME),
            (
                market(json!({"type": null})),
                "422 40010001 invalid order type",
            ),
            (
                market(json!({"type": "magic"})),
                "422 40010001 invalid order type",
            ),
            (
                market(json!({"side": null})),
                "422 40010001 side is required",
            ),
            (market(json!({"side": "long"})), "422 40010001 invalid side"),
            (
                market(json!({"symbol": null})),
                "422 40010001 symbol is required",
            ),
            (
                market(json!({"limit_price": "1"})),
                "422 40010001 market orders require no stop or limit price",
            ),
            (
                market(json!({"stop_price": "1"})),
                "422 40010001 market orders require no stop or limit price",
            ),
            (
                with("limit", json!({})),
                "422 40010001 limit orders require a limit price",
            ),
            (
                with("limit", json!({"limit_price": "0"})),
                "422 40010001 limit price must be > 0",
            ),
            (
                with("limit", json!({"limit_price": "100", "stop_price": "90"})),
                "422 40010001 limit orders must not have stop_price",
            ),
            (
                with("stop", json!({})),
                "422 40010001 stop orders require a stop price",
            ),
            (
                with("stop_limit", json!({"stop_price": "101"})),
                "422 40010001 stop limit orders require both stop and limit price",
            ),
            (
                with("stop_limit", json!({"limit_price": "101"})),
                "422 40010001 stop limit orders require both stop and limit price",
            ),
            (
                with("trailing_stop", json!({})),
                "422 40010001 trailing stop orders must specify one of trail_price or trail_percent",
            ),
            (
                with(
                    "trailing_stop",
                    json!({"trail_price": "1", "trail_percent": "1"}),
                ),
                "422 40010001 trailing stop orders must specify one of trail_price or trail_percent",
            ),
            (
                with("trailing_stop", json!({"trail_percent": "0.09"})),
                "422 40010001 trail_percent must be greater than or equal to 0.1",
            ),
            (with("trailing_stop", json!({"trail_percent": "0.1"})), "ok"),
            (
                with("trailing_stop", json!({"trail_price": "0"})),
                "422 40010001 trail price must be > 0",
            ),
            (market(json!({"client_order_id": "x".repeat(128)})), "ok"),
            (
                market(json!({"client_order_id": "x".repeat(129)})),
                "422 40010001 client_order_id must be no more than 128 characters",
            ),
        ],
    );
}

#[tokio::test]
async fn prices_lie_on_their_grid() {
    let desk = Desk::open().await;
    desk.price("SENS", dec!(0.46));
    let sens = |price: &str| {
        json!({
            "symbol": "SENS", "qty": "100", "side": "buy", "type": "limit", "time_in_force": "day",
            "limit_price": price
        })
    };
    let refused = |name: &str, price: &str| {
        format!(
            "422 42210000 invalid {name} {price}. sub-penny increment does not fulfill minimum pricing criteria"
        )
    };
    let stop = |stop: &str, price: &str| {
        aapl(
            "buy",
            "1",
            "stop_limit",
            json!({"stop_price": stop, "limit_price": price}),
        )
    };
    let mut legs = bracket("1");
    legs["stop_loss"] = json!({"stop_price": "90.001"});
    for (body, expected) in [
        (limit("buy", "1", "99.99"), "ok".to_owned()),
        (limit("buy", "1", "99.990"), "ok".to_owned()),
        (
            limit("buy", "1", "99.999"),
            refused("limit_price", "99.999"),
        ),
        (limit("buy", "1", "1.005"), refused("limit_price", "1.005")),
        (sens("0.4599"), "ok".to_owned()),
        (sens("0.45991"), refused("limit_price", "0.45991")),
        (stop("101.001", "102"), refused("stop_price", "101.001")),
        (stop("101", "102.001"), refused("limit_price", "102.001")),
        (legs, refused("stop_loss.stop_price", "90.001")),
    ] {
        assert_eq!(answer(&desk, &body), expected, "{body}");
    }
}

#[tokio::test]
async fn extended_hours_take_limit_orders_by_day_or_gtc() {
    let desk = Desk::open().await;
    let order = |kind: &str, time: &str, more: Value| {
        let mut body = aapl("buy", "1", kind, prices(kind, 100));
        merge(
            &mut body,
            json!({"extended_hours": true, "time_in_force": time}),
        );
        merge(&mut body, more);
        body
    };
    let refused = "422 42210000 extended hours order must be DAY or GTC limit orders";
    let stops = "422 42210000 stop orders are not eligible for extended hours trading";
    let none = json!({});
    all(
        &desk,
        &[
            (order("limit", "day", none.clone()), "ok"),
            (order("limit", "gtc", none.clone()), "ok"),
            (order("limit", "day", json!({"qty": "1.5"})), "ok"),
            (order("limit", "ioc", none.clone()), refused),
            (order("market", "day", none.clone()), refused),
            (order("trailing_stop", "day", none.clone()), refused),
            (order("stop", "day", none.clone()), stops),
            (order("stop_limit", "gtc", none.clone()), stops),
            (
                order("limit", "day", json!({"symbol": "IMO", "qty": "1.5"})),
                "422 42210000 asset IMO is not eligible for fractional extended hours trading",
            ),
            (
                order(
                    "limit",
                    "gtc",
                    json!({"symbol": "LTC/USD", "limit_price": "84"}),
                ),
                "422 42210000 extended hours is not supported for crypto orders",
            ),
        ],
    );
}

#[tokio::test]
async fn the_other_sources_where_they_conflict() {
    let mut older = Dialect::default();
    older.invalid_is_40010001 = false;
    older.notional_limit_orders = false;
    older.notional_decimals = 9;
    older.extended_hours_gtc = false;
    let desk = Desk::with(builder().dialect(older)).await;
    let mut first = limit("buy", "1", "90");
    first["client_order_id"] = json!("mine");
    desk.order(first.clone());
    let mut late = limit("buy", "1", "90");
    merge(
        &mut late,
        json!({"extended_hours": true, "time_in_force": "gtc"}),
    );
    all(
        &desk,
        &[
            (first, "422 42210000 client_order_id must be unique"),
            (
                aapl(
                    "buy",
                    "1",
                    "market",
                    json!({"qty": null, "notional": "10.123456789"}),
                ),
                "ok",
            ),
            (
                aapl(
                    "buy",
                    "1",
                    "limit",
                    json!({"qty": null, "notional": "10", "limit_price": "99"}),
                ),
                NOTIONAL,
            ),
            (
                late,
                "422 42210000 extended hours order must be DAY limit orders",
            ),
        ],
    );
}

#[tokio::test]
async fn intents_and_instructions() {
    let desk = Desk::open().await;
    let intent =
        |side: &str, intent: &str| aapl(side, "1", "market", json!({"position_intent": intent}));
    let advanced = |kind: &str, time: &str| {
        let mut body = aapl("buy", "1", kind, prices(kind, 100));
        merge(
            &mut body,
            json!({"time_in_force": time, "advanced_instructions": {"algorithm": "DMA", "destination": "NYSE"}}),
        );
        body
    };
    all(
        &desk,
        &[
            (intent("buy", "buy_to_open"), "ok"),
            (
                intent("buy", "buy_to_close"),
                "422 42210000 position intent mismatch, inferred: buy_to_open, specified: buy_to_close",
            ),
            (
                intent("sell", "sell_to_close"),
                "422 42210000 position intent mismatch, inferred: sell_to_open, specified: sell_to_close",
            ),
            (
                intent("buy", "to_the_moon"),
                "422 40010001 invalid position_intent",
            ),
            (advanced("limit", "day"), "ok"),
            (
                advanced("limit", "gtc"),
                "422 42210000 advanced instructions only support DAY time_in_force",
            ),
            (
                advanced("limit", "fok"),
                "422 42210000 FOK orders are not supported for algo destinations",
            ),
        ],
    );
}
