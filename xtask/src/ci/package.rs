//! `package`: what goes to the registry is complete and builds by itself.
//!
//! Cargo packs the published crates and builds each from its tarball, resolving the ones that are
//! not on the registry yet from the tarballs beside them. That catches a file that is missing, but
//! minutes late and by a compiler error; so the list of files is compared first.

use std::fs;
use std::path::Path;

use super::command::{Outcome, Workspace, capture, run};
use super::metadata::Metadata;

/// The crate whose build script reads files of its own package.
const GENERATED: &str = "alpaca-trading-gen";

/// What that crate is nothing without, besides its `build` folder.
const NEEDED: [&str; 3] = ["spec.json", "build.rs", "src/lib.rs"];

/// Packs the published crates.
pub(super) fn check(workspace: &Workspace) -> Result<Outcome, String> {
    lists_what_it_needs(workspace)?;

    let metadata = Metadata::load(workspace)?;
    // A tree with local changes is what a developer has; packing it says the same.
    let mut args = vec!["package", "--allow-dirty"];
    for package in metadata.published()? {
        args.extend(["-p", &package.name]);
    }
    // Outside the workspace its profile does not count, and nobody debugs what is built here.
    run(workspace.cargo(&args).env("CARGO_PROFILE_DEV_DEBUG", "0"))?;
    Ok(Outcome::Passed)
}

fn lists_what_it_needs(workspace: &Workspace) -> Result<(), String> {
    let listing =
        capture(&mut workspace.cargo(&["package", "--list", "--allow-dirty", "-p", GENERATED]))?;
    let listing = String::from_utf8_lossy(&listing);

    let mut needed: Vec<_> = NEEDED.map(str::to_owned).into();
    needed.extend(files_below(&workspace.root.join(GENERATED), "build")?);
    let absent = absent(&listing, &needed);
    if absent.is_empty() {
        return Ok(());
    }
    Err(format!(
        "{GENERATED}/Cargo.toml: the package lacks {}; see `include` and `exclude`, and whether \
         git ignores it",
        absent.join(", ")
    ))
}

/// The files below `package/folder`, by their path inside the package.
fn files_below(package: &Path, folder: &str) -> Result<Vec<String>, String> {
    let path = package.join(folder);
    let cannot_read = |error| format!("{}: {error}", path.display());
    let mut files = Vec::new();
    for entry in fs::read_dir(&path).map_err(cannot_read)? {
        let entry = entry.map_err(cannot_read)?;
        let inside = format!("{folder}/{}", entry.file_name().to_string_lossy());
        if entry.file_type().map_err(cannot_read)?.is_dir() {
            files.extend(files_below(package, &inside)?);
        } else {
            files.push(inside);
        }
    }
    files.sort();
    Ok(files)
}

/// Those of `needed` that the output of `cargo package --list` does not have.
fn absent<'a>(listing: &str, needed: &'a [String]) -> Vec<&'a str> {
    // Cargo writes paths the way the system does.
    let listed: Vec<_> = listing
        .lines()
        .map(|line| line.replace('\\', "/"))
        .collect();
    needed
        .iter()
        .filter(|file| !listed.contains(file))
        .map(String::as_str)
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_the_listing_lacks_is_named() {
        let needed = ["spec.json", "build.rs", "build/pass.rs"].map(str::to_owned);
        let all = "Cargo.toml\nbuild.rs\nbuild/pass.rs\nspec.json\n";
        assert_eq!(absent(all, &needed), [""; 0]);
        assert_eq!(
            absent("build.rs\r\nbuild\\pass.rs\r\n", &needed),
            ["spec.json"]
        );
        assert_eq!(
            absent("old/spec.json\nbuild.rs\n", &needed),
            ["spec.json", "build/pass.rs"]
        );
    }

    #[test]
    fn files_are_found_in_every_depth() {
        let package = tempfile::tempdir().unwrap();
        fs::create_dir_all(package.path().join("build/pass")).unwrap();
        for file in ["build/settings.rs", "build/pass/enums.rs", "other.rs"] {
            fs::write(package.path().join(file), "").unwrap();
        }
        let files = files_below(package.path(), "build").unwrap();
        assert_eq!(files, ["build/pass/enums.rs", "build/settings.rs"]);
    }

    #[test]
    fn a_missing_folder_is_an_error_that_names_it() {
        let package = tempfile::tempdir().unwrap();
        let error = files_below(package.path(), "build").unwrap_err();
        assert!(error.contains("build"), "{error}");
    }
}
