//! Every way in which the pipeline refuses a document, under the name of its rule.

use super::*;

const PATH: &str = "#/paths/~1a~1{id}";

#[test]
fn each_refusal_has_its_rule_and_hides_no_other() {
    let path = |path: &str, item: Value| (format!("/paths/{}", path.replace('/', "~1")), item);
    let operation = json!({"operationId": "other", "responses": {"200": {"description": ""}}});
    let item = json!({"get": operation});
    let parameter = |value: Value| (at("/parameters/1"), value);
    let schema = |value: Value| ("/components/schemas/A/properties/x".to_owned(), value);
    let own = |tail: &str| format!("#{OPERATION}{tail}");
    let in_schema = |tail: &str| format!("#/components/schemas/A/properties/x{tail}");
    let cases: Vec<((String, Value), &str, String)> = vec![
        (("/info".into(), json!(5)), "info", "#/info".into()),
        (
            ("/info/version".into(), json!(1)),
            "info",
            "#/info/version".into(),
        ),
        (("/paths".into(), json!({})), "no-paths", "#/paths".into()),
        (
            schema(json!({"$ref": "https://a.example/b"})),
            "outside-ref",
            in_schema("/$ref"),
        ),
        (
            schema(json!({"$ref": "b.json"})),
            "outside-ref",
            in_schema("/$ref"),
        ),
        (
            schema(json!({"$ref": "#name"})),
            "outside-ref",
            in_schema("/$ref"),
        ),
        (
            schema(json!({"$ref": "#/components/schemas/B"})),
            "dangling-ref",
            in_schema("/$ref"),
        ),
        (
            schema(json!({"$ref": "#/components/%zz"})),
            "dangling-ref",
            in_schema("/$ref"),
        ),
        (
            schema(json!({"$ref": 5})),
            "dangling-ref",
            in_schema("/$ref"),
        ),
        (
            (
                "/components/schemas/B".into(),
                json!({"allOf": [{"$ref": "#/components/schemas/B"}]}),
            ),
            "endless-ref",
            "#/components/schemas/B".into(),
        ),
        (path("b", item.clone()), "path-template", "#/paths/b".into()),
        (
            path("/b/{", item.clone()),
            "path-template",
            "#/paths/~1b~1{".into(),
        ),
        (
            path("/b/{}", item.clone()),
            "path-template",
            "#/paths/~1b~1{}".into(),
        ),
        (
            path("/b}", item.clone()),
            "path-template",
            "#/paths/~1b}".into(),
        ),
        (
            path("/a/{other}", json!({})),
            "ambiguous-path",
            "#/paths/~1a~1{other}".into(),
        ),
        (
            path("/b", json!({"$ref": "#/paths/~1a~1{id}"})),
            "path-item-ref",
            "#/paths/~1b/$ref".into(),
        ),
        (
            path("/b", json!({"GET": operation})),
            "method-case",
            "#/paths/~1b/GET".into(),
        ),
        (
            path(
                "/b",
                json!({"get": {"responses": {"200": {"description": ""}}}}),
            ),
            "operation-id-missing",
            "#/paths/~1b/get".into(),
        ),
        (
            (at("/operationId"), json!(" ")),
            "operation-id-missing",
            own("/operationId"),
        ),
        (
            (at("/operationId"), json!(7)),
            "operation-id-missing",
            own("/operationId"),
        ),
        (
            path(
                "/b",
                json!({"get": {"operationId": "make_a", "responses": {"200": {"description": ""}}}}),
            ),
            "operation-id-repeated",
            "#/paths/~1b/get/operationId".into(),
        ),
        (
            path("/b/{c}", item.clone()),
            "path-parameter-undeclared",
            "#/paths/~1b~1{c}/get".into(),
        ),
        (
            parameter(json!({"name": "no", "in": "path", "required": true, "schema": {}})),
            "path-parameter-unused",
            own("/parameters/1"),
        ),
        (
            parameter(json!({"name": "id", "in": "path", "required": true, "schema": {}})),
            "duplicate-parameter",
            own("/parameters/1"),
        ),
        (
            parameter(json!({"in": "query", "schema": {}})),
            "parameter-form",
            own("/parameters/1"),
        ),
        (parameter(json!(5)), "parameter-form", own("/parameters/1")),
        (
            parameter(json!({"name": "q", "in": "cookie", "schema": {}})),
            "parameter-form",
            own("/parameters/1/in"),
        ),
        (
            parameter(json!({"name": "q", "in": "query"})),
            "parameter-form",
            own("/parameters/1"),
        ),
        (
            parameter(json!({"name": "q", "in": "query", "schema": 5})),
            "parameter-form",
            own("/parameters/1/schema"),
        ),
        (
            parameter(json!({"name": "q", "in": "query", "content": {}})),
            "parameter-form",
            own("/parameters/1/content"),
        ),
        (
            parameter(json!({"name": "q", "in": "query", "style": "deepObject", "schema": {}})),
            "parameter-form",
            own("/parameters/1/style"),
        ),
        (
            (at("/parameters/0/required"), json!(false)),
            "parameter-form",
            own("/parameters/0"),
        ),
        (
            (at("/requestBody"), json!({})),
            "body-form",
            own("/requestBody"),
        ),
        (
            (at("/requestBody"), json!({"content": {}, "required": true})),
            "body-form",
            own("/requestBody/content"),
        ),
        (
            (at("/requestBody/content"), json!({"image/png": {}})),
            "body-form",
            own("/requestBody/content"),
        ),
        (
            (
                at("/requestBody/content"),
                json!({"text/plain": {}, "application/octet-stream": {}}),
            ),
            "body-form",
            own("/requestBody/content"),
        ),
        (
            (at("/responses/OK"), json!({"description": ""})),
            "response-code",
            own("/responses/OK"),
        ),
        (
            (at("/responses"), json!({})),
            "no-responses",
            own("/responses"),
        ),
        (
            path("/b", json!({"get": {"operationId": "b"}})),
            "no-responses",
            "#/paths/~1b/get".into(),
        ),
        (
            (at("/responses/201"), json!(5)),
            "structure",
            own("/responses/201"),
        ),
        ((at("/responses"), json!(5)), "structure", own("/responses")),
        (
            (at("/requestBody/content"), json!(5)),
            "structure",
            own("/requestBody/content"),
        ),
        (
            (at("/parameters"), json!({})),
            "structure",
            own("/parameters"),
        ),
        (path("/b", json!(5)), "structure", "#/paths/~1b".into()),
        (
            schema(json!({"patternProperties": {}})),
            "no-form",
            in_schema(""),
        ),
        (
            schema(json!({"type": "text"})),
            "unknown-type",
            in_schema(""),
        ),
        (schema(json!({"type": 5})), "unknown-type", in_schema("")),
        (
            path("/b", json!({"trace": operation})),
            "after-repairs",
            "#/paths/~1b/trace".into(),
        ),
    ];
    // Behind each fault lies another one, which must be found as well.
    let base = with(
        sound(),
        "/paths/~1z",
        json!({"get": {
            "operationId": "z", "responses": {"200": {"description": "", "content": {"application/json": {"schema": {"contains": {}}}}}},
        }}),
    );
    let behind = "#/paths/~1z/get/responses/200/content/application~1json/schema";
    for ((pointer, value), rule, place) in cases {
        let found = found(&with(base.clone(), &pointer, value.clone()));
        let refused: Vec<_> = found
            .iter()
            .filter(|(name, _)| {
                rules::all()
                    .iter()
                    .any(|known| known.name == *name && known.weight == Weight::Refused)
            })
            .collect();
        let expected = (rule, place);
        assert!(
            refused.contains(&&expected),
            "{pointer} {value}: {refused:?}"
        );
        let is_there = refused.iter().any(|(_, place)| place == behind);
        assert!(
            is_there || rule == "no-paths",
            "{pointer} {value} hides what is behind: {refused:?}"
        );
        let most = if rule == "no-paths" { 1 } else { 2 };
        assert!(refused.len() <= most, "{pointer} {value}: {refused:?}");
    }
}

