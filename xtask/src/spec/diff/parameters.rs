//! Parameters of an operation, those of its path among them, by where they go and their name.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;

use super::change::{Found, Kind};
use super::document::{Doc, Operation, Place};
use super::operations::rest;
use super::schema::Comparison;
use super::similarity::{NEAR, best, names};
use super::{bodies, deprecation, prose};

/// Where a parameter goes, and its name; names of headers are the same in any case.
type Key = (String, String);

/// What is compared, or said elsewhere.
const KNOWN: [&str; 14] = [
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
        if let Some((_, after)) = new.get(key) {
            parameter(comparison, before, after);
            continue;
        }
        let Some(target) = other.get(key) else {
            let found = Found::new(Kind::ParameterRemoved, Some(&at.pointer), None)
                .named(format!("{} {}", key.0, key.1))
                .required(before.is_set("required"));
            comparison.add(found);
            continue;
        };
        let Some((to, after)) = new.get(target) else {
            continue;
        };
        let kind = if key.0 == target.0 {
            Kind::ParameterRenamed
        } else {
            Kind::ParameterMoved
        };
        let text = |key: &Key| Some(Value::from(format!("{} {}", key.0, key.1)));
        let found = Found::new(kind, Some(&at.pointer), Some(&to.pointer))
            .named(format!("{} {}", target.0, target.1))
            .turned(text(key), text(target));
        comparison.add(found);
        parameter(comparison, before, after);
    }
    let taken: BTreeSet<&Key> = other.values().collect();
    for (key, (at, after)) in &new {
        if !old.contains_key(key) && !taken.contains(key) {
            let found = Found::new(Kind::ParameterAdded, None, Some(&at.pointer))
                .named(format!("{} {}", key.0, key.1))
                .required(after.is_set("required"));
            comparison.add(found);
        }
    }
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
    prose::compare(comparison, old, new);
    deprecation::compare(comparison, old, new);
    bodies::need(comparison, old, new);
    let (was, is) = (style(old), style(new));
    // A parameter that moved is written as its new place asks.
    if was != is && old.text("in") == new.text("in") {
        let found = Found::new(Kind::StyleChanged, Some(&old.pointer), Some(&new.pointer))
            .turned(Some(Value::from(was)), Some(Value::from(is)));
        comparison.add(found);
    }
    bodies::optional_schema(comparison, (old, schema(old)), (new, schema(new)));
    rest(comparison, old, new, &KNOWN);
}

/// How a parameter is written, with the defaults put in: `form, explode`.
fn style(place: &Place<'_>) -> String {
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
        None if explode => format!("{style}, explode"),
        None => style.to_owned(),
    }
}
