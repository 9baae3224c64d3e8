//! Empty texts where a value of another kind belongs.

use std::collections::BTreeSet;

use serde_json::Value;
use tests::instances::Mode;

use crate::compare::takes_blank;
use crate::places::Slot;
use crate::{SPEC, cases};

#[test]
fn an_empty_text_is_none_in_any_optional_field_of_another_kind() {
    let mut met = BTreeSet::new();
    for case in cases(Mode::Full, 0..2) {
        for place in case.places() {
            if place.slot != Slot::Optional || !takes_blank(place.schema) {
                continue;
            }
            let given = case.with(&place, "".into());
            let got = case.same(&given.to_string(), &given);
            // An activity with an empty type is an unknown one, which is kept whole.
            if (case.name, place.pointer.as_str()) == ("AccountActivity", "/activity_type") {
                assert_eq!(got, given);
            } else {
                assert_eq!(
                    got.pointer(&place.pointer),
                    None,
                    "{}{}",
                    case.name,
                    place.pointer
                );
            }
            met.insert(match place.schema["format"].as_str() {
                Some(format) => format.to_owned(),
                None => "enum".to_owned(),
            });
        }
    }
    let kinds = [
        "date",
        "date-or-time",
        "date-time",
        "decimal",
        "enum",
        "uuid",
    ];
    assert_eq!(met, kinds.map(str::to_owned).into());
}

#[test]
fn a_date_of_zeros_is_none_in_any_optional_date() {
    let mut count = 0;
    for case in cases(Mode::Full, 10..11) {
        for place in case.places() {
            if place.slot == Slot::Optional && place.schema["format"] == "date" {
                let given = case.with(&place, "0000-00-00".into());
                let got = case.same(&given.to_string(), &given);
                assert_eq!(
                    got.pointer(&place.pointer),
                    None,
                    "{}{}",
                    case.name,
                    place.pointer
                );
                count += 1;
            }
        }
    }
    assert!(count > 30, "only {count} dates were met");
}

/// An order class that is empty, null or absent reads as the value that it stands for.
#[test]
fn an_empty_order_class_is_the_class_that_it_stands_for() {
    let mut met = BTreeSet::new();
    for case in cases(Mode::Full, 20..22) {
        for place in case.places() {
            let Some(stands_for) = place.schema.get("x-blank-as") else {
                continue;
            };
            if place.slot != Slot::Required {
                continue;
            }
            for nothing in [Value::from(""), Value::Null] {
                let given = case.with(&place, nothing);
                let got = case.same(&given.to_string(), &given);
                assert_eq!(
                    got.pointer(&place.pointer),
                    Some(stands_for),
                    "{}",
                    case.name
                );
                met.insert(case.name);
            }
        }
    }
    assert!(met.contains("Order") && met.contains("OrderLeg"), "{met:?}");
    assert_eq!(
        SPEC["components"]["schemas"]["OrderClass"]["x-blank-as"],
        "simple"
    );
}

/// A text that is no uuid, date or timestamp is an error, not an absent value.
#[test]
fn a_wrong_text_is_an_error_in_any_field_of_another_kind() {
    let mut count = 0;
    for case in cases(Mode::Full, 30..31) {
        for place in case.places() {
            let wrong: &[&str] = match place.schema["format"].as_str() {
                Some("uuid") => &["x", "b3f1c0de-52a7-4c11-9d3e"],
                Some("date") => &["tomorrow", "2026-02-30"],
                Some("date-time") => &["tomorrow", "2026-03-04", "2026-03-04T25:00:00Z"],
                Some("date-or-time") => &["tomorrow", "2026-02-30"],
                _ => continue,
            };
            for text in wrong {
                let given = case.with(&place, (*text).into()).to_string();
                let error = (case.roundtrip)(&given).expect_err(&given).to_string();
                assert!(!error.is_empty());
                count += 1;
            }
        }
    }
    assert!(count > 300, "only {count} texts were tried");
}
