//! The bodies of requests and answers.

use std::collections::BTreeSet;

use serde_json::{Value, json};

use crate::steps::walk;

/// An error that is documented without content loses its body, two error types stop the generator,
/// and a typed error whose body is HTML loses its status. Without documented errors every answer
/// that is not 2xx reaches the caller whole. The schemas of the errors stay: they are how a caller
/// reads them.
pub(super) fn only_success_answers(document: &mut Value) -> usize {
    let mut count = 0;
    let mut error_schemas = BTreeSet::new();
    let shared = document
        .pointer("/components/responses")
        .cloned()
        .unwrap_or_default();
    walk::operations_mut(document, |_, _, operation| {
        let Some(answers) = operation
            .get_mut("responses")
            .and_then(Value::as_object_mut)
        else {
            return;
        };
        let has_success = answers.keys().any(|status| status.starts_with('2'));
        if !has_success && let Some(default) = answers.remove("default") {
            answers.insert("2XX".to_owned(), default);
        }
        let before = answers.len();
        answers.retain(|status, answer| {
            if status.starts_with('2') {
                return true;
            }
            let target = answer
                .get("$ref")
                .and_then(Value::as_str)
                .and_then(walk::component_of)
                .and_then(|(_, name)| shared.get(&name))
                .unwrap_or(answer);
            walk::references(target, &mut |reference| {
                if let Some((section, name)) = walk::component_of(reference)
                    && section == "schemas"
                {
                    error_schemas.insert(name);
                }
            });
            false
        });
        count += before - answers.len();
    });
    if let Some(schemas) = walk::components_mut(document) {
        for name in error_schemas {
            if let Some(schema) = schemas.get_mut(&name).and_then(Value::as_object_mut) {
                schema.insert("x-error-body".to_owned(), Value::Bool(true));
            }
        }
    }
    count
}

/// Several 2xx answers with different bodies become one that takes any JSON.
pub(super) fn one_success_type(document: &mut Value) -> usize {
    let mut count = 0;
    let shared = document
        .pointer("/components/responses")
        .cloned()
        .unwrap_or_default();
    walk::operations_mut(document, |_, _, operation| {
        let Some(answers) = operation
            .get_mut("responses")
            .and_then(Value::as_object_mut)
        else {
            return;
        };
        if answers.len() < 2 {
            return;
        }
        let content = |answer: &Value| {
            answer
                .get("$ref")
                .and_then(Value::as_str)
                .and_then(walk::component_of)
                .and_then(|(_, name)| shared.get(&name))
                .unwrap_or(answer)
                .get("content")
                .cloned()
        };
        let kinds: Vec<Option<Value>> = answers.values().map(content).collect();
        if kinds
            .windows(2)
            .all(|pair| matches!(pair, [one, other] if one == other))
        {
            return;
        }
        count += answers.len();
        answers.clear();
        answers.insert(
            "2XX".to_owned(),
            json!({
                "description": "Any of several answers.",
                "content": {"application/json": {"schema": {}}},
                "x-empty-body": true,
            }),
        );
    });
    count
}

pub(super) fn is_json(media: &str) -> bool {
    media == "application/json" || media.starts_with("application/json;")
}

/// Where JSON is one of several media types, JSON it is.
pub(super) fn json_preferred(document: &mut Value) -> usize {
    fn prefer(holder: Option<&mut Value>) -> usize {
        let Some(content) = holder
            .and_then(|holder| holder.get_mut("content"))
            .and_then(Value::as_object_mut)
        else {
            return 0;
        };
        let Some(json) = content.keys().find(|media| is_json(media)).cloned() else {
            // A body takes the first of several that the generator knows; an answer that is not
            // JSON is a stream of bytes whatever its type.
            let Some(first) = content.keys().next().cloned() else {
                return 0;
            };
            let before = content.len();
            content.retain(|media, _| *media == first);
            return before - content.len();
        };
        let changed = content.len() > 1 || json != "application/json";
        if changed && let Some(body) = content.remove(&json) {
            content.clear();
            content.insert("application/json".to_owned(), body);
        }
        usize::from(changed)
    }
    let mut count = 0;
    walk::operations_mut(document, |_, _, operation| {
        count += prefer(operation.get_mut("requestBody"));
        if let Some(answers) = operation
            .get_mut("responses")
            .and_then(Value::as_object_mut)
        {
            count += answers
                .values_mut()
                .map(|answer| prefer(Some(answer)))
                .sum::<usize>();
        }
    });
    for section in ["requestBodies", "responses"] {
        if let Some(entries) = document
            .pointer_mut(&format!("/components/{section}"))
            .and_then(Value::as_object_mut)
        {
            count += entries
                .values_mut()
                .map(|entry| prefer(Some(entry)))
                .sum::<usize>();
        }
    }
    count
}

/// A JSON body without a schema may be any JSON.
pub(super) fn typed_json(document: &mut Value) -> usize {
    fn complete(holder: Option<&mut Value>) -> usize {
        let Some(body) = holder
            .and_then(|holder| holder.pointer_mut("/content/application~1json"))
            .and_then(Value::as_object_mut)
        else {
            return 0;
        };
        body.remove("encoding");
        if body.contains_key("schema") {
            return 0;
        }
        body.insert("schema".to_owned(), json!({}));
        1
    }
    let mut count = 0;
    walk::operations_mut(document, |_, _, operation| {
        count += complete(operation.get_mut("requestBody"));
        if let Some(answers) = operation
            .get_mut("responses")
            .and_then(Value::as_object_mut)
        {
            count += answers
                .values_mut()
                .map(|answer| complete(Some(answer)))
                .sum::<usize>();
        }
    });
    count
}
