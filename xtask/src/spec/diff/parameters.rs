//! Parameters of an operation, those of its path among them, by where they go and their name.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;

use super::change::{Found, Kind};
use super::document::{Doc, Operation, Place};
use super::operations::rest;
use super::schema::{Comparison, values};
use super::similarity::{NEAR, best, names};
use super::{bodies, deprecation, prose};

/// Where a parameter goes, and its name; names of headers are the same in any case.
type Key = (String, String);
/// Types whose values are written the same in every style of a query or header, exploded or not.
const PLAIN: [&str; 4] = ["boolean", "integer", "number", "string"];

/// What is compared, or said elsewhere.
const KNOWN: [&str; 15] = [
    "name",
    "in",
    "required",
    "schema",
    "content",
    "style",
    "explode",
    "description",
    "example",
    "examples",
    "x-examples",
    "deprecated",
    "x-deprecated",
    "x-deprecation",
    "x-sunset",
];

/// The parameters of an operation, each at its declaration.
pub(super) fn all<'a>(doc: &Doc<'a>, operation: &Operation<'a>) -> BTreeMap<Key, Place<'a>> {
    used(doc, operation)
        .into_iter()
        .map(|(key, (_, declared))| (key, declared))
        .collect()
}

/// The parameters of an operation: where it lists them, and where they are declared.
fn used<'a>(doc: &Doc<'a>, operation: &Operation<'a>) -> BTreeMap<Key, (Place<'a>, Place<'a>)> {
    let shared = operation.item.list("parameters").into_iter();
    // An operation's own replace those of its path.
    shared
        .chain(operation.place.list("parameters"))
        .filter_map(|used| {
            let declared = doc.resolve(&used);
            let (place, name) = (declared.text("in")?, declared.text("name")?);
            let name = if place == "header" {
                name.to_lowercase()
            } else {
                name.to_owned()
            };
            Some(((place.to_owned(), name), (used, declared)))
        })
        .collect()
}

/// Compares the parameters of two versions of an operation.
pub(super) fn compare<'a>(
    comparison: &mut Comparison<'a>,
    was: &Operation<'a>,
    is: &Operation<'a>,
) {
    let (old, new) = (used(&comparison.old, was), used(&comparison.new, is));
    let other = other_names(comparison, (was, &old), (is, &new));
    for (key, (at, before)) in &old {
        if let Some((to, after)) = new.get(key) {
            let depth = comparison.enter((at, before), (to, after));
            parameter(comparison, before, after);
            comparison.leave(depth);
            continue;
        }
        let Some(target) = other.get(key) else {
            let found = Found::new(Kind::ParameterRemoved, Some(&at.pointer), None)
                .named(name(before))
                .required(before.is_set("required"))
                .with(listed(&comparison.old, before));
            comparison.add(found);
            continue;
        };
        let Some((to, after)) = new.get(target) else {
            continue;
        };
        let (kind, from, to_what) = if key.0 == target.0 {
            (Kind::ParameterRenamed, name(before), name(after))
        } else {
            (Kind::ParameterMoved, key.0.as_str(), target.0.as_str())
        };
        let found = Found::new(kind, Some(&at.pointer), Some(&to.pointer))
            .named(name(after))
            .turned(Some(Value::from(from)), Some(Value::from(to_what)));
        comparison.add(found);
        let depth = comparison.enter((at, before), (to, after));
        parameter(comparison, before, after);
        comparison.leave(depth);
    }
    let taken: BTreeSet<&Key> = other.values().collect();
    for (key, (at, after)) in &new {
        if !old.contains_key(key) && !taken.contains(key) {
            let found = Found::new(Kind::ParameterAdded, None, Some(&at.pointer))
                .named(name(after))
                .required(after.is_set("required"))
                .with(listed(&comparison.new, after));
            comparison.add(found);
        }
    }
}

/// The name of a parameter as the document spells it.
fn name<'a>(declared: &Place<'a>) -> &'a str {
    declared.text("name").unwrap_or_default()
}

/// The values that a parameter lists.
fn listed<'a>(doc: &Doc<'a>, declared: &Place<'a>) -> Vec<Value> {
    schema(declared).map_or_else(Vec::new, |schema| values(doc, &schema))
}

