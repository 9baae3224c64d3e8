//! The text of the twins, before it is formatted.

use std::collections::BTreeMap;

use quote::ToTokens as _;
use syn::{Attribute, FnArg, Pat, ReturnType, Signature, Type};

use super::super::sources::{Segments, Sources};
use super::super::surface::{self, Method, Owner};
use super::scope::{Scope, twin};

/// Where comments are broken.
const WIDTH: usize = 100;

/// The list in pages, whose twin is written by hand.
const PAGER: [&str; 4] = ["crate", "lists", "pager", "Pager"];

/// The generated files by their names below the folder, as they come.
pub(super) fn files(sources: &Sources) -> Result<BTreeMap<String, String>, String> {
    let owners = surface::read(sources)?;
    let mut twins: BTreeMap<Segments, Segments> = owners
        .iter()
        .map(|owner| (owner.definition.clone(), twin(&owner.public)))
        .collect();
    let pager = ["crate", "blocking", "Pager"].map(str::to_owned);
    twins.insert(PAGER.map(str::to_owned).into(), pager.into());
    let mut modules: BTreeMap<&[String], Vec<&Owner>> = BTreeMap::new();
    for owner in &owners {
        if let Some((_, module)) = owner.public.split_last() {
            modules.entry(module).or_default().push(owner);
        }
    }
    let mut files = BTreeMap::new();
    let mut folders: BTreeMap<Segments, Vec<String>> = BTreeMap::new();
    for (module, owners) in &modules {
        let below = module.get(1..).unwrap_or_default();
        let (name, above) = below.split_last().ok_or("a handle at the root")?;
        if !above.is_empty() {
            folders
                .entry(above.to_vec())
                .or_default()
                .push(name.clone());
        }
        files.insert(
            format!("{}.rs", below.join("/")),
            file(sources, module, owners, &twins)?,
        );
    }
    for (folder, names) in folders {
        let mut text = format!(
            "//! [`crate::{}`] without async; written by `cargo xtask blocking`.\n\n",
            folder.join("::")
        );
        for name in names {
            text.push_str(&format!("pub mod {name};\n"));
        }
        files.insert(format!("{}/mod.rs", folder.join("/")), text);
    }
    Ok(files)
}

/// One file: the twins of what a module offers.
fn file(
    sources: &Sources,
    module: &[String],
    owners: &[&Owner],
    twins: &BTreeMap<Segments, Segments>,
) -> Result<String, String> {
    let mut scope = Scope::new(sources, module.to_vec(), twins);
    let mut body = String::new();
    for owner in owners {
        body.push_str(&one(sources, owner, twins, &mut scope)?);
    }
    scope.import(&["crate", "blocking", "Runtime"])?;
    if owners.iter().any(|owner| owner.accessor.is_some()) {
        scope.import(&["crate", "blocking", "Client"])?;
    }
    Ok(format!(
        "//! [`{}`] without async; written by `cargo xtask blocking`.\n\n{}\n{body}",
        module.join("::"),
        scope.lines()
    ))
}

/// The twin of a type.
fn one(
    sources: &Sources,
    owner: &Owner,
    twins: &BTreeMap<Segments, Segments>,
    scope: &mut Scope<'_>,
) -> Result<String, String> {
    let name = &owner.name;
    let original = owner.public.join("::");
    let (mut methods, mut iterator) = (String::new(), String::new());
    for method in &owner.methods {
        let module = sources
            .module(&method.module)
            .ok_or("a method without a module")?;
        let signature = scope.adopt(module, &method.signature)?;
        match next_item(&signature) {
            Some(item) => iterator = self::iterator(name, &item),
            None => methods.push_str(&self::method(owner, method, signature, twins)?),
        }
    }
    let is_iterator = !iterator.is_empty();
    let (field, initial, doc) = match is_iterator {
        true => ("ended: bool,", "ended: false,", "An iterator; see"),
        false => ("", "", "See"),
    };
    let is_cloned = owner.accessor.is_some() || derives(&owner.attributes, "Clone");
    let clone = if is_cloned && !is_iterator {
        "Clone, "
    } else {
        ""
    };
    let mut text = comment("", &without_await(&owner.summary));
    text.push_str(&format!("///\n/// {doc} [`{name}`]({original}).\n"));
    text.push_str(&format!("#[derive({clone}Debug)]\n"));
    text.push_str(&must_use(&owner.attributes, &reason(owner, is_iterator)));
    text.push_str(&format!(
        "pub struct {name} {{ inner: {original}, runtime: Runtime, {field} }}\n\n\
         impl {name} {{\n\
         pub(in crate::blocking) fn wrap(inner: {original}, runtime: &Runtime) -> Self {{\n\
         Self {{ inner, runtime: runtime.clone(), {initial} }}\n}}\n\n{methods}}}\n\n{iterator}"
    ));
    if let Some(accessor) = &owner.accessor {
        text.push_str("impl Client {\n");
        text.push_str(&comment("    ", &owner.summary));
        text.push_str(&format!(
            "    ///\n    /// See [`Client::{accessor}`](crate::Client::{accessor}).\n\
             #[must_use]\n\
             pub fn {accessor}(&self) -> {name} {{\n\
             {name}::wrap(self.inner.{accessor}(), &self.runtime)\n}}\n}}\n\n"
        ));
    }
    Ok(text)
}

