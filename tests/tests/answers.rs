//! Every kind of answer, broken ones included: what the service said reaches the caller, and what
//! cannot be read is an error that says where.

#![allow(clippy::panic, clippy::indexing_slicing, reason = "test")]

use std::net::TcpListener;
use std::time::Duration;

use alpaca_trading_gen::{
    BodyEnd, BoxFuture, Client, ERROR_BODY_LIMIT, Error, Inner, LOCAL_FAILURE_STATUS, Middleware,
    Operation, SendError, body_end, local_failure, reqwest,
};
use serde_json::{Value, json};
use tests::expectation::operations;
use tests::generated::Call;
use tests::instances::{Generator, Mode};
use tests::loopback::{Loopback, Reply};

/// A server that always gives the same answer, and a client of it.
async fn answering(reply: Reply) -> (Loopback, Client) {
    let server = Loopback::start(move |_| reply.clone()).await;
    let client = Client::with_inner(&server.url(), tests::http(), Inner::default());
    (server, client)
}

/// The answer in an error.
fn response<T>(outcome: Result<T, Error<()>>) -> reqwest::Response {
    match outcome {
        Err(Error::UnexpectedResponse(response)) => response,
        Err(other) => panic!("no answer but {other:?}"),
        Ok(_) => panic!("the call came to a good end"),
    }
}

/// What is wrong with the body of an answer of success, and the body.
fn unreadable<T>(outcome: Result<T, Error<()>>) -> (String, Vec<u8>) {
    match outcome {
        Err(Error::InvalidResponsePayload(body, error)) => (error.to_string(), body.to_vec()),
        Err(other) => panic!("not a body that does not decode but {other:?}"),
        Ok(_) => panic!("the call came to a good end"),
    }
}

/// A complete account, with one member replaced.
fn account(member: &str, value: Value) -> String {
    let mut account = Generator::new(&tests::spec(), 1).instance("Account", Mode::Full);
    assert!(account.get(member).is_some(), "an account has no {member}");
    account[member] = value;
    account.to_string()
}

#[tokio::test]
async fn whatever_is_not_success_reaches_the_caller_of_every_operation() {
    let spec = tests::spec();
    let refusal = r#"{"code":40310000,"message":"insufficient buying power"}"#;
    let html = "<html><body>Authorization required</body></html>";
    for (status, media_type, body) in [
        (400, "application/json", "{"),
        (401, "text/html", html),
        (403, "application/json; charset=utf-8", refusal),
        (404, "text/plain", "Not Found"),
        (422, "application/json", refusal),
        (429, "text/plain", ""),
        (
            503,
            "text/plain; charset=utf-8",
            "upstream is down \u{1f4a5}",
        ),
        (599, "application/json", "null"),
    ] {
        let reply = Reply::body(status, media_type, body)
            .header("Retry-After", "17")
            .header("X-Request-ID", "3d5f")
            .header("X-RateLimit-Remaining", "0");
        let (_server, client) = answering(reply).await;
        for (seed, declared) in (0..).zip(operations(&spec)) {
            let call = Call::of(&declared.id);
            let mut generator = Generator::new(&spec, seed);
            let values = declared.sample(&mut generator, false, Mode::OptionalAbsent);
            let outcome = (call.required)(client.clone(), values).await;
            let named = format!("{} with {status}, seed {seed}", declared.id);
            let Err(error) = outcome else {
                panic!("{named} came to a good end")
            };
            assert!(local_failure(&error).is_none(), "{named}");
            let answer = response(Err::<(), _>(error));
            assert_eq!(answer.status().as_u16(), status, "{named}");
            assert_eq!(answer.headers()["content-type"], media_type, "{named}");
            assert_eq!(answer.headers()["retry-after"], "17", "{named}");
            assert_eq!(answer.headers()["x-request-id"], "3d5f", "{named}");
            assert_eq!(answer.headers()["x-ratelimit-remaining"], "0", "{named}");
            assert_eq!(body_end(&answer), Some(BodyEnd::Complete), "{named}");
            assert!(answer.url().path().starts_with('/'), "{named}");
            assert_eq!(answer.text().await.unwrap(), body, "{named}");
        }
    }
}

#[tokio::test]
async fn status_and_headers_of_a_success_are_there_beside_the_value() {
    let body = account("buying_power", json!("1.10"));
    let (_server, client) = answering(Reply::json(200, body).header("X-Request-ID", "7c1a")).await;
    let answer = client.get_account().send().await.unwrap();
    assert_eq!(answer.status().as_u16(), 200);
    assert_eq!(answer.headers()["x-request-id"], "7c1a");
    assert_eq!(answer.buying_power.unwrap().to_string(), "1.10");
}

