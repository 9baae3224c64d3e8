//! Tokenization: shares turned into tokens on a blockchain, and back.

use alpaca_trading_gen::DateOrTime;
use alpaca_trading_gen::types::{
    self, TokenizationIssuer, TokenizationMintResponse, TokenizationNetwork, TokenizationRequest,
    TokenizationRequestStatus, TokenizationRequestType,
};
use rust_decimal::Decimal;
use uuid::Uuid;

use super::checks::Checks;
use crate::error::{InOperation as _, Result};
use crate::{Rows, Symbol, raw};

pub use super::idempotency_key::IdempotencyKey;

resource! {
    /// Tokenization: turning shares of the account into tokens on a blockchain, and what became of
    /// the requests for it.
    Tokenization, tokenization
}

impl Tokenization {
    /// Asks an issuer for tokens against shares of the account, delivered to a wallet.
    ///
    /// Minting goes on in the background: the answer has the id by which [`get`](Self::get) tells when
    /// the request is `completed` or `rejected`. Tokens that were sent to a wrong address or over a
    /// wrong network are not coming back.
    ///
    /// The request carries an `Idempotency-Key`, the same one whenever it is sent. So it is sent again
    /// when an answer is lost, and the same [`MintRequest`] may be given to this method again when the
    /// outcome is `Unknown`: the service carries it out once.
    ///
    /// # Errors
    ///
    /// `is_invalid` when the request cannot be right; statuses 403 and 422 when the service refuses it.
    ///
    /// # Examples
    ///
    /// ```no_run
    /// use alpaca_trading::dec;
    /// use alpaca_trading::resources::tokenization::MintRequest;
    /// use alpaca_trading::types::{TokenizationIssuer, TokenizationNetwork};
    ///
    /// # async fn run(client: alpaca_trading::Client) -> alpaca_trading::Result<()> {
    /// let request = MintRequest::new(
    ///     "AAPL",
    ///     dec!(1.5),
    ///     TokenizationIssuer::Xstocks,
    ///     TokenizationNetwork::Solana,
    ///     "the address of a wallet on Solana",
    /// );
    /// let minting = client.tokenization().mint(&request).await?;
    /// println!("{} is {}", minting.tokenization_request_id, minting.status);
    /// # Ok(()) }
    /// ```
    ///
    /// Raw operation: [`mint_token`](alpaca_trading_gen::Client::mint_token).
    pub async fn mint(&self, request: &MintRequest) -> Result<TokenizationMintResponse> {
        request.check().of(&self.client, "mint_token")?;
        let call = self
            .client
            .raw()
            .mint_token()
            .idempotency_key(request.key.as_str())
            .body_map(|body| request.fill(body));
        self.client.call(call.send()).await
    }

    /// The requests for minting and redeeming, all at once: there are no pages.
    ///
    /// # Errors
    ///
    /// `is_invalid` when the symbol of the query cannot be one; otherwise those of any read. A row that
    /// cannot be read is among [`Rows::undecodable`] and spoils none of the others.
    ///
    /// # Examples
    ///
    /// ```no_run
    /// use alpaca_trading::resources::tokenization::TokenizationQuery;
    /// use alpaca_trading::types::TokenizationRequestStatus;
    ///
    /// # async fn run(client: alpaca_trading::Client) -> alpaca_trading::Result<()> {
    /// let pending = TokenizationQuery::new().status(TokenizationRequestStatus::Pending);
    /// for request in &client.tokenization().list(pending).await? {
    ///     println!("{} {} {}", request.type_, request.qty, request.token_symbol);
    /// }
    /// # Ok(()) }
    /// ```
    ///
    /// Raw operation: [`list_tokenization_requests`](alpaca_trading_gen::Client::list_tokenization_requests).
    pub async fn list(&self, query: TokenizationQuery) -> Result<Rows<TokenizationRequest>> {
        query
            .check()
            .of(&self.client, "list_tokenization_requests")?;
        let call = query.call(self.client.raw());
        self.client.call_rows(call.send()).await
    }

