//! Whole instances: complete, sparse, with more than the document knows.

use std::collections::BTreeSet;

use serde_json::{Map, Value, json};
use tests::generated::TYPES;
use tests::instances::Mode;

use crate::places::Slot;
use crate::{SPEC, cases};

#[test]
fn every_schema_has_a_type() {
    let typed: BTreeSet<&str> = TYPES.iter().map(|(name, _)| *name).collect();
    for (name, schema) in SPEC["components"]["schemas"].as_object().unwrap() {
        // Lists of a form of their own are types of the crate, not of the document.
        let is_list = ["x-comma-list", "x-one-or-many"]
            .iter()
            .any(|key| schema.get(key).is_some());
        assert!(is_list || typed.contains(name.as_str()), "{name}");
    }
}

#[test]
fn a_complete_instance_comes_back() {
    for case in cases(Mode::Full, 0..6) {
        case.same(&case.instance.to_string(), &case.instance);
    }
}

#[test]
fn any_instance_comes_back() {
    for case in cases(Mode::Random, 100..110) {
        case.same(&case.instance.to_string(), &case.instance);
    }
}

#[test]
fn an_instance_with_every_optional_field_null_comes_back() {
    for case in cases(Mode::OptionalNull, 200..204) {
        case.same(&case.instance.to_string(), &case.instance);
    }
}

#[test]
fn an_instance_without_any_optional_field_comes_back() {
    for case in cases(Mode::OptionalAbsent, 300..304) {
        case.same(&case.instance.to_string(), &case.instance);
    }
}

/// What came back has a form of its own: decoded once more, it does not change any further.
#[test]
fn the_second_trip_changes_nothing() {
    for case in cases(Mode::Random, 400..403) {
        let first = (case.roundtrip)(&case.instance.to_string()).unwrap();
        let second = (case.roundtrip)(&first)
            .unwrap_or_else(|error| panic!("{}, seed {}: {error}\n{first}", case.name, case.seed));
        assert_eq!(first, second, "{}, seed {}", case.name, case.seed);
    }
}

#[test]
fn fields_that_nobody_knows_are_ignored_at_every_level() {
    let mut levels = 0;
    for case in cases(Mode::Full, 500..502) {
        let mut given = case.instance.clone();
        for place in case.places() {
            let Some(object) = given
                .pointer_mut(&place.pointer)
                .and_then(Value::as_object_mut)
            else {
                continue;
            };
            if place.schema["properties"].is_object() {
                levels += 1;
                object.extend(strangers());
            }
        }
        case.same(&given.to_string(), &given);
    }
    assert!(levels > 2 * 100, "only {levels} objects were met");
}

/// Fields of every type, before and after all that are known.
fn strangers() -> Map<String, Value> {
    let fields = json!({
        "0_new_text": "text", "0_new_number": -1.5e300, "0_new_object": {"id": null, "n": [1, {}]},
        "0_new_null": null, "zz_new_list": [[], {}, "x"], "zz_new_flag": true, "": 0,
        "zz_new_integer": 18446744073709551615_u64,
    });
    let Value::Object(fields) = fields else {
        unreachable!("the fields are an object")
    };
    fields
}

#[test]
fn any_list_or_map_may_be_null() {
    let mut met = BTreeSet::new();
    for case in cases(Mode::Full, 600..602) {
        for place in case.places() {
            let is_list = place.schema["type"] == "array";
            let is_map = place.schema["type"] == "object" && place.schema["properties"].is_null();
            // A map among others is data of a form that nobody knows.
            if is_list || (is_map && place.slot != Slot::Member) {
                let given = case.with(&place, Value::Null);
                case.same(&given.to_string(), &given);
                met.insert((case.name, place.pointer.clone()));
            }
        }
    }
    for expected in [
        ("ClockResp", "/clocks"),
        ("ListLocatesResponse", "/locates"),
        ("OptionContractsResponse", "/option_contracts"),
        ("PublicCalendarResp", "/calendar"),
        ("PortfolioHistory", "/equity"),
        ("PortfolioHistory", "/cashflow"),
        ("LegacyPublicCalendarResp", ""),
    ] {
        assert!(
            met.contains(&(expected.0, expected.1.to_owned())),
            "{expected:?} was not met"
        );
    }
}

/// A required list may be absent as well as null.
#[test]
fn any_list_may_be_absent() {
    let mut count = 0;
    for case in cases(Mode::Full, 700..701) {
        for place in case.places() {
            let Some((parent, name)) = place.pointer.rsplit_once('/') else {
                continue;
            };
            if place.schema["type"] == "array" && place.slot != Slot::Member {
                let mut given = case.instance.clone();
                given
                    .pointer_mut(parent)
                    .unwrap()
                    .as_object_mut()
                    .unwrap()
                    .remove(name);
                case.same(&given.to_string(), &given);
                count += 1;
            }
        }
    }
    assert!(count > 20, "only {count} lists were met");
}

#[test]
fn a_timestamp_with_an_offset_is_the_same_instant() {
    let mut count = 0;
    for case in cases(Mode::Full, 800..801) {
        for place in case.places() {
            if !matches!(
                place.schema["format"].as_str(),
                Some("date-time" | "date-or-time")
            ) {
                continue;
            }
            for (text, utc) in [
                (
                    "2026-03-09T09:30:00.123456789-04:00",
                    "2026-03-09T13:30:00.123456789Z",
                ),
                ("2025-12-31T19:00:00.5-05:00", "2026-01-01T00:00:00.5Z"),
                ("2026-03-09T13:30:00+00:00", "2026-03-09T13:30:00Z"),
            ] {
                let got = case.same(
                    &case.with(&place, text.into()).to_string(),
                    &case.with(&place, utc.into()),
                );
                assert!(
                    got.pointer(&place.pointer).is_some(),
                    "{}: {}",
                    case.name,
                    place.pointer
                );
                count += 1;
            }
        }
    }
    assert!(count > 3 * 50, "only {count} timestamps were met");
}
