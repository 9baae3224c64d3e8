//! Where a document has schemas, carriers of examples, operations and references.
//!
//! One walk over the document as it was read, 3.0 or 3.1, before any step changes it. Each place is
//! kept with its pointer. What stands under a word that this walk does not know is left out.

use serde_json::{Map, Value};

use crate::document::pointer::escape;
use crate::steps::walk::METHODS;

/// Which way a value travels.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Way {
    /// To the service.
    Sent,
    /// From the service.
    Received,
    /// Both, or unknown.
    Either,
}

/// One schema.
pub(super) struct Schema<'a> {
    pub(super) pointer: String,
    pub(super) value: &'a Map<String, Value>,
    /// The schema of which this one is a part through `allOf`, `anyOf` and the like: both speak of
    /// the same value.
    pub(super) outer: Option<usize>,
    pub(super) way: Way,
}

/// What may hold examples of a schema beside it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind<'a> {
    Parameter,
    Header,
    Media(&'a str),
}

/// A parameter, a header or a media type.
pub(super) struct Carrier<'a> {
    pub(super) pointer: String,
    pub(super) value: &'a Map<String, Value>,
    pub(super) kind: Kind<'a>,
    pub(super) way: Way,
}

/// One operation.
pub(super) struct Operation<'a> {
    pub(super) pointer: String,
    pub(super) value: &'a Map<String, Value>,
}

/// One `$ref`, with the pointer of the object that holds it.
pub(super) struct Reference<'a> {
    pub(super) holder: String,
    pub(super) target: &'a str,
}

/// Everything that the walk found, in the order of the document.
#[derive(Default)]
pub(super) struct Sites<'a> {
    pub(super) schemas: Vec<Schema<'a>>,
    pub(super) carriers: Vec<Carrier<'a>>,
    pub(super) operations: Vec<Operation<'a>>,
    pub(super) references: Vec<Reference<'a>>,
}

impl<'a> Sites<'a> {
    /// Walks `root`.
    pub(super) fn of(root: &'a Value) -> Self {
        let mut walk = Walk {
            at: "#".to_owned(),
            way: Way::Either,
            sites: Sites::default(),
        };
        walk.document(root);
        walk.sites
    }
}

/// Keywords that hold a map of schemas.
const MAPS: [&str; 5] = [
    "properties",
    "patternProperties",
    "$defs",
    "definitions",
    "dependentSchemas",
];

struct Walk<'a> {
    at: String,
    way: Way,
    sites: Sites<'a>,
}

impl<'a> Walk<'a> {
    /// Goes one step down for the time of `visit`.
    fn below(&mut self, token: &str, visit: impl FnOnce(&mut Self)) {
        let length = self.at.len();
        self.at.push('/');
        self.at.push_str(&escape(token));
        visit(self);
        self.at.truncate(length);
    }

    /// Visits every entry of the object under `key`.
    fn entries(
        &mut self,
        holder: &'a Value,
        key: &str,
        mut visit: impl FnMut(&mut Self, &'a str, &'a Value),
    ) {
        let Some(entries) = holder.get(key).and_then(Value::as_object) else {
            return;
        };
        self.below(key, |walk| {
            for (name, value) in entries {
                walk.below(name, |walk| visit(walk, name, value));
            }
        });
    }

