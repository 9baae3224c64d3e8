//! One asset from an entry of a file.
//!
//! An entry names `symbol`, `name` and `price`; of a pair also `class` and `price_increment`. Everything
//! else has the default of its class. Fields have the names of the service's own answers. Decimals are
//! best written as texts; numbers are taken where they hold every digit.

use rust_decimal::Decimal;
use serde_json::{Map, Value};
use uuid::Uuid;

use super::asset::{Asset, AssetClass, AssetStatus};
use super::error::AssetError;

type Fields = Map<String, Value>;

/// Significant digits that a binary number of 64 bits holds without fail.
const EXACT_DIGITS: usize = 15;

impl TryFrom<Fields> for Asset {
    type Error = AssetError;

    fn try_from(mut fields: Fields) -> Result<Self, AssetError> {
        let fields = &mut fields;
        let symbol = required(text(fields, "symbol")?, "symbol")?;
        let name = required(text(fields, "name")?, "name")?;
        let price = required(decimal(fields, "price")?, "price")?;
        let class = one_of(fields, "class", AssetClass::parse, "us_equity or crypto")?;
        let mut asset = match class {
            Some(AssetClass::Crypto) => {
                let step = required(decimal(fields, "price_increment")?, "price_increment")?;
                Self::crypto(&symbol, &name, price, step)
            }
            _ => {
                let exchange = required(text(fields, "exchange")?, "exchange")?;
                Self::equity(&symbol, &name, &exchange, price)
            }
        };
        set(&mut asset.exchange, text(fields, "exchange")?);
        let status = one_of(fields, "status", AssetStatus::parse, "active or inactive")?;
        set(&mut asset.status, status);
        if asset.status == AssetStatus::Inactive {
            asset.tradable = false;
        }
        set(&mut asset.id, id(fields)?);
        set(&mut asset.tradable, flag(fields, "tradable")?);
        set(&mut asset.marginable, flag(fields, "marginable")?);
        set(&mut asset.shortable, flag(fields, "shortable")?);
        // Nobody lends what cannot be sold short.
        asset.easy_to_borrow = asset.shortable;
        set(&mut asset.easy_to_borrow, flag(fields, "easy_to_borrow")?);
        set(&mut asset.fractionable, flag(fields, "fractionable")?);
        set(&mut asset.halted, flag(fields, "halted")?);
        set(&mut asset.leverage, leverage(fields)?);
        set(&mut asset.attributes, attributes(fields)?);
        asset.set_usual_margins();
        if let Some(long) = decimal(fields, "margin_requirement_long")? {
            asset.margin_requirement_long = long;
            asset.maintenance_margin_requirement = long;
        }
        for (field, name) in [
            (
                &mut asset.margin_requirement_short,
                "margin_requirement_short",
            ),
            (
                &mut asset.maintenance_margin_requirement,
                "maintenance_margin_requirement",
            ),
        ] {
            set(field, decimal(fields, name)?);
        }
        for (field, name) in [
            (&mut asset.min_order_size, "min_order_size"),
            (&mut asset.min_trade_increment, "min_trade_increment"),
            (&mut asset.price_increment, "price_increment"),
        ] {
            if let Some(value) = decimal(fields, name)? {
                *field = Some(value);
            }
        }
        if let Some(name) = fields.keys().find(|name| !KNOWN.contains(&name.as_str())) {
            return Err(AssetError::new(name, "is no field of an asset"));
        }
        asset.check().map(|()| asset)
    }
}

/// All fields of an entry.
const KNOWN: [&str; 21] = [
    "id",
    "symbol",
    "name",
    "class",
    "exchange",
    "status",
    "tradable",
    "marginable",
    "shortable",
    "easy_to_borrow",
    "fractionable",
    "halted",
    "maintenance_margin_requirement",
    "margin_requirement_long",
    "margin_requirement_short",
    "leverage",
    "attributes",
    "min_order_size",
    "min_trade_increment",
    "price_increment",
    "price",
];

fn set<T>(field: &mut T, value: Option<T>) {
    if let Some(value) = value {
        *field = value;
    }
}

fn required<T>(value: Option<T>, field: &str) -> Result<T, AssetError> {
    value.ok_or_else(|| AssetError::new(field, "is missing"))
}

