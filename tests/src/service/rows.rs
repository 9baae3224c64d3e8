//! Rows for long lists: orders, activities, option contracts and locates, as Alpaca writes them.

use chrono::{DateTime, TimeDelta, Utc};
use rust_decimal::Decimal;
use serde_json::{Value, json};

use super::instant::{opening, stamp};
use super::order::{Order, asset_id};
use super::random::Random;

/// How far New York is behind UTC in the winter, in which all rows fall.
const NEW_YORK: TimeDelta = TimeDelta::hours(-5);

/// Symbols of the rows, by turns.
const SYMBOLS: [&str; 4] = ["AAPL", "MSFT", "SPY", "BTC/USD"];

/// The order with this number, in the sequence of submission. So many orders share each instant.
pub(super) fn order(number: usize, per_instant: usize) -> Order {
    let mut ids = Random::new(number as u64);
    let seconds = number / per_instant;
    let at = opening() + TimeDelta::seconds(seconds as i64);
    let symbol = SYMBOLS[number % SYMBOLS.len()];
    let side = if number.is_multiple_of(3) {
        "sell"
    } else {
        "buy"
    };
    let filled = number.is_multiple_of(2);
    let qty = Decimal::from(number % 90 + 1);
    Order {
        id: ids.uuid(),
        client_order_id: ids.uuid(),
        status: if filled { "filled" } else { "new" }.to_owned(),
        filled_qty: if filled { qty } else { Decimal::ZERO },
        filled_avg_price: filled.then(|| Decimal::new(18_750, 2)),
        filled_at: filled.then_some(at),
        submitted_at: at,
        updated_at: at,
        ..Order::market(symbol, side, Some(qty))
    }
}

/// The activity with this number, in the sequence of their identifiers: a dividend, and then fills
/// half a minute apart, day after day.
pub(super) fn activity(number: usize) -> Value {
    /// How many activities a day has.
    const PER_DAY: usize = 780;
    let mut ids = Random::new(number as u64);
    let day = opening() + TimeDelta::days((number / PER_DAY) as i64);
    let place = number % PER_DAY;
    if place == 0 {
        let date = day.format("%Y%m%d");
        return json!({
            "id": format!("{date}000000000::{}", ids.uuid()),
            "activity_type": "DIV",
            "activity_sub_type": "CDIV",
            "date": day.format("%Y-%m-%d").to_string(),
            "net_amount": "1.02",
            "symbol": "SPY",
            "qty": "2",
            "per_share_amount": "0.51",
            "status": "executed",
            "created_at": stamp(day),
        });
    }
    let at = day + TimeDelta::seconds(place as i64 * 30);
    json!({
        "id": activity_id(at, &mut ids),
        "activity_type": "FILL",
        "transaction_time": stamp(at),
        "type": if number.is_multiple_of(2) { "fill" } else { "partial_fill" },
        "price": "187.5",
        "qty": "1",
        "side": if number.is_multiple_of(3) { "sell" } else { "buy" },
        "symbol": SYMBOLS[number % SYMBOLS.len()],
        "leaves_qty": "0",
        "order_id": ids.uuid(),
        "cum_qty": "1",
        "order_status": "filled",
    })
}

/// The time in New York to the millisecond, and a UUID.
fn activity_id(at: DateTime<Utc>, ids: &mut Random) -> String {
    let local = at + NEW_YORK;
    let millis = local.timestamp_subsec_millis();
    format!(
        "{}{millis:03}::{}",
        local.format("%Y%m%d%H%M%S"),
        ids.uuid()
    )
}

/// The option contract with this number, in the sequence of strikes.
pub(super) fn contract(number: usize) -> Value {
    let strike = Decimal::new(5 * number as i64 + 5, 1);
    let thousandths = 500 * (number + 1);
    json!({
        "id": Random::new(number as u64).uuid(),
        "symbol": format!("AAPL260116C{thousandths:08}"),
        "name": format!("AAPL Jan 16 2026 {} Call", strike.normalize()),
        "status": "active",
        "tradable": true,
        "expiration_date": "2026-01-16",
        "root_symbol": "AAPL",
        "underlying_symbol": "AAPL",
        "underlying_asset_id": asset_id("AAPL"),
        "type": "call",
        "style": "american",
        "strike_price": strike.normalize().to_string(),
        "multiplier": "100",
        "size": "100",
        "ppind": true,
    })
}

/// The locate with this number, in the sequence of their creation.
pub(super) fn locate(number: usize) -> Value {
    let at = opening() + TimeDelta::seconds(number as i64);
    json!({
        "id": Random::new(number as u64).uuid(),
        "symbol": "GME",
        "requested_qty": 100 * (number % 9 + 1),
        "located_qty": 100 * (number % 9 + 1),
        "limit_price": null,
        "located_price": "0.0125",
        "total_fee": "1.25",
        "all_or_none": false,
        "status": "active",
        "rejection_reason": null,
        "created_at": stamp(at),
        "expires_at": "2026-01-05T21:00:00Z",
    })
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn activities_are_in_the_sequence_of_their_identifiers() {
        let ids: Vec<_> = (0..10_001)
            .map(|number| activity(number)["id"].to_string())
            .collect();
        assert!(ids.is_sorted());
        assert_eq!(ids.iter().collect::<BTreeSet<_>>().len(), ids.len());
        assert!(ids[0].starts_with("\"20260105000000000::"), "{}", ids[0]);
        assert!(ids[1].starts_with("\"20260105093030000::"), "{}", ids[1]);
    }

    #[test]
    fn identifiers_are_unique_and_the_same_in_every_run() {
        let ids: BTreeSet<_> = (0..12_345).map(|number| order(number, 7).id).collect();
        assert_eq!(ids.len(), 12_345);
        assert_eq!(order(5, 7), order(5, 7));
        assert_eq!(order(7, 7).submitted_at, order(13, 7).submitted_at);
        assert_ne!(order(6, 7).submitted_at, order(7, 7).submitted_at);
    }

    #[test]
    fn strikes_agree_with_symbols() {
        let row = contract(200);
        assert_eq!(row["symbol"], "AAPL260116C00100500");
        assert_eq!(row["strike_price"], "100.5");
    }
}
