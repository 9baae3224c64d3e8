//! One thing changed in the vendored document is one change: of the right kind and class, with the
//! right name, at the right place.

use std::collections::BTreeSet;

use proptest::prelude::*;
use proptest::sample::Index;
use proptest::test_runner::{Config, RngSeed};
use serde_json::{Value, json};

use super::super::{Change, Class};
use super::fixture::{diff, edited};
use super::parts::{Known, PARTS, chosen, parts};
use crate::document::pointer;

/// The new document, and the one change that is to be told.
struct Mutation {
    new: Value,
    kind: &'static str,
    class: Class,
    name: Option<String>,
    pointers: (Option<String>, Option<String>),
}

impl Mutation {
    fn told(&self) -> Vec<String> {
        let class = self.class.name();
        vec![format!(
            "{} {class} {:?} {:?} {:?}",
            self.kind, self.name, self.pointers.0, self.pointers.1
        )]
    }
}

fn line(change: &Change) -> String {
    format!(
        "{} {} {:?} {:?} {:?}",
        change.kind.name(),
        change.class.name(),
        change.name,
        change.old,
        change.new
    )
}

impl Known {
    fn if_sent(&self, at: &str) -> Class {
        breaking_if(self.ways(at).0)
    }

    fn if_answered(&self, at: &str) -> Class {
        breaking_if(self.ways(at).1)
    }
}

fn breaking_if(is: bool) -> Class {
    if is {
        Class::Breaking
    } else {
        Class::Compatible
    }
}

/// The schema of which a part is told: parts of `allOf` are not told apart from the whole.
fn whole(at: &str) -> String {
    match at.rsplit_once("/allOf/") {
        Some((holder, rest)) if !rest.contains('/') => whole(holder),
        _ => at.to_owned(),
    }
}

fn both(at: &str) -> (Option<String>, Option<String>) {
    (Some(at.to_owned()), Some(at.to_owned()))
}

/// A schema with other types.
fn retyped(schema: &Value, change: impl Fn(&mut BTreeSet<String>)) -> Value {
    let mut types: BTreeSet<String> = match &schema["type"] {
        Value::Array(types) => types
            .iter()
            .map(|one| one.as_str().unwrap().to_owned())
            .collect(),
        one => BTreeSet::from([one.as_str().unwrap().to_owned()]),
    };
    change(&mut types);
    let mut schema = schema.clone();
    schema["type"] = json!(types);
    schema
}

fn is_plain(schema: &Value, name: &str) -> bool {
    schema["type"] == name && schema.get("enum").is_none() && schema.get("const").is_none()
}

fn is_object(schema: &Value) -> bool {
    schema["properties"]
        .as_object()
        .is_some_and(|properties| !properties.is_empty())
}

/// What can be done to a document, by name.
const DEEDS: [&str; 24] = [
    "operation-removed",
    "operation-added",
    "operation-renamed",
    "schema-added",
    "schema-renamed",
    "property-removed",
    "property-added",
    "property-renamed",
    "enum-value-removed",
    "enum-value-added",
    "required-removed",
    "required-added",
    "type-changed",
    "format-changed",
    "bound-tightened",
    "bound-loosened",
    "nullable-added",
    "nullable-removed",
    "parameter-removed",
    "parameter-added",
    "parameter-renamed",
    "now-required",
    "text-changed",
    "example-changed",
];

