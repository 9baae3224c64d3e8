//! Two versions of one type, to the last property.
//!
//! A type that became another one is one change, `string -> integer`; within a type that stayed
//! what it was, each part is compared on its own.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;

use super::report::{DEPRECATION, REQUIRED, Report, Site, side_by_side, value};
use super::{Kind, content, shape, unions};

/// Keywords with a comparison of their own. `type` and `format` are not among them: where they are
/// part of the short text they are equal by the time that keywords are compared.
const STRUCTURE: [&str; 12] = [
    "$ref",
    "properties",
    "required",
    "additionalProperties",
    "items",
    "enum",
    "allOf",
    "oneOf",
    "anyOf",
    "discriminator",
    "x-union",
    "x-comma-list",
];

/// Compares two schemas; `site` is the type, property or parameter that they describe.
pub(super) fn compare(report: &mut Report, site: &Site, old: &Value, new: &Value) {
    let (old, new) = (content::unwrapped(old), content::unwrapped(new));
    if content::same(old, new) {
        return;
    }
    let before = report.changes.len();
    report.deprecation(site, old, new);
    let mut known = vec!["nullable", "x-document-name"];
    known.extend(DEPRECATION);
    known.extend(STRUCTURE);
    let are_unions = shape::branches(old).is_some() && shape::branches(new).is_some();
    if are_unions || shape::core(old) == shape::core(new) {
        match (shape::is_nullable(old), shape::is_nullable(new)) {
            (false, true) => report.note(Kind::Changed, site, ": now nullable"),
            (true, false) => report.note(Kind::Changed, site, ": no longer nullable"),
            _ => {}
        }
        parts(report, site, old, new);
    } else {
        report.turned(site, "", &shape::short(old), &shape::short(new));
        known.extend(["type", "format"]);
    }
    report.keywords(site, old, new, &known);
    if report.changes.len() == before {
        // Not the same, and nothing above has words for it: at least it is seen.
        let keys = content::differing(old, new);
        let keys: Vec<_> = keys
            .into_iter()
            .filter(|key| *key != "x-document-name")
            .collect();
        if !keys.is_empty() {
            let keys = keys.join(", ");
            report.note(Kind::Changed, site, format_args!(": {keys} changed"));
        } else {
            report.oddity(site, old, new);
        }
    }
}

/// Compares what two types consist of.
fn parts(report: &mut Report, site: &Site, old: &Value, new: &Value) {
    properties(report, site, old, new);
    additional(report, site, old, new);
    values(report, site, old, new);
    unions::compare(report, site, old, new);
    // A reference and an `allOf` that wraps it read the same, so they are the same type.
    if old.get("$ref").is_none() && new.get("$ref").is_none() {
        unions::branches(
            report,
            site,
            "part",
            all_of(old),
            all_of(new),
            &BTreeSet::new(),
        );
    }
    if let (Some(old), Some(new)) = (old.get("items"), new.get("items")) {
        compare(report, &site.inside("[]"), old, new);
    }
    let item = |schema: &Value| schema.get("x-comma-list").map(shape::short);
    if let (Some(old), Some(new)) = (item(old), item(new))
        && old != new
    {
        report.turned(site, "comma-list item ", &old, &new);
    }
}

fn all_of(schema: &Value) -> &[Value] {
    schema
        .get("allOf")
        .and_then(Value::as_array)
        .map(Vec::as_slice)
        .unwrap_or_default()
}

fn properties(report: &mut Report, site: &Site, old: &Value, new: &Value) {
    let (was_required, is_required) = (required(old), required(new));
    let properties = side_by_side(old.get("properties"), new.get("properties"));
    let now = |is: bool| {
        if is {
            "now required"
        } else {
            "no longer required"
        }
    };
    for (name, (was, is)) in &properties {
        let place = site.inside(&format!(".{name}"));
        match (was, is) {
            (Some(was), Some(is)) => {
                if was_required.contains(name) != is_required.contains(name) {
                    let now = now(is_required.contains(name));
                    report.note(Kind::Changed, &place, format_args!(": {now}"));
                }
                compare(report, &place, was, is);
            }
            (None, Some(is)) => {
                let suffix = if is_required.contains(name) {
                    REQUIRED
                } else {
                    ""
                };
                let shape = shape::short(is);
                report.note(Kind::Added, &place, format_args!(": {shape}{suffix}"));
            }
            _ => report.note(Kind::Removed, &place, ""),
        }
    }
    // Required without being listed: a property of another part, or a slip of the document.
    for name in was_required.symmetric_difference(&is_required) {
        if !properties.contains_key(name) {
            let text = format!(
                ".{name}: {}, though not listed",
                now(is_required.contains(name))
            );
            report.note(Kind::Changed, site, text);
        }
    }
}

fn required(schema: &Value) -> BTreeSet<&str> {
    let names = schema.get("required").and_then(Value::as_array);
    names
        .into_iter()
        .flatten()
        .filter_map(Value::as_str)
        .collect()
}

/// Compares what an object holds besides its listed properties, or the values of a map.
fn additional(report: &mut Report, site: &Site, old: &Value, new: &Value) {
    match (
        old.get("additionalProperties"),
        new.get("additionalProperties"),
    ) {
        (Some(old @ Value::Object(_)), Some(new @ Value::Object(_))) => {
            compare(report, &site.inside("{}"), old, new);
        }
        (old, new) if old != new => {
            let text = |rest: Option<&Value>| match rest {
                None => "unsaid".to_owned(),
                Some(Value::Bool(false)) => "none".to_owned(),
                Some(schema) => shape::short(schema),
            };
            report.turned(site, "other properties ", &text(old), &text(new));
        }
        _ => {}
    }
}

/// Compares the values of two enums.
fn values(report: &mut Report, site: &Site, old: &Value, new: &Value) {
    let listed = |schema: &Value| -> BTreeMap<String, String> {
        let listed = schema.get("enum").and_then(Value::as_array);
        // Sorted and compared by the whole text, shown by as much of it as fits.
        listed
            .into_iter()
            .flatten()
            .map(|item| (item.to_string(), value(item)))
            .collect()
    };
    let (old, new) = (listed(old), listed(new));
    for (text, shown) in &old {
        if !new.contains_key(text) {
            report.note(Kind::Removed, site, format_args!(" value {shown}"));
        }
    }
    for (text, shown) in &new {
        if !old.contains_key(text) {
            report.note(Kind::Added, site, format_args!(" value {shown}"));
        }
    }
}
