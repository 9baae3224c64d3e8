//! What callers must prove, wherever it is stated and whatever the schemes are called.

use serde_json::{Value, json};

use super::fixture::{diff, edited, lines, shop};

const GET: &str = "#/paths/~1v2~1orders/get/security";

/// The shop with another scheme, and other ways to prove who calls.
fn asking(all: Option<Value>, one: Option<Value>) -> Value {
    let basic = json!({ "type": "http", "scheme": "basic" });
    let root = edited(&shop(), "#/components/securitySchemes/basic", Some(basic));
    let root = edited(&root, "#/security", all);
    edited(&root, GET, one)
}

#[test]
fn one_more_way_is_an_append() {
    let key = || json!([{ "key": [] }]);
    let more = || json!([{ "basic": [] }, { "key": [] }]);
    for (old, new, told) in [
        (
            asking(Some(key()), None),
            asking(Some(more()), None),
            "security-changed compatible document",
        ),
        (
            asking(Some(more()), None),
            asking(Some(key()), None),
            "security-changed breaking document",
        ),
        (
            asking(Some(key()), None),
            asking(Some(key()), Some(more())),
            "security-changed compatible GET /v2/orders",
        ),
        (
            asking(Some(key()), Some(json!([]))),
            asking(Some(key()), None),
            "security-changed breaking GET /v2/orders",
        ),
        (
            asking(Some(key()), None),
            asking(Some(key()), Some(json!([{}, { "key": [] }]))),
            "security-changed compatible GET /v2/orders",
        ),
    ] {
        assert_eq!(lines(&old, &new), [told]);
        let change = diff(&old, &new).changes.remove(0);
        assert!(change.from.is_some() && change.to.is_some(), "{change:?}");
    }
}

#[test]
fn what_changed_for_most_operations_is_told_once() {
    let key = || json!([{ "key": [] }]);
    let more = || json!([{ "basic": [] }, { "key": [] }]);
    let mut stated = asking(None, Some(more()));
    stated["paths"]["/v2/orders"]["post"]["security"] = json!([{ "key": [] }, { "basic": [] }]);
    stated["paths"]["/v2/orders/{order_id}"]["delete"]["security"] = json!([{ "basic": [] }]);
    let inherited = asking(Some(key()), None);
    assert_eq!(
        lines(&inherited, &stated),
        [
            "security-changed breaking DELETE /v2/orders/{order_id}",
            "security-changed compatible document",
        ]
    );
    let change = diff(&inherited, &stated).changes.remove(1);
    assert_eq!(
        Vec::from_iter(&change.operations),
        ["GET /v2/orders", "POST /v2/orders"]
    );
}

#[test]
fn where_it_is_stated_is_no_change() {
    let key = || json!([{ "key": [] }]);
    let mut stated = asking(None, Some(key()));
    stated["paths"]["/v2/orders"]["post"]["security"] = key();
    stated["paths"]["/v2/orders/{order_id}"]["delete"]["security"] = key();
    let inherited = asking(Some(key()), None);
    assert_eq!(lines(&inherited, &stated), [""; 0]);
    assert_eq!(lines(&stated, &inherited), [""; 0]);
}

#[test]
fn the_name_of_a_scheme_is_no_change() {
    let text = shop().to_string().replace("\"key\":", "\"ApiKey\":");
    let new: Value = serde_json::from_str(&text).unwrap();
    assert_eq!(lines(&shop(), &new), [""; 0]);
}

#[test]
fn the_order_of_scopes_is_no_change() {
    let scopes = |scopes: Value| asking(Some(json!([{ "key": scopes }])), None);
    let old = scopes(json!(["read", "write"]));
    assert_eq!(lines(&old, &scopes(json!(["write", "read"]))), [""; 0]);
    assert_eq!(
        lines(&old, &scopes(json!(["read"]))),
        ["security-changed breaking document"]
    );
}

#[test]
fn what_need_not_be_proved_any_more_breaks_nobody() {
    let key = asking(Some(json!([{ "key": [] }])), None);
    for free in [Some(json!([])), Some(json!([{}])), None] {
        let free = asking(free, None);
        assert_eq!(lines(&key, &free), ["security-changed compatible document"]);
        assert_eq!(lines(&free, &key), ["security-changed breaking document"]);
    }
}