fn method(
    owner: &Owner,
    method: &Method,
    mut signature: Signature,
    twins: &BTreeMap<Segments, Segments>,
) -> Result<String, String> {
    let name = method.name();
    let cannot = |why: &str| format!("`{}::{name}`: {why}", owner.name);
    let mut arguments = Vec::new();
    let mut has_receiver = false;
    let mut by_value = false;
    for input in &mut signature.inputs {
        match input {
            FnArg::Receiver(receiver) => {
                has_receiver = true;
                by_value = matches!(receiver.kind, syn::ReceiverKind::Value);
                receiver.mutability = None;
            }
            FnArg::Typed(argument) => match &mut *argument.pat {
                Pat::Ident(pattern) => {
                    pattern.mutability = None;
                    arguments.push(pattern.ident.to_string());
                }
                _ => return Err(cannot("an argument without a name cannot be passed on")),
            },
        }
    }
    if !has_receiver {
        return Err(cannot("a function without `self` has no twin"));
    }
    let call = format!("self.inner.{name}({})", arguments.join(", "));
    let returned = match &signature.output {
        ReturnType::Default => None,
        ReturnType::Type(_, returned) => Some(&**returned),
    };
    let is_async = signature.asyncness.is_some();
    let inside = returned.and_then(|returned| argument_of(returned, "Result"));
    let body = match (is_async, returned) {
        (true, Some(_)) => match inside {
            None => return Err(cannot("what is waited for must be a `Result`")),
            Some(inside) => match twin_name(inside, twins) {
                Some(twin) => format!(
                    "let inner = self.runtime.run({call})?;\nOk({twin}::wrap(inner, &self.runtime))"
                ),
                None => format!("self.runtime.run({call})"),
            },
        },
        (true, None) => return Err(cannot("what is waited for must be a `Result`")),
        (false, Some(returned)) => match (twin_name(returned, twins), is_self(returned)) {
            (Some(twin), _) => format!("{twin}::wrap({call}, &self.runtime)"),
            (None, true) if by_value => format!("Self {{ inner: {call}, runtime: self.runtime }}"),
            (None, true) => format!("Self::wrap({call}, &self.runtime)"),
            (None, false) => call,
        },
        (false, None) => call,
    };
    signature.asyncness = None;
    let mut text = comment("    ", &method.summary());
    text.push_str(&format!(
        "    ///\n    /// {} [`{}::{name}`]({}::{name}).\n",
        if is_async { "Blocks; see" } else { "See" },
        owner.name,
        owner.public.join("::"),
    ));
    for attribute in &method.attributes {
        let path = attribute.path();
        if path.is_ident("deprecated") || path.is_ident("cfg") {
            text.push_str(&format!("{}\n", attribute.to_token_stream()));
        }
    }
    if method.is_deprecated() {
        text.push_str("#[allow(deprecated, reason = \"its twin is deprecated as well\")]\n");
    }
    text.push_str(&must_use(&method.attributes, ""));
    Ok(format!(
        "{text}pub {} {{\n{body}\n}}\n\n",
        signature.to_token_stream()
    ))
}

/// What `fn next(&mut self) -> Option<Result<T>>` gives.
fn next_item(signature: &Signature) -> Option<String> {
    let ReturnType::Type(_, returned) = &signature.output else {
        return None;
    };
    let item = argument_of(returned, "Option")?;
    let is_next = signature.ident == "next" && signature.asyncness.is_some();
    (is_next && argument_of(item, "Result").is_some()).then(|| item.to_token_stream().to_string())
}

