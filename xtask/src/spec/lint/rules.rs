//! The rules, by name.
//!
//! A name is stable once it is released: baselines and scripts are written against it. What the
//! repairs of the pipeline mend is listed under their own names. `docs/spec-lint.md` shows this
//! table, and a test holds the two together.

use crate::steps::repairs::{self, Repair};
use crate::steps::shapes;

/// How much a finding matters.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Weight {
    /// The pipeline takes no document that has this.
    Refused,
    /// The pipeline puts it differently, and goes on.
    Repaired,
    /// The pipeline does not mind; a reader should.
    Doubtful,
}

impl Weight {
    /// The word for it.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Self::Refused => "refused",
            Self::Repaired => "repaired",
            Self::Doubtful => "doubtful",
        }
    }
}

/// One rule.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Rule {
    /// Its name.
    pub name: &'static str,
    /// What a finding of it means for the pipeline.
    pub weight: Weight,
    /// What it finds, in one line.
    pub finds: &'static str,
    /// What to do about it.
    pub way_round: &'static str,
}

const fn refused(name: &'static str, finds: &'static str, way_round: &'static str) -> Rule {
    Rule {
        name,
        weight: Weight::Refused,
        finds,
        way_round,
    }
}

const fn doubtful(name: &'static str, finds: &'static str, way_round: &'static str) -> Rule {
    Rule {
        name,
        weight: Weight::Doubtful,
        finds,
        way_round,
    }
}

/// What to do about a fault that a repair mends.
const MENDED: &str = "nothing: `regen` mends it; when the fault is gone, take the repair out";

/// What to do about what the generator cannot take.
const PUT_DIFFERENTLY: &str = "nothing: `regen` puts it differently";

