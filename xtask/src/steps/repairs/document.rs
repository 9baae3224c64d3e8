//! What is wrong in Alpaca's document, one function per fault.
//!
//! Every fault here was seen in real answers of the service, in Alpaca's own examples, or in the
//! code of its published clients. "Seen" in a comment means there.

use serde_json::{Map, Value, json};

use super::Repair;
use crate::steps::walk;

/// All repairs of the document, in the order in which they run.
pub const REPAIRS: &[Repair] = &[
    repair(
        "activity_date",
        "non-trade activities carry a date, not a timestamp",
        activity_date,
    ),
    repair(
        "undeclared_activity_fields",
        "fields that non-trade activities carry undeclared",
        undeclared_activity_fields,
    ),
    repair(
        "order_required",
        "an order's required list names nullable fields and misses its identity",
        order_required,
    ),
    repair(
        "order_leg_required",
        "legs of multi-leg orders leave required fields empty",
        order_leg_required,
    ),
    repair(
        "blank_order_class",
        "an empty order class stands for a simple order",
        blank_order_class,
    ),
    repair(
        "undeclared_order_fields",
        "fields that orders and legs carry undeclared",
        undeclared_order_fields,
    ),
    repair(
        "unpriced_position",
        "positions in unpriceable assets have null prices and values",
        unpriced_position,
    ),
    repair(
        "grown_schemas",
        "fields that older bodies lack are required",
        grown_schemas,
    ),
    repair(
        "exercise_answer",
        "exercise answers with quantities, not without content",
        exercise_answer,
    ),
    repair(
        "contract_symbol_path",
        "option symbols are accepted where an id is declared",
        contract_symbol_path,
    ),
    repair(
        "wallet_lists",
        "list operations of wallets declare a single object",
        wallet_lists,
    ),
    repair(
        "cancel_all_body",
        "cancel-all items carry the order or an error",
        cancel_all_body,
    ),
    repair(
        "close_all_body",
        "close-all items carry an error where an order is declared",
        close_all_body,
    ),
    repair(
        "error_code",
        "the error code may be absent, and is an integer",
        error_code,
    ),
    repair(
        "error_context",
        "error bodies carry the figures that explain them",
        error_context,
    ),
    repair(
        "date_or_time_parameters",
        "parameters declared as timestamps take dates too",
        date_or_time_parameters,
    ),
    repair(
        "text_time_parameters",
        "parameters declared as text take a date or a timestamp",
        text_time_parameters,
    ),
    repair(
        "asset_class_list",
        "the asset class filter is one comma-separated value",
        asset_class_list,
    ),
    repair(
        "perpetual_money",
        "money of perpetuals is declared as whole numbers",
        perpetual_money,
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

/// The schema component `name`, when the document has it.
fn component<'a>(document: &'a mut Value, name: &str) -> Option<&'a mut Map<String, Value>> {
    document
        .pointer_mut("/components/schemas")?
        .get_mut(name)?
        .as_object_mut()
}

fn properties<'a>(document: &'a mut Value, name: &str) -> Option<&'a mut Map<String, Value>> {
    component(document, name)?
        .get_mut("properties")?
        .as_object_mut()
}

fn operation<'a>(document: &'a mut Value, method: &str, path: &str) -> Option<&'a mut Value> {
    document.get_mut("paths")?.get_mut(path)?.get_mut(method)
}

/// Takes `names` from the required list of a component; says how many were there.
fn not_required(document: &mut Value, schema: &str, names: &[&str]) -> usize {
    let Some(required) = component(document, schema)
        .and_then(|schema| schema.get_mut("required"))
        .and_then(Value::as_array_mut)
    else {
        return 0;
    };
    let before = required.len();
    required.retain(|name| !names.iter().any(|gone| name == gone));
    before - required.len()
}

/// Adds properties that are not there yet; says how many.
fn add_properties(document: &mut Value, schema: &str, added: &[(&str, Value)]) -> usize {
    let Some(properties) = properties(document, schema) else {
        return 0;
    };
    let mut count = 0;
    for (name, property) in added {
        if !properties.contains_key(*name) {
            properties.insert((*name).to_owned(), property.clone());
            count += 1;
        }
    }
    count
}

