//! The names of the types.
//!
//! Every type of the generated crate is a named component of `spec.json`, under the name that it
//! has in Rust. Three things lead there: misspelt names are corrected, inline enums and objects
//! are lifted into components named after where they stand (`CreateOrderRequestTakeProfit`,
//! `ListOrdersStatus`), and component names become Rust names (`legacy_clock` → `LegacyClock`).
//! The name in the document stays as `x-document-name`.

use std::collections::BTreeMap;

use heck::ToPascalCase;
use serde_json::{Map, Value, json};

use super::walk;

/// Misspelt names, and the right ones. Never expires: older documents have them.
const MISSPELT: [(&str, &str); 3] = [
    ("PositionClosedReponse", "PositionClosedResponse"),
    // One asset, named as if it were several.
    ("Assets", "Asset"),
    // Would be `SearchVasPsResponse`.
    ("SearchVASPsResponse", "SearchVaspsResponse"),
];

/// Names that stand for something else in the generated code.
const TAKEN: [&str; 18] = [
    "BTreeMap",
    "Box",
    "CommaList",
    "Date",
    "DateOrTime",
    "DateTime",
    "Decimal",
    "DecimalParameter",
    "NaiveDate",
    "OneOrMany",
    "Option",
    "Result",
    "Self",
    "String",
    "Unknown",
    "UnknownValue",
    "Uuid",
    "Vec",
];

/// Corrects misspelt component names; returns how many.
pub fn correct_spelling(document: &mut Value) -> usize {
    let mut count = 0;
    for (wrong, right) in MISSPELT {
        let Some(schemas) = walk::components_mut(document) else {
            return count;
        };
        if schemas.contains_key(right) {
            continue;
        }
        let Some(mut schema) = schemas.remove(wrong) else {
            continue;
        };
        if let Some(object) = schema.as_object_mut() {
            object.insert("x-document-name".to_owned(), json!(wrong));
        }
        schemas.insert(right.to_owned(), schema);
        let (from, to) = (reference(wrong), reference(right));
        walk::rename_references(document, &|reference| {
            (reference == from).then(|| to.clone())
        });
        count += 1;
    }
    count
}

fn reference(name: &str) -> String {
    format!("#/components/schemas/{name}")
}

/// A name as the generator will write it; stable, so that a second pass changes nothing.
#[must_use]
pub fn pascal(name: &str) -> String {
    let plain: String = name
        .chars()
        .filter(|character| *character != '\'')
        .map(|character| {
            if character.is_ascii_alphanumeric() {
                character
            } else {
                '-'
            }
        })
        .collect();
    let mut pascal = plain.to_pascal_case();
    if !pascal.starts_with(|first: char| first.is_ascii_alphabetic()) {
        pascal.insert(0, 'X');
    }
    // A second look: `A1b` splits differently once it has been joined.
    let again = pascal.to_pascal_case();
    if TAKEN.contains(&again.as_str()) {
        format!("{again}Type")
    } else {
        again
    }
}

/// Lifts inline types into components, and gives all components their Rust names.
///
/// Returns a warning for each name that had to be made unique.
pub fn name_types(document: &mut Value) -> Vec<String> {
    let mut warnings = rename_components(document);
    let mut lifter = Lifter::new(document);
    lifter.lift_components(document);
    lifter.lift_parameters(document);
    lifter.lift_bodies(document);
    if let Some(schemas) = walk::components_mut(document) {
        schemas.extend(lifter.lifted);
    }
    warnings.extend(lifter.warnings);
    warnings
}

fn rename_components(document: &mut Value) -> Vec<String> {
    let mut warnings = Vec::new();
    let mut renamed: BTreeMap<String, String> = BTreeMap::new();
    let mut schemas = Map::new();
    if let Some(all) = walk::components_mut(document) {
        for (name, mut schema) in std::mem::take(all) {
            let base = pascal(&name);
            let unique = unique(&base, |candidate| schemas.contains_key(candidate));
            if unique != base {
                warnings.push(format!(
                    "the schema `{name}` would be `{base}` in Rust, which another one is: `{unique}`"
                ));
            }
            if unique != name {
                if let Some(object) = schema.as_object_mut() {
                    object
                        .entry("x-document-name")
                        .or_insert_with(|| json!(name));
                }
                renamed.insert(reference(&name), reference(&unique));
            }
            schemas.insert(unique, schema);
        }
        *all = schemas;
    }
    // References spell `/` and `~` of a name with escapes; names that need them are looked up in
    // their plain form.
    walk::rename_references(document, &|target| {
        renamed.get(target).cloned().or_else(|| {
            let (section, name) = walk::component_of(target)?;
            (section == "schemas").then(|| renamed.get(&reference(&name)).cloned())?
        })
    });
    warnings
}

