//! One minimal pair for each rule about a schema, sent and answered.

use serde_json::{Value, json};

use super::fixture::{diff, lines, with};

const B: &str = "breaking";
const C: &str = "compatible";

/// Old, new, kind, class where it is sent, class where it is answered, place.
type Row = (
    Value,
    Value,
    &'static str,
    &'static str,
    &'static str,
    &'static str,
);

fn of(property: Value) -> Value {
    json!({ "type": "object", "required": ["k"], "properties": { "k": { "type": "string" }, "p": property } })
}

fn rows() -> Vec<Row> {
    let reference = |name: &str| json!({ "$ref": format!("#/components/schemas/{name}") });
    let object = |properties: Value| json!({ "type": "object", "properties": properties });
    let text = || json!({ "type": "string" });
    let number = |key: &str, value: Value| of(json!({ "type": "number", key: value }));
    let string = |key: &str, value: Value| of(json!({ "type": "string", key: value }));
    vec![
        // Properties and required names.
        (
            object(json!({ "a": text() })),
            object(json!({ "a": text(), "b": text() })),
            "property-added",
            C,
            C,
            "T.b",
        ),
        (
            object(json!({ "a": text(), "b": text() })),
            object(json!({ "a": text() })),
            "property-removed",
            B,
            B,
            "T.b",
        ),
        (
            object(json!({ "a": text(), "order_type": text() })),
            object(json!({ "a": text(), "orderType": text() })),
            "property-renamed",
            B,
            B,
            "T.orderType",
        ),
        (
            object(json!({ "a": text() })),
            json!({ "type": "object", "required": ["b"], "properties": { "a": text(), "b": text() } }),
            "property-added",
            B,
            C,
            "T.b",
        ),
        (
            object(json!({ "a": text() })),
            json!({ "type": "object", "required": ["a"], "properties": { "a": text() } }),
            "required-added",
            B,
            C,
            "T.a",
        ),
        (
            json!({ "type": "object", "required": ["a"], "properties": { "a": text() } }),
            object(json!({ "a": text() })),
            "required-removed",
            C,
            B,
            "T.a",
        ),
        (
            json!({ "type": "object", "required": ["a", "z"], "properties": { "a": text() } }),
            json!({ "type": "object", "required": ["a"], "properties": { "a": text() } }),
            "required-removed",
            C,
            B,
            "T",
        ),
        // Null.
        (
            of(text()),
            of(json!({ "type": ["string", "null"] })),
            "nullable-added",
            C,
            B,
            "T.p",
        ),
        (
            of(json!({ "type": ["string", "null"] })),
            of(text()),
            "nullable-removed",
            B,
            C,
            "T.p",
        ),
        (
            of(reference("Other")),
            of(json!({ "anyOf": [reference("Other"), { "type": "null" }] })),
            "nullable-added",
            C,
            B,
            "T.p",
        ),
        (
            of(json!({ "allOf": [reference("Other")], "nullable": true })),
            of(reference("Other")),
            "nullable-removed",
            B,
            C,
            "T.p",
        ),
        // Types and formats.
        (
            of(text()),
            of(json!({ "type": "integer" })),
            "type-changed",
            B,
            B,
            "T.p",
        ),
        (
            of(json!({ "type": "integer" })),
            of(json!({ "type": "number" })),
            "type-changed",
            B,
            B,
            "T.p",
        ),
        (
            of(reference("Other")),
            of(json!({ "type": "array", "items": reference("Other") })),
            "type-changed",
            B,
            B,
            "T.p",
        ),
        (
            of(text()),
            of(json!({ "type": ["string", "number"] })),
            "type-widened",
            C,
            B,
            "T.p",
        ),
        (
            of(json!({ "type": ["string", "number"] })),
            of(text()),
            "type-narrowed",
            B,
            C,
            "T.p",
        ),
        (of(json!({})), of(text()), "type-narrowed", B, C, "T.p"),
        (
            of(reference("Other")),
            of(reference("Third")),
            "type-replaced",
            B,
            B,
            "T.p",
        ),
        (
            of(text()),
            string("format", json!("date")),
            "format-changed",
            B,
            B,
            "T.p",
        ),
        (
            string("format", json!("date")),
            string("format", json!("date-time")),
            "format-changed",
            B,
            B,
            "T.p",
        ),
        (
            of(json!({ "type": "array", "items": text() })),
            of(json!({ "type": "array", "items": { "type": "integer" } })),
            "type-changed",
            B,
            B,
            "T.p[]",
        ),
        (
            of(json!({ "type": "object", "additionalProperties": text() })),
            of(json!({ "type": "object", "additionalProperties": { "type": "integer" } })),
            "type-changed",
            B,
            B,
            "T.p{}",
        ),
        // Values.
        (
            string("enum", json!(["a", "b"])),
            string("enum", json!(["a", "b", "c"])),
            "enum-value-added",
            C,
            C,
            "T.p",
        ),
        (
            string("enum", json!(["a", "b"])),
            string("enum", json!(["a"])),
            "enum-value-removed",
            B,
            B,
            "T.p",
        ),
        (
            string("const", json!("a")),
            string("enum", json!(["a", "b"])),
            "enum-value-added",
            C,
            C,
            "T.p",
        ),
        (
            of(text()),
            string("enum", json!(["a", "b"])),
            "enum-introduced",
            B,
            C,
            "T.p",
        ),
        (
            string("enum", json!(["a", "b"])),
            of(text()),
            "enum-lifted",
            C,
            C,
            "T.p",
        ),
        // Bounds.
        (
            string("maxLength", json!(9)),
            string("maxLength", json!(8)),
            "bound-tightened",
            B,
            C,
            "T.p",
        ),
        (
            string("maxLength", json!(9)),
            string("maxLength", json!(10)),
            "bound-loosened",
            C,
            C,
            "T.p",
        ),
        (
            of(text()),
            string("minLength", json!(1)),
            "bound-tightened",
            B,
            C,
            "T.p",
        ),
        (
            string("minLength", json!(1)),
            of(text()),
            "bound-loosened",
            C,
            C,
            "T.p",
        ),
        (
            number("minimum", json!(0)),
            number("exclusiveMinimum", json!(0)),
            "bound-tightened",
            B,
            C,
            "T.p",
        ),
        (
            number("minimum", json!(1)),
            number("minimum", json!(0)),
            "bound-loosened",
            C,
            C,
            "T.p",
        ),
        (
            number("multipleOf", json!(2)),
            number("multipleOf", json!(1)),
            "bound-loosened",
            C,
            C,
            "T.p",
        ),
        (
            of(text()),
            string("pattern", json!("^a$")),
            "bound-tightened",
            B,
            C,
            "T.p",
        ),
        (
            string("pattern", json!("^a$")),
            of(text()),
            "bound-loosened",
            C,
            C,
            "T.p",
        ),
        (
            of(json!({ "type": "array", "items": text() })),
            of(json!({ "type": "array", "items": text(), "uniqueItems": true })),
            "bound-tightened",
            B,
            C,
            "T.p",
        ),
        (
            object(json!({ "a": text() })),
            json!({ "type": "object", "properties": { "a": text() }, "additionalProperties": false }),
            "bound-tightened",
            B,
            C,
            "T",
        ),
        // Meaning.
        (
            string("default", json!("a")),
            string("default", json!("b")),
            "default-changed",
            B,
            C,
            "T.p",
        ),
        (
            of(text()),
            string("readOnly", json!(true)),
            "read-only-added",
            B,
            C,
            "T.p",
        ),
        (
            of(text()),
            string("writeOnly", json!(true)),
            "write-only-added",
            C,
            B,
            "T.p",
        ),
        (
            string("readOnly", json!(true)),
            of(text()),
            "access-loosened",
            C,
            C,
            "T.p",
        ),
        (
            of(text()),
            of(json!({ "type": "string", "not": { "const": "a" } })),
            "keyword-changed",
            B,
            B,
            "T.p",
        ),
        // Unions.
        (
            of(json!({ "oneOf": [reference("Other"), text()] })),
            of(json!({ "oneOf": [text(), reference("Other"), reference("Third")] })),
            "variant-added",
            C,
            C,
            "T.p",
        ),
        (
            of(json!({ "oneOf": [reference("Other"), reference("Third")] })),
            of(reference("Other")),
            "variant-removed",
            B,
            B,
            "T.p",
        ),
        (
            of(reference("Other")),
            of(json!({ "anyOf": [reference("Third"), reference("Other")] })),
            "variant-added",
            C,
            B,
            "T.p",
        ),
        (
            of(json!({ "anyOf": [reference("Other"), reference("Third")] })),
            of(json!({ "oneOf": [reference("Other"), reference("Third")] })),
            "bound-tightened",
            B,
            C,
            "T.p",
        ),
        // Deprecation.
        (
            of(text()),
            string("deprecated", json!(true)),
            "deprecated",
            "deprecation",
            "deprecation",
            "T.p",
        ),
        (
            string("deprecated", json!(true)),
            of(text()),
            "deprecation-withdrawn",
            "deprecation",
            "deprecation",
            "T.p",
        ),
    ]
}

