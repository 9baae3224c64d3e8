//! What changed since the last run: the previous `spec.json` against the new one.
//!
//! `cargo xtask regen` prints this report and `regen --check` fails with it, so that a maintainer
//! reads a few lines instead of the diff of a 400 kB file. The comparison is by structure: the
//! order of keys, required properties, listed values, parameters and branches is no difference, and
//! texts for people are counted, not listed. Every other difference is named; one that has no words
//! of its own is named by its keyword.
//!
//! | file | what it does |
//! | --- | --- |
//! | `mod.rs` | the entry, what a change is, and how changes are printed |
//! | `report.rs` | where changes are collected, and how places are named |
//! | `content.rs` | when two values are the same, prose and order aside |
//! | `shape.rs` | types in few characters: `[Order]`, `string(decimal)` |
//! | `operations.rs` | operations: added, removed, moved, renamed, and their parameters |
//! | `bodies.rs` | request bodies and answers |
//! | `schemas.rs` | named types: added, removed, renamed |
//! | `types.rs` | two versions of one type, to the last property |
//! | `unions.rs` | variants, and how they are told apart |
//! | `rest.rs` | what is left: servers, security, shared components that no operation uses |
//!
//! ```text
//! - operation GET /v2/clock (get_clock)
//! ~ parameter GET /v2/orders query limit: integer -> string
//! ~ Order.qty: now nullable
//! + OrderStatus value "frozen"
//! ~ prose changed in 12 places
//! ```

mod bodies;
mod content;
mod operations;
mod report;
mod rest;
mod schemas;
mod shape;
mod types;
mod unions;

#[cfg(test)]
mod tests;

use std::fmt;

use serde_json::Value;

use crate::steps::walk::METHODS;
use report::{REQUIRED, Report, Site};

/// Whether something came, went, became different, or only reads differently.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// Something new.
    Added,
    /// Something that is gone.
    Removed,
    /// Something that is different.
    Changed,
    /// Texts for people that differ; at most one per report.
    Prose,
}

impl Kind {
    /// The mark at the beginning of the line.
    fn sign(self) -> char {
        match self {
            Kind::Added => '+',
            Kind::Removed => '-',
            Kind::Changed | Kind::Prose => '~',
        }
    }
}

/// One difference between two documents; printed, it is one line.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Change {
    /// What sort of change it is.
    pub kind: Kind,
    /// The operation (`GET /v2/orders`), the property (`Order.qty`), the type (`OrderStatus`), or
    /// `document`.
    pub place: String,
    /// The line without its sign; it names the place.
    pub what: String,
}

impl fmt::Display for Change {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{} {}", self.kind.sign(), self.what)
    }
}

/// The differences between two documents: operations, then types, then the rest, then prose.
///
/// Any JSON will do; what is not a document has no operations and no types. No change does not mean
/// equal bytes: the order of keys and lists is no change.
pub fn between(old: &Value, new: &Value) -> Vec<Change> {
    if old == new {
        return Vec::new();
    }
    let mut report = Report::default();
    // The old document gets the new names of its types first: otherwise each use of a renamed type
    // would be a change of its own.
    let renames = schemas::renames(old, new);
    let renamed = (!renames.is_empty()).then(|| schemas::rename(old, &renames));
    let old = renamed.as_ref().unwrap_or(old);
    operations::compare(&mut report, old, new);
    schemas::compare(&mut report, old, new, &renames);
    rest::compare(&mut report, old, new);
    report.prose += content::prose(old, new);
    if report.prose > 0 {
        let places = if report.prose == 1 { "place" } else { "places" };
        let text = format!(" changed in {} {places}", report.prose);
        report.note(Kind::Prose, &Site::labelled("document", "prose"), text);
    }
    report.changes
}

/// The changes as lines, the most urgent first; at most `most`, then how many more there are.
///
/// First what is gone or different in operations and parameters, then in types, then what is new,
/// then prose. What is new and required counts as different: callers must act on it.
pub fn render(changes: &[Change], most: usize) -> String {
    let mut sorted: Vec<&Change> = changes.iter().collect();
    sorted.sort_by_key(|change| group(change));
    let mut lines: Vec<String> = sorted.iter().take(most).map(ToString::to_string).collect();
    let left = changes.len().saturating_sub(most);
    if left > 0 {
        lines.push(format!("(+{left} more)"));
    }
    lines.join("\n")
}

/// The position of a change in the report; smaller is earlier.
fn group(change: &Change) -> u8 {
    match change.kind {
        Kind::Prose => 3,
        Kind::Added if !change.what.ends_with(REQUIRED) => 2,
        _ if is_operation(&change.place) => 0,
        _ => 1,
    }
}

/// Whether a place is an operation: `GET /v2/orders`.
fn is_operation(place: &str) -> bool {
    place.split_once(' ').is_some_and(|(method, _)| {
        METHODS
            .iter()
            .any(|known| known.eq_ignore_ascii_case(method))
    })
}
