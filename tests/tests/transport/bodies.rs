//! Bodies longer than anybody can use end at a limit, and connections are used again.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use alpaca_trading::{Client, ErrorKind, Outcome, Uuid};
use tests::loopback::{Loopback, Reply};
use tests::service::{Answer, Service};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpListener;
use tokio::task::JoinSet;

use super::{ORDER_ID, account, builder, client};

const MIB: usize = 1024 * 1024;

/// What both sides' buffers hold beyond what the client has read.
const BUFFERS: usize = 16 * MIB;

/// A server that sends one piece after another for as long as the client takes them.
pub(crate) struct Pouring {
    url: String,
    poured: Arc<AtomicUsize>,
    connections: Arc<AtomicUsize>,
    _tasks: JoinSet<()>,
}

impl Pouring {
    /// Answers the first request of each connection with `start`, and then `piece` for ever.
    pub(crate) async fn start(start: Vec<u8>, piece: Vec<u8>) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
        let url = format!("http://{}", listener.local_addr().expect("an address"));
        let poured = Arc::new(AtomicUsize::new(0));
        let connections = Arc::new(AtomicUsize::new(0));
        let (count, accepted) = (Arc::clone(&poured), Arc::clone(&connections));
        let mut tasks = JoinSet::new();
        tasks.spawn(async move {
            let mut all = JoinSet::new();
            while let Ok((mut stream, _)) = listener.accept().await {
                accepted.fetch_add(1, Ordering::Relaxed);
                let (start, piece, count) = (start.clone(), piece.clone(), Arc::clone(&count));
                all.spawn(async move {
                    // The requests of these tests fit into one packet.
                    let _ = stream.read(&mut [0; 4096]).await;
                    let mut next = &start;
                    while let Ok(()) = stream.write_all(next).await {
                        count.fetch_add(next.len(), Ordering::Relaxed);
                        next = &piece;
                    }
                });
            }
        });
        Self {
            url,
            poured,
            connections,
            _tasks: tasks,
        }
    }

    pub(crate) fn url(&self) -> String {
        self.url.clone()
    }

    pub(crate) fn connections(&self) -> usize {
        self.connections.load(Ordering::Relaxed)
    }

    /// How many bytes were taken.
    fn poured(&self) -> usize {
        self.poured.load(Ordering::Relaxed)
    }
}

fn chunks() -> Vec<u8> {
    format!("10000\r\n{}\r\n", " ".repeat(0x10000)).into_bytes()
}

/// An end that never comes, by chunks and by a length that nobody has.
fn endless(status: u16) -> [(Vec<u8>, Vec<u8>); 2] {
    let head = |line: &str| format!("HTTP/1.1 {status} Endless\r\n{line}\r\n\r\n").into_bytes();
    [
        (head("Transfer-Encoding: chunked"), chunks()),
        (head("Connection: close"), vec![b' '; 0x10000]),
    ]
}

#[tokio::test]
async fn an_endless_success_ends_at_the_limit_of_the_client() {
    for limit in [1, MIB, 5 * MIB] {
        for (start, piece) in endless(200) {
            let pouring = Pouring::start(start, piece).await;
            let client = builder(pouring.url())
                .body_limit(limit)
                .build()
                .expect("a client");
            let error = client.account().get().await.expect_err("too long");
            assert_eq!(
                (error.kind(), error.outcome()),
                (ErrorKind::TooLarge, Outcome::Unknown)
            );
            assert_eq!(error.status(), Some(200));
            assert!(
                error.to_string().contains(&format!("{limit} bytes")),
                "{error}"
            );
            assert_eq!(pouring.connections(), 1, "it is not asked for again");
            assert!(pouring.poured() <= limit + BUFFERS, "{}", pouring.poured());
        }
    }
}

