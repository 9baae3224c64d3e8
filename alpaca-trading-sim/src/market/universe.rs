//! All assets of a world, found by symbol or id.

use std::collections::HashMap;
use std::sync::Arc;

use rust_decimal::Decimal;
use uuid::Uuid;

use super::asset::{Asset, AssetClass, AssetStatus};
use super::builtin;
use super::error::UniverseError;

/// The place of an asset in its universe.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct AssetIx(
    /// Counted from 0.
    pub u32,
);

impl AssetIx {
    /// The place as an index into a list that has an element for each asset.
    #[must_use]
    pub fn index(self) -> usize {
        usize::try_from(self.0).unwrap_or(usize::MAX)
    }
}

/// A list of assets that does not change. A clone shares it.
#[derive(Clone, Debug)]
pub struct Universe {
    inner: Arc<Inner>,
}

#[derive(Debug)]
struct Inner {
    assets: Vec<Asset>,
    /// Pairs are in here twice, with and without their slash.
    by_symbol: HashMap<String, AssetIx>,
    by_id: HashMap<Uuid, AssetIx>,
    /// What an index that is not of this universe gets.
    nothing: Asset,
}

impl Universe {
    /// A universe of these assets, in this order.
    ///
    /// # Errors
    ///
    /// The first asset that breaks a rule of its own, or whose symbol or id another one has. A pair also
    /// takes its symbol without the slash.
    pub fn new(assets: Vec<Asset>) -> Result<Self, UniverseError> {
        if u32::try_from(assets.len()).is_err() {
            return Err(UniverseError::whole("there are too many assets"));
        }
        let mut universe = Inner::empty();
        for (index, asset) in assets.into_iter().enumerate() {
            let symbol = asset.symbol.clone();
            let checked = asset.check().map_err(|error| error.to_string());
            checked
                .and_then(|()| universe.push(asset))
                .map_err(|rule| UniverseError::entry(index, Some(&symbol), rule))?;
        }
        Ok(universe.finish())
    }

    /// The universe that the simulator has of its own: some fifty US shares and funds, and ten pairs.
    #[must_use]
    pub fn builtin() -> Self {
        let mut universe = Inner::empty();
        for asset in builtin::assets() {
            // All are taken: a test compares the lengths.
            universe.push(asset).ok();
        }
        universe.finish()
    }

    /// The asset at this place.
    ///
    /// A place that this universe does not have gets an asset that is inactive and has no symbol, so that
    /// nothing can be done with it.
    #[must_use]
    pub fn get(&self, ix: AssetIx) -> &Asset {
        let asset = self.inner.assets.get(ix.index());
        asset.unwrap_or(&self.inner.nothing)
    }

    /// The asset that a client means by this text, as the service understands it.
    ///
    /// A symbol, `SYM:EXCHANGE`, `SYM:EXCHANGE:CLASS`, or an id with or without hyphens. Case counts; a
    /// pair may be without its slash.
    #[must_use]
    pub fn find(&self, text: &str) -> Option<AssetIx> {
        if let Some(ix) = self.by_symbol(text) {
            return Some(ix);
        }
        if let Some((symbol, rest)) = text.split_once(':') {
            let ix = self.by_symbol(symbol)?;
            let asset = self.get(ix);
            let (exchange, class) = match rest.split_once(':') {
                Some((exchange, class)) => (exchange, class),
                None => (rest, asset.class.as_str()),
            };
            return Some(ix)
                .filter(|_| asset.exchange == exchange && asset.class.as_str() == class);
        }
        // The parser also takes braces and the form of a URN, which the service does not.
        let id = matches!(text.len(), 32 | 36).then(|| Uuid::parse_str(text).ok());
        id.flatten().and_then(|id| self.by_id(id))
    }

    /// The asset with this symbol; a pair may be without its slash.
    #[must_use]
    pub fn by_symbol(&self, symbol: &str) -> Option<AssetIx> {
        self.inner.by_symbol.get(symbol).copied()
    }

    /// The asset with this id.
    #[must_use]
    pub fn by_id(&self, id: Uuid) -> Option<AssetIx> {
        self.inner.by_id.get(&id).copied()
    }

    /// All assets, in order.
    pub fn iter(&self) -> impl ExactSizeIterator<Item = (AssetIx, &Asset)> {
        let assets = self.inner.assets.iter().enumerate();
        assets.map(|(index, asset)| (place(index), asset))
    }

    /// How many there are.
    #[must_use]
    pub fn len(&self) -> usize {
        self.inner.assets.len()
    }

