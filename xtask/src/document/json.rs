//! JSON text to a value, with what `serde_json::from_str::<Value>` does not give: a key that appears
//! twice is refused (the last would win silently, and an operation be lost), depth and number of
//! values are bounded, and an error knows the pointer of its place beside line and column.
//!
//! The recursion goes only as deep as the depth limit: the visitor refuses an array or object below
//! it before it reads the first element, however deep the text goes on.

use std::fmt;

use serde::de::{DeserializeSeed, Deserializer, Error, MapAccess, SeqAccess, Visitor};
use serde_json::{Map, Number, Value};

use super::{
    MAX_DEPTH, MAX_KEY, MAX_VALUES, duplicate_key, long_key,
    pointer::{Step, from_steps},
    too_deep, too_many,
};
use crate::fault::Fault;

/// Parses `text` as one JSON value.
pub(super) fn parse(file: &str, text: &str) -> Result<Value, Fault> {
    let mut progress = Progress::default();
    let mut deserializer = serde_json::Deserializer::from_str(text);
    let parsed = Node(&mut progress)
        .deserialize(&mut deserializer)
        .and_then(|value| deserializer.end().map(|()| value));
    parsed.map_err(|error| {
        let message = match &progress.refusal {
            Some(refusal) => {
                format!(
                    "{refusal} (line {} column {})",
                    error.line(),
                    error.column()
                )
            }
            None => format!("is not valid JSON: {error}"),
        };
        Fault::new(file, progress.pointer(), message)
    })
}

/// Where the parser is and how much it has read. The path is left as it is when an error passes
/// through, so that afterwards it tells where the error happened.
#[derive(Default)]
struct Progress {
    path: Vec<Place>,
    values: u64,
    /// Why the visitor refused to go on; without it, an error is one of syntax.
    refusal: Option<String>,
}

enum Place {
    Key(String),
    Index(usize),
}

impl Progress {
    fn pointer(&self) -> String {
        from_steps(self.path.iter().map(|place| match place {
            Place::Key(key) => Step::Key(key),
            Place::Index(index) => Step::Index(*index),
        }))
    }

    /// Refuses to go on. The error only carries the news out of the parser.
    fn refuse<T, E: Error>(&mut self, message: String) -> Result<T, E> {
        let error = E::custom(&message);
        self.refusal = Some(message);
        Err(error)
    }

    /// Counts one value.
    fn count<E: Error>(&mut self) -> Result<(), E> {
        self.values += 1;
        if self.values > MAX_VALUES {
            return self.refuse(too_many());
        }
        Ok(())
    }

    /// Counts one array or object; it lies inside as many others as the path has steps.
    fn enter<E: Error>(&mut self) -> Result<(), E> {
        self.count()?;
        if self.path.len() >= MAX_DEPTH {
            return self.refuse(too_deep());
        }
        Ok(())
    }
}

/// The reader of one value, of whatever kind.
struct Node<'p>(&'p mut Progress);

