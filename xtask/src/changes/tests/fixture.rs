//! A small document with one of everything, and ways to change it.

use serde_json::{Value, json};

use super::super::between;

/// A small document with one of everything.
pub(super) fn document() -> Value {
    json!({
        "openapi": "3.0.3",
        "info": {"title": "Trading", "version": "2.0.1"},
        "servers": [{"url": "https://paper-api.alpaca.markets", "description": "Paper."}],
        "tags": [{"name": "Orders", "description": "Orders."}],
        "paths": {
            "/v2/orders": {
                "parameters": [{"$ref": "#/components/parameters/PageToken"}],
                "get": {
                    "operationId": "list_orders",
                    "x-document-operation-id": "getAllOrders",
                    "summary": "All orders",
                    "tags": ["Orders"],
                    "parameters": [
                        {"name": "limit", "in": "query", "schema": {"type": "integer"}},
                        {"name": "side", "in": "query", "description": "Which side.",
                         "schema": {"type": "string", "enum": ["buy", "sell"]}},
                    ],
                    "responses": {"200": {"description": "Orders.", "content": {"application/json": {
                        "schema": {"type": "array", "items": {"$ref": "#/components/schemas/Order"}}
                    }}}},
                },
                "post": {
                    "operationId": "create_order",
                    "x-document-operation-id": "postOrder",
                    "requestBody": {"required": true, "content": {"application/json": {
                        "schema": {"$ref": "#/components/schemas/CreateOrder"}
                    }}},
                    "responses": {"200": {"description": "It.", "content": {"application/json": {
                        "schema": {"$ref": "#/components/schemas/Order"}
                    }}}},
                },
            },
            "/v2/orders/{order_id}": {
                "delete": {
                    "operationId": "cancel_order",
                    "x-document-operation-id": "deleteOrder",
                    "deprecated": true,
                    "x-deprecation": {"since": "2026-07-09", "sunset": "2026-10-09"},
                    "parameters": [{"name": "order_id", "in": "path", "required": true,
                                    "schema": {"type": "string", "format": "uuid"}}],
                    "responses": {"204": {"description": "Cancelled.", "headers": {
                        "X-Left": {"schema": {"type": "integer"}}
                    }}},
                },
            },
        },
        "components": {
            "parameters": {
                "PageToken": {"name": "page_token", "in": "query", "schema": {"type": "string"}},
                "Idle": {"name": "idle", "in": "query", "schema": {"type": "string"}},
            },
            "schemas": {
                "Order": {
                    "type": "object",
                    "description": "An order.",
                    "required": ["id", "qty"],
                    "properties": {
                        "id": {"type": "string", "format": "uuid"},
                        "qty": {"type": "string", "format": "decimal", "description": "How much."},
                        "status": {"$ref": "#/components/schemas/OrderStatus"},
                        "legs": {"type": "array", "nullable": true,
                                 "items": {"$ref": "#/components/schemas/Order"}},
                        "description": {"type": "string"},
                        "terms": {"type": "object", "properties": {
                            "tier": {"type": "integer", "minimum": 1},
                        }},
                        "notes": {"type": "object", "additionalProperties": {
                            "type": "array", "items": {"type": "string"}
                        }},
                    },
                },
                "OrderStatus": {"type": "string", "enum": ["new", "held", "filled"],
                                "x-document-name": "order_status"},
                "CreateOrder": {"type": "object", "required": ["symbol"], "properties": {
                    "symbol": {"type": "string", "maxLength": 20, "default": "AAPL"},
                }},
                "Error": {"type": "object", "properties": {"message": {"type": "string"}}},
                "OrderOrError": {
                    "oneOf": [{"$ref": "#/components/schemas/Order"},
                              {"$ref": "#/components/schemas/Error"}],
                    "x-union": {"tagged-by": ["type", "subtype"], "variants": [
                        {"name": "Order", "$ref": "#/components/schemas/Order", "when": [["A", "B"]]},
                        {"name": "Error", "$ref": "#/components/schemas/Error", "when": [["C"]]},
                    ]},
                },
                "Statuses": {"type": "string", "format": "comma-list",
                             "x-comma-list": {"$ref": "#/components/schemas/OrderStatus"}},
            },
        },
    })
}

/// Replaces what is at `pointer`, or adds it; `null` removes it.
pub(super) fn set(document: &mut Value, pointer: &str, value: Value) {
    let (parent, key) = pointer.rsplit_once('/').unwrap();
    let key = key.replace("~1", "/");
    match document.pointer_mut(parent).unwrap() {
        Value::Object(object) if value.is_null() => {
            object.remove(&key).unwrap();
        }
        Value::Object(object) => {
            object.insert(key, value);
        }
        Value::Array(list) if value.is_null() => {
            list.remove(key.parse().unwrap());
        }
        Value::Array(list) => match list.get_mut(key.parse::<usize>().unwrap()) {
            Some(item) => *item = value,
            None => list.push(value),
        },
        other => panic!("nothing to set in {other}"),
    }
}

/// The lines of the report after the fixture was changed at these pointers.
pub(super) fn after(edits: &[(&str, Value)]) -> Vec<String> {
    let mut new = document();
    for (pointer, value) in edits {
        set(&mut new, pointer, value.clone());
    }
    lines(&document(), &new)
}

pub(super) fn lines(old: &Value, new: &Value) -> Vec<String> {
    between(old, new).iter().map(ToString::to_string).collect()
}

/// The pointer of everything in a value.
pub(super) fn pointers(value: &Value, base: &str, found: &mut Vec<String>) {
    match value {
        Value::Object(object) => object.iter().for_each(|(key, value)| {
            let pointer = format!("{base}/{}", key.replace('/', "~1"));
            pointers(value, &pointer, found);
            found.push(pointer);
        }),
        Value::Array(list) => list.iter().enumerate().for_each(|(index, value)| {
            pointers(value, &format!("{base}/{index}"), found);
            found.push(format!("{base}/{index}"));
        }),
        _ => {}
    }
}

/// The value with every object and every list the other way round.
pub(super) fn reversed(value: &Value) -> Value {
    match value {
        Value::Object(object) => object
            .iter()
            .rev()
            .map(|(key, value)| (key.clone(), reversed(value)))
            .collect(),
        // The tags of one condition have an order that means something.
        Value::Array(list) if list.contains(&json!("subtype")) || list.contains(&json!("A")) => {
            value.clone()
        }
        Value::Array(list) => list.iter().rev().map(reversed).collect(),
        other => other.clone(),
    }
}
