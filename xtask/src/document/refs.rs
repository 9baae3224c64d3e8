//! Every `$ref` stays inside the document, resolves, and leads somewhere.
//!
//! The walk knows where `$ref` is a keyword and where it is data. Below `example`, `examples`,
//! `default`, `enum`, `const` and `x-` extensions everything is data; and a map of names, such as
//! `properties` or `headers`, may use any of these words as a name.
//!
//! A schema may contain itself through `properties`, `items` and the like: there is always a finite
//! instance. A `$ref` that leads back to itself through nothing but other `$ref`s and
//! `allOf`/`anyOf`/`oneOf`/`not` describes nothing, and sends later steps into a loop.

use std::collections::HashMap;

use serde_json::Value;

use super::{
    MAX_DEPTH, MAX_KEY, kind,
    pointer::{self, Step, from_steps},
    shown, too_deep,
};
use crate::fault::Fault;

/// Most `$ref`s that are followed from one place to the object itself.
const MAX_HOPS: usize = 32;

/// Checks every `$ref` of the document; the first `most` faults in the order of the walk.
pub(super) fn faults(file: &str, root: &Value, most: usize) -> Vec<Fault> {
    let mut walk = Walk {
        file,
        root,
        path: Vec::new(),
        known: HashMap::new(),
        faults: Vec::new(),
        most,
    };
    walk.visit(root, Place::Root);
    walk.faults
}

/// Follows the `$ref`s of `value`, if it is one, to the object itself, and returns that with its
/// pointer.
pub(super) fn resolve<'a>(
    file: &str,
    root: &'a Value,
    pointer: String,
    value: &'a Value,
) -> Result<(String, &'a Value), Fault> {
    let mut found = (pointer, value);
    for _ in 0..MAX_HOPS {
        let Some(reference) = found.1.get("$ref") else {
            return Ok(found);
        };
        let (target, value) = target(root, reference)
            .map_err(|message| Fault::new(file, pointer::join(&found.0, "$ref"), message))?;
        found = (target, value);
    }
    Err(Fault::new(
        file,
        found.0,
        format!("lies at the end of more than {MAX_HOPS} `$ref`s"),
    ))
}

/// The pointer and the value that a `$ref` names, or why it names none.
fn target<'a>(root: &'a Value, reference: &Value) -> Result<(String, &'a Value), String> {
    let Some(text) = reference.as_str() else {
        return Err(format!(
            "a `$ref` must be a string, not {}",
            kind(reference)
        ));
    };
    let shown = shown(text);
    if text.len() > MAX_KEY {
        return Err(format!("the `$ref` {shown} is longer than {MAX_KEY} bytes"));
    }
    if !text.starts_with('#') {
        let place = if text.contains("://") {
            "a URL"
        } else {
            "another file"
        };
        return Err(format!(
            "the `$ref` {shown} points to {place}; bundle the document into a single file first, \
             for example with `redocly bundle`"
        ));
    }
    if !text.starts_with("#/") {
        return Err(format!(
            "the `$ref` {shown} is not a JSON pointer; write the target as `#/components/…`"
        ));
    }
    let Some(pointer) = pointer::from_reference(text) else {
        return Err(format!("the `$ref` {shown} has broken percent-encoding"));
    };
    match pointer::get(root, &pointer) {
        Some(value) => Ok((pointer, value)),
        None => Err(format!(
            "the `$ref` {shown} points to nothing in this document"
        )),
    }
}

/// What the keys of an object mean.
#[derive(Clone, Copy)]
enum Place {
    /// The document itself.
    Root,
    /// `components`: each key is a kind, each value a map of names.
    Components,
    /// Keys are names or codes, values are objects of the specification.
    Names {
        /// Whether `x-` keys are extensions here and not names.
        extensible: bool,
    },
    /// Keys are words of the specification.
    Words,
}

impl Place {
    /// What lies below `key`; `None` for data, which is not walked.
    fn below(self, key: &str) -> Option<Self> {
        const NAMES: Place = Place::Names { extensible: false };
        const EXTENSIBLE: Place = Place::Names { extensible: true };
        let extension = key.starts_with("x-");
        match (self, key) {
            (Self::Names { extensible }, _) => (!(extensible && extension)).then_some(Self::Words),
            (_, _) if extension => None,
            (Self::Components, "examples") => None,
            (Self::Components, _) => Some(NAMES),
            (Self::Root, "components") => Some(Self::Components),
            (Self::Root, "paths") => Some(EXTENSIBLE),
            (Self::Root, "webhooks") => Some(NAMES),
            (_, "example" | "examples" | "default" | "enum" | "const" | "discriminator") => None,
            (_, "responses") => Some(EXTENSIBLE),
            (
                _,
                "properties" | "patternProperties" | "dependentSchemas" | "dependentRequired"
                | "$defs" | "definitions" | "headers" | "content" | "encoding" | "links"
                | "callbacks" | "parameters" | "variables" | "scopes",
            ) => Some(NAMES),
            _ => Some(Self::Words),
        }
    }
}

