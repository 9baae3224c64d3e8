//! String enums stay open.
//!
//! Typify's enum refuses a value that the document does not list. Here each becomes an enum with
//! `Unknown(String)`, and the impl blocks that came with it give way to one macro of the crate.

use std::collections::BTreeMap;

use quote::{format_ident, quote};
use syn::{Fields, Item, parse_quote};

use super::tree;
use crate::generator::spec::Spec;

pub(super) fn run(items: &mut Vec<Item>, spec: &Spec) -> Result<usize, String> {
    let mut count = 0;
    for (name, values) in spec.enums() {
        let index = items
            .iter()
            .position(|item| matches!(item, Item::Enum(found) if found.ident == name))
            .ok_or_else(|| format!("the enum `{name}` was not generated"))?;
        let blank = spec
            .blank_values()
            .find(|(found, _)| *found == name)
            .map(|(_, value)| value);
        let opened = items
            .get(index)
            .map(|item| open(item, name, &values, blank, &spec.enum_texts(name)))
            .transpose()?
            .unwrap_or_default();
        items.retain(|item| {
            !tree::is_impl_of(item, name)
                && !matches!(item, Item::Enum(found) if found.ident == name)
        });
        items.splice(index.min(items.len())..index.min(items.len()), opened);
        count += 1;
    }
    // Whatever is left of this shape escaped: it would refuse what the service may send.
    for item in items.iter() {
        if let Item::Enum(found) = item
            && found
                .variants
                .iter()
                .all(|variant| matches!(variant.fields, Fields::Unit))
        {
            return Err(format!(
                "the enum `{}` is closed: no schema declares it",
                found.ident
            ));
        }
    }
    Ok(count)
}

fn open(
    item: &Item,
    name: &str,
    values: &[String],
    blank: Option<&str>,
    real_texts: &BTreeMap<String, String>,
) -> Result<Vec<Item>, String> {
    let Item::Enum(source) = item else {
        return Err(format!("`{name}` is not an enum"));
    };
    let mut variants = Vec::new();
    let mut pairs = Vec::new();
    let mut texts = Vec::new();
    let mut default = None;
    for variant in &source.variants {
        if !matches!(variant.fields, Fields::Unit) {
            return Err(format!("`{name}::{}` holds something", variant.ident));
        }
        let listed =
            tree::serde_rename(&variant.attrs).unwrap_or_else(|| variant.ident.to_string());
        let text = real_texts.get(&listed).unwrap_or(&listed).clone();
        let mut ident = variant.ident.clone();
        if ident == "Unknown" {
            // The value `unknown` of the document, beside ours for what it does not list.
            ident = format_ident!("UnknownListed");
        } else if text.is_empty() && real_texts.is_empty() {
            ident = format_ident!("Blank");
        }
        let docs = tree::docs(&variant.attrs);
        // Escaped: a sign that turns text around may not stand in a comment.
        let line = format!("`{}`", text.escape_debug());
        variants.push(if docs.is_empty() {
            quote! { #[doc = #line] #ident }
        } else {
            quote! { #(#docs)* #ident }
        });
        pairs.push(quote! { #ident = #text, });
        if blank == Some(text.as_str()) {
            default = Some(ident.clone());
        }
        texts.push(listed);
    }
    if texts.len() != values.len() || !values.iter().all(|value| texts.contains(value)) {
        return Err(format!(
            "`{name}` has the values {texts:?}, its schema {values:?}"
        ));
    }
    let docs = tree::docs(&source.attrs);
    let ident = &source.ident;
    let mut opened: Vec<Item> = vec![
        parse_quote! {
            #(#docs)*
            #[derive(Clone, Debug)]
            #[non_exhaustive]
            pub enum #ident {
                #(#variants,)*
                /// A value that the document does not list, as it came.
                Unknown(::std::string::String),
            }
        },
        parse_quote! { crate::open_enum::open_enum!(#ident { #(#pairs)* }); },
    ];
    match (blank, default) {
        (None, _) => {}
        (Some(_), Some(value)) => opened.push(parse_quote! {
            impl ::std::default::Default for #ident {
                /// What null, absent and an empty text stand for.
                fn default() -> Self {
                    Self::#value
                }
            }
        }),
        (Some(text), None) => return Err(format!("`{name}` has no value `{text}` for blanks")),
    }
    Ok(opened)
}
