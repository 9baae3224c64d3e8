//! Tests of the report as a whole; those of operations and of types are in files of their own.

mod operations;
mod schemas;

use serde_json::{Value, json};

use super::{Change, Kind, between, render};

/// A small document with one of everything.
fn document() -> Value {
    json!({
        "openapi": "3.0.3",
        "info": {"title": "Trading", "version": "2.0.1"},
        "servers": [{"url": "https://paper-api.alpaca.markets", "description": "Paper."}],
        "tags": [{"name": "Orders", "description": "Orders."}],
        "paths": {
            "/v2/orders": {
                "parameters": [{"$ref": "#/components/parameters/PageToken"}],
                "get": {
                    "operationId": "list_orders",
                    "x-document-operation-id": "getAllOrders",
                    "summary": "All orders",
                    "tags": ["Orders"],
                    "parameters": [
                        {"name": "limit", "in": "query", "schema": {"type": "integer"}},
                        {"name": "side", "in": "query", "description": "Which side.",
                         "schema": {"type": "string", "enum": ["buy", "sell"]}},
                    ],
                    "responses": {"200": {"description": "Orders.", "content": {"application/json": {
                        "schema": {"type": "array", "items": {"$ref": "#/components/schemas/Order"}}
                    }}}},
                },
                "post": {
                    "operationId": "create_order",
                    "x-document-operation-id": "postOrder",
                    "requestBody": {"required": true, "content": {"application/json": {
                        "schema": {"$ref": "#/components/schemas/CreateOrder"}
                    }}},
                    "responses": {"200": {"description": "It.", "content": {"application/json": {
                        "schema": {"$ref": "#/components/schemas/Order"}
                    }}}},
                },
            },
            "/v2/orders/{order_id}": {
                "delete": {
                    "operationId": "cancel_order",
                    "x-document-operation-id": "deleteOrder",
                    "deprecated": true,
                    "x-deprecation": {"since": "2026-07-09", "sunset": "2026-10-09"},
                    "parameters": [{"name": "order_id", "in": "path", "required": true,
                                    "schema": {"type": "string", "format": "uuid"}}],
                    "responses": {"204": {"description": "Cancelled.", "headers": {
                        "X-Left": {"schema": {"type": "integer"}}
                    }}},
                },
            },
        },
        "components": {
            "parameters": {
                "PageToken": {"name": "page_token", "in": "query", "schema": {"type": "string"}},
                "Idle": {"name": "idle", "in": "query", "schema": {"type": "string"}},
            },
            "schemas": {
                "Order": {
                    "type": "object",
                    "description": "An order.",
                    "required": ["id", "qty"],
                    "properties": {
                        "id": {"type": "string", "format": "uuid"},
                        "qty": {"type": "string", "format": "decimal", "description": "How much."},
                        "status": {"$ref": "#/components/schemas/OrderStatus"},
                        "legs": {"type": "array", "nullable": true,
                                 "items": {"$ref": "#/components/schemas/Order"}},
                        "description": {"type": "string"},
                        "terms": {"type": "object", "properties": {
                            "tier": {"type": "integer", "minimum": 1},
                        }},
                        "notes": {"type": "object", "additionalProperties": {
                            "type": "array", "items": {"type": "string"}
                        }},
                    },
                },
                "OrderStatus": {"type": "string", "enum": ["new", "held", "filled"],
                                "x-document-name": "order_status"},
                "CreateOrder": {"type": "object", "required": ["symbol"], "properties": {
                    "symbol": {"type": "string", "maxLength": 20, "default": "AAPL"},
                }},
                "Error": {"type": "object", "properties": {"message": {"type": "string"}}},
                "OrderOrError": {
                    "oneOf": [{"$ref": "#/components/schemas/Order"},
                              {"$ref": "#/components/schemas/Error"}],
                    "x-union": {"tagged-by": ["type", "subtype"], "variants": [
                        {"name": "Order", "$ref": "#/components/schemas/Order", "when": [["A", "B"]]},
                        {"name": "Error", "$ref": "#/components/schemas/Error", "when": [["C"]]},
                    ]},
                },
                "Statuses": {"type": "string", "format": "comma-list",
                             "x-comma-list": {"$ref": "#/components/schemas/OrderStatus"}},
            },
        },
    })
}

/// Replaces what is at `pointer`, or adds it; `null` removes it.
fn set(document: &mut Value, pointer: &str, value: Value) {
    let (parent, key) = pointer.rsplit_once('/').unwrap();
    let key = key.replace("~1", "/");
    match document.pointer_mut(parent).unwrap() {
        Value::Object(object) if value.is_null() => {
            object.remove(&key).unwrap();
        }
        Value::Object(object) => {
            object.insert(key, value);
        }
        Value::Array(list) if value.is_null() => {
            list.remove(key.parse().unwrap());
        }
        Value::Array(list) => match list.get_mut(key.parse::<usize>().unwrap()) {
            Some(item) => *item = value,
            None => list.push(value),
        },
        other => panic!("nothing to set in {other}"),
    }
}

/// The lines of the report after the fixture was changed at these pointers.
fn after(edits: &[(&str, Value)]) -> Vec<String> {
    let mut new = document();
    for (pointer, value) in edits {
        set(&mut new, pointer, value.clone());
    }
    lines(&document(), &new)
}

fn lines(old: &Value, new: &Value) -> Vec<String> {
    between(old, new).iter().map(ToString::to_string).collect()
}

/// The pointer of everything in a value.
fn pointers(value: &Value, base: &str, found: &mut Vec<String>) {
    match value {
        Value::Object(object) => object.iter().for_each(|(key, value)| {
            let pointer = format!("{base}/{}", key.replace('/', "~1"));
            pointers(value, &pointer, found);
            found.push(pointer);
        }),
        Value::Array(list) => list.iter().enumerate().for_each(|(index, value)| {
            pointers(value, &format!("{base}/{index}"), found);
            found.push(format!("{base}/{index}"));
        }),
        _ => {}
    }
}

/// The value with every object and every list the other way round.
fn reversed(value: &Value) -> Value {
    match value {
        Value::Object(object) => object
            .iter()
            .rev()
            .map(|(key, value)| (key.clone(), reversed(value)))
            .collect(),
        // The tags of one condition have an order that means something.
        Value::Array(list) if list.contains(&json!("subtype")) || list.contains(&json!("A")) => {
            value.clone()
        }
        Value::Array(list) => list.iter().rev().map(reversed).collect(),
        other => other.clone(),
    }
}

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
    assert_eq!(lines.len(), 3, "{lines:#?}");
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
