//! [`crate::resources::assets`] without async; written by `cargo xtask blocking`.

use alpaca_trading_gen::types::Asset;

use crate::blocking::{Client, Runtime};
use crate::resources::assets::AssetQuery;
use crate::{Result, Rows, Symbol};

/// Everything that can be traded.
///
/// See [`Assets`](crate::resources::assets::Assets).
#[derive(Clone, Debug)]
pub struct Assets {
    inner: crate::resources::assets::Assets,
    runtime: Runtime,
}

impl Assets {
    pub(in crate::blocking) fn wrap(
        inner: crate::resources::assets::Assets,
        runtime: &Runtime,
    ) -> Self {
        Self {
            inner,
            runtime: runtime.clone(),
        }
    }

    /// The assets that match, all in one answer.
    ///
    /// Blocks; see [`Assets::list`](crate::resources::assets::Assets::list).
    pub fn list(&self, query: AssetQuery) -> Result<Rows<Asset>> {
        self.runtime.run(self.inner.list(query))
    }

    /// One asset, by its symbol or its id.
    ///
    /// Blocks; see [`Assets::get`](crate::resources::assets::Assets::get).
    pub fn get(&self, symbol_or_id: impl Into<Symbol>) -> Result<Asset> {
        self.runtime.run(self.inner.get(symbol_or_id))
    }
}

impl Client {
    /// Everything that can be traded.
    ///
    /// See [`Client::assets`](crate::Client::assets).
    #[must_use]
    pub fn assets(&self) -> Assets {
        Assets::wrap(self.inner.assets(), &self.runtime)
    }
}
