//! A simulator, and clients that hide nothing.

use alpaca_trading_sim::{Builder, Simulator};
use chrono::DateTime;
use futures_util::{SinkExt, StreamExt};
use serde_json::{Value, json};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio_tungstenite::tungstenite::Message;
use tokio_tungstenite::{WebSocketStream, client_async};

pub(crate) const ORDER: &str =
    r#"{"symbol": "AAPL", "qty": "1", "side": "buy", "type": "market", "time_in_force": "day"}"#;

pub(crate) const KEYS: &str = "APCA-API-KEY-ID: PKSIMULATOR\r\nAPCA-API-SECRET-KEY: simulator\r\n";

/// Whole fills of what is marketable, and a rate limit that stands still.
pub(crate) fn builder() -> Builder {
    Simulator::builder()
        .seed(7)
        .fill_model(alpaca_trading_sim::fill::Through::default())
        .wall_clock(|| DateTime::from_timestamp(1_790_000_025, 0).unwrap())
}

pub(crate) async fn start() -> Simulator {
    builder().start().await.unwrap()
}

pub(crate) fn client() -> reqwest::Client {
    crate::plain::http()
}

/// A request with the keys of the built-in account.
pub(crate) fn request(
    client: &reqwest::Client,
    simulator: &Simulator,
    method: &str,
    target: &str,
) -> reqwest::RequestBuilder {
    client
        .request(
            method.parse().unwrap(),
            format!("{}{target}", simulator.base_url()),
        )
        .header("APCA-API-KEY-ID", "PKSIMULATOR")
        .header("APCA-API-SECRET-KEY", "simulator")
}

/// How many orders there are.
pub(crate) fn orders(simulator: &Simulator) -> usize {
    simulator.look(|world| world.all_orders().count())
}

/// A connection without manners.
pub(crate) struct Raw(pub(crate) TcpStream);

/// An answer, and how its connection ended if it did.
#[derive(Debug)]
pub(crate) struct Answer {
    pub(crate) status: u16,
    pub(crate) head: String,
    pub(crate) body: Vec<u8>,
}

impl Answer {
    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        let mut lines = self.head.lines().filter_map(|line| line.split_once(": "));
        lines
            .find(|(found, _)| found.eq_ignore_ascii_case(name))
            .map(|(_, value)| value)
    }

    pub(crate) fn json(&self) -> Value {
        serde_json::from_slice(&self.body).unwrap()
    }
}

impl Raw {
    pub(crate) async fn connect(simulator: &Simulator) -> Self {
        Self(connect(simulator).await)
    }

    pub(crate) async fn send(&mut self, bytes: impl AsRef<[u8]>) {
        self.0.write_all(bytes.as_ref()).await.unwrap();
    }

    /// A request with keys.
    pub(crate) async fn ask(&mut self, method: &str, target: &str, body: &str) -> Answer {
        let length = body.len();
        let text = format!(
            "{method} {target} HTTP/1.1\r\nHost: x\r\n{KEYS}Content-Length: {length}\r\n\r\n{body}"
        );
        self.send(text).await;
        self.answer(method == "HEAD").await.unwrap()
    }

    /// The next answer whose length is announced.
    pub(crate) async fn answer(&mut self, without_body: bool) -> std::io::Result<Answer> {
        let mut seen = Vec::new();
        while !seen.ends_with(b"\r\n\r\n") {
            seen.push(self.0.read_u8().await?);
        }
        let head = String::from_utf8(seen).unwrap();
        let status = head.split(' ').nth(1).unwrap().parse().unwrap();
        let mut answer = Answer {
            status,
            head,
            body: Vec::new(),
        };
        if let Some(length) = answer.header("content-length")
            && !without_body
        {
            answer.body = vec![0; length.parse().unwrap()];
            self.0.read_exact(&mut answer.body).await?;
        }
        Ok(answer)
    }

    /// What comes until the connection ends, and how it ends.
    pub(crate) async fn rest(&mut self) -> (Vec<u8>, std::io::Result<()>) {
        let mut seen = Vec::new();
        let end = self.0.read_to_end(&mut seen).await;
        (seen, end.map(drop))
    }
}

pub(crate) async fn connect(simulator: &Simulator) -> TcpStream {
    let address = simulator.base_url().replace("http://", "");
    TcpStream::connect(address).await.unwrap()
}

pub(crate) type Socket = WebSocketStream<TcpStream>;

/// A websocket that listens to `trade_updates`.
pub(crate) async fn listening(simulator: &Simulator) -> Socket {
    let url = format!("{}/stream", simulator.base_url().replace("http", "ws"));
    let (mut socket, _) = client_async(url, connect(simulator).await).await.unwrap();
    let auth = json!({"action": "auth", "key": "PKSIMULATOR", "secret": "simulator"});
    let listen = json!({"action": "listen", "data": {"streams": ["trade_updates"]}});
    for message in [auth, listen] {
        socket
            .send(Message::text(message.to_string()))
            .await
            .unwrap();
        socket.next().await.unwrap().unwrap();
    }
    socket
}

/// The next event of a websocket.
pub(crate) async fn event(socket: &mut Socket) -> String {
    let message = socket.next().await.unwrap().unwrap();
    let value: Value = serde_json::from_slice(&message.into_data()).unwrap();
    value["data"]["event"].as_str().unwrap().to_owned()
}

/// A server-sent event stream.
pub(crate) async fn events(simulator: &Simulator, target: &str) -> Raw {
    let mut raw = Raw::connect(simulator).await;
    raw.send(format!("GET {target} HTTP/1.1\r\nHost: x\r\n{KEYS}\r\n"))
        .await;
    raw
}

impl Raw {
    /// Reads until this text has come.
    pub(crate) async fn until(&mut self, text: &str) -> String {
        let mut seen = Vec::new();
        loop {
            seen.push(self.0.read_u8().await.unwrap());
            if seen.ends_with(text.as_bytes()) {
                return String::from_utf8(seen).unwrap();
            }
        }
    }
}
