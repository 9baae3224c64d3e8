//! How fields are decoded.
//!
//! | field | null, absent | `""` |
//! | --- | --- | --- |
//! | optional decimal, uuid, date, timestamp, enum | `None` | `None` |
//! | enum with a value for blanks (`OrderClass`) | that value | that value |
//! | array, map | empty | error |
//! | decimal | error | error |
//!
//! An enum that lists `""` as a value keeps it. All decimals go through the crate's `Exact`.

use quote::quote;
use syn::{Fields, Item, Type, parse_quote};

use super::tree;
use crate::generator::spec::Spec;

#[derive(Default)]
pub(super) struct Counts {
    pub(super) structs: usize,
    pub(super) decimals: usize,
    pub(super) blanks: usize,
    pub(super) arrays: usize,
}

pub(super) fn run(items: &mut [Item], spec: &Spec) -> Result<Counts, String> {
    let mut counts = Counts::default();
    let closed_to_blank: Vec<String> = spec
        .enums()
        .filter(|(_, values)| !values.iter().any(String::is_empty))
        .map(|(name, _)| name.to_owned())
        .collect();
    let with_default: Vec<&str> = spec.blank_values().map(|(name, _)| name).collect();
    let pass = Pass {
        enums: &closed_to_blank,
        with_default: &with_default,
    };
    let wire_names = spec.wire_names();
    for item in items.iter_mut() {
        let Item::Struct(found) = item else { continue };
        // A newtype around one value is what a component that is no object becomes.
        if !matches!(found.fields, Fields::Unit) {
            found.attrs.push(parse_quote! { #[non_exhaustive] });
            counts.structs += 1;
        }
        let owner = found.ident.to_string();
        // The twin of a type that is decoded in two steps has the fields of that type.
        let owner = match &found.vis {
            syn::Visibility::Inherited => owner.trim_end_matches("Raw").to_owned(),
            _ => owner,
        };
        for field in &mut found.fields {
            let name = field.ident.as_ref().map(ToString::to_string);
            if let Some(wire) = name.and_then(|name| wire_names.get(&(owner.clone(), name))) {
                field.attrs.push(parse_quote! { #[serde(rename = #wire)] });
            }
            pass.field(field, &mut counts);
        }
    }
    expected_decimals(items, spec)?;
    Ok(counts)
}

struct Pass<'a> {
    /// The enums of which `""` is no value.
    enums: &'a [String],
    /// The enums of which one value stands for blanks.
    with_default: &'a [&'a str],
}

/// What a type needs of its adapter.
enum Needs {
    Nothing,
    Decimal,
    Blank,
    BlankAsDefault,
    /// An adapter for what is inside, with this text.
    Inside(proc_macro2::TokenStream),
    Array(proc_macro2::TokenStream),
}

impl Pass<'_> {
    fn field(&self, field: &mut syn::Field, counts: &mut Counts) {
        let (adapter, has_default) = match self.needs(&field.ty) {
            Needs::Nothing => return,
            Needs::Decimal => {
                counts.decimals += 1;
                let optional = is_named(&field.ty, "Option");
                (quote! { crate::Exact }, optional)
            }
            Needs::Blank => {
                counts.blanks += 1;
                (quote! { crate::Blank }, true)
            }
            Needs::BlankAsDefault => {
                counts.blanks += 1;
                (quote! { crate::BlankAsDefault }, true)
            }
            Needs::Inside(adapter) => {
                if adapter.to_string().contains("Exact") {
                    counts.decimals += 1;
                }
                let optional = is_named(&field.ty, "Option");
                (adapter, optional)
            }
            Needs::Array(adapter) => {
                counts.arrays += 1;
                if adapter.to_string().contains("Exact") {
                    counts.decimals += 1;
                }
                (quote! { crate::NullAsEmpty<#adapter> }, true)
            }
        };
        let adapter = quote! { ::serde_with::As::<#adapter> }
            .to_string()
            .replace(' ', "");
        // A newtype is transparent: it has no name to be absent under.
        let wants_default = has_default && field.ident.is_some() && !has_serde_default(field);
        field.attrs.push(if wants_default {
            parse_quote! { #[serde(default, with = #adapter)] }
        } else {
            parse_quote! { #[serde(with = #adapter)] }
        });
    }

    fn needs(&self, ty: &Type) -> Needs {
        let Some(name) = tree::type_name(ty).map(ToString::to_string) else {
            return Needs::Nothing;
        };
        let arguments = tree::arguments(ty);
        match (name.as_str(), arguments.as_slice()) {
            ("Decimal", _) => Needs::Decimal,
            (name, []) if self.with_default.contains(&name) => Needs::BlankAsDefault,
            ("Option", [inner]) => match self.needs(inner) {
                Needs::Decimal => Needs::Decimal,
                Needs::Array(adapter) => {
                    // Sent lists: none, an empty one and a full one are three things.
                    if adapter.to_string().contains("Exact") {
                        Needs::Inside(quote! { ::std::option::Option<#adapter> })
                    } else {
                        Needs::Nothing
                    }
                }
                Needs::Inside(adapter) => Needs::Inside(quote! { ::std::option::Option<#adapter> }),
                _ if self.is_blankable(inner) => Needs::Blank,
                _ => Needs::Nothing,
            },
            ("Vec", [inner]) => Needs::Array(self.vector(inner)),
            ("BTreeMap", [_, inner]) => {
                let value = self.element(inner);
                Needs::Array(quote! {
                    ::std::collections::BTreeMap<::serde_with::Same, #value>
                })
            }
            ("Box", [inner]) => match self.needs(inner) {
                Needs::Nothing | Needs::Blank | Needs::BlankAsDefault => Needs::Nothing,
                Needs::Decimal => Needs::Inside(quote! { ::std::boxed::Box<crate::Exact> }),
                Needs::Inside(adapter) | Needs::Array(adapter) => {
                    Needs::Inside(quote! { ::std::boxed::Box<#adapter> })
                }
            },
            _ => Needs::Nothing,
        }
    }

    fn vector(&self, inner: &Type) -> proc_macro2::TokenStream {
        let element = self.element(inner);
        quote! { ::std::vec::Vec<#element> }
    }

    /// The adapter of an element of an array or map.
    fn element(&self, ty: &Type) -> proc_macro2::TokenStream {
        match self.needs(ty) {
            Needs::Nothing => quote! { ::serde_with::Same },
            Needs::Decimal => quote! { crate::Exact },
            Needs::Blank => quote! { crate::Blank },
            Needs::BlankAsDefault => quote! { crate::BlankAsDefault },
            Needs::Inside(adapter) => adapter,
            Needs::Array(adapter) => quote! { crate::NullAsEmpty<#adapter> },
        }
    }

    fn is_blankable(&self, ty: &Type) -> bool {
        tree::type_name(ty).is_some_and(|name| {
            ["Uuid", "NaiveDate", "DateTime", "DateOrTime"]
                .iter()
                .any(|known| name == known)
                || self.enums.iter().any(|known| name == known)
        })
    }
}

fn is_named(ty: &Type, name: &str) -> bool {
    tree::type_name(ty).is_some_and(|found| found == name)
}

fn has_serde_default(field: &syn::Field) -> bool {
    let mut found = false;
    for attribute in field
        .attrs
        .iter()
        .filter(|attribute| attribute.path().is_ident("serde"))
    {
        let _ = attribute.parse_nested_meta(|meta| {
            found |= meta.path.is_ident("default");
            if meta.input.peek(syn::Token![=]) {
                meta.value()?.parse::<syn::Expr>()?;
            }
            Ok(())
        });
    }
    found
}

/// The conversion to a decimal silently falls back to a string where a schema carries a keyword
/// that the generator does not expect: every decimal of the document must have become one.
fn expected_decimals(items: &[Item], spec: &Spec) -> Result<(), String> {
    for (schema, property) in spec.decimal_properties() {
        let field = items.iter().find_map(|item| match item {
            Item::Struct(found) if found.ident == schema => found.fields.iter().find(|field| {
                let wire = tree::serde_rename(&field.attrs)
                    .or_else(|| field.ident.as_ref().map(ToString::to_string));
                wire.as_deref() == Some(property)
                    || field.ident.as_ref().is_some_and(|ident| ident == property)
            }),
            _ => None,
        });
        let is_decimal = field.is_none_or(|field| {
            let ty = &field.ty;
            quote! { #ty }.to_string().contains("Decimal")
        });
        if !is_decimal {
            return Err(format!(
                "`{schema}.{property}` is a decimal and was generated as text"
            ));
        }
    }
    Ok(())
}
