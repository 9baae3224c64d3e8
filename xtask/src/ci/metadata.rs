//! The part of `cargo metadata` that the checks read, and who depends on whom.
//!
//! Cargo resolves the graph; nothing here reads a lock file or guesses at features. Optional
//! dependencies count, because a user may switch them on.

use std::collections::{BTreeMap, VecDeque};
use std::path::Path;

use serde::Deserialize;

use super::command::{Workspace, capture};

/// The answer of `cargo metadata`.
#[derive(Debug, Deserialize)]
pub(super) struct Metadata {
    packages: Vec<Package>,
    workspace_members: Vec<String>,
    resolve: Resolve,
}

/// One package of the graph: a member of the workspace or a dependency.
#[derive(Debug, Deserialize)]
pub(super) struct Package {
    pub(super) id: String,
    pub(super) name: String,
    pub(super) version: String,
    /// The licence expression, as its author wrote it.
    pub(super) license: Option<String>,
    /// A file with a licence that has no standard name.
    pub(super) license_file: Option<String>,
    pub(super) rust_version: Option<String>,
    /// The registries it may go to: null is any, an empty list is `publish = false`.
    publish: Option<Vec<String>>,
    pub(super) manifest_path: String,
}

#[derive(Debug, Deserialize)]
struct Resolve {
    nodes: Vec<Node>,
}

#[derive(Debug, Deserialize)]
struct Node {
    id: String,
    deps: Vec<Edge>,
}

/// "This node depends on `pkg`", with every way in which it does.
#[derive(Debug, Deserialize)]
struct Edge {
    pkg: String,
    dep_kinds: Vec<EdgeKind>,
}

#[derive(Debug, Deserialize)]
struct EdgeKind {
    /// Cargo writes null for a normal dependency.
    kind: Option<Kind>,
}

/// What a dependency is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(super) enum Kind {
    /// Linked into what the user builds, or a macro that writes code into it.
    Normal,
    /// Used by a build script.
    Build,
    /// Used by tests and examples.
    Dev,
}

/// Every kind.
pub(super) const ANY: &[Kind] = &[Kind::Normal, Kind::Build, Kind::Dev];

impl Metadata {
    /// Asks cargo about the workspace; the lock file must be up to date.
    pub(super) fn load(workspace: &Workspace) -> Result<Self, String> {
        let json = capture(&mut workspace.cargo(&[
            "metadata",
            "--format-version",
            "1",
            "--locked",
            "--all-features",
        ]))?;
        serde_json::from_slice(&json).map_err(|error| format!("`cargo metadata`: {error}"))
    }

    /// The packages that the workspace consists of.
    pub(super) fn members(&self) -> impl Iterator<Item = &Package> {
        self.packages
            .iter()
            .filter(|package| self.is_member(package))
    }

    /// The members that go to a registry. There being none means that a manifest is wrong, and
    /// then a check over "all published crates" would pass without looking at anything.
    pub(super) fn published(&self) -> Result<Vec<&Package>, String> {
        let published: Vec<_> = self
            .members()
            .filter(|package| package.is_published())
            .collect();
        if published.is_empty() {
            return Err(
                "no member of the workspace is published: every one has publish = false, \
                        so there is nothing to check"
                    .to_owned(),
            );
        }
        Ok(published)
    }

    /// Whether `package` belongs to the workspace.
    pub(super) fn is_member(&self, package: &Package) -> bool {
        self.workspace_members.contains(&package.id)
    }

    /// Everything that `from` needs over dependencies of these kinds, `from` included.
    pub(super) fn reach<'a>(
        &'a self,
        from: impl IntoIterator<Item = &'a Package>,
        kinds: &[Kind],
    ) -> Reach<'a> {
        let packages: BTreeMap<_, _> = self
            .packages
            .iter()
            .map(|package| (package.id.as_str(), package))
            .collect();
        let nodes: BTreeMap<_, _> = self
            .resolve
            .nodes
            .iter()
            .map(|node| (node.id.as_str(), node))
            .collect();

        // Breadth first, so that the remembered way to each package is a shortest one.
        let mut parents = BTreeMap::new();
        let mut queue = VecDeque::new();
        for package in from {
            parents.insert(package.id.as_str(), None);
            queue.push_back(package.id.as_str());
        }
        while let Some(id) = queue.pop_front() {
            for edge in nodes.get(id).into_iter().flat_map(|node| &node.deps) {
                let wanted = edge
                    .dep_kinds
                    .iter()
                    .any(|dep| kinds.contains(&dep.kind.unwrap_or(Kind::Normal)));
                if wanted && !parents.contains_key(edge.pkg.as_str()) {
                    parents.insert(edge.pkg.as_str(), Some(id));
                    queue.push_back(edge.pkg.as_str());
                }
            }
        }
        Reach { packages, parents }
    }
}

impl Package {
    /// Whether this package may go to a registry.
    pub(super) fn is_published(&self) -> bool {
        self.publish
            .as_ref()
            .is_none_or(|registries| !registries.is_empty())
    }

    /// The manifest's path as a reader of this workspace knows it.
    pub(super) fn manifest_in(&self, root: &Path) -> String {
        let path = Path::new(&self.manifest_path);
        path.strip_prefix(root)
            .unwrap_or(path)
            .display()
            .to_string()
    }
}

