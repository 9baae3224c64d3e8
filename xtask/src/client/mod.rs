//! `cargo xtask coverage` and `cargo xtask blocking`: what is derived from the source of the
//! hand-written client.
//!
//! | file | its one idea |
//! | --- | --- |
//! | `sources.rs` | the modules of a crate, parsed |
//! | `names.rs` | what a name in a module stands for, and by which path others reach it |
//! | `surface.rs` | the handles of resources, their methods and what their documentation says |
//! | `calls.rs` | which operations of the raw client a method calls |
//! | `coverage.rs` | every operation has a method that does what it says: `docs/coverage.md` |
//! | `blocking/` | the same methods without async: `alpaca-trading/src/blocking/` |
//! | `parity.rs` | the two surfaces are the same |

pub mod blocking;
pub mod calls;
pub mod coverage;
pub mod names;
pub mod parity;
pub mod sources;
pub mod surface;

use std::path::Path;

use crate::regen::writes::Transaction;

/// Where the source of the client is, in the workspace.
pub const SOURCE: &str = "alpaca-trading/src";

/// Files with the text that they should have; none for those that should not be.
type Files = Vec<(String, Option<String>)>;

/// Writes files below `root` that are not as they should be, or with `check` only names them.
fn settle(root: &Path, files: Files, check: bool, command: &str) -> Result<String, String> {
    let total = files.len();
    let mut drifted = Vec::new();
    let mut transaction = Transaction::default();
    for (name, text) in files {
        let path = root.join(&name);
        let old = match std::fs::read_to_string(&path) {
            Ok(old) => Some(old),
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => None,
            Err(error) => return Err(format!("{name}: {error}")),
        };
        // A checkout may end its lines in another way.
        if old.map(|old| old.replace("\r\n", "\n")) == text {
            continue;
        }
        match text {
            Some(text) => transaction.write(path, text),
            None => transaction.remove(path),
        }
        drifted.push(name);
    }
    let list: String = drifted.iter().map(|name| format!("  {name}\n")).collect();
    match (drifted.len(), check) {
        (0, _) => Ok(format!("{total} files are up to date\n")),
        (_, true) => Err(format!(
            "not what the source of the client gives:\n{list}run `cargo xtask {command}`"
        )),
        (count, false) => {
            transaction.commit()?;
            Ok(format!("{count} of {total} files written:\n{list}"))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn drift_is_written_once_and_only_named_by_a_check() {
        let folder = tempfile::tempdir().unwrap();
        let root = folder.path();
        std::fs::write(root.join("old"), "x").unwrap();
        let files = || {
            vec![
                ("new".to_owned(), Some("text\n".to_owned())),
                ("old".to_owned(), None),
            ]
        };
        let error = settle(root, files(), true, "it").unwrap_err();
        assert!(error.contains("  new\n  old\n") && error.ends_with("`cargo xtask it`"));
        assert!(!root.join("new").exists() && root.join("old").exists());
        assert!(
            settle(root, files(), false, "it")
                .unwrap()
                .starts_with("2 of 2")
        );
        assert!(!root.join("old").exists());
        for check in [true, false] {
            let report = settle(root, files(), check, "it").unwrap();
            assert_eq!(report, "2 files are up to date\n");
        }
        std::fs::write(root.join("new"), "text\r\n").unwrap();
        assert!(settle(root, files(), true, "it").is_ok());
    }
}
