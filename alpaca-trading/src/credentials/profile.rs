//! Named profiles: the keys of several accounts in one TOML file of the user's own.
//!
//! ```toml
//! [default]
//! key_id = "PK..."
//! secret_key = "..."
//! environment = "paper"   # which is also what no environment means
//!
//! [live-account]
//! oauth_token = "..."
//! environment = "live"    # or base_url = "https://..."
//! ```
//!
//! An error gives the line, never what stands there: not a value, nor a name that is not known, since
//! a key that was pasted into the wrong place may be either. For the same reason nothing of the TOML
//! library's messages is shown.

use std::path::Path;

use toml::Spanned;
use toml::de::{DeTable, DeValue};

use super::Credentials;
use super::profile_file::{position, read};
use super::settings::{self, Given, Setting};
use crate::{Environment, Problem};

/// The profile that is used when none is named.
pub(super) const DEFAULT: &str = "default";

/// The settings of a profile.
const SETTINGS: [&str; 5] = [
    "key_id",
    "secret_key",
    "oauth_token",
    "environment",
    "base_url",
];

/// How many places of a file that is no TOML are named: one mistake can upset many lines.
const MAX_PLACES: usize = 8;

/// What a profile says.
#[derive(Debug)]
pub(crate) struct Loaded {
    pub(crate) credentials: Credentials,
    /// `None` where the profile does not say, which means paper.
    pub(crate) environment: Option<Environment>,
    /// What the user should know, such as that others can read the file.
    pub(crate) warnings: Vec<String>,
}

/// Reads one profile of a file; all that is wrong with it is one error. Mistakes in other profiles do
/// not matter.
///
/// `allow_plain_http` lets the base URL be `http` to another machine.
pub(crate) fn load(
    path: &Path,
    profile: &str,
    allow_plain_http: bool,
) -> Result<Loaded, Vec<Problem>> {
    let file = path.display().to_string();
    let (text, warnings) = read(path).map_err(|why| vec![Problem::new(file.clone(), why)])?;
    let (document, errors) = DeTable::parse_recoverable(&text);
    if !errors.is_empty() {
        return Err(not_toml(&file, &text, &errors));
    }
    let document = document.get_ref();

    let mut problems = Vec::new();
    for (key, value) in document {
        if !value.get_ref().is_table() {
            problems.push(Problem::new(
                at(&file, &text, key.span().start),
                "stands outside of any profile: write the profile's name above it, as in [default]",
            ));
        }
    }
    let found = document.iter().find_map(|(key, value)| {
        let table = value.get_ref().as_table()?;
        (key.get_ref() == profile).then_some((key.span().start, table))
    });
    let Some((start, table)) = found else {
        problems.push(Problem::new(file, unknown(profile, document, &text)));
        return Err(problems);
    };

    let section = Section {
        file: &file,
        text: &text,
        profile: shown(profile),
    };
    section.refuse_unknown(table, &mut problems);
    let [key_id, secret_key, oauth, word, base_url] =
        SETTINGS.map(|name| section.setting(name, table, &mut problems));
    let credentials = settings::credentials(&key_id, &secret_key, &oauth, &mut problems);
    let environment = settings::environment(&word, &base_url, allow_plain_http, &mut problems);
    if ![&key_id, &secret_key, &oauth]
        .iter()
        .any(|key| key.is_given())
    {
        problems.push(Problem::new(
            format!("[{}] in {}", section.profile, at(&file, &text, start)),
            "has no keys: give it key_id and secret_key, or oauth_token",
        ));
    }
    match credentials {
        Some(credentials) if problems.is_empty() => Ok(Loaded {
            credentials,
            environment,
            warnings,
        }),
        _ => Err(problems),
    }
}

/// The profile that is read, and where.
struct Section<'a> {
    file: &'a str,
    text: &'a str,
    profile: String,
}

impl Section<'_> {
    fn refuse_unknown(&self, table: &DeTable<'_>, problems: &mut Vec<Problem>) {
        for key in table.keys() {
            if !SETTINGS.contains(&key.get_ref().as_ref()) {
                problems.push(Problem::new(
                    format!(
                        "[{}] in {}",
                        self.profile,
                        at(self.file, self.text, key.span().start)
                    ),
                    format!(
                        "has a name that no profile has: the names are {}",
                        SETTINGS.join(", ")
                    ),
                ));
            }
        }
    }

    fn setting(&self, name: &str, table: &DeTable<'_>, problems: &mut Vec<Problem>) -> Setting {
        let full = |place: &str| format!("{name} of [{}] in {place}", self.profile);
        let Some((key, value)) = table.iter().find(|(key, _)| key.get_ref() == name) else {
            return Setting {
                name: full(self.file),
                given: Given::Nothing,
            };
        };
        let full = full(&at(self.file, self.text, key.span().start));
        match value.get_ref() {
            DeValue::String(text) => Setting::new(full, Some(text.to_string()), problems),
            _ => {
                problems.push(Problem::new(full.clone(), "is not a text in quotes"));
                Setting {
                    name: full,
                    given: Given::Unusable,
                }
            }
        }
    }
}

