//! Names: what is required and not declared, formats that nobody knows, operationIds, successes.

use std::cell::Cell;
use std::collections::{HashMap, HashSet};

use heck::ToSnakeCase as _;
use serde_json::{Map, Value};

use super::Findings;
use super::schema::formats;
use super::sites::{Schema, Sites};
use crate::document::pointer::{from_reference, get, join};
use crate::document::shown;

pub(super) fn find<'a>(root: &'a Value, sites: &'a Sites<'a>, findings: &mut Findings) {
    let users = Users::of(root, sites);
    for schema in &sites.schemas {
        required(root, sites, schema, &users, findings);
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
            && let Some(why) = unusual(id)
        {
            let message = format!("{} is {why}", shown(id));
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

/// What makes an operationId a bad name of a method.
fn unusual(id: &str) -> Option<&'static str> {
    if !is_identifier(id) {
        Some("no identifier")
    } else if syn::parse_str::<syn::Ident>(&id.to_snake_case()).is_err() {
        Some("a word of Rust")
    } else {
        None
    }
}

fn is_identifier(text: &str) -> bool {
    text.starts_with(|first: char| first.is_ascii_alphabetic() || first == '_')
        && text
            .chars()
            .all(|character| character.is_ascii_alphanumeric() || character == '_')
}

/// Required names of `schema` that neither it nor what speaks of the same value declares.
fn required(
    root: &Value,
    sites: &Sites<'_>,
    schema: &Schema<'_>,
    users: &Users<'_>,
    findings: &mut Findings,
) {
    if schema
        .value
        .get("required")
        .is_none_or(|list| !list.is_array())
    {
        return;
    }
    // A branch may require what the whole, or another branch, declares.
    let whole = whole_of(sites, schema);
    let mut declared = Declared::default();
    declared.add(root, whole.value);
    if declared.is_open {
        return;
    }
    let names = schema.value.get("required").and_then(Value::as_array);
    let mut by_users = None;
    for (index, name) in names.into_iter().flatten().enumerate() {
        if let Some(name) = name.as_str()
            && !declared.names.contains(name)
            && !by_users
                .get_or_insert_with(|| users.declare(&whole.pointer, 0))
                .contains(name)
        {
            findings.add(
                "required-undeclared",
                format!("{}/required/{index}", schema.pointer),
                format!("{} is required, and no branch declares it", shown(name)),
            );
        }
    }
}

/// The schema of which `schema` is a part, itself if it is none.
fn whole_of<'s, 'a>(sites: &'s Sites<'a>, schema: &'s Schema<'a>) -> &'s Schema<'a> {
    let mut whole = schema;
    while let Some(outer) = whole.outer.and_then(|index| sites.schemas.get(index)) {
        whole = outer;
    }
    whole
}

/// Chains of bases are followed so far.
const MOST_BASES: usize = 8;

/// So many users of all bases together are looked at.
const MOST_USERS: usize = 5_000;

/// The schemas that refer to a schema, by its pointer: the whole of each.
struct Users<'a> {
    root: &'a Value,
    of: HashMap<String, Vec<&'a Schema<'a>>>,
    left: Cell<usize>,
}

impl<'a> Users<'a> {
    fn of(root: &'a Value, sites: &'a Sites<'a>) -> Self {
        let mut of: HashMap<String, Vec<&Schema<'_>>> = HashMap::new();
        for schema in &sites.schemas {
            let reference = schema.value.get("$ref").and_then(Value::as_str);
            if let Some(target) = reference.and_then(from_reference) {
                of.entry(target).or_default().push(whole_of(sites, schema));
            }
        }
        Self {
            root,
            of,
            left: Cell::new(MOST_USERS),
        }
    }

    /// The names that each user of `base` declares: where it is never anything but a part of others, it
    /// may require of them what it does not declare itself.
    fn declare(&self, base: &str, depth: usize) -> HashSet<&'a str> {
        let mut common: Option<HashSet<&str>> = None;
        for user in self.of.get(base).into_iter().flatten() {
            if depth == MOST_BASES || self.left.get() == 0 {
                return HashSet::new();
            }
            self.left.set(self.left.get() - 1);
            let mut declared = Declared::default();
            declared.add(self.root, user.value);
            if declared.is_open {
                continue;
            }
            let mut names = declared.names;
            if user.pointer != base {
                names.extend(self.declare(&user.pointer, depth + 1));
            }
            match &mut common {
                Some(common) => common.retain(|name| names.contains(name)),
                None => common = Some(names),
            }
        }
        common.unwrap_or_default()
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
