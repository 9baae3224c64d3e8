//! Operations: which is which in the other document, and what differs between two versions of one.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;

use super::change::{Found, Kind};
use super::document::{Doc, Operation, Place, canonical};
use super::schema::Comparison;
use super::similarity::{best, names, share};
use super::{bodies, deprecation, parameters, prose, security};

/// Contents of operations less alike than this are not the same operation on another path.
const ALIKE: f64 = 0.7;

/// Compares all operations.
pub(super) fn compare(comparison: &mut Comparison<'_>) {
    let (old, new) = (comparison.old.operations(), comparison.new.operations());
    let pairs = pair(comparison, &old, &new);
    let taken: BTreeSet<usize> = pairs.values().copied().collect();
    let mut moved = BTreeSet::new();
    let both = pairs.iter().filter_map(|(was, is)| {
        let (was, is) = (old.get(*was)?, new.get(*is)?);
        Some((was.place.clone(), is.place.clone()))
    });
    security::of_operations(comparison, &both.collect::<Vec<_>>());
    for (index, was) in old.iter().enumerate() {
        match pairs.get(&index).and_then(|index| new.get(*index)) {
            Some(is) => {
                if was.path != is.path {
                    comparison.moved.insert(was.name(), is.name());
                }
                path(comparison, was, is, &mut moved);
                operation(comparison, was, is);
            }
            None => {
                let found = Found::new(Kind::OperationRemoved, Some(&was.place.pointer), None);
                comparison.add(found.turned(was.id().map(Value::from), None));
            }
        }
    }
    for (index, is) in new.iter().enumerate() {
        if !taken.contains(&index) {
            let found = Found::new(Kind::OperationAdded, None, Some(&is.place.pointer));
            comparison.add(found.turned(None, is.id().map(Value::from)));
        }
    }
}

/// A path without the names of its parameters.
fn shape(path: &str) -> String {
    let segments = path.split('/').map(|segment| match segment.find('{') {
        Some(open) => {
            let close = segment.rfind('}').map_or(segment.len(), |close| close + 1);
            let head = segment.get(..open).unwrap_or_default();
            format!("{head}{{}}{}", segment.get(close..).unwrap_or_default())
        }
        None => segment.to_owned(),
    });
    let shape = segments.collect::<Vec<_>>().join("/");
    shape.trim_end_matches('/').to_owned()
}

/// Whether a segment of a path is a version: `v2`, `v1beta1`.
fn is_version(segment: &str) -> bool {
    segment.strip_prefix('v').is_some_and(|rest| {
        rest.starts_with(|digit: char| digit.is_ascii_digit())
            && rest.chars().all(|letter| letter.is_ascii_alphanumeric())
    })
}

/// A path without versions and without the names of its parameters.
fn unversioned(path: &str) -> String {
    let shape = shape(path);
    let segments: Vec<&str> = shape.split('/').filter(|part| !is_version(part)).collect();
    segments.join("/")
}

