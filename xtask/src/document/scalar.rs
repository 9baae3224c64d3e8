//! What a YAML scalar means: the core schema of YAML 1.2, and the tags that belong to it.
//!
//! Only plain (unquoted) text can be something else than a string: `null`, `true`, `12`, `0x1F`,
//! `1.5`. What only YAML 1.1 knew stays text: `yes`, `12:30`, `1_000`, `2024-01-31`. Numbers go
//! through `serde_json`, so that the same digits give the same value in both formats.
//!
//! Many writers still speak YAML 1.1, and leave text without quotes where that version has no number:
//! a CUSIP is `55275E101` or `037833100`. So what it takes for text is text here too, although the
//! core schema sees a number, unless writers of numbers write it so:
//!
//! | plain | here | because |
//! | --- | --- | --- |
//! | `1E5`, `1.5e10` | text | every writer puts a sign into the exponent |
//! | `1e+21`, `1e-07` | number | writers of 1.2 leave the point out |
//! | `017`, `08`, `00e+1` | text | no writer begins a number with a needless zero, and 1.1 reads it as octal |
//! | `0o17` | text | only 1.2 knows it, and no writer writes it |
//! | `-.5` | text | every writer puts a digit before the point; `.5` is a number in both |
//!
//! A tag says what is meant: `!!float 1E5` is a number.

use serde_json::{Number, Value};

use super::shown;

/// Where every tag of the core schema begins; `!!str` is short for `tag:yaml.org,2002:str`.
const CORE: &str = "tag:yaml.org,2002:";

/// The value of a scalar. `plain` says that it was written without quotes; `tag` is the full tag,
/// if it has one.
pub(super) fn value(text: &str, plain: bool, tag: Option<&str>) -> Result<Value, String> {
    let Some(tag) = tag else {
        return match plain {
            true if is_agreed(text) => by_text(text),
            _ => Ok(string(text)),
        };
    };
    let mismatch = || {
        Err(format!(
            "the value {} is not what its tag says",
            shown(text)
        ))
    };
    match tag.strip_prefix(CORE) {
        Some("str") => Ok(string(text)),
        // "!" alone: take the text as it is.
        None if tag == "!" => Ok(string(text)),
        Some("null" | "bool" | "int" | "float") => {
            let value = by_text(text)?;
            let fits = match tag.strip_prefix(CORE) {
                Some("null") => value.is_null(),
                Some("bool") => value.is_boolean(),
                Some("int") => value.is_u64() || value.is_i64(),
                _ => value.is_number(),
            };
            if fits { Ok(value) } else { mismatch() }
        }
        Some("map" | "seq") => mismatch(),
        _ => Err(refused_tag(tag)),
    }
}

/// Refuses a collection whose tag is not the one of its kind, `map` or `seq`.
pub(super) fn collection(kind: &str, tag: Option<&str>) -> Result<(), String> {
    match tag {
        None | Some("!") => Ok(()),
        Some(tag) if tag.strip_prefix(CORE) == Some(kind) => Ok(()),
        Some(tag) => Err(refused_tag(tag)),
    }
}

fn refused_tag(tag: &str) -> String {
    format!(
        "the YAML tag {} has no meaning in an OpenAPI document; remove it",
        shown(tag)
    )
}

fn string(text: &str) -> Value {
    Value::String(text.to_owned())
}

/// The value of plain text.
fn by_text(text: &str) -> Result<Value, String> {
    match text {
        "" | "~" | "null" | "Null" | "NULL" => Ok(Value::Null),
        "true" | "True" | "TRUE" => Ok(Value::Bool(true)),
        "false" | "False" | "FALSE" => Ok(Value::Bool(false)),
        ".nan" | ".NaN" | ".NAN" => Err(no_json(text)),
        _ => match text.strip_prefix(['-', '+']).unwrap_or(text) {
            ".inf" | ".Inf" | ".INF" => Err(no_json(text)),
            _ => number(text).unwrap_or_else(|| Ok(string(text))),
        },
    }
}

fn no_json(text: &str) -> String {
    format!(
        "{} has no counterpart in JSON; quote it if it is meant as text",
        shown(text)
    )
}

