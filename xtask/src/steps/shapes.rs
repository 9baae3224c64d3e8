//! Shapes that documents may have, put into the form that later steps expect.
//!
//! These guards run before anything is named. They do not expire: most are for documents other than
//! ours, and what the others do shows in the snapshots.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Map, Value, json};

use super::repairs::Repair;
use super::walk;

/// All guards, in the order in which they run.
pub const GUARDS: &[Repair] = &[
    guard(
        "inlined_bodies",
        "bodies that several operations share are written out in each",
        inlined_bodies,
    ),
    guard(
        "typed_enums",
        "an enum without a type, or of several types, is not a type",
        typed_enums,
    ),
    guard(
        "typed_formats",
        "a format without its type stops the generator",
        typed_formats,
    ),
    guard(
        "nullable_uses",
        "a component that may be null becomes an option inside a type",
        nullable_uses,
    ),
    guard(
        "plain_aliases",
        "a name for a text, a number or a date becomes a type around it",
        plain_aliases,
    ),
    guard(
        "single_parts",
        "a sum of one inline schema is that schema",
        single_parts,
    ),
    guard(
        "discriminators",
        "the generator ignores discriminators and decodes by first match",
        discriminators,
    ),
];

const fn guard(name: &'static str, reason: &'static str, apply: fn(&mut Value) -> usize) -> Repair {
    Repair {
        name,
        reason,
        apply,
        expires: false,
    }
}

fn each_schema(
    document: &mut Value,
    mut change: impl FnMut(&str, &mut Map<String, Value>) -> usize,
) -> usize {
    let mut count = 0;
    let walked: Result<(), std::convert::Infallible> =
        walk::schemas_mut(document, &mut |pointer, schema| {
            if let Some(object) = schema.as_object_mut() {
                count += change(pointer, object);
            }
            Ok(())
        });
    match walked {
        Ok(()) => count,
    }
}

/// Later steps look for bodies and answers where operations have them.
fn inlined_bodies(document: &mut Value) -> usize {
    let shared = document.get("components").cloned().unwrap_or_default();
    let resolved = |node: &Value| {
        let mut node = node.clone();
        // A chain that is longer has been refused already.
        for _ in 0..32 {
            let Some((section, name)) = node
                .get("$ref")
                .and_then(Value::as_str)
                .and_then(walk::component_of)
            else {
                break;
            };
            match shared.get(&section).and_then(|all| all.get(&name)) {
                Some(target) => node = target.clone(),
                None => break,
            }
        }
        node
    };
    let mut count = 0;
    walk::operations_mut(document, |_, _, operation| {
        if let Some(body) = operation.get_mut("requestBody")
            && body.get("$ref").is_some()
        {
            *body = resolved(body);
            count += 1;
        }
        let answers = operation
            .get_mut("responses")
            .and_then(Value::as_object_mut);
        for (status, answer) in answers.into_iter().flatten() {
            // Errors stay shared: their types would be one for each operation otherwise. And an
            // answer without content has nothing that is looked for.
            let is_success = status.starts_with('2') || status == "default";
            if is_success && answer.get("$ref").is_some() {
                let whole = resolved(answer);
                if whole.get("content").is_some() {
                    *answer = whole;
                    count += 1;
                }
            }
        }
    });
    count
}

/// `{enum: [asc, desc]}` is a string enum; one of numbers or of several types is none.
fn typed_enums(document: &mut Value) -> usize {
    each_schema(document, |_, schema| {
        let Some(values) = schema.get("enum").and_then(Value::as_array).cloned() else {
            return usize::from(schema.remove("enum").is_some());
        };
        let texts: Vec<Value> = values.iter().fold(Vec::new(), |mut unique, value| {
            if value.is_string() && !unique.contains(value) {
                unique.push(value.clone());
            }
            unique
        });
        let kind = schema.get("type").and_then(Value::as_str);
        if kind.is_none() && !texts.is_empty() && values.iter().all(Value::is_string) {
            schema.insert("type".to_owned(), json!("string"));
            schema.insert("enum".to_owned(), Value::Array(texts));
            return 1;
        }
        match kind {
            // Enums of numbers are opened by a repair of their own.
            Some("integer" | "number" | "boolean") => 0,
            Some("string") if !texts.is_empty() && texts.len() == values.len() => {
                // A format says nothing more, and hides the enum from the generator.
                usize::from(schema.remove("format").is_some())
            }
            Some("string") if !texts.is_empty() => {
                schema.insert("enum".to_owned(), Value::Array(texts));
                1
            }
            _ => {
                schema.remove("enum");
                1
            }
        }
    })
}

