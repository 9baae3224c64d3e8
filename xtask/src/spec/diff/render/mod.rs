//! The result of a comparison as text, as Markdown and as JSON.

mod json;
mod markdown;
mod text;

pub use json::{VERSION, json};
pub use markdown::markdown;
pub use text::text;

use super::change::{Change, Class};

/// The heading of each class.
pub(super) fn heading(class: Class) -> &'static str {
    match class {
        Class::Breaking => "Breaking",
        Class::Deprecation => "Deprecations",
        Class::Compatible => "Compatible",
        Class::Documentation => "Documentation",
    }
}

/// At most `most` names, and how many more there are.
fn listed(names: impl ExactSizeIterator<Item = String>, most: usize) -> String {
    let left = names.len().saturating_sub(most);
    let mut shown: Vec<String> = names.take(most).collect();
    if left > 0 {
        shown.push(format!("{left} more"));
    }
    shown.join(", ")
}

/// The pointers of a change: one, or two that differ.
fn pointers(change: &Change) -> String {
    match (&change.old, &change.new) {
        (Some(old), Some(new)) if old == new => new.clone(),
        (Some(old), Some(new)) => format!("{old} -> {new}"),
        (Some(old), None) => format!("old {old}"),
        (None, Some(new)) => format!("new {new}"),
        (None, None) => "#".to_owned(),
    }
}

/// `9 operations`.
fn counted(count: usize, one: &str, many: &str) -> String {
    format!("{count} {}", if count == 1 { one } else { many })
}
