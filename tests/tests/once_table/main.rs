//! Orders are submitted once: a test for every row of the tables in `orders::once` and
//! `positions::closing`, on a paused clock.

#![allow(
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::unwrap_used,
    reason = "helpers of tests"
)]

mod closing;

use std::time::Duration;

use alpaca_trading::orders::{OrderRequest, Quantity, ReplaceRequest, Unresolved};
use alpaca_trading::test_util::{Reply, Script};
use alpaca_trading::{Client, Error, ErrorKind, Outcome, RetryPolicy, Side, Uuid, dec};

const ORDER: &str = "61e69015-8549-4bfd-b9c3-01e75843f47d";
const OLD: &str = "904837e3-3b76-47ec-b432-046db621571b";
const BY_CLIENT_ID: &str = "/v2/orders:by_client_order_id";

/// The longest body that is read.
const LIMIT: usize = 64 * 1024;

/// An order as the service sends it; `{id}` in the client order id is what the client chose.
fn order(client_order_id: &str, quantity: &str) -> String {
    format!(
        r#"{{"id":"{ORDER}","client_order_id":"{client_order_id}","status":"accepted",
            "created_at":"2026-01-05T14:30:00Z","submitted_at":"2026-01-05T14:30:00Z",
            "order_class":"","symbol":"AAPL","side":"buy","type":"market","qty":"{quantity}",
            "replaces":"{OLD}"}}"#
    )
}

fn duplicate() -> Reply {
    Reply::json(
        422,
        r#"{"code":40010001,"message":"client_order_id must be unique"}"#,
    )
}

fn not_found() -> Reply {
    Reply::json(
        404,
        r#"{"code":40410000,"message":"order not found for x"}"#,
    )
}

fn poor() -> Reply {
    Reply::json(
        403,
        r#"{"code":40310000,"message":"insufficient buying power","buying_power":"1"}"#,
    )
}

fn client(script: &Script) -> Client {
    script
        .attach(Client::builder().seed(7))
        .attempt_timeout(Duration::from_secs(5))
        .body_limit(LIMIT)
        .build()
        .expect("a client")
}

/// Submits one share with the id `mine`, or with one that the client makes.
async fn submit(script: &Script, mine: bool) -> Result<alpaca_trading::types::Order, Error> {
    let mut request = OrderRequest::market("AAPL", Side::Buy, Quantity::shares(1));
    if mine {
        request = request.client_order_id("mine");
    }
    client(script).orders().submit(request).await
}

fn posts(script: &Script) -> usize {
    let requests = script.requests();
    requests
        .iter()
        .filter(|request| request.method == "POST")
        .count()
}

fn lookups(script: &Script) -> usize {
    let requests = script.requests();
    requests
        .iter()
        .filter(|request| request.path == BY_CLIENT_ID)
        .count()
}

/// Every way in which an attempt can leave it open whether the order was accepted.
fn doubtful() -> Vec<(&'static str, Reply)> {
    vec![
        ("reset", Reply::reset()),
        ("timeout", Reply::hangs()),
        ("300", Reply::empty(300)),
        ("302", Reply::html(302)),
        ("306", Reply::empty(306)),
        ("408", Reply::html(408)),
        ("460", Reply::html(460)),
        ("499", Reply::html(499)),
        (
            "500",
            Reply::json(
                500,
                r#"{"code":50010000,"message":"internal server error occurred"}"#,
            ),
        ),
        ("502", Reply::html(502)),
        ("503", Reply::empty(503)),
        ("504", Reply::html(504)),
    ]
}

