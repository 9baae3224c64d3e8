//! Types against anything, choices of required names, and one more variant.

use serde_json::{Value, json};

use super::fixture::{all_lines, diff, lines, with};

fn reference(name: &str) -> Value {
    json!({ "$ref": format!("#/components/schemas/{name}") })
}

fn of(property: Value) -> Value {
    json!({ "type": "object", "properties": { "p": property } })
}

/// `type-narrowed breaking T.p anything -> Other`, for each change.
fn turned(old: &Value, new: &Value) -> Vec<String> {
    let value = |value: &Option<Value>| match value {
        Some(Value::String(text)) => text.clone(),
        Some(other) => other.to_string(),
        None => "none".to_owned(),
    };
    let diff = diff(old, new);
    let line = |change: &super::super::Change| {
        let (kind, class) = (change.kind.name(), change.class.name());
        let (from, to) = (value(&change.from), value(&change.to));
        format!("{kind} {class} {} {from} -> {to}", change.place)
    };
    diff.changes.iter().map(line).collect()
}

#[test]
fn anything_against_something_is_one_change() {
    let text = || json!({ "type": "string", "enum": ["a", "b"], "description": "Some words." });
    let object =
        json!({ "type": "object", "required": ["a"], "properties": { "a": text(), "b": text() } });
    for (open, said, place, word) in [
        (json!({}), reference("Other"), "T.p", "Other"),
        (json!({}), object.clone(), "T.p", "object"),
        (
            json!({ "description": "Some words." }),
            text(),
            "T.p",
            "string",
        ),
        (
            json!({ "type": "array" }),
            json!({ "type": "array", "items": reference("Other") }),
            "T.p[]",
            "Other",
        ),
        (
            json!({ "type": "array", "items": {} }),
            json!({ "type": "array", "items": object }),
            "T.p[]",
            "object",
        ),
        (
            json!({}),
            json!({ "type": "array", "items": reference("Other") }),
            "T.p",
            "array",
        ),
        (
            json!({}),
            json!({ "oneOf": [reference("Other"), reference("Third")] }),
            "T.p",
            "union of 2",
        ),
        (
            json!({}),
            json!({ "type": ["string", "null"] }),
            "T.p",
            "string | null",
        ),
    ] {
        let (open, said) = (with(of(open), true, true), with(of(said), true, true));
        assert_eq!(
            turned(&open, &said),
            [format!("type-narrowed breaking {place} anything -> {word}")]
        );
        assert_eq!(
            turned(&said, &open),
            [format!("type-widened breaking {place} {word} -> anything")]
        );
    }
}

#[test]
fn any_object_against_a_named_one_is_one_change() {
    let list = |items: Value| with(of(json!({ "type": "array", "items": items })), false, true);
    let (any, named) = (list(json!({ "type": "object" })), list(reference("Other")));
    assert_eq!(
        turned(&any, &named),
        ["type-narrowed compatible T.p[] object -> Other"]
    );
    assert_eq!(
        turned(&named, &any),
        ["type-widened breaking T.p[] Other -> object"]
    );
    // What is written out there came there.
    let out = list(json!({ "type": "object", "properties": { "a": {} } }));
    assert_eq!(lines(&any, &out), ["property-added compatible T.p[].a"]);
}

#[test]
fn a_schema_that_refers_to_itself_may_say_so_later() {
    let document = |items: Value| {
        let legs = json!({ "type": "array", "items": items });
        with(
            json!({ "type": "object", "properties": { "id": { "type": "string" }, "legs": legs } }),
            false,
            true,
        )
    };
    let (open, itself) = (document(json!({})), document(reference("T")));
    assert_eq!(
        turned(&open, &itself),
        ["type-narrowed compatible T.legs[] anything -> T"]
    );
}

#[test]
fn what_only_null_was_left_of_is_narrower() {
    let (list, null) = (
        json!({ "type": ["array", "null"] }),
        json!({ "type": "null" }),
    );
    let (list, null) = (with(of(list), false, true), with(of(null), false, true));
    assert_eq!(
        turned(&list, &null),
        ["type-narrowed compatible T.p array | null -> null"]
    );
    assert_eq!(
        turned(&null, &list),
        ["type-widened breaking T.p null -> array | null"]
    );
}

#[test]
fn another_type_brings_its_values() {
    let old = with(of(json!({ "type": "boolean" })), false, true);
    let new = with(
        of(json!({ "type": "string", "enum": ["true", "false"] })),
        false,
        true,
    );
    let change = diff(&old, &new).changes.remove(0);
    assert_eq!(change.text, "type: boolean -> string, values: true, false");
    assert_eq!(change.values, [json!("true"), json!("false")]);
}

/// An object with two properties, and what is asked for.
fn asking(asked: Value) -> Value {
    let mut schema = json!({ "type": "object", "properties": {
        "name": { "type": "string" }, "symbols": { "type": "array", "items": { "type": "string" } },
    } });
    for (key, value) in asked.as_object().unwrap() {
        schema[key] = value.clone();
    }
    with(schema, true, false)
}

fn any_of(names: &[&str]) -> Value {
    json!({ "anyOf": names.iter().map(|name| json!({ "required": [name] })).collect::<Vec<_>>() })
}