/// Parameters that are gone, by the key under which they came back.
fn other_names<'a>(
    comparison: &Comparison<'a>,
    (was, old): (&Operation<'a>, &BTreeMap<Key, (Place<'a>, Place<'a>)>),
    (is, new): (&Operation<'a>, &BTreeMap<Key, (Place<'a>, Place<'a>)>),
) -> BTreeMap<Key, Key> {
    let mut scored: Vec<(f64, &Key, &Key)> = Vec::new();
    let position = |path: &str, name: &str| {
        let braced = format!("{{{name}}}");
        path.split('/')
            .position(|segment| segment.contains(&braced))
    };
    for (key, (_, before)) in old.iter().filter(|(key, _)| !new.contains_key(*key)) {
        for (target, (_, after)) in new.iter().filter(|(key, _)| !old.contains_key(*key)) {
            let near = names(&key.1, &target.1);
            if key.0 == "path" && target.0 == "path" {
                // The same place in the path is the same parameter, whatever its name.
                if position(was.path, &key.1) == position(is.path, &target.1) {
                    scored.push((3.0, key, target));
                }
            } else if key.0 == "path" || target.0 == "path" {
                continue;
            } else if key.1.eq_ignore_ascii_case(&target.1) {
                scored.push((2.0, key, target));
            } else if key.0 == target.0 {
                let told = before
                    .text("description")
                    .is_some_and(|text| text.len() > 12 && after.text("description") == Some(text));
                let same = match (schema(before), schema(after)) {
                    (Some(before), Some(after)) => comparison.says_the_same(&before, &after),
                    (None, None) => true,
                    _ => false,
                };
                if same && (told || near >= NEAR) {
                    scored.push((near + if told { 1.0 } else { 0.0 }, key, target));
                }
            }
        }
    }
    best(scored)
        .into_iter()
        .map(|(before, after)| (before.clone(), after.clone()))
        .collect()
}

/// The schema of a parameter or header, also where it is described by a media type.
fn schema<'a>(place: &Place<'a>) -> Option<Place<'a>> {
    place.get("schema").or_else(|| {
        let (_, content) = place.entries("content", false).into_iter().next()?;
        content.get("schema")
    })
}

/// Compares two versions of one parameter or header.
pub(super) fn parameter<'a>(comparison: &mut Comparison<'a>, old: &Place<'a>, new: &Place<'a>) {
    let (from, to) = (schema(old), schema(new));
    prose::compare_around(comparison, (old, from.as_ref()), (new, to.as_ref()));
    deprecation::compare_around(comparison, (old, from.as_ref()), (new, to.as_ref()));
    bodies::need(comparison, old, new);
    let plain = is_plain(&comparison.old, from.as_ref()) || is_plain(&comparison.new, to.as_ref());
    let (was, is) = (style(old, plain), style(new, plain));
    // A parameter that moved is written as its new place asks.
    if was != is && old.text("in") == new.text("in") {
        let found = Found::new(Kind::StyleChanged, Some(&old.pointer), Some(&new.pointer))
            .turned(Some(Value::from(was)), Some(Value::from(is)));
        comparison.add(found);
    }
    bodies::optional_schema(comparison, (old, from), (new, to));
    rest(comparison, old, new, &KNOWN);
}

/// Whether a parameter is neither a list nor an object.
fn is_plain<'a>(doc: &Doc<'a>, schema: Option<&Place<'a>>) -> bool {
    let Some(schema) = schema else {
        return false;
    };
    let view = doc.view(schema);
    let plain = |name: &&str| PLAIN.contains(name);
    view.branches.is_empty() && !view.types.is_empty() && view.types.iter().all(plain)
}

/// How a parameter is written, with the defaults put in: `form, explode`. For a plain value on
/// either side: as far as it shows there.
fn style(place: &Place<'_>, plain: bool) -> String {
    let default = match place.text("in") {
        Some("query" | "cookie") => "form",
        _ => "simple",
    };
    let style = place.text("style").unwrap_or(default);
    let explode = place.value.get("explode").and_then(Value::as_bool);
    let explode = explode.unwrap_or(style == "form");
    let media = place.entries("content", false);
    match media.first() {
        Some((media, _)) => (*media).to_owned(),
        // In a path there may be a dot or the name before it.
        None if plain && place.text("in") == Some("path") => style.to_owned(),
        None if plain => default.to_owned(),
        None if explode => format!("{style}, explode"),
        None => style.to_owned(),
    }
}
