//! `msrv`: the oldest Rust that we promise is one that our dependencies accept.
//!
//! The promise is `[workspace.package] rust-version` in the root manifest. Every published crate
//! must make the same one, and nothing that is built with them (build scripts' dependencies
//! included) may ask for more. Tests may use newer crates: users do not build those.

use std::fs;
use std::path::Path;

use serde::Deserialize;

use super::command::{Outcome, Workspace};
use super::metadata::{Kind, Metadata, Package};

/// Checks the published crates and their dependencies against the promise.
pub(super) fn check(workspace: &Workspace) -> Result<Outcome, String> {
    let promised = promised(&workspace.root)?;
    let metadata = Metadata::load(workspace)?;
    let faults = faults(&metadata, &promised, &workspace.root)?;
    if faults.is_empty() {
        return Ok(Outcome::Passed);
    }
    Err(faults.join("\n"))
}

/// The root manifest's `rust-version`.
fn promised(root: &Path) -> Result<String, String> {
    let text =
        fs::read_to_string(root.join("Cargo.toml")).map_err(|e| format!("Cargo.toml: {e}"))?;
    parse_promise(&text).map_err(|error| format!("Cargo.toml: {error}"))
}

fn parse_promise(manifest: &str) -> Result<String, String> {
    let manifest: Manifest = toml::from_str(manifest).map_err(|error| error.to_string())?;
    manifest.workspace.package.rust_version.ok_or_else(|| {
        "[workspace.package] has no rust-version, so there is no promise to keep".to_owned()
    })
}

fn faults(metadata: &Metadata, promised: &str, root: &Path) -> Result<Vec<String>, String> {
    let limit = Version::parse(promised).map_err(|e| format!("Cargo.toml: rust-version: {e}"))?;
    let published = metadata.published()?;
    let mut faults = Vec::new();

    for package in &published {
        let manifest = package.manifest_in(root);
        match declared(package) {
            Ok(Some(version)) if version == limit => {}
            Ok(version) => {
                let found = version.map_or_else(
                    || "is missing".to_owned(),
                    |version| format!("is {version}"),
                );
                faults.push(format!(
                    "{manifest}: rust-version {found}; the workspace promises {limit}, write \
                     `rust-version.workspace = true`"
                ));
            }
            Err(error) => faults.push(format!("{manifest}: {error}")),
        }
    }

    let built = metadata.reach(published, &[Kind::Normal, Kind::Build]);
    for package in built.packages() {
        if metadata.is_member(package) && package.is_published() {
            continue;
        }
        let fault = match declared(package) {
            Ok(Some(version)) if version > limit => {
                format!("needs Rust {version}; the workspace promises {limit}")
            }
            Ok(_) => continue,
            Err(error) => error,
        };
        let Package { name, version, .. } = package;
        faults.push(format!(
            "{name} {version}: {fault} (by way of {})",
            built.way_to(package)
        ));
    }
    Ok(faults)
}

fn declared(package: &Package) -> Result<Option<Version>, String> {
    let text = package.rust_version.as_deref();
    text.map(Version::parse)
        .transpose()
        .map_err(|error| format!("rust-version: {error}"))
}

/// A Rust version: `1.88` is `1.88.0`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Version([u64; 3]);

impl Version {
    fn parse(text: &str) -> Result<Self, String> {
        let mut version = [0; 3];
        let mut parts = text.split('.');
        for (place, part) in version.iter_mut().zip(parts.by_ref()) {
            *place = part
                .parse()
                .map_err(|_| format!("`{text}` is no Rust version"))?;
        }
        if parts.next().is_some() {
            return Err(format!("`{text}` is no Rust version"));
        }
        Ok(Self(version))
    }
}

impl std::fmt::Display for Version {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let [major, minor, patch] = self.0;
        write!(f, "{major}.{minor}")?;
        if patch == 0 {
            Ok(())
        } else {
            write!(f, ".{patch}")
        }
    }
}

#[derive(Deserialize)]
struct Manifest {
    workspace: WorkspaceSection,
}

#[derive(Deserialize)]
struct WorkspaceSection {
    package: PackageSection,
}

#[derive(Deserialize)]
#[serde(rename_all = "kebab-case")]
struct PackageSection {
    rust_version: Option<String>,
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::super::metadata::sample::{metadata, package};
    use super::*;

    /// The faults of a crate that promises `own` and depends on one that needs `dep`.
    fn found(own: Option<&str>, dep: Option<&str>, kind: &str) -> Vec<String> {
        let packages = [
            package("app", &json!({"rust_version": own})),
            package("dep", &json!({"rust_version": dep})),
        ];
        let metadata = metadata(&["app"], &packages, &[("app", "dep", kind)]);
        faults(&metadata, "1.88", Path::new("")).unwrap()
    }

    #[test]
    fn versions_compare_by_number() {
        let version = |text| Version::parse(text).unwrap();
        assert_eq!(version("1.88"), version("1.88.0"));
        assert!(version("1.9") < version("1.88"));
        assert!(version("1.88.1") > version("1.88"));
        assert!(version("2") > version("1.99"));
        for bad in ["", "1.x", "1.2.3.4", "1.88-nightly", "stable"] {
            assert!(Version::parse(bad).unwrap_err().contains(bad), "{bad}");
        }
    }

    #[test]
    fn older_and_undeclared_dependencies_pass() {
        for dep in [None, Some("1.31"), Some("1.88"), Some("1.88.0")] {
            assert_eq!(found(Some("1.88"), dep, ""), [""; 0], "{dep:?}");
        }
    }

    #[test]
    fn a_newer_dependency_is_named() {
        for kind in ["", "build"] {
            assert_eq!(
                found(Some("1.88.0"), Some("1.89"), kind),
                ["dep 1.0.0: needs Rust 1.89; the workspace promises 1.88 (by way of app > dep)"]
            );
        }
    }

    #[test]
    fn tests_may_use_newer_crates() {
        assert_eq!(found(Some("1.88"), Some("1.95"), "dev"), [""; 0]);
    }

    #[test]
    fn a_published_crate_makes_the_same_promise() {
        for (own, what) in [
            (None, "is missing"),
            (Some("1.85"), "is 1.85"),
            (Some("1.90"), "1.90"),
        ] {
            let faults = found(own, None, "").concat();
            assert!(
                faults.starts_with("app/Cargo.toml: rust-version"),
                "{faults}"
            );
            assert!(faults.contains(what), "{faults}");
        }
    }

    #[test]
    fn the_promise_stands_in_the_root_manifest() {
        let manifest = "[workspace.package]\nrust-version = \"1.88\"\n";
        assert_eq!(parse_promise(manifest).unwrap(), "1.88");
        assert!(
            parse_promise("[workspace.package]\n")
                .unwrap_err()
                .contains("rust-version")
        );
    }
}
