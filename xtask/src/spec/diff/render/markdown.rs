//! For a pull request.

use std::fmt::Write as _;

use super::super::Diff;
use super::super::change::{Change, Class};
use super::text::side;
use super::{counted, heading, listed, pointers};

/// Operations named in a row, at most.
const MOST_OPERATIONS: usize = 5;
/// Rows of texts for people, at most; the others are counted.
const MOST_TEXTS: usize = 30;

/// The result as Markdown.
pub fn markdown(diff: &Diff) -> String {
    let mut text = String::from("# What changed in the document\n\n");
    let _ = writeln!(text, "| | |\n| --- | --- |");
    let _ = writeln!(text, "| old | {} |", cell(&side(&diff.old)));
    let _ = writeln!(text, "| new | {} |", cell(&side(&diff.new)));
    for bump in &diff.bumps {
        let _ = writeln!(text, "| `{}` | **{}** |", bump.name, bump.level.name());
    }
    if diff.changes.is_empty() {
        text.push_str("\nNo changes.\n");
    }
    for class in Class::ALL {
        let changes: Vec<&Change> = diff.of(class).collect();
        if changes.is_empty() {
            continue;
        }
        let _ = writeln!(text, "\n## {} ({})\n", heading(class), changes.len());
        if class == Class::Documentation {
            for change in changes.iter().take(MOST_TEXTS) {
                let _ = writeln!(text, "- {}: {}", cell(&change.place), cell(&change.text));
            }
            let left = changes.len().saturating_sub(MOST_TEXTS);
            if left > 0 {
                let _ = writeln!(text, "- and {left} more, which `--format json` lists");
            }
            continue;
        }
        text.push_str("| where | what | rule | operations | pointer |\n");
        text.push_str("| --- | --- | --- | --- | --- |\n");
        for change in changes {
            let operations = listed(change.operations.iter().cloned(), MOST_OPERATIONS);
            let _ = writeln!(
                text,
                "| {} | {} | {} | {} | `{}` |",
                cell(&change.place),
                cell(&change.text),
                cell(&change.reason),
                cell(&operations),
                pointers(change).replace('|', "\\|"),
            );
        }
    }
    if !diff.notes.is_empty() {
        text.push_str("\n## No change, but good to know\n\n");
        for note in &diff.notes {
            let _ = writeln!(text, "- {}", cell(&note.text()));
        }
    }
    if !diff.standing.is_empty() {
        let _ = writeln!(
            text,
            "\n## Deprecated in the new document ({})\n",
            diff.standing.len()
        );
        text.push_str("| where | dates |\n| --- | --- |\n");
        for standing in &diff.standing {
            let dates = standing.text();
            let _ = writeln!(text, "| {} | {} |", cell(&standing.place), cell(&dates));
        }
    }
    text.push_str("\n## Versions\n\n");
    for bump in &diff.bumps {
        let _ = writeln!(text, "- `{}`: **{}**", bump.name, bump.level.name());
        for (why, count) in &bump.reasons {
            let _ = writeln!(text, "  - {why} ({})", counted(*count, "change", "changes"));
        }
        for (how, count) in &bump.absorbed {
            let _ = writeln!(text, "  - absorbed by {how} ({count})");
        }
    }
    text
}

/// Text that stays in its cell and is no markup but for what stands between backticks.
fn cell(text: &str) -> String {
    let mut cell = String::new();
    let mut is_code = false;
    for letter in text.chars() {
        match letter {
            '`' => is_code = !is_code,
            // Cells end there even in code.
            '|' => cell.push('\\'),
            '<' | '>' | '*' | '[' | ']' if !is_code => cell.push('\\'),
            _ => {}
        }
        cell.push(if letter.is_control() { ' ' } else { letter });
    }
    cell
}