/// `{format: date-time}` is a string; `{type: boolean, format: ...}` has a format too many, and
/// whole numbers of any declared size are read as far as 64 bits go.
fn typed_formats(document: &mut Value) -> usize {
    const TEXTS: [&str; 8] = [
        "date",
        "date-time",
        "decimal",
        "email",
        "ulid",
        "uri",
        "url",
        "uuid",
    ];
    each_schema(document, |_, schema| {
        let Some(format) = schema.get("format").and_then(Value::as_str) else {
            return 0;
        };
        match schema.get("type").and_then(Value::as_str) {
            None if TEXTS.contains(&format) => {
                schema.insert("type".to_owned(), json!("string"));
                1
            }
            Some("string" | "number") => 0,
            Some("integer") if format == "int64" => 0,
            Some("integer") => {
                schema.insert("format".to_owned(), json!("int64"));
                1
            }
            _ => {
                schema.remove("format");
                1
            }
        }
    })
}

/// `next_page_token: string` as a component of its own says no more than `string`: it is written out
/// where it is used, so that a date is a date and a price a decimal.
fn plain_aliases(document: &mut Value) -> usize {
    let mut aliases = BTreeMap::new();
    for (name, schema) in walk::components(document).into_iter().flatten() {
        let is_plain = matches!(
            schema.get("type").and_then(Value::as_str),
            Some("string" | "integer" | "number" | "boolean")
        );
        let has_more = schema.as_object().is_some_and(|object| {
            object
                .keys()
                .any(|key| key == "enum" || key.starts_with("x-") || key == "allOf")
        });
        if is_plain && !has_more {
            aliases.insert(format!("#/components/schemas/{name}"), schema.clone());
        }
    }
    each_schema(document, |_, schema| {
        let alias = schema
            .get("$ref")
            .and_then(Value::as_str)
            .and_then(|reference| aliases.get(reference));
        match alias.and_then(Value::as_object) {
            Some(alias) => {
                *schema = alias.clone();
                schema.remove("title");
                1
            }
            None => 0,
        }
    })
}

/// `{allOf: [{type: string, enum: [...]}]}`: the one part moves up, unless it is a reference.
fn single_parts(document: &mut Value) -> usize {
    each_schema(document, |_, schema| {
        let Some([part]) = schema
            .get("allOf")
            .and_then(Value::as_array)
            .map(Vec::as_slice)
        else {
            return usize::from(
                schema
                    .get("allOf")
                    .and_then(Value::as_array)
                    .is_some_and(Vec::is_empty)
                    && schema.remove("allOf").is_some(),
            );
        };
        let Some(part) = part
            .as_object()
            .filter(|part| !part.contains_key("$ref"))
            .cloned()
        else {
            return 0;
        };
        // Properties on both sides make a sum, which is merged later.
        let clashes = part
            .keys()
            .any(|key| key != "type" && key != "description" && schema.contains_key(key));
        if clashes {
            return 0;
        }
        schema.remove("allOf");
        for (key, value) in part {
            schema.entry(key).or_insert(value);
        }
        1
    })
}

/// What may be null is said where a component is used, not in the component.
fn nullable_uses(document: &mut Value) -> usize {
    let mut nullable = BTreeSet::new();
    if let Some(schemas) = walk::components_mut(document) {
        for (name, schema) in schemas {
            if let Some(object) = schema.as_object_mut()
                && object.get("nullable") == Some(&Value::Bool(true))
            {
                object.remove("nullable");
                nullable.insert(name.clone());
            }
        }
    }
    if nullable.is_empty() {
        return 0;
    }
    each_schema(document, |pointer, schema| {
        let is_branch = pointer
            .rsplit('/')
            .nth(1)
            .is_some_and(|keyword| ["allOf", "anyOf", "oneOf"].contains(&keyword));
        let named = |value: &Value| {
            value
                .get("$ref")
                .and_then(Value::as_str)
                .and_then(walk::component_of)
                .is_some_and(|(_, name)| nullable.contains(&name))
        };
        if !is_branch && named(&Value::Object(schema.clone())) {
            let target = Value::Object(std::mem::take(schema));
            schema.insert("allOf".to_owned(), json!([target]));
            schema.insert("nullable".to_owned(), Value::Bool(true));
            return 1;
        }
        let wraps = schema
            .get("allOf")
            .and_then(Value::as_array)
            .is_some_and(|parts| matches!(parts.as_slice(), [only] if named(only)));
        usize::from(
            wraps
                && schema
                    .insert("nullable".to_owned(), Value::Bool(true))
                    .is_none(),
        )
    })
}