/// `NonTradeActivities.date` is declared `date-time`; every one seen is a date ("2026-04-14").
/// Both are read, since the declaration may come true.
fn activity_date(document: &mut Value) -> usize {
    let Some(date) = properties(document, "NonTradeActivities")
        .and_then(|properties| properties.get_mut("date"))
        .filter(|date| date.get("format") == Some(&json!("date-time")))
        .and_then(Value::as_object_mut)
    else {
        return 0;
    };
    date.insert("format".to_owned(), json!("date-or-time"));
    1
}

/// Non-trade activities carry `description`, `price` (option trades, crypto fees), `account_id`
/// and `execution_id` although none is declared.
fn undeclared_activity_fields(document: &mut Value) -> usize {
    add_properties(
        document,
        "NonTradeActivities",
        &[
            (
                "account_id",
                json!({"type": "string", "format": "uuid", "description": "Account that the activity belongs to. Sent by some activities only."}),
            ),
            (
                "description",
                json!({"type": "string", "description": "What happened, in words, for instance `Option Exercise`."}),
            ),
            (
                "execution_id",
                json!({"type": "string", "description": "Execution that led to the activity. Sent by some activities only."}),
            ),
            (
                "price",
                json!({"type": "string", "format": "decimal", "description": "Price per unit, for option trades and crypto fees."}),
            ),
        ],
    )
}

