//! Schemas of every keyword that the conversion carries, rewrites or leaves out.
//!
//! A schema is a handful of fragments put together, so that any keyword comes beside any other.

use proptest::collection::vec;
use proptest::prelude::*;
use proptest::sample::{select, subsequence};
use proptest::strategy::Union;
use serde_json::{Map, Value, json};

/// Which version a generated document speaks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Dialect {
    /// 3.1 alone.
    New,
    /// 3.0 alone.
    Old,
    /// 3.1 with the `nullable` and the flags of 3.0 left in it.
    Mixed,
}

pub(super) const NAMES: [&str; 4] = ["A", "B", "C", "D"];
const TYPES: [&str; 7] = [
    "array", "boolean", "integer", "null", "number", "object", "string",
];
const SIZES: [&str; 6] = [
    "minLength",
    "maxLength",
    "minItems",
    "maxItems",
    "minProperties",
    "maxProperties",
];
const BOUNDS: [(&str, &str); 2] = [
    ("exclusiveMinimum", "minimum"),
    ("exclusiveMaximum", "maximum"),
];
/// Property names; the last one is the name of a keyword, and escaped in pointers.
const FIELDS: [&str; 4] = ["a", "b", "items", "e/~f"];

/// Values for `enum` and `const`, few enough to be hit by others.
pub(super) fn values() -> Vec<Value> {
    vec![
        json!(null),
        json!(true),
        json!(false),
        json!(0),
        json!(1),
        json!(1.0),
        json!(2),
        json!(1.5),
        json!(""),
        json!("a"),
        json!("ab"),
        json!([]),
        json!([1]),
        json!([null]),
        json!({}),
        json!({"a": 1}),
        json!({"a": null, "items": true}),
        // Data that look like a schema.
        json!({"title": "a\tb", "items": true, "$ref": "#/components/schemas/D/properties/a"}),
    ]
}

fn value() -> impl Strategy<Value = Value> {
    prop_oneof![2 => Just(Value::Null), 7 => select(values())]
}

/// Numbers for bounds, near one another.
fn numbers() -> Vec<Value> {
    vec![
        json!(-1),
        json!(0),
        json!(1),
        json!(1.0),
        json!(1.5),
        json!(2),
    ]
}

type Weighted = (u32, BoxedStrategy<Value>);

/// A schema of `keyword` alone, with one of `values`.
fn one_of(weight: u32, keyword: &'static str, values: impl IntoIterator<Item = Value>) -> Weighted {
    let values: Vec<Value> = values.into_iter().collect();
    let schema = select(values).prop_map(move |value| json!({ keyword: value }));
    (weight, schema.boxed())
}

/// One of these schemas.
fn written(weight: u32, schemas: impl IntoIterator<Item = Value>) -> Weighted {
    let schemas: Vec<Value> = schemas.into_iter().collect();
    (weight, select(schemas).boxed())
}

