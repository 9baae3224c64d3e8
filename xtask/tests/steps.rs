//! The steps on the vendored documents, and on what they are not made for.

#![allow(
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::unwrap_used,
    reason = "helpers of tests"
)]

use serde_json::{Value, json};
use xtask::document::{self, Document};
use xtask::generator;
use xtask::regen::{DOCUMENT, SUPPLEMENT, workspace_root};
use xtask::steps::repairs::{self, Repair};
use xtask::steps::{Input, Outcome, names, operations, run, walk};

fn read(name: &str) -> Document {
    document::read(&workspace_root().join(name)).unwrap()
}

fn vendored() -> Outcome {
    run(Input {
        document: read(DOCUMENT),
        supplement: Some(read(SUPPLEMENT)),
        is_vendored: true,
    })
    .unwrap()
}

fn foreign(root: Value) -> Outcome {
    let document = Document {
        file: "foreign.json".into(),
        sha256: String::new(),
        root,
    };
    run(Input {
        document,
        supplement: None,
        is_vendored: false,
    })
    .unwrap()
}

fn all_repairs() -> impl Iterator<Item = &'static Repair> {
    [
        xtask::steps::shapes::GUARDS,
        repairs::document::REPAIRS,
        repairs::unions::REPAIRS,
        repairs::generator::REPAIRS,
    ]
    .into_iter()
    .flatten()
}

#[test]
fn every_step_leaves_what_it_would_not_change_again() {
    let spec = vendored().spec;
    for repair in all_repairs() {
        let mut again = spec.clone();
        assert_eq!(
            (repair.apply)(&mut again),
            0,
            "{} repaired again",
            repair.name
        );
        assert!(
            again == spec,
            "{} changed something and did not count it",
            repair.name
        );
    }
    let mut again = spec.clone();
    assert!(operations::name(&mut again).is_empty());
    assert!(names::name_types(&mut again).is_empty());
    assert_eq!(names::correct_spelling(&mut again), 0);
    assert!(again == spec, "naming changed something again");
}

#[test]
fn repairs_are_named_once_and_explained() {
    let mut seen = std::collections::BTreeSet::new();
    for repair in all_repairs() {
        assert!(seen.insert(repair.name), "{} twice", repair.name);
        assert!(
            repair.reason.len() > 20,
            "{}: {}",
            repair.name,
            repair.reason
        );
    }
}

#[test]
fn every_repair_of_the_vendored_document_is_needed() {
    let outcome = vendored();
    for repair in outcome.repairs.iter().filter(|repair| repair.expires) {
        assert!(repair.count > 0, "{}", repair.name);
    }
    assert!(outcome.warnings.is_empty(), "{:?}", outcome.warnings);
}

#[test]
fn the_facts_of_the_vendored_documents() {
    let count = |name: &str| {
        let root = read(name).root;
        let mut operations = 0;
        walk::operations(&root, |_, _, _| operations += 1);
        (operations, walk::components(&root).unwrap().len())
    };
    assert_eq!(count(DOCUMENT), (59, 159));
    assert_eq!(count(SUPPLEMENT), (13, 11));
    let spec = vendored().spec;
    let (mut operations, mut withdrawn) = (0, 0);
    walk::operations(&spec, |_, _, operation| {
        operations += 1;
        withdrawn += usize::from(operation.get("x-withdrawn").is_some());
        assert!(operation.get("x-withdrawn").is_none() || operation["deprecated"] == json!(true));
    });
    assert_eq!((operations, withdrawn), (72, 13));
}

#[test]
fn everything_a_user_reads_has_prose() {
    for name in [DOCUMENT, SUPPLEMENT] {
        let root = read(name).root;
        walk::operations(&root, |method, path, operation| {
            for key in ["summary", "description"] {
                let text = operation
                    .get(key)
                    .and_then(Value::as_str)
                    .unwrap_or_default();
                assert!(text.len() > 5, "{method} {path} has no {key}");
            }
            for (status, answer) in operation["responses"].as_object().unwrap() {
                let answer = walk::resolve(&root, answer);
                let text = answer
                    .get("description")
                    .and_then(Value::as_str)
                    .unwrap_or_default();
                assert!(
                    !text.is_empty() || name == SUPPLEMENT,
                    "{method} {path} {status}"
                );
            }
        });
        for (schema, body) in walk::components(&root).unwrap() {
            let text = body
                .get("description")
                .and_then(Value::as_str)
                .unwrap_or_default();
            assert!(text.len() > 10, "the schema {schema} has no description");
        }
        let mut copy = root.clone();
        walk::parameters_mut(&mut copy, &mut |pointer, parameter| {
            let text = parameter
                .get("description")
                .and_then(Value::as_str)
                .unwrap_or_default();
            assert!(text.len() > 5, "{pointer} has no description");
        });
    }
}

