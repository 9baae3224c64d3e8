//! For programs; the shape is documented in `docs/spec-diff.md`.

use serde_json::{Map, Value, json};

use super::super::change::{Change, Class};
use super::super::{Diff, Note, Side};

/// The version of the shape. It moves when something that is there changes its meaning or goes; new
/// keys and new kinds may come without.
pub const VERSION: u32 = 1;

/// The result as JSON.
pub fn json(diff: &Diff) -> Value {
    let counts: Map<String, Value> = Class::ALL
        .into_iter()
        .map(|class| (class.name().to_owned(), Value::from(diff.of(class).count())))
        .collect();
    let bumps: Vec<Value> = diff
        .bumps
        .iter()
        .map(|bump| {
            json!({
                "crate": bump.name,
                "bump": bump.level.name(),
                "reasons": counted(&bump.reasons),
                "absorbed": counted(&bump.absorbed),
            })
        })
        .collect();
    let notes: Vec<Value> = diff
        .notes
        .iter()
        .map(|note| match note {
            Note::Extracted(schema) | Note::Inlined(schema) => {
                json!({ "kind": note.kind(), "schema": schema, "text": note.text() })
            }
            Note::Unresolved {
                is_new, pointer, ..
            } => {
                let document = if *is_new { "new" } else { "old" };
                json!({
                    "kind": note.kind(), "document": document, "pointer": pointer, "text": note.text(),
                })
            }
        })
        .collect();
    let standing: Vec<Value> = diff
        .standing
        .iter()
        .map(|standing| {
            json!({
                "place": standing.place,
                "pointer": standing.pointer,
                "dates": standing.dates,
                "words": standing.words,
                "new": standing.is_new,
            })
        })
        .collect();
    json!({
        "version": VERSION,
        "old": side(&diff.old),
        "new": side(&diff.new),
        "counts": counts,
        "changes": diff.changes.iter().map(change).collect::<Vec<_>>(),
        "deprecations": standing,
        "notes": notes,
        "bumps": bumps,
    })
}

fn side(side: &Side) -> Value {
    json!({
        "file": side.file,
        "sha256": side.sha256,
        "openapi": side.openapi,
        "operations": side.operations,
        "schemas": side.schemas,
    })
}

fn counted(sentences: &[(String, usize)]) -> Vec<Value> {
    sentences
        .iter()
        .map(|(text, count)| json!({ "text": text, "changes": count }))
        .collect()
}

fn change(change: &Change) -> Value {
    let subject = &change.subject;
    let parts = [
        ("operation", &subject.operation),
        ("schema", &subject.schema),
        ("property", &subject.property),
        ("parameter", &subject.parameter),
        ("in", &subject.location),
        ("response", &subject.response),
        ("header", &subject.header),
        ("media_type", &subject.media_type),
        ("component", &subject.component),
    ];
    let subject: Map<String, Value> = parts
        .into_iter()
        .filter_map(|(key, part)| Some((key.to_owned(), Value::from(part.as_deref()?))))
        .collect();
    json!({
        "kind": change.kind.name(),
        "class": change.class.name(),
        "direction": change.direction.name(),
        "place": change.place,
        "subject": subject,
        "name": change.name,
        "from": change.from,
        "to": change.to,
        "required": change.required,
        "values": change.values,
        "pointer": { "old": change.old, "new": change.new },
        "text": change.text,
        "reason": change.reason,
        "operations": change.operations,
    })
}
