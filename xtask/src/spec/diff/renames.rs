//! Named schemas that came back under another name.
//!
//! Contents that are the same and say enough are a rename. Contents that are nearly the same, or that
//! many types have, such as a plain string, need something else that speaks for it: the same places
//! use them, or the name is nearly the same.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use serde_json::Value;

use super::document::{Doc, Place, SCHEMAS, schema_name};
use super::similarity::{self, Suspect, best, share};
use crate::document::pointer;

/// Schemas of one document, under the names of the other.
#[derive(Debug, Default)]
pub(super) struct Renames {
    after: BTreeMap<String, String>,
}

/// Levels of renamed types below one another that are followed.
const ROUNDS: usize = 16;
/// What stands for a type that is not known in both documents.
const OPEN: &str = "<renamed>";
/// How much the same place counts, but for where in a list.
const LOOSE: f64 = 0.6;
/// Contents less alike than this are two schemas.
const ALIKE: f64 = 0.6;
/// Every pair of schemas is looked at up to this many.
const MOST_PAIRS: usize = 100_000;
/// Contents with fewer features than this are found everywhere.
const TELLING: usize = 4;

impl Renames {
    /// Finds the renames between two documents.
    pub(super) fn find(old: &Doc<'_>, new: &Doc<'_>) -> Self {
        let (was, is) = (old.components("schemas"), new.components("schemas"));
        let names_of = |all: &[(&str, Place<'_>)]| -> BTreeSet<String> {
            all.iter().map(|(name, _)| (*name).to_owned()).collect()
        };
        let (before, after) = (names_of(&was), names_of(&is));
        let gone: Vec<_> = was
            .iter()
            .filter(|(name, _)| !after.contains(*name))
            .collect();
        let came: Vec<_> = is
            .iter()
            .filter(|(name, _)| !before.contains(*name))
            .collect();
        let mut found = Self::default();
        // Types that only renamed types refer to are recognised after those, one round a level.
        for _ in 0..ROUNDS {
            let taken: BTreeSet<&String> = found.after.values().collect();
            let gone: Vec<_> = gone
                .iter()
                .filter(|(name, _)| !found.after.contains_key(*name))
                .map(|(name, place)| (*name, place))
                .collect();
            let came: Vec<_> = came
                .iter()
                .filter(|(name, _)| !taken.contains(&(*name).to_owned()))
                .map(|(name, place)| (*name, place))
                .collect();
            let round = found.round((old, &gone, &after), (new, &came, &before));
            if round.is_empty() {
                break;
            }
            found.after.extend(round);
        }
        found
    }

    /// One round: the schemas that are recognised by what is known so far.
    fn round(
        &self,
        (old, gone, after): Half<'_, '_, '_>,
        (new, came, before): Half<'_, '_, '_>,
    ) -> Vec<(String, String)> {
        if gone.is_empty() || came.is_empty() {
            return Vec::new();
        }
        // Both documents under the new names, as far as they are known.
        let known = |name: &str| -> Option<String> {
            let is_known = after.contains(name) || self.after.contains_key(name);
            is_known.then(|| self.of(name).to_owned())
        };
        let targets: BTreeSet<&str> = self.after.values().map(String::as_str).collect();
        let as_it_is = |name: &str| -> Option<String> {
            let is_known = before.contains(name) || targets.contains(name);
            is_known.then(|| name.to_owned())
        };
        let side = |doc: &Doc<'_>, all: &[(&str, &Place<'_>)], name: Name<'_>| -> Vec<Candidate> {
            let uses = uses(doc, name);
            all.iter()
                .map(|(own, place)| {
                    let uses = uses.get(*own).cloned().unwrap_or_default();
                    Candidate {
                        name: (*own).to_owned(),
                        apart: similarity::Name::new(own),
                        features: features(doc, place, name),
                        text: place.text("description").unwrap_or_default().to_owned(),
                        loose: loose(&uses),
                        uses,
                    }
                })
                .collect()
        };
        let (gone, came) = (side(old, gone, &known), side(new, came, &as_it_is));
        let suspects = |all: &[Candidate]| -> Vec<Suspect> { all.iter().map(suspect).collect() };
        let pairs = similarity::pairs(&suspects(&gone), &suspects(&came), MOST_PAIRS);
        let pairs = pairs.into_iter().filter_map(|(was, is)| {
            let (was, is) = (gone.get(was)?, came.get(is)?);
            Some((score(was, is)?, was.name.as_str(), is.name.as_str()))
        });
        best(pairs.collect())
            .into_iter()
            .map(|(was, is)| (was.to_owned(), is.to_owned()))
            .collect()
    }

    /// The new name of a schema of the old document.
    pub(super) fn of<'n>(&'n self, old: &'n str) -> &'n str {
        self.after.get(old).map_or(old, String::as_str)
    }

    /// The old name of a schema of the new document.
    pub(super) fn before<'n>(&'n self, new: &'n str) -> &'n str {
        let found = self.after.iter().find(|(_, after)| *after == new);
        found.map_or(new, |(before, _)| before)
    }

    /// Whether a schema of the old document is that one of the new document.
    pub(super) fn is_same(&self, old: &str, new: &str) -> bool {
        self.of(old) == new
    }

    /// The renames, by old name.
    pub(super) fn all(&self) -> impl Iterator<Item = (&str, &str)> {
        self.after
            .iter()
            .map(|(before, after)| (before.as_str(), after.as_str()))
    }
}