    /// A request for minting or redeeming, as it is now.
    ///
    /// # Errors
    ///
    /// `is_not_found` when there is none with this id.
    ///
    /// Raw operation: [`get_tokenization_request`](alpaca_trading_gen::Client::get_tokenization_request).
    pub async fn get(&self, id: Uuid) -> Result<TokenizationRequest> {
        let call = self
            .client
            .raw()
            .get_tokenization_request()
            .tokenization_request_id(id);
        self.client.call(call.send()).await
    }

    /// The request that carries this identifier of the client's.
    ///
    /// It finds a request whose own id never arrived.
    ///
    /// # Errors
    ///
    /// `is_invalid` when the identifier is empty; `is_not_found` when no request carries it.
    ///
    /// Raw operation: [`get_tokenization_request_by_client_request_id`](alpaca_trading_gen::Client::get_tokenization_request_by_client_request_id).
    pub async fn get_by_client_request_id(
        &self,
        client_request_id: impl Into<String>,
    ) -> Result<TokenizationRequest> {
        let id = client_request_id.into();
        let mut checks = Checks::default();
        checks.not_empty("client_request_id", &id);
        checks.done().of(
            &self.client,
            "get_tokenization_request_by_client_request_id",
        )?;
        let call = self
            .client
            .raw()
            .get_tokenization_request_by_client_request_id()
            .client_request_id(id);
        self.client.call(call.send()).await
    }
}

/// A request for tokens against shares.
///
/// It has an [`IdempotencyKey`] from the beginning, and so have its clones: however often it is sent,
/// the service carries it out once. To mint again is a further request.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
#[must_use = "a request mints nothing until it is sent"]
pub struct MintRequest {
    underlying_symbol: Symbol,
    quantity: Decimal,
    issuer: TokenizationIssuer,
    network: TokenizationNetwork,
    wallet_address: String,
    key: IdempotencyKey,
}

impl MintRequest {
    /// A request to turn this many shares of `underlying_symbol`, above 0, into tokens of `issuer`,
    /// and to deliver them to `wallet_address` on `network`.
    pub fn new(
        underlying_symbol: impl Into<Symbol>,
        quantity: impl Into<Decimal>,
        issuer: TokenizationIssuer,
        network: TokenizationNetwork,
        wallet_address: impl Into<String>,
    ) -> Self {
        Self {
            underlying_symbol: underlying_symbol.into(),
            quantity: quantity.into(),
            issuer,
            network,
            wallet_address: wallet_address.into(),
            key: IdempotencyKey::random(),
        }
    }

    /// A key of the caller's, in place of the random one: for a request that must not be carried out
    /// twice even across a restart of the program.
    pub fn idempotency_key(mut self, key: impl Into<IdempotencyKey>) -> Self {
        self.key = key.into();
        self
    }

    /// The key that marks this request.
    #[must_use]
    pub fn key(&self) -> &IdempotencyKey {
        &self.key
    }

    fn check(&self) -> Result<()> {
        let mut checks = Checks::default();
        checks.symbol("underlying_symbol", &self.underlying_symbol);
        checks.positive("qty", self.quantity);
        checks.not_empty("issuer", self.issuer.as_str());
        checks.not_empty("network", self.network.as_str());
        checks.not_empty("wallet_address", &self.wallet_address);
        self.key.check(&mut checks);
        checks.done()
    }

    fn fill(
        &self,
        body: types::builder::TokenizationMintRequest,
    ) -> types::builder::TokenizationMintRequest {
        body.underlying_symbol(self.underlying_symbol.to_string())
            .qty(self.quantity)
            .issuer(self.issuer.clone())
            .network(self.network.clone())
            .wallet_address(&*self.wallet_address)
    }
}

/// Which requests for minting and redeeming to list; all of them if nothing is said. What is said
/// must hold together.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
#[must_use = "a query asks nothing until it is sent"]
pub struct TokenizationQuery {
    kind: Option<TokenizationRequestType>,
    status: Option<TokenizationRequestStatus>,
    underlying_symbol: Option<Symbol>,
    issuer: Option<TokenizationIssuer>,
    network: Option<TokenizationNetwork>,
    after: Option<DateOrTime>,
    before: Option<DateOrTime>,
}

