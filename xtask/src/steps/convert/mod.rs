//! OpenAPI 3.1 to 3.0.3.
//!
//! The generator reads 3.0 only, and Alpaca publishes 3.1 since August 2026. What both versions
//! can say is rewritten so that the same values are valid before and after; a keyword that 3.0 has
//! no word for is an error, never dropped in silence, unless it carries prose alone.
//!
//! A 3.0 document passes through the same rules, so that one tail of steps serves both. A document
//! that mixes the two is read as it is meant: `nullable` counts in 3.1 as well, and what stands
//! beside a `$ref` counts in 3.0 as well, although there the specification ignores it.
//!
//! # Null
//!
//! `nullable: true` in a converted document lets null pass whatever else the same schema says, and
//! nothing else does so but a schema without a `type`. The steps behind this one rely on that
//! reading. It is wider than the one that OpenAPI 3.0.3 came to:
//!
//! | schema | null in 3.0.3, strictly | null here |
//! | --- | --- | --- |
//! | `type: T`, `nullable: true` | fits | fits |
//! | `type: T`, `nullable: true`, `enum` without null | does not fit | fits |
//! | `nullable: true` with `allOf`, `anyOf`, `oneOf` or `not`, no `type` | only if the parts say so | fits |
//! | `enum` with null, no `type`, no `nullable` | fits | fits |
//! | no `type`, no `nullable` | fits | fits |
//!
//! In 3.1 null has to pass every keyword. Whether it does is settled first, through references too,
//! and the mark is set only then. Where it does not, null goes from the lists in which it says
//! nothing, and the mark is not set. A branch for null that cannot be folded into a mark, as that of
//! `oneOf` beside another branch which takes null, stays as `enum: [null]`, `nullable: true`, which
//! null alone fits under either reading.
//!
//! # Keywords
//!
//! | keyword | becomes | how, or why not |
//! | --- | --- | --- |
//! | `$ref` | rewritten | with siblings: a part of `allOf` beside them; into a component: what stands there |
//! | `$comment` | left out | prose |
//! | `$schema` | left out | the dialect is that of the document |
//! | `$anchor` | refused | a name that no reference of 3.0 can use |
//! | `$defs` | refused | schemas are shared as components |
//! | `$dynamicAnchor` | refused | what it names depends on the way to it |
//! | `$dynamicRef` | refused | alike |
//! | `$id` | refused | it changes what references mean |
//! | `$vocabulary` | refused | it belongs to a dialect, not to a document |
//! | `$recursiveAnchor` | refused | an older form of `$dynamicAnchor` |
//! | `$recursiveRef` | refused | an older form of `$dynamicRef` |
//! | `definitions` | refused | an older form of `$defs` |
//! | `type` | rewritten | `null` alone: `enum: [null]`, `nullable: true`; a list: `anyOf` with a branch for each type, and null as above; each branch takes the keywords and the values of `enum` that concern its type |
//! | `enum` | rewritten | without null, as above, unless null is all that it lists |
//! | `const` | rewritten | `enum` of one value; beside an `enum` without it, refused |
//! | `nullable` | carried | as above |
//! | `multipleOf` | carried | |
//! | `minimum` | rewritten | the tighter one of `minimum` and `exclusiveMinimum` |
//! | `maximum` | rewritten | the tighter one of `maximum` and `exclusiveMaximum` |
//! | `exclusiveMinimum` | rewritten | a number: `minimum` with `exclusiveMinimum: true` where it is the tighter one or equal, and nothing otherwise; a flag without its bound goes |
//! | `exclusiveMaximum` | rewritten | alike |
//! | `minLength` | carried | |
//! | `maxLength` | carried | |
//! | `pattern` | carried | |
//! | `format` | carried | |
//! | `contentEncoding` | rewritten | `base64`: `format: byte`, unless there is a format; any other is left out, since it constrains nothing |
//! | `contentMediaType` | rewritten | `application/octet-stream`, not encoded: `format: binary`, unless there is a format; any other is left out |
//! | `contentSchema` | refused | what is inside the text would be lost |
//! | `items` | rewritten | `true`: `{}`; `false`: `maxItems: 0` |
//! | `minItems` | carried | |
//! | `maxItems` | carried | |
//! | `uniqueItems` | carried | |
//! | `prefixItems` | refused | 3.0 has one schema for all items |
//! | `contains` | refused | alike |
//! | `minContains` | refused | alike |
//! | `maxContains` | refused | alike |
//! | `unevaluatedItems` | refused | alike; `true` goes |
//! | `properties` | carried | |
//! | `required` | carried | |
//! | `additionalProperties` | carried | |
//! | `minProperties` | carried | |
//! | `maxProperties` | carried | |
//! | `patternProperties` | refused | 3.0 knows properties by name alone |
//! | `propertyNames` | refused | alike |
//! | `dependentRequired` | refused | 3.0 has no conditions |
//! | `dependentSchemas` | refused | alike |
//! | `unevaluatedProperties` | refused | 3.0 does not look into parts; `true` goes |
//! | `allOf` | carried | |
//! | `anyOf` | rewritten | without a branch for null, as above; a single branch that is left moves up, or becomes a part of `allOf` where its keywords would mean something else beside the others |
//! | `oneOf` | rewritten | alike |
//! | `not` | rewritten | `true`: `{}`; `false` goes, since nothing is ruled out |
//! | `if` | refused | 3.0 has no conditions |
//! | `then` | refused | alike |
//! | `else` | refused | alike |
//! | `discriminator` | carried | |
//! | `title` | carried | |
//! | `description` | carried | |
//! | `default` | carried | |
//! | `deprecated` | carried | |
//! | `readOnly` | carried | |
//! | `writeOnly` | carried | |
//! | `example` | left out | prose |
//! | `examples` | left out | prose |
//! | `externalDocs` | left out | prose |
//! | `xml` | left out | the client speaks JSON |
//!
//! A schema `true` becomes `{}`. The schema `false` is refused, unless it closes an object or an
//! array: a value that cannot be is of no type that could be generated. What is no keyword says nothing in either version and
//! stays as it is. `type: integer` means a number without a fraction on both sides, so 1.0 fits.

