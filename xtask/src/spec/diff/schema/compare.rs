//! Two schemas, level by level.
//!
//! A named schema is compared once, under its name; where both documents refer to it there is
//! nothing to compare. Where one names what the other writes out, the contents are compared. What
//! is found in a shared part has the pointers of that part, so that it is collected once.

use std::cell::{Cell, RefCell};
use std::collections::{BTreeMap, HashMap, HashSet};
use std::rc::Rc;

use serde_json::Value;

use super::super::change::{Class, Direction, Found, Kind};
use super::super::collect::Collector;
use super::super::document::{Doc, Place, SCHEMAS};
use super::super::renames::Renames;
use super::super::{deprecation, policy, prose};
use super::unions::stands_beside;
use super::view::{View, wrapped};
use crate::document::pointer::escape;

/// Anything.
pub(super) static ANY: Value = Value::Bool(true);

/// Types nested in one another by names and by being written out, at most.
const DEEPEST: usize = 200;

/// Comparisons of two schemas that those on the side may take, all in all. What takes more is not looked
/// into: it is not the same, and may break anybody.
const FUEL: usize = 200_000;

/// What a comparison on the side has found; `None` if it took too much.
type Apart = Option<Rc<Vec<Found>>>;

/// What comparisons on the side have found so far.
#[derive(Default)]
struct Known {
    /// By the two pointers; `None` while it is going on.
    found: RefCell<HashMap<(String, String), Option<Apart>>>,
    /// How many comparisons were made.
    spent: Cell<usize>,
}

impl Known {
    fn is_spent(&self) -> bool {
        self.spent.get() > FUEL
    }
}

/// The comparison of two documents' schemas.
pub(in super::super) struct Comparison<'a> {
    pub(in super::super) old: Doc<'a>,
    pub(in super::super) new: Doc<'a>,
    pub(in super::super) renames: &'a Renames,
    pub(in super::super) collector: Collector,
    /// For each named schema that stands where the other document writes one out: whether the
    /// contents were the same wherever that is so.
    pub(in super::super) extracted: BTreeMap<String, bool>,
    pub(in super::super) inlined: BTreeMap<String, bool>,
    /// Properties with another name, by their pointers: a part that has one is met again.
    pub(super) renamed: HashMap<String, String>,
    /// Operations on other paths than before, by their old names.
    pub(in super::super) moved: BTreeMap<String, String>,
    /// What is told of the parameter, header or media type around a schema already.
    pub(in super::super) heard: HashSet<String>,
    /// Pairs that were compared, and within which use.
    seen: HashSet<(Option<String>, String, String)>,
    known: Rc<Known>,
    /// Whether this one is made on the side.
    is_apart: bool,
    depth: usize,
}

/// Whether a document has a named schema.
fn schema_at(doc: &Doc<'_>, name: &str) -> bool {
    doc.at(&format!("{SCHEMAS}{}", escape(name))).is_some()
}

impl<'a> Comparison<'a> {
    pub(in super::super) fn new(old: Doc<'a>, new: Doc<'a>, renames: &'a Renames) -> Self {
        Self {
            old,
            new,
            renames,
            collector: Collector::default(),
            extracted: BTreeMap::new(),
            inlined: BTreeMap::new(),
            renamed: HashMap::new(),
            moved: BTreeMap::new(),
            heard: HashSet::new(),
            seen: HashSet::new(),
            known: Rc::default(),
            is_apart: false,
            depth: 0,
        }
    }

    /// Adds a change.
    pub(in super::super) fn add(&mut self, found: Found) {
        self.collector.add(found);
    }

    /// From here on, what is found in a shared part that the other document writes out is told of
    /// its use. Both sides as they are used, and as they are declared.
    pub(in super::super) fn enter(
        &mut self,
        old: (&Place<'a>, &Place<'a>),
        new: (&Place<'a>, &Place<'a>),
    ) -> usize {
        let before = self.collector.depth();
        let is_shared =
            |(used, declared): (&Place<'a>, &Place<'a>)| used.pointer != declared.pointer;
        let ((at, shared), facing, other, is_new) = match (is_shared(old), is_shared(new)) {
            (true, false) => (old, new.1, self.new, false),
            (false, true) => (new, old.1, self.old, true),
            _ => return before,
        };
        let is_alone = other.at(&shared.pointer).is_none();
        let facing = Some(facing.pointer.as_str());
        self.collector
            .enter(is_new, &shared.pointer, &at.pointer, facing, is_alone);
        before
    }

    /// Goes back to what was compared before [`Self::enter`].
    pub(in super::super) fn leave(&mut self, before: usize) {
        self.collector.leave(before);
    }

