//! Type, null, format, values, bounds and the other keywords of one level.

use std::collections::BTreeSet;

use serde_json::Value;

use super::super::change::{Found, Kind};
use super::super::document::{Place, canonical};
use super::bounds::tighter;
use super::compare::{ANY, Comparison};
use super::view::View;

/// Types as they are shown.
fn shown(types: &BTreeSet<&str>) -> Value {
    if types.is_empty() {
        return Value::from("anything");
    }
    let types: Vec<&str> = types.iter().copied().collect();
    Value::from(types.join(" | "))
}

impl<'a> Comparison<'a> {
    pub(super) fn null(&mut self, was: &View<'a>, is: &View<'a>) {
        let (home, to) = (Some(was.home.as_str()), Some(is.home.as_str()));
        match (was.nullable, is.nullable) {
            // Anything admits null as it is; a type that is declared now is told of as a type.
            (false, true) if !was.is_any() => {
                let found = Found::new(Kind::NullableAdded, home, to);
                self.collector.add_by(None, Some(&is.nullable_at), found);
            }
            (true, false) if !is.is_any() => {
                let found = Found::new(Kind::NullableRemoved, home, to);
                self.collector.add_by(Some(&was.nullable_at), None, found);
            }
            _ => {}
        }
    }

    /// Compares the types; whether they are near enough for the rest to be compared.
    pub(super) fn types(&mut self, was: &View<'a>, is: &View<'a>) -> bool {
        let (old, new) = (&was.types, &is.types);
        // A union says its types in its branches; beside them it need not.
        let has_union = !was.branches.is_empty() || !is.branches.is_empty();
        if old == new || (has_union && (old.is_empty() || new.is_empty())) {
            return true;
        }
        // Null alone is what was left out, or what is left.
        let only_null = |types: &BTreeSet<&str>| types.len() == 1 && types.contains("null");
        if (only_null(old) && is.nullable) || (only_null(new) && was.nullable) {
            let kind = if only_null(old) {
                Kind::TypeWidened
            } else {
                Kind::TypeNarrowed
            };
            let found = Found::new(kind, Some(&was.home), Some(&is.home)).turned(
                Some(Value::from(was.shown())),
                Some(Value::from(is.shown())),
            );
            self.collector
                .add_by(Some(&was.types_at), Some(&is.types_at), found);
            return false;
        }
        let widened = new.is_empty() || (!old.is_empty() && old.is_subset(new));
        let narrowed = old.is_empty() || (!new.is_empty() && new.is_subset(old));
        let kind = match (widened, narrowed) {
            (true, false) => Kind::TypeWidened,
            (false, true) => Kind::TypeNarrowed,
            _ => Kind::TypeChanged,
        };
        let found = Found::new(kind, Some(&was.home), Some(&is.home))
            .turned(Some(shown(old)), Some(shown(new)))
            .with(one_sided(was, is));
        self.collector
            .add_by(Some(&was.types_at), Some(&is.types_at), found);
        kind != Kind::TypeChanged
    }

    pub(super) fn format(&mut self, was: &View<'a>, is: &View<'a>) {
        let name = |format: &Option<(&'a str, String)>| format.as_ref().map(|(name, _)| *name);
        let (old, new) = (name(&was.format), name(&is.format));
        if old == new {
            return;
        }
        let at = |view: &View<'a>| view.format.as_ref().map(|(_, at)| at.clone());
        let found = Found::new(Kind::FormatChanged, Some(&was.home), Some(&is.home))
            .turned(old.map(Value::from), new.map(Value::from));
        self.collector
            .add_by(at(was).as_deref(), at(is).as_deref(), found);
    }

    pub(super) fn values(&mut self, was: &View<'a>, is: &View<'a>) {
        let all = |values: &std::collections::BTreeMap<String, Place<'a>>| {
            Some(Value::Array(
                values.values().map(|value| value.value.clone()).collect(),
            ))
        };
        match (&was.values, &is.values) {
            (None, None) => {}
            (None, Some(values)) => {
                let found = Found::new(Kind::EnumIntroduced, Some(&was.home), Some(&is.home))
                    .turned(None, all(values));
                self.collector.add_by(None, Some(&is.values_at), found);
            }
            (Some(values), None) => {
                let found = Found::new(Kind::EnumLifted, Some(&was.home), Some(&is.home))
                    .turned(all(values), None);
                self.collector.add_by(Some(&was.values_at), None, found);
            }
            (Some(old), Some(new)) => {
                for (text, value) in old {
                    if !new.contains_key(text) {
                        let found = Found::new(Kind::EnumValueRemoved, Some(&value.pointer), None)
                            .named(bare(value.value))
                            .turned(Some(value.value.clone()), None);
                        self.add(found);
                    }
                }
                for (text, value) in new {
                    if !old.contains_key(text) {
                        let found = Found::new(Kind::EnumValueAdded, None, Some(&value.pointer))
                            .named(bare(value.value))
                            .turned(None, Some(value.value.clone()));
                        self.add(found);
                    }
                }
            }
        }
    }

