//! What progenitor and typify cannot take, one function per limit.
//!
//! These run on the named document. Those that the vendored documents are known to need expire
//! like every repair; the rest guard against documents that nobody has seen yet.

use std::collections::BTreeSet;

use serde_json::{Map, Value, json};

use super::Repair;
use crate::steps::{money, sums, walk};

/// All limits, in the order in which they run.
pub const REPAIRS: &[Repair] = &[
    limit(
        "only_success_answers",
        "the generator drops or refuses the bodies of errors",
        only_success_answers,
    ),
    guard(
        "one_success_type",
        "the generator refuses several success types",
        one_success_type,
    ),
    guard(
        "json_preferred",
        "an operation has one media type each way",
        json_preferred,
    ),
    guard(
        "typed_json",
        "a JSON body without schema stops the generator",
        typed_json,
    ),
    limit(
        "requirement_branches",
        "branches that only require something are not types",
        requirement_branches,
    ),
    limit("merged_sums", "a sum of objects is one object", sums::merge),
    limit(
        "whole_number_enums",
        "an enum of numbers refuses what it does not list",
        whole_number_enums,
    ),
    guard(
        "mixed_enums",
        "an enum of several types is not a type",
        mixed_enums,
    ),
    limit(
        "comma_lists",
        "lists are always sent as repeated parameters",
        comma_lists,
    ),
    limit(
        "numbers_as_decimals",
        "a JSON number becomes a float",
        numbers_as_decimals,
    ),
    limit(
        "money_as_decimals",
        "money in strings stays a string",
        money_as_decimals,
    ),
    limit(
        "decimal_parameters",
        "a decimal in a query is serialised by itself",
        decimal_parameters,
    ),
    limit(
        "no_bounds",
        "a bound makes a type that refuses what the service sends",
        no_bounds,
    ),
    limit(
        "no_defaults",
        "a field with a default refuses null",
        no_defaults,
    ),
    limit(
        "open_objects",
        "a closed object refuses fields that come later",
        open_objects,
    ),
    limit(
        "nullable_not_required",
        "a required nullable field refuses to be absent",
        nullable_not_required,
    ),
    limit(
        "plain_arrays",
        "an optional array in an answer is an empty one",
        plain_arrays,
    ),
    limit(
        "clearable_arrays",
        "an empty array in a request is left out",
        clearable_arrays,
    ),
    guard(
        "typed_objects",
        "properties without a type are an object",
        typed_objects,
    ),
    limit(
        "unused_schemas",
        "a type that nothing uses costs every build",
        unused_schemas,
    ),
];

const fn limit(name: &'static str, reason: &'static str, apply: fn(&mut Value) -> usize) -> Repair {
    Repair {
        name,
        reason,
        apply,
        expires: true,
    }
}

const fn guard(name: &'static str, reason: &'static str, apply: fn(&mut Value) -> usize) -> Repair {
    Repair {
        name,
        reason,
        apply,
        expires: false,
    }
}

/// Counts the schemas that `change` changed, the innermost first.
fn count_schemas(document: &mut Value, change: impl Fn(&mut Map<String, Value>) -> usize) -> usize {
    let mut count = 0;
    let walked: Result<(), std::convert::Infallible> =
        walk::schemas_mut(document, &mut |_, schema| {
            if let Some(object) = schema.as_object_mut() {
                count += change(object);
            }
            Ok(())
        });
    match walked {
        Ok(()) => count,
    }
}

