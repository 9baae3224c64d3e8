//! The commands as a maintainer calls them: exit codes, messages, and nothing written on failure.

#![allow(
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::unwrap_used,
    reason = "helpers of tests"
)]

use std::fs;
use std::path::Path;
use std::process::{Command, Output};

fn xtask(arguments: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_xtask"))
        .args(arguments)
        .output()
        .unwrap()
}

fn stderr(output: &Output) -> String {
    String::from_utf8_lossy(&output.stderr).into_owned()
}

/// Runs `regen --spec` on `text`; it must fail cleanly. Returns the message.
fn refused(name: &str, text: &[u8]) -> String {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join(name);
    fs::write(&file, text).unwrap();
    let out = folder.path().join("out");
    let output = xtask(&[
        "regen",
        "--spec",
        file.to_str().unwrap(),
        "--out",
        out.to_str().unwrap(),
    ]);
    let message = stderr(&output);
    assert_eq!(output.status.code(), Some(1), "{name}: {message}");
    assert!(output.stdout.is_empty(), "{name} printed a report");
    assert!(
        !message.contains("panicked") && !message.contains("RUST_BACKTRACE"),
        "{message}"
    );
    assert!(!out.exists(), "{name}: something was written");
    assert_eq!(message.matches("error:").count(), 1, "{message}");
    assert!(
        message.starts_with("error: ") && message.contains(name),
        "{message}"
    );
    assert!(message.contains(": #"), "no pointer in: {message}");
    message
}

const HEAD: &str = r#""openapi":"3.0.0","info":{"title":"T","version":"1"}"#;

