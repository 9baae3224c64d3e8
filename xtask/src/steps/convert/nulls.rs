//! Null: a type of its own in 3.1, and a mark on the whole schema in 3.0.
//!
//! The mark lets null pass whatever else the schema says. In 3.1 null has to pass every keyword,
//! and may be refused by one (`enum`, `allOf`, a reference) although another (`type`) lists it. So
//! it is settled first whether null fits the schema as a whole; then either the mark is set, or
//! null is taken off the lists in which it says nothing.

use std::cell::RefCell;
use std::collections::HashMap;

use serde_json::{Map, Value, json};

use super::types;
use crate::document::pointer::get;

/// The schemas that may lie on top of one another before the answer is given up.
const DEEPEST: usize = 400;

/// What every schema of a document says about null.
pub(super) struct Nulls<'a> {
    document: &'a Value,
    /// By reference; what is being settled, or cannot be, is `None`.
    known: RefCell<HashMap<String, Option<bool>>>,
}

impl<'a> Nulls<'a> {
    pub(super) fn of(document: &'a Value) -> Self {
        Self {
            document,
            known: RefCell::default(),
        }
    }

    /// Whether null fits `object`, in either version; `None` where that depends on a schema that
    /// is not in the document, or on itself.
    fn fits(&self, object: &Map<String, Value>) -> Option<bool> {
        self.all_keywords(object, 0)
    }

    fn schema(&self, schema: &Value, depth: usize) -> Option<bool> {
        match schema {
            Value::Bool(anything) => Some(*anything),
            Value::Object(object) if depth < DEEPEST => self.all_keywords(object, depth + 1),
            _ => None,
        }
    }

    fn all_keywords(&self, object: &Map<String, Value>, depth: usize) -> Option<bool> {
        if object.get("nullable") == Some(&Value::Bool(true)) {
            return Some(true);
        }
        let verdicts = object.iter().map(|(keyword, value)| {
            let parts = value.as_array().map(Vec::as_slice).unwrap_or_default();
            let mut verdicts = parts.iter().map(|part| self.schema(part, depth));
            match keyword.as_str() {
                "$ref" => self.target(value, depth),
                "type" => Some(value == "null" || parts.iter().any(|name| name == "null")),
                "const" => Some(value.is_null()),
                "enum" => Some(parts.iter().any(Value::is_null)),
                "allOf" => every(verdicts),
                "anyOf" => every(verdicts.map(opposite)).map(|none| !none),
                "oneOf" => {
                    let (mut fitting, mut open) = (0_usize, 0_usize);
                    verdicts.by_ref().for_each(|verdict| match verdict {
                        Some(fits) => fitting += usize::from(fits),
                        None => open += 1,
                    });
                    match (fitting, open) {
                        (0..=1, 0) => Some(fitting == 1),
                        (0..=1, _) => None,
                        _ => Some(false),
                    }
                }
                "not" => opposite(self.schema(value, depth)),
                _ => Some(true),
            }
        });
        every(verdicts)
    }

    fn target(&self, reference: &Value, depth: usize) -> Option<bool> {
        let reference = reference.as_str()?;
        if let Some(known) = self.known.borrow().get(reference) {
            return *known;
        }
        let target = get(self.document, reference)?;
        self.known.borrow_mut().insert(reference.to_owned(), None);
        let verdict = self.schema(target, depth);
        self.known
            .borrow_mut()
            .insert(reference.to_owned(), verdict);
        verdict
    }

    /// Says of null in `object`, the parts of which are converted, what 3.0 can say.
    pub(super) fn settle(&self, object: &mut Map<String, Value>) {
        // A part that moves up may bring a mention of its own, one level less each time.
        while mentions_null(object) {
            let before = object.clone();
            match self.fits(object) {
                Some(true) => mark(object),
                Some(false) => self.take_off(object),
                None => set_apart(object),
            }
            if *object == before {
                return;
            }
        }
    }

    /// Takes null off the lists of a schema that it does not fit.
    fn take_off(&self, object: &mut Map<String, Value>) {
        if object.get("type").is_some_and(|kind| kind == "null") {
            // Nothing fits: another keyword refuses null, and this one anything else.
            object.remove("type");
            types::require(object, null());
        }
        if let Some(names) = object.get_mut("type").and_then(Value::as_array_mut) {
            names.retain(|name| name != "null");
            single_type(object);
        }
        if let Some(values) = object.get_mut("enum").and_then(Value::as_array_mut)
            && !values.iter().all(Value::is_null)
        {
            values.retain(|value| !value.is_null());
        }
        for keyword in ["anyOf", "oneOf"] {
            let mut without = object.clone();
            // Where the rest of the choice takes null, the branch for null is what makes it two.
            if take_branches(&mut without, keyword, false) == Taken::Some
                && self.fits(&without) == Some(false)
            {
                *object = without;
            }
        }
    }
}

fn every(verdicts: impl Iterator<Item = Option<bool>>) -> Option<bool> {
    let mut all = Some(true);
    for verdict in verdicts {
        match verdict {
            Some(false) => return Some(false),
            Some(true) => {}
            None => all = None,
        }
    }
    all
}

fn opposite(verdict: Option<bool>) -> Option<bool> {
    verdict.map(|fits| !fits)
}