fn iterator(name: &str, item: &str) -> String {
    format!(
        "impl Iterator for {name} {{\ntype Item = {item};\n\n\
         fn next(&mut self) -> Option<Self::Item> {{\n\
         self.runtime.next(&mut self.ended, self.inner.next())\n}}\n}}\n\n\
         impl std::iter::FusedIterator for {name} {{}}\n\n"
    )
}

/// The `T` of `Name<T>`.
fn argument_of<'a>(written: &'a Type, name: &str) -> Option<&'a Type> {
    let Type::Path(path) = written else {
        return None;
    };
    let last = path
        .path
        .segments
        .last()
        .filter(|last| last.ident == name)?;
    let syn::PathArguments::AngleBracketed(arguments) = &last.arguments else {
        return None;
    };
    match arguments.args.first()? {
        syn::GenericArgument::Type(inner) => Some(inner),
        _ => None,
    }
}

/// The name of a type that is a twin.
fn twin_name(written: &Type, twins: &BTreeMap<Segments, Segments>) -> Option<String> {
    let Type::Path(path) = written else {
        return None;
    };
    let name = path.path.segments.last()?.ident.to_string();
    let is_twin = twins.values().any(|twin| twin.last() == Some(&name));
    is_twin.then_some(name)
}

fn is_self(written: &Type) -> bool {
    matches!(written, Type::Path(path) if path.path.is_ident("Self"))
}

fn derives(attributes: &[Attribute], name: &str) -> bool {
    attributes
        .iter()
        .filter(|found| found.path().is_ident("derive"))
        .any(|found| {
            let mut has_it = false;
            // A list that cannot be read has compiled, so it cannot come.
            let _ = found.parse_nested_meta(|meta| {
                has_it |= meta.path.is_ident(name);
                Ok(())
            });
            has_it
        })
}

/// Why a type must be used, where the original says that it must be awaited.
fn reason(owner: &Owner, is_iterator: bool) -> String {
    if is_iterator {
        return " = \"an iterator does nothing until it is used\"".to_owned();
    }
    let last = owner
        .methods
        .iter()
        .rev()
        .find(|method| method.signature.asyncness.is_some());
    last.map_or_else(String::new, |method| {
        format!(" = \"nothing is sent until `{}` is called\"", method.name())
    })
}

/// A text without its sentences on awaiting.
fn without_await(text: &str) -> String {
    let sentences = text.split_inclusive(". ");
    let kept: String = sentences
        .filter(|sentence| !sentence.contains("await"))
        .collect();
    kept.trim_end().to_owned()
}

/// `#[must_use]`, with `other` where the reason speaks of awaiting.
fn must_use(attributes: &[Attribute], other: &str) -> String {
    let Some(found) = attributes
        .iter()
        .find(|found| found.path().is_ident("must_use"))
    else {
        return String::new();
    };
    let text = found.to_token_stream().to_string();
    match ["await", "poll"].iter().any(|word| text.contains(word)) {
        true => format!("#[must_use{other}]\n"),
        false => format!("{text}\n"),
    }
}

/// A text as comments of documentation.
fn comment(indent: &str, text: &str) -> String {
    let mut comment = String::new();
    let mut line = String::new();
    for word in text.split_whitespace() {
        let width = indent.len() + 4 + line.chars().count() + 1 + word.chars().count();
        if !line.is_empty() && width > WIDTH {
            comment.push_str(&format!("{indent}/// {line}\n"));
            line.clear();
        }
        if !line.is_empty() {
            line.push(' ');
        }
        line.push_str(word);
    }
    comment.push_str(&format!("{indent}/// {line}\n"));
    comment
}

#[cfg(test)]
mod tests {
    use super::super::super::sources::fixture;
    use super::*;