/// For each operation of the old document the one of the new, by their indices.
fn pair(
    comparison: &Comparison<'_>,
    old: &[Operation<'_>],
    new: &[Operation<'_>],
) -> BTreeMap<usize, usize> {
    let mut by_shape: BTreeMap<(&str, String), usize> = BTreeMap::new();
    for (index, operation) in new.iter().enumerate() {
        by_shape.insert((operation.method, shape(operation.path)), index);
    }
    let mut pairs = BTreeMap::new();
    for (index, operation) in old.iter().enumerate() {
        if let Some(other) = by_shape.get(&(operation.method, shape(operation.path))) {
            pairs.insert(index, *other);
        }
    }
    let taken: BTreeSet<usize> = pairs.values().copied().collect();
    let gone: Vec<_> = (old.iter().enumerate())
        .filter(|(index, _)| !pairs.contains_key(index))
        .map(|(index, was)| (index, was, features(&comparison.old, was, comparison)))
        .collect();
    let came: Vec<_> = (new.iter().enumerate())
        .filter(|(index, _)| !taken.contains(index))
        .map(|(index, is)| (index, is, features(&comparison.new, is, comparison)))
        .collect();
    let mut scored = Vec::new();
    for (before, was, old_features) in &gone {
        for (after, is, new_features) in &came {
            if let Some(score) = score((was, old_features), (is, new_features)) {
                scored.push((score, *before, *after));
            }
        }
    }
    pairs.extend(best(scored));
    pairs
}

/// An operation, and what makes it up.
type Featured<'o, 'a> = (&'o Operation<'a>, &'o BTreeSet<String>);

/// How much speaks for two operations on different paths to be the same; `None` if too little.
fn score(
    (was, old_features): Featured<'_, '_>,
    (is, new_features): Featured<'_, '_>,
) -> Option<f64> {
    if was.method != is.method {
        return None;
    }
    let (from, to) = (unversioned(was.path), unversioned(is.path));
    let near = names(&from, &to);
    let alike = share(old_features, new_features);
    if from == to {
        return Some(4.0 + alike);
    }
    let same_id = was.id().is_some() && was.id() == is.id();
    if same_id && alike + near >= ALIKE {
        return Some(2.0 + alike + near);
    }
    // Without the id it must be nearly the same content on nearly the same path.
    let telling = old_features.len() >= 3;
    (telling && alike >= ALIKE && near >= 0.5).then_some(alike + near)
}

/// What makes up an operation, in words that can be counted.
fn features<'a>(
    doc: &Doc<'a>,
    operation: &Operation<'a>,
    comparison: &Comparison<'_>,
) -> BTreeSet<String> {
    let is_old = std::ptr::eq(doc.root, comparison.old.root);
    let mut features = BTreeSet::new();
    for ((place, name), parameter) in parameters::all(doc, operation) {
        let required = parameter.is_set("required");
        // The names of path parameters come from the path.
        let name = if place == "path" { String::new() } else { name };
        features.insert(format!("parameter {place} {name} {required}"));
    }
    let mut schema = |about: String, place: Option<Place<'a>>| {
        let Some(place) = place else {
            features.insert(about);
            return;
        };
        let mut place = place;
        let mut list = "";
        if doc.alias(&place).is_none()
            && let Some(items) = doc.view(&place).items
        {
            place = items;
            list = "list of ";
        }
        let text = match doc.alias(&place) {
            Some((name, _)) if is_old => comparison.renames.of(&name).to_owned(),
            Some((name, _)) => name,
            None => {
                let view = doc.view(&place);
                let names: Vec<&str> = view.properties.keys().copied().collect();
                format!("{:?} {}", view.types, names.join(" "))
            }
        };
        features.insert(format!("{about} {list}{text}"));
    };
    if let Some(body) = operation.place.get("requestBody") {
        for (media, content) in bodies::media(&doc.resolve(&body)) {
            schema(format!("body {media}"), content.get("schema"));
        }
    }
    for (status, response) in operation.place.entries("responses", true) {
        let response = doc.resolve(&response);
        let media = bodies::media(&response);
        if media.is_empty() {
            schema(format!("response {status}"), None);
        }
        for (media, content) in media {
            schema(format!("response {status} {media}"), content.get("schema"));
        }
    }
    features
}

/// Notes a path that is another one, once for all its operations.
fn path(
    comparison: &mut Comparison<'_>,
    was: &Operation<'_>,
    is: &Operation<'_>,
    moved: &mut BTreeSet<(String, String)>,
) {
    if was.path == is.path || !moved.insert((was.path.to_owned(), is.path.to_owned())) {
        return;
    }
    // Other names for its parameters alone are told of with the parameters.
    if shape(was.path) == shape(is.path) {
        return;
    }
    let kind = if unversioned(was.path) == unversioned(is.path) {
        Kind::PathVersionChanged
    } else {
        Kind::PathRenamed
    };
    let found = Found::new(kind, Some(&was.item.pointer), Some(&is.item.pointer))
        .turned(Some(Value::from(was.path)), Some(Value::from(is.path)));
    comparison.add(found);
}

/// Compares two versions of one operation.
fn operation<'a>(comparison: &mut Comparison<'a>, was: &Operation<'a>, is: &Operation<'a>) {
    let (old, new) = (&was.place, &is.place);
    if was.id() != is.id() {
        let at = |operation: &Operation<'a>| {
            operation
                .place
                .get("operationId")
                .unwrap_or(operation.place.clone())
                .pointer
        };
        let found = Found::new(Kind::OperationRenamed, Some(&at(was)), Some(&at(is)))
            .turned(was.id().map(Value::from), is.id().map(Value::from));
        comparison.add(found);
    }
    prose::compare(comparison, old, new);
    prose::compare(comparison, &was.item, &is.item);
    deprecation::compare(comparison, old, new);
    parameters::compare(comparison, was, is);
    bodies::request(comparison, old, new);
    bodies::responses(comparison, old, new);
    const KNOWN: [&str; 12] = [
        "operationId",
        "summary",
        "description",
        "externalDocs",
        "parameters",
        "requestBody",
        "responses",
        "security",
        "deprecated",
        "x-deprecated",
        "x-deprecation",
        "x-sunset",
    ];
    rest(comparison, old, new, &KNOWN);
}

/// Compares the keywords of two places that have no comparison of their own.
pub(super) fn rest<'a>(
    comparison: &mut Comparison<'a>,
    old: &Place<'a>,
    new: &Place<'a>,
    known: &[&str],
) {
    let keys = |place: &Place<'a>| -> BTreeSet<&'a str> {
        let object = place.value.as_object();
        let keys = object.into_iter().flat_map(|object| object.keys());
        keys.map(String::as_str)
            .filter(|key| !known.contains(key))
            .collect()
    };
    for key in &keys(old) | &keys(new) {
        let (was, is) = (old.value.get(key), new.value.get(key));
        // A flag that is not set is none.
        let said = |value: Option<&'a Value>| {
            let value = value.filter(|value| **value != Value::Bool(false) && !is_empty(value));
            value.map(canonical)
        };
        if said(was) == said(is) {
            continue;
        }
        let kind = if key.starts_with("x-") || matches!(key, "tags" | "servers" | "links") {
            Kind::ExtensionChanged
        } else {
            Kind::KeywordChanged
        };
        let found = Found::new(kind, Some(&old.pointer), Some(&new.pointer))
            .named(key)
            .turned(was.cloned(), is.cloned());
        comparison.add(found);
    }
}

fn is_empty(value: &Value) -> bool {
    match value {
        Value::Array(list) => list.is_empty(),
        Value::Object(object) => object.is_empty(),
        _ => false,
    }
}
