//! Enums stay open: what the document does not list is kept, and equal texts are equal values.

use std::collections::BTreeSet;
use std::collections::hash_map::DefaultHasher;
use std::hash::{Hash, Hasher as _};

use alpaca_trading_gen::types;
use serde_json::{Value, json};
use tests::generated::TYPES;
use tests::instances::Mode;

use crate::{SPEC, cases};

/// Texts that no enum lists.
const UNLISTED: &[&str] = &["brand_new", "BRAND NEW", "été \"1\"\\\n", "null", "0"];

/// The enums of the document: name, and the listed values.
fn enums() -> impl Iterator<Item = (&'static str, Vec<&'static str>)> {
    SPEC["components"]["schemas"]
        .as_object()
        .unwrap()
        .iter()
        .filter_map(|(name, schema)| {
            let listed = schema["enum"].as_array()?;
            Some((
                name.as_str(),
                listed.iter().filter_map(Value::as_str).collect(),
            ))
        })
}

#[test]
fn a_value_that_is_not_listed_comes_back_from_anywhere() {
    let mut met = BTreeSet::new();
    for case in cases(Mode::Full, 0..2) {
        for place in case.places() {
            let Some(listed) = place.schema["enum"].as_array() else {
                continue;
            };
            for text in UNLISTED {
                assert!(
                    !listed.iter().any(|listed| listed == text),
                    "{text} is listed"
                );
                let given = case.with(&place, (*text).into());
                let got = case.same(&given.to_string(), &given);
                let found = got.pointer(&place.pointer).and_then(Value::as_str);
                assert_eq!(found, Some(*text), "{}{}", case.name, place.pointer);
            }
            met.insert((case.name, place.pointer));
        }
    }
    for (name, _) in enums() {
        assert!(
            met.contains(&(name, String::new())),
            "{name} was not tried by itself"
        );
    }
    for (name, pointer) in [
        ("Asset", "/attributes/0"),
        ("Order", "/status"),
        ("Order", "/legs/0/type"),
        ("AccountActivity", "/activity_type"),
    ] {
        assert!(
            met.contains(&(name, pointer.to_owned())),
            "{name}{pointer} was not tried"
        );
    }
}

#[test]
fn every_listed_value_comes_back() {
    let mut count = 0;
    for (name, listed) in enums() {
        let (_, roundtrip) = TYPES
            .iter()
            .find(|(known, _)| *known == name)
            .unwrap_or_else(|| panic!("the enum {name} has no type"));
        assert!(!listed.is_empty(), "{name}");
        // The words `true` and `false` were booleans once, and only they are read as such.
        let flag = listed.contains(&"true").then_some(r#""true""#);
        assert_eq!(roundtrip("true").ok().as_deref(), flag, "{name}");
        for value in listed {
            let text = json!(value).to_string();
            assert_eq!(roundtrip(&text).unwrap(), text, "{name}");
            count += 1;
        }
        for wrong in ["null", "1", "[]", "{}", "[\"x\"]"] {
            assert!(roundtrip(wrong).is_err(), "{name} took {wrong}");
        }
    }
    assert!(count > 250, "only {count} values");
}

fn hash(value: &impl Hash) -> u64 {
    let mut hasher = DefaultHasher::new();
    value.hash(&mut hasher);
    hasher.finish()
}

/// The laws of open enums for types by name, whose listed values are those of the document.
macro_rules! laws {
    ($($name:ident),* $(,)?) => {
        #[test]
        fn an_unknown_value_with_a_listed_text_is_that_value() {
            $(
                for text in types::$name::LISTED {
                    let listed = types::$name::from(*text);
                    let unknown = types::$name::Unknown((*text).to_owned());
                    assert!(!matches!(listed, types::$name::Unknown(_)), "{text} is listed");
                    assert_eq!(listed, unknown);
                    assert_eq!(hash(&listed), hash(&unknown), "{text}");
                    assert_eq!(listed.cmp(&unknown), std::cmp::Ordering::Equal);
                    assert!(!unknown.is_unknown(), "{text}");
                    assert_ne!(listed, types::$name::Unknown(format!("{text}x")));
                }
            )*
        }

        #[test]
        fn a_text_and_its_value_stand_for_each_other() {
            $(
                for text in types::$name::LISTED.iter().chain(UNLISTED) {
                    let value: types::$name = text.parse().unwrap();
                    assert_eq!(value.to_string(), *text);
                    assert_eq!(value.as_str(), *text);
                    assert_eq!(value, types::$name::from((*text).to_owned()));
                    let json = serde_json::to_string(&value).unwrap();
                    assert_eq!(json, json!(text).to_string());
                    // From a text that is borrowed, one that is owned, and one that streams in.
                    assert_eq!(serde_json::from_str::<types::$name>(&json).unwrap(), value);
                    let owned = Value::String((*text).to_owned());
                    assert_eq!(serde_json::from_value::<types::$name>(owned).unwrap(), value);
                    let stream = json.as_bytes();
                    assert_eq!(serde_json::from_reader::<_, types::$name>(stream).unwrap(), value);
                    assert_eq!(value.is_unknown(), UNLISTED.contains(text), "{text}");
                }
            )*
        }

        #[test]
        fn the_listed_values_are_those_of_the_document() {
            $(
                let (_, listed) = enums()
                    .find(|(name, _)| *name == stringify!($name))
                    .unwrap_or_else(|| panic!("the document has no enum {}", stringify!($name)));
                assert_eq!(types::$name::LISTED, listed, "{}", stringify!($name));
            )*
        }
    };
}

laws!(
    AccountStatus,
    ActivityType,
    AssetAttribute,
    AssetClass,
    AssetStatus,
    CorporateActionCaType,
    CryptoChain,
    CryptoTransferStatus,
    DayCount,
    Exchange,
    ExchangeForPosition,
    LocateErrorCode,
    LocateStatus,
    Market,
    NonTradeActivitiesStatus,
    OptionContractStyle,
    OptionContractType,
    OptionDeliverableSettlementType,
    OrderClass,
    OrderSide,
    OrderStatus,
    OrderType,
    Phase,
    PositionIntent,
    PositionSide,
    TimeInForce,
    TokenizationNetwork,
    TradingActivitiesType,
    TransferDirection,
);
