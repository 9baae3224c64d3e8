//! [`crate::resources::fixed_income`] without async; written by `cargo xtask blocking`.

use alpaca_trading_gen::types::{UsCorporate, UsTreasury};

use crate::Result;
use crate::blocking::{Client, Runtime};
use crate::resources::fixed_income::{CorporateBondQuery, TreasuryQuery};

/// US corporate bonds and treasuries, withdrawn by Alpaca.
///
/// See [`FixedIncome`](crate::resources::fixed_income::FixedIncome).
#[derive(Clone, Debug)]
pub struct FixedIncome {
    inner: crate::resources::fixed_income::FixedIncome,
    runtime: Runtime,
}

impl FixedIncome {
    pub(in crate::blocking) fn wrap(
        inner: crate::resources::fixed_income::FixedIncome,
        runtime: &Runtime,
    ) -> Self {
        Self {
            inner,
            runtime: runtime.clone(),
        }
    }

    /// The US corporate bonds that match, all in one answer.
    ///
    /// Blocks; see [`FixedIncome::list_us_corporates`](crate::resources::fixed_income::FixedIncome::list_us_corporates).
    #[deprecated(
        since = "0.1.0",
        note = "withdrawn from Alpaca's document on 2026-08-03, without a replacement"
    )]
    #[allow(deprecated, reason = "its twin is deprecated as well")]
    pub fn list_us_corporates(&self, query: CorporateBondQuery) -> Result<Vec<UsCorporate>> {
        self.runtime.run(self.inner.list_us_corporates(query))
    }

    /// The US treasuries that match, all in one answer.
    ///
    /// Blocks; see [`FixedIncome::list_us_treasuries`](crate::resources::fixed_income::FixedIncome::list_us_treasuries).
    #[deprecated(
        since = "0.1.0",
        note = "withdrawn from Alpaca's document on 2026-08-03, without a replacement"
    )]
    #[allow(deprecated, reason = "its twin is deprecated as well")]
    pub fn list_us_treasuries(&self, query: TreasuryQuery) -> Result<Vec<UsTreasury>> {
        self.runtime.run(self.inner.list_us_treasuries(query))
    }
}

impl Client {
    /// US corporate bonds and treasuries, withdrawn by Alpaca.
    ///
    /// See [`Client::fixed_income`](crate::Client::fixed_income).
    #[must_use]
    pub fn fixed_income(&self) -> FixedIncome {
        FixedIncome::wrap(self.inner.fixed_income(), &self.runtime)
    }
}
