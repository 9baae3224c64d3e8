//! Waiting until it is final what became of an order: a minute, in which it may still arrive.

use std::iter::repeat_n;
use std::time::Duration;

use alpaca_trading::orders::Unresolved;
use alpaca_trading::test_util::{Reply, Script};
use alpaca_trading::{
    Attempt, Client, Environment, ErrorKind, Hook, Outcome, Outgoing, RetryPolicy,
};
use chrono::{TimeDelta, Utc};
use serde_json::json;
use tokio::time::Instant;

use crate::{
    BY_CLIENT_ID, ORDER, ORDERS, client, dated, found, not_found, order, posts_and_lookups,
    request, sent, timestamp, unresolved,
};

const MINUTE: Duration = Duration::from_secs(60);

/// A script that answers the look-ups with these.
fn looks(replies: impl IntoIterator<Item = Reply>) -> Script {
    Script::new().on("GET", BY_CLIENT_ID, replies)
}

/// A client that makes one attempt for each look, so that looks can be counted.
fn impatient(script: &Script) -> Client {
    client(script).with_retry(RetryPolicy::never())
}

/// Whether a wait took this long, give or take what timers are rounded by.
#[track_caller]
fn assert_took(started: Instant, seconds: u64) {
    let took = started.elapsed();
    let expected = Duration::from_secs(seconds);
    let slack = Duration::from_millis(100);
    assert!(took >= expected && took < expected + slack, "{took:?}");
}

#[tokio::test(start_paused = true)]
async fn an_order_that_is_there_is_returned_at_once() {
    let script = looks([found(json!({}))]);
    let asked = Unresolved::submission("mine");
    let started = Instant::now();
    let settled = client(&script).orders().settle(&asked).await;
    let order = settled.expect("an answer").expect("the order");
    assert_eq!(order.client_order_id, "mine");
    assert_eq!(started.elapsed(), Duration::ZERO);
    assert_eq!(posts_and_lookups(&script), (0, 1));
}

#[tokio::test(start_paused = true)]
async fn an_order_that_arrives_late_is_found() {
    // It is not there at 0, 1, 3, 7, 15 and 25 s after the call gave up.
    let script = looks(repeat_n(not_found(), 6).chain([found(json!({}))]));
    let asked = Unresolved::submission("mine");
    let started = Instant::now();
    let settled = client(&script).orders().settle(&asked).await;
    let order = settled.expect("an answer").expect("the order");
    assert_eq!(order.id.to_string(), ORDER);
    assert_took(started, 35);
    assert_eq!(posts_and_lookups(&script), (0, 7));
}

#[tokio::test(start_paused = true)]
async fn an_order_that_arrives_in_the_last_moment_is_found() {
    let script = looks(repeat_n(not_found(), 9).chain([found(json!({}))]));
    let asked = Unresolved::submission("mine");
    let started = Instant::now();
    let settled = client(&script).orders().settle(&asked).await;
    assert!(settled.expect("an answer").is_some());
    assert_took(started, 60);
}

#[tokio::test(start_paused = true)]
async fn none_is_said_only_after_a_minute() {
    let script = looks([not_found()]);
    let asked = Unresolved::submission("mine");
    let started = Instant::now();
    let settled = client(&script).orders().settle(&asked).await;
    assert!(settled.expect("an answer").is_none());
    assert_took(started, 60);
    assert_eq!(posts_and_lookups(&script), (0, 10));

    // Asked again the minute is over, and one look is enough.
    let again = client(&script).orders().settle(&asked).await;
    assert!(again.expect("an answer").is_none());
    assert_took(started, 60);
    assert_eq!(posts_and_lookups(&script), (0, 11));
}

#[tokio::test(start_paused = true)]
async fn the_minute_begins_when_the_call_gives_up() {
    let script = Script::new().on("POST", ORDERS, [Reply::hangs()]).on(
        "GET",
        BY_CLIENT_ID,
        [Reply::html(404)],
    );
    let orders = client(&script).orders();
    let asked = unresolved(orders.submit(request()).await, "no answer");
    let gave_up = Instant::now();
    tokio::time::sleep(Duration::from_secs(40)).await;
    let later = looks([not_found()]);
    let settled = client(&later).orders().settle(&asked).await;
    assert!(settled.expect("an answer").is_none());
    assert_took(gave_up, 60);
}

