//! Accounts that the service lets do less, and the rule on pattern day trading of before June 2026.

use alpaca_trading_sim::{AccountSetup, AccountState, AccountStatus, Dialect};
use rust_decimal::{Decimal, dec};
use serde_json::{Value, json};

use crate::desk::{Desk, aapl, bracket, builder, limit};

const KEY: &str = "PKSIMULATOR";
const NOT_AUTHORIZED: (u16, Option<u64>, &str) =
    (403, Some(40_310_000), "account is not authorized to trade");
const DENIED: (u16, Option<u64>, &str) = (
    403,
    Some(40_310_100),
    "trade denied due to pattern day trading protection",
);

fn state(change: impl FnOnce(&mut AccountState)) -> AccountState {
    let mut state = AccountState::default();
    change(&mut state);
    state
}

/// What becomes of a request.
fn refusal(desk: &Desk, method: &str, target: &str, body: &Value) -> (u16, Option<u64>, String) {
    let body = match body {
        Value::Null => String::new(),
        body => body.to_string(),
    };
    desk.refused(method, target, &body)
}

fn is(got: (u16, Option<u64>, String), expected: (u16, Option<u64>, &str)) {
    assert_eq!((got.0, got.1, got.2.as_str()), expected);
}

#[tokio::test]
async fn an_account_that_is_blocked_opens_and_closes_nothing() {
    for (name, value, blocked) in [
        (
            "trading_blocked",
            json!(true),
            state(|state| state.trading_blocked = true),
        ),
        (
            "account_blocked",
            json!(true),
            state(|state| state.account_blocked = true),
        ),
        (
            "status",
            json!("INACTIVE"),
            state(|state| state.status = AccountStatus::Inactive),
        ),
        (
            "status",
            json!("ACCOUNT_CLOSED"),
            state(|state| state.status = AccountStatus::AccountClosed),
        ),
    ] {
        let desk = Desk::open().await;
        desk.buy("AAPL", "10");
        let waiting = desk.order(limit("buy", "1", "90"));
        let other = desk.order(limit("buy", "1", "91"));
        let before = desk.get("/v2/account");
        desk.sim
            .change_account_state(KEY, |state| *state = blocked.clone())
            .unwrap();
        assert_eq!(desk.sim.account_state(KEY).unwrap(), blocked);
        let account = desk.get("/v2/account");
        assert_eq!(account[name], value);
        let mut same = before.clone();
        same[name] = value;
        assert_eq!(account, same, "nothing else is shown differently");

        let orders = desk.sim.look(|world| world.all_orders().count());
        for body in [
            aapl("buy", "1", "market", json!({})),
            aapl("sell", "1", "market", json!({})),
            bracket("1"),
        ] {
            is(refusal(&desk, "POST", "/v2/orders", &body), NOT_AUTHORIZED);
        }
        let close = refusal(&desk, "DELETE", "/v2/positions/AAPL", &Value::Null);
        is(close, NOT_AUTHORIZED);
        let target = format!("/v2/orders/{waiting}");
        let change = json!({"limit_price": "89"});
        is(refusal(&desk, "PATCH", &target, &change), NOT_AUTHORIZED);
        let (status, all) = desk.call("DELETE", "/v2/positions", "");
        assert_eq!((status, &all[0]["status"]), (207, &json!(403)));
        assert_eq!(all[0]["body"]["code"], 40_310_000);
        assert_eq!(
            desk.sim.look(|world| world.all_orders().count()),
            orders,
            "no order came of it"
        );

        // What was placed before works on, and can be canceled.
        desk.cancel(&other);
        assert_eq!(desk.status(&other), "canceled");
        desk.price("AAPL", dec!(80));
        assert_eq!(desk.status(&waiting), "filled");

        desk.sim
            .change_account_state(KEY, |state| *state = AccountState::default())
            .unwrap();
        desk.granted("DELETE", "/v2/positions/AAPL", Value::Null);
        desk.sim.look(|world| world.audit()).unwrap();
    }
}

#[tokio::test]
async fn an_account_that_only_closes_opens_nothing() {
    let desk = Desk::open().await;
    desk.buy("AAPL", "10");
    let opening = desk.order(limit("buy", "1", "90"));
    desk.sim
        .change_account_state(KEY, |state| state.liquidation_only = true)
        .unwrap();
    let only = (
        403,
        Some(40_310_000),
        "account is restricted to liquidation only",
    );
    for body in [aapl("buy", "1", "market", json!({})), bracket("1")] {
        is(refusal(&desk, "POST", "/v2/orders", &body), only);
    }
    let target = format!("/v2/orders/{opening}");
    let change = json!({"limit_price": "89"});
    is(refusal(&desk, "PATCH", &target, &change), only);
    desk.cancel(&opening);
    let closing = desk.order(limit("sell", "1", "120"));
    desk.replace(&closing, json!({"limit_price": "121"}));
    desk.order(aapl("sell", "1", "market", json!({})));
}

