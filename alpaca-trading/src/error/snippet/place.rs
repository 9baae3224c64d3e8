//! Where in a body a decoding error is, from what serde_json says of it.

use super::redact::{HIDDEN, is_sensitive, redacted, without};
use super::visible;

/// The longest path and the longest reason that are shown, in characters.
const LONGEST_PATH: usize = 200;
const LONGEST_REASON: usize = 300;

/// What serde_json adds to the path of a number that is read by its digits: the place is the number.
pub(crate) const RAW: &str = ".$serde_json::private::RawValue";

/// Splits a decoding error into the path to the field and what is wrong with it.
///
/// The generated decoder puts the path before the reason: `legs[0].qty: invalid type: …`. An error
/// about the whole body, or about its syntax, has none; its reason keeps line and column, which say
/// the same as the path otherwise. The reason may quote the body, so what is quoted for a field that
/// looks secret or personal is hidden.
pub(crate) fn path_and_reason(
    error: &serde_json::Error,
    secrets: &[&str],
) -> (Option<String>, String) {
    let text = error.to_string();
    let Some((path, reason)) = text.split_once(": ").filter(|(path, _)| path_like(path)) else {
        return (None, visible(&redacted(&text, secrets), LONGEST_REASON));
    };
    let position = format!(" at line {} column {}", error.line(), error.column());
    let reason = reason.strip_suffix(&position).unwrap_or(reason);
    let path = path.trim_end_matches(RAW);
    let reason = if path
        .split(['.', '['])
        .any(|name| is_sensitive(name.as_bytes()))
    {
        without_quoted(reason)
    } else {
        redacted(reason, secrets)
    };
    (
        Some(visible(&hiding(path, secrets), LONGEST_PATH)),
        visible(&reason, LONGEST_REASON),
    )
}

/// The path without these; what else is in it stays, names that look secret as well.
fn hiding(path: &str, secrets: &[&str]) -> String {
    String::from_utf8_lossy(&without(path.as_bytes(), secrets)).into_owned()
}

/// Whether a text before a colon is a path. serde's own reasons begin with two words (`invalid
/// type: …`), and a path has no space, unless a key of the body has one.
fn path_like(text: &str) -> bool {
    !text.is_empty()
        && text
            .chars()
            .all(|character| !character.is_whitespace() && !matches!(character, '"' | '`'))
}

/// `reason` without what it quotes: from the first quotation mark to the last of its kind.
fn without_quoted(reason: &str) -> String {
    let parts = reason.split_once(['"', '`']).and_then(|(before, rest)| {
        let mark = reason.get(before.len()..)?.chars().next()?;
        // A mark that is not closed leaves nothing to show after it.
        let after = rest.rsplit_once(mark).map_or("", |(_, after)| after);
        Some((before, mark, after))
    });
    match parts {
        Some((before, mark, after)) => format!("{before}{mark}{HIDDEN}{mark}{after}"),
        None => reason.to_owned(),
    }
}

