//! Whitelisted addresses: where crypto may be withdrawn to, and who is behind them.

use alpaca_trading_gen::types::{self, CryptoChain, TravelRuleInfo, WhitelistedAddress};
use uuid::Uuid;

use super::checks::{self, Checks};
use super::doubt;
use crate::Symbol;
use crate::error::{InOperation as _, Result};

resource! {
    /// The addresses that the account may withdraw crypto to.
    WhitelistedAddresses, whitelisted_addresses
}

impl WhitelistedAddresses {
    /// All addresses, those that are still to be approved included.
    ///
    /// # Errors
    ///
    /// Those of any read.
    ///
    /// Raw operation: [`list_whitelisted_addresses`](alpaca_trading_gen::Client::list_whitelisted_addresses).
    pub async fn list(&self) -> Result<Vec<WhitelistedAddress>> {
        let addresses = self
            .client
            .call(self.client.raw().list_whitelisted_addresses().send())
            .await?;
        Ok(addresses.0)
    }

    /// Registers an address for withdrawals of one asset.
    ///
    /// It can be used as soon as its status is `APPROVED`; until then it is `PENDING`. Depending on
    /// who is behind the address, information of the travel rule is needed: the error says which.
    ///
    /// # Errors
    ///
    /// `is_invalid` when the request cannot be right; status 400 when information of the travel rule
    /// is missing, with what is to be supplied in [`Error::body`](crate::Error::body), a
    /// [`TravelRuleErrorResponse`](types::TravelRuleErrorResponse). When the outcome is `Unknown`,
    /// [`list`](Self::list) tells whether the address is registered: nothing is sent twice.
    ///
    /// # Examples
    ///
    /// ```no_run
    /// use alpaca_trading::resources::whitelists::WhitelistRequest;
    /// use alpaca_trading::types::{CryptoChain, TravelRuleInfo};
    ///
    /// # async fn run(client: alpaca_trading::Client) -> alpaca_trading::Result<()> {
    /// let mut beneficiary = TravelRuleInfo::default();
    /// beneficiary.beneficiary_is_self_hosted = Some(true);
    /// let request = WhitelistRequest::new("ETH", "0xabc0")
    ///     .chain(CryptoChain::Eth)
    ///     .travel_rule(beneficiary);
    /// let address = client.whitelisted_addresses().create(&request).await?;
    /// println!("{:?} is {:?}", address.id, address.status);
    /// # Ok(()) }
    /// ```
    ///
    /// Raw operation: [`create_whitelisted_address`](alpaca_trading_gen::Client::create_whitelisted_address).
    pub async fn create(&self, request: &WhitelistRequest) -> Result<WhitelistedAddress> {
        request
            .check()
            .of(&self.client, "create_whitelisted_address")?;
        let call = self
            .client
            .raw()
            .create_whitelisted_address()
            .body_map(|body| request.fill(body));
        self.client.call(call.send()).await
    }

    /// Takes an address off the list: nothing can be withdrawn to it any more.
    ///
    /// `id` is the [`id`](WhitelistedAddress::id) of the entry. Done as well when it is gone on a
    /// second attempt, after the answer to the first was lost.
    ///
    /// # Errors
    ///
    /// `is_invalid` when the id is empty; `is_not_found` when there is no such entry.
    ///
    /// Raw operation: [`delete_whitelisted_address`](alpaca_trading_gen::Client::delete_whitelisted_address).
    pub async fn delete(&self, id: &str) -> Result<()> {
        check_id(id)
            .done()
            .of(&self.client, "delete_whitelisted_address")?;
        let call = self
            .client
            .raw()
            .delete_whitelisted_address()
            .whitelisted_address_id(id);
        doubt::deleted(self.client.call_with_facts(call.send()).await)
    }

