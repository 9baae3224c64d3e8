//! The table of errors: what account and asset do not allow, with status, code, text and context.
//!
//! Rows that need what the simulator does not serve (options, locates) are not here; those of accounts that are
//! blocked and of pattern day trading are in [`blocked`](crate::blocked), those that a request alone decides in
//! [`validation`](crate::validation).

use rust_decimal::dec;
use serde_json::{Value, json};

use crate::desk::{Desk, aapl, bracket, decimal, id, limit, merge};
use crate::row::{FORBIDDEN, REFUSED, hold, nothing, post};

fn configured(desk: &Desk, name: &str, value: Value) -> String {
    let answer = desk.granted(
        "PATCH",
        "/v2/account/configurations",
        json!({ name: value }),
    );
    assert_eq!(answer[name], value);
    String::new()
}

fn market(side: &str, qty: &str, more: Value) -> Value {
    aapl(side, qty, "market", more)
}

#[tokio::test]
async fn what_the_account_does_not_allow_is_403() {
    let coins = |side: &str, more: Value| {
        let mut body = json!({
            "symbol": "ETH/USD", "side": side, "type": "market", "time_in_force": "gtc"
        });
        merge(&mut body, more);
        body
    };
    hold(vec![
        post(nothing, limit("buy", "5000", "100"), FORBIDDEN, "insufficient buying power")
            .with(&["buying_power", "cost_basis"]),
        post(
            |desk| desk.buy("AAPL", "10"),
            market("sell", "11", json!({})),
            FORBIDDEN,
            "insufficient qty available for order (requested: 11, available: 10)",
        )
        .with(&["available", "existing_qty", "held_for_orders", "related_orders", "symbol"]),
        post(
            nothing,
            coins("buy", json!({"notional": "150000"})),
            FORBIDDEN,
            "insufficient balance for USD (requested: 150000, available: 98000)",
        )
        .with(&["available", "balance", "symbol"]),
        post(
            nothing,
            coins("sell", json!({"qty": "1"})),
            FORBIDDEN,
            "insufficient balance for ETH (requested: 1, available: 0)",
        )
        .with(&["available", "balance", "symbol"]),
        post(
            nothing,
            market("buy", "0.005", json!({})),
            FORBIDDEN,
            "cost basis must be >= minimal amount of order 1",
        ),
        post(
            nothing,
            coins("buy", json!({"notional": "9.99"})),
            FORBIDDEN,
            "cost basis must be >= minimal amount of order 10",
        ),
        post(
            |desk| configured(desk, "no_shorting", json!(true)),
            market("sell", "1", json!({})),
            FORBIDDEN,
            "account is not allowed to short",
        ),
        post(
            |desk| configured(desk, "max_margin_multiplier", json!("1")),
            market("sell", "1", json!({})),
            FORBIDDEN,
            "account is not allowed to short",
        ),
        post(
            |desk| configured(desk, "suspend_trade", json!(true)),
            market("buy", "1", json!({})),
            FORBIDDEN,
            "new orders are rejected by user request",
        ),
        post(
            |desk| configured(desk, "fractional_trading", json!(false)),
            market("buy", "1.5", json!({})),
            FORBIDDEN,
            "fractional trading is disabled for this account",
        ),
        post(
            nothing,
            market("buy", "1.5", json!({"symbol": "BRK.A"})),
            FORBIDDEN,
            "asset \"BRK.A\" is not fractionable",
        ),
        post(
            nothing,
            market("buy", "1", json!({"time_in_force": "opg"})),
            FORBIDDEN,
            "opg orders must be submitted after 7:00pm and before 9:28am",
        ),
        post(
            |desk| {
                desk.until("2026-01-05T20:50:00Z");
                String::new()
            },
            market("buy", "1", json!({"time_in_force": "cls"})),
            FORBIDDEN,
            "cls orders must be submitted after 7:00pm and before 3:55pm",
        ),
        post(
            |desk| desk.order(limit("sell", "1", "110")),
            limit("buy", "1", "90"),
            FORBIDDEN,
            "cannot open a long buy while a short sell order is open",
        ),
        post(
            |desk| desk.order(limit("buy", "1", "90")),
            limit("sell", "1", "110"),
            FORBIDDEN,
            "cannot open a short sell while a long buy order is open",
        ),
        post(
            nothing,
            market("buy", "1", json!({"symbol": "ZVZZT"})),
            FORBIDDEN,
            "order has been rejected due to no available quote for symbol. please reenter with a limit",
        ),
        post(
            |desk| {
                desk.buy("AAPL", "10");
                desk.order(limit("sell", "5", "110"))
            },
            aapl("buy", "1", "limit", json!({"qty": null, "notional": "50", "limit_price": "90"})),
            FORBIDDEN,
            "unable to open new notional orders while having open closing position orders",
        ),
    ])
    .await;
}