/// A choice with a discriminator becomes a union that is told apart by it.
fn discriminators(document: &mut Value) -> usize {
    let components = walk::components(document).cloned().unwrap_or_default();
    each_schema(document, |_, schema| {
        let Some(discriminator) = schema.remove("discriminator") else {
            return 0;
        };
        let Some(property) = discriminator.get("propertyName").and_then(Value::as_str) else {
            return 0;
        };
        let branches: Vec<String> = ["oneOf", "anyOf"]
            .iter()
            .filter_map(|keyword| schema.get(*keyword)?.as_array())
            .flatten()
            .filter_map(|branch| Some(walk::component_of(branch.get("$ref")?.as_str()?)?.1))
            .collect();
        let inline = ["oneOf", "anyOf"]
            .iter()
            .filter_map(|keyword| schema.get(*keyword)?.as_array())
            .flatten()
            .count();
        if branches.is_empty() || inline != branches.len() || schema.contains_key("x-union") {
            return 0;
        }
        let mapped = mapping(&discriminator);
        let mut branches = branches;
        let mut seen = BTreeSet::new();
        branches.retain(|branch| seen.insert(branch.clone()));
        let mut names = BTreeSet::new();
        let mut taken = BTreeSet::new();
        let variants: Vec<Value> = branches
            .iter()
            .map(|branch| {
                let mut tags = mapped.get(branch).cloned().unwrap_or_default();
                if tags.is_empty() {
                    tags = only_values(&components, branch, property);
                }
                if tags.is_empty() && mapped.is_empty() {
                    tags.push(branch.clone());
                }
                // A tag that an earlier variant has taken tells nothing apart.
                tags.retain(|tag| taken.insert(tag.clone()));
                let base = super::names::pascal(branch);
                let mut name = base.clone();
                let mut number = 2;
                while !names.insert(name.clone()) {
                    name = format!("{base}{number}");
                    number += 1;
                }
                json!({
                    "name": name,
                    "$ref": format!("#/components/schemas/{branch}"),
                    "when": tags.iter().map(|tag| json!([tag])).collect::<Vec<_>>(),
                })
            })
            .collect();
        schema.remove("anyOf");
        let references: Vec<Value> = branches
            .iter()
            .map(|branch| json!({"$ref": format!("#/components/schemas/{branch}")}))
            .collect();
        schema.insert("oneOf".to_owned(), Value::Array(references));
        schema.insert(
            "x-union".to_owned(),
            json!({"tagged-by": [property], "variants": variants}),
        );
        1
    })
}

/// The tags of each branch that a discriminator maps; values may be references or bare names.
fn mapping(discriminator: &Value) -> BTreeMap<String, Vec<String>> {
    let mut mapped: BTreeMap<String, Vec<String>> = BTreeMap::new();
    let entries = discriminator.get("mapping").and_then(Value::as_object);
    for (tag, target) in entries.into_iter().flatten() {
        let Some(target) = target.as_str() else {
            continue;
        };
        let name = walk::component_of(target).map_or_else(|| target.to_owned(), |(_, name)| name);
        mapped.entry(name).or_default().push(tag.clone());
    }
    mapped
}

