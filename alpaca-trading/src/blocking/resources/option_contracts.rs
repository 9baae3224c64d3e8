//! [`crate::resources::option_contracts`] without async; written by `cargo xtask blocking`.

use alpaca_trading_gen::types::OptionContract;

use crate::blocking::{Client, Pager, Runtime};
use crate::resources::option_contracts::OptionContractQuery;
use crate::{Result, Symbol};

/// The option contracts that exist.
///
/// See [`OptionContracts`](crate::resources::option_contracts::OptionContracts).
#[derive(Clone, Debug)]
pub struct OptionContracts {
    inner: crate::resources::option_contracts::OptionContracts,
    runtime: Runtime,
}

impl OptionContracts {
    pub(in crate::blocking) fn wrap(
        inner: crate::resources::option_contracts::OptionContracts,
        runtime: &Runtime,
    ) -> Self {
        Self {
            inner,
            runtime: runtime.clone(),
        }
    }

    /// The contracts that match.
    ///
    /// See [`OptionContracts::list`](crate::resources::option_contracts::OptionContracts::list).
    pub fn list(&self, query: OptionContractQuery) -> Pager<OptionContract> {
        Pager::wrap(self.inner.list(query), &self.runtime)
    }

    /// One contract, by its symbol (`AAPL250620C00100000`) or its id.
    ///
    /// Blocks; see [`OptionContracts::get`](crate::resources::option_contracts::OptionContracts::get).
    pub fn get(&self, symbol_or_id: impl Into<Symbol>) -> Result<OptionContract> {
        self.runtime.run(self.inner.get(symbol_or_id))
    }
}

impl Client {
    /// The option contracts that exist.
    ///
    /// See [`Client::option_contracts`](crate::Client::option_contracts).
    #[must_use]
    pub fn option_contracts(&self) -> OptionContracts {
        OptionContracts::wrap(self.inner.option_contracts(), &self.runtime)
    }
}
