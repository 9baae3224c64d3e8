//! `cargo xtask spec update`: from the published document to what a person reviews, in one go.
//!
//! | step | what needs a person, and ends it |
//! | --- | --- |
//! | fetch | there is no document, or what came is none |
//! | lint | the pipeline refuses something, or an operation has no line in the table of names |
//! | diff | – (with nothing changed, there is nothing more to do) |
//! | regen | a repair that is stale, an operation of the supplement that is back, the generator |
//!
//! Up to the last step nothing of the workspace is touched, and if that fails the vendored document is what it
//! was: all that can fail comes before `regen`, which writes everything or nothing.
//!
//! The name of a method is public, and stays. So it is a person who chooses it, unless `--accept-names` takes
//! those that are made of operationIds.

use std::fmt::Write as _;
use std::io::ErrorKind;
use std::path::{Path, PathBuf};

use super::diff::{self, Class, Diff, Level};
use super::lint::{self, Report, Weight};
use super::{Answer, fetch};
use crate::document;
use crate::regen::writes::Transaction;
use crate::regen::{self, Mode};
use crate::steps::operations;
use crate::terminal::printable;

/// What is put into the changelog, and into the text of a pull request, once a person has read it.
const DRAFT: &str = "target/spec/CHANGELOG-draft.md";

/// So many places of one doubt are shown.
const DOUBTS: usize = 3;

/// Whether a person has looked at the names that operations would get.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Names {
    /// Each operation has its line in the table, or a person is needed.
    Tabled,
    /// What is made of an operationId is taken.
    Accepted,
}

/// Runs `spec update` with `arguments`.
pub(super) fn command(root: &Path, arguments: &[String]) -> Answer {
    let (mut url, mut from) = (None, None);
    let mut names = Names::Tabled;
    let mut rest = arguments.iter();
    while let Some(argument) = rest.next() {
        if argument == "--accept-names" && names == Names::Tabled {
            names = Names::Accepted;
            continue;
        }
        let target = match argument.as_str() {
            "--url" => &mut url,
            "--from" => &mut from,
            other => return Answer::failure(format!("`spec update` has no option `{other}`"), 2),
        };
        let Some(value) = rest.next().filter(|value| !value.starts_with("--")) else {
            return Answer::failure(format!("`{argument}` needs a value"), 2);
        };
        if target.replace(value.clone()).is_some() {
            return Answer::failure(format!("`{argument}` was given twice"), 2);
        }
    }
    let mut report = String::new();
    let file = match (url, from) {
        (Some(_), Some(_)) => {
            return Answer::failure("`--url` downloads, `--from` does not: choose one", 2);
        }
        (None, Some(file)) => PathBuf::from(file),
        (url, None) => match fetch::into_target(root, url.as_deref()) {
            Ok((file, fetched)) => {
                let _ = writeln!(report, "== fetch\n{fetched}");
                file
            }
            Err(message) => return stopped(report, "fetch", &message),
        },
    };
    update(root, &file, names, report)
}

/// Puts the document in `file` in the place of the vendored one, as far as no person is needed.
#[must_use]
pub fn update(root: &Path, file: &Path, names: Names, mut report: String) -> Answer {
    let lint = match lint::lint_file(root, file) {
        Ok(lint) => lint,
        Err(fault) => return stopped(report, "lint", &fault.to_string()),
    };
    let refused = lint.count(Weight::Refused);
    if refused > 0 || !lint.is_complete {
        report.push_str(&lint.to_text());
        let message = format!("{refused} things would be refused; nothing was changed");
        return stopped(report, "lint", &message);
    }
    let _ = writeln!(
        report,
        "== lint\nnothing is refused; {} repaired, {} doubtful\n{}",
        lint.count(Weight::Repaired),
        lint.count(Weight::Doubtful),
        doubts(&lint)
    );
    let unnamed = unnamed(&lint);
    if names == Names::Tabled && !unnamed.is_empty() {
        let message = format!(
            "{} operations have no line in the table of names:\n  {}\ngive each its line in {TABLE}, or take \
             these names with `--accept-names`; nothing was changed",
            unnamed.len(),
            unnamed.join("\n  ")
        );
        return stopped(report, "lint", &message);
    }
    let vendored = root.join(regen::DOCUMENT);
    let diff = match diff::files(&vendored, file) {
        Ok(diff) => diff,
        Err(fault) => return stopped(report, "diff", &fault.to_string()),
    };
    let _ = writeln!(report, "== diff\n{}", diff::text(&diff));
    if diff.changes.is_empty() {
        report.push_str("the vendored document says the same; nothing was changed\n");
        return Answer::report(printable(&report).into_owned(), 0);
    }
    match replace(root, &vendored, file, &diff) {
        Ok(regenerated) => {
            let _ = writeln!(report, "== regen\n{regenerated}");
            report.push_str(&next(&diff));
            Answer::report(printable(&report).into_owned(), 0)
        }
        Err(message) => stopped(report, "regen", &message),
    }
}

