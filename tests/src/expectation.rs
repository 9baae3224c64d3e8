//! What a request must look like, and what is answered, by the document alone.
//!
//! Nothing here knows the generated code: an operation is read from `spec.json`, sample values are
//! made for it, and what arrived on the wire is compared with both.

use serde_json::Value;

use crate::generated::Values;
use crate::instances::{Generator, Mode, resolve};
use crate::loopback::{Recorded, Reply};
use crate::percent;

/// Values that would change the path if they went into it as they are.
pub const HOSTILE: &[&str] = &[
    "BTC/USD",
    "two words",
    " ",
    "100%",
    "%2F",
    "%2e%2e",
    "a?b=c",
    "a#b",
    "Zürich 日本 😀",
    "\"quoted\"",
    "it's",
    "a&b=c+d;e",
    "<{[|^`]}>",
    "line\nbreak\ttab",
    "../orders",
    "/",
    "...",
    ".hidden",
    "a:b@c",
    "AAPL",
];

/// Where a parameter travels.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Place {
    /// In the path.
    Path,
    /// In the query.
    Query,
    /// In a header.
    Header,
}

/// A parameter as declared.
#[derive(Clone, Debug)]
pub struct Parameter {
    /// Its name on the wire.
    pub name: String,
    /// Where it travels.
    pub place: Place,
    /// Whether every call has it.
    pub required: bool,
    /// What its values are.
    pub schema: Value,
}

/// An operation as declared.
#[derive(Clone, Debug)]
pub struct Declared {
    /// The name in `spec.json`.
    pub id: String,
    /// The name in the document of the service.
    pub document_id: String,
    /// The method, in capitals.
    pub method: String,
    /// The path with its parameters in braces.
    pub path: String,
    /// The first tag.
    pub tag: String,
    /// Whether it is deprecated.
    pub deprecated: bool,
    /// The parameters of the operation and of its path.
    pub parameters: Vec<Parameter>,
    /// The schema of the JSON body of a request.
    pub body: Option<Value>,
    /// The status of success.
    pub status: u16,
    /// The media type and the schema of the answer, when it has a body.
    pub answer: Option<(String, Value)>,
}

/// All operations of the document, in its order.
///
/// # Panics
///
/// When the document has a form that is not expected of it.
#[must_use]
pub fn operations(spec: &Value) -> Vec<Declared> {
    let mut operations = Vec::new();
    for (path, item) in object(&spec["paths"]) {
        for (method, operation) in object(item).filter(|(key, _)| *key != "parameters") {
            let parameters = [item, operation]
                .into_iter()
                .filter_map(|place| place["parameters"].as_array())
                .flatten()
                .map(|parameter| parameter_of(spec, resolve(spec, parameter)))
                .collect();
            let mut successes = object(&operation["responses"]).filter(|(s, _)| s.starts_with('2'));
            let (status, answer) = successes.next().expect("an answer of success");
            assert!(
                successes.next().is_none(),
                "{path}: more than one answer of success"
            );
            let answer = resolve(spec, answer);
            let media = object(&answer["content"]).next();
            let body = &operation["requestBody"];
            operations.push(Declared {
                id: text(&operation["operationId"]),
                document_id: text(&operation["x-document-operation-id"]),
                method: method.to_ascii_uppercase(),
                path: path.clone(),
                tag: text(&operation["tags"][0]),
                deprecated: operation["deprecated"] == true,
                parameters,
                body: body.is_object().then(|| {
                    let content = &resolve(spec, body)["content"];
                    assert_eq!(object(content).count(), 1, "{path}: one media type a body");
                    content["application/json"]["schema"].clone()
                }),
                status: status.parse().expect("a status is a number"),
                answer: media.map(|(name, media)| (name.clone(), media["schema"].clone())),
            });
        }
    }
    operations
}