fn text(fields: &Fields, field: &str) -> Result<Option<String>, AssetError> {
    match fields.get(field) {
        None | Some(Value::Null) => Ok(None),
        Some(Value::String(text)) => Ok(Some(text.clone())),
        Some(_) => Err(AssetError::new(field, "must be a text")),
    }
}

fn flag(fields: &Fields, field: &str) -> Result<Option<bool>, AssetError> {
    match fields.get(field) {
        None | Some(Value::Null) => Ok(None),
        Some(Value::Bool(flag)) => Ok(Some(*flag)),
        Some(_) => Err(AssetError::new(field, "must be true or false")),
    }
}

fn one_of<T>(
    fields: &Fields,
    field: &str,
    parse: impl Fn(&str) -> Option<T>,
    choices: &str,
) -> Result<Option<T>, AssetError> {
    let Some(text) = text(fields, field)? else {
        return Ok(None);
    };
    match parse(&text) {
        Some(value) => Ok(Some(value)),
        None => {
            let rule = format!("\"{text}\" must be {choices}");
            Err(AssetError::new(field, rule))
        }
    }
}

fn id(fields: &Fields) -> Result<Option<Uuid>, AssetError> {
    one_of(fields, "id", |text| Uuid::parse_str(text).ok(), "a UUID")
}

fn leverage(fields: &Fields) -> Result<Option<u8>, AssetError> {
    match fields.get("leverage") {
        None | Some(Value::Null) => Ok(None),
        Some(value) => value
            .as_u64()
            .and_then(|number| u8::try_from(number).ok())
            .map(Some)
            .ok_or_else(|| AssetError::new("leverage", "must be 1, 2 or 3")),
    }
}

fn attributes(fields: &Fields) -> Result<Option<Vec<String>>, AssetError> {
    let wrong = || AssetError::new("attributes", "must be a list of texts");
    match fields.get("attributes") {
        None | Some(Value::Null) => Ok(None),
        Some(Value::Array(items)) => items
            .iter()
            .map(|item| item.as_str().map(str::to_owned).ok_or_else(wrong))
            .collect::<Result<_, _>>()
            .map(Some),
        Some(_) => Err(wrong()),
    }
}

