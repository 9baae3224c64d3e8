//! For the terminal.

use std::fmt::Write as _;

use super::super::change::{Change, Class};
use super::super::{Diff, Side};
use super::{counted, heading, listed, pointers};

/// Operations named in a line, at most.
const MOST_OPERATIONS: usize = 3;
/// Lines of texts for people, at most; the others are counted.
const MOST_TEXTS: usize = 100;

/// The result for people, line by line.
pub fn text(diff: &Diff) -> String {
    let mut text = String::new();
    let _ = writeln!(text, "old  {}", side(&diff.old));
    let _ = writeln!(text, "new  {}", side(&diff.new));
    if diff.changes.is_empty() {
        let _ = writeln!(text, "\nno changes");
    }
    for class in Class::ALL {
        let changes: Vec<&Change> = diff.of(class).collect();
        if changes.is_empty() {
            continue;
        }
        let _ = writeln!(text, "\n{} ({})", heading(class), changes.len());
        let most = match class {
            Class::Documentation => MOST_TEXTS,
            _ => usize::MAX,
        };
        let left = changes.len().saturating_sub(most);
        for change in changes.into_iter().take(most) {
            let _ = writeln!(text, "  {}: {}", change.place, change.text);
            if class == Class::Documentation {
                continue;
            }
            let _ = writeln!(text, "      at {}", pointers(change));
            if class != Class::Deprecation {
                let _ = writeln!(text, "      rule: {}", change.reason);
            }
            // An operation that is named already need not be named again.
            let others = change.operations.iter();
            let others: Vec<&String> = others
                .filter(|name| !change.place.contains(*name))
                .collect();
            if !others.is_empty() {
                let names = listed(others.iter().map(|name| (*name).clone()), MOST_OPERATIONS);
                let way = match change.direction.name() {
                    "none" => "operations",
                    "both" => "request and response",
                    way => way,
                };
                let _ = writeln!(text, "      {way}: {names}");
            }
        }
        if left > 0 {
            let _ = writeln!(text, "  and {left} more, which `--format json` lists");
        }
    }
    if !diff.notes.is_empty() {
        let _ = writeln!(text, "\nNo change, but good to know");
        for note in &diff.notes {
            let _ = writeln!(text, "  {}", note.text());
        }
    }
    if !diff.standing.is_empty() {
        let _ = writeln!(
            text,
            "\nDeprecated in the new document ({})",
            diff.standing.len()
        );
        for standing in &diff.standing {
            let _ = writeln!(text, "  {}: {}", standing.place, standing.text());
        }
    }
    let _ = writeln!(text, "\nVersions");
    for bump in &diff.bumps {
        let _ = writeln!(text, "  {}: {}", bump.name, bump.level.name());
        for (why, count) in &bump.reasons {
            let _ = writeln!(
                text,
                "      {why} ({})",
                counted(*count, "change", "changes")
            );
        }
        for (how, count) in &bump.absorbed {
            let _ = writeln!(text, "      absorbed by {how} ({count})");
        }
    }
    text
}

/// One document in a line.
pub(super) fn side(side: &Side) -> String {
    format!(
        "{} (OpenAPI {}, {}, {}, sha256 {})",
        side.file,
        side.openapi,
        counted(side.operations, "operation", "operations"),
        counted(side.schemas, "schema", "schemas"),
        side.sha256.get(..12).unwrap_or(&side.sha256),
    )
}