fn unique(base: &str, taken: impl Fn(&str) -> bool) -> String {
    let mut name = base.to_owned();
    let mut number = 2;
    while taken(&name) {
        name = format!("{base}{number}");
        number += 1;
    }
    name
}

fn id_of(operation: &Value) -> String {
    operation
        .get("operationId")
        .and_then(Value::as_str)
        .unwrap_or_default()
        .to_owned()
}

/// Whether a schema is a type of its own that needs a name.
fn needs_name(schema: &Value) -> bool {
    if schema.get("$ref").is_some() {
        return false;
    }
    let is_enum = schema.get("enum").is_some()
        && schema.get("type").and_then(Value::as_str) == Some("string");
    let has_properties = schema
        .get("properties")
        .and_then(Value::as_object)
        .is_some_and(|all| !all.is_empty());
    let is_choice = ["oneOf", "anyOf"].iter().any(|keyword| {
        schema
            .get(keyword)
            .and_then(Value::as_array)
            .is_some_and(|branches| branches.len() > 1)
    });
    let is_sum = schema
        .get("allOf")
        .and_then(Value::as_array)
        .is_some_and(|all| all.len() > 1);
    is_enum || has_properties || is_choice || is_sum
}

/// Whether a schema is a decimal, or a list or map of them.
fn holds_decimal(schema: &Value) -> bool {
    let is_number = schema.get("type").and_then(Value::as_str) == Some("number");
    let is_text = schema.get("format").and_then(Value::as_str) == Some("decimal");
    is_number
        || is_text
        || ["items", "additionalProperties"]
            .iter()
            .any(|keyword| schema.get(keyword).is_some_and(holds_decimal))
}

struct Lifter {
    /// The names of the components that the document had.
    known: Vec<String>,
    lifted: Map<String, Value>,
    warnings: Vec<String>,
}

impl Lifter {
    fn new(document: &Value) -> Self {
        let known = walk::components(document)
            .map(|schemas| schemas.keys().cloned().collect())
            .unwrap_or_default();
        Self {
            known,
            lifted: Map::new(),
            warnings: Vec::new(),
        }
    }

    /// Puts `schema` into a component and leaves a reference; prose that explains this one use
    /// stays with the use.
    fn lift(&mut self, schema: &mut Value, name: &str) {
        let mut body = std::mem::take(schema);
        let nullable = body
            .as_object_mut()
            .and_then(|object| object.remove("nullable"))
            .is_some_and(|nullable| nullable == true);
        let description = body.get("description").cloned();
        let base = pascal(name);
        // The same enum in the same place of two documents parts, such as the two directions of
        // one resource, is one type.
        let name = if self.lifted.get(&base) == Some(&body) {
            base
        } else {
            let unique = unique(&base, |candidate| {
                self.known.iter().any(|known| known == candidate)
                    || self.lifted.contains_key(candidate)
            });
            if unique != base {
                self.warnings.push(format!(
                    "an inline type would be named `{base}`, which another one is: `{unique}`"
                ));
            }
            unique
        };
        self.lifted.insert(name.clone(), body);
        let target = json!({"$ref": reference(&name)});
        *schema = if nullable || description.is_some() {
            let mut wrapped = json!({"allOf": [target]});
            if let Some(object) = wrapped.as_object_mut() {
                if nullable {
                    object.insert("nullable".to_owned(), Value::Bool(true));
                }
                if let Some(description) = description {
                    object.insert("description".to_owned(), description);
                }
            }
            wrapped
        } else {
            target
        };
    }