/// An error that is documented without content loses its body, two error types stop the generator,
/// and a typed error whose body is HTML loses its status. Without documented errors every answer
/// that is not 2xx reaches the caller whole. The schemas of the errors stay: they are how a caller
/// reads them.
fn only_success_answers(document: &mut Value) -> usize {
    let mut count = 0;
    let mut error_schemas = BTreeSet::new();
    let shared = document
        .pointer("/components/responses")
        .cloned()
        .unwrap_or_default();
    walk::operations_mut(document, |_, _, operation| {
        let Some(answers) = operation
            .get_mut("responses")
            .and_then(Value::as_object_mut)
        else {
            return;
        };
        let has_success = answers.keys().any(|status| status.starts_with('2'));
        if !has_success && let Some(default) = answers.remove("default") {
            answers.insert("2XX".to_owned(), default);
        }
        let before = answers.len();
        answers.retain(|status, answer| {
            if status.starts_with('2') {
                return true;
            }
            let target = answer
                .get("$ref")
                .and_then(Value::as_str)
                .and_then(walk::component_of)
                .and_then(|(_, name)| shared.get(&name))
                .unwrap_or(answer);
            walk::references(target, &mut |reference| {
                if let Some((section, name)) = walk::component_of(reference)
                    && section == "schemas"
                {
                    error_schemas.insert(name);
                }
            });
            false
        });
        count += before - answers.len();
    });
    if let Some(schemas) = walk::components_mut(document) {
        for name in error_schemas {
            if let Some(schema) = schemas.get_mut(&name).and_then(Value::as_object_mut) {
                schema.insert("x-error-body".to_owned(), Value::Bool(true));
            }
        }
    }
    count
}

/// Several 2xx answers with different bodies become one that takes any JSON.
fn one_success_type(document: &mut Value) -> usize {
    let mut count = 0;
    let shared = document
        .pointer("/components/responses")
        .cloned()
        .unwrap_or_default();
    walk::operations_mut(document, |_, _, operation| {
        let Some(answers) = operation
            .get_mut("responses")
            .and_then(Value::as_object_mut)
        else {
            return;
        };
        if answers.len() < 2 {
            return;
        }
        let content = |answer: &Value| {
            answer
                .get("$ref")
                .and_then(Value::as_str)
                .and_then(walk::component_of)
                .and_then(|(_, name)| shared.get(&name))
                .unwrap_or(answer)
                .get("content")
                .cloned()
        };
        let kinds: Vec<Option<Value>> = answers.values().map(content).collect();
        if kinds
            .windows(2)
            .all(|pair| matches!(pair, [one, other] if one == other))
        {
            return;
        }
        count += answers.len();
        answers.clear();
        answers.insert(
            "2XX".to_owned(),
            json!({
                "description": "Any of several answers.",
                "content": {"application/json": {"schema": {}}},
                "x-empty-body": true,
            }),
        );
    });
    count
}

fn is_json(media: &str) -> bool {
    media == "application/json" || media.starts_with("application/json;")
}

/// Where JSON is one of several media types, JSON it is.
fn json_preferred(document: &mut Value) -> usize {
    fn prefer(holder: Option<&mut Value>) -> usize {
        let Some(content) = holder
            .and_then(|holder| holder.get_mut("content"))
            .and_then(Value::as_object_mut)
        else {
            return 0;
        };
        let Some(json) = content.keys().find(|media| is_json(media)).cloned() else {
            // A body takes the first of several that the generator knows; an answer that is not
            // JSON is a stream of bytes whatever its type.
            let Some(first) = content.keys().next().cloned() else {
                return 0;
            };
            let before = content.len();
            content.retain(|media, _| *media == first);
            return before - content.len();
        };
        let changed = content.len() > 1 || json != "application/json";
        if changed && let Some(body) = content.remove(&json) {
            content.clear();
            content.insert("application/json".to_owned(), body);
        }
        usize::from(changed)
    }
    let mut count = 0;
    walk::operations_mut(document, |_, _, operation| {
        count += prefer(operation.get_mut("requestBody"));
        if let Some(answers) = operation
            .get_mut("responses")
            .and_then(Value::as_object_mut)
        {
            count += answers
                .values_mut()
                .map(|answer| prefer(Some(answer)))
                .sum::<usize>();
        }
    });
    for section in ["requestBodies", "responses"] {
        if let Some(entries) = document
            .pointer_mut(&format!("/components/{section}"))
            .and_then(Value::as_object_mut)
        {
            count += entries
                .values_mut()
                .map(|entry| prefer(Some(entry)))
                .sum::<usize>();
        }
    }
    count
}

