//! Lint on small documents: each rule finds its fault at its place, and nothing where there is none.

use serde_json::{Value, json};

use super::*;
use crate::document::MAX_DEPTH;

mod doubts;
mod refusals;
mod speed;

/// A document without a fault.
fn sound() -> Value {
    json!({
        "openapi": "3.1.0",
        "info": {"title": "T", "version": "1"},
        "paths": {"/a/{id}": {"post": {
            "operationId": "make_a",
            "parameters": [
                {"name": "id", "in": "path", "required": true, "schema": {"type": "string"}},
                {"name": "q", "in": "query", "schema": {"type": "integer", "minimum": 1}, "example": 5},
            ],
            "requestBody": {"content": {"application/json": {"schema": {"$ref": "#/components/schemas/A"}}}},
            "responses": {"200": {"description": "", "content": {"application/json": {
                "schema": {"$ref": "#/components/schemas/A"},
                "example": {"id": "x"},
            }}}},
        }}},
        "components": {"schemas": {"A": {
            "type": "object",
            "required": ["id"],
            "properties": {"id": {"type": "string"}, "size": {"type": "integer"}},
        }}},
    })
}

/// Where [`sound`] has its operation.
const OPERATION: &str = "/paths/~1a~1{id}/post";

fn document(root: Value) -> Document {
    Document {
        file: "x.json".into(),
        sha256: String::new(),
        root,
    }
}

/// What is found, without the repairs: rule and pointer.
fn found(root: &Value) -> Vec<(&'static str, String)> {
    lint(document(root.clone()), None)
        .unwrap()
        .findings
        .into_iter()
        .filter(|finding| finding.rule.weight != Weight::Repaired)
        // The names of these operations are in no table.
        .filter(|finding| finding.rule.name != "naming")
        .map(|finding| (finding.rule.name, finding.pointer))
        .collect()
}

/// The document with `value` at `pointer`, whose last step may be new.
fn with(mut root: Value, pointer: &str, value: Value) -> Value {
    let (holder, key) = pointer.rsplit_once('/').unwrap();
    let key = key.replace("~1", "/").replace("~0", "~");
    match root.pointer_mut(holder).unwrap() {
        Value::Array(list) => match key.parse::<usize>() {
            Ok(index) if index < list.len() => list[index] = value,
            _ => list.push(value),
        },
        object => object[key] = value,
    }
    root
}

fn at(tail: &str) -> String {
    format!("{OPERATION}{tail}")
}

#[test]
fn a_sound_document_has_no_findings() {
    assert_eq!(found(&sound()), []);
    let older = with(sound(), "/openapi", json!("3.0.3"));
    assert_eq!(found(&older), []);
}

#[test]
fn what_is_no_document_is_an_error() {
    for root in [
        json!([]),
        json!({}),
        json!({"swagger": "2.0"}),
        json!({"openapi": 3.1}),
        json!({"openapi": "4.0.0", "paths": {}}),
    ] {
        assert!(lint(document(root.clone()), None).is_err(), "{root}");
    }
}

#[test]
fn the_rules_are_those_that_the_documentation_lists() {
    let page = std::fs::read_to_string(regen::workspace_root().join("docs/spec-lint.md")).unwrap();
    let listed: Vec<(&str, &str, &str)> = page
        .lines()
        .filter_map(|line| {
            let mut cells = line.strip_prefix("| `")?.split(" | ");
            let name = cells.next()?.strip_suffix('`')?;
            let weight = cells.next()?;
            Some((name, weight, cells.next()?))
        })
        .collect();
    let rules = rules::all();
    let known: Vec<(&str, &str, &str)> = rules
        .iter()
        .map(|rule| (rule.name, rule.weight.word(), rule.finds))
        .collect();
    for line in &known {
        assert!(listed.contains(line), "docs/spec-lint.md lacks {line:?}");
    }
    assert_eq!(
        listed, known,
        "docs/spec-lint.md lists something else, or in another order"
    );
    let mut names: Vec<&str> = rules.iter().map(|rule| rule.name).collect();
    names.sort_unstable();
    names.dedup();
    assert_eq!(names.len(), rules.len(), "two rules have one name");
}

