//! Which operations of the raw client a method calls, by itself or through others.
//!
//! Calls are followed by their names: `self.check()` to the method of the same type, `once::perform()`
//! to the function, `query.call()` to whatever has that name in the same file. That may find more
//! than is there, and is meant to: what it does not find is not called. One thing is narrowed. A private
//! enum that says what is to be done (`Act::Submit`) leads to those arms of a `match` alone.

use std::collections::{BTreeMap, BTreeSet, HashSet, VecDeque};

use syn::visit::{self, Visit};
use syn::{Block, Expr, ImplItem, Item, Visibility};

use super::sources::{Module, Segments, Sources};
use super::surface::{Method, Owner, segments};

/// The functions of a crate, and where calls lead.
pub struct Calls<'a> {
    sources: &'a Sources,
    functions: Vec<Function<'a>>,
    /// The variants of private enums, by the definition of the enum.
    acts: BTreeMap<Segments, BTreeSet<String>>,
}

struct Function<'a> {
    module: &'a Segments,
    /// Its own path: of the type that it is a method of, or of the module, and its name.
    path: Segments,
    /// The type that it is a method of.
    owner: Option<Segments>,
    name: String,
    block: &'a Block,
}

/// What a function calls.
#[derive(Default)]
struct Found {
    /// Methods of anything, by name; those without arguments may be operations.
    methods: BTreeSet<String>,
    without_arguments: BTreeSet<String>,
    /// Methods of `self`.
    own: BTreeSet<String>,
    /// Functions and constructors, as written.
    paths: BTreeSet<Segments>,
}

impl<'a> Calls<'a> {
    /// The calls of a crate.
    #[must_use]
    pub fn new(sources: &'a Sources) -> Self {
        let mut calls = Self {
            sources,
            functions: Vec::new(),
            acts: BTreeMap::new(),
        };
        for module in &sources.modules {
            for item in &module.items {
                match item {
                    Item::Fn(found) => calls.add(module, None, &found.sig, &found.block),
                    Item::Impl(found) => {
                        let syn::Type::Path(of) = &*found.self_ty else {
                            continue;
                        };
                        let owner = sources.definition(module, &segments(&of.path));
                        for item in &found.items {
                            if let ImplItem::Fn(method) = item {
                                calls.add(module, owner.clone(), &method.sig, &method.block);
                            }
                        }
                    }
                    Item::Enum(found) if !matches!(found.vis, Visibility::Public(_)) => {
                        let definition = [module.path.clone(), vec![found.ident.to_string()]];
                        let variants = found.variants.iter();
                        let variants = variants.map(|variant| variant.ident.to_string());
                        calls.acts.insert(definition.concat(), variants.collect());
                    }
                    _ => {}
                }
            }
        }
        calls
    }

    fn add(
        &mut self,
        module: &'a Module,
        owner: Option<Segments>,
        signature: &syn::Signature,
        block: &'a Block,
    ) {
        let name = signature.ident.to_string();
        let mut path = owner.clone().unwrap_or_else(|| module.path.clone());
        path.push(name.clone());
        self.functions.push(Function {
            module: &module.path,
            path,
            owner,
            name,
            block,
        });
    }

    /// The names among `operations` that the body of a method itself calls.
    #[must_use]
    pub fn direct(&self, method: &Method, operations: &BTreeSet<String>) -> BTreeSet<String> {
        let mut visitor = Visitor::default();
        visitor.visit_block(&method.block);
        &visitor.found.without_arguments & operations
    }

    /// The names among `operations` that a method calls, by itself or through others. What it
    /// returns counts as well, if that sends something when it is told to.
    #[must_use]
    pub fn reached(
        &self,
        owner: &Owner,
        method: &Method,
        owners: &[Owner],
        operations: &BTreeSet<String>,
    ) -> BTreeSet<String> {
        let mut visitor = Visitor::default();
        visitor.visit_block(&method.block);
        let chosen = self.chosen(&method.module, &visitor.found.paths);
        let mut reached = &visitor.found.without_arguments & operations;
        let mut seen = HashSet::new();
        let mut queue = VecDeque::new();
        self.follow(
            &method.module,
            Some(&owner.definition),
            &visitor.found,
            &mut queue,
        );
        let returned = method.returns();
        let returned = owners
            .iter()
            .filter(|other| Some(&other.name) == returned.as_ref());
        for other in returned.filter(|other| other.definition != owner.definition) {
            let unnamed = other
                .methods
                .iter()
                .filter(|method| method.operations.is_empty());
            let names: BTreeSet<String> = unnamed.map(Method::name).collect();
            queue.extend((0..self.functions.len()).filter(|index| {
                self.functions.get(*index).is_some_and(|function| {
                    function.owner.as_ref() == Some(&other.definition)
                        && names.contains(&function.name)
                })
            }));
        }
        while let Some(index) = queue.pop_front() {
            let Some(function) = self.functions.get(index).filter(|_| seen.insert(index)) else {
                continue;
            };
            let mut visitor = Visitor {
                closed: self.closed(function, &chosen),
                ..Visitor::default()
            };
            visitor.visit_block(function.block);
            reached.extend(
                visitor
                    .found
                    .without_arguments
                    .intersection(operations)
                    .cloned(),
            );
            self.follow(
                function.module,
                function.owner.as_ref(),
                &visitor.found,
                &mut queue,
            );
        }
        reached
    }

