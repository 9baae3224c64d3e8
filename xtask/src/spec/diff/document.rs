//! A document as the comparison sees it: places, and where a `$ref` leads.
//!
//! A place is a value together with its JSON pointer. The pointer of something that is reached
//! through a `$ref` is the pointer of where it is declared, so that a shared part has one pointer
//! for all its uses, and a change in it is found once.

use std::path::Path;

use serde_json::{Map, Value};

use crate::document::{self, Document, pointer};
use crate::fault::Fault;
use crate::steps::walk::METHODS;

/// Longer chains of `$ref`s are not followed to their end.
const MAX_HOPS: usize = 32;

/// Where named schemas stand.
pub(super) const SCHEMAS: &str = "#/components/schemas/";

/// Reads a document that can be compared.
///
/// It may have faults that the pipeline refuses, such as an operation without an id: they are no
/// obstacle to a comparison, and a document with a fault is one of which people want to know what
/// changed. A `$ref` that leads nowhere is compared as it is written.
///
/// # Errors
///
/// The first fault: an unreadable file, no OpenAPI 3.0 or 3.1, no paths.
pub(super) fn read(path: &Path) -> Result<Document, Fault> {
    let document = document::read(path)?;
    document::comparable(&document)?;
    Ok(document)
}

/// A value and where it is.
#[derive(Clone, Debug)]
pub(super) struct Place<'a> {
    /// The JSON pointer, `#` for the document.
    pub(super) pointer: String,
    /// What is there.
    pub(super) value: &'a Value,
    /// The same thing declared elsewhere as well, where all declarations hold at once: a property of several
    /// parts of an `allOf`.
    pub(super) also: Vec<Place<'a>>,
}

impl<'a> Place<'a> {
    pub(super) fn new(pointer: impl Into<String>, value: &'a Value) -> Self {
        Self {
            pointer: pointer.into(),
            value,
            also: Vec::new(),
        }
    }

    /// The place one step inwards, if there is something.
    pub(super) fn get(&self, key: &str) -> Option<Self> {
        let value = self.value.get(key)?;
        Some(Self::new(pointer::join(&self.pointer, key), value))
    }

    /// The items of a list one step inwards.
    pub(super) fn list(&self, key: &str) -> Vec<Self> {
        let Some(list) = self.get(key) else {
            return Vec::new();
        };
        let items = list.value.as_array();
        items
            .into_iter()
            .flatten()
            .enumerate()
            .map(|(index, item)| Self::new(format!("{}/{index}", list.pointer), item))
            .collect()
    }

    /// The entries of an object one step inwards, extensions left out if `extensible`.
    pub(super) fn entries(&self, key: &str, extensible: bool) -> Vec<(&'a str, Self)> {
        let holder = self.get(key);
        holder.map_or_else(Vec::new, |holder| holder.inner(extensible))
    }

    /// The entries of the object here, extensions left out if `extensible`.
    pub(super) fn inner(&self, extensible: bool) -> Vec<(&'a str, Self)> {
        let object = self.value.as_object();
        object
            .into_iter()
            .flat_map(Map::iter)
            .filter(|(name, _)| !(extensible && name.starts_with("x-")))
            .map(|(name, value)| {
                let place = Self::new(pointer::join(&self.pointer, name), value);
                (name.as_str(), place)
            })
            .collect()
    }

    /// The text under `key`.
    pub(super) fn text(&self, key: &str) -> Option<&'a str> {
        self.value.get(key).and_then(Value::as_str)
    }

    /// Whether the flag `key` is set.
    pub(super) fn is_set(&self, key: &str) -> bool {
        self.value.get(key) == Some(&Value::Bool(true))
    }
}

/// One operation.
#[derive(Clone, Debug)]
pub(super) struct Operation<'a> {
    /// In lower case.
    pub(super) method: &'static str,
    pub(super) path: &'a str,
    /// The path item around it.
    pub(super) item: Place<'a>,
    pub(super) place: Place<'a>,
}

impl Operation<'_> {
    /// `GET /v2/orders`.
    pub(super) fn name(&self) -> String {
        name(self.method, self.path)
    }

    pub(super) fn id(&self) -> Option<&str> {
        self.place.text("operationId")
    }
}

