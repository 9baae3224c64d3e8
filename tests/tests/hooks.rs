//! Hooks see every attempt, may add headers and may refuse, and never see a key.

#![allow(
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::unwrap_used,
    reason = "helpers of tests"
)]

use std::error::Error as StdError;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use alpaca_trading::test_util::{Reply, Script};
use alpaca_trading::{Attempt, Client, ErrorKind, Hook, Outcome, Outgoing, Pacing, RefusedHeader};
use tests::service::{Answer, Service};

type Refusal = Box<dyn StdError + Send + Sync>;

/// Where all hooks of a test note what they see.
type Notes = Arc<Mutex<Vec<String>>>;

fn notes(notes: &Notes) -> Vec<String> {
    std::mem::take(&mut notes.lock().unwrap())
}

/// Notes both sides of every attempt under its name.
struct Named(&'static str, Notes);

impl Hook for Named {
    fn before(&self, request: &mut Outgoing<'_>) -> Result<(), Refusal> {
        let note = format!("{} before {}", self.0, request.attempt());
        self.1.lock().unwrap().push(note);
        Ok(())
    }

    fn after(&self, attempt: &Attempt<'_>) {
        let note = format!("{} after {}", self.0, attempt.number());
        self.1.lock().unwrap().push(note);
    }
}

/// A hook that is a function of what goes out.
struct Before<F>(F);

impl<F> Hook for Before<F>
where
    F: Fn(&mut Outgoing<'_>) -> Result<(), Refusal> + Send + Sync + 'static,
{
    fn before(&self, request: &mut Outgoing<'_>) -> Result<(), Refusal> {
        (self.0)(request)
    }
}

/// A hook that is a function of what came of it.
struct After<F>(F);

impl<F: Fn(&Attempt<'_>) + Send + Sync + 'static> Hook for After<F> {
    fn after(&self, attempt: &Attempt<'_>) {
        (self.0)(attempt);
    }
}

fn account() -> Reply {
    Reply::json(
        200,
        r#"{"id":"61e69015-8549-4bfd-b9c3-01e75843f47d","status":"ACTIVE"}"#,
    )
}

fn client(script: &Script, hooks: impl IntoIterator<Item = Arc<dyn Hook>>) -> Client {
    struct Shared(Arc<dyn Hook>);
    impl Hook for Shared {
        fn before(&self, request: &mut Outgoing<'_>) -> Result<(), Refusal> {
            self.0.before(request)
        }

        fn after(&self, attempt: &Attempt<'_>) {
            self.0.after(attempt);
        }
    }
    let builder = script.attach(Client::builder().seed(5)).pacing(Pacing::Off);
    let builder = hooks
        .into_iter()
        .fold(builder, |builder, hook| builder.hook(Shared(hook)));
    builder.build().expect("a client")
}

fn header<'a>(request: &'a alpaca_trading::test_util::SentRequest, name: &str) -> Vec<&'a str> {
    let named = request.headers.iter().filter(|(known, _)| known == name);
    named.map(|(_, value)| value.as_str()).collect()
}

#[tokio::test(start_paused = true)]
async fn hooks_run_in_order_and_back() {
    let seen = Notes::default();
    let script = Script::new().on("GET", "/v2/account", [Reply::html(503), account()]);
    let hooks: [Arc<dyn Hook>; 2] = [
        Arc::new(Named("first", seen.clone())),
        Arc::new(Named("second", seen.clone())),
    ];
    let client = client(&script, hooks);
    client.account().get().await.expect("an account");
    assert_eq!(
        notes(&seen),
        [
            "first before 1",
            "second before 1",
            "second after 1",
            "first after 1",
            "first before 2",
            "second before 2",
            "second after 2",
            "first after 2",
        ]
    );
    // The generated client is seen as well.
    client.raw().get_account().send().await.expect("an account");
    assert_eq!(notes(&seen).len(), 4);
}

#[tokio::test(start_paused = true)]
async fn a_header_is_added_or_replaced_for_each_attempt() {
    let script = Script::new().on(
        "GET",
        "/v2/account",
        [Reply::refused(), Reply::html(503), account()],
    );
    let hook = Before(|request: &mut Outgoing<'_>| {
        let attempt = request.attempt().to_string();
        request.set_header("X-Trace", "overwritten")?;
        request.set_header("X-Trace", &attempt)?;
        request.set_header("User-Agent", "my-bot/1")?;
        Ok(())
    });
    client(&script, [Arc::new(hook) as _])
        .account()
        .get()
        .await
        .expect("an account");
    let requests = script.requests();
    let traced: Vec<_> = requests
        .iter()
        .map(|request| header(request, "x-trace"))
        .collect();
    // A header of one attempt is not left for the next.
    assert_eq!(traced, [["1"], ["2"], ["3"]]);
    assert!(
        requests
            .iter()
            .all(|request| header(request, "user-agent") == ["my-bot/1"])
    );
}

