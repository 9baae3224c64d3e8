//! The simulator under load: `cargo run --release -p alpaca-trading-sim --example load`.
//!
//! Prints a Markdown table of what was aimed at and what was measured, at full size. With the names of rows
//! as arguments (`start`, `day`, `http`, `memory`) only these are run.

use std::error::Error;
use std::time::{Duration, Instant};

use alpaca_trading_sim::Simulator;
use alpaca_trading_sim::market::prices::{PriceSource, Tick};
use alpaca_trading_sim::market::{Asset, AssetIx, Quote, Universe};
use chrono::{DateTime, TimeDelta, Utc};
use rust_decimal::{Decimal, dec};
use tokio::runtime::{Builder, Runtime};

type Outcome<T> = Result<T, Box<dyn Error + Send + Sync>>;

const SYMBOLS: u32 = 500;
/// The seconds of a trading day, from 9:30 to 16:00.
const SECONDS: i64 = 23_400;
const ORDERS: u32 = 10_000;

/// The opening of Monday, 5 January 2026.
const OPEN: DateTime<Utc> = match DateTime::from_timestamp(1_767_623_400, 0) {
    Some(open) => open,
    None => DateTime::UNIX_EPOCH,
};

/// A quote a second of each asset: prices in cents that step at random, within ten dollars of 100.
#[derive(Clone)]
struct Seconds {
    cents: Vec<i64>,
    asset: usize,
    at: DateTime<Utc>,
    until: DateTime<Utc>,
    random: fastrand::Rng,
}

impl Seconds {
    fn new() -> Self {
        Self {
            cents: (0..SYMBOLS).map(|_| 10_000).collect(),
            asset: 0,
            at: OPEN,
            until: OPEN + TimeDelta::seconds(SECONDS),
            random: fastrand::Rng::with_seed(5),
        }
    }
}

impl PriceSource for Seconds {
    fn peek(&self) -> Option<DateTime<Utc>> {
        (self.at < self.until).then_some(self.at)
    }

    fn next(&mut self) -> Option<Tick> {
        let at = self.peek()?;
        let asset = AssetIx(u32::try_from(self.asset).ok()?);
        let cents = self.cents.get_mut(self.asset)?;
        *cents = (*cents + self.random.i64(-3..=3)).clamp(9_000, 11_000);
        let quote = Quote {
            bid: Decimal::new(*cents - 1, 2),
            ask: Decimal::new(*cents + 1, 2),
            last: Decimal::new(*cents, 2),
            volume: None,
        };
        self.asset += 1;
        if self.asset == self.cents.len() {
            self.asset = 0;
            self.at += TimeDelta::seconds(1);
        }
        Some(Tick { at, asset, quote })
    }

    fn boxed_clone(&self) -> Box<dyn PriceSource> {
        Box::new(self.clone())
    }
}

fn symbol(index: u32) -> String {
    format!("SYM{index}")
}

fn universe() -> Outcome<Universe> {
    let assets = (0..SYMBOLS).map(|index| {
        let symbol = symbol(index);
        Asset::equity(&symbol, &symbol, "NASDAQ", dec!(100))
    });
    Ok(Universe::new(assets.collect())?)
}