fn parameter_of(spec: &Value, parameter: &Value) -> Parameter {
    Parameter {
        name: text(&parameter["name"]),
        place: match parameter["in"].as_str() {
            Some("path") => Place::Path,
            Some("query") => Place::Query,
            Some("header") => Place::Header,
            other => panic!("a parameter in {other:?}"),
        },
        required: parameter["required"] == true,
        schema: resolve(spec, &parameter["schema"]).clone(),
    }
}

impl Declared {
    /// Values for a call, with every parameter or with the required ones only.
    pub fn sample(&self, generator: &mut Generator<'_>, all: bool, body: Mode) -> Values {
        let parameters = self
            .parameters
            .iter()
            .filter(|parameter| all || parameter.required)
            .map(|parameter| (parameter.name.clone(), parameter.sample(generator)))
            .collect();
        let body = self
            .body
            .as_ref()
            .map(|schema| generator.of(schema, body).to_string());
        Values {
            parameters,
            body: body.unwrap_or_default(),
        }
    }

    /// The parameters of the path that take any text.
    pub fn free_path_parameters(&self) -> impl Iterator<Item = &Parameter> {
        self.parameters.iter().filter(|parameter| {
            parameter.place == Place::Path && parameter.schema.get("format").is_none()
        })
    }

    /// An answer of success.
    pub fn reply(&self, generator: &mut Generator<'_>, mode: Mode) -> Reply {
        match &self.answer {
            None => Reply::status(self.status),
            Some((media_type, schema)) if media_type == "text/event-stream" => {
                let events = generator.of(schema, mode);
                let events = events.as_array().into_iter().flatten();
                let frames = events
                    .map(|event| format!("data: {event}\n\n"))
                    .collect::<String>();
                Reply::body(self.status, media_type, frames)
            }
            Some((media_type, schema)) => Reply::body(
                self.status,
                media_type,
                generator.of(schema, mode).to_string(),
            ),
        }
    }

    /// Compares what arrived with what was declared and with the values of the call; `prefix` is
    /// the path of the base URL.
    ///
    /// # Errors
    ///
    /// What is wrong with the request.
    pub fn check(&self, prefix: &str, request: &Recorded, values: &Values) -> Result<(), String> {
        equal("the method", &request.method, &self.method)?;
        self.check_path(prefix, request, values)?;
        self.check_query(request, values)?;
        self.check_headers(request, values)?;
        self.check_body(request, values)
    }

    fn check_path(&self, prefix: &str, request: &Recorded, values: &Values) -> Result<(), String> {
        let path = request
            .path()
            .strip_prefix(prefix)
            .ok_or_else(|| format!("`{}` does not start with `{prefix}`", request.path()))?;
        let (actual, expected): (Vec<_>, Vec<_>) =
            (path.split('/').collect(), self.path.split('/').collect());
        equal(
            &format!("the number of segments of `{path}`"),
            &actual.len(),
            &expected.len(),
        )?;
        for (actual, expected) in actual.into_iter().zip(expected) {
            match expected
                .strip_prefix('{')
                .and_then(|name| name.strip_suffix('}'))
            {
                Some(name) => {
                    let actual = percent::segment(actual)?;
                    equal(
                        &format!("the path parameter `{name}`"),
                        &actual,
                        &values.parameters[name],
                    )?;
                }
                // Also the colon of `/v2/orders:by_client_order_id` is sent as it is.
                None => equal("a fixed segment", &actual, &expected)?,
            }
        }
        Ok(())
    }

    fn check_query(&self, request: &Recorded, values: &Values) -> Result<(), String> {
        let mut actual = percent::query(request.query())?;
        let mut expected = self.given(Place::Query, values);
        actual.sort();
        expected.sort();
        equal("the query", &actual, &expected)
    }

