//! Submissions whose answer is lost, odd, or about something else.

use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;

use alpaca_trading::orders::{OrderRequest, Quantity, ReplaceRequest, Unresolved};
use alpaca_trading::test_util::{Reply, Script};
use alpaca_trading::{
    Ask, Client, CredentialsProvider, ErrorKind, Keys, KeysFuture, Outcome, Side, Uuid, dec,
};
use chrono::{TimeDelta, Utc};
use serde_json::json;

use crate::{
    BY_CLIENT_ID, ORDER, ORDERS, client, dated, found, not_found, posts_and_lookups, request, sent,
    timestamp, unresolved,
};

#[tokio::test(start_paused = true)]
async fn an_order_that_the_service_has_altered_is_neither_taken_nor_denied() {
    let cases = [
        (
            // Quantities of coins are cut to the decimals that the asset has.
            OrderRequest::market("BTC/USD", Side::Buy, Quantity::coins(dec!(0.1234567))),
            json!({"symbol": "BTC/USD", "qty": "0.123456", "time_in_force": "gtc"}),
        ),
        (
            // A stop order to buy becomes a stop-limit order.
            OrderRequest::stop("AAPL", Side::Buy, Quantity::shares(1), dec!(10)),
            json!({"type": "stop_limit", "stop_price": "10", "limit_price": "10.40"}),
        ),
    ];
    for (request, echoed) in cases {
        let case = echoed.to_string();
        let script = Script::new().on("POST", ORDERS, [Reply::reset()]).on(
            "GET",
            BY_CLIENT_ID,
            [found(echoed)],
        );
        let client = client(&script);
        let orders = client.orders();
        let submitted = orders.submit(request.client_order_id("mine")).await;
        let error = submitted.expect_err(&case);
        // Whoever has to look into it is told which order to look at.
        assert!(error.message().contains(ORDER), "{error}");
        assert!(!error.is_duplicate_client_order_id(), "{error}");
        let asked = unresolved::<()>(Err(error), &case);
        assert_eq!(asked, Unresolved::submission("mine"));
        assert_eq!(posts_and_lookups(&script), (1, 1), "{case}");
        // The caller, who asks for the order itself, gets it.
        let order = orders.resolve(&asked).await.expect("an answer");
        assert_eq!(order.expect("the order").id.to_string(), ORDER);
    }
}

#[tokio::test(start_paused = true)]
async fn an_order_of_the_caller_from_before_the_call_is_another_one() {
    let now = Utc::now();
    for changes in [
        json!({"symbol": "TSLA", "created_at": timestamp(now)}),
        json!({"side": "sell", "created_at": timestamp(now)}),
        // The same to the last member, but of yesterday.
        json!({"created_at": timestamp(now - TimeDelta::days(1))}),
    ] {
        let case = changes.to_string();
        // The client learns the service's time from an earlier call.
        let script = Script::new()
            .on("GET", "/v2/clock", [dated(Reply::empty(404), now)])
            .on("POST", ORDERS, [Reply::reset()])
            .on("GET", BY_CLIENT_ID, [found(changes)]);
        let client = client(&script);
        client.clock().get().await.expect_err("no clock");
        let error = client.orders().submit(request()).await.expect_err(&case);
        assert!(error.is_duplicate_client_order_id(), "{case}: {error}");
        assert_eq!(error.outcome(), Outcome::Rejected, "{case}: {error}");
        assert_eq!(posts_and_lookups(&script), (1, 1), "{case}");
    }
}

#[tokio::test(start_paused = true)]
async fn an_id_by_which_no_order_could_be_found_again_is_sent_only_unchecked() {
    for id in ["", "   ", " mine", "mine ", "mi\0ne", "mine\n"] {
        let script = Script::new();
        let orders = client(&script).orders();
        let change = || ReplaceRequest::new().quantity(2).client_order_id(id);
        let submitted = orders.submit(request().client_order_id(id)).await;
        let replaced = orders.replace(Uuid::nil(), change()).await;
        for error in [submitted.expect_err(id), replaced.expect_err(id)] {
            assert!(error.is_invalid(), "{id:?}: {error}");
            assert_eq!(error.violations()[0].field(), "client_order_id", "{id:?}");
        }
        assert_eq!(script.requests(), [], "{id:?}");
        // What is lost on the way is not sent again, whatever the service says of the id.
        let path = format!("{ORDERS}/{}", Uuid::nil());
        let script = Script::new().on("PATCH", &path, [Reply::reset()]).on(
            "GET",
            BY_CLIENT_ID,
            [not_found()],
        );
        let orders = client(&script).orders();
        let replaced = orders.replace(Uuid::nil(), change().unchecked()).await;
        let asked = unresolved(replaced, id);
        assert_eq!(sent(&script, "PATCH", &path), 1, "{id:?}");
        assert_eq!(unresolved(orders.settle(&asked).await, id), asked);
    }
}

