//! Tests of assets: what is checked, and what the service shows.

use super::*;

fn dec(text: &str) -> Decimal {
    Decimal::from_str_exact(text).unwrap()
}

fn share(price: &str) -> Asset {
    Asset::equity("AAPL", "Apple Inc. Common Stock", "NASDAQ", dec(price))
}

fn pair() -> Asset {
    Asset::crypto("BTC/USD", "Bitcoin / US Dollar", dec("64000"), dec("1"))
}

#[test]
fn the_body_of_a_share() {
    let mut asset = share("262.40");
    asset.attributes = vec!["has_options".into()];
    assert_eq!(
        asset.to_json(),
        json!({
            "id": asset.id.to_string(),
            "class": "us_equity",
            "exchange": "NASDAQ",
            "symbol": "AAPL",
            "name": "Apple Inc. Common Stock",
            "cusip": null,
            "status": "active",
            "tradable": true,
            "marginable": true,
            "maintenance_margin_requirement": 30,
            "margin_requirement_long": "30",
            "margin_requirement_short": "30",
            "shortable": true,
            "easy_to_borrow": true,
            "borrow_status": "easy_to_borrow",
            "fractionable": true,
            "attributes": ["has_options"],
        })
    );
    asset.easy_to_borrow = false;
    assert_eq!(asset.to_json()["borrow_status"], "hard_to_borrow");
    asset.maintenance_margin_requirement = dec("33.50");
    assert_eq!(
        asset.to_json()["maintenance_margin_requirement"].to_string(),
        "33.5"
    );
}

#[test]
fn the_body_of_a_pair() {
    let body = pair().to_json();
    for (name, value) in [
        ("class", json!("crypto")),
        ("exchange", json!("CRYPTO")),
        ("marginable", json!(false)),
        ("shortable", json!(false)),
        ("easy_to_borrow", json!(false)),
        ("fractionable", json!(true)),
        ("maintenance_margin_requirement", json!(100)),
        ("margin_requirement_long", json!("100")),
        ("margin_requirement_short", json!("100")),
        ("attributes", json!([])),
        ("min_order_size", json!("0.000015625")),
        ("min_trade_increment", json!("0.000000001")),
        ("price_increment", json!("1")),
    ] {
        assert_eq!(body[name], value, "{name}");
    }
    assert!(body.get("borrow_status").is_none());
}

#[test]
fn margins_by_price_and_leverage() {
    for (price, leverage, marginable, long, short) in [
        ("262.40", 1, true, "30", "30"),
        ("6.01", 1, true, "30", "83.19"),
        ("6", 1, true, "50", "83.33"),
        ("2.50", 1, true, "50", "100"),
        ("2.49", 1, true, "100", "100.4"),
        ("0.50", 1, true, "100", "500"),
        ("60", 2, true, "50", "50"),
        ("60", 3, true, "75", "75"),
        ("60", 1, false, "100", "100"),
    ] {
        let mut asset = share(price);
        (asset.leverage, asset.marginable) = (leverage, marginable);
        asset.set_usual_margins();
        assert_eq!(asset.margin_requirement_long, dec(long), "{price}");
        assert_eq!(asset.margin_requirement_short, dec(short), "{price}");
        assert_eq!(asset.maintenance_margin_requirement, dec(long), "{price}");
    }
}

#[test]
fn ids_follow_from_class_and_symbol() {
    assert_eq!(share("1").id, share("2").id);
    assert_eq!(
        share("1").id.to_string(),
        "784315e2-decc-4103-9361-057d9d1686af"
    );
    assert_eq!(share("1").id.get_version_num(), 4_usize);
    assert_ne!(
        id_of(AssetClass::UsEquity, "A"),
        id_of(AssetClass::Crypto, "A")
    );
    let mut ids: Vec<_> = ('A'..='Z')
        .flat_map(|one| ('A'..='Z').map(move |two| format!("{one}{two}")))
        .map(|symbol| id_of(AssetClass::UsEquity, &symbol))
        .collect();
    ids.sort();
    ids.dedup();
    assert_eq!(ids.len(), 26 * 26);
}