#[test]
fn what_refers_to_a_schema_by_mistake_hides_nothing() {
    let to_a = json!({"$ref": "#/components/schemas/A"});
    for (place, rule) in [
        (at("/parameters/1"), "parameter-form"),
        (at("/requestBody"), "body-form"),
    ] {
        let root = with(sound(), &place, to_a.clone());
        let root = with(
            root,
            "/components/schemas/A/properties/x",
            json!({"if": {}}),
        );
        assert_eq!(
            found(&root),
            [
                (rule, "#/components/schemas/A".to_owned()),
                ("no-form", "#/components/schemas/A/properties/x".to_owned()),
            ]
        );
    }
}

#[test]
fn many_faults_are_told_at_once() {
    let mut root = sound();
    for number in 0..40 {
        root = with(
            root,
            &format!("/paths/~1p{number}"),
            json!({"get": {"responses": {}}}),
        );
        root = with(
            root,
            &format!("/components/schemas/S{number}"),
            json!({"properties": {"a": {"$ref": "#/components/schemas/None"}, "b": {"if": {}}}}),
        );
    }
    let found = found(&root);
    for rule in [
        "operation-id-missing",
        "no-responses",
        "dangling-ref",
        "no-form",
    ] {
        let count = found.iter().filter(|(name, _)| *name == rule).count();
        assert_eq!(count, 40, "{rule}");
    }
    let report = lint(document(root.clone()), None).unwrap();
    assert!(report.is_complete && !report.to_text().contains("to its end"));
    for number in 40..400 {
        root["paths"][format!("/p{number}")] = json!({"get": {"responses": {}}});
    }
    let report = lint(document(root), None).unwrap();
    assert!(!report.is_complete && report.to_text().contains("to its end"));
    assert_eq!(report.to_json()["complete"], json!(false));
}

