//! The websocket as clients see it.

use std::time::Duration;

use futures_util::{SinkExt, StreamExt};
use http::StatusCode;
use tokio::net::TcpStream;
use tokio::time::Instant;
use tokio_tungstenite::tungstenite::client::IntoClientRequest;
use tokio_tungstenite::tungstenite::protocol::frame::coding::CloseCode;
use tokio_tungstenite::tungstenite::{Error, Message};
use tokio_tungstenite::{MaybeTlsStream, WebSocketStream, connect_async};

use super::{Server, World};
use crate::Kind;
use crate::streams::StreamKind::TradeUpdates;
use crate::streams::{FrameKind, StreamFault, StreamOptions};

pub(super) const AUTH: &str = r#"{"action":"auth","key":"PK0","secret":"simulator"}"#;
pub(super) const LISTEN: &str = r#"{"action":"listen","data":{"streams":["trade_updates"]}}"#;
const QUIET: &str = r#"{"action":"listen","data":{"streams":[]}}"#;
const AUTHORIZED: &str =
    r#"{"stream":"authorization","data":{"status":"authorized","action":"authenticate"}}"#;

type Socket = WebSocketStream<MaybeTlsStream<TcpStream>>;

/// A client, which sends text.
struct Client(Socket);

impl Client {
    async fn connect(server: &Server) -> Self {
        let url = format!("ws://{}/stream", server.address);
        Self(connect_async(url).await.unwrap().0)
    }

    async fn listening(server: &Server) -> Self {
        let mut client = Self::connect(server).await;
        assert_eq!(client.ask(AUTH).await, AUTHORIZED);
        let reply = r#"{"stream":"listening","data":{"streams":["trade_updates"]}}"#;
        assert_eq!(client.ask(LISTEN).await, reply);
        client
    }

    async fn say(&mut self, text: &str) {
        self.0.send(Message::text(text)).await.unwrap();
    }

    async fn ask(&mut self, text: &str) -> String {
        self.say(text).await;
        self.hear().await
    }

    /// The next message, which is in a binary frame.
    async fn hear(&mut self) -> String {
        match self.0.next().await.unwrap().unwrap() {
            Message::Binary(bytes) => String::from_utf8(bytes.to_vec()).unwrap(),
            other => panic!("not a binary frame: {other:?}"),
        }
    }

    /// The ids of the next events.
    async fn events(&mut self, count: usize) -> Vec<String> {
        let mut ids = Vec::new();
        while ids.len() < count {
            ids.push(event_id(&self.hear().await));
        }
        ids
    }

    /// The code with which the connection is closed, next.
    async fn closed(&mut self) -> CloseCode {
        match self.0.next().await.unwrap().unwrap() {
            Message::Close(Some(frame)) => frame.code,
            other => panic!("not closed: {other:?}"),
        }
    }
}

fn event_id(text: &str) -> String {
    let message: serde_json::Value = serde_json::from_str(text).unwrap();
    assert_eq!(message["stream"], "trade_updates", "{text}");
    message["data"]["event_id"].as_str().unwrap().to_owned()
}

fn ids(seconds: &[i64]) -> Vec<String> {
    seconds.iter().map(|second| World::id(*second)).collect()
}

