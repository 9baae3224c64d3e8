//! When two values say the same: prose and order do not count.
//!
//! What is prose depends on where it stands: `description` is prose in a schema, a property of that
//! name is not. So each walk knows whether it is among keywords, among names, or in plain data.

use std::collections::{BTreeMap, VecDeque};

use serde_json::{Map, Value};

use super::report::side_by_side;

/// Keywords that only people read. Examples are among them: nothing is generated from them.
const PROSE: [&str; 6] = [
    "title",
    "summary",
    "description",
    "example",
    "examples",
    "externalDocs",
];

/// Keywords whose object is keyed by names, not by keywords.
const NAMED: [&str; 19] = [
    "properties",
    "patternProperties",
    "schemas",
    "parameters",
    "headers",
    "requestBodies",
    "responses",
    "securitySchemes",
    "paths",
    "content",
    "encoding",
    "callbacks",
    "links",
    "variables",
    "mapping",
    "scopes",
    "definitions",
    "$defs",
    "dependentSchemas",
];

/// Deeper than any JSON that was read from a file: the reader stops at 128.
const DEEPEST: usize = 256;

/// What the keys of an object are.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Keys {
    /// Keywords of the format, prose among them.
    Keywords,
    /// Names that the document chose.
    Names,
    /// The listed values of an enum: their order says nothing, what they are does.
    Values,
    /// `x-union` and what it holds: plain data, except for the next.
    Union,
    /// The variants of a union, or the tags that select one: in any order.
    UnionSet,
    /// Plain data, where everything counts.
    Data,
}

impl Keys {
    /// What the keys are one step further in.
    fn inside(self, key: &str, value: &Value) -> Self {
        match self {
            Keys::Names => Keys::Keywords,
            Keys::Values | Keys::Data => Keys::Data,
            Keys::Union | Keys::UnionSet if matches!(key, "variants" | "when") => Keys::UnionSet,
            Keys::Union | Keys::UnionSet => Keys::Union,
            Keys::Keywords if key == "enum" => Keys::Values,
            Keys::Keywords if key == "x-union" => Keys::Union,
            Keys::Keywords if matches!(key, "default" | "const") || key.starts_with("x-") => {
                Keys::Data
            }
            Keys::Keywords if NAMED.contains(&key) && value.is_object() => Keys::Names,
            Keys::Keywords => Keys::Keywords,
        }
    }
}

fn is_prose(key: &str) -> bool {
    PROSE.contains(&key)
}

/// The schema inside an `allOf` that wraps one schema and adds nothing but prose.
///
/// OpenAPI 3.0 allows no description beside a `$ref`, so a reference that gets one is wrapped.
pub(super) fn unwrapped(schema: &Value) -> &Value {
    let mut schema = schema;
    for _ in 0..DEEPEST {
        let Some(object) = schema.as_object() else {
            return schema;
        };
        if object.keys().any(|key| key != "allOf" && !is_prose(key)) {
            return schema;
        }
        match object
            .get("allOf")
            .and_then(Value::as_array)
            .map(Vec::as_slice)
        {
            Some([only]) => schema = only,
            _ => return schema,
        }
    }
    schema
}

/// Text that is equal for two schemas, or parts of a document, exactly if they say the same.
///
/// Each string that `rename` has another name for counts as that name.
pub(super) fn canonical(value: &Value, rename: &dyn Fn(&str) -> Option<String>) -> String {
    let mut text = String::new();
    write(&mut text, value, Keys::Keywords, rename, 0);
    text
}

