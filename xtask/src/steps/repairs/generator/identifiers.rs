//! Names that are one in Rust.

use std::collections::BTreeSet;

use heck::ToSnakeCase;
use serde_json::{Map, Value, json};

use super::visit::count_schemas;
use crate::steps::names::pascal;

/// `[asc, ASC]`, `[T+1, T-1]`, `[+, -]`: the generator finds no two names for two values. They get
/// names of ours, `Asc` and `Asc2`, and keep their texts in `x-enum-texts`.
pub(super) fn distinct_values(document: &mut Value) -> usize {
    count_schemas(document, |schema| {
        let Some(values) = schema.get("enum").and_then(Value::as_array) else {
            return 0;
        };
        let texts: Vec<&str> = values.iter().filter_map(Value::as_str).collect();
        let bases: BTreeSet<String> = texts.iter().map(|text| variant(text)).collect();
        let is_fine = bases.len() == texts.len()
            && !texts.iter().any(|text| nameless(text) && !text.is_empty());
        if is_fine || schema.contains_key("x-enum-texts") {
            return 0;
        }
        let mut taken = BTreeSet::new();
        let mut mapped = Map::new();
        let mut named = Vec::new();
        for text in texts {
            let base = if nameless(text) {
                "Value".to_owned()
            } else {
                pascal(text)
            };
            let mut name = base.clone();
            let mut number = 2;
            while !taken.insert(name.to_lowercase()) {
                name = format!("{base}{number}");
                number += 1;
            }
            mapped.insert(name.clone(), json!(text));
            named.push(json!(name));
        }
        schema.insert("enum".to_owned(), Value::Array(named));
        schema.insert("x-enum-texts".to_owned(), Value::Object(mapped));
        1
    })
}

/// Whether a value has no letter or digit to make a name from.
fn nameless(text: &str) -> bool {
    !text
        .chars()
        .any(|character| character.is_ascii_alphanumeric())
}

/// A value as the generator would name it, case aside.
fn variant(text: &str) -> String {
    pascal(text).to_lowercase()
}

/// `t` and `T`, `openInterest` and `open_interest`: two fields of one name. The later one is called
/// `t_2`, and keeps its name on the wire in `x-wire-names`.
pub(super) fn distinct_fields(document: &mut Value) -> usize {
    count_schemas(document, |schema| {
        let Some(properties) = schema.get_mut("properties").and_then(Value::as_object_mut) else {
            return 0;
        };
        let mut taken = BTreeSet::new();
        let mut renamed = Vec::new();
        for name in properties.keys() {
            let base = field(name);
            if taken.insert(base.clone()) {
                continue;
            }
            let mut number = 2;
            let mut unique = format!("{base}_{number}");
            while properties.contains_key(&unique) || !taken.insert(unique.clone()) {
                number += 1;
                unique = format!("{base}_{number}");
            }
            renamed.push((name.clone(), unique));
        }
        for (wire, unique) in &renamed {
            if let Some(property) = properties.remove(wire) {
                properties.insert(unique.clone(), property);
            }
        }
        if let Some(required) = schema.get_mut("required").and_then(Value::as_array_mut) {
            for name in required {
                if let Some((_, unique)) = renamed.iter().find(|(wire, _)| name == wire) {
                    *name = json!(unique);
                }
            }
        }
        let count = renamed.len();
        if count > 0 {
            // Beside the fields, not in them: an extension hides a decimal from the generator.
            let names: Map<String, Value> = renamed
                .into_iter()
                .map(|(wire, unique)| (unique, json!(wire)))
                .collect();
            schema.insert("x-wire-names".to_owned(), Value::Object(names));
        }
        count
    })
}

/// A property as the generator would name its field.
fn field(name: &str) -> String {
    let plain: String = name
        .chars()
        .filter(|character| *character != '\'')
        .map(|character| {
            if character.is_ascii_alphanumeric() || character == '_' {
                character
            } else {
                '-'
            }
        })
        .collect();
    let snake = plain.to_snake_case();
    match snake.chars().next() {
        None => "x".to_owned(),
        Some(first) if first.is_ascii_digit() => format!("x{snake}"),
        Some(_) => snake,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn schema(schema: Value) -> Value {
        json!({"components": {"schemas": {"A": schema}}})
    }

    #[test]
    fn values_that_share_a_name_get_names_of_ours() {
        let mut document = schema(json!({"type": "string", "enum": ["asc", "ASC", "+", "-", ""]}));
        assert_eq!(distinct_values(&mut document), 1);
        assert_eq!(distinct_values(&mut document), 0);
        let a = &document["components"]["schemas"]["A"];
        assert_eq!(
            a["enum"],
            json!(["Asc", "Asc2", "Value", "Value2", "Value3"])
        );
        assert_eq!(a["x-enum-texts"]["Asc2"], json!("ASC"));
        assert_eq!(a["x-enum-texts"]["Value3"], json!(""));
        let mut fine = schema(json!({"type": "string", "enum": ["a", "b", ""]}));
        assert_eq!(distinct_values(&mut fine), 0);
    }

    #[test]
    fn fields_that_share_a_name_keep_theirs_on_the_wire() {
        let mut document = schema(
            json!({"type": "object", "required": ["T", "t"], "properties": {
                "T": {"type": "string"}, "t": {"$ref": "#/components/schemas/B"}, "t_2": {"type": "string"},
            }}),
        );
        assert_eq!(distinct_fields(&mut document), 1);
        assert_eq!(distinct_fields(&mut document), 0);
        let a = &document["components"]["schemas"]["A"];
        assert_eq!(a["x-wire-names"]["t_3"], json!("t"));
        assert_eq!(a["required"], json!(["T", "t_3"]));
    }
}
