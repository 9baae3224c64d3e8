//! HTTP/2, which the real service speaks: many requests in one connection, and the mishaps that only it has.

use std::collections::BTreeSet;
use std::future::poll_fn;
use std::sync::Arc;
use std::time::SystemTime;

use alpaca_trading::orders::{OrderRequest, Quantity};
use alpaca_trading::{ClientBuilder, Side, dec};
use alpaca_trading_sim::Simulator;
use bytes::Bytes;
use h2::server::SendResponse;
use h2::{Reason, RecvStream};
use http::{Method, Request, Response};
use serde_json::Value;
use tokio::io::{AsyncBufReadExt as _, AsyncReadExt as _, AsyncWriteExt as _, BufReader};
use tokio::net::TcpStream;
use tokio_rustls::server::TlsStream;

use super::front::Shared;
use super::set_up;

/// What can happen to a request.
#[derive(Clone, Copy, Debug)]
pub(super) enum Mishap {
    /// The stream is refused: the service says that it has done nothing.
    Refused,
    /// The stream is reset before the request was carried out, which nobody says.
    ResetBefore,
    /// The stream is reset after the request was carried out.
    ResetAfter,
    /// The service goes away before the request was carried out.
    GoneBefore,
    /// The service goes away after the request was carried out.
    GoneAfter,
    /// Nothing is heard on the connection any more, which stays open: as when a router has forgotten it.
    Silent,
}

/// Serves a connection from the simulator.
pub(super) async fn serve(wire: TlsStream<TcpStream>, shared: &Arc<Shared>) {
    let Ok(mut connection) = h2::server::handshake(wire).await else {
        return;
    };
    while let Some(Ok((request, mut respond))) = connection.accept().await {
        if request.uri().path().contains("/events/") {
            let behind = shared.simulator.base_url();
            tokio::spawn(hand_on(request, respond, behind));
            continue;
        }
        let mishap = match *request.method() {
            Method::GET => None,
            _ => shared.mishaps.lock().expect("no panic").pop_front(),
        };
        match mishap {
            Some(Mishap::Refused) => respond.send_reset(Reason::REFUSED_STREAM),
            Some(Mishap::ResetBefore) => respond.send_reset(Reason::INTERNAL_ERROR),
            Some(Mishap::Silent) => return std::future::pending().await,
            Some(Mishap::GoneBefore) => connection.abrupt_shutdown(Reason::NO_ERROR),
            Some(Mishap::GoneAfter) => {
                // Its body came with it or comes at once; the connection has to be driven meanwhile.
                let carried_out = carry_out(request, shared);
                tokio::pin!(carried_out);
                tokio::select! {
                    _ = &mut carried_out => {}
                    _ = connection.accept() => {}
                }
                connection.abrupt_shutdown(Reason::NO_ERROR);
            }
            Some(Mishap::ResetAfter) => {
                let shared = Arc::clone(shared);
                tokio::spawn(async move {
                    carry_out(request, &shared).await;
                    respond.send_reset(Reason::INTERNAL_ERROR);
                });
            }
            None => {
                let shared = Arc::clone(shared);
                tokio::spawn(async move {
                    let (status, body) = carry_out(request, &shared).await;
                    answer(&mut respond, status, &body);
                });
            }
        }
    }
}

async fn carry_out(request: Request<RecvStream>, shared: &Shared) -> (u16, Value) {
    let (head, mut body) = request.into_parts();
    let mut whole = Vec::new();
    while let Some(Ok(part)) = body.data().await {
        let _ = body.flow_control().release_capacity(part.len());
        whole.extend_from_slice(&part);
    }
    let keys = ["apca-api-key-id", "apca-api-secret-key"];
    let sent = keys.map(|name| head.headers.get(name).and_then(|value| value.to_str().ok()));
    if sent != [Some("PKSIMULATOR"), Some("simulator")] {
        return (401, serde_json::json!({"message": "unauthorized."}));
    }
    let target = head.uri.path_and_query().expect("a target").as_str();
    shared.simulator.call(head.method.as_str(), target, whole)
}

