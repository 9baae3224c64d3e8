//! Named types: which came, went or were renamed; those that stayed are compared in `types`.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Map, Value};

use super::report::{Report, Site, side_by_side};
use super::{Kind, content, shape, types};
use crate::document::pointer::escape;
use crate::steps::walk::{components, components_mut};

/// Types that refer to each other are recognised from the innermost outwards, one round per level.
const ROUNDS: usize = 32;

const REFERENCE: &str = "#/components/schemas/";

/// Types that are gone, by the name under which they came back.
pub(super) type Renames = BTreeMap<String, String>;

/// The types that have another name in the new document.
///
/// The same type is one that the published document calls the same, or one with the same content,
/// prose aside, where references to renamed types count as the same.
pub(super) fn renames(old: &Value, new: &Value) -> Renames {
    let empty = Map::new();
    let (old, new) = (
        components(old).unwrap_or(&empty),
        components(new).unwrap_or(&empty),
    );
    let mut gone: BTreeSet<&String> = old.keys().filter(|name| !new.contains_key(*name)).collect();
    let mut came: BTreeSet<&String> = new.keys().filter(|name| !old.contains_key(*name)).collect();
    let mut renames = Renames::new();
    if gone.is_empty() || came.is_empty() {
        return renames;
    }
    let mut published = BTreeMap::new();
    for name in &came {
        if let Some(schema) = new.get(*name) {
            published.insert(document_name(name, schema), *name);
        }
    }
    for name in gone.clone() {
        let partner = old
            .get(name)
            .and_then(|schema| published.get(document_name(name, schema)));
        if let Some(partner) = partner
            && came.remove(*partner)
        {
            gone.remove(name);
            renames.insert(name.clone(), (*partner).clone());
        }
    }
    // What came keeps its content; what is gone reads differently once more names are known.
    let mut contents: BTreeMap<String, Vec<&String>> = BTreeMap::new();
    for name in came.iter().rev() {
        if let Some(schema) = new.get(*name) {
            contents
                .entry(text(name, schema, &Renames::new()))
                .or_default()
                .push(*name);
        }
    }
    for _ in 0..ROUNDS {
        let known = renames.len();
        for name in gone.clone() {
            let Some(schema) = old.get(name) else {
                continue;
            };
            let partner = contents
                .get_mut(&text(name, schema, &renames))
                .and_then(Vec::pop);
            if let Some(partner) = partner {
                gone.remove(name);
                renames.insert(name.clone(), partner.clone());
            }
        }
        if renames.len() == known {
            break;
        }
    }
    renames
}

/// What the published document calls a type.
fn document_name<'a>(name: &'a str, schema: &'a Value) -> &'a str {
    schema
        .get("x-document-name")
        .and_then(Value::as_str)
        .unwrap_or(name)
}

/// The content of a type, whatever its name.
fn text(name: &str, schema: &Value, renames: &Renames) -> String {
    let rename = |string: &str| {
        let target = string.strip_prefix(REFERENCE)?;
        if target == escape(name) {
            Some(String::new())
        } else {
            renamed(string, renames)
        }
    };
    match schema.as_object() {
        Some(object) if object.contains_key("x-document-name") => {
            let mut object = object.clone();
            object.remove("x-document-name");
            content::canonical(&Value::Object(object), &rename)
        }
        _ => content::canonical(schema, &rename),
    }
}

/// The reference to use for one to a renamed type.
fn renamed(reference: &str, renames: &Renames) -> Option<String> {
    let name = reference
        .strip_prefix(REFERENCE)?
        .replace("~1", "/")
        .replace("~0", "~");
    Some(format!("{REFERENCE}{}", escape(renames.get(&name)?)))
}

/// The document with other names for its types.
pub(super) fn rename(document: &Value, renames: &Renames) -> Value {
    let mut document = document.clone();
    content::rewrite(&mut document, &|string| renamed(string, renames));
    if let Some(schemas) = components_mut(&mut document) {
        for (from, to) in renames {
            if let Some(schema) = schemas.remove(from) {
                schemas.insert(to.clone(), schema);
            }
        }
    }
    document
}

/// Compares all named types; `old` has the new names already.
pub(super) fn compare(report: &mut Report, old: &Value, new: &Value, renames: &Renames) {
    let schemas = "/components/schemas";
    let former: BTreeMap<&str, &str> = renames
        .iter()
        .map(|(from, to)| (to.as_str(), from.as_str()))
        .collect();
    for (name, (was, is)) in side_by_side(old.pointer(schemas), new.pointer(schemas)) {
        let schema = |name: &str| Site::labelled(name, format!("schema {name}"));
        match (was, is) {
            (None, Some(is)) => {
                let outline = shape::outline(is);
                report.note(Kind::Added, &schema(name), format_args!(" ({outline})"));
            }
            (Some(_), None) => report.note(Kind::Removed, &schema(name), ""),
            (Some(was), Some(is)) => {
                let from = former.get(name).copied();
                if let Some(from) = from {
                    let site = Site::labelled(name, format!("schema {from}"));
                    report.note(Kind::Changed, &site, format_args!(" renamed to {name}"));
                }
                let before = document_name(from.unwrap_or(name), was);
                let after = document_name(name, is);
                // A name that our names follow needs no second line.
                let is_said = from == Some(before) && after == name;
                if before != after && !is_said {
                    let site = Site::labelled(name, "schema renamed in the document");
                    report.turned(&site, "", before, after);
                }
                types::compare(report, &Site::of_type(name), was, is);
            }
            (None, None) => {}
        }
    }
}
