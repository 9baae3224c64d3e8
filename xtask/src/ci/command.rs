//! Running other programs: cargo, git, and this binary again.
//!
//! The checks are themselves started by `cargo run`, which tells its child about the `xtask`
//! package through the environment. An inner cargo must not see that: build scripts that watch
//! those variables would run again, and everything behind them would be rebuilt.

use std::env;
use std::ffi::OsString;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

/// How a check that did not fail ended.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Outcome {
    /// The rule holds.
    Passed,
    /// The rule was not looked at, because a program is not installed.
    Missing {
        /// The program.
        tool: &'static str,
        /// How to get it, as the second half of a sentence.
        remedy: &'static str,
    },
}

/// The workspace under check and the programs that work on it.
#[derive(Debug)]
pub(crate) struct Workspace {
    /// The folder of the root `Cargo.toml`.
    pub(super) root: PathBuf,
    /// Whether a missing tool is a failure: the `CI` variable is set and not empty.
    pub(super) in_ci: bool,
    cargo: OsString,
    xtask: PathBuf,
}

impl Workspace {
    /// The workspace at `root`, worked on by the cargo that started us, or the one on the path.
    pub(crate) fn at(root: &Path) -> Result<Self, String> {
        // Asked once and before any check: a check that rebuilds this binary replaces the file,
        // and on Linux the name of a running program whose file is gone is no longer a path.
        let xtask =
            env::current_exe().map_err(|error| format!("ci: where is this program? {error}"))?;
        Ok(Self {
            // Cargo's answers have absolute paths; errors name files from here.
            root: std::path::absolute(root).map_err(|e| format!("{}: {e}", root.display()))?,
            in_ci: env::var_os("CI").is_some_and(|value| !value.is_empty()),
            cargo: env::var_os("CARGO").unwrap_or_else(|| "cargo".into()),
            xtask,
        })
    }

    /// A cargo command in the workspace root.
    pub(crate) fn cargo(&self, args: &[&str]) -> Command {
        self.command(&self.cargo, args)
    }

    /// This program once more, with other arguments.
    pub(super) fn xtask(&self, args: &[&str]) -> Command {
        self.command(self.xtask.as_os_str(), args)
    }

    /// A git command in the workspace root.
    pub(super) fn git(&self, args: &[&str]) -> Command {
        self.command("git".as_ref(), args)
    }

    fn command(&self, program: &std::ffi::OsStr, args: &[&str]) -> Command {
        let mut command = Command::new(program);
        command.args(args).current_dir(&self.root);
        for (name, _) in env::vars_os() {
            if name.to_str().is_some_and(leaks) {
                command.env_remove(name);
            }
        }
        command
    }
}

/// Whether the outer `cargo run` set this variable for the `xtask` package alone.
fn leaks(variable: &str) -> bool {
    variable.starts_with("CARGO_PKG_")
        || matches!(
            variable,
            "CARGO_MANIFEST_DIR" | "CARGO_MANIFEST_PATH" | "CARGO_BIN_NAME" | "CARGO_CRATE_NAME"
        )
}

/// Runs a command whose output the reader sees as it comes; anything but success is an error.
pub(crate) fn run(command: &mut Command) -> Result<(), String> {
    let status = command
        .status()
        .map_err(|error| cannot_start(command, &error))?;
    if status.success() {
        Ok(())
    } else {
        Err(format!("`{}`: {status}", line(command)))
    }
}

/// Runs a command and returns what it wrote to stdout; stderr goes to the reader.
pub(super) fn capture(command: &mut Command) -> Result<Vec<u8>, String> {
    let output = command
        .stderr(Stdio::inherit())
        .output()
        .map_err(|error| cannot_start(command, &error))?;
    if output.status.success() {
        Ok(output.stdout)
    } else {
        Err(format!("`{}`: {}", line(command), output.status))
    }
}

/// Whether the tool answers to this command (one that only asks for its version).
///
/// A cargo subcommand is asked this way because its launcher may be present while the component
/// behind it is not.
pub(super) fn answers(command: &mut Command) -> bool {
    command
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .status()
        .is_ok_and(|status| status.success())
}

fn cannot_start(command: &Command, error: &std::io::Error) -> String {
    format!("`{}` does not start: {error}", line(command))
}

/// The command as a person would type it: the program's bare name and the arguments.
fn line(command: &Command) -> String {
    let program = Path::new(command.get_program());
    let mut text = program
        .file_stem()
        .unwrap_or(program.as_os_str())
        .to_string_lossy()
        .into_owned();
    for arg in command.get_args() {
        text.push(' ');
        text.push_str(&arg.to_string_lossy());
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    fn workspace() -> Workspace {
        Workspace::at(Path::new(".")).unwrap()
    }

    #[test]
    fn variables_of_the_outer_run_do_not_leak() {
        assert!(leaks("CARGO_PKG_VERSION"));
        assert!(leaks("CARGO_MANIFEST_DIR"));
        // What the user chose stays: the target folder, flags, the toolchain.
        for kept in [
            "CARGO_TARGET_DIR",
            "RUSTFLAGS",
            "CARGO_HOME",
            "RUSTUP_TOOLCHAIN",
            "PATH",
        ] {
            assert!(!leaks(kept), "{kept}");
        }
    }

    #[test]
    fn a_command_that_fails_is_named_with_its_arguments() {
        let mut command = workspace().cargo(&["no-such-subcommand"]);
        let error = run(command.stderr(Stdio::null())).unwrap_err();
        assert!(error.contains("cargo no-such-subcommand"), "{error}");
    }

    #[test]
    fn a_program_that_does_not_exist_is_an_error_and_does_not_answer() {
        let mut command = workspace().command("no-such-program-anywhere".as_ref(), &[]);
        assert!(
            capture(&mut command)
                .unwrap_err()
                .contains("does not start")
        );
        assert!(!answers(&mut command));
    }

    #[test]
    fn output_is_captured() {
        let text = capture(&mut workspace().cargo(&["--version"])).unwrap();
        assert!(text.starts_with(b"cargo "));
    }
}
