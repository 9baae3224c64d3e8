//! Texts and examples: what only people read.
//!
//! White space does not count, so that a document that was wrapped anew reads the same. Examples are
//! the same wherever a version of OpenAPI puts them.

use std::collections::BTreeSet;

use serde_json::Value;

use super::change::{Found, Kind};
use super::document::{Doc, Place, canonical};
use super::schema::Comparison;

const TEXTS: [&str; 3] = ["title", "summary", "description"];

/// Compares the texts and the examples of two places.
pub(super) fn compare<'a>(comparison: &mut Comparison<'a>, old: &Place<'a>, new: &Place<'a>) {
    compare_with(comparison, (old, None), (new, None));
}

/// A place, and the named schema that stands behind it.
pub(super) type Backed<'p, 'a> = (&'p Place<'a>, Option<&'p Place<'a>>);

/// Like [`compare`]; what a place does not say, the schema behind it says.
pub(super) fn compare_with<'a>(
    comparison: &mut Comparison<'a>,
    old: Backed<'_, 'a>,
    new: Backed<'_, 'a>,
) {
    let add = |kind: Kind| Found::new(kind, Some(&old.0.pointer), Some(&new.0.pointer));
    for key in TEXTS {
        let words =
            |(place, behind): Backed<'_, 'a>| text(place, key).or_else(|| text(behind?, key));
        let (was, is) = (words(old), words(new));
        if was != is {
            let found = add(Kind::TextChanged)
                .named(key)
                .turned(was.map(Value::from), is.map(Value::from));
            comparison.add(found);
        }
    }
    let all = |doc: &Doc<'a>, (place, behind): Backed<'_, 'a>| {
        let own = examples(doc, place);
        match behind {
            Some(behind) if own.is_empty() => examples(doc, behind),
            _ => own,
        }
    };
    if all(&comparison.old, old) != all(&comparison.new, new) {
        comparison.add(add(Kind::ExampleChanged).named("examples"));
    }
}

/// The words of a text, with one space between them.
fn text(place: &Place<'_>, key: &str) -> Option<String> {
    let text = place.text(key)?;
    let words: Vec<&str> = text.split_whitespace().collect();
    (!words.is_empty()).then(|| words.join(" "))
}

/// The examples of a schema, parameter, header or media type, in any form.
fn examples<'a>(doc: &Doc<'a>, place: &Place<'a>) -> BTreeSet<String> {
    let mut found = BTreeSet::new();
    if let Some(example) = place.value.get("example") {
        found.insert(canonical(example));
    }
    match place.value.get("examples") {
        Some(Value::Array(list)) => found.extend(list.iter().map(canonical)),
        Some(Value::Object(_)) => {
            for (_, entry) in place.entries("examples", false) {
                let entry = doc.resolve(&entry);
                found.insert(canonical(entry.value.get("value").unwrap_or(entry.value)));
            }
        }
        _ => {}
    }
    found
}
