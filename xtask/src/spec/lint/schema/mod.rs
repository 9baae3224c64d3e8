//! Whether a value fits a schema: the part of JSON Schema that OpenAPI 3.0 and 3.1 documents use.
//!
//! Both dialects are read at once, as the pipeline does: `nullable` and `type: [T, "null"]`, a bound
//! that is exclusive by a flag or by a number. A `nullable` beside a `$ref` is meant, so it counts.
//! What nobody can tell is not a violation: a pattern that cannot be read, a keyword that is not
//! known, a schema that leads on for too long.
//!
//! | file | its one idea |
//! | --- | --- |
//! | `decimal.rs` | numbers as they are written |
//! | `formats.rs` | formats, known and checkable |
//! | `patterns.rs` | patterns, and how long what matches can be |
//! | `values.rs` | what one keyword says of one value |

pub(in crate::spec) mod decimal;
pub(super) mod formats;
pub(super) mod patterns;
mod values;

use std::cell::Cell;

use serde_json::{Map, Value};

use super::sites::Way;
use crate::document::pointer::{escape, from_reference, get};
pub(super) use decimal::Decimal;
use patterns::Patterns;
pub(super) use values::{end, repeated, shown, texts};

/// Schemas are entered so often for one value; what takes more is not judged.
const FUEL: usize = 200_000;

/// And so often for all values of a document.
const TANK: usize = 20_000_000;

/// References and parts are followed so deep.
const DEEPEST: usize = 200;

/// So many violations of one value are told apart.
const MOST: usize = 50;

/// One thing that does not fit.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Violation {
    /// Where in the value, as the tail of a pointer: empty, or `/legs/0/side`.
    pub(super) place: String,
    /// What is wrong with it.
    pub(super) message: String,
}

/// Checks values against the schemas of one document.
pub(super) struct Checker<'a> {
    root: &'a Value,
    patterns: Patterns,
    /// What is left for all values together.
    tank: Cell<usize>,
}

/// One check of one value.
struct Run {
    fuel: usize,
    depth: usize,
    way: Way,
    place: String,
    /// Whether the judgement had to be given up somewhere.
    gave_up: bool,
}

impl<'a> Checker<'a> {
    pub(super) fn new(root: &'a Value) -> Self {
        Self {
            root,
            patterns: Patterns::default(),
            tank: Cell::new(TANK),
        }
    }

    /// What does not fit `schema` in `value`; nothing when that cannot be told.
    pub(super) fn check(&self, schema: &Value, value: &Value, way: Way) -> Vec<Violation> {
        self.run(way, |run, found| self.schema(run, schema, value, found))
    }

    /// As [`Self::check`], of a schema that is an object, borrowed as that.
    pub(super) fn check_keywords(
        &self,
        keywords: &Map<String, Value>,
        value: &Value,
        way: Way,
    ) -> Vec<Violation> {
        self.run(way, |run, found| self.keywords(run, keywords, value, found))
    }

    fn run(&self, way: Way, check: impl FnOnce(&mut Run, &mut Vec<Violation>)) -> Vec<Violation> {
        let fuel = FUEL.min(self.tank.get());
        let mut run = Run {
            fuel,
            depth: 0,
            way,
            place: String::new(),
            gave_up: false,
        };
        let mut found = Vec::new();
        check(&mut run, &mut found);
        self.tank.set(self.tank.get() - (fuel - run.fuel));
        if run.gave_up {
            found.clear();
        }
        found.truncate(MOST);
        found
    }

