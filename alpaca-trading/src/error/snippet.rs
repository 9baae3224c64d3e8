//! Shows a part of a body that cannot be read: clipped, in one line, without secrets.

mod place;
mod redact;

use std::ops::Range;

pub(crate) use place::{RAW, offset_of, path_and_reason};
pub(crate) use redact::{redacted, without};

use redact::{Edges, HIDDEN, hidden};

/// Stands where something was left out at either end.
const ELLIPSIS: char = '…';

/// How far beyond what is shown the body is read for names, quotes and keys, in bytes. What makes a
/// text secret, the name before it, stands at most so far away.
const MARGIN: usize = 8 * 1024;

/// The longest snippet, in characters, whatever the caller asks for.
const LONGEST: usize = 16 * 1024;

/// The part of `body` around a byte offset, or its beginning, in at most `max` characters.
///
/// For texts that people read. Bytes that are not UTF-8 become `�`, control characters are escaped,
/// and values that look secret or personal become `***`; see [`redacted`] for what those are. Only a
/// window of the body is looked at, so that its size does not matter.
pub(crate) fn snippet(body: &[u8], around: Option<usize>, max: usize) -> String {
    snippet_hiding(body, around, max, &[])
}

/// [`snippet`], which also hides each of `secrets` wherever it occurs, under whatever name.
pub(crate) fn snippet_hiding(
    body: &[u8],
    around: Option<usize>,
    max: usize,
    secrets: &[&str],
) -> String {
    let max = max.min(LONGEST);
    let around = around.unwrap_or(0).min(body.len());
    // No character has more than four bytes, so `max` of them need no more than this.
    let low = around.saturating_sub(max * 4);
    let high = around.saturating_add(max * 4).min(body.len());
    // Escapes make a secret up to six times as long (`\u0041`).
    let longest = secrets.iter().map(|secret| secret.len()).max().unwrap_or(0);
    let margin = MARGIN.max(longest.saturating_mul(6));
    let start = low.saturating_sub(margin);
    let end = high.saturating_add(margin).min(body.len());
    let window = body.get(start..end).unwrap_or_default();
    let edges = Edges {
        at_start: start == 0,
        at_end: end == body.len(),
    };
    // What is secret is decided on more than is shown: a clipped secret is one as well.
    let masks = hidden(window, edges, secrets);
    let pieces = pieces(window, low - start..high - start, &masks);
    let anchor = pieces
        .partition_point(|piece| piece.at <= around - start)
        .saturating_sub(1);
    clipped(&pieces, anchor, max, (low > 0, high < body.len()))
}

/// Something that is shown whole or not at all.
struct Piece {
    /// Where it begins in the window.
    at: usize,
    shown: Shown,
}

enum Shown {
    Character(char),
    Hidden,
}

impl Piece {
    /// How many characters it takes.
    fn width(&self) -> usize {
        match self.shown {
            Shown::Character(character) => width(character),
            Shown::Hidden => HIDDEN.len(),
        }
    }
}

/// What there is to show of `part`.
fn pieces(window: &[u8], part: Range<usize>, masks: &[Range<usize>]) -> Vec<Piece> {
    let mut pieces = Vec::new();
    let mut at = part.start;
    // A part that begins within a character begins after it; that is at most three bytes later.
    let within = |at: usize| window.get(at).is_some_and(|byte| byte & 0xc0 == 0x80);
    while at > 0 && at < part.end && at < part.start + 3 && within(at) {
        at += 1;
    }
    for mask in masks {
        if mask.end <= at {
            continue;
        }
        if mask.start >= part.end {
            break;
        }
        push_text(&mut pieces, window, at..mask.start);
        pieces.push(Piece {
            at: at.max(mask.start),
            shown: Shown::Hidden,
        });
        at = mask.end;
    }
    push_text(&mut pieces, window, at..part.end);
    pieces
}

