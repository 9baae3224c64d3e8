//! What says the same is no change, however it is written.

use serde_json::{Value, json};

use super::fixture::{all_lines, diff, shop, with};

fn of(property: Value) -> Value {
    json!({ "type": "object", "properties": { "p": property } })
}

/// Two ways to write the same schema.
fn rows() -> Vec<(Value, Value)> {
    let other = || json!({ "$ref": "#/components/schemas/Other" });
    let third = || json!({ "$ref": "#/components/schemas/Third" });
    let nothing = || json!({ "type": "null" });
    vec![
        // 3.0 and 3.1.
        (
            json!({ "type": "string", "nullable": true }),
            json!({ "type": ["string", "null"] }),
        ),
        (
            json!({ "type": "string", "nullable": true }),
            json!({ "anyOf": [{ "type": "string" }, nothing()] }),
        ),
        (
            json!({ "type": "string", "nullable": true, "enum": ["a", null] }),
            json!({ "type": ["null", "string"], "enum": ["a"] }),
        ),
        (
            json!({ "allOf": [other()], "nullable": true }),
            json!({ "anyOf": [other(), nothing()] }),
        ),
        (
            json!({ "$ref": "#/components/schemas/Other", "nullable": true }),
            json!({ "oneOf": [nothing(), other()] }),
        ),
        (
            json!({ "oneOf": [other(), third()], "nullable": true }),
            json!({ "oneOf": [other(), third(), nothing()] }),
        ),
        (
            json!({ "anyOf": [other(), { "enum": [null] }] }),
            json!({ "anyOf": [other(), nothing()] }),
        ),
        (
            json!({ "type": "number", "minimum": 5, "exclusiveMinimum": true }),
            json!({ "type": "number", "exclusiveMinimum": 5 }),
        ),
        (
            json!({ "type": "number", "maximum": 5, "exclusiveMaximum": true }),
            json!({ "type": "number", "exclusiveMaximum": 5.0 }),
        ),
        (
            json!({ "type": "number", "minimum": 5, "exclusiveMinimum": false }),
            json!({ "type": "number", "minimum": 5 }),
        ),
        (
            json!({ "type": "string", "enum": ["a"] }),
            json!({ "type": "string", "const": "a" }),
        ),
        (
            json!({ "type": "string", "enum": ["a"] }),
            json!({ "const": "a" }),
        ),
        (
            json!({ "type": "string", "enum": ["a", "b"] }),
            json!({ "oneOf": [{ "const": "a", "title": "A" }, { "const": "b" }] }),
        ),
        (
            json!({ "type": "string", "example": "x" }),
            json!({ "type": "string", "examples": ["x"] }),
        ),
        (
            json!({ "type": "string", "format": "byte" }),
            json!({ "type": "string", "contentEncoding": "base64" }),
        ),
        (
            json!({ "type": "string", "format": "binary" }),
            json!({ "type": "string", "contentMediaType": "application/octet-stream" }),
        ),
        (
            json!({ "anyOf": [{ "type": "string" }, { "type": "number" }] }),
            json!({ "type": ["number", "string"] }),
        ),
        (
            json!({ "allOf": [other()], "description": "D" }),
            json!({ "$ref": "#/components/schemas/Other", "description": "D" }),
        ),
        (json!({ "nullable": true }), json!({})),
        // Order.
        (
            json!({ "type": "string", "enum": ["a", "b"] }),
            json!({ "enum": ["b", "a"], "type": "string" }),
        ),
        (
            json!({ "oneOf": [other(), third()] }),
            json!({ "oneOf": [third(), other()] }),
        ),
        (
            json!({ "allOf": [other(), third()] }),
            json!({ "allOf": [third(), other()] }),
        ),
        (
            json!({ "type": "object", "required": ["a", "b"], "properties": { "a": {}, "b": {} } }),
            json!({ "type": "object", "required": ["b", "a"], "properties": { "b": {}, "a": {} } }),
        ),
        // Written out or named.
        (
            other(),
            json!({ "type": "object", "properties": { "other": { "type": "string" } } }),
        ),
        (
            json!({ "type": "array", "items": other() }),
            json!({ "type": "array", "items": { "type": "object", "properties": { "other": { "type": "string" } } } }),
        ),
        (
            json!({ "allOf": [other(), { "properties": { "own": { "type": "string" } } }] }),
            json!({ "type": "object", "properties": { "own": { "type": "string" }, "other": { "type": "string" } } }),
        ),
        (
            json!({ "oneOf": [other(), third()] }),
            json!({ "oneOf": [other(), { "type": "object", "properties": { "third": { "type": "integer" } } }] }),
        ),
        // What is said by not saying it.
        (
            json!({ "type": "array", "items": {} }),
            json!({ "type": "array" }),
        ),
        (
            json!({ "type": "array", "items": true }),
            json!({ "type": "array", "uniqueItems": false, "minItems": 0 }),
        ),
        (
            json!({ "type": "object", "required": [], "additionalProperties": true }),
            json!({ "type": "object", "properties": {} }),
        ),
        (
            json!({ "type": "string", "deprecated": false, "readOnly": false, "minLength": 0 }),
            json!({ "type": "string" }),
        ),
        (
            json!({ "properties": { "a": { "type": "string" } } }),
            json!({ "type": "object", "properties": { "a": { "type": "string" } } }),
        ),
        (
            json!({ "type": "number", "minimum": 1.0 }),
            json!({ "type": "number", "minimum": 1 }),
        ),
        (
            json!({ "type": "string", "description": "Some\n  words." }),
            json!({ "type": "string", "description": "Some words." }),
        ),
        (
            json!({ "allOf": [{ "type": "string" }] }),
            json!({ "type": "string" }),
        ),
    ]
}