fn not_toml(file: &str, text: &str, errors: &[toml::de::Error]) -> Vec<Problem> {
    let places = errors.iter().take(MAX_PLACES).map(|error| {
        let start = error.span().map_or(0, |span| span.start);
        let (line, column) = position(text.as_bytes(), start);
        let what = if error.message() == "duplicate key" {
            "gives a name that was given before"
        } else {
            "is not TOML: a setting reads name = \"text\", and a profile begins with [its-name]"
        };
        Problem::new(format!("{file}, line {line}, column {column}"), what)
    });
    let mut problems: Vec<Problem> = places.collect();
    problems.dedup();
    problems
}

/// Names the profiles that stand in brackets of their own: what else makes a table in TOML, such as a
/// dot in a name, may be a key in the wrong place.
fn unknown(profile: &str, document: &DeTable<'_>, text: &str) -> String {
    let in_brackets = |value: &Spanned<DeValue<'_>>| {
        value.get_ref().is_table() && text.as_bytes().get(value.span().start) == Some(&b'[')
    };
    let known: Vec<String> = document
        .iter()
        .filter(|(_, value)| in_brackets(value))
        .map(|(key, _)| format!("[{}]", shown(key.get_ref())))
        .collect();
    let has = if known.is_empty() {
        "none at all".to_owned()
    } else {
        known.join(", ")
    };
    format!("has no profile [{}]; it has {has}", shown(profile))
}

/// A profile's name without what would upset a terminal or a log.
fn shown(profile: &str) -> String {
    profile.escape_debug().to_string()
}

fn at(file: &str, text: &str, offset: usize) -> String {
    let (line, _) = position(text.as_bytes(), offset);
    format!("{file}, line {line}")
}

#[cfg(test)]
mod tests {
    use std::fs;
    use std::path::PathBuf;

    use super::*;

    const GOOD: &str = r#"
[default]
key_id = "PKDEFAULT"
secret_key = "hidden-secret"
environment = "paper"

[live-account]
oauth_token = "hidden-token"
environment = "live"

[unsaid]
key_id = "PKUNSAID"
secret_key = "hidden-secret"

[local]
key_id = "PKLOCAL"
secret_key = "hidden-secret"
base_url = "http://127.0.0.1:8765/v2"
"#;

    /// A file of the user's own, with its folder.
    fn file(content: impl AsRef<[u8]>) -> (tempfile::TempDir, PathBuf) {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("credentials.toml");
        fs::write(&path, content).unwrap();
        #[cfg(unix)]
        {
            use std::os::unix::fs::PermissionsExt as _;
            fs::set_permissions(&path, fs::Permissions::from_mode(0o600)).unwrap();
        }
        (folder, path)
    }

    fn loaded(content: &str, profile: &str) -> Loaded {
        let (_folder, path) = file(content);
        let loaded = load(&path, profile, false).unwrap();
        assert!(!format!("{loaded:?}").contains("hidden"));
        loaded
    }

    /// The problems as one text, with `FILE` for the path.
    fn refused(content: impl AsRef<[u8]>, profile: &str) -> String {
        let (_folder, path) = file(content);
        let problems = load(&path, profile, false).unwrap_err();
        let text = Problem::list(&problems);
        assert!(!format!("{text}{problems:?}").contains("hidden"), "{text}");
        text.replace(&path.display().to_string(), "FILE")
    }

    #[test]
    fn each_profile_has_its_keys_and_its_environment() {
        let default = loaded(GOOD, "default");
        assert_eq!(default.credentials.key_id(), Some("PKDEFAULT"));
        assert_eq!(default.environment, Some(Environment::Paper));
        assert!(default.warnings.is_empty());
        let live = loaded(GOOD, "live-account");
        assert!(format!("{live:?}").contains("Bearer"));
        assert_eq!(live.environment, Some(Environment::Live));
        let unsaid = loaded(GOOD, "unsaid");
        assert_eq!(unsaid.credentials.key_id(), Some("PKUNSAID"));
        assert_eq!(unsaid.environment.unwrap_or_default(), Environment::Paper);
        let local = loaded(GOOD, "local").environment.unwrap();
        assert_eq!(local.base_url().unwrap(), "http://127.0.0.1:8765");
    }

    #[test]
    fn a_file_of_another_editor_is_read_as_well() {
        let windows = format!("\u{feff}{}", GOOD.replace('\n', "\r\n"));
        assert_eq!(
            loaded(&windows, "default").credentials.key_id(),
            Some("PKDEFAULT")
        );
        let inline = r#"a = { key_id = "PKA", secret_key = "hidden" }"#;
        assert_eq!(loaded(inline, "a").credentials.key_id(), Some("PKA"));
    }

