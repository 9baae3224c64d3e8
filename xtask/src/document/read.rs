//! The file: what kind it is, how large, in which encoding, and in which of the two formats.
//!
//! The format is decided by content, not by name, because published documents are often named
//! wrongly. The name counts only where content leaves it open: YAML in flow style looks like JSON.

use std::{
    fs::{self, File},
    io::Read,
    path::Path,
};

use serde_json::Value;
use sha2::{Digest, Sha256};

use super::{Document, MAX_BYTES, json, yaml};
use crate::fault::Fault;

/// Reads the document at `path`, JSON or YAML.
///
/// # Errors
///
/// One [`Fault`] if the file is not a readable regular file of at most [`MAX_BYTES`], is empty, is
/// not UTF-8 (a byte order mark is tolerated), is not valid in its format, or exceeds
/// [`MAX_DEPTH`](super::MAX_DEPTH), [`MAX_VALUES`](super::MAX_VALUES) or
/// [`MAX_KEY`](super::MAX_KEY); and for a key that appears twice in one object.
pub fn read(path: &Path) -> Result<Document, Fault> {
    let file = path.display().to_string();
    let bytes = bytes(path).map_err(|message| Fault::new(&file, "#", message))?;
    received(file, &bytes)
}

/// Reads the document that `bytes` hold, named `file` in messages.
///
/// # Errors
///
/// As [`read`], but for the file.
pub fn received(file: String, bytes: &[u8]) -> Result<Document, Fault> {
    if bytes.len() as u64 > MAX_BYTES {
        return Err(Fault::new(&file, "#", too_large()));
    }
    let text = text(bytes).map_err(|message| Fault::new(&file, "#", message))?;
    let named_yaml = Path::new(&file)
        .extension()
        .is_some_and(|name| name.eq_ignore_ascii_case("yaml") || name.eq_ignore_ascii_case("yml"));
    let root = parse(&file, text, named_yaml)?;
    let sha256 = format!("{:x}", Sha256::digest(bytes));
    Ok(Document { file, sha256, root })
}

/// The raw bytes of a regular file, never more than [`MAX_BYTES`].
fn bytes(path: &Path) -> Result<Vec<u8>, String> {
    let unreadable = |error: std::io::Error| format!("cannot be read: {error}");
    // Asked before opening: opening a pipe that nobody writes to would wait forever.
    let metadata = fs::metadata(path).map_err(unreadable)?;
    if metadata.is_dir() {
        return Err("is a directory; name the file that holds the document".to_owned());
    }
    if !metadata.is_file() {
        return Err("is not a regular file; save the document in a file and name that".to_owned());
    }
    if metadata.len() > MAX_BYTES {
        return Err(too_large());
    }
    let file = File::open(path).map_err(unreadable)?;
    // The length above may be a lie (files of the kernel say 0) or out of date, so the reading
    // itself is bounded as well.
    let mut bytes = Vec::new();
    file.take(MAX_BYTES + 1)
        .read_to_end(&mut bytes)
        .map_err(unreadable)?;
    if bytes.len() as u64 > MAX_BYTES {
        return Err(too_large());
    }
    Ok(bytes)
}

fn too_large() -> String {
    format!(
        "is larger than {} MiB, which is more than is read",
        MAX_BYTES / 1024 / 1024
    )
}

/// The text without its byte order mark.
fn text(bytes: &[u8]) -> Result<&str, String> {
    if bytes.starts_with(&[0xff, 0xfe]) || bytes.starts_with(&[0xfe, 0xff]) {
        return Err("is UTF-16; convert it to UTF-8".to_owned());
    }
    let text = std::str::from_utf8(bytes).map_err(|error| {
        let valid = bytes.get(..error.valid_up_to()).unwrap_or_default();
        let line = valid.iter().filter(|byte| **byte == b'\n').count() + 1;
        format!(
            "is not UTF-8 (line {line}, byte {}); convert it to UTF-8",
            error.valid_up_to()
        )
    })?;
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    if text.trim().is_empty() {
        return Err("is empty".to_owned());
    }
    Ok(text)
}

/// The value of `text`, in the format that its first character tells.
fn parse(file: &str, text: &str, named_yaml: bool) -> Result<Value, Fault> {
    match text.trim_start().chars().next() {
        Some('{' | '[') => match json::parse(file, text) {
            // Flow style looks like JSON. The YAML reader has the last word for a file that calls
            // itself YAML: a fault that both see, it reports as well.
            Err(_) if named_yaml => yaml::parse(file, text),
            other => other,
        },
        // What a download of the wrong address leaves behind.
        Some('<') => Err(Fault::new(
            file,
            "#",
            "is neither JSON nor YAML but looks like HTML or XML; download the document itself",
        )),
        _ => yaml::parse(file, text),
    }
}
