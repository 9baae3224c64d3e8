//! Everything that happens, one line of JSON each.
//!
//! The lines come from the world alone, in the order in which things happen there, so that two worlds with
//! the same seed and the same calls write the same bytes.

use serde_json::{Value, json};

use super::World;
use super::order::time;

/// The lines so far.
#[derive(Clone, Debug, Default)]
pub(super) struct Journal {
    lines: Vec<String>,
}

impl World {
    /// Begins to write down what happens.
    pub(crate) fn keep_journal(&mut self) {
        self.journal = Some(Journal::default());
    }

    /// Writes something down, if that is wanted: `what` it is, and what belongs to it.
    pub(crate) fn write_down(&mut self, what: &str, more: impl FnOnce() -> Value) {
        let at = self.now;
        if let Some(journal) = &mut self.journal {
            let mut line = json!({ "at": time(at), "what": what });
            if let (Value::Object(line), Value::Object(more)) = (&mut line, more()) {
                line.extend(more);
            }
            journal.lines.push(line.to_string());
        }
    }

    /// The lines that were written down, the oldest first; none unless a journal is kept.
    #[must_use]
    pub fn journal(&self) -> &[String] {
        self.journal.as_ref().map_or(&[], |journal| &journal.lines)
    }
}
