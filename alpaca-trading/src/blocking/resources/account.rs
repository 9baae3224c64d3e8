//! [`crate::resources::account`] without async; written by `cargo xtask blocking`.

use alpaca_trading_gen::types::{Account, AccountConfigurations, PortfolioHistory};

use crate::Result;
use crate::blocking::{Client, Runtime};
use crate::resources::account::ConfigurationsUpdate;
use crate::resources::portfolio_history::PortfolioHistoryQuery;

/// The trading account that the keys belong to.
///
/// See [`TradingAccount`](crate::resources::account::TradingAccount).
#[derive(Clone, Debug)]
pub struct TradingAccount {
    inner: crate::resources::account::TradingAccount,
    runtime: Runtime,
}

impl TradingAccount {
    pub(in crate::blocking) fn wrap(
        inner: crate::resources::account::TradingAccount,
        runtime: &Runtime,
    ) -> Self {
        Self {
            inner,
            runtime: runtime.clone(),
        }
    }

    /// The figures of the account: cash, equity, buying power, restrictions.
    ///
    /// Blocks; see [`TradingAccount::get`](crate::resources::account::TradingAccount::get).
    pub fn get(&self) -> Result<Account> {
        self.runtime.run(self.inner.get())
    }

    /// What the owner has allowed: shorting, fractional trading, margin, e-mails.
    ///
    /// Blocks; see [`TradingAccount::configurations`](crate::resources::account::TradingAccount::configurations).
    pub fn configurations(&self) -> Result<AccountConfigurations> {
        self.runtime.run(self.inner.configurations())
    }

    /// Changes settings of the account, and returns all of them as they are then.
    ///
    /// Blocks; see [`TradingAccount::update_configurations`](crate::resources::account::TradingAccount::update_configurations).
    pub fn update_configurations(
        &self,
        update: impl Into<ConfigurationsUpdate>,
    ) -> Result<AccountConfigurations> {
        self.runtime.run(self.inner.update_configurations(update))
    }

    /// The value of the account over time, as parallel arrays.
    ///
    /// Blocks; see [`TradingAccount::portfolio_history`](crate::resources::account::TradingAccount::portfolio_history).
    pub fn portfolio_history(&self, query: PortfolioHistoryQuery) -> Result<PortfolioHistory> {
        self.runtime.run(self.inner.portfolio_history(query))
    }
}

impl Client {
    /// The trading account that the keys belong to.
    ///
    /// See [`Client::account`](crate::Client::account).
    #[must_use]
    pub fn account(&self) -> TradingAccount {
        TradingAccount::wrap(self.inner.account(), &self.runtime)
    }
}
