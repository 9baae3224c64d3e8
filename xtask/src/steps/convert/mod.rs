//! OpenAPI 3.1 to 3.0.3.
//!
//! The generator reads 3.0 only, and Alpaca publishes 3.1 since August 2026. What both versions
//! can say is rewritten; a keyword that 3.0 has no word for is an error, never dropped in silence,
//! unless it carries prose alone.
//!
//! | 3.1 | 3.0.3 |
//! | --- | --- |
//! | `type: [T, "null"]` | `type: T`, `nullable: true` |
//! | `type: [T, U]` | `anyOf` of both |
//! | `anyOf: [S, {type: null}]` | `S` with `nullable: true` |
//! | `const: V` | `enum: [V]` |
//! | `exclusiveMinimum: N` | `minimum: N`, `exclusiveMinimum: true` (maximum alike) |
//! | `$ref` with siblings | `allOf: [$ref]` with the siblings |
//! | `contentEncoding: base64` | `format: byte` |
//! | `contentMediaType: application/octet-stream` | `format: binary` |
//! | `true` as a schema | `{}` |
//! | `examples`, `example`, `$comment`, `externalDocs`, `xml` | left out: prose |
//!
//! A 3.0 document passes through the same rules, so that one tail of steps serves both.

mod containers;
mod references;
#[cfg(test)]
mod tests;

use serde_json::{Map, Value, json};

use super::walk;

use crate::fault::Fault;

/// The version that every converted document states.
pub const TARGET: &str = "3.0.3";

/// Keywords that change what is valid and that 3.0 cannot state.
const NOT_CONVERTIBLE: [&str; 22] = [
    "$anchor",
    "$defs",
    "$dynamicAnchor",
    "$dynamicRef",
    "$id",
    "$recursiveAnchor",
    "$recursiveRef",
    "$vocabulary",
    "contains",
    "contentSchema",
    "definitions",
    "dependentRequired",
    "dependentSchemas",
    "else",
    "if",
    "maxContains",
    "minContains",
    "patternProperties",
    "prefixItems",
    "propertyNames",
    "then",
    "unevaluatedItems",
];

/// Keywords that only explain.
const PROSE: [&str; 6] = [
    "$comment",
    "$schema",
    "example",
    "examples",
    "externalDocs",
    "xml",
];

/// Rewrites `document` in place; the first keyword that cannot be converted is the error.
pub fn convert(file: &str, document: &mut Value) -> Result<(), Fault> {
    if let Some(root) = document.as_object_mut() {
        root.insert("openapi".to_owned(), json!(TARGET));
        // The client is told where to send and how to prove itself by whoever makes it.
        for key in ["webhooks", "jsonSchemaDialect", "externalDocs", "servers"] {
            root.remove(key);
        }
        for tag in root
            .get_mut("tags")
            .and_then(Value::as_array_mut)
            .into_iter()
            .flatten()
            .filter_map(Value::as_object_mut)
        {
            tag.remove("externalDocs");
        }
        if let Some(info) = root.get_mut("info").and_then(Value::as_object_mut) {
            info.remove("summary");
            if let Some(license) = info.get_mut("license").and_then(Value::as_object_mut) {
                license.remove("identifier");
            }
        }
        if let Some(components) = root.get_mut("components").and_then(Value::as_object_mut) {
            for section in ["pathItems", "examples", "callbacks", "links"] {
                components.remove(section);
            }
            // The newest kinds are unknown to 3.0; the generator looks at none.
            if let Some(schemes) = components
                .get_mut("securitySchemes")
                .and_then(Value::as_object_mut)
            {
                schemes.retain(|_, scheme| {
                    matches!(
                        scheme.get("type").and_then(Value::as_str),
                        Some("apiKey" | "http" | "oauth2" | "openIdConnect")
                    )
                });
            }
        }
    }
    references::references(file, document)?;
    containers::bare_schemas(document);
    containers::printable(document);
    walk::schemas_mut(document, &mut |pointer, schema| {
        self::schema(file, pointer, schema)
    })?;
    containers::containers(document);
    Ok(())
}

