//! Which credentials a client takes when the code names none.
//!
//! Environment variables come first, then a profile: the one that `ALPACA_PROFILE` names, else
//! `default`. What is said twice must agree: keys in variables beside `ALPACA_PROFILE`, or an
//! environment in variables other than the profile's, is a mistake rather than a matter of rank, since
//! rank would decide silently whose money is traded.

use std::path::Path;

use super::environment_variables::{self as variables, FromVariables};
use super::profile::{self, Loaded};
use super::profile_file;
use super::{Credentials, Lookup};
use crate::{Environment, Problem};

/// Credentials, and where they are from.
#[derive(Debug)]
pub(crate) struct Resolved {
    pub(crate) credentials: Credentials,
    pub(crate) environment: Environment,
    /// Whether the variables or the profile name the environment, rather than leaving it to paper.
    pub(crate) said: bool,
    /// What the user should know, such as that others can read the file of profiles.
    pub(crate) warnings: Vec<String>,
    /// The variables or the profile, for a first line in a log.
    pub(crate) source: String,
}

/// Finds credentials by the variables that `lookup` knows; all that is wrong is one error.
///
/// `allow_plain_http` lets a base URL be `http` to another machine.
pub(crate) fn resolve(
    lookup: &Lookup<'_>,
    allow_plain_http: bool,
) -> Result<Resolved, Vec<Problem>> {
    let (found, mut problems) = variables::read(lookup, allow_plain_http);
    if !found.credential_names.is_empty() {
        return match found.credentials {
            Some(credentials) if problems.is_empty() => Ok(Resolved {
                credentials,
                said: found.environment.is_some(),
                environment: found.environment.unwrap_or_default(),
                warnings: Vec::new(),
                source: found.credential_names.join(" and "),
            }),
            _ => Err(problems),
        };
    }
    // Which file and which profile are meant is not known when what says so is wrong.
    let astray =
        |problem: &Problem| [variables::CONFIG, variables::PROFILE].contains(&problem.setting());
    if problems.iter().any(astray) {
        return Err(problems);
    }

    let named = found.config_path.is_some() || found.profile.is_some();
    let path = found.config_path.clone();
    let path = path.or_else(|| profile_file::default_path(lookup));
    let there = |path: &Path| named || path.try_exists().unwrap_or(true);
    let Some(path) = path.as_deref().filter(|path| there(path)) else {
        problems.push(nothing_found(path.as_deref(), found.profile.as_deref()));
        return Err(problems);
    };
    let name = found.profile.as_deref().unwrap_or(profile::DEFAULT);
    match profile::load(path, name, allow_plain_http) {
        Ok(loaded) => {
            problems.extend(contradiction(&found, &loaded, name));
            if !problems.is_empty() {
                return Err(problems);
            }
            Ok(Resolved {
                credentials: loaded.credentials,
                said: found.environment.is_some() || loaded.environment.is_some(),
                environment: found.environment.or(loaded.environment).unwrap_or_default(),
                warnings: loaded.warnings,
                source: format!("profile [{}] of {}", name.escape_debug(), path.display()),
            })
        }
        Err(more) => {
            problems.extend(more);
            Err(problems)
        }
    }
}

/// The environment that the variables name, for credentials that are set in code.
pub(crate) fn environment_for(
    credentials: Credentials,
    lookup: &Lookup<'_>,
    allow_plain_http: bool,
) -> Result<Resolved, Vec<Problem>> {
    let (found, mut problems) = variables::read(lookup, allow_plain_http);
    // Credentials that are not used may be whatever they are.
    problems.retain(|problem| {
        let setting = problem.setting();
        setting.contains(variables::ENVIRONMENT) || setting.contains(variables::BASE_URL)
    });
    match problems.is_empty() {
        true => Ok(Resolved {
            credentials,
            said: found.environment.is_some(),
            environment: found.environment.unwrap_or_default(),
            warnings: Vec::new(),
            source: found.environment_names.join(" and "),
        }),
        false => Err(problems),
    }
}

