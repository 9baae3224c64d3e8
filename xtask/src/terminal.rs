//! Text of documents on a terminal.
//!
//! A document may hold anything in its names and titles: sequences that move the cursor, and marks that
//! turn the direction of writing, so that a line reads as something else than it is. What a person reads
//! has them escaped. What a program reads, as JSON, does not pass here.

use std::borrow::Cow;

/// `text` with everything escaped that a terminal would obey and not show, but for the ends of lines and
/// tabs.
#[must_use]
pub fn printable(text: &str) -> Cow<'_, str> {
    let is_hidden =
        |character: char| character != '\n' && character != '\t' && is_hidden(character);
    if !text.contains(is_hidden) {
        return Cow::Borrowed(text);
    }
    let mut shown = String::with_capacity(text.len());
    for character in text.chars() {
        if is_hidden(character) {
            shown.extend(character.escape_unicode());
        } else {
            shown.push(character);
        }
    }
    Cow::Owned(shown)
}

/// Whether `character` does something to the text around it instead of being shown: control characters,
/// marks of direction, ends of lines and paragraphs, what has no width, and tags.
pub(crate) fn is_hidden(character: char) -> bool {
    character.is_control()
        || matches!(
            character,
            '\u{ad}'
                | '\u{61c}'
                | '\u{180e}'
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
    fn what_a_terminal_would_obey_is_escaped() {
        for (text, expected) in [
            ("plain\ttext\n", "plain\ttext\n"),
            ("größer 価格 → ∞", "größer 価格 → ∞"),
            ("a\u{202e}b", "a\\u{202e}b"),
            ("a\u{1b}[2Jb\r", "a\\u{1b}[2Jb\\u{d}"),
            ("\u{2066}x\u{2069}\u{feff}", "\\u{2066}x\\u{2069}\\u{feff}"),
        ] {
            assert_eq!(printable(text), expected);
        }
    }
}
