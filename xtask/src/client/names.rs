//! What a name in a module stands for, and by which path the outside reaches it.

use syn::{Item, UseTree, Visibility};

use super::sources::{Import, Module, Segments, Sources};

/// Re-exports of re-exports are followed so far.
const DEEPEST: usize = 16;

impl Sources {
    /// The definition that `path`, as written in `module`, leads to; other crates' as written.
    ///
    /// None for what is neither declared nor imported there: the prelude, generic parameters.
    #[must_use]
    pub fn definition(&self, module: &Module, path: &[String]) -> Option<Segments> {
        self.follow(self.absolute(module, path)?, DEEPEST)
    }

    /// The path by which users of the crate name what is defined at `path`: the shortest, though the
    /// root only if there is no other. None: they cannot.
    #[must_use]
    pub fn public(&self, path: &[String]) -> Option<Segments> {
        if path.first().is_none_or(|first| first != "crate") {
            return Some(path.to_vec());
        }
        for end in 2..path.len() {
            let Some(module) = path.get(..end).and_then(|above| self.module(above)) else {
                break;
            };
            if !module.public {
                return self.exported(path.get(..1)?, path);
            }
            if let Some(shorter) = self.exported(&module.path, path) {
                return Some(shorter);
            }
        }
        Some(path.to_vec())
    }

    /// By which path a module offers what is defined at `path`, if it does.
    fn exported(&self, module: &[String], path: &[String]) -> Option<Segments> {
        let module = self.module(module)?;
        let leads_there = |import: &&Import| {
            let definition = self.definition(module, &import.path);
            import.public && definition.is_some_and(|definition| definition == path)
        };
        let exported = module.imports.iter().find(leads_there)?;
        let name = std::slice::from_ref(&exported.name);
        Some([module.path.as_slice(), name].concat())
    }

    /// Follows re-exports from an absolute path to the definition.
    fn follow(&self, path: Segments, depth: usize) -> Option<Segments> {
        // The innermost module on the way; what comes after it is declared or imported there.
        let inner = (1..path.len()).rev().find_map(|end| {
            let (parent, rest) = path.split_at_checked(end)?;
            Some((self.module(parent)?, rest))
        });
        let Some((module, [name, rest @ ..])) = inner else {
            return Some(path);
        };
        if declares(module, name) || depth == 0 {
            return Some(path);
        }
        match module.import(name) {
            Some(import) => {
                let target = self.absolute(module, &import.path)?;
                self.follow([target.as_slice(), rest].concat(), depth - 1)
            }
            None => Some(path),
        }
    }

    fn absolute(&self, module: &Module, path: &[String]) -> Option<Segments> {
        let (first, rest) = path.split_first()?;
        let join = |start: &[String]| Some([start, rest].concat());
        match first.as_str() {
            "crate" => return Some(path.to_vec()),
            "self" => return join(&module.path),
            "super" => {
                let (_, parent) = module.path.split_last()?;
                return match rest.first().is_some_and(|next| next == "super") {
                    true => self.absolute(self.module(parent)?, rest),
                    false => join(parent),
                };
            }
            _ => {}
        }
        let own = [module.path.as_slice(), std::slice::from_ref(first)].concat();
        if declares(module, first) || self.module(&own).is_some() {
            return join(&own);
        }
        // What is imported under a name may itself begin with an imported name, but not with its own.
        if let Some(import) = module.import(first)
            && import.path != [first.clone()]
        {
            let start = match import.path.first() {
                Some(start) if start != first => self.absolute(module, &import.path),
                _ => None,
            };
            let start = start.unwrap_or_else(|| import.path.clone());
            return join(&start);
        }
        // A crate: `uuid::Uuid`.
        (!rest.is_empty()).then(|| path.to_vec())
    }
}

impl Module {
    fn import(&self, name: &str) -> Option<&Import> {
        self.imports.iter().find(|import| import.name == name)
    }
}

/// What `use` brings into a module of these items.
pub(super) fn imports(items: &[Item]) -> Vec<Import> {
    let mut found = Vec::new();
    for item in items {
        if let Item::Use(item) = item {
            let public = matches!(item.vis, Visibility::Public(_));
            flatten(&item.tree, &mut Vec::new(), public, &mut found);
        }
    }
    found
}

fn flatten(tree: &UseTree, prefix: &mut Segments, public: bool, found: &mut Vec<Import>) {
    let mut add = |name: &syn::Ident, local: &syn::Ident| {
        let mut path = prefix.clone();
        if name != "self" {
            path.push(name.to_string());
        }
        let name = match local == "self" {
            true => prefix.last().cloned().unwrap_or_default(),
            false => local.to_string(),
        };
        found.push(Import { name, path, public });
    };
    match tree {
        UseTree::Name(leaf) => add(&leaf.ident, &leaf.ident),
        UseTree::Rename(leaf) => add(&leaf.ident, &leaf.rename),
        UseTree::Path(branch) => {
            prefix.push(branch.ident.to_string());
            flatten(&branch.tree, prefix, public, found);
            prefix.pop();
        }
        UseTree::Group(group) => {
            for tree in &group.items {
                flatten(tree, prefix, public, found);
            }
        }
        // What comes by `*` has no name here; whoever needs it is told that it is unknown.
        UseTree::Glob(_) => {}
    }
}