#[tokio::test]
async fn what_would_trade_with_itself_is_403() {
    const WASH: &str = "potential wash trade detected. use complex orders";
    let context = &["existing_order_id", "reject_reason"];
    let held = |desk: &Desk| desk.buy("AAPL", "10");
    hold(vec![
        post(
            |desk| desk.order(limit("buy", "1", "90")),
            market("sell", "1", json!({})),
            FORBIDDEN,
            WASH,
        )
        .with(context),
        post(
            |desk| desk.order(limit("buy", "1", "90")),
            aapl("sell", "1", "stop", json!({"stop_price": "80"})),
            FORBIDDEN,
            WASH,
        )
        .with(context),
        post(
            |desk| {
                desk.buy("AAPL", "10");
                desk.order(aapl("sell", "1", "stop", json!({"stop_price": "80"})))
            },
            limit("buy", "1", "70"),
            FORBIDDEN,
            WASH,
        )
        .with(context),
        post(
            |desk| {
                desk.buy("AAPL", "10");
                desk.order(limit("sell", "1", "110"))
            },
            limit("buy", "1", "110"),
            FORBIDDEN,
            WASH,
        )
        .with(context),
    ])
    .await;
    // What does not cross, what has legs, and what trails is let through.
    let desk = Desk::open().await;
    held(&desk);
    let existing = desk.order(limit("sell", "1", "110"));
    desk.order(limit("buy", "1", "99"));
    desk.order(bracket("1"));
    desk.order(aapl(
        "buy",
        "1",
        "trailing_stop",
        json!({"trail_percent": "5"}),
    ));
    desk.order(limit("sell", "1", "110"));
    let (_, answer) = desk.call("POST", "/v2/orders", &limit("buy", "1", "111").to_string());
    assert_eq!(answer["existing_order_id"], json!(existing));
    assert_eq!(answer["reject_reason"], "opposite side limit order exists");
    let (_, answer) = desk.call(
        "POST",
        "/v2/orders",
        &market("buy", "1", json!({})).to_string(),
    );
    assert_eq!(
        answer["reject_reason"],
        "opposite side market/stop order exists"
    );
}

#[tokio::test]
async fn what_an_asset_does_not_allow_is_422() {
    let of = |symbol: &str, side: &str, more: Value| {
        let mut body = market(side, "1", json!({ "symbol": symbol }));
        merge(&mut body, more);
        body
    };
    let none = json!({});
    hold(vec![
        post(nothing, of("NOPE", "buy", none.clone()), REFUSED, "asset \"NOPE\" not found"),
        post(nothing, of("aapl", "buy", none.clone()), REFUSED, "asset \"aapl\" not found"),
        post(nothing, of("TWTR", "buy", none.clone()), REFUSED, "asset TWTR is not active"),
        post(nothing, of("ZWZZT", "buy", none.clone()), REFUSED, "asset ZWZZT is not active"),
        post(nothing, of("SENS", "sell", none.clone()), REFUSED, "asset \"SENS\" cannot be sold short"),
        post(nothing, of("GME", "sell", none.clone()), REFUSED, "asset \"GME\" cannot be sold short"),
        post(
            nothing,
            of("GME", "sell", json!({"time_in_force": "gtc"})),
            REFUSED,
            "only day orders are allowed for hard-to-borrow asset GME",
        ),
        post(
            nothing,
            of("AAPL", "sell", json!({"qty": "1.5"})),
            REFUSED,
            "fractional orders cannot be sold short",
        ),
        post(
            nothing,
            of("AAPL", "sell", json!({"qty": null, "notional": "50"})),
            REFUSED,
            "fractional orders cannot be sold short",
        ),
        post(
            nothing,
            of("EPD", "buy", none.clone()),
            FORBIDDEN,
            "asset \"EPD\" is a publicly traded partnership without exception, which the account does not allow",
        ),
    ])
    .await;
    let desk = Desk::open().await;
    configured(&desk, "ptp_no_exception_entry", json!(true));
    desk.order(of("EPD", "buy", none.clone()));
    desk.order(of("USO", "buy", none));
}

#[tokio::test]
async fn the_context_says_what_is_missing() {
    let desk = Desk::open().await;
    let (_, answer) = desk.call(
        "POST",
        "/v2/orders",
        &limit("buy", "5000", "100").to_string(),
    );
    assert_eq!(decimal(&answer["buying_power"]), dec!(400000));
    assert_eq!(decimal(&answer["cost_basis"]), dec!(500000));
    desk.buy("AAPL", "10");
    let first = desk.order(limit("sell", "4", "110"));
    let second = desk.order(limit("sell", "3", "111"));
    let (_, answer) = desk.call("POST", "/v2/orders", &limit("sell", "4", "112").to_string());
    assert_eq!(
        answer,
        json!({
            "code": 40310000,
            "message": "insufficient qty available for order (requested: 4, available: 3)",
            "available": "3", "existing_qty": "10", "held_for_orders": "7", "symbol": "AAPL",
            "related_orders": [first, second],
        })
    );
    // Of a replacement too.
    let (status, answer) = desk.call("PATCH", &format!("/v2/orders/{first}"), "{\"qty\": \"8\"}");
    assert_eq!((status, &answer["available"]), (403, &json!("7")));
    assert_eq!(answer["existing_qty"], "10");
    // Nothing was changed by what was refused.
    assert_eq!(id(&desk.look(&first)), first);
    assert_eq!(desk.status(&first), "new");
}