#[test]
fn branches_that_only_require_make_no_union() {
    let always = |names: Value| json!({ "required": names });
    for (old, new, told) in [
        (
            always(json!(["name"])),
            any_of(&["name", "symbols"]),
            vec![
                "bound-loosened compatible T name -> name or symbols",
                "required-removed compatible T.name none -> none",
            ],
        ),
        (
            any_of(&["name", "symbols"]),
            always(json!(["name"])),
            vec!["required-added breaking T.name none -> none"],
        ),
        (
            json!({}),
            any_of(&["name", "symbols"]),
            vec!["bound-tightened breaking T none -> name or symbols"],
        ),
        (
            any_of(&["name", "symbols"]),
            json!({}),
            vec!["bound-loosened compatible T name or symbols -> none"],
        ),
        (
            any_of(&["name", "symbols"]),
            json!({ "oneOf": [{ "required": ["name"] }, { "required": ["symbols"] }] }),
            vec!["bound-tightened breaking T name or symbols -> only one of name or symbols"],
        ),
        (
            any_of(&["name", "symbols"]),
            any_of(&["symbols", "name"]),
            vec![],
        ),
    ] {
        assert_eq!(
            turned(&asking(old.clone()), &asking(new.clone())),
            told,
            "{old} -> {new}"
        );
    }
}

#[test]
fn properties_beside_a_choice_are_compared() {
    let old = asking(json!({ "required": ["name"] }));
    let mut new = asking(any_of(&["name", "symbols"]));
    let properties = &mut new["components"]["schemas"]["T"]["properties"];
    properties["note"] = json!({ "type": "string" });
    properties["symbols"]["items"]["maxLength"] = json!(9);
    assert_eq!(
        lines(&old, &new),
        [
            "bound-tightened breaking T.symbols[]",
            "bound-loosened compatible T",
            "required-removed compatible T.name",
            "property-added compatible T.note",
        ]
    );
}

#[test]
fn a_union_beside_properties_keeps_them() {
    let old = asking(json!({}));
    let new = asking(json!({ "oneOf": [
        { "required": ["name"], "properties": { "fast": { "type": "boolean" } } },
        { "required": ["symbols"], "properties": { "slow": { "type": "boolean" } } },
    ] }));
    assert_eq!(
        turned(&old, &new),
        [
            "bound-tightened breaking T none -> union of 2",
            "property-added compatible T.fast none -> none",
            "property-added compatible T.slow none -> none",
        ]
    );
}

#[test]
fn one_more_variant_is_an_append_where_readers_can_tell() {
    let text = || json!({ "type": "string" });
    let union = |branches: Vec<Value>| json!({ "oneOf": branches });
    let tagged = |branches: Vec<Value>| json!({ "oneOf": branches, "discriminator": { "propertyName": "k" } });
    let (other, third) = (|| reference("Other"), || reference("Third"));
    for (old, new, class) in [
        (
            union(vec![other(), reference("Last")]),
            union(vec![other(), reference("Last"), third()]),
            "compatible",
        ),
        (
            union(vec![other(), text()]),
            union(vec![other(), text(), third()]),
            "compatible",
        ),
        (
            union(vec![other(), third()]),
            union(vec![other(), third(), text()]),
            "breaking",
        ),
        (
            tagged(vec![other(), third()]),
            tagged(vec![other(), third(), text()]),
            "compatible",
        ),
        // What was no union has no other variants.
        (other(), union(vec![other(), third()]), "breaking"),
    ] {
        let document = |property: &Value, sent: bool| {
            let mut root = with(of(property.clone()), sent, !sent);
            root["components"]["schemas"]["Last"] =
                json!({ "type": "object", "properties": { "last": text() } });
            root
        };
        let pair = (document(&old, false), document(&new, false));
        assert_eq!(
            lines(&pair.0, &pair.1),
            [format!("variant-added {class} T.p")],
            "{old} -> {new}"
        );
        // Who sends need not know it, and what is gone is gone.
        let sent = (document(&old, true), document(&new, true));
        assert_eq!(lines(&sent.0, &sent.1), ["variant-added compatible T.p"]);
        for (new, old) in [pair, sent] {
            assert_eq!(lines(&old, &new), ["variant-removed breaking T.p"]);
        }
    }
}

#[test]
fn a_variant_and_its_tag_are_one_change() {
    let union = |names: &[&str]| {
        let branches: Vec<Value> = names.iter().map(|name| reference(name)).collect();
        let mapping: Value = names
            .iter()
            .map(|name| {
                (
                    name.to_lowercase(),
                    json!(format!("#/components/schemas/{name}")),
                )
            })
            .collect();
        with(
            json!({ "oneOf": branches, "discriminator": { "propertyName": "k", "mapping": mapping } }),
            false,
            true,
        )
    };
    let mut old = union(&["Other", "Third"]);
    old["components"]["schemas"]["Last"] =
        json!({ "type": "object", "properties": { "last": {} } });
    let mut new = union(&["Other", "Third", "Last"]);
    new["components"]["schemas"]["Last"] = old["components"]["schemas"]["Last"].clone();
    assert_eq!(all_lines(&old, &new), ["variant-added compatible T"]);
}
