//! Tests of the report as a whole; those of its parts are in files of their own.

mod fixture;
mod operations;
mod schemas;
mod unions;

use serde_json::{Value, json};

use super::{Change, Kind, between, render};
use fixture::{after, document, lines, pointers, reversed, set};

#[test]
fn identical_documents_have_no_changes() {
    assert_eq!(between(&document(), &document()), []);
}

#[test]
fn order_is_no_change() {
    assert_eq!(lines(&document(), &reversed(&document())), [""; 0]);
}

#[test]
fn each_edit_is_seen_in_both_directions() {
    let old = document();
    let mut all = Vec::new();
    pointers(&old, "", &mut all);
    assert!(all.len() > 150, "{}", all.len());
    for pointer in all {
        let odd = match old.pointer(&pointer) {
            Some(Value::String(text)) => json!(format!("{text}X")),
            Some(Value::Bool(flag)) => json!(!flag),
            _ => json!(7),
        };
        for value in [Value::Null, odd] {
            let mut new = old.clone();
            set(&mut new, &pointer, value);
            for (from, to) in [(&old, &new), (&new, &old)] {
                let changes = between(from, to);
                assert!(!changes.is_empty(), "{pointer}");
                assert!(
                    changes.iter().all(|change| !change.place.is_empty()),
                    "{pointer}"
                );
            }
        }
    }
}

#[test]
fn from_nothing_everything_is_new() {
    let lines = lines(&json!({}), &document());
    assert!(
        lines.contains(&"+ operation GET /v2/orders (list_orders)".to_owned()),
        "{lines:#?}"
    );
    assert!(
        lines.contains(&"+ schema Order (object, 7 properties)".to_owned()),
        "{lines:#?}"
    );
    assert!(
        lines
            .iter()
            .all(|line| line.starts_with('+') || line.starts_with("~ document"))
    );
}

#[test]
fn any_json_will_do() {
    let garbage = [
        json!(null),
        json!(7),
        json!([]),
        json!({"paths": [], "components": 3, "info": "x", "tags": {}}),
        json!({"paths": {"/a": 1, "/b": {"get": null, "parameters": {"x": 1}}}}),
        json!({"paths": {"/a": {"get": {"parameters": [1, {"$ref": "#/nowhere"}, {"in": 4}],
            "requestBody": {"$ref": "#/paths"}, "responses": {"200": [], "x": {"content": 5}}}}}}),
        json!({"components": {"schemas": {"A": {"$ref": "#/components/schemas/A"}, "B": [],
            "C": {"enum": {}, "oneOf": 3, "allOf": [], "items": true, "required": {"a": 1}},
            "D": {"x-union": [], "oneOf": [{}], "type": ["string", "null", 3]}}}}),
        json!({"components": {"schemas": [], "parameters": {"P": {"$ref": "#/components/parameters/P"}}},
            "paths": {"/a": {"get": {"parameters": [{"$ref": "#/components/parameters/P"}]}}}}),
        document(),
    ];
    for old in &garbage {
        for new in &garbage {
            assert_eq!(between(old, new).is_empty(), old == new, "{old}\n{new}");
        }
    }
}

#[test]
fn deep_and_long_values_are_cut() {
    let mut deep = json!({"type": "string"});
    for _ in 0..120 {
        deep = json!({"type": "array", "items": deep});
    }
    let long = "é".repeat(5_000);
    let lines = after(&[
        ("/components/schemas/Order/properties/qty", deep),
        ("/components/schemas/OrderStatus/enum/9", json!(long)),
        (&format!("/components/schemas/{long}\n"), json!({})),
    ]);
    assert_eq!(lines.len(), 4, "{lines:#?}");
    assert_eq!(lines[0], "~ Order.qty: string(decimal) -> [[[[[[[…]]]]]]]");
    assert!(
        lines
            .iter()
            .all(|line| line.chars().count() < 250 && !line.contains('\n'))
    );
}

#[test]
fn prose_is_counted_and_not_listed() {
    let lines = after(&[
        ("/info/title", json!("Trading API")),
        ("/paths/~1v2~1orders/get/summary", json!("Every order")),
        (
            "/paths/~1v2~1orders/get/description",
            json!("Lists every order."),
        ),
        (
            "/paths/~1v2~1orders/get/parameters/1/description",
            Value::Null,
        ),
        (
            "/components/schemas/Order/properties/qty/description",
            json!("Quantity."),
        ),
        (
            "/components/schemas/Order/properties/qty/example",
            json!("1.5"),
        ),
    ]);
    assert_eq!(lines, ["~ prose changed in 4 places"]);
    assert_eq!(
        after(&[("/info/title", json!("T"))]),
        ["~ prose changed in 1 place"]
    );
}

#[test]
fn a_wrapped_reference_is_prose() {
    let status = "/components/schemas/Order/properties/status";
    let wrapped = json!({"allOf": [{"$ref": "#/components/schemas/OrderStatus"}],
                         "description": "Where it stands."});
    assert_eq!(after(&[(status, wrapped)]), ["~ prose changed in 1 place"]);
}

#[test]
fn a_property_named_like_prose_is_a_property() {
    assert_eq!(
        after(&[(
            "/components/schemas/Order/properties/description/type",
            json!("integer")
        )]),
        ["~ Order.description: string -> integer"],
    );
}

#[test]
fn the_rest_of_the_document_is_compared() {
    assert_eq!(
        after(&[
            ("/info/version", json!("2.0.2")),
            ("/security", json!([{"key": []}])),
            ("/components/parameters/Idle/schema/type", json!("integer")),
            (
                "/components/responses",
                json!({"404": {"description": "Not found."}})
            ),
        ]),
        [
            r#"~ document: security added ([{"key":[]}])"#,
            r#"~ document info: version "2.0.1" -> "2.0.2""#,
            r#"~ components/parameters/Idle: schema {"type":"string"} -> {"type":"integer"}"#,
            "+ components/responses/404",
        ],
    );
}

fn change(kind: Kind, place: &str, what: &str) -> Change {
    Change {
        kind,
        place: place.to_owned(),
        what: what.to_owned(),
    }
}

#[test]
fn render_puts_what_breaks_first() {
    let changes = [
        change(Kind::Prose, "document", "prose changed in 2 places"),
        change(Kind::Added, "Order.a", "Order.a: string"),
        change(Kind::Changed, "Order.qty", "Order.qty: string -> integer"),
        change(
            Kind::Added,
            "POST /v2/orders",
            "parameter POST /v2/orders query a: string, required",
        ),
        change(
            Kind::Removed,
            "GET /v2/clock",
            "operation GET /v2/clock (get_clock)",
        ),
    ];
    assert_eq!(
        render(&changes, 9),
        "+ parameter POST /v2/orders query a: string, required\n\
         - operation GET /v2/clock (get_clock)\n\
         ~ Order.qty: string -> integer\n\
         + Order.a: string\n\
         ~ prose changed in 2 places",
    );
    let short = render(&changes, 1);
    assert_eq!(
        short,
        "+ parameter POST /v2/orders query a: string, required\n(+4 more)"
    );
    assert_eq!(render(&changes, 0), "(+5 more)");
    assert_eq!(render(&[], 5), "");
}
