//! What the settings and the pass need to know of the document.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;

/// The document, with the questions that generation asks of it.
pub(super) struct Spec {
    schemas: BTreeMap<String, Value>,
    /// The schemas that request bodies name.
    sent: Vec<String>,
    /// The operations in the order of their names.
    pub(super) operations: Vec<Operation>,
}

/// A schema that a type of ours stands for.
pub(super) enum Replacement {
    /// Comma-separated values of the named type.
    CommaList(String),
    /// A list that may come as its only element.
    OneOrMany(String),
    /// A type that the pass writes.
    Union,
}

/// One operation.
pub(super) struct Operation {
    pub(super) id: String,
    pub(super) document_id: String,
    pub(super) method: String,
    pub(super) path: String,
    pub(super) tag: String,
    /// The media type of the 2xx answer; empty when it has no body.
    pub(super) accept: String,
    pub(super) deprecated: Option<String>,
    pub(super) deprecated_parameters: Vec<(String, String)>,
    /// The 2xx answer may have no body where one is declared.
    pub(super) may_be_empty: bool,
}

/// How the variants of a union are told apart.
pub(super) struct Union {
    pub(super) name: String,
    pub(super) description: String,
    pub(super) by: UnionBy,
    pub(super) variants: Vec<Variant>,
}

pub(super) enum UnionBy {
    /// By these properties of the object itself.
    Tags(Vec<String>),
    /// By these properties of the object around it.
    ParentTags(Vec<String>),
    /// By a key that only one variant has.
    Key,
}

pub(super) struct Variant {
    pub(super) name: String,
    pub(super) schema: String,
    /// The values of the tags, each list as long as the tags that matter.
    pub(super) when: Vec<Vec<String>>,
    pub(super) key: Option<String>,
    pub(super) description: String,
}

fn text(value: &Value, key: &str) -> String {
    value
        .get(key)
        .and_then(Value::as_str)
        .unwrap_or_default()
        .to_owned()
}

fn texts(value: Option<&Value>) -> Option<Vec<String>> {
    Some(
        value?
            .as_array()?
            .iter()
            .filter_map(Value::as_str)
            .map(str::to_owned)
            .collect(),
    )
}

/// The name at the end of a reference to a schema.
pub(super) fn schema_name(value: &Value) -> Option<String> {
    Some(
        value
            .get("$ref")?
            .as_str()?
            .strip_prefix("#/components/schemas/")?
            .to_owned(),
    )
}

/// The schemas that a value refers to, at any depth.
fn schema_names(value: &Value, found: &mut Vec<String>) {
    found.extend(schema_name(value));
    match value {
        Value::Object(object) => object.values().for_each(|value| schema_names(value, found)),
        Value::Array(list) => list.iter().for_each(|value| schema_names(value, found)),
        _ => {}
    }
}

/// Whether a property is a decimal, or an array or map of them.
fn has_decimal(schema: &Value) -> bool {
    schema.get("format").and_then(Value::as_str) == Some("decimal")
        || ["items", "additionalProperties"]
            .iter()
            .any(|keyword| schema.get(keyword).is_some_and(has_decimal))
}

/// Why something is deprecated, when it is.
fn deprecation(value: &Value) -> Option<String> {
    if value.get("deprecated") != Some(&Value::Bool(true)) {
        return None;
    }
    if let Some(day) = value.get("x-withdrawn").and_then(Value::as_str) {
        return Some(format!("withdrawn from Alpaca's document on {day}"));
    }
    Some(
        match (
            value.pointer("/x-deprecation/since"),
            value.pointer("/x-deprecation/sunset"),
        ) {
            (Some(Value::String(since)), Some(Value::String(sunset))) => {
                format!("deprecated by Alpaca since {since}, to be removed on {sunset}")
            }
            _ => "deprecated by Alpaca".to_owned(),
        },
    )
}

impl Spec {
    pub(super) fn new(document: Value) -> Result<Self, String> {
        let schemas = document
            .pointer("/components/schemas")
            .and_then(Value::as_object)
            .map(|all| {
                all.iter()
                    .map(|(name, schema)| (name.clone(), schema.clone()))
                    .collect()
            })
            .unwrap_or_default();
        let mut operations = Vec::new();
        let mut sent = Vec::new();
        let paths = document
            .get("paths")
            .and_then(Value::as_object)
            .ok_or("no paths")?;
        for (path, item) in paths {
            for (method, operation) in item.as_object().into_iter().flatten() {
                if operation.get("operationId").is_none() {
                    continue;
                }
                if let Some(body) = operation.get("requestBody") {
                    schema_names(body, &mut sent);
                }
                let parameters = [item, operation]
                    .into_iter()
                    .filter_map(|holder| holder.get("parameters")?.as_array())
                    .flatten();
                operations.push(Operation {
                    id: text(operation, "operationId"),
                    document_id: text(operation, "x-document-operation-id"),
                    method: method.to_uppercase(),
                    path: path.clone(),
                    tag: operation
                        .pointer("/tags/0")
                        .and_then(Value::as_str)
                        .unwrap_or_default()
                        .to_owned(),
                    accept: operation
                        .get("responses")
                        .and_then(Value::as_object)
                        .into_iter()
                        .flat_map(|answers| answers.values())
                        .filter_map(|answer| answer.get("content")?.as_object()?.keys().next())
                        .next()
                        .cloned()
                        .unwrap_or_default(),
                    deprecated: deprecation(operation),
                    deprecated_parameters: parameters
                        .filter_map(|parameter| {
                            Some((text(parameter, "name"), deprecation(parameter)?))
                        })
                        .collect(),
                    may_be_empty: operation
                        .get("responses")
                        .and_then(Value::as_object)
                        .is_some_and(|answers| {
                            answers
                                .values()
                                .any(|answer| answer.get("x-empty-body").is_some())
                        }),
                });
            }
        }
        operations.sort_by(|one, other| one.id.cmp(&other.id));
        Ok(Self {
            schemas,
            operations,
            sent,
        })
    }

