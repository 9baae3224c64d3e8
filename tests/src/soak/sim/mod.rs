//! Submissions, replacements and closings through the simulator and its faults, which is another service than the
//! book of these tests: it checks, fills and expires what it is sent.
//!
//! It goes in rounds. In each round every symbol belongs to one call, or to two that replace the same order at
//! once, so that what is new in the symbol after the round is of that call.

mod scene;

use std::collections::BTreeSet;
use std::time::Duration;

use alpaca_trading::orders::{
    Order, OrderRequest, Quantity, ReplaceRequest, StopLoss, TakeProfit, Trail,
};
use alpaca_trading::{Client, Decimal, Error, Outcome, Side, TimeInForce, Uuid};
use serde_json::{Value, json};
use tokio::task::JoinSet;
use tokio::time::sleep;

use super::scene::by_virtual_clock;
use super::{Part, Plan, Tally, Way, violation};
use crate::service::Random;
use scene::Scene;

/// Cheap to dear, and coins.
const SYMBOLS: [&str; 8] = [
    "F", "AAPL", "SPY", "BRK.B", "NIO", "MSFT", "BTC/USD", "ETH/USD",
];

/// How many units are held of each before a position is closed; of coins, a hundredth of that, since no order
/// for them may be greater than 200,000 dollars.
const HELD: Decimal = Decimal::ONE_HUNDRED;

/// How often an outcome is asked for.
const PATIENCE: usize = 20;

/// What is done with a symbol in a round.
enum Act {
    Submit(Box<OrderRequest>),
    /// The same order is replaced by each of these.
    Replace(Uuid, Vec<ReplaceRequest>),
    Close(Part),
}

/// A call of a round and what came of it.
struct Call {
    symbol: &'static str,
    what: String,
    result: Result<Order, Error>,
}

/// Makes so many calls or a few more, and looks into the world.
///
/// # Panics
///
/// When the simulator cannot be started.
#[must_use]
pub fn simulated(plan: &Plan, count: usize, way: Way) -> Tally {
    let started = std::time::Instant::now();
    let mut tally = by_virtual_clock(run(plan, count, way));
    tally.wall = started.elapsed();
    tally
}

async fn run(plan: &Plan, count: usize, way: Way) -> Tally {
    let mut scene = Scene::open(plan).await;
    let mut random = Random::new(plan.seed ^ 0x0051_0051);
    let mut tally = Tally::default();
    let mut round = 0;
    while tally.calls < count {
        round += 1;
        play_round(&mut scene, &mut random, round, way, &mut tally).await;
    }
    if let Err(what) = scene
        .simulator
        .look(|world| world.audit().and_then(|()| world.audit_events()))
    {
        tally
            .violations
            .push(violation("sim", plan, tally.calls, what));
    }
    tally.requests = scene.requests();
    tally.faults = scene.faults();
    tally.resent = scene.resent();
    tally
}

async fn play_round(
    scene: &mut Scene,
    random: &mut Random,
    round: u64,
    way: Way,
    tally: &mut Tally,
) {
    let symbols = scene.plan.concurrency.clamp(1, SYMBOLS.len());
    let mut acts = Vec::new();
    for symbol in SYMBOLS.into_iter().take(symbols) {
        acts.push((symbol, draw(scene, random, symbol, round)));
    }
    let client = scene.begin(round).await;
    let before: BTreeSet<String> = SYMBOLS
        .iter()
        .flat_map(|symbol| ids(scene, symbol))
        .collect();
    scene.spoil();
    let mut tasks = JoinSet::new();
    for (symbol, act) in acts {
        match act {
            Act::Submit(request) => {
                let (client, wait) = (client.clone(), random.below(300));
                tasks.spawn(async move {
                    sleep(Duration::from_millis(wait)).await;
                    let what = format!("submit {symbol}");
                    let result = (way.submit)(client, *request).await;
                    Call {
                        symbol,
                        what,
                        result,
                    }
                });
            }
            Act::Replace(order, changes) => {
                for change in changes {
                    let (client, wait) = (client.clone(), random.below(300));
                    tasks.spawn(async move {
                        sleep(Duration::from_millis(wait)).await;
                        let what = format!("replace {order} of {symbol}");
                        let result = (way.replace)(client, order, change).await;
                        Call {
                            symbol,
                            what,
                            result,
                        }
                    });
                }
            }
            Act::Close(part) => {
                let (client, wait) = (client.clone(), random.below(300));
                tasks.spawn(async move {
                    sleep(Duration::from_millis(wait)).await;
                    let what = format!("close {part:?} of {symbol}");
                    let result = (way.close)(client, symbol, part).await;
                    Call {
                        symbol,
                        what,
                        result,
                    }
                });
            }
        }
    }
    let calls = tasks.join_all().await;
    // At this very moment, before anything that is late can arrive.
    let mut early: BTreeSet<String> = BTreeSet::new();
    for symbol in SYMBOLS {
        early.extend(ids(scene, symbol).difference(&before).cloned());
    }
    scene.heal().await;
    for symbol in SYMBOLS {
        let of_symbol: Vec<_> = calls.iter().filter(|call| call.symbol == symbol).collect();
        let placed: BTreeSet<String> = ids(scene, symbol).difference(&before).cloned().collect();
        let judge = Judge {
            scene,
            client: &client,
            placed,
            early: &early,
        };
        judge.judge(symbol, &of_symbol, tally).await;
    }
}

