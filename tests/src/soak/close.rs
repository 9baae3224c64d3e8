//! Closings: the positions of several symbols, in rounds. In each round a position is closed in whole
//! or in part; or two parts of it at once; or while an order of the same program sells it as well.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use alpaca_trading::orders::{Order, OrderRequest, Quantity};
use alpaca_trading::{Client, Decimal, Error, Outcome, Side};
use chrono::TimeDelta;
use tokio::task::JoinSet;
use tokio::time::sleep;

use super::scene::{Scene, by_virtual_clock};
use super::{Part, Plan, Tally, Way, violation};
use crate::service::{self, Random};

/// The symbols that are held.
const SYMBOLS: [&str; 6] = ["AAPL", "MSFT", "SPY", "BRK.B", "BTC/USD", "ETH/USD"];

/// How many units are held of each at the beginning of a round.
const HELD: Decimal = Decimal::ONE_THOUSAND;

/// How far the service's clock moves from round to round, so that no order of one round can be taken
/// for that of another.
const ROUND: TimeDelta = TimeDelta::seconds(10);

/// What is done with a position. Each results in an order of another quantity, by which it is known in
/// the book.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Act {
    Close(Part),
    /// An order of the same program sells this many units.
    Sell(Decimal),
}

impl Act {
    /// What is done with one symbol in one round, all of it at the same time.
    fn draw(random: &mut Random) -> Vec<Self> {
        let whole = Self::Close(Part::Whole);
        let half = Self::Close(Part::Half);
        let one = Self::Close(Part::Quantity(Decimal::from(30)));
        let other = Self::Close(Part::Quantity(Decimal::from(40)));
        let sell = Self::Sell(Decimal::from(70));
        match random.below(10) {
            0 | 1 => vec![whole],
            2 => vec![half],
            3 => vec![one],
            4 => vec![one, other],
            5 => vec![one, one],
            6 => vec![half, one],
            7 => vec![half, sell],
            8 => vec![one, sell],
            _ => vec![one, other, sell],
        }
    }

    /// The quantity of the order that results.
    fn quantity(self) -> Decimal {
        match self {
            Self::Close(Part::Whole) => HELD,
            Self::Close(Part::Half) => HELD / Decimal::TWO,
            Self::Close(Part::Quantity(units)) | Self::Sell(units) => units,
        }
    }

    async fn perform(self, way: Way, client: Client, symbol: &'static str) -> Result<Order, Error> {
        match self {
            Self::Close(part) => (way.close)(client, symbol, part).await,
            Self::Sell(units) => {
                let quantity = Quantity::coins(units);
                let request = OrderRequest::market(symbol, Side::Sell, quantity);
                (way.submit)(client, request).await
            }
        }
    }
}

/// Makes so many closings or a few more, and looks into the book.
///
/// # Panics
///
/// When the service of the tests is broken.
#[must_use]
pub fn closings(plan: &Plan, count: usize, way: Way) -> Tally {
    let started = std::time::Instant::now();
    let mut tally = by_virtual_clock(run(plan, count, way));
    tally.wall = started.elapsed();
    tally
}

async fn run(plan: &Plan, count: usize, way: Way) -> Tally {
    let scene = Scene::open(plan).await;
    let mut random = Random::new(plan.seed);
    let mut tally = Tally::default();
    while tally.calls < count {
        let client = begin_round(&scene, tally.calls as u64).await;
        let before = scene.book().orders().len();
        let mut tasks = JoinSet::new();
        for symbol in SYMBOLS
            .into_iter()
            .take(plan.concurrency.clamp(1, SYMBOLS.len()))
        {
            for act in Act::draw(&mut random) {
                let wait = Duration::from_millis(random.below(300));
                let client = client.clone();
                tasks.spawn(async move {
                    sleep(wait).await;
                    (symbol, act, act.perform(way, client, symbol).await)
                });
            }
        }
        let mut groups: BTreeMap<(&str, Act), Vec<Result<Order, Error>>> = BTreeMap::new();
        for (symbol, act, result) in tasks.join_all().await {
            groups.entry((symbol, act)).or_default().push(result);
        }
        scene.heal().await;
        let placed = scene.book().orders().split_off(before);
        let asked = groups.keys();
        let asked = asked.map(|(symbol, act)| orders(&placed, symbol, *act).len());
        if asked.sum::<usize>() != placed.len() {
            let what = format!("nobody asked for one of {placed:?}");
            tally
                .violations
                .push(violation("close", plan, tally.calls, what));
        }
        for ((symbol, act), calls) in groups {
            let judge = Judge {
                scene: &scene,
                client: &client,
                ids: orders(&placed, symbol, act),
                what: format!("{act:?} of {symbol}"),
            };
            judge.judge(calls, &mut tally).await;
        }
    }
    tally.requests = scene.requests();
    tally.faults = scene.faults();
    tally
}

