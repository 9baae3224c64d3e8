//! Order updates through wires that break: at the end the consumer's book is the account's, whatever was cut,
//! delayed, repeated, turned round or kept back on the way.

mod book;
mod proxy;
mod trader;

use std::fmt;
use std::ops::AddAssign;
use std::time::{Duration, Instant};

use alpaca_trading::orders::OrderQuery;
use alpaca_trading::resources::activities::ActivityQuery;
use alpaca_trading::stream::{Phase, Reconnect, TradeStream};
use alpaca_trading::types::{AccountActivity, Order, TradingActivities};
use alpaca_trading::{Client, RetryPolicy};
use alpaca_trading_sim::Simulator;
use alpaca_trading_sim::faults::Fault;
use alpaca_trading_sim::fill::Paper;
use alpaca_trading_sim::streams::StreamFault;
use chrono::TimeDelta;

use crate::service::Random;
use book::Book;
use proxy::Proxy;
use trader::Trader;

/// How long the consumer may take to catch up at the end.
const PATIENCE: Duration = Duration::from_secs(20);

/// What came of runs.
#[derive(Clone, Debug, Default)]
pub struct StreamTally {
    /// How many runs.
    pub runs: u64,
    /// How many orders were taken.
    pub orders: u64,
    /// How many updates consumers were told.
    pub updates: u64,
    /// How many fills were among them.
    pub fills: u64,
    /// How many updates were learnt otherwise than as they happened.
    pub missed: u64,
    /// How often a connection was made anew.
    pub reconnects: u64,
    /// How often a connection was cut in the middle of something.
    pub cuts: u64,
    /// How often it was cut before the service had said that it is ready.
    pub early: u64,
    /// How many messages were told again, or came too late.
    pub skipped: u64,
    /// How many items consumers have missed that read too slowly, and learnt of otherwise.
    pub lagged: u64,
    /// What must not be.
    pub violations: Vec<String>,
    /// How long it took.
    pub wall: Duration,
}

impl AddAssign for StreamTally {
    fn add_assign(&mut self, mut other: Self) {
        self.runs += other.runs;
        self.orders += other.orders;
        self.updates += other.updates;
        self.fills += other.fills;
        self.missed += other.missed;
        self.reconnects += other.reconnects;
        self.cuts += other.cuts;
        self.early += other.early;
        self.skipped += other.skipped;
        self.lagged += other.lagged;
        self.violations.append(&mut other.violations);
        self.wall += other.wall;
    }
}

impl fmt::Display for StreamTally {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "{} runs, {} orders, {} updates ({} fills), {} missed and found, {} reconnects ({} cut, {} of them in the handshake), {} skipped, {} lagged, {} violations, {:.1} s",
            self.runs,
            self.orders,
            self.updates,
            self.fills,
            self.missed,
            self.reconnects,
            self.cuts,
            self.early,
            self.skipped,
            self.lagged,
            self.violations.len(),
            self.wall.as_secs_f64()
        )
    }
}

impl StreamTally {
    /// What has to happen in many runs and did not: without it they show nothing.
    #[must_use]
    pub fn shortfalls(&self) -> Vec<String> {
        let happened = [
            ("no fill was told", self.fills),
            ("nothing was missed", self.missed),
            ("no connection was made anew", self.reconnects),
            ("no connection was cut", self.cuts),
            ("no connection was cut in its handshake", self.early),
            ("nothing came twice or too late", self.skipped),
            ("no consumer was too slow", self.lagged),
        ];
        let not = happened.into_iter().filter(|(_, count)| *count == 0);
        not.map(|(what, _)| format!("streams, {} runs: {what}", self.runs))
            .collect()
    }
}

/// Something that is done to the wire.
#[derive(Clone, Debug)]
enum Harm {
    /// The connection is cut after so many bytes, and those that follow it after so many: in the handshake, after
    /// it, in the middle of a frame, while the account is read.
    Cut(Vec<u64>),
    /// The same, while reading the account fails as well.
    CutAndRefuse(Vec<u64>),
    /// The service does something to one of its frames.
    Frame(StreamFault),
    /// The service stops to listen, and begins again later.
    Restart,
}