fn decimal(fields: &Fields, field: &str) -> Result<Option<Decimal>, AssetError> {
    let text = match fields.get(field) {
        None | Some(Value::Null) => return Ok(None),
        Some(Value::String(text)) => text.clone(),
        Some(Value::Number(number)) => match number.as_f64() {
            Some(float) if number.is_f64() => {
                // The shortest text that reads back as the same number: what was written, if that was
                // short enough.
                let text = float.to_string();
                let digits = text.trim_start_matches(['-', '0', '.']);
                if digits.bytes().filter(u8::is_ascii_digit).count() > EXACT_DIGITS {
                    let rule = format!("{text} has too many digits for a number: write a text");
                    return Err(AssetError::new(field, rule));
                }
                text
            }
            _ => number.to_string(),
        },
        Some(_) => return Err(AssetError::new(field, "must be a decimal")),
    };
    Decimal::from_str_exact(text.trim())
        .map(Some)
        .map_err(|_| AssetError::new(field, format!("\"{text}\" is not a decimal")))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn dec(text: &str) -> Decimal {
        Decimal::from_str_exact(text).unwrap()
    }

    fn with(extra: Value) -> Value {
        let mut entry =
            json!({"symbol": "AAPL", "name": "Apple", "exchange": "NASDAQ", "price": "262.40"});
        for (name, value) in extra.as_object().unwrap() {
            entry[name] = value.clone();
        }
        entry
    }

    fn read(extra: Value) -> Result<Asset, String> {
        serde_json::from_value(with(extra)).map_err(|error| error.to_string())
    }

    #[test]
    fn little_is_enough() {
        let asset = read(json!({})).unwrap();
        assert_eq!(
            asset,
            Asset::equity("AAPL", "Apple", "NASDAQ", dec("262.40"))
        );
        let pair: Asset = serde_json::from_value(json!({
            "symbol": "BTC/USD", "name": "Bitcoin", "class": "crypto", "price": 64000, "price_increment": "1",
        }))
        .unwrap();
        assert_eq!(
            pair,
            Asset::crypto("BTC/USD", "Bitcoin", dec("64000"), dec("1"))
        );
    }

    #[test]
    fn everything_can_be_said() {
        let asset = read(json!({
            "id": "b0b6dd9d-8b9b-48a9-ba46-b9d54906e415", "class": "us_equity", "status": "inactive",
            "tradable": true, "marginable": true, "shortable": true, "easy_to_borrow": false,
            "fractionable": false, "halted": true, "leverage": 3, "attributes": ["ipo"],
            "margin_requirement_long": 40, "margin_requirement_short": "45.5",
            "maintenance_margin_requirement": "41",
        }))
        .unwrap();
        assert_eq!(asset.id.to_string(), "b0b6dd9d-8b9b-48a9-ba46-b9d54906e415");
        assert_eq!(asset.status, AssetStatus::Inactive);
        assert!(asset.tradable && asset.halted && asset.has("ipo"));
        assert!(!asset.easy_to_borrow && !asset.fractionable);
        assert_eq!(asset.leverage, 3);
        assert_eq!(asset.margin_requirement_long, dec("40"));
        assert_eq!(asset.margin_requirement_short, dec("45.5"));
        assert_eq!(asset.maintenance_margin_requirement, dec("41"));
    }

    #[test]
    fn defaults_depend_on_each_other() {
        assert!(!read(json!({"status": "inactive"})).unwrap().tradable);
        assert!(!read(json!({"shortable": false})).unwrap().easy_to_borrow);
        let lent = read(json!({"margin_requirement_long": "40"})).unwrap();
        assert_eq!(lent.maintenance_margin_requirement, dec("40"));
        let fund = read(json!({"leverage": 3})).unwrap();
        assert_eq!(fund.margin_requirement_long, dec("75"));
        let cash = read(json!({"marginable": false})).unwrap();
        assert_eq!(cash.margin_requirement_long, dec("100"));
    }

    #[test]
    fn numbers_that_hold_every_digit_are_taken() {
        for (number, expected) in [
            (json!(231.5), "231.5"),
            (json!(0.0001), "0.0001"),
            (json!(1e-7), "0.0000001"),
            (json!(7), "7"),
            (json!(123_456_789.123_456), "123456789.123456"),
            (json!(" 2.50 "), "2.50"),
        ] {
            let asset = read(json!({"price": number})).unwrap();
            assert_eq!(asset.reference_price, dec(expected));
        }
    }

    #[test]
    fn rules() {
        for (extra, rule) in [
            (json!({"symbol": null}), "symbol: is missing"),
            (json!({"name": null}), "name: is missing"),
            (json!({"price": null}), "price: is missing"),
            (json!({"exchange": null}), "exchange: is missing"),
            (json!({"symbol": 7}), "symbol: must be a text"),
            (json!({"price": "12,5"}), "price: \"12,5\" is not a decimal"),
            (
                json!({"price": "-3"}),
                "price: reference_price -3 is not above zero",
            ),
            (json!({"price": []}), "price: must be a decimal"),
            (
                json!({"price": 0.123_456_789_012_345_67}),
                "price: 0.12345678901234566 has too many digits for a number: write a text",
            ),
            (
                json!({"class": "us_option"}),
                "class: \"us_option\" must be us_equity or crypto",
            ),
            (
                json!({"class": "crypto", "symbol": "A/B"}),
                "price_increment: is missing",
            ),
            (
                json!({"status": "gone"}),
                "status: \"gone\" must be active or inactive",
            ),
            (json!({"id": "7"}), "id: \"7\" must be a UUID"),
            (
                json!({"tradable": "yes"}),
                "tradable: must be true or false",
            ),
            (json!({"leverage": -1}), "leverage: must be 1, 2 or 3"),
            (json!({"leverage": 9}), "leverage: must be 1, 2 or 3"),
            (
                json!({"attributes": "ipo"}),
                "attributes: must be a list of texts",
            ),
            (
                json!({"attributes": [1]}),
                "attributes: must be a list of texts",
            ),
            (json!({"colour": "red"}), "colour: is no field of an asset"),
            (
                json!({"min_order_size": "1"}),
                "min_order_size: is for crypto only",
            ),
        ] {
            assert_eq!(read(extra).unwrap_err(), rule);
        }
    }
}
