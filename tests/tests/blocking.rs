//! The client without async: the same surface, the same requests, from any thread, and a clear refusal
//! in async code.

#![allow(
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::unwrap_used,
    reason = "helpers of tests"
)]

use std::sync::mpsc;
use std::thread;
use std::time::{Duration, Instant};

use alpaca_trading::blocking::Client;
use alpaca_trading::orders::{ClientOrderId, OrderQuery, OrderRequest, Quantity};
use alpaca_trading::resources::activity_events::EventQuery;
use alpaca_trading::resources::locates::LocateQuery;
use alpaca_trading::test_util::{self, Script};
use alpaca_trading::{ErrorKind, Outcome, Side, Uuid, dec};
use serde_json::{Value, json};
use tests::instances::{Generator, Mode};
use tests::loopback::{Loopback, Recorded, Reply};
use xtask::client::sources::Sources;
use xtask::client::{SOURCE, blocking, parity, surface};
use xtask::regen::workspace_root;

const ID: &str = "61e69015-8549-4bfd-b9c3-01e75843f47d";

fn order(client_order_id: &str) -> Value {
    json!({"id": ID, "client_order_id": client_order_id, "created_at": "2026-01-05T14:30:00Z",
        "status": "accepted", "symbol": "AAPL", "qty": "10", "type": "market", "side": "buy"})
}

fn account() -> Value {
    json!({"id": ID, "status": "ACTIVE", "cash": "1000.50"})
}

fn scripted(rules: &[(&str, &str, Value)]) -> (Script, Client) {
    let script = Script::new();
    for (method, path, body) in rules {
        script.add(
            method,
            path,
            [test_util::Reply::json(200, body.to_string())],
        );
    }
    let client = Client::from_client(script.client().unwrap()).unwrap();
    (script, client)
}

/// What was sent, in short.
fn sent(script: &Script) -> Vec<String> {
    let requests = script.requests().into_iter();
    requests
        .map(|request| format!("{} {}", request.method, request.path))
        .collect()
}

/// A server on a thread of its own, which ends with it.
struct Server {
    url: String,
    requests: Box<dyn Fn() -> Vec<Recorded> + Send>,
    _end: tokio::sync::oneshot::Sender<()>,
}

fn serve(script: impl Fn(&Recorded) -> Reply + Send + Sync + 'static) -> Server {
    let (sender, receiver) = mpsc::channel();
    let (end, ended) = tokio::sync::oneshot::channel::<()>();
    thread::spawn(move || {
        let runtime = tokio::runtime::Builder::new_current_thread()
            .enable_all()
            .build()
            .unwrap();
        runtime.block_on(async move {
            let server = std::sync::Arc::new(Loopback::start(script).await);
            let other = std::sync::Arc::downgrade(&server);
            let requests = move || other.upgrade().expect("the server").requests();
            sender.send((server.url(), Box::new(requests))).unwrap();
            let _ = ended.await;
        });
    });
    let (url, requests) = receiver.recv().unwrap();
    Server {
        url: url.to_string(),
        requests,
        _end: end,
    }
}

fn client(server: &Server) -> Client {
    Client::builder()
        .base_url(server.url.as_str())
        .key_pair("PKTEST", "secret")
        .build_blocking()
        .unwrap()
}

#[test]
fn the_surfaces_are_the_same() {
    let root = workspace_root();
    let folder = root.join(SOURCE);
    let sources = Sources::read(&folder, &|_| None).unwrap();
    assert_eq!(parity::differences(&sources).unwrap(), [""; 0]);
    // And there was something to compare.
    let owners = surface::read(&sources).unwrap();
    let methods: usize = owners.iter().map(|owner| owner.methods.len()).sum();
    assert!(
        owners.len() >= 20 && methods >= 80,
        "{} with {methods}",
        owners.len()
    );
    // A method that is missing on one side is found.
    let orders = std::fs::read_to_string(folder.join("blocking/orders.rs")).unwrap();
    let without = orders.replace("pub fn cancel_all(", "fn cancel_all(");
    assert_ne!(orders, without);
    let given = |file: &str| (file == "blocking/orders.rs").then(|| without.clone());
    let sources = Sources::read(&folder, &given).unwrap();
    assert_eq!(
        parity::differences(&sources).unwrap(),
        ["`Orders::cancel_all` has no twin"]
    );
}

