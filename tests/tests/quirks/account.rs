//! Accounts and their settings: fields that come and go, and states that nobody listed.

use alpaca_trading_gen::types::{Account, AccountConfigurations, AccountStatus};
use serde_json::{Value, json};

use crate::wire::exchange;
use crate::{decode, decode_text, digits, some, with};

fn onboarding() -> Value {
    json!({"id": "0d3a7f5e-0b61-4a0a-8a77-5f1c3b2a9e12", "status": "ONBOARDING"})
}

#[test]
fn an_account_that_is_being_opened_lacks_most_fields() {
    let account: Account = decode(&onboarding());
    assert_eq!(
        account.id.to_string(),
        "0d3a7f5e-0b61-4a0a-8a77-5f1c3b2a9e12"
    );
    assert_eq!(account.status, AccountStatus::Onboarding);
    assert_eq!(account.cash, None);
    assert_eq!(account.created_at, None);
    assert_eq!(account.crypto_status, None);
    assert_eq!(account.trading_blocked, None);
}

#[test]
fn a_state_of_an_account_that_is_not_listed_is_kept() {
    for state in ["DISABLED", "EDITED", "SIGNED_UP", "active"] {
        let account: Account = decode(&with(
            onboarding(),
            json!({"status": state, "crypto_status": state}),
        ));
        assert_eq!(account.status, AccountStatus::Unknown(state.to_owned()));
        assert_eq!(
            account.crypto_status,
            Some(AccountStatus::Unknown(state.to_owned()))
        );
    }
    let inactive: Account = decode(&with(onboarding(), json!({"crypto_status": "INACTIVE"})));
    assert_eq!(inactive.crypto_status, Some(AccountStatus::Inactive));
    assert!(!AccountStatus::Inactive.is_unknown());
}

#[test]
fn undeclared_fields_of_an_account_are_ignored() {
    let account: Account = decode(&with(
        onboarding(),
        json!({
            "admin_configurations": {}, "user_configurations": null, "crypto_tier": 1,
            "effective_buying_power": "20.5", "position_market_value": "0", "bod_dtbp": 0,
            "cash": "1234.50"
        }),
    ));
    assert_eq!(digits(account.cash), some("1234.50"));
}

#[test]
fn the_fields_of_day_trading_may_be_there_or_not() {
    let before = with(
        onboarding(),
        json!({"pattern_day_trader": false, "daytrade_count": 2, "daytrading_buying_power": "0"}),
    );
    let before: Account = decode(&before);
    assert_eq!(before, decode(&onboarding()));
    let settings: AccountConfigurations = decode(&json!({
        "dtbp_check": "entry", "pdt_check": "both", "closing_transactions_only": false,
        "no_shorting": true, "max_margin_multiplier": "4"
    }));
    assert_eq!(settings.no_shorting, Some(true));
    assert_eq!(digits(settings.max_margin_multiplier), some("4"));
    assert_eq!(settings.suspend_trade, None);
}

#[test]
fn amounts_of_an_account_may_be_numbers() {
    let account: Account = decode_text(
        r#"{"id": "0d3a7f5e-0b61-4a0a-8a77-5f1c3b2a9e12", "status": "ACTIVE", "cash": 25000.10,
            "equity": 123456789012345.123456789, "multiplier": 4, "sma": -0.5, "accrued_fees": 0}"#,
    );
    assert_eq!(digits(account.cash), some("25000.10"));
    assert_eq!(digits(account.equity), some("123456789012345.123456789"));
    assert_eq!(digits(account.multiplier), some("4"));
    assert_eq!(digits(account.sma), some("-0.5"));
    assert_eq!(digits(account.accrued_fees), some("0"));
}

#[test]
fn a_level_for_options_that_is_not_listed_is_read() {
    let account: Account = decode(&with(
        onboarding(),
        json!({"options_approved_level": 3, "options_trading_level": 7}),
    ));
    assert_eq!(account.options_approved_level, Some(3));
    assert_eq!(account.options_trading_level, Some(7));
}

/// A change of settings sends what is set, zero and false included, and nothing else.
#[tokio::test]
async fn a_change_of_settings_sends_what_is_set() {
    let (answer, request) = exchange(200, "{}", async |client| {
        client
            .update_account_configurations()
            .body_map(|body| body.no_shorting(false).max_options_trading_level(0))
            .send()
            .await
    })
    .await;
    assert_eq!(request.line, "PATCH /v2/account/configurations");
    let sent: Value = decode_text(&request.body);
    assert_eq!(
        sent,
        json!({"no_shorting": false, "max_options_trading_level": 0})
    );
    assert_eq!(answer.expect("settings").into_inner().no_shorting, None);
}
