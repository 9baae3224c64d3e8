//! Settings that no client can be made from.

use std::time::Duration;

use alpaca_trading::{Client, ClientBuilder, Credentials, Environment, ErrorKind, Keys, Outcome};

/// A builder that would work.
fn good() -> ClientBuilder {
    Client::builder().key_pair("PKTEST", "secret")
}

/// What each problem of the builder starts with, and that all of them are in the text.
fn problems(builder: ClientBuilder) -> Vec<String> {
    let error = builder.build().expect_err("no client");
    assert_eq!(
        (error.kind(), error.outcome()),
        (ErrorKind::Configuration, Outcome::NotSent)
    );
    assert!(error.is_configuration());
    let text = error.to_string();
    let all: Vec<_> = error.problems().iter().map(ToString::to_string).collect();
    for problem in &all {
        assert!(text.contains(problem.as_str()), "{problem} / {text}");
    }
    for hidden in ["hidden", "\n", "\r"] {
        assert!(
            !text.contains(hidden) && !format!("{error:?}").contains(hidden),
            "{text}"
        );
    }
    all
}

/// The only problem is with this setting, and its rule has these words.
fn one(builder: ClientBuilder, setting: &str, words: &str) {
    let all = problems(builder);
    assert_eq!(all.len(), 1, "{all:?}");
    assert!(
        all[0].starts_with(&format!("{setting}: ")),
        "{all:?} is not about {setting}"
    );
    assert!(all[0].contains(words), "{all:?} does not say {words:?}");
}

#[test]
fn a_good_builder_makes_a_client() {
    good().build().expect("a client");
    good()
        .base_url("http://localhost:1/v2/")
        .build()
        .expect("a client");
}

#[test]
fn keys_that_cannot_be_sent() {
    let foreign = "has a space, a line break or another character";
    let pair = |id: &str, secret: &str| Client::builder().key_pair(id, secret);
    one(Client::builder(), "credentials", "are missing");
    one(pair("", "hidden-secret"), "key id", "is empty");
    one(pair("PKTEST", ""), "secret key", "is empty");
    one(pair("PKTEST\n", "hidden-secret"), "key id", foreign);
    one(pair("PKTEST", "hidden-secret\n"), "secret key", foreign);
    one(
        pair("PKTEST", "hidden-\r\nX-Injected: 1"),
        "secret key",
        foreign,
    );
    one(pair("PKTEST", "hidden secret"), "secret key", foreign);
    one(pair("PKTEST", "hidden\0"), "secret key", foreign);
    one(pair("PKTEST", "hidd\u{e9}n"), "secret key", foreign);
    one(Client::builder().oauth(""), "OAuth token", "is empty");
    one(
        Client::builder().oauth("hidden token"),
        "OAuth token",
        foreign,
    );
    assert_eq!(problems(pair("", "\n")).len(), 2);
    // The same outside of a builder.
    for error in [
        Keys::key_pair("", "").expect_err("no keys"),
        Credentials::key_pair("", "").expect_err("no keys"),
    ] {
        assert_eq!(
            (error.kind(), error.problems().len()),
            (ErrorKind::Configuration, 2)
        );
    }
}

#[test]
fn addresses_that_no_service_has() {
    let not_a_url = "is not a URL with a scheme and a host";
    for (url, words) in [
        ("", not_a_url),
        ("127.0.0.1", not_a_url),
        ("127.0.0.1:8765", not_a_url),
        ("//127.0.0.1", not_a_url),
        ("https://", not_a_url),
        ("paper", not_a_url),
        ("http://127.0.0.1:99999", not_a_url),
        ("localhost:8765", "has neither the scheme http nor https"),
        ("ftp://127.0.0.1", "has neither the scheme http nor https"),
        (
            "file:///etc/hidden",
            "has neither the scheme http nor https",
        ),
        ("https://PKTEST:hidden@127.0.0.1", "carries credentials"),
        ("https://hidden@127.0.0.1", "carries credentials"),
        ("https://127.0.0.1/?hidden=1", "has a query or a fragment"),
        ("https://127.0.0.1/#hidden", "has a query or a fragment"),
        ("http://example.com", "would send the keys unencrypted"),
        (
            "http://127.0.0.1.example.com",
            "would send the keys unencrypted",
        ),
        (
            "http://paper-api.alpaca.markets",
            "would send the keys unencrypted",
        ),
        ("https://api.alpaca.markets", "only `Environment::Live`"),
        ("https://api.alpaca.markets/v2/", "only `Environment::Live`"),
        ("http://api.alpaca.markets", "is that of the live service"),
        (
            "https://api.alpaca.markets:8443",
            "is that of the live service",
        ),
        (
            "https://api.alpaca.markets./v2",
            "is that of the live service",
        ),
    ] {
        one(good().base_url(url), "base URL", words);
        one(
            good().environment(Environment::Custom(url.to_owned())),
            "base URL",
            words,
        );
        let error = Environment::from_base_url(url).expect_err(url);
        assert!(error.to_string().contains(words), "{url}: {error}");
        assert!(!error.to_string().contains("hidden"), "{error}");
    }
}