impl<'de> DeserializeSeed<'de> for Node<'_> {
    type Value = Value;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Value, D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Node<'_> {
    type Value = Value;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a JSON value")
    }

    fn visit_unit<E: Error>(self) -> Result<Value, E> {
        self.0.count()?;
        Ok(Value::Null)
    }

    fn visit_bool<E: Error>(self, value: bool) -> Result<Value, E> {
        self.0.count()?;
        Ok(Value::Bool(value))
    }

    fn visit_i64<E: Error>(self, value: i64) -> Result<Value, E> {
        self.0.count()?;
        Ok(Value::Number(value.into()))
    }

    fn visit_u64<E: Error>(self, value: u64) -> Result<Value, E> {
        self.0.count()?;
        Ok(Value::Number(value.into()))
    }

    /// Also what an integer beyond 64 bits arrives as: the nearest float.
    fn visit_f64<E: Error>(self, value: f64) -> Result<Value, E> {
        self.0.count()?;
        match Number::from_f64(value) {
            Some(number) => Ok(Value::Number(number)),
            None => self.0.refuse("the number is out of range".to_owned()),
        }
    }

    fn visit_str<E: Error>(self, value: &str) -> Result<Value, E> {
        self.visit_string(value.to_owned())
    }

    fn visit_string<E: Error>(self, value: String) -> Result<Value, E> {
        self.0.count()?;
        Ok(Value::String(value))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut access: A) -> Result<Value, A::Error> {
        self.0.enter()?;
        let mut items = Vec::new();
        loop {
            self.0.path.push(Place::Index(items.len()));
            let item = access.next_element_seed(Node(self.0))?;
            self.0.path.pop();
            match item {
                Some(item) => items.push(item),
                None => return Ok(Value::Array(items)),
            }
        }
    }

    fn visit_map<A: MapAccess<'de>>(self, mut access: A) -> Result<Value, A::Error> {
        self.0.enter()?;
        let mut entries = Map::new();
        while let Some(key) = access.next_key::<String>()? {
            if key.len() > MAX_KEY {
                return self.0.refuse(long_key(&key));
            }
            self.0.path.push(Place::Key(key.clone()));
            if entries.contains_key(&key) {
                return self.0.refuse(duplicate_key(&key));
            }
            let value = access.next_value_seed(Node(self.0))?;
            self.0.path.pop();
            entries.insert(key, value);
        }
        Ok(Value::Object(entries))
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn refused(text: &str, pointer: &str, fragment: &str) {
        let fault = parse("d.json", text).unwrap_err();
        assert_eq!(fault.pointer, pointer, "{fault}");
        assert!(fault.message.contains(fragment), "{fault}");
        assert_eq!(fault.file, "d.json");
    }

    #[test]
    fn every_kind_of_value_is_read_like_serde_json_reads_it() {
        let text = r#" {"n": null, "b": [true, false], "s": "a\u00e4\n", "o": {"": {}},
            "i": [0, -1, 18446744073709551615, -9223372036854775808],
            "f": [1.0, -0.0, -0, 1.5e300, 18446744073709551616]} "#;
        assert_eq!(
            parse("d.json", text),
            Ok(serde_json::from_str::<Value>(text).unwrap())
        );
    }

    #[test]
    fn duplicate_keys_are_refused_at_their_pointer() {
        refused(
            "{\"paths\": {\"/a\": [{\"get\": 1,\n \"x\": 2, \"get\": 3}]}}",
            "#/paths/~1a/0/get",
            "the key `get` appears twice in the same object",
        );
        refused(
            r#"{"a": 1, "\u0061": 2}"#,
            "#/a",
            "rename one (line 1 column ",
        );
        assert!(parse("d.json", r#"{"a": {"b": 1}, "c": {"b": 1}}"#).is_ok());
    }

    #[test]
    fn syntax_errors_tell_pointer_line_and_column() {
        refused(
            "{\"a\": [1,\n  2 3]}",
            "#/a/2",
            "is not valid JSON: expected `,` or `]` at line 2 column 5",
        );
        refused("{\"a\": {\"b\": tru}}", "#/a/b", "expected ident");
        refused("{} x", "#", "trailing characters");
        refused("{\"a\": 1", "#", "EOF while parsing an object");
        refused("{\"a\": 1e999}", "#/a", "number out of range");
        refused("{\"a\": \"\u{0}\"}", "#/a", "control character");
        refused(r#"{"a": "\ud800"}"#, "#/a", "hex escape");
        refused("{a: 1}", "#", "key must be a string");
    }

    #[test]
    fn depth_is_bounded_exactly() {
        let nested = |depth: usize| format!("{}{}", "[".repeat(depth), "]".repeat(depth));
        assert!(parse("d.json", &nested(MAX_DEPTH)).is_ok());
        refused(
            &nested(MAX_DEPTH + 1),
            &format!("#{}", "/0".repeat(MAX_DEPTH)),
            "100 levels",
        );
        refused(
            &"[".repeat(10_000),
            &format!("#{}", "/0".repeat(MAX_DEPTH)),
            "100 levels",
        );
        refused(
            &"{\"a\":".repeat(10_000),
            &format!("#{}", "/a".repeat(MAX_DEPTH)),
            "100 levels",
        );
    }

    #[test]
    fn values_and_keys_are_bounded() {
        let wide = format!("[{}0]", "0,".repeat(MAX_VALUES as usize));
        refused(
            &wide,
            &format!("#/{}", MAX_VALUES - 1),
            "more than 2000000 values",
        );
        let key = "k".repeat(MAX_KEY + 1);
        refused(
            &json!({"a": {key: 1}}).to_string(),
            "#/a",
            "longer than 4096 bytes",
        );
    }
}
