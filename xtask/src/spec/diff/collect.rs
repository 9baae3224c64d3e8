//! Where changes are collected, each once, and of which place each is told.
//!
//! A shared part is met on many ways; what changed in it is one change. Where one document names a
//! schema and the other writes it out, the difference belongs to the use: the named schema may stay
//! as it is, or several places that were written out slightly differently may share the name now.
//! What then is the same at every use is told of the name after all, once.

use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};

use serde_json::Value;

use super::change::{Found, Kind};

/// The pointer of a document as a whole.
const DOCUMENT: &str = "#";

/// Where a change shows, in each document, if that is not where it is declared.
#[derive(Debug, Clone, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(super) struct Shows {
    pub(super) old: Option<String>,
    pub(super) new: Option<String>,
}

/// A place in a named schema that only one of the documents has.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(super) struct Under {
    /// Whether it is the new document that has the name.
    pub(super) is_new: bool,
    /// The pointer of the named schema.
    base: String,
    /// The pointer of the place in it.
    pub(super) place: String,
}

/// A use of a named schema in the place of one that the other document writes out.
#[derive(Debug, Clone)]
struct Site {
    /// Whether the new document has the name.
    is_new: bool,
    /// The pointer of the named schema.
    target: String,
    /// The pointer of the use.
    at: String,
    /// The pointer of what the other document writes out, if that is all of it.
    facing: Option<String>,
    /// Whether the other document does not know the name.
    is_alone: bool,
    under: Vec<Under>,
}

/// What makes a change the same one, met again: its kind, where the documents declare what it is
/// about, its name, and where it shows.
type Key = (Kind, Option<String>, Option<String>, Option<String>, Shows);

/// Changes that are one.
#[derive(Debug)]
pub(super) struct Together {
    /// The first one, which lends its pointers.
    pub(super) found: Found,
    /// The same at other uses of a name that only one document has.
    pub(super) others: Vec<Found>,
    /// The place in the named schema of which they are told.
    pub(super) under: Option<Under>,
}

/// The changes found so far.
#[derive(Debug, Default)]
pub(super) struct Collector {
    pub(super) found: Vec<Found>,
    known: HashSet<Key>,
    /// The uses that are being compared, the innermost last.
    sites: Vec<Site>,
    /// Where each named schema of one document alone is compared with something written out.
    uses: BTreeMap<(bool, String), BTreeSet<String>>,
}

/// The way from `outer` to `pointer`, if it is in there.
fn way<'p>(pointer: &'p str, outer: &str) -> Option<&'p str> {
    let way = pointer.strip_prefix(outer)?;
    (way.is_empty() || way.starts_with('/')).then_some(way)
}

impl Collector {
    /// From here on, what is found in the named schema `target` is told of its use `at`.
    ///
    /// `facing` is what the other document writes out there; `is_alone` tells that it does not know
    /// the name.
    pub(super) fn enter(
        &mut self,
        is_new: bool,
        target: &str,
        at: &str,
        facing: Option<&str>,
        is_alone: bool,
    ) {
        let shown = self.shown(is_new, at).unwrap_or_else(|| at.to_owned());
        let mut under = Vec::new();
        if is_alone {
            under.push(Under {
                is_new,
                base: target.to_owned(),
                place: target.to_owned(),
            });
            let uses = self.uses.entry((is_new, target.to_owned())).or_default();
            uses.insert(shown.clone());
        }
        let (old, new) = if is_new {
            (facing, Some(at))
        } else {
            (Some(at), facing)
        };
        under.extend(self.under(old, new));
        self.sites.push(Site {
            is_new,
            target: target.to_owned(),
            at: shown,
            facing: facing.map(str::to_owned),
            is_alone,
            under,
        });
    }

    /// How many uses are being compared.
    pub(super) fn depth(&self) -> usize {
        self.sites.len()
    }

    /// Goes back to where `depth` uses were being compared.
    pub(super) fn leave(&mut self, depth: usize) {
        self.sites.truncate(depth);
    }

    /// The outermost use of a name that only one document has: what is found there is told of it,
    /// though the same was found elsewhere already.
    pub(super) fn within(&self) -> Option<&str> {
        let outermost = self.sites.iter().find(|site| site.is_alone);
        outermost.map(|site| site.at.as_str())
    }

    pub(super) fn add(&mut self, found: Found) {
        let (old, new) = (found.old.clone(), found.new.clone());
        self.add_by(old.as_deref(), new.as_deref(), found);
    }

