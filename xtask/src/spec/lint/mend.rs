//! Gets a fault out of the way, so that the pipeline shows what lies behind it.
//!
//! None of this is a repair: it is done to a copy that is thrown away, and it need not be right, only
//! free of the fault, and of others that were not there before.

use serde_json::{Map, Value, json};

use super::sites::Sites;
use crate::document::pointer::{escape, from_reference, get, get_mut};
use crate::steps::walk::METHODS;

/// How a fault gets out of the way.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Mend {
    /// What stands there goes.
    Remove,
    /// The schema, or the holder of a reference, becomes one that says nothing.
    Blank,
    /// The whole path goes.
    RemovePath,
    /// The operation gets an id of its own.
    OperationId,
    /// The operation declares the names in its path.
    Declare,
    /// The list of parameters goes, and what the path needs is declared.
    NoParameters,
    /// The parameter becomes another one that disturbs nobody.
    Placeholder,
    /// The parameter is described in the plainest way.
    PlainParameter,
    /// The body becomes any JSON.
    PlainBody,
    /// The operation answers something.
    Answer,
    /// The document gets its `info`.
    Info,
    /// The document gets a path.
    Path,
}

/// Does it at `pointer`, or as near as there is something; says whether something changed. `number`
/// makes names that nobody else has.
pub(super) fn mend(root: &mut Value, mend: Mend, pointer: &str, number: usize) -> bool {
    let is_described = matches!(
        mend,
        Mend::Placeholder | Mend::PlainParameter | Mend::PlainBody | Mend::Answer
    );
    if is_described && pointer.starts_with("#/components/schemas/") {
        // A schema that something else refers to by mistake, and others rightly.
        return blank_referrers(root, pointer);
    }
    match mend {
        Mend::Remove => remove(root, &nearest(root, pointer)),
        Mend::Blank => blank(root, &nearest(root, pointer)),
        Mend::RemovePath => path_of(pointer).is_some_and(|path| remove(root, path)),
        Mend::OperationId => {
            let operation = pointer.strip_suffix("/operationId").unwrap_or(pointer);
            insert(
                root,
                operation,
                "operationId",
                json!(format!("operation_{number}_without_an_id")),
            )
        }
        Mend::Declare => declare(root, pointer),
        Mend::NoParameters => {
            let holder = pointer.strip_suffix("/parameters").unwrap_or(pointer);
            let is_gone = remove(root, pointer);
            declare_all(root, holder);
            is_gone
        }
        Mend::Placeholder => put(root, &parameter_of(pointer), placeholder(number)),
        Mend::PlainParameter => plain_parameter(root, &parameter_of(pointer), number),
        Mend::PlainBody => {
            let body = pointer
                .split_once("/content")
                .map_or(pointer, |(body, _)| body);
            put(
                root,
                body,
                json!({"content": {"application/json": {"schema": {}}}}),
            )
        }
        Mend::Answer => {
            let operation = pointer.strip_suffix("/responses").unwrap_or(pointer);
            insert(
                root,
                operation,
                "responses",
                json!({"200": {"description": ""}}),
            )
        }
        Mend::Info => insert(
            root,
            "#",
            "info",
            json!({"title": "Untitled", "version": "0"}),
        ),
        Mend::Path => {
            let answer =
                json!({"operationId": "nothing", "responses": {"200": {"description": ""}}});
            insert(root, "#", "paths", json!({"/": {"get": answer}}))
        }
    }
}

/// `pointer`, or the nearest place above it that is there.
pub(super) fn nearest(root: &Value, pointer: &str) -> String {
    let mut pointer = pointer;
    while get(root, pointer).is_none() {
        match pointer.rsplit_once('/') {
            Some((above, _)) => pointer = above,
            None => return "#".to_owned(),
        }
    }
    pointer.to_owned()
}

fn put(root: &mut Value, pointer: &str, value: Value) -> bool {
    match get_mut(root, pointer) {
        Some(place) if *place != value => {
            *place = value;
            true
        }
        _ => false,
    }
}

fn insert(root: &mut Value, holder: &str, key: &str, value: Value) -> bool {
    get_mut(root, holder)
        .and_then(Value::as_object_mut)
        .is_some_and(|object| {
            let is_new = object.get(key) != Some(&value);
            object.insert(key.to_owned(), value);
            is_new
        })
}

fn remove(root: &mut Value, pointer: &str) -> bool {
    let Some((holder, token)) = pointer.rsplit_once('/') else {
        return false;
    };
    let key = token.replace("~1", "/").replace("~0", "~");
    match get_mut(root, holder) {
        Some(Value::Object(object)) => object.remove(&key).is_some(),
        // The items behind it keep their places, which later pointers name.
        Some(Value::Array(list)) => key
            .parse::<usize>()
            .ok()
            .and_then(|index| list.get_mut(index))
            .is_some_and(|item| {
                let is_new = *item != json!({});
                *item = json!({});
                is_new
            }),
        _ => false,
    }
}

