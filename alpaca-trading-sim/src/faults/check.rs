//! What a description of a rule may say.

use std::fmt;

use http::{HeaderName, HeaderValue, header};

use super::{Fault, RuleInfo};
use crate::api::OPERATIONS;

/// The streams, by the names that rules call them, and by that of the operation of the document that opens one. A
/// fault of requests happens to the one that opens the stream.
const STREAMS: [&str; 4] = [
    "trade_updates",
    "activity_events",
    "subscribe_to_activity_events",
    "trade_events",
];

/// A day, in milliseconds.
const MOST_MILLIS: u64 = 24 * 60 * 60 * 1000;

/// A body of more bytes would not be announced by any server.
const MOST_BYTES: usize = 1 << 30;

/// Why a rule is not taken.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RuleError {
    /// The field, as JSON names it.
    pub field: &'static str,
    /// What is wrong with it, in words.
    pub rule: String,
}

impl fmt::Display for RuleError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.field, self.rule)
    }
}

impl std::error::Error for RuleError {}

fn wrong<T>(field: &'static str, rule: impl Into<String>) -> Result<T, RuleError> {
    Err(RuleError {
        field,
        rule: rule.into(),
    })
}

/// Whether a rule can be made from this.
pub(super) fn check(rule: &RuleInfo) -> Result<(), RuleError> {
    if rule.id.is_some() {
        return wrong("id", "is given to a rule when it is made");
    }
    let name = rule.operation.as_str();
    let is_operation = name == "*" || OPERATIONS.iter().any(|op| op.name == name);
    let is_stream = name == "*" || STREAMS.contains(&name);
    if !is_operation && !is_stream {
        let rule = format!(
            "`{name}` is no operation: `create_order` is one, `trade_updates` is a stream, `*` is any"
        );
        return wrong("operation", rule);
    }
    if rule.times == Some(0) {
        return wrong("times", "0 is never: leave it out for ever");
    }
    if !(0.0..=1.0).contains(&rule.probability) {
        let rule = format!("{} is not from 0 to 1", rule.probability);
        return wrong("probability", rule);
    }
    match (&rule.fault, &rule.stream_fault) {
        (None, None) => wrong("fault", "is missing: say `fault` or `stream_fault`"),
        (Some(_), Some(_)) => wrong("fault", "a rule has `fault` or `stream_fault`, not both"),
        (None, Some(_)) if !is_stream => wrong(
            "stream_fault",
            format!("`{name}` is no stream: say `fault`"),
        ),
        (None, Some(_)) => Ok(()),
        (Some(fault), None) => check_fault(fault),
    }
}

fn check_fault(fault: &Fault) -> Result<(), RuleError> {
    match fault {
        Fault::Status { code, headers, .. } | Fault::StatusAfter { code, headers, .. } => {
            if !(200..=599).contains(code) {
                return wrong("code", format!("{code} is not from 200 to 599"));
            }
            headers.iter().try_for_each(check_header)
        }
        Fault::DelayBefore { millis } | Fault::DelayAfter { millis } if *millis > MOST_MILLIS => {
            wrong("millis", format!("{millis} is more than a day"))
        }
        Fault::CutBody { bytes } if *bytes > MOST_BYTES => {
            wrong("bytes", format!("{bytes} is more than a gigabyte"))
        }
        _ => Ok(()),
    }
}

