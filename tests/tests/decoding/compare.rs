//! What may differ between a value and what it was decoded from.
//!
//! - Null and absent are the same, and are not written. So are an empty list and an empty map,
//!   unless the document says that null means something else there.
//! - An empty text, or a date of zeros, is absent where an optional uuid, date, timestamp, decimal
//!   or enum stands; an enum may name the value that it stands for instead.
//! - A timestamp is the same instant, in UTC.
//! - Properties that the document does not know are gone.
//! - A value of an unknown type is the same to the last bit.

use chrono::DateTime;
use serde_json::Value;

use crate::places::{plain, requires, shape};

/// Compares what came back with what went in.
pub(crate) fn whole(
    spec: &Value,
    schema: &Value,
    given: &Value,
    got: &Value,
) -> Result<(), String> {
    if given.is_null() && *got == Value::Array(Vec::new()) {
        return Ok(());
    }
    value(spec, schema, given, got, None).map_err(|(path, reason)| format!("{path}: {reason}"))
}

/// The path to a difference, and what it is.
type Difference = (String, String);

fn differ<T>(given: &Value, got: &Value) -> Result<T, Difference> {
    Err((String::new(), format!("{given} became {got}")))
}

fn at(step: &str) -> impl Fn(Difference) -> Difference {
    move |(path, reason)| (format!("/{step}{path}"), reason)
}

fn value(
    spec: &Value,
    schema: &Value,
    given: &Value,
    got: &Value,
    around: Option<&Value>,
) -> Result<(), Difference> {
    let (schema, _) = plain(spec, schema);
    if given.is_null() {
        return if got.is_null() {
            Ok(())
        } else {
            differ(given, got)
        };
    }
    let Some(schema) = shape(spec, schema, given, around) else {
        return if given == got {
            Ok(())
        } else {
            differ(given, got)
        };
    };
    match (given, got) {
        (Value::Object(_), Value::Object(_)) if schema["properties"].is_object() => {
            object(spec, schema, given, got)
        }
        (Value::Object(before), Value::Object(after)) => match schema.get("additionalProperties") {
            Some(entry) if entry.is_object() => {
                if before.keys().ne(after.keys()) {
                    return differ(given, got);
                }
                for (name, member) in before {
                    property(spec, entry, true, Some(member), after.get(name), None)
                        .map_err(at(name))?;
                }
                Ok(())
            }
            _ if given == got => Ok(()),
            _ => differ(given, got),
        },
        (Value::Array(before), Value::Array(after)) if before.len() == after.len() => {
            for (index, (before, after)) in before.iter().zip(after).enumerate() {
                value(spec, &schema["items"], before, after, None)
                    .map_err(at(&index.to_string()))?;
            }
            Ok(())
        }
        (Value::String(before), Value::String(after)) if text(schema, before, after) => Ok(()),
        (Value::Bool(_) | Value::Number(_), _) if given == got => Ok(()),
        _ => differ(given, got),
    }
}

fn object(spec: &Value, schema: &Value, given: &Value, got: &Value) -> Result<(), Difference> {
    let properties = schema["properties"]
        .as_object()
        .expect("an object has properties");
    for (name, schema_of_property) in properties {
        let required = requires(schema, name);
        property(
            spec,
            schema_of_property,
            required,
            given.get(name),
            got.get(name),
            Some(given),
        )
        .map_err(at(name))?;
    }
    for name in got.as_object().into_iter().flatten().map(|(name, _)| name) {
        if !properties.contains_key(name) {
            return Err((String::new(), format!("`{name}` is not in the document")));
        }
    }
    Ok(())
}

fn property(
    spec: &Value,
    schema: &Value,
    required: bool,
    given: Option<&Value>,
    got: Option<&Value>,
    around: Option<&Value>,
) -> Result<(), Difference> {
    let (schema_of_value, nullable) = plain(spec, schema);
    let stands_for = schema_of_value.get("x-blank-as").filter(|_| required);
    let optional = !required || nullable || stands_for.is_some();
    let given = given
        .filter(|given| !given.is_null())
        .filter(|given| !(optional && is_blank(schema_of_value, given)));
    let is_collection = matches!(schema_of_value["type"].as_str(), Some("array" | "object"))
        && schema_of_value["properties"].is_null();
    let is_nothing = |value: &Value| {
        value.as_array().is_some_and(Vec::is_empty) || *value == serde_json::json!({})
    };
    match (given, got) {
        (None, None) if stands_for.is_none() => Ok(()),
        (None, Some(got)) if stands_for == Some(got) => Ok(()),
        (None, Some(got)) if is_collection && !nullable && is_nothing(got) => Ok(()),
        (Some(given), None) if is_collection && !nullable && is_nothing(given) => Ok(()),
        (Some(given), Some(got)) => value(spec, schema, given, got, around),
        (given, got) => Err((String::new(), format!("{given:?} became {got:?}"))),
    }
}

