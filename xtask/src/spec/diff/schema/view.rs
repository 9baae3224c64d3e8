//! One level of a schema in its normal form: what it says, however it is written.
//!
//! | written | in the view |
//! | --- | --- |
//! | `$ref`, `allOf` | followed; what the parts say is said by the whole, with the pointer of the part |
//! | `nullable: true`, `type: [T, "null"]`, a branch or value `null` | `nullable` |
//! | `const: V` | the enum of one value |
//! | `anyOf: [{type: T}, {type: U}]` | the types T and U |
//! | `oneOf: [{const: V}, {const: W}]` | the enum of V and W |
//! | a union of one branch | the branch |
//! | `anyOf: [{required: [a]}, {required: [b]}]` | a choice of required names |
//! | `minimum` with `exclusiveMinimum: true` or `exclusiveMinimum: N` | one bound |
//! | `contentEncoding: base64`, `contentMediaType: application/octet-stream` | the format |
//! | `items: true`, `items: {}`, `required: []`, `minLength: 0`, `deprecated: false` | nothing |

use std::collections::{BTreeMap, BTreeSet, HashMap};

use serde_json::Value;

use super::super::document::{Doc, Place, canonical, schema_name, unordered};
use super::bounds::{self, Bound};
use super::choices::Choice;

/// Keywords that only people read.
pub(in super::super) const PROSE: [&str; 9] = [
    "$comment",
    "$schema",
    "description",
    "example",
    "examples",
    "externalDocs",
    "title",
    "x-examples",
    "xml",
];

/// Keywords that the deprecation of something consists of.
pub(in super::super) const DEPRECATION: [&str; 5] = [
    "deprecated",
    "x-deprecated",
    "x-deprecation",
    "x-sunset",
    "x-withdrawn",
];

/// Every type that a value can have, null aside.
const TYPES: [&str; 5] = ["array", "boolean", "number", "object", "string"];

/// What a schema says.
#[derive(Debug, Default)]
pub(in super::super) struct View<'a> {
    /// Where it stands.
    pub(in super::super) home: String,
    /// Types, null aside; empty for any.
    pub(in super::super) types: BTreeSet<&'a str>,
    /// Where the type is declared.
    pub(in super::super) types_at: String,
    pub(in super::super) nullable: bool,
    /// Where null is declared.
    pub(in super::super) nullable_at: String,
    /// The listed values, by their canonical text.
    pub(in super::super) values: Option<BTreeMap<String, Place<'a>>>,
    pub(in super::super) values_at: String,
    pub(in super::super) properties: BTreeMap<&'a str, Place<'a>>,
    /// Required names, and where each is listed.
    pub(in super::super) required: BTreeMap<&'a str, String>,
    /// What an object may hold besides; `None` for anything.
    pub(in super::super) additional: Option<Place<'a>>,
    pub(in super::super) items: Option<Place<'a>>,
    /// The branches of a union, and its keyword.
    pub(in super::super) branches: Vec<Place<'a>>,
    pub(in super::super) union: Option<&'static str>,
    /// Branches that only require.
    pub(super) choices: Vec<Choice<'a>>,
    pub(in super::super) bounds: BTreeMap<&'static str, Bound>,
    pub(in super::super) format: Option<(&'a str, String)>,
    /// The named schemas whose contents are in the view because it refers to them as its parts.
    pub(in super::super) parts: BTreeSet<String>,
    /// All other keywords.
    pub(in super::super) keywords: BTreeMap<&'a str, Place<'a>>,
}

