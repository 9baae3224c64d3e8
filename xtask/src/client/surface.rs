//! The handles of resources, their methods, and what their documentation says.

use proc_macro2::TokenStream;
use syn::parse::{Parse, ParseStream};
use syn::{Attribute, Block, ImplItem, Item, ReturnType, Signature, Token, Type, Visibility};

use super::sources::{Module, Segments, Sources};

/// Where types with async methods belong to the surface of resources.
const ROOTS: [&str; 3] = ["orders", "positions", "resources"];

/// The line of documentation that names the operations behind a method.
const OPERATION_LINE: &str = "Raw operation";

/// A handle, or another type of the surface that has async methods.
pub struct Owner {
    /// Its name: `Orders`.
    pub name: String,
    /// Where it is defined.
    pub definition: Segments,
    /// By which path users name it.
    pub public: Segments,
    /// The method of the client that makes it; none for what the methods of others return.
    pub accessor: Option<String>,
    /// The first paragraph of its documentation, without links.
    pub summary: String,
    /// Its attributes, documentation included.
    pub attributes: Vec<Attribute>,
    /// Its public methods, in the order of the modules.
    pub methods: Vec<Method>,
}

/// A public method.
pub struct Method {
    /// Its documentation.
    pub docs: String,
    /// Its attributes, documentation included.
    pub attributes: Vec<Attribute>,
    /// What it takes and returns.
    pub signature: Signature,
    /// What it does.
    pub block: Block,
    /// The path of the module that it is in.
    pub module: Segments,
    /// The raw operations that its documentation names.
    pub operations: Vec<String>,
}

impl Method {
    /// Its name.
    #[must_use]
    pub fn name(&self) -> String {
        self.signature.ident.to_string()
    }

    /// Whether it is `#[deprecated]`.
    #[must_use]
    pub fn is_deprecated(&self) -> bool {
        has(&self.attributes, "deprecated")
    }

    /// The name of the type that it returns, inside of `Result` and `Option`.
    #[must_use]
    pub fn returns(&self) -> Option<String> {
        let ReturnType::Type(_, returned) = &self.signature.output else {
            return None;
        };
        let mut returned: &Type = returned;
        loop {
            let Type::Path(path) = returned else {
                return None;
            };
            let last = path.path.segments.last()?;
            let syn::PathArguments::AngleBracketed(arguments) = &last.arguments else {
                return Some(last.ident.to_string());
            };
            match (last.ident.to_string().as_str(), arguments.args.first()) {
                ("Result" | "Option", Some(syn::GenericArgument::Type(inner))) => returned = inner,
                (name, _) => return Some(name.to_owned()),
            }
        }
    }
}

/// The surface: handles and what belongs to them, in the order of their modules.
///
/// # Errors
///
/// What the source has that is not understood, with its file.
pub fn read(sources: &Sources) -> Result<Vec<Owner>, String> {
    let mut owners = Vec::new();
    for module in of_resources(sources) {
        for item in &module.items {
            let (name, accessor, attributes) = match item {
                Item::Struct(found) if matches!(found.vis, Visibility::Public(_)) => {
                    (found.ident.to_string(), None, found.attrs.clone())
                }
                item => match resource(item) {
                    Some(found) => (found.name, Some(found.accessor), found.attributes),
                    None => continue,
                },
            };
            let definition = [module.path.as_slice(), std::slice::from_ref(&name)].concat();
            let methods = methods(sources, &definition)?;
            let is_async = |method: &Method| method.signature.asyncness.is_some();
            if accessor.is_none() && !methods.iter().any(is_async) {
                continue;
            }
            let public = sources
                .public(&definition)
                .ok_or_else(|| format!("{}: `{name}` has no public path", module.file))?;
            owners.push(Owner {
                name,
                definition,
                public,
                accessor,
                summary: summary(&docs(&attributes)),
                attributes,
                methods,
            });
        }
    }
    if owners.is_empty() {
        return Err(format!("no `resource!` in {}", ROOTS.join(", ")));
    }
    Ok(owners)
}

/// The modules of orders, positions and resources.
fn of_resources(sources: &Sources) -> impl Iterator<Item = &Module> {
    sources.modules.iter().filter(|module| {
        let root = module.path.get(1);
        root.is_some_and(|root| ROOTS.contains(&root.as_str()))
    })
}

/// Where the streams that heal are. Without async there is nobody to heal them, so they have no twins.
const STREAMS: &str = "stream";

