//! Request bodies and responses: codes, media types, headers, and the schemas in them.

use std::collections::BTreeMap;

use serde_json::Value;

use super::change::{Found, Kind};
use super::document::{Doc, Place, unescape};
use super::operations::rest;
use super::parameters::parameter;
use super::prose;
use super::schema::Comparison;

/// Anything.
static ANY: Value = Value::Bool(true);

/// The contents of a body by media type, in lower case. Parameters such as `charset=utf-8` do not count,
/// but where the same type stands there with other ones.
pub(super) fn media<'a>(body: &Place<'a>) -> BTreeMap<String, Place<'a>> {
    let mut groups: BTreeMap<String, Vec<(String, Place<'a>)>> = BTreeMap::new();
    for (name, content) in body.entries("content", false) {
        let full = name.to_lowercase().replace(char::is_whitespace, "");
        let bare = full.split(';').next().unwrap_or_default().to_owned();
        groups.entry(bare).or_default().push((full, content));
    }
    let mut all = BTreeMap::new();
    for (bare, group) in groups {
        let is_alone = group.len() == 1;
        all.extend(group.into_iter().map(|(full, content)| {
            let name = if is_alone { bare.clone() } else { full };
            (name, content)
        }));
    }
    all
}

/// The name of what is at `pointer`, as the document spells it.
fn last(pointer: &str) -> String {
    unescape(pointer.rsplit('/').next().unwrap_or_default())
}

/// Adds a change if something became required or optional.
pub(super) fn need<'a>(comparison: &mut Comparison<'a>, old: &Place<'a>, new: &Place<'a>) {
    let kind = match (old.is_set("required"), new.is_set("required")) {
        (false, true) => Kind::NowRequired,
        (true, false) => Kind::NowOptional,
        _ => return,
    };
    comparison.add(Found::new(kind, Some(&old.pointer), Some(&new.pointer)));
}

/// Whether a body that is there says that nothing is sent: one of no media type, which need not be sent.
fn sends_nothing(body: &Place<'_>) -> bool {
    let content = body.value.get("content").and_then(Value::as_object);
    content.is_some_and(serde_json::Map::is_empty) && !body.is_set("required")
}

/// Compares the request bodies of two versions of one operation.
pub(super) fn request<'a>(comparison: &mut Comparison<'a>, old: &Place<'a>, new: &Place<'a>) {
    let sent = |doc: &Doc<'a>, operation: &Place<'a>| {
        let body = operation.get("requestBody")?;
        let declared = doc.resolve(&body);
        (!sends_nothing(&declared)).then_some(body)
    };
    let bodies = (sent(&comparison.old, old), sent(&comparison.new, new));
    match bodies {
        (Some(old), Some(new)) => {
            let (was, is) = (comparison.old.resolve(&old), comparison.new.resolve(&new));
            let depth = comparison.enter((&old, &was), (&new, &is));
            body(comparison, &was, &is);
            comparison.leave(depth);
        }
        (None, Some(new)) => {
            let body = comparison.new.resolve(&new);
            let found = Found::new(Kind::RequestBodyAdded, None, Some(&new.pointer));
            comparison.add(found.required(body.is_set("required")));
        }
        (Some(old), None) => {
            let body = comparison.old.resolve(&old);
            let found = Found::new(Kind::RequestBodyRemoved, Some(&old.pointer), None);
            comparison.add(found.required(body.is_set("required")));
        }
        (None, None) => {}
    }
}

/// Compares two versions of one request body.
pub(super) fn body<'a>(comparison: &mut Comparison<'a>, old: &Place<'a>, new: &Place<'a>) {
    prose::compare(comparison, old, new);
    need(comparison, old, new);
    contents(comparison, old, new);
    const KNOWN: [&str; 3] = ["description", "required", "content"];
    rest(comparison, old, new, &KNOWN);
}

/// Compares the responses of two versions of one operation.
pub(super) fn responses<'a>(comparison: &mut Comparison<'a>, old: &Place<'a>, new: &Place<'a>) {
    let all = |doc: &Doc<'a>, operation: &Place<'a>| -> BTreeMap<String, (Place<'a>, Place<'a>)> {
        operation
            .entries("responses", true)
            .into_iter()
            .map(|(status, used)| {
                let declared = doc.resolve(&used);
                (status.to_uppercase(), (used, declared))
            })
            .collect()
    };
    let (old, new) = (all(&comparison.old, old), all(&comparison.new, new));
    for (status, (used, was)) in &old {
        match new.get(status) {
            Some((to, is)) => {
                let depth = comparison.enter((used, was), (to, is));
                response(comparison, was, is);
                comparison.leave(depth);
            }
            None => {
                let found = Found::new(Kind::ResponseRemoved, Some(&used.pointer), None);
                comparison.add(found.named(last(&used.pointer)));
            }
        }
    }
    for (status, (used, _)) in &new {
        if !old.contains_key(status) {
            let found = Found::new(Kind::ResponseAdded, None, Some(&used.pointer));
            comparison.add(found.named(last(&used.pointer)));
        }
    }
}