/// `GET /v2/orders`.
pub(super) fn name(method: &str, path: &str) -> String {
    format!("{} {path}", method.to_ascii_uppercase())
}

/// A document, by reference.
#[derive(Clone, Copy, Debug)]
pub(super) struct Doc<'a> {
    pub(super) root: &'a Value,
}

impl<'a> Doc<'a> {
    pub(super) fn new(root: &'a Value) -> Self {
        Self { root }
    }

    pub(super) fn top(&self) -> Place<'a> {
        Place::new("#", self.root)
    }

    /// What is at `pointer`.
    pub(super) fn at(&self, pointer: &str) -> Option<Place<'a>> {
        Some(Place::new(pointer, pointer::get(self.root, pointer)?))
    }

    /// One `$ref` further; `None` where there is none, or it leads nowhere.
    pub(super) fn step(&self, place: &Place<'a>) -> Option<Place<'a>> {
        self.at(&pointer::from_reference(place.text("$ref")?)?)
    }

    /// The place at the end of all `$ref`s.
    pub(super) fn resolve(&self, place: &Place<'a>) -> Place<'a> {
        let mut place = place.clone();
        for _ in 0..MAX_HOPS {
            match self.step(&place) {
                Some(next) => place = next,
                None => break,
            }
        }
        place
    }

    /// The operations, by path and then by method.
    pub(super) fn operations(&self) -> Vec<Operation<'a>> {
        let mut all = Vec::new();
        for (path, item) in self.top().entries("paths", true) {
            let item = self.resolve(&item);
            for method in METHODS {
                if let Some(place) = item.get(method).filter(|place| place.value.is_object()) {
                    all.push(Operation {
                        method,
                        path,
                        item: item.clone(),
                        place,
                    });
                }
            }
        }
        all
    }

    /// The entries of one section of the components.
    pub(super) fn components(&self, section: &str) -> Vec<(&'a str, Place<'a>)> {
        self.top()
            .get("components")
            .map(|components| components.entries(section, false))
            .unwrap_or_default()
    }
}

/// The name of a schema, if the pointer is exactly that of a named one.
pub(super) fn schema_name(pointer: &str) -> Option<String> {
    let token = pointer.strip_prefix(SCHEMAS)?;
    (!token.contains('/')).then(|| unescape(token))
}

/// One token of a pointer as it was before it was escaped.
pub(super) fn unescape(token: &str) -> String {
    token.replace("~1", "/").replace("~0", "~")
}

/// The tokens of a pointer.
pub(super) fn tokens(pointer: &str) -> Vec<String> {
    pointer.split('/').skip(1).map(unescape).collect()
}

/// Text that is equal for two values exactly if they are the same JSON: the order of keys does not
/// count, and `1.0` is `1`.
pub(super) fn canonical(value: &Value) -> String {
    match value {
        Value::Number(number) => match number.as_f64() {
            // Beyond that a float no longer tells integers apart.
            Some(float) if float.abs() < 9e15 && float.fract() == 0.0 => format!("{float:.0}"),
            Some(float) if number.is_f64() => format!("{float}"),
            _ => number.to_string(),
        },
        Value::Array(list) => {
            let items: Vec<String> = list.iter().map(canonical).collect();
            format!("[{}]", items.join(","))
        }
        Value::Object(object) => {
            let mut entries: Vec<String> = object
                .iter()
                .map(|(key, value)| format!("{key:?}:{}", canonical(value)))
                .collect();
            entries.sort_unstable();
            format!("{{{}}}", entries.join(","))
        }
        other => other.to_string(),
    }
}

/// Like [`canonical`], where the order of lists does not count either: a key to sort by.
pub(super) fn unordered(value: &Value) -> String {
    match value {
        Value::Array(list) => {
            let mut items: Vec<String> = list.iter().map(unordered).collect();
            items.sort_unstable();
            format!("[{}]", items.join(","))
        }
        Value::Object(object) => {
            let mut entries: Vec<String> = object
                .iter()
                .map(|(key, value)| format!("{key:?}:{}", unordered(value)))
                .collect();
            entries.sort_unstable();
            format!("{{{}}}", entries.join(","))
        }
        other => canonical(other),
    }
}