#[test]
fn inline_types_are_named_after_their_place() {
    let spec = vendored().spec;
    let schemas = walk::components(&spec).unwrap();
    for name in [
        "CreateOrderRequestTakeProfit",
        "CreateOrderRequestStopLoss",
        "ListOrdersStatus",
        "PositionSide",
        "PositionClosedResponse",
        "GetPerpetualLeverageResponse",
        "Clock",
        "LegacyClock",
    ] {
        assert!(schemas.contains_key(name), "{name} is missing");
    }
    for name in schemas.keys() {
        assert!(
            !name.contains("Variant") && !name.ends_with(char::is_numeric) || name.contains("V2"),
            "{name}"
        );
    }
}

#[test]
fn a_foreign_document_needs_no_fault_of_ours() {
    let outcome = foreign(json!({
        "openapi": "3.0.0", "info": {"title": "T", "version": "1"},
        "paths": {"/things/{id}": {"get": {
            "operationId": "getThing",
            "parameters": [{"name": "id", "in": "path", "required": true, "schema": {"type": "string"}}],
            "responses": {"200": {"description": "", "content": {"application/json": {"schema": {
                "type": "object", "properties": {"price": {"type": "number"}, "kind": {"type": "string", "enum": ["a", "b"]}},
            }}}}},
        }}},
    }));
    assert!(
        outcome
            .warnings
            .iter()
            .any(|warning| warning.contains("`activity_date`"))
    );
    assert!(
        outcome
            .warnings
            .iter()
            .any(|warning| warning.contains("get_thing"))
    );
    let schemas = walk::components(&outcome.spec).unwrap();
    assert_eq!(
        schemas.keys().collect::<Vec<_>>(),
        ["GetThingResponse", "GetThingResponseKind"]
    );
    assert_eq!(
        schemas["GetThingResponse"]["properties"]["price"]["format"],
        json!("decimal")
    );
}

#[test]
fn what_other_tools_read_in_a_document_does_not_change_what_is_generated() {
    let outcome = foreign(json!({
        "openapi": "3.0.0", "info": {"title": "T", "version": "1"},
        "paths": {"/things/{price}": {"post": {
            "operationId": "postThing",
            "parameters": [
                {"name": "price", "in": "path", "required": true, "schema": {"type": "number", "x-go-name": "P"}},
                {"name": "qty", "in": "query", "schema": {"type": "string", "x-stoplight": {"id": "q"}}},
            ],
            "requestBody": {"description": "Nothing is sent.", "content": {}},
            "responses": {"200": {"description": "", "content": {"application/json": {"schema": {
                "type": "object", "required": ["price"],
                "properties": {
                    "price": {"type": "number", "format": "double", "x-go-type": "decimal.Decimal"},
                    "cash": {"type": "string", "deprecated": true, "x-deprecation": {"sunset": "2026-07-06"}},
                    "kind": {"type": "string", "enum": ["a"], "x-go-name": "Kind"},
                },
            }}}}},
        }}},
    }));
    let operation = outcome
        .spec
        .pointer("/paths/~1things~1{price}/post")
        .unwrap();
    assert_eq!(operation.get("requestBody"), None);
    let client = generator::generate(&outcome.spec.to_string()).unwrap();
    let code = client.source.replace(char::is_whitespace, "");
    for field in [
        "pubprice:::rust_decimal::Decimal",
        "pubcash:::std::option::Option<::rust_decimal::Decimal>",
    ] {
        assert!(code.contains(field), "{field} is not in {}", client.source);
    }
}

