//! What the caller writes and reads: errors, hooks, numbers, and the generated client beside this one.

use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};

use alpaca_trading::orders::{OrderRequest, Quantity, ReplaceRequest};
use alpaca_trading::test_util::{Reply, Script};
use alpaca_trading::types::{TokenizationIssuer, TokenizationNetwork};
use alpaca_trading::{
    Attempt, Cause, Client, Decimal, Error, ErrorKind, Hook, Outcome, Outgoing, Side, Uuid, dec,
};
use serde_json::{Value, json};

use crate::{ORDERS, client, found, request};

#[tokio::test(start_paused = true)]
async fn an_error_shows_the_path_as_it_was_sent() {
    let refusal = || {
        Reply::json(
            404,
            r#"{"code":40410000,"message":"position does not exist"}"#,
        )
    };
    let shown = "GET /v2/positions/BTCUSD (paper): 404 [40410000] position does not exist";
    let script = Script::new().on("GET", "/v2/positions/BTCUSD", [refusal()]);
    let client = client(&script);
    let error = client.positions().get("BTC/USD").await.expect_err("none");
    assert_eq!(error.to_string(), shown);
    // The operation is the same for every symbol.
    let operation = error.operation().expect("an operation");
    assert_eq!(operation, "GET /v2/positions/{symbol_or_asset_id}");
    // The generated client, asked the same.
    let raw = client.raw().get_position().symbol_or_asset_id("BTCUSD");
    let error = Error::from_raw(raw.send().await.expect_err("none")).await;
    assert_eq!(error.to_string(), shown);

    // What comes without an answer has it too; the query, which may be private, is not shown.
    let script = Script::new();
    let client = crate::client(&script);
    let error = client.positions().get("AAPL").await.expect_err("nobody");
    let start = "GET /v2/positions/AAPL (paper): no connection: ";
    assert!(error.to_string().starts_with(start), "{error}");
    let closing = client.positions().close("AAPL").quantity(3).await;
    let error = closing.expect_err("nobody");
    let start = "DELETE /v2/positions/AAPL (paper): no connection: ";
    assert!(error.to_string().starts_with(start), "{error}");
    assert!(!error.to_string().contains("qty"), "{error}");
}

#[tokio::test(start_paused = true)]
async fn a_path_segment_cannot_widen_what_is_closed() {
    let script = Script::new()
        .on("DELETE", "/v2/positions", [Reply::json(207, "[]")])
        .on("DELETE", "/v2/positions/", [Reply::json(207, "[]")])
        .on("DELETE", "/v2/", [Reply::json(207, "[]")]);
    let client = client(&script);
    for segment in ["", ".", ".."] {
        let raw = client.raw().close_position().symbol_or_asset_id(segment);
        let error = Error::from_raw(raw.send().await.expect_err(segment)).await;
        let safe = client.positions().close(segment).await;
        for error in [error, safe.expect_err(segment)] {
            assert_eq!(
                (error.kind(), error.outcome()),
                (ErrorKind::Invalid, Outcome::NotSent),
                "{segment:?}: {error}"
            );
        }
    }
    assert_eq!(script.requests(), []);

    // Dots and slashes that are encoded already are encoded once more, and so are only a name.
    for (segment, path) in [
        ("%2e", "/v2/positions/%252e"),
        ("%2E%2E", "/v2/positions/%252E%252E"),
        ("../orders", "/v2/positions/..%2Forders"),
        ("AAPL?qty=1", "/v2/positions/AAPL%3Fqty%3D1"),
    ] {
        let script = Script::new().on("DELETE", "/v2/positions/*", [Reply::json(404, "{}")]);
        let client = crate::client(&script);
        let raw = client.raw().close_position().symbol_or_asset_id(segment);
        raw.send().await.expect_err(segment);
        let safe = client.positions().close(segment).await;
        assert!(safe.expect_err(segment).is_invalid(), "{segment}");
        let requests = script.requests();
        assert_eq!(requests.len(), 1, "{segment}");
        assert_eq!(requests[0].path, path);
        assert_eq!(requests[0].query, "", "{segment}");
    }
}