struct Walk<'a> {
    file: &'a str,
    root: &'a Value,
    path: Vec<Step<'a>>,
    /// The nodes that the search for cycles has seen, by address.
    known: HashMap<usize, Mark>,
    faults: Vec<Fault>,
    /// With so many faults the walk ends.
    most: usize,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Mark {
    /// On the way that is being followed.
    Open,
    /// Followed to all its ends, no cycle.
    Done,
}

impl<'a> Walk<'a> {
    fn visit(&mut self, value: &'a Value, place: Place) {
        if self.path.len() > MAX_DEPTH {
            let fault = Fault::new(self.file, self.pointer(), too_deep());
            return self.faults.push(fault);
        }
        match value {
            Value::Object(entries) => {
                let keyword = !matches!(place, Place::Names { .. });
                for (key, child) in entries {
                    if self.faults.len() >= self.most {
                        return;
                    }
                    self.path.push(Step::Key(key));
                    if keyword && key == "$ref" {
                        let checked = self.reference(value, child);
                        self.faults.extend(checked.err());
                    } else if let Some(below) = place.below(key) {
                        self.visit(child, below);
                    }
                    self.path.pop();
                }
            }
            Value::Array(items) => {
                for (index, item) in items.iter().enumerate() {
                    if self.faults.len() >= self.most {
                        return;
                    }
                    self.path.push(Step::Index(index));
                    self.visit(item, Place::Words);
                    self.path.pop();
                }
            }
            _ => {}
        }
    }

    fn pointer(&self) -> String {
        from_steps(self.path.iter().map(|step| match step {
            Step::Key(key) => Step::Key(key),
            Step::Index(index) => Step::Index(*index),
        }))
    }

    /// Checks one `$ref`, that of the object `holder`.
    fn reference(&mut self, holder: &'a Value, reference: &'a Value) -> Result<(), Fault> {
        target(self.root, reference)
            .map_err(|message| Fault::new(self.file, self.pointer(), message))?;
        let Some(members) = self.cycle(holder) else {
            return Ok(());
        };
        let Some(first) = members.first() else {
            return Ok(());
        };
        let mut names: Vec<String> = members.iter().take(8).map(|name| shown(name)).collect();
        if members.len() > names.len() {
            names.push("…".to_owned());
        }
        names.push(shown(first));
        Err(Fault::new(
            self.file,
            pointer::from_reference(first).unwrap_or_else(|| self.pointer()),
            format!(
                "leads only back to itself: {}; a schema may contain itself only through \
                 `properties`, `items` or `additionalProperties`",
                names.join(" -> ")
            ),
        ))
    }

    /// The `$ref`s of a cycle that can be reached from `start`, in order.
    ///
    /// A depth-first search with a stack of its own, for a chain may be as long as the document.
    /// Every node is followed once in the whole walk.
    fn cycle(&mut self, start: &'a Value) -> Option<Vec<&'a str>> {
        if self.known.contains_key(&address(start)) {
            return None;
        }
        self.known.insert(address(start), Mark::Open);
        let mut way = vec![Follow {
            node: start,
            by: None,
            left: steps(self.root, start),
        }];
        while let Some(last) = way.last_mut() {
            let Some((by, next)) = last.left.pop() else {
                self.known.insert(address(last.node), Mark::Done);
                way.pop();
                continue;
            };
            match self.known.get(&address(next)) {
                Some(Mark::Done) => {}
                Some(Mark::Open) => {
                    let inside = way
                        .iter()
                        .skip_while(|follow| !std::ptr::eq(follow.node, next));
                    let members = inside.skip(1).map(|follow| follow.by).chain([by]);
                    let mut members: Vec<_> = members.flatten().collect();
                    // The last step closes the circle, so the name it carries comes first.
                    if let Some(last) = members.pop() {
                        members.insert(0, last);
                    }
                    // The circle is told once; whoever comes this way later is not in it again.
                    for follow in &way {
                        self.known.insert(address(follow.node), Mark::Done);
                    }
                    return Some(members);
                }
                None => {
                    self.known.insert(address(next), Mark::Open);
                    way.push(Follow {
                        node: next,
                        by,
                        left: steps(self.root, next),
                    });
                }
            }
        }
        None
    }
}

/// A node on the way of the search.
struct Follow<'a> {
    node: &'a Value,
    /// The `$ref` that led here; `None` from inside the node before.
    by: Option<&'a str>,
    /// Steps not yet taken, last first.
    left: Vec<(Option<&'a str>, &'a Value)>,
}

/// Where `node` leads without going through a property or an item.
fn steps<'a>(root: &'a Value, node: &'a Value) -> Vec<(Option<&'a str>, &'a Value)> {
    let mut steps = Vec::new();
    let Value::Object(entries) = node else {
        return steps;
    };
    for word in ["allOf", "anyOf", "oneOf"] {
        if let Some(Value::Array(parts)) = entries.get(word) {
            steps.extend(parts.iter().map(|part| (None, part)));
        }
    }
    steps.extend(entries.get("not").map(|part| (None, part)));
    if let Some(reference) = entries.get("$ref") {
        // One that does not resolve is reported where the walk comes to it.
        if let Ok((_, target)) = target(root, reference) {
            steps.push((reference.as_str(), target));
        }
    }
    steps
}

/// What tells two equal values of the document apart.
fn address(value: &Value) -> usize {
    std::ptr::from_ref(value).addr()
}
