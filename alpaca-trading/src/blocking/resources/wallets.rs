//! [`crate::resources::wallets`] without async; written by `cargo xtask blocking`.

use alpaca_trading_gen::types::{CryptoChain, CryptoWallet};

use crate::blocking::{Client, Runtime};
use crate::{Result, Symbol};

/// The crypto wallets of the account: the addresses that take deposits.
///
/// See [`Wallets`](crate::resources::wallets::Wallets).
#[derive(Clone, Debug)]
pub struct Wallets {
    inner: crate::resources::wallets::Wallets,
    runtime: Runtime,
}

impl Wallets {
    pub(in crate::blocking) fn wrap(
        inner: crate::resources::wallets::Wallets,
        runtime: &Runtime,
    ) -> Self {
        Self {
            inner,
            runtime: runtime.clone(),
        }
    }

    /// All wallets of the account.
    ///
    /// Blocks; see [`Wallets::list`](crate::resources::wallets::Wallets::list).
    pub fn list(&self) -> Result<Vec<CryptoWallet>> {
        self.runtime.run(self.inner.list())
    }

    /// The wallet of one asset, such as `BTC`, on the chain that the service chooses.
    ///
    /// Blocks; see [`Wallets::get`](crate::resources::wallets::Wallets::get).
    pub fn get(&self, asset: impl Into<Symbol>) -> Result<CryptoWallet> {
        self.runtime.run(self.inner.get(asset))
    }

    /// The wallet of one asset on one chain: `USDC` on Solana, say.
    ///
    /// Blocks; see [`Wallets::get_on`](crate::resources::wallets::Wallets::get_on).
    pub fn get_on(&self, asset: impl Into<Symbol>, chain: CryptoChain) -> Result<CryptoWallet> {
        self.runtime.run(self.inner.get_on(asset, chain))
    }
}

impl Client {
    /// The crypto wallets of the account: the addresses that take deposits.
    ///
    /// See [`Client::wallets`](crate::Client::wallets).
    #[must_use]
    pub fn wallets(&self) -> Wallets {
        Wallets::wrap(self.inner.wallets(), &self.runtime)
    }
}
