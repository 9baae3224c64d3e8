//! Submissions: orders of all types, from several tasks and two programs at a time.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use alpaca_trading::orders::{Order, OrderRequest};
use alpaca_trading::{Error, Outcome};
use tokio::task::JoinSet;
use tokio::time::sleep;

use super::orders::{difference, draw, number};
use super::scene::{Scene, by_virtual_clock};
use super::{Plan, Tally, Way, violation};
use crate::service::{Book, Random};

/// One submission and what came of it.
struct Call {
    number: usize,
    request: OrderRequest,
    result: Result<Order, Error>,
}

/// Makes so many submissions, and looks into the book.
///
/// # Panics
///
/// When the service of the tests is broken.
#[must_use]
pub fn submissions(plan: &Plan, count: usize, way: Way) -> Tally {
    let started = std::time::Instant::now();
    let mut tally = by_virtual_clock(run(plan, count, way));
    tally.wall = started.elapsed();
    tally
}

async fn run(plan: &Plan, count: usize, way: Way) -> Tally {
    let scene = Scene::open(plan).await;
    scene.spoil();
    let mut tally = Tally::default();
    let calls = all_calls(&scene, count, way, &mut tally).await;
    tally.requests = scene.requests();
    tally.faults = scene.faults();
    tally.resent = scene.resent();
    scene.heal().await;
    let report = Report {
        scene: &scene,
        calls: &calls,
    };
    for call in &calls {
        report.check_call(call, &mut tally).await;
    }
    // At the end, because asking again must not have placed anything either.
    report.check_book(&mut tally);
    tally
}

async fn all_calls(scene: &Scene, count: usize, way: Way, tally: &mut Tally) -> Vec<Call> {
    let programs = [scene.client(1), scene.client(2)];
    let next = Arc::new(AtomicUsize::new(0));
    let mut tasks = JoinSet::new();
    for (worker, client) in (0..scene.plan.concurrency).zip(programs.iter().cycle()) {
        let (client, next, book) = (client.clone(), Arc::clone(&next), scene.book().clone());
        let plan = scene.plan.clone();
        let mut random = Random::new(plan.seed.wrapping_add(worker as u64));
        tasks.spawn(async move {
            let (mut calls, mut violations) = (Vec::new(), Vec::new());
            loop {
                let number = next.fetch_add(1, Ordering::Relaxed);
                if number >= count {
                    return (calls, violations);
                }
                let request = draw(plan.seed, number);
                let result = (way.submit)(client.clone(), request.clone()).await;
                violations.extend(premature(&plan, &book, number, &result));
                calls.push(Call {
                    number,
                    request,
                    result,
                });
                sleep(Duration::from_millis(random.below(4_000))).await;
            }
        });
    }
    let mut calls = Vec::new();
    for (done, violations) in tasks.join_all().await {
        calls.extend(done);
        tally.violations.extend(violations);
    }
    calls.sort_by_key(|call| call.number);
    calls
}

/// What an error says was not done must not be in the book at that very moment.
fn premature(
    plan: &Plan,
    book: &Book,
    number: usize,
    result: &Result<Order, Error>,
) -> Option<String> {
    let error = result.as_ref().err()?;
    let done = error.outcome() != Outcome::Unknown && placed(book, number) > 0;
    done.then(|| {
        let what = format!("{:?}, and yet in the book: {error}", error.outcome());
        violation("submit", plan, number, what)
    })
}

/// How many orders with this number are in the book, legs not counted.
fn placed(book: &Book, of: usize) -> usize {
    let orders = book.orders();
    let leading = orders.iter().filter(|order| order.parent.is_none());
    leading.filter(|order| number(order) == Some(of)).count()
}

struct Report<'a> {
    scene: &'a Scene,
    calls: &'a [Call],
}

impl Report<'_> {
    fn violation(&self, number: usize, what: impl std::fmt::Display) -> String {
        violation("submit", &self.scene.plan, number, what)
    }

    /// Every order at most once, and none that nobody asked for.
    fn check_book(&self, tally: &mut Tally) {
        let mut copies: BTreeMap<usize, Vec<_>> = BTreeMap::new();
        for order in self.scene.book().orders() {
            if order.parent.is_some() {
                continue;
            }
            match number(&order).filter(|number| *number < self.calls.len()) {
                Some(number) => copies.entry(number).or_default().push(order),
                None => tally
                    .violations
                    .push(self.violation(usize::MAX, format!("nobody asked for {order:?}"))),
            }
        }
        let mut duplicates = 0;
        for (number, orders) in copies {
            let call = &self.calls[number];
            let given = call.request.body().client_order_id.as_deref();
            for order in &orders {
                let id = order.client_order_id.as_str();
                if given.is_some_and(|given| given != id) {
                    let what = format!("the client order id is {given:?} and became {id:?}");
                    tally.violations.push(self.violation(number, what));
                }
            }
            if orders.len() > 1 {
                duplicates += orders.len() - 1;
                let what = format!("{} orders instead of one, {orders:?}", orders.len());
                tally.violations.push(self.violation(number, what));
            }
        }
        tally.duplicates = duplicates;
    }

    async fn check_call(&self, call: &Call, tally: &mut Tally) {
        let placed = placed(self.scene.book(), call.number) > 0;
        tally.count(&call.result);
        let wrong = match &call.result {
            Ok(order) => self.wrong_order(call, order),
            Err(error) if error.outcome() == Outcome::Unknown => {
                self.wrong_doubt(call, error, placed, tally).await
            }
            Err(error) => placed
                .then(|| format!("{:?}, and in the book in the end: {error}", error.outcome())),
        };
        tally
            .violations
            .extend(wrong.map(|wrong| self.violation(call.number, wrong)));
    }

    /// An order that was returned is in the book, as it was asked for.
    fn wrong_order(&self, call: &Call, order: &Order) -> Option<String> {
        let id = order.id.to_string();
        let orders = self.scene.book().orders();
        let Some(in_book) = orders.iter().find(|known| known.id == id) else {
            return Some(format!("{id} was returned and is not in the book"));
        };
        difference(call.request.body(), order, in_book)
    }

    /// An outcome that is not known is found out later, truly.
    async fn wrong_doubt(
        &self,
        call: &Call,
        error: &Error,
        placed: bool,
        tally: &mut Tally,
    ) -> Option<String> {
        let Some(unresolved) = error.unresolved() else {
            tally.settle(None);
            return Some(format!("nothing to ask for is in the error: {error}"));
        };
        let asked = self.scene.settle(&self.scene.inquirer(), unresolved).await;
        let found = match asked {
            Ok(found) => found,
            Err(error) => {
                tally.settle(None);
                return Some(format!("a healthy service does not tell: {error}"));
            }
        };
        tally.settle(Some(found.is_some()));
        if found.is_some() != placed {
            let found = found.map(|order| order.id);
            return Some(format!("resolved as {found:?}; in the book: {placed}"));
        }
        match found {
            Some(order) => self.wrong_order(call, &order),
            None => self.wrong_repetition(call).await,
        }
    }

    /// What was not accepted can be submitted again, and is then there once.
    async fn wrong_repetition(&self, call: &Call) -> Option<String> {
        let again = self
            .scene
            .inquirer()
            .orders()
            .submit(call.request.clone())
            .await;
        let placed = placed(self.scene.book(), call.number);
        match again {
            Ok(_) if placed == 1 => None,
            // The book refuses some orders for what they are.
            Err(error) if placed == 0 && !error.is_duplicate_client_order_id() => None,
            again => Some(format!(
                "submitted again, it is {placed} times in the book: {:?}",
                again.map(|order| order.id)
            )),
        }
    }
}
