//! From a pointer to what it is about: `Order.legs[].qty`, `GET /v2/orders query limit`.

use serde_json::Value;

use super::change::Subject;
use super::document::{Doc, name, tokens};
use crate::document::pointer::join;
use crate::steps::walk::METHODS;

/// What the place at `pointer` is about.
pub(super) fn of(doc: &Doc<'_>, pointer: &str) -> Subject {
    let mut subject = Subject::default();
    let tokens = tokens(pointer);
    let tokens: Vec<&str> = tokens.iter().map(String::as_str).collect();
    match tokens.as_slice() {
        ["components", "schemas", schema, rest @ ..] => {
            subject.schema = Some((*schema).to_owned());
            subject.property = property(rest);
        }
        ["components", "pathItems", item, rest @ ..] => {
            subject.component = Some(format!("pathItems/{item}"));
            let base = join("#/components/pathItems", item);
            let (base, rest) = match rest {
                [method, rest @ ..] if METHODS.contains(method) => (join(&base, method), rest),
                _ => (base, rest),
            };
            if let ["parameters", index, ..] = rest {
                parameter(&mut subject, doc, &format!("{base}/parameters/{index}"));
            }
            content(&mut subject, rest);
        }
        ["components", section, component, rest @ ..] => {
            subject.component = Some(format!("{section}/{component}"));
            if *section == "parameters" {
                let at = join(&format!("#/components/{section}"), component);
                parameter(&mut subject, doc, &at);
            }
            content(&mut subject, rest);
        }
        ["paths", path, "parameters", index, rest @ ..] => {
            subject.operation = Some((*path).to_owned());
            let at = format!("{}/parameters/{index}", join("#/paths", path));
            parameter(&mut subject, doc, &at);
            content(&mut subject, rest);
        }
        ["paths", path, method, rest @ ..] if METHODS.contains(method) => {
            subject.operation = Some(name(method, path));
            if let ["parameters", index, ..] = rest {
                let at = format!("{}/{method}/parameters/{index}", join("#/paths", path));
                parameter(&mut subject, doc, &at);
            }
            content(&mut subject, rest);
        }
        ["paths", path, ..] => subject.operation = Some((*path).to_owned()),
        _ => {}
    }
    subject
}

/// Reads the parameter at `pointer`.
fn parameter(subject: &mut Subject, doc: &Doc<'_>, pointer: &str) {
    let Some(place) = doc.at(pointer) else {
        return;
    };
    let place = doc.resolve(&place);
    let text = |key| place.text(key).map(str::to_owned);
    subject.parameter = text("name");
    subject.location = text("in");
}

/// Reads the steps below an operation, a response or a parameter.
fn content(subject: &mut Subject, mut steps: &[&str]) {
    loop {
        steps = match steps {
            ["parameters", _, rest @ ..] => rest,
            ["responses", status, rest @ ..] => {
                subject.response = Some((*status).to_owned());
                rest
            }
            ["headers", header, rest @ ..] => {
                subject.header = Some((*header).to_owned());
                rest
            }
            ["content", media, rest @ ..] => {
                subject.media_type = Some((*media).to_owned());
                rest
            }
            ["schema", rest @ ..] => {
                subject.property = property(rest);
                return;
            }
            ["requestBody", rest @ ..] => rest,
            ["callbacks", _, _, _, rest @ ..] => rest,
            _ => return,
        };
    }
}

/// The way through a schema: `legs[].qty`.
fn property(steps: &[&str]) -> Option<String> {
    let mut way = String::new();
    let mut steps = steps;
    loop {
        steps = match steps {
            ["properties", name, rest @ ..] => {
                if !way.is_empty() {
                    way.push('.');
                }
                way.push_str(name);
                rest
            }
            ["items", rest @ ..] => {
                way.push_str("[]");
                rest
            }
            ["additionalProperties", rest @ ..] => {
                way.push_str("{}");
                rest
            }
            ["allOf" | "oneOf" | "anyOf", _, rest @ ..] => rest,
            ["$defs" | "definitions", name, rest @ ..] => {
                way.push_str(&format!("<{name}>"));
                rest
            }
            _ => break,
        };
    }
    (!way.is_empty()).then_some(way)
}

/// The subject in few words.
pub(super) fn label(subject: &Subject, pointer: &str) -> String {
    let mut words: Vec<String> = Vec::new();
    words.extend(subject.operation.clone());
    words.extend(subject.component.clone());
    if let Some(parameter) = &subject.parameter {
        words.extend(subject.location.clone());
        words.push(parameter.clone());
    }
    if pointer.contains("/requestBody") {
        words.push("request body".to_owned());
    }
    words.extend(
        subject
            .response
            .as_ref()
            .map(|code| format!("response {code}")),
    );
    words.extend(
        subject
            .header
            .as_ref()
            .map(|header| format!("header {header}")),
    );
    if let Some(media) = subject
        .media_type
        .as_ref()
        .filter(|media| *media != "application/json")
    {
        words.push(media.clone());
    }
    match (&subject.schema, &subject.property) {
        (Some(schema), Some(property)) if property.starts_with(['[', '{', '<']) => {
            words.push(format!("{schema}{property}"));
        }
        (Some(schema), Some(property)) => words.push(format!("{schema}.{property}")),
        (Some(schema), None) => words.push(schema.clone()),
        (None, Some(property)) => words.push(property.clone()),
        (None, None) => {}
    }
    if words.is_empty() {
        let way = pointer.trim_start_matches("#/");
        return if way.is_empty() || way == "#" {
            "document".to_owned()
        } else {
            way.to_owned()
        };
    }
    let words = words.join(" ");
    words.replace(|letter: char| letter.is_control(), " ")
}

/// A value on one line, not too long.
pub(super) fn shown(value: &Value) -> String {
    const LONGEST: usize = 100;
    let text = value
        .as_str()
        .map_or_else(|| value.to_string(), str::to_owned);
    let mut shown: String = text
        .chars()
        .map(|letter| match letter {
            // Backticks are what our own words put around names.
            '`' => '\'',
            letter if letter.is_control() => ' ',
            letter => letter,
        })
        .take(LONGEST)
        .collect();
    if text.chars().nth(LONGEST).is_some() {
        shown.push('…');
    }
    shown
}
