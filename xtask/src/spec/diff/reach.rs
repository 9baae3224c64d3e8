//! Which operations reach a place, and which way.
//!
//! A place in a shared component is reached by every operation that refers to it, directly or
//! through others; it is sent, answered or both.

use std::collections::{BTreeMap, BTreeSet};

use super::change::Direction;
use super::document::{Doc, tokens};
use crate::document::pointer;
use crate::steps::walk::{self, METHODS};

/// A component: its section and its name.
type Component = (String, String);

/// Operations, and which way each of them reaches a place.
pub(super) type Ways = BTreeMap<String, Direction>;

/// Who reaches what in one document.
#[derive(Debug, Default)]
pub(super) struct Reach {
    components: BTreeMap<Component, Ways>,
    /// The operations of each path item, by its pointer: those of every path that refers to it, each
    /// with its method.
    items: BTreeMap<String, BTreeSet<(&'static str, String)>>,
}

impl Reach {
    /// Follows every operation of `doc`.
    pub(super) fn of(doc: &Doc<'_>) -> Self {
        let mut reach = Self::default();
        let mut known = BTreeMap::new();
        for operation in doc.operations() {
            let label = operation.name();
            let own = pointer::join("#/paths", operation.path);
            for item in BTreeSet::from([own, operation.item.pointer.clone()]) {
                let of_item = reach.items.entry(item).or_default();
                of_item.insert((operation.method, label.clone()));
            }
            let parts = [
                (operation.item.get("parameters"), Direction::REQUEST),
                (operation.place.get("parameters"), Direction::REQUEST),
                (operation.place.get("requestBody"), Direction::REQUEST),
                (operation.place.get("responses"), Direction::RESPONSE),
            ];
            for (part, direction) in parts {
                let Some(part) = part else {
                    continue;
                };
                let mut open = references(part.value);
                let mut seen = BTreeSet::new();
                while let Some(component) = open.pop() {
                    if !seen.insert(component.clone()) {
                        continue;
                    }
                    let ways = reach.components.entry(component.clone()).or_default();
                    let way = ways.entry(label.clone()).or_default();
                    *way = way.or(direction);
                    let further = known
                        .entry(component)
                        .or_insert_with_key(|(section, name)| {
                            let at = pointer::join(&format!("#/components/{section}"), name);
                            doc.at(&at)
                                .map(|place| references(place.value))
                                .unwrap_or_default()
                        });
                    open.extend(further.iter().cloned());
                }
            }
        }
        reach
    }

    /// Which way the place at `pointer` goes whoever uses it, and the operations that reach it.
    pub(super) fn at(&self, pointer: &str) -> (Direction, Ways) {
        let tokens = tokens(pointer);
        let tokens: Vec<&str> = tokens.iter().map(String::as_str).collect();
        match tokens.as_slice() {
            ["paths", path, rest @ ..] => self.item(&pointer::join("#/paths", path), rest),
            ["components", "pathItems", name, rest @ ..] => {
                self.item(&pointer::join("#/components/pathItems", name), rest)
            }
            ["components", section, name, ..] => {
                let key = ((*section).to_owned(), (*name).to_owned());
                let ways = self.components.get(&key).cloned().unwrap_or_default();
                let own = match *section {
                    "parameters" | "requestBodies" => Direction::REQUEST,
                    "responses" | "headers" => Direction::RESPONSE,
                    _ => Direction::default(),
                };
                (own, ways)
            }
            _ => (Direction::default(), Ways::new()),
        }
    }

    /// The same for a place in the path item at `item`, `rest` further in.
    fn item(&self, item: &str, rest: &[&str]) -> (Direction, Ways) {
        let (method, part) = match rest {
            ["parameters", ..] => (None, Some("parameters")),
            [method, rest @ ..] => (Some(*method), rest.first().copied()),
            [] => (None, None),
        };
        let direction = match part {
            Some("parameters" | "requestBody") => Direction::REQUEST,
            Some("responses") => Direction::RESPONSE,
            _ => Direction::default(),
        };
        let is_method = |one: &str| METHODS.contains(&one);
        let asked = method.filter(|method| is_method(method));
        let operations = self.items.get(item).into_iter().flatten();
        let operations =
            operations.filter(|(method, _)| asked.is_none_or(|asked| asked == *method));
        let ways = operations
            .map(|(_, name)| (name.clone(), direction))
            .collect();
        (direction, ways)
    }
}

fn references(value: &serde_json::Value) -> Vec<Component> {
    let mut found = Vec::new();
    walk::references(value, &mut |reference| {
        let Some(target) = pointer::from_reference(reference) else {
            return;
        };
        // A reference may lead into a component.
        let tokens = tokens(&target);
        if let [first, section, name, ..] = tokens.as_slice()
            && first == "components"
        {
            found.push((section.clone(), name.clone()));
        }
    });
    found
}
