//! The bodies of errors.

use serde_json::{Value, json};

use super::access::{add_properties, not_required, properties};

/// `Error.code` is a required `number`; it is an integer where present, and some bodies carry a
/// message alone.
pub(super) fn error_code(document: &mut Value) -> usize {
    let relaxed = not_required(document, "Error", &["code"]);
    let Some(code) = properties(document, "Error")
        .and_then(|properties| properties.get_mut("code"))
        .filter(|code| code.get("type") == Some(&json!("number")))
        .and_then(Value::as_object_mut)
    else {
        return relaxed;
    };
    code.insert("type".to_owned(), json!("integer"));
    code.insert("format".to_owned(), json!("int64"));
    relaxed + 1
}

/// Errors explain themselves by fields that the document does not declare: what was available,
/// what was needed, which order stands in the way.
pub(super) fn error_context(document: &mut Value) -> usize {
    let amount = |text: &str| json!({"type": "string", "format": "decimal", "description": text});
    let text = |text: &str| json!({"type": "string", "description": text});
    add_properties(
        document,
        "Error",
        &[
            (
                "available",
                amount("Quantity or balance that was available."),
            ),
            (
                "available_qty",
                amount("Underlying shares available to cover an option order."),
            ),
            (
                "base_price",
                amount("Price against which the legs of an advanced order are checked."),
            ),
            (
                "buying_power",
                amount("Buying power that was available, in US dollars."),
            ),
            (
                "cost_basis",
                amount("Cost that the order would have had, in US dollars."),
            ),
            (
                "existing_order_id",
                text("Open order that stands in the way."),
            ),
            ("existing_qty", amount("Quantity held in the position.")),
            (
                "held_for_orders",
                amount("Quantity reserved by open orders."),
            ),
            (
                "options_buying_power",
                amount("Buying power available for options, in US dollars."),
            ),
            (
                "reject_reason",
                text("Why the order was refused, in more words."),
            ),
            (
                "required_qty",
                amount("Underlying shares needed to cover an option order."),
            ),
            ("symbol", text("Asset that the error is about.")),
        ],
    )
}
