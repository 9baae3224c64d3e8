//! [`crate::resources::tokenization`] without async; written by `cargo xtask blocking`.

use alpaca_trading_gen::types::{TokenizationMintResponse, TokenizationRequest};
use uuid::Uuid;

use crate::blocking::{Client, Runtime};
use crate::resources::tokenization::{MintRequest, TokenizationQuery};
use crate::{Result, Rows};

/// Tokenization: turning shares of the account into tokens on a blockchain, and what became of the
/// requests for it.
///
/// See [`Tokenization`](crate::resources::tokenization::Tokenization).
#[derive(Clone, Debug)]
pub struct Tokenization {
    inner: crate::resources::tokenization::Tokenization,
    runtime: Runtime,
}

impl Tokenization {
    pub(in crate::blocking) fn wrap(
        inner: crate::resources::tokenization::Tokenization,
        runtime: &Runtime,
    ) -> Self {
        Self {
            inner,
            runtime: runtime.clone(),
        }
    }

    /// Asks an issuer for tokens against shares of the account, delivered to a wallet.
    ///
    /// Blocks; see [`Tokenization::mint`](crate::resources::tokenization::Tokenization::mint).
    pub fn mint(&self, request: &MintRequest) -> Result<TokenizationMintResponse> {
        self.runtime.run(self.inner.mint(request))
    }

    /// The requests for minting and redeeming, all at once: there are no pages.
    ///
    /// Blocks; see [`Tokenization::list`](crate::resources::tokenization::Tokenization::list).
    pub fn list(&self, query: TokenizationQuery) -> Result<Rows<TokenizationRequest>> {
        self.runtime.run(self.inner.list(query))
    }

    /// A request for minting or redeeming, as it is now.
    ///
    /// Blocks; see [`Tokenization::get`](crate::resources::tokenization::Tokenization::get).
    pub fn get(&self, id: Uuid) -> Result<TokenizationRequest> {
        self.runtime.run(self.inner.get(id))
    }

    /// The request that carries this identifier of the client's.
    ///
    /// Blocks; see [`Tokenization::get_by_client_request_id`](crate::resources::tokenization::Tokenization::get_by_client_request_id).
    pub fn get_by_client_request_id(
        &self,
        client_request_id: impl Into<String>,
    ) -> Result<TokenizationRequest> {
        self.runtime
            .run(self.inner.get_by_client_request_id(client_request_id))
    }
}

impl Client {
    /// Tokenization: turning shares of the account into tokens on a blockchain, and what became of
    /// the requests for it.
    ///
    /// See [`Client::tokenization`](crate::Client::tokenization).
    #[must_use]
    pub fn tokenization(&self) -> Tokenization {
        Tokenization::wrap(self.inner.tokenization(), &self.runtime)
    }
}
