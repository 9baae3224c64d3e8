//! The simulator's own costs: `cargo bench -p benches --bench simulator`.
//!
//! Criterion measures each by itself; where a floor makes sense, it stands in the same group. The table at
//! the end runs the two sides of a ratio in turns, so that what disturbs the machine disturbs both.

use std::collections::HashMap;
use std::error::Error;
use std::hint::black_box;
use std::sync::Mutex;
use std::time::Duration;

use alpaca_trading_sim::Simulator;
use alpaca_trading_sim::market::prices::{PriceSource, Tick};
use alpaca_trading_sim::market::{Asset, AssetIx, Quote, Universe};
use benches::measure::compare;
use chrono::{DateTime, TimeDelta, Utc};
use criterion::{Criterion, Throughput};
use rust_decimal::{Decimal, dec};
use tokio::runtime::{Builder, Runtime};

type Outcome<T> = Result<T, Box<dyn Error>>;

/// How many assets have a quote in each second.
const PLAYED: u32 = 500;
/// Assets that have none.
const SILENT: u32 = 500;

const MARKET: &str = r#""type":"market""#;

/// A quote a second of each of the first assets, for ever.
#[derive(Clone)]
struct Seconds {
    at: DateTime<Utc>,
    asset: u32,
    cents: i64,
}

impl PriceSource for Seconds {
    fn peek(&self) -> Option<DateTime<Utc>> {
        Some(self.at)
    }

    fn next(&mut self) -> Option<Tick> {
        let (at, asset) = (self.at, AssetIx(self.asset));
        self.cents = 10_000 + (self.cents * 31 + 7) % 500;
        self.asset += 1;
        if self.asset == PLAYED {
            self.asset = 0;
            self.at += TimeDelta::seconds(1);
        }
        let quote = Quote {
            bid: Decimal::new(self.cents - 1, 2),
            ask: Decimal::new(self.cents + 1, 2),
            last: Decimal::new(self.cents, 2),
            volume: None,
        };
        Some(Tick { at, asset, quote })
    }

    fn boxed_clone(&self) -> Box<dyn PriceSource> {
        Box::new(self.clone())
    }
}

fn symbol(index: u32) -> String {
    format!("SYM{index}")
}

/// A market with enough assets, in which everything is cheap.
fn simulator(runtime: &Runtime) -> Outcome<Simulator> {
    let assets = (0..PLAYED + SILENT).map(|index| {
        let symbol = symbol(index);
        Asset::equity(&symbol, &symbol, "NASDAQ", dec!(100))
    });
    let builder = Simulator::builder()
        .universe(Universe::new(assets.collect())?)
        .cash(dec!(1000000000));
    Ok(runtime.block_on(builder.start())?)
}

