//! What went wrong, where, and by which rule.

use std::fmt;

/// One fault of an input: the file it lies in, the place, and the rule it breaks.
///
/// Every error that the document tools report is a `Fault`, so a reader always learns which file
/// to open and where to look in it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fault {
    /// The file as the user named it.
    pub file: String,
    /// JSON pointer (`#/paths/~1v2~1orders`), or `#` for the document as a whole.
    pub pointer: String,
    /// What is wrong and, where one exists, the way out. One or two sentences.
    pub message: String,
}

impl Fault {
    /// A fault at `pointer` in `file`.
    pub fn new(
        file: impl Into<String>,
        pointer: impl Into<String>,
        message: impl Into<String>,
    ) -> Self {
        Self {
            file: file.into(),
            pointer: pointer.into(),
            message: message.into(),
        }
    }
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}: {}", self.file, self.pointer, self.message)
    }
}

impl std::error::Error for Fault {}