/// Leaves something that is valid in its place and says nothing.
fn blank(root: &mut Value, pointer: &str) -> bool {
    let holder = pointer.strip_suffix("/$ref").unwrap_or(pointer);
    let mut steps = holder.rsplit('/');
    let (last, before) = (steps.next().unwrap_or_default(), steps.next());
    let before = before.unwrap_or_default();
    let value = match (before, last) {
        ("parameters", index) => placeholder(index.parse().unwrap_or_default()),
        (_, "requestBody") | ("requestBodies", _) => {
            json!({"content": {"application/json": {"schema": {}}}})
        }
        ("responses", _) => json!({"description": ""}),
        ("headers", _) => json!({"schema": {}}),
        ("paths", _) => return remove(root, holder),
        _ => json!({}),
    };
    let is_new = put(root, holder, value);
    if before == "parameters" {
        let list = holder.strip_suffix(last).unwrap_or(holder);
        declare_all(root, list.strip_suffix("/parameters/").unwrap_or(list));
    }
    is_new
}

/// Blanks what is no schema and refers to the schema that `pointer` lies in.
fn blank_referrers(root: &mut Value, pointer: &str) -> bool {
    let is_one = |holder: &str| {
        let mut steps = holder.rsplit('/');
        let (last, before) = (steps.next(), steps.next());
        last == Some("requestBody")
            || matches!(
                before,
                Some("parameters" | "requestBodies" | "responses" | "headers")
            )
    };
    let holders: Vec<String> = Sites::of(root)
        .references
        .iter()
        .filter(|it| is_one(&it.holder))
        .filter(|it| {
            let target = from_reference(it.target);
            target.is_some_and(|target| pointer.starts_with(&target))
        })
        .map(|it| it.holder.clone())
        .collect();
    let mut changes = false;
    for holder in holders {
        changes |= blank(root, &holder);
    }
    changes
}

fn placeholder(number: usize) -> Value {
    json!({"name": format!("placeholder{number}"), "in": "query", "schema": {"type": "string"}})
}

/// `#/paths/~1a` for what lies in it.
fn path_of(pointer: &str) -> Option<&str> {
    let rest = pointer.strip_prefix("#/paths/")?;
    let length = rest.split('/').next()?.len();
    pointer.get(.."#/paths/".len() + length)
}

/// The pointer of the parameter that `pointer` names or lies in.
fn parameter_of(pointer: &str) -> String {
    match pointer.split_once("/parameters/") {
        Some((before, rest)) => {
            let token = rest.split('/').next().unwrap_or_default();
            format!("{before}/parameters/{token}")
        }
        None => pointer.to_owned(),
    }
}

fn plain_parameter(root: &mut Value, pointer: &str, number: usize) -> bool {
    let Some(place) = get_mut(root, pointer) else {
        return false;
    };
    let before = place.clone();
    let text = |key: &str| {
        before
            .get(key)
            .and_then(Value::as_str)
            .filter(|it| !it.is_empty())
    };
    *place = match text("name") {
        Some(name) => {
            let place = text("in")
                .filter(|it| matches!(*it, "path" | "header"))
                .unwrap_or("query");
            let mut plain = Map::from_iter([
                ("name".to_owned(), json!(name)),
                ("in".to_owned(), json!(place)),
                ("required".to_owned(), json!(place == "path")),
            ]);
            // The schema may have faults of its own, which are to be found as well.
            let schema = before
                .get("schema")
                .filter(|it| it.is_object() || it.is_boolean());
            plain.insert(
                "schema".to_owned(),
                schema.cloned().unwrap_or_else(|| json!({})),
            );
            Value::Object(plain)
        }
        None => placeholder(number),
    };
    let is_new = *place != before;
    if text("name").is_none()
        && let Some((holder, _)) = pointer.rsplit_once("/parameters/")
    {
        declare_all(root, holder);
    }
    is_new
}

/// Declares what a parameter may have declared that is gone, in the operation or the path at `holder`.
fn declare_all(root: &mut Value, holder: &str) {
    declare(root, holder);
    for method in METHODS {
        let operation = format!("{holder}/{method}");
        if get(root, &operation).is_some() {
            declare(root, &operation);
        }
    }
}

/// Declares the names in the path of the operation at `pointer` that it does not declare.
fn declare(root: &mut Value, pointer: &str) -> bool {
    let Some((holder, method)) = pointer.rsplit_once('/') else {
        return false;
    };
    let Some(path) = holder
        .strip_prefix("#/paths/")
        .filter(|_| METHODS.contains(&method))
    else {
        return false;
    };
    let path = path.replace("~1", "/").replace("~0", "~");
    let names: Vec<&str> = path
        .split('{')
        .skip(1)
        .filter_map(|part| part.split_once('}').map(|(name, _)| name))
        .collect();
    let declared: Vec<String> = [holder, pointer]
        .iter()
        .filter_map(|at| get(root, at)?.get("parameters")?.as_array())
        .flatten()
        .map(|parameter| crate::steps::walk::resolve(root, parameter))
        .filter(|parameter| parameter.get("in") == Some(&json!("path")))
        .filter_map(|parameter| parameter.get("name")?.as_str().map(str::to_owned))
        .collect();
    let missing = names
        .iter()
        .filter(|name| !declared.iter().any(|known| known == *name))
        .map(|name| json!({"name": name, "in": "path", "required": true, "schema": {"type": "string"}}));
    let added: Vec<Value> = missing.collect();
    let Some(list) = get_mut(root, pointer)
        .and_then(Value::as_object_mut)
        .map(|operation| operation.entry("parameters").or_insert_with(|| json!([])))
        .and_then(Value::as_array_mut)
    else {
        return false;
    };
    let changes = !added.is_empty();
    list.extend(added);
    changes
}

/// The pointer of the component `name`.
pub(super) fn schema_pointer(name: &str) -> String {
    format!("#/components/schemas/{}", escape(name))
}