#[test]
fn settings_that_contradict_each_other() {
    let live = good().environment(Environment::Live);
    one(
        live.base_url("http://127.0.0.1:1"),
        "base URL",
        "another service than the environment",
    );
    let twice = good()
        .environment(Environment::Live)
        .environment(Environment::Paper);
    one(twice, "environment", "is set twice");
    one(good().oauth("hidden-token"), "credentials", "are set twice");
    let paper = good().environment(Environment::Paper);
    one(
        paper.base_url("https://api.alpaca.markets"),
        "base URL",
        "only `Environment::Live`",
    );
    let twice = good()
        .base_url("http://127.0.0.1:1")
        .base_url("http://127.0.0.1:2");
    one(twice, "base URL", "is set twice");
    let proxy = "http://user:hidden@127.0.0.1:1";
    let twice = good().proxy(proxy).proxy("http://127.0.0.1:2");
    one(twice, "proxy", "is set twice");
    let neither = "`no_proxy` is set as well";
    one(good().proxy(proxy).no_proxy(), "proxy", neither);
    one(good().no_proxy().proxy(proxy), "proxy", neither);
    // All of them in one error, and that there are no keys.
    let all = problems(Client::builder().base_url("ftp://127.0.0.1"));
    assert_eq!(all.len(), 2, "{all:?}");
    let all = problems(
        good()
            .base_url("http://127.0.0.1:1")
            .base_url("http://127.0.0.1:2")
            .no_proxy()
            .proxy(proxy)
            .body_limit(0),
    );
    assert_eq!(all.len(), 3, "{all:?}");
}

#[test]
fn what_is_said_twice_and_agrees_is_no_contradiction() {
    let url = "http://127.0.0.1:1";
    for builder in [
        good().base_url(url).base_url(url),
        good().base_url(url).base_url("http://127.0.0.1:1/v2/"),
        good().proxy(url).proxy(url),
        good().no_proxy().no_proxy(),
    ] {
        builder.build().expect("a client");
    }
    // The word is there, whichever comes first.
    let live = "https://api.alpaca.markets/v2";
    for builder in [
        good().environment(Environment::Live).base_url(live),
        good().base_url(live).environment(Environment::Live),
    ] {
        let client = builder.build().expect("a client");
        assert_eq!(*client.environment(), Environment::Live);
    }
}

#[test]
fn every_problem_is_told_at_once() {
    let all = problems(
        Client::builder()
            .key_pair("", "hidden\n")
            .base_url("ftp://127.0.0.1")
            .attempt_timeout(Duration::ZERO)
            .connect_timeout(Duration::ZERO)
            .body_limit(0)
            .user_agent("hidden\nagent")
            .proxy("http://:hidden@")
            .root_certificates("hidden")
            .only_these_root_certificates(),
    );
    for setting in [
        "key id",
        "secret key",
        "base URL",
        "attempt_timeout",
        "connect_timeout",
        "body_limit",
        "proxy",
        "root_certificates",
        "user_agent",
    ] {
        let about = all
            .iter()
            .filter(|problem| problem.starts_with(&format!("{setting}: ")))
            .count();
        assert_eq!(about, 1, "{setting}: {all:?}");
    }
    assert_eq!(all.len(), 9, "{all:?}");
}

#[test]
fn a_limit_of_bodies_is_within_what_can_be_read() {
    let most = 64 * 1024 * 1024;
    for bytes in [0, most + 1, usize::MAX] {
        one(
            good().body_limit(bytes),
            "body_limit",
            "must be from 1 to 67108864 bytes",
        );
    }
    for bytes in [1, most] {
        good().body_limit(bytes).build().expect("a client");
    }
}
