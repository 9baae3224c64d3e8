//! Writes the tables of every type and of every call, from the document that the client is
//! generated from.

#![allow(
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a build script stops at what it cannot use"
)]

use std::fmt::Write as _;
use std::path::Path;
use std::{env, fs};

use heck::ToSnakeCase as _;
use serde_json::Value;

const SPEC: &str = "../alpaca-trading-gen/spec.json";

fn main() {
    println!("cargo::rerun-if-changed={SPEC}");
    println!("cargo::rerun-if-changed=build.rs");
    let text = fs::read_to_string(SPEC).unwrap_or_else(|error| panic!("{SPEC}: {error}"));
    let spec = serde_json::from_str(&text).unwrap_or_else(|error| panic!("{SPEC}: {error}"));
    let folder = env::var("OUT_DIR").expect("cargo sets OUT_DIR");
    for (name, source) in [("types.rs", types(&spec)), ("calls.rs", calls(&spec))] {
        let path = Path::new(&folder).join(name);
        fs::write(&path, source).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
    }
}

/// The table of the types that component schemas became.
fn types(spec: &Value) -> String {
    let mut source = String::from(
        "/// Every type that has a schema of its own, with a function that decodes it and encodes it again.\n\
         pub const TYPES: &[(&str, RoundTrip)] = &[\n",
    );
    for (name, schema) in members(&spec["components"]["schemas"]) {
        // These two became `CommaList` and `OneOrMany` of their elements.
        if schema.get("x-comma-list").is_none() && schema.get("x-one-or-many").is_none() {
            let _ = writeln!(
                source,
                "    ({name:?}, roundtrip::<alpaca_trading_gen::types::{name}>),"
            );
        }
    }
    source + "];\n"
}

/// One pair of functions for each operation, and the table of them.
fn calls(spec: &Value) -> String {
    let mut source = String::new();
    let mut table = String::from("/// Every operation.\npub const CALLS: &[Call] = &[\n");
    for (_, item) in members(&spec["paths"]) {
        for (method, operation) in members(item) {
            if method == "parameters" {
                continue;
            }
            let id = operation["operationId"]
                .as_str()
                .expect("an operation has an id");
            let parameters = parameters(spec, item, operation);
            for (set, parameters) in [
                ("all", parameters.iter().collect::<Vec<_>>()),
                (
                    "required",
                    parameters
                        .iter()
                        .filter(|parameter| parameter.required)
                        .collect(),
                ),
            ] {
                source += &function(&format!("{id}__{set}"), id, &parameters, operation);
            }
            let _ = writeln!(
                table,
                "    Call {{ id: {id:?}, all: {id}__all, required: {id}__required }},",
            );
        }
    }
    source + &table + "];\n"
}

fn function(name: &str, id: &str, parameters: &[&Parameter], operation: &Value) -> String {
    let mut call = format!("client.{id}()");
    for Parameter { name, value, .. } in parameters {
        let method = match name.to_snake_case() {
            word if word == "type" => "type_".to_owned(),
            word => word,
        };
        let _ = write!(call, ".{method}({value})");
    }
    if let Some(body) = operation["requestBody"]["content"]["application/json"].get("schema") {
        let body = body_type(body);
        let _ = write!(
            call,
            ".body(values.decoded::<alpaca_trading_gen::types::{body}>())"
        );
    }
    let send = if streams(operation) {
        format!("drained({call}.send().await).await")
    } else {
        format!("done({call}.send().await)")
    };
    format!(
        "#[allow(deprecated, non_snake_case, unused_variables)]\n\
         fn {name}(client: Client, values: Values) -> BoxFuture<'static, Outcome> {{\n    \
             Box::pin(async move {{ {send} }})\n\
         }}\n\n",
    )
}

/// A parameter and the expression of its value.
struct Parameter {
    name: String,
    value: String,
    required: bool,
}

fn parameters(spec: &Value, item: &Value, operation: &Value) -> Vec<Parameter> {
    [item, operation]
        .into_iter()
        .filter_map(|place| place["parameters"].as_array())
        .flatten()
        .map(|parameter| {
            let parameter = resolve(spec, parameter);
            let name = parameter["name"].as_str().expect("a parameter has a name");
            let schema = resolve(spec, &parameter["schema"]);
            let parsed = match (schema["type"].as_str(), schema["format"].as_str()) {
                (Some("integer"), _) => Some("i64"),
                (Some("boolean"), _) => Some("bool"),
                (_, Some("uuid")) => Some("uuid::Uuid"),
                (_, Some("date")) => Some("chrono::NaiveDate"),
                _ => None,
            };
            Parameter {
                name: name.to_owned(),
                value: match parsed {
                    Some(parsed) => format!("values.parsed::<{parsed}>({name:?})"),
                    None => format!("values.text({name:?})"),
                },
                required: parameter["required"] == true,
            }
        })
        .collect()
}

/// The name of the type of a body.
fn body_type(schema: &Value) -> &str {
    let reference = schema["$ref"]
        .as_str()
        .or_else(|| schema["allOf"][0]["$ref"].as_str());
    let reference = reference.expect("a body refers to a component");
    reference.rsplit('/').next().unwrap_or(reference)
}

fn streams(operation: &Value) -> bool {
    members(&operation["responses"]).any(|(_, answer)| {
        answer["content"]
            .as_object()
            .is_some_and(|content| !content.contains_key("application/json"))
    })
}

fn resolve<'v>(spec: &'v Value, value: &'v Value) -> &'v Value {
    match value["$ref"].as_str() {
        Some(reference) => {
            let pointer = reference.trim_start_matches('#');
            resolve(
                spec,
                spec.pointer(pointer)
                    .unwrap_or_else(|| panic!("nothing at {reference}")),
            )
        }
        None => value,
    }
}

fn members(value: &Value) -> impl Iterator<Item = (&String, &Value)> {
    value.as_object().into_iter().flatten()
}
