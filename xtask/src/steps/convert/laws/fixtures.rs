//! The adapter by example: each rule with values that fit and values that do not.

use serde_json::{Map, Value, json};

use super::adapter::{Siblings, adapt};
use super::judge::judge;

/// A schema of 3.0, values that fit it, values that do not.
type Fixture = (Value, &'static [&'static str], &'static [&'static str]);

/// Where the adapter has something to do.
fn adapted() -> Vec<Fixture> {
    vec![
        // Null beside a type.
        (
            json!({"type": "string", "nullable": true}),
            &["null", r#""a""#],
            &["1", "[]"],
        ),
        (
            json!({"type": "array", "items": {"type": "integer", "nullable": true}}),
            &["[null]", "[1, null]", "[1.0]"],
            &["null", r#"["a"]"#],
        ),
        (
            json!({"type": "object", "properties": {"a": {"type": "boolean", "nullable": true}}}),
            &[r#"{"a": null}"#, r#"{"a": true}"#, "{}"],
            &[r#"{"a": 1}"#],
        ),
        (
            json!({"type": "object", "additionalProperties": {"type": "string", "nullable": true}}),
            &[r#"{"a": null}"#],
            &[r#"{"a": 1}"#],
        ),
        // Our reading: whatever else the schema says.
        (
            json!({"type": "string", "enum": ["a"], "nullable": true}),
            &["null", r#""a""#],
            &[r#""b""#],
        ),
        (
            json!({"enum": ["a"], "nullable": true}),
            &["null", r#""a""#],
            &[r#""b""#],
        ),
        (
            json!({"allOf": [{"$ref": "#/components/schemas/Text"}], "nullable": true}),
            &["null", r#""ab""#],
            &[r#""a""#, "1"],
        ),
        (
            json!({"oneOf": [{"type": "string"}, {"type": "integer"}], "nullable": true}),
            &["null", r#""a""#, "1"],
            &["1.5"],
        ),
        (
            json!({"anyOf": [{"type": "string", "nullable": true}, {"type": "integer"}]}),
            &["null", "1"],
            &["true"],
        ),
        (
            json!({"allOf": [{"type": "string", "nullable": true}, {"type": "integer", "nullable": true}]}),
            &["null"],
            &[r#""a""#, "1"],
        ),
        (
            json!({"not": {"type": "string", "nullable": true}}),
            &["1"],
            &["null", r#""a""#],
        ),
        // Bounds with a flag.
        (
            json!({"minimum": 1, "exclusiveMinimum": true}),
            &["1.5", "2", "null"],
            &["1", "1.0", "0"],
        ),
        (
            json!({"maximum": 1, "exclusiveMaximum": true}),
            &["0", "0.5", r#""a""#],
            &["1", "2"],
        ),
        (
            json!({"minimum": 1, "exclusiveMinimum": false, "maximum": 2, "exclusiveMaximum": false}),
            &["1", "2"],
            &["0", "3"],
        ),
        (
            json!({"exclusiveMinimum": true, "exclusiveMaximum": true, "type": "number"}),
            &["-1", "0", "1"],
            &["null"],
        ),
        // What stands beside a reference.
        (
            json!({"$ref": "#/components/schemas/Text", "maxLength": 2}),
            &[r#""ab""#, r#""abc""#],
            &["1", r#""a""#],
        ),
        (
            json!({"$ref": "#/components/schemas/Text", "nullable": true, "enum": ["ab"]}),
            &[r#""abc""#],
            &["null"],
        ),
        (
            json!({"$ref": "#/components/schemas/Maybe"}),
            &["null", r#""a""#],
            &["1"],
        ),
    ]
}

/// Where both dialects say the same.
fn shared() -> Vec<Fixture> {
    vec![
        (json!({}), &["null", "1", "{}"], &[]),
        (
            json!({"type": "string", "nullable": false}),
            &[r#""a""#],
            &["null"],
        ),
        (
            json!({"enum": [null, "a"]}),
            &["null", r#""a""#],
            &[r#""b""#],
        ),
        (json!({"type": "string", "enum": [null]}), &[], &["null"]),
        (json!({"type": "integer"}), &["1", "1.0"], &["1.5", "null"]),
        (
            json!({"type": "object", "additionalProperties": false, "properties": {"a": {}}}),
            &["{}", r#"{"a": 1}"#],
            &[r#"{"b": 1}"#],
        ),
        (json!({"not": {}}), &[], &["null", "1"]),
        // The mark concerns the schema in which it stands.
        (
            json!({"allOf": [{"type": "string", "nullable": true}, {"type": "string"}]}),
            &[r#""a""#],
            &["null"],
        ),
    ]
}

fn schemas(schema: &Value) -> Map<String, Value> {
    Map::from_iter([
        ("A".to_owned(), schema.clone()),
        ("Text".to_owned(), json!({"type": "string", "minLength": 2})),
        (
            "Maybe".to_owned(),
            json!({"type": "string", "nullable": true}),
        ),
    ])
}

/// The values that `schemas` judge otherwise than the fixture says.
fn wrong(schemas: &Map<String, Value>, (_, fit, unfit): &Fixture) -> Result<Vec<String>, String> {
    let judge = judge(schemas, "A")?;
    let expected = fit
        .iter()
        .map(|it| (it, true))
        .chain(unfit.iter().map(|it| (it, false)));
    Ok(expected
        .filter(|(text, fits)| {
            let value: Value = serde_json::from_str(text).unwrap();
            judge.is_valid(&value) != *fits
        })
        .map(|(text, _)| (*text).to_owned())
        .collect())
}

#[test]
fn what_is_adapted_is_judged_as_3_0_means_it() {
    for fixture in adapted() {
        let as_written = schemas(&fixture.0);
        let found = wrong(&adapt(&as_written, Siblings::Ignored), &fixture);
        assert_eq!(found, Ok(Vec::new()), "{}", fixture.0);
        // Read as 2020-12 it is no schema, or another one: so the fixture holds the adapter.
        let found = wrong(&as_written, &fixture);
        assert!(found != Ok(Vec::new()), "{} needs no adapter", fixture.0);
    }
}

#[test]
fn what_both_dialects_say_is_left_alone() {
    for fixture in shared() {
        let as_written = schemas(&fixture.0);
        for schemas in [&as_written, &adapt(&as_written, Siblings::Ignored)] {
            assert_eq!(wrong(schemas, &fixture), Ok(Vec::new()), "{}", fixture.0);
        }
    }
}

#[test]
fn what_is_meant_beside_a_reference_counts_in_what_is_read() {
    let beside = |keyword: &str, value: Value| json!({ "$ref": "#/components/schemas/Text", keyword: value });
    let fixtures: [Fixture; 2] = [
        (
            beside("maxLength", json!(2)),
            &[r#""ab""#],
            &[r#""abc""#, r#""a""#],
        ),
        (
            beside("nullable", json!(true)),
            &["null", r#""ab""#],
            &["1", r#""a""#],
        ),
    ];
    for fixture in fixtures {
        let schemas = schemas(&fixture.0);
        let found = wrong(&adapt(&schemas, Siblings::Meant), &fixture);
        assert_eq!(found, Ok(Vec::new()), "{}", fixture.0);
        let found = wrong(&adapt(&schemas, Siblings::Ignored), &fixture);
        assert!(found != Ok(Vec::new()), "{} holds nothing", fixture.0);
    }
}
