//! Running the generator where its panics do no harm.
//!
//! Progenitor and typify panic on documents that they cannot handle, without saying which part of
//! the document they were at. Here a panic becomes a fault, and the operation is found by trying
//! some of them at a time.

use std::cell::RefCell;
use std::panic;
use std::sync::Once;
use std::thread;

use serde_json::{Map, Value, json};

use crate::document::pointer::escape;
use crate::fault::Fault;
use crate::generator::{self, Generated};
use crate::steps::walk;

/// The generator recurses over schemas; its thread has room for deep ones.
const STACK: usize = 256 * 1024 * 1024;

thread_local! {
    static PANIC: RefCell<Option<String>> = const { RefCell::new(None) };
}

const THREAD: &str = "generator";

/// Generates from `spec`, whose text is `text`.
pub(crate) fn generate(spec: &Value, text: &str) -> Result<Generated, Fault> {
    attempt(text).map_err(|message| {
        let (pointer, what) = culprit(spec);
        Fault::new(
            "",
            pointer,
            format!("the generator cannot handle {what}: {message}"),
        )
    })
}

/// One run of the generator in a thread of its own.
fn attempt(text: &str) -> Result<Generated, String> {
    quiet_panics();
    let text = text.to_owned();
    let worker = thread::Builder::new()
        .name(THREAD.to_owned())
        .stack_size(STACK)
        .spawn(move || {
            panic::catch_unwind(|| generator::generate(&text)).unwrap_or_else(|_| {
                let message = PANIC.with(|slot| slot.borrow_mut().take());
                Err(message.unwrap_or_else(|| "it panicked".to_owned()))
            })
        });
    let result = worker
        .map_err(|error| format!("no thread to generate in: {error}"))?
        .join()
        .unwrap_or_else(|_| Err("it panicked twice".to_owned()));
    result.map_err(|message| one_line(&message))
}

/// A message of the generator on one line, without the schema that it prints whole.
fn one_line(message: &str) -> String {
    const MOST: usize = 300;
    let words: Vec<&str> = message.split_whitespace().collect();
    let line = words.join(" ");
    match line.char_indices().nth(MOST) {
        Some((end, _)) => format!("{}…", line.get(..end).unwrap_or_default()),
        None => line,
    }
}

/// Keeps panics of the generator's thread out of the terminal, and their words for the report.
fn quiet_panics() {
    static ONCE: Once = Once::new();
    ONCE.call_once(|| {
        let usual = panic::take_hook();
        panic::set_hook(Box::new(move |info| {
            if thread::current().name() != Some(THREAD) {
                return usual(info);
            }
            let payload = info.payload();
            let said = payload
                .downcast_ref::<&str>()
                .copied()
                .or_else(|| payload.downcast_ref::<String>().map(String::as_str))
                .unwrap_or("it panicked");
            let place = info
                .location()
                .map(|place| format!(" ({}:{})", file_name(place.file()), place.line()));
            PANIC.with(|slot| {
                *slot.borrow_mut() = Some(format!("{said}{}", place.unwrap_or_default()))
            });
        }));
    });
}

fn file_name(path: &str) -> &str {
    path.rsplit(['/', '\\']).next().unwrap_or(path)
}

/// The operation that the generator fails on, found by trying some with what they refer to; or the
/// schema, when it is one that no operation refers to.
fn culprit(spec: &Value) -> (String, String) {
    let mut all = Vec::new();
    walk::operations(spec, |method, path, operation| {
        let id = operation
            .get("operationId")
            .and_then(Value::as_str)
            .unwrap_or_default();
        all.push((method.to_owned(), path.to_owned(), id.to_owned()));
    });
    let failing = first_failing(&all, &|some| {
        fails(spec, &operations_alone(spec, some), Vec::new())
    });
    if let Some((method, path, id)) = failing {
        return (
            format!("#/paths/{}/{method}", escape(path)),
            format!("the operation {} {path} ({id})", method.to_uppercase()),
        );
    }
    let schemas: Vec<(&String, String)> = walk::components(spec)
        .into_iter()
        .flat_map(|all| all.keys())
        .map(|name| (name, format!("#/components/schemas/{}", escape(name))))
        .collect();
    let failing = first_failing(&schemas, &|some| {
        let open = some.iter().map(|(_, pointer)| pointer.clone()).collect();
        fails(spec, &Map::new(), open)
    });
    match failing {
        Some((name, pointer)) => (pointer.clone(), format!("the schema {name}")),
        None => ("#".to_owned(), "the document as a whole".to_owned()),
    }
}

