//! Arrays in answers and in requests.

use std::collections::BTreeSet;

use serde_json::{Map, Value};

use super::visit::sent_schemas;
use crate::steps::walk;

/// In an answer null, absent and empty are one thing for an array.
pub(super) fn plain_arrays(document: &mut Value) -> usize {
    let sent = sent_schemas(document);
    arrays(
        document,
        |name| !sent.contains(name),
        |property| {
            usize::from(
                property
                    .remove("nullable")
                    .is_some_and(|nullable| nullable == true),
            )
        },
    )
}

/// In a request they are two: `symbols: []` empties a watchlist, and absent leaves it alone.
pub(super) fn clearable_arrays(document: &mut Value) -> usize {
    let sent = sent_schemas(document);
    arrays(
        document,
        |name| sent.contains(name),
        |property| {
            usize::from(
                property
                    .insert("nullable".to_owned(), Value::Bool(true))
                    .is_none(),
            )
        },
    )
}

/// Calls `change` for each array property of the components that `chosen` picks; in requests only
/// for the optional ones.
pub(super) fn arrays(
    document: &mut Value,
    chosen: impl Fn(&str) -> bool,
    change: impl Fn(&mut Map<String, Value>) -> usize,
) -> usize {
    let Some(schemas) = walk::components_mut(document) else {
        return 0;
    };
    let mut count = 0;
    for (name, schema) in schemas {
        if !chosen(name) {
            continue;
        }
        let required: BTreeSet<String> = schema
            .get("required")
            .and_then(Value::as_array)
            .into_iter()
            .flatten()
            .filter_map(|name| name.as_str().map(str::to_owned))
            .collect();
        let Some(properties) = schema.get_mut("properties").and_then(Value::as_object_mut) else {
            continue;
        };
        for (property, body) in properties {
            if let Some(body) = body.as_object_mut()
                && body.get("type").and_then(Value::as_str) == Some("array")
                && !required.contains(property)
            {
                count += change(body);
            }
        }
    }
    count
}