impl<'a> Doc<'a> {
    /// What the schema at `place` says.
    pub(in super::super) fn view(&self, place: &Place<'a>) -> View<'a> {
        let mut view = View {
            home: place.pointer.clone(),
            ..View::default()
        };
        let mut way = Way::default();
        view.absorb(self, place, &mut way);
        for other in &place.also {
            let before = std::mem::take(&mut view.nullable);
            view.absorb(self, other, &mut way);
            view.nullable &= before;
        }
        view.finish();
        if view.is_any() {
            view.nullable = false;
        }
        view
    }

    /// The named schema that `place` stands for, if it says nothing of its own but prose and null.
    pub(in super::super) fn alias(&self, place: &Place<'a>) -> Option<(String, Place<'a>)> {
        if !place.also.is_empty() {
            return None;
        }
        let mut place = place.clone();
        for _ in 0..MAX_WRAPS {
            let object = place.value.as_object()?;
            let says = |key: &str| {
                !(PROSE.contains(&key)
                    || DEPRECATION.contains(&key)
                    || key == "nullable"
                    || key.starts_with("x-"))
            };
            let mut keys = object.keys().filter(|key| says(key));
            let (key, None) = (keys.next()?, keys.next()) else {
                return None;
            };
            if key == "$ref" {
                let target = self.step(&place)?;
                match schema_name(&target.pointer) {
                    Some(name) => return Some((name, target)),
                    None => place = target,
                }
            } else if matches!(key.as_str(), "allOf" | "anyOf" | "oneOf") {
                let mut branches = place.list(key);
                branches.retain(|branch| !is_null(branch.value));
                let [only] = branches.as_slice() else {
                    return None;
                };
                place = only.clone();
            } else {
                return None;
            }
        }
        None
    }
}

/// What stands inside an `allOf` of one, or a union of one and null, that says nothing else.
pub(in super::super) fn wrapped<'a>(place: &Place<'a>) -> Option<Place<'a>> {
    let keyword = ["allOf", "anyOf", "oneOf"]
        .into_iter()
        .find(|keyword| place.value.get(keyword).is_some())?;
    let mut branches = place.list(keyword);
    branches.retain(|branch| !is_null(branch.value));
    match branches.as_slice() {
        [only] => Some(only.clone()),
        _ => None,
    }
}

/// References and unions of one branch around a schema, at most.
const MAX_WRAPS: usize = 64;

/// Whether a schema admits null alone.
pub(in super::super) fn is_null(schema: &Value) -> bool {
    let only = |list: &Value| {
        list.as_array()
            .is_some_and(|list| list.len() == 1 && list.iter().all(Value::is_null))
    };
    match schema.get("type") {
        Some(Value::String(name)) => name == "null",
        Some(Value::Array(names)) => !names.is_empty() && names.iter().all(|name| name == "null"),
        _ => {
            schema.get("const").is_some_and(Value::is_null) || schema.get("enum").is_some_and(only)
        }
    }
}

/// Places that one view takes in, at most. What lies further is not looked into: no schema that people
/// write comes near, and one that holds each of its parts twice would have no end.
const MOST_PLACES: usize = 4096;

/// The way through `$ref`s and `allOf` to what a view takes in.
#[derive(Debug, Default)]
struct Way {
    /// The places around the one that is taken in.
    open: Vec<String>,
    /// The places that were taken in, and whether null is possible there. Taken in again they would say
    /// the same.
    done: HashMap<String, bool>,
}

impl<'a> View<'a> {
    /// Whether anything at all is admitted.
    pub(in super::super) fn is_any(&self) -> bool {
        self.types.is_empty() && self.values.is_none() && self.branches.is_empty()
    }

    fn absorb(&mut self, doc: &Doc<'a>, place: &Place<'a>, way: &mut Way) {
        if place.value == &Value::Bool(false) {
            self.types.insert("nothing");
            self.types_at.clone_from(&place.pointer);
        }
        let Some(object) = place.value.as_object() else {
            return;
        };
        if let Some(nullable) = way.done.get(&place.pointer) {
            self.nullable |= nullable;
            return;
        }
        if way.open.contains(&place.pointer)
            || way.open.len() > MAX_WRAPS
            || way.done.len() > MOST_PLACES
        {
            return;
        }
        way.open.push(place.pointer.clone());
        let around = std::mem::take(&mut self.nullable);
        match doc.step(place) {
            Some(target) if !way.open.contains(&target.pointer) => {
                self.parts.extend(schema_name(&target.pointer));
                self.absorb(doc, &target, way);
            }
            // One that leads nowhere, or back to itself, says what is written.
            _ => self
                .keywords
                .extend(place.get("$ref").map(|written| ("$ref", written))),
        }
        let mut parts = place.list("allOf");
        // Where parts contradict each other the last one has its way: the same one in any order.
        if parts.len() > 1 {
            parts.sort_by_cached_key(|part| unordered(part.value));
        }
        let mut nullable_parts = 0;
        let before = self.nullable;
        for part in &parts {
            self.nullable = false;
            self.absorb(doc, part, way);
            nullable_parts += usize::from(self.nullable);
        }
        // All parts hold at once: null is possible where each of them admits it.
        if !parts.is_empty() {
            self.nullable = before || nullable_parts == parts.len();
        }
        for keyword in ["oneOf", "anyOf"] {
            self.union(doc, place, keyword, way);
        }
        for (key, value) in object {
            let at = || Place::new(crate::document::pointer::join(&place.pointer, key), value);
            self.keyword(place, key, at());
        }
        bounds::read(&mut self.bounds, place);
        way.open.pop();
        way.done.insert(place.pointer.clone(), self.nullable);
        self.nullable |= around;
    }

