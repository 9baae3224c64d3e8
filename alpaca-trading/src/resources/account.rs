//! The account: its figures, its configuration and the history of its value.
//!
//! ```no_run
//! use alpaca_trading::resources::account::ConfigurationsUpdate;
//!
//! # async fn run(client: alpaca_trading::Client) -> alpaca_trading::Result<()> {
//! // No new orders until this is switched off again.
//! let update = ConfigurationsUpdate::new().suspend_trade(true);
//! client.account().update_configurations(update).await?;
//! # Ok(()) }
//! ```

use alpaca_trading_gen::types::{Account, AccountConfigurations, PortfolioHistory};
use rust_decimal::Decimal;

use super::checks::Checks;
use super::portfolio_history::PortfolioHistoryQuery;
use crate::error::{InOperation as _, Result};

resource! {
    /// The trading account that the keys belong to.
    TradingAccount, account
}

impl TradingAccount {
    /// The figures of the account: cash, equity, buying power, restrictions.
    ///
    /// All amounts are exact and in the currency of the account. Fields that Alpaca has withdrawn over
    /// time, or leaves out while an account is being opened, are `None`.
    ///
    /// # Errors
    ///
    /// `is_unauthorized` when the keys are not of this environment; otherwise those of any read.
    ///
    /// # Examples
    ///
    /// ```no_run
    /// # async fn run(client: alpaca_trading::Client) -> alpaca_trading::Result<()> {
    /// let account = client.account().get().await?;
    /// if account.trading_blocked == Some(true) {
    ///     println!("no orders are taken");
    /// }
    /// println!("{:?}", account.buying_power);
    /// # Ok(()) }
    /// ```
    ///
    /// Raw operation: [`get_account`](alpaca_trading_gen::Client::get_account).
    pub async fn get(&self) -> Result<Account> {
        self.client
            .call(self.client.raw().get_account().send())
            .await
    }

    /// What the owner has allowed: shorting, fractional trading, margin, e-mails.
    ///
    /// Settings that Alpaca has withdrawn over time are `None`.
    ///
    /// # Errors
    ///
    /// Those of any read.
    ///
    /// Raw operation: [`get_account_configurations`](alpaca_trading_gen::Client::get_account_configurations).
    pub async fn configurations(&self) -> Result<AccountConfigurations> {
        self.client
            .call(self.client.raw().get_account_configurations().send())
            .await
    }

    /// Changes settings of the account, and returns all of them as they are then.
    ///
    /// Only the settings that the update names are sent; all others stay as they are. To restore
    /// settings that were read before, give back what [`configurations`](Self::configurations)
    /// returned.
    ///
    /// # Errors
    ///
    /// `is_invalid` when the update names no setting or a multiplier that is not positive. The call is
    /// not repeated when it is unknown whether it arrived, though repeating it would do no harm.
    ///
    /// # Examples
    ///
    /// ```no_run
    /// use alpaca_trading::resources::account::ConfigurationsUpdate;
    ///
    /// # async fn run(client: alpaca_trading::Client) -> alpaca_trading::Result<()> {
    /// let account = client.account();
    /// let before = account.configurations().await?;
    /// let update = ConfigurationsUpdate::new().no_shorting(true).max_options_trading_level(0);
    /// account.update_configurations(update).await?;
    /// // ... and back.
    /// account.update_configurations(before).await?;
    /// # Ok(()) }
    /// ```
    ///
    /// Raw operation: [`update_account_configurations`](alpaca_trading_gen::Client::update_account_configurations).
    pub async fn update_configurations(
        &self,
        update: impl Into<ConfigurationsUpdate>,
    ) -> Result<AccountConfigurations> {
        let ConfigurationsUpdate { body } = update.into();
        check(&body).of(&self.client, "update_account_configurations")?;
        let call = self.client.raw().update_account_configurations();
        self.client.call(call.body(body).send()).await
    }

    /// The value of the account over time, as parallel arrays.
    ///
    /// [`points`](super::portfolio_history::PortfolioPoints::points) reads them row by row. Amounts are
    /// in the currency of the account; each timestamp is the beginning of its interval, in seconds of
    /// Unix time. Without settings the window is the last month. Elements may be missing where Alpaca
    /// has no value.
    ///
    /// # Errors
    ///
    /// `is_invalid` when all three of start, end and period are set, when the window is empty, or when
    /// frames shorter than a day are asked for over more than 30 days; otherwise those of any read.
    ///
    /// # Examples
    ///
    /// ```no_run
    /// use alpaca_trading::resources::portfolio_history::{
    ///     Period, PortfolioHistoryQuery, PortfolioPoints, Timeframe,
    /// };
    ///
    /// # async fn run(client: alpaca_trading::Client) -> alpaca_trading::Result<()> {
    /// let query = PortfolioHistoryQuery::new()
    ///     .period(Period::weeks(1))
    ///     .timeframe(Timeframe::OneHour);
    /// let history = client.account().portfolio_history(query).await?;
    /// for point in history.points() {
    ///     println!("{}: {:?} ({:?})", point.at, point.equity, point.profit_loss);
    /// }
    /// # Ok(()) }
    /// ```
    ///
    /// Raw operation: [`get_portfolio_history`](alpaca_trading_gen::Client::get_portfolio_history).
    pub async fn portfolio_history(
        &self,
        query: PortfolioHistoryQuery,
    ) -> Result<PortfolioHistory> {
        query.check().of(&self.client, "get_portfolio_history")?;
        let call = query.apply(self.client.raw().get_portfolio_history());
        self.client.call(call.send()).await
    }
}

