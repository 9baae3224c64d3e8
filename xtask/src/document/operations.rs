//! Rules of one operation: its id, its parameters, its body and its responses.
//!
//! They are the limits of the generator (progenitor refuses or, worse, panics on what lies beyond
//! them), told in terms of the document, with the way out.

use std::collections::{HashMap, HashSet};

use serde_json::{Map, Value};

use super::{kind, pointer::join, refs, shown};
use crate::fault::Fault;

/// The keys of a path item that are operations.
const METHODS: [&str; 8] = [
    "get", "put", "post", "delete", "options", "head", "patch", "trace",
];

/// The media types of which the generator can send a body.
const SENDABLE: [&str; 4] = [
    "application/json",
    "application/x-www-form-urlencoded",
    "text/plain",
    "application/octet-stream",
];

/// The check of all operations of a document, path by path.
pub(super) struct Operations<'a> {
    file: &'a str,
    root: &'a Value,
    /// Every operationId so far, with the method and the path of its operation.
    ids: HashMap<&'a str, (&'a str, &'a str)>,
}

/// What the rules need to know of a parameter.
struct Parameter<'a> {
    name: &'a str,
    place: &'a str,
}

impl<'a> Operations<'a> {
    pub(super) fn new(file: &'a str, root: &'a Value) -> Self {
        Self {
            file,
            root,
            ids: HashMap::new(),
        }
    }

    fn fault<T>(&self, pointer: impl Into<String>, message: impl Into<String>) -> Result<T, Fault> {
        Err(Fault::new(self.file, pointer, message))
    }

    /// Checks the path item at `pointer`, whose template holds `names`: its own first fault, or that of
    /// each of its operations.
    pub(super) fn check(
        &mut self,
        pointer: &str,
        path: &'a str,
        names: &[&str],
        item: &'a Value,
        faults: &mut Vec<Fault>,
    ) {
        let (entries, shared) = match self.item(pointer, names, item) {
            Ok(found) => found,
            Err(fault) => return faults.push(fault),
        };
        for (method, operation) in entries {
            let pointer = join(pointer, method);
            let checked = if METHODS.contains(&method.as_str()) {
                self.operation(&pointer, (method, path), operation)
                    .and_then(|()| self.templated(&pointer, names, &shared, operation))
                    .and_then(|()| self.body(&pointer, operation))
                    .and_then(|()| self.responses(&pointer, operation))
            } else if METHODS.contains(&method.to_lowercase().as_str()) {
                let message = format!(
                    "the method {} must be written in lower case, or the operation is lost",
                    shown(method)
                );
                self.fault(pointer, message)
            } else {
                Ok(())
            };
            faults.extend(checked.err());
        }
    }

    /// What stands in a path item, and the parameters that its operations share.
    fn item(
        &self,
        pointer: &str,
        names: &[&str],
        item: &'a Value,
    ) -> Result<(&'a Map<String, Value>, Vec<Parameter<'a>>), Fault> {
        let Value::Object(entries) = item else {
            return self.fault(pointer, format!("must be an object, not {}", kind(item)));
        };
        if entries.contains_key("$ref") {
            let message = "a path item must not be a `$ref`; write the path item out in its place";
            return self.fault(join(pointer, "$ref"), message);
        }
        let shared = match entries.get("parameters") {
            Some(list) => self.parameters(join(pointer, "parameters"), names, list)?,
            None => Vec::new(),
        };
        Ok((entries, shared))
    }

    /// The operation is an object with an id of its own.
    fn operation(
        &mut self,
        pointer: &str,
        (method, path): (&'a str, &'a str),
        operation: &'a Value,
    ) -> Result<(), Fault> {
        if !operation.is_object() {
            return self.fault(
                pointer,
                format!("must be an object, not {}", kind(operation)),
            );
        }
        let id = match operation.get("operationId") {
            Some(Value::String(id)) if !id.trim().is_empty() => id.as_str(),
            Some(Value::String(_)) => {
                return self.fault(
                    join(pointer, "operationId"),
                    "the operationId is empty; give the operation an id of its own",
                );
            }
            Some(other) => {
                let message = format!("the operationId must be a string, not {}", kind(other));
                return self.fault(join(pointer, "operationId"), message);
            }
            None => {
                let message = "the operation has no operationId; give it an id of its own";
                return self.fault(pointer, message);
            }
        };
        let (other_method, other_path) = *self.ids.entry(id).or_insert((method, path));
        if (other_method, other_path) != (method, path) {
            let message = format!(
                "the operationId {} belongs to two operations, {} and {}; give each its own",
                shown(id),
                shown(&format!("{} {other_path}", other_method.to_uppercase())),
                shown(&format!("{} {path}", method.to_uppercase())),
            );
            return self.fault(join(pointer, "operationId"), message);
        }
        Ok(())
    }