/// The values of the tag property, when the schema of a branch lists them.
fn only_values(components: &Map<String, Value>, branch: &str, property: &str) -> Vec<String> {
    fn listed(schema: &Value, property: &str) -> Option<Vec<String>> {
        if let Some(values) = schema
            .get("properties")
            .and_then(|all| all.get(property)?.get("enum")?.as_array())
        {
            return Some(
                values
                    .iter()
                    .filter_map(|value| value.as_str().map(str::to_owned))
                    .collect(),
            );
        }
        schema
            .get("allOf")?
            .as_array()?
            .iter()
            .find_map(|part| listed(part, property))
    }
    components
        .get(branch)
        .and_then(|schema| listed(schema, property))
        .unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn schemas(schemas: Value) -> Value {
        json!({"components": {"schemas": schemas}, "paths": {}})
    }

    fn twice(document: &mut Value, name: &str) -> usize {
        let guard = GUARDS.iter().find(|guard| guard.name == name).unwrap();
        let count = (guard.apply)(document);
        let once = document.clone();
        assert_eq!((guard.apply)(document), 0, "{name} again");
        assert_eq!(*document, once);
        count
    }

    #[test]
    fn enums_are_of_strings_or_none() {
        let mut document = schemas(json!({
            "A": {"enum": ["a", "b", "a"]}, "B": {"enum": ["a", 1]}, "C": {"enum": []},
            "D": {"type": "string", "enum": ["a"], "format": "x"}, "E": {"type": "integer", "enum": [1]},
        }));
        assert_eq!(twice(&mut document, "typed_enums"), 4);
        let all = &document["components"]["schemas"];
        assert_eq!(all["A"], json!({"type": "string", "enum": ["a", "b"]}));
        assert_eq!((&all["B"], &all["C"]), (&json!({}), &json!({})));
        assert_eq!(all["D"], json!({"type": "string", "enum": ["a"]}));
    }

    #[test]
    fn null_is_said_where_a_component_is_used() {
        let used = json!({"$ref": "#/components/schemas/A"});
        let mut document = schemas(json!({
            "A": {"type": "string", "nullable": true},
            "B": {"type": "object", "properties": {"a": used, "list": {"type": "array", "items": used}}},
        }));
        assert_eq!(twice(&mut document, "nullable_uses"), 2);
        let b = &document["components"]["schemas"]["B"]["properties"];
        assert_eq!(b["a"], json!({"allOf": [used], "nullable": true}));
        assert_eq!(
            b["list"]["items"],
            json!({"allOf": [used], "nullable": true})
        );
    }

    #[test]
    fn a_name_for_a_plain_value_is_that_value() {
        let used = json!({"$ref": "#/components/schemas/Day"});
        let mut document = schemas(json!({
            "Day": {"type": "string", "format": "date", "title": "Day"},
            "Kind": {"type": "string", "enum": ["a"]},
            "B": {"type": "object", "properties": {
                "day": used, "wrapped": {"allOf": [used], "nullable": true}, "kind": {"$ref": "#/components/schemas/Kind"},
            }},
        }));
        assert_eq!(twice(&mut document, "plain_aliases"), 2);
        twice(&mut document, "single_parts");
        let b = &document["components"]["schemas"]["B"]["properties"];
        assert_eq!(b["day"], json!({"type": "string", "format": "date"}));
        assert_eq!(
            b["wrapped"],
            json!({"type": "string", "format": "date", "nullable": true})
        );
        assert!(b["kind"].get("$ref").is_some());
    }

    #[test]
    fn a_discriminator_becomes_tags() {
        let branch = |name: &str| json!({"$ref": format!("#/components/schemas/{name}")});
        let mut document = schemas(json!({
            "Mapped": {"oneOf": [branch("A"), branch("B")], "discriminator": {"propertyName": "kind",
                "mapping": {"a": "#/components/schemas/A", "b": "B", "b2": "B"}}},
            "Listed": {"anyOf": [branch("A"), branch("B")], "discriminator": {"propertyName": "kind"}},
            "A": {"properties": {"kind": {"type": "string", "enum": ["alpha"]}}},
            "B": {"properties": {"kind": {"type": "string"}}},
        }));
        assert_eq!(twice(&mut document, "discriminators"), 2);
        let when = |union: &str, index: usize| {
            document["components"]["schemas"][union]["x-union"]["variants"][index]["when"].clone()
        };
        assert_eq!(
            (when("Mapped", 0), when("Mapped", 1)),
            (json!([["a"]]), json!([["b"], ["b2"]]))
        );
        assert_eq!(
            (when("Listed", 0), when("Listed", 1)),
            (json!([["alpha"]]), json!([["B"]]))
        );
    }

    #[test]
    fn one_inline_part_moves_up() {
        let mut document = schemas(json!({
            "A": {"allOf": [{"type": "string", "enum": ["a"]}], "description": "d"},
            "B": {"allOf": [{"$ref": "#/components/schemas/A"}], "nullable": true},
        }));
        assert_eq!(twice(&mut document, "single_parts"), 1);
        let all = &document["components"]["schemas"];
        assert_eq!(
            all["A"],
            json!({"type": "string", "enum": ["a"], "description": "d"})
        );
        assert!(all["B"].get("allOf").is_some());
    }
}
