//! The generated surface, as reviewed.
//!
//! Each operation and each type is a snapshot of its own, so that a review shows what changed and
//! nothing else. `cargo xtask regen` leaves changed ones pending; here they fail.

#![allow(
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::unwrap_used,
    reason = "helpers of tests"
)]

use std::collections::BTreeSet;
use std::path::Path;

use insta::Settings;
use xtask::regen::{self, DOCUMENT, SUPPLEMENT};
use xtask::steps::Input;

fn derived() -> regen::Derived {
    let root = regen::workspace_root();
    let read = |name: &str| xtask::document::read(&root.join(name)).unwrap();
    regen::derive(Input {
        document: read(DOCUMENT),
        supplement: Some(read(SUPPLEMENT)),
        is_vendored: true,
    })
    .unwrap()
}

#[test]
fn the_surface_is_the_reviewed_one() {
    let surface = derived().surface;
    let mut changed = Vec::new();
    for (name, text) in &surface {
        let (folder, file) = name.rsplit_once('/').unwrap_or(("", name));
        let mut settings = Settings::clone_current();
        settings.set_snapshot_path(Path::new("../snapshots").join(folder));
        settings.set_prepend_module_to_snapshot(false);
        settings.set_omit_expression(false);
        // All of them are compared, so that one run leaves everything that is to be reviewed.
        let compared = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| {
            settings.bind(|| insta::assert_snapshot!(file, text));
        }));
        if compared.is_err() {
            changed.push(name.clone());
        }
    }
    assert!(
        changed.is_empty(),
        "changed: {changed:?}; run `cargo xtask regen` and review"
    );
    assert!(
        surface.len() > 250,
        "the surface has {} texts only",
        surface.len()
    );
}

#[test]
fn no_snapshot_is_left_of_what_is_gone() {
    let surface = derived().surface;
    let expected: BTreeSet<String> = surface.into_keys().collect();
    let folder = regen::workspace_root().join("tests/snapshots");
    let mut found = BTreeSet::new();
    for section in ["", "operations/", "types/"] {
        for entry in std::fs::read_dir(folder.join(section)).unwrap() {
            let name = entry.unwrap().file_name().into_string().unwrap();
            if let Some(name) = name.strip_suffix(".snap") {
                found.insert(format!("{section}{name}"));
            }
        }
    }
    assert_eq!(found, expected);
}

#[test]
fn the_generated_crate_was_built_from_the_reviewed_document() {
    // `spec.json` is what `build.rs` reads; the documents must still give it.
    let derived = derived();
    let spec = std::fs::read_to_string(regen::workspace_root().join(regen::SPEC)).unwrap();
    assert!(
        derived.spec == spec,
        "spec.json is stale: run `cargo xtask regen`"
    );
    let ids: Vec<&str> = alpaca_trading_gen::OPERATIONS
        .iter()
        .map(|operation| operation.id)
        .collect();
    assert_eq!(ids.len(), 72);
    assert!(ids.is_sorted());
}
