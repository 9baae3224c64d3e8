//! Watchlists: named lists of assets.

use alpaca_trading_gen::types::{self, Watchlist, WatchlistWithoutAsset};
use uuid::Uuid;

use super::checks::{self, Checks};
use super::doubt;
use crate::error::{InOperation as _, Outcome, Result};
use crate::{Client, Rows, Symbol};

/// The longest name of a watchlist, in characters.
const LONGEST_NAME: usize = 64;

resource! {
    /// The watchlists of the account: named lists of assets to keep an eye on.
    Watchlists, watchlists
}

impl Watchlists {
    /// All watchlists, without their assets.
    ///
    /// The service leaves the assets out here: [`get`](Self::get) has them. There are no pages.
    ///
    /// # Errors
    ///
    /// Those of any read. A row that cannot be read is among [`Rows::undecodable`] and spoils none of
    /// the others.
    ///
    /// # Examples
    ///
    /// ```no_run
    /// # async fn run(client: alpaca_trading::Client) -> alpaca_trading::Result<()> {
    /// for list in &client.watchlists().list().await? {
    ///     println!("{} {}", list.id, list.name);
    /// }
    /// # Ok(()) }
    /// ```
    ///
    /// Raw operation: [`list_watchlists`](alpaca_trading_gen::Client::list_watchlists).
    pub async fn list(&self) -> Result<Rows<WatchlistWithoutAsset>> {
        self.client
            .call_rows(self.client.raw().list_watchlists().send())
            .await
    }

    /// Creates a watchlist with these assets, or with none.
    ///
    /// The name has 1 to 64 characters and is unique within the account. Crypto pairs are given with
    /// their slash.
    ///
    /// # Errors
    ///
    /// `is_invalid` when the name or a symbol cannot be right; status 422 when the name is taken. When
    /// the outcome is `Unknown`, [`by_name`](Self::by_name) tells whether the list has come to be:
    /// nothing is sent twice.
    ///
    /// # Examples
    ///
    /// ```no_run
    /// # async fn run(client: alpaca_trading::Client) -> alpaca_trading::Result<()> {
    /// let list = client.watchlists().create("tech", ["AAPL", "MSFT"]).await?;
    /// client.watchlists().add(list.id, "BTC/USD").await?;
    /// # Ok(()) }
    /// ```
    ///
    /// Raw operation: [`create_watchlist`](alpaca_trading_gen::Client::create_watchlist).
    pub async fn create<S: Into<Symbol>>(
        &self,
        name: impl Into<String>,
        symbols: impl IntoIterator<Item = S>,
    ) -> Result<Watchlist> {
        let name = name.into();
        let symbols: Vec<Symbol> = symbols.into_iter().map(Into::into).collect();
        let mut checks = Checks::default();
        check_name(&mut checks, &name);
        checks.symbols("symbols", &symbols);
        checks.done().of(&self.client, "create_watchlist")?;
        let symbols = (!symbols.is_empty()).then(|| texts(&symbols));
        let call = self
            .client
            .raw()
            .create_watchlist()
            .body_map(|body| body.name(name).symbols(symbols));
        self.client.call(call.send()).await
    }

    /// A watchlist with its assets.
    ///
    /// # Errors
    ///
    /// `is_not_found` when there is none with this id.
    ///
    /// Raw operation: [`get_watchlist`](alpaca_trading_gen::Client::get_watchlist).
    pub async fn get(&self, id: Uuid) -> Result<Watchlist> {
        let call = self.client.raw().get_watchlist().watchlist_id(id);
        self.client.call(call.send()).await
    }

    /// Changes the name of a watchlist, its assets, or both.
    ///
    /// Symbols that are given replace all that the list has had: an empty list of symbols empties it,
    /// and without symbols the list keeps its assets. To add a single asset there is
    /// [`add`](Self::add).
    ///
    /// # Errors
    ///
    /// `is_invalid` when nothing is to change, or the name or a symbol cannot be right; `is_not_found`
    /// when there is no watchlist with this id.
    ///
    /// # Examples
    ///
    /// ```no_run
    /// use alpaca_trading::resources::watchlists::WatchlistUpdate;
    ///
    /// # async fn run(client: alpaca_trading::Client, id: alpaca_trading::Uuid) -> alpaca_trading::Result<()> {
    /// let update = WatchlistUpdate::new().name("chips").symbols(["NVDA", "AMD"]);
    /// let list = client.watchlists().update(id, update).await?;
    /// assert_eq!(list.assets.len(), 2);
    /// # Ok(()) }
    /// ```
    ///
    /// Raw operation: [`update_watchlist`](alpaca_trading_gen::Client::update_watchlist).
    pub async fn update(&self, id: Uuid, update: WatchlistUpdate) -> Result<Watchlist> {
        update.check().done().of(&self.client, "update_watchlist")?;
        let call = self
            .client
            .raw()
            .update_watchlist()
            .watchlist_id(id)
            .body_map(|body| update.fill(body));
        self.client.call(call.send()).await
    }

