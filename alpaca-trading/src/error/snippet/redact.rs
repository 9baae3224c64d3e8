//! Finds what must not be shown in a text from the network: secrets and personal data.
//!
//! The text may be anything: JSON, JSON within a string of JSON, a form, headers that a page repeats,
//! or any of these cut off at both ends. So nothing is parsed. A name is looked for before every
//! colon and equals sign, and where it looks secret or personal, the value after it is hidden. In
//! doubt too much is hidden, never too little.

mod unescape;

use std::borrow::Cow;
use std::ops::Range;

use unescape::Unescaped;

/// Stands in place of what is hidden.
pub(super) const HIDDEN: &str = "***";

/// A name is read back so far, in bytes.
const LONGEST_NAME: usize = 64;

/// After `Bearer` or `Basic`, a run of so many characters is a credential and not the next word.
const SHORTEST_CREDENTIAL: usize = 8;

/// So many characters of a known secret at the end of a body that was cut short are hidden too.
const SHORTEST_BEGINNING: usize = 6;

/// So often is a text unescaped to find a known secret in it: a string of JSON in a string of JSON in
/// a URL.
const LAYERS: usize = 3;

/// What makes a name secret or personal wherever it stands in it, without `_`, `-`, spaces and case.
const TELLING_PARTS: [&str; 38] = [
    // Secrets.
    "authorization",
    "bearer",
    "cookie",
    "credential",
    "jwt",
    "mnemonic",
    "oauth",
    "passphrase",
    "passwd",
    "password",
    "privatekey",
    "secret",
    "signature",
    "token",
    // Who somebody is.
    "accountnumber",
    "beneficiary",
    "birth",
    "email",
    "familyname",
    "firstname",
    "givenname",
    "lastname",
    "legalname",
    "maidenname",
    "middlename",
    "originator",
    "passport",
    "phone",
    "routingnumber",
    "socialsecurity",
    "taxid",
    "taxident",
    "taxnumber",
    "taxpayer",
    // Where somebody is, or somebody's coins.
    "address",
    "postalcode",
    "postcode",
    "street",
];

/// What makes a name secret or personal if it is one of its words; within other words these letters
/// mean nothing.
const TELLING_WORDS: [&str; 9] = [
    "auth", "dob", "iban", "key", "keys", "pin", "pwd", "ssn", "tin",
];

/// What makes a name secret if it ends so: `accesskey`.
const TELLING_ENDS: [&str; 3] = ["key", "keys", "keyid"];

/// Names of Alpaca's that look secret and are not: places in a list, tokenized shares, a setting.
const HARMLESS: [&str; 4] = [
    "pagetoken",
    "nextpagetoken",
    "tokensymbol",
    "tradeconfirmemail",
];

/// Whether a window reaches the ends of its text.
#[derive(Clone, Copy)]
pub(super) struct Edges {
    pub(super) at_start: bool,
    pub(super) at_end: bool,
}

/// `text` with `***` in place of what looks secret or personal: values whose name says so (keys,
/// secrets, tokens, passwords, authorizations, account numbers, addresses, names and tax numbers of
/// people), credentials after `Bearer` and `Basic`, and each of `secrets` wherever it occurs.
pub(crate) fn redacted(text: &str, secrets: &[&str]) -> String {
    let masks = hidden(text.as_bytes(), WHOLE, secrets);
    String::from_utf8_lossy(&masked(text.as_bytes(), masks)).into_owned()
}

/// `body` with `***` in place of each of `secrets`, and otherwise as it is.
pub(crate) fn without<'a>(body: &'a [u8], secrets: &[&str]) -> Cow<'a, [u8]> {
    let mut masks = Vec::new();
    known_secrets(body, WHOLE, secrets, &mut masks);
    if masks.is_empty() {
        return Cow::Borrowed(body);
    }
    Cow::Owned(masked(body, apart(masks)))
}

