//! Bodies as Alpaca sends them, made up.

use serde_json::{Value, json};

const NOW: &str = "2026-01-05T15:04:05.678901234Z";

/// An id with this number at its end.
pub(crate) fn id(number: u32) -> String {
    format!("61e69015-8549-4bfd-b9c3-{number:012}")
}

/// An account with `buying_power`, and a field that no client knows yet.
pub(crate) fn account(buying_power: Value) -> Value {
    json!({
        "id": "0f4c1a5e-6d2b-4c38-9d0e-3a7b5c9e1f20",
        "account_number": "PA3EXAMPLE01",
        "status": "ACTIVE",
        "crypto_status": "ACTIVE",
        "currency": "USD",
        "buying_power": buying_power,
        "cash": "99999.99",
        "equity": "100000.10",
        "last_equity": "99980.02",
        "multiplier": "4",
        "shorting_enabled": true,
        "account_blocked": false,
        "trading_blocked": false,
        "transfers_blocked": false,
        "trade_suspended_by_user": false,
        "options_trading_level": 3,
        "created_at": "2024-03-01T09:30:00.123456Z",
        "new_field": 1,
    })
}

/// The clock of the market, at a moment when it is open or closed.
pub(crate) fn clock(is_open: bool) -> Value {
    let (now, next_open) = match is_open {
        true => (
            "2026-01-05T10:04:05.678901234-05:00",
            "2026-01-06T09:30:00-05:00",
        ),
        false => (
            "2026-01-05T08:04:05.678901234-05:00",
            "2026-01-05T09:30:00-05:00",
        ),
    };
    json!({
        "timestamp": now,
        "is_open": is_open,
        "next_open": next_open,
        "next_close": "2026-01-05T16:00:00-05:00",
    })
}

/// A simple order for one share of AAPL with this status; [`with`] changes it.
pub(crate) fn order(number: u32, status: &str) -> Value {
    json!({
        "id": id(number),
        "client_order_id": format!("client-{number}"),
        "created_at": NOW,
        "updated_at": NOW,
        "submitted_at": NOW,
        "filled_at": null,
        "expired_at": null,
        "expires_at": "2026-01-05T21:00:00Z",
        "canceled_at": null,
        "failed_at": null,
        "replaced_at": null,
        "replaced_by": null,
        "replaces": null,
        "asset_id": "b0b6dd9d-8b9b-48a9-ba46-b9d54906e415",
        "symbol": "AAPL",
        "asset_class": "us_equity",
        "notional": null,
        "qty": "1",
        "filled_qty": "0",
        "filled_avg_price": null,
        "order_class": "",
        "order_type": "market",
        "type": "market",
        "side": "buy",
        "position_intent": "buy_to_open",
        "time_in_force": "day",
        "limit_price": null,
        "stop_price": null,
        "status": status,
        "extended_hours": false,
        "legs": null,
        "trail_percent": null,
        "trail_price": null,
        "hwm": null,
        "subtag": null,
        "source": null,
    })
}

/// `order` with what the request for it asks for.
pub(crate) fn as_asked(order: Value, request: &Value) -> Value {
    let echoed = [
        "client_order_id",
        "symbol",
        "side",
        "qty",
        "type",
        "time_in_force",
        "limit_price",
        "order_class",
    ];
    let asked = echoed
        .iter()
        .filter_map(|name| Some((*name, request.get(*name)?.clone())));
    with(
        order,
        json!(serde_json::Map::from_iter(
            asked.map(|(name, value)| (name.to_owned(), value))
        )),
    )
}

/// `value` with these fields set.
pub(crate) fn with(mut value: Value, fields: Value) -> Value {
    let Value::Object(fields) = fields else {
        panic!("{fields} has no fields")
    };
    value.as_object_mut().unwrap().extend(fields);
    value
}

/// A fill of `qty` shares at 187.50.
pub(crate) fn fill(number: u32, qty: &str) -> Value {
    json!({
        "id": format!("20260105{number:09}::{}", id(number)),
        "activity_type": "FILL",
        "transaction_time": NOW,
        "type": "fill",
        "price": "187.50",
        "qty": qty,
        "side": "buy",
        "symbol": "AAPL",
        "leaves_qty": "0",
        "cum_qty": qty,
        "order_id": id(number),
        "order_status": "filled",
    })
}

/// A watchlist with these symbols.
pub(crate) fn watchlist(name: &str, symbols: &[&str]) -> Value {
    let assets: Vec<Value> = symbols.iter().map(|symbol| asset(symbol)).collect();
    with(watchlist_row(7, name), json!({ "assets": assets }))
}

/// A watchlist as lists have it: without its assets.
pub(crate) fn watchlist_row(number: u32, name: &str) -> Value {
    json!({
        "id": id(number),
        "account_id": "0f4c1a5e-6d2b-4c38-9d0e-3a7b5c9e1f20",
        "created_at": NOW,
        "updated_at": NOW,
        "name": name,
    })
}

/// The asset with this symbol.
pub(crate) fn asset(symbol: &str) -> Value {
    let crypto = symbol.contains('/');
    json!({
        "id": id(symbol.bytes().map(u32::from).sum()),
        "class": if crypto { "crypto" } else { "us_equity" },
        "exchange": if crypto { "CRYPTO" } else { "NASDAQ" },
        "symbol": symbol,
        "name": format!("{symbol} by its full name"),
        "status": "active",
        "tradable": true,
        "marginable": !crypto,
        "shortable": !crypto,
        "easy_to_borrow": !crypto,
        "fractionable": true,
        "attributes": [],
    })
}

/// A call on SPY that expires on `day` (`YYYY-MM-DD`), with its closing price and open interest.
pub(crate) fn call(day: &str, strike: u32, close: &str, open_interest: &str) -> Value {
    let date: String = day
        .chars()
        .skip(2)
        .filter(|character| *character != '-')
        .collect();
    json!({
        "id": id(date.parse::<u32>().unwrap() * 1_000 + strike),
        "symbol": format!("SPY{date}C{:08}", strike * 1_000),
        "name": format!("SPY {day} {strike} Call"),
        "status": "active",
        "tradable": true,
        "expiration_date": day,
        "root_symbol": "SPY",
        "underlying_symbol": "SPY",
        "underlying_asset_id": "b28f4066-5c6d-479b-a2af-85dc1a8f16fb",
        "type": "call",
        "style": "american",
        "strike_price": strike.to_string(),
        "multiplier": "100",
        "size": "100",
        "open_interest": open_interest,
        "open_interest_date": "2026-01-02",
        "close_price": close,
        "close_price_date": "2026-01-02",
        "ppind": true,
    })
}

/// A long position of `qty` shares or coins.
#[cfg(feature = "blocking")]
pub(crate) fn position(symbol: &str, qty: &str) -> Value {
    json!({
        "asset_id": asset(symbol)["id"],
        "symbol": symbol,
        "exchange": "NASDAQ",
        "asset_class": "us_equity",
        "asset_marginable": true,
        "avg_entry_price": "180.25",
        "qty": qty,
        "qty_available": qty,
        "side": "long",
        "market_value": "1875.00",
        "cost_basis": "1802.50",
        "unrealized_pl": "72.50",
        "unrealized_plpc": "0.04022",
        "unrealized_intraday_pl": "0",
        "unrealized_intraday_plpc": "0",
        "current_price": "187.50",
        "lastday_price": "187.50",
        "change_today": "0",
    })
}
