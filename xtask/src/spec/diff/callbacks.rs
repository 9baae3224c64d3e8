//! Callbacks: requests that the service sends, compared like operations.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;

use super::bodies;
use super::change::{Found, Kind};
use super::document::{Doc, Operation, Place, name};
use super::operations::rest;
use super::schema::Comparison;
use super::{deprecation, parameters, prose};
use crate::steps::walk::METHODS;

/// Callbacks in callbacks, at most.
const DEEPEST: usize = 4;

/// What is compared here; what an operation is called does not travel.
const KNOWN: [&str; 9] = [
    "operationId",
    "summary",
    "description",
    "externalDocs",
    "parameters",
    "requestBody",
    "responses",
    "deprecated",
    "callbacks",
];

/// The operations of all callbacks of an operation, by the name of the callback, its address and its
/// method.
fn all<'a>(doc: &Doc<'a>, operation: &Place<'a>) -> BTreeMap<String, Operation<'a>> {
    let mut all = BTreeMap::new();
    for (key, callback) in operation.entries("callbacks", true) {
        let callback = doc.resolve(&callback);
        for (address, item) in callback.inner(true) {
            let item = doc.resolve(&item);
            for method in METHODS {
                if let Some(place) = item.get(method).filter(|place| place.value.is_object()) {
                    let operation = Operation {
                        method,
                        path: address,
                        item: item.clone(),
                        place,
                    };
                    all.insert(format!("{key} {}", name(method, address)), operation);
                }
            }
        }
    }
    all
}

/// Compares the callbacks of two versions of an operation, which is `depth` callbacks deep itself.
pub(super) fn compare<'a>(
    comparison: &mut Comparison<'a>,
    old: &Place<'a>,
    new: &Place<'a>,
    depth: usize,
) {
    if depth >= DEEPEST {
        return;
    }
    let (was, is) = (all(&comparison.old, old), all(&comparison.new, new));
    let names = |one: &BTreeMap<String, Operation<'a>>| -> BTreeSet<String> {
        one.keys().cloned().collect()
    };
    let (before, after) = (names(&was), names(&is));
    if before != after {
        let value = |names: BTreeSet<String>| (!names.is_empty()).then(|| Value::from_iter(names));
        let found = Found::new(Kind::KeywordChanged, Some(&old.pointer), Some(&new.pointer));
        let found = found.named("callbacks");
        comparison.add(found.turned(value(before), value(after)));
    }
    for (key, was) in &was {
        let Some(is) = is.get(key) else {
            continue;
        };
        let (old, new) = (&was.place, &is.place);
        prose::compare(comparison, old, new);
        deprecation::compare(comparison, old, new);
        parameters::compare(comparison, was, is);
        bodies::request(comparison, old, new);
        bodies::responses(comparison, old, new);
        rest(comparison, old, new, &KNOWN);
        compare(comparison, old, new, depth + 1);
    }
}
