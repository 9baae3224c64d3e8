//! Which operations a change concerns, and which way what changed travels for them.

use std::collections::{BTreeMap, BTreeSet};

use super::change::{Direction, Found};
use super::document::{Doc, SCHEMAS, schema_name, tokens};
use super::reach::{Reach, Ways};
use super::renames::Renames;
use crate::document::pointer::{escape, join};

/// The two documents, and who reaches what in them.
pub(super) struct Sides<'a> {
    pub(super) old: Doc<'a>,
    pub(super) new: Doc<'a>,
    pub(super) reach: (Reach, Reach),
    pub(super) renames: &'a Renames,
    /// Operations on other paths than before, by their old names.
    pub(super) moved: BTreeMap<String, String>,
}

/// Where a change shows in the two documents: what is declared in one place may show in another.
pub(super) fn shows(found: &Found) -> (Option<String>, Option<String>) {
    let (old, new) = (found.old.clone(), found.new.clone());
    let shows = &found.shows;
    (shows.old.clone().or(old), shows.new.clone().or(new))
}

impl Sides<'_> {
    /// Which way what changed travels, and the operations that the change concerns.
    ///
    /// Those are the ones that reach it in both documents. To an operation that is new, or that
    /// used something else before, nothing of it came or went.
    pub(super) fn reached(&self, found: &Found) -> (Direction, BTreeSet<String>) {
        let (old, new) = shows(found);
        let at = |reach: &Reach, pointer: &Option<String>| {
            let pointer = pointer.as_deref();
            pointer.map_or_else(Default::default, |pointer| reach.at(pointer))
        };
        let (own_before, before) = at(&self.reach.0, &old);
        let (own_after, after) = at(&self.reach.1, &new);
        let own = own_before.or(own_after);
        let (was, is) = match (&old, &new) {
            (Some(old), None) => (
                before.clone(),
                at(&self.reach.1, &self.counterpart(old, true)).1,
            ),
            (None, Some(new)) => (
                at(&self.reach.0, &self.counterpart(new, false)).1,
                after.clone(),
            ),
            _ => (before.clone(), after.clone()),
        };
        let common = self.common(&was, &is);
        let ways = if common.is_empty() {
            before.into_iter().chain(after).collect()
        } else {
            common
        };
        let direction = ways.iter().fold(own, |all, (_, way)| all.or(*way));
        (direction, ways.into_iter().map(|(name, _)| name).collect())
    }

    /// The operations in both, under both names where they have two.
    fn common(&self, was: &Ways, is: &Ways) -> Vec<(String, Direction)> {
        let mut common = Vec::new();
        for (name, before) in was {
            let after = self.moved.get(name).unwrap_or(name);
            if let Some(way) = is.get(after) {
                common.push((name.clone(), before.and(*way)));
                common.push((after.clone(), before.and(*way)));
            }
        }
        common
    }

    /// The component of the other document in which something would stand that stands in one
    /// document alone.
    fn counterpart(&self, pointer: &str, is_old: bool) -> Option<String> {
        let tokens = tokens(pointer);
        let [first, section, name, ..] = tokens.as_slice() else {
            return None;
        };
        if first != "components" {
            return None;
        }
        let component = join(&format!("#/components/{section}"), name);
        let Some(name) = schema_name(&component) else {
            return Some(component);
        };
        let other = if is_old {
            self.renames.of(&name)
        } else {
            self.renames.before(&name)
        };
        Some(format!("{SCHEMAS}{}", escape(other)))
    }
}