/// `Order.required` is `[notional, type, time_in_force]`, although `notional` is nullable and
/// absent from older bodies, while `id`, `status` and the like are in every body seen.
fn order_required(document: &mut Value) -> usize {
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
fn order_leg_required(document: &mut Value) -> usize {
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
fn blank_order_class(document: &mut Value) -> usize {
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

/// Every order seen from 2023 on carries `source` and `subtag`; legs of multi-leg orders carry
/// `ratio_qty` and `expires_at` like the order itself.
fn undeclared_order_fields(document: &mut Value) -> usize {
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

/// Since 2021-09-09 a position in an asset that cannot be priced has null in every field that is
/// worked out from a price.
fn unpriced_position(document: &mut Value) -> usize {
    const PRICED: [&str; 8] = [
        "change_today",
        "current_price",
        "lastday_price",
        "market_value",
        "unrealized_intraday_pl",
        "unrealized_intraday_plpc",
        "unrealized_pl",
        "unrealized_plpc",
    ];
    not_required(document, "Position", &PRICED)
}

/// Fields that joined a required list after bodies without them had been sent: a stored body, or
/// a service that lags behind its document, lacks them.
fn grown_schemas(document: &mut Value) -> usize {
    not_required(document, "Assets", &["name", "fractionable"])
        + not_required(document, "Position", &["asset_marginable"])
        + not_required(
            document,
            "legacy_calendar_day",
            &["session_open", "session_close", "settlement_date"],
        )
        + not_required(document, "OptionContract", &["ppind"])
}

/// Exercise is declared to answer without content. It answers
/// `{"qty_exercised": "1", "qty_remaining": "0"}`, or with an empty body.
fn exercise_answer(document: &mut Value) -> usize {
    let path = "/v2/positions/{symbol_or_contract_id}/exercise";
    let Some(answer) = operation(document, "post", path)
        .and_then(|operation| operation.pointer_mut("/responses/200"))
        .filter(|answer| answer.get("content").is_none())
        .and_then(Value::as_object_mut)
    else {
        return 0;
    };
    answer.insert(
        "content".to_owned(),
        json!({"application/json": {"schema": {"$ref": "#/components/schemas/ExerciseResult"}}}),
    );
    answer.insert("x-empty-body".to_owned(), Value::Bool(true));
    if let Some(schemas) = walk::components_mut(document) {
        schemas.insert("ExerciseResult".to_owned(), json!({
            "type": "object",
            "title": "Exercise result",
            "description": "How much of an option position was exercised. Both fields are absent when the service answers without a body.",
            "properties": {
                "qty_exercised": {"type": "string", "format": "decimal", "description": "Contracts exercised by this request."},
                "qty_remaining": {"type": "string", "format": "decimal", "description": "Contracts of the position that remain."},
            },
        }));
    }
    1
}

/// The path parameter of exercise and do-not-exercise is declared as a uuid, and its own text
/// says "symbol or ID"; symbols are accepted.
fn contract_symbol_path(document: &mut Value) -> usize {
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

/// The operations that list wallets, transfers and whitelisted addresses declare one object. They
/// answer with an array; wallets answer with one object when `asset` is given.
fn wallet_lists(document: &mut Value) -> usize {
    let mut lists: Vec<(String, String)> = Vec::new();
    let is_list_already: Vec<String> = walk::components(document)
        .into_iter()
        .flatten()
        .filter(|(_, schema)| schema.get("type") == Some(&json!("array")))
        .map(|(name, _)| name.clone())
        .collect();
    walk::operations_mut(document, |method, path, operation| {
        let is_list = method == "get"
            && ["/wallets", "/wallets/transfers", "/wallets/whitelists"]
                .iter()
                .any(|end| path.ends_with(end));
        if !is_list {
            return;
        }
        if let Some(schema) =
            operation.pointer_mut("/responses/200/content/application~1json/schema")
            && let Some(reference) = schema
                .get("$ref")
                .and_then(Value::as_str)
                .map(str::to_owned)
            && let Some((_, item)) = walk::component_of(&reference)
            && !is_list_already.contains(&item)
        {
            let list = format!("{item}List");
            *schema = json!({"$ref": format!("#/components/schemas/{list}")});
            lists.push((list, reference));
        }
    });
    let count = lists.len();
    if let Some(schemas) = walk::components_mut(document) {
        for (name, item) in lists {
            schemas.entry(name).or_insert_with(|| json!({
                "type": "array",
                "description": "A list that the service abbreviates to the object itself when there is exactly one.",
                "items": {"$ref": item},
                "x-one-or-many": true,
            }));
        }
    }
    count
}

/// Items of the cancel-all answer carry, beside `id` and `status`, a `body`: the whole order, or
/// the error that says why it was not cancelled.
fn cancel_all_body(document: &mut Value) -> usize {
    let body = json!({"$ref": "#/components/schemas/OrderOrError"});
    if walk::components(document).is_none_or(|schemas| !schemas.contains_key("Order")) {
        return 0;
    }
    let count = add_properties(document, "CanceledOrderResponse", &[("body", body)]);
    if count > 0 {
        super::unions::add_order_or_error(document);
    }
    count
}

/// Items of the close-all answer declare `body` as an order; a failed item has an error there.
fn close_all_body(document: &mut Value) -> usize {
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
        super::unions::add_order_or_error(document);
    }
    count
}

/// `Error.code` is a required `number`; it is an integer where present, and some bodies carry a
/// message alone.
fn error_code(document: &mut Value) -> usize {
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
fn error_context(document: &mut Value) -> usize {
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

/// Parameters declared as `date-time` take `YYYY-MM-DD` as well, and the calendar is asked by date
/// in every example.
fn date_or_time_parameters(document: &mut Value) -> usize {
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
fn text_time_parameters(document: &mut Value) -> usize {
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
fn asset_class_list(document: &mut Value) -> usize {
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

/// Collateral and profit of a perpetuals account are dollars, with cents; the document says
/// `integer`, beside a `number` for the margin.
fn perpetual_money(document: &mut Value) -> usize {
    let mut count = 0;
    if let Some(properties) = operation(document, "get", "/v2/perpetuals/account_vitals")
        .and_then(|operation| {
            operation.pointer_mut("/responses/200/content/application~1json/schema/properties")
        })
        .and_then(Value::as_object_mut)
    {
        for name in ["collateral_balance", "profit_loss", "total_collateral"] {
            if let Some(property) = properties.get_mut(name).and_then(Value::as_object_mut)
                && property.get("type") == Some(&json!("integer"))
            {
                property.insert("type".to_owned(), json!("number"));
                count += 1;
            }
        }
    }
    count
}
