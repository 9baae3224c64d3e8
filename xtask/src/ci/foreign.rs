//! `foreign`: the generator takes documents that are not ours.
//!
//! Alpaca publishes other documents, and older versions of this one. The documents below
//! `tests/documents/` have the shapes that those are known to have; from each, and from the vendored
//! one without its supplement, a crate is generated and compiled with warnings denied.

use std::fs;
use std::path::{Path, PathBuf};

use super::command::{Outcome, Workspace, run};
use crate::regen;

/// The documents, besides the vendored one.
const FOLDER: &str = "tests/documents";

/// Where the crates and what is built of them go; ignored by git like all of `target`.
const TARGET: &str = "target/foreign";

/// Generates and compiles a crate from each document.
pub(super) fn check(workspace: &Workspace) -> Result<Outcome, String> {
    let mut documents = documents(&workspace.root.join(FOLDER))?;
    documents.push(workspace.root.join(regen::DOCUMENT));
    let target = workspace.root.join(TARGET);
    for document in documents {
        let name = document
            .file_stem()
            .unwrap_or_default()
            .to_string_lossy()
            .into_owned();
        let out = target.join(&name);
        println!("-- {}", document.display());
        regen::standalone(&workspace.root, &document, &out)?;
        // One target folder for all, so that what they depend on is built once.
        let mut command = workspace.cargo(&["check", "--quiet", "--all-targets"]);
        command
            .current_dir(&out)
            .env("CARGO_TARGET_DIR", target.join("build"))
            .env("CARGO_PROFILE_DEV_DEBUG", "0")
            .env("RUSTFLAGS", "-D warnings");
        run(&mut command).map_err(|error| format!("{}: {error}", document.display()))?;
    }
    Ok(Outcome::Passed)
}

/// The documents in a folder, in the order of their names.
fn documents(folder: &Path) -> Result<Vec<PathBuf>, String> {
    let cannot_read = |error| format!("{}: {error}", folder.display());
    let mut found = Vec::new();
    for entry in fs::read_dir(folder).map_err(cannot_read)? {
        let path = entry.map_err(cannot_read)?.path();
        if path
            .extension()
            .is_some_and(|ending| ["json", "yaml", "yml"].iter().any(|known| ending == *known))
        {
            found.push(path);
        }
    }
    found.sort();
    if found.is_empty() {
        return Err(format!(
            "{}: no documents to generate from",
            folder.display()
        ));
    }
    Ok(found)
}

#[cfg(test)]
mod tests {
    use super::documents;

    #[test]
    fn documents_are_found_and_their_absence_is_an_error() {
        let folder = tempfile::tempdir().unwrap();
        assert!(
            documents(folder.path())
                .unwrap_err()
                .contains("no documents")
        );
        for name in ["b.yaml", "a.json", "notes.md"] {
            std::fs::write(folder.path().join(name), "").unwrap();
        }
        let found = documents(folder.path()).unwrap();
        let names: Vec<_> = found.iter().filter_map(|path| path.file_name()).collect();
        assert_eq!(names, ["a.json", "b.yaml"]);
    }
}
