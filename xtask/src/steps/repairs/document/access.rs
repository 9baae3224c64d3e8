//! Reaching into a document for the repairs.

use serde_json::{Map, Value};

/// The schema component `name`, when the document has it.
pub(super) fn component<'a>(
    document: &'a mut Value,
    name: &str,
) -> Option<&'a mut Map<String, Value>> {
    document
        .pointer_mut("/components/schemas")?
        .get_mut(name)?
        .as_object_mut()
}

pub(super) fn properties<'a>(
    document: &'a mut Value,
    name: &str,
) -> Option<&'a mut Map<String, Value>> {
    component(document, name)?
        .get_mut("properties")?
        .as_object_mut()
}

pub(super) fn operation<'a>(
    document: &'a mut Value,
    method: &str,
    path: &str,
) -> Option<&'a mut Value> {
    document.get_mut("paths")?.get_mut(path)?.get_mut(method)
}

/// Takes `names` from the required list of a component; says how many were there.
pub(super) fn not_required(document: &mut Value, schema: &str, names: &[&str]) -> usize {
    let Some(required) = component(document, schema)
        .and_then(|schema| schema.get_mut("required"))
        .and_then(Value::as_array_mut)
    else {
        return 0;
    };
    let before = required.len();
    required.retain(|name| !names.iter().any(|gone| name == gone));
    before - required.len()
}

/// Adds properties that are not there yet; says how many.
pub(super) fn add_properties(document: &mut Value, schema: &str, added: &[(&str, Value)]) -> usize {
    let Some(properties) = properties(document, schema) else {
        return 0;
    };
    let mut count = 0;
    for (name, property) in added {
        if !properties.contains_key(*name) {
            properties.insert((*name).to_owned(), property.clone());
            count += 1;
        }
    }
    count
}
