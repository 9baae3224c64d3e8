//! Generated text as `cargo fmt` would leave it.

use std::io::Write as _;
use std::path::Path;
use std::process::{Command, Stdio};

/// Whether `rustfmt` is there.
#[must_use]
pub fn is_installed() -> bool {
    let mut command = Command::new(program());
    let command = command.arg("--version").stdin(Stdio::null());
    let status = command.stdout(Stdio::null()).stderr(Stdio::null()).status();
    status.is_ok_and(|status| status.success())
}

/// Formats a source file by the settings of the workspace at `root`.
pub(super) fn format(root: &Path, text: &str) -> Result<String, String> {
    let mut command = Command::new(program());
    command
        .args([
            "--edition",
            "2024",
            "--emit",
            "stdout",
            "--quiet",
            "--config-path",
        ])
        .arg(root.join("rustfmt.toml"))
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped());
    let mut child = command
        .spawn()
        .map_err(|error| format!("rustfmt does not start: {error}"))?;
    let input = child.stdin.take();
    // It reads all before it writes, so neither waits for the other.
    let written = match input {
        Some(mut input) => input.write_all(text.as_bytes()),
        None => Ok(()),
    };
    let output = child
        .wait_with_output()
        .map_err(|error| format!("rustfmt: {error}"))?;
    if !output.status.success() {
        return Err(format!(
            "rustfmt: {}",
            String::from_utf8_lossy(&output.stderr)
        ));
    }
    written.map_err(|error| format!("rustfmt: {error}"))?;
    String::from_utf8(output.stdout).map_err(|error| format!("rustfmt: {error}"))
}

fn program() -> std::ffi::OsString {
    std::env::var_os("RUSTFMT").unwrap_or_else(|| "rustfmt".into())
}
