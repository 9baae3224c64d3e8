//! A schema that says nothing where the other document says something: one change, from "anything"
//! to what it is. What it is made of is told where it is declared, or not at all: nothing of it
//! came or went.

use std::collections::BTreeMap;

use serde_json::Value;

use super::super::change::{Found, Kind};
use super::super::document::{Doc, Place};
use super::super::{deprecation, prose};
use super::compare::Comparison;
use super::view::View;

/// Lists in lists, at most.
const DEEPEST: usize = 4;

impl<'a> Comparison<'a> {
    /// Tells of a schema that admits anything in the place of one that does not, or of one that
    /// admits any object in the place of a named one; whether that is so.
    pub(super) fn anything(&mut self, old: &Place<'a>, new: &Place<'a>) -> bool {
        let (alias, other) = (self.old.alias(old), self.new.alias(new));
        if alias.is_some() && other.is_some() {
            return false;
        }
        let (was, is) = (self.old.view(old), self.new.view(new));
        let kind = match (was.admits_anything(), is.admits_anything()) {
            (true, false) => Kind::TypeNarrowed,
            (false, true) => Kind::TypeWidened,
            (true, true) => return false,
            (false, false) if alias.is_some() && was.is_described() && is.is_any_object() => {
                Kind::TypeWidened
            }
            (false, false) if other.is_some() && is.is_described() && was.is_any_object() => {
                Kind::TypeNarrowed
            }
            (false, false) => return false,
        };
        // What one document does not say at all has no words.
        if old.value.is_object() && new.value.is_object() {
            prose::compare(self, old, new);
            deprecation::compare(self, old, new);
        }
        let values = if kind == Kind::TypeNarrowed {
            values(&self.new, new)
        } else {
            values(&self.old, old)
        };
        let found = Found::new(kind, Some(&old.pointer), Some(&new.pointer))
            .turned(Some(word(&was, alias)), Some(word(&is, other)))
            .with(values);
        self.add(found);
        if !was.admits_anything() && !is.admits_anything() {
            self.null(&was, &is);
        }
        true
    }
}

/// What a schema is: its name, or its types.
fn word(view: &View<'_>, alias: Option<(String, Place<'_>)>) -> Value {
    match alias {
        _ if view.admits_anything() => Value::from("anything"),
        Some((name, _)) => Value::from(name),
        None => Value::from(view.shown()),
    }
}

impl View<'_> {
    /// Whether no value is wrong.
    fn admits_anything(&self) -> bool {
        let says_nothing = |key: &&str| {
            key.starts_with("x-") || matches!(*key, "default" | "readOnly" | "writeOnly")
        };
        self.is_any()
            && self.bounds.is_empty()
            && self.format.is_none()
            && self.keywords.keys().all(says_nothing)
    }

    /// The listed values in the order of the document.
    pub(super) fn listed(&self) -> Vec<Value> {
        let mut values: Vec<&Place<'_>> = self.values.iter().flat_map(BTreeMap::values).collect();
        values.sort_by_cached_key(|value| (value.pointer.len(), value.pointer.clone()));
        values.iter().map(|value| value.value.clone()).collect()
    }

    fn is_object(&self) -> bool {
        self.types.len() == 1 && self.types.contains("object") && self.branches.is_empty()
    }

    /// Whether any object is right.
    fn is_any_object(&self) -> bool {
        self.is_object()
            && self.properties.is_empty()
            && self.required.is_empty()
            && self.additional.is_none()
            && self.bounds.is_empty()
    }

    /// Whether it is an object of which something is said.
    fn is_described(&self) -> bool {
        self.is_object() && !self.properties.is_empty()
    }

    /// What two schemas have in common if they say the same: enough to tell most others apart without a
    /// comparison.
    pub(in super::super) fn outline(&self) -> String {
        if !self.branches.is_empty() {
            return "union".to_owned();
        }
        let values = self.values.as_ref().map(|values| values.keys());
        format!(
            "{:?} {:?} {values:?} {:?} {:?}",
            self.types,
            self.format.as_ref().map(|(name, _)| name),
            self.properties.keys(),
            self.items.is_some(),
        )
    }

    /// The types as they are shown.
    pub(super) fn shown(&self) -> String {
        if !self.branches.is_empty() {
            return format!("union of {}", self.branches.len());
        }
        let mut types: Vec<&str> = self.types.iter().copied().collect();
        if types.is_empty() {
            return "anything".to_owned();
        }
        if self.nullable && !types.contains(&"null") {
            types.push("null");
        }
        types.join(" | ")
    }
}

/// The values that a schema lists itself, or for what is in its list, in the order of the document.
///
/// Those of a schema that has a name belong to the name.
pub(in super::super) fn values<'a>(doc: &Doc<'a>, place: &Place<'a>) -> Vec<Value> {
    let mut place = place.clone();
    for _ in 0..DEEPEST {
        if doc.alias(&place).is_some() {
            break;
        }
        let view = doc.view(&place);
        if view.values.is_some() {
            return view.listed();
        }
        match view.items {
            Some(items) => place = items,
            None => break,
        }
    }
    Vec::new()
}
