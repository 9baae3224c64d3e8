//! Which documents the workspace was generated from.
//!
//! `info.version` has been `2.0.1` since November 2024 whatever the content, so it identifies
//! nothing. The source address, the day, the counts and the hash do.

use std::fmt::Write as _;
use std::path::Path;

use chrono::NaiveDate;
use serde::Deserialize;
use serde_json::Value;

use crate::document::Document;
use crate::steps::walk;

/// Where the provenance is recorded, in the workspace.
pub(super) const FILE: &str = "openapi/provenance.toml";

/// Where Alpaca publishes the document.
const SOURCE: &str = "https://docs.alpaca.markets/openapi/trading-api.json";

#[derive(Deserialize, Default)]
struct Recorded {
    #[serde(default)]
    document: Vec<Entry>,
}

#[derive(Deserialize)]
struct Entry {
    file: String,
    source: Option<String>,
    date: Option<String>,
    operations: Option<usize>,
    schemas: Option<usize>,
    sha256: Option<String>,
}

/// The provenance as it should be recorded, beside what is.
pub(super) struct Provenance {
    /// The text of the file.
    pub(super) text: String,
    drift: Vec<String>,
}

impl Provenance {
    /// One line for each document that is not the recorded one.
    #[must_use]
    pub(super) fn describe_drift(&self) -> String {
        self.drift.iter().fold(String::new(), |mut text, line| {
            let _ = writeln!(text, "{FILE}: {line}");
            text
        })
    }
}

/// Works out the provenance of `documents`. A document with the recorded hash keeps its day.
///
/// # Errors
///
/// When the recorded file cannot be read as what it should be.
pub(super) fn render(
    root: &Path,
    documents: &[(&str, &Document)],
    today: NaiveDate,
) -> Result<Provenance, String> {
    let old_text = match std::fs::read_to_string(root.join(FILE)) {
        Ok(text) => text,
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => String::new(),
        Err(error) => return Err(format!("{FILE}: {error}")),
    };
    let recorded: Recorded =
        toml::from_str(&old_text).map_err(|error| format!("{FILE}: {error}"))?;
    let mut text = String::from(
        "# Which documents the client is generated from. Written by `cargo xtask regen`; the day is\n\
         # that of the run that first saw the hash. `source` may be edited by hand.\n",
    );
    let mut drift = Vec::new();
    for (name, document) in documents {
        let old = recorded.document.iter().find(|entry| entry.file == *name);
        let same = old.filter(|entry| entry.sha256.as_deref() == Some(&document.sha256));
        let mut operations = 0;
        walk::operations(&document.root, |_, _, _| operations += 1);
        let schemas = walk::components(&document.root).map_or(0, serde_json::Map::len);
        let openapi = document
            .root
            .get("openapi")
            .and_then(Value::as_str)
            .unwrap_or_default();
        let source = old
            .and_then(|entry| entry.source.clone())
            .unwrap_or_else(|| SOURCE.to_owned());
        let date = same
            .and_then(|entry| entry.date.clone())
            .unwrap_or_else(|| today.to_string());
        let _ = write!(
            text,
            "\n[[document]]\nfile = {}\nsource = {}\ndate = {}\nopenapi = {}\noperations = {operations}\nschemas = {schemas}\nsha256 = {}\n",
            quoted(name),
            quoted(&source),
            quoted(&date),
            quoted(openapi),
            quoted(&document.sha256),
        );
        match old {
            None => drift.push(format!("{name} is not recorded")),
            Some(old) => {
                for (what, recorded, found) in [
                    ("operations", old.operations, operations),
                    ("schemas", old.schemas, schemas),
                ] {
                    if recorded != Some(found) {
                        let recorded =
                            recorded.map_or("none".to_owned(), |count| count.to_string());
                        drift.push(format!(
                            "{name} has {found} {what}, recorded are {recorded}"
                        ));
                    }
                }
                if same.is_none() {
                    drift.push(format!("{name} has another hash, {}", document.sha256));
                }
            }
        }
    }
    if drift.is_empty() && old_text != text {
        drift.push("its text is not what `regen` writes".to_owned());
    }
    Ok(Provenance { text, drift })
}

fn quoted(text: &str) -> String {
    toml::Value::String(text.to_owned()).to_string()
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn document(sha256: &str) -> Document {
        Document {
            file: "openapi/x.json".into(),
            sha256: sha256.into(),
            root: json!({"openapi": "3.1.2", "paths": {"/a": {"get": {}}}, "components": {"schemas": {"A": {}}}}),
        }
    }

    #[test]
    fn the_day_is_that_of_the_first_run_with_this_hash() {
        let root = tempfile::tempdir().unwrap();
        std::fs::create_dir(root.path().join("openapi")).unwrap();
        let day = |text: &str| text.parse::<NaiveDate>().unwrap();
        let render = |hash: &str, today: &str| {
            render(
                root.path(),
                &[("openapi/x.json", &document(hash))],
                day(today),
            )
            .unwrap()
        };
        let first = render("aa", "2026-10-01");
        assert!(first.describe_drift().contains("not recorded"));
        std::fs::write(root.path().join(FILE), &first.text).unwrap();
        let again = render("aa", "2026-11-01");
        assert_eq!((again.text, again.drift.len()), (first.text, 0));
        let other = render("bb", "2026-11-01");
        assert!(other.text.contains("2026-11-01") && other.describe_drift().contains("bb"));
    }
}
