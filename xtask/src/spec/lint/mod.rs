//! `cargo xtask spec lint`: everything about a document that a person should know, at once.
//!
//! What the pipeline refuses it tells one fault at a time, for it stops at the first. Here the
//! faults are mended one after the other in memory, in any way that lets the pipeline go on, until
//! it reaches its end; so nothing is judged by a second set of rules that could drift. Then the
//! document is held against itself.
//!
//! | file | its one idea |
//! | --- | --- |
//! | `rules.rs` | the rules by name, with their weight and the way round |
//! | `sites.rs` | where a document has schemas, examples, operations, references |
//! | `pipeline.rs` | runs the pipeline again and again: what it refuses |
//! | `mend.rs` | gets a fault out of the way |
//! | `repaired.rs` | what the pipeline repairs, and where |
//! | `contradictions.rs` | examples, defaults and enums against their schemas |
//! | `bounds.rs` | bounds against each other |
//! | `declared.rs` | required names, formats, operationIds, successes |
//! | `components.rs` | components that nothing uses |
//! | `alike.rs` | schemas that are nearly the same |
//! | `schema/` | whether a value fits a schema |
//! | `report.rs` | text and JSON |

mod alike;
mod bounds;
mod components;
mod contradictions;
mod declared;
mod mend;
mod pipeline;
mod repaired;
mod report;
pub mod rules;
mod schema;
mod sites;
#[cfg(test)]
mod tests;

use std::path::Path;

use super::Answer;
use crate::document::{self, Document};
use crate::fault::Fault;
use crate::regen;
pub use rules::{Rule, Weight};
pub(super) use schema::decimal::Decimal;
use sites::Sites;

/// One thing that was found.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Finding {
    /// By which rule.
    pub rule: Rule,
    /// Where, as a JSON pointer into the document.
    pub pointer: String,
    /// What exactly.
    pub message: String,
}

/// Everything that was found in one document.
#[derive(Clone, Debug)]
pub struct Report {
    /// The document, as it was read.
    pub document: Document,
    /// What was found: the heaviest first, then in the order of the rules and of the pointers.
    pub findings: Vec<Finding>,
    /// Whether the pipeline could be followed to its end. If not, it may refuse more than is listed,
    /// and what it repairs is not known.
    pub is_complete: bool,
}

impl Report {
    /// How many findings have this weight.
    #[must_use]
    pub fn count(&self, weight: Weight) -> usize {
        self.findings
            .iter()
            .filter(|finding| finding.rule.weight == weight)
            .count()
    }

    /// The report as a person reads it.
    #[must_use]
    pub fn to_text(&self) -> String {
        report::text(self)
    }

    /// The report as a program reads it.
    #[must_use]
    pub fn to_json(&self) -> serde_json::Value {
        report::json(self)
    }
}

/// Collects findings under the names of their rules.
struct Findings {
    rules: Vec<Rule>,
    all: Vec<Finding>,
}

impl Findings {
    fn new() -> Self {
        Self {
            rules: rules::all(),
            all: Vec::new(),
        }
    }

    fn add(&mut self, rule: &str, pointer: impl Into<String>, message: impl Into<String>) {
        let known = self.rules.iter().find(|known| known.name == rule);
        debug_assert!(known.is_some(), "there is no rule {rule}");
        if let Some(rule) = known {
            self.all.push(Finding {
                rule: *rule,
                pointer: pointer.into(),
                message: message.into(),
            });
        }
    }

    fn append(&mut self, other: Self) {
        self.all.extend(other.all);
    }

    /// The heaviest first, then rule by rule and in the order of the pointers, each once.
    fn sorted(mut self) -> Vec<Finding> {
        let place = |rule: &Rule| self.rules.iter().position(|known| known.name == rule.name);
        self.all
            .sort_by_cached_key(|it| (place(&it.rule), it.pointer.clone(), it.message.clone()));
        self.all.dedup();
        self.all
    }
}

/// Lints `document`. A document that takes the place of the vendored one is also held against the
/// supplement, and against the repairs that must still find their faults.
///
/// # Errors
///
/// When it is no OpenAPI document of a version that is read.
pub fn lint(document: Document, supplement: Option<&Document>) -> Result<Report, Fault> {
    let mut findings = Findings::new();
    let is_complete = std::thread::scope(|threads| {
        let contradictions = threads.spawn(|| against_itself(&document.root));
        let is_complete = pipeline::run(&document, supplement, &mut findings);
        findings.append(
            contradictions
                .join()
                .unwrap_or_else(|panic| std::panic::resume_unwind(panic)),
        );
        is_complete
    })?;
    Ok(Report {
        findings: findings.sorted(),
        document,
        is_complete,
    })
}

/// Holds a document against itself.
fn against_itself(root: &serde_json::Value) -> Findings {
    let mut findings = Findings::new();
    let sites = Sites::of(root);
    contradictions::find(root, &sites, &mut findings);
    bounds::find(root, &sites, &mut findings);
    declared::find(root, &sites, &mut findings);
    components::find(root, &sites, &mut findings);
    alike::find(root, &mut findings);
    findings
}

/// Runs `spec lint` with `arguments`.
pub(super) fn command(root: &Path, arguments: &[String]) -> Answer {
    let (mut file, mut format) = (None, None);
    let mut rest = arguments.iter();
    while let Some(argument) = rest.next() {
        match argument.as_str() {
            "--format" if format.is_none() => match rest.next().map(String::as_str) {
                Some(known @ ("text" | "json")) => format = Some(known),
                _ => return Answer::failure("`--format` is `text` or `json`", 2),
            },
            "--format" => return Answer::failure("`--format` was given twice", 2),
            option if option.starts_with("--") => {
                return Answer::failure(format!("`spec lint` has no option `{option}`"), 2);
            }
            name if file.is_none() => file = Some(name),
            _ => return Answer::failure("`spec lint` takes one file", 2),
        }
    }
    let Some(file) = file else {
        return Answer::failure("`spec lint` needs the file of a document", 2);
    };
    match lint_file(root, Path::new(file)) {
        Ok(report) => {
            let text = match format {
                Some("json") => format!("{:#}\n", report.to_json()),
                _ => report.to_text(),
            };
            Answer::report(text, u8::from(report.count(Weight::Refused) > 0))
        }
        Err(fault) => Answer::failure(fault.to_string(), 2),
    }
}

/// Reads and lints the document at `path`. One that has the title of the vendored document in the
/// workspace at `root` is taken for a successor of it.
///
/// # Errors
///
/// When it cannot be read, or is no OpenAPI document of a version that is read.
pub fn lint_file(root: &Path, path: &Path) -> Result<Report, Fault> {
    let document = document::read(path)?;
    let title = |document: &Document| document.root.pointer("/info/title").cloned();
    let is_successor = document::read(&root.join(regen::DOCUMENT))
        .is_ok_and(|vendored| title(&vendored).is_some() && title(&vendored) == title(&document));
    let supplement = if is_successor {
        document::read(&root.join(regen::SUPPLEMENT)).ok()
    } else {
        None
    };
    lint(document, supplement.as_ref())
}
