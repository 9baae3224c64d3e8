//! Faulty documents: what is no use is refused with one clear error, all else is survived.

use std::fs;

use serde_json::{Value, json};

use super::super::{Format, Request, files, parse};
use super::fixture::{diff, edited, lines, shop, with};

#[test]
fn what_is_no_document_is_refused_with_file_and_pointer() {
    let folder = tempfile::tempdir().unwrap();
    let good = folder.path().join("good.json");
    fs::write(&good, shop().to_string()).unwrap();
    for (text, pointer) in [
        (String::new(), "#"),
        ("<html></html>".to_owned(), "#"),
        ("[]".to_owned(), "#"),
        ("{\"openapi\": ".to_owned(), "#/openapi"),
        (json!({ "swagger": "2.0" }).to_string(), "#/swagger"),
        (json!({ "openapi": "4.0.0" }).to_string(), "#/openapi"),
        (json!({ "openapi": "3.0.0" }).to_string(), "#/paths"),
    ] {
        let bad = folder.path().join("bad.json");
        fs::write(&bad, &text).unwrap();
        for (old, new) in [(&bad, &good), (&good, &bad)] {
            let fault = files(old, new).unwrap_err();
            assert!(fault.file.ends_with("bad.json"), "{fault}");
            assert_eq!(fault.pointer, pointer, "{fault}");
        }
    }
    assert!(files(&good, &folder.path().join("none.json")).is_err());
}

#[test]
fn odd_documents_are_survived() {
    let old = shop();
    for (at, value) in [
        ("#/info", json!(7)),
        ("#/components/schemas/Order", json!(true)),
        ("#/components/schemas/Order", json!("no schema")),
        ("#/components/schemas/Order/required", json!({ "id": true })),
        (
            "#/components/schemas/Order/required",
            json!([1, "id", null]),
        ),
        ("#/components/schemas/Order/properties", json!([])),
        ("#/components/schemas/Order/properties/id", json!(false)),
        ("#/components/schemas/Order/properties/id/type", json!(9)),
        ("#/components/schemas/Side/enum", json!("buy")),
        (
            "#/components/schemas/Side/enum",
            json!([{ "buy": 1 }, 2, null]),
        ),
        ("#/components/schemas", json!([])),
        ("#/paths/~1v2~1orders/get", json!("x")),
        ("#/paths/~1v2~1orders/get/operationId", json!(null)),
        ("#/paths/~1v2~1orders/get/operationId", json!("postOrder")),
        (
            "#/paths/~1v2~1orders/get/parameters",
            json!({ "name": "limit" }),
        ),
        (
            "#/paths/~1v2~1orders/get/parameters/0",
            json!({ "name": "limit" }),
        ),
        ("#/paths/~1v2~1orders/get/parameters/0", json!(1)),
        ("#/paths/~1v2~1orders/get/responses", json!(null)),
        ("#/paths/~1v2~1orders/get/responses/200", json!([])),
        ("#/paths/~1v2~1orders/post/requestBody", json!("body")),
        ("#/paths/no-slash", json!({ "get": {} })),
        ("#/servers", json!("https://example.com")),
        ("#/security", json!(false)),
    ] {
        let new = edited(&old, at, Some(value.clone()));
        for (old, new) in [(&old, &new), (&new, &old)] {
            let _ = lines(old, new);
            let _ = super::super::text(&diff(old, new));
        }
        assert_eq!(lines(&new, &new), [""; 0], "{at} {value}");
    }
}

#[test]
fn types_that_hold_each_other_are_compared_to_an_end() {
    let document = |names: [&str; 2], leaf: &str| {
        let reference = |name: &str| json!({ "$ref": format!("#/components/schemas/{name}") });
        let mut root = with(
            json!({ "type": "object", "properties": { "a": reference(names[0]) } }),
            true,
            true,
        );
        let schemas = &mut root["components"]["schemas"];
        schemas[names[0]] = json!({ "type": "object", "properties": {
            "b": reference(names[1]), "leaf": { "type": leaf }, "all": { "type": "array", "items": reference(names[0]) },
        } });
        schemas[names[1]] = json!({ "type": "object", "properties": {
            "a": reference(names[0]), "b": { "anyOf": [reference(names[1]), { "type": "null" }] },
        } });
        root
    };
    assert_eq!(
        lines(
            &document(["A", "B"], "string"),
            &document(["A", "B"], "integer")
        ),
        ["type-changed breaking A.leaf"]
    );
    let renamed = lines(
        &document(["A", "B"], "string"),
        &document(["X", "Y"], "string"),
    );
    assert!(
        renamed.iter().all(|line| !line.contains("breaking")),
        "{renamed:?}"
    );
    // Written out once around a name that stays.
    let mut out = document(["A", "B"], "string");
    out["components"]["schemas"]["T"]["properties"]["a"] =
        out["components"]["schemas"]["A"].clone();
    assert_eq!(lines(&document(["A", "B"], "string"), &out), [""; 0]);
}