/// The vendored document, or a part of it, after a deed; `None` where there is no place for it.
fn mutation(known: &Known, deed: &'static str, one: Index, other: Index) -> Option<Mutation> {
    let root = &known.root;
    let made = |new, class, name: Option<&str>, pointers| {
        Some(Mutation {
            new,
            kind: deed,
            class,
            name: name.map(str::to_owned),
            pointers,
        })
    };
    let (breaking, compatible) = (Class::Breaking, Class::Compatible);
    match deed {
        "operation-removed" => {
            let at = chosen(one, &known.operations)?;
            made(
                edited(root, at, None),
                breaking,
                None,
                (Some(at.clone()), None),
            )
        }
        "operation-added" => {
            let at = "#/paths/~1v9~1weather".to_owned();
            let item = json!({ "get": { "operationId": "getWeather", "responses": {} } });
            let new = edited(root, &at, Some(item));
            made(new, compatible, None, (None, Some(format!("{at}/get"))))
        }
        "operation-renamed" => {
            let at = format!("{}/operationId", chosen(one, &known.operations)?);
            let new = edited(root, &at, Some(json!("anotherName")));
            made(new, breaking, None, both(&at))
        }
        "schema-added" => {
            let at = "#/components/schemas/Weather".to_owned();
            let new = edited(
                root,
                &at,
                Some(json!({ "type": "string", "enum": ["fair"] })),
            );
            made(new, compatible, Some("Weather"), (None, Some(at)))
        }
        "schema-renamed" => {
            let names: Vec<&String> = root["components"]["schemas"]
                .as_object()
                .unwrap()
                .keys()
                .collect();
            let from = *chosen(one, &names)?;
            let (to, at) = (format!("{from}Renamed"), |name: &str| {
                format!("#/components/schemas/{name}")
            });
            let text = root.to_string();
            let text = text.replace(&format!("\"{}\"", at(from)), &format!("\"{}\"", at(&to)));
            let mut new: Value = serde_json::from_str(&text).unwrap();
            let schemas = new["components"]["schemas"].as_object_mut().unwrap();
            let schema = schemas.remove(from).unwrap();
            schemas.insert(to.clone(), schema);
            made(new, compatible, Some(&to), (Some(at(from)), Some(at(&to))))
        }
        "property-removed" | "property-renamed" | "required-removed" | "required-added" => {
            let is_required = |schema: &Value, name: &str| {
                let mut listed = schema["required"].as_array().into_iter().flatten();
                listed.any(|one| one == name)
            };
            let fits = |schema: &Value| {
                let properties = schema["properties"].as_object().into_iter().flatten();
                let mut required = properties.map(|(name, _)| is_required(schema, name));
                match deed {
                    "required-removed" => required.any(|is| is),
                    "required-added" => required.any(|is| !is),
                    _ => is_object(schema),
                }
            };
            let at = known.schema(one, fits)?;
            let schema = known.at(at);
            let properties = schema["properties"].as_object().unwrap().keys();
            let names: Vec<&String> = properties
                .filter(|name| match deed {
                    "required-removed" => is_required(schema, name),
                    "required-added" => !is_required(schema, name),
                    _ => true,
                })
                .collect();
            let name = *chosen(other, &names)?;
            let place = |name: &str| pointer::join(&format!("{at}/properties"), name);
            let mut changed = schema.clone();
            let mut required: Vec<Value> =
                changed["required"].as_array().cloned().unwrap_or_default();
            let after = format!("{name}_too");
            let (class, name, pointers) = match deed {
                "property-removed" => {
                    required.retain(|one| one != name);
                    changed["properties"].as_object_mut().unwrap().remove(name);
                    (breaking, name.as_str(), (Some(place(name)), None))
                }
                "property-renamed" => {
                    for one in required.iter_mut().filter(|one| *one == name) {
                        *one = json!(after);
                    }
                    let properties = changed["properties"].as_object_mut().unwrap();
                    let property = properties.remove(name).unwrap();
                    properties.insert(after.clone(), property);
                    (
                        breaking,
                        after.as_str(),
                        (Some(place(name)), Some(place(&after))),
                    )
                }
                "required-removed" => {
                    required.retain(|one| one != name);
                    (known.if_answered(at), name.as_str(), both(&place(name)))
                }
                _ => {
                    required.push(json!(name));
                    (known.if_sent(at), name.as_str(), both(&place(name)))
                }
            };
            changed["required"] = Value::Array(required);
            made(edited(root, at, Some(changed)), class, Some(name), pointers)
        }
        "property-added" => {
            let at = known.schema(one, is_object)?;
            let place = format!("{at}/properties/weather");
            let new = edited(root, &place, Some(json!({ "type": "boolean" })));
            made(new, compatible, Some("weather"), (None, Some(place)))
        }
        "enum-value-removed" | "enum-value-added" => {
            let most = |schema: &Value| schema["enum"].as_array().is_some_and(|all| all.len() > 1);
            let at = known.schema(one, most)?;
            let values = known.at(at)["enum"].as_array().unwrap();
            if deed == "enum-value-added" {
                let place = format!("{at}/enum/{}", values.len());
                let new = edited(root, &format!("{at}/enum/-"), Some(json!("weather")));
                return made(new, compatible, Some("weather"), (None, Some(place)));
            }
            let index = other.index(values.len());
            let place = format!("{at}/enum/{index}");
            let name = values[index]
                .as_str()
                .map_or(values[index].to_string(), str::to_owned);
            made(
                edited(root, &place, None),
                breaking,
                Some(&name),
                (Some(place), None),
            )
        }
        "type-changed" => {
            let at = known.schema(one, |schema| is_plain(schema, "string"))?;
            let new = edited(root, &format!("{at}/type"), Some(json!("boolean")));
            made(new, breaking, None, both(&whole(at)))
        }
        "format-changed" => {
            let at = known.schema(one, |schema| is_plain(schema, "string"))?;
            let format = match known.at(at).get("format") {
                Some(_) => None,
                None => Some(json!("weather")),
            };
            let new = edited(root, &format!("{at}/format"), format);
            made(new, breaking, None, both(&whole(at)))
        }
        "bound-tightened" | "bound-loosened" => {
            let at = known.schema(one, |schema| {
                is_plain(schema, "string") && schema.get("maxLength").is_none()
            })?;
            let bounded = edited(root, &format!("{at}/maxLength"), Some(json!(40)));
            let class = match deed {
                "bound-tightened" => known.if_sent(at),
                _ => compatible,
            };
            made(bounded, class, Some("maxLength"), both(&whole(at)))
        }
        "nullable-added" => {
            let at = known.schema(one, |schema| is_plain(schema, "string"))?;
            let schema = retyped(known.at(at), |types| {
                types.insert("null".to_owned());
            });
            made(
                edited(root, at, Some(schema)),
                known.if_answered(at),
                None,
                both(&whole(at)),
            )
        }
        "nullable-removed" => {
            let has = |schema: &Value| {
                let types = schema["type"].as_array();
                types.is_some_and(|types| types.len() > 1 && types.iter().any(|one| one == "null"))
            };
            let at = known.schema(one, has)?;
            let mut schema = retyped(known.at(at), |types| {
                types.remove("null");
            });
            if let Some(values) = schema.get_mut("enum").and_then(Value::as_array_mut) {
                values.retain(|value| !value.is_null());
            }
            made(
                edited(root, at, Some(schema)),
                known.if_sent(at),
                None,
                both(&whole(at)),
            )
        }
        "parameter-removed" | "parameter-renamed" | "now-required" => {
            let fits = |at: &&String| {
                let parameter = known.at(at);
                let is_own = parameter.get("$ref").is_none() && parameter["in"] != "path";
                is_own && (deed != "now-required" || parameter["required"] != true)
            };
            let fitting: Vec<&String> = known.parameters.iter().filter(fits).collect();
            let at = *chosen(one, &fitting)?;
            let name = known.at(at)["name"].as_str().unwrap();
            match deed {
                "parameter-removed" => made(
                    edited(root, at, None),
                    breaking,
                    Some(name),
                    (Some(at.clone()), None),
                ),
                "parameter-renamed" => {
                    let after = format!("{name}_too");
                    let new = edited(root, &format!("{at}/name"), Some(json!(after)));
                    made(new, breaking, Some(&after), both(at))
                }
                _ => {
                    let new = edited(root, &format!("{at}/required"), Some(json!(true)));
                    made(new, breaking, None, both(at))
                }
            }
        }
        "parameter-added" => {
            let at = chosen(one, &known.operations)?;
            let mut operation = known.at(at).clone();
            let before = operation["parameters"].as_array().map_or(0, Vec::len);
            if before == 0 {
                operation["parameters"] = json!([]);
            }
            let parameter =
                json!({ "name": "Weather", "in": "query", "schema": { "type": "string" } });
            operation["parameters"]
                .as_array_mut()
                .unwrap()
                .push(parameter);
            let place = format!("{at}/parameters/{before}");
            made(
                edited(root, at, Some(operation)),
                compatible,
                Some("Weather"),
                (None, Some(place)),
            )
        }
        "text-changed" => {
            let at = known.schema(one, |schema| schema["description"].is_string())?;
            let new = edited(
                root,
                &format!("{at}/description"),
                Some(json!("Says something else.")),
            );
            made(new, Class::Documentation, Some("description"), both(at))
        }
        _ => {
            let at = known.schema(one, |schema| {
                is_plain(schema, "string") && schema.get("examples").is_none()
            })?;
            // An example of what a parameter or a body holds is one of the whole.
            let in_operation = at.starts_with("#/paths") || at.contains("/content/");
            let holder = at.strip_suffix("/schema").filter(|_| in_operation);
            let holder = holder.unwrap_or(at);
            let new = edited(
                root,
                &format!("{at}/example"),
                Some(json!("another example")),
            );
            made(new, Class::Documentation, Some("examples"), both(holder))
        }
    }
}

proptest! {
    #![proptest_config(Config {
        cases: 2,
        rng_seed: RngSeed::Fixed(0x5bec),
        failure_persistence: None,
        ..Config::default()
    })]

    #[test]
    fn one_deed_is_one_change(part in 0..PARTS, one in any::<Index>(), other in any::<Index>()) {
        let known = &parts()[part];
        let mut done = 0;
        for deed in DEEDS {
            // A part of the document may have no place for it.
            let Some(mutation) = mutation(known, deed, one, other) else {
                continue;
            };
            let (mut old, mut new) = (&known.root, &mutation.new);
            if deed == "bound-loosened" {
                std::mem::swap(&mut old, &mut new);
            }
            let told: Vec<String> = diff(old, new).changes.iter().map(line).collect();
            prop_assert_eq!(told, mutation.told(), "{}", deed);
            done += 1;
        }
        prop_assert!(done * 4 > DEEDS.len() * 3, "{} of {}", done, DEEDS.len());
    }
}
