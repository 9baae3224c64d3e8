//! From the socket to the consumer: how many updates in a second, and how late each is.
//!
//! The server shares the machine: its thread writes prepared frames in large pieces, which costs it little.

use std::sync::Arc;
use std::time::{Duration, Instant};

use alpaca_trading::stream::{StreamItem, TradeStream};
use benches::feed::Feed;
use benches::measure::{median, process_cpu};
use benches::server;
use benches::updates::{Frames, Message};
use futures_util::{SinkExt as _, StreamExt as _};
use tokio::net::TcpStream;
use tokio::runtime::{Builder, Runtime};
use tokio_tungstenite::WebSocketStream;
use tokio_tungstenite::tungstenite::Message as Frame;

use crate::{Outcome, client};

/// How many items are kept for the consumer.
const BUFFER: usize = 65_536;

/// What a round of one side took, for each update in it: microseconds.
struct Round {
    wall: f64,
    /// Of all threads but the server's.
    cpu: f64,
}

/// Two threads, as there are two cores.
fn two_threads() -> Outcome<Runtime> {
    Ok(Builder::new_multi_thread()
        .worker_threads(2)
        .enable_all()
        .build()?)
}

/// Sends everything on the connection that stands, and waits for the consumer.
fn round(
    runtime: &Runtime,
    feed: &Feed,
    frames: &Arc<Frames>,
    consumer: impl Future<Output = Result<(), String>> + Send + 'static,
    spawned: bool,
) -> Outcome<Round> {
    let (wall, cpu) = (Instant::now(), process_cpu());
    feed.send(frames, None);
    match spawned {
        true => runtime.block_on(runtime.spawn(consumer))??,
        false => runtime.block_on(consumer)?,
    }
    let (wall, cpu) = (wall.elapsed(), process_cpu() - cpu);
    let sent = feed.sent().ok_or("the connection broke")?;
    let each = |time: Duration| time.as_secs_f64() * 1e6 / frames.len() as f64;
    Ok(Round {
        wall: each(wall),
        cpu: each(cpu.saturating_sub(sent.cpu)),
    })
}

/// Bare tokio-tungstenite on a connection that stands.
struct Bare(WebSocketStream<TcpStream>);

impl Bare {
    fn connect(runtime: &Runtime, feed: &Feed) -> Outcome<Self> {
        runtime.block_on(async {
            let host = feed.url.trim_start_matches("ws://");
            let host = host.trim_end_matches("/stream");
            let wire = TcpStream::connect(host).await?;
            wire.set_nodelay(true)?;
            let (mut socket, _) = tokio_tungstenite::client_async(&feed.url, wire).await?;
            for said in [r#"{"action":"auth"}"#, r#"{"action":"listen"}"#] {
                socket.send(Frame::text(said)).await?;
                socket.next().await.ok_or("no answer")??;
            }
            Ok(Self(socket))
        })
    }

    /// The next message, as serde reads it into plain structs.
    async fn next(&mut self) -> Result<Message, String> {
        let frame = self.0.next().await.ok_or("the end")?;
        let frame = frame.map_err(|error| error.to_string())?;
        let text = frame.to_text().map_err(|error| error.to_string())?;
        serde_json::from_str(text).map_err(|error| error.to_string())
    }

    async fn consume(mut self, count: usize) -> Result<(), String> {
        for _ in 0..count {
            drop(self.next().await?);
        }
        Ok(())
    }

    async fn timed(mut self, count: usize) -> Result<Vec<Instant>, String> {
        let mut times = Vec::with_capacity(count);
        while times.len() < count {
            let message = self.next().await?;
            times.push(Instant::now());
            drop(message);
        }
        Ok(times)
    }
}

/// Reads so many updates, each told as it happened.
async fn consume(mut stream: TradeStream, count: usize) -> Result<(), String> {
    let mut updates = 0;
    while updates < count {
        match stream.next().await {
            Some(StreamItem::Update(_)) => updates += 1,
            Some(StreamItem::Connected) => {}
            Some(StreamItem::Reconciled { updates, .. }) if updates.is_empty() => {}
            other => return Err(format!("after {updates} updates: {other:?}")),
        }
    }
    Ok(())
}

/// The public stream; what it reads of the account, if it does, is at `base`.
fn connect(runtime: &Runtime, feed: &Feed, base: &str, backfill: bool) -> Outcome<TradeStream> {
    // A consumer whose core does something else for a moment is not to miss anything.
    let updates = client(base)?.trade_updates().url(&feed.url).buffer(BUFFER);
    let updates = match backfill {
        true => updates,
        false => updates.without_backfill(),
    };
    Ok(runtime.block_on(updates.connect())?)
}

