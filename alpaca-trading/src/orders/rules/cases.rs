//! For each rule an order that keeps it and one that breaks it, and the promise that no rule is left
//! out.

use std::collections::BTreeSet;

use crate::Violation;
use crate::orders::rules::{
    TABLES, advanced, class, extended_hours, identity, ids, legs, price, quantity, replacing,
    time_in_force,
};
use crate::orders::{
    AssetClass, Leg, OrderClass, OrderRequest, OrderType, Quantity, Side, StopLoss, TakeProfit,
    TimeInForce, Trail,
};
use crate::raw::types::CreateOrderRequest;
use crate::rust_decimal::Decimal;

pub(super) const CALL_100: &str = "AAPL250620C00100000";
pub(super) const CALL_110: &str = "AAPL250620C00110000";
pub(super) const SPY_CALL: &str = "SPY250620C00500000";

/// A rule, an order that it applies to and that breaks no rule, an order that breaks this rule alone,
/// and the field that is named.
pub(super) type Case = (&'static str, OrderRequest, OrderRequest, &'static str);

pub(super) fn d(text: &str) -> Decimal {
    text.parse().unwrap()
}

pub(super) fn market(symbol: &str) -> OrderRequest {
    OrderRequest::market(symbol, Side::Buy, Quantity::shares(10))
}

pub(super) fn limit(symbol: &str, price: &str) -> OrderRequest {
    OrderRequest::limit(symbol, Side::Buy, Quantity::shares(10), d(price))
}

pub(super) fn stop(price: &str) -> OrderRequest {
    OrderRequest::stop("AAPL", Side::Buy, Quantity::shares(10), d(price))
}

pub(super) fn trailing(trail: Trail) -> OrderRequest {
    OrderRequest::trailing_stop("AAPL", Side::Sell, Quantity::shares(10), trail)
}

pub(super) fn bracket() -> OrderRequest {
    limit("AAPL", "100").bracket(TakeProfit::limit(110), StopLoss::stop(90))
}

pub(super) fn oco() -> OrderRequest {
    let exits = (TakeProfit::limit(110), StopLoss::stop(90));
    OrderRequest::oco("AAPL", Side::Sell, Quantity::shares(10), exits.0, exits.1)
}

pub(super) fn spread() -> OrderRequest {
    strategy([
        Leg::buy_to_open(CALL_100, 1),
        Leg::sell_to_open(CALL_110, 2),
    ])
}

pub(super) fn strategy(legs: impl IntoIterator<Item = Leg>) -> OrderRequest {
    OrderRequest::multi_leg(1, legs)
}

pub(super) fn notional(symbol: &str, amount: &str) -> OrderRequest {
    OrderRequest::market(symbol, Side::Buy, Quantity::notional(d(amount)))
}

pub(super) fn edit(
    order: OrderRequest,
    change: impl FnOnce(&mut CreateOrderRequest),
) -> OrderRequest {
    order.map_body(change)
}

pub(super) fn coins(side: Side, coins: &str, price: &str) -> OrderRequest {
    OrderRequest::limit("BTC/USD", side, Quantity::coins(d(coins)), d(price))
}

fn cases() -> Vec<Case> {
    [
        identity::tests::cases(),
        quantity::tests::cases(),
        price::tests::cases(),
        time_in_force::tests::cases(),
        class::tests::cases(),
        extended_hours::tests::cases(),
        legs::tests::cases(),
        advanced::tests::cases(),
    ]
    .concat()
}

fn rules(violations: &[Violation]) -> Vec<&'static str> {
    violations.iter().map(Violation::rule).collect()
}

#[test]
fn each_rule_is_kept_by_one_order_and_broken_by_another() {
    for (rule, kept, broken, field) in cases() {
        assert_eq!(kept.validate(), Ok(()), "{rule}");
        assert!(
            kept.checked_rules().contains(&rule),
            "{rule} is not held by what keeps it"
        );
        let violations = broken.validate().expect_err(rule);
        assert_eq!(rules(&violations), [rule], "{violations:?}");
        assert_eq!(violations[0].field(), field, "{rule}");
        assert!(broken.checked_rules().contains(&rule), "{rule}");
    }
}

