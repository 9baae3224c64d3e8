//! Failures without an answer, and those of the client itself.

use std::time::Duration;

use alpaca_trading::orders::{OrderRequest, Quantity};
use alpaca_trading::{
    Ask, Client, CredentialsProvider, Error, Hook, Keys, KeysFuture, Outgoing, RetryPolicy, Side,
};
use tests::loopback::{Loopback, Reply};
use tests::traces::Traces;

use super::{SECRET, TOKEN, assert_error_shows_nothing, assert_traced_nothing, builder, keys};

/// Errors of a read, of an order, of a cancel and of a call of the generated client.
async fn errors(client: &Client) -> Vec<Error> {
    let order = OrderRequest::market("AAPL", Side::Buy, Quantity::shares(1));
    let raw = client
        .raw()
        .get_clock()
        .send()
        .await
        .expect_err("a failure");
    vec![
        client.account().get().await.expect_err("a failure"),
        client.orders().submit(order).await.expect_err("a failure"),
        client.orders().cancel_all().await.expect_err("a failure"),
        client.positions().list().await.expect_err("a failure"),
        Error::from_raw(raw).await,
    ]
}

async fn check(client: Client, what: &str) {
    let policy = RetryPolicy::default()
        .with_max_attempts(2)
        .with_base(Duration::from_millis(1));
    let client = client
        .with_retry(policy)
        .with_attempt_timeout(Duration::from_millis(50));
    for error in errors(&client).await {
        assert_error_shows_nothing(&error, what);
        // What is shown is an error and not an empty text.
        assert!(error.to_string().len() > 20, "{error}");
    }
}

#[tokio::test]
async fn failures_of_the_connection_show_nothing() {
    let traces = Traces::record();
    for (token, secret) in [(false, SECRET), (true, TOKEN)] {
        let free = tokio::net::TcpListener::bind("127.0.0.1:0")
            .await
            .expect("a port");
        let url = format!("http://{}", free.local_addr().expect("an address"));
        drop(free);
        check(
            builder(token).base_url(&url).build().expect("a client"),
            "refused",
        )
        .await;
        let proxied = builder(token).proxy(url.replace("//", &format!("//user:{}@", TOKEN)));
        check(
            proxied.build().expect("a client"),
            "a proxy that is not there",
        )
        .await;

        // What is sent in place of an answer is what was received.
        for reply in [
            Reply::Close,
            Reply::Stall(Vec::new()),
            Reply::Raw(format!("{secret}\r\n\r\n").into_bytes()),
            Reply::Raw(format!("HTTP/1.1 200 OK\r\n{secret}\r\n\r\n").into_bytes()),
            Reply::Raw(format!("HTTP/1.1 {secret}\r\n\r\n").into_bytes()),
            Reply::Raw(format!("HTTP/1.1 200 OK\r\nContent-Length: {secret}\r\n\r\n").into_bytes()),
            Reply::Raw(
                format!("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n{secret}")
                    .into_bytes(),
            ),
            Reply::cut_short(200, secret, 1),
            Reply::cut_short(422, secret, 1),
        ] {
            let what = format!("{reply:?}");
            let server = Loopback::start(move |_| reply.clone()).await;
            check(
                builder(token)
                    .base_url(server.url())
                    .build()
                    .expect("a client"),
                &what,
            )
            .await;
        }
        // The whole request comes back.
        let server = Loopback::start(|request| {
            let head: String = request
                .headers
                .iter()
                .map(|(name, value)| format!("{name}: {value}\r\n"))
                .collect();
            Reply::Raw(format!("HTTP/1.1 422 Echo\r\n{head}\r\n{head}").into_bytes())
        })
        .await;
        check(
            builder(token)
                .base_url(server.url())
                .build()
                .expect("a client"),
            "an echo",
        )
        .await;
    }
    assert_traced_nothing(&traces, "the failures of connections");
}

#[tokio::test]
async fn failures_of_the_client_itself_show_nothing() {
    struct Refusing;
    impl Hook for Refusing {
        fn before(
            &self,
            request: &mut Outgoing<'_>,
        ) -> Result<(), Box<dyn std::error::Error + Send + Sync>> {
            // All that a hook can find out, in its own error.
            let seen = format!(
                "{} {} {:?}",
                request.target(),
                request.operation(),
                request.body()
            );
            Err(seen.into())
        }
    }
    struct Forgetful;
    impl CredentialsProvider for Forgetful {
        fn credentials(&self, _: Ask) -> KeysFuture<'_> {
            // A vault that hands over the secret with the newline of its file.
            Box::pin(async { Ok(Keys::key_pair(super::KEY_ID, &format!("{SECRET}\n"))?) })
        }
    }
    let server = Loopback::start(|_| Reply::status(500)).await;
    for token in [false, true] {
        let at = || builder(token).base_url(server.url());
        check(at().hook(Refusing).build().expect("a client"), "a hook").await;
        check(
            at().build()
                .expect("a client")
                .with_deadline(Duration::ZERO),
            "a deadline",
        )
        .await;
        let error = at()
            .read_only()
            .build()
            .expect("a client")
            .orders()
            .cancel_all()
            .await;
        assert_error_shows_nothing(&error.expect_err("read-only"), "a read-only client");
    }
    let forgetful = Client::builder()
        .base_url(server.url())
        .credentials_provider(Forgetful);
    let client = forgetful.build().expect("a client");
    let error = client.account().get().await.expect_err("no keys");
    assert_error_shows_nothing(&error, "a provider of keys that cannot be sent");
    assert!(
        error
            .to_string()
            .contains("secret key: has a space, a line break"),
        "{error}"
    );
    assert!(!format!("{:?}", keys(false)).is_empty());
}
