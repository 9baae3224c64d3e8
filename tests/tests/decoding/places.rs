//! Where in an instance which schema applies.

use serde_json::Value;
use tests::instances::resolve;

/// Where a value stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Slot {
    /// It is the whole instance.
    Root,
    /// It is a property that must be there.
    Required,
    /// It is a property that may be null or absent.
    Optional,
    /// It is an element of a list or an entry of a map.
    Member,
}

/// A value of an instance and what the document says of it.
#[derive(Clone, Debug)]
pub(crate) struct Place<'s> {
    /// The JSON pointer to the value.
    pub(crate) pointer: String,
    /// The schema, without references.
    pub(crate) schema: &'s Value,
    pub(crate) slot: Slot,
}

impl Place<'_> {
    /// The property of the whole that this is, or is in.
    pub(crate) fn property(&self) -> Option<&str> {
        self.pointer.split('/').nth(1)
    }
}

/// A schema without references and wrappers, and whether any of them allows null.
pub(crate) fn plain<'s>(spec: &'s Value, schema: &'s Value) -> (&'s Value, bool) {
    let mut nullable = false;
    let mut schema = schema;
    loop {
        schema = resolve(spec, schema);
        nullable |= schema["nullable"] == true;
        match schema["allOf"].as_array().map(Vec::as_slice) {
            Some([inner]) => schema = inner,
            _ => return (schema, nullable),
        }
    }
}

/// The schema that tells what a value of a union is; `None` when it is kept whole.
///
/// `around` is the object that holds the value.
pub(crate) fn shape<'s>(
    spec: &'s Value,
    schema: &'s Value,
    value: &Value,
    around: Option<&Value>,
) -> Option<&'s Value> {
    let Some(union) = schema.get("x-union") else {
        let Some(shapes) = schema["oneOf"].as_array() else {
            return Some(schema);
        };
        return shapes
            .iter()
            .map(|shape| plain(spec, shape).0)
            .find(|shape| {
                shape["required"]
                    .as_array()
                    .into_iter()
                    .flatten()
                    .filter_map(Value::as_str)
                    .all(|name| {
                        shape["properties"][name]["type"] == "array" || !value[name].is_null()
                    })
            });
    };
    let names = |key: &str| -> Option<Vec<&str>> {
        Some(
            union
                .get(key)?
                .as_array()?
                .iter()
                .filter_map(Value::as_str)
                .collect(),
        )
    };
    let (tags, holder) = match (names("tagged-by"), names("tagged-by-parent")) {
        (Some(tags), _) => (tags, Some(value)),
        (None, tags) => (tags.unwrap_or_default(), around),
    };
    let variant = union["variants"].as_array()?.iter().find(|variant| {
        if let Some(key) = variant["key"].as_str() {
            return !value[key].is_null();
        }
        let Some(holder) = holder else { return false };
        let found: Vec<&Value> = tags.iter().map(|tag| &holder[*tag]).collect();
        variant["when"]
            .as_array()
            .into_iter()
            .flatten()
            .filter_map(Value::as_array)
            .any(|when| {
                !when.is_empty()
                    && when
                        .iter()
                        .zip(&found)
                        .all(|(expected, tag)| expected == *tag)
            })
    })?;
    Some(plain(spec, variant).0)
}

/// Whether the names of the required properties contain this one.
pub(crate) fn requires(schema: &Value, name: &str) -> bool {
    schema["required"]
        .as_array()
        .is_some_and(|names| names.iter().any(|known| known == name))
}

/// All places of `instance` but those of values that are null or are kept whole.
pub(crate) fn all<'s>(spec: &'s Value, schema: &'s Value, instance: &Value) -> Vec<Place<'s>> {
    let mut found = Vec::new();
    let mut walk = Walk {
        spec,
        found: &mut found,
    };
    walk.visit(schema, instance, None, String::new(), Slot::Root);
    found
}

struct Walk<'s, 'f> {
    spec: &'s Value,
    found: &'f mut Vec<Place<'s>>,
}

impl<'s> Walk<'s, '_> {
    fn visit(
        &mut self,
        schema: &'s Value,
        value: &Value,
        around: Option<&Value>,
        pointer: String,
        slot: Slot,
    ) {
        if value.is_null() {
            return;
        }
        let (schema, _) = plain(self.spec, schema);
        let Some(schema) = shape(self.spec, schema, value, around) else {
            return;
        };
        self.found.push(Place {
            pointer: pointer.clone(),
            schema,
            slot,
        });
        match value {
            Value::Object(members) => {
                for (name, member) in members {
                    let pointer = format!("{pointer}/{name}");
                    if let Some(property) = schema["properties"].get(name) {
                        let optional = !requires(schema, name) || plain(self.spec, property).1;
                        let slot = if optional {
                            Slot::Optional
                        } else {
                            Slot::Required
                        };
                        self.visit(property, member, Some(value), pointer, slot);
                    } else if let Some(entry) = schema
                        .get("additionalProperties")
                        .filter(|entry| entry.is_object())
                    {
                        self.visit(entry, member, None, pointer, Slot::Member);
                    }
                }
            }
            Value::Array(elements) => {
                for (index, element) in elements.iter().enumerate() {
                    let pointer = format!("{pointer}/{index}");
                    self.visit(&schema["items"], element, None, pointer, Slot::Member);
                }
            }
            _ => {}
        }
    }
}