/// The number that `text` is; `None` if it is none, an error if it is one that cannot be held.
fn number(text: &str) -> Option<Result<Value, String>> {
    let out_of_range = || format!("the number {} is out of range", shown(text));
    for (prefix, radix) in [("0x", 16), ("0o", 8)] {
        if let Some(digits) = text.strip_prefix(prefix) {
            let all_digits = !digits.is_empty() && digits.chars().all(|c| c.is_digit(radix));
            return all_digits.then(|| {
                let number = u64::from_str_radix(digits, radix).map_err(|_| out_of_range())?;
                Ok(Value::Number(number.into()))
            });
        }
    }
    let json = as_json(text)?;
    Some(
        serde_json::from_str::<Number>(&json)
            .map(Value::Number)
            .map_err(|_| out_of_range()),
    )
}

/// Whether a number of the core schema is one for writers of both versions; `true` for what is none.
fn is_agreed(text: &str) -> bool {
    let is_signed = text.starts_with(['-', '+']);
    let unsigned = text.get(usize::from(is_signed)..).unwrap_or_default();
    if unsigned.starts_with("0x") {
        return true;
    }
    let (mantissa, exponent) = match unsigned.split_once(['e', 'E']) {
        Some((mantissa, exponent)) => (mantissa, Some(exponent)),
        None => (unsigned, None),
    };
    let (whole, fraction) = match mantissa.split_once('.') {
        Some((whole, fraction)) => (whole, Some(fraction)),
        None => (mantissa, None),
    };
    // `0o17` begins so as well.
    let has_needless_zero = fraction.is_none() && whole.len() > 1 && whole.starts_with('0');
    // `-.inf` and its like, which are refused, have letters behind the point.
    let has_no_digit = is_signed
        && whole.is_empty()
        && fraction.is_some_and(|digits| digits.starts_with(|first: char| first.is_ascii_digit()));
    let has_bare_exponent = exponent.is_some_and(|digits| !digits.starts_with(['-', '+']))
        && mantissa.bytes().any(|byte| byte.is_ascii_digit());
    !has_needless_zero && !has_no_digit && !has_bare_exponent
}

