//! A replacement passes the rules of new orders: as what the order is to be.

use alpaca_trading_sim::Dialect;
use chrono::TimeDelta;
use rust_decimal::dec;
use serde_json::{Value, json};

use crate::desk::{Desk, aapl, bracket, builder, limit, merge, text};

const WASH: &str = "403 40310000 potential wash trade detected. use complex orders";
const SUSPENDED: &str = "403 40310000 new orders are rejected by user request";
const NO_SHORTS: &str = "403 40310000 account is not allowed to short";
const NO_PARTS: &str = "403 40310000 fractional trading is disabled for this account";
const TOO_SMALL: &str = "403 40310000 cost basis must be >= minimal amount of order 1";
const TOO_GREAT: &str = "403 40310000 cost basis must be <= maximal amount of order 200000";
const PARTNERSHIP: &str = "403 40310000 asset \"EPD\" is a publicly traded partnership without exception, which the account does not allow";
const TRAIL: &str = "422 42210000 the trail must leave a stop price > 0 below the current price";

fn configure(desk: &Desk, body: Value) {
    desk.granted("PATCH", "/v2/account/configurations", body);
}

/// What a replacement is answered with: status, code and message.
fn answered(desk: &Desk, id: &str, change: &Value) -> String {
    let (status, answer) = desk.call("PATCH", &format!("/v2/orders/{id}"), &change.to_string());
    match status {
        200 => "200".into(),
        _ => format!("{status} {} {}", answer["code"], text(&answer["message"])),
    }
}