/// One document: its schemas in question, and the names of all schemas of the other.
type Half<'d, 'a, 's> = (
    &'d Doc<'a>,
    &'s [(&'s str, &'s Place<'a>)],
    &'s BTreeSet<String>,
);

/// The name under which a schema is known in both documents, if it is.
type Name<'n> = &'n dyn Fn(&str) -> Option<String>;

/// A schema that may have another name in the other document.
struct Candidate {
    name: String,
    /// The name, taken apart.
    apart: similarity::Name,
    features: BTreeSet<String>,
    uses: BTreeSet<String>,
    /// Its description, which tells apart what is otherwise the same.
    text: String,
    /// The same places, but for where they are in a list.
    loose: BTreeSet<String>,
}

/// What two candidates are paired by where there are too many to look at every pair.
fn suspect(candidate: &Candidate) -> Suspect {
    let contents: Vec<&str> = candidate.features.iter().map(String::as_str).collect();
    let mut marks: Vec<String> = candidate.uses.iter().cloned().collect();
    marks.push(contents.join("\n"));
    Suspect {
        name: similarity::Name::new(&candidate.name),
        marks,
    }
}

/// Places in a list move when the list is written in another order.
fn loose(uses: &BTreeSet<String>) -> BTreeSet<String> {
    let is_index = |token: &&str| token.chars().all(|digit| digit.is_ascii_digit());
    let kept = |place: &String| -> String {
        let tokens = place.split('/').filter(|token| !is_index(token));
        tokens.collect::<Vec<_>>().join("/")
    };
    uses.iter().map(kept).collect()
}

/// How much speaks for two schemas to be the same; `None` if too little.
fn score(was: &Candidate, is: &Candidate) -> Option<f64> {
    let alike = share(&was.features, &is.features);
    if alike < ALIKE {
        return None;
    }
    let common = |was: &BTreeSet<String>, is: &BTreeSet<String>| {
        let least = was.len().min(is.len()).max(1);
        was.intersection(is).count() as f64 / least as f64
    };
    let used = common(&was.uses, &is.uses).max(LOOSE * common(&was.loose, &is.loose));
    let near = was.apart.near(&is.apart);
    let telling = was.features.len().min(is.features.len()) >= TELLING;
    let same = alike > 0.999;
    // What refers to types that are not recognised yet may refer to other ones.
    let open = was.features.iter().any(|feature| feature.contains(OPEN));
    let is_rename = if telling {
        (same && (!open || used > 0.0 || near >= 0.3)) || alike + used.max(near) >= 1.3
    } else {
        same && (near >= 0.5 || used >= 0.5)
    };
    let told = !was.text.is_empty() && was.text == is.text;
    is_rename.then_some(alike * 2.0 + used + near + if told { 1.0 } else { 0.0 })
}

