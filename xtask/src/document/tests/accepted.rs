//! Documents that are legal, some of them only just.

use serde_json::json;

use super::*;

#[test]
fn the_valid_document_passes() {
    assert_eq!(check(&document(valid())), Ok(()));
}

#[test]
fn supported_versions_pass() {
    for version in ["3.0.0", "3.0.3", "3.0.4", "3.1.0", "3.1.2", "3.1.17"] {
        assert_eq!(
            check(&with("#/openapi", json!(version))),
            Ok(()),
            "{version}"
        );
    }
}

#[test]
fn paths_that_differ_as_a_whole_pass() {
    let operation = |id: &str, name: &str| {
        json!({"post": {
            "operationId": id,
            "parameters": [{"name": name, "in": "path", "required": true, "schema": {}}],
            "responses": {"200": {}}
        }})
    };
    let mut root = valid();
    root["paths"]["/positions/{symbol_or_asset_id}"] = operation("a", "symbol_or_asset_id");
    root["paths"]["/positions/{symbol_or_contract_id}/exercise"] =
        operation("b", "symbol_or_contract_id");
    root["paths"]["/positions/{date}.csv"] = operation("c", "date");
    assert_eq!(check(&document(root)), Ok(()));
}

#[test]
fn a_schema_may_contain_itself_through_properties_items_and_the_like() {
    let root = "#/components/schemas/Tree";
    for schema in [
        json!({"properties": {"left": {"$ref": root}}}),
        json!({"items": {"$ref": root}}),
        json!({"additionalProperties": {"$ref": root}}),
        json!({"allOf": [{"properties": {"left": {"anyOf": [{"$ref": root}]}}}]}),
        json!({"oneOf": [{"type": "null"}, {"type": "array", "items": {"$ref": root}}]}),
    ] {
        assert_eq!(
            check(&with("#/components/schemas/Tree", schema.clone())),
            Ok(()),
            "{schema}"
        );
    }
}

#[test]
fn refs_in_data_are_data() {
    let data = json!({"$ref": "nowhere.json"});
    for schema in [
        json!({"example": data}),
        json!({"examples": [data]}),
        json!({"default": data}),
        json!({"enum": [data]}),
        json!({"const": data}),
        json!({"x-note": data}),
        json!({"properties": {"a": {"example": data}}}),
        json!({"discriminator": {"propertyName": "a", "mapping": {"$ref": "b"}}}),
    ] {
        assert_eq!(
            check(&with("#/components/schemas/Data", schema.clone())),
            Ok(()),
            "{schema}"
        );
    }
    assert_eq!(
        check(&with(
            "#/components/examples",
            json!({"a": {"value": data}})
        )),
        Ok(())
    );
}

#[test]
fn properties_may_have_any_name() {
    let names = json!({"properties": {
        "$ref": {"type": "string"}, "example": {}, "default": {}, "enum": {}, "x-note": {},
        "properties": {"properties": {"$ref": {}}}, "allOf": {"type": "array"}
    }});
    assert_eq!(check(&with("#/components/schemas/Names", names)), Ok(()));
}

#[test]
fn refs_may_be_escaped_and_percent_encoded() {
    for reference in [
        "#/paths/~1orders~1{order_id}/delete",
        "#/paths/~1orders~1%7Border_id%7D/delete",
        "#/paths/%7E1orders%7e1%7Border_id%7D/delete",
        "#/paths/~1orders/get",
        "#/paths/~1orders~1{order_id}/delete/parameters/0/schema",
    ] {
        let schema = json!({"$ref": reference});
        assert_eq!(
            check(&with("#/components/schemas/Other", schema)),
            Ok(()),
            "{reference}"
        );
    }
}

#[test]
fn an_operation_may_override_a_parameter_of_its_path() {
    let own = json!([{"name": "account", "in": "query", "schema": {}}]);
    assert_eq!(check(&with("#/paths/~1orders/get/parameters", own)), Ok(()));
}

#[test]
fn any_one_sendable_media_type_is_enough() {
    for content in [
        json!({"application/json": {}}),
        json!({"Application/JSON ;charset=utf-8": {}}),
        json!({"application/x-www-form-urlencoded": {}, "multipart/form-data": {}}),
        json!({"text/plain": {}}),
        json!({"application/octet-stream": {}}),
        json!({"text/plain": {}, "application/json": {}}),
    ] {
        let body = with(
            "#/paths/~1orders/post/requestBody",
            json!({"content": content}),
        );
        assert_eq!(check(&body), Ok(()), "{content}");
    }
}

#[test]
fn a_long_chain_of_schemas_is_followed_without_recursion() {
    const LENGTH: usize = 10_000;
    let mut root = valid();
    let schemas = root["components"]["schemas"].as_object_mut().unwrap();
    for index in 0..LENGTH {
        let next = json!({"allOf": [{"$ref": format!("#/components/schemas/S{}", index + 1)}]});
        schemas.insert(format!("S{index}"), next);
    }
    schemas.insert(format!("S{LENGTH}"), json!({"type": "string"}));
    assert_eq!(check(&document(root.clone())), Ok(()));

    root["components"]["schemas"][format!("S{LENGTH}")] =
        json!({"$ref": "#/components/schemas/S0"});
    refused(
        check(&document(root)),
        "#/components/schemas/S0",
        "leads only back to itself",
    );
}