#[test]
fn what_is_left_after_the_repairs_and_what_the_generator_cannot_handle_is_found() {
    let nothing = json!({"allOf": [{"type": "string"}, {"type": "integer"}]});
    let root = with(sound(), "/components/schemas/A/properties/x", nothing);
    assert_eq!(found(&root), [("generator", format!("{PATH}/post"))]);
    // Two names that are one in Rust.
    let root = with(
        sound(),
        &at("/parameters/2"),
        json!({"name": "Q", "in": "query", "schema": {"type": "string"}}),
    );
    let found = found(&root);
    assert_eq!(found, [("after-repairs", format!("{PATH}/post"))]);
}

#[test]
fn a_successor_is_held_against_the_supplement_and_the_repairs() {
    let supplement = document(json!({
        "openapi": "3.0.0", "info": {"title": "T", "version": "1"},
        "paths": {"/a/{id}": {"post": {"operationId": "gone", "responses": {"200": {"description": ""}}}}},
    }));
    let report = lint(document(sound()), Some(&supplement)).unwrap();
    assert!(
        report
            .findings
            .iter()
            .any(|it| it.rule.name == "supplement")
    );
    let supplement = document(json!({
        "openapi": "3.0.0", "info": {"title": "T", "version": "1"},
        "paths": {"/b": {"get": {"operationId": "gone", "responses": {"200": {"description": ""}}}}},
    }));
    let report = lint(document(sound()), Some(&supplement)).unwrap();
    let stale = report
        .findings
        .iter()
        .filter(|it| it.rule.name == "stale-repair");
    assert!(stale.count() > 10);
}

/// All places of a document.
fn places(value: &Value, at: &str, found: &mut Vec<String>) {
    found.push(at.to_owned());
    match value {
        Value::Object(object) => {
            for (key, value) in object {
                let key = key.replace('~', "~0").replace('/', "~1");
                places(value, &format!("{at}/{key}"), found);
            }
        }
        Value::Array(list) => {
            for (index, value) in list.iter().enumerate() {
                places(value, &format!("{at}/{index}"), found);
            }
        }
        _ => {}
    }
}

#[test]
fn lint_refuses_exactly_what_the_pipeline_refuses() {
    let mut all = Vec::new();
    places(&sound(), "", &mut all);
    let odd = [
        json!(null),
        json!(5),
        json!("x"),
        json!([]),
        json!({}),
        json!([5]),
        json!({"$ref": "#/components/schemas/A"}),
        json!({"type": "text"}),
        json!({"x": {"properties": {"if": {"if": {}}}}}),
    ];
    let mut refused = 0;
    for place in all.iter().filter(|place| !place.is_empty()) {
        for value in &odd {
            let root = with(sound(), place, value.clone());
            let Ok(report) = lint(document(root.clone()), None) else {
                let identified = document::identify(&document(root)).is_ok();
                assert!(!identified, "{place} {value}");
                continue;
            };
            let taken = regen::derive(crate::steps::Input {
                document: document(root),
                supplement: None,
                is_vendored: false,
            });
            let says = report.count(Weight::Refused);
            assert_eq!(
                says == 0,
                taken.is_ok(),
                "{place} {value}: {:?} {says}",
                taken.err()
            );
            refused += usize::from(says > 0);
        }
    }
    assert!(refused > 100, "{refused}");
}
