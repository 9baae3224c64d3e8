//! Several things that were written out became one with a name, or the other way round.

use serde_json::{Value, json};

use super::fixture::{all_lines, diff, lines};

/// What a list answers, what a single thing answers, and the components.
fn document(list: Value, single: Value, components: Value) -> Value {
    let answer = |schema: Value| {
        json!({ "200": {
        "description": "", "content": { "application/json": { "schema": schema } },
    } })
    };
    let items = json!({ "type": "array", "items": list });
    json!({
        "openapi": "3.1.0",
        "info": { "title": "Test", "version": "1" },
        "paths": {
            "/v2/notices": { "get": { "operationId": "list", "responses": answer(items) } },
            "/v2/notices/{id}": { "get": { "operationId": "get", "responses": answer(single) } },
        },
        "components": components,
    })
}

fn object(properties: Value) -> Value {
    json!({ "type": "object", "properties": properties })
}

fn text() -> Value {
    json!({ "type": "string" })
}

fn number() -> Value {
    json!({ "type": "string", "format": "decimal" })
}

fn reference() -> Value {
    json!({ "$ref": "#/components/schemas/Notice" })
}

/// Written out twice, with small differences.
fn written() -> Value {
    let list = object(json!({
        "notice_id": text(), "notices_id": text(), "cash": text(), "ends": text(), "at": text(),
    }));
    let single = object(json!({ "notices_id": text(), "cash": text(), "ends": text() }));
    document(list, single, json!({}))
}

/// Under one name.
fn named() -> Value {
    let notice =
        object(json!({ "notice_id": text(), "cash": number(), "at": number(), "from": text() }));
    document(
        reference(),
        reference(),
        json!({ "schemas": { "Notice": notice } }),
    )
}

#[test]
fn what_is_the_same_at_every_use_is_told_of_the_name_once() {
    let list = "GET /v2/notices response 200 []";
    let single = "GET /v2/notices/{id} response 200";
    assert_eq!(
        all_lines(&written(), &named()),
        [
            format!("format-changed breaking {list}.at"),
            format!("property-removed breaking {list}.notices_id"),
            format!("property-renamed breaking {single} notice_id"),
            "format-changed breaking Notice.cash".to_owned(),
            "property-removed breaking Notice.ends".to_owned(),
            format!("property-added compatible {single} at"),
            "schema-added compatible Notice".to_owned(),
            "property-added compatible Notice.from".to_owned(),
        ]
    );
    for change in diff(&written(), &named()).changes {
        let is_both = change.place.starts_with("Notice");
        assert_eq!(
            change.operations.len(),
            if is_both { 2 } else { 1 },
            "{}",
            change.place
        );
        assert_eq!(change.direction.name(), "response");
    }
}

#[test]
fn the_way_back_is_told_alike() {
    let told = lines(&named(), &written());
    assert_eq!(
        told.iter().filter(|line| line.contains("Notice.")).count(),
        3,
        "{told:?}"
    );
    let mut once = told.clone();
    once.dedup();
    assert_eq!(once, told);
    assert!(told.contains(
        &"property-renamed breaking GET /v2/notices/{id} response 200 notices_id".to_owned()
    ));
}

#[test]
fn texts_of_several_uses_are_told_once() {
    let plain = || object(json!({ "a": text() }));
    let old = document(plain(), plain(), json!({}));
    let mut notice = plain();
    notice["description"] = json!("A notice.");
    notice["properties"]["a"]["description"] = json!("A word.");
    let new = document(
        reference(),
        reference(),
        json!({ "schemas": { "Notice": notice } }),
    );
    let told = [
        "text-changed documentation Notice",
        "text-changed documentation Notice.a",
    ];
    assert_eq!(all_lines(&old, &new), told);
    assert_eq!(all_lines(&new, &old), told);
    assert_eq!(diff(&old, &new).notes[0].kind(), "schema-extracted");
}

#[test]
fn names_inside_names_are_told_of_the_outer_one() {
    let with_kind = |kind: Value| object(json!({ "kind": kind }));
    let old = document(with_kind(text()), with_kind(text()), json!({}));
    let kind = json!({ "type": "string", "enum": ["a", "b"] });
    let new = document(
        reference(),
        reference(),
        json!({ "schemas": {
        "Kind": kind, "Notice": with_kind(json!({ "$ref": "#/components/schemas/Kind" })),
    } }),
    );
    assert_eq!(
        lines(&old, &new),
        [
            "schema-added compatible Kind",
            "schema-added compatible Notice",
            "enum-introduced compatible Notice.kind",
        ]
    );
}

#[test]
fn a_parameter_that_became_shared_is_told_of_its_uses() {
    let key = |length: u64| json!({ "name": "Key", "in": "header", "schema": { "type": "string", "maxLength": length } });
    let with = |parameters: [Value; 2], components: Value| {
        let mut root = document(text(), text(), components);
        let [list, single] = parameters;
        root["paths"]["/v2/notices"]["get"]["parameters"] = json!([list]);
        root["paths"]["/v2/notices/{id}"]["get"]["parameters"] = json!([single]);
        root
    };
    let shared = || json!({ "$ref": "#/components/parameters/Key" });
    let new = with(
        [shared(), shared()],
        json!({ "parameters": { "Key": key(8) } }),
    );
    let same = with([key(9), key(9)], json!({}));
    assert_eq!(
        lines(&same, &new),
        ["bound-tightened breaking parameters/Key header Key"]
    );
    assert_eq!(diff(&same, &new).changes[0].operations.len(), 2);
    let one = with([key(9), key(8)], json!({}));
    assert_eq!(
        lines(&one, &new),
        ["bound-tightened breaking GET /v2/notices header Key"]
    );
    assert_eq!(diff(&one, &new).changes[0].operations.len(), 1);
}
