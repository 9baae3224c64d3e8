//! `cargo xtask soak`: the tests of "never twice, never lost" and of the simulator's worlds at their full size.
//!
//! They are a program of the package `tests`, which shares their code with the tests that run at a small
//! size. This only builds and starts it, because `tests` uses this package and not the other way round.

use std::path::Path;

use crate::ci::command::{Workspace, run as run_command};

/// Runs the soaks that the arguments name, with the options of the program.
///
/// # Errors
///
/// When it cannot be built, when an argument is wrong, when anything was placed twice or lost, and when
/// a world does not add up.
pub fn run(root: &Path, arguments: &[String]) -> Result<(), String> {
    let mut command = Workspace::at(root)?.cargo(&["run", "--quiet", "--package", "tests"]);
    run_command(command.args(["--bin", "soak", "--"]).args(arguments))
}