/// Hands on a request whose answer has no end. In HTTP/1.0 it comes as it is, until the connection closes.
async fn hand_on(request: Request<RecvStream>, mut respond: SendResponse<Bytes>, behind: String) {
    let behind = behind.trim_start_matches("http://");
    let Ok(mut wire) = TcpStream::connect(behind).await else {
        return;
    };
    let target = request.uri().path_and_query().expect("a target");
    let mut head = format!("GET {target} HTTP/1.0\r\nhost: {behind}\r\n");
    for (name, value) in request.headers() {
        let value = value.to_str().expect("a plain header");
        head.push_str(&format!("{name}: {value}\r\n"));
    }
    head.push_str("\r\n");
    if wire.write_all(head.as_bytes()).await.is_err() {
        return;
    }
    let mut wire = BufReader::new(wire);
    let mut line = String::new();
    wire.read_line(&mut line).await.expect("a status");
    assert!(line.contains(" 200 "), "{line}");
    while line != "\r\n" {
        line.clear();
        wire.read_line(&mut line).await.expect("a header");
    }
    let head = Response::builder().header("content-type", "text/event-stream");
    let Ok(mut stream) = respond.send_response(head.body(()).expect("an answer"), false) else {
        return;
    };
    let mut part = [0; 4_096];
    loop {
        let length = tokio::select! {
            read = wire.read(&mut part) => read.unwrap_or(0),
            // Who asked has gone.
            _ = poll_fn(|context| stream.poll_reset(context)) => return,
        };
        let body = Bytes::copy_from_slice(&part[..length]);
        if stream.send_data(body, length == 0).is_err() || length == 0 {
            return;
        }
    }
}

fn answer(respond: &mut SendResponse<Bytes>, status: u16, body: &Value) {
    let body = match body {
        Value::Null => Bytes::new(),
        body => Bytes::from(body.to_string()),
    };
    let head = Response::builder()
        .status(status)
        .header("content-type", "application/json")
        .header("date", httpdate::fmt_http_date(SystemTime::now()))
        .header("x-request-id", "of-http-2")
        .body(())
        .expect("an answer");
    if let Ok(mut stream) = respond.send_response(head, false) {
        let _ = stream.send_data(body, true);
    }
}

/// The orders that there are, by their client's ids.
fn placed(simulator: &Simulator) -> Vec<String> {
    let (_, orders) = simulator.call("GET", "/v2/orders?status=all&limit=500", "");
    orders
        .as_array()
        .expect("orders")
        .iter()
        .map(|order| order["client_order_id"].as_str().expect("an id").to_owned())
        .collect()
}

fn waiting() -> OrderRequest {
    OrderRequest::limit("AAPL", Side::Buy, Quantity::shares(1), dec!(1))
}

#[tokio::test]
async fn many_requests_share_one_connection() {
    let (simulator, front, client) = set_up(|client| client).await;
    let account = client.account().get().await.unwrap();
    let calls = (0..40).map(|_| {
        let client = client.clone();
        tokio::spawn(async move { client.orders().submit(waiting()).await.unwrap().id })
    });
    let mut ids = BTreeSet::new();
    for call in calls.collect::<Vec<_>>() {
        ids.insert(call.await.unwrap());
    }
    assert_eq!((ids.len(), placed(&simulator).len()), (40, 40));
    assert_eq!((front.made(), front.modern()), (1, 1));
    assert_eq!(account.id, client.account().get().await.unwrap().id);
    // Errors are read like any others.
    let error = client
        .orders()
        .submit(OrderRequest::market(
            "NOSUCH",
            Side::Buy,
            Quantity::shares(1),
        ))
        .await
        .unwrap_err();
    assert_eq!(
        (error.status(), error.request_id()),
        (Some(422), Some("of-http-2"))
    );
}

#[tokio::test]
async fn an_older_client_is_served_as_well() {
    let (_simulator, front, client) = set_up(ClientBuilder::http1_only).await;
    client.account().get().await.unwrap();
    assert_eq!((front.trusted(), front.modern()), (1, 0));
}

/// Whatever happens to the stream or the connection, an order is there once.
#[tokio::test]
async fn an_order_survives_what_only_http_2_does() {
    for mishap in [
        Mishap::Refused,
        Mishap::ResetBefore,
        Mishap::ResetAfter,
        Mishap::GoneBefore,
        Mishap::GoneAfter,
    ] {
        let (simulator, front, client) = set_up(|client| client).await;
        client.account().get().await.unwrap();
        front.meet([mishap]);
        let order = client.orders().submit(waiting()).await;
        let order = order.unwrap_or_else(|error| panic!("{mishap:?}: {error}"));
        assert_eq!(placed(&simulator), [&*order.client_order_id], "{mishap:?}");
        let canceled = client.orders().cancel(order.id).await;
        canceled.unwrap_or_else(|error| panic!("{mishap:?}: {error}"));
    }
}

/// A connection that has died unnoticed is asked, and left: what comes next takes another one.
#[tokio::test(start_paused = true)]
async fn a_silent_connection_is_left() {
    let (simulator, front, client) = set_up(|client| client).await;
    client.account().get().await.unwrap();
    front.meet([Mishap::Silent]);
    let order = client.orders().submit(waiting()).await.unwrap();
    assert_eq!(placed(&simulator), [&*order.client_order_id]);
    assert_eq!(front.modern(), 2);
}