#[test]
fn each_rule_has_its_minimal_pair() {
    for (old, new, kind, sent, answered, place) in rows() {
        for (is_sent, class) in [(true, sent), (false, answered)] {
            let pair = (
                with(old.clone(), is_sent, !is_sent),
                with(new.clone(), is_sent, !is_sent),
            );
            assert_eq!(
                lines(&pair.0, &pair.1),
                [format!("{kind} {class} {place}")],
                "{old} -> {new}"
            );
            let change = &diff(&pair.0, &pair.1).changes[0];
            assert!(!change.reason.is_empty() && !change.text.is_empty());
            let pointers = [&change.old, &change.new];
            let mut there = pointers.into_iter().flatten();
            assert!(
                there.all(|pointer| pointer.starts_with("#/components/schemas/T")),
                "{pointers:?}"
            );
            let operation = if is_sent { "POST /t" } else { "GET /t" };
            assert_eq!(Vec::from_iter(&change.operations), [operation]);
        }
    }
}

#[test]
fn what_travels_both_ways_is_judged_by_the_graver_way() {
    for (old, new, kind, sent, answered, place) in rows() {
        let class = if sent == B { sent } else { answered };
        for used in [true, false] {
            let pair = (with(old.clone(), used, used), with(new.clone(), used, used));
            let expected = [format!("{kind} {class} {place}")];
            assert_eq!(lines(&pair.0, &pair.1), expected, "{old} -> {new}");
        }
    }
}

