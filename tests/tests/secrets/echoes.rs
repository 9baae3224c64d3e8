//! A server that repeats the keys, in every place and in every kind of answer.

use std::fmt::Write as _;
use std::sync::{Arc, Mutex};

use alpaca_trading::orders::{OrderRequest, Quantity};
use alpaca_trading::resources::activities::ActivityQuery;
use alpaca_trading::{Client, Error, ErrorKind, Pacing, RetryPolicy, Side};
use serde_json::json;
use tests::loopback::Recorded;
use tests::service::{Answer, Service};
use tests::traces::Traces;

use super::{
    KEY_ID, SECRET, TOKEN, assert_error_shows_nothing, assert_shows_nothing, assert_traced_nothing,
    builder,
};

/// What the server was sent that must not be shown.
fn sent(request: &Recorded) -> Vec<String> {
    let names = ["apca-api-key-id", "apca-api-secret-key", "authorization"];
    let values = names.into_iter().flat_map(|name| request.header(name));
    values
        .map(|value| value.trim_start_matches("Bearer ").to_owned())
        .collect()
}

fn percent(text: &str) -> String {
    text.bytes().fold(String::new(), |mut escaped, byte| {
        let _ = write!(escaped, "%{byte:02X}");
        escaped
    })
}

fn unicode(text: &str) -> String {
    text.bytes().fold(String::new(), |mut escaped, byte| {
        let _ = write!(escaped, "\\u{byte:04x}");
        escaped
    })
}

fn entities(text: &str) -> String {
    let escaped = text
        .replace('&', "&amp;")
        .replace('<', "&lt;")
        .replace('>', "&gt;");
    escaped
        .replace('"', "&quot;")
        .replace('/', "&#x2F;")
        .replace('=', "&#61;")
}

/// Bodies that repeat `secret`.
fn bodies(secret: &str) -> Vec<(&'static str, String)> {
    let escaped = json!(secret).to_string();
    let slashed = escaped.replace('/', "\\/");
    let mut bodies = vec![
        (
            "application/json",
            json!({"code": 40_310_000, "message": format!("no such key {secret}, sorry")})
                .to_string(),
        ),
        (
            "application/json",
            json!({"code": secret, "message": "no"}).to_string(),
        ),
        (
            "application/json",
            json!({"message": {"key": secret, "again": [secret]}}).to_string(),
        ),
        (
            "application/json",
            json!({"error": secret, "error_description": secret}).to_string(),
        ),
        (
            "application/json",
            json!({"errors": [secret, {"message": secret}]}).to_string(),
        ),
        (
            "application/json",
            json!({"message": json!({"sent": secret}).to_string()}).to_string(),
        ),
        (
            "application/json",
            json!({secret: secret, "message": "no"}).to_string(),
        ),
        ("application/json", json!([secret]).to_string()),
        ("application/json", escaped.clone()),
        ("application/json", format!("{{\"message\":{slashed}}}")),
        (
            "application/json",
            format!("{{\"message\":\"{}\"}}", unicode(secret)),
        ),
        ("application/json", format!("{{\"message\":{escaped}")),
        (
            "application/json",
            format!("{{\"message\":\"no\",\"x\":{slashed}"),
        ),
        (
            "application/json",
            format!("{{\"status\":{escaped},\"id\":{escaped},\"cash\":{escaped}}}"),
        ),
        (
            "text/html",
            format!("<html><head><title>{secret}</title></head></html>"),
        ),
        (
            "text/html",
            format!("<html><title>{}</title></html>", entities(secret)),
        ),
        (
            "text/html",
            format!("<html><body>{secret} <p>{secret}</p></body></html>"),
        ),
        ("text/plain", format!("sent: {secret}")),
        ("text/plain", percent(secret)),
        (
            "text/plain",
            format!("GET /v2/account HTTP/1.1\r\nAPCA-API-SECRET-KEY: {secret}\r\n"),
        ),
    ];
    // A clip that goes through it leaves no part.
    for filler in (964..1_004).step_by(8) {
        bodies.push((
            "application/json",
            json!({"message": format!("{}{secret}", "x ".repeat(filler / 2))}).to_string(),
        ));
        bodies.push(("text/plain", format!("{}{secret}", "x ".repeat(filler / 2))));
    }
    bodies
}

