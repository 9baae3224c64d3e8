//! `cargo xtask COMMAND`.

use std::path::{Path, PathBuf};
use std::process::ExitCode;

use xtask::ci;
use xtask::client::{blocking, coverage};
use xtask::regen::{self, Mode};
use xtask::soak;
use xtask::spec;
use xtask::terminal::printable;

const USAGE: &str = "\
cargo xtask regen [--check | --accept]       regenerate from the vendored documents
    --check     write nothing, fail when anything would change
    --accept    take changed snapshots instead of leaving them for review
cargo xtask regen --spec FILE --out DIR      generate a raw client crate from any document
cargo xtask spec fetch [--url URL] [--out FILE]
                                             download a document, and keep it only if it is one
cargo xtask spec lint FILE [--format text|json]
                                             all that the pipeline would refuse or repair, and all that
                                             contradicts itself; exit code 1 when something is refused,
                                             2 when the file is no document
cargo xtask spec update [--url URL | --from FILE] [--accept-names]
                                             fetch, lint, diff and regen in one go, until a person is needed
    --accept-names   take the names that are made up for operations without a line in the table of names
cargo xtask spec diff OLD NEW [--format text|markdown|json] [--fail-on breaking]
                                             what changed between two documents, by Alpaca's policy; exit
                                             code 1 when that fails on something, 2 for no document
cargo xtask coverage [--check]               write docs/coverage.md: operations and methods
cargo xtask blocking [--check]               write the client's surface without async
cargo xtask ci [CHECK ...]                   run all checks, or those named
cargo xtask ci --list                        list them
cargo xtask soak [NAME ...] [--seed N]       never twice, never lost: thousands of orders through faults;
                                             worlds of the simulator that must add up; its streams, of
                                             which everything must be told, once
    NAME        submit, replace, close, sim, worlds, crowd, streams or activities; all without a name
";

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    if let Some(("spec", rest)) = arguments
        .split_first()
        .map(|(command, rest)| (command.as_str(), rest))
    {
        let answer = spec::run(&regen::workspace_root(), rest);
        print!("{}", answer.out);
        if !answer.error.is_empty() {
            eprintln!("error: {}", printable(answer.error.trim_end()));
        }
        return ExitCode::from(answer.code);
    }
    match run(&arguments) {
        Ok(report) => {
            print!("{}", printable(&report));
            ExitCode::SUCCESS
        }
        Err(message) => {
            eprintln!("error: {}", printable(message.trim_end()));
            ExitCode::FAILURE
        }
    }
}

fn run(arguments: &[String]) -> Result<String, String> {
    match arguments.split_first() {
        Some((command, rest)) if command == "regen" => regenerate(rest),
        Some((command, rest)) if command == "coverage" => derive(command, rest, coverage::run),
        Some((command, rest)) if command == "blocking" => derive(command, rest, blocking::run),
        Some((command, rest)) if command == "ci" => check(rest),
        Some((command, rest)) if command == "soak" => {
            soak::run(&regen::workspace_root(), rest).map(|()| String::new())
        }
        Some((command, _)) if matches!(command.as_str(), "help" | "--help" | "-h") => {
            Ok(USAGE.to_owned())
        }
        Some((command, _)) => Err(format!("there is no command `{command}`\n\n{USAGE}")),
        None => Err(format!("a command is missing\n\n{USAGE}")),
    }
}

fn regenerate(arguments: &[String]) -> Result<String, String> {
    let (mut check, mut accept) = (false, false);
    let (mut spec, mut out) = (None, None);
    let mut rest = arguments.iter();
    while let Some(argument) = rest.next() {
        match argument.as_str() {
            "--check" => check = true,
            "--accept" => accept = true,
            "--spec" | "--out" => {
                let value = rest
                    .next()
                    .filter(|value| !value.starts_with("--"))
                    .ok_or_else(|| format!("`{argument}` needs a path\n\n{USAGE}"))?;
                let target = if argument == "--spec" {
                    &mut spec
                } else {
                    &mut out
                };
                if target.replace(PathBuf::from(value)).is_some() {
                    return Err(format!("`{argument}` was given twice\n\n{USAGE}"));
                }
            }
            other => return Err(format!("`regen` has no option `{other}`\n\n{USAGE}")),
        }
    }
    let root = regen::workspace_root();
    match (spec, out, check, accept) {
        (Some(spec), Some(out), false, false) => regen::standalone(&root, &spec, &out),
        (None, None, true, false) => regen::run(&root, Mode::Check),
        (None, None, false, true) => regen::run(&root, Mode::Accept),
        (None, None, false, false) => regen::run(&root, Mode::Write),
        (None, None, true, true) => Err(format!(
            "`--check` writes nothing, `--accept` does: choose one\n\n{USAGE}"
        )),
        _ => Err(format!(
            "`--spec` and `--out` go together, and alone\n\n{USAGE}"
        )),
    }
}

/// Runs a command that writes files, or with `--check` only compares them.
fn derive(
    command: &str,
    arguments: &[String],
    run: fn(&Path, bool) -> Result<String, String>,
) -> Result<String, String> {
    let check = match arguments {
        [] => false,
        [option] if option == "--check" => true,
        [other, ..] => return Err(format!("`{command}` has no option `{other}`\n\n{USAGE}")),
    };
    run(&regen::workspace_root(), check)
}

fn check(arguments: &[String]) -> Result<String, String> {
    if arguments.iter().any(|argument| argument == "--list") {
        return Ok(ci::names()
            .into_iter()
            .map(|(name, about)| format!("{name:<10} {about}\n"))
            .collect());
    }
    ci::run(&regen::workspace_root(), arguments).map(|()| String::new())
}
