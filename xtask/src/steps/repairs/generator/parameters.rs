//! Parameters that the generator cannot send.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Value, json};

use crate::document::pointer;
use crate::steps::{names, walk};

/// A list with `explode: false` travels as one value, `FILL,DIV`; the generator would repeat the
/// parameter. Each becomes a component that stands for the list as text.
pub(super) fn comma_lists(document: &mut Value) -> usize {
    let owners = owners(document);
    let components = document.get("components").cloned().unwrap_or_default();
    let mut taken: BTreeSet<String> = walk::components(document)
        .into_iter()
        .flat_map(|schemas| schemas.keys().cloned())
        .collect();
    let mut lists = Vec::new();
    walk::parameters_mut(document, &mut |place, parameter| {
        if parameter.get("explode") != Some(&json!(false)) {
            return;
        }
        let schema = parameter.get("schema").cloned().unwrap_or_default();
        let list = target(&components, &schema);
        if list.get("type") != Some(&json!("array")) {
            return;
        }
        let name = parameter
            .get("name")
            .and_then(Value::as_str)
            .unwrap_or_default();
        let base = names::pascal(&format!("{}-{name}", owner(&owners, place)));
        let mut unique = base.clone();
        let mut number = 2;
        while !taken.insert(unique.clone()) {
            unique = format!("{base}{number}");
            number += 1;
        }
        if let Some(object) = parameter.as_object_mut() {
            object.remove("explode");
            object.remove("style");
            object.insert(
                "schema".to_owned(),
                json!({"$ref": format!("#/components/schemas/{unique}")}),
            );
            lists.push((unique, list.get("items").cloned()));
        }
    });
    let count = lists.len();
    if let Some(schemas) = walk::components_mut(document) {
        for (name, items) in lists {
            schemas.insert(
                name,
                json!({
                    "type": "string",
                    "format": "comma-list",
                    "description": "Values separated by commas, sent as one parameter.",
                    "x-comma-list": items.unwrap_or_else(|| json!({"type": "string"})),
                }),
            );
        }
    }
    count
}

/// Only texts, numbers, flags and, in a query, lists of them can be sent as parameters; anything
/// else is sent as the text that the caller makes of it.
pub(super) fn plain_parameters(document: &mut Value) -> usize {
    let components = document.get("components").cloned().unwrap_or_default();
    let mut count = 0;
    walk::parameters_mut(document, &mut |_, parameter| {
        let in_query = parameter.get("in") == Some(&json!("query"));
        let Some(schema) = parameter.get_mut("schema") else {
            return;
        };
        let whole = target(&components, schema);
        let is_plain = match whole.get("type").and_then(Value::as_str) {
            Some("string" | "integer" | "number" | "boolean") => true,
            Some("array") => {
                let items = whole.get("items").cloned().unwrap_or_default();
                in_query
                    && target(&components, &items)
                        .get("type")
                        .is_some_and(|kind| kind != "object" && kind != "array")
            }
            _ => false,
        };
        // A parameter that is absent says what a null one would.
        let nullable = !in_query
            && schema
                .as_object_mut()
                .is_some_and(|object| object.remove("nullable").is_some());
        if !is_plain {
            *schema = json!({"type": "string"});
        }
        count += usize::from(!is_plain || nullable);
    });
    count
}

/// What a schema comes to once references, alone or wrapped with prose, are followed.
fn target(components: &Value, schema: &Value) -> Value {
    let mut node = schema.clone();
    for _ in 0..32 {
        let inner = match node
            .get("allOf")
            .and_then(Value::as_array)
            .map(Vec::as_slice)
        {
            Some([only]) => only.clone(),
            _ => node.clone(),
        };
        let Some((section, name)) = inner
            .get("$ref")
            .and_then(Value::as_str)
            .and_then(walk::component_of)
        else {
            return inner;
        };
        match components.get(&section).and_then(|all| all.get(&name)) {
            Some(next) => node = next.clone(),
            None => return inner,
        }
    }
    node
}

/// The names of the operations of each path, in order.
fn owners(document: &Value) -> BTreeMap<String, String> {
    let mut owners = BTreeMap::new();
    walk::operations(document, |method, path, operation| {
        let id = operation
            .get("operationId")
            .and_then(Value::as_str)
            .unwrap_or_default();
        let base = format!("#/paths/{}", pointer::escape(path));
        owners.entry(base.clone()).or_insert_with(|| id.to_owned());
        owners.insert(format!("{base}/{method}"), id.to_owned());
    });
    owners
}

/// Whom the parameter at `place` belongs to: a shared one to itself, others to their operation.
fn owner(owners: &BTreeMap<String, String>, place: &str) -> String {
    if let Some(name) = place.strip_prefix("#/components/parameters/") {
        return name.to_owned();
    }
    place
        .rsplit_once("/parameters/")
        .and_then(|(holder, _)| owners.get(holder))
        .cloned()
        .unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn document(parameters: Value, path_parameters: Value) -> Value {
        json!({
            "paths": {"/a": {"parameters": path_parameters, "get": {"operationId": "list", "parameters": parameters}}},
            "components": {"schemas": {
                "ListKinds": {"type": "string"},
                "Kinds": {"type": "array", "items": {"type": "string"}},
                "Shape": {"type": "object"},
            }},
        })
    }

    #[test]
    fn a_comma_list_is_found_wherever_it_stands_and_takes_nobodys_name() {
        let list = |name: &str, schema: Value| json!({"name": name, "in": "query", "explode": false, "schema": schema});
        let mut document = document(
            json!([list(
                "kinds",
                json!({"type": "array", "items": {"type": "string"}})
            )]),
            json!([list("more", json!({"$ref": "#/components/schemas/Kinds"}))]),
        );
        assert_eq!(comma_lists(&mut document), 2);
        assert_eq!(comma_lists(&mut document), 0);
        let schemas = walk::components(&document).unwrap();
        assert!(schemas["ListKinds"].get("x-comma-list").is_none());
        assert!(schemas["ListKinds2"].get("x-comma-list").is_some());
        assert!(schemas["ListMore"].get("x-comma-list").is_some());
    }

    #[test]
    fn what_cannot_be_sent_is_sent_as_text() {
        let query = |schema: Value| json!({"name": "q", "in": "query", "schema": schema});
        let mut document = document(
            json!([
                query(json!({"$ref": "#/components/schemas/Shape"})),
                query(json!({"type": "array", "items": {"type": "integer"}})),
                query(json!({"anyOf": [{"type": "string"}, {"type": "integer"}]})),
                {"name": "h", "in": "header", "schema": {"type": "array", "items": {"type": "string"}}},
            ]),
            json!([]),
        );
        assert_eq!(plain_parameters(&mut document), 3);
        assert_eq!(plain_parameters(&mut document), 0);
        let schema =
            |index: usize| document["paths"]["/a"]["get"]["parameters"][index]["schema"].clone();
        assert_eq!(schema(0), json!({"type": "string"}));
        assert_eq!(schema(1)["type"], json!("array"));
    }
}
