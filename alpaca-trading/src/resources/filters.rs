//! What the filters of a query may hold, checked before anything is sent.
//!
//! Filters become parts of a path or of a comma-separated list, where a stray `/` or `,` would ask for
//! something else. Only what is certain is refused: a value that Alpaca may add tomorrow passes.

use std::fmt::Display;

use alpaca_trading_gen::DateOrTime;

use super::checks::Checks;

/// The longest word that a filter may be, in bytes: several times the longest that Alpaca lists.
const LONGEST: usize = 64;

impl Checks {
    /// A code such as `FILL`, `us_equity` or `NYSE`.
    pub(super) fn word(&mut self, field: &'static str, text: &str) {
        let foreign = |c: char| !c.is_ascii_alphanumeric() && !matches!(c, '.' | '_' | '-');
        let fault = if text.is_empty() {
            Some("is empty".to_owned())
        } else if text.len() > LONGEST {
            Some(format!("{} is longer than {LONGEST} bytes", shown(text)))
        } else if let Some(c) = text.chars().find(|c| foreign(*c)) {
            Some(format!(
                "{} holds {c:?}, which no such code has",
                shown(text)
            ))
        } else if !text.bytes().any(|byte| byte.is_ascii_alphanumeric()) {
            // A segment of dots alone would name another path.
            Some(format!("{} has neither a letter nor a digit", shown(text)))
        } else {
            None
        };
        self.require(fault.is_none(), field, "word-form", || {
            fault.unwrap_or_default()
        });
    }

    /// Codes that are sent as one list.
    pub(super) fn words<T: AsRef<str>>(&mut self, field: &'static str, words: &[T]) {
        for word in words {
            self.word(field, word.as_ref());
        }
    }

    /// Codes of which there must be one: as an empty list they would not be sent, and filter nothing.
    pub(super) fn some_words<T: AsRef<str>>(&mut self, field: &'static str, words: &[T]) {
        self.require(!words.is_empty(), field, "not-empty", || {
            "names none".to_owned()
        });
        self.words(field, words);
    }

    /// The two ends of a range, both of which belong to it.
    pub(super) fn ordered<T: PartialOrd + Display>(
        &mut self,
        field: &'static str,
        first: Option<T>,
        last: Option<T>,
    ) {
        if let (Some(first), Some(last)) = (first, last) {
            self.require(first <= last, field, "range-order", || {
                format!("the range ends at {last}, before it begins at {first}")
            });
        }
    }

    /// The ends of a window of time.
    ///
    /// A day and an instant are not compared: the day is New York's, and where it begins depends on the
    /// time of the year.
    pub(super) fn window(
        &mut self,
        field: &'static str,
        first: Option<DateOrTime>,
        last: Option<DateOrTime>,
    ) {
        match (first, last) {
            (Some(DateOrTime::Date(first)), Some(DateOrTime::Date(last))) => {
                self.ordered(field, Some(first), Some(last));
            }
            (Some(DateOrTime::Time(first)), Some(DateOrTime::Time(last))) => {
                self.ordered(field, Some(first), Some(last));
            }
            _ => {}
        }
    }
}

/// Codes as they travel in one parameter.
pub(super) fn listed<T: AsRef<str>>(words: &[T]) -> String {
    let words: Vec<&str> = words.iter().map(AsRef::as_ref).collect();
    words.join(",")
}

/// The start of a text, fit to stand in a message.
fn shown(text: &str) -> String {
    let rest = text.chars().nth(48).map_or("", |_| "…");
    let start: String = text.chars().take(48).collect();
    format!("`{}{rest}`", start.escape_debug())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn broken(check: impl FnOnce(&mut Checks)) -> Vec<(String, &'static str)> {
        let mut checks = Checks::default();
        check(&mut checks);
        match checks.done() {
            Ok(()) => Vec::new(),
            Err(error) => error
                .violations()
                .iter()
                .map(|violation| (violation.field().to_owned(), violation.rule()))
                .collect(),
        }
    }

    #[test]
    fn codes_pass_and_what_would_change_a_request_does_not() {
        for word in ["FILL", "us_equity", "DIV.CDIV", "x-1", &"A".repeat(64)] {
            assert_eq!(broken(|checks| checks.word("kind", word)), [], "{word}");
        }
        for word in [
            "",
            " ",
            ".",
            "..",
            "-",
            "A,B",
            "../orders",
            "A/B",
            "A?b=c",
            "A#b",
            "A%2e",
            "A B",
            "A\n",
            "A\u{0}",
            "Ä",
            "A&B",
            &"A".repeat(65),
            &"A".repeat(10_000),
        ] {
            let expected = [("kind".to_owned(), "word-form")];
            assert_eq!(
                broken(|checks| checks.word("kind", word)),
                expected,
                "{word:?}"
            );
        }
    }

    #[test]
    fn a_message_shows_no_more_than_the_start_of_a_text() {
        let mut checks = Checks::default();
        checks.word("kind", &"\n".repeat(10_000));
        let text = checks.done().unwrap_err().to_string();
        assert!(text.len() < 300 && !text.contains('\n'), "{text}");
    }

    #[test]
    fn every_broken_rule_is_reported() {
        let found = broken(|checks| {
            checks.words("types", &["FILL", "", "A,B"]);
            checks.some_words("types", &["FILL"]);
            checks.some_words::<&str>("types", &[]);
            checks.ordered("price", Some(2), Some(1));
            checks.ordered("price", Some(1), Some(1));
            checks.ordered("price", Some(2), None);
        });
        let rules: Vec<_> = found.iter().map(|(_, rule)| *rule).collect();
        assert_eq!(
            rules,
            ["word-form", "word-form", "not-empty", "range-order"]
        );
    }

    #[test]
    fn a_window_is_judged_only_where_its_ends_are_comparable() {
        let at = |text: &str| Some(text.parse::<DateOrTime>().unwrap());
        let check = |first: &str, last: &str| {
            broken(|checks| checks.window("after", at(first), at(last))).is_empty()
        };
        assert!(check("2026-01-02", "2026-01-02"));
        assert!(!check("2026-01-03", "2026-01-02"));
        assert!(check("2026-01-02T00:00:00Z", "2026-01-02T00:00:00Z"));
        assert!(!check("2026-01-02T00:00:01Z", "2026-01-02T00:00:00Z"));
        assert!(check("2026-01-03", "2026-01-02T23:00:00Z"));
        assert!(check("2026-01-03T01:00:00Z", "2026-01-02"));
    }
}
