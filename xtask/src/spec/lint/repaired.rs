//! What the pipeline repairs, and where.
//!
//! A repair says how often it changed something, not where. So each is watched: what differs between
//! the document before and after it are its places. From the naming on, types have other names and
//! inline ones stand among the components; their places are led back to where they came from.

use std::collections::HashMap;

use serde_json::Value;

use super::Findings;
use super::mend::{nearest, schema_pointer};
use super::sites::Sites;
use crate::document::Document;
use crate::document::pointer::{escape, join};
use crate::steps::Seen;

/// What was seen of the repairs so far.
#[derive(Default)]
pub(super) struct Repaired {
    /// The document as it was when something was last seen.
    before: Value,
    /// The repairs, and the places of what they changed.
    places: Vec<(&'static str, String)>,
    /// Where the types of the named document come from.
    origins: Option<HashMap<String, String>>,
}

impl Repaired {
    /// Takes in what was done a moment ago, which made the document `after`.
    pub(super) fn see(&mut self, seen: Seen, after: &Value) {
        match seen {
            Seen::Read => self.before = after.clone(),
            Seen::Named => {
                self.origins = Some(origins_of(&self.before, after));
                self.before = after.clone();
            }
            Seen::Repaired(repair) => {
                let mut changed = Vec::new();
                differences(&mut self.before, after, &mut "#".to_owned(), &mut changed);
                self.places.extend(changed.iter().map(|pointer| {
                    let pointer = schema_of(pointer);
                    let origins = self.origins.as_ref();
                    let origin = origins.map(|known| lead_back(known, pointer));
                    (repair, origin.unwrap_or_else(|| pointer.to_owned()))
                }));
            }
        }
    }

