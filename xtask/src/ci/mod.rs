//! `cargo xtask ci`: every check of this workspace, in one list.
//!
//! The list below is the whole of continuous integration: the service that runs it only calls
//! `.ci/run`, which calls `cargo xtask ci`, so what passes here passes there. Each check is one
//! function and runs alone by its name (`cargo xtask ci tidy`). Without names all of them run in
//! order; a failure does not stop the rest, and a table at the end says how each one went.
//!
//! A check whose tool is not installed fails where the `CI` environment variable is set and is
//! skipped with a warning elsewhere: a contributor without `clippy` can still run the others.

mod cargo;
pub(crate) mod command;
mod deny;
mod foreign;
mod licences;
mod metadata;
mod msrv;
mod package;
mod tidy;

use std::fmt::Write as _;
use std::path::Path;
use std::time::{Duration, Instant};

use command::{Outcome, Workspace};

/// One entry of the list: the name it is called by, what it proves, and the function.
struct Check {
    name: &'static str,
    about: &'static str,
    run: fn(&Workspace) -> Result<Outcome, String>,
}

/// The checks in the order in which they run: the cheap ones that fail most often come first.
const CHECKS: &[Check] = &[
    Check {
        name: "format",
        about: "every source file is formatted",
        run: cargo::format,
    },
    Check {
        name: "clippy",
        about: "no lint warns, in any target",
        run: cargo::clippy,
    },
    Check {
        name: "regen",
        about: "the generated specification and snapshots match the vendored documents",
        run: cargo::regen,
    },
    Check {
        name: "coverage",
        about: "every operation has a method that calls it, and docs/coverage.md says so",
        run: cargo::coverage,
    },
    Check {
        name: "blocking",
        about: "the surface without async is the one with it",
        run: cargo::blocking,
    },
    Check {
        name: "test",
        about: "all tests pass, doc tests included",
        run: cargo::test,
    },
    Check {
        name: "docs",
        about: "the documentation builds without a warning",
        run: cargo::docs,
    },
    Check {
        name: "foreign",
        about: "documents that are not ours generate crates that compile without warnings",
        run: foreign::check,
    },
    Check {
        name: "package",
        about: "the published crates are complete and build from their tarballs",
        run: package::check,
    },
    Check {
        name: "licences",
        about: "deny.toml allows every dependency's licence; no banned crate is linked",
        run: licences::check,
    },
    Check {
        name: "msrv",
        about: "no dependency asks for a newer Rust than the published crates promise",
        run: msrv::check,
    },
    Check {
        name: "tidy",
        about: "the text rules hold: no stubs, file sizes, headers, whitespace, paths",
        run: tidy::check,
    },
];

/// The name of each check with one line on what it proves, in the order in which they run.
#[must_use]
pub fn names() -> Vec<(&'static str, &'static str)> {
    CHECKS
        .iter()
        .map(|check| (check.name, check.about))
        .collect()
}

/// Runs the checks called `names`, or all of them if `names` is empty, on the workspace at `root`.
///
/// Every chosen check runs, whatever happens to the others. The closing table gives each one's
/// name, its seconds and how it went.
///
/// # Errors
///
/// A name that no check has (before anything runs), or the names of the checks that failed.
pub fn run(root: &Path, names: &[String]) -> Result<(), String> {
    let chosen = choose(names)?;
    run_each(&Workspace::at(root)?, &chosen)
}

/// The checks that `names` stand for.
fn choose(names: &[String]) -> Result<Vec<&'static Check>, String> {
    if names.is_empty() {
        return Ok(CHECKS.iter().collect());
    }
    names
        .iter()
        .map(|name| {
            CHECKS
                .iter()
                .find(|check| check.name == name)
                .ok_or_else(|| {
                    let known: Vec<_> = CHECKS.iter().map(|check| check.name).collect();
                    format!(
                        "ci: no check is called `{name}`; the checks are: {}",
                        known.join(", ")
                    )
                })
        })
        .collect()
}

/// How one check went, for the closing table.
struct Row {
    name: &'static str,
    took: Duration,
    result: String,
    failed: bool,
}

