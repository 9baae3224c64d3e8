//! What one keyword says of one value, without going into it.

use serde_json::{Map, Value};

use super::decimal::Decimal;
use super::formats;
use super::patterns::Patterns;

/// The texts of a list.
pub(crate) fn texts(list: Option<&Value>) -> impl Iterator<Item = &str> {
    list.and_then(Value::as_array)
        .into_iter()
        .flatten()
        .filter_map(Value::as_str)
}

/// A value in a message: its JSON, clipped.
pub(crate) fn shown(value: &Value) -> String {
    crate::document::shown(&value.to_string())
}

/// Whether the value has (one of) the declared type.
pub(super) fn has_type(keywords: &Map<String, Value>, value: &Value) -> bool {
    match keywords.get("type") {
        Some(Value::String(name)) => is_of(name, value),
        Some(Value::Array(names)) => names
            .iter()
            .any(|name| name.as_str().is_none_or(|name| is_of(name, value))),
        _ => true,
    }
}

fn is_of(name: &str, value: &Value) -> bool {
    match name {
        "null" => value.is_null(),
        "boolean" => value.is_boolean(),
        "string" => value.is_string(),
        "array" => value.is_array(),
        "object" => value.is_object(),
        "number" => value.is_number(),
        "integer" => value
            .as_number()
            .is_some_and(|number| Decimal::of(number).is_none_or(|it| it.is_whole())),
        // A type that nobody knows is a finding of its own.
        _ => true,
    }
}

pub(super) fn wrong_type(keywords: &Map<String, Value>, value: &Value) -> String {
    let names: Vec<&str> = match keywords.get("type") {
        Some(Value::String(name)) => vec![name],
        list => texts(list).collect(),
    };
    let found = match value {
        Value::Null => "null".to_owned(),
        Value::Array(_) => "an array".to_owned(),
        Value::Object(_) => "an object".to_owned(),
        plain => shown(plain),
    };
    format!("is {found} where the type is {}", names.join(" or "))
}

/// Equal as JSON, numbers by what they are worth.
pub(crate) fn equal(one: &Value, other: &Value) -> bool {
    match (one, other) {
        (Value::Number(a), Value::Number(b)) => {
            let are_whole = !a.is_f64() && !b.is_f64();
            a == b || !are_whole && Decimal::of(a).is_some_and(|a| Decimal::of(b) == Some(a))
        }
        (Value::Array(a), Value::Array(b)) => {
            a.len() == b.len() && a.iter().zip(b).all(|(a, b)| equal(a, b))
        }
        (Value::Object(a), Value::Object(b)) => {
            a.len() == b.len()
                && a.iter()
                    .all(|(key, a)| b.get(key).is_some_and(|b| equal(a, b)))
        }
        _ => one == other,
    }
}

/// What the keywords that need no other schema say against the value.
pub(super) fn plain(
    keywords: &Map<String, Value>,
    value: &Value,
    patterns: &Patterns,
) -> Vec<String> {
    let mut found = Vec::new();
    if let Some(list) = keywords.get("enum").and_then(Value::as_array)
        && !list.iter().any(|listed| equal(listed, value))
    {
        found.push(format!("{} is not in the enum", shown(value)));
    }
    if let Some(only) = keywords.get("const")
        && !equal(only, value)
    {
        found.push(format!(
            "{} is not the constant {}",
            shown(value),
            shown(only)
        ));
    }
    if let Some(format) = keywords.get("format").and_then(Value::as_str)
        && !formats::holds(format, value)
    {
        found.push(format!("{} has not the format `{format}`", shown(value)));
    }
    match value {
        Value::String(text) => {
            let length = text.chars().count() as u64;
            size(
                keywords,
                ("minLength", "maxLength"),
                length,
                "characters",
                &mut found,
            );
            if let Some(pattern) = keywords.get("pattern").and_then(Value::as_str)
                && patterns.matches(pattern, text) == Some(false)
            {
                found.push(format!(
                    "{} does not match the pattern {}",
                    shown(value),
                    crate::document::shown(pattern)
                ));
            }
        }
        Value::Array(items) => {
            size(
                keywords,
                ("minItems", "maxItems"),
                items.len() as u64,
                "items",
                &mut found,
            );
            let is_unique = keywords.get("uniqueItems") == Some(&Value::Bool(true));
            // All pairs are compared, so a long list is not judged.
            if is_unique && items.len() <= 200 && repeated(items).next().is_some() {
                found.push("has an item twice, which `uniqueItems` forbids".to_owned());
            }
        }
        Value::Object(fields) => {
            let count = fields.len() as u64;
            size(
                keywords,
                ("minProperties", "maxProperties"),
                count,
                "properties",
                &mut found,
            );
        }
        Value::Number(number) => {
            if let Some(number) = Decimal::of(number) {
                found.extend(ranges(keywords, &number));
            }
        }
        _ => {}
    }
    found
}

/// The items that an earlier one equals.
pub(crate) fn repeated(items: &[Value]) -> impl Iterator<Item = usize> {
    items.iter().enumerate().filter_map(|(index, item)| {
        let mut earlier = items.iter().take(index);
        earlier.any(|earlier| equal(earlier, item)).then_some(index)
    })
}

fn size(
    keywords: &Map<String, Value>,
    (least, most): (&str, &str),
    size: u64,
    unit: &str,
    found: &mut Vec<String>,
) {
    let bound = |word: &str| keywords.get(word).and_then(Value::as_u64);
    if let Some(bound) = bound(least).filter(|bound| size < *bound) {
        found.push(format!("has {size} {unit}, {least} is {bound}"));
    }
    if let Some(bound) = bound(most).filter(|bound| size > *bound) {
        found.push(format!("has {size} {unit}, {most} is {bound}"));
    }
}

/// The lower or upper end of a range: the bound, and whether it is itself outside.
pub(crate) fn end(
    keywords: &Map<String, Value>,
    bound: &str,
    exclusive: &str,
    is_lower: bool,
) -> Option<(Decimal, bool)> {
    let number = |word: &str| Decimal::of(keywords.get(word)?.as_number()?);
    let flag = keywords.get(exclusive) == Some(&Value::Bool(true));
    match (number(bound), number(exclusive)) {
        (Some(closed), Some(open)) => {
            let open_is_tighter = if is_lower {
                open >= closed
            } else {
                open <= closed
            };
            Some(if open_is_tighter {
                (open, true)
            } else {
                (closed, flag)
            })
        }
        (Some(closed), None) => Some((closed, flag)),
        (None, Some(open)) => Some((open, true)),
        (None, None) => None,
    }
}

fn ranges(keywords: &Map<String, Value>, number: &Decimal) -> Vec<String> {
    let mut found = Vec::new();
    if let Some((bound, is_open)) = end(keywords, "minimum", "exclusiveMinimum", true)
        && (*number < bound || is_open && *number == bound)
    {
        found.push("is below the minimum".to_owned());
    }
    if let Some((bound, is_open)) = end(keywords, "maximum", "exclusiveMaximum", false)
        && (*number > bound || is_open && *number == bound)
    {
        found.push("is above the maximum".to_owned());
    }
    let step = keywords.get("multipleOf").and_then(Value::as_number);
    if let Some(step) = step
        && Decimal::of(step).is_some_and(|it| number.is_multiple_of(&it) == Some(false))
    {
        found.push(format!("is not a multiple of {step}"));
    }
    found
}