#[test]
fn names_of_pairs() {
    assert_eq!(pair().pair(), Some(("BTC", "USD")));
    assert_eq!(pair().position_symbol(), "BTCUSD");
    assert_eq!(share("1").pair(), None);
    assert_eq!(share("1").position_symbol(), "AAPL");
}

#[test]
fn classes_and_statuses_by_name() {
    for class in [AssetClass::UsEquity, AssetClass::Crypto] {
        assert_eq!(AssetClass::parse(class.as_str()), Some(class));
    }
    for status in [AssetStatus::Active, AssetStatus::Inactive] {
        assert_eq!(AssetStatus::parse(status.as_str()), Some(status));
    }
    assert_eq!(AssetClass::parse("us_option"), None);
    assert_eq!(AssetStatus::parse("ACTIVE"), None);
}

type Change = fn(&mut Asset);

#[test]
fn rules_of_shares() {
    let cases: [(Change, &str); 13] = [
        (|a| a.symbol.clear(), "symbol: is empty"),
        (
            |a| a.symbol = "BTC/USD".into(),
            "symbol: must be letters and digits, with points or hyphens between them",
        ),
        (
            |a| a.symbol = "A:B".into(),
            "symbol: must be letters and digits, with points or hyphens between them",
        ),
        (
            |a| a.symbol = "BRK.".into(),
            "symbol: must be letters and digits, with points or hyphens between them",
        ),
        (|a| a.id = Uuid::nil(), "id: is the nil UUID"),
        (|a| a.name = " ".into(), "name: is empty"),
        (
            |a| a.exchange.clear(),
            "exchange: must be letters and digits",
        ),
        (
            |a| a.reference_price = dec("-1"),
            "price: reference_price -1 is not above zero",
        ),
        (|a| a.leverage = 4, "leverage: must be 1, 2 or 3"),
        (
            |a| a.margin_requirement_long = dec("-1"),
            "margin_requirement_long: -1 must be from 0 to 1000000000000 percent",
        ),
        (
            |a| a.price_increment = Some(dec("1")),
            "price_increment: is for crypto only",
        ),
        (
            |a| a.attributes.push("has options".into()),
            "attributes: \"has options\" must be letters, digits and underscores",
        ),
        (
            |a| a.margin_requirement_short = dec("1000000000001"),
            "margin_requirement_short: 1000000000001 must be from 0 to 1000000000000 percent",
        ),
    ];
    assert_eq!(share("1").check(), Ok(()));
    for (change, rule) in cases {
        let mut asset = share("1");
        change(&mut asset);
        assert_eq!(asset.check().unwrap_err().to_string(), rule);
    }
    for symbol in ["BRK.B", "BF-B", "A"] {
        let mut asset = share("1");
        asset.symbol = symbol.into();
        assert_eq!(asset.check(), Ok(()), "{symbol}");
    }
}

#[test]
fn rules_of_pairs() {
    let cases: [(Change, &str); 7] = [
        (
            |a| a.symbol = "BTCUSD".into(),
            "symbol: of a pair must be like BTC/USD",
        ),
        (
            |a| a.symbol = "ETH/BTC".into(),
            "symbol: of a pair must end in /USD: accounts hold dollars and no BTC",
        ),
        (
            |a| a.symbol = "BTC/USD/X".into(),
            "symbol: of a pair must be like BTC/USD",
        ),
        (
            |a| a.symbol = "/USD".into(),
            "symbol: of a pair must be like BTC/USD",
        ),
        (|a| a.min_order_size = None, "min_order_size: is missing"),
        (
            |a| a.price_increment = Some(dec("0")),
            "price_increment: price_increment 0 is not above zero",
        ),
        (
            |a| a.shortable = true,
            "marginable: crypto is neither marginable nor shortable",
        ),
    ];
    assert_eq!(pair().check(), Ok(()));
    for (change, rule) in cases {
        let mut asset = pair();
        change(&mut asset);
        assert_eq!(asset.check().unwrap_err().to_string(), rule);
    }
}