/// The ids of the orders in a symbol that are anything: a replacement that was refused by the venue is none.
fn ids(scene: &Scene, symbol: &str) -> BTreeSet<String> {
    let orders = scene.orders(symbol).into_iter();
    let id = |order: Value| order["id"].as_str().expect("an id").to_owned();
    orders
        .filter(|order| order["status"] != "rejected")
        .map(id)
        .collect()
}

/// What is done with a symbol; what it needs is prepared.
fn draw(scene: &Scene, random: &mut Random, symbol: &'static str, round: u64) -> Act {
    match random.below(5) {
        0 | 1 => Act::Submit(Box::new(order(scene, random, symbol, round))),
        2 | 3 => {
            scene.prepare(symbol, scaled(symbol, Decimal::ONE));
            let (tif, price) = (if symbol.contains('/') { "gtc" } else { "day" }, "5");
            let body = json!({
                "symbol": symbol, "qty": "10", "side": "buy", "type": "limit", "time_in_force": tif,
                "limit_price": price,
            });
            let (status, order) = scene.call("POST", "/v2/orders", &body);
            assert_eq!(status, 200, "{order}");
            let id = order["id"]
                .as_str()
                .and_then(|id| id.parse().ok())
                .expect("an id");
            let calls = 1 + usize::from(random.below(4) == 0);
            let changes = (0..calls).map(|number| {
                let units = Decimal::from(11 + random.below(50));
                let change = ReplaceRequest::new()
                    .quantity(units)
                    .limit_price(Decimal::from(6));
                match random.below(2) {
                    0 => change.client_order_id(format!("change {symbol}/{round}/{number}")),
                    _ => change,
                }
            });
            Act::Replace(id, changes.collect())
        }
        _ => {
            scene.prepare(symbol, scaled(symbol, HELD));
            Act::Close(match random.below(3) {
                0 => Part::Whole,
                1 => Part::Half,
                _ => Part::Quantity(scaled(symbol, Decimal::from(1 + random.below(90)))),
            })
        }
    }
}

fn scaled(symbol: &str, units: Decimal) -> Decimal {
    match symbol.contains('/') {
        true => units / Decimal::ONE_HUNDRED,
        false => units,
    }
}