    fn check_headers(&self, request: &Recorded, values: &Values) -> Result<(), String> {
        for (name, value) in self.given(Place::Header, values) {
            let actual = request.header(&name.to_ascii_lowercase());
            equal(
                &format!("the header {name}"),
                &actual,
                &vec![value.as_str()],
            )?;
        }
        for parameter in self
            .parameters
            .iter()
            .filter(|known| known.place == Place::Header)
        {
            if !values.parameters.contains_key(&parameter.name) {
                let actual = request.header(&parameter.name.to_ascii_lowercase());
                equal(&format!("the header {}", parameter.name), &actual, &vec![])?;
            }
        }
        equal(
            "the header api-version",
            &request.header("api-version"),
            &vec![],
        )?;
        let accepts_json = request.header("accept") == ["application/json"];
        let answers_json = matches!(&self.answer, Some((name, _)) if name == "application/json");
        equal(
            "whether JSON alone is accepted",
            &accepts_json,
            &answers_json,
        )
    }

    fn check_body(&self, request: &Recorded, values: &Values) -> Result<(), String> {
        let media_type = request.header("content-type");
        if self.body.is_none() {
            equal("the media type", &media_type, &vec![])?;
            return equal("the body", &request.body.len(), &0);
        }
        equal("the media type", &media_type, &vec!["application/json"])?;
        let actual: Value = serde_json::from_slice(&request.body)
            .map_err(|error| format!("the body is not JSON: {error}"))?;
        let expected: Value = serde_json::from_str(&values.body)
            .map_err(|error| format!("the sample is not JSON: {error}"))?;
        equal("the body", &actual, &without_nulls(expected))
    }

    /// The parameters of this place that the call has.
    fn given(&self, place: Place, values: &Values) -> Vec<(String, String)> {
        self.parameters
            .iter()
            .filter(|parameter| parameter.place == place)
            .filter_map(|parameter| values.parameters.get_key_value(&parameter.name))
            .map(|(name, value)| (name.clone(), value.clone()))
            .collect()
    }
}

impl Parameter {
    fn sample(&self, generator: &mut Generator<'_>) -> String {
        let free = self.schema["type"] == "string"
            && self.schema.get("format").is_none()
            && self.schema.get("enum").is_none();
        match self.place {
            Place::Path if free => (*generator.random().pick(HOSTILE)).to_owned(),
            // A header cannot carry every text.
            Place::Header => format!("key {:016x}", generator.random().next_u64()),
            _ => match generator.of(&self.schema, Mode::Full) {
                Value::String(text) => text,
                other => other.to_string(),
            },
        }
    }
}

/// What is null in the value of a call is left out of its body.
fn without_nulls(value: Value) -> Value {
    match value {
        Value::Object(members) => members
            .into_iter()
            .filter(|(_, member)| !member.is_null())
            .map(|(name, member)| (name, without_nulls(member)))
            .collect(),
        Value::Array(elements) => elements.into_iter().map(without_nulls).collect(),
        other => other,
    }
}

fn equal<T: PartialEq + std::fmt::Debug>(
    what: &str,
    actual: &T,
    expected: &T,
) -> Result<(), String> {
    if actual == expected {
        return Ok(());
    }
    Err(format!("{what} is {actual:?}, not {expected:?}"))
}

fn object(value: &Value) -> impl Iterator<Item = (&String, &Value)> {
    value.as_object().into_iter().flatten()
}