    /// Like `add` for what one document declares only: the place in the other one, which depends
    /// on the way here, does not make it a second change.
    pub(super) fn add_by(&mut self, old: Option<&str>, new: Option<&str>, mut found: Found) {
        let shown = |is_new, pointer: &Option<String>| self.shown(is_new, pointer.as_deref()?);
        found.shows = Shows {
            old: shown(false, &found.old),
            new: shown(true, &found.new),
        };
        found.under = self.under(found.old.as_deref(), found.new.as_deref());
        let owned = |pointer: Option<&str>| pointer.map(str::to_owned);
        let key = (
            found.kind,
            owned(old),
            owned(new),
            found.name.clone(),
            found.shows.clone(),
        );
        if self.known.insert(key) {
            self.found.push(found);
        }
    }

    /// Adds changes that are the same in most of the document: one, told of the document.
    pub(super) fn add_everywhere(&mut self, group: Vec<Found>) {
        let document = Under {
            is_new: true,
            base: DOCUMENT.to_owned(),
            place: DOCUMENT.to_owned(),
        };
        let uses = self.uses.entry((true, DOCUMENT.to_owned())).or_default();
        for mut found in group {
            uses.extend(found.new.clone());
            found.under = vec![document.clone()];
            self.found.push(found);
        }
    }

    /// Where a place in a named schema shows, if it is told of a use.
    fn shown(&self, is_new: bool, pointer: &str) -> Option<String> {
        let mut inwards = self.sites.iter().rev();
        inwards.find_map(|site| {
            let way = way(pointer, &site.target)?;
            (site.is_new == is_new).then(|| format!("{}{way}", site.at))
        })
    }

    /// The named schemas of one document alone that a place is in, or stands opposite to.
    fn under(&self, old: Option<&str>, new: Option<&str>) -> Vec<Under> {
        let mut inwards = self.sites.iter().rev();
        let found = inwards.find_map(|site| {
            let (own, other) = if site.is_new { (new, old) } else { (old, new) };
            let inside = own.and_then(|own| way(own, &site.target));
            let opposite = || way(other?, site.facing.as_deref()?);
            Some((site, inside.or_else(opposite)?))
        });
        let Some((site, way)) = found else {
            return Vec::new();
        };
        let further = site.under.iter().map(|under| Under {
            place: format!("{}{way}", under.place),
            ..under.clone()
        });
        further.collect()
    }

    /// The changes, those together that are one: the same at every use of a name that only one
    /// document has.
    pub(super) fn together(self) -> Vec<Together> {
        let mut open: Vec<(usize, Found)> = self.found.into_iter().enumerate().collect();
        let mut done = Vec::new();
        let deepest = open.iter().map(|(_, found)| found.under.len()).max();
        // The outermost name says most about where it is.
        for depth in (0..deepest.unwrap_or(0)).rev() {
            let mut groups: HashMap<_, Vec<(usize, Found)>> = HashMap::new();
            let mut rest = Vec::new();
            for (index, found) in open {
                match found.under.get(depth) {
                    Some(under) => {
                        let key = (under.clone(), told(&found));
                        groups.entry(key).or_default().push((index, found));
                    }
                    None => rest.push((index, found)),
                }
            }
            for ((under, _), group) in groups {
                let uses = self.uses.get(&(under.is_new, under.base.clone()));
                if uses.is_some_and(|uses| uses.len() == group.len()) {
                    let first = group.iter().map(|(index, _)| *index).min();
                    let group = group.into_iter().map(|(_, found)| found).collect();
                    done.push((first.unwrap_or_default(), group, Some(under)));
                } else {
                    rest.extend(group);
                }
            }
            open = rest;
        }
        let single = open.into_iter();
        done.extend(single.map(|(index, found)| (index, vec![found], None)));
        done.sort_by_key(|(index, ..)| *index);
        done.into_iter()
            .filter_map(|(_, mut group, under)| {
                group.sort_by(|one, other| {
                    let key = |found: &Found| (found.old.clone(), found.new.clone());
                    key(one).cmp(&key(other))
                });
                let mut group = group.into_iter();
                let found = group.next()?;
                let others = group.collect();
                Some(Together {
                    found,
                    others,
                    under,
                })
            })
            .collect()
    }
}

/// What is told of a change, but for its place.
fn told(found: &Found) -> String {
    let value = |value: &Option<Value>| value.as_ref().map(Value::to_string);
    format!(
        "{:?} {:?} {:?} {:?} {}",
        found.kind,
        found.name,
        value(&found.from),
        value(&found.to),
        found.required
    )
}
