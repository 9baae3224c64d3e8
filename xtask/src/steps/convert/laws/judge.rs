//! The judge: a validator of JSON Schema 2020-12 that is not ours.

use jsonschema::{Draft, Validator};
use serde_json::{Map, Value, json};

/// The validator of the schema `name` among `schemas`, which may refer to one another.
///
/// The error is that of a schema that is none.
pub(super) fn judge(schemas: &Map<String, Value>, name: &str) -> Result<Validator, String> {
    let root = json!({
        "$ref": format!("#/components/schemas/{name}"),
        "components": { "schemas": schemas },
    });
    jsonschema::options()
        .with_draft(Draft::Draft202012)
        .build(&root)
        .map_err(|error| error.to_string())
}
