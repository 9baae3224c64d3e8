//! Choices that nothing tells apart.

use std::collections::BTreeSet;

use serde_json::{Map, Value, json};

use super::visit::count_schemas;
use crate::steps::walk;

/// A choice between objects becomes a union that recognises each by a key that it must have and no
/// other may have; what has none arrives whole, as unknown. A choice between plain values becomes a
/// decimal where all are numbers or texts of numbers, and any JSON otherwise.
///
/// First match would be wrong without a word: of two shapes whose fields are all optional, the first
/// takes everything. And what is matched by trial is buffered, which costs the digits of decimals.
pub(super) fn choices(document: &mut Value) -> usize {
    let components = walk::components(document).cloned().unwrap_or_default();
    count_schemas(document, |schema| {
        if schema.contains_key("x-union") {
            return 0;
        }
        let Some(branches) = ["oneOf", "anyOf"]
            .iter()
            .find_map(|keyword| schema.get(*keyword)?.as_array())
            .cloned()
        else {
            return 0;
        };
        for keyword in ["oneOf", "anyOf", "discriminator"] {
            schema.remove(keyword);
        }
        if schema.contains_key("properties") {
            // Fields beside a choice: an object that may have the fields of every branch.
            widen(&components, &branches, schema);
            return 1;
        }
        schema.remove("required");
        schema.remove("type");
        if let [only] = branches.as_slice() {
            schema.insert("allOf".to_owned(), json!([only]));
            return 1;
        }
        match objects(&components, &branches) {
            Some(names) => union(&components, &names, schema),
            None => scalar(&branches, schema),
        }
        1
    })
}

/// Adds the fields of every branch, none of them required.
fn widen(components: &Map<String, Value>, branches: &[Value], schema: &mut Map<String, Value>) {
    let Some(fields) = schema.get_mut("properties").and_then(Value::as_object_mut) else {
        return;
    };
    for branch in branches {
        let named = branch
            .get("$ref")
            .and_then(Value::as_str)
            .and_then(walk::component_of)
            .and_then(|(_, name)| components.get(&name));
        let more = named.unwrap_or(branch).get("properties");
        for (name, field) in more.and_then(Value::as_object).into_iter().flatten() {
            fields.entry(name.clone()).or_insert_with(|| field.clone());
        }
    }
}

/// The names of the branches, when all are objects of their own.
fn objects(components: &Map<String, Value>, branches: &[Value]) -> Option<Vec<String>> {
    branches
        .iter()
        .map(|branch| {
            let (_, name) = walk::component_of(branch.get("$ref")?.as_str()?)?;
            let target = components.get(&name)?;
            (target.get("properties").is_some() || target.get("allOf").is_some()).then_some(name)
        })
        .collect()
}

fn names_of(schema: &Value, keyword: &str) -> BTreeSet<String> {
    match schema.get(keyword) {
        Some(Value::Object(object)) => object.keys().cloned().collect(),
        Some(Value::Array(list)) => list
            .iter()
            .filter_map(|name| name.as_str().map(str::to_owned))
            .collect(),
        _ => BTreeSet::new(),
    }
}

fn union(components: &Map<String, Value>, names: &[String], schema: &mut Map<String, Value>) {
    let shape = |name: &String| components.get(name).cloned().unwrap_or_default();
    let mut variants = Vec::new();
    let mut seen = BTreeSet::new();
    for name in names {
        if !seen.insert(name) {
            continue;
        }
        let others: BTreeSet<String> = names
            .iter()
            .filter(|other| *other != name)
            .flat_map(|other| names_of(&shape(other), "properties"))
            .collect();
        let key = names_of(&shape(name), "required")
            .into_iter()
            .find(|key| !others.contains(key));
        let mut variant = json!({
            "name": name,
            "$ref": format!("#/components/schemas/{name}"),
        });
        if let (Some(object), Some(key)) = (variant.as_object_mut(), key) {
            object.insert("key".to_owned(), json!(key));
        }
        variants.push(variant);
    }
    let references: Vec<Value> = seen
        .iter()
        .map(|name| json!({"$ref": format!("#/components/schemas/{name}")}))
        .collect();
    schema.insert("oneOf".to_owned(), Value::Array(references));
    schema.insert(
        "x-union".to_owned(),
        json!({"recognised-by": "key", "variants": variants}),
    );
}

fn scalar(branches: &[Value], schema: &mut Map<String, Value>) {
    let kind = |branch: &Value| {
        branch
            .get("type")
            .and_then(Value::as_str)
            .map(str::to_owned)
            .filter(|_| branch.get("enum").is_none())
    };
    let kinds: Option<BTreeSet<String>> = branches.iter().map(kind).collect();
    let Some(kinds) = kinds else { return };
    let is_numeric = kinds
        .iter()
        .all(|kind| ["integer", "number", "string"].contains(&kind.as_str()));
    if is_numeric && (kinds.contains("number") || kinds.contains("integer")) {
        schema.insert("type".to_owned(), json!("number"));
    } else if kinds.len() == 1 && kinds.contains("string") {
        schema.insert("type".to_owned(), json!("string"));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn objects_are_recognised_by_what_only_they_must_have() {
        let object = |required: Value, properties: Value| json!({"type": "object", "required": required, "properties": properties});
        let reference = |name: &str| json!({"$ref": format!("#/components/schemas/{name}")});
        let mut document = json!({"components": {"schemas": {
            "A": object(json!(["id", "a"]), json!({"id": {}, "a": {}})),
            "B": object(json!(["id"]), json!({"id": {}, "b": {}})),
            "U": {"oneOf": [reference("A"), reference("B")]},
            "N": {"oneOf": [{"type": "string"}, {"type": "number"}]},
            "M": {"anyOf": [{"type": "string"}, {"type": "boolean"}]},
        }}});
        assert_eq!(choices(&mut document), 3);
        assert_eq!(choices(&mut document), 0);
        let all = &document["components"]["schemas"];
        let variants = &all["U"]["x-union"]["variants"];
        assert_eq!(variants[0]["key"], json!("a"));
        assert_eq!(
            variants[1].get("key"),
            None,
            "nothing is B's alone: it stays unknown"
        );
        assert_eq!(
            (&all["N"], &all["M"]),
            (&json!({"type": "number"}), &json!({}))
        );
    }
}
