//! Credentials and environment from the variables of the process.
//!
//! | variable | what it says |
//! | --- | --- |
//! | `APCA_API_KEY_ID`, `APCA_API_SECRET_KEY` | a key pair; Alpaca's own clients read these |
//! | `ALPACA_API_KEY`, `ALPACA_SECRET_KEY` | the same two, by the names that other programs use |
//! | `APCA_API_OAUTH` | an OAuth token, instead of a pair |
//! | `APCA_API_ENV` | `paper` or `live` |
//! | `APCA_API_BASE_URL` | the address of a service, instead of a word |
//! | `ALPACA_PROFILE` | the name of a profile, instead of keys |
//! | `ALPACA_CONFIG` | the file that profiles are read from |
//!
//! A variable that is set to nothing is a mistake, not an unset one: a script that failed to fill it
//! must not change which account is traded.

use std::ffi::OsString;
use std::path::PathBuf;

use super::settings::{self, Given, Setting};
use super::{Credentials, Lookup};
use crate::{Environment, Problem};

/// The names of the key id, the first of them Alpaca's own.
pub(super) const KEY_ID: &[&str] = &["APCA_API_KEY_ID", "ALPACA_API_KEY"];

/// The names of the secret key.
pub(super) const SECRET_KEY: &[&str] = &["APCA_API_SECRET_KEY", "ALPACA_SECRET_KEY"];

/// The name of the OAuth token.
pub(super) const OAUTH: &str = "APCA_API_OAUTH";

/// The name of the environment's word.
pub(super) const ENVIRONMENT: &str = "APCA_API_ENV";

/// The name of the base URL.
pub(super) const BASE_URL: &str = "APCA_API_BASE_URL";

/// The name of the file of profiles.
pub(super) const CONFIG: &str = "ALPACA_CONFIG";

/// The name of the profile to use.
pub(super) const PROFILE: &str = "ALPACA_PROFILE";

/// What the variables say; `None` is what they do not speak of.
#[derive(Debug)]
pub(crate) struct FromVariables {
    pub(crate) credentials: Option<Credentials>,
    pub(crate) environment: Option<Environment>,
    pub(crate) config_path: Option<PathBuf>,
    pub(crate) profile: Option<String>,
    /// Which variables hold the credentials, be they usable or not.
    pub(super) credential_names: Vec<String>,
    /// Which variables state the environment.
    pub(super) environment_names: Vec<String>,
}

/// Reads the variables that `lookup` knows; all that is wrong with them is one error.
///
/// `allow_plain_http` lets the base URL be `http` to another machine.
#[cfg(test)]
fn from_variables(
    lookup: &Lookup<'_>,
    allow_plain_http: bool,
) -> Result<FromVariables, Vec<Problem>> {
    let (found, problems) = read(lookup, allow_plain_http);
    if problems.is_empty() {
        Ok(found)
    } else {
        Err(problems)
    }
}

/// What can be used, and what is wrong with the rest.
pub(super) fn read(lookup: &Lookup<'_>, allow_plain_http: bool) -> (FromVariables, Vec<Problem>) {
    let mut problems = Vec::new();
    let mut text = |names: &[&str]| variable(lookup, names, &mut problems);
    let key_id = text(KEY_ID);
    let secret_key = text(SECRET_KEY);
    let oauth = text(&[OAUTH]);
    let word = text(&[ENVIRONMENT]);
    let base_url = text(&[BASE_URL]);
    let profile = text(&[PROFILE]);

    let config_path = lookup(CONFIG);
    if config_path.as_ref().is_some_and(|path| path.is_empty()) {
        problems.push(Problem::new(CONFIG, "is set but empty"));
    }
    let credential_names = names_of(&[&key_id, &secret_key, &oauth]);
    if profile.is_given() && !credential_names.is_empty() {
        problems.push(Problem::new(
            PROFILE,
            format!(
                "is set together with {}: keys and the name of a profile cannot both be meant",
                credential_names.join(" and ")
            ),
        ));
    }
    let credentials = settings::credentials(&key_id, &secret_key, &oauth, &mut problems);
    let environment = settings::environment(&word, &base_url, allow_plain_http, &mut problems);
    let found = FromVariables {
        credentials,
        environment,
        config_path: config_path
            .filter(|path| !path.is_empty())
            .map(PathBuf::from),
        profile: profile.text().map(str::to_owned),
        credential_names,
        environment_names: names_of(&[&word, &base_url]),
    };
    (found, problems)
}

fn names_of(settings: &[&Setting]) -> Vec<String> {
    let given = settings.iter().filter(|setting| setting.is_given());
    given.map(|setting| setting.name.clone()).collect()
}