#[tokio::test]
async fn a_refusal_that_is_cut_short_keeps_what_arrived() {
    let part = r#"{"code":40010001,"mess"#;
    let chunked = format!(
        "HTTP/1.1 500 Cut\r\nTransfer-Encoding: chunked\r\n\r\n{:x}\r\n{part}\r\n",
        part.len(),
    );
    for reply in [
        Reply::cut_short(500, part, 100),
        Reply::Raw(chunked.into_bytes()),
    ] {
        let (_server, client) = answering(reply).await;
        let answer = response(client.get_account().send().await);
        assert_eq!(answer.status().as_u16(), 500);
        assert_eq!(body_end(&answer), Some(BodyEnd::CutShort));
        assert_eq!(answer.text().await.unwrap(), part);
    }
}

#[tokio::test]
async fn a_refusal_without_end_is_read_up_to_the_limit() {
    // It never ends: that the call does shows that no more than the limit is waited for.
    let (_server, client) = answering(Reply::Endless(503)).await;
    let answer = response(client.get_account().send().await);
    assert_eq!(answer.status().as_u16(), 503);
    assert_eq!(body_end(&answer), Some(BodyEnd::TooLong));
    assert_eq!(answer.bytes().await.unwrap().len(), ERROR_BODY_LIMIT);
}

#[tokio::test]
async fn the_limit_itself_is_not_too_long() {
    for (length, end) in [
        (ERROR_BODY_LIMIT, BodyEnd::Complete),
        (ERROR_BODY_LIMIT + 1, BodyEnd::TooLong),
    ] {
        let (_server, client) = answering(Reply::body(500, "text/plain", vec![b'x'; length])).await;
        let answer = response(client.get_account().send().await);
        assert_eq!(body_end(&answer), Some(end), "{length} bytes");
        assert_eq!(
            answer.bytes().await.unwrap().len(),
            ERROR_BODY_LIMIT,
            "{length} bytes"
        );
    }
}

#[tokio::test]
async fn a_redirect_is_an_answer_and_is_not_followed() {
    let (elsewhere, _) = answering(Reply::json(200, "{}")).await;
    for status in [301, 302, 303, 307, 308] {
        let target = elsewhere.url() + "/v2/account";
        let (server, client) = answering(Reply::status(status).header("Location", &target)).await;
        let answer = response(client.get_account().send().await);
        assert_eq!(answer.status().as_u16(), status);
        assert_eq!(answer.headers()["location"], target.as_str());
        let order =
            r#"{"type":"market","time_in_force":"day","symbol":"AAPL","side":"buy","qty":"1"}"#;
        let order: alpaca_trading_gen::types::CreateOrderRequest =
            serde_json::from_str(order).unwrap();
        assert_eq!(
            response(client.create_order().body(order).send().await).status(),
            status
        );
        assert_eq!(server.requests().len(), 2);
    }
    assert_eq!(elsewhere.requests(), []);
}

/// Refuses to send.
struct Keyless;

#[derive(Debug)]
struct MissingKey(u32);

impl std::fmt::Display for MissingKey {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "key {} is missing", self.0)
    }
}

impl std::error::Error for MissingKey {}

impl Middleware for Keyless {
    fn send<'a>(
        &'a self,
        _http: &'a reqwest::Client,
        _request: reqwest::Request,
        _operation: &'static Operation,
    ) -> BoxFuture<'a, Result<reqwest::Response, SendError>> {
        Box::pin(async { Err(SendError::local(MissingKey(7))) })
    }
}

#[tokio::test]
async fn a_reason_of_the_middleware_comes_out_whole_and_nothing_is_sent() {
    let (server, client) = answering(Reply::status(500)).await;
    let client = client.through(Inner::new(Keyless));
    let spec = tests::spec();
    for (seed, declared) in (0..).zip(operations(&spec)) {
        let call = Call::of(&declared.id);
        let mut generator = Generator::new(&spec, seed);
        let values = declared.sample(&mut generator, true, Mode::Full);
        let error = (call.all)(client.clone(), values).await.unwrap_err();
        let reason = local_failure(&error).unwrap_or_else(|| panic!("{}: {error:?}", declared.id));
        assert_eq!(reason.to_string(), "key 7 is missing");
        let missing = reason.downcast_ref::<MissingKey>();
        assert!(missing.is_some_and(|missing| missing.0 == 7));
        assert_eq!(
            response(Err::<(), _>(error)).status().as_u16(),
            LOCAL_FAILURE_STATUS
        );
    }
    assert_eq!(server.requests(), []);
}

#[tokio::test]
async fn a_refused_connection_is_a_failure_to_connect() {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let base = format!("http://{}", listener.local_addr().unwrap());
    drop(listener);
    let client = Client::with_inner(&base, tests::http(), Inner::default());
    match client.get_account().send().await {
        Err(Error::CommunicationError(error)) => assert!(error.is_connect(), "{error:?}"),
        other => panic!("{other:?}"),
    }
}

