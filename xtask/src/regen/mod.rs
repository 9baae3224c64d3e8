//! `cargo xtask regen`: from the vendored documents to everything that is derived from them.
//!
//! | file | its one idea |
//! | --- | --- |
//! | `guard.rs` | runs the generator so that a panic becomes an error that names the operation |
//! | `surface.rs` | the generated surface as short texts that a reviewer reads |
//! | `snapshots.rs` | those texts as `insta` snapshots: pending, accepted, stale |
//! | `provenance.rs` | which documents these are: address, date, counts, hash |
//! | `standalone.rs` | a raw client crate of its own for any document |
//! | `writes.rs` | all files or none |

pub(crate) mod guard;
mod provenance;
mod snapshots;
mod standalone;
pub mod surface;
pub(crate) mod writes;

use std::fmt::Write as _;
use std::path::{Path, PathBuf};

use serde_json::Value;

use crate::changes;
use crate::document;
use crate::fault::Fault;
use crate::steps::{self, Input, Outcome, walk};
use writes::Transaction;

/// The published document, in the workspace.
pub const DOCUMENT: &str = "openapi/trading-api.json";
/// The operations that Alpaca withdrew from it.
pub const SUPPLEMENT: &str = "openapi/trading-api-withdrawn.json";
/// What the raw crate is generated from.
pub const SPEC: &str = "alpaca-trading-gen/spec.json";

/// At most so many lines of changes are printed.
const MOST_CHANGES: usize = 60;

/// What to do with what has changed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Mode {
    /// Write, and leave changed snapshots pending for review.
    Write,
    /// Write, and accept changed snapshots.
    Accept,
    /// Write nothing, and fail when anything would change.
    Check,
}

/// Everything that is derived from the documents, in memory.
pub struct Derived {
    /// The text of `spec.json`.
    pub spec: String,
    /// What the steps did.
    pub outcome: Outcome,
    /// The reviewable texts by file name below the snapshot folder.
    pub surface: surface::Surface,
}

/// Regenerates the workspace at `root`; returns the report.
///
/// # Errors
///
/// The first fault of the documents, or with [`Mode::Check`] everything that has drifted. Nothing
/// has been written then.
pub fn run(root: &Path, mode: Mode) -> Result<String, String> {
    let main = read(root, DOCUMENT)?;
    let supplement = read(root, SUPPLEMENT)?;
    let provenance = provenance::render(
        root,
        &[(DOCUMENT, &main), (SUPPLEMENT, &supplement)],
        chrono::Utc::now().date_naive(),
    )?;
    let derived = derive(Input {
        document: main,
        supplement: Some(supplement),
        is_vendored: true,
    })?;
    let spec_path = root.join(SPEC);
    let old_text = std::fs::read_to_string(&spec_path).unwrap_or_default();
    let old: Value = serde_json::from_str(&old_text).unwrap_or_default();
    let changes = changes::between(&old, &derived.outcome.spec);
    let snapshots = snapshots::compare(root, &derived.surface)?;

    let mut report = summary(&derived);
    if old.is_null() {
        let _ = writeln!(report, "first run: no earlier {SPEC} to compare with");
    } else if changes.is_empty() {
        let _ = writeln!(report, "nothing has changed since the last run");
    } else {
        let _ = writeln!(report, "changed since the last run:");
        let _ = writeln!(report, "{}", changes::render(&changes, MOST_CHANGES));
    }
    match mode {
        Mode::Check => {
            let mut drift = String::new();
            // What changed in the API first: a hash says nothing to a reader.
            if !changes.is_empty() {
                drift.push_str("the documents say something else than the last run wrote:\n");
                let _ = writeln!(drift, "{}", changes::render(&changes, MOST_CHANGES));
            }
            if old_text != derived.spec {
                let _ = writeln!(drift, "{SPEC} is not what the documents give");
            }
            drift.push_str(&snapshots.describe_drift());
            drift.push_str(&provenance.describe_drift());
            if drift.is_empty() {
                return Ok(report + "everything is up to date\n");
            }
            Err(format!(
                "{drift}run `cargo xtask regen`, and review what it leaves pending"
            ))
        }
        Mode::Write | Mode::Accept => {
            let mut transaction = Transaction::default();
            transaction.write(spec_path, derived.spec);
            transaction.write(root.join(provenance::FILE), provenance.text);
            snapshots.stage(mode == Mode::Accept, &mut transaction);
            transaction.commit()?;
            report.push_str(&snapshots.describe(mode == Mode::Accept));
            Ok(report)
        }
    }
}