mod containers;
#[cfg(test)]
mod laws;
mod nulls;
mod numbers;
mod references;
mod table;
#[cfg(test)]
mod tests;
mod types;

use serde_json::{Map, Value, json};

use self::nulls::Nulls;
use self::table::Fate;
use super::walk;

use crate::fault::Fault;

/// The version that every converted document states.
pub const TARGET: &str = "3.0.3";

/// Rewrites `document` in place; the first keyword that cannot be converted is the error, and then
/// the document, part of which is rewritten, is of no further use.
pub fn convert(file: &str, document: &mut Value) -> Result<(), Fault> {
    faults(file, document, 1)
        .into_iter()
        .next()
        .map_or(Ok(()), Err)
}

/// As [`convert`], which goes on behind a schema that cannot be converted as if it said nothing; at
/// most `most` are told.
pub(crate) fn faults(file: &str, document: &mut Value, most: usize) -> Vec<Fault> {
    if let Some(root) = document.as_object_mut() {
        root.insert("openapi".to_owned(), json!(TARGET));
        // The client is told where to send and how to prove itself by whoever makes it.
        for key in ["webhooks", "jsonSchemaDialect", "externalDocs", "servers"] {
            root.remove(key);
        }
        for tag in root
            .get_mut("tags")
            .and_then(Value::as_array_mut)
            .into_iter()
            .flatten()
            .filter_map(Value::as_object_mut)
        {
            tag.remove("externalDocs");
        }
        if let Some(info) = root.get_mut("info").and_then(Value::as_object_mut) {
            info.remove("summary");
            if let Some(license) = info.get_mut("license").and_then(Value::as_object_mut) {
                license.remove("identifier");
            }
        }
        if let Some(components) = root.get_mut("components").and_then(Value::as_object_mut) {
            for section in ["pathItems", "examples", "callbacks", "links"] {
                components.remove(section);
            }
            // The newest kinds are unknown to 3.0; the generator looks at none.
            if let Some(schemes) = components
                .get_mut("securitySchemes")
                .and_then(Value::as_object_mut)
            {
                schemes.retain(|_, scheme| {
                    matches!(
                        scheme.get("type").and_then(Value::as_str),
                        Some("apiKey" | "http" | "oauth2" | "openIdConnect")
                    )
                });
            }
        }
    }
    if let Err(fault) = references::references(file, document) {
        return vec![fault];
    }
    containers::printable(document);
    let whole = document.clone();
    let nulls = Nulls::of(&whole);
    let mut faults = Vec::new();
    // An error ends the walk, so it says that there are enough.
    let walked = walk::schemas_mut(document, &mut |pointer, schema| {
        if let Err(fault) = self::schema(file, pointer, schema, &nulls) {
            faults.push(fault);
            *schema = json!({});
        }
        if faults.len() < most { Ok(()) } else { Err(()) }
    });
    if walked.is_ok() {
        containers::containers(document);
    }
    faults
}

