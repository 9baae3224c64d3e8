//! The checks that are one command: format, clippy, regen, coverage, blocking, test, docs.

use super::command::{Outcome, Workspace, answers, run};
use crate::client::blocking::is_installed;

/// `cargo fmt`, changing nothing.
pub(super) fn format(workspace: &Workspace) -> Result<Outcome, String> {
    if !answers(&mut workspace.cargo(&["fmt", "--version"])) {
        return Ok(Outcome::Missing {
            tool: "rustfmt",
            remedy: "`rustup component add rustfmt` installs it",
        });
    }
    run(&mut workspace.cargo(&["fmt", "--all", "--check"]))?;
    Ok(Outcome::Passed)
}

/// Clippy on every target, warnings being errors. Its `incompatible_msrv` lint also catches what
/// the standard library only offers in a newer Rust than we promise.
pub(super) fn clippy(workspace: &Workspace) -> Result<Outcome, String> {
    if !answers(&mut workspace.cargo(&["clippy", "--version"])) {
        return Ok(Outcome::Missing {
            tool: "clippy",
            remedy: "`rustup component add clippy` installs it",
        });
    }
    run(&mut workspace.cargo(&[
        "clippy",
        "--workspace",
        "--all-targets",
        "--all-features",
        "--",
        "-D",
        "warnings",
    ]))?;
    Ok(Outcome::Passed)
}

/// What is committed is what the vendored documents produce.
pub(super) fn regen(workspace: &Workspace) -> Result<Outcome, String> {
    run(&mut workspace.xtask(&["regen", "--check"]))?;
    Ok(Outcome::Passed)
}

/// Every operation has a method, and the table of them is what the source gives.
pub(super) fn coverage(workspace: &Workspace) -> Result<Outcome, String> {
    run(&mut workspace.xtask(&["coverage", "--check"]))?;
    Ok(Outcome::Passed)
}

/// The surface without async is what the source gives.
pub(super) fn blocking(workspace: &Workspace) -> Result<Outcome, String> {
    if !is_installed() {
        return Ok(Outcome::Missing {
            tool: "rustfmt",
            remedy: "`rustup component add rustfmt` installs it",
        });
    }
    run(&mut workspace.xtask(&["blocking", "--check"]))?;
    Ok(Outcome::Passed)
}

/// All tests of all crates. A snapshot that differs fails and is left as it was: a run that
/// rewrote its own expectations would prove nothing.
pub(super) fn test(workspace: &Workspace) -> Result<Outcome, String> {
    // Without `--all-targets`, because that would leave the doc tests out.
    run(workspace
        .cargo(&["test", "--workspace", "--all-features"])
        .env("INSTA_UPDATE", "no"))?;
    Ok(Outcome::Passed)
}

/// The documentation as a user reads it; a broken link is an error.
pub(super) fn docs(workspace: &Workspace) -> Result<Outcome, String> {
    run(workspace
        .cargo(&["doc", "--workspace", "--no-deps", "--all-features"])
        .env("RUSTDOCFLAGS", "-D warnings"))?;
    Ok(Outcome::Passed)
}
