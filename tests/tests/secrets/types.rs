//! The types that hold a secret.

use alpaca_trading::test_util::{Reply, Script};
use alpaca_trading::{
    Ask, Client, Credentials, CredentialsProvider, Environment, Keys, KeysFuture,
};

use super::{
    KEY_ID, SECRET, TOKEN, assert_clean, assert_error_shows_nothing, assert_shows_nothing, builder,
    keys,
};

#[tokio::test]
async fn nothing_that_holds_keys_shows_them() {
    struct Vault;
    impl CredentialsProvider for Vault {
        fn credentials(&self, _: Ask) -> KeysFuture<'_> {
            Box::pin(async { Ok(keys(false)) })
        }
    }
    for token in [false, true] {
        assert_shows_nothing(&keys(token), "keys");
        assert_shows_nothing(&Credentials::from(keys(token)), "credentials");
        assert_shows_nothing(&builder(token), "a builder");
        let client = builder(token).build().expect("a client");
        assert_shows_nothing(&client, "a client");
        assert_shows_nothing(client.raw(), "a raw client");
        assert_shows_nothing(
            &client.with_retry(alpaca_trading::RetryPolicy::never()),
            "a copy",
        );
        assert_shows_nothing(&client.raw().get_account(), "a raw call");
    }
    assert_shows_nothing(&Credentials::provider(Vault), "a provider");

    let script = Script::new().on("POST", "/v2/orders", [Reply::json(422, "{}")]);
    let client = script.attach(builder(false)).build().expect("a client");
    client.orders().cancel_all().await.expect_err("no rule");
    client.account().get().await.expect_err("no rule");
    assert_shows_nothing(&script, "a script");
    assert_shows_nothing(&script.requests(), "the requests of a script");
    for token in [false, true] {
        let script = Script::new();
        let client = script.attach(builder(token)).build().expect("a client");
        client.account().get().await.expect_err("no rule");
        assert_shows_nothing(&script.requests(), "the requests of a script");
    }
}

/// What is told of a key id: the beginning.
#[test]
fn a_key_id_is_shown_clipped() {
    let shown = format!("{:?}", keys(false));
    assert!(
        shown.contains("PKS3") && !shown.contains("PKS3N"),
        "{shown}"
    );
}

#[test]
fn keys_that_are_refused_are_not_shown() {
    for text in [
        format!("{SECRET}\n"),
        format!(" {SECRET}"),
        format!("{SECRET}\u{e9}"),
        format!("{SECRET}\0"),
    ] {
        for error in [
            Keys::key_pair(&text, &text).expect_err("refused"),
            Keys::oauth(&text).expect_err("refused"),
            Client::builder()
                .key_pair(KEY_ID, &text)
                .build()
                .expect_err("refused"),
            Client::builder().oauth(&text).build().expect_err("refused"),
        ] {
            assert_error_shows_nothing(&error, "refused keys");
        }
        assert_shows_nothing(
            &Client::builder().key_pair(&text, &text),
            "a builder with refused keys",
        );
    }
}

/// Addresses may hold passwords as well.
#[test]
fn addresses_with_passwords_are_not_shown() {
    for url in [
        format!("https://{TOKEN}:{TOKEN}@127.0.0.1"),
        format!("https://127.0.0.1/?key={TOKEN}"),
        format!("https://127.0.0.1/#{TOKEN}"),
        format!("ftp://{TOKEN}@127.0.0.1"),
        format!("{TOKEN}@127.0.0.1"),
        format!("http://{TOKEN}"),
    ] {
        let environment = Environment::Custom(url.clone());
        let builders = [
            Client::builder()
                .base_url(&url)
                .key_pair("PKTEST", "secret"),
            Client::builder()
                .environment(environment.clone())
                .key_pair("PKTEST", "secret"),
        ];
        for builder in builders {
            if url.starts_with("http://") {
                // A host is no secret; only that it is not refused by name matters.
                continue;
            }
            assert_shows_nothing(&builder, "a builder");
            assert_error_shows_nothing(&builder.build().expect_err("refused"), "a bad address");
            assert_clean(&format!("{environment} {environment:?}"), "an environment");
        }
    }
    let proxied = || Client::builder().key_pair("PKTEST", "secret");
    let proxy = format!("http://user:{TOKEN}@127.0.0.1:1");
    assert_shows_nothing(&proxied().proxy(&proxy), "a builder with a proxy");
    let client = proxied().proxy(&proxy).build().expect("a client");
    assert_shows_nothing(&client, "a client with a proxy");
    assert_shows_nothing(client.raw(), "a raw client with a proxy");
    let bad = proxied()
        .proxy(format!("http://:{TOKEN}@"))
        .build()
        .expect_err("no proxy");
    assert_error_shows_nothing(&bad, "a bad proxy");
    let agent = proxied()
        .user_agent(format!("{TOKEN}\n"))
        .build()
        .expect_err("no header");
    assert_error_shows_nothing(&agent, "a bad agent");
    let pem = format!("-----BEGIN CERTIFICATE-----\n{TOKEN}\n-----END CERTIFICATE-----\n");
    let pem = proxied()
        .root_certificates(pem)
        .build()
        .expect_err("no certificate");
    assert_error_shows_nothing(&pem, "a bad certificate");
}