fn order(symbol: &str, side: &str, qty: u32, more: &str) -> String {
    format!(r#"{{"symbol":"{symbol}","side":"{side}","qty":"{qty}","time_in_force":"gtc",{more}}}"#)
}

const MARKET: &str = r#""type":"market""#;

fn submit(simulator: &Simulator, order: String) -> Outcome<()> {
    match simulator.call("POST", "/v2/orders", order) {
        (200, _) => Ok(()),
        (status, body) => Err(format!("an order was refused: {status} {body}").into()),
    }
}

fn one_thread() -> Outcome<Runtime> {
    Ok(Builder::new_current_thread().enable_all().build()?)
}

/// One row of the table.
fn row(what: &str, aim: &str, measured: &str) {
    println!("| {what} | {aim} | {measured} |");
}

fn millis(time: Duration) -> String {
    format!("{:.1} ms", time.as_secs_f64() * 1e3)
}

/// From the call that starts it to the first answer over HTTP.
fn start() -> Outcome<()> {
    let runtime = one_thread()?;
    // The client's own setting up is not the simulator's.
    let http = client()?;
    let mut times = Vec::new();
    for _ in 0..21 {
        let began = Instant::now();
        runtime.block_on(async {
            let simulator = Simulator::builder().start().await?;
            let url = format!("{}/v2/account", simulator.base_url());
            http.get(url)
                .send()
                .await?
                .error_for_status()?
                .bytes()
                .await?;
            times.push(began.elapsed());
            Outcome::Ok(())
        })?;
    }
    let first = times.first().copied().unwrap_or_default();
    times.sort_unstable();
    let median = times.get(times.len() / 2).copied().unwrap_or_default();
    row(
        "start to first answer, the first in a process",
        "50 ms",
        &millis(first),
    );
    row(
        "start to first answer, later ones (median of 21)",
        "50 ms",
        &millis(median),
    );
    Ok(())
}

/// A trading day: every symbol is held, and has a limit and a stop order that rest all day.
fn day() -> Outcome<()> {
    let began = Instant::now();
    let mut source = Seconds::new();
    let mut quotes = 0_u64;
    while let Some(tick) = source.next() {
        quotes += u64::from(std::hint::black_box(tick).asset.0 < SYMBOLS);
    }
    let floor = began.elapsed();

    let runtime = one_thread()?;
    let simulator = runtime.block_on(
        Simulator::builder()
            .universe(universe()?)
            .cash(dec!(10000000))
            .start_at(OPEN)
            .start(),
    )?;
    for index in 0..SYMBOLS {
        submit(&simulator, order(&symbol(index), "buy", 1, MARKET))?;
        submit(&simulator, order(&symbol(index), "buy", 1, MARKET))?;
    }
    for index in 0..SYMBOLS {
        let limit = r#""type":"limit","limit_price":"150""#;
        let stop = r#""type":"stop","stop_price":"50""#;
        submit(&simulator, order(&symbol(index), "sell", 1, limit))?;
        submit(&simulator, order(&symbol(index), "sell", 1, stop))?;
    }
    let open = |simulator: &Simulator| {
        simulator.look(|world| world.all_orders().filter(|order| order.is_open()).count())
    };
    let resting = open(&simulator);
    simulator.market().play(Seconds {
        // What came before now is left out: the orders took a part of the first second.
        at: OPEN + TimeDelta::seconds(1),
        until: OPEN + TimeDelta::seconds(SECONDS + 1),
        ..Seconds::new()
    });
    let began = Instant::now();
    simulator
        .clock()
        .run_until(OPEN + TimeDelta::seconds(SECONDS + 1));
    let took = began.elapsed();
    if resting != 1_000 || open(&simulator) != resting {
        return Err(format!("{resting} orders rested, {} do", open(&simulator)).into());
    }
    row(
        &format!("a trading day: {quotes} quotes of {SYMBOLS} symbols, {resting} resting orders"),
        "20 s",
        &format!(
            "{:.2} s, {:.0} ns a quote (the source alone {:.2} s)",
            took.as_secs_f64(),
            took.as_secs_f64() * 1e9 / quotes as f64,
            floor.as_secs_f64()
        ),
    );
    Ok(())
}

fn client() -> Outcome<reqwest::Client> {
    // Built with the crate's own client, reqwest has cryptography, and that has to be told which: making the
    // other client first does so.
    #[cfg(feature = "client")]
    alpaca_trading::Client::builder()
        .base_url("http://127.0.0.1:1")
        .key_pair("PKSIMULATOR", "simulator")
        .build()?;
    let mut headers = reqwest::header::HeaderMap::new();
    for (name, value) in [
        ("apca-api-key-id", "PKSIMULATOR"),
        ("apca-api-secret-key", "simulator"),
    ] {
        headers.insert(name, reqwest::header::HeaderValue::from_static(value));
    }
    Ok(reqwest::Client::builder()
        .no_proxy()
        .default_headers(headers)
        .build()?)
}

/// Orders over HTTP, each connection with a symbol of its own that it buys and sells by turns.
fn http(connections: u32) -> Outcome<()> {
    let runtime = Builder::new_multi_thread()
        .worker_threads(2)
        .enable_all()
        .build()?;
    let each = ORDERS / connections;
    let (took, filled) = runtime.block_on(async {
        let simulator = Simulator::builder().universe(universe()?).start().await?;
        let url = format!("{}/v2/orders", simulator.base_url());
        let began = Instant::now();
        let tasks: Vec<_> = (0..connections)
            .map(|connection| tokio::spawn(trade(url.clone(), connection, each)))
            .collect();
        for task in tasks {
            task.await??;
        }
        // What the last requests have set off happens with the next one.
        simulator.call("GET", "/v2/account", "");
        let took = began.elapsed();
        let filled = simulator.look(|world| {
            let filled = world
                .all_orders()
                .filter(|order| order.status.as_str() == "filled");
            filled.count()
        });
        Outcome::Ok((took, filled))
    })?;
    if filled != usize::try_from(ORDERS)? {
        return Err(format!("{filled} orders were filled").into());
    }
    row(
        &format!(
            "{filled} orders submitted and filled over HTTP, connections kept alive: {connections}"
        ),
        "5 s",
        &format!(
            "{:.2} s, {:.0} µs an order, its client included",
            took.as_secs_f64(),
            took.as_secs_f64() * 1e6 / f64::from(ORDERS)
        ),
    );
    Ok(())
}

async fn trade(url: String, connection: u32, orders: u32) -> Outcome<()> {
    // A client of its own has a connection of its own.
    let (http, symbol) = (client()?, symbol(connection));
    for index in 0..orders {
        let side = if index.is_multiple_of(2) {
            "buy"
        } else {
            "sell"
        };
        let answer = http
            .post(&url)
            .header("content-type", "application/json")
            .body(order(&symbol, side, 1, MARKET))
            .send()
            .await?;
        let (status, body) = (answer.status(), answer.bytes().await?);
        if status != 200 {
            return Err(format!("{status} {}", String::from_utf8_lossy(&body)).into());
        }
    }
    Ok(())
}

/// What closed orders leave behind: themselves, their events, their activities, and all indices.
/// The simulator is handed back: let go of, its memory would be taken again by the next.
fn memory(
    what: &str,
    act: impl Fn(&Simulator, u32) -> Outcome<()>,
) -> Outcome<(Runtime, Simulator)> {
    let runtime = one_thread()?;
    let simulator = runtime.block_on(Simulator::builder().universe(universe()?).start())?;
    let (mut outcome, before) = (Ok(()), resident());
    let counted = allocation_counter::measure(|| {
        outcome = (0..ORDERS).try_for_each(|index| act(&simulator, index));
        // What the last request has set off happens with the next one.
        simulator.call("GET", "/v2/clock", "");
    });
    outcome?;
    let (events, closed) = simulator.look(|world| {
        let accounts = world.accounts().iter();
        let events: usize = accounts.map(|account| account.events().all().len()).sum();
        let closed = world.all_orders().filter(|order| !order.is_open()).count();
        (events, closed)
    });
    if closed != usize::try_from(ORDERS)? {
        return Err(format!("{closed} orders were closed").into());
    }
    let each = |bytes: f64| bytes / closed as f64;
    let resident = match (before, resident()) {
        (Some(before), Some(after)) => {
            let grown = each((after - before) * 1024.0);
            format!(", {grown:.0} of resident memory")
        }
        _ => String::new(),
    };
    row(
        &format!(
            "memory of a closed order: {closed} {what}, with {} events each",
            each(events as f64)
        ),
        "2,000 bytes",
        &format!(
            "{:.0} bytes allocated{resident}",
            each(counted.bytes_current as f64)
        ),
    );
    Ok((runtime, simulator))
}

fn filled(simulator: &Simulator, index: u32) -> Outcome<()> {
    let side = if index.is_multiple_of(2) {
        "buy"
    } else {
        "sell"
    };
    submit(simulator, order(&symbol(7), side, 1, MARKET))
}

fn canceled(simulator: &Simulator, _: u32) -> Outcome<()> {
    let limit = r#""type":"limit","limit_price":"50""#;
    submit(simulator, order(&symbol(7), "buy", 1, limit))?;
    match simulator.call("DELETE", "/v2/orders", "") {
        (207, _) => Ok(()),
        (status, body) => Err(format!("orders were not canceled: {status} {body}").into()),
    }
}

/// How much memory the process holds, in KiB, where the system tells.
fn resident() -> Option<f64> {
    let status = std::fs::read_to_string("/proc/self/status").ok()?;
    let line = status
        .lines()
        .find_map(|line| line.strip_prefix("VmRSS:"))?;
    line.trim().strip_suffix("kB")?.trim().parse().ok()
}

fn main() -> Outcome<()> {
    let wanted: Vec<String> = std::env::args().skip(1).collect();
    let run = |name: &str| wanted.is_empty() || wanted.iter().any(|wanted| wanted == name);
    println!("| what | aim | measured |");
    println!("| --- | --- | --- |");
    // First, while nothing is warm.
    if run("start") {
        start()?;
    }
    if run("memory") {
        let of_filled = memory("filled", filled)?;
        memory("canceled", canceled)?;
        drop(of_filled);
    }
    if run("day") {
        day()?;
    }
    if run("http") {
        for connections in [1, 2, 4] {
            http(connections)?;
        }
    }
    Ok(())
}
