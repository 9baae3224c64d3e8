//! Named types, their properties and values.

use serde_json::{Value, json};

use super::fixture::{after, document, lines, set};

const ORDER: &str = "/components/schemas/Order";
const STATUS: &str = "/components/schemas/OrderStatus";

/// Like [`after`], for one edit inside a type.
fn edited(schema: &str, step: &str, value: Value) -> Vec<String> {
    after(&[(&format!("{schema}{step}"), value)])
}

/// The fixture with one type under another name, wherever it is referred to.
fn renamed(document: &Value, from: &str, to: &str) -> Value {
    let reference = |name: &str| format!("\"#/components/schemas/{name}\"");
    let text = document
        .to_string()
        .replace(&reference(from), &reference(to));
    let mut document: Value = serde_json::from_str(&text).unwrap();
    let schemas = document
        .pointer_mut("/components/schemas")
        .unwrap()
        .as_object_mut()
        .unwrap();
    let schema = schemas.remove(from).unwrap();
    schemas.insert(to.to_owned(), schema);
    document
}

#[test]
fn types_come_and_go() {
    let mut edits = vec![];
    let schema = |name: &str| format!("/components/schemas/{name}");
    edits.push((
        schema("A"),
        json!({"type": "object", "properties": {"a": {}}}),
    ));
    edits.push((
        schema("B"),
        json!({"type": "string", "enum": ["x", "y"], "nullable": true}),
    ));
    edits.push((schema("C"), json!({"oneOf": [{}, {}]})));
    edits.push((
        schema("D"),
        json!({"type": "array", "items": {"type": "integer"}}),
    ));
    edits.push((
        schema("E"),
        json!({"type": "string", "x-comma-list": {"type": "string"}}),
    ));
    edits.push((schema("Statuses"), Value::Null));
    let edits: Vec<_> = edits
        .iter()
        .map(|(at, value)| (at.as_str(), value.clone()))
        .collect();
    assert_eq!(
        after(&edits),
        [
            "+ schema A (object, 1 property)",
            "+ schema B (enum, 2 values, nullable)",
            "+ schema C (union, 2 variants)",
            "+ schema D ([integer])",
            "+ schema E (comma-list of string)",
            "- schema Statuses",
        ],
    );
}

#[test]
fn a_renamed_type_is_one_change() {
    let mut new = renamed(&document(), "Order", "Position");
    new["components"]["schemas"]["Position"]["description"] = json!("A position.");
    assert_eq!(
        lines(&document(), &new),
        [
            "~ schema Order renamed to Position",
            "~ prose changed in 1 place"
        ],
    );
}

#[test]
fn types_that_refer_to_each_other_are_renamed_together() {
    let new = renamed(&document(), "Order", "A");
    let new = renamed(&new, "OrderStatus", "Z");
    let mut new = renamed(&new, "OrderOrError", "B");
    set(
        &mut new,
        "/components/schemas/Z/x-document-name",
        Value::Null,
    );
    assert_eq!(
        lines(&document(), &new),
        [
            "~ schema Order renamed to A",
            "~ schema OrderOrError renamed to B",
            "~ schema OrderStatus renamed to Z",
            "~ schema renamed in the document: order_status -> Z",
        ],
    );
}

#[test]
fn what_the_document_calls_the_same_is_the_same() {
    let mut new = renamed(&document(), "OrderStatus", "Status");
    set(
        &mut new,
        "/components/schemas/Status/enum/9",
        json!("frozen"),
    );
    assert_eq!(
        lines(&document(), &new),
        [
            "~ schema OrderStatus renamed to Status",
            r#"+ Status value "frozen""#
        ],
    );
}

#[test]
fn the_document_renames_a_type() {
    assert_eq!(
        edited(STATUS, "/x-document-name", json!("status")),
        ["~ schema renamed in the document: order_status -> status"],
    );
    assert_eq!(
        edited(ORDER, "/x-document-name", json!("order")),
        ["~ schema renamed in the document: Order -> order"],
    );
}

