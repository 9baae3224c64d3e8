//! Visiting every operation and every schema of a document, wherever it stands.
//!
//! The steps describe *what* they change; where schemas and operations can occur is known here
//! and nowhere else.

use serde_json::{Map, Value};

use crate::document::pointer::{escape, join};

/// The HTTP methods that a path item may hold, in the order in which documents list them.
pub const METHODS: [&str; 8] = [
    "get", "put", "post", "delete", "options", "head", "patch", "trace",
];

/// The keywords of a schema that hold one schema each.
const SINGLE: [&str; 3] = ["items", "additionalProperties", "not"];
/// The keywords of a schema that hold a list of schemas.
const LISTS: [&str; 3] = ["allOf", "anyOf", "oneOf"];

/// Calls `visit` for every operation with its method (lower case), path and body.
pub fn operations<'a>(document: &'a Value, mut visit: impl FnMut(&str, &str, &'a Value)) {
    let Some(paths) = document.get("paths").and_then(Value::as_object) else {
        return;
    };
    for (path, item) in paths {
        if !path.starts_with('/') {
            continue;
        }
        for method in METHODS {
            if let Some(operation) = item.get(method) {
                visit(method, path, operation);
            }
        }
    }
}

/// Like [`operations`], with the operation to change.
pub fn operations_mut(document: &mut Value, mut visit: impl FnMut(&str, &str, &mut Value)) {
    let Some(paths) = document.get_mut("paths").and_then(Value::as_object_mut) else {
        return;
    };
    for (path, item) in paths {
        if !path.starts_with('/') {
            continue;
        }
        for method in METHODS {
            if let Some(operation) = item.get_mut(method) {
                visit(method, path, operation);
            }
        }
    }
}

/// Calls `visit` for every parameter object (not reference) of the document.
///
/// The pointer names the parameter; components come before paths.
pub fn parameters_mut(document: &mut Value, visit: &mut dyn FnMut(&str, &mut Value)) {
    if let Some(shared) = document
        .pointer_mut("/components/parameters")
        .and_then(Value::as_object_mut)
    {
        for (name, parameter) in shared {
            visit(
                &format!("#/components/parameters/{}", escape(name)),
                parameter,
            );
        }
    }
    let Some(paths) = document.get_mut("paths").and_then(Value::as_object_mut) else {
        return;
    };
    for (path, item) in paths {
        let base = format!("#/paths/{}", escape(path));
        list_parameters(item, &base, visit);
        for method in METHODS {
            if let Some(operation) = item.get_mut(method) {
                list_parameters(operation, &join(&base, method), visit);
            }
        }
    }
}

fn list_parameters(holder: &mut Value, base: &str, visit: &mut dyn FnMut(&str, &mut Value)) {
    let Some(list) = holder.get_mut("parameters").and_then(Value::as_array_mut) else {
        return;
    };
    for (index, parameter) in list.iter_mut().enumerate() {
        if parameter.get("$ref").is_none() {
            visit(&format!("{base}/parameters/{index}"), parameter);
        }
    }
}

/// What `schemas_mut` and `roots_mut` call: the pointer of a schema, and the schema.
pub type Visit<'a, E> = dyn FnMut(&str, &mut Value) -> Result<(), E> + 'a;

/// Calls `visit` for every schema of the document, the innermost first.
///
/// Innermost first, so that a visitor which rewrites a schema sees its parts in their final form.
/// The first error ends the walk.
pub fn schemas_mut<E>(document: &mut Value, visit: &mut Visit<'_, E>) -> Result<(), E> {
    roots_mut(document, &mut |pointer, schema| {
        nested(schema, pointer, visit)
    })
}

/// Calls `visit` for every schema that is not part of another one: components, parameters,
/// headers, and the bodies of requests and responses.
pub fn roots_mut<E>(document: &mut Value, visit: &mut Visit<'_, E>) -> Result<(), E> {
    if let Some(components) = document
        .get_mut("components")
        .and_then(Value::as_object_mut)
    {
        for (section, entries) in components.iter_mut() {
            let Some(entries) = entries.as_object_mut() else {
                continue;
            };
            for (name, entry) in entries {
                let base = format!("#/components/{section}/{}", escape(name));
                match section.as_str() {
                    "schemas" => visit(&base, entry)?,
                    "parameters" | "headers" => carrier(entry, &base, visit)?,
                    "requestBodies" => content(entry, &base, visit)?,
                    "responses" => response(entry, &base, visit)?,
                    _ => {}
                }
            }
        }
    }
    let Some(paths) = document.get_mut("paths").and_then(Value::as_object_mut) else {
        return Ok(());
    };
    for (path, item) in paths {
        let base = format!("#/paths/{}", escape(path));
        parameter_list(item, &base, visit)?;
        for method in METHODS {
            let Some(operation) = item.get_mut(method) else {
                continue;
            };
            let base = join(&base, method);
            parameter_list(operation, &base, visit)?;
            if let Some(body) = operation.get_mut("requestBody") {
                content(body, &join(&base, "requestBody"), visit)?;
            }
            if let Some(responses) = operation
                .get_mut("responses")
                .and_then(Value::as_object_mut)
            {
                for (status, entry) in responses {
                    response(entry, &format!("{base}/responses/{status}"), visit)?;
                }
            }
        }
    }
    Ok(())
}