/// A text that is there from its beginning to its end.
const WHOLE: Edges = Edges {
    at_start: true,
    at_end: true,
};

/// `text` with `***` in place of these ranges.
fn masked(text: &[u8], masks: Vec<Range<usize>>) -> Vec<u8> {
    let mut shown = Vec::with_capacity(text.len());
    let mut at = 0;
    for mask in masks {
        shown.extend_from_slice(text.get(at..mask.start).unwrap_or_default());
        shown.extend_from_slice(HIDDEN.as_bytes());
        at = mask.end;
    }
    shown.extend_from_slice(text.get(at..).unwrap_or_default());
    shown
}

/// The ranges of `window` that must not be shown, in order and apart from each other.
pub(super) fn hidden(window: &[u8], edges: Edges, secrets: &[&str]) -> Vec<Range<usize>> {
    let mut masks = Vec::new();
    if !edges.at_start {
        masks.extend(unknown_beginning(window));
    }
    named_values(window, &mut masks);
    credentials(window, &mut masks);
    known_secrets(window, edges, secrets, &mut masks);
    apart(masks)
}

/// The ranges in order and apart from each other, without the empty ones.
fn apart(mut masks: Vec<Range<usize>>) -> Vec<Range<usize>> {
    masks.retain(|mask| !mask.is_empty());
    masks.sort_by_key(|mask| mask.start);
    let mut apart: Vec<Range<usize>> = Vec::with_capacity(masks.len());
    for mask in masks {
        match apart.last_mut() {
            Some(last) if mask.start <= last.end => last.end = last.end.max(mask.end),
            _ => apart.push(mask),
        }
    }
    apart
}

/// The end of a string whose beginning, and so whose name, is before the window.
///
/// Numbers, brackets and commas are no such thing: a long list of prices has no quotes either.
fn unknown_beginning(window: &[u8]) -> Option<Range<usize>> {
    let end = string_end(window, 0, b'"', 0);
    let beginning = window.get(..end)?;
    let harmless = |byte: &u8| {
        byte.is_ascii_digit()
            || byte.is_ascii_whitespace()
            // The letters are those of null, true and false, and of exponents.
            || b"+-.,:[]{}nultrefasE".contains(byte)
    };
    (!beginning.iter().all(harmless)).then_some(0..end)
}

/// Hides values whose name looks secret or personal.
fn named_values(window: &[u8], masks: &mut Vec<Range<usize>>) {
    let mut at = 0;
    while let Some(next) = position(window, at, |byte| matches!(byte, b':' | b'=')) {
        at = next + 1;
        if let Some(name) = name_before(window, next)
            && is_sensitive(name)
            && let Some(value) = value_after(window, at, name)
        {
            at = value.end.max(at);
            masks.push(value);
        }
    }
}

/// The name that ends at `end`: in quotation marks, escaped ones too, or a single word.
fn name_before(window: &[u8], end: usize) -> Option<&[u8]> {
    let before = window.get(..end)?.trim_ascii_end();
    let (name, mark) = match before.split_last()? {
        (mark @ (b'"' | b'\''), name) => (name, Some(*mark)),
        _ => (before, None),
    };
    let backslashes = name.iter().rev().take_while(|byte| **byte == b'\\').count();
    let name = match mark {
        Some(_) => name.get(..name.len() - backslashes)?,
        None => name,
    };
    let length = name
        .iter()
        .rev()
        .take(LONGEST_NAME)
        .take_while(|byte| match mark {
            Some(mark) => **byte != mark,
            None => byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-' | b'.'),
        })
        .count();
    name.get(name.len() - length..)
}