fn order(symbol: &str, side: &str, qty: u32, more: &str) -> String {
    format!(r#"{{"symbol":"{symbol}","side":"{side}","qty":"{qty}","time_in_force":"gtc",{more}}}"#)
}

fn submit(simulator: &Simulator, order: &str) {
    let (status, answer) = simulator.call("POST", "/v2/orders", order);
    assert_eq!(status, 200, "{answer}");
    black_box(answer);
}

/// Holds two of each of these assets, with a limit and a stop order that rest for ever.
fn rest(simulator: &Simulator, assets: std::ops::Range<u32>) {
    for symbol in assets.map(symbol) {
        submit(simulator, &order(&symbol, "buy", 1, MARKET));
        submit(simulator, &order(&symbol, "buy", 1, MARKET));
        let limit = r#""type":"limit","limit_price":"150""#;
        let stop = r#""type":"stop","stop_price":"50""#;
        submit(simulator, &order(&symbol, "sell", 1, limit));
        submit(simulator, &order(&symbol, "sell", 1, stop));
    }
}

fn seconds(at: DateTime<Utc>) -> Seconds {
    Seconds {
        at: at + TimeDelta::seconds(1),
        asset: 0,
        cents: 10_000,
    }
}

/// A second of quotes in the simulator.
fn second(simulator: &Simulator) {
    let now = simulator.clock().advance(TimeDelta::seconds(1));
    // Quotes do not change into those of another session while they are measured.
    black_box(now);
}

/// Quotes that the clock plays. The session is that of the start: the clock is put back when an hour has passed.
struct Played {
    simulator: Simulator,
    start: alpaca_trading_sim::Snapshot,
    passed: u32,
}

impl Played {
    fn new(simulator: Simulator) -> Self {
        let now = simulator.clock().now();
        simulator.market().play(seconds(now));
        Self {
            start: simulator.snapshot(),
            simulator,
            passed: 0,
        }
    }

    fn second(&mut self) {
        if self.passed == 3_600 {
            self.simulator.restore(&self.start);
            self.passed = 0;
        }
        self.passed += 1;
        second(&self.simulator);
    }
}

/// The floor of a quote: a source drained into a list of quotes.
struct Floor {
    source: Seconds,
    quotes: Vec<Option<Quote>>,
}

impl Floor {
    fn new() -> Self {
        Self {
            source: seconds(DateTime::UNIX_EPOCH),
            quotes: (0..PLAYED).map(|_| None).collect(),
        }
    }

    fn second(&mut self) {
        for _ in 0..PLAYED {
            let Some(tick) = self.source.next() else {
                return;
            };
            if let Some(quote) = self.quotes.get_mut(tick.asset.index()) {
                *quote = Some(tick.quote);
            }
        }
        black_box(&mut self.quotes);
    }
}

fn quotes(criterion: &mut Criterion, runtime: &Runtime) -> Outcome<()> {
    let mut group = criterion.benchmark_group("500 quotes played by the clock");
    group.throughput(Throughput::Elements(u64::from(PLAYED)));
    let mut floor = Floor::new();
    group.bench_function("floor: a list", |bencher| bencher.iter(|| floor.second()));
    let mut none = Played::new(simulator(runtime)?);
    group.bench_function("no orders", |bencher| bencher.iter(|| none.second()));
    let mut others = Played::new(with_orders(runtime, PLAYED..PLAYED + SILENT)?);
    group.bench_function("1,000 orders on other symbols", |bencher| {
        bencher.iter(|| others.second());
    });
    let mut resting = Played::new(with_orders(runtime, 0..PLAYED)?);
    group.bench_function("2 resting orders on each symbol", |bencher| {
        bencher.iter(|| resting.second());
    });
    group.finish();
    Ok(())
}

fn with_orders(runtime: &Runtime, assets: std::ops::Range<u32>) -> Outcome<Simulator> {
    let simulator = simulator(runtime)?;
    rest(&simulator, assets);
    Ok(simulator)
}

fn by_hand(criterion: &mut Criterion, runtime: &Runtime) -> Outcome<()> {
    let mut group = criterion.benchmark_group("one quote set by hand");
    let prices = || (dec!(99.99), dec!(100.01), dec!(100));
    let map: Mutex<HashMap<String, Quote>> = Mutex::default();
    group.bench_function("floor: a map behind a lock", |bencher| {
        bencher.iter(|| {
            let (bid, ask, last) = black_box(prices());
            let quote = Quote::new(bid, ask, last);
            if let (Ok(mut map), Ok(quote)) = (map.lock(), quote) {
                match map.get_mut(black_box("SYM7")) {
                    Some(row) => *row = quote,
                    None => drop(map.insert("SYM7".into(), quote)),
                }
            }
        });
    });
    for (name, simulator) in [
        ("no orders", simulator(runtime)?),
        ("2 resting orders", with_orders(runtime, 7..8)?),
        (
            "1,000 orders on other symbols",
            with_orders(runtime, PLAYED..PLAYED + SILENT)?,
        ),
    ] {
        let market = simulator.market();
        group.bench_function(name, |bencher| {
            bencher.iter(|| {
                let (bid, ask, last) = black_box(prices());
                let set = market.set_quote(black_box("SYM7"), bid, ask, last);
                assert_eq!(set, Ok(()));
            });
        });
    }
    group.finish();
    Ok(())
}

/// Buys and sells by turns.
struct Trader {
    simulator: Simulator,
    orders: [String; 2],
    start: alpaca_trading_sim::Snapshot,
    sent: u32,
}

impl Trader {
    fn new(simulator: Simulator) -> Self {
        Self {
            start: simulator.snapshot(),
            simulator,
            orders: ["buy", "sell"].map(|side| order("SYM3", side, 1, MARKET)),
            sent: 0,
        }
    }

    fn order(&mut self) {
        if self.sent == 10_000 {
            self.simulator.restore(&self.start);
            self.sent = 0;
        }
        let [buy, sell] = &self.orders;
        submit(
            &self.simulator,
            if self.sent.is_multiple_of(2) {
                buy
            } else {
                sell
            },
        );
        self.sent += 1;
    }
}

fn orders(criterion: &mut Criterion, runtime: &Runtime) -> Outcome<()> {
    let mut group = criterion.benchmark_group("one order submitted and filled");
    let mut alone = Trader::new(simulator(runtime)?);
    group.bench_function("no others", |bencher| bencher.iter(|| alone.order()));
    let mut among = Trader::new(with_orders(runtime, PLAYED..PLAYED + SILENT)?);
    group.bench_function("among 1,000 open orders and 500 positions", |bencher| {
        bencher.iter(|| among.order());
    });
    group.finish();
    Ok(())
}

fn figures(criterion: &mut Criterion, runtime: &Runtime) -> Outcome<()> {
    let mut group = criterion.benchmark_group("the figures of an account");
    let held: Vec<(Decimal, Decimal)> = (0..PLAYED).map(|_| (dec!(2), dec!(100.01))).collect();
    group.bench_function("floor: the sum of 500 products", |bencher| {
        bencher.iter(|| {
            let values = black_box(&held).iter();
            values.map(|(qty, price)| qty * price).sum::<Decimal>()
        });
    });
    for (name, simulator) in [
        ("nothing held", simulator(runtime)?),
        (
            "500 positions, 1,000 open orders",
            with_orders(runtime, 0..PLAYED)?,
        ),
    ] {
        group.bench_function(name, |bencher| {
            bencher.iter(|| {
                simulator.look(|world| {
                    let accounts = world.accounts().iter();
                    accounts
                        .map(|account| world.figures(account).equity)
                        .sum::<Decimal>()
                })
            });
        });
    }
    group.finish();
    Ok(())
}

/// What a second of quotes costs beside the same with nothing to look at, in turns.
fn ratios(runtime: &Runtime) -> Outcome<()> {
    println!(
        "| 500 quotes: ours beside floor | floor CPU | ours CPU | ratio | floor wall | ours wall | ratio | floor allocations | ours | ratio | spread |"
    );
    println!("| --- | --- | --- | --- | --- | --- | --- | --- | --- | --- | --- |");
    let (mut floor, mut none) = (Floor::new(), Played::new(simulator(runtime)?));
    let rows = compare(
        "no orders beside a list",
        21,
        500,
        &mut || floor.second(),
        &mut || {
            none.second();
        },
    );
    println!("{rows}");
    for (name, assets) in [
        (
            "1,000 orders on other symbols beside none",
            PLAYED..PLAYED + SILENT,
        ),
        ("2 resting orders on each symbol beside none", 0..PLAYED),
    ] {
        let mut ours = Played::new(with_orders(runtime, assets)?);
        let rows = compare(name, 21, 500, &mut || none.second(), &mut || ours.second());
        println!("{rows}");
    }
    Ok(())
}

fn main() -> Outcome<()> {
    let runtime = Builder::new_current_thread().enable_all().build()?;
    let mut criterion = Criterion::default()
        .warm_up_time(Duration::from_secs(1))
        .measurement_time(Duration::from_secs(3))
        .without_plots()
        .configure_from_args();
    quotes(&mut criterion, &runtime)?;
    by_hand(&mut criterion, &runtime)?;
    orders(&mut criterion, &runtime)?;
    figures(&mut criterion, &runtime)?;
    criterion.final_summary();
    // `cargo test --benches` and a filter want no table.
    if std::env::args()
        .skip(1)
        .all(|argument| argument == "--bench")
    {
        ratios(&runtime)?;
    }
    Ok(())
}