/// Runs one seed: so many orders, while a consumer listens.
///
/// # Panics
///
/// When the simulator cannot be started.
pub async fn trade_stream(seed: u64, orders: u64) -> StreamTally {
    let started = Instant::now();
    let mut random = Random::new(seed);
    let latency = [0, 0, 20, 700][usize::try_from(random.below(4)).unwrap_or(0)];
    let simulator = Simulator::builder()
        .seed(seed)
        .fill_model(Paper::default())
        .latency(TimeDelta::milliseconds(latency))
        .ping_every(Duration::from_secs(5))
        .cash(100_000_000.into())
        .start()
        .await
        .expect("a simulator");
    let address = simulator.base_url();
    let address = address
        .trim_start_matches("http://")
        .parse()
        .expect("an address");
    let proxy = Proxy::open(address).await;
    let client = simulator.client().expect("a client");
    let quick = client.with_retry(RetryPolicy::default().with_max_attempts(2));
    let mut trader = Trader::new(&simulator, Random::new(seed ^ 0x7e57));
    // Orders that there are before anybody listens.
    for _ in 0..random.below(20) {
        trader.act();
    }
    let policy = Reconnect::default()
        .first(Duration::from_millis(100))
        .longest(Duration::from_millis(100));
    let stream = quick
        .trade_updates()
        .url(proxy.url())
        .reconnect(policy)
        .ping_every(Duration::from_millis(50))
        .silence(Duration::from_millis(300))
        // In half of the runs a consumer that is slow falls behind what is kept for it.
        .buffer([50, 4_096][usize::try_from(seed % 2).unwrap_or(0)])
        // A trailing stop moves without an event.
        .audit_every(Duration::from_secs(1))
        .with_open_orders()
        .connect()
        .await
        .expect("a stream");
    let mut lazy = Listener {
        stream: stream.subscribe(),
        book: Book::default(),
    };
    let mut listener = Listener {
        stream,
        book: Book::default(),
    };
    let closed_before = all_orders(&client).await;
    let mut until_harm = 20 + random.below(200);
    let mut harms = Vec::new();
    let begun = trader.submitted;
    while trader.submitted - begun < orders {
        for _ in 0..1 + random.below(20) {
            trader.act();
        }
        listener.listen().await;
        if random.below(40) == 0 {
            lazy.listen().await;
        }
        if listener.book.updates >= until_harm {
            until_harm = listener.book.updates + 50 + random.below(400);
            let harm = draw(&mut random);
            harms.push(harm.clone());
            do_harm(
                &simulator,
                &proxy,
                &mut trader,
                &mut listener,
                &mut random,
                harm,
            )
            .await;
        }
    }
    simulator.faults().clear();
    proxy.slow_down(0);
    proxy.cut_after([]);
    let mut tally = StreamTally {
        runs: 1,
        orders: trader.submitted,
        ..StreamTally::default()
    };
    // Frames that are kept back come behind others.
    for _ in 0..30 {
        trader.submit();
    }
    for (name, listener) in [("", &mut listener), ("lazy, ", &mut lazy)] {
        let found = listener.catches_up(&client, &closed_before).await;
        let wrong = std::mem::take(&mut listener.book.wrong);
        for what in found.into_iter().chain(wrong).take(5) {
            let violation = format!("streams, seed {seed}: {name}{what} (after {harms:?})");
            tally.violations.push(violation);
        }
    }
    let state = listener.stream.state();
    tally.updates = listener.book.updates;
    tally.fills = listener.book.fills;
    tally.missed = listener.book.missed;
    tally.reconnects = state.reconnects;
    tally.cuts = proxy.cuts();
    tally.early = proxy.early_cuts();
    tally.skipped = state.duplicates + state.superseded;
    tally.lagged = lazy.book.lagged;
    if state.undecodable > 0 {
        tally
            .violations
            .push(format!("streams, seed {seed}: {state:?}"));
    }
    tally.wall = started.elapsed();
    tally
}

/// What is done to the wire this time.
fn draw(random: &mut Random) -> Harm {
    match random.below(12) {
        0..=2 => Harm::Cut(cuts(random, 600)),
        3 => Harm::Cut(cuts(random, 20_000)),
        4..=5 => Harm::CutAndRefuse(cuts(random, 3_000)),
        6 => Harm::Frame(StreamFault::Mute),
        7 => Harm::Frame(StreamFault::Close),
        8 => Harm::Frame(StreamFault::Error),
        9 => Harm::Frame(StreamFault::SlowReader),
        _ => Harm::Restart,
    }
}