#[tokio::test]
async fn a_body_that_announces_too_much_is_not_read() {
    for length in ["1000000000", "67108865", "9000000000000000000"] {
        let head = format!("HTTP/1.1 200 OK\r\nContent-Length: {length}\r\n\r\n");
        let server = Loopback::start(move |_| Reply::Stall(head.clone().into_bytes())).await;
        let error = client(server.url())
            .account()
            .get()
            .await
            .expect_err("too long");
        assert_eq!(error.kind(), ErrorKind::TooLarge, "{error}");
        assert_eq!(server.requests().len(), 1);
    }
    // At the limit it is waited for.
    let head = "HTTP/1.1 200 OK\r\nContent-Length: 67108864\r\n\r\n";
    let server = Loopback::start(move |_| Reply::Stall(head.into())).await;
    let client = client(server.url()).with_deadline(std::time::Duration::from_millis(100));
    let error = client.account().get().await.expect_err("it does not come");
    assert_eq!(error.kind(), ErrorKind::Timeout, "{error}");
}

#[tokio::test]
async fn the_body_of_a_refusal_is_read_up_to_a_mebibyte() {
    for (start, piece) in endless(422) {
        let pouring = Pouring::start(start, piece).await;
        let error = client(pouring.url())
            .account()
            .get()
            .await
            .expect_err("refused");
        assert_eq!(
            (error.kind(), error.outcome()),
            (ErrorKind::Answer, Outcome::Rejected)
        );
        assert_eq!(error.status(), Some(422));
        assert_eq!(error.body().len(), MIB);
        assert!(error.to_string().contains("too long"), "{error}");
        assert!(error.to_string().len() < 2_000);
        assert!(pouring.poured() <= MIB + BUFFERS, "{}", pouring.poured());
    }
    // What was said at the beginning is not lost.
    let said = format!(
        r#"{{"code":40310000,"message":"insufficient buying power","pad":"{}"}}"#,
        "x".repeat(2 * MIB)
    );
    let service =
        Service::start(move |_| Answer::body(403, "application/json", said.clone())).await;
    let error = client(service.url())
        .account()
        .get()
        .await
        .expect_err("refused");
    assert!(error.is_insufficient_buying_power(), "{error}");
    assert_eq!(error.body().len(), MIB);
}

/// A body as long as the limit passes, one byte more does not.
#[tokio::test]
async fn the_limit_is_exact() {
    let padded = |length: usize| format!("{:<length$}", account().to_string());
    for (length, passes) in [(1_000, true), (1_001, false)] {
        let body = padded(length);
        let service =
            Service::start(move |_| Answer::body(200, "application/json", body.clone())).await;
        let client = builder(service.url())
            .body_limit(1_000)
            .build()
            .expect("a client");
        assert_eq!(client.account().get().await.is_ok(), passes, "{length}");
    }
}

#[tokio::test]
async fn fifty_calls_use_one_connection() {
    let service = Service::start(|request| match (request.method.as_str(), request.path()) {
        ("DELETE", _) => Answer::status(204),
        (_, "/v2/account") => Answer::json(200, &account()),
        _ => Answer::error(404, 40_410_000, "position does not exist"),
    })
    .await;
    let client = client(service.url());
    let id = Uuid::parse_str(ORDER_ID).expect("an id");
    for number in 0..50 {
        match number % 3 {
            0 => drop(client.account().get().await.expect("an account")),
            1 => client.orders().cancel(id).await.expect("canceled"),
            _ => drop(
                client
                    .positions()
                    .get("AAPL")
                    .await
                    .expect_err("no position"),
            ),
        }
    }
    assert_eq!(service.requests().len(), 50);
    assert_eq!(service.connections(), 1);
    for seen in service.requests() {
        let [agent] = seen.header("user-agent")[..] else {
            panic!("{seen:?}")
        };
        assert!(agent.starts_with("alpaca-trading/0."), "{agent}");
    }
}

/// Clones share what is open, and unused connections are few.
#[tokio::test]
async fn clones_share_connections() {
    let service = Service::start(|_| Answer::json(200, &account())).await;
    let original = client(service.url());
    let copies: [Client; 3] = [
        original.clone(),
        original.with_deadline(std::time::Duration::from_secs(9)),
        original.with_retry(alpaca_trading::RetryPolicy::never()),
    ];
    original.account().get().await.expect("an account");
    for copy in copies {
        copy.account().get().await.expect("an account");
        copy.raw().get_account().send().await.expect("an account");
    }
    assert_eq!(service.connections(), 1);
}
