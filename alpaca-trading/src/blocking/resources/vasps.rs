//! [`crate::resources::vasps`] without async; written by `cargo xtask blocking`.

use alpaca_trading_gen::types::Vasp;

use crate::blocking::{Client, Pager, Runtime};
use crate::resources::vasps::VaspQuery;

/// The directory of virtual asset service providers (VASPs): exchanges and custodians that may hold
/// an address outside the account.
///
/// See [`Vasps`](crate::resources::vasps::Vasps).
#[derive(Clone, Debug)]
pub struct Vasps {
    inner: crate::resources::vasps::Vasps,
    runtime: Runtime,
}

impl Vasps {
    pub(in crate::blocking) fn wrap(
        inner: crate::resources::vasps::Vasps,
        runtime: &Runtime,
    ) -> Self {
        Self {
            inner,
            runtime: runtime.clone(),
        }
    }

    /// Searches the directory, page by page.
    ///
    /// See [`Vasps::search`](crate::resources::vasps::Vasps::search).
    pub fn search(&self, query: VaspQuery) -> Pager<Vasp> {
        Pager::wrap(self.inner.search(query), &self.runtime)
    }
}

impl Client {
    /// The directory of virtual asset service providers (VASPs): exchanges and custodians that may
    /// hold an address outside the account.
    ///
    /// See [`Client::vasps`](crate::Client::vasps).
    #[must_use]
    pub fn vasps(&self) -> Vasps {
        Vasps::wrap(self.inner.vasps(), &self.runtime)
    }
}