/// What a user does who has set up nothing yet.
fn nothing_found(path: Option<&Path>, profile: Option<&str>) -> Problem {
    let name = profile.unwrap_or(profile::DEFAULT).escape_debug();
    let file = match path {
        Some(path) => format!("into {} (there is no such file)", path.display()),
        None => format!(
            "into a file that {} names (this user's own folder of configuration is not known)",
            variables::CONFIG
        ),
    };
    Problem::new(
        "credentials",
        format!(
            "there are none: set {} and {}, or {}, or write a profile [{name}] {file}",
            variables::KEY_ID.first().copied().unwrap_or_default(),
            variables::SECRET_KEY.first().copied().unwrap_or_default(),
            variables::OAUTH
        ),
    )
}

/// An environment of the variables that is not that of the profile.
fn contradiction(found: &FromVariables, loaded: &Loaded, name: &str) -> Option<Problem> {
    let (said, of_profile) = (found.environment.as_ref()?, loaded.environment.as_ref()?);
    (!said.is_same_service(of_profile)).then(|| {
        Problem::new(
            found.environment_names.join(" and "),
            format!(
                "says {said}, but the profile [{}] says {of_profile}: keep one of them",
                name.escape_debug()
            ),
        )
    })
}

#[cfg(test)]
mod tests {
    use std::ffi::OsString;
    use std::fs;
    use std::path::PathBuf;

    use super::*;

    const PAIR: [(&str, &str); 2] = [
        ("APCA_API_KEY_ID", "PKPAIR"),
        ("APCA_API_SECRET_KEY", "S3NTINEL"),
    ];

    const PROFILES: &str = r#"
[default]
key_id = "PKDEFAULT"
secret_key = "S3NTINEL-of-default"

[paper]
key_id = "PKPAPER"
secret_key = "S3NTINEL-of-paper"
environment = "paper"

[live]
oauth_token = "S3NTINEL-of-live"
environment = "live"
"#;

    fn run(set: &[(&str, &str)]) -> Result<Resolved, String> {
        let lookup = |name: &str| {
            let found = set.iter().find(|(known, _)| *known == name);
            found.map(|(_, value)| OsString::from(value))
        };
        let result = resolve(&lookup, false);
        let shown = format!("{result:?}");
        assert!(!shown.contains("S3NT"), "{shown}");
        result.map_err(|problems| {
            let text = Problem::list(&problems);
            assert!(!text.contains("S3NT"), "{text}");
            text
        })
    }

    fn file(content: &str) -> (tempfile::TempDir, String) {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("profiles.toml");
        fs::write(&path, content).unwrap();
        let path = path.to_str().unwrap().to_owned();
        (folder, path)
    }

    #[test]
    fn variables_come_before_profiles() {
        let (_folder, path) = file(PROFILES);
        let found = run(&[PAIR[0], PAIR[1], ("ALPACA_CONFIG", &path)]).unwrap();
        assert_eq!(found.credentials.key_id(), Some("PKPAIR"));
        assert_eq!(found.environment, Environment::Paper);
        assert_eq!(found.source, "APCA_API_KEY_ID and APCA_API_SECRET_KEY");
        assert!(found.warnings.is_empty());
        let found = run(&[PAIR[0], PAIR[1], ("APCA_API_ENV", "live")]).unwrap();
        assert_eq!(found.environment, Environment::Live);
    }

    #[test]
    fn the_named_profile_is_taken_or_the_default_one() {
        let (_folder, path) = file(PROFILES);
        let config = ("ALPACA_CONFIG", path.as_str());
        let found = run(&[config]).unwrap();
        assert_eq!(found.credentials.key_id(), Some("PKDEFAULT"));
        assert_eq!(found.environment, Environment::Paper);
        assert_eq!(found.source, format!("profile [default] of {path}"));
        let found = run(&[config, ("ALPACA_PROFILE", "live")]).unwrap();
        assert_eq!(found.environment, Environment::Live);
        assert_eq!(found.source, format!("profile [live] of {path}"));
        let problems = run(&[config, ("ALPACA_PROFILE", "other")]).unwrap_err();
        assert!(problems.contains("[other]; it has [default], [live], [paper]"));
    }

