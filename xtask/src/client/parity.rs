//! The surface without async has what the one with it has, and nothing else.

use std::collections::BTreeMap;

use quote::ToTokens as _;
use syn::visit_mut::{self, VisitMut};
use syn::{FnArg, Item, Pat, ReturnType, Signature};

use super::sources::{Segments, Sources};
use super::surface::{self, Method, methods};

/// Types whose twins are written by hand.
const BY_HAND: [(&[&str], &[&str]); 2] = [
    (&["crate", "client", "Client"], &["crate", "Client"]),
    (&["crate", "lists", "pager", "Pager"], &["crate", "Pager"]),
];

/// What one side has alone, and why.
const ALONE: [(&str, &str); 5] = [
    // The generated client is async; `async_client()` leads to it, and to what its errors mean.
    ("Client", "raw"),
    ("Client", "error"),
    ("Client", "from_client"),
    ("Client", "async_client"),
    // The twin is an iterator instead.
    ("Pager", "stream"),
];

/// The differences between the two surfaces, a line each.
///
/// # Errors
///
/// Source that is not understood.
pub fn differences(sources: &Sources) -> Result<Vec<String>, String> {
    let mut pairs: Vec<(Segments, Segments)> = surface::read(sources)?
        .into_iter()
        .map(|owner| (owner.definition, owner.public))
        .collect();
    let segments = |path: &[&str]| path.iter().map(|segment| (*segment).to_owned()).collect();
    pairs.extend(BY_HAND.map(|(definition, public)| (segments(definition), segments(public))));
    let mut accessors = BTreeMap::new();
    for owner in surface::read(sources)? {
        if let Some(accessor) = owner.accessor {
            accessors.insert(accessor, owner.name);
        }
    }
    let root = sources.module(&["crate".to_owned()]).ok_or("no root")?;
    let mut differences = Vec::new();
    for (definition, public) in pairs {
        let name = public.last().cloned().unwrap_or_default();
        let mut twin = public;
        twin.insert(1, "blocking".to_owned());
        let twin = sources.definition(root, &twin).unwrap_or(twin);
        let mut left = described(methods(sources, &definition)?);
        let mut right = described(methods(sources, &twin)?);
        if name == "Client" {
            // Those of the client are made by `resource!`.
            for (accessor, handle) in &accessors {
                left.insert(
                    accessor.clone(),
                    format!("fn {accessor} (& self) -> {handle}"),
                );
            }
        }
        if is_iterator(sources, &twin) {
            left.retain(|name, text| name != "next" || !text.contains("-> Option < Result <"));
        }
        for (method, text) in &left {
            match right.remove(method) {
                Some(other) if other == *text => {}
                None if ALONE.contains(&(name.as_str(), method.as_str())) => {}
                None => differences.push(format!("`{name}::{method}` has no twin")),
                Some(other) => {
                    differences.push(format!(
                        "`{name}::{method}` is `{text}`, its twin `{other}`"
                    ));
                }
            }
        }
        let more = right.into_keys();
        let more = more.filter(|method| !ALONE.contains(&(name.as_str(), method.as_str())));
        differences.extend(more.map(|method| format!("`{name}::{method}` is the twin of nothing")));
    }
    Ok(differences)
}

/// What methods take and return, by name, without what may differ.
fn described(methods: Vec<Method>) -> BTreeMap<String, String> {
    let describe = |mut method: Method| {
        let gone = if method.is_deprecated() {
            "deprecated "
        } else {
            ""
        };
        plain(&mut method.signature);
        (
            method.name(),
            format!("{gone}{}", method.signature.to_token_stream()),
        )
    };
    methods.into_iter().map(describe).collect()
}

/// Leaves out `async`, `mut` and the modules of types.
fn plain(signature: &mut Signature) {
    signature.asyncness = None;
    for input in &mut signature.inputs {
        match input {
            FnArg::Receiver(receiver) => receiver.mutability = None,
            FnArg::Typed(argument) => {
                if let Pat::Ident(pattern) = &mut *argument.pat {
                    pattern.mutability = None;
                }
            }
        }
    }
    if let ReturnType::Type(_, returned) = &mut signature.output
        && matches!(&**returned, syn::Type::Tuple(tuple) if tuple.elems.is_empty())
    {
        signature.output = ReturnType::Default;
    }
    // A list over several lines ends with a comma.
    signature.inputs.pop_punct();
    LastNames.visit_signature_mut(signature);
}