    /// The operation's parameters, together with those of its path, match the path.
    fn templated(
        &self,
        pointer: &str,
        names: &[&str],
        shared: &[Parameter<'_>],
        operation: &'a Value,
    ) -> Result<(), Fault> {
        let own = match operation.get("parameters") {
            Some(list) => self.parameters(join(pointer, "parameters"), names, list)?,
            None => Vec::new(),
        };
        let declared: HashSet<&str> = own
            .iter()
            .chain(shared)
            .filter(|parameter| parameter.place == "path")
            .map(|parameter| parameter.name)
            .collect();
        match names.iter().find(|name| !declared.contains(**name)) {
            Some(name) => {
                let message = format!(
                    "{} stands in the path, but no parameter with `in: path` declares it",
                    shown(name)
                );
                self.fault(pointer, message)
            }
            None => Ok(()),
        }
    }

    /// One list of parameters, each entry followed to its definition.
    fn parameters(
        &self,
        pointer: String,
        names: &[&str],
        list: &'a Value,
    ) -> Result<Vec<Parameter<'a>>, Fault> {
        let Value::Array(entries) = list else {
            return self.fault(pointer, format!("must be an array, not {}", kind(list)));
        };
        let mut parameters = Vec::new();
        let mut seen = HashSet::new();
        for (index, entry) in entries.iter().enumerate() {
            let entry_pointer = join(&pointer, &index.to_string());
            let (at, definition) =
                refs::resolve(self.file, self.root, entry_pointer.clone(), entry)?;
            let (name, place) = self.parameter(&at, definition)?;
            // Names of headers are the same in any case; other names are not.
            let same = if place == "header" {
                name.to_lowercase()
            } else {
                name.to_owned()
            };
            if !seen.insert((same, place)) {
                let message = format!("the {place} parameter {} is declared twice", shown(name));
                return self.fault(entry_pointer, message);
            }
            if place == "path" && !names.contains(&name) {
                let message = format!(
                    "the path has no `{{…}}` for the path parameter {}; add it or remove the \
                     parameter",
                    shown(name)
                );
                return self.fault(entry_pointer, message);
            }
            parameters.push(Parameter { name, place });
        }
        Ok(parameters)
    }

    /// The definition of one parameter: its name and its place.
    fn parameter(&self, pointer: &str, value: &'a Value) -> Result<(&'a str, &'a str), Fault> {
        if !value.is_object() {
            let message = format!("a parameter must be an object, not {}", kind(value));
            return self.fault(pointer, message);
        }
        let Some(name) = value
            .get("name")
            .and_then(Value::as_str)
            .filter(|it| !it.is_empty())
        else {
            return self.fault(
                pointer,
                "a parameter must have a `name`, a string that is not empty",
            );
        };
        let parameter = format!("the parameter {}", shown(name));
        let (place, style) = match value.get("in").and_then(Value::as_str) {
            Some(place @ ("path" | "header")) => (place, "simple"),
            Some("query") => ("query", "form"),
            Some("cookie") => {
                return self.fault(
                    join(pointer, "in"),
                    format!("{parameter} is a cookie, which cannot be sent; remove it"),
                );
            }
            _ => {
                let message = format!("{parameter} must have `in` as path, query or header");
                return self.fault(pointer, message);
            }
        };
        if value.get("content").is_some() {
            let message = format!(
                "{parameter} is described by `content`, which cannot be sent; describe it by \
                 `schema`"
            );
            return self.fault(join(pointer, "content"), message);
        }
        match value.get("schema") {
            Some(Value::Object(_) | Value::Bool(_)) => {}
            Some(other) => {
                let message = format!("a schema must be an object, not {}", kind(other));
                return self.fault(join(pointer, "schema"), message);
            }
            None => return self.fault(pointer, format!("{parameter} has no `schema`")),
        }
        if let Some(found) = value.get("style")
            && found.as_str() != Some(style)
        {
            let message = format!(
                "{parameter} has the style {}, but a {place} parameter can only be sent as \
                 `{style}`; change the style or declare the parameter as a plain string",
                shown(found.as_str().unwrap_or(kind(found)))
            );
            return self.fault(join(pointer, "style"), message);
        }
        if place == "path" && value.get("required") != Some(&Value::Bool(true)) {
            let message = format!("{parameter} is part of the path; declare it `required: true`");
            return self.fault(pointer, message);
        }
        Ok((name, place))
    }