    fn twins_of(methods: &str) -> Result<String, String> {
        let text = format!(
            "use crate::{{Pager, Result, Symbol}};
             resource! {{ /// Things.
                Things, things }}
             impl Things {{ {methods} }}
             /// One thing. Sent when it is awaited.
             #[derive(Clone)] #[must_use = \"send it by `await`\"] pub struct Named;
             impl Named {{ /// Is. \n pub async fn get(self) -> Result<u8> {{}} }}
             /// Bytes. \n #[must_use = \"poll it\"] pub struct Bytes;
             impl Bytes {{ /// Next. \n pub async fn next(&mut self) -> Option<Result<u8>> {{}} }}"
        );
        let sources = fixture(&[
            (
                "lib.rs",
                "pub mod resources { pub mod things; } mod lists { mod pager; }
                 pub use lists::pager::Pager; pub struct Symbol; pub type Result<T> = X<T>;",
            ),
            ("resources/things.rs", &text),
            ("lists/pager.rs", "pub struct Pager<T>(T);"),
        ]);
        let files = files(&sources)?;
        assert_eq!(
            files.keys().collect::<Vec<_>>(),
            ["resources/mod.rs", "resources/things.rs"]
        );
        assert!(files["resources/mod.rs"].ends_with("\npub mod things;\n"));
        Ok(files["resources/things.rs"]
            .split_whitespace()
            .collect::<Vec<_>>()
            .join(" "))
    }

    #[test]
    fn each_kind_of_method_has_its_twin() {
        for (method, expected) in [
            (
                "/// Gets [`it`](x). \n pub async fn get(&self, mut s: impl Into<Symbol>) -> Result<u8> {}",
                "/// Gets `it`. /// /// Blocks; see [`Things::get`](crate::resources::things::Things::get). \
                 pub fn get (& self , s : impl Into < Symbol >) -> Result < u8 > \
                 { self.runtime.run(self.inner.get(s)) }",
            ),
            (
                "/// L. \n #[must_use] pub fn list(&self) -> Pager<u8> {}",
                "# [must_use] pub fn list (& self) -> Pager < u8 > \
                 { Pager::wrap(self.inner.list(), &self.runtime) }",
            ),
            (
                "/// L. \n pub async fn open(&self) -> Result<Bytes> {}",
                "{ let inner = self.runtime.run(self.inner.open())?; \
                 Ok(Bytes::wrap(inner, &self.runtime)) }",
            ),
            (
                "/// L. \n pub fn by_name(&self, n: &str) -> Named {}",
                "/// See [`Things::by_name`](crate::resources::things::Things::by_name). \
                 pub fn by_name (& self , n : & str) -> Named \
                 { Named::wrap(self.inner.by_name(n), &self.runtime) }",
            ),
            (
                "/// L. \n pub fn quantity(mut self, n: u8) -> Self {}",
                "pub fn quantity (self , n : u8) -> Self \
                 { Self { inner: self.inner.quantity(n), runtime: self.runtime } }",
            ),
            (
                "/// L. \n pub fn preview(&self) -> u8 {}",
                "-> u8 { self.inner.preview() }",
            ),
        ] {
            let text = twins_of(method).unwrap();
            assert!(text.contains(expected), "{expected}\n{text}");
        }
        let text = twins_of("#[deprecated(note = \"x\")] pub async fn x(&self) -> Result<()> {}");
        assert!(text.unwrap().contains("deprecated (note = \"x\")"));
    }

    #[test]
    fn types_have_what_belongs_to_them() {
        let text = twins_of("").unwrap();
        for expected in [
            "/// Things. /// /// See [`Things`](crate::resources::things::Things). \
             #[derive(Clone, Debug)] pub struct Things {",
            "pub fn things(&self) -> Things { Things::wrap(self.inner.things(), &self.runtime) }",
            "/// One thing. /// /// See [`Named`](crate::resources::things::Named). \
             #[derive(Clone, Debug)] #[must_use = \"nothing is sent until `get` is called\"] \
             pub struct Named {",
            "#[derive(Debug)] #[must_use = \"an iterator does nothing until it is used\"] \
             pub struct Bytes {",
            "impl Iterator for Bytes { type Item = Result < u8 >;",
        ] {
            assert!(text.contains(expected), "{expected}\n{text}");
        }
    }

    #[test]
    fn what_has_no_twin_is_an_error() {
        for (method, expected) in [
            ("pub fn new() -> Self {}", "without `self`"),
            ("pub async fn x(&self) -> u8 {}", "must be a `Result`"),
            ("pub async fn x(&self) {}", "must be a `Result`"),
            ("pub fn x(&self, (a, b): (u8, u8)) {}", "without a name"),
        ] {
            let error = twins_of(method).unwrap_err();
            assert!(
                error.contains("Things::") && error.contains(expected),
                "{error}"
            );
        }
    }

    #[test]
    fn comments_are_broken_at_the_margin() {
        let text = comment("    ", &"word ".repeat(40));
        assert!(
            text.lines()
                .all(|line| line.len() <= WIDTH && line.starts_with("    /// word"))
        );
        assert_eq!(text.matches("word").count(), 40);
    }
}