/// What makes up a schema, in words that can be counted. References to schemas that are not known in
/// both documents are not told apart.
fn features<'a>(doc: &Doc<'a>, place: &Place<'a>, known: Name<'_>) -> BTreeSet<String> {
    let view = doc.view(place);
    let mut features: BTreeSet<String> = BTreeSet::new();
    features.insert(format!("types {:?}", view.types));
    for (name, property) in &view.properties {
        features.insert(format!("property {name}: {}", short(doc, property, known)));
    }
    for name in view.required.keys() {
        features.insert(format!("required {name}"));
    }
    for text in view.values.iter().flat_map(BTreeMap::keys) {
        features.insert(format!("value {text}"));
    }
    for branch in &view.branches {
        features.insert(format!("branch {}", short(doc, branch, known)));
    }
    if let Some(items) = &view.items {
        features.insert(format!("items {}", short(doc, items, known)));
    }
    if let Some((format, _)) = &view.format {
        features.insert(format!("format {format}"));
    }
    for (key, bound) in &view.bounds {
        features.insert(format!("{key} {}", bound.limit));
    }
    for (key, value) in &view.keywords {
        if !key.starts_with("x-") && *key != "discriminator" {
            features.insert(format!("{key} {}", value.value));
        }
    }
    features
}

/// A type in few characters.
fn short<'a>(doc: &Doc<'a>, place: &Place<'a>, known: Name<'_>) -> String {
    let named = |name: &str| known(name).unwrap_or_else(|| OPEN.to_owned());
    if let Some((name, _)) = doc.alias(place) {
        return named(&name);
    }
    let view = doc.view(place);
    let item = view.items.map(|items| match doc.alias(&items) {
        Some((name, _)) => named(&name),
        None => format!("{:?}", doc.view(&items).types),
    });
    let format = view.format.map(|(name, _)| name);
    format!("{:?}{format:?}{item:?}", view.types)
}

/// Where each named schema is referred to. Two places in two documents are the same if their
/// pointers are, those of named schemas under the name that both have.
fn uses(doc: &Doc<'_>, known: Name<'_>) -> HashMap<String, BTreeSet<String>> {
    let mut uses = HashMap::new();
    for (key, value) in doc.root.as_object().into_iter().flatten() {
        if key != "components" {
            collect(&mut uses, &pointer::join("#", key), value);
        }
    }
    let components = doc.root.get("components").and_then(Value::as_object);
    for (section, entries) in components.into_iter().flatten() {
        for (name, value) in entries.as_object().into_iter().flatten() {
            let name = match known(name) {
                Some(name) => name,
                None if section == "schemas" => continue,
                None => name.clone(),
            };
            let at = pointer::join(&format!("#/components/{section}"), &name);
            collect(&mut uses, &at, value);
        }
    }
    uses
}

fn collect(uses: &mut HashMap<String, BTreeSet<String>>, at: &str, value: &Value) {
    match value {
        Value::Object(object) => {
            if let Some(Value::String(reference)) = object.get("$ref")
                && let Some(target) = pointer::from_reference(reference)
                && target.starts_with(SCHEMAS)
                && let Some(name) = schema_name(&target)
            {
                uses.entry(name).or_default().insert(at.to_owned());
            }
            for (key, value) in object {
                if value.is_object() || value.is_array() {
                    collect(uses, &pointer::join(at, key), value);
                }
            }
        }
        Value::Array(list) => {
            for (index, value) in list.iter().enumerate() {
                collect(uses, &format!("{at}/{index}"), value);
            }
        }
        _ => {}
    }
}
