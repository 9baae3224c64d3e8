//! Types: enums, bounds, objects, and what nothing uses.

use std::collections::BTreeSet;

use serde_json::{Value, json};

use super::visit::{count_schemas, reachable};
use crate::steps::walk;

/// `anyOf: [{required: [name]}, {required: [symbols]}]` says which fields must be sent, not what
/// they look like. What a caller may send is checked by the crate above this one.
pub(super) fn requirement_branches(document: &mut Value) -> usize {
    count_schemas(document, |schema| {
        let mut count = 0;
        for keyword in ["anyOf", "oneOf"] {
            let only_require = schema
                .get(keyword)
                .and_then(Value::as_array)
                .is_some_and(|all| {
                    all.iter().all(|branch| {
                        branch.as_object().is_some_and(|fields| {
                            fields.keys().all(|key| key == "required" || key == "title")
                        })
                    })
                });
            if only_require {
                schema.remove(keyword);
                count += 1;
            }
        }
        count
    })
}

/// `options_approved_level: enum [0, 1, 2, 3]` would refuse a level 4.
pub(super) fn whole_number_enums(document: &mut Value) -> usize {
    count_schemas(document, |schema| {
        let is_number = matches!(
            schema.get("type").and_then(Value::as_str),
            Some("integer" | "number" | "boolean")
        );
        usize::from(is_number && schema.remove("enum").is_some())
    })
}

/// Lengths, patterns and ranges make types that refuse a value: one empty string then sinks a
/// whole answer.
pub(super) fn no_bounds(document: &mut Value) -> usize {
    const BOUNDS: [&str; 13] = [
        "exclusiveMaximum",
        "exclusiveMinimum",
        "maxItems",
        "maxLength",
        "maxProperties",
        "maximum",
        "minItems",
        "minLength",
        "minProperties",
        "minimum",
        "multipleOf",
        "not",
        "pattern",
    ];
    count_schemas(document, |schema| {
        let before = schema.len();
        schema.retain(|key, _| !BOUNDS.contains(&key.as_str()) && key != "uniqueItems");
        before - schema.len()
    })
}

/// A default turns an optional field into one that is always sent, and that refuses null. The
/// service knows its defaults.
pub(super) fn no_defaults(document: &mut Value) -> usize {
    count_schemas(document, |schema| {
        usize::from(schema.remove("default").is_some())
    })
}

/// Alpaca calls a new field in an answer compatible, whatever its document says of
/// `additionalProperties`.
pub(super) fn open_objects(document: &mut Value) -> usize {
    count_schemas(document, |schema| {
        // Beside named fields the others would be one more field, of which every number is a float.
        let is_closed = schema.get("additionalProperties") == Some(&Value::Bool(false));
        let has_fields = schema
            .get("properties")
            .and_then(Value::as_object)
            .is_some_and(|fields| !fields.is_empty());
        usize::from((is_closed || has_fields) && schema.remove("additionalProperties").is_some())
    })
}

/// Null and absent mean the same in an answer.
pub(super) fn nullable_not_required(document: &mut Value) -> usize {
    count_schemas(document, |schema| {
        let nullable: BTreeSet<String> = schema
            .get("properties")
            .and_then(Value::as_object)
            .into_iter()
            .flatten()
            .filter(|(_, property)| property.get("nullable") == Some(&Value::Bool(true)))
            .map(|(name, _)| name.clone())
            .collect();
        let Some(required) = schema.get_mut("required").and_then(Value::as_array_mut) else {
            return 0;
        };
        let before = required.len();
        required.retain(|name| !name.as_str().is_some_and(|name| nullable.contains(name)));
        before - required.len()
    })
}

/// `properties` or `items` without a `type`.
pub(super) fn typed_objects(document: &mut Value) -> usize {
    count_schemas(document, |schema| {
        let mut count = 0;
        for (keyword, kind) in [("properties", "object"), ("items", "array")] {
            if schema.contains_key(keyword) && !schema.contains_key("type") {
                schema.insert("type".to_owned(), json!(kind));
                count += 1;
            }
        }
        if schema.get("type") == Some(&json!("array")) && !schema.contains_key("items") {
            schema.insert("items".to_owned(), json!({}));
            count += 1;
        }
        count
    })
}

/// Schemas that no operation reaches, such as the parts of sums, which are merged by now. The
/// bodies of errors stay.
pub(super) fn unused_schemas(document: &mut Value) -> usize {
    let mut start = Vec::new();
    walk::operations(document, |_, _, operation| {
        walk::references(operation, &mut |reference| start.push(reference.to_owned()));
    });
    if let Some(paths) = document.get("paths").and_then(Value::as_object) {
        for item in paths.values() {
            if let Some(parameters) = item.get("parameters") {
                walk::references(parameters, &mut |reference| {
                    start.push(reference.to_owned())
                });
            }
        }
    }
    for (name, schema) in walk::components(document).into_iter().flatten() {
        if schema.get("x-error-body").is_some() {
            start.push(format!("#/components/schemas/{name}"));
        }
    }
    let used = reachable(document, start);
    let mut count = 0;
    // What errors and bodies shared has served its turn as well.
    for section in [
        "schemas",
        "responses",
        "requestBodies",
        "headers",
        "parameters",
    ] {
        if let Some(entries) = document
            .pointer_mut(&format!("/components/{section}"))
            .and_then(Value::as_object_mut)
        {
            let before = entries.len();
            entries.retain(|name, _| used.contains(&(section.to_owned(), name.clone())));
            count += before - entries.len();
        }
    }
    count
}
