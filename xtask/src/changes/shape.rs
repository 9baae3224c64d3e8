//! Types in few characters, for one line of a report.
//!
//! | text | type |
//! | --- | --- |
//! | `string(decimal)` | a scalar with its format |
//! | `Order` | a named type |
//! | `[Order]` | a list |
//! | `{[string]}` | a map from strings to lists of strings |
//! | `Order?` | or null |
//! | `A \| B`, `A & B` | one of, all of |
//! | `enum`, `object`, `comma-list` | a type whose parts are compared one by one |
//! | `any` | anything |

use serde_json::{Map, Value};

use super::content::unwrapped;
use super::report::{self, is_set};

/// Types nested deeper than this are shown as `…`; their parts are still compared.
const DEEPEST: usize = 6;
/// More branches than this are shown as `…`; they are still compared.
const MOST_BRANCHES: usize = 4;

/// A type, with `?` if it may be null.
pub(super) fn short(schema: &Value) -> String {
    text(schema, 0)
}

/// A type, without `?`.
pub(super) fn core(schema: &Value) -> String {
    core_text(unwrapped(schema), 0)
}

/// Whether a type may be null.
pub(super) fn is_nullable(schema: &Value) -> bool {
    is_set(schema, "nullable")
        || schema
            .get("type")
            .and_then(Value::as_array)
            .is_some_and(|types| types.contains(&null()))
}

fn null() -> Value {
    Value::from("null")
}

/// The branches of a union; `None` for other types.
pub(super) fn branches(schema: &Value) -> Option<&Vec<Value>> {
    ["oneOf", "anyOf"]
        .iter()
        .find_map(|keyword| schema.get(keyword))
        .and_then(Value::as_array)
}

fn text(schema: &Value, depth: usize) -> String {
    let schema = unwrapped(schema);
    let mut text = core_text(schema, depth);
    if is_nullable(schema) {
        text.push('?');
    }
    text
}

fn core_text(schema: &Value, depth: usize) -> String {
    if depth > DEEPEST {
        return "…".to_owned();
    }
    let object = match schema {
        Value::Object(object) => object,
        Value::Null | Value::Bool(true) => return "any".to_owned(),
        Value::Bool(false) => return "nothing".to_owned(),
        other => return report::value(other),
    };
    if let Some(reference) = object.get("$ref").and_then(Value::as_str) {
        return named(reference);
    }
    if object.contains_key("x-comma-list") {
        return "comma-list".to_owned();
    }
    if let Some(branches) = branches(schema) {
        return joined(branches.iter().map(|branch| text(branch, depth + 1)), " | ");
    }
    if let Some(parts) = object.get("allOf").and_then(Value::as_array) {
        let own = object
            .contains_key("properties")
            .then(|| "object".to_owned());
        let parts = parts.iter().map(|part| text(part, depth + 1)).chain(own);
        return joined(parts, " & ");
    }
    if object.get("enum").is_some_and(Value::is_array) {
        return match declared(object).as_deref() {
            None | Some("string") => "enum".to_owned(),
            Some(other) => format!("{other} enum"),
        };
    }
    plain(object, depth)
}

/// Scalars, lists, maps and objects.
fn plain(object: &Map<String, Value>, depth: usize) -> String {
    let declared = declared(object);
    let listed = object.get("properties").and_then(Value::as_object);
    match declared.as_deref() {
        Some("array") => {
            let items = object
                .get("items")
                .map_or("any".to_owned(), |item| text(item, depth + 1));
            format!("[{items}]")
        }
        Some("object") | None if listed.is_some_and(|listed| !listed.is_empty()) => {
            "object".to_owned()
        }
        Some("object") => match object.get("additionalProperties") {
            None | Some(Value::Bool(false)) => "object".to_owned(),
            Some(value) => format!("{{{}}}", text(value, depth + 1)),
        },
        other => {
            let name = other.unwrap_or("any");
            match object.get("format").and_then(Value::as_str) {
                Some(format) => format!("{name}({format})"),
                None => name.to_owned(),
            }
        }
    }
}

/// The `type` keyword, `null` aside.
fn declared(object: &Map<String, Value>) -> Option<String> {
    match object.get("type")? {
        Value::Array(types) => {
            let null = null();
            let types = types.iter().filter(|name| **name != null).map(report::bare);
            Some(types.collect::<Vec<_>>().join("|"))
        }
        name => Some(report::bare(name)),
    }
}

fn joined(parts: impl Iterator<Item = String>, between: &str) -> String {
    let mut parts: Vec<String> = parts.collect();
    // The order of branches is no difference, so it must not look like one.
    parts.sort_unstable();
    if parts.len() > MOST_BRANCHES {
        parts.truncate(MOST_BRANCHES - 1);
        parts.push("…".to_owned());
    }
    if parts.is_empty() {
        "any".to_owned()
    } else {
        parts.join(between)
    }
}

/// The name in a reference: `Order` for `#/components/schemas/Order`.
pub(super) fn named(reference: &str) -> String {
    let name = reference.rsplit('/').next().unwrap_or(reference);
    name.replace("~1", "/").replace("~0", "~")
}

/// What a whole schema is, for one that comes or goes: `object, 7 properties`.
pub(super) fn outline(schema: &Value) -> String {
    let schema = unwrapped(schema);
    let counted = |count: usize, one: &str, many: &str| {
        format!("{count} {}", if count == 1 { one } else { many })
    };
    let nullable = if is_nullable(schema) {
        ", nullable"
    } else {
        ""
    };
    let outline = if let Some(item) = schema.get("x-comma-list") {
        format!("comma-list of {}", short(item))
    } else if let Some(branches) = branches(schema) {
        format!("union, {}", counted(branches.len(), "variant", "variants"))
    } else if schema.get("allOf").is_some() {
        core(schema)
    } else if let Some(values) = schema.get("enum").and_then(Value::as_array) {
        format!(
            "{}, {}",
            core(schema),
            counted(values.len(), "value", "values")
        )
    } else if let Some(properties) = schema.get("properties").and_then(Value::as_object) {
        format!(
            "{}, {}",
            core(schema),
            counted(properties.len(), "property", "properties")
        )
    } else {
        core(schema)
    };
    format!("{outline}{nullable}")
}
