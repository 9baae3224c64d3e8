//! Whatever is lost, told twice or out of order: after a last reading every fill was told once, and the
//! newest state of every order is the true one.

use std::collections::{HashMap, HashSet};
use std::time::Duration;

use alpaca_trading_gen::types::TradingActivities;
use fastrand::Rng;
use uuid::Uuid;

use super::super::super::tests::fixture::short;
use super::super::{Reading, UnreadOrder};
use super::scene::Scene;
use super::truth::Truth;
use crate::stream::{Origin, TradeEvent, TradeUpdate};

/// What goes wrong on the way.
#[derive(Clone, Copy, Debug)]
struct Trouble {
    /// Whether messages have ids.
    ids: bool,
    /// Of a hundred messages, so many are lost.
    lost: u8,
    /// Whether the list of fills may be behind the list of orders.
    late_fills: bool,
    /// Whether messages that wait are told before what they wait for.
    impatient: bool,
    /// Whether some orders cannot be read before the end.
    sick: bool,
}

/// A reading that is under way.
struct UnderWay {
    /// With as many steps in it.
    steps: usize,
    /// After as many steps it is here.
    until: usize,
    messages: u64,
    /// How many fills the list does not show yet.
    behind: usize,
}

struct Play<'a> {
    truth: &'a Truth,
    scene: Scene,
    trouble: Trouble,
}

impl Play<'_> {
    /// Takes in the account after so many steps, as the stream does.
    fn read(&mut self, steps: usize, messages: u64, behind: usize) {
        let mut reading = self.truth.account(steps);
        reading.messages = messages;
        if self.trouble.sick && steps < self.truth.steps.len() {
            // Some of them, and not the same every time.
            let is_sick = |id: Uuid| (id.as_u128() + u128::from(messages)).is_multiple_of(3);
            let sick = reading.orders.iter().filter(|order| is_sick(order.id));
            reading.unread = sick
                .map(|order| UnreadOrder::of(order.id, order.created_at))
                .collect();
            reading.orders.retain(|order| !is_sick(order.id));
        }
        if let Some(since) = self.scene.ledger.fills_missing_since(&reading) {
            let mut fills = self.truth.fills(steps);
            fills.truncate(fills.len() - behind.min(fills.len()));
            fills.retain(|fill| fill.transaction_time.is_some_and(|time| time >= since));
            add(&mut reading, fills);
        }
        self.scene.reconcile_as(reading);
    }

    /// The step that an update is of.
    fn step(&self, update: &TradeUpdate) -> usize {
        let mut steps = self.truth.steps.iter();
        let id = update.order.id.as_u128();
        let found = match update.fill() {
            Some(fill) => {
                let to = update.cum_qty.unwrap();
                steps.position(|step| {
                    step.order == id
                        && step.fill.is_some_and(|(from, end)| {
                            to == end.into() && to - fill.qty == from.into()
                        })
                })
            }
            None => steps.position(|step| {
                let time = step.say.update().timestamp;
                step.order == id && update.order.updated_at == time
            }),
        };
        found.unwrap()
    }

    fn check(&self) -> Result<(), String> {
        let told = &self.scene.told;
        let mut fills = HashSet::new();
        let mut newest: HashMap<Uuid, (usize, &TradeUpdate)> = HashMap::new();
        for (_, update) in told {
            let id = update.order.id;
            let step = self.step(update);
            if update.fill().is_some() && !fills.insert(step) {
                return Err(format!("{} twice", short(update)));
            }
            let before = newest.get(&id).map(|(step, _)| *step);
            // That something was refused is no state: it is told of a state that was read as well.
            let refusal = update.event == TradeEvent::OrderCancelRejected;
            let late = before.is_some_and(|before| step < before || (step == before && !refusal));
            let may_be_late = self.trouble.late_fills || self.trouble.impatient;
            if late && !(may_be_late && update.fill().is_some()) {
                return Err(format!("{} is out of order", short(update)));
            }
            // A fill that was read comes with the order as it was read.
            let newer = newest
                .get(&id)
                .is_none_or(|(_, newest)| newest.order.updated_at < update.order.updated_at);
            let current = !late || (newer && update.origin == Origin::MissedFill);
            if current {
                newest.insert(id, (step.max(before.unwrap_or(0)), update));
            }
        }
        for (place, step) in self.truth.steps.iter().enumerate() {
            if step.fill.is_some() && !fills.contains(&place) {
                return Err(format!("step {place} was not told"));
            }
        }
        for order in self.truth.orders() {
            let last = self.truth.last(order, self.truth.steps.len()).unwrap();
            let expected = self.truth.steps[last].say.read();
            let known = newest.get(&expected.id).map(|(_, update)| &update.order);
            let same = known.is_some_and(|known| {
                known.status == expected.status && known.filled_qty == expected.filled_qty
            });
            if !same {
                return Err(format!(
                    "order {order} is {:?}",
                    known.map(|order| &order.status)
                ));
            }
        }
        match !self.scene.ledger.is_complete() {
            true => Err("something is still missing".to_owned()),
            false => Ok(()),
        }
    }

    /// What a slow consumer gets instead of what it has missed.
    fn check_after(&self, number: u64) -> Result<(), String> {
        let (updates, complete) = self.scene.ledger.told_after(number);
        let after = || self.scene.told.iter().filter(|(told, _)| *told > number);
        let count = |updates: &mut dyn Iterator<Item = &TradeUpdate>| -> Vec<usize> {
            let fills = updates.filter(|update| update.fill().is_some());
            let mut steps: Vec<_> = fills.map(|update| self.step(update)).collect();
            steps.sort_unstable();
            steps
        };
        let got = count(&mut updates.iter().map(|update| &**update));
        let expected = count(&mut after().map(|(_, update)| &**update));
        if got != expected || !complete {
            return Err(format!("after {number}: {got:?} instead of {expected:?}"));
        }
        let orders: HashSet<_> = after().map(|(_, update)| update.order.id).collect();
        let got: HashSet<_> = updates.iter().map(|update| update.order.id).collect();
        match got == orders {
            true => Ok(()),
            false => Err(format!("after {number}: {got:?} instead of {orders:?}")),
        }
    }
}