fn run_each(workspace: &Workspace, chosen: &[&Check]) -> Result<(), String> {
    let mut rows = Vec::new();
    for check in chosen {
        println!("\n== {}: {}", check.name, check.about);
        let start = Instant::now();
        let (result, failed) = match (check.run)(workspace) {
            Ok(Outcome::Passed) => ("ok".to_owned(), false),
            Ok(Outcome::Missing { tool, remedy }) => {
                eprintln!("warning: {}: {tool} is missing; {remedy}", check.name);
                if workspace.in_ci {
                    (format!("FAILED: {tool} is missing"), true)
                } else {
                    (format!("skipped: {tool} is missing"), false)
                }
            }
            Err(message) => {
                eprintln!("error: {}: {message}", check.name);
                ("FAILED".to_owned(), true)
            }
        };
        rows.push(Row {
            name: check.name,
            took: start.elapsed(),
            result,
            failed,
        });
    }
    println!("\n{}", table(&rows));

    let failed: Vec<_> = rows
        .iter()
        .filter(|row| row.failed)
        .map(|row| row.name)
        .collect();
    if failed.is_empty() {
        return Ok(());
    }
    Err(format!(
        "ci: {} of {} checks failed: {}",
        failed.len(),
        rows.len(),
        failed.join(", ")
    ))
}

fn table(rows: &[Row]) -> String {
    let mut text = format!("{:<10} {:>8}  result", "check", "seconds");
    for Row {
        name, took, result, ..
    } in rows
    {
        // Writing to a String cannot fail.
        let _ = write!(text, "\n{name:<10} {:>8.1}  {result}", took.as_secs_f64());
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    fn workspace(in_ci: bool) -> Workspace {
        let mut workspace = Workspace::at(Path::new(".")).unwrap();
        workspace.in_ci = in_ci;
        workspace
    }

    fn check(name: &'static str, run: fn(&Workspace) -> Result<Outcome, String>) -> Check {
        Check {
            name,
            about: "",
            run,
        }
    }

    fn missing(_: &Workspace) -> Result<Outcome, String> {
        Ok(Outcome::Missing {
            tool: "saw",
            remedy: "buy one",
        })
    }

    #[test]
    fn no_name_means_every_check() {
        assert_eq!(choose(&[]).unwrap().len(), names().len());
    }

    #[test]
    fn names_choose_checks_in_their_order() {
        let chosen = choose(&["tidy".to_owned(), "format".to_owned()]).unwrap();
        let chosen: Vec<_> = chosen.iter().map(|check| check.name).collect();
        assert_eq!(chosen, ["tidy", "format"]);
    }

    #[test]
    fn an_unknown_name_is_refused_with_the_list() {
        let error = run(Path::new("."), &["tidy".to_owned(), "lint".to_owned()]).unwrap_err();
        assert!(error.contains("`lint`"), "{error}");
        for (name, _) in names() {
            assert!(error.contains(name), "{error} lacks {name}");
        }
    }

    #[test]
    fn a_failure_does_not_stop_the_rest() {
        // A failure after the first one can only be counted if the first did not end the run.
        let checks = [
            check("a", |_| Err("broken".into())),
            check("b", |_| Ok(Outcome::Passed)),
            check("c", |_| Err("also".into())),
        ];
        let error = run_each(&workspace(false), &checks.each_ref()).unwrap_err();
        assert_eq!(error, "ci: 2 of 3 checks failed: a, c");
    }

    #[test]
    fn a_missing_tool_fails_only_in_ci() {
        let checks = [check("a", missing)];
        assert_eq!(run_each(&workspace(false), &checks.each_ref()), Ok(()));
        assert!(run_each(&workspace(true), &checks.each_ref()).is_err());
    }

    #[test]
    fn the_table_has_a_line_for_each_check() {
        let row = |name, result: &str| Row {
            name,
            took: Duration::from_millis(1250),
            result: result.to_owned(),
            failed: false,
        };
        assert_eq!(
            table(&[row("format", "ok"), row("tidy", "FAILED")]),
            "check       seconds  result\n\
             format          1.2  ok\n\
             tidy            1.2  FAILED"
        );
    }
}
