//! Examples, defaults and the values of enums, held against the schemas that they belong to.

use serde_json::{Map, Value};

use super::Findings;
use super::schema::{Checker, repeated, shown};
use super::sites::{Carrier, Kind, Schema, Sites};
use crate::document::pointer::{escape, from_reference, get, join};

pub(super) fn find(root: &Value, sites: &Sites<'_>, findings: &mut Findings) {
    let checker = Checker::new(root);
    for carrier in &sites.carriers {
        let Some(schema) = carrier.value.get("schema") else {
            continue;
        };
        for (pointer, example) in carried(root, carrier) {
            if !is_checkable(carrier, example) {
                continue;
            }
            let check = |value: &Value| checker.check(schema, value, carrier.way);
            let mut found = check(example);
            if !found.is_empty() && carrier.kind == Kind::Parameter {
                // An example of a list may show what travels: `FILL,DIV`.
                let travels = as_lists(example);
                if travels.iter().any(|value| check(value).is_empty()) {
                    found.clear();
                }
            }
            for violation in found {
                findings.add(
                    "example-mismatch",
                    format!("{pointer}{}", violation.place),
                    violation.message,
                );
            }
        }
    }
    for schema in &sites.schemas {
        own_values(&checker, schema, findings);
    }
}

/// The examples beside the schema of `carrier`, with their pointers.
fn carried<'a>(root: &'a Value, carrier: &Carrier<'a>) -> Vec<(String, &'a Value)> {
    let mut found = Vec::new();
    if let Some(example) = carrier.value.get("example") {
        found.push((join(&carrier.pointer, "example"), example));
    }
    let named = carrier.value.get("examples").and_then(Value::as_object);
    for (name, holder) in named.into_iter().flatten() {
        let mut at = join(&join(&carrier.pointer, "examples"), name);
        let mut holder = holder;
        // A shared example lies among the components; what leads further is a finding elsewhere.
        if let Some(target) = holder.get("$ref").and_then(Value::as_str)
            && let Some(pointer) = from_reference(target)
            && let Some(shared) = get(root, &pointer)
        {
            at = pointer;
            holder = shared;
        }
        if let Some(value) = holder.get("value") {
            found.push((join(&at, "value"), value));
        }
    }
    let named = carrier.value.get("x-examples").and_then(Value::as_object);
    for (name, example) in named.into_iter().flatten() {
        let at = join(&join(&carrier.pointer, "x-examples"), name);
        found.push((at, example.get("value").unwrap_or(example)));
    }
    found
}

/// Whether an example of this media type is written as JSON.
fn is_checkable(carrier: &Carrier<'_>, example: &Value) -> bool {
    match carrier.kind {
        Kind::Parameter | Kind::Header => true,
        Kind::Media(media) => {
            let essence = media.split(';').next().unwrap_or_default().trim();
            let is_json = essence.eq_ignore_ascii_case("application/json")
                || essence.to_ascii_lowercase().ends_with("+json");
            // A form is written as an object; other types as the text that travels, which a schema
            // of the content does not describe.
            is_json || !example.is_string()
        }
    }
}

/// The lists that a text in an address may stand for.
fn as_lists(example: &Value) -> Vec<Value> {
    let plain = |text: &str| {
        serde_json::from_str::<Value>(text)
            .ok()
            .filter(|value| value.is_number() || value.is_boolean())
    };
    let text = match example {
        Value::String(text) => text.clone(),
        Value::Number(_) | Value::Bool(_) => example.to_string(),
        _ => return Vec::new(),
    };
    let parts = || text.split(',').map(str::trim);
    vec![
        parts().map(Value::from).collect(),
        parts()
            .map(|part| plain(part).unwrap_or_else(|| Value::from(part)))
            .collect(),
    ]
}

/// What a schema says of itself: example, examples, default, enum, constant.
fn own_values(checker: &Checker<'_>, schema: &Schema<'_>, findings: &mut Findings) {
    let keywords = schema.value;
    let mut check = |rule: &str, keywords: &Map<String, Value>, at: String, value: &Value| {
        for violation in checker.check_keywords(keywords, value, schema.way) {
            findings.add(rule, format!("{at}{}", violation.place), violation.message);
        }
    };
    // The schema without some of its keywords: made once, and of what is looked at alone.
    let without = |left_out: &[&str]| -> Map<String, Value> {
        keywords
            .iter()
            .filter(|(key, _)| !left_out.contains(&key.as_str()))
            .map(|(key, value)| (key.clone(), value.clone()))
            .collect()
    };
    if let Some(example) = keywords.get("example") {
        let at = join(&schema.pointer, "example");
        check("example-mismatch", keywords, at, example);
    }
    if let Some(examples) = keywords.get("examples").and_then(Value::as_array) {
        for (index, example) in examples.iter().enumerate() {
            let at = format!("{}/examples/{index}", schema.pointer);
            check("example-mismatch", keywords, at, example);
        }
    }
    // Editors of documents keep named examples there, as they are or as `value`.
    let named = keywords.get("x-examples").and_then(Value::as_object);
    for (name, example) in named.into_iter().flatten() {
        let fits = |value| {
            checker
                .check_keywords(keywords, value, schema.way)
                .is_empty()
        };
        if example.get("value").is_some_and(fits) {
            continue;
        }
        let at = format!("{}/x-examples/{}", schema.pointer, escape(name));
        check("example-mismatch", keywords, at, example);
    }
    if let Some(default) = keywords.get("default") {
        let at = join(&schema.pointer, "default");
        check("default-mismatch", keywords, at, default);
    }
    if let Some(only) = keywords.get("const") {
        let at = join(&schema.pointer, "const");
        check(
            "enum-mismatch",
            &without(&["const", "examples", "x-examples"]),
            at,
            only,
        );
    }
    let Some(values) = keywords.get("enum").and_then(Value::as_array) else {
        return;
    };
    let rest = without(&[
        "enum",
        "const",
        "description",
        "default",
        "example",
        "examples",
        "x-examples",
    ]);
    for (index, value) in values.iter().enumerate() {
        let at = format!("{}/enum/{index}", schema.pointer);
        check("enum-mismatch", &rest, at, value);
    }
    // All pairs are compared, so a giant list is not judged.
    if values.len() > 2_000 {
        return;
    }
    for index in repeated(values) {
        if let Some(value) = values.get(index) {
            findings.add(
                "enum-repeated",
                format!("{}/enum/{index}", schema.pointer),
                format!("{} is listed before", shown(value)),
            );
        }
    }
}