    /// Supplies or changes what is known of the owner of a whitelisted address, as the travel rule
    /// asks for.
    ///
    /// `id` is the [`id`](WhitelistedAddress::id) of the entry, which is a UUID. Of a provider,
    /// [`Vasps::search`](super::vasps::Vasps::search) finds the identifier.
    ///
    /// # Errors
    ///
    /// `is_invalid` when the id is no UUID; `is_not_found` when there is no such entry; status 400 when
    /// more is needed, with what is to be supplied in [`Error::body`](crate::Error::body), a
    /// [`TravelRuleErrorResponse`](types::TravelRuleErrorResponse).
    ///
    /// Raw operation: [`update_whitelisted_address_travel_rule`](alpaca_trading_gen::Client::update_whitelisted_address_travel_rule).
    pub async fn update_travel_rule(&self, id: &str, info: TravelRuleInfo) -> Result<()> {
        let uuid = Uuid::parse_str(id)
            .map_err(|_| checks::refused("id", "uuid", "is not a UUID, as these ids are"))
            .of(&self.client, "update_whitelisted_address_travel_rule")?;
        let call = self
            .client
            .raw()
            .update_whitelisted_address_travel_rule()
            .whitelisted_address_id(uuid)
            .body_map(|body| body.travel_rule_info(info));
        self.client.call(call.send()).await
    }
}

/// An address outside the account that is to be registered for withdrawals.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
#[must_use = "a request registers nothing until it is sent"]
pub struct WhitelistRequest {
    asset: Symbol,
    address: String,
    chain: Option<CryptoChain>,
    travel_rule: Option<TravelRuleInfo>,
}

impl WhitelistRequest {
    /// An address for withdrawals of one asset, such as `ETH`.
    pub fn new(asset: impl Into<Symbol>, address: impl Into<String>) -> Self {
        Self {
            asset: asset.into(),
            address: address.into(),
            chain: None,
            travel_rule: None,
        }
    }

    /// The chain that the address is on, for an asset that exists on more than one.
    pub fn chain(mut self, chain: CryptoChain) -> Self {
        self.chain = Some(chain);
        self
    }

    /// Who is behind the address, as the travel rule asks for.
    pub fn travel_rule(mut self, info: TravelRuleInfo) -> Self {
        self.travel_rule = Some(info);
        self
    }

    fn check(&self) -> Result<()> {
        let mut checks = Checks::default();
        checks.symbol("asset", &self.asset);
        checks.not_empty("address", &self.address);
        if let Some(chain) = &self.chain {
            checks.not_empty("chain", chain.as_str());
        }
        checks.done()
    }

    fn fill(
        &self,
        body: types::builder::CreateWhitelistedAddressRequest,
    ) -> types::builder::CreateWhitelistedAddressRequest {
        body.asset(self.asset.to_string())
            .address(self.address.clone())
            .chain(self.chain.clone())
            .travel_rule_info(self.travel_rule.clone())
    }
}

/// An empty id would name the whole list.
pub(super) fn check_id(id: &str) -> Checks {
    let mut checks = Checks::default();
    checks.not_empty("id", id);
    let dots = !id.is_empty() && id.bytes().all(|byte| byte == b'.');
    checks.require(!dots, "id", "id-form", || {
        "would name another path".to_owned()
    });
    checks
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_request_names_an_asset_and_an_address() {
        let right = WhitelistRequest::new("ETH", "0xabc0");
        assert!(right.check().is_ok());
        let error = WhitelistRequest::new("../ETH", "")
            .chain("".into())
            .check()
            .unwrap_err();
        let fields: Vec<_> = error
            .violations()
            .iter()
            .map(crate::Violation::field)
            .collect();
        assert_eq!(fields, ["asset", "address", "chain"]);
    }

    #[test]
    fn an_id_stays_in_its_place() {
        for id in ["c0ffee00-1f2e-4d3c-8b4a-59687766f030", "first", "a/b"] {
            // What is not a plain text is percent-encoded.
            assert!(check_id(id).done().is_ok(), "{id}");
        }
        for id in ["", ".", ".."] {
            assert!(check_id(id).done().unwrap_err().is_invalid(), "{id}");
        }
    }
}
