//! What contradicts itself, and what only looks as if it did.

use super::*;

fn schema(value: Value) -> Value {
    with(sound(), "/components/schemas/A/properties/x", value)
}

const X: &str = "#/components/schemas/A/properties/x";

#[test]
fn examples_are_held_against_their_schemas_wherever_they_stand() {
    let body = "/responses/200/content/application~1json";
    for (root, place) in [
        (
            with(sound(), &at(&format!("{body}/example")), json!({"id": 7})),
            format!("#{OPERATION}{body}/example/id"),
        ),
        (
            with(sound(), &at(&format!("{body}/example")), json!({})),
            format!("#{OPERATION}{body}/example"),
        ),
        (
            with(
                sound(),
                &at(&format!("{body}/example")),
                json!([{"id": ""}]),
            ),
            format!("#{OPERATION}{body}/example"),
        ),
        (
            with(
                sound(),
                &at(&format!("{body}/examples")),
                json!({"one": {"value": {"id": "", "size": 1.5}}}),
            ),
            format!("#{OPERATION}{body}/examples/one/value/size"),
        ),
        (
            with(sound(), &at("/parameters/1/example"), json!(0)),
            format!("#{OPERATION}/parameters/1/example"),
        ),
        // A text is not how JSON writes a number, whatever travels.
        (
            with(sound(), &at("/parameters/1/example"), json!("5")),
            format!("#{OPERATION}/parameters/1/example"),
        ),
        (
            with(sound(), &at("/parameters/1/example"), json!("five")),
            format!("#{OPERATION}/parameters/1/example"),
        ),
        (
            schema(json!({"type": "string", "example": 5})),
            format!("{X}/example"),
        ),
        (
            schema(json!({"type": "string", "examples": ["a", 5]})),
            format!("{X}/examples/1"),
        ),
        (
            schema(json!({"type": "string", "format": "date-time", "example": "2019-08-01"})),
            format!("{X}/example"),
        ),
        (
            schema(json!({"type": "array", "items": {"type": "number"}, "example": {"a": 1}})),
            format!("{X}/example"),
        ),
    ] {
        assert_eq!(found(&root), [("example-mismatch", place)]);
    }
    let shared = with(
        with(
            sound(),
            "/components/examples",
            json!({"E": {"value": {"id": false}}}),
        ),
        &at(&format!("{body}/examples")),
        json!({"one": {"$ref": "#/components/examples/E"}}),
    );
    let place = "#/components/examples/E/value/id".to_owned();
    assert_eq!(found(&shared), [("example-mismatch", place)]);
}

#[test]
fn examples_that_fit_are_no_findings() {
    for root in [
        with(
            sound(),
            &at("/parameters/1"),
            json!({"name": "q", "in": "query", "schema": {"type": "array", "items": {"enum": ["FILL", "DIV"], "type": "string"}}, "example": "FILL,DIV"}),
        ),
        with(
            sound(),
            &at("/responses/200/content"),
            json!({"text/csv": {"schema": {"type": "array", "items": {"type": "string"}}, "example": "a,b"}}),
        ),
        schema(json!({"type": ["string", "null"], "example": null})),
        schema(json!({"type": "number", "multipleOf": 0.01, "example": 0.29, "default": 10.07})),
        schema(json!({"type": "string", "pattern": "^(?!a)", "example": "a"})),
    ] {
        let mismatches: Vec<_> = found(&root)
            .into_iter()
            .filter(|(rule, _)| rule.ends_with("mismatch"))
            .collect();
        assert_eq!(mismatches, []);
    }
}