    /// Deletes a watchlist. The assets themselves and positions in them are not touched.
    ///
    /// Done as well when it is gone on a second attempt, after the answer to the first was lost.
    ///
    /// # Errors
    ///
    /// `is_not_found` when there is none with this id.
    ///
    /// Raw operation: [`delete_watchlist`](alpaca_trading_gen::Client::delete_watchlist).
    pub async fn delete(&self, id: Uuid) -> Result<()> {
        let call = self.client.raw().delete_watchlist().watchlist_id(id);
        doubt::deleted(self.client.call_with_facts(call.send()).await)
    }

    /// Adds an asset to a watchlist, and returns the list as it is then.
    ///
    /// # Errors
    ///
    /// `is_invalid` when the symbol cannot be one; `is_not_found` when there is no such watchlist or
    /// asset.
    ///
    /// Raw operation: [`add_asset_to_watchlist`](alpaca_trading_gen::Client::add_asset_to_watchlist).
    pub async fn add(&self, id: Uuid, symbol: impl Into<Symbol>) -> Result<Watchlist> {
        let symbol = symbol.into();
        checks::symbol(&symbol).of(&self.client, "add_asset_to_watchlist")?;
        let call = self
            .client
            .raw()
            .add_asset_to_watchlist()
            .watchlist_id(id)
            .body_map(|body| body.symbol(symbol.to_string()));
        self.client.call(call.send()).await
    }

    /// Takes an asset off a watchlist, and returns the list as it is then.
    ///
    /// Done as well when the asset is not on the list on a second attempt, after the answer to the
    /// first was lost; the list is then read anew.
    ///
    /// # Errors
    ///
    /// `is_invalid` when the symbol cannot be one; `is_not_found` when there is no such watchlist, or
    /// the asset is not on it. The outcome is `Unknown` when that is so after an answer was lost, and the
    /// list cannot be read, or has the asset.
    ///
    /// Raw operation: [`remove_asset_from_watchlist`](alpaca_trading_gen::Client::remove_asset_from_watchlist).
    pub async fn remove(&self, id: Uuid, symbol: impl Into<Symbol>) -> Result<Watchlist> {
        let symbol = symbol.into();
        checks::symbol(&symbol).of(&self.client, "remove_asset_from_watchlist")?;
        let call = self
            .client
            .raw()
            .remove_asset_from_watchlist()
            .watchlist_id(id)
            .symbol(symbol.to_string());
        let (result, facts) = self.client.call_with_facts(call.send()).await;
        match result {
            Err(error) if doubt::may_be_done_already(&error, &facts) => {
                match self.get(id).await {
                    Ok(list) if !holds(&list, &symbol) => Ok(list),
                    // That the list could not be read says nothing of the removal.
                    _ => Err(error.with(|repr| repr.outcome = Outcome::Unknown)),
                }
            }
            result => result,
        }
    }

    /// The watchlist of this name, which need not exist. Nothing is sent yet.
    ///
    /// # Examples
    ///
    /// ```no_run
    /// # async fn run(client: alpaca_trading::Client) -> alpaca_trading::Result<()> {
    /// let tech = client.watchlists().by_name("tech");
    /// tech.add("NVDA").await?;
    /// for asset in &tech.get().await?.assets {
    ///     println!("{}", asset.symbol);
    /// }
    /// # Ok(()) }
    /// ```
    #[must_use]
    pub fn by_name(&self, name: impl Into<String>) -> NamedWatchlist {
        NamedWatchlist {
            client: self.client.clone(),
            name: name.into(),
        }
    }
}

/// A watchlist that is addressed by its name; from [`Watchlists::by_name`].
///
/// The name has 1 to 64 characters, which is checked when something is sent. To take a single asset
/// off, the service wants the id: [`Watchlists::remove`].
#[derive(Clone, Debug)]
pub struct NamedWatchlist {
    client: Client,
    name: String,
}

impl NamedWatchlist {
    /// The name that the watchlist is addressed by.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The watchlist with its assets.
    ///
    /// # Errors
    ///
    /// `is_not_found` when there is none of this name.
    ///
    /// Raw operation: [`get_watchlist_by_name`](alpaca_trading_gen::Client::get_watchlist_by_name).
    pub async fn get(&self) -> Result<Watchlist> {
        self.check()
            .done()
            .of(&self.client, "get_watchlist_by_name")?;
        let call = self.client.raw().get_watchlist_by_name().name(&*self.name);
        self.client.call(call.send()).await
    }

