//! The names of the operations.
//!
//! Alpaca's operationIds mix five styles (`get-v2-assets`, `UsCorporates`, `LegacyClock`,
//! `optionExercise`, `postOrder`) and change between documents, so the generated methods take
//! their names from one table keyed by method and path. The table never expires: an entry whose
//! operation a document lacks is simply not used.

use std::collections::{BTreeMap, BTreeSet};

use heck::{ToPascalCase, ToSnakeCase};
use serde_json::{Value, json};

use super::walk;

/// Method, path with its parameters' names left out, name.
const NAMES: &[(&str, &str, &str)] = &[
    ("get", "/v1/locates", "list_locates"),
    ("post", "/v1/locates", "create_locate"),
    ("get", "/v1/locates/quotes", "list_locate_quotes"),
    ("get", "/v1/locates/{}", "get_locate"),
    ("get", "/v2/account", "get_account"),
    ("get", "/v2/account/activities", "list_account_activities"),
    (
        "get",
        "/v2/account/activities/{}",
        "list_account_activities_by_type",
    ),
    (
        "get",
        "/v2/account/configurations",
        "get_account_configurations",
    ),
    (
        "patch",
        "/v2/account/configurations",
        "update_account_configurations",
    ),
    (
        "get",
        "/v2/account/portfolio/history",
        "get_portfolio_history",
    ),
    ("get", "/v2/assets", "list_assets"),
    (
        "get",
        "/v2/assets/fixed_income/us_corporates",
        "list_us_corporates",
    ),
    (
        "get",
        "/v2/assets/fixed_income/us_treasuries",
        "list_us_treasuries",
    ),
    ("get", "/v2/assets/{}", "get_asset"),
    ("get", "/v2/calendar", "get_calendar"),
    ("get", "/v2/clock", "get_clock"),
    (
        "get",
        "/v2/corporate_actions/announcements",
        "list_corporate_action_announcements",
    ),
    (
        "get",
        "/v2/corporate_actions/announcements/{}",
        "get_corporate_action_announcement",
    ),
    ("get", "/v2/options/contracts", "list_option_contracts"),
    ("get", "/v2/options/contracts/{}", "get_option_contract"),
    ("get", "/v2/orders", "list_orders"),
    ("post", "/v2/orders", "create_order"),
    ("delete", "/v2/orders", "cancel_all_orders"),
    ("get", "/v2/orders/{}", "get_order"),
    ("delete", "/v2/orders/{}", "cancel_order"),
    ("patch", "/v2/orders/{}", "replace_order"),
    (
        "get",
        "/v2/orders:by_client_order_id",
        "get_order_by_client_order_id",
    ),
    (
        "get",
        "/v2/perpetuals/account_vitals",
        "get_perpetual_account_vitals",
    ),
    ("get", "/v2/perpetuals/leverage", "get_perpetual_leverage"),
    ("post", "/v2/perpetuals/leverage", "set_perpetual_leverage"),
    ("get", "/v2/perpetuals/wallets", "list_perpetual_wallets"),
    (
        "get",
        "/v2/perpetuals/wallets/fees/estimate",
        "estimate_perpetual_transfer_fee",
    ),
    (
        "get",
        "/v2/perpetuals/wallets/transfers",
        "list_perpetual_transfers",
    ),
    (
        "post",
        "/v2/perpetuals/wallets/transfers",
        "create_perpetual_transfer",
    ),
    (
        "get",
        "/v2/perpetuals/wallets/transfers/{}",
        "get_perpetual_transfer",
    ),
    (
        "get",
        "/v2/perpetuals/wallets/whitelists",
        "list_perpetual_whitelisted_addresses",
    ),
    (
        "post",
        "/v2/perpetuals/wallets/whitelists",
        "create_perpetual_whitelisted_address",
    ),
    (
        "delete",
        "/v2/perpetuals/wallets/whitelists/{}",
        "delete_perpetual_whitelisted_address",
    ),
    ("get", "/v2/positions", "list_positions"),
    ("delete", "/v2/positions", "close_all_positions"),
    ("get", "/v2/positions/{}", "get_position"),
    ("delete", "/v2/positions/{}", "close_position"),
    (
        "post",
        "/v2/positions/{}/do-not-exercise",
        "do_not_exercise_option",
    ),
    ("post", "/v2/positions/{}/exercise", "exercise_option"),
    ("post", "/v2/tokenization/mint", "mint_token"),
    (
        "get",
        "/v2/tokenization/requests",
        "list_tokenization_requests",
    ),
    (
        "get",
        "/v2/tokenization/requests/{}",
        "get_tokenization_request",
    ),
    (
        "get",
        "/v2/tokenization/requests:by_client_request_id",
        "get_tokenization_request_by_client_request_id",
    ),
    ("get", "/v2/wallets", "list_crypto_wallets"),
    (
        "get",
        "/v2/wallets/fees/estimate",
        "estimate_crypto_transfer_fee",
    ),
    ("get", "/v2/wallets/transfers", "list_crypto_transfers"),
    ("post", "/v2/wallets/transfers", "create_crypto_transfer"),
    ("get", "/v2/wallets/transfers/{}", "get_crypto_transfer"),
    ("get", "/v2/wallets/travel-rule/vasps", "search_vasps"),
    (
        "get",
        "/v2/wallets/whitelists",
        "list_whitelisted_addresses",
    ),
    (
        "post",
        "/v2/wallets/whitelists",
        "create_whitelisted_address",
    ),
    (
        "delete",
        "/v2/wallets/whitelists/{}",
        "delete_whitelisted_address",
    ),
    (
        "patch",
        "/v2/wallets/whitelists/{}/travel-rule-info",
        "update_whitelisted_address_travel_rule",
    ),
    ("get", "/v2/watchlists", "list_watchlists"),
    ("post", "/v2/watchlists", "create_watchlist"),
    ("get", "/v2/watchlists/{}", "get_watchlist"),
    ("put", "/v2/watchlists/{}", "update_watchlist"),
    ("post", "/v2/watchlists/{}", "add_asset_to_watchlist"),
    ("delete", "/v2/watchlists/{}", "delete_watchlist"),
    (
        "delete",
        "/v2/watchlists/{}/{}",
        "remove_asset_from_watchlist",
    ),
    ("get", "/v2/watchlists:by_name", "get_watchlist_by_name"),
    ("put", "/v2/watchlists:by_name", "update_watchlist_by_name"),
    (
        "post",
        "/v2/watchlists:by_name",
        "add_asset_to_watchlist_by_name",
    ),
    (
        "delete",
        "/v2/watchlists:by_name",
        "delete_watchlist_by_name",
    ),
    (
        "get",
        "/v2beta1/events/activities",
        "subscribe_to_activity_events",
    ),
    ("get", "/v3/calendar/{}", "get_market_calendar"),
    ("get", "/v3/clock", "get_market_clocks"),
];