fn write(
    text: &mut String,
    value: &Value,
    keys: Keys,
    rename: &dyn Fn(&str) -> Option<String>,
    depth: usize,
) {
    if depth > DEEPEST {
        return text.push('…');
    }
    let value = if keys == Keys::Keywords {
        unwrapped(value)
    } else {
        value
    };
    match value {
        Value::Object(object) => {
            text.push('{');
            // Maps keep their order in some builds and sort in others.
            let sorted: BTreeMap<&String, &Value> = object.iter().collect();
            for (key, value) in sorted {
                if keys == Keys::Keywords && is_prose(key) {
                    continue;
                }
                text.push_str(&format!("{key:?}:"));
                write(text, value, keys.inside(key, value), rename, depth + 1);
                text.push(',');
            }
            text.push('}');
        }
        Value::Array(list) => {
            let inner = match keys {
                Keys::Values => Keys::Data,
                Keys::UnionSet => Keys::Union,
                other => other,
            };
            let mut items: Vec<String> = Vec::with_capacity(list.len());
            for item in list {
                let mut part = String::new();
                write(&mut part, item, inner, rename, depth + 1);
                items.push(part);
            }
            // Where plain data holds a list, its order may mean something.
            if !matches!(keys, Keys::Data | Keys::Union) {
                items.sort_unstable();
            }
            text.push('[');
            text.push_str(&items.join(","));
            text.push(']');
        }
        Value::String(string) => match rename(string) {
            Some(renamed) => text.push_str(&format!("{renamed:?}")),
            None => text.push_str(&format!("{string:?}")),
        },
        other => text.push_str(&other.to_string()),
    }
}

/// Whether two schemas, or parts of a document, say the same.
pub(super) fn same(old: &Value, new: &Value) -> bool {
    old == new || canonical(old, &|_| None) == canonical(new, &|_| None)
}

/// The keywords of two objects under which they do not say the same, prose aside.
pub(super) fn differing<'a>(old: &'a Value, new: &'a Value) -> Vec<&'a str> {
    let text = |key: &str, value: &Value| {
        let mut text = String::new();
        write(
            &mut text,
            value,
            Keys::Keywords.inside(key, value),
            &|_| None,
            0,
        );
        text
    };
    side_by_side(Some(old), Some(new))
        .into_iter()
        .filter(|(key, (old, new))| {
            !is_prose(key)
                && old != new
                && old.map(|old| text(key, old)) != new.map(|new| text(key, new))
        })
        .map(|(key, _)| key)
        .collect()
}

/// In how many places that both documents have the prose differs.
pub(super) fn prose(old: &Value, new: &Value) -> usize {
    count(old, new, Keys::Keywords, 0)
}

fn count(old: &Value, new: &Value, keys: Keys, depth: usize) -> usize {
    let may_hold_prose = matches!(keys, Keys::Keywords | Keys::Names);
    if depth > DEEPEST || !may_hold_prose || old == new {
        return 0;
    }
    match (old, new) {
        (Value::Object(old), Value::Object(new)) => {
            let is_keywords = keys == Keys::Keywords;
            let here = is_keywords && PROSE.iter().any(|key| old.get(*key) != new.get(*key));
            let inner = |(key, value): (&String, &Value)| match new.get(key) {
                Some(other) if !(is_keywords && is_prose(key)) => {
                    count(value, other, keys.inside(key, value), depth + 1)
                }
                _ => 0,
            };
            usize::from(here) + old.iter().map(inner).sum::<usize>()
        }
        (Value::Array(old), Value::Array(new)) => {
            let mut partners: BTreeMap<String, VecDeque<&Value>> = BTreeMap::new();
            for item in new {
                partners.entry(identity(item)).or_default().push_back(item);
            }
            let mut found = 0;
            for item in old {
                if let Some(partner) = partners
                    .get_mut(&identity(item))
                    .and_then(VecDeque::pop_front)
                {
                    found += count(item, partner, keys, depth + 1);
                }
            }
            found
        }
        _ => 0,
    }
}

/// What makes an item of a list the same item in the other document.
fn identity(item: &Value) -> String {
    let text = |key: &str| item.get(key).and_then(Value::as_str);
    match (
        text("in"),
        text("name")
            .or_else(|| text("url"))
            .or_else(|| text("$ref")),
    ) {
        (place, Some(name)) => format!("{} {name}", place.unwrap_or_default()),
        _ => canonical(item, &|_| None),
    }
}

/// Puts other names into every string of `value` that `rename` knows.
pub(super) fn rewrite(value: &mut Value, rename: &dyn Fn(&str) -> Option<String>) {
    match value {
        Value::String(string) => {
            if let Some(renamed) = rename(string) {
                *string = renamed;
            }
        }
        Value::Array(list) => list.iter_mut().for_each(|item| rewrite(item, rename)),
        Value::Object(object) => {
            Map::values_mut(object).for_each(|item| rewrite(item, rename));
        }
        _ => {}
    }
}
