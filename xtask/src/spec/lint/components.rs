//! Components that nothing leads to.

use std::collections::{HashMap, HashSet};

use serde_json::Value;

use super::Findings;
use super::sites::Sites;
use crate::document::pointer::{escape, from_reference};

/// The kinds of components that references lead to.
const KINDS: [&str; 9] = [
    "callbacks",
    "examples",
    "headers",
    "links",
    "parameters",
    "pathItems",
    "requestBodies",
    "responses",
    "schemas",
];

pub(super) fn find(root: &Value, sites: &Sites<'_>, findings: &mut Findings) {
    // What each component refers to; and, under no name, what everything else does.
    let mut leads: HashMap<Option<String>, Vec<String>> = HashMap::new();
    for reference in &sites.references {
        if let Some(target) = from_reference(reference.target)
            .as_deref()
            .and_then(component)
        {
            leads
                .entry(component(&reference.holder))
                .or_default()
                .push(target);
        }
    }
    // A discriminator names its branches by text.
    for schema in &sites.schemas {
        let mapping = schema
            .value
            .get("discriminator")
            .and_then(|it| it.get("mapping")?.as_object());
        for target in mapping
            .into_iter()
            .flatten()
            .filter_map(|(_, it)| it.as_str())
        {
            let pointer = from_reference(target)
                .unwrap_or_else(|| format!("#/components/schemas/{}", escape(target)));
            leads
                .entry(component(&schema.pointer))
                .or_default()
                .extend(component(&pointer));
        }
    }
    let mut open: Vec<String> = leads.get(&None).cloned().unwrap_or_default();
    let mut used = HashSet::new();
    while let Some(name) = open.pop() {
        if used.insert(name.clone()) {
            open.extend(leads.get(&Some(name)).into_iter().flatten().cloned());
        }
    }
    for kind in KINDS {
        let entries = root
            .get("components")
            .and_then(|components| components.get(kind)?.as_object());
        for name in entries.into_iter().flat_map(|entries| entries.keys()) {
            let pointer = format!("#/components/{kind}/{}", escape(name));
            if !used.contains(&pointer) {
                findings.add("unused-component", pointer, "no operation leads to it");
            }
        }
    }
}

/// The component that `pointer` names or lies in.
fn component(pointer: &str) -> Option<String> {
    let inside = pointer.strip_prefix("#/components/")?;
    let mut steps = inside.splitn(3, '/');
    let (kind, name) = (steps.next()?, steps.next()?);
    Some(format!("#/components/{kind}/{name}"))
}