#[test]
fn findings_are_sorted_by_weight_and_told_all_at_once() {
    let mut root = with(sound(), &at("/operationId"), json!("make-a"));
    root = with(
        root,
        "/components/schemas/A/properties/size/format",
        json!("int33"),
    );
    root = with(
        root,
        "/components/schemas/A/properties/id/minLength",
        json!(4),
    );
    root = with(
        root,
        "/components/schemas/A/properties/more",
        json!({"if": {}}),
    );
    root = with(
        root,
        &at("/requestBody/content/application~1json/schema/$ref"),
        json!("#/nothing"),
    );
    let report = lint(document(root), None).unwrap();
    let weights: Vec<Weight> = report.findings.iter().map(|it| it.rule.weight).collect();
    assert!(weights.is_sorted(), "{weights:?}");
    let names: Vec<&str> = report.findings.iter().map(|it| it.rule.name).collect();
    for name in [
        "dangling-ref",
        "no-form",
        "no_bounds",
        "example-mismatch",
        "unknown-format",
        "operation-id-style",
    ] {
        assert!(names.contains(&name), "{name} is not in {names:?}");
    }
    let text = report.to_text();
    assert!(text.starts_with("x.json: 2 refused, "), "{text}");
    let json = report.to_json();
    assert_eq!(json["counts"]["refused"], json!(2));
    assert_eq!(json["findings"].as_array().unwrap().len(), names.len());
    assert_eq!(json["findings"][0]["rule"], json!("dangling-ref"));
}

#[test]
fn repairs_are_listed_where_they_were_needed() {
    let root = with(
        sound(),
        "/components/schemas/A/properties/id/minLength",
        json!(1),
    );
    let report = lint(document(root), None).unwrap();
    let bounds: Vec<&str> = report
        .findings
        .iter()
        .filter(|finding| finding.rule.name == "no_bounds")
        .map(|finding| finding.pointer.as_str())
        .collect();
    assert_eq!(
        bounds,
        [
            "#/components/schemas/A/properties/id",
            "#/paths/~1a~1{id}/post/parameters/1/schema",
        ]
    );
}

#[test]
fn odd_documents_are_survived() {
    let mut deep = json!({"type": "string"});
    for _ in 0..(MAX_DEPTH - 10) {
        deep = json!({"properties": {"p": deep}});
    }
    for schema in [
        deep,
        json!({"properties": {"a": {"$ref": "#/components/schemas/A"}}, "example": {"a": {"a": {}}}}),
        json!({"allOf": [{"$ref": "#/components/schemas/A"}]}),
        json!({"type": ["string", "null", 5], "enum": "x", "required": {}, "properties": [], "allOf": 1}),
        json!({"type": ["integer", "string", "null"], "default": null, "examples": {"a": 1}}),
        json!({"$ref": 5}),
        json!({"pattern": "((((a*)*)*)*)*$", "example": "a".repeat(5_000)}),
        json!({"minimum": "x", "maximum": 1e308, "multipleOf": 1e-300, "example": 1e300}),
        json!({"unknown": {"deep": [1, {"$ref": "#/x"}]}, "x-ext": {"$ref": "nowhere"}}),
        json!(true),
        json!(false),
        json!(5),
    ] {
        let root = with(sound(), "/components/schemas/A", schema.clone());
        assert!(lint(document(root), None).is_ok(), "{schema}");
    }
    for (pointer, value) in [
        ("/paths", json!([])),
        ("/paths", json!({"x-a": 1})),
        ("/paths/~1b", json!(5)),
        ("/components", json!("x")),
        ("/components/schemas", json!([1])),
        ("/info", json!(null)),
        ("/tags", json!({"a": 1})),
        ("/webhooks", json!({"w": {"post": 3}})),
        ("/security", json!(7)),
    ] {
        let root = with(sound(), pointer, value.clone());
        assert!(lint(document(root), None).is_ok(), "{pointer} {value}");
    }
}
