//! Every row of the conversion's table, and every keyword that it refuses.

use serde_json::{Value, json};

use super::convert;

fn document(schema: Value) -> Value {
    json!({
        "openapi": "3.1.0",
        "info": {"title": "T", "version": "1", "summary": "s"},
        "paths": {"/a": {"get": {"operationId": "a", "responses": {"200": {}}}}},
        "components": {"schemas": {"A": schema, "B": {"type": "string"}}},
    })
}

fn converted(schema: Value) -> Value {
    let mut document = document(schema);
    convert("x.json", &mut document).unwrap();
    assert_eq!(document["openapi"], json!("3.0.3"));
    let once = document.clone();
    convert("x.json", &mut document).unwrap();
    assert_eq!(document, once, "a second conversion changed something");
    document["components"]["schemas"]["A"].clone()
}

#[test]
fn what_both_versions_can_say_is_rewritten() {
    let b = json!({"$ref": "#/components/schemas/B"});
    for (new, old) in [
        (
            json!({"type": ["string", "null"]}),
            json!({"type": "string", "nullable": true}),
        ),
        (
            json!({"type": ["null", "string"], "format": "date"}),
            json!({"type": "string", "format": "date", "nullable": true}),
        ),
        (json!({"type": ["string"]}), json!({"type": "string"})),
        (
            json!({"type": ["string", "integer"], "description": "d"}),
            json!({"anyOf": [{"type": "string"}, {"type": "integer"}], "description": "d"}),
        ),
        (
            json!({"type": ["array", "null"], "items": {"type": ["number", "null"]}}),
            json!({"type": "array", "nullable": true, "items": {"type": "number", "nullable": true}}),
        ),
        (
            json!({"anyOf": [b, {"type": "null"}]}),
            json!({"allOf": [b], "nullable": true}),
        ),
        (
            json!({"oneOf": [{"type": "null"}, {"type": "string"}]}),
            json!({"type": "string", "nullable": true}),
        ),
        (
            json!({"oneOf": [b, {"type": "integer"}, {"type": "null"}]}),
            json!({"oneOf": [b, {"type": "integer"}], "nullable": true}),
        ),
        (
            json!({"const": "x", "type": "string"}),
            json!({"enum": ["x"], "type": "string"}),
        ),
        (
            json!({"enum": ["x", null], "type": ["string", "null"]}),
            json!({"enum": ["x"], "type": "string", "nullable": true}),
        ),
        (
            json!({"type": "number", "exclusiveMinimum": 0, "exclusiveMaximum": 1}),
            json!({"type": "number", "minimum": 0, "exclusiveMinimum": true, "maximum": 1, "exclusiveMaximum": true}),
        ),
        (
            json!({"$ref": "#/components/schemas/B", "description": "d"}),
            json!({"allOf": [b], "description": "d"}),
        ),
        (
            json!({"type": "string", "contentEncoding": "base64"}),
            json!({"type": "string", "format": "byte"}),
        ),
        (
            json!({"type": "string", "contentMediaType": "application/octet-stream"}),
            json!({"type": "string", "format": "binary"}),
        ),
        (
            json!({"type": "object", "properties": {"any": true}, "examples": [1], "$comment": "c"}),
            json!({"type": "object", "properties": {"any": {}}}),
        ),
        (
            json!({"type": "array", "items": true}),
            json!({"type": "array", "items": {}}),
        ),
        // A property may have any name, also that of a keyword.
        (
            json!({"type": "object", "properties": {"examples": {"type": "string"}, "const": {"type": ["integer", "null"]}}}),
            json!({"type": "object", "properties": {"examples": {"type": "string"}, "const": {"type": "integer", "nullable": true}}}),
        ),
    ] {
        assert_eq!(converted(new.clone()), old, "{new}");
    }
}