/// The packages found by [`Metadata::reach`], each with the one that asked for it.
#[derive(Debug)]
pub(super) struct Reach<'a> {
    packages: BTreeMap<&'a str, &'a Package>,
    parents: BTreeMap<&'a str, Option<&'a str>>,
}

impl<'a> Reach<'a> {
    /// The packages, by name and version.
    pub(super) fn packages(&self) -> Vec<&'a Package> {
        let mut found: Vec<_> = self
            .parents
            .keys()
            .filter_map(|id| self.packages.get(id).copied())
            .collect();
        found.sort_by_key(|package| (&package.name, &package.version));
        found
    }

    /// How `package` came in: `alpaca-trading > reqwest > hyper`.
    pub(super) fn way_to(&self, package: &Package) -> String {
        let mut names = Vec::new();
        let mut at = Some(package.id.as_str());
        while let Some(id) = at {
            names.push(
                self.packages
                    .get(id)
                    .map_or(id, |package| package.name.as_str()),
            );
            at = self.parents.get(id).copied().flatten();
        }
        names.reverse();
        names.join(" > ")
    }
}

/// Small graphs written as text, for the tests of every check that reads metadata.
#[cfg(test)]
pub(super) mod sample {
    use serde_json::{Value, json};

    use super::Metadata;

    /// A package that depends on nothing; `fields` are laid over the defaults.
    pub(in crate::ci) fn package(name: &str, fields: &Value) -> Value {
        let mut package = json!({
            "id": name, "name": name, "version": "1.0.0", "license": "MIT", "license_file": null,
            "rust_version": null, "publish": null, "manifest_path": format!("{name}/Cargo.toml"),
        });
        for (key, value) in fields.as_object().unwrap() {
            package[key] = value.clone();
        }
        package
    }

    /// Metadata of `packages`. An edge is (from, to, kind), kind being "" for normal.
    pub(in crate::ci) fn metadata(
        members: &[&str],
        packages: &[Value],
        edges: &[(&str, &str, &str)],
    ) -> Metadata {
        let nodes: Vec<_> = packages
            .iter()
            .map(|package| {
                let deps: Vec<_> = edges
                    .iter()
                    .filter(|(from, ..)| package["id"] == *from)
                    .map(|(_, to, kind)| {
                        let kind = if kind.is_empty() {
                            Value::Null
                        } else {
                            json!(kind)
                        };
                        let kinds = [json!({"kind": kind, "target": null})];
                        json!({"name": to, "pkg": to, "dep_kinds": kinds})
                    })
                    .collect();
                json!({"id": package["id"], "deps": deps, "features": []})
            })
            .collect();
        serde_json::from_value(json!({
            "packages": packages, "workspace_members": members, "resolve": {"nodes": nodes},
        }))
        .unwrap()
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::sample::{metadata, package};
    use super::*;

    fn graph() -> Metadata {
        let packages: Vec<_> = ["app", "lib", "deep", "gen", "gen-dep", "harness"]
            .map(|name| package(name, &json!({})))
            .into_iter()
            .chain([package("task", &json!({"publish": []}))])
            .collect();
        metadata(
            &["app", "task"],
            &packages,
            &[
                ("app", "lib", ""),
                ("lib", "deep", ""),
                ("app", "gen", "build"),
                ("gen", "gen-dep", ""),
                ("app", "harness", "dev"),
                ("task", "app", ""),
                // A circle through a dev-dependency is legal and must end.
                ("harness", "app", ""),
            ],
        )
    }

    fn names(metadata: &Metadata, kinds: &[Kind]) -> Vec<String> {
        let reach = metadata.reach(metadata.published().unwrap(), kinds);
        reach
            .packages()
            .iter()
            .map(|package| package.name.clone())
            .collect()
    }

    #[test]
    fn reach_follows_only_the_kinds_asked_for() {
        let graph = graph();
        assert_eq!(names(&graph, &[Kind::Normal]), ["app", "deep", "lib"]);
        assert_eq!(
            names(&graph, &[Kind::Normal, Kind::Build]),
            ["app", "deep", "gen", "gen-dep", "lib"]
        );
        assert_eq!(
            names(&graph, ANY),
            ["app", "deep", "gen", "gen-dep", "harness", "lib"]
        );
    }

    #[test]
    fn the_way_to_a_package_names_each_step() {
        let graph = graph();
        let reach = graph.reach(graph.published().unwrap(), &[Kind::Normal]);
        let deep = graph
            .packages
            .iter()
            .find(|package| package.name == "deep")
            .unwrap();
        assert_eq!(reach.way_to(deep), "app > lib > deep");
    }

    #[test]
    fn an_empty_publish_list_means_not_published() {
        let graph = graph();
        let published: Vec<_> = graph.published().unwrap().iter().map(|p| &p.name).collect();
        assert_eq!(published, ["app"]);
    }

    #[test]
    fn a_workspace_that_publishes_nothing_is_an_error() {
        let graph = metadata(&["task"], &[package("task", &json!({"publish": []}))], &[]);
        assert!(graph.published().unwrap_err().contains("publish = false"));
    }

    #[test]
    fn a_manifest_is_named_from_the_root() {
        let root = Path::new("root-folder");
        let inside = package(
            "app",
            &json!({"manifest_path": "root-folder/app/Cargo.toml"}),
        );
        let inside: Package = serde_json::from_value(inside).unwrap();
        assert_eq!(inside.manifest_in(root), "app/Cargo.toml");
    }
}
