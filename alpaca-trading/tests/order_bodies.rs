//! The body of every kind of order, exactly as it is sent.

#![allow(
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::unwrap_used,
    reason = "helpers of tests"
)]

use alpaca_trading::orders::{
    AdvancedOrder, AssetClass, Leg, OrderRequest, PositionIntent, Quantity, ReplaceRequest, Side,
    StopLoss, TakeProfit, TickRule, TimeInForce, Trail,
};
use alpaca_trading::rust_decimal::Decimal;
use chrono::{DateTime, Utc};

fn d(text: &str) -> Decimal {
    text.parse().unwrap()
}

fn at(text: &str) -> DateTime<Utc> {
    text.parse().unwrap()
}

/// The JSON of an order that keeps every rule.
#[track_caller]
fn body(order: OrderRequest) -> String {
    order.validate().unwrap();
    serde_json::to_string_pretty(&order.to_body()).unwrap()
}

/// The JSON of a change that keeps every rule.
#[track_caller]
fn change(change: ReplaceRequest) -> String {
    change.validate().unwrap();
    serde_json::to_string_pretty(&change.to_body()).unwrap()
}

#[test]
fn market() {
    let order = OrderRequest::market("AAPL", Side::Buy, Quantity::shares(10));
    insta::assert_snapshot!(body(order));
}

#[test]
fn market_by_notional() {
    let order = OrderRequest::market("SPY", Side::Buy, Quantity::notional(d("500.10")));
    insta::assert_snapshot!(body(order));
}

#[test]
fn market_crypto() {
    let order = OrderRequest::market("BTC/USD", Side::Sell, Quantity::coins(d("0.000000001")));
    insta::assert_snapshot!(body(order));
}

#[test]
fn limit() {
    let order = OrderRequest::limit("AAPL", Side::Buy, Quantity::shares(10), d("187.50"))
        .time_in_force(TimeInForce::Gtc)
        .extended_hours(true)
        .client_order_id("bot-7-1");
    insta::assert_snapshot!(body(order));
}

#[test]
fn limit_option() {
    let contracts = Quantity::contracts(2);
    let order = OrderRequest::limit("AAPL250620C00100000", Side::Buy, contracts, d("3.05"))
        .position_intent(PositionIntent::BuyToOpen);
    insta::assert_snapshot!(body(order));
}

#[test]
fn stop() {
    let order = OrderRequest::stop("AAPL", Side::Sell, Quantity::shares(10), 180);
    insta::assert_snapshot!(body(order));
}

#[test]
fn stop_limit() {
    let order = OrderRequest::stop_limit(
        "ETH/USD",
        Side::Sell,
        Quantity::coins(d("1.5")),
        2_000,
        d("1990.5"),
    );
    insta::assert_snapshot!(body(order));
}

#[test]
fn trailing_stop_by_price() {
    let trail = Trail::price(d("2.50"));
    let order = OrderRequest::trailing_stop("AAPL", Side::Sell, Quantity::shares(10), trail);
    insta::assert_snapshot!(body(order));
}

#[test]
fn trailing_stop_by_percent() {
    let trail = Trail::percent(d("0.1"));
    let order = OrderRequest::trailing_stop("AAPL", Side::Sell, Quantity::shares(10), trail);
    insta::assert_snapshot!(body(order));
}

#[test]
fn bracket() {
    let order = OrderRequest::market("AAPL", Side::Buy, Quantity::shares(10)).bracket(
        TakeProfit::limit(200),
        StopLoss::stop(d("180.25")).limit(d("179.75")),
    );
    insta::assert_snapshot!(body(order));
}

#[test]
fn one_triggers_other() {
    let entry = OrderRequest::limit("AAPL", Side::Sell, Quantity::shares(10), 190);
    insta::assert_snapshot!(
        "oto_take_profit",
        body(entry.clone().oto(TakeProfit::limit(180)))
    );
    insta::assert_snapshot!("oto_stop_loss", body(entry.oto(StopLoss::stop(200))));
}

#[test]
fn one_cancels_other() {
    let order = OrderRequest::oco(
        "AAPL",
        Side::Sell,
        Quantity::shares(10),
        TakeProfit::limit(200),
        StopLoss::stop(180),
    );
    insta::assert_snapshot!(body(order));
}

#[test]
fn multi_leg() {
    let condor = OrderRequest::multi_leg(
        5,
        [
            Leg::buy_to_open("SPY250620P00480000", 1),
            Leg::sell_to_open("SPY250620P00490000", 1),
            Leg::sell_to_open("SPY250620C00510000", 1),
            Leg::new(
                "SPY250620C00520000",
                Side::Buy,
                PositionIntent::BuyToOpen,
                1,
            ),
        ],
    );
    insta::assert_snapshot!("multi_leg_market", body(condor.clone()));
    insta::assert_snapshot!("multi_leg_credit", body(condor.limit_price(d("-1.80"))));
}

#[test]
fn multi_leg_closing() {
    let close = OrderRequest::multi_leg(
        1,
        [
            Leg::sell_to_close("SPY250620C00500000", 1),
            Leg::buy_to_close("SPY250620C00510000", 2),
        ],
    );
    insta::assert_snapshot!(body(close));
}

#[test]
fn advanced() {
    let order = || OrderRequest::limit("AAPL", Side::Buy, Quantity::shares(1_000), d("187.5"));
    let (start, end) = (at("2026-01-05T14:30:00Z"), at("2026-01-05T21:00:00Z"));
    let dma = AdvancedOrder::dma("NASDAQ").display_quantity(100);
    let twap = AdvancedOrder::twap().between(start, end);
    let vwap = AdvancedOrder::vwap().max_percentage(d("0.125"));
    insta::assert_snapshot!("advanced_dma", body(order().advanced(dma)));
    insta::assert_snapshot!("advanced_twap", body(order().advanced(twap)));
    insta::assert_snapshot!("advanced_vwap", body(order().advanced(vwap)));
}

#[test]
fn hints_are_not_sent() {
    let plain = || OrderRequest::market("AAPL", Side::Buy, Quantity::shares(10));
    let hinted = plain()
        .asset_class(AssetClass::UsEquity)
        .tick_rule(TickRule::cents())
        .unchecked();
    assert_eq!(body(hinted), body(plain()));
}

#[test]
fn replace() {
    let everything = ReplaceRequest::new()
        .quantity(20)
        .time_in_force(TimeInForce::Gtc)
        .limit_price(d("187.50"))
        .stop_price(180)
        .trail(d("1.5"))
        .client_order_id("bot-7-2")
        .advanced(AdvancedOrder::vwap())
        .asset_class(AssetClass::UsEquity);
    insta::assert_snapshot!("replace_everything", change(everything));
    insta::assert_snapshot!(
        "replace_notional",
        change(ReplaceRequest::new().notional(750))
    );
}
