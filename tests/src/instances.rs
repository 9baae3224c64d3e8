//! JSON instances of the schemas in `spec.json`, made from a seed.
//!
//! The generator knows the document only, never the generated types, so that what it makes is an
//! independent statement of what the service may send.

use serde_json::{Map, Value, json};

/// How many objects deep an instance goes before everything optional is left out.
const DEPTH: usize = 3;

/// What becomes of the properties that an object need not have.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Mode {
    /// Every property has a value.
    Full,
    /// Every optional property, and every required one that is nullable, is null.
    OptionalNull,
    /// Only the required properties are there.
    OptionalAbsent,
    /// Each optional property has a value, is null or is absent, by chance.
    Random,
}

/// A small random number generator: `SplitMix64`.
#[derive(Clone, Debug)]
pub struct SplitMix64(u64);

impl SplitMix64 {
    /// The generator of this seed.
    #[must_use]
    pub fn new(seed: u64) -> Self {
        Self(seed)
    }

    /// The next number.
    pub fn next_u64(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    }

    /// A number below `end`, which is not zero.
    pub fn below(&mut self, end: usize) -> usize {
        (self.next_u64() % end as u64) as usize
    }

    /// True once in `times`.
    pub fn once_in(&mut self, times: usize) -> bool {
        self.below(times) == 0
    }

    /// One of `items`, which are not empty.
    pub fn pick<'t, T>(&mut self, items: &'t [T]) -> &'t T {
        &items[self.below(items.len())]
    }

    /// `count` decimal digits, the first of them not zero.
    fn digits(&mut self, count: usize) -> String {
        (0..count)
            .map(|index| match index {
                0 => b'1' + self.below(9) as u8,
                _ => b'0' + self.below(10) as u8,
            })
            .map(char::from)
            .collect()
    }
}

/// Texts that break whatever is not escaped on its way.
const TEXTS: &[&str] = &[
    "AAPL",
    "BTC/USD",
    "two words",
    "100%",
    "a&b=c+d",
    "Zürich 日本 😀",
    "\"quoted\" \\ 'and' <more>",
    "line\nbreak\ttab",
    "null",
    "true",
    "1.50",
    "2026-04-14",
    "FILL",
];

/// Makes instances of the schemas of one document.
#[derive(Clone, Debug)]
pub struct Generator<'s> {
    spec: &'s Value,
    random: SplitMix64,
    depth: usize,
}

impl<'s> Generator<'s> {
    /// A generator of instances of the component schemas of `spec`; equal seeds give equal
    /// instances.
    #[must_use]
    pub fn new(spec: &'s Value, seed: u64) -> Self {
        Self {
            spec,
            random: SplitMix64::new(seed),
            depth: 0,
        }
    }

    /// The source of chance, for choices that belong to the same seed.
    pub fn random(&mut self) -> &mut SplitMix64 {
        &mut self.random
    }

    /// An instance of a component schema.
    ///
    /// # Panics
    ///
    /// When there is no such schema, or it has a form that no rule covers.
    pub fn instance(&mut self, schema_name: &str, mode: Mode) -> Value {
        let schema = &self.spec["components"]["schemas"][schema_name];
        assert!(schema.is_object(), "no schema {schema_name}");
        self.of(schema, mode)
    }