    /// Whether there are none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.inner.assets.is_empty()
    }

    /// The assets that match, in order.
    pub fn filter<'a>(
        &'a self,
        filter: &'a AssetFilter,
    ) -> impl Iterator<Item = (AssetIx, &'a Asset)> {
        self.iter().filter(|(_, asset)| filter.matches(asset))
    }
}

impl Default for Universe {
    fn default() -> Self {
        Self::builtin()
    }
}

/// No list is as long as its indices could say; `new` has seen to it.
fn place(index: usize) -> AssetIx {
    AssetIx(u32::try_from(index).unwrap_or(u32::MAX))
}

impl Inner {
    fn empty() -> Self {
        let mut nothing = Asset::equity("", "", "", Decimal::ONE);
        nothing.id = Uuid::nil();
        nothing.status = AssetStatus::Inactive;
        nothing.tradable = false;
        Self {
            assets: Vec::new(),
            by_symbol: HashMap::new(),
            by_id: HashMap::new(),
            nothing,
        }
    }

    fn push(&mut self, asset: Asset) -> Result<(), String> {
        let ix = place(self.assets.len());
        let joined = asset.position_symbol();
        for symbol in [&asset.symbol, &joined] {
            if let Some(other) = self.by_symbol.get(symbol) {
                let other = other.index().saturating_add(1);
                return Err(format!("symbol: \"{symbol}\" is that of asset {other}"));
            }
        }
        if let Some(other) = self.by_id.get(&asset.id) {
            let other = other.index().saturating_add(1);
            return Err(format!("id: {} is that of asset {other}", asset.id));
        }
        self.by_symbol.insert(joined, ix);
        self.by_symbol.insert(asset.symbol.clone(), ix);
        self.by_id.insert(asset.id, ix);
        self.assets.push(asset);
        Ok(())
    }

    fn finish(self) -> Universe {
        Universe {
            inner: Arc::new(self),
        }
    }
}

/// The filters of `GET /v2/assets`, as a query has them. A default one asks for all US equities.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct AssetFilter {
    /// `active` or `inactive`; absent: both.
    pub status: Option<String>,
    /// The class; absent: `us_equity`.
    pub class: Option<String>,
    /// The exchange; absent: all.
    pub exchange: Option<String>,
    /// Attributes of which the asset has at least one; none: no matter which.
    pub attributes: Vec<String>,
}

