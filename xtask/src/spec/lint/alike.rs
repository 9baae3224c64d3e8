//! Schemas that are equal but for their prose, or but for one property.
//!
//! Every schema has a sum over its properties, of one hash each. Two schemas that differ in one
//! property have sums that are equal once that property's hash is taken off, so all pairs are found
//! by looking into a table instead of comparing each with each.

use std::collections::hash_map::DefaultHasher;
use std::collections::{BTreeSet, HashMap};
use std::hash::{Hash, Hasher};

use serde_json::{Map, Value};

use super::Findings;
use super::schema::texts;
use crate::document::pointer::escape;
use crate::document::shown;
use crate::steps::walk;

/// Smaller objects are alike by chance.
const FEWEST: usize = 4;

/// Shorter enums are alike by chance.
const FEWEST_VALUES: usize = 3;

/// Keywords that only explain.
const PROSE: [&str; 9] = [
    "$comment",
    "default",
    "deprecated",
    "description",
    "example",
    "examples",
    "externalDocs",
    "title",
    "xml",
];

/// A component, by what it says.
struct Shape<'a> {
    name: &'a str,
    /// Everything but prose and properties.
    frame: u64,
    /// The sum of the hashes of the properties.
    sum: u64,
    properties: Vec<(&'a str, u64)>,
    /// What must be there, which says no more about who copied from whom.
    required: BTreeSet<&'a str>,
}

pub(super) fn find(root: &Value, findings: &mut Findings) {
    let shapes: Vec<Shape<'_>> = walk::components(root)
        .into_iter()
        .flatten()
        .filter_map(|(name, schema)| shape(name, schema.as_object()?))
        .collect();
    // The first schema of each kind, and the first that lacks one property.
    let mut whole: HashMap<(u64, u64, usize), &Shape<'_>> = HashMap::new();
    let mut without: HashMap<(u64, u64, usize), (&Shape<'_>, &str)> = HashMap::new();
    for shape in &shapes {
        let count = shape.properties.len();
        let key = (shape.frame, shape.sum, count);
        let lacking = |hash: u64| (shape.frame, shape.sum.wrapping_sub(hash), count - 1);
        let message = if let Some(other) = whole.get(&key) {
            let more = match other.required == shape.required {
                true => "",
                false => " and what is required",
            };
            Some(format!("is {} but for prose{more}", shown(other.name)))
        } else if count < FEWEST {
            None
        } else if let Some((other, more)) = without.get(&key) {
            Some(format!("is {} without {}", shown(other.name), shown(more)))
        } else {
            shape.properties.iter().find_map(|(own, hash)| {
                if let Some(other) = whole.get(&lacking(*hash)).filter(|_| count > FEWEST) {
                    return Some(format!(
                        "is {} with {} as well",
                        shown(other.name),
                        shown(own)
                    ));
                }
                let (other, theirs) = without.get(&lacking(*hash))?;
                let other = shown(other.name);
                Some(if own == theirs {
                    format!("is {other} with another {}", shown(own))
                } else {
                    format!(
                        "is {other} with {} in place of {}",
                        shown(own),
                        shown(theirs)
                    )
                })
            })
        };
        if let Some(message) = message {
            let pointer = format!("#/components/schemas/{}", escape(shape.name));
            findings.add("near-duplicate-schema", pointer, message);
        }
        whole.entry(key).or_insert(shape);
        if count >= FEWEST {
            for (name, hash) in &shape.properties {
                without.entry(lacking(*hash)).or_insert((shape, name));
            }
        }
    }
}

/// The shape of a schema that is large enough to be somebody's copy.
fn shape<'a>(name: &'a str, schema: &'a Map<String, Value>) -> Option<Shape<'a>> {
    let properties = schema.get("properties").and_then(Value::as_object);
    let values = schema.get("enum").and_then(Value::as_array);
    let is_large = properties.is_some_and(|all| all.len() > 1)
        || values.is_some_and(|all| all.len() >= FEWEST_VALUES);
    if !is_large {
        return None;
    }
    let mut frame = DefaultHasher::new();
    for (key, value) in schema {
        // Two copies may differ in what must be there, and are copies all the same.
        if key != "properties" && key != "required" && !is_prose(key) {
            key.hash(&mut frame);
            content(value, &mut frame);
        }
    }
    let properties: Vec<(&str, u64)> = properties
        .into_iter()
        .flatten()
        .map(|(name, schema)| {
            let mut hash = DefaultHasher::new();
            name.hash(&mut hash);
            content(schema, &mut hash);
            (name.as_str(), hash.finish())
        })
        .collect();
    Some(Shape {
        name,
        frame: frame.finish(),
        sum: properties
            .iter()
            .fold(0, |sum: u64, (_, hash)| sum.wrapping_add(*hash)),
        properties,
        required: texts(schema.get("required")).collect(),
    })
}

fn is_prose(key: &str) -> bool {
    PROSE.contains(&key) || key.starts_with("x-")
}

/// Hashes a value without the prose in it.
fn content(value: &Value, hash: &mut DefaultHasher) {
    match value {
        Value::Object(object) => {
            for (key, value) in object {
                // A property may have the name of a keyword; its schema is an object.
                if !is_prose(key) || (value.is_object() && key != "externalDocs" && key != "xml") {
                    key.hash(hash);
                    content(value, hash);
                }
            }
            "}".hash(hash);
        }
        Value::Array(list) => {
            list.iter().for_each(|value| content(value, hash));
            "]".hash(hash);
        }
        plain => plain.to_string().hash(hash),
    }
}
