//! Unions: their variants, and how a decoder tells them apart.
//!
//! `x-union` names the variants and what selects each; without it, the branches of `oneOf` or
//! `anyOf` are the variants. See `steps::repairs::unions` for the extension.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;

use super::report::{Report, Site, bare, value};
use super::{Kind, content, shape, types};

/// Keywords of a variant with a comparison of their own.
const VARIANT: [&str; 4] = ["name", "$ref", "when", "key"];
/// Keywords of `x-union` with a comparison of their own.
const UNION: [&str; 4] = ["tagged-by", "tagged-by-parent", "recognised-by", "variants"];

/// Compares two unions; types that are none have nothing to compare.
pub(super) fn compare(report: &mut Report, site: &Site, old: &Value, new: &Value) {
    let (was, is) = (told_apart_by(old), told_apart_by(new));
    if was != is {
        report.turned(site, "told apart by ", &was, &is);
    }
    // Types that the variants have named need not be named again as branches.
    let mut said = BTreeSet::new();
    if let (Some(old), Some(new)) = (old.get("x-union"), new.get("x-union")) {
        variants(report, site, old, new, &mut said);
        report.keywords(site, old, new, &UNION);
    }
    if let (Some(old), Some(new)) = (old.get("discriminator"), new.get("discriminator")) {
        report.keywords(&site.inside(" discriminator"), old, new, &["propertyName"]);
    }
    let keyword = |schema: &Value| {
        ["oneOf", "anyOf"]
            .into_iter()
            .find(|keyword| schema.get(keyword).is_some())
    };
    if let (Some(was), Some(is)) = (keyword(old), keyword(new))
        && was != is
    {
        report.turned(site, "", was, is);
    }
    let list = |schema| {
        shape::branches(schema)
            .map(Vec::as_slice)
            .unwrap_or_default()
    };
    branches(report, site, "variant", list(old), list(new), &said);
}

/// What a decoder looks at: `tagged-by activity_type`.
fn told_apart_by(schema: &Value) -> String {
    if let Some(union) = schema.get("x-union") {
        let ways = UNION.iter().filter(|key| **key != "variants");
        let ways: Vec<String> = ways
            .filter_map(|key| {
                let names = match union.get(key)? {
                    Value::Array(names) => names.iter().map(bare).collect::<Vec<_>>().join(", "),
                    other => bare(other),
                };
                Some(format!("{key} {names}"))
            })
            .collect();
        return if ways.is_empty() {
            "x-union".to_owned()
        } else {
            ways.join(", ")
        };
    }
    match schema.get("discriminator") {
        Some(discriminator) => {
            let name = discriminator
                .get("propertyName")
                .map_or("none".to_owned(), bare);
            format!("discriminator {name}")
        }
        None => "first match".to_owned(),
    }
}

/// Compares the variants that `x-union` names, and adds the types of those that differ to `said`.
fn variants(
    report: &mut Report,
    site: &Site,
    old: &Value,
    new: &Value,
    said: &mut BTreeSet<String>,
) {
    let (old, mut new) = (named(old), named(new));
    let target = |variant: &Value| shape::short(variant);
    for (name, was) in old {
        let place = site.inside(&format!(" variant {name}"));
        let Some(is) = new.remove(&name) else {
            said.insert(target(was));
            report.note(Kind::Removed, &place, format_args!(" ({})", target(was)));
            continue;
        };
        if target(was) != target(is) {
            said.extend([target(was), target(is)]);
            report.turned(&place, "", &target(was), &target(is));
        }
        let (before, after) = (conditions(was), conditions(is));
        for gone in before.difference(&after) {
            report.note(
                Kind::Changed,
                &place,
                format_args!(": no longer when {gone}"),
            );
        }
        for came in after.difference(&before) {
            report.note(
                Kind::Changed,
                &place,
                format_args!(": now also when {came}"),
            );
        }
        if was.get("key") != is.get("key") {
            let key = |variant: &Value| variant.get("key").map_or("nothing".to_owned(), bare);
            report.turned(&place, "recognised by ", &key(was), &key(is));
        }
        report.keywords(&place, was, is, &VARIANT);
    }
    for (name, is) in new {
        said.insert(target(is));
        let place = site.inside(&format!(" variant {name}"));
        report.note(Kind::Added, &place, format_args!(" ({})", target(is)));
    }
}

fn named(union: &Value) -> BTreeMap<String, &Value> {
    let variants = union.get("variants").and_then(Value::as_array);
    variants
        .into_iter()
        .flatten()
        .map(|variant| {
            (
                variant.get("name").map_or_else(|| value(variant), bare),
                variant,
            )
        })
        .collect()
}

/// The tags that select a variant, each as `DIV` or `DIV/CDIV`.
fn conditions(variant: &Value) -> BTreeSet<String> {
    let conditions = variant.get("when").and_then(Value::as_array);
    conditions
        .into_iter()
        .flatten()
        .map(|condition| match condition {
            Value::Array(tags) => tags.iter().map(bare).collect::<Vec<_>>().join("/"),
            other => bare(other),
        })
        .collect()
}

/// Compares the branches of `oneOf` or `anyOf`, or the parts of `allOf`, in any order.
///
/// Branches that have the same short text and differ are taken for versions of one another.
pub(super) fn branches(
    report: &mut Report,
    site: &Site,
    word: &str,
    old: &[Value],
    new: &[Value],
    said: &BTreeSet<String>,
) {
    let (mut old, mut new) = (by_shape(old), by_shape(new));
    let shapes: BTreeSet<String> = old.keys().chain(new.keys()).cloned().collect();
    for shape in shapes {
        let was = old.remove(&shape).unwrap_or_default();
        let is = new.remove(&shape).unwrap_or_default();
        let changed = was.iter().filter(|(text, _)| !is.contains_key(*text));
        let mut came = is.iter().filter(|(text, _)| !was.contains_key(*text));
        for (_, before) in changed {
            match came.next() {
                // The parts of `allOf` make up one type, so they are no place of their own.
                Some((_, after)) if word == "part" => types::compare(report, site, before, after),
                Some((_, after)) => {
                    let place = site.inside(&format!(" {word} {shape}"));
                    types::compare(report, &place, before, after);
                }
                None if said.contains(&shape) => {}
                None => report.note(Kind::Removed, site, format_args!(" {word} {shape}")),
            }
        }
        for _ in came {
            if !said.contains(&shape) {
                report.note(Kind::Added, site, format_args!(" {word} {shape}"));
            }
        }
    }
}

/// Branches by their short text, then by all that they say.
fn by_shape(branches: &[Value]) -> BTreeMap<String, BTreeMap<String, &Value>> {
    let mut shapes: BTreeMap<String, BTreeMap<String, &Value>> = BTreeMap::new();
    for branch in branches {
        let text = content::canonical(branch, &|_| None);
        shapes
            .entry(shape::short(branch))
            .or_default()
            .insert(text, branch);
    }
    shapes
}