#[tokio::test]
async fn transfers_are_blocked_in_what_is_shown() {
    let setup = AccountSetup {
        state: state(|state| state.transfers_blocked = true),
        ..AccountSetup::default()
    };
    let desk = Desk::with(builder().account(setup)).await;
    assert_eq!(desk.get("/v2/account")["transfers_blocked"], true);
    desk.buy("AAPL", "1");
    let unknown = desk
        .sim
        .change_account_state("PKOTHER", |_| {})
        .unwrap_err();
    assert!(unknown.is_unknown());
    assert!(desk.sim.account_state("PKOTHER").unwrap_err().is_unknown());
}

async fn by_the_old_rule(cash: Decimal) -> Desk {
    let mut dialect = Dialect::default();
    dialect.pattern_day_trading = true;
    Desk::with(builder().dialect(dialect).cash(cash)).await
}

/// Buys and sells within the day.
fn day_trade(desk: &Desk) {
    desk.buy("AAPL", "2");
    desk.order(aapl("sell", "1", "market", json!({})));
    desk.order(aapl("sell", "1", "market", json!({})));
}

fn count(desk: &Desk) -> (Value, Value) {
    let account = desk.get("/v2/account");
    (
        account["daytrade_count"].clone(),
        account["pattern_day_trader"].clone(),
    )
}

#[tokio::test]
async fn the_fourth_day_trade_in_five_days_is_denied() {
    let desk = by_the_old_rule(dec!(24999)).await;
    assert_eq!(count(&desk), (json!(0), json!(false)));
    day_trade(&desk);
    desk.until("2026-01-06T15:00:00Z");
    day_trade(&desk);
    day_trade(&desk);
    assert_eq!(count(&desk), (json!(3), json!(false)));

    // What is opened cannot be closed on the same day.
    desk.buy("AAPL", "2");
    for (method, target, body) in [
        ("POST", "/v2/orders", aapl("sell", "1", "market", json!({}))),
        ("POST", "/v2/orders", limit("sell", "2", "120")),
        ("POST", "/v2/orders", bracket("1")),
        ("DELETE", "/v2/positions/AAPL", Value::Null),
    ] {
        is(refusal(&desk, method, target, &body), DENIED);
    }
    // What makes none is allowed: more of it, and coins.
    desk.buy("AAPL", "1");
    desk.buy("BTC/USD", "0.01");
    desk.granted("DELETE", "/v2/positions/BTCUSD", Value::Null);
    assert_eq!(count(&desk), (json!(3), json!(false)));

    // On another day it can.
    desk.until("2026-01-07T15:00:00Z");
    desk.granted("DELETE", "/v2/positions/AAPL", Value::Null);
    assert_eq!(count(&desk), (json!(3), json!(false)));

    // The first one counts until Friday, the others until Monday.
    desk.until("2026-01-09T21:30:00Z");
    assert_eq!(count(&desk).0, 3);
    desk.until("2026-01-12T15:00:00Z");
    assert_eq!(count(&desk).0, 2);
    day_trade(&desk);
    assert_eq!(count(&desk), (json!(3), json!(false)));
    desk.until("2026-01-13T15:00:00Z");
    assert_eq!(count(&desk).0, 1);
    desk.sim.look(|world| world.audit()).unwrap();
}

#[tokio::test]
async fn short_positions_make_day_trades_too() {
    let desk = by_the_old_rule(dec!(20000)).await;
    for expected in 1..=3 {
        desk.order(aapl("sell", "2", "market", json!({})));
        desk.buy("AAPL", "2");
        assert_eq!(count(&desk).0, expected);
    }
    desk.order(aapl("sell", "2", "market", json!({})));
    let cover = aapl("buy", "1", "market", json!({}));
    is(refusal(&desk, "POST", "/v2/orders", &cover), DENIED);
}

#[tokio::test]
async fn enough_equity_allows_any_number_and_makes_a_pattern() {
    let desk = by_the_old_rule(dec!(26000)).await;
    for trades in 1..=5 {
        day_trade(&desk);
        assert_eq!(count(&desk), (json!(trades), json!(trades > 3)));
    }
    // It is the present equity that counts.
    desk.buy("AAPL", "100");
    desk.price("AAPL", dec!(80));
    let sell = aapl("sell", "1", "market", json!({}));
    is(refusal(&desk, "POST", "/v2/orders", &sell), DENIED);
    desk.price("AAPL", dec!(100));
    desk.order(sell);
}

#[tokio::test]
async fn without_the_rule_nobody_counts() {
    let desk = Desk::with(builder().cash(dec!(5000))).await;
    for _ in 0..6 {
        day_trade(&desk);
    }
    assert_eq!(count(&desk), (Value::Null, Value::Null));
}
