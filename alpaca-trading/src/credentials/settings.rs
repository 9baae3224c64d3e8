//! What environment variables and profiles have in common: five settings, and what they may say.

use super::secret::Secret;
use super::{Credentials, Keys};
use crate::{Environment, Problem};

/// A setting by the name that its owner gave it, and what was found there. It has no `Debug`.
pub(super) struct Setting {
    pub(super) name: String,
    pub(super) given: Given,
}

/// What was found in a setting.
pub(super) enum Given {
    Nothing,
    /// Something that is already a problem of its own.
    Unusable,
    Text(String),
}

impl Setting {
    /// A setting whose text, where there is one, is not empty.
    pub(super) fn new(name: String, text: Option<String>, problems: &mut Vec<Problem>) -> Self {
        let given = match text {
            None => Given::Nothing,
            Some(text) if text.is_empty() => {
                problems.push(Problem::new(name.clone(), "is set but empty"));
                Given::Unusable
            }
            Some(text) => Given::Text(text),
        };
        Self { name, given }
    }

    pub(super) fn is_given(&self) -> bool {
        !matches!(self.given, Given::Nothing)
    }

    pub(super) fn text(&self) -> Option<&str> {
        match &self.given {
            Given::Text(text) => Some(text),
            Given::Nothing | Given::Unusable => None,
        }
    }

    fn named_text(&self) -> Option<(&str, &str)> {
        Some((&self.name, self.text()?))
    }
}

/// The credentials of three settings: both parts of a pair, or a token, and never both kinds.
pub(super) fn credentials(
    key_id: &Setting,
    secret_key: &Setting,
    oauth: &Setting,
    problems: &mut Vec<Problem>,
) -> Option<Credentials> {
    let pair: Vec<&str> = [key_id, secret_key]
        .into_iter()
        .filter(|part| part.is_given())
        .map(|part| part.name.as_str())
        .collect();
    if oauth.is_given() && !pair.is_empty() {
        problems.push(Problem::new(
            oauth.name.clone(),
            format!(
                "is set together with {}: these are two kinds of credentials, and only one can be \
                 meant",
                pair.join(" and ")
            ),
        ));
        return None;
    }
    for (part, other) in [(key_id, secret_key), (secret_key, key_id)] {
        if other.is_given() && !part.is_given() {
            problems.push(Problem::new(
                part.name.clone(),
                format!("is not set, although {} is", other.name),
            ));
            // What there is may be wrong as well.
            if let Some(why) = other.text().and_then(|text| Secret::new(text).err()) {
                problems.push(Problem::new(other.name.clone(), why));
            }
        }
    }
    let keys = match (
        key_id.named_text(),
        secret_key.named_text(),
        oauth.named_text(),
    ) {
        (Some(key_id), Some(secret_key), _) => Keys::pair_named(key_id, secret_key),
        (_, _, Some(token)) => Keys::bearer_named(token),
        _ => return None,
    };
    keys.map_err(|more| problems.extend(more))
        .ok()
        .map(Credentials::from)
}

