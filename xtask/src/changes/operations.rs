//! Operations: which came, went, moved or were renamed, and what changed in those that stayed.

use std::collections::BTreeMap;

use serde_json::Value;

use super::report::{
    DEPRECATION, NOTHING, REQUIRED, Report, Site, bare, is_set, schema_of, side_by_side,
};
use super::{Kind, bodies, content, shape, types};
use crate::steps::walk::{METHODS, resolve};

/// One operation, with the path item around it, whose parameters it shares.
#[derive(Clone, Copy)]
struct Operation<'a> {
    document: &'a Value,
    item: &'a Value,
    body: &'a Value,
}

impl<'a> Operation<'a> {
    fn text(&self, key: &str) -> Option<&'a str> {
        self.body.get(key).and_then(Value::as_str)
    }

    /// The parameters by where they go and their name; an operation's own replace those of its path.
    fn parameters(&self) -> BTreeMap<(String, String), &'a Value> {
        [self.item, self.body]
            .into_iter()
            .filter_map(|holder| holder.get("parameters").and_then(Value::as_array))
            .flatten()
            .map(|parameter| {
                let parameter = resolve(self.document, parameter);
                let text = |key: &str| parameter.get(key).map(bare);
                // A reference into nowhere, or no parameter at all, is named by what it is.
                let name = text("name").or_else(|| text("$ref"));
                let name = name.unwrap_or_else(|| bare(parameter));
                (
                    (text("in").unwrap_or_else(|| "unplaced".to_owned()), name),
                    parameter,
                )
            })
            .collect()
    }
}

/// Operations by `GET /v2/orders`, sorted by path, then by method.
fn all(document: &Value) -> BTreeMap<(&str, &'static str), Operation<'_>> {
    let paths = document.get("paths").and_then(Value::as_object);
    let mut all = BTreeMap::new();
    for (path, item) in paths.into_iter().flatten() {
        for method in METHODS {
            if let Some(body) = item.get(method) {
                all.insert(
                    (path.as_str(), method),
                    Operation {
                        document,
                        item,
                        body,
                    },
                );
            }
        }
    }
    all
}

fn place((path, method): (&str, &str)) -> String {
    format!("{} {path}", method.to_ascii_uppercase())
}

/// Compares all operations, and what path items hold besides.
pub(super) fn compare(report: &mut Report, old: &Value, new: &Value) {
    let (old_operations, new_operations) = (all(old), all(new));
    let is_new = |key: &_| !old_operations.contains_key(key);
    let mut added: BTreeMap<_, _> = new_operations
        .iter()
        .filter(|(key, _)| is_new(*key))
        .map(|(k, o)| (*k, *o))
        .collect();
    for (key, was) in &old_operations {
        if let Some(is) = new_operations.get(key) {
            pair(report, &place(*key), was, is);
            continue;
        }
        let from = place(*key);
        match moved_to(was, &added) {
            Some(target) => {
                let to = place(target);
                let site = Site::labelled(&to, "operation moved");
                report.note(Kind::Changed, &site, format_args!(": {from} -> {to}"));
                if let Some(is) = added.remove(&target) {
                    pair(report, &to, was, &is);
                    report.prose += content::prose(was.body, is.body);
                }
            }
            None => {
                let site = Site::labelled(&from, format!("operation {from}"));
                report.note(Kind::Removed, &site, name_of(was));
            }
        }
    }
    for (key, operation) in added {
        let place = place(key);
        let site = Site::labelled(&place, format!("operation {place}"));
        report.note(Kind::Added, &site, name_of(&operation));
    }
    for (path, (old, new)) in side_by_side(old.get("paths"), new.get("paths")) {
        let (old, new) = (old.unwrap_or(&NOTHING), new.unwrap_or(&NOTHING));
        let site = Site::labelled(path, path);
        let mut known = METHODS.to_vec();
        known.push("parameters");
        report.keywords(&site, old, new, &known);
        // A path that comes or goes is named by its operations.
        if !(old.is_null() || new.is_null()) {
            report.oddity(&site, old, new);
        }
    }
}

/// ` (list_orders)` after an operation that comes or goes.
fn name_of(operation: &Operation<'_>) -> String {
    operation
        .text("operationId")
        .map(|name| format!(" ({name})"))
        .unwrap_or_default()
}

/// The added operation that has the name of one that is gone, in our table or in the document.
fn moved_to<'a>(
    was: &Operation<'_>,
    added: &BTreeMap<(&'a str, &'static str), Operation<'_>>,
) -> Option<(&'a str, &'static str)> {
    ["operationId", "x-document-operation-id"]
        .into_iter()
        .find_map(|key| {
            let name = was.text(key)?;
            added
                .iter()
                .find(|(_, is)| is.text(key) == Some(name))
                .map(|(key, _)| *key)
        })
}

/// Compares two versions of one operation.
fn pair(report: &mut Report, place: &str, was: &Operation<'_>, is: &Operation<'_>) {
    let site = Site::labelled(place, place);
    let (old, new) = (was.body, is.body);
    if report.oddity(&site, old, new) {
        return;
    }
    for (key, about) in [
        ("x-document-operation-id", "operationId "),
        ("operationId", "renamed "),
    ] {
        if old.get(key) != new.get(key) {
            let text = |operation: &Value| operation.get(key).map_or("none".to_owned(), bare);
            report.turned(&site, about, &text(old), &text(new));
        }
    }
    report.deprecation(&site, old, new);
    parameters(report, place, was, is);
    bodies::request(report, &site, (was.document, old), (is.document, new));
    bodies::answers(report, &site, (was.document, old), (is.document, new));
    let mut known = vec![
        "x-document-operation-id",
        "operationId",
        "parameters",
        "requestBody",
        "responses",
    ];
    known.extend(DEPRECATION);
    report.keywords(&site, old, new, &known);
}

fn parameters(report: &mut Report, place: &str, was: &Operation<'_>, is: &Operation<'_>) {
    let (old, mut new) = (was.parameters(), is.parameters());
    let site = |(target, name): &(String, String)| {
        Site::labelled(place, format!("parameter {place} {target} {name}"))
    };
    for (key, old) in old {
        match new.remove(&key) {
            Some(new) => parameter(report, &site(&key), old, new),
            None => report.note(Kind::Removed, &site(&key), ""),
        }
    }
    for (key, new) in new {
        let required = if is_set(new, "required") {
            REQUIRED
        } else {
            ""
        };
        let shape = shape::short(schema_of(new));
        report.note(
            Kind::Added,
            &site(&key),
            format_args!(": {shape}{required}"),
        );
    }
}

/// Compares two versions of one parameter or header.
pub(super) fn parameter(report: &mut Report, site: &Site, old: &Value, new: &Value) {
    if report.oddity(site, old, new) {
        return;
    }
    report.flag(site, old, new, "required", "required");
    report.deprecation(site, old, new);
    types::compare(report, site, schema_of(old), schema_of(new));
    let mut known = vec!["name", "in", "required", "schema"];
    known.extend(DEPRECATION);
    report.keywords(site, old, new, &known);
}
