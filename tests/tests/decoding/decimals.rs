//! Decimals: every digit comes back, as a text, whether it came as a text or as a number.

use std::collections::BTreeSet;

use alpaca_trading_gen::{Client, Error, Inner};
use serde_json::Value;
use tests::generated::TYPES;
use tests::instances::{Mode, resolve};
use tests::loopback::{Loopback, Reply};

use crate::places::Place;
use crate::{Case, SPEC, cases};

/// JSON texts, and the digits that they stand for.
const EXACT: &[(&str, &str)] = &[
    (r#""0.00000001""#, "0.00000001"),
    (
        r#""123456789012345.123456789""#,
        "123456789012345.123456789",
    ),
    (r#""1.10""#, "1.10"),
    (r#""-0.0135445640343451""#, "-0.0135445640343451"),
    (
        r#""1234567890123456789012345678""#,
        "1234567890123456789012345678",
    ),
    (
        r#""0.1234567890123456789012345678""#,
        "0.1234567890123456789012345678",
    ),
    ("123456789012345.123456789", "123456789012345.123456789"),
    ("1.10", "1.10"),
    ("8.4177e-06", "0.0000084177"),
    ("100", "100"),
    ("0", "0"),
    ("-12.50", "-12.50"),
    ("1.5E+2", "150"),
    ("9007199254740993", "9007199254740993"),
    ("0.30000000000000004", "0.30000000000000004"),
];

/// Numbers of more than 28 significant digits, or more than 28 decimals, as texts and as numbers.
const TOO_LONG: &[&str] = &[
    r#""99999999999999999999999999999""#,
    r#""0.12345678901234567890123456789""#,
    r#""123456789012345678901234567890""#,
    "123456789012345678901234567890.5",
    "1.5e40",
    "1e-40",
    // Below two to the power of 96: a decimal can hold them, and no more than 28 are promised.
    r#""12345678901234567890123456789""#,
    r#""-1234567890123456789012345678.9""#,
    "1.2345678901234567890123456789",
    "1.2345678901234567890123456789e3",
];

/// JSON texts that are no decimal.
const WRONG: &[&str] = &[
    r#""abc""#,
    r#""1,5""#,
    r#"" 1""#,
    r#""NaN""#,
    r#""0x1F""#,
    "true",
    "{}",
    "[]",
];

fn decimals(case: &Case) -> Vec<Place<'static>> {
    let mut places = case.places();
    places.retain(|place| place.schema["format"] == "decimal");
    places
}

#[test]
fn every_decimal_keeps_its_digits() {
    let mut met = BTreeSet::new();
    for case in cases(Mode::Full, 0..2) {
        for place in decimals(&case) {
            for (text, digits) in EXACT {
                let given = case.with(&place, (*digits).into());
                let got = case.same(&case.text_with(&place, text), &given);
                let found = got.pointer(&place.pointer).and_then(Value::as_str);
                assert_eq!(
                    found,
                    Some(*digits),
                    "{}{} given {text}",
                    case.name,
                    place.pointer
                );
            }
            if let Some(property) = place.property() {
                met.insert((case.name, property.to_owned()));
            }
        }
    }
    let missed: Vec<_> = properties()
        .filter(|property| !met.contains(property))
        .collect();
    assert!(
        missed.is_empty(),
        "decimals that were not tried: {missed:?}"
    );
    assert!(met.len() > 200, "only {} decimals", met.len());
}

/// The properties that the document calls decimals, or lists or maps of them.
fn properties() -> impl Iterator<Item = (&'static str, String)> {
    fn holds(schema: &Value) -> bool {
        let schema = resolve(&SPEC, schema);
        schema["format"] == "decimal"
            || ["items", "additionalProperties"]
                .iter()
                .any(|key| schema.get(key).is_some_and(holds))
    }
    TYPES.iter().flat_map(|(name, _)| {
        let properties = SPEC["components"]["schemas"][*name]["properties"].as_object();
        properties
            .into_iter()
            .flatten()
            .filter(|(_, schema)| holds(schema))
            .map(|(property, _)| (*name, property.clone()))
    })
}

#[test]
fn what_is_no_decimal_is_refused() {
    for case in cases(Mode::Full, 10..11) {
        for place in decimals(&case) {
            for text in WRONG {
                refuse(&case, &place, text);
            }
        }
    }
}

#[test]
fn what_has_too_many_digits_is_refused() {
    for case in cases(Mode::Full, 11..12) {
        for place in decimals(&case) {
            for text in TOO_LONG {
                refuse(&case, &place, text);
            }
        }
    }
}

fn refuse(case: &Case, place: &Place<'_>, text: &str) {
    let given = case.text_with(place, text);
    if let Ok(encoded) = (case.roundtrip)(&given) {
        panic!(
            "{}{} took {text}\ngiven {given}\ngot   {encoded}",
            case.name, place.pointer
        );
    }
}

/// All decimals of an instance as numbers at once.
#[test]
fn numbers_everywhere_come_back_as_texts() {
    for case in cases(Mode::Full, 20..23) {
        let mut text = case.instance.to_string();
        let mut given = case.instance.clone();
        for (index, place) in decimals(&case).iter().enumerate() {
            let slot = given.pointer_mut(&place.pointer).unwrap();
            *slot = format!("-- {index} --").into();
        }
        if given == case.instance {
            continue;
        }
        let marked = given.to_string();
        text.clone_from(&marked);
        for (index, place) in decimals(&case).iter().enumerate() {
            let digits = format!("{}.{:03}0", index + 1, index);
            text = text.replace(&format!("\"-- {index} --\""), &digits);
            *given.pointer_mut(&place.pointer).unwrap() = digits.into();
        }
        assert_ne!(text, marked);
        case.same(&text, &given);
    }
}

/// A value that cannot be held is an error that says where it stands.
#[tokio::test]
async fn the_error_of_a_decimal_names_its_field() {
    let account = "{\"id\": \"0d3a7f5e-0b61-4a0a-8a77-5f1c3b2a9e12\", \"status\": \"ACTIVE\", ";
    for (field, value) in [
        ("cash", "\"123456789012345678901234567890\""),
        ("equity", "0.123456789012345678901234567890"),
        ("sma", "\"abc\""),
        ("buying_power", "true"),
    ] {
        let body = format!("{account}\"{field}\": {value}}}");
        let server = Loopback::start(move |_| Reply::json(200, body.clone())).await;
        let client = Client::with_inner(&server.url(), tests::http(), Inner::default());
        let answer = client.get_account().send().await;
        let Err(Error::InvalidResponsePayload(_, error)) = answer else {
            panic!("{answer:?}")
        };
        assert!(error.to_string().contains(field), "{error}");
    }
}

/// In a list the error says which element, and of an activity which shape it was read as.
#[tokio::test]
async fn the_error_of_a_decimal_in_a_list_names_its_element() {
    let body =
        r#"[{"activity_type": "FILL", "price": "1.10"}, {"activity_type": "FEE", "qty": "1,5"}]"#;
    let server = Loopback::start(move |_| Reply::json(200, body)).await;
    let client = Client::with_inner(&server.url(), tests::http(), Inner::default());
    let answer = client.list_account_activities().send().await;
    let Err(Error::InvalidResponsePayload(_, error)) = answer else {
        panic!("{answer:?}")
    };
    let error = error.to_string();
    for part in ["[1]", "NonTradeActivities", "qty", "`1,5`"] {
        assert!(error.contains(part), "{error}");
    }
}
