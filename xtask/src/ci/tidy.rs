//! `tidy`: rules about text that no compiler checks.
//!
//! Every file that git tracks is read once. The rules are few and plain on purpose: each one is a
//! thing that slipped into some code base unseen, and can be decided by looking at a line.
//!
//! The words that the rules look for are spelled here in pieces, so that this file passes too.

use std::fs;
use std::io::ErrorKind;
use std::path::Path;

use super::command::{Outcome, Workspace, answers, capture};

/// The longest source file: beyond this, a file has more than one idea.
const MAX_LINES: usize = 600;

/// Files below a folder of this name are written by tools and may be as long as they are.
const LONG_FILES: &str = "snapshots";

/// What must not be in Rust source, and why.
const FORBIDDEN: [(&str, &str); 4] = [
    (concat!("todo", "!("), "a stub; finish it or leave it out"),
    (
        concat!("unimplemented", "!("),
        "a stub; finish it or leave it out",
    ),
    (concat!("dbg", "!("), "left over from debugging"),
    (
        concat!("#[", "ignore"),
        "a test that does not run proves nothing; mend it or delete it",
    ),
];

/// Top-level folders of people's machines; a path that begins with one works on one machine only.
const MACHINE_FOLDERS: [&str; 4] = ["work", "home", "root", "Users"];

/// More faults than this are counted, not shown.
const SHOWN: usize = 50;

/// Applies every rule to every tracked file.
pub(super) fn check(workspace: &Workspace) -> Result<Outcome, String> {
    if !answers(&mut workspace.git(&["--version"])) {
        return Ok(Outcome::Missing {
            tool: "git",
            remedy: "install it with your system's packages",
        });
    }
    let listing = capture(&mut workspace.git(&["ls-files", "-z"]))?;
    let listing = String::from_utf8(listing)
        .map_err(|error| format!("`git ls-files`: a file name is not UTF-8: {error}"))?;
    let files: Vec<_> = listing
        .split('\0')
        .filter(|name| !name.is_empty())
        .collect();
    if files.is_empty() {
        return Err("git tracks no file here, so there is nothing to check".to_owned());
    }
    report(&read_and_judge(&workspace.root, &files)?)
}

fn report(faults: &[String]) -> Result<Outcome, String> {
    if faults.is_empty() {
        return Ok(Outcome::Passed);
    }
    let mut text = faults
        .iter()
        .take(SHOWN)
        .cloned()
        .collect::<Vec<_>>()
        .join("\n");
    if faults.len() > SHOWN {
        text.push_str(&format!("\nand {} more", faults.len() - SHOWN));
    }
    Err(text)
}

/// The faults of these files, in the order of the files.
fn read_and_judge(root: &Path, files: &[&str]) -> Result<Vec<String>, String> {
    let mut faults = Vec::new();
    for file in files {
        let path = root.join(file);
        // A tracked folder is another repository (a submodule) and has its own rules.
        if path.is_dir() {
            continue;
        }
        match fs::read(&path) {
            Ok(bytes) => judge_bytes(file, bytes, &mut faults),
            // Deleted here and not yet staged: what is gone breaks no rule.
            Err(error) if error.kind() == ErrorKind::NotFound => {}
            Err(error) => return Err(format!("{file}: {error}")),
        }
    }
    Ok(faults)
}

fn judge_bytes(file: &str, bytes: Vec<u8>, faults: &mut Vec<String>) {
    match String::from_utf8(bytes) {
        Ok(text) if !text.contains('\0') => judge(file, &text, faults),
        _ if is_prose_or_code(file) => faults.push(format!("{file}: not UTF-8 text")),
        // Anything else may be binary.
        _ => {}
    }
}

/// Applies the rules that fit this file to its text.
fn judge(file: &str, text: &str, faults: &mut Vec<String>) {
    if has_extension(file, "rs") {
        judge_source(file, text, faults);
    }
    if is_prose_or_code(file) {
        for (number, line) in numbered(text) {
            if line.contains('\t') {
                faults.push(format!("{file}:{number}: a tab; use spaces"));
            }
            if line.ends_with(char::is_whitespace) {
                faults.push(format!(
                    "{file}:{number}: whitespace at the end of the line"
                ));
            }
        }
    }
    if is_manifest(file) {
        judge_manifest(file, text, faults);
    }
    for (number, line) in numbered(text) {
        if let Some(folder) = machine_path(line) {
            faults.push(format!(
                "{file}:{number}: an absolute path of one machine, /{folder}/…"
            ));
        }
    }
}