#[tokio::test]
async fn every_row_of_the_handshake() {
    let server = Server::start(StreamOptions::default()).await;
    let unauthorized =
        r#"{"stream":"authorization","data":{"status":"unauthorized","action":"authenticate"}}"#;
    let not_yet =
        r#"{"stream":"authorization","data":{"status":"unauthorized","action":"listen"}}"#;
    let mut client = Client::connect(&server).await;
    let rows = [
        (LISTEN, not_yet),
        (
            r#"{"action":"auth","key":"PK0","secret":"x"}"#,
            unauthorized,
        ),
        (
            r#"{"action":"authenticate","data":{"oauth_token":"x"}}"#,
            unauthorized,
        ),
        (AUTH, AUTHORIZED),
        (
            r#"{"action":"authenticate","data":{"key_id":"PK0","secret_key":"simulator"}}"#,
            AUTHORIZED,
        ),
        (
            r#"{"action":"authenticate","data":{"oauth_token":"token"}}"#,
            AUTHORIZED,
        ),
        (
            r#"{"action":"listen","data":{"streams":["account_updates","trade_updates"]}}"#,
            r#"{"stream":"listening","data":{"streams":["trade_updates"]}}"#,
        ),
        (QUIET, r#"{"stream":"listening","data":{"streams":[]}}"#),
    ];
    for (message, reply) in rows {
        assert_eq!(client.ask(message).await, reply, "{message}");
    }
    // Binary frames from a client are as good.
    client
        .0
        .send(Message::binary(AUTH.as_bytes()))
        .await
        .unwrap();
    assert_eq!(client.hear().await, AUTHORIZED);

    let reply = client.ask("{").await;
    assert!(reply.starts_with(r#"{"action":"error","data":{"error_message":"#));
    assert_eq!(client.closed().await, CloseCode::Policy);
    assert!(client.0.next().await.is_none());
}

#[tokio::test]
async fn events_are_told_from_the_listening_on_and_only_those_of_the_account() {
    let server = Server::start(StreamOptions::default()).await;
    let world = &server.world;
    world.push(Kind::Trade, 1);
    let mut client = Client::listening(&server).await;
    world.push(Kind::Activity, 2);
    world.push_to(1, Kind::Trade, 3, "");
    world.push(Kind::Trade, 4);
    client.ask_again().await;
    world.push(Kind::Trade, 5);
    assert_eq!(client.events(1).await, ids(&[5]));

    assert_eq!(
        client.ask(QUIET).await,
        r#"{"stream":"listening","data":{"streams":[]}}"#
    );
    world.push(Kind::Trade, 6);
    // An answer that comes next proves that the event does not.
    assert_eq!(client.ask(AUTH).await, AUTHORIZED);
    client.say(LISTEN).await;
    client.hear().await;
    world.push(Kind::Trade, 7);
    assert_eq!(client.events(1).await, ids(&[7]));

    let told: Vec<_> = world
        .sent()
        .into_iter()
        .filter(|(_, _, text)| text.contains("trade_updates\",\"data"))
        .collect();
    assert_eq!(told.len(), 3);
    let (account, stream, text) = &told[0];
    assert_eq!((*account, *stream), (0, TradeUpdates));
    assert_eq!(event_id(text), World::id(4));
}

impl Client {
    /// Listens while it listens: takes the event of second 4 and the reply, whichever comes first.
    async fn ask_again(&mut self) {
        self.say(LISTEN).await;
        let both = [self.hear().await, self.hear().await];
        assert!(both.iter().any(|text| text.contains("listening")));
        assert!(both.iter().any(|text| text.contains(&World::id(4))));
    }
}

#[tokio::test]
async fn text_frames_by_option() {
    let options = StreamOptions {
        frames: FrameKind::Text,
        ..StreamOptions::default()
    };
    let server = Server::start(options).await;
    let mut client = Client::connect(&server).await;
    client.say(AUTH).await;
    let reply = client.0.next().await.unwrap().unwrap();
    assert_eq!(reply, Message::text(AUTHORIZED));
}

#[tokio::test]
async fn what_is_no_websocket_is_refused_in_json() {
    let server = Server::start(StreamOptions::default()).await;
    let url = format!("http://{}/stream", server.address);
    let answer = super::http().get(url).send().await.unwrap();
    assert_eq!(answer.status(), StatusCode::BAD_REQUEST);
    let body: serde_json::Value = answer.json().await.unwrap();
    assert!(body["message"].is_string(), "{body}");

    let mut request = format!("ws://{}/stream", server.address)
        .into_client_request()
        .unwrap();
    let packed = "application/msgpack".parse().unwrap();
    request.headers_mut().insert("content-type", packed);
    let Err(Error::Http(answer)) = connect_async(request).await else {
        panic!("not refused");
    };
    assert_eq!(answer.status(), StatusCode::NOT_IMPLEMENTED);
}

#[tokio::test]
async fn a_message_that_is_too_long_closes_with_1009() {
    let server = Server::start(StreamOptions::default()).await;
    let mut client = Client::connect(&server).await;
    // The most that is read: it is no known action, but it is heard.
    let fits = format!(r#"{{"action":"{}"}}"#, "x".repeat(64 * 1_024 - 13));
    assert_eq!(fits.len(), 64 * 1_024);
    assert!(client.ask(&fits).await.contains("unknown action"));

    let mut client = Client::connect(&server).await;
    client.say(&"x".repeat(64 * 1_024 + 1)).await;
    assert_eq!(client.closed().await, CloseCode::Size);
}

#[tokio::test]
async fn pings_are_answered() {
    let server = Server::start(StreamOptions::default()).await;
    let mut client = Client::connect(&server).await;
    let ping = Message::Ping("abc".into());
    client.0.send(ping).await.unwrap();
    let pong = client.0.next().await.unwrap().unwrap();
    assert_eq!(pong, Message::Pong("abc".into()));
}

#[tokio::test(start_paused = true)]
async fn pings_come_at_their_interval() {
    let options = StreamOptions {
        ping_every: Some(Duration::from_secs(10)),
        ..StreamOptions::default()
    };
    let server = Server::start(options).await;
    let mut client = Client::connect(&server).await;
    let start = Instant::now();
    for _ in 0..3 {
        let ping = client.0.next().await.unwrap().unwrap();
        assert!(ping.is_ping(), "{ping:?}");
    }
    // Between the first and the third, at least two intervals have passed.
    assert!(start.elapsed() >= Duration::from_secs(20));
}

#[tokio::test]
async fn faults_of_order() {
    use StreamFault::*;
    let server = Server::start(StreamOptions::default()).await;
    let rows: [(&[Option<StreamFault>], &[i64]); 5] = [
        (&[Some(Duplicate), None, None], &[0, 0, 1, 2]),
        (&[Some(Drop), None, None], &[1, 2]),
        (&[Some(Reorder), None, None], &[1, 0, 2]),
        (&[Some(Delay(2)), None, None], &[1, 2, 0]),
        (&[None, None, None], &[0, 1, 2]),
    ];
    let mut client = Client::listening(&server).await;
    for (faults, expected) in rows {
        server.world.fault(TradeUpdates, faults.iter().copied());
        for second in 0..3 {
            server.world.push(Kind::Trade, second);
        }
        let told = client.events(expected.len()).await;
        assert_eq!(told, ids(expected), "{faults:?}");
    }
}

#[tokio::test]
async fn faults_that_end_a_connection() {
    let server = Server::start(StreamOptions::default()).await;
    let world = &server.world;

    let mut client = Client::listening(&server).await;
    world.fault(TradeUpdates, [None, Some(StreamFault::Close)]);
    world.push(Kind::Trade, 1);
    world.push(Kind::Trade, 2);
    assert_eq!(client.events(1).await, ids(&[1]));
    assert_eq!(client.closed().await, CloseCode::Away);

    let mut client = Client::listening(&server).await;
    world.fault(TradeUpdates, [Some(StreamFault::Error)]);
    world.push(Kind::Trade, 3);
    assert_eq!(
        client.hear().await,
        r#"{"action":"error","data":{"error_message":"internal server error"}}"#
    );
    assert_eq!(client.closed().await, CloseCode::Error);

    let mut client = Client::listening(&server).await;
    world.fault(TradeUpdates, [Some(StreamFault::SlowReader)]);
    world.push(Kind::Trade, 4);
    // Dropped: there is no close frame.
    assert!(matches!(client.0.next().await, None | Some(Err(_))));

    let mut client = Client::listening(&server).await;
    world.push(Kind::Trade, 5);
    assert_eq!(client.events(1).await, ids(&[5]));
}

#[tokio::test]
async fn a_muted_connection_is_silent_until_the_end() {
    let server = Server::start(StreamOptions::default()).await;
    let mut muted = Client::listening(&server).await;
    server.world.fault(TradeUpdates, [Some(StreamFault::Mute)]);
    server.world.push(Kind::Trade, 1);
    // The fault is taken by the one who listens; another connection is well.
    while !server.world.0.faults.lock().unwrap().is_empty() {
        tokio::task::yield_now().await;
    }
    muted.0.send(Message::Ping("abc".into())).await.unwrap();
    let mut well = Client::listening(&server).await;
    server.world.push(Kind::Trade, 2);
    assert_eq!(well.events(1).await, ids(&[2]));
    server.shutdown.shut_down();
    assert_eq!(well.closed().await, CloseCode::Away);
    // Neither event nor pong has come before.
    assert!(matches!(muted.0.next().await, None | Some(Err(_))));
}

#[tokio::test]
async fn a_shutdown_closes_all_connections() {
    let server = Server::start(StreamOptions::default()).await;
    let mut clients = Vec::new();
    for _ in 0..5 {
        clients.push(Client::listening(&server).await);
        clients.push(Client::connect(&server).await);
    }
    server.shutdown.shut_down();
    for mut client in clients {
        assert_eq!(client.closed().await, CloseCode::Away);
    }
}