    /// Lifts what stands inside `schema`, named after it.
    fn lift_parts(&mut self, schema: &mut Value, name: &str) {
        let Some(object) = schema.as_object_mut() else {
            return;
        };
        if let Some(properties) = object.get_mut("properties").and_then(Value::as_object_mut) {
            for (property, part) in properties {
                self.lift_part(part, &format!("{name}-{property}"));
            }
        }
        for (keyword, suffix) in [("items", "item"), ("additionalProperties", "value")] {
            if let Some(part) = object.get_mut(keyword) {
                self.lift_part(part, &format!("{name}-{suffix}"));
            }
        }
        // The branches of a sum are parts of one type: what is inside them belongs to its name.
        if let Some(branches) = object.get_mut("allOf").and_then(Value::as_array_mut) {
            for branch in branches {
                self.lift_parts(branch, name);
            }
        }
        for keyword in ["oneOf", "anyOf"] {
            if let Some(branches) = object.get_mut(keyword).and_then(Value::as_array_mut) {
                for (index, branch) in branches.iter_mut().enumerate() {
                    let only_requires = branch
                        .as_object()
                        .is_some_and(|fields| fields.keys().all(|key| key == "required"));
                    if !only_requires {
                        self.lift_part(branch, &format!("{name}-option-{}", index + 1));
                    }
                }
            }
        }
    }

    fn lift_part(&mut self, schema: &mut Value, name: &str) {
        self.lift_parts(schema, name);
        if needs_name(schema) {
            self.lift(schema, name);
        }
    }

    fn lift_components(&mut self, document: &mut Value) {
        if let Some(schemas) = walk::components_mut(document) {
            for (name, schema) in schemas {
                self.lift_parts(schema, name);
            }
        }
    }

    fn lift_parameters(&mut self, document: &mut Value) {
        let mut first_operation = BTreeMap::new();
        walk::operations(document, |_, path, operation| {
            if let Some(id) = operation.get("operationId").and_then(Value::as_str) {
                first_operation
                    .entry(path.to_owned())
                    .or_insert_with(|| id.to_owned());
            }
        });
        if let Some(shared) = document
            .pointer_mut("/components/parameters")
            .and_then(Value::as_object_mut)
        {
            for (name, parameter) in shared {
                if let Some(schema) = parameter.get_mut("schema") {
                    self.lift_part(schema, name);
                }
            }
        }
        if let Some(paths) = document.get_mut("paths").and_then(Value::as_object_mut) {
            for (path, item) in paths {
                let owner = first_operation.get(path).cloned().unwrap_or_default();
                self.lift_parameter_list(item, &owner);
            }
        }
        walk::operations_mut(document, |_, _, operation| {
            let owner = id_of(operation);
            self.lift_parameter_list(operation, &owner);
        });
    }

    fn lift_parameter_list(&mut self, holder: &mut Value, owner: &str) {
        let Some(list) = holder.get_mut("parameters").and_then(Value::as_array_mut) else {
            return;
        };
        for parameter in list {
            let name = parameter
                .get("name")
                .and_then(Value::as_str)
                .unwrap_or_default()
                .to_owned();
            if let Some(schema) = parameter.get_mut("schema") {
                self.lift_part(schema, &format!("{owner}-{name}"));
            }
        }
    }

    fn lift_bodies(&mut self, document: &mut Value) {
        walk::operations_mut(document, |_, _, operation| {
            let owner = id_of(operation);
            self.lift_content(
                operation.get_mut("requestBody"),
                &format!("{owner}-request"),
            );
            if let Some(responses) = operation
                .get_mut("responses")
                .and_then(Value::as_object_mut)
            {
                for (status, response) in responses {
                    let name = if status.starts_with('2') {
                        format!("{owner}-response")
                    } else {
                        format!("{owner}-{status}-response")
                    };
                    self.lift_content(Some(response), &name);
                }
            }
        });
        for (section, suffix) in [("requestBodies", "request"), ("responses", "response")] {
            if let Some(entries) = document
                .pointer_mut(&format!("/components/{section}"))
                .and_then(Value::as_object_mut)
            {
                for (name, entry) in entries {
                    self.lift_content(Some(entry), &format!("{name}-{suffix}"));
                }
            }
        }
    }

    fn lift_content(&mut self, holder: Option<&mut Value>, name: &str) {
        let Some(content) = holder
            .and_then(|holder| holder.get_mut("content"))
            .and_then(Value::as_object_mut)
        else {
            return;
        };
        for body in content.values_mut() {
            if let Some(schema) = body.get_mut("schema") {
                self.lift_part(schema, name);
                // A decimal needs a field, or a type of its own, to be decoded exactly.
                if schema.get("$ref").is_none() && holds_decimal(schema) {
                    self.lift(schema, name);
                }
            }
        }
    }
}
