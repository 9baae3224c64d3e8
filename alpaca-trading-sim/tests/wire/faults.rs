//! Each fault of requests, as a client sees it.

use std::io::ErrorKind;
use std::time::Duration;

use alpaca_trading_sim::faults::Fault;
use serde_json::json;
use tokio::time::{Instant, timeout};

use crate::support::{ORDER, Raw, client, orders, request, start};

const HOUR: Duration = Duration::from_secs(3_600);

/// What a connection that is broken shows to the one who has asked on it.
async fn broken(fault: Fault) -> (usize, std::io::Result<()>) {
    let simulator = start().await;
    let mut bystander = Raw::connect(&simulator).await;
    assert_eq!(bystander.ask("GET", "/v2/account", "").await.status, 200);
    simulator
        .faults()
        .on("create_order")
        .times(1)
        .fault(fault.clone());
    let mut raw = Raw::connect(&simulator).await;
    assert_eq!(raw.ask("GET", "/v2/account", "").await.status, 200);
    let length = ORDER.len();
    let keys = crate::support::KEYS;
    raw.send(format!(
        "POST /v2/orders HTTP/1.1\r\nHost: x\r\n{keys}Content-Length: {length}\r\n\r\n{ORDER}"
    ))
    .await;
    let (seen, end) = raw.rest().await;
    assert_eq!(String::from_utf8(seen).unwrap(), "", "{fault:?}");
    // Nobody else is touched, and the next request goes through.
    assert_eq!(bystander.ask("GET", "/v2/account", "").await.status, 200);
    let done = orders(&simulator);
    let mut next = Raw::connect(&simulator).await;
    assert_eq!(next.ask("POST", "/v2/orders", ORDER).await.status, 200);
    assert_eq!(orders(&simulator), done + 1);
    (done, end)
}

#[tokio::test]
async fn a_connection_is_reset_or_closed_before_or_after_the_order() {
    let (done, end) = broken(Fault::ResetBefore).await;
    assert_eq!(
        (done, end.unwrap_err().kind()),
        (0, ErrorKind::ConnectionReset)
    );
    let (done, end) = broken(Fault::ResetAfter).await;
    assert_eq!(
        (done, end.unwrap_err().kind()),
        (1, ErrorKind::ConnectionReset)
    );
    let (done, end) = broken(Fault::CloseAfter).await;
    assert_eq!(done, 1);
    end.unwrap();
}

#[tokio::test]
async fn a_status_is_answered_instead_of_or_behind_the_order_and_the_connection_stays() {
    let simulator = start().await;
    let mut raw = Raw::connect(&simulator).await;
    let headers = vec![
        ("Retry-After".to_owned(), "3".to_owned()),
        ("set-cookie".to_owned(), "a=1".to_owned()),
        ("set-cookie".to_owned(), "b=2".to_owned()),
        // How long it is, is not for headers to say: the client would wait for ever.
        ("content-length".to_owned(), "1".to_owned()),
        ("no header".to_owned(), "x".to_owned()),
    ];
    let body = json!({"code": 50_010_000, "message": "boom"});
    for (fault, done, status, text) in [
        (
            Fault::Status {
                code: 503,
                headers: headers.clone(),
                body: "down".into(),
            },
            0,
            503,
            "down".to_owned(),
        ),
        (
            Fault::StatusAfter {
                code: 500,
                headers,
                body: String::new(),
            },
            1,
            500,
            String::new(),
        ),
        (Fault::json(500, &body), 1, 500, body.to_string()),
    ] {
        simulator.faults().on("create_order").times(1).fault(fault);
        let answer = raw.ask("POST", "/v2/orders", ORDER).await;
        assert_eq!((answer.status, orders(&simulator)), (status, done));
        assert_eq!(String::from_utf8(answer.body.clone()).unwrap(), text);
        assert!(answer.header("x-request-id").is_some());
        if answer.head.contains("retry-after: 3") {
            assert_eq!(answer.head.matches("set-cookie").count(), 2);
        } else {
            assert_eq!(
                answer.header("content-type"),
                Some("application/json; charset=UTF-8")
            );
        }
        // Kept alive, as after any other answer.
        assert_eq!(raw.ask("GET", "/v2/account", "").await.status, 200);
    }
}

#[tokio::test]
async fn a_page_of_the_front_server_is_no_json() {
    let simulator = start().await;
    let mut raw = Raw::connect(&simulator).await;
    for (fault, done) in [(Fault::page(502), 0), (Fault::page_after(504), 1)] {
        simulator.faults().on("create_order").times(1).fault(fault);
        let answer = raw.ask("POST", "/v2/orders", ORDER).await;
        assert_eq!(orders(&simulator), done);
        assert_eq!(answer.header("content-type"), Some("text/html"));
        let page = String::from_utf8(answer.body.clone()).unwrap();
        let reason = ["502 Bad Gateway", "504 Gateway Timeout"][done];
        assert!(page.contains(reason), "{page}");
    }
    // A status that is none is an error of the server, not of the connection.
    for code in [0, 100, 101, 199, 600, u16::MAX] {
        simulator.faults().on("*").times(1).fault(Fault::page(code));
        assert_eq!(
            raw.ask("GET", "/v2/account", "").await.status,
            500,
            "{code}"
        );
    }
}