/// After how many bytes a connection is cut, and up to three that follow it: about as many as a handshake and what
/// is said while the account is read.
fn cuts(random: &mut Random, first: u64) -> Vec<u64> {
    let mut cuts = vec![random.below(first)];
    for _ in 0..random.below(4) {
        cuts.push(random.below(900));
    }
    cuts
}

async fn do_harm(
    simulator: &Simulator,
    proxy: &Proxy,
    trader: &mut Trader<'_>,
    listener: &mut Listener,
    random: &mut Random,
    harm: Harm,
) {
    let faults = simulator.faults();
    faults.clear();
    proxy.slow_down(if random.below(2) == 0 {
        1 + random.below(25)
    } else {
        0
    });
    // What does not break the connection goes on all the time.
    for (fault, probability) in [
        (StreamFault::Duplicate, 0.05),
        (StreamFault::Reorder, 0.03),
        (
            StreamFault::Delay(1 + usize::try_from(random.below(6)).unwrap_or(0)),
            0.02,
        ),
    ] {
        faults
            .on("trade_updates")
            .probability(probability)
            .stream_fault(fault);
    }
    match harm {
        Harm::Cut(bytes) => proxy.cut_after(bytes),
        Harm::CutAndRefuse(bytes) => {
            let times = 1 + random.below(4);
            faults
                .on("list_orders")
                .times(times)
                .fault(Fault::ResetBefore);
            faults
                .on("list_account_activities")
                .times(times)
                .fault(Fault::page(503));
            proxy.cut_after(bytes);
        }
        Harm::Frame(fault) => {
            faults
                .on("trade_updates")
                .after(random.below(5))
                .times(1)
                .stream_fault(fault);
        }
        Harm::Restart => {
            simulator.stop_listening().await;
            for _ in 0..random.below(30) {
                trader.act();
            }
            listener.listen().await;
            simulator.listen().await.expect("the port again");
        }
    }
    for _ in 0..random.below(30) {
        trader.act();
    }
}

/// A consumer and what it knows.
struct Listener {
    stream: TradeStream,
    book: Book,
}

impl Listener {
    /// Takes what comes, until nothing has come for a moment.
    async fn listen(&mut self) {
        let moment = Duration::from_millis(2);
        while let Ok(Some(item)) = tokio::time::timeout(moment, self.stream.next()).await {
            self.book.take(&item);
        }
    }

    /// Waits until the book is that of the account. What is different still when there is no more patience.
    async fn catches_up(&mut self, client: &Client, before: &[Order]) -> Vec<String> {
        let started = Instant::now();
        loop {
            self.listen().await;
            let state = self.stream.state();
            let healthy = state.phase == Phase::Connected && !state.stale;
            let mut found = match healthy {
                true => self.differences(client, before).await,
                false => vec![format!("the stream did not heal: {state:?}")],
            };
            if found.is_empty() {
                return found;
            }
            if started.elapsed() > PATIENCE {
                found.push(format!("{state:?}"));
                return found;
            }
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    }

    async fn differences(&self, client: &Client, before: &[Order]) -> Vec<String> {
        let old = |order: &Order| {
            before
                .iter()
                .any(|old| old.id == order.id && old.status == order.status)
        };
        let orders: Vec<_> = all_orders(client)
            .await
            .into_iter()
            .filter(|order| !old(order))
            .collect();
        let fills = client
            .activities()
            .list(ActivityQuery::fills())
            .collect()
            .await;
        let fills = fills.expect("the activities").all().expect("fills");
        let fills: Vec<TradingActivities> = fills
            .into_iter()
            .filter_map(|activity| match activity {
                AccountActivity::Trade(fill) => Some(*fill),
                _ => None,
            })
            .filter(|fill| {
                // Those from before the stream.
                let of = before.iter().find(|order| Some(order.id) == fill.order_id);
                of.is_none_or(|order| fill.cum_qty > order.filled_qty)
            })
            .collect();
        self.book.differences(&orders, &fills)
    }
}

async fn all_orders(client: &Client) -> Vec<Order> {
    let all = client
        .orders()
        .list(OrderQuery::all().nested(false))
        .collect()
        .await;
    all.expect("the orders").all().expect("orders")
}
