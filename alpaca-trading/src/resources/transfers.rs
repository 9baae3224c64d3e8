//! Crypto transfers: deposits and withdrawals over a blockchain, and what they cost.

use alpaca_trading_gen::DecimalParameter;
use alpaca_trading_gen::types::{self, CryptoChain, CryptoTransfer, WalletFeeEstimateResponse};
use rust_decimal::Decimal;
use uuid::Uuid;

use super::checks::Checks;
use crate::Symbol;
use crate::error::{InOperation as _, Result};

resource! {
    /// Transfers of crypto into and out of the account, over a blockchain.
    CryptoTransfers, crypto_transfers
}

impl CryptoTransfers {
    /// The deposits and withdrawals of the account, all at once: there are no pages.
    ///
    /// # Errors
    ///
    /// Those of any read.
    ///
    /// # Examples
    ///
    /// ```no_run
    /// # async fn run(client: alpaca_trading::Client) -> alpaca_trading::Result<()> {
    /// for transfer in client.crypto_transfers().list().await? {
    ///     println!("{:?} {:?} {:?}", transfer.direction, transfer.amount, transfer.asset);
    /// }
    /// # Ok(()) }
    /// ```
    ///
    /// Raw operation: [`list_crypto_transfers`](alpaca_trading_gen::Client::list_crypto_transfers).
    pub async fn list(&self) -> Result<Vec<CryptoTransfer>> {
        let transfers = self
            .client
            .call(self.client.raw().list_crypto_transfers().send())
            .await?;
        Ok(transfers.0)
    }

    /// A deposit or withdrawal, as it is now.
    ///
    /// # Errors
    ///
    /// `is_not_found` when there is none with this id.
    ///
    /// Raw operation: [`get_crypto_transfer`](alpaca_trading_gen::Client::get_crypto_transfer).
    pub async fn get(&self, id: Uuid) -> Result<CryptoTransfer> {
        let call = self
            .client
            .raw()
            .get_crypto_transfer()
            .transfer_id(id.to_string());
        self.client.call(call.send()).await
    }

    /// Withdraws crypto to a whitelisted address outside the account.
    ///
    /// The transfer goes on in the background: [`get`](Self::get) tells what became of it. What was
    /// sent to a wrong address or over a wrong chain is not coming back.
    ///
    /// A withdrawal is sent at most once. When the outcome of an error is `Unknown`, look for it in
    /// [`list`](Self::list) before asking for it again.
    ///
    /// # Errors
    ///
    /// `is_invalid` when the request cannot be right; status 400 when information of the travel rule
    /// is missing, with what is to be supplied in [`Error::body`](crate::Error::body), a
    /// [`TravelRuleErrorResponse`](types::TravelRuleErrorResponse).
    ///
    /// Raw operation: [`create_crypto_transfer`](alpaca_trading_gen::Client::create_crypto_transfer).
    #[deprecated(
        since = "0.1.0",
        note = "deprecated by Alpaca since 2026-07-09, to be removed on 2026-10-09; Alpaca names no replacement"
    )]
    pub async fn create(&self, withdrawal: &Withdrawal) -> Result<CryptoTransfer> {
        withdrawal
            .check()
            .of(&self.client, "create_crypto_transfer")?;
        #[allow(deprecated, reason = "served until Alpaca removes it")]
        let call = self.client.raw().create_crypto_transfer();
        let call = call.body_map(|body| withdrawal.fill(body));
        self.client.call(call.send()).await
    }

    /// What a withdrawal would cost now. Nothing is transferred.
    ///
    /// The part of the network follows its load: what is charged in the end may differ.
    ///
    /// # Errors
    ///
    /// `is_invalid` when the asset, the amount or an address cannot be right; otherwise those of any
    /// read.
    ///
    /// # Examples
    ///
    /// ```no_run
    /// use alpaca_trading::dec;
    /// use alpaca_trading::resources::transfers::TransferFeeQuery;
    ///
    /// # async fn run(client: alpaca_trading::Client) -> alpaca_trading::Result<()> {
    /// let query = TransferFeeQuery::new("ETH", dec!(0.5)).to_address("0xabc0");
    /// let fee = client.crypto_transfers().estimate_fee(query).await?;
    /// println!("{:?} and {:?} for the network", fee.fee, fee.network_fee);
    /// # Ok(()) }
    /// ```
    ///
    /// Raw operation: [`estimate_crypto_transfer_fee`](alpaca_trading_gen::Client::estimate_crypto_transfer_fee).
    pub async fn estimate_fee(&self, query: TransferFeeQuery) -> Result<WalletFeeEstimateResponse> {
        query
            .check()
            .of(&self.client, "estimate_crypto_transfer_fee")?;
        let mut call = self
            .client
            .raw()
            .estimate_crypto_transfer_fee()
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
}

