//! Texts and examples: what only people read.
//!
//! White space does not count, so that a document that was wrapped anew reads the same. Examples are
//! the same wherever a version of OpenAPI puts them.

use std::collections::BTreeSet;

use serde_json::Value;

use super::change::{Found, Kind};
use super::document::{Doc, Place, canonical, schema_name};
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
    texts(comparison, old, new, None);
    let pair = (old.0.pointer.as_str(), new.0.pointer.as_str());
    if comparison
        .heard
        .contains(&heard(pair, "examples", &None, &None))
    {
        return;
    }
    let all = |doc: &Doc<'a>, (place, behind): Backed<'_, 'a>| {
        let own = examples(doc, place);
        match behind {
            Some(behind) if own.is_empty() => examples(doc, behind),
            _ => own,
        }
    };
    if all(&comparison.old, old) != all(&comparison.new, new) {
        comparison.add(changed_examples(old.0, new.0));
    }
}

/// Compares the words of two parameters, headers or media types. Their schemas often repeat them:
/// what changed in both is told of the holder alone, and it does not count which of the two has an
/// example.
pub(super) fn compare_around<'a>(
    comparison: &mut Comparison<'a>,
    (old, from): Backed<'_, 'a>,
    (new, to): Backed<'_, 'a>,
) {
    let inner = from.zip(to);
    let inner = inner.map(|(from, to)| (from.pointer.as_str(), to.pointer.as_str()));
    texts(comparison, (old, None), (new, None), inner);
    let (alias, other) = (
        from.and_then(|from| comparison.old.alias(from)),
        to.and_then(|to| comparison.new.alias(to)),
    );
    // Examples of what has a name in both documents are told of the name.
    let named = alias.is_some() && other.is_some();
    let all = |doc: &Doc<'a>,
               holder: &Place<'a>,
               schema: Option<&Place<'a>>,
               alias: Option<(String, Place<'a>)>| {
        let mut all = examples(doc, holder);
        if let Some(schema) = schema.filter(|_| !named) {
            all.extend(examples(doc, schema));
            if let Some((_, target)) = alias {
                all.extend(examples(doc, &target));
            }
        }
        all
    };
    let was = all(&comparison.old, old, from, alias);
    let is = all(&comparison.new, new, to, other);
    if was != is {
        comparison.add(changed_examples(old, new));
    }
    if let Some(pair) = inner.filter(|_| !named) {
        let key = heard(pair, "examples", &None, &None);
        comparison.heard.insert(key);
    }
}

fn changed_examples(old: &Place<'_>, new: &Place<'_>) -> Found {
    let (old, new) = (Some(old.pointer.as_str()), Some(new.pointer.as_str()));
    Found::new(Kind::ExampleChanged, old, new).named("examples")
}

/// What tells that a change at two places is told elsewhere.
fn heard(pair: (&str, &str), key: &str, was: &Option<String>, is: &Option<String>) -> String {
    format!("{} {} {key} {was:?} {is:?}", pair.0, pair.1)
}

/// Compares texts. A change that is told here need not be told of the places `inner` again.
fn texts<'a>(
    comparison: &mut Comparison<'a>,
    old: Backed<'_, 'a>,
    new: Backed<'_, 'a>,
    inner: Option<(&str, &str)>,
) {
    for key in TEXTS {
        let (was, from) = words(old, key);
        let (is, to) = words(new, key);
        if was == is {
            continue;
        }
        // A title that repeats the name says nothing where the other document has no name.
        let repeats = |text: &Option<String>, at: &str| {
            let name = schema_name(at);
            key == "title" && text.is_some() && *text == name
        };
        if (is.is_none() && repeats(&was, from)) || (was.is_none() && repeats(&is, to)) {
            continue;
        }
        let pair = (old.0.pointer.as_str(), new.0.pointer.as_str());
        if comparison.heard.contains(&heard(pair, key, &was, &is)) {
            continue;
        }
        if let Some(inner) = inner {
            let key = heard(inner, key, &was, &is);
            comparison.heard.insert(key);
        }
        let found = Found::new(Kind::TextChanged, Some(from), Some(to))
            .named(key)
            .turned(was.map(Value::from), is.map(Value::from));
        comparison.add(found);
    }
}

/// What a place says, or else the schema behind it, and where.
fn words<'p>((place, behind): Backed<'p, '_>, key: &str) -> (Option<String>, &'p str) {
    if let Some(words) = text(place, key) {
        return (Some(words), &place.pointer);
    }
    match behind.and_then(|behind| Some((text(behind, key)?, behind))) {
        Some((words, behind)) => (Some(words), &behind.pointer),
        None => (None, &place.pointer),
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
    for key in ["examples", "x-examples"] {
        match place.value.get(key) {
            Some(Value::Array(list)) => found.extend(list.iter().map(canonical)),
            Some(Value::Object(_)) => {
                for (_, entry) in place.entries(key, false) {
                    let entry = doc.resolve(&entry);
                    found.insert(canonical(entry.value.get("value").unwrap_or(entry.value)));
                }
            }
            _ => {}
        }
    }
    found
}
