//! What orders hold of buying power and positions, and what the account's figures come to.

use alpaca_trading_sim::Dialect;
use rust_decimal::{Decimal, dec};
use serde_json::json;

use crate::desk::{Desk, aapl, builder, decimal, limit};

#[tokio::test]
async fn an_order_holds_what_it_may_cost() {
    let desk = Desk::open().await;
    let held = |body| {
        let before = desk.sim.snapshot();
        desk.order(body);
        let held = dec!(400000) - desk.figure("buying_power");
        let margin = desk.figure("initial_margin");
        desk.sim.restore(&before);
        (held, margin)
    };
    // Half of what is held is margin.
    let limit_order = held(limit("buy", "10", "90"));
    assert_eq!(limit_order, (dec!(900), dec!(450)));
    let stop = held(aapl("buy", "10", "stop", json!({"stop_price": "110"})));
    assert_eq!(stop.0, dec!(110) * dec!(1.025) * dec!(10));
    let low = held(json!({
        "symbol": "F", "side": "buy", "qty": "10", "type": "stop", "time_in_force": "day", "stop_price": "14"
    }));
    assert_eq!(low.0, dec!(14) * dec!(1.04) * dec!(10));
    let stop_limit = aapl(
        "buy",
        "10",
        "stop_limit",
        json!({"stop_price": "110", "limit_price": "111"}),
    );
    assert_eq!(held(stop_limit).0, dec!(1110));
    // A short sale holds the limit, or 3 % above the offer if that is more.
    assert_eq!(held(limit("sell", "10", "110")).0, dec!(1100));
    assert_eq!(
        held(limit("sell", "10", "101")).0,
        dec!(100.01) * dec!(1.03) * dec!(10)
    );
    let notional = aapl(
        "buy",
        "1",
        "limit",
        json!({"qty": null, "notional": "50", "limit_price": "90"}),
    );
    assert_eq!(held(notional).0, dec!(50));
}

#[tokio::test]
async fn the_hour_decides_what_a_market_order_is_taken_to_cost() {
    for (time, each) in [
        // The far side with its collar, the middle, the last trade.
        ("2026-01-05T15:00:00Z", dec!(100.01) * dec!(1.025)),
        ("2026-01-05T13:00:00Z", dec!(100)),
        ("2026-01-05T22:00:00Z", dec!(100)),
        ("2026-01-03T15:00:00Z", dec!(100)),
    ] {
        let desk = Desk::at(time).await;
        let most = (dec!(400000) / each).floor();
        let more = (most + dec!(1)).to_string();
        let (status, answer) = desk.call(
            "POST",
            "/v2/orders",
            &aapl("buy", &more, "market", json!({})).to_string(),
        );
        assert_eq!(
            (status, decimal(&answer["cost_basis"])),
            (403, ((most + dec!(1)) * each).round_dp(2)),
            "{time}"
        );
        desk.order(aapl("buy", &most.to_string(), "market", json!({})));
    }
}

#[tokio::test]
async fn what_ends_lets_go() {
    let desk = Desk::open().await;
    let order = desk.order(limit("buy", "100", "90"));
    assert_eq!(desk.figure("buying_power"), dec!(391000));
    let more = desk.replace(&order, json!({"limit_price": "95"}));
    assert_eq!(desk.figure("buying_power"), dec!(390500));
    desk.cancel(&more);
    assert_eq!(desk.figure("buying_power"), dec!(400000));
    desk.order(limit("buy", "100", "90"));
    desk.until("2026-01-05T21:00:00Z");
    assert_eq!(desk.figure("buying_power"), dec!(400000));
    assert_eq!(desk.figure("initial_margin"), Decimal::ZERO);
}

#[tokio::test]
async fn a_sale_of_what_is_held_frees_only_when_it_is_filled() {
    let desk = Desk::open().await;
    desk.buy("AAPL", "100");
    let before = desk.figure("buying_power");
    desk.order(limit("sell", "100", "110"));
    assert_eq!(desk.figure("buying_power"), before);
    assert_eq!(desk.get("/v2/positions/AAPL")["qty_available"], "0");
    desk.price("AAPL", dec!(111));
    assert_eq!(
        desk.figure("cash"),
        dec!(100000) - dec!(10001) + dec!(11000)
    );
    assert_eq!(desk.figure("buying_power"), dec!(400000));
}