    /// The schemas that are not generated by progenitor.
    pub(super) fn replacements(&self) -> impl Iterator<Item = (&str, Replacement)> {
        self.schemas.iter().filter_map(|(name, schema)| {
            let item_type = |item: &Value| match schema_name(item) {
                Some(name) => format!("crate::types::{name}"),
                None => "::std::string::String".to_owned(),
            };
            let replacement = if let Some(items) = schema.get("x-comma-list") {
                Replacement::CommaList(item_type(items))
            } else if schema.get("x-one-or-many").is_some() {
                Replacement::OneOrMany(item_type(schema.get("items")?))
            } else if schema.get("x-union").is_some() {
                Replacement::Union
            } else {
                return None;
            };
            Some((name.as_str(), replacement))
        })
    }

    /// The texts of an enum whose values the generator could not name: its name for each.
    pub(super) fn enum_texts(&self, name: &str) -> BTreeMap<String, String> {
        self.schemas
            .get(name)
            .and_then(|schema| schema.get("x-enum-texts")?.as_object())
            .into_iter()
            .flatten()
            .filter_map(|(name, text)| Some((name.clone(), text.as_str()?.to_owned())))
            .collect()
    }

    /// The names on the wire of fields that had to be renamed: schema, property, name.
    pub(super) fn wire_names(&self) -> BTreeMap<(String, String), String> {
        let mut found = BTreeMap::new();
        for (name, schema) in &self.schemas {
            let names = schema.get("x-wire-names").and_then(Value::as_object);
            for (property, wire) in names.into_iter().flatten() {
                if let Some(wire) = wire.as_str() {
                    found.insert((name.clone(), property.clone()), wire.to_owned());
                }
            }
        }
        found
    }

    /// The string enums: name, and values in the order of the document.
    pub(super) fn enums(&self) -> impl Iterator<Item = (&str, Vec<String>)> {
        self.schemas
            .iter()
            .filter_map(|(name, schema)| Some((name.as_str(), texts(schema.get("enum"))?)))
    }

    /// The enums of which null, absent and `""` are one value: name, value.
    pub(super) fn blank_values(&self) -> impl Iterator<Item = (&str, &str)> {
        self.schemas
            .iter()
            .filter_map(|(name, schema)| Some((name.as_str(), schema.get("x-blank-as")?.as_str()?)))
    }

    /// The deprecated properties: schema, property, note.
    pub(super) fn deprecated_properties(&self) -> BTreeMap<(String, String), String> {
        let mut found = BTreeMap::new();
        for (name, schema) in &self.schemas {
            let properties = schema.get("properties").and_then(Value::as_object);
            for (property, body) in properties.into_iter().flatten() {
                if let Some(note) = deprecation(body) {
                    found.insert((name.clone(), property.clone()), note);
                }
            }
        }
        found
    }

    /// The properties that are decimals: schema, property.
    pub(super) fn decimal_properties(&self) -> impl Iterator<Item = (&str, &str)> {
        self.schemas.iter().flat_map(|(name, schema)| {
            let properties = schema.get("properties").and_then(Value::as_object);
            properties
                .into_iter()
                .flatten()
                .filter_map(move |(property, body)| {
                    has_decimal(body).then_some((name.as_str(), property.as_str()))
                })
        })
    }

    /// The types that request bodies are made of.
    pub(super) fn sent_types(&self) -> BTreeSet<String> {
        let mut reached = BTreeSet::new();
        let mut open = self.sent.clone();
        while let Some(name) = open.pop() {
            if let Some(schema) = self.schemas.get(&name)
                && reached.insert(name)
            {
                schema_names(schema, &mut open);
            }
        }
        reached
    }

    /// The types that stand for one of several shapes.
    pub(super) fn unions(&self) -> Result<Vec<Union>, String> {
        self.schemas
            .iter()
            .filter_map(|(name, schema)| Some((name, schema, schema.get("x-union")?)))
            .map(|(name, schema, union)| {
                let by = if let Some(tags) = texts(union.get("tagged-by")) {
                    UnionBy::Tags(tags)
                } else if let Some(tags) = texts(union.get("tagged-by-parent")) {
                    UnionBy::ParentTags(tags)
                } else if union.get("recognised-by").is_some() {
                    UnionBy::Key
                } else {
                    return Err(format!(
                        "the union {name} does not say how to tell its variants"
                    ));
                };
                let variants = union
                    .get("variants")
                    .and_then(Value::as_array)
                    .into_iter()
                    .flatten()
                    .map(|variant| {
                        let target = schema_name(variant)
                            .ok_or_else(|| format!("a variant of {name} has no schema"))?;
                        Ok(Variant {
                            name: text(variant, "name"),
                            description: self
                                .schemas
                                .get(&target)
                                .map(|target| text(target, "description"))
                                .unwrap_or_default(),
                            schema: target,
                            when: variant
                                .get("when")
                                .and_then(Value::as_array)
                                .into_iter()
                                .flatten()
                                .filter_map(|tags| texts(Some(tags)))
                                .collect(),
                            key: variant
                                .get("key")
                                .and_then(Value::as_str)
                                .map(str::to_owned),
                        })
                    })
                    .collect::<Result<Vec<_>, String>>()?;
                Ok(Union {
                    name: name.clone(),
                    description: text(schema, "description"),
                    by,
                    variants,
                })
            })
            .collect()
    }
}
