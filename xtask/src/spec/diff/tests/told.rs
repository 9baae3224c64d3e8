//! What programs read: plain names, the parts of a subject, and values that came or went.

use serde_json::{Value, json};

use super::super::{json, markdown, text};
use super::fixture::{diff, edited, shop, with};

/// The changes as programs see them.
fn changes(old: &Value, new: &Value) -> Vec<Value> {
    json(&diff(old, new))["changes"].as_array().unwrap().clone()
}

/// The one change.
fn only(old: &Value, new: &Value) -> Value {
    let mut changes = changes(old, new);
    assert_eq!(changes.len(), 1, "{changes:#?}");
    changes.remove(0)
}

const PARAMETERS: &str = "#/paths/~1v2~1orders/get/parameters";

#[test]
fn names_are_as_the_document_spells_them() {
    let key = json!({ "name": "Idempotency-Key", "in": "header", "schema": { "type": "string" } });
    let header = "#/paths/~1v2~1orders/get/responses/200/headers/X-Left";
    let content = "#/paths/~1v2~1orders/post/requestBody/content";
    for (at, value, kind, name) in [
        (
            format!("{PARAMETERS}/-"),
            Some(key),
            "parameter-added",
            "Idempotency-Key",
        ),
        (
            format!("{PARAMETERS}/0"),
            None,
            "parameter-removed",
            "limit",
        ),
        (
            format!("{PARAMETERS}/0/name"),
            Some(json!("Limits")),
            "parameter-renamed",
            "Limits",
        ),
        (
            format!("{PARAMETERS}/0/in"),
            Some(json!("header")),
            "parameter-moved",
            "limit",
        ),
        (header.to_owned(), None, "header-removed", "X-Left"),
        (
            format!("{content}/text~1Plain; charset=utf-8"),
            Some(json!({})),
            "media-type-added",
            "text/Plain; charset=utf-8",
        ),
        (
            "#/paths/~1v2~1orders/get/responses/4XX".to_owned(),
            Some(json!({ "description": "" })),
            "response-added",
            "4XX",
        ),
        (
            "#/servers/-".to_owned(),
            Some(json!({ "url": "https://b.example.com/" })),
            "server-added",
            "https://b.example.com/",
        ),
    ] {
        let change = only(&shop(), &edited(&shop(), &at, value));
        assert_eq!(change["kind"], kind);
        assert_eq!(change["name"], name, "{at}");
    }
}

#[test]
fn a_parameter_and_its_place_are_two_parts_of_the_subject() {
    let key = json!({ "name": "Idempotency-Key", "in": "header", "schema": { "type": "string" } });
    let change = only(
        &shop(),
        &edited(&shop(), &format!("{PARAMETERS}/-"), Some(key)),
    );
    let subject = json!({
        "operation": "GET /v2/orders", "parameter": "Idempotency-Key", "in": "header",
    });
    assert_eq!(change["subject"], subject);
    assert_eq!(change["place"], "GET /v2/orders header Idempotency-Key");
    let moved = edited(
        &shop(),
        &format!("{PARAMETERS}/0/in"),
        Some(json!("header")),
    );
    let change = only(&shop(), &moved);
    assert_eq!(
        (&change["from"], &change["to"]),
        (&json!("query"), &json!("header"))
    );
    let renamed = edited(
        &shop(),
        &format!("{PARAMETERS}/0/name"),
        Some(json!("limits")),
    );
    let change = only(&shop(), &renamed);
    assert_eq!(
        (&change["from"], &change["to"]),
        (&json!("limit"), &json!("limits"))
    );
}

#[test]
fn values_come_and_go_with_what_lists_them() {
    let chains = || json!({ "type": "string", "enum": ["SOL", "ETH", "BTC"] });
    let of = |properties: Value| with(json!({ "properties": properties }), true, true);
    let parameter = json!({ "name": "chain", "in": "query", "schema": chains() });
    let list = json!({ "type": "array", "items": chains() });
    let kept = || json!({ "type": "boolean" });
    for (without, having, kind) in [
        (
            of(json!({ "k": kept() })),
            of(json!({ "k": kept(), "chain": chains() })),
            "property",
        ),
        (
            of(json!({ "k": kept() })),
            of(json!({ "k": kept(), "chain": list })),
            "property",
        ),
        (
            shop(),
            edited(&shop(), &format!("{PARAMETERS}/-"), Some(parameter)),
            "parameter",
        ),
        (
            shop(),
            edited(&shop(), "#/components/schemas/Chain", Some(chains())),
            "schema",
        ),
    ] {
        let change = only(&without, &having);
        assert_eq!(change["kind"], format!("{kind}-added"));
        assert_eq!(change["values"], json!(["SOL", "ETH", "BTC"]));
        assert_eq!(change["text"], format!("new {kind}, one of SOL, ETH, BTC"));
        let change = only(&having, &without);
        assert_eq!(change["kind"], format!("{kind}-removed"));
        assert_eq!(change["values"], json!(["SOL", "ETH", "BTC"]));
        assert_eq!(
            change["text"],
            format!("{kind} is gone, one of SOL, ETH, BTC")
        );
    }
}

#[test]
fn values_of_a_name_that_stays_did_not_come() {
    let side = json!({ "$ref": "#/components/schemas/Side" });
    let at = "#/components/schemas/NewOrder/properties/other_side";
    let change = only(&shop(), &edited(&shop(), at, Some(side)));
    assert_eq!(change["values"], json!([]));
    assert_eq!(change["text"], "new property");
}

#[test]
fn many_values_are_shortened_for_people_alone() {
    let values: Vec<String> = (0..20).map(|index| format!("V{index}")).collect();
    let at = "#/components/schemas/NewOrder/properties/many";
    let many = json!({ "type": "string", "enum": values });
    let new = edited(&shop(), at, Some(many));
    assert_eq!(only(&shop(), &new)["values"], json!(values));
    let told = "new property, one of V0, V1, V2, V3, V4, V5, V6, V7, 12 more";
    let diff = diff(&shop(), &new);
    assert!(text(&diff).contains(told));
    assert!(markdown(&diff).contains(told));
}

#[test]
fn an_empty_value_is_seen() {
    let new = edited(&shop(), "#/components/schemas/Side/enum/-", Some(json!("")));
    let change = only(&shop(), &new);
    assert_eq!(
        (&change["name"], &change["text"]),
        (&json!(""), &json!("new value `\"\"`"))
    );
}

#[test]
fn a_flood_of_texts_is_counted() {
    let described = |text: &str| {
        let property = json!({ "type": "string", "description": text });
        let all = (0..150).map(|number| (format!("p{number}"), property.clone()));
        with(
            json!({ "type": "object", "properties": all.collect::<serde_json::Map<_, _>>() }),
            false,
            true,
        )
    };
    let diff = diff(&described("one"), &described("other"));
    assert_eq!(diff.changes.len(), 150);
    for (text, left) in [(text(&diff), 50), (markdown(&diff), 120)] {
        let said = format!("and {left} more, which `--format json` lists");
        assert!(text.contains(&said), "{text}");
        assert_eq!(text.matches("reads differently").count(), 150 - left);
    }
}
