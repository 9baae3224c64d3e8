//! The surface without async, written from the one with it.
//!
//! Every handle `Orders` has a twin `blocking::orders::Orders` with the same methods, which wait for
//! the result. The client, the runtime and the lists that come in pages are written by hand; see
//! `alpaca-trading/src/blocking/mod.rs`.

mod format;
mod render;
mod scope;

use std::collections::BTreeMap;
use std::path::Path;

use super::sources::Sources;
use super::{SOURCE, parity, settle};
pub use format::is_installed;

/// The folder of the twins, below the source of the client.
const FOLDER: &str = "blocking/";

/// What in it is written by hand.
const BY_HAND: [&str; 4] = ["client.rs", "mod.rs", "pager.rs", "runtime.rs"];

/// Writes the twins in the workspace at `root`, or with `check` only looks whether they are right.
///
/// # Errors
///
/// What of the source cannot be mirrored; a difference between the two surfaces; a missing `rustfmt`;
/// or what is out of date.
pub fn run(root: &Path, check: bool) -> Result<String, String> {
    let folder = root.join(SOURCE);
    let texts = render::files(&without(root)?)?;
    // Before anything is written: what cannot be the twin of the surface is not.
    let given = |file: &str| texts.get(file.strip_prefix(FOLDER)?).cloned();
    let differences = parity::differences(&Sources::read(&folder, &given)?)?;
    if !differences.is_empty() {
        return Err(format!(
            "the surfaces differ:\n  {}",
            differences.join("\n  ")
        ));
    }
    let mut files = BTreeMap::new();
    for name in stale(&folder.join(FOLDER), "")? {
        files.insert(format!("{SOURCE}/{FOLDER}{name}"), None);
    }
    for (name, text) in &texts {
        let text = format::format(root, text).map_err(|error| format!("{name}: {error}"))?;
        files.insert(format!("{SOURCE}/{FOLDER}{name}"), Some(text));
    }
    settle(root, files.into_iter().collect(), check, "blocking")
}

/// The source of the client at `root`, without what this module writes into it.
///
/// # Errors
///
/// As for [`Sources::read`].
pub fn without(root: &Path) -> Result<Sources, String> {
    Sources::read(&root.join(SOURCE), &|file| {
        file.starts_with(FOLDER).then(String::new)
    })
}

/// The files of a folder and those below, but for what is written by hand.
fn stale(folder: &Path, prefix: &str) -> Result<Vec<String>, String> {
    let cannot_read = |error| format!("{}: {error}", folder.display());
    let mut found = Vec::new();
    for entry in std::fs::read_dir(folder).map_err(cannot_read)? {
        let path = entry.map_err(cannot_read)?.path();
        let name = path.file_name().unwrap_or_default().to_string_lossy();
        let name = format!("{prefix}{name}");
        if path.is_dir() {
            found.extend(stale(&path, &format!("{name}/"))?);
        } else if !BY_HAND.contains(&name.as_str()) {
            found.push(name);
        }
    }
    Ok(found)
}
