//! The report, as text and as JSON.
//!
//! The text is grouped by rule, for one fault of a document often stands in many places. Of what
//! the pipeline repairs a few places are shown for each rule; the JSON has them all.

use std::fmt::Write as _;

use serde_json::{Value, json};

use super::{Finding, Report, Weight};
use crate::terminal::printable;

/// The version of the JSON; a change that a reader would stumble over raises it.
const VERSION: u32 = 1;

/// So many places of one repair are shown.
const PLACES: usize = 5;

pub(super) fn text(report: &Report) -> String {
    let mut text = format!(
        "{}: {} refused, {} repaired, {} doubtful\n",
        report.document.file,
        report.count(Weight::Refused),
        report.count(Weight::Repaired),
        report.count(Weight::Doubtful),
    );
    if !report.is_complete {
        text.push_str(
            "the pipeline could not be followed to its end: it may refuse more than this\n",
        );
    }
    let groups = report
        .findings
        .chunk_by(|one, other| one.rule.name == other.rule.name);
    for group in groups {
        let Some(Finding { rule, .. }) = group.first() else {
            continue;
        };
        let _ = writeln!(
            text,
            "\n{} {} ({}): {}\n  way round: {}",
            rule.weight.word(),
            rule.name,
            group.len(),
            rule.finds,
            rule.way_round,
        );
        let shown = match rule.weight {
            Weight::Repaired => PLACES,
            Weight::Refused | Weight::Doubtful => usize::MAX,
        };
        for finding in group.iter().take(shown) {
            // Repeating the rule at each of its places would say nothing.
            if finding.message == rule.finds {
                let _ = writeln!(text, "  {}", finding.pointer);
            } else {
                let _ = writeln!(text, "  {}: {}", finding.pointer, finding.message);
            }
        }
        if let Some(more) = group.len().checked_sub(shown).filter(|more| *more > 0) {
            let _ = writeln!(
                text,
                "  and {more} more places, which `--format json` lists"
            );
        }
    }
    printable(&text).into_owned()
}

pub(super) fn json(report: &Report) -> Value {
    let findings: Vec<Value> = report
        .findings
        .iter()
        .map(|finding| {
            json!({
                "rule": finding.rule.name,
                "weight": finding.rule.weight.word(),
                "pointer": finding.pointer,
                "message": finding.message,
                "way_round": finding.rule.way_round,
            })
        })
        .collect();
    let info = |key: &str| {
        report
            .document
            .root
            .pointer(&format!("/info/{key}"))
            .cloned()
    };
    json!({
        "lint": VERSION,
        "document": {
            "file": report.document.file,
            "sha256": report.document.sha256,
            "openapi": report.document.root.get("openapi"),
            "title": info("title"),
            "version": info("version"),
        },
        "counts": {
            "refused": report.count(Weight::Refused),
            "repaired": report.count(Weight::Repaired),
            "doubtful": report.count(Weight::Doubtful),
        },
        "complete": report.is_complete,
        "findings": findings,
    })
}