fn schema(file: &str, pointer: &str, schema: &mut Value, nulls: &Nulls<'_>) -> Result<(), Fault> {
    let object = match schema {
        Value::Object(object) => object,
        Value::Bool(true) => {
            *schema = json!({});
            return Ok(());
        }
        Value::Bool(false) => {
            return Err(Fault::new(
                file,
                pointer,
                "the schema `false`, which nothing matches, has no form that the generator takes",
            ));
        }
        _ => {
            return Err(Fault::new(
                file,
                pointer,
                "a schema is an object, or `true` or `false`",
            ));
        }
    };
    for keyword in ["unevaluatedItems", "unevaluatedProperties"] {
        if object.get(keyword) == Some(&Value::Bool(true)) {
            object.remove(keyword);
        }
    }
    if let Some(keyword) = table::with(Fate::Refused).find(|keyword| object.contains_key(*keyword))
    {
        return Err(Fault::new(
            file,
            pointer,
            format!("the keyword `{keyword}` has no form in OpenAPI 3.0 and cannot be left out"),
        ));
    }
    for keyword in table::with(Fate::LeftOut) {
        object.remove(keyword);
    }
    if object.contains_key("$ref") && object.len() > 1 {
        wrap_reference(object);
    }
    bare_parts(object);
    content_keywords(object);
    numbers::exclusive_bounds(object);
    constant(file, pointer, object)?;
    types::check(file, pointer, object)?;
    nulls.settle(object);
    types::split(object);
    Ok(())
}

/// `{"$ref": R, "description": D}` becomes `{"allOf": [{"$ref": R}], "description": D}`.
///
/// In 3.0 the siblings of a reference are ignored; people write `nullable` there all the same and
/// mean it, so 3.0 documents are read like 3.1 ones here.
fn wrap_reference(object: &mut Map<String, Value>) {
    if let Some(reference) = object.remove("$ref") {
        let mut branches = vec![json!({ "$ref": reference })];
        if let Some(Value::Array(more)) = object.remove("allOf") {
            branches.extend(more);
        }
        object.insert("allOf".to_owned(), Value::Array(branches));
    }
}

/// `true` and `false` where 3.0 wants an object, and where the walk, which visits objects, does not
/// come by.
fn bare_parts(object: &mut Map<String, Value>) {
    match object.get("items") {
        Some(Value::Bool(true)) => {
            object.insert("items".to_owned(), json!({}));
        }
        Some(Value::Bool(false)) => {
            object.insert("items".to_owned(), json!({}));
            object.insert("maxItems".to_owned(), json!(0));
        }
        _ => {}
    }
    match object.get("not") {
        Some(Value::Bool(true)) => {
            object.insert("not".to_owned(), json!({}));
        }
        Some(Value::Bool(false)) => {
            object.remove("not");
        }
        _ => {}
    }
}

fn content_keywords(object: &mut Map<String, Value>) {
    let encoding = object.remove("contentEncoding");
    let media = object.remove("contentMediaType");
    let format = if encoding.is_some_and(|encoding| encoding == "base64") {
        "byte"
    } else if media.is_some_and(|media| media == "application/octet-stream") {
        "binary"
    } else {
        return;
    };
    object.entry("format").or_insert_with(|| json!(format));
}

fn constant(file: &str, pointer: &str, object: &mut Map<String, Value>) -> Result<(), Fault> {
    let Some(value) = object.remove("const") else {
        return Ok(());
    };
    let listed = object.get("enum").and_then(Value::as_array);
    if listed.is_some_and(|values| !values.iter().any(|its| numbers::same(its, &value))) {
        return Err(Fault::new(
            file,
            pointer,
            "`const` is none of the values of `enum`, so that no value fits: take out one of the two",
        ));
    }
    object.insert("enum".to_owned(), Value::Array(vec![value]));
    Ok(())
}