/// Fills the positions up and starts the program anew, which learns what time it is at the service.
///
/// The time of this machine stands still by comparison. A program that went on would see all rounds at
/// once, and would rightly not tell a closing from one of the round before whose answer was lost.
async fn begin_round(scene: &Scene, number: u64) -> Client {
    let book = scene.book();
    for order in book.orders().iter().filter(|order| !order.is_final()) {
        book.set_status(&order.id, "canceled");
    }
    for symbol in SYMBOLS {
        book.set_position(symbol, HELD, Decimal::TEN);
    }
    book.set_now(book.now() + ROUND);
    let client = scene.client(number);
    let asked = client.positions().list().await;
    asked.expect("nothing goes wrong between two rounds");
    scene.spoil();
    client
}

/// The orders among these that this act has placed, once or several times.
fn orders(placed: &[service::Order], symbol: &str, act: Act) -> Vec<String> {
    let same =
        |order: &&service::Order| order.symbol == symbol && order.qty == Some(act.quantity());
    let orders = placed.iter().filter(same);
    orders.map(|order| order.id.clone()).collect()
}

/// Compares what calls of the same kind in one round say with what the book has.
struct Judge<'a> {
    scene: &'a Scene,
    client: &'a Client,
    /// The orders that they have placed.
    ids: Vec<String>,
    /// What they are.
    what: String,
}

impl Judge<'_> {
    async fn judge(&self, calls: Vec<Result<Order, Error>>, tally: &mut Tally) {
        let number = tally.calls;
        let count = calls.len();
        let mut claimed = BTreeSet::new();
        let mut unsettled = 0;
        let mut wrong = Vec::new();
        for result in calls {
            tally.count(&result);
            let order = match result {
                Ok(order) => Some(order),
                Err(error) if error.outcome() != Outcome::Unknown => None,
                Err(error) => match self.resolve(&error).await {
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
                if !self.ids.contains(&id) {
                    wrong.push(format!("returned {id}, placed {:?}", self.ids));
                }
                if !claimed.insert(id) {
                    wrong.push(format!("{} was returned by two calls", order.id));
                }
            }
        }
        if self.ids.len() > count {
            tally.duplicates += self.ids.len() - count;
            wrong.push(format!("{count} calls placed {:?}", self.ids));
        }
        if self.ids.len() > claimed.len() + unsettled {
            let ids = &self.ids;
            wrong.push(format!(
                "placed {ids:?}, and {claimed:?} were returned or resolved"
            ));
        }
        for wrong in wrong {
            let wrong = format!("{}: {wrong}", self.what);
            tally
                .violations
                .push(violation("close", &self.scene.plan, number, wrong));
        }
    }

    /// What became of a call whose outcome is not known. That it cannot be told from another one, and
    /// that this is said, is no fault.
    async fn resolve(&self, error: &Error) -> Result<Option<Order>, Option<String>> {
        let unresolved = error.unresolved();
        let none = || Some(format!("nothing to ask for is in the error: {error}"));
        let unresolved = unresolved.ok_or_else(none)?;
        self.scene
            .settle(self.client, unresolved)
            .await
            .map_err(|error| {
                (!error.is_unresolved())
                    .then(|| format!("a healthy service does not tell: {error}"))
            })
    }
}
