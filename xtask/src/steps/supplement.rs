//! Adding the operations that Alpaca withdrew from its document.
//!
//! Alpaca took thirteen operations out of the published document on 2026-08-03. The service may
//! still answer them, and accounts that used them exist, so they stay in the client, marked
//! deprecated. They live in a document of their own: the main one must be replaceable by Alpaca's
//! file at any time.

use serde_json::{Map, Value, json};

use super::walk::METHODS;
use crate::document::pointer::escape;
use crate::fault::Fault;

/// The day on which Alpaca withdrew the operations of the supplement.
pub const WITHDRAWN_ON: &str = "2026-08-03";

/// Merges `supplement` into `document`; both are OpenAPI 3.0.3 already.
///
/// An operation that both have means that Alpaca has published it again: that is an error, since
/// the supplement's copy must then go. The same holds for a component, unless both are equal.
pub fn merge(file: &str, document: &mut Value, supplement: Value) -> Result<usize, Fault> {
    let mut added = 0;
    let Value::Object(mut supplement) = supplement else {
        return Ok(0);
    };
    if let (Some(Value::Object(paths)), Some(target)) = (
        supplement.remove("paths"),
        document.get_mut("paths").and_then(Value::as_object_mut),
    ) {
        for (path, item) in paths {
            added += merge_path(file, target, &path, item)?;
        }
    }
    if let (Some(Value::Object(sections)), Some(root)) =
        (supplement.remove("components"), document.as_object_mut())
    {
        let target = root.entry("components").or_insert_with(|| json!({}));
        for (section, entries) in sections {
            merge_section(file, target, &section, entries)?;
        }
    }
    if let (Some(Value::Array(tags)), Some(root)) =
        (supplement.remove("tags"), document.as_object_mut())
        && let Some(known) = root
            .entry("tags")
            .or_insert_with(|| json!([]))
            .as_array_mut()
    {
        for tag in tags {
            if !known
                .iter()
                .any(|other| other.get("name") == tag.get("name"))
            {
                known.push(tag);
            }
        }
    }
    Ok(added)
}

fn merge_path(
    file: &str,
    target: &mut Map<String, Value>,
    path: &str,
    item: Value,
) -> Result<usize, Fault> {
    let Value::Object(mut item) = item else {
        return Ok(0);
    };
    let mut added = 0;
    for method in METHODS {
        let Some(operation) = item.get_mut(method).and_then(Value::as_object_mut) else {
            continue;
        };
        if target
            .get(path)
            .is_some_and(|known| known.get(method).is_some())
        {
            return Err(Fault::new(
                file,
                format!("#/paths/{}/{method}", escape(path)),
                "the main document has this operation again: take it out of the supplement",
            ));
        }
        operation.insert("deprecated".to_owned(), Value::Bool(true));
        operation.insert("x-withdrawn".to_owned(), json!(WITHDRAWN_ON));
        added += 1;
    }
    match target.get_mut(path).and_then(Value::as_object_mut) {
        // The path is the main document's: what the supplement says of it goes to its operations.
        Some(known) => {
            let shared = item.remove("parameters");
            for method in METHODS {
                let Some(mut operation) = item.remove(method) else {
                    continue;
                };
                if let (Some(Value::Array(more)), Some(object)) =
                    (&shared, operation.as_object_mut())
                    && let Some(own) = object
                        .entry("parameters")
                        .or_insert_with(|| json!([]))
                        .as_array_mut()
                {
                    own.extend(more.iter().cloned());
                }
                known.insert(method.to_owned(), operation);
            }
        }
        None => {
            target.insert(path.to_owned(), Value::Object(item));
        }
    }
    Ok(added)
}

fn merge_section(
    file: &str,
    target: &mut Value,
    section: &str,
    entries: Value,
) -> Result<(), Fault> {
    let (Value::Object(entries), Some(components)) = (entries, target.as_object_mut()) else {
        return Ok(());
    };
    let Some(known) = components
        .entry(section)
        .or_insert_with(|| json!({}))
        .as_object_mut()
    else {
        return Ok(());
    };
    for (name, entry) in entries {
        match known.get(&name) {
            // The security schemes are the same two in both, each with its own prose.
            Some(other) if other == &entry || section == "securitySchemes" => {}
            Some(_) => {
                return Err(Fault::new(
                    file,
                    format!("#/components/{section}/{}", escape(&name)),
                    "the main document has a different component of this name: rename one",
                ));
            }
            None => {
                known.insert(name, entry);
            }
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn main() -> Value {
        json!({"paths": {"/a": {"get": {"operationId": "a"}}}, "components": {"schemas": {"A": {"type": "string"}}}})
    }

    #[test]
    fn adds_operations_as_deprecated_and_keeps_path_parameters() {
        let mut document = main();
        let supplement = json!({
            "paths": {"/a": {"parameters": [{"name": "p"}], "post": {"operationId": "b"}}, "/b": {"get": {"operationId": "c"}}},
            "components": {"schemas": {"B": {"type": "string"}}},
            "tags": [{"name": "T"}],
        });
        assert_eq!(merge("s.json", &mut document, supplement), Ok(2));
        assert_eq!(
            document.pointer("/paths/~1a/post/deprecated"),
            Some(&json!(true))
        );
        assert_eq!(
            document.pointer("/paths/~1b/get/x-withdrawn"),
            Some(&json!(WITHDRAWN_ON))
        );
        assert!(document.pointer("/components/schemas/B").is_some());
        assert_eq!(document.pointer("/paths/~1a/get/deprecated"), None);
        assert_eq!(document.pointer("/paths/~1a/parameters"), None);
        assert_eq!(
            document.pointer("/paths/~1a/post/parameters/0/name"),
            Some(&json!("p"))
        );
    }

    #[test]
    fn an_operation_that_came_back_is_named() {
        let supplement = json!({"paths": {"/a": {"get": {"operationId": "again"}}}});
        let fault = merge("s.json", &mut main(), supplement).unwrap_err();
        assert_eq!(fault.pointer, "#/paths/~1a/get");
        assert!(fault.message.contains("again"), "{fault}");
    }

    #[test]
    fn a_component_that_differs_is_named() {
        let supplement = json!({"components": {"schemas": {"A": {"type": "integer"}}}});
        let fault = merge("s.json", &mut main(), supplement).unwrap_err();
        assert_eq!(fault.pointer, "#/components/schemas/A");
    }
}
