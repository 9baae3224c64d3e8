//! The bodies of requests and answers.

use std::collections::BTreeSet;

use serde_json::{Map, Value, json};

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
            walk::references(written_out(&shared, answer), &mut |reference| {
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

/// An answer, or the shared one that it refers to.
fn written_out<'a>(shared: &'a Value, answer: &'a Value) -> &'a Value {
    answer
        .get("$ref")
        .and_then(Value::as_str)
        .and_then(walk::component_of)
        .and_then(|(_, name)| shared.get(&name))
        .unwrap_or(answer)
}

/// Several 2xx answers become one: with the body that those have which have one, or, where they
/// differ, with any JSON.
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
        let content = |answer: &Value| written_out(&shared, answer).get("content").cloned();
        let kinds: Vec<Option<Value>> = answers.values().map(content).collect();
        count += answers.len();
        answers.clear();
        let mut contents: Vec<&Value> = kinds.iter().flatten().collect();
        contents.dedup();
        if contents.len() <= 1 {
            // One kind of body, which some of the answers leave out.
            let mut answer = json!({"description": "One of several answers."});
            if let (Some(object), Some(content)) = (answer.as_object_mut(), contents.first()) {
                object.insert("content".to_owned(), (*content).clone());
                if kinds.contains(&None) {
                    object.insert("x-empty-body".to_owned(), Value::Bool(true));
                }
            }
            answers.insert("2XX".to_owned(), answer);
            return;
        }
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

/// `requestBody: {content: {}}` says that nothing is sent.
pub(super) fn empty_bodies(document: &mut Value) -> usize {
    let mut count = 0;
    walk::operations_mut(document, |_, _, operation| {
        let is_empty = operation
            .pointer("/requestBody/content")
            .and_then(Value::as_object)
            .is_some_and(Map::is_empty);
        if is_empty && let Some(fields) = operation.as_object_mut() {
            fields.remove("requestBody");
            count += 1;
        }
    });
    count
}

pub(super) fn is_json(media: &str) -> bool {
    let media = media.to_ascii_lowercase();
    media == "application/json" || media.starts_with("application/json;")
}

/// What the generator can send, JSON aside, the best first.
const SENDABLE: [&str; 3] = [
    "application/x-www-form-urlencoded",
    "text/plain",
    "application/octet-stream",
];

/// Calls `change` for every body and every answer of the operations, and says for which.
fn contents(document: &mut Value, change: impl Fn(&mut Map<String, Value>) -> usize) -> usize {
    let mut count = 0;
    walk::operations_mut(document, |_, _, operation| {
        let holders = operation.as_object_mut().into_iter().flat_map(|fields| {
            fields
                .iter_mut()
                .flat_map(|(key, value)| match key.as_str() {
                    "requestBody" => vec![value],
                    "responses" => value
                        .as_object_mut()
                        .map(|answers| answers.values_mut().collect())
                        .unwrap_or_default(),
                    _ => Vec::new(),
                })
        });
        for holder in holders {
            if let Some(content) = holder.get_mut("content").and_then(Value::as_object_mut) {
                count += change(content);
            }
        }
    });
    count
}

/// Where JSON is one of several media types, JSON it is.
pub(super) fn json_preferred(document: &mut Value) -> usize {
    contents(document, |content| {
        let best = content
            .keys()
            .find(|media| is_json(media))
            .or_else(|| {
                SENDABLE
                    .iter()
                    .find_map(|known| content.keys().find(|media| media == known))
            })
            // An answer of another type is a stream of bytes, whichever it is.
            .or_else(|| content.keys().next())
            .cloned();
        let Some(best) = best else { return 0 };
        let name = if is_json(&best) {
            "application/json"
        } else {
            best.as_str()
        };
        if content.len() == 1 && best == name {
            return 0;
        }
        if let Some(body) = content.remove(&best) {
            content.clear();
            content.insert(name.to_owned(), body);
        }
        1
    })
}

/// A JSON body without a schema may be any JSON; a text is a text, and bytes are bytes.
pub(super) fn typed_bodies(document: &mut Value) -> usize {
    contents(document, |content| {
        let mut count = 0;
        for (media, body) in content.iter_mut() {
            let Some(body) = body.as_object_mut() else {
                continue;
            };
            count += usize::from(body.remove("encoding").is_some());
            let schema = match media.as_str() {
                "text/plain" => Some(json!({"type": "string"})),
                "application/octet-stream" => Some(json!({"type": "string", "format": "binary"})),
                _ => None,
            };
            let is_there = match &schema {
                Some(only) => body.get("schema") == Some(only),
                None => body.contains_key("schema"),
            };
            if !is_there {
                body.insert("schema".to_owned(), schema.unwrap_or_else(|| json!({})));
                count += 1;
            }
        }
        count
    })
}
