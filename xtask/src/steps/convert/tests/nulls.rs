//! Null by example: where it is marked, where it is taken off, and where it stays.

use serde_json::json;

use super::super::convert;
use super::{converted, document};

/// What is marked, what null is taken from, and what stays because neither would be right.
#[test]
fn null_fits_after_where_it_fitted_before() {
    let none = json!({"enum": [null], "nullable": true});
    let maybe = json!({"anyOf": [{"type": "string"}, {"type": "null"}]});
    let b = json!({"$ref": "#/components/schemas/B"});
    let beyond = json!({"$ref": "#/components/schemas/Z"});
    for (new, old) in [
        (json!({"type": "null"}), none.clone()),
        (
            json!({"const": null, "title": "t"}),
            json!({"enum": [null], "nullable": true, "title": "t"}),
        ),
        (
            json!({"type": ["string", "null"], "enum": [null]}),
            none.clone(),
        ),
        (json!({"anyOf": [{"type": "null"}]}), none.clone()),
        (
            json!({"type": "array", "items": {"type": "null"}}),
            json!({"type": "array", "items": none}),
        ),
        // Refused by one keyword, whatever another lists.
        (
            json!({"type": ["string", "null"], "enum": ["x"]}),
            json!({"type": "string", "enum": ["x"]}),
        ),
        (
            json!({"type": "string", "enum": ["x", null]}),
            json!({"type": "string", "enum": ["x"]}),
        ),
        (
            json!({"type": "string", "enum": [null]}),
            json!({"type": "string", "enum": [null]}),
        ),
        (
            json!({"type": ["string", "null"], "not": {"type": "null"}}),
            json!({"type": "string", "not": none}),
        ),
        (
            json!({"type": "null", "enum": ["x"]}),
            json!({"enum": ["x"], "allOf": [none]}),
        ),
        (
            json!({"$ref": "#/components/schemas/B", "type": ["string", "null"]}),
            json!({"allOf": [b], "type": "string"}),
        ),
        (
            json!({"type": "string", "anyOf": [{"minLength": 2}, {"type": "null"}]}),
            json!({"type": "string", "minLength": 2}),
        ),
        // Twice the same: null fits two branches of the one that it may fit.
        (
            json!({"oneOf": [maybe, {"type": "null"}]}),
            json!({"oneOf": [{"type": "string", "nullable": true}, none]}),
        ),
        (
            json!({"oneOf": [{"type": "null"}, b, {"type": "null"}]}),
            json!({"allOf": [b]}),
        ),
        // It depends on a schema that is elsewhere.
        (
            json!({"$ref": "#/components/schemas/Z", "type": ["string", "null"]}),
            json!({"allOf": [beyond, {"type": "string", "nullable": true}]}),
        ),
        (
            json!({"$ref": "#/components/schemas/Z", "type": "null"}),
            json!({"allOf": [beyond, none]}),
        ),
        (
            json!({"oneOf": [beyond, {"type": "null"}]}),
            json!({"oneOf": [beyond, none]}),
        ),
        (
            json!({"anyOf": [beyond, {"type": "null"}]}),
            json!({"allOf": [beyond], "nullable": true}),
        ),
        // A part that is left alone moves up only where it means the same.
        (
            json!({"anyOf": [{"minLength": 3}, {"type": "null"}], "minLength": 1}),
            json!({"allOf": [{"minLength": 3}], "minLength": 1, "nullable": true}),
        ),
        (
            json!({"type": ["string", "null"], "anyOf": [{"minLength": 3}, {"type": "null"}], "minLength": 1}),
            json!({"type": "string", "minLength": 1, "allOf": [{"minLength": 3}], "nullable": true}),
        ),
        (
            json!({"anyOf": [b, {"type": "null"}], "allOf": [{}]}),
            json!({"allOf": [{}, b], "nullable": true}),
        ),
        (
            json!({"oneOf": [{"type": "object", "additionalProperties": false}, {"type": "null"}], "properties": {"p": {}}}),
            json!({"allOf": [{"type": "object", "additionalProperties": false}], "properties": {"p": {}}, "nullable": true}),
        ),
    ] {
        assert_eq!(converted(new.clone()), old, "{new}");
    }
}

#[test]
fn what_cannot_be_settled_about_null_is_left_to_its_parts() {
    let of = |next: &str| json!({"type": ["string", "null"], "allOf": [{"$ref": format!("#/components/schemas/{next}")}]});
    let apart = |next: &str| {
        json!({"allOf": [
            {"$ref": format!("#/components/schemas/{next}")},
            {"type": "string", "nullable": true},
        ]})
    };
    // It depends on itself.
    assert_eq!(converted(of("A")), apart("A"));
    // It would take more of the stack than there may be.
    let mut long = document(json!({}));
    let schemas = long["components"]["schemas"].as_object_mut().unwrap();
    for number in 0..3_000 {
        schemas.insert(format!("N{number:04}"), of(&format!("N{:04}", number + 1)));
    }
    schemas.insert("N3000".to_owned(), json!({"type": "string"}));
    convert("x.json", &mut long).unwrap();
    let schemas = &long["components"]["schemas"];
    assert_eq!(schemas["N0000"], apart("N0001"));
    // From here the end is near enough to be reached.
    assert_eq!(
        schemas["N2999"],
        json!({"type": "string", "allOf": [{"$ref": "#/components/schemas/N3000"}]})
    );
}
