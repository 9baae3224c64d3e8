//! The quickstart, as a new user starts it.

#![allow(clippy::unwrap_used, reason = "tests")]

use std::path::PathBuf;
use std::process::{Command, Output};
use std::time::{Duration, Instant};

/// The built example: it lies beside the program of this crate.
fn program() -> PathBuf {
    let beside = PathBuf::from(env!("CARGO_BIN_EXE_alpaca-trading-sim"));
    let folder = beside.parent().unwrap().join("examples");
    folder.join(format!("quickstart{}", std::env::consts::EXE_SUFFIX))
}

fn run(variables: &[(&str, &str)]) -> Output {
    let mut command = Command::new(program());
    for (name, _) in std::env::vars() {
        if name.starts_with("APCA_") || name.starts_with("ALPACA_") {
            command.env_remove(name);
        }
    }
    command.envs(variables.iter().copied()).output().unwrap()
}

#[test]
fn without_keys_it_trades_on_the_simulator_and_ends_well() {
    let begun = Instant::now();
    let output = run(&[]);
    assert!(
        begun.elapsed() < Duration::from_secs(5),
        "{:?}",
        begun.elapsed()
    );
    let text = String::from_utf8(output.stdout).unwrap();
    assert!(
        output.status.success(),
        "{text}{}",
        String::from_utf8_lossy(&output.stderr)
    );
    for expected in [
        "a simulator at http://127.0.0.1:",
        "cash          100000",
        "market        open",
        "POST http://127.0.0.1:",
        "fills, as the stream tells them",
        "SPY         0.",
        "limit       filled 10 at ",
        "bracket     filled 5 at ",
        "fractional  filled 0.",
        "AAPL        10 at ",
        "canceled      0 open orders",
        "equity        100",
    ] {
        assert!(text.contains(expected), "`{expected}` is not in\n{text}");
    }
}

#[test]
fn two_runs_say_the_same() {
    let text = || {
        let text = String::from_utf8(run(&[]).stdout).unwrap();
        // The port is whichever is free.
        let lines = text.lines().filter(|line| !line.contains("127.0.0.1"));
        lines.map(str::to_owned).collect::<Vec<_>>()
    };
    assert_eq!(text(), text());
}

#[test]
fn with_keys_of_a_live_account_it_refuses() {
    let output = run(&[
        ("APCA_API_KEY_ID", "AKLIVE"),
        ("APCA_API_SECRET_KEY", "a-secret-that-nobody-sees"),
        ("APCA_API_ENV", "live"),
    ]);
    assert!(!output.status.success());
    let text = String::from_utf8_lossy(&output.stderr);
    assert!(text.contains("paper only"), "{text}");
    assert!(!text.contains("a-secret"), "{text}");
}
