//! What the laws reach, and that the documented table is the one that is used.

use std::collections::{BTreeMap, BTreeSet};

use proptest::strategy::{Strategy, ValueTree};
use proptest::test_runner::TestRunner;
use serde_json::Value;

use super::super::table::{Fate, TABLE, with};
use super::super::walk;
use super::document;
use super::held::{CASES, config};
use super::schemas::{Dialect, schemas};

/// Every keyword of JSON Schema 2020-12, by vocabulary, and those that OpenAPI 3.1 adds.
const STANDARD: [&str; 9] = [
    "$id $schema $ref $anchor $dynamicRef $dynamicAnchor $vocabulary $comment $defs",
    "prefixItems items contains additionalProperties properties patternProperties \
     dependentSchemas propertyNames if then else allOf anyOf oneOf not",
    "unevaluatedItems unevaluatedProperties",
    "type enum const multipleOf maximum exclusiveMaximum minimum exclusiveMinimum maxLength \
     minLength pattern maxItems minItems uniqueItems maxContains minContains maxProperties \
     minProperties required dependentRequired",
    "title description default deprecated readOnly writeOnly examples",
    "format",
    "contentEncoding contentMediaType contentSchema",
    "discriminator xml externalDocs example",
    // Not of 2020-12: of 3.0, and of older drafts.
    "nullable $recursiveAnchor $recursiveRef definitions",
];

#[test]
fn the_table_has_a_row_for_every_keyword() {
    let rows: BTreeSet<&str> = TABLE.iter().map(|(keyword, _)| *keyword).collect();
    let standard: BTreeSet<&str> = STANDARD
        .iter()
        .flat_map(|it| it.split_whitespace())
        .collect();
    assert_eq!(rows, standard);
    assert_eq!(rows.len(), TABLE.len(), "a keyword has two rows");
}

#[test]
fn the_documented_table_is_the_one_that_is_used() {
    let documented: Vec<(&str, &str)> = include_str!("../mod.rs")
        .lines()
        .skip_while(|line| !line.starts_with("//! | keyword |"))
        .skip(2)
        .map_while(|line| {
            let mut cells = line.strip_prefix("//! | `")?.split(" | ");
            Some((cells.next()?.strip_suffix('`')?, cells.next()?))
        })
        .collect();
    let used: Vec<(&str, &str)> = TABLE
        .iter()
        .map(|(keyword, fate)| {
            let fate = match fate {
                Fate::Carried => "carried",
                Fate::Rewritten => "rewritten",
                Fate::LeftOut => "left out",
                Fate::Refused => "refused",
            };
            (*keyword, fate)
        })
        .collect();
    assert_eq!(documented, used);
}

/// What a schema holds that the conversion has to think about.
fn traits(schema: &Value) -> Vec<&'static str> {
    let list = |keyword: &str| schema.get(keyword).and_then(Value::as_array);
    let has = |keyword: &str| schema.get(keyword).is_some();
    let is_null = |branch: &Value| {
        branch.get("const") == Some(&Value::Null)
            || ["type", "enum"].iter().any(|keyword| {
                branch.get(*keyword).is_some_and(|value| {
                    value == "null"
                        || value.as_array().is_some_and(|all| {
                            all.len() == 1 && all.iter().all(|it| it.is_null() || it == "null")
                        })
                })
            })
    };
    let nulls = |keyword: &str| {
        list(keyword).map_or(0, |parts| parts.iter().filter(|part| is_null(part)).count())
    };
    let several = list("type").is_some_and(|names| names.len() > 1);
    let nullable_type = list("type").is_some_and(|names| names.iter().any(|name| name == "null"));
    let null_value = list("enum").is_some_and(|values| values.iter().any(Value::is_null));
    let number = |keyword: &str| schema.get(keyword).is_some_and(Value::is_number);
    [
        ("several types", several),
        ("several types beside enum", several && has("enum")),
        (
            "several types beside bounds",
            several && (has("minimum") || has("maxLength")),
        ),
        ("null among types", nullable_type),
        (
            "null among types, enum without it",
            nullable_type && has("enum") && !null_value,
        ),
        (
            "null among values, not among types",
            null_value && has("type") && !nullable_type,
        ),
        (
            "null alone",
            schema.get("type").is_some_and(|kind| kind == "null"),
        ),
        ("const null", schema.get("const") == Some(&Value::Null)),
        ("const beside enum", has("const") && has("enum")),
        (
            "both lower bounds",
            has("minimum") && number("exclusiveMinimum"),
        ),
        (
            "both upper bounds",
            has("maximum") && number("exclusiveMaximum"),
        ),
        ("anyOf with null", nulls("anyOf") > 0),
        (
            "anyOf with null and siblings",
            nulls("anyOf") > 0 && schema.as_object().is_some_and(|it| it.len() > 1),
        ),
        ("oneOf with null", nulls("oneOf") > 0),
        ("oneOf with null twice", nulls("oneOf") > 1),
        (
            "a reference with siblings",
            has("$ref") && schema.as_object().is_some_and(|it| it.len() > 1),
        ),
        (
            "bare items",
            schema.get("items").is_some_and(Value::is_boolean),
        ),
        ("bare not", schema.get("not").is_some_and(Value::is_boolean)),
    ]
    .into_iter()
    .filter_map(|(name, is)| is.then_some(name))
    .collect()
}

/// How often each keyword and each trait occurs in as many documents as a law is tried on, drawn in
/// the same way.
fn count(dialect: Dialect, seed: u64) -> (BTreeMap<String, usize>, BTreeMap<&'static str, usize>) {
    let (mut keywords, mut found) = (BTreeMap::new(), BTreeMap::new());
    let mut runner = TestRunner::new(config(seed));
    let strategy = schemas(dialect);
    for _ in 0..CASES {
        let mut document = document(&strategy.new_tree(&mut runner).unwrap().current());
        let walked: Result<(), std::convert::Infallible> =
            walk::schemas_mut(&mut document, &mut |_, schema| {
                for keyword in schema.as_object().into_iter().flat_map(|it| it.keys()) {
                    *keywords.entry(keyword.clone()).or_default() += 1;
                }
                for name in traits(schema) {
                    *found.entry(name).or_default() += 1;
                }
                Ok(())
            });
        let Ok(()) = walked;
    }
    (keywords, found)
}

/// How often these have to hold what is rewritten; what is not, half as often.
const OFTEN: usize = 100;

#[test]
fn the_schemas_reach_every_row_that_is_not_refused() {
    let (new, traits) = count(Dialect::New, 0xc0f1);
    let (mixed, _) = count(Dialect::Mixed, 0xc0f3);
    for keyword in [Fate::Carried, Fate::Rewritten, Fate::LeftOut]
        .into_iter()
        .flat_map(with)
    {
        let counts = if keyword == "nullable" { &mixed } else { &new };
        let times = counts.get(keyword).copied().unwrap_or_default();
        let often = if with(Fate::Rewritten).any(|it| it == keyword) {
            OFTEN
        } else {
            OFTEN / 2
        };
        // `$schema` belongs to a document: the validator would take it for a switch of dialects.
        assert!(
            times >= often || keyword == "$schema",
            "`{keyword}`: {times}"
        );
    }
    assert_eq!(traits.len(), 18, "{traits:?}");
    for (name, times) in traits {
        assert!(times >= OFTEN, "{name}: {times}");
    }
}