fn declares(module: &Module, name: &str) -> bool {
    module.items.iter().any(|item| match item {
        Item::Const(found) => found.ident == name,
        Item::Enum(found) => found.ident == name,
        Item::Fn(found) => found.sig.ident == name,
        Item::Static(found) => found.ident == name,
        Item::Struct(found) => found.ident == name,
        Item::Trait(found) => found.ident == name,
        Item::Type(found) => found.ident == name,
        Item::Macro(_) => super::surface::resource(item).is_some_and(|found| found.name == name),
        _ => false,
    })
}

#[cfg(test)]
mod tests {
    use super::super::sources::fixture;
    use super::*;

    fn sources() -> Sources {
        fixture(&[
            (
                "lib.rs",
                "mod error; pub mod orders; pub use error::Result; pub use uuid::{self, Uuid};
                 pub use gen_crate::types; pub use orders::Order as Placed;",
            ),
            ("error.rs", "pub type Result<T> = std::result::Result<T, ()>;"),
            (
                "orders/mod.rs",
                "pub mod cancel; mod hidden; pub use cancel::{Outcome as CancelOutcome, deep::Deep};
                 use uuid::Uuid; use types::{self as kinds, Side}; pub struct Order;
                 resource! { /// Orders.
                 Orders, orders }",
            ),
            (
                "orders/cancel.rs",
                "pub mod deep; use super::{Order, hidden}; use crate::error::Result;
                 pub struct Outcome;",
            ),
            ("orders/cancel/deep.rs", "use super::super::Order; pub struct Deep;"),
            ("orders/hidden.rs", "pub struct Hidden;"),
        ])
    }

    fn definition(module: &str, name: &str) -> Option<String> {
        let sources = sources();
        let split = |text: &str| text.split("::").map(str::to_owned).collect::<Vec<_>>();
        let module = sources.module(&split(module)).unwrap();
        Some(sources.definition(module, &split(name))?.join("::"))
    }

    #[test]
    fn names_lead_to_their_definitions() {
        for (module, name, expected) in [
            (
                "crate::orders::cancel",
                "Order",
                Some("crate::orders::Order"),
            ),
            (
                "crate::orders::cancel",
                "Outcome",
                Some("crate::orders::cancel::Outcome"),
            ),
            (
                "crate::orders::cancel",
                "Result",
                Some("crate::error::Result"),
            ),
            (
                "crate::orders::cancel",
                "hidden::Hidden",
                Some("crate::orders::hidden::Hidden"),
            ),
            (
                "crate::orders::cancel",
                "super::CancelOutcome",
                Some("crate::orders::cancel::Outcome"),
            ),
            (
                "crate::orders::cancel",
                "super::Orders",
                Some("crate::orders::Orders"),
            ),
            (
                "crate::orders::cancel::deep",
                "Order",
                Some("crate::orders::Order"),
            ),
            ("crate::orders", "Uuid", Some("uuid::Uuid")),
            ("crate::orders", "kinds::X", Some("types::X")),
            ("crate::orders", "Side", Some("types::Side")),
            (
                "crate::orders",
                "crate::Placed",
                Some("crate::orders::Order"),
            ),
            (
                "crate::orders",
                "std::time::Duration",
                Some("std::time::Duration"),
            ),
            ("crate::orders", "Vec", None),
            (
                "crate::orders",
                "crate::types::Side",
                Some("gen_crate::types::Side"),
            ),
            ("crate", "Uuid", Some("uuid::Uuid")),
            ("crate", "uuid::Uuid", Some("uuid::Uuid")),
        ] {
            assert_eq!(
                definition(module, name).as_deref(),
                expected,
                "{name} in {module}"
            );
        }
    }

    #[test]
    fn what_is_public_has_the_path_of_its_export() {
        let sources = sources();
        for (path, expected) in [
            ("crate::orders::Order", Some("crate::orders::Order")),
            (
                "crate::orders::cancel::Outcome",
                Some("crate::orders::CancelOutcome"),
            ),
            (
                "crate::orders::cancel::deep::Deep",
                Some("crate::orders::Deep"),
            ),
            ("crate::error::Result", Some("crate::Result")),
            ("crate::orders::hidden::Hidden", None),
            ("uuid::Uuid", Some("uuid::Uuid")),
        ] {
            let path: Vec<_> = path.split("::").map(str::to_owned).collect();
            let found = sources.public(&path).map(|path| path.join("::"));
            assert_eq!(found.as_deref(), expected);
        }
    }
}
