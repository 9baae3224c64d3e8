//! What Alpaca has withdrawn or replaced.
//!
//! The generator ignores `deprecated`. The mark goes on the methods of the client, the setters of
//! parameters and the fields of types.

use std::collections::BTreeMap;

use syn::{ImplItem, Item, parse_quote};

use super::tree;
use crate::generator::spec::Spec;

pub(super) fn run(file: &mut syn::File, spec: &Spec) -> Result<usize, String> {
    let mut count = 0;
    let notes: BTreeMap<&str, &str> = spec
        .operations
        .iter()
        .filter_map(|operation| Some((operation.id.as_str(), operation.deprecated.as_deref()?)))
        .collect();
    for item in &mut file.items {
        let Item::Impl(block) = item else { continue };
        if block.trait_.is_some() || tree::self_name(block).is_none_or(|name| name != "Client") {
            continue;
        }
        for member in &mut block.items {
            if let ImplItem::Fn(function) = member
                && let Some(note) = notes.get(function.sig.ident.to_string().as_str())
            {
                function
                    .attrs
                    .push(parse_quote! { #[deprecated(note = #note)] });
                count += 1;
            }
        }
    }
    if count != notes.len() {
        return Err(format!(
            "{} operations are deprecated, {count} methods found",
            notes.len()
        ));
    }
    count += setters(tree::module_mut(&mut file.items, "builder")?, spec);
    count += fields(tree::module_mut(&mut file.items, "types")?, spec);
    Ok(count)
}

fn setters(builders: &mut [Item], spec: &Spec) -> usize {
    let mut notes = BTreeMap::new();
    for operation in &spec.operations {
        for (parameter, note) in &operation.deprecated_parameters {
            notes.insert(
                (
                    heck::ToPascalCase::to_pascal_case(operation.id.as_str()),
                    parameter,
                ),
                note,
            );
        }
    }
    let mut count = 0;
    for item in builders {
        let Item::Impl(block) = item else { continue };
        let Some(owner) = tree::self_name(block).map(ToString::to_string) else {
            continue;
        };
        for member in &mut block.items {
            if let ImplItem::Fn(function) = member
                && let Some(note) = notes.get(&(owner.clone(), &function.sig.ident.to_string()))
            {
                function
                    .attrs
                    .push(parse_quote! { #[deprecated(note = #note)] });
                count += 1;
            }
        }
    }
    count
}

fn fields(types: &mut [Item], spec: &Spec) -> usize {
    let notes = spec.deprecated_properties();
    let mut count = 0;
    for item in types {
        let Item::Struct(found) = item else { continue };
        let owner = found.ident.to_string();
        for field in &mut found.fields {
            let Some(wire) = tree::serde_rename(&field.attrs)
                .or_else(|| field.ident.as_ref().map(ToString::to_string))
            else {
                continue;
            };
            if let Some(note) = notes.get(&(owner.clone(), wire)) {
                field
                    .attrs
                    .push(parse_quote! { #[deprecated(note = #note)] });
                count += 1;
            }
        }
    }
    count
}