fn push_text(pieces: &mut Vec<Piece>, window: &[u8], range: Range<usize>) {
    let mut at = range.start;
    // An empty or reversed range has no text.
    for chunk in window.get(range).unwrap_or_default().utf8_chunks() {
        for (offset, character) in chunk.valid().char_indices() {
            pieces.push(Piece {
                at: at + offset,
                shown: Shown::Character(character),
            });
        }
        at += chunk.valid().len();
        if !chunk.invalid().is_empty() {
            pieces.push(Piece {
                at,
                shown: Shown::Character(char::REPLACEMENT_CHARACTER),
            });
        }
        at += chunk.invalid().len();
    }
}

/// As many pieces around the anchor as `max` characters hold; `more` says whether the body goes on
/// before the first piece and after the last.
fn clipped(pieces: &[Piece], anchor: usize, max: usize, more: (bool, bool)) -> String {
    let total: usize = pieces.iter().map(Piece::width).sum();
    let range = if more == (false, false) && total <= max {
        0..pieces.len()
    } else if max < 3 {
        // No room for anything between two ellipses.
        return ELLIPSIS.to_string().repeat(max.min(1));
    } else {
        around(pieces, anchor, max - 2)
    };
    let before = more.0 || range.start > 0;
    let after = more.1 || range.end < pieces.len();
    let mut text = String::new();
    if before {
        text.push(ELLIPSIS);
    }
    for piece in pieces.get(range).unwrap_or_default() {
        match piece.shown {
            Shown::Character(character) => push_visible(&mut text, character),
            Shown::Hidden => text.push_str(HIDDEN),
        }
    }
    if after {
        text.push(ELLIPSIS);
    }
    text
}

/// A range of pieces with the anchor in its middle, or as near to it as the ends allow.
fn around(pieces: &[Piece], anchor: usize, room: usize) -> Range<usize> {
    let width = |index: usize| pieces.get(index).map_or(usize::MAX, Piece::width);
    let (mut start, mut end, mut used) = (anchor, anchor, 0_usize);
    let to_the_left = |start: &mut usize, used: &mut usize, room: usize| {
        while let Some(next) = start.checked_sub(1) {
            let wider = used.saturating_add(width(next));
            if wider > room {
                break;
            }
            (*start, *used) = (next, wider);
        }
    };
    to_the_left(&mut start, &mut used, room / 2);
    while end < pieces.len() {
        let wider = used.saturating_add(width(end));
        if wider > room {
            break;
        }
        (end, used) = (end + 1, wider);
    }
    to_the_left(&mut start, &mut used, room);
    start..end
}

/// `text` in one line of at most `max` characters that cannot steer a terminal or forge a line of a
/// log.
pub(crate) fn visible(text: &str, max: usize) -> String {
    let mut shown = String::new();
    let mut used = 0_usize;
    // The length of what leaves room for the ellipsis.
    let mut keep = 0;
    for character in text.chars() {
        let wider = used.saturating_add(width(character));
        if wider > max {
            shown.truncate(keep);
            if max > 0 {
                shown.push(ELLIPSIS);
            }
            break;
        }
        push_visible(&mut shown, character);
        used = wider;
        if used < max {
            keep = shown.len();
        }
    }
    shown
}

fn push_visible(text: &mut String, character: char) {
    match character {
        '\n' => text.push_str("\\n"),
        '\r' => text.push_str("\\r"),
        '\t' => text.push_str("\\t"),
        _ if is_invisible(character) => text.extend(character.escape_unicode()),
        _ => text.push(character),
    }
}

fn width(character: char) -> usize {
    match character {
        '\n' | '\r' | '\t' => 2,
        _ if is_invisible(character) => character.escape_unicode().len(),
        _ => 1,
    }
}

