//! What a client sees of the service over a socket: keys, ids, quotas, and what is no request at all.

#![allow(clippy::unwrap_used, clippy::panic, reason = "tests")]

use alpaca_trading_sim::Simulator;
use http::{Method, StatusCode};
use reqwest::{RequestBuilder, Response};
use serde_json::{Value, json};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;

mod plain;

async fn simulator() -> Simulator {
    Simulator::builder().start().await.unwrap()
}

fn without_keys(simulator: &Simulator, method: Method, target: &str) -> RequestBuilder {
    plain::http().request(method, format!("{}{target}", simulator.base_url()))
}

fn with_keys(simulator: &Simulator, method: Method, target: &str) -> RequestBuilder {
    without_keys(simulator, method, target)
        .header("APCA-API-KEY-ID", "PKSIMULATOR")
        .header("APCA-API-SECRET-KEY", "simulator")
}

fn header<'a>(answer: &'a Response, name: &str) -> &'a str {
    let value = answer.headers().get(name);
    value.map_or("", |value| value.to_str().unwrap())
}

#[tokio::test]
async fn keys_are_asked_for_in_the_services_way() {
    let simulator = simulator().await;
    for (target, kind) in [
        ("/v2/account", "application/json"),
        ("/v2/orders", "application/json"),
        ("/v2/no/such/place", "application/json"),
        ("/v2/clock", "text/html"),
        ("/v2/calendar", "text/html"),
        ("/v3/clock", "text/html"),
    ] {
        let wrong = without_keys(&simulator, Method::GET, target)
            .header("APCA-API-KEY-ID", "PKSIMULATOR")
            .header("APCA-API-SECRET-KEY", "wrong");
        for request in [without_keys(&simulator, Method::GET, target), wrong] {
            let answer = request.send().await.unwrap();
            assert_eq!(answer.status(), StatusCode::UNAUTHORIZED, "{target}");
            assert!(
                header(&answer, "content-type").starts_with(kind),
                "{target}"
            );
            let schemes: Vec<_> = answer
                .headers()
                .get_all("www-authenticate")
                .iter()
                .collect();
            assert_eq!(schemes, ["Bearer", "Basic realm=\"alpaca.markets\""]);
            assert_eq!(header(&answer, "x-request-id").len(), 32);
            let text = answer.text().await.unwrap();
            assert_eq!(
                text.contains("unauthorized."),
                kind.contains("json"),
                "{text}"
            );
        }
    }
    for request in [
        without_keys(&simulator, Method::GET, "/v2/account")
            .basic_auth("PKSIMULATOR", Some("simulator")),
        without_keys(&simulator, Method::GET, "/v2/account").bearer_auth("simulator"),
        with_keys(&simulator, Method::GET, "/v2/account"),
    ] {
        assert_eq!(request.send().await.unwrap().status(), StatusCode::OK);
    }
}

#[tokio::test]
async fn what_is_not_there_is_said_in_the_services_shape() {
    let simulator = simulator().await;
    for (method, target, status, message) in [
        (Method::GET, "/v2/no/such/place", 404, "endpoint not found."),
        (Method::PUT, "/v2/account", 405, "method not allowed."),
        (
            Method::POST,
            "/v1/locates",
            501,
            "not served here yet: create_locate (POST /v1/locates)",
        ),
        (
            Method::GET,
            "/v2/orders/not-an-id",
            422,
            "order_id is not a valid UUID: not-an-id",
        ),
    ] {
        let answer = with_keys(&simulator, method, target).send().await.unwrap();
        assert_eq!(answer.status().as_u16(), status, "{target}");
        assert_eq!(
            header(&answer, "content-type"),
            "application/json; charset=UTF-8"
        );
        assert_eq!(header(&answer, "x-request-id").len(), 32);
        let body: Value = serde_json::from_str(&answer.text().await.unwrap()).unwrap();
        assert_eq!(body["message"], message, "{target}");
    }
}

