//! US corporate bonds and treasuries, which Alpaca has withdrawn from its document.
//!
//! The operations are here for those who still have access to them; Alpaca promises nothing of them.

use alpaca_trading_gen::types::{BondStatus, TreasurySubtype, UsCorporate, UsTreasury};

use super::checks::Checks;
use super::filters::listed;
use crate::error::{InOperation as _, Result};

resource! {
    /// US corporate bonds and treasuries, withdrawn by Alpaca.
    FixedIncome, fixed_income
}

impl FixedIncome {
    /// The US corporate bonds that match, all in one answer.
    ///
    /// # Errors
    ///
    /// `is_invalid` when a filter is no code; otherwise those of any read.
    ///
    /// Raw operation: [`list_us_corporates`](alpaca_trading_gen::Client::list_us_corporates).
    #[deprecated(
        since = "0.1.0",
        note = "withdrawn from Alpaca's document on 2026-08-03, without a replacement"
    )]
    pub async fn list_us_corporates(&self, query: CorporateBondQuery) -> Result<Vec<UsCorporate>> {
        let CorporateBondQuery { bonds, tickers } = query;
        let mut checks = bonds.checks();
        checks.words("tickers", &tickers);
        checks.done().of(&self.client, "list_us_corporates")?;
        #[allow(deprecated, reason = "it is Alpaca's only operation for this")]
        let mut call = self.client.raw().list_us_corporates();
        if let Some(status) = bonds.status {
            call = call.bond_status(status);
        }
        if !bonds.isins.is_empty() {
            call = call.isins(listed(&bonds.isins));
        }
        if !bonds.cusips.is_empty() {
            call = call.cusips(listed(&bonds.cusips));
        }
        if !tickers.is_empty() {
            call = call.tickers(listed(&tickers));
        }
        Ok(self.client.call(call.send()).await?.us_corporates)
    }

    /// The US treasuries that match, all in one answer.
    ///
    /// # Errors
    ///
    /// `is_invalid` when a filter is no code; otherwise those of any read.
    ///
    /// Raw operation: [`list_us_treasuries`](alpaca_trading_gen::Client::list_us_treasuries).
    #[deprecated(
        since = "0.1.0",
        note = "withdrawn from Alpaca's document on 2026-08-03, without a replacement"
    )]
    pub async fn list_us_treasuries(&self, query: TreasuryQuery) -> Result<Vec<UsTreasury>> {
        let TreasuryQuery { bonds, subtype } = query;
        let mut checks = bonds.checks();
        if let Some(subtype) = &subtype {
            checks.word("subtype", subtype.as_str());
        }
        checks.done().of(&self.client, "list_us_treasuries")?;
        #[allow(deprecated, reason = "it is Alpaca's only operation for this")]
        let mut call = self.client.raw().list_us_treasuries();
        if let Some(subtype) = subtype {
            call = call.subtype(subtype);
        }
        if let Some(status) = bonds.status {
            call = call.bond_status(status);
        }
        if !bonds.isins.is_empty() {
            call = call.isins(listed(&bonds.isins));
        }
        if !bonds.cusips.is_empty() {
            call = call.cusips(listed(&bonds.cusips));
        }
        Ok(self.client.call(call.send()).await?.us_treasuries)
    }
}

/// What both kinds of bonds are selected by.
#[derive(Clone, Debug, Default, PartialEq)]
struct Bonds {
    status: Option<BondStatus>,
    isins: Vec<String>,
    cusips: Vec<String>,
}

impl Bonds {
    fn checks(&self) -> Checks {
        let mut checks = Checks::default();
        if let Some(status) = &self.status {
            checks.word("bond_status", status.as_str());
        }
        checks.words("isins", &self.isins);
        checks.words("cusips", &self.cusips);
        checks
    }
}

/// Which corporate bonds to list; all of them unless something is set.
#[derive(Clone, Debug, Default, PartialEq)]
#[non_exhaustive]
#[must_use = "a query does nothing until it is given to `list_us_corporates`"]
pub struct CorporateBondQuery {
    bonds: Bonds,
    tickers: Vec<String>,
}

/// Which treasuries to list; all of them unless something is set.
#[derive(Clone, Debug, Default, PartialEq)]
#[non_exhaustive]
#[must_use = "a query does nothing until it is given to `list_us_treasuries`"]
pub struct TreasuryQuery {
    bonds: Bonds,
    subtype: Option<TreasurySubtype>,
}

macro_rules! selected_as_bonds {
    ($($query:ident),+) => {
        $(impl $query {
            /// All of them.
            pub fn new() -> Self {
                Self::default()
            }

            /// Those at this stage of their life.
            pub fn status(mut self, status: impl Into<BondStatus>) -> Self {
                self.bonds.status = Some(status.into());
                self
            }

            /// Those with these ISINs, of 12 characters each.
            pub fn isins(mut self, isins: impl IntoIterator<Item = impl Into<String>>) -> Self {
                self.bonds.isins = isins.into_iter().map(Into::into).collect();
                self
            }

            /// Those with these CUSIPs, of 9 characters each.
            pub fn cusips(mut self, cusips: impl IntoIterator<Item = impl Into<String>>) -> Self {
                self.bonds.cusips = cusips.into_iter().map(Into::into).collect();
                self
            }
        })+
    };
}
selected_as_bonds!(CorporateBondQuery, TreasuryQuery);

impl CorporateBondQuery {
    /// Those of the issuers with these tickers.
    pub fn tickers(mut self, tickers: impl IntoIterator<Item = impl Into<String>>) -> Self {
        self.tickers = tickers.into_iter().map(Into::into).collect();
        self
    }
}

impl TreasuryQuery {
    /// Those of this kind: bills, notes, bonds and so on.
    pub fn subtype(mut self, subtype: impl Into<TreasurySubtype>) -> Self {
        self.subtype = Some(subtype.into());
        self
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn codes_are_checked() {
        let query = TreasuryQuery::new()
            .isins(["US912796ZZ81"])
            .status("outstanding");
        assert!(query.bonds.checks().done().is_ok());
        let query = CorporateBondQuery::new()
            .isins(["A,B"])
            .cusips([""])
            .status("..");
        let error = query.bonds.checks().done().unwrap_err();
        let fields: Vec<_> = error.violations().iter().map(|v| v.field()).collect();
        assert_eq!(fields, ["bond_status", "isins", "cusips"]);
    }
}
