//! `cargo xtask spec diff OLD NEW`: what changed between two documents, by Alpaca's own policy.
//!
//! Both documents are read as they were published, in any of the forms that are the same: JSON or
//! YAML, OpenAPI 3.0 or 3.1, types written out or named, lists in any order. What is left is told as
//! changes, each once, with its pointers, its class and the rule that decides it. `regen` compares
//! something else in `changes/`: two results of the pipeline, after repairs and under our names.
//!
//! | file | what it does |
//! | --- | --- |
//! | `mod.rs` | the command; the order of the work |
//! | `document.rs` | places, and where a `$ref` leads |
//! | `operations.rs` | which operation is which, and what differs |
//! | `parameters.rs`, `bodies.rs` | their parts |
//! | `schema/` | schemas in their normal form, and what differs |
//! | `renames.rs`, `similarity.rs` | what came back under another name |
//! | `prose.rs`, `deprecation.rs` | texts, examples; what is to go, and when |
//! | `callbacks.rs` | requests that the service sends |
//! | `security.rs`, `servers.rs` | what callers must prove; where requests go |
//! | `top.rs` | shared parts |
//! | `reach.rs` | which operations reach a place, and whether it is sent or answered |
//! | `concerns.rs` | which operations a change concerns |
//! | `policy.rs` | the class of a change, and the rule |
//! | `change.rs`, `subject.rs`, `wording.rs` | what a change is, what it is about, and in which words |
//! | `collect.rs` | each change once, told of a shared part or of its use |
//! | `finish.rs` | changes as they were found become changes as they are told |
//! | `bump.rs` | what it means for the versions of our crates |
//! | `render/` | text, Markdown, JSON |

mod bodies;
mod bump;
mod callbacks;
mod change;
mod collect;
mod concerns;
mod deprecation;
mod document;
mod finish;
mod operations;
mod parameters;
mod policy;
mod prose;
mod reach;
mod renames;
mod render;
mod schema;
mod security;
mod servers;
mod similarity;
mod subject;
#[cfg(test)]
mod tests;
mod top;
mod wording;

pub use bump::{Bump, Level};
pub use change::{Change, Class, Direction, Kind, Subject};
pub use finish::{Diff, Note, Side, Standing};
pub use render::{VERSION, json, markdown, text};

use std::path::{Path, PathBuf};

use super::Answer;
use crate::document::Document;
use crate::fault::Fault;
use document::Doc;
use renames::Renames;
use schema::Comparison;

/// How the result is printed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Format {
    Text,
    Markdown,
    Json,
}

/// What the command was asked to do.
#[derive(Debug, PartialEq, Eq)]
struct Request {
    old: PathBuf,
    new: PathBuf,
    format: Format,
    fail_on_breaking: bool,
}

/// Runs `spec diff`: 0, or 1 if `--fail-on breaking` applies, or 2 for an input that is no use.
pub(super) fn command(arguments: &[String]) -> Answer {
    let request = match parse(arguments) {
        Ok(request) => request,
        Err(message) => return Answer::failure(message, 2),
    };
    let diff = match files(&request.old, &request.new) {
        Ok(diff) => diff,
        Err(fault) => return Answer::failure(fault.to_string(), 2),
    };
    let out = match request.format {
        Format::Text => text(&diff),
        Format::Markdown => markdown(&diff),
        Format::Json => format!("{:#}\n", json(&diff)),
    };
    let fails = request.fail_on_breaking && diff.of(Class::Breaking).next().is_some();
    Answer::report(out, u8::from(fails))
}

/// Reads the arguments of the command.
fn parse(arguments: &[String]) -> Result<Request, String> {
    let (mut files, mut format, mut fail_on) = (Vec::new(), None, None);
    let mut rest = arguments.iter();
    while let Some(argument) = rest.next() {
        let (option, inline) = match argument.split_once('=') {
            Some((option, value)) if option.starts_with("--") => (option, Some(value.to_owned())),
            _ => (argument.as_str(), None),
        };
        let target = match option {
            "--format" => &mut format,
            "--fail-on" => &mut fail_on,
            other if other.starts_with("--") => {
                return Err(format!("`spec diff` has no option `{other}`"));
            }
            file => {
                // A file may have `=` in its name.
                files.push(PathBuf::from(if inline.is_some() {
                    argument
                } else {
                    file
                }));
                continue;
            }
        };
        let value = inline.or_else(|| rest.next().cloned());
        let value = value.ok_or_else(|| format!("`{option}` needs a value"))?;
        if target.replace(value).is_some() {
            return Err(format!("`{option}` was given twice"));
        }
    }
    let format = match format.as_deref() {
        None | Some("text") => Format::Text,
        Some("markdown") => Format::Markdown,
        Some("json") => Format::Json,
        Some(other) => {
            return Err(format!(
                "there is no format `{other}`; choose text, markdown or json"
            ));
        }
    };
    let fail_on_breaking = match fail_on.as_deref() {
        None => false,
        Some("breaking") => true,
        Some(other) => {
            return Err(format!("`--fail-on` knows `breaking` only, not `{other}`"));
        }
    };
    match <[PathBuf; 2]>::try_from(files) {
        Ok([old, new]) => Ok(Request {
            old,
            new,
            format,
            fail_on_breaking,
        }),
        Err(files) => Err(format!(
            "`spec diff` compares two files, the old one and the new one; {} given",
            files.len()
        )),
    }
}

/// Compares two files.
///
/// # Errors
///
/// The first [`Fault`] of the old file, or else of the new one: it cannot be read, is no OpenAPI
/// 3.0 or 3.1, or has no paths.
pub fn files(old: &Path, new: &Path) -> Result<Diff, Fault> {
    let (old, new) = (document::read(old)?, document::read(new)?);
    Ok(between(&old, &new))
}

/// Compares two documents.
pub fn between(old: &Document, new: &Document) -> Diff {
    let (was, is) = (Doc::new(&old.root), Doc::new(&new.root));
    let renames = Renames::find(&was, &is);
    let mut comparison = Comparison::new(was, is, &renames);
    top::schemas(&mut comparison);
    operations::compare(&mut comparison);
    top::compare(&mut comparison);
    finish::finish(comparison, old, new)
}