/// Whether a value of this name is nobody's business.
pub(super) fn is_sensitive(name: &[u8]) -> bool {
    let mut joined = String::new();
    let mut words = vec![String::new()];
    let mut previous = b'_';
    let start = name.len().saturating_sub(LONGEST_NAME);
    for byte in name.iter().skip(start) {
        if byte.is_ascii_alphanumeric() {
            let letter = char::from(byte.to_ascii_lowercase());
            // A new word in `accountNumber`, none in `SSN`.
            if byte.is_ascii_uppercase() && previous.is_ascii_lowercase() {
                words.push(String::new());
            }
            joined.push(letter);
            if let Some(word) = words.last_mut() {
                word.push(letter);
            }
        } else {
            words.push(String::new());
        }
        previous = *byte;
    }
    if HARMLESS.contains(&joined.as_str()) {
        return false;
    }
    // Tokenization turns shares into coins; nothing about it is secret.
    let joined = joined.replace("tokeniz", "");
    TELLING_PARTS.iter().any(|part| joined.contains(part))
        || TELLING_ENDS.iter().any(|end| joined.ends_with(end))
        || words
            .iter()
            .any(|word| TELLING_WORDS.contains(&word.as_str()))
}

/// The value that begins at or soon after `start`.
fn value_after(window: &[u8], start: usize, name: &[u8]) -> Option<Range<usize>> {
    let start = position(window, start, |byte| {
        // `=>` and `:=` separate as well.
        !byte.is_ascii_whitespace() && !matches!(byte, b'=' | b'>' | b':')
    })?;
    let quote = position(window, start, |byte| byte != b'\\')?;
    match window.get(quote)? {
        mark @ (b'"' | b'\'') => {
            let content = quote + 1;
            let end = string_end(window, content, *mark, quote - start);
            Some(content..end)
        }
        b'{' | b'[' => Some(start..container_end(window, start)),
        _ => {
            let to_the_end_of_the_line = names_a_header(name);
            let end = position(window, start, |byte| match byte {
                b'\r' | b'\n' | b'<' | b'"' => true,
                _ if to_the_end_of_the_line => false,
                b',' | b';' | b'&' | b'>' | b'\'' | b')' | b']' | b'}' => true,
                _ => byte.is_ascii_whitespace(),
            })
            .unwrap_or(window.len());
            let value = window.get(start..end)?;
            // That there is no value is no secret, and often the fault that one looks for.
            (!matches!(value, b"null" | b"true" | b"false")).then_some(start..end)
        }
    }
}

/// Whether the value of a bare name is more than one word: `Authorization: Bearer …`.
fn names_a_header(name: &[u8]) -> bool {
    let name = name.to_ascii_lowercase();
    name.ends_with(b"authorization") || name.ends_with(b"cookie")
}

/// Where a string ends that was opened by `mark` after so many backslashes; the end of the window if
/// it does not end there.
///
/// With none before it, a mark after an odd number of backslashes belongs to the string. In JSON
/// within a string of JSON every mark has some, and those within its strings have more.
fn string_end(window: &[u8], start: usize, mark: u8, opened_after: usize) -> usize {
    let mut backslashes = 0;
    for (at, byte) in window.iter().enumerate().skip(start) {
        if *byte == b'\\' {
            backslashes += 1;
            continue;
        }
        let closes = match opened_after {
            0 => backslashes % 2 == 0,
            deep => backslashes <= deep,
        };
        if *byte == mark && closes {
            return at - backslashes.min(opened_after);
        }
        backslashes = 0;
    }
    window.len()
}

/// Where the object or array that begins at `start` ends; the end of the window if it does not.
fn container_end(window: &[u8], start: usize) -> usize {
    let mut depth = 0_usize;
    let mut backslashes = 0;
    let mut at = start;
    while let Some(byte) = window.get(at) {
        match byte {
            b'\\' => {
                backslashes += 1;
                at += 1;
                continue;
            }
            b'"' => {
                let end = string_end(window, at + 1, b'"', backslashes);
                // Beyond the closing mark and its backslashes.
                at = end.saturating_add(backslashes);
            }
            b'{' | b'[' => depth += 1,
            b'}' | b']' => {
                depth = depth.saturating_sub(1);
                if depth == 0 {
                    return at + 1;
                }
            }
            _ => {}
        }
        backslashes = 0;
        at += 1;
    }
    window.len()
}