fn judge_source(file: &str, text: &str, faults: &mut Vec<String>) {
    for (number, line) in numbered(text) {
        for (word, why) in FORBIDDEN {
            if line.contains(word) {
                faults.push(format!("{file}:{number}: `{word}`: {why}"));
            }
        }
    }
    let lines = text.lines().count();
    if lines > MAX_LINES && !file.split('/').any(|folder| folder == LONG_FILES) {
        faults.push(format!(
            "{file}: {lines} lines, more than {MAX_LINES}; divide it by what its parts are for"
        ));
    }
    // A build script may do without: its package's documentation says what it is for.
    let is_build_script = file.rsplit('/').next() == Some("build.rs");
    if !is_build_script && !text.starts_with("//!") {
        faults.push(format!(
            "{file}:1: must open with `//!` and what the file is for"
        ));
    }
}

/// A package takes its lints from the workspace, or the rules would hold in some crates only.
fn judge_manifest(file: &str, text: &str, faults: &mut Vec<String>) {
    let manifest: toml::Table = match toml::from_str(text) {
        Ok(manifest) => manifest,
        Err(error) => return faults.push(format!("{file}: {error}")),
    };
    let inherits = manifest
        .get("lints")
        .and_then(|lints| lints.get("workspace"));
    let inherits = inherits.and_then(toml::Value::as_bool) == Some(true);
    if manifest.contains_key("package") && !inherits {
        faults.push(format!("{file}: lacks `[lints] workspace = true`"));
    }
}

/// The lines with their numbers, from 1. A carriage return stays: it is whitespace at the end.
fn numbered(text: &str) -> impl Iterator<Item = (usize, &str)> {
    (1..).zip(text.split('\n'))
}

fn has_extension(file: &str, extension: &str) -> bool {
    Path::new(file)
        .extension()
        .is_some_and(|found| found == extension)
}

/// The files that people write and that must be clean to the last space.
fn is_prose_or_code(file: &str) -> bool {
    ["rs", "md", "toml"]
        .iter()
        .any(|extension| has_extension(file, extension))
}

fn is_manifest(file: &str) -> bool {
    file.rsplit('/').next() == Some("Cargo.toml")
}