/// The schema that null alone fits, which is what is made of `type: null`.
pub(super) fn null() -> Value {
    json!({ "enum": [null], "nullable": true })
}

fn is_null(schema: &Value) -> bool {
    schema.get("nullable") == Some(&Value::Bool(true))
        && schema
            .get("enum")
            .and_then(Value::as_array)
            .is_some_and(|values| !values.is_empty() && values.iter().all(Value::is_null))
}

fn mentions_null(object: &Map<String, Value>) -> bool {
    let list = |keyword: &str| {
        object
            .get(keyword)
            .and_then(Value::as_array)
            .map(Vec::as_slice)
            .unwrap_or_default()
    };
    object.get("nullable") == Some(&Value::Bool(true))
        || object.get("type").is_some_and(|kind| kind == "null")
        || list("type").iter().any(|name| name == "null")
        || list("enum").iter().any(Value::is_null)
        || list("anyOf").iter().chain(list("oneOf")).any(is_null)
}

/// Marks a schema that null fits; what it lists besides the mark is the rest.
fn mark(object: &mut Map<String, Value>) {
    let mut is_null_alone = object.get("type").is_some_and(|kind| kind == "null");
    if let Some(names) = object.get_mut("type").and_then(Value::as_array_mut) {
        names.retain(|name| name != "null");
        single_type(object);
    }
    if let Some(values) = object.get_mut("enum").and_then(Value::as_array_mut) {
        let before = values.len();
        values.retain(|value| !value.is_null());
        is_null_alone |= values.is_empty() && before > 0;
    }
    for keyword in ["anyOf", "oneOf"] {
        if take_branches(object, keyword, true) == Taken::All {
            is_null_alone = true;
            object.remove(keyword);
        }
    }
    if is_null_alone {
        // What is said of other values stays, and says nothing.
        object.remove("type");
        object.insert("enum".to_owned(), json!([null]));
    }
    object.insert("nullable".to_owned(), Value::Bool(true));
}

/// A type list with null becomes a part of its own, where it is not known whether the others let
/// null pass. What else mentions null is left as it stands.
fn set_apart(object: &mut Map<String, Value>) {
    let lists_null = object
        .get("type")
        .and_then(Value::as_array)
        .is_some_and(|names| names.iter().any(|name| name == "null"));
    if object.get("type").is_some_and(|kind| kind == "null") {
        object.remove("type");
        types::require(object, null());
    } else if lists_null && let Some(kind) = object.remove("type") {
        let mut part = Map::from_iter([("type".to_owned(), kind)]);
        mark(&mut part);
        types::split(&mut part);
        types::require(object, Value::Object(part));
    }
}

fn single_type(object: &mut Map<String, Value>) {
    if let Some([only]) = object
        .get("type")
        .and_then(Value::as_array)
        .map(Vec::as_slice)
    {
        let only = only.clone();
        object.insert("type".to_owned(), only);
    }
}

#[derive(PartialEq, Eq)]
enum Taken {
    None,
    Some,
    /// The choice has no other branches; it stays.
    All,
}

/// Takes the branches for null out of a choice; a single branch that is left is no choice.
fn take_branches(object: &mut Map<String, Value>, keyword: &str, is_marked: bool) -> Taken {
    let Some(branches) = object.get_mut(keyword).and_then(Value::as_array_mut) else {
        return Taken::None;
    };
    let rest: Vec<Value> = branches
        .iter()
        .filter(|branch| !is_null(branch))
        .cloned()
        .collect();
    if rest.len() == branches.len() {
        return Taken::None;
    }
    if rest.is_empty() {
        return Taken::All;
    }
    object.remove(keyword);
    match <[Value; 1]>::try_from(rest) {
        Ok([only]) => join(object, only, is_marked),
        Err(rest) => {
            object.insert(keyword.to_owned(), Value::Array(rest));
        }
    }
    Taken::Some
}

/// Joins `part` with the schema beside which it stood: its keywords move up if they mean the same
/// there, and it becomes a part of `allOf` otherwise.
fn join(object: &mut Map<String, Value>, part: Value, is_marked: bool) {
    match part {
        Value::Object(fields) if moves_up(object, &fields, is_marked) => {
            for (key, value) in fields {
                object.entry(key).or_insert(value);
            }
        }
        part => types::require(object, part),
    }
}

fn moves_up(object: &Map<String, Value>, part: &Map<String, Value>, is_marked: bool) -> bool {
    let is_free = part.iter().all(|(keyword, value)| {
        explains(keyword)
            || (keyword == "nullable" && (is_marked || value != &Value::Bool(true)))
            || (keyword != "nullable" && object.get(keyword).is_none_or(|its| its == value))
    });
    // Which properties are additional depends on those that are named beside it.
    let widens = |one: &Map<String, Value>, other: &Map<String, Value>| {
        one.contains_key("additionalProperties") && other.contains_key("properties")
    };
    is_free && !part.contains_key("$ref") && !widens(object, part) && !widens(part, object)
}

/// Whether a keyword constrains nothing.
fn explains(keyword: &str) -> bool {
    keyword.starts_with("x-")
        || [
            "title",
            "description",
            "default",
            "deprecated",
            "readOnly",
            "writeOnly",
        ]
        .contains(&keyword)
}
