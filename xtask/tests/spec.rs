//! `spec lint` as a maintainer calls it: exit codes, both forms, and the vendored document.

#![allow(
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::unwrap_used,
    reason = "tests"
)]

use std::fs;
use std::path::Path;
use std::process::{Command, Output};

use serde_json::Value;
use xtask::spec::lint::{self, rules::Weight};

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap()
}

fn xtask(arguments: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_xtask"))
        .current_dir(root())
        .args(arguments)
        .output()
        .unwrap()
}

fn text(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}

#[test]
fn the_vendored_document_has_the_findings_that_were_reviewed() {
    let output = xtask(&["spec", "lint", "openapi/trading-api.json"]);
    assert_eq!(output.status.code(), Some(0), "{}", text(&output.stderr));
    insta::assert_snapshot!("vendored", text(&output.stdout));
}

#[test]
fn every_place_is_one_of_the_document() {
    for name in [
        "openapi/trading-api.json",
        "tests/documents/trading-2024.json",
        "tests/documents/market-data.yaml",
        "tests/documents/hazards-3.1.yaml",
    ] {
        let report = lint::lint_file(root(), &root().join(name)).unwrap();
        assert_eq!(report.count(Weight::Refused), 0, "{}", report.to_text());
        for finding in &report.findings {
            let place = finding.pointer.strip_prefix('#').unwrap();
            assert!(
                report.document.root.pointer(place).is_some(),
                "{name}: {} {}",
                finding.rule.name,
                finding.pointer
            );
        }
    }
}

#[test]
fn the_exit_code_says_whether_something_is_refused() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("x.json");
    let at = file.to_str().unwrap();
    let head = r#""openapi":"3.0.0","info":{"title":"T","version":"1"}"#;
    let answer = r#""responses":{"200":{"description":""}}"#;

    fs::write(
        &file,
        format!(r#"{{{head},"paths":{{"/a":{{"get":{{{answer}}}}}}}}}"#),
    )
    .unwrap();
    let output = xtask(&["spec", "lint", at]);
    assert_eq!(output.status.code(), Some(1));
    let report = text(&output.stdout);
    assert!(
        report.contains("refused operation-id-missing (1)") && report.contains("#/paths/~1a/get"),
        "{report}"
    );
    let output = xtask(&["spec", "lint", "--format", "json", at]);
    assert_eq!(output.status.code(), Some(1));
    let json: Value = serde_json::from_slice(&output.stdout).unwrap();
    assert_eq!(json["lint"], 1);
    assert_eq!(json["counts"]["refused"], 1);
    assert_eq!(json["findings"][0]["pointer"], "#/paths/~1a/get");

    for unusable in [
        "",
        "<html>",
        "{",
        "[]",
        "{}",
        "{\"swagger\": \"2.0\"}",
        "a: [",
        "5",
    ] {
        fs::write(&file, unusable).unwrap();
        let output = xtask(&["spec", "lint", at]);
        let message = text(&output.stderr);
        assert_eq!(output.status.code(), Some(2), "{unusable}: {message}");
        assert!(output.stdout.is_empty(), "{unusable}");
        assert!(
            message.starts_with("error: ") && message.contains("x.json: #"),
            "{unusable}: {message}"
        );
    }
}

#[test]
fn what_is_not_understood_is_told() {
    for arguments in [
        &["spec"][..],
        &["spec", "lend"],
        &["spec", "lint"],
        &["spec", "lint", "a", "b"],
        &["spec", "lint", "--format", "xml", "a"],
        &["spec", "lint", "--format", "text", "--format", "text", "a"],
        &["spec", "lint", "--quiet"],
        &["spec", "lint", "no/such/file.json"],
        &["spec", "fetch", "--url"],
    ] {
        let output = xtask(arguments);
        assert_eq!(output.status.code(), Some(2), "{arguments:?}");
        assert!(text(&output.stderr).starts_with("error: "), "{arguments:?}");
    }
}

#[test]
fn the_workflow_checks_what_it_pushes() {
    let workflow = xtask::document::read(&root().join(".github/workflows/spec.yml")).unwrap();
    let at = |pointer: &str| workflow.root.pointer(pointer).unwrap_or(&Value::Null);
    assert_eq!(
        at("/on/schedule/0/cron")
            .as_str()
            .map(|cron| cron.split(' ').count()),
        Some(5)
    );
    let steps: Vec<String> = at("/jobs/update/steps")
        .as_array()
        .unwrap()
        .iter()
        .map(Value::to_string)
        .collect();
    let place = |part: &str| {
        let found: Vec<usize> = (0..steps.len())
            .filter(|index| steps[*index].contains(part))
            .collect();
        assert_eq!(found.len(), 1, "{part}: {found:?}");
        found[0]
    };
    let order = [
        place("cargo xtask spec update"),
        place("cargo xtask regen --accept"),
        place(".ci/run"),
        place("CHANGELOG-draft.md"),
        place("git push"),
    ];
    assert!(order.is_sorted(), "{order:?}");
    // One branch, whatever the day; and a token for the last step alone.
    assert_eq!(at("/env/BRANCH"), "spec-update");
    assert_eq!(place("GH_TOKEN"), place("git push"));
    assert_eq!(place("secrets."), place("git push"));
    for action in steps.iter().filter(|step| step.contains("\"uses\"")) {
        assert!(action.contains("@v"), "not pinned: {action}");
    }
}
