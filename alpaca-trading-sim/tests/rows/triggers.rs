//! When stops wake, and how trailing stops follow the price.

use rust_decimal::{Decimal, dec};
use serde_json::{Value, json};

use crate::desk::{Desk, aapl, decimal, limit};

#[tokio::test]
async fn a_limit_is_filled_at_the_quote_or_when_it_has_waited_at_itself() {
    let desk = Desk::open().await;
    let now = desk.order(limit("buy", "1", "105"));
    assert_eq!(desk.look(&now)["filled_avg_price"], "100.01");
    let waits = desk.order(limit("buy", "1", "95"));
    desk.price("AAPL", dec!(95));
    assert_eq!(desk.status(&waits), "new");
    desk.price("AAPL", dec!(90));
    assert_eq!(desk.look(&waits)["filled_avg_price"], "95");
}

#[tokio::test]
async fn a_stop_wakes_when_the_last_trade_passes_it() {
    let desk = Desk::open().await;
    desk.buy("AAPL", "10");
    let sell = desk.order(aapl("sell", "5", "stop", json!({"stop_price": "95"})));
    // The quote alone does not.
    desk.sim
        .market()
        .set_quote("AAPL", dec!(94), dec!(96), dec!(95.01))
        .unwrap();
    assert_eq!(desk.status(&sell), "new");
    desk.sim
        .market()
        .set_quote("AAPL", dec!(94), dec!(96), dec!(95))
        .unwrap();
    assert_eq!(
        (desk.status(&sell), &desk.look(&sell)["filled_avg_price"]),
        ("filled".into(), &json!("94"))
    );
    assert_eq!(desk.told(&sell), ["pending_new", "new", "fill"]);
    desk.granted("DELETE", "/v2/positions/AAPL", Value::Null);
    let buy = desk.order(aapl("buy", "5", "stop", json!({"stop_price": "97"})));
    desk.price("AAPL", dec!(96.99));
    assert_eq!(desk.status(&buy), "new");
    desk.price("AAPL", dec!(97));
    assert_eq!(desk.look(&buy)["filled_avg_price"], "97.01");
    // One whose price is passed already wakes at once.
    let at_once = desk.order(aapl("buy", "5", "stop", json!({"stop_price": "96"})));
    assert_eq!(desk.status(&at_once), "filled");
}

#[tokio::test]
async fn a_stop_that_buys_is_not_filled_beyond_its_collar() {
    // 2.5 % above the stop price from 50 dollars on, 4 % below.
    for (symbol, start, stop, beyond, within) in [
        ("AAPL", dec!(100), "110", dec!(113), dec!(112.7)),
        ("F", dec!(13), "14", dec!(14.6), dec!(14.5)),
    ] {
        let desk = Desk::open().await;
        desk.price(symbol, start);
        let id = desk.order(json!({
            "symbol": symbol, "qty": "1", "side": "buy", "type": "stop", "time_in_force": "day",
            "stop_price": stop
        }));
        desk.price(symbol, beyond);
        assert_eq!(desk.status(&id), "new", "{symbol}");
        desk.price(symbol, within);
        assert_eq!(desk.status(&id), "filled", "{symbol}");
    }
}

#[tokio::test]
async fn a_stop_limit_becomes_a_limit() {
    let desk = Desk::open().await;
    desk.buy("AAPL", "10");
    let id = desk.order(aapl(
        "sell",
        "10",
        "stop_limit",
        json!({"stop_price": "95", "limit_price": "94.50"}),
    ));
    // A gap below the limit: it waits, and is filled at its limit.
    desk.price("AAPL", dec!(93));
    assert_eq!(desk.status(&id), "new");
    desk.price("AAPL", dec!(94.52));
    let order = desk.look(&id);
    assert_eq!(
        (&order["status"], &order["filled_avg_price"]),
        (&json!("filled"), &json!("94.5"))
    );
}

#[tokio::test]
async fn stops_wake_in_core_hours_alone() {
    let desk = Desk::open().await;
    desk.buy("AAPL", "10");
    let mut stop = aapl("sell", "5", "stop", json!({"stop_price": "95"}));
    stop["time_in_force"] = json!("gtc");
    let stop = desk.order(stop);
    let mut trailing = aapl("sell", "5", "trailing_stop", json!({"trail_price": "5"}));
    trailing["time_in_force"] = json!("gtc");
    let trailing = desk.order(trailing);
    desk.until("2026-01-05T22:00:00Z");
    desk.price("AAPL", dec!(80));
    assert_eq!([desk.status(&stop), desk.status(&trailing)], ["new", "new"]);
    desk.until("2026-01-06T13:00:00Z");
    desk.price("AAPL", dec!(80));
    assert_eq!([desk.status(&stop), desk.status(&trailing)], ["new", "new"]);
    desk.until("2026-01-06T14:30:00Z");
    desk.price("AAPL", dec!(80));
    assert_eq!(
        [desk.status(&stop), desk.status(&trailing)],
        ["filled", "filled"]
    );
}

/// Prices, and mark and stop of a trailing stop after each.
async fn trail(side: &str, more: Value, steps: &[(Decimal, Decimal, Decimal)]) {
    let desk = Desk::open().await;
    if side == "sell" {
        desk.buy("AAPL", "10");
    }
    let id = desk.order(aapl(side, "10", "trailing_stop", more));
    for (price, mark, stop) in steps {
        desk.price("AAPL", *price);
        let order = desk.look(&id);
        assert_eq!(
            (decimal(&order["hwm"]), decimal(&order["stop_price"])),
            (*mark, *stop),
            "{side} {price}"
        );
        assert_eq!(order["status"], "new");
    }
    let (_, _, stop) = steps.last().unwrap();
    desk.price("AAPL", *stop);
    assert_eq!(desk.status(&id), "filled", "{side}");
}

#[tokio::test]
async fn a_trailing_stop_follows_the_best_price() {
    trail(
        "sell",
        json!({"trail_price": "5"}),
        &[
            (dec!(100), dec!(100), dec!(95)),
            (dec!(103), dec!(103), dec!(98)),
            (dec!(99), dec!(103), dec!(98)),
            (dec!(104.5), dec!(104.5), dec!(99.5)),
        ],
    )
    .await;
    trail(
        "sell",
        json!({"trail_percent": "10"}),
        &[
            (dec!(100), dec!(100), dec!(90)),
            (dec!(120), dec!(120), dec!(108)),
            (dec!(110), dec!(120), dec!(108)),
        ],
    )
    .await;
    trail(
        "buy",
        json!({"trail_price": "5"}),
        &[
            (dec!(100), dec!(100), dec!(105)),
            (dec!(96), dec!(96), dec!(101)),
            (dec!(99), dec!(96), dec!(101)),
        ],
    )
    .await;
    trail(
        "buy",
        json!({"trail_percent": "2.5"}),
        &[
            (dec!(100), dec!(100), dec!(102.5)),
            (dec!(80), dec!(80), dec!(82)),
            (dec!(81), dec!(80), dec!(82)),
        ],
    )
    .await;
}

#[tokio::test]
async fn a_trailing_stop_shows_its_mark_from_the_start() {
    let desk = Desk::open().await;
    desk.buy("AAPL", "10");
    let body = aapl("sell", "10", "trailing_stop", json!({"trail_percent": "5"}));
    let answer = desk.granted("POST", "/v2/orders", body);
    for (name, value) in [("hwm", "100"), ("stop_price", "95"), ("trail_percent", "5")] {
        assert_eq!(answer[name], value, "{name}");
    }
    assert_eq!(answer["trail_price"], Value::Null);
}
