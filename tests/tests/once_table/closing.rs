//! Closing a position: a test for every row of the tables in `positions::closing`.

use std::time::Duration;

use alpaca_trading::test_util::{Reply, Script};
use alpaca_trading::{ErrorKind, Outcome};

use crate::{client, doubtful, odd_successes, refusals};

const POSITION: &str = "/v2/positions/AAPL";

/// A market order in the list, submitted at this time.
fn listed(id: u32, submitted_at: chrono::DateTime<chrono::Utc>, quantity: &str) -> String {
    format!(
        r#"{{"id":"00000000-0000-0000-0000-{id:012}","client_order_id":"by-the-service-{id}",
            "status":"accepted","created_at":"{at}","submitted_at":"{at}","order_class":"",
            "symbol":"AAPL","side":"sell","type":"market","qty":"{quantity}"}}"#,
        at = submitted_at.to_rfc3339(),
    )
}

fn list(rows: &[String]) -> Reply {
    let now = httpdate::fmt_http_date(std::time::SystemTime::now());
    Reply::json(200, format!("[{}]", rows.join(","))).header("date", &now)
}

#[tokio::test(start_paused = true)]
async fn a_doubtful_closing_is_found_in_the_list_and_never_sent_again() {
    let now = chrono::Utc::now();
    let long_ago = now - chrono::Duration::minutes(5);
    let mut doubtful = doubtful();
    doubtful.extend(odd_successes());
    // To a closing every order is its own.
    doubtful.retain(|(name, _)| *name != "2xx about another order");
    for (name, reply) in doubtful {
        let script = Script::new()
            .on("DELETE", "/v2/positions/AAPL", [reply.clone()])
            .on(
                "GET",
                "/v2/orders",
                [list(&[listed(1, now, "10"), listed(2, long_ago, "10")])],
            );
        let order = client(&script).positions().close("AAPL").await;
        let order = order.unwrap_or_else(|error| panic!("{name}: {error}"));
        assert_eq!(order.client_order_id, "by-the-service-1", "{name}");

        // Nothing of the kind, or several: nobody knows, and it is not sent again.
        for rows in [
            vec![],
            vec![listed(2, long_ago, "10")],
            vec![listed(1, now, "1"), listed(2, now, "1")],
        ] {
            let script = Script::new()
                .on("DELETE", "/v2/positions/AAPL", [reply.clone()])
                .on("GET", "/v2/orders", [list(&rows)]);
            let error = client(&script)
                .positions()
                .close("AAPL")
                .await
                .expect_err("unknown");
            assert_eq!(
                (error.kind(), error.outcome()),
                (ErrorKind::Unresolved, Outcome::Unknown)
            );
            let deletes = script
                .requests()
                .iter()
                .filter(|sent| sent.method == "DELETE")
                .count();
            assert_eq!(deletes, 1, "{name}");
            assert!(error.unresolved().is_some());
        }
    }
}

#[tokio::test(start_paused = true)]
async fn a_doubtful_closing_is_told_from_others_by_quantity_and_origin() {
    let now = chrono::Utc::now();
    let script = Script::new()
        .on(
            "DELETE",
            "/v2/positions/AAPL",
            [Reply::json(200, listed(1, now, "4")), Reply::reset()],
        )
        .on(
            "GET",
            "/v2/orders",
            [list(&[
                listed(1, now, "4"),
                listed(2, now, "4"),
                listed(3, now, "5"),
            ])],
        );
    let client = client(&script);
    let first = client
        .positions()
        .close("AAPL")
        .quantity(4)
        .await
        .expect("the first");
    let second = client
        .positions()
        .close("AAPL")
        .quantity(4)
        .await
        .expect("the second");
    assert_eq!(first.client_order_id, "by-the-service-1");
    assert_eq!(second.client_order_id, "by-the-service-2");
}

#[tokio::test(start_paused = true)]
async fn a_refused_closing_is_final() {
    let script = Script::new().on(
        "DELETE",
        "/v2/positions/AAPL",
        [Reply::json(
            404,
            r#"{"code":40410000,"message":"position does not exist"}"#,
        )],
    );
    let error = client(&script)
        .positions()
        .close("AAPL")
        .await
        .expect_err("no position");
    assert!(error.is_not_found());
    assert_eq!(error.outcome(), Outcome::Rejected);
    assert_eq!(script.requests().len(), 1);
    for (status, reply) in refusals() {
        let script = Script::new().on("DELETE", POSITION, [reply]);
        let closed = client(&script).positions().close("AAPL").await;
        let error = closed.expect_err("refused");
        assert_eq!(error.outcome(), Outcome::Rejected, "{status}");
        assert_eq!(script.requests().len(), 1, "{status}");
    }
}

#[tokio::test(start_paused = true)]
async fn a_closing_that_was_not_sent_is_sent_again_and_then_not_sent() {
    let placed = || Reply::json(200, listed(1, chrono::Utc::now(), "10"));
    let script = Script::new().on("DELETE", POSITION, [Reply::refused(), placed()]);
    let closed = client(&script).positions().close("AAPL").await;
    assert_eq!(
        closed.expect("an order").client_order_id,
        "by-the-service-1"
    );
    assert_eq!(script.requests().len(), 2);

    let script = Script::new().on("DELETE", POSITION, [Reply::refused()]);
    let closed = client(&script).positions().close("AAPL").await;
    let error = closed.expect_err("nobody listens");
    assert_eq!(error.outcome(), Outcome::NotSent);
    assert!(error.is_connect() && error.unresolved().is_none());
    // Tried as often as the policy allows, and the orders were not read.
    assert_eq!(script.requests().len(), 4);
}

#[tokio::test(start_paused = true)]
async fn a_closing_that_was_limited_waits_and_is_then_rejected() {
    let limited =
        || Reply::json(429, r#"{"message":"too many requests."}"#).header("retry-after", "3");
    let placed = Reply::json(200, listed(1, chrono::Utc::now(), "10"));
    let script = Script::new().on("DELETE", POSITION, [limited(), placed]);
    let started = tokio::time::Instant::now();
    let closed = client(&script).positions().close("AAPL").await;
    closed.expect("an order");
    assert!(started.elapsed() >= Duration::from_secs(3));
    assert_eq!(script.requests().len(), 2);

    let script = Script::new().on("DELETE", POSITION, [limited()]);
    let closed = client(&script).positions().close("AAPL").await;
    let error = closed.expect_err("too many requests");
    assert!(error.is_rate_limited() && error.unresolved().is_none());
    assert_eq!(error.outcome(), Outcome::Rejected);
    assert!(script.requests().iter().all(|sent| sent.method == "DELETE"));
}

#[tokio::test(start_paused = true)]
async fn a_server_that_does_not_tell_its_time_leaves_a_closing_unknown() {
    let rows = format!("[{}]", listed(1, chrono::Utc::now(), "10"));
    let script = Script::new()
        .on("DELETE", "/v2/positions/AAPL", [Reply::reset()])
        .on("GET", "/v2/orders", [Reply::json(200, rows)]);
    let error = client(&script)
        .positions()
        .close("AAPL")
        .await
        .expect_err("unknown");
    assert_eq!(error.outcome(), Outcome::Unknown);
}
