//! Properties and required names; a property with another name is one change.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;

use super::super::change::{Found, Kind};
use super::super::document::{Doc, Place};
use super::super::similarity::{self, MOST_PAIRS, Name, Suspect};
use super::compare::Comparison;
use super::open::values;
use super::unions::stands_beside;
use super::view::View;

impl<'a> Comparison<'a> {
    pub(super) fn properties(&mut self, was: &View<'a>, is: &View<'a>) {
        let renamed = self.renamed_properties(was, is);
        for (name, old) in &was.properties {
            let after = renamed.get(name).copied().unwrap_or(name);
            match is.properties.get(after) {
                Some(new) => {
                    if after != *name {
                        let found = Found::new(
                            Kind::PropertyRenamed,
                            Some(&old.pointer),
                            Some(&new.pointer),
                        )
                        .named(after)
                        .turned(Some(Value::from(*name)), Some(Value::from(after)));
                        self.add(found);
                        self.renamed
                            .insert(old.pointer.clone(), new.pointer.clone());
                    }
                    self.schema(old, new);
                }
                None => {
                    let found = Found::new(Kind::PropertyRemoved, Some(&old.pointer), None)
                        .named(*name)
                        .required(was.required.contains_key(name))
                        .with(values(&self.old, old));
                    self.add(found);
                }
            }
        }
        let taken: BTreeSet<&str> = renamed.values().copied().collect();
        for (name, new) in &is.properties {
            if !was.properties.contains_key(name) && !taken.contains(name) {
                let found = Found::new(Kind::PropertyAdded, None, Some(&new.pointer))
                    .named(*name)
                    .required(is.required.contains_key(name))
                    .with(values(&self.new, new));
                self.add(found);
            }
        }
        self.required(was, is, &renamed);
        self.choices(was, is);
    }

    fn required(&mut self, was: &View<'a>, is: &View<'a>, renamed: &BTreeMap<&'a str, &'a str>) {
        let declared = |view: &View<'a>, name: &str| view.properties.contains_key(name);
        for (name, at) in &was.required {
            let after = renamed.get(name).copied().unwrap_or(name);
            // A property that is gone is no longer required either: one change, not two.
            let gone = declared(was, name) && !declared(is, after);
            if !is.required.contains_key(after) && !gone {
                let found = self.of_name(Kind::RequiredRemoved, was, is, (name, after));
                self.collector.add_by(Some(at), None, found);
            }
        }
        for (name, at) in &is.required {
            let before = renamed.iter().find(|(_, after)| *after == name);
            let before = before.map_or(*name, |(before, _)| *before);
            let came = declared(is, name) && !declared(was, before);
            if !was.required.contains_key(before) && !came {
                let found = self.of_name(Kind::RequiredAdded, was, is, (before, name));
                self.collector.add_by(None, Some(at), found);
            }
        }
    }

