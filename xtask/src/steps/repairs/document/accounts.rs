//! Activities, positions, wallets, and money in answers.

use serde_json::{Value, json};

use super::access::{add_properties, not_required, operation, properties};
use crate::steps::walk;

/// `NonTradeActivities.date` is declared `date-time`; every one seen is a date ("2026-04-14").
/// Both are read, since the declaration may come true.
pub(super) fn activity_date(document: &mut Value) -> usize {
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
pub(super) fn undeclared_activity_fields(document: &mut Value) -> usize {
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

/// Since 2021-09-09 a position in an asset that cannot be priced has null in every field that is
/// worked out from a price.
pub(super) fn unpriced_position(document: &mut Value) -> usize {
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
pub(super) fn grown_schemas(document: &mut Value) -> usize {
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
pub(super) fn exercise_answer(document: &mut Value) -> usize {
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

/// The operations that list wallets, transfers and whitelisted addresses declare one object. They
/// answer with an array; wallets answer with one object when `asset` is given.
pub(super) fn wallet_lists(document: &mut Value) -> usize {
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

/// Collateral and profit of a perpetuals account are dollars, with cents; the document says
/// `integer`, beside a `number` for the margin.
pub(super) fn perpetual_money(document: &mut Value) -> usize {
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
