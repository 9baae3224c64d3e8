//! `regen` on documents that have changed: what it says, and that it writes nothing when it fails.

#![allow(
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::unwrap_used,
    reason = "helpers of tests"
)]

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use serde_json::{Value, json};
use tempfile::TempDir;
use xtask::regen::{self, DOCUMENT, Mode, SPEC};

/// A copy of what `regen` reads and writes, in a folder of its own.
fn workspace() -> TempDir {
    let root = regen::workspace_root();
    let copy = tempfile::tempdir().unwrap();
    for folder in ["openapi", "tests/snapshots", "alpaca-trading-gen"] {
        copy_folder(&root.join(folder), &copy.path().join(folder));
    }
    copy
}

fn copy_folder(from: &Path, to: &Path) {
    fs::create_dir_all(to).unwrap();
    for entry in fs::read_dir(from).unwrap() {
        let entry = entry.unwrap();
        let target = to.join(entry.file_name());
        if entry.path().is_dir() {
            copy_folder(&entry.path(), &target);
        } else {
            fs::copy(entry.path(), target).unwrap();
        }
    }
}

/// Every file below `root` with its bytes.
fn contents(root: &Path) -> BTreeMap<PathBuf, Vec<u8>> {
    let mut found = BTreeMap::new();
    let mut open = vec![root.to_path_buf()];
    while let Some(folder) = open.pop() {
        for entry in fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                open.push(path);
            } else {
                found.insert(path.clone(), fs::read(path).unwrap());
            }
        }
    }
    found
}

fn edit(root: &Path, change: impl FnOnce(&mut Value)) {
    let path = root.join(DOCUMENT);
    let mut document: Value = serde_json::from_str(&fs::read_to_string(&path).unwrap()).unwrap();
    change(&mut document);
    fs::write(path, serde_json::to_string_pretty(&document).unwrap()).unwrap();
}

#[test]
fn a_second_run_changes_nothing() {
    let copy = workspace();
    regen::run(copy.path(), Mode::Write).unwrap();
    let first = contents(copy.path());
    let report = regen::run(copy.path(), Mode::Write).unwrap();
    assert_eq!(contents(copy.path()), first);
    assert!(report.contains("nothing has changed"), "{report}");
    regen::run(copy.path(), Mode::Check).unwrap();
}

#[test]
fn check_names_each_change_and_writes_nothing() {
    let copy = workspace();
    regen::run(copy.path(), Mode::Accept).unwrap();
    edit(copy.path(), |document| {
        let schemas = &mut document["components"]["schemas"];
        schemas["OrderStatus"]["enum"]
            .as_array_mut()
            .unwrap()
            .push(json!("frozen"));
        schemas["Position"]["properties"]
            .as_object_mut()
            .unwrap()
            .remove("qty_available");
        document["paths"]["/v2/orders"]["get"]["operationId"] = json!("listEverything");
    });
    let before = contents(copy.path());
    let error = regen::run(copy.path(), Mode::Check).unwrap_err();
    assert_eq!(contents(copy.path()), before);
    for part in [
        "OrderStatus",
        "frozen",
        "Position.qty_available",
        "getAllOrders",
        "listEverything",
    ] {
        assert!(error.contains(part), "`{part}` is not named in:\n{error}");
    }
    // The structural change comes before hashes and file names.
    let place = |part: &str| {
        error
            .find(part)
            .unwrap_or_else(|| panic!("no `{part}` in {error}"))
    };
    assert!(place("frozen") < place("spec.json is not"));
    assert!(place("spec.json is not") < place("another hash"));
    assert!(
        error.contains("snapshot types/OrderStatus has changed"),
        "{error}"
    );
}

#[test]
fn a_change_is_left_for_review_and_taken_on_request() {
    let copy = workspace();
    regen::run(copy.path(), Mode::Accept).unwrap();
    edit(copy.path(), |document| {
        document["components"]["schemas"]["OrderStatus"]["enum"]
            .as_array_mut()
            .unwrap()
            .push(json!("frozen"));
    });
    let snapshot = copy.path().join("tests/snapshots/types/OrderStatus.snap");
    let pending = copy
        .path()
        .join("tests/snapshots/types/OrderStatus.snap.new");
    let accepted = fs::read_to_string(&snapshot).unwrap();
    let report = regen::run(copy.path(), Mode::Write).unwrap();
    assert!(
        report.contains("changed snapshot types/OrderStatus"),
        "{report}"
    );
    assert_eq!(fs::read_to_string(&snapshot).unwrap(), accepted);
    assert!(
        fs::read_to_string(&pending)
            .unwrap()
            .contains("Frozen = \"frozen\"")
    );
    // Until it is reviewed the check fails.
    assert!(regen::run(copy.path(), Mode::Check).is_err());
    regen::run(copy.path(), Mode::Accept).unwrap();
    assert!(!pending.exists());
    assert!(fs::read_to_string(&snapshot).unwrap().contains("frozen"));
    regen::run(copy.path(), Mode::Check).unwrap();
}

#[test]
fn a_repair_whose_fault_is_gone_fails_and_is_named() {
    for (repair, mend) in [
        (
            "activity_date",
            (|document| {
                document["components"]["schemas"]["NonTradeActivities"]["properties"]["date"]["format"] =
                    json!("date");
            }) as fn(&mut Value),
        ),
        ("order_required", |document| {
            document["components"]["schemas"]["Order"]["required"] = json!(["id"]);
        }),
        ("exercise_answer", |document| {
            document["paths"]["/v2/positions/{symbol_or_contract_id}/exercise"]["post"]["responses"]
                ["200"]["content"] = json!({"application/json": {"schema": {"type": "object"}}});
        }),
    ] {
        let copy = workspace();
        edit(copy.path(), mend);
        let before = contents(copy.path());
        for mode in [Mode::Write, Mode::Accept, Mode::Check] {
            let error = regen::run(copy.path(), mode).unwrap_err();
            assert!(error.contains(&format!("`{repair}`")), "{repair}: {error}");
            assert!(error.contains(DOCUMENT), "{error}");
        }
        assert_eq!(contents(copy.path()), before, "{repair}");
    }
}

#[test]
fn an_edited_spec_or_a_lost_snapshot_is_drift() {
    let copy = workspace();
    regen::run(copy.path(), Mode::Accept).unwrap();
    let spec = copy.path().join(SPEC);
    let text = fs::read_to_string(&spec).unwrap();
    fs::write(&spec, text.replacen("\"held\"", "\"hold\"", 1)).unwrap();
    let error = regen::run(copy.path(), Mode::Check).unwrap_err();
    assert!(
        error.contains("OrderStatus") && error.contains("hold"),
        "{error}"
    );
    fs::write(&spec, text).unwrap();

    fs::remove_file(copy.path().join("tests/snapshots/types/Order.snap")).unwrap();
    let error = regen::run(copy.path(), Mode::Check).unwrap_err();
    assert!(error.contains("snapshot types/Order is missing"), "{error}");
}

#[test]
fn a_broken_document_changes_no_file() {
    for broken in ["", "{", "[]", "openapi: 3.2.0\n", "{\"swagger\": \"2.0\"}"] {
        let copy = workspace();
        fs::write(copy.path().join(DOCUMENT), broken).unwrap();
        let before = contents(copy.path());
        let error = regen::run(copy.path(), Mode::Accept).unwrap_err();
        assert!(error.starts_with(DOCUMENT), "{error}");
        assert_eq!(contents(copy.path()), before);
    }
}
