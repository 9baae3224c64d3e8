//! The law of the conversion: what is valid before is valid after, and the other way round.
//!
//! | file | what it holds |
//! | --- | --- |
//! | `schemas.rs` | schemas of every keyword that is not refused |
//! | `instances.rs` | values near a schema |
//! | `judge.rs` | a validator of JSON Schema 2020-12 that is not ours |
//! | `adapter.rs`, `fixtures.rs` | from 3.0 to that dialect, and the proof of it |
//! | `held.rs` | the laws |
//! | `covered.rs` | that the schemas reach every row of the table, and the table every keyword |

mod adapter;
mod covered;
mod fixtures;
mod held;
mod instances;
mod judge;
mod schemas;

use serde_json::{Map, Value, json};

use super::convert;
use crate::fault::Fault;

/// A document with `schemas`.
fn document(schemas: &Map<String, Value>) -> Value {
    json!({
        "openapi": "3.1.0",
        "info": { "title": "T", "version": "1" },
        "paths": {},
        "components": { "schemas": schemas },
    })
}

/// What `schemas` are converted to.
fn converted(schemas: &Map<String, Value>) -> Result<Map<String, Value>, Fault> {
    let mut document = document(schemas);
    convert("x.json", &mut document)?;
    let schemas = document.pointer("/components/schemas");
    Ok(schemas.and_then(Value::as_object).cloned().unwrap())
}
