//! Small documents, and changes in few words.

use serde_json::{Value, json};

use super::super::{Change, Class, Diff, between};
use crate::document::{Document, pointer};

/// A document as it would be read from a file.
pub(super) fn document(root: Value) -> Document {
    Document {
        file: "test.json".to_owned(),
        sha256: "0".repeat(64),
        root,
    }
}

/// Compares two values.
pub(super) fn diff(old: &Value, new: &Value) -> Diff {
    between(&document(old.clone()), &document(new.clone()))
}

/// `property-removed breaking Order.qty`, one for each change, texts for people left out.
pub(super) fn lines(old: &Value, new: &Value) -> Vec<String> {
    let diff = diff(old, new);
    let telling = |change: &&Change| change.class != Class::Documentation;
    diff.changes.iter().filter(telling).map(line).collect()
}

/// Like [`lines`], with texts for people.
pub(super) fn all_lines(old: &Value, new: &Value) -> Vec<String> {
    diff(old, new).changes.iter().map(line).collect()
}

fn line(change: &Change) -> String {
    format!(
        "{} {} {}",
        change.kind.name(),
        change.class.name(),
        change.place
    )
}

/// A document in which `T` is what `POST /t` takes, what `GET /t` answers, or both.
pub(super) fn with(schema: Value, sent: bool, answered: bool) -> Value {
    let content = json!({ "application/json": { "schema": { "$ref": "#/components/schemas/T" } } });
    let mut root = json!({
        "openapi": "3.1.0",
        "info": { "title": "Test", "version": "1" },
        "paths": { "/t": {
            "get": { "operationId": "getT", "responses": { "200": { "description": "" } } },
            "post": { "operationId": "postT", "responses": { "200": { "description": "" } } },
        } },
        "components": { "schemas": {
            "T": schema,
            "Other": { "type": "object", "properties": { "other": { "type": "string" } } },
            "Third": { "type": "object", "properties": { "third": { "type": "integer" } } },
        } },
    });
    if sent {
        root["paths"]["/t"]["post"]["requestBody"] = json!({ "content": content });
    }
    if answered {
        root["paths"]["/t"]["get"]["responses"]["200"]["content"] = content;
    }
    root
}

/// A document with most things that can change.
pub(super) fn shop() -> Value {
    json!({
        "openapi": "3.0.3",
        "info": { "title": "Shop", "version": "1" },
        "servers": [{ "url": "https://api.example.com" }],
        "security": [{ "key": [] }],
        "paths": {
            "/v2/orders": {
                "get": {
                    "operationId": "getOrders",
                    "description": "Lists orders.",
                    "parameters": [
                        { "name": "limit", "in": "query", "schema": { "type": "integer" } },
                        { "name": "symbols", "in": "query", "schema": { "type": "array", "items": { "type": "string" } } },
                        { "$ref": "#/components/parameters/Token" },
                    ],
                    "responses": {
                        "200": {
                            "description": "Orders",
                            "headers": { "X-Left": { "schema": { "type": "integer" } } },
                            "content": { "application/json": { "schema": {
                                "type": "array", "items": { "$ref": "#/components/schemas/Order" },
                            } } },
                        },
                        "404": { "description": "None" },
                    },
                },
                "post": {
                    "operationId": "postOrder",
                    "requestBody": {
                        "required": true,
                        "content": { "application/json": { "schema": { "$ref": "#/components/schemas/NewOrder" } } },
                    },
                    "responses": { "200": {
                        "description": "Order",
                        "content": { "application/json": { "schema": { "$ref": "#/components/schemas/Order" } } },
                    } },
                },
            },
            "/v2/orders/{order_id}": {
                "parameters": [
                    { "name": "order_id", "in": "path", "required": true, "schema": { "type": "string", "format": "uuid" } },
                ],
                "delete": {
                    "operationId": "deleteOrder",
                    "responses": { "204": { "description": "Gone" } },
                },
            },
        },
        "components": {
            "parameters": {
                "Token": { "name": "page_token", "in": "query", "schema": { "type": "string" } },
            },
            "securitySchemes": { "key": { "type": "apiKey", "in": "header", "name": "KEY" } },
            "schemas": {
                "Side": { "type": "string", "enum": ["buy", "sell"] },
                "NewOrder": {
                    "type": "object",
                    "required": ["symbol"],
                    "properties": {
                        "symbol": { "type": "string", "minLength": 1 },
                        "qty": { "type": "string", "format": "decimal" },
                        "side": { "$ref": "#/components/schemas/Side" },
                    },
                },
                "Order": {
                    "type": "object",
                    "required": ["id"],
                    "properties": {
                        "id": { "type": "string", "format": "uuid" },
                        "symbol": { "type": "string" },
                        "side": { "$ref": "#/components/schemas/Side" },
                        "legs": { "type": "array", "items": { "$ref": "#/components/schemas/Order" } },
                        "note": { "type": "string", "nullable": true },
                    },
                },
            },
        },
    })
}

/// `root` with one value put at `at`, or taken away there.
pub(super) fn edited(root: &Value, at: &str, value: Option<Value>) -> Value {
    let mut root = root.clone();
    let (holder, key) = at.rsplit_once('/').unwrap();
    let key = key.replace("~1", "/").replace("~0", "~");
    match pointer::get_mut(&mut root, holder).unwrap() {
        Value::Object(object) => {
            match value {
                Some(value) => object.insert(key, value),
                None => object.remove(&key),
            };
        }
        Value::Array(list) => match (key.parse::<usize>(), value) {
            (Ok(index), Some(value)) => list[index] = value,
            (Ok(index), None) => drop(list.remove(index)),
            (Err(_), Some(value)) => list.push(value),
            (Err(_), None) => panic!("no index: {at}"),
        },
        _ => panic!("nothing at {holder}"),
    }
    root
}
