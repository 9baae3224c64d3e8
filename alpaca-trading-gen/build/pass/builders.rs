//! Builders only for what is sent.
//!
//! Typify writes a builder for every struct, which is more than half of all generated code. What
//! only comes from the service is decoded, never built.

use syn::{Item, Type};

use super::tree;
use crate::generator::spec::Spec;

pub(super) fn run(items: &mut Vec<Item>, spec: &Spec) -> usize {
    let kept = spec.sent_types();
    let is_kept = |name: &str| kept.contains(name);
    // Without a single struct there is no module of builders.
    let Ok(builders) = tree::module_mut(items, "builder") else {
        return 0;
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
    let after = builders
        .iter()
        .filter(|item| matches!(item, Item::Struct(_)))
        .count();
    items.retain(|item| match item {
        Item::Impl(block) if block.trait_.is_none() => {
            let makes_builder = block.items.iter().any(|member| {
                matches!(member, syn::ImplItem::Fn(function) if function.sig.ident == "builder")
            });
            let owner = match &*block.self_ty {
                Type::Path(path) => path.path.get_ident().map(ToString::to_string),
                _ => None,
            };
            !makes_builder || owner.is_none_or(|name| is_kept(&name))
        }
        _ => true,
    });
    before - after
}