/// The byte of `body` at which the error was noticed, if the error says so.
pub(crate) fn offset_of(body: &[u8], error: &serde_json::Error) -> Option<usize> {
    let lines_before = error.line().checked_sub(1)?;
    let start = match lines_before.checked_sub(1) {
        None => 0,
        Some(breaks) => {
            let mut newlines = (0..).zip(body).filter(|(_, byte)| **byte == b'\n');
            let (at, _): (usize, _) = newlines.nth(breaks)?;
            at + 1
        }
    };
    // Columns count from one; an error at the very beginning of a line has column zero.
    let offset = start.saturating_add(error.column().saturating_sub(1));
    Some(offset.min(body.len()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde::de::Error as _;

    fn custom(text: &str) -> serde_json::Error {
        serde_json::Error::custom(text)
    }

    #[test]
    fn a_path_is_split_from_the_reason() {
        for (text, path, reason) in [
            (
                "legs[0].qty: invalid type: map, expected a decimal at line 1 column 5",
                "legs[0].qty",
                "invalid type: map, expected a decimal",
            ),
            (
                "qty: `1_0` is not a decimal number at line 3 column 17",
                "qty",
                "`1_0` is not a decimal number",
            ),
            ("[12].body.?: oops", "[12].body.?", "oops"),
            (
                "positions.BTC/USD.qty: missing",
                "positions.BTC/USD.qty",
                "missing",
            ),
        ] {
            let error = custom(text);
            assert_eq!(
                path_and_reason(&error, &[]),
                (Some(path.to_owned()), reason.to_owned())
            );
        }
    }

    #[test]
    fn an_error_without_a_path_has_none() {
        for text in [
            "invalid type: string \"a: b\", expected u32 at line 1 column 5",
            "missing field `id` at line 1 column 2",
            "the body is not UTF-8: invalid utf-8 sequence of 1 bytes from index 3",
            "EOF while parsing an object at line 1 column 1",
            ": nothing before",
            "",
        ] {
            assert_eq!(path_and_reason(&custom(text), &[]), (None, text.to_owned()));
        }
        let syntax = serde_json::from_str::<u32>("[1").unwrap_err();
        assert_eq!(path_and_reason(&syntax, &[]).0, None);
    }

    #[test]
    fn a_real_answer_that_does_not_decode_has_its_path() {
        // The generated types and their decoder in miniature.
        let body = r#"{"id":"x","legs":[{"qty":"1"},{"qty":{}}]}"#;
        #[derive(Debug, serde::Deserialize)]
        struct Leg {
            #[allow(dead_code, reason = "read by serde")]
            qty: String,
        }
        #[derive(Debug, serde::Deserialize)]
        struct Order {
            #[allow(dead_code, reason = "read by serde")]
            legs: Vec<Leg>,
        }
        let plain = serde_json::from_str::<Order>(body).unwrap_err();
        let error = custom(&format!("legs[1].qty: {plain}"));
        let (path, reason) = path_and_reason(&error, &[]);
        assert_eq!(path.as_deref(), Some("legs[1].qty"));
        assert_eq!(reason, "invalid type: map, expected a string");
        // serde_json notices it at the brace, or one after it.
        let offset = offset_of(body.as_bytes(), &error).unwrap();
        let brace = body.find("{}").unwrap();
        assert!(
            (brace - 1..=brace + 1).contains(&offset),
            "{offset} {brace}"
        );
    }

    #[test]
    fn what_a_reason_quotes_of_a_secret_field_is_hidden() {
        for (text, shown) in [
            (
                "account_number: invalid type: string \"PA3\\\"SENTINEL\", expected u32",
                "invalid type: string \"***\", expected u32",
            ),
            (
                "owners[3].tax_id: unknown variant `SENTINEL`, expected `a` or `b`",
                "unknown variant `***`",
            ),
            ("api.secret: `SENTINEL is cut", "`***`"),
            ("wallet.address.line: bad length 7", "bad length 7"),
        ] {
            let (path, reason) = path_and_reason(&custom(text), &[]);
            assert!(path.is_some());
            assert_eq!(reason, shown);
        }
        let (_, reason) =
            path_and_reason(&custom("qty: found Bearer SENTINEL-0123456789 here"), &[]);
        assert_eq!(reason, "found Bearer *** here");
    }

    #[test]
    fn hostile_keys_neither_forge_lines_nor_fill_logs() {
        let (path, reason) = path_and_reason(&custom("a\u{1b}[31m\u{202e}: b\nERROR: forged"), &[]);
        assert_eq!(path.as_deref(), Some("a\\u{1b}[31m\\u{202e}"));
        assert_eq!(reason, "b\\nERROR: forged");
        let long = format!("{}: {}", "k".repeat(100_000), "r".repeat(100_000));
        let (path, reason) = path_and_reason(&custom(&long), &[]);
        assert_eq!(path.unwrap().chars().count(), LONGEST_PATH);
        assert_eq!(reason.chars().count(), LONGEST_REASON);
    }

    #[test]
    fn the_offset_is_counted_in_bytes_over_lines() {
        let body = "{\n  \"a\": \"é\",\n  \"b\": x\n}";
        let error = serde_json::from_str::<serde_json::Value>(body).unwrap_err();
        assert_eq!(offset_of(body.as_bytes(), &error), body.find('x'));
        assert_eq!(offset_of(body.as_bytes(), &custom("no position")), None);
        // Positions that the body does not have.
        assert_eq!(offset_of(b"{}", &custom("e at line 1 column 99")), Some(2));
        assert_eq!(offset_of(b"{}", &custom("e at line 7 column 1")), None);
        assert_eq!(offset_of(b"\nab", &custom("e at line 2 column 0")), Some(1));
        assert_eq!(offset_of(b"", &custom("e at line 1 column 0")), Some(0));
    }
}
