//! What no client should send.

use serde_json::json;

use crate::support::{KEYS, ORDER, Raw, client, listening, orders, request, start};

/// Longer than what the service takes.
const LONG: usize = 10 * 1024 * 1024;

#[tokio::test]
async fn bodies_that_are_no_orders_are_refused_and_change_nothing() {
    let simulator = start().await;
    let mut raw = Raw::connect(&simulator).await;
    let deep = |open: &str, shut: &str| format!("{}{}", open.repeat(10_000), shut.repeat(10_000));
    let long = format!(r#"{{"symbol": "{}"}}"#, "A".repeat(1_000_000));
    let numbers = ORDER.replace("\"1\"", &"9".repeat(5_000));
    for body in [
        "",
        "{",
        "[]",
        "null",
        "true",
        "\"\"",
        "{\"symbol\": }",
        "{\"symbol\": 7}",
        "{\"symbol\": [\"AAPL\"], \"qty\": {}, \"side\": null}",
        "{}{}",
        "\u{feff}{}",
        "{\"a\": \"\\ud800\"}",
        "qty=1&symbol=AAPL",
        &deep("[", "]"),
        &deep("{\"a\":", "}"),
        &format!("{{\"symbol\": {}}}", deep("[", "]")),
        &"[".repeat(100_000),
        &long,
        &numbers,
    ] {
        for (method, target) in [
            ("POST", "/v2/orders"),
            ("POST", "/v2/watchlists"),
            ("PATCH", "/v2/account/configurations"),
        ] {
            let answer = raw.ask(method, target, body).await;
            let start: String = body.chars().take(40).collect();
            // An empty change of the configuration is one.
            let fine = method == "PATCH" && answer.status == 200;
            assert!(
                [400, 422].contains(&answer.status) || fine,
                "{method} {target} {start}: {answer:?}"
            );
            if !fine {
                assert!(answer.json()["message"].is_string(), "{start}");
                assert!(answer.body.len() < 1_000, "{start}");
            }
        }
    }
    assert_eq!(orders(&simulator), 0);
}

#[tokio::test]
async fn bytes_that_are_no_text_are_refused() {
    let simulator = start().await;
    let mut raw = Raw::connect(&simulator).await;
    for body in [
        &b"{\"symbol\": \"\xff\"}"[..],
        b"\xff\xfe{\0}\0",
        b"\0",
        b"\x80",
    ] {
        raw.send(format!(
            "POST /v2/orders HTTP/1.1\r\nHost: x\r\n{KEYS}Content-Length: {}\r\n\r\n",
            body.len()
        ))
        .await;
        raw.send(body).await;
        assert_eq!(raw.answer(false).await.unwrap().status, 400);
    }
    // In a path in percent signs: there is no such place. In plain bytes it is no request.
    for target in ["/v2/assets/%ff%fe", "/v2/assets/%C3%28", "/%ff/account"] {
        assert_eq!(raw.ask("GET", target, "").await.status, 404, "{target}");
    }
    for query in ["status=%ff", "%ff=all", "limit=%zz", "limit=%"] {
        let answer = raw.ask("GET", &format!("/v2/orders?{query}"), "").await;
        assert!([200, 422].contains(&answer.status), "{query} {answer:?}");
    }
    raw.send(b"GET /v2/assets/\xff\xfe HTTP/1.1\r\nHost: x\r\n\r\n")
        .await;
    let (seen, _) = raw.rest().await;
    assert!(seen.starts_with(b"HTTP/1.1 400 "), "{seen:?}");
    let mut raw = Raw::connect(&simulator).await;
    assert_eq!(raw.ask("GET", "/v2/account", "").await.status, 200);
}

#[tokio::test]
async fn ten_megabytes_are_too_many_and_the_connection_stays_usable() {
    let simulator = start().await;
    let client = client();
    let huge = format!("{ORDER}{}", " ".repeat(LONG));
    let post = request(&client, &simulator, "POST", "/v2/orders").body(huge.clone());
    let answer = post.send().await.unwrap();
    assert_eq!(answer.status(), 413);
    assert!(answer.headers().contains_key("x-request-id"));
    let body: serde_json::Value = answer.json().await.unwrap();
    assert_eq!(body, json!({"message": "request entity too large"}));
    // The same connection, in pieces too.
    let mut raw = Raw::connect(&simulator).await;
    assert_eq!(raw.ask("POST", "/v2/orders", &huge).await.status, 413);
    raw.send(format!(
        "POST /v2/orders HTTP/1.1\r\nHost: x\r\n{KEYS}Transfer-Encoding: chunked\r\n\r\n{LONG:x}\r\n"
    ))
    .await;
    raw.send(vec![b' '; LONG]).await;
    raw.send("\r\n0\r\n\r\n").await;
    assert_eq!(raw.answer(false).await.unwrap().status, 413);
    assert_eq!(raw.ask("POST", "/v2/orders", ORDER).await.status, 200);
    // Who asks first is told before it has sent anything.
    raw.send(format!(
        "POST /v2/orders HTTP/1.1\r\nHost: x\r\n{KEYS}Expect: 100-continue\r\nContent-Length: {LONG}\r\n\r\n"
    ))
    .await;
    assert_eq!(raw.answer(false).await.unwrap().status, 413);
    let mut polite = Raw::connect(&simulator).await;
    let length = ORDER.len();
    polite
        .send(format!(
            "POST /v2/orders HTTP/1.1\r\nHost: x\r\n{KEYS}Expect: 100-continue\r\nContent-Length: {length}\r\n\r\n"
        ))
        .await;
    assert_eq!(polite.answer(true).await.unwrap().status, 100);
    polite.send(ORDER).await;
    assert_eq!(polite.answer(false).await.unwrap().status, 200);
    assert_eq!(orders(&simulator), 2);
}

#[tokio::test]
async fn what_is_no_http_ends_its_own_connection() {
    let simulator = start().await;
    let mut bystander = Raw::connect(&simulator).await;
    let flood: String = (0..5_000).map(|n| format!("X-{n}: y\r\n")).collect();
    let wide = format!("X: {}\r\n", "y".repeat(1_000_000));
    for (text, statuses) in [
        ("\r\n\r\nnonsense\r\n\r\n".to_owned(), "400"),
        ("GET / HTTP/9.9\r\n\r\n".to_owned(), "400 505"),
        ("GET  /v2/account HTTP/1.1\r\n\r\n".to_owned(), "400"),
        (
            "\u{16}\u{3}\u{1}\u{2}\0\u{1}\0\u{1}\u{fc}\u{3}\u{3}\r\n\r\n".to_owned(),
            "400",
        ),
        (
            "GET /v2/account HTTP/1.1\r\nBad Header: x\r\n\r\n".to_owned(),
            "400",
        ),
        (
            "GET /v2/account HTTP/1.1\r\nContent-Length: x\r\n\r\n".to_owned(),
            "400",
        ),
        (
            "GET /v2/account HTTP/1.1\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\n".to_owned(),
            "400",
        ),
        (format!("GET /v2/account HTTP/1.1\r\n{flood}\r\n"), "431"),
        (format!("GET /v2/account HTTP/1.1\r\n{wide}\r\n"), "431"),
        (
            format!("GET /{} HTTP/1.1\r\n\r\n", "a".repeat(100_000)),
            "414",
        ),
        ("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n".to_owned(), "400 505"),
    ] {
        let start: String = text.chars().take(60).collect();
        let mut raw = Raw::connect(&simulator).await;
        // It may be cut off while it still talks; another version of HTTP altogether is not talked to.
        let _ = tokio::io::AsyncWriteExt::write_all(&mut raw.0, text.as_bytes()).await;
        let (seen, _) = raw.rest().await;
        let seen = String::from_utf8_lossy(&seen).into_owned();
        let status = seen.split(' ').nth(1).unwrap_or_default();
        assert!(
            statuses.split(' ').any(|known| known == status)
                || (seen.is_empty() && (text.len() > 50_000 || text.starts_with("PRI "))),
            "{start}: {seen}"
        );
        assert_eq!(bystander.ask("GET", "/v2/account", "").await.status, 200);
    }
    // A body that breaks the rules of its pieces is no order.
    let mut raw = Raw::connect(&simulator).await;
    raw.send(format!(
        "POST /v2/orders HTTP/1.1\r\nHost: x\r\n{KEYS}Transfer-Encoding: chunked\r\n\r\nnothex\r\n{ORDER}"
    ))
    .await;
    let (seen, _) = raw.rest().await;
    assert!(seen.is_empty() || seen.starts_with(b"HTTP/1.1 400 "));
    assert_eq!(orders(&simulator), 0);
}

#[tokio::test]
async fn three_hundred_halves_of_requests_disturb_nobody() {
    let simulator = start().await;
    let mut halves = Vec::new();
    for number in 0..300 {
        let mut raw = Raw::connect(&simulator).await;
        let whole = format!(
            "POST /v2/orders HTTP/1.1\r\nHost: x\r\n{KEYS}Content-Length: {}\r\n\r\n{ORDER}",
            ORDER.len()
        );
        raw.send(&whole[..number * (whole.len() - 1) / 299]).await;
        halves.push((raw, whole));
    }
    let mut other = Raw::connect(&simulator).await;
    for done in 1..=100 {
        assert_eq!(other.ask("POST", "/v2/orders", ORDER).await.status, 200);
        assert_eq!(orders(&simulator), done);
    }
    // Those that get their other half in the end are answered, and those that never do are not done.
    for (number, (raw, whole)) in halves.iter_mut().enumerate().take(50) {
        raw.send(&whole[number * (whole.len() - 1) / 299..]).await;
        assert_eq!(raw.answer(false).await.unwrap().status, 200);
    }
    drop(halves);
    assert_eq!(other.ask("GET", "/v2/account", "").await.status, 200);
    assert_eq!(orders(&simulator), 150);
}

#[tokio::test]
async fn a_websocket_takes_nonsense() {
    use futures_util::{SinkExt, StreamExt};
    use tokio_tungstenite::tungstenite::Message;

    let simulator = start().await;
    let mut bystander = listening(&simulator).await;
    let deep = "[".repeat(10_000);
    for message in [
        Message::text(deep.clone()),
        Message::text(format!(r#"{{"action": "listen", "data": {deep}"#)),
        Message::binary(vec![0xff; 1_000]),
        Message::text("{}"),
        Message::text(r#"{"action": 7}"#),
        Message::text(
            r#"{"action": "listen", "data": {"streams": [{}, null, "trade_updates", 3]}}"#,
        ),
        Message::binary(vec![b' '; 100_000]),
    ] {
        let mut socket = listening(&simulator).await;
        socket.send(message).await.unwrap();
        // An answer or an end, and in any case something.
        let heard = socket.next().await;
        assert!(heard.is_some(), "{heard:?}");
    }
    simulator.call("POST", "/v2/orders", ORDER);
    assert_eq!(crate::support::event(&mut bystander).await, "pending_new");
}
