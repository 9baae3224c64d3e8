//! Builders only for what is sent.
//!
//! Typify writes a builder for every struct, which is more than half of all generated code. What
//! only comes from the service is decoded, never built. And what builds money takes no floats.

use quote::quote;
use syn::{GenericParam, ImplItem, Item, Type, parse_quote};

use super::tree;
use crate::generator::spec::Spec;

pub(super) fn run(items: &mut Vec<Item>, spec: &Spec) -> Result<usize, String> {
    let kept = spec.sent_types();
    let is_kept = |name: &str| kept.contains(name);
    // Without a single struct there is no module of builders.
    let Ok(builders) = tree::module_mut(items, "builder") else {
        return Ok(0);
    };
    let before = builders
        .iter()
        .filter(|item| matches!(item, Item::Struct(_)))
        .count();
    builders.retain(|item| match item {
        Item::Struct(found) => is_kept(&found.ident.to_string()),
        Item::Impl(block) => tree::self_name(block).is_none_or(|name| is_kept(&name.to_string())),
        _ => true,
    });
    exact_setters(builders)?;
    let after = builders
        .iter()
        .filter(|item| matches!(item, Item::Struct(_)))
        .count();
    items.retain(|item| match item {
        Item::Impl(block) if block.trait_.is_none() => {
            let makes_builder = block.items.iter().any(|member| {
                matches!(member, ImplItem::Fn(function) if function.sig.ident == "builder")
            });
            let owner = match &*block.self_ty {
                Type::Path(path) => path.path.get_ident().map(ToString::to_string),
                _ => None,
            };
            !makes_builder || owner.is_none_or(|name| is_kept(&name))
        }
        _ => true,
    });
    Ok(before - after)
}

/// A setter of a decimal takes what becomes one exactly.
///
/// Typify's takes whatever can be tried, and the decimal library can be tried on a float and on a
/// text, both of which it rounds.
fn exact_setters(builders: &mut [Item]) -> Result<(), String> {
    for item in builders {
        let Item::Impl(block) = item else { continue };
        for member in &mut block.items {
            let ImplItem::Fn(function) = member else {
                continue;
            };
            let Some(clause) = &mut function.sig.generics.where_clause else {
                continue;
            };
            let text = quote! { #clause }.to_string().replace(' ', "");
            if !text.contains("TryInto<::rust_decimal::Decimal>") {
                continue;
            }
            let [GenericParam::Type(parameter)] = function
                .sig
                .generics
                .params
                .iter()
                .collect::<Vec<_>>()
                .as_slice()
            else {
                return Err(format!(
                    "the setter `{}` has not the shape of one",
                    function.sig.ident
                ));
            };
            let ident = &parameter.ident;
            *clause = parse_quote! {
                where #ident: ::std::convert::Into<::rust_decimal::Decimal>
            };
        }
    }
    Ok(())
}
