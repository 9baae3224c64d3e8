//! Patterns: whether a text matches, and how long a text that matches can be.
//!
//! The patterns of OpenAPI are those of ECMAScript. The engine here reads most of them, in linear
//! time; what it does not read (looking around, back references) is not judged.

use std::cell::RefCell;
use std::collections::HashMap;

use regex::Regex;
use regex_syntax::hir::{Hir, HirKind, Look};

/// The longest pattern that is read.
const LONGEST: usize = 2_000;

/// Patterns that have been read, by their text.
#[derive(Default)]
pub(crate) struct Patterns(RefCell<HashMap<String, Option<Regex>>>);

impl Patterns {
    /// Whether `text` matches `pattern` somewhere; `None` when the pattern cannot be read.
    pub(crate) fn matches(&self, pattern: &str, text: &str) -> Option<bool> {
        let mut known = self.0.borrow_mut();
        if !known.contains_key(pattern) {
            known.insert(pattern.to_owned(), read(pattern));
        }
        known
            .get(pattern)?
            .as_ref()
            .map(|regex| regex.is_match(text))
    }
}

fn read(pattern: &str) -> Option<Regex> {
    if pattern.len() > LONGEST {
        return None;
    }
    regex::RegexBuilder::new(pattern)
        .size_limit(1 << 20)
        .build()
        .ok()
}

/// The lengths, in characters, that a text can have which matches `pattern`: the least, and the
/// most where there is one. `None` when the pattern cannot be read.
pub(crate) fn lengths(pattern: &str) -> Option<(u64, Option<u64>)> {
    if pattern.len() > LONGEST {
        return None;
    }
    let hir = regex_syntax::parse(pattern).ok()?;
    let (least, most) = span(&hir);
    let properties = hir.properties();
    let is_whole = properties.look_set_prefix().contains(Look::Start)
        && properties.look_set_suffix().contains(Look::End);
    Some((least, most.filter(|_| is_whole)))
}

fn span(hir: &Hir) -> (u64, Option<u64>) {
    match hir.kind() {
        HirKind::Empty | HirKind::Look(_) => (0, Some(0)),
        HirKind::Literal(literal) => {
            let count = String::from_utf8_lossy(&literal.0).chars().count() as u64;
            (count, Some(count))
        }
        HirKind::Class(_) => (1, Some(1)),
        HirKind::Capture(capture) => span(&capture.sub),
        HirKind::Repetition(repetition) => {
            let (least, most) = span(&repetition.sub);
            let most = match (most, repetition.max) {
                (Some(0), _) => Some(0),
                (Some(most), Some(times)) => Some(most.saturating_mul(u64::from(times))),
                _ => None,
            };
            (least.saturating_mul(u64::from(repetition.min)), most)
        }
        HirKind::Concat(parts) => parts.iter().map(span).fold((0, Some(0)), |sum, part| {
            let most = sum
                .1
                .zip(part.1)
                .map(|(a, b): (u64, u64)| a.saturating_add(b));
            (sum.0.saturating_add(part.0), most)
        }),
        HirKind::Alternation(parts) => {
            let spans: Vec<_> = parts.iter().map(span).collect();
            let least = spans.iter().map(|span| span.0).min().unwrap_or(0);
            let most: Option<Vec<u64>> = spans.iter().map(|span| span.1).collect();
            (least, most.and_then(|all| all.into_iter().max()))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_lengths_of_simple_patterns_are_reckoned() {
        for (pattern, expected) in [
            ("^[A-Z0-9]{9}$", Some((9, Some(9)))),
            ("^[A-Z]{1,5}(/[A-Z]{3})?$", Some((1, Some(9)))),
            ("[A-Z]{9}", Some((9, None))),
            ("^a+$", Some((1, None))),
            ("^(ab|cde)$", Some((2, Some(3)))),
            ("^\\d{4}-\\d\\d$", Some((7, Some(7)))),
            ("^äö$", Some((2, Some(2)))),
            ("^$", Some((0, Some(0)))),
            ("^(?!x)a$", None),
            ("(", None),
        ] {
            assert_eq!(lengths(pattern), expected, "{pattern}");
        }
    }

    #[test]
    fn a_pattern_is_found_anywhere_unless_it_is_anchored() {
        let patterns = Patterns::default();
        assert_eq!(patterns.matches("b", "abc"), Some(true));
        assert_eq!(patterns.matches("^b$", "abc"), Some(false));
        assert_eq!(patterns.matches("(?<=a)b", "ab"), None);
    }
}
