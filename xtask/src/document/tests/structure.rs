//! Rules of the document as a whole and of its paths.

use serde_json::json;

use super::*;

#[test]
fn the_root_must_be_an_object() {
    for (root, fragment) in [
        (json!(null), "it is null, not an object"),
        (json!([]), "it is an array, not an object"),
        (json!("text"), "it is a string, not an object"),
    ] {
        refused(check(&document(root)), "#", fragment);
    }
}

#[test]
fn other_kinds_of_documents_are_refused() {
    refused(
        check(&document(json!({}))),
        "#",
        "is not an OpenAPI document: it has no `openapi`",
    );
    refused(
        check(&document(json!({"asyncapi": "2.0.0"}))),
        "#",
        "not an OpenAPI document",
    );
    let swagger = check(&document(json!({"swagger": "2.0", "paths": {}})));
    refused(
        swagger.clone(),
        "#/swagger",
        "Swagger `2.0` is not supported",
    );
    refused(
        swagger,
        "#/swagger",
        "convert the document to OpenAPI 3 first",
    );
    refused(
        check(&document(json!({"swagger": 2.0}))),
        "#/swagger",
        "Swagger `2.0`",
    );
}

#[test]
fn other_versions_are_refused() {
    for version in [
        "3.2.0",
        "4.0.0",
        "2.0",
        "3.1",
        "3.0",
        "3.0.",
        "3.1.x",
        "3.0.0-rc1",
        "",
        "v3.0.0",
    ] {
        let fragment = format!("OpenAPI `{version}` is not supported");
        refused(
            check(&with("#/openapi", json!(version))),
            "#/openapi",
            &fragment,
        );
    }
    refused(
        check(&with("#/openapi", json!(3.1))),
        "#/openapi",
        "not the number `3.1`; quote it",
    );
    refused(
        check(&with("#/openapi", json!(null))),
        "#/openapi",
        "must be a string, not null",
    );
    // A version from a hostile document does not reach the terminal as it is.
    let long = format!("\u{1b}[2J{}", "9".repeat(1000));
    let fault = check(&with("#/openapi", json!(long))).unwrap_err();
    assert!(
        fault.message.contains(r"\u{1b}") && fault.message.len() < 250,
        "{fault}"
    );
}

#[test]
fn info_must_have_title_and_version() {
    refused(check(&without("#/info")), "#", "has no `info`");
    refused(
        check(&with("#/info", json!([]))),
        "#/info",
        "must be an object, not an array",
    );
    refused(check(&without("#/info/title")), "#/info", "has no `title`");
    refused(
        check(&without("#/info/version")),
        "#/info",
        "has no `version`",
    );
    let number = check(&with("#/info/version", json!(1.0)));
    refused(
        number,
        "#/info/version",
        "must be a string, not a number; quote it",
    );
}

#[test]
fn there_must_be_paths() {
    refused(check(&without("#/paths")), "#/paths", "has no `paths`");
    refused(
        check(&with("#/paths", json!({}))),
        "#/paths",
        "has no paths",
    );
    refused(
        check(&with("#/paths", json!({"x-only": 1}))),
        "#/paths",
        "has no paths",
    );
    refused(
        check(&with("#/paths", json!([]))),
        "#/paths",
        "must be an object, not an array",
    );
    let mut webhooks = without("#/paths");
    webhooks.root["webhooks"] = json!({"filled": {"post": {}}});
    refused(check(&webhooks), "#/paths", "webhooks alone");
    webhooks.root["paths"] = json!({});
    refused(check(&webhooks), "#/paths", "webhooks alone");
}

#[test]
fn templates_must_be_well_formed() {
    for (path, pointer, fragment) in [
        (
            "orders",
            "#/paths/orders",
            "`orders` does not start with `/`",
        ),
        ("", "#/paths/", "does not start with `/`"),
        ("/a/{x", "#/paths/~1a~1{x", "never closed"),
        ("/a/x}", "#/paths/~1a~1x}", "has a `}` that nothing opens"),
        (
            "/a}/{x}",
            "#/paths/~1a}~1{x}",
            "has a `}` that nothing opens",
        ),
        ("/a/{}", "#/paths/~1a~1{}", "no proper name"),
        ("/a/{x{y}}", "#/paths/~1a~1{x{y}}", "no proper name"),
        ("/a/{x/y}", "#/paths/~1a~1{x~1y}", "no proper name"),
        (
            "/{x}/{x}",
            "#/paths/~1{x}~1{x}",
            "uses the parameter `x` twice",
        ),
    ] {
        let mut root = valid();
        root["paths"] = json!({path: {}});
        refused(check(&document(root)), pointer, fragment);
    }
}

#[test]
fn paths_that_differ_only_in_names_are_refused_whatever_the_methods() {
    let mut root = valid();
    root["paths"]["/orders/{client_order_id}"] = json!({});
    let outcome = check(&document(root));
    refused(
        outcome.clone(),
        "#/paths/~1orders~1{order_id}",
        "`/orders/{client_order_id}`",
    );
    refused(
        outcome,
        "#/paths/~1orders~1{order_id}",
        "no request can tell them apart",
    );
}

#[test]
fn path_items_must_be_objects_and_no_refs() {
    refused(
        check(&with("#/paths/~1a", json!(null))),
        "#/paths/~1a",
        "an object, not null",
    );
    let reference = json!({"$ref": "#/components/schemas/Order"});
    refused(
        check(&with("#/paths/~1a", reference)),
        "#/paths/~1a/$ref",
        "must not be a `$ref`",
    );
}

#[test]
fn a_document_built_too_deep_by_hand_is_refused() {
    let mut deep = json!(1);
    for _ in 0..150 {
        deep = json!([deep]);
    }
    let fault = check(&with("#/components/schemas/Deep", deep)).unwrap_err();
    assert!(
        fault.message.contains("nested deeper than 100 levels"),
        "{fault}"
    );
}
