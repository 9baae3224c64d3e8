//! What stands around schemas: prose, parameters, answers.

use serde_json::{Value, json};

use crate::steps::walk;

/// Prose becomes comments of Rust, which hold neither carriage returns nor signs that turn the
/// direction of the text around.
pub(super) fn printable(node: &mut Value) {
    match node {
        Value::Object(object) => {
            for (key, value) in object.iter_mut() {
                match (key.as_str(), value) {
                    ("description" | "summary" | "title", Value::String(text)) => print(text),
                    // A property may have the name of a keyword.
                    ("properties", Value::Object(properties)) => {
                        properties.values_mut().for_each(printable);
                    }
                    // These are data, of which every sign counts.
                    ("enum" | "const", _) => {}
                    (_, other) => printable(other),
                }
            }
        }
        Value::Array(list) => list.iter_mut().for_each(printable),
        _ => {}
    }
}

fn print(text: &mut String) {
    let is_sign = |character: char| {
        (character.is_control() && character != '\n')
            || matches!(character, '\u{202A}'..='\u{202E}' | '\u{2066}'..='\u{2069}')
    };
    if text.contains(is_sign) {
        *text = text
            .replace("\r\n", "\n")
            .replace('\t', " ")
            .replace(is_sign, "");
    }
}

/// What parameters, responses and headers may carry in 3.1 only, or as prose.
pub(super) fn containers(document: &mut Value) {
    fn strip(node: &mut Value) {
        if let Some(object) = node.as_object_mut() {
            object.remove("example");
            object.remove("examples");
            if object.contains_key("$ref") {
                object.retain(|key, _| key == "$ref");
            }
            if let Some(content) = object.get_mut("content").and_then(Value::as_object_mut) {
                content.values_mut().for_each(strip);
            }
            if let Some(headers) = object.get_mut("headers").and_then(Value::as_object_mut) {
                headers.values_mut().for_each(strip);
            }
            object.remove("links");
        }
    }
    fn response(node: &mut Value) {
        strip(node);
        if let Some(object) = node
            .as_object_mut()
            .filter(|object| !object.contains_key("$ref"))
        {
            object.entry("description").or_insert_with(|| json!(""));
        }
    }
    if let Some(paths) = document.get_mut("paths").and_then(Value::as_object_mut) {
        paths.retain(|path, _| path.starts_with('/'));
        for item in paths.values_mut().filter_map(Value::as_object_mut) {
            item.remove("servers");
        }
    }
    walk::parameters_mut(document, &mut |_, parameter| strip(parameter));
    for (section, fix) in [
        ("parameters", strip as fn(&mut Value)),
        ("headers", strip),
        ("requestBodies", strip),
        ("responses", response),
    ] {
        if let Some(entries) = document
            .pointer_mut(&format!("/components/{section}"))
            .and_then(Value::as_object_mut)
        {
            entries.values_mut().for_each(fix);
        }
    }
    walk::operations_mut(document, |_, _, operation| {
        if let Some(object) = operation.as_object_mut() {
            for key in ["callbacks", "externalDocs", "servers"] {
                object.remove(key);
            }
        }
        if let Some(list) = operation
            .get_mut("parameters")
            .and_then(Value::as_array_mut)
        {
            list.iter_mut().for_each(strip);
        }
        if let Some(body) = operation.get_mut("requestBody") {
            strip(body);
        }
        if let Some(responses) = operation
            .get_mut("responses")
            .and_then(Value::as_object_mut)
        {
            responses.values_mut().for_each(response);
        }
    });
}
