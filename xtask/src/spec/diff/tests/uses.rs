//! Whether a change is told of a named schema or of its use.

use serde_json::{Value, json};

use super::fixture::{diff, lines, with};

fn of(property: Value) -> Value {
    json!({ "type": "object", "properties": { "p": property } })
}

#[test]
fn what_changed_in_a_part_is_told_of_the_part_once() {
    let document = |values: Value| {
        let mut root = with(
            json!({ "allOf": [
                { "$ref": "#/components/schemas/Zone" },
                { "type": "object", "properties": { "own": { "type": "string" } } },
            ] }),
            true,
            true,
        );
        root["components"]["schemas"]["Zone"] = json!({
            "type": "object", "properties": { "zone": { "type": "string", "enum": values } },
        });
        root
    };
    let (old, new) = (document(json!(["a", "b"])), document(json!(["a"])));
    assert_eq!(lines(&old, &new), ["enum-value-removed breaking Zone.zone"]);
    let diff = diff(&old, &new);
    assert_eq!(
        Vec::from_iter(&diff.changes[0].operations),
        ["GET /t", "POST /t"]
    );
}

#[test]
fn a_named_schema_in_place_of_a_written_one_is_told_of_the_use() {
    let document = |side: Value| {
        let mut root = with(of(side), false, true);
        root["components"]["schemas"]["Side"] =
            json!({ "type": "string", "enum": ["buy", "sell", "short"] });
        root["paths"]["/t"]["post"]["parameters"] = json!([
            { "name": "side", "in": "query", "schema": { "$ref": "#/components/schemas/Side" } },
        ]);
        root
    };
    let written = document(json!({ "type": "string", "enum": ["buy", "sell"] }));
    let named = document(json!({ "$ref": "#/components/schemas/Side" }));
    assert_eq!(lines(&written, &named), ["enum-value-added compatible T.p"]);
    assert_eq!(lines(&named, &written), ["enum-value-removed breaking T.p"]);
    for (old, new) in [(&written, &named), (&named, &written)] {
        let change = diff(old, new).changes.remove(0);
        assert_eq!(Vec::from_iter(&change.operations), ["GET /t"]);
        assert_eq!(change.direction.name(), "response");
        let at = "#/components/schemas/Side/enum/2";
        assert!(change.old.as_deref() == Some(at) || change.new.as_deref() == Some(at));
    }
}

#[test]
fn a_part_that_is_new_to_the_whole_is_told_of_the_whole() {
    let own = || json!({ "type": "object", "properties": { "own": { "type": "string" } } });
    let without = with(own(), true, false);
    let whole = json!({ "allOf": [{ "$ref": "#/components/schemas/Other" }, own()] });
    let whole = with(whole, true, false);
    assert_eq!(
        lines(&without, &whole),
        ["property-added compatible T.other"]
    );
    assert_eq!(
        lines(&whole, &without),
        ["property-removed breaking T.other"]
    );
}

#[test]
fn to_a_new_operation_nothing_is_new() {
    let text = || json!({ "type": "string" });
    let old = with(
        json!({ "type": "object", "properties": { "p": text() } }),
        false,
        true,
    );
    let schema =
        json!({ "type": "object", "required": ["q"], "properties": { "p": text(), "q": text() } });
    let mut new = with(schema, false, true);
    let content = new["paths"]["/t"]["get"]["responses"]["200"]["content"].clone();
    new["paths"]["/u"] = json!({ "put": {
        "operationId": "putU", "requestBody": { "content": content }, "responses": {},
    } });
    // Who calls the new operation knows what it asks for.
    assert_eq!(
        lines(&old, &new),
        [
            "operation-added compatible PUT /u",
            "property-added compatible T.q"
        ]
    );
    let operations = |old: &Value, new: &Value| {
        let mut changes = diff(old, new).changes.into_iter();
        let change = changes.find(|change| change.place == "T.q").unwrap();
        Vec::from_iter(change.operations)
    };
    assert_eq!(operations(&old, &new), ["GET /t"]);
    assert_eq!(operations(&new, &old), ["GET /t"]);
    // One that has had the schema all along is concerned, on another path as well.
    let text = new.to_string().replace("\"/t\"", "\"/v2/t\"");
    let moved: Value = serde_json::from_str(&text).unwrap();
    assert_eq!(operations(&old, &moved), ["GET /t", "GET /v2/t"]);
}
