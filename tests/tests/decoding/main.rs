//! What holds for the decoding of every type of the document.
//!
//! Instances are made from the schemas, changed in one way or another, decoded, encoded again, and
//! compared with what went in by the rules that the crate promises: nothing is lost but null, no
//! digit changes, a timestamp stays the same instant. Every failure names the type and the seed.

#![allow(
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::unwrap_used,
    reason = "a test fails by panicking"
)]

mod blanks;
mod compare;
mod decimals;
mod enums;
mod hostile;
mod places;
mod whole;

use std::sync::LazyLock;

use serde_json::Value;
use tests::generated::TYPES;
use tests::instances::{Generator, Mode};

use crate::places::Place;

/// The document that the types are generated from.
static SPEC: LazyLock<Value> = LazyLock::new(tests::spec);

/// Decodes a text as one type and encodes the value again.
type Roundtrip = fn(&str) -> Result<String, serde_json::Error>;

/// One type, and an instance of its schema.
struct Case {
    name: &'static str,
    roundtrip: Roundtrip,
    schema: &'static Value,
    seed: u64,
    instance: Value,
}

/// A case of every type for each of the seeds.
fn cases(mode: Mode, seeds: std::ops::Range<u64>) -> impl Iterator<Item = Case> {
    seeds.flat_map(move |seed| {
        TYPES.iter().map(move |(name, roundtrip)| Case {
            name,
            roundtrip: *roundtrip,
            schema: &SPEC["components"]["schemas"][*name],
            seed,
            instance: Generator::new(&SPEC, seed).instance(name, mode),
        })
    })
}

impl Case {
    /// The places of the instance, with the schema that each has.
    fn places(&self) -> Vec<Place<'static>> {
        places::all(&SPEC, self.schema, &self.instance)
    }

    /// The instance with another value in one place.
    fn with(&self, place: &Place<'_>, value: Value) -> Value {
        let mut changed = self.instance.clone();
        *changed
            .pointer_mut(&place.pointer)
            .expect("a place is in its instance") = value;
        changed
    }

    /// The text of the instance with another text in one place, which numbers need: a [`Value`]
    /// holds them as floats.
    fn text_with(&self, place: &Place<'_>, text: &str) -> String {
        const MARK: &str = "-- here --";
        let marked = self.with(place, MARK.into()).to_string();
        let mark = format!("\"{MARK}\"");
        assert_eq!(marked.matches(&mark).count(), 1, "the mark is unique");
        marked.replace(&mark, text)
    }

    /// Decodes `text`, encodes it again and compares with `given`; returns what came back.
    fn same(&self, text: &str, given: &Value) -> Value {
        let Self { name, seed, .. } = self;
        let encoded = (self.roundtrip)(text)
            .unwrap_or_else(|error| panic!("{name}, seed {seed}: {error}\n{text}"));
        let got: Value = serde_json::from_str(&encoded)
            .unwrap_or_else(|error| panic!("{name}, seed {seed}: {error}\n{encoded}"));
        if let Err(difference) = compare::whole(&SPEC, self.schema, given, &got) {
            panic!("{name}, seed {seed}: {difference}\ngiven {text}\ngot   {encoded}");
        }
        got
    }
}
