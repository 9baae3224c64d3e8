//! `cargo xtask spec`: a new document, before it replaces the vendored one.
//!
//! | file | its one idea |
//! | --- | --- |
//! | `fetch/` | downloads a document, and keeps it only if it is one |
//! | `diff/` | what changed between two documents, by Alpaca's own policy |
//! | `lint/` | everything that the pipeline would refuse or repair, and what contradicts itself |
//! | `update.rs` | all of it in one go, until a person is needed |

pub mod diff;
pub mod fetch;
pub mod lint;
pub mod update;

use std::path::Path;

/// What a command says, and its exit code.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Answer {
    /// For standard output.
    pub out: String,
    /// For standard error, without the word `error`; empty when nothing went wrong.
    pub error: String,
    /// 0 when all is well, 1 when what was looked for was found, 2 when nothing could be done.
    pub code: u8,
}

impl Answer {
    /// An answer that has a report.
    #[must_use]
    pub fn report(out: String, code: u8) -> Self {
        Self {
            out,
            code,
            ..Self::default()
        }
    }

    /// An answer that has only a reason why there is no report.
    #[must_use]
    pub fn failure(error: impl Into<String>, code: u8) -> Self {
        Self {
            error: error.into(),
            code,
            ..Self::default()
        }
    }
}

/// Runs `spec` with `arguments` in the workspace at `root`.
#[must_use]
pub fn run(root: &Path, arguments: &[String]) -> Answer {
    match arguments.split_first() {
        Some((command, rest)) if command == "diff" => diff::command(rest),
        Some((command, rest)) if command == "fetch" => fetch::command(root, rest),
        Some((command, rest)) if command == "lint" => lint::command(root, rest),
        Some((command, rest)) if command == "update" => update::command(root, rest),
        Some((command, _)) => Answer::failure(
            format!("`spec` has no command `{command}`; `cargo xtask help` lists them"),
            2,
        ),
        None => Answer::failure("`spec` needs a command; `cargo xtask help` lists them", 2),
    }
}
