//! Variants, and how they are told apart.

use serde_json::{Value, json};

use super::fixture::{after, lines};

const UNION: &str = "/components/schemas/OrderOrError";

#[test]
fn variants_come_and_go() {
    let error = "#/components/schemas/Error";
    let variants = "/x-union/variants";
    let variant = json!({"name": "Fee", "$ref": "#/x/Fee", "when": [["FEE"]]});
    let (branch, variant_at) = (format!("{UNION}/oneOf/9"), format!("{UNION}{variants}/9"));
    assert_eq!(
        after(&[
            (&branch, json!({"$ref": "#/x/Fee"})),
            (&variant_at, variant)
        ]),
        ["+ OrderOrError variant Fee (Fee)"],
    );
    let (branch, gone) = (format!("{UNION}/oneOf/1"), format!("{UNION}{variants}/1"));
    assert_eq!(
        after(&[(&branch, Value::Null), (&gone, Value::Null)]),
        ["- OrderOrError variant Error (Error)"],
    );
    for (step, value, line) in [
        (
            "/x-union/variants/0/$ref",
            json!(error),
            "~ OrderOrError variant Order: Order -> Error",
        ),
        (
            "/x-union/variants/0/key",
            json!("id"),
            "~ OrderOrError variant Order: recognised by nothing -> id",
        ),
        (
            "/x-union/variants/1/when/1",
            json!(["D", "E"]),
            "~ OrderOrError variant Error: now also when D/E",
        ),
        (
            "/x-union/variants/0/when",
            json!([]),
            "~ OrderOrError variant Order: no longer when A/B",
        ),
        (
            "/x-union/tagged-by",
            json!(["kind"]),
            "~ OrderOrError: told apart by tagged-by type, subtype -> tagged-by kind",
        ),
        (
            "/x-union",
            Value::Null,
            "~ OrderOrError: told apart by tagged-by type, subtype -> first match",
        ),
        (
            "/oneOf/9",
            json!({"type": "string"}),
            "+ OrderOrError variant string",
        ),
        ("/nullable", json!(true), "~ OrderOrError: now nullable"),
    ] {
        assert_eq!(after(&[(&format!("{UNION}{step}"), value)]), [line]);
    }
}

#[test]
fn unions_without_tags_are_compared_by_branch() {
    let union = |branches: Value, keyword: &str| json!({"components": {"schemas": {"U": {keyword: branches}}}});
    let object = |kind: &str| json!({"type": "object", "properties": {"a": {"type": kind}}});
    let old = union(json!([{"type": "string"}, object("string")]), "oneOf");
    let new = union(json!([object("integer"), {"type": "boolean"}]), "anyOf");
    assert_eq!(
        lines(&old, &new),
        [
            "~ U: oneOf -> anyOf",
            "+ U variant boolean",
            "~ U variant object.a: string -> integer",
            "- U variant string",
        ],
    );
}
