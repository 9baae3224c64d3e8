//! Keywords that hold schemas and are not looked into further: whether both documents say the same in
//! them, however it is written.

use std::collections::BTreeMap;

use super::super::change::{Found, Kind};
use super::super::document::Place;
use super::compare::Comparison;
use super::view::View;

/// Keywords that hold one schema.
const ONE: [&str; 9] = [
    "contains",
    "contentSchema",
    "else",
    "if",
    "not",
    "propertyNames",
    "then",
    "unevaluatedItems",
    "unevaluatedProperties",
];
/// Keywords that hold schemas by names.
const NAMED: [&str; 4] = [
    "$defs",
    "definitions",
    "dependentSchemas",
    "patternProperties",
];
/// The keyword that holds schemas in order.
const LISTED: &str = "prefixItems";

impl<'a> Comparison<'a> {
    /// Tells of a `$ref` that leads nowhere and is all that one of two schemas says, in the place of
    /// something else; whether that is so.
    pub(super) fn unresolved(&mut self, was: &View<'a>, is: &View<'a>) -> bool {
        let written = |view: &View<'a>| {
            let written = view.keywords.get("$ref");
            written.map(|place| place.value.clone())
        };
        let (old, new) = (written(was), written(is));
        let is_all = (old.is_some() && was.is_any()) || (new.is_some() && is.is_any());
        if old == new || !is_all {
            return false;
        }
        let found = Found::new(Kind::KeywordChanged, Some(&was.home), Some(&is.home));
        self.add(found.named("$ref").turned(old, new));
        true
    }

    /// Whether the schemas under `key` say the same in both documents.
    pub(super) fn same_inside(
        &self,
        key: &str,
        old: Option<&Place<'a>>,
        new: Option<&Place<'a>>,
    ) -> bool {
        let (Some(old), Some(new)) = (old, new) else {
            return false;
        };
        let same = |(old, new): (&Place<'a>, &Place<'a>)| {
            old.value.is_object() && new.value.is_object() && self.says_the_same(old, new)
        };
        if ONE.contains(&key) {
            return same((old, new));
        }
        let parts = |place: &Place<'a>| -> BTreeMap<String, Place<'a>> {
            if key == LISTED {
                let list = place.value.as_array().into_iter().flatten().enumerate();
                list.map(|(index, value)| {
                    let at = format!("{}/{index}", place.pointer);
                    (format!("{index:09}"), Place::new(at, value))
                })
                .collect()
            } else {
                let parts = place.inner(false).into_iter();
                parts.map(|(name, part)| (name.to_owned(), part)).collect()
            }
        };
        if key != LISTED && !NAMED.contains(&key) {
            return false;
        }
        let (was, is) = (parts(old), parts(new));
        was.len() == is.len() && was.keys().eq(is.keys()) && was.values().zip(is.values()).all(same)
    }
}
