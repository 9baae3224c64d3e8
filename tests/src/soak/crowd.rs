//! A crowd at the simulator's websocket, half of which never reads, while orders are placed over REST.
//!
//! What must hold, however many there are:
//!
//! - Whoever reads gets every event, once and in order.
//! - Whoever does not read holds up nobody: REST is not slower with them than without.
//! - When the simulator stops, everybody's connection ends, whether they read or not.

use std::hash::{DefaultHasher, Hasher};
use std::time::{Duration, Instant};

use alpaca_trading::orders::{OrderRequest, Quantity};
use alpaca_trading::{Client, Side};
use alpaca_trading_sim::{Kind, Simulator};
use futures_util::{SinkExt, StreamExt};
use serde_json::{Value, json};
use tokio::net::{TcpSocket, TcpStream};
use tokio::task::JoinHandle;
use tokio::time::timeout;
use tokio_tungstenite::tungstenite::Message;
use tokio_tungstenite::{WebSocketStream, client_async};

/// Longer than any part takes on a machine that is not stuck.
const PATIENCE: Duration = Duration::from_secs(300);

/// How many times as long as without them an order may take, in the middle, with those who never read; and what it
/// may take in any case, so that a machine with more to do is no violation.
const SLOWER: u32 = 3;
const ALWAYS_ALLOWED: Duration = Duration::from_millis(100);

/// The longest that any order may take: a client that is waited for would hold it up for good.
const LONGEST: Duration = Duration::from_secs(10);

/// What came of a crowd.
#[derive(Clone, Debug, Default)]
#[non_exhaustive]
pub struct CrowdTally {
    /// Websockets that were open.
    pub clients: usize,
    /// How many of them read.
    pub readers: usize,
    /// Orders that were placed.
    pub orders: usize,
    /// Events that readers have got, all together.
    pub events: usize,
    /// How long an order took in the middle, with the readers alone.
    pub before: Duration,
    /// The same with those who do not read.
    pub with: Duration,
    /// The longest with those who do not read.
    pub longest: Duration,
    /// How long it took by the wall clock.
    pub wall: Duration,
    /// What must not happen and did.
    pub violations: Vec<String>,
}

impl CrowdTally {
    /// The numbers under the headings of [`heading`](Self::heading); milliseconds for orders.
    #[must_use]
    pub fn line(&self) -> String {
        let millis = |time: Duration| time.as_secs_f64() * 1_000.0;
        format!(
            "{:<8} {:>8} {:>8} {:>8} {:>9} {:>9.1} {:>9.1} {:>9.1} {:>10} {:>8.1}",
            "crowd",
            self.clients,
            self.readers,
            self.orders,
            self.events,
            millis(self.before),
            millis(self.with),
            millis(self.longest),
            self.violations.len(),
            self.wall.as_secs_f64(),
        )
    }

    /// The headings of the table.
    #[must_use]
    pub fn heading() -> String {
        format!(
            "{:<8} {:>8} {:>8} {:>8} {:>9} {:>9} {:>9} {:>9} {:>10} {:>8}",
            "soak",
            "clients",
            "readers",
            "orders",
            "events",
            "ms before",
            "ms with",
            "ms most",
            "violations",
            "seconds"
        )
    }
}

/// Places so many orders before half of the crowd and as many again before all of it.
///
/// # Panics
///
/// When a runtime or the simulator cannot be started.
#[must_use]
pub fn crowd(clients: usize, orders: usize) -> CrowdTally {
    let started = Instant::now();
    let runtime = tokio::runtime::Runtime::new().expect("a runtime");
    let mut tally = CrowdTally {
        clients,
        ..CrowdTally::default()
    };
    let played = runtime.block_on(async { timeout(PATIENCE, play(&mut tally, orders)).await });
    let played = played.unwrap_or_else(|_| Err(format!("not done after {PATIENCE:?}")));
    if let Err(what) = played {
        tally
            .violations
            .push(format!("crowd of {clients}, {orders} orders: {what}"));
    }
    runtime.shutdown_background();
    tally.wall = started.elapsed();
    tally
}

async fn play(tally: &mut CrowdTally, orders: usize) -> Result<(), String> {
    let simulator = Simulator::builder()
        .seed(1)
        .fill_model(alpaca_trading_sim::fill::Through::default())
        .start()
        .await
        .map_err(|error| error.to_string())?;
    let client = simulator.client().map_err(|error| error.to_string())?;
    tally.readers = tally.clients.div_ceil(2);
    tally.orders = 2 * orders;
    let mut readers: Vec<JoinHandle<_>> = Vec::new();
    for _ in 0..tally.readers {
        let socket = open(&simulator).await?;
        readers.push(tokio::spawn(read(socket, EACH.len() * tally.orders)));
    }
    let before = place(&client, orders).await?;
    let mut deaf = Vec::new();
    for _ in tally.readers..tally.clients {
        deaf.push(open(&simulator).await?);
    }
    let with = place(&client, orders).await?;
    (tally.before, tally.with) = (middle(&before), middle(&with));
    tally.longest = with.iter().max().copied().unwrap_or_default();

    let mut sockets = Vec::new();
    let happened = happened(&simulator)?;
    for (number, reader) in readers.into_iter().enumerate() {
        let (socket, seen) = reader.await.map_err(|error| error.to_string())??;
        tally.events += seen.len();
        if seen != happened {
            return Err(format!("reader {number} was told something else"));
        }
        sockets.push(socket);
    }
    if happened.len() != EACH.len() * tally.orders {
        return Err(format!("{} events happened", happened.len()));
    }
    // And nothing comes behind: everybody's connection ends.
    timeout(Duration::from_secs(60), simulator.stop_listening())
        .await
        .map_err(|_| "the simulator does not stop before those who do not read")?;
    for mut socket in sockets {
        match socket.next().await {
            Some(Ok(message)) if message.is_close() => {}
            other => return Err(format!("behind the last event came {other:?}")),
        }
    }
    drop(deaf);
    if tally.with > (tally.before * SLOWER).max(ALWAYS_ALLOWED) {
        return Err(format!(
            "an order takes {:?} with those who do not read, and {:?} without them",
            tally.with, tally.before
        ));
    }
    if tally.longest > LONGEST {
        return Err(format!("an order took {:?}", tally.longest));
    }
    simulator.look(|world| world.audit().and_then(|()| world.audit_events()))
}