#[tokio::test(start_paused = true)]
async fn reserved_headers_are_refused() {
    for (name, value) in [
        ("APCA-API-KEY-ID", "PKOTHER"),
        ("apca-api-secret-key", "other"),
        ("Authorization", "Bearer other"),
        ("Proxy-Authorization", "Basic b3RoZXI="),
        ("Host", "evil.example"),
        ("Content-Length", "0"),
        ("Transfer-Encoding", "chunked"),
        ("Connection", "close"),
        ("Idempotency-Key", "other"),
        ("", "x"),
        ("two words", "x"),
        ("X-Trace:", "x"),
        ("X-Trace\r\nX-Injected", "x"),
        ("X-Trace", "line\r\nX-Injected: 1"),
        ("X-Trace", "\0"),
    ] {
        let script = Script::new().on("GET", "/v2/account", [account()]);
        // Whoever ignores the refusal sends without the header.
        let refusals: Arc<Mutex<Vec<RefusedHeader>>> = Arc::default();
        let kept = Arc::clone(&refusals);
        let ignoring = Before(move |request: &mut Outgoing<'_>| {
            let refused = request.set_header(name, value).expect_err("reserved");
            kept.lock().unwrap().push(refused);
            Ok(())
        });
        let sender = client(&script, [Arc::new(ignoring) as _]);
        sender.account().get().await.expect("an account");
        let sent = &script.requests()[0];
        assert!(
            sent.headers.iter().all(|(_, sent)| sent != value),
            "{name}: {sent:?}"
        );
        assert!(header(sent, "x-injected").is_empty());
        let refusal = refusals.lock().unwrap()[0].to_string();
        assert!(refusal.contains("cannot be set by a hook"), "{refusal}");
        assert!(
            !refusal.chars().any(char::is_control) && !refusal.contains(value) || value == "x",
            "{refusal}"
        );

        // Whoever hands it on ends the call.
        let script = Script::new().on("GET", "/v2/account", [account()]);
        let strict = Before(move |request: &mut Outgoing<'_>| Ok(request.set_header(name, value)?));
        let sender = client(&script, [Arc::new(strict) as _]);
        let error = sender.account().get().await.expect_err("refused");
        assert_eq!(error.kind(), ErrorKind::Hook);
        assert!(script.requests().is_empty());
    }
}