/// A decimal number of the core schema in the stricter notation of JSON: `+.5` becomes `0.5`.
fn as_json(text: &str) -> Option<String> {
    let all_digits = |part: &str| part.bytes().all(|byte| byte.is_ascii_digit());

    let unsigned = text.strip_prefix(['-', '+']).unwrap_or(text);
    let (mantissa, exponent) = match unsigned.split_once(['e', 'E']) {
        Some((mantissa, exponent)) => (mantissa, Some(exponent)),
        None => (unsigned, None),
    };
    let (whole, fraction) = match mantissa.split_once('.') {
        Some((whole, fraction)) => (whole, Some(fraction)),
        None => (mantissa, None),
    };
    let some_digits = !whole.is_empty() || fraction.is_some_and(|digits| !digits.is_empty());
    if !some_digits || !all_digits(whole) || !fraction.is_none_or(all_digits) {
        return None;
    }
    if let Some(exponent) = exponent {
        let digits = exponent.strip_prefix(['-', '+']).unwrap_or(exponent);
        if digits.is_empty() || !all_digits(digits) {
            return None;
        }
    }

    let mut json = String::with_capacity(text.len() + 2);
    if text.starts_with('-') {
        json.push('-');
    }
    let whole = whole.trim_start_matches('0');
    json.push_str(if whole.is_empty() { "0" } else { whole });
    if let Some(fraction) = fraction {
        json.push('.');
        json.push_str(if fraction.is_empty() { "0" } else { fraction });
    }
    if let Some(exponent) = exponent {
        json.push('e');
        json.push_str(exponent);
    }
    Some(json)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn plain_text_follows_the_core_schema() {
        for (text, expected) in [
            ("", json!(null)),
            ("~", json!(null)),
            ("Null", json!(null)),
            ("TRUE", json!(true)),
            ("false", json!(false)),
            ("0", json!(0)),
            ("-12", json!(-12)),
            ("+12", json!(12)),
            ("0x1F", json!(31)),
            ("18446744073709551615", json!(u64::MAX)),
            ("-9223372036854775808", json!(i64::MIN)),
            ("18446744073709551616", json!(18446744073709551616.0)),
            ("1.0", json!(1.0)),
            (".5", json!(0.5)),
            ("-5.", json!(-5.0)),
            ("1e+3", json!(1000.0)),
            ("1e-07", json!(1e-7)),
            ("1.e+21", json!(1e21)),
            ("+1.5E+2", json!(150.0)),
            ("007.5", json!(7.5)),
        ] {
            assert_eq!(value(text, true, None), Ok(expected), "{text}");
        }
    }

    #[test]
    fn what_older_writers_leave_without_quotes_stays_text() {
        for text in [
            "55275E101",
            "037833100",
            "88160R101",
            "1e3",
            "1.5E10",
            ".5e3",
            "-1E5",
            "1e999",
            "007",
            "08",
            "+017",
            "00e+5",
            "0o17",
            "-.5",
            "+.5",
        ] {
            assert_eq!(value(text, true, None), Ok(json!(text)), "{text}");
        }
        for (text, expected) in [("1E5", json!(1e5)), ("-.5", json!(-0.5))] {
            let tag = format!("{CORE}float");
            assert_eq!(value(text, true, Some(&tag)), Ok(expected), "{text}");
        }
        let tag = format!("{CORE}int");
        assert_eq!(value("0o17", true, Some(&tag)), Ok(json!(15)));
    }

    #[test]
    fn everything_else_stays_text() {
        for text in [
            "yes",
            "No",
            "on",
            "nULL",
            "2024-01-31",
            "12:30",
            "1_000",
            "3.1.0",
            "1.2.3",
            "-",
            "+",
            ".",
            "e5",
            "1e",
            "1e+",
            "0x",
            "0xG",
            "0o8",
            "0b1",
            "-0x1",
            "--1",
            "1 2",
            ".e3",
            "NaN",
        ] {
            assert_eq!(value(text, true, None), Ok(json!(text)), "{text}");
        }
        for text in ["", "~", "true", "12", "1.5", ".inf"] {
            assert_eq!(value(text, false, None), Ok(json!(text)), "quoted {text}");
        }
    }

    #[test]
    fn what_json_cannot_hold_is_refused() {
        for text in [".inf", "-.INF", "+.Inf", ".NaN"] {
            let message = value(text, true, None).unwrap_err();
            assert!(message.contains("no counterpart in JSON"), "{message}");
        }
        for text in ["1e+999", "0xFFFFFFFFFFFFFFFFF"] {
            let message = value(text, true, None).unwrap_err();
            assert!(message.contains("out of range"), "{message}");
        }
    }

    #[test]
    fn digits_mean_the_same_in_both_formats() {
        for text in [
            "-0",
            "0.1",
            "123456789.123456789e-7",
            "1e-400",
            "9007199254740993",
            "5e-324",
        ] {
            let as_json: Value = serde_json::from_str(text).unwrap();
            assert_eq!(value(text, true, None), Ok(as_json), "{text}");
        }
    }

    #[test]
    fn core_tags_are_obeyed_and_others_refused() {
        let tagged = |tag: &str, text: &str| value(text, true, Some(&format!("{CORE}{tag}")));
        assert_eq!(tagged("str", "12"), Ok(json!("12")));
        assert_eq!(tagged("int", "12"), Ok(json!(12)));
        assert_eq!(tagged("float", "12"), Ok(json!(12)));
        assert_eq!(tagged("bool", "true"), Ok(json!(true)));
        assert_eq!(tagged("null", ""), Ok(json!(null)));
        assert_eq!(value("12", true, Some("!")), Ok(json!("12")));
        assert!(
            tagged("int", "1.5")
                .unwrap_err()
                .contains("not what its tag says")
        );
        assert!(
            tagged("map", "a")
                .unwrap_err()
                .contains("not what its tag says")
        );
        assert!(tagged("binary", "aGk=").unwrap_err().contains("YAML tag"));
        assert!(
            value("x", true, Some("!secret"))
                .unwrap_err()
                .contains("`!secret`")
        );

        assert_eq!(collection("map", None), Ok(()));
        assert_eq!(collection("map", Some("tag:yaml.org,2002:map")), Ok(()));
        assert!(collection("map", Some("tag:yaml.org,2002:set")).is_err());
        assert!(
            collection("seq", Some("!env"))
                .unwrap_err()
                .contains("`!env`")
        );
    }
}
