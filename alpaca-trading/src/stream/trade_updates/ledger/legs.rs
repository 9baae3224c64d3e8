//! What was filled of the legs of a multi-leg order while nobody listened.

use alpaca_trading_gen::types::{Order, OrderLeg, TradingActivities};
use rust_decimal::Decimal;

use super::super::LegFill;
use super::covered::Covered;
use super::reading::{Reading, range};

/// The fills of the legs of an order, as far as they were read, and of the parts of it that were not told.
///
/// The legs are filled together, each by its share: a leg's running total, by that share, is its order's.
pub(super) fn leg_fills(order: &Order, reading: &Reading, covered: &Covered) -> Vec<LegFill> {
    let total = order.filled_qty.unwrap_or_default();
    let mut found = Vec::new();
    for leg in &order.legs {
        let fills = reading.fills.get(&leg.id).map_or(&[][..], Vec::as_slice);
        let missed = fills.iter().filter(|fill| {
            let Some((from, to)) = range(fill) else {
                // Which part of the order it is of is not known: it may have been told.
                return covered.is_empty();
            };
            match (of_order(from, leg, order), of_order(to, leg, order)) {
                (Some(from), Some(to)) => to <= total && !covered.has(from, to),
                _ => covered.is_empty(),
            }
        });
        found.extend(missed.map(|fill| leg_fill(leg, fill)));
    }
    found
}

fn leg_fill(leg: &OrderLeg, fill: &TradingActivities) -> LegFill {
    LegFill {
        order_id: Some(leg.id),
        symbol: fill.symbol.clone(),
        execution_id: None,
        qty: fill.qty,
        price: fill.price,
        timestamp: fill.transaction_time,
    }
}

/// How much of an order is filled when this much of its leg is. Where nothing is said of their ratio, it is one
/// to one.
fn of_order(filled: Decimal, leg: &OrderLeg, order: &Order) -> Option<Decimal> {
    match (leg.ratio_qty, leg.qty, order.qty) {
        (Some(ratio), ..) => filled.checked_div(ratio),
        // Multiplied first: what comes of it is exact.
        (None, Some(of_leg), Some(of_all)) => filled.checked_mul(of_all)?.checked_div(of_leg),
        _ => Some(filled),
    }
}