#[tokio::test]
async fn a_spent_quota_is_said_in_headers() {
    for quota in [None, Some(200)] {
        let mut builder = crate::support::builder();
        if let Some(quota) = quota {
            builder = builder.rate_limit(quota);
        }
        let simulator = builder.start().await.unwrap();
        let fault = Fault::RateLimited { reset_in: 17 };
        simulator.faults().on("create_order").times(1).fault(fault);
        let mut raw = Raw::connect(&simulator).await;
        let answer = raw.ask("POST", "/v2/orders", ORDER).await;
        assert_eq!((answer.status, orders(&simulator)), (429, 0));
        assert_eq!(answer.json(), json!({"message": "too many requests."}));
        assert_eq!(answer.header("retry-after"), Some("17"));
        assert_eq!(answer.header("x-ratelimit-limit"), Some("200"));
        // Also beside a quota of its own, which is far from spent.
        assert_eq!(answer.header("x-ratelimit-remaining"), Some("0"));
        assert_eq!(answer.header("x-ratelimit-reset"), Some("1767625217"));
        assert_eq!(raw.ask("POST", "/v2/orders", ORDER).await.status, 200);
    }
}

#[tokio::test(start_paused = true)]
async fn delays_are_exact_and_hangs_are_for_ever() {
    let simulator = start().await;
    let client = client();
    let millis = 90_000;
    for (fault, done) in [
        (Fault::DelayBefore { millis }, 1),
        (Fault::DelayAfter { millis }, 2),
    ] {
        simulator.faults().on("create_order").times(1).fault(fault);
        let started = Instant::now();
        let post = request(&client, &simulator, "POST", "/v2/orders").body(ORDER);
        assert_eq!(post.send().await.unwrap().status(), 200);
        let took = started.elapsed();
        assert!(took >= Duration::from_secs(90), "{took:?}");
        assert!(took < Duration::from_secs(91), "{took:?}");
        assert_eq!(orders(&simulator), done);
    }
    for (fault, done) in [(Fault::HangBefore, 2), (Fault::HangAfter, 3)] {
        simulator.faults().on("create_order").times(1).fault(fault);
        let post = request(&client, &simulator, "POST", "/v2/orders").body(ORDER);
        timeout(HOUR, post.send()).await.unwrap_err();
        assert_eq!(orders(&simulator), done);
    }
    // In a delay before the order nothing is done yet.
    simulator
        .faults()
        .on("*")
        .times(1)
        .fault(Fault::delay(HOUR));
    let post = request(&client, &simulator, "POST", "/v2/orders").body(ORDER);
    timeout(HOUR / 2, post.send()).await.unwrap_err();
    assert_eq!(orders(&simulator), 3);
}

#[tokio::test]
async fn a_body_breaks_off_before_its_announced_end() {
    let simulator = start().await;
    for bytes in [0, 1, 20, 1_000_000, usize::MAX] {
        let before = orders(&simulator);
        simulator
            .faults()
            .on("create_order")
            .times(1)
            .fault(Fault::CutBody { bytes });
        let mut raw = Raw::connect(&simulator).await;
        let length = ORDER.len();
        let keys = crate::support::KEYS;
        raw.send(format!(
            "POST /v2/orders HTTP/1.1\r\nHost: x\r\n{keys}Content-Length: {length}\r\n\r\n{ORDER}"
        ))
        .await;
        let (seen, end) = raw.rest().await;
        assert_eq!(end.unwrap_err().kind(), ErrorKind::ConnectionReset);
        let text = String::from_utf8(seen).unwrap();
        let (head, body) = text.split_once("\r\n\r\n").unwrap();
        let announced = head
            .lines()
            .find_map(|line| line.strip_prefix("content-length: "));
        let announced: usize = announced.unwrap().parse().unwrap();
        assert!(announced > body.len(), "{announced} {}", body.len());
        assert!(body.len() == bytes || (bytes >= 1_000_000 && body.ends_with('}')));
        assert_eq!(orders(&simulator), before + 1);
    }
    // An answer without a body is lost whole.
    let (_, order) = simulator.call(
        "POST",
        "/v2/orders",
        ORDER
            .replace("market", "limit")
            .replace("\"qty\"", "\"limit_price\": \"1\", \"qty\""),
    );
    let id = order["id"].as_str().unwrap();
    simulator
        .faults()
        .on("*")
        .times(1)
        .fault(Fault::CutBody { bytes: 5 });
    let client = client();
    let sent = request(&client, &simulator, "DELETE", &format!("/v2/orders/{id}")).send();
    sent.await.unwrap_err();
}

#[tokio::test]
async fn a_client_that_gives_up_on_a_hang_frees_its_connection() {
    let simulator = start().await;
    simulator.faults().on("*").fault(Fault::HangBefore);
    // More than the listener has places for, were they never given back.
    for round in 0..5_000 {
        let mut raw = Raw::connect(&simulator).await;
        raw.send(format!(
            "GET /v2/account HTTP/1.1\r\nHost: x\r\n{}\r\n",
            crate::support::KEYS
        ))
        .await;
        if round % 100 == 0 {
            tokio::task::yield_now().await;
        }
    }
    simulator.faults().clear();
    let mut raw = Raw::connect(&simulator).await;
    assert_eq!(raw.ask("GET", "/v2/account", "").await.status, 200);
}
