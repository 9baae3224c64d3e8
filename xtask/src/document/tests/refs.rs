//! Rules of `$ref`.

use serde_json::json;

use super::*;

const AT: &str = "#/components/schemas/A/$ref";

fn schema(schema: Value) -> Result<(), Fault> {
    check(&with("#/components/schemas/A", schema))
}

#[test]
fn a_ref_must_be_a_string_into_this_document() {
    for (reference, fragment) in [
        (json!(7), "must be a string, not a number"),
        (json!({"a": 1}), "must be a string, not an object"),
        (json!(""), "points to another file"),
        (
            json!("other.yaml#/A"),
            "`other.yaml#/A` points to another file; bundle the document",
        ),
        (
            json!("https://x.test/a.json#/A"),
            "points to a URL; bundle the document",
        ),
        (json!("#A"), "is not a JSON pointer"),
        (json!("#"), "is not a JSON pointer"),
        (json!("#/components/schemas/%ZZ"), "broken percent-encoding"),
        (json!("#/components/schemas/%ff"), "broken percent-encoding"),
        (
            json!("#/components/schemas/Gone"),
            "`#/components/schemas/Gone` points to nothing",
        ),
        (json!("#/paths/~1orders/get/tags/0"), "points to nothing"),
        (json!("#/paths/orders"), "points to nothing"),
    ] {
        refused(schema(json!({"$ref": reference})), AT, fragment);
    }
    let long = format!("#/{}", "a".repeat(5000));
    refused(schema(json!({"$ref": long})), AT, "longer than 4096 bytes");
}

#[test]
fn refs_are_found_wherever_they_are_keywords() {
    let gone = json!({"$ref": "#/gone"});
    for (pointer, value) in [
        (
            "#/components/schemas/A/properties/default",
            json!({"properties": {"default": gone}}),
        ),
        (
            "#/components/schemas/A/properties/example",
            json!({"properties": {"example": gone}}),
        ),
        (
            "#/components/schemas/A/properties/x-a",
            json!({"properties": {"x-a": gone}}),
        ),
        (
            "#/components/schemas/A/$defs/enum",
            json!({"$defs": {"enum": gone}}),
        ),
        (
            "#/components/schemas/A/items/not",
            json!({"items": {"not": gone}}),
        ),
        (
            "#/components/schemas/A/prefixItems/1",
            json!({"prefixItems": [{}, gone]}),
        ),
        (
            "#/components/schemas/A/additionalProperties",
            json!({"additionalProperties": gone}),
        ),
    ] {
        refused(
            schema(value),
            &format!("{pointer}/$ref"),
            "points to nothing",
        );
    }
    for pointer in [
        "#/paths/~1orders/get/responses/default",
        "#/paths/~1orders/get/callbacks",
        "#/components/responses/x-named",
        "#/components/responses/default",
        "#/components/parameters/example",
    ] {
        let (value, pointer) = match pointer.strip_suffix("callbacks") {
            Some(_) => (json!({"default": gone}), format!("{pointer}/default/$ref")),
            None => (gone.clone(), format!("{pointer}/$ref")),
        };
        let place = pointer
            .trim_end_matches("/$ref")
            .trim_end_matches("callbacks/default");
        let place = place.trim_end_matches('/');
        let document = if pointer.contains("callbacks") {
            with(&format!("{place}/callbacks"), value)
        } else {
            with(place, value)
        };
        refused(check(&document), &pointer, "points to nothing");
    }
    let header = json!({"200": {"headers": {"x-request-id": gone}}});
    refused(
        check(&with("#/paths/~1orders/get/responses", header)),
        "#/paths/~1orders/get/responses/200/headers/x-request-id/$ref",
        "points to nothing",
    );
}

#[test]
fn cycles_without_properties_or_items_are_refused_by_name() {
    let a = || json!({"$ref": "#/components/schemas/A"});
    let b = || json!({"$ref": "#/components/schemas/B"});
    let at = "#/components/schemas/A";

    refused(
        schema(a()),
        at,
        "`#/components/schemas/A` -> `#/components/schemas/A`",
    );
    for word in ["allOf", "anyOf", "oneOf"] {
        refused(
            schema(json!({word: [{"type": "object"}, a()]})),
            at,
            "leads only back to itself: `#/components/schemas/A` -> `#/components/schemas/A`;",
        );
    }
    refused(schema(json!({"not": a()})), at, "leads only back to itself");
    refused(
        schema(json!({"allOf": [{"oneOf": [{"not": a()}]}]})),
        at,
        "back to itself",
    );

    for (first, second) in [
        (b(), a()),
        (json!({"allOf": [b()]}), a()),
        (b(), json!({"anyOf": [{"type": "null"}, a()]})),
        (
            json!({"allOf": [b()], "properties": {"x": a()}}),
            json!({"oneOf": [{"not": a()}]}),
        ),
    ] {
        let mut document = with("#/components/schemas/A", first);
        document.root["components"]["schemas"]["B"] = second;
        refused(
            check(&document),
            at,
            "`#/components/schemas/A` -> `#/components/schemas/B` -> `#/components/schemas/A`",
        );
    }
}

#[test]
fn a_long_cycle_is_named_in_part() {
    let mut root = valid();
    for index in 0..100 {
        root["components"]["schemas"][format!("S{index}")] =
            json!({"$ref": format!("#/components/schemas/S{}", (index + 1) % 100)});
    }
    let fault = check(&document(root)).unwrap_err();
    assert!(
        fault.message.contains("-> … -> `#/components/schemas/S"),
        "{fault}"
    );
    assert!(fault.message.len() < 600, "{fault}");
}

#[test]
fn a_cycle_of_parameters_is_refused_before_it_is_followed() {
    let mut root = valid();
    root["components"]["parameters"]["account"] = json!({"$ref": "#/components/parameters/b"});
    root["components"]["parameters"]["b"] = json!({"$ref": "#/components/parameters/account"});
    let fault = check(&document(root)).unwrap_err();
    assert!(
        fault.message.contains("leads only back to itself"),
        "{fault}"
    );
}

#[test]
fn a_chain_of_refs_is_followed_but_not_forever() {
    let chain = |length: usize| {
        let mut root = valid();
        let parameters = root["components"]["parameters"].as_object_mut().unwrap();
        let last = parameters.remove("account").unwrap();
        parameters.insert(format!("p{length}"), last);
        for index in 0..length {
            let next = json!({"$ref": format!("#/components/parameters/p{}", index + 1)});
            parameters.insert(format!("p{index}"), next);
        }
        root["paths"]["/orders"]["parameters"][0]["$ref"] = json!("#/components/parameters/p0");
        check(&document(root))
    };
    assert_eq!(chain(5), Ok(()));
    refused(
        chain(50),
        "#/components/parameters/p31",
        "more than 32 `$ref`s",
    );
}
