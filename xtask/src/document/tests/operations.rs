//! Rules of one operation.

use serde_json::json;

use super::*;

const GET: &str = "#/paths/~1orders/get";
const CANCEL: &str = "#/paths/~1orders~1{order_id}/delete";

/// The valid document with that as the only parameter of `GET /orders`.
fn parameter(parameter: Value) -> Result<(), Fault> {
    check(&with(&format!("{GET}/parameters"), json!([parameter])))
}

#[test]
fn operations_must_be_objects_under_known_methods() {
    refused(
        check(&with(GET, json!("x"))),
        GET,
        "must be an object, not a string",
    );
    let document = with("#/paths/~1orders/GET", json!({}));
    refused(
        check(&document),
        "#/paths/~1orders/GET",
        "`GET` must be written in lower case",
    );
}

#[test]
fn operation_ids_must_be_there_and_be_unique() {
    let at = format!("{GET}/operationId");
    refused(check(&without(&at)), GET, "has no operationId");
    refused(
        check(&with(&at, json!(""))),
        &at,
        "the operationId is empty",
    );
    refused(
        check(&with(&at, json!(" "))),
        &at,
        "the operationId is empty",
    );
    refused(
        check(&with(&at, json!(7))),
        &at,
        "must be a string, not a number",
    );
    let cancel = format!("{CANCEL}/operationId");
    let twice = check(&with(&cancel, json!("listOrders")));
    refused(
        twice,
        &cancel,
        "`listOrders` belongs to two operations, `GET /orders` and `DELETE /orders/{order_id}`",
    );
}

#[test]
fn path_parameters_must_match_the_template() {
    let list = "#/paths/~1orders~1{order_id}/parameters";
    refused(
        check(&without(list)),
        CANCEL,
        "`order_id` stands in the path, but no parameter",
    );
    let declared = |entry: Value| check(&with(list, json!([entry])));
    let query = json!({"name": "order_id", "in": "query", "schema": {}});
    refused(declared(query), CANCEL, "`order_id` stands in the path");
    let other = json!({"name": "id", "in": "path", "required": true, "schema": {}});
    refused(
        declared(other),
        &format!("{list}/0"),
        "no `{…}` for the path parameter `id`",
    );
    for required in [
        json!({}),
        json!({"required": false}),
        json!({"required": "true"}),
    ] {
        let mut entry = json!({"name": "order_id", "in": "path", "schema": {}});
        entry
            .as_object_mut()
            .unwrap()
            .extend(required.as_object().unwrap().clone());
        refused(
            declared(entry),
            &format!("{list}/0"),
            "declare it `required: true`",
        );
    }
    let extra = json!({"name": "x", "in": "path", "required": true, "schema": {}});
    refused(
        parameter(extra),
        &format!("{GET}/parameters/0"),
        "no `{…}` for the path parameter `x`",
    );
}

#[test]
fn a_parameter_behind_a_ref_is_checked_where_it_is_defined() {
    let mut document = with(
        "#/components/parameters/id",
        json!({
            "name": "order_id", "in": "path", "required": true, "schema": {}
        }),
    );
    document.root["paths"]["/orders/{order_id}"]["parameters"] =
        json!([{"$ref": "#/components/parameters/id"}]);
    assert_eq!(check(&document), Ok(()));
    document.root["components"]["parameters"]["id"]["required"] = json!(false);
    refused(
        check(&document),
        "#/components/parameters/id",
        "declare it `required: true`",
    );
}

#[test]
fn parameters_must_be_well_formed() {
    let at = format!("{GET}/parameters");
    refused(
        check(&with(&at, json!({}))),
        &at,
        "must be an array, not an object",
    );
    let at = format!("{at}/0");
    for (entry, below, fragment) in [
        (
            json!("x"),
            "",
            "a parameter must be an object, not a string",
        ),
        (
            json!({"in": "query", "schema": {}}),
            "",
            "must have a `name`",
        ),
        (
            json!({"name": "", "in": "query", "schema": {}}),
            "",
            "must have a `name`",
        ),
        (
            json!({"name": "a", "schema": {}}),
            "",
            "must have `in` as path, query or header",
        ),
        (
            json!({"name": "a", "in": "body", "schema": {}}),
            "",
            "must have `in`",
        ),
        (
            json!({"name": "a", "in": "cookie", "schema": {}}),
            "/in",
            "`a` is a cookie",
        ),
        (
            json!({"name": "a", "in": "query"}),
            "",
            "the parameter `a` has no `schema`",
        ),
        (
            json!({"name": "a", "in": "query", "schema": 1}),
            "/schema",
            "a schema must be an object",
        ),
        (
            json!({"name": "a", "in": "query", "content": {}}),
            "/content",
            "describe it by `schema`",
        ),
    ] {
        refused(parameter(entry), &format!("{at}{below}"), fragment);
    }
}

