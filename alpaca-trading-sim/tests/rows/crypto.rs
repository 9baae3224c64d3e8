//! Coins: pairs, floors, no margin and no shorts, fees in the coin or in dollars.

use rust_decimal::{Decimal, dec};
use serde_json::{Value, json};

use crate::desk::{Desk, decimal, merge, text};

fn order(side: &str, qty: &str, kind: &str, more: Value) -> Value {
    let mut body = json!({
        "symbol": "ETH/USD", "side": side, "qty": qty, "type": kind, "time_in_force": "gtc"
    });
    merge(&mut body, more);
    body
}

/// At 2,000 dollars, on a Saturday.
async fn weekend() -> Desk {
    let desk = Desk::at("2026-01-10T15:00:00Z").await;
    desk.sim
        .market()
        .set_quote("ETH/USD", dec!(1999), dec!(2000), dec!(2000))
        .unwrap();
    desk
}

#[tokio::test]
async fn coins_trade_around_the_clock() {
    let desk = weekend().await;
    let answer = desk.granted("POST", "/v2/orders", order("buy", "2", "market", json!({})));
    for (name, value) in [
        ("status", json!("pending_new")),
        ("symbol", json!("ETH/USD")),
        ("asset_class", json!("crypto")),
        ("time_in_force", json!("gtc")),
        ("order_class", json!("simple")),
    ] {
        assert_eq!(answer[name], value, "{name}");
    }
    let id = text(&answer["id"]);
    assert_eq!(desk.told(&id), ["pending_new", "new", "fill"]);
    let ioc = desk.order(order(
        "buy",
        "1",
        "limit",
        json!({"time_in_force": "ioc", "limit_price": "1500"}),
    ));
    let ioc = desk.look(&ioc);
    assert_eq!(
        (&ioc["status"], &ioc["expires_at"]),
        (&json!("canceled"), &Value::Null)
    );
    let stop = desk.order(order(
        "buy",
        "1",
        "stop_limit",
        json!({"stop_price": "2100", "limit_price": "2110"}),
    ));
    desk.sim
        .market()
        .set_quote("ETH/USD", dec!(2099), dec!(2100), dec!(2100))
        .unwrap();
    assert_eq!(desk.status(&stop), "filled");
}

#[tokio::test]
async fn both_forms_of_a_pair_are_known() {
    let desk = weekend().await;
    desk.order(order("buy", "1", "market", json!({"symbol": "ETHUSD"})));
    let position = desk.get("/v2/positions/ETHUSD");
    for (name, value) in [
        ("symbol", json!("ETHUSD")),
        ("exchange", json!("CRYPTO")),
        ("asset_class", json!("crypto")),
        ("asset_marginable", json!(false)),
    ] {
        assert_eq!(position[name], value, "{name}");
    }
    assert_eq!(desk.get("/v2/positions/ETH%2FUSD"), position);
    for target in ["/v2/assets/ETHUSD", "/v2/assets/ETH%2FUSD"] {
        assert_eq!(desk.get(target)["symbol"], "ETH/USD");
    }
    for target in [
        "/v2/orders?status=all&symbols=ETHUSD",
        "/v2/orders?status=all&symbols=ETH%2FUSD",
    ] {
        assert_eq!(desk.get(target).as_array().unwrap().len(), 1, "{target}");
    }
}

#[tokio::test]
async fn fees_are_taken_from_what_is_received() {
    let desk = weekend().await;
    // 0.25 % of the taker, in the coin.
    let bought = desk.order(order("buy", "2", "market", json!({})));
    assert_eq!(desk.look(&bought)["filled_qty"], "2");
    assert_eq!(desk.get("/v2/positions/ETHUSD")["qty"], "1.995");
    assert_eq!(desk.figure("cash"), dec!(96000));
    // In dollars of what is sold, 0.15 % of the maker.
    let sold = desk.order(order("sell", "1", "limit", json!({"limit_price": "2200"})));
    desk.sim
        .market()
        .set_quote("ETH/USD", dec!(2210), dec!(2211), dec!(2210))
        .unwrap();
    assert_eq!(desk.look(&sold)["filled_avg_price"], "2200");
    assert_eq!(desk.figure("cash"), dec!(96000) + dec!(2200) - dec!(3.3));
    assert_eq!(desk.get("/v2/positions/ETHUSD")["qty"], "0.995");
    // Written down at the end of the day, in New York.
    desk.until("2026-01-11T04:59:59Z");
    assert_eq!(desk.get("/v2/account/activities/CFEE"), json!([]));
    desk.until("2026-01-11T05:00:00Z");
    let rows = desk.get("/v2/account/activities?activity_types=CFEE&direction=asc");
    let rows = rows.as_array().unwrap();
    assert_eq!(rows.len(), 2);
    for row in rows {
        assert_eq!(
            (&row["date"], &row["symbol"]),
            (&json!("2026-01-10"), &json!("ETH/USD"))
        );
        assert_eq!(
            (&row["status"], &row["currency"]),
            (&json!("executed"), &json!("USD"))
        );
        assert_eq!(text(&row["id"])[8..17], *"000000000");
    }
    assert_eq!(
        (&rows[0]["qty"], &rows[0]["price"], &rows[0]["net_amount"]),
        (&json!("-0.005"), &json!("2000"), &json!("0"))
    );
    assert_eq!(rows[1]["net_amount"], "-3.3");
    let category = desk.get("/v2/account/activities?category=non_trade_activity");
    assert_eq!(category.as_array().unwrap().len(), 2);
}