#[tokio::test(start_paused = true)]
async fn a_service_that_is_down_does_not_say_none() {
    for (name, reply, kind) in [
        ("503", Reply::html(503), ErrorKind::Answer),
        ("refused", Reply::refused(), ErrorKind::Connect),
        ("reset", Reply::reset(), ErrorKind::Connection),
        ("a 404 of a proxy", Reply::html(404), ErrorKind::Answer),
        ("no order", Reply::json(200, "{}"), ErrorKind::Decode),
    ] {
        let script = looks([reply]);
        let asked = Unresolved::submission("mine");
        let started = Instant::now();
        let settled = impatient(&script).orders().settle(&asked).await;
        assert_eq!(settled.expect_err(name).kind(), kind, "{name}");
        assert_took(started, 60);
        assert_eq!(posts_and_lookups(&script), (0, 10), "{name}");
    }
    // With the attempts that every read has it takes somewhat longer, and says the same.
    let script = looks([Reply::html(503)]);
    let asked = Unresolved::submission("mine");
    let started = Instant::now();
    let settled = client(&script).orders().settle(&asked).await;
    assert_eq!(settled.expect_err("down").status(), Some(503));
    let took = started.elapsed();
    assert!(took >= MINUTE && took < MINUTE + Duration::from_secs(5));
}

#[tokio::test(start_paused = true)]
async fn a_service_that_comes_back_is_heard() {
    // Not there, down, and there.
    let replies = [not_found(), Reply::html(503), Reply::html(503)];
    let script = looks(replies.into_iter().chain([found(json!({}))]));
    let asked = Unresolved::submission("mine");
    let started = Instant::now();
    let settled = impatient(&script).orders().settle(&asked).await;
    assert!(settled.expect("an answer").is_some());
    assert_took(started, 7);

    // Down until the last look, which says that there is none.
    let script = looks(repeat_n(Reply::html(503), 9).chain([not_found()]));
    let asked = Unresolved::submission("mine");
    let started = Instant::now();
    let settled = impatient(&script).orders().settle(&asked).await;
    assert!(settled.expect("an answer").is_none());
    assert_took(started, 60);

    // Not there until the last look, which cannot be made.
    let script = looks(repeat_n(not_found(), 9).chain([Reply::html(503)]));
    let asked = Unresolved::submission("mine");
    let settled = impatient(&script).orders().settle(&asked).await;
    assert_eq!(settled.expect_err("down").status(), Some(503));
}

/// Lets nothing pass.
struct Closed;

impl Hook for Closed {
    fn before(&self, _: &mut Outgoing<'_>) -> Result<(), Box<dyn std::error::Error + Send + Sync>> {
        Err("closed today".into())
    }

