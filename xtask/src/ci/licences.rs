//! `licences`: `deny.toml` allows what we depend on.
//!
//! Two rules. The licence of every package that the workspace needs, for whatever purpose, must be
//! on the allow list; and no banned crate may be among what the published crates link. A banned
//! crate that only a test or a build script uses never reaches a user, so that is not looked at.

use std::collections::BTreeSet;

use spdx::{Expression, ParseMode};

use super::command::{Outcome, Workspace};
use super::deny::{FILE, Policy, grants};
use super::metadata::{ANY, Kind, Metadata, Package};

/// Checks the workspace against its `deny.toml`.
pub(super) fn check(workspace: &Workspace) -> Result<Outcome, String> {
    let policy = Policy::load(&workspace.root)?;
    let metadata = Metadata::load(workspace)?;
    let verdict = judge(&policy, &metadata)?;
    for warning in &verdict.warnings {
        eprintln!("warning: licences: {warning}");
    }
    if verdict.faults.is_empty() {
        return Ok(Outcome::Passed);
    }
    Err(verdict.faults.join("\n"))
}

/// What `deny.toml` has to say about a workspace.
#[derive(Debug)]
struct Verdict {
    faults: Vec<String>,
    /// Entries of the file that nothing needs.
    warnings: Vec<String>,
}

fn judge(policy: &Policy, metadata: &Metadata) -> Result<Verdict, String> {
    let mut faults = Vec::new();
    let mut used = Used::default();

    let all = metadata.reach(metadata.members(), ANY);
    for package in all.packages() {
        // Our own tools are not handed to anyone; their dependencies are still looked at.
        if metadata.is_member(package) && !package.is_published() {
            continue;
        }
        if let Err(fault) = judge_package(policy, package, &mut used) {
            let Package { name, version, .. } = package;
            faults.push(format!(
                "{name} {version}: {fault} (by way of {})",
                all.way_to(package)
            ));
        }
    }

    let linked = metadata.reach(metadata.published()?, &[Kind::Normal]);
    for package in linked.packages() {
        if let Some(ban) = policy.ban_of(package) {
            let Package { name, version, .. } = package;
            let reason = ban.reason.as_deref().unwrap_or("no reason given");
            let way = linked.way_to(package);
            faults.push(format!(
                "{name} {version}: banned by {FILE} [bans] deny: {reason} (by way of {way})"
            ));
        }
    }
    Ok(Verdict {
        faults,
        warnings: used.complement(policy),
    })
}

/// Whether the policy allows this one package, and if not, why.
fn judge_package(policy: &Policy, package: &Package, used: &mut Used) -> Result<(), String> {
    let mut exceptions = Vec::new();
    for (index, exception) in policy.exceptions.iter().enumerate() {
        if exception.is_for(package) {
            used.exceptions.insert(index);
            exceptions.push(exception);
        }
    }

    let Some(text) = &package.license else {
        return match &package.license_file {
            None => Err("declares no licence, neither an expression nor a file".to_owned()),
            // An exception for it says that a person has read the file.
            Some(_) if !exceptions.is_empty() => Ok(()),
            Some(file) => Err(format!(
                "has only a licence file, {file}; read it, and if it may be used, name the \
                 package in {FILE} [[licenses.exceptions]]"
            )),
        };
    };

    // Lax, because crates from before SPDX became the rule write `MIT/Apache-2.0`.
    let expression = Expression::parse_mode(text, ParseMode::LAX)
        .map_err(|error| format!("licence `{text}` cannot be read: {}", error.reason))?;
    expression
        .evaluate_with_failures(|requirement| {
            for (index, licensee) in policy.allow.iter().enumerate() {
                if licensee.satisfies(requirement) {
                    used.allow.insert(index);
                }
            }
            grants(&policy.allow, requirement)
                || exceptions
                    .iter()
                    .any(|exception| grants(&exception.allow, requirement))
        })
        .map_err(|refused| {
            let refused: Vec<_> = refused
                .iter()
                .map(|failure| failure.req.to_string())
                .collect();
            format!(
                "licence `{text}`: {FILE} [licenses] allow does not list {}",
                refused.join(" or ")
            )
        })
}

/// The entries of the policy that some package needed, by their place in the lists.
#[derive(Debug, Default)]
struct Used {
    allow: BTreeSet<usize>,
    exceptions: BTreeSet<usize>,
}

impl Used {
    /// A warning for each entry that is not among these.
    fn complement(&self, policy: &Policy) -> Vec<String> {
        let allow = policy
            .allow
            .iter()
            .enumerate()
            .filter(|(index, _)| !self.allow.contains(index));
        let exceptions = policy
            .exceptions
            .iter()
            .enumerate()
            .filter(|(index, _)| !self.exceptions.contains(index));
        allow
            .map(|(_, licence)| format!("{FILE} [licenses] allow: no package offers `{licence}`"))
            .chain(exceptions.map(|(_, exception)| {
                let package = &exception.package;
                format!("{FILE} [[licenses.exceptions]]: nothing depends on `{package}`")
            }))
            .collect()
    }
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::super::metadata::sample::{metadata, package};
    use super::*;

    const POLICY: &str = r#"
        [licenses]
        allow = ["MIT", "Apache-2.0", "Apache-2.0 WITH LLVM-exception", "Unicode-3.0"]
        exceptions = [{ crate = "special", allow = ["GPL-3.0-only"] }]
        [bans]
        deny = [{ crate = "openssl-sys", reason = "one TLS stack" }]
    "#;

