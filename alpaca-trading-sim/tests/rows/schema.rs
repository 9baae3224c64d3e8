//! Holds bodies against the schemas of `alpaca-trading-gen/spec.json`.
//!
//! It knows the words that this document uses: type, nullable, required, enum, format, items, properties,
//! additionalProperties, allOf, anyOf, oneOf and `$ref`. A format that it does not know is a fault of the
//! test, so that none goes unchecked. Properties that the document does not declare are allowed.

use std::str::FromStr as _;
use std::sync::OnceLock;

use chrono::{DateTime, NaiveDate};
use rust_decimal::Decimal;
use serde_json::Value;

use crate::quirks::is_known;

/// What is wrong at a place: a schema and the way from it, such as `Order.legs[]`.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Fault {
    /// Where: the last named schema and the way from it.
    pub(crate) place: String,
    /// What: `null`, `missing`, `not a string` and the like.
    pub(crate) what: String,
}

/// The document, read once.
pub(crate) fn document() -> &'static Value {
    static DOCUMENT: OnceLock<Value> = OnceLock::new();
    DOCUMENT.get_or_init(|| {
        let file = concat!(
            env!("CARGO_MANIFEST_DIR"),
            "/../alpaca-trading-gen/spec.json"
        );
        let text = std::fs::read_to_string(file).expect("the generator's document");
        serde_json::from_str(&text).expect("the document is JSON")
    })
}

/// The path template and the operation of a request, if the document has it.
pub(crate) fn operation(method: &str, path: &str) -> Option<(&'static str, &'static Value)> {
    let paths = document()["paths"].as_object()?;
    let given: Vec<&str> = path.trim_end_matches('/').split('/').collect();
    let fits = |template: &str| {
        let parts: Vec<&str> = template.split('/').collect();
        parts.len() == given.len()
            && parts
                .iter()
                .zip(&given)
                .all(|(part, given)| part.starts_with('{') || part == given)
    };
    paths
        .iter()
        .filter(|(template, _)| fits(template))
        .filter_map(|(template, methods)| {
            Some((
                template.as_str(),
                methods.get(method.to_ascii_lowercase().as_str())?,
            ))
        })
        .min_by_key(|(template, _)| template.matches('{').count())
}

/// The schema of the body of an answer; none where the document declares no body.
pub(crate) fn answer_schema(operation: &'static Value, status: u16) -> Option<&'static Value> {
    operation
        .pointer(&format!("/responses/{status}/content"))?
        .as_object()?
        .values()
        .next()?
        .get("schema")
}

/// A named schema.
pub(crate) fn named(name: &str) -> &'static Value {
    document()
        .pointer(&format!("/components/schemas/{name}"))
        .unwrap_or_else(|| panic!("the document has no schema {name}"))
}

/// Everything that is wrong with a value.
pub(crate) fn faults(schema: &Value, value: &Value, place: &str) -> Vec<Fault> {
    let mut found = Vec::new();
    check(schema, value, place, &mut found);
    found
}

fn resolve(schema: &Value) -> (Option<&str>, &Value) {
    match schema.get("$ref").and_then(Value::as_str) {
        None => (None, schema),
        Some(reference) => {
            let name = reference.rsplit('/').next().unwrap_or_default();
            (Some(name), named(name))
        }
    }
}

fn nullable(schema: &Value) -> bool {
    let (_, target) = resolve(schema);
    schema["nullable"] == true || target["nullable"] == true
}

fn check(schema: &Value, value: &Value, place: &str, found: &mut Vec<Fault>) {
    let mut fault = |what: String| {
        found.push(Fault {
            place: place.to_owned(),
            what,
        });
    };
    if value.is_null() {
        if !nullable(schema) {
            fault("null".into());
        }
        return;
    }
    let (name, schema) = resolve(schema);
    let place = name.unwrap_or(place).to_owned();
    let place = place.as_str();
    let mut fault = |what: String| {
        found.push(Fault {
            place: place.to_owned(),
            what,
        });
    };
    if let Some(kind) = schema["type"].as_str() {
        let fits = match kind {
            "object" => value.is_object(),
            "array" => value.is_array(),
            "string" => value.is_string(),
            "boolean" => value.is_boolean(),
            "integer" => value.is_i64() || value.is_u64(),
            "number" => value.is_number(),
            other => panic!("{place}: the type {other}"),
        };
        if !fits {
            fault(format!("not of type {kind}"));
            return;
        }
    }
    if let Some(allowed) = schema["enum"].as_array()
        && !allowed.contains(value)
    {
        fault(format!("{value} is none of its values"));
    }
    if let (Some(format), Some(text)) = (schema["format"].as_str(), value.as_str())
        && !has_format(format, text, place)
    {
        fault(format!("\"{text}\" is no {format}"));
    }
    if let (Some(item), Some(values)) = (schema.get("items"), value.as_array()) {
        for value in values {
            check(item, value, &format!("{place}[]"), found);
        }
    }
    if let Some(object) = value.as_object() {
        members(schema, object, place, found);
    }
    if let Some(all) = schema["allOf"].as_array() {
        for part in all {
            check(part, value, place, found);
        }
    }
    if let Some(any) = schema["anyOf"].as_array()
        && !any.iter().any(|part| faults(part, value, place).is_empty())
    {
        found.push(Fault {
            place: place.to_owned(),
            what: "fits none of anyOf".into(),
        });
    }
    if let Some(one) = schema["oneOf"].as_array() {
        one_of(one, value, place, found);
    }
}

