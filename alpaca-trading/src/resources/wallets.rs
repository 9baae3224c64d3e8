//! Crypto wallets: where deposits of crypto go.

use alpaca_trading_gen::types::{CryptoChain, CryptoWallet};

use super::checks::Checks;
use crate::Symbol;
use crate::error::{Error, ErrorKind, InOperation as _, Outcome, Result};

resource! {
    /// The crypto wallets of the account: the addresses that take deposits.
    Wallets, wallets
}

impl Wallets {
    /// All wallets of the account.
    ///
    /// # Errors
    ///
    /// Those of any read.
    ///
    /// # Examples
    ///
    /// ```no_run
    /// # async fn run(client: alpaca_trading::Client) -> alpaca_trading::Result<()> {
    /// for wallet in client.wallets().list().await? {
    ///     println!("{:?} {:?}", wallet.chain, wallet.address);
    /// }
    /// # Ok(()) }
    /// ```
    ///
    /// Raw operation: [`list_crypto_wallets`](alpaca_trading_gen::Client::list_crypto_wallets).
    pub async fn list(&self) -> Result<Vec<CryptoWallet>> {
        let wallets = self
            .client
            .call(self.client.raw().list_crypto_wallets().send())
            .await?;
        Ok(wallets.0)
    }

    /// The wallet of one asset, such as `BTC`, on the chain that the service chooses.
    ///
    /// An asset may exist on several chains, and what is sent over another one than the wallet's is
    /// lost: look at its `chain`, or name one with [`get_on`](Self::get_on).
    ///
    /// # Errors
    ///
    /// `is_invalid` when the asset cannot be one. Of kind [`Decode`](ErrorKind::Decode) when the answer
    /// is not one wallet: an asset with several needs a chain.
    ///
    /// Raw operation: [`list_crypto_wallets`](alpaca_trading_gen::Client::list_crypto_wallets).
    pub async fn get(&self, asset: impl Into<Symbol>) -> Result<CryptoWallet> {
        self.find(asset.into(), None).await
    }

    /// The wallet of one asset on one chain: `USDC` on Solana, say.
    ///
    /// # Errors
    ///
    /// As for [`get`](Self::get).
    ///
    /// # Examples
    ///
    /// ```no_run
    /// use alpaca_trading::types::CryptoChain;
    ///
    /// # async fn run(client: alpaca_trading::Client) -> alpaca_trading::Result<()> {
    /// let wallet = client.wallets().get_on("USDC", CryptoChain::Sol).await?;
    /// println!("deposits go to {:?} on {:?}", wallet.address, wallet.chain);
    /// # Ok(()) }
    /// ```
    ///
    /// Raw operation: [`list_crypto_wallets`](alpaca_trading_gen::Client::list_crypto_wallets).
    pub async fn get_on(
        &self,
        asset: impl Into<Symbol>,
        chain: CryptoChain,
    ) -> Result<CryptoWallet> {
        self.find(asset.into(), Some(chain)).await
    }

    async fn find(&self, asset: Symbol, chain: Option<CryptoChain>) -> Result<CryptoWallet> {
        let mut checks = Checks::default();
        checks.symbol("asset", &asset);
        if let Some(chain) = &chain {
            checks.not_empty("chain", chain.as_str());
        }
        checks.done().of(&self.client, "list_crypto_wallets")?;
        let mut call = self
            .client
            .raw()
            .list_crypto_wallets()
            .asset(asset.to_string());
        if let Some(chain) = &chain {
            call = call.chain(chain.clone());
        }
        let wallets = self.client.call(call.send()).await?;
        only(wallets.0, chain.as_ref()).of(&self.client, "list_crypto_wallets")
    }
}

/// The one wallet that was asked for. A guess among several could send a deposit to nowhere.
fn only(mut wallets: Vec<CryptoWallet>, chain: Option<&CryptoChain>) -> Result<CryptoWallet> {
    if wallets.len() > 1
        && let Some(chain) = chain
    {
        wallets.retain(|wallet| {
            let of_wallet = wallet.chain.as_deref().unwrap_or_default();
            of_wallet.eq_ignore_ascii_case(chain.as_str())
        });
    }
    let count = wallets.len();
    match (wallets.pop(), count) {
        (Some(wallet), 1) => Ok(wallet),
        _ => Err(Error::new(
            ErrorKind::Decode,
            format!("the service answered with {count} wallets where one was asked for"),
        )
        .with(|repr| repr.outcome = Outcome::Unknown)),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn wallet(chain: &str) -> CryptoWallet {
        serde_json::from_value(json!({"chain": chain, "address": format!("at-{chain}")})).unwrap()
    }

    #[test]
    fn the_only_wallet_is_taken_whatever_it_calls_its_chain() {
        let found = only(vec![wallet("solana")], Some(&CryptoChain::Sol)).unwrap();
        assert_eq!(found.address.as_deref(), Some("at-solana"));
        assert!(only(vec![wallet("ETH")], None).is_ok());
    }

    #[test]
    fn among_several_the_chain_decides_and_nothing_is_guessed() {
        let both = || vec![wallet("ETH"), wallet("SOL")];
        let found = only(both(), Some(&CryptoChain::Sol)).unwrap();
        assert_eq!(found.address.as_deref(), Some("at-SOL"));
        for (wallets, chain, count) in [
            (both(), None, "2 wallets"),
            (both(), Some(CryptoChain::Btc), "0 wallets"),
            (
                vec![wallet("ETH"), wallet("ETH")],
                Some(CryptoChain::Eth),
                "2 wallets",
            ),
            (vec![], None, "0 wallets"),
        ] {
            let error = only(wallets, chain.as_ref()).unwrap_err();
            assert!(
                error.is_decode() && error.message().contains(count),
                "{error}"
            );
        }
    }
}
