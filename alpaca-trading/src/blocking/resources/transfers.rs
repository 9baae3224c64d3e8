//! [`crate::resources::transfers`] without async; written by `cargo xtask blocking`.

use alpaca_trading_gen::types::{CryptoTransfer, WalletFeeEstimateResponse};
use uuid::Uuid;

use crate::Result;
use crate::blocking::{Client, Runtime};
use crate::resources::transfers::{TransferFeeQuery, Withdrawal};

/// Transfers of crypto into and out of the account, over a blockchain.
///
/// See [`CryptoTransfers`](crate::resources::transfers::CryptoTransfers).
#[derive(Clone, Debug)]
pub struct CryptoTransfers {
    inner: crate::resources::transfers::CryptoTransfers,
    runtime: Runtime,
}

impl CryptoTransfers {
    pub(in crate::blocking) fn wrap(
        inner: crate::resources::transfers::CryptoTransfers,
        runtime: &Runtime,
    ) -> Self {
        Self {
            inner,
            runtime: runtime.clone(),
        }
    }

    /// The deposits and withdrawals of the account, all at once: there are no pages.
    ///
    /// Blocks; see [`CryptoTransfers::list`](crate::resources::transfers::CryptoTransfers::list).
    pub fn list(&self) -> Result<Vec<CryptoTransfer>> {
        self.runtime.run(self.inner.list())
    }

    /// A deposit or withdrawal, as it is now.
    ///
    /// Blocks; see [`CryptoTransfers::get`](crate::resources::transfers::CryptoTransfers::get).
    pub fn get(&self, id: Uuid) -> Result<CryptoTransfer> {
        self.runtime.run(self.inner.get(id))
    }

    /// Withdraws crypto to a whitelisted address outside the account.
    ///
    /// Blocks; see [`CryptoTransfers::create`](crate::resources::transfers::CryptoTransfers::create).
    #[deprecated(
        since = "0.1.0",
        note = "deprecated by Alpaca since 2026-07-09, to be removed on 2026-10-09; Alpaca names no replacement"
    )]
    #[allow(deprecated, reason = "its twin is deprecated as well")]
    pub fn create(&self, withdrawal: &Withdrawal) -> Result<CryptoTransfer> {
        self.runtime.run(self.inner.create(withdrawal))
    }

    /// What a withdrawal would cost now. Nothing is transferred.
    ///
    /// Blocks; see [`CryptoTransfers::estimate_fee`](crate::resources::transfers::CryptoTransfers::estimate_fee).
    pub fn estimate_fee(&self, query: TransferFeeQuery) -> Result<WalletFeeEstimateResponse> {
        self.runtime.run(self.inner.estimate_fee(query))
    }
}

impl Client {
    /// Transfers of crypto into and out of the account, over a blockchain.
    ///
    /// See [`Client::crypto_transfers`](crate::Client::crypto_transfers).
    #[must_use]
    pub fn crypto_transfers(&self) -> CryptoTransfers {
        CryptoTransfers::wrap(self.inner.crypto_transfers(), &self.runtime)
    }
}