/// Exactly one branch may fit, but for deviations that are listed. Of several that fit, that is the fault; if none
/// does, the faults are those of the branch that fits best.
fn one_of(branches: &[Value], value: &Value, place: &str, found: &mut Vec<Fault>) {
    let wrong = |faults: &Vec<Fault>| faults.iter().filter(|fault| !is_known(fault)).count();
    let mut outcomes: Vec<_> = branches
        .iter()
        .map(|branch| faults(branch, value, place))
        .collect();
    outcomes.sort_by_key(wrong);
    match outcomes.iter().filter(|faults| wrong(faults) == 0).count() {
        0 | 1 => found.extend(outcomes.into_iter().next().unwrap_or_default()),
        several => found.push(Fault {
            place: place.to_owned(),
            what: format!("fits {several} of oneOf"),
        }),
    }
}

fn members(
    schema: &Value,
    object: &serde_json::Map<String, Value>,
    place: &str,
    found: &mut Vec<Fault>,
) {
    for name in schema["required"].as_array().into_iter().flatten() {
        let name = name.as_str().unwrap_or_default();
        if !object.contains_key(name) {
            found.push(Fault {
                place: format!("{place}.{name}"),
                what: "missing".into(),
            });
        }
    }
    for (name, value) in object {
        let other = &schema["additionalProperties"];
        match schema["properties"].get(name) {
            Some(schema) => check(schema, value, &format!("{place}.{name}"), found),
            None if other.is_object() => check(other, value, &format!("{place}.*"), found),
            None => {}
        }
    }
}

fn has_format(format: &str, text: &str, place: &str) -> bool {
    let is_date =
        |text: &str| text.len() == 10 && NaiveDate::parse_from_str(text, "%Y-%m-%d").is_ok();
    let is_time = |text: &str| DateTime::parse_from_rfc3339(text).is_ok();
    match format {
        "uuid" => {
            text.len() == 36 && uuid::Uuid::from_str(text).is_ok() && text == text.to_lowercase()
        }
        "date" => is_date(text),
        "date-time" => is_time(text),
        "date-or-time" => is_date(text) || is_time(text),
        "decimal" => Decimal::from_str_exact(text).is_ok() && !text.contains(['e', 'E', '+']),
        "ulid" => {
            text.len() == 26
                && text
                    .bytes()
                    .all(|byte| byte.is_ascii_digit() || byte.is_ascii_uppercase())
        }
        other => panic!("{place}: the format {other}"),
    }
}

#[test]
fn the_validator_sees_each_kind_of_fault() {
    use serde_json::json;

    let schema = json!({
        "type": "object",
        "required": ["id", "kind"],
        "properties": {
            "id": {"type": "string", "format": "uuid"},
            "kind": {"type": "string", "enum": ["a", "b"]},
            "at": {"type": "string", "format": "date-time", "nullable": true},
            "rows": {"type": "array", "items": {"type": "integer"}},
            "sum": {"type": "string", "format": "decimal"},
            "either": {"oneOf": [{"type": "string"}, {"type": "integer"}]},
            "both": {"oneOf": [{"type": "integer"}, {"type": "number"}]},
            "any": {"anyOf": [{"type": "string"}, {"type": "boolean"}]},
            "all": {"allOf": [{"type": "string"}, {"enum": ["x"]}]},
            "order": {"$ref": "#/components/schemas/OrderSide"}
        },
        "additionalProperties": {"type": "boolean"}
    });
    let good = json!({
        "id": "00000000-0000-4000-8000-000000000000", "kind": "a", "at": null, "rows": [1, 2],
        "sum": "1.5", "either": 1, "any": true, "all": "x", "order": "buy", "other": false
    });
    assert_eq!(faults(&schema, &good, "T"), []);
    for (name, wrong, place, what) in [
        ("id", json!("0000"), "T.id", "\"0000\" is no uuid"),
        ("id", Value::Null, "T.id", "null"),
        ("kind", json!("c"), "T.kind", "\"c\" is none of its values"),
        (
            "at",
            json!("2026-01-05"),
            "T.at",
            "\"2026-01-05\" is no date-time",
        ),
        ("rows", json!([1, "2"]), "T.rows[]", "not of type integer"),
        ("sum", json!("1e5"), "T.sum", "\"1e5\" is no decimal"),
        ("sum", json!(1), "T.sum", "not of type string"),
        ("both", json!(1), "T.both", "fits 2 of oneOf"),
        ("any", json!(1), "T.any", "fits none of anyOf"),
        ("all", json!("y"), "T.all", "\"y\" is none of its values"),
        (
            "order",
            json!("long"),
            "OrderSide",
            "\"long\" is none of its values",
        ),
        ("other", json!("no"), "T.*", "not of type boolean"),
    ] {
        let mut bad = good.clone();
        bad[name] = wrong;
        let expected = Fault {
            place: place.into(),
            what: what.into(),
        };
        assert_eq!(faults(&schema, &bad, "T"), [expected], "{name}");
    }
    let mut bad = good;
    bad.as_object_mut().unwrap().remove("kind");
    let expected = Fault {
        place: "T.kind".into(),
        what: "missing".into(),
    };
    assert_eq!(faults(&schema, &bad, "T"), [expected]);
}