/// The public methods of the type that is defined at this path, wherever in the crate they are, but for those
/// of streams.
pub(super) fn methods(sources: &Sources, definition: &[String]) -> Result<Vec<Method>, String> {
    let mut methods = Vec::new();
    let is_stream = |module: &Module| module.path.get(1).is_some_and(|root| root == STREAMS);
    for module in sources.modules.iter().filter(|module| !is_stream(module)) {
        for item in &module.items {
            let Item::Impl(found) = item else { continue };
            if found.trait_.is_some() || !is_of(sources, module, &found.self_ty, definition) {
                continue;
            }
            for item in &found.items {
                let ImplItem::Fn(method) = item else { continue };
                if !matches!(method.vis, Visibility::Public(_)) {
                    continue;
                }
                let docs = docs(&method.attrs);
                let operations = operations(&docs).map_err(|fault| {
                    let name = &method.sig.ident;
                    format!("{}: `{name}`: {fault}", module.file)
                })?;
                methods.push(Method {
                    docs,
                    attributes: method.attrs.clone(),
                    signature: method.sig.clone(),
                    block: method.block.clone(),
                    module: module.path.clone(),
                    operations,
                });
            }
        }
    }
    Ok(methods)
}

/// Whether a type, as written in a module, is the one that is defined at this path.
pub(super) fn is_of(sources: &Sources, module: &Module, written: &Type, path: &[String]) -> bool {
    let Type::Path(written) = written else {
        return false;
    };
    let segments = segments(&written.path);
    // Resolving is slow, and nearly every type has another name.
    segments.last() == path.last()
        && sources
            .definition(module, &segments)
            .is_some_and(|definition| definition == path)
}

/// The segments of a path, without generic arguments.
pub(super) fn segments(path: &syn::Path) -> Segments {
    let names = path
        .segments
        .iter()
        .map(|segment| segment.ident.to_string());
    names.collect()
}

/// What `resource! { /// documentation ⏎ Name, accessor }` declares.
pub(super) struct Resource {
    attributes: Vec<Attribute>,
    pub(super) name: String,
    accessor: String,
}

impl Parse for Resource {
    fn parse(input: ParseStream<'_>) -> syn::Result<Self> {
        let attributes = input.call(Attribute::parse_outer)?;
        let name: syn::Ident = input.parse()?;
        input.parse::<Token![,]>()?;
        let accessor: syn::Ident = input.parse()?;
        input.parse::<Option<Token![,]>>()?;
        Ok(Self {
            attributes,
            name: name.to_string(),
            accessor: accessor.to_string(),
        })
    }
}

/// The resource that an item declares, if it declares one.
pub(super) fn resource(item: &Item) -> Option<Resource> {
    let Item::Macro(call) = item else { return None };
    let name = call.mac.path.segments.last()?;
    if name.ident != "resource" || call.ident.is_some() {
        return None;
    }
    syn::parse2(TokenStream::clone(&call.mac.tokens)).ok()
}

/// The documentation of an item, a line a line.
pub(super) fn docs(attributes: &[Attribute]) -> String {
    let mut lines = Vec::new();
    for attribute in attributes {
        if let syn::Meta::NameValue(found) = &attribute.meta
            && found.path.is_ident("doc")
            && let syn::Expr::Lit(value) = &found.value
            && let syn::Lit::Str(text) = &value.lit
        {
            let text = text.value();
            lines.push(text.strip_prefix(' ').unwrap_or(&text).to_owned());
        }
    }
    lines.join("\n")
}

/// Whether an attribute of this name is among these.
pub(super) fn has(attributes: &[Attribute], name: &str) -> bool {
    attributes.iter().any(|found| found.path().is_ident(name))
}

/// The operations that the last paragraph of a documentation names.
fn operations(docs: &str) -> Result<Vec<String>, String> {
    if !docs.contains(OPERATION_LINE) {
        return Ok(Vec::new());
    }
    let last = docs
        .rsplit("\n\n")
        .next()
        .unwrap_or_default()
        .replace('\n', " ");
    let malformed = || {
        format!(
            "the last paragraph must be \
             \"{OPERATION_LINE}: [`name`](alpaca_trading_gen::Client::name).\", not {last:?}"
        )
    };
    let list = last
        .strip_prefix(OPERATION_LINE)
        .map(|rest| rest.strip_prefix('s').unwrap_or(rest))
        .and_then(|rest| rest.strip_prefix(": "))
        .and_then(|rest| rest.strip_suffix('.'))
        .ok_or_else(malformed)?;
    let links = list.split(", ").map(|link| {
        let (text, target) = link
            .strip_prefix("[`")?
            .strip_suffix(')')?
            .split_once("`](")?;
        let linked = target.strip_prefix("alpaca_trading_gen::Client::")?;
        (text == linked).then(|| text.to_owned())
    });
    links.collect::<Option<_>>().ok_or_else(malformed)
}