    /// Changes the name of the watchlist, its assets, or both, like [`Watchlists::update`].
    ///
    /// After a change of the name this handle still has the former one. A change of name and assets whose
    /// answer is lost is looked for under the new name. Of a change of the name alone nobody can tell
    /// whether it has made the list that has the name then.
    ///
    /// # Errors
    ///
    /// `is_invalid` when nothing is to change, or a name or a symbol cannot be right; `is_not_found`
    /// when there is no watchlist of this name: with the outcome `Unknown` because an attempt whose answer
    /// was lost may have changed it.
    ///
    /// Raw operation: [`update_watchlist_by_name`](alpaca_trading_gen::Client::update_watchlist_by_name).
    pub async fn update(&self, update: WatchlistUpdate) -> Result<Watchlist> {
        let mut checks = update.check();
        check_name(&mut checks, &self.name);
        checks.done().of(&self.client, "update_watchlist_by_name")?;
        let call = self
            .client
            .raw()
            .update_watchlist_by_name()
            .name(&*self.name)
            .body_map(|body| update.clone().fill(body));
        let (result, facts) = self.client.call_with_facts(call.send()).await;
        match (result, &update.name) {
            (Err(error), Some(new))
                if *new != self.name && doubt::may_be_done_already(&error, &facts) =>
            {
                // The name may be unknown because the first attempt has changed it.
                let renamed = self.client.watchlists().by_name(new.as_str());
                match renamed.get().await {
                    Ok(list) if update.is_done_in(&list) => Ok(list),
                    _ => Err(error.with(|repr| repr.outcome = Outcome::Unknown)),
                }
            }
            (result, _) => result,
        }
    }

    /// Adds an asset to the watchlist, and returns the list as it is then.
    ///
    /// # Errors
    ///
    /// `is_invalid` when the symbol cannot be one; `is_not_found` when there is no such watchlist or
    /// asset.
    ///
    /// Raw operation: [`add_asset_to_watchlist_by_name`](alpaca_trading_gen::Client::add_asset_to_watchlist_by_name).
    pub async fn add(&self, symbol: impl Into<Symbol>) -> Result<Watchlist> {
        let symbol = symbol.into();
        let mut checks = self.check();
        checks.symbol("symbol", &symbol);
        checks
            .done()
            .of(&self.client, "add_asset_to_watchlist_by_name")?;
        let call = self
            .client
            .raw()
            .add_asset_to_watchlist_by_name()
            .name(&*self.name)
            .body_map(|body| body.symbol(symbol.to_string()));
        self.client.call(call.send()).await
    }

    /// Deletes the watchlist, like [`Watchlists::delete`].
    ///
    /// # Errors
    ///
    /// `is_not_found` when there is none of this name.
    ///
    /// Raw operation: [`delete_watchlist_by_name`](alpaca_trading_gen::Client::delete_watchlist_by_name).
    pub async fn delete(&self) -> Result<()> {
        self.check()
            .done()
            .of(&self.client, "delete_watchlist_by_name")?;
        let call = self
            .client
            .raw()
            .delete_watchlist_by_name()
            .name(&*self.name);
        doubt::deleted(self.client.call_with_facts(call.send()).await)
    }

    fn check(&self) -> Checks {
        let mut checks = Checks::default();
        check_name(&mut checks, &self.name);
        checks
    }
}

/// What is to change in a watchlist: its name, its assets, or both.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
#[must_use = "an update changes nothing until it is sent"]
pub struct WatchlistUpdate {
    name: Option<String>,
    symbols: Option<Vec<Symbol>>,
}

impl WatchlistUpdate {
    /// No change yet.
    pub fn new() -> Self {
        Self::default()
    }

    /// A new name: 1 to 64 characters, unique within the account.
    pub fn name(mut self, name: impl Into<String>) -> Self {
        self.name = Some(name.into());
        self
    }

    /// The assets that the list is to hold from now on, instead of those that it has. None at all
    /// empties it.
    pub fn symbols<S: Into<Symbol>>(mut self, symbols: impl IntoIterator<Item = S>) -> Self {
        self.symbols = Some(symbols.into_iter().map(Into::into).collect());
        self
    }

    fn check(&self) -> Checks {
        let mut checks = Checks::default();
        let something = self.name.is_some() || self.symbols.is_some();
        checks.require(something, "name", "name-or-symbols", || {
            "nothing is to change: neither the name nor the symbols".to_owned()
        });
        if let Some(name) = &self.name {
            check_name(&mut checks, name);
        }
        checks.symbols("symbols", self.symbols.as_deref().unwrap_or_default());
        checks
    }

