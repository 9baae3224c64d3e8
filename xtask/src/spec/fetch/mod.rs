//! `cargo xtask spec fetch`: downloads a document, and keeps it only if it is one.
//!
//! A download goes wrong in many ways: half a file, a page that says sorry, an answer that never
//! ends. None of them leaves anything behind: the file and the record of where it came from are
//! written together, and only once the whole answer is there and is an OpenAPI document.
//!
//! | file | its one idea |
//! | --- | --- |
//! | `download.rs` | one answer, bounded in size, time and redirects |
//! | `record.rs` | where a file came from, kept beside it |

mod download;
mod record;
#[cfg(test)]
mod tests;

use std::path::{Path, PathBuf};

use super::Answer;
use crate::document;
use crate::regen::writes::Transaction;
use download::{Download, Limits};
use record::Record;

/// Where Alpaca publishes the document.
const ADDRESS: &str = "https://docs.alpaca.markets/openapi/trading-api.json";

/// Where a document is put unless told otherwise: the vendored one is replaced by a person who has
/// read what is new in it.
const OUT: &str = "target/spec/trading-api.json";

/// Runs `spec fetch` with `arguments`.
pub(super) fn command(root: &Path, arguments: &[String]) -> Answer {
    let (mut url, mut out) = (None, None);
    let mut rest = arguments.iter();
    while let Some(argument) = rest.next() {
        let target = match argument.as_str() {
            "--url" => &mut url,
            "--out" => &mut out,
            other => return Answer::failure(format!("`spec fetch` has no option `{other}`"), 2),
        };
        let Some(value) = rest.next().filter(|value| !value.starts_with("--")) else {
            return Answer::failure(format!("`{argument}` needs a value"), 2);
        };
        if target.replace(value.clone()).is_some() {
            return Answer::failure(format!("`{argument}` was given twice"), 2);
        }
    }
    let out = out.map_or_else(|| root.join(OUT), PathBuf::from);
    match fetch(url.as_deref().unwrap_or(ADDRESS), &out, &Limits::default()) {
        Ok(report) => Answer::report(report, 0),
        Err(message) => Answer::failure(message, 1),
    }
}

/// Downloads Alpaca's document, or that at `url`, to where downloads are; returns the file and the report.
///
/// # Errors
///
/// Why there is no new document; nothing has been written then.
pub(super) fn into_target(root: &Path, url: Option<&str>) -> Result<(PathBuf, String), String> {
    let out = root.join(OUT);
    let report = fetch(url.unwrap_or(ADDRESS), &out, &Limits::default())?;
    Ok((out, report))
}

/// Downloads the document at `url` into `out`; returns the report.
///
/// # Errors
///
/// Why there is no new document; nothing has been written then.
fn fetch(url: &str, out: &Path, limits: &Limits) -> Result<String, String> {
    let address = download::parse(url)?;
    let name = match (address.query(), address.fragment()) {
        (None, None) => url.to_owned(),
        _ => download::masked(&address),
    };
    let known = Record::of(out).filter(|known| known.source == name);
    // Another query may ask for something else, and it is not recorded which one it was.
    let tag = known.as_ref().filter(|_| address.query().is_none());
    let tag = tag.and_then(|known| known.etag.as_deref());
    let body = match download::download(url, tag, limits)? {
        Download::Body(body) => body,
        Download::NotModified => {
            let date = known.map(|known| known.date).unwrap_or_default();
            return Ok(format!(
                "{name}: not modified; {} is what was there on {date}\n",
                out.display()
            ));
        }
    };
    // The end of the name tells YAML, so the query is not part of it.
    let plain = name.split('?').next().unwrap_or_default().to_owned();
    let document = document::received(plain, &body.bytes).map_err(|fault| fault.to_string())?;
    document::identify(&document).map_err(|fault| fault.to_string())?;
    let text = String::from_utf8(body.bytes)
        .map_err(|_| format!("{name}: #: is not UTF-8; convert it to UTF-8"))?;
    let is_same = known
        .as_ref()
        .is_some_and(|known| known.sha256 == document.sha256);
    let mut record = Record::new(&name, &body.address, body.etag, &document, text.len());
    if let Some(known) = known.filter(|_| is_same) {
        // The day is that of the first download with this content.
        record.date = known.date;
    }
    let report = format!(
        "{name}: {}\n{}  written to {}\n",
        if is_same {
            "the same content as before"
        } else {
            "a new document"
        },
        record.describe(),
        out.display(),
    );
    let mut transaction = Transaction::default();
    transaction.write(out.to_path_buf(), text);
    transaction.write(record::path(out), record.to_text());
    transaction.commit()?;
    Ok(report)
}
