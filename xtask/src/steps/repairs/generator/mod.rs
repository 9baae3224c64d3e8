//! What progenitor and typify cannot take, one function per limit.
//!
//! These run on the named document. Those that the vendored documents are known to need expire
//! like every repair; the rest guard against documents that nobody has seen yet.

mod arrays;
mod bodies;
mod choices;
mod decimals;
mod identifiers;
mod parameters;
mod types;
mod visit;

use serde_json::Value;

use super::Repair;
use crate::steps::sums;

/// All limits, in the order in which they run.
pub const REPAIRS: &[Repair] = &[
    limit(
        "only_success_answers",
        "the generator drops or refuses the bodies of errors",
        bodies::only_success_answers,
    ),
    guard(
        "one_success_type",
        "the generator refuses several success types",
        bodies::one_success_type,
    ),
    guard(
        "empty_bodies",
        "a body of no media type is no body",
        bodies::empty_bodies,
    ),
    guard(
        "json_preferred",
        "an operation has one media type each way",
        bodies::json_preferred,
    ),
    guard(
        "typed_bodies",
        "a body without the schema of its media type stops the generator",
        bodies::typed_bodies,
    ),
    limit(
        "requirement_branches",
        "branches that only require something are not types",
        types::requirement_branches,
    ),
    limit("merged_sums", "a sum of objects is one object", sums::merge),
    limit(
        "whole_number_enums",
        "an enum of numbers refuses what it does not list",
        types::whole_number_enums,
    ),
    guard(
        "distinct_values",
        "values of an enum that differ in case or signs alone have one name in Rust",
        identifiers::distinct_values,
    ),
    guard(
        "distinct_fields",
        "properties that differ in case or signs alone have one name in Rust",
        identifiers::distinct_fields,
    ),
    guard(
        "choices",
        "a choice without a discriminator would be decoded by first match",
        choices::choices,
    ),
    limit(
        "comma_lists",
        "lists are always sent as repeated parameters",
        parameters::comma_lists,
    ),
    guard(
        "plain_parameters",
        "an object, or a list in a path, cannot be a parameter",
        parameters::plain_parameters,
    ),
    limit(
        "numbers_as_decimals",
        "a JSON number becomes a float",
        decimals::numbers_as_decimals,
    ),
    limit(
        "money_as_decimals",
        "money in strings stays a string",
        decimals::money_as_decimals,
    ),
    limit(
        "decimal_parameters",
        "a decimal in a query is serialised by itself",
        decimals::decimal_parameters,
    ),
    guard(
        "bare_decimals",
        "an extension hides a decimal from the generator",
        decimals::bare_decimals,
    ),
    limit(
        "no_bounds",
        "a bound makes a type that refuses what the service sends",
        types::no_bounds,
    ),
    limit(
        "no_defaults",
        "a field with a default refuses null",
        types::no_defaults,
    ),
    limit(
        "open_objects",
        "a closed object refuses fields that come later",
        types::open_objects,
    ),
    limit(
        "nullable_not_required",
        "a required nullable field refuses to be absent",
        types::nullable_not_required,
    ),
    limit(
        "plain_arrays",
        "an optional array in an answer is an empty one",
        arrays::plain_arrays,
    ),
    limit(
        "clearable_arrays",
        "an empty array in a request is left out",
        arrays::clearable_arrays,
    ),
    guard(
        "typed_objects",
        "properties without a type are an object",
        types::typed_objects,
    ),
    limit(
        "unused_schemas",
        "a type that nothing uses costs every build",
        types::unused_schemas,
    ),
];

const fn limit(name: &'static str, reason: &'static str, apply: fn(&mut Value) -> usize) -> Repair {
    Repair {
        name,
        reason,
        apply,
        expires: true,
    }
}

const fn guard(name: &'static str, reason: &'static str, apply: fn(&mut Value) -> usize) -> Repair {
    Repair {
        name,
        reason,
        apply,
        expires: false,
    }
}