impl AssetFilter {
    /// Whether an asset matches. A text that is empty filters nothing; one that is no value of its kind
    /// matches nothing.
    #[must_use]
    pub fn matches(&self, asset: &Asset) -> bool {
        let given = |text: &Option<String>| text.clone().filter(|text| !text.is_empty());
        let class = given(&self.class);
        let class = class.as_deref().unwrap_or(AssetClass::UsEquity.as_str());
        asset.class.as_str() == class
            && given(&self.status).is_none_or(|status| asset.status.as_str() == status)
            && given(&self.exchange).is_none_or(|exchange| asset.exchange == exchange)
            && (self.attributes.is_empty() || self.attributes.iter().any(|name| asset.has(name)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn share(symbol: &str) -> Asset {
        Asset::equity(symbol, "A share", "NYSE", Decimal::TEN)
    }

    fn pair(symbol: &str) -> Asset {
        Asset::crypto(symbol, "A pair", Decimal::TEN, Decimal::ONE)
    }

    fn symbol(universe: &Universe, text: &str) -> Option<String> {
        universe
            .find(text)
            .map(|ix| universe.get(ix).symbol.clone())
    }

    #[test]
    fn every_form_finds_its_asset() {
        let universe = Universe::new(vec![share("AAPL"), share("BRK.B"), pair("BTC/USD")]).unwrap();
        let id = universe.get(AssetIx(0)).id;
        for (text, expected) in [
            ("AAPL", Some("AAPL")),
            ("aapl", None),
            ("BRK.B", Some("BRK.B")),
            ("AAPL:NYSE", Some("AAPL")),
            ("AAPL:NASDAQ", None),
            ("AAPL:NYSE:us_equity", Some("AAPL")),
            ("AAPL:NYSE:crypto", None),
            ("AAPL:", None),
            ("AAPL:NYSE:", None),
            ("AAPL:NYSE:us_equity:x", None),
            ("BTC/USD", Some("BTC/USD")),
            ("BTCUSD", Some("BTC/USD")),
            ("BTC/USD:CRYPTO", Some("BTC/USD")),
            ("BTCUSD:CRYPTO:crypto", Some("BTC/USD")),
            ("B/TCUSD", None),
            ("", None),
            (":", None),
            (&id.to_string(), Some("AAPL")),
            (&id.simple().to_string(), Some("AAPL")),
            (&id.urn().to_string(), None),
            (&id.braced().to_string(), None),
            (&Uuid::nil().to_string(), None),
        ] {
            assert_eq!(symbol(&universe, text).as_deref(), expected, "{text}");
        }
        assert_eq!(universe.by_id(id), Some(AssetIx(0)));
    }

    #[test]
    fn a_foreign_place_is_an_asset_without_use() {
        let nothing = Universe::builtin();
        let nothing = nothing.get(AssetIx(99_999));
        assert_eq!(nothing.status, AssetStatus::Inactive);
        assert!(!nothing.tradable && nothing.symbol.is_empty());
    }

    #[test]
    fn a_universe_takes_no_asset_twice() {
        let mut twin = share("B");
        twin.id = share("A").id;
        let mut wrong = share("B");
        wrong.leverage = 7;
        for (assets, rule) in [
            (
                vec![share("A"), share("B"), share("A")],
                "asset 3 (A): symbol: \"A\" is that of asset 1",
            ),
            (
                vec![pair("AB/USD"), pair("AB/USD")],
                "asset 2 (AB/USD): symbol: \"AB/USD\" is that of asset 1",
            ),
            (
                vec![share("BTCUSD"), pair("BTC/USD")],
                "asset 2 (BTC/USD): symbol: \"BTCUSD\" is that of asset 1",
            ),
            (
                vec![pair("BTC/USD"), share("BTCUSD")],
                "asset 2 (BTCUSD): symbol: \"BTCUSD\" is that of asset 1",
            ),
            (
                vec![share("A"), wrong],
                "asset 2 (B): leverage: must be 1, 2 or 3",
            ),
        ] {
            assert_eq!(Universe::new(assets).unwrap_err().to_string(), rule);
        }
        let error = Universe::new(vec![share("A"), twin]).unwrap_err();
        assert!(error.rule.ends_with("is that of asset 1"), "{error}");
        assert_eq!((error.entry, error.symbol.as_deref()), (Some(2), Some("B")));
    }

    #[test]
    fn filters() {
        let mut gone = share("GONE");
        gone.status = AssetStatus::Inactive;
        let mut fund = share("FUND");
        fund.exchange = "ARCA".into();
        fund.attributes = vec!["has_options".into(), "ipo".into()];
        let universe = Universe::new(vec![share("A"), pair("B/USD"), gone, fund]).unwrap();
        let text = |text: &str| Some(text.to_owned());
        let all = AssetFilter::default();
        let listed = |filter: AssetFilter| {
            let found = universe.filter(&filter);
            found
                .map(|(_, asset)| asset.symbol.as_str())
                .collect::<Vec<_>>()
                .join(" ")
        };
        for (filter, expected) in [
            (all.clone(), "A GONE FUND"),
            (
                AssetFilter {
                    status: text("active"),
                    ..all.clone()
                },
                "A FUND",
            ),
            (
                AssetFilter {
                    status: text("inactive"),
                    ..all.clone()
                },
                "GONE",
            ),
            (
                AssetFilter {
                    status: text(""),
                    ..all.clone()
                },
                "A GONE FUND",
            ),
            (
                AssetFilter {
                    status: text("sold"),
                    ..all.clone()
                },
                "",
            ),
            (
                AssetFilter {
                    class: text("crypto"),
                    ..all.clone()
                },
                "B/USD",
            ),
            (
                AssetFilter {
                    class: text("treasury"),
                    ..all.clone()
                },
                "",
            ),
            (
                AssetFilter {
                    exchange: text("ARCA"),
                    ..all.clone()
                },
                "FUND",
            ),
            (
                AssetFilter {
                    attributes: vec!["ipo".into(), "overnight_halted".into()],
                    ..all.clone()
                },
                "FUND",
            ),
            (
                AssetFilter {
                    attributes: vec!["overnight_halted".into()],
                    ..all.clone()
                },
                "",
            ),
        ] {
            assert_eq!(listed(filter.clone()), expected, "{filter:?}");
        }
    }

    #[test]
    fn a_universe_may_be_empty() {
        let universe = Universe::new(Vec::new()).unwrap();
        assert!(universe.is_empty());
        assert_eq!(universe.iter().len(), 0);
    }
}
