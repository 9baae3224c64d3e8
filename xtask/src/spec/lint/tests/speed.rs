//! Documents that are large, or wrong throughout, are linted in about the time that it takes to read them.
//!
//! The bounds leave room for a debug build on a machine that has other things to do. What grows with the
//! square of the document passes them by far.

use std::time::{Duration, Instant};

use super::*;

/// What lint finds, and how long it took.
fn timed(root: Value) -> (Report, Duration) {
    let begun = Instant::now();
    let report = lint(document(root), None).unwrap();
    let took = begun.elapsed();
    println!("{} findings in {took:?}", report.findings.len());
    (report, took)
}

/// A document of many operations, each with a schema of its own.
fn many(count: usize, schema: impl Fn(usize) -> Value) -> Value {
    let mut root = sound();
    for number in 0..count {
        let operation = json!({
            "operationId": format!("get_{number}"),
            "description": "d".repeat(600),
            "responses": {"200": {"description": "", "content": {"application/json": {
                "schema": {"$ref": format!("#/components/schemas/S{number}")},
            }}}},
        });
        root["paths"][format!("/s{number}")] = json!({ "get": operation });
        root["components"]["schemas"][format!("S{number}")] = schema(number);
    }
    root
}

#[test]
fn faults_of_one_kind_are_found_in_few_looks() {
    for (rule, schema) in [
        ("unknown-type", json!({"type": "nothing"})),
        (
            "no-form",
            json!({"type": "object", "properties": {"a": {"if": {}}}}),
        ),
    ] {
        let (report, took) = timed(many(290, |_| schema.clone()));
        let count = report
            .findings
            .iter()
            .filter(|it| it.rule.name == rule)
            .count();
        assert_eq!((count, report.is_complete), (290, true), "{rule}");
        assert!(took < Duration::from_secs(15), "{rule}: {took:?}");
    }
    let mut root = many(290, |_| json!({"type": "string"}));
    for (_, item) in root["paths"].as_object_mut().unwrap() {
        if let Some(operation) = item.get_mut("get") {
            operation["operationId"] = json!("same");
        }
    }
    let (report, took) = timed(root);
    let repeated = "operation-id-repeated";
    let count = report
        .findings
        .iter()
        .filter(|it| it.rule.name == repeated)
        .count();
    assert_eq!((count, report.is_complete), (289, true));
    assert!(took < Duration::from_secs(15), "{took:?}");
}

#[test]
fn faults_behind_faults_are_looked_for_within_a_budget() {
    // Each name in the path is told once the one before it is declared.
    let names: String = (0..300).map(|number| format!("/{{p{number}}}")).collect();
    let mut root = many(400, |_| json!({"type": "string"}));
    root["paths"][&names] =
        json!({"get": {"operationId": "deep", "responses": {"200": {"description": ""}}}});
    let (report, took) = timed(root);
    assert!(report.count(Weight::Refused) > 0);
    assert!(took < Duration::from_secs(15), "{took:?}");
}

#[test]
fn a_long_list_of_examples_is_looked_at_once() {
    let schema = json!({"type": "integer", "examples": vec![1; 60_000], "enum": [1]});
    let (report, took) = timed(many(1, |_| schema.clone()));
    assert!(
        report
            .findings
            .iter()
            .all(|it| it.rule.name != "example-mismatch")
    );
    assert!(took < Duration::from_secs(15), "{took:?}");
    let values: Vec<usize> = (0..20_000).collect();
    let schema = json!({"type": "integer", "examples": values, "enum": values});
    let (_, took) = timed(many(1, |_| schema.clone()));
    assert!(took < Duration::from_secs(15), "{took:?}");
}

#[test]
fn a_large_document_takes_no_time() {
    let object = |number: usize| {
        let properties: serde_json::Map<String, Value> = (0..8)
            .map(|field| {
                let target = format!("#/components/schemas/S{}", (number + field) % 300);
                let schema = match field % 4 {
                    0 => json!({"type": "string", "minLength": 1, "example": "a"}),
                    1 => json!({"type": ["number", "null"], "description": "d".repeat(40)}),
                    2 => json!({"type": "array", "items": {"$ref": target}}),
                    _ => json!({"type": "string", "enum": ["a", "b"], "default": "a"}),
                };
                (format!("field_{field}_{number}"), schema)
            })
            .collect();
        json!({"type": "object", "required": [format!("field_0_{number}")], "properties": properties})
    };
    let root = many(300, object);
    assert!(root.to_string().len() > 400_000);
    let (report, took) = timed(root);
    assert!(report.is_complete);
    assert!(took < Duration::from_secs(30), "{took:?}");
}