#[tokio::test]
async fn a_connection_that_ends_without_an_answer_is_a_failure_of_communication() {
    for reply in [
        Reply::Close,
        Reply::Raw(b"HTTP/1.1 200 OK\r\nContent-Le".to_vec()),
        Reply::Raw(b"SMTP ready\r\n\r\n".to_vec()),
    ] {
        let (_server, client) = answering(reply.clone()).await;
        match client.get_account().send().await {
            Err(Error::CommunicationError(error)) => {
                assert!(
                    !error.is_connect() && !error.is_timeout(),
                    "{reply:?}: {error:?}"
                );
            }
            other => panic!("{reply:?}: {other:?}"),
        }
    }
}

#[tokio::test]
async fn silence_is_a_timeout() {
    let head = "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 100\r\n\r\n{";
    for reply in [Reply::Stall(Vec::new()), Reply::Stall(head.into())] {
        let server = Loopback::start(move |_| reply.clone()).await;
        let http = tests::http_builder()
            .timeout(Duration::from_millis(200))
            .build()
            .unwrap();
        let client = Client::with_inner(&server.url(), http, Inner::default());
        match client.get_account().send().await {
            Err(Error::CommunicationError(error) | Error::ResponseBodyError(error)) => {
                assert!(error.is_timeout(), "{error:?}");
            }
            other => panic!("{other:?}"),
        }
        assert_eq!(server.requests().len(), 1);
    }
}

#[tokio::test]
async fn a_refusal_that_falls_silent_keeps_its_status_and_what_arrived() {
    let reply = Reply::Stall(b"HTTP/1.1 403 No\r\nContent-Length: 100\r\n\r\n{\"code\":".to_vec());
    let server = Loopback::start(move |_| reply.clone()).await;
    let http = tests::http_builder()
        .timeout(Duration::from_millis(200))
        .build()
        .unwrap();
    let client = Client::with_inner(&server.url(), http, Inner::default());
    let answer = response(client.get_account().send().await);
    assert_eq!(answer.status().as_u16(), 403);
    assert_eq!(body_end(&answer), Some(BodyEnd::CutShort));
    assert_eq!(answer.text().await.unwrap(), "{\"code\":");
}

#[tokio::test]
async fn a_success_that_is_cut_short_is_an_error_and_no_part_of_a_value() {
    let whole = account("buying_power", json!("1"));
    let (_server, client) = answering(Reply::cut_short(200, &whole, 1)).await;
    let outcome = client.get_account().send().await;
    assert!(
        matches!(outcome, Err(Error::ResponseBodyError(_))),
        "{outcome:?}"
    );
}

#[tokio::test]
async fn a_success_that_is_no_json_is_kept_and_the_place_named() {
    for (body, place) in [
        (&b"<html>maintenance</html>"[..], "line 1 column 1"),
        (b"", "EOF while parsing"),
        (b"null", "null"),
        (
            b"{\"id\":\"3fa85f64-5717-4562-b3fc-2c963f66afa6\",",
            "line 1 column 45",
        ),
        (b"{\"status\":\"\xff\xfe\"}", "index 11"),
        (b"[1,2", "line 1 column"),
    ] {
        let (_server, client) = answering(Reply::json(200, body)).await;
        let (error, kept) = unreadable(client.get_account().send().await);
        assert!(error.contains(place), "{error} for {}", body.escape_ascii());
        assert_eq!(kept, body);
    }
}

#[tokio::test]
async fn a_value_that_does_not_decode_is_named_by_its_path() {
    let digits = "1234567890".repeat(4);
    for value in [
        json!(digits),
        json!("12,5"),
        json!([1]),
        json!({}),
        json!(true),
    ] {
        let (_server, client) = answering(Reply::json(200, account("buying_power", value))).await;
        let (error, _) = unreadable(client.get_account().send().await);
        assert!(error.contains("buying_power"), "{error}");
    }
    // As a number, of which 17 digits would survive a float.
    let text = account("buying_power", json!("HERE")).replace("\"HERE\"", &digits);
    let (_server, client) = answering(Reply::json(200, text)).await;
    let (error, _) = unreadable(client.get_account().send().await);
    assert!(
        error.contains("buying_power") && error.contains("28"),
        "{error}"
    );
}