#[test]
fn defaults_and_enums_are_held_against_their_schemas() {
    for (value, rule, place) in [
        (
            json!({"type": "integer", "default": "5"}),
            "default-mismatch",
            "/default",
        ),
        (
            json!({"type": "string", "enum": ["a", "b"], "default": "c"}),
            "default-mismatch",
            "/default",
        ),
        (
            json!({"type": "string", "enum": ["a", 5]}),
            "enum-mismatch",
            "/enum/1",
        ),
        (
            json!({"type": "string", "enum": ["ab", "abc"], "maxLength": 2}),
            "enum-mismatch",
            "/enum/1",
        ),
        (
            json!({"type": "string", "enum": ["A", "b"], "pattern": "^[A-Z]$"}),
            "enum-mismatch",
            "/enum/1",
        ),
        (
            json!({"type": "integer", "enum": [1, 2, 3], "maximum": 2}),
            "enum-mismatch",
            "/enum/2",
        ),
        (
            json!({"type": "string", "enum": ["a", "b", "a"]}),
            "enum-repeated",
            "/enum/2",
        ),
        (
            json!({"type": "integer", "const": "a"}),
            "enum-mismatch",
            "/const",
        ),
        (
            json!({"type": "string", "minLength": 12, "pattern": "^[A-Z0-9]{9}$"}),
            "bounds-contradict",
            "",
        ),
        (
            json!({"type": "string", "format": "uui"}),
            "unknown-format",
            "/format",
        ),
    ] {
        assert_eq!(found(&schema(value)), [(rule, format!("{X}{place}"))]);
    }
}

#[test]
fn bounds_are_held_against_those_of_the_parts() {
    let cusip = json!({"type": "string", "pattern": "^[A-Z0-9]{9}$"});
    let root = with(sound(), "/components/schemas/A/properties/cusip", cusip);
    let target = json!({"$ref": "#/components/schemas/A/properties/cusip"});
    for (value, contradicts) in [
        (json!({"allOf": [target, {"minLength": 12}]}), true),
        (json!({"allOf": [target], "minLength": 12}), true),
        (
            json!({"allOf": [{"minimum": 1}, {"exclusiveMaximum": 1}]}),
            true,
        ),
        (json!({"allOf": [target, {"minLength": 9}]}), false),
        (json!({"anyOf": [target, {"minLength": 12}]}), false),
        (
            json!({"type": "integer", "minimum": 1.2, "maximum": 1.8}),
            true,
        ),
        (
            json!({"type": "integer", "minimum": -1.8, "maximum": -1.2}),
            true,
        ),
        (
            json!({"type": ["integer", "null"], "exclusiveMinimum": 1, "exclusiveMaximum": 2}),
            true,
        ),
        (
            json!({"type": "integer", "minimum": 1, "maximum": 2, "exclusiveMinimum": true, "exclusiveMaximum": true}),
            true,
        ),
        (
            json!({"allOf": [{"type": "integer", "minimum": 0.5}, {"exclusiveMaximum": 1}]}),
            true,
        ),
        (
            json!({"type": "integer", "minimum": 1.2, "maximum": 2}),
            false,
        ),
        (
            json!({"type": "integer", "minimum": -0.8, "maximum": 0.3}),
            false,
        ),
        (
            json!({"type": "integer", "exclusiveMinimum": 1, "exclusiveMaximum": 3}),
            false,
        ),
        (
            json!({"type": "number", "minimum": 1.2, "maximum": 1.8}),
            false,
        ),
        (
            json!({"type": ["integer", "number"], "minimum": 1.2, "maximum": 1.8}),
            false,
        ),
        (
            json!({"type": "integer", "minimum": 1e300, "maximum": 2e300}),
            false,
        ),
    ] {
        let root = with(
            root.clone(),
            "/components/schemas/A/properties/x",
            value.clone(),
        );
        let places: Vec<String> = found(&root)
            .into_iter()
            .filter(|(rule, _)| *rule == "bounds-contradict")
            .map(|(_, place)| place)
            .collect();
        let expected: &[String] = if contradicts { &[X.to_owned()] } else { &[] };
        assert_eq!(places, expected, "{value}");
    }
}

