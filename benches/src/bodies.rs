//! Bodies as the service sends them.

use std::fmt::Write as _;

/// The answer to `GET /v2/account`.
#[must_use]
pub fn account() -> String {
    r#"{"id":"61e69015-8549-4bfd-b9c3-01e75843f47d","admin_configurations":{},
"user_configurations":null,"account_number":"PA3ABCDEFGH","status":"ACTIVE",
"crypto_status":"ACTIVE","options_approved_level":3,"options_trading_level":3,"currency":"USD",
"buying_power":"262113.632","regt_buying_power":"80680.36","daytrading_buying_power":"262113.632",
"options_buying_power":"40340.18","effective_buying_power":"262113.632",
"non_marginable_buying_power":"40340.18","bod_dtbp":"0","cash":"-23140.2","accrued_fees":"0",
"portfolio_value":"103820.56","pattern_day_trader":false,"trading_blocked":false,
"transfers_blocked":false,"account_blocked":false,"created_at":"2019-06-12T22:47:07.99658Z",
"trade_suspended_by_user":false,"multiplier":"4","shorting_enabled":true,"equity":"103820.56",
"last_equity":"103529.24","long_market_value":"126960.76","short_market_value":"0",
"position_market_value":"126960.76","initial_margin":"63480.38","maintenance_margin":"38088.228",
"last_maintenance_margin":"38000.832","sma":"0","daytrade_count":0,"balance_asof":"2026-01-02",
"crypto_tier":1,"intraday_adjustments":"0","pending_reg_taf_fees":"0"}"#
        .replace('\n', "")
}

/// An order, with legs if it is a bracket.
fn order(into: &mut String, number: usize, nested: bool) {
    let legs = if nested {
        let mut legs = String::from("[");
        order(&mut legs, number * 1000 + 1, false);
        legs.push(',');
        order(&mut legs, number * 1000 + 2, false);
        legs + "]"
    } else {
        "null".to_owned()
    };
    let cents = number % 100;
    let _ = write!(
        into,
        r#"{{"id":"{number:08x}-8549-4bfd-b9c3-01e75843f47d","client_order_id":"{number:08x}-3b76-47ec-b432-046db621571b","created_at":"2026-01-05T14:30:00.{number:09}Z","updated_at":"2026-01-05T14:30:01.{number:09}Z","submitted_at":"2026-01-05T14:30:00.{number:09}Z","filled_at":null,"expired_at":null,"expires_at":"2026-01-05T21:00:00Z","canceled_at":null,"failed_at":null,"replaced_at":null,"replaced_by":null,"replaces":null,"asset_id":"b0b6dd9d-8b9b-48a9-ba46-b9d54906e415","symbol":"AAPL","asset_class":"us_equity","notional":null,"qty":"15","filled_qty":"0","filled_avg_price":null,"order_class":"{class}","order_type":"limit","type":"limit","side":"buy","position_intent":"buy_to_open","time_in_force":"day","limit_price":"107.{cents:02}","stop_price":null,"status":"new","extended_hours":false,"legs":{legs},"trail_percent":null,"trail_price":null,"hwm":null,"subtag":null,"source":null}}"#,
        class = if nested { "bracket" } else { "" },
    );
}

/// The client order id of the order that is answered.
pub const CLIENT_ORDER_ID: &str = "00000001-3b76-47ec-b432-046db621571b";

/// The answer to `POST /v2/orders`.
#[must_use]
pub fn one_order() -> String {
    let mut body = String::new();
    order(&mut body, 1, false);
    body
}

/// The answer to `GET /v2/orders`, with two legs each.
#[must_use]
pub fn orders(count: usize) -> String {
    list(count, |body, number| order(body, number, true))
}

/// The answer to `GET /v2/assets`.
#[must_use]
pub fn assets(count: usize) -> String {
    list(count, |body, number| {
        let _ = write!(
            body,
            r#"{{"id":"{number:08x}-8b9b-48a9-ba46-b9d54906e415","class":"us_equity","exchange":"NASDAQ","symbol":"S{number}","name":"Company {number} Inc. Common Stock","status":"active","tradable":true,"marginable":true,"maintenance_margin_requirement":30,"margin_requirement_long":"30","margin_requirement_short":"30","shortable":true,"easy_to_borrow":true,"fractionable":true,"attributes":["fractional_eh_enabled","has_options","overnight_tradable"]}}"#
        );
    })
}

fn list(count: usize, row: impl Fn(&mut String, usize)) -> String {
    let mut body = String::from("[");
    for number in 1..=count {
        if number > 1 {
            body.push(',');
        }
        row(&mut body, number);
    }
    body.push(']');
    body
}
