//! Reading what a request asks for: its path, its query and its body.

use chrono::{DateTime, Utc};
use rust_decimal::Decimal;
use serde_json::{Map, Value};

use super::answer::Refusal;
use super::instant;
use crate::loopback::Recorded;
use crate::percent;

/// The segments of the path, decoded.
pub(super) fn segments(request: &Recorded) -> Result<Vec<String>, Refusal> {
    let raw = request.path().trim_start_matches('/').split('/');
    raw.map(percent::segment)
        .collect::<Result<_, _>>()
        .map_err(|error| Refusal::new(400, 40_010_000, error))
}

/// The parameters of the query. One without a value counts as absent.
pub(super) struct Query(Vec<(String, String)>);

impl Query {
    pub(super) fn of(request: &Recorded) -> Result<Self, Refusal> {
        percent::query(request.query())
            .map(Self)
            .map_err(|error| Refusal::new(400, 40_010_000, error))
    }

    pub(super) fn text(&self, name: &str) -> Option<&str> {
        let found = self.0.iter().find(|(known, _)| known == name);
        found
            .map(|(_, value)| value.as_str())
            .filter(|value| !value.is_empty())
    }

    /// One of several words, of which the first is the default.
    pub(super) fn word<'a>(&'a self, name: &str, known: &[&'a str]) -> Result<&'a str, Refusal> {
        match self.text(name) {
            None => Ok(known.first().copied().unwrap_or_default()),
            Some(word) if known.contains(&word) => Ok(word),
            Some(_) => Err(Refusal::invalid(format!("invalid {name}"))),
        }
    }

    pub(super) fn flag(&self, name: &str) -> Result<bool, Refusal> {
        self.word(name, &["false", "true"])
            .map(|word| word == "true")
    }

    /// A count from one up to `most`.
    pub(super) fn count(&self, name: &str, default: usize, most: usize) -> Result<usize, Refusal> {
        let Some(text) = self.text(name) else {
            return Ok(default);
        };
        let count = text.parse().ok().filter(|count| (1..=most).contains(count));
        count.ok_or_else(|| Refusal::invalid(format!("{name} must be between 1 and {most}")))
    }

    pub(super) fn time(&self, name: &str) -> Result<Option<DateTime<Utc>>, Refusal> {
        self.text(name)
            .map(|text| {
                instant::parse(text)
                    .ok_or_else(|| Refusal::invalid(format!("failed to parse {name}")))
            })
            .transpose()
    }

    pub(super) fn decimal(&self, name: &str) -> Result<Option<Decimal>, Refusal> {
        self.text(name)
            .map(|text| {
                text.parse()
                    .map_err(|_| Refusal::invalid(format!("failed to parse {name}")))
            })
            .transpose()
    }

    /// The parts of a value with commas; empty when the parameter is absent.
    pub(super) fn list(&self, name: &str) -> Vec<String> {
        let text = self.text(name).unwrap_or_default();
        let parts = text.split(',').filter(|part| !part.is_empty());
        parts.map(str::to_owned).collect()
    }
}

/// The object in the body. Numbers are taken where text is documented, as Alpaca does.
pub(super) struct Body(Map<String, Value>);

impl Body {
    /// Reads the body; one that is empty has no members.
    pub(super) fn of(request: &Recorded) -> Result<Self, Refusal> {
        if request.body.is_empty() {
            return Ok(Self(Map::new()));
        }
        match serde_json::from_slice(&request.body) {
            Ok(Value::Object(members)) => Ok(Self(members)),
            _ => Err(Refusal::unreadable()),
        }
    }

    pub(super) fn text(&self, name: &str) -> Result<Option<String>, Refusal> {
        match self.0.get(name) {
            None | Some(Value::Null) => Ok(None),
            Some(Value::String(text)) => Ok(Some(text.clone())),
            Some(Value::Number(number)) => Ok(Some(number.to_string())),
            Some(_) => Err(Refusal::unreadable()),
        }
    }

    pub(super) fn decimal(&self, name: &str) -> Result<Option<Decimal>, Refusal> {
        self.text(name)?
            .map(|text| text.parse().map_err(|_| Refusal::unreadable()))
            .transpose()
    }

    pub(super) fn flag(&self, name: &str) -> Result<bool, Refusal> {
        match self.0.get(name) {
            None | Some(Value::Null) => Ok(false),
            Some(Value::Bool(flag)) => Ok(*flag),
            Some(_) => Err(Refusal::unreadable()),
        }
    }

    pub(super) fn object(&self, name: &str) -> Result<Option<Self>, Refusal> {
        match self.0.get(name) {
            None | Some(Value::Null) => Ok(None),
            Some(Value::Object(members)) => Ok(Some(Self(members.clone()))),
            Some(_) => Err(Refusal::unreadable()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn request(target: &str, body: &str) -> Recorded {
        Recorded {
            method: "GET".to_owned(),
            target: target.to_owned(),
            headers: Vec::new(),
            body: body.as_bytes().to_vec(),
        }
    }

    #[test]
    fn a_query_is_read() {
        let request = request(
            "/v2/positions/BTC%2FUSD?after=2026-01-05T09:30:00-05:00&limit=500&symbols=A,B&side=",
            "",
        );
        assert_eq!(segments(&request).unwrap(), ["v2", "positions", "BTC/USD"]);
        let query = Query::of(&request).unwrap();
        assert_eq!(query.time("after").unwrap(), Some(instant::opening()));
        assert_eq!(query.count("limit", 50, 500).unwrap(), 500);
        assert!(query.count("limit", 50, 499).is_err());
        assert_eq!(query.count("page_size", 50, 500).unwrap(), 50);
        assert_eq!(query.list("symbols"), ["A", "B"]);
        assert_eq!(query.text("side"), None);
        assert!(!query.flag("nested").unwrap());
        assert!(query.word("symbols", &["x"]).is_err());
    }

    #[test]
    fn a_body_takes_numbers_for_text() {
        let body = Body::of(&request("/", r#"{"qty":10.5,"symbol":"A","no":null}"#)).unwrap();
        assert_eq!(body.decimal("qty").unwrap(), Some(Decimal::new(105, 1)));
        assert_eq!(body.text("no").unwrap(), None);
        assert_eq!(
            body.decimal("symbol").unwrap_err().json()["code"],
            40_010_000
        );
        assert!(Body::of(&request("/", "[]")).is_err());
        assert!(Body::of(&request("/", "")).is_ok());
    }
}