fn add(reading: &mut Reading, fills: Vec<TradingActivities>) {
    for fill in fills {
        let order = fill.order_id.unwrap();
        reading.fills.entry(order).or_default().push(fill);
    }
}

fn play(seed: u64, trouble: Trouble) -> Result<(), String> {
    let mut random = Rng::with_seed(seed);
    let truth = Truth::draw(&mut random, trouble.ids, !trouble.late_fills);
    let count = truth.steps.len();
    // When each message comes, after how many steps: not at all, once or more often.
    let mut arrivals: Vec<Vec<usize>> = vec![Vec::new(); count + 20];
    for place in 0..count {
        if random.u8(..100) >= trouble.lost {
            let delay = if random.bool() { 0 } else { random.usize(..5) };
            arrivals[place + delay].push(place);
            while random.u8(..6) == 0 {
                arrivals[place + random.usize(..20)].push(place);
            }
        }
    }
    let mut play = Play {
        truth: &truth,
        scene: Scene::begun(),
        trouble,
    };
    let mut under_way: Option<UnderWay> = None;
    for (now, arrived) in arrivals.iter().enumerate() {
        if now == count {
            let messages = play.scene.ledger.messages();
            play.read(count, messages, 0);
        }
        for place in arrived {
            play.scene.live(&truth.steps[*place].say);
        }
        let done = (now + 1).min(count);
        if let Some(reading) = under_way.take_if(|reading| reading.until <= now) {
            play.read(reading.steps.min(done), reading.messages, reading.behind);
        }
        if now < count && under_way.is_none() && random.u8(..5) == 0 {
            let behind = match trouble.late_fills {
                true => random.usize(..3),
                false => 0,
            };
            under_way = Some(UnderWay {
                steps: done + random.usize(..3),
                until: now + random.usize(2..5),
                messages: play.scene.ledger.messages(),
                behind,
            });
        }
        if trouble.impatient && random.u8(..5) == 0 {
            play.scene.release(Duration::ZERO);
        }
    }
    // What is still held was told again by the last reading, or is not news.
    play.scene.release(Duration::from_secs(3_600));
    let messages = play.scene.ledger.messages();
    play.read(count, messages, 0);
    play.check()?;
    for _ in 0..5 {
        play.check_after(random.u64(..play.scene.number))?;
    }
    Ok(())
}

fn hold(trouble: Trouble) {
    for seed in 0..100 {
        if let Err(problem) = play(seed, trouble) {
            panic!("seed {seed}, {trouble:?}: {problem}");
        }
    }
}

const MILD: Trouble = Trouble {
    ids: true,
    lost: 10,
    late_fills: false,
    impatient: false,
    sick: false,
};

#[test]
fn with_ids() {
    hold(MILD);
    hold(Trouble { lost: 0, ..MILD });
    hold(Trouble { lost: 70, ..MILD });
}

#[test]
fn without_ids() {
    hold(Trouble { ids: false, ..MILD });
    hold(Trouble {
        ids: false,
        lost: 50,
        ..MILD
    });
}

#[test]
fn with_a_list_of_fills_that_is_behind() {
    for ids in [true, false] {
        hold(Trouble {
            ids,
            lost: 30,
            late_fills: true,
            ..MILD
        });
    }
}

#[test]
fn without_patience() {
    for ids in [true, false] {
        hold(Trouble {
            ids,
            lost: 30,
            impatient: true,
            ..MILD
        });
    }
}

#[test]
fn with_orders_that_cannot_be_read_every_time() {
    for ids in [true, false] {
        hold(Trouble {
            ids,
            lost: 40,
            sick: true,
            ..MILD
        });
    }
}