#[test]
fn what_is_committed_is_what_the_source_gives() {
    if blocking::is_installed() {
        let report = blocking::run(&workspace_root(), true).unwrap();
        assert!(report.contains("up to date"), "{report}");
    }
}

#[test]
fn calls_wait_for_their_results() {
    let (script, client) = scripted(&[
        ("GET", "/v2/account", account()),
        ("POST", "/v2/orders", order("mine")),
        ("DELETE", "/v2/positions/BTCUSD", order("closing")),
        (
            "GET",
            "/v2/watchlists:by_name",
            json!({"id": ID, "account_id": ID, "name": "tech",
            "created_at": "2026-01-05T14:30:00Z", "updated_at": "2026-01-05T14:30:00Z"}),
        ),
    ]);
    assert_eq!(client.account().get().unwrap().cash, Some(dec!(1000.50)));
    let request = OrderRequest::market("AAPL", Side::Buy, Quantity::shares(10));
    let preview = client.orders().preview(&request);
    assert_eq!(preview.method(), "POST");
    let request = request.client_order_id(ClientOrderId::from("mine"));
    let placed = client.orders().submit(request).unwrap();
    assert_eq!(placed.client_order_id, "mine");
    let closed = client
        .positions()
        .close("BTC/USD")
        .quantity(dec!(0.5))
        .send()
        .unwrap();
    assert_eq!(closed.client_order_id, "closing");
    let list = client.watchlists().by_name("tech");
    assert_eq!(
        (list.name(), list.get().unwrap().name.as_str()),
        ("tech", "tech")
    );
    assert_eq!(
        sent(&script),
        [
            "GET /v2/account",
            "POST /v2/orders",
            "DELETE /v2/positions/BTCUSD",
            "GET /v2/watchlists:by_name"
        ]
    );
    // A refusal is the same error as with async, and so is a rule that is broken.
    let error = client.orders().get(Uuid::nil()).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Connect);
    let error = client.assets().get("../orders").unwrap_err();
    assert!(
        error.is_invalid() && error.outcome() == Outcome::NotSent,
        "{error:?}"
    );
    let debug = format!("{client:?}");
    assert!(
        debug.contains("Client") && !debug.contains("secret"),
        "{debug}"
    );
}

#[test]
fn lists_are_read_row_by_row() {
    let sample = Generator::new(&tests::spec(), 7).instance("Locate", Mode::Full);
    let locate = |number: u32| {
        let mut locate = sample.clone();
        locate["id"] = json!(Uuid::from_u128(number.into()));
        locate
    };
    let page = |numbers: &[u32], next: Option<&str>| {
        let rows: Vec<_> = numbers.iter().map(|number| locate(*number)).collect();
        test_util::Reply::json(
            200,
            json!({"locates": rows, "next_page_token": next}).to_string(),
        )
    };
    let script = Script::new();
    let reply = test_util::Reply::json(200, json!([order("a"), {"id": 7}, order("b")]).to_string());
    script.add("GET", "/v2/orders", [reply]);
    script.add(
        "GET",
        "/v1/locates",
        [page(&[1, 2], Some("x")), page(&[3], None)],
    );
    let client = Client::from_client(script.client().unwrap()).unwrap();

    let mut rows = Vec::new();
    for locate in client.locates().list(LocateQuery::new()) {
        rows.push(locate.map(|locate| locate.id.as_u128()));
    }
    let rows: Result<Vec<_>, _> = rows.into_iter().collect();
    assert_eq!(rows.unwrap(), [1, 2, 3]);

    // What cannot be read is an error among the others. The two orders have the same id.
    let mut read = client.orders().list(OrderQuery::all()).into_iter();
    let error = read.next().unwrap().unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Decode);
    assert_eq!(read.next().unwrap().unwrap().client_order_id, "a");
    assert!(read.next().is_none());
    let all = client.orders().list(OrderQuery::all()).collect().unwrap();
    assert_eq!((all.len(), all.undecodable().len()), (1, 1));
}

