//! Orders to submit: of all types, each with a size that no other order of the run has, by which it is
//! known in the book even under another name.

use alpaca_trading::orders::{OrderRequest, Quantity, StopLoss, TakeProfit, Trail};
use alpaca_trading::types::CreateOrderRequest;
use alpaca_trading::{Decimal, Side, TimeInForce};

use crate::service::{Order, Random};

/// The order with this number of a run. Every second has a client order id of the caller's.
pub(super) fn draw(seed: u64, number: usize) -> OrderRequest {
    let mut random = Random::new(seed.wrapping_mul(1_000_003).wrapping_add(number as u64));
    let side = random.pick(&["buy", "sell"]);
    let side = Side::from(side);
    let symbol = random.pick(&["AAPL", "MSFT", "SPY", "BRK.B"]);
    let size = size(number);
    let shares = Quantity::shares(size);
    let price = Decimal::from(100 + random.below(100));
    let below = price - Decimal::TEN;
    let above = price + Decimal::TEN;
    let request = match random.below(12) {
        0 | 1 => OrderRequest::market(symbol, side, shares),
        2 => OrderRequest::limit(symbol, side, shares, price),
        3 => OrderRequest::stop(symbol, side, shares, price),
        4 => OrderRequest::stop_limit(symbol, side, shares, price, price),
        5 => OrderRequest::trailing_stop(symbol, side, shares, Trail::percent(Decimal::TWO)),
        6 => OrderRequest::trailing_stop(symbol, side, shares, Trail::price(Decimal::TEN)),
        7 => OrderRequest::limit(symbol, Side::Buy, shares, price)
            .time_in_force(TimeInForce::Gtc)
            .bracket(TakeProfit::limit(above), StopLoss::stop(below)),
        8 => OrderRequest::limit(symbol, Side::Buy, shares, price).oto(StopLoss::stop(below)),
        9 => OrderRequest::limit("BTC/USD", side, Quantity::coins(size), price),
        10 => OrderRequest::market(symbol, Side::Buy, Quantity::notional(size)),
        _ => refused(&mut random, symbol, side, shares),
    };
    match random.below(4) {
        0 => request.client_order_id(format!("soak-{seed}-{number}")),
        // What a URL could mistake for something of its own.
        1 => request.client_order_id(format!("soak {seed}&id={number}+50%/ü#?")),
        _ => request,
    }
}

/// An order that is refused, by the service or before it is sent.
fn refused(random: &mut Random, symbol: &str, side: Side, shares: Quantity) -> OrderRequest {
    let request = OrderRequest::market(symbol, side, shares);
    match random.below(2) {
        0 => request
            .time_in_force(TimeInForce::from("tomorrow"))
            .unchecked(),
        _ => OrderRequest::limit(symbol, Side::Buy, shares, Decimal::ZERO),
    }
}

/// The size of the order with this number, in units or in money.
pub(super) fn size(number: usize) -> Decimal {
    Decimal::from(number + 1)
}

/// The number of the order that has this size; none for what is not a size.
pub(super) fn number(order: &Order) -> Option<usize> {
    let size = order.qty.or(order.notional)?;
    let size = size.is_integer().then(|| usize::try_from(size).ok())??;
    size.checked_sub(1)
}

/// In which an order of the client's differs from what was asked for, or from the book's.
pub(super) fn difference(
    asked: &CreateOrderRequest,
    got: &alpaca_trading::orders::Order,
    book: &Order,
) -> Option<String> {
    let text = |value: Option<&str>| value.unwrap_or_default().to_owned();
    let number =
        |value: Option<Decimal>| value.map_or_else(String::new, |n| n.normalize().to_string());
    let asked_id = asked.client_order_id.clone();
    let rows = [
        (
            "client_order_id",
            asked_id.unwrap_or_else(|| got.client_order_id.clone()),
            got.client_order_id.clone(),
            book.client_order_id.clone(),
        ),
        (
            "symbol",
            text(asked.symbol.as_deref()),
            text(got.symbol.as_deref()),
            book.symbol.clone(),
        ),
        (
            "side",
            text(asked.side.as_ref().map(Side::as_str)),
            text(got.side.as_ref().map(Side::as_str)),
            book.side.clone(),
        ),
        (
            "type",
            asked.type_.as_str().to_owned(),
            text(got.type_.as_ref().map(|kind| kind.as_str())),
            book.kind.clone(),
        ),
        (
            "time_in_force",
            asked.time_in_force.as_str().to_owned(),
            text(got.time_in_force.as_ref().map(TimeInForce::as_str)),
            book.time_in_force.clone(),
        ),
        ("qty", number(asked.qty), number(got.qty), number(book.qty)),
        (
            "notional",
            number(asked.notional),
            number(got.notional),
            number(book.notional),
        ),
        (
            "limit_price",
            number(asked.limit_price),
            number(got.limit_price),
            number(book.limit_price),
        ),
        (
            "stop_price",
            number(asked.stop_price),
            number(got.stop_price),
            number(book.stop_price),
        ),
        (
            "trail_price",
            number(asked.trail_price),
            number(got.trail_price),
            number(book.trail_price),
        ),
        (
            "trail_percent",
            number(asked.trail_percent),
            number(got.trail_percent),
            number(book.trail_percent),
        ),
    ];
    let differs = rows
        .into_iter()
        .find(|(_, asked, got, book)| asked != got || got != book);
    differs.map(|(name, asked, got, book)| {
        format!("{name} was asked for as `{asked}`, returned as `{got}`, and is `{book}`")
    })
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn the_seed_and_the_number_decide_the_order() {
        assert_eq!(draw(1, 7), draw(1, 7));
        assert_ne!(draw(1, 7), draw(2, 7));
        assert_ne!(draw(1, 7), draw(1, 8));
    }

    #[test]
    fn all_types_come_and_some_are_refused() {
        let drawn: Vec<_> = (0..300).map(|number| draw(1, number)).collect();
        let types: BTreeSet<_> = drawn
            .iter()
            .map(|order| order.order_type().as_str())
            .collect();
        let all = ["limit", "market", "stop", "stop_limit", "trailing_stop"];
        assert_eq!(types, all.into_iter().collect());
        let classes = drawn
            .iter()
            .filter(|order| order.body().order_class.is_some());
        assert!(classes.count() > 20);
        let broken = drawn.iter().filter(|order| order.validate().is_err());
        assert!((3..40).contains(&broken.count()));
        let named = drawn
            .iter()
            .filter(|order| order.body().client_order_id.is_some());
        assert!((100..200).contains(&named.count()));
    }

    #[test]
    fn a_size_leads_back_to_its_number() {
        for number in [0, 1, 9_999] {
            let body = draw(1, number).to_body();
            assert_eq!(body.qty.or(body.notional), Some(size(number)));
        }
    }
}