/// The events of an order that is filled at once.
const EACH: [&str; 3] = ["pending_new", "new", "fill"];

type Socket = WebSocketStream<TcpStream>;

/// A websocket that listens, with little room of its own: who does not read is felt soon.
async fn open(simulator: &Simulator) -> Result<Socket, String> {
    let told = |error: std::io::Error| error.to_string();
    let address = simulator.base_url().replace("http://", "");
    let socket = TcpSocket::new_v4().map_err(told)?;
    socket.set_recv_buffer_size(4_096).map_err(told)?;
    let place = address.parse().map_err(|_| "no address")?;
    let stream = socket.connect(place).await.map_err(told)?;
    let opened = client_async(format!("ws://{address}/stream"), stream).await;
    let (mut socket, _) = opened.map_err(|error| error.to_string())?;
    let auth = json!({"action": "auth", "key": "PKSIMULATOR", "secret": "simulator"});
    let listen = json!({"action": "listen", "data": {"streams": ["trade_updates"]}});
    for message in [auth, listen] {
        let sent = socket.send(Message::text(message.to_string())).await;
        sent.map_err(|error| error.to_string())?;
        next(&mut socket).await?;
    }
    Ok(socket)
}

async fn next(socket: &mut Socket) -> Result<Message, String> {
    match socket.next().await {
        Some(message) => message.map_err(|error| error.to_string()),
        None => Err("a websocket has ended".into()),
    }
}

/// Reads so many events: what each of them comes to.
async fn read(mut socket: Socket, events: usize) -> Result<(Socket, Vec<u64>), String> {
    let mut seen = Vec::with_capacity(events);
    while seen.len() < events {
        let data = next(&mut socket).await?.into_data();
        seen.push(sum(payload(&data)?));
    }
    Ok((socket, seen))
}

/// The event within a frame.
fn payload(frame: &[u8]) -> Result<&[u8], String> {
    #[derive(serde::Deserialize)]
    struct Frame<'a> {
        stream: &'a str,
        #[serde(borrow)]
        data: &'a serde_json::value::RawValue,
    }
    let read = serde_json::from_slice::<Frame<'_>>(frame);
    match read {
        Ok(frame) if frame.stream == "trade_updates" => Ok(frame.data.get().as_bytes()),
        Ok(frame) => Err(format!("a frame of {}", frame.stream)),
        Err(error) => Err(error.to_string()),
    }
}

fn sum(bytes: &[u8]) -> u64 {
    let mut hasher = DefaultHasher::new();
    hasher.write(bytes);
    hasher.finish()
}

/// What happened, as the world has it: of each event what it comes to. An order's events come in their order.
fn happened(simulator: &Simulator) -> Result<Vec<u64>, String> {
    simulator.look(|world| {
        let account = world.accounts().first().ok_or("no account")?;
        let events = account.events().all().iter();
        let mut sums = Vec::new();
        for event in events.filter(|event| event.kind == Kind::Trade) {
            let text = event.text();
            let read: Value = serde_json::from_str(&text).map_err(|error| error.to_string())?;
            let expected = EACH[sums.len() % EACH.len()];
            if read["event"] != expected {
                return Err(format!("{} where {expected} was due", read["event"]));
            }
            sums.push(sum(text.as_bytes()));
        }
        Ok(sums)
    })
}

/// Places so many orders, one after the other: how long each took.
async fn place(client: &Client, orders: usize) -> Result<Vec<Duration>, String> {
    let mut took = Vec::with_capacity(orders);
    for _ in 0..orders {
        let order = OrderRequest::market("AAPL", Side::Buy, Quantity::shares(1));
        let began = Instant::now();
        let placed = client.orders().submit(order).await;
        placed.map_err(|error| error.to_string())?;
        took.push(began.elapsed());
    }
    Ok(took)
}

fn middle(times: &[Duration]) -> Duration {
    let mut times = times.to_vec();
    times.sort_unstable();
    times.get(times.len() / 2).copied().unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_small_crowd_is_told_everything() {
        let tally = crowd(20, 5);
        assert_eq!(tally.violations, [""; 0]);
        assert_eq!((tally.readers, tally.orders), (10, 10));
        assert_eq!(tally.events, 10 * 10 * EACH.len());
    }

    #[test]
    fn a_line_stands_under_its_headings() {
        let line = CrowdTally::default().line();
        assert_eq!(line.len(), CrowdTally::heading().len());
    }
}
