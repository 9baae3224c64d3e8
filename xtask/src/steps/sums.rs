//! Sums of objects, `allOf`, merged into one object.
//!
//! The generator can merge them too, but then nothing before it sees the whole: which properties a
//! type has decides what is money, what may be null, and how its fields are decoded.

use std::collections::BTreeSet;

use serde_json::{Map, Value, json};

use super::walk;

/// Merges every component that is a sum of objects; returns how many.
///
/// A sum with a part that is not an object, or with a property that two parts define in different
/// ways, stays as it is: the generator may still find a meaning.
pub fn merge(document: &mut Value) -> usize {
    let names: Vec<String> = walk::components(document)
        .into_iter()
        .flatten()
        .filter(|(_, schema)| schema.get("allOf").is_some())
        .map(|(name, _)| name.clone())
        .collect();
    let mut count = 0;
    for name in names {
        let Some(schema) = walk::components(document).and_then(|schemas| schemas.get(&name)) else {
            continue;
        };
        let mut sum = Sum::default();
        let mut visited = BTreeSet::from([name.clone()]);
        if sum.add(document, schema, &mut visited).is_none() {
            continue;
        }
        let mut merged = sum.into_schema();
        if let (Some(target), Some(source)) = (merged.as_object_mut(), schema.as_object()) {
            for (key, value) in source {
                if key == "title"
                    || key == "description"
                    || key == "nullable"
                    || key.starts_with("x-")
                {
                    target.insert(key.clone(), value.clone());
                }
            }
        }
        if let Some(schemas) = walk::components_mut(document) {
            schemas.insert(name, merged);
            count += 1;
        }
    }
    count
}

#[derive(Default)]
struct Sum {
    properties: Map<String, Value>,
    required: BTreeSet<String>,
}

impl Sum {
    /// Adds one part, with what it refers to; `None` when it is not an object that can be merged.
    fn add(
        &mut self,
        document: &Value,
        schema: &Value,
        visited: &mut BTreeSet<String>,
    ) -> Option<()> {
        let object = schema.as_object()?;
        if let Some(reference) = object.get("$ref").and_then(Value::as_str) {
            let (_, name) = walk::component_of(reference)?;
            let target = walk::components(document)?.get(&name)?;
            // A part that is reached on two ways adds nothing the second time; expanding it again
            // would double the work with every level.
            if visited.insert(name) {
                self.add(document, target, visited)?;
            }
            return Some(());
        }
        let is_object = matches!(
            object.get("type").and_then(Value::as_str),
            None | Some("object")
        );
        let is_plain = object.keys().all(|key| {
            matches!(
                key.as_str(),
                "type"
                    | "properties"
                    | "required"
                    | "allOf"
                    | "anyOf"
                    | "oneOf"
                    | "discriminator"
                    | "title"
                    | "description"
                    | "nullable"
                    | "deprecated"
                    | "additionalProperties"
            ) || key.starts_with("x-")
        });
        if !is_object || !is_plain || object.get("x-union").is_some() {
            return None;
        }
        for part in object
            .get("allOf")
            .and_then(Value::as_array)
            .into_iter()
            .flatten()
        {
            self.add(document, part, visited)?;
        }
        // A choice among the parts: the object may have the fields of any branch.
        for branch in ["anyOf", "oneOf"]
            .iter()
            .filter_map(|keyword| object.get(*keyword)?.as_array())
            .flatten()
        {
            let required = self.required.clone();
            self.add(document, branch, visited)?;
            self.required = required;
        }
        for (name, property) in object
            .get("properties")
            .and_then(Value::as_object)
            .into_iter()
            .flatten()
        {
            match self.properties.get(name) {
                // Prose may differ: the later part is the more particular one.
                Some(known) if bare(known) != bare(property) => return None,
                _ => {
                    self.properties.insert(name.clone(), property.clone());
                }
            }
        }
        self.required.extend(
            object
                .get("required")
                .and_then(Value::as_array)
                .into_iter()
                .flatten()
                .filter_map(|name| name.as_str().map(str::to_owned)),
        );
        Some(())
    }

    fn into_schema(self) -> Value {
        let required: Vec<String> = self
            .required
            .into_iter()
            .filter(|name| self.properties.contains_key(name))
            .collect();
        let mut schema = json!({"type": "object", "properties": self.properties});
        if let Some(object) = schema.as_object_mut().filter(|_| !required.is_empty()) {
            object.insert("required".to_owned(), json!(required));
        }
        schema
    }
}

/// A schema without its prose.
fn bare(schema: &Value) -> Value {
    let mut schema = schema.clone();
    if let Some(object) = schema.as_object_mut() {
        object.remove("description");
        object.remove("title");
        // A reference with prose is wrapped; without it, it stands alone.
        if object.len() == 1
            && let Some([only]) = object
                .get("allOf")
                .and_then(Value::as_array)
                .map(Vec::as_slice)
        {
            return only.clone();
        }
    }
    schema
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parts_become_one_object_with_the_union_of_required_names() {
        let mut document = json!({"components": {"schemas": {
            "Base": {"type": "object", "required": ["id"], "properties": {"id": {"type": "string"}}},
            "Middle": {"allOf": [{"$ref": "#/components/schemas/Base"}, {"properties": {"m": {"type": "integer"}}}]},
            "Top": {"title": "T", "allOf": [
                {"$ref": "#/components/schemas/Middle"},
                {"type": "object", "required": ["x"], "properties": {"x": {"type": "boolean"}, "id": {"type": "string", "description": "again"}}},
            ]},
        }}});
        assert_eq!(merge(&mut document), 2);
        assert_eq!(
            document.pointer("/components/schemas/Top"),
            Some(&json!({
                "type": "object",
                "title": "T",
                "required": ["id", "x"],
                "properties": {
                    "id": {"type": "string", "description": "again"},
                    "m": {"type": "integer"},
                    "x": {"type": "boolean"},
                },
            }))
        );
        assert_eq!(merge(&mut document), 0, "a second run finds nothing");
    }

    #[test]
    fn what_does_not_fit_together_is_left_alone() {
        let before = json!({"components": {"schemas": {
            "A": {"properties": {"x": {"type": "string"}}},
            "Conflict": {"allOf": [{"$ref": "#/components/schemas/A"}, {"properties": {"x": {"type": "integer"}}}]},
            "Text": {"allOf": [{"type": "string"}]},
        }}});
        let mut document = before.clone();
        assert_eq!(merge(&mut document), 0);
        assert_eq!(document, before);
    }
}