    /// A change of a required name, at the property, or at the schema if a part declares that.
    fn of_name(
        &self,
        kind: Kind,
        was: &View<'a>,
        is: &View<'a>,
        (before, after): (&str, &str),
    ) -> Found {
        let at = |view: &View<'a>, name: &str| {
            let place = view.properties.get(name);
            place
                .filter(|place| place.pointer.starts_with(&view.home))
                .map_or_else(|| view.home.clone(), |place| place.pointer.clone())
        };
        let name = if kind == Kind::RequiredRemoved {
            before
        } else {
            after
        };
        Found::new(kind, Some(&at(was, before)), Some(&at(is, after))).named(name)
    }

    /// An object that became a union, or the other way round: which properties no longer exist on
    /// any way through it, and which are new.
    pub(super) fn through_union(&mut self, was: &View<'a>, is: &View<'a>) {
        let (old, new) = (all(&self.old, was), all(&self.new, is));
        if old.is_empty() || new.is_empty() {
            return;
        }
        for (name, place) in &old {
            if !new.contains_key(name) {
                let found = Found::new(Kind::PropertyRemoved, Some(&place.pointer), None)
                    .named(*name)
                    .required(was.required.contains_key(name))
                    .with(values(&self.old, place));
                self.add(found);
            }
        }
        for (name, place) in &new {
            if !old.contains_key(name) {
                let found = Found::new(Kind::PropertyAdded, None, Some(&place.pointer))
                    .named(*name)
                    .required(is.required.contains_key(name))
                    .with(values(&self.new, place));
                self.add(found);
            }
        }
    }

    /// Where a union stands beside the properties of one of two objects, what its branches hold
    /// are properties as well.
    pub(super) fn beside(&self, was: &mut View<'a>, is: &mut View<'a>) {
        if was.branches.is_empty() != is.branches.is_empty() && stands_beside(was, is) {
            was.properties = all(&self.old, was);
            is.properties = all(&self.new, is);
        }
    }

    /// Properties that are gone, by the name under which they came back.
    ///
    /// The schema must be the same, and something must say that it is the same property: its
    /// description, a name that is nearly the same, or that nothing else came and went.
    fn renamed_properties(&self, was: &View<'a>, is: &View<'a>) -> BTreeMap<&'a str, &'a str> {
        let gone: Vec<_> = was
            .properties
            .iter()
            .filter(|(name, _)| !is.properties.contains_key(*name))
            .collect();
        let came: Vec<_> = is
            .properties
            .iter()
            .filter(|(name, _)| !was.properties.contains_key(*name))
            .collect();
        let kept = was.properties.len().saturating_sub(gone.len());
        let alone = gone.len() == 1 && came.len() == 1 && kept > 0;
        if gone.is_empty() || came.is_empty() {
            return BTreeMap::new();
        }
        let mut pairs = Vec::new();
        for (before, old) in &gone {
            // What was found in a part is so in the whole.
            if let Some(known) = self.renamed.get(&old.pointer) {
                let after = came.iter().find(|(_, new)| new.pointer == *known);
                pairs.extend(after.map(|(after, _)| (3.0, **before, **after)));
            }
        }
        let suspects = |all: &[(&&'a str, &Place<'a>)]| -> Vec<Suspect> {
            let suspect = |(name, place): &(&&str, &Place<'a>)| Suspect {
                name: Name::new(name),
                marks: text(place).into_iter().map(str::to_owned).collect(),
            };
            all.iter().map(suspect).collect()
        };
        let (names, other_names) = (suspects(&gone), suspects(&came));
        let outlines = |doc: &Doc<'a>, all: &[(&&'a str, &Place<'a>)]| -> Vec<String> {
            let outlines = all.iter().map(|(_, place)| doc.view(place).outline());
            outlines.collect()
        };
        let outlines = (outlines(&self.old, &gone), outlines(&self.new, &came));
        for (was_at, is_at) in similarity::pairs(&names, &other_names, MOST_PAIRS) {
            let (Some((before, old)), Some((after, new))) = (gone.get(was_at), came.get(is_at))
            else {
                continue;
            };
            let same_need = was.required.contains_key(*before) == is.required.contains_key(*after);
            // What differs at first sight need not be looked into.
            if !same_need || outlines.0.get(was_at) != outlines.1.get(is_at) {
                continue;
            }
            let near = names.get(was_at).zip(other_names.get(is_at));
            let near = near.map_or(0.0, |(one, other)| one.name.near(&other.name));
            let told = text(old).is_some_and(|words| text(new) == Some(words));
            let distinctive = alone && self.is_distinctive(old);
            if (near >= similarity::NEAR || told || distinctive) && self.says_the_same(old, new) {
                pairs.push((near + if told { 1.0 } else { 0.0 }, **before, **after));
            }
        }
        similarity::best(pairs)
    }

    /// Whether a schema says more than one of the plain types, which many properties have.
    fn is_distinctive(&self, place: &Place<'a>) -> bool {
        if self.old.alias(place).is_some() {
            return true;
        }
        let view = self.old.view(place);
        view.values.is_some()
            || !view.properties.is_empty()
            || !view.branches.is_empty()
            || view.items.is_some()
            || view.keywords.contains_key("pattern")
    }
}

/// A description that tells one property from another.
fn text<'a>(place: &Place<'a>) -> Option<&'a str> {
    place.text("description").filter(|text| text.len() > 12)
}

/// The properties of a view and of its branches.
fn all<'a>(doc: &Doc<'a>, view: &View<'a>) -> BTreeMap<&'a str, Place<'a>> {
    let mut all = view.properties.clone();
    for branch in &view.branches {
        for (name, place) in doc.view(branch).properties {
            all.entry(name).or_insert(place);
        }
    }
    all
}
