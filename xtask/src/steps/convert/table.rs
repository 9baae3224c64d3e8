//! What becomes of each keyword, as data: the conversion takes its lists from here, and a test
//! compares the rows with the table in the documentation of the parent module.

/// What becomes of a keyword.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Fate {
    /// It stands in 3.0 with the same meaning.
    Carried,
    /// Another form says the same.
    Rewritten,
    /// It explains and constrains nothing.
    LeftOut,
    /// It constrains, and 3.0 has no word for it.
    Refused,
}

use Fate::{Carried, LeftOut, Refused, Rewritten};

/// Every keyword of JSON Schema 2020-12 and of OpenAPI 3.1, what 3.0 adds to them, and what older
/// drafts leave behind in documents.
pub(super) const TABLE: [(&str, Fate); 65] = [
    // What identifies and refers.
    ("$ref", Rewritten),
    ("$comment", LeftOut),
    ("$schema", LeftOut),
    ("$anchor", Refused),
    ("$defs", Refused),
    ("$dynamicAnchor", Refused),
    ("$dynamicRef", Refused),
    ("$id", Refused),
    ("$vocabulary", Refused),
    ("$recursiveAnchor", Refused),
    ("$recursiveRef", Refused),
    ("definitions", Refused),
    // Any value.
    ("type", Rewritten),
    ("enum", Rewritten),
    ("const", Rewritten),
    ("nullable", Carried),
    // Numbers.
    ("multipleOf", Carried),
    ("minimum", Rewritten),
    ("maximum", Rewritten),
    ("exclusiveMinimum", Rewritten),
    ("exclusiveMaximum", Rewritten),
    // Texts.
    ("minLength", Carried),
    ("maxLength", Carried),
    ("pattern", Carried),
    ("format", Carried),
    ("contentEncoding", Rewritten),
    ("contentMediaType", Rewritten),
    ("contentSchema", Refused),
    // Arrays.
    ("items", Rewritten),
    ("minItems", Carried),
    ("maxItems", Carried),
    ("uniqueItems", Carried),
    ("prefixItems", Refused),
    ("contains", Refused),
    ("minContains", Refused),
    ("maxContains", Refused),
    ("unevaluatedItems", Refused),
    // Objects.
    ("properties", Carried),
    ("required", Carried),
    ("additionalProperties", Carried),
    ("minProperties", Carried),
    ("maxProperties", Carried),
    ("patternProperties", Refused),
    ("propertyNames", Refused),
    ("dependentRequired", Refused),
    ("dependentSchemas", Refused),
    ("unevaluatedProperties", Refused),
    // Choices.
    ("allOf", Carried),
    ("anyOf", Rewritten),
    ("oneOf", Rewritten),
    ("not", Rewritten),
    ("if", Refused),
    ("then", Refused),
    ("else", Refused),
    ("discriminator", Carried),
    // What is said about a value.
    ("title", Carried),
    ("description", Carried),
    ("default", Carried),
    ("deprecated", Carried),
    ("readOnly", Carried),
    ("writeOnly", Carried),
    ("example", LeftOut),
    ("examples", LeftOut),
    ("externalDocs", LeftOut),
    ("xml", LeftOut),
];

/// The keywords with one fate, in the order of the table.
pub(super) fn with(fate: Fate) -> impl Iterator<Item = &'static str> {
    TABLE
        .iter()
        .filter(move |(_, its)| *its == fate)
        .map(|(keyword, _)| *keyword)
}
