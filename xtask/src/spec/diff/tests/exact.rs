//! Parts of schemas that must be neither lost nor taken for another: maps, bounds as they are written,
//! several parts that say something of one property, keywords that hold schemas, media types.

use serde_json::{Value, json};

use super::super::Level;
use super::fixture::{diff, lines, with};

fn of(property: Value) -> Value {
    json!({ "type": "object", "properties": { "p": property } })
}

/// What is told where `T.p` is sent, and where it is answered.
fn told(old: &Value, new: &Value) -> [Vec<String>; 2] {
    let whole = |property: &Value, sent: bool| with(of(property.clone()), sent, !sent);
    [true, false].map(|sent| lines(&whole(old, sent), &whole(new, sent)))
}

#[test]
fn a_map_that_opens_up_is_another_type() {
    let map = |values: Option<Value>| {
        let mut map = json!({ "type": "object" });
        if let Some(values) = values {
            map["additionalProperties"] = values;
        }
        map
    };
    let texts = || map(Some(json!({ "type": "string" })));
    for open in [map(None), map(Some(json!({}))), map(Some(json!(true)))] {
        assert_eq!(
            told(&texts(), &open),
            [
                ["type-widened compatible T.p{}"],
                ["type-widened breaking T.p{}"]
            ]
        );
        assert_eq!(
            told(&open, &texts()),
            [
                ["type-narrowed breaking T.p{}"],
                ["type-narrowed compatible T.p{}"]
            ]
        );
        // The type of the values in Rust is another one in any case.
        let whole = |property: Value| with(of(property), true, false);
        let bumps = diff(&whole(texts()), &whole(open)).bumps;
        assert!(
            bumps.iter().all(|bump| bump.level == Level::Minor),
            "{bumps:?}"
        );
    }
    assert_eq!(
        told(&texts(), &map(Some(json!(false)))),
        [
            ["bound-tightened breaking T.p"],
            ["bound-tightened compatible T.p"]
        ]
    );
}

#[test]
fn numbers_are_compared_as_they_are_written() {
    let number = |key: &str, limit: Value| json!({ "type": "number", (key): limit });
    for (key, old, new, is_tighter) in [
        ("multipleOf", json!(0.1), json!(0.01), false),
        ("multipleOf", json!(1), json!(0.1), false),
        ("multipleOf", json!(0.3), json!(0.1), false),
        ("multipleOf", json!(0.01), json!(0.1), true),
        ("multipleOf", json!(0.2), json!(0.3), true),
        ("maximum", json!(i64::MAX), json!(i64::MAX - 508), true),
        (
            "minimum",
            json!(i64::MAX - 508),
            json!(i64::MAX - 509),
            false,
        ),
    ] {
        let expected = if is_tighter {
            ["bound-tightened breaking T.p"]
        } else {
            ["bound-loosened compatible T.p"]
        };
        let told = told(&number(key, old.clone()), &number(key, new.clone()));
        assert_eq!(told[0], expected, "{key} {old} {new}");
    }
    let same = told(
        &number("multipleOf", json!(1)),
        &number("multipleOf", json!(1.0)),
    );
    assert_eq!(same, [[""; 0]; 2]);
}

#[test]
fn what_several_parts_say_holds_at_once() {
    let parts = |one: Value, other: Value| json!({ "allOf": [of(one), of(other)] });
    let text = |most: u32| json!({ "type": "string", "maxLength": most });
    let old = parts(text(5), json!({ "enum": ["a"] }));
    for (new, expected) in [
        (
            parts(text(9), json!({ "enum": ["a"] })),
            "bound-loosened compatible T.p.p",
        ),
        (
            parts(text(5), json!({ "enum": ["a", "b"] })),
            "enum-value-added compatible T.p.p",
        ),
        (
            parts(json!({ "enum": ["b"] }), text(5)),
            "enum-value-added compatible T.p.p",
        ),
    ] {
        assert!(told(&old, &new)[0].contains(&expected.to_owned()), "{new}");
    }
    let whole = of(json!({ "type": "string", "maxLength": 5, "enum": ["a"] }));
    assert_eq!(told(&old, &whole), [[""; 0]; 2]);
    // The tighter of two bounds holds.
    let bounds = |one: u32, other: u32| json!({ "allOf": [{ "type": "integer", "maximum": one }, { "maximum": other }] });
    assert_eq!(told(&bounds(10, 20), &bounds(20, 10)), [[""; 0]; 2]);
    assert_eq!(
        told(&bounds(10, 20), &bounds(5, 20))[0],
        ["bound-tightened breaking T.p"]
    );
}

#[test]
fn a_type_beside_a_union_and_a_list_of_no_values_count() {
    let union = |kind: &str| {
        json!({ "type": kind, "oneOf": [
            { "title": "x", "properties": { "a": { "type": "string" } } },
            { "title": "y", "properties": { "b": { "type": "string" } } },
        ] })
    };
    assert_eq!(
        told(&union("object"), &union("array")),
        [["type-changed breaking T.p"], ["type-changed breaking T.p"]]
    );
    let text = json!({ "type": "string" });
    let none = json!({ "type": "string", "enum": [] });
    assert_eq!(told(&text, &none)[0], ["enum-introduced breaking T.p"]);
    assert_eq!(told(&none, &text)[0], ["enum-lifted compatible T.p"]);
    assert_eq!(told(&none, &none), [[""; 0]; 2]);
}

#[test]
fn an_integer_is_a_number() {
    let both = json!({ "anyOf": [{ "type": "integer" }, { "type": "number" }] });
    assert_eq!(told(&both, &json!({ "type": "number" })), [[""; 0]; 2]);
}

#[test]
fn keywords_that_hold_schemas_are_compared_by_what_they_say() {
    let null = json!({ "type": "string", "nullable": true });
    let list = json!({ "type": ["string", "null"], "description": "Words." });
    let other = json!({ "type": "integer" });
    let holding: [fn(Value) -> Value; 4] = [
        |schema| json!({ "type": "object", "not": schema }),
        |schema| json!({ "type": "object", "propertyNames": schema }),
        |schema| json!({ "type": "object", "patternProperties": { "^a": schema } }),
        |schema| json!({ "type": "array", "prefixItems": [{ "type": "string" }, schema] }),
    ];
    for hold in holding {
        let old = hold(null.clone());
        assert_eq!(told(&old, &hold(list.clone())), [[""; 0]; 2], "{old}");
        let changed = told(&old, &hold(other.clone()));
        assert_eq!(changed[0], ["keyword-changed breaking T.p"], "{old}");
    }
}

#[test]
fn media_types_with_other_parameters_are_kept_apart() {
    let answering = |bodies: Value| {
        let mut root = with(json!({ "type": "object" }), false, false);
        root["paths"]["/t"]["get"]["responses"]["200"]["content"] = bodies;
        root
    };
    let body = |kind: &str| json!({ "schema": { "type": kind } });
    let two = |kind: &str| {
        answering(json!({
            "application/json": body(kind), "application/json; charset=utf-8": body("string"),
        }))
    };
    assert_eq!(
        lines(&two("integer"), &two("boolean")),
        ["type-changed breaking GET /t response 200"]
    );
    let one = |name: &str| answering(json!({ name: body("string") }));
    assert_eq!(
        lines(
            &one("application/json"),
            &one("Application/JSON; charset=utf-8")
        ),
        [""; 0]
    );
    assert_eq!(
        lines(&one("application/json; charset=utf-8"), &two("string")),
        ["media-type-added compatible GET /t response 200 application/json; charset=utf-8"]
    );
}
