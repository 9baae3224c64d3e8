//! What stands at the top of a document: its title, servers, security, tags, and the shared parts.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;

use super::change::{Found, Kind};
use super::document::{Doc, Place};
use super::parameters::parameter;
use super::schema::{Comparison, values};
use super::{bodies, prose, security, servers};

/// Compares the document as a whole.
pub(super) fn compare(comparison: &mut Comparison<'_>) {
    let (old, new) = (comparison.old.top(), comparison.new.top());
    let root = |kind: Kind| Found::new(kind, Some("#"), Some("#"));
    if let (Some(was), Some(is)) = (old.get("info"), new.get("info")) {
        prose::compare(comparison, &was, &is);
        if was.text("version") != is.text("version") {
            let found = Found::new(Kind::TextChanged, Some(&was.pointer), Some(&is.pointer))
                .named("version")
                .turned(
                    was.text("version").map(Value::from),
                    is.text("version").map(Value::from),
                );
            comparison.add(found);
        }
    }
    servers::of_documents(comparison);
    security::of_documents(comparison);
    let tags = |place: &Place<'_>| -> BTreeSet<String> {
        let tags = place.list("tags");
        let names = tags.iter().filter_map(|tag| tag.text("name"));
        names.map(str::to_owned).collect()
    };
    if tags(&old) != tags(&new) {
        let value = |names: BTreeSet<String>| Some(Value::from_iter(names));
        let found = root(Kind::TextChanged)
            .named("tags")
            .turned(value(tags(&old)), value(tags(&new)));
        comparison.add(found);
    }
    schemes(comparison);
    // Shared parts are compared where they are declared, used or not.
    for (was, is) in both(&comparison.old, &comparison.new, "responses") {
        let (was, is) = (comparison.old.resolve(&was), comparison.new.resolve(&is));
        bodies::response(comparison, &was, &is);
    }
    for (was, is) in both(&comparison.old, &comparison.new, "requestBodies") {
        let (was, is) = (comparison.old.resolve(&was), comparison.new.resolve(&is));
        bodies::body(comparison, &was, &is);
    }
    for section in ["parameters", "headers"] {
        for (was, is) in both(&comparison.old, &comparison.new, section) {
            let (was, is) = (comparison.old.resolve(&was), comparison.new.resolve(&is));
            if was.text("name") == is.text("name") && was.text("in") == is.text("in") {
                parameter(comparison, &was, &is);
            }
        }
    }
}

/// The components that both documents have under the same name.
fn both<'a>(old: &Doc<'a>, new: &Doc<'a>, section: &str) -> Vec<(Place<'a>, Place<'a>)> {
    let after: BTreeMap<&str, Place<'a>> = new.components(section).into_iter().collect();
    old.components(section)
        .into_iter()
        .filter_map(|(name, was)| Some((was, after.get(name)?.clone())))
        .collect()
}

/// Compares the ways in which callers prove who they are.
fn schemes(comparison: &mut Comparison<'_>) {
    let pairs = both(&comparison.old, &comparison.new, "securitySchemes");
    for (was, is) in pairs {
        if security::said(was.value) != security::said(is.value) {
            let found = Found::new(Kind::SecurityChanged, Some(&was.pointer), Some(&is.pointer))
                .named("scheme")
                .turned(Some(was.value.clone()), Some(is.value.clone()));
            comparison.add(found);
        }
    }
}

/// Compares the named schemas: those that stayed, came, went or have another name.
pub(super) fn schemas(comparison: &mut Comparison<'_>) {
    let renames = comparison.renames;
    let old: BTreeMap<_, _> = comparison.old.components("schemas").into_iter().collect();
    let new: BTreeMap<_, _> = comparison.new.components("schemas").into_iter().collect();
    // What is a part of other schemas comes first: what changed in it is told of it, not of them.
    let mut stayed: Vec<_> = old
        .iter()
        .filter_map(|(name, was)| Some((was, new.get(renames.of(name))?)))
        .collect();
    stayed.sort_by_cached_key(|(was, is)| {
        let parts = comparison.old.view(was).parts.len();
        parts.max(comparison.new.view(is).parts.len())
    });
    for (was, is) in stayed {
        comparison.schema(was, is);
    }
    for (before, after) in renames.all() {
        if let (Some(was), Some(is)) = (old.get(before), new.get(after)) {
            let found = Found::new(Kind::SchemaRenamed, Some(&was.pointer), Some(&is.pointer))
                .named(after)
                .turned(Some(Value::from(before)), Some(Value::from(after)));
            comparison.add(found);
        }
    }
    let renamed: BTreeSet<&str> = renames.all().map(|(_, after)| after).collect();
    for (name, was) in &old {
        if !new.contains_key(renames.of(name)) {
            let found = Found::new(Kind::SchemaRemoved, Some(&was.pointer), None);
            comparison.add(found.named(*name).with(values(&comparison.old, was)));
        }
    }
    for (name, is) in &new {
        if !old.contains_key(name) && !renamed.contains(name) {
            let found = Found::new(Kind::SchemaAdded, None, Some(&is.pointer));
            comparison.add(found.named(*name).with(values(&comparison.new, is)));
        }
    }
}
