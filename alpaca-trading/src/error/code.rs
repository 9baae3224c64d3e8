//! The code of an error body: a number or a word.

use std::fmt;
use std::sync::Arc;

use alpaca_trading_gen::parse_decimal;
use serde_json::value::RawValue;

use super::snippet::visible;

/// The longest code that is kept, in characters; Alpaca's have 8 digits or a few words.
const LONGEST: usize = 64;

/// Alpaca's code for a failure.
///
/// Most operations give a number of eight digits: an HTTP status times 100,000, plus something
/// smaller. The operations on locates give a word, such as `easy_to_borrow`. Some answers have no
/// code at all.
///
/// A code names less than one would like. Many reasons share `40310000`; the leading digits need not
/// be the status of the answer (`40010001` comes with 422); and one reason can come with different
/// codes. [`Cause`](crate::Cause) reads status, code and message together.
///
/// Compare a code with a number or a text: `code == 40310000`, `code == "easy_to_borrow"`. It makes
/// no difference whether a number was sent as a JSON number or as a string.
///
/// # Examples
///
/// ```
/// use alpaca_trading::ErrorCode;
///
/// fn is_about_keys(code: &ErrorCode) -> bool {
///     *code == 40110000
/// }
///
/// fn needs_no_locate(code: &ErrorCode) -> bool {
///     *code == "easy_to_borrow" && code.number().is_none()
/// }
/// ```
#[derive(Clone, PartialEq, Eq, Hash)]
pub struct ErrorCode {
    text: Arc<str>,
    number: Option<i64>,
}

impl ErrorCode {
    /// The code in this JSON value; `None` for what is neither a number nor a text.
    pub(crate) fn from_json(raw: &RawValue) -> Option<Self> {
        let raw = raw.get();
        match raw.as_bytes().first()? {
            b'"' => Self::from_text(&serde_json::from_str::<String>(raw).ok()?),
            b'-' | b'0'..=b'9' => Some(match integer(raw) {
                // `40310000.0` and `4.031e7` are what some serializers make of an integer.
                Some(number) => Self {
                    text: number.to_string().into(),
                    number: Some(number),
                },
                None => Self {
                    text: visible(raw, LONGEST).into(),
                    number: None,
                },
            }),
            _ => None,
        }
    }

    /// A code that was sent as a text; `None` for a blank one.
    pub(crate) fn from_text(text: &str) -> Option<Self> {
        let text = text.trim();
        if text.is_empty() {
            return None;
        }
        Some(Self {
            text: visible(text, LONGEST).into(),
            // `007` is a name made of digits; only what a number would be written as is one.
            number: text
                .parse::<i64>()
                .ok()
                .filter(|number| number.to_string() == text),
        })
    }

    /// The code as a number, such as `40310000`; `None` for a word.
    #[must_use]
    pub fn number(&self) -> Option<i64> {
        self.number
    }

    /// The code as a text: the digits of a number, or the word.
    ///
    /// Control characters are escaped, and what is longer than any code of Alpaca's is cut.
    #[must_use]
    pub fn text(&self) -> &str {
        &self.text
    }
}

/// The integer that this JSON number is, in whatever form it is written.
fn integer(raw: &str) -> Option<i64> {
    let value = parse_decimal(raw).ok()?;
    if value.fract().is_zero() {
        i64::try_from(value).ok()
    } else {
        None
    }
}

impl fmt::Display for ErrorCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&self.text)
    }
}

impl fmt::Debug for ErrorCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "ErrorCode({})", self.text)
    }
}

impl PartialEq<i64> for ErrorCode {
    fn eq(&self, other: &i64) -> bool {
        self.number == Some(*other)
    }
}

impl PartialEq<str> for ErrorCode {
    fn eq(&self, other: &str) -> bool {
        &*self.text == other
    }
}

impl PartialEq<&str> for ErrorCode {
    fn eq(&self, other: &&str) -> bool {
        &*self.text == *other
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(json: &str) -> Option<ErrorCode> {
        ErrorCode::from_json(serde_json::from_str::<&RawValue>(json).unwrap())
    }

    #[test]
    fn a_number_is_the_same_in_every_form() {
        let plain = read("40310000").unwrap();
        assert_eq!(plain.number(), Some(40_310_000));
        assert_eq!(plain.text(), "40310000");
        assert_eq!(plain, 40_310_000);
        assert_eq!(plain, "40310000");
        assert_ne!(plain, 40_310_001);
        for json in [
            "\"40310000\"",
            "\" 40310000\\n\"",
            "40310000.0",
            "4.031e7",
            "4031E4",
        ] {
            assert_eq!(read(json).as_ref(), Some(&plain), "{json}");
        }
    }

    #[test]
    fn a_word_is_kept() {
        let word = read("\"easy_to_borrow\"").unwrap();
        assert_eq!(word.number(), None);
        assert_eq!(word, "easy_to_borrow");
        assert_eq!(word, *"easy_to_borrow");
        assert_eq!(word.to_string(), "easy_to_borrow");
        assert_eq!(format!("{word:?}"), "ErrorCode(easy_to_borrow)");
        assert_eq!(format!("[{word:>16}]"), "[  easy_to_borrow]");
    }

    #[test]
    fn what_is_no_code_is_none() {
        for json in [
            "null",
            "true",
            "false",
            "{}",
            "[1]",
            "\"\"",
            "\" \\t\"",
            "{\"a\":1}",
        ] {
            assert_eq!(read(json), None, "{json}");
        }
    }

    #[test]
    fn an_odd_number_keeps_its_text() {
        for json in ["403.5", "123456789012345678901234567890", "1e400"] {
            let code = read(json).unwrap();
            assert_eq!((code.number(), code.text()), (None, json));
        }
        assert_eq!(read("-7").unwrap(), -7);
        assert_eq!(read("0").unwrap(), 0);
        assert_eq!(read("\"007\"").unwrap().number(), None);
        assert_eq!(read("\"+7\"").unwrap().number(), None);
        assert_eq!(read("9223372036854775807").unwrap(), i64::MAX);
        assert_eq!(read("9223372036854775808").unwrap().number(), None);
    }

    #[test]
    fn a_hostile_code_cannot_forge_a_log_line() {
        let code = read("\"a\\u001b[31m\\nERROR forged\"").unwrap();
        assert_eq!(code.text(), "a\\u{1b}[31m\\nERROR forged");
        let long = read(&format!("\"{}\"", "x".repeat(10_000))).unwrap();
        assert_eq!(long.text().chars().count(), LONGEST);
        let long = read(&"9".repeat(10_000)).unwrap();
        assert_eq!(long.text().chars().count(), LONGEST);
    }
}
