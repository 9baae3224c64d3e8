//! Discriminators: which value of the tag stands for which schema.
//!
//! The value travels. One that is gone, or that stands for another schema now, is read wrongly or not
//! at all; one more is an append. A variant that came or went is told as that, with its tag.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Map, Value};

use super::super::change::{Found, Kind};
use super::super::document::{Place, unescape};
use super::compare::Comparison;
use super::view::View;

/// What a union says of its tags, under the new names of schemas.
struct Tags {
    /// The schemas of its branches.
    branches: BTreeSet<String>,
    /// The values that are listed, each with its schema.
    listed: BTreeMap<String, String>,
}

impl Tags {
    /// Whether `tag` stands for `schema`: it is listed so, or it is the name.
    fn hold(&self, tag: &str, schema: &str) -> bool {
        match self.listed.get(tag) {
            Some(listed) => listed == schema,
            None => tag == schema,
        }
    }

    /// The values that are in use: a schema without one of its own goes by its name.
    fn used(&self) -> BTreeMap<&str, &str> {
        let listed: BTreeSet<&String> = self.listed.values().collect();
        let names = self.branches.iter().filter(|name| !listed.contains(name));
        let names = names.map(|name| (name.as_str(), name.as_str()));
        let listed = self.listed.iter();
        let listed = listed.map(|(tag, name)| (tag.as_str(), name.as_str()));
        names.chain(listed).collect()
    }
}

impl<'a> Comparison<'a> {
    /// Compares two discriminators; `None` where one document has none. Both look at the same property.
    pub(super) fn tags(
        &mut self,
        was: &View<'a>,
        is: &View<'a>,
        (old, new): (Option<&Place<'a>>, Option<&Place<'a>>),
    ) {
        let (before, after) = (self.tags_of(was, true), self.tags_of(is, false));
        let moved: BTreeSet<&String> = before
            .branches
            .symmetric_difference(&after.branches)
            .collect();
        // What `one` says and the other does not, of variants that both have.
        let missing = |one: &Tags, other: &Tags| -> BTreeMap<String, String> {
            let used = one.used().into_iter();
            used.filter(|(_, name)| !moved.contains(&(*name).to_owned()))
                .filter(|(tag, name)| !other.hold(tag, name))
                .map(|(tag, name)| (tag.to_owned(), name.to_owned()))
                .collect()
        };
        let (gone, came) = (missing(&before, &after), missing(&after, &before));
        let (Some(old), Some(new)) = (old, new) else {
            // It helps to tell branches apart; what may be sent is in the branches.
            if !before.listed.is_empty() || !after.listed.is_empty() {
                let value = |place: Option<&Place<'a>>| place.map(|place| place.value.clone());
                let found = Found::new(Kind::ExtensionChanged, Some(&was.home), Some(&is.home))
                    .named("discriminator")
                    .turned(value(old), value(new));
                let at = |place: Option<&Place<'a>>| place.map(|place| place.pointer.clone());
                self.collector
                    .add_by(at(old).as_deref(), at(new).as_deref(), found);
            }
            return;
        };
        if gone.is_empty() && came.is_empty() {
            return;
        }
        let tags: BTreeSet<&String> = gone.keys().chain(came.keys()).collect();
        let shown = |used: &BTreeMap<&str, &str>| -> Option<Value> {
            let entries = tags.iter().filter_map(|tag| {
                let name = used.get(tag.as_str())?;
                Some(((*tag).clone(), Value::from(*name)))
            });
            let entries: Map<String, Value> = entries.collect();
            (!entries.is_empty()).then_some(Value::Object(entries))
        };
        let mut found = Found::new(Kind::KeywordChanged, Some(&was.home), Some(&is.home))
            .named("discriminator")
            .turned(shown(&before.used()), shown(&after.used()));
        found.appended = gone.is_empty();
        self.collector
            .add_by(Some(&old.pointer), Some(&new.pointer), found);
    }

    fn tags_of(&self, view: &View<'a>, is_old: bool) -> Tags {
        let after = |name: &str| match is_old {
            true => self.renames.of(name).to_owned(),
            false => name.to_owned(),
        };
        let doc = if is_old { &self.old } else { &self.new };
        let branches = view.branches.iter().filter_map(|branch| doc.alias(branch));
        let place = view.keywords.get("discriminator");
        let entries = place.map(|place| place.entries("mapping", false));
        let listed = entries.into_iter().flatten().map(|(tag, target)| {
            // A name, or a reference to it.
            let target = target.value.as_str().unwrap_or_default();
            let name = unescape(target.rsplit('/').next().unwrap_or_default());
            (tag.to_owned(), after(&name))
        });
        Tags {
            branches: branches.map(|(name, _)| after(&name)).collect(),
            listed: listed.collect(),
        }
    }
}
