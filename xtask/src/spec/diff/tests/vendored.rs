//! The vendored document against copies of it: the same in another form, and changed by hand.

use std::fs;
use std::sync::LazyLock;
use std::time::{Duration, Instant};

use regex::Regex;
use serde_json::{Value, json};

use super::super::{Diff, files, json, markdown, text};
use super::fixture::{all_lines, document, lines};
use crate::regen::workspace_root;

fn vendored() -> Value {
    let path = workspace_root().join("openapi/trading-api.json");
    serde_json::from_str(&fs::read_to_string(path).unwrap()).unwrap()
}

/// The vendored document with changes of most kinds.
fn changed() -> Value {
    let mut root = vendored();
    let text = root.to_string().replace(
        "\"#/components/schemas/CreateOrderRequest\"",
        "\"#/components/schemas/OrderRequest\"",
    );
    root = serde_json::from_str(&text).unwrap();
    let schemas = root["components"]["schemas"].as_object_mut().unwrap();
    let request = schemas.remove("CreateOrderRequest").unwrap();
    schemas.insert("OrderRequest".to_owned(), request);
    let account = schemas["Account"]["properties"].as_object_mut().unwrap();
    account.remove("equity");
    account.insert("crypto_tier".to_owned(), json!({ "type": "integer" }));
    let values = schemas["OrderStatus"]["enum"].as_array_mut().unwrap();
    values.retain(|value| value != "held");
    values.push(json!("pending_review"));
    schemas["Order"]["required"] = json!(["notional", "symbol"]);
    let paths = root["paths"].as_object_mut().unwrap();
    let clock = paths.remove("/v2/clock").unwrap();
    paths.insert("/v4/clock".to_owned(), clock);
    paths["/v2/orders"]["get"]["operationId"] = json!("listOrders");
    let parameters = paths["/v2/orders"]["get"]["parameters"]
        .as_array_mut()
        .unwrap();
    parameters.push(
        json!({ "name": "desk", "in": "query", "required": true, "schema": { "type": "string" } }),
    );
    let positions = &mut paths["/v2/positions"]["get"];
    positions["deprecated"] = json!(true);
    positions["description"] = json!("Lists positions. Will be removed on July 6, 2027.");
    root
}

/// A comparison whose files and hashes are the same on every machine.
fn compared() -> Diff {
    let (mut old, mut new) = (document(vendored()), document(changed()));
    old.file = "old.json".to_owned();
    new.file = "new.json".to_owned();
    super::super::between(&old, &new)
}

#[test]
fn the_text_is_as_reviewed() {
    insta::assert_snapshot!(text(&compared()));
}

#[test]
fn the_markdown_is_as_reviewed() {
    insta::assert_snapshot!(markdown(&compared()));
}

#[test]
fn the_json_holds_what_the_text_does() {
    let diff = compared();
    let json = json(&diff);
    assert_eq!(json["version"], 1);
    let changes = json["changes"].as_array().unwrap();
    assert_eq!(changes.len(), diff.changes.len());
    let kinds: Vec<&str> = changes
        .iter()
        .filter_map(|change| change["kind"].as_str())
        .collect();
    for kind in [
        "property-removed",
        "property-added",
        "enum-value-removed",
        "enum-value-added",
        "required-removed",
        "required-added",
        "path-version-changed",
        "operation-renamed",
        "parameter-added",
        "schema-renamed",
        "deprecated",
    ] {
        assert!(kinds.contains(&kind), "{kind}: {kinds:?}");
    }
}

/// 3.1 as 3.0, as far as this document goes.
fn older(value: &Value) -> Value {
    let mut object = match value {
        Value::Object(object) => object.clone(),
        Value::Array(list) => return list.iter().map(older).collect(),
        other => return other.clone(),
    };
    for (key, value) in &mut object {
        if !matches!(key.as_str(), "example" | "default" | "enum" | "const") {
            *value = older(value);
        }
    }
    if let Some(Value::Array(types)) = object.get("type").cloned() {
        let types: Vec<_> = types.into_iter().filter(|name| name != "null").collect();
        if let [only] = types.as_slice() {
            object.insert("type".to_owned(), only.clone());
            object.insert("nullable".to_owned(), json!(true));
        }
    }
    for keyword in ["anyOf", "oneOf"] {
        if let Some(Value::Array(branches)) = object.get_mut(keyword) {
            let before = branches.len();
            branches.retain(|branch| branch != &json!({ "type": "null" }));
            if branches.len() < before {
                object.insert("nullable".to_owned(), json!(true));
            }
        }
    }
    if let Some(value) = object.remove("const") {
        object.insert("enum".to_owned(), json!([value]));
    }
    if let Some(Value::Array(examples)) = object.remove("examples") {
        object.insert("example".to_owned(), examples[0].clone());
    }
    if object.len() > 1
        && let Some(reference) = object.remove("$ref")
    {
        object.insert("allOf".to_owned(), json!([{ "$ref": reference }]));
    }
    Value::Object(object)
}