    /// The body, if there is one, can be sent in exactly one way.
    fn body(&self, pointer: &str, operation: &'a Value) -> Result<(), Fault> {
        let Some(body) = operation.get("requestBody") else {
            return Ok(());
        };
        let (at, body) = refs::resolve(self.file, self.root, join(pointer, "requestBody"), body)?;
        let content = match body.get("content") {
            Some(Value::Object(content)) if !content.is_empty() => content,
            // Nothing is sent then, unless something must be.
            Some(Value::Object(_)) if body.get("required") != Some(&Value::Bool(true)) => {
                return Ok(());
            }
            Some(Value::Object(_)) => {
                let message =
                    "the body has no media type, and is required; add one or remove the body";
                return self.fault(join(&at, "content"), message);
            }
            Some(other) => {
                let message = format!("must be an object, not {}", kind(other));
                return self.fault(join(&at, "content"), message);
            }
            None => return self.fault(at, "a request body must be an object with `content`"),
        };
        let at = join(&at, "content");
        let mut sendable = Vec::new();
        for (media, value) in content {
            if !value.is_object() {
                let message = format!("must be an object, not {}", kind(value));
                return self.fault(join(&at, media), message);
            }
            if let Some(known) = SENDABLE.iter().find(|known| **known == essence(media)) {
                sendable.push(*known);
            }
        }
        if sendable.is_empty() {
            let found: Vec<String> = content.keys().take(8).map(|media| shown(media)).collect();
            let message = format!(
                "no body of these media types can be sent: {}; describe the body as one of {}",
                found.join(", "),
                SENDABLE.join(", ")
            );
            return self.fault(at, message);
        }
        if sendable.len() > 1 && !sendable.contains(&"application/json") {
            let message = format!(
                "the body can be sent in several ways, {}; keep one, or add application/json",
                sendable.join(", ")
            );
            return self.fault(at, message);
        }
        Ok(())
    }

    /// There are responses, under keys that mean something.
    fn responses(&self, pointer: &str, operation: &'a Value) -> Result<(), Fault> {
        let responses = match operation.get("responses") {
            Some(Value::Object(responses)) => responses,
            Some(other) => {
                let message = format!("must be an object, not {}", kind(other));
                return self.fault(join(pointer, "responses"), message);
            }
            None => return self.fault(pointer, "the operation has no `responses`"),
        };
        let pointer = join(pointer, "responses");
        let mut codes = responses
            .iter()
            .filter(|(code, _)| !code.starts_with("x-"))
            .peekable();
        if codes.peek().is_none() {
            return self.fault(pointer, "the operation has no response; add one");
        }
        for (code, response) in codes {
            let pointer = join(&pointer, code);
            if !is_code(code) {
                let message = format!(
                    "{} is no response code; write three digits, `1XX` to `5XX` or `default`",
                    shown(code)
                );
                return self.fault(pointer, message);
            }
            let (at, response) = refs::resolve(self.file, self.root, pointer, response)?;
            if !response.is_object() {
                let message = format!("a response must be an object, not {}", kind(response));
                return self.fault(at, message);
            }
        }
        Ok(())
    }
}

/// A media type without its parameters, in lower case.
fn essence(media: &str) -> String {
    media
        .split(';')
        .next()
        .unwrap_or_default()
        .trim()
        .to_lowercase()
}

/// Whether `key` of a responses object names a status, a class of them, or the rest.
fn is_code(key: &str) -> bool {
    match key.as_bytes() {
        [b'1'..=b'5', b'X', b'X'] => true,
        [b'1'..=b'5', tens, units] => tens.is_ascii_digit() && units.is_ascii_digit(),
        _ => key == "default",
    }
}
