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

mod close;
mod orders;
mod plan;
mod replace;
mod scene;
mod submit;
mod tally;

use std::pin::Pin;

use alpaca_trading::orders::{Order, OrderRequest};
use alpaca_trading::{Client, Error};

pub use close::closings;
pub use plan::Plan;
pub use replace::replacements;
pub use submit::{carefully, submissions};
pub use tally::{Tally, heading};

/// How an order is submitted: as the crate does it, or in a worse way that must be found out.
pub type Submit =
    fn(Client, OrderRequest) -> Pin<Box<dyn Future<Output = Result<Order, Error>> + Send>>;

/// One kind of run.
#[derive(Clone, Copy, Debug)]
pub struct Soak {
    /// What it is called by.
    pub name: &'static str,
    /// What it does, in one line.
    pub about: &'static str,
    run: fn(&Plan, usize) -> Tally,
}

impl Soak {
    /// All kinds.
    pub const ALL: [Self; 3] = [
        Self {
            name: "submit",
            about: "orders of all types are submitted",
            run: |plan, calls| submissions(plan, calls, carefully),
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
    ];

    /// Makes so many calls in the circumstances of a seed.
    #[must_use]
    pub fn run(&self, seed: u64, calls: usize) -> Tally {
        (self.run)(&Plan::of(seed), calls)
    }
}

/// What is said of a violation: where it was, and what happened.
fn violation(soak: &str, plan: &Plan, number: usize, what: impl std::fmt::Display) -> String {
    format!("{soak}, seed {}, number {number}: {what}", plan.seed)
}