#[tokio::test]
async fn bodies_that_are_wrong_or_too_long_are_refused_and_nothing_is_done() {
    let simulator = simulator().await;
    let deep = format!("{}{}", "[".repeat(100_000), "]".repeat(100_000));
    let nested = format!("{{\"symbol\": {deep}}}");
    let long = format!("{{\"symbol\": \"{}\"}}", "A".repeat(10 * 1024 * 1024));
    for (body, status) in [
        ("{", 400),
        ("\u{0}", 400),
        ("[1, 2]", 400),
        ("\"text\"", 400),
        (r#"{"symbol": ["AAPL"]}"#, 400),
        (nested.as_str(), 400),
        (r#"{"symbol": "AAPL"}"#, 422),
        (long.as_str(), 413),
    ] {
        let request = with_keys(&simulator, Method::POST, "/v2/orders").body(body.to_owned());
        match request.send().await {
            Ok(answer) => {
                assert_eq!(
                    answer.status().as_u16(),
                    status,
                    "{}",
                    body.get(..20).unwrap_or(body)
                );
                let text = answer.text().await.unwrap();
                assert!(text.contains("message"), "{text}");
            }
            // A client that is still sending may find the connection closed instead of the answer.
            Err(error) => assert_eq!(status, 413, "{error}"),
        }
    }
    let invalid = with_keys(&simulator, Method::POST, "/v2/orders").body(vec![0xff, 0xfe]);
    assert_eq!(invalid.send().await.unwrap().status(), 400);
    let (_, orders) = simulator.call("GET", "/v2/orders?status=all", "");
    assert_eq!(orders, json!([]));
}

#[tokio::test]
async fn a_cancel_has_a_type_and_no_body() {
    let simulator = simulator().await;
    let order = r#"{"symbol":"AAPL","qty":"1","side":"buy","type":"limit","limit_price":"1","time_in_force":"day"}"#;
    // Clients in the field send no type, and ids without dashes.
    let answer = with_keys(&simulator, Method::POST, "/v2/orders")
        .body(order)
        .send()
        .await
        .unwrap();
    let body: Value = serde_json::from_str(&answer.text().await.unwrap()).unwrap();
    let id = body["id"].as_str().unwrap().replace('-', "");
    let answer = with_keys(&simulator, Method::DELETE, &format!("/v2/orders/{id}"))
        .send()
        .await
        .unwrap();
    assert_eq!(answer.status(), StatusCode::NO_CONTENT);
    assert!(header(&answer, "content-type").starts_with("application/json"));
    assert_eq!(answer.text().await.unwrap(), "");
}

#[tokio::test]
async fn an_account_has_its_quota() {
    let simulator = Simulator::builder().rate_limit(3).start().await.unwrap();
    // The minute may end once between two of these, and not twice.
    let mut refused = None;
    for _ in 0..8 {
        let answer = with_keys(&simulator, Method::GET, "/v2/account")
            .send()
            .await
            .unwrap();
        assert_eq!(header(&answer, "x-ratelimit-limit"), "3");
        assert!(header(&answer, "x-ratelimit-reset").parse::<u64>().is_ok());
        if answer.status() == StatusCode::TOO_MANY_REQUESTS {
            assert_eq!(header(&answer, "x-ratelimit-remaining"), "0");
            refused = Some(answer.text().await.unwrap());
        }
    }
    assert!(refused.unwrap().contains("too many requests."));
}

#[tokio::test]
async fn what_is_no_http_and_who_never_speaks_disturb_nobody() {
    let simulator = simulator().await;
    let address = simulator.base_url().replace("http://", "");
    let mut silent = Vec::new();
    for _ in 0..300 {
        silent.push(TcpStream::connect(&address).await.unwrap());
    }
    for noise in [
        &b"\x16\x03\x01\x02\x00"[..],
        b"GET\r\n\r\n",
        b"GET / HTTP/9.9\r\n\r\n",
    ] {
        let mut connection = TcpStream::connect(&address).await.unwrap();
        connection.write_all(noise).await.unwrap();
        connection.shutdown().await.unwrap();
        let mut answer = Vec::new();
        // It is refused or closed; which of them is the HTTP library's business.
        let _ = connection.read_to_end(&mut answer).await;
        assert!(
            answer.is_empty() || answer.starts_with(b"HTTP/1.1 4"),
            "{answer:?}"
        );
    }
    let answer = with_keys(&simulator, Method::GET, "/v2/account")
        .send()
        .await
        .unwrap();
    assert_eq!(answer.status(), StatusCode::OK);
    assert_eq!(silent.len(), 300);
}

#[tokio::test]
async fn the_port_is_let_go_and_taken_again_with_the_world_as_it_was() {
    let simulator = simulator().await;
    let order = r#"{"symbol":"AAPL","qty":"1","side":"buy","type":"market","time_in_force":"day"}"#;
    assert_eq!(simulator.call("POST", "/v2/orders", order).0, 200);
    simulator.stop_listening().await;
    let refused = with_keys(&simulator, Method::GET, "/v2/positions")
        .send()
        .await;
    assert!(refused.unwrap_err().is_connect());
    simulator.listen().await.unwrap();
    let answer = with_keys(&simulator, Method::GET, "/v2/positions")
        .send()
        .await
        .unwrap();
    assert!(answer.text().await.unwrap().contains("AAPL"));
}