#[tokio::test(start_paused = true)]
async fn a_refusal_of_a_repeated_raw_call_leaves_the_first_in_doubt() {
    let script = Script::new()
        .on(
            "POST",
            "/v2/tokenization/mint",
            [
                Reply::json(504, "{}"),
                Reply::json(422, r#"{"message":"no"}"#),
            ],
        )
        .on(
            "DELETE",
            "/v2/orders/*",
            [
                Reply::json(504, "{}"),
                Reply::json(401, r#"{"message":"no"}"#),
            ],
        );
    let client = client(&script);
    let cancel = client.raw().cancel_order().order_id(Uuid::nil());
    let error = Error::from_raw(cancel.send().await.expect_err("no")).await;
    assert_eq!(
        (error.outcome(), error.status(), error.attempts()),
        (Outcome::Unknown, Some(401), 2)
    );
    assert_eq!(error.cause(), Some(Cause::Unauthorized));
    assert!(error.to_string().contains("it may have been carried out"));

    let mint = client.raw().mint_token().body_map(|body| {
        body.underlying_symbol("AAPL")
            .qty(dec!(1.5))
            .issuer(TokenizationIssuer::Xstocks)
            .network(TokenizationNetwork::Solana)
            .wallet_address("a wallet")
    });
    let mint = mint.idempotency_key("the-same-each-time");
    let error = Error::from_raw(mint.send().await.expect_err("no")).await;
    assert_eq!(
        (error.outcome(), error.status(), error.attempts()),
        (Outcome::Unknown, Some(422), 2)
    );
    assert_eq!(script.requests().len(), 4);

    // The same when the repetition does not even leave: nobody listens any more.
    let replies = [Reply::json(504, "{}"), Reply::refused()];
    let script = Script::new().on("DELETE", "/v2/orders/*", replies);
    let cancel = crate::client(&script).orders().cancel(Uuid::nil()).await;
    let error = cancel.expect_err("nobody");
    assert_eq!(
        (error.kind(), error.outcome(), error.attempts()),
        (ErrorKind::Connect, Outcome::Unknown, 4),
        "{error}"
    );
}

#[tokio::test(start_paused = true)]
async fn a_read_only_client_closes_nothing() {
    let script = Script::new().on("DELETE", "/v2/positions", [Reply::json(207, "[]")]);
    let builder = script.attach(Client::builder().read_only());
    let client = builder.build().expect("a client");
    let all = client.positions().close_all(true).await;
    let one = client.positions().close("AAPL").await;
    let canceled = client.orders().cancel_all().await;
    let submitted = client.orders().submit(request()).await;
    for (error, start) in [
        (all.expect_err("all"), "DELETE /v2/positions (paper): "),
        (one.expect_err("one"), "DELETE /v2/positions/AAPL (paper): "),
        (canceled.expect_err("orders"), "DELETE /v2/orders (paper): "),
        (submitted.expect_err("order"), "POST /v2/orders (paper): "),
    ] {
        assert_eq!(
            (error.kind(), error.outcome(), error.attempts()),
            (ErrorKind::ReadOnly, Outcome::NotSent, 0),
            "{error}"
        );
        assert!(error.to_string().starts_with(start), "{error}");
        assert!(error.unresolved().is_none());
    }
    assert_eq!(script.requests(), []);
}

/// Counts attempts, and lets none of a certain number pass.
#[derive(Default)]
struct Counting {
    before: AtomicU32,
    after: AtomicU32,
    forbidden: Option<u32>,
}

impl Hook for Counting {
    fn before(&self, _: &mut Outgoing<'_>) -> Result<(), Box<dyn std::error::Error + Send + Sync>> {
        let number = self.before.fetch_add(1, Ordering::Relaxed) + 1;
        match self.forbidden == Some(number) {
            true => Err("enough".into()),
            false => Ok(()),
        }
    }

    fn after(&self, _: &Attempt<'_>) {
        self.after.fetch_add(1, Ordering::Relaxed);
    }
}

#[tokio::test(start_paused = true)]
async fn a_hook_is_shared_with_whoever_keeps_it() {
    let script = Script::new().on("POST", ORDERS, [Reply::refused(), found(json!({}))]);
    let kept = Arc::new(Counting {
        forbidden: Some(3),
        ..Counting::default()
    });
    // Also as one that is known by its trait alone.
    let other = Arc::new(Counting::default());
    let unnamed: Arc<dyn Hook> = other.clone();
    let builder = script.attach(Client::builder());
    let builder = builder.hook(Arc::clone(&kept)).hook(unnamed);
    let client = builder.build().expect("a client");
    client.orders().submit(request()).await.expect("an order");
    for hook in [&kept, &other] {
        assert_eq!(hook.before.load(Ordering::Relaxed), 2);
        assert_eq!(hook.after.load(Ordering::Relaxed), 2);
    }

    // What it refuses is not sent.
    let error = client.orders().submit(request()).await.expect_err("enough");
    assert_eq!(
        (error.kind(), error.outcome()),
        (ErrorKind::Hook, Outcome::NotSent)
    );
    assert_eq!(error.message(), "enough");
    assert_eq!(script.requests().len(), 2);
    assert_eq!(kept.before.load(Ordering::Relaxed), 3);
    assert_eq!(other.before.load(Ordering::Relaxed), 2);
}

#[tokio::test(start_paused = true)]
async fn a_decimal_is_sent_as_it_is_written() {
    const PRICE: Decimal = dec!(187.53);
    assert_eq!(PRICE.to_string(), "187.53");
    assert_eq!(dec!(0.10).to_string(), "0.10");
    assert_eq!(dec!(-1_000), Decimal::from(-1000));
    // No float lies between the text and the number.
    assert_eq!(
        dec!(0.123456789012345678901234567).to_string(),
        "0.123456789012345678901234567"
    );
    let script = Script::new().on("POST", ORDERS, [found(json!({"client_order_id": "x"}))]);
    let quantity = Quantity::shares(dec!(10));
    let request = OrderRequest::limit("AAPL", Side::Buy, quantity, PRICE).client_order_id("x");
    let sent = client(&script).orders().submit(request).await;
    sent.expect("an order");
    let body: Value = serde_json::from_str(&script.requests()[0].body).expect("JSON");
    assert_eq!(body["limit_price"], json!("187.53"));
    assert_eq!(body["qty"], json!("10"));
}

/// As an application checks an order before a person confirms it.
fn check(request: &OrderRequest) -> alpaca_trading::Result<()> {
    request.validate()?;
    Ok(())
}

fn check_first(change: &ReplaceRequest) -> alpaca_trading::Result<()> {
    let violations = change.validate().err().unwrap_or_default();
    violations.into_iter().next().map_or(Ok(()), Err)?;
    Ok(())
}

#[test]
fn violations_become_an_error_by_a_question_mark() {
    check(&request()).expect("nothing wrong");
    let wrong = OrderRequest::limit("", Side::Buy, Quantity::shares(0), dec!(1.001));
    let violations = wrong.validate().expect_err("much is wrong");
    assert!(violations.len() > 1, "{violations:?}");
    let error = check(&wrong).expect_err("much is wrong");
    assert_eq!(
        (error.kind(), error.outcome(), error.attempts()),
        (ErrorKind::Invalid, Outcome::NotSent, 0)
    );
    assert!(error.is_invalid());
    assert_eq!(error.violations(), violations);
    for violation in &violations {
        assert!(error.to_string().contains(&violation.to_string()));
    }

    // One alone, too.
    let wrong = ReplaceRequest::new().quantity(dec!(-1));
    let first = wrong.validate().expect_err("less than nothing");
    let error = check_first(&wrong).expect_err("less than nothing");
    assert_eq!(error.violations(), &first[..1]);
}
