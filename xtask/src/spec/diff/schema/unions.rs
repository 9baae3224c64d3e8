//! The branches of `oneOf` and `anyOf`, in any order.

use std::collections::{BTreeSet, HashMap, VecDeque};

use serde_json::Value;

use super::super::change::{Found, Kind};
use super::super::document::{Doc, Place, unordered};
use super::super::similarity::MOST_PAIRS;
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
        let (mut gone, mut came) = (self.sides(old, true), self.sides(new, false));
        // To the letter before by what they say: two branches may differ in their prose alone.
        let mut texts: HashMap<String, VecDeque<Side<'_, 'a>>> = HashMap::new();
        for is in came.drain(..) {
            let text = unordered(is.place.value);
            texts.entry(text).or_default().push_back(is);
        }
        gone.retain(|was| {
            let same = texts.get_mut(&unordered(was.place.value));
            let same = same.and_then(VecDeque::pop_front);
            self.take(was, same)
        });
        came.extend(texts.into_values().flatten());
        came.sort_by_key(|is| is.index);
        // Looking into each pair takes too long where there are very many that look alike.
        let mut looks = MOST_PAIRS;
        gone.retain(|was| {
            let version = came.iter().position(|is| {
                self.is_renamed(was, is)
                    || (was.outline == is.outline && {
                        looks = looks.saturating_sub(1);
                        looks > 0 && self.says_the_same(was.place, is.place)
                    })
            });
            let version = version.map(|index| came.remove(index));
            self.take(was, version)
        });
        // What is left may have changed inside: the same title, or the same types in order.
        let many = gone.len().saturating_mul(came.len()) > MOST_PAIRS;
        gone.retain(|was| {
            let near = came.iter().position(|is| was.is_near(is, many));
            let near = near.map(|index| came.remove(index));
            self.take(was, near)
        });
        // Where one of the two is no union, the whole is another type.
        let whole = |places: &[Place<'a>], is_old: bool| match places {
            _ if is_tagged.is_some() => None,
            [one] => Some(Value::from(self.title(one, is_old))),
            several => Some(Value::from(format!("union of {}", several.len()))),
        };
        let (from, to) = (whole(old, true), whole(new, false));
        for was in gone {
            let was = was.place;
            let found = Found::new(Kind::VariantRemoved, Some(&was.pointer), None)
                .named(self.title(was, true))
                .turned(from.clone(), to.clone());
            self.add(found);
        }
        let known: BTreeSet<&str> = old.iter().flat_map(|was| kinds(&self.old, was)).collect();
        for is in came {
            let is = is.place;
            let mut found = Found::new(Kind::VariantAdded, None, Some(&is.pointer))
                .named(self.title(is, false))
                .turned(from.clone(), to.clone());
            found.appended = is_tagged
                .is_some_and(|is_tagged| is_tagged || kinds(&self.new, is).is_subset(&known));
            self.add(found);
        }
    }

    /// The branches of one of two unions, each looked at once.
    fn sides<'p>(&self, places: &'p [Place<'a>], is_old: bool) -> Vec<Side<'p, 'a>> {
        let doc = if is_old { &self.old } else { &self.new };
        let sides = places.iter().enumerate().map(|(index, place)| {
            let view = doc.view(place);
            Side {
                index,
                place,
                alias: doc.alias(place).map(|(name, _)| match is_old {
                    true => self.renames.of(&name).to_owned(),
                    false => name,
                }),
                outline: view.outline(),
                types: view.types,
                properties: view.properties.into_keys().collect(),
            }
        });
        sides.collect()
    }

    /// Whether two branches are one schema that has a name.
    fn is_renamed(&self, was: &Side<'_, 'a>, is: &Side<'_, 'a>) -> bool {
        was.alias.is_some() && was.alias == is.alias
    }

    /// Compares a branch with the one that was found for it; whether there is none.
    fn take(&mut self, was: &Side<'_, 'a>, is: Option<Side<'_, 'a>>) -> bool {
        let Some(is) = is else {
            return true;
        };
        self.schema(was.place, is.place);
        false
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

/// A branch, as far as it tells which other one is its version.
struct Side<'p, 'a> {
    index: usize,
    place: &'p Place<'a>,
    /// Its name, the new one.
    alias: Option<String>,
    outline: String,
    types: BTreeSet<&'a str>,
    properties: BTreeSet<&'a str>,
}

impl Side<'_, '_> {
    /// Whether `is` may be another version of this; where there are many, only the title says so.
    fn is_near(&self, is: &Self, many: bool) -> bool {
        // Schemas that have a name are not versions of anything else than what the name says.
        if self.alias.is_some() || is.alias.is_some() {
            return false;
        }
        let titles = (self.place.text("title"), is.place.text("title"));
        if titles.0.is_some() && titles.0 == titles.1 {
            return true;
        }
        if many || self.types != is.types {
            return false;
        }
        let most = self.properties.len().max(is.properties.len());
        let common = self.properties.intersection(&is.properties).count();
        most == 0 || common * 2 >= most
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
    let mut seen = BTreeSet::new();
    while let Some((place, depth)) = open.pop() {
        if !seen.insert(place.pointer.clone()) {
            continue;
        }
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