/// Whether a character changes how others appear instead of appearing itself: controls, line
/// separators, marks that turn the direction of writing, and what has no width.
fn is_invisible(character: char) -> bool {
    character.is_control()
        || matches!(
            character,
            '\u{61c}'
                | '\u{200b}'..='\u{200f}'
                | '\u{2028}'..='\u{202e}'
                | '\u{2060}'..='\u{206f}'
                | '\u{feff}'
                | '\u{fff9}'..='\u{fffb}'
                | '\u{e0000}'..='\u{e007f}'
        )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_short_body_is_shown_whole() {
        assert_eq!(
            snippet(b"{\"qty\":\"1.10\"}", None, 100),
            "{\"qty\":\"1.10\"}"
        );
        assert_eq!(snippet(b"", None, 100), "");
        assert_eq!(snippet(b"", Some(7), 100), "");
        assert_eq!(snippet(b"0123456789", Some(9), 10), "0123456789");
    }

    #[test]
    fn a_long_body_is_shown_around_the_offset() {
        let body = "0123456789".repeat(100);
        assert_eq!(snippet(body.as_bytes(), None, 12), "0123456789…");
        assert_eq!(snippet(body.as_bytes(), Some(505), 12), "…0123456789…");
        assert_eq!(snippet(body.as_bytes(), Some(1000), 12), "…0123456789");
        assert_eq!(
            snippet(body.as_bytes(), Some(usize::MAX), 12),
            "…0123456789"
        );
        // Everything fits but for one character.
        assert_eq!(snippet(b"0123456789", Some(0), 9), "0123456…");
    }

    #[test]
    fn characters_are_never_cut() {
        let body = "a€𝄞é".repeat(50);
        for around in 0..body.len() {
            for max in [3, 7, 20] {
                let shown = snippet(body.as_bytes(), Some(around), max);
                assert!(!shown.contains('\u{fffd}'), "{around} {max} {shown}");
                assert!(shown.chars().count() <= max);
                assert!(shown.chars().count() + 2 >= max.min(5), "{shown}");
            }
        }
    }

    #[test]
    fn no_limit_is_too_small_or_too_great() {
        assert_eq!(snippet(b"abcdef", None, 0), "");
        assert_eq!(snippet(b"abcdef", None, 1), "…");
        assert_eq!(snippet(b"abcdef", None, 2), "…");
        assert_eq!(snippet(b"abcdef", None, 3), "a…");
        assert_eq!(snippet(b"a", None, 1), "a");
        let body = vec![b'x'; 10 * LONGEST];
        assert!(
            snippet(&body, Some(5 * LONGEST), usize::MAX)
                .chars()
                .count()
                <= LONGEST
        );
    }

    #[test]
    fn control_characters_and_bad_utf8_are_made_visible() {
        assert_eq!(
            snippet(b"a\n\r\t\x1b[2J\0\x7f", None, 100),
            "a\\n\\r\\t\\u{1b}[2J\\u{0}\\u{7f}"
        );
        assert_eq!(
            snippet("x\u{202e}y\u{2028}z".as_bytes(), None, 100),
            "x\\u{202e}y\\u{2028}z"
        );
        assert_eq!(
            snippet(b"a\xff\xfeb\xe2\x82", None, 100),
            "a\u{fffd}\u{fffd}b\u{fffd}"
        );
        // A body of nothing but continuation bytes is not skipped over.
        assert!(snippet(&[0x80; 500], Some(250), 10).contains('\u{fffd}'));
    }

    #[test]
    fn a_secret_is_hidden_also_where_the_clip_goes_through_it() {
        let secret = "SENTINEL-0123456789-abcdef";
        for filler in 0..80 {
            let body = format!("{}{secret}{}", "x".repeat(filler), "y".repeat(200));
            for around in 0..body.len() {
                let shown = snippet_hiding(body.as_bytes(), Some(around), 40, &[secret]);
                for part in ["SENT", "NEL-", "6789", "cdef"] {
                    assert!(!shown.contains(part), "{around}: {shown}");
                }
            }
        }
        // The same by the name alone, the name being far out of what is shown.
        let body = format!("{{\"secret\":\"{}\",\"n\":1}}", "S".repeat(3000));
        for around in (0..body.len()).step_by(50) {
            let shown = snippet(body.as_bytes(), Some(around), 40);
            assert!(!shown.contains("SS"), "{around}: {shown}");
        }
    }

    #[test]
    fn only_a_window_of_a_huge_body_is_read() {
        // 64 MiB of what would take longest: names, each of which looks secret.
        let mut body = b"\"key\":{".repeat(8 * 1024 * 1024);
        body.extend_from_slice(b"\"qty\":1");
        let around = body.len() / 2;
        let before = std::time::Instant::now();
        for _ in 0..100 {
            assert!(snippet(&body, Some(around), 160).chars().count() <= 160);
            assert!(snippet(&body, None, 160).chars().count() <= 160);
        }
        // A thousandth of what reading all of it so often would take.
        assert!(before.elapsed().as_secs() < 20, "{:?}", before.elapsed());
    }

    #[test]
    fn texts_are_clipped_and_made_visible() {
        assert_eq!(visible("plain", 5), "plain");
        assert_eq!(visible("plain!", 5), "plai…");
        assert_eq!(visible("", 0), "");
        assert_eq!(visible("a", 0), "");
        assert_eq!(visible("a\nb", 4), "a\\nb");
        // An escape is shown whole or not at all.
        assert_eq!(visible("ab\nc", 4), "ab…");
        assert_eq!(visible("\u{1b}", 5), "…");
        assert_eq!(visible("\u{1b}", 6), "\\u{1b}");
    }

    /// A small generator of random numbers, the same everywhere: splitmix64.
    struct Random(u64);

    impl Random {
        fn below(&mut self, limit: usize) -> usize {
            self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
            let mut mixed = self.0;
            mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
            mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
            usize::try_from((mixed ^ (mixed >> 31)) >> 1).unwrap() % limit
        }

        fn one<'a>(&mut self, of: &[&'a str]) -> &'a str {
            of[self.below(of.len())]
        }
    }

    /// A random body that holds `SENTINEL…` only where it must not be shown.
    fn body(random: &mut Random) -> String {
        let mut body = String::from("[");
        for _ in 0..random.below(400) {
            let plain = random.one(&["1.10", "\"qty\":\"-7\",", "null,", "\"é\\\"\":[],", "{}, "]);
            body.push_str(plain);
            if random.below(8) == 0 {
                let name = random.one(&["secret", "API-Key", "accountNumber", "access_token"]);
                let (open, close) = [
                    ("\":\"", "\","),
                    ("\" : {\"a\":[\"}\",\"", "\"]},"),
                    ("\":[1,\"", "\"] ,"),
                    ("\\\":\\\"", "\\\"\","),
                ][random.below(4)];
                let quote = if open.starts_with('\\') {
                    "\"{\\\""
                } else {
                    "\""
                };
                let long = "SENTINEL".repeat(1 + random.below(60));
                body.push_str(&format!("{quote}{name}{open}{long}{close}"));
            }
        }
        body
    }

    #[test]
    fn no_random_body_shows_a_secret() {
        for seed in 0..300 {
            let mut random = Random(seed);
            let body = body(&mut random);
            let max = random.below(300);
            for around in [None, Some(random.below(body.len() + 10))] {
                let shown = snippet(body.as_bytes(), around, max);
                assert!(shown.chars().count() <= max, "seed {seed}");
                assert!(!shown.contains("SENT"), "seed {seed}: {shown}");
                assert!(!shown.contains("INEL"), "seed {seed}: {shown}");
            }
        }
    }

    #[test]
    fn random_bytes_give_one_clean_line() {
        let alphabet = b"\"\"\"\\\\{}[]:=,\n\x1b\xe2\x80\xae\xff key bearer u0041%20SENTINEL";
        for seed in 0..2_000 {
            let mut random = Random(seed);
            let body: Vec<u8> = (0..random.below(300))
                .map(|_| alphabet[random.below(alphabet.len())])
                .collect();
            let around = Some(random.below(320));
            let max = random.below(100);
            let shown = snippet_hiding(&body, around, max, &["SE", "", "L"]);
            assert!(shown.chars().count() <= max, "seed {seed}: {shown}");
            assert!(!shown.chars().any(is_invisible), "seed {seed}: {shown:?}");
            assert!(
                !shown.contains("SE") && !shown.contains('L'),
                "seed {seed}: {shown}"
            );
        }
    }
}