/// The environment of two settings, a word and a base URL, which may not contradict each other.
///
/// Only the very words `paper` and `live` are taken: what is nearly one of them is a mistake, and
/// guessing decides about real money. The word `live` beside the address of a simulator is as much a
/// contradiction as it is beside the paper service's.
pub(super) fn environment(
    word: &Setting,
    base_url: &Setting,
    allow_plain_http: bool,
    problems: &mut Vec<Problem>,
) -> Option<Environment> {
    let by_word = word.text().and_then(|text| match text {
        "paper" => Some(Environment::Paper),
        "live" => Some(Environment::Live),
        _ => {
            problems.push(Problem::new(
                word.name.clone(),
                "is neither of the two words it may be, `paper` and `live` (in small letters, \
                 without spaces)",
            ));
            None
        }
    });
    let by_url = base_url.named_text().and_then(|(name, url)| {
        Environment::from_setting(name, url, allow_plain_http)
            .map_err(|more| problems.extend(more))
            .ok()
    });
    if let (Some(said), Some(addressed)) = (&by_word, &by_url)
        && !said.is_same_service(addressed)
    {
        problems.push(Problem::new(
            word.name.clone(),
            format!(
                "says {said}, but {} leads to {addressed}: keep one of them",
                base_url.name
            ),
        ));
    }
    // Where both agree, the word is the plainer of the two.
    by_word.or(by_url)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn setting(name: &str, text: Option<&str>) -> Setting {
        Setting::new(name.into(), text.map(str::to_owned), &mut Vec::new())
    }

    fn check(parts: [Option<&str>; 3]) -> (Option<Credentials>, String) {
        let mut problems = Vec::new();
        let [id, secret, token] = parts;
        let found = credentials(
            &setting("ID", id),
            &setting("SECRET", secret),
            &setting("TOKEN", token),
            &mut problems,
        );
        assert!(found.is_none() || problems.is_empty());
        (found, Problem::list(&problems))
    }

    #[test]
    fn one_kind_of_credentials_whole_or_nothing() {
        for (parts, kind) in [
            ([Some("PK1"), Some("s"), None], "KeyPair"),
            ([None, None, Some("t")], "Bearer"),
        ] {
            let shown = format!("{:?}", check(parts).0.unwrap());
            assert!(shown.contains(kind), "{shown}");
        }
        let (found, problems) = check([None, None, None]);
        assert!(found.is_none() && problems.is_empty());
        for (parts, expected) in [
            (
                [Some("PK1"), None, None],
                &["SECRET: is not set, although ID is"][..],
            ),
            (
                [None, Some("s"), None],
                &["ID: is not set, although SECRET is"],
            ),
            (
                [Some("P K"), None, None],
                &["SECRET: is not set", "ID: has a space"],
            ),
            ([Some("P K"), Some("s "), None], &["ID: has", "SECRET: has"]),
            (
                [Some("PK1"), Some("s"), Some("t")],
                &["TOKEN: is set together with ID and SECRET:"],
            ),
            (
                [None, Some("s"), Some("t")],
                &["TOKEN: is set together with SECRET:"],
            ),
            ([None, None, Some("t\n")], &["TOKEN: has"]),
        ] {
            let (found, problems) = check(parts);
            assert!(found.is_none(), "{problems}");
            for part in expected {
                assert!(
                    problems.contains(part),
                    "`{part}` is missing in `{problems}`"
                );
            }
            assert_eq!(problems.matches("; ").count() + 1, expected.len());
        }
    }

    #[test]
    fn a_setting_that_is_already_a_problem_is_not_called_missing() {
        let mut problems = Vec::new();
        let empty = Setting::new("SECRET".into(), Some(String::new()), &mut problems);
        let found = credentials(
            &setting("ID", Some("PK1")),
            &empty,
            &setting("TOKEN", None),
            &mut problems,
        );
        assert!(found.is_none());
        assert_eq!(Problem::list(&problems), "SECRET: is set but empty");
    }

    #[test]
    fn a_word_and_an_address_agree_or_are_refused() {
        let paper = "https://paper-api.alpaca.markets/v2";
        let live = "https://api.alpaca.markets";
        let local = "http://127.0.0.1:1";
        let said = |word, url| {
            let mut problems = Vec::new();
            let (word, url) = (setting("ENV", word), setting("URL", url));
            let found = environment(&word, &url, false, &mut problems);
            (found, Problem::list(&problems))
        };
        for (word, url, expected) in [
            (None, None, None),
            (Some("paper"), None, Some(Environment::Paper)),
            (Some("live"), None, Some(Environment::Live)),
            (None, Some(live), Some(Environment::Live)),
            (None, Some(paper), Some(Environment::Paper)),
            (None, Some(local), Some(Environment::Custom(local.into()))),
            (Some("live"), Some(live), Some(Environment::Live)),
            (Some("paper"), Some(paper), Some(Environment::Paper)),
        ] {
            assert_eq!(said(word, url), (expected, String::new()));
        }
        for (word, url) in [
            ("paper", live),
            ("live", paper),
            ("live", local),
            ("paper", local),
        ] {
            let (_, problems) = said(Some(word), Some(url));
            assert!(
                problems.contains(&format!("ENV: says {word}, but URL leads to")),
                "{problems}"
            );
        }
        for word in [
            "LIVE",
            " live",
            "live\n",
            "Paper",
            "prod",
            "true",
            "1",
            "l\u{ed}ve",
        ] {
            let (found, problems) = said(Some(word), None);
            assert!(found.is_none());
            assert!(problems.contains("`paper` and `live`"), "{problems}");
        }
        let (_, both) = said(Some("LIVE"), Some("http://user:hidden@host"));
        assert!(both.contains("ENV: ") && both.contains("URL: ") && !both.contains("hidden"));
    }
}
