//! [`crate::resources::watchlists`] without async; written by `cargo xtask blocking`.

use alpaca_trading_gen::types::{Watchlist, WatchlistWithoutAsset};
use uuid::Uuid;

use crate::blocking::{Client, Runtime};
use crate::resources::watchlists::WatchlistUpdate;
use crate::{Result, Rows, Symbol};

/// The watchlists of the account: named lists of assets to keep an eye on.
///
/// See [`Watchlists`](crate::resources::watchlists::Watchlists).
#[derive(Clone, Debug)]
pub struct Watchlists {
    inner: crate::resources::watchlists::Watchlists,
    runtime: Runtime,
}

impl Watchlists {
    pub(in crate::blocking) fn wrap(
        inner: crate::resources::watchlists::Watchlists,
        runtime: &Runtime,
    ) -> Self {
        Self {
            inner,
            runtime: runtime.clone(),
        }
    }

    /// All watchlists, without their assets.
    ///
    /// Blocks; see [`Watchlists::list`](crate::resources::watchlists::Watchlists::list).
    pub fn list(&self) -> Result<Rows<WatchlistWithoutAsset>> {
        self.runtime.run(self.inner.list())
    }

    /// Creates a watchlist with these assets, or with none.
    ///
    /// Blocks; see [`Watchlists::create`](crate::resources::watchlists::Watchlists::create).
    pub fn create<S: Into<Symbol>>(
        &self,
        name: impl Into<String>,
        symbols: impl IntoIterator<Item = S>,
    ) -> Result<Watchlist> {
        self.runtime.run(self.inner.create(name, symbols))
    }

    /// A watchlist with its assets.
    ///
    /// Blocks; see [`Watchlists::get`](crate::resources::watchlists::Watchlists::get).
    pub fn get(&self, id: Uuid) -> Result<Watchlist> {
        self.runtime.run(self.inner.get(id))
    }

    /// Changes the name of a watchlist, its assets, or both.
    ///
    /// Blocks; see [`Watchlists::update`](crate::resources::watchlists::Watchlists::update).
    pub fn update(&self, id: Uuid, update: WatchlistUpdate) -> Result<Watchlist> {
        self.runtime.run(self.inner.update(id, update))
    }

    /// Deletes a watchlist. The assets themselves and positions in them are not touched.
    ///
    /// Blocks; see [`Watchlists::delete`](crate::resources::watchlists::Watchlists::delete).
    pub fn delete(&self, id: Uuid) -> Result<()> {
        self.runtime.run(self.inner.delete(id))
    }

    /// Adds an asset to a watchlist, and returns the list as it is then.
    ///
    /// Blocks; see [`Watchlists::add`](crate::resources::watchlists::Watchlists::add).
    pub fn add(&self, id: Uuid, symbol: impl Into<Symbol>) -> Result<Watchlist> {
        self.runtime.run(self.inner.add(id, symbol))
    }

    /// Takes an asset off a watchlist, and returns the list as it is then.
    ///
    /// Blocks; see [`Watchlists::remove`](crate::resources::watchlists::Watchlists::remove).
    pub fn remove(&self, id: Uuid, symbol: impl Into<Symbol>) -> Result<Watchlist> {
        self.runtime.run(self.inner.remove(id, symbol))
    }

    /// The watchlist of this name, which need not exist. Nothing is sent yet.
    ///
    /// See [`Watchlists::by_name`](crate::resources::watchlists::Watchlists::by_name).
    #[must_use]
    pub fn by_name(&self, name: impl Into<String>) -> NamedWatchlist {
        NamedWatchlist::wrap(self.inner.by_name(name), &self.runtime)
    }
}

impl Client {
    /// The watchlists of the account: named lists of assets to keep an eye on.
    ///
    /// See [`Client::watchlists`](crate::Client::watchlists).
    #[must_use]
    pub fn watchlists(&self) -> Watchlists {
        Watchlists::wrap(self.inner.watchlists(), &self.runtime)
    }
}

/// A watchlist that is addressed by its name; from `Watchlists::by_name`.
///
/// See [`NamedWatchlist`](crate::resources::watchlists::NamedWatchlist).
#[derive(Clone, Debug)]
pub struct NamedWatchlist {
    inner: crate::resources::watchlists::NamedWatchlist,
    runtime: Runtime,
}

impl NamedWatchlist {
    pub(in crate::blocking) fn wrap(
        inner: crate::resources::watchlists::NamedWatchlist,
        runtime: &Runtime,
    ) -> Self {
        Self {
            inner,
            runtime: runtime.clone(),
        }
    }

    /// The name that the watchlist is addressed by.
    ///
    /// See [`NamedWatchlist::name`](crate::resources::watchlists::NamedWatchlist::name).
    #[must_use]
    pub fn name(&self) -> &str {
        self.inner.name()
    }

    /// The watchlist with its assets.
    ///
    /// Blocks; see [`NamedWatchlist::get`](crate::resources::watchlists::NamedWatchlist::get).
    pub fn get(&self) -> Result<Watchlist> {
        self.runtime.run(self.inner.get())
    }

    /// Changes the name of the watchlist, its assets, or both, like `Watchlists::update`.
    ///
    /// Blocks; see [`NamedWatchlist::update`](crate::resources::watchlists::NamedWatchlist::update).
    pub fn update(&self, update: WatchlistUpdate) -> Result<Watchlist> {
        self.runtime.run(self.inner.update(update))
    }

    /// Adds an asset to the watchlist, and returns the list as it is then.
    ///
    /// Blocks; see [`NamedWatchlist::add`](crate::resources::watchlists::NamedWatchlist::add).
    pub fn add(&self, symbol: impl Into<Symbol>) -> Result<Watchlist> {
        self.runtime.run(self.inner.add(symbol))
    }

    /// Deletes the watchlist, like `Watchlists::delete`.
    ///
    /// Blocks; see [`NamedWatchlist::delete`](crate::resources::watchlists::NamedWatchlist::delete).
    pub fn delete(&self) -> Result<()> {
        self.runtime.run(self.inner.delete())
    }
}
