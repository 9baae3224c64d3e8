//! Money, prices, quantities and ratios.

use serde_json::{Value, json};

use super::visit::count_schemas;
use crate::steps::{money, walk};

/// A JSON number would be a 64-bit float, which changes prices. It becomes a decimal, which the
/// generated crate reads from the text of a number or a string.
pub(super) fn numbers_as_decimals(document: &mut Value) -> usize {
    count_schemas(document, |schema| {
        if schema.get("type").and_then(Value::as_str) != Some("number") {
            return 0;
        }
        schema.insert("type".to_owned(), json!("string"));
        schema.insert("format".to_owned(), json!("decimal"));
        1
    })
}

/// Money, prices, quantities and ratios travel as strings, of which few are marked.
pub(super) fn money_as_decimals(document: &mut Value) -> usize {
    count_schemas(document, |schema| {
        let Some(properties) = schema.get_mut("properties").and_then(Value::as_object_mut) else {
            return 0;
        };
        let mut count = 0;
        for (name, property) in properties {
            if let Some(property) = property.as_object_mut()
                && property.get("type").and_then(Value::as_str) == Some("string")
                && !property.contains_key("format")
                && !property.contains_key("enum")
                && money::is_decimal_name(name)
            {
                property.insert("format".to_owned(), json!("decimal"));
                count += 1;
            }
        }
        count
    })
}

/// `x-go-name` beside `format: decimal` is one keyword more than the generator's table of types
/// knows, and the decimal would stay a string. What a publisher's own tools read there says nothing
/// of the type.
pub(super) fn bare_decimals(document: &mut Value) -> usize {
    count_schemas(document, |schema| {
        let is_decimal = matches!(
            schema.get("format").and_then(Value::as_str),
            Some("decimal" | "decimal-parameter")
        );
        let before = schema.len();
        if is_decimal {
            schema.retain(|key, _| !key.starts_with("x-"));
        }
        before - schema.len()
    })
}

/// Decimals in a query are written by a type of our own: that of the library may be switched to
/// floats by any other crate in the binary.
pub(super) fn decimal_parameters(document: &mut Value) -> usize {
    let mut count = 0;
    walk::parameters_mut(document, &mut |_, parameter| {
        let name = parameter
            .get("name")
            .and_then(Value::as_str)
            .unwrap_or_default()
            .to_owned();
        let Some(schema) = parameter.get_mut("schema") else {
            return;
        };
        // A list of decimals is sent element by element.
        let schema = match schema.get("items") {
            Some(_) => schema.get_mut("items"),
            None => Some(schema),
        };
        let Some(schema) = schema.and_then(Value::as_object_mut) else {
            return;
        };
        let is_text = schema.get("type").and_then(Value::as_str) == Some("string")
            && !schema.contains_key("enum");
        let format = schema.get("format").and_then(Value::as_str);
        if is_text
            && (format == Some("decimal") || (format.is_none() && money::is_decimal_name(&name)))
        {
            schema.insert("format".to_owned(), json!("decimal-parameter"));
            count += 1;
        }
    });
    count
}
