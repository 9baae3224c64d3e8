//! From OpenAPI 3.0 to JSON Schema 2020-12, for a judge that knows no other dialect.
//!
//! | 3.0 | 2020-12 |
//! | --- | --- |
//! | `nullable: true` | `anyOf` of null and the rest of the schema |
//! | `nullable: false` | nothing |
//! | `exclusiveMinimum: true` with `minimum: N` | `exclusiveMinimum: N` (maximum alike) |
//! | `exclusiveMinimum: true` alone, `false` | nothing |
//! | siblings of `$ref` | ignored, or kept: see [`Siblings`] |
//! | everything else | the same |
//!
//! `nullable` is read as the documentation of the conversion says, not as strictly as 3.0.3 does.

use serde_json::{Map, Value, json};

/// What stands beside a `$ref`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Siblings {
    /// Ignored, as 3.0 says: the reading of what the conversion writes.
    Ignored,
    /// Kept, as it was meant: the reading of what the conversion is given.
    Meant,
}

/// The schemas of a document by name, adapted.
pub(super) fn adapt(schemas: &Map<String, Value>, siblings: Siblings) -> Map<String, Value> {
    schemas
        .iter()
        .map(|(name, schema)| (name.clone(), adapted(schema, siblings)))
        .collect()
}

fn adapted(schema: &Value, siblings: Siblings) -> Value {
    let Some(object) = schema.as_object() else {
        return schema.clone();
    };
    if let Some(reference) = object.get("$ref")
        && siblings == Siblings::Ignored
    {
        return json!({ "$ref": reference });
    }
    let mut rest = Map::new();
    for (keyword, value) in object {
        let value = match (keyword.as_str(), value) {
            ("items" | "additionalProperties" | "not", part) => adapted(part, siblings),
            ("allOf" | "anyOf" | "oneOf", Value::Array(parts)) => {
                parts.iter().map(|part| adapted(part, siblings)).collect()
            }
            ("properties", Value::Object(properties)) => Value::Object(adapt(properties, siblings)),
            ("nullable", _) => continue,
            _ => value.clone(),
        };
        rest.insert(keyword.clone(), value);
    }
    for (flag, bound) in [
        ("exclusiveMinimum", "minimum"),
        ("exclusiveMaximum", "maximum"),
    ] {
        if let Some(is_exclusive) = rest.get(flag).and_then(Value::as_bool) {
            rest.remove(flag);
            if is_exclusive && let Some(limit) = rest.remove(bound) {
                rest.insert(flag.to_owned(), limit);
            }
        }
    }
    if object.get("nullable") == Some(&json!(true)) {
        json!({ "anyOf": [{ "type": "null" }, rest] })
    } else {
        Value::Object(rest)
    }
}