/// The first of `all` that fails alone, found by halving: a run costs as much as what is in it.
fn first_failing<'a, T>(all: &'a [T], fails: &dyn Fn(&[T]) -> bool) -> Option<&'a T> {
    if !fails(all) {
        return None;
    }
    let mut some = all;
    while some.len() > 1 {
        let (first, second) = some.split_at(some.len() / 2);
        some = if fails(first) { first } else { second };
    }
    if fails(some) {
        return some.first();
    }
    // They fail together only, or what halving left out was the one.
    all.iter().find(|one| fails(std::slice::from_ref(*one)))
}

/// The paths of a document with these operations alone: method, path and id of each.
fn operations_alone(spec: &Value, some: &[(String, String, String)]) -> Map<String, Value> {
    let mut paths = Map::new();
    for (method, path, _) in some {
        let Some(item) = spec.get("paths").and_then(|paths| paths.get(path)) else {
            continue;
        };
        let kept = paths.entry(path.clone()).or_insert_with(|| json!({}));
        for key in [method, "parameters"] {
            if let (Some(kept), Some(value)) = (kept.as_object_mut(), item.get(key)) {
                kept.insert(key.to_owned(), value.clone());
            }
        }
    }
    paths
}

/// Whether the generator fails on these paths and what they, and `open`, refer to.
fn fails(spec: &Value, paths: &Map<String, Value>, mut open: Vec<String>) -> bool {
    for item in paths.values() {
        walk::references(item, &mut |reference| open.push(reference.to_owned()));
        for part in item.as_object().into_iter().flat_map(|item| item.values()) {
            walk::references(part, &mut |reference| open.push(reference.to_owned()));
        }
    }
    let mut components: Map<String, Value> = Map::new();
    while let Some(reference) = open.pop() {
        let Some((section, name)) = walk::component_of(&reference) else {
            continue;
        };
        let Some(entry) = spec
            .get("components")
            .and_then(|all| all.get(&section)?.get(&name))
        else {
            continue;
        };
        let target = components.entry(section).or_insert_with(|| json!({}));
        if let Some(target) = target.as_object_mut()
            && target.insert(name, entry.clone()).is_none()
        {
            walk::references(entry, &mut |reference| open.push(reference.to_owned()));
            for extension in ["x-union", "x-comma-list"] {
                if let Some(value) = entry.get(extension) {
                    walk::references(value, &mut |reference| open.push(reference.to_owned()));
                }
            }
        }
    }
    let mut reduced = spec.clone();
    if let Some(root) = reduced.as_object_mut() {
        root.insert("paths".to_owned(), Value::Object(paths.clone()));
        root.insert("components".to_owned(), Value::Object(components));
    }
    attempt(&reduced.to_string()).is_err()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_panic_is_a_fault_that_names_the_operation() {
        // A JSON answer without a schema is a `todo!` in the generator.
        let answer = json!({"200": {"description": "", "content": {"application/json": {}}}});
        let fine = json!({"200": {"description": ""}});
        let spec = json!({
            "openapi": "3.0.3", "info": {"title": "T", "version": "1"},
            "paths": {
                "/a": {"get": {"operationId": "fine", "responses": fine}},
                "/b": {"get": {"operationId": "broken", "responses": answer}},
            },
            "components": {"schemas": {}},
        });
        let Err(fault) = generate(&spec, &spec.to_string()) else {
            panic!("it was generated")
        };
        assert_eq!(fault.pointer, "#/paths/~1b/get");
        assert!(
            fault.message.contains("GET /b (broken)"),
            "{}",
            fault.message
        );
    }

    #[test]
    fn a_schema_that_cannot_be_handled_is_named_by_the_operation_that_needs_it() {
        let union = json!({"oneOf": [], "x-union": {"recognised-by": "key", "variants": [
            {"name": "not a name", "$ref": "#/components/schemas/Fine"},
        ]}});
        let answer = json!({"200": {"description": "", "content": {"application/json": {
            "schema": {"$ref": "#/components/schemas/Broken"},
        }}}});
        let mut spec = json!({
            "openapi": "3.0.3", "info": {"title": "T", "version": "1"},
            "paths": {
                "/a": {"get": {"operationId": "fine", "responses": {"200": {"description": ""}}}},
                "/b": {"get": {"operationId": "needs", "responses": answer}},
            },
            "components": {"schemas": {"Broken": union, "Fine": {"type": "object", "properties": {}}}},
        });
        let Err(fault) = generate(&spec, &spec.to_string()) else {
            panic!("it was generated")
        };
        assert_eq!(fault.pointer, "#/paths/~1b/get");
        if let Some(paths) = spec["paths"].as_object_mut() {
            paths.remove("/b");
        }
        let Err(fault) = generate(&spec, &spec.to_string()) else {
            panic!("it was generated")
        };
        assert_eq!(fault.pointer, "#/components/schemas/Broken");
    }
}