#[tokio::test(start_paused = true)]
async fn a_hook_that_refuses_sends_nothing() {
    let seen = Notes::default();
    let script = Script::new();
    let refusing = Before(|request: &mut Outgoing<'_>| {
        if request.method() == "GET" {
            return Ok(());
        }
        Err(format!("{} is not allowed here", request.operation()).into())
    });
    let after = Named("outer", seen.clone());
    let inner = Named("inner", seen.clone());
    let client = client(
        &script,
        [
            Arc::new(after) as Arc<dyn Hook>,
            Arc::new(refusing),
            Arc::new(inner),
        ],
    );
    let error = client.orders().cancel_all().await.expect_err("refused");
    assert_eq!(
        (error.kind(), error.outcome()),
        (ErrorKind::Hook, Outcome::NotSent)
    );
    assert_eq!(error.attempts(), 0);
    assert!(
        error
            .to_string()
            .contains("cancel_all_orders is not allowed here"),
        "{error}"
    );
    let source = StdError::source(&error).expect("the hook's own error");
    assert_eq!(source.to_string(), "cancel_all_orders is not allowed here");
    assert!(script.requests().is_empty());
    // The attempt has ended; the hook after the one that refused was not asked before.
    assert_eq!(
        notes(&seen),
        ["outer before 1", "inner after 1", "outer after 1"]
    );
}

/// A refusal at a later attempt does not hide that the first may have arrived.
#[tokio::test(start_paused = true)]
async fn a_refusal_after_an_attempt_leaves_it_open() {
    let script = Script::new().on("DELETE", "/v2/orders", [Reply::reset()]);
    let once = Before(|request: &mut Outgoing<'_>| match request.attempt() {
        1 => Ok(()),
        _ => Err("no more".into()),
    });
    let client = client(&script, [Arc::new(once) as _]);
    let error = client.orders().cancel_all().await.expect_err("refused");
    assert_eq!(
        (error.kind(), error.outcome()),
        (ErrorKind::Hook, Outcome::Unknown)
    );
    assert_eq!((error.attempts(), script.requests().len()), (1, 1));
}

/// What a hook can read of an attempt that has ended.
#[derive(Debug, PartialEq)]
struct Seen {
    attempt: u32,
    status: Option<u16>,
    failure: Option<(ErrorKind, Outcome)>,
    request_id: Option<String>,
    remaining: Option<u32>,
    latency: Duration,
    body: String,
    retries: bool,
}

#[tokio::test(start_paused = true)]
async fn after_sees_every_attempt_and_what_came_of_it() {
    let seen: Arc<Mutex<Vec<Seen>>> = Arc::default();
    let kept = Arc::clone(&seen);
    let hook = After(move |attempt: &Attempt<'_>| {
        assert_eq!(attempt.operation(), "get_account");
        assert_eq!(attempt.environment().to_string(), "paper");
        kept.lock().unwrap().push(Seen {
            attempt: attempt.number(),
            status: attempt.status(),
            failure: attempt.failure(),
            request_id: attempt.request_id().map(str::to_owned),
            remaining: attempt.rate_limit().and_then(|rate| rate.remaining()),
            latency: attempt.latency(),
            body: String::from_utf8_lossy(attempt.body()).into_owned(),
            retries: attempt.retry_in().is_some(),
        });
        // A body is not for a log.
        assert!(!format!("{attempt:?}").contains("answered"));
    });
    let answered = Reply::json(422, "answered")
        .header("x-request-id", "request-4")
        .header("x-ratelimit-remaining", "77")
        .after(Duration::from_millis(120));
    let script = Script::new().on(
        "GET",
        "/v2/account",
        [
            Reply::refused(),
            Reply::reset().after(Duration::from_millis(30)),
            Reply::hangs(),
            answered,
        ],
    );
    let client =
        client(&script, [Arc::new(hook) as _]).with_attempt_timeout(Duration::from_secs(2));
    client.account().get().await.expect_err("refused");
    let ended = |attempt, failure, millis| Seen {
        attempt,
        status: None,
        failure: Some(failure),
        request_id: None,
        remaining: None,
        latency: Duration::from_millis(millis),
        body: String::new(),
        retries: true,
    };
    let expected = [
        ended(1, (ErrorKind::Connect, Outcome::NotSent), 0),
        ended(2, (ErrorKind::Connection, Outcome::Unknown), 30),
        ended(3, (ErrorKind::Timeout, Outcome::Unknown), 2_000),
        Seen {
            attempt: 4,
            status: Some(422),
            failure: None,
            request_id: Some("request-4".to_owned()),
            remaining: Some(77),
            latency: Duration::from_millis(120),
            body: "answered".to_owned(),
            retries: false,
        },
    ];
    let mut seen = seen.lock().unwrap();
    for attempt in seen.iter_mut() {
        // Timers are good to a millisecond.
        let millis = u64::try_from(attempt.latency.as_micros())
            .expect("short")
            .div_ceil(1_000);
        attempt.latency = Duration::from_millis(millis - u64::from(millis % 10 == 1));
    }
    assert_eq!(*seen, expected);
}

