//! Waiting for an order, on a paused clock.

use std::time::Duration;

use alpaca_trading::orders::{Condition, OrderStatus};
use alpaca_trading::test_util::{Reply, Script};
use alpaca_trading::{Client, Error, ErrorKind, Uuid, types::Order};
use tokio::time::Instant;

use crate::{ORDER, order};

const SUCCESSOR: &str = "904837e3-3b76-47ec-b432-046db621571b";

fn in_state(status: &str) -> Reply {
    Reply::json(200, order(status))
}

fn client(script: &Script) -> Client {
    script.client().expect("a client")
}

async fn wait(script: &Script, condition: Condition, seconds: u64) -> Result<Order, Error> {
    let id: Uuid = ORDER.parse().expect("an id");
    let limit = Duration::from_secs(seconds);
    client(script).orders().wait_for(id, condition, limit).await
}

fn path(id: &str) -> String {
    format!("/v2/orders/{id}")
}

#[tokio::test(start_paused = true)]
async fn the_order_is_returned_as_soon_as_it_is_seen() {
    let states = ["pending_new", "new", "partially_filled", "filled"];
    let script = Script::new().on("GET", &path(ORDER), states.map(in_state));
    let started = Instant::now();
    let order = wait(&script, Condition::Filled, 60)
        .await
        .expect("an order");
    assert_eq!(order.status, OrderStatus::Filled);
    assert_eq!(script.requests().len(), 4);
    assert!(
        started.elapsed() < Duration::from_secs(3),
        "{:?}",
        started.elapsed()
    );
}

#[tokio::test(start_paused = true)]
async fn outages_do_not_end_the_waiting() {
    let replies = [
        in_state("new"),
        Reply::reset(),
        Reply::html(503),
        Reply::empty(504),
        Reply::refused(),
        Reply::hangs(),
        in_state("filled"),
    ];
    let script = Script::new().on("GET", &path(ORDER), replies);
    let order = wait(&script, Condition::Filled, 300)
        .await
        .expect("an order");
    assert_eq!(order.status, OrderStatus::Filled);
}

#[tokio::test(start_paused = true)]
async fn the_time_limit_holds_whatever_the_service_does() {
    for reply in [
        in_state("held"),
        Reply::hangs(),
        Reply::html(503),
        Reply::refused(),
    ] {
        let script = Script::new().on("GET", &path(ORDER), [reply.clone()]);
        let started = Instant::now();
        let error = wait(&script, Condition::Done, 20)
            .await
            .expect_err("too late");
        assert_eq!(error.kind(), ErrorKind::WaitTimeout, "{reply:?}: {error}");
        assert!(error.is_timeout() && error.environment().is_some());
        let took = started.elapsed();
        assert!(took <= Duration::from_secs(21), "{reply:?}: {took:?}");
    }
}

#[tokio::test(start_paused = true)]
async fn a_successor_is_followed() {
    let replaced =
        order("replaced").replace("\"legs\":null", &format!("\"replaced_by\":\"{SUCCESSOR}\""));
    let script = Script::new()
        .on("GET", &path(ORDER), [Reply::json(200, replaced)])
        .on(
            "GET",
            &path(SUCCESSOR),
            [in_state("new"), in_state("canceled")],
        );
    let done = wait(&script, Condition::Done, 60).await.expect("an order");
    assert_eq!(done.status, OrderStatus::Canceled);
    assert_eq!(script.requests().len(), 3);
    let error = wait(&script, Condition::Filled, 60)
        .await
        .expect_err("canceled");
    assert!(error.message().contains("`canceled`"), "{error}");
    assert!(!error.is_timeout());
}

#[tokio::test(start_paused = true)]
async fn wrong_keys_end_the_waiting_at_once() {
    let script = Script::new().on(
        "GET",
        &path(ORDER),
        [Reply::json(401, r#"{"message":"unauthorized."}"#)],
    );
    let error = wait(&script, Condition::Done, 60)
        .await
        .expect_err("unauthorized");
    assert!(error.is_unauthorized(), "{error}");
    assert_eq!(script.requests().len(), 1);
}

#[tokio::test(start_paused = true)]
async fn waiting_can_be_spawned() {
    let script = Script::new().on("GET", &path(ORDER), [in_state("filled")]);
    let orders = client(&script).orders();
    let id: Uuid = ORDER.parse().expect("an id");
    let waiting = async move {
        let half = Condition::when(|order| order.filled_qty.is_none());
        orders.wait_for(id, half, Duration::from_secs(1)).await
    };
    assert!(tokio::spawn(waiting).await.expect("no panic").is_ok());
}
