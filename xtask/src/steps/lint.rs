//! The last look at the repaired document before it is written.
//!
//! What the generator and the generated crate's own build take for granted is checked here, where
//! an error can still say where and why.

use std::collections::{BTreeMap, BTreeSet};

use heck::ToSnakeCase;

use serde_json::Value;

use super::{names, walk};
use crate::document::pointer::{escape, get};
use crate::fault::Fault;

/// Checks `spec`, which came from `file`; the first fault is the error.
pub fn lint(file: &str, spec: &Value) -> Result<(), Fault> {
    faults(file, spec).into_iter().next().map_or(Ok(()), Err)
}

/// As [`lint`], but all that the first look which finds something finds, at most one for each operation
/// and each component.
pub(crate) fn faults(file: &str, spec: &Value) -> Vec<Fault> {
    [references, operations, parameters, types, readable]
        .iter()
        .map(|look| look(file, spec))
        .find(|faults| !faults.is_empty())
        .unwrap_or_default()
}

fn references(file: &str, spec: &Value) -> Vec<Fault> {
    let mut missing = BTreeSet::new();
    let mut faults = Vec::new();
    walk::references(spec, &mut |reference| {
        if get(spec, reference).is_none() && missing.insert(reference.to_owned()) {
            let message = "after the repairs something refers to this, and it is not there";
            faults.push(Fault::new(file, reference, message));
        }
    });
    faults
}

fn operations(file: &str, spec: &Value) -> Vec<Fault> {
    let mut taken = BTreeSet::new();
    let mut faults = Vec::new();
    walk::operations(spec, |method, path, operation| {
        let id = operation
            .get("operationId")
            .and_then(Value::as_str)
            .unwrap_or_default();
        if !taken.insert(id.to_owned()) {
            faults.push(Fault::new(
                file,
                format!("#/paths/{}/{method}", escape(path)),
                format!("two operations are named `{id}`"),
            ));
        }
    });
    faults
}

/// Parameters of one operation become arguments of one builder, which the wire name decides.
fn parameters(file: &str, spec: &Value) -> Vec<Fault> {
    let mut faults = Vec::new();
    walk::operations(spec, |method, path, operation| {
        let place = format!("#/paths/{}/{method}", escape(path));
        let mut fault = None;
        let mut refuse = |message: String| {
            fault.get_or_insert_with(|| Fault::new(file, place.clone(), message));
        };
        if matches!(method, "options" | "trace") {
            refuse(format!(
                "the HTTP client has no call for {}",
                method.to_uppercase()
            ));
        }
        let item = spec.get("paths").and_then(|paths| paths.get(path));
        let mut found = BTreeMap::new();
        for parameter in [item, Some(operation)]
            .into_iter()
            .flatten()
            .filter_map(|holder| holder.get("parameters")?.as_array())
            .flatten()
        {
            let parameter = walk::resolve(spec, parameter);
            let text = |key: &str| {
                parameter
                    .get(key)
                    .and_then(Value::as_str)
                    .unwrap_or_default()
                    .to_owned()
            };
            let (name, kind) = (text("name"), text("in"));
            if let Some((other, other_kind)) =
                found.insert(name.to_snake_case(), (name.clone(), kind.clone()))
                && (&other, &other_kind) != (&name, &kind)
            {
                refuse(format!(
                    "the parameters `{other}` ({other_kind}) and `{name}` ({kind}) have one name in Rust: rename one"
                ));
            }
        }
        if operation.get("requestBody").is_some() && found.contains_key("body") {
            refuse("a parameter named `body` beside a request body: rename it".to_owned());
        }
        if found.contains_key("header_map") && found.values().any(|(_, kind)| kind == "header") {
            refuse("a parameter named `header_map` beside a header: rename it".to_owned());
        }
        faults.extend(fault);
    });
    faults
}

fn types(file: &str, spec: &Value) -> Vec<Fault> {
    let mut faults = Vec::new();
    for (name, schema) in walk::components(spec).into_iter().flatten() {
        let pointer = format!("#/components/schemas/{}", escape(name));
        if *name != names::pascal(name) {
            let message = format!("`{name}` is not the name of a Rust type");
            faults.push(Fault::new(file, pointer, message));
            continue;
        }
        let mut schema = schema.clone();
        faults.extend(inline_types(file, &pointer, &mut schema).err());
    }
    faults
}

/// A string enum inside another schema would get a name of the generator's choosing, and escape
/// the pass that opens it.
fn inline_types(file: &str, root: &str, schema: &mut Value) -> Result<(), Fault> {
    walk::parts_mut(schema, root, &mut |pointer, part| {
        walk::nested(part, pointer, &mut |pointer, part| {
            if part.get("enum").is_some() {
                return Err(Fault::new(
                    file,
                    pointer,
                    "an inline enum was left: it needs a name of its own",
                ));
            }
            Ok(())
        })
    })
}

/// The generator reads documents through `openapiv3`.
fn readable(file: &str, spec: &Value) -> Vec<Fault> {
    serde_path_to_error::deserialize::<_, openapiv3::OpenAPI>(spec)
        .err()
        .map(|error| {
            let pointer = error
                .path()
                .iter()
                .map(|segment| match segment {
                    serde_path_to_error::Segment::Map { key } => format!("/{}", escape(key)),
                    serde_path_to_error::Segment::Seq { index } => format!("/{index}"),
                    _ => String::new(),
                })
                .collect::<String>();
            Fault::new(
                file,
                format!("#{pointer}"),
                format!("not valid OpenAPI 3.0: {}", error.inner()),
            )
        })
        .into_iter()
        .collect()
}
