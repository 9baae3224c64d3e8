//! Types that stand for one of several shapes.
//!
//! Each becomes an enum with one variant a shape and `Unknown`, which keeps the whole JSON. It is
//! decoded by its tags: first they are read, then exactly one shape. A union whose tags stand in
//! the object around it is decoded by that object, in two steps.

use quote::{format_ident, quote};
use syn::{Fields, Item, ItemStruct, parse_quote};

use super::tree;
use crate::generator::spec::{Union, UnionBy};

pub(super) fn run(items: &mut Vec<Item>, unions: &[Union]) -> Result<usize, String> {
    for union in unions {
        items.extend(declaration(union));
        match &union.by {
            UnionBy::Tags(tags) => items.push(by_tags(union, tags)),
            UnionBy::Key => items.push(by_key(union)),
            UnionBy::ParentTags(tags) => {
                items.push(by_parent_tags(union, tags));
                let parents: Vec<ItemStruct> = items
                    .iter()
                    .filter_map(|item| match item {
                        Item::Struct(found) if holds(found, &union.name) => Some(found.clone()),
                        _ => None,
                    })
                    .collect();
                for parent in parents {
                    two_steps(items, &parent, union, tags)?;
                }
            }
        }
    }
    Ok(unions.len())
}

fn declaration(union: &Union) -> Vec<Item> {
    let name = format_ident!("{}", union.name);
    let description = &union.description;
    let names: Vec<_> = union
        .variants
        .iter()
        .map(|variant| format_ident!("{}", variant.name))
        .collect();
    let schemas: Vec<_> = union
        .variants
        .iter()
        .map(|variant| format_ident!("{}", variant.schema))
        .collect();
    let docs = union.variants.iter().map(|variant| {
        let tags = variant
            .when
            .iter()
            .map(|tags| format!("`{}`", tags.join("/")))
            .collect::<Vec<_>>()
            .join(", ");
        if tags.is_empty() {
            variant.description.clone()
        } else {
            format!("{} Type: {tags}.", variant.description)
        }
    });
    vec![
        parse_quote! {
            #[doc = #description]
            #[derive(Clone, Debug, PartialEq)]
            #[non_exhaustive]
            pub enum #name {
                #(#[doc = #docs] #names(::std::boxed::Box<#schemas>),)*
                /// A value of a type that this client does not know, whole.
                Unknown(crate::UnknownValue),
            }
        },
        parse_quote! {
            impl ::serde::Serialize for #name {
                fn serialize<S: ::serde::Serializer>(
                    &self,
                    serializer: S,
                ) -> ::std::result::Result<S::Ok, S::Error> {
                    match self {
                        #(Self::#names(value) => value.serialize(serializer),)*
                        Self::Unknown(value) => value.serialize(serializer),
                    }
                }
            }
        },
    ]
}

