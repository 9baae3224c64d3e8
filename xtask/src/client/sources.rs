//! The modules of a crate, parsed.

use std::collections::HashMap;
use std::path::Path;

use syn::{Attribute, Item, Visibility};

/// A path as its segments: `crate`, `orders`, `Orders`.
pub type Segments = Vec<String>;

/// A module with what it declares, without its tests.
pub struct Module {
    /// Its path: `crate`, `orders`, `submit`.
    pub path: Segments,
    /// Its file below the folder of the source: `orders/submit.rs`.
    pub file: String,
    /// Whether it is declared `pub`.
    pub public: bool,
    /// What it declares.
    pub items: Vec<Item>,
    /// What `use` brings into it.
    pub imports: Vec<Import>,
}

/// A name that `use` brings into a module.
pub struct Import {
    /// The name there.
    pub name: String,
    /// The path as written.
    pub path: Segments,
    /// Whether it is `pub use`.
    pub public: bool,
}

/// All modules of a crate, parents before children and in the order of their declaration.
pub struct Sources {
    /// The modules; the first is the root.
    pub modules: Vec<Module>,
    /// Their places in the list.
    places: HashMap<Segments, usize>,
}

impl Sources {
    /// Reads the crate whose `lib.rs` is in `folder`. Files that `given` has a text for are not read.
    ///
    /// # Errors
    ///
    /// A file that is missing, cannot be read, or is no Rust.
    pub fn read(folder: &Path, given: &dyn Fn(&str) -> Option<String>) -> Result<Self, String> {
        Self::load(&|file| {
            if let Some(text) = given(file) {
                return Ok(Some(text));
            }
            let path = folder.join(file);
            match std::fs::read_to_string(&path) {
                Ok(text) => Ok(Some(text)),
                Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(None),
                Err(error) => Err(format!("{}: {error}", path.display())),
            }
        })
    }

    /// Reads a crate whose files are given by their names.
    ///
    /// # Errors
    ///
    /// A module without a file, and a file that is no Rust.
    pub fn load(text_of: &dyn Fn(&str) -> Result<Option<String>, String>) -> Result<Self, String> {
        let text = text_of("lib.rs")?.ok_or("lib.rs: missing")?;
        let mut reader = Reader {
            text_of,
            modules: Vec::new(),
        };
        let items = parse("lib.rs", &text)?;
        reader.add(
            vec!["crate".to_owned()],
            "lib.rs",
            String::new(),
            true,
            items,
        )?;
        let paths = reader.modules.iter().map(|module| module.path.clone());
        Ok(Self {
            places: paths.zip(0..).collect(),
            modules: reader.modules,
        })
    }

    /// The module of this path.
    #[must_use]
    pub fn module(&self, path: &[String]) -> Option<&Module> {
        self.modules.get(*self.places.get(path)?)
    }
}

struct Reader<'a> {
    text_of: &'a dyn Fn(&str) -> Result<Option<String>, String>,
    modules: Vec<Module>,
}

