//! Rules of the document as a whole and of its paths, on the document as it was read.
//!
//! Faults are looked for in this order, and the first is reported: what kind of document it is, its
//! `info`, that it has paths; then every `$ref`; then path by path, and operation by operation.
//! Within each group the order is that of the value, which keeps its keys sorted.

use std::collections::{HashMap, HashSet};

use serde_json::{Map, Value};

use super::{Document, kind, operations::Operations, pointer::join, refs, shown};
use crate::fault::Fault;

/// Checks that the pipeline can take the document.
///
/// # Errors
///
/// The first [`Fault`]: not OpenAPI 3.0.x or 3.1.x, no title or version, no paths, a `$ref` that
/// leaves the document or leads nowhere, a path template and its parameters that do not match, two
/// paths that cannot be told apart, an operation without its own `operationId`, or parameters,
/// bodies and responses in a form that the generated client cannot send or read.
pub fn check(document: &Document) -> Result<(), Fault> {
    faults(document, 1).into_iter().next().map_or(Ok(()), Err)
}

/// As [`check`], which goes on behind a fault as long as that says something: of references that lead
/// nowhere all are told, and of operations the first fault of each. At most `most` are.
pub(crate) fn faults(document: &Document, most: usize) -> Vec<Fault> {
    let file = document.file.as_str();
    let paths = match identify(document) {
        Ok(paths) => paths,
        Err(fault) => return vec![fault],
    };
    // What stands behind a reference can be judged only where it leads somewhere.
    let mut faults = refs::faults(file, &document.root, most);
    if !faults.is_empty() {
        return faults;
    }
    let mut operations = Operations::new(file, &document.root);
    let mut shapes: HashMap<String, &str> = HashMap::new();
    for (path, item) in paths {
        if faults.len() >= most {
            break;
        }
        if path.starts_with("x-") {
            continue;
        }
        let pointer = join("#/paths", path);
        let template = match template(path) {
            Ok(template) => template,
            Err(message) => {
                faults.push(Fault::new(file, pointer, message));
                continue;
            }
        };
        let other = *shapes.entry(template.shape).or_insert(path);
        if other != path {
            let message = format!(
                "the paths {} and {} differ only in the names of their parameters, so no \
                 request can tell them apart; keep one of them",
                shown(other),
                shown(path)
            );
            faults.push(Fault::new(file, pointer, message));
            continue;
        }
        operations.check(&pointer, path, &template.names, item, &mut faults);
    }
    faults.truncate(most);
    faults
}

/// Checks that this is an OpenAPI document of a version that is read, and returns its paths, of
/// which there is one at least.
///
/// # Errors
///
/// What it is instead, or lacks.
pub fn identify(document: &Document) -> Result<&Map<String, Value>, Fault> {
    let file = document.file.as_str();
    let root = openapi(document)?;
    info(root).map_err(|(pointer, message)| Fault::new(file, &pointer, message))?;
    paths(root).map_err(|message| Fault::new(file, "#/paths", message))
}

/// Checks that the document can be compared with another: it is OpenAPI of a version that is read, and
/// it has paths. Other faults stay where they are.
///
/// # Errors
///
/// The first [`Fault`].
pub fn comparable(document: &Document) -> Result<(), Fault> {
    let file = document.file.as_str();
    let root = openapi(document)?;
    paths(root).map_err(|message| Fault::new(file, "#/paths", message))?;
    Ok(())
}

/// Every `$ref` that leaves the document, leads nowhere, or leads only back to itself.
#[must_use]
pub fn unresolved(document: &Document) -> Vec<Fault> {
    refs::faults(&document.file, &document.root, usize::MAX)
}

/// The root of a document of a version that is read.
fn openapi(document: &Document) -> Result<&Map<String, Value>, Fault> {
    let file = document.file.as_str();
    let Value::Object(root) = &document.root else {
        let found = kind(&document.root);
        return Err(Fault::new(
            file,
            "#",
            format!("is not an OpenAPI document: it is {found}, not an object"),
        ));
    };
    version(root).map_err(|(pointer, message)| Fault::new(file, pointer, message))?;
    Ok(root)
}

