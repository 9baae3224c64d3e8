//! Arrays: as parameters, in answers, in requests.

use std::collections::BTreeSet;

use serde_json::{Map, Value, json};

use super::visit::sent_schemas;
use crate::steps::walk;

/// A list with `explode: false` travels as one value, `FILL,DIV`; the generator would repeat the
/// parameter. Each becomes a component that stands for the list as text.
pub(super) fn comma_lists(document: &mut Value) -> usize {
    let mut lists: Vec<(String, Value)> = Vec::new();
    let lift = |parameter: &mut Value, owner: &str, lists: &mut Vec<(String, Value)>| {
        let is_list = parameter.get("explode") == Some(&json!(false))
            && parameter.pointer("/schema/type") == Some(&json!("array"));
        if !is_list {
            return;
        }
        let name = parameter
            .get("name")
            .and_then(Value::as_str)
            .unwrap_or_default();
        let name = crate::steps::names::pascal(&format!("{owner}-{name}"));
        if let Some(object) = parameter.as_object_mut() {
            object.remove("explode");
            object.remove("style");
            if let Some(schema) = object.insert(
                "schema".to_owned(),
                json!({"$ref": format!("#/components/schemas/{name}")}),
            ) {
                lists.push((name, schema));
            }
        }
    };
    if let Some(shared) = document
        .pointer_mut("/components/parameters")
        .and_then(Value::as_object_mut)
    {
        for (owner, parameter) in shared {
            lift(parameter, owner, &mut lists);
        }
    }
    walk::operations_mut(document, |_, _, operation| {
        let owner = operation
            .get("operationId")
            .and_then(Value::as_str)
            .unwrap_or_default()
            .to_owned();
        if let Some(list) = operation
            .get_mut("parameters")
            .and_then(Value::as_array_mut)
        {
            list.iter_mut()
                .for_each(|parameter| lift(parameter, &owner, &mut lists));
        }
    });
    let count = lists.len();
    if let Some(schemas) = walk::components_mut(document) {
        for (name, schema) in lists {
            let items = schema
                .get("items")
                .cloned()
                .unwrap_or_else(|| json!({"type": "string"}));
            schemas.insert(
                name,
                json!({
                    "type": "string",
                    "format": "comma-list",
                    "description": "Values separated by commas, sent as one parameter.",
                    "x-comma-list": items,
                }),
            );
        }
    }
    count
}

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
