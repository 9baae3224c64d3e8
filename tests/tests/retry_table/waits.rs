//! How long the waits are, in total and in their spread, and who else has a say in them.

use std::time::Duration;

use alpaca_trading::test_util::{Reply, Script};
use alpaca_trading::{Client, ErrorKind, Outcome, Pacing, RetryPolicy};
use tokio::time::Instant;

use super::timeline::{ATTEMPT, Timeline, build, everything};

const CLOCK: &str = "/v2/clock";

/// A client of one rule, with another policy.
fn with(
    policy: RetryPolicy,
    replies: impl IntoIterator<Item = Reply>,
) -> (Client, Script, Timeline) {
    let script = Script::new().on("GET", CLOCK, replies);
    let timeline = Timeline::default();
    let client = build(&script, &timeline, |builder| builder.retry(policy));
    (client, script, timeline)
}

fn ok() -> Reply {
    Reply::json(
        200,
        r#"{"timestamp":"2026-01-05T14:30:00Z","is_open":true,
        "next_open":"2026-01-06T14:30:00Z","next_close":"2026-01-05T21:00:00Z"}"#,
    )
}

fn seconds(count: u64) -> Duration {
    Duration::from_secs(count)
}

#[tokio::test(start_paused = true)]
async fn waits_double_up_to_the_cap_and_fill_their_range() {
    let policy = RetryPolicy::default()
        .with_max_attempts(10)
        .with_base(seconds(1))
        .with_cap(seconds(6))
        .with_deadline(seconds(3_600))
        .without_budget();
    let (client, _, timeline) = with(policy, [Reply::html(503)]);
    let mut longest = [Duration::ZERO; 9];
    let mut shortest = [seconds(60); 9];
    for _ in 0..200 {
        client
            .clock()
            .get()
            .await
            .expect_err("nothing but failures");
        let attempts = timeline.take().expect("a timeline");
        for (place, attempt) in attempts[..9].iter().enumerate() {
            let wait = attempt.retry_in.expect("a wait");
            longest[place] = longest[place].max(wait);
            shortest[place] = shortest[place].min(wait);
        }
        assert_eq!(attempts.len(), 10);
    }
    for (place, ceiling) in [1, 2, 4, 6, 6, 6, 6, 6, 6]
        .into_iter()
        .map(seconds)
        .enumerate()
    {
        assert!(longest[place] <= ceiling, "{place}: {:?}", longest[place]);
        assert!(
            longest[place] > ceiling * 9 / 10,
            "{place}: {:?}",
            longest[place]
        );
        assert!(
            shortest[place] < ceiling / 10,
            "{place}: {:?}",
            shortest[place]
        );
    }
}

#[tokio::test(start_paused = true)]
async fn a_longer_wait_than_the_policy_takes_ends_the_call_at_once() {
    for (asked, attempts) in [
        ("60", 2),
        ("61", 1),
        ("86400", 1),
        ("99999999999999999999", 1),
    ] {
        let reply = Reply::json(429, "{}").header("retry-after", asked);
        let (client, script, timeline) = with(RetryPolicy::default(), [reply, ok()]);
        let before = Instant::now();
        let result = client.clock().get().await;
        let took = before.elapsed();
        assert_eq!(script.requests().len(), attempts, "{asked}");
        timeline.take().expect("a timeline");
        match result {
            Ok(_) => assert!(
                took >= seconds(60) && took <= seconds(67),
                "{asked}: {took:?}"
            ),
            Err(error) => {
                assert!(took < Duration::from_millis(5), "{asked}: {took:?}");
                assert!(error.is_rate_limited());
                assert_eq!(error.outcome(), Outcome::Rejected);
                assert_eq!(error.attempts(), 1);
            }
        }
    }
}

#[tokio::test(start_paused = true)]
async fn no_attempt_begins_after_the_deadline() {
    // Each failure with its time: an answer at once, one after four seconds, none.
    let slow = Reply::html(503).after(seconds(4));
    for reply in [
        Reply::html(503),
        slow,
        Reply::hangs(),
        Reply::refused().after(seconds(2)),
    ] {
        for limit in [1, 5, 9, 17] {
            let policy = RetryPolicy::default()
                .with_max_attempts(u32::MAX)
                .with_deadline(seconds(limit))
                .without_budget();
            let (client, _, timeline) = with(policy, [reply.clone()]);
            let before = Instant::now();
            client
                .clock()
                .get()
                .await
                .expect_err("nothing but failures");
            let took = before.elapsed();
            let shown = format!("{reply:?} within {limit} s took {took:?}");
            let attempts = timeline.take().expect("a timeline");
            assert!(took <= seconds(limit) + Duration::from_millis(5), "{shown}");
            assert!(
                attempts
                    .iter()
                    .all(|attempt| attempt.sent - before < seconds(limit)),
                "{shown}"
            );
            // Nor does it give up long before: what stood in the way is an attempt or a wait.
            assert!(took + seconds(8) + ATTEMPT >= seconds(limit), "{shown}");
        }
    }
}