/// Hides what follows `Bearer` and `Basic`.
fn credentials(window: &[u8], masks: &mut Vec<Range<usize>>) {
    let mut at = 0;
    while let Some(next) = position(window, at, |byte| matches!(byte, b'b' | b'B')) {
        at = next + 1;
        let rest = window.get(next..).unwrap_or_default();
        let begins_with = |scheme: &[u8]| {
            rest.get(..scheme.len())
                .is_some_and(|begin| begin.eq_ignore_ascii_case(scheme))
        };
        let (length, encoded) = if begins_with(b"bearer") {
            (6, false)
        } else if begins_with(b"basic") {
            (5, true)
        } else {
            continue;
        };
        let Some(start) = after_blanks(window, next + length) else {
            continue;
        };
        let end = position(window, start, |byte| {
            !byte.is_ascii_alphanumeric() && !b"._~+/=-%\\".contains(&byte)
        })
        .unwrap_or(window.len());
        let run = window.get(start..end).unwrap_or_default();
        // `basic authentication` is two words; the Base64 of a key is not all small letters.
        let opaque = !encoded || run.iter().any(|byte| !byte.is_ascii_lowercase());
        if run.len() >= SHORTEST_CREDENTIAL && opaque {
            masks.push(start..end);
            at = end;
        }
    }
}

/// The first byte after one or more blanks, as they are or as a form writes them.
fn after_blanks(window: &[u8], start: usize) -> Option<usize> {
    let mut at = start;
    loop {
        let rest = window.get(at..)?;
        if rest.starts_with(b"%20") {
            at += 3;
        } else if matches!(rest.first()?, b' ' | b'\t' | b'+' | b':' | b'"') {
            at += 1;
        } else {
            return (at > start).then_some(at);
        }
    }
}

/// Hides the secrets that the caller knows, also where JSON, a URL or HTML has escaped them, and also
/// the beginning of one at which the body was cut off.
fn known_secrets(window: &[u8], edges: Edges, secrets: &[&str], masks: &mut Vec<Range<usize>>) {
    let secrets = || secrets.iter().map(|secret| secret.as_bytes());
    let mut mask = |text: &[u8], place: &dyn Fn(usize) -> usize| {
        for secret in secrets() {
            let found = occurrences(text, secret);
            masks.extend(found.map(|start| place(start)..place(start + secret.len())));
        }
    };
    mask(window, &|at| at);
    let mut layer = Unescaped::of(window);
    for _ in 0..LAYERS {
        let Some(plain) = layer else { break };
        mask(&plain.bytes, &|at| plain.place(at, window.len()));
        layer = plain.again();
    }
    if edges.at_end {
        let cut = |secret: &[u8]| {
            let beginnings = (SHORTEST_BEGINNING..secret.len()).rev();
            beginnings
                .filter_map(|length| secret.get(..length))
                .find(|beginning| window.ends_with(beginning))
                .map(|beginning| window.len() - beginning.len()..window.len())
        };
        masks.extend(secrets().filter_map(cut));
    }
}

/// Where `needle` occurs; nowhere if it is empty.
fn occurrences<'a>(text: &'a [u8], needle: &'a [u8]) -> impl Iterator<Item = usize> + 'a {
    let length = needle.len().max(1);
    text.windows(length)
        .enumerate()
        .filter(move |(_, window)| *window == needle)
        .map(|(at, _)| at)
}

fn position(window: &[u8], start: usize, wanted: impl Fn(u8) -> bool) -> Option<usize> {
    let found = window.get(start..)?.iter().position(|byte| wanted(*byte))?;
    Some(start + found)
}

#[cfg(test)]
mod tests;
