//! What Alpaca says in comments, beside the events.

/// A comment, understood.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Comment {
    /// A sign of life.
    Heartbeat,
    /// Its reader was too slow, and so many events were left out.
    Dropped(u64),
    /// The service has failed.
    ServerError,
    /// Something else.
    Other,
}

impl Comment {
    /// Reads a comment without its colon. How it is spelt and spaced does not matter.
    pub(super) fn parse(text: &[u8]) -> Self {
        let text = String::from_utf8_lossy(text).to_ascii_lowercase();
        let text = text.trim();
        // One without any text is what other services send as a sign of life.
        if text.is_empty() || text.starts_with("heartbeat") {
            return Self::Heartbeat;
        }
        if text.contains("too slow") || text.contains("dropped") {
            // That something was left out is certain, even if the number cannot be read.
            return Self::Dropped(number_after(text, "dropped").unwrap_or(1));
        }
        if text.contains("internal server error") {
            return Self::ServerError;
        }
        Self::Other
    }
}

/// The first number behind a word.
fn number_after(text: &str, word: &str) -> Option<u64> {
    let (_, rest) = text.split_once(word)?;
    let digits = rest.trim_start_matches(|letter: char| !letter.is_ascii_digit());
    let end = digits.find(|letter: char| !letter.is_ascii_digit());
    digits.get(..end.unwrap_or(digits.len()))?.parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn comments_are_known_by_their_words() {
        for (text, expected) in [
            ("heartbeat", Comment::Heartbeat),
            (" Heartbeat 17", Comment::Heartbeat),
            ("", Comment::Heartbeat),
            (
                " you are reading too slowly, dropped 12 messages",
                Comment::Dropped(12),
            ),
            (
                "you are reading too slowly, dropped 10000 messages",
                Comment::Dropped(10_000),
            ),
            ("reading too slowly", Comment::Dropped(1)),
            ("dropped 99999999999999999999 messages", Comment::Dropped(1)),
            (" internal server error", Comment::ServerError),
            ("welcome", Comment::Other),
        ] {
            assert_eq!(Comment::parse(text.as_bytes()), expected, "{text}");
        }
        assert_eq!(Comment::parse(b"\xff\xfe"), Comment::Other);
    }
}