#[test]
fn pointers_lead_to_what_changed() {
    let old = with(
        of(json!({ "type": "string", "enum": ["a", "b"] })),
        true,
        false,
    );
    let new = with(
        of(json!({ "type": "string", "enum": ["b", "c"] })),
        true,
        false,
    );
    let diff = diff(&old, &new);
    let pointers: Vec<_> = diff
        .changes
        .iter()
        .map(|change| (change.old.as_deref(), change.new.as_deref()))
        .collect();
    let at = "#/components/schemas/T/properties/p/enum";
    assert_eq!(
        pointers,
        [
            (Some(format!("{at}/0").as_str()), None),
            (None, Some(format!("{at}/1").as_str())),
        ]
    );
}

#[test]
fn an_object_that_became_a_union_still_tells_of_its_properties() {
    let old = json!({ "type": "object", "properties": { "a": { "type": "string" }, "b": { "type": "string" } } });
    let new = json!({ "oneOf": [
        { "type": "object", "properties": { "a": { "type": "string" } } },
        { "type": "object", "properties": { "c": { "type": "string" } } },
    ] });
    assert_eq!(
        lines(&with(old, true, false), &with(new, true, false)),
        [
            "type-changed breaking T",
            "property-removed breaking T.b",
            "property-added compatible T.c",
        ]
    );
}