#[test]
fn styles_that_cannot_be_sent_are_refused() {
    let at = format!("{GET}/parameters/0/style");
    for (place, style, only) in [
        ("query", json!("deepObject"), "can only be sent as `form`"),
        (
            "query",
            json!("spaceDelimited"),
            "can only be sent as `form`",
        ),
        (
            "query",
            json!("pipeDelimited"),
            "has the style `pipeDelimited`",
        ),
        ("header", json!("form"), "can only be sent as `simple`"),
        ("path", json!("label"), "can only be sent as `simple`"),
        ("path", json!("matrix"), "can only be sent as `simple`"),
        ("query", json!(1), "has the style `a number`"),
    ] {
        refused(
            parameter(json!({"name": "a", "in": place, "schema": {}, "style": style})),
            &at,
            only,
        );
    }
}

#[test]
fn a_parameter_must_be_declared_once() {
    let list = |first: Value, second: Value| {
        let entry = |name: Value, place: &str| json!({"name": name, "in": place, "schema": {}});
        let place = if first == json!("a") {
            "query"
        } else {
            "header"
        };
        check(&with(
            &format!("{GET}/parameters"),
            json!([entry(first, place), entry(second, place)]),
        ))
    };
    let at = format!("{GET}/parameters/1");
    refused(
        list(json!("a"), json!("a")),
        &at,
        "the query parameter `a` is declared twice",
    );
    refused(
        list(json!("X-A"), json!("x-a")),
        &at,
        "the header parameter `x-a` is declared twice",
    );
    assert_eq!(list(json!("a"), json!("A")), Ok(()));
    let shared = json!([
        {"$ref": "#/components/parameters/account"},
        {"name": "account", "in": "query", "schema": {}}
    ]);
    let at = "#/paths/~1orders/parameters";
    refused(
        check(&with(at, shared)),
        &format!("{at}/1"),
        "`account` is declared twice",
    );
}

#[test]
fn bodies_must_be_sendable_in_one_way() {
    let at = "#/paths/~1orders/post/requestBody";
    let body = |body: Value| check(&with(at, body));
    refused(body(json!({})), at, "an object with `content`");
    refused(body(json!("x")), at, "an object with `content`");
    let at = format!("{at}/content");
    refused(
        body(json!({"content": []})),
        &at,
        "must be an object, not an array",
    );
    refused(
        body(json!({"content": {}, "required": true})),
        &at,
        "the body has no media type",
    );
    body(json!({"content": {}, "description": "nothing is sent"})).unwrap();
    let none = json!({"content": {"application/xml": {}, "multipart/form-data": {}}});
    refused(
        body(none.clone()),
        &at,
        "`application/xml`, `multipart/form-data`",
    );
    refused(
        body(none),
        &at,
        "describe the body as one of application/json",
    );
    let several = json!({"content": {"text/plain": {}, "application/octet-stream": {}}});
    refused(
        body(several),
        &at,
        "several ways, application/octet-stream, text/plain; keep one",
    );
    let broken = json!({"content": {"application/json": 1}});
    refused(
        body(broken),
        &format!("{at}/application~1json"),
        "must be an object, not a number",
    );
}

#[test]
fn a_body_behind_a_ref_is_checked_where_it_is_defined() {
    let document = with(
        "#/components/requestBodies/order",
        json!({"content": {"a/b": {}}}),
    );
    refused(
        check(&document),
        "#/components/requestBodies/order/content",
        "`a/b`",
    );
}

#[test]
fn there_must_be_responses_under_known_codes() {
    let at = format!("{GET}/responses");
    refused(check(&without(&at)), GET, "has no `responses`");
    refused(
        check(&with(&at, json!([]))),
        &at,
        "must be an object, not an array",
    );
    refused(
        check(&with(&at, json!({}))),
        &at,
        "has no response; add one",
    );
    refused(
        check(&with(&at, json!({"x-only": 1}))),
        &at,
        "has no response; add one",
    );
    for code in [
        "20", "2000", "2xx", "6XX", "0XX", "600", "099", "ok", "Default", "20O", "", "２00",
    ] {
        let fragment = format!("`{code}` is no response code");
        refused(
            check(&with(&at, json!({code: {}}))),
            &format!("{at}/{code}"),
            &fragment,
        );
    }
    for code in ["100", "207", "599", "1XX", "5XX", "default"] {
        assert_eq!(check(&with(&at, json!({code: {}}))), Ok(()), "{code}");
    }
    let text = check(&with(&at, json!({"200": "ok"})));
    refused(
        text,
        &format!("{at}/200"),
        "a response must be an object, not a string",
    );
    let text = check(&with(&at, json!({"200": {"$ref": "#/info/title"}})));
    refused(
        text,
        "#/info/title",
        "a response must be an object, not a string",
    );
}
