//! Replacements: chains of orders, each of which takes the place of the one before, many chains at a
//! time; now and then two tasks replace the same order at once.

use std::collections::BTreeMap;
use std::sync::Arc;

use alpaca_trading::orders::{Order, OrderRequest, Quantity, ReplaceRequest};
use alpaca_trading::{Client, Decimal, Error, Outcome, Side, Uuid};
use tokio::task::JoinSet;

use super::scene::{Scene, by_virtual_clock};
use super::{Plan, Tally, Way, violation};
use crate::service::{Book, Random};

/// How many replacements a chain is made of.
const STEPS: usize = 10;

/// The quantity of the first order of every chain; that of a replacement is below.
const FIRST: u64 = 1_000_000;

/// Makes so many replacements, and looks into the book.
///
/// # Panics
///
/// When the service of the tests is broken.
#[must_use]
pub fn replacements(plan: &Plan, count: usize, way: Way) -> Tally {
    let started = std::time::Instant::now();
    let mut tally = by_virtual_clock(run(plan, count, way));
    tally.wall = started.elapsed();
    tally
}

async fn run(plan: &Plan, count: usize, way: Way) -> Tally {
    let scene = Arc::new(Scene::open(plan).await);
    let mut firsts = Vec::new();
    for _ in 0..count.div_ceil(STEPS) {
        let quantity = Quantity::shares(Decimal::from(FIRST));
        let request = OrderRequest::limit("AAPL", Side::Buy, quantity, Decimal::ONE_HUNDRED);
        let order = scene.inquirer().orders().submit(request).await;
        firsts.push(order.expect("nothing goes wrong yet").id);
    }
    scene.spoil();
    let programs = [scene.client(1), scene.client(2)];
    let mut tasks = JoinSet::new();
    let workers = plan.concurrency.min(firsts.len());
    for (worker, client) in (0..workers).zip(programs.into_iter().cycle()) {
        let mut chains = Vec::new();
        for (number, first) in firsts.iter().enumerate().skip(worker).step_by(workers) {
            let numbers = number * STEPS..count.min((number + 1) * STEPS);
            chains.push((*first, numbers));
        }
        let replacer = Replacer {
            scene: Arc::clone(&scene),
            client,
            way,
            random: Random::new(plan.seed.wrapping_add(worker as u64)),
            tally: Tally::default(),
        };
        tasks.spawn(replacer.work(chains));
    }
    let mut tally = Tally::default();
    for part in tasks.join_all().await {
        tally += part;
    }
    tally.requests = scene.requests();
    tally.faults = scene.faults();
    tally.resent = scene.resent();
    scene.heal().await;
    check_book(&scene, count, &mut tally);
    tally
}

/// One task, with the chains that it works on one after the other.
struct Replacer {
    scene: Arc<Scene>,
    client: Client,
    way: Way,
    random: Random,
    tally: Tally,
}

impl Replacer {
    async fn work(mut self, chains: Vec<(Uuid, std::ops::Range<usize>)>) -> Tally {
        for (first, mut numbers) in chains {
            let mut head = first;
            while let Some(number) = numbers.next() {
                let rival = (self.random.below(5) == 0)
                    .then(|| numbers.next())
                    .flatten();
                head = match rival {
                    None => self.step(head, number).await,
                    Some(rival) => self.race(head, number, rival).await,
                };
            }
        }
        self.tally
    }

    /// Replaces an order once. Returns the order that then stands.
    async fn step(&mut self, head: Uuid, number: usize) -> Uuid {
        let change = self.change(number);
        let result = (self.way.replace)(self.client.clone(), head, change).await;
        self.judge(head, number, result).await.unwrap_or(head)
    }

    /// Replaces the same order twice at the same time: one of them must lose.
    async fn race(&mut self, head: Uuid, number: usize, rival: usize) -> Uuid {
        let (one, other) = (self.change(number), self.change(rival));
        let replace = |change| (self.way.replace)(self.client.clone(), head, change);
        let (one, other) = tokio::join!(replace(one), replace(other));
        let one = self.judge(head, number, one).await;
        let other = self.judge(head, rival, other).await;
        if one.is_some() && other.is_some() {
            let what = format!("{head} was replaced twice, by {one:?} and by {other:?}");
            self.violate(rival, what);
        }
        one.or(other).unwrap_or(head)
    }

