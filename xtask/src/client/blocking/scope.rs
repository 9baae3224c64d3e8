//! The types that the signatures of a generated file name, and the `use` lines for them.

use std::collections::{BTreeMap, BTreeSet};

use syn::visit_mut::{self, VisitMut};
use syn::{GenericParam, Signature};

use super::super::sources::{Module, Segments, Sources};
use super::super::surface::segments;

/// Names that need no import.
const PRELUDE: [&str; 34] = [
    "AsRef",
    "Box",
    "Clone",
    "Copy",
    "Default",
    "Fn",
    "FnMut",
    "FnOnce",
    "From",
    "FromIterator",
    "Into",
    "IntoIterator",
    "Iterator",
    "Option",
    "Self",
    "Send",
    "String",
    "Sync",
    "ToString",
    "Vec",
    "bool",
    "f64",
    "i128",
    "i16",
    "i32",
    "i64",
    "i8",
    "isize",
    "str",
    "u16",
    "u32",
    "u64",
    "u8",
    "usize",
];

/// What a generated file imports.
pub(super) struct Scope<'a> {
    sources: &'a Sources,
    /// The public path of the module that the file mirrors.
    place: Segments,
    /// The twins: where the original is defined, and where the twin is.
    twins: &'a BTreeMap<Segments, Segments>,
    /// Names and what they stand for.
    names: BTreeMap<String, Segments>,
}

impl<'a> Scope<'a> {
    pub(super) fn new(
        sources: &'a Sources,
        place: Segments,
        twins: &'a BTreeMap<Segments, Segments>,
    ) -> Self {
        Self {
            sources,
            place,
            twins,
            names: BTreeMap::new(),
        }
    }

    /// Imports what is at this path.
    pub(super) fn import(&mut self, path: &[&str]) -> Result<(), String> {
        self.add(path.iter().map(|segment| (*segment).to_owned()).collect())
            .map(drop)
    }

    /// The signature as it is to be written here: every path is one name, which is imported.
    pub(super) fn adopt(
        &mut self,
        module: &Module,
        signature: &Signature,
    ) -> Result<Signature, String> {
        let mut signature = signature.clone();
        let parameters = signature.generics.params.iter();
        let parameters = parameters.filter_map(|parameter| match parameter {
            GenericParam::Type(found) => Some(found.ident.to_string()),
            GenericParam::Const(found) => Some(found.ident.to_string()),
            GenericParam::Lifetime(_) => None,
        });
        let mut adopter = Adopter {
            parameters: parameters.collect(),
            scope: self,
            module,
            fault: None,
        };
        adopter.visit_signature_mut(&mut signature);
        match adopter.fault {
            None => Ok(signature),
            Some(fault) => Err(format!("{}: `{}`: {fault}", module.file, signature.ident)),
        }
    }

    fn add(&mut self, path: Segments) -> Result<String, String> {
        let name = path.last().cloned().ok_or("an empty path")?;
        let known = self
            .names
            .entry(name.clone())
            .or_insert_with(|| path.clone());
        if *known == path {
            return Ok(name);
        }
        let (known, path) = (known.join("::"), path.join("::"));
        Err(format!("both {known} and {path} would be `{name}`"))
    }

    /// The `use` lines, one for each module.
    pub(super) fn lines(&self) -> String {
        let mut modules: BTreeMap<(u8, &[String]), BTreeSet<&str>> = BTreeMap::new();
        let twin = twin(&self.place);
        for (name, path) in &self.names {
            let Some((_, parent)) = path.split_last() else {
                continue;
            };
            if parent != twin {
                let group = match parent.first().map(String::as_str) {
                    Some("std") => 0,
                    Some("crate") => 2,
                    _ => 1,
                };
                modules.entry((group, parent)).or_default().insert(name);
            }
        }
        let mut text = String::new();
        let mut last = None;
        for ((group, parent), names) in modules {
            if last.replace(group).is_some_and(|last| last != group) {
                text.push('\n');
            }
            let names: Vec<_> = names.into_iter().collect();
            text.push_str(&format!(
                "use {}::{{{}}};\n",
                parent.join("::"),
                names.join(", ")
            ));
        }
        text
    }
}

/// Where the twin of something is: `crate::orders` → `crate::blocking::orders`.
pub(super) fn twin(path: &[String]) -> Segments {
    let mut path = path.to_vec();
    path.insert(1.min(path.len()), "blocking".to_owned());
    path
}