/// Where operations get their names.
const TABLE: &str = "`NAMES` in xtask/src/steps/operations.rs";

/// The operations whose names had to be made up, as `regen` would warn of them.
fn unnamed(lint: &Report) -> Vec<&str> {
    lint.findings
        .iter()
        .filter(|finding| finding.rule.name == "naming")
        .map(|finding| finding.message.as_str())
        .filter(|message| message.contains(operations::NOT_TABLED))
        .collect()
}

/// What lint doubts: how often by which rule, and the first few places.
fn doubts(lint: &Report) -> String {
    let mut text = String::new();
    let doubtful = || {
        lint.findings
            .iter()
            .filter(|it| it.rule.weight == Weight::Doubtful)
    };
    let mut rules: Vec<&str> = doubtful().map(|finding| finding.rule.name).collect();
    rules.dedup();
    for rule in rules {
        let of_rule: Vec<_> = doubtful().filter(|it| it.rule.name == rule).collect();
        let finds = of_rule.first().map_or("", |first| first.rule.finds);
        let _ = writeln!(text, "  {rule} ({}): {finds}", of_rule.len());
        for finding in of_rule.iter().take(DOUBTS) {
            let _ = writeln!(text, "    {}: {}", finding.pointer, finding.message);
        }
        if of_rule.len() > DOUBTS {
            let more = of_rule.len() - DOUBTS;
            let _ = writeln!(
                text,
                "    and {more} more, which `cargo xtask spec lint` lists"
            );
        }
    }
    text
}

/// Replaces the vendored document and regenerates; if that fails, the old one is put back.
fn replace(root: &Path, vendored: &Path, file: &Path, diff: &Diff) -> Result<String, String> {
    let read = |path: &Path| {
        std::fs::read_to_string(path).map_err(|error| format!("{}: {error}", path.display()))
    };
    let (old, mut new) = (read(vendored)?, read(file)?);
    // What is published stays as it is, to the byte; the file's name says JSON, so YAML becomes that.
    if serde_json::from_str::<serde::de::IgnoredAny>(&new).is_err() {
        let document = document::read(file).map_err(|fault| fault.to_string())?;
        new = format!("{:#}\n", document.root);
    }
    let draft_path = root.join(DRAFT);
    let old_draft = match std::fs::read_to_string(&draft_path) {
        Ok(text) => Some(text),
        Err(error) if error.kind() == ErrorKind::NotFound => None,
        Err(error) => return Err(format!("{}: {error}", draft_path.display())),
    };
    let mut replaced = Transaction::default();
    replaced.write(vendored.to_path_buf(), new);
    replaced.write(draft_path.clone(), draft(diff));
    replaced.commit()?;
    // From here on nothing is written but by `regen`, at its end.
    regen::run(root, Mode::Write).map_err(|message| {
        let mut restored = Transaction::default();
        restored.write(vendored.to_path_buf(), old);
        match old_draft {
            Some(text) => restored.write(draft_path, text),
            None => restored.remove(draft_path),
        }
        let outcome = match restored.commit() {
            Ok(()) => "the vendored document is what it was".to_owned(),
            Err(error) => format!(
                "the vendored document could not be put back ({error}); `git restore {}` does",
                regen::DOCUMENT
            ),
        };
        format!(
            "{}\n{outcome}; the new one is {}",
            message.trim_end(),
            file.display()
        )
    })
}

/// What happened, as a changelog and the text of a pull request say it.
fn draft(diff: &Diff) -> String {
    format!(
        "# Alpaca's document has changed\n\n{}",
        diff::markdown(diff)
    )
}

/// What a person does next.
fn next(diff: &Diff) -> String {
    let breaking = diff.of(Class::Breaking).count();
    let mut text = String::from("== next\n");
    for bump in diff.bumps.iter().filter(|bump| bump.level > Level::None) {
        let _ = writeln!(text, "{}: a {} release", bump.name, bump.level.name());
    }
    let _ = writeln!(
        text,
        "{breaking} of {} changes break callers; review what is pending (`cargo insta review`, or\n\
         `cargo xtask regen --accept` and `git diff`), then put {DRAFT} into CHANGELOG.md",
        diff.changes.len()
    );
    text
}

