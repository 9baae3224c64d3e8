//! One minimal pair for each rule about operations and their parts.

use serde_json::{Value, json};

use super::fixture::{edited, lines, shop};

const ORDERS: &str = "#/paths/~1v2~1orders";

fn operation(id: &str) -> Value {
    json!({ "operationId": id, "responses": { "204": { "description": "" } } })
}

/// Where, what is put there or taken away, and what is told.
fn rows() -> Vec<(&'static str, Option<Value>, Vec<&'static str>)> {
    let string = || json!({ "type": "string" });
    let parameter = |name: &str, place: &str, required: bool| json!({ "name": name, "in": place, "required": required, "schema": string() });
    vec![
        (
            "#/paths/~1v2~1clock",
            Some(json!({ "get": operation("clock") })),
            vec!["operation-added compatible GET /v2/clock"],
        ),
        (
            "#/paths/~1v2~1orders/delete",
            Some(operation("deleteAll")),
            vec!["operation-added compatible DELETE /v2/orders"],
        ),
        (
            "#/paths/~1v2~1orders/get",
            None,
            vec!["operation-removed breaking GET /v2/orders"],
        ),
        (
            "#/paths/~1v2~1orders/get/operationId",
            Some(json!("listOrders")),
            vec!["operation-renamed breaking GET /v2/orders"],
        ),
        (
            "#/paths/~1v2~1orders/get/parameters/-",
            Some(parameter("side", "query", false)),
            vec!["parameter-added compatible GET /v2/orders query side"],
        ),
        (
            "#/paths/~1v2~1orders/get/parameters/-",
            Some(parameter("side", "query", true)),
            vec!["parameter-added breaking GET /v2/orders query side"],
        ),
        (
            "#/paths/~1v2~1orders/get/parameters/0",
            None,
            vec!["parameter-removed breaking GET /v2/orders query limit"],
        ),
        (
            "#/paths/~1v2~1orders/get/parameters/0/required",
            Some(json!(true)),
            vec!["now-required breaking GET /v2/orders query limit"],
        ),
        (
            "#/paths/~1v2~1orders/get/parameters/0/name",
            Some(json!("limits")),
            vec!["parameter-renamed breaking GET /v2/orders query limits"],
        ),
        (
            "#/paths/~1v2~1orders/get/parameters/0/in",
            Some(json!("header")),
            vec!["parameter-moved breaking GET /v2/orders header limit"],
        ),
        (
            "#/paths/~1v2~1orders/get/parameters/1/explode",
            Some(json!(false)),
            vec!["style-changed breaking GET /v2/orders query symbols"],
        ),
        (
            "#/paths/~1v2~1orders/get/parameters/0/schema/maximum",
            Some(json!(9)),
            vec!["bound-tightened breaking GET /v2/orders query limit"],
        ),
        (
            "#/paths/~1v2~1orders/get/parameters/0/deprecated",
            Some(json!(true)),
            vec!["deprecated deprecation GET /v2/orders query limit"],
        ),
        (
            "#/components/parameters/Token/required",
            Some(json!(true)),
            vec!["now-required breaking parameters/Token query page_token"],
        ),
        (
            "#/paths/~1v2~1orders/post/requestBody/required",
            None,
            vec!["now-optional compatible POST /v2/orders request body"],
        ),
        (
            "#/paths/~1v2~1orders/post/requestBody",
            None,
            vec!["request-body-removed breaking POST /v2/orders request body"],
        ),
        (
            "#/paths/~1v2~1orders/get/requestBody",
            Some(json!({ "content": { "application/json": { "schema": string() } } })),
            vec!["request-body-added compatible GET /v2/orders request body"],
        ),
        (
            "#/paths/~1v2~1orders/get/requestBody",
            Some(
                json!({ "required": true, "content": { "application/json": { "schema": string() } } }),
            ),
            vec!["request-body-added breaking GET /v2/orders request body"],
        ),
        (
            "#/paths/~1v2~1orders/post/requestBody/content/text~1plain",
            Some(json!({ "schema": string() })),
            vec!["media-type-added compatible POST /v2/orders request body text/plain"],
        ),
        (
            "#/paths/~1v2~1orders/get/responses/200/content",
            None,
            vec!["media-type-removed breaking GET /v2/orders response 200"],
        ),
        (
            "#/paths/~1v2~1orders/get/responses/422",
            Some(json!({ "description": "" })),
            vec!["response-added compatible GET /v2/orders response 422"],
        ),
        (
            "#/paths/~1v2~1orders/get/responses/404",
            None,
            vec!["response-removed compatible GET /v2/orders response 404"],
        ),
        (
            "#/paths/~1v2~1orders/get/responses/200",
            None,
            vec!["response-removed breaking GET /v2/orders response 200"],
        ),
        (
            "#/paths/~1v2~1orders/get/responses/200/headers/X-New",
            Some(json!({ "schema": string() })),
            vec!["header-added compatible GET /v2/orders response 200 header X-New"],
        ),
        (
            "#/paths/~1v2~1orders/get/responses/200/headers",
            None,
            vec!["header-removed breaking GET /v2/orders response 200 header X-Left"],
        ),
        (
            "#/paths/~1v2~1orders/get/deprecated",
            Some(json!(true)),
            vec!["deprecated deprecation GET /v2/orders"],
        ),
        (
            "#/paths/~1v2~1orders/get/security",
            Some(json!([])),
            vec!["security-changed compatible GET /v2/orders"],
        ),
        (
            "#/security",
            None,
            vec!["security-changed compatible document"],
        ),
        (
            "#/components/securitySchemes/key/name",
            Some(json!("OTHER")),
            vec!["security-changed breaking securitySchemes/key"],
        ),
        (
            "#/servers/-",
            Some(json!({ "url": "https://b.example.com" })),
            vec!["server-added compatible servers/1"],
        ),
        ("#/servers", None, vec!["server-removed breaking servers/0"]),
        (
            "#/components/schemas/New",
            Some(json!({ "type": "string" })),
            vec!["schema-added compatible New"],
        ),
        (
            "#/components/schemas/Side/enum/0",
            None,
            vec!["enum-value-removed breaking Side"],
        ),
        (
            "#/components/schemas/Side/enum/-",
            Some(json!("short")),
            vec!["enum-value-added compatible Side"],
        ),
    ]
}

