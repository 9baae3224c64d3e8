//! Keys on the wire: where they stand, when others are asked for, and what is said of wrong ones.

use std::sync::{Arc, Mutex};
use std::time::Duration;

use alpaca_trading::orders::{OrderRequest, Quantity};
use alpaca_trading::test_util::{Reply, Script};
use alpaca_trading::{
    Ask, Client, CredentialsProvider, Environment, Error, ErrorKind, Keys, KeysFuture, Outcome,
    Side,
};
use tests::loopback::Recorded;
use tests::service::{Answer, Service};

use super::{account, client};

/// A provider of `PKKEY-1`, `PKKEY-2` and so on, up to a last one.
#[derive(Clone)]
struct Rotation {
    asked: Arc<Mutex<Vec<Ask>>>,
    last: usize,
    fails_after: usize,
}

impl Rotation {
    fn of(last: usize) -> Self {
        Self {
            asked: Arc::default(),
            last,
            fails_after: usize::MAX,
        }
    }

    fn asked(&self) -> Vec<Ask> {
        self.asked.lock().unwrap().clone()
    }
}

impl CredentialsProvider for Rotation {
    fn credentials(&self, reason: Ask) -> KeysFuture<'_> {
        Box::pin(async move {
            let number = {
                let mut asked = self.asked.lock().unwrap();
                asked.push(reason);
                asked.len()
            };
            if number > self.fails_after {
                return Err("the vault is sealed".into());
            }
            let number = number.min(self.last);
            Ok(Keys::key_pair(
                &format!("PKKEY-{number}"),
                &format!("secret-{number}"),
            )?)
        })
    }
}

/// A service that takes only these keys.
async fn taking(key_id: &'static str) -> Service {
    Service::start(move |request: &Recorded| {
        if request.header("apca-api-key-id") != [key_id] {
            return Answer::json(401, &serde_json::json!({"message": "unauthorized."}));
        }
        let secret = key_id.replace("PKKEY", "secret");
        assert_eq!(request.header("apca-api-secret-key"), [secret.as_str()]);
        assert!(request.header("authorization").is_empty());
        Answer::json(200, &account())
    })
    .await
}

fn rotating(service: &Service, rotation: &Rotation) -> Client {
    let builder = Client::builder().base_url(service.url());
    builder
        .credentials_provider(rotation.clone())
        .build()
        .expect("a client")
}

#[tokio::test(start_paused = true)]
async fn after_a_401_the_provider_is_asked_again_and_the_new_keys_are_used() {
    let service = taking("PKKEY-2").await;
    let rotation = Rotation::of(9);
    let client = rotating(&service, &rotation);
    client.account().get().await.expect("the second keys");
    assert_eq!(rotation.asked(), [Ask::First, Ask::AfterUnauthorized]);
    assert_eq!(service.take().len(), 2);
    // They are kept, also by a call of the generated client, and by a copy.
    client
        .raw()
        .get_account()
        .send()
        .await
        .expect("the second keys");
    client
        .with_deadline(Duration::from_secs(5))
        .account()
        .get()
        .await
        .expect("the second keys");
    assert_eq!((rotation.asked().len(), service.take().len()), (2, 2));
}

#[tokio::test(start_paused = true)]
async fn it_is_asked_once_in_a_call() {
    let service = taking("PKKEY-4").await;
    let rotation = Rotation::of(9);
    let client = rotating(&service, &rotation);
    let error = client
        .account()
        .get()
        .await
        .expect_err("the second keys are no good either");
    assert!(error.is_unauthorized());
    assert_eq!((error.status(), error.attempts()), (Some(401), 2));
    assert_eq!((rotation.asked().len(), service.take().len()), (2, 2));
    // The next call goes on from there: third keys, then the fourth.
    client.account().get().await.expect_err("the third keys");
    assert_eq!((rotation.asked().len(), service.take().len()), (3, 2));
    client.account().get().await.expect("the fourth keys");
    assert_eq!((rotation.asked().len(), service.take().len()), (4, 2));
}

#[tokio::test(start_paused = true)]
async fn the_same_keys_again_are_not_sent_again() {
    let service = taking("PKKEY-2").await;
    let rotation = Rotation::of(1);
    let error = rotating(&service, &rotation)
        .account()
        .get()
        .await
        .expect_err("wrong keys");
    assert!(error.is_unauthorized());
    assert_eq!(error.outcome(), Outcome::Rejected);
    assert_eq!((rotation.asked().len(), service.take().len()), (2, 1));
}

/// An order was refused before anything was done, so that it may go out with other keys.
#[tokio::test(start_paused = true)]
async fn an_order_is_sent_again_with_other_keys() {
    let service = Service::start(|request| {
        if request.header("apca-api-key-id") != ["PKKEY-2"] {
            return Answer::status(401);
        }
        Answer::error(403, 40_310_000, "insufficient buying power")
    })
    .await;
    let rotation = Rotation::of(2);
    let order = OrderRequest::market("AAPL", Side::Buy, Quantity::shares(1));
    let client = rotating(&service, &rotation);
    let error = client.orders().submit(order).await.expect_err("no money");
    assert!(error.is_insufficient_buying_power(), "{error}");
    let requests = service.take();
    assert_eq!(requests.len(), 2);
    assert_eq!(requests[0].body, requests[1].body);
}