    fn null(&mut self, place: &Place<'a>) {
        self.nullable = true;
        self.nullable_at.clone_from(&place.pointer);
    }

    fn keyword(&mut self, place: &Place<'a>, key: &'a str, at: Place<'a>) {
        match key {
            "$ref" | "allOf" | "oneOf" | "anyOf" => {}
            "type" => self.declare(place, at.value),
            "nullable" if at.value == &Value::Bool(true) => self.null(place),
            "nullable" => {}
            "enum" => {
                let items = place.list("enum");
                // A list of no values admits none.
                if items.is_empty() && at.value.is_array() {
                    self.values = Some(BTreeMap::new());
                    self.values_at.clone_from(&place.pointer);
                }
                self.list(place, items);
            }
            "const" => self.list(place, vec![at]),
            "properties" => {
                for (name, property) in place.entries("properties", false) {
                    self.property(name, property);
                }
            }
            "required" => {
                for name in place.list("required") {
                    if let Some(text) = name.value.as_str() {
                        self.required.entry(text).or_insert(place.pointer.clone());
                    }
                }
            }
            "items" if says_something(at.value) => self.items = Some(at),
            "additionalProperties" if says_something(at.value) => self.additional = Some(at),
            "items" | "additionalProperties" => {}
            "format" => self.format = at.value.as_str().map(|text| (text, place.pointer.clone())),
            "contentEncoding" if at.value == "base64" => {
                self.format = Some(("byte", place.pointer.clone()));
            }
            "contentMediaType" if at.value == "application/octet-stream" => {
                if self.format.is_none() {
                    self.format = Some(("binary", place.pointer.clone()));
                }
            }
            _ if PROSE.contains(&key) || DEPRECATION.contains(&key) => {}
            _ if bounds::KEYWORDS.contains(&key) => {}
            // Where false is the default, it says nothing.
            "readOnly" | "writeOnly" if at.value == &Value::Bool(false) => {}
            "unevaluatedProperties" if says_nothing(at.value) => {}
            _ => {
                self.keywords.insert(key, at);
            }
        }
    }

    /// Adds a property; what another part says of it holds as well.
    fn property(&mut self, name: &'a str, mut property: Place<'a>) {
        if let Some(mut other) = self.properties.remove(name) {
            property.also = std::mem::take(&mut other.also);
            property.also.push(other);
            let own = unordered(property.value);
            property.also.retain(|other| unordered(other.value) != own);
        }
        self.properties.insert(name, property);
    }

    fn declare(&mut self, place: &Place<'a>, declared: &'a Value) {
        let names: Vec<&str> = match declared {
            Value::String(name) => vec![name],
            Value::Array(names) => names.iter().filter_map(Value::as_str).collect(),
            _ => Vec::new(),
        };
        if names.contains(&"null") {
            self.null(place);
        }
        let mut types: BTreeSet<&str> = names.into_iter().filter(|name| *name != "null").collect();
        if is_null(place.value) {
            types.insert("null");
        }
        simplify(&mut types);
        if !types.is_empty() {
            self.types = types;
            self.types_at.clone_from(&place.pointer);
        }
    }