#[test]
fn each_rule_has_its_minimal_pair() {
    let old = shop();
    for (at, value, told) in rows() {
        let new = edited(&old, at, value.clone());
        assert_eq!(lines(&old, &new), told, "{at} {value:?}");
    }
}

#[test]
fn a_plain_value_is_written_the_same_in_any_style() {
    let parameter = |schema: &str, explode: Option<bool>| {
        let mut parameter = json!({ "name": "types", "in": "query", "schema": { "type": schema } });
        if let Some(explode) = explode {
            parameter["explode"] = json!(explode);
        }
        edited(
            &shop(),
            "#/paths/~1v2~1orders/get/parameters/-",
            Some(parameter),
        )
    };
    let (plain, list) = (parameter("string", None), parameter("array", Some(false)));
    let told = ["type-changed breaking GET /v2/orders query types"];
    assert_eq!(lines(&plain, &list), told);
    assert_eq!(lines(&list, &plain), told);
    assert_eq!(lines(&plain, &parameter("string", Some(false))), [""; 0]);
    let told = ["style-changed breaking GET /v2/orders query types"];
    assert_eq!(lines(&parameter("array", None), &list), told);
    // In a path even a plain value may have a dot before it.
    let at = "#/paths/~1v2~1orders~1{order_id}/parameters/0/style";
    let label = edited(&shop(), at, Some(json!("label")));
    let told = ["style-changed breaking /v2/orders/{order_id} path order_id"];
    assert_eq!(lines(&shop(), &label), told);
}

#[test]
fn the_way_back_is_told_as_well() {
    let old = shop();
    for (at, value, _) in rows() {
        let new = edited(&old, at, value.clone());
        assert!(!lines(&new, &old).is_empty(), "{at} {value:?}");
    }
}

#[test]
fn a_path_that_moved_is_one_change() {
    let moved = |to: &str| {
        let mut root = shop();
        let paths = root["paths"].as_object_mut().unwrap();
        let item = paths.remove("/v2/orders").unwrap();
        paths.insert(to.to_owned(), item);
        root
    };
    assert_eq!(
        lines(&shop(), &moved("/v3/orders")),
        ["path-version-changed breaking /v3/orders"]
    );
    assert_eq!(
        lines(&shop(), &moved("/v2/client-orders")),
        ["path-renamed breaking /v2/client-orders"]
    );
}

