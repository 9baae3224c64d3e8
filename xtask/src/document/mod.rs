//! Reads an OpenAPI document and refuses what the pipeline cannot take.
//!
//! A document comes from outside: Alpaca's, or any that a maintainer names. It may be broken, huge
//! or hostile, so everything here is bounded: the size of the file, the depth, the number of
//! values, the length of a key, what YAML aliases expand to. Nothing is repaired; a document passes
//! as it is or is refused with one [`Fault`] that names the file, the place, the rule and, where one
//! exists, the way out.
//!
//! 1. `read` turns the file into a JSON value, from JSON or YAML, with the same result for both.
//! 2. `check` applies the rules of structure to that value, before any step changes it.
//!
//! | File | Its one idea |
//! |---|---|
//! | `read.rs` | the file: kind, size, encoding, hash, which format |
//! | `json.rs` | JSON text to a value: duplicate keys, depth, pointer of an error |
//! | `yaml.rs` | YAML text to a value: the same, and aliases, merge keys, tags |
//! | `scalar.rs` | what a YAML scalar means: core schema and tags |
//! | `check.rs` | rules of the document as a whole and of its paths |
//! | `operations.rs` | rules of one operation: id, parameters, body, responses |
//! | `refs.rs` | every `$ref` resolves inside the document, and none runs in circles |
//! | `pointer.rs` | JSON pointers |
//!
//! [`Fault`]: crate::fault::Fault

mod check;
mod json;
mod operations;
pub mod pointer;
mod read;
mod refs;
mod scalar;
#[cfg(test)]
mod tests;
mod yaml;

pub(crate) use check::faults;
pub use check::{check, comparable, identify, unresolved};
pub use read::{read, received};

use serde_json::Value;

use crate::terminal::is_hidden;

/// Largest file that is read: 64 MiB. The largest published API descriptions have about 15.
pub const MAX_BYTES: u64 = 64 * 1024 * 1024;

/// Deepest nesting of arrays and objects that is read. Later steps recurse over the value, so this
/// bound is also what keeps them from overflowing the stack.
pub const MAX_DEPTH: usize = 100;

/// Most values that a document may hold, aliases expanded. It bounds memory to
/// less than 1 GB, whatever the values are.
pub const MAX_VALUES: u64 = 2_000_000;

/// Longest key of an object and longest `$ref`, in bytes. Keys become pointers again and again;
/// without a bound, a single giant key would make the checks take time without end.
pub const MAX_KEY: usize = 4096;

/// A document as it was read: nothing added, nothing repaired.
#[derive(Clone, Debug, PartialEq)]
pub struct Document {
    /// The file as the user named it.
    pub file: String,
    /// SHA-256 of the raw bytes, as 64 lower-case hex digits.
    pub sha256: String,
    /// The content.
    pub root: Value,
}

/// `text` between backticks for a message: clipped, and with what a terminal would obey made visible, so
/// that a hostile document cannot flood a terminal or write escape sequences to it.
pub(crate) fn shown(text: &str) -> String {
    const LONGEST: usize = 80;
    let mut shown = String::from("`");
    for (count, character) in text.chars().enumerate() {
        if count == LONGEST {
            shown.push('…');
            break;
        }
        if is_hidden(character) {
            shown.extend(character.escape_unicode());
        } else {
            shown.push(character);
        }
    }
    shown.push('`');
    shown
}

/// What kind of value this is, with its article, for "expected an object, found …".
fn kind(value: &Value) -> &'static str {
    match value {
        Value::Null => "null",
        Value::Bool(_) => "a boolean",
        Value::Number(_) => "a number",
        Value::String(_) => "a string",
        Value::Array(_) => "an array",
        Value::Object(_) => "an object",
    }
}

/// The refusal of a container that lies deeper than [`MAX_DEPTH`].
fn too_deep() -> String {
    format!("is nested deeper than {MAX_DEPTH} levels; the limit keeps later steps from overflow")
}

/// The refusal of a document with more than [`MAX_VALUES`] values.
fn too_many() -> String {
    format!("the document holds more than {MAX_VALUES} values, which is more than is read")
}

/// The refusal of a key longer than [`MAX_KEY`].
fn long_key(key: &str) -> String {
    format!(
        "the key {} is longer than {MAX_KEY} bytes, which is more than is read",
        shown(key)
    )
}

/// The refusal of the second `key` in one object.
fn duplicate_key(key: &str) -> String {
    format!(
        "the key {} appears twice in the same object, and one of the two would be lost; \
         remove or rename one",
        shown(key)
    )
}