#[tokio::test]
async fn a_value_deep_in_a_list_is_named_by_its_path() {
    let spec = tests::spec();
    let mut generator = Generator::new(&spec, 3);
    let mut positions = vec![generator.instance("Position", Mode::Full); 3];
    positions[2]["avg_entry_price"] = json!("many");
    let (_server, client) = answering(Reply::json(200, Value::from(positions).to_string())).await;
    let (error, _) = unreadable(client.list_positions().send().await);
    assert!(
        error.contains("[2].avg_entry_price") && error.contains("many"),
        "{error}"
    );

    let mut wallets = vec![generator.instance("CryptoWallet", Mode::Full); 2];
    wallets[1]["created_at"] = json!("soon");
    let (_server, client) = answering(Reply::json(200, Value::from(wallets).to_string())).await;
    let (error, _) = unreadable(client.list_crypto_wallets().send().await);
    assert!(
        error.contains("[1].created_at") && error.contains("soon"),
        "{error}"
    );

    let mut order = generator.instance("Order", Mode::Full);
    order["legs"][0]["qty"] = json!("dozens");
    let (_server, client) = answering(Reply::json(200, json!([order]).to_string())).await;
    let (error, _) = unreadable(client.list_orders().send().await);
    assert!(
        error.contains("[0].legs[0].qty") && error.contains("dozens"),
        "{error}"
    );
}

#[tokio::test]
async fn a_list_that_is_null_is_empty() {
    let (_server, client) = answering(Reply::json(200, "null")).await;
    assert!(client.list_orders().send().await.unwrap().is_empty());
    assert!(
        client
            .list_crypto_wallets()
            .send()
            .await
            .unwrap()
            .is_empty()
    );
    let spec = tests::spec();
    let mut lists = 0;
    for (seed, declared) in (0..).zip(operations(&spec)) {
        let Some((media_type, schema)) = &declared.answer else {
            continue;
        };
        if media_type != "application/json" || schema["type"] != "array" {
            continue;
        }
        lists += 1;
        let (_server, client) = answering(Reply::json(declared.status, "null")).await;
        let call = Call::of(&declared.id);
        let mut generator = Generator::new(&spec, seed);
        let values = declared.sample(&mut generator, false, Mode::OptionalAbsent);
        let outcome = (call.required)(client, values).await;
        assert!(outcome.is_ok(), "{}: {outcome:?}", declared.id);
    }
    assert!(lists >= 8, "only {lists} operations answer with a list");
}

#[tokio::test]
async fn an_exercise_is_confirmed_by_nothing_or_by_an_object() {
    for body in ["", " \r\n", "{}"] {
        let (_server, client) = answering(Reply::json(200, body)).await;
        let answer = client
            .exercise_option()
            .symbol_or_contract_id("AAPL250620C00100000");
        let answer = answer
            .send()
            .await
            .unwrap_or_else(|error| panic!("`{body}`: {error:?}"));
        assert_eq!(
            serde_json::to_value(&*answer).unwrap(),
            json!({}),
            "`{body}`"
        );
    }
    let spec = tests::spec();
    let result = Generator::new(&spec, 5).instance("ExerciseResult", Mode::Full);
    let (_server, client) = answering(Reply::json(200, result.to_string())).await;
    let answer = client
        .exercise_option()
        .symbol_or_contract_id("AAPL250620C00100000");
    let answer = answer.send().await.unwrap();
    assert_eq!(serde_json::to_value(&*answer).unwrap(), result);
    let (_server, client) = answering(Reply::json(200, "{\"qty")).await;
    let answer = client
        .exercise_option()
        .symbol_or_contract_id("AAPL250620C00100000");
    unreadable(answer.send().await);
}

#[tokio::test]
async fn one_wallet_many_and_none_are_all_lists() {
    let spec = tests::spec();
    let wallet = Generator::new(&spec, 2).instance("CryptoWallet", Mode::Full);
    for (body, expected) in [
        (wallet.clone(), json!([wallet])),
        (json!([wallet, wallet]), json!([wallet, wallet])),
        (json!([]), json!([])),
        (Value::Null, json!([])),
    ] {
        let (_server, client) = answering(Reply::json(200, body.to_string())).await;
        let answer = client
            .list_crypto_wallets()
            .asset("BTC")
            .send()
            .await
            .unwrap();
        assert_eq!(serde_json::to_value(&*answer).unwrap(), expected, "{body}");
    }
}

#[tokio::test]
async fn a_stream_that_breaks_off_says_so_after_what_arrived() {
    let head = "HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nContent-Length: 100\r\n\r\n";
    let (_server, client) = answering(Reply::Raw(format!("{head}data: {{}}\n\n").into())).await;
    let mut stream = client
        .subscribe_to_activity_events()
        .send()
        .await
        .unwrap()
        .into_inner_stream();
    let mut arrived = Vec::new();
    let end = loop {
        match std::future::poll_fn(|context| stream.as_mut().poll_next(context)).await {
            Some(Ok(chunk)) => arrived.extend_from_slice(&chunk),
            Some(Err(error)) => break Some(error),
            None => break None,
        }
    };
    assert_eq!(arrived, b"data: {}\n\n");
    assert!(
        end.is_some(),
        "the end of the stream looks like its proper end"
    );
}
