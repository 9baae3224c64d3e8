//! What the pipeline refuses, told by the pipeline itself.
//!
//! Each of its stages is told to go on behind a fault where it can. Its faults are noted under the
//! names of rules and got out of the way in a copy, and the stage runs again, until it finds no more.
//! So the faults are those that `regen` would tell one after the other, and no second set of checks can
//! drift from the first.

use std::collections::HashSet;

use serde_json::Value;

use super::Findings;
use super::mend::{self, Mend, mend};
use super::repaired::Repaired;
use super::sites::Sites;
use crate::document::pointer::{escape, from_reference, get};
use crate::document::{self, Document};
use crate::fault::Fault;
use crate::regen::{guard, surface};
use crate::steps::{self, Input, Outcome, convert};

/// So many faults of one stage are told apart; a document with more is not near being taken.
const MOST: usize = 300;

/// So many values of the document are visited by one stage again and again. A small document may have
/// faults behind faults; with a large one each look takes its time.
const MOST_VISITED: usize = 1_500_000;

/// So often a stage looks at the largest document.
const FEWEST_LOOKS: usize = 6;

/// The generator takes the longest, and a fault of its is rare.
const MOST_GENERATED: usize = 4;

/// A part of a message, the rule that the message belongs to, and how its fault is got out of the
/// way. The first that fits counts; a test holds every line against the pipeline.
type Known = (&'static str, &'static str, Mend);

/// What `document::check` says.
const STRUCTURE: &[Known] = &[
    ("has no `info` object", "info", Mend::Info),
    ("#/info", "info", Mend::Info),
    ("the document has no paths", "no-paths", Mend::Path),
    ("the document has no `paths`", "no-paths", Mend::Path),
    ("points to a URL", "outside-ref", Mend::Blank),
    ("points to another file", "outside-ref", Mend::Blank),
    ("is not a JSON pointer", "outside-ref", Mend::Blank),
    ("points to nothing", "dangling-ref", Mend::Blank),
    ("broken percent-encoding", "dangling-ref", Mend::Blank),
    ("a `$ref` must be a string", "dangling-ref", Mend::Blank),
    ("the `$ref`", "dangling-ref", Mend::Blank),
    ("leads only back to itself", "endless-ref", Mend::Blank),
    ("lies at the end of more than", "endless-ref", Mend::Blank),
    (
        "differ only in the names",
        "ambiguous-path",
        Mend::RemovePath,
    ),
    (
        "a path item must not be a `$ref`",
        "path-item-ref",
        Mend::RemovePath,
    ),
    ("must be written in lower case", "method-case", Mend::Remove),
    (
        "belongs to two operations",
        "operation-id-repeated",
        Mend::OperationId,
    ),
    ("operationId", "operation-id-missing", Mend::OperationId),
    (
        "stands in the path, but",
        "path-parameter-undeclared",
        Mend::Declare,
    ),
    (
        "the path has no `{…}`",
        "path-parameter-unused",
        Mend::Placeholder,
    ),
    (
        "is declared twice",
        "duplicate-parameter",
        Mend::Placeholder,
    ),
    ("the path `", "path-template", Mend::RemovePath),
    ("a parameter must", "parameter-form", Mend::PlainParameter),
    ("the parameter `", "parameter-form", Mend::PlainParameter),
    (
        "a schema must be an object",
        "parameter-form",
        Mend::PlainParameter,
    ),
    ("the body has no media type", "body-form", Mend::PlainBody),
    ("a request body must", "body-form", Mend::PlainBody),
    ("no body of these media types", "body-form", Mend::PlainBody),
    ("can be sent in several ways", "body-form", Mend::PlainBody),
    ("has no `responses`", "no-responses", Mend::Answer),
    ("has no response; add one", "no-responses", Mend::Answer),
    ("is no response code", "response-code", Mend::Remove),
    ("a response must be an object", "structure", Mend::Blank),
    (
        "/parameters: must be an array",
        "structure",
        Mend::NoParameters,
    ),
    ("/responses: must be an object", "structure", Mend::Answer),
    ("/content", "structure", Mend::PlainBody),
    ("", "structure", Mend::Remove),
];

/// What `convert` says.
const CONVERSION: &[Known] = &[
    ("without end", "endless-ref", Mend::Remove),
    ("is not a type of JSON", "unknown-type", Mend::Blank),
    ("`type` is neither", "unknown-type", Mend::Blank),
    ("", "no-form", Mend::Blank),
];