/// Every rule that is not a repair, the heaviest first.
const RULES: &[Rule] = &[
    refused(
        "info",
        "`info` is not there, or lacks its title or version",
        "write `info` with `title` and `version`, both strings",
    ),
    refused(
        "no-paths",
        "there is nothing that a client can call",
        "describe at least one path",
    ),
    refused(
        "dangling-ref",
        "a `$ref` that leads to nothing",
        "name what is there, or add what is named",
    ),
    refused(
        "outside-ref",
        "a `$ref` that leaves the document",
        "bundle the document into a single file first",
    ),
    refused(
        "endless-ref",
        "a `$ref` that leads only back to itself, or on and on",
        "break the circle with `properties`, `items` or a schema of its own",
    ),
    refused(
        "path-template",
        "a path that cannot be taken apart",
        "write it as `/a/{name}`, each name once",
    ),
    refused(
        "ambiguous-path",
        "two paths that no request can tell apart",
        "keep one of the two",
    ),
    refused(
        "path-item-ref",
        "a path item that is a `$ref`",
        "write the path item out in its place",
    ),
    refused(
        "method-case",
        "a method that is not written in lower case",
        "write it in lower case",
    ),
    refused(
        "operation-id-missing",
        "an operation without an operationId",
        "give it an id of its own",
    ),
    refused(
        "operation-id-repeated",
        "an operationId that two operations have",
        "give each its own",
    ),
    refused(
        "path-parameter-undeclared",
        "a name in the path that no parameter declares",
        "declare it with `in: path`, `required: true`",
    ),
    refused(
        "path-parameter-unused",
        "a path parameter that the path has no place for",
        "put it into the path, or take the parameter out",
    ),
    refused(
        "duplicate-parameter",
        "a parameter that one list declares twice",
        "keep one of the two",
    ),
    refused(
        "parameter-form",
        "a parameter that cannot be sent as it is described",
        "give it a `schema`, and the style that its place allows",
    ),
    refused(
        "body-form",
        "a body that cannot be sent as it is described",
        "describe it as one media type that can be sent, best `application/json`",
    ),
    refused(
        "response-code",
        "a key of `responses` that is no status",
        "write three digits, `1XX` to `5XX`, or `default`",
    ),
    refused(
        "no-responses",
        "an operation without responses",
        "describe what a success answers",
    ),
    refused(
        "structure",
        "a value of a kind that cannot stand there",
        "write what the specification has in this place",
    ),
    refused(
        "no-form",
        "a keyword or schema that OpenAPI 3.0 has no form for, and that cannot be left out",
        "say it with words of 3.0, or leave it to the description",
    ),
    refused(
        "unknown-type",
        "a `type` that JSON does not have",
        "name one of the seven types, or a list of them",
    ),
    refused(
        "after-repairs",
        "what is left after the repairs still cannot be generated from",
        "rename or rewrite the place; else the pipeline needs a new repair",
    ),
    refused(
        "generator",
        "the generator cannot handle it",
        "rewrite the place; else the pipeline needs a new repair",
    ),
    doubtful(
        "supplement",
        "in place of the vendored document it is refused, for the supplement excludes it",
        "take what is back in the document out of `openapi/trading-api-withdrawn.json`, and write into it what it refers to and the document has no longer",
    ),
    doubtful(
        "stale-repair",
        "in place of the vendored document it is refused, for a repair finds nothing to change",
        "see whether the fault is gone or was renamed; take the repair out or adapt it",
    ),
    doubtful(
        "example-mismatch",
        "an example that its own schema refuses",
        "believe neither: look at real answers, then mend the one that is wrong",
    ),
    doubtful(
        "default-mismatch",
        "a default that its own schema refuses",
        "correct the default or the schema",
    ),
    doubtful(
        "enum-mismatch",
        "a value of an enum that its own schema refuses",
        "correct the value, or the type, bound or pattern beside it",
    ),
    doubtful(
        "enum-repeated",
        "a value that an enum lists twice",
        "keep one of the two",
    ),
    doubtful(
        "bounds-contradict",
        "bounds that no value can meet",
        "correct one of the bounds; the raw client drops both",
    ),
    doubtful(
        "required-undeclared",
        "a required name that no branch declares",
        "declare the property, or take the name out: it may be misspelt",
    ),
    doubtful(
        "unknown-format",
        "a format that nobody has defined",
        "correct the spelling; the raw client reads it as plain text",
    ),
    doubtful(
        "no-success",
        "an operation without an answer of success",
        "describe the 2xx answer; the raw client takes any JSON",
    ),
    doubtful(
        "operation-id-style",
        "an operationId that is no identifier, or a word of Rust",
        "nothing here: the names of methods come from a table",
    ),
    doubtful(
        "naming",
        "a method or type whose name had to be made up",
        "add a line to the table of operations, or rename the schema",
    ),
    doubtful(
        "unused-component",
        "a component that no operation leads to",
        "nothing: it is left out of the raw client",
    ),
    doubtful(
        "near-duplicate-schema",
        "two schemas that are equal but for prose, what is required, or one property",
        "see whether they are one type, or one of them is out of date",
    ),
];

/// The repairs of faults, then those that put things differently.
fn repair_rules() -> impl Iterator<Item = Rule> {
    let rule = |way_round| {
        move |repair: &'static Repair| Rule {
            name: repair.name,
            weight: Weight::Repaired,
            finds: repair.reason,
            way_round,
        }
    };
    let faults = repairs::document::REPAIRS
        .iter()
        .chain(repairs::unions::REPAIRS);
    let limits = shapes::GUARDS.iter().chain(repairs::generator::REPAIRS);
    faults
        .map(rule(MENDED))
        .chain(limits.map(rule(PUT_DIFFERENTLY)))
}

/// Every rule, the heaviest first.
#[must_use]
pub fn all() -> Vec<Rule> {
    let of = |weight: Weight| {
        RULES
            .iter()
            .filter(move |rule| rule.weight == weight)
            .copied()
    };
    of(Weight::Refused)
        .chain(repair_rules())
        .chain(of(Weight::Doubtful))
        .collect()
}