    /// Visits what is under `key`, when it is there.
    fn one(&mut self, holder: &'a Value, key: &str, visit: impl FnOnce(&mut Self, &'a Value)) {
        if let Some(value) = holder.get(key) {
            self.below(key, |walk| visit(walk, value));
        }
    }

    /// Runs `visit` with values that travel `way`.
    fn travelling(&mut self, way: Way, visit: impl FnOnce(&mut Self)) {
        let before = std::mem::replace(&mut self.way, way);
        visit(self);
        self.way = before;
    }

    fn document(&mut self, root: &'a Value) {
        self.one(root, "components", |walk, components| {
            walk.entries(components, "schemas", |walk, _, it| walk.schema(it, None));
            walk.entries(components, "parameters", |walk, _, it| walk.parameter(it));
            walk.entries(components, "headers", |walk, _, it| walk.header(it));
            walk.entries(components, "requestBodies", |walk, _, it| walk.body(it));
            walk.entries(components, "responses", |walk, _, it| walk.response(it));
            walk.entries(components, "pathItems", |walk, _, it| walk.item(it));
            walk.entries(components, "callbacks", |walk, _, it| walk.callback(it));
            walk.entries(components, "examples", |walk, _, it| walk.reference(it));
        });
        for key in ["paths", "webhooks"] {
            self.entries(root, key, |walk, name, item| {
                if !name.starts_with("x-") {
                    walk.item(item);
                }
            });
        }
    }

    /// Notes the reference that `holder` may be.
    fn reference(&mut self, holder: &'a Value) {
        if let Some(target) = holder.get("$ref").and_then(Value::as_str) {
            self.sites.references.push(Reference {
                holder: self.at.clone(),
                target,
            });
        }
    }

    fn item(&mut self, item: &'a Value) {
        self.reference(item);
        self.parameters(item);
        for method in METHODS {
            self.one(item, method, |walk, operation| {
                let Some(value) = operation.as_object() else {
                    return;
                };
                walk.sites.operations.push(Operation {
                    pointer: walk.at.clone(),
                    value,
                });
                walk.parameters(operation);
                walk.one(operation, "requestBody", |walk, body| walk.body(body));
                walk.entries(operation, "responses", |walk, code, response| {
                    if !code.starts_with("x-") {
                        walk.response(response);
                    }
                });
                walk.entries(operation, "callbacks", |walk, _, it| walk.callback(it));
            });
        }
    }

    fn callback(&mut self, callback: &'a Value) {
        self.reference(callback);
        for (name, item) in callback.as_object().into_iter().flatten() {
            if !name.starts_with("x-") && name != "$ref" {
                self.below(name, |walk| walk.item(item));
            }
        }
    }

    fn parameters(&mut self, holder: &'a Value) {
        self.one(holder, "parameters", |walk, list| {
            for (index, parameter) in list.as_array().into_iter().flatten().enumerate() {
                walk.below(&index.to_string(), |walk| walk.parameter(parameter));
            }
        });
    }

    fn parameter(&mut self, parameter: &'a Value) {
        self.travelling(Way::Sent, |walk| walk.carrier(parameter, Kind::Parameter));
    }

    fn header(&mut self, header: &'a Value) {
        self.travelling(Way::Received, |walk| walk.carrier(header, Kind::Header));
    }

    fn body(&mut self, body: &'a Value) {
        self.reference(body);
        self.travelling(Way::Sent, |walk| walk.content(body));
    }

    fn response(&mut self, response: &'a Value) {
        self.reference(response);
        self.entries(response, "headers", |walk, _, it| walk.header(it));
        self.entries(response, "links", |walk, _, it| walk.reference(it));
        self.travelling(Way::Received, |walk| walk.content(response));
    }

    fn content(&mut self, holder: &'a Value) {
        self.entries(holder, "content", |walk, media, value| {
            walk.carrier(value, Kind::Media(media));
            walk.entries(value, "encoding", |walk, _, encoding| {
                walk.entries(encoding, "headers", |walk, _, it| walk.header(it));
            });
        });
    }

    fn carrier(&mut self, carrier: &'a Value, kind: Kind<'a>) {
        self.reference(carrier);
        let Some(value) = carrier.as_object() else {
            return;
        };
        self.sites.carriers.push(Carrier {
            pointer: self.at.clone(),
            value,
            kind,
            way: self.way,
        });
        self.one(carrier, "schema", |walk, schema| walk.schema(schema, None));
        self.entries(carrier, "examples", |walk, _, it| walk.reference(it));
        if !matches!(kind, Kind::Media(_)) {
            self.content(carrier);
        }
    }

    fn schema(&mut self, schema: &'a Value, outer: Option<usize>) {
        let Some(value) = schema.as_object() else {
            return;
        };
        self.reference(schema);
        let own = self.sites.schemas.len();
        self.sites.schemas.push(Schema {
            pointer: self.at.clone(),
            value,
            outer,
            way: self.way,
        });
        for (key, child) in value {
            match key.as_str() {
                name if MAPS.contains(&name) => {
                    self.entries(schema, key, |walk, _, part| walk.schema(part, None));
                }
                "not" | "if" | "then" | "else" => {
                    self.below(key, |walk| walk.schema(child, Some(own)));
                }
                "additionalProperties"
                | "contains"
                | "propertyNames"
                | "unevaluatedItems"
                | "unevaluatedProperties" => self.below(key, |walk| walk.schema(child, None)),
                "allOf" | "anyOf" | "oneOf" => self.list(key, child, Some(own)),
                "prefixItems" => self.list(key, child, None),
                "items" if child.is_array() => self.list(key, child, None),
                "items" => self.below(key, |walk| walk.schema(child, None)),
                _ => {}
            }
        }
    }

    fn list(&mut self, key: &str, list: &'a Value, outer: Option<usize>) {
        self.below(key, |walk| {
            for (index, part) in list.as_array().into_iter().flatten().enumerate() {
                walk.below(&index.to_string(), |walk| walk.schema(part, outer));
            }
        });
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn every_place_is_found_with_its_pointer() {
        let root = json!({
            "paths": {"/a/{b}": {
                "parameters": [{"$ref": "#/components/parameters/B"}],
                "post": {
                    "requestBody": {"content": {"application/json": {"schema": {"type": "object"}}}},
                    "responses": {"200": {"headers": {"H": {"schema": {}}}, "content": {"text/plain": {"schema": {
                        "anyOf": [{"properties": {"$ref": {"type": "string"}}}, {"items": {"$ref": "#/x"}}],
                    }}}}},
                },
            }},
            "components": {"parameters": {"B": {"name": "b", "in": "path", "schema": {"enum": ["$ref"]}}}},
        });
        let sites = Sites::of(&root);
        let pointers: Vec<&str> = sites.schemas.iter().map(|it| it.pointer.as_str()).collect();
        let answer = "#/paths/~1a~1{b}/post/responses/200/content/text~1plain/schema";
        assert_eq!(pointers.len(), 8, "{pointers:?}");
        assert!(pointers.contains(&format!("{answer}/anyOf/0/properties/$ref").as_str()));
        let branch = sites
            .schemas
            .iter()
            .find(|it| it.pointer == format!("{answer}/anyOf/1"))
            .unwrap();
        assert_eq!(branch.way, Way::Received);
        assert_eq!(
            branch
                .outer
                .map(|outer| sites.schemas[outer].pointer.clone()),
            Some(answer.to_owned())
        );
        let holders: Vec<&str> = sites
            .references
            .iter()
            .map(|it| it.holder.as_str())
            .collect();
        assert_eq!(
            holders,
            [
                "#/paths/~1a~1{b}/parameters/0",
                &format!("{answer}/anyOf/1/items")
            ]
        );
        assert_eq!((sites.carriers.len(), sites.operations.len()), (5, 1));
    }
}
