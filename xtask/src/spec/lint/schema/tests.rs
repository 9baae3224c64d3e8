//! The evaluator on each keyword of both versions.

use serde_json::json;

use super::*;

fn violations(root: &Value, schema: &Value, value: &Value) -> Vec<(String, String)> {
    Checker::new(root)
        .check(schema, value, Way::Either)
        .into_iter()
        .map(|violation| (violation.place, violation.message))
        .collect()
}

#[test]
fn every_keyword_takes_what_fits_and_refuses_the_rest() {
    let root = json!({"components": {"schemas": {
        "Text": {"type": "string"},
        "Tree": {"type": "object", "properties": {"below": {"type": "array", "items": {"$ref": "#/components/schemas/Tree"}}}, "required": ["name"]},
    }}});
    let text = json!({"$ref": "#/components/schemas/Text"});
    for (schema, good, bad) in [
        (json!({"type": "integer"}), json!(1.0), json!(1.5)),
        (json!({"type": ["string", "null"]}), json!(null), json!(1)),
        (
            json!({"type": "string", "nullable": true}),
            json!(null),
            json!(false),
        ),
        (
            json!({"$ref": "#/components/schemas/Text", "nullable": true}),
            json!(null),
            json!(1),
        ),
        (
            json!({"allOf": [text], "nullable": true}),
            json!(null),
            json!(1),
        ),
        (json!({"enum": [1, "a", null]}), json!(1.0), json!("b")),
        (
            json!({"const": {"a": 1}}),
            json!({"a": 1.0}),
            json!({"a": 2}),
        ),
        (
            json!({"minimum": 1, "exclusiveMinimum": true}),
            json!(1.1),
            json!(1),
        ),
        (json!({"exclusiveMinimum": 1}), json!(1.1), json!(1)),
        (
            json!({"maximum": 5, "exclusiveMaximum": 4}),
            json!(3),
            json!(4),
        ),
        (json!({"multipleOf": 0.01}), json!(0.29), json!(0.295)),
        (
            json!({"minLength": 2, "maxLength": 3}),
            json!("äöü"),
            json!("ä"),
        ),
        (json!({"pattern": "^[A-Z]+$"}), json!("AB"), json!("Ab")),
        (
            json!({"minItems": 1, "uniqueItems": true}),
            json!([1, 2]),
            json!([1, 1.0]),
        ),
        (json!({"items": text}), json!(["a"]), json!([1])),
        (
            json!({"prefixItems": [text], "items": {"type": "integer"}}),
            json!(["a", 1]),
            json!(["a", "b"]),
        ),
        (
            json!({"properties": {"a": text}, "additionalProperties": false}),
            json!({"a": ""}),
            json!({"b": ""}),
        ),
        (
            json!({"additionalProperties": text}),
            json!({"a": "x"}),
            json!({"a": 1}),
        ),
        (
            json!({"patternProperties": {"^n": {"type": "integer"}}}),
            json!({"n": 1}),
            json!({"n": ""}),
        ),
        (json!({"required": ["a"]}), json!({"a": null}), json!({})),
        (
            json!({"maxProperties": 1}),
            json!({"a": 1}),
            json!({"a": 1, "b": 1}),
        ),
        (
            json!({"anyOf": [text, {"type": "integer"}]}),
            json!(1),
            json!(true),
        ),
        (
            json!({"oneOf": [{"type": "number"}, {"type": "integer"}]}),
            json!(1.5),
            json!(1),
        ),
        (json!({"not": text}), json!(1), json!("a")),
        (
            json!({"if": text, "then": {"minLength": 2}, "else": {"minimum": 5}}),
            json!(5),
            json!("a"),
        ),
        (
            json!({"$ref": "#/components/schemas/Tree"}),
            json!({"name": 1, "below": [{"name": 2}]}),
            json!({"name": 1, "below": [{}]}),
        ),
        (
            json!({"format": "uuid", "type": "string"}),
            json!("904837e3-3b76-47ec-b432-046db621571b"),
            json!(""),
        ),
    ] {
        assert_eq!(violations(&root, &schema, &good), [], "{schema} {good}");
        assert_ne!(violations(&root, &schema, &bad), [], "{schema} {bad}");
    }
}

#[test]
fn a_violation_names_its_place() {
    let schema = json!({"type": "array", "items": {"properties": {"a/b": {"type": "string"}}}});
    let found = violations(&json!({}), &schema, &json!([{}, {"a/b": 7}]));
    assert_eq!(
        found,
        [(
            "/1/a~1b".to_owned(),
            "is `7` where the type is string".to_owned()
        )]
    );
}

#[test]
fn what_cannot_be_told_is_no_violation() {
    let root = json!({"components": {"schemas": {"Loop": {"allOf": [{"$ref": "#/components/schemas/Loop"}], "type": "string"}}}});
    for schema in [
        json!({"$ref": "#/components/schemas/Loop"}),
        json!({"$ref": "#/nowhere", "type": "string"}),
        json!({"pattern": "^(?!a)"}),
        json!({"type": "text"}),
        json!({"unknown": {"keyword": 1}}),
        json!(true),
    ] {
        assert_eq!(violations(&root, &schema, &json!("a")), [], "{schema}");
    }
}

#[test]
fn a_field_that_only_answers_have_may_be_absent_from_a_request() {
    let root = json!({});
    let schema = json!({"required": ["id"], "properties": {"id": {"readOnly": true}}});
    let checker = Checker::new(&root);
    assert_eq!(checker.check(&schema, &json!({}), Way::Sent), []);
    assert_eq!(checker.check(&schema, &json!({}), Way::Received).len(), 1);
}

#[test]
fn branches_that_multiply_are_given_up_in_time() {
    // Each level doubles the work.
    let mut schemas = Map::new();
    for level in 0..60 {
        let next = json!({"$ref": format!("#/s/{}", level + 1)});
        schemas.insert(level.to_string(), json!({"anyOf": [{"allOf": [next, {"type": "integer"}]}, {"allOf": [next, {"type": "integer"}]}]}));
    }
    schemas.insert("60".to_owned(), json!({"type": "integer"}));
    let root = json!({"s": schemas});
    assert_eq!(
        violations(&root, &json!({"$ref": "#/s/0"}), &json!("a")),
        []
    );
}
