//! Bounds: the same in both versions of OpenAPI, and which of two admits less.

use std::cmp::Ordering;
use std::collections::BTreeMap;

use serde_json::Value;

use super::super::document::Place;
use crate::spec::lint::Decimal;

/// The keywords that are read here.
pub(in super::super) const KEYWORDS: [&str; 12] = [
    "exclusiveMaximum",
    "exclusiveMinimum",
    "maxItems",
    "maxLength",
    "maxProperties",
    "maximum",
    "minItems",
    "minLength",
    "minProperties",
    "minimum",
    "multipleOf",
    "uniqueItems",
];

/// Bounds from below.
const LOWER: [&str; 4] = ["minItems", "minLength", "minProperties", "minimum"];
/// Bounds from above.
const UPPER: [&str; 4] = ["maxItems", "maxLength", "maxProperties", "maximum"];

/// One bound.
#[derive(Debug, Clone, PartialEq)]
pub(in super::super) struct Bound {
    pub(in super::super) limit: Value,
    /// Whether the limit itself is outside.
    pub(in super::super) exclusive: bool,
    /// The schema that states it.
    pub(in super::super) at: String,
}

impl Bound {
    /// The limit as it is shown; `"> 5"` where the limit itself is outside.
    pub(in super::super) fn shown(&self) -> Value {
        if self.exclusive {
            Value::from(format!("{} exclusive", self.limit))
        } else {
            self.limit.clone()
        }
    }
}

/// Adds the bounds that `place` itself states. Where several parts state one, the tightest holds.
pub(super) fn read(all: &mut BTreeMap<&'static str, Bound>, place: &Place<'_>) {
    for (key, bound) in stated(place) {
        let other = all.get(key);
        if other.is_none_or(|other| tighter(key, other, &bound) != Some(false)) {
            all.insert(key, bound);
        }
    }
}

/// The bounds that `place` itself states.
fn stated(place: &Place<'_>) -> BTreeMap<&'static str, Bound> {
    let mut bounds: BTreeMap<&'static str, Bound> = BTreeMap::new();
    let at = || place.pointer.clone();
    for key in LOWER.into_iter().chain(UPPER).chain(["multipleOf"]) {
        let Some(limit) = place.value.get(key).filter(|limit| limit.is_number()) else {
            continue;
        };
        // Nothing is shorter than nothing.
        if LOWER.contains(&key) && key != "minimum" && limit.as_f64() == Some(0.0) {
            continue;
        }
        let bound = Bound {
            limit: limit.clone(),
            exclusive: false,
            at: at(),
        };
        bounds.insert(key, bound);
    }
    if place.is_set("uniqueItems") {
        let bound = Bound {
            limit: Value::Bool(true),
            exclusive: false,
            at: at(),
        };
        bounds.insert("uniqueItems", bound);
    }
    for (key, exclusive) in [
        ("minimum", "exclusiveMinimum"),
        ("maximum", "exclusiveMaximum"),
    ] {
        match place.value.get(exclusive) {
            Some(Value::Bool(true)) => {
                if let Some(bound) = bounds.get_mut(key) {
                    bound.exclusive = true;
                }
            }
            Some(limit @ Value::Number(_)) => {
                let bound = Bound {
                    limit: limit.clone(),
                    exclusive: true,
                    at: at(),
                };
                // Where a document states both, the tighter one holds.
                if bounds
                    .get(key)
                    .is_none_or(|other| tighter(key, other, &bound) != Some(false))
                {
                    bounds.insert(key, bound);
                }
            }
            _ => {}
        }
    }
    bounds
}

/// Whether `new` admits less than `old`; `None` if they are the same.
pub(super) fn tighter(key: &str, old: &Bound, new: &Bound) -> Option<bool> {
    let decimal = |bound: &Bound| bound.limit.as_number().and_then(Decimal::of);
    let (was, is) = (decimal(old), decimal(new));
    let order = match (&was, &is) {
        (Some(was), Some(is)) => was.cmp(is),
        _ => Ordering::Equal,
    };
    if key == "multipleOf" {
        return match (&was, &is) {
            // What is a multiple of the old number is one of the new number, if the old number is.
            (Some(was), Some(is)) if was != is => Some(was.is_multiple_of(is) != Some(true)),
            _ => None,
        };
    }
    let order = if UPPER.contains(&key) {
        order.reverse()
    } else {
        order
    };
    match order {
        Ordering::Less => Some(true),
        Ordering::Greater => Some(false),
        Ordering::Equal if old.exclusive != new.exclusive => Some(new.exclusive),
        Ordering::Equal => None,
    }
}