#[tokio::test(start_paused = true)]
async fn before_sees_what_will_be_sent_and_no_key() {
    use alpaca_trading::orders::{OrderRequest, Quantity};

    let seen = Notes::default();
    let kept = Arc::clone(&seen);
    let hook = Before(move |request: &mut Outgoing<'_>| {
        let body = String::from_utf8_lossy(request.body().unwrap_or_default()).into_owned();
        let line = format!("{} {} {body}", request.method(), request.target());
        kept.lock().unwrap().push(line);
        Ok(())
    });
    let refusal = || Reply::json(422, "{}");
    let script =
        Script::new()
            .on("POST", "/v2/orders", [refusal()])
            .on("GET", "/v2/assets", [refusal()]);
    let client = client(&script, [Arc::new(hook) as _]);
    let order = OrderRequest::market("AAPL", alpaca_trading::Side::Buy, Quantity::shares(1));
    client.orders().submit(order).await.expect_err("refused");
    let query = alpaca_trading::resources::assets::AssetQuery::active();
    client.assets().list(query).await.expect_err("refused");
    let lines = notes(&seen);
    let sent = script.requests();
    assert_eq!(lines[0], format!("POST /v2/orders {}", sent[0].body));
    assert_eq!(lines[1], format!("GET /v2/assets?{} ", sent[1].query));
    assert!(
        lines
            .iter()
            .all(|line| !line.contains("scripted-secret") && !line.contains("PKSCRIPTED"))
    );
}

/// The head of a stream is an attempt as well.
#[tokio::test]
async fn the_opening_of_a_stream_is_seen() {
    let seen = Notes::default();
    let kept = Arc::clone(&seen);
    let hook = After(move |attempt: &Attempt<'_>| {
        let note = format!("{:?} {} bytes", attempt.status(), attempt.body().len());
        kept.lock().unwrap().push(note);
    });
    let service = Service::start(|_| Answer::body(200, "text/event-stream", "data: {}\n\n")).await;
    let builder = Client::builder()
        .base_url(service.url())
        .key_pair("PKTEST", "secret");
    let client = builder.hook(hook).build().expect("a client");
    let query = alpaca_trading::resources::activity_events::EventQuery::new();
    let mut events = client
        .activity_events()
        .subscribe(query)
        .await
        .expect("a stream");
    assert_eq!(
        events.next().await.expect("an event").expect("bytes"),
        "data: {}\n\n"
    );
    assert_eq!(notes(&seen), ["Some(200) 0 bytes"]);
}

/// Hooks on the wire: the header arrives, and the keys stay those of the client.
#[tokio::test]
async fn an_added_header_arrives() {
    let service = Service::start(|request| {
        assert_eq!(request.header("x-desk"), ["7"]);
        assert_eq!(request.header("apca-api-key-id"), ["PKTEST"]);
        Answer::status(422)
    })
    .await;
    let hook = Before(|request: &mut Outgoing<'_>| Ok(request.set_header("X-Desk", "7")?));
    let builder = Client::builder()
        .base_url(service.url())
        .key_pair("PKTEST", "secret");
    let client = builder.hook(hook).build().expect("a client");
    client.account().get().await.expect_err("refused");
    assert_eq!(service.requests().len(), 1);
}