/// Every way in which a success can leave it open what was accepted.
fn odd_successes() -> Vec<(&'static str, Reply)> {
    vec![
        ("body cut short", Reply::cut_short()),
        ("too long", Reply::json(200, " ".repeat(LIMIT + 1))),
        ("2xx that does not decode", Reply::json(200, r#"{"id":"#)),
        ("2xx of another kind", Reply::html(200)),
        ("2xx with nothing", Reply::empty(204)),
        ("2xx about another order", Reply::json(201, order("x", "1"))),
    ]
}

/// Refusals that settle the matter.
fn refusals() -> Vec<(u16, Reply)> {
    [307, 308, 400, 403, 404, 409, 422, 451, 498]
        .map(|status| (status, Reply::json(status, r#"{"message":"no"}"#)))
        .to_vec()
}

#[tokio::test(start_paused = true)]
async fn an_accepted_order_is_returned() {
    let script = Script::new().on("POST", "/v2/orders", [Reply::json(200, order("mine", "1"))]);
    let order = submit(&script, true).await.expect("an order");
    assert_eq!(order.id.to_string(), ORDER);
    assert_eq!((posts(&script), lookups(&script)), (1, 0));
}

#[tokio::test(start_paused = true)]
async fn what_was_not_sent_is_sent_again_and_then_not_sent() {
    let script = Script::new().on(
        "POST",
        "/v2/orders",
        [Reply::refused(), Reply::json(200, order("mine", "1"))],
    );
    submit(&script, true).await.expect("an order");
    assert_eq!((posts(&script), lookups(&script)), (2, 0));

    let script = Script::new().on("POST", "/v2/orders", [Reply::refused()]);
    let error = submit(&script, true).await.expect_err("nobody listens");
    assert_eq!(error.outcome(), Outcome::NotSent);
    assert!(error.is_connect() && error.unresolved().is_none());
    assert_eq!((posts(&script), lookups(&script)), (4, 0));
}

#[tokio::test(start_paused = true)]
async fn what_was_limited_waits_and_is_then_rejected() {
    let limited =
        || Reply::json(429, r#"{"message":"too many requests."}"#).header("retry-after", "3");
    let script = Script::new().on(
        "POST",
        "/v2/orders",
        [limited(), Reply::json(200, order("mine", "1"))],
    );
    let started = tokio::time::Instant::now();
    submit(&script, true).await.expect("an order");
    assert!(started.elapsed() >= Duration::from_secs(3));
    assert_eq!((posts(&script), lookups(&script)), (2, 0));

    let script = Script::new().on("POST", "/v2/orders", [limited()]);
    let error = submit(&script, true).await.expect_err("too many requests");
    assert!(error.is_rate_limited());
    assert_eq!(error.outcome(), Outcome::Rejected);
    assert_eq!(lookups(&script), 0);
}

#[tokio::test(start_paused = true)]
async fn a_refusal_is_final() {
    let script = Script::new().on("POST", "/v2/orders", [poor()]);
    let error = submit(&script, false).await.expect_err("too poor");
    assert!(error.is_insufficient_buying_power());
    assert_eq!(error.outcome(), Outcome::Rejected);
    assert_eq!(error.decimal("buying_power"), Some(dec!(1)));
    assert_eq!((posts(&script), lookups(&script)), (1, 0));
    for (status, reply) in refusals() {
        let script = Script::new().on("POST", "/v2/orders", [reply]);
        let error = submit(&script, false).await.expect_err("refused");
        assert_eq!(error.outcome(), Outcome::Rejected, "{status}");
        assert_eq!((posts(&script), lookups(&script)), (1, 0), "{status}");
    }
}

#[tokio::test(start_paused = true)]
async fn an_id_that_the_service_may_change_is_sent_once_and_never_again() {
    for id in ["", "  ", " mine", "mine ", "mi\nne"] {
        let request = || {
            let request = OrderRequest::market("AAPL", Side::Buy, Quantity::shares(1));
            request.client_order_id(id)
        };
        // Checked, it is refused; the preview says so as well.
        let script = Script::new();
        let orders = client(&script).orders();
        let error = orders.submit(request()).await.expect_err("an odd id");
        assert_eq!(error.violations(), orders.preview(&request()).violations());
        assert!(error.violations()[0].rule().starts_with("client-order-id-"));
        assert_eq!(script.requests(), []);
        // Unchecked, it is sent as it is, and what the service makes of it is taken.
        let made = Reply::json(200, order("mine", "1"));
        let script = Script::new().on("POST", "/v2/orders", [made]);
        let placed = client(&script).orders().submit(request().unchecked()).await;
        assert_eq!(placed.expect("an order").id.to_string(), ORDER);
        let sent: serde_json::Value =
            serde_json::from_str(&script.requests()[0].body).expect("JSON");
        assert_eq!(sent["client_order_id"], id);
        assert_eq!((posts(&script), lookups(&script)), (1, 0));
        // "Not found" by such an id proves nothing, neither now nor later.
        let script = Script::new().on("POST", "/v2/orders", [Reply::reset()]).on(
            "GET",
            BY_CLIENT_ID,
            [not_found()],
        );
        let client = client(&script);
        let placed = client.orders().submit(request().unchecked()).await;
        let error = placed.expect_err("unknown");
        assert_eq!(
            (error.kind(), error.outcome()),
            (ErrorKind::Unresolved, Outcome::Unknown)
        );
        assert_eq!(posts(&script), 1);
        let unresolved = error.unresolved().expect("what to ask for");
        let later = client.orders().resolve(unresolved).await;
        let error = later.expect_err("still unknown");
        assert!(error.is_unresolved() && error.unresolved() == Some(unresolved));
    }
}

#[tokio::test(start_paused = true)]
async fn an_id_that_the_caller_used_before_is_refused() {
    let script = Script::new().on("POST", "/v2/orders", [duplicate()]);
    let error = submit(&script, true).await.expect_err("used before");
    assert!(error.is_duplicate_client_order_id());
    assert_eq!(error.outcome(), Outcome::Rejected);
    assert_eq!((posts(&script), lookups(&script)), (1, 0));
}

#[tokio::test(start_paused = true)]
async fn a_doubtful_attempt_is_looked_up_and_found() {
    for (name, reply) in doubtful().into_iter().chain(odd_successes()) {
        let script = Script::new().on("POST", "/v2/orders", [reply]).on(
            "GET",
            BY_CLIENT_ID,
            [Reply::json(200, order("mine", "1"))],
        );
        let order = submit(&script, true)
            .await
            .unwrap_or_else(|error| panic!("{name}: {error}"));
        assert_eq!(order.client_order_id, "mine");
        assert_eq!((posts(&script), lookups(&script)), (1, 1), "{name}");
    }
}

#[tokio::test(start_paused = true)]
async fn a_doubtful_attempt_that_is_clearly_unknown_is_sent_again_with_the_same_id() {
    for (name, reply) in doubtful() {
        let script = Script::new()
            .on(
                "POST",
                "/v2/orders",
                [reply, Reply::json(200, order("mine", "1"))],
            )
            .on("GET", BY_CLIENT_ID, [not_found()]);
        submit(&script, true)
            .await
            .unwrap_or_else(|error| panic!("{name}: {error}"));
        assert_eq!((posts(&script), lookups(&script)), (2, 1), "{name}");
        let requests = script.requests();
        let bodies: Vec<_> = requests
            .iter()
            .filter(|sent| sent.method == "POST")
            .collect();
        assert_eq!(bodies[0].body, bodies[1].body, "{name}");
    }
}

#[tokio::test(start_paused = true)]
async fn a_success_is_never_sent_again_although_the_order_is_not_found() {
    for (name, reply) in odd_successes() {
        // Also when it is not the first attempt that ends so.
        for (earlier, sent) in [(None, 1), (Some(Reply::html(503)), 2)] {
            let replies = earlier.into_iter().chain([reply.clone()]);
            let again = Reply::json(200, order("mine", "1"));
            let script = Script::new()
                .on("POST", "/v2/orders", replies.chain([again]))
                .on("GET", BY_CLIENT_ID, [not_found()]);
            let error = submit(&script, true).await.expect_err("unknown");
            assert_eq!(
                (error.kind(), error.outcome()),
                (ErrorKind::Unresolved, Outcome::Unknown),
                "{name}: {error}"
            );
            assert!(error.message().contains("called it a success"), "{error}");
            assert_eq!((posts(&script), lookups(&script)), (sent, sent), "{name}");
            assert_eq!(error.unresolved(), Some(&Unresolved::submission("mine")));
        }
    }
}

#[tokio::test(start_paused = true)]
async fn a_duplicate_after_a_doubtful_attempt_is_the_order_itself() {
    let script = Script::new()
        .on("POST", "/v2/orders", [Reply::reset(), duplicate()])
        // The first look-up comes too early.
        .on(
            "GET",
            BY_CLIENT_ID,
            [not_found(), Reply::json(200, order("mine", "1"))],
        );
    let order = submit(&script, true).await.expect("the first attempt");
    assert_eq!(order.id.to_string(), ORDER);
    assert_eq!((posts(&script), lookups(&script)), (2, 2));
}

#[tokio::test(start_paused = true)]
async fn a_refusal_after_a_doubtful_attempt_is_looked_up() {
    // The first attempt was accepted after all, and has used up the buying power.
    let script = Script::new()
        .on("POST", "/v2/orders", [Reply::hangs(), poor()])
        .on(
            "GET",
            BY_CLIENT_ID,
            [not_found(), Reply::json(200, order("mine", "1"))],
        );
    submit(&script, true).await.expect("the first attempt");
    assert_eq!((posts(&script), lookups(&script)), (2, 2));

    // It is not there: it may still arrive, so the refusal settles nothing.
    let script = Script::new()
        .on("POST", "/v2/orders", [Reply::hangs(), poor()])
        .on("GET", BY_CLIENT_ID, [not_found()]);
    let error = submit(&script, true).await.expect_err("unknown");
    assert_eq!(
        (error.kind(), error.outcome()),
        (ErrorKind::Unresolved, Outcome::Unknown)
    );
    assert!(!error.is_insufficient_buying_power(), "{error}");
}

#[tokio::test(start_paused = true)]
async fn an_order_of_the_caller_with_the_same_id_is_not_taken_for_this_one() {
    let found = |body: String| {
        Script::new()
            .on("POST", "/v2/orders", [Reply::html(502)])
            .on("GET", BY_CLIENT_ID, [Reply::json(200, body)])
    };
    let script = found(order("mine", "1").replace("AAPL", "TSLA"));
    let error = submit(&script, true).await.expect_err("another order");
    assert!(error.is_duplicate_client_order_id());
    assert_eq!(error.outcome(), Outcome::Rejected);
    assert_eq!(posts(&script), 1);

    // The service cuts and rounds: an order that differs in quantity may be this one.
    let script = found(order("mine", "250"));
    let error = submit(&script, true).await.expect_err("another order");
    assert!(error.is_unresolved());
    assert_eq!(error.outcome(), Outcome::Unknown);
    assert_eq!(posts(&script), 1);
}

#[tokio::test(start_paused = true)]
async fn what_cannot_be_looked_up_stays_unknown_and_is_resolved_later() {
    let unclear = [
        Reply::refused(),
        Reply::html(404),
        Reply::json(404, r#"{"message":"endpoint not found."}"#),
        Reply::html(503),
        Reply::json(401, r#"{"message":"unauthorized."}"#),
        Reply::json(200, "{}"),
        Reply::json(200, order("another", "1")),
    ];
    for reply in unclear {
        let shown = format!("{reply:?}");
        let script = Script::new().on("POST", "/v2/orders", [Reply::reset()]).on(
            "GET",
            BY_CLIENT_ID,
            [reply],
        );
        let error = submit(&script, true).await.expect_err("unknown");
        assert_eq!(
            (error.kind(), error.outcome()),
            (ErrorKind::Unresolved, Outcome::Unknown),
            "{shown}: {error}"
        );
        assert_eq!(posts(&script), 1, "{shown}");
        let unresolved = error.unresolved().expect("what to ask for");
        assert_eq!(unresolved, &Unresolved::submission("mine"));
        assert_eq!(unresolved.client_order_id(), Some("mine"));

        let later = Script::new().on(
            "GET",
            BY_CLIENT_ID,
            [not_found(), Reply::json(200, order("mine", "1"))],
        );
        let later = client(&later);
        assert!(
            later
                .orders()
                .resolve(unresolved)
                .await
                .expect("clear")
                .is_none()
        );
        assert!(
            later
                .orders()
                .resolve(unresolved)
                .await
                .expect("clear")
                .is_some()
        );
    }
}

#[tokio::test(start_paused = true)]
async fn when_the_attempts_are_spent_the_outcome_is_unknown() {
    let script = Script::new()
        .on("POST", "/v2/orders", [Reply::html(503)])
        .on("GET", BY_CLIENT_ID, [not_found()]);
    let error = submit(&script, false).await.expect_err("unknown");
    assert_eq!(
        (error.kind(), error.outcome()),
        (ErrorKind::Unresolved, Outcome::Unknown)
    );
    assert_eq!((posts(&script), lookups(&script)), (4, 4));
    assert_eq!(error.status(), Some(503));

    // A client that never repeats anything looks up, but does not send again.
    let script = Script::new()
        .on("POST", "/v2/orders", [Reply::html(503)])
        .on("GET", BY_CLIENT_ID, [not_found()]);
    let once = client(&script).with_retry(RetryPolicy::never());
    let request = OrderRequest::market("AAPL", Side::Buy, Quantity::shares(1));
    let error = once.orders().submit(request).await.expect_err("unknown");
    assert_eq!(error.outcome(), Outcome::Unknown);
    assert_eq!((posts(&script), lookups(&script)), (1, 1));
}

#[tokio::test(start_paused = true)]
async fn an_id_made_here_and_refused_as_used_is_the_order_itself() {
    // Something on the way has sent the first attempt twice.
    let script = Script::new().on("POST", "/v2/orders", [duplicate()]);
    let sender = client(&script);
    let request = OrderRequest::market("AAPL", Side::Buy, Quantity::shares(1));
    let orders = sender.orders();
    let submission = orders.submit(request);
    let answer = async {
        // The id is known once it has been sent.
        loop {
            if let Some(sent) = script.requests().first() {
                let body: serde_json::Value = serde_json::from_str(&sent.body).expect("JSON");
                let id = body["client_order_id"].as_str().expect("an id").to_owned();
                script.add("GET", BY_CLIENT_ID, [Reply::json(200, order(&id, "1"))]);
                return id;
            }
            tokio::task::yield_now().await;
        }
    };
    let (order, id) = tokio::join!(submission, answer);
    assert_eq!(order.expect("the order").client_order_id, id);
}

#[tokio::test(start_paused = true)]
async fn a_replacement_is_looked_up_by_its_own_id() {
    let path = format!("/v2/orders/{OLD}");
    let old = Uuid::parse_str(OLD).expect("an id");
    for (name, reply) in doubtful().into_iter().chain(odd_successes()) {
        let script = Script::new().on("PATCH", &path, [reply]).on(
            "GET",
            BY_CLIENT_ID,
            [Reply::json(200, order("mine", "2"))],
        );
        let change = ReplaceRequest::new().quantity(2).client_order_id("mine");
        let order = client(&script).orders().replace(old, change).await;
        assert_eq!(
            order
                .unwrap_or_else(|error| panic!("{name}: {error}"))
                .replaces,
            Some(old)
        );
    }
    // Sent again after a clear answer, the service says that it is done already.
    let done = Reply::json(
        422,
        r#"{"code":42210000,"message":"order already replaced"}"#,
    );
    let script = Script::new().on("PATCH", &path, [Reply::hangs(), done]).on(
        "GET",
        BY_CLIENT_ID,
        [not_found(), Reply::json(200, order("mine", "2"))],
    );
    let change = ReplaceRequest::new().quantity(2).client_order_id("mine");
    client(&script)
        .orders()
        .replace(old, change)
        .await
        .expect("the replacement");
}
