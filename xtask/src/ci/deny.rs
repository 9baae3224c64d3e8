//! The part of `deny.toml` that `ci` enforces: allowed licences, exceptions, banned crates.
//!
//! The file is written for `cargo deny` as well, so it keeps that tool's names. Sections and keys
//! that are only meant for it (advisories, sources) are not read here.

use std::fs;
use std::path::Path;

use serde::Deserialize;
use spdx::{LicenseReq, Licensee, ParseMode};

use super::metadata::Package;

/// The file's name, as errors cite it.
pub(super) const FILE: &str = "deny.toml";

/// What `deny.toml` says, with its licence names understood.
#[derive(Debug)]
pub(super) struct Policy {
    /// `[licenses] allow`.
    pub(super) allow: Vec<Licensee>,
    /// `[[licenses.exceptions]]`.
    pub(super) exceptions: Vec<Exception>,
    /// `[bans] deny`.
    pub(super) banned: Vec<Ban>,
}

/// Licences that one package may have besides the allowed ones.
#[derive(Debug)]
pub(super) struct Exception {
    /// `name`, or `name@version` for one version.
    pub(super) package: String,
    pub(super) allow: Vec<Licensee>,
}

/// A crate that must not be linked into what users build.
#[derive(Debug)]
pub(super) struct Ban {
    pub(super) name: String,
    pub(super) reason: Option<String>,
}

impl Policy {
    /// Reads the file in `root`.
    pub(super) fn load(root: &Path) -> Result<Self, String> {
        let text = fs::read_to_string(root.join(FILE)).map_err(|e| format!("{FILE}: {e}"))?;
        Self::parse(&text)
    }

    /// Reads the text of the file.
    pub(super) fn parse(text: &str) -> Result<Self, String> {
        let file: File = toml::from_str(text).map_err(|e| format!("{FILE}: {e}"))?;
        let exceptions = file
            .licenses
            .exceptions
            .into_iter()
            .map(|entry| {
                let allow = licensees("[[licenses.exceptions]] allow", &entry.allow)?;
                Ok(Exception {
                    package: entry.package,
                    allow,
                })
            })
            .collect::<Result<_, String>>()?;
        Ok(Self {
            allow: licensees("[licenses] allow", &file.licenses.allow)?,
            exceptions,
            banned: file.bans.deny.into_iter().map(Ban::from).collect(),
        })
    }

    /// The ban that `package` falls under. A version in the ban is ignored: to ban more than was
    /// asked is noticed at once, to ban less is not.
    pub(super) fn ban_of(&self, package: &Package) -> Option<&Ban> {
        self.banned.iter().find(|ban| ban.name == package.name)
    }
}

impl Exception {
    /// Whether the exception is for `package`.
    pub(super) fn is_for(&self, package: &Package) -> bool {
        match self.package.split_once('@') {
            None => self.package == package.name,
            Some((name, version)) => {
                name == package.name && version.trim_start_matches('=') == package.version
            }
        }
    }
}

/// Whether one of `allowed` grants `requirement`.
pub(super) fn grants(allowed: &[Licensee], requirement: &LicenseReq) -> bool {
    allowed
        .iter()
        .any(|licensee| licensee.satisfies(requirement))
}

fn licensees(place: &str, names: &[String]) -> Result<Vec<Licensee>, String> {
    names
        .iter()
        .map(|name| {
            Licensee::parse_mode(name, ParseMode::LAX).map_err(|error| {
                format!("{FILE}: {place}: `{name}` is no licence: {}", error.reason)
            })
        })
        .collect()
}

#[derive(Deserialize)]
struct File {
    licenses: LicenceSection,
    #[serde(default)]
    bans: BanSection,
}

#[derive(Deserialize)]
struct LicenceSection {
    allow: Vec<String>,
    #[serde(default)]
    exceptions: Vec<ExceptionEntry>,
}

#[derive(Deserialize)]
struct ExceptionEntry {
    #[serde(rename = "crate", alias = "name")]
    package: String,
    allow: Vec<String>,
}

#[derive(Default, Deserialize)]
struct BanSection {
    #[serde(default)]
    deny: Vec<BanEntry>,
}

#[derive(Deserialize)]
#[serde(untagged)]
enum BanEntry {
    Name(String),
    Table {
        #[serde(rename = "crate", alias = "name")]
        package: String,
        reason: Option<String>,
    },
}

impl From<BanEntry> for Ban {
    fn from(entry: BanEntry) -> Self {
        let (package, reason) = match entry {
            BanEntry::Name(package) => (package, None),
            BanEntry::Table { package, reason } => (package, reason),
        };
        let name = package.split('@').next().unwrap_or_default().to_owned();
        Self { name, reason }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_form_of_an_entry_is_read() {
        let policy = Policy::parse(
            r#"
            [licenses]
            allow = ["MIT", "Apache-2.0 WITH LLVM-exception"]
            [[licenses.exceptions]]
            crate = "alpha@1.2.3"
            allow = ["GPL-3.0-only"]
            [[licenses.exceptions]]
            name = "beta"
            allow = ["MPL-2.0"]
            [bans]
            deny = ["openssl", { crate = "native-tls@0.2", reason = "one TLS stack" }]
            "#,
        )
        .unwrap();
        assert_eq!(policy.allow.len(), 2);
        let packages: Vec<_> = policy
            .exceptions
            .iter()
            .map(|e| e.package.as_str())
            .collect();
        assert_eq!(packages, ["alpha@1.2.3", "beta"]);
        let banned: Vec<_> = policy.banned.iter().map(|ban| ban.name.as_str()).collect();
        assert_eq!(banned, ["openssl", "native-tls"]);
    }

    #[test]
    fn an_unknown_licence_name_is_an_error_that_names_it() {
        let error = Policy::parse("[licenses]\nallow = [\"MYT\"]").unwrap_err();
        assert!(
            error.starts_with("deny.toml: [licenses] allow: `MYT`"),
            "{error}"
        );
    }

    #[test]
    fn a_missing_allow_list_is_an_error() {
        assert!(
            Policy::parse("[bans]\ndeny = []")
                .unwrap_err()
                .contains("licenses")
        );
    }
}