/// The folder at the root of a path in `line`, if it is one of [`MACHINE_FOLDERS`].
///
/// What stands before the slash tells a path from a piece of one: `https://host/home/` and
/// `./work/` are no absolute paths.
fn machine_path(line: &str) -> Option<&'static str> {
    MACHINE_FOLDERS.into_iter().find(|folder| {
        line.match_indices(&format!("/{folder}/")).any(|(at, _)| {
            let before = line.get(..at).and_then(|before| before.chars().next_back());
            !before.is_some_and(|c| c.is_ascii_alphanumeric() || matches!(c, '_' | '.' | '-'))
        })
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn faults(file: &str, text: &str) -> Vec<String> {
        let mut faults = Vec::new();
        judge(file, text, &mut faults);
        faults
    }

    #[test]
    fn clean_files_pass() {
        assert_eq!(
            faults("src/lib.rs", "//! A crate.\n\nfn main() {}\n"),
            [""; 0]
        );
        assert_eq!(faults("README.md", "# Title\n\nText.\n"), [""; 0]);
        assert_eq!(
            faults("a/Cargo.toml", "[package]\n[lints]\nworkspace = true\n"),
            [""; 0]
        );
    }

    #[test]
    fn forbidden_words_are_found_with_their_line() {
        for (word, why) in FORBIDDEN {
            let found = faults(
                "src/lib.rs",
                &format!("//! A crate.\nfn f() {{ {word}) }}\n"),
            );
            assert_eq!(found, [format!("src/lib.rs:2: `{word}`: {why}")]);
            assert_eq!(faults("notes.md", &format!("never {word}\n")), [""; 0]);
        }
    }

    #[test]
    fn long_files_are_divided() {
        let of = |lines| format!("//! Long.\n{}", "x\n".repeat(lines - 1));
        assert_eq!(faults("src/a.rs", &of(MAX_LINES)), [""; 0]);
        assert!(
            faults("src/a.rs", &of(MAX_LINES + 1))
                .concat()
                .contains("src/a.rs: 601 lines")
        );
        assert_eq!(faults("tests/snapshots/a.rs", &of(MAX_LINES + 1)), [""; 0]);
    }

    #[test]
    fn source_opens_with_what_it_is_for() {
        for file in [
            "src/a.rs",
            "tests/tests/a.rs",
            "examples/a.rs",
            "build/a.rs",
        ] {
            assert!(
                faults(file, "use std::fs;\n")
                    .concat()
                    .contains("must open with"),
                "{file}"
            );
            assert_eq!(faults(file, "").len(), 1, "{file}");
        }
        assert_eq!(faults("gen/build.rs", "fn main() {}\n"), [""; 0]);
    }

    #[test]
    fn tabs_and_trailing_whitespace_are_found() {
        for file in ["a.md", "a.toml"] {
            assert!(faults(file, "a\n\tb\n").concat().contains(":2: a tab"));
            assert!(faults(file, "a \n").concat().contains(":1: whitespace"));
            assert!(faults(file, "a\r\n").concat().contains(":1: whitespace"));
        }
        assert_eq!(faults("a.json", "{\t} \n"), [""; 0]);
    }

    #[test]
    fn packages_take_the_lints_of_the_workspace() {
        for text in ["[package]\n", "[package]\n[lints]\nworkspace = false\n"] {
            assert!(
                faults("a/Cargo.toml", text).concat().contains("`[lints]"),
                "{text}"
            );
        }
        assert_eq!(faults("Cargo.toml", "[workspace]\n"), [""; 0]);
        assert!(
            faults("a/Cargo.toml", "[package\n")
                .concat()
                .starts_with("a/Cargo.toml: ")
        );
    }

    #[test]
    fn paths_of_a_machine_are_found_in_any_text() {
        for folder in MACHINE_FOLDERS {
            for before in ["", " ", "\"", "(", "file://", "=", "é"] {
                let line = format!("{before}/{folder}/me/file");
                assert_eq!(machine_path(&line), Some(folder), "{line}");
                assert_eq!(faults("a.json", &format!("x\n{line}\n")).len(), 1, "{line}");
            }
            for before in [".", "..", "https://host.example", "a_", "x-", "9"] {
                let line = format!("{before}/{folder}/me/file");
                assert_eq!(machine_path(&line), None, "{line}");
            }
            assert_eq!(machine_path(&format!("/{folder}")), None);
            assert_eq!(machine_path(&format!("/{folder}ing/on")), None);
        }
    }

    #[test]
    fn files_are_read_and_binaries_left_alone() {
        let root = tempfile::tempdir().unwrap();
        fs::write(root.path().join("logo.png"), [0x89, 0, 0xff]).unwrap();
        fs::write(root.path().join("a.md"), [0xff]).unwrap();
        fs::write(root.path().join("b.md"), "b \n").unwrap();
        fs::create_dir(root.path().join("sub")).unwrap();
        let files = ["logo.png", "a.md", "b.md", "sub", "deleted.md"];
        let faults = read_and_judge(root.path(), &files).unwrap();
        assert_eq!(
            faults,
            [
                "a.md: not UTF-8 text",
                "b.md:1: whitespace at the end of the line"
            ]
        );
    }

    #[test]
    fn a_flood_of_faults_is_cut() {
        let faults: Vec<_> = (0..SHOWN + 7).map(|number| number.to_string()).collect();
        assert!(report(&faults).unwrap_err().ends_with("\n49\nand 7 more"));
        assert_eq!(report(&[]), Ok(Outcome::Passed));
    }

    #[test]
    fn these_rules_pass_on_their_own_source() {
        assert_eq!(
            faults("xtask/src/ci/tidy.rs", include_str!("tidy.rs")),
            [""; 0]
        );
    }
}
