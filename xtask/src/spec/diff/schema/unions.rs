//! The branches of `oneOf` and `anyOf`, in any order.

use std::collections::BTreeSet;

use serde_json::Value;

use super::super::change::{Found, Kind};
use super::super::document::{Doc, Place, unordered};
use super::compare::Comparison;
use super::view::View;

impl<'a> Comparison<'a> {
    /// Compares the branches of two unions.
    pub(super) fn branches(&mut self, was: &View<'a>, is: &View<'a>) {
        if was.branches.is_empty() && is.branches.is_empty() {
            return;
        }
        if was.branches.is_empty() || is.branches.is_empty() {
            // It stands beside the properties, which are compared: it only makes them fewer.
            let (kind, name) = if was.branches.is_empty() {
                (Kind::BoundTightened, is.union)
            } else {
                (Kind::BoundLoosened, was.union)
            };
            let text =
                |view: &View<'a>| (!view.branches.is_empty()).then(|| Value::from(view.shown()));
            let found = Found::new(kind, Some(&was.home), Some(&is.home))
                .named(name.unwrap_or("union"))
                .turned(text(was), text(is));
            return self.add(found);
        }
        // With `oneOf` a value that fits two branches is wrong, with `anyOf` it is not.
        if was.union != is.union {
            let kind = if is.union == Some("oneOf") {
                Kind::BoundTightened
            } else {
                Kind::BoundLoosened
            };
            let found = Found::new(kind, Some(&was.home), Some(&is.home))
                .named("union")
                .turned(was.union.map(Value::from), is.union.map(Value::from));
            self.add(found);
        }
        let has_tag = |view: &View<'a>| view.keywords.contains_key("discriminator");
        self.pair(
            &was.branches,
            &is.branches,
            Some(has_tag(was) || has_tag(is)),
        );
    }

    /// One side is a union and the other is not: the other may be one of its branches.
    pub(super) fn one_union(
        &mut self,
        old: &Place<'a>,
        new: &Place<'a>,
        was: &View<'a>,
        is: &View<'a>,
    ) -> bool {
        let (old, new) = if was.branches.is_empty() {
            (vec![old.clone()], is.branches.clone())
        } else {
            (was.branches.clone(), vec![new.clone()])
        };
        let is_one = old
            .iter()
            .any(|old| new.iter().any(|new| self.is_version(old, new)));
        if is_one {
            self.null(was, is);
            self.pair(&old, &new, None);
            return true;
        }
        let text = |view: &View<'a>| Some(Value::from(view.shown()));
        let found = Found::new(Kind::TypeChanged, Some(&was.home), Some(&is.home))
            .turned(text(was), text(is));
        self.add(found);
        self.through_union(was, is);
        true
    }

    /// Whether two branches are certainly versions of one another.
    fn is_version(&self, old: &Place<'a>, new: &Place<'a>) -> bool {
        match (self.old.alias(old), self.new.alias(new)) {
            (Some((was, _)), Some((is, _))) if self.renames.is_same(&was, &is) => true,
            _ => self.says_the_same(old, new),
        }
    }

    /// Compares branches. `is_tagged` tells whether a discriminator tells them apart; `None`, that
    /// one of the two is no union.
    fn pair(&mut self, old: &[Place<'a>], new: &[Place<'a>], is_tagged: Option<bool>) {
        let mut came: Vec<&Place<'a>> = new.iter().collect();
        let mut gone: Vec<&Place<'a>> = old.iter().collect();
        // To the letter before by what they say: two branches may differ in their prose alone.
        let texts: Vec<String> = old.iter().map(|was| unordered(was.value)).collect();
        let mut texts = texts.into_iter();
        gone.retain(|was| {
            let text = texts.next();
            let same = came.iter().position(|is| Some(unordered(is.value)) == text);
            self.take(was, same, &mut came)
        });
        gone.retain(|was| {
            let version = came.iter().position(|is| self.is_version(was, is));
            self.take(was, version, &mut came)
        });
        // What is left may have changed inside: the same title, or the same types in order.
        gone.retain(|was| {
            let near = came.iter().position(|is| self.is_near(was, is));
            self.take(was, near, &mut came)
        });
        // Where one of the two is no union, the whole is another type.
        let whole = |places: &[Place<'a>], is_old: bool| match places {
            _ if is_tagged.is_some() => None,
            [one] => Some(Value::from(self.title(one, is_old))),
            several => Some(Value::from(format!("union of {}", several.len()))),
        };
        let (from, to) = (whole(old, true), whole(new, false));
        for was in gone {
            let found = Found::new(Kind::VariantRemoved, Some(&was.pointer), None)
                .named(self.title(was, true))
                .turned(from.clone(), to.clone());
            self.add(found);
        }
        let known: BTreeSet<&str> = old.iter().flat_map(|was| kinds(&self.old, was)).collect();
        for is in came {
            let mut found = Found::new(Kind::VariantAdded, None, Some(&is.pointer))
                .named(self.title(is, false))
                .turned(from.clone(), to.clone());
            found.appended = is_tagged
                .is_some_and(|is_tagged| is_tagged || kinds(&self.new, is).is_subset(&known));
            self.add(found);
        }
    }

    /// Compares a branch with the one at `index`, which is taken; whether there is none.
    fn take(&mut self, was: &Place<'a>, index: Option<usize>, came: &mut Vec<&Place<'a>>) -> bool {
        let Some(index) = index else {
            return true;
        };
        let is = came.remove(index);
        self.schema(was, is);
        false
    }

    fn is_near(&self, old: &Place<'a>, new: &Place<'a>) -> bool {
        // Schemas that have a name are not versions of anything else than what the name says.
        if self.old.alias(old).is_some() || self.new.alias(new).is_some() {
            return false;
        }
        let (was, is) = (self.old.view(old), self.new.view(new));
        let titles = (old.text("title"), new.text("title"));
        let common = was
            .properties
            .keys()
            .filter(|name| is.properties.contains_key(*name));
        let most = was.properties.len().max(is.properties.len());
        match titles {
            (Some(was), Some(is)) if was == is => true,
            _ => was.types == is.types && (most == 0 || common.count() * 2 >= most),
        }
    }

    /// A word for a branch: its name, its title or its types.
    fn title(&self, place: &Place<'a>, is_old: bool) -> String {
        let doc = if is_old { &self.old } else { &self.new };
        if let Some((name, _)) = doc.alias(place) {
            return name;
        }
        if let Some(title) = place.text("title") {
            return title.to_owned();
        }
        doc.view(place).shown()
    }
}

/// Whether both are objects with properties, and the union only says which of them go together.
pub(super) fn stands_beside(was: &View<'_>, is: &View<'_>) -> bool {
    !was.properties.is_empty() && !is.properties.is_empty()
}

/// Unions in unions, at most.
const DEEPEST: usize = 8;

/// The JSON types that values of a schema have.
fn kinds<'a>(doc: &Doc<'a>, place: &Place<'a>) -> BTreeSet<&'a str> {
    let mut kinds = BTreeSet::new();
    let mut open = vec![(place.clone(), 0)];
    while let Some((place, depth)) = open.pop() {
        let view = doc.view(&place);
        if view.is_any() || depth > DEEPEST {
            kinds.insert("anything");
        }
        // An integer is a number.
        let names = view.types.iter();
        kinds.extend(names.map(|name| if *name == "integer" { "number" } else { *name }));
        if depth <= DEEPEST {
            open.extend(view.branches.into_iter().map(|branch| (branch, depth + 1)));
        }
    }
    kinds
}
