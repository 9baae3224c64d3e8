//! The vendored document in parts, and what is where in them.

use std::collections::BTreeMap;
use std::fs;
use std::sync::OnceLock;

use proptest::sample::Index;
use serde_json::Value;

use crate::document::pointer;
use crate::regen::workspace_root;

/// A document, its schemas, and which way what stands in each component travels.
pub(super) struct Known {
    pub(super) root: Value,
    /// Schemas that are written out, by pointer.
    schemas: Vec<String>,
    /// Operations, by pointer.
    pub(super) operations: Vec<String>,
    /// Parameters, by the pointer in the operation.
    pub(super) parameters: Vec<String>,
    travels: BTreeMap<String, (bool, bool)>,
}

/// How many parts the document is cut into, each compared in a part of the time.
pub(super) const PARTS: usize = 6;

/// The vendored document in parts: some of its paths, and all that they refer to.
pub(super) fn parts() -> &'static [Known] {
    static PARTS_OF: OnceLock<Vec<Known>> = OnceLock::new();
    PARTS_OF.get_or_init(|| {
        let path = workspace_root().join("openapi/trading-api.json");
        let root: Value = serde_json::from_str(&fs::read_to_string(path).unwrap()).unwrap();
        (0..PARTS)
            .map(|part| Known::new(root.clone(), part))
            .collect()
    })
}

impl Known {
    fn new(mut root: Value, part: usize) -> Self {
        let mut index = 0;
        root["paths"].as_object_mut().unwrap().retain(|_, _| {
            index += 1;
            index % PARTS == part
        });
        let (mut schemas, mut operations, mut parameters) = (Vec::new(), Vec::new(), Vec::new());
        let mut travels = BTreeMap::new();
        for (path, item) in root["paths"].as_object().unwrap() {
            let at = pointer::join("#/paths", path);
            for (method, operation) in item.as_object().unwrap() {
                if method == "parameters" || !operation.is_object() {
                    continue;
                }
                let at = format!("{at}/{method}");
                let listed = operation["parameters"].as_array().into_iter().flatten();
                for (index, parameter) in listed.enumerate() {
                    parameters.push(format!("{at}/parameters/{index}"));
                    let at = format!("{at}/parameters/{index}/schema");
                    parameter
                        .get("schema")
                        .inspect(|one| walk(one, &at, &mut schemas));
                }
                bodies(operation, &at, &mut schemas);
                let sent = [
                    &item["parameters"],
                    &operation["parameters"],
                    &operation["requestBody"],
                ];
                for part in sent {
                    reach(&root, part, true, &mut travels);
                }
                reach(&root, &operation["responses"], false, &mut travels);
                operations.push(at);
            }
        }
        for (section, entries) in root["components"].as_object_mut().unwrap() {
            let at = format!("#/components/{section}");
            let is_used = |name: &String| travels.contains_key(&pointer::join(&at, name));
            let entries = entries.as_object_mut().unwrap();
            entries.retain(|name, _| section == "securitySchemes" || is_used(name));
        }
        for (name, schema) in root["components"]["schemas"].as_object().unwrap() {
            walk(
                schema,
                &pointer::join("#/components/schemas", name),
                &mut schemas,
            );
        }
        Self {
            root,
            schemas,
            operations,
            parameters,
            travels,
        }
    }
}

/// The schemas in the bodies of an operation.
fn bodies(operation: &Value, at: &str, found: &mut Vec<String>) {
    let mut holders = vec![(
        operation["requestBody"].clone(),
        format!("{at}/requestBody"),
    )];
    for (status, response) in operation["responses"].as_object().into_iter().flatten() {
        holders.push((response.clone(), format!("{at}/responses/{status}")));
    }
    for (holder, at) in holders {
        for (media, content) in holder["content"].as_object().into_iter().flatten() {
            let at = pointer::join(&format!("{at}/content"), media);
            content
                .get("schema")
                .inspect(|schema| walk(schema, &format!("{at}/schema"), found));
        }
    }
}

/// Schemas that are written out: those that refer say nothing themselves. Branches of a union are
/// left out, which are only recognised by what they have in common.
fn walk(schema: &Value, at: &str, found: &mut Vec<String>) {
    let Some(object) = schema
        .as_object()
        .filter(|object| !object.contains_key("$ref"))
    else {
        return;
    };
    found.push(at.to_owned());
    for (name, property) in object
        .get("properties")
        .and_then(Value::as_object)
        .into_iter()
        .flatten()
    {
        walk(
            property,
            &pointer::join(&format!("{at}/properties"), name),
            found,
        );
    }
    for key in ["items", "additionalProperties"] {
        object
            .get(key)
            .inspect(|inner| walk(inner, &format!("{at}/{key}"), found));
    }
    let parts = object.get("allOf").and_then(Value::as_array);
    for (index, part) in parts.into_iter().flatten().enumerate() {
        walk(part, &format!("{at}/allOf/{index}"), found);
    }
}

/// Notes which way the components travel that `value` refers to.
fn reach(root: &Value, value: &Value, sent: bool, travels: &mut BTreeMap<String, (bool, bool)>) {
    match value {
        Value::Object(object) => {
            if let Some(target) = object.get("$ref").and_then(Value::as_str) {
                let ways = travels.entry(target.to_owned()).or_default();
                let way = if sent { &mut ways.0 } else { &mut ways.1 };
                if !std::mem::replace(way, true) {
                    reach(root, pointer::get(root, target).unwrap(), sent, travels);
                }
            }
            object
                .values()
                .for_each(|inner| reach(root, inner, sent, travels));
        }
        Value::Array(list) => list
            .iter()
            .for_each(|inner| reach(root, inner, sent, travels)),
        _ => {}
    }
}

impl Known {
    pub(super) fn at(&self, at: &str) -> &Value {
        pointer::get(&self.root, at).unwrap()
    }

    /// Whether what stands at a pointer is sent, and whether it is answered.
    pub(super) fn ways(&self, at: &str) -> (bool, bool) {
        if at.starts_with("#/paths") {
            return (!at.contains("/responses/"), at.contains("/responses/"));
        }
        let component: Vec<&str> = at.split('/').take(4).collect();
        let ways = self.travels.get(&component.join("/")).copied();
        // What nobody uses could go either way.
        ways.unwrap_or((true, true))
    }

    /// One of the schemas that `fits`.
    pub(super) fn schema(&self, index: Index, fits: impl Fn(&Value) -> bool) -> Option<&str> {
        let fitting: Vec<&String> = self.schemas.iter().filter(|at| fits(self.at(at))).collect();
        chosen(index, &fitting).map(|at| at.as_str())
    }
}

/// One of several, if there are any.
pub(super) fn chosen<T>(index: Index, all: &[T]) -> Option<&T> {
    (!all.is_empty()).then(|| index.get(all))
}
