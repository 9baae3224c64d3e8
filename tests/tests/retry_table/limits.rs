//! The budget that all calls share: it ends the retrying when most of them fail.

use alpaca_trading::test_util::{Reply, Script};
use alpaca_trading::{Client, RetryPolicy};

use super::timeline::{Timeline, build};

const CLOCK: &str = "/v2/clock";
const CALENDAR: &str = "/v2/calendar";

/// A client whose clock fails like this and whose calendar works.
fn failing(reply: Reply, policy: RetryPolicy) -> (Client, Script) {
    let script =
        Script::new()
            .on("GET", CLOCK, [reply])
            .on("GET", CALENDAR, [Reply::json(200, "[]")]);
    let client = build(&script, &Timeline::default(), |builder| {
        builder.retry(policy)
    });
    (client, script)
}

/// The number of attempts that one call makes.
async fn attempts(client: &Client, script: &Script) -> usize {
    let before = script.requests().len();
    let error = client
        .clock()
        .get()
        .await
        .expect_err("nothing but failures");
    let sent = script.requests().len() - before;
    assert_eq!(error.attempts() as usize, sent);
    sent
}

async fn succeed(client: &Client, times: usize) {
    for _ in 0..times {
        client
            .raw()
            .get_calendar()
            .send()
            .await
            .expect("an empty calendar");
    }
}

#[tokio::test(start_paused = true)]
async fn the_budget_allows_a_hundred_retries_in_a_row() {
    for reply in [
        Reply::html(503),
        Reply::refused(),
        Reply::reset(),
        Reply::json(429, "{}"),
    ] {
        let (client, script) = failing(reply, RetryPolicy::default());
        for call in 0..33 {
            assert_eq!(attempts(&client, &script).await, 4, "call {call}");
        }
        assert_eq!(attempts(&client, &script).await, 2, "the hundredth retry");
        for _ in 0..10 {
            assert_eq!(
                attempts(&client, &script).await,
                1,
                "a first attempt is always free"
            );
        }
    }
}

#[tokio::test(start_paused = true)]
async fn a_timeout_costs_twice_as_much() {
    let (client, script) = failing(Reply::hangs(), RetryPolicy::default());
    for _ in 0..16 {
        assert_eq!(attempts(&client, &script).await, 4);
    }
    assert_eq!(attempts(&client, &script).await, 3);
    assert_eq!(attempts(&client, &script).await, 1);
}

#[tokio::test(start_paused = true)]
async fn successes_bring_it_back_and_clones_share_it() {
    let (client, script) = failing(Reply::html(503), RetryPolicy::default().with_budget(15));
    assert_eq!(attempts(&client, &script).await, 4);
    assert_eq!(attempts(&client, &script).await, 1);
    let clone = client.with_deadline(std::time::Duration::from_secs(60));
    assert_eq!(attempts(&clone, &script).await, 1);
    // Five successes are one retry; four are none.
    succeed(&client, 4).await;
    assert_eq!(attempts(&clone, &script).await, 1);
    succeed(&clone, 1).await;
    assert_eq!(attempts(&client, &script).await, 2);
    // It does not grow beyond its size.
    succeed(&client, 500).await;
    assert_eq!(attempts(&client, &script).await, 4);
    assert_eq!(attempts(&client, &script).await, 1);
}

#[tokio::test(start_paused = true)]
async fn a_client_without_a_budget_always_tries_again() {
    let (client, script) = failing(Reply::html(503), RetryPolicy::default().without_budget());
    for _ in 0..200 {
        assert_eq!(attempts(&client, &script).await, 4);
    }
}

/// What the service refuses says nothing about its health and costs nothing.
#[tokio::test(start_paused = true)]
async fn a_refusal_does_not_touch_the_budget() {
    let policy = RetryPolicy::default().with_budget(15);
    let script = Script::new().on("GET", CLOCK, [Reply::html(503)]).on(
        "GET",
        "/v2/account",
        [Reply::json(403, "{}")],
    );
    let client = build(&script, &Timeline::default(), |builder| {
        builder.retry(policy)
    });
    for _ in 0..20 {
        client.account().get().await.expect_err("forbidden");
    }
    assert_eq!(attempts(&client, &script).await, 4);
    for _ in 0..20 {
        client.account().get().await.expect_err("forbidden");
    }
    assert_eq!(attempts(&client, &script).await, 1);
}