    fn after(&self, _: &Attempt<'_>) {}
}

#[tokio::test(start_paused = true)]
async fn what_cannot_get_better_is_not_waited_for() {
    let script = looks([not_found()]);
    let builder = script.attach(Client::builder()).hook(Closed);
    let client = builder.build().expect("a client");
    let asked = Unresolved::submission("mine");
    let started = Instant::now();
    let error = client.orders().settle(&asked).await.expect_err("closed");
    assert_eq!(
        (error.kind(), error.outcome()),
        (ErrorKind::Hook, Outcome::Unknown)
    );
    assert_eq!(error.unresolved(), Some(&asked));
    assert_eq!(started.elapsed(), Duration::ZERO);
    assert_eq!(script.requests(), []);
}

#[tokio::test(start_paused = true)]
async fn the_order_of_a_closing_that_arrives_late_is_found() {
    let now = Utc::now();
    let at = timestamp(now + TimeDelta::seconds(20));
    let row = order(json!({"side": "sell", "created_at": at, "submitted_at": at}));
    let none = || dated(Reply::json(200, "[]"), now);
    let there = dated(Reply::json(200, json!([row]).to_string()), now);
    // One look by the closing itself, and those at 0, 1, 3, 7 and 15 s find nothing.
    let script = Script::new()
        .on(
            "DELETE",
            "/v2/positions/AAPL",
            [dated(Reply::html(504), now)],
        )
        .on("GET", ORDERS, repeat_n(none(), 6).chain([there]));
    let client = client(&script);
    let asked = unresolved(client.positions().close("AAPL").await, "not yet");
    let gave_up = Instant::now();
    let settled = client.orders().settle(&asked).await;
    let order = settled.expect("an answer").expect("the order");
    assert_eq!(order.id.to_string(), ORDER);
    assert_took(gave_up, 25);
    assert_eq!(sent(&script, "DELETE", "/v2/positions/AAPL"), 1);
}

#[tokio::test(start_paused = true)]
async fn a_closing_that_never_arrives_is_settled_after_a_minute() {
    let now = Utc::now();
    let script = Script::new()
        .on("DELETE", "/v2/positions/AAPL", [Reply::reset()])
        .on("GET", ORDERS, [dated(Reply::json(200, "[]"), now)]);
    let client = client(&script);
    let asked = unresolved(client.positions().close("AAPL").await, "not there");
    let gave_up = Instant::now();
    let settled = client.orders().settle(&asked).await;
    assert!(settled.expect("an answer").is_none());
    assert_took(gave_up, 60);
    assert_eq!(sent(&script, "DELETE", "/v2/positions/AAPL"), 1);
}

/// A script on which a submission and a closing are lost and cannot be looked up.
fn losing() -> Script {
    let now = Utc::now();
    Script::new()
        .on("POST", ORDERS, [Reply::reset()])
        .on("GET", BY_CLIENT_ID, [Reply::html(404)])
        .on(
            "DELETE",
            "/v2/positions/AAPL",
            [dated(Reply::html(504), now)],
        )
        .on("GET", ORDERS, [Reply::html(404)])
}

/// What has become of neither is known.
async fn lost(client: &Client) -> [Unresolved; 2] {
    [
        unresolved(client.orders().submit(request()).await, "submitted"),
        unresolved(client.positions().close("AAPL").await, "closed"),
    ]
}

#[tokio::test(start_paused = true)]
async fn another_environment_is_not_asked() {
    let script = losing();
    for asked in lost(&client(&script)).await {
        let elsewhere = Script::new();
        for environment in [
            Environment::Live,
            Environment::Custom("http://localhost:7".into()),
        ] {
            let builder = Client::builder().environment(environment);
            let client = elsewhere.attach(builder).build().expect("a client");
            let started = Instant::now();
            let error = client.orders().settle(&asked).await.expect_err("elsewhere");
            assert_eq!(
                (error.kind(), error.outcome()),
                (ErrorKind::Invalid, Outcome::Unknown),
                "{error}"
            );
            assert!(error.message().contains("(paper)"), "{error}");
            assert_eq!(error.unresolved(), Some(&asked));
            assert_eq!(started.elapsed(), Duration::ZERO);
        }
        assert_eq!(elsewhere.requests(), []);
        // The same service under its address is the same environment.
        let same = Environment::Custom("https://paper-api.alpaca.markets/v2/".into());
        let list = dated(Reply::json(200, "[]"), Utc::now());
        let there = looks([not_found()]).on("GET", ORDERS, [list]);
        let builder = there.attach(Client::builder().environment(same));
        let client = builder.build().expect("a client");
        let resolved = client.orders().resolve(&asked).await;
        assert!(resolved.expect("an answer").is_none());
    }
}

#[tokio::test(start_paused = true)]
async fn none_by_other_keys_is_not_final() {
    let script = losing();
    for asked in lost(&client(&script)).await {
        let list = dated(Reply::json(200, "[]"), Utc::now());
        let later = looks([not_found()]).on("GET", ORDERS, [list]);
        let another = |key_id: &str| {
            let builder = Client::builder().key_pair(key_id, "a-secret-of-it");
            later.attach(builder).build().expect("a client")
        };
        let settled = another("PKANOTHER").orders().settle(&asked).await;
        let error = settled.as_ref().expect_err("another account");
        assert!(error.message().contains("keys have changed"), "{error}");
        for shown in [
            format!("{error:?}"),
            format!("{asked:?}"),
            asked.to_string(),
        ] {
            for key in ["PKANOTHER", "PKSCRIPTED", "secret"] {
                assert!(!shown.contains(key), "{shown}");
            }
        }
        assert_eq!(unresolved(settled, "another account"), asked);
        // The same key, whose secret was renewed, is that of the same account.
        let settled = another("PKSCRIPTED").orders().settle(&asked).await;
        assert!(settled.expect("an answer").is_none());
    }
    // What was written down is the caller's to ask for with the right keys.
    let later = looks([not_found()]);
    let builder = Client::builder().key_pair("PKANOTHER", "a-secret-of-it");
    let client = later.attach(builder).build().expect("a client");
    let written = Unresolved::submission("mine");
    let settled = client.orders().settle(&written).await;
    assert!(settled.expect("an answer").is_none());
}

#[tokio::test(start_paused = true)]
async fn an_order_in_another_accounts_list_is_not_taken_for_a_closing() {
    let script = losing();
    let [_, asked] = lost(&client(&script)).await;
    let at = timestamp(Utc::now());
    let row = order(json!({
        "client_order_id": "by-the-service", "side": "sell", "created_at": at, "submitted_at": at,
    }));
    let list = || dated(Reply::json(200, json!([row]).to_string()), Utc::now());
    let later = Script::new().on("GET", ORDERS, [list()]);
    let builder = Client::builder().key_pair("PKANOTHER", "a-secret-of-it");
    let another = later.attach(builder).build().expect("a client");
    let resolved = another.orders().resolve(&asked).await;
    assert_eq!(unresolved(resolved, "another account"), asked);
    let resolved = client(&later).orders().resolve(&asked).await;
    let found = resolved.expect("an answer").expect("the order");
    assert_eq!(found.id.to_string(), ORDER);
}

#[tokio::test(start_paused = true)]
async fn what_the_program_submitted_is_not_taken_for_a_closing_by_another_client() {
    let script = losing();
    let [_, asked] = lost(&client(&script)).await;
    let at = timestamp(Utc::now());
    let row = order(json!({"side": "sell", "created_at": at, "submitted_at": at}));
    let list = dated(Reply::json(200, json!([row]).to_string()), Utc::now());
    // It is the submission under the client order id `mine`, which arrived after all.
    let later = Script::new().on("GET", ORDERS, [list]);
    let resolved = client(&later).orders().resolve(&asked).await;
    assert!(resolved.expect("an answer").is_none());
}
