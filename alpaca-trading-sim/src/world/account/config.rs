//! The settings of an account.

use serde::{Deserialize, Serialize};

use crate::ApiError;
use crate::world::order::Fields;

/// The settings that `/v2/account/configurations` shows and changes.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Configurations {
    /// No orders in the overnight session.
    pub disable_overnight_trading: bool,
    /// Whether parts of shares are traded.
    pub fractional_trading: bool,
    /// The most margin: `1`, `2` or `4`.
    pub max_margin_multiplier: String,
    /// The highest level of options trading; none for what is approved.
    pub max_options_trading_level: Option<u8>,
    /// No short positions.
    pub no_shorting: bool,
    /// Whether partnerships without a tax exception may be bought.
    pub ptp_no_exception_entry: bool,
    /// No new orders.
    pub suspend_trade: bool,
    /// Whether trades are confirmed by mail: `all` or `none`.
    pub trade_confirm_email: String,
}

impl Default for Configurations {
    fn default() -> Self {
        Self {
            disable_overnight_trading: false,
            fractional_trading: true,
            max_margin_multiplier: "4".into(),
            max_options_trading_level: None,
            no_shorting: false,
            ptp_no_exception_entry: false,
            suspend_trade: false,
            trade_confirm_email: "all".into(),
        }
    }
}

impl Configurations {
    /// Changes what the body of a `PATCH` names, or nothing when something in it is wrong.
    pub(crate) fn patched(&self, body: &[u8]) -> Result<Self, ApiError> {
        let fields = Fields::parse(body)?;
        let mut changed = self.clone();
        let flags: [(&str, &mut bool); 5] = [
            (
                "disable_overnight_trading",
                &mut changed.disable_overnight_trading,
            ),
            ("fractional_trading", &mut changed.fractional_trading),
            ("no_shorting", &mut changed.no_shorting),
            (
                "ptp_no_exception_entry",
                &mut changed.ptp_no_exception_entry,
            ),
            ("suspend_trade", &mut changed.suspend_trade),
        ];
        for (name, flag) in flags {
            if let Some(value) = fields.flag(name)? {
                *flag = value;
            }
        }
        if let Some(multiplier) = fields.text("max_margin_multiplier")? {
            changed.max_margin_multiplier =
                one_of("max_margin_multiplier", multiplier, &["1", "2", "4"])?;
        }
        if let Some(email) = fields.text("trade_confirm_email")? {
            changed.trade_confirm_email = one_of("trade_confirm_email", email, &["all", "none"])?;
        }
        // Of all settings this one can be null: then it is what is approved.
        if fields.is_null("max_options_trading_level") {
            changed.max_options_trading_level = None;
        }
        if let Some(level) = fields.value("max_options_trading_level") {
            let level = level.as_u64().and_then(|level| u8::try_from(level).ok());
            changed.max_options_trading_level = Some(
                level
                    .filter(|level| *level <= 3)
                    .ok_or_else(|| ApiError::invalid("invalid max_options_trading_level"))?,
            );
        }
        Ok(changed)
    }
}

fn one_of(name: &str, value: String, allowed: &[&str]) -> Result<String, ApiError> {
    if allowed.contains(&value.as_str()) {
        return Ok(value);
    }
    Err(ApiError::invalid(format!("invalid {name}")))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_patch_changes_what_it_names() {
        let before = Configurations::default();
        let after = before
            .patched(br#"{"suspend_trade": true, "max_margin_multiplier": "1"}"#)
            .unwrap();
        assert!(after.suspend_trade);
        assert_eq!(after.max_margin_multiplier, "1");
        assert_eq!(after.fractional_trading, before.fractional_trading);
    }

    #[test]
    fn the_level_of_options_can_be_taken_back() {
        let patched =
            |before: &Configurations, body: &str| before.patched(body.as_bytes()).unwrap();
        let bounded = patched(
            &Configurations::default(),
            r#"{"max_options_trading_level": 1}"#,
        );
        assert_eq!(bounded.max_options_trading_level, Some(1));
        // What a body leaves out stays.
        let same = patched(&bounded, r#"{"no_shorting": null}"#);
        assert_eq!(same.max_options_trading_level, Some(1));
        let free = patched(&bounded, r#"{"max_options_trading_level": null}"#);
        assert_eq!(free.max_options_trading_level, None);
    }

    #[test]
    fn a_patch_with_a_fault_changes_nothing() {
        let before = Configurations::default();
        for body in [
            r#"{"max_margin_multiplier": "3"}"#,
            r#"{"trade_confirm_email": "some"}"#,
            r#"{"max_options_trading_level": 4}"#,
            r#"{"no_shorting": "maybe"}"#,
            "{",
        ] {
            assert!(before.patched(body.as_bytes()).is_err(), "{body}");
        }
    }
}
