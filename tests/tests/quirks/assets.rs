//! Asset: exchanges, classes and attributes that nobody listed, and bodies of other years.

use alpaca_trading_gen::types::{
    Asset, AssetAttribute, AssetClass, AssetStatus, Exchange, Watchlist,
};
use serde_json::{Value, json};

use crate::{decode, decode_text, digits, some, with, without};

fn asset() -> Value {
    json!({
        "id": "0d3a7f5e-0b61-4a0a-8a77-5f1c3b2a9e10",
        "class": "us_equity",
        "exchange": "NASDAQ",
        "symbol": "QRST",
        "name": "Quarrystone Holdings",
        "status": "active",
        "tradable": true,
        "marginable": true,
        "shortable": true,
        "fractionable": true,
        "borrow_status": "easy_to_borrow",
        "margin_requirement_long": "30",
        "margin_requirement_short": "100",
        "attributes": ["has_options"]
    })
}

#[test]
fn an_exchange_that_is_not_listed_is_kept() {
    for name in ["ASCX", "FTXU", "CBSE", "GNSS", "ERSX"] {
        let asset: Asset = decode(&with(asset(), json!({"exchange": name})));
        assert_eq!(asset.exchange, Exchange::Unknown(name.to_owned()));
    }
    let crypto: Asset = decode(&with(asset(), json!({"exchange": "CRYPTO"})));
    assert_eq!(crypto.exchange, Exchange::Crypto);
}

#[test]
fn the_exchange_of_an_asset_may_be_blank() {
    let asset: Asset = decode(&with(asset(), json!({"exchange": ""})));
    assert_eq!(asset.exchange.as_str(), "");
}

#[test]
fn a_class_or_a_status_that_is_not_listed_is_kept() {
    let asset: Asset = decode(&with(
        asset(),
        json!({"class": "weather", "status": "delisted"}),
    ));
    assert_eq!(asset.class, AssetClass::Unknown("weather".to_owned()));
    assert_eq!(asset.status, AssetStatus::Unknown("delisted".to_owned()));
}

#[test]
fn an_attribute_that_is_not_listed_is_kept_among_others() {
    let asset: Asset = decode(&with(
        asset(),
        json!({"attributes": ["has_options", "options_enabled", "ipo"]}),
    ));
    assert_eq!(
        asset.attributes,
        [
            AssetAttribute::HasOptions,
            AssetAttribute::Unknown("options_enabled".to_owned()),
            AssetAttribute::Ipo,
        ]
    );
}

#[test]
fn attributes_that_are_null_are_none() {
    let null: Asset = decode(&with(asset(), json!({"attributes": null})));
    assert!(null.attributes.is_empty());
    assert!(
        decode::<Asset>(&without(asset(), &["attributes"]))
            .attributes
            .is_empty()
    );
}

#[test]
#[allow(deprecated, reason = "the service still sends the older requirement")]
fn one_margin_requirement_is_a_number_and_two_are_strings() {
    let text = with(asset(), json!({"maintenance_margin_requirement": "@"}))
        .to_string()
        .replace("\"@\"", "30.50");
    let asset: Asset = decode_text(&text);
    assert_eq!(digits(asset.maintenance_margin_requirement), some("30.50"));
    assert_eq!(digits(asset.margin_requirement_long), some("30"));
    assert_eq!(digits(asset.margin_requirement_short), some("100"));
}

#[test]
fn an_asset_of_older_years_has_no_name() {
    let old: Asset = decode(&without(asset(), &["name", "fractionable", "attributes"]));
    assert_eq!(old.name, None);
    assert_eq!(old.fractionable, None);
    assert_eq!(old.symbol, "QRST");
}

#[test]
fn a_flag_that_was_withdrawn_is_ignored() {
    let body = with(asset(), json!({"easy_to_borrow": true}));
    assert_eq!(decode::<Asset>(&body), decode(&asset()));
    let list: Watchlist = decode(&json!({
        "id": "c0ffee00-1f2e-4d3c-8b4a-59687766f050",
        "account_id": "0d3a7f5e-0b61-4a0a-8a77-5f1c3b2a9e12",
        "name": "slow movers",
        "created_at": "2026-03-04T15:00:00Z",
        "updated_at": "2026-03-04T15:00:00Z",
        "assets": [body]
    }));
    assert_eq!(list.assets, [decode(&asset())]);
}

#[test]
fn a_watchlist_without_assets_may_have_null() {
    let list: Watchlist = decode(&json!({
        "id": "c0ffee00-1f2e-4d3c-8b4a-59687766f050",
        "account_id": "0d3a7f5e-0b61-4a0a-8a77-5f1c3b2a9e12",
        "name": "empty",
        "created_at": "2026-03-04T15:00:00Z",
        "updated_at": "2026-03-04T15:00:00Z",
        "assets": null
    }));
    assert!(list.assets.is_empty());
}