#[test]
fn the_same_in_another_form_is_no_change() {
    for (one, other) in rows() {
        for (old, new) in [(&one, &other), (&other, &one)] {
            for inside in [false, true] {
                let place = |schema: &Value| {
                    if inside {
                        of(schema.clone())
                    } else {
                        schema.clone()
                    }
                };
                for (sent, answered) in [(true, false), (false, true), (true, true)] {
                    let pair = (
                        with(place(old), sent, answered),
                        with(place(new), sent, answered),
                    );
                    assert_eq!(all_lines(&pair.0, &pair.1), [""; 0], "{old} -> {new}");
                }
            }
        }
    }
}

/// Every `$ref` of `value` replaced by what it names, cycles left as they are.
fn written_out(root: &Value, value: &Value, within: &mut Vec<String>) -> Value {
    match value {
        Value::Object(object) => {
            if let Some(reference) = object.get("$ref").and_then(Value::as_str) {
                if within.iter().any(|known| known == reference) {
                    return value.clone();
                }
                within.push(reference.to_owned());
                let target = crate::document::pointer::get(root, reference).unwrap();
                let out = written_out(root, target, within);
                within.pop();
                return out;
            }
            let entries = object.iter();
            entries
                .map(|(key, value)| (key.clone(), written_out(root, value, within)))
                .collect()
        }
        Value::Array(list) => list
            .iter()
            .map(|item| written_out(root, item, within))
            .collect(),
        other => other.clone(),
    }
}

#[test]
fn a_document_with_everything_written_out_is_the_same() {
    let old = shop();
    let mut new = old.clone();
    new["paths"] = written_out(&old, &old["paths"], &mut Vec::new());
    assert_eq!(all_lines(&old, &new), [""; 0]);
    assert_eq!(all_lines(&new, &old), [""; 0]);
    // Only what refers to itself still needs its name.
    let schemas = new["components"]["schemas"].as_object_mut().unwrap();
    schemas.retain(|name, _| name == "Order" || name == "Side");
    assert_eq!(all_lines(&old, &new), [""; 0]);
    let notes = diff(&old, &new).notes;
    assert_eq!(notes.len(), 1);
    assert_eq!(notes[0].kind(), "schema-inlined");
    assert_eq!(diff(&new, &old).notes[0].kind(), "schema-extracted");
}

#[test]
fn parts_of_operations_may_be_written_in_other_places() {
    let old = shop();
    let mut new = old.clone();
    // A parameter of the path as one of the operation, and a shared one written out.
    let item = &mut new["paths"]["/v2/orders/{order_id}"];
    let parameters = item.as_object_mut().unwrap().remove("parameters").unwrap();
    item["delete"]["parameters"] = parameters;
    new["paths"]["/v2/orders"]["get"]["parameters"][2] =
        new["components"]["parameters"]["Token"].clone();
    // Defaults written out.
    let limit = &mut new["paths"]["/v2/orders"]["get"]["parameters"][0];
    limit["style"] = json!("form");
    limit["explode"] = json!(true);
    limit["required"] = json!(false);
    new["paths"]["/v2/orders"]["get"]["security"] = json!([{ "key": [] }]);
    new["paths"]["/v2/orders"]["get"]["deprecated"] = json!(false);
    // A response as a component; names of headers and media types in another case.
    let response = new["paths"]["/v2/orders"]["post"]["responses"]["200"].take();
    new["components"]["responses"] = json!({ "Order": response });
    new["paths"]["/v2/orders"]["post"]["responses"]["200"] =
        json!({ "$ref": "#/components/responses/Order" });
    new["paths"]["/v2/orders"]["get"]["responses"]["200"]["headers"] =
        json!({ "x-left": { "schema": { "type": "integer" } } });
    let body = &mut new["paths"]["/v2/orders"]["post"]["requestBody"]["content"];
    let content = body["application/json"].take();
    *body = json!({ "application/JSON; charset=utf-8": content });
    new["servers"][0]["url"] = json!("https://api.example.com/");
    assert_eq!(all_lines(&old, &new), [""; 0]);
    assert_eq!(all_lines(&new, &old), [""; 0]);
}

#[test]
fn examples_move_between_keywords() {
    let parameter = |examples: Value| {
        let mut root = shop();
        let limit = &mut root["paths"]["/v2/orders"]["get"]["parameters"][0];
        for (key, value) in examples.as_object().unwrap() {
            limit[key] = value.clone();
        }
        root
    };
    let one = parameter(json!({ "example": 5 }));
    let other = parameter(json!({ "examples": { "five": { "value": 5 } } }));
    assert_eq!(all_lines(&one, &other), [""; 0]);
    assert_eq!(
        all_lines(&one, &shop()),
        ["example-changed documentation GET /v2/orders query limit"]
    );
}

#[test]
fn bytes_have_no_schema_in_the_newer_version() {
    let answer = |content: Value| {
        let mut root = shop();
        root["paths"]["/v2/orders"]["get"]["responses"]["200"]["content"] = content;
        root
    };
    let one =
        answer(json!({ "image/png": { "schema": { "type": "string", "format": "binary" } } }));
    let other = answer(json!({ "image/png": {} }));
    assert_eq!(all_lines(&one, &other), [""; 0]);
}

#[test]
fn a_body_of_no_media_type_is_no_body() {
    let mut one = shop();
    let get = &mut one["paths"]["/v2/orders"]["get"];
    get["requestBody"] = json!({ "description": "Nothing is sent.", "content": {} });
    assert_eq!(all_lines(&one, &shop()), [""; 0]);
    assert_eq!(all_lines(&shop(), &one), [""; 0]);
}