fn check_header((name, value): &(String, String)) -> Result<(), RuleError> {
    let Ok(known) = HeaderName::from_bytes(name.as_bytes()) else {
        return wrong("headers", format!("`{name}` is no name of a header"));
    };
    if [header::CONTENT_LENGTH, header::TRANSFER_ENCODING].contains(&known) {
        let rule = format!("`{name}` comes from the body; `cut_body` makes one that is wrong");
        return wrong("headers", rule);
    }
    if HeaderValue::from_str(value).is_err() {
        return wrong("headers", format!("the value of `{name}` cannot be sent"));
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use crate::faults::Faults;

    fn add(text: &str) -> Result<(), String> {
        let rule = serde_json::from_str(text).map_err(|error| error.to_string())?;
        let faults = Faults::new(1);
        let added = faults
            .add(rule)
            .map(drop)
            .map_err(|error| error.to_string());
        assert_eq!(faults.list().len(), usize::from(added.is_ok()), "{text}");
        added
    }

    #[test]
    fn a_rule_is_taken_whole_or_not_at_all() {
        for text in [
            r#"{"operation": "*", "fault": {"kind": "reset_before"}}"#,
            r#"{"operation": "create_order", "fault": {"kind": "status", "code": 599,
                "headers": [["retry-after", "3"]], "body": "x"}, "times": 1, "probability": 0}"#,
            r#"{"operation": "trade_updates", "stream_fault": {"delay": 2}, "after": 3}"#,
            r#"{"operation": "*", "stream_fault": "mute"}"#,
            r#"{"operation": "trade_updates", "fault": {"kind": "reset_before"}}"#,
            r#"{"operation": "trade_events", "fault": {"kind": "hang_before"}}"#,
            r#"{"operation": "trade_events", "stream_fault": "close"}"#,
            r#"{"operation": "activity_events", "fault": {"kind": "reset_before"}}"#,
            r#"{"operation": "activity_events", "stream_fault": "close"}"#,
            r#"{"operation": "subscribe_to_activity_events", "fault": {"kind": "reset_before"}}"#,
            r#"{"operation": "subscribe_to_activity_events", "stream_fault": "close"}"#,
        ] {
            assert_eq!(add(text), Ok(()), "{text}");
        }
    }

    #[test]
    fn what_is_wrong_is_named() {
        let status =
            |more: &str| format!(r#"{{"operation": "*", "fault": {{"kind": "status", {more}}}}}"#);
        let reset = |more: &str| format!(r#"{{"fault": {{"kind": "reset_after"}}, {more}}}"#);
        for (text, expected) in [
            (reset(r#""operation": "*", "id": 3"#), "id: is given"),
            (
                reset(r#""operation": "buy""#),
                "operation: `buy` is no operation",
            ),
            (
                reset(r#""operation": "*", "times": 0"#),
                "times: 0 is never",
            ),
            (
                reset(r#""operation": "*", "probability": 1.01"#),
                "probability: 1.01 is not",
            ),
            (
                reset(r#""operation": "*", "probability": -0.1"#),
                "probability: -0.1 is not",
            ),
            (
                reset(r#""operation": "*", "stream_fault": "drop""#),
                "fault: a rule has",
            ),
            (r#"{"operation": "*"}"#.into(), "fault: is missing"),
            (
                r#"{"operation": "get_clock", "stream_fault": "drop"}"#.into(),
                "stream_fault: `get_clock` is no stream",
            ),
            (status(r#""code": 199"#), "code: 199 is not"),
            (status(r#""code": 600"#), "code: 600 is not"),
            (status(r#""code": 70000"#), "invalid value: integer `70000`"),
            (
                status(r#""code": 500, "headers": [["a b", "c"]]"#),
                "headers: `a b` is no name",
            ),
            (
                status(r#""code": 500, "headers": [["a", "\n"]]"#),
                "headers: the value of `a`",
            ),
            (
                status(r#""code": 500, "headers": [["Content-Length", "1"]]"#),
                "headers: `Content-Length` comes",
            ),
            (
                r#"{"operation": "*", "fault": {"kind": "delay_after", "millis": 86400001}}"#
                    .into(),
                "millis: 86400001 is more",
            ),
            (
                r#"{"operation": "*", "fault": {"kind": "explode"}}"#.into(),
                "unknown variant `explode`",
            ),
        ] {
            let error = add(&text).unwrap_err();
            assert!(error.starts_with(expected), "{text}: {error}");
        }
    }
}
