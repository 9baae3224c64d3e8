//! The branches of `oneOf` and `anyOf`, in any order.

use serde_json::Value;

use super::super::change::{Found, Kind};
use super::super::document::{Place, unordered};
use super::compare::Comparison;
use super::view::View;

impl<'a> Comparison<'a> {
    /// Compares the branches of two unions.
    pub(super) fn branches(&mut self, was: &View<'a>, is: &View<'a>) {
        if was.branches.is_empty() || is.branches.is_empty() {
            return;
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
        self.pair(&was.branches, &is.branches);
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
            self.pair(&old, &new);
            return true;
        }
        let text = |view: &View<'a>| {
            if view.branches.is_empty() {
                let types: Vec<&str> = view.types.iter().copied().collect();
                Value::from(if types.is_empty() {
                    "any".to_owned()
                } else {
                    types.join(" | ")
                })
            } else {
                Value::from(format!("union of {}", view.branches.len()))
            }
        };
        let kind = if was.is_any() {
            Kind::TypeNarrowed
        } else if is.is_any() {
            Kind::TypeWidened
        } else {
            Kind::TypeChanged
        };
        let found = Found::new(kind, Some(&was.home), Some(&is.home))
            .turned(Some(text(was)), Some(text(is)));
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

    fn pair(&mut self, old: &[Place<'a>], new: &[Place<'a>]) {
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
        for was in gone {
            let found = Found::new(Kind::VariantRemoved, Some(&was.pointer), None)
                .named(self.title(was, true));
            self.add(found);
        }
        for is in came {
            let found = Found::new(Kind::VariantAdded, None, Some(&is.pointer))
                .named(self.title(is, false));
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
        let types: Vec<&str> = doc.view(place).types.into_iter().collect();
        if types.is_empty() {
            "any".to_owned()
        } else {
            types.join(" | ")
        }
    }
}
