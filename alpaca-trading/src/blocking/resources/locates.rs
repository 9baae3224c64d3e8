//! [`crate::resources::locates`] without async; written by `cargo xtask blocking`.

use alpaca_trading_gen::types::{ListLocateQuotesResponse, Locate};
use uuid::Uuid;

use crate::blocking::{Client, Pager, Runtime};
use crate::resources::locates::{LocateQuery, LocateRequest};
use crate::{Result, Symbol};

/// Locates: shares of hard-to-borrow stocks that are reserved so that they can be sold short.
///
/// See [`Locates`](crate::resources::locates::Locates).
#[derive(Clone, Debug)]
pub struct Locates {
    inner: crate::resources::locates::Locates,
    runtime: Runtime,
}

impl Locates {
    pub(in crate::blocking) fn wrap(
        inner: crate::resources::locates::Locates,
        runtime: &Runtime,
    ) -> Self {
        Self {
            inner,
            runtime: runtime.clone(),
        }
    }

    /// The locates that the account has asked for, page by page.
    ///
    /// See [`Locates::list`](crate::resources::locates::Locates::list).
    pub fn list(&self, query: LocateQuery) -> Pager<Locate> {
        Pager::wrap(self.inner.list(query), &self.runtime)
    }

    /// What locating shares of these stocks would cost now, and how many there are.
    ///
    /// Blocks; see [`Locates::quotes`](crate::resources::locates::Locates::quotes).
    pub fn quotes<S: Into<Symbol>>(
        &self,
        symbols: impl IntoIterator<Item = S>,
    ) -> Result<ListLocateQuotesResponse> {
        self.runtime.run(self.inner.quotes(symbols))
    }

    /// A locate as it is now: its status, what was located, its price and its end.
    ///
    /// Blocks; see [`Locates::get`](crate::resources::locates::Locates::get).
    pub fn get(&self, id: Uuid) -> Result<Locate> {
        self.runtime.run(self.inner.get(id))
    }

    /// Asks for shares of a hard-to-borrow stock, which costs money when they are found.
    ///
    /// Blocks; see [`Locates::create`](crate::resources::locates::Locates::create).
    pub fn create(&self, request: &LocateRequest) -> Result<Locate> {
        self.runtime.run(self.inner.create(request))
    }
}

impl Client {
    /// Locates: shares of hard-to-borrow stocks that are reserved so that they can be sold short.
    ///
    /// See [`Client::locates`](crate::Client::locates).
    #[must_use]
    pub fn locates(&self) -> Locates {
        Locates::wrap(self.inner.locates(), &self.runtime)
    }
}