fn text(value: &Value) -> String {
    value
        .as_str()
        .unwrap_or_else(|| panic!("a text is missing: {value}"))
        .to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn declared(id: &str) -> Declared {
        let mut all = operations(&crate::spec()).into_iter();
        all.find(|declared| declared.id == id)
            .unwrap_or_else(|| panic!("no operation {id}"))
    }

    fn request(method: &str, target: &str, headers: &[(&str, &str)], body: &str) -> Recorded {
        let headers = headers
            .iter()
            .map(|(name, value)| ((*name).into(), (*value).into()));
        Recorded {
            method: method.into(),
            target: target.into(),
            headers: headers.collect(),
            body: body.into(),
        }
    }

    fn values(parameters: &[(&str, &str)], body: &str) -> Values {
        let parameters = parameters
            .iter()
            .map(|(name, value)| ((*name).into(), (*value).into()));
        Values {
            parameters: parameters.collect(),
            body: body.into(),
        }
    }

    const JSON: (&str, &str) = ("accept", "application/json");

    #[test]
    fn a_request_without_a_body_must_be_right_in_every_part() {
        let close = declared("close_position");
        let values = values(
            &[("symbol_or_asset_id", "BTC/USD"), ("percentage", "12.5")],
            "",
        );
        let good = "/v2/positions/BTC%2FUSD?percentage=12.5";
        let right = request("DELETE", good, &[JSON], "");
        assert_eq!(close.check("", &right, &values), Ok(()));
        let below = format!("/proxy{good}");
        assert_eq!(
            close.check("/proxy", &request("DELETE", &below, &[JSON], ""), &values),
            Ok(())
        );
        for wrong in [
            request("GET", good, &[JSON], ""),
            request(
                "DELETE",
                "/v2/positions/BTC/USD?percentage=12.5",
                &[JSON],
                "",
            ),
            request("DELETE", "/v2/positions/BTC%2FUSD", &[JSON], ""),
            request(
                "DELETE",
                "/v2/positions/BTC%2FUSD?percentage=12.50",
                &[JSON],
                "",
            ),
            request("DELETE", &format!("{good}&percentage=12.5"), &[JSON], ""),
            request("DELETE", &format!("{good}&qty="), &[JSON], ""),
            request(
                "DELETE",
                "/v2/position/BTC%2FUSD?percentage=12.5",
                &[JSON],
                "",
            ),
            request(
                "DELETE",
                "/v2/positions/BTC%252FUSD?percentage=12.5",
                &[JSON],
                "",
            ),
            request("DELETE", good, &[], ""),
            request("DELETE", good, &[JSON, JSON], ""),
            request("DELETE", good, &[JSON, ("api-version", "2")], ""),
            request(
                "DELETE",
                good,
                &[JSON, ("content-type", "application/json")],
                "",
            ),
            request("DELETE", good, &[JSON], "{}"),
        ] {
            assert!(close.check("", &wrong, &values).is_err(), "{wrong:?}");
        }
    }

    #[test]
    fn a_request_with_a_body_must_carry_it_and_its_headers() {
        const BODY: &str = r#"{"qty":"1.50","note":null}"#;
        const TYPE: (&str, &str) = ("content-type", "application/json");
        const KEY: (&str, &str) = ("idempotency-key", "k1");
        let mint = declared("mint_token");
        let values_with_key = values(&[("Idempotency-Key", "k1")], BODY);
        let right = request(
            "POST",
            "/v2/tokenization/mint",
            &[JSON, TYPE, KEY],
            r#"{"qty":"1.50"}"#,
        );
        assert_eq!(mint.check("", &right, &values_with_key), Ok(()));
        assert!(
            mint.check("", &right, &values(&[], BODY)).is_err(),
            "a key that was not given"
        );
        for (headers, body) in [
            (&[JSON, TYPE][..], r#"{"qty":"1.50"}"#),
            (&[JSON, KEY], r#"{"qty":"1.50"}"#),
            (&[JSON, TYPE, KEY], r#"{"qty":1.50}"#),
            (&[JSON, TYPE, KEY], r#"{"qty":"1.5"}"#),
            (&[JSON, TYPE, KEY], r#"{"qty":"1.50","note":null}"#),
            (&[JSON, TYPE, KEY], r#"{"qty":"1.50","more":1}"#),
            (&[JSON, TYPE, KEY], ""),
        ] {
            let wrong = request("POST", "/v2/tokenization/mint", headers, body);
            assert!(
                mint.check("", &wrong, &values_with_key).is_err(),
                "{wrong:?}"
            );
        }
    }
}
