//! Assets: what can be traded, and on which terms.
//!
//! ```no_run
//! use alpaca_trading::resources::assets::AssetQuery;
//! use alpaca_trading::types::{AssetAttribute, AssetClass};
//!
//! # async fn run(client: alpaca_trading::Client) -> alpaca_trading::Result<()> {
//! let pairs = client.assets().list(AssetQuery::active().class(AssetClass::Crypto)).await?;
//! for pair in &pairs {
//!     println!("{}: steps of {:?}", pair.symbol, pair.min_trade_increment);
//! }
//! # Ok(()) }
//! ```

use alpaca_trading_gen::CommaList;
use alpaca_trading_gen::types::{Asset, AssetAttribute, AssetClass, AssetStatus, Exchange};

use super::checks::{self, Checks};
use crate::error::{InOperation as _, Result};
use crate::{Rows, Symbol};

resource! {
    /// Everything that can be traded.
    Assets, assets
}

impl Assets {
    /// The assets that match, all in one answer.
    ///
    /// Without a class these are US equities, without a status also those that are no longer traded:
    /// many thousand rows and some megabytes, which are best kept and asked for once a day.
    ///
    /// # Errors
    ///
    /// `is_invalid` when a filter is empty or no code; otherwise those of any read.
    ///
    /// # Examples
    ///
    /// ```no_run
    /// use alpaca_trading::resources::assets::AssetQuery;
    /// use alpaca_trading::types::AssetAttribute;
    ///
    /// # async fn run(client: alpaca_trading::Client) -> alpaca_trading::Result<()> {
    /// let query = AssetQuery::active().attribute(AssetAttribute::HasOptions);
    /// let assets = client.assets().list(query).await?;
    /// println!("{} have options", assets.len());
    /// # Ok(()) }
    /// ```
    ///
    /// Raw operation: [`list_assets`](alpaca_trading_gen::Client::list_assets).
    pub async fn list(&self, query: AssetQuery) -> Result<Rows<Asset>> {
        query.check().of(&self.client, "list_assets")?;
        let mut call = self.client.raw().list_assets();
        if let Some(status) = &query.status {
            call = call.status(status.as_str());
        }
        if let Some(class) = &query.class {
            call = call.asset_class(class.as_str());
        }
        if let Some(exchange) = &query.exchange {
            call = call.exchange(exchange.as_str());
        }
        if !query.attributes.is_empty() {
            call = call.attributes(CommaList(query.attributes));
        }
        self.client.call_rows(call.send()).await
    }

    /// One asset, by its symbol or its id.
    ///
    /// A crypto pair may be written with or without its slash. Option contracts have a resource of
    /// their own, [`option_contracts`](crate::Client::option_contracts).
    ///
    /// # Errors
    ///
    /// `is_not_found` when Alpaca does not know it, `is_invalid` when it cannot be a symbol.
    ///
    /// # Examples
    ///
    /// ```no_run
    /// # async fn run(client: alpaca_trading::Client) -> alpaca_trading::Result<()> {
    /// let asset = client.assets().get("BTC/USD").await?;
    /// println!("at least {:?}", asset.min_order_size);
    /// # Ok(()) }
    /// ```
    ///
    /// Raw operation: [`get_asset`](alpaca_trading_gen::Client::get_asset).
    pub async fn get(&self, symbol_or_id: impl Into<Symbol>) -> Result<Asset> {
        let symbol = symbol_or_id.into();
        checks::symbol(&symbol).of(&self.client, "get_asset")?;
        let call = self.client.raw().get_asset();
        self.client
            .call(call.symbol_or_asset_id(symbol.to_string()).send())
            .await
    }
}

/// Which assets to list.
///
/// # Examples
///
/// ```
/// use alpaca_trading::resources::assets::AssetQuery;
/// use alpaca_trading::types::Exchange;
///
/// let query = AssetQuery::active().exchange(Exchange::Nasdaq);
/// # let _ = query;
/// ```
#[derive(Clone, Debug, Default, PartialEq)]
#[non_exhaustive]
#[must_use = "a query does nothing until it is given to `list`"]
pub struct AssetQuery {
    status: Option<AssetStatus>,
    class: Option<AssetClass>,
    exchange: Option<Exchange>,
    attributes: Vec<AssetAttribute>,
}

impl AssetQuery {
    /// US equities in any status.
    pub fn new() -> Self {
        Self::default()
    }

    /// US equities that are traded.
    pub fn active() -> Self {
        Self::new().status(AssetStatus::Active)
    }

    /// Those with this status.
    pub fn status(mut self, status: impl Into<AssetStatus>) -> Self {
        self.status = Some(status.into());
        self
    }

    /// Those of this class instead of US equities.
    pub fn class(mut self, class: impl Into<AssetClass>) -> Self {
        self.class = Some(class.into());
        self
    }

    /// Those that are listed on this exchange.
    pub fn exchange(mut self, exchange: impl Into<Exchange>) -> Self {
        self.exchange = Some(exchange.into());
        self
    }

    /// Those with this attribute. May be given several times; all are sent, as one list.
    pub fn attribute(mut self, attribute: impl Into<AssetAttribute>) -> Self {
        self.attributes.push(attribute.into());
        self
    }

    fn check(&self) -> Result<()> {
        let mut checks = Checks::default();
        if let Some(status) = &self.status {
            checks.word("status", status.as_str());
        }
        if let Some(class) = &self.class {
            checks.word("asset_class", class.as_str());
        }
        if let Some(exchange) = &self.exchange {
            checks.word("exchange", exchange.as_str());
        }
        checks.words("attributes", &self.attributes);
        checks.done()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn filters_are_codes_known_or_not() {
        let query = AssetQuery::active()
            .class("moon_equity")
            .exchange("LUNA")
            .attribute(AssetAttribute::Ipo)
            .attribute("brand_new");
        assert!(query.check().is_ok());
        let broken = AssetQuery::new()
            .status("")
            .class("us_equity,crypto")
            .exchange("NYSE ARCA")
            .attribute("a/b");
        let error = broken.check().unwrap_err();
        let fields: Vec<_> = error.violations().iter().map(|v| v.field()).collect();
        assert_eq!(fields, ["status", "asset_class", "exchange", "attributes"]);
    }
}