#[test]
fn properties_come_and_go() {
    let property = json!({"type": "string", "format": "decimal"});
    assert_eq!(
        edited(ORDER, "/properties/newfield", property.clone()),
        ["+ Order.newfield: string(decimal)"],
    );
    let (at, required) = (
        format!("{ORDER}/properties/fee"),
        format!("{ORDER}/required/9"),
    );
    assert_eq!(
        after(&[(&at, property), (&required, json!("fee"))]),
        ["+ Order.fee: string(decimal), required"],
    );
    let (at, required) = (
        format!("{ORDER}/properties/qty"),
        format!("{ORDER}/required/1"),
    );
    assert_eq!(
        after(&[(&at, Value::Null), (&required, Value::Null)]),
        ["- Order.qty"]
    );
}

#[test]
fn properties_change() {
    for (step, value, line) in [
        (
            "qty",
            json!({"type": "integer"}),
            "~ Order.qty: string(decimal) -> integer",
        ),
        ("qty/nullable", json!(true), "~ Order.qty: now nullable"),
        (
            "legs/nullable",
            json!(false),
            "~ Order.legs: no longer nullable",
        ),
        (
            "legs/items/$ref",
            json!("#/x/Leg"),
            "~ Order.legs: [Order]? -> [Leg]?",
        ),
        (
            "legs/minItems",
            json!(2),
            "~ Order.legs: minItems added (2)",
        ),
        (
            "notes/additionalProperties/items/type",
            json!("integer"),
            "~ Order.notes: {[string]} -> {[integer]}",
        ),
        (
            "notes/additionalProperties/items/pattern",
            json!("x"),
            r#"~ Order.notes{}[]: pattern added ("x")"#,
        ),
        (
            "terms/properties/tier/type",
            json!("string"),
            "~ Order.terms.tier: integer -> string",
        ),
        (
            "terms/properties/tier/minimum",
            json!(2),
            "~ Order.terms.tier: minimum 1 -> 2",
        ),
        (
            "terms/additionalProperties",
            json!(false),
            "~ Order.terms: other properties unsaid -> none",
        ),
        (
            "status",
            json!({"allOf": [{"$ref": "#/components/schemas/OrderStatus"}], "nullable": true}),
            "~ Order.status: now nullable",
        ),
        (
            "status",
            json!({"type": "string"}),
            "~ Order.status: OrderStatus -> string",
        ),
        ("status", json!({}), "~ Order.status: OrderStatus -> any"),
        ("id/deprecated", json!(true), "~ Order.id: now deprecated"),
    ] {
        let mut lines = edited(ORDER, &format!("/properties/{step}"), value);
        lines.retain(|line| !line.starts_with("~ prose"));
        assert_eq!(lines, [line]);
    }
    assert_eq!(
        edited(ORDER, "/required", json!(["id", "qty", "status"])),
        ["~ Order.status: now required",]
    );
    assert_eq!(
        edited(ORDER, "/required", json!(["id"])),
        ["~ Order.qty: no longer required"]
    );
}

#[test]
fn values_come_and_go() {
    assert_eq!(
        edited(STATUS, "/enum", json!(["new", "filled", "frozen", null])),
        [
            r#"- OrderStatus value "held""#,
            r#"+ OrderStatus value "frozen""#,
            "+ OrderStatus value null",
        ],
    );
}

#[test]
fn parts_make_up_one_type() {
    let all = |kind: &str| {
        let part = json!({"type": "object", "properties": {"a": {"type": kind}}});
        json!({"components": {"schemas": {"P": {"allOf": [{"$ref": "#/x/Base"}, part]}}}})
    };
    assert_eq!(
        lines(&all("string"), &all("integer")),
        ["~ P.a: string -> integer"]
    );
}

#[test]
fn comma_lists_change() {
    assert_eq!(
        edited(
            "/components/schemas/Statuses",
            "/x-comma-list",
            json!({"type": "string"})
        ),
        ["~ Statuses: comma-list item OrderStatus -> string"],
    );
    assert_eq!(
        edited("/components/schemas/Statuses", "/x-comma-list", Value::Null),
        ["~ Statuses: comma-list -> string(comma-list)"],
    );
}
