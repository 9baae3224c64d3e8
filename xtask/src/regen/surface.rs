//! The generated surface, as short texts that a reviewer reads.
//!
//! One text an operation, one a type, one table of all operations, and one of what the pipeline
//! did. Prose is left out: a change of wording is not a change of the client.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;

use heck::{ToPascalCase, ToSnakeCase};
use serde_json::Value;
use syn::{Attribute, ImplItem, Item, ReturnType, Type};

use crate::generator::Generated;
use crate::steps::{Outcome, walk};

/// Texts by their name: `operations/list_orders`, `types/Order`, `operations`, `pipeline`.
pub type Surface = BTreeMap<String, String>;

/// Describes what was generated.
///
/// # Errors
///
/// When the generated source has not the shape that the generator gives it.
pub fn render(generated: &Generated, outcome: &Outcome) -> Result<Surface, String> {
    let file = syn::parse_file(&generated.source).map_err(|error| error.to_string())?;
    let mut surface = Surface::new();
    surface.insert("pipeline".to_owned(), pipeline(generated, outcome));
    surface.insert("operations".to_owned(), table(&outcome.spec));
    operations(&file, &outcome.spec, &mut surface)?;
    types(&file, &mut surface)?;
    Ok(surface)
}

fn pipeline(generated: &Generated, outcome: &Outcome) -> String {
    let mut text = String::from("repairs\n");
    for repair in &outcome.repairs {
        let _ = writeln!(
            text,
            "{:>5}  {:<28} {}",
            repair.count, repair.name, repair.reason
        );
    }
    text.push_str("\npass over the generated code\n");
    for (name, count) in &generated.counts {
        let _ = writeln!(text, "{count:>5}  {name}");
    }
    for warning in &outcome.warnings {
        let _ = write!(text, "\nwarning: {warning}");
    }
    text
}

fn table(spec: &Value) -> String {
    let mut rows = Vec::new();
    walk::operations(spec, |method, path, operation| {
        let field = |key: &str| {
            operation
                .get(key)
                .and_then(Value::as_str)
                .unwrap_or_default()
        };
        let tag = operation
            .pointer("/tags/0")
            .and_then(Value::as_str)
            .unwrap_or_default();
        let deprecated = if operation.get("deprecated") == Some(&Value::Bool(true)) {
            "  deprecated"
        } else {
            ""
        };
        rows.push(format!(
            "{:<6} {path}  {}  ({}, {tag}){deprecated}",
            method.to_uppercase(),
            field("operationId"),
            field("x-document-operation-id"),
        ));
    });
    rows.sort_by(|one, other| {
        let path = |row: &str| row.split_whitespace().nth(1).map(str::to_owned);
        (path(one), one).cmp(&(path(other), other))
    });
    rows.join("\n")
}

fn module<'a>(items: &'a [Item], name: &str) -> Result<&'a [Item], String> {
    items
        .iter()
        .find_map(|item| match item {
            Item::Mod(module) if module.ident == name => {
                module.content.as_ref().map(|(_, items)| items.as_slice())
            }
            _ => None,
        })
        .ok_or_else(|| format!("the generated code has no module `{name}`"))
}

