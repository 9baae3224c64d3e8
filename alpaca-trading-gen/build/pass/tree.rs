//! Finding one's way in a syntax tree.

use syn::{Attribute, Ident, Item, ItemImpl, Type};

/// The items of the module `name`.
pub(super) fn module_mut<'a>(
    items: &'a mut [Item],
    name: &str,
) -> Result<&'a mut Vec<Item>, String> {
    items
        .iter_mut()
        .find_map(|item| match item {
            Item::Mod(module) if module.ident == name => {
                module.content.as_mut().map(|(_, items)| items)
            }
            _ => None,
        })
        .ok_or_else(|| format!("the generated code has no module `{name}`"))
}

/// The name of the type that an impl block is for, when it is a plain name.
pub(super) fn self_name(block: &ItemImpl) -> Option<&Ident> {
    type_name(&block.self_ty)
}

/// The last name of a path type: `Order` of `types::Order`.
pub(super) fn type_name(ty: &Type) -> Option<&Ident> {
    match ty {
        Type::Path(path) => path.path.segments.last().map(|segment| &segment.ident),
        _ => None,
    }
}

/// Whether an impl block implements something for a one-word type `name`, or is its own.
pub(super) fn is_impl_of(item: &Item, name: &str) -> bool {
    match item {
        Item::Impl(block) => match &*block.self_ty {
            Type::Path(path) => path.path.is_ident(name),
            _ => false,
        },
        _ => false,
    }
}

/// The type arguments of the last segment of a path type.
pub(super) fn arguments(ty: &Type) -> Vec<&Type> {
    let Type::Path(path) = ty else {
        return Vec::new();
    };
    match path.path.segments.last().map(|segment| &segment.arguments) {
        Some(syn::PathArguments::AngleBracketed(arguments)) => arguments
            .args
            .iter()
            .filter_map(|argument| match argument {
                syn::GenericArgument::Type(ty) => Some(ty),
                _ => None,
            })
            .collect(),
        _ => Vec::new(),
    }
}

/// The attributes that hold documentation.
pub(super) fn docs(attributes: &[Attribute]) -> Vec<Attribute> {
    attributes
        .iter()
        .filter(|attribute| attribute.path().is_ident("doc"))
        .cloned()
        .collect()
}

/// The text of a `#[doc = "..."]` attribute.
pub(super) fn doc_text(attribute: &Attribute) -> Option<String> {
    if !attribute.path().is_ident("doc") {
        return None;
    }
    match &attribute.meta {
        syn::Meta::NameValue(pair) => match &pair.value {
            syn::Expr::Lit(literal) => match &literal.lit {
                syn::Lit::Str(text) => Some(text.value()),
                _ => None,
            },
            _ => None,
        },
        _ => None,
    }
}

/// The value of `#[serde(rename = "...")]`, when there is one.
pub(super) fn serde_rename(attributes: &[Attribute]) -> Option<String> {
    let mut found = None;
    for attribute in attributes
        .iter()
        .filter(|attribute| attribute.path().is_ident("serde"))
    {
        // Other serde options are skipped; a malformed one would not have compiled.
        let _ = attribute.parse_nested_meta(|meta| {
            if meta.path.is_ident("rename") {
                found = Some(meta.value()?.parse::<syn::LitStr>()?.value());
            } else if meta.input.peek(syn::Token![=]) {
                meta.value()?.parse::<syn::Expr>()?;
            }
            Ok(())
        });
    }
    found
}
