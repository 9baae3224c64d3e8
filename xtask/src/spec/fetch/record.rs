//! Where a file came from, kept beside it.
//!
//! `info.version` identifies nothing, since it has not moved for years; address, day, hash and the
//! tag that the server gave do. The tag also lets the next download be answered with "not modified".

use std::fmt::Write as _;
use std::path::{Path, PathBuf};

use serde::Deserialize;
use serde_json::Value;
use sha2::{Digest as _, Sha256};

use crate::document::Document;
use crate::steps::walk;

/// The record of one download.
#[derive(Clone, Debug, Default, Deserialize, PartialEq, Eq)]
pub(super) struct Record {
    /// The address that was asked for, without the values of its query, like the next.
    pub(super) source: String,
    /// The address that answered in the end.
    pub(super) address: String,
    /// The first day on which this content was downloaded, UTC.
    pub(super) date: String,
    /// The tag of the content, as the server gave it.
    pub(super) etag: Option<String>,
    /// SHA-256 of the bytes.
    pub(super) sha256: String,
    bytes: usize,
    openapi: String,
    title: String,
    version: String,
    operations: usize,
    schemas: usize,
}

/// The file of the record of `out`.
pub(super) fn path(out: &Path) -> PathBuf {
    let mut name = out.as_os_str().to_owned();
    name.push(".provenance.toml");
    PathBuf::from(name)
}

impl Record {
    pub(super) fn new(
        source: &str,
        address: &str,
        etag: Option<String>,
        document: &Document,
        bytes: usize,
    ) -> Self {
        let text = |pointer: &str| {
            document
                .root
                .pointer(pointer)
                .and_then(Value::as_str)
                .unwrap_or_default()
                .to_owned()
        };
        let mut operations = 0;
        walk::operations(&document.root, |_, _, _| operations += 1);
        Self {
            source: source.to_owned(),
            address: address.to_owned(),
            date: chrono::Utc::now().date_naive().to_string(),
            etag,
            sha256: document.sha256.clone(),
            bytes,
            openapi: text("/openapi"),
            title: text("/info/title"),
            version: text("/info/version"),
            operations,
            schemas: walk::components(&document.root).map_or(0, serde_json::Map::len),
        }
    }

    /// The record of `out`, if there is one and the file is still what was recorded.
    pub(super) fn of(out: &Path) -> Option<Self> {
        let text = std::fs::read_to_string(path(out)).ok()?;
        let record: Self = toml::from_str(&text).ok()?;
        let bytes = std::fs::read(out).ok()?;
        (format!("{:x}", Sha256::digest(&bytes)) == record.sha256).then_some(record)
    }

    pub(super) fn to_text(&self) -> String {
        let mut text = String::from(
            "# Where the document beside this file came from. Written by `cargo xtask spec fetch`.\n\n",
        );
        let quoted = |text: &str| toml::Value::String(text.to_owned()).to_string();
        for (key, value) in [
            ("source", Some(&self.source)),
            ("address", Some(&self.address)),
            ("date", Some(&self.date)),
            ("etag", self.etag.as_ref()),
            ("sha256", Some(&self.sha256)),
            ("openapi", Some(&self.openapi)),
            ("title", Some(&self.title)),
            ("version", Some(&self.version)),
        ] {
            if let Some(value) = value {
                let _ = writeln!(text, "{key} = {}", quoted(value));
            }
        }
        for (key, count) in [
            ("bytes", self.bytes),
            ("operations", self.operations),
            ("schemas", self.schemas),
        ] {
            let _ = writeln!(text, "{key} = {count}");
        }
        text
    }

    /// What a person wants to see of it.
    pub(super) fn describe(&self) -> String {
        format!(
            "  {} {}, OpenAPI {}: {} operations, {} schemas, {} bytes\n  sha256 {}, first seen {}\n",
            crate::document::shown(&self.title),
            crate::document::shown(&self.version),
            self.openapi,
            self.operations,
            self.schemas,
            self.bytes,
            self.sha256,
            self.date,
        )
    }
}
