//! Running the generator where its panics do no harm.
//!
//! Progenitor and typify panic on documents that they cannot handle, without saying which part of
//! the document they were at. Here a panic becomes a fault, and the operation is found by trying
//! them one by one.

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
pub(super) fn generate(spec: &Value, text: &str) -> Result<Generated, Fault> {
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

/// The operation that the generator fails on, found by trying each alone.
fn culprit(spec: &Value) -> (String, String) {
    if fails(spec, None) {
        return ("#/components/schemas".to_owned(), "the schemas".to_owned());
    }
    let mut all = Vec::new();
    walk::operations(spec, |method, path, operation| {
        let id = operation
            .get("operationId")
            .and_then(Value::as_str)
            .unwrap_or_default();
        all.push((method.to_owned(), path.to_owned(), id.to_owned()));
    });
    all.into_iter()
        .find(|(method, path, _)| fails(spec, Some((method, path))))
        .map_or_else(
            || ("#/paths".to_owned(), "the operations together".to_owned()),
            |(method, path, id)| {
                (
                    format!("#/paths/{}/{method}", escape(&path)),
                    format!("the operation {} {path} ({id})", method.to_uppercase()),
                )
            },
        )
}

/// Whether the generator fails on the schemas with this operation alone, or with none.
fn fails(spec: &Value, only: Option<(&String, &String)>) -> bool {
    let mut reduced = spec.clone();
    let mut paths = Map::new();
    if let Some((method, path)) = only
        && let Some(item) = spec.get("paths").and_then(|paths| paths.get(path))
    {
        let mut kept = Map::new();
        for key in [method.as_str(), "parameters"] {
            if let Some(value) = item.get(key) {
                kept.insert(key.to_owned(), value.clone());
            }
        }
        paths.insert(path.clone(), Value::Object(kept));
    }
    if let Some(root) = reduced.as_object_mut() {
        root.insert("paths".to_owned(), Value::Object(paths));
    }
    attempt(&json!(reduced).to_string()).is_err()
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
}