    /// What a `$ref` names, when it names something in this document.
    pub(super) fn target(&self, reference: &str) -> Option<&'a Value> {
        get(self.root, &from_reference(reference)?)
    }

    fn schema(&self, run: &mut Run, schema: &Value, value: &Value, found: &mut Vec<Violation>) {
        match schema {
            Value::Bool(false) => run.report(found, "nothing is allowed here"),
            Value::Object(keywords) => self.keywords(run, keywords, value, found),
            _ => {}
        }
    }

    fn keywords(
        &self,
        run: &mut Run,
        keywords: &Map<String, Value>,
        value: &Value,
        found: &mut Vec<Violation>,
    ) {
        if run.depth > DEEPEST || !run.burn(1) {
            run.gave_up = true;
            return;
        }
        // A list of values is compared with one after the other.
        let listed = keywords.get("enum").and_then(Value::as_array);
        if !run.burn(listed.map_or(0, Vec::len)) {
            run.gave_up = true;
            return;
        }
        if value.is_null() && keywords.get("nullable") == Some(&Value::Bool(true)) {
            return;
        }
        run.depth += 1;
        let before = found.len();
        if let Some(reference) = keywords.get("$ref").and_then(Value::as_str) {
            match self.target(reference) {
                Some(target) => self.schema(run, target, value, found),
                // A reference that leads nowhere is a finding of its own.
                None => run.gave_up = true,
            }
        }
        let is_of_type = values::has_type(keywords, value);
        if !is_of_type {
            run.report(found, values::wrong_type(keywords, value));
        }
        // Of a value of another type the rest says nothing new.
        if is_of_type {
            for message in values::plain(keywords, value, &self.patterns) {
                run.report(found, message);
            }
            match value {
                Value::Object(fields) => self.object(run, keywords, fields, found),
                Value::Array(items) => self.array(run, keywords, items, found),
                _ => {}
            }
        }
        if found.len() < before + MOST {
            self.branches(run, keywords, value, found);
        }
        run.depth -= 1;
    }

    fn object(
        &self,
        run: &mut Run,
        keywords: &Map<String, Value>,
        fields: &Map<String, Value>,
        found: &mut Vec<Violation>,
    ) {
        let properties = keywords.get("properties").and_then(Value::as_object);
        let property = |name: &str| properties.and_then(|all| all.get(name));
        for name in texts(keywords.get("required")) {
            let is_marked = |mark: &str| {
                property(name).is_some_and(|schema| schema.get(mark) == Some(&Value::Bool(true)))
            };
            let is_excused = match run.way {
                Way::Sent => is_marked("readOnly"),
                Way::Received => is_marked("writeOnly"),
                Way::Either => is_marked("readOnly") || is_marked("writeOnly"),
            };
            if !fields.contains_key(name) && !is_excused {
                run.report(found, format!("lacks the required `{name}`"));
            }
        }
        let patterns = keywords.get("patternProperties").and_then(Value::as_object);
        for (name, value) in fields {
            let mut is_named = false;
            if let Some(schema) = property(name) {
                is_named = true;
                run.below(name, |run| self.schema(run, schema, value, found));
            }
            for (pattern, schema) in patterns.into_iter().flatten() {
                match self.patterns.matches(pattern, name) {
                    Some(true) => {
                        is_named = true;
                        run.below(name, |run| self.schema(run, schema, value, found));
                    }
                    Some(false) => {}
                    // It may match, and then the name is allowed.
                    None => is_named = true,
                }
            }
            match keywords.get("additionalProperties") {
                Some(Value::Bool(false)) if !is_named => run.below(name, |run| {
                    run.report(
                        found,
                        format!("`{name}` is not declared, and nothing else is allowed"),
                    );
                }),
                Some(rest @ Value::Object(_)) if !is_named => {
                    run.below(name, |run| self.schema(run, rest, value, found));
                }
                _ => {}
            }
        }
    }

    fn array(
        &self,
        run: &mut Run,
        keywords: &Map<String, Value>,
        items: &[Value],
        found: &mut Vec<Violation>,
    ) {
        let first = keywords
            .get("prefixItems")
            .or_else(|| keywords.get("items"))
            .and_then(Value::as_array)
            .map(Vec::as_slice)
            .unwrap_or_default();
        let rest = keywords.get("items").filter(|items| !items.is_array());
        for (index, item) in items.iter().enumerate() {
            if let Some(schema) = first.get(index).or(rest) {
                run.below(&index.to_string(), |run| {
                    self.schema(run, schema, item, found);
                });
            }
        }
    }

    fn branches(
        &self,
        run: &mut Run,
        keywords: &Map<String, Value>,
        value: &Value,
        found: &mut Vec<Violation>,
    ) {
        let list = |keyword: &str| {
            keywords
                .get(keyword)
                .and_then(Value::as_array)
                .map(Vec::as_slice)
                .unwrap_or_default()
        };
        for part in list("allOf") {
            self.schema(run, part, value, found);
        }
        for keyword in ["anyOf", "oneOf"] {
            let parts = list(keyword);
            if parts.is_empty() {
                continue;
            }
            let mut fitting = Vec::new();
            let mut nearest: Option<Vec<Violation>> = None;
            for (index, part) in parts.iter().enumerate() {
                let mut trial = Vec::new();
                self.schema(run, part, value, &mut trial);
                if trial.is_empty() {
                    fitting.push(index.to_string());
                } else if nearest.as_ref().is_none_or(|best| trial.len() < best.len()) {
                    nearest = Some(trial);
                }
            }
            match (fitting.len(), nearest) {
                (0, Some(nearest)) if parts.len() == 1 => found.extend(nearest),
                (0, Some(nearest)) => {
                    let why = nearest.first().map_or_else(String::new, |first| {
                        let inside = first.place.strip_prefix(run.place.as_str());
                        let place = inside.filter(|it| !it.is_empty()).unwrap_or("itself");
                        format!("; nearest is the one where {place} {}", first.message)
                    });
                    let count = parts.len();
                    run.report(
                        found,
                        format!("fits none of the {count} branches of `{keyword}`{why}"),
                    );
                }
                // Where there is a discriminator it decides, whatever fits.
                (several, _)
                    if several > 1
                        && keyword == "oneOf"
                        && !keywords.contains_key("discriminator") =>
                {
                    let all = fitting.join(", ");
                    let message = format!(
                        "fits the branches {all} of `oneOf`, of which it may fit one alone"
                    );
                    run.report(found, message);
                }
                _ => {}
            }
        }
        if let Some(not) = keywords.get("not") {
            let mut trial = Vec::new();
            self.schema(run, not, value, &mut trial);
            if trial.is_empty() {
                run.report(found, "fits the schema of `not`");
            }
        }
        if let Some(condition) = keywords.get("if") {
            let mut trial = Vec::new();
            self.schema(run, condition, value, &mut trial);
            let then = if trial.is_empty() { "then" } else { "else" };
            if let Some(part) = keywords.get(then) {
                self.schema(run, part, value, found);
            }
        }
    }
}

impl Run {
    /// Takes fuel; `false` when there is not as much.
    fn burn(&mut self, fuel: usize) -> bool {
        match self.fuel.checked_sub(fuel) {
            Some(left) => {
                self.fuel = left;
                true
            }
            None => false,
        }
    }

    fn report(&self, found: &mut Vec<Violation>, message: impl Into<String>) {
        // Enough to tell branches apart, and bounded for values that are wrong in every item.
        if found.len() < 2 * MOST {
            found.push(Violation {
                place: self.place.clone(),
                message: message.into(),
            });
        }
    }

    fn below(&mut self, token: &str, visit: impl FnOnce(&mut Self)) {
        let length = self.place.len();
        self.place.push('/');
        self.place.push_str(&escape(token));
        visit(self);
        self.place.truncate(length);
    }
}

#[cfg(test)]
mod tests;