#[test]
fn an_older_document_is_named_alike() {
    // Alpaca misspelt a schema until 2026, and had other operationIds.
    let outcome = foreign(json!({
        "openapi": "3.0.0", "info": {"title": "T", "version": "1"},
        "paths": {"/v2/positions": {"delete": {
            "operationId": "deleteAllOpenPositions",
            "responses": {"207": {"description": "", "content": {"application/json": {"schema": {
                "type": "array", "items": {"$ref": "#/components/schemas/PositionClosedReponse"},
            }}}}},
        }}},
        "components": {"schemas": {
            "PositionClosedReponse": {"type": "object", "required": ["symbol"], "properties": {
                "symbol": {"type": "string"}, "body": {"$ref": "#/components/schemas/Order"},
            }},
            "Order": {"type": "object", "properties": {"id": {"type": "string", "format": "uuid"}}},
        }},
    }));
    let schemas = walk::components(&outcome.spec).unwrap();
    assert!(schemas.contains_key("PositionClosedResponse"));
    assert!(!schemas.contains_key("PositionClosedReponse"));
    // The body may be an error there as well.
    assert!(schemas.contains_key("OrderOrError") && schemas.contains_key("Error"));
    assert_eq!(
        outcome
            .spec
            .pointer("/paths/~1v2~1positions/delete/operationId"),
        Some(&json!("close_all_positions"))
    );
}

#[test]
fn a_stale_repair_stops_the_vendored_document_only() {
    let mut document = read(DOCUMENT);
    document.root["components"]["schemas"]["Error"]["required"] = json!(["message"]);
    document.root["components"]["schemas"]["Error"]["properties"]["code"]["type"] =
        json!("integer");
    let input = |is_vendored| Input {
        document: document.clone(),
        supplement: Some(read(SUPPLEMENT)),
        is_vendored,
    };
    let fault = run(input(true)).unwrap_err();
    assert!(fault.message.contains("`error_code`"), "{fault}");
    let outcome = run(input(false)).unwrap();
    assert!(
        outcome
            .warnings
            .iter()
            .any(|warning| warning.contains("`error_code`"))
    );
}

#[test]
fn a_sum_of_sums_is_expanded_once() {
    // Each level names the next one twice: expanded naively, the work doubles forty times.
    let mut schemas = serde_json::Map::new();
    for level in 0..40 {
        let next = json!({"$ref": format!("#/components/schemas/A{}", level + 1)});
        schemas.insert(format!("A{level}"), json!({"allOf": [next, next]}));
    }
    schemas.insert(
        "A40".into(),
        json!({"type": "object", "properties": {"x": {"type": "string"}}}),
    );
    let outcome = foreign(json!({
        "openapi": "3.0.0", "info": {"title": "T", "version": "1"},
        "paths": {"/a": {"get": {"operationId": "a", "responses": {"200": {"description": "", "content": {
            "application/json": {"schema": {"$ref": "#/components/schemas/A0"}},
        }}}}}},
        "components": {"schemas": schemas},
    }));
    let whole = &walk::components(&outcome.spec).unwrap()["A0"];
    assert_eq!(whole["properties"]["x"], json!({"type": "string"}));
}

#[test]
fn operations_are_unique_as_builders_too() {
    let operation =
        |id: &str| json!({"get": {"operationId": id, "responses": {"200": {"description": ""}}}});
    let outcome = foreign(json!({
        "openapi": "3.0.0", "info": {"title": "T", "version": "1"},
        "paths": {"/a": operation("foo"), "/b": operation("Foo"), "/c": operation("foo2")},
    }));
    let mut names = std::collections::BTreeSet::new();
    walk::operations(&outcome.spec, |_, _, operation| {
        let id = operation["operationId"].as_str().unwrap();
        assert!(names.insert(id.replace('_', "")), "{id}");
    });
    assert_eq!(names.len(), 3);
}

#[test]
fn a_type_of_another_meaning_keeps_it() {
    let outcome = foreign(json!({
        "openapi": "3.0.0", "info": {"title": "T", "version": "1"},
        "paths": {"/a": {"get": {"operationId": "a", "responses": {"200": {"description": "", "content": {
            "application/json": {"schema": {"type": "array", "items": {"oneOf": [
                {"$ref": "#/components/schemas/TradingActivities"}, {"$ref": "#/components/schemas/NonTradeActivities"},
            ]}}},
        }}}}}, "/b": {"get": {"operationId": "b", "responses": {"200": {"description": "", "content": {
            "application/json": {"schema": {"$ref": "#/components/schemas/AccountActivity"}},
        }}}}}},
        "components": {"schemas": {
            "TradingActivities": {"type": "object", "properties": {"a": {"type": "string"}}},
            "NonTradeActivities": {"type": "object", "properties": {"b": {"type": "string"}}},
            "AccountActivity": {"type": "object", "properties": {"mine": {"type": "string"}}},
        }},
    }));
    let mine = &walk::components(&outcome.spec).unwrap()["AccountActivity"];
    assert!(mine["properties"].get("mine").is_some());
}