/// Settings of the account that are to be changed: those that are named, and no others.
///
/// `false` and `0` are values like any other and are sent.
#[derive(Clone, Debug, Default, PartialEq)]
#[non_exhaustive]
#[must_use = "an update does nothing until it is given to `update_configurations`"]
pub struct ConfigurationsUpdate {
    body: AccountConfigurations,
}

impl ConfigurationsUpdate {
    /// An update that changes nothing yet.
    pub fn new() -> Self {
        Self::default()
    }

    /// Whether orders are kept out of the overnight session, 20:00 to 04:00 in New York.
    pub fn disable_overnight_trading(mut self, disable: bool) -> Self {
        self.body.disable_overnight_trading = Some(disable);
        self
    }

    /// Whether fractional and notional orders are taken.
    pub fn fractional_trading(mut self, allow: bool) -> Self {
        self.body.fractional_trading = Some(allow);
        self
    }

    /// The most that may be bought as a multiple of the own money: 1, 2 or 4.
    pub fn max_margin_multiplier(mut self, multiplier: impl Into<Decimal>) -> Self {
        self.body.max_margin_multiplier = Some(multiplier.into());
        self
    }

    /// The highest options level to use: 0 for no options, 1 for covered calls and cash-secured puts,
    /// 2 for buying options as well, 3 for spreads as well. The level that Alpaca has approved is the
    /// limit in any case.
    pub fn max_options_trading_level(mut self, level: u8) -> Self {
        self.body.max_options_trading_level = Some(level.into());
        self
    }

    /// Whether the account is long-only: short sales are rejected.
    pub fn no_shorting(mut self, long_only: bool) -> Self {
        self.body.no_shorting = Some(long_only);
        self
    }

    /// Whether publicly traded partnerships without an exception from withholding tax may be bought.
    pub fn ptp_no_exception_entry(mut self, allow: bool) -> Self {
        self.body.ptp_no_exception_entry = Some(allow);
        self
    }

    /// Whether new orders are rejected.
    pub fn suspend_trade(mut self, suspend: bool) -> Self {
        self.body.suspend_trade = Some(suspend);
        self
    }

    /// Which confirmations of trades are sent by e-mail: `all` or `none`.
    pub fn trade_confirm_email(mut self, which: impl Into<String>) -> Self {
        self.body.trade_confirm_email = Some(which.into());
        self
    }
}

/// Sets whatever has a value.
impl From<AccountConfigurations> for ConfigurationsUpdate {
    fn from(body: AccountConfigurations) -> Self {
        Self { body }
    }
}

fn check(body: &AccountConfigurations) -> Result<()> {
    let mut checks = Checks::default();
    let changes = *body != AccountConfigurations::default();
    checks.require(changes, "body", "nothing-to-change", || {
        "the update names no setting".to_owned()
    });
    if let Some(multiplier) = body.max_margin_multiplier {
        checks.positive("max_margin_multiplier", multiplier);
    }
    if let Some(which) = &body.trade_confirm_email {
        checks.word("trade_confirm_email", which);
    }
    checks.done()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sent(update: &ConfigurationsUpdate) -> serde_json::Value {
        serde_json::to_value(&update.body).unwrap()
    }

    #[test]
    fn only_what_is_named_is_sent_and_false_and_zero_are_values() {
        let update = ConfigurationsUpdate::new()
            .no_shorting(false)
            .max_options_trading_level(0);
        assert_eq!(
            sent(&update),
            serde_json::json!({"no_shorting": false, "max_options_trading_level": 0})
        );
        assert!(check(&update.body).is_ok());
    }

    #[test]
    fn every_setting_has_its_field() {
        let update = ConfigurationsUpdate::new()
            .disable_overnight_trading(true)
            .fractional_trading(false)
            .max_margin_multiplier(2)
            .max_options_trading_level(3)
            .no_shorting(true)
            .ptp_no_exception_entry(false)
            .suspend_trade(true)
            .trade_confirm_email("none");
        assert_eq!(
            sent(&update),
            serde_json::json!({
                "disable_overnight_trading": true, "fractional_trading": false,
                "max_margin_multiplier": "2", "max_options_trading_level": 3,
                "no_shorting": true, "ptp_no_exception_entry": false, "suspend_trade": true,
                "trade_confirm_email": "none"
            })
        );
    }

    #[test]
    fn an_update_without_a_setting_and_a_multiplier_of_zero_are_refused() {
        let rules = |update: ConfigurationsUpdate| -> Vec<&'static str> {
            let error = check(&update.body).unwrap_err();
            error.violations().iter().map(|v| v.rule()).collect()
        };
        assert_eq!(rules(ConfigurationsUpdate::new()), ["nothing-to-change"]);
        assert_eq!(
            rules(ConfigurationsUpdate::from(AccountConfigurations::default())),
            ["nothing-to-change"]
        );
        assert_eq!(
            rules(ConfigurationsUpdate::new().max_margin_multiplier(0)),
            ["positive"]
        );
        assert_eq!(
            rules(ConfigurationsUpdate::new().trade_confirm_email("")),
            ["word-form"]
        );
    }
}
