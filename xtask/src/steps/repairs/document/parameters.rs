//! What is sent: parameters of paths and queries.

use serde_json::{Value, json};

use super::access::operation;
use crate::steps::walk;

/// The path parameter of exercise and do-not-exercise is declared as a uuid, and its own text
/// says "symbol or ID"; symbols are accepted.
pub(super) fn contract_symbol_path(document: &mut Value) -> usize {
    let mut count = 0;
    walk::parameters_mut(document, &mut |_, parameter| {
        if parameter.get("name") == Some(&json!("symbol_or_contract_id"))
            && let Some(schema) = parameter.get_mut("schema").and_then(Value::as_object_mut)
            && schema.get("format") == Some(&json!("uuid"))
        {
            schema.remove("format");
            count += 1;
        }
    });
    count
}

/// Parameters declared as `date-time` take `YYYY-MM-DD` as well, and the calendar is asked by date
/// in every example.
pub(super) fn date_or_time_parameters(document: &mut Value) -> usize {
    let mut count = 0;
    walk::parameters_mut(document, &mut |_, parameter| {
        if parameter.get("in") == Some(&json!("query"))
            && let Some(schema) = parameter.get_mut("schema").and_then(Value::as_object_mut)
            && schema.get("format") == Some(&json!("date-time"))
        {
            schema.insert("format".to_owned(), json!("date-or-time"));
            count += 1;
        }
    });
    count
}

/// Time filters that are declared as plain text.
pub(super) fn text_time_parameters(document: &mut Value) -> usize {
    let mut count = 0;
    for (path, names) in [
        ("/v2/orders", ["after", "until"]),
        ("/v2/corporate_actions/announcements", ["since", "until"]),
    ] {
        let Some(parameters) = operation(document, "get", path)
            .and_then(|operation| operation.get_mut("parameters"))
            .and_then(Value::as_array_mut)
        else {
            continue;
        };
        for parameter in parameters {
            if names
                .iter()
                .any(|name| parameter.get("name") == Some(&json!(name)))
                && let Some(schema) = parameter.get_mut("schema").and_then(Value::as_object_mut)
                && schema.get("type") == Some(&json!("string"))
                && !matches!(
                    schema.get("format").and_then(Value::as_str),
                    Some("date-or-time")
                )
            {
                schema.insert("format".to_owned(), json!("date-or-time"));
                count += 1;
            }
        }
    }
    count
}

/// The `asset_class` filter of the order list is declared as a repeated parameter and described,
/// and read by the service, as one comma-separated value.
pub(super) fn asset_class_list(document: &mut Value) -> usize {
    let Some(parameters) = operation(document, "get", "/v2/orders")
        .and_then(|operation| operation.get_mut("parameters"))
        .and_then(Value::as_array_mut)
    else {
        return 0;
    };
    let mut count = 0;
    for parameter in parameters {
        if parameter.get("name") == Some(&json!("asset_class"))
            && parameter.pointer("/schema/type") == Some(&json!("array"))
            && parameter.get("explode") != Some(&json!(false))
            && let Some(parameter) = parameter.as_object_mut()
        {
            parameter.insert("explode".to_owned(), Value::Bool(false));
            count += 1;
        }
    }
    count
}
