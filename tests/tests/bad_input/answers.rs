//! Bodies that no service should send: the error says what is wrong with them, nothing overflows, and
//! what can be read is read.

use std::time::{Duration, Instant};

use alpaca_trading::resources::activities::ActivityQuery;
use alpaca_trading::{Client, Error, ErrorKind, Outcome};
use tests::service::{Answer, Service};

/// A client of a service that always answers with this body.
async fn answering(status: u16, body: impl Into<Vec<u8>>) -> (Service, Client) {
    let body = body.into();
    let service =
        Service::start(move |_| Answer::body(status, "application/json", body.clone())).await;
    let builder = Client::builder()
        .base_url(service.url())
        .key_pair("PKTEST", "secret");
    let client = builder.build().expect("a client");
    (service, client)
}

/// The call was answered, and the answer cannot be read; it is not asked for again.
fn unreadable(error: &Error, service: &Service) {
    assert_eq!(
        (error.kind(), error.outcome()),
        (ErrorKind::Decode, Outcome::Unknown),
        "{error}"
    );
    assert!(error.is_decode() && error.status() == Some(200), "{error}");
    let text = error.to_string();
    assert!(text.len() < 1_500, "{}", text.len());
    assert!(!text.chars().any(char::is_control), "{text:?}");
    assert_eq!((error.attempts(), service.requests().len()), (1, 1));
}

#[tokio::test]
async fn what_is_no_json_is_shown_in_part() {
    for body in [
        &b""[..],
        b" ",
        b"{",
        b"{\"id\":",
        b"null",
        b"[]",
        b"42",
        b"\"text\"",
        b"<html><title>Welcome</title></html>",
        b"\x1b[2J\x07",
        b"{\"id\":\"61e69015\"}",
        b"{\"id\":1}",
    ] {
        let (service, client) = answering(200, body).await;
        let error = client.account().get().await.expect_err("no account");
        unreadable(&error, &service);
        assert!(
            error.to_string().starts_with("GET /v2/account (custom"),
            "{error}"
        );
        assert_eq!(error.body(), body);
    }
}

#[tokio::test]
async fn bytes_that_are_not_utf8() {
    let (service, client) = answering(200, b"{\"id\":\"\xff\xfe\",\"status\":\"ACTIVE\"}").await;
    let error = client.account().get().await.expect_err("no account");
    unreadable(&error, &service);
    assert!(error.to_string().contains("UTF-8"), "{error}");

    // A refusal is told all the same.
    let body = b"{\"code\":40310000,\"message\":\"insufficient buying power \xff\"}";
    let (_service, client) = answering(403, body).await;
    let error = client.account().get().await.expect_err("refused");
    assert!(error.is_insufficient_buying_power(), "{error}");
    assert!(error.to_string().contains('\u{fffd}'), "{error}");
}

#[tokio::test]
async fn ten_thousand_brackets_do_not_overflow_the_stack() {
    for (open, close) in [("[", "]"), ("{\"a\":", "}")] {
        let deep = format!("{}1{}", open.repeat(10_000), close.repeat(10_000));
        let before = Instant::now();

        // As a whole body, closed or not.
        for body in [deep.clone(), open.repeat(10_000)] {
            let (service, client) = answering(200, body.clone()).await;
            let error = client.account().get().await.expect_err("no account");
            unreadable(&error, &service);
            let (_service, client) = answering(200, body).await;
            client
                .positions()
                .list()
                .await
                .map(|rows| assert!(rows.is_empty()))
                .unwrap_or_default();
        }
        // As a member that nobody knows, and as one that is known.
        for member in ["unknown", "cash", "id"] {
            let body = format!("{{\"{member}\":{deep}}}");
            let (service, client) = answering(200, body).await;
            let error = client.account().get().await.expect_err("no account");
            unreadable(&error, &service);
        }
        // As a row: the others are read.
        let (_service, client) = answering(200, format!("[{deep},{deep}]")).await;
        match client.positions().list().await {
            Ok(rows) => assert_eq!((rows.len(), rows.undecodable().len()), (0, 2)),
            Err(error) => assert!(error.is_decode(), "{error}"),
        }
        // As an activity of an unknown type, which keeps its JSON.
        let row = format!(r#"[{{"id":"1","activity_type":"NEW","deep":{deep}}}]"#);
        let (_service, client) = answering(200, row).await;
        match client
            .activities()
            .list(ActivityQuery::all())
            .at_most(1)
            .collect()
            .await
        {
            Ok(rows) => assert_eq!(rows.total(), 1),
            Err(error) => assert!(error.is_decode(), "{error}"),
        }
        // As the reason of a refusal.
        for body in [
            deep.clone(),
            format!("{{\"code\":40310000,\"message\":\"no\",\"deep\":{deep}}}"),
        ] {
            let (_service, client) = answering(422, body).await;
            let error = client.account().get().await.expect_err("refused");
            assert_eq!(
                (error.kind(), error.status()),
                (ErrorKind::Answer, Some(422))
            );
            assert!(error.to_string().len() < 2_000);
            assert!(format!("{error:?}").len() < 4_000);
        }
        assert!(
            before.elapsed() < Duration::from_secs(20),
            "{:?}",
            before.elapsed()
        );
    }
}

/// A refusal whose body forges lines of a log, or drives a terminal, is shown in one harmless line.
#[tokio::test]
async fn a_reason_is_one_harmless_line() {
    let said = "no\n2026-01-05 ERROR forged\r\u{1b}[31m\u{202e}\u{7}\u{0}\u{2028}end";
    let body = serde_json::json!({"code": 42_210_000, "message": said}).to_string();
    let (_service, client) = answering(422, body).await;
    let error = client.account().get().await.expect_err("refused");
    for text in [
        error.to_string(),
        format!("{error:?}"),
        error.message().to_owned(),
    ] {
        assert!(
            !text
                .chars()
                .any(|c| c.is_control() || "\u{202e}\u{2028}".contains(c)),
            "{text:?}"
        );
        assert!(text.contains("forged"), "{text}");
    }
}

#[tokio::test]
async fn a_long_reason_is_clipped() {
    for body in [
        serde_json::json!({"code": 42_210_000, "message": "x".repeat(500_000)}).to_string(),
        format!("<html><title>{}</title></html>", "x".repeat(500_000)),
        "x".repeat(500_000),
        format!("[{}]", vec!["\"x\""; 100_000].join(",")),
    ] {
        let (_service, client) = answering(422, body).await;
        let error = client.account().get().await.expect_err("refused");
        assert!(
            error.message().chars().count() <= 1_000,
            "{}",
            error.message().len()
        );
        assert!(format!("{error} {error:?}").len() < 8_000);
    }
}

/// Headers that no server should send do no harm either.
#[tokio::test]
async fn headers_beyond_reason() {
    let service = Service::start(|_| {
        Answer::error(422, 42_210_000, "no")
            .header("X-Request-ID", &"r".repeat(10_000))
            .header("Retry-After", "Fri, 99 Foo 2026 25:61:61 GMT")
            .header("Date", "yesterday")
            .header("X-RateLimit-Reset", "99999999999999999999999")
    })
    .await;
    let builder = Client::builder()
        .base_url(service.url())
        .key_pair("PKTEST", "secret");
    let client = builder.build().expect("a client");
    let error = client.account().get().await.expect_err("refused");
    assert_eq!(
        (error.status(), error.request_id(), error.rate_limit()),
        (Some(422), None, None)
    );
    assert_eq!(client.clock_offset(), None);
}
