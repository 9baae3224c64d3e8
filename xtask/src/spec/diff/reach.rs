//! Which operations reach a place, and which way.
//!
//! A place in a shared component is reached by every operation that refers to it, directly or
//! through others; it is sent, answered or both.

use std::collections::{BTreeMap, BTreeSet};

use super::change::Direction;
use super::document::{Doc, name, tokens};
use crate::document::pointer;
use crate::steps::walk;

/// A component: its section and its name.
type Component = (String, String);

/// Operations, and which way each of them reaches a place.
pub(super) type Ways = BTreeMap<String, Direction>;

/// Who reaches what in one document.
#[derive(Debug, Default)]
pub(super) struct Reach {
    components: BTreeMap<Component, Ways>,
    /// The operations of each path.
    paths: BTreeMap<String, BTreeSet<String>>,
}

impl Reach {
    /// Follows every operation of `doc`.
    pub(super) fn of(doc: &Doc<'_>) -> Self {
        let mut reach = Self::default();
        let mut known = BTreeMap::new();
        for operation in doc.operations() {
            let label = operation.name();
            let of_path = reach.paths.entry(operation.path.to_owned()).or_default();
            of_path.insert(label.clone());
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
        let mut tokens = tokens.iter().map(String::as_str);
        match (tokens.next(), tokens.next(), tokens.next(), tokens.next()) {
            (Some("components"), Some(section), Some(name), _) => {
                let key = (section.to_owned(), name.to_owned());
                let ways = self.components.get(&key).cloned().unwrap_or_default();
                let own = match section {
                    "parameters" | "requestBodies" => Direction::REQUEST,
                    "responses" | "headers" => Direction::RESPONSE,
                    _ => Direction::default(),
                };
                (own, ways)
            }
            (Some("paths"), Some(path), None, _) => {
                (Direction::default(), self.all(path, Direction::default()))
            }
            (Some("paths"), Some(path), Some("parameters"), _) => {
                (Direction::REQUEST, self.all(path, Direction::REQUEST))
            }
            (Some("paths"), Some(path), Some(method), part) => {
                let direction = match part {
                    Some("parameters" | "requestBody") => Direction::REQUEST,
                    Some("responses") => Direction::RESPONSE,
                    _ => Direction::default(),
                };
                (direction, Ways::from([(name(method, path), direction)]))
            }
            _ => (Direction::default(), Ways::new()),
        }
    }

    /// The operations of a path.
    fn all(&self, path: &str, way: Direction) -> Ways {
        let operations = self.paths.get(path).into_iter().flatten();
        operations.map(|name| (name.clone(), way)).collect()
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