#[tokio::test]
async fn one_order_does_not_turn_a_position() {
    let desk = Desk::open().await;
    desk.buy("AAPL", "10");
    let (status, _, message) = desk.refused(
        "POST",
        "/v2/orders",
        &aapl("sell", "15", "market", json!({})).to_string(),
    );
    assert_eq!(status, 403);
    assert_eq!(
        message,
        "insufficient qty available for order (requested: 15, available: 10)"
    );
    desk.order(aapl("sell", "10", "market", json!({})));
    desk.order(aapl("sell", "5", "market", json!({})));
    assert_eq!(desk.get("/v2/positions/AAPL")["qty"], "-5");
    let (status, _, message) = desk.refused(
        "POST",
        "/v2/orders",
        &aapl("buy", "6", "market", json!({})).to_string(),
    );
    assert_eq!(
        (status, message.as_str()),
        (
            403,
            "insufficient qty available for order (requested: 6, available: 5)"
        )
    );
}

#[tokio::test]
async fn the_multiplier_follows_equity_and_settings() {
    for (cash, setting, multiplier, power, regt, shorting) in [
        (dec!(100000), "4", "4", dec!(400000), dec!(200000), true),
        (dec!(100000), "2", "2", dec!(200000), dec!(200000), true),
        (dec!(100000), "1", "1", dec!(100000), dec!(100000), false),
        (dec!(2000), "4", "4", dec!(8000), dec!(4000), true),
        (dec!(1999.99), "4", "1", dec!(1999.99), dec!(1999.99), false),
    ] {
        let desk = Desk::with(builder().cash(cash)).await;
        desk.granted(
            "PATCH",
            "/v2/account/configurations",
            json!({"max_margin_multiplier": setting}),
        );
        let account = desk.get("/v2/account");
        assert_eq!(account["multiplier"], multiplier, "{cash} {setting}");
        assert_eq!(decimal(&account["buying_power"]), power, "{cash} {setting}");
        assert_eq!(
            decimal(&account["regt_buying_power"]),
            regt,
            "{cash} {setting}"
        );
        assert_eq!(account["shorting_enabled"], shorting, "{cash} {setting}");
    }
}

#[tokio::test]
async fn what_takes_no_margin_is_paid_in_full() {
    let desk = Desk::open().await;
    desk.price("SENS", dec!(0.5));
    let order = |qty: &str| {
        json!({
            "symbol": "SENS", "qty": qty, "side": "buy", "type": "limit", "time_in_force": "day",
            "limit_price": "0.4"
        })
    };
    // Equity less 2,000.
    let (status, _, message) = desk.refused("POST", "/v2/orders", &order("245001").to_string());
    assert_eq!(
        (status, message.as_str()),
        (403, "insufficient buying power")
    );
    desk.order(order("245000"));
    assert_eq!(desk.figure("initial_margin"), dec!(98000));
    assert_eq!(desk.figure("non_marginable_buying_power"), Decimal::ZERO);
}

#[tokio::test]
async fn what_takes_no_margin_may_take_all_cash_where_the_other_source_is_followed() {
    let mut dialect = Dialect::default();
    dialect.non_marginable_is_cash = true;
    let desk = Desk::with(builder().dialect(dialect)).await;
    assert_eq!(desk.figure("non_marginable_buying_power"), dec!(100000));
    desk.order(limit("buy", "100", "90"));
    assert_eq!(desk.figure("non_marginable_buying_power"), dec!(91000));
}

#[tokio::test]
async fn maintenance_goes_by_price_side_and_kind() {
    // A quote, a quantity, and what a share is to be covered by.
    for (symbol, price, qty, each) in [
        ("F", dec!(2.40), "10", dec!(2.40)),
        ("F", dec!(5), "10", dec!(2.50)),
        ("F", dec!(10), "10", dec!(3)),
        ("F", dec!(2), "-10", dec!(2.50)),
        ("F", dec!(4), "-10", dec!(4)),
        ("F", dec!(10), "-10", dec!(5)),
        ("JNJ", dec!(200), "-10", dec!(60)),
        ("SSO", dec!(100), "10", dec!(50)),
        ("TQQQ", dec!(100), "10", dec!(75)),
        ("SENS", dec!(10), "10", dec!(10)),
    ] {
        let desk = Desk::open().await;
        desk.price(symbol, price);
        let (side, count) = match qty.strip_prefix('-') {
            Some(count) => ("sell", count),
            None => ("buy", qty),
        };
        desk.order(json!({
            "symbol": symbol, "qty": count, "side": side, "type": "market", "time_in_force": "day"
        }));
        let maintenance = each * dec!(10);
        assert_eq!(
            desk.figure("maintenance_margin"),
            maintenance,
            "{symbol} {price} {qty}"
        );
        let half = price * dec!(5);
        assert_eq!(
            desk.figure("initial_margin"),
            half.max(maintenance),
            "{symbol} {price} {qty}"
        );
    }
}