    #[cfg(unix)]
    #[test]
    fn warnings_of_the_file_come_along() {
        use std::os::unix::fs::PermissionsExt as _;
        let (_folder, path) = file(PROFILES);
        for (mode, count) in [(0o600, 0), (0o644, 1)] {
            fs::set_permissions(&path, fs::Permissions::from_mode(mode)).unwrap();
            let found = run(&[("ALPACA_CONFIG", &path)]).unwrap();
            assert_eq!(found.warnings.len(), count);
        }
    }

    #[cfg(all(unix, not(target_os = "macos")))]
    #[test]
    fn the_users_own_file_is_found() {
        let folder = tempfile::tempdir().unwrap();
        let own = folder.path().join("alpaca").join("credentials.toml");
        let set = [("XDG_CONFIG_HOME", folder.path().to_str().unwrap())];
        let problems = run(&set).unwrap_err();
        assert!(problems.contains(own.to_str().unwrap()), "{problems}");
        // Asked for by name, a file that is not there is no longer a matter of setting up.
        let problems = run(&[set[0], ("ALPACA_PROFILE", "live")]).unwrap_err();
        assert!(problems.contains("cannot be read"), "{problems}");

        fs::create_dir(own.parent().unwrap()).unwrap();
        fs::write(&own, PROFILES).unwrap();
        let found = run(&set).unwrap();
        assert_eq!(found.credentials.key_id(), Some("PKDEFAULT"));
    }

    #[test]
    fn who_has_set_up_nothing_is_told_what_to_do() {
        let problems = run(&[]).unwrap_err();
        for part in [
            "credentials: there are none",
            "APCA_API_KEY_ID and APCA_API_SECRET_KEY",
            "APCA_API_OAUTH",
            "[default]",
            "ALPACA_CONFIG",
        ] {
            assert!(problems.contains(part), "`{part}` in `{problems}`");
        }
        let problems = run(&[("ALPACA_CONFIG", "/no/such/file.toml")]).unwrap_err();
        assert!(problems.contains("/no/such/file.toml: cannot be read"));
    }

    #[test]
    fn a_profile_and_keys_cannot_both_be_meant() {
        let (_folder, path) = file(PROFILES);
        let set = [
            PAIR[0],
            PAIR[1],
            ("ALPACA_CONFIG", path.as_str()),
            ("ALPACA_PROFILE", "live"),
        ];
        let problems = run(&set).unwrap_err();
        assert!(problems.contains("ALPACA_PROFILE: is set together with APCA_API_KEY_ID"));
    }

    #[test]
    fn the_environment_of_variables_and_profile_must_agree() {
        let (_folder, path) = file(PROFILES);
        let with = |profile, name, value| {
            run(&[
                ("ALPACA_CONFIG", path.as_str()),
                ("ALPACA_PROFILE", profile),
                (name, value),
            ])
        };
        let agreed = with("live", "APCA_API_ENV", "live").unwrap();
        assert_eq!(agreed.environment, Environment::Live);
        // A profile that says nothing contradicts nothing.
        let stated = with("default", "APCA_API_ENV", "live").unwrap();
        assert_eq!(stated.environment, Environment::Live);
        for (profile, name, value) in [
            ("paper", "APCA_API_ENV", "live"),
            ("live", "APCA_API_ENV", "paper"),
            (
                "live",
                "APCA_API_BASE_URL",
                "https://paper-api.alpaca.markets",
            ),
            ("live", "APCA_API_BASE_URL", "http://127.0.0.1:1"),
        ] {
            let problems = with(profile, name, value).unwrap_err();
            let expected = format!("but the profile [{profile}] says {profile}");
            assert!(
                problems.starts_with(&format!("{name}: says ")) && problems.contains(&expected),
                "{problems}"
            );
        }
    }