/// Generates a raw client crate of its own from any document; returns the report.
///
/// # Errors
///
/// The first fault of the document, or what keeps the crate from being written; `out` is as it was.
pub fn standalone(root: &Path, file: &Path, out: &Path) -> Result<String, String> {
    let document = document::read(file).map_err(|fault| fault.to_string())?;
    let derived = derive(Input {
        document,
        supplement: None,
        is_vendored: false,
    })?;
    let files = standalone::files(root, out, &derived)?;
    let mut transaction = Transaction::default();
    let count = files.len();
    for (name, text) in files {
        transaction.write(out.join(name), text);
    }
    transaction.commit()?;
    Ok(format!(
        "{}{count} files written to {}\n",
        summary(&derived),
        out.display()
    ))
}

fn read(root: &Path, name: &str) -> Result<document::Document, String> {
    // Named as in the repository, wherever that lies.
    let rename = |file: &mut String| name.clone_into(file);
    match document::read(&root.join(name)) {
        Ok(mut document) => {
            rename(&mut document.file);
            Ok(document)
        }
        Err(mut fault) => {
            rename(&mut fault.file);
            Err(fault.to_string())
        }
    }
}

/// Runs the steps and the generator.
///
/// # Errors
///
/// The first fault, or what the generator says, with the operation that it says it of.
pub fn derive(input: Input) -> Result<Derived, String> {
    let file = input.document.file.clone();
    let outcome = steps::run(input).map_err(|fault| fault.to_string())?;
    let spec = to_text(&outcome.spec)?;
    let generated = guard::generate(&outcome.spec, &spec)
        .map_err(|fault| Fault::new(file.clone(), fault.pointer, fault.message).to_string())?;
    let surface = surface::render(&generated, &outcome)
        .map_err(|message| Fault::new(file, "#", message).to_string())?;
    Ok(Derived {
        spec,
        outcome,
        surface,
    })
}

fn to_text(spec: &Value) -> Result<String, String> {
    serde_json::to_string_pretty(spec)
        .map(|text| text + "\n")
        .map_err(|error| format!("{SPEC}: {error}"))
}

/// What a run has to say: counts, repairs, warnings.
fn summary(derived: &Derived) -> String {
    let mut text = String::new();
    let mut operations = 0;
    walk::operations(&derived.outcome.spec, |_, _, _| operations += 1);
    let types = walk::components(&derived.outcome.spec).map_or(0, serde_json::Map::len);
    let _ = writeln!(text, "{operations} operations, {types} types");
    let _ = writeln!(text, "repairs, and how often each was needed:");
    for repair in derived
        .outcome
        .repairs
        .iter()
        .filter(|repair| repair.count > 0)
    {
        let _ = writeln!(
            text,
            "  {:>4}  {:<28} {}",
            repair.count, repair.name, repair.reason
        );
    }
    for warning in &derived.outcome.warnings {
        let _ = writeln!(text, "warning: {warning}");
    }
    text
}

/// The folder of the workspace, from where this program was built.
#[must_use]
pub fn workspace_root() -> PathBuf {
    let manifest = Path::new(env!("CARGO_MANIFEST_DIR"));
    manifest.parent().unwrap_or(manifest).to_path_buf()
}
