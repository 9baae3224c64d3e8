//! Several types in one schema: a choice between schemas of one type each.

use serde_json::{Map, Value, json};

use super::numbers;
use crate::fault::Fault;

const NAMES: [&str; 7] = [
    "array", "boolean", "integer", "null", "number", "object", "string",
];

/// The keywords that say something about values of one type alone, and of which.
const KEYWORDS: [(&str, &[&str]); 18] = [
    ("additionalProperties", &["object"]),
    ("exclusiveMaximum", &["integer", "number"]),
    ("exclusiveMinimum", &["integer", "number"]),
    ("format", &["string", "integer", "number"]),
    ("items", &["array"]),
    ("maxItems", &["array"]),
    ("maxLength", &["string"]),
    ("maxProperties", &["object"]),
    ("maximum", &["integer", "number"]),
    ("minItems", &["array"]),
    ("minLength", &["string"]),
    ("minProperties", &["object"]),
    ("minimum", &["integer", "number"]),
    ("multipleOf", &["integer", "number"]),
    ("pattern", &["string"]),
    ("properties", &["object"]),
    ("required", &["object"]),
    ("uniqueItems", &["array"]),
];

/// Puts `type` into one of two forms: a name, or a list of different names; it may stay absent.
pub(super) fn check(
    file: &str,
    pointer: &str,
    object: &mut Map<String, Value>,
) -> Result<(), Fault> {
    let listed = match object.get("type") {
        None => return Ok(()),
        Some(name @ Value::String(_)) => vec![name.clone()],
        Some(Value::Array(names)) => names.clone(),
        Some(_) => Vec::new(),
    };
    let names: Option<Vec<&str>> = listed.iter().map(Value::as_str).collect();
    let Some(names) = names.filter(|names| !names.is_empty()) else {
        return Err(Fault::new(
            file,
            pointer,
            "`type` is neither a name nor a list of names",
        ));
    };
    if let Some(name) = names.iter().find(|name| !NAMES.contains(name)) {
        return Err(Fault::new(
            file,
            pointer,
            format!("`{name}` is not a type of JSON"),
        ));
    }
    let mut unique: Vec<Value> = Vec::new();
    for name in names {
        if !unique.iter().any(|known| known == name) {
            unique.push(json!(name));
        }
    }
    let kind = match <[Value; 1]>::try_from(unique) {
        Ok([only]) => only,
        Err(several) => Value::Array(several),
    };
    object.insert("type".to_owned(), kind);
    Ok(())
}

/// Splits what is left of a list of types, from which null is gone.
pub(super) fn split(object: &mut Map<String, Value>) {
    let Some(Value::Array(names)) = object.get("type") else {
        return;
    };
    let names: Vec<String> = names
        .iter()
        .filter_map(|name| name.as_str().map(str::to_owned))
        .collect();
    let listed = object.get("enum").and_then(Value::as_array);
    let fitting: Vec<(&String, Option<Vec<Value>>)> = names
        .iter()
        .map(|name| {
            let values = listed.map(|values| {
                let fits = |value: &&Value| is_of_type(value, name);
                values.iter().filter(fits).cloned().collect::<Vec<Value>>()
            });
            (name, values)
        })
        .filter(|(_, values)| values.as_ref().is_none_or(|values| !values.is_empty()))
        .collect();
    if let [(name, values)] = fitting.as_slice() {
        // The values listed are of one type, whatever else may be.
        let (name, values) = ((*name).clone(), values.clone());
        object.insert("type".to_owned(), Value::String(name));
        if let Some(values) = values {
            object.insert("enum".to_owned(), Value::Array(values));
        }
        return;
    }
    let is_contradiction = fitting.is_empty();
    let branches: Vec<Value> = if is_contradiction {
        // No value listed is of a type listed: that stays visible, as it does with one type.
        names
            .iter()
            .map(|name| branch(object, name, None))
            .collect()
    } else {
        fitting
            .into_iter()
            .map(|(name, values)| branch(object, name, values))
            .collect()
    };
    object.remove("type");
    if !is_contradiction {
        object.remove("enum");
    }
    for (keyword, _) in KEYWORDS {
        object.remove(keyword);
    }
    if object.contains_key("anyOf") {
        require(object, json!({ "anyOf": branches }));
    } else {
        object.insert("anyOf".to_owned(), Value::Array(branches));
    }
}

/// The part of a schema of several types that concerns one of them.
fn branch(object: &Map<String, Value>, name: &str, values: Option<Vec<Value>>) -> Value {
    let mut fields = Map::new();
    fields.insert("type".to_owned(), json!(name));
    for (keyword, types) in KEYWORDS {
        if let Some(value) = object.get(keyword).filter(|_| types.contains(&name)) {
            fields.insert(keyword.to_owned(), value.clone());
        }
    }
    // Formats of texts that an encoding stands for.
    if name != "string"
        && fields
            .get("format")
            .is_some_and(|format| format == "byte" || format == "binary")
    {
        fields.remove("format");
    }
    if name == "array" && !fields.contains_key("items") {
        fields.insert("items".to_owned(), json!({}));
    }
    if let Some(values) = values {
        fields.insert("enum".to_owned(), Value::Array(values));
    }
    Value::Object(fields)
}

fn is_of_type(value: &Value, name: &str) -> bool {
    match value {
        Value::Null => name == "null",
        Value::Bool(_) => name == "boolean",
        Value::Number(number) => {
            name == "number" || (name == "integer" && numbers::is_whole(number))
        }
        Value::String(_) => name == "string",
        Value::Array(_) => name == "array",
        Value::Object(_) => name == "object",
    }
}

/// Adds a part to `allOf`.
pub(super) fn require(object: &mut Map<String, Value>, part: Value) {
    let parts = object
        .entry("allOf")
        .or_insert_with(|| Value::Array(Vec::new()));
    if let Some(parts) = parts.as_array_mut() {
        parts.push(part);
    }
}
