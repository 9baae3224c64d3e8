//! Branches that only require: `anyOf: [{required: [a]}, {required: [b]}]` beside properties.
//!
//! They make no union of an object: its properties are the same whichever branch holds. What they
//! ask for is told as one bound, beside the names that are required in any case.

use std::collections::BTreeSet;

use serde_json::Value;

use super::super::change::{Found, Kind};
use super::super::document::Place;
use super::compare::Comparison;
use super::view::{PROSE, View};

/// Names of which some must be there.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(in super::super) struct Choice<'a> {
    /// `anyOf` or `oneOf`.
    keyword: &'static str,
    /// The names that each branch asks for.
    ways: BTreeSet<BTreeSet<&'a str>>,
    /// The schema that states it.
    at: String,
}

impl<'a> Choice<'a> {
    /// Reads branches of which each says nothing but what is required.
    pub(super) fn read(
        place: &Place<'a>,
        keyword: &'static str,
        branches: &[Place<'a>],
    ) -> Option<Self> {
        let says_more = |branch: &Place<'a>| {
            let mut keys = branch.value.as_object().into_iter().flatten();
            keys.any(|(key, value)| match key.as_str() {
                "required" => false,
                "type" => value != "object",
                key => !PROSE.contains(&key),
            })
        };
        let is_object = |branch: &Place<'a>| branch.value.is_object();
        if !branches.iter().all(is_object) || branches.iter().any(says_more) {
            return None;
        }
        let ways: BTreeSet<BTreeSet<&str>> = branches
            .iter()
            .map(|branch| {
                let names = branch.list("required").into_iter();
                names.filter_map(|name| name.value.as_str()).collect()
            })
            .collect();
        ways.iter().any(|way| !way.is_empty()).then(|| Self {
            keyword,
            ways,
            at: place.pointer.clone(),
        })
    }

    /// Whether what `view` asks for is enough for this.
    fn follows(&self, view: &View<'a>) -> bool {
        let required: BTreeSet<&str> = view.required.keys().copied().collect();
        let enough = |names: &BTreeSet<&str>| self.ways.iter().any(|way| way.is_subset(names));
        enough(&required)
            || view.choices.iter().any(|other| {
                other
                    .ways
                    .iter()
                    .all(|way| enough(&way.union(&required).copied().collect()))
            })
    }

    fn is_same(&self, other: &Self) -> bool {
        self.keyword == other.keyword && self.ways == other.ways
    }

    /// `name or symbols`.
    fn shown(&self) -> String {
        let ways = self.ways.iter().map(|way| match way.len() {
            0 => "none".to_owned(),
            _ => joined(way.iter().copied()),
        });
        let ways: Vec<String> = ways.collect();
        let only = if self.keyword == "oneOf" {
            "only one of "
        } else {
            ""
        };
        format!("{only}{}", ways.join(" or "))
    }
}

/// `a and b`.
fn joined<'n>(names: impl Iterator<Item = &'n str>) -> String {
    names.collect::<Vec<_>>().join(" and ")
}

impl<'a> View<'a> {
    /// Everything that must be there, in words.
    fn asked(&self) -> Option<Value> {
        let mut parts = Vec::new();
        if !self.required.is_empty() {
            parts.push(joined(self.required.keys().copied()));
        }
        parts.extend(self.choices.iter().map(Choice::shown));
        (!parts.is_empty()).then(|| Value::from(parts.join(", ")))
    }
}

impl<'a> Comparison<'a> {
    /// Compares what branches require.
    pub(super) fn choices(&mut self, was: &View<'a>, is: &View<'a>) {
        let without = |view: &View<'a>, other: &View<'a>| -> Vec<Choice<'a>> {
            let known = |choice: &&Choice<'a>| !other.choices.iter().any(|one| one.is_same(choice));
            view.choices.iter().filter(known).cloned().collect()
        };
        let (gone, came) = (without(was, is), without(is, was));
        let asks_more = |choice: &Choice<'a>| {
            let other_way = |one: &Choice<'a>| one.ways == choice.ways;
            !choice.follows(was) || (choice.keyword == "oneOf" && gone.iter().any(other_way))
        };
        let kind = if came.iter().any(asks_more) {
            Kind::BoundTightened
        } else if !came.is_empty() || gone.iter().any(|choice| !choice.follows(is)) {
            Kind::BoundLoosened
        } else {
            // What was one of several is required in any case now, and told as that.
            return;
        };
        let at = |choices: &[Choice<'a>]| choices.first().map(|choice| choice.at.clone());
        let found = Found::new(kind, Some(&was.home), Some(&is.home))
            .named("required")
            .turned(was.asked(), is.asked());
        self.collector
            .add_by(at(&gone).as_deref(), at(&came).as_deref(), found);
    }
}