    fn fill(
        self,
        body: types::builder::UpdateWatchlistRequest,
    ) -> types::builder::UpdateWatchlistRequest {
        body.name(self.name)
            .symbols(self.symbols.as_deref().map(texts))
    }

    /// Whether `list` holds what it was to hold; never, when that was not said.
    fn is_done_in(&self, list: &Watchlist) -> bool {
        self.symbols.as_ref().is_some_and(|symbols| {
            list.assets.len() <= symbols.len() && symbols.iter().all(|symbol| holds(list, symbol))
        })
    }
}

fn check_name(checks: &mut Checks, name: &str) {
    checks.not_empty("name", name);
    let length = name.chars().count();
    checks.require(length <= LONGEST_NAME, "name", "length", || {
        format!("has {length} characters, and may have at most {LONGEST_NAME}")
    });
}

fn texts(symbols: &[Symbol]) -> Vec<Option<String>> {
    symbols
        .iter()
        .map(|symbol| Some(symbol.to_string()))
        .collect()
}

/// Whether the asset is on the list. Pairs are compared without their slash, and an asset may have
/// been named by its id.
fn holds(list: &Watchlist, symbol: &Symbol) -> bool {
    let id = Uuid::parse_str(symbol.as_ref()).ok();
    list.assets.iter().any(|asset| {
        id == Some(asset.id) || Symbol::from(asset.symbol.as_str()).compact() == symbol.compact()
    })
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn faults(checks: Checks) -> Vec<(String, &'static str)> {
        match checks.done() {
            Ok(()) => Vec::new(),
            Err(error) => error
                .violations()
                .iter()
                .map(|violation| (violation.field().to_owned(), violation.rule()))
                .collect(),
        }
    }

    fn list(symbols: &[&str]) -> Watchlist {
        let assets: Vec<_> = symbols
            .iter()
            .map(|symbol| {
                json!({
                    "id": "b0b6dd9d-8b9b-48a9-ba46-b9d54906e415", "class": "us_equity",
                    "exchange": "NASDAQ", "symbol": symbol, "name": null, "status": "active",
                    "tradable": true, "marginable": true, "shortable": true
                })
            })
            .collect();
        serde_json::from_value(json!({
            "id": "3174d6df-7726-44b4-a5bd-7fda5ae6e009",
            "account_id": "abe25343-a7ba-4255-bdeb-f7e013e9ee5d",
            "created_at": "2026-01-31T21:49:05.14628Z",
            "updated_at": "2026-01-31T21:49:05.14628Z",
            "name": "tech", "assets": assets
        }))
        .unwrap()
    }

    #[test]
    fn a_name_has_1_to_64_characters() {
        for (name, expected) in [
            ("x".to_owned(), None),
            ("é".repeat(64), None),
            (String::new(), Some("not-empty")),
            ("é".repeat(65), Some("length")),
        ] {
            let mut checks = Checks::default();
            check_name(&mut checks, &name);
            let rules: Vec<_> = faults(checks).into_iter().map(|(_, rule)| rule).collect();
            assert_eq!(rules, Vec::from_iter(expected), "{name}");
        }
    }

    #[test]
    fn an_update_changes_something_and_its_symbols_can_be_sent() {
        assert!(faults(WatchlistUpdate::new().name("x").check()).is_empty());
        let empty = WatchlistUpdate::new().symbols([""; 0]);
        assert!(faults(empty.check()).is_empty());
        assert_eq!(
            faults(WatchlistUpdate::new().check()),
            [("name".to_owned(), "name-or-symbols")]
        );
        let wrong = WatchlistUpdate::new().name("").symbols(["AAPL", "A?B"]);
        let fields: Vec<_> = faults(wrong.check())
            .into_iter()
            .map(|(field, _)| field)
            .collect();
        assert_eq!(fields, ["name", "symbols[1]"]);
    }

    #[test]
    fn a_list_holds_what_was_asked_for_in_either_form_of_a_pair() {
        let list = list(&["AAPL", "BTC/USD"]);
        let update = |symbols: &[&str]| WatchlistUpdate::new().symbols(symbols.iter().copied());
        assert!(update(&["BTCUSD", "AAPL"]).is_done_in(&list));
        assert!(update(&["BTC/USD", "AAPL"]).is_done_in(&list));
        assert!(!WatchlistUpdate::new().name("x").is_done_in(&list));
        assert!(!update(&["AAPL"]).is_done_in(&list));
        assert!(!update(&["AAPL", "MSFT"]).is_done_in(&list));
        assert!(holds(&list, &"b0b6dd9d-8b9b-48a9-ba46-b9d54906e415".into()));
    }
}