#[tokio::test(start_paused = true)]
async fn a_wait_that_ends_after_the_deadline_is_not_begun() {
    let reply = Reply::json(429, "{}").header("retry-after", "45");
    let (client, script, timeline) = with(RetryPolicy::default(), [reply]);
    let before = Instant::now();
    let error = client.clock().get().await.expect_err("too many requests");
    // 45 and 90 seconds are within two minutes, 135 are not.
    assert_eq!(script.requests().len(), 3);
    assert!(before.elapsed() < seconds(101), "{:?}", before.elapsed());
    assert_eq!(error.attempts(), 3);
    timeline.take().expect("a timeline");
}

#[tokio::test(start_paused = true)]
async fn the_deadline_of_one_call_is_set_on_a_copy_of_the_client() {
    let (client, _, timeline) = with(RetryPolicy::default().without_budget(), [Reply::hangs()]);
    let before = Instant::now();
    let hasty = client.with_deadline(seconds(3));
    let error = hasty.clock().get().await.expect_err("no answer");
    assert_eq!(before.elapsed().as_secs(), 3);
    assert!(error.is_timeout());
    assert_eq!(
        (error.kind(), error.outcome()),
        (ErrorKind::Timeout, Outcome::Unknown)
    );
    assert_eq!(timeline.take().expect("a timeline").len(), 1);

    // The raw client of the copy keeps to it as well, and the original does not.
    let before = Instant::now();
    hasty.raw().get_clock().send().await.expect_err("no answer");
    assert_eq!(before.elapsed().as_secs(), 3);
    timeline.take().expect("a timeline");
    let before = Instant::now();
    client.clock().get().await.expect_err("no answer");
    assert!(before.elapsed() > ATTEMPT * 3);
    assert_eq!(timeline.take().expect("a timeline").len(), 4);
}

/// Who has no time left sends nothing, and knows that nothing was sent.
#[tokio::test(start_paused = true)]
async fn without_time_nothing_is_sent() {
    use alpaca_trading::Side;
    use alpaca_trading::orders::{OrderRequest, Quantity};

    let script = everything(&ok());
    let timeline = Timeline::default();
    let client = build(&script, &timeline, |builder| builder).with_deadline(Duration::ZERO);
    let order = OrderRequest::market("AAPL", Side::Buy, Quantity::shares(1));
    for error in [
        client.clock().get().await.expect_err("no time"),
        client.orders().submit(order).await.expect_err("no time"),
        client.positions().close("AAPL").await.expect_err("no time"),
    ] {
        assert_eq!(
            (error.kind(), error.outcome()),
            (ErrorKind::Timeout, Outcome::NotSent)
        );
        assert_eq!(error.attempts(), 0, "{error}");
    }
    assert!(script.requests().is_empty());
}

#[tokio::test(start_paused = true)]
async fn the_limit_of_one_attempt_is_set_on_a_copy_of_the_client() {
    let (client, _, timeline) = with(RetryPolicy::never(), [Reply::hangs()]);
    let hasty = client.with_attempt_timeout(Duration::from_millis(700));
    for raw in [false, true] {
        let before = Instant::now();
        if raw {
            hasty.raw().get_clock().send().await.expect_err("no answer");
        } else {
            let error = hasty.clock().get().await.expect_err("no answer");
            assert!(error.to_string().contains("700ms"), "{error}");
        }
        let took = before.elapsed();
        assert!(
            took.abs_diff(Duration::from_millis(700)) < Duration::from_millis(5),
            "{took:?}"
        );
        assert_eq!(timeline.take().expect("a timeline").len(), 1);
    }
}

#[tokio::test(start_paused = true)]
async fn who_never_retries_sends_once() {
    for reply in [
        Reply::refused(),
        Reply::reset(),
        Reply::hangs(),
        Reply::json(429, "{}").header("retry-after", "1"),
        Reply::html(503),
    ] {
        let script = everything(&reply);
        let timeline = Timeline::default();
        let client = build(&script, &timeline, |builder| builder);
        let once = client.with_retry(RetryPolicy::never());
        once.clock().get().await.expect_err("a failure");
        assert_eq!(script.requests().len(), 1, "{reply:?}");
        once.raw().get_clock().send().await.expect_err("a failure");
        assert_eq!(script.requests().len(), 2, "{reply:?}: the raw client");
        once.orders().cancel_all().await.expect_err("a failure");
        assert_eq!(script.requests().len(), 3, "{reply:?}");
    }
}

/// A paced client holds everyone for a second after a 429 that names no wait, and for as long as it
/// names otherwise; the retry is no exception.
#[tokio::test(start_paused = true)]
async fn after_a_429_a_paced_client_pauses() {
    for (asked, least) in [(None, 1), (Some("7"), 7)] {
        let refused = Reply::json(429, "{}");
        let refused = asked
            .into_iter()
            .fold(refused, |reply, wait| reply.header("retry-after", wait));
        let script = Script::new().on("GET", CLOCK, [refused, ok()]);
        let timeline = Timeline::default();
        let client = build(&script, &timeline, |builder| builder.pacing(Pacing::Auto));
        let before = Instant::now();
        let other = async {
            tokio::time::sleep(Duration::from_millis(10)).await;
            client.clock().get().await.expect("the time");
            before.elapsed()
        };
        let clock = client.clock();
        let (first, other) = tokio::join!(clock.get(), other);
        first.expect("the time");
        assert_eq!(script.requests().len(), 3);
        for took in [before.elapsed(), other] {
            assert!(
                took >= seconds(least) && took < seconds(least + 1),
                "{asked:?}: {took:?}"
            );
        }
    }
}