impl TokenizationQuery {
    /// All requests.
    pub fn new() -> Self {
        Self::default()
    }

    /// Only mintings, or only redemptions.
    pub fn kind(mut self, kind: TokenizationRequestType) -> Self {
        self.kind = Some(kind);
        self
    }

    /// Only requests in this state.
    pub fn status(mut self, status: TokenizationRequestStatus) -> Self {
        self.status = Some(status);
        self
    }

    /// Only requests for shares of this stock.
    pub fn underlying_symbol(mut self, symbol: impl Into<Symbol>) -> Self {
        self.underlying_symbol = Some(symbol.into());
        self
    }

    /// Only requests to this issuer.
    pub fn issuer(mut self, issuer: TokenizationIssuer) -> Self {
        self.issuer = Some(issuer);
        self
    }

    /// Only requests for tokens on this network.
    pub fn network(mut self, network: TokenizationNetwork) -> Self {
        self.network = Some(network);
        self
    }

    /// Only requests after this time.
    pub fn after(mut self, time: impl Into<DateOrTime>) -> Self {
        self.after = Some(time.into());
        self
    }

    /// Only requests before this time.
    pub fn before(mut self, time: impl Into<DateOrTime>) -> Self {
        self.before = Some(time.into());
        self
    }

    fn check(&self) -> Result<()> {
        let mut checks = Checks::default();
        if let Some(symbol) = &self.underlying_symbol {
            checks.symbol("underlying_symbol", symbol);
        }
        checks.done()
    }

    fn call<'a>(&self, client: &'a raw::Client) -> raw::builder::ListTokenizationRequests<'a> {
        let mut call = client.list_tokenization_requests();
        if let Some(kind) = &self.kind {
            call = call.type_(kind.clone());
        }
        if let Some(status) = &self.status {
            call = call.status(status.clone());
        }
        if let Some(symbol) = &self.underlying_symbol {
            call = call.underlying_symbol(symbol.to_string());
        }
        if let Some(issuer) = &self.issuer {
            call = call.issuer(issuer.clone());
        }
        if let Some(network) = &self.network {
            call = call.network(network.clone());
        }
        if let Some(time) = self.after {
            call = call.after(time);
        }
        if let Some(time) = self.before {
            call = call.before(time);
        }
        call
    }
}

#[cfg(test)]
mod tests {
    use crate::dec;

    use super::*;

    fn request() -> MintRequest {
        MintRequest::new(
            "AAPL",
            dec!(1.5),
            TokenizationIssuer::Ondo,
            TokenizationNetwork::Ethereum,
            "0xabc0",
        )
    }

    #[test]
    fn a_request_names_all_that_minting_needs() {
        assert!(request().check().is_ok());
        let mut wrong = MintRequest::new("", dec!(-1), "".into(), "".into(), "");
        wrong = wrong.idempotency_key("k".repeat(129));
        let error = wrong.check().unwrap_err();
        let fields: Vec<_> = error
            .violations()
            .iter()
            .map(crate::Violation::field)
            .collect();
        assert_eq!(
            fields,
            [
                "underlying_symbol",
                "qty",
                "issuer",
                "network",
                "wallet_address",
                "Idempotency-Key",
            ]
        );
    }

    #[test]
    fn a_request_keeps_its_key_and_another_has_another() {
        let one = request();
        assert_eq!(one.clone().key(), one.key());
        assert_ne!(request().key(), one.key());
        assert_eq!(one.idempotency_key("mint-7").key().as_str(), "mint-7");
    }

    #[test]
    fn the_symbol_of_a_query_is_checked() {
        assert!(TokenizationQuery::new().check().is_ok());
        let query = TokenizationQuery::new().underlying_symbol("A\tB");
        assert!(query.check().unwrap_err().is_invalid());
    }
}