/// The first paragraph of a documentation on one line, its links replaced by their text.
fn summary(docs: &str) -> String {
    let paragraph = docs
        .split("\n\n")
        .next()
        .unwrap_or_default()
        .replace('\n', " ");
    let mut text = String::new();
    let mut rest = paragraph.trim();
    while let Some((before, after)) = rest.split_once('[') {
        text.push_str(before);
        let Some((inside, after)) = after.split_once(']') else {
            rest = after;
            text.push('[');
            continue;
        };
        text.push_str(inside);
        let target = after
            .strip_prefix('(')
            .and_then(|after| after.split_once(')'));
        rest = target.map_or(after, |(_, after)| after);
    }
    text + rest
}

impl Method {
    /// The first paragraph of its documentation, without links.
    #[must_use]
    pub fn summary(&self) -> String {
        summary(&self.docs)
    }
}

#[cfg(test)]
mod tests {
    use super::super::sources::fixture;
    use super::*;

    #[test]
    fn owners_have_the_methods_of_all_their_blocks() {
        let sources = fixture(&[
            ("lib.rs", "pub mod orders; mod client;"),
            ("client.rs", "pub struct Client; impl Client { pub async fn no(&self) {} }"),
            (
                "orders/mod.rs",
                "mod more; pub use more::Sender; resource! {
                    /// The [`Order`](x)s.
                    ///
                    /// More.
                    Orders, orders
                 }
                 impl Orders { /** Gets. */ pub async fn get(&self) -> Result<Order> { } fn no() {} }
                 pub struct Plain; impl Plain { pub fn x(&self) {} }",
            ),
            (
                "orders/more.rs",
                "use super::Orders; impl Orders { pub fn send(&self) -> Sender { } }
                 pub struct Sender; impl Sender { pub async fn go(self) -> Option<Result<u8>> { } }
                 impl Clone for Sender { }",
            ),
        ]);
        let owners = read(&sources).unwrap();
        let found: Vec<_> = owners
            .iter()
            .map(|owner| {
                let names: Vec<_> = owner.methods.iter().map(Method::name).collect();
                (
                    owner.public.join("::"),
                    owner.accessor.as_deref(),
                    names.join(" "),
                )
            })
            .collect();
        let expected = [
            ("crate::orders::Orders", Some("orders"), "get send"),
            ("crate::orders::Sender", None, "go"),
        ];
        let expected =
            expected.map(|(path, accessor, names)| (path.to_owned(), accessor, names.to_owned()));
        assert_eq!(found, expected);
        assert_eq!(owners[0].summary, "The `Order`s.");
        let returns = |owner: &Owner| owner.methods.last().unwrap().returns().unwrap();
        assert_eq!(
            (returns(&owners[0]), returns(&owners[1])),
            ("Sender".into(), "u8".into())
        );
    }

    #[test]
    fn the_last_line_names_operations() {
        let of = |docs: &str| operations(docs);
        let link = |name: &str| format!("[`{name}`](alpaca_trading_gen::Client::{name})");
        assert_eq!(of("Gets it.").unwrap(), [""; 0]);
        let one = format!("Gets it.\n\nRaw operation: {}.", link("get_it"));
        assert_eq!(of(&one).unwrap(), ["get_it"]);
        let two = format!("Gets.\n\nRaw operations: {},\n{}.", link("a"), link("b"));
        assert_eq!(of(&two).unwrap(), ["a", "b"]);
        for wrong in [
            "Gets it. Raw operation: x.".to_owned(),
            format!("Gets it.\n\nRaw operation: {}", link("a")),
            format!("{one}\n\nMore."),
            "Raw operation: [`a`](alpaca_trading_gen::Client::b).".to_owned(),
        ] {
            assert!(
                of(&wrong).unwrap_err().contains("last paragraph"),
                "{wrong}"
            );
        }
    }

    #[test]
    fn a_summary_is_one_line_without_links() {
        assert_eq!(
            summary("One [`x`](Self::x), [`y`]\nand z.\n\nMore."),
            "One `x`, `y` and z."
        );
        assert_eq!(summary("Open [ bracket"), "Open [ bracket");
        assert_eq!(summary(""), "");
    }
}
