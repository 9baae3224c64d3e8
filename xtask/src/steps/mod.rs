//! From a published document to the one that the generator reads.
//!
//! | step | file | what it does |
//! | --- | --- | --- |
//! | convert | [`convert`] | OpenAPI 3.1 becomes 3.0.3 |
//! | supplement | [`supplement`] | withdrawn operations are added, deprecated |
//! | repairs | [`repairs::document`], [`repairs::unions`] | faults of the document are mended |
//! | shapes | [`shapes`] | schemas are in the form that later steps expect |
//! | names | [`operations`], [`names`] | methods and types get their Rust names |
//! | limits | [`repairs::generator`] | what the generator cannot take is put differently |
//! | lint | [`lint`] | what later steps rely on is checked |
//!
//! Every step leaves a document that it would not change again.

pub mod convert;
pub mod lint;
pub mod money;
pub mod names;
pub mod operations;
pub mod repairs;
pub mod shapes;
pub mod sums;
pub mod supplement;
pub mod walk;

use serde_json::Value;

use crate::document::{self, Document};
use crate::fault::Fault;
use repairs::Applied;

/// What goes into the pipeline.
pub struct Input {
    /// The published document.
    pub document: Document,
    /// Operations to add to it; only our own document has a supplement.
    pub supplement: Option<Document>,
    /// Whether the document is the vendored one, on which every repair must still find its fault.
    pub is_vendored: bool,
}

/// What comes out of it.
#[derive(Debug)]
pub struct Outcome {
    /// The repaired OpenAPI 3.0.3 document.
    pub spec: Value,
    /// Each repair, and how often it changed something.
    pub repairs: Vec<Applied>,
    /// What a person should know although it stops nothing.
    pub warnings: Vec<String>,
}

/// What was done a moment ago.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Seen {
    /// The document was converted, and supplemented; nothing was repaired yet.
    Read,
    /// This repair changed something.
    Repaired(&'static str),
    /// Methods and types got their names.
    Named,
}

/// Who looks on: called with the document as it is by now.
pub type Watch<'a> = dyn FnMut(Seen, &Value) + 'a;

/// Runs all steps; the first fault is the error.
pub fn run(input: Input) -> Result<Outcome, Fault> {
    watched(input, None)
}

/// Runs all steps while `watch` looks on.
///
/// # Errors
///
/// The first fault.
pub fn watched(input: Input, watch: Option<&mut Watch<'_>>) -> Result<Outcome, Fault> {
    let file = input.document.file.clone();
    prepared(input, watch).and_then(|outcome| {
        lint::lint(&file, &outcome.spec)?;
        Ok(outcome)
    })
}

/// Runs all steps but the last, which only looks.
///
/// # Errors
///
/// The first fault.
pub(crate) fn prepared(input: Input, mut watch: Option<&mut Watch<'_>>) -> Result<Outcome, Fault> {
    document::check(&input.document)?;
    let file = input.document.file;
    let mut spec = input.document.root;
    convert::convert(&file, &mut spec)?;
    if let Some(supplement) = input.supplement {
        let mut added = supplement.root;
        convert::convert(&supplement.file, &mut added)?;
        supplement::merge(&supplement.file, &mut spec, added)?;
        // The supplement refers to components of the main document, so it can be checked only now.
        let merged = Document {
            file: supplement.file,
            sha256: String::new(),
            root: spec,
        };
        document::check(&merged)?;
        spec = merged.root;
    }
    let mut warnings = Vec::new();
    let apply = |spec: &mut Value, all: &[repairs::Repair], watch: &mut Option<&mut Watch<'_>>| {
        all.iter()
            .flat_map(|repair| {
                let applied = repairs::apply(spec, std::slice::from_ref(repair));
                // One that changed nothing has nothing to show.
                if let Some(watch) = watch.as_mut()
                    && applied.iter().any(|applied| applied.count > 0)
                {
                    watch(Seen::Repaired(repair.name), spec);
                }
                applied
            })
            .collect::<Vec<_>>()
    };
    if let Some(watch) = watch.as_mut() {
        watch(Seen::Read, &spec);
    }
    let mut applied = apply(&mut spec, repairs::document::REPAIRS, &mut watch);
    applied.extend(apply(&mut spec, repairs::unions::REPAIRS, &mut watch));
    applied.extend(apply(&mut spec, shapes::GUARDS, &mut watch));
    names::correct_spelling(&mut spec);
    warnings.extend(operations::name(&mut spec));
    warnings.extend(names::name_types(&mut spec));
    if let Some(watch) = watch.as_mut() {
        watch(Seen::Named, &spec);
    }
    applied.extend(apply(&mut spec, repairs::generator::REPAIRS, &mut watch));
    let stale: Vec<String> = applied
        .iter()
        .filter(|repair| repair.is_stale())
        .map(|repair| {
            format!(
                "the repair `{}` found nothing to change ({}): the fault is gone or was renamed",
                repair.name, repair.reason,
            )
        })
        .collect();
    if input.is_vendored && !stale.is_empty() {
        return Err(Fault::new(
            file,
            "#",
            format!(
                "{}; look at the document and take the repair out or adapt it",
                stale.join("; ")
            ),
        ));
    }
    warnings.extend(stale);
    Ok(Outcome {
        spec,
        repairs: applied,
        warnings,
    })
}