/// Runs the pipeline; `false` when it could not be followed to its end, so that there may be more.
///
/// # Errors
///
/// When the document is of no kind or version that is read: then there is nothing to find.
pub(super) fn run(
    document: &Document,
    supplement: Option<&Document>,
    findings: &mut Findings,
) -> Result<bool, Fault> {
    let mut copy = document.clone();
    loose_references(&mut copy.root, findings);
    if !structure(&mut copy, findings)? {
        return Ok(false);
    }
    let is_converted = stage(&mut copy, findings, CONVERSION, 1, |copy| {
        convert::faults(&copy.file, &mut copy.root.clone(), MOST)
    });
    if !is_converted {
        return Ok(false);
    }
    let unaltered = |document: &Document, supplement: Option<&Document>| Input {
        document: document.clone(),
        supplement: supplement.cloned(),
        is_vendored: supplement.is_some(),
    };
    let mut ran = None;
    let after: &[Known] = &[("", "after-repairs", Mend::Remove)];
    let is_repaired = stage(&mut copy, findings, after, 4, |copy| {
        let mut repaired = Repaired::default();
        let done = steps::prepared(
            unaltered(copy, None),
            Some(&mut |seen, spec| repaired.see(seen, spec)),
        );
        let faults = match done {
            Ok(outcome) => {
                let faults = steps::lint::faults(&copy.file, &outcome.spec);
                ran = faults.is_empty().then_some((outcome, repaired));
                faults
            }
            Err(fault) => vec![fault],
        };
        let named = |fault| named_as_in(&document.root, fault);
        faults.into_iter().map(named).collect()
    });
    let Some((outcome, repaired)) = ran.filter(|_| is_repaired) else {
        return Ok(false);
    };
    // The generator takes as long as the rest, and needs nothing of it.
    let repairable = copy.clone();
    std::thread::scope(|threads| {
        let generator = threads.spawn(move || {
            let mut found = Findings::new();
            let is_complete = generated(document, &mut copy, &outcome, &mut found);
            (found, is_complete, outcome.warnings)
        });
        repaired.note(document, findings);
        if supplement.is_some()
            && let Err(fault) = steps::run(unaltered(&repairable, supplement))
        {
            succeeds_badly(document, &fault, findings);
        }
        let (found, is_complete, warnings) = generator
            .join()
            .unwrap_or_else(|panic| std::panic::resume_unwind(panic));
        findings.append(found);
        for warning in &warnings {
            // Of a foreign document most repairs find nothing.
            if !warning.contains("found nothing to change") {
                let pointer = named_in(warning);
                findings.add("naming", nearest(&document.root, &pointer), warning);
            }
        }
        Ok(is_complete)
    })
}

/// What `fault` says against the document in place of the vendored one.
fn succeeds_badly(document: &Document, fault: &Fault, findings: &mut Findings) {
    let is_stale = fault.message.contains("found nothing to change");
    let rule = if is_stale {
        "stale-repair"
    } else {
        "supplement"
    };
    for message in fault
        .message
        .split("; ")
        .filter(|it| !is_stale || it.contains("the repair `"))
    {
        findings.add(rule, nearest(&document.root, &fault.pointer), message);
    }
}

/// Every reference that leads nowhere, at once: a document may have thousands.
fn loose_references(root: &mut Value, findings: &mut Findings) {
    let loose: Vec<(String, String)> = Sites::of(root)
        .references
        .iter()
        .filter(|it| it.target.starts_with("#/") && it.target.len() <= document::MAX_KEY)
        .filter(|it| from_reference(it.target).is_some_and(|target| get(root, &target).is_none()))
        .map(|it| (it.holder.clone(), it.target.to_owned()))
        .collect();
    for (holder, target) in loose {
        let message = format!(
            "the `$ref` {} points to nothing in this document",
            document::shown(&target)
        );
        findings.add("dangling-ref", format!("{holder}/$ref"), message);
        mend(root, Mend::Blank, &holder, 0);
    }
}

/// The rules of structure; `false` when they cannot be run to their end.
fn structure(copy: &mut Document, findings: &mut Findings) -> Result<bool, Fault> {
    // Without a version nothing can be said of the rest.
    if let Err(fault) = document::check(copy)
        && (!copy.root.is_object()
            || fault.pointer == "#/openapi"
            || fault.pointer == "#/swagger"
            || copy.root.get("openapi").is_none())
    {
        return Err(fault);
    }
    Ok(stage(copy, findings, STRUCTURE, 1, |copy| {
        document::faults(copy, MOST)
    }))
}