    /// The verdict on a workspace whose one crate depends on `name` with these `fields`.
    fn verdict(name: &str, fields: &Value, kind: &str) -> Verdict {
        let packages = [package("app", &json!({})), package(name, fields)];
        let metadata = metadata(&["app"], &packages, &[("app", name, kind)]);
        judge(&Policy::parse(POLICY).unwrap(), &metadata).unwrap()
    }

    fn faults(name: &str, licence: &str) -> Vec<String> {
        verdict(name, &json!({"license": licence}), "").faults
    }

    #[test]
    fn expressions_that_the_list_satisfies_pass() {
        for licence in [
            "MIT",
            "MIT OR Apache-2.0",
            "MIT OR LGPL-2.1-or-later",
            "(MIT OR Apache-2.0) AND Unicode-3.0",
            "Apache-2.0 WITH LLVM-exception",
            "MIT/Apache-2.0",
            "Unlicense/MIT",
        ] {
            assert_eq!(faults("dep", licence), [""; 0], "{licence}");
        }
    }

    #[test]
    fn expressions_that_it_does_not_satisfy_fail_with_what_is_refused() {
        for (licence, refused) in [
            ("GPL-3.0-only", "GPL-3.0-only"),
            ("MIT AND BSD-3-Clause", "BSD-3-Clause"),
            ("Zlib OR BSL-1.0", "Zlib or BSL-1.0"),
            ("Zlib/0BSD", "Zlib or 0BSD"),
            // Allowing a licence does not allow it with any exception, nor the other way round.
            ("MIT WITH LLVM-exception", "MIT WITH LLVM-exception"),
        ] {
            let faults = faults("dep", licence);
            assert_eq!(faults.len(), 1, "{licence}");
            let fault = faults.concat();
            assert!(
                fault.starts_with(&format!("dep 1.0.0: licence `{licence}`")),
                "{fault}"
            );
            assert!(
                fault.contains(&format!("does not list {refused} (")),
                "{fault}"
            );
            assert!(fault.contains("app > dep"), "{fault}");
        }
    }

    #[test]
    fn a_licence_that_cannot_be_read_fails() {
        assert!(
            faults("dep", "do as you like")
                .concat()
                .contains("cannot be read")
        );
    }

    #[test]
    fn a_package_must_declare_something() {
        let none = verdict("dep", &json!({"license": null}), "").faults;
        assert!(none.concat().contains("declares no licence"));
        let file = json!({"license": null, "license_file": "TERMS"});
        let unread = verdict("dep", &file, "").faults;
        assert!(unread.concat().contains("only a licence file, TERMS"));
        assert_eq!(verdict("special", &file, "").faults, [""; 0]);
    }

    #[test]
    fn an_exception_holds_for_its_package_alone() {
        assert_eq!(faults("special", "GPL-3.0-only"), [""; 0]);
        assert_eq!(faults("other", "GPL-3.0-only").len(), 1);
    }

    #[test]
    fn an_exception_for_one_version_leaves_the_others() {
        let policy = POLICY.replace("\"special\"", "\"special@1.0.0\"");
        let policy = Policy::parse(&policy).unwrap();
        let faults = |version| {
            let fields = json!({"license": "GPL-3.0-only", "version": version});
            let packages = [package("app", &json!({})), package("special", &fields)];
            let metadata = metadata(&["app"], &packages, &[("app", "special", "")]);
            judge(&policy, &metadata).unwrap().faults.len()
        };
        assert_eq!((faults("1.0.0"), faults("1.0.1")), (0, 1));
    }

    #[test]
    fn dependencies_of_every_kind_count() {
        for kind in ["", "build", "dev"] {
            let faults = verdict("dep", &json!({"license": "GPL-3.0-only"}), kind).faults;
            assert_eq!(faults.len(), 1, "{kind}");
        }
    }

    #[test]
    fn an_unpublished_member_needs_no_licence() {
        let task = package("task", &json!({"license": null, "publish": []}));
        let packages = [package("app", &json!({})), task];
        let metadata = metadata(&["app", "task"], &packages, &[]);
        let verdict = judge(&Policy::parse(POLICY).unwrap(), &metadata).unwrap();
        assert_eq!(verdict.faults, [""; 0]);
    }

    #[test]
    fn a_banned_crate_may_not_be_linked() {
        let linked = verdict("openssl-sys", &json!({}), "").faults.concat();
        assert!(
            linked.contains("one TLS stack (by way of app > openssl-sys)"),
            "{linked}"
        );
        assert_eq!(verdict("openssl-sys", &json!({}), "build").faults, [""; 0]);
        assert_eq!(verdict("openssl-sys", &json!({}), "dev").faults, [""; 0]);
    }

    #[test]
    fn entries_without_use_are_warnings() {
        let verdict = verdict("dep", &json!({"license": "MIT OR Apache-2.0"}), "");
        assert_eq!(verdict.faults, [""; 0]);
        let warnings = verdict.warnings.join("\n");
        assert!(warnings.contains("`Unicode-3.0`"), "{warnings}");
        assert!(warnings.contains("`special`"), "{warnings}");
        assert!(!warnings.contains("`MIT`"), "{warnings}");
    }
}