#[test]
fn a_required_name_is_declared_by_any_branch_or_by_none() {
    let b = json!({"properties": {"b": {}}});
    for (value, is_declared) in [
        (json!({"required": ["b"], "properties": {"a": {}}}), false),
        (
            json!({"required": ["b"], "allOf": [b, {"properties": {"a": {}}}]}),
            true,
        ),
        (
            json!({"required": ["size"], "anyOf": [{"$ref": "#/components/schemas/A"}]}),
            true,
        ),
        (
            json!({"properties": {"b": {}}, "anyOf": [{"required": ["b"]}, {"required": ["c"]}]}),
            false,
        ),
        (
            json!({"properties": {"b": {}, "c": {}}, "anyOf": [{"required": ["b"]}, {"required": ["c"]}]}),
            true,
        ),
        (json!({"allOf": [b, {"required": ["b"]}]}), true),
        (
            json!({"required": ["any"], "additionalProperties": {"type": "string"}}),
            true,
        ),
        (
            json!({"required": ["any"], "properties": {"a": {}}, "additionalProperties": true}),
            false,
        ),
    ] {
        let undeclared = found(&schema(value.clone()))
            .iter()
            .any(|(rule, _)| *rule == "required-undeclared");
        assert_eq!(undeclared, !is_declared, "{value}");
    }
}

#[test]
fn a_base_may_require_what_all_its_users_declare() {
    let user = |name: &str| json!({"allOf": [{"$ref": "#/components/schemas/Base"}, {"properties": {name: {"type": "string"}}}]});
    let undeclared = |more: &[(&str, Value)]| {
        let base = json!({"type": "object", "required": ["kind"], "properties": {"a": {}}});
        let mut root = with(sound(), "/components/schemas/Base", base);
        for (name, value) in more {
            root = with(root, &format!("/components/schemas/{name}"), value.clone());
        }
        found(&root)
            .iter()
            .any(|(rule, _)| *rule == "required-undeclared")
    };
    let chained = json!({"allOf": [{"$ref": "#/components/schemas/Base"}]});
    let end =
        json!({"allOf": [{"$ref": "#/components/schemas/Middle"}, {"properties": {"kind": {}}}]});
    let itself = json!({"properties": {"base": {"$ref": "#/components/schemas/Base"}}});
    for (more, expected) in [
        (vec![("One", user("kind"))], false),
        (vec![("One", user("kind")), ("Two", user("kind"))], false),
        (vec![("Middle", chained.clone()), ("End", end)], false),
        (vec![], true),
        (vec![("One", user("other"))], true),
        (vec![("One", user("kind")), ("Two", user("other"))], true),
        (vec![("One", user("kind")), ("Plain", itself)], true),
        (vec![("Middle", chained)], true),
    ] {
        assert_eq!(undeclared(&more), expected, "{more:?}");
    }
}

#[test]
fn examples_of_editors_are_held_against_their_schemas() {
    for (value, place) in [
        (
            json!({"type": "integer", "x-examples": {"a": 1, "b/c": "x"}}),
            Some("/x-examples/b~1c"),
        ),
        (
            json!({"type": "integer", "x-examples": {"a": {"value": 1}}}),
            None,
        ),
        (
            json!({"type": "object", "x-examples": {"a": {"value": 1}}}),
            None,
        ),
        (json!({"type": "integer", "x-examples": [1, "x"]}), None),
        (
            json!({"type": "string", "enum": ["a"], "x-examples": {"a": "a"}}),
            None,
        ),
    ] {
        let expected = place.map(|place| ("example-mismatch", format!("{X}{place}")));
        assert_eq!(found(&schema(value)), Vec::from_iter(expected));
    }
    let body = "/responses/200/content/application~1json";
    let root = with(
        sound(),
        &at(&format!("{body}/x-examples")),
        json!({"a": {"id": 7}}),
    );
    let place = format!("#{OPERATION}{body}/x-examples/a/id");
    assert_eq!(found(&root), [("example-mismatch", place)]);
}