/// A path without the names of its parameters: `/v2/orders/{}`.
#[must_use]
pub fn anonymous(path: &str) -> String {
    let mut plain = String::with_capacity(path.len());
    let mut inside = false;
    for character in path.chars() {
        match character {
            '{' => {
                inside = true;
                plain.push_str("{}");
            }
            '}' => inside = false,
            _ if inside => {}
            other => plain.push(other),
        }
    }
    plain
}

fn tabled(method: &str, path: &str) -> Option<&'static str> {
    let path = anonymous(path);
    NAMES
        .iter()
        .find(|(known_method, known_path, _)| *known_method == method && *known_path == path)
        .map(|(_, _, name)| *name)
}

/// Words of Rust, methods that every client has, and names that the generated modules import.
const RESERVED: &[&str] = &[
    "abstract",
    "api_version",
    "as",
    "async",
    "await",
    "base_path",
    "baseurl",
    "become",
    "borrow",
    "box",
    "break",
    "builder",
    "byte_stream",
    "client",
    "client_hooks",
    "client_info",
    "clone",
    "clone_into",
    "const",
    "continue",
    "crate",
    "default",
    "do",
    "dyn",
    "else",
    "encode_path",
    "enum",
    "error",
    "exec",
    "extern",
    "false",
    "final",
    "fmt",
    "fn",
    "for",
    "from",
    "gen",
    "if",
    "impl",
    "in",
    "inner",
    "into",
    "let",
    "loop",
    "macro",
    "match",
    "mod",
    "move",
    "mut",
    "new",
    "new_with_client",
    "operation",
    "operation_info",
    "option",
    "override",
    "post",
    "pre",
    "prelude",
    "priv",
    "pub",
    "ref",
    "request_builder_ext",
    "response_value",
    "result",
    "return",
    "self",
    "static",
    "string",
    "struct",
    "super",
    "through",
    "to_owned",
    "trait",
    "true",
    "try",
    "try_from",
    "try_into",
    "type",
    "type_id",
    "typeof",
    "types",
    "unsafe",
    "unsized",
    "use",
    "vec",
    "virtual",
    "where",
    "while",
    "with_inner",
    "with_middleware",
    "yield",
];

