//! The examples of streams, as a new user starts them: without keys, on the simulator.

#![allow(clippy::unwrap_used, reason = "tests")]

use std::path::PathBuf;
use std::process::Command;

/// What an example says without keys; it must end well.
fn run(name: &str) -> String {
    let beside = PathBuf::from(env!("CARGO_BIN_EXE_alpaca-trading-sim"));
    let folder = beside.parent().unwrap().join("examples");
    let mut command = Command::new(folder.join(format!("{name}{}", std::env::consts::EXE_SUFFIX)));
    for (name, _) in std::env::vars() {
        if name.starts_with("APCA_") || name.starts_with("ALPACA_") {
            command.env_remove(name);
        }
    }
    let output = command.output().unwrap();
    let text = String::from_utf8(output.stdout).unwrap();
    let errors = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{name}: {text}{errors}");
    text
}

fn says(text: &str, expected: &[&str]) {
    for expected in expected {
        assert!(text.contains(expected), "`{expected}` is not in\n{text}");
    }
}

#[test]
fn updates_go_on_after_a_cut() {
    says(
        &run("stream_updates"),
        &[
            "AAPL  new\n",
            "closed by the service: 1001",
            "(missed)",
            "everything is told",
            "1 reconnects",
        ],
    );
}

#[test]
fn the_bot_makes_its_rounds_after_a_cut() {
    says(
        &run("bot"),
        &[
            "closed by the service: 1001",
            "2 rounds, 4 orders",
            "1 breaks",
            "profit ",
        ],
    );
}

#[test]
fn activities_go_on_after_a_cut() {
    let text = run("stream_activities");
    assert_eq!(text.matches("TRD").count(), 10, "{text}");
}