#[test]
fn one_client_serves_many_threads() {
    let server = serve(|_| Reply::json(200, account().to_string()));
    let client = client(&server);
    let handle = client.account();
    let threads: Vec<_> = (0..8)
        .map(|_| {
            let (client, handle) = (client.clone(), handle.clone());
            thread::spawn(move || {
                for _ in 0..3 {
                    assert_eq!(handle.get().unwrap().cash, Some(dec!(1000.50)));
                }
                client.account().get().unwrap();
            })
        })
        .collect();
    drop((client, handle));
    for thread in threads {
        thread.join().unwrap();
    }
    assert_eq!((server.requests)().len(), 8 * 4);
}

#[test]
fn time_limits_hold() {
    let server = serve(|_| Reply::Stall(Vec::new()));
    let client = client(&server).with_deadline(Duration::from_millis(50));
    let started = Instant::now();
    let error = client.account().get().unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Timeout);
    assert!(started.elapsed() < Duration::from_secs(5));
}

#[test]
fn events_are_an_iterator_of_bytes() {
    let text = "data: {\"a\":1}\n\ndata: {\"b\":2}\n\n";
    let cut = format!(
        "HTTP/1.1 200 OK\r\nContent-Length: {}\r\n\r\n{text}",
        text.len() + 1
    );
    for (reply, breaks) in [
        (Reply::body(200, "text/event-stream", text), false),
        (Reply::Raw(cut.into_bytes()), true),
    ] {
        let server = serve(move |_| reply.clone());
        let mut events = client(&server)
            .activity_events()
            .subscribe(EventQuery::new())
            .unwrap();
        let mut read = Vec::new();
        let mut failure = None;
        for piece in &mut events {
            match piece {
                Ok(piece) => read.extend(piece),
                Err(error) => failure = Some(error),
            }
        }
        assert_eq!(read, text.as_bytes());
        assert_eq!(
            failure.is_some_and(|error| error.is_connection_lost()),
            breaks
        );
        assert!(events.next().is_none());
    }
}

#[tokio::test]
async fn async_code_is_refused_before_anything_is_sent() {
    let (script, client) = scripted(&[
        ("GET", "/v2/account", account()),
        ("GET", "/v2/orders", json!([order("a")])),
    ]);
    let error = client.account().get().unwrap_err();
    assert_eq!(
        (error.kind(), error.outcome()),
        (ErrorKind::Configuration, Outcome::NotSent)
    );
    assert!(error.to_string().contains("spawn_blocking"), "{error}");
    let orders = client.orders().list(OrderQuery::all());
    let items: Vec<_> = orders.into_iter().collect();
    assert_eq!(items.len(), 1);
    assert!(items[0].is_err());
    let closed = client.positions().close("AAPL").send();
    assert_eq!(closed.unwrap_err().kind(), ErrorKind::Configuration);
    assert_eq!(sent(&script), [""; 0]);

    // The async client of the same account works here, and waiting is fine on a thread for it.
    assert!(client.async_client().account().get().await.is_ok());
    let read = tokio::task::spawn_blocking(move || client.account().get());
    assert!(read.await.unwrap().is_ok());
    assert_eq!(sent(&script).len(), 2);
}

#[test]
fn a_client_may_be_dropped_in_async_code() {
    let server = serve(|_| Reply::json(200, account().to_string()));
    let client = client(&server);
    // A connection is open and idle, and a list and a stream still hold on to the client.
    client.account().get().unwrap();
    let pager = client.orders().list(OrderQuery::all());
    let runtime = tokio::runtime::Builder::new_current_thread()
        .build()
        .unwrap();
    runtime.block_on(async move {
        drop(client);
        drop(pager);
    });
    // One that is made in async code may go there as well.
    runtime.block_on(async {
        drop(
            Client::builder()
                .key_pair("PKTEST", "secret")
                .build_blocking()
                .unwrap(),
        );
    });
}