    fn change(&mut self, number: usize) -> ReplaceRequest {
        let price = Decimal::from(100 + self.random.below(10));
        let change = ReplaceRequest::new()
            .quantity(quantity(number))
            .limit_price(price);
        match self.random.below(2) {
            0 => change.client_order_id(format!("change {}/{number}", self.scene.plan.seed)),
            _ => change,
        }
    }

    /// Compares what a call says with what the book has, and returns the new order, if there is one.
    async fn judge(
        &mut self,
        head: Uuid,
        number: usize,
        result: Result<Order, Error>,
    ) -> Option<Uuid> {
        self.tally.count(&result);
        let order = match result {
            Ok(order) => order,
            Err(error) if error.outcome() != Outcome::Unknown => {
                // Neither now nor later.
                for _ in 0..2 {
                    if placed(self.scene.book(), number) > 0 {
                        self.violate(
                            number,
                            format!("{:?}, and in the book: {error}", error.outcome()),
                        );
                    }
                    self.scene.pause().await;
                }
                return None;
            }
            Err(error) => self.resolve(number, &error).await?,
        };
        let id = order.id.to_string();
        let orders = self.scene.book().orders();
        match orders.iter().find(|known| known.id == id) {
            None => self.violate(number, format!("{id} was returned and is not in the book")),
            Some(known) => {
                let agree = order.replaces == Some(head)
                    && known.replaces == Some(head.to_string())
                    && order.qty == Some(quantity(number))
                    && order.qty == known.qty
                    && order.limit_price == known.limit_price
                    && order.client_order_id == known.client_order_id;
                if !agree {
                    let what = format!("asked to replace {head}, got {order:?}, is {known:?}");
                    self.violate(number, what);
                }
            }
        }
        Some(order.id)
    }

    /// Asks what became of it, after a while and with the service failing as before.
    async fn resolve(&mut self, number: usize, error: &Error) -> Option<Order> {
        let Some(unresolved) = error.unresolved() else {
            self.tally.settle(None);
            self.violate(
                number,
                format!("nothing to ask for is in the error: {error}"),
            );
            return None;
        };
        self.scene.pause().await;
        let asked = self.scene.settle(&self.scene.inquirer(), unresolved).await;
        let placed = placed(self.scene.book(), number) > 0;
        match asked {
            Ok(found) => {
                self.tally.settle(Some(found.is_some()));
                if found.is_some() != placed {
                    let id = found.as_ref().map(|order| order.id);
                    self.violate(number, format!("resolved as {id:?}; in the book: {placed}"));
                }
                found
            }
            Err(error) => {
                self.tally.settle(None);
                self.violate(
                    number,
                    format!("nobody could tell what became of it: {error}"),
                );
                None
            }
        }
    }

    fn violate(&mut self, number: usize, what: String) {
        let violation = violation("replace", &self.scene.plan, number, what);
        self.tally.violations.push(violation);
    }
}

/// The quantity of the replacement with this number, which no other order has.
fn quantity(number: usize) -> Decimal {
    Decimal::from(number + 1)
}

/// How many orders in the book are the replacement with this number.
fn placed(book: &Book, number: usize) -> usize {
    let orders = book.orders();
    let same = orders
        .iter()
        .filter(|order| order.qty == Some(quantity(number)));
    same.count()
}

/// Each replacement is there once, and the chains hold together.
fn check_book(scene: &Scene, count: usize, tally: &mut Tally) {
    let orders = scene.book().orders();
    let mut copies: BTreeMap<Decimal, usize> = BTreeMap::new();
    for order in orders.iter().filter(|order| order.replaces.is_some()) {
        *copies.entry(order.qty.unwrap_or_default()).or_default() += 1;
    }
    let violate = |what: String| violation("replace", &scene.plan, count, what);
    for (quantity, copies) in copies {
        if copies > 1 {
            tally.duplicates += copies - 1;
            let number = quantity - Decimal::ONE;
            tally
                .violations
                .push(violate(format!("number {number} is there {copies} times")));
        }
    }
    for order in &orders {
        let mut successors = orders
            .iter()
            .filter(|next| next.replaces.as_ref() == Some(&order.id));
        let (next, another) = (successors.next(), successors.next());
        let replaced = order.status == "replaced";
        let holds = another.is_none()
            && replaced == next.is_some()
            && order.replaced_by.as_ref() == next.map(|next| &next.id);
        if !holds {
            tally
                .violations
                .push(violate(format!("the chain is broken at {order:?}")));
        }
    }
}
