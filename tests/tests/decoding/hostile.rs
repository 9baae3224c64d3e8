//! Texts that are not what they should be: an error, and never a panic.

use std::time::{Duration, Instant};

use alpaca_trading_gen::types::{AccountActivity, Order};
use serde::de::IgnoredAny;
use serde_json::Value;
use tests::generated::TYPES;
use tests::instances::Mode;

use crate::{SPEC, cases};

fn is_json(text: &str) -> bool {
    serde_json::from_str::<IgnoredAny>(text).is_ok()
}

#[test]
fn values_of_another_type_never_panic() {
    for (name, roundtrip) in TYPES {
        let schema = &SPEC["components"]["schemas"][*name];
        for text in [
            "null", "true", "1", "-1.5", "1e999", "\"x\"", "\"\"", "[]", "[1]", "{}", "[{}]",
        ] {
            let outcome = roundtrip(text);
            let is_object = schema["properties"].is_object();
            if is_object && !text.starts_with(['[', '{']) {
                let error = outcome.expect_err("an object is not read from another type");
                assert!(!error.to_string().is_empty(), "{name}: {text}");
            } else if let Ok(encoded) = outcome {
                assert!(is_json(&encoded), "{name}: {text} became {encoded}");
            }
        }
    }
}

#[test]
fn a_text_that_is_cut_off_is_an_error() {
    for case in cases(Mode::Full, 0..1) {
        let text = case.instance.to_string();
        let step = (text.len() / 25).max(1);
        let ends = (0..text.len()).step_by(step).chain([text.len() - 1]);
        for end in ends.filter(|end| text.is_char_boundary(*end)) {
            let cut = &text[..end];
            // Of a number any part is one.
            if serde_json::from_str::<Value>(cut).is_err() {
                assert!((case.roundtrip)(cut).is_err(), "{} took {cut}", case.name);
            }
        }
        assert!(
            (case.roundtrip)(&format!("{text}}}")).is_err(),
            "{} took too much",
            case.name
        );
    }
}

/// Any one value of an instance replaced by one of any other type: decoded or refused.
#[test]
fn a_wrong_type_in_any_place_never_panics() {
    let mut refused = 0;
    for case in cases(Mode::Full, 10..11) {
        for place in case.places() {
            for wrong in [
                Value::Null,
                Value::Bool(true),
                Value::from(i64::MIN),
                Value::from("x"),
                Value::Array(vec![Value::Null]),
                Value::Object(serde_json::Map::new()),
            ] {
                match (case.roundtrip)(&case.with(&place, wrong).to_string()) {
                    Ok(encoded) => {
                        assert!(
                            is_json(&encoded),
                            "{}{}: {encoded}",
                            case.name,
                            place.pointer
                        );
                    }
                    Err(_) => refused += 1,
                }
            }
        }
    }
    assert!(refused > 5_000, "only {refused} values were refused");
}

/// What is ignored, or kept whole, may be of any depth.
#[test]
fn depth_does_not_exhaust_the_stack() {
    let deep = format!("{}{}", "[".repeat(200_000), "]".repeat(200_000));
    let start = Instant::now();
    let text = format!("{{\"activity_type\": \"ZZZ\", \"deep\": {deep}}}");
    let activity: AccountActivity = serde_json::from_str(&text).unwrap();
    assert_eq!(serde_json::to_string(&activity).unwrap(), text);
    let text = format!("{{\"activity_type\": \"FILL\", \"qty\": \"1.10\", \"deep\": {deep}}}");
    let activity: AccountActivity = serde_json::from_str(&text).unwrap();
    assert!(
        matches!(activity, AccountActivity::Trade(_)),
        "{activity:?}"
    );
    let order = serde_json::from_str::<Order>(&format!("{{\"deep\": {deep}}}"));
    assert!(order.unwrap_err().to_string().contains("missing field"));
    let order = serde_json::from_str::<Order>(&format!("{{\"id\": {deep}}}"));
    assert!(order.is_err());
    assert!(
        start.elapsed() < Duration::from_secs(10),
        "{:?}",
        start.elapsed()
    );
}
