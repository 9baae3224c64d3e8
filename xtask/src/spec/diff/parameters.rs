//! Parameters of an operation, those of its path among them, by where they go and their name.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;

use super::change::{Found, Kind};
use super::document::{Doc, Operation, Place};
use super::operations::rest;
use super::schema::{Comparison, values};
use super::similarity::{self, MOST_PAIRS, NEAR, Name, Suspect, best};
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
            // One that is declared nowhere goes by what is written.
            if let Some(written) = declared.text("$ref") {
                let key = ("$ref".to_owned(), written.to_owned());
                return Some((key, (used, declared)));
            }
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
    let name = declared.text("name").or_else(|| declared.text("$ref"));
    name.unwrap_or_default()
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
    let (gone, came) = (without(old, new), without(new, old));
    // The same place in the path is the same parameter, whatever its name.
    let mut scored = in_path((was.path, &gone), (is.path, &came));
    let (gone, came) = (elsewhere(gone), elsewhere(came));
    let suspects = |all: &[Declared<'_, 'a>]| -> Vec<Suspect> {
        let suspect = |(key, place): &Declared<'_, 'a>| {
            let mut marks = vec![format!("name {}", key.1.to_lowercase())];
            marks.extend(text(place).map(str::to_owned));
            Suspect {
                name: Name::new(&key.1),
                marks,
            }
        };
        all.iter().map(suspect).collect()
    };
    let (names, other_names) = (suspects(&gone), suspects(&came));
    for (was_at, is_at) in similarity::pairs(&names, &other_names, MOST_PAIRS) {
        let (Some((key, before)), Some((target, after))) = (gone.get(was_at), came.get(is_at))
        else {
            continue;
        };
        if key.1.eq_ignore_ascii_case(&target.1) {
            scored.push((2.0, *key, *target));
        } else if key.0 == target.0 {
            let near = names.get(was_at).zip(other_names.get(is_at));
            let near = near.map_or(0.0, |(one, other)| one.name.near(&other.name));
            let told = text(before).is_some_and(|words| text(after) == Some(words));
            if !told && near < NEAR {
                continue;
            }
            let same = match (schema(before), schema(after)) {
                (Some(before), Some(after)) => comparison.says_the_same(&before, &after),
                (None, None) => true,
                _ => false,
            };
            if same {
                scored.push((near + if told { 1.0 } else { 0.0 }, *key, *target));
            }
        }
    }
    best(scored)
        .into_iter()
        .map(|(before, after)| (before.clone(), after.clone()))
        .collect()
}

/// A parameter, and where it is declared.
type Declared<'k, 'a> = (&'k Key, &'k Place<'a>);

/// The parameters of `one` that `other` does not have.
fn without<'k, 'a>(
    one: &'k BTreeMap<Key, (Place<'a>, Place<'a>)>,
    other: &BTreeMap<Key, (Place<'a>, Place<'a>)>,
) -> Vec<Declared<'k, 'a>> {
    let left = one.iter().filter(|(key, _)| !other.contains_key(*key));
    left.map(|(key, (_, declared))| (key, declared)).collect()
}

/// Parameters that stand at the same place in two paths.
fn in_path<'k>(
    (was, gone): (&str, &[Declared<'k, '_>]),
    (is, came): (&str, &[Declared<'k, '_>]),
) -> Vec<(f64, &'k Key, &'k Key)> {
    let places = |path: &str, all: &[Declared<'k, '_>]| {
        let mut places: BTreeMap<Option<usize>, Vec<&'k Key>> = BTreeMap::new();
        for (key, _) in all.iter().filter(|(key, _)| key.0 == "path") {
            let braced = format!("{{{}}}", key.1);
            let mut segments = path.split('/');
            let place = segments.position(|segment| segment.contains(&braced));
            places.entry(place).or_default().push(*key);
        }
        places
    };
    let (before, mut after) = (places(was, gone), places(is, came));
    let pairs = before.into_iter().flat_map(|(place, keys)| {
        let others = after.remove(&place).unwrap_or_default();
        keys.into_iter().zip(others)
    });
    pairs.map(|(key, target)| (3.0, key, target)).collect()
}

/// The parameters that do not stand in the path and are declared somewhere.
fn elsewhere<'k, 'a>(mut all: Vec<Declared<'k, 'a>>) -> Vec<Declared<'k, 'a>> {
    all.retain(|(key, _)| key.0 != "path" && key.0 != "$ref");
    all
}

/// A description that tells one parameter from another.
fn text<'a>(place: &Place<'a>) -> Option<&'a str> {
    place.text("description").filter(|text| text.len() > 12)
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