/// What happens before, which ends with the order that is replaced; the change, and the answer.
type Case = (fn(&Desk) -> String, Value, &'static str);

#[tokio::test]
async fn what_a_new_order_may_not_be_a_replacement_may_not_become() {
    let cases: Vec<Case> = vec![
        (|desk| crossing(desk).0, json!({"limit_price": "105"}), WASH),
        (|desk| crossing(desk).1, json!({"limit_price": "95"}), WASH),
        (
            |desk| crossing(desk).0,
            json!({"limit_price": "104.99"}),
            "200",
        ),
        (
            |desk| {
                let id = desk.order(limit("buy", "5", "95"));
                configure(desk, json!({"suspend_trade": true}));
                id
            },
            json!({"qty": "6"}),
            SUSPENDED,
        ),
        (
            |desk| {
                let id = desk.order(limit("sell", "1", "120"));
                configure(desk, json!({"no_shorting": true}));
                id
            },
            json!({"qty": "1000"}),
            NO_SHORTS,
        ),
        (
            |desk| {
                // What closes is no short.
                desk.buy("AAPL", "10");
                let id = desk.order(limit("sell", "1", "120"));
                configure(desk, json!({"no_shorting": true}));
                id
            },
            json!({"qty": "10"}),
            "200",
        ),
        (
            |desk| {
                let id = desk.order(limit("buy", "1.5", "90"));
                configure(desk, json!({"fractional_trading": false}));
                id
            },
            json!({"limit_price": "91"}),
            NO_PARTS,
        ),
        (
            |desk| {
                configure(desk, json!({"ptp_no_exception_entry": true}));
                let mut body = limit("buy", "1", "20");
                body["symbol"] = json!("EPD");
                let id = desk.order(body);
                configure(desk, json!({"ptp_no_exception_entry": false}));
                id
            },
            json!({"limit_price": "21"}),
            PARTNERSHIP,
        ),
        (
            |desk| desk.order(limit("buy", "0.5", "90")),
            json!({"limit_price": "1.99"}),
            TOO_SMALL,
        ),
        (
            |desk| {
                desk.price("BTC/USD", dec!(64000));
                desk.buy("BTC/USD", "1.5");
                desk.order(coins("sell", "1.4", "100000"))
            },
            json!({"limit_price": "150000"}),
            TOO_GREAT,
        ),
        (
            |desk| trailing(desk, json!({"trail_price": "99"})),
            json!({"trail": "100"}),
            TRAIL,
        ),
        (
            |desk| trailing(desk, json!({"trail_price": "9"})),
            json!({"trail": "99.99"}),
            "200",
        ),
        (
            |desk| {
                // The stop follows the best price, not that of now.
                let id = trailing(desk, json!({"trail_price": "60"}));
                desk.price("AAPL", dec!(50));
                id
            },
            json!({"qty": "2"}),
            "200",
        ),
    ];
    let desk = Desk::open().await;
    let clean = desk.sim.snapshot();
    for (before, change, expected) in cases {
        desk.sim.restore(&clean);
        let id = before(&desk);
        let order = desk.look(&id);
        let shown = answered(&desk, &id, &change);
        assert_eq!(shown, expected, "{order} {change}");
        if expected != "200" {
            assert_eq!(desk.look(&id), order, "a refusal changes nothing: {change}");
        }
    }
}

/// A buy at 95 and a sell at 105.
fn crossing(desk: &Desk) -> (String, String) {
    desk.buy("AAPL", "10");
    let sell = desk.order(limit("sell", "5", "105"));
    (desk.order(limit("buy", "5", "95")), sell)
}

fn coins(side: &str, qty: &str, price: &str) -> Value {
    json!({"symbol": "BTC/USD", "qty": qty, "side": side, "type": "limit", "limit_price": price,
        "time_in_force": "gtc"})
}

fn trailing(desk: &Desk, trail: Value) -> String {
    desk.buy("AAPL", "10");
    desk.order(aapl("sell", "1", "trailing_stop", trail))
}

#[tokio::test]
async fn day_trades_are_counted_for_replacements_but_not_for_legs() {
    let mut dialect = Dialect::default();
    dialect.pattern_day_trading = true;
    let desk = Desk::with(builder().cash(dec!(20000)).dialect(dialect)).await;
    desk.buy("AAPL", "10");
    let exit = desk.order(limit("sell", "5", "110"));
    let mut body = bracket("5");
    body["limit_price"] = json!("100.01");
    let legs = desk.legs(&desk.order(body));
    for symbol in ["SPY", "F", "MSFT"] {
        desk.buy(symbol, "1");
        desk.granted("DELETE", &format!("/v2/positions/{symbol}"), Value::Null);
    }
    assert_eq!(desk.get("/v2/account")["daytrade_count"], 3);
    assert_eq!(
        answered(&desk, &exit, &json!({"limit_price": "111"})),
        "403 40310100 trade denied due to pattern day trading protection"
    );
    assert_eq!(
        answered(&desk, &legs[1], &json!({"stop_price": "91"})),
        "200"
    );
}

#[tokio::test]
async fn legs_are_moved_by_whoever_may_send_orders() {
    let desk = Desk::open().await;
    let mut body = bracket("5");
    merge(
        &mut body,
        json!({"side": "sell", "take_profit": {"limit_price": "90"}, "stop_loss": {"stop_price": "110"}}),
    );
    let legs = desk.legs(&desk.order(body));
    configure(&desk, json!({"no_shorting": true}));
    let stop = desk.replace(&legs[1], json!({"stop_price": "109"}));
    configure(&desk, json!({"suspend_trade": true}));
    assert_eq!(
        answered(&desk, &stop, &json!({"stop_price": "108"})),
        SUSPENDED
    );
    assert_eq!(desk.status(&stop), "held");
}

#[tokio::test]
async fn a_trail_leaves_a_stop_price_above_nought() {
    let desk = Desk::open().await;
    desk.buy("AAPL", "10");
    for (side, trail, expected) in [
        ("sell", json!({"trail_price": "500"}), TRAIL),
        ("sell", json!({"trail_price": "100"}), TRAIL),
        ("sell", json!({"trail_percent": "99.9999"}), TRAIL),
        ("sell", json!({"trail_price": "99.99"}), "200"),
        // One that buys lies above the price.
        ("buy", json!({"trail_price": "500"}), "200"),
    ] {
        let body = aapl(side, "1", "trailing_stop", trail).to_string();
        let (status, answer) = desk.call("POST", "/v2/orders", &body);
        let shown = match status {
            200 => "200".into(),
            _ => format!("{status} {} {}", answer["code"], text(&answer["message"])),
        };
        assert_eq!(shown, expected, "{body}");
        if status != 200 {
            assert_eq!(answer["base_price"], "100", "{body}");
        }
    }
}

#[tokio::test]
async fn a_stop_that_has_woken_waits_again_when_its_stop_price_is_replaced() {
    let buy = || {
        aapl(
            "buy",
            "10",
            "stop_limit",
            json!({"stop_price": "105", "limit_price": "105.5", "time_in_force": "gtc"}),
        )
    };
    for latency in [0, 1] {
        let desk = Desk::with(builder().latency(TimeDelta::seconds(latency))).await;
        let id = desk.order(buy());
        desk.wait(2);
        desk.price("AAPL", dec!(107));
        desk.price("AAPL", dec!(106.5));
        let waits = desk.replace(&id, json!({"stop_price": "110", "limit_price": "111"}));
        desk.wait(2);
        assert_eq!(desk.status(&waits), "new", "{latency}");
        desk.price("AAPL", dec!(110));
        assert_eq!(desk.status(&waits), "filled", "{latency}");
        // With another limit alone it is the limit order that it has become, also if it has only now.
        for early in [true, false] {
            let desk = Desk::with(builder().latency(TimeDelta::seconds(latency))).await;
            let id = desk.order(buy());
            desk.wait(2);
            if early {
                desk.price("AAPL", dec!(107));
            }
            let wakes = desk.replace(&id, json!({"limit_price": "105.2"}));
            desk.price("AAPL", dec!(107));
            desk.wait(2);
            assert_eq!(desk.status(&wakes), "new", "{latency} {early}");
            desk.price("AAPL", dec!(104));
            assert_eq!(desk.status(&wakes), "filled", "{latency} {early}");
        }
    }
}