#[tokio::test]
async fn no_margin_and_no_shorts() {
    let desk = weekend().await;
    let refused = |body: Value| desk.refused("POST", "/v2/orders", &body.to_string());
    let message = |text: &str| (403, Some(40_310_000), text.to_owned());
    assert_eq!(
        refused(order("buy", "50", "market", json!({}))),
        message("insufficient balance for USD (requested: 100000, available: 98000)")
    );
    assert_eq!(
        refused(order("sell", "0.5", "market", json!({}))),
        message("insufficient balance for ETH (requested: 0.5, available: 0)")
    );
    desk.order(order("buy", "49", "market", json!({})));
    assert_eq!(
        desk.figure("initial_margin"),
        desk.figure("long_market_value")
    );
    assert_eq!(
        desk.figure("maintenance_margin"),
        desk.figure("long_market_value")
    );
    // What is promised to others is not there.
    desk.order(order("sell", "48", "limit", json!({"limit_price": "2200"})));
    let (_, answer) = desk.call(
        "POST",
        "/v2/orders",
        &order("sell", "1", "limit", json!({"limit_price": "2200"})).to_string(),
    );
    assert_eq!(
        answer["message"],
        "insufficient balance for ETH (requested: 1, available: 0.8775)"
    );
}

#[tokio::test]
async fn floors_and_caps() {
    let desk = Desk::with(crate::desk::builder().cash(dec!(1000000))).await;
    desk.sim
        .market()
        .set_quote("ETH/USD", dec!(1999), dec!(2000), dec!(2000))
        .unwrap();
    for (qty, expected) in [
        ("0.005", None),
        (
            "0.00499",
            Some("cost basis must be >= minimal amount of order 10"),
        ),
        ("100", None),
        (
            "100.1",
            Some("cost basis must be <= maximal amount of order 200000"),
        ),
    ] {
        let (status, answer) = desk.call(
            "POST",
            "/v2/orders",
            &order("buy", qty, "market", json!({})).to_string(),
        );
        match expected {
            None => assert_eq!(status, 200, "{qty}"),
            Some(message) => assert_eq!(
                (status, &answer["message"]),
                (403, &json!(message)),
                "{qty}"
            ),
        }
    }
    // A quantity is cut to the step of the pair.
    let answer = desk.granted(
        "POST",
        "/v2/orders",
        order("buy", "0.123456789", "market", json!({})),
    );
    let asset = desk.get("/v2/assets/ETHUSD");
    let step = decimal(&asset["min_trade_increment"]);
    assert_eq!(decimal(&answer["qty"]) % step, Decimal::ZERO);
    assert!(dec!(0.123456789) - decimal(&answer["qty"]) < step);
    // And a price that is not on the grid is refused.
    let (status, _, message) = desk.refused(
        "POST",
        "/v2/orders",
        &order("buy", "1", "limit", json!({"limit_price": "1999.95"})).to_string(),
    );
    assert_eq!(status, 422);
    assert!(
        message.starts_with("invalid limit_price 1999.95."),
        "{message}"
    );
}

#[tokio::test]
async fn simple_orders_only() {
    let desk = weekend().await;
    let legs = json!({"take_profit": {"limit_price": "2200"}, "stop_loss": {"stop_price": "1800"}});
    for (class, message) in [
        (
            "bracket",
            "crypto orders not allowed for advanced order_class: otoco",
        ),
        (
            "oco",
            "crypto orders not allowed for advanced order_class: oco",
        ),
    ] {
        let mut body = order(
            "buy",
            "1",
            "limit",
            json!({"limit_price": "2000", "order_class": class}),
        );
        merge(&mut body, legs.clone());
        let refused = desk.refused("POST", "/v2/orders", &body.to_string());
        assert_eq!(refused, (422, Some(42_210_000), message.to_owned()));
    }
}

#[tokio::test]
async fn a_position_is_closed_by_a_gtc_order() {
    let desk = weekend().await;
    desk.order(order("buy", "2", "market", json!({})));
    let half = desk.granted(
        "DELETE",
        "/v2/positions/ETH%2FUSD?percentage=50",
        Value::Null,
    );
    for (name, value) in [
        ("time_in_force", "gtc"),
        ("type", "market"),
        ("side", "sell"),
        ("qty", "0.9975"),
        ("symbol", "ETH/USD"),
    ] {
        assert_eq!(half[name], value, "{name}");
    }
    let items = desk.granted("DELETE", "/v2/positions", Value::Null);
    assert_eq!(
        (&items[0]["symbol"], &items[0]["status"]),
        (&json!("ETHUSD"), &json!(200))
    );
    assert_eq!(desk.get("/v2/positions"), json!([]));
}