    /// Notes the places of all repairs as places of `document`.
    pub(super) fn note(self, document: &Document, findings: &mut Findings) {
        for (repair, pointer) in self.places {
            let pointer = nearest(&document.root, &pointer);
            let rule = findings.rules.iter().find(|rule| rule.name == repair);
            let finds = rule.map(|rule| rule.finds).unwrap_or_default();
            findings.add(repair, pointer, finds);
        }
    }
}

/// The places where two documents differ: an object that has other keys, or a value that is another.
///
/// `before` becomes `after` on the way. Most of it is as it was, and a copy of the whole for each repair
/// would take longer than the repairs.
fn differences(before: &mut Value, after: &Value, pointer: &mut String, found: &mut Vec<String>) {
    match (&mut *before, after) {
        (Value::Object(old), Value::Object(new)) => {
            let is_list_of_names = pointer.matches('/').count() == 2
                && (pointer.starts_with("#/components/") || pointer == "#/paths");
            let gone: Vec<String> = old
                .keys()
                .filter(|key| !new.contains_key(*key))
                .cloned()
                .collect();
            if is_list_of_names {
                // A component that is added comes from elsewhere; one that is gone was here.
                found.extend(gone.iter().map(|name| join(pointer, name)));
            } else if !gone.is_empty() || old.len() != new.len() {
                found.push(pointer.clone());
            }
            for key in gone {
                old.remove(&key);
            }
            for (key, new) in new {
                match old.get_mut(key) {
                    Some(old) => below(key, old, new, pointer, found),
                    None => drop(old.insert(key.clone(), new.clone())),
                }
            }
        }
        (Value::Array(old), Value::Array(new)) if old.len() == new.len() => {
            for (index, (old, new)) in old.iter_mut().zip(new).enumerate() {
                below(&index.to_string(), old, new, pointer, found);
            }
        }
        _ => {
            found.push(pointer.clone());
            *before = after.clone();
        }
    }
}

/// One step down, where something differs there.
fn below(step: &str, old: &mut Value, new: &Value, pointer: &mut String, found: &mut Vec<String>) {
    if old != new {
        let length = pointer.len();
        pointer.push('/');
        pointer.push_str(&escape(step));
        differences(old, new, pointer, found);
        pointer.truncate(length);
    }
}

/// The schema, parameter or body of which a keyword differs.
fn schema_of(pointer: &str) -> &str {
    const KEYWORDS: [&str; 10] = [
        "$ref",
        "allOf",
        "anyOf",
        "enum",
        "explode",
        "format",
        "oneOf",
        "properties",
        "required",
        "type",
    ];
    let mut pointer = pointer;
    while let Some((above, last)) = pointer.rsplit_once('/') {
        let before = above.rsplit('/').next().unwrap_or_default();
        // Under `properties` a word is a name, and so it is among the components.
        let is_name = matches!(before, "properties" | "schemas" | "parameters");
        let is_branch = matches!(before, "allOf" | "anyOf" | "oneOf");
        if is_name || !(is_branch || KEYWORDS.contains(&last)) {
            break;
        }
        pointer = above;
    }
    pointer
}

/// Where the components of the named document come from: the pointer of each that has another name or
/// stood elsewhere.
fn origins_of(before: &Value, after: &Value) -> HashMap<String, String> {
    let had = |name: &str| {
        before
            .pointer("/components/schemas")
            .is_some_and(|schemas| schemas.get(name).is_some())
    };
    let mut origins = HashMap::new();
    let schemas = after
        .pointer("/components/schemas")
        .and_then(Value::as_object);
    for (name, schema) in schemas.into_iter().flatten() {
        let in_document = schema.get("x-document-name").and_then(Value::as_str);
        if let Some(origin) = in_document.or_else(|| had(name).then_some(name.as_str())) {
            origins.insert(schema_pointer(name), schema_pointer(origin));
        }
    }
    // One that was lifted out stood where its first reference is.
    for reference in Sites::of(after).references {
        let target = reference.target;
        if target.starts_with("#/components/schemas/") && !origins.contains_key(target) {
            let holder = reference.holder.strip_suffix("/allOf/0");
            let place = holder.unwrap_or(&reference.holder).to_owned();
            if !place.starts_with(target) {
                origins.insert(target.to_owned(), place);
            }
        }
    }
    origins
}

/// Leads `pointer` back through `origins`.
fn lead_back(origins: &HashMap<String, String>, pointer: &str) -> String {
    let mut pointer = pointer.to_owned();
    // A type may be lifted out of one that was lifted itself; one more step finds nothing new.
    for _ in 0..32 {
        let Some(inside) = pointer.strip_prefix("#/components/schemas/") else {
            break;
        };
        let name = inside.split('/').next().unwrap_or_default();
        let component = format!("#/components/schemas/{name}");
        let rest = pointer.get(component.len()..).unwrap_or_default();
        match origins.get(&component) {
            Some(origin) if *origin != component => pointer = format!("{origin}{rest}"),
            _ => break,
        }
        if origins
            .get(&component)
            .is_some_and(|it| it.matches('/').count() == 3)
        {
            break;
        }
    }
    pointer
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn differences_are_named_where_they_are() {
        let mut before = json!({"paths": {"/a": {"get": {"x": [1, 2], "y": 1}}}, "components": {"schemas": {"A": {}, "B": {"t": 1}}}});
        let after = json!({"paths": {"/a": {"get": {"x": [1, 3], "z": 1}}}, "components": {"schemas": {"B": {"t": 2}, "C": {}}}});
        let mut found = Vec::new();
        differences(&mut before, &after, &mut "#".to_owned(), &mut found);
        assert_eq!(before, after);
        found.sort();
        assert_eq!(
            found,
            [
                "#/components/schemas/A",
                "#/components/schemas/B/t",
                "#/paths/~1a/get",
                "#/paths/~1a/get/x/1",
            ]
        );
    }

    #[test]
    fn a_keyword_is_led_up_to_its_schema() {
        for (pointer, schema) in [
            (
                "#/components/schemas/A/properties/b/format",
                "#/components/schemas/A/properties/b",
            ),
            (
                "#/components/schemas/A/properties/format",
                "#/components/schemas/A/properties/format",
            ),
            (
                "#/components/schemas/A/oneOf/3/$ref",
                "#/components/schemas/A",
            ),
            (
                "#/components/schemas/A/properties",
                "#/components/schemas/A",
            ),
            ("#/components/schemas/type", "#/components/schemas/type"),
            ("#/paths/~1a/get/responses", "#/paths/~1a/get/responses"),
        ] {
            assert_eq!(schema_of(pointer), schema);
        }
    }

    #[test]
    fn a_lifted_type_is_led_back_to_its_place() {
        let before =
            json!({"components": {"schemas": {"old_a": {"properties": {"b": {"enum": ["x"]}}}}}});
        let after = json!({"components": {"schemas": {
            "OldA": {"x-document-name": "old_a", "properties": {"b": {"allOf": [{"$ref": "#/components/schemas/OldAB"}]}}},
            "OldAB": {"enum": ["x"]},
        }}});
        let origins = origins_of(&before, &after);
        assert_eq!(
            lead_back(&origins, "#/components/schemas/OldAB/enum"),
            "#/components/schemas/old_a/properties/b/enum"
        );
    }
}