    /// An instance of any schema of the document.
    ///
    /// # Panics
    ///
    /// When the schema has a form that no rule covers.
    pub fn of(&mut self, schema: &Value, mode: Mode) -> Value {
        let schema = resolve(self.spec, schema).clone();
        let is_null = match mode {
            Mode::OptionalNull => true,
            Mode::Random => self.random.once_in(4),
            Mode::Full | Mode::OptionalAbsent => false,
        };
        if schema["nullable"] == true && is_null {
            return Value::Null;
        }
        if let Some(inner) = sole_part(&schema) {
            return self.of(inner, mode);
        }
        if let Some(shapes) = schema["oneOf"].as_array() {
            return match schema.get("x-union") {
                Some(union) => self.variant(union, mode).0,
                None => {
                    let shape = self.random.pick(shapes).clone();
                    self.of(&shape, mode)
                }
            };
        }
        if let Some(element) = schema.get("x-comma-list") {
            return self.comma_list(element);
        }
        if let Some(listed) = schema["enum"].as_array() {
            return self.random.pick(listed).clone();
        }
        match schema["type"].as_str() {
            Some("object") => self.object(&schema, mode),
            Some("array") => self.array(&schema, mode),
            Some("string") => Value::String(self.text(schema["format"].as_str())),
            Some("integer") => self.integer().into(),
            Some("boolean") => self.random.once_in(2).into(),
            _ => panic!("no rule for the schema {schema}"),
        }
    }

    fn object(&mut self, schema: &Value, mode: Mode) -> Value {
        let Some(properties) = schema["properties"].as_object() else {
            return self.map(schema, mode);
        };
        self.depth += 1;
        let mut object = Map::new();
        let mut tags = Map::new();
        for (name, property) in properties {
            let required = lists(&schema["required"], name);
            let chance = self.random.below(4);
            let (present, null) = match mode {
                _ if required => (true, false),
                _ if self.depth > DEPTH => (false, false),
                Mode::Full => (true, false),
                Mode::OptionalNull => (false, true),
                Mode::OptionalAbsent => (false, false),
                Mode::Random => (chance < 2, chance == 2),
            };
            if present {
                let value = match union_by_parent(self.spec, property) {
                    Some(union) => {
                        let (value, named) = self.variant(&union, mode);
                        tags.extend(named);
                        value
                    }
                    None => self.of(property, mode),
                };
                object.insert(name.clone(), value);
            } else if null {
                object.insert(name.clone(), Value::Null);
            }
        }
        self.depth -= 1;
        object.extend(tags);
        Value::Object(object)
    }

    fn map(&mut self, schema: &Value, mode: Mode) -> Value {
        let element = match &schema["additionalProperties"] {
            element @ Value::Object(_) => element.clone(),
            _ => json!({ "type": "string" }),
        };
        let count = self.count(mode);
        (0..count)
            .map(|index| (format!("key {index}"), self.of(&element, mode)))
            .collect::<Map<_, _>>()
            .into()
    }

    fn array(&mut self, schema: &Value, mode: Mode) -> Value {
        let count = self.count(mode);
        (0..count)
            .map(|_| self.of(&schema["items"], mode))
            .collect()
    }

    /// How many elements a list has.
    fn count(&mut self, mode: Mode) -> usize {
        match mode {
            _ if self.depth > DEPTH => 0,
            // A type may hold itself: deeper down one element is enough, or trees would explode.
            Mode::Full if self.depth > 1 => 1,
            Mode::Full => 1 + self.random.below(3),
            _ => self.random.below(4),
        }
    }

    /// An instance of one variant of a union, and the tags that the object around it must have.
    fn variant(&mut self, union: &Value, mode: Mode) -> (Value, Map<String, Value>) {
        let variants: Vec<&Value> = union["variants"]
            .as_array()
            .expect("a union has variants")
            .iter()
            .filter(|variant| {
                variant["when"]
                    .as_array()
                    .is_none_or(|when| !when.is_empty())
            })
            .collect();
        let variant = *self.random.pick(&variants);
        let mut value = self.of(&json!({ "$ref": variant["$ref"] }), mode);
        let object = value.as_object_mut().expect("a variant is an object");
        if let Some(key) = variant["key"].as_str() {
            if object.get(key).is_none_or(Value::is_null) {
                let shape = resolve(self.spec, variant)["properties"][key].clone();
                object.insert(key.to_owned(), self.of(&shape, Mode::Full));
            }
            return (value, Map::new());
        }
        let names = union.get("tagged-by").unwrap_or(&union["tagged-by-parent"]);
        let when = variant["when"].as_array().expect("a variant has tags");
        let tags: Map<_, _> = names
            .as_array()
            .expect("a union names its tags")
            .iter()
            .filter_map(Value::as_str)
            .map(str::to_owned)
            .zip(
                self.random
                    .pick(when)
                    .as_array()
                    .cloned()
                    .unwrap_or_default(),
            )
            .collect();
        if union.get("tagged-by").is_some() {
            object.extend(tags);
            return (value, Map::new());
        }
        (value, tags)
    }