#[test]
fn operations_without_success_and_ids_that_are_no_identifiers() {
    let root = with(sound(), &at("/operationId"), json!("get-v2-a"));
    assert_eq!(
        found(&root),
        [("operation-id-style", format!("#{OPERATION}/operationId"))]
    );
    for (id, is_usual) in [("type", false), ("Match", false), ("getType", true)] {
        let root = with(sound(), &at("/operationId"), json!(id));
        assert_eq!(found(&root).is_empty(), is_usual, "{id}");
    }
    let root = with(
        sound(),
        &at("/responses"),
        json!({"404": {"description": ""}}),
    );
    assert!(found(&root).contains(&("no-success", format!("#{OPERATION}/responses"))));
}

#[test]
fn components_that_nothing_leads_to_are_found_through_others() {
    let mut root = sound();
    for (name, value) in [
        ("Used", json!({"type": "string"})),
        (
            "Lonely",
            json!({"properties": {"a": {"$ref": "#/components/schemas/OnlyByLonely"}}}),
        ),
        (
            "OnlyByLonely",
            json!({"properties": {"a": {"$ref": "#/components/schemas/Lonely"}}}),
        ),
        ("Mapped", json!({"type": "object"})),
    ] {
        root = with(root, &format!("/components/schemas/{name}"), value);
    }
    root = with(
        root,
        "/components/schemas/A/properties/u",
        json!({"$ref": "#/components/schemas/Used"}),
    );
    root = with(
        root,
        "/components/schemas/A/discriminator",
        json!({"propertyName": "id", "mapping": {"m": "Mapped"}}),
    );
    root = with(
        root,
        "/components/headers",
        json!({"H": {"schema": {"type": "string"}}}),
    );
    let unused: Vec<String> = found(&root)
        .into_iter()
        .filter(|(rule, _)| *rule == "unused-component")
        .map(|(_, place)| place)
        .collect();
    assert_eq!(
        unused,
        [
            "#/components/headers/H",
            "#/components/schemas/Lonely",
            "#/components/schemas/OnlyByLonely",
        ]
    );
}

#[test]
fn schemas_that_are_nearly_the_same_are_found() {
    let object = |names: &[&str]| {
        let properties: serde_json::Map<String, Value> = names
            .iter()
            .map(|name| {
                (
                    (*name).to_owned(),
                    json!({"type": "string", "description": name}),
                )
            })
            .collect();
        json!({"type": "object", "properties": properties})
    };
    let near = |one: Value, other: Value| {
        let root = with(sound(), "/components/schemas/N1", one);
        let root = with(root, "/components/schemas/N2", other);
        lint(document(root), None)
            .unwrap()
            .findings
            .into_iter()
            .filter(|it| it.rule.name == "near-duplicate-schema")
            .map(|it| format!("{}: {}", it.pointer, it.message))
            .collect::<Vec<_>>()
    };
    let five = || object(&["a", "b", "c", "d", "e"]);
    let mut described = five();
    described["description"] = json!("prose");
    described["properties"]["a"]["description"] = json!("other prose");
    let mut required = five();
    required["required"] = json!(["a"]);
    let mut retyped = five();
    retyped["properties"]["a"]["type"] = json!("integer");
    for (other, part) in [
        (described, "`N1` but for prose|"),
        (required, "`N1` but for prose and what is required|"),
        (retyped, "with another `a`"),
        (object(&["a", "b", "c", "d"]), "without `e`"),
        (object(&["a", "b", "c", "d", "e", "f"]), "with `f` as well"),
        (
            object(&["a", "b", "c", "d", "g"]),
            "with `g` in place of `e`",
        ),
    ] {
        let found = near(five(), other);
        assert_eq!(found.len(), 1, "{part}: {found:?}");
        assert!(
            found[0].starts_with("#/components/schemas/N2: is `N1`")
                && format!("{}|", found[0]).contains(part),
            "{found:?}"
        );
    }
    assert_eq!(near(five(), object(&["a", "b", "c"])), [""; 0]);
    assert_eq!(near(object(&["a", "b"]), object(&["a", "c"])), [""; 0]);
    let values = json!({"type": "string", "enum": ["a", "b", "c"]});
    assert_eq!(near(values.clone(), values).len(), 1);
}
