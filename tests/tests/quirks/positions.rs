//! Positions: prices that are not known, quantities below zero, numbers for strings.

use alpaca_trading_gen::types::{AssetClass, ExchangeForPosition, Position, PositionSide};
use serde_json::{Value, json};

use crate::{decode, decode_text, digits, some, with, without};

fn position() -> Value {
    json!({
        "asset_id": "0d3a7f5e-0b61-4a0a-8a77-5f1c3b2a9e10",
        "symbol": "QRST",
        "exchange": "NASDAQ",
        "asset_class": "us_equity",
        "asset_marginable": true,
        "avg_entry_price": "40.10",
        "qty": "12",
        "qty_available": "5",
        "side": "long",
        "market_value": "492",
        "cost_basis": "481.20",
        "unrealized_pl": "10.80",
        "unrealized_plpc": "0.0224438902743142",
        "unrealized_intraday_pl": "-1.20",
        "unrealized_intraday_plpc": "-0.0024330900243309",
        "current_price": "41",
        "lastday_price": "41.10",
        "change_today": "-0.0024330900243309"
    })
}

#[test]
fn a_position_without_a_price_has_null_values() {
    let priced = [
        "current_price",
        "lastday_price",
        "change_today",
        "market_value",
        "unrealized_pl",
        "unrealized_plpc",
        "unrealized_intraday_pl",
        "unrealized_intraday_plpc",
    ];
    let nulls: Value = priced
        .iter()
        .map(|name| ((*name).to_owned(), Value::Null))
        .collect();
    for body in [with(position(), nulls), without(position(), &priced)] {
        let position: Position = decode(&body);
        for value in [
            position.current_price,
            position.lastday_price,
            position.change_today,
            position.market_value,
            position.unrealized_pl,
            position.unrealized_plpc,
            position.unrealized_intraday_pl,
            position.unrealized_intraday_plpc,
        ] {
            assert_eq!(value, None);
        }
        assert_eq!(digits(position.qty), some("12"));
        assert_eq!(digits(position.cost_basis), some("481.20"));
    }
    let priced: Position = decode(&position());
    assert_eq!(digits(priced.unrealized_plpc), some("0.0224438902743142"));
    assert_eq!(digits(priced.current_price), some("41"));
}

#[test]
fn a_position_of_older_years_does_not_say_whether_it_is_marginable() {
    let old: Position = decode(&without(position(), &["asset_marginable"]));
    assert_eq!(old.asset_marginable, None);
    assert_eq!(decode::<Position>(&position()).asset_marginable, Some(true));
}

#[test]
fn a_crypto_position_holds_numbers() {
    let text = r#"{
        "asset_id": "0d3a7f5e-0b61-4a0a-8a77-5f1c3b2a9e11", "symbol": "XYZUSD",
        "exchange": "CRYPTO", "asset_class": "crypto", "asset_marginable": false,
        "avg_entry_price": 20417.0, "qty": 1.0, "qty_available": 0.999999999,
        "side": "long", "market_value": 20500.25, "cost_basis": 20417.0,
        "unrealized_pl": 83.25, "unrealized_plpc": 0.0040774844492334,
        "unrealized_intraday_pl": 0, "unrealized_intraday_plpc": 0,
        "current_price": 123456789012345.123456789, "lastday_price": 20417.0, "change_today": 4.1e-3
    }"#;
    let position: Position = decode_text(text);
    assert_eq!(position.asset_class, AssetClass::Crypto);
    assert_eq!(position.exchange, ExchangeForPosition::Crypto);
    assert_eq!(digits(position.qty), some("1.0"));
    assert_eq!(digits(position.qty_available), some("0.999999999"));
    assert_eq!(digits(position.avg_entry_price), some("20417.0"));
    assert_eq!(
        digits(position.current_price),
        some("123456789012345.123456789")
    );
    assert_eq!(digits(position.change_today), some("0.0041"));
    assert_eq!(digits(position.unrealized_intraday_pl), some("0"));
}

#[test]
fn the_quantity_of_a_short_position_is_negative() {
    let short: Position = decode(&with(
        position(),
        json!({"qty": "-12", "side": "short", "market_value": "-492"}),
    ));
    assert_eq!(digits(short.qty), some("-12"));
    assert_eq!(digits(short.market_value), some("-492"));
    assert_eq!(short.side, PositionSide::Short);
}

#[test]
fn the_exchange_of_an_option_position_is_blank() {
    let option: Position = decode(&with(
        position(),
        json!({"exchange": "", "asset_class": "us_option"}),
    ));
    assert_eq!(option.exchange.as_str(), "");
    assert!(!option.exchange.is_unknown());
    let unlisted: Position = decode(&with(position(), json!({"exchange": "GNSS"})));
    assert_eq!(
        unlisted.exchange,
        ExchangeForPosition::Unknown("GNSS".to_owned())
    );
}

#[test]
fn the_dollar_values_of_a_position_may_be_null_too() {
    let usd = json!({
        "avg_entry_price": "1.10", "cost_basis": "2.20", "current_price": null,
        "market_value": null, "unrealized_pl": null
    });
    let position: Position = decode(&with(
        position(),
        json!({"usd": usd, "swap_rate": "1.0850"}),
    ));
    let usd = position.usd.expect("dollar values");
    assert_eq!(digits(usd.avg_entry_price), some("1.10"));
    assert_eq!(usd.current_price, None);
    assert_eq!(usd.change_today, None);
    assert_eq!(digits(position.swap_rate), some("1.0850"));
}
