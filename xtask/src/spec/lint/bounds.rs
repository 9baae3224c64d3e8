//! Bounds that contradict each other: in one schema, or in one and those that it refers to or sums up.

use std::collections::HashSet;

use serde_json::{Map, Value};

use super::Findings;
use super::schema::{Decimal, end, patterns};
use super::sites::Sites;
use crate::document::pointer::{from_reference, get};
use crate::document::shown;

/// So many parts of one schema are looked at together.
const MOST_PARTS: usize = 64;

pub(super) fn find(root: &Value, sites: &Sites<'_>, findings: &mut Findings) {
    for schema in &sites.schemas {
        let own = contradictions(&[schema.value]);
        let parts = parts_of(root, schema.value);
        // What one part says against itself is told where that part stands.
        let is_told =
            !own.is_empty() || parts.iter().any(|part| !contradictions(&[part]).is_empty());
        let found = if is_told || parts.len() < 2 {
            own
        } else {
            contradictions(&parts)
        };
        for message in found {
            findings.add("bounds-contradict", schema.pointer.clone(), message);
        }
    }
}

/// The schema with everything that must hold beside it.
fn parts_of<'a>(root: &'a Value, schema: &'a Map<String, Value>) -> Vec<&'a Map<String, Value>> {
    let mut parts = Vec::new();
    let mut seen = HashSet::new();
    let mut open = vec![schema];
    while let Some(part) = open.pop().filter(|_| parts.len() < MOST_PARTS) {
        if !seen.insert(std::ptr::from_ref(part).addr()) {
            continue;
        }
        parts.push(part);
        let summed = part.get("allOf").and_then(Value::as_array);
        open.extend(summed.into_iter().flatten().filter_map(Value::as_object));
        let target = part
            .get("$ref")
            .and_then(Value::as_str)
            .and_then(from_reference);
        open.extend(target.and_then(|target| get(root, &target)?.as_object()));
    }
    parts
}

/// Whether numbers of this schema are whole ones.
fn is_whole(schema: &Map<String, Value>) -> bool {
    match schema.get("type") {
        Some(Value::Array(types)) => {
            let names = |name: &str| types.iter().any(|one| one == name);
            names("integer") && !names("number")
        }
        one => one.is_some_and(|name| name == "integer"),
    }
}

fn contradictions(parts: &[&Map<String, Value>]) -> Vec<String> {
    let counts = |word: &'static str| {
        parts
            .iter()
            .filter_map(move |part| part.get(word)?.as_u64())
    };
    let mut found = Vec::new();
    for (least, most) in [
        ("minLength", "maxLength"),
        ("minItems", "maxItems"),
        ("minProperties", "maxProperties"),
    ] {
        if let (Some(low), Some(high)) = (counts(least).max(), counts(most).min())
            && low > high
        {
            found.push(format!("`{least}` {low} is more than `{most}` {high}"));
        }
    }
    // Of two ends at one number the open one is the tighter.
    let ends = |bound, exclusive, is_lower| {
        parts
            .iter()
            .filter_map(move |part| end(part, bound, exclusive, is_lower))
    };
    let low = ends("minimum", "exclusiveMinimum", true).max();
    let high = ends("maximum", "exclusiveMaximum", false)
        .min_by(|one: &(Decimal, bool), other| one.0.cmp(&other.0).then(other.1.cmp(&one.1)));
    if let (Some((low, low_open)), Some((high, high_open))) = (low, high) {
        if low > high {
            found.push("the minimum is above the maximum".to_owned());
        } else if low == high && (low_open || high_open) {
            found.push("the range between minimum and maximum is empty".to_owned());
        } else if parts.iter().any(|part| is_whole(part))
            && let Some(least) = low.rounded(true)
            && let Some(most) = high.rounded(false)
            && least + i128::from(low_open && low.is_whole())
                > most - i128::from(high_open && high.is_whole())
        {
            found.push("no whole number lies between minimum and maximum".to_owned());
        }
    }
    for pattern in parts
        .iter()
        .filter_map(|part| part.get("pattern")?.as_str())
    {
        let Some((least, most)) = patterns::lengths(pattern) else {
            continue;
        };
        let pattern = shown(pattern);
        if let (Some(bound), Some(most)) = (counts("minLength").max(), most)
            && bound > most
        {
            found.push(format!(
                "`minLength` is {bound}, but the pattern {pattern} takes at most {most} characters"
            ));
        }
        if let Some(bound) = counts("maxLength").min()
            && bound < least
        {
            found.push(format!(
                "`maxLength` is {bound}, but the pattern {pattern} takes at least {least} characters"
            ));
        }
    }
    let required: HashSet<&str> = parts
        .iter()
        .filter_map(|part| part.get("required")?.as_array())
        .flatten()
        .filter_map(Value::as_str)
        .collect();
    if let Some(most) = counts("maxProperties").min()
        && required.len() as u64 > most
    {
        let count = required.len();
        found.push(format!(
            "{count} names are required, but `maxProperties` is {most}"
        ));
    }
    found
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn bounds_that_no_value_meets_are_found_and_others_are_not() {
        for (schema, part) in [
            (
                json!({"minLength": 12, "pattern": "^[A-Z0-9]{9}$"}),
                "at most 9",
            ),
            (
                json!({"maxLength": 8, "pattern": "[A-Z0-9]{9}"}),
                "at least 9",
            ),
            (json!({"minLength": 3, "maxLength": 2}), "minLength"),
            (json!({"minItems": 3, "maxItems": 2}), "minItems"),
            (json!({"minimum": 0.3, "maximum": 0.2}), "above"),
            (json!({"minimum": 1, "exclusiveMaximum": 1}), "empty"),
            (
                json!({"minimum": 1, "maximum": 1, "exclusiveMinimum": true}),
                "empty",
            ),
            (
                json!({"required": ["a", "b"], "maxProperties": 1}),
                "2 names",
            ),
        ] {
            let found = contradictions(&[schema.as_object().unwrap()]);
            assert!(
                found.len() == 1 && found[0].contains(part),
                "{schema}: {found:?}"
            );
        }
        for schema in [
            json!({"minLength": 9, "maxLength": 9, "pattern": "^[A-Z0-9]{9}$"}),
            json!({"minLength": 12, "pattern": "[A-Z0-9]{9}"}),
            json!({"minLength": 12, "pattern": "^(?!x).{9}$"}),
            json!({"minimum": 1, "maximum": 1}),
            json!({"minLength": "3", "maxLength": null}),
        ] {
            assert_eq!(
                contradictions(&[schema.as_object().unwrap()]),
                [""; 0],
                "{schema}"
            );
        }
    }
}