/// A transfer whose cost is to be estimated.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
#[must_use = "a query asks nothing until it is sent"]
pub struct TransferFeeQuery {
    pub(super) asset: Symbol,
    pub(super) amount: Decimal,
    pub(super) from_address: Option<String>,
    pub(super) to_address: Option<String>,
}

impl TransferFeeQuery {
    /// A transfer of this much of an asset, such as 0.5 `ETH`: above 0, in units of the asset.
    pub fn new(asset: impl Into<Symbol>, amount: impl Into<Decimal>) -> Self {
        Self {
            asset: asset.into(),
            amount: amount.into(),
            from_address: None,
            to_address: None,
        }
    }

    /// The address that it leaves from.
    pub fn from_address(mut self, address: impl Into<String>) -> Self {
        self.from_address = Some(address.into());
        self
    }

    /// The address that it goes to.
    pub fn to_address(mut self, address: impl Into<String>) -> Self {
        self.to_address = Some(address.into());
        self
    }

    pub(super) fn check(&self) -> Result<()> {
        let mut checks = Checks::default();
        checks.symbol("asset", &self.asset);
        checks.positive("amount", self.amount);
        if let Some(address) = &self.from_address {
            checks.not_empty("from_address", address);
        }
        if let Some(address) = &self.to_address {
            checks.not_empty("to_address", address);
        }
        checks.done()
    }
}

/// A withdrawal of crypto to an address outside the account.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
#[must_use = "a withdrawal moves nothing until it is sent"]
pub struct Withdrawal {
    asset: Symbol,
    amount: Decimal,
    address: String,
    chain: Option<CryptoChain>,
}

impl Withdrawal {
    /// A withdrawal of this much of an asset, such as 0.5 `ETH`, to `address`: above 0, in units of
    /// the asset.
    pub fn new(
        asset: impl Into<Symbol>,
        amount: impl Into<Decimal>,
        address: impl Into<String>,
    ) -> Self {
        Self {
            asset: asset.into(),
            amount: amount.into(),
            address: address.into(),
            chain: None,
        }
    }

    /// The chain that the address is on, for an asset that exists on more than one.
    pub fn chain(mut self, chain: CryptoChain) -> Self {
        self.chain = Some(chain);
        self
    }

    pub(super) fn check(&self) -> Result<()> {
        let mut checks = Checks::default();
        checks.symbol("asset", &self.asset);
        checks.positive("amount", self.amount);
        checks.not_empty("address", &self.address);
        if let Some(chain) = &self.chain {
            checks.not_empty("chain", chain.as_str());
        }
        checks.done()
    }

    pub(super) fn fill(
        &self,
        body: types::builder::CreateCryptoTransferRequest,
    ) -> types::builder::CreateCryptoTransferRequest {
        body.asset(self.asset.to_string())
            .amount(self.amount)
            .address(&*self.address)
            .chain(self.chain.clone())
    }
}

#[cfg(test)]
mod tests {
    use crate::dec;

    use super::*;

    fn fields(result: Result<()>) -> Vec<String> {
        match result {
            Ok(()) => Vec::new(),
            Err(error) => error
                .violations()
                .iter()
                .map(|violation| violation.field().to_owned())
                .collect(),
        }
    }

    #[test]
    fn a_withdrawal_names_an_asset_an_amount_and_an_address() {
        let right = Withdrawal::new("ETH", dec!(0.000000001), "0xabc0").chain(CryptoChain::Eth);
        assert!(right.check().is_ok());
        let wrong = Withdrawal::new("", dec!(0), "").chain("".into());
        assert_eq!(
            fields(wrong.check()),
            ["asset", "amount", "address", "chain"]
        );
    }

    #[test]
    fn an_estimate_needs_an_amount_and_no_address() {
        assert!(TransferFeeQuery::new("ETH", dec!(1)).check().is_ok());
        let wrong = TransferFeeQuery::new("E#H", dec!(-1))
            .from_address("")
            .to_address("");
        assert_eq!(
            fields(wrong.check()),
            ["asset", "amount", "from_address", "to_address"]
        );
    }
}
