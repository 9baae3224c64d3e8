//! References, spelt plainly.

use serde_json::{Map, Value};

use crate::document::pointer;
use crate::fault::Fault;

/// References name components from here on: spelt plainly, and one that leads into a component or a
/// path is replaced by what stands there.
pub(super) fn references(file: &str, document: &mut Value) -> Result<(), Fault> {
    // What is put in place of a reference may hold others; what does not end is refused, as is what
    // would grow without bound.
    let mut room = crate::document::MAX_VALUES;
    for _ in 0..8 {
        let whole = document.clone();
        let mut changed = false;
        if plain_references(&whole, document, &mut room, &mut changed).is_none() {
            break;
        }
        if !changed {
            return Ok(());
        }
    }
    Err(Fault::new(
        file,
        "#",
        "references into components lead from one to another without end; name a component instead",
    ))
}

/// One round; `None` when there is no room for what would be put in.
fn plain_references(
    whole: &Value,
    node: &mut Value,
    room: &mut u64,
    changed: &mut bool,
) -> Option<()> {
    if let Some(reference) = node.get("$ref").and_then(Value::as_str)
        && let Some(plain) = pointer::from_reference(reference)
    {
        let is_component = plain.starts_with("#/components/") && plain.matches('/').count() == 3;
        if is_component {
            if plain != reference
                && let Some(object) = node.as_object_mut()
            {
                object.insert("$ref".to_owned(), Value::String(plain));
                *changed = true;
            }
        } else if let Some(target) = pointer::get(whole, &plain) {
            *room = room.checked_sub(values(target))?;
            put_in_place(node, target);
            *changed = true;
            return Some(());
        }
    }
    match node {
        Value::Object(object) => {
            for (key, value) in object.iter_mut() {
                let is_data = key.starts_with("x-")
                    || matches!(
                        key.as_str(),
                        "example" | "examples" | "default" | "enum" | "const"
                    );
                if let Some(named) = named(key, value) {
                    for value in named.values_mut() {
                        plain_references(whole, value, room, changed)?;
                    }
                } else if !is_data {
                    plain_references(whole, value, room, changed)?;
                }
            }
        }
        Value::Array(list) => {
            for value in list {
                plain_references(whole, value, room, changed)?;
            }
        }
        _ => {}
    }
    Some(())
}

/// What `key` holds by name, where a name may be that of a keyword: a property `default`, and the
/// answer of that name.
fn named<'a>(key: &str, value: &'a mut Value) -> Option<&'a mut Map<String, Value>> {
    let holds_names = [
        "headers",
        "parameters",
        "properties",
        "requestBodies",
        "responses",
        "schemas",
    ]
    .contains(&key);
    holds_names.then(|| value.as_object_mut()).flatten()
}

/// Beside a reference to anything but a schema stands prose at most, which what is put in its place
/// has itself. What constrains stays, beside the schema that was referred to.
fn put_in_place(node: &mut Value, target: &Value) {
    let constrains = |key: &String| !matches!(key.as_str(), "$ref" | "description" | "summary");
    match node.as_object_mut() {
        Some(object) if object.keys().any(constrains) => {
            object.remove("$ref");
            let parts = object
                .entry("allOf")
                .or_insert_with(|| Value::Array(Vec::new()));
            if let Some(parts) = parts.as_array_mut() {
                // At the end: the places of the others, which a fault may have to name, stay theirs.
                parts.push(target.clone());
            }
        }
        _ => *node = target.clone(),
    }
}

/// How many values a value holds, itself included.
fn values(value: &Value) -> u64 {
    1 + match value {
        Value::Object(object) => object.values().map(values).sum(),
        Value::Array(list) => list.iter().map(values).sum(),
        _ => 0,
    }
}