    fn comma_list(&mut self, element: &Value) -> Value {
        let mut values: Vec<String> = Vec::new();
        for _ in 0..=self.random.below(3) {
            let value = self.of(element, Mode::Full);
            let value = value
                .as_str()
                .expect("an element of a comma list is a string")
                .to_owned();
            if !values.contains(&value) {
                values.push(value);
            }
        }
        values.join(",").into()
    }

    fn integer(&mut self) -> i64 {
        match self.random.below(4) {
            0 => self.random.below(4) as i64,
            1 => -(self.random.below(1_000) as i64),
            2 => (self.random.next_u64() >> 11) as i64,
            _ => self.random.below(100_000) as i64,
        }
    }

    /// A text of this format, in the form in which it is written back.
    fn text(&mut self, format: Option<&str>) -> String {
        match format {
            None => (*self.random.pick(TEXTS)).to_owned(),
            Some("uuid") => self.uuid(),
            Some("date") => self.date(),
            Some("date-time") => self.time(),
            Some("date-or-time") if self.random.once_in(2) => self.date(),
            Some("date-or-time") => self.time(),
            Some("decimal" | "decimal-parameter") => self.decimal(),
            Some("ulid") => {
                const CROCKFORD: &[u8] = b"0123456789ABCDEFGHJKMNPQRSTVWXYZ";
                let first = char::from(b'0' + (self.random.below(8) as u8));
                let rest = (0..25).map(|_| char::from(*self.random.pick(CROCKFORD)));
                std::iter::once(first).chain(rest).collect()
            }
            Some("uri") => format!("https://example.com/{}?q=a%20b", self.random.below(1_000)),
            Some(other) => panic!("no rule for the format {other}"),
        }
    }

    fn uuid(&mut self) -> String {
        let high = self.random.next_u64();
        let low = self.random.next_u64();
        format!(
            "{:08x}-{:04x}-4{:03x}-{:04x}-{:012x}",
            high >> 32,
            (high >> 16) & 0xffff,
            high & 0xfff,
            0x8000 | ((low >> 48) & 0x3fff),
            low & 0xffff_ffff_ffff,
        )
    }

    fn date(&mut self) -> String {
        let random = &mut self.random;
        let (year, month, day) = (random.below(131), random.below(12), random.below(28));
        format!("{:04}-{:02}-{:02}", 1970 + year, 1 + month, 1 + day)
    }

    /// A timestamp in UTC with no more digits than it needs, in groups of three.
    fn time(&mut self) -> String {
        let date = self.date();
        let random = &mut self.random;
        let (hour, minute, second) = (random.below(24), random.below(60), random.below(60));
        let fraction = match random.below(4) {
            0 => String::new(),
            groups => {
                let digits = random.digits(groups * 3 - 1);
                format!(".{digits}{}", 1 + random.below(9))
            }
        };
        format!("{date}T{hour:02}:{minute:02}:{second:02}{fraction}Z")
    }

    /// A decimal of up to 28 significant digits, trailing zeros included.
    fn decimal(&mut self) -> String {
        let random = &mut self.random;
        match random.below(8) {
            0 => (*random.pick(&["0", "0.00", "0.00000001", "123.4500"])).to_owned(),
            1 => {
                let fraction = 1 + random.below(27);
                format!(
                    "{}.{}",
                    random.digits(28 - fraction),
                    random.digits(fraction)
                )
            }
            2 => {
                let whole = 1 + random.below(6);
                random.digits(whole)
            }
            kind => {
                let sign = if kind == 3 { "-" } else { "" };
                let (whole, fraction) = (1 + random.below(9), 1 + random.below(6));
                let zeros = "0".repeat(random.below(3));
                format!(
                    "{sign}{}.{}{zeros}",
                    random.digits(whole),
                    random.digits(fraction)
                )
            }
        }
    }
}