fn parameter_list<E>(holder: &mut Value, base: &str, visit: &mut Visit<'_, E>) -> Result<(), E> {
    let Some(list) = holder.get_mut("parameters").and_then(Value::as_array_mut) else {
        return Ok(());
    };
    for (index, parameter) in list.iter_mut().enumerate() {
        carrier(parameter, &format!("{base}/parameters/{index}"), visit)?;
    }
    Ok(())
}

/// A parameter or a header: something with one `schema`.
fn carrier<E>(entry: &mut Value, base: &str, visit: &mut Visit<'_, E>) -> Result<(), E> {
    match entry.get_mut("schema") {
        Some(schema) => visit(&join(base, "schema"), schema),
        None => Ok(()),
    }
}

fn response<E>(entry: &mut Value, base: &str, visit: &mut Visit<'_, E>) -> Result<(), E> {
    if let Some(headers) = entry.get_mut("headers").and_then(Value::as_object_mut) {
        for (name, header) in headers {
            carrier(header, &format!("{base}/headers/{}", escape(name)), visit)?;
        }
    }
    content(entry, base, visit)
}

fn content<E>(entry: &mut Value, base: &str, visit: &mut Visit<'_, E>) -> Result<(), E> {
    let Some(types) = entry.get_mut("content").and_then(Value::as_object_mut) else {
        return Ok(());
    };
    for (media, body) in types {
        if let Some(schema) = body.get_mut("schema") {
            visit(&format!("{base}/content/{}/schema", escape(media)), schema)?;
        }
    }
    Ok(())
}

/// Calls `visit` for the parts of `schema`, then for `schema` itself.
pub fn nested<E>(schema: &mut Value, pointer: &str, visit: &mut Visit<'_, E>) -> Result<(), E> {
    parts_mut(schema, pointer, &mut |pointer, part| {
        nested(part, pointer, visit)
    })?;
    visit(pointer, schema)
}

/// Calls `visit` for every schema that stands directly inside `schema`.
pub fn parts_mut<E>(schema: &mut Value, pointer: &str, visit: &mut Visit<'_, E>) -> Result<(), E> {
    let Some(object) = schema.as_object_mut() else {
        return Ok(());
    };
    if let Some(properties) = object.get_mut("properties").and_then(Value::as_object_mut) {
        for (name, property) in properties {
            visit(&format!("{pointer}/properties/{}", escape(name)), property)?;
        }
    }
    for keyword in SINGLE {
        if let Some(part) = object.get_mut(keyword).filter(|part| part.is_object()) {
            visit(&join(pointer, keyword), part)?;
        }
    }
    for keyword in LISTS {
        if let Some(list) = object.get_mut(keyword).and_then(Value::as_array_mut) {
            for (index, part) in list.iter_mut().enumerate() {
                visit(&format!("{pointer}/{keyword}/{index}"), part)?;
            }
        }
    }
    Ok(())
}

/// The component that a reference names: (`schemas`, `Order`) for `#/components/schemas/Order`.
pub fn component_of(reference: &str) -> Option<(String, String)> {
    let mut parts = reference.strip_prefix("#/components/")?.splitn(2, '/');
    let section = parts.next()?.to_owned();
    let name = parts.next()?;
    (!name.contains('/')).then(|| (section, name.replace("~1", "/").replace("~0", "~")))
}

/// Replaces a reference by what it names, following chains; anything else is returned as it is.
pub fn resolve<'a>(document: &'a Value, node: &'a Value) -> &'a Value {
    let mut node = node;
    // A chain longer than this is a cycle, which the document check has refused already.
    for _ in 0..64 {
        match node.get("$ref").and_then(Value::as_str) {
            Some(reference) => match crate::document::pointer::get(document, reference) {
                Some(target) => node = target,
                None => return node,
            },
            None => return node,
        }
    }
    node
}

/// Every reference in `node`, in order, without those inside examples, defaults and extensions.
pub fn references(node: &Value, visit: &mut dyn FnMut(&str)) {
    match node {
        Value::Object(object) => {
            for (key, value) in object {
                match (key.as_str(), value) {
                    ("$ref", Value::String(reference)) => visit(reference),
                    ("properties", Value::Object(properties)) => {
                        properties
                            .values()
                            .for_each(|property| references(property, visit));
                    }
                    ("example" | "examples" | "default" | "enum" | "const", _) => {}
                    (extension, _) if extension.starts_with("x-") => {}
                    _ => references(value, visit),
                }
            }
        }
        Value::Array(list) => list.iter().for_each(|value| references(value, visit)),
        _ => {}
    }
}

/// Changes every reference in `node` by `rename`.
pub fn rename_references(node: &mut Value, rename: &dyn Fn(&str) -> Option<String>) {
    match node {
        Value::Object(object) => {
            for (key, value) in object {
                match value {
                    Value::String(reference) if key == "$ref" => {
                        if let Some(renamed) = rename(reference) {
                            *reference = renamed;
                        }
                    }
                    _ => rename_references(value, rename),
                }
            }
        }
        Value::Array(list) => list
            .iter_mut()
            .for_each(|value| rename_references(value, rename)),
        _ => {}
    }
}

/// The component schemas of a document.
pub fn components(document: &Value) -> Option<&Map<String, Value>> {
    document
        .pointer("/components/schemas")
        .and_then(Value::as_object)
}

/// The component schemas of a document, made if there are none.
pub fn components_mut(document: &mut Value) -> Option<&mut Map<String, Value>> {
    document
        .as_object_mut()?
        .entry("components")
        .or_insert_with(|| Value::Object(Map::new()))
        .as_object_mut()?
        .entry("schemas")
        .or_insert_with(|| Value::Object(Map::new()))
        .as_object_mut()
}