/// A type as a person would write it.
fn text_of(ty: &Type) -> String {
    let printed = prettyplease::unparse(&syn::File {
        shebang: None,
        frontmatter: None,
        attrs: Vec::new(),
        items: vec![syn::parse_quote! { type X = #ty; }],
    });
    let joined = printed.split_whitespace().collect::<Vec<_>>().join(" ");
    let mut text = joined
        .trim_start_matches("type X = ")
        .trim_end_matches(';')
        .trim()
        .to_owned();
    for known in [
        "::std::option::",
        "::std::vec::",
        "::std::string::",
        "::std::collections::",
        "::std::boxed::",
        "::chrono::offset::",
        "::chrono::naive::",
        "::chrono::",
        "::uuid::",
        "::rust_decimal::",
        "crate::types::",
        "types::",
        "crate::",
    ] {
        text = text.replace(known, "");
    }
    // A long type was broken over lines.
    text.replace("< ", "<")
        .replace(", >", ">")
        .replace(" >", ">")
}

fn operations(file: &syn::File, spec: &Value, surface: &mut Surface) -> Result<(), String> {
    let builders = module(&file.items, "builder")?;
    let mut failure = None;
    walk::operations(spec, |method, path, operation| {
        let id = operation
            .get("operationId")
            .and_then(Value::as_str)
            .unwrap_or_default();
        let item = spec
            .get("paths")
            .and_then(|paths| paths.get(path))
            .unwrap_or(&Value::Null);
        match one_operation(builders, spec, item, method, path, operation) {
            Some(text) => {
                surface.insert(format!("operations/{id}"), text);
            }
            None => failure = Some(format!("`{id}` has no builder in the generated code")),
        }
    });
    failure.map_or(Ok(()), Err)
}

fn one_operation(
    builders: &[Item],
    spec: &Value,
    path_item: &Value,
    method: &str,
    path: &str,
    operation: &Value,
) -> Option<String> {
    let id = operation.get("operationId")?.as_str()?;
    let builder = id.to_pascal_case();
    let fields = builders.iter().find_map(|item| match item {
        Item::Struct(found) if found.ident == builder => Some(&found.fields),
        _ => None,
    })?;
    let places = places(spec, path_item, operation);
    let mut text = format!("{} {path}\n", method.to_uppercase());
    if let Some(document_id) = operation
        .get("x-document-operation-id")
        .and_then(Value::as_str)
    {
        let _ = writeln!(text, "in the document: {document_id}");
    }
    if operation.get("deprecated") == Some(&Value::Bool(true)) {
        text.push_str("deprecated\n");
    }
    let _ = writeln!(text, "\nfn {id}(&self)");
    for field in fields {
        let name = field.ident.as_ref()?.to_string();
        if name == "client" {
            continue;
        }
        let place = places.get(name.as_str()).map_or("body", String::as_str);
        let _ = writeln!(text, "    {place} {name}: {}", parameter_type(&field.ty));
    }
    let output = builders
        .iter()
        .find_map(|item| send_output(item, &builder))?;
    let _ = writeln!(text, "    -> {output}");
    text.push_str("\nanswers\n");
    for (status, answer) in operation.get("responses")?.as_object()? {
        let answer = walk::resolve(spec, answer);
        let media = answer
            .get("content")
            .and_then(Value::as_object)
            .and_then(|content| content.keys().next())
            .map_or("no content", String::as_str);
        let empty = if answer.get("x-empty-body").is_some() {
            ", or empty"
        } else {
            ""
        };
        let _ = writeln!(text, "    {status} {media}{empty}");
    }
    Some(text)
}

/// Where each parameter travels, by its name in Rust.
fn places(spec: &Value, path_item: &Value, operation: &Value) -> BTreeMap<String, String> {
    [path_item, operation]
        .into_iter()
        .filter_map(|holder| holder.get("parameters")?.as_array())
        .flatten()
        .map(|parameter| walk::resolve(spec, parameter))
        .filter_map(|parameter| {
            let name = parameter.get("name")?.as_str()?;
            let place = parameter.get("in")?.as_str()?;
            Some((name.to_snake_case(), place.to_owned()))
        })
        .collect()
}

/// `Result<Option<T>, String>` of a builder is an optional parameter of type `T`.
fn parameter_type(ty: &Type) -> String {
    let text = text_of(ty);
    let inner = text
        .strip_prefix("Result<")
        .and_then(|rest| rest.strip_suffix(", String>"))
        .unwrap_or(&text);
    match inner
        .strip_prefix("Option<")
        .and_then(|rest| rest.strip_suffix('>'))
    {
        Some(optional) => format!("{optional}, optional"),
        None => inner.trim_start_matches("builder::").to_owned(),
    }
}

fn send_output(item: &Item, builder: &str) -> Option<String> {
    let Item::Impl(block) = item else { return None };
    let Type::Path(owner) = &*block.self_ty else {
        return None;
    };
    if owner
        .path
        .segments
        .last()
        .is_none_or(|segment| segment.ident != builder)
    {
        return None;
    }
    block.items.iter().find_map(|member| match member {
        ImplItem::Fn(function) if function.sig.ident == "send" => match &function.sig.output {
            ReturnType::Type(_, ty) => Some(text_of(ty)),
            ReturnType::Default => None,
        },
        _ => None,
    })
}

fn types(file: &syn::File, surface: &mut Surface) -> Result<(), String> {
    let items = module(&file.items, "types")?;
    let mut declared = BTreeSet::new();
    for item in items {
        let (name, text) = match item {
            // The twin that decodes in two steps follows from the type itself.
            Item::Struct(found) if found.vis == syn::Visibility::Inherited => continue,
            Item::Struct(found) => (found.ident.to_string(), one_struct(found)),
            Item::Enum(found) => (found.ident.to_string(), one_enum(found, items)),
            Item::Type(found) => {
                let name = found.ident.to_string();
                (
                    name.clone(),
                    format!("type {name} = {}\n", text_of(&found.ty)),
                )
            }
            _ => continue,
        };
        if !declared.insert(name.clone()) {
            return Err(format!("two generated types are named `{name}`"));
        }
        surface.insert(format!("types/{name}"), text);
    }
    Ok(())
}

/// `struct Order`, a line a field, with what is particular about its decoding.
fn one_struct(found: &syn::ItemStruct) -> String {
    let mut text = format!("struct {}{}\n", found.ident, marks(&found.attrs));
    for field in &found.fields {
        let name = field
            .ident
            .as_ref()
            .map_or("0".to_owned(), ToString::to_string);
        let _ = writeln!(
            text,
            "    {name}: {}{}",
            text_of(&field.ty),
            marks(&field.attrs)
        );
    }
    text
}

/// `enum OrderStatus`, a line a variant, with its text or what it holds.
fn one_enum(found: &syn::ItemEnum, items: &[Item]) -> String {
    let values = items.iter().find_map(|item| values_of(item, &found.ident));
    let mut text = format!("enum {}{}\n", found.ident, marks(&found.attrs));
    for variant in &found.variants {
        let name = &variant.ident;
        let value = values
            .as_ref()
            .and_then(|values| values.get(&name.to_string()));
        let held: Vec<String> = variant
            .fields
            .iter()
            .map(|field| text_of(&field.ty))
            .collect();
        let _ = match (value, held.is_empty()) {
            (Some(value), _) => writeln!(text, "    {name} = {value}"),
            (None, false) => writeln!(text, "    {name}({})", held.join(", ")),
            (None, true) => writeln!(text, "    {name}{}", marks(&variant.attrs)),
        };
    }
    text
}

/// The texts of the values of an open enum, from the macro call that implements it.
fn values_of(item: &Item, name: &syn::Ident) -> Option<BTreeMap<String, String>> {
    let Item::Macro(call) = item else { return None };
    let mut tokens = call.mac.tokens.clone().into_iter();
    if *name != tokens.next()?.to_string() {
        return None;
    }
    let Some(proc_macro2::TokenTree::Group(group)) = tokens.next() else {
        return None;
    };
    let words: Vec<String> = group
        .stream()
        .into_iter()
        .map(|token| token.to_string())
        .collect();
    let pairs = words
        .split(|word| word == ",")
        .filter_map(|pair| match pair {
            [variant, equals, text] if equals == "=" => Some((variant.clone(), text.clone())),
            _ => None,
        });
    Some(pairs.collect())
}

/// What the attributes of an item say that a reviewer should see: serde, deprecation.
fn marks(attributes: &[Attribute]) -> String {
    let mut marks = Vec::new();
    for attribute in attributes {
        if attribute.path().is_ident("deprecated") {
            marks.push("deprecated".to_owned());
        }
        if !attribute.path().is_ident("serde") {
            continue;
        }
        // An option that cannot be read is shown as nothing; the code that has it compiled.
        let _ = attribute.parse_nested_meta(|meta| {
            let name = meta
                .path
                .get_ident()
                .map(ToString::to_string)
                .unwrap_or_default();
            let value = if meta.input.peek(syn::Token![=]) {
                Some(meta.value()?.parse::<syn::LitStr>()?.value())
            } else {
                None
            };
            match (name.as_str(), value) {
                // They follow from the type.
                ("skip_serializing_if" | "default", _) => {}
                ("rename", Some(wire)) => marks.push(format!("\"{wire}\"")),
                ("with", Some(adapter)) => marks.push(adapter_text(&adapter)),
                (name, Some(value)) => marks.push(format!("{name} = {value}")),
                (name, None) => marks.push(name.to_owned()),
            }
            Ok(())
        });
    }
    if marks.is_empty() {
        String::new()
    } else {
        format!("  [{}]", marks.join(", "))
    }
}

/// `::serde_with::As::<crate::NullAsEmpty<::std::vec::Vec<crate::Exact>>>` → `NullAsEmpty<Vec<Exact>>`.
fn adapter_text(adapter: &str) -> String {
    let inner = adapter
        .strip_prefix("::serde_with::As::<")
        .and_then(|rest| rest.strip_suffix('>'))
        .unwrap_or(adapter);
    [
        "crate::",
        "::std::vec::",
        "::std::option::",
        "::std::collections::",
        "::std::boxed::",
        "::serde_with::",
    ]
    .iter()
    .fold(inner.to_owned(), |text, known| text.replace(known, ""))
}
