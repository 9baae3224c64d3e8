//! Formats: which are known, and whether a value has one.

use chrono::{DateTime, NaiveDate};
use serde_json::Value;

use super::decimal::Decimal;

/// Formats that the specification, its registry or the generator knows.
const KNOWN: [&str; 43] = [
    "base64url",
    "binary",
    "byte",
    "char",
    "comma-list",
    "commonmark",
    "date",
    "date-time",
    "decimal",
    "decimal128",
    "double",
    "double-int",
    "duration",
    "email",
    "float",
    "hostname",
    "html",
    "http-date",
    "idn-email",
    "idn-hostname",
    "int16",
    "int32",
    "int64",
    "int8",
    "ipv4",
    "ipv6",
    "iri",
    "iri-reference",
    "json-pointer",
    "media-range",
    "password",
    "regex",
    "relative-json-pointer",
    "time",
    "uint16",
    "uint32",
    "uint64",
    "uint8",
    "ulid",
    "uri",
    "uri-reference",
    "url",
    "uuid",
];

/// Whether somebody has said what `format` means.
pub(crate) fn is_known(format: &str) -> bool {
    KNOWN.binary_search(&format).is_ok()
}

/// Whether `value` has the format; `true` where the format says nothing of such a value, or nothing
/// that can be checked.
pub(crate) fn holds(format: &str, value: &Value) -> bool {
    match value {
        Value::String(text) => text_holds(format, text),
        Value::Number(number) => {
            let Some(number) = Decimal::of(number) else {
                return true;
            };
            let (least, most) = match format {
                "int8" => ("-128", "127"),
                "uint8" => ("0", "255"),
                "int16" => ("-32768", "32767"),
                "uint16" => ("0", "65535"),
                "int32" => ("-2147483648", "2147483647"),
                "uint32" => ("0", "4294967295"),
                "int64" => ("-9223372036854775808", "9223372036854775807"),
                "uint64" => ("0", "18446744073709551615"),
                _ => return true,
            };
            number.is_whole()
                && Decimal::parse(least).is_none_or(|least| least <= number)
                && Decimal::parse(most).is_none_or(|most| number <= most)
        }
        _ => true,
    }
}

fn text_holds(format: &str, text: &str) -> bool {
    match format {
        "date" => text.len() == 10 && text.parse::<NaiveDate>().is_ok(),
        "date-time" => DateTime::parse_from_rfc3339(text).is_ok(),
        "uuid" => is_uuid(text),
        "ulid" => {
            text.len() == 26
                && text.bytes().all(|byte| {
                    byte.is_ascii_alphanumeric()
                        && !matches!(byte.to_ascii_uppercase(), b'I' | b'L' | b'O' | b'U')
                })
        }
        "decimal" | "decimal128" => {
            Decimal::parse(text.strip_prefix('+').unwrap_or(text)).is_some()
        }
        "ipv4" => text.parse::<std::net::Ipv4Addr>().is_ok(),
        "ipv6" => text.parse::<std::net::Ipv6Addr>().is_ok(),
        "email" => text
            .split_once('@')
            .is_some_and(|(name, host)| !name.is_empty() && !host.is_empty()),
        "uri" | "url" => text.split_once(':').is_some_and(|(scheme, rest)| {
            scheme.starts_with(|first: char| first.is_ascii_alphabetic())
                && !rest.is_empty()
                && !text.contains(char::is_whitespace)
        }),
        _ => true,
    }
}

fn is_uuid(text: &str) -> bool {
    text.len() == 36
        && text.bytes().enumerate().all(|(index, byte)| match index {
            8 | 13 | 18 | 23 => byte == b'-',
            _ => byte.is_ascii_hexdigit(),
        })
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn the_known_formats_are_in_order() {
        assert!(KNOWN.is_sorted());
        assert!(is_known("uuid") && !is_known("uui"));
    }

    #[test]
    fn values_have_their_formats() {
        for (format, value, expected) in [
            ("date", json!("2026-04-14"), true),
            ("date", json!("2026-4-14"), false),
            ("date", json!("2026-02-30"), false),
            ("date-time", json!("2026-04-14T09:30:00.123456789Z"), true),
            ("date-time", json!("2019-08-01"), false),
            ("uuid", json!("904837e3-3b76-47ec-b432-046db621571b"), true),
            ("uuid", json!(""), false),
            ("ulid", json!("01HCMKX0ZTQ2XVMGV1SNJ2RJAA"), true),
            ("int32", json!(2_147_483_648_u64), false),
            ("int64", json!(9_223_372_036_854_775_807_u64), true),
            ("int64", json!(9_223_372_036_854_775_808_u64), false),
            ("decimal", json!("1.10"), true),
            ("decimal", json!("one"), false),
            ("uri", json!("https://a.example/b"), true),
            ("nobody-knows", json!("x"), true),
            ("uuid", json!(5), true),
        ] {
            assert_eq!(holds(format, &value), expected, "{format} {value}");
        }
    }
}