    /// Adds the functions that these calls may lead to.
    fn follow(
        &self,
        module: &Segments,
        owner: Option<&Segments>,
        found: &Found,
        queue: &mut VecDeque<usize>,
    ) {
        let Some(place) = self.sources.module(module) else {
            return;
        };
        let targets: BTreeSet<Segments> = found
            .paths
            .iter()
            .filter_map(|path| match (path.split_first(), owner) {
                (Some((first, rest)), Some(owner)) if first == "Self" => {
                    Some([owner.as_slice(), rest].concat())
                }
                _ => {
                    // `Type::method`: the type is what has a definition.
                    let (name, parent) = path.split_last()?;
                    match parent.is_empty() {
                        true => self.sources.definition(place, path),
                        false => {
                            let parent = self.sources.definition(place, parent);
                            parent.map(|parent| [parent, vec![name.clone()]].concat())
                        }
                    }
                }
            })
            .collect();
        for (index, function) in self.functions.iter().enumerate() {
            let is_own = function.owner.is_some()
                && function.owner.as_ref() == owner
                && found.own.contains(&function.name);
            let is_near = function.owner.is_some()
                && function.module == module
                && found.methods.contains(&function.name);
            if is_own || is_near || targets.contains(&function.path) {
                queue.push_back(index);
            }
        }
    }

    /// The variants of private enums that a method names: what it asks to be done.
    fn chosen(
        &self,
        module: &Segments,
        paths: &BTreeSet<Segments>,
    ) -> BTreeMap<Segments, BTreeSet<String>> {
        let mut chosen: BTreeMap<Segments, BTreeSet<String>> = BTreeMap::new();
        let Some(module) = self.sources.module(module) else {
            return chosen;
        };
        for path in paths {
            let Some((variant, parent)) = path.split_last() else {
                continue;
            };
            if let Some(definition) = self.sources.definition(module, parent)
                && self
                    .acts
                    .get(&definition)
                    .is_some_and(|known| known.contains(variant))
            {
                chosen
                    .entry(definition)
                    .or_default()
                    .insert(variant.clone());
            }
        }
        chosen
    }

    /// The arms that a function does not take, when only `chosen` is asked for, as written there.
    fn closed(
        &self,
        function: &Function<'_>,
        chosen: &BTreeMap<Segments, BTreeSet<String>>,
    ) -> BTreeSet<Segments> {
        let mut closed = BTreeSet::new();
        for (definition, taken) in chosen {
            let Some(all) = self.acts.get(definition) else {
                continue;
            };
            for variant in all.difference(taken) {
                if let Some(name) = definition.last() {
                    closed.insert(vec![name.clone(), variant.clone()]);
                }
                if function.owner.as_ref() == Some(definition) {
                    closed.insert(vec!["Self".to_owned(), variant.clone()]);
                }
            }
        }
        closed
    }
}

#[derive(Default)]
struct Visitor {
    found: Found,
    closed: BTreeSet<Segments>,
}

impl<'ast> Visit<'ast> for Visitor {
    fn visit_expr_method_call(&mut self, call: &'ast syn::ExprMethodCall) {
        let name = call.method.to_string();
        if call.args.is_empty() {
            self.found.without_arguments.insert(name.clone());
        }
        match &*call.receiver {
            Expr::Path(path) if path.path.is_ident("self") => self.found.own.insert(name),
            _ => self.found.methods.insert(name),
        };
        visit::visit_expr_method_call(self, call);
    }

    fn visit_expr_path(&mut self, path: &'ast syn::ExprPath) {
        self.found.paths.insert(segments(&path.path));
    }

    fn visit_arm(&mut self, arm: &'ast syn::Arm) {
        if !is_closed(&arm.pat, &self.closed) {
            visit::visit_arm(self, arm);
        }
    }