/// Whether this is a document of a version that is read.
fn version(root: &Map<String, Value>) -> Result<(), (&'static str, String)> {
    if let Some(swagger) = root.get("swagger") {
        let version = swagger
            .as_str()
            .map_or_else(|| swagger.to_string(), str::to_owned);
        return Err((
            "#/swagger",
            format!(
                "Swagger {} is not supported; convert the document to OpenAPI 3 first, for example \
                 with `swagger2openapi`",
                shown(&version)
            ),
        ));
    }
    match root.get("openapi") {
        None => Err((
            "#",
            "is not an OpenAPI document: it has no `openapi` key".to_owned(),
        )),
        Some(Value::String(version)) if supported(version) => Ok(()),
        Some(Value::String(version)) => Err((
            "#/openapi",
            format!(
                "OpenAPI {} is not supported; the versions that are read are 3.0.x and 3.1.x",
                shown(version)
            ),
        )),
        Some(Value::Number(number)) => Err((
            "#/openapi",
            format!(
                "the version must be a string such as `\"3.0.3\"`, not the number {}; quote it",
                shown(&number.to_string())
            ),
        )),
        Some(other) => Err((
            "#/openapi",
            format!("the version must be a string, not {}", kind(other)),
        )),
    }
}

/// Whether `version` is 3.0.x or 3.1.x.
fn supported(version: &str) -> bool {
    ["3.0.", "3.1."].iter().any(|known| {
        version.strip_prefix(known).is_some_and(|patch| {
            !patch.is_empty() && patch.bytes().all(|byte| byte.is_ascii_digit())
        })
    })
}

/// The two parts of `info` that later steps use.
fn info(root: &Map<String, Value>) -> Result<(), (String, String)> {
    let info = match root.get("info") {
        Some(Value::Object(info)) => info,
        Some(other) => {
            return Err((
                "#/info".into(),
                format!("must be an object, not {}", kind(other)),
            ));
        }
        None => return Err(("#".into(), "has no `info` object".into())),
    };
    for word in ["title", "version"] {
        match info.get(word) {
            Some(Value::String(_)) => {}
            Some(other) => {
                let message = format!("must be a string, not {}; quote it", kind(other));
                return Err((format!("#/info/{word}"), message));
            }
            None => return Err(("#/info".into(), format!("has no `{word}`"))),
        }
    }
    Ok(())
}

/// The paths, of which there must be one at least.
fn paths(root: &Map<String, Value>) -> Result<&Map<String, Value>, String> {
    let webhooks = if root.contains_key("webhooks") {
        "; a document of webhooks alone describes nothing that a client can call"
    } else {
        ""
    };
    match root.get("paths") {
        Some(Value::Object(paths)) if paths.keys().any(|path| !path.starts_with("x-")) => Ok(paths),
        Some(Value::Object(_)) => Err(format!("the document has no paths{webhooks}")),
        Some(other) => Err(format!("must be an object, not {}", kind(other))),
        None => Err(format!("the document has no `paths`{webhooks}")),
    }
}

/// A path, taken apart.
struct Template<'a> {
    /// The names in braces, in order.
    names: Vec<&'a str>,
    /// The path with every name left out: what a server sees of it.
    shape: String,
}

/// Takes `path` apart.
fn template(path: &str) -> Result<Template<'_>, String> {
    let broken = |why: &str| format!("the path {} {why}", shown(path));
    if !path.starts_with('/') {
        return Err(broken("does not start with `/`"));
    }
    let (mut names, mut shape, mut rest) = (Vec::new(), String::new(), path);
    let mut seen = HashSet::new();
    while let Some((before, after)) = rest.split_once('{') {
        if before.contains('}') {
            break;
        }
        let Some((name, tail)) = after.split_once('}') else {
            return Err(broken("has a `{` that is never closed"));
        };
        if name.is_empty() || name.contains(['{', '/']) {
            return Err(broken("has no proper name between `{` and `}`"));
        }
        if !seen.insert(name) {
            return Err(broken(&format!("uses the parameter {} twice", shown(name))));
        }
        names.push(name);
        shape.push_str(before);
        shape.push_str("{}");
        rest = tail;
    }
    if rest.contains('}') {
        return Err(broken("has a `}` that nothing opens"));
    }
    shape.push_str(rest);
    Ok(Template { names, shape })
}