fn schema(file: &str, pointer: &str, schema: &mut Value) -> Result<(), Fault> {
    let Some(object) = schema.as_object_mut() else {
        return Err(Fault::new(
            file,
            pointer,
            "the schema `false`, which nothing matches, has no form in OpenAPI 3.0",
        ));
    };
    for keyword in NOT_CONVERTIBLE {
        if object.contains_key(keyword) {
            return Err(Fault::new(
                file,
                pointer,
                format!(
                    "the keyword `{keyword}` has no form in OpenAPI 3.0 and cannot be left out"
                ),
            ));
        }
    }
    if let Some(value) = object.get("unevaluatedProperties")
        && value != &Value::Bool(true)
    {
        return Err(Fault::new(
            file,
            pointer,
            "the keyword `unevaluatedProperties` has no form in OpenAPI 3.0 and cannot be left out",
        ));
    }
    object.remove("unevaluatedProperties");
    if object
        .get("properties")
        .and_then(Value::as_object)
        .is_some_and(|properties| {
            properties
                .values()
                .any(|property| property == &Value::Bool(false))
        })
    {
        return Err(Fault::new(
            file,
            pointer,
            "a property with the schema `false` has no form in OpenAPI 3.0",
        ));
    }
    for keyword in PROSE {
        object.remove(keyword);
    }
    if object.contains_key("$ref") && object.len() > 1 {
        wrap_reference(object);
    }
    content_keywords(object);
    exclusive_bound(object, "exclusiveMinimum", "minimum");
    exclusive_bound(object, "exclusiveMaximum", "maximum");
    if let Some(value) = object.remove("const") {
        object.insert("enum".to_owned(), Value::Array(vec![value]));
    }
    nullable_branches(object, "anyOf");
    nullable_branches(object, "oneOf");
    types(file, pointer, object)?;
    enumerated_null(object);
    Ok(())
}

/// `{"$ref": R, "description": D}` becomes `{"allOf": [{"$ref": R}], "description": D}`.
///
/// In 3.0 the siblings of a reference are ignored; people write `nullable` there all the same and
/// mean it, so 3.0 documents are read like 3.1 ones here.
fn wrap_reference(object: &mut Map<String, Value>) {
    if let Some(reference) = object.remove("$ref") {
        let mut branches = vec![json!({ "$ref": reference })];
        if let Some(Value::Array(more)) = object.remove("allOf") {
            branches.extend(more);
        }
        object.insert("allOf".to_owned(), Value::Array(branches));
    }
}

fn content_keywords(object: &mut Map<String, Value>) {
    let encoding = object.remove("contentEncoding");
    let media = object.remove("contentMediaType");
    if encoding.as_ref().and_then(Value::as_str) == Some("base64") {
        object.insert("format".to_owned(), json!("byte"));
    } else if media.as_ref().and_then(Value::as_str) == Some("application/octet-stream") {
        object.insert("format".to_owned(), json!("binary"));
    }
}

fn exclusive_bound(object: &mut Map<String, Value>, exclusive: &str, bound: &str) {
    if let Some(limit) = object
        .get(exclusive)
        .filter(|limit| limit.is_number())
        .cloned()
    {
        object.insert(bound.to_owned(), limit);
        object.insert(exclusive.to_owned(), Value::Bool(true));
    }
}

fn is_null_type(schema: &Value) -> bool {
    match schema.get("type") {
        Some(Value::String(name)) => name == "null",
        Some(Value::Array(names)) => names.len() == 1 && names.iter().all(|name| name == "null"),
        _ => schema.as_object().is_some_and(|object| {
            // What this step makes of a bare `null` type, since it works from the inside out.
            object.len() == 1 && object.get("x-null").is_some()
        }),
    }
}