/// All kinds of errors that come of an answer.
async fn check(client: &Client, what: &str) {
    let order = OrderRequest::market("AAPL", Side::Buy, Quantity::shares(1));
    let mut errors = Vec::new();
    errors.extend(client.account().get().await.err());
    errors.extend(client.orders().submit(order).await.err());
    errors.extend(client.orders().cancel_all().await.err());
    errors.extend(client.positions().close("AAPL").await.err());
    match client.positions().list().await {
        Ok(rows) => {
            assert_shows_nothing(rows.undecodable(), what);
            errors.extend(rows.undecodable().iter().map(|row| row.error().clone()));
        }
        Err(error) => errors.push(error),
    }
    errors.extend(
        client
            .activities()
            .list(ActivityQuery::all())
            .at_most(1)
            .collect()
            .await
            .err(),
    );
    assert!(!errors.is_empty(), "{what}");
    if let Err(error) = client.raw().get_clock().send().await {
        errors.push(client.error(error).await);
    }
    if let Err(error) = client.raw().get_account().send().await {
        let error = Error::from_raw(error).await;
        // Of a success that does not decode, the raw client's error alone knows neither keys nor headers.
        errors.extend((error.kind() != ErrorKind::Decode).then_some(error));
    }
    for error in &errors {
        assert_error_shows_nothing(error, what);
        assert_eq!(error.environment(), Some(client.environment()), "{what}");
    }
}

/// Makes an answer of a key.
type Repeat = Box<dyn Fn(&str) -> Answer + Send>;

/// A server that repeats one of the keys that it is sent, as a test wants, and a client of it.
struct Echo {
    client: Client,
    answer: Arc<Mutex<Repeat>>,
    what: String,
    _service: Service,
}

impl Echo {
    /// One for the key id, the secret and the token.
    async fn each() -> Vec<Self> {
        let mut all = Vec::new();
        for (token, place) in [(false, 0), (false, 1), (true, 0)] {
            let answer: Arc<Mutex<Repeat>> =
                Arc::new(Mutex::new(Box::new(|_| Answer::status(500))));
            let current = Arc::clone(&answer);
            let service =
                Service::start(move |request| current.lock().unwrap()(&sent(request)[place])).await;
            let builder = builder(token).base_url(service.url());
            all.push(Self {
                client: builder
                    .retry(RetryPolicy::never())
                    .pacing(Pacing::Off)
                    .build()
                    .expect("a client"),
                answer,
                what: format!(
                    "{} of {}",
                    ["first", "second"][place],
                    if token { "a token" } else { "a pair" }
                ),
                _service: service,
            });
        }
        all
    }

    async fn check(&self, what: &str, answer: impl Fn(&str) -> Answer + Send + 'static) {
        *self.answer.lock().unwrap() = Box::new(answer);
        check(&self.client, &format!("{what}, {}", self.what)).await;
    }
}

#[tokio::test]
async fn bodies_that_repeat_the_keys() {
    let traces = Traces::record();
    for echo in Echo::each().await {
        for status in [200, 307, 401, 403, 422, 500] {
            for number in 0..bodies("x").len() {
                echo.check(&format!("body {number}, {status}"), move |secret| {
                    let (media_type, body) = bodies(secret).remove(number);
                    Answer::body(status, media_type, body)
                })
                .await;
            }
        }
    }
    assert_traced_nothing(&traces, "the bodies");
}

#[tokio::test]
async fn headers_that_repeat_the_keys() {
    let traces = Traces::record();
    let headers = [
        "X-Request-ID",
        "Date",
        "Retry-After",
        "Location",
        "X-RateLimit-Limit",
        "Set-Cookie",
        "Content-Type",
        "APCA-API-SECRET-KEY",
        "Server",
    ];
    for echo in Echo::each().await {
        for status in [200, 307, 403, 429, 503] {
            echo.check(&format!("headers, {status}"), move |secret| {
                let answer = Answer::status(status);
                headers
                    .iter()
                    .fold(answer, |answer, name| answer.header(name, secret))
            })
            .await;
        }
    }
    assert_traced_nothing(&traces, "the headers");
}

/// Successes that do not decode: the place of the fault is shown with what is around it.
#[tokio::test]
async fn successes_that_repeat_the_keys() {
    let traces = Traces::record();
    for echo in Echo::each().await {
        for filler in (0..200).step_by(7) {
            echo.check(&format!("rows after {filler}"), move |secret| {
                let row = json!({
                    "pad": "x ".repeat(filler),
                    "x": secret,
                    "y": {"deep": secret},
                    "symbol": 7,
                });
                Answer::json(200, &json!([row, {secret: secret}, secret]))
            })
            .await;
        }
        // One answer for many, with a refusal in each item.
        *echo.answer.lock().unwrap() = Box::new(|secret| {
            let refusal = json!({"code": 40_310_000, "message": format!("no, {secret}")});
            let item = json!({"symbol": "AAPL", "status": 422, "body": refusal});
            Answer::json(
                207,
                &json!([item, {"symbol": secret, "status": 422, "body": secret}]),
            )
        });
        let items = echo
            .client
            .positions()
            .close_all(false)
            .await
            .expect("items");
        assert_eq!(items.len(), 2);
        for item in items {
            let error = item.result.expect_err("refused");
            assert_error_shows_nothing(&error, "an item");
        }
    }
    assert_traced_nothing(&traces, "the successes");
}

#[test]
fn the_keys_are_long_enough_to_be_told_from_words() {
    assert!([KEY_ID, SECRET, TOKEN].iter().all(|key| key.len() >= 20));
}
