//! Crypto perpetual futures: margin, leverage and funding. Alpaca has withdrawn all of it.

use alpaca_trading_gen::DecimalParameter;
use alpaca_trading_gen::types::{
    CryptoTransfer, CryptoWallet, EstimatePerpetualTransferFeeResponse,
    GetPerpetualAccountVitalsResponse, GetPerpetualLeverageResponse, SetPerpetualLeverageResponse,
    WhitelistedAddress,
};
use uuid::Uuid;

use super::checks::{self, Checks};
use super::doubt;
use super::transfers::{TransferFeeQuery, Withdrawal};
use super::whitelists::check_id;
use crate::Symbol;
use crate::error::{InOperation as _, Result};

resource! {
    /// Crypto perpetual futures, a beta that is no longer in Alpaca's document: whether the service
    /// still answers is not certain, and `is_not_found` is what to expect.
    Perpetuals, perpetuals
}

impl Perpetuals {
    /// Collateral, margin and profit of the perpetual positions.
    ///
    /// # Errors
    ///
    /// Those of any read.
    ///
    /// Raw operation: [`get_perpetual_account_vitals`](alpaca_trading_gen::Client::get_perpetual_account_vitals).
    #[deprecated(
        since = "0.1.0",
        note = "withdrawn from Alpaca's document on 2026-08-03; there is no replacement"
    )]
    pub async fn account_vitals(&self) -> Result<GetPerpetualAccountVitalsResponse> {
        #[allow(deprecated, reason = "for those whom the service still answers")]
        let call = self.client.raw().get_perpetual_account_vitals();
        self.client.call(call.send()).await
    }

    /// The leverage that is in force for one future, as a multiple of the collateral.
    ///
    /// # Errors
    ///
    /// `is_invalid` when the symbol cannot be one; otherwise those of any read.
    ///
    /// Raw operation: [`get_perpetual_leverage`](alpaca_trading_gen::Client::get_perpetual_leverage).
    #[deprecated(
        since = "0.1.0",
        note = "withdrawn from Alpaca's document on 2026-08-03; there is no replacement"
    )]
    pub async fn leverage(
        &self,
        symbol: impl Into<Symbol>,
    ) -> Result<GetPerpetualLeverageResponse> {
        let symbol = symbol.into();
        checks::symbol(&symbol).of(&self.client, "get_perpetual_leverage")?;
        #[allow(deprecated, reason = "for those whom the service still answers")]
        let call = self.client.raw().get_perpetual_leverage();
        let call = call.symbol(symbol.to_string());
        self.client.call(call.send()).await
    }

    /// Sets the leverage for one future: a whole multiple of the collateral, at least 1.
    ///
    /// Sent at most once. When the outcome of an error is `Unknown`, [`leverage`](Self::leverage) tells
    /// what is in force.
    ///
    /// # Errors
    ///
    /// `is_invalid` when the symbol or the leverage cannot be right.
    ///
    /// Raw operation: [`set_perpetual_leverage`](alpaca_trading_gen::Client::set_perpetual_leverage).
    #[deprecated(
        since = "0.1.0",
        note = "withdrawn from Alpaca's document on 2026-08-03; there is no replacement"
    )]
    pub async fn set_leverage(
        &self,
        symbol: impl Into<Symbol>,
        leverage: u32,
    ) -> Result<SetPerpetualLeverageResponse> {
        let symbol = symbol.into();
        let mut checks = Checks::default();
        checks.symbol("symbol", &symbol);
        checks.positive("leverage", leverage.into());
        checks.done().of(&self.client, "set_perpetual_leverage")?;
        #[allow(deprecated, reason = "for those whom the service still answers")]
        let call = self.client.raw().set_perpetual_leverage();
        let call = call
            .symbol(symbol.to_string())
            .leverage(i64::from(leverage));
        self.client.call(call.send()).await
    }

    /// The wallets that fund perpetual futures.
    ///
    /// # Errors
    ///
    /// Those of any read.
    ///
    /// Raw operation: [`list_perpetual_wallets`](alpaca_trading_gen::Client::list_perpetual_wallets).
    #[deprecated(
        since = "0.1.0",
        note = "withdrawn from Alpaca's document on 2026-08-03; there is no replacement"
    )]
    pub async fn list_wallets(&self) -> Result<Vec<CryptoWallet>> {
        #[allow(deprecated, reason = "for those whom the service still answers")]
        let call = self.client.raw().list_perpetual_wallets();
        Ok(self.client.call(call.send()).await?.0)
    }

    /// The wallets that take deposits of one asset, such as `USDC`.
    ///
    /// # Errors
    ///
    /// `is_invalid` when the asset cannot be one; otherwise those of any read.
    ///
    /// Raw operation: [`list_perpetual_wallets`](alpaca_trading_gen::Client::list_perpetual_wallets).
    #[deprecated(
        since = "0.1.0",
        note = "withdrawn from Alpaca's document on 2026-08-03; there is no replacement"
    )]
    pub async fn list_wallets_of(&self, asset: impl Into<Symbol>) -> Result<Vec<CryptoWallet>> {
        let asset = asset.into();
        let mut checks = Checks::default();
        checks.symbol("asset", &asset);
        checks.done().of(&self.client, "list_perpetual_wallets")?;
        #[allow(deprecated, reason = "for those whom the service still answers")]
        let call = self.client.raw().list_perpetual_wallets();
        let call = call.asset(asset.to_string());
        Ok(self.client.call(call.send()).await?.0)
    }

    /// What a transfer would cost now. Nothing is transferred.
    ///
    /// # Errors
    ///
    /// `is_invalid` when the asset, the amount or an address cannot be right; otherwise those of any
    /// read.
    ///
    /// Raw operation: [`estimate_perpetual_transfer_fee`](alpaca_trading_gen::Client::estimate_perpetual_transfer_fee).
    #[deprecated(
        since = "0.1.0",
        note = "withdrawn from Alpaca's document on 2026-08-03; there is no replacement"
    )]
    pub async fn estimate_fee(
        &self,
        query: TransferFeeQuery,
    ) -> Result<EstimatePerpetualTransferFeeResponse> {
        query
            .check()
            .of(&self.client, "estimate_perpetual_transfer_fee")?;
        #[allow(deprecated, reason = "for those whom the service still answers")]
        let call = self.client.raw().estimate_perpetual_transfer_fee();
        let mut call = call
            .asset(query.asset.to_string())
            .amount(DecimalParameter::from(query.amount));
        if let Some(address) = query.from_address {
            call = call.from_address(address);
        }
        if let Some(address) = query.to_address {
            call = call.to_address(address);
        }
        self.client.call(call.send()).await
    }

    /// The transfers into and out of the wallets, all at once: there are no pages.
    ///
    /// # Errors
    ///
    /// Those of any read.
    ///
    /// Raw operation: [`list_perpetual_transfers`](alpaca_trading_gen::Client::list_perpetual_transfers).
    #[deprecated(
        since = "0.1.0",
        note = "withdrawn from Alpaca's document on 2026-08-03; there is no replacement"
    )]
    pub async fn list_transfers(&self) -> Result<Vec<CryptoTransfer>> {
        #[allow(deprecated, reason = "for those whom the service still answers")]
        let call = self.client.raw().list_perpetual_transfers();
        Ok(self.client.call(call.send()).await?.0)
    }

    /// A transfer, as it is now.
    ///
    /// # Errors
    ///
    /// `is_not_found` when there is none with this id.
    ///
    /// Raw operation: [`get_perpetual_transfer`](alpaca_trading_gen::Client::get_perpetual_transfer).
    #[deprecated(
        since = "0.1.0",
        note = "withdrawn from Alpaca's document on 2026-08-03; there is no replacement"
    )]
    pub async fn get_transfer(&self, id: Uuid) -> Result<CryptoTransfer> {
        #[allow(deprecated, reason = "for those whom the service still answers")]
        let call = self.client.raw().get_perpetual_transfer();
        let call = call.transfer_id(id.to_string());
        self.client.call(call.send()).await
    }

    /// Withdraws crypto from a wallet to an address outside the account.
    ///
    /// Sent at most once. When the outcome of an error is `Unknown`, look for the withdrawal in
    /// [`list_transfers`](Self::list_transfers) before asking for it again.
    ///
    /// # Errors
    ///
    /// `is_invalid` when the request cannot be right.
    ///
    /// Raw operation: [`create_perpetual_transfer`](alpaca_trading_gen::Client::create_perpetual_transfer).
    #[deprecated(
        since = "0.1.0",
        note = "withdrawn from Alpaca's document on 2026-08-03; there is no replacement"
    )]
    pub async fn create_transfer(&self, withdrawal: &Withdrawal) -> Result<CryptoTransfer> {
        withdrawal
            .check()
            .of(&self.client, "create_perpetual_transfer")?;
        #[allow(deprecated, reason = "for those whom the service still answers")]
        let call = self.client.raw().create_perpetual_transfer();
        let call = call.body_map(|body| withdrawal.fill(body));
        self.client.call(call.send()).await
    }

    /// The addresses that crypto may be withdrawn to, those that are still to be approved included.
    ///
    /// # Errors
    ///
    /// Those of any read.
    ///
    /// Raw operation: [`list_perpetual_whitelisted_addresses`](alpaca_trading_gen::Client::list_perpetual_whitelisted_addresses).
    #[deprecated(
        since = "0.1.0",
        note = "withdrawn from Alpaca's document on 2026-08-03; there is no replacement"
    )]
    pub async fn list_whitelisted_addresses(&self) -> Result<Vec<WhitelistedAddress>> {
        #[allow(deprecated, reason = "for those whom the service still answers")]
        let call = self.client.raw().list_perpetual_whitelisted_addresses();
        Ok(self.client.call(call.send()).await?.0)
    }

    /// Registers an address for withdrawals of one asset.
    ///
    /// Sent at most once. When the outcome of an error is `Unknown`,
    /// [`list_whitelisted_addresses`](Self::list_whitelisted_addresses) tells whether it is registered.
    ///
    /// # Errors
    ///
    /// `is_invalid` when the asset cannot be one, or the address is empty.
    ///
    /// Raw operation: [`create_perpetual_whitelisted_address`](alpaca_trading_gen::Client::create_perpetual_whitelisted_address).
    #[deprecated(
        since = "0.1.0",
        note = "withdrawn from Alpaca's document on 2026-08-03; there is no replacement"
    )]
    pub async fn create_whitelisted_address(
        &self,
        asset: impl Into<Symbol>,
        address: impl Into<String>,
    ) -> Result<WhitelistedAddress> {
        let (asset, address) = (asset.into(), address.into());
        let mut checks = Checks::default();
        checks.symbol("asset", &asset);
        checks.not_empty("address", &address);
        checks
            .done()
            .of(&self.client, "create_perpetual_whitelisted_address")?;
        #[allow(deprecated, reason = "for those whom the service still answers")]
        let call = self.client.raw().create_perpetual_whitelisted_address();
        let call = call.body_map(|body| body.asset(asset.to_string()).address(address));
        self.client.call(call.send()).await
    }

    /// Takes an address off the list. Done as well when it is gone on a second attempt, after the
    /// answer to the first was lost.
    ///
    /// # Errors
    ///
    /// `is_invalid` when the id is empty; `is_not_found` when there is no such entry.
    ///
    /// Raw operation: [`delete_perpetual_whitelisted_address`](alpaca_trading_gen::Client::delete_perpetual_whitelisted_address).
    #[deprecated(
        since = "0.1.0",
        note = "withdrawn from Alpaca's document on 2026-08-03; there is no replacement"
    )]
    pub async fn delete_whitelisted_address(&self, id: &str) -> Result<()> {
        check_id(id)
            .done()
            .of(&self.client, "delete_perpetual_whitelisted_address")?;
        #[allow(deprecated, reason = "for those whom the service still answers")]
        let call = self.client.raw().delete_perpetual_whitelisted_address();
        let call = call.whitelisted_address_id(id);
        doubt::deleted(self.client.call_with_facts(call.send()).await)
    }
}
