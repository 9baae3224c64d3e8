//! Single orders: getting, submitting, replacing, canceling.

use alpaca_trading::orders::{OrderRequest, Quantity, ReplaceRequest};
use alpaca_trading::test_util::{Reply as Scripted, Script};
use alpaca_trading::{Cause, Client, ErrorKind, Outcome, Side, Uuid, dec};
use serde_json::{Value, json};
use tests::loopback::{Loopback, Reply};

use crate::{ORDER, answering, client, echoing, order, refused, sent};

fn id() -> Uuid {
    ORDER.parse().expect("an id")
}

fn scripted(script: &Script) -> Client {
    script.client().expect("a client")
}

#[tokio::test]
async fn an_order_is_found_by_either_id() {
    let (server, client) = answering(Reply::json(200, order("new"))).await;
    let orders = client.orders();
    assert_eq!(orders.get(id()).await.unwrap().qty, Some(dec!(2.50)));
    assert!(orders.get_with_legs(id()).await.unwrap().legs.is_empty());
    orders.get_by_client_order_id("bot 7/ü&x").await.unwrap();
    assert_eq!(
        sent(&server),
        [
            format!("GET /v2/orders/{ORDER}"),
            format!("GET /v2/orders/{ORDER}?nested=true"),
            "GET /v2/orders:by_client_order_id?client_order_id=bot+7%2F%C3%BC%26x".to_owned(),
        ]
    );
    refused(
        orders.get_by_client_order_id("").await,
        "client-order-id-length",
    );
    refused(
        orders.get_by_client_order_id("x".repeat(129)).await,
        "client-order-id-length",
    );
    refused(
        orders.get_by_client_order_id("a\nb").await,
        "client-order-id-text",
    );
    assert!(server.take().is_empty());
}

#[tokio::test]
async fn an_order_goes_out_with_an_id_and_without_anything_unasked() {
    let server = Loopback::start(|request| Reply::json(200, echoing(request, "pending_new"))).await;
    let client = client(&server);
    let request = OrderRequest::limit(
        "BTC/USD",
        Side::Buy,
        Quantity::coins(dec!(0.010)),
        dec!(60000.50),
    );
    client.orders().submit(request.clone()).await.unwrap();
    client
        .orders()
        .submit(request.client_order_id("mine"))
        .await
        .unwrap();
    let bodies: Vec<Value> = server
        .take()
        .iter()
        .map(|request| {
            assert_eq!(
                (request.method.as_str(), request.target.as_str()),
                ("POST", "/v2/orders")
            );
            serde_json::from_slice(&request.body).expect("JSON")
        })
        .collect();
    let random = bodies[0]["client_order_id"].as_str().expect("an id");
    assert!(random.parse::<Uuid>().is_ok(), "{random}");
    assert_eq!(
        bodies[1],
        json!({"symbol": "BTC/USD", "side": "buy", "type": "limit", "time_in_force": "gtc",
            "qty": "0.010", "limit_price": "60000.50", "client_order_id": "mine"})
    );
}

#[tokio::test]
async fn an_order_that_breaks_rules_is_not_sent() {
    let (server, client) = answering(Reply::json(200, order("new"))).await;
    let request = OrderRequest::limit("../x", Side::Buy, Quantity::shares(-1), dec!(1.001));
    let error = client.orders().submit(request).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Invalid);
    assert!(error.violations().len() >= 2, "{error}");
    assert_eq!(error.operation().as_deref(), Some("POST /v2/orders"));
    let error = client
        .orders()
        .replace(id(), ReplaceRequest::new())
        .await
        .unwrap_err();
    assert_eq!(error.outcome(), Outcome::NotSent);
    assert_eq!(error.violations().len(), 1);
    assert!(server.requests().is_empty());
}

#[tokio::test]
async fn a_replacement_names_only_what_changes() {
    let server = Loopback::start(|request| Reply::json(200, echoing(request, "accepted"))).await;
    let client = client(&server);
    let change = ReplaceRequest::new().quantity(3).limit_price(dec!(1.10));
    client.orders().replace(id(), change).await.unwrap();
    let requests = server.take();
    assert_eq!(requests[0].method, "PATCH");
    assert_eq!(requests[0].target, format!("/v2/orders/{ORDER}"));
    let mut body: Value = serde_json::from_slice(&requests[0].body).expect("JSON");
    let id = body
        .as_object_mut()
        .expect("an object")
        .remove("client_order_id");
    assert!(id.is_some_and(|id| id.as_str().is_some_and(|id| id.parse::<Uuid>().is_ok())));
    assert_eq!(body, json!({"qty": "3", "limit_price": "1.10"}));
}

