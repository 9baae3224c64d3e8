//! The same over real connections: a read, a cancel, an order and the closing of a position, each
//! against every way in which a connection can fail.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use alpaca_trading::types::{CreateOrderRequest, OrderSide, OrderType, TimeInForce};
use alpaca_trading::{Client, Error, ErrorKind, Idempotency, Outcome, Pacing, RetryPolicy};
use tests::loopback::{Loopback, Reply};
use tokio::io::AsyncReadExt as _;
use tokio::net::TcpListener;

use super::timeline::Timeline;

const ID: &str = "61e69015-8549-4bfd-b9c3-01e75843f47d";

/// A client that waits a few milliseconds between attempts, and 100 for an answer.
fn client(url: &str, timeline: &Timeline) -> Client {
    Client::builder()
        .base_url(url)
        .key_pair("PKTEST", "secret")
        .pacing(Pacing::Off)
        .attempt_timeout(Duration::from_millis(100))
        .retry(
            RetryPolicy::default()
                .with_base(Duration::from_millis(1))
                .with_cap(Duration::from_millis(4)),
        )
        .hook(timeline.clone())
        .build()
        .expect("a client")
}

/// One operation of each class.
#[derive(Clone, Copy, Debug)]
enum Representative {
    Read,
    Cancel,
    Order,
    Close,
}

const ALL: [Representative; 4] = [
    Representative::Read,
    Representative::Cancel,
    Representative::Order,
    Representative::Close,
];

impl Representative {
    fn class(self) -> Idempotency {
        match self {
            Self::Read => Idempotency::Safe,
            Self::Cancel => Idempotency::Idempotent,
            Self::Order | Self::Close => Idempotency::Acting,
        }
    }

    /// Makes the call through the raw client, which knows nothing of orders.
    async fn run(self, client: &Client) -> Error {
        let raw = client.raw();
        let result = match self {
            Self::Read => raw.get_clock().send().await.map(drop),
            Self::Cancel => raw.cancel_order().order_id(ID).send().await.map(drop),
            Self::Order => {
                let body = CreateOrderRequest::builder()
                    .symbol("AAPL".to_owned())
                    .qty(alpaca_trading::dec!(1))
                    .side(OrderSide::Buy)
                    .type_(OrderType::Market)
                    .time_in_force(TimeInForce::Day);
                raw.create_order().body(body).send().await.map(drop)
            }
            Self::Close => raw
                .close_position()
                .symbol_or_asset_id("AAPL")
                .send()
                .await
                .map(drop),
        };
        Error::from_raw(result.expect_err("a failure")).await
    }
}

/// How often an attempt is made whose request may have arrived.
fn doubtful(representative: Representative) -> usize {
    match representative.class() {
        Idempotency::Acting => 1,
        _ => 4,
    }
}

#[tokio::test]
async fn nobody_listens() {
    let free = TcpListener::bind("127.0.0.1:0").await.expect("a port");
    let url = format!("http://{}", free.local_addr().expect("an address"));
    drop(free);
    for representative in ALL {
        let timeline = Timeline::default();
        let error = representative.run(&client(&url, &timeline)).await;
        assert_eq!(
            (error.kind(), error.outcome()),
            (ErrorKind::Connect, Outcome::NotSent)
        );
        assert!(
            error.is_connect() && !error.is_timeout(),
            "{representative:?}: {error}"
        );
        assert_eq!(timeline.count(), 4, "{representative:?}");
    }
}