/// Whether a value says no more than null, in a place of this schema.
pub(crate) fn is_blank(schema: &Value, value: &Value) -> bool {
    let is_date = matches!(
        schema["format"].as_str(),
        Some("date" | "date-time" | "date-or-time")
    );
    (value == "" && takes_blank(schema)) || (value == "0000-00-00" && is_date)
}

/// Whether an empty text means nothing where this schema applies.
pub(crate) fn takes_blank(schema: &Value) -> bool {
    match schema["enum"].as_array() {
        Some(listed) => !listed.iter().any(|listed| listed == ""),
        None => matches!(
            schema["format"].as_str(),
            Some("uuid" | "date" | "date-time" | "date-or-time" | "decimal")
        ),
    }
}

fn text(schema: &Value, before: &str, after: &str) -> bool {
    let is_time = matches!(
        schema["format"].as_str(),
        Some("date-time" | "date-or-time")
    );
    let instant = |text: &str| {
        DateTime::parse_from_rfc3339(text)
            .ok()
            .map(|time| time.to_utc())
    };
    match (is_time, instant(before), instant(after)) {
        (true, Some(before), Some(instant)) => {
            before == instant && (after.ends_with('Z') || after.ends_with("+00:00"))
        }
        _ => before == after,
    }
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::whole;

    fn check(schema: Value, given: Value, got: Value) -> Result<(), String> {
        let spec = json!({"components": {"schemas": {"Class": {
            "type": "string", "enum": ["a", "b"], "x-blank-as": "a"
        }}}});
        whole(&spec, &schema, &given, &got)
    }

    fn schema() -> Value {
        json!({
            "type": "object",
            "required": ["n", "class"],
            "properties": {
                "n": {"type": "string", "format": "decimal"},
                "t": {"type": "string", "format": "date-time"},
                "list": {"type": "array", "items": {"type": "string", "format": "decimal", "nullable": true}},
                "sent": {"type": "array", "nullable": true, "items": {"type": "string"}},
                "class": {"$ref": "#/components/schemas/Class"},
            }
        })
    }

    #[test]
    fn what_may_differ_is_the_same() {
        let got = json!({"n": "1.10", "t": "2026-01-02T03:04:05Z", "class": "a"});
        for given in [
            json!({"n": "1.10", "t": "2026-01-02T04:04:05+01:00", "class": "", "new": 7}),
            json!({"n": "1.10", "t": "2026-01-02T03:04:05.000Z", "list": null, "sent": null}),
            json!({"n": "1.10", "t": "2026-01-02T03:04:05Z", "list": [], "class": null}),
        ] {
            assert_eq!(check(schema(), given, got.clone()), Ok(()));
        }
    }

    #[test]
    fn what_may_not_differ_is_found() {
        let given = json!({"n": "1.10", "t": "2026-01-02T03:04:05Z", "list": ["1", null], "sent": [], "class": "b"});
        let got = json!({"n": "1.10", "t": "2026-01-02T03:04:05Z", "list": ["1", null], "sent": [], "class": "b"});
        assert_eq!(check(schema(), given.clone(), got.clone()), Ok(()));
        for (name, changed) in [
            ("n", json!("1.1")),
            ("n", json!(1.1)),
            ("n", Value::Null),
            ("t", json!("2026-01-02T03:04:05.001Z")),
            ("t", json!("2026-01-02T04:04:05+01:00")),
            ("t", Value::Null),
            ("list", json!(["1"])),
            ("list", json!(["1", "2"])),
            ("list", json!([null, "1"])),
            ("sent", Value::Null),
            ("class", json!("a")),
        ] {
            let mut got = got.clone();
            got[name] = changed;
            let difference = check(schema(), given.clone(), got).unwrap_err();
            assert!(difference.starts_with(&format!("/{name}")), "{difference}");
        }
        let mut extra = got.clone();
        extra["new"] = json!(1);
        assert!(check(schema(), given.clone(), extra).is_err());
        let mut less = got;
        less.as_object_mut().unwrap().remove("sent");
        assert!(check(schema(), given, less).is_err());
    }
}
