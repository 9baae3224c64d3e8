//! Bad documents, each with the pointer and the words of its refusal; and good ones that must pass.

mod accepted;
mod files;
mod operations;
mod refs;
mod structure;
mod yaml;

use std::{fs, path::PathBuf};

use serde_json::{Value, json};
use tempfile::TempDir;

use super::{Document, check, pointer, read};
use crate::fault::Fault;

/// A file of that name and content, in a directory of its own.
fn written(name: &str, content: impl AsRef<[u8]>) -> (TempDir, PathBuf) {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join(name);
    fs::write(&path, content).unwrap();
    (directory, path)
}

/// What reading a file of that name and content gives.
fn read_text(name: &str, content: impl AsRef<[u8]>) -> Result<Value, Fault> {
    let (_directory, path) = written(name, content);
    read(&path).map(|document| document.root)
}

/// The fault has that pointer and those words.
#[track_caller]
fn refused<T: std::fmt::Debug>(outcome: Result<T, Fault>, pointer: &str, fragment: &str) {
    let fault = outcome.expect_err("the document must be refused");
    assert_eq!(fault.pointer, pointer, "{fault}");
    assert!(fault.message.contains(fragment), "{fault}");
    assert!(!fault.file.is_empty());
}

/// A document with that content.
fn document(root: Value) -> Document {
    Document {
        file: "api.json".to_owned(),
        sha256: String::new(),
        root,
    }
}

/// A small valid document with a bit of everything that is legal.
fn valid() -> Value {
    json!({
        "openapi": "3.1.2",
        "info": {"title": "Orders", "version": "1.0"},
        "x-generator": {"$ref": 7},
        "paths": {
            "x-note": {"$ref": "gone"},
            "/orders": {
                "parameters": [{"$ref": "#/components/parameters/account"}],
                "get": {
                    "operationId": "listOrders",
                    "requestBody": {"content": {"application/json": {"schema": {}}}},
                    "responses": {"200": {"$ref": "#/components/responses/orders"}, "default": {}}
                },
                "post": {
                    "operationId": "submitOrder",
                    "requestBody": {"$ref": "#/components/requestBodies/order"},
                    "responses": {"2XX": {"description": "taken"}, "x-note": {"$ref": 1}}
                }
            },
            "/orders/{order_id}": {
                "parameters": [
                    {"name": "order_id", "in": "path", "required": true, "schema": {}}
                ],
                "delete": {
                    "operationId": "cancelOrder",
                    "parameters": [
                        {"name": "order_id", "in": "query", "style": "form", "schema": {}},
                        {"name": "If-Match", "in": "header", "style": "simple", "schema": {}}
                    ],
                    "responses": {"204": {"description": "gone"}}
                }
            }
        },
        "components": {
            "parameters": {
                "account": {"name": "account", "in": "query", "schema": {"type": "string"}}
            },
            "responses": {
                "orders": {"content": {"application/json": {"schema": {
                    "type": "array", "items": {"$ref": "#/components/schemas/Order"}
                }}}}
            },
            "requestBodies": {
                "order": {"content": {
                    "application/json; charset=utf-8": {
                        "schema": {"$ref": "#/components/schemas/Order"}
                    },
                    "application/xml": {}
                }}
            },
            "schemas": {
                "Order": {"type": "object", "properties": {
                    "legs": {"type": "array", "items": {"$ref": "#/components/schemas/Order"}},
                    "parent": {"$ref": "#/components/schemas/Order"}
                }}
            }
        }
    })
}

/// [`valid`] with the value at `pointer` replaced, or added if only its parent exists.
fn with(pointer: &str, value: Value) -> Document {
    let mut root = valid();
    let (parent, key) = pointer.rsplit_once('/').unwrap();
    let key = key.replace("~1", "/").replace("~0", "~");
    match pointer::get_mut(&mut root, parent).unwrap() {
        Value::Array(items) => items[key.parse::<usize>().unwrap()] = value,
        other => other[&key] = value,
    }
    document(root)
}

/// [`valid`] without the value at `pointer`.
fn without(pointer: &str) -> Document {
    let mut root = valid();
    let (parent, key) = pointer.rsplit_once('/').unwrap();
    let parent = pointer::get_mut(&mut root, parent)
        .unwrap()
        .as_object_mut()
        .unwrap();
    parent.remove(&key.replace("~1", "/")).unwrap();
    document(root)
}
