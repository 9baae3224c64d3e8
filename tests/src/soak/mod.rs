//! Never twice, never lost: thousands of orders through a service that fails in every way there is,
//! and a look into its book afterwards.
//!
//! The tests run this at a small size; `cargo xtask soak` at the full one. Everything is drawn from a
//! seed, which stands in each violation.
//!
//! What must hold, whatever goes wrong:
//!
//! - The book has every order at most once, and none that nobody asked for.
//! - An order that a call returns is in the book, as it was asked for.
//! - What an error calls refused or not sent is not in the book, and does not get there later.
//! - What an error calls unknown can be asked for later, and the answer is the truth.

mod activities;
mod close;
mod crowd;
mod orders;
mod plan;
mod replace;
mod scene;
mod sim;
mod streams;
mod submit;
mod tally;
mod worlds;

use alpaca_trading::orders::{Order, OrderRequest, ReplaceRequest};
use alpaca_trading::{Client, Decimal, Result, Uuid};
use alpaca_trading_gen::BoxFuture;

pub use activities::{ActivityTally, activities, truth};
pub use close::closings;
pub use crowd::{CrowdTally, crowd};
pub use plan::Plan;
pub use replace::replacements;
pub use sim::simulated;
pub use streams::{StreamTally, trade_stream};
pub use submit::submissions;
pub use tally::{Tally, heading};
pub use worlds::{WorldTally, world, worlds};

/// How orders are placed: as the crate does it, or in a worse way that must be found out.
#[derive(Clone, Copy, Debug)]
pub struct Way {
    /// Submits an order.
    pub submit: fn(Client, OrderRequest) -> Placing,
    /// Replaces an order.
    pub replace: fn(Client, Uuid, ReplaceRequest) -> Placing,
    /// Closes a position, or a part of it.
    pub close: fn(Client, &'static str, Part) -> Placing,
}

/// An order that is being placed.
pub type Placing = BoxFuture<'static, Result<Order>>;

/// How much of a position is closed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
#[non_exhaustive]
pub enum Part {
    /// All of it.
    Whole,
    /// Half of it, in percent.
    Half,
    /// This many units.
    Quantity(Decimal),
}

impl Way {
    /// As the crate does it.
    pub const CAREFUL: Self = Self {
        submit: |client, request| Box::pin(async move { client.orders().submit(request).await }),
        replace: |client, order, change| {
            Box::pin(async move { client.orders().replace(order, change).await })
        },
        close: |client, symbol, part| {
            let close = client.positions().close(symbol);
            Box::pin(match part {
                Part::Whole => close.send(),
                Part::Half => close.percentage(50).send(),
                Part::Quantity(units) => close.quantity(units).send(),
            })
        },
    };
}

/// One kind of run.
#[derive(Clone, Copy, Debug)]
pub struct Soak {
    /// What it is called by.
    pub name: &'static str,
    /// What it does, in one line.
    pub about: &'static str,
    run: fn(&Plan, usize, Way) -> Tally,
}

impl Soak {
    /// All kinds.
    pub const ALL: [Self; 4] = [
        Self {
            name: "submit",
            about: "orders of all types are submitted",
            run: submissions,
        },
        Self {
            name: "replace",
            about: "orders are replaced, again and again",
            run: replacements,
        },
        Self {
            name: "close",
            about: "positions are closed, in whole and in part",
            run: closings,
        },
        Self {
            name: "sim",
            about: "all three of them, through the simulator",
            run: simulated,
        },
    ];

    /// Makes so many calls in the circumstances of a seed.
    #[must_use]
    pub fn run(&self, seed: u64, calls: usize) -> Tally {
        (self.run)(&Plan::of(seed), calls, Way::CAREFUL)
    }
}

/// What is said of a violation: where it was, and what happened.
fn violation(soak: &str, plan: &Plan, number: usize, what: impl std::fmt::Display) -> String {
    format!("{soak}, seed {}, number {number}: {what}", plan.seed)
}
