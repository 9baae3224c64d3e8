//! Answers that say that something was accepted, and how much of them is read.
//!
//! An order that was accepted must never look refused: it would be sent again.

#![allow(
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::unwrap_used,
    reason = "helpers of tests"
)]

use alpaca_trading_gen::{
    BODY_LIMIT, BoxFuture, Client, Error, Inner, Middleware, Operation, SendError, reqwest,
};
use tests::loopback::{Loopback, Reply};

const ACCOUNT: &str = r#"{"id":"0f4c1a5e-6d2b-4c38-9d0e-3a7b5c9e1f20","status":"ACTIVE"}"#;

async fn answering(reply: Reply) -> (Loopback, Client) {
    let server = Loopback::start(move |_| reply.clone()).await;
    let client = Client::with_inner(&server.url(), tests::http(), Inner::default());
    (server, client)
}

#[tokio::test]
async fn any_success_is_a_success() {
    for status in [200, 201, 202, 203, 299] {
        let (_server, client) = answering(Reply::json(status, ACCOUNT)).await;
        let answer = client.get_account().send().await.unwrap();
        assert_eq!(answer.status().as_u16(), status);
    }
}

#[tokio::test]
async fn an_accepted_call_whose_answer_cannot_be_read_is_not_a_refusal() {
    for (status, body) in [(204, ""), (202, "{\"queued\":true}"), (200, "part")] {
        let (_server, client) = answering(Reply::json(status, body)).await;
        match client.get_account().send().await {
            Err(Error::InvalidResponsePayload(bytes, _)) => assert_eq!(bytes, body.as_bytes()),
            other => panic!("{status}: {other:?}"),
        }
    }
}

#[tokio::test]
async fn a_success_without_end_is_read_up_to_the_limit() {
    let (_server, client) = answering(Reply::Endless(200)).await;
    let error = client.get_account().send().await.unwrap_err().to_string();
    assert!(error.contains(&BODY_LIMIT.to_string()), "{error}");
}

/// Notes on every response that it was here.
struct Noting;

#[derive(Clone, Debug, PartialEq)]
struct Note(u8);

impl Middleware for Noting {
    fn send<'a>(
        &'a self,
        http: &'a reqwest::Client,
        request: reqwest::Request,
        _operation: &'static Operation,
    ) -> BoxFuture<'a, Result<reqwest::Response, SendError>> {
        Box::pin(async move {
            let mut response = http.execute(request).await?;
            response.extensions_mut().insert(Note(3));
            Ok(response)
        })
    }
}

#[tokio::test]
async fn what_a_middleware_notes_stays_on_a_refusal() {
    let (_server, client) = answering(Reply::status(429)).await;
    let client = client.through(Inner::new(Noting));
    match client.get_account().send().await {
        Err(Error::UnexpectedResponse(response)) => {
            assert_eq!(response.extensions().get::<Note>(), Some(&Note(3)));
        }
        other => panic!("{other:?}"),
    }
}
