//! A proxy that tunnels: it learns where a client goes, and nothing of what is said there.

use std::sync::{Arc, Mutex};

use alpaca_trading::orders::{OrderRequest, Quantity};
use alpaca_trading::stream::{TradeEvent, TradeUpdate};
use alpaca_trading::{ErrorKind, Outcome, RetryPolicy, Side};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _, copy_bidirectional};
use tokio::net::{TcpListener, TcpStream};
use tokio::task::JoinHandle;

use super::authority::Authority;
use super::front::Front;
use super::{client, simulator};

/// What begins a request to the proxy ends so.
const END: &[u8] = b"\r\n\r\n";

struct Proxy {
    address: std::net::SocketAddr,
    heads: Arc<Mutex<Vec<String>>>,
    accepting: JoinHandle<()>,
}

impl Proxy {
    /// Tunnels, or answers with `status` instead.
    async fn start(status: &'static str) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
        let address = listener.local_addr().expect("an address");
        let heads: Arc<Mutex<Vec<String>>> = Arc::default();
        let known = Arc::clone(&heads);
        let accepting = tokio::spawn(async move {
            while let Ok((wire, _)) = listener.accept().await {
                tokio::spawn(tunnel(wire, status, Arc::clone(&known)));
            }
        });
        Self {
            address,
            heads,
            accepting,
        }
    }

    fn url(&self) -> String {
        format!("http://{}", self.address)
    }

    fn take(&self) -> Vec<String> {
        std::mem::take(&mut *self.heads.lock().expect("no panic"))
    }
}

impl Drop for Proxy {
    fn drop(&mut self) {
        self.accepting.abort();
    }
}

async fn tunnel(mut wire: TcpStream, status: &str, heads: Arc<Mutex<Vec<String>>>) {
    let mut head = Vec::new();
    while !head.ends_with(END) && head.len() < 8_192 {
        match wire.read_u8().await {
            Ok(byte) => head.push(byte),
            Err(_) => return,
        }
    }
    let head = String::from_utf8(head).expect("text");
    let target = head.split(' ').nth(1).unwrap_or_default().to_owned();
    heads.lock().expect("no panic").push(head);
    let answer = format!("HTTP/1.1 {status}\r\n\r\n");
    if wire.write_all(answer.as_bytes()).await.is_ok() && status.starts_with("200") {
        let mut there = TcpStream::connect(target).await.expect("the front");
        let _ = copy_bidirectional(&mut wire, &mut there).await;
    }
}

#[tokio::test]
async fn requests_and_streams_go_through_a_proxy_that_sees_no_keys() {
    let simulator = simulator().await;
    let authority = Authority::new();
    let config = authority.server("127.0.0.1", &["h2", "http/1.1"]);
    let front = Front::start(config, &simulator).await;
    let proxy = Proxy::start("200 go ahead").await;
    let client = client(front.url())
        .proxy(proxy.url().replace("http://", "http://someone:passed-on@"))
        .root_certificates(authority.pem)
        .build()
        .unwrap();
    let mut stream = client.trade_updates().connect().await.unwrap();
    let request = OrderRequest::market("AAPL", Side::Buy, Quantity::shares(1));
    let order = client.orders().submit(request).await.unwrap();
    let is_filled = async {
        while let Some(item) = stream.next().await {
            let is_fill = |update: &Arc<TradeUpdate>| {
                update.event == TradeEvent::Fill && update.order.id == order.id
            };
            if item.updates().iter().any(is_fill) {
                return true;
            }
        }
        false
    };
    let limit = std::time::Duration::from_secs(20);
    assert!(tokio::time::timeout(limit, is_filled).await.unwrap());
    stream.close().await;

    let heads = proxy.take();
    // One tunnel for requests, one for the websocket.
    assert_eq!(heads.len(), 2, "{heads:?}");
    let target = front.url().replace("https://", "");
    for head in heads {
        assert!(head.starts_with(&format!("CONNECT {target} ")), "{head}");
        // `someone:passed-on`, which is for the proxy.
        assert!(head.contains("Basic c29tZW9uZTpwYXNzZWQtb24="), "{head}");
        let head = head.to_lowercase();
        assert!(
            !head.contains("apca") && !head.contains("simulator"),
            "{head}"
        );
    }
}

#[tokio::test]
async fn a_proxy_that_refuses_is_an_order_not_sent() {
    let simulator = simulator().await;
    let authority = Authority::new();
    let front = Front::start(authority.server("127.0.0.1", &[]), &simulator).await;
    for status in ["407 who are you", "502 not there"] {
        let proxy = Proxy::start(status).await;
        let client = client(front.url())
            .proxy(proxy.url())
            .root_certificates(authority.pem.clone())
            .retry(RetryPolicy::never())
            .build()
            .unwrap();
        let request = OrderRequest::market("AAPL", Side::Buy, Quantity::shares(1));
        let error = client.orders().submit(request).await.unwrap_err();
        assert_eq!(
            (error.kind(), error.outcome()),
            (ErrorKind::Connect, Outcome::NotSent),
            "{error}"
        );
    }
    assert_eq!(front.made(), 0);
}