#[test]
fn long_chains_of_types_end() {
    let chain = |prefix: &str, leaf: &str| {
        let reference =
            |index: usize| json!({ "$ref": format!("#/components/schemas/{prefix}{index}") });
        let mut root = with(
            json!({ "type": "object", "properties": { "a": reference(0) } }),
            true,
            true,
        );
        for index in 0..1000 {
            root["components"]["schemas"][format!("{prefix}{index}")] = json!({
                "type": "object",
                "properties": { "next": reference((index + 1) % 1000), leaf: { "type": "string" } },
            });
        }
        root
    };
    let told = lines(&chain("Old", "qty"), &chain("New", "side"));
    assert!(told.len() > 1000, "{}", told.len());
    let all = chain("Old", "qty");
    assert_eq!(lines(&all, &all), [""; 0]);
}

#[test]
fn arguments_are_checked() {
    let parse = |arguments: &[&str]| {
        let arguments: Vec<String> = arguments.iter().map(|&text| text.to_owned()).collect();
        parse(&arguments)
    };
    let request = parse(&["a", "--format", "json", "b", "--fail-on=breaking"]).unwrap();
    assert_eq!(
        request,
        Request {
            old: "a".into(),
            new: "b".into(),
            format: Format::Json,
            fail_on_breaking: true,
        }
    );
    for (arguments, told) in [
        (vec!["a"], "two files"),
        (vec!["a", "b", "c"], "two files"),
        (vec!["a", "b", "--format"], "needs a value"),
        (vec!["a", "b", "--format", "xml"], "no format `xml`"),
        (vec!["a", "b", "--fail-on", "all"], "knows `breaking` only"),
        (vec!["a", "b", "--loud"], "no option `--loud`"),
        (
            vec!["a", "b", "--format=json", "--format=text"],
            "given twice",
        ),
    ] {
        let message = parse(&arguments).unwrap_err();
        assert!(message.contains(told), "{message}");
    }
}

#[test]
fn the_result_is_printed_in_three_formats() {
    let new = edited(&shop(), "#/components/schemas/Side/enum/0", None);
    let diff = diff(&shop(), &new);
    let text = super::super::text(&diff);
    assert!(text.contains("Side: value `buy` is gone"), "{text}");
    let markdown = super::super::markdown(&diff);
    assert!(
        markdown.contains("| Side | value `buy` is gone |"),
        "{markdown}"
    );
    let json: Value = super::super::json(&diff);
    assert_eq!(json["version"], 1);
    assert_eq!(json["counts"]["breaking"], 1);
    assert_eq!(json["changes"][0]["kind"], "enum-value-removed");
    assert_eq!(json["changes"][0]["subject"]["schema"], "Side");
    assert_eq!(json["changes"][0]["direction"], "both");
    assert_eq!(json["bumps"][0]["bump"], "minor");
}

#[test]
fn what_a_document_says_is_no_markup() {
    let odd = "a|b`c<d>\u{1b}[31m\n# e";
    let new = edited(
        &shop(),
        "#/components/schemas/Side/enum/-",
        Some(json!(odd)),
    );
    let diff = diff(&shop(), &new);
    let markdown = super::super::markdown(&diff);
    assert!(
        markdown.contains("| new value `a\\|b'c<d> [31m # e` |"),
        "{markdown}"
    );
    let text = super::super::text(&diff);
    assert!(
        !text.contains('\u{1b}') && text.contains("new value `a|b'c<d>"),
        "{text}"
    );
}