#[tokio::test]
async fn a_preview_sends_nothing_and_shows_what_is_sent() {
    let (server, client) = answering(Reply::json(200, order("new"))).await;
    let request = OrderRequest::limit("AAPL", Side::Buy, Quantity::shares(10), dec!(187.50))
        .client_order_id("mine");
    let preview = client.orders().preview(&request);
    assert!(server.requests().is_empty());
    client.orders().submit(request).await.unwrap();
    let requests = server.take();
    assert_eq!(preview.method(), requests[0].method);
    assert_eq!(
        preview.url(),
        format!("{}{}", server.url(), requests[0].target)
    );
    let compact: String = preview.body().lines().map(str::trim_start).collect();
    let sent = String::from_utf8(requests[0].body.clone()).expect("text");
    assert_eq!(compact.replace("\": ", "\":"), sent);
}

#[tokio::test(start_paused = true)]
async fn canceling_may_be_repeated() {
    let path = format!("/v2/orders/{ORDER}");
    let state = |state: &str| {
        let message = format!(r#"order is already in \"{state}\" state"#);
        Scripted::json(422, format!(r#"{{"code":42210000,"message":"{message}"}}"#))
    };
    let unknown = || {
        Scripted::json(
            404,
            r#"{"code":40410000,"message":"order not found for x"}"#,
        )
    };
    for (replies, requests) in [
        (vec![Scripted::empty(204)], 1),
        // An attempt that may have arrived, and then nothing to cancel: the order itself is read.
        (vec![Scripted::reset(), unknown()], 3),
        (vec![Scripted::html(504), unknown()], 3),
        (vec![Scripted::empty(503), Scripted::empty(404)], 3),
        (vec![Scripted::reset(), Scripted::html(404)], 3),
        (vec![Scripted::reset(), state("canceled")], 2),
        // Somebody else was quicker.
        (vec![state("canceled")], 1),
        (vec![state("pending_cancel")], 1),
    ] {
        for now in ["canceled", "pending_cancel"] {
            let script = Script::new().on("DELETE", &path, replies.clone()).on(
                "GET",
                &path,
                [Scripted::json(200, order(now))],
            );
            scripted(&script)
                .orders()
                .cancel(id())
                .await
                .unwrap_or_else(|error| panic!("{replies:?}: {error}"));
            assert_eq!(script.requests().len(), requests, "{replies:?}");
        }
    }
}

#[tokio::test(start_paused = true)]
async fn not_found_after_a_lost_answer_does_not_mean_canceled() {
    let path = format!("/v2/orders/{ORDER}");
    let unknown = || {
        Scripted::json(
            404,
            r#"{"code":40410000,"message":"order not found for x"}"#,
        )
    };
    for look in [
        Scripted::json(200, order("new")),
        Scripted::json(200, order("filled")),
        unknown(),
        Scripted::html(503),
        Scripted::hangs(),
    ] {
        let script = Script::new()
            .on("DELETE", &path, [Scripted::reset(), unknown()])
            .on("GET", &path, [look.clone()]);
        let started = tokio::time::Instant::now();
        let error = scripted(&script).orders().cancel(id()).await.unwrap_err();
        assert!(error.is_not_found(), "{look:?}: {error}");
        assert_eq!(error.outcome(), Outcome::Unknown, "{look:?}");
        assert!(started.elapsed().as_secs() <= 11, "{look:?}");
    }
}

#[tokio::test(start_paused = true)]
async fn what_cannot_be_canceled_is_an_error() {
    let path = format!("/v2/orders/{ORDER}");
    let unknown = || {
        Scripted::json(
            404,
            r#"{"code":40410000,"message":"order not found for x"}"#,
        )
    };
    let cancel = async |replies: Vec<Scripted>| {
        let script = Script::new().on("DELETE", &path, replies);
        scripted(&script).orders().cancel(id()).await.unwrap_err()
    };
    assert!(cancel(vec![unknown()]).await.is_not_found());
    // Refused here and there for want of a connection: the order was never there.
    assert!(
        cancel(vec![Scripted::refused(), unknown()])
            .await
            .is_not_found()
    );
    // A proxy that does not know the address says nothing of the order.
    assert_eq!(
        cancel(vec![Scripted::html(503), Scripted::html(404)])
            .await
            .status(),
        Some(404)
    );
    for message in [
        r#"order is already in \"filled\" state"#,
        "original order pending replacement",
    ] {
        let body = format!(r#"{{"code":42210000,"message":"{message}"}}"#);
        let error = cancel(vec![Scripted::json(422, body)]).await;
        assert!(error.is_not_cancelable(), "{error}");
        assert_eq!(error.outcome(), Outcome::Rejected);
    }
}

#[tokio::test]
async fn each_canceled_order_has_an_outcome_of_its_own() {
    let other = "904837e3-3b76-47ec-b432-046db621571b";
    let body = format!(
        r#"[{{"id":"{ORDER}","status":200}},
            {{"id":"{other}","status":422,"body":{{"code":42210000,"message":"order is already in \"filled\" state"}}}},
            {{"id":"{ORDER}","status":200,"body":{}}},
            {{"id":"{other}","status":"200","body":null}},
            {{"id":"{other}","status":200,"body":{{"id":"{other}","qty":[1.10]}}}},
            {{"id":"{other}","status":404,"body":{{"code":40410000,"message":"order not found"}}}}]"#,
        order("pending_cancel"),
    );
    let (server, client) = answering(Reply::json(207, body)).await;
    let outcomes = client.orders().cancel_all().await.unwrap();
    assert_eq!(sent(&server), ["DELETE /v2/orders"]);
    let ids: Vec<_> = outcomes
        .iter()
        .map(|outcome| outcome.id.unwrap().to_string())
        .collect();
    assert_eq!(ids, [ORDER, other, ORDER, other, other, other]);
    let statuses: Vec<_> = outcomes.iter().map(|outcome| outcome.status).collect();
    assert_eq!(statuses, [200, 422, 200, 200, 200, 404].map(Some));
    assert!(matches!(outcomes[0].result, Ok(None)));
    let error = outcomes[1].result.as_ref().unwrap_err();
    assert_eq!(error.cause(), Some(Cause::NotCancelable));
    assert_eq!(error.operation().as_deref(), Some("DELETE /v2/orders"));
    assert!(matches!(&outcomes[2].result, Ok(Some(order)) if order.qty == Some(dec!(2.50))));
    assert!(matches!(outcomes[3].result, Ok(None)));
    let error = outcomes[4].result.as_ref().unwrap_err();
    assert!(
        error.is_decode() && error.body().ends_with(b"[1.10]}"),
        "{error}"
    );
    assert!(outcomes[5].result.as_ref().unwrap_err().is_not_found());

    for state in ["pending_cancel", "canceled"] {
        let message = format!(r#"order is already in \"{state}\" state"#);
        let body = format!(
            r#"[{{"id":"{ORDER}","status":422,"body":{{"code":42210000,"message":"{message}"}}}}]"#
        );
        let (_server, client) = answering(Reply::json(207, body)).await;
        let outcomes = client.orders().cancel_all().await.unwrap();
        assert!(matches!(outcomes[0].result, Ok(None)), "{state}");
        assert_eq!(outcomes[0].status, Some(422));
    }

    for nothing in ["[]", "null"] {
        let (_server, client) = answering(Reply::json(207, nothing)).await;
        assert!(client.orders().cancel_all().await.unwrap().is_empty());
    }
}

#[tokio::test(start_paused = true)]
async fn what_could_not_be_canceled_after_a_lost_answer_is_in_doubt() {
    let refusal = r#"{"code":42210000,"message":"order is already in \"filled\" state"}"#;
    let items = format!(r#"[{{"id":"{ORDER}","status":422,"body":{refusal}}}]"#);
    let refused = || Scripted::json(207, items.clone());
    for (replies, outcome) in [
        (vec![refused()], Outcome::Rejected),
        (vec![Scripted::reset(), refused()], Outcome::Unknown),
        (vec![Scripted::html(504), refused()], Outcome::Unknown),
    ] {
        let script = Script::new().on("DELETE", "/v2/orders", replies.clone());
        let outcomes = scripted(&script).orders().cancel_all().await.unwrap();
        let error = outcomes[0].result.as_ref().unwrap_err();
        assert_eq!(error.outcome(), outcome, "{replies:?}");
        assert!(error.is_not_cancelable());
        assert_eq!(script.requests().len(), replies.len());
    }
}

#[tokio::test]
async fn what_was_written_down_is_resolved() {
    use alpaca_trading::orders::Unresolved;

    let (server, client) = answering(Reply::json(200, order("filled"))).await;
    let found = client
        .orders()
        .resolve(&Unresolved::submission("mine"))
        .await
        .unwrap();
    assert_eq!(found.expect("an order").id, id());
    assert_eq!(
        sent(&server),
        ["GET /v2/orders:by_client_order_id?client_order_id=mine"]
    );
    // An order that was not asked for settles nothing.
    assert!(
        client
            .orders()
            .resolve(&Unresolved::submission("other"))
            .await
            .is_err()
    );

    let (_server, client) = answering(Reply::json(
        404,
        r#"{"code":40410000,"message":"order not found for mine"}"#,
    ))
    .await;
    assert_eq!(
        client
            .orders()
            .resolve(&Unresolved::submission("mine"))
            .await
            .unwrap(),
        None
    );
    let (_server, client) = answering(Reply::body(404, "text/html", "<html></html>")).await;
    assert!(
        client
            .orders()
            .resolve(&Unresolved::submission("mine"))
            .await
            .is_err()
    );
}