/// One or two keywords that hold no schema.
fn plain(dialect: Dialect) -> BoxedStrategy<Value> {
    let flags = || [true, false].map(Value::from);
    let texts = |texts: &[&'static str]| texts.iter().map(|it| json!(it)).collect::<Vec<_>>();
    let is_named = |name: &&&str| dialect != Dialect::Old || **name != "null";
    let names: Vec<Value> = TYPES.iter().filter(is_named).map(|it| json!(it)).collect();
    let required = subsequence(&FIELDS[..], 1..3).prop_map(|names| json!({ "required": names }));
    let listed = vec(value(), 1..5).prop_map(|values| json!({ "enum": values }));
    let mut all: Vec<Weighted> = vec![
        one_of(4, "type", names),
        (3, listed.boxed()),
        (1, required.boxed()),
        one_of(1, "multipleOf", [json!(1), json!(2), json!(0.5)]),
        one_of(1, "pattern", texts(&["^a", "b$", "^[ab]*$"])),
        one_of(1, "format", texts(&["date", "uuid", "int64"])),
        one_of(1, "uniqueItems", flags()),
        one_of(1, "additionalProperties", flags()),
        written(
            3,
            [
                json!({"title": "T", "description": "d\r\n"}),
                json!({"default": null, "title": "U"}),
                json!({"deprecated": true, "readOnly": true, "default": 1}),
                json!({"writeOnly": true, "deprecated": false}),
                json!({"discriminator": {"propertyName": "a"}}),
                json!({"readOnly": true, "discriminator": {"propertyName": "b"}}),
                json!({"writeOnly": true, "description": "e"}),
            ],
        ),
        written(
            2,
            [
                json!({"example": 1, "externalDocs": {"url": "https://example.com"}}),
                json!({"xml": {"name": "x"}, "example": {"$ref": "#/nowhere"}}),
            ],
        ),
    ];
    for bound in ["minimum", "maximum"] {
        all.push(one_of(1, bound, numbers()));
    }
    for size in SIZES {
        all.push(one_of(1, size, (0..4).map(Value::from)));
    }
    if dialect != Dialect::Old {
        all.extend(new());
    }
    if dialect != Dialect::New {
        all.push(one_of(
            6,
            "nullable",
            [true, true, true, true, false].map(Value::from),
        ));
        for (flag, bound) in BOUNDS {
            let both = (any::<bool>(), select(numbers()))
                .prop_map(move |(is, limit)| json!({ flag: is, bound: limit }));
            all.extend([(1, both.boxed()), one_of(1, flag, flags())]);
        }
    }
    Union::new_weighted(all).boxed()
}

/// What 3.0 does not have.
fn new() -> Vec<Weighted> {
    let flags = || [true, false].map(Value::from);
    let types = subsequence(&TYPES[..], 1..5).prop_shuffle();
    let mut all = vec![
        (4, types.prop_map(|names| json!({ "type": names })).boxed()),
        (
            2,
            value().prop_map(|value| json!({ "const": value })).boxed(),
        ),
        one_of(1, "items", flags()),
        one_of(2, "not", flags()),
        written(
            2,
            [
                json!({"contentEncoding": "base64"}),
                json!({"contentEncoding": "gzip", "contentMediaType": "text/plain"}),
                json!({"contentMediaType": "application/octet-stream"}),
            ],
        ),
        written(
            2,
            [
                json!({"$comment": "c", "examples": [1]}),
                json!({"unevaluatedProperties": true, "unevaluatedItems": true}),
            ],
        ),
    ];
    // What meets seldom by chance: types, values and bounds that each know null or not.
    let types = subsequence(&TYPES[..], 1..6).prop_shuffle();
    let crowded = (types, vec(value(), 2..6), select(numbers()), 0..5_u64);
    let crowded = crowded.prop_map(|(mut names, mut values, limit, size)| match size {
        0 => json!({"type": names, "enum": values}),
        1 => json!({"type": names, "minimum": limit, "maxLength": size, "enum": values}),
        2 => json!({"type": names, "maximum": limit, "minLength": size}),
        3 => json!({"type": names.first(), "enum": values}),
        _ => {
            values.retain(|value| !value.is_null());
            if !names.contains(&"null") {
                names.push("null");
            }
            values.push(json!("a"));
            json!({"type": names, "enum": values})
        }
    });
    all.push((5, crowded.boxed()));
    let contained = (value(), vec(value(), 1..5));
    let contained = contained.prop_map(|(value, mut values)| {
        values.push(value.clone());
        json!({"const": value, "enum": values})
    });
    all.push((1, contained.boxed()));
    for (exclusive, bound) in BOUNDS {
        let both = (select(numbers()), select(numbers()))
            .prop_map(move |(one, other)| json!({ exclusive: one, bound: other }));
        all.extend([one_of(1, exclusive, numbers()), (1, both.boxed())]);
    }
    all
}

/// Fragments become one schema; a keyword that comes twice is that of the last. A `const` that is
/// not listed by the `enum` beside it is refused, so it is listed here.
fn together(fragments: Vec<Value>) -> Value {
    let fragments = fragments.into_iter().filter_map(|it| match it {
        Value::Object(object) => Some(object),
        _ => None,
    });
    let mut schema: Map<String, Value> = fragments.flatten().collect();
    if let Some(value) = schema.get("const").cloned()
        && let Some(Value::Array(values)) = schema.get_mut("enum")
    {
        values.push(value);
    }
    Value::Object(schema)
}

/// A branch for null, as the version writes it.
fn null(dialect: Dialect) -> BoxedStrategy<Value> {
    if dialect == Dialect::Old {
        return Just(json!({ "enum": [null] })).boxed();
    }
    prop_oneof![
        3 => Just(json!({ "type": "null" })),
        1 => Just(json!({ "type": ["null"], "description": "None." })),
        1 => Just(json!({ "const": null })),
        1 => Just(json!({ "enum": [null] })),
    ]
    .boxed()
}

/// A schema that may refer to the components `names`.
fn schema(dialect: Dialect, names: Vec<&'static str>) -> BoxedStrategy<Value> {
    let mut references: Vec<String> = names
        .iter()
        .map(|name| format!("#/components/schemas/{name}"))
        .collect();
    if !references.is_empty() {
        references.push("#/components/%73chemas/D".to_owned());
        references.push("#/components/schemas/D/properties/a".to_owned());
    }
    let leaf = vec(plain(dialect), 0..5).prop_map(together);
    let leaf = if dialect == Dialect::Old {
        leaf.boxed()
    } else {
        prop_oneof![12 => leaf, 1 => Just(json!(true))].boxed()
    };
    leaf.prop_recursive(3, 24, 4, move |inner| {
        let branch = prop_oneof![3 => inner.clone(), 2 => null(dialect)];
        let choice = (select(&["allOf", "anyOf", "oneOf"][..]), vec(branch, 1..4))
            .prop_map(|(keyword, parts)| json!({ keyword: parts }));
        // Schemas of one plain type, and null: what documents mostly hold.
        let ordinary = (
            select(&["anyOf", "oneOf"][..]),
            vec(plain(dialect), 1..3).prop_map(together),
            null(dialect),
            0..3_usize,
        )
            .prop_map(|(keyword, part, none, place)| match place {
                0 => json!({ keyword: [none, part] }),
                1 => json!({ keyword: [part, none] }),
                _ => json!({ keyword: [none, part, none] }),
            });
        let properties = proptest::collection::btree_map(select(&FIELDS[..]), inner.clone(), 1..3)
            .prop_map(|properties| json!({ "properties": properties }));
        let single = (select(&["items", "additionalProperties", "not"][..]), inner)
            .prop_map(|(keyword, part)| json!({ keyword: part }));
        let mut holding = vec![
            choice.boxed(),
            ordinary.boxed(),
            properties.boxed(),
            single.boxed(),
        ];
        if !references.is_empty() {
            let reference = select(references.clone());
            let reference = reference.prop_map(|reference| json!({ "$ref": reference }));
            holding.extend([reference.clone().boxed(), reference.boxed()]);
        }
        let holding = Union::new(holding);
        (vec(holding, 1..4), vec(plain(dialect), 0..4)).prop_map(|(mut fragments, more)| {
            fragments.extend(more);
            together(fragments)
        })
    })
    .boxed()
}

/// The schemas of a document: each refers to later ones, and the last one, where another object or
/// array begins, to the first.
pub(super) fn schemas(dialect: Dialect) -> BoxedStrategy<Map<String, Value>> {
    let one = |names: &[&'static str]| schema(dialect, names.to_vec());
    let bare = dialect != Dialect::Old;
    (
        one(&NAMES[1..]),
        one(&NAMES[2..]),
        one(&NAMES[3..]),
        one(&[]),
        one(&[]),
        select(vec![Value::Null, json!("items"), json!("properties")]),
    )
        .prop_map(move |(a, b, c, d, inside, way_back)| {
            let mut last = d.as_object().cloned().unwrap_or_default();
            let mut properties = Map::from_iter([("a".to_owned(), inside)]);
            let first = json!({ "$ref": "#/components/schemas/A" });
            if way_back == json!("items") {
                last.insert("items".to_owned(), first);
            } else if way_back == json!("properties") {
                properties.insert("b".to_owned(), first);
            }
            last.insert("properties".to_owned(), Value::Object(properties));
            // The adapter moves what is marked, and references lead into this one.
            last.remove("nullable");
            let all = [a, b, c, Value::Object(last)];
            let is_bare = |schema: &Value| bare || schema.is_object();
            NAMES
                .iter()
                .zip(all)
                .filter(|(_, schema)| is_bare(schema))
                .map(|(name, schema)| ((*name).to_owned(), schema))
                .collect()
        })
        .boxed()
}