#[test]
fn a_path_that_moved_is_compared_as_well() {
    let mut new = shop();
    let paths = new["paths"].as_object_mut().unwrap();
    let item = paths.remove("/v2/orders").unwrap();
    paths.insert("/v3/orders".to_owned(), item);
    let new = edited(&new, "#/paths/~1v3~1orders/get/parameters/0", None);
    assert_eq!(
        lines(&shop(), &new),
        [
            "path-version-changed breaking /v3/orders",
            "parameter-removed breaking GET /v2/orders query limit",
        ]
    );
}

#[test]
fn another_name_in_a_path_is_one_change() {
    let text = shop().to_string().replace("order_id", "id");
    let new: Value = serde_json::from_str(&text).unwrap();
    assert_eq!(
        lines(&shop(), &new),
        ["parameter-renamed breaking /v2/orders/{id} path id"]
    );
}

#[test]
fn operations_that_have_nothing_in_common_are_not_renamed() {
    let mut new = shop();
    let paths = new["paths"].as_object_mut().unwrap();
    paths.remove("/v2/orders/{order_id}");
    paths.insert(
        "/v2/watchlists/{watchlist_id}".to_owned(),
        json!({ "delete": operation("deleteWatchlist") }),
    );
    assert_eq!(
        lines(&shop(), &new),
        [
            "operation-removed breaking DELETE /v2/orders/{order_id}",
            "operation-added compatible DELETE /v2/watchlists/{watchlist_id}",
        ]
    );
}

#[test]
fn dates_of_a_deprecation_are_found_in_keywords_and_sentences() {
    let at = |key: &str| format!("{ORDERS}/get/{key}");
    for (key, value, date) in [
        ("x-sunset", json!("2026-10-09"), "sunset 2026-10-09"),
        (
            "x-deprecation",
            json!({ "since": "2026-07-09" }),
            "since 2026-07-09",
        ),
        (
            "description",
            json!("Lists orders. Will be removed on 2026-07-06."),
            "(2026-07-06)",
        ),
        (
            "description",
            json!("Deprecated, to be retired on July 6, 2026."),
            "(2026-07-06)",
        ),
        (
            "description",
            json!("The sunset of this is the 6th Jul 2026."),
            "(2026-07-06)",
        ),
    ] {
        let new = edited(&shop(), &at(key), Some(value.clone()));
        let diff = super::fixture::diff(&shop(), &new);
        let text = &diff.changes[0].text;
        let kind = if key == "description" {
            "end-announced"
        } else {
            "deprecated"
        };
        assert_eq!(diff.changes[0].kind.name(), kind);
        assert!(text.contains(date), "{value}: {text}");
        let later = edited(&new, &at("x-sunset"), Some(json!("2027-01-01")));
        let kind = if key == "description" {
            "deprecated"
        } else {
            "deprecation-dated"
        };
        assert_eq!(
            lines(&new, &later),
            [format!("{kind} deprecation GET /v2/orders")],
            "{value}"
        );
    }
}

#[test]
fn what_goes_as_announced_says_so() {
    let old = edited(
        &shop(),
        "#/paths/~1v2~1orders/get/x-sunset",
        Some(json!("2026-10-09")),
    );
    let new = edited(&shop(), "#/paths/~1v2~1orders/get", None);
    let diff = super::fixture::diff(&old, &new);
    let reason = &diff.changes[0].reason;
    assert!(
        reason.contains("it had been deprecated (sunset 2026-10-09)"),
        "{reason}"
    );
}

#[test]
fn words_about_other_things_announce_no_end() {
    for text in [
        "Opens a retirement account.",
        "Symbols that are to go can be removed one by one.",
        "Removal of a symbol takes effect at once.",
        "Orders since 2026-07-06.",
    ] {
        let at = format!("{ORDERS}/get/description");
        let new = edited(&shop(), &at, Some(json!(text)));
        assert_eq!(lines(&shop(), &new), [""; 0], "{text}");
    }
}