fn operation(id: &str) -> String {
    format!(r#"{{"operationId":"{id}","responses":{{"200":{{"description":""}}}}}}"#)
}

fn with_paths(paths: &str) -> String {
    format!(r#"{{{HEAD},"paths":{{{paths}}}}}"#)
}

fn with_schema(schema: &str) -> String {
    format!(
        r##"{{"openapi":"3.1.0","info":{{"title":"T","version":"1"}},"paths":{{"/a":{{"get":{{"operationId":"a","responses":{{"200":{{"description":"","content":{{"application/json":{{"schema":{{"$ref":"#/components/schemas/A"}}}}}}}}}}}}}}}},"components":{{"schemas":{{"A":{schema}}}}}}}"##
    )
}

#[test]
fn what_is_no_document_is_refused() {
    for (name, text, part) in [
        ("empty.json", String::new(), "empty"),
        ("half.json", "{\"openapi\": ".into(), "line"),
        (
            "page.yaml",
            "<html><body>not found</body></html>".into(),
            "HTML",
        ),
        ("text.yaml", "just: [some, {text".into(), "line"),
        ("list.json", "[]".into(), "object"),
        (
            "other.json",
            "{\"hello\": 1}".into(),
            "not an OpenAPI document",
        ),
        ("old.json", "{\"swagger\": \"2.0\"}".into(), "Swagger `2.0`"),
        (
            "new.yaml",
            "openapi: 3.2.0\ninfo: {title: T, version: '1'}\npaths: {}\n".into(),
            "3.2",
        ),
        ("bare.json", with_paths(""), "paths"),
    ] {
        let message = refused(name, text.as_bytes());
        assert!(message.contains(part), "{name}: {message}");
    }
    refused("bytes.json", &[0xff, 0xfe, 0x00, 0x80]);
}

#[test]
fn hostile_documents_are_refused() {
    let deep = format!("{}{}", "[".repeat(10_000), "]".repeat(10_000));
    assert!(refused("deep.json", deep.as_bytes()).contains("deep"));
    assert!(refused("deep.yaml", format!("a: {deep}").as_bytes()).contains("deep"));

    let mut bomb = String::from("a0: &a0 [x, x, x, x, x, x, x, x, x, x]\n");
    for level in 1..20 {
        let before = format!("*a{}", level - 1);
        let list = vec![before; 10].join(", ");
        bomb.push_str(&format!("a{level}: &a{level} [{list}]\n"));
    }
    assert!(refused("bomb.yaml", bomb.as_bytes()).contains("alias"));

    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("huge.json");
    fs::File::create(&file)
        .unwrap()
        .set_len(65 * 1024 * 1024)
        .unwrap();
    let out = folder.path().join("out");
    let output = xtask(&[
        "regen",
        "--spec",
        file.to_str().unwrap(),
        "--out",
        out.to_str().unwrap(),
    ]);
    assert_eq!(output.status.code(), Some(1));
    assert!(stderr(&output).contains("64 M"), "{}", stderr(&output));
}

#[test]
fn faults_of_operations_are_named_with_their_place() {
    let (a, b) = (operation("same"), operation("same"));
    let twice = refused(
        "twice.json",
        with_paths(&format!(r#""/a":{{"get":{a}}},"/b":{{"get":{b}}}"#)).as_bytes(),
    );
    assert!(
        twice.contains("same") && twice.contains("GET /a") && twice.contains("#/paths/~1b/get"),
        "{twice}"
    );

    let missing = refused(
        "missing.json",
        with_paths(r#""/a":{"get":{"responses":{"200":{"description":""}}}}"#).as_bytes(),
    );
    assert!(
        missing.contains("operationId") && missing.contains("#/paths/~1a/get"),
        "{missing}"
    );

    let parameter = |name: &str| {
        format!(
            r#""parameters":[{{"name":"{name}","in":"path","required":true,"schema":{{"type":"string"}}}}]"#
        )
    };
    let alike = format!(
        r#""/a/{{x}}":{{{},"get":{}}},"/a/{{y}}":{{{},"get":{}}}"#,
        parameter("x"),
        operation("x"),
        parameter("y"),
        operation("y"),
    );
    let alike = refused("alike.json", with_paths(&alike).as_bytes());
    assert!(
        alike.contains("/a/{x}") && alike.contains("/a/{y}"),
        "{alike}"
    );

    let media = r#""/a":{"post":{"operationId":"a","requestBody":{"content":{"application/xml":{"schema":{"type":"string"}}}},"responses":{"200":{"description":""}}}}"#;
    let media = refused("media.json", with_paths(media).as_bytes());
    assert!(media.contains("application/xml"), "{media}");
}

#[test]
fn faults_of_references_are_named_with_their_place() {
    for (name, schema, part) in [
        (
            "nowhere.json",
            r##"{"$ref":"#/components/schemas/Gone"}"##,
            "Gone",
        ),
        ("file.json", r#"{"$ref":"other.yaml"}"#, "other.yaml"),
        ("self.json", r##"{"$ref":"#/components/schemas/A"}"##, "A"),
        (
            "sum.json",
            r##"{"allOf":[{"$ref":"#/components/schemas/A"}]}"##,
            "A",
        ),
        (
            "keyword.json",
            r#"{"type":"object","if":{"type":"object"}}"#,
            "`if`",
        ),
    ] {
        let message = refused(name, with_schema(schema).as_bytes());
        assert!(message.contains(part), "{name}: {message}");
    }
}

#[test]
fn a_recursive_schema_is_legal() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("tree.json");
    let schema = r##"{"type":"object","properties":{"children":{"type":"array","items":{"$ref":"#/components/schemas/A"}},"parent":{"$ref":"#/components/schemas/A"}}}"##;
    fs::write(&file, with_schema(schema)).unwrap();
    let out = folder.path().join("out");
    let output = xtask(&[
        "regen",
        "--spec",
        file.to_str().unwrap(),
        "--out",
        out.to_str().unwrap(),
    ]);
    assert!(output.status.success(), "{}", stderr(&output));
    for name in [
        "Cargo.toml",
        "build.rs",
        "spec.json",
        "src/lib.rs",
        "build/mod.rs",
    ] {
        assert!(out.join(name).is_file(), "{name} is missing");
    }
    // Again into the same folder, which is its own.
    let output = xtask(&[
        "regen",
        "--spec",
        file.to_str().unwrap(),
        "--out",
        out.to_str().unwrap(),
    ]);
    assert!(output.status.success(), "{}", stderr(&output));
}

#[test]
fn a_folder_with_other_things_in_it_is_left_alone() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("a.json");
    fs::write(&file, with_schema(r#"{"type":"string"}"#)).unwrap();
    let output = xtask(&[
        "regen",
        "--spec",
        file.to_str().unwrap(),
        "--out",
        folder.path().to_str().unwrap(),
    ]);
    assert_eq!(output.status.code(), Some(1));
    assert!(
        stderr(&output).contains("empty folder"),
        "{}",
        stderr(&output)
    );
    assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 1);
}

#[test]
fn a_wrong_command_line_is_explained() {
    for arguments in [
        &[][..],
        &["regenerate"],
        &["regen", "--frobnicate"],
        &["regen", "--check", "--accept"],
        &["regen", "--spec", "x.json"],
        &["regen", "--out", "y"],
        &["regen", "--spec"],
        &["regen", "--spec", "--out", "y"],
        &["regen", "--spec", "a", "--out", "b", "--check"],
        &["coverage", "--write"],
        &["blocking", "--check", "--check"],
        &["ci", "no-such-check"],
    ] {
        let output = xtask(arguments);
        assert_eq!(output.status.code(), Some(1), "{arguments:?}");
        let message = stderr(&output);
        assert!(message.starts_with("error: "), "{arguments:?}: {message}");
    }
    for arguments in [&["help"][..], &["ci", "--list"]] {
        assert!(xtask(arguments).status.success());
    }
    let missing = xtask(&[
        "regen",
        "--spec",
        "/nonexistent/x.json",
        "--out",
        "/nonexistent/out",
    ]);
    assert!(
        stderr(&missing).contains("/nonexistent/x.json"),
        "{}",
        stderr(&missing)
    );
    assert!(!Path::new("/nonexistent").exists());
}

/// A document whose one answer has the property `name`.
fn document_with(name: &str) -> String {
    format!(
        r#"{{{HEAD},"paths":{{"/x":{{"get":{{"operationId":"x","responses":{{"200":{{"description":"","content":{{"application/json":{{"schema":{{"type":"object","properties":{{"{name}":{{"type":"string"}}}}}}}}}}}}}}}}}}}}}}"#
    )
}

#[test]
fn spec_diff_says_by_its_exit_code_what_it_found() {
    let folder = tempfile::tempdir().unwrap();
    let path = |name: &str, text: &str| {
        let path = folder.path().join(name);
        fs::write(&path, text).unwrap();
        path.to_str().unwrap().to_owned()
    };
    let old = path("old.json", &document_with("qty"));
    let new = path("new.json", &document_with("side"));
    let bad = path("bad.json", "{}");
    let code = |arguments: &[&str]| {
        let mut all = vec!["spec", "diff"];
        all.extend(arguments);
        let output = xtask(&all);
        let stdout = String::from_utf8(output.stdout.clone()).unwrap();
        (output.status.code(), stdout, stderr(&output))
    };
    let (status, text, _) = code(&[&old, &new]);
    assert_eq!(status, Some(0));
    assert!(text.contains("qty: property is gone"), "{text}");
    let (status, text, _) = code(&[&old, &new, "--fail-on", "breaking", "--format", "json"]);
    assert_eq!(status, Some(1));
    let json: serde_json::Value = serde_json::from_str(&text).unwrap();
    assert_eq!(json["version"], 1);
    assert_eq!(json["counts"]["breaking"], 1);
    let (status, text, _) = code(&[&old, &old, "--fail-on", "breaking"]);
    assert_eq!(status, Some(0));
    assert!(text.contains("no changes"), "{text}");
    for arguments in [vec![&*old, &*bad], vec![&*bad, &*old]] {
        let (status, text, message) = code(&arguments);
        assert_eq!((status, text.as_str()), (Some(2), ""));
        assert_eq!(message.matches("error:").count(), 1, "{message}");
        assert!(message.contains("bad.json: #"), "{message}");
    }
    for arguments in [vec![], vec![&*old], vec![&*old, &*new, "--format", "xml"]] {
        let (status, _, message) = code(&arguments);
        assert_eq!(status, Some(2));
        assert!(
            message.contains("`spec diff`") || message.contains("`xml`"),
            "{message}"
        );
    }
}
