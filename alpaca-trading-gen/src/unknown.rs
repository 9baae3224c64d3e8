//! What a client does not know yet, kept whole.

use std::fmt;

use serde::de::{DeserializeOwned, Error as _};
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use serde_json::value::RawValue;

/// A JSON value whose type is not known, with its text as it came.
///
/// Alpaca adds activity types without notice. A value of a new one arrives as this, in the
/// `Unknown` variant of the type that it belongs to, and can be sent on, stored, or decoded by the
/// caller.
#[derive(Clone)]
pub struct UnknownValue {
    kind: String,
    json: Box<RawValue>,
}

impl UnknownValue {
    pub(crate) fn new(kind: String, json: Box<RawValue>) -> Self {
        Self { kind, json }
    }

    /// The words that were not known, such as `OPCA/DIV.NEW`; empty when there were none.
    #[must_use]
    pub fn kind(&self) -> &str {
        &self.kind
    }

    /// The text of the value, to the last space.
    #[must_use]
    pub fn json(&self) -> &str {
        self.json.get()
    }

    /// Decodes the value as a type that the caller knows it to be.
    ///
    /// # Errors
    ///
    /// When the value does not decode; the error names the field.
    pub fn decode<T: DeserializeOwned>(&self) -> Result<T, serde_json::Error> {
        crate::answer::read(self.json.get())
    }
}

impl fmt::Debug for UnknownValue {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("UnknownValue")
            .field("kind", &self.kind)
            .field("json", &self.json.get())
            .finish()
    }
}

impl PartialEq for UnknownValue {
    fn eq(&self, other: &Self) -> bool {
        self.json.get() == other.json.get()
    }
}

impl Serialize for UnknownValue {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        self.json.serialize(serializer)
    }
}

/// The tags of an object, read without the rest of it.
///
/// Only strings count: a tag of another type is as good as none.
pub(crate) fn tags<const N: usize>(
    json: &str,
    names: [&str; N],
) -> Result<[Option<String>; N], serde_json::Error> {
    struct Tags<'n, const N: usize>([&'n str; N]);

    impl<'de, const N: usize> serde::de::Visitor<'de> for Tags<'_, N> {
        type Value = [Option<String>; N];

        fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
            f.write_str("an object")
        }

        fn visit_map<A: serde::de::MapAccess<'de>>(
            self,
            mut map: A,
        ) -> Result<Self::Value, A::Error> {
            let mut found = [const { None }; N];
            while let Some(key) = map.next_key::<String>()? {
                let place = self.0.iter().position(|name| *name == key);
                let raw = map.next_value::<Box<RawValue>>()?;
                if let Some(slot) = place.and_then(|place| found.get_mut(place)) {
                    *slot = serde_json::from_str::<String>(raw.get()).ok();
                }
            }
            Ok(found)
        }
    }

    Deserializer::deserialize_map(&mut serde_json::Deserializer::from_str(json), Tags(names))
}

/// Whether the object has each of these keys with a value that is not null.
pub(crate) fn keys<const N: usize>(
    json: &str,
    names: [&str; N],
) -> Result<[bool; N], serde_json::Error> {
    let object: std::collections::BTreeMap<String, &RawValue> = serde_json::from_str(json)?;
    Ok(names.map(|name| object.get(name).is_some_and(|value| value.get() != "null")))
}

/// The text of a value that is about to be told apart.
pub(crate) fn raw<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Box<RawValue>, D::Error> {
    Box::<RawValue>::deserialize(deserializer)
}

/// Decodes one variant; the error says which.
pub(crate) fn variant<T: DeserializeOwned>(
    name: &str,
    json: &RawValue,
) -> Result<Box<T>, serde_json::Error> {
    crate::answer::read(json.get())
        .map(Box::new)
        .map_err(|error| serde_json::Error::custom(format_args!("as {name}: {error}")))
}