/// A person is needed.
fn stopped(report: String, step: &str, message: &str) -> Answer {
    Answer {
        out: printable(&report).into_owned(),
        error: format!("spec update stopped at {step}: {message}"),
        code: 1,
    }
}

#[cfg(test)]
#[allow(
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::unwrap_used,
    reason = "tests"
)]
mod tests {
    use std::fs;

    use serde_json::{Value, json};

    use super::*;

    /// The files of the workspace that `regen` reads and writes, copied.
    fn workspace() -> tempfile::TempDir {
        let folder = tempfile::tempdir().unwrap();
        let root = regen::workspace_root();
        for name in ["openapi", "tests/snapshots"] {
            copy(&root.join(name), &folder.path().join(name));
        }
        let spec = folder.path().join(regen::SPEC);
        fs::create_dir_all(spec.parent().unwrap()).unwrap();
        fs::copy(root.join(regen::SPEC), spec).unwrap();
        folder
    }

    fn copy(from: &Path, to: &Path) {
        fs::create_dir_all(to).unwrap();
        for entry in fs::read_dir(from).unwrap() {
            let entry = entry.unwrap();
            let target = to.join(entry.file_name());
            match entry.file_type().unwrap().is_dir() {
                true => copy(&entry.path(), &target),
                false => drop(fs::copy(entry.path(), target).unwrap()),
            }
        }
    }

    /// The vendored document with something changed, in a file of its own.
    fn changed(root: &Path, change: impl FnOnce(&mut Value)) -> PathBuf {
        let text = fs::read_to_string(root.join(regen::DOCUMENT)).unwrap();
        let mut document: Value = serde_json::from_str(&text).unwrap();
        change(&mut document);
        let file = root.join("new.json");
        fs::write(&file, document.to_string()).unwrap();
        file
    }

    fn texts(root: &Path) -> [String; 2] {
        [regen::DOCUMENT, regen::SPEC].map(|name| fs::read_to_string(root.join(name)).unwrap())
    }

    #[test]
    fn what_is_new_is_taken_in_and_left_for_review() {
        let folder = workspace();
        let root = folder.path();
        let file = changed(root, |document| {
            document["components"]["schemas"]["clock"]["properties"]["mood"] =
                json!({"type": "string"});
        });
        let answer = update(root, &file, Names::Tabled, String::new());
        assert_eq!(
            (answer.code, answer.error.as_str()),
            (0, ""),
            "{}",
            answer.out
        );
        for expected in [
            "== lint",
            "== diff",
            "== regen",
            "mood",
            "alpaca-trading-gen: a patch release",
        ] {
            assert!(answer.out.contains(expected), "{expected}: {}", answer.out);
        }
        assert!(texts(root).iter().all(|text| text.contains("mood")));
        let draft = fs::read_to_string(root.join(DRAFT)).unwrap();
        assert!(draft.starts_with("# Alpaca's document has changed") && draft.contains("mood"));
        // The changed type waits for a reviewer.
        assert!(root.join("tests/snapshots/types/Clock.snap.new").exists());
        // Once more, there is nothing to do.
        let answer = update(root, &file, Names::Tabled, String::new());
        assert_eq!(answer.code, 0);
        assert!(answer.out.contains("nothing was changed"), "{}", answer.out);
    }

    #[test]
    fn another_form_of_the_same_is_nothing_new() {
        let folder = workspace();
        let before = texts(folder.path());
        let file = changed(folder.path(), |_| ());
        let answer = update(folder.path(), &file, Names::Tabled, String::new());
        assert_eq!(answer.code, 0, "{}", answer.error);
        assert!(answer.out.contains("nothing was changed"), "{}", answer.out);
        assert_eq!(texts(folder.path()), before);
    }

    #[test]
    fn yaml_is_taken_in_as_json() {
        let folder = workspace();
        let root = folder.path();
        let json = changed(root, |document| {
            document["components"]["schemas"]["clock"]["properties"]["mood"] =
                json!({"type": "string"});
        });
        // JSON with a comment before it is YAML, and no JSON.
        let text = format!("# A comment.\n{}", fs::read_to_string(json).unwrap());
        let file = root.join("new.yaml");
        fs::write(&file, text).unwrap();
        let answer = update(root, &file, Names::Tabled, String::new());
        assert_eq!(answer.code, 0, "{}", answer.error);
        let taken = fs::read_to_string(root.join(regen::DOCUMENT)).unwrap();
        let taken: Value = serde_json::from_str(&taken).unwrap();
        let mood = taken.pointer("/components/schemas/clock/properties/mood/type");
        assert_eq!(mood, Some(&json!("string")));
    }