struct LastNames;

impl VisitMut for LastNames {
    fn visit_path_mut(&mut self, path: &mut syn::Path) {
        visit_mut::visit_path_mut(self, path);
        if let Some(last) = path.segments.pop() {
            *path = syn::Path::from(last);
        }
    }
}

fn is_iterator(sources: &Sources, definition: &[String]) -> bool {
    sources.modules.iter().any(|module| {
        module.items.iter().any(|item| match item {
            Item::Impl(found) => {
                let of_iterator = found.trait_.as_ref().is_some_and(|(path, _)| {
                    path.segments
                        .last()
                        .is_some_and(|last| last.ident == "Iterator")
                });
                of_iterator && surface::is_of(sources, module, &found.self_ty, definition)
            }
            _ => false,
        })
    })
}

#[cfg(test)]
mod tests {
    use super::super::sources::fixture;
    use super::*;

    fn differences_of(twin: &str, client: &str) -> Vec<String> {
        let sources = fixture(&[
            (
                "lib.rs",
                "mod client; mod lists { mod pager; } pub mod orders; pub mod blocking;
                 pub use client::Client; pub use lists::pager::Pager;",
            ),
            (
                "client.rs",
                "pub struct Client; impl Client { pub fn raw(&self) {} pub fn env(&self) {} }",
            ),
            (
                "lists/pager.rs",
                "pub struct Pager<T>(T);
                 impl<T> Pager<T> { pub async fn next(&mut self) -> T {} pub fn stream(self) {} }",
            ),
            (
                "orders.rs",
                "resource! { /// O.
                    Orders, orders }
                 impl Orders {
                    pub async fn get(&self, mut id: uuid::Uuid,) -> Result<u8> {}
                    #[deprecated] pub fn list(&self) -> Pager<u8> {}
                 }
                 pub struct Bytes;
                 impl Bytes { pub async fn next(&mut self) -> Option<Result<u8>> {} }",
            ),
            (
                "blocking/mod.rs",
                "mod client; mod pager; pub mod orders; pub use client::Client; pub use pager::Pager;",
            ),
            ("blocking/client.rs", client),
            (
                "blocking/pager.rs",
                "pub struct Pager<T>(T); impl<T> Pager<T> { pub fn next(&mut self) -> T {} }",
            ),
            ("blocking/orders.rs", twin),
        ]);
        differences(&sources).unwrap()
    }

    const CLIENT: &str =
        "pub struct Client; impl Client { pub fn env(&self) {} pub fn from_client() {} }";
    const TWIN: &str = "use super::Client; pub struct Orders; pub struct Bytes;
        impl Client { pub fn orders(&self) -> Orders {} }
        impl Iterator for Bytes { type Item = u8; fn next(&mut self) {} }";

    #[test]
    fn equal_surfaces_have_no_differences() {
        let twin = format!(
            "{TWIN} impl Orders {{ pub fn get(&self, id: Uuid) -> Result<u8> {{}}
             #[deprecated] pub fn list(&self) -> Pager<u8> {{}} }}"
        );
        assert_eq!(differences_of(&twin, CLIENT), [""; 0]);
    }

    #[test]
    fn every_difference_is_named() {
        let twin = format!(
            "{TWIN} impl Orders {{ pub fn get(&self, id: u8) -> Result<u8> {{}}
             pub fn list(&self) -> Pager<u8> {{}} pub fn more(&self) {{}} }}"
        );
        let found = differences_of(&twin, "pub struct Client;");
        for expected in [
            "`Orders::get` is `fn get (& self , id : Uuid) -> Result < u8 >`, its twin",
            "`Orders::list` is `deprecated fn",
            "`Orders::more` is the twin of nothing",
            "`Client::env` has no twin",
        ] {
            assert!(
                found.iter().any(|line| line.starts_with(expected)),
                "{expected}\n{found:?}"
            );
        }
        assert_eq!(found.len(), 4, "{found:?}");
        let found = differences_of(&TWIN.replace("Iterator", "Other"), CLIENT);
        assert!(
            found.contains(&"`Bytes::next` has no twin".to_owned()),
            "{found:?}"
        );
    }
}