    /// Arguments of macros are read as far as they are expressions.
    fn visit_macro(&mut self, call: &'ast syn::Macro) {
        use syn::parse::Parser as _;
        let list = syn::punctuated::Punctuated::<Expr, syn::Token![,]>::parse_terminated;
        if let Ok(arguments) = list.parse2(call.tokens.clone()) {
            // They do not live as long as the file, so they have a visitor of their own.
            let mut inner = Visitor {
                closed: self.closed.clone(),
                ..Visitor::default()
            };
            for argument in &arguments {
                inner.visit_expr(argument);
            }
            self.found.methods.extend(inner.found.methods);
            self.found
                .without_arguments
                .extend(inner.found.without_arguments);
            self.found.own.extend(inner.found.own);
            self.found.paths.extend(inner.found.paths);
        }
    }
}

/// Whether a pattern only fits what is closed.
fn is_closed(pattern: &syn::Pat, closed: &BTreeSet<Segments>) -> bool {
    match pattern {
        syn::Pat::Or(any) => any.cases.iter().all(|case| is_closed(case, closed)),
        syn::Pat::TupleStruct(found) => closed.contains(&segments(&found.path)),
        syn::Pat::Struct(found) => closed.contains(&segments(&found.path)),
        syn::Pat::Path(found) => closed.contains(&segments(&found.path)),
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::super::{sources::fixture, surface};
    use super::*;

    fn reached() -> BTreeMap<String, String> {
        let sources = fixture(&[
            ("lib.rs", "pub mod orders; mod once;"),
            (
                "orders/mod.rs",
                "mod closing; use crate::once::{self, Act}; pub use closing::Closing;
                 resource! { /// O.
                    Orders, orders }
                 impl Orders {
                    pub async fn get(&self) { self.client.raw().get_order().id(1).send() }
                    pub async fn twice(&self) { self.get() }
                    pub async fn submit(&self) { once::perform(Act::Submit(1)).await }
                    pub async fn replace(&self) { once::perform(Act::Replace).await }
                    pub fn close(&self) -> Closing { Closing::new() }
                    pub fn page(&self) -> Pager<u8> {
                        let q = Query; Pager::new(move || { q.call(x) })
                    }
                    pub async fn listed(&self) { vec![self.get()]; }
                    pub async fn nothing(&self) { get_order(); }
                    pub async fn with_argument(&self) { x.get_order(1) }
                 }
                 struct Query;
                 impl Query { fn call(self, x: Raw) { x.list_orders().send() } }
                 impl X for Query { fn far(&self) {} }",
            ),
            (
                "orders/closing.rs",
                "pub struct Closing;
                 impl Closing { pub(super) fn new() -> Self { Self }
                    pub async fn send(self) { let c = raw.close_order(); self::find() } }
                 fn find() { raw.list_orders() }",
            ),
            (
                "once.rs",
                "pub(super) enum Act { Submit(u8), Replace }
                 impl Act { fn send(&self, c: C) { match self {
                    Self::Submit(n) => c.create_order().n(n),
                    Self::Replace => c.replace_order().send(),
                 } } }
                 pub(super) async fn perform(act: Act) { act.send(c).await; look_up() }
                 fn look_up() { c.get_order() }",
            ),
        ]);
        let owners = surface::read(&sources).unwrap();
        let calls = Calls::new(&sources);
        let operations = [
            "get_order",
            "list_orders",
            "create_order",
            "replace_order",
            "close_order",
        ]
        .map(str::to_owned)
        .into();
        let mut found = BTreeMap::new();
        for owner in &owners {
            for method in &owner.methods {
                let reached = calls.reached(owner, method, &owners, &operations);
                let reached: Vec<_> = reached.into_iter().collect();
                found.insert(method.name(), reached.join(" "));
                let direct = calls.direct(method, &operations);
                assert_eq!(direct.contains("get_order"), method.name() == "get");
            }
        }
        found
    }

    #[test]
    fn calls_are_followed_to_operations() {
        let reached = reached();
        for (method, expected) in [
            ("get", "get_order"),
            ("twice", "get_order"),
            ("submit", "create_order get_order"),
            ("replace", "get_order replace_order"),
            ("close", "close_order list_orders"),
            ("send", "close_order list_orders"),
            ("page", "list_orders"),
            ("listed", "get_order"),
            ("nothing", ""),
            ("with_argument", ""),
        ] {
            assert_eq!(reached[method], expected, "{method}");
        }
    }
}
