//! Which operation is which: paths that look alike to a server, and items that paths refer to.

use serde_json::{Value, json};

use super::fixture::{edited, lines, shop};

fn operation(id: &str, kind: &str) -> Value {
    let schema = json!({ "type": kind });
    json!({ "operationId": id, "responses": { "200": {
        "description": "", "content": { "application/json": { "schema": schema } },
    } } })
}

fn with_paths(paths: Value) -> Value {
    edited(&shop(), "#/paths", Some(paths))
}

#[test]
fn a_slash_at_the_end_is_another_address() {
    let at = |path: &str| with_paths(json!({ path: { "post": operation("order", "object") } }));
    for (old, new) in [
        ("/v2/orders", "/v2/orders/"),
        ("/v2/orders/", "/v2/orders"),
        ("/v2/orders/{id}", "/v2/orders/{id}/"),
    ] {
        let told = format!("path-renamed breaking {new}");
        assert_eq!(lines(&at(old), &at(new)), [told]);
    }
    // A name between braces does not travel.
    assert_eq!(
        lines(&at("/v2/orders/{id}"), &at("/v2/orders/{key}")),
        [""; 0]
    );
}

#[test]
fn two_names_in_one_segment_are_not_one() {
    let at = |path: &str| with_paths(json!({ path: { "get": operation("bars", "object") } }));
    let told = lines(&at("/bars/{from}-{to}"), &at("/bars/{from}"));
    assert!(
        told.iter().any(|line| line.contains("breaking")),
        "{told:?}"
    );
}

#[test]
fn paths_that_look_the_same_to_a_server_are_kept_apart() {
    for (one, other) in [("/a", "/a/"), ("/a/{x}", "/a/{y}")] {
        let old = with_paths(json!({
            one: { "get": operation("x", "object") },
            other: { "get": operation("y", "string") },
        }));
        assert_eq!(lines(&old, &old), [""; 0], "{one} {other}");
        let mut new = old.clone();
        new["paths"][other] = json!({ "get": operation("y", "integer") });
        assert_eq!(
            lines(&old, &new),
            [format!("type-changed breaking GET {other} response 200")]
        );
    }
    // Both have other names now: contents tell which is which.
    let two = |names: [&str; 2]| {
        with_paths(json!({
            names[0]: { "get": operation("x", "object") },
            names[1]: { "get": operation("y", "string") },
        }))
    };
    let told = lines(&two(["/a/{k}", "/a/{l}"]), &two(["/a/{z}", "/a/{b}"]));
    assert_eq!(told, [""; 0]);
}

#[test]
fn an_item_that_a_path_refers_to_is_judged_like_one_that_it_holds() {
    let item = |required: bool| {
        let required = if required { json!(["q"]) } else { json!([]) };
        let schema = json!({
            "type": "object", "required": required, "properties": { "q": { "type": "string" } },
        });
        let mut operation = operation("a", "object");
        operation["responses"]["200"]["content"]["application/json"]["schema"] = schema;
        json!({ "get": operation })
    };
    let named = |required: bool| {
        let root = with_paths(json!({ "/a": { "$ref": "#/components/pathItems/X" } }));
        edited(
            &root,
            "#/components/pathItems",
            Some(json!({ "X": item(required) })),
        )
    };
    let inline = |required: bool| with_paths(json!({ "/a": item(required) }));
    assert_eq!(
        lines(&inline(false), &inline(true)),
        ["required-added compatible GET /a response 200 q"]
    );
    assert_eq!(
        lines(&named(false), &named(true)),
        ["required-added compatible pathItems/X response 200 q"]
    );
    let diff = super::fixture::diff(&named(false), &named(true));
    assert_eq!(Vec::from_iter(&diff.changes[0].operations), ["GET /a"]);
    assert_eq!(lines(&inline(false), &named(false)), [""; 0]);
}

#[test]
fn callbacks_are_compared_like_operations() {
    let with = |schema: Value, path: &str| {
        let mut operation = operation("a", "object");
        operation["callbacks"] = json!({ "done": { path: { "post": {
            "requestBody": { "content": { "application/json": { "schema": schema } } },
            "responses": { "200": { "description": "" } },
        } } } });
        with_paths(json!({ "/a": { "get": operation } }))
    };
    let url = "{$request.body#/url}";
    let old = with(
        json!({ "type": "string", "nullable": true, "description": "a" }),
        url,
    );
    let new = with(
        json!({ "type": ["string", "null"], "description": "b" }),
        url,
    );
    assert_eq!(lines(&old, &new), [""; 0]);
    assert_eq!(
        lines(&old, &with(json!({ "type": ["integer", "null"] }), url)),
        ["type-changed breaking GET /a request body"]
    );
    assert_eq!(
        lines(
            &old,
            &with(json!({ "type": "string" }), "{$request.body#/other}")
        ),
        ["keyword-changed breaking GET /a"]
    );
    let holds_itself = edited(
        &with_paths(json!({ "/a": { "$ref": "#/components/pathItems/X" } })),
        "#/components/pathItems",
        Some(json!({ "X": { "get": {
            "responses": {}, "callbacks": { "c": { "u": { "$ref": "#/components/pathItems/X" } } },
        } } })),
    );
    assert_eq!(lines(&holds_itself, &holds_itself), [""; 0]);
}
