//! The laws.

use proptest::prelude::*;
use proptest::test_runner::{RngSeed, TestCaseError, TestCaseResult};
use serde_json::{Map, Value, json};

use super::super::table::{self, Fate};
use super::super::{convert, walk};
use super::adapter::{Siblings, adapt};
use super::instances::near;
use super::judge::judge;
use super::schemas::{Dialect, NAMES, schemas};
use super::{converted, document};

/// The values that are tried on each schema.
const MOST: usize = 40;

/// How many documents a law is tried on; `covered.rs` counts what these hold.
pub(super) const CASES: u32 = 200;

pub(super) fn config(seed: u64) -> ProptestConfig {
    ProptestConfig {
        cases: CASES,
        rng_seed: RngSeed::Fixed(seed),
        failure_persistence: None,
        ..ProptestConfig::default()
    }
}

fn taken(given: &Map<String, Value>) -> Result<Map<String, Value>, TestCaseError> {
    converted(given).map_err(|fault| TestCaseError::fail(fault.to_string()))
}

/// `before` reads the schemas as they are given, in 2020-12.
fn same_values(
    given: &Map<String, Value>,
    before: &Map<String, Value>,
    after: &Map<String, Value>,
) -> TestCaseResult {
    let adapted = adapt(after, Siblings::Ignored);
    for name in NAMES {
        let before = judge(before, name).map_err(TestCaseError::fail)?;
        let judged = judge(&adapted, name).map_err(TestCaseError::fail)?;
        for value in near(given, &given[name], MOST) {
            prop_assert_eq!(
                before.is_valid(&value),
                judged.is_valid(&value),
                "{}: {}\ngiven {}\nconverted {}",
                name,
                value,
                json!(given),
                json!(after)
            );
        }
    }
    Ok(())
}

/// Every schema of `schemas` is one of 3.0.
fn is_old(schemas: &Map<String, Value>) -> TestCaseResult {
    let mut document = document(schemas);
    walk::schemas_mut(&mut document, &mut |pointer, schema| {
        let wrong = |what: &str| Err(TestCaseError::fail(format!("{pointer}: {what}: {schema}")));
        let Some(object) = schema.as_object() else {
            return wrong("not an object");
        };
        if object.contains_key("$ref") && object.len() > 1 {
            return wrong("a reference with siblings");
        }
        if object
            .get("type")
            .is_some_and(|kind| !kind.is_string() || kind == "null")
        {
            return wrong("not one type");
        }
        for flag in ["exclusiveMinimum", "exclusiveMaximum", "nullable"] {
            if object.get(flag).is_some_and(|flag| !flag.is_boolean()) {
                return wrong("a flag that is none");
            }
        }
        if ["items", "not"]
            .iter()
            .any(|it| object.get(*it).is_some_and(Value::is_boolean))
        {
            return wrong("a bare schema");
        }
        let foreign = table::with(Fate::Refused)
            .chain(table::with(Fate::LeftOut))
            .chain(["const", "contentEncoding", "contentMediaType"]);
        for keyword in foreign {
            if object.contains_key(keyword) {
                return wrong("a keyword that 3.0 has not, or that is left out");
            }
        }
        serde_json::from_value::<openapiv3::ReferenceOr<openapiv3::Schema>>(schema.clone())
            .map(drop)
            .or_else(|error| wrong(&error.to_string()))
    })
}

proptest! {
    #![proptest_config(config(0xc0f1))]

    #[test]
    fn a_schema_of_3_1_takes_the_same_values_before_and_after(given in schemas(Dialect::New)) {
        same_values(&given, &given, &taken(&given)?)?;
    }
}

proptest! {
    #![proptest_config(config(0xc0f2))]

    #[test]
    fn a_schema_of_3_0_takes_the_same_values_before_and_after(given in schemas(Dialect::Old)) {
        same_values(&given, &adapt(&given, Siblings::Meant), &taken(&given)?)?;
    }
}

proptest! {
    #![proptest_config(config(0xc0f3))]

    #[test]
    fn a_mixed_schema_takes_the_values_that_it_means(given in schemas(Dialect::Mixed)) {
        same_values(&given, &adapt(&given, Siblings::Meant), &taken(&given)?)?;
    }
}

proptest! {
    #![proptest_config(config(0xc0f6))]

    /// As the supplement is converted apart from the document to which it is added.
    #[test]
    fn schemas_converted_apart_mean_the_same_together(given in schemas(Dialect::New)) {
        // Into a component leads a reference only where the component is there.
        let mut given = json!(given);
        walk::rename_references(&mut given, &|reference| {
            (!NAMES.iter().any(|name| reference == format!("#/components/schemas/{name}")))
                .then(|| "#/components/schemas/D".to_owned())
        });
        let given = given.as_object().unwrap();
        let mut after = Map::new();
        for (name, schema) in given {
            after.extend(taken(&Map::from_iter([(name.clone(), schema.clone())]))?);
        }
        same_values(given, given, &after)?;
    }
}

proptest! {
    #![proptest_config(config(0xc0f4))]

    #[test]
    fn what_is_converted_is_3_0_and_stays_as_it_is(
        given in prop_oneof![schemas(Dialect::New), schemas(Dialect::Old), schemas(Dialect::Mixed)],
    ) {
        let once = taken(&given)?;
        is_old(&once)?;
        let twice = taken(&once)?;
        prop_assert_eq!(json!(twice), json!(once), "given {}", json!(given));
    }
}

proptest! {
    #![proptest_config(config(0xc0f5))]

    #[test]
    fn a_refused_keyword_is_named_with_its_place(
        given in schemas(Dialect::Mixed),
        keyword in prop::sample::select(table::with(Fate::Refused).collect::<Vec<_>>()),
        place in any::<prop::sample::Index>(),
    ) {
        let mut document = document(&given);
        let mut pointers = Vec::new();
        let listed: Result<(), TestCaseError> =
            walk::schemas_mut(&mut document, &mut |pointer, schema| {
                // What stands where a reference leads into a component is put elsewhere first.
                if schema.is_object() && !pointer.starts_with("#/components/schemas/D/") {
                    pointers.push(pointer.to_owned());
                }
                Ok(())
            });
        listed?;
        let pointer = place.get(&pointers);
        let schema = document.pointer_mut(&pointer[1..]).unwrap();
        schema[keyword] = json!({});
        let fault = convert("x.json", &mut document).unwrap_err();
        prop_assert_eq!(&fault.file, "x.json");
        prop_assert_eq!(&fault.pointer, pointer);
        prop_assert!(fault.message.contains(&format!("`{keyword}`")), "{}", fault);
    }
}