#[test]
fn every_rule_has_a_case_and_a_line_in_the_tables() {
    let tested: BTreeSet<_> = cases().into_iter().map(|(rule, ..)| rule).collect();
    let of_orders: Vec<_> = TABLES.into_iter().flatten().map(|rule| rule.id).collect();
    assert_eq!(tested, of_orders.iter().copied().collect());
    let listed: Vec<_> = include_str!("mod.rs")
        .lines()
        .filter_map(|line| line.strip_prefix("//! | `")?.split_once('`'))
        .map(|(rule, _)| rule)
        .collect();
    assert_eq!(ids().collect::<Vec<_>>(), listed);
    let unique: BTreeSet<_> = ids().collect();
    assert_eq!(unique.len(), of_orders.len() + replacing::OWN.len());
}

#[test]
fn what_the_sources_disagree_on_passes() {
    use TimeInForce::{Cls, Fok, Gtc, Ioc, Opg};
    let mut orders = vec![
        notional("AAPL", "5").limit_price(7),
        notional("AAPL", "1.123456789"),
        limit("AAPL", "5").extended_hours(true).time_in_force(Gtc),
        limit(CALL_100, "5").time_in_force(Gtc),
        OrderRequest::stop(CALL_100, Side::Buy, Quantity::contracts(1), 5),
        spread().time_in_force(Gtc),
        stop("5").bracket(TakeProfit::limit(9), StopLoss::stop(1)),
        limit("AAPL", "5")
            .asset_class(AssetClass::Ipo)
            .time_in_force(Gtc),
        notional("AAPL", "500")
            .asset_class(AssetClass::Ipo)
            .time_in_force(Gtc),
        // The rest of a position is worth little.
        coins(Side::Sell, "0.00001", "50000"),
        notional("ETH/BTC", "0.01"),
        // A strategy whose short leg nothing in the order covers: some accounts may.
        strategy([
            Leg::sell_to_open(CALL_100, 1),
            Leg::buy_to_close(CALL_110, 1),
        ]),
        spread().limit_price(0),
    ];
    for time_in_force in [Ioc, Fok, Opg, Cls] {
        orders.push(market("AAPL").time_in_force(time_in_force));
    }
    for order in orders {
        assert_eq!(order.validate(), Ok(()), "{order:?}");
    }
}

#[test]
fn what_is_not_known_is_not_judged() {
    let half = |symbol: &str| {
        OrderRequest::limit(symbol, Side::Buy, Quantity::coins(d("0.5")), d("1.23456"))
    };
    for symbol in [
        "BTCUSD",
        "912797KX0",
        "b0b6dd9d-8b9b-48a9-ba46-b9d54906e415",
    ] {
        for time_in_force in TimeInForce::LISTED {
            let order = half(symbol).time_in_force(TimeInForce::from(*time_in_force));
            assert_eq!(order.validate(), Ok(()), "{symbol} {time_in_force}");
        }
    }
    let new = stop("5").time_in_force(TimeInForce::from("gtd"));
    assert_eq!(new.validate(), Ok(()));
    let new = edit(market("AAPL"), |b| {
        b.type_ = OrderType::from("pegged");
        b.stop_price = Some(5.into());
        b.limit_price = Some(6.into());
    });
    assert_eq!(new.validate(), Ok(()));
    let new = edit(bracket(), |b| {
        b.order_class = Some(OrderClass::from("ladder"))
    });
    assert_eq!(new.validate(), Ok(()));
    let known = half("BTCUSD").asset_class(AssetClass::UsEquity);
    assert_eq!(
        rules(&known.validate().unwrap_err()),
        ["limit-price-tick"],
        "a class that is told is held to"
    );
}

#[test]
fn all_violations_are_reported_at_once() {
    let order = OrderRequest::limit("A?", Side::Buy, Quantity::shares(-1), d("1.001"))
        .asset_class(AssetClass::UsEquity)
        .time_in_force(TimeInForce::Ioc)
        .client_order_id("")
        .bracket(TakeProfit::limit(1), StopLoss::stop(2));
    assert_eq!(
        rules(&order.validate().unwrap_err()),
        [
            "symbol-form",
            "client-order-id-length",
            "qty-positive",
            "limit-price-tick",
            "exits-time-in-force",
            "exits-direction",
            "stop-loss-gap",
        ]
    );
}

#[test]
fn the_rules_that_apply_depend_on_the_order() {
    let checked = market("AAPL").checked_rules();
    for rule in [
        "symbol-form",
        "qty-positive",
        "limit-price-absent",
        "equity-time-in-force",
    ] {
        assert!(checked.contains(&rule), "{rule}");
    }
    for rule in [
        "limit-price-tick",
        "crypto-type",
        "legs-count",
        "extended-hours-type",
    ] {
        assert!(!checked.contains(&rule), "{rule}");
    }
}
