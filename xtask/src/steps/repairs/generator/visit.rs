//! Visiting schemas, and finding out what reaches them.

use std::collections::BTreeSet;

use serde_json::{Map, Value};

use crate::steps::walk;

/// Counts the schemas that `change` changed, the innermost first.
pub(super) fn count_schemas(
    document: &mut Value,
    change: impl Fn(&mut Map<String, Value>) -> usize,
) -> usize {
    let mut count = 0;
    let walked: Result<(), std::convert::Infallible> =
        walk::schemas_mut(document, &mut |_, schema| {
            if let Some(object) = schema.as_object_mut() {
                count += change(object);
            }
            Ok(())
        });
    match walked {
        Ok(()) => count,
    }
}

/// The component schemas that request bodies reach.
pub(super) fn sent_schemas(document: &Value) -> BTreeSet<String> {
    let mut start = Vec::new();
    walk::operations(document, |_, _, operation| {
        if let Some(body) = operation.get("requestBody") {
            let body = walk::resolve(document, body);
            walk::references(body, &mut |reference| start.push(reference.to_owned()));
        }
    });
    reachable(document, start)
        .into_iter()
        .filter(|(section, _)| section == "schemas")
        .map(|(_, name)| name)
        .collect()
}

/// The components that `open` leads to: section and name.
pub(super) fn reachable(document: &Value, mut open: Vec<String>) -> BTreeSet<(String, String)> {
    let mut reached = BTreeSet::new();
    while let Some(reference) = open.pop() {
        let Some((section, name)) = walk::component_of(&reference) else {
            continue;
        };
        let Some(entry) = document
            .get("components")
            .and_then(|components| components.get(&section)?.get(&name))
        else {
            continue;
        };
        if !reached.insert((section, name)) {
            continue;
        }
        walk::references(entry, &mut |reference| open.push(reference.to_owned()));
        if let Some(items) = entry.get("x-comma-list") {
            walk::references(items, &mut |reference| open.push(reference.to_owned()));
        }
    }
    reached
}