/// One setting that goes by several names, all of which must say the same.
fn variable(lookup: &Lookup<'_>, names: &[&str], problems: &mut Vec<Problem>) -> Setting {
    let set: Vec<(&str, OsString)> = names
        .iter()
        .filter_map(|name| Some((*name, lookup(name)?)))
        .collect();
    let name = set.first().map(|(name, _)| *name);
    let name = name.or(names.first().copied()).unwrap_or_default();
    let before = problems.len();
    let mut agreed: Option<Setting> = None;
    for (name, value) in set {
        let Ok(text) = value.into_string() else {
            problems.push(Problem::new(name, "is not UTF-8 text"));
            continue;
        };
        let setting = Setting::new(name.to_owned(), Some(text), problems);
        match &agreed {
            Some(first) if setting.text().is_some() && first.text() != setting.text() => {
                problems.push(Problem::new(
                    first.name.clone(),
                    format!("and {name} have different values: keep one of them"),
                ));
            }
            Some(_) => {}
            None if setting.text().is_some() => agreed = Some(setting),
            None => {}
        }
    }
    match agreed {
        Some(setting) if problems.len() == before => setting,
        agreed => Setting {
            name: name.to_owned(),
            given: match agreed {
                None if problems.len() == before => Given::Nothing,
                _ => Given::Unusable,
            },
        },
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read_all(set: &[(&str, &str)]) -> Result<FromVariables, String> {
        let lookup = |name: &str| {
            let found = set.iter().find(|(known, _)| *known == name);
            found.map(|(_, value)| OsString::from(value))
        };
        from_variables(&lookup, false).map_err(|problems| {
            let shown = format!("{problems:?}");
            assert!(!shown.contains("hidden"), "{shown}");
            Problem::list(&problems)
        })
    }

    fn problems_of(set: &[(&str, &str)]) -> String {
        read_all(set).unwrap_err()
    }

    #[test]
    fn nothing_set_says_nothing() {
        let found = read_all(&[("HOME", "/somewhere"), ("PATH", "")]).unwrap();
        assert!(found.credentials.is_none() && found.environment.is_none());
        assert!(found.config_path.is_none() && found.profile.is_none());
    }

    #[test]
    fn each_variable_is_read() {
        let found = read_all(&[
            ("APCA_API_KEY_ID", "PKAAAA"),
            ("APCA_API_SECRET_KEY", "hidden"),
            ("APCA_API_ENV", "live"),
        ])
        .unwrap();
        assert_eq!(found.credentials.unwrap().key_id(), Some("PKAAAA"));
        assert_eq!(found.environment, Some(Environment::Live));

        let found = read_all(&[
            ("APCA_API_OAUTH", "hidden"),
            ("APCA_API_BASE_URL", "http://127.0.0.1:1/v2"),
        ])
        .unwrap();
        assert!(format!("{found:?}").contains("Bearer"));
        assert!(!format!("{found:?}").contains("hidden"));
        assert_eq!(
            found.environment.unwrap().base_url().unwrap(),
            "http://127.0.0.1:1"
        );

        let found = read_all(&[("ALPACA_CONFIG", "/x/y.toml"), ("ALPACA_PROFILE", "p")]).unwrap();
        assert_eq!(found.config_path, Some(PathBuf::from("/x/y.toml")));
        assert_eq!(found.profile.as_deref(), Some("p"));
    }

    #[test]
    fn either_name_of_a_key_serves_and_both_must_agree() {
        let key_id = |found: FromVariables| found.credentials.unwrap().key_id().unwrap().to_owned();
        for (id, secret) in [
            ("APCA_API_KEY_ID", "ALPACA_SECRET_KEY"),
            ("ALPACA_API_KEY", "APCA_API_SECRET_KEY"),
            ("ALPACA_API_KEY", "ALPACA_SECRET_KEY"),
        ] {
            assert_eq!(
                key_id(read_all(&[(id, "PK1"), (secret, "hidden")]).unwrap()),
                "PK1"
            );
        }
        let both = [
            ("APCA_API_KEY_ID", "PK1"),
            ("ALPACA_API_KEY", "PK1"),
            ("APCA_API_SECRET_KEY", "hidden"),
            ("ALPACA_SECRET_KEY", "hidden"),
        ];
        assert_eq!(key_id(read_all(&both).unwrap()), "PK1");

        let mut differ = both;
        differ[1].1 = "PKhidden";
        differ[3].1 = "hidden too";
        let problems = problems_of(&differ);
        for names in [
            "APCA_API_KEY_ID: and ALPACA_API_KEY have different values",
            "APCA_API_SECRET_KEY: and ALPACA_SECRET_KEY have different values",
        ] {
            assert!(problems.contains(names), "{problems}");
        }
        assert_eq!(problems.matches("; ").count(), 1, "{problems}");
    }

    #[test]
    fn half_a_pair_names_the_other_half() {
        for (set, missing) in [
            ("APCA_API_KEY_ID", "APCA_API_SECRET_KEY"),
            ("APCA_API_SECRET_KEY", "APCA_API_KEY_ID"),
            ("ALPACA_API_KEY", "APCA_API_SECRET_KEY"),
            ("ALPACA_SECRET_KEY", "APCA_API_KEY_ID"),
        ] {
            assert_eq!(
                problems_of(&[(set, "hidden")]),
                format!("{missing}: is not set, although {set} is")
            );
        }
    }

    #[test]
    fn two_kinds_of_credentials_are_refused_by_name() {
        let pair = [
            ("APCA_API_KEY_ID", "PK1"),
            ("APCA_API_SECRET_KEY", "hidden"),
        ];
        let problems = problems_of(&[pair[0], pair[1], ("APCA_API_OAUTH", "hidden")]);
        assert!(
            problems.starts_with(
                "APCA_API_OAUTH: is set together with APCA_API_KEY_ID and APCA_API_SECRET_KEY:"
            ),
            "{problems}"
        );
        let problems = problems_of(&[pair[0], pair[1], ("ALPACA_PROFILE", "p")]);
        assert!(
            problems.starts_with(
                "ALPACA_PROFILE: is set together with APCA_API_KEY_ID and APCA_API_SECRET_KEY:"
            ),
            "{problems}"
        );
        // The file alone picks nothing.
        assert!(read_all(&[pair[0], pair[1], ("ALPACA_CONFIG", "/x")]).is_ok());
    }

    #[test]
    fn every_variable_that_is_set_but_empty_is_named() {
        let names = [
            "APCA_API_KEY_ID",
            "APCA_API_SECRET_KEY",
            "ALPACA_API_KEY",
            "ALPACA_SECRET_KEY",
            "APCA_API_OAUTH",
            "APCA_API_ENV",
            "APCA_API_BASE_URL",
            "ALPACA_PROFILE",
            "ALPACA_CONFIG",
        ];
        for name in names {
            let problems = problems_of(&[(name, "")]);
            let expected = format!("{name}: is set but empty");
            assert!(problems.contains(&expected), "{problems}");
        }
        let all = problems_of(&names.map(|name| (name, "")));
        for name in names {
            assert!(all.contains(&format!("{name}: is set but empty")), "{all}");
        }
        let one = problems_of(&[("APCA_API_KEY_ID", "PK1"), ("ALPACA_API_KEY", "")]);
        assert!(one.contains("ALPACA_API_KEY: is set but empty"), "{one}");
    }

    #[cfg(unix)]
    #[test]
    fn text_that_is_not_utf8_is_named_and_a_path_may_be() {
        use std::os::unix::ffi::OsStringExt as _;
        let bytes = || OsString::from_vec(b"hidden\xff".to_vec());
        for name in [
            "APCA_API_KEY_ID",
            "ALPACA_SECRET_KEY",
            "APCA_API_OAUTH",
            "APCA_API_ENV",
            "APCA_API_BASE_URL",
            "ALPACA_PROFILE",
        ] {
            let lookup = |asked: &str| (asked == name).then(bytes);
            let problems = Problem::list(&from_variables(&lookup, false).unwrap_err());
            assert!(
                problems.contains(&format!("{name}: is not UTF-8")),
                "{problems}"
            );
            assert!(!problems.contains("hidden"), "{problems}");
        }
        let lookup = |asked: &str| (asked == "ALPACA_CONFIG").then(bytes);
        let found = from_variables(&lookup, false).unwrap();
        assert_eq!(found.config_path, Some(PathBuf::from(bytes())));
    }

    #[test]
    fn the_environment_is_said_in_so_many_words() {
        for word in ["LIVE", " Live", "live ", "Paper", "production", "hidden"] {
            let problems = problems_of(&[("APCA_API_ENV", word)]);
            assert!(
                problems.starts_with("APCA_API_ENV: ") && problems.contains("`paper` and `live`"),
                "{problems}"
            );
        }
        for (word, url) in [
            ("paper", "https://api.alpaca.markets"),
            ("live", "https://paper-api.alpaca.markets"),
            ("live", "http://127.0.0.1:8765"),
        ] {
            let problems = problems_of(&[("APCA_API_ENV", word), ("APCA_API_BASE_URL", url)]);
            assert!(
                problems.starts_with("APCA_API_ENV: ") && problems.contains("APCA_API_BASE_URL"),
                "{problems}"
            );
        }
    }

    #[test]
    fn all_problems_come_together() {
        let problems = problems_of(&[
            ("APCA_API_KEY_ID", "PK1"),
            ("APCA_API_ENV", "hidden"),
            ("APCA_API_BASE_URL", "https://user:hidden@host"),
            ("ALPACA_CONFIG", ""),
        ]);
        for part in [
            "ALPACA_CONFIG: ",
            "APCA_API_SECRET_KEY: ",
            "APCA_API_ENV: ",
            "APCA_API_BASE_URL: ",
        ] {
            assert!(problems.contains(part), "{part} in {problems}");
        }
    }

    #[test]
    fn plain_http_is_taken_where_it_is_allowed() {
        let lookup = |name: &str| {
            (name == "APCA_API_BASE_URL").then(|| OsString::from("http://simulator:8765"))
        };
        assert!(from_variables(&lookup, false).is_err());
        let found = from_variables(&lookup, true).unwrap();
        assert_eq!(
            found.environment.unwrap().to_string(),
            "custom (http://simulator:8765)"
        );
    }
}