/// An order that buys, so that none is refused for what others of the run do, and now and then one that is
/// refused for what it is.
fn order(scene: &Scene, random: &mut Random, symbol: &'static str, round: u64) -> OrderRequest {
    scene.prepare(symbol, scaled(symbol, Decimal::ONE));
    let units = Quantity::shares(scaled(symbol, Decimal::from(10 + random.below(90))));
    let price = scene
        .simulator
        .market()
        .quote(symbol)
        .expect("a quote")
        .last
        .floor();
    let far = |percent: u32| (price * Decimal::from(percent) / Decimal::ONE_HUNDRED).floor();
    let crypto = symbol.contains('/');
    let request = match random.below(9) {
        0 | 1 => OrderRequest::limit(symbol, Side::Buy, units, far(50)),
        2 => OrderRequest::market(symbol, Side::Buy, Quantity::notional(Decimal::from(500))),
        3 if !crypto => OrderRequest::limit(symbol, Side::Buy, units, far(80))
            .time_in_force(TimeInForce::Gtc)
            .bracket(TakeProfit::limit(far(200)), StopLoss::stop(far(40))),
        4 if !crypto => OrderRequest::stop(symbol, Side::Buy, units, far(300)),
        5 if !crypto => {
            OrderRequest::trailing_stop(symbol, Side::Buy, units, Trail::percent(Decimal::TEN))
        }
        6 => {
            let wrong = OrderRequest::market(symbol, Side::Buy, units);
            wrong
                .time_in_force(TimeInForce::from("tomorrow"))
                .unchecked()
        }
        7 => OrderRequest::limit(symbol, Side::Buy, units, Decimal::ZERO),
        _ if crypto => {
            OrderRequest::market(symbol, Side::Buy, Quantity::notional(Decimal::from(700)))
        }
        _ => OrderRequest::market(symbol, Side::Buy, units),
    };
    match random.below(3) {
        0 => request.client_order_id(format!("sim {symbol}&round={round}+50%/ü#?")),
        _ => request,
    }
}

/// Compares what the calls in one symbol say with what is new in the world.
struct Judge<'a> {
    scene: &'a Scene,
    client: &'a Client,
    /// What is new in the symbol.
    placed: BTreeSet<String>,
    /// What was new in any symbol when the last call had ended.
    early: &'a BTreeSet<String>,
}

impl Judge<'_> {
    async fn judge(&self, symbol: &str, calls: &[&Call], tally: &mut Tally) {
        let mut wrong = Vec::new();
        let mut claimed = BTreeSet::new();
        let mut unsettled = 0;
        for call in calls {
            tally.count(&call.result);
            let order = match &call.result {
                Ok(order) => Some(order.clone()),
                Err(error) if error.outcome() != Outcome::Unknown => None,
                Err(error) => match self.resolve(error).await {
                    Ok(found) => {
                        tally.settle(Some(found.is_some()));
                        found
                    }
                    Err(reason) => {
                        tally.settle(None);
                        unsettled += 1;
                        wrong.extend(reason);
                        None
                    }
                },
            };
            if let Some(order) = order {
                let id = order.id.to_string();
                if !self.placed.contains(&id) {
                    wrong.push(format!(
                        "{}: {id} is not among {:?}",
                        call.what, self.placed
                    ));
                }
                if call.result.is_ok() && !self.early.contains(&id) {
                    wrong.push(format!(
                        "{}: {id} came only after it was returned",
                        call.what
                    ));
                }
                if !claimed.insert(id) {
                    wrong.push(format!("{}: {} belongs to two calls", call.what, order.id));
                }
            }
        }
        // Of two replacements of one order, one must lose.
        let most = calls.len().min(1);
        if self.placed.len() > most {
            tally.duplicates += self.placed.len() - most;
            wrong.push(format!("{} calls placed {:?}", calls.len(), self.placed));
        }
        if self.placed.len() > claimed.len() + unsettled {
            let told: Vec<_> = calls
                .iter()
                .map(|call| format!("{}: {:?}", call.what, call.result))
                .collect();
            let placed = &self.placed;
            wrong.push(format!(
                "{symbol}: {placed:?} were placed, and told of {claimed:?}: {told:?}"
            ));
        }
        for wrong in wrong {
            tally
                .violations
                .push(violation("sim", &self.scene.plan, tally.calls, wrong));
        }
    }

    /// What became of a call whose outcome is not known. That it cannot be told from another one, and that this
    /// is said, is no fault.
    async fn resolve(&self, error: &Error) -> Result<Option<Order>, Option<String>> {
        let unresolved = error.unresolved();
        let none = || Some(format!("nothing to ask for is in the error: {error}"));
        let unresolved = unresolved.ok_or_else(none)?;
        let mut last = None;
        for _ in 0..PATIENCE {
            match self.client.orders().resolve(unresolved).await {
                Ok(found) => return Ok(found),
                Err(error) if error.is_unresolved() => return Err(None),
                Err(error) => last = Some(error),
            }
            sleep(Duration::from_secs(10)).await;
        }
        Err(last.map(|error| format!("a healthy service does not tell: {error}")))
    }
}
