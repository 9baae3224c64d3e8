//! Names: what is required and not declared, formats that nobody knows, operationIds, successes.

use std::collections::HashSet;

use serde_json::{Map, Value};

use super::Findings;
use super::schema::formats;
use super::sites::{Schema, Sites};
use crate::document::pointer::{from_reference, get, join};
use crate::document::shown;

pub(super) fn find(root: &Value, sites: &Sites<'_>, findings: &mut Findings) {
    for schema in &sites.schemas {
        required(root, sites, schema, findings);
        if let Some(format) = schema.value.get("format").and_then(Value::as_str)
            && !formats::is_known(format)
        {
            let message = format!("the format {} is not defined", shown(format));
            findings.add("unknown-format", join(&schema.pointer, "format"), message);
        }
    }
    for operation in &sites.operations {
        if let Some(id) = operation.value.get("operationId").and_then(Value::as_str)
            && !id.trim().is_empty()
            && !is_identifier(id)
        {
            let message = format!("{} is no identifier", shown(id));
            let pointer = join(&operation.pointer, "operationId");
            findings.add("operation-id-style", pointer, message);
        }
        if let Some(answers) = operation.value.get("responses").and_then(Value::as_object)
            && answers.keys().any(|code| !code.starts_with("x-"))
            && !answers
                .keys()
                .any(|code| code.starts_with('2') || code == "default")
        {
            let codes: Vec<&str> = answers.keys().map(String::as_str).take(8).collect();
            let message = format!("only {} is answered", codes.join(", "));
            findings.add("no-success", join(&operation.pointer, "responses"), message);
        }
    }
}

fn is_identifier(text: &str) -> bool {
    text.starts_with(|first: char| first.is_ascii_alphabetic() || first == '_')
        && text
            .chars()
            .all(|character| character.is_ascii_alphanumeric() || character == '_')
}

/// Required names of `schema` that neither it nor what speaks of the same value declares.
fn required(root: &Value, sites: &Sites<'_>, schema: &Schema<'_>, findings: &mut Findings) {
    if schema
        .value
        .get("required")
        .is_none_or(|list| !list.is_array())
    {
        return;
    }
    // A branch may require what the whole, or another branch, declares.
    let mut whole = schema;
    while let Some(outer) = whole.outer.and_then(|index| sites.schemas.get(index)) {
        whole = outer;
    }
    let mut declared = Declared::default();
    declared.add(root, whole.value);
    if declared.is_open {
        return;
    }
    let names = schema.value.get("required").and_then(Value::as_array);
    for (index, name) in names.into_iter().flatten().enumerate() {
        if let Some(name) = name.as_str()
            && !declared.names.contains(name)
        {
            findings.add(
                "required-undeclared",
                format!("{}/required/{index}", schema.pointer),
                format!("{} is required, and no branch declares it", shown(name)),
            );
        }
    }
}

/// The names that a schema and its branches declare.
#[derive(Default)]
struct Declared<'a> {
    names: HashSet<&'a str>,
    /// Whether names are declared by a rule, so that any may be.
    is_open: bool,
    /// What has been visited, by address: references may lead back.
    seen: HashSet<usize>,
}

impl<'a> Declared<'a> {
    fn add(&mut self, root: &'a Value, schema: &'a Map<String, Value>) {
        // With a stack of its own, since a chain of references may be as long as the document.
        let mut open = vec![schema];
        while let Some(schema) = open.pop() {
            if !self.seen.insert(std::ptr::from_ref(schema).addr()) {
                continue;
            }
            let properties = schema.get("properties").and_then(Value::as_object);
            self.names.extend(
                properties
                    .into_iter()
                    .flatten()
                    .map(|(name, _)| name.as_str()),
            );
            // A map from any name to a value declares them all, and a pattern some.
            self.is_open |= schema
                .get("additionalProperties")
                .is_some_and(Value::is_object)
                || schema.contains_key("patternProperties");
            for keyword in ["allOf", "anyOf", "oneOf"] {
                let parts = schema.get(keyword).and_then(Value::as_array);
                open.extend(parts.into_iter().flatten().filter_map(Value::as_object));
            }
            for keyword in ["then", "else", "if"] {
                open.extend(schema.get(keyword).and_then(Value::as_object));
            }
            if let Some(reference) = schema.get("$ref").and_then(Value::as_str) {
                match from_reference(reference).and_then(|pointer| get(root, &pointer)) {
                    Some(target) => open.extend(target.as_object()),
                    // Nobody knows what it would declare.
                    None => self.is_open = true,
                }
            }
        }
    }
}
