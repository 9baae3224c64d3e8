//! Texts, examples and deprecations: each told once, and no more than was said.

use serde_json::{Value, json};

use super::fixture::{all_lines, diff, edited, shop, with};

const LIMIT: &str = "#/paths/~1v2~1orders/get/parameters/0";

fn limit(parameter: Value, schema: Value) -> Value {
    let mut root = shop();
    let limit = &mut root["paths"]["/v2/orders"]["get"]["parameters"][0];
    for (key, value) in parameter.as_object().unwrap() {
        limit[key] = value.clone();
    }
    for (key, value) in schema.as_object().unwrap() {
        limit["schema"][key] = value.clone();
    }
    root
}

#[test]
fn a_parameter_and_its_schema_say_it_once() {
    let nothing = || json!({});
    let place = "GET /v2/orders query limit";
    for (old, new, told) in [
        (
            limit(json!({ "example": 5 }), json!({ "example": 5 })),
            limit(json!({ "example": 6 }), json!({ "example": 6 })),
            vec![format!("example-changed documentation {place}")],
        ),
        (
            limit(json!({ "example": 5 }), nothing()),
            limit(nothing(), json!({ "example": 5 })),
            vec![],
        ),
        (
            limit(
                json!({ "description": "How many." }),
                json!({ "description": "How many." }),
            ),
            limit(
                json!({ "description": "At most." }),
                json!({ "description": "At most." }),
            ),
            vec![format!("text-changed documentation {place}")],
        ),
        (
            limit(nothing(), nothing()),
            limit(
                json!({ "description": "Deprecated. Use another." }),
                json!({ "deprecated": true }),
            ),
            vec![
                format!("deprecated deprecation {place}"),
                format!("text-changed documentation {place}"),
            ],
        ),
        (
            limit(json!({ "deprecated": true }), nothing()),
            limit(nothing(), json!({ "deprecated": true })),
            vec![],
        ),
    ] {
        assert_eq!(all_lines(&old, &new), told);
    }
}

#[test]
fn two_texts_of_a_parameter_are_two_changes() {
    let old = limit(
        json!({ "description": "How many." }),
        json!({ "description": "A number." }),
    );
    let new = limit(
        json!({ "description": "At most." }),
        json!({ "description": "A count." }),
    );
    assert_eq!(all_lines(&old, &new).len(), 2);
    let pointers: Vec<_> = diff(&old, &new)
        .changes
        .into_iter()
        .filter_map(|change| change.new)
        .collect();
    assert_eq!(pointers, [LIMIT.to_owned(), format!("{LIMIT}/schema")]);
}

#[test]
fn examples_under_an_extension_are_examples() {
    let schema = |key: &str, value: Value| {
        with(
            json!({ "type": "object", "properties": { "a": { "type": "string" } }, key: value }),
            true,
            true,
        )
    };
    let old = schema("x-examples", json!({ "one": { "a": "x" } }));
    assert_eq!(
        all_lines(&old, &schema("examples", json!([{ "a": "x" }]))),
        [""; 0]
    );
    assert_eq!(
        all_lines(&old, &schema("examples", json!([{ "a": "y" }]))),
        ["example-changed documentation T"]
    );
}

#[test]
fn a_title_that_repeats_a_new_name_is_no_change() {
    let object = || json!({ "type": "object", "properties": { "a": { "type": "string" } } });
    let old = with(
        json!({ "type": "object", "properties": { "p": object() } }),
        true,
        true,
    );
    let document = |title: &str| {
        let mut new = with(
            json!({ "type": "object", "properties": {
            "p": { "$ref": "#/components/schemas/Part" },
        } }),
            true,
            true,
        );
        new["components"]["schemas"]["Part"] = object();
        new["components"]["schemas"]["Part"]["title"] = json!(title);
        new
    };
    assert_eq!(all_lines(&old, &document("Part")), [""; 0]);
    assert_eq!(
        all_lines(&old, &document("A part")),
        ["text-changed documentation Part"]
    );
}

fn deprecated(words: Value) -> Value {
    edited(
        &shop(),
        "#/components/schemas/Order/properties/note/x-deprecation",
        Some(words),
    )
}

#[test]
fn other_words_about_the_same_dates_are_documentation() {
    let old =
        deprecated(json!({ "since": "2026-07-09", "sunset": "2026-10-09", "reason": "Use memo." }));
    let new = deprecated(
        json!({ "since": "2026-07-09", "sunset": "2026-10-09", "reason": "Use `memo`." }),
    );
    assert_eq!(
        all_lines(&old, &new),
        ["text-changed documentation Order.note"]
    );
    let change = diff(&old, &new).changes.remove(0);
    assert_eq!(change.name.as_deref(), Some("x-deprecation reason"));
    assert_eq!(
        (change.from, change.to),
        (Some(json!("Use memo.")), Some(json!("Use `memo`.")))
    );
    let later =
        deprecated(json!({ "since": "2026-07-09", "sunset": "2027-10-09", "reason": "Use it." }));
    assert_eq!(
        all_lines(&old, &later),
        ["deprecation-dated deprecation Order.note"]
    );
}

#[test]
fn reasons_are_no_dates() {
    let new =
        deprecated(json!({ "since": "2026-07-09", "reason": "Use memo, since May 1, 2026." }));
    let diff = diff(&shop(), &new);
    assert_eq!(
        diff.changes[0].text,
        "deprecated (since 2026-07-09): Use memo, since May 1, 2026."
    );
    let json = super::super::json(&diff);
    assert_eq!(
        json["deprecations"][0]["dates"],
        json!({ "since": "2026-07-09" })
    );
    assert_eq!(
        json["deprecations"][0]["words"],
        json!({ "reason": "Use memo, since May 1, 2026." })
    );
}

#[test]
fn a_sentence_that_is_gone_withdraws_no_keyword() {
    let at = "#/components/schemas/Order/description";
    let old = edited(&shop(), at, Some(json!("Notes have been deprecated.")));
    let change = diff(&old, &shop()).changes.remove(0);
    assert_eq!(change.kind.name(), "deprecation-withdrawn");
    assert!(change.text.contains("says no longer"), "{}", change.text);
}
