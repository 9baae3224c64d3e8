//! Laws that hold for every document: nothing changed against itself, in whatever order.

use proptest::prelude::*;
use serde_json::{Map, Value, json};

use super::fixture::{all_lines, shop};

const NAMES: [&str; 5] = ["A", "B", "C", "D", "E"];

/// Schemas, those that refer to named ones and so to each other among them.
fn schema() -> impl Strategy<Value = Value> {
    let scalar = prop_oneof![
        Just(json!({ "type": "string" })),
        Just(json!({ "type": "integer", "minimum": 1 })),
        Just(json!({ "type": ["string", "null"], "format": "date" })),
        Just(json!({ "type": "string", "nullable": true, "maxLength": 9 })),
        Just(json!({ "type": "string", "enum": ["x", "y", "z"] })),
        Just(json!({ "const": 5 })),
        Just(json!({})),
        Just(json!(true)),
        (0..NAMES.len()).prop_map(|index| {
            json!({ "$ref": format!("#/components/schemas/{}", NAMES[index]) })
        }),
        (0..NAMES.len()).prop_map(|index| {
            json!({ "anyOf": [
                { "$ref": format!("#/components/schemas/{}", NAMES[index]) },
                { "type": "null" },
            ], "description": "Or none." })
        }),
    ];
    scalar.prop_recursive(3, 24, 4, |inner| {
        prop_oneof![
            inner
                .clone()
                .prop_map(|items| json!({ "type": "array", "items": items })),
            inner
                .clone()
                .prop_map(|rest| json!({ "type": "object", "additionalProperties": rest })),
            proptest::collection::btree_map("[a-d]", inner.clone(), 0..4).prop_map(|properties| {
                let required: Vec<&String> = properties.keys().take(2).collect();
                json!({ "type": "object", "required": required, "properties": properties })
            }),
            (
                prop_oneof![Just("oneOf"), Just("anyOf"), Just("allOf")],
                proptest::collection::vec(inner, 1..4)
            )
                .prop_map(|(keyword, branches)| json!({ keyword: branches })),
        ]
    })
}

fn document() -> impl Strategy<Value = Value> {
    (
        proptest::collection::vec(schema(), NAMES.len()),
        schema(),
        schema(),
        schema(),
    )
        .prop_map(|(schemas, sent, answered, parameter)| {
            let mut root = shop();
            for (name, schema) in NAMES.iter().zip(schemas) {
                root["components"]["schemas"][*name] = schema;
            }
            let orders = &mut root["paths"]["/v2/orders"];
            orders["post"]["requestBody"]["content"]["application/json"]["schema"] = sent;
            orders["get"]["responses"]["200"]["content"]["application/json"]["schema"] = answered;
            orders["get"]["parameters"][0]["schema"] = parameter;
            root
        })
}

/// The lists of which the order says nothing.
const SETS: [&str; 7] = [
    "enum",
    "required",
    "parameters",
    "oneOf",
    "anyOf",
    "allOf",
    "type",
];

/// The same with keys and sets turned by `turn` places.
fn turned(value: &Value, key: &str, turn: usize) -> Value {
    match value {
        Value::Object(object) => {
            let mut entries: Vec<_> = object
                .iter()
                .map(|(key, value)| (key.clone(), turned(value, key, turn + 1)))
                .collect();
            let by = turn % entries.len().max(1);
            entries.rotate_left(by);
            Value::Object(Map::from_iter(entries))
        }
        Value::Array(list) => {
            let mut items: Vec<_> = list.iter().map(|item| turned(item, "", turn + 1)).collect();
            if SETS.contains(&key) {
                let by = turn % items.len().max(1);
                items.rotate_left(by);
            }
            Value::Array(items)
        }
        other => other.clone(),
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 100, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn a_document_does_not_differ_from_itself(root in document()) {
        prop_assert_eq!(all_lines(&root, &root), [""; 0]);
    }

    #[test]
    fn order_is_no_change(root in document(), turn in 0..7_usize) {
        let other = turned(&root, "", turn);
        prop_assert_eq!(all_lines(&root, &other), [""; 0]);
    }

    #[test]
    fn any_two_documents_are_compared_to_an_end(old in document(), new in document()) {
        let there = super::fixture::diff(&old, &new);
        let back = super::fixture::diff(&new, &old);
        prop_assert_eq!(there.changes.is_empty(), back.changes.is_empty());
        for change in there.changes {
            prop_assert!(change.old.is_some() || change.new.is_some());
            for (pointer, root) in [(change.old, &old), (change.new, &new)] {
                if let Some(pointer) = pointer {
                    let is_there = crate::document::pointer::get(root, &pointer).is_some();
                    // What a list or a map may hold is anything where nothing is said.
                    let is_silent = ["/items", "/additionalProperties"];
                    let is_silent = is_silent.iter().any(|end| pointer.ends_with(end));
                    prop_assert!(is_there || is_silent, "{}", pointer);
                }
            }
        }
    }
}