/// The arms that decode the variant that the tags name; `tags` are options of strings in order.
fn arms(union: &Union, count: usize) -> Vec<proc_macro2::TokenStream> {
    union
        .variants
        .iter()
        .filter(|variant| !variant.when.is_empty())
        .map(|variant| {
            let patterns = variant.when.iter().map(|values| {
                let tags = (0..count).map(|index| match values.get(index) {
                    Some(value) => quote! { Some(#value) },
                    None => quote! { _ },
                });
                quote! { [#(#tags),*] }
            });
            let ident = format_ident!("{}", variant.name);
            let schema = &variant.schema;
            quote! { #(#patterns)|* => crate::unknown::variant(#schema, &json).map(Self::#ident), }
        })
        .collect()
}

/// `decode(json, tags)`, which both kinds of tagged unions share.
fn decoder(union: &Union, count: usize) -> Item {
    let name = format_ident!("{}", union.name);
    let arms = arms(union, count);
    parse_quote! {
        impl #name {
            /// Decodes the shape that the tags name.
            fn decode(
                json: ::std::boxed::Box<::serde_json::value::RawValue>,
                tags: [::std::option::Option<&str>; #count],
            ) -> ::std::result::Result<Self, ::serde_json::Error> {
                match tags {
                    #(#arms)*
                    _ => {
                        let known = tags.iter().flatten().copied().collect::<::std::vec::Vec<_>>();
                        Ok(Self::Unknown(crate::UnknownValue::new(known.join("/"), json)))
                    }
                }
            }
        }
    }
}

fn by_tags(union: &Union, tags: &[String]) -> Item {
    let name = format_ident!("{}", union.name);
    let decoder = decoder(union, tags.len());
    parse_quote! {
        const _: () = {
            #decoder

            impl<'de> ::serde::Deserialize<'de> for #name {
                fn deserialize<D: ::serde::Deserializer<'de>>(
                    deserializer: D,
                ) -> ::std::result::Result<Self, D::Error> {
                    let json = crate::unknown::raw(deserializer)?;
                    crate::unknown::tags(json.get(), [#(#tags),*])
                        .and_then(|tags| {
                            Self::decode(json.clone(), tags.each_ref().map(|tag| tag.as_deref()))
                        })
                        .map_err(::serde::de::Error::custom)
                }
            }
        };
    }
}

fn by_key(union: &Union) -> Item {
    let name = format_ident!("{}", union.name);
    // What nothing recognises has no arm, and stays unknown.
    let recognised: Vec<_> = union
        .variants
        .iter()
        .filter_map(|variant| Some((variant, variant.key.as_deref()?)))
        .collect();
    let count = recognised.len();
    let keys = recognised.iter().map(|(_, key)| key);
    let arms = recognised.iter().enumerate().map(|(index, (variant, _))| {
        let ident = format_ident!("{}", variant.name);
        let schema = &variant.schema;
        quote! {
            if found[#index] {
                return crate::unknown::variant(#schema, &json).map(Self::#ident);
            }
        }
    });
    parse_quote! {
        const _: () = {
            impl #name {
                fn decode(
                    json: ::std::boxed::Box<::serde_json::value::RawValue>,
                ) -> ::std::result::Result<Self, ::serde_json::Error> {
                    let found = crate::unknown::keys(json.get(), [#(#keys),*] as [&str; #count])
                        .unwrap_or([false; #count]);
                    #(#arms)*
                    Ok(Self::Unknown(crate::UnknownValue::new(::std::string::String::new(), json)))
                }
            }

            impl<'de> ::serde::Deserialize<'de> for #name {
                fn deserialize<D: ::serde::Deserializer<'de>>(
                    deserializer: D,
                ) -> ::std::result::Result<Self, D::Error> {
                    let json = crate::unknown::raw(deserializer)?;
                    Self::decode(json).map_err(::serde::de::Error::custom)
                }
            }
        };
    }
}

/// Without the object around it nothing says which shape this is: alone, it is unknown.
fn by_parent_tags(union: &Union, tags: &[String]) -> Item {
    let name = format_ident!("{}", union.name);
    let decoder = decoder(union, tags.len());
    parse_quote! {
        const _: () = {
            #decoder

            impl<'de> ::serde::Deserialize<'de> for #name {
                fn deserialize<D: ::serde::Deserializer<'de>>(
                    deserializer: D,
                ) -> ::std::result::Result<Self, D::Error> {
                    let json = crate::unknown::raw(deserializer)?;
                    Ok(Self::Unknown(crate::UnknownValue::new(::std::string::String::new(), json)))
                }
            }
        };
    }
}

fn holds(item: &ItemStruct, name: &str) -> bool {
    item.fields
        .iter()
        .any(|field| tree::type_name(&field.ty).is_some_and(|ident| ident == name))
}

/// Decodes `parent` through a twin whose union field is still raw text.
fn two_steps(
    items: &mut Vec<Item>,
    parent: &ItemStruct,
    union: &Union,
    tags: &[String],
) -> Result<(), String> {
    let name = &parent.ident;
    let twin = format_ident!("{name}Raw");
    let Fields::Named(fields) = &parent.fields else {
        return Err(format!(
            "`{name}` holds the union {} without a name",
            union.name
        ));
    };
    let wire = |field: &syn::Field| {
        tree::serde_rename(&field.attrs)
            .or_else(|| field.ident.as_ref().map(ToString::to_string))
            .unwrap_or_default()
    };
    let tag_values = tags
        .iter()
        .map(|tag| {
            let field = fields
                .named
                .iter()
                .find(|field| wire(field) == *tag)
                .ok_or_else(|| format!("`{name}` has no `{tag}` to tell {} by", union.name))?;
            let ident = &field.ident;
            let is_option = tree::type_name(&field.ty).is_some_and(|name| name == "Option");
            Ok(if is_option {
                quote! { raw.#ident.as_deref() }
            } else {
                quote! { Some(raw.#ident.as_str()) }
            })
        })
        .collect::<Result<Vec<_>, String>>()?;
    let union_ident = format_ident!("{}", union.name);
    let mut raw = parent.clone();
    raw.ident = twin.clone();
    raw.attrs = vec![
        parse_quote! { #[derive(::serde::Deserialize)] },
        parse_quote! { #[doc(hidden)] },
    ];
    raw.vis = syn::Visibility::Inherited;
    let mut moves = Vec::new();
    for field in &mut raw.fields {
        let ident = field.ident.clone();
        if tree::type_name(&field.ty).is_some_and(|ty| *ty == union.name) {
            field.ty = parse_quote! { ::std::boxed::Box<::serde_json::value::RawValue> };
            moves.push(quote! { #ident: #ident? });
        } else {
            moves.push(quote! { #ident: raw.#ident });
        }
    }
    let field = fields
        .named
        .iter()
        .find(|field| tree::type_name(&field.ty).is_some_and(|ty| *ty == union.name))
        .and_then(|field| field.ident.clone());
    let twin_text = twin.to_string();
    for item in items.iter_mut() {
        if let Item::Struct(found) = item
            && found.ident == *name
        {
            found
                .attrs
                .push(parse_quote! { #[serde(try_from = #twin_text)] });
        }
    }
    items.push(Item::Struct(raw));
    items.push(parse_quote! {
        impl ::std::convert::TryFrom<#twin> for #name {
            type Error = ::serde_json::Error;

            fn try_from(raw: #twin) -> ::std::result::Result<Self, Self::Error> {
                let #field = #union_ident::decode(raw.#field.clone(), [#(#tag_values),*]);
                Ok(Self { #(#moves),* })
            }
        }
    });
    Ok(())
}