#[test]
fn a_keyword_without_a_form_in_the_old_version_is_named_with_its_place() {
    for keyword in [
        "if",
        "then",
        "else",
        "prefixItems",
        "contains",
        "patternProperties",
        "propertyNames",
        "dependentRequired",
        "dependentSchemas",
        "unevaluatedItems",
        "$defs",
        "$dynamicRef",
        "$anchor",
        "$id",
    ] {
        let schema = json!({"type": "object", "properties": {"p/q": {keyword: {}}}});
        let fault = convert("x.json", &mut document(schema)).unwrap_err();
        assert_eq!(
            fault.pointer, "#/components/schemas/A/properties/p~1q",
            "{keyword}"
        );
        assert!(fault.message.contains(&format!("`{keyword}`")), "{fault}");
    }
    for (schema, pointer) in [
        (
            json!({"unevaluatedProperties": false}),
            "#/components/schemas/A",
        ),
        (
            json!({"type": "object", "properties": {"no": false}}),
            "#/components/schemas/A/properties/no",
        ),
        (json!({"allOf": [false]}), "#/components/schemas/A/allOf/0"),
        (json!({"type": "text"}), "#/components/schemas/A"),
        (json!({"type": 5}), "#/components/schemas/A"),
    ] {
        let fault = convert("x.json", &mut document(schema.clone())).unwrap_err();
        assert_eq!(fault.pointer, pointer, "{schema}");
    }
}

#[test]
fn schemas_are_found_wherever_they_stand() {
    let nullable = json!({"type": ["string", "null"]});
    let mut document = json!({
        "openapi": "3.1.0", "info": {"title": "T", "version": "1"},
        "paths": {"/a/{x}": {
            "parameters": [{"name": "x", "in": "path", "required": true, "schema": nullable, "examples": {"e": {"value": 1}}}],
            "post": {
                "operationId": "a",
                "parameters": [{"name": "q", "in": "query", "schema": nullable, "example": 5}],
                "requestBody": {"content": {"application/json": {"schema": nullable, "examples": {}}}},
                "responses": {"200": {"headers": {"H": {"schema": nullable}}, "content": {"application/json": {"schema": nullable}}}},
            },
        }},
        "components": {
            "parameters": {"P": {"name": "p", "in": "query", "schema": nullable}},
            "headers": {"H": {"schema": nullable}},
            "responses": {"R": {"content": {"application/json": {"schema": nullable}}}},
            "requestBodies": {"B": {"content": {"application/json": {"schema": nullable}}}},
            "schemas": {"M": {"type": "object", "additionalProperties": nullable}},
        },
    });
    convert("x.json", &mut document).unwrap();
    let text = document.to_string();
    assert!(!text.contains("[\"string\",\"null\"]"), "{text}");
    assert_eq!(text.matches("\"nullable\":true").count(), 10);
    assert!(!text.contains("example"), "{text}");
    // 3.0 requires a description of every response.
    assert_eq!(
        document.pointer("/paths/~1a~1{x}/post/responses/200/description"),
        Some(&json!(""))
    );
}

#[test]
fn a_reference_into_a_component_is_replaced_by_what_stands_there() {
    let mut document = document(json!({
        "type": "object",
        "properties": {
            "b": {"$ref": "#/components/schemas/A/properties/c"},
            "c": {"type": ["integer", "null"]},
            "d": {"$ref": "#/components/%73chemas/B"},
        },
    }));
    convert("x.json", &mut document).unwrap();
    let properties = &document["components"]["schemas"]["A"]["properties"];
    assert_eq!(
        properties["b"],
        json!({"type": "integer", "nullable": true})
    );
    assert_eq!(properties["d"], json!({"$ref": "#/components/schemas/B"}));
}

#[test]
fn references_that_would_grow_without_end_are_refused() {
    let inner = json!({"$ref": "#/components/schemas/A/properties"});
    let schema = json!({"type": "object", "properties": {"a": {"type": "array", "items": inner}}});
    let fault = convert("x.json", &mut document(schema)).unwrap_err();
    assert!(fault.message.contains("without end"), "{fault}");
    let everything = json!({"$ref": "#/components"});
    let many: serde_json::Map<_, _> = (0..2_000)
        .map(|index| (format!("p{index}"), everything.clone()))
        .collect();
    let fault = convert("x.json", &mut document(json!({"properties": many}))).unwrap_err();
    assert!(fault.message.contains("without end"), "{fault}");
}
