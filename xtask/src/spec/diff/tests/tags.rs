//! The values of discriminators travel.

use serde_json::{Value, json};

use super::super::Class;
use super::fixture::{all_lines, diff, lines, with};

/// A union of `T`'s own variants and the tags that are listed for them.
fn union(variants: &[&str], mapping: Option<Value>) -> Value {
    let reference = |name: &&str| json!({ "$ref": format!("#/components/schemas/{name}") });
    let branches: Vec<Value> = variants.iter().map(reference).collect();
    let mut schema = json!({ "oneOf": branches, "discriminator": { "propertyName": "kind" } });
    if let Some(mapping) = mapping {
        schema["discriminator"]["mapping"] = mapping;
    }
    let mut root = with(schema, false, true);
    for name in ["A", "B", "C"] {
        root["components"]["schemas"][name] = json!({ "type": "object", "required": ["kind"],
            "properties": { "kind": { "type": "string" }, name: { "type": "integer" } } });
    }
    root
}

#[test]
fn a_tag_that_is_gone_or_means_another_schema_is_breaking() {
    let two = ["A", "B"];
    let plain = || {
        union(
            &two,
            Some(json!({ "a": "A", "b": "#/components/schemas/B" })),
        )
    };
    for mapping in [
        json!({ "a": "B", "b": "A" }),
        json!({ "a2": "A", "b": "B" }),
        json!({ "b": "B" }),
    ] {
        let new = union(&two, Some(mapping));
        assert_eq!(lines(&plain(), &new), ["keyword-changed breaking T"]);
    }
    assert_eq!(
        lines(&plain(), &union(&two, None)),
        ["keyword-changed breaking T"]
    );
    let new = union(&two, Some(json!({ "a": "B", "b": "A" })));
    let change = diff(&plain(), &new).changes.remove(0);
    assert_eq!(change.from, Some(json!({ "a": "A", "b": "B" })));
    assert_eq!(change.to, Some(json!({ "a": "B", "b": "A" })));
    assert!(diff(&plain(), &new).of(Class::Breaking).next().is_some());
}

#[test]
fn one_more_tag_is_an_append() {
    let two = ["A", "B"];
    let old = union(&two, Some(json!({ "a": "A", "b": "B" })));
    let new = union(&two, Some(json!({ "a": "A", "b": "B", "b2": "B" })));
    assert_eq!(lines(&old, &new), ["keyword-changed compatible T"]);
    // A variant brings its own.
    let new = union(
        &["A", "B", "C"],
        Some(json!({ "a": "A", "b": "B", "c": "C" })),
    );
    assert_eq!(lines(&old, &new), ["variant-added compatible T"]);
}

#[test]
fn how_a_tag_is_written_is_no_change() {
    let two = ["A", "B"];
    let old = union(&two, Some(json!({ "a": "A", "b": "B" })));
    let new = json!({ "b": "#/components/schemas/B", "a": "#/components/schemas/A" });
    assert_eq!(all_lines(&old, &union(&two, Some(new))), [""; 0]);
    // Without a tag of its own a schema goes by its name.
    let named = union(&two, Some(json!({ "A": "A", "B": "B" })));
    assert_eq!(all_lines(&union(&two, None), &named), [""; 0]);
    assert_eq!(all_lines(&named, &union(&two, None)), [""; 0]);
}
