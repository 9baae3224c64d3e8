//! What is left of a document besides operations and types: version, servers, security, tags, and
//! shared components.
//!
//! A shared parameter, header, body or answer is compared where operations use it, since that is
//! where it breaks something; here only what no operation reaches.

use std::collections::BTreeSet;

use serde_json::Value;

use super::Kind;
use super::report::{NOTHING, Report, Site, side_by_side, value};
use crate::steps::walk;

/// Compares the rest of two documents.
pub(super) fn compare(report: &mut Report, old: &Value, new: &Value) {
    let site = Site::labelled("document", "document");
    report.oddity(&site, old, new);
    report.keywords(&site, old, new, &["info", "paths", "components"]);
    section(report, &site, "info", old, new);
    let reached = &reached(old) | &reached(new);
    for (section, (was, is)) in side_by_side(old.get("components"), new.get("components")) {
        if is_odd(was) || is_odd(is) {
            if was != is {
                let place = site.inside(&format!(" components {section}"));
                report.turned(&place, "", &text(was), &text(is));
            }
        } else if section != "schemas" {
            shared(report, section, (was, is), &reached);
        }
    }
    for key in ["paths", "components"] {
        let (was, is) = (old.get(key), new.get(key));
        if was != is && (is_odd(was) || is_odd(is)) {
            report.turned(&site, &format!("{key} "), &text(was), &text(is));
        }
    }
}

/// Whether something stands where a section belongs and is none.
fn is_odd(part: Option<&Value>) -> bool {
    part.is_some_and(|part| !part.is_object())
}

fn text(part: Option<&Value>) -> String {
    part.map_or("none".to_owned(), value)
}

/// Compares the keywords of a section, such as the version in `info`.
fn section(report: &mut Report, site: &Site, name: &str, old: &Value, new: &Value) {
    let (old, new) = (old.get(name), new.get(name));
    let (was, is) = (old.unwrap_or(&NOTHING), new.unwrap_or(&NOTHING));
    report.keywords(&site.inside(&format!(" {name}")), was, is, &[]);
    let is_section = |value: &Value| value.is_object() || value.is_null();
    if was != is && !(is_section(was) && is_section(is)) {
        report.turned(site, &format!("{name} "), &text(old), &text(new));
    }
}

/// Compares the shared components of one section that no operation reaches.
fn shared(
    report: &mut Report,
    section: &str,
    (old, new): (Option<&Value>, Option<&Value>),
    reached: &BTreeSet<(String, String)>,
) {
    for (name, (was, is)) in side_by_side(old, new) {
        if reached.contains(&(section.to_owned(), name.to_owned())) {
            continue;
        }
        let place = format!("components/{section}/{name}");
        let site = Site::labelled(&place, place.as_str());
        match (was, is) {
            (Some(was), Some(is)) => {
                report.oddity(&site, was, is);
                report.keywords(&site, was, is, &[]);
            }
            (None, Some(_)) => report.note(Kind::Added, &site, ""),
            (Some(_), None) => report.note(Kind::Removed, &site, ""),
            (None, None) => {}
        }
    }
}

/// The components that operations refer to, directly or through others.
fn reached(document: &Value) -> BTreeSet<(String, String)> {
    let mut reached = BTreeSet::new();
    let mut open: Vec<&Value> = document.get("paths").into_iter().collect();
    while let Some(node) = open.pop() {
        let mut found = Vec::new();
        walk::references(node, &mut |reference| {
            found.extend(walk::component_of(reference))
        });
        for (section, name) in found {
            // Schemas are compared by name, and refer to schemas only.
            if section == "schemas" || reached.contains(&(section.clone(), name.clone())) {
                continue;
            }
            open.extend(
                document
                    .get("components")
                    .and_then(|components| components.get(&section)?.get(&name)),
            );
            reached.insert((section, name));
        }
    }
    reached
}