#[tokio::test(start_paused = true)]
async fn a_success_about_another_order_is_not_this_one() {
    let another = || found(json!({"client_order_id": "somebody-else", "symbol": "TSLA"}));
    // The service knows the right one.
    let script =
        Script::new()
            .on("POST", ORDERS, [another()])
            .on("GET", BY_CLIENT_ID, [found(json!({}))]);
    let order = client(&script).orders().submit(request()).await;
    assert_eq!(order.expect("the right one").client_order_id, "mine");
    assert_eq!(posts_and_lookups(&script), (1, 1));

    // It does not. A success was carried out, whatever it says: it is not sent again, although the
    // service would accept it.
    for lookup in [not_found(), another()] {
        let script = Script::new()
            .on("POST", ORDERS, [another(), found(json!({}))])
            .on("GET", BY_CLIENT_ID, [lookup]);
        let result = client(&script).orders().submit(request()).await;
        let asked = unresolved(result, "another order");
        assert_eq!(asked.client_order_id(), Some("mine"));
        assert_eq!(posts_and_lookups(&script), (1, 1));
    }
}

#[tokio::test(start_paused = true)]
async fn every_odd_status_is_a_refusal_or_a_doubt() {
    for status in [307, 308, 400, 409, 418, 425, 431, 451] {
        let script = Script::new().on("POST", ORDERS, [Reply::json(status, "{}")]);
        let result = client(&script).orders().submit(request()).await;
        let error = result.expect_err("a refusal");
        assert_eq!(
            (error.kind(), error.outcome(), error.status()),
            (ErrorKind::Answer, Outcome::Rejected, Some(status)),
            "{error}"
        );
        assert!(error.unresolved().is_none(), "{status}");
        assert_eq!(posts_and_lookups(&script), (1, 0), "{status}");
    }
    for status in [
        201, 202, 204, 206, 300, 301, 302, 303, 304, 305, 306, 408, 460, 499, 500, 501, 507, 520,
        524, 530, 599,
    ] {
        let doubtful = || Script::new().on("POST", ORDERS, [Reply::json(status, "{}")]);
        let case = status.to_string();
        // It cannot be looked up: nothing is sent again.
        let script = doubtful().on("GET", BY_CLIENT_ID, [Reply::json(503, "{}")]);
        let result = client(&script).orders().submit(request()).await;
        assert_eq!(result.as_ref().expect_err(&case).status(), Some(status));
        let asked = unresolved(result, &case);
        assert_eq!(asked, Unresolved::submission("mine"), "{case}");
        assert_eq!(posts_and_lookups(&script), (1, 4), "{case}");
        // It has been accepted all the same.
        let script = doubtful().on("GET", BY_CLIENT_ID, [found(json!({}))]);
        let result = client(&script).orders().submit(request()).await;
        assert_eq!(result.expect(&case).id.to_string(), ORDER, "{case}");
        assert_eq!(posts_and_lookups(&script), (1, 1), "{case}");
    }
}

#[tokio::test(start_paused = true)]
async fn a_redirect_is_called_one_and_is_not_followed() {
    for status in [301, 302, 303, 307, 308] {
        let elsewhere = Reply::empty(status).header("location", "/v2/orders/elsewhere");
        let script = Script::new().on("POST", ORDERS, [elsewhere]).on(
            "GET",
            BY_CLIENT_ID,
            [Reply::html(503)],
        );
        let result = client(&script).orders().submit(request()).await;
        let error = result.expect_err("a redirect");
        assert!(error.message().contains("redirect"), "{error}");
        assert_eq!(sent(&script, "GET", "/v2/orders/elsewhere"), 0, "{status}");
        assert_eq!(sent(&script, "POST", ORDERS), 1, "{status}");
    }
}

/// Other keys whenever it is asked.
#[derive(Default)]
struct Rotating(AtomicU32);

impl CredentialsProvider for Rotating {
    fn credentials(&self, _: Ask) -> KeysFuture<'_> {
        let number = self.0.fetch_add(1, Ordering::Relaxed);
        Box::pin(async move { Ok(Keys::key_pair(&format!("PKACCOUNT{number}"), "a-secret")?) })
    }
}

#[tokio::test(start_paused = true)]
async fn an_account_that_does_not_know_the_order_tells_nothing_of_another() {
    // The order may be in with the first keys. Then these are refused, and the next are another account's.
    let script = Script::new()
        .on("POST", ORDERS, [Reply::json(504, "{}"), found(json!({}))])
        .on("GET", BY_CLIENT_ID, [Reply::json(401, "{}"), not_found()]);
    let builder = Client::builder().credentials_provider(Rotating::default());
    let client = script.attach(builder).build().expect("a client");
    let error = client
        .orders()
        .submit(request())
        .await
        .expect_err("unknown");
    assert!(error.message().contains("keys have changed"), "{error}");
    let asked = unresolved::<()>(Err(error), "other keys");
    assert_eq!(asked.client_order_id(), Some("mine"));
    // The look-up was made twice: refused with the old keys, answered with the new ones.
    assert_eq!(posts_and_lookups(&script), (1, 2));
    // Asked later, the other account's "none" is not final either; the order itself would be.
    let started = tokio::time::Instant::now();
    let later = client.orders().settle(&asked).await;
    assert_eq!(unresolved(later, "still other keys"), asked);
    assert!(started.elapsed() >= Duration::from_secs(60));
}
