//! Operations: which is which in the other document, and what differs between two versions of one.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;

use super::change::{Found, Kind};
use super::document::{Doc, Operation, Place, canonical};
use super::schema::Comparison;
use super::similarity::{self, MOST_PAIRS, Name, Suspect, best, share};
use super::{bodies, callbacks, deprecation, parameters, prose, security, servers};

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
    unresolved(comparison);
    for (index, is) in new.iter().enumerate() {
        if !taken.contains(&index) {
            let found = Found::new(Kind::OperationAdded, None, Some(&is.place.pointer));
            comparison.add(found.turned(None, is.id().map(Value::from)));
        }
    }
}

/// A path without the names of its parameters: what a server sees of it.
fn shape(path: &str) -> String {
    let (mut shape, mut rest) = (String::new(), path);
    while let Some((before, after)) = rest.split_once('{') {
        let Some((_, tail)) = after.split_once('}') else {
            break;
        };
        shape.push_str(before);
        shape.push_str("{}");
        rest = tail;
    }
    shape.push_str(rest);
    shape
}

/// The shape of a path, whether there is a slash at its end or not.
fn bare_shape(path: &str) -> String {
    shape(path).trim_end_matches('/').to_owned()
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
fn pair<'a>(
    comparison: &Comparison<'a>,
    old: &[Operation<'a>],
    new: &[Operation<'a>],
) -> BTreeMap<usize, usize> {
    let mut pairs = BTreeMap::new();
    // The same path first; then the same to a server; then the same but for a slash at its end, which
    // is another address.
    for key in [str::to_owned, shape, bare_shape] {
        pair_by(comparison, (old, new), key, &mut pairs);
    }
    let taken: BTreeSet<usize> = pairs.values().copied().collect();
    let gone: Vec<_> = (old.iter().enumerate())
        .filter(|(index, _)| !pairs.contains_key(index))
        .map(|(index, was)| Gone::new(&comparison.old, index, was, comparison))
        .collect();
    let came: Vec<_> = (new.iter().enumerate())
        .filter(|(index, _)| !taken.contains(index))
        .map(|(index, is)| Gone::new(&comparison.new, index, is, comparison))
        .collect();
    let suspects =
        |all: &[Gone<'_, '_>]| -> Vec<Suspect> { all.iter().map(Gone::suspect).collect() };
    let scored = similarity::pairs(&suspects(&gone), &suspects(&came), MOST_PAIRS);
    let scored = scored.into_iter().filter_map(|(was, is)| {
        let (was, is) = (gone.get(was)?, came.get(is)?);
        Some((score(was, is)?, was.index, is.index))
    });
    pairs.extend(best(scored.collect()));
    pairs
}

/// The operations of both documents that have one key, by their indices.
type Group = (Vec<usize>, Vec<usize>);

/// Pairs the operations whose methods and keys are the same and that are in no pair yet. Where several
/// have one key, those that are most alike go together.
fn pair_by<'a>(
    comparison: &Comparison<'a>,
    (old, new): (&[Operation<'a>], &[Operation<'a>]),
    key: fn(&str) -> String,
    pairs: &mut BTreeMap<usize, usize>,
) {
    let taken: BTreeSet<usize> = pairs.values().copied().collect();
    let mut groups: BTreeMap<(&str, String), Group> = BTreeMap::new();
    for (index, was) in old.iter().enumerate() {
        if !pairs.contains_key(&index) {
            let group = groups.entry((was.method, key(was.path))).or_default();
            group.0.push(index);
        }
    }
    for (index, is) in new.iter().enumerate() {
        if !taken.contains(&index) {
            let group = groups.entry((is.method, key(is.path))).or_default();
            group.1.push(index);
        }
    }
    for (gone, came) in groups.into_values() {
        if let ([was], [is]) = (gone.as_slice(), came.as_slice()) {
            pairs.insert(*was, *is);
            continue;
        }
        let made_of = |doc: &Doc<'a>, all: &[Operation<'a>], indices: Vec<usize>| -> Vec<_> {
            let found = indices.into_iter().filter_map(|index| {
                let operation = all.get(index)?;
                Some((index, features(doc, operation, comparison)))
            });
            found.collect()
        };
        let mut scored = Vec::new();
        if !gone.is_empty() && !came.is_empty() && gone.len() * came.len() <= MOST_PAIRS {
            let gone = made_of(&comparison.old, old, gone);
            let came = made_of(&comparison.new, new, came);
            for (was, before) in &gone {
                let pairs = came.iter();
                scored.extend(pairs.map(|(is, after)| (share(before, after), *was, *is)));
            }
        } else {
            let pairs = gone.into_iter().zip(came);
            scored.extend(pairs.map(|(was, is)| (1.0, was, is)));
        }
        pairs.extend(best(scored));
    }
}

/// An operation that is in one document only, so far.
struct Gone<'o, 'a> {
    index: usize,
    operation: &'o Operation<'a>,
    /// What makes it up.
    features: BTreeSet<String>,
    unversioned: String,
    name: Name,
}

impl<'o, 'a> Gone<'o, 'a> {
    fn new(
        doc: &Doc<'a>,
        index: usize,
        operation: &'o Operation<'a>,
        comparison: &Comparison<'a>,
    ) -> Self {
        let unversioned = unversioned(operation.path);
        Self {
            index,
            operation,
            features: features(doc, operation, comparison),
            name: Name::new(&unversioned),
            unversioned,
        }
    }

    fn suspect(&self) -> Suspect {
        let mut marks = vec![self.unversioned.clone()];
        marks.extend(self.operation.id().map(str::to_owned));
        Suspect {
            name: Name::new(&self.unversioned),
            marks,
        }
    }
}

/// How much speaks for two operations on different paths to be the same; `None` if too little.
fn score(was: &Gone<'_, '_>, is: &Gone<'_, '_>) -> Option<f64> {
    if was.operation.method != is.operation.method {
        return None;
    }
    let near = was.name.near(&is.name);
    let alike = share(&was.features, &is.features);
    if was.unversioned == is.unversioned {
        return Some(4.0 + alike);
    }
    let (old, new) = (was.operation.id(), is.operation.id());
    if old.is_some() && old == new && alike + near >= ALIKE {
        return Some(2.0 + alike + near);
    }
    // Without the id it must be nearly the same content on nearly the same path.
    let telling = was.features.len() >= 3;
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

/// Compares path items that are declared nowhere: what is written is all that is known of them.
fn unresolved(comparison: &mut Comparison<'_>) {
    let written = |doc: &Doc<'_>| -> BTreeMap<String, (String, Option<Value>)> {
        let items = doc.top().entries("paths", true).into_iter();
        let written = items.map(|(path, item)| {
            let declared = doc.resolve(&item);
            (
                path.to_owned(),
                (item.pointer, declared.value.get("$ref").cloned()),
            )
        });
        written.collect()
    };
    let (old, new) = (written(&comparison.old), written(&comparison.new));
    for (path, (at, was)) in old {
        if let Some((to, is)) = new.get(&path)
            && was != *is
        {
            let found = Found::new(Kind::KeywordChanged, Some(&at), Some(to));
            comparison.add(found.named("$ref").turned(was, is.clone()));
        }
    }
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
    servers::of_operations(comparison, was, is);
    callbacks::compare(comparison, old, new, 0);
    const KNOWN: [&str; 14] = [
        "operationId",
        "summary",
        "description",
        "externalDocs",
        "parameters",
        "requestBody",
        "responses",
        "callbacks",
        "security",
        "servers",
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
        let kind = if key.starts_with("x-") || matches!(key, "tags" | "links") {
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