/// Updates in a second through the public stream, beside its floor, in turns.
pub(crate) fn throughput(quick: bool) -> Outcome<()> {
    let (count, rounds) = if quick { (2_000, 1) } else { (100_000, 11) };
    let frames = Arc::new(Frames::updates(count));
    let (runtime, feed) = (two_threads()?, Feed::start()?);
    let base = server::start([("GET /v2/orders", "[]".to_owned())].into())?;
    let mut sides: [Vec<Round>; 4] = Default::default();
    for _ in 0..rounds {
        let [plain, without, with, main] = &mut sides;
        let bare = Bare::connect(&runtime, &feed)?.consume(count);
        plain.push(round(&runtime, &feed, &frames, bare, true)?);
        for (rounds, backfill, spawned) in [
            (without, false, true),
            (with, true, true),
            (main, false, false),
        ] {
            let stream = connect(&runtime, &feed, &base, backfill)?;
            let consumer = consume(stream, count);
            rounds.push(round(&runtime, &feed, &frames, consumer, spawned)?);
        }
    }
    let mean = frames.bytes().len() / count;
    println!("{count} updates of {mean} bytes, {rounds} rounds");
    println!("| what | updates a second | least | most | CPU of each, µs | ratio |");
    println!("| --- | --- | --- | --- | --- | --- |");
    let names = [
        "floor: tokio-tungstenite and serde",
        "ours, without back-fill",
        "ours, with back-fill",
        "ours, consumer outside of the runtime's threads",
    ];
    let cpu = |rounds: &[Round]| median(rounds.iter().map(|round| round.cpu));
    let lowest = cpu(sides.first().map_or(&[], Vec::as_slice));
    for (name, rounds) in names.into_iter().zip(&sides) {
        let rates = || rounds.iter().map(|round| 1e6 / round.wall);
        println!(
            "| {name} | {:.0} | {:.0} | {:.0} | {:.2} | {:.2} |",
            median(rates()),
            rates().fold(f64::INFINITY, f64::min),
            rates().fold(0.0, f64::max),
            cpu(rounds),
            cpu(rounds) / lowest,
        );
    }
    Ok(())
}

/// Takes the time of each update.
async fn timed(mut stream: TradeStream, count: usize) -> Result<Vec<Instant>, String> {
    let mut times = Vec::with_capacity(count);
    while times.len() < count {
        match stream.next().await {
            Some(StreamItem::Update(_)) => times.push(Instant::now()),
            Some(StreamItem::Connected) => {}
            other => return Err(format!("{other:?}")),
        }
    }
    Ok(times)
}

/// How late each of a thousand updates a second is.
pub(crate) fn latency(quick: bool) -> Outcome<()> {
    let count = if quick { 200 } else { 10_000 };
    let frames = Arc::new(Frames::updates(count));
    let one = Builder::new_current_thread().enable_all().build()?;
    let two = two_threads()?;
    println!("| 1,000 updates a second, {count} of them, µs | median | p90 | p99 | most |");
    println!("| --- | --- | --- | --- | --- |");
    for (name, runtime) in [("one thread", &one), ("two threads", &two)] {
        let feed = Feed::start()?;
        let bare = Bare::connect(runtime, &feed)?.timed(count);
        let late = paced(runtime, &feed, &frames, bare)?;
        println!("| floor, {name} {late}");
        let stream = connect(runtime, &feed, "http://127.0.0.1:9", false)?;
        let late = paced(runtime, &feed, &frames, timed(stream, count))?;
        println!("| ours, {name} {late}");
    }
    Ok(())
}

/// Sends one each millisecond. The cells of a row.
fn paced(
    runtime: &Runtime,
    feed: &Feed,
    frames: &Arc<Frames>,
    consumer: impl Future<Output = Result<Vec<Instant>, String>> + Send + 'static,
) -> Outcome<String> {
    let consumer = runtime.spawn(consumer);
    feed.send(frames, Some(Duration::from_millis(1)));
    let times = runtime.block_on(consumer)??;
    let sent = feed.sent().ok_or("the connection broke")?;
    let late = times.iter().zip(&sent.at);
    let late = late.map(|(taken, sent)| taken.saturating_duration_since(*sent));
    let mut late: Vec<f64> = late.map(|late| late.as_secs_f64() * 1e6).collect();
    late.sort_by(f64::total_cmp);
    let part = |hundredths: usize| late.get(late.len() * hundredths / 100);
    let part = |hundredths| part(hundredths).copied().unwrap_or(f64::NAN);
    let most = late.last().copied().unwrap_or(f64::NAN);
    let (half, most_of, nearly) = (part(50), part(90), part(99));
    Ok(format!(
        "| {half:.0} | {most_of:.0} | {nearly:.0} | {most:.0} |"
    ))
}