/// The schema itself, behind any references.
#[must_use]
pub fn resolve<'v>(spec: &'v Value, schema: &'v Value) -> &'v Value {
    let mut schema = schema;
    while let Some(reference) = schema["$ref"].as_str() {
        let pointer = reference
            .strip_prefix('#')
            .expect("references stay in the document");
        schema = spec
            .pointer(pointer)
            .unwrap_or_else(|| panic!("nothing at {reference}"));
    }
    schema
}

/// What a schema with a description of its own refers to.
fn sole_part(schema: &Value) -> Option<&Value> {
    match schema["allOf"].as_array().map(Vec::as_slice) {
        Some([inner]) => Some(inner),
        Some(_) => panic!("no rule for the schema {schema}"),
        None => None,
    }
}

/// The union that a property is, when its tags stand beside it.
fn union_by_parent(spec: &Value, property: &Value) -> Option<Value> {
    let schema = resolve(spec, property);
    let schema = sole_part(schema).map_or(schema, |inner| resolve(spec, inner));
    schema
        .get("x-union")
        .filter(|union| union.get("tagged-by-parent").is_some())
        .cloned()
}

fn lists(names: &Value, name: &str) -> bool {
    names
        .as_array()
        .is_some_and(|names| names.iter().any(|listed| listed == name))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn equal_seeds_give_equal_instances_and_others_do_not() {
        let spec = crate::spec();
        let order = |seed| Generator::new(&spec, seed).instance("Order", Mode::Full);
        assert_eq!(order(1), order(1));
        assert_ne!(order(1), order(2));
    }

    #[test]
    fn a_mode_decides_which_properties_are_there() {
        let spec = crate::spec();
        for (name, schema) in spec["components"]["schemas"].as_object().expect("schemas") {
            let Some(properties) = schema["properties"].as_object() else {
                continue;
            };
            let required = schema["required"].as_array().map_or(0, Vec::len);
            for (mode, expected) in [
                (Mode::Full, properties.len()),
                (Mode::OptionalNull, properties.len()),
                (Mode::OptionalAbsent, required),
            ] {
                for seed in 0..4 {
                    let instance = Generator::new(&spec, seed).instance(name, mode);
                    let members = instance.as_object().expect("an object");
                    let nulls = members.values().filter(|member| member.is_null()).count();
                    match mode {
                        Mode::Full => assert_eq!(nulls, 0, "{name}: {instance}"),
                        Mode::OptionalNull => {
                            assert!(
                                nulls + required >= properties.len() - 1,
                                "{name}: {instance}"
                            );
                        }
                        _ => {}
                    }
                    // A tag may be there although its property is optional.
                    let extra = members.len() - expected.min(members.len());
                    assert!(
                        members.len() >= expected && extra <= 1,
                        "{name}: {instance}"
                    );
                }
            }
        }
    }

    #[test]
    fn an_event_carries_the_tags_of_its_details() {
        let spec = crate::spec();
        let union = &spec["components"]["schemas"]["ActivityEventDetails"]["x-union"];
        let known: Vec<&Value> = union["variants"]
            .as_array()
            .expect("variants")
            .iter()
            .flat_map(|variant| variant["when"].as_array().into_iter().flatten())
            .collect();
        for seed in 0..200 {
            let event = Generator::new(&spec, seed).instance("ActivityEventV2", Mode::Random);
            let tags = [&event["activity_type"], &event["activity_subtype"]];
            let fits = |when: &Value| {
                let when = when.as_array().expect("tags");
                when.iter().zip(tags).all(|(expected, tag)| expected == tag)
            };
            assert!(known.iter().any(|when| fits(when)), "seed {seed}: {event}");
        }
    }
}
