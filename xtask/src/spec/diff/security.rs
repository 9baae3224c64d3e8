//! What callers must prove: of an operation, or of all that state nothing of their own.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Map, Value};

use super::change::{Found, Kind};
use super::document::{Doc, Place, canonical, unordered};
use super::schema::Comparison;

/// Compares what callers of operations must prove where one of the two documents states that of the
/// operation. What changed alike for most of them is told of the document, once.
pub(super) fn of_operations<'a>(comparison: &mut Comparison<'a>, pairs: &[(Place<'a>, Place<'a>)]) {
    let is_stated = |place: &Place<'a>| place.get("security").is_some();
    let mut groups: BTreeMap<String, Vec<Found>> = BTreeMap::new();
    for (old, new) in pairs {
        if !is_stated(old) && !is_stated(new) {
            continue;
        }
        if let Some(found) = compare(comparison, old, new) {
            let said = format!("{:?} {:?}", found.from, found.to);
            groups.entry(said).or_default().push(found);
        }
    }
    for group in groups.into_values() {
        if group.len() > 1 && group.len() * 2 > pairs.len() {
            comparison.collector.add_everywhere(group);
        } else {
            group.into_iter().for_each(|found| comparison.add(found));
        }
    }
}

/// What callers of two operations, or of two documents, must prove.
fn compare<'a>(comparison: &Comparison<'a>, old: &Place<'a>, new: &Place<'a>) -> Option<Found> {
    let (was, is) = (stated(&comparison.old, old), stated(&comparison.new, new));
    if by_name(was) == by_name(is) {
        return None;
    }
    let before = by_scheme(&comparison.old, was);
    let after = by_scheme(&comparison.new, is);
    if before == after || (is_free(&before) && is_free(&after)) {
        return None;
    }
    let (at, to) = (Some(old.pointer.as_str()), Some(new.pointer.as_str()));
    let mut found = Found::new(Kind::SecurityChanged, at, to)
        .named("security")
        .turned(shown(was), shown(is));
    // Who proves what was asked before goes on as before, also where nothing is asked any more.
    found.appended = is_free(&after) || (!before.is_empty() && before.is_subset(&after));
    Some(found)
}

/// The ways as they are shown, in one order.
fn shown(ways: Option<&Value>) -> Option<Value> {
    let mut ways = ways?.clone();
    if let Some(list) = ways.as_array_mut() {
        list.sort_by_cached_key(canonical);
    }
    Some(ways)
}

/// Compares what two documents ask of the callers of operations that state nothing of their own.
pub(super) fn of_documents(comparison: &mut Comparison<'_>) {
    let leaves = |doc: &Doc<'_>| {
        let operations = doc.operations();
        let mut own = operations.iter().map(|one| one.place.get("security"));
        operations.is_empty() || own.any(|own| own.is_none())
    };
    // Where each operation states its own, it is told of the operations.
    if leaves(&comparison.old) && leaves(&comparison.new) {
        let (old, new) = (comparison.old.top(), comparison.new.top());
        if let Some(found) = compare(comparison, &old, &new) {
            comparison.add(found);
        }
    }
}

/// The ways that a place states, or else its document.
fn stated<'a>(doc: &Doc<'a>, place: &Place<'a>) -> Option<&'a Value> {
    let own = place.value.get("security");
    own.or_else(|| doc.root.get("security"))
}

/// The ways in any order, each with its scopes in any order.
fn by_name(ways: Option<&Value>) -> BTreeSet<String> {
    let ways = ways.and_then(Value::as_array);
    ways.into_iter().flatten().map(unordered).collect()
}

/// The ways in any order, with the schemes themselves in the place of their names.
fn by_scheme(doc: &Doc<'_>, ways: Option<&Value>) -> BTreeSet<String> {
    let schemes = doc.components("securitySchemes");
    let scheme = |name: &str| {
        let found = schemes.iter().find(|(known, _)| *known == name);
        let found = found.map(|(_, place)| doc.resolve(place));
        found.map_or_else(|| name.to_owned(), |place| said(place.value))
    };
    let ways = ways.and_then(Value::as_array);
    let ways = ways.into_iter().flatten().map(|way| {
        let parts = way.as_object().into_iter().flatten();
        let parts: Map<String, Value> = parts
            .map(|(name, scopes)| (scheme(name), scopes.clone()))
            .collect();
        unordered(&Value::Object(parts))
    });
    ways.collect()
}

/// Whether nothing need be proved.
fn is_free(ways: &BTreeSet<String>) -> bool {
    ways.is_empty() || ways.contains("{}")
}

/// What a scheme says, without words for people.
pub(super) fn said(scheme: &Value) -> String {
    let mut scheme = scheme.clone();
    if let Some(object) = scheme.as_object_mut() {
        object.retain(|key, _| key != "description" && !key.starts_with("x-"));
    }
    canonical(&scheme)
}