#[test]
fn the_older_version_of_openapi_is_no_change() {
    let new = vendored();
    let mut old = older(&new);
    old["openapi"] = json!("3.0.0");
    assert!(old.to_string().contains("nullable"));
    assert_eq!(all_lines(&old, &new), [""; 0]);
    assert_eq!(all_lines(&new, &old), [""; 0]);
}

/// Text that needs no quotes. Where that is not known for sure, it is not among these.
static PLAIN: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(r"^[A-Za-z0-9./+$-](?:[A-Za-z0-9 ./+$()%*_-]*[A-Za-z0-9./+$)%])?$").unwrap()
});

/// What YAML 1.1 takes for something else than text.
static NO_TEXT: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(concat!(
        r"^(?:[-+]?0b[01_]+|[-+]?0[0-7_]*|[-+]?[1-9][0-9_]*|[-+]?0x[0-9a-fA-F_]+",
        r"|[-+]?[0-9][0-9_]*\.[0-9_]*(?:[eE][-+][0-9]+)?|\.[0-9][0-9_]*(?:[eE][-+][0-9]+)?",
        r"|[-+]?\.(?:inf|Inf|INF)|\.(?:nan|NaN|NAN)|\d{4}-\d\d?-\d\d?.*",
        r"|(?i:y|n|yes|no|on|off|true|false|null)|-|-[ -].*|[.][.].*)$"
    ))
    .unwrap()
});

/// Whether older writers leave `text` without quotes.
fn is_left_plain(text: &str) -> bool {
    PLAIN.is_match(text) && !NO_TEXT.is_match(text)
}

/// JSON as block YAML: strings in single quotes, or in none where older writers set none.
fn yaml(value: &Value, indent: usize, out: &mut String) {
    let pad = " ".repeat(indent);
    let written = |text: &str| match text {
        plain if is_left_plain(plain) => plain.to_owned(),
        quoted => format!("'{}'", quoted.replace('\'', "''")),
    };
    match value {
        Value::Object(object) if !object.is_empty() => {
            for (key, value) in object {
                out.push_str(&format!("\n{pad}{}:", written(key)));
                yaml(value, indent + 2, out);
            }
        }
        Value::Array(list) if !list.is_empty() => {
            for item in list {
                out.push_str(&format!("\n{pad}-"));
                yaml(item, indent + 2, out);
            }
        }
        Value::String(text) if !text.contains('\n') => {
            out.push_str(&format!(" {}", written(text)));
        }
        other => out.push_str(&format!(" {other}")),
    }
}

#[test]
fn a_copy_in_yaml_is_no_change() {
    let mut document = vendored();
    let texts = [
        "55275E101",
        "037833100",
        "1.5E10",
        "1e3",
        "0o17",
        "-.5",
        "08",
        "no",
        "12",
        "1.5",
        "1:30",
        "2026-01-31",
        "a - b",
        "- a",
        "~",
        "",
    ];
    for plain in texts.get(..7).unwrap() {
        assert!(is_left_plain(plain), "{plain}");
    }
    document["components"]["schemas"]["Account"]["examples"] =
        json!([texts, [1e21, 1.0, 0.5, 7, 1e-7]]);
    let folder = tempfile::tempdir().unwrap();
    let (original, copy) = (
        folder.path().join("one.json"),
        folder.path().join("copy.yaml"),
    );
    fs::write(&original, document.to_string()).unwrap();
    let mut out = String::new();
    yaml(&document, 0, &mut out);
    assert!(
        out.contains("- 55275E101\n") && out.contains("\n  title: "),
        "nothing is plain"
    );
    fs::write(&copy, out.trim_start()).unwrap();
    let root = |path| crate::document::read(path).unwrap().root;
    assert_eq!(root(&original), root(&copy));
    let diff = files(&original, &copy).unwrap();
    assert!(diff.changes.is_empty(), "{:?}", diff.changes.first());
}