/// A JSON body without a schema may be any JSON.
fn typed_json(document: &mut Value) -> usize {
    fn complete(holder: Option<&mut Value>) -> usize {
        let Some(body) = holder
            .and_then(|holder| holder.pointer_mut("/content/application~1json"))
            .and_then(Value::as_object_mut)
        else {
            return 0;
        };
        body.remove("encoding");
        if body.contains_key("schema") {
            return 0;
        }
        body.insert("schema".to_owned(), json!({}));
        1
    }
    let mut count = 0;
    walk::operations_mut(document, |_, _, operation| {
        count += complete(operation.get_mut("requestBody"));
        if let Some(answers) = operation
            .get_mut("responses")
            .and_then(Value::as_object_mut)
        {
            count += answers
                .values_mut()
                .map(|answer| complete(Some(answer)))
                .sum::<usize>();
        }
    });
    count
}

/// `anyOf: [{required: [name]}, {required: [symbols]}]` says which fields must be sent, not what
/// they look like. What a caller may send is checked by the crate above this one.
fn requirement_branches(document: &mut Value) -> usize {
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
fn whole_number_enums(document: &mut Value) -> usize {
    count_schemas(document, |schema| {
        let is_number = matches!(
            schema.get("type").and_then(Value::as_str),
            Some("integer" | "number" | "boolean")
        );
        usize::from(is_number && schema.remove("enum").is_some())
    })
}

/// An enum without a type, or with values of another type, or with the same value twice.
fn mixed_enums(document: &mut Value) -> usize {
    count_schemas(document, |schema| {
        let Some(values) = schema.get("enum").and_then(Value::as_array).cloned() else {
            return 0;
        };
        let mut changed = 0;
        if !schema.contains_key("type") && values.iter().all(Value::is_string) {
            schema.insert("type".to_owned(), json!("string"));
            changed = 1;
        }
        if schema.get("type") != Some(&json!("string")) {
            schema.remove("enum");
            return 1;
        }
        let mut unique: Vec<Value> = Vec::new();
        for value in values.iter().filter(|value| value.is_string()) {
            if !unique.contains(value) {
                unique.push(value.clone());
            }
        }
        if unique.len() != values.len() {
            schema.insert("enum".to_owned(), Value::Array(unique));
            changed = 1;
        }
        // A format beside an enum says nothing more, and hides the enum from the generator.
        if schema.remove("format").is_some() {
            changed = 1;
        }
        changed
    })
}

/// A list with `explode: false` travels as one value, `FILL,DIV`; the generator would repeat the
/// parameter. Each becomes a component that stands for the list as text.
fn comma_lists(document: &mut Value) -> usize {
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

/// A JSON number would be a 64-bit float, which changes prices. It becomes a decimal, which the
/// generated crate reads from the text of a number or a string.
fn numbers_as_decimals(document: &mut Value) -> usize {
    count_schemas(document, |schema| {
        if schema.get("type").and_then(Value::as_str) != Some("number") {
            return 0;
        }
        schema.insert("type".to_owned(), json!("string"));
        schema.insert("format".to_owned(), json!("decimal"));
        1
    })
}

/// Money, prices, quantities and ratios travel as strings, of which few are marked.
fn money_as_decimals(document: &mut Value) -> usize {
    count_schemas(document, |schema| {
        let Some(properties) = schema.get_mut("properties").and_then(Value::as_object_mut) else {
            return 0;
        };
        let mut count = 0;
        for (name, property) in properties {
            if let Some(property) = property.as_object_mut()
                && property.get("type").and_then(Value::as_str) == Some("string")
                && !property.contains_key("format")
                && !property.contains_key("enum")
                && money::is_decimal_name(name)
            {
                property.insert("format".to_owned(), json!("decimal"));
                count += 1;
            }
        }
        count
    })
}

/// Decimals in a query are written by a type of our own: that of the library may be switched to
/// floats by any other crate in the binary.
fn decimal_parameters(document: &mut Value) -> usize {
    let mut count = 0;
    walk::parameters_mut(document, &mut |_, parameter| {
        let name = parameter
            .get("name")
            .and_then(Value::as_str)
            .unwrap_or_default()
            .to_owned();
        let Some(schema) = parameter.get_mut("schema").and_then(Value::as_object_mut) else {
            return;
        };
        let is_text = schema.get("type").and_then(Value::as_str) == Some("string")
            && !schema.contains_key("enum");
        let format = schema.get("format").and_then(Value::as_str);
        if is_text
            && (format == Some("decimal") || (format.is_none() && money::is_decimal_name(&name)))
        {
            schema.insert("format".to_owned(), json!("decimal-parameter"));
            count += 1;
        }
    });
    count
}

/// Lengths, patterns and ranges make types that refuse a value: one empty string then sinks a
/// whole answer.
fn no_bounds(document: &mut Value) -> usize {
    const BOUNDS: [&str; 12] = [
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
fn no_defaults(document: &mut Value) -> usize {
    count_schemas(document, |schema| {
        usize::from(schema.remove("default").is_some())
    })
}

/// Alpaca calls a new field in an answer compatible, whatever its document says of
/// `additionalProperties`.
fn open_objects(document: &mut Value) -> usize {
    count_schemas(document, |schema| {
        let is_closed = schema.get("additionalProperties") == Some(&Value::Bool(false));
        let is_redundant = schema.contains_key("properties")
            && schema.get("additionalProperties") == Some(&Value::Bool(true));
        usize::from((is_closed || is_redundant) && schema.remove("additionalProperties").is_some())
    })
}

/// Null and absent mean the same in an answer.
fn nullable_not_required(document: &mut Value) -> usize {
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

/// The component schemas that request bodies reach.
fn sent_schemas(document: &Value) -> BTreeSet<String> {
    let mut start = Vec::new();
    walk::operations(document, |_, _, operation| {
        if let Some(body) = operation.get("requestBody") {
            let body = walk::resolve(document, body);
            walk::references(body, &mut |reference| start.push(reference.to_owned()));
        }
    });
    reachable(document, start)
}

fn reachable(document: &Value, mut open: Vec<String>) -> BTreeSet<String> {
    let mut reached = BTreeSet::new();
    while let Some(reference) = open.pop() {
        let Some((section, name)) = walk::component_of(&reference) else {
            continue;
        };
        let Some(entry) = document
            .get("components")
            .and_then(|components| components.get(&section)?.get(&name))
        else {
            continue;
        };
        if section == "schemas" && !reached.insert(name) {
            continue;
        }
        walk::references(entry, &mut |reference| open.push(reference.to_owned()));
        if let Some(items) = entry.get("x-comma-list") {
            walk::references(items, &mut |reference| open.push(reference.to_owned()));
        }
    }
    reached
}

/// In an answer null, absent and empty are one thing for an array.
fn plain_arrays(document: &mut Value) -> usize {
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
fn clearable_arrays(document: &mut Value) -> usize {
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
fn arrays(
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

/// `properties` or `items` without a `type`.
fn typed_objects(document: &mut Value) -> usize {
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
        count + usize::from(schema.remove("x-null").is_some())
    })
}

/// Schemas that no operation reaches, such as the parts of sums, which are merged by now. The
/// bodies of errors stay.
fn unused_schemas(document: &mut Value) -> usize {
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
    let Some(schemas) = walk::components_mut(document) else {
        return 0;
    };
    let before = schemas.len();
    schemas.retain(|name, _| used.contains(name));
    before - schemas.len()
}