    /// Compares two schemas where they are used.
    pub(in super::super) fn schema(&mut self, old: &Place<'a>, new: &Place<'a>) {
        let within = self.collector.within().map(str::to_owned);
        let pair = (old.pointer.clone(), new.pointer.clone());
        if !self.seen.insert((within, pair.0, pair.1)) || self.depth > DEEPEST {
            return;
        }
        if self.is_apart {
            self.known.spent.set(self.known.spent.get() + 1);
            if self.known.is_spent() {
                return;
            }
        }
        self.depth += 1;
        let before = self.collector.depth();
        let (alias, other) = (self.old.alias(old), self.new.alias(new));
        if !self.anything(old, new) {
            // A schema that stays is compared under its name: what differs here is the use. One that
            // came or went has no other version than its uses.
            match (&alias, &other) {
                (Some((was, from)), None) => {
                    let is_alone = !schema_at(&self.new, self.renames.of(was));
                    let (target, at) = (&from.pointer, &old.pointer);
                    self.collector
                        .enter(false, target, at, Some(&new.pointer), is_alone);
                }
                (None, Some((is, to))) => {
                    let is_alone = !schema_at(&self.old, self.renames.before(is));
                    let (target, at) = (&to.pointer, &new.pointer);
                    self.collector
                        .enter(true, target, at, Some(&old.pointer), is_alone);
                }
                _ => {}
            }
            self.words(old, new, &alias, &other);
            self.types_of(old, new, alias, other);
        }
        self.collector.leave(before);
        self.depth -= 1;
    }