/// Every way in which the answer can fail after the request was read.
#[tokio::test]
async fn the_request_was_read_and_no_whole_answer_comes() {
    let half = "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Le";
    let partial = "HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n{\"is_open\":";
    let chunked = "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nff\r\n{\"is_open\":";
    let failures = [
        ("closed", Reply::Close, ErrorKind::Connection, None),
        (
            "closed within the head",
            Reply::Raw(half.into()),
            ErrorKind::Connection,
            None,
        ),
        ("silent", Reply::Stall(Vec::new()), ErrorKind::Timeout, None),
        (
            "silent within the head",
            Reply::Stall(half.into()),
            ErrorKind::Timeout,
            None,
        ),
        (
            "silent within the body",
            Reply::Stall(partial.into()),
            ErrorKind::Timeout,
            None,
        ),
        (
            "cut short",
            Reply::cut_short(200, "{\"is_open\":", 50),
            ErrorKind::Connection,
            Some(200),
        ),
        (
            "a chunk cut short",
            Reply::Raw(chunked.into()),
            ErrorKind::Connection,
            Some(200),
        ),
        (
            "no HTTP",
            Reply::Raw(b"SSH-2.0-OpenSSH\r\n\r\n".to_vec()),
            ErrorKind::Connection,
            None,
        ),
    ];
    for (name, reply, kind, status) in failures {
        let server = Loopback::start(move |_| reply.clone()).await;
        for representative in ALL {
            let timeline = Timeline::default();
            let error = representative.run(&client(&server.url(), &timeline)).await;
            let shown = format!("{name}, {representative:?}: {error:?}");
            assert_eq!(
                (error.kind(), error.outcome()),
                (kind, Outcome::Unknown),
                "{shown}"
            );
            assert_eq!(error.status(), status, "{shown}");
            assert_eq!(timeline.count(), doubtful(representative), "{shown}");
            assert_eq!(server.take().len(), doubtful(representative), "{shown}");
            let acting = !matches!(representative, Representative::Read);
            let warned = error.to_string().contains("may have been carried out");
            assert_eq!(warned, acting, "{shown}");
        }
    }
}

/// A server that hangs up while the request is on its way answers with a reset.
#[tokio::test]
async fn the_connection_is_reset() {
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
    let url = format!("http://{}", listener.local_addr().expect("an address"));
    let connections = Arc::new(AtomicUsize::new(0));
    let count = Arc::clone(&connections);
    let server = tokio::spawn(async move {
        while let Ok((mut stream, _)) = listener.accept().await {
            count.fetch_add(1, Ordering::Relaxed);
            // Closing with bytes unread resets the connection.
            let _ = stream.read(&mut [0; 8]).await;
        }
    });
    for representative in ALL {
        let timeline = Timeline::default();
        let error = representative.run(&client(&url, &timeline)).await;
        let shown = format!("{representative:?}: {error:?}");
        assert_eq!(error.outcome(), Outcome::Unknown, "{shown}");
        assert!(error.is_connection_lost(), "{shown}");
        assert_eq!(timeline.count(), doubtful(representative), "{shown}");
        assert_eq!(
            connections.swap(0, Ordering::Relaxed),
            doubtful(representative),
            "{shown}"
        );
    }
    server.abort();
}

#[tokio::test]
async fn a_read_that_was_cut_short_is_read_again() {
    let attempts = AtomicUsize::new(0);
    let clock = r#"{"timestamp":"2026-01-05T14:30:00Z","is_open":true,
        "next_open":"2026-01-06T14:30:00Z","next_close":"2026-01-05T21:00:00Z"}"#;
    let server = Loopback::start(move |_| match attempts.fetch_add(1, Ordering::Relaxed) {
        0 => Reply::cut_short(200, &clock[..30], clock.len() - 30),
        1 => Reply::Close,
        _ => Reply::json(200, clock),
    })
    .await;
    let timeline = Timeline::default();
    let clock = client(&server.url(), &timeline)
        .clock()
        .get()
        .await
        .expect("the time");
    assert!(clock.is_open);
    assert_eq!(server.take().len(), 3);
    assert_eq!(timeline.count(), 3);
}

/// A body of an error that breaks off is still that error: its status decides, not its body.
#[tokio::test]
async fn a_refusal_that_was_cut_short_is_a_refusal() {
    let server = Loopback::start(|_| Reply::cut_short(422, r#"{"code":42210000,"mess"#, 40)).await;
    for representative in ALL {
        let timeline = Timeline::default();
        let error = representative.run(&client(&server.url(), &timeline)).await;
        assert_eq!(
            (error.status(), error.outcome()),
            (Some(422), Outcome::Rejected)
        );
        assert!(error.to_string().contains("cut short"), "{error}");
        assert_eq!(server.take().len(), 1, "{representative:?}");
    }
}