    #[test]
    fn problems_of_variables_and_profile_come_together() {
        let (_folder, path) = file("[default]\nkey_id = \"PK1\"");
        let config = ("ALPACA_CONFIG", path.as_str());
        let problems = run(&[config, ("APCA_API_ENV", "LIVE")]).unwrap_err();
        assert!(problems.contains("APCA_API_ENV: ") && problems.contains("secret_key of"));
        // With a broken pointer to it, no file is read in its stead.
        let problems = run(&[("ALPACA_CONFIG", ""), ("HOME", "/")]).unwrap_err();
        assert_eq!(problems, "ALPACA_CONFIG: is set but empty");
    }

    /// Numbers that are the same in every run (xorshift).
    struct Dice(u64);

    impl Dice {
        fn below(&mut self, bound: usize) -> usize {
            self.0 ^= self.0 << 13;
            self.0 ^= self.0 >> 7;
            self.0 ^= self.0 << 17;
            usize::try_from(self.0 % u64::try_from(bound).unwrap()).unwrap()
        }
    }

    #[test]
    fn no_mistake_in_a_file_shows_what_is_in_it() {
        // Brackets are left out: what stands in them is the name of a profile, which is shown.
        const TYPED: [&str; 12] = [
            "\"", "'", "=", "\n", ".", "{", "}", "#", ",", " ", "\\", "\u{e9}",
        ];
        let folder = tempfile::tempdir().unwrap();
        let path: PathBuf = folder.path().join("profiles.toml");
        let mut refused = 0;
        for seed in 1..=500_u64 {
            let mut dice = Dice(seed.wrapping_mul(0x9e37_79b9_7f4a_7c15));
            let mut content: Vec<char> = PROFILES.chars().collect();
            for _ in 0..=dice.below(4) {
                let place = dice.below(content.len());
                match dice.below(3) {
                    0 if !"[]".contains(content[place]) => drop(content.remove(place)),
                    1 => content.truncate(place.max(2)),
                    _ => {
                        let typed = TYPED[dice.below(TYPED.len())];
                        content.splice(place..place, typed.chars());
                    }
                }
            }
            let content: String = content.into_iter().collect();
            fs::write(&path, &content).unwrap();
            let path = path.to_str().unwrap();
            for profile in ["default", "paper", "live", "none"] {
                // `run` looks for the secret in whatever comes out.
                let result = run(&[("ALPACA_CONFIG", path), ("ALPACA_PROFILE", profile)]);
                refused += usize::from(result.is_err());
                assert!(profile != "none" || result.is_err(), "seed {seed}");
            }
        }
        assert!(refused > 1000, "the mistakes are mistakes: {refused}");
    }

    #[test]
    fn no_mistake_in_variables_shows_what_is_in_them() {
        const NAMES: [&str; 7] = [
            "APCA_API_KEY_ID",
            "ALPACA_API_KEY",
            "APCA_API_SECRET_KEY",
            "ALPACA_SECRET_KEY",
            "APCA_API_OAUTH",
            "APCA_API_ENV",
            "APCA_API_BASE_URL",
        ];
        const VALUES: [&str; 9] = [
            "",
            "xS3NTINEL",
            "xS3NTINEL ",
            "\nS3NTINEL",
            "S3NTINEL\u{e9}",
            "https://S3NTINEL:S3NTINEL@host",
            "https://host?S3NTINEL#S3NTINEL",
            "paper",
            "live",
        ];
        let mut refused = 0;
        for seed in 1..=2000_u64 {
            let mut dice = Dice(seed.wrapping_mul(0x9e37_79b9_7f4a_7c15));
            let mut set = Vec::new();
            for name in NAMES {
                if dice.below(2) == 0 {
                    set.push((name, VALUES[dice.below(VALUES.len())]));
                }
            }
            refused += usize::from(run(&set).is_err());
        }
        assert!(refused > 1000, "the mistakes are mistakes: {refused}");
    }
}