    /// Compares the texts of two uses, those of named schemas behind them among them.
    fn words(
        &mut self,
        old: &Place<'a>,
        new: &Place<'a>,
        alias: &Option<(String, Place<'a>)>,
        other: &Option<(String, Place<'a>)>,
    ) {
        // Where one document names or wraps what the other writes out, the text may stand inside.
        let both = alias.is_some() && other.is_some();
        let behind = |place: &Place<'a>, one: &Option<(String, Place<'a>)>| match one {
            _ if both => None,
            Some((_, target)) => Some(target.clone()),
            None => wrapped(place),
        };
        let (from, to) = (behind(old, alias), behind(new, other));
        prose::compare_with(self, (old, from.as_ref()), (new, to.as_ref()));
        deprecation::compare_with(self, (old, from.as_ref()), (new, to.as_ref()));
    }

    /// Compares what two uses say, by their names where both have one.
    fn types_of(
        &mut self,
        old: &Place<'a>,
        new: &Place<'a>,
        alias: Option<(String, Place<'a>)>,
        other: Option<(String, Place<'a>)>,
    ) {
        match (alias, other) {
            (Some((was, from)), Some((is, to))) => {
                if self.renames.is_same(&was, &is) {
                    self.null_of_uses(old, new);
                } else {
                    self.replaced((&was, &from), (&is, &to), old, new);
                }
            }
            (Some((was, from)), None) => {
                let same = self.says_the_same(&from, new);
                *self.inlined.entry(was).or_insert(true) &= same;
                self.contents(old, new);
            }
            (None, Some((is, to))) => {
                let same = self.says_the_same(old, &to);
                *self.extracted.entry(is).or_insert(true) &= same;
                self.contents(old, new);
            }
            (None, None) => self.contents(old, new),
        }
    }

    /// From here on, what is found in the part `name` is told of the whole.
    fn part(&mut self, is_new: bool, name: &str, whole: &Place<'a>) {
        let target = format!("{SCHEMAS}{}", escape(name));
        self.collector
            .enter(is_new, &target, &whole.pointer, None, false);
    }

    /// Whether a comparison of its own finds nothing but prose.
    pub(in super::super) fn says_the_same(&self, old: &Place<'a>, new: &Place<'a>) -> bool {
        let found = self.apart(old, new);
        found.is_some_and(|found| found.iter().all(Found::is_prose))
    }

    /// What a comparison of its own finds.
    ///
    /// Types that hold each other come back to a pair that is being compared: there they are taken
    /// for the same, and whatever differs is found elsewhere.
    fn apart(&self, old: &Place<'a>, new: &Place<'a>) -> Apart {
        let key = (old.pointer.clone(), new.pointer.clone());
        if let Some(known) = self.known.found.borrow().get(&key) {
            return known.clone().unwrap_or_else(|| Some(Rc::default()));
        }
        if self.known.is_spent() {
            return None;
        }
        if self.depth > DEEPEST {
            return Some(Rc::default());
        }
        self.known.found.borrow_mut().insert(key.clone(), None);
        let mut apart = Comparison::new(self.old, self.new, self.renames);
        apart.depth = self.depth + 1;
        apart.known = Rc::clone(&self.known);
        apart.is_apart = true;
        self.known.spent.set(self.known.spent.get() + 1);
        apart.contents(old, new);
        // One that was cut short has not seen everything.
        let found = (!self.known.is_spent()).then(|| Rc::new(apart.collector.found));
        let done = Some(found.clone());
        self.known.found.borrow_mut().insert(key, done);
        found
    }

    /// References to the same schema: null may be added where it is used.
    fn null_of_uses(&mut self, old: &Place<'a>, new: &Place<'a>) {
        let own = |doc: &Doc<'a>, place: &Place<'a>| {
            let view = doc.view(place);
            let target = doc.alias(place).map(|(_, target)| doc.view(&target));
            (
                view.nullable,
                view.nullable && !target.is_some_and(|target| target.nullable),
            )
        };
        let (was, own_was) = own(&self.old, old);
        let (is, own_is) = own(&self.new, new);
        if was != is && own_was != own_is {
            let kind = if is {
                Kind::NullableAdded
            } else {
                Kind::NullableRemoved
            };
            self.add(Found::new(kind, Some(&old.pointer), Some(&new.pointer)));
        }
    }

    /// References to two schemas that are not versions of one another.
    fn replaced(
        &mut self,
        (was, from): (&str, &Place<'a>),
        (is, to): (&str, &Place<'a>),
        old: &Place<'a>,
        new: &Place<'a>,
    ) {
        let found = self.apart(from, to);
        let differs: Option<Vec<&Found>> = found
            .as_ref()
            .map(|found| found.iter().filter(|found| !found.is_prose()).collect());
        if differs.as_ref().is_some_and(Vec::is_empty) {
            return self.null_of_uses(old, new);
        }
        let mut replaced = Found::new(Kind::TypeReplaced, Some(&old.pointer), Some(&new.pointer))
            .turned(Some(Value::from(was)), Some(Value::from(is)));
        let breaks = |direction: &Direction| {
            differs.as_ref().is_none_or(|differs| {
                let class = |found: &&Found| policy::judge(found, *direction).0;
                differs.iter().any(|found| class(found) == Class::Breaking)
            })
        };
        replaced.breaks = Direction::ALL.into_iter().filter(breaks).collect();
        self.add(replaced);
    }

    /// Compares what two schemas say.
    fn contents(&mut self, old: &Place<'a>, new: &Place<'a>) {
        if self.anything(old, new) {
            return;
        }
        let (mut was, mut is) = (self.old.view(old), self.new.view(new));
        // A part that stays and is one of the whole now, or no longer, has not changed itself.
        let before = self.collector.depth();
        for part in &is.parts {
            let name = self.renames.before(part);
            if !was.parts.contains(name) && schema_at(&self.old, name) {
                self.part(true, part, new);
            }
        }
        for part in &was.parts {
            let name = self.renames.of(part);
            if !is.parts.contains(name) && schema_at(&self.new, name) {
                self.part(false, part, old);
            }
        }
        if self.unresolved(&was, &is) {
            return self.collector.leave(before);
        }
        self.beside(&mut was, &mut is);
        self.views(old, new, &was, &is);
        self.collector.leave(before);
        // A part that has a name in one document only: written out in the other, it is the same.
        if was.parts != is.parts {
            let same = self.says_the_same(old, new);
            for part in &was.parts {
                *self.inlined.entry(part.clone()).or_insert(true) &= same;
            }
            for part in is.parts {
                *self.extracted.entry(part).or_insert(true) &= same;
            }
        }
    }

    fn views(&mut self, old: &Place<'a>, new: &Place<'a>, was: &View<'a>, is: &View<'a>) {
        let one_union = was.branches.is_empty() != is.branches.is_empty();
        if one_union && !stands_beside(was, is) && self.one_union(old, new, was, is) {
            return;
        }
        self.null(was, is);
        if !self.types(was, is) {
            return;
        }
        self.format(was, is);
        self.values(was, is);
        self.bounds(was, is);
        self.keywords(was, is);
        self.properties(was, is);
        self.additional(was, is);
        if was.items.is_some() || is.items.is_some() {
            let any = |view: &View<'a>| Place::new(format!("{}/items", view.home), &ANY);
            let from = was.items.clone().unwrap_or_else(|| any(was));
            let to = is.items.clone().unwrap_or_else(|| any(is));
            self.schema(&from, &to);
        }
        self.branches(was, is);
    }
}
