//! Deadlines at both ends of what a duration can be.

use std::time::Duration;

use alpaca_trading::test_util::{Reply, Script};
use alpaca_trading::{Client, ErrorKind, Outcome, RetryPolicy};
use serde_json::json;

use crate::{ORDERS, client, found, not_found, posts_and_lookups, request, sent, unresolved};

#[tokio::test(start_paused = true)]
async fn with_no_time_at_all_nothing_is_sent() {
    let script = Script::new().on("POST", ORDERS, [found(json!({}))]).on(
        "DELETE",
        "/v2/positions/AAPL",
        [found(json!({}))],
    );
    let hurried = client(&script).with_deadline(Duration::ZERO);
    let policy = RetryPolicy::default().with_deadline(Duration::ZERO);
    let policed = client(&script).with_retry(policy);
    for client in [hurried, policed] {
        let submitted = client.orders().submit(request()).await;
        let closed = client.positions().close("AAPL").await;
        for error in [submitted.expect_err("late"), closed.expect_err("late")] {
            assert_eq!(
                (error.kind(), error.outcome(), error.attempts()),
                (ErrorKind::Timeout, Outcome::NotSent, 0),
                "{error}"
            );
            assert!(error.is_timeout() && error.unresolved().is_none());
        }
    }
    assert_eq!(script.requests(), []);
}

/// Clients that may take as long as they like, each for another reason.
fn patient(script: &Script) -> [Client; 4] {
    let longest = RetryPolicy::default()
        .with_deadline(Duration::MAX)
        .with_longest_wait(Duration::MAX);
    [
        client(script).with_deadline(Duration::MAX),
        client(script).with_retry(longest.clone()),
        client(script).with_attempt_timeout(Duration::MAX),
        script
            .attach(Client::builder())
            .retry(longest)
            .attempt_timeout(Duration::MAX)
            .build()
            .expect("a client"),
    ]
}

#[tokio::test(start_paused = true)]
async fn the_longest_deadline_is_one_like_any_other() {
    let script = Script::new()
        .on("GET", "/v2/clock", [Reply::json(503, "{}")])
        .on("POST", ORDERS, [Reply::reset()])
        .on("GET", "/v2/orders:by_client_order_id", [found(json!({}))])
        .on("DELETE", "/v2/positions/AAPL", [Reply::reset()])
        .on("GET", ORDERS, [Reply::json(200, "[]")]);
    for (client, calls) in patient(&script).into_iter().zip(1..) {
        let error = client.clock().get().await.expect_err("no clock");
        assert_eq!((error.status(), error.attempts()), (Some(503), 4));
        let order = client.orders().submit(request()).await;
        assert_eq!(order.expect("an order").client_order_id, "mine");
        assert_eq!(posts_and_lookups(&script), (calls, calls));
        unresolved(client.positions().close("AAPL").await, "not in the list");
        assert_eq!(sent(&script, "DELETE", "/v2/positions/AAPL"), calls);
    }
}

#[tokio::test(start_paused = true)]
async fn an_order_in_doubt_is_looked_up_although_the_time_is_over() {
    let deadline = Duration::from_secs(2);
    for (lookup, accepted) in [(found(json!({})), true), (not_found(), false)] {
        let script = Script::new().on("POST", ORDERS, [Reply::hangs()]).on(
            "GET",
            "/v2/orders:by_client_order_id",
            [lookup],
        );
        let client = client(&script).with_deadline(deadline);
        let started = tokio::time::Instant::now();
        let result = client.orders().submit(request()).await;
        if accepted {
            assert_eq!(result.expect("the order").client_order_id, "mine");
        } else {
            // It may still arrive, and there is no time to send it again.
            unresolved(result, "out of time");
        }
        assert_eq!(posts_and_lookups(&script), (1, 1));
        let took = started.elapsed();
        assert!(took >= deadline && took < deadline * 2, "{took:?}");
    }
}