/// An operationId as a method name of Rust.
fn snake(operation_id: &str) -> String {
    let plain: String = operation_id
        .chars()
        .map(|character| {
            if character.is_ascii_alphanumeric() {
                character
            } else {
                '-'
            }
        })
        .collect();
    let mut name = plain.to_snake_case();
    if name.is_empty() {
        "operation".clone_into(&mut name);
    } else if !name.starts_with(|first: char| first.is_ascii_alphabetic()) {
        name.insert_str(0, "operation_");
    }
    if RESERVED.contains(&name.as_str()) {
        name.push_str("_operation");
    }
    name
}

/// What a warning says of an operation without a line in the table.
pub(crate) const NOT_TABLED: &str = "is not in the table of operation names";

/// Gives every operation its name; the document's own id stays as `x-document-operation-id`.
///
/// Returns one warning for each operation that the table does not know.
pub fn name(document: &mut Value) -> Vec<String> {
    let mut warnings = Vec::new();
    let mut taken = BTreeSet::new();
    let mut names = BTreeMap::new();
    walk::operations(document, |method, path, _| {
        if let Some(name) = tabled(method, path) {
            taken.insert(name.to_pascal_case());
            names.insert((method.to_owned(), path.to_owned()), name.to_owned());
        }
    });
    walk::operations(document, |method, path, operation| {
        let key = (method.to_owned(), path.to_owned());
        if names.contains_key(&key) {
            return;
        }
        let id = operation
            .get("operationId")
            .and_then(Value::as_str)
            .unwrap_or_default();
        let base = snake(id);
        let mut name = base.clone();
        let mut number = 2;
        // Unique as the name of a builder, which has no underscores.
        while !taken.insert(name.to_pascal_case()) {
            name = format!("{base}_{number}");
            number += 1;
        }
        warnings.push(format!(
            "{} {path} {NOT_TABLED}: `{name}`, from its operationId `{id}`",
            method.to_uppercase(),
        ));
        names.insert(key, name);
    });
    walk::operations_mut(document, |method, path, operation| {
        if let (Some(name), Some(object)) = (
            names.get(&(method.to_owned(), path.to_owned())),
            operation.as_object_mut(),
        ) {
            let id = object.insert("operationId".to_owned(), json!(name));
            object
                .entry("x-document-operation-id")
                .or_insert_with(|| id.unwrap_or_default());
        }
    });
    warnings
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_table_names_each_operation_once() {
        let names: BTreeSet<_> = NAMES.iter().map(|(_, _, name)| name).collect();
        let keys: BTreeSet<_> = NAMES
            .iter()
            .map(|(method, path, _)| (method, path))
            .collect();
        assert_eq!((names.len(), keys.len()), (NAMES.len(), NAMES.len()));
        assert_eq!(NAMES.len(), 72);
    }

    #[test]
    fn parameters_may_be_renamed_without_changing_the_name() {
        assert_eq!(tabled("get", "/v2/assets/{anything}"), Some("get_asset"));
        assert_eq!(
            tabled("delete", "/v2/watchlists/{a}/{b}"),
            Some("remove_asset_from_watchlist")
        );
        assert_eq!(tabled("put", "/v2/assets/{anything}"), None);
    }

    #[test]
    fn an_unknown_operation_takes_its_id_made_unique_and_is_reported() {
        let mut document = json!({"paths": {
            "/x": {"get": {"operationId": "get-things"}, "post": {"operationId": "GetThings"}},
            "/y": {"get": {"operationId": "3d.view"}},
            "/v2/account": {"get": {"operationId": "whatever"}},
        }});
        let warnings = name(&mut document);
        assert_eq!(warnings.len(), 3);
        assert_eq!(
            document.pointer("/paths/~1x/get/operationId"),
            Some(&json!("get_things"))
        );
        assert_eq!(
            document.pointer("/paths/~1x/post/operationId"),
            Some(&json!("get_things_2"))
        );
        assert_eq!(
            document.pointer("/paths/~1y/get/operationId"),
            Some(&json!("operation_3d_view"))
        );
        assert_eq!(
            document.pointer("/paths/~1v2~1account/get/operationId"),
            Some(&json!("get_account"))
        );
        assert_eq!(
            document.pointer("/paths/~1v2~1account/get/x-document-operation-id"),
            Some(&json!("whatever"))
        );
    }
}