/// Runs one stage until it finds no more; `false` when a fault cannot be got out of the way, or there
/// are too many. `cost` says how often the stage visits each value.
fn stage(
    copy: &mut Document,
    findings: &mut Findings,
    known: &[Known],
    cost: usize,
    mut run: impl FnMut(&Document) -> Vec<Fault>,
) -> bool {
    let looks = MOST_VISITED / (cost * values(&copy.root)).max(1);
    let mut number = 0;
    for _ in 0..looks.clamp(FEWEST_LOOKS, MOST) {
        let faults = run(copy);
        if faults.is_empty() {
            return true;
        }
        let was_there: Vec<bool> = faults
            .iter()
            .map(|fault| get(&copy.root, &fault.pointer).is_some())
            .collect();
        let mut told = HashSet::new();
        for (fault, was_there) in faults.into_iter().zip(was_there) {
            // What an earlier fault took along, or one that many refer to and each finds.
            let is_gone = was_there && get(&copy.root, &fault.pointer).is_none();
            if is_gone || !told.insert(fault.pointer.clone()) {
                continue;
            }
            if number == MOST {
                return false;
            }
            number += 1;
            let said = format!("{}: {}", fault.pointer, fault.message);
            let Some((_, rule, how)) = known.iter().find(|(part, ..)| said.contains(part)) else {
                return false;
            };
            findings.add(rule, fault.pointer.clone(), fault.message);
            let is_mended = mend(&mut copy.root, *how, &fault.pointer, number)
                || mend(&mut copy.root, Mend::Remove, &fault.pointer, number);
            if !is_mended {
                return false;
            }
        }
    }
    false
}

/// How many values there are in `value`.
fn values(value: &Value) -> usize {
    1 + match value {
        Value::Object(object) => object.values().map(values).sum(),
        Value::Array(list) => list.iter().map(values).sum(),
        _ => 0,
    }
}

/// The place of which a warning about a name speaks: `GET /a is …` or ``the schema `A` would …``.
fn named_in(warning: &str) -> String {
    let mut words = warning.split(' ');
    let (first, second) = (
        words.next().unwrap_or_default(),
        words.next().unwrap_or_default(),
    );
    if second.starts_with('/') {
        return format!("#/paths/{}/{}", escape(second), first.to_lowercase());
    }
    match warning
        .strip_prefix("the schema `")
        .and_then(|rest| rest.split_once('`'))
    {
        Some((name, _)) => mend::schema_pointer(name),
        None => "#".to_owned(),
    }
}

/// The place in the document as it was read, where the steps have given things other names.
fn named_as_in(root: &Value, mut fault: Fault) -> Fault {
    fault.pointer = nearest(root, &fault.pointer);
    fault
}

fn nearest(root: &Value, pointer: &str) -> String {
    let place = mend::nearest(root, pointer);
    // A list of names is no place: what was named is not there.
    if ["#/components", "#/components/schemas", "#/paths"].contains(&place.as_str()) {
        return "#".to_owned();
    }
    place
}

/// What the generator cannot handle; `false` when there may be more.
fn generated(
    document: &Document,
    copy: &mut Document,
    outcome: &Outcome,
    findings: &mut Findings,
) -> bool {
    let mut mended = None;
    for number in 0..MOST_GENERATED {
        let outcome = mended.as_ref().unwrap_or(outcome);
        let shown = guard::generate(&outcome.spec, &outcome.spec.to_string()).and_then(|client| {
            surface::render(&client, outcome)
                .map_err(|message| Fault::new(&document.file, "#", message))
        });
        let Err(fault) = shown else {
            return true;
        };
        let pointer = nearest(&document.root, &fault.pointer);
        findings.add("generator", pointer.clone(), fault.message);
        if pointer == "#" || !mend(&mut copy.root, Mend::Remove, &pointer, number) {
            return false;
        }
        let input = Input {
            document: copy.clone(),
            supplement: None,
            is_vendored: false,
        };
        match steps::run(input) {
            Ok(next) => mended = Some(next),
            Err(_) => return false,
        }
    }
    false
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn faults_beside_each_other_are_found_in_one_look() {
        let schemas: serde_json::Map<String, Value> = (0..290)
            .map(|number| (format!("S{number}"), json!({"type": "nothing"})))
            .collect();
        let mut copy = Document {
            file: "x.json".to_owned(),
            sha256: String::new(),
            root: json!({"components": {"schemas": schemas}}),
        };
        let (mut findings, mut looks) = (Findings::new(), 0);
        let is_through = stage(&mut copy, &mut findings, CONVERSION, 1, |copy| {
            looks += 1;
            convert::faults(&copy.file, &mut copy.root.clone(), MOST)
        });
        assert_eq!((is_through, findings.all.len(), looks), (true, 290, 2));
    }
}
