//! [`crate::resources::perpetuals`] without async; written by `cargo xtask blocking`.

use alpaca_trading_gen::types::{
    CryptoTransfer, CryptoWallet, EstimatePerpetualTransferFeeResponse,
    GetPerpetualAccountVitalsResponse, GetPerpetualLeverageResponse, SetPerpetualLeverageResponse,
    WhitelistedAddress,
};
use uuid::Uuid;

use crate::blocking::{Client, Runtime};
use crate::resources::transfers::{TransferFeeQuery, Withdrawal};
use crate::{Result, Symbol};

/// Crypto perpetual futures, a beta that is no longer in Alpaca's document: whether the service
/// still answers is not certain, and `is_not_found` is what to expect.
///
/// See [`Perpetuals`](crate::resources::perpetuals::Perpetuals).
#[derive(Clone, Debug)]
pub struct Perpetuals {
    inner: crate::resources::perpetuals::Perpetuals,
    runtime: Runtime,
}

impl Perpetuals {
    pub(in crate::blocking) fn wrap(
        inner: crate::resources::perpetuals::Perpetuals,
        runtime: &Runtime,
    ) -> Self {
        Self {
            inner,
            runtime: runtime.clone(),
        }
    }

    /// Collateral, margin and profit of the perpetual positions.
    ///
    /// Blocks; see [`Perpetuals::account_vitals`](crate::resources::perpetuals::Perpetuals::account_vitals).
    #[deprecated(
        since = "0.1.0",
        note = "withdrawn from Alpaca's document on 2026-08-03; there is no replacement"
    )]
    #[allow(deprecated, reason = "its twin is deprecated as well")]
    pub fn account_vitals(&self) -> Result<GetPerpetualAccountVitalsResponse> {
        self.runtime.run(self.inner.account_vitals())
    }

    /// The leverage that is in force for one future, as a multiple of the collateral.
    ///
    /// Blocks; see [`Perpetuals::leverage`](crate::resources::perpetuals::Perpetuals::leverage).
    #[deprecated(
        since = "0.1.0",
        note = "withdrawn from Alpaca's document on 2026-08-03; there is no replacement"
    )]
    #[allow(deprecated, reason = "its twin is deprecated as well")]
    pub fn leverage(&self, symbol: impl Into<Symbol>) -> Result<GetPerpetualLeverageResponse> {
        self.runtime.run(self.inner.leverage(symbol))
    }

    /// Sets the leverage for one future: a whole multiple of the collateral, at least 1.
    ///
    /// Blocks; see [`Perpetuals::set_leverage`](crate::resources::perpetuals::Perpetuals::set_leverage).
    #[deprecated(
        since = "0.1.0",
        note = "withdrawn from Alpaca's document on 2026-08-03; there is no replacement"
    )]
    #[allow(deprecated, reason = "its twin is deprecated as well")]
    pub fn set_leverage(
        &self,
        symbol: impl Into<Symbol>,
        leverage: u32,
    ) -> Result<SetPerpetualLeverageResponse> {
        self.runtime.run(self.inner.set_leverage(symbol, leverage))
    }

    /// The wallets that fund perpetual futures.
    ///
    /// Blocks; see [`Perpetuals::list_wallets`](crate::resources::perpetuals::Perpetuals::list_wallets).
    #[deprecated(
        since = "0.1.0",
        note = "withdrawn from Alpaca's document on 2026-08-03; there is no replacement"
    )]
    #[allow(deprecated, reason = "its twin is deprecated as well")]
    pub fn list_wallets(&self) -> Result<Vec<CryptoWallet>> {
        self.runtime.run(self.inner.list_wallets())
    }

    /// The wallets that take deposits of one asset, such as `USDC`.
    ///
    /// Blocks; see [`Perpetuals::list_wallets_of`](crate::resources::perpetuals::Perpetuals::list_wallets_of).
    #[deprecated(
        since = "0.1.0",
        note = "withdrawn from Alpaca's document on 2026-08-03; there is no replacement"
    )]
    #[allow(deprecated, reason = "its twin is deprecated as well")]
    pub fn list_wallets_of(&self, asset: impl Into<Symbol>) -> Result<Vec<CryptoWallet>> {
        self.runtime.run(self.inner.list_wallets_of(asset))
    }

    /// What a transfer would cost now. Nothing is transferred.
    ///
    /// Blocks; see [`Perpetuals::estimate_fee`](crate::resources::perpetuals::Perpetuals::estimate_fee).
    #[deprecated(
        since = "0.1.0",
        note = "withdrawn from Alpaca's document on 2026-08-03; there is no replacement"
    )]
    #[allow(deprecated, reason = "its twin is deprecated as well")]
    pub fn estimate_fee(
        &self,
        query: TransferFeeQuery,
    ) -> Result<EstimatePerpetualTransferFeeResponse> {
        self.runtime.run(self.inner.estimate_fee(query))
    }

    /// The transfers into and out of the wallets, all at once: there are no pages.
    ///
    /// Blocks; see [`Perpetuals::list_transfers`](crate::resources::perpetuals::Perpetuals::list_transfers).
    #[deprecated(
        since = "0.1.0",
        note = "withdrawn from Alpaca's document on 2026-08-03; there is no replacement"
    )]
    #[allow(deprecated, reason = "its twin is deprecated as well")]
    pub fn list_transfers(&self) -> Result<Vec<CryptoTransfer>> {
        self.runtime.run(self.inner.list_transfers())
    }

    /// A transfer, as it is now.
    ///
    /// Blocks; see [`Perpetuals::get_transfer`](crate::resources::perpetuals::Perpetuals::get_transfer).
    #[deprecated(
        since = "0.1.0",
        note = "withdrawn from Alpaca's document on 2026-08-03; there is no replacement"
    )]
    #[allow(deprecated, reason = "its twin is deprecated as well")]
    pub fn get_transfer(&self, id: Uuid) -> Result<CryptoTransfer> {
        self.runtime.run(self.inner.get_transfer(id))
    }

    /// Withdraws crypto from a wallet to an address outside the account.
    ///
    /// Blocks; see [`Perpetuals::create_transfer`](crate::resources::perpetuals::Perpetuals::create_transfer).
    #[deprecated(
        since = "0.1.0",
        note = "withdrawn from Alpaca's document on 2026-08-03; there is no replacement"
    )]
    #[allow(deprecated, reason = "its twin is deprecated as well")]
    pub fn create_transfer(&self, withdrawal: &Withdrawal) -> Result<CryptoTransfer> {
        self.runtime.run(self.inner.create_transfer(withdrawal))
    }

    /// The addresses that crypto may be withdrawn to, those that are still to be approved included.
    ///
    /// Blocks; see [`Perpetuals::list_whitelisted_addresses`](crate::resources::perpetuals::Perpetuals::list_whitelisted_addresses).
    #[deprecated(
        since = "0.1.0",
        note = "withdrawn from Alpaca's document on 2026-08-03; there is no replacement"
    )]
    #[allow(deprecated, reason = "its twin is deprecated as well")]
    pub fn list_whitelisted_addresses(&self) -> Result<Vec<WhitelistedAddress>> {
        self.runtime.run(self.inner.list_whitelisted_addresses())
    }

    /// Registers an address for withdrawals of one asset.
    ///
    /// Blocks; see [`Perpetuals::create_whitelisted_address`](crate::resources::perpetuals::Perpetuals::create_whitelisted_address).
    #[deprecated(
        since = "0.1.0",
        note = "withdrawn from Alpaca's document on 2026-08-03; there is no replacement"
    )]
    #[allow(deprecated, reason = "its twin is deprecated as well")]
    pub fn create_whitelisted_address(
        &self,
        asset: impl Into<Symbol>,
        address: impl Into<String>,
    ) -> Result<WhitelistedAddress> {
        self.runtime
            .run(self.inner.create_whitelisted_address(asset, address))
    }

    /// Takes an address off the list. Done as well when it is gone on a second attempt, after the
    /// answer to the first was lost.
    ///
    /// Blocks; see [`Perpetuals::delete_whitelisted_address`](crate::resources::perpetuals::Perpetuals::delete_whitelisted_address).
    #[deprecated(
        since = "0.1.0",
        note = "withdrawn from Alpaca's document on 2026-08-03; there is no replacement"
    )]
    #[allow(deprecated, reason = "its twin is deprecated as well")]
    pub fn delete_whitelisted_address(&self, id: &str) -> Result<()> {
        self.runtime.run(self.inner.delete_whitelisted_address(id))
    }
}

impl Client {
    /// Crypto perpetual futures, a beta that is no longer in Alpaca's document: whether the service
    /// still answers is not certain, and `is_not_found` is what to expect.
    ///
    /// See [`Client::perpetuals`](crate::Client::perpetuals).
    #[must_use]
    pub fn perpetuals(&self) -> Perpetuals {
        Perpetuals::wrap(self.inner.perpetuals(), &self.runtime)
    }
}