struct Adopter<'a, 'b> {
    scope: &'a mut Scope<'b>,
    module: &'a Module,
    parameters: BTreeSet<String>,
    fault: Option<String>,
}

impl Adopter<'_, '_> {
    fn name(&mut self, path: &syn::Path) -> Result<Option<String>, String> {
        let written = segments(path);
        if let [name] = written.as_slice()
            && self.parameters.contains(name)
        {
            return Ok(None);
        }
        let sources = self.scope.sources;
        let Some(definition) = sources.definition(self.module, &written) else {
            return match written.as_slice() {
                [name] if PRELUDE.contains(&name.as_str()) => Ok(None),
                _ => Err(format!("where does `{}` come from?", written.join("::"))),
            };
        };
        let path = match self.scope.twins.get(&definition) {
            Some(twin) => twin.clone(),
            None => sources
                .public(&definition)
                .ok_or_else(|| format!("`{}` has no public path", definition.join("::")))?,
        };
        self.scope.add(path).map(Some)
    }
}

impl VisitMut for Adopter<'_, '_> {
    fn visit_path_mut(&mut self, path: &mut syn::Path) {
        visit_mut::visit_path_mut(self, path);
        match self.name(path) {
            Ok(None) => {}
            Ok(Some(name)) => {
                if let Some(mut last) = path.segments.pop() {
                    last.ident = syn::Ident::new(&name, last.ident.span());
                    *path = syn::Path::from(last);
                }
            }
            Err(fault) => {
                self.fault.get_or_insert(fault);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use quote::ToTokens as _;

    use super::super::super::sources::fixture;
    use super::*;

    fn adopted(signature: &str) -> Result<(String, String), String> {
        let sources = fixture(&[
            (
                "lib.rs",
                "pub mod orders; mod symbol; pub use symbol::Symbol;",
            ),
            (
                "orders.rs",
                "mod hidden; use crate::symbol::Symbol; use uuid::Uuid; use std::time::Duration;
                 use alpaca_trading_gen::types; pub struct Order; pub struct Sender;
                 use hidden::Hidden; use other::Symbol as Strange;",
            ),
            ("orders/hidden.rs", "pub struct Hidden;"),
            ("symbol.rs", "pub struct Symbol;"),
        ]);
        let place: Segments = ["crate", "orders"].map(str::to_owned).into();
        let at = |name: &str| [place.clone(), vec![name.to_owned()]].concat();
        let twins = BTreeMap::from([(at("Sender"), twin(&at("Sender")))]);
        let mut scope = Scope::new(&sources, place.clone(), &twins);
        let signature = syn::parse_str(signature).unwrap();
        let signature = scope.adopt(sources.module(&place).unwrap(), &signature)?;
        Ok((
            signature.to_token_stream().to_string().replace(' ', ""),
            scope.lines(),
        ))
    }

    #[test]
    fn paths_become_names_that_are_imported() {
        let (signature, lines) = adopted(
            "async fn f<S: Into<Symbol>>(&self, a: S, b: types::Side, c: Duration, d: Option<Uuid>)
             -> Vec<crate::orders::Order>",
        )
        .unwrap();
        assert_eq!(
            signature,
            "asyncfnf<S:Into<Symbol>>(&self,a:S,b:Side,c:Duration,d:Option<Uuid>)->Vec<Order>"
        );
        let expected = "use std::time::{Duration};\n\n\
             use alpaca_trading_gen::types::{Side};\nuse uuid::{Uuid};\n\n\
             use crate::{Symbol};\nuse crate::orders::{Order};\n";
        assert_eq!(lines, expected);
        // A twin in the file itself needs no import.
        let (signature, lines) = adopted("fn f(self) -> Sender").unwrap();
        assert_eq!(
            (signature.as_str(), lines.as_str()),
            ("fnf(self)->Sender", "")
        );
    }

    #[test]
    fn what_cannot_be_named_is_an_error() {
        for (signature, expected) in [
            (
                "fn f() -> Unknown",
                "orders.rs: `f`: where does `Unknown` come from?",
            ),
            (
                "fn f() -> Hidden",
                "orders.rs: `f`: `crate::orders::hidden::Hidden` has no public path",
            ),
            (
                "fn f(a: Symbol) -> Strange",
                "both crate::Symbol and other::Symbol would be `Symbol`",
            ),
        ] {
            assert!(
                adopted(signature).unwrap_err().contains(expected),
                "{signature}"
            );
        }
    }
}