    #[test]
    fn what_is_wrong_is_named_by_its_line() {
        for (content, expected) in [
            (
                "[default]\nkey_id = \"PK1\"\n",
                "secret_key of [default] in FILE: is not set, although key_id of [default] in \
                 FILE, line 2 is",
            ),
            (
                "[default]\nsecret_key = \"hidden\"\n",
                "key_id of [default] in FILE: is not set, although secret_key",
            ),
            (
                "[default]\nkey_id = \"PK1\"\nsecret_key = \"hidden\"\noauth_token = \"hidden\"",
                "oauth_token of [default] in FILE, line 4: is set together with key_id",
            ),
            (
                "[default]\nenvironment = \"paper\"",
                "[default] in FILE, line 1: has no keys",
            ),
            (
                "[default]\noauth_token = \"hidden\"\n\nhidden_kye = \"hidden\"",
                "[default] in FILE, line 4: has a name that no profile has: the names are key_id",
            ),
            (
                "[default]\noauth_token = 123",
                "oauth_token of [default] in FILE, line 2: is not a text in quotes",
            ),
            (
                "[default]\noauth_token = \"\"",
                "oauth_token of [default] in FILE, line 2: is set but empty",
            ),
            (
                "[default]\noauth_token = \"hidden \"",
                "oauth_token of [default] in FILE, line 2: has a space",
            ),
            (
                "[default]\noauth_token = \"hidden\"\nenvironment = \"Live\"",
                "environment of [default] in FILE, line 3: is neither of the two words",
            ),
            (
                "[default]\noauth_token = \"hidden\"\nbase_url = \"http://far.example\"",
                "base_url of [default] in FILE, line 3: would send the keys unencrypted",
            ),
            (
                "[default]\noauth_token = \"hidden\"\nenvironment = \"paper\"\n\
                 base_url = \"https://api.alpaca.markets\"",
                "environment of [default] in FILE, line 3: says paper, but base_url of [default] \
                 in FILE, line 4 leads to live",
            ),
            (
                "hidden_id = \"hidden\"\n[default]\noauth_token = \"hidden\"",
                "FILE, line 1: stands outside of any profile",
            ),
            (
                "[[default]]\noauth_token = \"hidden\"",
                "FILE, line 1: stands outside of any profile",
            ),
        ] {
            let problems = refused(content, "default");
            assert!(problems.contains(expected), "`{expected}` in `{problems}`");
        }
        let all = refused(
            "[default]\nkey_id = \"\"\nhidden = 1\nenvironment = true\nbase_url = \"x\"",
            "default",
        );
        for line in ["secret_key of", "line 2", "line 3", "line 4", "line 5"] {
            assert!(all.contains(line), "{line} in {all}");
        }
    }

    #[test]
    fn a_mistake_in_another_profile_does_not_matter() {
        let content = format!("{GOOD}\n[other]\nhidden = 1\n");
        assert!(loaded(&content, "default").warnings.is_empty());
    }

    #[test]
    fn an_unknown_profile_is_told_the_known_ones() {
        assert_eq!(
            refused(GOOD, "Default"),
            "FILE: has no profile [Default]; it has [default], [live-account], [local], [unsaid]"
        );
        assert_eq!(
            refused("", "a\u{1b}[2Jb"),
            "FILE: has no profile [a\\u{1b}[2Jb]; it has none at all"
        );
        // A dotted name makes a table too, but may be a key in the wrong place.
        let dotted = refused("hidden.name = \"x\"\n[one]", "default");
        assert!(dotted.ends_with("it has [one]"), "{dotted}");
    }

    #[test]
    fn what_is_not_toml_is_placed_but_not_shown() {
        for (content, place) in [
            ("[default]\nsecret_key = hidden\n", "line 2, column 14"),
            ("[default]\nsecret_key = \"hidden\n", "line 2, column "),
            ("[default]\nhidden hidden\n", "line 2, column "),
            ("[default\nhidden = \"hidden\"\n", "line 1, column "),
            (
                "[default]\noauth_token = \"hidden1\"\n\noauth_token = \"hidden2\"\n",
                "line 4, column 1: gives a name that was given before",
            ),
        ] {
            let problems = refused(content, "default");
            assert!(
                problems.starts_with(&format!("FILE, {place}")),
                "`{place}` in `{problems}`"
            );
        }
        let many = refused("hidden\n".repeat(10_000), "default");
        assert_eq!(many.matches("is not TOML").count(), MAX_PLACES, "{many}");
    }

    #[test]
    fn a_file_that_only_nests_is_refused_in_time() {
        for part in ["[", "a=[", "a.", "{a="] {
            let content = part.repeat(200_000 / part.len());
            assert!(refused(content, "default").contains("FILE"));
        }
    }
}