#[test]
fn everything_is_new_against_a_document_with_one_path() {
    let one = json!({ "openapi": "3.1.0", "info": {}, "paths": { "/none": { "get": {} } } });
    let new = vendored();
    let there = lines(&one, &new);
    let count = |kind: &str| there.iter().filter(|line| line.starts_with(kind)).count();
    assert_eq!(count("operation-added"), 59);
    assert_eq!(count("schema-added"), 159);
    let back = lines(&new, &one);
    let gone = back
        .iter()
        .filter(|line| line.starts_with("schema-removed"));
    assert_eq!(gone.count(), 159);
}

/// The pointers of everything under a keyword, in the named schemas.
fn under(value: &Value, keyword: &str, at: &str, found: &mut Vec<String>) {
    match value {
        Value::Object(object) => {
            for (key, value) in object {
                let inner = crate::document::pointer::join(at, key);
                // A property may have the name of a keyword.
                let is_keyword = key == keyword && !at.ends_with("/properties");
                match value {
                    Value::Object(entries) if is_keyword => {
                        let names = entries.keys();
                        found
                            .extend(names.map(|name| crate::document::pointer::join(&inner, name)));
                    }
                    Value::Array(entries) if is_keyword => {
                        found.extend((0..entries.len()).map(|index| format!("{inner}/{index}")));
                    }
                    _ => {}
                }
                if !matches!(key.as_str(), "example" | "examples" | "default") {
                    under(value, keyword, &inner, found);
                }
            }
        }
        Value::Array(list) => {
            for (index, value) in list.iter().enumerate() {
                under(value, keyword, &format!("{at}/{index}"), found);
            }
        }
        _ => {}
    }
}

#[test]
fn what_is_taken_away_is_one_change_at_its_place() {
    let old = vendored();
    let schemas = &old["components"]["schemas"];
    for (keyword, kind, every) in [
        ("properties", "property-removed", 67),
        ("enum", "enum-value-removed", 29),
        ("required", "required-removed", 31),
    ] {
        let mut places = Vec::new();
        under(schemas, keyword, "#/components/schemas", &mut places);
        assert!(places.len() > every * 5, "{keyword}: {}", places.len());
        for place in places.iter().step_by(every) {
            let mut new = super::fixture::edited(&old, place, None);
            // A property that is gone is not required either.
            if let Some((holder, name)) = place.split_once("/properties/")
                && !name.contains('/')
                && let Some(schema) = crate::document::pointer::get_mut(&mut new, holder)
                && let Some(Value::Array(required)) = schema.get_mut("required")
            {
                required.retain(|listed| listed != name);
            }
            let told = lines(&old, &new);
            assert_eq!(told.len(), 1, "{place}: {told:?}");
            assert!(told[0].starts_with(kind), "{place}: {told:?}");
        }
    }
}

#[test]
fn two_documents_of_this_size_take_no_time() {
    let (old, new) = (document(vendored()), document(changed()));
    let begun = Instant::now();
    let diff = super::super::between(&old, &new);
    let took = begun.elapsed();
    println!("{} changes in {took:?}", diff.changes.len());
    // Ten times the promise, for a debug build on a machine that has other things to do.
    assert!(took < Duration::from_secs(10), "{took:?}");
}

#[test]
fn every_schema_under_another_name_is_one_change_each() {
    let old = vendored();
    let mut text = old.to_string();
    let mut names: Vec<&String> = old["components"]["schemas"]
        .as_object()
        .unwrap()
        .keys()
        .collect();
    names.sort();
    let mut schemas = serde_json::Map::new();
    // Names that have nothing in common with the old ones.
    for (index, name) in names.iter().enumerate() {
        text = text.replace(
            &format!("\"#/components/schemas/{name}\""),
            &format!("\"#/components/schemas/Z{index}\""),
        );
    }
    let mut new: Value = serde_json::from_str(&text).unwrap();
    for (index, name) in names.iter().enumerate() {
        schemas.insert(
            format!("Z{index}"),
            new["components"]["schemas"][*name].take(),
        );
    }
    new["components"]["schemas"] = Value::Object(schemas);
    let told = all_lines(&old, &new);
    assert_eq!(told.len(), 159);
    assert!(
        told.iter()
            .all(|line| line.starts_with("schema-renamed compatible"))
    );
}
