//! What is wrong in Alpaca's document, one function per fault.
//!
//! Every fault here was seen in real answers of the service, in Alpaca's own examples, or in the
//! code of its published clients. "Seen" in a comment means there.

mod access;
mod accounts;
mod errors;
mod orders;
mod parameters;

use serde_json::Value;

use super::Repair;

/// All repairs of the document, in the order in which they run.
pub const REPAIRS: &[Repair] = &[
    repair(
        "activity_date",
        "non-trade activities carry a date, not a timestamp",
        accounts::activity_date,
    ),
    repair(
        "undeclared_activity_fields",
        "fields that non-trade activities carry undeclared",
        accounts::undeclared_activity_fields,
    ),
    repair(
        "order_required",
        "an order's required list names nullable fields and misses its identity",
        orders::order_required,
    ),
    repair(
        "order_leg_required",
        "legs of multi-leg orders leave required fields empty",
        orders::order_leg_required,
    ),
    repair(
        "blank_order_class",
        "an empty order class stands for a simple order",
        orders::blank_order_class,
    ),
    repair(
        "leg_legs",
        "legs of legs are objects of no kind, whose numbers would be floats",
        orders::leg_legs,
    ),
    repair(
        "undeclared_order_fields",
        "fields that orders and legs carry undeclared",
        orders::undeclared_order_fields,
    ),
    repair(
        "unpriced_position",
        "positions in unpriceable assets have null prices and values",
        accounts::unpriced_position,
    ),
    repair(
        "grown_schemas",
        "fields that older bodies lack are required",
        accounts::grown_schemas,
    ),
    repair(
        "exercise_answer",
        "exercise answers with quantities, not without content",
        accounts::exercise_answer,
    ),
    repair(
        "contract_symbol_path",
        "option symbols are accepted where an id is declared",
        parameters::contract_symbol_path,
    ),
    repair(
        "wallet_lists",
        "list operations of wallets declare a single object",
        accounts::wallet_lists,
    ),
    repair(
        "cancel_all_body",
        "cancel-all items carry the order or an error",
        orders::cancel_all_body,
    ),
    repair(
        "close_all_body",
        "close-all items carry an error where an order is declared",
        orders::close_all_body,
    ),
    repair(
        "error_code",
        "the error code may be absent, and is an integer",
        errors::error_code,
    ),
    repair(
        "error_context",
        "error bodies carry the figures that explain them",
        errors::error_context,
    ),
    repair(
        "date_or_time_parameters",
        "parameters declared as timestamps take dates too",
        parameters::date_or_time_parameters,
    ),
    repair(
        "text_time_parameters",
        "parameters declared as text take a date or a timestamp",
        parameters::text_time_parameters,
    ),
    repair(
        "asset_class_list",
        "the asset class filter is one comma-separated value",
        parameters::asset_class_list,
    ),
    repair(
        "perpetual_money",
        "money of perpetuals is declared as whole numbers",
        accounts::perpetual_money,
    ),
];

const fn repair(
    name: &'static str,
    reason: &'static str,
    apply: fn(&mut Value) -> usize,
) -> Repair {
    Repair {
        name,
        reason,
        apply,
        expires: true,
    }
}