/// Compares two versions of one response.
pub(super) fn response<'a>(comparison: &mut Comparison<'a>, old: &Place<'a>, new: &Place<'a>) {
    prose::compare(comparison, old, new);
    contents(comparison, old, new);
    headers(comparison, old, new);
    const KNOWN: [&str; 5] = ["description", "summary", "content", "headers", "links"];
    rest(comparison, old, new, &KNOWN);
}

fn headers<'a>(comparison: &mut Comparison<'a>, old: &Place<'a>, new: &Place<'a>) {
    let all = |doc: &Doc<'a>, response: &Place<'a>| -> BTreeMap<String, (Place<'a>, Place<'a>)> {
        response
            .entries("headers", false)
            .into_iter()
            .map(|(name, used)| {
                let declared = doc.resolve(&used);
                (name.to_lowercase(), (used, declared))
            })
            .collect()
    };
    let (old, new) = (all(&comparison.old, old), all(&comparison.new, new));
    for (name, (used, was)) in &old {
        match new.get(name) {
            Some((to, is)) => {
                let depth = comparison.enter((used, was), (to, is));
                parameter(comparison, was, is);
                comparison.leave(depth);
            }
            None => {
                let found = Found::new(Kind::HeaderRemoved, Some(&used.pointer), None);
                comparison.add(found.named(last(&used.pointer)));
            }
        }
    }
    for (name, (used, _)) in &new {
        if !old.contains_key(name) {
            let found = Found::new(Kind::HeaderAdded, None, Some(&used.pointer));
            comparison.add(found.named(last(&used.pointer)));
        }
    }
}

/// Compares what two bodies hold, by media type.
fn contents<'a>(comparison: &mut Comparison<'a>, old: &Place<'a>, new: &Place<'a>) {
    let (was, is) = (media(old), media(new));
    for (name, content) in &was {
        match is.get(name) {
            Some(other) => {
                let pair = (
                    body_schema(&comparison.old, name, content),
                    body_schema(&comparison.new, name, other),
                );
                let (from, to) = (pair.0.as_ref(), pair.1.as_ref());
                prose::compare_around(comparison, (content, from), (other, to));
                optional_schema(comparison, (content, pair.0), (other, pair.1));
                const KNOWN: [&str; 4] = ["schema", "example", "examples", "x-examples"];
                rest(comparison, content, other, &KNOWN);
            }
            None => {
                let found = Found::new(Kind::MediaTypeRemoved, Some(&content.pointer), None);
                comparison.add(found.named(last(&content.pointer)));
            }
        }
    }
    for (name, content) in &is {
        if !was.contains_key(name) {
            let found = Found::new(Kind::MediaTypeAdded, None, Some(&content.pointer));
            comparison.add(found.named(last(&content.pointer)));
        }
    }
}

/// The schema of a body. Bytes have none in 3.1, and are a binary string in 3.0.
fn body_schema<'a>(doc: &Doc<'a>, media: &str, content: &Place<'a>) -> Option<Place<'a>> {
    let schema = content.get("schema")?;
    let view = doc.view(&schema);
    let is_text = media.contains("json") || media.starts_with("text/") || media.contains("form");
    let is_binary = view
        .format
        .as_ref()
        .is_some_and(|(name, _)| *name == "binary");
    // The newer version may repeat which bytes they are.
    let repeats = view.keywords.get("contentMediaType");
    let is_bytes = is_binary || repeats.is_some_and(|repeats| repeats.value == media);
    (is_text || !is_bytes).then_some(schema)
}

/// Compares two schemas of which either may be missing; then anything goes.
pub(super) fn optional_schema<'a>(
    comparison: &mut Comparison<'a>,
    (old, was): (&Place<'a>, Option<Place<'a>>),
    (new, is): (&Place<'a>, Option<Place<'a>>),
) {
    if was.is_none() && is.is_none() {
        return;
    }
    let any = |holder: &Place<'a>| Place::new(holder.pointer.clone(), &ANY);
    let was = was.unwrap_or_else(|| any(old));
    let is = is.unwrap_or_else(|| any(new));
    comparison.schema(&was, &is);
}