fn nullable_branches(object: &mut Map<String, Value>, keyword: &str) {
    let Some(branches) = object.get_mut(keyword).and_then(Value::as_array_mut) else {
        return;
    };
    let before = branches.len();
    branches.retain(|branch| !is_null_type(branch));
    if branches.len() == before {
        return;
    }
    let rest = std::mem::take(branches);
    object.remove(keyword);
    object.insert("nullable".to_owned(), Value::Bool(true));
    match <[Value; 1]>::try_from(rest) {
        Ok([only]) => match only {
            Value::Object(fields) if !fields.contains_key("$ref") => {
                for (key, value) in fields {
                    object.entry(key).or_insert(value);
                }
            }
            other => {
                object.insert("allOf".to_owned(), Value::Array(vec![other]));
            }
        },
        Err(rest) => {
            object.insert(keyword.to_owned(), Value::Array(rest));
        }
    }
}

fn types(file: &str, pointer: &str, object: &mut Map<String, Value>) -> Result<(), Fault> {
    let names = match object.get("type") {
        None => return Ok(()),
        Some(Value::String(name)) => vec![name.clone()],
        Some(Value::Array(names)) => names
            .iter()
            .filter_map(Value::as_str)
            .map(str::to_owned)
            .collect(),
        Some(_) => {
            return Err(Fault::new(
                file,
                pointer,
                "`type` is neither a name nor a list of names",
            ));
        }
    };
    for name in &names {
        if ![
            "array", "boolean", "integer", "null", "number", "object", "string",
        ]
        .contains(&name.as_str())
        {
            return Err(Fault::new(
                file,
                pointer,
                format!("`{name}` is not a type of JSON"),
            ));
        }
    }
    let mut concrete: Vec<&String> = names.iter().filter(|name| *name != "null").collect();
    concrete.dedup();
    if concrete.len() < names.len() {
        object.insert("nullable".to_owned(), Value::Bool(true));
    }
    match concrete.as_slice() {
        [] => {
            // Nothing but null: 3.0 has no such type. The mark lets the schema around it fold it
            // into its own `nullable`; alone it accepts null, and anything else.
            object.remove("type");
            object.remove("nullable");
            object.insert("x-null".to_owned(), Value::Bool(true));
        }
        [one] => {
            let one = (*one).clone();
            object.insert("type".to_owned(), Value::String(one));
        }
        several => {
            let branches = several.iter().map(|name| branch_of(object, name)).collect();
            for keyword in ["type", "format", "items", "properties", "required", "enum"] {
                object.remove(keyword);
            }
            object.insert("anyOf".to_owned(), Value::Array(branches));
        }
    }
    Ok(())
}

/// The part of a schema of several types that concerns one of them.
fn branch_of(object: &Map<String, Value>, name: &str) -> Value {
    let mut branch = json!({ "type": name });
    let keywords: &[&str] = match name {
        "array" => &["items"],
        "object" => &["properties", "required", "additionalProperties"],
        "string" | "integer" | "number" => &["format"],
        _ => &[],
    };
    if let Some(fields) = branch.as_object_mut() {
        for keyword in keywords {
            if let Some(value) = object.get(*keyword) {
                fields.insert((*keyword).to_owned(), value.clone());
            }
        }
        if name == "array" && !fields.contains_key("items") {
            fields.insert("items".to_owned(), json!({}));
        }
        if let Some(values) = object.get("enum").and_then(Value::as_array) {
            let fitting: Vec<Value> = values
                .iter()
                .filter(|value| match name {
                    "string" => value.is_string(),
                    "boolean" => value.is_boolean(),
                    "integer" | "number" => value.is_number(),
                    _ => false,
                })
                .cloned()
                .collect();
            if !fitting.is_empty() {
                fields.insert("enum".to_owned(), Value::Array(fitting));
            }
        }
    }
    branch
}

/// `null` among the values of an enum says `nullable`.
fn enumerated_null(object: &mut Map<String, Value>) {
    if let Some(values) = object.get_mut("enum").and_then(Value::as_array_mut) {
        let before = values.len();
        values.retain(|value| !value.is_null());
        if values.len() < before {
            object.insert("nullable".to_owned(), Value::Bool(true));
        }
    }
}
