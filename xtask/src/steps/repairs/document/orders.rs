//! Orders, and the answers that carry them.

use serde_json::{Value, json};

use super::access::{add_properties, component, properties};
use crate::steps::repairs::unions;
use crate::steps::walk;

/// `Order.required` is `[notional, type, time_in_force]`, although `notional` is nullable and
/// absent from older bodies, while `id`, `status` and the like are in every body seen.
pub(super) fn order_required(document: &mut Value) -> usize {
    let Some(order) = component(document, "Order") else {
        return 0;
    };
    if !order
        .get("required")
        .and_then(Value::as_array)
        .is_some_and(|list| list.iter().any(|name| name == "notional"))
    {
        return 0;
    }
    order.insert(
        "required".to_owned(),
        json!(["client_order_id", "created_at", "id", "status"]),
    );
    1
}

/// The legs of a multi-leg order come with `type` empty and `notional` null; their id is the one
/// field that every leg seen carries.
pub(super) fn order_leg_required(document: &mut Value) -> usize {
    let Some(leg) = component(document, "OrderLeg") else {
        return 0;
    };
    if !leg
        .get("required")
        .and_then(Value::as_array)
        .is_some_and(|list| list.iter().any(|name| name == "type"))
    {
        return 0;
    }
    leg.insert("required".to_owned(), json!(["id"]));
    1
}

/// `order_class` is `""` for plain orders of equities and crypto, `"simple"` for those of options,
/// and null in some bodies: all three are simple orders, and one value stands for them.
pub(super) fn blank_order_class(document: &mut Value) -> usize {
    let Some(class) = component(document, "OrderClass") else {
        return 0;
    };
    let Some(values) = class.get_mut("enum").and_then(Value::as_array_mut) else {
        return 0;
    };
    let before = values.len();
    values.retain(|value| value != "");
    if values.len() == before || !values.contains(&json!("simple")) {
        return 0;
    }
    class.insert("x-blank-as".to_owned(), json!("simple"));
    for schema in ["Order", "OrderLeg"] {
        if let Some(required) = component(document, schema)
            .and_then(|schema| schema.get_mut("required"))
            .and_then(Value::as_array_mut)
            && !required.contains(&json!("order_class"))
        {
            required.push(json!("order_class"));
        }
    }
    1
}

/// `OrderLeg.legs` is an array of bare objects that is null or empty in every body seen. Should one
/// come, it is a leg: as a bare object its prices would pass through floats.
pub(super) fn leg_legs(document: &mut Value) -> usize {
    let Some(items) = properties(document, "OrderLeg")
        .and_then(|properties| properties.get_mut("legs")?.get_mut("items"))
        .filter(|items| **items == json!({"type": "object"}))
    else {
        return 0;
    };
    *items = json!({"$ref": "#/components/schemas/OrderLeg"});
    1
}

/// Every order seen from 2023 on carries `source` and `subtag`; legs of multi-leg orders carry
/// `ratio_qty` and `expires_at` like the order itself.
pub(super) fn undeclared_order_fields(document: &mut Value) -> usize {
    let origin = [
        (
            "source",
            json!({"type": "string", "description": "Where the order was entered, when Alpaca says so."}),
        ),
        (
            "subtag",
            json!({"type": "string", "description": "Sub-account tag of the order, for accounts that use tags."}),
        ),
    ];
    add_properties(document, "Order", &origin)
        + add_properties(document, "OrderLeg", &origin)
        + add_properties(
            document,
            "OrderLeg",
            &[
                (
                    "expires_at",
                    json!({"type": "string", "format": "date-time", "description": "When the leg expires unless it is filled before."}),
                ),
                (
                    "ratio_qty",
                    json!({"type": "string", "format": "decimal", "description": "Contracts of this leg for each unit of the multi-leg order."}),
                ),
            ],
        )
}

/// Items of the cancel-all answer carry, beside `id` and `status`, a `body`: the whole order, or
/// the error that says why it was not cancelled.
pub(super) fn cancel_all_body(document: &mut Value) -> usize {
    let body = json!({"$ref": "#/components/schemas/OrderOrError"});
    if walk::components(document).is_none_or(|schemas| !schemas.contains_key("Order")) {
        return 0;
    }
    let count = add_properties(document, "CanceledOrderResponse", &[("body", body)]);
    if count > 0 {
        unions::add_order_or_error(document);
    }
    count
}

/// Items of the close-all answer declare `body` as an order; a failed item has an error there.
pub(super) fn close_all_body(document: &mut Value) -> usize {
    let mut count = 0;
    // The second name is the misspelling of older documents.
    for schema in ["PositionClosedResponse", "PositionClosedReponse"] {
        if let Some(body) = properties(document, schema).and_then(|all| all.get_mut("body"))
            && body.get("$ref") == Some(&json!("#/components/schemas/Order"))
        {
            *body = json!({"$ref": "#/components/schemas/OrderOrError"});
            count += 1;
        }
    }
    if count > 0 {
        unions::add_order_or_error(document);
    }
    count
}
