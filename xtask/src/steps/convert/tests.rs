//! Every row of the conversion's table, and every keyword that it refuses.

mod nulls;

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
fn what_3_1_says_twice_is_said_once() {
    let b = json!({"$ref": "#/components/schemas/B"});
    for (new, old) in [
        // The tighter bound holds; of two equal ones the exclusive one.
        (
            json!({"minimum": 5, "exclusiveMinimum": 1}),
            json!({"minimum": 5}),
        ),
        (
            json!({"minimum": 1, "exclusiveMinimum": 5}),
            json!({"minimum": 5, "exclusiveMinimum": true}),
        ),
        (
            json!({"maximum": 5, "exclusiveMaximum": 5.0}),
            json!({"maximum": 5.0, "exclusiveMaximum": true}),
        ),
        (
            json!({"maximum": 5, "exclusiveMaximum": 5.5}),
            json!({"maximum": 5}),
        ),
        (json!({"exclusiveMaximum": true}), json!({})),
        (
            json!({"const": 1.0, "enum": [1, 2]}),
            json!({"enum": [1.0]}),
        ),
        (
            json!({"type": "array", "items": false, "maxItems": 3}),
            json!({"type": "array", "items": {}, "maxItems": 0}),
        ),
        (json!({"not": false}), json!({})),
        (json!({"not": true}), json!({"not": {}})),
        (json!(true), json!({})),
        (
            json!({"type": "string", "format": "uuid", "contentEncoding": "base64"}),
            json!({"type": "string", "format": "uuid"}),
        ),
        // Each branch takes what concerns its type.
        (
            json!({"type": ["string", "integer", "object"], "minLength": 2, "minimum": 1, "exclusiveMinimum": 1, "maxProperties": 1}),
            json!({"anyOf": [
                {"type": "string", "minLength": 2},
                {"type": "integer", "minimum": 1, "exclusiveMinimum": true},
                {"type": "object", "maxProperties": 1},
            ]}),
        ),
        (
            json!({"type": ["string", "array", "boolean"], "enum": ["x", [1], 5]}),
            json!({"anyOf": [
                {"type": "string", "enum": ["x"]},
                {"type": "array", "items": {}, "enum": [[1]]},
            ]}),
        ),
        (
            json!({"type": ["string", "integer"], "enum": [1.0, 1.5]}),
            json!({"type": "integer", "enum": [1.0]}),
        ),
        (
            json!({"type": ["string", "integer"], "enum": [true]}),
            json!({"enum": [true], "anyOf": [{"type": "string"}, {"type": "integer"}]}),
        ),
        (
            json!({"type": ["string", "integer"], "anyOf": [b, {}]}),
            json!({"anyOf": [b, {}], "allOf": [{"anyOf": [{"type": "string"}, {"type": "integer"}]}]}),
        ),
        // Data that look like a schema.
        (
            json!({"const": {"items": true, "title": "a\tb", "$ref": "#/components/schemas/B/type"}}),
            json!({"enum": [{"items": true, "title": "a\tb", "$ref": "#/components/schemas/B/type"}]}),
        ),
    ] {
        assert_eq!(converted(new.clone()), old, "{new}");
    }
    for (schema, message) in [
        (
            json!({"const": 1, "enum": [2]}),
            "`const` is none of the values of `enum`",
        ),
        (json!({"type": []}), "`type` is neither"),
        (json!({"type": ["string", 5]}), "`type` is neither"),
        (json!({"allOf": [5]}), "a schema is an object"),
    ] {
        let fault = convert("x.json", &mut document(schema)).unwrap_err();
        assert!(fault.message.contains(message), "{fault}");
    }
}

#[test]
fn a_reference_into_a_component_is_replaced_by_what_stands_there() {
    let mut document = document(json!({
        "type": "object",
        "properties": {
            "b": {"$ref": "#/components/schemas/A/properties/c"},
            "c": {"type": ["integer", "null"]},
            "d": {"$ref": "#/components/%73chemas/B"},
            "e": {"$ref": "#/components/schemas/A/properties/c", "minimum": 1},
        },
    }));
    document["paths"]["/a"]["get"]["responses"]["default"] =
        json!({"$ref": "#/components/%72esponses/R"});
    document["components"]["responses"] = json!({"R": {"description": "r"}});
    convert("x.json", &mut document).unwrap();
    let properties = &document["components"]["schemas"]["A"]["properties"];
    assert_eq!(
        properties["b"],
        json!({"type": "integer", "nullable": true})
    );
    assert_eq!(properties["d"], json!({"$ref": "#/components/schemas/B"}));
    assert_eq!(
        properties["e"],
        json!({"allOf": [{"type": "integer", "nullable": true}], "minimum": 1})
    );
    assert_eq!(
        document["paths"]["/a"]["get"]["responses"]["default"],
        json!({"$ref": "#/components/responses/R"})
    );
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
