//! Values near a schema: those that it lists, those at its bounds, and what is one step off.

use serde_json::{Map, Value, json};

use super::schemas;

/// The schemas that are followed into one another.
const DEEPEST: usize = 5;
/// The values kept for one schema inside another.
const INSIDE: usize = 12;

/// At most `most` values for `schema`, always the same ones; null is the first.
pub(super) fn near(schemas: &Map<String, Value>, schema: &Value, most: usize) -> Vec<Value> {
    let mut found = schemas::values();
    collect(schemas, schema, 0, &mut found);
    let mut unique: Vec<Value> = vec![Value::Null];
    for value in found {
        if !unique.contains(&value) {
            unique.push(value);
        }
    }
    thinned(unique, most)
}

/// Every so-manieth, from the first on.
fn thinned(values: Vec<Value>, most: usize) -> Vec<Value> {
    let step = values.len().div_ceil(most).max(1);
    values.into_iter().step_by(step).collect()
}

fn inside(schemas: &Map<String, Value>, schema: &Value, depth: usize) -> Vec<Value> {
    let mut found = vec![Value::Null, json!(1), json!("a")];
    collect(schemas, schema, depth, &mut found);
    thinned(found, INSIDE)
}

fn collect(schemas: &Map<String, Value>, schema: &Value, depth: usize, found: &mut Vec<Value>) {
    let Some(object) = schema.as_object().filter(|_| depth < DEEPEST) else {
        return;
    };
    for (keyword, value) in object {
        match keyword.as_str() {
            "const" => found.push(value.clone()),
            "enum" => found.extend(value.as_array().into_iter().flatten().cloned()),
            "minimum" | "maximum" | "exclusiveMinimum" | "exclusiveMaximum" => {
                around(value, found);
            }
            "minLength" | "maxLength" => {
                let length = value.as_u64().map_or(0, |it| usize::try_from(it).unwrap());
                for length in length.saturating_sub(1)..=length + 1 {
                    found.push(json!("ab".repeat(length).get(..length)));
                    found.push(json!("b".repeat(length)));
                }
            }
            "minItems" | "maxItems" | "uniqueItems" => {
                found.extend([json!([1, 1]), json!([1, 2]), json!(["a", null, 2])]);
            }
            "items" => {
                for item in inside(schemas, value, depth + 1) {
                    found.extend([json!([item]), json!([item, item]), json!([1, item])]);
                }
            }
            "additionalProperties" => {
                for item in inside(schemas, value, depth + 1) {
                    found.extend([json!({ "z": item }), json!({ "a": 1, "z": item })]);
                }
            }
            "properties" => properties(schemas, value, depth, found),
            "required" => {
                let names = value.as_array().into_iter().flatten();
                let names: Vec<&str> = names.filter_map(Value::as_str).collect();
                for value in [Value::Null, json!(1), json!("a")] {
                    let all = names.iter().map(|name| ((*name).to_owned(), value.clone()));
                    found.push(Value::Object(all.collect()));
                }
            }
            "allOf" | "anyOf" | "oneOf" => {
                for part in value.as_array().into_iter().flatten() {
                    collect(schemas, part, depth + 1, found);
                }
            }
            "not" => collect(schemas, value, depth + 1, found),
            "$ref" => {
                let reference = value.as_str().unwrap_or_default().replace("%73", "s");
                let path = reference.trim_start_matches("#/components/schemas/");
                let mut steps = path.split("/properties/");
                let target = steps.next().and_then(|name| schemas.get(name));
                let target = match steps.next() {
                    Some(name) => target.and_then(|target| target.get("properties")?.get(name)),
                    None => target,
                };
                if let Some(target) = target {
                    collect(schemas, target, depth + 1, found);
                }
            }
            _ => {}
        }
    }
}

fn around(limit: &Value, found: &mut Vec<Value>) {
    if let Some(limit) = limit.as_f64() {
        found.push(json!(limit));
        found.extend([-1.0, -0.5, 0.5, 1.0].map(|step| json!(limit + step)));
        for whole in -2..4 {
            if (f64::from(whole) - limit).abs() < 1.25 {
                found.push(json!(whole));
            }
        }
    }
}

/// Objects that take each value of each property, alone, and beside the last value of the others.
fn properties(
    schemas: &Map<String, Value>,
    properties: &Value,
    depth: usize,
    found: &mut Vec<Value>,
) {
    let mut whole = Map::new();
    for (name, schema) in properties.as_object().into_iter().flatten() {
        for value in inside(schemas, schema, depth + 1) {
            found.push(json!({ name: value }));
            whole.insert(name.clone(), value);
            found.push(Value::Object(whole.clone()));
        }
    }
    whole.insert("z".to_owned(), json!(1));
    found.push(Value::Object(whole));
}
