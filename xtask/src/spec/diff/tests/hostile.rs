//! Documents that are made to take long: each is compared in a time that grows with its size.

use std::time::{Duration, Instant};

use serde_json::{Map, Value, json};

use super::super::Diff;
use super::fixture::{diff, lines, with};

/// Far more than any of these takes, and far less than one that grows with the square of its size, or
/// faster, would.
const MOST: Duration = Duration::from_secs(10);

/// Compares two documents in time. A machine that has other things to do gets another chance.
fn timed(old: &Value, new: &Value) -> Diff {
    let mut took = Vec::new();
    for _ in 0..3 {
        let begun = Instant::now();
        let diff = diff(old, new);
        took.push(begun.elapsed());
        if took.last().is_some_and(|took| *took < MOST) {
            return diff;
        }
    }
    panic!("{took:?}");
}

fn reference(name: &str) -> Value {
    json!({ "$ref": format!("#/components/schemas/{name}") })
}

/// Schemas of which each refers to both of the next level, under `keyword`.
fn lattice(levels: usize, keyword: &str, leaf: &str) -> Value {
    let mut root = with(reference("A0"), true, true);
    let schemas = &mut root["components"]["schemas"];
    for level in 0..levels {
        for side in ["A", "B"] {
            let next = |side: &str| reference(&format!("{side}{}", level + 1));
            schemas[format!("{side}{level}")] = match keyword {
                "properties" => {
                    json!({ "type": "object", "properties": { "a": next("A"), "b": next("B") } })
                }
                _ => json!({ keyword: [next("A"), next("B")] }),
            };
        }
    }
    for side in ["A", "B"] {
        schemas[format!("{side}{levels}")] =
            json!({ "type": "object", "properties": { "leaf": { "type": leaf } } });
    }
    root
}

#[test]
fn parts_that_are_met_on_many_ways_are_taken_in_once() {
    for keyword in ["allOf", "anyOf", "oneOf", "properties"] {
        let old = lattice(16, keyword, "string");
        assert!(timed(&old, &old).changes.is_empty(), "{keyword}");
        let new = lattice(16, keyword, "integer");
        let told = timed(&old, &new);
        let is_leaf = |change: &&super::super::Change| change.place.ends_with("16.leaf");
        assert_eq!(told.changes.iter().filter(is_leaf).count(), 2, "{keyword}");
    }
    // The same part twice.
    let mut twice = with(reference("S0"), true, true);
    for level in 0..40 {
        let next = || reference(&format!("S{}", level + 1));
        twice["components"]["schemas"][format!("S{level}")] = json!({ "allOf": [next(), next()] });
    }
    twice["components"]["schemas"]["S40"] = json!({ "type": "object" });
    assert!(timed(&twice, &twice).changes.is_empty());
}

#[test]
fn types_that_were_replaced_level_by_level_are_told_in_time() {
    let named = |prefix: &str, leaf: &str| {
        let text = lattice(14, "properties", leaf).to_string();
        let text = text.replace("schemas/A", &format!("schemas/{prefix}A"));
        let text = text.replace("schemas/B", &format!("schemas/{prefix}B"));
        let mut root: Value = serde_json::from_str(&text).unwrap();
        let schemas = root["components"]["schemas"].take();
        let schemas = schemas.as_object().unwrap().iter();
        let schemas: Map<String, Value> = schemas
            .map(|(name, schema)| match name.starts_with(['A', 'B']) {
                true => (format!("{prefix}{name}"), schema.clone()),
                false => (name.clone(), schema.clone()),
            })
            .collect();
        root["components"]["schemas"] = Value::Object(schemas);
        root
    };
    let told = timed(&named("Left", "string"), &named("Wholly", "integer"));
    assert!(!told.changes.is_empty());
}

#[test]
fn many_properties_under_other_names_are_told_in_time() {
    let count = 600;
    let object = |prefix: &str| {
        let inner = || json!({ "type": "object", "properties": { "q": { "type": "string" } } });
        let properties =
            (0..count).map(|index| (format!("{prefix}{index}{}", "x".repeat(40)), inner()));
        let properties: Map<String, Value> = properties.collect();
        with(
            json!({ "type": "object", "properties": properties }),
            true,
            true,
        )
    };
    assert_eq!(timed(&object("aa"), &object("bb")).changes.len(), 2 * count);
    // What few share still tells which is which.
    let object = |prefix: &str| {
        let properties = (0..count).map(|index| {
            (
                format!("{prefix}_value_{index}"),
                json!({ "type": "string" }),
            )
        });
        let properties: Map<String, Value> = properties.collect();
        with(
            json!({ "type": "object", "properties": properties }),
            true,
            true,
        )
    };
    let told = timed(&object("old"), &object("new"));
    assert_eq!(told.changes.len(), count);
}

#[test]
fn many_parameters_under_other_names_are_told_in_time() {
    let count = 600;
    let asking = |prefix: &str| {
        let mut root = with(json!({ "type": "object" }), true, true);
        let parameter = |index: usize| {
            let name = format!("{prefix}{index}{}", "x".repeat(30));
            json!({ "name": name, "in": "query", "schema": { "type": "string" } })
        };
        root["paths"]["/t"]["get"]["parameters"] = (0..count).map(parameter).collect();
        root
    };
    assert_eq!(timed(&asking("aa"), &asking("bb")).changes.len(), 2 * count);
}

#[test]
fn many_branches_that_changed_are_told_in_time() {
    let count = 350;
    let union = |prefix: &str, title: bool| {
        let branch = |index: usize| {
            let name = format!("{prefix}{index}");
            let inner =
                json!({ "type": "object", "properties": { (name.clone()): { "type": "string" } } });
            let mut branch = json!({ "type": "object", "properties": { "z": inner } });
            if title {
                branch["title"] = json!(name);
            }
            branch
        };
        let branches: Vec<Value> = (0..count).map(branch).collect();
        with(json!({ "oneOf": branches }), true, true)
    };
    for title in [true, false] {
        let told = timed(&union("aa", title), &union("bb", title));
        assert!(told.changes.len() >= count, "{}", told.changes.len());
    }
}

#[test]
fn many_schemas_and_paths_under_other_names_are_told_in_time() {
    let count = 400;
    let document = |prefix: &str| {
        let mut root = with(json!({ "type": "object" }), true, true);
        for index in 0..count {
            let name = format!("{prefix}Sch{index}");
            root["components"]["schemas"][&name] = json!({ "type": "object", "properties": {
                "p": { "type": "string" }, "q": { "type": "string" },
            } });
            root["paths"][format!("/{prefix}{index}")] = json!({ "get": { "operationId": name,
                "responses": { "200": { "description": "", "content": {
                    "application/json": { "schema": reference(&name) },
                } } },
            } });
        }
        root
    };
    let told = timed(&document("aa"), &document("bb"));
    assert!(told.changes.len() >= count, "{}", told.changes.len());
    assert_eq!(lines(&document("aa"), &document("aa")), [""; 0]);
}