    fn list(&mut self, place: &Place<'a>, items: Vec<Place<'a>>) {
        if items.iter().any(|item| item.value.is_null()) {
            self.null(place);
        }
        let values = items.into_iter().filter(|item| !item.value.is_null());
        let values: BTreeMap<_, _> = values.map(|item| (canonical(item.value), item)).collect();
        if !values.is_empty() {
            // All parts hold at once: what each of them lists.
            let both: BTreeMap<_, _> = match &self.values {
                Some(others) => values
                    .iter()
                    .filter(|(text, _)| others.contains_key(*text))
                    .map(|(text, item)| (text.clone(), item.clone()))
                    .collect(),
                None => BTreeMap::new(),
            };
            self.values = Some(if both.is_empty() { values } else { both });
            self.values_at.clone_from(&place.pointer);
        }
    }

    fn union(&mut self, doc: &Doc<'a>, place: &Place<'a>, keyword: &'static str, way: &mut Way) {
        let mut branches = place.list(keyword);
        let before = branches.len();
        branches.retain(|branch| !is_null(branch.value));
        let has_null = branches.len() < before;
        match branches.as_slice() {
            [] => {}
            [only] => self.absorb(doc, only, way),
            several => {
                if let Some(types) = plain_types(several) {
                    self.types.extend(types);
                    simplify(&mut self.types);
                    self.types_at.clone_from(&place.pointer);
                } else if several.iter().all(|branch| is_value(branch.value)) {
                    let mut values = Vec::new();
                    for branch in several {
                        values.extend(branch.get("const"));
                        values.extend(branch.list("enum"));
                        self.types.extend(branch.text("type"));
                    }
                    self.list(place, values);
                    self.types_at.clone_from(&place.pointer);
                } else if let Some(choice) = Choice::read(place, keyword, several) {
                    self.choices.push(choice);
                } else {
                    self.union = Some(keyword);
                    self.branches.extend(branches);
                }
            }
        }
        if has_null {
            self.null(place);
        }
    }

    /// What follows from the rest where no type is declared.
    fn finish(&mut self) {
        if !self.types.is_empty() || !self.branches.is_empty() {
            return;
        }
        if !self.properties.is_empty()
            || !self.required.is_empty()
            || !self.choices.is_empty()
            || self.additional.is_some()
        {
            self.types.insert("object");
        } else if self.items.is_some() {
            self.types.insert("array");
        } else if let Some(values) = self.values.as_ref().filter(|values| !values.is_empty()) {
            if values.values().all(|value| value.value.is_string()) {
                self.types.insert("string");
            } else if values.values().all(|value| value.value.is_boolean()) {
                self.types.insert("boolean");
            }
        }
        self.types_at.clone_from(&self.home);
    }
}

/// An integer is a number, and every type is any type.
fn simplify(types: &mut BTreeSet<&str>) {
    if types.contains("number") {
        types.remove("integer");
    }
    if TYPES.iter().all(|name| types.contains(name)) {
        types.clear();
    }
}

/// The types of branches that say nothing but their type.
fn plain_types<'a>(branches: &[Place<'a>]) -> Option<Vec<&'a str>> {
    branches
        .iter()
        .map(|branch| {
            let object = branch.value.as_object()?;
            let is_plain = object
                .keys()
                .all(|key| key == "type" || PROSE.contains(&key.as_str()));
            is_plain.then(|| branch.text("type"))?
        })
        .collect()
}

/// Whether a branch says nothing but which value it is.
fn is_value(branch: &Value) -> bool {
    let Some(object) = branch.as_object() else {
        return false;
    };
    let is_listed = object.contains_key("const") || object.contains_key("enum");
    let says = |key: &String| {
        matches!(key.as_str(), "const" | "enum" | "type") || PROSE.contains(&key.as_str())
    };
    is_listed && object.keys().all(says)
}

/// `true` and `{}` admit everything, as if they were not there.
fn says_nothing(schema: &Value) -> bool {
    match schema {
        Value::Bool(is) => *is,
        Value::Object(object) => object.is_empty(),
        _ => true,
    }
}

fn says_something(schema: &Value) -> bool {
    !says_nothing(schema)
}
