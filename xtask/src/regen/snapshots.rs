//! The surface as `insta` snapshots.
//!
//! The files are those that `insta::assert_snapshot!` reads in the tests of the workspace. A text
//! that differs is left beside its snapshot as `NAME.snap.new`, where `cargo insta review` finds
//! it; `--accept` takes it over at once.

use std::fmt::Write as _;
use std::fs;
use std::path::{Path, PathBuf};

use super::surface::Surface;
use super::writes::Transaction;

/// The folder of the snapshots, in the workspace.
pub(super) const FOLDER: &str = "tests/snapshots";

/// How the surface differs from the accepted snapshots.
pub(super) struct Comparison {
    folder: PathBuf,
    /// Accepted, and as it should be.
    same: Vec<String>,
    /// New or different: name and text.
    pending: Vec<(String, String, bool)>,
    /// Accepted, and no longer generated.
    stale: Vec<String>,
    /// Pending from an earlier run, and no longer different.
    orphans: Vec<String>,
}

/// Compares `surface` with the snapshots of the workspace at `root`.
///
/// # Errors
///
/// When a snapshot cannot be read.
pub(super) fn compare(root: &Path, surface: &Surface) -> Result<Comparison, String> {
    let folder = root.join(FOLDER);
    let mut comparison = Comparison {
        folder: folder.clone(),
        same: Vec::new(),
        pending: Vec::new(),
        stale: Vec::new(),
        orphans: Vec::new(),
    };
    for (name, text) in surface {
        let path = folder.join(format!("{name}.snap"));
        match fs::read_to_string(&path) {
            Ok(accepted) if body(&accepted).trim_end() == text.trim_end() => {
                comparison.same.push(name.clone());
            }
            Ok(_) => comparison.pending.push((name.clone(), text.clone(), false)),
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => {
                comparison.pending.push((name.clone(), text.clone(), true));
            }
            Err(error) => return Err(format!("{}: {error}", path.display())),
        }
    }
    for section in ["", "operations/", "types/"] {
        for name in names(&folder.join(section), ".snap")? {
            let name = format!("{section}{name}");
            if !surface.contains_key(&name) {
                comparison.stale.push(name);
            }
        }
        for name in names(&folder.join(section), ".snap.new")? {
            let name = format!("{section}{name}");
            if !comparison.pending.iter().any(|(other, ..)| *other == name) {
                comparison.orphans.push(name);
            }
        }
    }
    Ok(comparison)
}

/// What stands below the header of a snapshot.
fn body(snapshot: &str) -> &str {
    snapshot
        .strip_prefix("---\n")
        .and_then(|rest| rest.split_once("\n---\n"))
        .map_or(snapshot, |(_, body)| body)
}

/// The names of the snapshots in a folder, which may be missing.
fn names(folder: &Path, ending: &str) -> Result<Vec<String>, String> {
    let entries = match fs::read_dir(folder) {
        Ok(entries) => entries,
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(Vec::new()),
        Err(error) => return Err(format!("{}: {error}", folder.display())),
    };
    let mut names = Vec::new();
    for entry in entries {
        let entry = entry.map_err(|error| format!("{}: {error}", folder.display()))?;
        if let Some(name) = entry
            .file_name()
            .to_str()
            .and_then(|name| name.strip_suffix(ending))
        {
            names.push(name.to_owned());
        }
    }
    names.sort();
    Ok(names)
}

fn file_text(text: &str) -> String {
    format!(
        "---\nsource: tests/tests/surface.rs\nexpression: text\n---\n{}\n",
        text.trim_end()
    )
}

impl Comparison {
    /// Plans the files: accepted, or pending beside what was accepted.
    pub(super) fn stage(&self, accept: bool, transaction: &mut Transaction) {
        let at = |name: &str, ending: &str| self.folder.join(format!("{name}{ending}"));
        for name in &self.orphans {
            transaction.remove(at(name, ".snap.new"));
        }
        for (name, text, _) in &self.pending {
            if accept {
                transaction.write(at(name, ".snap"), file_text(text));
                transaction.remove(at(name, ".snap.new"));
            } else {
                transaction.write(at(name, ".snap.new"), file_text(text));
            }
        }
        for name in &self.stale {
            if accept {
                transaction.remove(at(name, ".snap"));
            }
        }
    }

    /// What a run did about the snapshots.
    pub(super) fn describe(&self, accept: bool) -> String {
        if self.pending.is_empty() && self.stale.is_empty() {
            return format!("{} snapshots, all as accepted\n", self.same.len());
        }
        let mut text = String::new();
        for (name, _, is_new) in &self.pending {
            let _ = writeln!(
                text,
                "{} snapshot {name}",
                if *is_new { "new" } else { "changed" }
            );
        }
        for name in &self.stale {
            let _ = writeln!(
                text,
                "stale snapshot {name}: no longer generated, removed by `--accept`"
            );
        }
        text.push_str(if accept {
            "accepted\n"
        } else {
            "pending: review them with `cargo insta review`, or take them with `--accept`\n"
        });
        text
    }

    /// One line for each snapshot that is not as it should be.
    pub(super) fn describe_drift(&self) -> String {
        let mut text = String::new();
        for (name, _, is_new) in &self.pending {
            let what = if *is_new { "is missing" } else { "has changed" };
            let _ = writeln!(text, "the snapshot {name} {what}");
        }
        for name in &self.stale {
            let _ = writeln!(text, "the snapshot {name} is no longer generated");
        }
        text
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn surface(entries: &[(&str, &str)]) -> Surface {
        entries
            .iter()
            .map(|(name, text)| ((*name).to_owned(), (*text).to_owned()))
            .collect()
    }

    fn run(root: &Path, surface: &Surface, accept: bool) -> String {
        let comparison = compare(root, surface).unwrap();
        let mut transaction = Transaction::default();
        comparison.stage(accept, &mut transaction);
        transaction.commit().unwrap();
        comparison.describe_drift()
    }

    #[test]
    fn a_change_is_pending_until_it_is_accepted_and_gone_when_taken_back() {
        let root = tempfile::tempdir().unwrap();
        let path = |name: &str| root.path().join(FOLDER).join(name);
        let first = surface(&[("types/A", "struct A;\n"), ("operations", "GET /a")]);
        assert!(run(root.path(), &first, true).contains("types/A is missing"));
        assert_eq!(run(root.path(), &first, false), "");

        let second = surface(&[("types/A", "struct A(u8);"), ("types/B", "struct B;")]);
        let drift = run(root.path(), &second, false);
        assert!(drift.contains("types/A has changed") && drift.contains("types/B is missing"));
        assert!(drift.contains("operations is no longer generated"));
        assert!(path("types/A.snap.new").exists() && path("operations.snap").exists());

        run(root.path(), &first, false);
        assert!(
            !path("types/A.snap.new").exists() && !path("types/B.snap.new").exists(),
            "the change was taken back"
        );

        run(root.path(), &second, true);
        assert!(!path("operations.snap").exists() && !path("types/B.snap.new").exists());
        assert_eq!(run(root.path(), &second, false), "");
    }
}
