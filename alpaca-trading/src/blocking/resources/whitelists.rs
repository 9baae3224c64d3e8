//! [`crate::resources::whitelists`] without async; written by `cargo xtask blocking`.

use alpaca_trading_gen::types::{TravelRuleInfo, WhitelistedAddress};

use crate::Result;
use crate::blocking::{Client, Runtime};
use crate::resources::whitelists::WhitelistRequest;

/// The addresses that the account may withdraw crypto to.
///
/// See [`WhitelistedAddresses`](crate::resources::whitelists::WhitelistedAddresses).
#[derive(Clone, Debug)]
pub struct WhitelistedAddresses {
    inner: crate::resources::whitelists::WhitelistedAddresses,
    runtime: Runtime,
}

impl WhitelistedAddresses {
    pub(in crate::blocking) fn wrap(
        inner: crate::resources::whitelists::WhitelistedAddresses,
        runtime: &Runtime,
    ) -> Self {
        Self {
            inner,
            runtime: runtime.clone(),
        }
    }

    /// All addresses, those that are still to be approved included.
    ///
    /// Blocks; see [`WhitelistedAddresses::list`](crate::resources::whitelists::WhitelistedAddresses::list).
    pub fn list(&self) -> Result<Vec<WhitelistedAddress>> {
        self.runtime.run(self.inner.list())
    }

    /// Registers an address for withdrawals of one asset.
    ///
    /// Blocks; see [`WhitelistedAddresses::create`](crate::resources::whitelists::WhitelistedAddresses::create).
    pub fn create(&self, request: &WhitelistRequest) -> Result<WhitelistedAddress> {
        self.runtime.run(self.inner.create(request))
    }

    /// Takes an address off the list: nothing can be withdrawn to it any more.
    ///
    /// Blocks; see [`WhitelistedAddresses::delete`](crate::resources::whitelists::WhitelistedAddresses::delete).
    pub fn delete(&self, id: &str) -> Result<()> {
        self.runtime.run(self.inner.delete(id))
    }

    /// Supplies or changes what is known of the owner of a whitelisted address, as the travel rule
    /// asks for.
    ///
    /// Blocks; see [`WhitelistedAddresses::update_travel_rule`](crate::resources::whitelists::WhitelistedAddresses::update_travel_rule).
    pub fn update_travel_rule(&self, id: &str, info: TravelRuleInfo) -> Result<()> {
        self.runtime.run(self.inner.update_travel_rule(id, info))
    }
}

impl Client {
    /// The addresses that the account may withdraw crypto to.
    ///
    /// See [`Client::whitelisted_addresses`](crate::Client::whitelisted_addresses).
    #[must_use]
    pub fn whitelisted_addresses(&self) -> WhitelistedAddresses {
        WhitelistedAddresses::wrap(self.inner.whitelisted_addresses(), &self.runtime)
    }
}