#[tokio::test(start_paused = true)]
async fn a_provider_that_fails_ends_the_call_with_its_reason() {
    // At first nothing is sent.
    let service = taking("PKKEY-2").await;
    let mut rotation = Rotation::of(2);
    rotation.fails_after = 0;
    let error = rotating(&service, &rotation)
        .account()
        .get()
        .await
        .expect_err("no keys");
    assert_eq!(
        (error.kind(), error.outcome()),
        (ErrorKind::Credentials, Outcome::NotSent)
    );
    assert_eq!(
        (error.attempts(), error.status(), service.take().len()),
        (0, None, 0)
    );
    reasoned(&error);

    // After a 401 the service has refused.
    let mut rotation = Rotation::of(2);
    rotation.fails_after = 1;
    let error = rotating(&service, &rotation)
        .account()
        .get()
        .await
        .expect_err("no other keys");
    assert_eq!(
        (error.kind(), error.outcome()),
        (ErrorKind::Credentials, Outcome::Rejected)
    );
    assert_eq!(
        (error.attempts(), error.status(), service.take().len()),
        (1, Some(401), 1)
    );
    assert!(error.is_unauthorized());
    reasoned(&error);
}

/// The provider's own words are in the text, and its error in the chain.
fn reasoned(error: &Error) {
    assert!(error.to_string().contains("the vault is sealed"), "{error}");
    let mut at: Option<&dyn std::error::Error> = Some(error);
    let mut texts = Vec::new();
    while let Some(error) = at {
        texts.push(error.to_string());
        at = error.source();
    }
    assert_eq!(
        texts.last().map(String::as_str),
        Some("the vault is sealed")
    );
    assert!(texts.len() >= 3, "{texts:?}");
}

/// A provider that never answers is waited for until the deadline.
#[tokio::test(start_paused = true)]
async fn a_provider_that_hangs_is_given_up_at_the_deadline() {
    struct Hanging;
    impl CredentialsProvider for Hanging {
        fn credentials(&self, _: Ask) -> KeysFuture<'_> {
            Box::pin(std::future::pending())
        }
    }
    let script = Script::new();
    let builder = script.attach(Client::builder().credentials_provider(Hanging));
    let client = builder
        .build()
        .expect("a client")
        .with_deadline(Duration::from_secs(3));
    let before = tokio::time::Instant::now();
    let error = client.account().get().await.expect_err("no keys");
    assert_eq!(before.elapsed().as_secs(), 3);
    assert_eq!(
        (error.kind(), error.outcome()),
        (ErrorKind::Timeout, Outcome::NotSent)
    );
    assert_eq!((error.attempts(), script.requests().len()), (0, 0));
}

#[tokio::test(start_paused = true)]
async fn fixed_keys_are_refused_once() {
    let service = taking("PKKEY-2").await;
    let error = client(service.url())
        .account()
        .get()
        .await
        .expect_err("wrong keys");
    assert!(error.is_unauthorized());
    assert_eq!((error.attempts(), service.take().len()), (1, 1));
}

#[tokio::test]
async fn a_token_is_sent_as_bearer_and_nothing_else() {
    let service = Service::start(|request| {
        assert_eq!(request.header("authorization"), ["Bearer granted-token"]);
        assert!(request.header("apca-api-key-id").is_empty());
        assert!(request.header("apca-api-secret-key").is_empty());
        Answer::json(200, &account())
    })
    .await;
    let builder = Client::builder()
        .base_url(service.url())
        .oauth("granted-token");
    builder
        .build()
        .expect("a client")
        .account()
        .get()
        .await
        .expect("an account");
}

#[tokio::test(start_paused = true)]
async fn keys_that_look_like_those_of_another_environment_get_a_hint() {
    let unauthorized = || Reply::json(401, r#"{"message":"unauthorized."}"#);
    let forbidden = || Reply::json(403, r#"{"message":"forbidden."}"#);
    for (environment, key, expected) in [
        (Environment::Live, "PKABCDEFGH", Some("a paper key")),
        (Environment::Paper, "AKABCDEFGH", Some("a live key")),
        (Environment::Paper, "CKABCDEFGH", Some("Broker API")),
        (Environment::Paper, "PKABCDEFGH", None),
        (Environment::Live, "AKABCDEFGH", None),
        (Environment::Live, "XXABCDEFGH", None),
    ] {
        for reply in [unauthorized(), forbidden()] {
            let script = Script::new().on("GET", "/v2/account", [reply]);
            let builder = Client::builder()
                .environment(environment.clone())
                .key_pair(key, "secret");
            let client = script.attach(builder).build().expect("a client");
            let error = client.account().get().await.expect_err("refused");
            let text = error.to_string();
            assert!(error.is_unauthorized(), "{text}");
            match expected {
                Some(words) => assert!(
                    text.contains(words) && text.contains("Trading API"),
                    "{text}"
                ),
                None => assert!(!text.contains("starts with"), "{text}"),
            }
            assert!(!text.contains(key), "{text}");
            assert_eq!(script.requests().len(), 1);
        }
    }
    // A refusal that is about something else has nothing to do with the keys.
    let poor = Reply::json(
        403,
        r#"{"code":40310000,"message":"insufficient buying power"}"#,
    );
    let script = Script::new().on("GET", "/v2/account", [poor]);
    let builder = Client::builder()
        .environment(Environment::Live)
        .key_pair("PKABCDEFGH", "secret");
    let client = script.attach(builder).build().expect("a client");
    let text = client
        .account()
        .get()
        .await
        .expect_err("refused")
        .to_string();
    assert!(!text.contains("starts with"), "{text}");
}