    #[test]
    fn what_needs_a_person_stops_it_and_changes_nothing() {
        let folder = workspace();
        let root = folder.path();
        let before = texts(root);
        let dangling = changed(root, |document| {
            document["components"]["schemas"]["clock"] =
                json!({"$ref": "#/components/schemas/Nobody"});
        });
        let answer = update(root, &dangling, Names::Tabled, String::new());
        assert_eq!(answer.code, 1);
        assert!(answer.error.contains("stopped at lint"), "{}", answer.error);
        assert!(answer.out.contains("Nobody"), "{}", answer.out);
        assert_eq!(texts(root), before);

        // An operation of the supplement is back, which lint takes for doubtful and `regen` refuses.
        let supplement = fs::read_to_string(root.join(regen::SUPPLEMENT)).unwrap();
        let supplement: Value = serde_json::from_str(&supplement).unwrap();
        let back = changed(root, |document| {
            let paths = supplement["paths"].as_object().unwrap();
            let (path, item) = paths.iter().next().unwrap();
            document["paths"][path] = item.clone();
            let schemas = supplement["components"]["schemas"].as_object().unwrap();
            for (name, schema) in schemas {
                document["components"]["schemas"][name] = schema.clone();
            }
        });
        let answer = update(root, &back, Names::Tabled, String::new());
        assert_eq!(answer.code, 1, "{}", answer.out);
        assert!(answer.error.contains("stopped at"), "{}", answer.error);
        assert_eq!(texts(root), before);

        let none = root.join("none.json");
        fs::write(&none, "<html>").unwrap();
        let answer = update(root, &none, Names::Tabled, String::new());
        assert_eq!(answer.code, 1);
        assert!(answer.error.contains("none.json"), "{}", answer.error);
    }

    #[test]
    fn the_name_of_a_method_is_chosen_by_a_person() {
        let folder = workspace();
        let root = folder.path();
        let before = texts(root);
        let file = changed(root, |document| {
            let mut operation = document["paths"]["/v2/clock"]["get"].clone();
            operation["operationId"] = json!("getTides");
            document["paths"]["/v2/tides"] = json!({ "get": operation });
        });
        let answer = update(root, &file, Names::Tabled, String::new());
        assert_eq!(answer.code, 1, "{}", answer.out);
        for expected in [
            "stopped at lint: 1 operations",
            "GET /v2/tides",
            "`get_tides`",
            "xtask/src/steps/operations.rs",
            "--accept-names",
        ] {
            assert!(
                answer.error.contains(expected),
                "{expected}: {}",
                answer.error
            );
        }
        assert_eq!(texts(root), before);
        let answer = update(root, &file, Names::Accepted, String::new());
        assert_eq!(answer.code, 0, "{}", answer.error);
        assert!(texts(root).iter().all(|text| text.contains("/v2/tides")));
    }

    #[test]
    fn doubts_are_told_and_nothing_of_them_is_obeyed() {
        let folder = workspace();
        let file = changed(folder.path(), |document| {
            for number in 0..5 {
                document["components"]["schemas"]["clock"]["properties"]
                    [format!("m\u{202e}{number}")] =
                    json!({"type": "string", "format": "nobody-knows"});
            }
        });
        let answer = update(folder.path(), &file, Names::Tabled, String::new());
        for expected in [
            "  unknown-format (5): ",
            "    and 2 more, ",
            "m\\u{202e}0/format: ",
        ] {
            assert!(answer.out.contains(expected), "{expected}: {}", answer.out);
        }
        assert!(!answer.out.contains('\u{202e}'), "{}", answer.out);
    }

    #[test]
    fn a_draft_that_cannot_be_written_stops_it_before_anything_is_replaced() {
        let folder = workspace();
        let root = folder.path();
        let before = texts(root);
        let file = changed(root, |document| {
            document["components"]["schemas"]["clock"]["properties"]["mood"] =
                json!({"type": "string"});
        });
        // A file where the folder of the draft should be.
        fs::create_dir_all(root.join("target")).unwrap();
        fs::write(root.join("target/spec"), "").unwrap();
        let answer = update(root, &file, Names::Tabled, String::new());
        assert_eq!(answer.code, 1, "{}", answer.out);
        assert!(answer.error.contains("target/spec"), "{}", answer.error);
        assert_eq!(texts(root), before);
    }
}