    pub(super) fn bounds(&mut self, was: &View<'a>, is: &View<'a>) {
        let keys: BTreeSet<_> = was.bounds.keys().chain(is.bounds.keys()).copied().collect();
        for key in keys {
            let (old, new) = (was.bounds.get(key), is.bounds.get(key));
            let tightened = match (old, new) {
                (Some(old), Some(new)) => tighter(key, old, new),
                (None, Some(_)) => Some(true),
                _ => Some(false),
            };
            let Some(tightened) = tightened else {
                continue;
            };
            let kind = if tightened {
                Kind::BoundTightened
            } else {
                Kind::BoundLoosened
            };
            let found = Found::new(kind, Some(&was.home), Some(&is.home))
                .named(key)
                .turned(
                    old.map(|bound| bound.shown()),
                    new.map(|bound| bound.shown()),
                );
            let at = |bound: Option<&super::bounds::Bound>| bound.map(|bound| bound.at.clone());
            self.collector
                .add_by(at(old).as_deref(), at(new).as_deref(), found);
        }
    }

    pub(super) fn keywords(&mut self, was: &View<'a>, is: &View<'a>) {
        let keys: BTreeSet<&str> = was
            .keywords
            .keys()
            .chain(is.keywords.keys())
            .copied()
            .collect();
        for key in keys {
            let (old, new) = (was.keywords.get(key), is.keywords.get(key));
            if old.map(|old| canonical(old.value)) == new.map(|new| canonical(new.value)) {
                continue;
            }
            if self.same_inside(key, old, new) {
                continue;
            }
            let other_tag = old.is_some() && new.is_some() && !same_tag(old, new);
            if key == "discriminator" && !other_tag {
                self.tags(was, is, (old, new));
                continue;
            }
            let kind = match (key, old.is_some(), new.is_some()) {
                ("pattern", false, true) => Kind::BoundTightened,
                ("pattern", true, false) => Kind::BoundLoosened,
                ("pattern", true, true) => Kind::BoundTightened,
                ("default", true, true) => Kind::DefaultChanged,
                ("default", ..) => Kind::DefaultStated,
                ("readOnly", false, true) => Kind::ReadOnlyAdded,
                ("writeOnly", false, true) => Kind::WriteOnlyAdded,
                ("readOnly" | "writeOnly", ..) => Kind::AccessLoosened,
                _ if key.starts_with("x-") => Kind::ExtensionChanged,
                _ => Kind::KeywordChanged,
            };
            let value = |place: Option<&Place<'a>>| place.map(|place| place.value.clone());
            let found = Found::new(kind, Some(&was.home), Some(&is.home))
                .named(key)
                .turned(value(old), value(new));
            let at = |place: Option<&Place<'a>>| place.map(|place| place.pointer.clone());
            self.collector
                .add_by(at(old).as_deref(), at(new).as_deref(), found);
        }
    }

    /// Compares what objects may hold besides their properties.
    pub(super) fn additional(&mut self, was: &View<'a>, is: &View<'a>) {
        match (&was.additional, &is.additional) {
            (None, None) => {}
            (Some(old), Some(new)) if old.value.is_object() && new.value.is_object() => {
                self.schema(old, new);
            }
            // Values that had one type may be anything now, or the other way round.
            (Some(old), None) if old.value.is_object() => self.schema(old, &any_in(is)),
            (None, Some(new)) if new.value.is_object() => self.schema(&any_in(was), new),
            (Some(old), Some(new)) if old.value == new.value => {}
            (old, new) => {
                let closed = |place: &Option<Place<'a>>| match place {
                    None => 0,
                    Some(place) if place.value.is_object() => 1,
                    Some(_) => 2,
                };
                let kind = if closed(new) > closed(old) {
                    Kind::BoundTightened
                } else {
                    Kind::BoundLoosened
                };
                let value =
                    |place: &Option<Place<'a>>| place.as_ref().map(|place| place.value.clone());
                let found = Found::new(kind, Some(&was.home), Some(&is.home))
                    .named("additionalProperties")
                    .turned(value(old), value(new));
                let at =
                    |place: &Option<Place<'a>>| place.as_ref().map(|place| place.pointer.clone());
                self.collector
                    .add_by(at(old).as_deref(), at(new).as_deref(), found);
            }
        }
    }
}

/// Anything that a map without a word about its values may hold.
fn any_in<'a>(view: &View<'a>) -> Place<'a> {
    Place::new(format!("{}/additionalProperties", view.home), &ANY)
}

/// The values that one of two types lists, if the other lists none.
fn one_sided(was: &View<'_>, is: &View<'_>) -> Vec<Value> {
    match (&was.values, &is.values) {
        (Some(_), Some(_)) => Vec::new(),
        _ => [was.listed(), is.listed()].concat(),
    }
}

/// Whether two discriminators look at the same property.
fn same_tag(old: Option<&Place<'_>>, new: Option<&Place<'_>>) -> bool {
    let tag = |place: Option<&Place<'_>>| {
        place.and_then(|place| place.text("propertyName").map(str::to_owned))
    };
    tag(old) == tag(new)
}

/// A string as it is, anything else as JSON.
fn bare(value: &Value) -> String {
    value
        .as_str()
        .map_or_else(|| value.to_string(), str::to_owned)
}