impl Reader<'_> {
    /// Adds a module and those in it. `folder` is where its children's files are.
    fn add(
        &mut self,
        path: Segments,
        file: &str,
        folder: String,
        public: bool,
        items: Vec<Item>,
    ) -> Result<(), String> {
        let (children, items) = items
            .into_iter()
            .partition::<Vec<_>, _>(|item| matches!(item, Item::Mod(_)));
        let items: Vec<Item> = items
            .into_iter()
            .filter(|item| !is_test(attributes(item)))
            .collect();
        self.modules.push(Module {
            path: path.clone(),
            file: file.to_owned(),
            public,
            imports: super::names::imports(&items),
            items,
        });
        for child in children {
            let Item::Mod(child) = child else { continue };
            if is_test(&child.attrs) {
                continue;
            }
            if child
                .attrs
                .iter()
                .any(|found| found.path().is_ident("path"))
            {
                return Err(format!(
                    "{file}: `#[path]` on `mod {}` is not followed",
                    child.ident
                ));
            }
            let public = matches!(child.vis, Visibility::Public(_));
            let name = child.ident.to_string();
            let mut inner = path.clone();
            inner.push(name.clone());
            let below = format!("{folder}{name}/");
            match child.content {
                Some((_, items)) => self.add(inner, file, below, public, items)?,
                None => {
                    let (file, text) = self.find(file, &folder, &name)?;
                    let items = parse(&file, &text)?;
                    self.add(inner, &file, below, public, items)?;
                }
            }
        }
        Ok(())
    }

    fn find(&self, parent: &str, folder: &str, name: &str) -> Result<(String, String), String> {
        for file in [
            format!("{folder}{name}.rs"),
            format!("{folder}{name}/mod.rs"),
        ] {
            if let Some(text) = (self.text_of)(&file)? {
                return Ok((file, text));
            }
        }
        Err(format!("{parent}: `mod {name}` has no file"))
    }
}

fn parse(file: &str, text: &str) -> Result<Vec<Item>, String> {
    match syn::parse_file(text) {
        Ok(parsed) => Ok(parsed.items),
        Err(error) => Err(format!("{file}: {error}")),
    }
}

fn is_test(attributes: &[Attribute]) -> bool {
    attributes.iter().any(|found| {
        found.path().is_ident("cfg")
            && found
                .parse_args::<syn::Path>()
                .is_ok_and(|condition| condition.is_ident("test"))
    })
}

fn attributes(item: &Item) -> &[Attribute] {
    match item {
        Item::Fn(found) => &found.attrs,
        Item::Impl(found) => &found.attrs,
        Item::Macro(found) => &found.attrs,
        Item::Struct(found) => &found.attrs,
        Item::Use(found) => &found.attrs,
        _ => &[],
    }
}

/// A crate of these files, for tests.
#[cfg(test)]
pub(super) fn fixture(files: &[(&str, &str)]) -> Sources {
    Sources::load(&|name| {
        let found = files.iter().find(|(file, _)| *file == name);
        Ok(found.map(|(_, text)| (*text).to_owned()))
    })
    .unwrap()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn modules_are_found_in_files_folders_and_lines() {
        let sources = fixture(&[
            (
                "lib.rs",
                "pub mod a; mod b { mod c; } #[cfg(test)] mod tests;",
            ),
            ("a/mod.rs", "mod d; #[cfg(test)] mod tests { }"),
            ("a/d.rs", "mod e; fn f() {} #[cfg(test)] fn g() {}"),
            ("a/d/e.rs", ""),
            ("b/c.rs", ""),
        ]);
        let found: Vec<_> = sources
            .modules
            .iter()
            .map(|module| (module.path.join("::"), module.file.as_str(), module.public))
            .collect();
        let expected = [
            ("crate", "lib.rs", true),
            ("crate::a", "a/mod.rs", true),
            ("crate::a::d", "a/d.rs", false),
            ("crate::a::d::e", "a/d/e.rs", false),
            ("crate::b", "lib.rs", false),
            ("crate::b::c", "b/c.rs", false),
        ];
        assert_eq!(
            found,
            expected.map(|(path, file, public)| (path.to_owned(), file, public))
        );
        let path = ["crate", "a", "d"].map(str::to_owned);
        assert_eq!(sources.module(&path).unwrap().items.len(), 1);
    }

    #[test]
    fn what_cannot_be_read_is_named() {
        let load = |text: &'static str| {
            let result = Sources::load(&|file| Ok((file == "lib.rs").then(|| text.to_owned())));
            result.err().unwrap()
        };
        assert_eq!(load("mod gone;"), "lib.rs: `mod gone` has no file");
        assert!(load("fn f( {").starts_with("lib.rs: "));
        assert!(load("#[path = \"x.rs\"] mod a;").contains("#[path]"));
    }
}
