//! What really happens to orders, drawn at random.

use alpaca_trading_gen::types::TradingActivities;
use fastrand::Rng;

use super::super::super::tests::fixture::{Say, activity, uuid};
use super::super::Reading;
use super::scene::reading;

/// One thing that happens.
#[derive(Clone, Debug)]
pub(super) struct Step {
    pub(super) order: u128,
    pub(super) say: Say,
    /// What it fills of its order.
    pub(super) fill: Option<(i64, i64)>,
    pub(super) millis: i64,
}

/// An order in the middle of its life.
#[derive(Clone, Debug)]
struct Alive {
    id: u128,
    replaces: Option<u128>,
    filled: i64,
    /// The status to which a refusal leads back.
    working: bool,
    pending: bool,
}

/// Everything that happens, in its order.
#[derive(Debug)]
pub(super) struct Truth {
    pub(super) steps: Vec<Step>,
}

impl Truth {
    /// Some orders and what happens to them. With ids, or in the older form without; with orders that are
    /// replaced, or without.
    pub(super) fn draw(random: &mut Rng, ids: bool, replaces: bool) -> Self {
        let mut truth = Self { steps: Vec::new() };
        let mut next = 1_u128;
        let mut alive: Vec<Alive> = Vec::new();
        let count = random.usize(5..40);
        while truth.steps.len() < count {
            if alive.is_empty() || random.u8(..8) == 0 {
                alive.push(Alive {
                    id: next,
                    replaces: None,
                    filled: 0,
                    working: false,
                    pending: false,
                });
                next += 1;
            }
            let place = random.usize(..alive.len());
            let mut order = alive.swap_remove(place);
            let millis = i64::try_from(truth.steps.len()).unwrap() * 10;
            let (event, fill) = happens(random, &mut order, replaces);
            let mut say = match fill {
                Some((from, to)) => Say::fill(order.id, from, to),
                None => Say::new(event, order.id).filled(order.filled),
            };
            if let Some(before) = order.replaces {
                say = say.order("replaces", uuid(before).to_string());
            }
            if event == "order_cancel_rejected" && order.filled > 0 {
                say = say.status("partially_filled");
            }
            let ends = matches!(event, "fill" | "canceled" | "expired" | "replaced");
            if event == "replaced" {
                say = say.order("replaced_by", uuid(next).to_string());
                alive.push(Alive {
                    id: next,
                    replaces: Some(order.id),
                    filled: order.filled,
                    working: false,
                    pending: false,
                });
                next += 1;
            }
            let number = truth.steps.len() as u64 + 1;
            say = say.time(millis);
            if ids {
                say = say.event_id(number).execution(number);
            }
            truth.steps.push(Step {
                order: order.id,
                say,
                fill,
                millis,
            });
            if !ends {
                alive.push(order);
            }
        }
        truth
    }

    /// The fills that there are after so many steps.
    pub(super) fn fills(&self, steps: usize) -> Vec<TradingActivities> {
        let done = self.steps[..steps].iter();
        done.filter_map(|step| {
            let (from, to) = step.fill?;
            Some(activity(step.order, from, to, step.millis))
        })
        .collect()
    }

    /// The last step of an order among the first so many.
    pub(super) fn last(&self, order: u128, steps: usize) -> Option<usize> {
        self.steps[..steps]
            .iter()
            .rposition(|step| step.order == order)
    }

    /// The ids of the orders.
    pub(super) fn orders(&self) -> Vec<u128> {
        let mut ids: Vec<_> = self.steps.iter().map(|step| step.order).collect();
        ids.sort_unstable();
        ids.dedup();
        ids
    }

    /// The account after so many steps, without its fills.
    pub(super) fn account(&self, steps: usize) -> Reading {
        let orders = self.orders();
        let orders: Vec<_> = orders
            .into_iter()
            .filter_map(|id| Some(&self.steps[self.last(id, steps)?].say))
            .collect();
        reading(&orders, Vec::new())
    }
}

/// What happens to an order next: the event, and what is filled.
fn happens(
    random: &mut Rng,
    order: &mut Alive,
    replaces: bool,
) -> (&'static str, Option<(i64, i64)>) {
    if !order.working {
        order.working = true;
        return ("new", None);
    }
    if order.pending && random.bool() {
        order.pending = false;
        return match random.u8(..3) {
            0 => ("order_cancel_rejected", None),
            _ => ("canceled", None),
        };
    }
    match random.u8(..10) {
        0 if !order.pending => {
            order.pending = true;
            ("pending_cancel", None)
        }
        1 => ("expired", None),
        2 if replaces => ("replaced", None),
        _ => {
            let from = order.filled;
            order.filled = random.i64(from + 1..=(from + 4).min(10));
            let event = if order.filled == 10 {
                "fill"
            } else {
                "partial_fill"
            };
            (event, Some((from, order.filled)))
        }
    }
}
